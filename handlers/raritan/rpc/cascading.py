"""Linking and cascading of units. Source: CascadeManager.idl, Cascading.idl."""

from __future__ import annotations

from . import event, idl
from ._runtime import ZERO, Enumeration, Interface, Structure, decodes_unlisted_as, method


class CascadeManager(Interface, version="3.0.0"):
    """Links units to a primary unit, which then answers for them too.

    At `/cascade`, in firmware 3.6 and later.
    """

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

    @decodes_unlisted_as("UNKNOWN")
    class LinkUnitStatus(Enumeration):
        (
            UNKNOWN,
            OK,
            UNREACHABLE,
            ACCESS_DENIED,
            FIRMWARE_UPDATE,
            FIRMWARE_MISMATCH,
            PENDING,
            WAITING,
            PAIRING_TIMEOUT,
            PAIRING,
        ) = range(10)

    class LinkUnitType(Enumeration):
        NETWORK, SECURE_SERIAL, ZIGBEE = range(3)

    class Role(Enumeration):
        STANDALONE, PRIMARY_UNIT, LINK_UNIT = range(3)
        MASTER = 1

    class LinkPortStatus(Structure):
        isSupported: bool = False
        isLinkDetected: bool = False
        isLinkingConfirmationNeeded: bool = False
        connectedNeighborAddr: str = ""

    class LinkUnit(Structure):
        type: CascadeManager.LinkUnitType = ZERO
        host: str = ""
        status: CascadeManager.LinkUnitStatus = ZERO
        fwVersion: str = ""

    class PrimaryUnitSettings(Structure):
        caCertChain: str = ""
        allowOffTimeRangeCerts: bool = False

    class Status(Structure):
        role: CascadeManager.Role = ZERO
        primaryUnit: str = ""
        primaryLinkId: int = 0
        linkUnits: dict[int, CascadeManager.LinkUnit] = ZERO
        _aliases = {"primaryUnit": ("master",)}

    class LinkPortStatusChangedEvent(idl.Event):
        oldStatus: CascadeManager.LinkPortStatus = ZERO
        newStatus: CascadeManager.LinkPortStatus = ZERO

    class LinkUnitAddedEvent(event.UserEvent):
        linkId: int = 0
        type: CascadeManager.LinkUnitType = ZERO
        host: str = ""

    class LinkUnitReleasedEvent(event.UserEvent):
        linkId: int = 0
        type: CascadeManager.LinkUnitType = ZERO
        host: str = ""

    class LinkUnitStatusChangedEvent(idl.Event):
        linkId: int = 0
        type: CascadeManager.LinkUnitType = ZERO
        host: str = ""
        oldStatus: CascadeManager.LinkUnitStatus = ZERO
        newStatus: CascadeManager.LinkUnitStatus = ZERO

    class RoleChangedEvent(idl.Event):
        oldRole: CascadeManager.Role = ZERO
        newRole: CascadeManager.Role = ZERO
        primaryUnit: str = ""
        _aliases = {"primaryUnit": ("master",)}

    def getPrimaryUnitSettings(self) -> CascadeManager.PrimaryUnitSettings: ...
    def setPrimaryUnitSettings(
        self, primaryUnitSettings: CascadeManager.PrimaryUnitSettings
    ) -> int: ...
    def getStatus(self) -> CascadeManager.Status: ...
    def getLinkPortStatus(self) -> CascadeManager.LinkPortStatus: ...
    def addLinkUnit(
        self, linkId: int, host: str, login: str, password: str, newPassword: str
    ) -> int: ...
    def addLinkUnit2(
        self,
        linkId: int,
        host: str,
        login: str,
        password: str,
        newPassword: str,
        disableStrongPasswordReq: bool,
    ) -> int: ...
    def releaseLinkUnit(self, linkId: int) -> int: ...
    def requestLink(self, token: str) -> int: ...
    def finalizeLink(self, token: str) -> None: ...
    def unlink(self) -> None: ...
    def getSupportedRoles(self) -> list[CascadeManager.Role]: ...
    def getSupportedLinkUnitTypes(self) -> list[CascadeManager.LinkUnitType]: ...
    def addCascadeLinkUnit(
        self, linkId: int, nodeIndex: int, login: str, password: str, positionDependent: bool
    ) -> int: ...
    def addLinkPortLinkUnit(self) -> int: ...
    def addSecureSerialLinkUnit(self, linkId: int, installKey: str) -> int: ...
    def addZigbeeLinkUnit(self, linkId: int, address: str, installKey: str) -> int: ...


class Cascading(Interface, version="1.0.1"):
    """USB cascading of firmware 3.3, at `/cascading`."""

    ERR_NOT_AVAILABLE, ERR_NOT_SUPPORTED_ON_SLAVE = range(1, 3)

    class Type(Enumeration):
        USB_MULTI_IP, USB_SINGLE_IP_NAT = range(2)

    class ProtocolMapping(Structure):
        appProtoId: int = 0
        appProtoName: str = ""
        transportProtoName: str = ""

    def setType(self, type: Cascading.Type) -> int: ...
    @method("_ret_", "type")
    def getType(self) -> tuple[int, Cascading.Type]: ...
    @method("idx")
    def getIndex(self) -> int: ...
    @method("masterIpAddress")
    def getMasterIpAddress(self) -> str: ...
    @method("masterIpV6Address")
    def getMasterIpV6Address(self) -> str: ...
    @method("mappings")
    def getProtocolMappings(self) -> list[Cascading.ProtocolMapping]: ...
