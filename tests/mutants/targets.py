"""The modules that decide about states, commands, figures and verdicts, each with the tests that
guard it.
"""

from __future__ import annotations

_SNMP = ("tests/handlers/snmp", "tests/partial")
_CLIENT = ("tests/pdu_common", "tests/handlers/snmp/test_no_bulk.py")
_ENERGY = ("tests/energy", "tests/pdu/energy")
#: without the tests of the twin and of cycles, which take minutes and reach little of the walk
_HALL = tuple(
    f"tests/{name}.py"
    for name in (
        "pdu/hall/test_arithmetic",
        "pdu/hall/test_breaker_times",
        "pdu/hall/test_checking",
        "pdu/hall/test_commands",
        "pdu/hall/test_drawn_wrongly",
        "pdu/hall/test_failure",
        "pdu/hall/test_graph",
        "pdu/hall/test_once_wrong",
        "pdu/hall/test_power_flow",
        "pdu/hall/test_restore",
        "pdu/hall/test_supplies",
        "pdu/hall/test_verdicts",
        "hall/test_hosters",
        "hall/test_trial",
    )
)

_CYCLE = (
    "tests/pdu/hall/test_cycle_proof.py",
    "tests/pdu/hall/test_cycle_step_run.py",
    "tests/pdu/hall/test_cycle_steps.py",
    "tests/hall/test_cycle_trial.py",
)
_CYCLE_FILES = ("tests/pdu/hall/test_cycle_files.py", *_CYCLE)
_CYCLE_COMMAND = ("tests/pdu/hall/test_cycle_files.py", "tests/pdu/hall/test_cycle_hall.py")

TARGETS: dict[str, tuple[str, ...]] = {
    "pdu_common/snmp_client/agent_limits.py": _CLIENT,
    "pdu_common/snmp_client/ber.py": _CLIENT,
    "pdu_common/snmp_client/exchanges.py": _CLIENT,
    "pdu_common/snmp_client/pdus.py": _CLIENT,
    "pdu_common/snmp_client/reads.py": _CLIENT,
    "pdu_common/snmp_client/table_reads.py": _CLIENT,
    "handlers/snmp/decoding.py": _SNMP,
    "handlers/snmp/detection.py": _SNMP,
    "handlers/snmp/device.py": _SNMP,
    "handlers/snmp/outlets.py": _SNMP,
    "handlers/snmp/profile.py": _SNMP,
    "handlers/snmp/single_family.py": _SNMP,
    "handlers/snmp/sources/single_family.py": _SNMP,
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
    "handlers/snmp/sources/numbered_objects.py": _SNMP,
    "handlers/snmp/sources/derived.py": _SNMP,
    "handlers/raritan/metering.py": ("tests/handlers/raritan",),
    "handlers/raritan/readings.py": ("tests/handlers/raritan",),
    "handlers/raritan/states.py": ("tests/handlers/raritan",),
    "handlers/raritan/switching.py": ("tests/handlers/raritan",),
    "handlers/raritan/switch_checks.py": ("tests/handlers/raritan",),
    "handlers/redfish/members.py": ("tests/handlers/redfish",),
    "handlers/redfish/metering.py": ("tests/handlers/redfish",),
    "handlers/redfish/switching.py": ("tests/handlers/redfish",),
    "handlers/redfish/units.py": ("tests/handlers/redfish",),
    "handlers/nut/outlets.py": ("tests/handlers/nut",),
    "handlers/nut/switching.py": ("tests/handlers/nut",),
    "pdu/site/machines/contradictions.py": ("tests/pdu/core/machines",),
    "pdu/site/machines/evidence.py": ("tests/pdu/core/machines",),
    "pdu/site/machines/inlets.py": ("tests/pdu/core/machines",),
    "pdu/site/machines/machine_power.py": ("tests/pdu/core/machines",),
    "pdu/site/machines/proof.py": ("tests/pdu/core/machines",),
    "pdu/site/machines/verification.py": ("tests/pdu/core/machines",),
    "pdu/energy/registers/bounds.py": _ENERGY,
    "pdu/energy/registers/segments.py": _ENERGY,
    "pdu/energy/registers/parts.py": _ENERGY,
    "pdu/energy/audit/checks.py": _ENERGY,
    "pdu/energy/audit/grades.py": _ENERGY,
    "pdu/energy/journal/verify.py": _ENERGY,
    "pdu/hall/walk/arithmetic.py": _HALL,
    "pdu/hall/walk/power_flow.py": _HALL,
    "pdu/hall/drawings/checking.py": (
        "tests/pdu/hall/test_checking.py",
        "tests/pdu/hall/test_commands.py",
        "tests/pdu/hall/test_drawn_wrongly.py",
        "tests/pdu/hall/test_supplies.py",
    ),
    "pdu/hall/failure/bounds.py": _HALL,
    "pdu/hall/failure/hall_facts.py": _HALL,
    "pdu/hall/failure/machine_verdicts.py": _HALL,
    "pdu/hall/failure/rehearsal.py": _HALL,
    "pdu/hall/failure/shedding.py": _HALL,
    "pdu/hall/walk/protection.py": _HALL,
    "pdu/hall/walk/graph.py": _HALL,
    "pdu/hall/walk/graph_builder.py": _HALL,
    "pdu/hall/restore/model.py": _HALL,
    "pdu/hall/restore/times.py": _HALL,
    "pdu/hall/walk/verdicts.py": _HALL,
    "pdu/hall/cycle/command.py": _CYCLE_COMMAND,
    "pdu/hall/cycle/commands.py": _CYCLE,
    "pdu/hall/cycle/environment.py": _CYCLE,
    "pdu/hall/cycle/hall_watch.py": _CYCLE,
    "pdu/hall/cycle/pdu_access.py": _CYCLE_COMMAND,
    "pdu/hall/cycle/plan_file.py": _CYCLE_FILES,
    "pdu/hall/cycle/run.py": _CYCLE,
    "pdu/hall/cycle/run_locks.py": _CYCLE_FILES,
    "pdu/hall/cycle/step_loads.py": _CYCLE,
    "pdu/hall/cycle/step_run.py": _CYCLE,
    "pdu/hall/cycle/steps.py": _CYCLE,
}
