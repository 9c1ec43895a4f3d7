"""LIST: RFC 9271, section 4.2.7.

The rows of an answer come between two lines that repeat the request after BEGIN and END. Each row repeats the request's words
after LIST and adds its own.
"""
from __future__ import annotations

from typing import Callable, Dict, List, Tuple, TypeVar

from ...errors import ProtocolError, printable
from ..answers import Reply, Request
from ..words import encoded, is_name, name

T = TypeVar("T")


def list_ups() -> Request[Dict[str, str]]:
    """The server's devices and their descriptions."""
    # > LIST UPS
    # < UPS rack1 "PDU of rack 1"
    return _list(2, _table, "UPS")


def list_var(ups: str) -> Request[Dict[str, str]]:
    """All variables of a device and their values."""
    # > LIST VAR rack1
    # < VAR rack1 outlet.3.status "on"
    return _list(2, _table, "VAR", name(ups, "device"))


def list_rw(ups: str) -> Request[Dict[str, str]]:
    """The writable variables of a device and their values."""
    # > LIST RW rack1
    # < RW rack1 outlet.3.desc "web server"
    return _list(2, _table, "RW", name(ups, "device"))


def list_cmd(ups: str) -> Request[List[str]]:
    """Names of the instant commands of a device."""
    # > LIST CMD rack1
    # < CMD rack1 outlet.3.load.off
    return _list(1, _names, "CMD", name(ups, "device"))


def list_enum(ups: str, variable: str) -> Request[List[str]]:
    """The values that a variable of type ENUM accepts."""
    # > LIST ENUM ups1 input.transfer.low
    # < ENUM ups1 input.transfer.low "103"
    return _list(1, _first_words, "ENUM", name(ups, "device"), name(variable, "variable"))


def list_range(ups: str, variable: str) -> Request[List[Tuple[str, str]]]:
    """The ranges (least, greatest) that a variable of type RANGE accepts."""
    # > LIST RANGE ups1 input.transfer.low
    # < RANGE ups1 input.transfer.low "90" "100"
    return _list(2, _pairs, "RANGE", name(ups, "device"), name(variable, "variable"))


def list_client(ups: str) -> Request[List[str]]:
    """Addresses of the clients that are logged in to a device."""
    # > LIST CLIENT rack1
    # < CLIENT rack1 192.0.2.7
    return _list(1, _first_words, "CLIENT", name(ups, "device"))


def _list(fields: int, read: Callable[[Reply], T], *query: str) -> Request[T]:
    line = "LIST " + " ".join(query)
    return Request(line, line, read, query, fields)


def _names(reply: Reply) -> List[str]:
    """The first word that each row adds. Raises ProtocolError if one is repeated or is not a valid name."""
    found = [row[0] for row in reply.rows]
    odd = next((text for text in found if not is_name(text)), None)
    if odd is not None or len(set(found)) != len(found):
        what = "a name twice" if odd is None else f"{printable(odd, 80)!r}, which is not a valid name"
        raise ProtocolError(f"the answer to {reply.line[4:]} lists {what}", encoded(reply.line))
    return found


def _table(reply: Reply) -> Dict[str, str]:
    return dict(zip(_names(reply), (row[1] for row in reply.rows)))


def _first_words(reply: Reply) -> List[str]:
    return [row[0] for row in reply.rows]


def _pairs(reply: Reply) -> List[Tuple[str, str]]:
    return [(row[0], row[1]) for row in reply.rows]
