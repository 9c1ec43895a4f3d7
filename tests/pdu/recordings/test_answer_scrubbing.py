"""Answers over HTTP: what the reading needs stays and is listed, all else is replaced."""

from __future__ import annotations

import json
import re
from typing import Any, Callable

import pytest

from pdu.recordings.answer_scrubbing import kept_notes, scrub_answers
from pdu.recordings.scrub import Scrubber
from pdu.recordings.text_answers import TextAnswer


def _word(pattern: str) -> Callable[[Any], object]:
    return lambda answers: re.findall(pattern, answers["a"])


@pytest.mark.parametrize(
    ("answer", "read", "clean", "kept"),
    [
        pytest.param(
            TextAnswer("<p>Mustermann, Reihe 7</p><b>Live7</b><b>1.5</b>"),
            _word("Live7"),
            "<p>X</p><b>Live7</b><b>1.5</b>",
            ["Live7"],
            id="the text of another element",
        ),
        pytest.param(
            TextAnswer("o1=Live7; owner Mustermann; call 0151 55 66 77 88"),
            _word("Live7"),
            "o1=Live7; X X; X X",
            ["Live7"],
            id="words and numbers of the same line",
        ),
        pytest.param(
            TextAnswer("<Mustermann>1</Mustermann><o1>1</o1>"),
            _word("<o1>1"),
            "<X>1</X><o1>1</o1>",
            [],
            id="the name of a tag, at both of its ends",
        ),
        pytest.param(
            {"state": "Live7", "owner": "Mustermann", "activePower": 5},
            lambda answers: answers["a"]["state"],
            {"state": "Live7", "X": "X", "activePower": 5},
            ["Live7"],
            id="members of JSON and their names",
        ),
        pytest.param(
            {"list": [{"value": "Live7"}, {"value": "Mustermann"}]},
            lambda answers: answers["a"]["list"][0],
            {"list": [{"value": "Live7"}, {"value": "X"}]},
            ["Live7"],
            id="another text of a member that is read",
        ),
        pytest.param(
            {"pin": 83514, "key": 1},
            lambda answers: answers["a"]["key"],
            {"X": 0, "key": 1},
            [],
            id="a number that is a secret by its name, unless it is read",
        ),
    ],
)
def test_what_the_reading_does_not_need_is_replaced(
    answer: Any, read: Callable[[Any], object], clean: Any, kept: list[str]
) -> None:
    def read_or_error(answers: Any) -> object:
        try:
            return read(answers)
        except LookupError:
            return None

    scrubbed = scrub_answers({"a": answer}, Scrubber(), read_or_error)

    # a stand-in's number counts those that were tried
    text = re.sub("name-[0-9]+", "X", json.dumps(scrubbed.answers["a"]))
    assert text == json.dumps(clean)
    assert list(scrubbed.kept) == kept
    notes = " ".join(kept_notes(scrubbed.kept))
    assert all(text in notes for text in kept)
