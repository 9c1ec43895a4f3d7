"""Whether a machine goes dark, stays, or nobody can say. Pure.

A drawing knows that a machine has two cords; a meter knows that one of them carries nothing. A cord
counts for `stays` only if its outlet is on and feeds a supply that works now: by its watts where
they are read, else by its current. An idle cord has a dead supply, was pulled, or leads to a hot
spare: from outside they look alike.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, Optional

from ...pdus.saved_readings import HallReadings
from ...pdus.states import DOWN, UP
from ...site.drawing.drawing import Cord, Machine
from .condition import Condition

# A supply that works carries at least this part of an equal share. Less is a dead supply's input
# filter, or a supply on standby.
LEAST_SHARE = 0.25
#: the capacitors of an input filter draw up to this in A, also before a dead supply: 2.2 uF take
#: 0.16 A at 230 V and 50 Hz, with hardly a watt
FILTER_A = 0.25
# A supply whose output is dead takes less than this in W, and so does one on standby.
_STANDBY_W = 6.0


class Verdict(enum.Enum):
    """What becomes of a machine in a failure or a return, the worst first. The value is for people
    and programs.
    """

    AT_ONCE = "dark at once"
    AFTER_UPS = "dark after its UPS"
    #: with one that surely trips
    WITH_BREAKER = "dark with a breaker"
    STAYS_DARK = "stays dark"
    EARLY = "comes up before what it needs"
    #: it goes dark only if a breaker trips that may
    UNLESS = "stays unless a breaker trips"
    CANNOT_SAY = "cannot say"
    COMES = "comes back by itself"
    STAYS = "stays"

    @property
    def level(self) -> int:
        """Its exit code: 1 is harm, 2 not decided, 0 neither."""
        if self in (Verdict.COMES, Verdict.STAYS):
            return 0
        return 2 if self in (Verdict.UNLESS, Verdict.CANNOT_SAY) else 1

    @property
    def condition(self) -> Condition:
        """How it is drawn. What comes up too early is not dead."""
        if self is Verdict.EARLY:
            return Condition.IN_QUESTION
        return (Condition.LIVES, Condition.DEAD, Condition.IN_QUESTION)[self.level]


class Now(enum.Enum):
    """What a cord does now. The value says why it does not prove anything."""

    CARRIES = "carries current"
    WORKS = "its supply works, as the owner or the machine's BMC says"
    OFF = "its outlet is off"
    IDLE = "its outlet is on and carries nothing"
    WEAK = "it may be dead: an input filter alone may draw its current"
    UNMETERED = "its outlet is on, and its current is not metered"
    UNKNOWN = "its outlet's state is not known"
    CONTRADICTORY = "its outlet is reported off and carries current"
    UNREAD = "its outlet was not read"


_LOOK_ALIKE = (
    "dead supply, pulled cord and hot spare look alike: look at the machine's BMC, or pull the"
    " other cord in a maintenance window"
)
ADVICE = {
    Now.IDLE: _LOOK_ALIKE,
    Now.WEAK: _LOOK_ALIKE,
    Now.UNMETERED: "look at the machine's BMC, or pull the other cord in a maintenance window",
    Now.UNKNOWN: "read the PDU with `pdu status`, and look at the outlet",
    Now.CONTRADICTORY: "the relay may be stuck: look at the outlet",
    Now.UNREAD: "correct the cord (`pdu plan check`), or get the PDU to answer",
}


# what a supply may be of which somebody says that it works; an outlet that is off feeds none
_SAID_TO_WORK = (Now.IDLE, Now.WEAK, Now.UNMETERED, Now.UNKNOWN)


class CordNow(NamedTuple):
    """One cord of a machine as it is read."""

    cord: Cord
    now: Now
    #: bounds of its current in A, by the meter's resolution; the upper one is None if it is not
    #: metered
    low_a: float = 0.0
    high_a: Optional[float] = 0.0

    @property
    def known_a(self) -> float:
        """The upper bound; without a meter, nothing is known to flow."""
        return self.high_a or 0.0


def outlet_steps(readings: HallReadings) -> dict[str, float]:
    """PDU -> the resolution of its outlets' currents, in A."""
    return {name: reading.outlet_step_a for name, reading in readings.pdus.items()}


def cords_now(
    machine: Machine, readings: HallReadings, steps: Mapping[str, float], idle_a: float
) -> tuple[CordNow, ...]:
    """The machine's cords. A current up to `idle_a` counts as none. `steps`: `outlet_steps`."""
    outlets = [readings.outlet(*cord) for cord in machine.cords]
    part = LEAST_SHARE / len(outlets)
    least_a = part * sum(outlet.figures.current_a or 0.0 for outlet in outlets if outlet)
    least_w = part * sum(outlet.figures.power_w or 0.0 for outlet in outlets if outlet)
    cords: list[CordNow] = []
    for cord, outlet in zip(machine.cords, outlets):
        if outlet is None:
            cords.append(CordNow(cord, Now.WORKS if machine.works else Now.UNREAD, 0.0, None))
            continue
        current, power, step = outlet.figures.current_a, outlet.figures.power_w, steps[cord.pdu]
        has_relay = not readings.pdus[cord.pdu].metered
        is_on = outlet.state is UP or (outlet.state is not DOWN and not has_relay)
        if is_on and current is None and power is None:
            now = Now.UNMETERED
        elif is_on and power is not None and (current is None or current > idle_a):
            now = Now.CARRIES if power > max(_STANDBY_W, least_w) else Now.WEAK
        elif is_on:
            now = Now.IDLE
            if current is not None and current > idle_a and current >= least_a:
                low = current - step / 2
                now = Now.CARRIES if low > FILTER_A else Now.WEAK
        elif outlet.state is DOWN:
            now = Now.CONTRADICTORY if (current or 0.0) > idle_a else Now.OFF
        else:
            now = Now.UNKNOWN
        if machine.works and now in _SAID_TO_WORK:
            now = Now.WORKS
        bounds_a = (0.0, 0.0) if now is Now.OFF else reading_bounds(current, step)
        cords.append(CordNow(cord, now, *bounds_a))
    return tuple(cords)


def reading_bounds(current: Optional[float], step: float) -> tuple[float, Optional[float]]:
    """What a reading in A may mean: its last digit is rounded, or cut."""
    if current is None:
        return 0.0, None
    return max(0.0, current - step / 2), current + step


@dataclass(frozen=True)
class Judged:
    """The verdict on one machine."""

    machine: str
    verdict: Verdict
    #: why, for people; "" for a machine that stays
    reason: str = ""
    #: what to do about it; "" if there is nothing
    advice: str = ""
    #: 1: by the failure itself, 2: by a breaker that it overloads
    step: int = 1
    #: lines and breakers with which it goes dark, surely or perhaps; () if none decides
    breakers: tuple[str, ...] = ()
    #: seconds before which it surely keeps its power; infinite: for good
    not_before_s: float = math.inf
    #: seconds after which it is surely dark; None if it may live
    at_the_latest_s: Optional[float] = None
    #: the cord that the reason is of; "" if it is of none
    cord: str = ""
    #: it goes dark with breakers that may trip, if these carry what they likely do
    is_likely_dark: bool = False
    #: seconds for which a UPS feeds it without its input, by the owner's word
    autonomy_s: float = 0.0


def first_unproven(cords: Iterable[CordNow]) -> Optional[CordNow]:
    """The first of these cords that proves nothing; None if there is none."""
    return next((cord for cord in cords if cord.now in ADVICE), None)
