"""A unit that was read under two names: a sentence, and once in each sum."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from pdu.core.files.journal import Journal
from pdu.energy.registers.unit_aliases import UnitEvidence, alias_map, same
from tests.energy.test_audit import FIRST, HOUR, LIMITS, passed
from tests.pdu.running import run

DAY = 24 * HOUR
PERIOD = ("--from", "2026-10-01", "--to", "2026-10-03", "--zone", "Europe/Berlin")


def seen(
    name: str,
    unit: str = "snmp 192.0.2.8",
    serial: str = "A1",
    time: tuple[float, float] = (0.0, 100.0),
    registers: Mapping[str, float] = {"1": 5.0},  # noqa: B006  # read only
) -> UnitEvidence:
    return UnitEvidence(name, frozenset({(unit, serial)}), *time, 1.0, registers)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (seen("a"), seen("b"), {"b": "a"}),
        (seen("a"), seen("b", "snmp 192.0.2.8", "A1", (3.0, 90.0)), {"b": "a"}),
        # the one that was read longer counts
        (seen("a", time=(3.0, 90.0)), seen("b"), {"a": "b"}),
        (seen("a", "snmp PDU.example"), seen("b", "snmp pdu.example."), {"b": "a"}),
        # two units behind NAT, or of one NUT server: other serial numbers
        (seen("a"), seen("b", serial="A2"), {}),
        # one unit at two addresses, or by two protocols, has one serial number and its registers
        (seen("a"), seen("b", "snmp 192.0.2.9"), {"b": "a"}),
        (seen("a"), seen("b", "raritan 192.0.2.8"), {"b": "a"}),
        (seen("a"), seen("b", "snmp 192.0.2.9", registers={"1": 9.0}), {}),
        (seen("a"), seen("b", "snmp 192.0.2.9", "A2"), {}),
        (seen("a", serial=""), seen("b", "snmp 192.0.2.9", ""), {}),
        (seen("a", "snmp 192.0.2.8:1161"), seen("b", "snmp 192.0.2.8:1162", "A2"), {}),
        # it was renamed
        (seen("a", time=(0.0, 50.0)), seen("b", time=(50.0, 100.0)), {}),
        # each has a time of its own
        (seen("a", time=(0.0, 70.0)), seen("b", time=(50.0, 100.0)), {}),
        # without serial numbers, only registers can tell
        (seen("a", serial=""), seen("b", serial=""), {"b": "a"}),
        (seen("a", serial=""), seen("b", serial="", registers={"1": 9.0}), {}),
        (seen("a", serial=""), seen("b", serial="", registers={"1": 5.0, "2": 1.0}), {}),
        (seen("a", serial="", registers={"1": 0.0}), seen("b", "", registers={"1": 0.0}), {}),
        (seen("a", ""), seen("b", ""), {}),
    ],
)
def test_names_of_one_unit(
    one: UnitEvidence, other: UnitEvidence, expected: Mapping[str, str]
) -> None:
    assert alias_map([*same([one, other])]) == expected


def test_one_that_was_read_for_a_time_of_its_own_is_told() -> None:
    (found,) = same([seen("a", time=(0.0, 70.0)), seen("b", time=(50.0, 100.0))])
    assert not found.is_within and "what lies in both is in sums twice" in found.sentence()


def kept(folder: Path, names: Sequence[tuple[str, str, str]]) -> Path:
    """A meter's folder: each PDU of (name, address, serial number) polled each quarter hour."""
    path = folder / "readings"
    path.mkdir()
    after = "0" * 64
    for day in range(-1, 4):
        begin = FIRST + day * DAY
        records: list[dict[str, Any]] = [
            {"meter": 1, "version": "1", "boot": "b", "utc": begin, "mono": 5.0, "every": 900}
        ]
        for number, (name, address, serial) in enumerate(names):
            records.append(
                {
                    "unit": number, "name": name, "handler": "snmp", "address": address,
                    "family": "", "serial": serial, "firmware": "", "outlets": ["1"],
                    "names": [""], "meters": [],
                }
            )  # fmt: skip
        for poll in range(96):
            for number, _ in enumerate(names):
                when = begin + 900.0 * poll + number
                mono = when - FIRST + 1e6
                records.append(
                    {
                        "of": number, "utc": [when, when + 0.5], "mono": [mono, mono + 0.5],
                        "load": 4.0, "kwh": [passed(when)], "amps": [4.0], "on": "1",
                    }
                )  # fmt: skip
        with Journal(
            str(path / f"2026-{'09-30' if day < 0 else f'10-0{day + 1}'}.jsonl"), after
        ) as made:
            made.append(records)
            after = made.hash
    return path


