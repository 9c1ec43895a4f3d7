"""Passwords, lockout, access control. Source: Security.idl, ServiceAuthorization.idl."""

from __future__ import annotations

from typing import Optional, Union

from . import event
from ._runtime import ZERO, Enumeration, Interface, Structure, declared, method


class IpfwPolicy(Enumeration):
    ACCEPT, DROP, REJECT = range(3)


class RoleAccessPolicy(Enumeration):
    ALLOW, DENY = range(2)


class SSHHostKeyType(Enumeration):
    SSH_HOST_KEY_TYPE_RSA, SSH_HOST_KEY_TYPE_ECDSA, SSH_HOST_KEY_TYPE_ED25519 = range(3)


class SSHKeyFingerprintType(Enumeration):
    SSH_KEY_FPRINT_TYPE_MD5_HEX, SSH_KEY_FPRINT_TYPE_SHA256_BASE64, SSH_KEY_FPRINT_TYPE_UNKNOWN = (
        range(3)
    )


class BlockSettings(Structure):
    maxFailedLogins: int = 0
    blockTimeout: int = 0
    failedLoginTimeout: int = 0


class FipsSettings(Structure):
    enabled: bool = False


class IpFw(Structure):
    enabled: bool = False
    defaultPolicyIn: IpfwPolicy = ZERO
    defaultPolicyOut: IpfwPolicy = ZERO
    ruleSetIn: list[IpfwRule] = ZERO
    ruleSetOut: list[IpfwRule] = ZERO


class IpfwRule(Structure):
    ipMask: str = ""
    policy: IpfwPolicy = ZERO


class PasswordSettings(Structure):
    enableAging: bool = False
    agingInterval: int = 0
    enableStrongReq: bool = False
    minPwLength: int = 0
    maxPwLength: int = 0
    enforceLower: bool = False
    enforceUpper: bool = False
    enforceNumeric: bool = False
    enforceSpecial: bool = False
    pwHistoryDepth: int = 0


class RestrictedServiceAgreement(Structure):
    enabled: bool = False
    banner: str = ""


class RoleAccessControl(Structure):
    enabled: bool = False
    defaultPolicy: RoleAccessPolicy = ZERO
    rules: list[RoleAccessRule] = ZERO


class RoleAccessRule(Structure):
    startIp: str = ""
    endIp: str = ""
    roleId: int = 0
    policy: RoleAccessPolicy = ZERO


class SSHHostKey(Structure):
    key: str = ""
    type: SSHHostKeyType = ZERO
    fingerprints: list[SSHKeyFingerprint] = ZERO


class SSHKeyFingerprint(Structure):
    fingerprint: str = ""
    type: SSHKeyFingerprintType = ZERO


class SSHSettings(Structure):
    allowPasswordAuth: bool = False
    allowPublicKeyAuth: bool = False


class TpmInfo(Structure):
    detected: bool = False


class FrontPanelPrivilegesChanged(event.UserEvent, version="1.0.0"):
    oldPrivileges: list[str] = ZERO
    newPrivileges: list[str] = ZERO


class PasswordSettingsChanged(event.UserEvent, version="1.0.0"):
    oldSettings: PasswordSettings = ZERO
    newSettings: PasswordSettings = ZERO


class Security(Interface, version="5.0.1"):
    """Password rules, lockout, access control and banners, at `/security`."""

    ERR_INVALID_VALUE = 1

    class Settings(Structure):
        http2httpsRedir: bool = False
        userBlockTimeout: int = 0
        userMaxFailedLogins: int = 0
        ipFw: IpFw = ZERO
        ipV6Fw: IpFw = ZERO
        roleAccessControl: RoleAccessControl = ZERO
        roleAccessControlV6: RoleAccessControl = ZERO
        pwSettings: PasswordSettings = ZERO
        idleTimeout: int = 0
        singleLogin: bool = False
        sshSettings: SSHSettings = ZERO

    def getHttpRedirSettings(self) -> bool:
        declared()

    def setHttpRedirSettings(self, http2httpsRedir: bool) -> None:
        declared()

    def isHstsEnabled(self) -> bool:
        declared()

    def setHstsEnabled(self, enable: bool) -> None:
        declared()

    def getIpFwSettings(self) -> IpFw:
        declared()

    def setIpFwSettings(self, ipFw: IpFw) -> int:
        declared()

    def getIpV6FwSettings(self) -> IpFw:
        declared()

    def setIpV6FwSettings(self, ipV6Fw: IpFw) -> int:
        declared()

    def getRoleAccessControlSettings(self) -> RoleAccessControl:
        declared()

    def setRoleAccessControlSettings(self, settings: RoleAccessControl) -> int:
        declared()

    def getRoleAccessControlSettingsV6(self) -> RoleAccessControl:
        declared()

    def setRoleAccessControlSettingsV6(self, settings: RoleAccessControl) -> int:
        declared()

    @method(older_out=("blockTimeout", "maxFailedLogins"))
    def getBlockSettings(self) -> Union[BlockSettings, tuple[int, int]]:
        declared()

    @method(older_in=("blockTimeout", "maxFailedLogins"))
    def setBlockSettings(
        self, settings: Union[BlockSettings, int], maxFailedLogins: Optional[int] = None
    ) -> int:
        declared()

    def getPwSettings(self) -> PasswordSettings:
        declared()

    def setPwSettings(self, pwSettings: PasswordSettings) -> int:
        declared()

    def getIdleTimeoutSettings(self) -> int:
        declared()

    def setIdleTimeoutSettings(self, idleTimeout: int) -> int:
        declared()

    def getSingleLoginLimitation(self) -> bool:
        declared()

    def setSingleLoginLimitation(self, singleLogin: bool) -> None:
        declared()

    def getSSHSettings(self) -> SSHSettings:
        declared()

    def setSSHSettings(self, settings: SSHSettings) -> None:
        declared()

    def getSSHHostKeys(self) -> list[SSHHostKey]:
        declared()

    def getRestrictedServiceAgreement(self) -> RestrictedServiceAgreement:
        declared()

    def setRestrictedServiceAgreement(self, settings: RestrictedServiceAgreement) -> int:
        declared()

    def getSupportedFrontPanelPrivileges(self) -> list[str]:
        declared()

    def getFrontPanelPrivileges(self) -> list[str]:
        declared()

    def setFrontPanelPrivileges(self, privileges: list[str]) -> int:
        declared()

    def setDefaultAdminAccountPassword(self, password: str, disableStrongPasswordReq: bool) -> int:
        declared()

    def setAdminAccountPasswordHash(self, passwordHash: str) -> int:
        declared()

    def isSecureBootActive(self) -> bool:
        declared()

    def getTpmInfo(self) -> TpmInfo:
        declared()

    def getActiveFipsSettings(self) -> FipsSettings:
        declared()

    def getPersistentFipsSettings(self) -> FipsSettings:
        declared()

    def setPersistentFipsSettings(self, settings: FipsSettings) -> None:
        declared()

    def getSettings(self) -> Security.Settings:
        declared()

    def setSettings(self, settings: Security.Settings) -> int:
        declared()


class ServiceAuthorization(Interface, version="1.0.0"):
    """Passwords of services, at `/security/serviceauthorization` (up to firmware 3.6)."""

    ERR_PASSWORD_INVALID = 1

    def setPassword(self, service: str, password: str) -> int:
        declared()
