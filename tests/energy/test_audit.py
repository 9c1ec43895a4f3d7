"""`pdu energy audit` of months in a meter's journal."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple, Optional

import pytest

from pdu import root
from pdu.core.files.journal import START, Journal
from pdu.energy.journal.days import day_of
from pdu.energy.registers.period import moment, zone_named

HOUR = 3600.0
BERLIN = zone_named("Europe/Berlin")
FIRST = moment("2026-10-01", BERLIN)
LAST = moment("2026-11-01", BERLIN)
ASKED = ("--from", "2026-10-01", "--to", "2026-11-01", "--zone", "Europe/Berlin")
LIMITS = ("--limit-kw", "3.68", "--pdu-limit-kw", "11", "--step", "0.01", "--volts", "230")


class Kept(NamedTuple):
    """A poll of a PDU of which nobody reads serial number and uptime."""

    when: float
    own: Optional[float]
    #: energy and current of each outlet
    outlets: Sequence[tuple[Optional[float], float]]
    name: str = "rack1"


def line(when: float, own: Optional[float], *outlets: tuple[Optional[float], float]) -> Kept:
    """A poll that took half a second."""
    return Kept(when, own, outlets)


def hours() -> Iterator[float]:
    """Each quarter of an hour from a day before the month to a day after it."""
    for number in range(-96, int((LAST - FIRST) / 900) + 97):
        yield FIRST + 900.0 * number


def passed(when: float, start: float = 1000.0, kilowatts: float = 1.0) -> float:
    """A register with a step of 0.01 kWh."""
    return round(int((start + kilowatts * (when - FIRST) / HOUR) * 100) / 100, 2)


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, Any]:
    code = root.run(["energy", "audit", *map(str, arguments), *ASKED, *LIMITS, "--json"])
    return code, json.loads(capsys.readouterr().out)


def written(folder: Path, polls: Sequence[Kept], name: str = "readings") -> Path:
    """The journal of these polls, a file for each day."""
    path = folder / name
    path.mkdir()
    after, newest = START, ""
    for day, some in groupby(polls, key=lambda one: day_of(one.when)):
        newest = max(newest, day)
        taken = [*some]
        with Journal(str(path / f"{newest}.jsonl"), after) as made:
            made.append([*_declared(taken[0]), *map(_record, taken)])
            after = made.hash
    return path


def _declared(one: Kept) -> Iterator[dict[str, Any]]:
    yield {"meter": 1, "version": "1", "boot": "b", "utc": one.when, "mono": 5.0, "every": 900}
    names = [str(number) for number, _ in enumerate(one.outlets, start=1)]
    told = dict.fromkeys(("family", "serial", "firmware"), "")
    place = {"unit": 0, "name": one.name, "handler": "snmp", "address": "192.0.2.8", **told}
    yield {**place, "outlets": names, "names": ["" for _ in names], "meters": []}


def _record(one: Kept) -> dict[str, Any]:
    mono = one.when - FIRST + 1e6
    figures = {
        "load": sum(current for _, current in one.outlets) or 4.4,
        "total": one.own,
        "kwh": [energy for energy, _ in one.outlets],
        "amps": [current for _, current in one.outlets],
        "on": "1" * len(one.outlets),
    }
    return {"of": 0, "utc": [one.when, one.when + 0.5], "mono": [mono, mono + 0.5], **figures}


def test_a_month_with_a_reset_and_an_unused_outlet(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reset = FIRST + 10 * 86400 + 7

    def fallen(when: float) -> float:
        return passed(when) if when < reset else passed(when, (FIRST - reset) / HOUR)

    lines = [
        line(when, passed(when, 5000.0, 2.0), (passed(when), 4.0), (fallen(when), 4.0), (7.0, 0.0))
        for when in hours()
    ]
    path = written(tmp_path, lines)
    code, found = run(capsys, path)
    assert code == 0 and found["pdus"][0]["level"] == 0
    firm, after_reset, unused = found["pdus"][0]["outlets"]
    # 31 days and the hour that summer time gives back
    truth = 31 * 24 + 1
    for one in (firm, after_reset):
        assert one["kwh"]["low"] <= truth <= one["kwh"]["high"]
    assert firm["grade"] == "firm" and firm["read"] == 1.0 and not firm["events"]
    # the hole of the reset is within the tolerance: it is told, and costs no grade
    assert after_reset["grade"] == "firm"
    (event,) = after_reset["events"]
    assert event["kind"] == "reset" and "fell from 1240" in event["reason"]
    assert event["begin"] == "2026-10-10T22:00:00Z" and event["end"] == "2026-10-10T22:15:00Z"
    assert unused["grade"] == "firm" and unused["kwh"]["low"] == unused["kwh"]["best"] == 0
    own, total = found["pdus"][0]["pdu"], found["pdus"][0]["sum_kwh"]
    assert own["grade"] == "firm" and own["kwh"]["low"] <= 2 * truth <= own["kwh"]["high"]
    assert total["low"] <= 2 * truth <= total["high"] and not found["pdus"][0]["sum_exceeds_pdu"]

    assert root.run(["energy", "audit", str(path), *ASKED, *LIMITS]) == 0
    shown = capsys.readouterr().out
    assert "without the meter's own error" in shown and "MID" in shown and "3.68 kW" in shown
    assert "reset: fell from" in " ".join(shown.split())


def test_firm_is_0_and_a_class_widens(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, [line(when, None, (passed(when), 4.0)) for when in hours()])
    code, found = run(capsys, path)
    assert code == 0
    bare = found["pdus"][0]["outlets"][0]["kwh"]
    code, found = run(capsys, path, "--class", "2")
    assert code == 1 and "up to 2 %" in " ".join(found["notes"])
    wide = found["pdus"][0]["outlets"][0]["kwh"]
    assert wide["low"] == pytest.approx(bare["low"] / 1.02)
    assert wide["high"] == pytest.approx(bare["high"] / 0.98)


def test_most_of_the_month_unread_is_wide(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [line(when, None, (passed(when), 4.0)) for when in hours() if when < FIRST + 86400]
    code, found = run(capsys, written(tmp_path, lines))
    (outlet,) = found["pdus"][0]["outlets"]
    assert code == 2 and outlet["grade"] == "wide" and outlet["read"] < 0.04
    assert outlet["kwh"]["low"] == pytest.approx(24, abs=0.6) and outlet["kwh"]["high"] > 2000


def test_no_energy_at_all_is_not_billable(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, found = run(capsys, written(tmp_path, [line(FIRST, None, (None, 1.0))]))
    assert code == 2 and found["pdus"][0]["outlets_without_energy"] == 1


def test_outlets_beyond_their_pdu_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [line(when, passed(when, 100.0, 0.5), (passed(when), 4.0)) for when in hours()]
    code, found = run(capsys, written(tmp_path, lines))
    assert code == 1 and found["pdus"][0]["sum_exceeds_pdu"]


@pytest.mark.parametrize(("day", "length"), [("2026-03-29", 23), ("2026-10-25", 25)])
def test_nights_of_summer_time(
    day: str, length: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    date = datetime.date.fromisoformat(day)
    after = date + datetime.timedelta(days=1)
    begin = moment(day, BERLIN)
    times = [begin + 300.0 * number for number in range(-20, 12 * 25 + 20)]
    path = written(tmp_path, [line(when, passed(when, 9000.0)) for when in times])
    arguments = ["--from", day, "--to", str(after), "--zone", "Europe/Berlin", *LIMITS, "--json"]
    assert root.run(["energy", "audit", str(path), *arguments]) == 1  # amperes of an inlet
    energy = json.loads(capsys.readouterr().out)["pdus"][0]["pdu"]["kwh"]
    assert energy["best"] == pytest.approx(length, abs=0.05)
    assert energy["low"] <= length <= energy["high"]


def test_a_day_is_taken_as_it_is_written_with_points() -> None:
    assert moment("1.10.2026", BERLIN) == moment("01.10.2026", BERLIN) == FIRST


def test_wrong_arguments(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, [line(FIRST, 1.0)])
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("{}")
    zone, days = ASKED[4:], ASKED[:4]
    for arguments, said in (
        ((tmp_path / "empty", *ASKED), "has no file of `pdu meter`"),
        ((tmp_path / "none", *ASKED), "cannot be read"),
        ((tmp_path / "file", *ASKED), "give the folder"),
        ((path, *days, "--zone", "Europe/Nowhere"), "no time zone"),
        ((path, *days, "--zone", "../etc/passwd"), "no time zone"),
        ((path, "--from", "2026-11-01", "--to", "2026-10-01", *zone), "must be later"),
        ((path, "--from", "yesterday", "--to", "2026-10-01", *zone), "no day or time"),
        ((path, *ASKED, "--without", "x"), "give a file of the folder"),
        ((path, "--from", "10/01/2026", "--to", "2026-11-01", *zone), "no day or time"),
        ((path, "--from", "31.02.2026", "--to", "2026-11-01", *zone), "no day or time"),
        ((path, *ASKED, "--wrap", "1,5"), "'1,5' is not a number: write it with a point"),
    ):
        assert root.run(["energy", "audit", *map(str, arguments), *LIMITS]) == 2
        assert said in " ".join(capsys.readouterr().err.split())


def test_help_fits_80_columns(capsys: pytest.CaptureFixture[str]) -> None:
    assert root.run(["energy", "audit", "--help"]) == 0
    shown = capsys.readouterr().out
    assert shown.count("pdu energy audit ") >= 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "say which period: --month 2026-10, or --from and --to"),
        (["--from", "2026-10-01"], "say which period"),
        (["--month", "2026-13"], "--month '2026-13': give such as 2026-10"),
        (["--month", "2026-10", "--to", "2026-11-01"], "give only one of --to and --month"),
    ],
)
def test_a_period_is_a_month_or_two_days(
    words: Sequence[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, [line(when, None, (passed(when), 4.0)) for when in hours()])
    assert root.run(["energy", "audit", str(path), *words, *LIMITS]) == 2
    assert said in capsys.readouterr().err
    asked = ["energy", "audit", str(path), *LIMITS, "--json"]
    answers = []
    for period in (["--month", "2026-10", "--zone", "Europe/Berlin"], [*ASKED]):
        assert root.run([*asked, *period]) == 0
        answers.append(json.loads(capsys.readouterr().out))
    assert answers[0] == answers[1]
