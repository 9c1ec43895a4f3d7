"""Takes a machine's power and proves it, and gives it back.

    read the machine's PDUs for a while: what does each cord carry, and how does everything swing?
    feed by feed: write down what was seen; send "off" once to the feed's outlets; read until each
        fell from what it carried to nothing, and the cords that are left took its load over
    read on, until two renewals of all meters show that nothing else took the load over

What others can hide is judged by the balance (`power_balance.py`): an outlet of somebody else, or
an inlet beyond all its outlets. Each inlet needs a meter of its own. A cord that was never seen to
carry anything proves nothing by carrying nothing: it may be in another outlet. It is switched off
last, when the others are off and it has to carry the machine. Whatever happens, each outlet gets
its command: a proof that fails leaves no power on.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from typing import Callable, NamedTuple, Optional

from pdu_common.helper import EnumPowerStatus

from ..states import DOWN, UP, word
from . import power_balance
from .meters import (
    MeteredLoad,
    MeterResolution,
    MeterThreshold,
    carries,
    fell,
    finest_resolution,
    is_nothing,
)
from .observations import LoadBeforeOff, Observation, ObservationStore
from .outlet import AGAIN_S
from .pdu_access import (
    CommandResult,
    MachineOutlet,
    NotProven,
    OutletReading,
    PduAccess,
    PduReading,
)
from .power_balance import MeteredPlace, NotProvenReason, Quantity, ReadingSeries, RemovedLoad

# a meter of which no two changes were seen is taken for one that renews its figures so seldom
_UNKNOWN_S = 8.0
# the slowest meter that there is: one of which nothing shows the period must have had so long
_SLOWEST_S = 60.0
# relays that close again by themselves do so within this time after a command
_RELAY_S = 6.0
# how long everything is watched before the first command: so many periods, or so long
_LEARN_PERIODS, LEARN_S = 4.0, 10.0
# it is watched on, so many times `power_timeout`, if that does not show enough of how all swings
_LEARN_TIMEOUTS = 2.0
# how long the last proof may take, in `power_timeout` and in periods
_LAST_TIMEOUTS, _LAST_PERIODS = 1.5, 2.5
# how long a run may take, in `power_timeout`, and for each feed
_RUN_TIMEOUTS, _FEED_TIMEOUTS = 2.5, 1.5
# a meter shows a command fully after so many of its periods, and so many s
_SETTLED_PERIODS, _LATE_S = 2.0, 1.0
# a figure may come so many of the meter's periods late
_PERIODS = 1.5
# a PDU that does not answer is read again for so long before the first command
_SILENT_S = 10.0
# a meter that is as quick as this is quick enough
_LEAST_TIMEOUT_S = 5.0
# a sight that is kept for `check` is renewed so often
_SIGHT_S = 300.0
# the resolution of a meter that has only shown 0
_IDLE_STEPS = {Quantity.WATTS: 10.0, Quantity.AMPERES: 0.1}
# a cord that carries less than this part of the load waits for others to fail
_IDLE = 0.1
# values that are kept of each place
_KEPT = 40
_UNMETERED = "no current is known of this outlet; without a meter, use confirm=state"
_NO_INLET = (
    "its inlet has no meter of its own (it shows nothing, or the sum of the outlets), so nothing"
    " shows power that flows past the outlets' meters; use confirm=state"
)
#: what one cord leaves open
ONE_CORD = (
    "it has one cord: the balance shows that as much power went as it carried; that it was this"
    " machine is the drawing's word"
)

Readings = Mapping[str, PduReading]


class MachinePower(NamedTuple):
    """A machine with its outlets."""

    #: how messages name it
    name: str
    cords: Sequence[MachineOutlet]
    #: how many of its cords must live for it to live
    needs: int = 1
    #: other PDUs at which it may have a cord that nobody drew
    reach: Sequence[str] = ()
    #: its cords are switched off one by one in this order, and no more after one is not proven
    is_stopped: bool = False


class OffProof(NamedTuple):
    """What proves that a machine has no power."""

    #: by the meters; else by the states alone
    by_current: bool = True
    #: a current below this counts as none, in A
    threshold_a: float = 0.02
    #: how long the meters may take to show a change, in s
    timeout_s: float = 20.0
    #: how often the meters renew their figures, in s; None: learned
    period_s: Optional[float] = None
    #: how long what was seen before the outlets were off counts, in s
    seen_for_s: float = 600.0


class _Renewals:
    """How often figures are renewed, by when they changed."""

    def __init__(self) -> None:
        self._last: dict[MeteredPlace, tuple[float, Optional[float]]] = {}
        # when a figure changed last, if it did
        self._changed: dict[MeteredPlace, float] = {}
        self._read_at: Optional[float] = None
        #: PDU, and whether it is its inlet -> the shortest time between two changes, in s
        self.shortest: dict[tuple[str, bool], float] = {}

    def add(self, look: power_balance.FleetReading) -> None:
        """A further reading."""
        pause_s = 0.0 if self._read_at is None else look.at - self._read_at
        self._read_at = look.at
        for pdu, figures in look.pdus.items():
            self._note(MeteredPlace(pdu), figures.inlet, look.at, pause_s)
            for name, value in figures.outlets.items():
                self._note(MeteredPlace(pdu, name), value, look.at, pause_s)

    def _note(self, place: MeteredPlace, value: Optional[float], at: float, pause_s: float) -> None:
        if place in self._last and self._last[place][1] != value:
            if place in self._changed:
                # it may have changed right after the reading before
                gap, key = at - self._changed[place] + pause_s, (place.pdu, place.outlet is None)
                self.shortest[key] = min(gap, self.shortest.get(key, gap))
            self._changed[place] = at
        self._last[place] = at, value


class MachineReadings:
    """Readings of one machine, and what they show of its cords. It learns resolutions and periods,
    and keeps what was seen.
    """

    def __init__(
        self,
        machine: MachinePower,
        world: PduAccess,
        proof: OffProof,
        memory: ObservationStore,
        with_inlets: bool = True,
    ) -> None:
        """`with_inlets`: the law needs them; what cords take over from each other does not."""
        self.machine, self.world, self.proof, self.memory = machine, world, proof, memory
        self._with_inlets = with_inlets
        self._meters = (False, True) if with_inlets else (False,)
        self.readings: Readings = {}
        self.trail: Optional[ReadingSeries] = None
        #: all PDUs that are read
        self.pdus = list(dict.fromkeys([*_pdus(machine.cords), *machine.reach]))
        self._renewals = _Renewals()
        self._slowest_s = memory.slowest_s

    def key(self, cord: MachineOutlet) -> str:
        """The outlet in the memory."""
        return f"{self.world.key(cord.pdu)} {cord.outlet}"

    def read(self) -> Readings:
        """All PDUs of the machine, now."""
        found = self.world.read(self.pdus)
        known = self.memory.steps
        for pdu, now in found.items():
            if not now.outlets:
                continue
            key, inlet = self.world.key(pdu), self._inlet_key(pdu)
            known[key] = finest_resolution(known, key, (one.draw for one in now.outlets.values()))
            known[inlet] = finest_resolution(known, inlet, [now.inlet])
        for cord in self.machine.cords:
            one = find_outlet(found, cord)
            if one is not None and carries(one.draw, self.meter(cord)):
                self._keep(cord, one.draw)
        self.readings = found
        self._follow(found)
        return found

    def _inlet_key(self, pdu: str) -> str:
        return f"{self.world.key(pdu)} inlet"

    def _follow(self, found: Readings) -> None:
        """Add a reading to the trail."""
        if self.trail is None:
            if self._with_inlets and unprovable_reason(found):
                return
            self.trail = ReadingSeries(_quantity(found, self._with_inlets))
        trail = self.trail
        look = power_balance.FleetReading(
            self.world.monotonic(),
            {
                pdu: power_balance.PduFigures(
                    trail.quantity.of(now.inlet) if self._with_inlets else None,
                    {name: trail.quantity.of(one.draw) for name, one in now.outlets.items()},
                )
                for pdu, now in found.items()
                if now.outlets and not now.reason
            },
        )
        trail.looks.append(look)
        self._renewals.add(look)
        for pdu, figures in look.pdus.items():
            for known, key, shown in (
                (trail.steps, self.world.key(pdu), any(figures.outlets.values())),
                (trail.inlet_steps, self._inlet_key(pdu), bool(figures.inlet)),
            ):
                if shown:
                    known[pdu] = trail.quantity.step(self.memory.steps[key])
                else:
                    known.setdefault(pdu, _IDLE_STEPS[trail.quantity])
        trail.period_s = self.period()
        for (pdu, is_inlet), gap in self._renewals.shortest.items():
            self.memory.periods[self._period_key(pdu, is_inlet)] = gap

    def _keep(self, cord: MachineOutlet, draw: MeteredLoad) -> None:
        key, now = self.key(cord), self.world.now()
        kept = self.memory.seen.get(key)
        if kept is None or not 0 <= now - kept.at < _SIGHT_S:
            self.memory.seen[key] = Observation(now, draw)

    def meter(self, cord: MachineOutlet) -> MeterThreshold:
        """How its figures are read."""
        steps = self.memory.steps.get(self.world.key(cord.pdu), MeterResolution())
        return MeterThreshold(self.proof.threshold_a, steps)

    def _period_key(self, pdu: str, is_inlet: bool) -> str:
        return self._inlet_key(pdu) if is_inlet else self.world.key(pdu)

    def took(self, seconds: float) -> None:
        """A meter was seen to take so long to show a command."""
        self._slowest_s = max(self._slowest_s, seconds)
        self.memory.slowest_s = max(self.memory.slowest_s, seconds)

    def unseen(self) -> list[str]:
        """The meters of which it is not known how often they renew their figures."""
        if self.proof.period_s is not None:
            return []
        return [
            f"{pdu}'s {'inlet' if is_inlet else 'outlets'}"
            for pdu in self.pdus
            for is_inlet in self._meters
            if self._period_key(pdu, is_inlet) not in self.memory.periods
        ]

    def known_period(self) -> Optional[float]:
        """How often the slowest meter renews its figures, in s; None if one is not known."""
        return None if self.unseen() else max(self._known_periods())

    def _known_periods(self) -> list[float]:
        if self.proof.period_s is not None:
            return [self.proof.period_s]
        keys = [self._period_key(pdu, is_inlet) for pdu in self.pdus for is_inlet in self._meters]
        return [self.memory.periods[key] for key in keys if key in self.memory.periods]

    def period(self) -> float:
        """As `known_period`, at least as long as is usual if one is not known, and as long as a
        command was seen to take.
        """
        took = 0.0 if self.proof.period_s is not None else self._slowest_s
        return max([_UNKNOWN_S if self.unseen() else 0.0, took, *self._known_periods()])

    def settles_s(self) -> float:
        """How long after a command all meters surely show what it did: one may have been read just
        before, shows the mean of its period, and shows it late.
        """
        known = self.known_period()
        settled = 0.0 if known is None else _SETTLED_PERIODS * known + _LATE_S
        return max(self.period(), settled)

    def learn(self, most_s: Optional[float] = None, settles: bool = False) -> None:
        """Read until it is known how all figures swing, or so long, or `power_timeout`; and, if
        something was switched just before, until all meters show it.
        """
        if most_s is None:
            most_s = self.proof.timeout_s
        begun, load = self.world.monotonic(), self.load()
        while self.trail is not None:
            passed = self.world.monotonic() - begun
            period = self.period()
            least = max(period, min(LEARN_S, _LEARN_PERIODS * period))
            if settles:
                least = max(least, self.settles_s() + period)
            if passed >= least and (
                not self._with_inlets
                or passed >= most_s
                or self.trail.noise()[0] <= power_balance.STEADY * load
            ):
                return
            self.world.sleep(AGAIN_S)
            self.read()

    def load(self) -> float:
        """What the machine's cords carry together, in the trail's quantity."""
        if self.trail is None:
            return 0.0
        return math.fsum(self.figure(self.readings, cord) for cord in self.machine.cords)

    def figure(self, readings: Readings, cord: MachineOutlet) -> float:
        """What a cord carries, in the trail's quantity; 0 if that is not known."""
        one = find_outlet(readings, cord)
        known = None if one is None or self.trail is None else self.trail.quantity.of(one.draw)
        return known or 0.0

    def carries(self, readings: Readings, cord: MachineOutlet) -> bool:
        """Whether power surely flows there."""
        one = find_outlet(readings, cord)
        return one is not None and carries(one.draw, self.meter(cord))


