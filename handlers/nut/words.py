"""The NUT protocol as pure functions: values to bytes, bytes to values; no socket, no clock.

Written from RFC 9271 and from NUT's own text on the network protocol, version 1.3. A request is one line of words; a
word with blanks stands in double quotes, inside which a backslash escapes. An answer is one line (`OK...`, `ERR CODE...`
or the words of the question and a value) or a list between `BEGIN LIST ...` and `END LIST ...`. Answers come in the
order of the requests, so several requests may go out in one write.

What cannot be carried is refused before it is sent (SettingsError); what the protocol does not allow is refused before
it is stored (ProtocolError). Text is `str`; bytes that are not UTF-8 survive as surrogate escapes.
"""
from __future__ import annotations

import re
from typing import Callable, Dict, Generic, List, Mapping, NamedTuple, Optional, Sequence, Tuple, Type, TypeVar, Union, cast

from ..errors import Denied, Named, PduHandlerError, ProtocolError, Reason, Refused, SettingsError, Unreachable, printable

PORT = 3493
MAX_WORD = 512                  # bytes that upsd keeps of one word; it drops the rest in silence
MAX_LINE = 4096                 # bytes; upsd itself builds lines of 1024
MAX_ROWS = 20000                # of one list; a long daisy chain has some 3000
MAX_BYTES = 8 * 1024 * 1024     # of all answers to one write

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

# ---- words -------------------------------------------------------------------------------------------------

