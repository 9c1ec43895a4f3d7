"""Accounts and roles: what several interfaces share."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import List

from ..idl import Enumeration, Structure


class LengthEnum(Enumeration):
    METER = 0
    FEET = 1


class PressureEnum(Enumeration):
    PASCAL = 0
    PSI = 1


class SnmpV3AuthProto(Enumeration):
    MD5 = 0
    SHA1 = 1
    SHA224 = 2
    SHA256 = 3
    SHA384 = 4
    SHA512 = 5


class SnmpV3PrivProto(Enumeration):
    DES = 0
    AES128 = 1
    AES192 = 2
    AES256 = 3
    AES192_3DES = 4
    AES256_3DES = 5


class SnmpV3SecLevel(Enumeration):
    NO_AUTH_NO_PRIV = 0
    AUTH_NO_PRIV = 1
    AUTH_PRIV = 2


class TemperatureEnum(Enumeration):
    DEG_C = 0
    DEG_F = 1


@dataclass(eq=False, repr=False)
class Account(Structure):
    name: str = ""
    info: UserInfo = field(default_factory=lambda: UserInfo())


@dataclass(eq=False, repr=False)
class AuxInfo(Structure):
    fullname: str = ""
    telephone: str = ""
    eMail: str = ""


@dataclass(eq=False, repr=False)
class Preferences(Structure):
    temperatureUnit: TemperatureEnum = field(default_factory=lambda: TemperatureEnum(0))
    lengthUnit: LengthEnum = field(default_factory=lambda: LengthEnum(0))
    pressureUnit: PressureEnum = field(default_factory=lambda: PressureEnum(0))


@dataclass(eq=False, repr=False)
class SnmpV3Settings(Structure):
    enabled: bool = False
    secLevel: SnmpV3SecLevel = field(default_factory=lambda: SnmpV3SecLevel(-1))
    authProtocol: SnmpV3AuthProto = field(default_factory=lambda: SnmpV3AuthProto(-1))
    usePasswordAsAuthPassphrase: bool = False
    haveAuthPassphrase: bool = False
    authPassphrase: str = ""
    privProtocol: SnmpV3PrivProto = field(default_factory=lambda: SnmpV3PrivProto(-1))
    useAuthPassphraseAsPrivPassphrase: bool = False
    havePrivPassphrase: bool = False
    privPassphrase: str = ""


@dataclass(eq=False, repr=False)
class UserCapabilities(Structure):
    canSetPassword: bool = False
    canSetPreferences: bool = False


@dataclass(eq=False, repr=False)
class UserInfo(Structure):
    enabled: bool = False
    locked: bool = False
    blocked: bool = False
    needPasswordChange: bool = False
    auxInfo: AuxInfo = field(default_factory=lambda: AuxInfo())
    snmpV3Settings: SnmpV3Settings = field(default_factory=lambda: SnmpV3Settings())
    sshPublicKey: str = ""
    preferences: Preferences = field(default_factory=lambda: Preferences())
    roleIds: List[int] = field(default_factory=list)
