"""A rack whose customer has both of its feeds by their inlets: audit, statement, proof, refusal."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Optional

import pytest

from pdu import root
from pdu.core.files.journal import START, Journal
from pdu.energy.journal.days import day_of
from pdu.energy.registers.period import moment, zone_named
from tests.pdu.running import run

BERLIN = zone_named("Europe/Berlin")
FIRST, AFTER = moment("2026-10-01", BERLIN), moment("2026-10-08", BERLIN)
DAY = 86400.0
WEEK = ("--from", "2026-10-01", "--to", "2026-10-08", "--zone", "Europe/Berlin")
#: W of each feed, its own use included, and of its two outlets
FEEDS = {"a": (2003.0, (1200.0, 800.0)), "b": (753.0, (500.0, 250.0))}
LIMITS = ("--limit-kw", "3.68", "--pdu-limit-kw", "7.36")


def kwh(watts: float, when: float, start: float) -> float:
    return round(int(100.0 * (start + watts * (when - FIRST) / 3.6e6)) / 100.0, 2)


def lines(day: float, watts: Optional[bool]) -> Iterator[dict[str, Any]]:
    """`watts`: whether the inlets' are read."""
    yield {"meter": 1, "version": "1", "boot": "b", "utc": day, "mono": day - FIRST + 1e7,
           "every": 900, "repaired": 0}  # fmt: skip
    for number, name in enumerate(FEEDS):
        yield {"unit": number, "name": f"rack7-{name}", "handler": "snmp", "family": "",
               "address": f"192.0.2.{number}", "serial": f"S{number}", "firmware": "1",
               "outlets": ["1", "2"]}  # fmt: skip
    for turn in range(96):
        when = day + 900.0 * turn + 100.0
        for number, (own, outlets) in enumerate(FEEDS.values()):
            poll = {
                "of": number,
                "utc": [when + number, when + number + 0.5],
                "mono": [when + number - FIRST + 1e7, when + number - FIRST + 1e7 + 0.5],
                "load": round(own / 230.0, 2),
                "total": kwh(own, when, 9000.0),
                "kwh": [kwh(one, when, 100.0) for one in outlets],
                "amps": [round(one / 230.0, 2) for one in outlets],
                "watts": [*outlets],
                "on": "11",
            }
            yield {**poll, "power": own} if watts else poll


