"""The interface cert.ServerSSLCert."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import List

from ..idl import declared, Enumeration, Interface, method, Structure


class ServerSSLCert(Interface):
    """Key and certificate of the device's own web service, at `/server_ssl_cert`."""

    idlType = "cert.ServerSSLCert:4.0.1"

    SUCCESS = 0
    ERR_GEN_KEY_LEN_INVALID = 100
    ERR_GEN_CSR_OR_CERT_PENDING = 101
    ERR_GEN_KEY_GEN_FAILED = 102
    ERR_INSTALL_KEY_MISSING = 200
    ERR_INSTALL_CERT_MISSING = 201
    ERR_INSTALL_CERT_FORMAT_INVALID = 202
    ERR_INSTALL_CERT_KEY_MISMATCH = 203
    ERR_GEN_KEY_TYPE_INVALID = 103
    ERR_GEN_ELLIPTIC_CURVE_INVALID = 104
    ERR_INSTALL_KEY_FORMAT_INVALID = 204
    ERR_BUSY = 1
    ERR_CSR_OR_CERT_PENDING = 101
    ERR_KEY_MISSING = 200
    ERR_CERT_MISSING = 201
    ERR_CERT_FORMAT_INVALID = 202
    ERR_CERT_KEY_MISMATCH = 203
    ERR_KEY_FORMAT_INVALID = 204
    ERR_GEN_VALIDITY_OUT_OF_RANGE = 105

    class EllipticCurve(Enumeration):
        EC_CURVE_UNKNOWN = 0
        EC_CURVE_NIST_P256 = 1
        EC_CURVE_NIST_P384 = 2
        EC_CURVE_NIST_P521 = 3

    class KeyType(Enumeration):
        KEY_TYPE_UNKNOWN = 0
        KEY_TYPE_RSA = 1
        KEY_TYPE_ECDSA = 2

    @dataclass(eq=False, repr=False)
    class CertInfo(Structure):
        subject: ServerSSLCert.CommonAttributes = field(default_factory=lambda: ServerSSLCert.CommonAttributes())
        issuer: ServerSSLCert.CommonAttributes = field(default_factory=lambda: ServerSSLCert.CommonAttributes())
        names: List[str] = field(default_factory=list)
        invalidBefore: str = ""
        invalidAfter: str = ""
        serialNumber: str = ""
        keyInfo: ServerSSLCert.KeyInfo = field(default_factory=lambda: ServerSSLCert.KeyInfo())
        _lifted = {"keyLength": "keyInfo.rsaKeyLength", "rsaKeyLength": "keyInfo.rsaKeyLength",
            "keyType": "keyInfo.type", "ellipticCurve": "keyInfo.ecCurve"}

    @dataclass(eq=False, repr=False)
    class CommonAttributes(Structure):
        country: str = ""
        stateOrProvince: str = ""
        locality: str = ""
        organization: str = ""
        organizationalUnit: str = ""
        commonName: str = ""
        emailAddress: str = ""

    @dataclass(eq=False, repr=False)
    class Info(Structure):
        havePendingReq: bool = False
        havePendingCert: bool = False
        pendingReqInfo: ServerSSLCert.ReqInfo = field(default_factory=lambda: ServerSSLCert.ReqInfo())
        pendingCertInfo: ServerSSLCert.CertInfo = field(default_factory=lambda: ServerSSLCert.CertInfo())
        pendingCertChainInfos: List[ServerSSLCert.CertInfo] = field(default_factory=list)
        activeCertInfo: ServerSSLCert.CertInfo = field(default_factory=lambda: ServerSSLCert.CertInfo())
        activeCertChainInfos: List[ServerSSLCert.CertInfo] = field(default_factory=list)
        maxSignDays: int = 0

    @dataclass(eq=False, repr=False)
    class KeyInfo(Structure):
        type: ServerSSLCert.KeyType = field(default_factory=lambda: ServerSSLCert.KeyType(0))
        ecCurve: ServerSSLCert.EllipticCurve = field(default_factory=lambda: ServerSSLCert.EllipticCurve(0))
        rsaKeyLength: int = 0
        inSecureElement: bool = False

    @dataclass(eq=False, repr=False)
    class ReqInfo(Structure):
        subject: ServerSSLCert.CommonAttributes = field(default_factory=lambda: ServerSSLCert.CommonAttributes())
        names: List[str] = field(default_factory=list)
        keyInfo: ServerSSLCert.KeyInfo = field(default_factory=lambda: ServerSSLCert.KeyInfo())
        _lifted = {"keyLength": "keyInfo.rsaKeyLength", "rsaKeyLength": "keyInfo.rsaKeyLength",
            "keyType": "keyInfo.type", "ellipticCurve": "keyInfo.ecCurve"}

    @method()
    def getSupportedKeyInfos(self) -> List[ServerSSLCert.KeyInfo]: declared()

    @method()
    def generateUnsignedKeyPair(self, reqInfo: ServerSSLCert.ReqInfo, challenge: str) -> int: declared()

    @method()
    def generateSelfSignedKeyPair(self, reqInfo: ServerSSLCert.ReqInfo, days: int) -> int: declared()

    @method()
    def deletePending(self) -> None: declared()

    @method("info")
    def getInfo(self) -> ServerSSLCert.Info: declared()

    @method()
    def getActiveCertChainPEM(self) -> str: declared()

    @method()
    def getActiveKeyPEM(self, keyPassword: str) -> str: declared()

    @method()
    def getPendingRequestPEM(self) -> str: declared()

    @method()
    def getPendingCertChainPEM(self) -> str: declared()

    @method()
    def getPendingKeyPEM(self, keyPassword: str) -> str: declared()

    @method()
    def setPendingCertChainPEM(self, certChain: str) -> int: declared()

    @method()
    def setPendingKeyAndCertChainPEM(self, key: str, certChain: str, keyPassword: str) -> int: declared()

    @method()
    def installPendingKeyPair(self) -> int: declared()

    @method()
    def generateScepKey(self, keyInfo: ServerSSLCert.KeyInfo) -> int: declared()

    @method()
    def installScepCertChain(self, certChain: str) -> int: declared()
