"""The errors that a handler raises: one tree, with a class for each kind of failure.

    PduHandlerError      host, operation and reason
    ├── SettingsError    a setting, option or file is bad or missing      the owner corrects it
    ├── Unreachable      no usable answer: network, port, TLS, deadline   the operator; a read may
    │                                                                     be repeated
    ├── Denied           credentials or rights are refused                the operator, by the
    │                                                                     account; never repeated
    ├── ProtocolError    an answer that the protocol does not allow       the developers
    ├── Refused          understood and declined, with the device's code  who asked for it
    ├── NoSuchOutlet     the device has no such outlet                    the owner, by the wiring
    └── Unsupported      the handler does not do this here                nobody, or the developers

DCImanager shows the text of the exception as the reason of a failed task. The text is one line; it
should say what to do, and must not hold a password, community or token. Codecs raise without host
and operation; their callers add them (`at`).

Errors hold text from devices and users, and are shown in logs and terminals. The constructor
therefore escapes control characters, line ends, bidirectional marks and lone surrogates, and cuts
long text.

An archive holds its own copy of this module, so a tool compares the text `kind`, not the class, of
an archive's error.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeVar, Union

E = TypeVar("E", bound="PduHandlerError")
LONGEST = 2000  # limit for the texts of an error, in characters
# limit for the parts of a reason: a secret that begins before LONGEST is found in them as a whole
EXAMINED = 4 * LONGEST


def printable(text: str, limit: int = LONGEST) -> str:
    r"""`text` for a log or a terminal: unprintable characters escaped, cut at `limit` characters.

    >>> printable("on\x1b[2J\n")
    'on\\x1b[2J\\n'
    >>> printable("abcdef", limit=4)
    'abcd...'

    The limit is that of the escaped text:

    >>> printable("\0\0", limit=8), printable("\0\0\0", limit=8)
    ('\\x00\\x00', '\\x00\\x00...')
    """
    piece = text[: limit + 1]
    if not piece.isprintable():
        piece = "".join(map(_printable_character, piece))
    if len(piece) <= limit:
        return piece
    return piece[:limit] + "..."


def _printable_character(character: str) -> str:
    """The character, or its escape if it is not printable."""
    if character.isprintable():
        return character
    return character.encode("unicode_escape").decode("ascii")


class NamedSetting(NamedTuple):
    """A setting that an error names: shown as `'timeout'`, or with a value as `verify=no`.

    The command-line tools show their own spelling instead.

    >>> str(NamedSetting("verify", value="no", noun="the handler setting "))
    'the handler setting verify=no'
    """

    #: the setting's key, or what the user typed for one
    key: str
    #: the value that the error suggests; "" if it suggests none
    value: str = ""
    #: put before the setting, such as "the handler setting "
    noun: str = ""

    def __str__(self) -> str:
        setting = f"{self.key}={self.value}" if self.value else f"'{self.key}'"
        return self.noun + setting


Part = Union[str, NamedSetting]
Reason = Union[str, Sequence[Part]]


def _safe(part: Part) -> Part:
    """A part of an error's reason without control characters."""
    if isinstance(part, str):
        return printable(part, EXAMINED)
    return part._replace(key=printable(part.key), value=printable(part.value))


