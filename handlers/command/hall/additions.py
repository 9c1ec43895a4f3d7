"""What to add to a drawing so that a rehearsal can say more: the last table of its answer. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from ..drawing.drawing import HallNode
from .rehearsal import Hall, RehearsalOutcome
from .scenario import Bounds
from .verdicts import Now, Verdict


@dataclass(frozen=True)
class Addition:
    """One thing to draw or to read."""

    #: for people
    what: str
    #: how many machines nobody can decide without it
    machines: int


def additions(hall: Hall, outcome: RehearsalOutcome) -> list[Addition]:
    """The additions for one outcome, first those that may decide the most machines."""
    found = hall.scenario(outcome.failed)
    ways = _Ways(hall, found)
    counts: Counter[str] = Counter()
    for one in outcome.touched:
        if one.verdict is Verdict.CANNOT_SAY:
            counts.update(set(ways.of(one.machine)))
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [Addition(what, count) for what, count in ranked]


class _Ways:
    def __init__(self, hall: Hall, found: Bounds) -> None:
        self._hall, self._found = hall, found
        self._tripping = {one: list(self._of_carrier(one)) for one in found.tripping}

    def of(self, machine: str) -> Iterable[str]:
        """What is missing for one machine."""
        hall, found = self._hall, self._found
        graph = hall.loaded.graph
        one = hall.loaded.consumers[hall.places[machine]]
        for cord, node in zip(one.cords, one.nodes):
            if node in found.at_first:
                continue
            if cord.now is Now.UNREAD or cord.now is Now.UNKNOWN:
                yield f"a reading of {cord.cord.pdu}"
            elif cord.now is Now.UNMETERED:
                yield self._meter(cord.cord.pdu)
            elif cord.now is Now.WEAK and hall.readings.outlet(*cord.cord) is not None:
                yield from self._watts(cord.cord.pdu)
            if node in found.step_one:
                yield from self._place(cord.cord.pdu)
            for carrier in graph.carriers_above(node):
                yield from self._tripping.get(carrier, ())

    def _watts(self, name: str) -> Iterable[str]:
        read = self._hall.readings.pdus.get(name)
        if read is not None and all(one.power_w is None for one in read.outlets.values()):
            yield f"watts of the outlets of {name}"

    def _meter(self, name: str) -> str:
        """What shows the currents of a PDU's outlets: one that did not answer may have meters."""
        read = self._hall.readings.pdus.get(name)
        if read is None or not read.outlets:
            return f"a reading of {name}"
        return f"a meter for the outlets of {name}"

    def _of_carrier(self, number: int) -> Iterable[str]:
        """What is missing to know whether a line or breaker trips."""
        hall = self._hall
        loaded = hall.loaded
        carrier = loaded.graph.carriers[number]
        if carrier.most_a is not None or (not carrier.pdu and "the line of" in carrier.name):
            yield f"`of` or the line among the inputs of {carrier.breaker.name}"
        elif carrier.breaker.rating_a is None:
            owner, _, _ = carrier.name.rpartition("/")
            yield (
                f"breaker_a of lines of {owner}" if carrier.trips else f"rating_a of {carrier.name}"
            )
        if carrier.part < 1 and carrier.breaker.phases is None:
            yield f"phases of {carrier.name}"
        pdus = set(loaded.sums[number].unmetered) if number in loaded.sums else set()
        for pdu in sorted(pdus):
            yield self._meter(pdu)
        for pdu in {
            cord.cord.pdu
            for consumer in loaded.on.get(number, ())
            for cord, node in zip(
                loaded.consumers[consumer].cords, loaded.consumers[consumer].nodes
            )
            if loaded.graph.carriers_above(node).get(number) is False
        }:
            yield from self._place(pdu)

    def _place(self, name: str) -> Iterable[str]:
        """What the drawing does not say of a PDU's lines."""
        pdu = self._hall.drawing.pdus[name]
        if not pdu.lines_are_drawn or any(
            one.outlets is None and not one.every for one in (*pdu.lines, *pdu.breakers)
        ):
            yield f"the lines and breakers of {name}, with their outlets"
        boards = [one for one in pdu.inputs if isinstance(one, HallNode) and one.kind != "breaker"]
        named = all(line.of is not None for line in pdu.lines)
        if not named and any(
            board.kind != "feed" and self._hall.drawing.panels[board.name].lines for board in boards
        ):
            yield f"`of` for the lines of {name}"
