"""`ERR` answers: the error for each code.

Source: RFC 9271, and docs/net-protocol.txt and server/neterr.h of NUT.
"""
from __future__ import annotations

from typing import Mapping, NamedTuple, Tuple, Type

from ..errors import Denied, Named, PduHandlerError, Reason, Refused, SettingsError, Unreachable, printable


class DataStale(Refused):
    """DATA-STALE: the driver has no up-to-date values of its device, so the server reports none and takes no commands."""

    kind = "data-stale"


class DriverNotConnected(Refused):
    """DRIVER-NOT-CONNECTED: the server has no connection to the device's driver, or still waits for its values."""

    kind = "driver-not-connected"


class NotProven(Unreachable):
    """A write was sent: it may or may not have been done."""

    kind = "not-proven"


class Failure(NamedTuple):
    """The answer `ERR code extra`."""

    code: str
    extra: str = ""

    def error(self) -> PduHandlerError:
        """The error for this code. `extra` is free text of the server and is left out."""
        kind, words = ERRORS.get(self.code, (Refused, "the NUT server refuses with a code that its protocol does not list"))
        reason = (*((words,) if isinstance(words, str) else words), f" (ERR {printable(self.code, 40)})")
        return kind(reason, printable(self.code, 40)) if issubclass(kind, Refused) else kind(reason)


_RIGHTS = "check username, password and that user's rights in the server's upsd.users"
_LOGIN = (Named("username"), " and ", Named("password"))
ERRORS: Mapping[str, Tuple[Type[PduHandlerError], Reason]] = {
    "ACCESS-DENIED": (Denied, f"the NUT server denies this: {_RIGHTS}"),
    "USERNAME-REQUIRED": (Denied, ("the NUT server requires a user: give ", *_LOGIN)),
    "PASSWORD-REQUIRED": (Denied, ("the NUT server requires a password: give ", *_LOGIN)),
    "INVALID-USERNAME": (Denied, f"the NUT server rejected this user name: {_RIGHTS}"),
    "INVALID-PASSWORD": (Denied, f"the NUT server rejected this password: {_RIGHTS}"),
    "UNKNOWN-UPS": (SettingsError, ("the NUT server has no device of this name: correct ", Named("device"), " (see upsc -l)")),
    "DATA-STALE": (DataStale,
                   "the NUT driver has no up-to-date data: check the cable or network to its device, or restart the driver"),
    "DRIVER-NOT-CONNECTED": (DriverNotConnected,
                             "the NUT server is not connected to this device's driver: check on the server that the driver runs"),
    "VAR-NOT-SUPPORTED": (Refused, "the device has no such variable"),
    "CMD-NOT-SUPPORTED": (Refused,
                          "the device has no such command: `pdu nut HOST commands DEVICE` and upscmd -l list those that it has"),
    "READONLY": (Refused, "this variable cannot be written"),
    "INVALID-ARGUMENT": (Refused, "the NUT server or its driver rejected the command or its argument"),
    "INVALID-VALUE": (Refused, "this value is not allowed for the variable"),
    "TOO-LONG": (Refused, "this value is too long for the variable"),
    "INSTCMD-FAILED": (Refused, "the NUT server could not hand the command to the driver"),
    "SET-FAILED": (Refused, "the NUT server could not hand the value to the driver"),
    "FAILED": (Refused, "the driver reports a failure"),
    "UNKNOWN": (Refused, "the driver reports an unknown error, or the NUT server no longer has its report"),
    "FEATURE-NOT-SUPPORTED": (Refused, "the NUT server was built without this feature"),
    "FEATURE-NOT-CONFIGURED": (Refused, "the NUT server is not set up for this feature"),
    "ALREADY-SSL-MODE": (Refused, "the connection uses TLS already"),          # RFC 9271 names it TLS-ALREADY-ENABLED
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
