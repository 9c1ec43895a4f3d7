"""Requests of the NUT protocol, each a function that returns a typed `NutRequest`. No I/O.

`ups` is the name of a device on the server; `variable` and `command` are names in that device's
lists. Functions raise SettingsError for an argument that the protocol cannot carry. Comments show
the dialogue of each request: `>` is sent, `<` is received. Section numbers are those of RFC 9271;
NUT's docs/net-protocol.txt has LOGIN, LOGOUT and MASTER. A request that has one name there and
another in the RFC has the second as its `alias`.
"""

from __future__ import annotations

from typing import Callable, Optional, TypeVar

from ..shared.errors import ProtocolError, SettingsError, printable
from .quoting import is_name, name, split, word
from .responses import NutRequest, NutResponse

T = TypeVar("T")


# ---- session: login, rights, TLS -----------------------------------------------------------------


def username(text: str) -> NutRequest[str]:
    """The first half of a login (4.2.13). upsd does not check the name here."""
    # > USERNAME admin
    # < OK
    return NutRequest("USERNAME", _ok, word(text, "user name"))


def password(text: str) -> NutRequest[str]:
    """The second half of a login (4.2.8).

    upsd answers OK to a wrong password too, and then denies what needs a right.
    """
    # > PASSWORD secret
    # < OK
    return NutRequest("PASSWORD", _ok, word(text, "password"))


def login(ups: str) -> NutRequest[str]:
    """Register this connection as a client that the device powers.

    RFC 9271 calls it ATTACH (4.2.1).
    """
    # > LOGIN ups1
    # < OK
    attach = _privileged_request("ATTACH", ups)
    return _privileged_request("LOGIN", ups, alias=attach)


def logout() -> NutRequest[str]:
    """End the session: the server answers and closes the connection.

    RFC 9271 calls it DETACH (4.2.2).
    """
    # > LOGOUT
    # < OK Goodbye
    detach = NutRequest("DETACH", _ok)
    return NutRequest("LOGOUT", _ok, alias=detach)


def primary(ups: str) -> NutRequest[str]:
    """Ask whether the user may act as the primary client (4.2.9).

    upsd changes nothing. Servers before 2.8 call it MASTER.
    """
    # > PRIMARY ups1
    # < OK PRIMARY-GRANTED
    older_name = master(ups)
    return _privileged_request("PRIMARY", ups, alias=older_name)


def master(ups: str) -> NutRequest[str]:
    """The name of `primary` before 2.8."""
    # > MASTER ups1
    # < OK MASTER-GRANTED
    return _privileged_request("MASTER", ups)


def fsd(ups: str) -> NutRequest[str]:
    """Set the forced-shutdown flag of a device (4.2.3).

    It stays set until the server restarts, or until the device is removed from ups.conf and added
    again.
    """
    # > FSD ups1
    # < OK FSD-SET
    return _privileged_request("FSD", ups)


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
    return _listing(_table, "UPS", fields=2)


def list_var(ups: str) -> NutRequest[dict[str, str]]:
    """All variables of a device and their values."""
    # > LIST VAR rack1
    # < VAR rack1 outlet.3.status "on"
    return _listing(_table, "VAR", name(ups, "device"), fields=2, driver=ups)


def list_rw(ups: str) -> NutRequest[dict[str, str]]:
    """The writable variables of a device and their values."""
    # > LIST RW rack1
    # < RW rack1 outlet.3.desc "web server"
    return _listing(_table, "RW", name(ups, "device"), fields=2, driver=ups)


def list_cmd(ups: str) -> NutRequest[list[str]]:
    """Names of the instant commands of a device."""
    # > LIST CMD rack1
    # < CMD rack1 outlet.3.load.off
    return _listing(_names, "CMD", name(ups, "device"), fields=1, driver=ups)


def list_client(ups: str) -> NutRequest[list[str]]:
    """Addresses of the clients that are logged in to a device."""
    # > LIST CLIENT rack1
    # < CLIENT rack1 192.0.2.7
    return _listing(_first_words, "CLIENT", name(ups, "device"), fields=1)


# ---- GET of one value (4.2.4), HELP (4.2.5), VER (4.2.14) -----------------------------------


def get_var(ups: str, variable: str) -> NutRequest[str]:
    """One variable."""
    # > GET VAR rack1 outlet.3.status
    # < VAR rack1 outlet.3.status "on"
    return _get("VAR", name(ups, "device"), name(variable, "variable"), driver=ups)


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
    device_name = name(ups, "device")
    variable_name = name(variable, "variable")
    label = f"SET VAR {device_name} {variable_name}"
    return NutRequest(label, _tracking_id, _quoted(value, "value"), needs_user=True)


