"""The report of customers, and what it is printed as."""

from __future__ import annotations

import csv
import datetime
import io
import json
import re
from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from handlers.shared.errors import SettingsError
from pdu.energy import law, pages, pdu_law, report as report_, segments, tables, units
from pdu.energy.customers import Tenancies, moment, month, time_zone
from pdu.energy.law import FIRM, NOT_BILLABLE, WIDE
from pdu.energy.page_words import LANGUAGES
from pdu.energy.pdu_law import UNKNOWN_UNIT, Supply
from pdu.energy.readings import INLET, FailedPoll, PduReadings, RegisterReadings
from pdu.energy.report import NOBODY, NOT_POLLED, NOT_READ, Report, Terms, report_of
from pdu.energy.units import Judgement

from .months import BEGIN, OCTOBER, pdu, register, times

UTC = ZoneInfo("UTC")
SUPPLY = Supply(3680.0, 22_000.0)
LOADS = {"1": 100.0, "2": 203.7, "3": 0.0}


class Hall:
    """Readings of one PDU, rack1, in place of a store."""

    def __init__(self, silent: Sequence[str] = (), step: int = 1) -> None:
        at = times()
        registers = {name: register(watts, at, step=step) for name, watts in LOADS.items()}
        registers[INLET] = register(sum(LOADS.values()) + 5.0, at, step=step)
        none: list[None] = [None] * len(at)
        registers.update({name: RegisterReadings(none, none, none) for name in silent})
        self._readings = pdu(registers, at)

    def pdus(self, begin: float, end: float) -> Sequence[str]:
        return ["rack1"]

    def read_pdu(self, pdu: str, begin: float, end: float) -> PduReadings:
        return self._readings

    def close(self) -> None: ...


def report(tmp_path: Path, rows: str, silent: Sequence[str] = (), step: int = 1) -> Report:
    path = tmp_path / "customers.csv"
    path.write_text("customer,pdu,outlet,from,to\n" + rows)
    return report_of(Hall(silent, step), Terms(OCTOBER, Tenancies.read(str(path), UTC), SUPPLY))


def test_a_customer_has_the_energy_of_his_outlets(tmp_path: Path) -> None:
    result = report(tmp_path, "Acme,rack1,1,,\nAcme,rack1,3,,\nCloudy,rack*,2,,\n")
    sums = result.sums()
    assert [*sums] == ["Acme", "Cloudy"] and (sums["Acme"].rows, sums["Acme"].missing) == (2, 0)
    assert sums["Acme"].billable == pytest.approx(74_400.0, abs=100.0)
    assert sums["Cloudy"].low <= 203.7 * 744.0 <= (sums["Cloudy"].high or 0.0)
    assert result.is_firm()


def test_a_sum_is_firm_though_an_idle_outlet_in_coarse_steps_is_wide(tmp_path: Path) -> None:
    result = report(tmp_path, "Acme,rack1,*,,\n", step=1000)
    assert {row.outlet: row.grade for row in result.rows}["3"] == WIDE
    assert result.sums()["Acme"].grade == "bounded" and not result.is_firm()
    result = report(tmp_path, "Acme,rack1,*,,\n", step=200)
    assert {row.outlet: row.grade for row in result.rows}["3"] == WIDE
    assert result.sums()["Acme"].grade == FIRM and result.is_firm()


def test_an_outlet_that_changes_hands_is_counted_once(tmp_path: Path) -> None:
    result = report(tmp_path, "Acme,rack1,2,,2026-10-12T14:30\nCloudy,rack1,2,2026-10-12T14:30,\n")
    whole = report(tmp_path, "Acme,rack1,2,,\n").sums()["Acme"]
    assert sum(total.billable or 0.0 for total in result.sums().values()) == whole.billable


def test_a_time_that_nobody_has_is_in_no_sum(tmp_path: Path) -> None:
    result = report(tmp_path, "Acme,rack1,2,2026-10-03,2026-10-05\n")
    free = [row.period for row in result.rows if row.customer == NOBODY and row.outlet == "2"]
    assert len(free) == 2 and [*result.rows_by_customer()] == ["Acme"]


def test_a_rack_is_read_at_its_inlet(tmp_path: Path) -> None:
    total = report(tmp_path, "Acme,rack1,,,\n").sums()["Acme"]
    assert total.billable == pytest.approx(308_700 * 0.744, abs=100.0)


