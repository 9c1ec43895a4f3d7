"""What happens when the power comes back: which outlet closes when, which line or breaker
trips, and which machine starts by itself. Pure.

    outcome = ReturnModel(hall).rehearse([HallNode("feed", "A")], [])

A machine draws between the lowest and the highest that was ever metered, or up to the owner's peak,
and it may draw all of it through each cord: in A, or in W where the voltages of its cords differ.
Which breaker holds is the failure's own function. No inrush is computed: delays spread the closing.
"""

from __future__ import annotations

import bisect
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from types import MappingProxyType
from typing import NamedTuple, Optional

from ...pdus.saved_readings import HallReadings
from ...site.drawing.drawing import Cord, HallNode, Machine
from ..failure.drawn_consumer import ANY_SHARE, DrawnConsumer
from ..failure.hall_model import HallModel
from ..failure.rehearsal import BreakerLoad, count_fit
from ..failure.tripping import Tripping
from ..walk.arithmetic import (
    MAYBE,
    NO,
    YES,
    Interval,
    KnownCurrents,
    OutletPool,
    Truth,
    has_enough,
)
from ..walk.flow import Flow
from ..walk.hall_state import Consumer, HallState
from ..walk.load_limits import ABOVE_LIMIT, CANNOT_SAY, FITS, HIGH, LOW, OVERLOADS, compare_load
from ..walk.power import Power, Supply
from ..walk.verdicts import Now, Verdict, cords_now, outlet_steps
from .times import RestoreTimes, Window

#: outlets of one PDU that close within so many seconds count as one moment
MOMENT_S = 1.0
#: so many outlets that close in one moment on one breaker are many
MANY = 8
#: a PDU's controller takes up to so many seconds to start, and delays count from there
BOOT_S = 120.0


class MachineBack(NamedTuple):
    """The verdict on a machine that had lost power, or that this return may cost it."""

    machine: str
    verdict: Verdict
    #: when it has as many cords as it needs, in s; None if that is not bounded
    earliest_s: float = 0.0
    latest_s: Optional[float] = None
    reason: str = ""


class Step(NamedTuple):
    """A moment of the timeline: these outlets of one PDU close."""

    pdu: str
    earliest_s: float
    latest_s: Optional[float]
    outlets: Sequence[str]
    #: how many of them do so surely
    sure: int


@dataclass(frozen=True)
class BreakerBack(BreakerLoad):
    """One that has power again."""

    #: the most outlets that close in one moment on it, if their times are known
    together: int
    #: it trips in every case, or one that it needs
    trips: bool = False
    #: when it may trip, in s; None: it does not
    trips_from_s: Optional[float] = None

    @property
    def is_to_mend(self) -> bool:
        """Whether it may not hold, or many outlets close on it in one moment."""
        return self.fit.word not in (FITS, ABOVE_LIMIT) or self.together >= MANY

    @property
    def why(self) -> str:
        """Why it is as it is, and since when."""
        if self.trips:
            return "it trips"
        since = f"from {self.trips_from_s:g} s on" if self.trips_from_s else ""
        return ", ".join(filter(None, (self.fit.reason, since)))


class ReturnOutcome(NamedTuple):
    """One return."""

    #: what has power again, all at once, and what stays without
    returns: Sequence[HallNode]
    outages: Sequence[HallNode]
    steps: Sequence[Step]
    machines: Sequence[MachineBack]
    #: how many machines are drawn
    drawn: int
    breakers: Sequence[BreakerBack]
    #: what can fail -> whether it has power in the end
    power: Mapping[HallNode, Truth] = MappingProxyType({})

    def count(self, verdict: Verdict) -> int:
        """How many machines have this verdict."""
        return sum(machine.verdict is verdict for machine in self.machines)

    @property
    def level(self) -> int:
        """The exit code. 0: all come back and fit; 1: one is dark or early, or a breaker trips; 2:
        nothing of that, and something cannot be said.
        """
        levels = {machine.verdict.level for machine in self.machines}
        trips = any(breaker.trips for breaker in self.breakers)
        if 1 in levels or trips or count_fit(self.breakers, OVERLOADS):
            return 1
        return 2 if levels - {0} or count_fit(self.breakers, CANNOT_SAY) else 0


