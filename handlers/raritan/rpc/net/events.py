"""Network settings and diagnosis: events. Source: Net.idl, PortForwardingAutoSetup.idl."""
from __future__ import annotations

from typing import TYPE_CHECKING

from .._runtime import ZERO
from ..idl import Event

if TYPE_CHECKING:
    from .enumerations import InterfaceOpState, InterfaceType
    from .structures import CommonInfo, EthInfo, InterfaceInfo, PortForwardingAutoSetupStatus, WlanInfo


class CommonInfoChangedEvent(Event):
    idlType = "net.CommonInfoChangedEvent:2.0.0"
    commonInfo: CommonInfo = ZERO


class EthInfoChangedEvent(Event):
    idlType = "net.EthInfoChangedEvent:1.0.1"
    ifName: str = ""
    ifLabel: str = ""
    ethInfo: EthInfo = ZERO


class InterfaceInfoChangedEvent(Event):
    idlType = "net.InterfaceInfoChangedEvent:2.0.0"
    ifInfo: InterfaceInfo = ZERO


class LinkStateChangedEvent(Event):
    idlType = "net.LinkStateChangedEvent:1.0.0"
    ifName: str = ""
    ifLabel: str = ""
    ifType: InterfaceType = ZERO
    ifState: InterfaceOpState = ZERO


class PortForwardingAutoSetupStatusChangedEvent(Event):
    idlType = "net.PortForwardingAutoSetupStatusChangedEvent:1.0.0"
    newStatus: PortForwardingAutoSetupStatus = ZERO


class PortForwardingExpansionUnitPresenceStateChangedEvent(Event):
    idlType = "net.PortForwardingExpansionUnitPresenceStateChangedEvent:1.0.0"
    expansionUnitPresent: bool = False


class PortForwardingSlavePresenceStateChangedEvent(Event):
    idlType = "net.PortForwardingSlavePresenceStateChangedEvent:1.0.0"
    slavePresent: bool = False


class WlanInfoChangedEvent(Event):
    idlType = "net.WlanInfoChangedEvent:1.0.0"
    ifName: str = ""
    wlanInfo: WlanInfo = ZERO
