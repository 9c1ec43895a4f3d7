"""A PDU that knows its joules and counts in a wrong unit, for a while or for good; beside it the
power that it measures.

Written apart from the audit, and shares nothing with it. Times in s since the begin of the period,
energies in kWh, powers in W.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Optional

np: Any = importlib.import_module("numpy")

DAY, HOUR, MINUTE = 86400.0, 3600.0, 60.0
LIMIT_KW, PDU_LIMIT_KW, VOLTS = 3.68, 11.0, 230.0
#: the inlet's identity
OWN = ""
#: when the period begins, in s since 1970
ORIGIN = 1790812800.0
#: what says how much flowed
WATTS, VOLT_AMPERES, AMPERES, NOTHING = "watts", "volts x amperes", "amperes", "nothing"


class Plan(NamedTuple):
    """What a PDU's month is like."""

    seed: int
    days: float
    cadence: float
    step: float
    outlets: int
    has_inlet: bool
    source: str
    #: resolutions of what is shown, in W and A
    watts_step: float
    amperes_step: float
    #: power below which nothing is counted and nothing shown, in W
    threshold: float
    #: what is shown by what is right, of `wrong` registers, from `since` to `until`
    factor: float
    wrong: str
    since: float
    until: float
    #: when the unit restarts, and whether it then counts from 0
    restarts: Sequence[float]
    resets: bool
    #: seconds without polls after a restart
    down: float


class Month(NamedTuple):
    """The polls of a PDU, and what is true of each register."""

    plan: Plan
    times: Sequence[float]
    uptimes: Sequence[float]
    #: register -> kWh, A and W of each poll; NaN: not read
    figures: Mapping[str, tuple[Any, Any, Any]]
    #: register -> what an equal meter in the right unit counted in the period
    truth: Mapping[str, float]
    #: register -> real power of each minute of the period, in W
    powers: Mapping[str, Any]


def plan(seed: int) -> Plan:
    """Two of five count in a wrong unit."""
    draw = np.random.default_rng([seed, 7])
    days = float(draw.choice([7.0, 31.0], p=[0.3, 0.7]))
    end = days * DAY
    restarts = sorted(float(time) for time in draw.uniform(0.0, end, int(draw.integers(0, 3))))
    factor = 1.0
    since, until = -2.0 * DAY, end + 2.0 * DAY
    if draw.random() < 0.4:
        factor = float(np.exp(draw.uniform(np.log(0.2), np.log(2000.0))))
        if restarts and draw.random() < 0.6:
            if draw.random() < 0.7:
                since = restarts[0]
            else:
                until = restarts[-1]
    return Plan(
        seed,
        days,
        cadence=float(draw.choice([300.0, 900.0], p=[0.3, 0.7])),
        step=float(draw.choice([0.001, 0.01, 0.1, 1.0], p=[0.3, 0.3, 0.3, 0.1])),
        outlets=int(draw.integers(2, 6)),
        has_inlet=bool(draw.random() < 0.5),
        source=str(
            draw.choice([WATTS, VOLT_AMPERES, AMPERES, NOTHING], p=[0.55, 0.25, 0.15, 0.05])
        ),
        watts_step=float(draw.choice([0.1, 1.0, 10.0], p=[0.4, 0.5, 0.1])),
        amperes_step=float(draw.choice([0.01, 0.1])),
        threshold=float(draw.choice([0.0, 1.0, 5.0, 9.0])),
        factor=factor,
        wrong=str(draw.choice(["outlets", "one outlet", "inlet"], p=[0.6, 0.2, 0.2])),
        since=since,
        until=until,
        restarts=restarts,
        resets=bool(draw.random() < 0.3),
        down=float(draw.choice([0.0, 900.0, 2.0 * HOUR])),
    )


