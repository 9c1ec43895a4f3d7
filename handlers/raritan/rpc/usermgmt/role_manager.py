"""The interface usermgmt.RoleManager."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import List

from ..idl import declared, Interface, method, Structure
from .role import Role


class RoleManager(Interface):
    """All roles and privileges, at `/auth/role`."""

    idlType = "usermgmt.RoleManager:1.0.0"

    ERR_ROLE_ALREADY_EXISTS = 1
    ERR_MAX_ROLES_REACHED = 2
    ERR_INVALID_VALUE = 3
    ERR_ROLE_DOESNT_EXIST = 1
    ERR_ROLE_NOT_DELETABLE = 2

    @dataclass(eq=False, repr=False)
    class ArgumentDesc(Structure):
        name: str = ""
        desc: str = ""

    @dataclass(eq=False, repr=False)
    class Info(Structure):
        privileges: List[RoleManager.PrivilegeDesc] = field(default_factory=list)
        roles: List[RoleManager.RoleAccount] = field(default_factory=list)

    @dataclass(eq=False, repr=False)
    class PrivilegeDesc(Structure):
        name: str = ""
        desc: str = ""
        args: List[RoleManager.ArgumentDesc] = field(default_factory=list)

    @dataclass(eq=False, repr=False)
    class RoleAccount(Structure):
        id: int = 0
        name: str = ""
        info: Role.Info = field(default_factory=lambda: Role.Info())

    @method()
    def createRoleFull(self, name: str, info: Role.Info) -> int: declared()

    @method()
    def deleteRole(self, name: str) -> int: declared()

    @method()
    def getAllRoleNames(self) -> List[str]: declared()

    @method()
    def getAllRoles(self) -> List[RoleManager.RoleAccount]: declared()

    @method()
    def getAllPrivileges(self) -> List[RoleManager.PrivilegeDesc]: declared()

    @method()
    def getInfo(self) -> RoleManager.Info: declared()
