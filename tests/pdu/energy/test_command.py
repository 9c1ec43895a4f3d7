"""`pdu energy month` from a file of readings: what it prints, writes and returns."""

from __future__ import annotations

import contextlib
import csv
import datetime
import functools
import io
import json
from pathlib import Path
from typing import Callable
from zoneinfo import ZoneInfo

import pytest

from handlers.shared.errors import SettingsError
from pdu.energy.clock import PollTime
from pdu.energy.command import facts_of_family
from pdu.energy.customers import Tenancies
from pdu.energy.many_pdus import report_of_many
from pdu.energy.pdu_law import CounterFacts, Supply
from pdu.energy.readings import INLET
from pdu.energy.report import Terms, report_of
from pdu.energy.store import Store, StoredPoll, StoredRegister
from tests.pdu.monitoring.halls import Call

from .months import BEGIN, DAY, OCTOBER, START_WH, register, times

LOADS = {"1": 203.7, "2": 61.0}


@pytest.fixture(scope="module")
def readings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with a poll each hour. From the eleventh day on outlet 2 is not read, and two polls
    fail.
    """
    path = tmp_path_factory.mktemp("energy") / "energy.db"
    store = Store(str(path), may_write=True)
    at = times()[::4]
    columns = {name: register(watts, at).wh for name, watts in LOADS.items()}
    columns[INLET] = register(sum(LOADS.values()) + 4.0, at).wh
    for place, time in enumerate(at):
        when = PollTime(time, time + 1.0, time - at[0], "boot")
        registers = {
            name: StoredRegister(column[place], round(LOADS.get(name, 268.7)))
            for name, column in columns.items()
        }
        if time > BEGIN + 11 * DAY:
            registers["2"] = StoredRegister(None, reason="no energy: its sensor is not valid")
        error = "unreachable: no answer" if place in (100, 101) else ""
        store.add(StoredPoll("rack1", when, {} if error else registers, "A1", "", time, error))
    store.close()
    return path


HEAD = "customer,pdu,outlet,from,to\n"
#: the exit code and what is printed, of a month of the rows of a customers' file
Month = Callable[..., tuple[int, str, str]]


@pytest.fixture
def month(readings: Path, tmp_path: Path, call: Call) -> Month:
    def run_month(rows: str, *more: str, name: str = "2026-10") -> tuple[int, str, str]:
        customers = tmp_path / "customers.csv"
        customers.write_text(HEAD + rows)
        words = [name] if name else []
        result = call(
            *("energy", "month", *words, "--from", readings, "--customers", customers, *more)
        )
        return result.returncode, result.stdout, result.stderr

    return run_month


def test_a_firm_month_ends_with_0_and_another_with_9(month: Month) -> None:
    code, out, _ = month("Acme,rack1,1,,\n")
    lines = out.splitlines()
    assert code == 0 and lines[1].split()[:3] == ["Acme", "rack1", "1"]
    assert any(line.startswith("rack1: inlet ") for line in lines)
    assert lines[-1] == "rack1: not read 2 times: unreachable: no answer"
    code, out, _ = month("Acme,rack1,*,,\n")
    assert code == 9 and "its register is not known; no energy: its sensor is not valid (" in out


def test_csv_and_json_have_the_same_row(month: Month) -> None:
    code, out, _ = month("Acme,rack1,1,,\n", "--csv")
    (row,) = csv.DictReader(io.StringIO(out))
    assert code == 0 and float(row["low_kwh"]) <= 203.7 * 0.744 <= float(row["high_kwh"])
    code, out, _ = month("Acme,rack1,1,,\n", "--json")
    document = json.loads(out)
    (energy,) = (row for row in document["rows"] if row["customer"])
    assert (code, energy["grade"]) == (0, "firm") and document["begin"] == OCTOBER.begin
    assert f"{energy['billable'] / 1000:.3f}" == row["kwh"]
    assert energy["first"]["wh"] >= START_WH


def test_a_month_has_the_zone_that_is_asked_for(month: Month) -> None:
    _, out, _ = month("A,rack1,1,,\n", "--csv", "--zone", "Europe/Berlin")
    (row,) = csv.DictReader(io.StringIO(out))
    assert (row["from"], row["to"]) == ("2026-10-01 00:00+02:00", "2026-11-01 00:00+01:00")


def test_pages_are_written_and_named(month: Month, tmp_path: Path) -> None:
    pages = tmp_path / "pages"
    code, _, error = month("Acme,rack1,1,,\n", "--pages", str(pages))
    (page,) = pages.iterdir()
    assert code == 0 and error == f"wrote {page}\n" and page.name == "2026-10-acme.html"
    pages.joinpath("2026-10-acme.html").write_text("no page")
    code, _, error = month("Acme,rack1,1,,\n", "--pages", str(pages))
    assert code == 2 and "is not replaced" in error


def test_a_contract_has_months_of_its_own(month: Month) -> None:
    rows, days = "A,rack1,1,,\n", ("--begin", "2026-10-05", "--end", "12.10.2026")
    _, out, _ = month(rows, *days, "--csv", name="")
    (row,) = csv.DictReader(io.StringIO(out))
    assert (row["from"], row["to"]) == ("2026-10-05 00:00+00:00", "2026-10-12 00:00+00:00")
    assert float(row["kwh"]) == pytest.approx(203.7 * 0.168, abs=0.3)
    for name, words in (("", ()), ("2026-10", days), ("", days[:2])):
        assert month(rows, *words, name=name)[0] == 2
    empty = ("--begin", "2026-10-05", "--end", "2026-10-05")
    assert "later than" in month(rows, *empty, name="")[2]


def test_many_pdus_are_read_by_several_processes_with_one_result(tmp_path: Path) -> None:
    path = str(tmp_path / "energy.db")
    store = Store(path, may_write=True)
    store._connection.execute("PRAGMA synchronous = OFF")
    for place, time in enumerate(times()[::48]):
        for number in range(20):
            when = PollTime(time, time + 1.0, time, "boot")
            registers = {INLET: StoredRegister(1000 + 2400 * place + number, 200)}
            store.add(StoredPoll(f"pdu{number}", when, registers, "A1"))
    store.close()
    customers = tmp_path / "customers.csv"
    customers.write_text(f"{HEAD}A,pdu*,,,\n")
    terms = Terms(OCTOBER, Tenancies.read(str(customers), ZoneInfo("UTC")), Supply(3680, 22_000))
    open_source = functools.partial(Store, path)
    with contextlib.closing(open_source()) as source:
        alone = report_of(source, terms)
    assert report_of_many(open_source, terms) == alone and len(alone.rows) == 20
    customers.write_text(f"{HEAD}A,pdu*,,,\nB,pdu7,,,\n")
    twice = terms._replace(tenancies=Tenancies.read(str(customers), ZoneInfo("UTC")))
    with pytest.raises(SettingsError, match=r"customers.csv: line \d: outlet \(inlet\) belongs to"):
        report_of_many(open_source, twice)


def test_the_current_month_is_shown_so_far_and_marked(month: Month, tmp_path: Path) -> None:
    utc = datetime.datetime.now(datetime.timezone.utc)
    zone = f"Etc/GMT{utc.hour - 12:+d}"  # where it is about noon
    name = utc.astimezone(ZoneInfo(zone)).strftime("%Y-%m")
    current = functools.partial(month, "Acme,rack1,1,,\n", "--zone", zone, name=name)
    code, _, err = current()
    assert code == 2 and "--so-far shows those of the current month" in err
    code, _, err = current("--so-far")
    assert code == 9 and f"{name} is not over: these are its figures" in err
    document = json.loads(current("--so-far", "--json")[1])
    assert document["so_far"] is True
    assert document["begin"] < document["end"] <= datetime.datetime.now().timestamp()
    code, _, _ = current("--so-far", "--pages", str(tmp_path / "pages"))
    assert code == 2 and not (tmp_path / "pages").exists()
    code, _, err = month("Acme,rack1,1,,\n", "--so-far")
    assert code == 2 and "--so-far is for the current month, which 2026-10 is not" in err


def test_two_customers_of_an_outlet_that_was_never_read_are_refused(month: Month) -> None:
    code, out, err = month("A,rack9,1,,\nB,rack9,1,,\n")
    assert code == 2 and not out and "at the same time (" in err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("2099-10", "--from", "energy.db"), "2099-10 is not over"),
        (("2026-10", "--from", "nowhere.db"), "nowhere.db cannot be used"),
        (("2026-10", "--from", __file__), "cannot be used"),
        (("2026-10", "--from", "http://127.0.0.1:9"), "check the URL"),
        (("2026-10", "--from", "https://127.0.0.1:9", "--ca-pem", __file__), "--ca-pem"),
        (("2026-10", "--from", "energy.db", "--zone", "Mars/Olympus"), "no time zone"),
    ],
)
def test_what_cannot_be_answered_is_a_sentence(
    words: tuple[str, ...], sentence: str, tmp_path: Path, call: Call
) -> None:
    customers = tmp_path / "customers.csv"
    customers.write_text(f"{HEAD}Acme,rack1,1,,\n")
    result = call("energy", "month", *words, "--customers", customers)
    assert result.returncode in (2, 3) and sentence in result.stderr and not result.stdout


def test_families_have_the_facts_of_their_mibs() -> None:
    """Sources: PowerNet-MIB, rPDU2OutletMeteredStatusEnergy in tenths of kWh; CPI-UNITY-MIB, of
    Counter64; of the text of synaccess-netbooter nothing is known.
    """
    assert facts_of_family("apc-rpdu2", is_inlet=False) == CounterFacts(100, 0)
    assert facts_of_family("cpi-econnect", is_inlet=False).wrap > 2**48
    for family in ("", "synaccess-netbooter", "no-such-family"):
        assert facts_of_family(family, is_inlet=False) == CounterFacts()


def test_the_list_says_the_limits_of_one_pdu_and_demand_is_shown(
    month: Month, tmp_path: Path
) -> None:
    """By a limit of 0.15 kW, outlet 1 rises faster than it can."""
    listed = tmp_path / "hall.csv"
    listed.write_text("name,handler,address,limit_kw\nrack1,snmp,192.0.2.8,0.15\n")
    rows = "Acme,rack1,1,,\n"
    code, out, _ = month(rows, "--demand", "--csv")
    (row,) = csv.DictReader(io.StringIO(out))
    assert code == 0 and 0.18 < float(row["p95_low_kw"]) <= 0.2037 <= float(row["p95_high_kw"])
    code, out, _ = month(rows, "--list", str(listed))
    assert code == 9 and "more than its supply delivers" in out
    listed.write_text("name,handler,address,limit_kw\nrack1,snmp,192.0.2.8,much\n")
    code, _, err = month(rows, "--list", str(listed))
    assert code == 2 and "limit_kw must be 0.1 to 1000, in kW" in err
