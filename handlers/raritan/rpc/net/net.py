"""Network settings, services, diagnosis and port forwarding.

Source: Net.idl, Services.idl, Diagnostics.idl, PortForwardingAutoSetup.idl.
"""
from __future__ import annotations

from typing import TYPE_CHECKING, List, Mapping, Optional, Tuple

from .._runtime import Interface, declared, method

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
    from .structures import Info, PortForwardingAutoSetupStatus, PortForwardingProtocolMapping, ServiceSettings, Settings


class Net(Interface, version="8.0.0"):
    """Network settings, at `/net`. Firmware 3.3.0 has the methods `getNetworkConfig…`; 3.3.10 added `getSettings`."""

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

    def getInfo(self) -> Info: declared()
    def getSettings(self) -> Settings: declared()
    def setSettings(self, settings: Settings) -> int: declared()
    def getPortForwardingProtocolMappings(self) -> List[PortForwardingProtocolMapping]: declared()
    def setNetworkConfigIP(self, cfg: NetworkConfigIP) -> int: declared()
    @method("cfg")
    def getNetworkConfigIP(self) -> NetworkConfigIP: declared()
    def setNetworkConfigIPv4(self, cfg4: NetworkConfigIPv4) -> int: declared()
    @method("cfg4", "cfg4current")
    def getNetworkConfigIPv4(self) -> Tuple[NetworkConfigIPv4, NetworkConfigIPv4]: declared()
    @method("static_routes", "active_routes")
    def getNetworkConfigRoutesIPv4(self) -> Tuple[List[IPv4RoutingEntry], List[IPv4RoutingEntry]]: declared()
    def setNetworkConfigRoutesIPv4(self, static_routes: List[IPv4RoutingEntry]) -> int: declared()
    @method("static_routes", "active_routes")
    def getNetworkConfigRoutesIPv6(self) -> Tuple[List[IPv6RoutingEntry], List[IPv6RoutingEntry]]: declared()
    def setNetworkConfigRoutesIPv6(self, static_routes: List[IPv6RoutingEntry]) -> int: declared()
    def setNetworkConfigIPv6(self, cfg6: NetworkConfigIPv6) -> int: declared()
    @method("cfg6", "ipv6current")
    def getNetworkConfigIPv6(self) -> Tuple[NetworkConfigIPv6, NetworkActiveValuesIPv6]: declared()
    def setNetworkConfigServices(self, services: List[ServiceConfig]) -> int: declared()
    @method("services")
    def getNetworkConfigServices(self) -> List[ServiceConfig]: declared()
    @method("state", "lan", "lancurrent", "wlan")
    def getNetworkConfigInterface(self) -> Tuple[InterfaceState, LanInterfaceSettings, LanInterfaceParameters,
                                  WirelessInterfaceSettings]: declared()
    @method("state", "ethmac", "wlanmac")
    def getMACs(self) -> Tuple[InterfaceState, str, str]: declared()
    def setNetworkConfigLan(self, lancfg: LanInterfaceSettings) -> int: declared()
    def setNetworkConfigWLan(self, wlancfg: WirelessInterfaceSettings) -> int: declared()
    def getBridgeSlaveCount(self) -> int: declared()


class Services(Interface, version="1.0.0"):
    """Network services and their ports."""

    ERR_INVALID_PARAMS = 1

    @method("servicesSettings")
    def getSettings(self) -> List[ServiceSettings]: declared()
    def setSettings(self, servicesSettings: List[ServiceSettings]) -> int: declared()


class Diagnostics(Interface, version="2.0.0"):
    """Ping, traceroute and listening sockets as the device sees them, at `/net/diag`."""

    NO_ERROR, ERR_INVALID_PARAM, ERR_EXEC_FAIL, ERR_TIMEOUT, ERR_RESOLVE_FAIL = range(5)

    @method("_ret_", "results")
    def ping(self, hostName: str, count: int, size: Optional[int] = None) -> Tuple[int, List[str]]: declared()
    @method("_ret_", "results")
    def traceRoute(self, hostName: str, timeout: int, useIcmp: bool) -> Tuple[int, List[str]]: declared()
    @method("_ret_", "results")
    def listTcpConnections(self) -> Tuple[int, List[str]]: declared()
    @method("_ret_", "results")
    def listTcpUdpListenSockets(self) -> Tuple[int, List[str]]: declared()
    @method("results")
    def resolveHostName(self, hostName: str) -> List[str]: declared()
    def flushRouteCache(self, ifName: str) -> None: declared()


class PortForwardingAutoSetup(Interface, version="1.0.0"):
    """Sets up a port-forwarding cascade from the primary unit."""

    SUCCESS, ERR_PF_AUTO_SETUP_NOT_A_PRIMARY_UNIT, ERR_PF_AUTO_SETUP_ALREADY_RUNNING, ERR_PF_AUTO_SETUP_INVALID_PARAM = range(4)

    def start(self, numberOfExpansionUnits: int, username: str, password: str, newPassword: str,
              disableStrongPasswordReq: bool) -> int: declared()
    def getStatus(self) -> PortForwardingAutoSetupStatus: declared()
    def cancel(self) -> None: declared()


FORWARDED_PORTS: Mapping[str, int] = {"https": 50000, "http": 50100, "ssh": 50200, "telnet": 50300, "snmp": 50500,
                                      "modbus": 50600}       # snmp over UDP, the others over TCP
HIGHEST_POSITION = 31


def forwarded_port(position: int, service: str = "https") -> int:
    """The port of a service on the primary unit's address. Position 0 is the primary unit, 1 to 31 are expansion units.

    Raises ValueError for an unknown service or position. No round trip.
    """
    if service not in FORWARDED_PORTS or not 0 <= position <= HIGHEST_POSITION:
        services = ", ".join(FORWARDED_PORTS)
        raise ValueError(f"{service} of position {position}: give one of {services} and 0 to {HIGHEST_POSITION}")
    return FORWARDED_PORTS[service] + position
