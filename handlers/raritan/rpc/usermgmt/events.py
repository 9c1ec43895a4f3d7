"""Accounts and roles: its events."""
from __future__ import annotations

from dataclasses import dataclass, field

from .. import event
from .role import Role
from .structures import UserInfo


@dataclass(eq=False, repr=False)
class AccountEvent(event.UserEvent):
    idlType = "usermgmt.AccountEvent:1.0.0"
    username: str = ""


@dataclass(eq=False, repr=False)
class AccountAdded(AccountEvent):
    idlType = "usermgmt.AccountAdded:1.0.0"


@dataclass(eq=False, repr=False)
class AccountChanged(AccountEvent):
    idlType = "usermgmt.AccountChanged:3.0.0"
    oldSettings: UserInfo = field(default_factory=lambda: UserInfo())
    newSettings: UserInfo = field(default_factory=lambda: UserInfo())
    _legacy = ("oldSettings", "newSettings",)


@dataclass(eq=False, repr=False)
class AccountRemoved(AccountEvent):
    idlType = "usermgmt.AccountRemoved:1.0.0"


@dataclass(eq=False, repr=False)
class AccountRenamed(AccountEvent):
    idlType = "usermgmt.AccountRenamed:1.0.0"
    newUsername: str = ""


@dataclass(eq=False, repr=False)
class PasswordChanged(AccountEvent):
    idlType = "usermgmt.PasswordChanged:1.0.0"


@dataclass(eq=False, repr=False)
class RoleEvent(event.UserEvent):
    idlType = "usermgmt.RoleEvent:1.0.0"
    rolename: str = ""


@dataclass(eq=False, repr=False)
class RoleAdded(RoleEvent):
    idlType = "usermgmt.RoleAdded:1.0.0"


@dataclass(eq=False, repr=False)
class RoleChanged(RoleEvent):
    idlType = "usermgmt.RoleChanged:1.0.0"
    oldSettings: Role.Info = field(default_factory=lambda: Role.Info())
    newSettings: Role.Info = field(default_factory=lambda: Role.Info())


@dataclass(eq=False, repr=False)
class RoleRemoved(RoleEvent):
    idlType = "usermgmt.RoleRemoved:1.0.0"