def _quantity(readings: Readings, with_inlets: bool = True) -> Quantity:
    """Watts, which add up, if everything has them."""
    draws = [one.draw for now in readings.values() for one in now.outlets.values()]
    inlets = [now.inlet for now in readings.values()] if with_inlets else []
    has_watts = all(one.power_w is not None for one in draws if one.is_known)
    has_watts = has_watts and all(one.power_w is not None for one in inlets)
    return Quantity.WATTS if has_watts else Quantity.AMPERES


def unprovable_reason(readings: Readings) -> list[str]:
    """Why the law cannot be applied to these PDUs."""
    wrong = [
        f"{pdu}: {now.reason or 'it lists no outlets'}"
        for pdu, now in readings.items()
        if now.reason or not now.outlets
    ]
    if wrong:
        return wrong
    wrong = [f"{pdu}: {_NO_INLET}" for pdu, now in readings.items() if not now.inlet.is_known]
    if not wrong and _quantity(readings) is Quantity.AMPERES:
        wrong = [
            f"{pdu}: its inlet shows W, and not all outlets do: they cannot be compared"
            for pdu, now in readings.items()
            if now.inlet.current_a is None
        ]
    return wrong


def find_outlet(readings: Readings, cord: MachineOutlet) -> Optional[OutletReading]:
    """One outlet of the readings; None if it was not read."""
    found = readings.get(cord.pdu)
    return None if found is None else found.outlets.get(cord.outlet)


