"""Reads answers of one line."""
from __future__ import annotations

from ...errors import ProtocolError, printable
from ..answers import Reply
from ..words import encoded


def unexpected(line: str) -> ProtocolError:
    """The error for a line that does not answer the request."""
    return ProtocolError(f"the server answered {printable(line, 80)!r}, which does not answer the request", encoded(line))


def ok(reply: Reply) -> str:
    """The text after OK, or after `Goodbye...`, the answer of old servers to LOGOUT. Raises ProtocolError for other lines."""
    first, _, rest = reply.line.partition(" ")
    if first not in ("OK", "Goodbye..."):
        raise unexpected(reply.line)
    return rest
