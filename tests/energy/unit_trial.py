"""Months of PDUs that count in a wrong unit: how often that is seen, and how often a right one is
put in doubt.

    python -m tests.energy.unit_trial --registers 5000

`unit_months` has the PDUs. "Without a cause": the truth lies outside the bounds, and something that
was read can show it. Prints a table by what says how much flowed.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import NamedTuple, Optional

from pdu.energy.audit.grades import FIRM
from pdu.energy.audit.pdu_audit import AuditedRegister, AuditScope, audit_registers
from pdu.energy.registers.meter_facts import Meters, RegisterFacts
from pdu.energy.registers.values import EnergyInterval

from . import unit_months
from .polls import OutletFigures, Poll, read
from .unit_months import DAY, LIMIT_KW, ORIGIN, OWN, PDU_LIMIT_KW, VOLT_AMPERES, VOLTS, Month


class Result(NamedTuple):
    """One register beside its truth."""

    seed: int
    name: str
    source: str
    factor: float
    truth: float
    energy: EnergyInterval
    grade: str
    #: what can be billed; None: nothing
    lowest: Optional[float]
    events: tuple[str, ...]
    #: as `unit_months.excuse`
    excuse: Optional[str]
    #: whether another register of the same device counts in a wrong unit
    is_neighbour: bool

    @property
    def is_inside(self) -> bool:
        slack = 1e-6 * max(self.truth, 1.0)
        return self.energy.low - slack <= self.truth <= self.energy.high + slack


def audited(one: Month) -> Sequence[AuditedRegister]:
    """The audit's answers, from polls as a journal yields them."""
    polls = list[Poll]()
    for time, uptime, figures in unit_months.polls(one):
        outlets = [OutletFigures(name, *figure) for name, figure in figures.items()]
        begin = ORIGIN + time
        poll = Poll("rack", begin, begin + 1.0, outlets, time + 3e5, serial="A1", uptime=uptime)
        polls.append(poll)
    pdu = read("rack", polls)
    volts = VOLTS if one.plan.source == VOLT_AMPERES else None
    facts = RegisterFacts(LIMIT_KW, one.plan.step, volts=volts)
    meters = Meters(facts, pdu_limit_kw=PDU_LIMIT_KW)
    found = audit_registers(pdu, AuditScope(ORIGIN, ORIGIN + one.plan.days * DAY, meters))
    return found.registers


def results(seed: int) -> Iterator[Result]:
    """All registers of one PDU."""
    one = unit_months.month(unit_months.plan(seed))
    excuses = {name: unit_months.excuse(one, name) for name in one.figures}
    is_wrong = any(excuse != "" for excuse in excuses.values())
    for answer in audited(one):
        name = answer.outlet
        lowest = answer.energy.low if answer.has_lowest else None
        kinds = tuple(sorted({event.kind for event in answer.events}))
        excuse = excuses[name]
        energy, truth = answer.energy, one.truth[name]
        yield Result(
            seed, name, one.plan.source, one.plan.factor if excuse != "" else 1.0, truth, energy,
            answer.grade, lowest, kinds, excuse, is_wrong and excuse == "" and name != OWN,
        )  # fmt: skip


def some(first: int, after: int) -> list[Result]:
    return [result for seed in range(first, after) for result in results(seed)]


def _share(count: int, of: Sequence[Result]) -> str:
    return f"{count} of {len(of)}"


def report(found: Sequence[Result]) -> None:
    """Prints the table."""
    print(f"{len(found)} register-months of {len({one.seed for one in found})} PDUs")
    for source in sorted({one.source for one in found}):
        here = [one for one in found if one.source == source]
        honest = [one for one in here if one.excuse == "" and not one.is_neighbour]
        beside = [one for one in here if one.is_neighbour]
        wrong = [one for one in here if one.excuse is None]
        doubted = sum(one.lowest is None for one in honest)
        missed = [one for one in (*honest, *beside, *wrong) if not one.is_inside]
        firm = [one for one in missed if one.grade == FIRM]
        dear = [one for one in wrong if (one.lowest or 0.0) > one.truth * 1.001 + 0.01]
        print(f"{source}:")
        print(f"    right: {_share(doubted, honest)} in doubt")
        print(f"    beside a wrong one: {_share(sum(one.lowest is None for one in beside), beside)}"
              " in doubt")  # fmt: skip
        seen = sum(one.lowest is None for one in wrong)
        print(f"    wrong: {_share(seen, wrong)} in doubt; {len(dear)} billed too much")
        print(f"    outside without a cause: {len(missed)}; firm and wrong: {len(firm)}")
        excused = [one for one in here if one.excuse]
        hidden = sum(not one.is_inside for one in excused)
        print(f"    nothing can show it: {len(excused)}, {hidden} outside")
        for one in missed[:6]:
            print(f"        {one}")
        for one in [one for one in honest if one.lowest is None and source != "nothing"][:4]:
            print(f"        DOUBT {one}")
    right = [one for one in found if one.excuse == "" and one.lowest is not None]
    widths = sorted(one.energy.width for one in right)
    print(
        f"widths of right ones: median {statistics.median(widths):.4g} kWh,"
        f" 95th {widths[int(0.95 * len(widths))]:.4g}, sum {sum(widths):.0f}"
    )


def main(arguments: Optional[Sequence[str]] = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--registers", type=int, default=5000, help="at least so many")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, help="default: as many as the machine has cores")
    chosen = parser.parse_args(arguments)
    found: list[Result] = []
    each, seed = 20, chosen.seed
    with ProcessPoolExecutor(chosen.processes) as pool:
        while len(found) < chosen.registers:
            firsts = [seed + each * number for number in range(8)]
            for part in pool.map(some, firsts, [first + each for first in firsts]):
                found += part
            seed = firsts[-1] + each
            print(f"{len(found)} registers", file=sys.stderr, flush=True)
    report(found)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
