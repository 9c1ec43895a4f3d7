"""Requests, their answers as values, and the password that no error may show. No I/O."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Callable, Generic, NamedTuple, Optional, TypeVar, Union

from ..shared.errors import PduHandlerError, ProtocolError
from .errors import ERRORS, ErrAnswer
from .quoting import encoded, escaped

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


def _redacted_answer_error() -> ProtocolError:
    """The error for an answer outside the protocol that holds the password."""
    return ProtocolError(
        "the answer breaks the protocol; it is not shown, because it holds the password: check"
        " address and port"
    )


class Secret:
    """A password that errors must not show. A server may echo it, plain or with its escapes."""

    def __init__(self, text: str = "") -> None:
        self._forms = {text, escaped(text)} - {""}

    def is_within(self, answer: str) -> bool:
        """Whether the text holds the password."""
        return any(form in answer for form in self._forms)

    def redact(self, text: str) -> str:
        """`text`, or *** if it holds the password."""
        return "***" if self.is_within(text) else text

    def drop_answer(self, error: ProtocolError, line: str) -> ProtocolError:
        """`error`, which may quote a part of `line`, with other escapes; an error without the
        answer if it or the line holds the password.
        """
        if self.is_within(f"{error.reason}\n{line}"):
            return _redacted_answer_error()
        return error


class NutResponse(NamedTuple):
    """One answer."""

    #: its only line, or the last line of a list
    line: str
    #: of a list: the words of each row after the repeated query
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, eq=False)
class NutRequest(Generic[T_co]):
    """One line to send, and the function that reads its answer. Compares by identity."""

    #: the line, or its beginning if a `value` follows
    label: str
    #: the answer's value; raises ProtocolError
    read: Callable[[NutResponse], T_co]
    #: the end of the line: a secret or a value, which messages do not show
    value: str = ""
    #: of a LIST request: the words that the server repeats in each row
    query: tuple[str, ...] = ()
    #: of a LIST request: the number of words that follow the query in each row
    fields: int = 0
    #: the device whose driver has the data that the answer shows, "" for none
    driver: str = ""
    #: whether it needs the rights of a user
    needs_user: bool = False
    #: the same request under its other name, for a server that does not know the usual one
    alias: Optional[NutRequest[T_co]] = None

    def __repr__(self) -> str:
        return f"<NUT request {self.label}>"

    @property
    def line(self) -> bytes:
        """The bytes to send, with the line's end."""
        words = f"{self.label} {self.value}" if self.value else self.label
        return encoded(f"{words}\n")


class Responses:
    """The answers to requests that were sent together.

    `answers[request]` returns one value, or raises that answer's error.
    """

    def __init__(self, host: str = "", secret: Optional[Secret] = None) -> None:
        self._host = host
        self._secret = secret or Secret()
        self._answer_by_request: dict[NutRequest[object], Union[NutResponse, ErrAnswer]] = {}

    def put(self, request: NutRequest[object], answer: Union[NutResponse, ErrAnswer]) -> None:
        self._answer_by_request[request] = answer

    def failure(self, request: NutRequest[object]) -> Optional[ErrAnswer]:
        """The ERR that answered `request`; None if the answer is not an ERR."""
        answer = self._answer_by_request[request]
        if isinstance(answer, ErrAnswer):
            return self._mask_password(answer)
        return None

    def code(self, request: NutRequest[object]) -> str:
        """The code of the ERR that answered `request`; '' if the answer is not an ERR."""
        failure = self.failure(request)
        return failure.code if failure is not None else ""

    def __getitem__(self, request: NutRequest[T]) -> T:
        """The answer to `request`, read. Raises the error of its ERR, and ProtocolError for an
        answer that cannot be read."""
        answer = self._answer_by_request[request]
        error: PduHandlerError
        if isinstance(answer, ErrAnswer):
            error = self._mask_password(answer).error()
        else:
            try:
                return request.read(answer)
            except PduHandlerError as raised:
                error = _redacted_answer_error() if self._holds_secret(answer) else raised
        # Outside the except block: no chained exception shows the password. The label may hold
        # names that the server chose.
        raise error.at(self._host, self._secret.redact(request.label))

    def require_ok(self, request: NutRequest[object]) -> None:
        """Raises, as for a value of it, unless the answer to `request` is one that it can read."""
        self[request]

    def _mask_password(self, failure: ErrAnswer) -> ErrAnswer:
        """The answer without its text if that holds the password."""
        if not self._secret.is_within(" ".join(failure)):
            return failure
        return ErrAnswer(failure.code if failure.code in ERRORS else "***", "***")

    def _holds_secret(self, response: NutResponse) -> bool:
        """Whether a line or a row of the answer holds the password."""
        texts = [response.line, *itertools.chain.from_iterable(response.rows)]
        return self._secret.is_within("\n".join(texts))
