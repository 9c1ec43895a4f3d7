"""Every request of the NUT protocol, each a function that gives a typed `Request`; no I/O.

`ups` is the server's name of a device, `variable` and `command` are names of that device. Each raises SettingsError for
what the protocol cannot carry.
"""
from __future__ import annotations

from typing import Callable, Dict, List, NamedTuple, Optional, Tuple, TypeVar

from ..errors import ProtocolError, printable
from .protocol import Reply, Request, is_name, name, split, value as quoted, word

T = TypeVar("T")


class Type(NamedTuple):
    """What a variable takes: RW, ENUM, RANGE, NUMBER in `words`; `length` of a STRING, else None."""

    words: Tuple[str, ...]
    length: Optional[int]

    @property
    def writable(self) -> bool:
        return "RW" in self.words


# ---- how answers are read ------------------------------------------------------------------------------------

def _unexpected(line: str) -> ProtocolError:
    return ProtocolError(f"the server answers {printable(line, 80)!r}", line.encode("utf-8", "surrogateescape"))


def _ok(reply: Reply) -> str:
    """What stands behind OK; older servers answer `Goodbye...` to LOGOUT."""
    first, _, rest = reply.line.partition(" ")
    if first not in ("OK", "Goodbye..."):
        raise _unexpected(reply.line)
    return rest


def _tracked(reply: Reply) -> str:
    """The tracking id behind `OK TRACKING`, '' for a plain OK."""
    words = _ok(reply).split(" ")
    if len(words) == 2 and words[0] == "TRACKING" and is_name(words[1]):
        return words[1]
    if words != [""]:
        raise _unexpected(reply.line)
    return ""


def _line(reply: Reply) -> str:
    return reply.line


def _one_of(*allowed: str) -> Callable[[Reply], str]:
    def read(reply: Reply) -> str:
        if reply.line not in allowed:
            raise _unexpected(reply.line)
        return reply.line
    return read


def _behind(*echo: str) -> Callable[[Reply], List[str]]:
    def read(reply: Reply) -> List[str]:
        words = split(reply.line)
        if tuple(words[:len(echo)]) != echo:
            raise _unexpected(reply.line)
        return words[len(echo):]
    return read


def _value(*echo: str) -> Callable[[Reply], str]:
    behind = _behind(*echo)

    def read(reply: Reply) -> str:
        words = behind(reply)
        if len(words) != 1:
            raise _unexpected(reply.line)
        return words[0]
    return read


def _names(reply: Reply) -> List[str]:
    """The first word of each row, which can stand in a request of ours: each once."""
    found = [row[0] for row in reply.rows]
    odd = next((text for text in found if not is_name(text)), None)
    if odd is not None or len(set(found)) != len(found):
        what = "something twice" if odd is None else f"{printable(odd, 80)!r}, which is no name"
        raise ProtocolError(f"{reply.line[4:]} names {what}", reply.line.encode("utf-8", "surrogateescape"))
    return found


def _table(reply: Reply) -> Dict[str, str]:
    return dict(zip(_names(reply), (row[1] for row in reply.rows)))


def _first_words(reply: Reply) -> List[str]:
    return [row[0] for row in reply.rows]


def _pairs(reply: Reply) -> List[Tuple[str, str]]:
    return [(row[0], row[1]) for row in reply.rows]


# ---- lists ---------------------------------------------------------------------------------------------------

def _list(fields: int, read: Callable[[Reply], T], *query: str) -> Request[T]:
    line = "LIST " + " ".join(query)
    return Request(line, line, read, query, fields)


def list_ups() -> Request[Dict[str, str]]:
    """Devices of the server -> their descriptions."""
    return _list(2, _table, "UPS")


def list_var(ups: str) -> Request[Dict[str, str]]:
    """All variables -> values."""
    return _list(2, _table, "VAR", name(ups, "device"))


def list_rw(ups: str) -> Request[Dict[str, str]]:
    """The writable variables -> values."""
    return _list(2, _table, "RW", name(ups, "device"))


def list_cmd(ups: str) -> Request[List[str]]:
    """Names of the instant commands."""
    return _list(1, _names, "CMD", name(ups, "device"))


def list_enum(ups: str, variable: str) -> Request[List[str]]:
    """The values that a variable of type ENUM takes."""
    return _list(1, _first_words, "ENUM", name(ups, "device"), name(variable, "variable"))


def list_range(ups: str, variable: str) -> Request[List[Tuple[str, str]]]:
    """The ranges, least and greatest, that a variable of type RANGE takes."""
    return _list(2, _pairs, "RANGE", name(ups, "device"), name(variable, "variable"))


def list_client(ups: str) -> Request[List[str]]:
    """Addresses of the clients that are logged in to the device."""
    return _list(1, _first_words, "CLIENT", name(ups, "device"))


# ---- single values -------------------------------------------------------------------------------------------

def _get(read: Callable[..., Callable[[Reply], T]], *query: str) -> Request[T]:
    line = "GET " + " ".join(query)
    return Request(line, line, read(*query))


def get_var(ups: str, variable: str) -> Request[str]:
    """One variable."""
    return _get(_value, "VAR", name(ups, "device"), name(variable, "variable"))


