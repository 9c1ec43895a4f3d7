"""The vendor's SDK administers the simulated unit, from SNMP to the beeper."""

from __future__ import annotations

import pytest

from ..xerus import XerusPdu
from .models import Step, only, since

pytestmark = pytest.mark.against("the vendor's SDK")


def test_the_sdk_changes_snmp_settings(pdu: XerusPdu, step: Step) -> None:
    found = step("services", "snmp")
    assert (found["refused"], found["set"], found["read"]) == (1, 0, "public")
    assert found["engine"]
    assert pdu.snmp.configuration["writeComm"] == "private"


def test_the_sdk_manages_monitored_servers(pdu: XerusPdu, step: Step) -> None:
    found = step("services", "servers")
    assert (found["added"], found["again"], found["modified"]) == ([0, 1], 3, 0)
    assert found["hosts"] == {"1": "192.0.2.2"}
    assert (found["reachable"], found["deleted"], found["gone"]) == (0, 0, 1)
    assert found.get("power", [0, 0]) == [0, 0]
    assert ("power" in found) == (pdu.site.firmware.index > 0)


@since("3.6")
def test_the_sdk_sets_bridging_and_port_forwarding(step: Step) -> None:
    found = step("services", "network")
    assert found == {
        "without downstream": 300,
        "set": 0,
        "bridge": True,
        "forwarding": True,
        "role": 0,
        "interfaces": ["br0", "eth1", "eth2"],
        "mappings": ["HTTPS", "HTTP", "SSH", "TELNET", "SNMP", "MODBUS"],
    }


@only("3.3")
def test_the_sdk_changes_the_network_settings_of_old_firmware(step: Step) -> None:
    assert step("services", "network") == {"set": 0, "hostname": "simulated"}


@since("3.6")
def test_the_sdk_switches_outlets_of_link_units_and_adds_and_releases_link_units(
    pdu: XerusPdu, step: Step
) -> None:
    found = step("services", "cascade")
    assert (found["role"], found["links"], found["label"], found["off"], found["seen"]) == (
        1,
        [2],
        "2",
        0,
        0,
    )
    assert found["version"] == f"{pdu.site.firmware.release}.5-50000"
    assert found["codes"] == [4, 6, 7, 11, 0]
    assert (found["after"], found["released"], found["left"]) == ([2, 3], 0, [2])
    assert pdu.books().states["2.2"] is False


def test_a_session_is_opened_used_and_closed(pdu: XerusPdu, step: Step) -> None:
    found = step("services", "session")
    assert found == {
        "code": 0,
        "same": True,
        "user": "admin",
        "label": "1",
        "closed": True,
        "token": 32,
    }
    assert pdu.access.sessions == {}


def test_the_sdk_manages_peripheral_slots(step: Step) -> None:
    found = step("services", "peripherals")
    assert (found["slots"], found["reading"], found["set"], found["name"], found["empty"]) == (
        8,
        17.93,
        0,
        "front",
        True,
    )
    assert found["actuator"] == [0, 1]
    assert (
        found["moved"],
        found["left"],
        found["unassigned"],
        found["known"],
        found["manager"],
    ) == (0, True, 0, 3, 0)


def test_the_sdk_sets_the_time_zone(step: Step) -> None:
    assert step("services", "clock") == {
        "code": 0,
        "zone": "Europe/Berlin",
        "offset": 3600,
        "wrong": 1,
    }


def test_the_sdk_starts_and_mutes_the_beeper(step: Step) -> None:
    assert step("services", "beeper") == {"active": 2, "reason": "test", "muted": True, "quiet": 0}
