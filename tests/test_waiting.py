"""The limits of waits in tests."""

from __future__ import annotations

import ast
import re

from tests.needs import ROOT

# may wait without a limit: __main__.py for a signal, pool.py for a free process
_PROGRAMS = ("__main__.py", "pool.py")
_RUNS = ("run", "check_call", "check_output", "call")
#: a file without these is not parsed
_WAITS = re.compile(
    r"subprocess\.(?:run|check_|call)|\.communicate\(|\.(?:join|wait)\((?:\)|None|\w+=)"
)


def _endless(call: ast.Call) -> bool:
    """Whether this call seems to wait forever for a child process, a thread or an event."""
    function = call.func
    if not isinstance(function, ast.Attribute) or any(
        keyword.arg is None or keyword.arg == "timeout" and not _is_none(keyword.value)
        for keyword in call.keywords
    ):
        return False
    if isinstance(function.value, ast.Name) and function.value.id == "subprocess":
        return function.attr in _RUNS
    return (
        function.attr == "communicate"
        or function.attr in ("join", "wait")
        and all(map(_is_none, call.args))
    )


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def endless(source: str) -> list[int]:
    """The lines with calls that seem to wait forever."""
    if not _WAITS.search(source):
        return []
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and _endless(node)
    ]


def test_every_wait_for_a_process_thread_or_event_has_an_end() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in sorted((ROOT / "tests").rglob("*.py"))
        if path.name not in _PROGRAMS
        for line in endless(path.read_text("utf-8"))
    ]
    assert found == [], "give it a timeout, or use tests/waiting.py"
    assert endless("x = 1\nthread.join()\nevent.wait(3)\n") == [2]
