"""Lines of the protocol between upsd and its drivers. Pure functions.

Source: NUT's docs/sock-protocol.txt; requests that only newer releases send: drivers/dstate.c; the
results of a command: drivers/upshandler.h (STAT_INSTCMD_...).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple, Optional

from handlers.nut.quoting import escaped, split
from handlers.shared.errors import ProtocolError

#: the results of a command; upsd passes them on as SUCCESS, ERR UNKNOWN, ERR INVALID-ARGUMENT and
#: ERR FAILED
SUCCESS, UNKNOWN, INVALID, FAILED = range(4)

PONG, DUMPDONE, DATAOK, DATASTALE, GOODBYE = (
    f"{line}\n" for line in ("PONG", "DUMPDONE", "DATAOK", "DATASTALE", "OK Goodbye")
)
_LONGEST_LINE = 2048  # in bytes; upsd's longest request has three words of up to 512
_LONGEST_VALUE = (
    255  # in characters; what upsd keeps of a value (include/state.h, ST_MAX_VALUE_LEN)
)
# upsd makes UUIDs
_TRACKING = re.compile(r"[0-9A-Za-z_-]{1,64}")


class LineParser:
    """Parts a stream of bytes into lines, and lines into words."""

    def __init__(self) -> None:
        self._rest = b""
        self._is_skipping = False

    def feed(self, data: bytes) -> Iterator[list[str]]:
        """The words of each line that ends in `data`. Lines that are too long, empty or cut within
        quotes are left out.
        """
        *lines, remainder = (self._rest + data).split(b"\n")
        for line in lines:
            if self._is_skipping:
                self._is_skipping = False  # this was the end of a line that is too long
            elif len(line) <= _LONGEST_LINE:
                words = _words(line)
                if words:
                    yield words
        self._is_skipping = self._is_skipping or len(remainder) > _LONGEST_LINE
        self._rest = b"" if self._is_skipping else remainder


def _words(line: bytes) -> list[str]:
    try:
        return split(line.decode("ascii", "replace"))
    except ProtocolError:
        return []


class InstantCommand(NamedTuple):
    """A request for an instant command."""

    command: str
    #: None if the request has none
    parameter: Optional[str]
    #: names the request in the answer; "" if upsd wants none
    tracking: str


def instant(words: Sequence[str]) -> Optional[InstantCommand]:
    """The request of the words after INSTCMD: `<command> [<parameter>] [TRACKING <id>]`.

    None if it has another form: it is not carried out then.
    """
    arguments = list(words)
    tracking = ""
    if len(arguments) >= 3 and arguments[-2].upper() == "TRACKING":
        tracking = arguments.pop()
        arguments.pop()
        if not _TRACKING.fullmatch(tracking):
            return None
    if not 1 <= len(arguments) <= 2:
        return None
    return InstantCommand(
        arguments[0].lower(), arguments[1] if len(arguments) == 2 else None, tracking
    )


def tracking_of_set(words: Sequence[str]) -> str:
    """The id in the words after SET, `<variable> <value> TRACKING <id>`; "" without one."""
    is_tracked = len(words) == 4 and words[2].upper() == "TRACKING"
    return words[3] if is_tracked and _TRACKING.fullmatch(words[3]) else ""


def setinfo(variable: str, value: str) -> str:
    """A variable has this value."""
    return f'SETINFO {variable} "{escaped(plain(value))}"\n'


def delinfo(variable: str) -> str:
    """A variable no longer exists."""
    return f"DELINFO {variable}\n"


def addcmd(command: str) -> str:
    """A command exists."""
    return f"ADDCMD {command}\n"


def delcmd(command: str) -> str:
    """A command no longer exists."""
    return f"DELCMD {command}\n"


def tracking_result(tracking: str, result: int) -> str:
    """The result of a request."""
    return f"TRACKING {tracking} {result}\n"


def pid(number: int) -> str:
    """The driver's process."""
    return f"PID {number}\n"


def plain(text: str) -> str:
    """`text` in printable ASCII, cut to what upsd keeps.

    upsd drops other bytes silently. Accents are removed, other characters become question marks.
    """
    parts = unicodedata.normalize("NFKD", text)
    bare = "".join(character for character in parts if not unicodedata.combining(character))
    ascii_text = bare.encode("ascii", "replace").decode("ascii")
    return "".join(character if character.isprintable() else "?" for character in ascii_text)[
        :_LONGEST_VALUE
    ]
