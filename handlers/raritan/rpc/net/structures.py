"""Network settings and diagnosis: structures. Source: Net.idl, PortForwardingAutoSetup.idl, Services.idl."""
from __future__ import annotations

from typing import TYPE_CHECKING, Dict, List

from .._runtime import ZERO, Structure, Time

if TYPE_CHECKING:
    from .enumerations import (
        AuthenticationMode,
        AutoConfigs,
        EapInnerAuthMethod,
        EapInnerMethod,
        EapOuterAuthMethod,
        EapOuterMethod,
        EapStatus,
        EthAuthType,
        EthDuplexMode,
        EthSpeed,
        InterfaceMode,
        InterfaceOpState,
        InterfaceType,
        IpConfigMethod,
        LanDuplex,
        LanSpeed,
        PortForwardingAutoSetupExpansionUnitState,
        PortForwardingAutoSetupRunningState,
        PortForwardingRole,
        WlanAuthType,
        WlanChannelWidth,
        WlanSecProtocol,
    )


class CommonInfo(Structure):
    dns: DnsInfo = ZERO
    routing: RoutingInfo = ZERO
    portForwarding: PortForwardingInfo = ZERO


class CommonSettings(Structure):
    dns: DnsSettings = ZERO
    routing: RoutingSettings = ZERO
    portForwarding: PortForwardingSettings = ZERO


class DnsInfo(Structure):
    serverAddrs: List[str] = ZERO
    searchSuffixes: List[str] = ZERO
    resolverPrefersIPv6: bool = False


class DnsSettings(Structure):
    serverAddrs: List[str] = ZERO
    searchSuffixes: List[str] = ZERO
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


class EapSettings(Structure):
    identity: str = ""
    password: str = ""
    outerMethod: EapOuterMethod = ZERO
    innerMethod: EapInnerMethod = ZERO
    caCertificate: str = ""
    forceTrustedCert: bool = False
    allowOffTimeRangeCerts: bool = False
    allowNotYetValidCertsIfTimeBeforeBuild: bool = False


class EthInfo(Structure):
    eapStatus: EapStatus = ZERO
    linkMode: EthLinkMode = ZERO
    linkModeValid: bool = False
    autonegEnabled: bool = False
    linkDetected: bool = False
    supportedLinkModes: List[EthLinkMode] = ZERO


class EthLinkMode(Structure):
    speed: EthSpeed = ZERO
    duplexMode: EthDuplexMode = ZERO


class EthSettings(Structure):
    linkMode: EthLinkMode = ZERO
    mtu: int = 0
    authType: EthAuthType = ZERO
    eap: EapAuthSettings = ZERO
    lldpEnabled: bool = False


class IPv4RoutingEntry(Structure):
    dest: str = ""
    nexthop: str = ""
    intf: str = ""


class IPv6RoutingEntry(Structure):
    dest: str = ""
    nexthop: str = ""
    intf: str = ""


class Info(Structure):
    common: CommonInfo = ZERO
    ifMap: Dict[str, InterfaceInfo] = ZERO
    ethMap: Dict[str, EthInfo] = ZERO
    wlanMap: Dict[str, WlanInfo] = ZERO


class InterfaceIPv4Info(Structure):
    enabled: bool = False
    configMethod: IpConfigMethod = ZERO
    addrsCidr: List[IpAddrCidr] = ZERO
    dhcpServerAddr: str = ""
    dhcpPreferredHostname: str = ""


class InterfaceIPv6Info(Structure):
    enabled: bool = False
    configMethod: IpConfigMethod = ZERO
    addrsCidr: List[IpAddrCidr] = ZERO
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


class InterfaceState(Structure):
    mode: InterfaceMode = ZERO
    activeMode: InterfaceMode = ZERO
    wirelessSupported: bool = False


class IpAddrCidr(Structure):
    addr: str = ""
    prefixLen: int = 0


class IpRoute(Structure):
    destNetAddrCidr: IpAddrCidr = ZERO
    nextHopAddr: str = ""
    ifName: str = ""


