"""A PDU of a few outlets that knows its joules: loads, an inlet, an exchange, false readings, a
reader whose clock is wrong, and customers.

Written apart from the audit, and shares nothing with it. Times in s since the begin of the period,
energies in kWh, powers in kW.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Optional

np: Any = importlib.import_module("numpy")

DAY, HOUR = 86400.0, 3600.0
LIMIT_KW, PDU_LIMIT_KW, VOLTS = 3.68, 11.0, 230.0
#: the inlet's identity
OWN = ""
#: when the period begins, in s since 1970
ORIGIN = 1790812800.0
#: 2000-01-01, which a machine without a battery starts with
_EPOCH = 946684800.0


class Plan(NamedTuple):
    """What a PDU's period is like."""

    seed: int
    days: float
    cadence: float
    step: float
    outlets: int
    #: whether polls have serial number, uptime and the reader's monotonic clock
    journal: bool
    amperes: bool
    watts: bool
    #: "", or how the reader's clock is wrong: epoch, days, hour
    clock: str
    #: whether the unit is exchanged, and by what its successor counts
    exchange: bool
    factor: float
    #: for how many days before the exchange the old unit counts ten times
    tenfold_days: float
    resets: int
    zeros: int
    spikes: int
    gaps: int
    #: how often a register stands for hours, and whether it counts what flowed meanwhile
    freezes: int
    loses: bool
    handover: bool


class Poll(NamedTuple):
    """What a poll recorded: of each register energy, current and power; None: not read."""

    begin: float
    end: float
    figures: Mapping[str, tuple[Optional[float], Optional[float], Optional[float]]]
    monotonic: Optional[float]
    serial: str
    uptime: Optional[float]


class Rack(NamedTuple):
    """The polls of a PDU, and what is true of it."""

    plan: Plan
    polls: Sequence[Poll]
    #: of each register, in kWh
    truth: Mapping[str, float]
    #: when outlet 1 changes hands, in s since the begin; and what was true of both
    handover: float
    shares: tuple[float, float]
    #: register -> what no reading shows
    hidden: Mapping[str, Sequence[str]]
    #: register -> what happened to it
    faults: Mapping[str, Sequence[str]]


def plan(seed: int) -> Plan:
    """One of three has no faults: a usual month."""
    draw = np.random.default_rng(seed)

    def chance(of: float) -> bool:
        return bool(draw.random() < of)

    usual = chance(1 / 3)
    exchange = not usual and chance(0.5)
    amperes = chance(0.75)
    return Plan(
        seed,
        days=float(draw.choice([7.0, 31.0], p=[0.6, 0.4])),
        cadence=float(draw.choice([300.0, 900.0], p=[0.25, 0.75])),
        step=float(draw.choice([0.001, 0.01, 0.1, 1.0])),
        outlets=int(draw.integers(3, 7)),
        journal=chance(0.75),
        amperes=amperes,
        watts=amperes and chance(0.5),
        clock=str(draw.choice(["", "", "epoch", "days", "hour"])) if not usual else "",
        exchange=exchange,
        factor=float(draw.choice([1.0, 1.0, 10.0, 0.1, 1000.0])) if exchange else 1.0,
        tenfold_days=float(draw.choice([0.0, 0.0, 3.0])) if exchange else 0.0,
        resets=0 if usual else int(draw.integers(0, 2)),
        zeros=0 if usual else int(draw.integers(0, 3)),
        spikes=0 if usual else int(draw.integers(0, 2)),
        gaps=0 if usual else int(draw.integers(0, 2)),
        freezes=0 if usual else int(draw.integers(0, 2)),
        loses=chance(0.5),
        handover=chance(0.5),
    )


class _Load:
    """A power that changes every few hours, as energy over time."""

    def __init__(self, draw: Any, first: float, last: float, least: float, most: float) -> None:
        count = max(int((last - first) / DAY * 3), 2)
        inner = np.sort(draw.uniform(first, last, count))
        self.times = np.concatenate(([first], inner, [last]))
        self.powers = draw.uniform(least, most, count + 1)
        if most > 0.05:
            # sometimes it is switched off
            self.powers[draw.random(count + 1) < 0.1] = 0.0
        flowed = self.powers * np.diff(self.times) / HOUR
        self.sums = np.concatenate(([0.0], np.cumsum(flowed)))

    def energy(self, times: Any) -> Any:
        return np.interp(times, self.times, self.sums)

    def power(self, times: Any) -> Any:
        place = np.clip(np.searchsorted(self.times, times, "right") - 1, 0, len(self.powers) - 1)
        return self.powers[place]


