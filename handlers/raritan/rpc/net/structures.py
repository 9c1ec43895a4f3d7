"""Network settings and diagnosis: what several interfaces share."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Dict, List

from ..idl import EPOCH, Structure, Time
from .enumerations import (
    AuthenticationMode, AutoConfigs, EapInnerAuthMethod, EapInnerMethod, EapOuterAuthMethod, EapOuterMethod,
    EapStatus, EthAuthType, EthDuplexMode, EthSpeed, InterfaceMode, InterfaceOpState, InterfaceType, IpConfigMethod,
    LanDuplex, LanSpeed, PortForwardingAutoSetupExpansionUnitState, PortForwardingAutoSetupRunningState,
    PortForwardingRole, WlanAuthType, WlanChannelWidth, WlanSecProtocol,
)


@dataclass(eq=False, repr=False)
class CommonInfo(Structure):
    dns: DnsInfo = field(default_factory=lambda: DnsInfo())
    routing: RoutingInfo = field(default_factory=lambda: RoutingInfo())
    portForwarding: PortForwardingInfo = field(default_factory=lambda: PortForwardingInfo())


@dataclass(eq=False, repr=False)
class CommonSettings(Structure):
    dns: DnsSettings = field(default_factory=lambda: DnsSettings())
    routing: RoutingSettings = field(default_factory=lambda: RoutingSettings())
    portForwarding: PortForwardingSettings = field(default_factory=lambda: PortForwardingSettings())


@dataclass(eq=False, repr=False)
class DnsInfo(Structure):
    serverAddrs: List[str] = field(default_factory=list)
    searchSuffixes: List[str] = field(default_factory=list)
    resolverPrefersIPv6: bool = False


@dataclass(eq=False, repr=False)
class DnsSettings(Structure):
    serverAddrs: List[str] = field(default_factory=list)
    searchSuffixes: List[str] = field(default_factory=list)
    resolverPrefersIPv6: bool = False


@dataclass(eq=False, repr=False)
class EapAuthSettings(Structure):
    identity: str = ""
    password: str = ""
    clearPassword: bool = False
    clientCertChain: str = ""
    clientPrivKey: str = ""
    clearClientPrivKey: bool = False
    clientPrivKeyPassword: str = ""
    outerMethod: EapOuterAuthMethod = field(default_factory=lambda: EapOuterAuthMethod(0))
    innerMethod: EapInnerAuthMethod = field(default_factory=lambda: EapInnerAuthMethod(0))
    caCertChain: str = ""
    forceTrustedCert: bool = False
    allowOffTimeRangeCerts: bool = False
    allowNotYetValidCertsIfTimeBeforeBuild: bool = False
    authServerName: str = ""


@dataclass(eq=False, repr=False)
class EapSettings(Structure):
    identity: str = ""
    password: str = ""
    outerMethod: EapOuterMethod = field(default_factory=lambda: EapOuterMethod(0))
    innerMethod: EapInnerMethod = field(default_factory=lambda: EapInnerMethod(0))
    caCertificate: str = ""
    forceTrustedCert: bool = False
    allowOffTimeRangeCerts: bool = False
    allowNotYetValidCertsIfTimeBeforeBuild: bool = False


@dataclass(eq=False, repr=False)
class EthInfo(Structure):
    eapStatus: EapStatus = field(default_factory=lambda: EapStatus(0))
    linkMode: EthLinkMode = field(default_factory=lambda: EthLinkMode())
    linkModeValid: bool = False
    autonegEnabled: bool = False
    linkDetected: bool = False
    supportedLinkModes: List[EthLinkMode] = field(default_factory=list)


@dataclass(eq=False, repr=False)
class EthLinkMode(Structure):
    speed: EthSpeed = field(default_factory=lambda: EthSpeed(0))
    duplexMode: EthDuplexMode = field(default_factory=lambda: EthDuplexMode(0))


@dataclass(eq=False, repr=False)
class EthSettings(Structure):
    linkMode: EthLinkMode = field(default_factory=lambda: EthLinkMode())
    mtu: int = 0
    authType: EthAuthType = field(default_factory=lambda: EthAuthType(0))
    eap: EapAuthSettings = field(default_factory=lambda: EapAuthSettings())
    lldpEnabled: bool = False


@dataclass(eq=False, repr=False)
class IPv4RoutingEntry(Structure):
    dest: str = ""
    nexthop: str = ""
    intf: str = ""


@dataclass(eq=False, repr=False)
class IPv6RoutingEntry(Structure):
    dest: str = ""
    nexthop: str = ""
    intf: str = ""


@dataclass(eq=False, repr=False)
class Info(Structure):
    common: CommonInfo = field(default_factory=lambda: CommonInfo())
    ifMap: Dict[str, InterfaceInfo] = field(default_factory=dict)
    ethMap: Dict[str, EthInfo] = field(default_factory=dict)
    wlanMap: Dict[str, WlanInfo] = field(default_factory=dict)


@dataclass(eq=False, repr=False)
class InterfaceIPv4Info(Structure):
    enabled: bool = False
    configMethod: IpConfigMethod = field(default_factory=lambda: IpConfigMethod(0))
    addrsCidr: List[IpAddrCidr] = field(default_factory=list)
    dhcpServerAddr: str = ""
    dhcpPreferredHostname: str = ""


@dataclass(eq=False, repr=False)
class InterfaceIPv6Info(Structure):
    enabled: bool = False
    configMethod: IpConfigMethod = field(default_factory=lambda: IpConfigMethod(0))
    addrsCidr: List[IpAddrCidr] = field(default_factory=list)
    dhcpServerId: str = ""
    dhcpPreferredHostname: str = ""
    raManaged: bool = False
    raOtherConf: bool = False


@dataclass(eq=False, repr=False)
class InterfaceInfo(Structure):
    name: str = ""
    label: str = ""
    type: InterfaceType = field(default_factory=lambda: InterfaceType(0))
    enabled: bool = False
    controllingIfName: str = ""
    state: InterfaceOpState = field(default_factory=lambda: InterfaceOpState(0))
    macAddr: str = ""
    mtu: int = 0
    ipv4: InterfaceIPv4Info = field(default_factory=lambda: InterfaceIPv4Info())
    ipv6: InterfaceIPv6Info = field(default_factory=lambda: InterfaceIPv6Info())
    _aliases = {"controllingIfName": ("masterIfName",)}


@dataclass(eq=False, repr=False)
class InterfaceIpSettings(Structure):
    enabled: bool = False
    configMethod: IpConfigMethod = field(default_factory=lambda: IpConfigMethod(0))
    staticAddrCidr: IpAddrCidr = field(default_factory=lambda: IpAddrCidr())
    staticDefaultGatewayAddr: str = ""
    dhcpPreferredHostname: str = ""
    stablePrivacyEnabled: bool = False


@dataclass(eq=False, repr=False)
class InterfaceSettings(Structure):
    enabled: bool = False
    ipv4: InterfaceIpSettings = field(default_factory=lambda: InterfaceIpSettings())
    ipv6: InterfaceIpSettings = field(default_factory=lambda: InterfaceIpSettings())


@dataclass(eq=False, repr=False)
class InterfaceState(Structure):
    mode: InterfaceMode = field(default_factory=lambda: InterfaceMode(0))
    activeMode: InterfaceMode = field(default_factory=lambda: InterfaceMode(0))
    wirelessSupported: bool = False


@dataclass(eq=False, repr=False)
class IpAddrCidr(Structure):
    addr: str = ""
    prefixLen: int = 0


@dataclass(eq=False, repr=False)
class IpRoute(Structure):
    destNetAddrCidr: IpAddrCidr = field(default_factory=lambda: IpAddrCidr())
    nextHopAddr: str = ""
    ifName: str = ""


@dataclass(eq=False, repr=False)
class IpRoutingSettings(Structure):
    staticRoutes: List[IpRoute] = field(default_factory=list)
    defaultGatewayAddr: str = ""
    _legacy = ("defaultGatewayAddr",)


@dataclass(eq=False, repr=False)
class LanInterfaceParameters(Structure):
    speed: LanSpeed = field(default_factory=lambda: LanSpeed(0))
    duplex: LanDuplex = field(default_factory=lambda: LanDuplex(0))
    autonegotiation: bool = False
    link: bool = False
    supportedModes: List[LanLinkMode] = field(default_factory=list)


@dataclass(eq=False, repr=False)
class LanInterfaceSettings(Structure):
    speed: LanSpeed = field(default_factory=lambda: LanSpeed(0))
    duplex: LanDuplex = field(default_factory=lambda: LanDuplex(0))


@dataclass(eq=False, repr=False)
class LanLinkMode(Structure):
    speed: LanSpeed = field(default_factory=lambda: LanSpeed(0))
    duplex: LanDuplex = field(default_factory=lambda: LanDuplex(0))


@dataclass(eq=False, repr=False)
class NetworkActiveValuesIPv6(Structure):
    enabled: bool = False
    autocfg: AutoConfigs = field(default_factory=lambda: AutoConfigs(0))
    ipaddrs: List[str] = field(default_factory=list)
    routes: List[IPv6RoutingEntry] = field(default_factory=list)
    ra_managed: bool = False
    ra_otherconf: bool = False
    dns_suffixes: List[str] = field(default_factory=list)
    dns_ip_1: str = ""
    dns_ip_2: str = ""


@dataclass(eq=False, repr=False)
class NetworkConfigIP(Structure):
    gai_prefer_ipv6: bool = False


@dataclass(eq=False, repr=False)
class NetworkConfigIPv4(Structure):
    enabled: bool = False
    autocfg: AutoConfigs = field(default_factory=lambda: AutoConfigs(0))
    ipaddr: str = ""
    netmask: str = ""
    gateway: str = ""
    hostname: str = ""
    dns_suffixes: List[str] = field(default_factory=list)
    override_dns: bool = False
    dns_ip_1: str = ""
    dns_ip_2: str = ""
    domain_name: str = ""


@dataclass(eq=False, repr=False)
class NetworkConfigIPv6(Structure):
    enabled: bool = False
    autocfg: AutoConfigs = field(default_factory=lambda: AutoConfigs(0))
    ipaddr: str = ""
    gateway: str = ""
    hostname: str = ""
    dns_suffixes: List[str] = field(default_factory=list)
    override_dns: bool = False
    dns_ip_1: str = ""
    dns_ip_2: str = ""
    domain_name: str = ""


@dataclass(eq=False, repr=False)
class PortForwardingAutoSetupExpansionUnit(Structure):
    state: PortForwardingAutoSetupExpansionUnitState = field(
        default_factory=lambda: PortForwardingAutoSetupExpansionUnitState(0))
    errMsg: str = ""


@dataclass(eq=False, repr=False)
class PortForwardingAutoSetupStatus(Structure):
    startTime: Time = EPOCH
    remainingExpansionUnits: int = 0
    runningState: PortForwardingAutoSetupRunningState = field(
        default_factory=lambda: PortForwardingAutoSetupRunningState(0))
    expansionUnits: Dict[int, PortForwardingAutoSetupExpansionUnit] = field(default_factory=dict)


@dataclass(eq=False, repr=False)
class PortForwardingInfo(Structure):
    enabled: bool = False
    nodeIndexValid: bool = False
    nodeIndex: int = 0
    expansionUnitConnected: bool = False
    primaryUnitDownstreamIfName: str = ""
    primaryUnitIPv4AddrInfos: List[PortForwardingPrimaryUnitAddrInfo] = field(default_factory=list)
    primaryUnitIPv6AddrInfos: List[PortForwardingPrimaryUnitAddrInfo] = field(default_factory=list)
    linkLocalIPv6Address: str = ""
    _aliases = {"primaryUnitDownstreamIfName": ("masterDownstreamIfName",),
        "primaryUnitIPv4AddrInfos": ("masterIPv4AddrInfos",), "primaryUnitIPv6AddrInfos": ("masterIPv6AddrInfos",),
        "expansionUnitConnected": ("slaveConnected",)}


@dataclass(eq=False, repr=False)
class PortForwardingMasterAddrInfo(Structure):
    ifName: str = ""
    addr: str = ""


@dataclass(eq=False, repr=False)
class PortForwardingPrimaryUnitAddrInfo(Structure):
    ifName: str = ""
    addr: str = ""


@dataclass(eq=False, repr=False)
class PortForwardingProtocolMapping(Structure):
    appProtoId: int = 0
    appProtoName: str = ""
    transportProtoName: str = ""


@dataclass(eq=False, repr=False)
class PortForwardingSettings(Structure):
    enabled: bool = False
    role: PortForwardingRole = field(default_factory=lambda: PortForwardingRole(0))
    primaryUnitDownstreamIfName: str = ""
    _aliases = {"primaryUnitDownstreamIfName": ("masterDownstreamIfName",)}


@dataclass(eq=False, repr=False)
class RoutingInfo(Structure):
    ipv4Routes: List[IpRoute] = field(default_factory=list)
    ipv6Routes: List[IpRoute] = field(default_factory=list)


@dataclass(eq=False, repr=False)
class RoutingSettings(Structure):
    ipv4: IpRoutingSettings = field(default_factory=lambda: IpRoutingSettings())
    ipv6: IpRoutingSettings = field(default_factory=lambda: IpRoutingSettings())


@dataclass(eq=False, repr=False)
class ServiceConfig(Structure):
    service: str = ""
    enable: bool = False
    port: int = 0


@dataclass(eq=False, repr=False)
class ServiceSettings(Structure):
    service: str = ""
    enable: bool = False
    port: int = 0


@dataclass(eq=False, repr=False)
class Settings(Structure):
    common: CommonSettings = field(default_factory=lambda: CommonSettings())
    ifMap: Dict[str, InterfaceSettings] = field(default_factory=dict)
    ethMap: Dict[str, EthSettings] = field(default_factory=dict)
    wlanMap: Dict[str, WlanSettings] = field(default_factory=dict)


@dataclass(eq=False, repr=False)
class WirelessInterfaceSettings(Structure):
    ssid: str = ""
    authentication: AuthenticationMode = field(default_factory=lambda: AuthenticationMode(0))
    psk: str = ""
    eap: EapSettings = field(default_factory=lambda: EapSettings())
    bssid: str = ""


@dataclass(eq=False, repr=False)
class WlanInfo(Structure):
    associated: bool = False
    ssid: str = ""
    bssid: str = ""
    channel: int = 0
    channelWidth: WlanChannelWidth = field(default_factory=lambda: WlanChannelWidth(0))


@dataclass(eq=False, repr=False)
class WlanSettings(Structure):
    enableHT: bool = False
    ssid: str = ""
    bssid: str = ""
    mtu: int = 0
    secProtocol: WlanSecProtocol = field(default_factory=lambda: WlanSecProtocol(0))
    authType: WlanAuthType = field(default_factory=lambda: WlanAuthType(0))
    psk: str = ""
    clearPsk: bool = False
    eap: EapAuthSettings = field(default_factory=lambda: EapAuthSettings())