# ---- what is asked for ---------------------------------------------------------------------------


def switch_off(
    machine: MachinePower, world: PduAccess, proof: OffProof, memory: ObservationStore
) -> list[str]:
    """Switch every outlet off, whatever it reads now, and prove it. Returns what the meters saw.

    Each outlet gets one command; that of a PDU that fails keeps no other from its own. Raises
    NotProven.
    """
    seen = MachineReadings(machine, world, proof, memory)
    try:
        if proof.by_current:
            return _Off(seen).run()
        _by_state(machine, world, on=False)
        return []
    finally:
        memory.save()


def switch_on(machine: MachinePower, world: PduAccess, memory: ObservationStore) -> None:
    """Switch every outlet on. Raises NotProven unless all of them are seen on, twice."""
    # what was seen before it was off ends here, even if only one outlet comes on
    memory.episode = None
    memory.save()
    _by_state(machine, world, on=True)


def _by_state(machine: MachinePower, world: PduAccess, on: bool) -> None:
    wrong = _commanded(world.switch(machine.cords, on), on)
    if wrong:
        raise NotProven("; ".join(wrong))
    world.sleep(AGAIN_S)
    readings = world.read(_pdus(machine.cords))
    wanted = UP if on else DOWN
    for cord in machine.cords:
        one = find_outlet(readings, cord)
        if one is None:
            wrong.append(f"{cord}: {_unread(readings, cord)}")
        elif one.state is not wanted:
            wrong.append(f"{cord} is not {word(wanted)} any more")
    if wrong:
        raise NotProven("; ".join(wrong))


