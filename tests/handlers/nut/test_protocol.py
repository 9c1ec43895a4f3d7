"""Requests as lines of NUT's protocol, and the answers to them: protocol.txt, and any text."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings, strategies as st

from handlers.nut import requests as messages
from handlers.nut.answers import Answers, ReceivedLines, Secret
from handlers.nut.errors import ErrAnswer
from handlers.nut.quoting import split
from handlers.nut.requests import NutRequest
from handlers.shared.errors import ProtocolError, SettingsError
from tests.handlers.nut.protocol_table import TABLE, shown
from tests.tables import Case

CARRIED = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=200)
NAMES = st.text(st.sampled_from("abcxyzABC019.-_"), min_size=1, max_size=20)


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@pytest.mark.parametrize("case", TABLE.cases(), ids=str)
def test_requests_and_answers_are_as_the_lines_say(case: Case) -> None:
    case.check(shown(case))


@given(st.text(max_size=50))
def test_a_value_is_sent_as_one_line_or_refused(text: str) -> None:
    try:
        line = messages.set_var("pdu", "ups.id", text).line
    except SettingsError as error:
        assert "\n" not in str(error)
        return
    assert line.count(b"\n") == 1
    assert b"\0" not in line
    assert b"\r" not in line


@given(st.text(max_size=50))
def test_a_name_is_sent_as_one_bare_word_or_refused(text: str) -> None:
    try:
        request = messages.get_var(text, "ups.status")
    except SettingsError:
        return
    line = request.line.decode("ascii")
    assert line == f"GET VAR {text} ups.status\n"
    assert split(line[:-1]) == ["GET", "VAR", text, "ups.status"]


@settings(max_examples=50)
@given(
    st.dictionaries(NAMES, CARRIED, max_size=8),
    st.lists(st.integers(1, 30), min_size=1, max_size=20),
)
def test_answers_do_not_depend_on_how_the_network_cuts_them(
    variables: dict[str, str], cuts: list[int]
) -> None:
    rows = "".join(f"VAR pdu {name} {quoted(value)}\n" for name, value in variables.items())
    data = f"BEGIN LIST VAR pdu\n{rows}END LIST VAR pdu\nERR UNKNOWN-COMMAND\n1.3\n".encode()
    asked: list[NutRequest[object]] = [
        messages.list_var("pdu"),
        messages.server_help(),
        messages.ver(),
    ]
    received = ReceivedLines()
    rest = data

    def next_line() -> str:
        nonlocal rest
        for size in itertools.cycle(cuts):
            if received.has_line:
                break
            received.add(rest[:size])
            rest = rest[size:]
        return received.take()

    answers = Answers("nut", Secret(""))
    for request in asked:
        answers.take(request, next_line)

    assert not received.has_more
    assert answers[asked[0]] == variables
    assert answers.failure(asked[1]) == ErrAnswer("UNKNOWN-COMMAND")
    assert answers[asked[2]] == "1.3"


def test_a_list_without_end_is_a_protocol_error() -> None:
    received = ReceivedLines()

    def next_line() -> str:
        if not received.has_line:
            received.add(b"CMD a load.off\n" * 10_000)
        return received.take()

    received.add(b"BEGIN LIST CMD a\n")
    with pytest.raises(ProtocolError, match="longer than a NUT server sends"):
        Answers("nut", Secret("")).take(messages.list_cmd("a"), next_line)
