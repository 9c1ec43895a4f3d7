"""Simulated SNMP devices: the rules for a SET, .snmprec files, and the built-in units. No network, no waiting."""
from __future__ import annotations

import json
from typing import Callable, Dict, List, Optional, Sequence

import pytest

from tests.needs import shared
from tests.simulators.clockwork import ManualClock
from tests.simulators.snmp_agent import BUILT_IN, Device, Effect, Model, Row, Rule, When, read_snmprec, write_snmprec
from tests.simulators.snmp_agent.device import INTEGER, IP, OCTETS, arcs, rules_as_json, rules_from_json
from tests.simulators.snmp_agent.devices import apc, eaton, guarded, packed, servertech

A, B = "1.3.6.1.4.1.99999.1", "1.3.6.1.4.1.99999.2"


def _device(rules: Optional[Sequence[Rule]], clock: Optional[ManualClock] = None) -> Device:
    rows = {f"{column}.{n}": Row(INTEGER, 0) for column in (A, B) for n in (1, 2, 3)}
    return Device({**rows, "1.3.6.1.2.1.1.6.0": Row(OCTETS, b"rack")}, rules, clock or ManualClock())


def _write(device: Device, oid: str, number: int) -> str:
    return device.write(arcs(oid), INTEGER, number)


def test_without_rules_every_row_keeps_the_written_value() -> None:
    device = _device(None)
    assert _write(device, f"{A}.2", 7) == ""
    assert device.write(arcs("1.3.6.1.2.1.1.6.0"), OCTETS, b"row 3") == ""
    assert (device.text(f"{A}.2"), device.text("1.3.6.1.2.1.1.6.0")) == ("7", "row 3")
    assert device.write(arcs("1.3.6.1.2.1.1.6.0"), OCTETS, b"\xff") == "" and device.rows()["1.3.6.1.2.1.1.6.0"].value == b"\xff"


def test_an_address_is_written_and_logged() -> None:
    device = Device({f"{A}.0": Row(IP, bytes((192, 0, 2, 1)))}, None)
    assert device.write(arcs(f"{A}.0"), IP, bytes((192, 0, 2, 7))) == ""
    assert device.text(f"{A}.0") == device.writes()[0].value == "192.0.2.7"


def test_a_condition_that_has_become_true_meanwhile_lets_a_write_pass() -> None:
    clock = ManualClock()
    device = _device([Rule(f"{B}.*", effects=(Effect(f"{B}.*", "9", after=2.0),)),
                      Rule(f"{A}.*", when=(When(f"{B}.*", ("9",)),), otherwise="inconsistentValue")], clock)
    _write(device, f"{B}.1", 1)
    assert device.check(arcs(f"{A}.1"), INTEGER, 5)[0] == "inconsistentValue"
    clock.now = 2.0
    assert device.check(arcs(f"{A}.1"), INTEGER, 5)[0] == ""


@pytest.mark.parametrize("rule, value, answer", [
    (Rule(f"{A}.*", allow=("1", "2")), 3, "wrongValue"),
    (Rule(f"{A}.*", lowest=0, highest=5), 6, "wrongValue"),
    (Rule(f"{A}.*", lowest=0, highest=5), -1, "wrongValue"),
    (Rule(f"{A}.*", longest=1), 12, "wrongLength"),
    (Rule(f"{A}.*", refuse="noAccess"), 1, "noAccess"),
    (Rule(f"{A}.*", when=(When(f"{B}.*", ("1",)),), otherwise="inconsistentValue"), 1, "inconsistentValue"),
    (Rule(f"{B}.*"), 1, "notWritable"),
    (Rule(A), 1, "notWritable"),
])
def test_a_refused_write_changes_nothing_and_is_logged_with_its_error(rule: Rule, value: int, answer: str) -> None:
    device = _device([rule])
    assert _write(device, f"{A}.1", value) == answer
    assert device.text(f"{A}.1") == "0"
    assert [tuple(write) for write in device.writes()] == [(f"{A}.1", INTEGER, str(value), answer)]


def test_a_wrong_type_and_a_missing_object_have_different_errors() -> None:
    device = _device([Rule(f"{A}.*")])
    assert device.write(arcs(f"{A}.1"), OCTETS, b"1") == "wrongType"
    assert _write(device, f"{A}.9", 1) == "notWritable"


