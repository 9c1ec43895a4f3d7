"""Sessions, accounts, roles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional

from ..access import LOGOUT, SESSION_TIMEOUT, Account, Session
from ..objects import Served, Unit

if TYPE_CHECKING:
    from ..device import XerusPdu

_EXCLUSIVE = 1
ADMIN_ROLE, OPERATOR_ROLE, VIEWER_ROLE = 1, 2, 3
_MAY_WRITE = {ADMIN_ROLE, OPERATOR_ROLE}
_SHORTEST_PASSWORD = 4
_USER_EXISTS, _NO_SUCH_USER, _VALUE_INVALID, _PASSWORD_EMPTY, _PASSWORD_SHORT, _NOT_DELETABLE = (
    1,
    1,
    4,
    5,
    6,
    2,
)
_OWN_UNCHANGED, _OWN_EMPTY, _OWN_SHORT = 1, 2, 3
Json = dict[str, Any]


class SessionManager(Served):
    def __init__(self, unit: Unit, device: XerusPdu) -> None:
        super().__init__(unit, "session.SessionManager", "session", ["/session"])
        self._device = device
        self._access = device.access

    def newSession(self) -> Json:
        session = self._access.open(self._device.caller)
        if session is None:
            return {"_ret_": _EXCLUSIVE, "session": None, "token": ""}
        return {"_ret_": 0, "session": self._shown(session), "token": session.token}

    def getCurrentSession(self) -> Optional[Json]:
        session = self._current()
        return self._shown(session) if session else None

    def getSessions(self) -> list[Json]:
        return [self._shown(session) for session in self._access.sessions.values()]

    def closeSession(self, sessionId: int, reason: int) -> None:
        for session in list(self._access.sessions.values()):
            if session.number == sessionId:
                self._access.close(session)

    def closeCurrentSession(self, reason: int = LOGOUT) -> None:
        session = self._current()
        if session:
            self._access.close(session)

    def touchCurrentSession(self, userActivity: bool) -> None:
        """Does nothing: the request itself has refreshed the session."""

    def getSessionHistory(self) -> list[Json]:
        return [
            {
                "creationTime": session.created,
                "remoteIp": session.address,
                "clientType": session.client,
            }
            for session in self._access.history
        ]

    def _current(self) -> Optional[Session]:
        return self._access.sessions.get(self._device.caller.token or "")

    def _shown(self, session: Session) -> Json:
        idle = int(self.unit.clockwork.now() - session.used)
        return {
            "sessionId": session.number,
            "username": session.user,
            "remoteIp": session.address,
            "clientType": session.client,
            "creationTime": session.created,
            "timeout": SESSION_TIMEOUT,
            "idle": idle,
            "userIdle": idle,
        }


class AuthManager(Served):
    """/auth. Only the unit's own accounts are supported."""

    _LOCAL, _UNSUPPORTED = 0, 1

    def __init__(self, unit: Unit) -> None:
        super().__init__(unit, "auth.AuthManager", "auth", ["/auth"])
        self._policy: Json = {"type": self._LOCAL, "useLocalIfRemoteFailed": True}

    def getPolicy(self) -> Json:
        return self._policy


class RoleManager(Served):
    PRIVILEGES = ("adminPrivilege", "changePassword", "switchOutlet", "viewSettings")

    def __init__(self, unit: Unit) -> None:
        super().__init__(unit, "usermgmt.RoleManager", "role", ["/auth/role"])
        everything = [{"name": name, "args": []} for name in self.PRIVILEGES]
        self.roles: dict[int, Json] = {
            ADMIN_ROLE: _role("Admin", "all rights", everything),
            OPERATOR_ROLE: _role("Operator", "switches", everything[1:]),
            VIEWER_ROLE: _role("Viewer", "reads", everything[3:]),
        }

    def getAllRoleNames(self) -> list[str]:
        return [role["name"] for role in self.roles.values()]

    def getAllRoles(self) -> list[Json]:
        return [{"id": number, **role} for number, role in self.roles.items()]

    def getAllPrivileges(self) -> list[Json]:
        return [{"name": name, "desc": name, "args": []} for name in self.PRIVILEGES]

    def getInfo(self) -> Json:
        return {"privileges": self.getAllPrivileges(), "roles": self.getAllRoles()}


