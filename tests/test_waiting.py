"""Waits have an end: what would hang a run fails and says what was seen."""
from __future__ import annotations

import os
import subprocess
import threading

import pytest

from tests import terminal
from tests.waiting import bounded, finished, until

ASKS = ["sh", "-c", "printf 'name: '; read name; echo hello $name"]


def test_an_answer_is_typed_when_the_program_reads() -> None:
    shown = terminal.run(ASKS, os.environ, "name: ", b"rack\n")
    assert shown.code == 0 and "hello rack" in shown.text


@pytest.mark.parametrize("question, said", [("name: ", "typed; shown: b'name: x"), ("other: ", "did not ask; shown: b'name: '")])
def test_a_program_that_stays_at_its_prompt_fails_with_what_it_showed(question: str, said: str) -> None:
    with pytest.raises(AssertionError) as caught:
        terminal.run(ASKS, os.environ, question, b"x", seconds=3)
    assert said in str(caught.value)


def test_a_line_that_never_comes_ends_the_read() -> None:
    process = subprocess.Popen(["sleep", "600"], stdout=subprocess.PIPE, text=True)
    with process, pytest.raises(AssertionError, match="killed after 0.1 s"), bounded(process, 0.1):
        assert process.stdout is not None and process.stdout.readline() == ""


def test_a_thread_that_does_not_end_is_named() -> None:
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait, name="the slow one", daemon=True)
    thread.start()
    with pytest.raises(AssertionError, match="the slow one"):
        finished(thread, seconds=0.01)
    stop.set()
    finished(thread)


def test_what_never_becomes_true_is_false_in_the_end() -> None:
    assert until(lambda: True, 0) and not until(lambda: False, 0.01)
