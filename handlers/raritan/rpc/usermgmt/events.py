"""Accounts and roles: its events."""
from __future__ import annotations

from dataclasses import field

from .. import event
from ..idl import value_object
from .role import Role
from .structures import UserInfo


@value_object
class AccountEvent(event.UserEvent):
    idlType = "usermgmt.AccountEvent:1.0.0"
    username: str = ""


@value_object
class AccountAdded(AccountEvent):
    idlType = "usermgmt.AccountAdded:1.0.0"


@value_object
class AccountChanged(AccountEvent):
    idlType = "usermgmt.AccountChanged:3.0.0"
    oldSettings: UserInfo = field(default_factory=lambda: UserInfo())
    newSettings: UserInfo = field(default_factory=lambda: UserInfo())
    _legacy = ("oldSettings", "newSettings",)


@value_object
class AccountRemoved(AccountEvent):
    idlType = "usermgmt.AccountRemoved:1.0.0"


@value_object
class AccountRenamed(AccountEvent):
    idlType = "usermgmt.AccountRenamed:1.0.0"
    newUsername: str = ""


@value_object
class PasswordChanged(AccountEvent):
    idlType = "usermgmt.PasswordChanged:1.0.0"


@value_object
class RoleEvent(event.UserEvent):
    idlType = "usermgmt.RoleEvent:1.0.0"
    rolename: str = ""


@value_object
class RoleAdded(RoleEvent):
    idlType = "usermgmt.RoleAdded:1.0.0"


@value_object
class RoleChanged(RoleEvent):
    idlType = "usermgmt.RoleChanged:1.0.0"
    oldSettings: Role.Info = field(default_factory=lambda: Role.Info())
    newSettings: Role.Info = field(default_factory=lambda: Role.Info())


@value_object
class RoleRemoved(RoleEvent):
    idlType = "usermgmt.RoleRemoved:1.0.0"
