"""Requests of the NUT protocol, each a function that returns a `NutRequest`: the line to send, and
the function that reads its answer. No I/O. NutRequest[str] is one whose answer is read as a text:

    get_var("rack1", "outlet.3.status")     > GET VAR rack1 outlet.3.status
                                            < VAR rack1 outlet.3.status "on"      read as "on"

`ups` is the name of a device on the server; `variable` and `command` are names in that device's
lists. Functions raise SettingsError for an argument that the protocol cannot carry. Comments show
the dialogue of each request: `>` is sent, `<` is received. Section numbers are those of RFC 9271;
NUT's docs/net-protocol.txt has LOGIN and MASTER.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Callable, Generic, TypeVar

from ..shared.errors import ProtocolError, SettingsError, printable
from .quoting import encoded, is_name, name, split, word

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, eq=False)
class NutRequest(Generic[T_co]):
    r"""One line to send, and the function that reads its answer. Compares by identity.

    >>> request = instcmd("rack1", "outlet.3.load.off")
    >>> request.line, request.needs_user
    (b'INSTCMD rack1 outlet.3.load.off\n', True)
    >>> request.read(["OK TRACKING 1bd31808"])
    '1bd31808'
    """

    #: the line, or its beginning if a `value` follows
    label: str
    #: takes the line that answers it, or the rows of its list without its query; the value of the
    #: answer. Raises ProtocolError
    read: Callable[[Sequence[str]], T_co]
    #: the end of the line: a secret or a value, which messages do not show
    value: str = ""
    #: whether it needs the rights of a user
    needs_user: bool = False

    def __repr__(self) -> str:
        return f"<NUT request {self.label}>"

    @property
    def is_list(self) -> bool:
        """Whether its answer is a list."""
        return self.label.startswith("LIST ")

    @property
    def line(self) -> bytes:
        """The bytes to send, with the line's end."""
        words = f"{self.label} {self.value}" if self.value else self.label
        return encoded(f"{words}\n")


# ---- session: login, rights, TLS -----------------------------------------------------------------


def username(text: str) -> NutRequest[str]:
    """The first half of a login (4.2.13). upsd does not check the name here."""
    # > USERNAME admin
    # < OK
    return NutRequest("USERNAME", _accepted, word(text, "user name"))


def password(text: str) -> NutRequest[str]:
    """The request for the second half of a login (4.2.8); its answer is read as the text behind
    OK, "" for OK alone. upsd answers OK to a wrong password, too, and then denies what needs a
    right.
    """
    # > PASSWORD secret
    # < OK
    return NutRequest("PASSWORD", _accepted, word(text, "password"))


def login(ups: str) -> NutRequest[str]:
    """Register this connection as a client that the device powers. The answer is read as ""."""
    # > LOGIN ups1
    # < OK
    return NutRequest(f"LOGIN {name(ups, 'device')}", _ok, needs_user=True)


def primary(ups: str) -> NutRequest[str]:
    """Ask whether the user may act as the primary client (4.2.9): the answer is read as
    "PRIMARY-GRANTED", else it is an ERR. upsd changes nothing.
    """
    # > PRIMARY ups1
    # < OK PRIMARY-GRANTED
    return NutRequest(f"PRIMARY {name(ups, 'device')}", _ok, needs_user=True)


def master(ups: str) -> NutRequest[str]:
    """Ask whether the user may act as the primary client: the answer is read as "MASTER-GRANTED",
    else it is an ERR. A server before NUT 2.8 knows PRIMARY only under this name.
    """
    # > MASTER ups1
    # < OK MASTER-GRANTED
    return NutRequest(f"MASTER {name(ups, 'device')}", _ok, needs_user=True)


def fsd(ups: str) -> NutRequest[str]:
    """Set the forced-shutdown flag of a device (4.2.3).

    It stays set until the server restarts, or until the device is removed from ups.conf and added
    again.
    """
    # > FSD ups1
    # < OK FSD-SET
    return NutRequest(f"FSD {name(ups, 'device')}", _ok, needs_user=True)


def starttls() -> NutRequest[str]:
    """Start TLS. Nothing more may be sent before the answer."""
    # > STARTTLS
    # < OK STARTTLS
    return NutRequest("STARTTLS", _ok)


# ---- LIST (4.2.7): rows between two lines that repeat the request after BEGIN and END ------------


def list_ups() -> NutRequest[dict[str, str]]:
    """The server's devices and their descriptions."""
    # > LIST UPS
    # < UPS rack1 "PDU of rack 1"
    return NutRequest("LIST UPS", _table)


