"""A unit that shows watts and no register: an estimate in audit and statement, billed nowhere."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pdu.core.files.journal import START, Journal
from pdu.energy.journal.days import day_of
from tests.pdu.running import run

FIRST, DAY = 1790812800.0, 86400.0  # 2026-10-01T00:00:00Z
ASKED = ("--from", "2026-10-01", "--to", "2026-10-03", "--limit-kw", "3.68")
#: 1.2 kW for two days
TRUE = 57.6


def lines(day: float) -> Iterator[dict[str, Any]]:
    yield {"meter": 1, "version": "1", "boot": "b", "utc": day, "mono": day - FIRST + 1e7,
           "every": 900, "repaired": 0}  # fmt: skip
    yield {"unit": 0, "name": "rack7", "handler": "snmp", "family": "", "address": "192.0.2.7",
           "serial": "S7", "firmware": "1", "outlets": ["1", "2"]}  # fmt: skip
    for turn in range(96):
        when = day + 900.0 * turn + 100.0
        yield {"of": 0, "utc": [when, when + 0.5], "watts": [1200.0, None], "on": "11",
               "mono": [when - FIRST + 1e7, when - FIRST + 1e7 + 0.5]}  # fmt: skip


@pytest.fixture
def hall(tmp_path: Path) -> Path:
    (tmp_path / "readings").mkdir()
    after = START
    for number in range(-1, 4):
        day = FIRST + DAY * number
        with Journal(str(tmp_path / "readings" / f"{day_of(day)}.jsonl"), after) as kept:
            kept.append([*lines(day)])
            after = kept.hash
    (tmp_path / "customers.csv").write_text(
        "customer,pdu,outlet,from,to\nAcme,rack7,1,,\nAcme,rack7,2,,\n"
    )
    return tmp_path


def test_the_audit_grades_an_estimate_and_has_its_figures(
    hall: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = (str(hall / "readings"), *ASKED, "--customers", str(hall / "customers.csv"))
    code, out, _ = run(capsys, "energy", "audit", *asked, "--csv")
    rows = [row for row in csv.DictReader(io.StringIO(out)) if row["for"] == "customer"]
    grades = {row["outlet"]: row["grade"] for row in rows}
    assert code == 2 and grades == {"1": "estimate", "2": "not billable"}
    (estimate,) = (row for row in rows if row["outlet"] == "1")
    assert estimate["kwh_lowest"] == "" and float(estimate["kwh_best"]) == pytest.approx(TRUE, 0.01)
    assert float(estimate["kwh_highest"]) == pytest.approx(3.68 * 48.0)
    code, out, _ = run(capsys, "energy", "audit", *asked, "--json")
    (acme,) = json.loads(out)["customers"]
    assert acme["lowest_defensible_bill_kwh"] is None and acme["grade"] == "not billable"
    first, second = acme["outlets"]
    assert first["kwh"] is None and first["estimate"]["low"] is None
    assert first["estimate"]["best"] == pytest.approx(TRUE, 0.01) and second["estimate"] is None


def test_a_statement_says_that_there_is_an_estimate_and_bills_nothing(
    hall: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    into = hall / "october"
    asked = (*ASKED, "--customers", str(hall / "customers.csv"), "--into", str(into))
    code, out, err = run(capsys, "energy", "statement", str(hall / "readings"), *asked)
    assert code == 0, out + err
    (folder,) = into.glob("0001-*")
    first, second = json.loads((folder / "statement.json").read_text())["lines"]
    assert first["kwh"] is first["billed"] is None and first["grade"] == "not billable"
    assert "an estimate by its power, which is not billed: 57." in first["reason"]
    assert second["reason"] == "no energy was read"
    assert "which is not billed: 57." in (folder / "statement.html").read_text()
    billed = [*csv.DictReader(io.StringIO((into / "billing.csv").read_text()))]
    assert {row["row"] for row in billed} == {"not billed", "total"}
    assert float(billed[-1]["quantity"]) == 0.0
