"""Drawings of which versions before said something false: each is right now, or refused in words.
What is expected is computed by hand.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Optional

import pytest

from pdu import root
from tests import witnesses

FOLDER = "hall/cases"
REFUSED = {
    "back": "the key 'curve' is not known: write standard = ",
    "early": "the key 'curve' is not known: write standard = ",
    "genset": "a slow switch, such as that of a generator, is above the feed and is not drawn",
    "hot": "and a breaker in a hot place with a lower breaker_a",
    "noline": "machine 'x' names 'b/1', and no [[pdu.line]] of b lists it: add it to one",
    "order": "and a breaker in a hot place with a lower breaker_a",
    "prop": "the key 'curve' is not known: write standard = ",
    "trafo": "the key 'voltage_v' is not known here: draw it at the feed, UPS or panel where it",
}
#: machine -> what becomes of it; breaker -> a current in A that its row must hold
RIGHT: dict[str, tuple[int, dict[str, str], dict[str, float]]] = {
    # nothing is read
    "ats_inner2": (2, dict.fromkeys(("one", "two", "three"), "cannot say"), {}),
    # 20 A of the switch, 1.5 A of its machine's other cord and 3 A meet on 16 A
    "ats_two": (1, dict.fromkeys(("one", "two"), "stays unless a breaker trips"), {"b/L1": 24.5}),
    # two machines of 4 A on each line of 10 A: more than is planned
    "place": (0, dict.fromkeys(("m1", "m2", "m3", "m4", "m5", "m6"), "stays"), {"b/L2": 8.0}),
    # 230 W more at 48 V, on 6.5 A
    "volts": (1, {"x": "stays unless a breaker trips"}, {"b/L1": 4.791 + 1.001 * 230 / 48}),
}


def rehearsed(
    capsys: pytest.CaptureFixture[str], folder: Path, name: str, readings: Optional[str] = None
) -> tuple[int, str, str]:
    """The exit code, and what was printed: answer and error."""
    kept = folder / "now.json"
    kept.write_text('{"pdus": []}' if readings is None else readings)
    drawing = witnesses.path(FOLDER, f"{name}.toml")
    argv = ["rehearse", os.fspath(drawing), "--readings", os.fspath(kept), "--fail", "feed:A"]
    code = root.run([*argv, "--json"])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_each_drawing_has_an_expectation() -> None:
    drawings = {name for name in witnesses.GROUPS[FOLDER].files if name.endswith(".toml")}
    assert drawings == {f"{name}.toml" for name in (*REFUSED, *RIGHT)}


@pytest.mark.parametrize("name", REFUSED)
def test_what_the_model_cannot_keep_is_refused_in_words(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = rehearsed(capsys, tmp_path, name)
    assert code == 2 and "line " in out + err and REFUSED[name] in out + err


@pytest.mark.parametrize("name", RIGHT)
def test_what_it_keeps_is_right(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    level, becomes, amps = RIGHT[name]
    readings = None
    if f"{name}.json" in witnesses.GROUPS[FOLDER].files:
        readings = witnesses.text(FOLDER, f"{name}.json").replace('"UP"', '"on"')
    code, out, _ = rehearsed(capsys, tmp_path, name, readings)
    answer: dict[str, Any] = json.loads(out)
    (outcome,) = answer["rehearsals"]
    assert code == answer["level"] == level
    assert {row["machine"]: row["becomes"] for row in outcome["machines"]} == becomes
    rows = {row["name"]: row for row in outcome["loads"]}
    for breaker, current in amps.items():
        assert rows[breaker]["low_a"] <= current <= rows[breaker]["high_a"]


def test_a_state_in_capitals_is_refused_by_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    readings = witnesses.text(FOLDER, "ats_two.json")
    code, out, err = rehearsed(capsys, tmp_path, "ats_two", readings)
    assert code == 2
    assert "PDU 'a', outlet '1': the state 'UP' is none of on, off, unknown" in out + err