def get_type(ups: str, variable: str) -> Request[Type]:
    """What a variable takes."""
    behind = _behind("TYPE", name(ups, "device"), name(variable, "variable"))

    def read(reply: Reply) -> Type:
        words = behind(reply)
        lengths = [w[7:] for w in words if w.startswith("STRING:")]
        if any(not (length.isascii() and length.isdigit()) for length in lengths):
            raise _unexpected(reply.line)
        return Type(tuple(w.partition(":")[0] for w in words), int(lengths[0][:9]) if lengths else None)
    line = f"GET TYPE {ups} {variable}"
    return Request(line, line, read)


def get_desc(ups: str, variable: str) -> Request[str]:
    """The server's words on a variable; `Description unavailable` or the like where it has none."""
    return _get(_value, "DESC", name(ups, "device"), name(variable, "variable"))


def get_cmddesc(ups: str, command: str) -> Request[str]:
    """The server's words on an instant command."""
    return _get(_value, "CMDDESC", name(ups, "device"), name(command, "command"))


def get_upsdesc(ups: str) -> Request[str]:
    """The description from the server's ups.conf."""
    return _get(_value, "UPSDESC", name(ups, "device"))


def get_numlogins(ups: str) -> Request[int]:
    """How many clients are logged in to the device."""
    value = _value("NUMLOGINS", name(ups, "device"))

    def read(reply: Reply) -> int:
        text = value(reply)
        if not (text.isascii() and text.isdigit() and len(text) < 10):
            raise _unexpected(reply.line)
        return int(text)
    return Request(f"GET NUMLOGINS {ups}", f"GET NUMLOGINS {ups}", read)


def ver() -> Request[str]:
    """The server's name and version, free text."""
    return Request("VER", "VER", _line)


def netver() -> Request[str]:
    """The protocol's version, by NUT's own name of this request."""
    return Request("NETVER", "NETVER", _line)


def protver() -> Request[str]:
    """The protocol's version, by RFC 9271's name of this request."""
    return Request("PROTVER", "PROTVER", _line)


def help_() -> Request[str]:
    """The requests that the server knows, free text."""
    return Request("HELP", "HELP", _line)


# ---- session -------------------------------------------------------------------------------------------------

def username(text: str) -> Request[str]:
    """Always answered OK: it proves nothing."""
    return Request(f"USERNAME {word(text, 'user name')}", "USERNAME", _ok)


def password(text: str) -> Request[str]:
    """Always answered OK: a wrong password shows only at the first request that needs it."""
    return Request(f"PASSWORD {word(text, 'password')}", "PASSWORD", _ok)


def starttls() -> Request[str]:
    """Nothing may be sent behind it before its answer."""
    return Request("STARTTLS", "STARTTLS", _ok)


def login(ups: str) -> Request[str]:
    """Count this connection as a client that the device feeds."""
    return Request(f"LOGIN {name(ups, 'device')}", f"LOGIN {ups}", _ok)


def logout() -> Request[str]:
    """The server closes the connection behind its answer."""
    return Request("LOGOUT", "LOGOUT", _ok)


def primary(ups: str) -> Request[str]:
    """Ask for the rights of the primary client; servers before 2.8 know `master` only."""
    return Request(f"PRIMARY {name(ups, 'device')}", f"PRIMARY {ups}", _ok)


def master(ups: str) -> Request[str]:
    """`primary` under its name before 2.8."""
    return Request(f"MASTER {name(ups, 'device')}", f"MASTER {ups}", _ok)


def fsd(ups: str) -> Request[str]:
    """Set the device's forced-shutdown flag, which stays until the server is restarted."""
    return Request(f"FSD {name(ups, 'device')}", f"FSD {ups}", _ok)


# ---- writes --------------------------------------------------------------------------------------------------

def set_var(ups: str, variable: str, value: str) -> Request[str]:
    """Hand a value to the driver. The answer is a tracking id, '' without tracking; neither says that it was done."""
    label = f"SET VAR {name(ups, 'device')} {name(variable, 'variable')}"
    return Request(f"{label} {quoted(value, 'value')}", label, _tracked)


def instcmd(ups: str, command: str, parameter: str = "") -> Request[str]:
    """Hand a command to the driver. The answer is as that of `set_var`."""
    label = f"INSTCMD {name(ups, 'device')} {name(command, 'command')}"
    return Request(f"{label} {quoted(parameter, 'parameter')}" if parameter else label, label, _tracked)


def set_tracking(on: bool) -> Request[str]:
    """Switch tracking of this connection's writes; it needs a user, but no rights."""
    line = f"SET TRACKING {'ON' if on else 'OFF'}"
    return Request(line, line, _ok)


def get_tracking(identifier: str = "") -> Request[str]:
    """Of a write: `PENDING` or `SUCCESS`, or an ERR; without an identifier `ON` or `OFF`."""
    if not identifier:
        return Request("GET TRACKING", "GET TRACKING", _one_of("ON", "OFF"))
    return Request(f"GET TRACKING {name(identifier, 'tracked request')}", "GET TRACKING", _one_of("PENDING", "SUCCESS"))
