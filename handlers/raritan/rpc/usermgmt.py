"""Accounts and roles. Source: User.idl, UserManager.idl, Role.idl, RoleManager.idl."""

from __future__ import annotations

from . import event
from ._runtime import ZERO, Enumeration, Interface, Structure, method


class LengthEnum(Enumeration):
    METER, FEET = range(2)


class PressureEnum(Enumeration):
    PASCAL, PSI = range(2)


class SnmpV3AuthProto(Enumeration):
    MD5, SHA1, SHA224, SHA256, SHA384, SHA512 = range(6)


class SnmpV3PrivProto(Enumeration):
    DES, AES128, AES192, AES256, AES192_3DES, AES256_3DES = range(6)


class SnmpV3SecLevel(Enumeration):
    NO_AUTH_NO_PRIV, AUTH_NO_PRIV, AUTH_PRIV = range(3)


class TemperatureEnum(Enumeration):
    DEG_C, DEG_F = range(2)


class Account(Structure):
    name: str = ""
    info: UserInfo = ZERO


class AuxInfo(Structure):
    fullname: str = ""
    telephone: str = ""
    eMail: str = ""


class Preferences(Structure):
    temperatureUnit: TemperatureEnum = ZERO
    lengthUnit: LengthEnum = ZERO
    pressureUnit: PressureEnum = ZERO


class SnmpV3Settings(Structure):
    enabled: bool = False
    secLevel: SnmpV3SecLevel = ZERO
    authProtocol: SnmpV3AuthProto = ZERO
    usePasswordAsAuthPassphrase: bool = False
    haveAuthPassphrase: bool = False
    authPassphrase: str = ""
    privProtocol: SnmpV3PrivProto = ZERO
    useAuthPassphraseAsPrivPassphrase: bool = False
    havePrivPassphrase: bool = False
    privPassphrase: str = ""


class UserCapabilities(Structure):
    canSetPassword: bool = False
    canSetPreferences: bool = False


class UserInfo(Structure):
    enabled: bool = False
    locked: bool = False
    blocked: bool = False
    needPasswordChange: bool = False
    auxInfo: AuxInfo = ZERO
    snmpV3Settings: SnmpV3Settings = ZERO
    sshPublicKey: str = ""
    preferences: Preferences = ZERO
    roleIds: list[int] = ZERO


class Role(Interface, version="1.0.0"):
    """A role and its privileges, at `/auth/role/<name>`."""

    ERR_INVALID_VALUE = 1

    class Info(Structure):
        description: str = ""
        locked: bool = False
        privileges: list[Role.Privilege] = ZERO

    class Privilege(Structure):
        name: str = ""
        args: list[str] = ZERO

    def getInfo(self) -> Role.Info: ...
    def updateFull(self, info: Role.Info) -> int: ...


class RoleManager(Interface, version="1.0.0"):
    """All roles and privileges, at `/auth/role`."""

    ERR_ROLE_ALREADY_EXISTS, ERR_MAX_ROLES_REACHED, ERR_INVALID_VALUE = range(1, 4)
    ERR_ROLE_DOESNT_EXIST, ERR_ROLE_NOT_DELETABLE = range(1, 3)

    class ArgumentDesc(Structure):
        name: str = ""
        desc: str = ""

    class Info(Structure):
        privileges: list[RoleManager.PrivilegeDesc] = ZERO
        roles: list[RoleManager.RoleAccount] = ZERO

    class PrivilegeDesc(Structure):
        name: str = ""
        desc: str = ""
        args: list[RoleManager.ArgumentDesc] = ZERO

    class RoleAccount(Structure):
        id: int = 0
        name: str = ""
        info: Role.Info = ZERO

    def createRoleFull(self, name: str, info: Role.Info) -> int: ...
    def deleteRole(self, name: str) -> int: ...
    def getAllRoleNames(self) -> list[str]: ...
    def getAllRoles(self) -> list[RoleManager.RoleAccount]: ...
    def getAllPrivileges(self) -> list[RoleManager.PrivilegeDesc]: ...
    def getInfo(self) -> RoleManager.Info: ...


