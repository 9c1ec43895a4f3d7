"""LIST of what a variable accepts, and of a device's clients: RFC 9271, section 4.2.7."""
from __future__ import annotations

from typing import List, Tuple

from ..answers import Reply, Request
from ..words import name
from .lists import listing


def list_enum(ups: str, variable: str) -> Request[List[str]]:
    """The values that a variable of type ENUM accepts."""
    # > LIST ENUM ups1 input.transfer.low
    # < ENUM ups1 input.transfer.low "103"
    return listing(1, _first_words, "ENUM", name(ups, "device"), name(variable, "variable"))


def list_range(ups: str, variable: str) -> Request[List[Tuple[str, str]]]:
    """The ranges (least, greatest) that a variable of type RANGE accepts."""
    # > LIST RANGE ups1 input.transfer.low
    # < RANGE ups1 input.transfer.low "90" "100"
    return listing(2, _pairs, "RANGE", name(ups, "device"), name(variable, "variable"))


def list_client(ups: str) -> Request[List[str]]:
    """Addresses of the clients that are logged in to a device."""
    # > LIST CLIENT rack1
    # < CLIENT rack1 192.0.2.7
    return listing(1, _first_words, "CLIENT", name(ups, "device"))


def _first_words(reply: Reply) -> List[str]:
    return [row[0] for row in reply.rows]


def _pairs(reply: Reply) -> List[Tuple[str, str]]:
    return [(row[0], row[1]) for row in reply.rows]
