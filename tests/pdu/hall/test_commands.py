"""`pdu plan` and `pdu rehearse` on saved readings, and every command of docs/hall.md as written."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pdu import root
from tests.needs import ROOT
from tests.pdu.monitoring.halls import line, login, private
from tests.peers import PEERS

FOLDER = ROOT / "docs" / "hall"
READINGS = ("--readings", "readings.json")


@pytest.fixture
def hall(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the example as the current folder."""
    shutil.copytree(FOLDER, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = root.run(words)
    shown = capsys.readouterr()
    return code, shown.out, shown.err


def changed(hall: Path, pdu: int, outlet: int, **figures: Any) -> None:
    path = hall / "readings.json"
    document = json.loads(path.read_text())
    document["pdus"][pdu]["outlets"][outlet].update(figures)
    path.write_text(json.dumps(document))


# ---- rehearse ------------------------------------------------------------------------------------


def rehearsed(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, Any]]:
    code, out, err = run(capsys, "rehearse", "hall.power.toml", *READINGS, *words, "--json")
    assert not err
    found: dict[str, Any] = json.loads(out)
    return code, found


def test_a_lost_feed_names_what_is_dark_and_what_cannot_be_said(
    hall: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(capsys, "rehearse", "hall.power.toml", *READINGS, "--fail", "feed:A")
    assert code == 1
    assert "At once 1 of 4 machines goes dark; 1 undecided; 2 stay." in out
    assert re.search(
        r"cannot say +1 +row1/srv-2 \(r1-right/2\) +its outlet is on and carries nothing", out
    )
    assert re.search(r"dark at once +1 +row1/switch +0 of 1 cords survive, it needs 1", out)
    assert "what changed since the readings" in out and "everything above the feeds" in out


def test_the_exit_code_is_0_only_if_all_stay_and_fit(
    hall: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert rehearsed(capsys, "--fail", "feed:B")[0] == 0  # srv-2's cord there is idle
    changed(hall, 0, 1, current_a=None)  # nobody meters srv-2's other cord
    code, found = rehearsed(capsys, "--fail", "feed:B")
    assert code == 2
    assert [one["machine"] for one in found["rehearsals"][0]["machines"] if one["advice"]] == [
        "row1/srv-2"
    ]
    changed(hall, 0, 1, current_a=0.0, state="off")
    assert rehearsed(capsys, "--fail", "feed:B")[0] == 1


def test_a_breaker_that_overloads_fails_next(
    hall: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = hall / "hall.power.toml"
    path.write_text(
        path.read_text().replace(
            'name = "B"\nvoltage_v = 230\nbreaker_a = 32', 'name = "B"\nbreaker_a = 4'
        )
    )
    path.write_text(
        path.read_text().replace(
            'inputs = ["B"]\nrack = "r1"', 'inputs = ["B"]\nrack = "r1"\n[[pdu.line]]\nname = "L1"'
        )
    )
    changed(hall, 1, 1, current_a=1.4)
    code, found = rehearsed(capsys, "--fail", "feed:A")
    outcome = found["rehearsals"][0]
    assert code == 1 and outcome["trips"] == ["r1-right/L1"]
    assert {one["machine"]: one["step"] for one in outcome["machines"]} == {
        "row1/srv-1": 2,
        "row1/srv-2": 2,
        "row1/blades": 2,
        "row1/switch": 1,
    }
    load = outcome["loads"][0]
    assert load["verdict"] == "overloads" and load["low_a"] > 4 and load["high_a"] >= load["low_a"]
    # at 1.2 times its rating it may hold: IEC 60898-1
    rating = round(load["low_a"] / 1.2, 2)
    path.write_text(path.read_text().replace("breaker_a = 4", f"breaker_a = {rating}"))
    code, found = rehearsed(capsys, "--fail", "feed:A")
    outcome = found["rehearsals"][0]
    assert code == 1 and outcome["trips"] == [] and outcome["loads"][0]["verdict"] == "overloads"
    later = [one for one in outcome["machines"] if one["step"] == 2]
    # the verdict keeps its word, `becomes` says it in full
    assert {one["verdict"] for one in later} == {"cannot say"}
    assert {one["becomes"] for one in later} == {"stays unless a breaker trips"}
    assert {tuple(one["breakers"]) for one in later} == {("r1-right/L1",)}


def test_each_failure_grades_machines(hall: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, found = rehearsed(capsys, "--each")
    grades = {one["machine"]: one["grade"] for one in found["redundancy"]["machines"]}
    assert code == 1
    assert grades == {
        "row1/srv-1": "2N",
        "row1/srv-2": "cannot say",
        "row1/blades": "2N",
        "row1/switch": "N",
    }
    code, out, _ = run(capsys, "rehearse", "hall.power.toml", *READINGS, "--each")
    assert "2N: 2, N+1: 0, N: 1, cannot say: 1" in out and "single points (N): row1/switch" in out


def test_the_page_is_escaped_and_shows_what_is_gone(
    hall: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = hall / "hall.power.toml"
    path.write_text(path.read_text().replace("row1/switch", "row1/<b>"))
    run(capsys, "rehearse", "hall.power.toml", *READINGS, "--fail", "feed:A", "--html", "a.html")
    page = (hall / "a.html").read_text("utf-8")
    assert "row1/&lt;b&gt;" in page and "row1/<b>" not in page and "<script" not in page
    assert "<title>feed A, dead</title>" in page
    assert "<title>feed B, lives</title>" in page
    assert "<title>r1-left, dead</title>" in page
    assert re.search(r"<text[^>]*>\? row1/srv-2</text>", page)


_SLASHES = """[[feed]]
name = "A"
[[panel]]
name = "a"
inputs = ["A"]
[[panel.line]]
name = "b/c"
[[pdu]]
name = "upper"
inputs = ["a"]
[[pdu.line]]
name = "L1"
of = "a/b/c"
[[pdu]]
name = "a/b"
inputs = ["A"]
[[pdu.line]]
name = "c"
[[machine]]
name = "on the panel"
cords = ["upper/1"]
[[machine]]
name = "on the PDU"
cords = ["a/b/1"]
"""


def test_two_lines_are_told_apart_though_their_texts_are_equal(
    hall: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (hall / "hall.power.toml").write_text(_SLASHES)
    outlets = [{"identity": "1", "state": "on", "current_a": 1.0}]
    pdus = [{"name": name, "outlets": outlets} for name in ("upper", "a/b")]
    (hall / "readings.json").write_text(json.dumps({"pdus": pdus}))
    _, found = rehearsed(capsys, "--each")
    dark = [
        [one["machine"] for one in outcome["machines"] if one["verdict"] == "dark"]
        for outcome in found["rehearsals"]
        if outcome["failed"] == ["breaker:a/b/c"]
    ]
    assert dark == [["on the panel"], ["on the PDU"]]
    words = ("--fail", "breaker:a/b/c")
    code, out, err = run(capsys, "rehearse", "hall.power.toml", *READINGS, *words)
    assert code == 2 and not out and "'breaker:a/b/c'" in err and "rename one of them" in err


@pytest.mark.parametrize(
    "words, expected",
    [
        ((), "say what fails: --fail KIND:NAME or --each"),
        (("--fail", "feed:A", "--each"), "say what fails"),
        (("--fail", "A"), "give KIND:NAME"),
        (("--fail", "pdu:r9"), "the drawing has no pdu of that name; it has: r1-left, r1-right"),
    ],
)
def test_a_wrong_failure_is_named(
    hall: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], expected: str
) -> None:
    code, out, err = run(capsys, "rehearse", "hall.power.toml", *READINGS, *words)
    assert code == 2 and not out and expected in err


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"pdus": 1}',
        '{"pdus": [{"name": "a"}]}',
        '{"pdus": [{"name": "a", "outlets": [{"identity": "1"}]}]}',
    ],
)
def test_a_file_without_readings_is_refused(
    hall: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    (hall / "readings.json").write_text(text)
    code, out, err = run(capsys, "rehearse", "hall.power.toml", *READINGS, "--each")
    assert code == 2 and not out and "pdu check LIST --json" in err and "defect" not in err


# ---- plan check ----------------------------------------------------------------------------------


def findings(capsys: pytest.CaptureFixture[str]) -> set[tuple[str, str]]:
    code, out, _ = run(capsys, "plan", "check", "hall.power.toml", *READINGS, "--json")
    found = {(one["kind"], one["where"]) for one in json.loads(out)["findings"]}
    assert code == bool(found)
    return found


def test_planted_mistakes_are_found(hall: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert findings(capsys) == set()
    path, text = hall / "hall.power.toml", (hall / "hall.power.toml").read_text()
    text = text.replace('"r1-right/1"]', '"r1-right/77"]').replace('"r1-right/2"]', '"r1-left/9"]')
    path.write_text(text.replace('inputs = ["B"]', 'inputs = ["A"]'))
    document = json.loads((hall / "readings.json").read_text())
    document["pdus"][0]["topology"] = {
        "meters": [{"kind": "line", "label": "L1", "current_a": 15.0, "rating_a": 10.0}]
    }
    (hall / "readings.json").write_text(json.dumps(document))
    assert findings(capsys) == {
        ("cords-on-one-feed", "row1/srv-1"),
        ("cords-on-one-feed", "row1/blades"),
        ("cords-on-one-pdu", "row1/srv-2"),
        ("no-such-outlet", "r1-right/77"),
        ("no-such-outlet", "r1-left/9"),
        ("current-of-nobody", "r1-right/1"),
        ("other-limit", "r1-left/L1"),
        ("above-limit", "r1-left/L1"),
    }


def test_cords_on_one_breaker_and_inputs_on_one_feed_are_found(
    hall: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, text = hall / "hall.power.toml", (hall / "hall.power.toml").read_text()
    text = text.replace('"r1-right/1"]', '"r1-left/4"]').replace(
        '"r1-left/4", "r1-right/4"', '"r1-right/4"'
    )
    text = text.replace('inputs = ["B"]\n', 'inputs = ["PA", "A"]\n')
    text = text.replace(
        '[[pdu.line]]\nname = "L1"', '[[pdu.breaker]]\nname = "C1"\noutlets = ["1", "4"]'
    )
    path.write_text(text)
    found = findings(capsys)
    assert ("cords-on-one-breaker", "row1/srv-1") in found
    assert ("inputs-on-one-feed", "r1-right") in found


# ---- the page ------------------------------------------------------------------------------------


def commands() -> list[str]:
    """Those of the page that run in its example; tests/hall runs the others."""
    text = (ROOT / "docs" / "hall.md").read_text("utf-8")
    text = text.partition("## The drawing")[2]
    fences = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    return [one for fence in fences for one in fence.splitlines()]


@pytest.fixture
def living(hall: Path) -> Iterator[Path]:
    """The example's PDUs as simulated ones."""
    with PEERS["raritan"]() as left, PEERS["redfish"]() as right:
        rows = [
            re.sub("^[a-z]+", name, line(hall, peer), count=1)
            for name, peer in (("r1-left", left), ("r1-right", right))
        ]
        (hall / "hall.csv").write_text("\n".join(["name,handler,address,auth,settings", *rows, ""]))
        private(hall / "logins.toml", login(left) + login(right))
        yield hall


def test_each_command_of_the_page_runs_as_written(
    living: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert len(commands()) >= 10
    for command in commands():
        words = shlex.split(command)
        assert words[0] == "pdu"
        code, out, err = run(capsys, *words[1:])
        assert code in (0, 1, 2) and out and not err, (command, out, err)
    saved = json.loads((living / "monday.json").read_text())
    meters = {one["name"]: one["topology"]["meters"] for one in saved["pdus"]}
    assert {one["label"] for one in meters["r1-right"]} >= {"L1", "L2", "L3", "A"}
    assert meters["r1-left"][0]["rating_a"] == 32.0
    # what was saved is read again, and gives the same verdicts
    code, out, err = run(
        capsys, "rehearse", "hall.power.toml", "--readings", "monday.json", "--fail", "feed:A"
    )
    assert "At once 1 of 4 machines goes dark" in out and not err
