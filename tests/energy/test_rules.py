"""The Prometheus rules bill what the audit of the same readings allows.

promtool evaluates the rules of docs/prometheus over minutely readings, and compares their sum with
the bounds of the audit.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, Optional

import pytest

from pdu.energy.audit import pdu_audit
from pdu.energy.registers.meter_facts import Meters, RegisterFacts
from pdu.energy.registers.values import EnergyInterval
from tests.needs import ROOT, program
from tests.waiting import PATIENCE_S

from .polls import OutletFigures, Poll, read

JOULES = 3_600_000
HOURS = 10
MINUTES = 60 * HOURS
#: the rules' own limit, see pdu:power_limit:kilowatts
LIMIT_KW = 43.47
SUM = f"sum_over_time(pdu_outlet:energy_kwh:increase1h[{HOURS - 2}h59m59s999ms])"


class Case(NamedTuple):
    """The readings of each minute in J; None: not scraped."""

    readings: Sequence[Optional[int]]
    #: whether the rules leave an hour out, and say so
    left_out: bool = False


def counted(kilowatts: float = 6.0) -> list[Optional[int]]:
    return [1000 * JOULES + int(kilowatts * JOULES / 60 * minute) for minute in range(MINUTES + 1)]


def with_zeros(*minutes: int) -> list[Optional[int]]:
    return [0 if minute in minutes else joules for minute, joules in enumerate(counted())]


def with_gap(first: int, last: int) -> list[Optional[int]]:
    return [None if first <= minute <= last else one for minute, one in enumerate(counted())]


def with_reset(at: int) -> list[Optional[int]]:
    start = counted()[at] or 0
    return [
        one if one is None or minute < at else one - start for minute, one in enumerate(counted())
    ]


CASES = {
    "clean": Case(counted()),
    "a zero inside an hour": Case(with_zeros(150)),
    "a zero as the first reading": Case(with_zeros(181)),
    "a zero as the last reading": Case(with_zeros(180), left_out=True),
    "zeros over an hour's end": Case(with_zeros(*range(178, 183)), left_out=True),
    "a gap": Case(with_gap(150, 270)),
    "a reset": Case(with_reset(210)),
}


@pytest.mark.against("promtool")
def test_the_rules_agree_with_the_audit(tmp_path: Path) -> None:
    tests, widths = [], []
    for name, case in CASES.items():
        energy = _audited(case)
        truth = 6.0 * (HOURS - 1)
        assert energy.low <= truth <= energy.high, name
        widths.append(energy.width)
        labels = '{instance="a", outlet="1"}'
        series = " ".join("_" if one is None else str(one) for one in case.readings)
        # Rounded as PromQL's floats need it; an hour that is left out is not billed, and told.
        least = truth - 2 * 6.0 if case.left_out else energy.low
        bounds = [f"{SUM} <= bool {energy.high + 1e-6}", f"{SUM} >= bool {least - 1e-6}"]
        left = "count(sum_over_time(pdu_outlet:energy_kwh:left_out1h[1d])) > bool 0"
        told = [{"labels": "{}", "value": 1}] if case.left_out else []
        tests.append(
            {
                "name": name,
                "interval": "1m",
                "input_series": [
                    {"series": 'pdu_up{instance="a"}', "values": f"1x{MINUTES}"},
                    {"series": f"pdu_outlet_energy_joules_total{labels}", "values": series},
                ],
                "promql_expr_test": [
                    *(
                        {
                            "expr": bound,
                            "eval_time": f"{HOURS}h",
                            "exp_samples": [{"labels": labels, "value": 1}],
                        }
                        for bound in bounds
                    ),
                    {"expr": left, "eval_time": f"{HOURS}h", "exp_samples": told},
                ],
            }
        )
    assert max(widths) < 3.0
    rules = ROOT / "docs" / "prometheus" / "pdu-rules.yml"
    document = {"rule_files": [str(rules)], "evaluation_interval": "1h", "tests": tests}
    path = tmp_path / "test.yml"
    path.write_text(json.dumps(document))  # JSON is YAML
    done = subprocess.run(
        [program("promtool"), "test", "rules", str(path)],
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE_S,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def _audited(case: Case) -> EnergyInterval:
    """The nine hours that the rules sum: the first hour has no reading before it."""
    polls = list[Poll]()
    for minute, joules in enumerate(case.readings):
        if joules is not None:
            time = 60.0 * minute
            polls.append(Poll("a", time, time, [OutletFigures("1", joules / JOULES)]))
    pdu = read("a", polls)
    meters = Meters(RegisterFacts(LIMIT_KW, step_kwh=1e-6))
    asked = pdu_audit.AuditScope(3600.0, 3600.0 * HOURS, meters)
    (answer,) = pdu_audit.audit_registers(pdu, asked).outlets
    return answer.energy