def test_an_ignored_write_is_accepted_without_effect() -> None:
    for rule in (Rule(f"{A}.*", ignore=True), Rule(f"{A}.*", when=(When(f"{B}.*", ("1",)),))):
        device = _device([rule])
        assert _write(device, f"{A}.1", 5) == ""
        assert device.text(f"{A}.1") == "0"


def test_an_effect_happens_after_its_delay_in_the_row_that_was_written() -> None:
    clock = ManualClock()
    device = _device([Rule(f"{A}.*", effects=(Effect(f"{B}.*", mapping={"1": "8"}, after=2.0),))], clock)
    _write(device, f"{A}.2", 1)
    assert device.text(f"{B}.2") == "0"
    clock.now = 2.0
    assert [device.text(f"{B}.{n}") for n in (1, 2, 3)] == ["0", "8", "0"]


def test_a_written_delay_in_seconds_is_restarted_by_a_later_write() -> None:
    clock = ManualClock()
    device = _device([Rule(f"{A}.*", effects=(Effect(f"{B}.*", "1", after_written=True, cancels=True),))], clock)
    _write(device, f"{A}.1", 5)
    clock.now = 3.0
    _write(device, f"{A}.1", 10)
    clock.now = 6.0
    assert device.text(f"{B}.1") == "0"
    clock.now = 13.0
    assert device.text(f"{B}.1") == "1"


def test_a_pending_change_of_a_removed_object_is_dropped() -> None:
    clock = ManualClock()
    device = _device([Rule(f"{A}.*", effects=(Effect(f"{B}.*", "1", after=1.0),))], clock)
    _write(device, f"{A}.1", 5)
    device.take(f"{B}.1")
    clock.now = 2.0
    assert (device.text(f"{B}.1"), device.text(f"{A}.1")) == (None, "5")


def test_a_person_at_the_device_changes_a_value_without_a_write() -> None:
    device = _device([])
    device.put(f"{A}.1", "4")
    assert device.text(f"{A}.1") == "4"
    assert device.writes() == []


def test_rules_survive_json_unchanged() -> None:
    for build in BUILT_IN.values():
        rules = build().device.rules
        assert rules is not None
        assert rules_from_json(json.loads(json.dumps(rules_as_json(rules)))) == list(rules)


def test_rows_survive_a_snmprec_file_unchanged() -> None:
    rows = {"1.3.6.1.1": Row(INTEGER, -5), "1.3.6.1.2": Row(OCTETS, b"\xff|\n"), "1.3.6.1.3": Row(6, (1, 3, 6)),
            "1.3.6.1.4": Row(IP, bytes((10, 0, 0, 1))), "1.3.6.1.5": Row(70, 2**64 - 1), "1.3.6.1.6": Row(OCTETS, b"")}
    assert read_snmprec(write_snmprec(rows)) == rows


@pytest.mark.parametrize("text", ("1.3.6|2", "1.3.6|2|x", "1.3.x|2|1", "1.3.6|4x|zz", "1|2|5", "1.3.6|6|1",
                                  "nonsense"))
def test_a_bad_line_of_a_recording_is_named(text: str) -> None:
    with pytest.raises(ValueError, match="line 2"):
        read_snmprec(f"# comment\n{text}\n")


@pytest.mark.against("recordings of real units")
def test_every_recording_next_to_the_project_is_read() -> None:
    found = sorted(shared("snmp", "recordings").glob("*.snmprec"))
    assert found
    for path in found:
        rows = read_snmprec(path.read_text("utf-8", "surrogateescape"))
        assert len(rows) > 20
        assert read_snmprec(write_snmprec(rows)) == rows


@pytest.mark.against("recordings of real units")
@pytest.mark.parametrize("build, recording", [(apc.masterswitch, "apc_masterswitch2"), (apc.rpdu2, "apc_ap8959eu3"),
                                              (packed.aten, "atenpdu"), (packed.wti, "wti-power"),
                                              (servertech.sentry3, "sentry3_switched")])
def test_an_object_has_the_type_that_it_has_on_a_real_unit(build: Callable[[], Model], recording: str) -> None:
    real = read_snmprec((shared("snmp", "recordings") / f"{recording}.snmprec").read_text("utf-8", "surrogateescape"))
    both = {oid: row.tag for oid, row in build().device.rows().items() if oid in real}
    assert len(both) > 8 and both == {oid: real[oid].tag for oid in both}


