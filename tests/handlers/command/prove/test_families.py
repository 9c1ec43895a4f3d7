"""Every SNMP family that is switched passes with an honest unit, by the commands that it says."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from handlers.command.field.snmp import recording
from handlers.command.field.snmp.rows import Rows, SnmpRow, arcs
from handlers.command.prove.contract import COMMANDS
from handlers.command.prove.document import BROKEN, KEPT
from handlers.command.prove.gathering import Unit
from handlers.snmp import metering
from handlers.snmp.device import SnmpDevice
from handlers.snmp.evidence import Confidence
from handlers.snmp.profiles import PROFILES
from handlers.snmp.settings import Choice, choose
from pdu_common.connection import PduSnmpData
from tests import recordings
from tests.handlers.command.prove.rig import FastClock, Plant, Rig, proven, quick
from tests.recordings import Fixture
from tests.simulators.snmp_agent import Agent, Device, Row

SWITCHED = [one.key for one in PROFILES if one.switching_confidence is not Confidence.NONE]
#: what the fixtures themselves cannot keep, which the proof says: an inlet of a far larger unit
#: than its few outlets; indexes that hold a MAC address, whose stand-in the family does not read
_NAMED = {
    "cpi-econnect": "recording",
    "cyberpower-epdu": "sums",
    "raritan-px1": "sums",
    "raritan-px2": "sums",
    "tripplite-products": "sums",
}
_NUMBERS = (2, 4, 65, 66, 70)


def _fixture(key: str) -> Fixture:
    """A switched unit of the family."""
    return next(one for one in recordings.fixtures() if one.key == key and one.switch is not None)


def _rows(rows: dict[str, Row]) -> Rows:
    return {arcs(oid): SnmpRow(row.tag, row.value) for oid, row in rows.items()}


def honest(unit: Fixture, clock: FastClock) -> Device:
    """The unit with the outlet of `unit.switch` on, and nothing plugged in there: the rows of a
    fixture stand still, and a meter that stands still while its relay moves is a lie.
    """
    assert unit.switch is not None
    device = Device(unit.rows, unit.rules, clock)
    if unit.expected.outlets[unit.switch.identity].state != "on":
        for order in unit.switch.on:
            value = int(order.value) if order.tag == 2 else order.value.encode()
            assert device.write(arcs(order.oid), order.tag, value) == ""
        clock.sleep(60.0)
    rows = _without_load(unit.switch.identity, device.rows(), choose({"profile": unit.key}, {}))
    return Device(rows, unit.rules, clock)


def _figures(found: SnmpDevice, name: str) -> tuple[Sequence[object], Sequence[object]]:
    """Those of the outlet, and those of the other outlets."""
    figures = [one for one in metering.meter(found) if isinstance(one, dict)]
    own = [one.get(name) for one in figures]
    return own, [{key: one[key] for key in one if key != name} for one in figures]


def _without_load(name: str, rows: dict[str, Row], choice: Choice) -> dict[str, Row]:
    """The rows with the outlet's own current and power at 0, and nothing else changed."""
    found = recording.read(_rows(rows), choice)
    for oid, row in list(rows.items()):
        own, others = _figures(found, name)
        if not any(own):
            break
        if row.tag not in _NUMBERS or not row.value:
            continue
        tried = {**rows, oid: Row(row.tag, b"0.0" if row.tag == 4 else 0)}
        now = recording.detected(_rows(tried), choice)
        if now is None or now.states != found.states or now.profile.key != found.profile.key:
            continue
        own_now, others_now = _figures(now, name)
        if own_now != own and others_now == others and None not in set(own_now) - set(own):
            rows, found = tried, now
    return rows


@pytest.mark.parametrize("key", SWITCHED)
def test_an_honest_unit_of_a_family_passes(key: str) -> None:
    unit = _fixture(key)
    assert unit.switch is not None
    name, clock = unit.switch.identity, FastClock()
    device = honest(unit, clock)
    settings = {"switch_unproven": "yes"}
    if not any(oid.startswith("1.3.6.1.2.1.1.2") for oid in unit.rows) or unit.also:
        settings["profile"] = key
    versions = tuple(1 if one == "1" else 2 for one in unit.versions)
    with Agent(device, versions=versions) as agent:
        params = {
            "version": "2" if "2c" in unit.versions else "1",
            "port": str(agent.port),
            "community": "private",
        }
        data = PduSnmpData(agent.host, params, settings)
        rig = Rig(Unit(quick("snmp"), data), Plant(clock), lambda _: None, lambda _: None)
        # the counters of a fixture stand still, so nothing is said of five minutes of power
        proof = proven(rig, outlet=name, watch_s=0.0)
    broken = [one for one in proof.verdicts if one.verdict == BROKEN]
    assert [one.promise for one in broken] == [_NAMED[key]] if key in _NAMED else not broken, broken
    kept = {one.promise for one in proof.verdicts if one.verdict == KEPT}
    assert kept >= {"twice", "recording", "switches", "stays", "restored"} - {_NAMED.get(key)}
    assert len(proof.commands) == COMMANDS
    # what was waited for, besides the five minutes between the readings
    assert clock.skipped < 300


def test_there_are_as_many_families_as_the_page_says() -> None:
    assert len(SWITCHED) == 84