class PduHandlerError(Exception):
    """Root of the tree. All texts are printable.

    >>> error = PduHandlerError("no answer", operation="get")
    >>> str(error.at("192.0.2.7", target="1.3.6.1.2.1.1.2.0"))
    '192.0.2.7: get: no answer (1.3.6.1.2.1.1.2.0)'
    """

    #: the class as text, for tools that cannot compare classes
    kind = "error"
    #: whether a write that ended with this error may have been carried out
    may_have_executed = False

    def __init__(
        self, reason: Reason, host: str = "", operation: str = "", target: str = ""
    ) -> None:
        """`reason`: a sentence; or its parts, of which a NamedSetting is a setting that the command
        shows in its own spelling.

        >>> PduHandlerError(("no answer: raise ", NamedSetting("timeout"))).reason
        "no answer: raise 'timeout'"
        """
        super().__init__()
        self.set_reason(reason)
        #: the device's address, "" if not known
        self.host = printable(host)
        #: the call or request that failed, "" if not known
        self.operation = printable(operation)
        #: what the request was for, if that says little to people, such as an OID: shown last
        self.target = printable(target)

    def set_reason(self, reason: Reason) -> None:
        """Set the reason, for example one without a secret.

        >>> error = PduHandlerError("no community s3cret")
        >>> error.set_reason("no community ***")
        >>> str(error), error.args
        ('no community ***', ('no community ***',))
        """
        parts = (reason,) if isinstance(reason, str) else reason
        #: the pieces of the reason; a `NamedSetting` among them is a setting
        self.parts = tuple(map(_safe, parts))
        #: what happened, and what to do
        self.reason = printable("".join(map(str, self.parts)))
        # a subclass may keep the cause behind the reason
        _, *causes = self.args or ("",)
        self.args = (self.reason, *causes)

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the settings among `parts`."""
        return tuple(part.key for part in self.parts if isinstance(part, NamedSetting))

    def at(self: E, host: str, operation: str = "", target: str = "") -> E:
        """Set host, operation and target unless they are set already. Returns self.

        >>> str(PduHandlerError("no answer", operation="get").at("192.0.2.7", "statistic"))
        '192.0.2.7: get: no answer'
        """
        self.host = self.host or printable(host)
        self.operation = self.operation or printable(operation)
        self.target = self.target or printable(target)
        return self

    def __str__(self) -> str:
        parts = (self.host, self.operation, self.reason)
        text = ": ".join(filter(None, parts))
        return f"{text} ({self.target})" if self.target else text


class SettingsError(PduHandlerError):
    """Bad or missing input, for example a handler setting, an address, or an option or file of a
    tool.

    >>> SettingsError((NamedSetting("port", noun="handler setting "), ": give 1 to 65535")).reason
    "handler setting 'port': give 1 to 65535"
    """

    kind = "settings"


class Unreachable(PduHandlerError):
    """No usable answer: network, port, TLS, deadline, a busy device, over SNMP also a wrong
    community. A read may be repeated.

    Also raised where a write may or may not have been carried out; if no connection came about,
    `may_have_executed` is set to False.

    >>> error = Unreachable("no answer in time", "192.0.2.7")
    >>> error.kind, error.may_have_executed
    ('unreachable', True)
    """

    kind = "unreachable"
    may_have_executed = True
    #: the SHA-256 of the device's certificate, in hexadecimal, if that is not trusted; "" for
    #: another reason, if the certificate could not be read, and if a redirect led to it
    fingerprint = ""


class Denied(PduHandlerError):
    """The device refuses credentials or rights: the operator corrects the account.

    A handler does not try again.

    >>> error = Denied("the account may not switch")
    >>> error.kind, error.may_have_executed
    ('denied', False)
    """

    kind = "denied"


class ProtocolError(PduHandlerError):
    """An answer that is invalid, incomplete or too long."""

    kind = "protocol"
    may_have_executed = True


class Refused(PduHandlerError):
    """The device refused a request or failed to carry it out.

    >>> Refused("the outlet is locked", code="badValue").code
    'badValue'
    """

    kind = "refused"

    def __init__(self, reason: Reason, code: str = "", host: str = "", operation: str = "") -> None:
        super().__init__(reason, host, operation)
        #: the device's own code as text, "" if there is none
        self.code = printable(code)


class NoSuchOutlet(PduHandlerError):
    """The device has no such outlet: the operator checks which port a server is wired to."""

    kind = "no-such-outlet"


class Unsupported(PduHandlerError):
    """The handler does not do this here, for example because an outlet is metered only or locked,
    or the family is unknown.

    >>> Unsupported("outlet 7 is locked").kind
    'unsupported'
    """

    kind = "unsupported"
