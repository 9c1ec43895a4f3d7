"""SNMPv3 names of firmware until 3.6; what they name lives in `usermgmt` since then."""
from __future__ import annotations

from ._runtime import Interface
from .usermgmt import SnmpV3AuthProto, SnmpV3PrivProto, SnmpV3SecLevel

__all__ = ["SnmpV3"]


class SnmpV3(Interface):
    """The old place of three enumerations."""

    idlType = "um.SnmpV3:1.0.0"

    SecurityLevel = SnmpV3SecLevel
    AuthProtocol = SnmpV3AuthProto
    PrivProtocol = SnmpV3PrivProto
