"""STARTTLS (RFC 9271, 4.2.12)."""

from __future__ import annotations

import socket
import ssl
from typing import Callable

from ..shared.errors import NamedSetting, PduHandlerError, Unreachable, printable
from ..shared.tls import Trust
from ..shared.tls_handshake import (
    ended_reason,
    fetch_fingerprint,
    handshake_error,
    handshake_failure_reason,
    is_demanding,
    wrap_with_tls,
)
from . import requests
from .responses import NutRequest, Responses

Ask = Callable[[NutRequest[str]], Responses]


def start_tls(
    plain: socket.socket, host: str, trust: Trust, ask: Ask, dial: Callable[[], socket.socket]
) -> socket.socket:
    """Start TLS on the socket `plain` and return the TLS socket: 1 round trip, then the handshake
    within the time-out of `plain`.

    `ask` sends a request on the connection that was opened last. `dial` opens another one, to show
    the fingerprint of a certificate that is not trusted. Nothing is sent or read between the answer
    and the handshake. Raises Unreachable, ProtocolError, and SettingsError for a `ca_pem` that
    cannot be read.
    """
    _switch(ask)
    try:
        tls_socket = wrap_with_tls(trust.context(), plain, host)
    except ssl.SSLCertVerificationError as error:

        def again() -> socket.socket:
            plain_socket = dial()
            _switch(ask)
            return plain_socket

        raise Unreachable(handshake_error(error, fetch_fingerprint(again, host))) from None
    except ssl.SSLError as error:
        setting = " (CERTREQUEST in upsd.conf)" if is_demanding(error) else ""
        raise Unreachable(handshake_failure_reason(error) + setting) from None
    except socket.timeout:  # its own text is left out: it names a line of Python's source
        raise Unreachable(
            (
                "the TLS handshake did not end in time: check the network, or raise ",
                NamedSetting("timeout"),
            )
        ) from None
    except ConnectionError:
        raise Unreachable(ended_reason()) from None
    except (OSError, ValueError) as error:
        raise Unreachable(
            f"the TLS handshake failed ({getattr(error, 'strerror', None) or error})"
        ) from None
    try:
        trust.check(tls_socket.getpeercert(binary_form=True))
    except PduHandlerError:
        tls_socket.close()
        raise
    return tls_socket


def _switch(ask: Ask) -> None:
    """Ask the server to start TLS. Raises Unreachable if it offers no TLS."""
    request = requests.starttls()
    answers = ask(request)
    failure = answers.failure(request)
    if failure is not None:
        raise Unreachable(
            (
                f"the NUT server offers no TLS (ERR {printable(failure.code, 40)}): its upsd needs"
                " TLS support and a certificate in upsd.conf; or set ",
                NamedSetting("tls", "no"),
                " to send everything in the clear",
            )
        )
    answers[request]  # raises unless the answer is OK