def _power(draw: Any, minutes: int) -> Any:
    """The real power of a machine, in W, minute by minute."""
    kind = str(draw.choice(["off", "standby", "steady", "daily", "busy", "jobs", "switched"]))
    at = np.arange(minutes)
    if kind == "off":
        return np.zeros(minutes)
    if kind == "standby":
        return np.full(minutes, float(draw.uniform(0.5, 8.0)))
    base = float(np.exp(draw.uniform(np.log(20.0), np.log(900.0))))
    if kind == "steady":
        return base * draw.normal(1.0, 0.01, minutes)
    if kind == "daily":
        swing = float(draw.uniform(0.05, 0.5))
        phase = 2.0 * np.pi * (at / 1440.0 + draw.random())
        return base * (1.0 + swing * np.sin(phase)) * draw.normal(1.0, 0.02, minutes)
    if kind == "busy":
        # each some minutes another load between idle and full
        lengths = draw.exponential(float(draw.uniform(2.0, 60.0)), minutes) + 1.0
        edges = np.cumsum(lengths)
        levels = base * draw.uniform(0.4, 1.6, minutes)
        return levels[np.searchsorted(edges, at)]
    if kind == "jobs":
        start = draw.random(minutes) < 1.0 / float(draw.uniform(60.0, 600.0))
        length = int(draw.integers(5, 45))
        busy = np.convolve(start, np.ones(length))[:minutes] > 0
        return base * (0.4 + 0.6 * busy)
    hours = draw.random(minutes // 360 + 1) < 0.7
    return base * hours[at // 360]


def month(one: Plan) -> Month:
    """The month of a PDU."""
    draw = np.random.default_rng([one.seed, 8])
    end = one.days * DAY
    first = -DAY
    minutes = int((end + 2.0 * DAY) / MINUTE)
    grid = first + MINUTE * np.arange(minutes + 1)
    times = np.arange(first, end + DAY - one.cadence, one.cadence) + draw.uniform(0.0, 30.0)
    times = times + draw.uniform(0.0, 5.0, len(times))
    for restart in one.restarts:
        times = times[(times < restart) | (times > restart + one.down)]
    names = [str(number + 1) for number in range(one.outlets)]
    powers = {name: _power(draw, minutes) for name in names}
    powers[OWN] = sum(powers.values()) + float(draw.uniform(2.0, 10.0))
    booted = float(draw.uniform(1e5, 1e7))
    starts = np.asarray([first - booted, *one.restarts])
    uptimes = times - starts[np.searchsorted(starts, times, side="right") - 1]
    figures, truth = {}, {}
    for name in (OWN, *names) if one.has_inlet else names:
        power = powers[name]
        counted = np.where(power > one.threshold, power, 0.0)
        sums = np.concatenate(([0.0], np.cumsum(counted))) * MINUTE / 3.6e6
        truth[name] = float(np.diff(np.interp([0.0, end], grid, sums))[0])
        is_wrong = (name == OWN) == (one.wrong == "inlet") and (
            one.wrong != "one outlet" or name == "1"
        )
        factor = np.where(
            (grid[:-1] >= one.since) & (grid[:-1] < one.until) & is_wrong, one.factor, 1.0
        )
        shown = np.concatenate(([0.0], np.cumsum(counted * factor))) * MINUTE / 3.6e6
        value = float(draw.uniform(0.0, 20_000.0)) + np.interp(times, grid, shown)
        if one.resets:
            for restart in one.restarts:
                after = times >= restart
                value = np.where(after, value - np.interp(restart, times, value), value)
        kwh = np.floor(np.maximum(value, 0.0) / one.step + 1e-7) * one.step
        place = np.clip(((times - first) // MINUTE).astype(int), 0, minutes - 1)
        now = np.where(power[place] > one.threshold, power[place], 0.0)
        real = float(draw.uniform(0.85, 0.99)) * np.clip(now / 60.0, 0.75, 1.0)
        nothing = np.full(len(times), np.nan)
        amperes = np.round(now / real / VOLTS / one.amperes_step) * one.amperes_step
        watts = np.round(now / one.watts_step) * one.watts_step
        figures[name] = (
            kwh,
            nothing if one.source == NOTHING else amperes,
            watts if one.source == WATTS else nothing,
        )
    inside = slice(int(DAY / MINUTE), int((end + DAY) / MINUTE))
    return Month(
        one,
        times.tolist(),
        uptimes.tolist(),
        figures,
        truth,
        {name: power[inside] for name, power in powers.items()},
    )


def excuse(one: Month, name: str) -> Optional[str]:
    """Why no figure beside a register can show that it counts in a wrong unit; None if one can, ""
    if it counts right.
    """
    plan = one.plan
    is_wrong = (name == OWN) == (plan.wrong == "inlet") and (
        plan.wrong != "one outlet" or name == "1"
    )
    if not is_wrong or plan.factor == 1.0:
        return ""
    at = MINUTE * np.arange(len(one.powers[name]))
    here = (at >= plan.since) & (at < plan.until)
    if here.sum() < 1440:
        return "less than a day"
    power = float(np.where(one.powers[name] > plan.threshold, one.powers[name], 0.0)[here].mean())
    shown = plan.factor * power
    rise = shown * here.sum() * MINUTE / 3.6e6
    if rise < 5.0 * plan.step:
        return "hardly moved"
    #: what is shown by what is right: between these, it may be the tolerance, the power factor, the
    #: voltage, up to 400 V, and the resolution of the amperes
    times = np.asarray(one.times)
    is_here = (times >= max(plan.since, 0.0)) & (times < min(plan.until, plan.days * DAY))
    amperes = float(one.figures[name][1][is_here].mean()) + plan.amperes_step
    low, high = {
        WATTS: (0.75, 1.35),
        VOLT_AMPERES: (0.4 if name != OWN else 0.25, 2.1),
        AMPERES: (0.08, 1.1 * 1.25 * 400.0 * amperes / power),
        NOTHING: (0.0, math.inf),
    }[plan.source]
    if low <= plan.factor <= high:
        return "within the tolerance"
    if 0.5 < plan.factor < 2.0 and len(_loaded(one, name, here)) < 2:
        return "one outlet alone, by less than twice"
    least = 10.0 if plan.source == WATTS else 0.2 * VOLTS
    most = 20.0 if plan.source == WATTS else 0.2 * 400.0
    if (power <= least and shown <= 1.25 * most) or (plan.factor < 1.0 and power <= 4.0 * least):
        return "below what meters begin to count"
    return None


def _loaded(one: Month, name: str, here: Any) -> list[str]:
    """The registers in the same wrong unit that moved, with their power known within a quarter."""
    plan, hours = one.plan, here.sum() * MINUTE / HOUR
    alike = [name] if plan.wrong != "outlets" else [item for item in one.figures if item != OWN]
    means = {item: float(one.powers[item][here].mean()) for item in alike}
    return [
        item
        for item, mean in means.items()
        if mean > 4.0 * plan.watts_step and plan.factor * mean * hours / 1000.0 >= 5.0 * plan.step
    ]


def polls(one: Month) -> Iterator[tuple[float, float, Mapping[str, tuple[Any, ...]]]]:
    """Time, uptime and the figures of each poll; None: not read."""
    columns = {
        name: [[None if value != value else value for value in column.tolist()] for column in each]
        for name, each in one.figures.items()
    }
    for number, (time, uptime) in enumerate(zip(one.times, one.uptimes)):
        yield (
            time,
            uptime,
            {name: tuple(column[number] for column in each) for name, each in columns.items()},
        )
