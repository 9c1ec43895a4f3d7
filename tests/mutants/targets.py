"""The modules that decide about states, commands, figures and verdicts, each with the tests that
guard it.
"""

from __future__ import annotations

_SNMP = ("tests/handlers/snmp", "tests/partial")
_ENERGY = ("tests/energy", "tests/handlers/command/energy")
#: without the tests of the twin and of cycles, which take minutes and reach little of the walk
_HALL = tuple(
    f"tests/{name}.py"
    for name in (
        "handlers/command/hall/test_arithmetic",
        "handlers/command/hall/test_failure",
        "handlers/command/hall/test_graph",
        "handlers/command/hall/test_monte_carlo",
        "handlers/command/hall/test_once_wrong",
        "handlers/command/hall/test_power_flow",
        "handlers/command/hall/test_restore",
        "handlers/command/hall/test_verdicts",
        "hall/test_inclusion",
        "hall/test_trial",
    )
)

TARGETS: dict[str, tuple[str, ...]] = {
    "handlers/snmp/switching.py": _SNMP,
    "handlers/snmp/states.py": _SNMP,
    "handlers/snmp/metering.py": _SNMP,
    "handlers/snmp/figures.py": _SNMP,
    "handlers/snmp/controls.py": _SNMP,
    "handlers/snmp/reader.py": _SNMP,
    "handlers/snmp/sources/base.py": _SNMP,
    "handlers/snmp/sources/choices.py": _SNMP,
    "handlers/snmp/sources/filters.py": _SNMP,
    "handlers/snmp/sources/joins.py": _SNMP,
    "handlers/snmp/sources/objects.py": _SNMP,
    "handlers/snmp/sources/spread.py": _SNMP,
    "handlers/snmp/sources/values.py": _SNMP,
    "handlers/raritan/states.py": ("tests/handlers/raritan",),
    "handlers/raritan/switching.py": ("tests/handlers/raritan",),
    "handlers/raritan/preconditions.py": ("tests/handlers/raritan",),
    "handlers/redfish/switching.py": ("tests/handlers/redfish",),
    "handlers/redfish/units.py": ("tests/handlers/redfish",),
    "handlers/nut/outlets.py": ("tests/handlers/nut",),
    "handlers/nut/switch.py": ("tests/handlers/nut",),
    "handlers/command/machines/proof.py": ("tests/handlers/command/machines",),
    "handlers/command/energy/bounds.py": _ENERGY,
    "handlers/command/energy/segments.py": _ENERGY,
    "handlers/command/energy/checks.py": _ENERGY,
    "handlers/command/hall/arithmetic.py": _HALL,
    "handlers/command/hall/power_flow.py": _HALL,
    "handlers/command/hall/failure.py": _HALL,
    "handlers/command/hall/graph.py": _HALL,
    "handlers/command/hall/restore.py": _HALL,
    "handlers/command/hall/restore_times.py": _HALL,
    "handlers/command/hall/verdicts.py": _HALL,
}