_BARE = re.compile(r"[A-Za-z0-9_.:@/+-]+")
_NAME = re.compile(r"[!$-<>-\[\]-~]+")          # printable ASCII without blank, `"`, `#`, `=` and `\`
_SPECIAL = re.compile(r'["#\\]')                # upsd takes even a quoted `#` for a comment unless it is escaped
_HALF = re.compile("[\ud800-\udc7f\udd00-\udfff]")      # no UTF-8, and no undecodable byte either
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_WORD = re.compile(r'[ \t]*(?:"((?:[^"\\]|\\.)*)"|((?:[^ \t"\\]|\\.)(?:[^ \t\\]|\\.)*))[ \t]*', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def is_name(text: str) -> bool:
    """Whether `text` can be the name of a device, variable or command, which stands in a request without quotes."""
    return _NAME.fullmatch(text) is not None and len(text) <= MAX_WORD


def name(text: str, what: str) -> str:
    """`text`, if it can be a name. Raises SettingsError."""
    if not is_name(text):
        raise SettingsError(f"{text[:60]!r} cannot be the name of a {what}: give letters, digits, dots and dashes")
    return text


def word(text: str, what: str) -> str:
    """`text` as one word of a request, in quotes where it needs them. Raises SettingsError.

    The text itself is in no message: it may be a password. What is not ASCII goes out as UTF-8; a server drops it, on
    both sides of the comparison of a password.
    """
    if _CONTROL.search(text):
        raise SettingsError(f"the {what} holds a line break or another control character, which NUT cannot carry")
    if _HALF.search(text):
        raise SettingsError(f"the {what} holds half a character, which cannot be sent")
    if len(_bytes(text)) > MAX_WORD:
        raise SettingsError(f"the {what} is longer than {MAX_WORD} bytes, of which a NUT server keeps no more")
    return text if _BARE.fullmatch(text) else f'"{_escaped(text)}"'


def value(text: str, what: str) -> str:
    """As `word`, always in quotes, for what a device is to keep: ASCII only, since a server drops the rest in silence."""
    if not text.isascii():
        raise SettingsError(f"the {what} is not plain ASCII, and a NUT server would drop what is not")
    plain = word(text, what)
    return plain if plain.startswith('"') else f'"{plain}"'


def split(line: str) -> List[str]:
    """The words of one line, without their quotes and escapes. Raises ProtocolError for an open quote or escape."""
    words, at = [], 0
    while at < len(line):
        found = _WORD.match(line, at)
        if found is None:
            if not line[at:].strip(" \t"):
                break
            raise ProtocolError("a line of the answer has an open quote or escape", _bytes(line))
        quoted, bare = found.groups()
        words.append(_ESCAPED.sub(r"\1", bare if quoted is None else quoted))
        at = found.end()
    return words


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", text)


def _bytes(line: str) -> bytes:
    return line.encode("utf-8", "surrogateescape")


# ---- failures ----------------------------------------------------------------------------------------------

class DataStale(Refused):
    """The driver runs but no longer hears from its device, so the server gives no values and takes no commands."""

    kind = "data-stale"


class DriverNotConnected(Refused):
    """The server has no driver for the device at this moment."""

    kind = "driver-not-connected"


class NotProven(Unreachable):
    """A write that the server accepted and whose end is not known: it may or may not have been done."""

    kind = "not-proven"


class Failure(NamedTuple):
    """`ERR CODE extra` as a value."""

    code: str
    extra: str = ""

    def error(self) -> PduHandlerError:
        """The error that this code stands for, with what to do; `extra` is the server's, so it stays out."""
        kind, words = ERRORS.get(self.code, (Refused, "the NUT server refuses for a reason that is not in its protocol"))
        reason = (*((words,) if isinstance(words, str) else words), f" (ERR {printable(self.code, 40)})")
        return kind(reason, printable(self.code, 40)) if issubclass(kind, Refused) else kind(reason)


_RIGHTS = "check username, password and that user's rights in the server's upsd.users"
ERRORS: Mapping[str, Tuple[Type[PduHandlerError], Reason]] = {
    "ACCESS-DENIED": (Denied, f"the NUT server denies this: {_RIGHTS}"),
    "USERNAME-REQUIRED": (Denied, "the NUT server wants a user: give username and password"),
    "PASSWORD-REQUIRED": (Denied, "the NUT server wants a password: give username and password"),
    "INVALID-USERNAME": (Denied, f"the NUT server does not take this user name: {_RIGHTS}"),
    "INVALID-PASSWORD": (Denied, f"the NUT server does not take this password: {_RIGHTS}"),
    "UNKNOWN-UPS": (SettingsError, ("the NUT server has no device of this name: correct ", Named("device"), " (see upsc -l)")),
    "DATA-STALE": (DataStale, "the NUT driver has lost its device: check the cable or network between them"),
    "DRIVER-NOT-CONNECTED": (DriverNotConnected, "the NUT driver of this device is not running: start it on the server"),
    "VAR-NOT-SUPPORTED": (Refused, "the device has no such variable"),
    "CMD-NOT-SUPPORTED": (Refused, "the device has no such command"),
    "READONLY": (Refused, "this variable cannot be written"),
    "INVALID-ARGUMENT": (Refused, "the NUT server does not take this argument"),
    "INVALID-VALUE": (Refused, "this value is not allowed for the variable"),
    "TOO-LONG": (Refused, "this value is too long for the variable"),
    "INSTCMD-FAILED": (Refused, "the NUT server could not hand the command to the driver"),
    "SET-FAILED": (Refused, "the NUT server could not hand the value to the driver"),
    "FAILED": (Refused, "the driver reports that it failed"),
    "UNKNOWN": (Refused, "the driver reports an unknown error"),
    "FEATURE-NOT-SUPPORTED": (Refused, "the NUT server was built without this feature"),
    "FEATURE-NOT-CONFIGURED": (Refused, "the NUT server is not set up for this feature"),
    "ALREADY-SSL-MODE": (Refused, "the connection uses TLS already"),
    "ALREADY-LOGGED-IN": (Refused, "this connection is logged in to a device already"),
    "ALREADY-SET-USERNAME": (Refused, "this connection has a user already"),
    "ALREADY-SET-PASSWORD": (Refused, "this connection has a password already"),
    "UNKNOWN-COMMAND": (Refused, "the NUT server does not know this request"),
    # Of servers before 1.5, still in NUT's list.
    "VAR-UNKNOWN": (Refused, "the device has no such variable"),
    "UNKNOWN-TYPE": (Refused, "the NUT server does not know the type of this variable"),
    "UNKNOWN-INSTCMD": (Refused, "the device has no such command"),
    "MISSING-ARGUMENT": (Refused, "the NUT server misses an argument"),
}

# ---- secrets -----------------------------------------------------------------------------------------------

class Secret:
    """A password, kept out of errors: a server may send back what it was sent, as it is or with its escapes."""

    def __init__(self, text: str = "") -> None:
        self._forms = {text, _escaped(text)} - {""}

    def within(self, said: str) -> bool:
        """Whether `said` holds the password."""
        return any(form in said for form in self._forms)

    def without(self, error: ProtocolError) -> ProtocolError:
        """`error`, or where its payload holds the password one that keeps nothing of what the server said."""
        if self.within(error.payload.decode("utf-8", "surrogateescape")):
            return self.unshown()
        if self._forms and len(error.payload) == error.KEPT:
            error.payload = error.payload[:-2 * MAX_WORD]       # the beginning of a password may stand at the cut
        return error

    @staticmethod
    def unshown() -> ProtocolError:
        return ProtocolError("the answer is not as the protocol says; it is not shown, because the password stands in it: "
                             "check address and port")


# ---- requests and answers ----------------------------------------------------------------------------------


class Reply(NamedTuple):
    """One answer as it was framed: its first line and, of a list, the words of each row behind the echoed query."""

    line: str
    rows: Tuple[Tuple[str, ...], ...] = ()


class Request(Generic[T_co]):
    """One line to send and how its answer is read; `label` is the line without secrets and values, for messages.

    `query` is given for a LIST alone: the words between which and behind which the rows come; `fields` is how many
    words each row has behind them. Requests compare by identity.
    """

    def __init__(self, line: str, label: str, read: Callable[[Reply], T_co],
                 query: Tuple[str, ...] = (), fields: int = 0) -> None:
        self.line = _bytes(line) + b"\n"
        self.label, self.read, self.query, self.fields = label, read, query, fields

    def __repr__(self) -> str:
        return f"<NUT request {self.label}>"


class Answers:
    """The answers to the requests of one write: `answers[request]` is its value, or raises what its ERR stands for."""

    def __init__(self, host: str = "", secret: Optional[Secret] = None) -> None:
        self._host, self._secret = host, secret or Secret()
        self._found: Dict[Request[object], Union[Reply, Failure]] = {}

    def __contains__(self, request: Request[object]) -> bool:
        return request in self._found

    def put(self, request: Request[object], answer: Union[Reply, Failure]) -> None:
        self._found[request] = answer

    def failure(self, request: Request[object]) -> Optional[Failure]:
        """The ERR that answered `request`, as a value; None where it was no ERR."""
        answer = self._found[request]
        return self._masked(answer) if isinstance(answer, Failure) else None

    def __getitem__(self, request: Request[T]) -> T:
        answer = self._found[request]
        error: PduHandlerError
        if isinstance(answer, Failure):
            error = self._masked(answer).error()
        else:
            try:
                return request.read(answer)
            except PduHandlerError as raised:
                error = self._secret.unshown() if self._holds_secret(answer) else raised
        raise error.at(self._host, request.label)

    def _masked(self, failure: Failure) -> Failure:
        if not self._secret.within(" ".join(failure)):
            return failure
        return Failure(failure.code if failure.code in ERRORS else "***", "***")

    def _holds_secret(self, reply: Reply) -> bool:
        return self._secret.within("\n".join([reply.line, *(text for row in reply.rows for text in row)]))


class Decoder:
    """Frames the answers to `requests` from bytes as they come, into `answers`; refuses what was not asked for."""

    def __init__(self, requests: Sequence[Request[object]], answers: Answers) -> None:
        self.answers = answers
        self._open = list(reversed(requests))
        self._rest = b""
        self._size = 0
        self._rows: Optional[List[Tuple[str, ...]]] = None      # of the list that is being read
        self._row_start = self._end = ""

    @property
    def waiting(self) -> Optional[Request[object]]:
        """The first request without an answer; None when there is none."""
        return self._open[-1] if self._open else None

    def feed(self, data: bytes) -> bool:
        """Take in bytes; True when every request has its answer. Raises ProtocolError."""
        self._size += len(data)
        lines = (self._rest + data).split(b"\n")
        self._rest = lines.pop()
        if self._size > MAX_BYTES or len(self._rest) > MAX_LINE:
            raise ProtocolError("the answer is longer than any NUT server's", self._rest)
        for line in lines:
            self._line(line)
        if self._rest and not self._open:
            raise ProtocolError("the server says more than it was asked", self._rest)
        return not self._open

    def _line(self, raw: bytes) -> None:
        if raw.endswith(b"\r"):
            raw = raw[:-1]
        if len(raw) > MAX_LINE or b"\0" in raw or b"\r" in raw:
            raise ProtocolError("a line of the answer is too long or holds NUL or a carriage return: "
                                "is this the port of a NUT server?", raw)
        line = raw.decode("utf-8", "surrogateescape")
        if self._rows is not None:
            self._list_line(line, self._rows)
        elif not self._open:
            raise ProtocolError("the server says more than it was asked", raw)
        else:
            self._first_line(line, self._open[-1])

    def _first_line(self, line: str, request: Request[object]) -> None:
        if line == "ERR" or line.startswith("ERR "):
            code, _, extra = line[4:].partition(" ")
            if not code:
                raise ProtocolError("an ERR without a code", _bytes(line))
            self._answered(Failure(code, extra))
        elif request.query:
            query = " ".join(request.query)
            if line != f"BEGIN LIST {query}":
                raise ProtocolError(f"expected BEGIN LIST {query}, not {printable(line, 80)!r}", _bytes(line))
            self._rows, self._row_start, self._end = [], f"{query} ", f"END LIST {query}"
        elif line.startswith("BEGIN LIST"):
            raise ProtocolError("a list that nobody asked for", _bytes(line))
        else:
            self._answered(Reply(line))

    def _list_line(self, line: str, rows: List[Tuple[str, ...]]) -> None:
        if line == self._end:
            self._rows = None
            self._answered(Reply(line, tuple(rows)))
            return
        row = _row(line, self._row_start)
        if len(row) != self._open[-1].fields or len(rows) >= MAX_ROWS:
            raise ProtocolError(f"a line of {self._end[4:]} is not as the protocol says, or there is no end of them: "
                                f"{printable(line, 80)!r}", _bytes(line))
        rows.append(row)

    def _answered(self, answer: Union[Reply, Failure]) -> None:
        self.answers.put(self._open.pop(), answer)


_PLAIN_ROW = re.compile(r'([^ \t"\\]+) "([^"\\]*)"')     # nearly every row: a name, and a value without escapes


def _row(line: str, start: str) -> Tuple[str, ...]:
    if not line.startswith(start):
        return ()
    plain = _PLAIN_ROW.fullmatch(line, len(start))
    if plain is not None:
        return cast(Tuple[str, str], plain.groups())
    return tuple(split(line[len(start):]))