@pytest.mark.parametrize(
    ("row", "silent"),
    [("rack1,*", "2"), ("rack1,9", ""), ("rack9,4", ""), ("rack1,", INLET), ("rack?,[78]", "")],
)
def test_what_was_not_read_has_no_sum(tmp_path: Path, row: str, silent: str) -> None:
    """An outlet, a PDU, or an inlet that nobody read: never left out in silence."""
    result = report(tmp_path, f"Acme,{row},,\nAcme,rack1,1,,2026-10-01\n", silent=[silent])
    total = result.sums()["Acme"]
    assert (total.missing, total.billable, total.high) == (1, None, None)
    assert total.grade == NOT_BILLABLE and not result.is_firm()
    assert "1 without a figure" in "\n".join(tables.table_of(result))
    (path,) = pages.write_pages(str(tmp_path / "pages"), "2026-10", result, UTC)
    assert "without a figure" in Path(path).read_text()


def test_a_row_that_is_not_firm_quotes_the_reason_that_its_unit_gave(tmp_path: Path) -> None:
    hall = Hall(silent=["2"])
    registers = hall._readings.registers
    told = ["no power: it restarts", *["no energy: its sensor is not valid"] * 9]
    reasons = [*[None] * 500, *told, *[None] * 2500]
    columns = {name: column._replace(reasons=reasons) for name, column in registers.items()}
    hall._readings = hall._readings._replace(registers=columns)
    path = tmp_path / "customers.csv"
    path.write_text("customer,pdu,outlet,from,to\nAcme,rack1,1,,\nAcme,rack1,2,,\n")
    result = report_of(hall, Terms(OCTOBER, Tenancies.read(str(path), UTC), SUPPLY))
    words = "no energy: its sensor is not valid (9 polls)"
    assert {row.outlet: [*row.reasons] for row in result.rows if row.customer == "Acme"} == {
        "1": [],
        "2": [NOT_READ, words],
    }
    assert all(
        words in text
        for text in (
            "\n".join(tables.table_of(result)),
            tables.csv_of(result, UTC),
            json.dumps(tables.document_of(result)),
        )
    )
    for language, sentence in (("en", words), ("ru", f"{words[:-9]}(опросов: 9)")):
        (page,) = pages.write_pages(str(tmp_path), language, result, UTC, LANGUAGES[language])
        assert sentence in Path(page).read_text()


class TwoPdus(Hall):
    """rack1 is well; rack2 answered at no poll, has no inlet meter, or counts in a wrong unit."""

    def __init__(self, fault: str) -> None:
        super().__init__()
        at = times()
        right = {"1": register(100.0, at)}
        wrong = {INLET: register(1000.0, at, read_watts=100.0)}
        other = pdu({**right, **(wrong if fault == "unit" else {})}, at)
        if fault == "silent":
            other = pdu({}, [])._replace(failed=[FailedPoll(BEGIN, "unreachable: no answer")])
        self._other = other._replace(pdu="rack2")

    def pdus(self, begin: float, end: float) -> Sequence[str]:
        return ["rack1", "rack2"]

    def read_pdu(self, pdu: str, begin: float, end: float) -> PduReadings:
        return self._readings if pdu == "rack1" else self._other


@pytest.mark.parametrize(
    ("outlet", "fault", "reason"),
    [
        ("1", "silent", "never read: unreachable: no answer"),
        ("*", "silent", "never read: unreachable: no answer"),
        ("", "no inlet", "no register of its inlet was read"),
        ("", "unit", "its register and the power beside it differ"),
        ("2", "unit", "the unit has no such outlet"),
    ],
)
def test_each_pdu_of_a_pattern_has_its_line(
    tmp_path: Path, outlet: str, fault: str, reason: str
) -> None:
    """One that was read does not answer for the others."""
    path = tmp_path / "customers.csv"
    path.write_text(f"customer,pdu,outlet,from,to\nAcme,rack*,{outlet},,\n")
    result = report_of(TwoPdus(fault), Terms(OCTOBER, Tenancies.read(str(path), UTC), SUPPLY))
    rows = [row for row in result.rows if row.customer == "Acme"]
    assert {row.pdu for row in rows} == {"rack1", "rack2"} and not result.is_firm()
    (missing,) = (row for row in rows if row.pdu == "rack2")
    assert missing.grade == NOT_BILLABLE and missing.reasons[0].startswith(reason)
    assert result.sums()["Acme"].billable is None


def test_a_bill_without_a_row_is_not_firm(tmp_path: Path) -> None:
    result = report(tmp_path, "Acme,rack1,1,,2025-12-31\n")
    assert not result.sums() and not result.is_firm()


@pytest.mark.parametrize(("low", "high"), [(1.6, 2.4), (1999.2, 2000.9), (3.0000000004, 5.0)])
def test_bounds_are_rounded_outward(low: float, high: float) -> None:
    _, least, most = tables.figure_cells(low, low, high)
    assert float(least) * 1000 <= low + 1e-6 and high <= float(most) * 1000
    assert float(most) - float(least) <= (high - low + 2.0) / 1000


