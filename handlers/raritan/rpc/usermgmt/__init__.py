"""Accounts and roles."""
from __future__ import annotations

from .events import (
    AccountAdded, AccountChanged, AccountEvent, AccountRemoved, AccountRenamed, PasswordChanged, RoleAdded,
    RoleChanged, RoleEvent, RoleRemoved,
)
from .role import Role
from .role_manager import RoleManager
from .structures import (
    Account, AuxInfo, LengthEnum, Preferences, PressureEnum, SnmpV3AuthProto, SnmpV3PrivProto, SnmpV3SecLevel,
    SnmpV3Settings, TemperatureEnum, UserCapabilities, UserInfo,
)
from .user import User
from .user_manager import UserManager

__all__ = [
    "Account", "AccountAdded", "AccountChanged", "AccountEvent", "AccountRemoved", "AccountRenamed", "AuxInfo",
    "LengthEnum", "PasswordChanged", "Preferences", "PressureEnum", "Role", "RoleAdded", "RoleChanged", "RoleEvent",
    "RoleManager", "RoleRemoved", "SnmpV3AuthProto", "SnmpV3PrivProto", "SnmpV3SecLevel", "SnmpV3Settings",
    "TemperatureEnum", "User", "UserCapabilities", "UserInfo", "UserManager",
]
