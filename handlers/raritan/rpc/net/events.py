"""Network settings and diagnosis: its events."""
from __future__ import annotations

from dataclasses import field

from ..idl import Event, value_object
from .enumerations import InterfaceOpState, InterfaceType
from .structures import CommonInfo, EthInfo, InterfaceInfo, PortForwardingAutoSetupStatus, WlanInfo


@value_object
class CommonInfoChangedEvent(Event):
    idlType = "net.CommonInfoChangedEvent:2.0.0"
    commonInfo: CommonInfo = field(default_factory=lambda: CommonInfo())


@value_object
class EthInfoChangedEvent(Event):
    idlType = "net.EthInfoChangedEvent:1.0.1"
    ifName: str = ""
    ifLabel: str = ""
    ethInfo: EthInfo = field(default_factory=lambda: EthInfo())


@value_object
class InterfaceInfoChangedEvent(Event):
    idlType = "net.InterfaceInfoChangedEvent:2.0.0"
    ifInfo: InterfaceInfo = field(default_factory=lambda: InterfaceInfo())


@value_object
class LinkStateChangedEvent(Event):
    idlType = "net.LinkStateChangedEvent:1.0.0"
    ifName: str = ""
    ifLabel: str = ""
    ifType: InterfaceType = field(default_factory=lambda: InterfaceType(0))
    ifState: InterfaceOpState = field(default_factory=lambda: InterfaceOpState(0))


@value_object
class PortForwardingAutoSetupStatusChangedEvent(Event):
    idlType = "net.PortForwardingAutoSetupStatusChangedEvent:1.0.0"
    newStatus: PortForwardingAutoSetupStatus = field(default_factory=lambda: PortForwardingAutoSetupStatus())


@value_object
class PortForwardingExpansionUnitPresenceStateChangedEvent(Event):
    idlType = "net.PortForwardingExpansionUnitPresenceStateChangedEvent:1.0.0"
    expansionUnitPresent: bool = False


@value_object
class PortForwardingSlavePresenceStateChangedEvent(Event):
    idlType = "net.PortForwardingSlavePresenceStateChangedEvent:1.0.0"
    slavePresent: bool = False


@value_object
class WlanInfoChangedEvent(Event):
    idlType = "net.WlanInfoChangedEvent:1.0.0"
    ifName: str = ""
    wlanInfo: WlanInfo = field(default_factory=lambda: WlanInfo())
