"""Statements of a simulated month, as customers get them."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import shutil
import subprocess
import sys
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from pdu import root
from pdu.core.cli import optional_packages
from pdu.core.files import journal
from pdu.core.files.journal import Journal
from pdu.energy.journal.days import Days
from pdu.energy.journal.journals import MeterJournal
from pdu.energy.registers.period import moment, zone_named
from pdu.energy.statement import tariffs
from pdu.energy.statement.page import page
from tests.hall.twin.month import LIMIT_KW, Month, customers, energy_kwh, written
from tests.needs import ROOT
from tests.pdu.running import run
from tests.waiting import PATIENCE_S

BERLIN = zone_named("Europe/Berlin")
PERIOD = ("--from", "2026-10-01", "--to", "2026-11-01", "--zone", "Europe/Berlin")


def stated(capsys: pytest.CaptureFixture[str], folder: Path, *more: str) -> Any:
    asked = ("--limit-kw", str(LIMIT_KW), "--customers", str(folder / "customers.csv"))
    into = ("--into", str(folder / "october"))
    code, out, err = run(
        capsys, "energy", "statement", str(folder / "readings"), *PERIOD, *asked, *into, *more,
        "--json",
    )  # fmt: skip
    assert code == 0, out + err
    return json.loads(out)


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The month, read each hour."""
    folder = tmp_path_factory.mktemp("month")
    written(folder, Month(2026, 10), 3600.0)
    customers(folder, Month(2026, 10))
    return folder


@pytest.fixture
def hall(month: Path, tmp_path: Path) -> Path:
    """A copy of the month's folder."""
    shutil.copytree(month, tmp_path, dirs_exist_ok=True)
    return tmp_path


ALL = ("--tariff", "day-night", "--carbon", "400", "--pue", "1.5")