def test_eaton_shows_a_delayed_command_as_pending_and_cancels_it() -> None:
    clock = ManualClock()
    model = eaton.epdu(outlets=4)
    device = Device(model.device.rows(), model.device.rules, clock)
    _write(device, f"{eaton.OFF}.0.1", 20)
    assert (device.text(f"{eaton.STATE}.0.1"), device.text(f"{eaton.OFF}.0.1")) == ("2", "20")
    _write(device, f"{eaton.OFF}.0.1", -1)
    clock.now = 60.0
    assert (device.text(f"{eaton.STATE}.0.1"), device.text(f"{eaton.OFF}.0.1")) == ("1", "-1")


def test_eatons_column_shows_the_delay_of_the_last_command() -> None:
    clock = ManualClock()
    model = eaton.epdu(outlets=4)
    device = Device(model.device.rows(), model.device.rules, clock)
    _write(device, f"{eaton.OFF}.0.1", 10)
    _write(device, f"{eaton.OFF}.0.1", 60)
    clock.now = 30.0
    assert (device.text(f"{eaton.STATE}.0.1"), device.text(f"{eaton.OFF}.0.1")) == ("2", "60")


def test_eatons_reboot_switches_on_an_outlet_that_was_off() -> None:
    clock = ManualClock()
    model = eaton.epdu(outlets=4)
    device = Device(model.device.rows(), model.device.rules, clock)
    _write(device, f"{eaton.REBOOT}.0.4", 0)
    assert device.text(f"{eaton.STATE}.0.4") == "0"
    clock.now = 1.5
    assert device.text(f"{eaton.STATE}.0.4") == "1"


@pytest.mark.parametrize("only_now", [True, False])
def test_eaton_refuses_commands_to_locked_outlets_and_some_units_refuse_delays(only_now: bool) -> None:
    device = eaton.epdu(outlets=4, only_now=only_now, locked=(2,)).device
    assert _write(device, f"{eaton.ON}.0.1", 1) == ("wrongValue" if only_now else "")
    assert _write(device, f"{eaton.OFF}.0.2", 0) == "notWritable"


def test_liebert_ignores_a_cycle_of_an_off_outlet_and_refuses_commands_to_a_locked_one() -> None:
    clock = ManualClock()
    model = guarded.liebert(outlets=4, locked=(2,))
    device = Device(model.device.rows(), model.device.rules, clock)
    state, command = "1.3.6.1.4.1.476.1.42.3.8.50.20.1.95.1.2", "1.3.6.1.4.1.476.1.42.3.8.50.20.1.100.1.2"
    assert _write(device, f"{command}.4", 2) == "" and _write(device, f"{command}.1", 2) == ""
    assert (device.text(f"{state}.4"), device.text(f"{state}.1")) == ("1", "1")
    clock.now = 1.5
    assert (device.text(f"{state}.4"), device.text(f"{state}.1")) == ("1", "2")
    assert _write(device, f"{command}.2", 0) == "inconsistentValue"


def test_schleifenbauer_ignores_writes_to_a_locked_outlet_and_locks_again() -> None:
    clock = ManualClock()
    model = guarded.schleifenbauer(outlets=2)
    device = Device(model.device.rows(), model.device.rules, clock)
    state, unlock = "1.3.6.1.4.1.31034.12.1.1.2.7.3.1.2.210.1", "1.3.6.1.4.1.31034.12.1.1.2.7.3.1.4.210.1"
    assert _write(device, state, 0) == "" and device.text(state) == "1"
    _write(device, unlock, 1)
    assert _write(device, state, 0) == "" and device.text(state) == "0"
    clock.now = 10.5
    assert _write(device, state, 1) == "" and device.text(state) == "0"


def test_avocent_ignores_command_1_and_a_locked_outlet_obeys_only_unlock() -> None:
    device = guarded.avocent(outlets=3, locked=(3,)).device
    state, command = "1.3.6.1.4.1.10418.17.2.5.5.1.5.1.1", "1.3.6.1.4.1.10418.17.2.5.5.1.6.1.1"
    assert _write(device, f"{command}.1", 1) == "" and device.text(f"{state}.1") == "2"
    assert _write(device, f"{command}.3", 3) == "inconsistentValue" and device.text(f"{state}.3") == "4"
    _write(device, f"{command}.3", 6)
    assert _write(device, f"{command}.3", 3) == "" and device.text(f"{state}.3") == "1"


