"""Takes a machine's power and proves it, and gives it back.

    read every PDU of the machine: what does each cord carry?
    feed by feed: write down what was seen; send "off" once to the feed's outlets; read until each
        fell from what it carried to nothing, and the cords that are left took its load over
    read once more: all are off, nothing flows, nobody else took the load over

A cord that was never seen to carry anything proves nothing by carrying nothing: it may be in
another outlet. It is switched off last, when the others are off and it has to carry the machine.
Cords that do not take over what another lost are not of the same machine, or a supply is missing in
the drawing. Whatever happens, each outlet gets its command: a proof that fails leaves no power on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Callable, NamedTuple, Optional

from pdu_common.helper import EnumPowerStatus

from ..pdus.states import DOWN, UP, word
from .memory import Episode, Memory, Sight
from .meters import (
    Change,
    Draw,
    Meter,
    Steps,
    carries,
    fell,
    finest,
    is_nothing,
    took_over,
    took_over_unseen,
)
from .outlet import AGAIN_S
from .world import Commanded, NotProven, OutletNow, OutletOf, PduNow, World

# the second proof comes so long after the first: some meters renew their figures every two or three
# seconds
_METER_S = 3.0
# a figure may come so many of the meter's periods late
_PERIODS = 1.5
# a PDU that does not answer is read again for so long before the first command
_SILENT_S = 10.0
# a sight that is kept for `check` is renewed so often
_SIGHT_S = 300.0
_UNMETERED = "no current is known of this outlet; without a meter, use confirm=state"

Readings = Mapping[str, PduNow]


class MachinePower(NamedTuple):
    """A machine with its outlets."""

    #: how messages name it
    name: str
    cords: Sequence[OutletOf]
    #: how many of its cords must live for it to live
    needs: int = 1


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


class _Seen:
    """Readings of one machine, and what they show of its cords. It learns resolutions and periods,
    and keeps what was seen.
    """

    def __init__(
        self, machine: MachinePower, world: World, proof: OffProof, memory: Memory
    ) -> None:
        self.machine, self.world, self.proof, self.memory = machine, world, proof, memory
        self.readings: Readings = {}
        self._changed: dict[OutletOf, float] = {}

    def key(self, cord: OutletOf) -> str:
        """The outlet in the memory."""
        return f"{self.world.key(cord.pdu)} {cord.outlet}"

    def read(self) -> Readings:
        """All PDUs of the machine, now."""
        before = self.readings
        found = self.world.read(_pdus(self.machine.cords))
        at, known = self.world.monotonic(), self.memory.steps
        for pdu, now in found.items():
            key = self.world.key(pdu)
            known[key] = finest(known, key, (one.draw for one in now.outlets.values()))
        for cord in self.machine.cords:
            one = outlet(found, cord)
            if one is None:
                continue
            was = outlet(before, cord)
            if was is not None and one.draw != was.draw:
                self._learn(cord, at)
            if carries(one.draw, self.meter(cord)):
                self._keep(cord, one.draw)
        self.readings = found
        return found

    def _learn(self, cord: OutletOf, at: float) -> None:
        if cord in self._changed:
            key, gap = self.key(cord), at - self._changed[cord]
            self.memory.periods[key] = min(gap, self.memory.periods.get(key, gap))
        self._changed[cord] = at

    def _keep(self, cord: OutletOf, draw: Draw) -> None:
        key, now = self.key(cord), self.world.now()
        kept = self.memory.seen.get(key)
        if kept is None or not 0 <= now - kept.at < _SIGHT_S:
            self.memory.seen[key] = Sight(now, draw)

    def meter(self, cord: OutletOf) -> Meter:
        """How its figures are read."""
        return self.meter_of(cord.pdu)

    def meter_of(self, pdu: str) -> Meter:
        """How the figures of a PDU are read."""
        steps = self.memory.steps.get(self.world.key(pdu), Steps())
        return Meter(self.proof.threshold_a, steps)

    def period(self, cord: OutletOf) -> float:
        """How often its figures are renewed, in s."""
        if self.proof.period_s is not None:
            return self.proof.period_s
        return min(self.memory.periods.get(self.key(cord), _METER_S), self.proof.timeout_s)

    def carries(self, readings: Readings, cord: OutletOf) -> bool:
        """Whether power surely flows there."""
        one = outlet(readings, cord)
        return one is not None and carries(one.draw, self.meter(cord))


def outlet(readings: Readings, cord: OutletOf) -> Optional[OutletNow]:
    """One outlet of the readings; None if it was not read."""
    found = readings.get(cord.pdu)
    return None if found is None else found.outlets.get(cord.outlet)


# ---- what is asked for ---------------------------------------------------------------------------


def off(machine: MachinePower, world: World, proof: OffProof, memory: Memory) -> list[str]:
    """Switch every outlet off, whatever it reads now, and prove it. Returns what the meters saw.

    Each outlet gets one command; that of a PDU that fails keeps no other from its own. Raises
    NotProven.
    """
    seen = _Seen(machine, world, proof, memory)
    try:
        if proof.by_current:
            return _Off(seen).run()
        _by_state(machine, world, on=False)
        return []
    finally:
        memory.save()


def on(machine: MachinePower, world: World, memory: Memory) -> None:
    """Switch every outlet on. Raises NotProven unless all of them are seen on, twice."""
    # what was seen before it was off ends here, even if only one outlet comes on
    memory.episode = None
    memory.save()
    _by_state(machine, world, on=True)


def _by_state(machine: MachinePower, world: World, on: bool) -> None:
    wrong = _commanded(world.switch(machine.cords, on), on)
    if wrong:
        raise NotProven("; ".join(wrong))
    world.sleep(AGAIN_S)
    readings = world.read(_pdus(machine.cords))
    wanted = UP if on else DOWN
    for cord in machine.cords:
        one = outlet(readings, cord)
        if one is None:
            wrong.append(f"{cord}: {_unread(readings, cord)}")
        elif one.state is not wanted:
            wrong.append(f"{cord} is not {word(wanted)} any more")
    if wrong:
        raise NotProven("; ".join(wrong))


def is_on(machine: MachinePower, world: World) -> bool:
    """Whether the machine has a feed that is on. Raises NotProven if that is not known: off is the
    answer only if every outlet reports it.
    """
    readings = world.read(_pdus(machine.cords))
    found = {cord: outlet(readings, cord) for cord in machine.cords}
    states = {cord: None if one is None else one.state for cord, one in found.items()}
    if UP in states.values():
        return True
    unknown = [cord for cord, state in states.items() if state is not DOWN]
    if unknown:
        raise NotProven("; ".join(_why_unknown(readings, cord) for cord in unknown))
    return False


def check(machine: MachinePower, world: World, proof: OffProof, memory: Memory) -> None:
    """Read every PDU, and raise NotProven if `off` could not be carried out and proven there: the
    PDU fails, has not the outlet or, with a proof by current, does not meter it, or was never seen
    to carry anything there.
    """
    seen = _Seen(machine, world, proof, memory)
    before = dict(memory.seen)
    readings = seen.read()
    wrong: list[str] = []
    for cord in machine.cords:
        one = outlet(readings, cord)
        if one is None:
            wrong.append(f"{cord}: {_unread(readings, cord)}")
        elif readings[cord.pdu].reason:
            wrong.append(f"{cord}: {readings[cord.pdu].reason}")
        elif proof.by_current and not one.draw.is_known:
            wrong.append(f"{cord}: {_UNMETERED}")
        elif proof.by_current and seen.key(cord) not in memory.seen:
            wrong.append(
                f"{cord}: no current was ever seen there ({one.draw}), so none proves nothing: is"
                " the cord in another outlet, or its supply dead or a spare? `off` proves it by the"
                " load that it takes over"
            )
    if memory.seen != before:
        memory.save()
    if wrong:
        raise NotProven("; ".join(wrong))


# ---- off, by the meters --------------------------------------------------------------------------


class _Off:
    """One run of `off`. `wrong` has what is not proven."""

    def __init__(self, seen: _Seen) -> None:
        self._seen, self._world, self._memory = seen, seen.world, seen.memory
        self._cords = list(seen.machine.cords)
        self._episode = Episode(self._world.now())
        self._wrong: list[str] = []
        # what each carried before its command
        self._carried: dict[OutletOf, Draw] = {}
        # cords that were seen to share the machine's load
        self._linked: set[OutletOf] = set()
        self._last_command = self._world.monotonic()
        self._before_last: Readings = {}

    def run(self) -> list[str]:
        """Returns what the meters saw. Raises NotProven."""
        now = self._begin()
        stages = self._stages(now)
        for number, stage in enumerate(stages):
            left = [cord for later in stages[number + 1 :] for cord in later]
            now = self._stage(stage, left, now)
        if not self._wrong:
            self._settle()
        self._memory.save()
        if self._wrong:
            raise NotProven("; ".join(dict.fromkeys(self._wrong)))
        return [f"{cord} fell from {self._carried[cord]}" for cord in self._cords]

    def _begin(self) -> Readings:
        """Read, and take up what was seen before outlets were off."""
        end = self._world.monotonic() + min(self._seen.proof.timeout_s, _SILENT_S)
        now = self._seen.read()
        # a lost datagram would cost the proof: what is not seen to fall proves nothing
        while self._unread(now) and self._world.monotonic() < end:
            self._world.sleep(AGAIN_S)
            now = self._seen.read()
        down = [cord for cord in self._cords if self._is_off(now, cord)]
        kept = self._memory.recent(self._world.now(), self._seen.proof.seen_for_s)
        if down and kept is not None:
            self._episode = kept
            if kept.doubt:
                self._wrong.append(kept.doubt)
            now = self._resumed(down, now)
        self._memory.episode = self._episode
        for cord in down:
            draw = self._episode.carried.get(self._seen.key(cord))
            if draw is not None:
                self._carried[cord] = draw
        return now

    def _is_off(self, readings: Readings, cord: OutletOf) -> bool:
        one = outlet(readings, cord)
        return (
            one is not None and one.state is DOWN and not carries(one.draw, self._seen.meter(cord))
        )

    def _resumed(self, down: Sequence[OutletOf], now: Readings) -> Readings:
        """Another run ended before it proved anything: do the cords that are left carry what those
        that it switched off carried? If not, they are not of one machine, or a cord was moved.
        """
        episode, key = self._episode, self._seen.key
        self._linked = {cord for cord in self._cords if key(cord) in episode.linked}
        lost = [cord for cord in down if key(cord) in episode.draws]
        left = [
            cord
            for cord in self._cords
            if _state(now, cord) is not DOWN and key(cord) in episode.draws
        ]
        if not lost or not left:
            return now
        before = {cord: episode.draws[key(cord)] for cord in (*lost, *left)}

        def missing(readings: Readings) -> list[str]:
            return self._not_taken_over(lost, left, before, readings)

        # a figure from before the cord was moved proves nothing
        self._world.sleep(max(self._seen.period(cord) for cord in left))
        return self._until(missing, [*lost, *left], self._doubt)[0]

    def _stages(self, now: Readings) -> list[list[OutletOf]]:
        """Which cords are switched off together: first what is off already or was not read, then
        those that carry the machine, feed by feed, then those that have to take it over. The last
        ones are switched off one by one, so that a supply that nobody drew cannot hide.
        """
        first = [cord for cord in self._cords if _state(now, cord) is not UP]
        busy = [cord for cord in self._cords if cord not in first and self._seen.carries(now, cord)]
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
        self, stage: Sequence[OutletOf], later: Sequence[OutletOf], before: Readings
    ) -> Readings:
        """Switch some cords off, and read until each fell and the others took over."""
        # an earlier one that failed may live
        left = [*later, *(cord for cord in self._cords if self._lives(before, cord, stage, later))]
        lost = [cord for cord in stage if self._seen.carries(before, cord)]
        for cord in (*lost, *left):
            one = outlet(before, cord)
            if one is not None:
                self._episode.draws.setdefault(self._seen.key(cord), one.draw)
                if cord in lost:
                    self._carried[cord] = one.draw
                    self._episode.carried[self._seen.key(cord)] = one.draw
        # on the disk before the command: a run that is killed shall not hide what was seen
        self._memory.save()
        answers = self._world.switch(stage, False)
        self._last_command = self._world.monotonic()
        self._wrong += _commanded(answers, False)
        for cord in stage:
            if cord not in self._carried and cord in answers:
                self._wrong.append(f"{cord}: {self._never(before, cord)}")
        if self._wrong:
            return before
        draws = {cord: one.draw for cord in self._cords if (one := outlet(before, cord))}

        def missing(readings: Readings) -> list[str]:
            return self._not_off(stage, readings)

        def unshared(readings: Readings) -> list[str]:
            return self._not_taken_over(lost, left, draws, readings) if lost and left else []

        after, is_proven = self._until(missing, stage, None)
        if is_proven:
            after, is_proven = self._until(unshared, left, self._doubt, after)
        if is_proven and lost and not left:
            self._before_last = before
        self._memory.save()
        return after

    def _lives(
        self,
        before: Readings,
        cord: OutletOf,
        stage: Sequence[OutletOf],
        later: Sequence[OutletOf],
    ) -> bool:
        return cord not in stage and cord not in later and not self._is_off(before, cord)

    def _never(self, before: Readings, cord: OutletOf) -> str:
        one = outlet(before, cord)
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

    def _not_off(self, cords: Sequence[OutletOf], readings: Readings) -> list[str]:
        """Why these are not proven off by a reading."""
        wrong: list[str] = []
        for cord in cords:
            one = outlet(readings, cord)
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

    def _not_taken_over(
        self,
        lost: Sequence[OutletOf],
        left: Sequence[OutletOf],
        before: Mapping[OutletOf, Draw],
        readings: Readings,
    ) -> list[str]:
        """Why the cords that are left are not known to be of the same machine."""
        others: list[Change] = []
        for cord in left:
            one = outlet(readings, cord)
            if one is None or cord not in before:
                return [f"{cord}: {_unread(readings, cord)}"]
            others.append(Change(before[cord], one.draw, self._seen.meter(cord)))
        gone = [Change(before[cord], before[cord], self._seen.meter(cord)) for cord in lost]
        is_dark = len(left) < self._seen.machine.needs and all(
            fell(one.before, one.after, one.meter) for one in others
        )
        if is_dark or took_over(gone, others):
            self._linked.update((*lost, *left))
            self._episode.linked = [self._seen.key(cord) for cord in self._linked]
            if is_dark:
                self._carried.update({cord: before[cord] for cord in left})
                self._episode.carried.update({self._seen.key(cord): before[cord] for cord in left})
            return []
        now = ", ".join(f"{cord} {one.before} then {one.after}" for cord, one in zip(left, others))
        return [
            f"what {', '.join(map(str, lost))} carried"
            f" ({', '.join(str(one.before) for one in gone)}) was not seen to move to the other"
            f" cords ({now}): a cord is in another outlet, or a supply is not drawn"
        ]

    def _taken_by_others(self, readings: Readings) -> list[str]:
        """Outlets of nobody drawn for this machine that took over the last load."""
        mine = {(cord.pdu, cord.outlet) for cord in self._cords}
        lost = [
            Change(one.draw, one.draw, self._seen.meter(cord))
            for cord in self._cords
            if self._seen.carries(self._before_last, cord)
            and (one := outlet(self._before_last, cord)) is not None
        ]
        return [
            f"outlet {identity} of {pdu}, which is not of this machine, took over its load"
            f" ({was.draw} then {one.draw})"
            for pdu, now in readings.items()
            for identity, one in now.outlets.items()
            if (pdu, identity) not in mine
            and pdu in self._before_last
            and (was := self._before_last[pdu].outlets.get(identity)) is not None
            and took_over_unseen(lost, Change(was.draw, one.draw, self._seen.meter_of(pdu)))
        ]

    def _doubt(self, reasons: Sequence[str]) -> None:
        """Another run must not believe these cords before they were on again."""
        self._episode.doubt = "; ".join(reasons)

    def _until(
        self,
        missing: Callable[[Readings], list[str]],
        cords: Iterable[OutletOf],
        give_up: Optional[Callable[[Sequence[str]], None]],
        now: Optional[Readings] = None,
    ) -> tuple[Readings, bool]:
        """Read until nothing is missing, or until the meters had their time."""
        slowest = max((self._seen.period(cord) for cord in cords), default=0.0)
        wait_s = max(self._seen.proof.timeout_s, _PERIODS * slowest)
        end = self._world.monotonic() + wait_s
        readings = self._seen.read() if now is None else now
        while True:
            reasons = missing(readings)
            if not reasons:
                return readings, True
            if self._world.monotonic() >= end:
                self._wrong += reasons
                if give_up is not None:
                    give_up(reasons)
                return readings, False
            self._world.sleep(AGAIN_S)
            readings = self._seen.read()

    def _settle(self) -> None:
        """The second proof, when each meter had its time: a supply that nobody drew took over only
        after the last command.
        """
        period_s = max(self._seen.period(cord) for cord in self._cords)
        left_s = self._last_command + period_s - self._world.monotonic()
        self._world.sleep(max(_METER_S, left_s))
        apart = [cord for cord in self._cords if cord not in self._linked]
        if len(self._cords) > 1 and apart:
            self._wrong.append(
                f"{', '.join(map(str, apart))}: not seen to share the load of the others"
            )
            return
        readings = self._until(lambda now: self._unread(now), self._cords, None)[0]
        if self._wrong:
            return
        self._wrong += self._not_off(self._cords, readings)
        taken = self._taken_by_others(readings)
        if taken:
            self._wrong += taken
            self._doubt(taken)

    def _unread(self, readings: Readings) -> list[str]:
        return [
            f"{cord}: {_unread(readings, cord)}"
            for cord in self._cords
            if outlet(readings, cord) is None
        ]


def _pdus(cords: Iterable[OutletOf]) -> list[str]:
    return list(dict.fromkeys(cord.pdu for cord in cords))


def _many(cords: Sequence[OutletOf], pdu: str) -> int:
    return -sum(cord.pdu == pdu for cord in cords)


def _state(readings: Readings, cord: OutletOf) -> Optional[EnumPowerStatus]:
    one = outlet(readings, cord)
    return None if one is None else one.state


def _commanded(answers: Mapping[OutletOf, Commanded], on: bool) -> list[str]:
    wanted = UP if on else DOWN
    return [
        f"{cord}: {one.reason}; it may or may not have switched {word(wanted)}"
        if one.reason
        else f"{cord} was not seen {word(wanted)} after the command"
        for cord, one in answers.items()
        if one.reason or one.state is not wanted
    ]


def _unread(readings: Readings, cord: OutletOf) -> str:
    found = readings.get(cord.pdu)
    if found is not None and found.reason and not found.outlets:
        return f"it could not be read: {found.reason}"
    return "the PDU has no such outlet"


def _why_unknown(readings: Readings, cord: OutletOf) -> str:
    found = readings.get(cord.pdu)
    if found is not None and found.reason:
        return f"{cord}: {found.reason}"
    return f"{cord}: its state is unknown, or the PDU has no such outlet"
