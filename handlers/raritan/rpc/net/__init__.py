"""Network settings and diagnosis."""
from __future__ import annotations

from typing import TYPE_CHECKING

from .._runtime import lazily

if TYPE_CHECKING:
    from .enumerations import *
    from .events import *
    from .net import *
    from .structures import *

__getattr__, __all__ = lazily(__name__, {
    "enumerations": "AuthenticationMode AutoConfigs EapInnerAuthMethod EapInnerMethod EapOuterAuthMethod EapOuterMethod "
        "EapStatus EthAuthType EthDuplexMode EthSpeed InterfaceMode InterfaceOpState InterfaceType IpConfigMethod LanDuplex "
        "LanSpeed PortForwardingAutoSetupExpansionUnitState PortForwardingAutoSetupRunningState PortForwardingRole "
        "WlanAuthType WlanChannelWidth WlanSecProtocol",
    "events": "CommonInfoChangedEvent EthInfoChangedEvent InterfaceInfoChangedEvent LinkStateChangedEvent "
        "PortForwardingAutoSetupStatusChangedEvent PortForwardingExpansionUnitPresenceStateChangedEvent "
        "PortForwardingSlavePresenceStateChangedEvent WlanInfoChangedEvent",
    "net": "Diagnostics FORWARDED_PORTS Net PortForwardingAutoSetup Services forwarded_port",
    "structures": "CommonInfo CommonSettings DnsInfo DnsSettings EapAuthSettings EapSettings EthInfo EthLinkMode EthSettings "
        "IPv4RoutingEntry IPv6RoutingEntry Info InterfaceIPv4Info InterfaceIPv6Info InterfaceInfo InterfaceIpSettings "
        "InterfaceSettings InterfaceState IpAddrCidr IpRoute IpRoutingSettings LanInterfaceParameters "
        "LanInterfaceSettings LanLinkMode NetworkActiveValuesIPv6 NetworkConfigIP NetworkConfigIPv4 NetworkConfigIPv6 "
        "PortForwardingAutoSetupExpansionUnit PortForwardingAutoSetupStatus PortForwardingInfo "
        "PortForwardingMasterAddrInfo PortForwardingPrimaryUnitAddrInfo PortForwardingProtocolMapping "
        "PortForwardingSettings RoutingInfo RoutingSettings ServiceConfig ServiceSettings Settings "
        "WirelessInterfaceSettings WlanInfo WlanSettings",
})
