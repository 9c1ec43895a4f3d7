"""Several units behind one: linking and cascading."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Dict, List, Tuple

from . import event
from .idl import declared, Enumeration, Event, Interface, method, Structure, value_object

__all__ = ["CascadeManager", "Cascading"]


class CascadeManager(Interface):
    """Linking: units whose data the primary unit gathers, at `/cascade` (firmware 3.6 and later)."""

    idlType = "cascading.CascadeManager:3.0.0"

    NO_ERROR = 0
    ERR_INVALID_PARAM = 1
    ERR_UNSUPPORTED_ON_MASTER = 2
    ERR_UNSUPPORTED_ON_LINK_UNIT = 3
    ERR_LINK_ID_IN_USE = 4
    ERR_HOST_IN_USE = 5
    ERR_LINK_UNIT_UNREACHABLE = 6
    ERR_LINK_UNIT_ACCESS_DENIED = 7
    ERR_LINK_UNIT_REFUSED = 8
    ERR_UNIT_BUSY = 9
    ERR_NOT_SUPPORTED = 10
    ERR_PASSWORD_CHANGE_REQUIRED = 11
    ERR_PASSWORD_POLICY = 12
    ERR_LINK_UNIT_COMM_FAILED = 13
    ERR_LINK_UNIT_NOT_SUPPORTED = 14
    ERR_FIRMWARE_VERSION_MISMATCH = 15
    ERR_UNSUPPORTED_ON_PRIMARY_UNIT = 2

    class LinkUnitStatus(Enumeration):
        UNKNOWN = 0
        OK = 1
        UNREACHABLE = 2
        ACCESS_DENIED = 3
        FIRMWARE_UPDATE = 4
        FIRMWARE_MISMATCH = 5
        PENDING = 6
        WAITING = 7
        PAIRING_TIMEOUT = 8
        PAIRING = 9

    class LinkUnitType(Enumeration):
        NETWORK = 0
        SECURE_SERIAL = 1
        ZIGBEE = 2

    class Role(Enumeration):
        STANDALONE = 0
        PRIMARY_UNIT = 1
        LINK_UNIT = 2
        MASTER = 1

    @dataclass(eq=False, repr=False)
    class LinkPortStatus(Structure):
        isSupported: bool = False
        isLinkDetected: bool = False
        isLinkingConfirmationNeeded: bool = False
        connectedNeighborAddr: str = ""

    @dataclass(eq=False, repr=False)
    class LinkUnit(Structure):
        type: CascadeManager.LinkUnitType = field(default_factory=lambda: CascadeManager.LinkUnitType(0))
        host: str = ""
        status: CascadeManager.LinkUnitStatus = field(default_factory=lambda: CascadeManager.LinkUnitStatus(0))
        fwVersion: str = ""

    @dataclass(eq=False, repr=False)
    class PrimaryUnitSettings(Structure):
        caCertChain: str = ""
        allowOffTimeRangeCerts: bool = False

    @dataclass(eq=False, repr=False)
    class Status(Structure):
        role: CascadeManager.Role = field(default_factory=lambda: CascadeManager.Role(0))
        primaryUnit: str = ""
        primaryLinkId: int = 0
        linkUnits: Dict[int, CascadeManager.LinkUnit] = field(default_factory=dict)
        _aliases = {"primaryUnit": ("master",)}

    @value_object
    class LinkPortStatusChangedEvent(Event):
        idlType = "cascading.CascadeManager_3_0_0.LinkPortStatusChangedEvent:1.0.0"
        oldStatus: CascadeManager.LinkPortStatus = field(default_factory=lambda: CascadeManager.LinkPortStatus())
        newStatus: CascadeManager.LinkPortStatus = field(default_factory=lambda: CascadeManager.LinkPortStatus())

    @value_object
    class LinkUnitAddedEvent(event.UserEvent):
        idlType = "cascading.CascadeManager_3_0_0.LinkUnitAddedEvent:1.0.0"
        linkId: int = 0
        type: CascadeManager.LinkUnitType = field(default_factory=lambda: CascadeManager.LinkUnitType(0))
        host: str = ""

    @value_object
    class LinkUnitReleasedEvent(event.UserEvent):
        idlType = "cascading.CascadeManager_3_0_0.LinkUnitReleasedEvent:1.0.0"
        linkId: int = 0
        type: CascadeManager.LinkUnitType = field(default_factory=lambda: CascadeManager.LinkUnitType(0))
        host: str = ""

    @value_object
    class LinkUnitStatusChangedEvent(Event):
        idlType = "cascading.CascadeManager_3_0_0.LinkUnitStatusChangedEvent:1.0.0"
        linkId: int = 0
        type: CascadeManager.LinkUnitType = field(default_factory=lambda: CascadeManager.LinkUnitType(0))
        host: str = ""
        oldStatus: CascadeManager.LinkUnitStatus = field(default_factory=lambda: CascadeManager.LinkUnitStatus(0))
        newStatus: CascadeManager.LinkUnitStatus = field(default_factory=lambda: CascadeManager.LinkUnitStatus(0))

    @value_object
    class RoleChangedEvent(Event):
        idlType = "cascading.CascadeManager_3_0_0.RoleChangedEvent:1.0.0"
        oldRole: CascadeManager.Role = field(default_factory=lambda: CascadeManager.Role(0))
        newRole: CascadeManager.Role = field(default_factory=lambda: CascadeManager.Role(0))
        primaryUnit: str = ""
        _aliases = {"primaryUnit": ("master",)}

    @method()
    def getPrimaryUnitSettings(self) -> CascadeManager.PrimaryUnitSettings: declared()

    @method()
    def setPrimaryUnitSettings(self, primaryUnitSettings: CascadeManager.PrimaryUnitSettings) -> int: declared()

    @method()
    def getStatus(self) -> CascadeManager.Status: declared()

    @method()
    def getLinkPortStatus(self) -> CascadeManager.LinkPortStatus: declared()

    @method()
    def addLinkUnit(self, linkId: int, host: str, login: str, password: str, newPassword: str) -> int: declared()

    @method()
    def addLinkUnit2(self, linkId: int, host: str, login: str, password: str, newPassword: str,
                     disableStrongPasswordReq: bool) -> int: declared()

    @method()
    def releaseLinkUnit(self, linkId: int) -> int: declared()

    @method()
    def requestLink(self, token: str) -> int: declared()

    @method()
    def finalizeLink(self, token: str) -> None: declared()

    @method()
    def unlink(self) -> None: declared()

    @method()
    def getSupportedRoles(self) -> List[CascadeManager.Role]: declared()

    @method()
    def getSupportedLinkUnitTypes(self) -> List[CascadeManager.LinkUnitType]: declared()

    @method()
    def addCascadeLinkUnit(self, linkId: int, nodeIndex: int, login: str, password: str,
                           positionDependent: bool) -> int: declared()

    @method()
    def addLinkPortLinkUnit(self) -> int: declared()

    @method()
    def addSecureSerialLinkUnit(self, linkId: int, installKey: str) -> int: declared()

    @method()
    def addZigbeeLinkUnit(self, linkId: int, address: str, installKey: str) -> int: declared()


class Cascading(Interface):
    """USB cascading of firmware 3.3, at `/cascading`."""

    idlType = "cascading.Cascading:1.0.1"

    ERR_NOT_AVAILABLE = 1
    ERR_NOT_SUPPORTED_ON_SLAVE = 2

    class Type(Enumeration):
        USB_MULTI_IP = 0
        USB_SINGLE_IP_NAT = 1

    @dataclass(eq=False, repr=False)
    class ProtocolMapping(Structure):
        appProtoId: int = 0
        appProtoName: str = ""
        transportProtoName: str = ""

    @method()
    def setType(self, type: Cascading.Type) -> int: declared()

    @method("_ret_", "type")
    def getType(self) -> Tuple[int, Cascading.Type]: declared()

    @method("idx")
    def getIndex(self) -> int: declared()

    @method("masterIpAddress")
    def getMasterIpAddress(self) -> str: declared()

    @method("masterIpV6Address")
    def getMasterIpV6Address(self) -> str: declared()

    @method("mappings")
    def getProtocolMappings(self) -> List[Cascading.ProtocolMapping]: declared()
