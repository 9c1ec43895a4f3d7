"""GET of one value (RFC 9271, 4.2.4), HELP (4.2.5), and the server's versions: VER (4.2.14), PROTVER (4.2.10)."""
from __future__ import annotations

from typing import Callable, List, NamedTuple, Optional, Tuple, TypeVar

from ..answers import Reply, Request
from ..failures import unexpected
from ..words import name, split

T = TypeVar("T")


class Type(NamedTuple):
    """The type of a variable. `words`: such as RW, ENUM, STRING and NUMBER. `length`: the longest STRING, None if not given."""

    words: Tuple[str, ...]
    length: Optional[int]

    @property
    def writable(self) -> bool:
        return "RW" in self.words


def get_var(ups: str, variable: str) -> Request[str]:
    """One variable."""
    # > GET VAR rack1 outlet.3.status
    # < VAR rack1 outlet.3.status "on"
    return _get(_value, "VAR", name(ups, "device"), name(variable, "variable"))


def get_type(ups: str, variable: str) -> Request[Type]:
    """The type of a variable."""
    # > GET TYPE rack1 outlet.3.desc
    # < TYPE rack1 outlet.3.desc RW STRING:32
    return _get(_type, "TYPE", name(ups, "device"), name(variable, "variable"))


def get_desc(ups: str, variable: str) -> Request[str]:
    """The server's description of a variable; `Description unavailable` or the like if it has none."""
    # > GET DESC rack1 ups.status
    # < DESC rack1 ups.status "UPS status"
    return _get(_value, "DESC", name(ups, "device"), name(variable, "variable"))


def get_cmddesc(ups: str, command: str) -> Request[str]:
    """The server's description of an instant command."""
    # > GET CMDDESC rack1 load.off
    # < CMDDESC rack1 load.off "Turn off the load immediately"
    return _get(_value, "CMDDESC", name(ups, "device"), name(command, "command"))


def get_upsdesc(ups: str) -> Request[str]:
    """The description of a device in the server's ups.conf; upsd answers `Unavailable` if it has none."""
    # > GET UPSDESC rack1
    # < UPSDESC rack1 "PDU of rack 1"
    return _get(_value, "UPSDESC", name(ups, "device"))


def get_numlogins(ups: str, what: str = "NUMLOGINS") -> Request[int]:
    """The number of clients that are logged in to a device. RFC 9271 calls it NUMATTACH."""
    # > GET NUMLOGINS rack1
    # < NUMLOGINS rack1 2
    return _get(_number, what, name(ups, "device"))


def ver() -> Request[str]:
    """Name and version of the server, free text."""
    # > VER
    # < Network UPS Tools upsd 2.8.0 - http://www.networkupstools.org/
    return Request("VER", "VER", _line)


def protver(verb: str = "PROTVER") -> Request[str]:
    """Version of the protocol. NUT also calls it NETVER."""
    # > PROTVER
    # < 1.3
    return Request(verb, verb, _line)


def help_() -> Request[str]:
    """The requests that the server lists, as free text. upsd leaves some out, such as FSD and PROTVER."""
    # > HELP
    # < Commands: HELP VER GET LIST SET INSTCMD LOGIN LOGOUT USERNAME PASSWORD STARTTLS
    return Request("HELP", "HELP", _line)


# ---- reading the answers -------------------------------------------------------------------------------------

Read = Callable[[Reply, List[str]], T]          # takes the answer, and its words after the repeated query


def _get(read: Read[T], *query: str) -> Request[T]:
    def after_query(reply: Reply) -> T:
        words = split(reply.line)
        if tuple(words[:len(query)]) != query:
            raise unexpected(reply.line)
        return read(reply, words[len(query):])
    line = "GET " + " ".join(query)
    return Request(line, line, after_query)


def _value(reply: Reply, words: List[str]) -> str:
    if len(words) != 1:
        raise unexpected(reply.line)
    return words[0]


def _number(reply: Reply, words: List[str]) -> int:
    text = _value(reply, words)
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise unexpected(reply.line)
    return int(text)


def _type(reply: Reply, words: List[str]) -> Type:
    lengths = [word[7:] for word in words if word.startswith("STRING:")]
    if any(not (length.isascii() and length.isdigit() and len(length) < 10) for length in lengths):
        raise unexpected(reply.line)
    return Type(tuple(word.partition(":")[0] for word in words), int(lengths[0]) if lengths else None)


def _line(reply: Reply) -> str:
    return reply.line
