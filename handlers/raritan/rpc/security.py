"""Passwords, lockout, access control."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import List, Optional, Tuple, Union

from . import event
from .idl import declared, Enumeration, Interface, method, Structure, value_object

__all__ = ["BlockSettings", "FipsSettings", "FrontPanelPrivilegesChanged", "IpFw", "IpfwPolicy", "IpfwRule",
    "PasswordSettings", "PasswordSettingsChanged", "RestrictedServiceAgreement", "RoleAccessControl",
    "RoleAccessPolicy", "RoleAccessRule", "SSHHostKey", "SSHHostKeyType", "SSHKeyFingerprint", "SSHKeyFingerprintType",
    "SSHSettings", "Security", "ServiceAuthorization", "TpmInfo"]


class IpfwPolicy(Enumeration):
    ACCEPT = 0
    DROP = 1
    REJECT = 2


class RoleAccessPolicy(Enumeration):
    ALLOW = 0
    DENY = 1


class SSHHostKeyType(Enumeration):
    SSH_HOST_KEY_TYPE_RSA = 0
    SSH_HOST_KEY_TYPE_ECDSA = 1
    SSH_HOST_KEY_TYPE_ED25519 = 2


class SSHKeyFingerprintType(Enumeration):
    SSH_KEY_FPRINT_TYPE_MD5_HEX = 0
    SSH_KEY_FPRINT_TYPE_SHA256_BASE64 = 1
    SSH_KEY_FPRINT_TYPE_UNKNOWN = 2


@dataclass(eq=False, repr=False)
class BlockSettings(Structure):
    maxFailedLogins: int = 0
    blockTimeout: int = 0
    failedLoginTimeout: int = 0


@dataclass(eq=False, repr=False)
class FipsSettings(Structure):
    enabled: bool = False


@dataclass(eq=False, repr=False)
class IpFw(Structure):
    enabled: bool = False
    defaultPolicyIn: IpfwPolicy = field(default_factory=lambda: IpfwPolicy(0))
    defaultPolicyOut: IpfwPolicy = field(default_factory=lambda: IpfwPolicy(0))
    ruleSetIn: List[IpfwRule] = field(default_factory=list)
    ruleSetOut: List[IpfwRule] = field(default_factory=list)


@dataclass(eq=False, repr=False)
class IpfwRule(Structure):
    ipMask: str = ""
    policy: IpfwPolicy = field(default_factory=lambda: IpfwPolicy(0))


@dataclass(eq=False, repr=False)
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


@dataclass(eq=False, repr=False)
class RestrictedServiceAgreement(Structure):
    enabled: bool = False
    banner: str = ""


@dataclass(eq=False, repr=False)
class RoleAccessControl(Structure):
    enabled: bool = False
    defaultPolicy: RoleAccessPolicy = field(default_factory=lambda: RoleAccessPolicy(0))
    rules: List[RoleAccessRule] = field(default_factory=list)


@dataclass(eq=False, repr=False)
class RoleAccessRule(Structure):
    startIp: str = ""
    endIp: str = ""
    roleId: int = 0
    policy: RoleAccessPolicy = field(default_factory=lambda: RoleAccessPolicy(0))


@dataclass(eq=False, repr=False)
class SSHHostKey(Structure):
    key: str = ""
    type: SSHHostKeyType = field(default_factory=lambda: SSHHostKeyType(0))
    fingerprints: List[SSHKeyFingerprint] = field(default_factory=list)


@dataclass(eq=False, repr=False)
class SSHKeyFingerprint(Structure):
    fingerprint: str = ""
    type: SSHKeyFingerprintType = field(default_factory=lambda: SSHKeyFingerprintType(0))


@dataclass(eq=False, repr=False)
class SSHSettings(Structure):
    allowPasswordAuth: bool = False
    allowPublicKeyAuth: bool = False


@dataclass(eq=False, repr=False)
class TpmInfo(Structure):
    detected: bool = False


@value_object
class FrontPanelPrivilegesChanged(event.UserEvent):
    idlType = "security.FrontPanelPrivilegesChanged:1.0.0"
    oldPrivileges: List[str] = field(default_factory=list)
    newPrivileges: List[str] = field(default_factory=list)


@value_object
class PasswordSettingsChanged(event.UserEvent):
    idlType = "security.PasswordSettingsChanged:1.0.0"
    oldSettings: PasswordSettings = field(default_factory=lambda: PasswordSettings())
    newSettings: PasswordSettings = field(default_factory=lambda: PasswordSettings())


class Security(Interface):
    """Password rules, lockout, access control and banners, at `/security`."""

    idlType = "security.Security:5.0.1"

    ERR_INVALID_VALUE = 1

    @dataclass(eq=False, repr=False)
    class Settings(Structure):
        http2httpsRedir: bool = False
        userBlockTimeout: int = 0
        userMaxFailedLogins: int = 0
        ipFw: IpFw = field(default_factory=lambda: IpFw())
        ipV6Fw: IpFw = field(default_factory=lambda: IpFw())
        roleAccessControl: RoleAccessControl = field(default_factory=lambda: RoleAccessControl())
        roleAccessControlV6: RoleAccessControl = field(default_factory=lambda: RoleAccessControl())
        pwSettings: PasswordSettings = field(default_factory=lambda: PasswordSettings())
        idleTimeout: int = 0
        singleLogin: bool = False
        sshSettings: SSHSettings = field(default_factory=lambda: SSHSettings())

    @method()
    def getHttpRedirSettings(self) -> bool: declared()

    @method()
    def setHttpRedirSettings(self, http2httpsRedir: bool) -> None: declared()

    @method()
    def isHstsEnabled(self) -> bool: declared()

    @method()
    def setHstsEnabled(self, enable: bool) -> None: declared()

    @method()
    def getIpFwSettings(self) -> IpFw: declared()

    @method()
    def setIpFwSettings(self, ipFw: IpFw) -> int: declared()

    @method()
    def getIpV6FwSettings(self) -> IpFw: declared()

    @method()
    def setIpV6FwSettings(self, ipV6Fw: IpFw) -> int: declared()

    @method()
    def getRoleAccessControlSettings(self) -> RoleAccessControl: declared()

    @method()
    def setRoleAccessControlSettings(self, settings: RoleAccessControl) -> int: declared()

    @method()
    def getRoleAccessControlSettingsV6(self) -> RoleAccessControl: declared()

    @method()
    def setRoleAccessControlSettingsV6(self, settings: RoleAccessControl) -> int: declared()

    @method(older_out=("blockTimeout", "maxFailedLogins"))
    def getBlockSettings(self) -> Union[BlockSettings, Tuple[int, int]]: declared()

    @method(older_in=("blockTimeout", "maxFailedLogins"))
    def setBlockSettings(self, settings: Union[BlockSettings, int],
                         maxFailedLogins: Optional[int] = None) -> int: declared()

    @method()
    def getPwSettings(self) -> PasswordSettings: declared()

    @method()
    def setPwSettings(self, pwSettings: PasswordSettings) -> int: declared()

    @method()
    def getIdleTimeoutSettings(self) -> int: declared()

    @method()
    def setIdleTimeoutSettings(self, idleTimeout: int) -> int: declared()

    @method()
    def getSingleLoginLimitation(self) -> bool: declared()

    @method()
    def setSingleLoginLimitation(self, singleLogin: bool) -> None: declared()

    @method()
    def getSSHSettings(self) -> SSHSettings: declared()

    @method()
    def setSSHSettings(self, settings: SSHSettings) -> None: declared()

    @method()
    def getSSHHostKeys(self) -> List[SSHHostKey]: declared()

    @method()
    def getRestrictedServiceAgreement(self) -> RestrictedServiceAgreement: declared()

    @method()
    def setRestrictedServiceAgreement(self, settings: RestrictedServiceAgreement) -> int: declared()

    @method()
    def getSupportedFrontPanelPrivileges(self) -> List[str]: declared()

    @method()
    def getFrontPanelPrivileges(self) -> List[str]: declared()

    @method()
    def setFrontPanelPrivileges(self, privileges: List[str]) -> int: declared()

    @method()
    def setDefaultAdminAccountPassword(self, password: str, disableStrongPasswordReq: bool) -> int: declared()

    @method()
    def setAdminAccountPasswordHash(self, passwordHash: str) -> int: declared()

    @method()
    def isSecureBootActive(self) -> bool: declared()

    @method()
    def getTpmInfo(self) -> TpmInfo: declared()

    @method()
    def getActiveFipsSettings(self) -> FipsSettings: declared()

    @method()
    def getPersistentFipsSettings(self) -> FipsSettings: declared()

    @method()
    def setPersistentFipsSettings(self, settings: FipsSettings) -> None: declared()

    @method()
    def getSettings(self) -> Security.Settings: declared()

    @method()
    def setSettings(self, settings: Security.Settings) -> int: declared()


class ServiceAuthorization(Interface):
    """Passwords of services, at `/security/serviceauthorization` (until firmware 3.6)."""

    idlType = "security.ServiceAuthorization:1.0.0"

    ERR_PASSWORD_INVALID = 1

    @method()
    def setPassword(self, service: str, password: str) -> int: declared()
