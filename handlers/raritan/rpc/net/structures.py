"""Network settings and diagnosis since firmware 3.3.10: structures, enumerations, events.

Source: Net.idl, Services.idl, PortForwardingAutoSetup.idl.
"""
from __future__ import annotations

from typing import Dict, List

from .. import idl
from .._runtime import ZERO, Enumeration, Structure, Time


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


class PortForwardingAutoSetupExpansionUnitState(Enumeration):
    PF_AUTO_SETUP_UNIT_ALREADY_EXISTS, PF_AUTO_SETUP_UNIT_PENDING, PF_AUTO_SETUP_UNIT_ADDED, PF_AUTO_SETUP_UNIT_ERROR = range(4)


class PortForwardingAutoSetupRunningState(Enumeration):
    (PF_AUTO_SETUP_NONE, PF_AUTO_SETUP_RUNNING, PF_AUTO_SETUP_CANCELED, PF_AUTO_SETUP_FINISHED_WITH_ERROR,
     PF_AUTO_SETUP_FINISHED_SUCCESSFULLY) = range(5)


class PortForwardingRole(Enumeration):
    PRIMARY_UNIT, EXPANSION_UNIT = range(2)
    MASTER, SLAVE = range(2)


class WlanAuthType(Enumeration):
    WLAN_AUTH_NONE, WLAN_AUTH_PSK, WLAN_AUTH_EAP = range(3)
    NONE, PSK, EAP = range(3)


class WlanChannelWidth(Enumeration):
    (CHANNEL_WIDTH_UNKNOWN, CHANNEL_WIDTH_20_NO_HT, CHANNEL_WIDTH_20, CHANNEL_WIDTH_40, CHANNEL_WIDTH_80,
     CHANNEL_WIDTH_80P80, CHANNEL_WIDTH_160) = range(7)


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


class ServiceSettings(Structure):
    service: str = ""
    enable: bool = False
    port: int = 0


class Settings(Structure):
    common: CommonSettings = ZERO
    ifMap: Dict[str, InterfaceSettings] = ZERO
    ethMap: Dict[str, EthSettings] = ZERO
    wlanMap: Dict[str, WlanSettings] = ZERO


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


class PortForwardingAutoSetupStatusChangedEvent(idl.Event, version="1.0.0"):
    newStatus: PortForwardingAutoSetupStatus = ZERO


class PortForwardingExpansionUnitPresenceStateChangedEvent(idl.Event, version="1.0.0"):
    expansionUnitPresent: bool = False


class PortForwardingSlavePresenceStateChangedEvent(idl.Event, version="1.0.0"):
    slavePresent: bool = False


class WlanInfoChangedEvent(idl.Event, version="1.0.0"):
    ifName: str = ""
    wlanInfo: WlanInfo = ZERO
