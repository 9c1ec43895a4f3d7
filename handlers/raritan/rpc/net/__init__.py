"""Network settings and diagnosis."""
from __future__ import annotations

from .diagnostics import Diagnostics
from .enumerations import (
    AuthenticationMode, AutoConfigs, EapInnerAuthMethod, EapInnerMethod, EapOuterAuthMethod, EapOuterMethod,
    EapStatus, EthAuthType, EthDuplexMode, EthSpeed, InterfaceMode, InterfaceOpState, InterfaceType, IpConfigMethod,
    LanDuplex, LanSpeed, PortForwardingAutoSetupExpansionUnitState, PortForwardingAutoSetupRunningState,
    PortForwardingRole, WlanAuthType, WlanChannelWidth, WlanSecProtocol,
)
from .events import (
    CommonInfoChangedEvent, EthInfoChangedEvent, InterfaceInfoChangedEvent, LinkStateChangedEvent,
    PortForwardingAutoSetupStatusChangedEvent, PortForwardingExpansionUnitPresenceStateChangedEvent,
    PortForwardingSlavePresenceStateChangedEvent, WlanInfoChangedEvent,
)
from .forwarding import FORWARDED_PORTS, forwarded_port
from .net import Net
from .port_forwarding_auto_setup import PortForwardingAutoSetup
from .services import Services
from .structures import (
    CommonInfo, CommonSettings, DnsInfo, DnsSettings, EapAuthSettings, EapSettings, EthInfo, EthLinkMode,
    EthSettings, IPv4RoutingEntry, IPv6RoutingEntry, Info, InterfaceIPv4Info, InterfaceIPv6Info, InterfaceInfo,
    InterfaceIpSettings, InterfaceSettings, InterfaceState, IpAddrCidr, IpRoute, IpRoutingSettings,
    LanInterfaceParameters, LanInterfaceSettings, LanLinkMode, NetworkActiveValuesIPv6, NetworkConfigIP,
    NetworkConfigIPv4, NetworkConfigIPv6, PortForwardingAutoSetupExpansionUnit, PortForwardingAutoSetupStatus,
    PortForwardingInfo, PortForwardingMasterAddrInfo, PortForwardingPrimaryUnitAddrInfo,
    PortForwardingProtocolMapping, PortForwardingSettings, RoutingInfo, RoutingSettings, ServiceConfig,
    ServiceSettings, Settings, WirelessInterfaceSettings, WlanInfo, WlanSettings,
)

__all__ = [
    "AuthenticationMode", "AutoConfigs", "CommonInfo", "CommonInfoChangedEvent", "CommonSettings", "Diagnostics",
    "DnsInfo", "DnsSettings", "EapAuthSettings", "EapInnerAuthMethod", "EapInnerMethod", "EapOuterAuthMethod",
    "EapOuterMethod", "EapSettings", "EapStatus", "EthAuthType", "EthDuplexMode", "EthInfo", "EthInfoChangedEvent",
    "EthLinkMode", "EthSettings", "EthSpeed", "FORWARDED_PORTS", "IPv4RoutingEntry", "IPv6RoutingEntry", "Info", "InterfaceIPv4Info",
    "InterfaceIPv6Info", "InterfaceInfo", "InterfaceInfoChangedEvent", "InterfaceIpSettings", "InterfaceMode",
    "InterfaceOpState", "InterfaceSettings", "InterfaceState", "InterfaceType", "IpAddrCidr", "IpConfigMethod",
    "IpRoute", "IpRoutingSettings", "LanDuplex", "LanInterfaceParameters", "LanInterfaceSettings", "LanLinkMode",
    "LanSpeed", "LinkStateChangedEvent", "Net", "NetworkActiveValuesIPv6", "NetworkConfigIP", "NetworkConfigIPv4",
    "NetworkConfigIPv6", "PortForwardingAutoSetup", "PortForwardingAutoSetupExpansionUnit",
    "PortForwardingAutoSetupExpansionUnitState", "PortForwardingAutoSetupRunningState",
    "PortForwardingAutoSetupStatus", "PortForwardingAutoSetupStatusChangedEvent",
    "PortForwardingExpansionUnitPresenceStateChangedEvent", "PortForwardingInfo", "PortForwardingMasterAddrInfo",
    "PortForwardingPrimaryUnitAddrInfo", "PortForwardingProtocolMapping", "PortForwardingRole",
    "PortForwardingSettings", "PortForwardingSlavePresenceStateChangedEvent", "RoutingInfo", "RoutingSettings",
    "ServiceConfig", "ServiceSettings", "Services", "Settings", "WirelessInterfaceSettings", "WlanAuthType",
    "WlanChannelWidth", "WlanInfo", "WlanInfoChangedEvent", "WlanSecProtocol", "WlanSettings", "forwarded_port",
]
