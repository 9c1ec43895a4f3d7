"""The IDL of cert."""

from __future__ import annotations

from .._runtime.classes import declare
from . import idl as idl

_IDL = """
// The device's TLS key and certificate. Source: Scep.idl, ServerSSLCert.idl.

interface Scep 1.0.0 {
  constant NO_ERROR, ERR_INVALID_PARAMS;
  enumeration EnrollmentRunStatus { NOT_RUN, STARTED, PENDING, SUCCESS, FAILED }
  structure EnrollmentData { string challenge; ServerSSLCert.ReqInfo certInfo; }
  structure EnrollmentRunInfo {
    EnrollmentRunStatus status; time startedAt, endedAt; string failureReason;
  }
  structure ScepSettings {
    string caCertFingerprint, url;
    int renewDaysBeforeExpiry, pendingWaitTimeSeconds, pendingRetries;
    boolean skipVerificationOfIssuedCertChain;
  }
  structure ScepStatus {
    boolean enabled; time lastSuccessfulEnrollment; EnrollmentRunInfo lastEnrollmentRunInfo;
  }
  valueobject ScepStatusChangedEvent extends idl.Event { ScepStatus newStatus; }
  int enableScep(EnrollmentData initialEnrollmentData, ScepSettings scepSettings);
  void discardScep();
  EnrollmentData getInitialEnrollmentData();
  ScepSettings getSettings();
  ScepStatus getStatus();
  int setSettings(ScepSettings scepSettings);
  vector<ServerSSLCert.KeyInfo> getSupportedKeyInfos();
}
// Key and certificate of the device's own web service, at `/server_ssl_cert`.
//
// `generateScepKey`, `installScepCertChain` and the methods with PEM in their names are not
// available over JSON-RPC (ServerSSLCert.idl 4.0.1).
interface ServerSSLCert 4.0.1 {
  constant SUCCESS, ERR_GEN_KEY_LEN_INVALID = 100, ERR_GEN_CSR_OR_CERT_PENDING,
      ERR_GEN_KEY_GEN_FAILED, ERR_INSTALL_KEY_MISSING = 200, ERR_INSTALL_CERT_MISSING,
      ERR_INSTALL_CERT_FORMAT_INVALID, ERR_INSTALL_CERT_KEY_MISMATCH,
      ERR_GEN_KEY_TYPE_INVALID = 103, ERR_GEN_ELLIPTIC_CURVE_INVALID,
      ERR_INSTALL_KEY_FORMAT_INVALID = 204, ERR_BUSY = 1, ERR_CSR_OR_CERT_PENDING = 101,
      ERR_KEY_MISSING = 200, ERR_CERT_MISSING, ERR_CERT_FORMAT_INVALID, ERR_CERT_KEY_MISMATCH,
      ERR_KEY_FORMAT_INVALID, ERR_GEN_VALIDITY_OUT_OF_RANGE = 105;
  enumeration EllipticCurve { EC_CURVE_UNKNOWN, EC_CURVE_NIST_P256, EC_CURVE_NIST_P384,
      EC_CURVE_NIST_P521 }
  enumeration KeyType { KEY_TYPE_UNKNOWN, KEY_TYPE_RSA, KEY_TYPE_ECDSA }
  structure CertInfo {
    CommonAttributes subject, issuer; vector<string> names;
    string invalidBefore, invalidAfter, serialNumber; KeyInfo keyInfo;
    moved keyLength = keyInfo.rsaKeyLength; moved rsaKeyLength = keyInfo.rsaKeyLength;
    moved keyType = keyInfo.type; moved ellipticCurve = keyInfo.ecCurve;
  }
  structure CommonAttributes {
    string country, stateOrProvince, locality, organization, organizationalUnit, commonName,
        emailAddress;
  }
  structure Info {
    boolean havePendingReq, havePendingCert; ReqInfo pendingReqInfo; CertInfo pendingCertInfo;
    vector<CertInfo> pendingCertChainInfos; CertInfo activeCertInfo;
    vector<CertInfo> activeCertChainInfos; int maxSignDays;
  }
  structure KeyInfo {
    KeyType type; EllipticCurve ecCurve; int rsaKeyLength; boolean inSecureElement;
  }
  structure ReqInfo {
    CommonAttributes subject; vector<string> names; KeyInfo keyInfo;
    moved keyLength = keyInfo.rsaKeyLength; moved rsaKeyLength = keyInfo.rsaKeyLength;
    moved keyType = keyInfo.type; moved ellipticCurve = keyInfo.ecCurve;
  }
  vector<KeyInfo> getSupportedKeyInfos();
  int generateUnsignedKeyPair(ReqInfo reqInfo, string challenge);
  int generateSelfSignedKeyPair(ReqInfo reqInfo, int days);
  void deletePending();
  void getInfo(out Info info);
  string getActiveCertChainPEM();
  string getActiveKeyPEM(string keyPassword);
  string getPendingRequestPEM();
  string getPendingCertChainPEM();
  string getPendingKeyPEM(string keyPassword);
  int setPendingCertChainPEM(string certChain);
  int setPendingKeyAndCertChainPEM(string key, string certChain, string keyPassword);
  int installPendingKeyPair();
  int generateScepKey(KeyInfo keyInfo);
  int installScepCertChain(string certChain);
}
"""

__all__ = declare(globals(), _IDL)