@pytest.mark.parametrize(
    ("name", "is_meant"), [("pdu[1]", True), ("pdu1", False), ("pdu[1]x", False)]
)
def test_a_bracket_in_a_name_is_no_pattern(tmp_path: Path, name: str, is_meant: bool) -> None:
    path = tmp_path / "customers.csv"
    path.write_text("customer,pdu,outlet,from,to\nAcme,pdu[1],1,,\nCloudy,p*[1],2,,\n")
    assert bool(Tenancies.read(str(path), UTC).rows_of_pdu(name)) is is_meant


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-10-12", "2026-10-12T00:00"),
        ("2026-10-12 14:30", "2026-10-12T14:30"),
        ("2026-10-12T14:30:00+02:00", "2026-10-12T12:30"),
        ("12.10.2026", "2026-10-12T00:00"),
        ("12.10.2026 9:05", "2026-10-12T09:05"),
        *[(text, "") for text in ("20261012", "2026-W42-1", "12.10.26", "10/12/2026")],
        *[(text, "") for text in ("٢٠٢٦-١٠-١٢", "2026-10-12T14", "32.10.2026")],
    ],
)
def test_days_are_read_alike_on_each_python(text: str, day: str) -> None:
    """Python 3.11 reads more forms than 3.9."""
    if day:
        expected = datetime.datetime.fromisoformat(day).replace(tzinfo=datetime.timezone.utc)
        assert moment(text, UTC) == expected.timestamp()
    else:
        with pytest.raises(SettingsError, match="no day or time"):
            moment(text, UTC)


@pytest.mark.parametrize(
    "rows",
    [
        "Acme,rack1,1,,\nCloudy,rack1,1,,\n",
        "Acme,rack1,,,\nCloudy,rack1,1,,\n",
        "Acme,rack*,*,,\nCloudy,rack1,1,,\n",
    ],
)
def test_two_customers_of_one_outlet_are_refused(tmp_path: Path, rows: str) -> None:
    with pytest.raises(SettingsError, match="line 3|line 2"):
        report(tmp_path, rows)


@pytest.mark.parametrize("names", ["rack9,1 rack9,1", "rack9, rack9,1", "rack*,1* rack*,1*"])
def test_two_customers_of_one_outlet_are_refused_though_it_was_never_read(
    tmp_path: Path, names: str
) -> None:
    path, (first, second) = tmp_path / "customers.csv", names.split()
    for end, begin in ((",", ","), (",2026-10-12", "2026-10-12,")):
        path.write_text(f"customer,pdu,outlet,from,to\nA,{first},{end}\nB,{second},{begin}\n")
        tenancies = Tenancies.read(str(path), UTC)
        if end == ",":
            with pytest.raises(SettingsError, match=r"at the same time \("):
                tenancies.check_one_customer(OCTOBER)
        else:  # one after the other
            tenancies.check_one_customer(OCTOBER)


@pytest.mark.parametrize(
    "row", [",rack1,1,,\n", "A,rack1,1,2026-13-01,\n", "A,rack1,1,2026-10-02,2026-10-01\n"]
)
def test_a_wrong_row_is_named(tmp_path: Path, row: str) -> None:
    with pytest.raises(SettingsError, match="customers.csv: line 2"):
        report(tmp_path, row)


@pytest.mark.parametrize("text", ["", "customer,pdu\n", "customer,pdu,outlet,from,to\n"])
def test_a_file_without_customers_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "customers.csv"
    path.write_text(text)
    with pytest.raises(SettingsError, match="customers.csv"):
        Tenancies.read(str(path), UTC)


def test_outlets_are_beside_their_inlet(tmp_path: Path) -> None:
    (whole,) = report(tmp_path, "Acme,rack1,1,,\n").pdus
    assert whole.difference == pytest.approx(5.0 * 744, abs=100.0)
    assert tables.pdu_sentence(whole).startswith("inlet 229.6")
    (part,) = report(tmp_path, "Acme,rack1,1,,\n", silent=["2"]).pdus
    assert part.difference is None and "1 without a figure" in tables.pdu_sentence(part)
    (bare,) = report(tmp_path, "Acme,rack1,1,,\n", silent=[INLET]).pdus
    assert bare.difference is None and "inlet - kWh" in tables.pdu_sentence(bare)


