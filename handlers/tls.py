"""TLS contexts for handler settings: verified by default, against a given authority, or pinned to one certificate."""
from __future__ import annotations

import hashlib
import ssl
from typing import NamedTuple, Optional

from .errors import Named, Reason, SettingsError, Unreachable

_PARTIAL_CHAIN = 0x80000        # X509_V_FLAG_PARTIAL_CHAIN; the ssl module names it from Python 3.10 on


class Trust(NamedTuple):
    """What makes a device's certificate good: verified by the system's authorities, by `ca_pem` alone, or pinned."""

    verify: bool = True
    ca_pem: str = ""
    fingerprint: str = ""

    def context(self) -> ssl.SSLContext:
        """See `client_context`."""
        return client_context(self.verify, self.ca_pem, self.fingerprint)


def client_context(verify: bool, ca_pem: str, fingerprint: str) -> ssl.SSLContext:
    """A client context of TLS 1.2 or newer. With `fingerprint`, call `check_fingerprint` after the handshake, before anything
    is sent.

    `ca_pem` replaces the system's authorities and may be the device's own self-signed certificate. Raises
    SettingsError where the PEM cannot be loaded.
    """
    if fingerprint or not verify:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    else:
        try:
            context = ssl.create_default_context(cadata=ca_pem or None)
        except (ssl.SSLError, ValueError) as error:
            unread = f": the certificates cannot be read ({error})"
            raise SettingsError((Named("ca_pem", noun="handler setting "), unread)) from None
        if ca_pem:
            context.verify_flags |= _PARTIAL_CHAIN
    context.minimum_version = ssl.TLSVersion.TLSv1_2        # Python 3.9 sets none; RFC 8996 deprecates the older ones
    return context


def sha256(certificate: bytes) -> str:
    """The SHA-256 fingerprint of a DER certificate, as 64 lower-case hex digits."""
    return hashlib.sha256(certificate).hexdigest()


def check_fingerprint(certificate: Optional[bytes], fingerprint: str) -> None:
    """Raise Unreachable unless the peer's DER `certificate` has the wanted fingerprint; '' wants none."""
    if not fingerprint:
        return
    seen = sha256(certificate) if certificate else "none"
    if seen != fingerprint:
        raise Unreachable((f"the device shows another certificate (SHA-256 {seen}) than ",
                           Named("fingerprint", noun="the setting "), " names; find out why before you change it"))


def reason(error: ssl.SSLError, seen: str = "") -> Reason:
    """One sentence for a failed handshake, with what an owner can do. `seen`: the fingerprint of the certificate, if known."""
    if isinstance(error, ssl.SSLCertVerificationError):
        pin = f"; its SHA-256 is {seen}: compare it with the device's own page before you pin it" if seen else ""
        return (f"the device's certificate is not trusted ({error.verify_message}{pin}): set ", Named("ca_pem"), " or ",
                Named("fingerprint"), ", or ", Named("verify", "no"), " to accept any certificate")
    return f"the TLS handshake failed ({error.reason or error}): check that this is the device's TLS port"
