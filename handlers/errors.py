"""The errors that a handler raises: one tree, one class for each answer to "who must act?".

DCImanager shows the text of the exception as the reason of a failed task, so the first line says what to do, and no text
holds a password, a community or a token. Codecs raise without knowing host and operation; the client adds them
(`at`) where it knows them.

An archive holds its own copy of this module, so tools compare the text `kind`, never the class. `exit_code` is what the
command-line tools end with.
"""
from __future__ import annotations

from typing import TypeVar

E = TypeVar("E", bound="PduHandlerError")


class PduHandlerError(Exception):
    """Root of the tree: `reason` says what happened and what to do; `host` and `operation` say where."""

    kind = "error"
    exit_code = 1

    def __init__(self, reason: str, host: str = "", operation: str = "") -> None:
        super().__init__(reason)
        self.reason, self.host, self.operation = reason, host, operation

    def at(self: E, host: str, operation: str = "") -> E:
        """Fill in host and operation where they are not known yet; returns self, for `raise error.at(...)`."""
        self.host = self.host or host
        self.operation = self.operation or operation
        return self

    def __str__(self) -> str:
        return ": ".join(part for part in (self.host, self.operation, self.reason) if part)


class SettingsError(PduHandlerError):
    """A handler setting is unknown, missing or bad: the owner corrects it. Names the key and what is allowed."""

    kind = "settings"
    exit_code = 2


class Unreachable(PduHandlerError):
    """Network, port, TLS or deadline (over SNMP also a wrong community): the operator looks. A read may be repeated."""

    kind = "unreachable"
    exit_code = 3


class Denied(PduHandlerError):
    """Credentials or rights, by the device's own word: the operator corrects the account. Never tried again."""

    kind = "denied"
    exit_code = 4


class ProtocolError(PduHandlerError):
    """An answer that the protocol does not allow: a defect, ours or the device's. `payload` keeps its first bytes."""

    kind = "protocol"
    exit_code = 5
    KEPT = 2000

    def __init__(self, reason: str, payload: bytes = b"", host: str = "", operation: str = "") -> None:
        super().__init__(reason, host, operation)
        self.payload = payload[:self.KEPT]


class Refused(PduHandlerError):
    """Understood and declined; `code` is the device's own, as text."""

    kind = "refused"
    exit_code = 6

    def __init__(self, reason: str, code: str = "", host: str = "", operation: str = "") -> None:
        super().__init__(reason, host, operation)
        self.code = code


class NoSuchOutlet(PduHandlerError):
    """The device has no such outlet: the owner checks which port a server is wired to."""

    kind = "no-such-outlet"
    exit_code = 7


class Unsupported(PduHandlerError):
    """Metered only, locked, or of a family that is not known: says what was seen and how to add it."""

    kind = "unsupported"
    exit_code = 8
