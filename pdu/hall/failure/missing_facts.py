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
    machines: dict[Now, list[str]] = {
        state: [] for state in _OPEN if outcome is None or state not in _OF_PDUS
    }
    for name, cords in hall.cords.items():
        if name in touched_machines:
            for state in {fact.now for fact in cords} & machines.keys():
                machines[state].append(name)
    facts += [MissingFact(_OPEN[state], 0, names) for state, names in machines.items() if names]
    texts = {fact.what for fact in facts}
    facts += [fact for fact in _facts_of_hall(hall) if fact.what not in texts]
    return [*facts, *_age(hall.readings, time.time()), *ALWAYS]


def _facts_of_hall(hall: HallModel) -> Iterable[MissingFact]:
    pdus = hall.drawing.pdus.values()
    switches = [pdu.name for pdu in pdus if len(pdu.inputs) > 1]
    if switches:
        what = "whether machines live while these transfer switches change their input"
        yield MissingFact(what, 0, switches)
    pdus_with_errors = [name for name, pdu in hall.readings.pdus.items() if pdu.error]
    if pdus_with_errors:
        yield MissingFact("PDUs whose reading failed, in part or as a whole", 0, pdus_with_errors)
    unrated_parts = [
        f"{pdu.name}/{part.name}"
        for pdu in pdus
        for part in (*pdu.lines, *pdu.breakers)
        if part.rating_a is None
    ]
    if unrated_parts:
        yield MissingFact("ratings of lines and breakers (key breaker_a)", 0, unrated_parts)
    undrawn_pdus = [pdu.name for pdu in pdus if not pdu.lines_are_drawn]
    if undrawn_pdus:
        yield MissingFact("which outlets are behind which line (no [[pdu.line]])", 0, undrawn_pdus)
    nobodys = [str(cord.cord) for cord in hall.unowned_cords if cord.high_a]
    if nobodys:
        yield MissingFact("what hangs on outlets that carry current and nobody drew", 0, nobodys)


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
    undecided = [machine.machine for machine in outcome.touched if machine.verdict.level == 2]
    own: dict[str, set[int]] = {}
    #: the keys above machines, which are the same for many -> their places
    alike: dict[frozenset[int], list[int]] = {}
    for place, name in enumerate(undecided):
        for what in lacks.list_at_cords(name):
            own.setdefault(what, set()).add(place)
        alike.setdefault(lacks.keys_above(name), []).append(place)
    sources: dict[str, set[int]] = {what: set() for what in own}
    for key in frozenset().union(*alike):
        for what in lacks.list_of_key(key):
            sources.setdefault(what, set()).add(key)
    names_of: dict[frozenset[int], list[str]] = {}
    for what, keys in sources.items():
        behind = frozenset(keys)
        if behind not in names_of or what in own:
            places = set(own.get(what, ()))
            places.update(*(some for above, some in alike.items() if not above.isdisjoint(behind)))
            names = [undecided[place] for place in sorted(places)]
            if what not in own:
                names_of[behind] = names
        else:
            names = names_of[behind]
        yield MissingFact(what, len(names), names)


class _Lacks:
    def __init__(self, hall: HallModel, end: FailureBounds) -> None:
        self._hall, self._end = hall, end
        self._keys = {key for carrier in end.tripping for key in hall.graph.keys_of(carrier)}
        self._of_loads: dict[int, set[str]] = {}

    def keys_above(self, machine: str) -> frozenset[int]:
        """The keys of what trips, or may, above the cords that the failure leaves: one that trips
        may take lines with it that do not feed this outlet.
        """
        hall = self._hall
        nodes = hall.consumers[hall.places[machine]].nodes
        above = [hall.graph.all_above(node) for node in nodes if node not in self._end.at_first]
        return frozenset(self._keys.intersection(set[int]().union(*above)))

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
        tripping, graph = self._end.tripping, self._hall.graph
        carriers = [carrier for carrier in graph.members([key]) if carrier in tripping]
        keys = {each for carrier in carriers for each in graph.keys_of(carrier)}
        texts = {text for carrier in carriers for text in self._carrier_lacks(carrier)}
        for each in keys - self._of_loads.keys():
            self._of_loads[each] = set(self._load_lacks(each))
        return texts.union(*map(self._of_loads.__getitem__, keys))

    def _watts(self, name: str) -> Iterable[str]:
        reading = self._hall.readings.pdus.get(name)
        if reading is not None and all(
            outlet.power_w is None for outlet in reading.outlets.values()
        ):
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
        for pdu in {pool.partition("\n")[0] for pool, count in pools.items() if count > 0}:
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
        pdu = self._hall.drawing.pdus[name]
        if not pdu.lines_are_drawn or any(
            part.outlets is None and not part.every for part in (*pdu.lines, *pdu.breakers)
        ):
            yield f"the lines and breakers of {name}, with their outlets"
        boards = [
            source
            for source in pdu.inputs
            if isinstance(source, HallNode) and source.kind != "breaker"
        ]
        are_named = all(line.of is not None for line in pdu.lines)
        if not are_named and any(
            board.kind != "feed" and self._hall.drawing.panels[board.name].lines for board in boards
        ):
            yield f"`of` for the lines of {name}"
