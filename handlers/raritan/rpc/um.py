"""SNMPv3 enumerations under the names of firmware until 3.6; since then they are in `usermgmt`."""
from __future__ import annotations

from ._runtime import Interface
from .usermgmt import SnmpV3AuthProto, SnmpV3PrivProto, SnmpV3SecLevel

__all__ = ["SnmpV3"]


class SnmpV3(Interface):
    """Enumerations of firmware until 3.6."""

    idlType = "um.SnmpV3:1.0.0"

    SecurityLevel = SnmpV3SecLevel
    AuthProtocol = SnmpV3AuthProto
    PrivProtocol = SnmpV3PrivProto
