"""Where the answers of a device hold the states of its outlets."""

from __future__ import annotations

import itertools
import json
import urllib.request
from typing import Any, Callable, Optional

import pytest

from pdu.recordings.simulated_pdu import States
from pdu.recordings.web.har import Answer, RecordedOutlet, WebRecording
from pdu.recordings.web.probing import with_effects
from pdu.recordings.web.state_columns import Pointer, candidate_columns, value_at, with_values
from pdu.recordings.web.text_answers import TextAnswer
from tests.waiting import PATIENCE_S

_STATES: dict[str, Optional[bool]] = {"1": True, "0": False, "?": None}
MIXED: States = {"1": True, "2": False, "3": True, "4": True}
HTML = (
    '<tr><td>{n}<td>{name}<td><b class="{alarm}">{word}</b><td>{amps} A</tr>\n',
    '<tr id="o{n}"><td>{name}</td><td>{word}</td><td>{amps}</td></tr>\n',
    "<li>{name} ({n}): <i>{word}</i> {amps}</li>",
)
TEXTS = {
    "rows of HTML": HTML[1],
    "an alarm in one row": HTML[0],
    "a list": HTML[2],
    "lines": "Outlet {n} {name} is {word}, {amps} A\n",
    "attributes of XML": '<outlet no="{n}" label="{name}" state="{word}" amps="{amps}"/>',
    "elements of XML": "<outlet><no>{n}</no><name>{name}</name><s>{word}</s><a>{amps}</a></outlet>",
    "fields": "o{n}.name={name}\no{n}.state={word}\no{n}.amps={amps}\n",
    "a script": 'outlets.push({{id: {n}, name: "{name}", state: "{word}", amps: "{amps}"}});\n',
    "banks": "{bank}<p>#{n} {name}<b>{word}</b>{amps}</p>",
}
NAMES = ("web", "db master of rack 7", "", "mail 2")


def page(form: str, on: str, off: str) -> TextAnswer:
    """A page whose rows are not at equal distances: names, figures and a mark differ."""
    rows: list[str] = []
    for number, (name, state) in enumerate(zip(NAMES, MIXED.values()), 1):
        row = form.format(
            n=number,
            name=name,
            word=on if state else off,
            alarm="x alarm red" if number == 3 else "x",
            amps="" if number == 2 else f"{number}.5",
            bank=f"<h2>Bank {number}</h2>" if number in (1, 3) else "",
        )
        rows.append(row)
    return TextAnswer(f"<html><title>PDU</title>\n{''.join(rows)}<p>on off 1 0</p></html>")


@pytest.mark.parametrize("words", [("on", "off"), ("Ein", "Aus"), ("closed", "open")])
@pytest.mark.parametrize("form", TEXTS.values(), ids=TEXTS)
def test_states_stand_in_rows_of_a_text(form: str, words: tuple[str, str]) -> None:
    contents = {"GET /": page(form, *words)}
    columns = list(candidate_columns(contents, MIXED))
    assert len(columns) < 100  # of which the handler is asked
    texts: list[str] = []
    for column in columns:
        turned = {place: column.off for place in column.pointers}
        texts.append(with_values(contents, turned)["GET /"])
    assert page(form, words[1], words[1]) in texts


def test_of_a_long_page_not_all_columns_are_kept() -> None:
    words = " ".join(f"{number} off" for number in range(900))
    contents = {"GET /": TextAnswer(f"{words} {page(HTML[1], 'on', 'off')}")}
    two: States = {"1": True, "2": False}
    for states in (MIXED, two):
        columns = candidate_columns(contents, states)
        assert len(columns) <= 400
        assert columns[0].off == "off"


