"""The interface usermgmt.User."""
from __future__ import annotations

from typing import List, Tuple

from ..idl import declared, Interface, method
from .role import Role
from .structures import Preferences, UserCapabilities, UserInfo


class User(Interface):
    """An account, at `/auth/user/<name>`; the one that is logged in at `/auth/currentUser`."""

    idlType = "usermgmt.User:2.0.0"

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

    @method()
    def getInfo(self) -> UserInfo: declared()

    @method()
    def setAccountPassword(self, password: str) -> int: declared()

    @method()
    def updateAccountFull(self, password: str, info: UserInfo) -> int: declared()

    @method("info", "privileges")
    def getInfoAndPrivileges(self) -> Tuple[UserInfo, List[Role.Privilege]]: declared()

    @method()
    def setPreferences(self, prefs: Preferences) -> int: declared()

    @method()
    def getCapabilities(self) -> UserCapabilities: declared()