class IpRoutingSettings(Structure):
    staticRoutes: List[IpRoute] = ZERO
    defaultGatewayAddr: str = ""
    _legacy = ("defaultGatewayAddr",)


class LanInterfaceParameters(Structure):
    speed: LanSpeed = ZERO
    duplex: LanDuplex = ZERO
    autonegotiation: bool = False
    link: bool = False
    supportedModes: List[LanLinkMode] = ZERO


class LanInterfaceSettings(Structure):
    speed: LanSpeed = ZERO
    duplex: LanDuplex = ZERO


class LanLinkMode(Structure):
    speed: LanSpeed = ZERO
    duplex: LanDuplex = ZERO


class NetworkActiveValuesIPv6(Structure):
    enabled: bool = False
    autocfg: AutoConfigs = ZERO
    ipaddrs: List[str] = ZERO
    routes: List[IPv6RoutingEntry] = ZERO
    ra_managed: bool = False
    ra_otherconf: bool = False
    dns_suffixes: List[str] = ZERO
    dns_ip_1: str = ""
    dns_ip_2: str = ""


class NetworkConfigIP(Structure):
    gai_prefer_ipv6: bool = False


class NetworkConfigIPv4(Structure):
    enabled: bool = False
    autocfg: AutoConfigs = ZERO
    ipaddr: str = ""
    netmask: str = ""
    gateway: str = ""
    hostname: str = ""
    dns_suffixes: List[str] = ZERO
    override_dns: bool = False
    dns_ip_1: str = ""
    dns_ip_2: str = ""
    domain_name: str = ""


class NetworkConfigIPv6(Structure):
    enabled: bool = False
    autocfg: AutoConfigs = ZERO
    ipaddr: str = ""
    gateway: str = ""
    hostname: str = ""
    dns_suffixes: List[str] = ZERO
    override_dns: bool = False
    dns_ip_1: str = ""
    dns_ip_2: str = ""
    domain_name: str = ""


class PortForwardingAutoSetupExpansionUnit(Structure):
    state: PortForwardingAutoSetupExpansionUnitState = ZERO
    errMsg: str = ""


class PortForwardingAutoSetupStatus(Structure):
    startTime: Time = ZERO
    remainingExpansionUnits: int = 0
    runningState: PortForwardingAutoSetupRunningState = ZERO
    expansionUnits: Dict[int, PortForwardingAutoSetupExpansionUnit] = ZERO


class PortForwardingInfo(Structure):
    enabled: bool = False
    nodeIndexValid: bool = False
    nodeIndex: int = 0
    expansionUnitConnected: bool = False
    primaryUnitDownstreamIfName: str = ""
    primaryUnitIPv4AddrInfos: List[PortForwardingPrimaryUnitAddrInfo] = ZERO
    primaryUnitIPv6AddrInfos: List[PortForwardingPrimaryUnitAddrInfo] = ZERO
    linkLocalIPv6Address: str = ""
    _aliases = {"primaryUnitDownstreamIfName": ("masterDownstreamIfName",),
        "primaryUnitIPv4AddrInfos": ("masterIPv4AddrInfos",), "primaryUnitIPv6AddrInfos": ("masterIPv6AddrInfos",),
        "expansionUnitConnected": ("slaveConnected",)}


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
    ipv4Routes: List[IpRoute] = ZERO
    ipv6Routes: List[IpRoute] = ZERO


class RoutingSettings(Structure):
    ipv4: IpRoutingSettings = ZERO
    ipv6: IpRoutingSettings = ZERO


class ServiceConfig(Structure):
    service: str = ""
    enable: bool = False
    port: int = 0


class ServiceSettings(Structure):
    service: str = ""
    enable: bool = False
    port: int = 0


class Settings(Structure):
    common: CommonSettings = ZERO
    ifMap: Dict[str, InterfaceSettings] = ZERO
    ethMap: Dict[str, EthSettings] = ZERO
    wlanMap: Dict[str, WlanSettings] = ZERO


class WirelessInterfaceSettings(Structure):
    ssid: str = ""
    authentication: AuthenticationMode = ZERO
    psk: str = ""
    eap: EapSettings = ZERO
    bssid: str = ""


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
