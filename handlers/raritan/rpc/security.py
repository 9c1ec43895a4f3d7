"""Passwords, lockout, access control. Source: Security.idl, ServiceAuthorization.idl."""

from __future__ import annotations

from typing import Optional, Union

from . import event
from ._runtime import ZERO, Enumeration, Interface, Structure, method


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

    def getHttpRedirSettings(self) -> bool: ...
    def setHttpRedirSettings(self, http2httpsRedir: bool) -> None: ...
    def isHstsEnabled(self) -> bool: ...
    def setHstsEnabled(self, enable: bool) -> None: ...
    def getIpFwSettings(self) -> IpFw: ...
    def setIpFwSettings(self, ipFw: IpFw) -> int: ...
    def getIpV6FwSettings(self) -> IpFw: ...
    def setIpV6FwSettings(self, ipV6Fw: IpFw) -> int: ...
    def getRoleAccessControlSettings(self) -> RoleAccessControl: ...
    def setRoleAccessControlSettings(self, settings: RoleAccessControl) -> int: ...
    def getRoleAccessControlSettingsV6(self) -> RoleAccessControl: ...
    def setRoleAccessControlSettingsV6(self, settings: RoleAccessControl) -> int: ...
    @method(older_out=("blockTimeout", "maxFailedLogins"))
    def getBlockSettings(self) -> Union[BlockSettings, tuple[int, int]]: ...
    @method(older_in=("blockTimeout", "maxFailedLogins"))
    def setBlockSettings(
        self, settings: Union[BlockSettings, int], maxFailedLogins: Optional[int] = None
    ) -> int: ...
    def getPwSettings(self) -> PasswordSettings: ...
    def setPwSettings(self, pwSettings: PasswordSettings) -> int: ...
    def getIdleTimeoutSettings(self) -> int: ...
    def setIdleTimeoutSettings(self, idleTimeout: int) -> int: ...
    def getSingleLoginLimitation(self) -> bool: ...
    def setSingleLoginLimitation(self, singleLogin: bool) -> None: ...
    def getSSHSettings(self) -> SSHSettings: ...
    def setSSHSettings(self, settings: SSHSettings) -> None: ...
    def getSSHHostKeys(self) -> list[SSHHostKey]: ...
    def getRestrictedServiceAgreement(self) -> RestrictedServiceAgreement: ...
    def setRestrictedServiceAgreement(self, settings: RestrictedServiceAgreement) -> int: ...
    def getSupportedFrontPanelPrivileges(self) -> list[str]: ...
    def getFrontPanelPrivileges(self) -> list[str]: ...
    def setFrontPanelPrivileges(self, privileges: list[str]) -> int: ...
    def setDefaultAdminAccountPassword(
        self, password: str, disableStrongPasswordReq: bool
    ) -> int: ...
    def setAdminAccountPasswordHash(self, passwordHash: str) -> int: ...
    def isSecureBootActive(self) -> bool: ...
    def getTpmInfo(self) -> TpmInfo: ...
    def getActiveFipsSettings(self) -> FipsSettings: ...
    def getPersistentFipsSettings(self) -> FipsSettings: ...
    def setPersistentFipsSettings(self, settings: FipsSettings) -> None: ...
    def getSettings(self) -> Security.Settings: ...
    def setSettings(self, settings: Security.Settings) -> int: ...


class ServiceAuthorization(Interface, version="1.0.0"):
    """Passwords of services, at `/security/serviceauthorization` (up to firmware 3.6)."""

    ERR_PASSWORD_INVALID = 1

    def setPassword(self, service: str, password: str) -> int: ...