class MachineDraw(NamedTuple):
    """What a machine may draw with all its cords together, as the walk counts it."""

    low: float
    #: infinite: nobody metered it while it ran
    high: float


class ReturnModel:
    """A hall, prepared for any number of returns. `more_readings` are for the lowest and the
    highest that a machine drew.
    """

    def __init__(self, hall: HallModel, more_readings: Sequence[HallReadings] = ()) -> None:
        self._hall, self._more_readings = hall, more_readings
        self._readings = [(r, outlet_steps(r)) for r in (hall.readings, *more_readings)]
        machines = hall.drawing.machines.values()
        self._draws = list(map(self._draw_of, machines, hall.consumers))

    def of(self, hall: HallModel) -> ReturnModel:
        """The same for another hall, such as one with other delays."""
        return ReturnModel(hall, self._more_readings)

    def _draw_of(self, machine: Machine, consumer: DrawnConsumer) -> MachineDraw:
        lows: list[float] = []
        highs: list[float] = []
        for readings, steps in self._readings:
            cords = cords_now(machine, readings, steps, self._hall.drawing.idle_a)
            if any(cord.high_a is None for cord in cords):
                continue
            walk_cords = consumer._replace(cords=cords).walk_cords()
            highs.append(HIGH / consumer.spread * sum(cord.known_a for cord in walk_cords))
            # one that did not run when it was read says nothing of the least that it draws
            if sum(cord.now is Now.CARRIES for cord in cords) >= machine.needs:
                # a supply that gives nothing may draw a current, which comes with its own side
                idle = (Now.IDLE, Now.WEAK)
                low = LOW * consumer.spread * sum(c.low_a for c in walk_cords if c.now not in idle)
                lows.append(low)
        most = max(highs) if lows else math.inf
        if machine.peak_a is not None:
            most = machine.peak_a * max(consumer.volts, default=1.0) / consumer.spread
        return MachineDraw(min(*lows, most) if lows else 0.0, most)

    def rehearse(self, returns: Sequence[HallNode], outages: Sequence[HallNode]) -> ReturnOutcome:
        """These have power again at second 0; `outages` had lost it as well, and stays without."""
        return Return(self._hall, self._draws, returns, outages).outcome()

    def orders(self, nodes: Sequence[HallNode]) -> list[ReturnOutcome]:
        """All of these together, then each first."""
        firsts = nodes if len(nodes) > 1 else ()
        splits = [([first], [node for node in nodes if node != first]) for first in firsts]
        return [self.rehearse(returns, outages) for returns, outages in ((nodes, []), *splits)]


