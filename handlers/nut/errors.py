"""Errors of a NUT session: for the codes of `ERR`, and for failures of the network, the server and
its drivers.

Source of the codes: RFC 9271, and docs/net-protocol.txt and server/neterr.h of NUT.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Optional

from ..shared.errors import (
    Denied,
    NamedSetting,
    PduHandlerError,
    ProtocolError,
    Reason,
    Refused,
    SettingsError,
    Unreachable,
    Unsupported,
    printable,
)
from ..shared.tls_handshake import is_demanding


class DataStale(Refused):
    """DATA-STALE: the driver has no up-to-date values of its device, so the server reports none and
    takes no commands.
    """

    kind = "data-stale"


class DriverNotConnected(Refused):
    """DRIVER-NOT-CONNECTED: the server has no connection to the device's driver, or still waits for
    its values.
    """

    kind = "driver-not-connected"


class NetworkError(Unreachable):
    """Looking up the address, connecting, sending or receiving failed."""

    def __init__(
        self, reason: Reason, error: Optional[Exception], host: str = "", operation: str = ""
    ) -> None:
        super().__init__(reason, host, operation)
        #: a copy of the OSError behind it, without its traceback; None if there is none
        self.system = type(error)(*error.args) if isinstance(error, OSError) else None


class WriteUnconfirmed(Unreachable):
    """A write was sent: it may or may not have been done."""

    kind = "not-proven"


class ErrAnswer(NamedTuple):
    """The answer `ERR code extra`."""

    #: such as ACCESS-DENIED; a server may send others than those of `ERRORS`
    code: str
    #: free text of the server, mostly ""
    extra: str = ""

    def error(self) -> PduHandlerError:
        """The error for this code. `extra` is free text of the server and is left out."""
        kind, words = ERRORS.get(
            self.code,
            (Refused, "the NUT server refuses with a code that its protocol does not list"),
        )
        code = printable(self.code, 40)
        sentence = (words,) if isinstance(words, str) else words
        parts = (*sentence, f" (ERR {code})")
        return kind(parts, code) if issubclass(kind, Refused) else kind(parts)


_NAMED = 20  # most devices that an error names
_RIGHTS = "check username, password and that user's rights in the server's upsd.users"
_LOGIN = (NamedSetting("username"), " and ", NamedSetting("password"))
ERRORS: Mapping[str, tuple[type[PduHandlerError], Reason]] = {
    "ACCESS-DENIED": (Denied, f"the NUT server denies this: {_RIGHTS}"),
    "USERNAME-REQUIRED": (Denied, ("the NUT server requires a user: give ", *_LOGIN)),
    "PASSWORD-REQUIRED": (Denied, ("the NUT server requires a password: give ", *_LOGIN)),
    "INVALID-USERNAME": (Denied, f"the NUT server rejected this user name: {_RIGHTS}"),
    "INVALID-PASSWORD": (Denied, f"the NUT server rejected this password: {_RIGHTS}"),
    "UNKNOWN-UPS": (
        SettingsError,
        (
            "the NUT server has no device of this name: correct ",
            NamedSetting("device"),
            " (see upsc -l)",
        ),
    ),
    "DATA-STALE": (
        DataStale,
        (
            "the NUT driver has no up-to-date data: check the cable or network to its device, or"
            " restart the driver"
        ),
    ),
    "DRIVER-NOT-CONNECTED": (
        DriverNotConnected,
        (
            "the NUT server is not connected to this device's driver: check on the server that the"
            " driver runs"
        ),
    ),
    "VAR-NOT-SUPPORTED": (Refused, "the device has no such variable"),
    "CMD-NOT-SUPPORTED": (
        Refused,
        ("the device has no such command: upscmd -l DEVICE@HOST lists those that it has"),
    ),
    "READONLY": (Refused, "this variable cannot be written"),
    "INVALID-ARGUMENT": (
        Refused,
        "the NUT server or its driver rejected the command or its argument",
    ),
    "INVALID-VALUE": (Refused, "this value is not allowed for the variable"),
    "TOO-LONG": (Refused, "this value is too long for the variable"),
    "INSTCMD-FAILED": (Refused, "the NUT server could not hand the command to the driver"),
    "SET-FAILED": (Refused, "the NUT server could not hand the value to the driver"),
    "FAILED": (Refused, "the driver reports a failure"),
    "UNKNOWN": (
        Refused,
        "the driver reports an unknown error, or the NUT server no longer has its report",
    ),
    "FEATURE-NOT-SUPPORTED": (Refused, "the NUT server was built without this feature"),
    "FEATURE-NOT-CONFIGURED": (Refused, "the NUT server is not set up for this feature"),
    # RFC 9271 names it TLS-ALREADY-ENABLED
    "ALREADY-SSL-MODE": (Refused, "the connection uses TLS already"),
    "TLS-ALREADY-ENABLED": (Refused, "the connection uses TLS already"),
    "TLS-NOT-ENABLED": (Refused, "TLS is not enabled on the NUT server or this connection"),
    "ALREADY-LOGGED-IN": (Refused, "this connection is logged in to a device already"),
    "ALREADY-ATTACHED": (Refused, "this connection is attached to a device already"),
    "ALREADY-SET-USERNAME": (Refused, "this connection has a user already"),
    "ALREADY-SET-PASSWORD": (Refused, "this connection has a password already"),
    "UNKNOWN-COMMAND": (Refused, "the NUT server does not recognise this request"),
    # Servers before NUT 1.5.
    "VAR-UNKNOWN": (Refused, "the device has no such variable"),
    "UNKNOWN-TYPE": (Refused, "the NUT server does not recognise the type of this variable"),
    "UNKNOWN-INSTCMD": (Refused, "the device has no such command"),
    "MISSING-ARGUMENT": (Refused, "the request lacks an argument"),
}


def not_resolved(host: str, port: int, error: Exception) -> NetworkError:
    """The error if the look-up of an address fails."""
    return NetworkError(
        f"{printable(host, 80)!r} with port {port} is not an address that can be resolved"
        f" ({error}): check both",
        error,
        operation="connect",
    )


def not_connected(port: int, error: Optional[OSError]) -> NetworkError:
    """The error if connecting fails at every address of a host.

    `error` is that of the last address, None if it has none.
    """
    return NetworkError(
        f"no connection to port {port} ({_words(error)}): check address and port, that upsd runs,"
        " and that its LISTEN and the firewall let this host in",
        error,
        operation="connect",
    )


def no_answer(port: int, error: OSError, seconds: float, is_unheard: bool = False) -> NetworkError:
    """The error if the connection breaks or times out during an exchange, for which `seconds` were
    allowed. `is_unheard`: nothing was received over TLS.
    """
    if is_unheard and not isinstance(error, socket.timeout):
        return NetworkError(_first_of_tls(error), error)
    what = (
        f"no complete answer within {max(round(seconds, 1), 0.1):g} s"
        if isinstance(error, socket.timeout)
        else _words(error)
    )
    return NetworkError(
        f"{what}: check that port {port} is a NUT server's, and check that server's log, load and"
        " limit of connections (MAXCONN in upsd.conf)",
        error,
    )


def _first_of_tls(error: OSError) -> str:
    """Why the first exchange over TLS broke. With TLS 1.3 the server refuses a client without a
    certificate after the client's handshake, and the end may overtake its alert.
    """
    reason = (
        "the NUT server demands a client certificate, which is not supported"
        if is_demanding(error)
        else (
            f"the NUT server ended the TLS session before its first answer ({_words(error)}): it"
            " may demand a client certificate, which is not supported"
        )
    )
    return (
        f"{reason}: let it accept clients without one (CERTREQUEST in upsd.conf), and check its log"
    )


def time_is_up_error(host: str) -> Unreachable:
    """The error if the time for all exchanges of a call is used up."""
    return Unreachable(
        "the time for this call is over: check the name look-up, the network and the NUT server's"
        " load",
        host,
    )


def no_tls(answer: ErrAnswer) -> Unreachable:
    """The error for a server that refuses STARTTLS."""
    return Unreachable(
        (
            (
                f"the NUT server offers no TLS (ERR {printable(answer.code, 40)}): its upsd needs"
                " TLS support and a certificate in upsd.conf; or set "
            ),
            NamedSetting("tls", "no"),
            " to send everything in the clear",
        )
    )


def unexpected_answer(line: str) -> ProtocolError:
    """The error for a line that does not answer the request."""
    return ProtocolError(
        f"the server answered {printable(line, 80)!r}, which does not answer the request",
    )


def redacted_answer_error() -> ProtocolError:
    """An error without the answer, for an answer that holds the password."""
    return ProtocolError(
        "the answer breaks the protocol; it is not shown, because it holds the password: check"
        " address and port"
    )


def driver_not_ready_error(ups: str, host: str) -> DriverNotConnected:
    """The error if a device's `ups.status` is still WAIT.

    `ups` is the device's name, with any secret masked.
    """
    return DriverNotConnected(
        f"the NUT server is still waiting for the driver of {ups}: check that driver",
        "WAIT",
        host,
        "reading ups.status",
    )


def no_such_device(devices: Sequence[str], host: str) -> SettingsError:
    """The error for a device that the server lacks.

    `devices`: the names of those that it has, with any secret masked.
    """
    names = ", ".join(devices[:_NAMED]) or "none"
    remainder = f" and {len(devices) - _NAMED} more" if len(devices) > _NAMED else ""
    return SettingsError(
        (
            "the NUT server has no device of this name: correct ",
            NamedSetting("device"),
            f"; it has {names}{remainder} (ERR UNKNOWN-UPS)",
        ),
        host,
        "LIST UPS",
    )


def no_outlets(driver: str, kind: str) -> Unsupported:
    """The error for a device without outlets; `driver` and `kind` are its `driver.name` and
    `device.type`, '' if not reported.
    """
    driver, kind = printable(driver, 60), printable(kind, 60)
    driver_name = f"driver {driver!r}" if driver else "driver"
    return Unsupported(
        f"the NUT {driver_name} lists no outlets of this device (type {kind or 'unknown'!r}): "
        "see whether another driver or MIB of NUT does"
    )


def outlet_count_error(outlet_count: int, prefix: str, count: float) -> ProtocolError:
    """The error if a driver lists only `outlet_count` outlets, but `<prefix>outlet.count` is
    `count`.
    """
    return ProtocolError(
        f"the NUT driver lists fewer outlets ({outlet_count}) than it counts ({prefix}outlet.count"
        f" {count:g}): check the driver, or wait until it has read its device"
    )


def listed_twice(prefix: str) -> ProtocolError:
    """The error for an outlet number with two spellings."""
    return ProtocolError(
        f"the NUT driver lists one outlet under two numbers, such as {prefix}outlet.1 and"
        f" {prefix}outlet.01: check the driver"
    )


def chain_member_error(missing: int, count: float) -> ProtocolError:
    """The error for a daisy chain without the variables of device `missing`, although
    `device.count` is `count`.
    """
    return ProtocolError(
        f"the NUT driver does not list all devices of the chain (device.count {count:g}): device"
        f" {missing} is missing; check the driver, or wait until it has read its devices"
    )


def _words(error: Optional[OSError]) -> str:
    if isinstance(error, socket.timeout):
        return "no answer in time"
    return str(getattr(error, "strerror", None) or error or "no address")
