"""STARTTLS (RFC 9271, 4.2.12). Imported on demand: a session in the clear never loads the ssl module."""
from __future__ import annotations

import socket
import ssl
from typing import Callable

from ..errors import Named, PduHandlerError, Unreachable, printable
from ..tls import Trust
from ..untrusted import reason
from . import messages
from .answers import Answers, Request


def started(plain: socket.socket, host: str, trust: Trust, ask: Callable[[Request[str]], Answers]) -> socket.socket:
    """STARTTLS on `plain`, which is used up: 1 round trip, then the handshake within the time-out of `plain`.

    Nothing is sent or read between the answer and the handshake. Raises Unreachable, and SettingsError for a `ca_pem`
    that cannot be read.
    """
    # > STARTTLS
    # < OK STARTTLS
    asked = messages.starttls()
    answers = ask(asked)
    failure = answers.failure(asked)
    if failure is not None:
        raise Unreachable((f"the NUT server offers no TLS (ERR {printable(failure.code, 40)}): set a certificate in its "
                           f"upsd.conf, or ", Named("tls", "no"), " to send everything in the clear"))
    answers[asked]                              # raises unless it is OK
    try:
        wrapped = trust.context().wrap_socket(plain, server_hostname=host)
    except ssl.SSLError as error:
        raise Unreachable(reason(error)) from None
    except (OSError, ValueError) as error:
        raise Unreachable(f"the TLS handshake failed ({getattr(error, 'strerror', None) or error})") from None
    try:
        trust.check(wrapped.getpeercert(binary_form=True))
    except PduHandlerError:
        wrapped.close()
        raise
    return wrapped