TWICE = [("r1", "PDU1", "A1"), ("other", "pdu1:161", "A1"), ("r2", "PDU1:1162", "A2")]


def test_an_audit_counts_it_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = kept(tmp_path, TWICE)
    (tmp_path / "hall.toml").write_text(
        'feed = [{ name = "A" }]\n'
        'pdu = [{ name = "r1", inputs = ["A"] }, { name = "other", inputs = ["A"] }]\n'
        'machine = [{ name = "m", cords = ["other/1", "r1/1"] }]\n'
    )
    (tmp_path / "customers.csv").write_text("customer,pdu,outlet,from,to\nacme,r*,*,,\n")
    owned = ("--customers", str(tmp_path / "customers.csv"))
    drawn = ("--drawing", str(tmp_path / "hall.toml"))
    asked = ("energy", "audit", str(path), *PERIOD, *LIMITS)
    code, out, err = run(capsys, *asked, *owned, *drawn, "--json")
    assert code == 0, err
    told = "other and r1 are one unit under two names: sums count it once, as other."
    assert err.count(told) == 1
    found = json.loads(out)
    assert told in found["notes"] and len(found["pdus"]) == 3
    (machine,) = found["machines"]
    assert machine["kwh"]["best"] == pytest.approx(48.0, abs=0.02)
    assert [one["pdu"] for one in machine["outlets"]] == ["other"]
    assert len(found["customers"]) == 1  # what nobody has by the other name is Acme's
    (acme,) = found["customers"]
    assert [one["pdu"] for one in acme["outlets"]] == ["r1", "r2"]
    # a pattern that means both names
    (tmp_path / "customers.csv").write_text("customer,pdu,outlet,from,to\nacme,*,*,,\n")
    _, out, _ = run(capsys, *asked, *owned, "--json")
    (acme,) = json.loads(out)["customers"]
    assert acme["kwh"]["best"] == pytest.approx(96.0, abs=0.03)


def test_a_statement_counts_it_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = kept(tmp_path, TWICE)
    (tmp_path / "customers.csv").write_text("customer,pdu,outlet,from,to\nacme,*,*,,\n")
    owned = ("--customers", str(tmp_path / "customers.csv"), "--into", str(tmp_path / "into"))
    asked = ("energy", "statement", str(path), *PERIOD, *LIMITS[:2], *owned)
    code, out, err = run(capsys, *asked, "--json")
    assert code == 0, err
    done = json.loads(out)
    assert done["outlets"] == 2 and "one unit under two names" in done["repeated"][0]
    (folder,) = (tmp_path / "into").glob("0001*")
    rows = [*csv.DictReader(io.StringIO((folder / "statement.csv").read_text()))]
    assert [one["pdu"] for one in rows if one["row"] == "outlet"] == ["other", "r2"]


@pytest.mark.parametrize("command", ["audit", "statement"])
@pytest.mark.parametrize(
    ("rows", "is_refused"),
    [
        ("acme,r1,1,,\nbeta,other,1,,\n", True),
        ("acme,r1,,,\nbeta,other,1,,\n", True),
        ("acme,r1,,,\nacme,other,*,,\n", True),
        ("acme,r1,1,,2026-10-02\nbeta,other,1,2026-10-02,\n", False),
        ("acme,r1,1,,\nacme,other,1,,\n", False),
    ],
)
def test_no_two_customers_pay_for_one_unit_under_two_names(
    command: str, rows: str, is_refused: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = kept(tmp_path, TWICE)
    (tmp_path / "customers.csv").write_text(f"customer,pdu,outlet,from,to\n{rows}")
    into = ("--into", str(tmp_path / "into")) if command == "statement" else ()
    owned = ("--customers", str(tmp_path / "customers.csv"), *into)
    code, _, err = run(capsys, "energy", command, str(path), *PERIOD, *LIMITS, *owned)
    assert (code == 2 and "are one unit under two names" in err and "(acme)" in err) == is_refused
    assert is_refused or code in (0, 1), err
    assert not (is_refused and (tmp_path / "into").exists())


def test_two_names_of_two_units_are_no_finding(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = kept(tmp_path, [("r1", "192.0.2.8", "A1"), ("r2", "192.0.2.8", "A2")])
    code, out, err = run(capsys, "energy", "audit", str(path), *PERIOD, *LIMITS, "--json")
    assert (code, err) == (0, "") and "two names" not in out