def is_on(machine: MachinePower, world: PduAccess) -> bool:
    """Whether the machine has a feed that is on. Raises NotProven if that is not known: off is the
    answer only if every outlet reports it.
    """
    readings = world.read(_pdus(machine.cords))
    found = {cord: find_outlet(readings, cord) for cord in machine.cords}
    states = {cord: None if one is None else one.state for cord, one in found.items()}
    if UP in states.values():
        return True
    unknown = [cord for cord, state in states.items() if state is not DOWN]
    if unknown:
        raise NotProven("; ".join(_why_unknown(readings, cord) for cord in unknown))
    return False


def check(
    machine: MachinePower, world: PduAccess, proof: OffProof, memory: ObservationStore
) -> list[str]:
    """Read every PDU for a while, and raise NotProven if `off` could not be carried out and proven
    there: a PDU fails, has not the outlet or, with a proof by current, does not meter it or its
    inlet; nothing was ever seen to flow there; the meters are too slow, or nothing shows how quick
    they are; everything else swings more than the machine carries.

    Returns what the proof would rest on, in sentences.
    """
    seen = MachineReadings(machine, world, proof, memory)
    before = dict(memory.seen), set(memory.periods)
    wrong = unprovable_now(seen.read(), machine, proof, lambda cord: seen.key(cord) in memory.seen)
    facts: list[str] = []
    if proof.by_current and not wrong:
        wrong = unprovable_reason(seen.readings) or _too_slow(seen)
    if proof.by_current and not wrong:
        seen.learn()
        wrong = _unseen(seen) or _too_slow(seen)
        if not wrong:
            wrong, facts = _noise(seen)
    if before != (memory.seen, set(memory.periods)):
        memory.save()
    if wrong:
        raise NotProven("; ".join(wrong))
    return facts


def unprovable_now(
    readings: Readings,
    machine: MachinePower,
    proof: OffProof,
    was_seen: Callable[[MachineOutlet], bool],
) -> list[str]:
    """Why one reading shows that `off` could not be carried out and proven. `was_seen`: whether an
    outlet was ever seen to carry power.
    """
    wrong: list[str] = []
    for cord in machine.cords:
        one = find_outlet(readings, cord)
        if one is None:
            wrong.append(f"{cord}: {_unread(readings, cord)}")
        elif readings[cord.pdu].reason:
            wrong.append(f"{cord}: {readings[cord.pdu].reason}")
        elif proof.by_current and not one.draw.is_known:
            wrong.append(f"{cord}: {_UNMETERED}")
        elif proof.by_current and not was_seen(cord):
            wrong.append(
                f"{cord}: no current was ever seen there ({one.draw}), so none proves nothing: is"
                " the cord in another outlet, or its supply dead or a spare? `off` proves it by the"
                " load that it takes over"
            )
    return wrong


def _too_slow(seen: MachineReadings) -> list[str]:
    """Why a meter's period is too long; an unknown one is not."""
    period_s, timeout_s = seen.known_period(), seen.proof.timeout_s
    if period_s is None or period_s <= max(timeout_s, _LEAST_TIMEOUT_S):
        return []
    return [
        f"a meter renews its figures every {period_s:.0f} s, for which power_timeout"
        f" ({timeout_s:g} s) is too short: power_timeout={math.ceil(period_s)} would do"
    ]


def _unseen(seen: MachineReadings) -> list[str]:
    """Read on until each meter has changed a figure twice: one that is quick enough does so in two
    of the longest periods, if anything changes there. Returns why that is not known.
    """
    begun = seen.world.monotonic()
    longest_s = 2 * max(seen.proof.timeout_s, _LEAST_TIMEOUT_S)
    while seen.unseen() and seen.world.monotonic() - begun < longest_s:
        seen.world.sleep(AGAIN_S)
        seen.read()
    if not seen.unseen():
        return []
    return [
        f"no figure of {', '.join(seen.unseen())} changed twice in"
        f" {seen.world.monotonic() - begun:.0f} s, so nothing shows how often they are renewed:"
        " meter_period says it; for a meter of 60 s, power_timeout=60 and meter_period=60 would do"
    ]


