"""Every SNMP family that is switched passes with an honest unit, by the commands that it says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from handlers.snmp.device import SnmpDevice
from handlers.snmp.evidence import Confidence
from handlers.snmp.profiles import PROFILES
from handlers.snmp.settings import select_families
from pdu.evidence.prove.contract import COMMANDS
from pdu.evidence.prove.document import BROKEN, KEPT
from pdu.evidence.prove.unit_reading import UnitUnderTest
from pdu.recordings.snmp import recording
from pdu.recordings.snmp.recorded_rows import Rows, SnmpRow, arcs
from pdu_common.connection import PduSnmpData
from tests import recordings
from tests.handlers.snmp.exact_figures import read_exactly
from tests.pdu.evidence.prove.rig import FastClock, Plant, Rig, proven, quick
from tests.recordings import Fixture
from tests.simulators.snmp_agent import Agent, Device, Row
from tests.simulators.snmp_agent.device import Arcs, Value, as_text, dotted, from_text

SWITCHED = [one.key for one in PROFILES if one.switching_confidence is not Confidence.NONE]
_NUMBERS = (2, 4, 65, 66, 70)
# they tell no figure of an outlet that carries nothing
_SILENT_AT_0 = ("avocent-pm", "netio")
# of a figure that is a text
_NOTHING = {4: "0.0"}


def _fixture(key: str) -> Fixture:
    """A switched unit of the family."""
    return next(one for one in recordings.fixtures() if one.key == key and one.switch is not None)


def _rows(rows: dict[str, Row]) -> Rows:
    return {arcs(oid): SnmpRow(row.tag, row.value) for oid, row in rows.items()}


class _Metered(Device):
    """A unit on which the meter of one outlet follows the outlet's commands."""

    #: the outlet's own figures while it is on
    load: Mapping[str, Row]
    #: (OID, value) of the write that completes a command -> whether it was "on"
    last: Mapping[tuple[str, str], bool]

    def write(self, oid: Arcs, tag: int, value: Value) -> str:
        refused = super().write(oid, tag, value)
        on = self.last.get((dotted(oid), as_text(Row(tag, value))))
        if not refused and on is not None:
            for name, row in self.load.items():
                self.put(name, as_text(row) if on else _NOTHING.get(row.tag, "0"))
        return refused


def honest(unit: Fixture, clock: FastClock) -> _Metered:
    """The unit with the outlet of `unit.switch` on."""
    assert unit.switch is not None
    device = Device(unit.rows, unit.rules, clock)
    if unit.expected.outlets[unit.switch.identity].state != "on":
        for order in unit.switch.on:
            value = int(order.value) if order.tag == 2 else order.value.encode()
            assert device.write(arcs(order.oid), order.tag, value) == ""
        clock.sleep(60.0)
    made = _Metered(device.rows(), unit.rules, clock)
    made.load = _load(unit, device.rows())
    made.last = {
        (orders[-1].oid, orders[-1].value): on
        for on, orders in ((True, unit.switch.on), (False, unit.switch.off))
    }
    return made


def _figures(found: SnmpDevice, name: str) -> tuple[Sequence[object], Sequence[object]]:
    """Those of the outlet, and those of the other outlets."""
    read = read_exactly(found)
    figures = (read.currents, read.powers)
    own = [one.get(name) for one in figures]
    return own, [{key: one[key] for key in one if key != name} for one in figures]


def _may_be(row: Row, figures: Sequence[object]) -> bool:
    """Whether the digits of one of the figures are in the row."""
    text = as_text(row)
    if not text.isprintable():
        return True  # packed
    digits = [str(one).replace(".", "").strip("0") for one in figures if one]
    return any(one and one in text.replace(".", "") for one in digits)


def _load(unit: Fixture, rows: dict[str, Row]) -> dict[str, Row]:
    """The rows of the outlet's own current and power: with 0 there, nothing else changes."""
    assert unit.switch is not None
    name, choice = unit.switch.identity, select_families({"profile": unit.key}, {})
    found = recording.read_device(_rows(rows), choice)
    load: dict[str, Row] = {}
    own, others = _figures(found, name)
    likely = [oid for oid, row in rows.items() if _may_be(row, own)]
    # a figure that is a sum of several rows has other digits
    for oid in dict.fromkeys((*likely, *rows)):
        row = rows[oid]
        if not any(own):
            break
        if row.tag not in _NUMBERS or not row.value:
            continue
        nothing = from_text(row.tag, _NOTHING.get(row.tag, "0"))
        tried = {**rows, oid: Row(row.tag, nothing)}
        now = recording.detect_device(_rows(tried), choice)
        if now is None or now.states != found.states or now.profile.key != found.profile.key:
            continue
        own_now, others_now = _figures(now, name)
        is_lost = None in set(own_now) - set(own) and unit.key not in _SILENT_AT_0
        if own_now != own and others_now == others and not is_lost:
            rows, found, load[oid] = tried, now, row
            own, others = own_now, others_now
    return load


@pytest.mark.parametrize("key", SWITCHED)
@pytest.mark.sample(4)
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
        rig = Rig(UnitUnderTest(quick("snmp"), data), Plant(clock), lambda _: None, lambda _: None)
        # the counters of a fixture stand still, so nothing is said of five minutes of power
        proof = proven(rig, outlet=name, watch_s=0.0)
    meter = proof.verdict("meter")
    assert meter is not None
    broken = [one for one in proof.verdicts if one.verdict == BROKEN and one is not meter]
    assert broken == []
    # a fixture's inlet stands still, as that of a unit that echoes the command
    assert meter.verdict != BROKEN or "the inlet still carries" in meter.finding
    kept = {one.promise for one in proof.verdicts if one.verdict == KEPT}
    assert kept >= {"twice", "recording", "switches", "stays", "restored"}
    # the outlet's meter followed
    assert "inlet" in meter.finding or not device.load or key in _SILENT_AT_0
    assert len(proof.commands) == COMMANDS
    # what was waited for, besides the five minutes between the readings
    assert clock.skipped < 300


def test_there_are_as_many_families_as_the_page_says() -> None:
    assert len(SWITCHED) == 85
