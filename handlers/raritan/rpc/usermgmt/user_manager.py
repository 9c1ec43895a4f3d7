"""The interface usermgmt.UserManager."""
from __future__ import annotations

from typing import List

from ..idl import declared, Interface, method
from .structures import Account, Preferences, UserInfo


class UserManager(Interface):
    """All accounts, at `/auth/user`."""

    idlType = "usermgmt.UserManager:2.0.0"

    ERR_USER_DOESNT_EXIST = 1
    ERR_USER_NOT_DELETABLE = 2
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

    @method()
    def getAccountNames(self) -> List[str]: declared()

    @method()
    def createAccount(self, username: str, password: str) -> int: declared()

    @method()
    def renameAccount(self, username: str, newUsername: str) -> int: declared()

    @method()
    def deleteAccount(self, username: str) -> int: declared()

    @method()
    def getAllAccounts(self) -> List[Account]: declared()

    @method()
    def createAccountFull(self, username: str, password: str, info: UserInfo) -> int: declared()

    @method()
    def getAccountsByRole(self, roleName: str) -> List[Account]: declared()

    @method()
    def getDefaultPreferences(self) -> Preferences: declared()

    @method()
    def setDefaultPreferences(self, prefs: Preferences) -> int: declared()
