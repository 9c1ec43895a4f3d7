"""The interface cert.Scep."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import List

from ..idl import declared, Enumeration, EPOCH, Event, Interface, method, Structure, Time, value_object
from .server_ssl_cert import ServerSSLCert


class Scep(Interface):
    """Certificates by SCEP."""

    idlType = "cert.Scep:1.0.0"

    NO_ERROR = 0
    ERR_INVALID_PARAMS = 1

    class EnrollmentRunStatus(Enumeration):
        NOT_RUN = 0
        STARTED = 1
        PENDING = 2
        SUCCESS = 3
        FAILED = 4

    @dataclass(eq=False, repr=False)
    class EnrollmentData(Structure):
        challenge: str = ""
        certInfo: ServerSSLCert.ReqInfo = field(default_factory=lambda: ServerSSLCert.ReqInfo())

    @dataclass(eq=False, repr=False)
    class EnrollmentRunInfo(Structure):
        status: Scep.EnrollmentRunStatus = field(default_factory=lambda: Scep.EnrollmentRunStatus(0))
        startedAt: Time = EPOCH
        endedAt: Time = EPOCH
        failureReason: str = ""

    @dataclass(eq=False, repr=False)
    class ScepSettings(Structure):
        caCertFingerprint: str = ""
        url: str = ""
        renewDaysBeforeExpiry: int = 0
        pendingWaitTimeSeconds: int = 0
        pendingRetries: int = 0
        skipVerificationOfIssuedCertChain: bool = False

    @dataclass(eq=False, repr=False)
    class ScepStatus(Structure):
        enabled: bool = False
        lastSuccessfulEnrollment: Time = EPOCH
        lastEnrollmentRunInfo: Scep.EnrollmentRunInfo = field(default_factory=lambda: Scep.EnrollmentRunInfo())

    @value_object
    class ScepStatusChangedEvent(Event):
        idlType = "cert.Scep.ScepStatusChangedEvent:1.0.0"
        newStatus: Scep.ScepStatus = field(default_factory=lambda: Scep.ScepStatus())

    @method()
    def enableScep(self, initialEnrollmentData: Scep.EnrollmentData, scepSettings: Scep.ScepSettings) -> int: declared()

    @method()
    def discardScep(self) -> None: declared()

    @method()
    def getInitialEnrollmentData(self) -> Scep.EnrollmentData: declared()

    @method()
    def getSettings(self) -> Scep.ScepSettings: declared()

    @method()
    def getStatus(self) -> Scep.ScepStatus: declared()

    @method()
    def setSettings(self, scepSettings: Scep.ScepSettings) -> int: declared()

    @method()
    def getSupportedKeyInfos(self) -> List[ServerSSLCert.KeyInfo]: declared()
