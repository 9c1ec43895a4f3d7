"""Bytes from the server -> answers to the requests of one write. No I/O.

An answer is one line (`OK...`, `ERR CODE...`, a GET's query and its value, or free text), or a list
between `BEGIN LIST ...` and `END LIST ...`. Answers come in the order of the requests, so several
requests can be sent in one write.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Optional, Union, cast

from ..shared.errors import ProtocolError, printable
from .errors import ErrAnswer
from .quoting import split
from .responses import NutRequest, NutResponse, Responses

MAX_LINE = 4096  # bytes; upsd 2.8.0 cuts its lines after 512
MAX_ROWS = 20000  # in one list; a long daisy chain has some 3000
MAX_BYTES = 8 * 1024 * 1024  # in all answers to one write


class Decoder:
    """Splits received bytes into the answers to `requests` and puts them into `answers`."""

    def __init__(self, requests: Sequence[NutRequest[object]], answers: Responses) -> None:
        self.answers = answers
        # the first one is the last of the list
        self._unanswered = list(reversed(requests))
        self._rest = b""
        self._size = 0
        # rows so far of the open list; None outside a list
        self._rows: Optional[list[tuple[str, ...]]] = None
        # of the open list: its name, what each row begins with, and the line that ends it
        self._list_name = self._row_start = self._end = ""
        #: the last line that was taken, for errors
        self.line = ""

    @property
    def waiting(self) -> Optional[NutRequest[object]]:
        """The first request without an answer; None if all are answered."""
        return self._unanswered[-1] if self._unanswered else None

    def feed(self, data: bytes) -> bool:
        """Take the next bytes; True when all requests are answered.

        Raises ProtocolError, also for data after the last answer.
        """
        self._size += len(data)
        lines = (self._rest + data).split(b"\n")
        self._rest = lines.pop()
        if self._size > MAX_BYTES or len(self._rest) > MAX_LINE:
            raise ProtocolError(
                "the answer is longer than a NUT server sends: is this the port of a NUT server?",
            )
        for line in lines:
            self._line(line)
        if self._rest and not self._unanswered:
            raise ProtocolError("the server sent more than was asked for")
        return not self._unanswered

    def _line(self, raw: bytes) -> None:
        """Take one whole line. Raises ProtocolError for one that no request waits for."""
        raw = raw.removesuffix(b"\r")
        if len(raw) > MAX_LINE or b"\0" in raw or b"\r" in raw:
            raise ProtocolError(
                "a line of the answer is too long or holds NUL or a carriage return: "
                "is this the port of a NUT server?",
            )
        self.line = line = raw.decode("utf-8", "surrogateescape")
        if self._rows is not None:
            self._list_line(line, self._rows)
        elif not self._unanswered:
            raise ProtocolError("the server sent more than was asked for")
        else:
            self._first_line(line, self._unanswered[-1])

    def _first_line(self, line: str, request: NutRequest[object]) -> None:
        """Take the line that begins the answer to `request`: ERR, the head of its list, or all of
        it."""
        if line == "ERR" or line.startswith("ERR "):
            code, _, extra = line[4:].partition(" ")
            if not code:
                raise ProtocolError("an ERR without a code")
            self._hand_over(ErrAnswer(code, extra))
        elif request.query:
            query = " ".join(request.query)
            if line != f"BEGIN LIST {query}":
                raise ProtocolError(f"expected BEGIN LIST {query}, not {printable(line, 80)!r}")
            self._rows = []
            self._list_name = f"LIST {query}"
            self._row_start = f"{query} "
            self._end = f"END {self._list_name}"
        elif line.startswith("BEGIN LIST"):
            raise ProtocolError("a list that was not asked for")
        else:
            self._hand_over(NutResponse(line))

    def _list_line(self, line: str, rows: list[tuple[str, ...]]) -> None:
        """Take a line of the open list: a row, or the end, which completes the answer."""
        if line == self._end:
            self._rows = None
            self._hand_over(NutResponse(line, tuple(rows)))
            return
        row = _row(line, self._row_start)
        if len(row) != self._unanswered[-1].fields:
            raise ProtocolError(
                f"a line of {self._list_name} breaks the protocol: {printable(line, 80)!r}",
            )
        if len(rows) == MAX_ROWS:
            raise ProtocolError(
                f"{self._list_name} has more than {MAX_ROWS} lines, the limit for a list",
            )
        rows.append(row)

    def _hand_over(self, answer: Union[NutResponse, ErrAnswer]) -> None:
        """Store the answer to the first request that waits for one."""
        self.answers.put(self._unanswered.pop(), answer)


# the form of most rows: a name, and a value without escapes
_PLAIN_ROW = re.compile(r'([^ \t"\\]+) "([^"\\]*)"')


def _row(line: str, start: str) -> tuple[str, ...]:
    """The words of a row after `start`; none for a line that does not begin with it."""
    if not line.startswith(start):
        return ()
    plain = _PLAIN_ROW.fullmatch(line, len(start))
    if plain is not None:
        return cast(tuple[str, str], plain.groups())
    words = line[len(start) :]
    return tuple(split(words))
