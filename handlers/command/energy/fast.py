"""Whether nothing happened to a register, by numpy: most registers of most months.

numpy is an extra: without it, each register takes the long way through `segments` and `checks`,
with the same answer.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Sequence
from typing import Any, Optional

from . import checks
from .checks import IDLE_A, Rows, Supply
from .clock import ALIKE_S, ALIKE_SHARE, PollClock
from .readings import OFF, PduReadings
from .registers import RegisterLimits
from .segments import ROUNDING

#: a column of numpy, whose types a type check for Python 3.9 cannot read
Column = Any

#: whether numpy is there; it is imported when it is first used (0.1 s)
IS_THERE = importlib.util.find_spec("numpy") is not None


def _numpy() -> Any:
    """The module. Not by a statement: a type check for Python 3.9 would read its types."""
    return importlib.import_module("numpy")


def calm_clock(pdu: PduReadings) -> Optional[PollClock]:
    """The times of the polls if the monotonic clock shows no jump; else None: see `clock`."""
    np = _numpy()

    if pdu.boots or len(pdu.begins) < 2:
        return None
    passed = np.diff(np.asarray(pdu.monotonic))
    jumps = np.abs(np.diff(np.asarray(pdu.begins)) - passed)
    # A NaN is no time that passed.
    is_calm = ((passed > 0.0) & (jumps <= ALIKE_S + ALIKE_SHARE * passed)).all()
    return PollClock(pdu.begins, pdu.ends) if is_calm else None


def usual_gap(begins: Sequence[float]) -> float:
    """As `PduReadings.usual_gap`."""
    np = _numpy()

    between = np.diff(np.asarray(begins, dtype=np.float64))
    between = between[between > 0.0]
    return float(np.median(between)) if len(between) else 0.0


def is_whole(values: Sequence[float]) -> bool:
    """Whether all of them were read: none is NaN."""
    np = _numpy()

    return not np.isnan(np.asarray(values, dtype=np.float64)).any()


def usual_step(values: Sequence[float]) -> Optional[float]:
    """The middle rise, as `steps.usual` finds it; None if there is none."""
    np = _numpy()

    rises = np.diff(np.asarray(values, dtype=np.float64))
    rises = rises[rises > 0.0]
    middle = len(rises) // 2
    return float(np.partition(rises, middle)[middle]) if len(rises) else None


def larger_rises(
    values: Sequence[float], begins: Sequence[float], least: float
) -> tuple[Sequence[float], int]:
    """As `steps._larger_rises`."""
    np = _numpy()

    rises = np.diff(np.asarray(values, dtype=np.float64))
    larger = rises > least
    stood = int((larger[1:] & (rises[:-1] == 0.0)).sum())
    times: list[float] = np.asarray(begins, dtype=np.float64)[1:][larger].tolist()
    return times, stood


def count_rises(values: Sequence[float], least: float) -> int:
    """How often a register rose by more than `least` from a reading to the next."""
    np = _numpy()

    return int((np.diff(np.asarray(values, dtype=np.float64)) > least).sum())


class Polls:
    """The times of a PDU's polls, as all of its registers need them."""

    def __init__(self, clock: PollClock, gap: float, begin: float, end: float) -> None:
        """`gap`: the usual time between two polls, in s. `begin` and `end` are of the period."""
        np = _numpy()

        begins, ends = (np.asarray(one, dtype=np.float64) for one in (clock.begins, clock.ends))
        self.number = len(begins)
        #: the times since the first poll, and the age of a reading, in h
        self.begins, self.ends = ((one - begins[:1]) / 3600.0 for one in (begins, ends))
        self.age = gap / 3600.0
        most = checks.GAP_FACTOR * gap
        gaps = np.concatenate(([begin], ends, [end]))
        gaps = np.concatenate((begins, [end])) - gaps[:-1]
        #: whether a check would find a gap in a register that was read in each poll
        self.has_gap = bool((gaps > most).any())
        #: from the begin of each poll to the end of the next, and the age of a reading, in h
        self.hours = np.maximum(ends[1:] - begins[:-1] + gap, 0.0) / 3600.0
        passed = np.diff(begins)
        #: the longest time between two polls so near that the figures of both count for it, in h
        self._near = most / 3600.0
        #: that time, in h; 0 if they are not so near
        self.between = np.where((passed > 0.0) & (passed <= most), passed, 0.0) / 3600.0
        # Whole seconds have the same days, and numpy divides integers ten times as fast.
        days = begins[1:].astype(np.int64) // 86400
        #: the day of each poll but the first
        self.days = days - days.min() if len(days) else days

    def near_hours(self, numbers: Column) -> Column:
        """As `between`, of these polls only."""
        np = _numpy()

        hours = np.diff(self.begins[numbers])
        return np.where((hours > 0.0) & (hours <= self._near), hours, 0.0)