@pytest.fixture(scope="module")
def october(month: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    """The month's folder with the statements of three customers, and what the command said, for
    tests that change neither.
    """
    folder = tmp_path_factory.mktemp("october")
    shutil.copytree(month, folder, dirs_exist_ok=True)
    asked = ("--limit-kw", str(LIMIT_KW), "--customers", str(folder / "customers.csv"), *ALL)
    words = ["energy", "statement", str(folder / "readings"), *PERIOD, *asked]
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        assert root.run([*words, "--into", str(folder / "october"), "--json"]) == 0
    return folder, json.loads(out.getvalue())


def statement_of(folder: Path, number: int) -> Any:
    (path,) = folder.glob(f"october/{number:04d}-*/statement.json")
    return json.loads(path.read_text())


def test_bounds_hold_what_flowed_in_each_customers_hands(october: tuple[Path, Any]) -> None:
    hall, done = october
    assert done["statements"] == 3 and done["outlets"] == 10 and done["unread"] == 0
    for number in (1, 2, 3):
        statement = statement_of(hall, number)
        for line in statement["lines"]:
            held = [moment(line[one], BERLIN) for one in ("from", "to")]
            true = energy_kwh(line["pdu"], int(line["outlet"]), held[0], held[1])
            assert line["kwh"]["low"] <= true <= line["kwh"]["high"], line
            for name, energy in line["tariff"].items():
                spans = tariffs.spans(tariffs.DAY_NIGHT, held[0], held[1], BERLIN)
                parts = (
                    energy_kwh(line["pdu"], int(line["outlet"]), one.begin, one.end)
                    for one in spans
                    if one.period == name
                )
                assert energy["low"] <= sum(parts) <= energy["high"]
        total = statement["total"]["kwh"]
        for bound in ("low", "best", "high"):
            assert total[bound] == pytest.approx(
                sum(line["kwh"][bound] for line in statement["lines"])
            )


def test_a_statement_has_what_happened_registers_and_the_minute_of_a_hand_over(
    october: tuple[Path, Any],
) -> None:
    hall, _ = october
    acme, bright, cloudy = (statement_of(hall, number) for number in (1, 2, 3))
    reset, exchanged = acme["lines"]
    assert [one["kind"] for one in reset["events"]] == ["reset"]
    assert reset["register_begin"]["kwh"] > 1000.0 > reset["register_end"]["kwh"]
    assert [one["kind"] for one in exchanged["events"]] == ["gap", "changed"]
    assert [one["serial"] for one in exchanged["units"]] == ["r1-right-old", "r1-right-new"]
    assert exchanged["units"][1]["first"]["kwh"] == pytest.approx(35.0, abs=0.08)  # an hour
    assert [one["kind"] for one in bright["lines"][0]["events"]] == ["false zero"]
    assert bright["lines"][1]["to"] == cloudy["lines"][0]["from"] == "2026-10-12 14:37:00+02:00"
    assert bright["lines"][1]["register_end"] == cloudy["lines"][0]["register_begin"]
    # 0.06 kW for each number of the outlet, by day up to 1.3 times
    assert cloudy["lines"][1]["peak_kw"] == pytest.approx(0.24 * 1.3, abs=0.002)
    assert cloudy["lines"][1]["p95_kw"] < cloudy["lines"][1]["peak_kw"]
    assert cloudy["total"]["peak_kw"] == pytest.approx((2 * 0.18 + 2 * 0.24) * 1.3 + 0.04, abs=0.01)
    share, carbon = acme["added"]["pue"], acme["added"]["carbon"]
    assert share["share_kwh"]["low"] == pytest.approx(acme["total"]["kwh"]["low"] / 2, abs=0.001)
    assert carbon["kg"]["best"] == pytest.approx(acme["total"]["kwh"]["best"] * 0.6, abs=0.001)
    rows = [*csv.DictReader(io.StringIO((hall / _folder(hall, 1)).read_text()))]
    named = [one["row"] for one in rows]
    assert [named.count(one) for one in ("outlet", "total")] == [2, 1] and named[0] == "outlet"
    total = rows[named.index("total")]
    assert float(total["kwh_lowest"]) == acme["total"]["kwh"]["low"]


def test_periods_of_a_tariff_add_up_to_the_outlet_and_to_the_total(
    october: tuple[Path, Any],
) -> None:
    hall, _ = october
    for number in (1, 2, 3):
        statement = statement_of(hall, number)
        for said in (*statement["lines"], statement["total"]):
            periods = said["tariff"]
            assert set(periods) == {"night", "day"}
            for whole, part in ((said["billed"], "billed"), (said["kwh"]["best"], "best")):
                parts = [Decimal(repr(one[part])) for one in periods.values()]
                assert sum(parts) == Decimal(repr(whole)), (part, said)
            # their own bounds lose a step of the register at each change, and stay in the JSON
            assert sum(one["low"] for one in periods.values()) < said["kwh"]["low"]
        for line in statement["lines"]:
            share = line["tariff"]["day"]["best"] / line["kwh"]["best"]
            billed = line["tariff"]["day"]["billed"]
            assert billed == pytest.approx(share * line["billed"], abs=0.0021)
        rows = [*csv.DictReader(io.StringIO((hall / _folder(hall, number)).read_text()))]
        for whole, part in (("outlet", "tariff"), ("total", "total of tariff")):
            for column in ("kwh_billed", "kwh_best"):
                sums = [
                    sum(Decimal(one[column]) for one in rows if one["row"] == kind)
                    for kind in (whole, part)
                ]
                assert sums[0] == sums[1], (column, whole)
        text = page(statement)
        assert "so that periods add up to the outlet" in " ".join(text.split())
        night = statement["lines"][0]["tariff"]["night"]
        assert f'<td class="n b" data-head="kWh billed">{night["billed"]:.3f}</td>' in text


def test_audit_and_statement_agree_and_round_alike(
    october: tuple[Path, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """Each line is rounded, and sums add lines."""
    hall, _ = october
    asked = ("--limit-kw", str(LIMIT_KW), "--customers", str(hall / "customers.csv"), "--json")
    _, out, _ = run(capsys, "energy", "audit", str(hall / "readings"), *PERIOD, *asked)
    for number, audited in enumerate(json.loads(out)["customers"][:3], start=1):
        statement = statement_of(hall, number)
        assert audited["name"] == statement["customer"]
        outlets = {(one["pdu"], one["identity"]): one for one in audited["outlets"]}
        for line in statement["lines"]:
            other = outlets[line["pdu"], line["outlet"]]
            assert line["grade"] == other["grade"]
            assert line["kwh"] == other["kwh"]
        for said, lines in (
            (audited["kwh"], audited["outlets"]),
            (statement["total"]["kwh"], statement["lines"]),
        ):
            for bound in ("low", "best", "high"):
                exact = sum(Decimal(repr(one["kwh"][bound])) for one in lines)
                assert Decimal(repr(said[bound])) == exact == round(exact, 3)
        assert audited["kwh"] == statement["total"]["kwh"]


def _folder(folder: Path, number: int) -> Path:
    (path,) = folder.glob(f"october/{number:04d}-*/statement.csv")
    return path


def test_without_numpy_the_remedy_is_that_of_this_installation(hall: Path) -> None:
    """A bare pip may be another Python's."""
    words = ["energy", "audit", str(hall / "readings"), *PERIOD, "--limit-kw", "3.68"]
    code = "import sys\nsys.modules['numpy'] = None\nfrom pdu.start import main\n"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}sys.exit(main(sys.argv[1:]))", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 2 and not done.stdout
    assert done.stderr.startswith("settings: an audit of energy needs the Python package numpy")
    assert (
        done.stderr.strip()
        == f"settings: {optional_packages.missing('an audit of energy', 'numpy')}"
    )


def test_nothing_that_was_written_is_overwritten(
    hall: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (hall / "october").mkdir()
    (hall / "october" / "mine").write_text("x")
    asked = ("--limit-kw", "3.68", "--customers", str(hall / "customers.csv"))
    into = ("--into", str(hall / "october"))
    code, _, err = run(
        capsys, "energy", "statement", str(hall / "readings"), *PERIOD, *asked, *into
    )
    assert code == 2 and "give a folder that is not there" in err
    assert [one.name for one in (hall / "october").iterdir()] == ["mine"]


def test_names_from_files_reach_no_path_and_no_html(
    hall: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = "../../<script>alert(1)</script>"
    (hall / "customers.csv").write_text(
        f'customer,pdu,outlet,from,to\n"{name}",r1-left,1,,\n'
        "Nobody Ltd,r9-<b>left</b>,1,,\n=1+2,r1-left,2,,\n",
        "utf-8",
    )
    done = stated(capsys, hall, "--draft")
    assert done["statements"] == 3 and done["unread"] == 1
    folders = sorted(one.name for one in (hall / "october").iterdir())
    assert folders == [
        "0001-script-alert-1-script",
        "0002-1-2",
        "0003-nobody-ltd",
        "billing.csv",
    ]
    for path in (hall / "october").glob("*/statement.html"):
        assert "<script" not in path.read_text() and "<b>left" not in path.read_text()
    unread = statement_of(hall, 3)
    assert unread["lines"][0]["kwh"] is None and unread["total"]["unread"] == 1


def test_hours_of_a_tariff_are_those_on_the_wall_in_both_nights_of_summer_time() -> None:
    for day, after, hours in (("2026-03-28", "2026-03-30", 7.0), ("2026-10-24", "2026-10-26", 9.0)):
        begin, end = moment(day, BERLIN), moment(after, BERLIN)
        spans = tariffs.spans(tariffs.DAY_NIGHT, begin, end, BERLIN)
        nights = [one.end - one.begin for one in spans if one.period == "night"]
        assert nights[1] == hours * 3600.0
        assert sum(one.end - one.begin for one in spans) == end - begin


class _Cells(HTMLParser):
    """The text of each cell of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag == "td":
            self.rows[-1].append("")

    def handle_data(self, data: str) -> None:
        if self.rows and self.rows[-1] and data.strip():
            self.rows[-1][-1] += data


def test_a_page_and_a_table_have_the_figures_of_each_outlet(october: tuple[Path, Any]) -> None:
    """What flowed is known; the page is read by a parser of HTML, the table by one of CSV."""
    hall, _ = october
    statement = statement_of(hall, 2)
    (path,) = hall.glob("october/0002-*/statement.html")
    text = path.read_text()
    cells = _Cells()
    cells.feed(text)
    outlets = [*csv.DictReader(io.StringIO((path.parent / "statement.csv").read_text()))]
    for line in statement["lines"]:
        name = f"{line['pdu']}, outlet {line['outlet']}"
        held = [moment(line[one], BERLIN) for one in ("from", "to")]
        true = energy_kwh(line["pdu"], int(line["outlet"]), held[0], held[1])
        on_page = next(row for row in cells.rows if len(row) == 8 and name in row[0])
        low, best, high = map(float, on_page[2:5])
        assert low <= true <= high and low <= best <= high
        in_table = next(
            row
            for row in outlets
            if (row["row"], row["pdu"], row["outlet"]) == ("outlet", line["pdu"], line["outlet"])
        )
        bounds = [in_table[f"kwh_{bound}"] for bound in ("billed", "lowest", "best", "highest")]
        assert bounds == on_page[1:5] and in_table["from"] == line["from"]
        assert float(in_table["peak_kw"]) == float(on_page[5])
    assert "Bright &amp; Sons" in text and "//" not in text


def test_a_damaged_line_costs_its_neighbourhood_and_the_page_names_it(
    hall: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    damaged = hall / "readings" / "2026-10-20.jsonl"
    lines = damaged.read_bytes().splitlines(keepends=True)
    place = next(at for at in range(40, 60) if b'"of":0' in lines[at])
    lines[place] = lines[place].replace(b'"kwh"', b'"kWh"')
    damaged.write_bytes(b"".join(lines))
    asked = ("--limit-kw", str(LIMIT_KW), "--customers", str(hall / "customers.csv"))
    arguments = ("energy", "statement", str(hall / "readings"), *PERIOD, *asked)
    code, _, err = run(capsys, *arguments, "--into", str(hall / "refused"))
    assert code == 2 and f"2026-10-20.jsonl: line {place + 1} is not as it was written" in err
    assert not (hall / "refused").exists()
    left_out = f"2026-10-20.jsonl:{place + 1}"
    done = stated(capsys, hall, "--without", left_out)
    note = f"LEFT OUT by --without, not checked: 2026-10-20.jsonl, lines {place + 1}"
    assert done["left_out"] == [note] and done["unread"] == 0
    for number in (1, 2, 3):
        statement = statement_of(hall, number)
        assert statement["left_out"] == [note] and note in page(statement)
        for line in statement["lines"]:
            held = [moment(line[one], BERLIN) for one in ("from", "to")]
            true = energy_kwh(line["pdu"], int(line["outlet"]), held[0], held[1])
            assert line["kwh"]["low"] <= true <= line["kwh"]["high"], line
    # the whole day may be left out, too
    shutil.rmtree(hall / "october")
    done = stated(capsys, hall, "--without", "2026-10-20.jsonl")
    assert done["left_out"] == ["LEFT OUT by --without, not checked: 2026-10-20.jsonl, all of it"]


def test_a_day_in_two_files_is_read_whole(
    october: tuple[Path, Any], hall: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The meter begins a second file where the first one was damaged while it wrote it."""
    before = [statement_of(october[0], number)["lines"] for number in (1, 2, 3)]
    readings = hall / "readings"
    whole = readings / "2026-10-20.jsonl"
    records = [dict(entry.record) for entry in journal.read_entries(str(whole))]
    later = sorted(readings.glob("2026-10-2[1-9].jsonl")) + sorted(
        readings.glob("2026-1[01]-[03]*")
    )
    kept = [(path, [*journal.read_entries(str(path))]) for path in later if path.name > whole.name]
    polls = [one for one in records if "of" in one]
    declared = [one for one in records[1:] if "of" not in one]
    first = Journal(str(readings / "x"), records[0]["after"])
    first.append([*declared, *polls[:60]])
    first.close()
    second = Journal(str(readings / "y"), journal.START, [{"anew": "it was truncated"}])
    second.append([*declared, *polls[60:]])
    after = second.hash
    second.close()
    (readings / "x").rename(whole)
    (readings / "y").rename(readings / "2026-10-20_02.jsonl")
    for path, entries in sorted(kept):
        path.unlink()
        with Journal(str(path), after) as made:
            made.append([dict(one.record) for one in entries[1:]])
            after = made.hash
    stated(capsys, hall, *ALL)
    again = [statement_of(hall, number)["lines"] for number in (1, 2, 3)]
    assert [one["readings"] for lines in again for one in lines] == [
        one["readings"] for lines in before for one in lines
    ]
    assert again == before


def test_no_day_is_billed_that_a_meter_may_still_write(month: Path) -> None:
    """The newest file, whatever its name says: a clock that is not believed names none."""
    readings = str(month / "readings")
    period = (moment("2026-10-01", BERLIN), moment("2026-11-01", BERLIN))
    with Days(readings):
        assert Path(MeterJournal(readings).past(*period)[-1]).name == "2026-10-31.jsonl"
    assert Path(MeterJournal(readings).past(*period)[-1]).name == "2026-11-01.jsonl"


def test_months_add_up_to_the_register(hall: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of three weeks, each bills from the reading at which the last one ended; a subtraction of
    the registers on the page is what is billed.
    """
    (hall / "customers.csv").write_text("customer,pdu,outlet,from,to\nacme,r1-left,4,,\n", "utf-8")
    owners = ("--limit-kw", str(LIMIT_KW), "--customers", str(hall / "customers.csv"))
    lines = []
    for number, (first, after) in enumerate((("03", "10"), ("10", "17"), ("17", "24"))):
        week = ("--from", f"2026-10-{first}", "--to", f"2026-10-{after}", "--zone", "Europe/Berlin")
        into = hall / f"week-{number}"
        words = ("energy", "statement", hall / "readings", *week, *owners, "--into", into, "--json")
        code, out, err = run(capsys, *map(str, words))
        assert code == 0, err
        (path,) = into.glob("0*/statement.json")
        (line,) = json.loads(path.read_text())["lines"]
        lines.append(line)
    for line in lines:
        edges = [line[f"register_{edge}"]["kwh"] for edge in ("begin", "end")]
        assert line["billed"] == round(edges[1] - edges[0], 3)
        assert abs(line["billed"] - line["kwh"]["best"]) < 0.5
    assert [line["register_end"] for line in lines[:2]] == [
        line["register_begin"] for line in lines[1:]
    ]
    whole = lines[2]["register_end"]["kwh"] - lines[0]["register_begin"]["kwh"]
    assert sum(Decimal(repr(line["billed"])) for line in lines) == Decimal(repr(round(whole, 3)))


def test_a_register_that_began_again_is_billed_by_its_lowest(october: tuple[Path, Any]) -> None:
    hall, _ = october
    for line in (line for at in (1, 2, 3) for line in statement_of(hall, at)["lines"]):
        kinds = {event["kind"] for event in line["events"]}
        if kinds & {"reset", "changed"}:
            # the hour that is read after midnight is not in it
            assert line["kwh"]["low"] - LIMIT_KW <= line["billed"] <= line["kwh"]["low"]
        else:
            edges = [line[f"register_{edge}"]["kwh"] for edge in ("begin", "end")]
            assert line["billed"] == round(edges[1] - edges[0], 3)
