"""The step of a register, the smallest change that it shows, and the age of its readings. Pure.

Without a unit, the middle rise counts. With the unit of the register's MIB object, each rise is a
whole number of units, and of steps: the device may count in coarser steps than its unit. The
greatest common divisor of the rises is then a multiple of the step, so it is never too small.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Optional

from .numpy_lazy import Column, median, np

#: the step of a register that never moved, in kWh: no common one is coarser
COARSE = 1.0
#: how far a reading may be from a whole number of units: more than the error of its doubles while
#: it is at most so many units
_NEAR, _MOST_UNITS = 1e-3, 2.0**40
#: so many rises are looked at first: most registers have their step among them
_FIRST = 64
#: more than one, for steps and for polls
_LARGER = 1.5
#: so many larger rises tell how often a register is refreshed
_ENOUGH = 10


def typical_step(rises: Column) -> float:
    """A step of a register that is not too small: the middle one of its rises, in kWh (law 1).

    A rise is at least one step. A single one is not enough, because a false reading also rises.
    """
    rises = rises[rises > 0.0]
    if not len(rises):
        return COARSE
    middle = len(rises) // 2
    # A few false readings may be all that rises.
    return min(float(np.partition(rises, middle)[middle]), COARSE)


def step_of_readings(runs: Iterable[Sequence[float]], unit: float) -> Optional[float]:
    """A step of a register that is not too small, in kWh, from readings that are all right (law 1).

    `runs`: readings between which the register is continuous. `unit`: of its object, in kWh. None
    if it never rose, or has a reading that is no whole number of units.
    """
    common = 0
    for values in runs:
        units = _common_units(values, unit)
        if units is None:
            return None
        common = math.gcd(common, units)
    return common * unit if common else None


def max_age(rises: Column, begins: Sequence[float], step: float, usual_gap: float) -> float:
    """How old a reading may be, in s: units refresh their registers at times of their own (law 1).

    That is no more than the usual time between two polls if the unit refreshes the register as
    often as that. A register that mostly stands before it rises by more than its step is refreshed
    less often: as those rises come. `begins`: of the readings, in s; `step` in kWh.
    """
    larger = rises > _LARGER * step
    count = int(larger.sum())
    if count < _ENOUGH or int((larger[1:] & (rises[:-1] == 0.0)).sum()) * 2 < count:
        return usual_gap
    between = median(np.diff(np.asarray(begins)[1:][larger]))
    return usual_gap if between <= _LARGER * usual_gap else between + usual_gap


def refreshes_slowly(rises: Column, most: float) -> bool:
    """Whether a register is surely refreshed less often than it is read: it often rises by more
    than the supply can have delivered since the poll before, `most` kWh.
    """
    return int((rises > most).sum()) >= _ENOUGH


def _common_units(values: Sequence[float], unit: float) -> Optional[int]:
    """What all rises are multiples of, in units; 0 without rises. None: no whole numbers."""
    units = np.asarray(values, dtype=np.float64) / unit
    whole_units = np.rint(units)
    if not (
        np.abs(units - whole_units).max(initial=0.0) <= _NEAR
        and whole_units.max(initial=0.0) <= _MOST_UNITS
    ):
        return None
    common = 0
    for part in (whole_units[: _FIRST + 1], whole_units):
        rises = np.diff(part)
        rises = rises[rises > 0.0].astype(np.int64)
        common = int(np.gcd.reduce(rises)) if len(rises) else 0
        if common == 1:
            break
    return common
