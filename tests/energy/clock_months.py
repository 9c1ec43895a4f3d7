"""Months of PDUs whose loads know the clock: cron jobs at each fifth minute, monitoring each
minute, backups at full hours. All registers are right: how many lose their bill?

    python -m tests.energy.clock_months --registers 2000

Written apart from the audit. A job's energy is a formula, so that a second of it is exact. A PDU is
polled at a phase of its own, as `pdu meter` does it; `--phase 0` polls all when the jobs begin.
Times in s since the begin of the period, energies in kWh, powers in W.
"""

from __future__ import annotations

import argparse
import importlib
import statistics
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import Any, NamedTuple, Optional

from pdu.energy.audit.pdu_audit import AuditScope, PduAudit, audit_registers
from pdu.energy.registers.meter_facts import Meters, RegisterFacts
from pdu.energy.registers.poll import OWN
from pdu.energy.registers.values import EnergyInterval

from .polls import OutletFigures, Poll, read

np: Any = importlib.import_module("numpy")

DAY, HOUR, MINUTE = 86400.0, 3600.0, 60.0
#: when the period begins, in s since 1970: a full hour
ORIGIN = 1790812800.0
LIMIT_KW, PDU_LIMIT_KW, VOLTS = 3.68, 22.0, 230.0
WATTS, VOLT_AMPERES, AMPERES = "watts", "volts x amperes", "amperes"


class Job(NamedTuple):
    """A load that begins at each multiple of a period."""

    watts: float
    every: float
    begin: float
    length: float

    def kwh(self, times: Any) -> Any:
        turns, rest = np.divmod(times - self.begin, self.every)
        return self.watts * (turns * self.length + np.minimum(rest, self.length)) / 3.6e6

    def power(self, times: Any) -> Any:
        return np.where((times - self.begin) % self.every < self.length, self.watts, 0.0)


class Load(NamedTuple):
    """A machine: what it always takes, by day more than at night, and its jobs."""

    base: float
    swing: float
    jobs: Sequence[Job]

    def kwh(self, times: Any) -> Any:
        turn = 2.0 * np.pi / DAY
        wave = self.swing * (1.0 - np.cos(turn * times)) / turn
        return self.base * (times + wave) / 3.6e6 + sum(job.kwh(times) for job in self.jobs)

    def power(self, times: Any) -> Any:
        wave = 1.0 + self.swing * np.sin(2.0 * np.pi * times / DAY)
        return self.base * wave + sum(job.power(times) for job in self.jobs)


class Result(NamedTuple):
    """A register beside its truth."""

    seed: int
    name: str
    source: str
    truth: float
    energy: EnergyInterval
    grade: str
    has_lowest: bool
    kinds: tuple[str, ...]

    @property
    def is_inside(self) -> bool:
        slack = 1e-6 * max(self.truth, 1.0)
        return self.energy.low - slack <= self.truth <= self.energy.high + slack


def _load(draw: Any) -> Load:
    base = float(np.exp(draw.uniform(np.log(15.0), np.log(600.0))))
    kind = str(
        draw.choice(
            ["none", "standby", "steady", "cron", "monitoring", "backup", "all"],
            p=[0.1, 0.05, 0.15, 0.25, 0.15, 0.15, 0.15],
        )
    )
    if kind in ("none", "standby"):
        return Load(0.0 if kind == "none" else float(draw.uniform(0.5, 8.0)), 0.0, ())
    jobs = []
    more = base * float(draw.uniform(0.2, 1.5))
    if kind in ("cron", "all"):
        jobs.append(Job(more, 300.0, float(draw.choice([0.0, 1.0])), float(draw.uniform(5, 60))))
    if kind in ("monitoring", "all"):
        jobs.append(Job(0.4 * more, MINUTE, 0.0, float(draw.uniform(2.0, 12.0))))
    if kind in ("backup", "all"):
        every = float(draw.choice([HOUR, 6.0 * HOUR, DAY]))
        jobs.append(Job(more, every, 0.0, float(draw.uniform(60.0, 0.2 * every))))
    return Load(base, float(draw.choice([0.0, 0.0, 0.1, 0.3])), jobs)


