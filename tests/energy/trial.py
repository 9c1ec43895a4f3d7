"""Outlet-months with planted faults: how often the truth lies inside the audit's bounds.

    python -m tests.energy.trial --months 20000

Prints misses and widths beside three usual rules on the same readings.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import NamedTuple, Optional

from handlers.command.energy import audit, readings
from handlers.command.energy.audit import Answer
from handlers.command.energy.meters import Meter, Meters
from handlers.command.energy.readings import Pdu
from handlers.command.energy.registers import Kilowatthours

from .twin import Month, Plan, month


class Result(NamedTuple):
    plan: Plan
    month: Month
    answer: Kilowatthours
    naive: Sequence[float]

    @property
    def inside(self) -> bool:
        slack = 1e-6 * max(self.month.truth, 1.0)
        return self.answer.low - slack <= self.month.truth <= self.answer.high + slack


def audited(plan: Plan, one: Month) -> Answer:
    """The audit's answer for a month, from polls as a source yields them."""
    pdu = Pdu("twin")
    for poll in one.polls:
        pdu.append(
            readings.Poll(
                "twin",
                poll.begin,
                poll.end,
                [readings.OutletReading("1", poll.value)],
                monotonic=poll.monotonic,
                serial=poll.serial,
                uptime=poll.uptime,
            )
        )
    meters = Meters(Meter(plan.breaker_kw, plan.step, plan.modulus))
    (answer,) = audit.audited(pdu, audit.Asked(one.begin, one.end, meters)).outlets
    return answer


def usual(one: Month) -> list[float]:
    """Last minus first; "a fall is a reset"; "ignore falls"."""
    values = [poll.value for poll in one.polls if one.begin <= poll.begin <= one.end]
    if not values:
        return [0.0, 0.0, 0.0]
    pairs = list(zip(values, values[1:]))
    reset = sum(new - old if new >= old else new for old, new in pairs)
    ignored = sum(max(new - old, 0.0) for old, new in pairs)
    return [values[-1] - values[0], reset, ignored]


def drawn(seed: int) -> Plan:
    """A month's plan: one in five is clean."""
    draw = random.Random(seed)
    step = draw.choice((0.001, 0.01, 0.1, 1.0))
    plan = Plan(
        seed,
        cadence=draw.choice((300.0, 300.0, 900.0, 3600.0)),
        jitter=draw.choice((0.0, 5.0, 60.0)),
        reading=draw.choice((0.0, 1.0, 30.0)),
        step=step,
        breaker_kw=draw.choice((2.3, 3.68, 7.36)),
        start=draw.choice((0.0, draw.uniform(0.0, 5.0), draw.uniform(0.0, 50000.0))),
        journal=draw.random() < 0.7,
    )
    if draw.random() < 0.2:
        return plan

    def often(most: int) -> int:
        return draw.choice((0, 0, 1, draw.randint(0, most)))

    return plan._replace(
        modulus=draw.choice((None, None, plan.start + draw.uniform(1.0, 500.0))),
        zeros=often(4),
        ones=often(3),
        spikes=often(3),
        freezes=often(2),
        resets=often(3),
        clears=often(1),
        rewinds=often(2),
        replacements=often(2),
        gaps=often(4),
        clock_jumps=often(1),
    )


def run(seed: int) -> Result:
    plan = drawn(seed)
    one = month(plan)
    result = Result(plan, one._replace(polls=[]), audited(plan, one).energy, usual(one))
    return result


def main(arguments: Optional[Sequence[str]] = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--months", type=int, default=20000)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args(arguments)
    seeds = range(chosen.seed, chosen.seed + chosen.months)
    results: list[Result] = []
    with ProcessPoolExecutor() as pool:
        for number, one in enumerate(pool.map(run, seeds, chunksize=50), start=1):
            results.append(one)
            if number % 1000 == 0:
                missed = sum(not one.inside for one in results if not one.month.hidden)
                print(f"{number} months: {missed} misses", file=sys.stderr, flush=True)
    report(results)
    return 0


def report(results: Iterable[Result]) -> None:
    results = list(results)
    seen = [one for one in results if not one.month.hidden]
    missed = [one for one in seen if not one.inside]
    hidden = [one for one in results if one.month.hidden]
    print(f"{len(results)} months; {len(seen)} without a hidden change: {len(missed)} misses")
    print(f"hidden changes: {len(hidden)} months, {sum(not one.inside for one in hidden)} misses")
    widths = sorted(one.answer.width / max(one.month.truth, 1e-9) for one in seen)
    middle, wide = 100 * statistics.median(widths), 100 * widths[int(len(widths) * 0.95)]
    print(f"width: median {middle:.2f} %, 95th {wide:.1f} %")
    for name, place in (("last minus first", 0), ("a fall is a reset", 1), ("ignore falls", 2)):
        off = [abs(one.naive[place] - one.month.truth) for one in seen]
        one, hundred = (
            100 * sum(error > most for error in off) / len(off) for most in (1.0, 100.0)
        )
        print(f"{name}: off by more than 1 kWh in {one:.0f} %, by 100 in {hundred:.0f} %")
    for miss in missed[:10]:
        print(miss.plan, miss.month, miss.answer)


if __name__ == "__main__":
    raise SystemExit(main())
