"""No energy is in two bills, whichever of them is billed by its lowest."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pdu.core.files.journal import START, Journal
from pdu.energy.journal.days import day_of
from tests.pdu.running import run

HOUR, DAY = 3600.0, 86400.0
#: 2026-10-10 and 2026-11-01, 00:00 UTC; the first reading is of the first
FIRST, NOVEMBER = 1791590400.0, 1793491200.0
DAYS = 50
#: a server of 1 kW on an outlet of at most 1.2 kW: what it counted an hour later was mostly counted
#: already
LIMIT = ("--limit-kw", "1.2", "--step", "0.001", "--zone", "UTC")


def counted_kwh(when: float) -> float:
    return 7000.0 + int((when - FIRST) / HOUR * 1000.0) / 1000.0


def lines(day: float, missed: range) -> Iterator[dict[str, Any]]:
    """A poll at half past each hour. `missed`: hours since `FIRST`."""
    yield {"meter": 1, "version": "1", "boot": "b", "utc": day, "mono": day - FIRST + 1e7,
           "every": 3600, "repaired": 0}  # fmt: skip
    yield {"unit": 0, "name": "rack1", "handler": "snmp", "family": "", "address": "192.0.2.1",
           "serial": "S", "firmware": "1", "outlets": ["1"]}  # fmt: skip
    for hour in range(24):
        when = day + HOUR * hour + 1800.0
        if int((when - FIRST) // HOUR) not in missed:
            times = {
                "utc": [when, when + 1.0],
                "mono": [when - FIRST + 1e7, when - FIRST + 1e7 + 1],
            }
            yield {"of": 0, **times, "kwh": [counted_kwh(when)], "amps": [4.35], "watts": [1e3]}


def billed(capsys: pytest.CaptureFixture[str], folder: Path, *period: str) -> list[Any]:
    """The lines of all statements of a period."""
    return issued(capsys, folder, *period)[0]


def issued(
    capsys: pytest.CaptureFixture[str], folder: Path, *period: str
) -> tuple[list[Any], list[str]]:
    """The same, and what the run says is billed to nobody."""
    into = folder / period[-1]
    code, out, err = run(
        capsys, "energy", "statement", str(folder / "readings"), *period, *LIMIT, "--tariff",
        "day-night", "--customers", str(folder / "customers.csv"), "--into", str(into), "--json",
    )  # fmt: skip
    assert code == 0, err
    said, found = json.loads(out), []
    for path in sorted(into.glob("0*/statement.json")):
        found += json.loads(path.read_text("utf-8"))["lines"]
    return found, said["unbilled"]


def written(folder: Path, missed: range, *rows: str) -> None:
    (folder / "readings").mkdir()
    after = START
    for number in range(DAYS):
        day = FIRST + DAY * number
        with Journal(str(folder / "readings" / f"{day_of(day)}.jsonl"), after) as kept:
            kept.append([*lines(day, missed)])
            after = kept.hash
    text = "\n".join(["customer,pdu,outlet,from,to", *rows, ""])
    (folder / "customers.csv").write_text(text, "utf-8")


#: of a month that may not be over yet
NOVEMBER_DAYS = ("--from", "2026-11-01", "--to", "2026-11-20")
EDGES = ("register_begin", "register_end")
#: hours since the first reading at which October ends
MIDNIGHT = int((NOVEMBER - FIRST) / HOUR)


@pytest.mark.parametrize(
    "missed",
    [range(0), range(MIDNIGHT - 20, MIDNIGHT), range(MIDNIGHT - 70, MIDNIGHT + 90)],
    ids=["polls", "a hole before midnight", "a hole of days"],
)
def test_a_bill_begins_where_the_last_one_ended(
    missed: range, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(tmp_path, missed, "acme,rack1,1,,")
    (october,) = billed(capsys, tmp_path, "--month", "2026-10")
    (november,) = billed(capsys, tmp_path, *NOVEMBER_DAYS)
    assert october["register_end"] == november["register_begin"]
    counted = november["register_end"]["kwh"] - counted_kwh(FIRST + 1800.0)
    both = Decimal(repr(october["billed"])) + Decimal(repr(november["billed"]))
    assert both == Decimal(repr(round(counted, 3)))
    if november["register_begin"]["time"] > "2026-10-31":
        # what the hour after midnight counted at least was used in October still
        assert october["billed"] < october["kwh"]["low"]
    for line in (october, november):
        parts = sum(Decimal(repr(part["billed"])) for part in line["tariff"].values())
        assert parts == Decimal(repr(line["billed"]))


#: hours since the first reading at which the outlet changes hands
HAND_OVER = 250


@pytest.mark.parametrize(
    ("missed", "unbilled_kwh"),
    [(range(0), 0.0), (range(HAND_OVER - 5, HAND_OVER + 8), 14.0)],
    ids=["polls", "a hole"],
)
def test_who_comes_is_billed_from_his_own_reading_and_a_hole_is_nobodys(
    missed: range, unbilled_kwh: float, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = ("acme,rack1,1,,2026-10-20T10:00", "bright,rack1,1,2026-10-20T10:00,")
    written(tmp_path, missed, *rows)
    (acme, bright), unbilled = issued(capsys, tmp_path, "--month", "2026-10")
    edges = [line[edge]["kwh"] for line in (acme, bright) for edge in EDGES]
    assert edges[0] == counted_kwh(FIRST + 1800.0)
    assert edges[2] - edges[1] == unbilled_kwh
    span = "2026-10-20 04:30:00+00:00 to 2026-10-20 18:30:00+00:00"
    sentence = f"rack1, outlet 1: nobody is billed for {span}: the register rose by 14.000 kWh"
    assert unbilled == ([sentence] if unbilled_kwh else [])
    for line, begin, end in ((acme, *edges[:2]), (bright, *edges[2:])):
        assert line["billed"] == round(end - begin, 3)


def test_a_hole_longer_than_a_period_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of a PDU that was not read in all of a period, earlier days are not read again."""
    written(tmp_path, range(70, 400), "acme,rack1,1,,")
    sums, unbilled = Decimal(0), list[str]()
    for day in (10, 15, 20, 25):
        period = ("--from", f"2026-10-{day}", "--to", f"2026-10-{day + 5}")
        (line,), sentences = issued(capsys, tmp_path, *period)
        sums += Decimal(repr(line["billed"] or 0.0))
        unbilled += sentences
    assert unbilled == [
        "rack1, outlet 1: nobody is billed for 2026-10-12 21:30:00+00:00 to 2026-10-26"
        " 16:30:00+00:00: the register rose by 331.000 kWh"
    ]
    counted = line["register_end"]["kwh"] - counted_kwh(FIRST + 1800.0)
    assert sums + 331 == Decimal(repr(round(counted, 3)))


