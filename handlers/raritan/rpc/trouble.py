"""One sentence for each way in which an exchange fails, the same for both transports."""
from __future__ import annotations

import http.client
import socket
import ssl
from typing import Union

from ... import tls
from ...errors import Named
from .errors import HttpUnreachable, JsonRpcSyntaxException
from .transport import Endpoint

CLOSED = (ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError)     # the peer ended the connection
Trouble = Union[HttpUnreachable, JsonRpcSyntaxException]


def before_answer(error: Exception, where: Endpoint, kept: bool) -> Trouble:
    """For what http.client, ssl or a socket raised until the headers were read; `kept`: on a connection used before."""
    at = where.netloc
    if isinstance(error, socket.timeout):
        return HttpUnreachable((f"no answer from {at} in time: check address, port and the network, or raise ", Named("timeout")))
    if isinstance(error, ConnectionRefusedError):
        return HttpUnreachable(f"{at} refuses the connection: check address and port, and that the PDU's web service is "
                               f"on")
    if isinstance(error, CLOSED):
        return HttpUnreachable("the connection was closed before an answer came: check that this is the PDU's HTTP(S) "
                               "port, and try again", reused=kept)
    if isinstance(error, http.client.HTTPException):
        return no_http(error)
    if isinstance(error, ssl.SSLError):
        return HttpUnreachable(tls.reason(error))
    if isinstance(error, (socket.gaierror, ValueError)):        # ValueError: a name that no resolver can take
        return HttpUnreachable(f"the host name in {at} cannot be resolved: check the address")
    words = error.strerror if isinstance(error, OSError) else type(error).__name__
    return HttpUnreachable(f"{at} cannot be reached ({words}): check address, port and the network")


def no_http(error: Exception) -> JsonRpcSyntaxException:
    """Something answered that does not speak HTTP."""
    return JsonRpcSyntaxException(f"the answer is no HTTP ({type(error).__name__}); is this the PDU's HTTP(S) port?")


def in_answer(error: Exception, where: Endpoint) -> Trouble:
    """For what was raised while the body was read."""
    return before_answer(error, where, False) if isinstance(error, socket.timeout) else broken_off()


def broken_off() -> HttpUnreachable:
    """The connection ended in the body."""
    return HttpUnreachable("the connection ended in the middle of the answer; try again")
