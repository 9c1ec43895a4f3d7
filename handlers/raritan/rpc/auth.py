"""Authentication of logins.

Source: AuthManager.idl, LdapManager.idl, RadiusManager.idl, TacPlusManager.idl,
LdapServerSettings.idl.
"""

from __future__ import annotations

from ._runtime import ZERO, Enumeration, Interface, Structure, method


class Type(Enumeration):
    LOCAL, RADIUS, KERBEROS, TACACS_PLUS, LDAP = range(5)


class Policy(Structure):
    type: Type = ZERO
    useLocalIfRemoteFailed: bool = False


class AuthManager(Interface, version="1.0.0"):
    """Selects the authentication service, at `/auth`."""

    ERR_UNSUPPORTED_TYPE = 1

    def getPolicy(self) -> Policy: ...
    def setPolicy(self, p: Policy) -> int: ...


class LdapManager(Interface, version="5.0.0"):
    """LDAP servers that check logins, at `/auth/ldap`."""

    ERR_CYCLIC_DEP, ERR_INVALID_CFG = range(1, 3)
    ERR_SERVER_UNSPECIFIED = 1
    ERR_SERVER_UNREACHABLE = 3
    ERR_AUTHENTICATION_FAILED = 4
    ERR_NO_ROLES = 5
    ERR_NO_KNOWN_ROLES = 6

    class SecurityProtocol(Enumeration):
        SEC_PROTO_NONE, SEC_PROTO_SSL, SEC_PROTO_STARTTLS = range(3)

    class ServerType(Enumeration):
        ACTIVE_DIRECTORY, OPEN_LDAP = range(2)

    class ServerSettings(Structure):
        server: str = ""
        type: LdapManager.ServerType = ZERO
        secProto: LdapManager.SecurityProtocol = ZERO
        port: int = 0
        sslPort: int = 0
        forceTrustedCert: bool = False
        allowOffTimeRangeCerts: bool = False
        certificate: str = ""
        adsDomain: str = ""
        useAnonymousBind: bool = False
        bindDN: str = ""
        bindPwd: str = ""
        searchBaseDN: str = ""
        loginNameAttr: str = ""
        userEntryObjClass: str = ""
        userSearchFilter: str = ""
        groupInfoInUserEntry: bool = False
        supportNestedGroups: bool = False
        groupMemberAttr: str = ""
        groupEntryObjClass: str = ""
        groupSearchFilter: str = ""
        id: str = ""
        adoptSettingsId: str = ""
        _legacy = (
            "id",
            "adoptSettingsId",
        )

    def getLdapServers(self) -> list[LdapManager.ServerSettings]: ...
    def setLdapServers(self, serverList: list[LdapManager.ServerSettings]) -> int: ...
    @method("_ret_", "diagMsg")
    def testLdapServer(
        self, username: str, password: str, settings: LdapManager.ServerSettings
    ) -> tuple[int, str]: ...


class RadiusManager(Interface, version="4.0.0"):
    """RADIUS servers that check logins, at `/auth/radius`."""

    ERR_INVALID_CFG = 1
    ERR_SERVER_UNSPECIFIED = 2
    ERR_INVALID_SHARED_SECRET = 3
    ERR_SERVER_UNREACHABLE = 4
    ERR_AUTHENTICATION_FAILED = 5
    ERR_NO_ROLES = 6
    ERR_NO_KNOWN_ROLES = 7
    ERR_MSG_AUTH_ATTR_MISSING = 8

    class AuthType(Enumeration):
        PAP, CHAP, MSCHAPv2 = range(3)

    class ServerSettings(Structure):
        id: str = ""
        server: str = ""
        sharedSecret: str = ""
        udpAuthPort: int = 0
        udpAccountPort: int = 0
        timeout: int = 0
        retries: int = 0
        authType: RadiusManager.AuthType = ZERO
        disableAccounting: bool = False
        messageAuthenticatorOptional: bool = False

    def getRadiusServers(self) -> list[RadiusManager.ServerSettings]: ...
    def setRadiusServers(self, serverList: list[RadiusManager.ServerSettings]) -> int: ...
    def testRadiusServer(
        self, username: str, password: str, settings: RadiusManager.ServerSettings
    ) -> int: ...


class TacPlusManager(Interface, version="1.0.1"):
    ERR_INVALID_CFG = 1
    ERR_SERVER_UNSPECIFIED = 2
    ERR_INVALID_SHARED_SECRET = 3
    ERR_SERVER_UNREACHABLE = 4
    ERR_AUTHENTICATION_FAILED = 5
    ERR_NO_ROLES = 6
    ERR_NO_KNOWN_ROLES = 7

    class AuthenType(Enumeration):
        ASCII, PAP, CHAP, MSCHAP = range(4)

    class ServerSettings(Structure):
        server: str = ""
        port: int = 0
        timeoutSeconds: int = 0
        retries: int = 0
        sharedSecret: str = ""
        authenType: TacPlusManager.AuthenType = ZERO
        disableAccounting: bool = False

    def getTacPlusServers(self) -> list[TacPlusManager.ServerSettings]: ...
    def setTacPlusServers(self, serverList: list[TacPlusManager.ServerSettings]) -> int: ...
    def testTacPlusServer(
        self, username: str, password: str, settings: TacPlusManager.ServerSettings
    ) -> int: ...


class ldapsrv:
    """The names that the LDAP types had up to firmware 4.0.0.

    Newer firmware has these types in `LdapManager`.
    """

    ServerSettings = LdapManager.ServerSettings
    SecurityProtocol = LdapManager.SecurityProtocol
    ServerType = LdapManager.ServerType