def results(phase: Optional[float], seed: int) -> Iterator[Result]:
    """All registers of a PDU in a month."""
    draw = np.random.default_rng([seed, 11])
    cadence = float(draw.choice([60.0, 300.0, 900.0], p=[0.1, 0.6, 0.3]))
    step = float(draw.choice([0.001, 0.01, 0.1]))
    source = str(draw.choice([WATTS, VOLT_AMPERES, AMPERES], p=[0.6, 0.25, 0.15]))
    shown = float(draw.choice([0.1, 1.0])), float(draw.choice([0.01, 0.1]))
    offset = float(draw.uniform(0.05, 0.95)) if phase is None else phase
    end = 31.0 * DAY
    times = np.arange(-DAY, end + DAY, cadence) + offset * cadence
    times = times + draw.uniform(0.0, 1.0, len(times))
    loads = {str(number + 1): _load(draw) for number in range(int(draw.integers(3, 9)))}
    own_use = float(draw.uniform(3.0, 10.0))
    columns: dict[str, tuple[Any, Any, Any]] = {}
    truth: dict[str, float] = {}
    sums = powers = 0.0
    for name, load in loads.items():
        kwh, power = load.kwh(times), load.power(times)
        sums, powers = sums + kwh, powers + power
        columns[name] = _shown(draw, kwh, power, source, step, shown)
        truth[name] = float(np.diff(load.kwh(np.array([0.0, end])))[0])
    columns[OWN] = _shown(
        draw, sums + own_use * times / 3.6e6, powers + own_use, source, step, shown
    )
    truth[OWN] = sum(truth.values()) + own_use * end / 3.6e6
    found = _audited(times.tolist(), columns, source, step, end)
    for answer in [*found.outlets, *filter(None, [found.own])]:
        kinds = tuple(sorted({event.kind for event in answer.events}))
        name = answer.outlet
        yield Result(
            seed, name, source, truth[name], answer.energy, answer.grade, answer.has_lowest, kinds
        )


def _shown(
    draw: Any, kwh: Any, power: Any, source: str, step: float, shown: tuple[float, float]
) -> tuple[Any, Any, Any]:
    register = np.floor((kwh + float(draw.uniform(10.0, 20_000.0))) / step + 1e-7) * step
    real = float(draw.uniform(0.85, 0.98)) * np.clip(power / 60.0, 0.75, 1.0)
    amperes = np.round(power / real / VOLTS / shown[1]) * shown[1]
    watts = np.round(power / shown[0]) * shown[0] if source == WATTS else None
    return register, amperes, watts


def _audited(
    times: Sequence[float],
    columns: Mapping[str, tuple[Any, Any, Any]],
    source: str,
    step: float,
    end: float,
) -> PduAudit:
    polls = list[Poll]()
    lists = {
        name: [[None] * len(times) if one is None else one.tolist() for one in each]
        for name, each in columns.items()
    }
    for at, time in enumerate(times):
        figures = [
            OutletFigures(name, kwh[at], amperes[at], watts[at])
            for name, (kwh, amperes, watts) in lists.items()
        ]
        begin = ORIGIN + time
        poll = Poll("rack", begin, begin + 1.0, figures, time + 3e5, serial="A1", uptime=time)
        polls.append(poll)
    pdu = read("rack", polls)
    facts = RegisterFacts(LIMIT_KW, step, volts=VOLTS if source == VOLT_AMPERES else None)
    meters = Meters(facts, pdu_limit_kw=PDU_LIMIT_KW)
    return audit_registers(pdu, AuditScope(ORIGIN, ORIGIN + end, meters))


def some(phase: Optional[float], first: int, after: int) -> list[Result]:
    return [result for seed in range(first, after) for result in results(phase, seed)]


def report(found: Sequence[Result]) -> None:
    """Prints the counts."""
    outside = [one for one in found if not one.is_inside]
    doubted = [one for one in found if not one.has_lowest]
    lost = sum(one.truth for one in doubted)
    print(
        f"{len(found)} register-months of {len({one.seed for one in found})} PDUs: {len(outside)}"
        f" outside, {len(doubted)} in doubt ({100 * len(doubted) / len(found):.2f} %), {lost:.0f}"
        f" of {sum(one.truth for one in found):.0f} kWh"
    )
    for source in (WATTS, VOLT_AMPERES, AMPERES):
        here = [one for one in found if one.source == source]
        grades = Counter(one.grade for one in here)
        print(f"{source}: {dict(grades)}; {Counter(kind for one in here for kind in one.kinds)}")
    widths = sorted(one.energy.width for one in found if one.has_lowest)
    print(
        f"widths: median {statistics.median(widths):.4g} kWh, 95th"
        f" {widths[int(0.95 * len(widths))]:.4g}, sum {sum(widths):.0f}"
    )
    for one in [*outside[:5], *doubted[:5]]:
        print(f"    {one}")


def main(arguments: Optional[Sequence[str]] = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--registers", type=int, default=2000, help="at least so many")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--phase", type=float, help="share of the time between polls; else drawn")
    chosen = parser.parse_args(arguments)
    found: list[Result] = []
    seed = chosen.seed
    with ProcessPoolExecutor(2) as pool:
        while len(found) < chosen.registers:
            firsts = [seed + 4 * number for number in range(4)]
            for part in pool.map(
                partial(some, chosen.phase), firsts, [first + 4 for first in firsts]
            ):
                found += part
            seed = firsts[-1] + 4
            print(f"{len(found)} registers", file=sys.stderr, flush=True)
    report(found)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
