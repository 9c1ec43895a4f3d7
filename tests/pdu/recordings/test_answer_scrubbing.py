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
    assert list(scrubbed.kept_texts) == kept
    notes = " ".join(kept_notes(scrubbed.kept_texts))
    assert all(text in notes for text in kept)


PRIVATE_NUMBERS = """\
<pass>83514</pass>
<user_pass>83514</user_pass>
<passcode>83514</passcode>
<userPin>83514</userPin>
<PINCode>83514</PINCode>
<pin1>83514</pin1>
<userPwd>83514</userPwd>
<unlock_code>83514</unlock_code>
<pin value='83514'/>
<b>PIN</b>: 83514
PIN: <b>83514</b>
<label>PIN <input value=83514></label>
<td>PIN</td><td><input value=83514>
<td>PIN (4 digits)</td><td>83514</td>
pin 83514
pin;83514
"pin": [7, 83514]
<!-- pin 83514 -->
<latitude>83.514</latitude>
<gps lat='83.514' lng='8.3514'/>
<phone>83514</phone>
<td>Fax</td><td>83 514</td>
"""


def test_a_number_near_behind_a_private_name_is_replaced() -> None:
    stayed = []
    for form in PRIVATE_NUMBERS.splitlines():
        text = TextAnswer(f"o1=1;a=1.5; {form}\n")
        clean = scrub_answers({"a": text}, Scrubber(), _word("o1=1")).answers["a"]
        if re.search("8 ?3[ .]?514|8[.]3514", clean) or "a=1.5" not in clean:
            stayed.append(clean)
    assert stayed == []


def test_a_number_of_a_member_with_a_private_name_is_replaced() -> None:
    names = "pass passcode userPin pin_code adminPwd unlock_code lat lon zip phone latitude".split()
    for value in (83514, "83514"):
        answer = dict.fromkeys(names, value)
        clean = scrub_answers({"a": answer}, Scrubber(), lambda _: None).answers["a"]
        assert [name for name, number in zip(names, clean.values()) if number == value] == []


@pytest.mark.parametrize("text", [">" + " " * 20_000, "1" * 20_000, "pin 1" + "1" * 20_000 + "x"])
def test_a_long_run_in_a_page_takes_no_time(text: str) -> None:
    """A quadratic search would take minutes."""
    clean = scrub_answers({"a": TextAnswer(text)}, Scrubber(), lambda _: None)
    assert len(clean.answers) == 1
