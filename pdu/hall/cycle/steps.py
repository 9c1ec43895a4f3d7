"""Which outlets may be switched off, and in which steps. Pure.

With `--one-feed-at-a-time` a step is one cord of a machine, and the machine keeps running on the
others. With `--both-feeds` a step is all cords of a machine, which restarts. The planner and the
run ask the same question, `obstacle`, so that a step that was planned is judged again, by readings
of that moment, before it is taken.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Optional

from ...pdus.saved_readings import HallReadings, MeasuredPdu
from ...pdus.states import UP
from ...site.drawing.drawing import Cord, Machine
from ...site.machines.meters import MeteredLoad
from ...site.machines.pdu_access import OutletReading, PduReading
from ..failure.rehearsal import Hall
from ..walk.load_limits import FITS, LOW
from ..walk.verdicts import ADVICE, CordNow, Now


class Mode(enum.Enum):
    """What is restarted. The value is the option's name."""

    ONE_FEED = "one-feed-at-a-time"
    BOTH_FEEDS = "both-feeds"


class CycleStep(NamedTuple):
    """Cords of one machine that are switched off together, and on again."""

    #: counted from 1
    number: int
    machine: str
    cords: tuple[Cord, ...]

    def __str__(self) -> str:
        return f"{self.machine}: {', '.join(map(str, self.cords))}"


class SkippedCord(NamedTuple):
    """A machine, or one cord of it, that gets no step."""

    machine: str
    #: None: the whole machine
    cord: Optional[Cord]
    reason: str


class CycleSteps(NamedTuple):
    """The steps in their order, and what was refused."""

    steps: Sequence[CycleStep]
    refusals: Sequence[SkippedCord]


def plan_steps(
    hall: Hall,
    mode: Mode,
    machines: Iterable[Machine],
    reason_by_machine: Optional[Mapping[str, str]] = None,
) -> CycleSteps:
    """The steps for these machines by these readings. `reason_by_machine`, with both feeds: why the
    cabling of a machine is not known; None if machines are proven off by the states and currents of
    their outlets.
    """
    steps: list[CycleStep] = []
    refusals: list[SkippedCord] = []
    for machine in machines:
        if machine.protected:
            refusals.append(SkippedCord(machine.name, None, "it is protected"))
            continue
        for cords in _choices(hall, mode, machine, reason_by_machine is not None):
            reason = obstacle(hall, mode, machine, cords)
            if not reason and reason_by_machine is not None:
                reason = reason_by_machine.get(machine.name) or _why_unmetered(hall, cords)
            if reason:
                cord = cords[0] if mode is Mode.ONE_FEED else None
                refusals.append(SkippedCord(machine.name, cord, reason))
            else:
                steps.append(CycleStep(len(steps) + 1, machine.name, cords))
    return CycleSteps(steps, refusals)


def _choices(hall: Hall, mode: Mode, machine: Machine, by_current: bool) -> list[tuple[Cord, ...]]:
    """The cords of each step, before anything is checked."""
    if mode is Mode.ONE_FEED:
        return [(cord,) for cord in machine.cords]
    on = [cord_now for cord_now in hall.cords[machine.name] if cord_now.now is not Now.OFF]
    if by_current:
        # those that carry the machine first: what is idle shows itself when it takes that over
        on.sort(key=lambda cord_now: cord_now.now is not Now.CARRIES)
    return [tuple(cord_now.cord for cord_now in on) or machine.cords]


def obstacle(hall: Hall, mode: Mode, machine: Machine, cords: Sequence[Cord]) -> str:
    """Why these cords of a machine may not be switched off now; "" if they may."""
    if machine.protected:
        return "it is protected"
    machine_cords = hall.cords[machine.name]
    for cord_now in machine_cords:
        if cord_now.cord in cords and hall.readings.state(*cord_now.cord) is not UP:
            return f"{cord_now.cord}: {_not_switchable(hall, cord_now)}"
    other_cords = [cord_now for cord_now in machine_cords if cord_now.cord not in cords]
    if mode is Mode.ONE_FEED:
        return _too_few(other_cords, machine) or _overload(hall, cords)
    for cord_now in other_cords:
        if cord_now.now is not Now.OFF:
            return f"{cord_now.cord}: {cord_now.now.value}, so the machine cannot be proven off"
    # they are switched off one after another: without the first, each of the others may get all
    reason = _overload(hall, cords[:1])
    # where no current can be seen to go, "off" is the PDU's word: if that relay is stuck, its cord
    # gets the whole machine once the others are off
    first = next(cord_now for cord_now in machine_cords if cord_now.cord == cords[0])
    if not reason and first.now is not Now.CARRIES:
        reason = _overload(hall, cords[1:])
        if reason:
            reason = f"{first.cord}: {first.now.value}, so its relay may be stuck unseen; {reason}"
    return reason


