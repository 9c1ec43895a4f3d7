"""Requests as NUT's lines, and what answers are read to: protocol.txt (tests/tables.py).

    get_var a v & VAR a v "on" -> 'on'

On the left, a request of handlers/nut/requests.py with its arguments, the last one after ` = ` if
it has spaces or several values; then the lines of the server, and after `rest` bytes without a
line's end. `\\n`, `\\0` and `\\\\` are those of Python, `x*513` is a text of 513 `x`.

On the right, what is read of the answer. Without one, the line that is sent: `(shown as)` tells
what errors show of it, if that is less, and `needs a user`.
`python -m tests.tables tests.handlers.nut.protocol_table` writes right sides.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Callable

from handlers.nut import requests
from handlers.nut.answers import Answers, ReceivedLines, Secret
from handlers.nut.requests import NutRequest
from handlers.shared.errors import PduHandlerError
from tests.tables import Case, Table

TABLE = Table(Path(__file__).with_name("protocol.txt"))
_REPEATED = re.compile(r"(.*)(.)\*(\d+)")


def text_of(text: str) -> str:
    """The text that is written with Python's escapes."""
    plain = text.encode("latin-1", "backslashreplace").decode("unicode_escape")
    repeated = _REPEATED.fullmatch(plain)
    return repeated[1] + repeated[2] * int(repeated[3]) if repeated else plain


def request_of(text: str) -> NutRequest[object]:
    """The request of `get_var a v`. Raises SettingsError."""
    call, equals, last_argument = text.partition(" = ")
    name, *arguments = call.split(" ")
    if equals:
        arguments.append(last_argument)
    make: Callable[..., NutRequest[object]] = getattr(requests, name)
    return make(*map(text_of, arguments))


def _sent(request: NutRequest[object]) -> str:
    """What is known of a request before it is answered."""
    line = request.line.decode("utf-8")
    words = [repr(line.removesuffix("\n"))]
    if repr(request) != f"<NUT request {line[:-1]}>":
        words.append(f"(shown as {request!r})")
    if request.needs_user:
        words.append("needs a user")
    return " ".join(words)


class _NotComplete(Exception):
    """The answer has another line."""


def _read(request: NutRequest[object], lines: Sequence[str]) -> str:
    """What is read of the lines of an answer."""
    received = ReceivedLines()

    def next_line() -> str:
        if not received.has_line:
            raise _NotComplete
        return received.take()

    for line in lines:
        is_rest = line.startswith("rest ")
        text = text_of(line.removeprefix("rest ")) if is_rest else f"{text_of(line)}\n"
        received.add(text.encode("latin-1"))
    answers = Answers("nut", Secret(""))
    try:
        answers.take(request, next_line)
    except _NotComplete:
        return "not complete"
    if received.has_more:
        return "more than the answer"
    value: Any = answers[request]
    return repr(value)


def shown(case: Case) -> str:
    """The right side of a case: of `login a`, the request that is sent; of a request with lines of
    the server, `get_var a v & VAR a v "on"`, what is read of them; or the error."""
    words, *lines = case.left.split(TABLE.separator)
    try:
        request = request_of(words)
        return _read(request, lines) if lines else _sent(request)
    except PduHandlerError as error:
        sentence = str(error)
        assert sentence.isprintable(), sentence
        return f"error {type(error).__name__} {sentence}"
