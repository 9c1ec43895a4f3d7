"""`pdu energy audit` of the folder of `pdu meter`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from pdu import root
from pdu.core.files.journal import START, Journal
from pdu.energy import command as cli

FIRST = 1790812800.0  # 2026-10-01T00:00:00Z
DAY, HOUR = 86400.0, 3600.0
ASKED = ("--from", "2026-10-01", "--to", "2026-10-02", "--limit-kw", "3.68", "--step", "0.01")


def head(time: float, boot: str = "b1") -> Mapping[str, Any]:
    return {
        "meter": 1,
        "version": "1",
        "boot": boot,
        "utc": time,
        "mono": 5.0,
        "every": 300,
        "repaired": 0,
    }


def unit(serial: str) -> Mapping[str, Any]:
    return {
        "unit": 7,
        "name": "rack1",
        "handler": "snmp",
        "address": "192.0.2.8",
        "family": "apc-rpdu2",
        "serial": serial,
        "firmware": "1",
        "outlets": ["1", "2"],
        "names": ["", ""],
        "meters": [],
    }


def poll(time: float, serial: str, shift: float = 0.0) -> Mapping[str, Any]:
    kwh = round((time - FIRST) / HOUR + 1000.0, 2)
    return {
        "of": 7,
        "utc": [time + shift, time + shift + 1.0],
        "mono": [time - FIRST + 9e5, time - FIRST + 9e5 + 1.0],
        "up": time - FIRST + 9e6,
        "load": 9.0,
        "total": 2 * kwh,
        "kwh": [kwh, None],
        "amps": [4.5, 0.0],
        "watts": [1000.0, None],
        "on": "10",
    }


def records(day: int) -> Iterator[Mapping[str, Any]]:
    """The lines of a day from the first one; at 18:00 of day 0 the unit is replaced."""
    start = FIRST + day * DAY
    yield head(start)
    before = ""
    for number in range(288):
        time = start + 300.0 * number
        serial = "A1" if time < FIRST + 18 * HOUR else "B7"
        if serial != before:
            yield unit(serial)
        before = serial
        yield poll(time, serial)
    yield {"late": 1, "utc": [start, start]}
    yield {"lost": 1, "utc": [start, start], "reason": "disk full"}
    yield {"of": 7, "utc": [start, start], "mono": [1.0, 1.0], "error": ["unreachable", "no"]}


def written(folder: Path) -> Path:
    after = START
    for day, name in ((-1, "2026-09-30"), (0, "2026-10-01"), (1, "2026-10-02")):
        with Journal(str(folder / f"{name}.jsonl"), after) as made:
            made.append(records(day))
            after = made.hash
    return folder


def run(folder: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, Any]:
    code = root.run(["energy", "audit", str(folder), *ASKED, "--json"])
    shown = capsys.readouterr()
    return code, json.loads(shown.out)


def test_a_replaced_unit_is_seen_by_its_serial_number(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, found = run(written(tmp_path), capsys)
    (pdu,) = found["pdus"]
    (outlet,) = pdu["outlets"]
    assert pdu["outlets_without_energy"] == 1 and pdu["polls_failed"] == 3
    (event,) = outlet["events"]
    assert event["kind"] == "changed" and event["reason"] == "another serial number"
    assert event["end"].startswith("2026-10-01T18:0")
    assert outlet["kwh"]["low"] <= 24.0 <= outlet["kwh"]["high"] < 25.5
    assert pdu["pdu"]["kwh"]["low"] <= 48.0 <= pdu["pdu"]["kwh"]["high"]
    assert code == 2 and any("each line as it was written" in note for note in found["notes"])


def test_nothing_is_said_of_registers_that_were_never_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    failed = {"of": 7, "utc": [FIRST, FIRST], "mono": [1.0, 1.0], "error": ["unreachable", "no"]}
    with Journal(str(tmp_path / "2026-10-01.jsonl")) as made:
        made.append([head(FIRST), unit("A1"), failed])
    code, found = run(tmp_path, capsys)
    assert code == 2 and [note.split()[0] for note in found["notes"]] == ["Readings:", "Software"]


def test_the_json_of_many_pdus_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, found = run(written(tmp_path), capsys)
    monkeypatch.setattr(cli, "_LARGE", 0)
    root.run(["energy", "audit", str(tmp_path), *ASKED, "--json"])
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line) == found


def test_a_changed_line_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path) / "2026-10-01.jsonl"
    text = path.read_text()
    path.write_text(text.replace('"watts":[1000.0', '"watts":[1001.0', 1))
    code, error = run(tmp_path, capsys)
    assert code == 2 and "2026-10-01.jsonl" in json.dumps(error) and "line 4" in json.dumps(error)
    path.write_text(text[: text.rindex("{", 0, -400)])
    code, error = run(tmp_path, capsys)
    assert code == 2 and "2026-10-02.jsonl" in json.dumps(error)


@pytest.mark.parametrize(
    "bad",
    [
        {"of": 9},
        {"of": 7, "utc": 1},
        {"meter": 2},
        {"of": []},
        {**unit("A1"), "name": 8},
        {**unit("A1"), "outlets": ["1", 2]},
        {**unit("A1"), "outlets": "12"},
        {**poll(FIRST, "A1"), "total": 10**400},
    ],
)
def test_a_line_of_another_form_is_named(
    bad: Mapping[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Journal(str(tmp_path / "2026-10-01.jsonl")) as made:
        made.append([head(FIRST), unit("A1"), bad])
    code, error = run(tmp_path, capsys)
    assert code == 2 and "line 4: not a line" in json.dumps(error)


@pytest.mark.parametrize("time", [1e300, -1e300, 2.6e11])
def test_a_time_without_a_date_is_shown_in_seconds(
    time: float, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Journal(str(tmp_path / "2026-10-01.jsonl")) as made:
        lines = list(records(0))[:20]
        made.append([*lines[:10], {**lines[10], "utc": [time, time]}, *lines[11:]])
    code, found = run(tmp_path, capsys)
    # what was too early to be right was put right by the monotonic clock
    wanted = "days behind" if time < 0.0 else "s after 1970"
    assert code == 2 and wanted in json.dumps(found["pdus"])
    page = tmp_path / "page.html"
    code = root.run(["energy", "audit", str(tmp_path), *ASKED, "--html", str(page)])
    assert code == 2 and wanted in page.read_text()


def test_an_outlet_that_is_listed_twice_counts_as_not_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Journal(str(tmp_path / "2026-10-01.jsonl")) as made:
        lines = list(records(0))[:100]
        twice = {**unit("A1"), "outlets": ["1", "1"]}
        made.append([*lines[:50], twice, *lines[50:52], unit("A1"), *lines[52:]])
    _, found = run(tmp_path, capsys)
    (outlet,) = found["pdus"][0]["outlets"]
    # the register bridges the two polls
    assert outlet["kwh"]["low"] == pytest.approx(97 * 300.0 / HOUR, abs=0.1)
    assert {event["kind"] for event in outlet["events"]} == {"gap"}


# ---- files that are not whole --------------------------------------------------------------------


def damaged(folder: Path, name: str, *numbers: int) -> None:
    """Change a figure in these lines, as a flipped bit does."""
    path = folder / name
    lines = path.read_bytes().splitlines(keepends=True)
    for number in numbers:
        lines[number - 1] = lines[number - 1].replace(b'"load":9.0', b'"load":8.0')
    path.write_bytes(b"".join(lines))


def audited(
    folder: Path, capsys: pytest.CaptureFixture[str], *more: str
) -> tuple[int, Mapping[str, Any]]:
    code = root.run(["energy", "audit", str(folder), *ASKED, "--json", *more])
    found: Mapping[str, Any] = json.loads(capsys.readouterr().out)
    return code, found


def test_a_bad_line_costs_its_neighbourhood_only(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(tmp_path)
    _, whole = audited(tmp_path, capsys)
    damaged(tmp_path, "2026-10-01.jsonl", 50, 90)
    code, found = audited(tmp_path, capsys)
    assert code == 2 and "line 50 is not as it was written" in found["error"]["reason"]
    code, found = audited(tmp_path, capsys, "--without", "2026-10-01.jsonl:50")
    assert code == 2 and "line 90 is not as it was written" in found["error"]["reason"]
    left = ("--without", "2026-10-01.jsonl:50", "--without", "2026-10-01.jsonl:88-91")
    code, found = audited(tmp_path, capsys, *left)
    assert [note for note in found["notes"] if "LEFT OUT" in note] == [
        "LEFT OUT by --without, not checked: 2026-10-01.jsonl, lines 50, 88-91"
    ]
    (before,), (after,) = (one["pdus"][0]["outlets"] for one in (whole, found))
    assert after["kwh"] == pytest.approx(before["kwh"])
    assert [one["kind"] for one in after["events"]] == ["gap", "changed"]


def test_a_declaration_that_is_left_out_leaves_out_what_it_declared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(tmp_path)
    lines = (tmp_path / "2026-10-01.jsonl").read_text().splitlines()
    (second,) = (number for number, line in enumerate(lines, start=1) if '"serial":"B7"' in line)
    _, found = audited(tmp_path, capsys, "--without", f"2026-10-01.jsonl:{second}")
    (outlet,) = found["pdus"][0]["outlets"]
    gap = next(one for one in outlet["events"] if one["kind"] == "gap")
    # The unit after the exchange is not taken for the one before it: it is read again a day later.
    assert gap["begin"].startswith("2026-10-01T17:5") and gap["end"].startswith("2026-10-02T00:00")
    assert outlet["kwh"]["low"] <= 24.0 <= outlet["kwh"]["high"]


def test_a_whole_file_may_be_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(tmp_path)
    (tmp_path / "2026-10-01.jsonl").write_text("nothing of a journal\n")
    code, found = audited(tmp_path, capsys)
    assert code == 2 and "2026-10-01.jsonl" in found["error"]["reason"]
    code, found = audited(tmp_path, capsys, "--without", "2026-10-01.jsonl")
    (outlet,) = found["pdus"][0]["outlets"]
    assert outlet["read"] < 0.01 and "all of it" in " ".join(found["notes"])
    assert outlet["kwh"]["low"] <= 24.0 <= outlet["kwh"]["high"]


def test_files_that_do_not_cover_the_period_say_what_they_cover(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(tmp_path)
    later = ("--from", "2026-10-01", "--to", "2026-10-20")
    _, found = audited(tmp_path, capsys, *later)
    assert (
        "The readings do not cover the period: they are from 2026-09-30 00:00:00+00:00 to"
        " 2026-10-02 23:55:01+00:00."
    ) in found["notes"]
    _, found = audited(tmp_path, capsys)
    assert not any("do not cover" in note for note in found["notes"])
    code, found = audited(tmp_path, capsys, "--from", "2026-11-01", "--to", "2026-12-01")
    assert code == 2 and "it has 2026-09-30 to 2026-10-02" in found["error"]["reason"]


def test_a_period_may_begin_and_end_at_any_time(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(tmp_path)
    times = ("--from", "2026-10-01T06:30", "--to", "2026-10-01T15:00:00+02:00", "--zone", "UTC")
    code, found = audited(tmp_path, capsys, *times)
    (outlet,) = found["pdus"][0]["outlets"]
    assert outlet["kwh"]["low"] <= 6.5 <= outlet["kwh"]["high"] < 6.8 and not outlet["events"]
    assert (found["from"], found["to"]) == ("2026-10-01T06:30:00Z", "2026-10-01T13:00:00Z")


def test_a_clock_that_was_years_ahead_does_not_hide_what_followed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """For an hour it said 2036: all later lines are in that day's file."""
    after = START
    for name, ahead in (("2026-09-30", False), ("2036-10-08", True)):
        with Journal(str(tmp_path / f"{name}.jsonl"), after) as made:
            first = FIRST - DAY if not ahead else FIRST
            lines = [head(first), unit("A1")]
            for number in range(288 if not ahead else 600):
                wrong = 3.16e8 if ahead and number < 12 else 0.0
                lines.append(poll(first + 300.0 * number, "A1", wrong))
            made.append(lines)
            after = made.hash
    _, found = run(tmp_path, capsys)
    (outlet,) = found["pdus"][0]["outlets"]
    assert outlet["kwh"]["low"] <= 24.0 <= outlet["kwh"]["high"] < 24.3