def _why_unmetered(hall: Hall, cords: Sequence[Cord]) -> str:
    """Why meters cannot prove that these outlets carry nothing; "" if they may."""
    unmetered = (cord for cord in cords if not outlet_load(hall.readings, cord).is_known)
    reasons = (f"{cord}: no current is known of this outlet: --confirm state" for cord in unmetered)
    return next(reasons, "")


def outlet_load(readings: HallReadings, cord: Cord) -> MeteredLoad:
    """What an outlet shows; no figure for one that was not read."""
    outlet = readings.outlet(*cord)
    return MeteredLoad() if outlet is None else MeteredLoad(outlet.current_a, outlet.power_w)


def pdu_reading(reading: MeasuredPdu) -> PduReading:
    """A reading of the hall as a proof needs it."""
    return PduReading(
        {
            name: OutletReading(outlet.state, MeteredLoad(outlet.current_a, outlet.power_w))
            for name, outlet in reading.outlets.items()
        },
        reading.error,
        MeteredLoad(reading.inlet_a, reading.inlet_w),
    )


def _not_switchable(hall: Hall, cord_now: CordNow) -> str:
    reading = hall.readings.pdus.get(cord_now.cord.pdu, MeasuredPdu({}))
    if reading.error:
        return f"its PDU could not be read ({reading.error})"
    if reading.metered:
        return "its PDU only meters, and switches nothing"
    return cord_now.now.value


def _too_few(other_cords: Sequence[CordNow], machine: Machine) -> str:
    """Why the machine would not surely live on the other cords; "" if it would."""
    carrying = sum(cord_now.now is Now.CARRIES for cord_now in other_cords)
    if carrying >= machine.needs:
        return ""
    if len(other_cords) < machine.needs:
        return f"the machine needs {machine.needs} cords besides it, and has {len(other_cords)}"
    weak = next(cord_now for cord_now in other_cords if cord_now.now is not Now.CARRIES)
    advice = f"; {ADVICE[weak.now]}" if weak.now in ADVICE else ""
    return (
        f"{carrying} of the other cords surely carry the machine, it needs {machine.needs}"
        f" ({weak.cord}: {weak.now.value}{advice})"
    )


def least_remaining_current(other_cords: Sequence[CordNow]) -> float:
    """The least that a machine's other cords carry together while one that carries is off, in A."""
    return LOW * sum(cord_now.low_a for cord_now in other_cords)


def redundancy_problem(
    other_cords: Sequence[CordNow], machine: Machine, least_a: Optional[float]
) -> str:
    """Why the machine does not surely live on its other cords, while one is off; "" if it does.

    `least_a`: None if the cord that is off carried nothing.
    """
    total = sum(cord_now.known_a for cord_now in other_cords)
    reason = _too_few(other_cords, machine)
    if not reason and least_a is not None and total < least_a:
        return f"the current of its other cords fell to {total:.2f} A, while it had to rise"
    return reason


def _overload(hall: Hall, cords: Sequence[Cord]) -> str:
    """The first line or breaker on which the take-over load does not surely fit; "" if all do."""
    for breaker_load in hall.without(cords):
        if breaker_load.fit.word != FITS:
            limit = "" if breaker_load.limit_a is None else f", limit {breaker_load.limit_a:.1f} A"
            upper = (
                ""
                if breaker_load.load.high == float("inf")
                else f" up to {breaker_load.load.high:.1f} A"
            )
            why = f" ({breaker_load.fit.reason})" if breaker_load.fit.reason else ""
            return (
                f"the take-over load on {breaker_load.name}{upper}{limit}:"
                f" {breaker_load.fit.word}{why}"
            )
    return ""
