"""A temporary certificate authority for the TLS of simulated servers."""

from __future__ import annotations

import functools
import hashlib
import ssl
import tempfile
from pathlib import Path
from typing import NamedTuple


class Authority:
    """Issues certificates that `ca_pem` verifies."""

    def __init__(self) -> None:
        import trustme  # imported late: takes 0.1 s, and simulators without TLS do not need it

        self._ca = trustme.CA()
        self.ca_pem = self._ca.cert_pem.bytes().decode("ascii")

    def issue(self, *names: str) -> tuple[bytes, bytes]:
        """A private key and its certificate in PEM, for the names, by default 127.0.0.1 and
        localhost.
        """
        leaf = self._ca.issue_cert(*(names or ("127.0.0.1", "localhost")))
        return leaf.private_key_pem.bytes(), leaf.cert_chain_pems[0].bytes()


def server_context(key: bytes, certificate: bytes) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "server.pem"
        path.write_bytes(key + certificate)
        context.load_cert_chain(path)
    return context


class Identity(NamedTuple):
    """A server's private key and certificate in PEM, the authority that issued the certificate, and
    the server's TLS context.
    """

    authority: Authority
    key: bytes
    certificate: bytes
    context: ssl.SSLContext


@functools.cache
def usual() -> Identity:
    """The identity that the simulated servers of a process share. Do not change its context."""
    authority = Authority()
    key, certificate = authority.issue()
    return Identity(authority, key, certificate, server_context(key, certificate))


def fingerprint(certificate: bytes) -> str:
    """SHA-256 of a certificate in PEM, as hex."""
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(certificate.decode("ascii"))).hexdigest()