@pytest.mark.parametrize(
    "word, text, shown",
    [
        pytest.param(
            "101",
            '{"list": [{"s": 1}, {"s": 0}, {"s": 1}]}',
            "1/0 at list.0.s, list.1.s, list.2.s",
            id="a member of a list",
        ),
        pytest.param(
            "101",
            '{"POWER1": "ON", "POWER2": "OFF", "POWER3": "ON"}',
            "ON/OFF at POWER1, POWER2, POWER3",
            id="numbered members",
        ),
        pytest.param(
            "101",
            '{"o1": {"v": true}, "o2": {"v": false}, "o3": {"v": true}}',
            "True/False at o1.v, o2.v, o3.v",
            id="numbered objects",
        ),
        pytest.param(
            "101",
            '[{"s": "Live", "w": 5}, {"s": "Dead", "w": 0}, {"s": "Live", "w": 6}]',
            "Live/Dead at 0.s, 1.s, 2.s",
            id="words beside figures",
        ),
        pytest.param("101", "<html>1 0 1</html>", "1/0 at 3, 5, 7", id="a text"),
        pytest.param(
            "101",
            '[{"s": "Live", "on": 1}, {"s": "Dead", "on": 0}, {"s": "Live", "on": 1}]',
            "1/0 at 0.on, 1.on, 2.on; Live/Dead at 0.s, 1.s, 2.s",
            id="usual words first",
        ),
        pytest.param(
            "111",
            '[{"s": "on", "k": 7}, {"s": "on", "k": 7}, {"s": "on", "k": 7}]',
            "on/off at 0.s, 1.s, 2.s",
            id="all alike: the other is the usual word",
        ),
        pytest.param(
            "10?", '[{"s": 1}, {"s": 0}, {"s": 5}]', "1/0 at 0.s, 1.s, 2.s", id="not known: another"
        ),
        pytest.param(
            "10?", '[{"s": 1}, {"s": 0}, {"s": 0}]', "1/0 at 0.s, 1.s, 2.s", id="not known: as off"
        ),
        pytest.param("???", '[{"s": 1}, {"s": 0}, {"s": 0}]', "", id="none is known"),
        pytest.param("10", '[{"s": 1}, {"s": 1}]', "", id="no difference"),
        pytest.param("", "<amps>3.2</amps>", "", id="no outlet"),
    ],
)
def test_columns_hold_the_states(word: str, text: str, shown: str) -> None:
    """`word`: the state of each outlet; `shown`: the columns, as `on/off at the places`."""
    states: States = {str(number): _STATES[sign] for number, sign in enumerate(word, 1)}
    contents = {"a": json.loads(text) if text[:1] in "{[" else TextAnswer(text)}
    columns: list[str] = []
    for column in candidate_columns(contents, states):
        for place, on in zip(column.pointers, states.values()):
            assert on is None or value_at(contents, place) == column.value(on=on)
        paths = [".".join(map(str, place.path)) for place in column.pointers]
        columns.append(f"{column.on}/{column.off} at {', '.join(paths)}")
    assert "; ".join(columns) == shown


class JsonReader:
    """A handler that reads the rows of GET /."""

    def __init__(self, read_rows: Callable[[Any], States]) -> None:
        self._read_rows = read_rows

    def states(self, port: int) -> States:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=PATIENCE_S) as answer:
            return self._read_rows(json.load(answer))

    def energies(self, port: int) -> object:
        return [port]

    def switch(self, port: int, identity: str, *, on: bool) -> None:
        raise AssertionError


@pytest.mark.parametrize(
    ("read_rows", "member"),
    [
        pytest.param(lambda rows: [row["a"] for row in rows], "a", id="each by one member"),
        pytest.param(
            lambda rows: [rows[0]["a"] and rows[0]["b"], rows[1]["b"]],
            "b",
            id="the first one by two members, each by the second",
        ),
        pytest.param(
            lambda rows: [rows[0]["a"], rows[1]["b"]], "", id="each by a member of its own"
        ),
    ],
)
def test_the_places_of_states_are_those_that_each_outlet_follows(
    read_rows: Callable[[Any], list[bool]], member: str
) -> None:
    def states_of(rows: Any) -> States:
        first, second = read_rows(rows)
        return {"1": first, "2": second}

    rows = [{"a": True, "b": True}, {"a": False, "b": False}]
    outlets = {name: RecordedOutlet(state) for name, state in states_of(rows).items()}
    recording = with_effects(WebRecording([Answer("GET /", rows)], outlets), JsonReader(states_of))
    expected = [Pointer("GET /", (index, member)) for index in (0, 1)] if member else []
    found = itertools.chain.from_iterable(
        row.on.answer_values for row in recording.outlets.values()
    )
    assert list(found) == expected
