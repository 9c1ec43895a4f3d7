"""Runs a program on a new terminal and answers one of its questions.

`Person` replaces `sys.stdin` in a test.
"""

from __future__ import annotations

import os
import select
import subprocess
import time
from collections.abc import Mapping
from typing import NamedTuple

from tests.waiting import PATIENCE_S, asleep, until


class Person:
    """A stand-in for `sys.stdin`: a terminal on which every line is `answer`."""

    def __init__(self, answer: str) -> None:
        self.answer = answer

    def isatty(self) -> bool:
        return True

    def readline(self) -> str:
        return self.answer


class Shown(NamedTuple):
    """All that the terminal showed, and the exit code."""

    text: str
    code: int


def run(
    command: list[str],
    environment: Mapping[str, str],
    question: str,
    typed: bytes,
    seconds: float = PATIENCE_S,
) -> Shown:
    """Runs `command` and types `typed` (b"\\x03" is Ctrl-C) once, when the program has shown
    `question` and sleeps.

    Raises AssertionError with all that was shown if the program does not end within about
    `seconds`.
    """
    terminal, inner = os.openpty()
    # The first terminal that a session's leader opens becomes the session's controlling terminal.
    process = subprocess.Popen(
        ["sh", "-c", 'exec "$@" <"$0"', os.ttyname(inner), *command],
        env=dict(environment),
        stdout=inner,
        stderr=inner,
        start_new_session=True,
    )
    os.close(inner)
    output, is_answered, end = b"", False, time.monotonic() + seconds
    try:
        while True:
            seconds_left = end - time.monotonic()
            ready, _, _ = select.select([terminal], [], [], max(0.0, seconds_left))
            state = "answered" if is_answered else "not shown"
            assert ready, (
                f"still running after {seconds:g} s; the question was {state}; shown: {output!r}"
            )
            assert seconds_left > 0, (
                f"still running after {seconds:g} s; the question was {state}; shown: {output!r}"
            )
            try:
                piece = os.read(terminal, 1000)
            except OSError:  # Linux: no process has the other side open
                break
            if not piece:  # other systems
                break
            output += piece
            if not is_answered and question.encode() in output:
                assert until(lambda: asleep(process.pid), max(0.0, end - time.monotonic())), (
                    f"does not read; shown: {output!r}"
                )
                is_answered = True
                os.write(terminal, typed)
        ended = until(lambda: process.poll() is not None, max(1.0, end - time.monotonic()))
        assert ended, (
            f"still running after {seconds:g} s, with its terminal closed; shown: {output!r}"
        )
        return Shown(output.decode("utf-8", "replace"), process.returncode)
    finally:
        os.close(terminal)
        if process.poll() is None:
            process.kill()
            process.wait(timeout=PATIENCE_S)
