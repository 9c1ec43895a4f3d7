"""What is known without outlet meters: a pool per line, `complete`, and what BMCs say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Optional

import pytest

from handlers.shared.errors import SettingsError
from pdu import root
from pdu.hall.drawings.checking import check
from pdu.hall.drawings.supplies import add_supplies
from pdu.hall.failure.hall_model import HallModel
from pdu.hall.failure.rehearsal import RehearsalOutcome, rehearse
from pdu.hall.walk.verdicts import Now
from pdu.pdus import saved_readings
from pdu.site.drawing import drawing_file
from pdu.site.drawing.drawing import HallNode

A = HallNode("feed", "A")
DRAWING = (
    '[[feed]]\nname = "A"\n[[feed]]\nname = "B"\n'
    + "".join(
        f'[[pdu]]\nname = "{side}"\ninputs = ["{side.upper()}"]\nbreaker_a = 16\nCOMPLETE'
        + "".join(
            f'[[pdu.line]]\nname = "L{line}"\noutlets = ["{line}1", "{line}2"]\n'
            for line in (1, 2, 3)
        )
        for side in "ab"
    )
    + "".join(
        f'[[machine]]\nname = "m{line}{place}"\ncords = ["a/{line}{place}", "b/{line}{place}"]\n'
        for line in (1, 2, 3)
        for place in (1, 2)
    )
)
COMPLETE = DRAWING.replace("COMPLETE", "complete = true\n")


def readings(amps: float, current: Optional[float] = None) -> dict[str, Any]:
    """Two PDUs of three lines that carry so much each, with or without outlet meters."""
    outlets = [f"{line}{place}" for line in (1, 2, 3) for place in (1, 2)]
    return {
        "taken": 0,
        "pdus": [
            {
                "name": side,
                "load_a": 3 * amps,
                "outlets": [
                    {"identity": one, "state": "on", "current_a": current} for one in outlets
                ],
                "topology": {
                    "meters": [
                        {"kind": "line", "label": f"L{line}", "current_a": amps}
                        for line in (1, 2, 3)
                    ],
                    "outlets": {},
                },
            }
            for side in "ab"
        ],
    }


def made(drawing: str, amps: float, current: Optional[float] = None) -> HallModel:
    parsed = drawing_file.parsed(drawing.replace("COMPLETE", ""), "hall.toml")
    return HallModel(
        parsed, saved_readings.parse_readings(readings(amps, current), "readings.json")
    )


def words(outcome: RehearsalOutcome) -> set[str]:
    return {one.verdict.value for one in outcome.verdicts}


def works(drawing: str) -> str:
    return drawing.replace("[[machine]]\n", "[[machine]]\nworks = true\n")


def test_machines_that_are_said_to_work_stay_by_the_meter_of_their_line() -> None:
    # 6.5 and 6.5 A on each line of 16 A; three lines of one PDU together are 19.5 A
    assert words(rehearse(made(COMPLETE, 6.5), [A])) == {"cannot say"}
    found = rehearse(made(works(COMPLETE), 6.5), [A])
    assert words(found) == {"stays"} and found.level == 0
    line = next(one for one in found.loads if one.name == "b/L1")
    # the line carried 6.5 A, and each machine on it lives: it does not fall
    assert 6.0 < line.load.low < 6.5 and 13.0 < line.load.high < 15.0


def test_a_machine_that_is_said_to_work_does_not_live_on_an_outlet_that_is_off() -> None:
    document = readings(6.5)
    for outlet in document["pdus"][1]["outlets"]:
        outlet["state"] = "off"
    parsed = drawing_file.parsed(works(COMPLETE), "hall.toml")
    hall = HallModel(parsed, saved_readings.parse_readings(document, "readings.json"))
    assert words(rehearse(hall, [A])) == {"dark at once"}
    kinds = {one.kind for one in check(parsed, hall.readings)}
    assert "works-and-off" in kinds


def test_outlets_that_nobody_drew_feed_nothing_where_the_drawing_is_complete() -> None:
    less = works(COMPLETE).replace(
        '[[machine]]\nworks = true\nname = "m32"\ncords = ["a/32", "b/32"]\n', ""
    )
    assert not made(less, 6.5).unowned_cords
    open_ = made(less.replace("complete = true\n", ""), 6.5)
    assert {str(one.cord) for one in open_.unowned_cords} == {"a/32", "b/32"}
    # one that carries current does so whatever the owner says: `pdu plan check` names it
    living = made(less, 6.5, 1.0)
    assert {one.now for one in living.unowned_cords} == {Now.CARRIES}
    found = [one.what for one in check(living.drawing, living.readings)]
    assert any("and the drawing is said to be complete" in text for text in found)


def test_a_hall_or_some_racks_are_complete() -> None:
    racks = DRAWING.replace("COMPLETE", 'rack = "r1"\n')
    for text, expected in (("true", True), ('["r1"]', True), ('["r2"]', False), ("false", False)):
        parsed = drawing_file.parsed(f"complete = {text}\n{racks}", "hall.toml")
        assert {one.complete for one in parsed.pdus.values()} == {expected}, text


CSV = "machine,supply,state\n" + "".join(
    f"m{line}{place},{supply},{{}}\n" for line in (1, 2, 3) for place in (1, 2) for supply in (1, 2)
)


@pytest.mark.parametrize(
    "state, expected",
    [
        ("Presence detected", True),
        ('"Presence detected, Power Supply AC lost"', False),
        ("Power Supply AC lost", False),
        ("OK", True),
        ("StandbySpare", True),
        ("Critical", False),
    ],
)
def test_the_words_of_bmcs(tmp_path: Path, state: str, expected: bool) -> None:
    path = tmp_path / "bmc.csv"
    path.write_text(CSV.format(*["OK"] * 11, state))
    drawing = drawing_file.parsed(COMPLETE, "hall.toml")
    found = add_supplies(drawing, str(path))
    assert found.drawing.machines["m11"].works
    assert found.drawing.machines["m32"].works is expected
    assert bool(found.notes) is not expected


def test_a_word_that_proves_nothing_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bmc.csv"
    drawing = drawing_file.parsed(COMPLETE, "hall.toml")
    for state, what in (("ok", "only says that the sensor was read"), ("fine", "is not known")):
        path.write_text(f"machine,supply,state\nm11,1,{state}\n")
        with pytest.raises(SettingsError, match=what):
            add_supplies(drawing, str(path))


def test_a_machine_with_fewer_supplies_than_cords_is_not_said_to_work(tmp_path: Path) -> None:
    path = tmp_path / "bmc.csv"
    path.write_text("machine,supply,state\nm11,1,OK\nother,1,OK\n")
    found = add_supplies(drawing_file.parsed(COMPLETE, "hall.toml"), str(path))
    assert not found.drawing.machines["m11"].works
    assert len(found.notes) == 2 and "fewer supplies than cords" in found.notes[0]
    # what a BMC says of a failed one counts more than an older word in the drawing
    path.write_text("machine,supply,state\nm11,1,Critical\nm11,2,OK\n")
    said = add_supplies(drawing_file.parsed(works(COMPLETE), "hall.toml"), str(path))
    assert not said.drawing.machines["m11"].works and said.drawing.machines["m12"].works


def test_the_command_takes_what_bmcs_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("hall.power.toml").write_text(COMPLETE)
    Path("readings.json").write_text(json.dumps(readings(6.5)))
    Path("bmc.csv").write_text(CSV.format(*["OK"] * 12))
    command = ("rehearse", "hall.power.toml", "--readings", "readings.json", "--fail", "feed:A")
    assert root.run(command) == 2
    assert root.run((*command, "--supplies", "bmc.csv")) == 0
    assert "At once 0 of 6 machines go dark; 0 undecided; 6 stay" in capsys.readouterr().out
