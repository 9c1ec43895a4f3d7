"""Who has which outlet, by the owner's file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from handlers.shared.errors import SettingsError
from pdu.energy.registers.customers import Customers, OutletTenancy, customers
from pdu.energy.registers.period import moment, zone_named
from tests.energy.test_audit import ASKED, LIMITS, hours, line, passed, written
from tests.pdu.running import run

BERLIN = zone_named("Europe/Berlin")


def read(folder: Path, *rows: str) -> Customers:
    path = folder / "customers.csv"
    path.write_text("\n".join(["customer;pdu;outlet;from;to", *rows, ""]), "utf-8")
    return customers(str(path), BERLIN)


def test_patterns_mean_all_outlets_that_they_match(tmp_path: Path) -> None:
    found = read(
        tmp_path, "# racks", "acme;rack1-*;*;;2026-10-12", "bright;rack1-left;3;2026-10-12;"
    )
    change = moment("2026-10-12", BERLIN)
    acme, bright = (
        OutletTenancy("acme", float("-inf"), change),
        OutletTenancy("bright", change, float("inf")),
    )
    assert found["rack1-left", "3"] == [acme, bright]
    assert found["rack1-right", "17"] == [acme]
    assert found.get(("rack2-left", "3"), ()) == () and [*found] == [("rack1-left", "3")]
    assert read(tmp_path, "acme;*;*;;") and not read(tmp_path)


def test_brackets_are_letters_of_a_name(tmp_path: Path) -> None:
    found = read(tmp_path, "acme;rack[1];a[2];;")
    assert found["rack[1]", "a[2]"] and ("rack1", "a2") not in found


@pytest.mark.parametrize("place", ["rack1-left;3", "rack1-*;3", "rack?-left;*"])
def test_two_customers_at_the_same_time_are_named(tmp_path: Path, place: str) -> None:
    rows = ["acme;rack1-left;3;2026-10-01;2026-10-12", f"bright;{place};2026-10-11;"]
    with pytest.raises(SettingsError, match="line 3: the outlet belongs to acme at the same time"):
        read(tmp_path, *rows)
    found = read(tmp_path, "acme;rack1-*;3;;", "bright;*;3;;")
    with pytest.raises(SettingsError, match="line 3: the outlet belongs to acme"):
        found["rack1-left", "3"]


def test_an_unread_outlet_that_a_pattern_means_is_not_billable(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [line(when, None, (passed(when), 4.0), (None, 4.0)) for when in hours()]
    written(tmp_path, lines)
    read(tmp_path, "acme;rack?;*;;")
    asked = ("--customers", str(tmp_path / "customers.csv"), "--json")
    code, out, err = run(
        capsys, "energy", "audit", str(tmp_path / "readings"), *ASKED, *LIMITS, *asked
    )
    assert code == 2, err
    (acme,) = json.loads(out)["customers"]
    assert acme["reason"] == "1 outlet not read"
    assert [one["kwh"] is None for one in acme["outlets"]] == [False, True]


def test_a_statement_takes_patterns_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [line(when, None, (passed(when), 4.0), (None, 4.0)) for when in hours()]
    written(tmp_path, lines)
    read(tmp_path, "acme;rack?;*;;")
    asked = ("--customers", str(tmp_path / "customers.csv"), "--into", str(tmp_path / "into"))
    code, out, err = run(
        capsys, "energy", "statement", str(tmp_path / "readings"), *ASKED, *LIMITS, *asked, "--json"
    )
    assert code == 0, err
    done = json.loads(out)
    assert (done["outlets"], done["unread"]) == (2, 1)


@pytest.mark.parametrize(
    ("rows", "more", "sentence"),
    [
        (["acme;rack1;1;;", "ACME ;rack1;2;;"], (), "line 3: 'ACME' is 'acme' in {}: line 2"),
        (["acme;rack1;1;;", "b;rack1;;;"], (), "(customers.csv: line 2): an inlet counts what"),
        (["acme,rack1,1,,"], (), "may not be empty; cells are parted by ';'"),
        (["acme;rack1;left 1;;"], (), "line 2: no reading of this period names rack1, outlet left"),
        (["acme;rakc1;1;;"], (), "line 2: no reading of this period names rakc1, outlet 1"),
        (["acme;rack9*;*;;"], (), "line 2: no reading of this period names rack9*, outlet *"),
        (["acme;rack1;1;;"], ("--to", "2999-01-01"), "bill it from 2999-01-01 01:00:00+01:00 on"),
        (["acme;rack1;1;;"], ("--limit-kw", "3680"), "3680.0 is not in the range"),
    ],
)  # fmt: skip
def test_a_mistake_is_a_sentence_and_nothing_is_written(
    rows: list[str],
    more: tuple[str, ...],
    sentence: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    written(tmp_path, [line(when, None, (passed(when), 4.0), (None, 4.0)) for when in hours()])
    text = "\n".join(["customer;pdu;outlet;from;to", *rows, ""])
    (tmp_path / "customers.csv").write_text(text, "utf-8-sig")
    asked = ("--customers", "customers.csv", "--into", "into")
    code, out, err = run(capsys, "energy", "statement", "readings", *ASKED, *LIMITS, *asked, *more)
    assert (code, out) == (2, "") and sentence.format("customers.csv") in err
    assert err.count("\n") == 1 and not (tmp_path / "into").exists()
    numbers = tmp_path / "readings" / "statements.jsonl"
    assert not numbers.exists() or b"reserved" not in numbers.read_bytes()


def test_rows_of_another_time_and_of_a_pdu_that_never_answered_are_no_mistake(
    tmp_path: Path,
) -> None:
    found = read(tmp_path, "acme;old;3;;2025-01-01", "acme;silent;3;;", "acme;rack?;*;;")
    begin, end = moment("2026-10-01", BERLIN), moment("2026-11-01", BERLIN)
    found.check_named({"silent": [""], "rack1": ["", "1"]}, begin, end)
    for outlets in ({"silent": [""]}, {"silent": ["", "1"], "rack1": ["", "1"]}):
        with pytest.raises(SettingsError, match="no reading of this period names"):
            found.check_named(outlets, begin, end)


def test_who_lost_all_outlets_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file with some of the customers alone would correct all others down to 0 unseen."""
    written(tmp_path, [line(when, None, (passed(when), 4.0), (None, 4.0)) for when in hours()])
    owners = ("--customers", str(tmp_path / "customers.csv"))
    words = ("energy", "statement", str(tmp_path / "readings"), *ASKED, *LIMITS, *owners, "--into")
    for row, more in (("acme;rack1;1;;", ()), ("b;rack1;1;;", ("--draft",)), ("b;rack1;1;;", ())):
        read(tmp_path, row)
        code, out, err = run(capsys, *words, str(tmp_path / f"{row[0]}{len(more)}"), *more)
        lost = "corrected down to 0, because --customers gives them nothing now: acme"
        assert code == 0 and (lost in out) == (row[0] == "b"), out + err
