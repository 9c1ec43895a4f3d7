"""The vendor's SDK makes rarely used calls to the simulated unit, from load shedding to bulk
requests.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ..xerus import GENERATIONS, XerusPdu
from .witness import MODEL, Step, only, since

pytestmark = pytest.mark.against("the vendor's SDK")


def test_the_scripts_call_every_method_that_changes_something_or_takes_parameters() -> None:
    # Compares only names: one call of setSettings counts for all interfaces with a setSettings.
    # Outlet groups and event channels, which do not exist before a client creates them, are left
    # out. tests/handlers/raritan/test_agreement.py makes the calls that only read.
    scripts = "".join(
        path.read_text(encoding="utf-8")
        for path in (Path(__file__).parent / "scripts").glob("*.py")
    )
    for generation in GENERATIONS:
        with XerusPdu(MODEL, generation) as pdu:
            firmware = pdu.site.firmware
            interfaces = {
                one.interface for one in pdu.units[0].objects() if firmware.version(one.interface)
            }
            for interface in interfaces:
                others = {
                    method.name
                    for method in firmware.methods(interface).values()
                    if not method.takes and method.name.startswith(("get", "is", "list"))
                }
                for name in set(firmware.methods(interface)) - others:
                    assert re.search(rf"\b{name}\(", scripts), f"{interface}.{name}"


def test_the_sdk_starts_and_ends_load_shedding(step: Step) -> None:
    assert step("administration", "load_shedding") == {
        "shed": [1, 0],
        "active": True,
        "after": [1, 1],
    }


@since("3.6")
def test_the_sdk_reads_hardware_failures(pdu: XerusPdu, step: Step) -> None:
    assert step("administration", "failures") == []
    relay = pdu.units[0].relays.all[2]
    for stuck in (True, False):
        relay.stuck = stuck
        assert step("administration", "failures") == [["outlet 3", True, stuck]]


def test_the_sdk_operates_the_other_parts_of_the_unit(pdu: XerusPdu, step: Step) -> None:
    assert step("administration", "parts") == {
        "enabled": False,
        "self test": 0,
        "type": 1,
        "parameters": 0,
        "kept": {"delay": "5"},
        "buzzer": True,
        "port": "strip",
        "pinned": 0,
        "unknown device": 1,
        "device": None,
        "reset": 0,
    }
    assert pdu.panel.identified == 5


@since("4.0")
def test_the_sdk_makes_the_calls_that_newer_firmware_added(generation: str, step: Step) -> None:
    found = step("administration", "new_parts")
    assert found == (
        {"samples": 0, "service": [0, True], "ports": 0} if generation == "4.4" else {"samples": 0}
    )


def test_the_sdk_assigns_a_device_to_a_slot_by_its_address(step: Step) -> None:
    assert step("administration", "slots") == {
        "outside": True,
        "assigned": 0,
        "serial": True,
        "wrong": 1,
    }


@since("3.6")
def test_the_sdk_mutes_the_beeper(step: Step) -> None:
    assert step("administration", "beeper") == {"muted": True}


def test_the_sdk_manages_accounts_and_roles(generation: str, step: Step) -> None:
    found = step("administration", "people")
    assert (found["created"], found["viewers"]) == (0, ["rosa", "viewer"])
    assert found.get("renamed") == ([19, 0] if generation in ("4.0", "4.4") else None)
    assert found["preferences"] == [0, 0, 1]
    assert found["role"] == [0, 1, 0, 1, 2]
    assert (found["local"], found["ldap"]) == (0, 1)


def test_the_sdk_closes_a_session_by_its_id(step: Step) -> None:
    assert step("administration", "sessions") == {"open": 0, "history": 1}


def test_a_file_that_is_not_an_image_is_discarded_and_a_factory_reset_is_counted(
    generation: str, pdu: XerusPdu, step: Step
) -> None:
    found = step("administration", "firmware")
    assert found == (
        {"present": False} if generation == "3.3" else {"valid": False, "present": False}
    )
    assert pdu.firmware.factory_resets == 1


@only("4.4")
def test_the_sdk_uploads_with_the_options_for_low_memory(step: Step) -> None:
    assert step("administration", "low_memory") == {"state": 5}


@only("4.4")
def test_the_sdk_sends_keys_and_certificates_as_text(pdu: XerusPdu, step: Step) -> None:
    key, certificate = (part.decode() for part in pdu.authority.issue())
    assert step("administration", "certificate", {"key": key, "certificate": certificate}) == {
        "no key": 200,
        "bad key": 204,
        "set": 0,
        "again": 101,
        "sealed": True,
        "chain": True,
        "request": "",
    }


def test_the_sdk_sets_one_log_level_for_all_contexts(step: Step) -> None:
    assert step("administration", "logs") == {"set": 0, "levels": [5]}


@since("3.6")
def test_the_sdk_administers_links_and_a_unit_with_link_units_refuses_to_be_linked_itself(
    generation: str, step: Step
) -> None:
    found = step("administration", "linking")
    assert found["requested"] == 2
    assert found.get("settings", [0, True]) == [0, True]
    assert (found.get("added", 0), found["links"]) == (0, [2, 4] if generation == "4.4" else [2])


@only("3.3")
def test_the_sdk_changes_network_services_of_old_firmware(step: Step) -> None:
    assert step("administration", "old_network") == {"codes": [0, 0], "wrong": 1, "port": 8443}


def test_the_sdk_checks_time_servers(generation: str, step: Step) -> None:
    expected = (
        {"answers": 0, "silent": 7} if generation == "4.4" else {"answers": True, "silent": False}
    )
    assert step("administration", "clock") == expected


def test_the_name_service_finds_objects(step: Step) -> None:
    assert step("administration", "names") == {"label": "3", "unknown": True}


def test_the_sdk_calls_the_bulk_interface_directly(step: Step) -> None:
    assert step("administration", "bulks") == {"new": 12, "old": 200, "limit": False}
