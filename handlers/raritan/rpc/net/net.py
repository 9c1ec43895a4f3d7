"""Network settings. Source: Net.idl."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import idl
from .._runtime import ZERO, Enumeration, Interface, Structure, method

if TYPE_CHECKING:
    from .firmware_3_3_0 import (
        InterfaceState,
        IPv4RoutingEntry,
        IPv6RoutingEntry,
        LanInterfaceParameters,
        LanInterfaceSettings,
        NetworkActiveValuesIPv6,
        NetworkConfigIP,
        NetworkConfigIPv4,
        NetworkConfigIPv6,
        ServiceConfig,
        WirelessInterfaceSettings,
    )


class EapInnerAuthMethod(Enumeration):
    INNER_EAP_MSCHAPv2, INNER_EAP_TLS = range(2)
    MSCHAPv2 = 0


class EapOuterAuthMethod(Enumeration):
    EAP_PEAP, EAP_TLS = range(2)
    PEAP = 0


class EapStatus(Enumeration):
    EAP_STATUS_DISABLED, EAP_STATUS_PENDING, EAP_STATUS_FAILED, EAP_STATUS_SUCCESS = range(4)


class EthAuthType(Enumeration):
    ETH_AUTH_NONE, ETH_AUTH_EAP = range(2)


class EthDuplexMode(Enumeration):
    DUPLEX_MODE_AUTO, DUPLEX_MODE_HALF, DUPLEX_MODE_FULL = range(3)


class EthSpeed(Enumeration):
    SPEED_AUTO, SPEED_MBIT_10, SPEED_MBIT_100, SPEED_MBIT_1000 = range(4)


class InterfaceOpState(Enumeration):
    NOT_PRESENT, DOWN, NO_LINK, UP = range(4)


class InterfaceType(Enumeration):
    ETHERNET, WLAN, BRIDGE = range(3)


class IpConfigMethod(Enumeration):
    STATIC, DHCP, AUTO = range(3)


class PortForwardingRole(Enumeration):
    PRIMARY_UNIT, EXPANSION_UNIT = range(2)
    MASTER, SLAVE = range(2)


class WlanAuthType(Enumeration):
    WLAN_AUTH_NONE, WLAN_AUTH_PSK, WLAN_AUTH_EAP = range(3)
    NONE, PSK, EAP = range(3)


class WlanChannelWidth(Enumeration):
    (
        CHANNEL_WIDTH_UNKNOWN,
        CHANNEL_WIDTH_20_NO_HT,
        CHANNEL_WIDTH_20,
        CHANNEL_WIDTH_40,
        CHANNEL_WIDTH_80,
        CHANNEL_WIDTH_80P80,
        CHANNEL_WIDTH_160,
    ) = range(7)


class WlanSecProtocol(Enumeration):
    WPA2 = 0


class CommonInfo(Structure):
    dns: DnsInfo = ZERO
    routing: RoutingInfo = ZERO
    portForwarding: PortForwardingInfo = ZERO


class CommonSettings(Structure):
    dns: DnsSettings = ZERO
    routing: RoutingSettings = ZERO
    portForwarding: PortForwardingSettings = ZERO


class DnsInfo(Structure):
    serverAddrs: list[str] = ZERO
    searchSuffixes: list[str] = ZERO
    resolverPrefersIPv6: bool = False


class DnsSettings(Structure):
    serverAddrs: list[str] = ZERO
    searchSuffixes: list[str] = ZERO
    resolverPrefersIPv6: bool = False


class EapAuthSettings(Structure):
    identity: str = ""
    password: str = ""
    clearPassword: bool = False
    clientCertChain: str = ""
    clientPrivKey: str = ""
    clearClientPrivKey: bool = False
    clientPrivKeyPassword: str = ""
    outerMethod: EapOuterAuthMethod = ZERO
    innerMethod: EapInnerAuthMethod = ZERO
    caCertChain: str = ""
    forceTrustedCert: bool = False
    allowOffTimeRangeCerts: bool = False
    allowNotYetValidCertsIfTimeBeforeBuild: bool = False
    authServerName: str = ""


class EthInfo(Structure):
    eapStatus: EapStatus = ZERO
    linkMode: EthLinkMode = ZERO
    linkModeValid: bool = False
    autonegEnabled: bool = False
    linkDetected: bool = False
    supportedLinkModes: list[EthLinkMode] = ZERO


class EthLinkMode(Structure):
    speed: EthSpeed = ZERO
    duplexMode: EthDuplexMode = ZERO


class EthSettings(Structure):
    linkMode: EthLinkMode = ZERO
    mtu: int = 0
    authType: EthAuthType = ZERO
    eap: EapAuthSettings = ZERO
    lldpEnabled: bool = False


class Info(Structure):
    common: CommonInfo = ZERO
    ifMap: dict[str, InterfaceInfo] = ZERO
    ethMap: dict[str, EthInfo] = ZERO
    wlanMap: dict[str, WlanInfo] = ZERO


class InterfaceIPv4Info(Structure):
    enabled: bool = False
    configMethod: IpConfigMethod = ZERO
    addrsCidr: list[IpAddrCidr] = ZERO
    dhcpServerAddr: str = ""
    dhcpPreferredHostname: str = ""


class InterfaceIPv6Info(Structure):
    enabled: bool = False
    configMethod: IpConfigMethod = ZERO
    addrsCidr: list[IpAddrCidr] = ZERO
    dhcpServerId: str = ""
    dhcpPreferredHostname: str = ""
    raManaged: bool = False
    raOtherConf: bool = False


class InterfaceInfo(Structure):
    name: str = ""
    label: str = ""
    type: InterfaceType = ZERO
    enabled: bool = False
    controllingIfName: str = ""
    state: InterfaceOpState = ZERO
    macAddr: str = ""
    mtu: int = 0
    ipv4: InterfaceIPv4Info = ZERO
    ipv6: InterfaceIPv6Info = ZERO
    _aliases = {"controllingIfName": ("masterIfName",)}


class InterfaceIpSettings(Structure):
    enabled: bool = False
    configMethod: IpConfigMethod = ZERO
    staticAddrCidr: IpAddrCidr = ZERO
    staticDefaultGatewayAddr: str = ""
    dhcpPreferredHostname: str = ""
    stablePrivacyEnabled: bool = False


class InterfaceSettings(Structure):
    enabled: bool = False
    ipv4: InterfaceIpSettings = ZERO
    ipv6: InterfaceIpSettings = ZERO


class IpAddrCidr(Structure):
    addr: str = ""
    prefixLen: int = 0


class IpRoute(Structure):
    destNetAddrCidr: IpAddrCidr = ZERO
    nextHopAddr: str = ""
    ifName: str = ""


class IpRoutingSettings(Structure):
    staticRoutes: list[IpRoute] = ZERO
    defaultGatewayAddr: str = ""
    _legacy = ("defaultGatewayAddr",)


class PortForwardingInfo(Structure):
    enabled: bool = False
    nodeIndexValid: bool = False
    nodeIndex: int = 0
    expansionUnitConnected: bool = False
    primaryUnitDownstreamIfName: str = ""
    primaryUnitIPv4AddrInfos: list[PortForwardingPrimaryUnitAddrInfo] = ZERO
    primaryUnitIPv6AddrInfos: list[PortForwardingPrimaryUnitAddrInfo] = ZERO
    linkLocalIPv6Address: str = ""
    _aliases = {
        "primaryUnitDownstreamIfName": ("masterDownstreamIfName",),
        "primaryUnitIPv4AddrInfos": ("masterIPv4AddrInfos",),
        "primaryUnitIPv6AddrInfos": ("masterIPv6AddrInfos",),
        "expansionUnitConnected": ("slaveConnected",),
    }


class PortForwardingMasterAddrInfo(Structure):
    ifName: str = ""
    addr: str = ""


class PortForwardingPrimaryUnitAddrInfo(Structure):
    ifName: str = ""
    addr: str = ""


class PortForwardingProtocolMapping(Structure):
    appProtoId: int = 0
    appProtoName: str = ""
    transportProtoName: str = ""


class PortForwardingSettings(Structure):
    enabled: bool = False
    role: PortForwardingRole = ZERO
    primaryUnitDownstreamIfName: str = ""
    _aliases = {"primaryUnitDownstreamIfName": ("masterDownstreamIfName",)}


class RoutingInfo(Structure):
    ipv4Routes: list[IpRoute] = ZERO
    ipv6Routes: list[IpRoute] = ZERO


class RoutingSettings(Structure):
    ipv4: IpRoutingSettings = ZERO
    ipv6: IpRoutingSettings = ZERO


class Settings(Structure):
    common: CommonSettings = ZERO
    ifMap: dict[str, InterfaceSettings] = ZERO
    ethMap: dict[str, EthSettings] = ZERO
    wlanMap: dict[str, WlanSettings] = ZERO


class WlanInfo(Structure):
    associated: bool = False
    ssid: str = ""
    bssid: str = ""
    channel: int = 0
    channelWidth: WlanChannelWidth = ZERO


class WlanSettings(Structure):
    enableHT: bool = False
    ssid: str = ""
    bssid: str = ""
    mtu: int = 0
    secProtocol: WlanSecProtocol = ZERO
    authType: WlanAuthType = ZERO
    psk: str = ""
    clearPsk: bool = False
    eap: EapAuthSettings = ZERO


class CommonInfoChangedEvent(idl.Event, version="2.0.0"):
    commonInfo: CommonInfo = ZERO


class EthInfoChangedEvent(idl.Event, version="1.0.1"):
    ifName: str = ""
    ifLabel: str = ""
    ethInfo: EthInfo = ZERO


class InterfaceInfoChangedEvent(idl.Event, version="2.0.0"):
    ifInfo: InterfaceInfo = ZERO


class LinkStateChangedEvent(idl.Event, version="1.0.0"):
    ifName: str = ""
    ifLabel: str = ""
    ifType: InterfaceType = ZERO
    ifState: InterfaceOpState = ZERO


class PortForwardingExpansionUnitPresenceStateChangedEvent(idl.Event, version="1.0.0"):
    expansionUnitPresent: bool = False


class PortForwardingSlavePresenceStateChangedEvent(idl.Event, version="1.0.0"):
    slavePresent: bool = False


class WlanInfoChangedEvent(idl.Event, version="1.0.0"):
    ifName: str = ""
    wlanInfo: WlanInfo = ZERO


class Net(Interface, version="8.0.0"):
    """Network settings, at `/net`.

    Firmware 3.3.0 has the methods `getNetworkConfig…`, newer firmware `getSettings`.
    """

    ERR_INVALID_PARAMS = 1
    SUCCESS = 0
    ERR_DNS_TOO_MANY_SERVERS = 100
    ERR_DNS_INVALID_SERVER = 101
    ERR_DNS_TOO_MANY_SEARCH_SUFFIXES = 102
    ERR_DNS_INVALID_SEARCH_SUFFIX = 103
    ERR_ROUTING_IPV4_INVALID_DFLT_GATEWAY_ADDR = 200
    ERR_ROUTING_IPV6_INVALID_DFLT_GATEWAY_ADDR = 201
    ERR_ROUTING_IPV4_INVALID_DEST_ADDR = 202
    ERR_ROUTING_IPV6_INVALID_DEST_ADDR = 203
    ERR_ROUTING_IPV4_INVALID_DEST_PREFIX_LEN = 204
    ERR_ROUTING_IPV6_INVALID_DEST_PREFIX_LEN = 205
    ERR_ROUTING_IPV4_INVALID_NEXTHOP_ADDR = 206
    ERR_ROUTING_IPV6_INVALID_NEXTHOP_ADDR = 207
    ERR_ROUTING_IPV4_INVALID_INTERFACE = 208
    ERR_ROUTING_IPV6_INVALID_INTERFACE = 209
    ERR_ROUTING_IPV4_DEST_IS_NO_NETWORK_ADDR = 210
    ERR_ROUTING_IPV6_DEST_IS_NO_NETWORK_ADDR = 211
    ERR_ROUTING_IPV4_DEST_IS_DUPLICATE = 212
    ERR_ROUTING_IPV6_DEST_IS_DUPLICATE = 213
    ERR_ROUTING_IPV4_NO_NEXTHOP_OR_INTERFACE = 214
    ERR_ROUTING_IPV6_NO_NEXTHOP_OR_INTERFACE = 215
    ERR_ROUTING_IPV4_NEXTHOP_AND_INTERFACE_SET = 216
    ERR_ROUTING_IPV6_NEXTHOP_AND_INTERFACE_SET = 217
    ERR_PF_INVALID_MASTER_DOWNSTREAM_INTERFACE = 300
    ERR_PF_NO_WORKING_MASTER_UPSTREAM_INTERFACE = 301
    ERR_IF_IPV4_INVALID_CONFIG_METHOD = 400
    ERR_IF_IPV6_INVALID_CONFIG_METHOD = 401
    ERR_IF_IPV4_INVALID_STATIC_ADDR = 402
    ERR_IF_IPV6_INVALID_STATIC_ADDR = 403
    ERR_IF_IPV4_INVALID_STATIC_PREFIX_LEN = 404
    ERR_IF_IPV6_INVALID_STATIC_PREFIX_LEN = 405
    ERR_IF_IPV4_INVALID_DHCP_PREF_HOSTNAME = 406
    ERR_IF_IPV6_INVALID_DHCP_PREF_HOSTNAME = 407
    ERR_ETH_IF_UNSUPPORTED_LINKMODE = 500
    ERR_WLAN_IF_INVALID_SSID = 600
    ERR_WLAN_IF_INVALID_BSSID = 601
    ERR_WLAN_IF_INVALID_PSK = 602
    ERR_WLAN_IF_INVALID_EAP_IDENTITY = 603
    ERR_WLAN_IF_INVALID_EAP_PASSWORD = 604
    ERR_WLAN_IF_INVALID_EAP_CERT = 605
    ERR_WLAN_IF_EAP_CERT_VERIFY_FAILED = 606
    ERR_IF_EAP_INVALID_IDENTITY = 408
    ERR_IF_EAP_INVALID_PASSWORD = 409
    ERR_IF_EAP_INVALID_CLIENT_CERT = 410
    ERR_IF_EAP_INVALID_CLIENT_PRIV_KEY_OR_PWD = 411
    ERR_IF_EAP_CLIENT_CERT_PRIV_KEY_MISMATCH = 412
    ERR_IF_EAP_INVALID_CA_CERT = 413
    ERR_IF_EAP_CA_CERT_VERIFY_FAILED = 414
    ERR_IF_EAP_INVALID_AUTH_SERVER_NAME = 415
    ERR_ETH_IF_INVALID_MTU = 501
    ERR_WLAN_IF_INVALID_MTU = 603
    ERR_PF_INVALID_PRIMARY_UNIT_DOWNSTREAM_INTERFACE = 300
    ERR_PF_NO_WORKING_PRIMARY_UNIT_UPSTREAM_INTERFACE = 301
    ERR_PF_NOT_SUPPORTED = 302
    ERR_WLAN_IF_NOT_SUPPORTED = 604
    ERR_BRIDGE_IF_NOT_SUPPORTED = 700

    def getInfo(self) -> Info: ...
    def getSettings(self) -> Settings: ...
    def setSettings(self, settings: Settings) -> int: ...
    def getPortForwardingProtocolMappings(self) -> list[PortForwardingProtocolMapping]: ...
    def setNetworkConfigIP(self, cfg: NetworkConfigIP) -> int: ...
    @method("cfg")
    def getNetworkConfigIP(self) -> NetworkConfigIP: ...
    def setNetworkConfigIPv4(self, cfg4: NetworkConfigIPv4) -> int: ...
    @method("cfg4", "cfg4current")
    def getNetworkConfigIPv4(self) -> tuple[NetworkConfigIPv4, NetworkConfigIPv4]: ...
    @method("static_routes", "active_routes")
    def getNetworkConfigRoutesIPv4(
        self,
    ) -> tuple[list[IPv4RoutingEntry], list[IPv4RoutingEntry]]: ...
    def setNetworkConfigRoutesIPv4(self, static_routes: list[IPv4RoutingEntry]) -> int: ...
    @method("static_routes", "active_routes")
    def getNetworkConfigRoutesIPv6(
        self,
    ) -> tuple[list[IPv6RoutingEntry], list[IPv6RoutingEntry]]: ...
    def setNetworkConfigRoutesIPv6(self, static_routes: list[IPv6RoutingEntry]) -> int: ...
    def setNetworkConfigIPv6(self, cfg6: NetworkConfigIPv6) -> int: ...
    @method("cfg6", "ipv6current")
    def getNetworkConfigIPv6(self) -> tuple[NetworkConfigIPv6, NetworkActiveValuesIPv6]: ...
    def setNetworkConfigServices(self, services: list[ServiceConfig]) -> int: ...
    @method("services")
    def getNetworkConfigServices(self) -> list[ServiceConfig]: ...
    @method("state", "lan", "lancurrent", "wlan")
    def getNetworkConfigInterface(
        self,
    ) -> tuple[
        InterfaceState, LanInterfaceSettings, LanInterfaceParameters, WirelessInterfaceSettings
    ]: ...
    @method("state", "ethmac", "wlanmac")
    def getMACs(self) -> tuple[InterfaceState, str, str]: ...
    def setNetworkConfigLan(self, lancfg: LanInterfaceSettings) -> int: ...
    def setNetworkConfigWLan(self, wlancfg: WirelessInterfaceSettings) -> int: ...
    def getBridgeSlaveCount(self) -> int: ...