def test_csv_json_table_and_page_say_the_same(tmp_path: Path) -> None:
    result = report(tmp_path, "=Acme,rack1,1,,\n")
    (row,) = csv.DictReader(io.StringIO(tables.csv_of(result, UTC)))
    (energy,) = (row.energy for row in result.rows if row.customer == "=Acme")
    assert energy is not None and energy.edges is not None
    shown = f"{(energy.billable or 0.0) / 1000:.3f}"
    assert row["customer"] == "'=Acme" and row["kwh"] == shown
    assert (row["from"], row["first_time"]) == ("2026-10-01 00:00+00:00", "2026-09-30 23:46+00:00")
    assert row["first_kwh"] == f"{energy.edges.first.wh / 1000:.3f}"
    document = json.loads(json.dumps(tables.document_of(result)))
    assert document["customers"][0]["billable"] == energy.billable
    assert document["rows"][0]["first"]["wh"] == energy.edges.first.wh
    assert any(shown in line and row["last_kwh"] in line for line in tables.table_of(result))
    (page,) = pages.write_pages(str(tmp_path / "pages"), "2026-10", result, UTC)
    text = Path(page).read_text()
    assert shown in text and row["first_kwh"] in text and row["low_kwh"] in text


def test_customers_of_russian_excel_get_a_bill_that_it_reads(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "customers.csv"
    text = "customer;pdu;outlet;from;to\r\nРога и копыта;rack1;1;01.10.2026;12.10.2026 9:00\r\n"
    path.write_bytes(text.encode("cp1251"))
    result = report_of(Hall(), Terms(OCTOBER, Tenancies.read(str(path), UTC), SUPPLY))
    assert "is read as cp1251" in capsys.readouterr().err
    written = tables.csv_of(result, UTC, for_excel=True)
    assert written.startswith("\ufeffcustomer;pdu;outlet;")
    (row,) = csv.DictReader(io.StringIO(written[1:]), delimiter=";")
    assert row["customer"] == "Рога и копыта" and row["to"] == "2026-10-12 09:00+00:00"
    plain = tables.csv_of(result, UTC)
    (same,) = csv.DictReader(io.StringIO(plain))
    assert row["kwh"] == same["kwh"].replace(".", ",") and row["kwh"].startswith("27,")


def test_a_page_is_in_russian(tmp_path: Path) -> None:
    """Whole: each reason that the law gives has its words."""
    result = report(tmp_path, "Рога,rack1,*,,\n")
    (path,) = pages.write_pages(str(tmp_path), "2026-10", result, UTC, LANGUAGES["ru"])
    page = Path(path).read_text()
    assert '<html lang="ru">' in page and "Электроэнергия: Рога" in page
    assert re.search(r"точно: от 225,\d{3} до 226,\d{3} кВт·ч, розеток: 3<", page)
    text = re.sub(r"<style>.*?</style>|<[^>]+>", " ", page, flags=re.DOTALL)
    latin = set(re.findall(r"[A-Za-z]{3,}", text))
    assert latin <= {"pdu", "rack", "UTC", "docs", "energy", "dev"}, latin


def test_each_reason_of_the_law_has_its_words_in_russian() -> None:
    """Their texts are literals of these modules."""
    patterns = [pattern for pattern, _ in LANGUAGES["ru"].reasons]
    literals = {
        "for 0.3 h its register is not known",
        "12 % of its readings were left out",
        "the register fell by 2.5 kWh: it began again",
        "the register rose by 7 kWh: more than its supply delivers",
        "never read: unreachable: no answer",
        UNKNOWN_UNIT,
        NOT_READ,
        NOT_POLLED,
        *(judgement.value for judgement in Judgement if judgement is Judgement.WRONG),
    }
    for text in literals:
        assert any(re.fullmatch(pattern, text) for pattern in patterns), text
        assert re.search("[а-я]", LANGUAGES["ru"].reason(text))
    source = "".join(
        Path(module.__file__ or "").read_text()
        for module in (law, segments, pdu_law, units, report_)
    )
    plain = [pattern for pattern in patterns if re.fullmatch(r"[\w ,]+", pattern)]
    assert len(plain) > 8 and all(f'"{pattern}"' in source for pattern in plain)


def test_each_customer_has_a_page_of_his_own(tmp_path: Path) -> None:
    rows = "A.B,rack1,1,,\nA-B,rack1,2,,\n<b>Ёлка</b>,rack1,3,,\n"
    paths = [*pages.write_pages(str(tmp_path), "2026-10", report(tmp_path, rows), UTC)]
    names = [Path(path).name for path in paths]
    assert names == ["2026-10-b-ёлка-b.html", "2026-10-a-b.html", "2026-10-a-b-2.html"]
    assert "<b>Ёлка" not in Path(paths[0]).read_text()


def test_a_month_has_the_hours_of_its_zone() -> None:
    begin, end = month("2026-10", time_zone("Europe/Berlin"))
    assert end - begin == (31 * 24 + 1) * 3600.0
    begin, end = month("2026-12", UTC)
    assert end - begin == 31 * 24 * 3600.0


@pytest.mark.parametrize("text", ["2026-13", "October", "2026"])
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="no month"):
        month(text, UTC)
