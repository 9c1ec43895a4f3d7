"""The modules that decide about states, commands, figures and verdicts, each with the tests that
guard it.
"""

from __future__ import annotations

_SNMP = ("tests/handlers/snmp", "tests/partial")
_CLIENT = ("tests/pdu_common", "tests/handlers/snmp/test_no_bulk.py")

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
}
