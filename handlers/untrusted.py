"""What to say where a TLS handshake fails, and the certificate that was shown, so that its owner can compare and pin it."""
from __future__ import annotations

import hashlib
import socket
import ssl

from .errors import Named, Reason
from .tls import Trust


def shown_fingerprint(host: str, port: int, timeout: float) -> str:
    """The SHA-256 fingerprint that the device shows now; "" where it shows none. One connection; nothing is sent on it."""
    try:
        with socket.create_connection((host, port), timeout) as plain, \
                Trust(verify=False).context().wrap_socket(plain, server_hostname=host) as secured:
            return hashlib.sha256(secured.getpeercert(binary_form=True) or b"").hexdigest()
    except (OSError, ValueError):
        return ""


def reason(error: ssl.SSLError, seen: str = "") -> Reason:
    """One sentence for a failed handshake, with what an owner can do. `seen`: the fingerprint of the certificate, if known."""
    if isinstance(error, ssl.SSLCertVerificationError):
        pin = f"; its SHA-256 is {seen}: compare it with the device's own page before you pin it" if seen else ""
        return (f"the device's certificate is not trusted ({error.verify_message}{pin}): set ", Named("ca_pem"), " or ",
                Named("fingerprint"), ", or ", Named("verify", "no"), " to accept any certificate")
    return f"the TLS handshake failed ({error.reason or error}): check that this is the device's TLS port"
