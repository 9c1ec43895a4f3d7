"""What outlets do when power comes back, over each protocol, and the file that keeps it with states
and loads.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from handlers.nut.daisy_chain import Member
from handlers.raritan.rpc.pdumodel import Outlet, Pdu
from handlers.shared.errors import SettingsError
from pdu import root
from pdu.pdus import reader_pool, saved_readings
from pdu.pdus.adapters.nut.power_restore import member_policies
from pdu.pdus.adapters.power_restore import LAST, NOT_KNOWN, OFF, ON, OutletRestorePolicy
from pdu.pdus.adapters.raritan.power_restore import unit_policies
from pdu.pdus.adapters.redfish.power_restore import restore_policy
from pdu.pdus.polling import poll_full
from pdu.pdus.states import DOWN, UNKNOWN, UP, word
from tests.needs import ROOT
from tests.packaging.building import files
from tests.pdu.monitoring.halls import line, login, private
from tests.pdu.pdus.test_one_reading import target_of
from tests.peers import PEERS

STATES = Outlet.StartupState


# ---- what the protocols say ----------------------------------------------------------------------


def test_a_redfish_outlet_restores_by_its_policy_and_its_own_delay() -> None:
    # Outlet.v1: PowerOnDelaySeconds is after a command or a power cycle
    said = {"PowerRestorePolicy": "AlwaysOn", "PowerOnDelaySeconds": 4}
    assert restore_policy(said) == OutletRestorePolicy(ON)
    assert restore_policy({**said, "PowerRestoreDelaySeconds": 9}) == OutletRestorePolicy(
        ON, 9.0, 9.0
    )
    assert restore_policy({"PowerRestorePolicy": "LastState"}) == OutletRestorePolicy(LAST)
    assert restore_policy({"PowerRestorePolicy": "AlwaysOff"}) == OutletRestorePolicy(OFF)
    for strange in ("On", None, 1):
        assert restore_policy({"PowerRestorePolicy": strange}) == OutletRestorePolicy(NOT_KNOWN)


def test_nut_knows_a_delay_and_no_state() -> None:
    member = Member(0)
    member.rows.update(
        {"1": {"delay.start": "3"}, "2": {"delay.start": "-1"}, "3": {"status": "on"}}
    )
    assert member_policies(member) == {"1": OutletRestorePolicy(NOT_KNOWN, 3.0, 3.0)}


def settings(*states: STATES, wait_ms: int = 0) -> list[Outlet.Settings]:
    return [Outlet.Settings(startupState=state, sequenceDelay=wait_ms) for state in states]


def test_xerus_waits_after_each_outlet_of_its_sequence() -> None:
    unit = Pdu.Settings(
        startupState=Pdu.StartupState.SS_OFF,
        inRushGuardDelay=200,
        outletPowerStateSequence=[2, 0, 1, 3],
    )
    outlets = settings(
        STATES.SS_ON, STATES.SS_LASTKNOWN, STATES.SS_ON, STATES.SS_PDUDEF, wait_ms=1000
    )
    assert unit_policies(unit, outlets) == [
        OutletRestorePolicy(ON, 1.0, 1.2, True),
        OutletRestorePolicy(LAST, 2.0, 2.4, True),
        OutletRestorePolicy(ON, 0.0, 0.0, True),
        # the one before it may stay off, and then nothing waits for it
        OutletRestorePolicy(OFF, 2.0, 3.6, True),
    ]


def test_the_unit_of_the_delay_of_a_whole_xerus_unit_stays_open() -> None:
    unit = Pdu.Settings(powerOnDelay=3000)
    assert unit_policies(unit, settings(STATES.SS_ON)) == [
        OutletRestorePolicy(ON, 3.0, 3000.0, True)
    ]


def test_latching_relays_of_xerus_keep_their_position() -> None:
    unit = Pdu.Settings(latchingRelays=True, powerOnDelay=60)
    assert unit_policies(unit, settings(STATES.SS_OFF)) == [OutletRestorePolicy(LAST, 0.0, 0.0)]


def test_a_sequence_that_lists_an_outlet_twice_says_nothing_of_times() -> None:
    unit = Pdu.Settings(outletPowerStateSequence=[0, 0])
    outlet_restore_policies = unit_policies(unit, settings(STATES.SS_ON, STATES.SS_OFF))
    assert outlet_restore_policies == [
        OutletRestorePolicy(ON, 0.0, None, True),
        OutletRestorePolicy(OFF, 0.0, None, True),
    ]


# ---- the doors and the file ----------------------------------------------------------------------


@pytest.mark.parametrize("handler", ["snmp", "raritan", "redfish"])
def test_a_tool_reads_it_over_each_protocol(handler: str, tmp_path: Path) -> None:
    with PEERS[handler]() as peer:
        reading = poll_full(target_of(peer, tmp_path))
    assert reading.failure is None
    outlet_restore_policies = [
        outlet.power_on for outlet in reading.outlets if outlet.power_on is not None
    ]
    assert bool(outlet_restore_policies) == (handler != "snmp") or all(
        outlet_restore_policy.state == ON for outlet_restore_policy in outlet_restore_policies
    )


def test_no_archive_holds_it() -> None:
    for handler in ("nut", "raritan", "redfish", "snmp"):
        held = files(ROOT / "handlers", handler)
        assert held and not [name for name in held if "power_on" in name]


def test_check_saves_a_file_that_reads_back_as_it_was(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with PEERS["redfish"]() as peer:
        logins = private(tmp_path / "logins.toml", login(peer))
        fleet, path = tmp_path / "list.csv", tmp_path / "monday.json"
        fleet.write_text(f"name,handler,address,auth,settings\n{line(tmp_path, peer)}\n")
        words = ["check", str(fleet), "--auth", str(logins), "--save", str(path)]
        assert root.run(words) == 0
        # a saved file is never replaced, which is said before anything is read
        capsys.readouterr()
        monkeypatch.setattr(reader_pool, "read_all", None)
        assert root.run(words) == 2
        err = capsys.readouterr().err
        assert (
            err
            == f"settings: {path} exists, and is not replaced: give another name, or remove it\n"
        )
    document = json.loads(path.read_text())
    read = saved_readings.parse_readings(document, "monday.json")
    assert json.loads(json.dumps(saved_readings.readings_document(read))) == document
    (pdu,) = read.pdus.values()
    assert {outlet.power_on for outlet in pdu.outlets.values()} >= {
        OutletRestorePolicy(LAST, 0.0, 0.0)
    }


def test_a_state_is_read_by_its_word_and_by_nothing_else() -> None:
    for text, state in ("on", UP), ("off", DOWN), ("unknown", UNKNOWN):
        outlets = [{"identity": "1", "state": text, "current_a": 1.0}]
        read = saved_readings.parse_readings(
            {"pdus": [{"name": "a", "outlets": outlets}]}, "x.json"
        )
        assert read.pdus["a"].outlets["1"].state is state
        (again,) = saved_readings.readings_document(read)["pdus"][0]["outlets"]
        assert again["state"] == word(state)
    for text in ("On", "up", "UP", "1", ""):
        outlets = [{"identity": "1", "state": text, "current_a": 1.0}]
        with pytest.raises(SettingsError) as error_info:
            saved_readings.parse_readings({"pdus": [{"name": "a", "outlets": outlets}]}, "x.json")
        expected = f"x.json: PDU 'a', outlet '1': the state {text!r} is none of on, off, unknown"
        assert str(error_info.value) == expected


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "maybe", "earliest_s": 0, "latest_s": None},
        {"state": "on", "earliest_s": 5, "latest_s": 4},
        {"state": "on", "earliest_s": None, "latest_s": None},
        {"state": "on"},
        ["on"],
    ],
)
def test_a_file_with_another_power_on_is_refused(wrong: object) -> None:
    outlets = [{"identity": "1", "state": "on", "current_a": 1.0}]
    pdu = {"name": "a", "outlets": outlets, "power_on": {"1": wrong}}
    with pytest.raises(SettingsError, match="does not hold readings"):
        saved_readings.parse_readings({"pdus": [pdu]}, "x.json")
