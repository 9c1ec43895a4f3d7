"""What the process that reads and switches PDUs and the one that serves upsd tell each other.

They are one program: the second is forked from the first, so the messages are pickled. Each follows
its length in four bytes.
"""

from __future__ import annotations

import pickle
import struct
from collections.abc import Iterator
from typing import Any, NamedTuple

from .nut_variables import NutVariables

#: how long a command may wait for a reading or another command, in seconds; a client such as
#: `upscmd -w` waits as long for the result
PATIENCE_S = 10.0
_LENGTH = struct.Struct("!I")


class Open(NamedTuple):
    """Serve a PDU by this name, with this view until it is read. The answer is `Opened`."""

    ups: str
    #: in the list
    name: str
    view: NutVariables


class Opened(NamedTuple):
    """It is served, or why it cannot be."""

    ups: str
    error: str


class VariablesUpdated(NamedTuple):
    """This is what clients see of a PDU now."""

    ups: str
    view: NutVariables


class ReadOutcome(NamedTuple):
    """A PDU was read, or could not be read."""

    ups: str
    is_ok: bool


class CommandRequested(NamedTuple):
    """A client asks for a command. The answer is `InstcmdResult`."""

    ticket: int
    ups: str
    number: int
    action: str
    #: of time.monotonic(), until when it may be sent
    until: float


class CommandExpired(NamedTuple):
    """A command has waited too long."""

    ticket: int


class InstcmdResult(NamedTuple):
    """What became of a command, as in `lines`."""

    ticket: int
    result: int


class Close(NamedTuple):
    """Serve a PDU no longer, once its commands have ended."""

    ups: str


class Quit(NamedTuple):
    """Remove all sockets, and end."""


def packed(message: object) -> bytes:
    """The message with its length."""
    data = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    return _LENGTH.pack(len(data)) + data


class MessageParser:
    """Parts a stream of bytes into messages."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, data: bytes) -> Iterator[Any]:
        """The messages that end in `data`."""
        self._rest += data
        while len(self._rest) >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(self._rest)
            end = _LENGTH.size + length
            if len(self._rest) < end:
                return
            message = bytes(self._rest[_LENGTH.size : end])
            del self._rest[:end]
            yield pickle.loads(message)  # noqa: S301 (from the process that forked this one)
