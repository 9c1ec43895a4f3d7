"""The device's TLS key and certificate. Source: Scep.idl, ServerSSLCert.idl."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Optional

from . import idl
from ._runtime import ZERO, Enumeration, Interface, Structure, Time, method, scripts

if TYPE_CHECKING:
    from ._runtime.agent import Agent

# Fields of older firmware, which are in `keyInfo` now.
_IN_KEY_INFO = {
    "keyLength": ("keyInfo", "rsaKeyLength"),
    "rsaKeyLength": ("keyInfo", "rsaKeyLength"),
    "keyType": ("keyInfo", "type"),
    "ellipticCurve": ("keyInfo", "ecCurve"),
}


class Scep(Interface, version="1.0.0"):
    NO_ERROR, ERR_INVALID_PARAMS = range(2)

    class EnrollmentRunStatus(Enumeration):
        NOT_RUN, STARTED, PENDING, SUCCESS, FAILED = range(5)

    class EnrollmentData(Structure):
        challenge: str = ""
        certInfo: ServerSSLCert.ReqInfo = ZERO

    class EnrollmentRunInfo(Structure):
        status: Scep.EnrollmentRunStatus = ZERO
        startedAt: Time = ZERO
        endedAt: Time = ZERO
        failureReason: str = ""

    class ScepSettings(Structure):
        caCertFingerprint: str = ""
        url: str = ""
        renewDaysBeforeExpiry: int = 0
        pendingWaitTimeSeconds: int = 0
        pendingRetries: int = 0
        skipVerificationOfIssuedCertChain: bool = False

    class ScepStatus(Structure):
        enabled: bool = False
        lastSuccessfulEnrollment: Time = ZERO
        lastEnrollmentRunInfo: Scep.EnrollmentRunInfo = ZERO

    class ScepStatusChangedEvent(idl.Event):
        newStatus: Scep.ScepStatus = ZERO

    def enableScep(
        self, initialEnrollmentData: Scep.EnrollmentData, scepSettings: Scep.ScepSettings
    ) -> int: ...
    def discardScep(self) -> None: ...
    def getInitialEnrollmentData(self) -> Scep.EnrollmentData: ...
    def getSettings(self) -> Scep.ScepSettings: ...
    def getStatus(self) -> Scep.ScepStatus: ...
    def setSettings(self, scepSettings: Scep.ScepSettings) -> int: ...
    def getSupportedKeyInfos(self) -> list[ServerSSLCert.KeyInfo]: ...


class ServerSSLCert(Interface, version="4.0.1"):
    """Key and certificate of the device's own web service, at `/server_ssl_cert`.

    `generateScepKey`, `installScepCertChain` and the methods with PEM in their names are not
    available over JSON-RPC (ServerSSLCert.idl 4.0.1).
    """

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
        EC_CURVE_UNKNOWN, EC_CURVE_NIST_P256, EC_CURVE_NIST_P384, EC_CURVE_NIST_P521 = range(4)

    class KeyType(Enumeration):
        KEY_TYPE_UNKNOWN, KEY_TYPE_RSA, KEY_TYPE_ECDSA = range(3)

    class CertInfo(Structure):
        subject: ServerSSLCert.CommonAttributes = ZERO
        issuer: ServerSSLCert.CommonAttributes = ZERO
        names: list[str] = ZERO
        invalidBefore: str = ""
        invalidAfter: str = ""
        serialNumber: str = ""
        keyInfo: ServerSSLCert.KeyInfo = ZERO
        _moved_fields = _IN_KEY_INFO

    class CommonAttributes(Structure):
        country: str = ""
        stateOrProvince: str = ""
        locality: str = ""
        organization: str = ""
        organizationalUnit: str = ""
        commonName: str = ""
        emailAddress: str = ""

    class Info(Structure):
        havePendingReq: bool = False
        havePendingCert: bool = False
        pendingReqInfo: ServerSSLCert.ReqInfo = ZERO
        pendingCertInfo: ServerSSLCert.CertInfo = ZERO
        pendingCertChainInfos: list[ServerSSLCert.CertInfo] = ZERO
        activeCertInfo: ServerSSLCert.CertInfo = ZERO
        activeCertChainInfos: list[ServerSSLCert.CertInfo] = ZERO
        maxSignDays: int = 0

    class KeyInfo(Structure):
        type: ServerSSLCert.KeyType = ZERO
        ecCurve: ServerSSLCert.EllipticCurve = ZERO
        rsaKeyLength: int = 0
        inSecureElement: bool = False

    class ReqInfo(Structure):
        subject: ServerSSLCert.CommonAttributes = ZERO
        names: list[str] = ZERO
        keyInfo: ServerSSLCert.KeyInfo = ZERO
        _moved_fields = _IN_KEY_INFO

    def getSupportedKeyInfos(self) -> list[ServerSSLCert.KeyInfo]: ...
    def generateUnsignedKeyPair(self, reqInfo: ServerSSLCert.ReqInfo, challenge: str) -> int: ...
    def generateSelfSignedKeyPair(self, reqInfo: ServerSSLCert.ReqInfo, days: int) -> int: ...
    def deletePending(self) -> None: ...
    @method("info")
    def getInfo(self) -> ServerSSLCert.Info: ...
    def getActiveCertChainPEM(self) -> str: ...
    def getActiveKeyPEM(self, keyPassword: str) -> str: ...
    def getPendingRequestPEM(self) -> str: ...
    def getPendingCertChainPEM(self) -> str: ...
    def getPendingKeyPEM(self, keyPassword: str) -> str: ...
    def setPendingCertChainPEM(self, certChain: str) -> int: ...
    def setPendingKeyAndCertChainPEM(self, key: str, certChain: str, keyPassword: str) -> int: ...
    def installPendingKeyPair(self) -> int: ...
    def generateScepKey(self, keyInfo: ServerSSLCert.KeyInfo) -> int: ...
    def installScepCertChain(self, certChain: str) -> int: ...


TAGS = ("active_cert", "active_key", "new_cert", "new_key", "new_req")


class UploadCode(scripts.ResultCode):
    """Result of the certificate script."""

    SUCCESS = 0
    INTERNAL_ERROR = 1
    ALREADY_PENDING = 2  # a certificate or a signing request
    KEY_INVALID = 3
    CERTIFICATE_INVALID = 4
    KEY_DOES_NOT_MATCH_CERTIFICATE = 5


def upload(
    agent: Agent, certData: scripts.Data, keyData: Optional[scripts.Data] = None
) -> UploadCode:
    """Send a PEM certificate, and its key unless the device has generated that key: one round trip.

    The certificate is pending until `installPendingKeyPair`;
    `ServerSSLCert.getInfo().pendingCertInfo` shows it. Raises ValueError for an empty key,
    JsonRpcSyntaxException for an answer without a result code.
    """
    # > POST /cgi-bin/server_ssl_cert_upload.cgi, multipart: cert_file, key_file
    # < return_code=0
    files = [{"data": certData, "filename": "certificate.pem", "formname": "cert_file"}]
    if isinstance(keyData, (bytes, str)) and not keyData:
        raise ValueError("keyData is empty; give None if the device has generated the key")
    if keyData is not None:
        files.append({"data": keyData, "filename": "key.pem", "formname": "key_file"})
    where = "/cgi-bin/server_ssl_cert_upload.cgi"
    response = agent.form_data_file(where, files)
    match = re.search(r"return_code=(\d+)", response["body"])
    digits = match.group(1) if match else ""
    return scripts.code(UploadCode, digits, agent, where)


def download(agent: Agent, tag: str = "active_cert") -> bytes:
    """A certificate, key or signing request as PEM: one round trip.

    Raises ValueError for a tag that is not in TAGS.
    """
    if tag not in TAGS:
        raise ValueError(f"tag is {tag!r}; allowed: {', '.join(TAGS)}")
    target = scripts.target("server_ssl_cert_download.cgi", {"tag": tag})
    return scripts.download(agent, target)