def test_sentry_ignores_an_action_on_an_outlet_without_power_control() -> None:
    device = servertech.sentry3(each=2, infeeds=1, fixed=("1.1.1",)).device
    assert _write(device, f"{servertech.ACTION}.1.1.1", 2) == ""
    assert device.text(f"{servertech.STATUS}.1.1.1") == "1"


def test_a_second_writer_of_a_string_undoes_the_change_of_the_first() -> None:
    device = packed.digipower(outlets=3).device
    states = "1.3.6.1.4.1.17420.1.2.9.1.13.0"
    read_by_both = device.text(states)
    assert read_by_both == "1,1,1"
    device.write(arcs(states), OCTETS, b"0,1,1")
    device.write(arcs(states), OCTETS, b"1,1,0")
    assert device.text(states) == "1,1,0"


def test_outlets_that_a_shorter_string_leaves_out_are_unknown() -> None:
    model = packed.digipower(outlets=3)
    model.device.put("1.3.6.1.4.1.17420.1.2.9.1.13.0", "1,0")
    assert model.books().states == {"1": True, "2": False, "3": None}


def test_a_string_longer_than_the_mib_allows_is_refused() -> None:
    device = packed.digipower(outlets=24).device
    assert device.write(arcs("1.3.6.1.4.1.17420.1.2.9.1.13.0"), OCTETS, b",".join([b"1"] * 24)) == "wrongLength"


def test_the_length_of_a_text_is_counted_in_octets() -> None:
    device = Device({f"{A}.0": Row(OCTETS, b"rack")}, [Rule(f"{A}.0", longest=3)])
    assert device.write(arcs(f"{A}.0"), OCTETS, b"\xe4\xf6\xfc") == ""
    assert device.write(arcs(f"{A}.0"), OCTETS, "\xe4\xf6".encode()) == "wrongLength"


def test_a_command_to_one_plug_carries_out_the_pending_actions_of_the_others() -> None:
    device = packed.wti(outlets=3).device
    state, action = "1.3.6.1.4.1.2634.3.100.200.1.3", "1.3.6.1.4.1.2634.3.100.200.1.4"
    _write(device, f"{action}.1", 2)
    assert device.text(f"{state}.1") == "1"
    _write(device, f"{action}.2", 6)
    assert [device.text(f"{state}.{n}") for n in (1, 2, 3)] == ["0", "0", "1"]
    assert [device.text(f"{action}.{n}") for n in (1, 2, 3)] == ["0", "0", "0"]


def test_pulizzis_first_command_object_switches_the_whole_unit() -> None:
    device = packed.pulizzi(outlets=3).device
    _write(device, "1.3.6.1.4.1.20677.2.6.2.1.0", 2)
    assert [device.text(f"1.3.6.1.4.1.20677.2.6.3.{n}.0") for n in (1, 2, 3)] == ["2", "2", "2"]


def test_apc_shows_a_delayed_command_as_pending_in_every_table_until_it_is_done() -> None:
    clock = ManualClock()
    model = apc.rpdu2(outlets=2)
    device = Device(model.device.rows(), model.device.rules, clock)
    _write(device, f"{apc.RPDU2_CONTROL}.5.1", 6)

    def seen() -> List[Optional[str]]:
        return [device.text(f"{oid}.1") for oid in (f"{apc.RPDU2_STATUS}.5", f"{apc.SPDU_CONTROL}.3", *apc.PENDING_COLUMNS)]

    assert seen() == ["2", "1", "1", "1", "1"]
    clock.now = 1.5
    assert seen() == ["1", "2", "2", "2", "2"]


def test_built_in_devices_have_their_familys_key_and_labelled_outlets_in_both_states() -> None:
    for key, build in BUILT_IN.items():
        model = build()
        states: Dict[str, Optional[bool]] = model.books().states
        assert model.name == key and len(states) > 3
        assert {True, False} <= set(states.values())
        assert set(model.labels) == set(states)