@pytest.fixture(params=[True, False], ids=["watts of the inlet", "its amperes alone"])
def rack(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    readings, after = tmp_path / "readings", START
    readings.mkdir()
    for number in range(-1, 8):
        day = FIRST + 7200.0 + DAY * number  # 00:00 UTC
        with Journal(str(readings / f"{day_of(day)}.jsonl"), after) as kept:
            kept.append([*lines(day, request.param)])
            after = kept.hash
    (tmp_path / "customers.csv").write_text(
        "customer,pdu,outlet,from,to\nAcme,rack7-a,,,\nAcme,rack7-b,,,\n"
    )
    return tmp_path


def test_a_week_is_billed_by_the_inlets(rack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As an accountant would try it: audit, statement, table, both verifiers, a second run."""
    readings, owners = str(rack / "readings"), ("--customers", str(rack / "customers.csv"))
    code, out, err = run(capsys, "energy", "audit", readings, *WEEK, *LIMITS, *owners, "--json")
    found = json.loads(out)
    assert code == 0, err
    (acme,) = found["customers"]
    true = 168.0 * sum(own for own, _ in FEEDS.values()) / 1000.0
    assert acme["kwh"]["low"] <= true <= acme["kwh"]["high"] and acme["grade"] == "firm"
    assert [(one["pdu"], one["identity"]) for one in acme["outlets"]] == [
        ("rack7-a", ""), ("rack7-b", "")
    ]  # fmt: skip
    code, out, _ = run(capsys, "energy", "audit", readings, *WEEK, *LIMITS, *owners, "--csv")
    rows = [row for row in csv.DictReader(out.splitlines()) if row["for"] == "customer"]
    assert [(row["name"], row["pdu"], row["outlet"]) for row in rows] == [
        ("Acme", "rack7-a", ""), ("Acme", "rack7-b", "")
    ]  # fmt: skip
    into = ("--into", str(rack / "week"), "--tariff", "day-night", "--json")
    words = ("energy", "statement", readings, *WEEK, *LIMITS, *owners)
    code, out, err = run(capsys, *words, *into)
    assert code == 0, err
    (folder,) = (rack / "week").glob("0*")
    statement = json.loads((folder / "statement.json").read_text())
    for line, (own, _) in zip(statement["lines"], FEEDS.values()):
        assert line["kwh"]["low"] <= own * 0.168 <= line["kwh"]["high"]
        assert line["billed"] == pytest.approx(own * 0.168, abs=0.011)
        assert line["grade"] == "firm" and line["outlet"] == ""
    page = (folder / "statement.html").read_text()
    assert "rack7-a, inlet" in page and "outlet <" not in page
    billing = [*csv.DictReader((rack / "week" / "billing.csv").read_text().splitlines())]
    assert [row["outlet"] for row in billing if row["row"] == "energy"] == ["", ""]
    assert "rack7-b, inlet" in billing[1]["item"]
    assert "rack7-a, inlet" in (folder / "statement.html").read_text()
    # once more: nothing changed; and no outlet of a rack that is billed by its inlets
    code, out, _ = run(capsys, *words, "--into", str(rack / "again"), "--tariff", "day-night")
    assert code == 0 and "nothing changed of 1 statement" in out
    (rack / "customers.csv").write_text("customer,pdu,outlet,from,to\nBright,rack7-a,1,,\n")
    days = ("--from", "2026-10-02", "--to", "2026-10-05", "--zone", "Europe/Berlin")
    asked = ("energy", "statement", readings, *days, *LIMITS, *owners)
    code, _, err = run(capsys, *asked, "--into", str(rack / "other"))
    assert code == 2 and "rack7-a, outlet 1: statement" in err and "bills a time" in err


@pytest.mark.parametrize(
    "rows", ["b,rack7-a,1,,", "b,rack7-*,*,,", "b,*,1,2026-10-02,2026-10-03", "b,rack7-a,,,"]
)
def test_an_inlet_and_an_outlet_of_a_pdu_are_not_billed_at_one_time(
    rack: Path, rows: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (rack / "customers.csv").write_text(f"customer,pdu,outlet,from,to\na,rack7-a,,,\n{rows}\n")
    owners = ("--customers", str(rack / "customers.csv"))
    code, _, err = run(capsys, "energy", "audit", str(rack / "readings"), *WEEK, *LIMITS, *owners)
    assert code == 2 and "the outlet belongs to " in err and "at the same time" in err


def test_no_pattern_of_outlets_is_an_inlet(rack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (rack / "customers.csv").write_text("customer,pdu,outlet,from,to\na,rack7-*,*,,\n")
    owners = ("--customers", str(rack / "customers.csv"), "--json")
    assert root.run(["energy", "audit", str(rack / "readings"), *WEEK, *LIMITS, *owners]) == 0
    (customer,) = json.loads(capsys.readouterr().out)["customers"]
    assert [one["identity"] for one in customer["outlets"]] == ["1", "2", "1", "2"]


def test_limits_of_outlets_are_those_of_an_inlet_and_none_is_needed_of_what_was_not_read(
    rack: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (rack / "customers.csv").write_text("customer,pdu,outlet,from,to\na,rack7-a,,,\na,rack9,,,\n")
    owners = ("--customers", str(rack / "customers.csv"), "--into", str(rack / "week"))
    words = ("energy", "statement", str(rack / "readings"), *WEEK, "--limit-kw", "3.68", *owners)
    code, _, err = run(capsys, *words)
    assert code == 2 and "line 3: no reading of this period names rack9, inlet" in err
    code, out, err = run(capsys, *words, "--draft")
    assert code == 0 and "no energy was read of 1 outlet" in out, err
    (folder,) = (rack / "week").glob("0*")
    read, unread = json.loads((folder / "statement.json").read_text())["lines"]
    assert read["meter"]["limit_kw"] == 7.36 and unread["billed"] is None
