"""Requests as lines of NUT's protocol, and the answers to them: protocol.txt, and any text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st

from handlers.nut import requests as messages
from handlers.nut.decoder import MAX_ROWS, Decoder
from handlers.nut.errors import ErrAnswer
from handlers.nut.quoting import split
from handlers.nut.responses import Responses
from handlers.shared.errors import ProtocolError, SettingsError
from tests.handlers.nut.protocol_table import TABLE, shown
from tests.tables import Law, compared

CARRIED = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=200)
NAMES = st.text(st.sampled_from("abcxyzABC019.-_"), min_size=1, max_size=20)


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@pytest.mark.parametrize("law", TABLE.laws(), ids=str)
def test_requests_and_answers_are_as_the_lines_say(law: Law) -> None:
    law.check(compared(shown))


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
    list_var = messages.list_var("pdu")
    server_help = messages.server_help()
    ver = messages.ver()
    decoder = Decoder((list_var, server_help, ver), Responses())

    at = 0
    while at < len(data):
        size = cuts[at % len(cuts)]
        is_complete = decoder.feed(data[at : at + size])
        at += size
        assert is_complete == (at >= len(data))

    assert decoder.answers[list_var] == variables
    assert decoder.answers.failure(server_help) == ErrAnswer("UNKNOWN-COMMAND")
    assert decoder.answers[ver] == "1.3"


def test_a_list_without_end_is_a_protocol_error() -> None:
    decoder = Decoder([messages.list_cmd("a")], Responses())
    decoder.feed(b"BEGIN LIST CMD a\n")
    with pytest.raises(ProtocolError, match=f"LIST CMD a has more than {MAX_ROWS} lines"):
        for _ in range(MAX_ROWS // 100 + 2):
            decoder.feed(b"CMD a load.off\n" * 100)
