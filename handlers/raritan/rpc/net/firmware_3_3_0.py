"""Network settings of firmware 3.3.0: structures and enumerations. Source: Net.idl."""

from __future__ import annotations

from .._runtime import ZERO, Enumeration, Structure


class AuthenticationMode(Enumeration):
    AUTH_NONE, AUTH_PSK, AUTH_EAP = range(3)


class AutoConfigs(Enumeration):
    STATIC, DHCP, AUTO = range(3)


class EapInnerMethod(Enumeration):
    EAP_MSCHAPv2 = 0


class EapOuterMethod(Enumeration):
    EAP_PEAP = 0


class InterfaceMode(Enumeration):
    IF_MODE_WIRED, IF_MODE_WIRELESS, IF_MODE_USB_DEVICE = range(3)


class LanDuplex(Enumeration):
    LAN_DUPLEX_AUTO, LAN_DUPLEX_HALF, LAN_DUPLEX_FULL, LAN_DUPLEX_UNKNOWN = range(4)


class LanSpeed(Enumeration):
    LAN_SPEED_AUTO, LAN_SPEED_10MBIT, LAN_SPEED_100MBIT, LAN_SPEED_1000MBIT, LAN_SPEED_UNKNOWN = (
        range(5)
    )


class EapSettings(Structure):
    identity: str = ""
    password: str = ""
    outerMethod: EapOuterMethod = ZERO
    innerMethod: EapInnerMethod = ZERO
    caCertificate: str = ""
    forceTrustedCert: bool = False
    allowOffTimeRangeCerts: bool = False
    allowNotYetValidCertsIfTimeBeforeBuild: bool = False


class IPv4RoutingEntry(Structure):
    dest: str = ""
    nexthop: str = ""
    intf: str = ""


class IPv6RoutingEntry(Structure):
    dest: str = ""
    nexthop: str = ""
    intf: str = ""


class InterfaceState(Structure):
    mode: InterfaceMode = ZERO
    activeMode: InterfaceMode = ZERO
    wirelessSupported: bool = False


class LanInterfaceParameters(Structure):
    speed: LanSpeed = ZERO
    duplex: LanDuplex = ZERO
    autonegotiation: bool = False
    link: bool = False
    supportedModes: list[LanLinkMode] = ZERO


class LanInterfaceSettings(Structure):
    speed: LanSpeed = ZERO
    duplex: LanDuplex = ZERO


class LanLinkMode(Structure):
    speed: LanSpeed = ZERO
    duplex: LanDuplex = ZERO


class NetworkActiveValuesIPv6(Structure):
    enabled: bool = False
    autocfg: AutoConfigs = ZERO
    ipaddrs: list[str] = ZERO
    routes: list[IPv6RoutingEntry] = ZERO
    ra_managed: bool = False
    ra_otherconf: bool = False
    dns_suffixes: list[str] = ZERO
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
    dns_suffixes: list[str] = ZERO
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
    dns_suffixes: list[str] = ZERO
    override_dns: bool = False
    dns_ip_1: str = ""
    dns_ip_2: str = ""
    domain_name: str = ""


class ServiceConfig(Structure):
    service: str = ""
    enable: bool = False
    port: int = 0


class WirelessInterfaceSettings(Structure):
    ssid: str = ""
    authentication: AuthenticationMode = ZERO
    psk: str = ""
    eap: EapSettings = ZERO
    bssid: str = ""
