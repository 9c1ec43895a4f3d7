"""The line that shows on a terminal what a command waits for."""

from __future__ import annotations

import contextlib
import io
import sys
import threading
from collections.abc import Iterator

import pytest

from pdu.cli import output
from pdu.cli.options import Output
from pdu.cli.output import waiting
from tests.waiting import PATIENCE_S


class Terminal(io.StringIO):
    """Standard error on a terminal. Sets `seen` when a line was shown."""

    def __init__(self) -> None:
        super().__init__()
        self.seen = threading.Event()

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if text.strip():
            self.seen.set()
        return super().write(text)


@contextlib.contextmanager
def screen(slow_s: float = 0.001) -> Iterator[Terminal]:
    """Not a fixture: pytest replaces sys.stderr between a fixture and its test."""
    terminal = Terminal()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stderr", terminal)
        patch.setattr(output, "_SLOW_S", slow_s)
        yield terminal


def threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "waiting"]


def test_a_slow_block_shows_what_it_waits_for_and_the_line_is_gone_afterwards() -> None:
    with screen() as terminal:
        with waiting("waiting for 192.0.2.7 \x1b[31m", Output()):
            assert terminal.seen.wait(PATIENCE_S)
        text = terminal.getvalue()
    assert "\rwaiting for 192.0.2.7 \\x1b[31m: 0 s" in text and "\x1b" not in text
    assert text.split("\r")[-2].strip() == "" and threads() == []


@pytest.mark.parametrize("state", [Output(json=True), Output(debug=True)])
def test_json_and_debug_show_nothing(state: Output) -> None:
    with screen(), waiting("waiting", state):
        assert threads() == []


def test_a_question_and_another_line_take_the_place_of_the_line() -> None:
    with screen() as terminal, waiting("waiting", Output()):
        assert terminal.seen.wait(PATIENCE_S)
        for block in (output.pause_wait_line(), told("upload: 5 %")):
            with block:
                before = len(terminal.getvalue())
                terminal.seen.clear()
                assert not terminal.seen.wait(0.05) and len(terminal.getvalue()) == before
            assert terminal.seen.wait(PATIENCE_S)


@contextlib.contextmanager
def told(line: str) -> Iterator[None]:
    output.show_status_line(line, False)
    yield
    output.show_status_line("", False)
