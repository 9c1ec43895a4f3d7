"""Months of whole PDUs with planted faults: how often the truth lies inside the audit's bounds, of
outlets, inlets, sums, and customers between whom an outlet changes hands.

    python -m tests.energy.rack_trial --registers 20000

Prints misses where the readings show what happened, all others by what no reading shows, the share
of each grade, and the widths. The generator is `racks`.
"""

from __future__ import annotations

import argparse
import math
import statistics
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import NamedTuple, Optional

from pdu.energy.audit import pdu_audit
from pdu.energy.audit.grades import LEVELS, USUAL_TOLERANCE_KWH, grade_sum
from pdu.energy.registers.customers import OutletTenancy
from pdu.energy.registers.meter_facts import Meters, RegisterFacts
from pdu.energy.registers.values import EnergyInterval

from . import racks
from .polls import OutletFigures, Poll, read
from .racks import LIMIT_KW, ORIGIN, OWN, PDU_LIMIT_KW, Rack


class Result(NamedTuple):
    """One interval beside its truth."""

    seed: int
    #: outlet, inlet, sum or share
    what: str
    truth: float
    answer: EnergyInterval
    grade: str
    #: what no reading shows
    hidden: tuple[str, ...]
    #: what happened
    faults: tuple[str, ...]

    @property
    def inside(self) -> bool:
        slack = 1e-6 * max(self.truth, 1.0)
        return self.answer.low - slack <= self.truth <= self.answer.high + slack


def audited(one: Rack) -> pdu_audit.PduAudit:
    """The audit's answer, from polls as a source yields them."""
    polls = (
        Poll(
            "rack",
            poll.begin,
            poll.end,
            [OutletFigures(name, *figures) for name, figures in poll.figures.items()],
            monotonic=poll.monotonic,
            serial=poll.serial,
            uptime=poll.uptime,
        )
        for poll in one.polls
    )
    pdu = read("rack", polls)
    meters = Meters(RegisterFacts(LIMIT_KW, one.plan.step), pdu_limit_kw=PDU_LIMIT_KW)
    begin, middle = ORIGIN, ORIGIN + one.handover
    tenures = {}
    if one.plan.handover:
        owned = [OutletTenancy("a", -math.inf, middle), OutletTenancy("b", middle, math.inf)]
        tenures[("rack", "1")] = owned
    return pdu_audit.audit_registers(
        pdu, pdu_audit.AuditScope(begin, begin + one.plan.days * racks.DAY, meters, tenures)
    )


def results(seed: int) -> Iterator[Result]:
    """All intervals of one PDU."""
    one = racks.rack(racks.plan(seed))
    found = audited(one)
    everything = tuple(sorted({cause for causes in one.hidden.values() for cause in causes}))
    happened = tuple(sorted({fault for faults in one.faults.values() for fault in faults}))
    # An inlet bounds its outlets, so what no reading of it shows is not shown of them.
    of_inlet = tuple(one.hidden[OWN])
    for answer in found.outlets:
        name = answer.outlet
        hidden = tuple(sorted({*one.hidden[name], *of_inlet}))
        faults = tuple(one.faults[name])
        yield Result(seed, "outlet", one.truth[name], answer.energy, answer.grade, hidden, faults)
        if name == "1" and one.plan.handover:
            for share, truth in zip(answer.shares, one.shares):
                yield Result(seed, "share", truth, share.energy, share.grade, hidden, faults)
    if found.own is not None:
        truth, own = one.truth[OWN], found.own
        yield Result(seed, "inlet", truth, own.energy, own.grade, everything, happened)
    if found.total is not None:
        truth = sum(kwh for name, kwh in one.truth.items() if name != OWN)
        lines = len(found.outlets)
        doubted = sum(not answer.has_lowest for answer in found.outlets)
        grade = grade_sum(found.total, lines, 0, doubted, USUAL_TOLERANCE_KWH)
        yield Result(seed, "sum", truth, found.total, grade.name, everything, happened)


def some(first: int, after: int) -> list[Result]:
    return [result for seed in range(first, after) for result in results(seed)]


def report(found: Sequence[Result]) -> None:
    print(f"{len(found)} intervals")
    for what in ("outlet", "share", "inlet", "sum"):
        those = [one for one in found if one.what == what]
        missed = [one for one in those if not one.hidden and not one.inside]
        hidden = [one for one in those if one.hidden]
        print(f"{what}: {len(those) - len(hidden)} shown by readings: {len(missed)} misses")
        causes = Counter(one.hidden for one in hidden if not one.inside)
        print(f"    {len(hidden)} not shown: {sum(causes.values())} misses")
        for cause, count in causes.most_common():
            print(f"        {count} {'; '.join(cause)}")
        _widths("usual", [one for one in those if not one.faults])
        _widths("with faults", [one for one in those if one.faults])
        for one in missed[:5]:
            print(f"        MISS {one}")
    wrong = [one for one in found if one.grade == "firm" and not one.inside]
    print(f"firm, and the truth outside: {len(wrong)}")
    for one in wrong[:5]:
        print(f"        {one}")


def _widths(name: str, those: Sequence[Result]) -> None:
    if not those:
        return
    widths = sorted(one.answer.width for one in those)
    grades = Counter(one.grade for one in those)
    shares = [f"{100.0 * grades[name] / len(those):.1f} % {name}" for name in LEVELS]
    print(
        f"    {name}: {len(those)}, width: median {statistics.median(widths):.3g} kWh, 95th"
        f" {widths[int(0.95 * len(widths))]:.4g}, all {sum(widths):.0f} kWh;"
        f" {', '.join(shares)}"
    )


def main(arguments: Optional[Sequence[str]] = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--registers", type=int, default=20000, help="at least so many intervals")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, help="default: as many as the machine has cores")
    chosen = parser.parse_args(arguments)
    found: list[Result] = []
    each, seed = 25, chosen.seed
    with ProcessPoolExecutor(chosen.processes) as pool:
        while len(found) < chosen.registers:
            firsts = [seed + each * number for number in range(8)]
            for part in pool.map(some, firsts, [first + each for first in firsts]):
                found += part
            seed = firsts[-1] + each
            missed = sum(not one.inside for one in found if not one.hidden)
            print(f"{len(found)} intervals: {missed} misses", file=sys.stderr, flush=True)
    report(found)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
