"""SNMPv3 enumerations under their names until firmware 3.6. Since then they are in `usermgmt`."""
from __future__ import annotations

from ._runtime import Interface
from .usermgmt import SnmpV3AuthProto, SnmpV3PrivProto, SnmpV3SecLevel


class SnmpV3(Interface, version="1.0.0"):
    SecurityLevel = SnmpV3SecLevel
    AuthProtocol = SnmpV3AuthProto
    PrivProtocol = SnmpV3PrivProto