def list_var(ups: str) -> NutRequest[dict[str, str]]:
    """All variables of a device and their values."""
    # > LIST VAR rack1
    # < VAR rack1 outlet.3.status "on"
    return NutRequest(f"LIST VAR {name(ups, 'device')}", _table)


def list_rw(ups: str) -> NutRequest[dict[str, str]]:
    """The writable variables of a device and their values."""
    # > LIST RW rack1
    # < RW rack1 outlet.3.desc "web server"
    return NutRequest(f"LIST RW {name(ups, 'device')}", _table)


def list_cmd(ups: str) -> NutRequest[list[str]]:
    """Names of the instant commands of a device."""
    # > LIST CMD rack1
    # < CMD rack1 outlet.3.load.off
    return NutRequest(f"LIST CMD {name(ups, 'device')}", _names)


def list_client(ups: str) -> NutRequest[list[str]]:
    """Addresses of the clients that are logged in to a device."""
    # > LIST CLIENT rack1
    # < CLIENT rack1 192.0.2.7
    return NutRequest(f"LIST CLIENT {name(ups, 'device')}", _words)


# ---- GET of one value (4.2.4), HELP (4.2.5), VER (4.2.14) ----------------------------------------


def get_var(ups: str, variable: str) -> NutRequest[str]:
    """One variable."""
    # > GET VAR rack1 outlet.3.status
    # < VAR rack1 outlet.3.status "on"
    return _get("VAR", name(ups, "device"), name(variable, "variable"))


def get_desc(ups: str, variable: str) -> NutRequest[str]:
    """The server's description of a variable; `Description unavailable` if it has none."""
    # > GET DESC rack1 ups.status
    # < DESC rack1 ups.status "UPS status"
    return _get("DESC", name(ups, "device"), name(variable, "variable"))


def get_cmddesc(ups: str, command: str) -> NutRequest[str]:
    """The server's description of an instant command."""
    # > GET CMDDESC rack1 load.off
    # < CMDDESC rack1 load.off "Turn off the load immediately"
    return _get("CMDDESC", name(ups, "device"), name(command, "command"))


def ver() -> NutRequest[str]:
    """Name and version of the server, free text."""
    # > VER
    # < Network UPS Tools upsd 2.8.0 - http://www.networkupstools.org/
    return NutRequest("VER", _line)


def server_help() -> NutRequest[str]:
    """The requests that the server lists, as free text.

    upsd leaves some out, such as FSD and PROTVER.
    """
    # > HELP
    # < Commands: HELP VER GET LIST SET INSTCMD LOGIN LOGOUT USERNAME PASSWORD STARTTLS
    return NutRequest("HELP", _line)


# ---- SET VAR (4.2.11) and INSTCMD (4.2.6), and the tracking of their outcome ---------------------


def set_var(ups: str, variable: str, value: str) -> NutRequest[str]:
    """Set a variable.

    The answer is the tracking id, '' without tracking. The server does not wait for the driver.
    """
    # > SET VAR rack1 outlet.3.switch "0"
    # < OK TRACKING 1bd31808-cb49-4aec-9d75-d056e6f018d2
    label = f"SET VAR {name(ups, 'device')} {name(variable, 'variable')}"
    return NutRequest(label, _tracking_id, _quoted(value, "value"), needs_user=True)


def instcmd(ups: str, command: str, parameter: str = "") -> NutRequest[str]:
    """Run an instant command.

    The answer is the tracking id, '' without tracking. The server does not wait for the driver.
    """
    # > INSTCMD rack1 outlet.3.load.off
    # < OK TRACKING 1bd31808-cb49-4aec-9d75-d056e6f018d2
    label = f"INSTCMD {name(ups, 'device')} {name(command, 'command')}"
    value = _quoted(parameter, "parameter") if parameter else ""
    return NutRequest(label, _tracking_id, value, needs_user=True)


def track_writes() -> NutRequest[str]:
    """Turn tracking of this connection's writes on.

    Needs USERNAME and PASSWORD first, but upsd does not check them.
    """
    # > SET TRACKING ON
    # < OK
    return NutRequest("SET TRACKING ON", _ok)


def get_tracking(identifier: str) -> NutRequest[str]:
    """The outcome of a write, PENDING or SUCCESS, by the tracking id that the write was answered
    with. A failure is an ERR.
    """
    # > GET TRACKING 1bd31808-cb49-4aec-9d75-d056e6f018d2
    # < SUCCESS
    return NutRequest("GET TRACKING", _outcome, name(identifier, "tracked request"))


# ---- the readers of answers ----------------------------------------------------------------------


def _line(lines: Sequence[str]) -> str:
    """The line as it is."""
    return lines[0]


