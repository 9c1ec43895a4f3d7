"""The answers to the requests of one write, from the bytes that the server sends. No I/O.

An answer is one line (`OK...`, `ERR CODE...`, a GET's query and its value, or free text), or a list
between `BEGIN LIST ...` and `END LIST ...`. Answers come in the order of the requests, so several
requests can be sent in one write.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any, Callable, Optional, TypeVar, Union

from ..shared.errors import ProtocolError, printable
from .errors import ERRORS, ErrAnswer
from .quoting import escaped
from .requests import NutRequest

T = TypeVar("T")
MAX_LINE = 4096  # bytes; upsd 2.8.0 cuts its lines after 512
MAX_BYTES = 8 * 1024 * 1024  # in all answers to one write


class Secret:
    """A password that errors must not show. A server may echo it, plain or with its escapes.

    >>> secret = Secret('pa"ss')
    >>> secret.redact('BEGIN pa"ss'), secret.redact("rack1")
    ('***', 'rack1')
    """

    def __init__(self, text: str) -> None:
        self._forms = {text, escaped(text)} - {""}

    def is_within(self, text: str) -> bool:
        """Whether the text holds the password."""
        return any(form in text for form in self._forms)

    def redact(self, text: str) -> str:
        """`text`, or *** if it holds the password."""
        return "***" if self.is_within(text) else text

    def without_answer(self, error: ProtocolError, lines: Sequence[str]) -> ProtocolError:
        """The error, unless it or these lines of the answer hold the password: then an error that
        shows nothing of the answer.

        >>> error = ProtocolError("a line breaks the protocol: 'a s3cret b'")
        >>> Secret("s3cret").without_answer(error, []).reason[:47]
        'the answer breaks the protocol; it is not shown'
        """
        if not self.is_within("\n".join([error.reason, *lines])):
            return error
        return ProtocolError(
            "the answer breaks the protocol; it is not shown, because it holds the password: check"
            " address and port"
        )


class ReceivedLines:
    r"""Received bytes as lines of text: `_lines` are whole and not taken yet, `_rest` is the
    beginning of the next one, `_size` the number of bytes so far; `taken` are those that were read.

    >>> received = ReceivedLines()
    >>> received.add(b"BEGIN LIST UPS\r\nUPS ra")
    >>> received.take(), received.has_line, received.has_more
    ('BEGIN LIST UPS', False, True)
    >>> received.add(b'ck1 "Rack 1"\n')
    >>> received.take()
    'UPS rack1 "Rack 1"'
    """

    def __init__(self) -> None:
        self.taken: list[str] = []
        self._lines: deque[bytes] = deque()
        self._rest = b""
        self._size = 0

    @property
    def has_line(self) -> bool:
        """Whether there is a whole line."""
        return bool(self._lines)

    @property
    def has_more(self) -> bool:
        """Whether anything was received that is not taken yet."""
        return bool(self._lines or self._rest)

    def add(self, data: bytes) -> None:
        """Append the bytes that were received next. Raises ProtocolError for a line of more than
        4096 bytes, and for more than 8 MiB in all.

        >>> ReceivedLines().add(b"A" * 5000)  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        handlers.shared.errors.ProtocolError: the answer is longer than a NUT server sends: ...
        """
        self._size += len(data)
        lines = (self._rest + data).split(b"\n")
        self._rest = lines.pop()
        self._lines.extend(lines)
        if self._size > MAX_BYTES or len(self._rest) > MAX_LINE:
            raise ProtocolError(
                "the answer is longer than a NUT server sends: is this the port of a NUT server?"
            )

    def take(self) -> str:
        r"""Remove the first whole line, and return it without its end; bytes that are no UTF-8
        become surrogate escapes. Raises ProtocolError for a line with NUL or a carriage return
        within.

            received: b"OK\r\n", b"VAR rack1 ..."     returns "OK"; taken is ["OK"]
        """
        raw = self._lines.popleft().removesuffix(b"\r")
        if len(raw) > MAX_LINE or b"\0" in raw or b"\r" in raw:
            raise ProtocolError(
                "a line of the answer is too long or holds NUL or a carriage return: "
                "is this the port of a NUT server?"
            )
        line = raw.decode("utf-8", "surrogateescape")
        self.taken.append(line)
        return line


def read_answer(
    request: NutRequest[object], next_line: Callable[[], str]
) -> Union[Sequence[str], ErrAnswer]:
    """The line that answers the request, as the only one; of a list, its rows without their first
    words, "UPS" or "VAR rack1"; or the ERR that the server sent. `next_line` returns the next line
    that arrives. Raises ProtocolError for any other answer.

    >>> lines = iter(["BEGIN LIST UPS", 'UPS rack1 "Rack 1"', "END LIST UPS"])
    >>> read_answer(NutRequest("LIST UPS", list), lambda: next(lines))
    ['rack1 "Rack 1"']
    >>> read_answer(NutRequest("LIST UPS", list), lambda: "ERR ACCESS-DENIED")
    ErrAnswer(code='ACCESS-DENIED', extra='')
    """
    line = next_line()
    if line == "ERR" or line.startswith("ERR "):
        return _err_answer(line)
    if request.is_list:
        if line != f"BEGIN {request.label}":
            raise ProtocolError(f"expected BEGIN {request.label}, not {printable(line, 80)!r}")
        return _rows(request.label, next_line)
    if line.startswith("BEGIN LIST"):
        raise ProtocolError("a list that was not asked for")
    return [line]


def _err_answer(line: str) -> ErrAnswer:
    """The code of an ERR, and the server's text. Raises ProtocolError without a code.

    >>> _err_answer("ERR ACCESS-DENIED")
    ErrAnswer(code='ACCESS-DENIED', extra='')
    >>> _err_answer("ERR")
    Traceback (most recent call last):
    handlers.shared.errors.ProtocolError: an ERR without a code
    """
    _, _, failure = line.partition(" ")
    code, _, extra = failure.partition(" ")
    if not code:
        raise ProtocolError("an ERR without a code")
    return ErrAnswer(code, extra)


def _rows(label: str, next_line: Callable[[], str]) -> Sequence[str]:
    """The rows up to END LIST of the list that the request `label` asked for, without the words
    that each row repeats of it. Raises ProtocolError for a row of another list.

    >>> lines = iter(['UPS rack1 "Rack 1"', "END LIST UPS"])
    >>> _rows("LIST UPS", lambda: next(lines))
    ['rack1 "Rack 1"']
    """
    start = label.removeprefix("LIST ") + " "
    rows: list[str] = []
    while (line := next_line()) != f"END {label}":
        if not line.startswith(start):
            raise ProtocolError(f"a line of {label} breaks the protocol: {printable(line, 80)!r}")
        rows.append(line.removeprefix(start))
    return rows


class Answers:
    """The answers to requests that were sent together: `answers[request]` is the value of one, or
    raises the error of its ERR. `take` fills `_values`, and `_failures` with the ERRs, by request.

    >>> status = NutRequest("GET VAR rack1 ups.status", lambda lines: lines[0].split('"')[1])
    >>> answers = Answers("192.0.2.9", Secret("s3cret"))
    >>> answers.take(status, lambda: 'VAR rack1 ups.status "OL"')
    >>> answers[status], answers.code(status)
    ('OL', '')
    >>> answers.take(status, lambda: "ERR DATA-STALE")
    >>> answers.code(status)
    'DATA-STALE'
    """

    def __init__(self, host: str, secret: Secret) -> None:
        self._host = host
        self._secret = secret
        self._values: dict[NutRequest[Any], Any] = {}
        self._failures: dict[NutRequest[Any], ErrAnswer] = {}

    def take(self, request: NutRequest[object], next_line: Callable[[], str]) -> None:
        """Read the lines that answer `request` with `next_line`, and keep its value, or its ERR
        without the password that it may repeat. Raises ProtocolError.

        >>> answers = Answers("192.0.2.9", Secret("s3cret"))
        >>> request = NutRequest("GET VAR rack1 ups.status", list)
        >>> answers.take(request, lambda: "ERR ACCESS-DENIED s3cret")
        >>> answers.failure(request)
        ErrAnswer(code='ACCESS-DENIED', extra='***')
        """
        answer = read_answer(request, next_line)
        if isinstance(answer, ErrAnswer):
            # a password of several words may begin in the code
            if self._secret.is_within(" ".join(answer)):
                code = answer.code if answer.code in ERRORS else "***"
                answer = ErrAnswer(code, "***")
            self._failures[request] = answer
        else:
            self._values[request] = request.read(answer)

    def failure(self, request: NutRequest[object]) -> Optional[ErrAnswer]:
        """The ERR that answered `request`; None if the answer is not an ERR."""
        return self._failures.get(request)

    def code(self, request: NutRequest[object]) -> str:
        """The code of the ERR that answered `request`; '' if the answer is not an ERR."""
        failure = self.failure(request)
        return "" if failure is None else failure.code

    def __getitem__(self, request: NutRequest[T]) -> T:
        """The value of the answer to `request`. Raises the error of its ERR, with host and request.

        VAR rack1 ups.status "OL"    "OL"
        ERR READONLY                 Refused: this variable cannot be written (ERR READONLY)
        """
        failure = self.failure(request)
        if failure is not None:
            # the label may hold names that the server chose
            raise failure.error().at(self._host, self._secret.redact(request.label))
        value: T = self._values[request]
        return value

    def require(self, request: NutRequest[object]) -> None:
        """Raises the error of the ERR that answered `request`, if one did."""
        self[request]