_LOADS = ((0.0, 0.0), (0.0, 0.0), (0.003, 0.02), (0.05, 0.3), (0.1, 0.7), (0.3, 1.2))


def rack(one: Plan) -> Rack:
    """The period of a PDU, with its faults at random moments."""
    draw = np.random.default_rng([one.seed, 1])
    end = one.days * DAY
    first, last = -DAY, end + DAY
    times = np.arange(first, last, one.cadence) + draw.uniform(0.0, 20.0)
    taken = draw.uniform(0.2, 3.0, len(times))
    kept = np.ones(len(times), dtype=bool)
    for _ in range(one.gaps):
        start = draw.uniform(first, last)
        kept &= ~((times > start) & (times < start + draw.uniform(0.02, 1.5) * DAY))
    exchanged = draw.uniform(0.1, 0.9) * end if one.exchange else np.inf
    down = draw.choice([0.0, 600.0, 3.0 * HOUR])
    kept &= ~((times + taken > exchanged) & (times < exchanged + down))
    times, taken = times[kept], taken[kept]
    seen = times + taken * 0.5
    names = [str(number + 1) for number in range(one.outlets)]
    loads = {}
    for name in names:
        loads[name] = _Load(draw, first, last, *_LOADS[int(draw.integers(len(_LOADS)))])
    uses = draw.uniform(0.002, 0.01)
    handover = float(draw.uniform(0.1, 0.9)) * end
    truth = {name: float(load.energy(end) - load.energy(0.0)) for name, load in loads.items()}
    truth[OWN] = sum(truth.values()) + uses * end / HOUR
    at = loads["1"].energy([0.0, handover, end])
    hidden: dict[str, list[str]] = {name: [] for name in (OWN, *names)}
    faults: dict[str, list[str]] = {name: [] for name in (OWN, *names)}
    columns = {}
    for name in (OWN, *names):
        if name == OWN:
            flowed = (
                sum(load.energy(seen) for load in loads.values()) + uses * (seen - first) / HOUR
            )
            power = sum(load.power(seen) for load in loads.values()) + uses
        else:
            flowed, power = loads[name].energy(seen), loads[name].power(seen)
        made = _register(one, draw, flowed, seen, exchanged, hidden[name], faults[name])
        limit_kw = PDU_LIMIT_KW if name == OWN else LIMIT_KW
        _explain(one, hidden[name], made, seen, exchanged, limit_kw)
        figures = [made, None, None]
        if one.amperes:
            figures[1] = np.round(power / 0.95 / VOLTS * 1000.0, 2)
        if one.watts and name != OWN:
            figures[2] = np.round(power * 1000.0, 1)
        columns[name] = figures
    polls = [*_polls(one, draw, times, taken, columns, exchanged)]
    for found in faults.values():
        found += ["gap"] * one.gaps + [f"clock {one.clock}"] * bool(one.clock)
    if one.clock and not one.journal:
        for found in hidden.values():
            found.append("clock without a journal")
    return Rack(
        one, polls, truth, handover, (float(at[1] - at[0]), float(at[2] - at[1])), hidden, faults
    )