class Return:
    """One return, worked out."""

    def __init__(
        self,
        hall: HallModel,
        draws: Sequence[MachineDraw],
        returns: Sequence[HallNode],
        outages: Sequence[HallNode],
    ) -> None:
        self._hall, self._draws = hall, draws
        self.machines = list(hall.drawing.machines.values())
        self._returns, self._outages = returns, outages
        graph = self._graph = hall.graph
        still = {graph.nodes[node]: YES for node in outages}
        lost = {**still, **{graph.nodes[node]: YES for node in returns}}
        self._before: Power = Power(graph, hall.now.input_groups, lost)
        power_after = Power(graph, hall.now.input_groups, still)
        self._times = RestoreTimes(hall.drawing, hall.readings, graph, self._before, power_after)
        #: the windows of each consumer's cords
        self.windows = [
            [self._times.of(cord.cord) for cord in consumer.cords] for consumer in hall.consumers
        ]
        for cord, node in graph.feeders.items():
            window = self._times.of(cord)
            if window is None or not window.sure:
                still[node] = YES if window is None else MAYBE
        self.state = self._later(still)
        self._after = self.state.power
        self._flow = Flow(self.state)
        #: carrier -> since when it carries more than it holds for good, in s
        self._over_since: dict[int, float] = {}
        #: the carriers that may trip -> their place in the order in which they were noted
        self._may_trip: dict[int, int] = {}

    def _later(self, still: Mapping[int, Truth]) -> HallState:
        """The hall some hours later: each machine draws something between its bounds, no meter says
        anything, and nothing flows yet.
        """
        consumers = {
            number: self._drawing(number, consumer)
            for number, consumer in enumerate(self._hall.consumers)
        }
        now = self._hall.now
        input_groups = {node: [list(chain(*groups))] for node, groups in now.input_groups.items()}
        state = HallState(self._graph, consumers, input_groups, still)
        state.figures = {
            node: KnownCurrents(part=currents.part) for node, currents in now.figures.items()
        }
        return state

    def _drawing(self, number: int, consumer: DrawnConsumer) -> Consumer:
        # what nobody drew has no total: each of its cords carries what was read there, or nothing
        low, high = self._draws[number] if consumer.is_drawn else (0.0, 0.0)
        # nothing bounds a pool that has no outlets
        pools = () if math.isfinite(high) else (OutletPool(self.machines[number].name),)
        most = high if math.isfinite(high) else low
        total = Interval(low, most, (low + most) / 2, pools)
        supplies = []
        places = zip(consumer.walk_cords(), consumer.nodes, self.windows[number])
        for place, (cord, node, window) in enumerate(places):
            pools = (OutletPool(cord.cord.pdu),) if cord.high_a is None else ()
            current = Interval(0.0, HIGH * cord.known_a, HIGH * cord.known_a / 2, pools)
            closed = NO
            if window is not None and window.kept:
                closed = YES if window.sure else MAYBE
            works = YES if cord.now in (Now.CARRIES, Now.WORKS) else MAYBE
            filter_high = consumer.filter_high(place)
            supplies.append(Supply(node, current, works, ANY_SHARE, closed, filter_high))
        return Consumer(
            supplies,
            consumer.needs,
            total,
            consumer.is_drawn,
            consumer.rack,
            always_redistributes=True,
            spread=consumer.spread,
        )

    # ---- the walk with a clock -------------------------------------------------------------------

    def _moments(self) -> Iterator[tuple[float, dict[tuple[int, int], Truth]]]:
        """When an outlet may close at the earliest, and when it surely has."""
        truths_by_moment: dict[float, dict[tuple[int, int], Truth]] = {}
        for number, windows in enumerate(self.windows):
            for place, window in enumerate(windows):
                if window is None or window.kept:
                    continue
                at_once = window.sure and window.latest == window.earliest
                begin = YES if at_once else MAYBE
                truths_by_moment.setdefault(window.earliest, {}).setdefault((number, place), begin)
                if window.sure and not at_once:
                    # one that closes nobody knows when has closed in the end
                    end = math.inf if window.latest is None else window.latest
                    truths_by_moment.setdefault(end, {})[number, place] = YES
        yield from sorted(truths_by_moment.items())

    def _close_outlets(self) -> tuple[dict[int, BreakerBack], set[int]]:
        """Let all outlets close, one after another. Returns the carriers that have power,
        and which of them this return loads.
        """
        flow = self._flow
        for number in self.state.consumers:
            flow.shares[number] = {}, {}
        self._note(0.0, flow.update(self.state.consumers))
        for at, truths in self._moments():
            self._note(at, flow.switch(truths))
        together = self._together()
        breakers = {
            number: self._breaker(number, together.get(number, 0))
            for number in self._graph.carriers
            if self._after.alive(number)
        }
        return breakers, self._find_loaded()

    def _note(self, at: float, carriers: Iterable[int]) -> None:
        for carrier in carriers:
            load = self.state.current(carrier, self._flow.total(carrier))
            if load.high > self.state.trips_at(carrier).low:
                # nobody knows when it began, if what nobody knows when it closes began it
                self._over_since.setdefault(carrier, 0.0 if math.isinf(at) else at)

    def outcome(self) -> ReturnOutcome:
        """What happens."""
        breakers, scope = self._close_outlets()
        trippable = [n for n, breaker in breakers.items() if breaker.trips_from_s is not None]
        tripping = Tripping(self._hall, self._flow)
        # first what this return may trip: what lived on only that is in question because of it, and
        # a line that trips again leaves no more to others than they carried before
        lives_before = {number: self._before.alive(number) for number in breakers}
        tripping.carriers_before = {n for n, lives in lives_before.items() if lives != NO}
        tripping.exempt = {n for n, lives in lives_before.items() if lives == YES} - scope
        tripping.trip([number for number in trippable if number in scope], ())
        first_s = min(
            (breakers[n].trips_from_s or 0.0 for n in trippable if n in scope),
            default=0.0,
        )
        endangered_numbers = self._find_endangered(first_s)
        tripping.carriers_before, tripping.exempt = set(), set()
        trips = tripping.trip([number for number in trippable if number not in scope], scope)
        for number in trips:
            breakers[number] = replace(breakers[number], trips=True)
        may_trip_at_all = dict.fromkeys((*trippable, *tripping.candidates))
        self._may_trip = {number: place for place, number in enumerate(may_trip_at_all)}
        verdicts = (
            self._judge_machine(n, n in endangered_numbers) for n in range(len(self.machines))
        )
        return ReturnOutcome(
            self._returns,
            self._outages,
            self._steps(),
            [machine for machine in verdicts if machine is not None],
            len(self.machines),
            sorted((breakers[n] for n in breakers if n in scope), key=lambda load: load.name),
            power={node: self._flow.power.alive(at) for node, at in self._graph.nodes.items()},
        )

    def _find_loaded(self) -> set[int]:
        """The carriers that have power again, and those that had it all the time and on which a
        machine may start that had a cord there. One that needs one cord had started with it.
        Greatest loads before and after say nothing: each is of another hall.
        """
        carriers = {number for number in self._graph.carriers if self._before.alive(number) != YES}
        for number, (_, contributions) in self._flow.shares.items():
            consumer = self._hall.consumers[number]
            if self._lived_on(number):
                continue
            if consumer.needs > 1:
                carriers.update(self._graph.members(contributions))
            for node, window in zip(consumer.nodes, self.windows[number]):
                if window is not None and not window.kept:
                    carriers.update(self._hall.carriers_above(node))
        return carriers - self._graph.free_lines

    def _lived_on(self, number: int) -> bool:
        """Whether a consumer never lost power, as far as cords that carried tell."""
        consumer = self._hall.consumers[number]
        lives_before = [self._before.alive(node) for node in consumer.nodes]
        carrying_count = sum(
            cord.now in (Now.CARRIES, Now.WORKS) and lives == YES
            for cord, lives in zip(consumer.cords, lives_before)
        )
        return carrying_count >= consumer.needs or all(lives == YES for lives in lives_before)

    def _find_endangered(self, first_s: float) -> set[int]:
        """The machines that lived on and may go dark by what has tripped, perhaps, until now, at
        `first_s` at the earliest: an outlet that closes later did not save them.
        """
        power = self._flow.power
        numbers: set[int] = set()
        for number, machine in enumerate(self.machines):
            consumer = self._hall.consumers[number]
            if not self._lived_on(number) or machine.name in self._hall.already:
                continue
            truths = [
                truth
                for truth, window in zip(self._gives(number), self.windows[number])
                if window is not None and window.has_begun(first_s)
            ]
            are_alive = all(power.alive(node) == YES for node in consumer.nodes)
            if not are_alive and has_enough(consumer.needs, truths) != YES:
                numbers.add(number)
        return numbers

    def _gives(self, number: int) -> list[Truth]:
        """Whether each supply of a machine has power, as far as what may have tripped holds, and
        works.
        """
        power, supplies = self._flow.power, self.state.consumers[number].supplies
        return [min(power.has_power(supply), supply.works) for supply in supplies]

    # ---- machines --------------------------------------------------------------------------------

    def _judge_machine(self, number: int, is_endangered: bool) -> Optional[MachineBack]:
        """None for a machine that surely lives on."""
        needs, name = self._hall.consumers[number].needs, self.machines[number].name
        if self._lived_on(number):
            return self._judge_endangered(number) if is_endangered else None
        truths = self._gives(number)
        comes = has_enough(needs, truths)
        if comes == NO:
            return MachineBack(name, Verdict.STAYS_DARK, reason=self._why_dark(number))
        consumer, windows, power = (
            self._hall.consumers[number],
            self.windows[number],
            self._flow.power,
        )
        possible_cords = [
            (cord.cord, window)
            for cord, window, node in zip(consumer.cords, windows, consumer.nodes)
            if window is not None and power.alive(node)
        ]
        sure_windows = [
            window for window, truth in zip(windows, truths) if window is not None and truth == YES
        ]
        earliest = sorted(window.earliest for _, window in possible_cords)[needs - 1]
        # of those that may not come at all: when they come, if they do
        coming_windows = sure_windows if comes == YES else [window for _, window in possible_cords]
        ends = sorted(window.latest for window in coming_windows if window.latest is not None)
        latest = ends[needs - 1] if len(ends) >= needs else None
        early = _why_early(needs, possible_cords, latest)
        if comes == MAYBE:
            reason = "; ".join(filter(None, (self._why_open(number, truths), early)))
            return MachineBack(name, Verdict.CANNOT_SAY, earliest, None, reason)
        first = min(math.inf if window.latest is None else window.latest for window in sure_windows)
        if needs > 1 and first + MOMENT_S < earliest:
            reason = f"one cord at {first:g} s, the {needs} that it needs at {earliest:g} s"
            return MachineBack(name, Verdict.EARLY, earliest, latest, reason)
        verdict = Verdict.CANNOT_SAY if early else Verdict.COMES
        return MachineBack(name, verdict, earliest, latest, early)

    def _judge_endangered(self, number: int) -> MachineBack:
        """A machine that lived on, and hangs on what this return may trip."""
        consumer, name = self._hall.consumers[number], self.machines[number].name
        is_dark = has_enough(consumer.needs, self._gives(number)) == NO
        verdict = Verdict.STAYS_DARK if is_dark else Verdict.CANNOT_SAY
        for cord, node in zip(consumer.cords, consumer.nodes):
            if self._before.alive(node) == YES and self._flow.power.alive(node) != YES:
                trips = "trips" if is_dark else "may trip"
                reason = f"it had power, and {self._tripping_breaker(node)} {trips}"
                return MachineBack(name, verdict, reason=f"{cord.cord}: {reason}")
        return MachineBack(name, verdict, reason="it had power, and a breaker may trip")

    def _why_dark(self, number: int) -> str:
        consumer = self._hall.consumers[number]
        for cord, node, window in zip(consumer.cords, consumer.nodes, self.windows[number]):
            unit = self._times.of(HallNode("pdu", cord.cord.pdu))
            if window is not None:
                if self._flow.power.alive(node) == NO:
                    return f"{cord.cord}: {self._tripping_breaker(node)} trips"
            elif self._after.alive(node) != NO and unit is not None:
                outlet = self._hall.readings.outlet(*cord.cord)
                policy = outlet.power_on if outlet is not None else None
                if policy is not None and policy.state == "off":
                    return f"{cord.cord} is set to stay off when power comes back"
                return f"{cord.cord} was off, and takes the state that it had"
        return "what feeds it is still without power"

    def _why_open(self, number: int, truths: Sequence[Truth]) -> str:
        consumer = self._hall.consumers[number]
        places = zip(consumer.cords, consumer.nodes, self.windows[number], truths)
        for cord, node, window, truth in places:
            if window is None or truth == YES:
                continue
            outlet = self._hall.readings.outlet(*cord.cord)
            if not window.sure:
                if outlet is None or outlet.power_on is None or not outlet.power_on.state:
                    return f"{cord.cord}: what it does when power comes back was not read"
                return f"{cord.cord}: its state before was not read, or what feeds it is not sure"
            if self._flow.power.alive(node) != YES:
                return f"{cord.cord}: {self._tripping_breaker(node)} may trip"
            if cord.now is not Now.CARRIES:
                return f"{cord.cord}: {cord.now.value}"
        return "the drawing does not say what feeds it"

    def _tripping_breaker(self, node: int) -> str:
        above = [number for number in self._hall.carriers_above(node) if number in self._may_trip]
        if not above:
            return "what feeds it"
        return self._graph.carriers[min(above, key=self._may_trip.__getitem__)].name

    # ---- what closes together --------------------------------------------------------------------

    def _together(self) -> dict[int, int]:
        """Carrier -> the most outlets of one PDU that close on it in one moment, where their times
        are known.
        """
        times_by_node: dict[tuple[str, int], list[float]] = {}
        for consumer, windows in zip(self._hall.consumers, self.windows):
            for cord, node, window in zip(consumer.cords, consumer.nodes, windows):
                if window and not window.kept and window.latest == window.earliest:
                    times_by_node.setdefault((cord.cord.pdu, node), []).append(window.earliest)
        behind: dict[tuple[int, str], list[float]] = {}
        for (pdu, node), times in times_by_node.items():
            for carrier in self._hall.carriers_above(node):
                behind.setdefault((carrier, pdu), []).extend(times)
        together: dict[int, int] = {}
        for (carrier, _), times in behind.items():
            together[carrier] = max(_most_in_a_moment(times), together.get(carrier, 0))
        return together

    # ---- lines and breakers ----------------------------------------------------------------------

    def _breaker(self, number: int, together: int) -> BreakerBack:
        """Those that have, or may have, power again; and those that had it all the time: one that
        carries too much may still trip, and takes a machine's other cord with it.
        """
        carrier = self._graph.carriers[number]
        breaker = carrier.breaker
        rating = breaker.rating_a
        load = self.state.current(number, self._flow.total(number))
        holds_a = self.state.trips_at(number).low
        fit = compare_load(load, breaker.limit_a, rating and holds_a, carrier.most_a)
        return BreakerBack(
            carrier.name,
            load,
            breaker.limit_a,
            rating,
            fit,
            together,
            trips_from_s=self._over_since.get(number, 0.0) if load.high > holds_a else None,
        )

    # ---- the timeline ----------------------------------------------------------------------------

    def _steps(self) -> list[Step]:
        outlets: dict[tuple[str, float, Optional[float]], list[str]] = {}
        sure: Counter[tuple[str, float, Optional[float]]] = Counter()
        for cord, node in self._graph.outlets.items():
            window = self._times.of(cord)
            if window is not None and not window.kept and self._before.alive(node) != YES:
                key = (cord.pdu, window.earliest, window.latest)
                outlets.setdefault(key, []).append(cord.outlet)
                sure[key] += window.sure
        steps = [Step(*key, names, sure[key]) for key, names in outlets.items()]
        order = {name: place for place, name in enumerate(self._hall.drawing.pdus)}
        return sorted(steps, key=lambda step: (step.earliest_s, order[step.pdu]))


def _why_early(needs: int, may: Sequence[tuple[Cord, Window]], latest: Optional[float]) -> str:
    """Why a machine may come up before the cords that it needs; "" if it does not."""
    coming = [(cord.pdu, window.earliest) for cord, window in may if not window.kept]
    if needs < 2 or not coming:
        return ""
    if latest is None:
        return f"nobody knows when the {needs} cords that it needs have power"
    first = min(earliest for _, earliest in coming)
    if latest > first + MOMENT_S:
        return f"one cord may come at {first:g} s, the {needs} that it needs at {latest:g} s"
    pdus = {pdu for pdu, _ in coming}
    if len(pdus) > 1:
        return (
            f"its cords are on {len(pdus)} PDUs, whose controllers may take up to {BOOT_S:g} s"
            " more or less to start"
        )
    return ""


def _most_in_a_moment(times: Iterable[float]) -> int:
    """How many of these lie within a moment, at most."""
    moments = sorted(times)
    return max(
        (bisect.bisect_left(moments, begin + MOMENT_S) - n for n, begin in enumerate(moments)),
        default=0,
    )
