"""/server_ssl_cert: the unit's TLS key and certificate.

The simulator's HTTPS server uses the installed pair.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, NamedTuple, Optional, Union

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from ..idl import BadParams
from ..objects import Served, Unit

if TYPE_CHECKING:
    from ..device import XerusPdu

OK, UPLOAD_PENDING, UPLOAD_KEY, UPLOAD_CERTIFICATE, UPLOAD_MISMATCH = 0, 2, 3, 4, 5
_LENGTH, _PENDING, _CURVE, _DAYS = 100, 101, 104, 105
_KEY_MISSING, _CERT_MISSING = 200, 201
_RSA, _ECDSA = 1, 2
_LONGEST_DAYS = 3650
_LENGTHS = (1024, 2048, 3072, 4096)
_CURVES: dict[int, ec.EllipticCurve] = {1: ec.SECP256R1(), 2: ec.SECP384R1(), 3: ec.SECP521R1()}
_ATTRIBUTES = (
    ("country", NameOID.COUNTRY_NAME),
    ("stateOrProvince", NameOID.STATE_OR_PROVINCE_NAME),
    ("locality", NameOID.LOCALITY_NAME),
    ("organization", NameOID.ORGANIZATION_NAME),
    ("organizationalUnit", NameOID.ORGANIZATIONAL_UNIT_NAME),
    ("commonName", NameOID.COMMON_NAME),
    ("emailAddress", NameOID.EMAIL_ADDRESS),
)
_DATE = "%b %d %H:%M:%S %Y GMT"
Json = dict[str, Any]
Key = Union[rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey]


class Pair(NamedTuple):
    key: Optional[Key]
    chain: list[x509.Certificate]


class ServerCertificate(Served):
    def __init__(self, unit: Unit, device: XerusPdu, key: bytes, certificate: bytes) -> None:
        super().__init__(unit, "cert.ServerSSLCert", "server_ssl_cert", ["/server_ssl_cert"])
        self._device = device
        self.active = Pair(_load_key(key, ""), _load_chain(certificate))
        self.pending = Pair(None, [])
        self.request: Optional[x509.CertificateSigningRequest] = None

    # -- for uploads and downloads of files

    def upload(self, certificate: bytes, key: Optional[bytes]) -> int:
        """Takes a certificate with its key, or one for the pending request; returns the result
        code.
        """
        has_second_key = self.request is not None and key is not None
        if self.pending.chain or has_second_key:
            return UPLOAD_PENDING
        if self.request is not None:
            loaded = self.pending.key
        else:
            loaded = _load_key(key, "") if key is not None else None
        if loaded is None:
            return UPLOAD_KEY
        chain = _load_chain(certificate)
        if not chain:
            return UPLOAD_CERTIFICATE
        if not _match(loaded, chain):
            return UPLOAD_MISMATCH
        self.pending, self.request = Pair(loaded, chain), None
        return OK

    def download(self, tag: str) -> Optional[bytes]:
        """The PEM that the tag names, empty if the unit has none; None for an unknown tag."""
        table = {
            "active_cert": lambda: _chain_pem(self.active.chain),
            "active_key": lambda: _key_pem(self.active.key, ""),
            "new_cert": lambda: _chain_pem(self.pending.chain),
            "new_key": lambda: _key_pem(self.pending.key, ""),
            "new_req": self._request_pem,
        }
        return table[tag]() if tag in table else None

    def _request_pem(self) -> bytes:
        return self.request.public_bytes(serialization.Encoding.PEM) if self.request else b""

    # -- making keys

    def generateUnsignedKeyPair(self, reqInfo: Json, challenge: str) -> int:
        subject, names = _subject(reqInfo)
        code = self._generate(reqInfo)
        key = self.pending.key
        if not code and key is not None:
            builder = x509.CertificateSigningRequestBuilder().subject_name(subject)
            self.request = _with_names(builder, names).sign(key, hashes.SHA256())
        return code

    def generateSelfSignedKeyPair(self, reqInfo: Json, days: int) -> int:
        if not 1 <= days <= _LONGEST_DAYS:
            return _DAYS
        subject, names = _subject(reqInfo)
        code = self._generate(reqInfo)
        key = self.pending.key
        if not code and key is not None:
            now = datetime.now(timezone.utc)
            builder = x509.CertificateBuilder(
                subject,
                subject,
                key.public_key(),
                x509.random_serial_number(),
                now,
                now + timedelta(days=days),
            )
            self.pending = Pair(key, [_with_names(builder, names).sign(key, hashes.SHA256())])
        return code

    def _generate(self, info: Json) -> int:
        if self.pending.key is not None:
            return _PENDING
        wanted = info.get("keyInfo") or {
            "type": info.get("keyType", _RSA),
            "ecCurve": info.get("ellipticCurve"),
            "rsaKeyLength": info.get("rsaKeyLength", info.get("keyLength")),
        }
        if wanted["type"] == _ECDSA:
            if wanted["ecCurve"] not in _CURVES:
                return _CURVE
            self.pending = Pair(ec.generate_private_key(_CURVES[wanted["ecCurve"]]), [])
            return 0
        if wanted["rsaKeyLength"] not in _LENGTHS:
            return _LENGTH
        self.pending = Pair(rsa.generate_private_key(65537, wanted["rsaKeyLength"]), [])
        return 0

    def deletePending(self) -> None:
        self.pending, self.request = Pair(None, []), None

    def installPendingKeyPair(self) -> int:
        key, chain = self.pending
        if key is None:
            return _KEY_MISSING
        if not chain:
            return _CERT_MISSING
        self.active = self.pending
        self.deletePending()
        self._device.install(_key_pem(key, ""), _chain_pem(chain))
        return 0

    # -- PEM: real units do not answer these over JSON-RPC (ServerSSLCert.idl 4.0.1)

    # -- information

    def getInfo(self) -> Json:
        pending, active = self.pending.chain, self.active.chain
        request = self.request
        return {
            "havePendingReq": request is not None,
            "havePendingCert": bool(pending),
            "pendingReqInfo": _request_info(request) if request else None,
            "pendingCertInfo": _certificate_info(pending[0]) if pending else None,
            "pendingCertChainInfos": [_certificate_info(one) for one in pending[1:]],
            "activeCertInfo": _certificate_info(active[0]),
            "activeCertChainInfos": [_certificate_info(one) for one in active[1:]],
            "maxSignDays": _LONGEST_DAYS,
        }


def _load_key(pem: bytes, password: str) -> Optional[Key]:
    try:
        key = serialization.load_pem_private_key(pem, password.encode() or None)
    except (ValueError, TypeError):
        return None
    return key if isinstance(key, (rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey)) else None


def _load_chain(pem: bytes) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(pem)
    except ValueError:
        return []


def _match(key: Key, chain: list[x509.Certificate]) -> bool:
    form = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return key.public_key().public_bytes(*form) == chain[0].public_key().public_bytes(*form)


def _chain_pem(chain: list[x509.Certificate]) -> bytes:
    return b"".join(one.public_bytes(serialization.Encoding.PEM) for one in chain)


def _key_pem(key: Optional[Key], password: str) -> bytes:
    if key is None:
        return b""
    sealed: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if password:
        sealed = serialization.BestAvailableEncryption(password.encode())
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, sealed)


def _subject(info: Json) -> tuple[x509.Name, list[x509.DNSName]]:
    """The subject and the alternative names.

    Raises BadParams, for example for a country code of three letters.
    """
    subject = info["subject"]
    try:
        return (
            x509.Name(
                [
                    x509.NameAttribute(oid, subject[field])
                    for field, oid in _ATTRIBUTES
                    if subject[field]
                ]
            ),
            [x509.DNSName(name) for name in info.get("names") or ()],
        )
    except ValueError as error:
        raise BadParams(f"reqInfo: {error}") from None


def _with_names(builder: Any, names: list[x509.DNSName]) -> Any:
    """The builder of a request or of a certificate, with these alternative names."""
    return (
        builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        if names
        else builder
    )


def _attributes(name: x509.Name) -> Json:
    found: Json = {}
    for field, oid in _ATTRIBUTES:
        values = name.get_attributes_for_oid(oid)
        found[field] = str(values[0].value) if values else ""
    return found


def _key_info(public: Any) -> Json:
    """A key's type, curve and length, in the fields of all releases."""
    if isinstance(public, rsa.RSAPublicKey):
        kind, curve, length = _RSA, 0, public.key_size
    else:
        number = {curve.name: number for number, curve in _CURVES.items()}
        kind, curve, length = _ECDSA, number.get(public.curve.name, 0), 0
    return {
        "keyInfo": {"type": kind, "ecCurve": curve, "rsaKeyLength": length},
        "keyType": kind,
        "ellipticCurve": curve,
        "rsaKeyLength": length,
        "keyLength": public.key_size,
    }


def _names(extensions: x509.Extensions) -> list[str]:
    try:
        names = extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return [str(name.value) for name in names]


def _request_info(request: x509.CertificateSigningRequest) -> Json:
    return {
        "subject": _attributes(request.subject),
        "names": _names(request.extensions),
        **_key_info(request.public_key()),
    }


def _certificate_info(certificate: x509.Certificate) -> Json:
    return {
        "subject": _attributes(certificate.subject),
        "issuer": _attributes(certificate.issuer),
        "names": _names(certificate.extensions),
        "serialNumber": f"{certificate.serial_number:X}",
        "invalidBefore": certificate.not_valid_before_utc.strftime(_DATE),
        "invalidAfter": certificate.not_valid_after_utc.strftime(_DATE),
        **_key_info(certificate.public_key()),
    }
