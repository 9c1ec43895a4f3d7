"""What a rehearsal does not know: one list, first what may decide the most machines. Pure.

What the drawing or a reading could say is named as what to add; the rest nobody can say.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple, Optional

from ...core.cli.output import counted
from ...pdus.saved_readings import HallReadings
from ...site.drawing.drawing import HallNode
from ..walk.arithmetic import MAYBE
from ..walk.verdicts import Now
from .bounds import FailureBounds
from .hall_model import HallModel
from .machine_verdicts import TripsAbove
from .rehearsal import RehearsalOutcome


class MissingFact(NamedTuple):
    """One thing that is not known."""

    what: str
    #: how many machines nobody can decide without it; 0 if it is not known of any
    machines: int = 0
    #: machines, or PDUs and outlets where no machine is named; () for all machines
    touches: Sequence[str] = ()


ALWAYS = (
    MissingFact("whether each supply works under its full load, and its rating"),
    MissingFact("what each machine's firmware does when power returns"),
    MissingFact("a generator, a switch or a bypass above the feeds"),
    MissingFact("temperature and age of breakers; loads at another hour"),
    MissingFact("everything above the feeds of the drawing"),
)

_OPEN = {
    Now.UNREAD: "the state and current of outlets that were not read",
    Now.UNKNOWN: "the state of outlets",
    Now.UNMETERED: "the current of outlets without a meter",
    Now.WEAK: "whether supplies that draw hardly more than an input filter are dead",
    Now.IDLE: "why outlets that are on carry nothing",
}
# these are named for each PDU where one failure is rehearsed
_OF_PDUS = (Now.UNREAD, Now.UNKNOWN, Now.UNMETERED)


def missing_facts(
    hall: HallModel, touched_machines: Collection[str], outcome: Optional[RehearsalOutcome] = None
) -> list[MissingFact]:
    """What an answer does not know in which failures touch these machines; `outcome`: that of the
    only one.
    """
    facts = list(_additions(hall, outcome)) if outcome is not None else []
    facts.sort(key=lambda fact: (-fact.machines, fact.what))
    states = {n: {cord.now for cord in hall.cords[n]} for n in hall.cords if n in touched_machines}
    for state in _OPEN:
        names = [name for name in states if state in states[name]]
        if names and (outcome is None or state not in _OF_PDUS):
            facts.append(MissingFact(_OPEN[state], 0, names))
    texts = {fact.what for fact in facts}
    facts += [fact for fact in _facts_of_hall(hall) if fact.what not in texts]
    return [*facts, *_age(hall.readings, time.time()), *ALWAYS]


def _facts_of_hall(hall: HallModel) -> Iterable[MissingFact]:
    pdus = hall.drawing.pdus.values()
    names_by_fact = {
        "whether machines live while these transfer switches change their input": [
            pdu.name for pdu in pdus if len(pdu.inputs) > 1
        ],
        "PDUs whose reading failed, in part or as a whole": [
            name for name, reading in hall.readings.pdus.items() if reading.error
        ],
        "ratings of lines and breakers (key breaker_a)": [
            f"{pdu.name}/{part.name}"
            for pdu in pdus
            for part in (*pdu.lines, *pdu.breakers)
            if part.rating_a is None
        ],
        "which outlets are behind which line (no [[pdu.line]])": [
            pdu.name for pdu in pdus if not pdu.lines_are_drawn
        ],
        "what hangs on outlets that carry current and nobody drew": [
            str(cord.cord) for cord in hall.unowned_cords if cord.high_a
        ],
    }
    return [MissingFact(what, 0, names) for what, names in names_by_fact.items() if names]


def _age(readings: HallReadings, now: float) -> Iterable[MissingFact]:
    """The age of the readings is always named; loads change within minutes."""
    if readings.taken is None:
        yield MissingFact("how old the readings are")
        return
    minutes = round((now - readings.taken) / 60)
    if minutes < 0:
        yield MissingFact("how old the readings are: their time is in the future")
    elif minutes == 0:
        yield MissingFact("what changed since the readings, which are less than a minute old")
    else:
        yield MissingFact(f"what changed since the readings, {counted(minutes, 'minute')} ago")


# ---- what to add ---------------------------------------------------------------------------------


def _additions(hall: HallModel, outcome: RehearsalOutcome) -> Iterable[MissingFact]:
    """What to draw or to read for the machines of one outcome that nobody can decide."""
    lacks = _Lacks(hall, outcome.bounds)
    open_names = [machine.machine for machine in outcome.verdicts if machine.verdict.level == 2]
    places_by_text: dict[str, set[int]] = {}
    #: the keys above machines, which are the same for many -> their places
    alike: dict[frozenset[int], list[int]] = {}
    for place, name in enumerate(open_names):
        for what in lacks.list_at_cords(name):
            places_by_text.setdefault(what, set()).add(place)
        alike.setdefault(lacks.keys_above(name), []).append(place)
    sources: dict[str, set[int]] = {what: set() for what in places_by_text}
    for key in frozenset().union(*alike):
        for what in lacks.list_of_key(key):
            sources.setdefault(what, set()).add(key)
    names_of: dict[frozenset[int], list[str]] = {}
    for what, keys in sources.items():
        behind = frozenset(keys)
        if behind not in names_of or what in places_by_text:
            places = set(places_by_text.get(what, ()))
            places.update(
                *(own_places for above, own_places in alike.items() if not above.isdisjoint(behind))
            )
            names = [open_names[place] for place in sorted(places)]
            if what not in places_by_text:
                names_of[behind] = names
        else:
            names = names_of[behind]
        yield MissingFact(what, len(names), names)


class _Lacks:
    def __init__(self, hall: HallModel, end: FailureBounds) -> None:
        self._hall, self._end = hall, end
        self._trips_above = TripsAbove(hall.graph, end)
        self._of_loads: dict[int, set[str]] = {}

    def keys_above(self, machine: str) -> frozenset[int]:
        """The keys of what trips, or may, above the cords that the failure leaves: one that trips
        may take lines with it that do not feed this outlet.
        """
        nodes = self._hall.consumers[self._hall.places[machine]].nodes
        left_nodes = [node for node in nodes if node not in self._end.at_first]
        return frozenset().union(*map(self._trips_above.keys, left_nodes))

    def list_at_cords(self, machine: str) -> Iterable[str]:
        """What is missing at the cords of one machine."""
        hall, end = self._hall, self._end
        consumer = hall.consumers[hall.places[machine]]
        for cord, node in zip(consumer.cords, consumer.nodes):
            if node in end.at_first:
                continue
            if cord.now is Now.UNREAD or cord.now is Now.UNKNOWN:
                yield f"a reading of {cord.cord.pdu}"
            elif cord.now is Now.UNMETERED:
                yield self._meter(cord.cord.pdu)
            elif cord.now is Now.WEAK and hall.readings.outlet(*cord.cord) is not None:
                yield from self._watts(cord.cord.pdu)
            if node in end.step_one:
                yield from self._place(cord.cord.pdu)

    def list_of_key(self, key: int) -> set[str]:
        """What is missing to know whether a line or breaker trips, or one of a pool."""
        order, graph = self._end.trip_order, self._hall.graph
        carriers = [carrier for carrier in graph.members([key]) if carrier in order]
        keys = {same_key for carrier in carriers for same_key in graph.keys_of(carrier)}
        texts = {text for carrier in carriers for text in self._carrier_lacks(carrier)}
        for same_key in keys - self._of_loads.keys():
            self._of_loads[same_key] = set(self._load_lacks(same_key))
        return texts.union(*map(self._of_loads.__getitem__, keys))

    def _watts(self, name: str) -> Iterable[str]:
        reading = self._hall.readings.pdus.get(name)
        if reading is not None and all(o.figures.power_w is None for o in reading.outlets.values()):
            yield f"watts of the outlets of {name}"

    def _meter(self, name: str) -> str:
        """What shows the currents of a PDU's outlets: one that did not answer may have meters."""
        reading = self._hall.readings.pdus.get(name)
        if reading is None or not reading.outlets:
            return f"a reading of {name}"
        return f"a meter for the outlets of {name}"

    def _carrier_lacks(self, number: int) -> Iterable[str]:
        carrier = self._hall.graph.carriers[number]
        if carrier.most_a is not None:
            yield f"`of` or the line among the inputs of {carrier.breaker.name}"
        elif carrier.breaker.rating_a is None:
            yield f"rating of {carrier.name}" + ("" if carrier.trips else " (rating_a)")
        if carrier.part < 1 and carrier.breaker.phases is None:
            yield f"phases of {carrier.name}"

    def _load_lacks(self, key: int) -> Iterable[str]:
        """What is missing to know what flows through a line, breaker or pool."""
        hall = self._hall
        pools = hall.now.sums[key].pools if key in hall.now.sums else {}
        for pdu in {pool.pdu for pool, count in pools.items() if count > 0}:
            yield self._meter(pdu)
        for pdu in {
            cord.cord.pdu
            for consumer in hall.consumers_on.get(key, ())
            for cord, node in zip(hall.consumers[consumer].cords, hall.consumers[consumer].nodes)
            if hall.now.power.path(node).get(key) == MAYBE
        }:
            yield from self._place(pdu)

    def _place(self, name: str) -> Iterable[str]:
        """What the drawing does not say of a PDU's lines."""
        pdu, panels = self._hall.drawing.pdus[name], self._hall.drawing.panels
        parts = (*pdu.lines, *pdu.breakers)
        if not pdu.lines_are_drawn or any(p.outlets is None and not p.every for p in parts):
            yield f"the lines and breakers of {name}, with their outlets"
        boards = [
            s.name for s in pdu.inputs if isinstance(s, HallNode) and s.kind in ("ups", "panel")
        ]
        are_named = all(line.of is not None for line in pdu.lines)
        if not are_named and any(panels[board].lines for board in boards):
            yield f"`of` for the lines of {name}"
