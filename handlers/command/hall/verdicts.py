"""Whether a machine goes dark, stays, or nobody can say. Pure.

A drawing knows that a machine has two cords; a meter knows that one of them carries nothing. A cord
counts for `stays` only if its outlet is on and carries current now. An idle cord has a dead supply,
was pulled, or leads to a hot spare: from outside they look alike.
"""

from __future__ import annotations

import enum
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple, Optional

from ..states import DOWN, UP
from .drawing import Cord, Machine
from .measured import HallReadings

# A supply that works carries at least this part of an equal share. Less is a dead supply's input
# filter, or a supply on standby.
_LEAST_SHARE = 0.25


class Verdict(enum.Enum):
    """What becomes of a machine. The value is for people and programs."""

    DARK = "dark"
    STAYS = "stays"
    CANNOT_SAY = "cannot say"


class Now(enum.Enum):
    """What a cord does now. The value says why it does not prove anything."""

    CARRIES = "carries current"
    OFF = "its outlet is off"
    IDLE = "its outlet is on and carries nothing"
    UNMETERED = "its outlet is on, and its current is not metered"
    UNKNOWN = "its outlet's state is not known"
    CONTRADICTORY = "its outlet is reported off and carries current"
    UNREAD = "its outlet was not read"


ADVICE = {
    Now.IDLE: (
        "dead supply, pulled cord and hot spare look alike: look at the machine's BMC, or pull the"
        " other cord in a maintenance window"
    ),
    Now.UNMETERED: "look at the machine's BMC, or pull the other cord in a maintenance window",
    Now.UNKNOWN: "read the PDU with `pdu status`, and look at the outlet",
    Now.CONTRADICTORY: "the relay may be stuck: look at the outlet",
    Now.UNREAD: "correct the cord (`pdu plan check`), or get the PDU to answer",
}


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


def cords_now(
    machine: Machine, readings: HallReadings, steps: Mapping[str, float], idle_a: float
) -> tuple[CordNow, ...]:
    """The machine's cords. A current up to `idle_a` counts as none.

    `steps`: PDU -> the resolution of its outlets' currents.
    """
    found = [readings.outlet(cord.pdu, cord.outlet) for cord in machine.cords]
    known = [one.current_a for one in found if one is not None and one.current_a is not None]
    least = max(idle_a, _LEAST_SHARE * sum(known) / len(machine.cords))
    cords: list[CordNow] = []
    for cord, one in zip(machine.cords, found):
        if one is None:
            cords.append(CordNow(cord, Now.UNREAD, 0.0, None))
            continue
        current = one.current_a
        read = current or 0.0
        is_on = one.state is UP or (one.state is not DOWN and readings.pdus[cord.pdu].metered)
        if is_on and current is None:
            now = Now.UNMETERED
        elif is_on:
            now = Now.CARRIES if read > idle_a and read >= least else Now.IDLE
        elif one.state is DOWN:
            now = Now.CONTRADICTORY if read > idle_a else Now.OFF
        else:
            now = Now.UNKNOWN
        if now is Now.OFF:
            cords.append(CordNow(cord, now))
        else:
            cords.append(CordNow(cord, now, *bounds(current, steps[cord.pdu])))
    return tuple(cords)


def bounds(current: Optional[float], step: float) -> tuple[float, Optional[float]]:
    """What a reading in A may mean: its last digit is rounded, or cut."""
    if current is None:
        return 0.0, None
    return max(0.0, current - step / 2), current + step


class Judged(NamedTuple):
    """The verdict on one machine."""

    machine: str
    verdict: Verdict
    #: why, for people; "" for a machine that stays
    reason: str = ""
    #: what to do about it; "" if there is nothing
    advice: str = ""
    #: 1: by the failure itself, 2: by a breaker that it overloads
    step: int = 1


def lives(cords: Sequence[CordNow], needs: int, dead: Collection[Cord]) -> bool:
    """Whether the cords that surely live and carry current now suffice."""
    return sum(one.now is Now.CARRIES and one.cord not in dead for one in cords) >= needs


def may_live(cords: Sequence[CordNow], needs: int, dead: Collection[Cord]) -> bool:
    """Whether the cords that may give power suffice."""
    return sum(one.now is not Now.OFF and one.cord not in dead for one in cords) >= needs


def reason_of(cords: Sequence[CordNow], dead: Collection[Cord]) -> tuple[str, str]:
    """The first surviving cord that proves nothing, and advice; "" if there is none."""
    for one in cords:
        if one.cord not in dead and one.now in ADVICE:
            return f"{one.cord}: {one.now.value}", ADVICE[one.now]
    return "", ""