def _ok(lines: Sequence[str]) -> str:
    """The text after OK. Raises ProtocolError for any other line.

    >>> _ok(["OK STARTTLS"]), _ok(["OK"])
    ('STARTTLS', '')
    """
    status_word, _, text = lines[0].partition(" ")
    if status_word != "OK":
        raise _unexpected(lines)
    return text


def _accepted(lines: Sequence[str]) -> str:
    """The text after OK, of an answer to USERNAME or PASSWORD. Raises ProtocolError for any other
    line, and does not quote it: it may repeat the password.

    >>> _accepted(["OK"])
    ''
    >>> _accepted(["s3cret"])
    Traceback (most recent call last):
    handlers.shared.errors.ProtocolError: the server answered a login with neither OK nor ERR
    """
    status_word, _, text = lines[0].partition(" ")
    if status_word != "OK":
        raise ProtocolError("the server answered a login with neither OK nor ERR")
    return text


def _tracking_id(lines: Sequence[str]) -> str:
    """The tracking id after `OK TRACKING`, '' for a plain OK.

    >>> _tracking_id(["OK TRACKING 1bd31808"]), _tracking_id(["OK"])
    ('1bd31808', '')
    """
    text = _ok(lines)
    keyword, _, identifier = text.partition(" ")
    if text and (keyword != "TRACKING" or not is_name(identifier)):
        raise _unexpected(lines)
    return identifier


def _outcome(lines: Sequence[str]) -> str:
    """PENDING or SUCCESS."""
    if lines[0] not in ("PENDING", "SUCCESS"):
        raise _unexpected(lines)
    return lines[0]


def _get(*query: str) -> NutRequest[str]:
    """A GET request. Its answer repeats the words of `query` and has one more.

    >>> _get("VAR", "rack1", "outlet.1.status").read(['VAR rack1 outlet.1.status "on"'])
    'on'
    """

    def read(lines: Sequence[str]) -> str:
        words = split(lines[0])
        if tuple(words[:-1]) != query:
            raise _unexpected(lines)
        return words[-1]

    return NutRequest(" ".join(("GET", *query)), read)


def _table(rows: Sequence[str]) -> dict[str, str]:
    """The value in each row of a list by the name before it. Raises ProtocolError if a name is
    repeated, because its value is uncertain, and for a row of more or fewer than two words.

    >>> _table(['outlet.1.status "on"', 'outlet.2.status "off"'])
    {'outlet.1.status': 'on', 'outlet.2.status': 'off'}
    """
    table: dict[str, str] = {}
    for row in rows:
        words = split(row)
        if len(words) != 2:
            raise _broken_row(row)
        text, value = words
        if text in table:
            raise ProtocolError("the answer lists a name twice")
        table[_listed_name(text)] = value
    return table


def _words(rows: Sequence[str]) -> list[str]:
    """The only word of each row of a list. Raises ProtocolError for a row of several.

    >>> _words(["outlet.1.load.on", "outlet.1.load.off"])
    ['outlet.1.load.on', 'outlet.1.load.off']
    """
    words: list[str] = []
    for row in rows:
        row_words = split(row)
        if len(row_words) != 1:
            raise _broken_row(row)
        words += row_words
    return words


def _names(rows: Sequence[str]) -> list[str]:
    """The name in each row, each once."""
    return [_listed_name(text) for text in dict.fromkeys(_words(rows))]


def _listed_name(text: str) -> str:
    """A name that the server lists. Raises ProtocolError if it could not be in a request."""
    if not is_name(text):
        raise ProtocolError(f"the answer lists {printable(text, 80)!r}, which is not a valid name")
    return text


def _unexpected(lines: Sequence[str]) -> ProtocolError:
    """The error for a line that does not answer the request."""
    return ProtocolError(
        f"the server answered {printable(lines[0], 80)!r}, which does not answer the request"
    )


def _broken_row(row: str) -> ProtocolError:
    """The error for a row with more or fewer words than its list has."""
    return ProtocolError(f"a row of the answer breaks the protocol: {printable(row, 80)!r}")


def _quoted(text: str, noun: str) -> str:
    """`text` as a quoted word. Raises SettingsError for what NUT cannot carry: a control character,
    more than 512 bytes, or a character outside ASCII, which upsd would drop.

    >>> _quoted("30", "value"), _quoted("Web 1", "value")
    ('"30"', '"Web 1"')
    """
    if not text.isascii():
        raise SettingsError(
            f"the {noun} has characters outside ASCII, which a NUT server would drop"
        )
    value = word(text, noun)
    return value if value.startswith('"') else f'"{value}"'
