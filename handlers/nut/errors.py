"""Errors of a NUT session: classes, and the table of the codes of `ERR`.

Source of the codes: RFC 9271, and docs/net-protocol.txt and server/neterr.h of NUT.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Optional

from ..shared import login_texts
from ..shared.errors import (
    Denied,
    NamedSetting,
    PduHandlerError,
    Reason,
    Refused,
    SettingsError,
    Unreachable,
    printable,
)


class DataStale(Refused):
    """DATA-STALE: the driver has no up-to-date values of its device, so the server reports none and
    takes no commands.

        > LIST VAR rack1
        < ERR DATA-STALE
    """

    kind = "data-stale"


class DriverNotConnected(Refused):
    """DRIVER-NOT-CONNECTED: the server has no connection to the device's driver, or still waits for
    its values.

        > LIST VAR rack1
        < ERR DRIVER-NOT-CONNECTED       or VAR rack1 ups.status "WAIT"
    """

    kind = "driver-not-connected"


class NetworkError(Unreachable):
    """Looking up the address, connecting, sending or receiving failed.

    >>> NetworkError("no connection to port 3493", ConnectionRefusedError(111, "refused")).system
    ConnectionRefusedError(111, 'refused')
    >>> NetworkError("the name has no address", None).system is None
    True
    """

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
    """The answer `ERR code extra`.

    >>> ErrAnswer("ACCESS-DENIED").code
    'ACCESS-DENIED'
    """

    #: such as ACCESS-DENIED; a server may send others than those of `ERRORS`
    code: str
    #: free text of the server, mostly ""
    extra: str = ""

    def error(self) -> PduHandlerError:
        """The error for this code. `extra` is free text of the server and is left out.

        >>> ErrAnswer("READONLY").error().reason
        'this variable cannot be written (ERR READONLY)'
        >>> ErrAnswer("NO-SUCH").error().reason
        'the NUT server refuses with a code that its protocol does not list (ERR NO-SUCH)'
        """
        kind, words = ERRORS.get(
            self.code,
            (Refused, "the NUT server refuses with a code that its protocol does not list"),
        )
        code = printable(self.code, 40)
        sentence = (words,) if isinstance(words, str) else words
        parts = (*sentence, f" (ERR {code})")
        return kind(parts, code) if issubclass(kind, Refused) else kind(parts)


ERRORS: Mapping[str, tuple[type[PduHandlerError], Reason]] = {
    "ACCESS-DENIED": (Denied, login_texts.NUT_DENIED),
    "USERNAME-REQUIRED": (Denied, login_texts.NUT_NEEDS_USER),
    "PASSWORD-REQUIRED": (Denied, login_texts.NUT_NEEDS_PASSWORD),
    "INVALID-USERNAME": (Denied, login_texts.NUT_REFUSED_USER),
    "INVALID-PASSWORD": (Denied, login_texts.NUT_REFUSED_PASSWORD),
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
    "UNKNOWN-COMMAND": (Refused, "the NUT server does not recognise this request"),
}