def _register(
    one: Plan,
    draw: Any,
    flowed: Any,
    seen: Any,
    exchanged: float,
    hidden: list[str],
    faults: list[str],
) -> Any:
    """What polls read of a register."""
    first, last = float(seen[0]), float(seen[-1])
    value = flowed + draw.choice([0.0, draw.uniform(0.0, 30_000.0)])
    if one.exchange:
        new = seen >= exchanged
        faults.append("exchange")
        tenfold = one.tenfold_days * DAY
        if tenfold:
            faults.append("tenfold")
            start = exchanged - tenfold
            before = np.interp(start, seen, flowed)
            late = (seen > start) & ~new
            value = np.where(late, value + 9.0 * (flowed - before), value)
        if one.factor != 1.0:
            faults.append(f"unit x{one.factor:g}")
        begin = draw.choice([0.0, draw.uniform(0.0, 3000.0)])
        at = np.interp(exchanged, seen, flowed)
        value = np.where(new, begin + one.factor * (flowed - at), value)
    for _ in range(one.resets if draw.random() < 0.4 else 0):
        when = draw.uniform(first, last)
        faults.append("reset")
        at = np.interp(when, seen, value)
        same = (seen < exchanged) == (when < exchanged)
        after = (seen >= when) & same
        before = value[seen < when][-1:]
        value = np.where(after, value - at, value)
        if (value[after] >= np.floor(before / one.step) * one.step).any():
            hidden.append("reset of a register that came to its old value again")
    for _ in range(one.freezes if draw.random() < 0.4 else 0):
        start = draw.uniform(first, last)
        stop = start + draw.uniform(0.5, 12.0) * HOUR
        stuck = (seen >= start) & (seen < stop)
        if not stuck.any() or (start < exchanged <= stop):
            continue
        faults.append("freeze")
        lost = np.interp(stop, seen, value) - value[stuck][0]
        value = np.where(stuck, value[stuck][0], value)
        if one.loses and lost > 0.0:
            later = (seen >= stop) & ((seen < exchanged) == (start < exchanged))
            value = np.where(later, value - lost, value)
            faults.append("loss")
            if not one.amperes or lost < 4.0 * one.step:
                hidden.append("loss that no current shows")
            elif lost < 0.5:
                hidden.append("loss of less than 0.5 kWh")
    value = np.floor(np.maximum(value, 0.0) / one.step + 1e-7) * one.step
    for count, wrong in ((one.zeros, 0.0), (one.spikes, float(draw.uniform(0.0, 1e5)))):
        for _ in range(count if draw.random() < 0.4 else 0):
            start = int(draw.integers(len(value)))
            polls = int(draw.choice([1, 1, 2, 3, 12])) if wrong == 0.0 else 1
            value[start : start + polls] = wrong
            faults.append("false zero" if wrong == 0.0 else "spike")
    return value


def _explain(
    one: Plan, hidden: list[str], value: Any, seen: Any, exchanged: float, limit_kw: float
) -> None:
    """What of an exchange no reading shows."""
    if not one.exchange:
        return
    old, new = seen < exchanged, seen >= exchanged
    if one.factor != 1.0 or one.tenfold_days:
        # Nothing but energy was read: only a steady load shows that the unit is another.
        if not one.amperes:
            hidden.append("unit change without power and current")
        elif not one.watts or limit_kw == PDU_LIMIT_KW:
            hidden.append("unit change without power")
        moved = [float(np.ptp(value[part])) if part.any() else 0.0 for part in (old, new)]
        if min(moved) < 25.0 * one.step * max(one.factor, 1.0):
            hidden.append("unit change of a register that hardly moved")
    if one.journal or not old.any() or not new.any():
        return
    # Without a serial number, only a fall shows an exchange, or a jump.
    rise = float(value[new][0] - value[old][-1])
    passed = float(seen[new][0] - seen[old][-1]) + 2.0 * one.cadence
    if value[new].min() <= value[old][-1] <= value[new].max():
        hidden.append("exchange without a journal by a unit that came to the old one's value")
    if 0.0 <= rise <= limit_kw * passed / HOUR + one.step:
        hidden.append("exchange without a journal by a unit that goes on where the old one was")


def _polls(
    one: Plan, draw: Any, times: Any, taken: Any, columns: Mapping[str, Any], exchanged: float
) -> Any:
    shift = np.zeros(len(times))
    start = float(draw.uniform(times[0], times[-1]))
    if one.clock == "epoch":
        # The reader's machine starts with it, and gets the time after a while.
        until = times[0] + draw.uniform(0.01, 1.5) * DAY
        shift[times < until] = _EPOCH - ORIGIN - times[0]
    elif one.clock == "days":
        stop = start + draw.uniform(0.1, 10.0) * HOUR
        shift[(times > start) & (times < stop)] = float(draw.choice([-5.0, 3.0, 40.0])) * DAY
    elif one.clock == "hour":
        shift[times > start] = float(draw.choice([-HOUR, HOUR, -90.0]))
    begins, ends = times + shift + ORIGIN, times + taken + shift + ORIGIN
    booted = float(draw.uniform(1e5, 1e7))
    listed = {
        name: [[None] * len(times) if one is None else one.tolist() for one in figures]
        for name, figures in columns.items()
    }
    for number, time in enumerate(times.tolist()):
        is_new = time >= exchanged
        figures = {
            name: (kwh[number], amperes[number], watts[number])
            for name, (kwh, amperes, watts) in listed.items()
        }
        yield Poll(
            float(begins[number]),
            float(ends[number]),
            figures,
            time + 2e5 if one.journal else None,
            ("B7" if is_new else "A1") if one.journal else "",
            (time - exchanged + 60.0 if is_new else time + booted) if one.journal else None,
        )