def _role(name: str, description: str, privileges: list[Json]) -> Json:
    return {
        "name": name,
        "info": {"description": description, "locked": True, "privileges": privileges},
    }


class UserManager(Served):
    def __init__(self, unit: Unit, device: XerusPdu, roles: RoleManager) -> None:
        super().__init__(unit, "usermgmt.UserManager", "user", ["/auth/user"])
        self._device = device
        self._accounts = device.access.accounts
        self._roles = roles
        self._preferences: Json = {}
        for name, account in self._accounts.items():
            role = ADMIN_ROLE if account.may_write else VIEWER_ROLE
            account.info = {"enabled": True, "roleIds": [role]}
            User(unit, device, roles, name)

    def getAccountNames(self) -> list[str]:
        return sorted(self._accounts)

    def createAccount(self, username: str, password: str) -> int:
        return self.createAccountFull(
            username, password, {"enabled": True, "roleIds": [VIEWER_ROLE]}
        )

    def createAccountFull(self, username: str, password: str, info: Json) -> int:
        if not username:
            return _VALUE_INVALID
        if username in self._accounts:
            return _USER_EXISTS
        if len(password) < _SHORTEST_PASSWORD:
            return _PASSWORD_SHORT if password else _PASSWORD_EMPTY
        self._accounts[username] = Account(password, bool(_MAY_WRITE & set(info["roleIds"])), info)
        User(self.unit, self._device, self._roles, username)
        return 0

    def deleteAccount(self, username: str) -> int:
        if username not in self._accounts:
            return _NO_SUCH_USER
        if username == self._device.user:
            return _NOT_DELETABLE
        self._remove(username)
        return 0

    def _remove(self, username: str) -> Account:
        served = self.unit.find(f"/auth/user/{username}")
        if served:
            self.unit.remove(served)
        return self._accounts.pop(username)

    def getAllAccounts(self) -> list[Json]:
        return [
            {"name": name, "info": account.info} for name, account in sorted(self._accounts.items())
        ]

    def getDefaultPreferences(self) -> Json:
        return self._preferences


class User(Served):
    """/auth/user/<name>; without a name /auth/currentUser, the caller's own account."""

    def __init__(
        self, unit: Unit, device: XerusPdu, roles: RoleManager, name: Optional[str]
    ) -> None:
        path = f"/auth/user/{name}" if name else "/auth/currentUser"
        super().__init__(unit, "usermgmt.User", f"user.{name}" if name else "currentUser", [path])
        self._device, self._roles, self._name = device, roles, name

    def _account(self) -> Account:
        return self._device.access.accounts[self._name or self._device.caller.user]

    def getInfo(self) -> Json:
        return self._account().info

    def getInfoAndPrivileges(self) -> Json:
        info = self.getInfo()
        roles = [
            self._roles.roles[number]["info"]
            for number in info["roleIds"]
            if number in self._roles.roles
        ]
        names = {privilege["name"]: privilege for role in roles for privilege in role["privileges"]}
        return {"info": info, "privileges": list(names.values())}

    def setAccountPassword(self, password: str) -> int:
        account = self._account()
        if len(password) < _SHORTEST_PASSWORD:
            return _OWN_SHORT if password else _OWN_EMPTY
        if password == account.password:
            return _OWN_UNCHANGED
        account.password = password
        return 0

    def updateAccountFull(self, password: str, info: Json) -> int:
        """Changes the account; an empty password keeps the old one."""
        code = self.setAccountPassword(password) if password else 0
        if not code:
            account = self._account()
            account.info, account.may_write = info, bool(_MAY_WRITE & set(info["roleIds"]))
        return code

    def getCapabilities(self) -> Json:
        return {"canSetPassword": True, "canSetPreferences": True}
