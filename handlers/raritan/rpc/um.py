"""The SNMPv3 enumerations of `usermgmt` under the names that they had up to firmware 3.6.

Source: SnmpV3.idl.
"""

from __future__ import annotations

from ._runtime import Interface
from .usermgmt import SnmpV3AuthProto, SnmpV3PrivProto, SnmpV3SecLevel


class SnmpV3(Interface, version="1.0.0"):
    SecurityLevel = SnmpV3SecLevel
    AuthProtocol = SnmpV3AuthProto
    PrivProtocol = SnmpV3PrivProto