class User(Interface, version="2.0.0"):
    """An account, at `/auth/user/<name>`. `/auth/currentUser` is the account that is logged in."""

    ERR_PASSWORD_UNCHANGED = 1
    ERR_PASSWORD_EMPTY = 2
    ERR_PASSWORD_TOO_SHORT = 3
    ERR_PASSWORD_TOO_LONG = 4
    ERR_PASSWORD_CTRL_CHARS = 5
    ERR_PASSWORD_NEED_LOWER = 6
    ERR_PASSWORD_NEED_UPPER = 7
    ERR_PASSWORD_NEED_NUMERIC = 8
    ERR_PASSWORD_NEED_SPECIAL = 9
    ERR_PASSWORD_IN_HISTORY = 10
    ERR_PASSWORD_TOO_SHORT_FOR_SNMP = 11
    ERR_INVALID_ARGUMENT = 12
    ERR_WRONG_PASSWORD = 13
    ERR_SSH_PUBKEY_DATA_TOO_LARGE = 14
    ERR_SSH_PUBKEY_INVALID = 15
    ERR_SSH_PUBKEY_NOT_SUPPORTED = 16
    ERR_SSH_RSA_PUBKEY_TOO_SHORT = 17

    def getInfo(self) -> UserInfo: ...
    def setAccountPassword(self, password: str) -> int: ...
    def updateAccountFull(self, password: str, info: UserInfo) -> int: ...
    @method("info", "privileges")
    def getInfoAndPrivileges(self) -> tuple[UserInfo, list[Role.Privilege]]: ...
    def setPreferences(self, prefs: Preferences) -> int: ...
    def getCapabilities(self) -> UserCapabilities: ...


class UserManager(Interface, version="2.0.0"):
    """All accounts, at `/auth/user`."""

    ERR_USER_DOESNT_EXIST, ERR_USER_NOT_DELETABLE = range(1, 3)
    ERR_USER_ALREADY_EXISTS = 1
    ERR_MAX_USERS_REACHED = 2
    ERR_PASSWORD_TOO_SHORT_FOR_SNMP = 3
    ERR_INVALID_VALUE = 4
    ERR_PASSWORD_EMPTY = 5
    ERR_PASSWORD_TOO_SHORT = 6
    ERR_PASSWORD_TOO_LONG = 7
    ERR_PASSWORD_CTRL_CHARS = 8
    ERR_PASSWORD_NEED_LOWER = 9
    ERR_PASSWORD_NEED_UPPER = 10
    ERR_PASSWORD_NEED_NUMERIC = 11
    ERR_PASSWORD_NEED_SPECIAL = 12
    ERR_SSH_PUBKEY_DATA_TOO_LARGE = 14
    ERR_SSH_PUBKEY_INVALID = 15
    ERR_SSH_PUBKEY_NOT_SUPPORTED = 16
    ERR_SSH_RSA_PUBKEY_TOO_SHORT = 17
    ERR_USERNAME_INVALID = 18
    ERR_NEW_USER_ALREADY_EXISTS = 19

    def getAccountNames(self) -> list[str]: ...
    def createAccount(self, username: str, password: str) -> int: ...
    def renameAccount(self, username: str, newUsername: str) -> int: ...
    def deleteAccount(self, username: str) -> int: ...
    def getAllAccounts(self) -> list[Account]: ...
    def createAccountFull(self, username: str, password: str, info: UserInfo) -> int: ...
    def getAccountsByRole(self, roleName: str) -> list[Account]: ...
    def getDefaultPreferences(self) -> Preferences: ...
    def setDefaultPreferences(self, prefs: Preferences) -> int: ...


class AccountEvent(event.UserEvent, version="1.0.0"):
    username: str = ""


class AccountAdded(AccountEvent, version="1.0.0"):
    pass


class AccountChanged(AccountEvent, version="3.0.0"):
    oldSettings: UserInfo = ZERO
    newSettings: UserInfo = ZERO
    _legacy = (
        "oldSettings",
        "newSettings",
    )


class AccountRemoved(AccountEvent, version="1.0.0"):
    pass


class AccountRenamed(AccountEvent, version="1.0.0"):
    newUsername: str = ""


class PasswordChanged(AccountEvent, version="1.0.0"):
    pass


class RoleEvent(event.UserEvent, version="1.0.0"):
    rolename: str = ""


class RoleAdded(RoleEvent, version="1.0.0"):
    pass


class RoleChanged(RoleEvent, version="1.0.0"):
    oldSettings: Role.Info = ZERO
    newSettings: Role.Info = ZERO


class RoleRemoved(RoleEvent, version="1.0.0"):
    pass
