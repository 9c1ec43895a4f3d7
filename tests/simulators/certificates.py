"""A temporary certificate authority for the TLS of simulated servers."""
from __future__ import annotations

import hashlib
import ssl
import tempfile
from pathlib import Path
from typing import Tuple

import trustme


class Authority:
    """Issues certificates that `ca_pem` verifies."""

    def __init__(self) -> None:
        self._ca = trustme.CA()
        self.ca_pem = self._ca.cert_pem.bytes().decode("ascii")

    def issue(self, *names: str) -> Tuple[bytes, bytes]:
        """A private key and its certificate in PEM, for the names, by default 127.0.0.1 and localhost."""
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


def fingerprint(certificate: bytes) -> str:
    """SHA-256 of a certificate in PEM, as hex."""
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(certificate.decode("ascii"))).hexdigest()
