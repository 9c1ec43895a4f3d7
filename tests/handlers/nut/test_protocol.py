"""Requests as lines of NUT's protocol, and the answers to them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st

from handlers.nut import requests as messages
from handlers.nut.decoder import MAX_LINE, MAX_ROWS, Decoder
from handlers.nut.errors import ERRORS, ErrAnswer
from handlers.nut.quoting import split
from handlers.nut.responses import NutRequest, Responses
from handlers.shared.errors import PduHandlerError, ProtocolError, Refused, SettingsError

CARRIED = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=200)
NAMES = st.text(st.sampled_from("abcxyzABC019.-_"), min_size=1, max_size=20)


def decode(data: bytes, *requests: NutRequest[object]) -> Responses:
    decoder = Decoder(requests, Responses("server"))
    assert decoder.feed(data)
    return decoder.answers


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


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
    assert split(line[:-1]) == [
        "GET",
        "VAR",
        text,
        "ups.status",
    ]


@pytest.mark.parametrize(
    "text", ["a\nINSTCMD pdu load.off", "a\r", "\0", "a\tb", "\x7f", "x" * 513, "é" * 300, "\ud800"]
)
def test_text_that_the_protocol_cannot_carry_is_not_sent(text: str) -> None:
    for make in (
        messages.username,
        messages.password,
        lambda t: messages.set_var("pdu", "ups.id", t),
        lambda t: messages.instcmd("pdu", "load.off", t),
    ):
        with pytest.raises(SettingsError) as error_info:
            make(text)
        assert text not in str(error_info.value)


@pytest.mark.parametrize(
    "text", ["", "two words", "pdu\nLIST", 'a"b', "a#b", "a=b", "a\\b", "pdü", "x" * 513]
)
def test_a_name_that_is_not_one_short_bare_word_is_refused(text: str) -> None:
    for make in (
        messages.list_var,
        messages.login,
        messages.fsd,
        lambda t: messages.get_var("pdu", t),
        lambda t: messages.instcmd("pdu", t),
    ):
        with pytest.raises(
            SettingsError, match="give 1 to 512 ASCII letters, digits, dots and dashes"
        ):
            make(text)


def test_a_value_that_a_server_would_silently_change_is_refused_but_a_password_is_not() -> None:
    with pytest.raises(SettingsError, match="ASCII"):
        messages.set_var("pdu", "ups.id", "Größe")
    assert messages.password("Größe").line == 'PASSWORD "Größe"\n'.encode()


def test_a_hash_is_escaped_because_a_server_takes_it_for_a_comment_even_in_quotes() -> None:
    assert messages.password("a#b").line == b'PASSWORD "a\\#b"\n'


def test_no_label_holds_a_secret_or_a_value() -> None:
    for request in (
        messages.password("hunter2"),
        messages.username("root"),
        messages.set_var("pdu", "ups.id", "hunter2"),
    ):
        assert "hunter2" not in repr(request)
        assert "root" not in repr(request)


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
    protver = messages.protver()
    ver = messages.ver()
    decoder = Decoder((list_var, protver, ver), Responses())

    at = 0
    while at < len(data):
        size = cuts[at % len(cuts)]
        is_complete = decoder.feed(data[at : at + size])
        at += size
        assert is_complete == (at >= len(data))

    assert decoder.answers[list_var] == variables
    assert decoder.answers.failure(protver) == ErrAnswer("UNKNOWN-COMMAND")
    assert decoder.answers[ver] == "1.3"


@pytest.mark.parametrize(
    "request_, rows, expected",
    [
        (
            messages.list_ups(),
            ['UPS a "first one"', 'UPS b "Unavailable"'],
            {"a": "first one", "b": "Unavailable"},
        ),
        (messages.list_rw("a"), ['RW a ups.id "my \\"ups\\""'], {"ups.id": 'my "ups"'}),
        (
            messages.list_cmd("a"),
            ["CMD a load.off", "CMD a load.on", "CMD a load.on"],
            ["load.off", "load.on"],
        ),
        (messages.list_cmd("a"), [], []),
        (
            messages.list_enum("a", "v"),
            ['ENUM a v "on"', 'ENUM a v "off now"'],
            ["on", "off now"],
        ),
        (messages.list_range("a", "v"), ['RANGE a v "90" "100"'], [("90", "100")]),
        (
            messages.list_client("a"),
            ["CLIENT a ::1", "CLIENT a 192.0.2.1"],
            ["::1", "192.0.2.1"],
        ),
    ],
)
def test_a_list_of_the_protocol_is_read_and_a_name_that_is_repeated_counts_once(
    request_: NutRequest[object], rows: list[str], expected: object
) -> None:
    query = " ".join(request_.query)
    lines = [f"BEGIN LIST {query}", *rows, f"END LIST {query}", ""]
    assert decode("\n".join(lines).encode(), request_)[request_] == expected


VERSION = "Network UPS Tools upsd 2.8.0 - http://www.networkupstools.org/"


@pytest.mark.parametrize(
    "request_, line, expected",
    [
        (messages.get_var("a", "v"), 'VAR a v "x \\\\ y"', "x \\ y"),
        (messages.get_type("a", "v"), "TYPE a v RW STRING:32", (("RW", "STRING"), 32)),
        (messages.get_type("a", "v"), "TYPE a v ENUM", (("ENUM",), None)),
        (messages.get_desc("a", "v"), 'DESC a v "UPS status"', "UPS status"),
        (messages.get_cmddesc("a", "c"), 'CMDDESC a c "Turn off"', "Turn off"),
        (messages.get_upsdesc("a"), 'UPSDESC a "Development box"', "Development box"),
        (messages.get_numlogins("a"), "NUMLOGINS a 12", 12),
        (messages.ver(), VERSION, VERSION),
        (messages.protver(), "1.3", "1.3"),
        (messages.server_help(), "Commands: HELP", "Commands: HELP"),
        (messages.username("u"), "OK", ""),
        (messages.password("p"), "OK", ""),
        (messages.starttls(), "OK STARTTLS", "STARTTLS"),
        (messages.login("a"), "OK", ""),
        (messages.logout(), "OK Goodbye", "Goodbye"),
        (messages.logout(), "Goodbye...", ""),
        (messages.primary("a"), "OK PRIMARY-GRANTED", "PRIMARY-GRANTED"),
        (messages.master("a"), "OK MASTER-GRANTED", "MASTER-GRANTED"),
        (messages.fsd("a"), "OK FSD-SET", "FSD-SET"),
        (messages.set_tracking(on=True), "OK", ""),
        (messages.get_tracking(), "ON", "ON"),
        (messages.get_tracking("1-2"), "PENDING", "PENDING"),
        (messages.set_var("a", "v", "x"), "OK TRACKING 1-2", "1-2"),
        (messages.instcmd("a", "c", "p"), "OK", ""),
    ],
)
def test_an_answer_of_one_line_is_read(
    request_: NutRequest[object], line: str, expected: object
) -> None:
    assert decode(f"{line}\n".encode(), request_)[request_] == expected


@pytest.mark.parametrize(
    "request_, data",
    [
        (messages.list_var("a"), b"BEGIN LIST VAR b\n"),
        (messages.list_var("a"), b'VAR a v "x"\n'),
        (messages.list_var("a"), b"OK\n"),
        (messages.list_var("a"), b'BEGIN LIST VAR a\nVAR b v "x"\n'),
        (messages.list_var("a"), b"BEGIN LIST VAR a\nVAR a v\n"),
        (messages.list_var("a"), b'BEGIN LIST VAR a\nVAR a v "open\n'),
        (messages.list_var("a"), b"BEGIN LIST VAR a\nERR DATA-STALE\n"),
        (messages.list_var("a"), b'BEGIN LIST VAR a\nVAR a v "1"\nEND LIST VAR b\n'),
        (messages.list_var("a"), b'BEGIN LIST VAR a\nVAR a v "\0"\n'),
        (messages.list_var("a"), b'BEGIN LIST VAR a\nVAR a v "a\rb"\n'),
        (messages.ver(), b"BEGIN LIST VAR a\n"),
        (messages.ver(), b"ERR\n"),
        (messages.ver(), b"ERR  x\n"),
        (messages.ver(), b"one\ntwo\n"),
        (messages.ver(), b"one\nrest"),
        (messages.ver(), b"x" * (MAX_LINE + 2)),
    ],
)
def test_an_answer_that_the_protocol_does_not_allow_is_an_error_of_one_line(
    request_: NutRequest[object], data: bytes
) -> None:
    decoder = Decoder([request_], Responses())
    with pytest.raises(ProtocolError) as error_info:
        decoder.feed(data)
    assert "\n" not in str(error_info.value)


@pytest.mark.parametrize(
    "request_, line",
    [
        (messages.get_var("a", "v"), 'VAR a w "x"'),
        (messages.get_var("a", "v"), 'VAR a v "x" "y"'),
        (messages.get_var("a", "v"), "OK"),
        (messages.get_var("a", "v"), 'VAR a v "x'),
        (messages.get_numlogins("a"), "NUMLOGINS a many"),
        (messages.login("a"), "FINE"),
        (messages.get_numlogins("a"), "NUMLOGINS a -1"),
        (messages.instcmd("a", "c"), "OK TRACKING"),
        (messages.instcmd("a", "c"), "OK then"),
        (messages.get_tracking("1"), "MAYBE"),
        (messages.get_tracking(), "PENDING"),
        (messages.get_type("a", "v"), "TYPE a v STRING:x"),
        (messages.get_type("a", "v"), "TYPE a v STRING:1234567890"),
    ],
)
def test_a_line_that_does_not_answer_the_request_is_a_protocol_error(
    request_: NutRequest[object], line: str
) -> None:
    with pytest.raises(ProtocolError):
        decode(line.encode() + b"\n", request_)[request_]


def test_a_list_without_end_is_a_protocol_error() -> None:
    decoder = Decoder([messages.list_cmd("a")], Responses())
    decoder.feed(b"BEGIN LIST CMD a\n")
    with pytest.raises(ProtocolError, match=f"LIST CMD a has more than {MAX_ROWS} lines"):
        for _ in range(MAX_ROWS // 100 + 2):
            decoder.feed(b"CMD a load.off\n" * 100)


def test_a_variable_that_is_listed_twice_is_a_protocol_error() -> None:
    request = messages.list_var("a")
    answers = decode(b'BEGIN LIST VAR a\nVAR a v "on"\nVAR a v "off"\nEND LIST VAR a\n', request)
    with pytest.raises(ProtocolError, match="twice"):
        answers[request]


@pytest.mark.parametrize(
    "request_, data",
    [
        (messages.list_ups(), b'BEGIN LIST UPS\nUPS "a b" "x"\nEND LIST UPS\n'),
        (messages.list_var("a"), b'BEGIN LIST VAR a\nVAR a "ups id" "x"\nEND LIST VAR a\n'),
        (messages.list_cmd("a"), b'BEGIN LIST CMD a\nCMD a "load\x1b.off"\nEND LIST CMD a\n'),
        (messages.instcmd("a", "load.off"), b'OK TRACKING "x"\n'),
    ],
)
def test_an_impossible_name_in_an_answer_is_a_protocol_error(
    request_: NutRequest[object], data: bytes
) -> None:
    with pytest.raises(ProtocolError):
        decode(data, request_)[request_]


def test_bytes_that_are_not_utf_8_survive() -> None:
    request = messages.get_var("a", "v")
    value = decode(b'VAR a v "caf\xe9 \xff"\n', request)[request]
    assert value.encode("utf-8", "surrogateescape") == b"caf\xe9 \xff"


@pytest.mark.parametrize("code", [*ERRORS, "SOMETHING-NEW"])
def test_every_error_code_is_kept_and_named_in_its_error(code: str) -> None:
    request = messages.get_var("a", "v")
    answers = decode(f"ERR {code} some more\n".encode(), request)
    assert answers.failure(request) == ErrAnswer(code, "some more")
    with pytest.raises(PduHandlerError) as error_info:
        answers[request]
    error = error_info.value
    assert code in error.reason
    assert "some more" not in str(error)
    assert error.host == "server"
    assert error.operation == "GET VAR a v"
    assert not isinstance(error, Refused) or error.code == code


@pytest.mark.parametrize(
    "code, name",
    [
        ("DATA-STALE", "data-stale"),
        ("DRIVER-NOT-CONNECTED", "driver-not-connected"),
        ("ACCESS-DENIED", "denied"),
        ("UNKNOWN-UPS", "settings"),
        ("READONLY", "refused"),
        ("SOMETHING-NEW", "refused"),
    ],
)
def test_an_error_code_becomes_an_error_of_its_kind(code: str, name: str) -> None:
    assert ErrAnswer(code).error().kind == name


def test_control_characters_in_a_servers_error_are_escaped() -> None:
    text = str(ErrAnswer("\x1b[2J\u2028" + "x" * 500).error())
    assert text.isprintable()
    assert len(text) < 300