def _noise(seen: MachineReadings) -> tuple[list[str], list[str]]:
    """Why the swing of everything else hides the machine, and what the proof would rest on."""
    trail = seen.trail
    if trail is None:
        return [], []
    noise, where = trail.noise(_LEARN_TIMEOUTS * seen.proof.timeout_s)
    load, unit = seen.load(), trail.quantity.value
    if load > 0 and noise >= power_balance.STEADY * load:
        return [
            f"the machine carries {load:.4g} {unit}, and the noise of {noise:.4g} {unit} at {where}"
            " hides that: no fall of it can be proven; without that proof, use confirm=state"
        ], []
    facts = [
        f"it carries {load:.4g} {unit} beside a noise of {noise:.4g} {unit} at {where}; the slowest"
        f" meter renews its figures every {seen.period():.2g} s"
    ]
    return [], [*facts, *([ONE_CORD] if len(seen.machine.cords) == 1 else [])]


# ---- off, by the meters --------------------------------------------------------------------------


class _Off:
    """One run of `switch_off`. `wrong` has what is not proven."""

    def __init__(self, seen: MachineReadings) -> None:
        self._seen, self._world, self._memory = seen, seen.world, seen.memory
        self._cords = list(seen.machine.cords)
        self._own = {_place(cord) for cord in self._cords}
        self._episode = LoadBeforeOff(self._world.now())
        self._wrong: list[str] = []
        # what each carried before its command
        self._carried: dict[MachineOutlet, MeteredLoad] = {}
        # cords that were seen to share the machine's load
        self._linked: set[MachineOutlet] = set()
        # the machine is known to have no power, and cords that are on
        self._is_dead = False
        # what each command took
        self._taken: list[RemovedLoad] = []
        self._begun = self._last_command = self._world.monotonic()
        # from when on all meters showed what the last command did
        self._settled_at = -math.inf

    def run(self) -> list[str]:
        """Returns what the meters saw. Raises NotProven."""
        now = self._begin()
        stages = self._stages(now)
        for number, stage in enumerate(stages):
            if self._wrong and self._seen.machine.is_stopped:
                break
            left = [cord for later in stages[number + 1 :] for cord in later]
            now = self._stage(stage, left, now)
        if not self._wrong:
            self._settle()
        self._memory.save()
        if self._wrong:
            raise NotProven("; ".join(dict.fromkeys(self._wrong)))
        return [f"{cord} fell from {self._carried[cord]}" for cord in self._cords]

    def _begin(self) -> Readings:
        """Read for a while, and take up what was seen before outlets were off."""
        end = self._world.monotonic() + min(self._seen.proof.timeout_s, _SILENT_S)
        now = self._seen.read()
        # a lost datagram would cost the proof: what is not seen to fall proves nothing
        while self._unread(now) and self._world.monotonic() < end:
            self._world.sleep(AGAIN_S)
            now = self._seen.read()
        begun = self._world.monotonic()
        self._wrong += unprovable_reason(now)
        down = [cord for cord in self._cords if self._is_off(now, cord)]
        kept = self._memory.recent(self._world.now(), self._seen.proof.seen_for_s)
        # the meter of one that is off may not show it yet
        resumes = kept is not None and any(_state(now, cord) is DOWN for cord in self._cords)
        if resumes and kept is not None:
            self._episode = kept
            if kept.doubt:
                self._wrong.append(kept.doubt)
        if not self._wrong:
            self._seen.learn(self._learn_s(), settles=resumes)
            now = self._seen.readings
            # a meter may have shown late that a cord is off
            down = [cord for cord in self._cords if self._is_off(now, cord)]
        if resumes and self._seen.trail is not None:
            self._resume(down, begun, begun + self._seen.settles_s(), self._seen.trail)
        self._memory.episode = self._episode
        for cord in down:
            draw = self._episode.carried.get(self._seen.key(cord))
            if draw is not None:
                self._carried[cord] = draw
        return now

    def _is_off(self, readings: Readings, cord: MachineOutlet) -> bool:
        one = find_outlet(readings, cord)
        return (
            one is not None and one.state is DOWN and not carries(one.draw, self._seen.meter(cord))
        )

    def _resume(
        self, down: Sequence[MachineOutlet], begun: float, shown: float, trail: ReadingSeries
    ) -> None:
        """Another run ended before it proved anything. What it saw before its first command is what
        everything is compared with. If cords are left, they must carry what the others did; if not,
        they are not of one machine, or a cord was moved.
        """
        episode, key = self._episode, self._seen.key
        if episode.quantity != trail.quantity.value:
            self._wrong.append(
                "what everything showed before the outlets were off was not seen, or in other units"
            )
            return
        places = {self._place_key(place): place for place in [*trail.places(), *self._own]}
        trail.kept = {
            places[name]: list(one) for name, one in episode.shown.items() if name in places
        }
        self._linked = {cord for cord in self._cords if key(cord) in episode.linked}
        lost = [cord for cord in down if key(cord) in episode.carried]
        left = [cord for cord in self._cords if cord not in down]
        for cord in lost:
            # the command to each, while others of the machine were on
            figures = trail.before([_place(cord)], begun, ()).get(_place(cord)) or []
            figure = math.fsum(figures) / len(figures) if figures else 0.0
            self._taken.append(RemovedLoad(begun, shown, figure, is_all=False))
        # the last one carried all
        carried = [trail.quantity.of(episode.carried[key(cord)]) or 0.0 for cord in lost]
        whole = self._all_taken(trail, begun, shown, max(carried, default=0.0))
        # an idle one had nothing to move
        self._taken = [one for one in self._taken if one.lost >= _IDLE * whole.lost]
        if not left:
            self._taken.append(whole)
        if lost and left and not self._linked.issuperset((*lost, *left)):
            doubt = trail.moved(
                [_place(cord) for cord in lost],
                [_place(cord) for cord in left],
                None,
                shown,
            )
            if doubt is None:
                self._link((*lost, *left))
            else:
                self._wrong.append(doubt.reason)
                self._doubt(doubt)

    def _place_key(self, place: MeteredPlace) -> str:
        """A place in the memory."""
        device = self._world.key(place.pdu)
        return f"{device} inlet" if place.outlet is None else f"{device} {place.outlet}"

    def _link(self, cords: Iterable[MachineOutlet]) -> None:
        self._linked.update(cords)
        self._episode.linked = [self._seen.key(cord) for cord in self._linked]

    def _stages(self, now: Readings) -> list[list[MachineOutlet]]:
        """Which cords are switched off together: first what is off already or was not read, then
        those that carry the machine, feed by feed, then those that have to take it over. The last
        ones are switched off one by one, so that a supply that nobody drew cannot hide.
        """
        if self._seen.machine.is_stopped:
            return [[cord] for cord in self._cords]
        first = [cord for cord in self._cords if _state(now, cord) is not UP]
        least = _IDLE * self._seen.load()
        busy = [
            cord
            for cord in self._cords
            if cord not in first
            and self._seen.carries(now, cord)
            and self._seen.figure(now, cord) >= least
        ]
        idle = [cord for cord in self._cords if cord not in first and cord not in busy]
        feeds = [
            [cord for cord in cords if cord.pdu == pdu]
            for cords in (busy, idle)
            for pdu in sorted(_pdus(cords), key=lambda one: _many(cords, one))
        ]
        if feeds:
            feeds[-1:] = [[cord] for cord in feeds[-1]]
        return [one for one in (first, *feeds) if one]

    def _stage(
        self, stage: Sequence[MachineOutlet], later: Sequence[MachineOutlet], before: Readings
    ) -> Readings:
        """Switch some cords off, and read until each fell and the others took over."""
        # until everything shows what was switched before
        while not self._wrong and self._world.monotonic() <= self._settled_at + AGAIN_S:
            self._world.sleep(AGAIN_S)
            before = self._seen.read()
        # an earlier one that failed may live
        left = [*later, *(cord for cord in self._cords if self._lives(before, cord, stage, later))]
        lost = [cord for cord in stage if not self._is_dead and self._seen.carries(before, cord)]
        for cord in lost:
            one = find_outlet(before, cord)
            if one is not None:
                self._carried[cord] = one.draw
                self._episode.carried[self._seen.key(cord)] = one.draw
        self._write_down()
        trail = self._seen.trail
        # with the last reading
        early = power_balance.Period(self._settled_at, self._world.monotonic() + 1e-3)
        answers = self._world.switch(stage, False)
        self._last_command = self._world.monotonic()
        self._wrong += _commanded(answers, False)
        for cord in stage:
            if cord not in self._carried and cord in answers:
                self._wrong.append(f"{cord}: {self._never(before, cord)}")
        if self._wrong or trail is None:
            return self._seen.readings
        shown = self._last_command + self._seen.settles_s()
        if left or not lost:
            figure = trail.carried([_place(cord) for cord in lost], early)
            taken = RemovedLoad(early.end, shown, figure, is_all=not left)
        else:
            figure = trail.carried([_place(cord) for cord in lost], early)
            taken = self._all_taken(trail, early.end, shown, figure)
        after, is_proven = self._until(lambda now: self._not_off(stage, now), self._wait_s())
        self._seen.took(self._world.monotonic() - self._last_command)
        if is_proven and lost and left:
            taken = self._judge_move(lost, left, early, taken, trail)
        self._taken.append(taken)
        self._settled_at = taken.shown
        self._memory.save()
        return self._seen.readings

    def _all_taken(
        self, trail: ReadingSeries, at: float, shown: float, latest: float
    ) -> RemovedLoad:
        """What the command took after which the machine has no cord that is on: all that it carried
        before, or only what its last cord carried in the end.
        """
        columns = trail.before(sorted(self._own), at, self._taken)
        loads = [one for one in (math.fsum(row) for row in zip(*columns.values())) if one > 0]
        if not loads:
            return RemovedLoad(at, shown, 0.0)
        swing = statistics.stdev(loads) if len(loads) > 1 else 0.0
        lost = min(statistics.fmean(loads), latest)
        return RemovedLoad(at, shown, lost, swing=swing, least=min(*loads, latest))

    def _write_down(self) -> None:
        """On the disk before the command: a run that is killed shall not hide what was seen."""
        trail = self._seen.trail
        if trail is not None and not self._episode.shown:
            self._episode.quantity = trail.quantity.value
            self._episode.shown = {
                self._place_key(place): column[-_KEPT:]
                for place, column in trail.before(trail.places(), math.inf, ()).items()
            }
        self._memory.save()

    def _judge_move(
        self,
        lost: Sequence[MachineOutlet],
        left: Sequence[MachineOutlet],
        early: power_balance.Period,
        taken: RemovedLoad,
        trail: ReadingSeries,
    ) -> RemovedLoad:
        """Read until the cords that are left are known to be of the same machine. Returns what the
        command took.
        """
        places = [_place(cord) for cord in lost], [_place(cord) for cord in left]
        doubts: list[Optional[NotProvenReason]] = [None]
        is_dark = [False]

        def missing(now: Readings) -> list[str]:
            is_dark[0] = self._is_dark(left, now, trail, early)
            doubts[0] = None if is_dark[0] else trail.moved(*places, early, taken.shown)
            return [] if doubts[0] is None else [doubts[0].reason]

        shown_s = taken.shown - self._world.monotonic() + self._seen.period()
        _, is_linked = self._until(missing, max(self._wait_s(), shown_s))
        if not is_linked:
            if doubts[0] is not None:
                self._doubt(doubts[0])
            return taken
        self._link((*lost, *left))
        if not is_dark[0]:
            return taken
        self._is_dead = True
        for cord in left:
            draw = self._draw_before(trail, cord, early)
            self._carried[cord] = self._episode.carried[self._seen.key(cord)] = draw
        total = trail.carried([_place(cord) for cord in (*lost, *left)], early)
        return taken._replace(lost=total, is_all=True)

    def _draw_before(
        self, trail: ReadingSeries, cord: MachineOutlet, early: power_balance.Period
    ) -> MeteredLoad:
        figure = trail.carried([_place(cord)], early)
        if trail.quantity is Quantity.WATTS:
            return MeteredLoad(power_w=round(figure, 3))
        return MeteredLoad(current_a=round(figure, 3))

    def _is_dark(
        self,
        left: Sequence[MachineOutlet],
        now: Readings,
        trail: ReadingSeries,
        early: power_balance.Period,
    ) -> bool:
        """Whether the machine needs more cords than are left, and all of them fell to what idle
        supplies carry.
        """
        if len(left) >= self._seen.machine.needs:
            return False
        return all(
            (one := find_outlet(now, cord)) is not None
            and one.draw.is_known
            and (was := trail.carried([_place(cord)], early)) > 0
            and self._seen.figure(now, cord) < _IDLE * was
            and self._seen.key(cord) in self._memory.seen
            for cord in left
        )

    def _whole_s(self) -> float:
        """How long the run may take."""
        feeds = len(_pdus(self._cords))
        return (_RUN_TIMEOUTS + _FEED_TIMEOUTS * feeds) * self._seen.proof.timeout_s

    def _learn_s(self) -> float:
        """How long it may read before the first command, so that the end has its time."""
        feeds, timeout_s = len(_pdus(self._cords)), self._seen.proof.timeout_s
        left_s = self._whole_s() - feeds * self._seen.settles_s() - _LAST_TIMEOUTS * timeout_s
        return min(_LEARN_TIMEOUTS * timeout_s, left_s)

    def _wait_s(self) -> float:
        period_s = self._seen.period()
        settles_s = self._seen.settles_s() + period_s
        return max(self._seen.proof.timeout_s, _PERIODS * period_s, settles_s)

    def _lives(
        self,
        before: Readings,
        cord: MachineOutlet,
        stage: Sequence[MachineOutlet],
        later: Sequence[MachineOutlet],
    ) -> bool:
        return cord not in stage and cord not in later and not self._is_off(before, cord)

    def _never(self, before: Readings, cord: MachineOutlet) -> str:
        one = find_outlet(before, cord)
        if one is None:
            return "it could not be read before the command, so nothing proves that it fell"
        if not one.draw.is_known:
            return _UNMETERED
        if one.state is DOWN:
            return (
                "it was off before, and what it carried was not seen in the last"
                f" {self._seen.proof.seen_for_s:g} s: nothing proves where its cord is"
            )
        return (
            f"no current was ever seen there ({one.draw}), so none proves nothing: is the cord in"
            " another outlet, or its supply dead?"
        )

    def _not_off(self, cords: Sequence[MachineOutlet], readings: Readings) -> list[str]:
        """Why these are not proven off by a reading."""
        wrong: list[str] = []
        for cord in cords:
            one = find_outlet(readings, cord)
            if one is None:
                wrong.append(f"{cord}: {_unread(readings, cord)}")
            elif one.state is not DOWN:
                wrong.append(f"{cord} is not off any more")
            elif not one.draw.is_known:
                wrong.append(f"{cord}: {_UNMETERED}")
            elif not fell(self._carried[cord], one.draw, self._seen.meter(cord)):
                was = self._carried[cord]
                carried = is_nothing(one.draw, self._seen.meter(cord))
                wrong.append(
                    f"{cord} carried too little ({was}) to see it fall ({one.draw})"
                    if carried
                    else f"{cord} carries {one.draw}"
                )
        return wrong

    def _doubt(self, doubt: NotProvenReason) -> None:
        """Another run must not believe these cords before they were on again."""
        if doubt.contradicts:
            self._episode.doubt = doubt.reason

    def _until(
        self, missing: Callable[[Readings], list[str]], wait_s: float
    ) -> tuple[Readings, bool]:
        """Read until nothing is missing, or until the meters had their time."""
        end = self._world.monotonic() + wait_s
        readings = self._seen.read()
        while True:
            reasons = missing(readings)
            if not reasons:
                return readings, True
            if self._world.monotonic() >= end:
                self._wrong += reasons
                return readings, False
            self._world.sleep(AGAIN_S)
            readings = self._seen.read()

    def _settle(self) -> None:
        """The last proof: in two renewals of all meters, and until the answer, the outlets are off,
        and nothing else took the load over.
        """
        trail = self._seen.trail
        apart = [cord for cord in self._cords if cord not in self._linked]
        if len(self._cords) > 1 and apart:
            self._wrong.append(
                f"{', '.join(map(str, apart))}: not seen to share the load of the others"
            )
        if self._wrong or trail is None:
            return
        period_s = self._seen.period()
        least_s = max(2 * period_s, _RELAY_S)
        slow_s = _SLOWEST_S + _RELAY_S
        timeout_s = self._seen.proof.timeout_s
        left_s = self._begun + self._whole_s() - self._world.monotonic()
        most_s = max(_LAST_TIMEOUTS * timeout_s, _LAST_PERIODS * period_s, 1.5 * least_s, left_s)
        if self._seen.unseen():
            most_s = max(most_s, slow_s + period_s)
        doubts: list[Optional[NotProvenReason]] = [None]

        def missing(now: Readings) -> list[str]:
            reasons = self._unread(now) or self._not_off(self._cords, now)
            doubts[0] = None if reasons else trail.hidden(self._own, self._taken)
            if doubts[0] is not None:
                reasons = [doubts[0].reason]
            ends = self._last_command + (max(least_s, slow_s) if self._seen.unseen() else least_s)
            is_early = self._world.monotonic() < ends
            return reasons or (["two renewals were not seen"] if is_early else [])

        is_proven = self._until(missing, most_s)[1]
        if not is_proven and doubts[0] is not None:
            self._doubt(doubts[0])

    def _unread(self, readings: Readings) -> list[str]:
        wrong = [
            f"{cord}: {_unread(readings, cord)}"
            for cord in self._cords
            if find_outlet(readings, cord) is None
        ]
        return wrong or [
            f"{pdu}: it could not be read: {now.reason}"
            for pdu, now in readings.items()
            if now.reason
        ]


