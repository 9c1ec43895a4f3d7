"""A unit over SNMP loses one object that its lines and breakers need: each part is as before, or
the answer says that a part, or the load, is not known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import pytest

from handlers.shared.errors import PduHandlerError
from handlers.shared.meter_figures import Figure, NotKnown, NotMetered
from handlers.snmp import metering
from pdu.inspection.snmp.topology import parts_of_device
from pdu.inspection.topology import MeteredPart
from tests.handlers.snmp import units
from tests.handlers.snmp.memory import Memory, plain
from tests.simulators.snmp_units import Fixture

#: units that lose a part with a cell without a word, by the reason why nothing proves the loss
UNPROVEN = {
    "no other object that is read shows the part": "aten-pe2 cyberpower-ats",
}


class Answer(NamedTuple):
    """What `pdu check --lines` reads of the currents of a PDU."""

    load_a: Figure
    parts: Sequence[MeteredPart]

    @property
    def says_not_known(self) -> bool:
        currents = [self.load_a, *(part.current_a for part in self.parts)]
        return any(isinstance(current, (NotKnown, NotMetered)) for current in currents)

    def measured(self) -> Mapping[str, float]:
        return {p.label: p.current_a for p in self.parts if isinstance(p.current_a, float)}

    def has(self, label: str, current_a: float) -> bool:
        """Whether a part is there, if only by its row: its number on its unit may be lost."""
        now = self.measured()
        rows = [current for other, current in now.items() if "row " in other]
        return now.get(label) == current_a or current_a in rows


def read(unit: Fixture, device: Memory) -> Answer:
    """The answer in the order of `poll_lines`: the states, the figures with W, then the parts."""
    snmp_device = units.find(unit, device)
    figures = metering.read_statistic(snmp_device)
    return Answer(figures.load_a, parts_of_device(snmp_device))


def objects_read(unit: Fixture, device: Memory) -> list[str]:
    """The OIDs of the unit's objects that a reading asks for."""
    read(unit, device)
    # each is a word such as GET, and an OID
    roots = tuple(f"{request.partition(' ')[2]}." for request in device.asked)
    return [oid for oid in unit.rows if f"{oid}.".startswith(roots)]


def silent_losses(whole: Answer, answer: Answer) -> Iterator[str]:
    """The parts that the answer neither has nor replaces with one that is not known. Without any
    part, the load of the PDU is compared with the limits.
    """
    if not answer.parts or answer.says_not_known:
        return
    for label, current_a in whole.measured().items():
        if not answer.has(label, current_a):
            yield label


def other_currents(whole: Answer, answer: Answer) -> Iterator[str]:
    """The parts with another current than before."""
    before = whole.measured()
    for label, current in answer.measured().items():
        if before.get(label, current) != current or current not in before.values():
            yield f"{label}: {before.get(label)} is {current}"


@units.EACH
@pytest.mark.sample(12)
def test_no_part_vanishes_with_one_object(unit: Fixture) -> None:
    device = Memory({oid: plain(row) for oid, row in unit.rows.items()})
    whole = read(unit, device)
    labels = [part.label for part in whole.parts]
    assert len(set(labels)) == len(labels)
    losses: list[str] = []
    for oid in objects_read(unit, device) if whole.parts else ():
        with device.without([oid]):
            try:
                answer = read(unit, device)
            except PduHandlerError:
                continue
        assert list(other_currents(whole, answer)) == [], oid
        losses += [f"{oid}: {loss}" for loss in silent_losses(whole, answer)]
    is_named = any(unit.name in names.split() for names in UNPROVEN.values())
    assert bool(losses) is is_named, losses


def test_the_named_units_are_units() -> None:
    unit_names = {unit.name for unit in units.FIXTURES}
    for names in UNPROVEN.values():
        assert set(names.split()) <= unit_names
