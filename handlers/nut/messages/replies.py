"""Reads answers of one line."""
from __future__ import annotations

from ..answers import Reply
from ..failures import unexpected


def ok(reply: Reply) -> str:
    """The text after OK, or after `Goodbye...`, the answer of old servers to LOGOUT. Raises ProtocolError for other lines."""
    first, _, rest = reply.line.partition(" ")
    if first not in ("OK", "Goodbye..."):
        raise unexpected(reply.line)
    return rest