def is_calm(rows: Rows, limits: RegisterLimits, supply: Supply, polls: Polls) -> bool:
    """Whether a register was read in all polls, only rose as its supply allows, and no check finds
    anything in the period or beside it.
    """
    np = _numpy()

    if polls.has_gap or polls.number < 2:
        return False
    kwh = np.asarray(rows.kwh, dtype=np.float64)
    rises = kwh[1:] - kwh[:-1]
    slack = ROUNDING * max(abs(rows.kwh[0]), 1.0)
    least = float(rises.min())
    # One that was not read makes the least NaN, of which no comparison is true.
    if not least >= -slack:
        return False
    most = polls.hours * limits.kilowatts
    if not float((rises - most).max()) <= limits.step + slack:
        return False
    if _is_fast_in_the_long_run(kwh, limits, polls):
        return False
    if limits.modulus is not None and (rises + limits.modulus <= most + limits.step).any():
        return False
    amperes, watts = (np.asarray(column, dtype=np.float64) for column in (rows.amperes, rows.watts))
    return not (
        _flows_while_off(bytes(rows.states), amperes)
        or _stands(rises, least, amperes, watts, supply, polls)
        or _is_wrong_unit(kwh, rises, amperes, watts, supply, polls)
    )


def _is_fast_in_the_long_run(kwh: Column, limits: RegisterLimits, polls: Polls) -> bool:
    """As `segments._fast_stretch` of all readings."""
    np = _numpy()

    lowest = np.minimum.accumulate(kwh - limits.kilowatts * polls.begins)
    ahead = kwh - limits.kilowatts * polls.ends
    ahead[1:] -= lowest[:-1]
    allowed = limits.kilowatts * polls.age + limits.step + ROUNDING * max(abs(float(kwh[-1])), 1.0)
    return bool((ahead[1:] > allowed).any())


def _flows_while_off(states: bytes, amperes: Column) -> bool:
    """As `checks.current_while_off`."""
    np = _numpy()

    if OFF not in states:
        return False
    flows = (np.frombuffer(states, dtype=np.uint8) == OFF) & (amperes > IDLE_A)
    return bool((flows[1:] & flows[:-1]).any())


def _stands(
    rises: Column, least: float, amperes: Column, watts: Column, supply: Supply, polls: Polls
) -> bool:
    """As `checks.standing`. `least`: the least of all rises."""
    np = _numpy()

    if least > 0.0:
        return False
    still = rises == 0.0
    if not still.any():
        return False
    power = np.minimum(watts[1:], watts[:-1]) / 1000.0
    current = np.minimum(amperes[1:], amperes[:-1])
    by_current = np.where(current > IDLE_A, current * checks.least_kw(supply), 0.0)
    energy = np.where(np.isnan(power), by_current, power) * polls.between
    each = np.bincount(np.cumsum(~still), weights=np.where(still, energy, 0.0))
    return bool(each.max() >= checks.STOOD_STEPS * supply.step)


def _is_wrong_unit(
    kwh: Column, rises: Column, amperes: Column, watts: Column, supply: Supply, polls: Polls
) -> bool:
    """As `checks.unit`."""
    np = _numpy()

    missing = np.isnan(watts)
    by_watts = not missing.all()
    if not by_watts and supply.volts is None:
        return False
    figures = watts if by_watts else amperes
    hours, days = polls.between, polls.days
    unread = missing if by_watts else np.isnan(amperes)
    if unread.any():
        read = np.flatnonzero(~unread)
        if len(read) < 2:
            return False
        figures, rises, days = figures[read], np.diff(kwh[read]), days[read[1:] - 1]
        hours = polls.near_hours(read)
    used = (rises >= 0.0) & (hours > 0.0)
    flowed = (figures[1:] + figures[:-1]) * hours
    flowed *= 0.0005 if by_watts else (supply.volts or 0.0) * 0.0005
    if not used.all():
        days, rises, flowed = days[used], rises[used], flowed[used]
    if not len(days):
        return False
    counted = np.bincount(days, weights=rises).tolist()
    summed = np.bincount(days, weights=flowed).tolist()
    sums = zip(range(len(counted)), counted, summed)
    return bool(checks.mistaken_days(sums, supply.step, by_watts))
