"""The error text for a failed TLS handshake, and the fingerprint of a refused certificate for users
to compare and pin.
"""

from __future__ import annotations

import hashlib
import socket
import ssl
from typing import Callable

from .errors import NamedSetting, PduHandlerError, Reason
from .tls import Trust

# X509_V_ERR_... for dates, host name, IP address and key length: another ca_pem would rarely help
_OF_ITSELF = (9, 10, 62, 64, 66)


def shown_fingerprint(dial: Callable[[], socket.socket], host: str) -> str:
    """The SHA-256 fingerprint of the certificate that the device shows now; "" if none can be read.

    `dial` opens a second connection that is ready for the handshake. It is needed because Python
    3.9 does not return a certificate that it refused. Nothing is sent after the handshake.
    """
    try:
        with (
            dial() as plain,
            Trust(verify=False)
            .context()
            .wrap_socket(
                # without the zone: RFC 6874, 4
                plain,
                server_hostname=host.partition("%")[0],
            ) as secured,
        ):
            certificate = secured.getpeercert(binary_form=True)
            return hashlib.sha256(certificate).hexdigest() if certificate else ""
    except (OSError, ValueError, PduHandlerError):
        return ""


def reason(error: ssl.SSLError, seen: str = "") -> Reason:
    """One sentence: why the handshake failed and what to do about it.

    `seen`: the fingerprint of the certificate, if known.
    """
    if isinstance(error, ssl.SSLCertVerificationError):
        pin = (
            f"; its SHA-256 is {seen}: compare it with the certificate on the device itself before"
            " you pin it"
            if seen
            else ""
        )
        authority = () if error.verify_code in _OF_ITSELF else (NamedSetting("ca_pem"), " or ")
        return (
            f"the device's certificate is not trusted ({error.verify_message}{pin}): set ",
            *authority,
            NamedSetting("fingerprint"),
            ", or ",
            NamedSetting("verify", "no"),
            " to accept any certificate",
        )
    # an alert of TLS 1.3; TLS 1.2 sends a general handshake_failure
    if "CERTIFICATE_REQUIRED" in str(error.reason):
        return (
            "the device demands a client certificate, which is not supported: let it accept clients"
            " without one"
        )
    return (
        f"the TLS handshake failed ({error.reason or error}): check that the device speaks TLS on"
        " this port, in version 1.2 or newer"
    )