def _place(cord: MachineOutlet) -> MeteredPlace:
    return MeteredPlace(cord.pdu, cord.outlet)


def _pdus(cords: Iterable[MachineOutlet]) -> list[str]:
    return list(dict.fromkeys(cord.pdu for cord in cords))


def _many(cords: Sequence[MachineOutlet], pdu: str) -> int:
    return -sum(cord.pdu == pdu for cord in cords)


def _state(readings: Readings, cord: MachineOutlet) -> Optional[EnumPowerStatus]:
    one = find_outlet(readings, cord)
    return None if one is None else one.state


def _commanded(answers: Mapping[MachineOutlet, CommandResult], on: bool) -> list[str]:
    wanted = UP if on else DOWN
    return [
        f"{cord}: {one.reason}; it may or may not have switched {word(wanted)}"
        if one.reason
        else f"{cord} was not seen {word(wanted)} after the command"
        for cord, one in answers.items()
        if one.reason or one.state is not wanted
    ]


def _unread(readings: Readings, cord: MachineOutlet) -> str:
    found = readings.get(cord.pdu)
    if found is not None and found.reason and not found.outlets:
        return f"it could not be read: {found.reason}"
    return "the PDU has no such outlet"


def _why_unknown(readings: Readings, cord: MachineOutlet) -> str:
    found = readings.get(cord.pdu)
    if found is not None and found.reason:
        return f"{cord}: {found.reason}"
    return f"{cord}: its state is unknown, or the PDU has no such outlet"
