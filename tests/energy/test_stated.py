"""What a unit's MIB says, from the simulated agent through `pdu meter` to the audit."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Optional

import pytest

from pdu import root
from pdu.core.files.journal import Journal
from tests.pdu.core.adapters.snmp.test_nameplate import unit
from tests.pdu.monitoring.halls import line, login, private, run
from tests.peers import snmp
from tests.simulators.snmp_agent import Agent, Model
from tests.simulators.snmp_agent.devices import apc

from . import test_journals
from .polls import OutletFigures, Poll, read
from .test_journals import FIRST, head, poll


def metered(folder: Path, model: Model) -> Path:
    """Two runs of the meter. Between them, outlet 1 takes 0.3 kWh."""
    logins, kept = folder / "logins.toml", folder / "kept"
    energy = f"{apc.RPDU2_METERED}.11.1"
    with Agent(model) as agent:
        peer = snmp.of(agent)
        listed = folder / "list.csv"
        listed.write_text(f"name,handler,address,auth,settings\n{line(folder, peer)}\n")
        private(logins, login(peer))
        for _ in range(2):
            done = run("meter", listed, "--into", kept, "--auth", logins, "--rounds", 1)
            assert done.returncode == 0, done.stderr
            model.device.put(energy, str(int(model.device.text(energy) or "") + 3))
    return kept


def test_a_unit_states_its_accuracy_and_its_family_the_step(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = metered(tmp_path, unit([50, 200]))
    today = datetime.datetime.now(datetime.timezone.utc).date()
    begin, end = (today + datetime.timedelta(days=by) for by in (-1, 2))
    asked = ("--from", str(begin), "--to", str(end), "--limit-kw", "99", "--json")
    assert root.run(["energy", "audit", str(kept), *asked]) == 2
    found = json.loads(capsys.readouterr().out)
    first, second = found["pdus"][0]["outlets"]
    assert first["step_from"] == "mib" and first["step_kwh"] == pytest.approx(0.3)
    assert first["meter"]["step_kwh"] == first["step_kwh"] and first["wrap_from"] is None
    assert second["step_from"] == "readings" and second["meter"]["step_kwh"] is None
    own = found["pdus"][0]["pdu"]
    for one in (first, second, own):
        assert one["class_from"] == "unit" and one["meter"]["class_percent"] == 2.0
    notes = "\n".join(found["notes"])
    assert (
        "Register steps, of 3 registers: 1 from the MIB; 2 not stated, so the middle rise of each"
        " counts.\nWraps, of 3 registers: 3 not stated.\nThe bounds contain the meter's own error"
        " of up to 2 %; 3 registers: as the unit states it.\n"
    ) in notes


def journal(folder: Path, accuracy: Any, later: Any = None) -> Path:
    """A day. The accuracy is that of the unit A1 and, if it is given, `later` that of B7."""

    def of(serial: str, value: Any) -> Mapping[str, Any]:
        said = {**test_journals.unit(serial)}
        return said if value is None else {**said, "accuracy": value}

    folder.mkdir()
    polls = [poll(FIRST + 300.0 * number, "A1") for number in range(289)]
    lines = [head(FIRST), of("A1", accuracy), *polls[:100]]
    if later is not None:
        lines.append(of("B7", later or None))
    with Journal(str(folder / "2026-10-01.jsonl")) as made:
        made.append([*lines, *polls[100:]])
    return folder


@pytest.mark.parametrize(
    "accuracy, later, percent",
    [
        (None, None, None),
        (0.5, None, 0.5),
        (0.5, 2.0, 2.0),
        (2.0, 0.5, 2.0),
        (0.5, 0, None),  # the other unit states none
    ],
)
def test_the_greatest_accuracy_of_the_units_counts_if_each_states_one(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    accuracy: Optional[float],
    later: Optional[float],
    percent: Optional[float],
) -> None:
    _, found = test_journals.run(journal(tmp_path / "kept", accuracy, later), capsys)
    (outlet,) = found["pdus"][0]["outlets"]
    assert outlet["meter"]["class_percent"] == percent
    assert outlet["class_from"] == (None if percent is None else "unit")


@pytest.mark.parametrize("accuracy", ["2 %", 0.0, -1.0, 101.0, True])
def test_another_accuracy_is_no_line_of_a_meter(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], accuracy: Any
) -> None:
    code, found = test_journals.run(journal(tmp_path / "kept", accuracy), capsys)
    assert code == 2 and "line 3: not a line of `pdu meter`" in json.dumps(found)


def stated(*said: tuple[str, Optional[float]]) -> Optional[float]:
    """The accuracy of a PDU of which polls said serial number and accuracy."""
    one, polls = OutletFigures("1", 1.0), list[Poll]()
    for at, (serial, accuracy) in enumerate(said):
        polls.append(Poll("rack1", at, at, [one], serial=serial, accuracy_percent=accuracy))
    return read("rack1", polls).accuracy_percent


@pytest.mark.parametrize(
    "said, percent",
    [
        ([("A", None)], None),
        ([("A", None), ("A", 1.0), ("A", None)], 1.0),  # the meter was updated meanwhile
        ([("A", 1.0), ("", None)], 1.0),
        ([("", None), ("A", 1.0)], 1.0),  # the first poll read no serial number
        ([("", 1.0), ("", 2.0)], 2.0),
        ([("A", 1.0), ("B", None)], None),
    ],
)
def test_the_accuracy_belongs_to_a_serial_number(
    said: Sequence[tuple[str, Optional[float]]], percent: Optional[float]
) -> None:
    assert stated(*said) == percent
