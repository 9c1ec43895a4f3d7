"""Simulated SNMP devices: recordings of real units, and the built-in units.

No network, no waiting.
"""

from __future__ import annotations

from typing import Callable, Optional

import pytest

from tests.handlers.snmp import recorded
from tests.simulators.clockwork import ManualClock
from tests.simulators.snmp_agent import (
    BUILT_IN,
    Device,
    Model,
    read_snmprec,
    write_snmprec,
)
from tests.simulators.snmp_agent.device import (
    INTEGER,
    OCTETS,
    arcs,
)
from tests.simulators.snmp_agent.devices import apc, eaton, guarded, packed, servertech


def _write(device: Device, oid: str, number: int) -> str:
    return device.write(arcs(oid), INTEGER, number)


@pytest.mark.against("recordings of real units")
def test_every_recording_of_a_real_unit_is_read() -> None:
    for name in recorded.NAMES:
        rows = recorded.rows(name)
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
    real = recorded.rows(recording)
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
