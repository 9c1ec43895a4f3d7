"""Lines between upsd and a driver."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies

from handlers.nut.quoting import split
from pdu.nut_driver.driver_protocol import InstantCommand, LineParser, instant, plain, setinfo


def test_lines_may_arrive_in_any_pieces() -> None:
    data = b'PING\nINSTCMD outlet.1.load.on TRACKING 4711\nSET a "b \\"c\\" d"\r\nDUMP'
    whole = [["PING"], ["INSTCMD", "outlet.1.load.on", "TRACKING", "4711"]]
    for size in (1, 3, len(data)):
        lines = LineParser()
        found = [
            words
            for begin in range(0, len(data), size)
            for words in lines.feed(data[begin : begin + size])
        ]
        assert found[:2] == whole and found[2][:2] == ["SET", "a"] and len(found) == 3


def test_what_is_no_line_is_left_out() -> None:
    lines = LineParser()
    assert list(lines.feed(b'\n  \nSET a "open\nPING\n')) == [["PING"]]
    assert list(lines.feed(b"x" * 5000)) == [] and list(lines.feed(b"x" * 5000)) == []
    assert list(lines.feed(b"PING\nPING\n")) == [["PING"]]  # the first one ended the long line
    assert list(lines.feed(b"y" * 2049 + b"\nPING\n")) == [["PING"]]


@given(strategies.lists(strategies.binary(max_size=60)))
def test_no_bytes_raise_an_error(pieces: list[bytes]) -> None:
    lines = LineParser()
    for piece in pieces:
        for words in lines.feed(piece):
            assert words
            instant(words)


@pytest.mark.parametrize(
    "line, wanted",
    [
        ("outlet.1.load.on", InstantCommand("outlet.1.load.on", None, "")),
        ("OUTLET.1.load.ON", InstantCommand("outlet.1.load.on", None, "")),
        ("outlet.1.load.on 5", InstantCommand("outlet.1.load.on", "5", "")),
        ("outlet.1.load.on TRACKING 1-a", InstantCommand("outlet.1.load.on", None, "1-a")),
        ("outlet.1.load.on 5 tracking 1-a", InstantCommand("outlet.1.load.on", "5", "1-a")),
        ("outlet.1.load.on TRACKING", InstantCommand("outlet.1.load.on", "TRACKING", "")),
        ("outlet.1.load.on 5 6", None),
        ("outlet.1.load.on TRACKING a;b", None),
        ("outlet.1.load.on TRACKING " + "1" * 65, None),
        ("", None),
    ],
)
def test_a_command_of_another_form_is_not_carried_out(
    line: str, wanted: InstantCommand | None
) -> None:
    assert instant(split(line)) == wanted


@given(strategies.text())
def test_a_value_is_one_word_that_upsd_reads_back(text: str) -> None:
    line = setinfo("outlet.1.desc", text)
    assert line.endswith("\n") and line.count("\n") == 1 and line.isascii()
    assert split(line.rstrip("\n")) == ["SETINFO", "outlet.1.desc", plain(text)]
    assert len(plain(text)) <= 255


def test_accents_are_removed_and_other_characters_replaced() -> None:
    assert plain("Büro 1 «стойка»\n") == "Buro 1 ????????" + "?"
