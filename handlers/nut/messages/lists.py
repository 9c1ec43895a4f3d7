"""LIST: RFC 9271, section 4.2.7.

The rows of an answer come between two lines that repeat the request after BEGIN and END. Each row repeats the request's words
after LIST and adds its own.
"""
from __future__ import annotations

from typing import Callable, Dict, List, TypeVar

from ...errors import ProtocolError, printable
from ..answers import Reply, Request
from ..words import encoded, is_name, name

T = TypeVar("T")


def list_ups() -> Request[Dict[str, str]]:
    """The server's devices and their descriptions."""
    # > LIST UPS
    # < UPS rack1 "PDU of rack 1"
    return listing(2, _table, "UPS")


def list_var(ups: str) -> Request[Dict[str, str]]:
    """All variables of a device and their values."""
    # > LIST VAR rack1
    # < VAR rack1 outlet.3.status "on"
    return listing(2, _table, "VAR", name(ups, "device"))


def list_rw(ups: str) -> Request[Dict[str, str]]:
    """The writable variables of a device and their values."""
    # > LIST RW rack1
    # < RW rack1 outlet.3.desc "web server"
    return listing(2, _table, "RW", name(ups, "device"))


def list_cmd(ups: str) -> Request[List[str]]:
    """Names of the instant commands of a device."""
    # > LIST CMD rack1
    # < CMD rack1 outlet.3.load.off
    return listing(1, _names, "CMD", name(ups, "device"))


def listing(fields: int, read: Callable[[Reply], T], *query: str) -> Request[T]:
    """A LIST request. Each row of its answer repeats the words of `query` and adds `fields` words."""
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
