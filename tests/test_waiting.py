"""The limits of waits in tests."""
from __future__ import annotations

import ast
import os
import subprocess
import threading
from types import SimpleNamespace
from typing import List

import pytest
from hypothesis import HealthCheck, settings

from tests import terminal
from tests.needs import ROOT
from tests.waiting import bounded, finished, until

ASKS = ["sh", "-c", "printf 'name: '; read name; echo hello $name"]


def test_an_answer_is_typed_when_the_program_reads() -> None:
    shown = terminal.run(ASKS, os.environ, "name: ", b"rack\n")
    assert shown.code == 0 and "hello rack" in shown.text


@pytest.mark.parametrize("question, looks, words", [("name: ", 4, "the question was answered; shown: b'name: x'"),
                                                    ("other: ", 2, "the question was not shown; shown: b'name: '")])
def test_the_error_shows_the_output_of_a_program_that_stays_at_its_prompt(monkeypatch: pytest.MonkeyPatch, question: str,
                                                                          looks: int, words: str) -> None:
    """The clock jumps past the limit when `terminal.run` has read all that the program shows."""
    times = [0.0] * looks
    monkeypatch.setattr(terminal, "time", SimpleNamespace(monotonic=lambda: times.pop() if times else 1e9))
    with pytest.raises(AssertionError) as caught:
        terminal.run(ASKS, os.environ, question, b"x")
    assert f"still running after 60 s; {words}" in str(caught.value)


def test_the_error_shows_the_output_of_a_program_that_closes_its_terminal_and_runs_on(monkeypatch: pytest.MonkeyPatch) -> None:
    times = [0.0] * 3               # the clock jumps past the limit when the terminal is closed
    monkeypatch.setattr(terminal, "time", SimpleNamespace(monotonic=lambda: times.pop() if times else 1e9))
    with pytest.raises(AssertionError, match="still running after 60 s, with its terminal closed; shown: b'hello"):
        terminal.run(["sh", "-c", "echo hello; exec sleep 600 <&- >&- 2>&-"], os.environ, "name: ", b"x")


def test_a_program_that_never_stops_writing_to_its_terminal_is_killed_at_the_limit() -> None:
    with pytest.raises(AssertionError, match=r"still running after 0\.3 s; the question was not shown"):
        terminal.run(["yes"], os.environ, "name: ", b"x", seconds=0.3)


def test_a_program_that_prints_no_line_is_killed_at_the_limit() -> None:
    process = subprocess.Popen(["sleep", "600"], stdout=subprocess.PIPE, text=True)
    with process, pytest.raises(AssertionError, match="took more than 0.1 s"), bounded(process, 0.1):
        assert process.stdout is not None and process.stdout.readline() == ""


def test_a_thread_that_does_not_end_is_named() -> None:
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait, name="the slow one", daemon=True)
    thread.start()
    with pytest.raises(AssertionError, match="the slow one"):
        finished(thread, seconds=0.01)
    stop.set()
    finished(thread)


def test_until_is_false_when_the_time_is_over() -> None:
    assert until(lambda: True, 0) and not until(lambda: False, 0.01)


def test_an_example_of_hypothesis_may_take_any_time() -> None:
    usual = settings.default
    assert usual is not None and usual.deadline is None and HealthCheck.too_slow in usual.suppress_health_check


# ---- waits in the source of the tests -------------------------------------------------------------------------

_PROGRAMS = ("__main__.py", "pool.py")       # may wait without a limit: __main__.py for a signal, pool.py for a free process
_RUNS = ("run", "check_call", "check_output", "call")
_WAITS = ("subprocess.", ".communicate", ".join", ".wait")      # a file without these is not parsed


def _endless(call: ast.Call) -> bool:
    """Whether this call seems to wait forever for a child process, a thread or an event."""
    function = call.func
    if not isinstance(function, ast.Attribute) or any(
            keyword.arg is None or keyword.arg == "timeout" and not _is_none(keyword.value) for keyword in call.keywords):
        return False
    if isinstance(function.value, ast.Name) and function.value.id == "subprocess":
        return function.attr in _RUNS
    return function.attr == "communicate" or function.attr in ("join", "wait") and all(map(_is_none, call.args))


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def endless(source: str) -> List[int]:
    """The lines with calls that seem to wait forever."""
    if not any(part in source for part in _WAITS):
        return []
    return [node.lineno for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call) and _endless(node)]


def test_every_wait_for_a_process_thread_or_event_has_an_end() -> None:
    found = [f"{path.relative_to(ROOT)}:{line}" for path in sorted((ROOT / "tests").rglob("*.py")) if path.name not in _PROGRAMS
             for line in endless(path.read_text("utf-8"))]
    assert found == [], "give it a timeout, or use tests/waiting.py"


@pytest.mark.parametrize("text, is_endless", [
    ("subprocess.run(['x'])", True), ("process.wait()", True), ("thread.join()", True), ("p.communicate(b'x')", True),
    ("subprocess.run(['x'], timeout=1)", False), ("','.join(words)", False), ("event.wait(3)", False),
    ("event.wait(None)", True), ("thread.join(timeout=None)", True), ("thread.join(timeout=3)", False)])
def test_only_a_call_that_may_wait_forever_is_recognised(text: str, is_endless: bool) -> None:
    assert endless(f"x = 1\n{text}\n") == ([2] if is_endless else [])
