"""What is listed of a MIB that no figure reads."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from handlers.snmp.profile_parts import SIMULATED
from handlers.snmp.profiles import PROFILES
from tests.needs import pysmi
from tests.unread.__main__ import look, main, reviewed
from tests.unread.mibs import Folder

# another text below the root of a family that reads two of these objects
MIB = """SimplePDU-MIB DEFINITIONS ::= BEGIN
IMPORTS enterprises, OBJECT-TYPE FROM SNMPv2-SMI;
root OBJECT IDENTIFIER ::= { enterprises 42610 1 4 2 1 2 1 3 }
%s
END
"""
OBJECT = """%s OBJECT-TYPE SYNTAX Integer32 UNITS "%s" MAX-ACCESS read-only STATUS current
DESCRIPTION "" ::= { root %d }
"""
OBJECTS = (
    ("simpleWatts", "0.1W", 1),  # pduStatPower
    ("simpleEnergy", "0.01kWh", 3),  # pduStatTotalEnergy
    ("simplePeakPower", "W", 20),
    ("simplePhase1Power", "W", 21),
    ("simpleSocketWatts", "W", 22),
    ("simpleLoad", "VA", 23),
    ("simpleVoltage", "0.1V", 24),
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "path", [pysmi(), *sys.path])
    (tmp_path / "powertek").mkdir()
    text = MIB % "".join(OBJECT % one for one in OBJECTS)
    (tmp_path / "powertek" / "SimplePDU-MIB").write_text(text, "utf-8")
    return tmp_path


def test_what_is_read_and_what_has_a_reason_is_told_apart_from_the_rest(folder: Path) -> None:
    profile = PROFILES.find_profile("powertek-simple")
    assert profile is not None
    found = look(profile, Folder(folder), reviewed()["every"])
    assert [one.name for one in found.read] == ["simpleWatts", "simpleEnergy"]
    assert [one.name for one, _ in found.explained] == ["simplePeakPower", "simplePhase1Power"]
    assert [one.name for one in found.unexplained] == ["simpleSocketWatts"]


def test_the_program_names_what_has_no_reason_and_what_has_no_mib(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(folder), "powertek-simple", "rpcm", "--all"]) == 1
    shown = capsys.readouterr().out
    assert "simpleSocketWatts (W): no reason" in shown
    assert "simplePeakPower (W): an extreme since a reset" in shown
    assert "EnergyRecord$: no object has this reason" in shown  # a reason of the vendor's MIB
    assert "no MIB: rpcm" in shown and "simpleVoltage" not in shown and "simpleLoad" not in shown


def test_a_part_has_no_reason_if_the_family_has_no_total_of_it(folder: Path) -> None:
    profile = PROFILES.find_profile("powertek-simple")
    assert profile is not None
    evidence = SIMULATED.of("current", "energy")
    without = {**vars(profile), "power": None, "evidence": evidence}
    found = look(type(profile)(**without), Folder(folder), reviewed()["every"])
    assert "simplePhase1Power" in [one.name for one in found.unexplained]


def test_every_reviewed_family_exists_and_each_reason_is_said_once() -> None:
    known = reviewed()
    assert set(known) - {"every"} <= set(PROFILES.keys)
    for entry in known.values():
        patterns = [one.objects.pattern for one in entry.own]
        assert len(set(patterns)) == len(patterns)
        assert all(one.why for one in (*entry.own, *entry.every))
