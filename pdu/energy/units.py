"""Whether registers count Wh at all: their rise beside the power that was read. Pure.

A unit of measure belongs to a device, so registers of one era are judged together: one that its own
power confirms is right; one that it contradicts is not believed in that era; one that says nothing
follows the others. Where no power and no current was ever read, nothing shows the unit.

What it cannot see: an error within the tolerances below, and one of a register and the power beside
it by the same factor.

Energies in Wh, powers in W, times in s.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import mul
from typing import NamedTuple, Optional, cast

from .law import Missed
from .readings import RegisterReadings
from .segments import AGE_S

#: how far a right register may be from its power, which is read at a few moments only
_LEAST, _MOST = 0.8, 1.25
#: what a meter may not see: smaller powers are taken as anything below this
_UNSEEN_W = 10.0
#: the power factor of amperes times volts; of an inlet, whose current may be that of three lines
_POWER_FACTOR, _LINES = 0.6, 3.0
#: what must have flowed to judge by it: so many steps, and so much
_LOADED_STEPS, _LOADED_WH = 20, 50.0


class Flow(NamedTuple):
    """The power beside a register, for each poll, between two bounds in W."""

    least: Sequence[float]
    most: Sequence[float]


class Judgement(enum.Enum):
    """What the power beside a register says of its unit."""

    RIGHT = "right"
    WRONG = "its register and the power beside it differ: perhaps it counts in another unit"
    SILENT = "nothing"
    IDLE = "nothing flowed, in any unit"


def flow_of(
    register: RegisterReadings, volts: Optional[float], *, is_inlet: bool = False
) -> Optional[Flow]:
    """The power beside a register: as read, or by current and voltage; None if neither is known.

    A poll that lacks it has the one before.
    """
    if any(watts is not None for watts in register.watts):
        watts = _carried_forward(register.watts)
        return Flow(watts, watts)
    if volts is None or all(amperes is None for amperes in register.amperes):
        return None
    va = [volts * amperes for amperes in _carried_forward(register.amperes)]
    lines = _LINES if is_inlet else 1.0
    return Flow([_POWER_FACTOR * value for value in va], [lines * value for value in va])


def _carried_forward(column: Sequence[Optional[float]]) -> Sequence[float]:
    """The column with each None replaced by the value before it, 0 at the begin."""
    if None not in column:
        return cast("Sequence[float]", column)
    values, last = [], 0.0
    for value in column:
        last = last if value is None else value
        values.append(last)
    return values


def judge(rise: float, step: int, flow: Optional[Flow], seconds: Sequence[float]) -> Judgement:
    """What the power says of a register that rose by so many Wh.

    `flow` and `seconds`: of the polls between which it rose, and how long each speaks for.
    """
    if flow is None:
        return Judgement.SILENT
    least = sum(map(mul, flow.least, seconds)) / 3600.0
    most = sum(map(mul, flow.most, seconds)) / 3600.0
    unseen = _UNSEEN_W * sum(seconds) / 3600.0
    if not rise and not most:
        return Judgement.IDLE
    slack = 3 * step
    if rise - slack > _MOST * max(most, unseen):
        return Judgement.WRONG
    if least < max(_LOADED_STEPS * step, _LOADED_WH, unseen):
        return Judgement.SILENT
    return Judgement.WRONG if rise + slack < _LEAST * least else Judgement.RIGHT


def doubts_of(judgements: Mapping[str, Judgement]) -> Mapping[str, str]:
    """Which registers of one device and era are not believed, and why."""
    doubts = {
        name: judgement.value
        for name, judgement in judgements.items()
        if judgement is Judgement.WRONG
    }
    if doubts and Judgement.RIGHT not in judgements.values():
        for name, judgement in judgements.items():
            if judgement is not Judgement.IDLE:
                doubts.setdefault(name, "another register of its device counts in a wrong unit")
    return doubts


def missed_energy(wh: Sequence[int], times: Sequence[float], flow: Flow, step: int) -> list[Missed]:
    """Energy that a register did not count while it stood, by the power that was read.

    Of coarse steps a register stands for two of them at most before it moves.
    """
    missed: list[Missed] = []
    # runs of equal readings, of which `first` and `last` are the places
    for _, group in groupby(range(len(wh)), key=lambda place: wh[place]):
        first, *further_places = group
        if not further_places:
            continue
        last = further_places[-1]
        if times[last] - times[first] < AGE_S:
            continue
        seconds = [times[place + 1] - times[place] for place in range(first, last)]
        # between two polls flowed at least what the lower one read
        lower = map(min, flow.least[first:last], flow.least[first + 1 : last + 1])
        least = sum(map(mul, lower, seconds)) / 3600.0
        caught_up = wh[last + 1] - wh[first] if last + 1 < len(wh) else 0
        if least > 2 * step and caught_up < 0.75 * least:
            gap_s = times[last + 1] - times[last] if last + 1 < len(wh) else 0.0
            most = sum(map(mul, flow.most[first : last + 1], [*seconds, gap_s])) / 3600.0
            margin = flow.most[first] * 2 * AGE_S / 3600.0
            missed.append(Missed(times[first], times[last], _MOST * most + margin))
    return missed
