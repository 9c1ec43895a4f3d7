"""Pages of failures and returns: the verdict first, each reason once, equal decimals."""

from __future__ import annotations

import html
import json
import re
import shutil
from pathlib import Path

import pytest

from pdu import root
from pdu.hall.failure import report_parts
from pdu.hall.failure.hall_model import HallModel
from pdu.hall.failure.rehearsal import rehearse
from pdu.hall.failure.report import FailureSummary, report
from pdu.hall.restore.model import MachineBack
from pdu.hall.restore.report import extract_cord
from pdu.hall.walk.verdicts import Verdict
from pdu.pdus import saved_readings
from pdu.site.drawing import drawing_file
from pdu.site.drawing.drawing import HallNode
from tests.benchmarks import bench_hall
from tests.hall.hosters import RATINGS_MISSING, HosterHall
from tests.needs import ROOT

FOLDER = ROOT / "docs" / "hall"
READINGS = ("--readings", "readings.json")


@pytest.fixture
def hall(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the example as the current folder."""
    shutil.copytree(FOLDER, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def made(hall: Path, capsys: pytest.CaptureFixture[str], *words: str) -> str:
    code = root.run(["rehearse", "hall.power.toml", *READINGS, *words, "--html", "page.html"])
    assert code in (0, 1, 2), capsys.readouterr().err
    return (hall / "page.html").read_text("utf-8")


def in_order(page: str, *texts: str) -> bool:
    places = [page.index(one) for one in texts]
    return places == sorted(places)


def test_a_failure_begins_with_its_verdict_and_ends_with_how_it_was_computed(
    hall: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = made(hall, capsys, "--fail", "feed:A")
    assert in_order(
        page, "<h1>", '<p class="verdict bad">If feed:A fails: At once 1 of 4 machines',
        "<h2>Picture</h2>", "<h2>What to do</h2>", "<h3>Machines</h3>",
        "<h3>Lines and breakers</h3>", "<h2>How it was computed</h2>", "Readings: ",
        "<h3>Not known</h3>", "How to read this page",
    )  # fmt: skip
    assert re.search(r"Readings: \d{4}-\d\d-\d\d \d\d:\d\d UTC", page)


def test_currents_and_limits_have_one_decimal(
    hall: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = made(hall, capsys, "--fail", "feed:A")
    figures = re.findall(r'<td class="n" data-head="(?:least|most|limit) A">([^<]*)<', page)
    assert len(figures) >= 3
    assert all(re.fullmatch(r"\d+\.\d|no bound|not known", one) for one in figures)


def test_many_failures_are_a_table_of_counts(
    hall: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = made(hall, capsys, "--each")
    assert in_order(page, " do harm or likely do, ", "Give a second source to", "<h2>Failures</h2>")
    assert 'data-head="machines dark"' in page and "lines and breakers to which" not in page


def test_a_return_has_all_verdicts_before_any_figure(
    hall: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = made(hall, capsys, "--return", "feed:A", "--return", "feed:B")
    assert page.count('<p class="verdict') == 3
    assert page.rindex('<p class="verdict') < page.index("<h2>Picture</h2>")
    assert in_order(
        page, "<h2>Picture</h2>", "<h3>Machines</h3>", "<h3>Timeline</h3>",
        "<h3>Lines and breakers</h3>", "<h2>What to do</h2>", "<h2>How it was computed</h2>",
    )  # fmt: skip
    before = page[: page.index("<h2>How it was computed")]
    assert "0 stay dark" not in before
    times = re.findall(r'data-head="(?:from|to) s">([^<]*)<', page)
    assert times and all(re.fullmatch(r"\d+\.\d|no bound", one) for one in times)


def test_machines_with_one_reason_are_one_row_and_what_goes_dark_comes_first() -> None:
    reasons = {
        "a1": "left/1: PA/L1 may trip",
        "a2": "right/2: PA/L1 may trip",
        "a3": "left/3: it was not read",
        # a reason that only begins as a cord of another machine stays as it is
        "a4": "left/1: PA/L1 may trip",
        "b5": "0 of 2 cords survive",
    }
    cords = {name: [f"left/{name[-1]}", f"right/{name[-1]}"] for name in reasons}
    pdus = "".join(f'[[pdu]]\nname = "{name}"\ninputs = ["A"]\n' for name in ("left", "right"))
    machines = "".join(
        f'[[machine]]\nname = "{name}"\ncords = {json.dumps(own)}\n' for name, own in cords.items()
    )
    drawing = drawing_file.parsed(f'[[feed]]\nname = "A"\n{pdus}{machines}', "hall.toml")
    machines_judged = []
    for name, text in reasons.items():
        verdict = Verdict.STAYS_DARK if name == "b5" else Verdict.CANNOT_SAY
        machines_judged.append(extract_cord(MachineBack(name, verdict, reason=text), drawing))
    found = report_parts.machines(report_parts.groups(machines_judged))
    assert [[cell.text for cell in row] for row in found.rows] == [
        ["stays dark", "1", "b5", "0 of 2 cords survive"],
        ["cannot say", "2", "a1 (left/1), a2 (right/2)", "PA/L1 may trip"],
        ["cannot say", "1", "a3 (left/3)", "it was not read"],
        ["cannot say", "1", "a4", "left/1: PA/L1 may trip"],
    ]


@pytest.mark.parametrize("asked", ["--fail feed:A", "--each", "--return feed:A --return feed:B"])
def test_a_terminal_says_what_the_page_says(
    asked: str, hall: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = made(hall, capsys, *asked.split())
    body = page[page.index("<main>") : page.index("</main>")]
    body = re.sub("<h[23]>Picture</h[23]>.*?(?=<h2>)", "", body, flags=re.DOTALL)
    page_words = re.findall(r"[\w/.]+", html.unescape(re.sub("<[^>]*>", " ", body)))
    terminal_words = re.findall(r"[\w/.]+", capsys.readouterr().out)
    assert sorted(page_words) == sorted(terminal_words)


@pytest.mark.parametrize("asked", ["--fail feed:A", "--return feed:A --return feed:B"])
def test_each_conductor_of_a_way_is_shown_at_the_way(
    asked: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # a way that feeds one PDU of three lines
    bench_hall.hall(tmp_path, 40, in_doubt=True)
    monkeypatch.chdir(tmp_path)
    page = made(tmp_path, capsys, *asked.split())
    row = re.findall(r'<tr[^>]*><td class="name">breaker PB0/r0</td>.*?</tr>', page)[0]
    figures = dict(re.findall(r'data-head="([^"]*) A">([\d.]+)<', row))
    assert "in question" in row and float(figures["most"]) > float(figures["rating"]) == 10


def test_what_is_long_is_folded_away_on_a_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bench_hall.hall(tmp_path, 400, in_doubt=True)
    monkeypatch.chdir(tmp_path)
    page = made(tmp_path, capsys, "--fail", "feed:A")
    to_do = page[page.index("<h2>What to do</h2>") : page.index("<h2>What happens</h2>")]
    shown, folded = to_do.split("<details>")
    assert shown.count("shed ") == 12 and f"and {folded.count('shed ')} more" in folded


#: what ten people ask after a failure -> where the page answers
QUESTIONS = {
    "what is dark now": r'class="verdict bad">If feed:A fails: At once \d+ of \d+ machines go dark',
    "what next": r"dark; \d+ likely stay, and may go dark ",
    "how long": r"may go dark not before 20 min",
    "which breaker": r'<h3>Breakers in question</h3>.*?<td class="name">r\d-b/L1',
    "how much too much": r'data-head="too much A">\d+\.\d<',
    "what to switch off": r"shed \d+\.\d A from r\d-b/L\dF?\d?: move or shut down s\d+",
    "whose is it": r"<h3>Machines</h3>.*?>s\d+, s\d+.*?r\d-b/L\d\w* (?:may|likely) trips? under",
    "is B enough": r"Lines and breakers to which load may shift: \d+; [^.]*may trip",
    "what is unknown": r"<h3>Not known</h3>.*?ratings of lines and breakers",
    "what to measure": r'data-head="machines">\d+</td><td class="text">add rating of r\d-b/',
}


def test_ten_questions_are_answered_in_their_places(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    hall = HosterHall(1, RATINGS_MISSING, 0.5, racks=4)
    (tmp_path / "hall.power.toml").write_text(hall.drawing, "utf-8")
    (tmp_path / "readings.json").write_text(json.dumps(hall.readings()), "utf-8")
    monkeypatch.chdir(tmp_path)
    page = made(tmp_path, capsys, "--fail", "feed:A")
    unanswered = [asked for asked, place in QUESTIONS.items() if not re.search(place, page, re.S)]
    assert not unanswered


def test_a_line_and_the_line_above_that_feeds_nothing_else_are_one_row() -> None:
    feeds = '[[feed]]\nname = "A"\n[[feed]]\nname = "B"\n'
    line = '[[panel.line]]\nname = "r1"\nbreaker_a = 16\n'
    panel = f'[[panel]]\nname = "PB"\ninputs = ["B"]\n{line}'
    pdus = "".join(
        f'[[pdu]]\nname = "{name}"\ninputs = ["{source}"]\n'
        '[[pdu.line]]\nname = "L1"\nbreaker_a = 16\noutlets = ["1"]\n'
        for name, source in (("a", "A"), ("b", "PB/r1"))
    )
    text = f'{feeds}{panel}{pdus}[[machine]]\nname = "m"\ncords = ["a/1", "b/1"]\n'
    drawing = drawing_file.parsed(text, "hall.toml")
    outlets = [{"identity": "1", "state": "on", "current_a": 9.0}]
    document = {"pdus": [{"name": name, "outlets": outlets} for name in "ab"]}
    hall = HallModel(drawing, saved_readings.parse_readings(document, "readings.json"))
    outcome = rehearse(hall, [HallNode("feed", "A")])
    assert [load.name for load in outcome.loads] == ["PB/r1", "b/L1"]
    lines = report(hall, outcome, [FailureSummary.of(outcome)], [], []).lines()
    assert sum(line.startswith("b/L1 = PB/r1  ") for line in lines) == 1
    assert lines[1].startswith("Lines and breakers to which load may shift: 1;")
