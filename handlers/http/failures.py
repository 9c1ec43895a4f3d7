"""The error for each way in which an HTTP exchange fails. Pure."""
from __future__ import annotations

import http.client
import socket
import ssl
from typing import Dict, Optional, Tuple, Type, TypeVar

from ..errors import Denied, Named, PduHandlerError, ProtocolError, Reason, Refused, Unreachable
from ..untrusted import reason as untrusted

H = TypeVar("H", bound="HttpException")
CLOSED = (ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError)     # the peer ended the connection
REDIRECTS = (301, 302, 307, 308)                # RFC 9110, 15.4; 303 says that the request was done


class HttpException(PduHandlerError):
    """Communication failed: see the subclasses. Where network or TLS failed, `args[1]` is the OSError, as in the vendor's SDK."""

    def caused_by(self: H, error: Exception) -> H:
        """Keep the error's type and words; the error itself holds the frames that it came through. Returns self."""
        if isinstance(error, OSError):
            self.args = (self.args[0], type(error)(*error.args))
        return self

    def __reduce__(self) -> Tuple[object, ...]:
        return _again, (type(self), self.args, self.__dict__)


def _again(kind: Type[H], args: Tuple[str, ...], state: Dict[str, object]) -> H:
    """The copy in another process."""
    made = kind(args[0])
    made.args = args
    made.__dict__.update(state)
    return made


class HttpUnreachable(HttpException, Unreachable):
    """No answer: network, TLS, deadline, or a device that is starting (503). `reused`: on a kept connection."""

    def __init__(self, reason: Reason, host: str = "", operation: str = "", reused: bool = False) -> None:
        super().__init__(reason, host, operation)
        self.reused = reused


class HttpDenied(HttpException, Denied):
    """401, 403 or 451: the login was refused, or the account may not do this."""


class HttpRefused(HttpException, Refused):
    """Any other HTTP status than 200; `code` is that status. See `leaves_open` for what it says of a write."""


class HttpSyntax(HttpException, ProtocolError):
    """The answer is no HTTP, or larger than any that a device sends."""

    def __init__(self, reason: Reason, payload: bytes = b"", host: str = "", operation: str = "") -> None:
        ProtocolError.__init__(self, reason, payload, host, operation)


def leaves_open(error: object) -> bool:
    """Whether an HTTP status leaves open what the device did with a write.

    4xx says that the request was declined. 5xx is a failure on the way; 1xx, 2xx other than 200 and 3xx are no answers to a
    call (RFC 9110, 15): the device may or may not have done it.
    """
    return isinstance(error, HttpRefused) and int(error.code) not in range(400, 500)


def of_status(status: int, password: Optional[str] = None) -> HttpException:
    """What a status other than 200 means, and what to do. Scripts look for `HTTP Error <status>` in the text.

    `password`: the one that was sent, if any. Few people want one that begins or ends with a blank.
    """
    code = f"HTTP Error {status}"
    if status == 401:
        blank = "; the password begins or ends with a blank" if password and password != password.strip() else ""
        return HttpDenied(f"the device refused the login ({code}): check user name and password (or token), and that the "
                          f"account is neither blocked nor waiting for a new password{blank}")
    if status == 403:
        return HttpDenied(f"the account may not do this ({code}): give its role the privilege on the device")
    if status == 451:
        return HttpDenied(f"the account has to change its password first ({code}): log in to the device's web page once")
    if status == 408:
        return HttpUnreachable(f"the device stopped waiting for the request ({code}); try again")
    if status == 503:
        return HttpUnreachable(f"the device is starting, updating or busy ({code}); try again in a minute")
    if status == 404:
        return HttpRefused(f"the device has no such resource ({code}): its firmware or model does not offer this, or the port "
                           "is not that of its web service", "404")
    if status in REDIRECTS:
        return HttpRefused(f"the device redirects again ({code}); give its final address", str(status))
    if status < 400:
        return HttpRefused(f"the device answered {code}, which is no answer to a call: is this the PDU's web service?",
                           str(status))
    return HttpRefused(f"the device answered {code}: look at its own log, and at any proxy in between", str(status))


def before_answer(error: Exception, at: str, kept: bool = False) -> HttpException:
    """For what http.client, ssl or a socket raised until the headers were read; `kept`: on a connection used before."""
    return _before_answer(error, at, kept).caused_by(error)


def _before_answer(error: Exception, at: str, kept: bool) -> HttpException:
    if isinstance(error, socket.timeout):
        return HttpUnreachable((f"no answer from {at} in time: check address, port and the network, or raise ", Named("timeout")))
    if isinstance(error, ConnectionRefusedError):
        return HttpUnreachable(f"{at} refuses the connection: check address and port, and that the PDU's web service is on")
    if isinstance(error, CLOSED):
        return HttpUnreachable("the connection was closed before an answer came: check that this is the PDU's HTTP(S) "
                               "port, and try again", reused=kept)
    if isinstance(error, http.client.HTTPException):
        return HttpSyntax(f"the answer is no HTTP ({type(error).__name__}); is this the PDU's HTTP(S) port?")
    if isinstance(error, ssl.SSLError):
        return HttpUnreachable(untrusted(error))
    if isinstance(error, (socket.gaierror, ValueError)):        # ValueError: a name that no resolver can take
        return HttpUnreachable(f"the host name in {at} cannot be resolved: check the address")
    words = error.strerror if isinstance(error, OSError) else type(error).__name__
    return HttpUnreachable(f"{at} cannot be reached ({words}): check address, port and the network")


def in_answer(error: Exception, at: str) -> HttpException:
    """For what was raised while the body was read."""
    return before_answer(error, at) if isinstance(error, socket.timeout) else broken_off().caused_by(error)


def broken_off() -> HttpUnreachable:
    """The connection ended in the body."""
    return HttpUnreachable("the connection ended in the middle of the answer; try again")


def too_long(limit: int) -> HttpSyntax:
    """The body is larger than `limit` bytes."""
    return HttpSyntax(f"the answer is longer than {limit} bytes")
