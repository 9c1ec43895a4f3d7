"""Amounts, numbers and `billing.csv` of a month of three customers, and files that are wrong."""

from __future__ import annotations

import ast
import csv
import io
import json
import math
import shutil
from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from handlers.shared.errors import SettingsError
from pdu import root
from pdu.energy.registers.numpy_lazy import np
from pdu.energy.registers.period import span_text
from pdu.energy.statement import power
from pdu.energy.statement.prices import Prices
from pdu.energy.statement.tariff_file import tariff_named, tariff_of
from tests.energy import accounts
from tests.hall.twin.month import LIMIT_KW, Month, customers, written
from tests.pdu.running import run

TARIFF = """
currency = "EUR"
issuer = ["Twin Hosting", "1 Main Street"]
peak_price = "4.125"
[[period]]
name = "day"
from = "06:00"
to = "22:00"
price = "0.2875"
[[period]]
name = "night"
from = "22:00"
to = "06:00"
price = "0.2"
[[customer]]
name = "Cloudy Ltd"
id = "K-3"
address = ["Cloudy Ltd", "Springfield"]
prices = { day = "0.2750" }
"""
PERIOD = ("--from", "2026-10-01", "--to", "2026-11-01", "--zone", "Europe/Berlin")


def month_in(folder: Path, cadence: float) -> Path:
    """The month of the simulated hall: a hand-over, an exchanged PDU, a gap, a reset."""
    written(folder, Month(2026, 10), cadence)
    customers(folder, Month(2026, 10))
    (folder / "tariff.toml").write_text(TARIFF, "utf-8")
    return folder


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Read each hour."""
    return month_in(tmp_path_factory.mktemp("month"), 3600.0)


def words(folder: Path, into: str, *more: str) -> list[str]:
    asked = ("--limit-kw", str(LIMIT_KW), "--customers", str(folder / "customers.csv"))
    tariff = ("--tariff", str(folder / "tariff.toml"), "--into", str(folder / into))
    return ["energy", "statement", str(folder / "readings"), *PERIOD, *asked, *tariff, *more]


@pytest.fixture(scope="module")
def october(month: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("october")
    shutil.copytree(month, folder, dirs_exist_ok=True)
    assert root.run(words(folder, "october")) == 0
    return folder


@pytest.fixture
def issued(october: Path, tmp_path: Path) -> Path:
    """A copy of the folder with what was issued for October."""
    shutil.copytree(october, tmp_path, dirs_exist_ok=True)
    return tmp_path


def statements(folder: Path, into: str = "october") -> list[Any]:
    paths = sorted((folder / into).glob("0*/statement.json"))
    return [json.loads(path.read_text()) for path in paths]


def billed(folder: Path, into: str = "october") -> list[dict[str, str]]:
    text = (folder / into / "billing.csv").read_text("utf-8")
    return [*csv.DictReader(io.StringIO(text))]


def test_an_accountant_finds_every_amount_by_plain_arithmetic(tmp_path: Path) -> None:
    """He takes what a register rose by for what flowed: so it is read each quarter of an hour."""
    october = month_in(tmp_path, 900.0)
    assert root.run(words(october, "october")) == 0
    table = october / "october" / "billing.csv"
    assert [*accounts.faults(table, october / "readings")] == []
    kinds = [one["row"] for one in billed(october)]
    assert kinds.count("total") == kinds.count("peak") == 3 and kinds.count("register") >= 8
    changed = table.read_text("utf-8")
    amounts = [one["net_amount"] for one in billed(october) if one["row"] == "energy"]
    for old, new in ((amounts[0], "9.99"), (amounts[-1], "0.01")):
        other = october / "other.csv"
        other.write_text(changed.replace(f",{old},", f",{new},", 1), "utf-8")
        assert [*accounts.faults(other, october / "readings")]


def test_the_accountant_shares_no_code_with_the_product() -> None:
    tree = ast.parse(Path(accounts.__file__).read_text("utf-8"))
    named = [one for one in ast.walk(tree) if isinstance(one, (ast.Import, ast.ImportFrom))]
    modules = {getattr(one, "module", None) or one.names[0].name for one in named}
    assert not any(one.startswith(("handlers", "tests")) for one in modules)


def test_page_table_json_and_billing_have_the_same_amounts(october: Path) -> None:
    rows = billed(october)
    for at, statement in enumerate(statements(october), start=1):
        (folder,) = (october / "october").glob(f"{at:04d}-*")
        total = statement["total"]["amounts"]
        own = [one for one in rows if one["number"] == statement["number"]]
        (whole,) = (one for one in own if one["row"] == "total")
        assert whole["net_amount"] == total["net"] and whole["currency"] == "EUR"
        assert Decimal(whole["net_amount"]) == sum(
            Decimal(one["net_amount"]) for one in own if one["row"] in ("energy", "peak")
        )
        table = [*csv.DictReader(io.StringIO((folder / "statement.csv").read_text("utf-8")))]
        assert [one["net_amount"] for one in table if one["row"] == "total"] == [total["net"]]
        page = (folder / "statement.html").read_text("utf-8")
        assert f"{total['net']} EUR net, for {total['kwh']:.3f} kWh." in page
        for line in statement["lines"]:
            price = statement["prices"]["kwh"]
            for name, amount in (line["amounts"] or {}).items():
                exact = Decimal(str(line["tariff"][name]["billed"])) * Decimal(price[name])
                assert Decimal(amount) == exact.quantize(Decimal("0.01"), ROUND_HALF_UP)
                assert f">{amount}<" in page or f"{amount}<br>" in page or f"<br>{amount}" in page


def test_a_customer_has_his_own_price_number_and_address(october: Path) -> None:
    acme, _, cloudy = statements(october)
    assert (acme["prices"]["kwh"]["day"], cloudy["prices"]["kwh"]["day"]) == ("0.2875", "0.2750")
    assert cloudy["prices"]["kwh"]["night"] == "0.2" and cloudy["customer_id"] == "K-3"
    page = next((october / "october").glob("0003-*/statement.html")).read_text("utf-8")
    for said in ("Twin Hosting", "Springfield", "customer K-3", "2026-10-01 to 2026-10-31"):
        assert said in page


def with_customers(words_: list[str], path: Path, old: str, new: str) -> list[str]:
    """The same run with another file of customers."""
    at = words_.index("--customers") + 1
    text = Path(words_[at]).read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
    return [*words_[:at], str(path), *words_[at + 1 :]]


def test_a_second_run_corrects_what_changed_and_nothing_else(
    october: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = statements(october)
    code, out, _ = run(capsys, *words(october, "again"))
    assert code == 0 and "nothing changed of 3 statements" in out and "nothing was written" in out
    assert not (october / "again").exists()
    # an outlet was another customer's: both statements are corrected
    moved = ("Cloudy Ltd;r1-left;4", "Bright & Sons;r1-left;4")
    code, out, _ = run(
        capsys, *with_customers(words(october, "moved"), tmp_path / "moved.csv", *moved)
    )
    assert code == 0 and "2 corrections: each names the first statement, and the" in out
    second = statements(october, "moved")
    assert [one["corrects"] for one in second] == [one["number"] for one in first[1:]]
    for before, after in zip(first[1:], second):
        net = [Decimal(one["total"]["amounts"]["net"]) for one in (before, after)]
        assert Decimal(after["total"]["difference"]["net"]) == net[1] - net[0]
        (row,) = (
            one
            for one in billed(october, "moved")
            if (one["row"], one["number"]) == ("difference", after["number"])
        )
        assert Decimal(row["net_amount"]) == net[1] - net[0]
        assert float(row["quantity"]) == after["total"]["difference"]["kwh"]
    assert sum(one["total"]["difference"]["kwh"] for one in second) == pytest.approx(0.0, abs=0.01)
    for path in (october / "moved").glob("0*"):
        assert "the difference is" in (path / "statement.html").read_text("utf-8")
    # back again: the first number is named, and the difference is to the last
    assert run(capsys, *words(october, "back"))[0] == 0
    third = statements(october, "back")
    assert [one["corrects"] for one in third] == [one["number"] for one in first[1:]]
    assert [one["before"]["number"] for one in third] == [one["number"] for one in second]


def test_who_loses_all_outlets_gets_a_correction_down_to_nothing(
    issued: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = statements(issued)[1]
    gone = ("Bright & Sons", "Acme Hosting")
    asked = with_customers(words(issued, "gone"), issued / "gone.csv", *gone)
    assert run(capsys, *asked)[0] == 0
    (nothing,) = (one for one in statements(issued, "gone") if one["customer"] == gone[0])
    assert nothing["lines"] == [] and nothing["total"]["amounts"]["net"] == "0.00"
    difference = Decimal(nothing["total"]["difference"]["net"])
    assert difference == -Decimal(before["total"]["amounts"]["net"])
    # once more, nothing is left to correct
    asked[asked.index(str(issued / "gone"))] = str(issued / "more")
    code, out, _ = run(capsys, *asked)
    assert code == 0 and "nothing changed of 2 statements" in out


@pytest.mark.parametrize(
    ("old", "new"),
    [("2026-11-01", "2026-10-08"), ("Europe/Berlin", "UTC"), ("2026-10-01", "2026-10-30")],
)
def test_what_was_billed_is_not_billed_again_under_another_period(
    issued: Path, capsys: pytest.CaptureFixture[str], old: str, new: str
) -> None:
    kept = (issued / "readings" / "statements.jsonl").read_bytes()
    other = [new if one == old else one for one in words(issued, "other")]
    code, _, err = run(capsys, *other)
    assert code == 2 and "bills a time that this run would bill again" in err
    assert "r1-left, outlet 1: statement 20" in err and not (issued / "other").exists()
    code, out, _ = run(capsys, *other, "--draft")
    assert code == 0 and "bills a time" in out and "no number was taken" in out
    assert {one["number"] for one in statements(issued, "other")} == {"draft"}
    assert (issued / "readings" / "statements.jsonl").read_bytes() == kept
    page = next((issued / "other").glob("0001-*/statement.html")).read_text("utf-8")
    assert "A draft: it has no number" in page


def test_each_sheet_of_a_print_has_number_and_customer(october: Path) -> None:
    for statement in statements(october):
        folder = next((october / "october").glob(f"*{statement['customer'][:4].lower()}*"))
        page = (folder / "statement.html").read_text("utf-8")
        number = statement["number"].replace("-", "\\00002d")
        assert '@top-left { content: "statement\\000020' + number in page
        assert statement["customer"].split()[0] in page[page.index("@top-left") :][:200]


def test_what_cannot_be_billed_has_no_amount_and_its_reason(
    month: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(month, tmp_path, dirs_exist_ok=True)
    owners = tmp_path / "customers.csv"
    owners.write_text(owners.read_text("utf-8") + "Cloudy Ltd;r9-none;1;;\n", "utf-8")
    assert run(capsys, *words(tmp_path, "october"), "--draft")[0] == 0
    cloudy = statements(tmp_path)[2]
    (line,) = (one for one in cloudy["lines"] if one["pdu"] == "r9-none")
    assert line["amounts"] is None and line["amount"] is None
    assert cloudy["total"]["amounts"]["not_billed"] == 1
    (row,) = (one for one in billed(tmp_path) if one["row"] == "not billed")
    assert (row["net_amount"], row["quantity"]) == ("", "") and "no energy" in row["reason"]
    page = next((tmp_path / "october").glob("0003-*/statement.html")).read_text("utf-8")
    assert "Not billed: 1 of 5 outlets." in page and "What is not billed" in page


def _line(text: str, line: int, new: str) -> str:
    lines = text.strip("\n").split("\n")
    lines[line - 1] = new
    return "\n".join([*lines, ""])


#: how the file is changed -> the line that is named, and words of the sentence
WRONG: dict[str, tuple[Callable[[str], str], int, str]] = {
    "no currency": (lambda all_: _line(all_, 1, ""), 8, "a price without a currency"),
    "another currency": (lambda all_: _line(all_, 1, 'currency = "euro"'), 1, "ISO 4217"),
    "a negative price": (lambda all_: _line(all_, 8, "price = -0.2"), 8, "not be negative"),
    "a comma": (lambda all_: _line(all_, 8, 'price = "0,2875"'), 8, "write a point"),
    "a comma outside a text": (lambda all_: _line(all_, 8, "price = 0,2875"), 8, "not valid TOML"),
    "no number": (lambda all_: _line(all_, 8, 'price = "free"'), 8, "give a number"),
    "a price of the peak": (lambda all_: _line(all_, 3, 'peak_price = "-4"'), 3, "not be negative"),
    "no price": (lambda all_: _line(all_, 8, ""), 4, "'day' has no price"),
    "a hole": (lambda all_: _line(all_, 11, 'from = "23:00"'), 9, "no period has mon 22:00"),
    "an overlap": (lambda all_: _line(all_, 11, 'from = "21:00"'), 9, "mon 21:00 belongs to day"),
    "a time": (lambda all_: _line(all_, 11, 'from = "25:00"'), 9, "give such as 22:00"),
    "a customer": (
        lambda all_: all_.replace('= "Cloudy Ltd"', '= "Clowdy"'),
        14,
        "called 'Clowdy'",
    ),
    "an unknown key": (lambda all_: _line(all_, 8, "prize = 1"), 8, "unknown key 'prize'"),
    "an unknown period": (lambda all_: all_.replace("{ day", "{ noon"), 18, "no period 'noon'"),
    "a customer's price": (lambda all_: all_.replace('"0.2750"', '"0,2750"'), 18, "write a point"),
    "three lines": (lambda all_: _line(all_, 2, 'issuer = ["a", "b", "c"]'), 2, "up to 2 texts"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_tariff_is_one_sentence_with_the_line_and_nothing_is_written(
    name: str, month: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change, line, said = WRONG[name]
    path = month / f"wrong-{name.replace(' ', '-')}.toml"
    path.write_text(change(TARIFF.strip("\n")), "utf-8")
    before = sorted(one.name for one in (month / "readings").iterdir())
    asked = words(month, "nothing")
    asked[asked.index(str(month / "tariff.toml"))] = str(path)
    code, out, err = run(capsys, *asked)
    assert code == 2 and not out and said in err, err
    assert f"{path.name}, line {line}:" in err or f"at line {line}," in err
    assert len(err.strip().split("\n")) == 1
    assert not (month / "nothing").exists()
    assert sorted(one.name for one in (month / "readings").iterdir()) == before


@given(
    quantity=st.integers(0, 10**9),
    price=st.builds(
        lambda digits, places: f"{Decimal(digits).scaleb(-places):f}",
        st.integers(0, 10**12),
        st.integers(0, 6),
    ),
    decimals=st.integers(0, 4),
)
@settings(max_examples=100, deadline=None)
def test_two_programs_round_alike(quantity: int, price: str, decimals: int) -> None:
    ours = Prices("EUR", decimals, {}, None).amount(quantity, price)
    text = f"{quantity // 1000}.{quantity % 1000:03d}"
    assert accounts.units_of(ours, decimals) == accounts.smallest(text, price, decimals)


@pytest.mark.parametrize(
    ("begin", "end", "text"),
    [
        ("2026-10-01 00:00:00+02:00", "2026-11-01 00:00:00+01:00", "2026-10-01 to 2026-10-31"),
        ("2026-10-01 00:00:00+02:00", "2026-10-02 00:00:00+02:00", "2026-10-01"),
        (
            "2026-10-12 14:37:00+02:00",
            "2026-11-01 00:00:00+01:00",
            "2026-10-12 14:37+02:00 to 2026-10-31",
        ),
    ],
)
def test_whole_days_are_days(begin: str, end: str, text: str) -> None:
    assert span_text(begin, end) == text


def test_one_price_needs_no_hours(tmp_path: Path) -> None:
    path = tmp_path / "tariff.toml"
    path.write_text('currency = "JPY"\ndecimals = 0\n[[period]]\nname = "all"\nprice = 31\n')
    usual = tariff_of(str(path), ()).usual.prices
    assert usual == Prices("JPY", 0, {"all": "31"}, None) and usual.amount(1500, "31") == "47"
    with pytest.raises(SettingsError, match="line 4: .*allowed: "):
        path.write_text('currency = "EUR"\n[[period]]\nname = "all"\nhours = 3\n')
        tariff_of(str(path), ())


def quarters(begin: float, end: float, kw: dict[int, float]) -> power.QuarterHourPower:
    numbers = sorted(kw)
    columns = np.array(numbers, "i8"), np.array([kw[number] for number in numbers], "f8")
    return power.QuarterHourPower(begin, end, *columns)


def together(outlets: Sequence[power.QuarterHourPower]) -> power.PowerFigures:
    whole = power.Together()
    for outlet in outlets:
        whole.add(outlet)
    return whole.full_quarters().figures()


def test_two_lines_of_an_outlet_that_meet_in_a_quarter_hour_do_not_count_it_twice() -> None:
    times, watts = np.array([100.0, 1000.0, 1700.0, 1900.0]), np.full(4, 100.0)
    held = ((0.0, 1500.0), (1500.0, 2700.0))
    parts = [power.quarter_hours(times, watts, *span) for span in held]
    assert together(parts) == (0.1, 0.1, 0.0)
    assert [[*part.numbers] for part in parts] == [[0], [2]]


@given(
    outlets=st.lists(
        st.dictionaries(st.integers(0, 3), st.floats(0.0, 50.0), max_size=4),
        min_size=1,
        max_size=200,
    )
)
@settings(max_examples=60, deadline=None)
def test_power_of_many_outlets_is_their_exact_sum_in_any_order(
    outlets: list[dict[int, float]],
) -> None:
    """Sums of a quarter are shortened now and then."""
    held = [quarters(0.0, 4 * 900.0, one) for one in outlets]
    whole = [
        round(math.fsum(one[at] for one in outlets), 3)
        for at in range(4)
        if all(at in one for one in outlets)
    ]
    for some in (held, held[::-1]):
        assert together(some).peak == max(whole, default=None)
    assert held[0].figures() == together(held[:1])


def test_a_quarter_counts_where_an_outlet_has_a_part_of_it() -> None:
    first = quarters(450.0, 2700.0, {0: 1.0, 1: 1.0, 2: 1.0})
    second = quarters(900.0, 1800.0, {1: 5.0})
    assert together([first, second]) == power.PowerFigures(6.0, 6.0, 900.0)
    assert together([first, quarters(900.0, 1800.0, {})]).peak == 1.0


@pytest.mark.parametrize("name", ["weekdays", "mine.csv"])
def test_a_tariff_is_day_night_or_a_toml_file(name: str) -> None:
    with pytest.raises(SettingsError, match="give day-night, or a file that ends in .toml"):
        tariff_named(name, ())
