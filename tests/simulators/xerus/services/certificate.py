"""/server_ssl_cert: the unit's TLS key and certificate, which the HTTPS server uses.

Source: ServerSSLCert.idl 4.0.1, and the vendor's page on the client binding (the result codes of an
upload, the tags of a download).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Optional

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from ..objects import Served, Unit

if TYPE_CHECKING:
    from ..device import XerusPdu

OK, UPLOAD_PENDING, UPLOAD_KEY, UPLOAD_CERTIFICATE, UPLOAD_MISMATCH = 0, 2, 3, 4, 5
_KEY_MISSING = 200
Json = dict[str, Any]


class Pair(NamedTuple):
    """PEM; empty if the unit has none."""

    key: bytes = b""
    chain: bytes = b""


class ServerCertificate(Served):
    def __init__(self, unit: Unit, device: XerusPdu, key: bytes, certificate: bytes) -> None:
        super().__init__(unit, "cert.ServerSSLCert", "server_ssl_cert", ["/server_ssl_cert"])
        self._device = device
        self.active = Pair(key, certificate)
        self.pending = Pair()

    def upload(self, chain: bytes, key: Optional[bytes]) -> int:
        """Takes a certificate with its key; returns the result code."""
        if self.pending.chain:
            return UPLOAD_PENDING
        public_key = _public_key(key or b"")
        if public_key is None:
            return UPLOAD_KEY
        certificates = _certificates(chain)
        if not certificates:
            return UPLOAD_CERTIFICATE
        if public_key != certificates[0].public_key():
            return UPLOAD_MISMATCH
        self.pending = Pair(key or b"", chain)
        return OK

    def download(self, tag: str) -> Optional[bytes]:
        """The PEM that the tag names, empty if the unit has none; None for an unknown tag."""
        files = {
            "active_cert": self.active.chain,
            "active_key": self.active.key,
            "new_cert": self.pending.chain,
            "new_key": self.pending.key,
            "new_req": b"",
        }
        return files.get(tag)

    def installPendingKeyPair(self) -> int:
        if not self.pending.key:
            return _KEY_MISSING
        self.active = self.pending
        self.pending = Pair()
        self._device.install(*self.active)
        return 0

    def getInfo(self) -> Json:
        pending = _certificates(self.pending.chain)
        active = _certificates(self.active.chain)
        return {
            "havePendingCert": bool(pending),
            "pendingCertInfo": _certificate_info(pending[0]) if pending else None,
            "pendingCertChainInfos": list(map(_certificate_info, pending[1:])),
            "activeCertInfo": _certificate_info(active[0]),
            "activeCertChainInfos": list(map(_certificate_info, active[1:])),
            "maxSignDays": 3650,
        }


def _public_key(pem: bytes) -> Any:
    try:
        return serialization.load_pem_private_key(pem, None).public_key()
    except ValueError:
        return None


def _certificates(pem: bytes) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(pem)
    except ValueError:
        return []


def _certificate_info(certificate: x509.Certificate) -> Json:
    """Its number and the length of its key, in the fields of all releases."""
    key: Any = certificate.public_key()
    bits = key.key_size
    return {
        "serialNumber": f"{certificate.serial_number:X}",
        "keyInfo": {"rsaKeyLength": bits},
        "rsaKeyLength": bits,
        "keyLength": bits,
    }
