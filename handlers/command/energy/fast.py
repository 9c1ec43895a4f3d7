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
from .clock import ALIKE_S, ALIKE_SHARE, Clock
from .readings import OFF, Pdu
from .registers import Limits

#: a column of numpy, whose types a type check for Python 3.9 cannot read
Column = Any

#: whether numpy is there; it is imported when it is first used (0.1 s)
IS_THERE = importlib.util.find_spec("numpy") is not None


def _numpy() -> Any:
    """The module. Not by a statement: a type check for Python 3.9 would read its types."""
    return importlib.import_module("numpy")


def calm_clock(pdu: Pdu) -> Optional[Clock]:
    """The times of the polls if the monotonic clock shows no jump; else None: see `clock`."""
    np = _numpy()

    if pdu.boots or len(pdu.begins) < 2:
        return None
    passed = np.diff(np.asarray(pdu.monotonic))
    jumps = np.abs(np.diff(np.asarray(pdu.begins)) - passed)
    # A NaN is no time that passed.
    is_calm = ((passed > 0.0) & (jumps <= ALIKE_S + ALIKE_SHARE * passed)).all()
    return Clock(pdu.begins, pdu.ends) if is_calm else None


def usual_step(values: Sequence[float]) -> Optional[float]:
    """The middle rise, as `audit.usual_step` finds it; None if there is none."""
    np = _numpy()

    rises = np.diff(np.asarray(values, dtype=np.float64))
    rises = rises[rises > 0.0]
    middle = len(rises) // 2
    return float(np.partition(rises, middle)[middle]) if len(rises) else None


def is_calm(rows: Rows, limits: Limits, supply: Supply, begin: float, end: float) -> bool:
    """Whether a register was read in all polls, only rose as its supply allows, and no check finds
    anything in the period or beside it.
    """
    np = _numpy()

    begins, ends, kwh = (
        np.asarray(column, dtype=np.float64) for column in (rows.begins, rows.ends, rows.kwh)
    )
    if len(kwh) < 2 or not np.isfinite(kwh).all():
        return False
    rises = np.diff(kwh)
    most = limits.kilowatts * np.maximum(ends[1:] - begins[:-1], 0.0) / 3600.0 + limits.step
    slack = 1e-9 * np.maximum(np.abs(kwh[1:]), 1.0)
    if (rises < -slack).any() or (rises > most + slack).any():
        return False
    if limits.modulus is not None and (rises + limits.modulus <= most).any():
        return False
    gaps = np.concatenate(([begins[0] - begin], begins[1:] - ends[:-1], [end - ends[-1]]))
    if (gaps > checks.GAP_FACTOR * supply.usual_gap).any():
        return False
    seconds = np.diff(begins)
    seconds = np.where(
        (seconds > 0.0) & (seconds <= checks.GAP_FACTOR * supply.usual_gap), seconds, 0.0
    )
    amperes, watts = (np.asarray(column, dtype=np.float64) for column in (rows.amperes, rows.watts))
    states = np.frombuffer(bytes(rows.states), dtype=np.uint8)
    flows = (states == OFF) & (amperes > IDLE_A)
    return not (
        (flows[1:] & flows[:-1]).any()
        or _stands(rises, seconds, amperes, watts, supply)
        or _is_wrong_unit(begins, rises, seconds, amperes, watts, supply)
    )


def _stands(rises: Column, seconds: Column, amperes: Column, watts: Column, supply: Supply) -> bool:
    """As `checks.standing`."""
    np = _numpy()

    still = rises == 0.0
    if not still.any():
        return False
    power = np.minimum(watts[1:], watts[:-1]) / 1000.0
    current = np.minimum(amperes[1:], amperes[:-1])
    by_current = np.where(current > IDLE_A, current * checks.least_kw(supply), 0.0)
    energy = np.where(np.isnan(power), by_current, power) * seconds / 3600.0
    each = np.bincount(np.cumsum(~still), weights=np.where(still, energy, 0.0))
    return bool(each.max() >= checks.STOOD_STEPS * supply.step)


def _is_wrong_unit(
    begins: Column,
    rises: Column,
    seconds: Column,
    amperes: Column,
    watts: Column,
    supply: Supply,
) -> bool:
    """As `checks.unit`."""
    np = _numpy()

    by_watts = not np.isnan(watts).all()
    if not by_watts and supply.volts is None:
        return False
    figures = watts / 1000.0 if by_watts else amperes * ((supply.volts or 0.0) / 1000.0)
    flowed = (figures[1:] + figures[:-1]) / 2.0 * seconds / 3600.0
    used = (rises >= 0.0) & (seconds > 0.0) & ~np.isnan(flowed)
    # Whole seconds have the same days, and numpy divides integers ten times as fast.
    days = begins[1:][used].astype(np.int64) // 86400
    if not len(days):
        return False
    days -= days.min()
    counted = np.bincount(days, weights=rises[used])
    summed = np.bincount(days, weights=flowed[used])
    if counted.sum() < checks.COMPARED_STEPS * supply.step or not (summed > 0.0).any():
        return False
    ratio = float(np.median(counted[summed > 0.0] / summed[summed > 0.0]))
    return checks.mistaken_factor(ratio, by_watts) is not None