def test_a_time_between_two_periods_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As an hour is, if one month is billed in another zone than the last."""
    written(tmp_path, range(0), "acme,rack1,1,,")
    assert not issued(capsys, tmp_path, "--from", "2026-10-10", "--to", "2026-10-15")[1]
    assert issued(capsys, tmp_path, "--from", "2026-10-16", "--to", "2026-10-20")[1] == [
        "rack1, outlet 1: nobody is billed for 2026-10-14 23:30:00+00:00 to 2026-10-15"
        " 23:30:00+00:00: the register rose by 24.000 kWh"
    ]


@pytest.mark.parametrize("place", ["rack1,1", "rack*,*"])
def test_a_time_between_two_customers_is_named(
    place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(tmp_path, range(0), f"acme,{place},,2026-10-20", f"bright,{place},2026-10-21,")
    owners = ("--customers", str(tmp_path / "customers.csv"), "--draft", "--into")
    words = ("energy", "statement", str(tmp_path / "readings"), *LIMIT, *owners)
    code, out, _ = run(capsys, *words, str(tmp_path / "october"), "--month", "2026-10")
    pdu, outlet = place.split(",")
    assert (
        code == 0
        and (
            f"{pdu}, outlet {outlet}: nobody is billed for 2026-10-20 00:00:00+00:00 to 2026-10-21"
            " 00:00:00+00:00"
        )
        in out
    )
    code, out, _ = run(capsys, *words, str(tmp_path / "november"), *NOVEMBER_DAYS)
    assert code == 0 and "nobody is billed" not in out