def instcmd(ups: str, command: str, parameter: str = "") -> NutRequest[str]:
    """Run an instant command. The answer is as for `set_var`."""
    # > INSTCMD rack1 outlet.3.load.off
    # < OK TRACKING 1bd31808-cb49-4aec-9d75-d056e6f018d2
    device_name = name(ups, "device")
    command_name = name(command, "command")
    label = f"INSTCMD {device_name} {command_name}"
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
    """The outcome of a write: PENDING or SUCCESS; an ERR is raised as each request's."""
    # > GET TRACKING 1bd31808-cb49-4aec-9d75-d056e6f018d2
    # < SUCCESS

    def read(response: NutResponse) -> str:
        if response.line not in ("PENDING", "SUCCESS"):
            raise unexpected_answer(response.line)
        return response.line

    return NutRequest("GET TRACKING", read, name(identifier, "tracked request"))


# ---- requests of a kind, and the readers of their answers ----------------------------------------


def _privileged_request(
    verb: str, ups: str, alias: Optional[NutRequest[str]] = None
) -> NutRequest[str]:
    """A request about a device, for a user with the right to it."""
    return NutRequest(f"{verb} {name(ups, 'device')}", _ok, needs_user=True, alias=alias)


def _ok(response: NutResponse) -> str:
    """The text after OK, or after `Goodbye...`, the answer of old servers to LOGOUT.

    Raises ProtocolError for other lines.
    """
    status_word, _, arguments = response.line.partition(" ")
    if status_word not in ("OK", "Goodbye..."):
        raise unexpected_answer(response.line)
    return arguments


def _listing(
    read: Callable[[NutResponse], T], *query: str, fields: int, driver: str = ""
) -> NutRequest[T]:
    """A LIST request, of data of the device `driver` if it is given.

    Each row of its answer repeats the words of `query` and adds `fields` words.
    """
    label = " ".join(("LIST", *query))
    return NutRequest(label, read, query=query, fields=fields, driver=driver)


def _names(response: NutResponse) -> list[str]:
    """The first word of each row, each once. Raises ProtocolError for one that is no name."""
    request = response.line.removeprefix("END ")
    names = list(dict.fromkeys(row[0] for row in response.rows))
    for text in names:
        if not is_name(text):
            raise ProtocolError(
                f"the answer to {request} lists {printable(text, 80)!r}, which is not a valid name"
            )
    return names


def _table(response: NutResponse) -> dict[str, str]:
    """Values by name. Raises ProtocolError if a name is repeated: its value would be uncertain."""
    names = _names(response)
    if len(names) != len(response.rows):
        request = response.line.removeprefix("END ")
        raise ProtocolError(f"the answer to {request} lists a name twice")
    return {name: row[1] for name, row in zip(names, response.rows)}


def _first_words(response: NutResponse) -> list[str]:
    return [row[0] for row in response.rows]


def unexpected_answer(line: str) -> ProtocolError:
    """The error for a line that does not answer the request."""
    return ProtocolError(
        f"the server answered {printable(line, 80)!r}, which does not answer the request",
    )


def _get(*query: str, driver: str = "") -> NutRequest[str]:
    """A GET request, of data of the device `driver` if it is given. Its answer repeats the words of
    `query` and has one more.
    """

    def read(response: NutResponse) -> str:
        words = split(response.line)
        if tuple(words[:-1]) != query:
            raise unexpected_answer(response.line)
        return words[-1]

    return NutRequest(" ".join(("GET", *query)), read, driver=driver)


def _line(response: NutResponse) -> str:
    return response.line


def _tracking_id(response: NutResponse) -> str:
    """The tracking id after `OK TRACKING`, '' for a plain OK. Raises ProtocolError for other
    lines.
    """
    arguments = _ok(response)
    if not arguments:
        return ""
    keyword, _, identifier = arguments.partition(" ")
    if keyword != "TRACKING" or not is_name(identifier):
        raise unexpected_answer(response.line)
    return identifier


def _quoted(text: str, noun: str) -> str:
    """`text` as a quoted word.

    Raises SettingsError like `word`, and for non-ASCII characters, which upsd would drop.
    """
    if not text.isascii():
        raise SettingsError(
            f"the {noun} has characters outside ASCII, which a NUT server would drop"
        )
    value = word(text, noun)
    is_quoted = value.startswith('"')
    return value if is_quoted else f'"{value}"'
