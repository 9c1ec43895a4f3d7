"""Outlet-months with planted faults: how often the truth lies inside the audit's bounds.

    python -m tests.energy.trial --months 20000
    python -m tests.energy.trial --months 20000 --step mib

Hypothesis draws the zone, the month, the meter and its faults (`plans`). Prints misses and widths
beside three usual rules on the same readings. With --step mib and --step readings, the owner does
not say the register's step.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from typing import NamedTuple, Optional

from hypothesis import HealthCheck, Phase, given, seed, settings

from pdu.energy.audit import pdu_audit
from pdu.energy.audit.pdu_audit import AuditedRegister
from pdu.energy.registers.meter_facts import Meters, RegisterFacts
from pdu.energy.registers.period import moment, zone_named
from pdu.energy.registers.values import EnergyInterval

from . import plans
from .plans import Drawn
from .polls import OutletFigures, Poll, read
from .twin import Month, Plan, month

#: months of one seed
_EACH = 250
OWNER, MIB, READINGS = "owner", "mib", "readings"
#: who says the step -> the family of the PDU's polls: the unit of the second one is 0.001 kWh
_FAMILIES = {OWNER: "", MIB: "gude-epc", READINGS: ""}


class Result(NamedTuple):
    drawn: Drawn
    month: Month
    answer: EnergyInterval
    naive: Sequence[float]
    #: OWNER, MIB or READINGS
    step_from: str = OWNER

    @property
    def inside(self) -> bool:
        slack = 1e-6 * max(self.month.truth, 1.0)
        return self.answer.low - slack <= self.month.truth <= self.answer.high + slack


def audited(plan: Plan, one: Month, step_from: str = OWNER) -> AuditedRegister:
    """The audit's answer for a month, from polls as a source yields them."""
    polls = (
        Poll(
            "twin",
            poll.begin,
            poll.end,
            [OutletFigures("1", poll.value, poll.amps)],
            monotonic=poll.monotonic,
            serial=poll.serial,
            uptime=poll.uptime,
            family=_FAMILIES[step_from],
        )
        for poll in one.polls
    )
    pdu = read("twin", polls)
    step = plan.step if step_from == OWNER else None
    meters = Meters(RegisterFacts(plan.breaker_kw, step, plan.modulus))
    (answer,) = pdu_audit.audit_registers(
        pdu, pdu_audit.AuditScope(one.begin, one.end, meters)
    ).outlets
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


def answered(drawn: Drawn, one: Month, step_from: str = OWNER) -> AuditedRegister:
    """What the audit says of a month, whose days it looks up itself."""
    zone = zone_named(drawn.period.zone)
    begin, end = (moment(day, zone) for day in (drawn.period.first, drawn.period.after))
    return audited(drawn.plan, one._replace(begin=begin, end=end), step_from)


def run(drawn: Drawn, step_from: str) -> Result:
    one = month(drawn.plan)
    answer = answered(drawn, one, step_from)
    found = answer.origins.step
    return Result(drawn, one._replace(polls=[]), answer.energy, usual(one), found)


def runs(first: int, months: int, step_from: str) -> list[Result]:
    """Months that Hypothesis draws from a seed."""
    results: list[Result] = []

    @seed(first)
    @settings(
        max_examples=months,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=[*HealthCheck],
    )
    @given(plans.drawn())
    def kept(one: Drawn) -> None:
        if len(results) < months:
            results.append(run(one, step_from))

    kept()
    return results


def main(arguments: Optional[Sequence[str]] = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--months", type=int, default=20000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, help="default: as many as the machine has cores")
    parser.add_argument("--step", choices=[*_FAMILIES], default=OWNER, help="who says the step")
    chosen = parser.parse_args(arguments)
    firsts = range(chosen.seed, chosen.seed + chosen.months, _EACH)
    counts = [min(_EACH, chosen.seed + chosen.months - first) for first in firsts]
    results: list[Result] = []
    with ProcessPoolExecutor(chosen.processes) as pool:
        for some in pool.map(runs, firsts, counts, repeat(chosen.step)):
            results += some
            missed = sum(not one.inside for one in results if not one.month.hidden)
            print(f"{len(results)} months: {missed} misses", file=sys.stderr, flush=True)
    report(results)
    return 0


def report(results: Iterable[Result]) -> None:
    results = list(results)
    seen = [one for one in results if not one.month.hidden]
    missed = [one for one in seen if not one.inside]
    hidden = [one for one in results if one.month.hidden]
    print(f"{len(results)} months; {len(seen)} without a hidden change: {len(missed)} misses")
    print(f"hidden changes: {len(hidden)} months, {sum(not one.inside for one in hidden)} misses")
    origins = Counter(one.step_from for one in seen)
    print("step from " + ", ".join(f"{name}: {count} months" for name, count in origins.items()))
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
        print(miss.drawn, miss.month, miss.answer)


if __name__ == "__main__":
    raise SystemExit(main())
