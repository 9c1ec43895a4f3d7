"""Simulated SNMP devices: the rules for a SET, .snmprec files, and the built-in units.

No network, no waiting.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Callable, Optional

import pytest

from tests.needs import shared
from tests.simulators.clockwork import ManualClock
from tests.simulators.snmp_agent import (
    BUILT_IN,
    Device,
    Effect,
    Model,
    Row,
    Rule,
    When,
    read_snmprec,
    write_snmprec,
)
from tests.simulators.snmp_agent.device import (
    INTEGER,
    IP,
    OCTETS,
    arcs,
    rules_as_json,
    rules_from_json,
)
from tests.simulators.snmp_agent.devices import apc, eaton, guarded, packed, servertech

A, B = "1.3.6.1.4.1.99999.1", "1.3.6.1.4.1.99999.2"


def _device(rules: Optional[Sequence[Rule]], clock: Optional[ManualClock] = None) -> Device:
    rows = {f"{column}.{n}": Row(INTEGER, 0) for column in (A, B) for n in (1, 2, 3)}
    return Device(
        {**rows, "1.3.6.1.2.1.1.6.0": Row(OCTETS, b"rack")}, rules, clock or ManualClock()
    )


def _write(device: Device, oid: str, number: int) -> str:
    return device.write(arcs(oid), INTEGER, number)


@pytest.mark.parametrize(
    "rule, value, answer",
    [
        (Rule(f"{A}.*", allow=("1", "2")), 3, "wrongValue"),
        (Rule(f"{A}.*", lowest=0, highest=5), 6, "wrongValue"),
        (Rule(f"{A}.*", lowest=0, highest=5), -1, "wrongValue"),
        (Rule(f"{A}.*", longest=1), 12, "wrongLength"),
        (Rule(f"{A}.*", refuse="noAccess"), 1, "noAccess"),
        (
            Rule(f"{A}.*", when=(When(f"{B}.*", ("1",)),), otherwise="inconsistentValue"),
            1,
            "inconsistentValue",
        ),
        (Rule(f"{B}.*"), 1, "notWritable"),
        (Rule(A), 1, "notWritable"),
    ],
)
def test_a_refused_write_changes_nothing_and_is_logged_with_its_error(
    rule: Rule, value: int, answer: str
) -> None:
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
    device = _device(
        [Rule(f"{A}.*", effects=(Effect(f"{B}.*", mapping={"1": "8"}, after=2.0),))], clock
    )
    _write(device, f"{A}.2", 1)
    assert device.text(f"{B}.2") == "0"
    clock.now = 2.0
    assert [device.text(f"{B}.{n}") for n in (1, 2, 3)] == ["0", "8", "0"]


def test_a_written_delay_in_seconds_is_restarted_by_a_later_write() -> None:
    clock = ManualClock()
    device = _device(
        [Rule(f"{A}.*", effects=(Effect(f"{B}.*", "1", after_written=True, cancels=True),))], clock
    )
    _write(device, f"{A}.1", 5)
    clock.now = 3.0
    _write(device, f"{A}.1", 10)
    clock.now = 6.0
    assert device.text(f"{B}.1") == "0"
    clock.now = 13.0
    assert device.text(f"{B}.1") == "1"


def test_rules_survive_json_unchanged() -> None:
    for build in BUILT_IN.values():
        rules = build().device.rules
        assert rules is not None
        assert rules_from_json(json.loads(json.dumps(rules_as_json(rules)))) == list(rules)


def test_rows_survive_a_snmprec_file_unchanged() -> None:
    rows = {
        "1.3.6.1.1": Row(INTEGER, -5),
        "1.3.6.1.2": Row(OCTETS, b"\xff|\n"),
        "1.3.6.1.3": Row(6, (1, 3, 6)),
        "1.3.6.1.4": Row(IP, bytes((10, 0, 0, 1))),
        "1.3.6.1.5": Row(70, 2**64 - 1),
        "1.3.6.1.6": Row(OCTETS, b""),
    }
    assert read_snmprec(write_snmprec(rows)) == rows


@pytest.mark.against("recordings of real units")
def test_every_recording_next_to_the_project_is_read() -> None:
    found = sorted(shared("snmp", "recordings").glob("*.snmprec"))
    assert found
    for path in found:
        rows = read_snmprec(path.read_text("utf-8", "surrogateescape"))
        assert len(rows) > 20
        assert read_snmprec(write_snmprec(rows)) == rows


@pytest.mark.against("recordings of real units")
@pytest.mark.parametrize(
    "build, recording",
    [
        (apc.masterswitch, "apc_masterswitch2"),
        (apc.rpdu2, "apc_ap8959eu3"),
        (packed.aten, "atenpdu"),
        (packed.wti, "wti-power"),
        (servertech.sentry3, "sentry3_switched"),
    ],
)
def test_an_object_has_the_type_that_it_has_on_a_real_unit(
    build: Callable[[], Model], recording: str
) -> None:
    real = read_snmprec(
        (shared("snmp", "recordings") / f"{recording}.snmprec").read_text(
            "utf-8", "surrogateescape"
        )
    )
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


def test_schleifenbauer_ignores_writes_to_a_locked_outlet_and_locks_again() -> None:
    clock = ManualClock()
    model = guarded.schleifenbauer(outlets=2)
    device = Device(model.device.rows(), model.device.rules, clock)
    state, unlock = (
        "1.3.6.1.4.1.31034.12.1.1.2.7.3.1.2.210.1",
        "1.3.6.1.4.1.31034.12.1.1.2.7.3.1.4.210.1",
    )
    assert _write(device, state, 0) == "" and device.text(state) == "1"
    _write(device, unlock, 1)
    assert _write(device, state, 0) == "" and device.text(state) == "0"
    clock.now = 10.5
    assert _write(device, state, 1) == "" and device.text(state) == "0"


def test_a_second_writer_of_a_string_undoes_the_change_of_the_first() -> None:
    device = packed.digipower(outlets=3).device
    states = "1.3.6.1.4.1.17420.1.2.9.1.13.0"
    read_by_both = device.text(states)
    assert read_by_both == "1,1,1"
    device.write(arcs(states), OCTETS, b"0,1,1")
    device.write(arcs(states), OCTETS, b"1,1,0")
    assert device.text(states) == "1,1,0"


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


def test_built_in_devices_have_their_familys_key_and_labelled_outlets_in_both_states() -> None:
    for key, build in BUILT_IN.items():
        model = build()
        states: dict[str, Optional[bool]] = model.books().states
        assert model.name == key and len(states) > 3
        assert {True, False} <= set(states.values())
        assert set(model.labels) == set(states)
