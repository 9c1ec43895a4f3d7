"""The IDL of net."""

from __future__ import annotations

from .._runtime.classes import declare
from . import idl as idl

_IDL = """
// Network settings of firmware 3.3.0: structures and enumerations. Source: Net.idl.

enumeration AuthenticationMode { AUTH_NONE, AUTH_PSK, AUTH_EAP }
enumeration AutoConfigs { STATIC, DHCP, AUTO }
enumeration EapInnerMethod { EAP_MSCHAPv2 }
enumeration EapOuterMethod { EAP_PEAP }
enumeration InterfaceMode { IF_MODE_WIRED, IF_MODE_WIRELESS, IF_MODE_USB_DEVICE }
enumeration LanDuplex { LAN_DUPLEX_AUTO, LAN_DUPLEX_HALF, LAN_DUPLEX_FULL, LAN_DUPLEX_UNKNOWN }
enumeration LanSpeed { LAN_SPEED_AUTO, LAN_SPEED_10MBIT, LAN_SPEED_100MBIT, LAN_SPEED_1000MBIT,
    LAN_SPEED_UNKNOWN }
structure EapSettings {
  string identity, password; EapOuterMethod outerMethod; EapInnerMethod innerMethod;
  string caCertificate;
  boolean forceTrustedCert, allowOffTimeRangeCerts, allowNotYetValidCertsIfTimeBeforeBuild;
}
structure IPv4RoutingEntry { string dest, nexthop, intf; }
structure IPv6RoutingEntry { string dest, nexthop, intf; }
structure InterfaceState { InterfaceMode mode, activeMode; boolean wirelessSupported; }
structure LanInterfaceParameters {
  LanSpeed speed; LanDuplex duplex; boolean autonegotiation, link;
  vector<LanLinkMode> supportedModes;
}
structure LanInterfaceSettings { LanSpeed speed; LanDuplex duplex; }
structure LanLinkMode { LanSpeed speed; LanDuplex duplex; }
structure NetworkActiveValuesIPv6 {
  boolean enabled; AutoConfigs autocfg; vector<string> ipaddrs; vector<IPv6RoutingEntry> routes;
  boolean ra_managed, ra_otherconf; vector<string> dns_suffixes; string dns_ip_1, dns_ip_2;
}
structure NetworkConfigIP { boolean gai_prefer_ipv6; }
structure NetworkConfigIPv4 {
  boolean enabled; AutoConfigs autocfg; string ipaddr, netmask, gateway, hostname;
  vector<string> dns_suffixes; boolean override_dns; string dns_ip_1, dns_ip_2, domain_name;
}
structure NetworkConfigIPv6 {
  boolean enabled; AutoConfigs autocfg; string ipaddr, gateway, hostname;
  vector<string> dns_suffixes; boolean override_dns; string dns_ip_1, dns_ip_2, domain_name;
}
structure ServiceConfig { string service; boolean enable; int port; }
structure WirelessInterfaceSettings {
  string ssid; AuthenticationMode authentication; string psk; EapSettings eap; string bssid;
}

// Network settings. Source: Net.idl.

enumeration EapInnerAuthMethod { INNER_EAP_MSCHAPv2, INNER_EAP_TLS, MSCHAPv2 = 0 }
enumeration EapOuterAuthMethod { EAP_PEAP, EAP_TLS, PEAP = 0 }
enumeration EapStatus { EAP_STATUS_DISABLED, EAP_STATUS_PENDING, EAP_STATUS_FAILED,
    EAP_STATUS_SUCCESS }
enumeration EthAuthType { ETH_AUTH_NONE, ETH_AUTH_EAP }
enumeration EthDuplexMode { DUPLEX_MODE_AUTO, DUPLEX_MODE_HALF, DUPLEX_MODE_FULL }
enumeration EthSpeed { SPEED_AUTO, SPEED_MBIT_10, SPEED_MBIT_100, SPEED_MBIT_1000 }
enumeration InterfaceOpState { NOT_PRESENT, DOWN, NO_LINK, UP }
enumeration InterfaceType { ETHERNET, WLAN, BRIDGE }
enumeration IpConfigMethod { STATIC, DHCP, AUTO }
enumeration PortForwardingRole { PRIMARY_UNIT, EXPANSION_UNIT, MASTER = 0, SLAVE }
enumeration WlanAuthType { WLAN_AUTH_NONE, WLAN_AUTH_PSK, WLAN_AUTH_EAP, NONE = 0, PSK, EAP }
enumeration WlanChannelWidth { CHANNEL_WIDTH_UNKNOWN, CHANNEL_WIDTH_20_NO_HT, CHANNEL_WIDTH_20,
    CHANNEL_WIDTH_40, CHANNEL_WIDTH_80, CHANNEL_WIDTH_80P80, CHANNEL_WIDTH_160 }
enumeration WlanSecProtocol { WPA2 }
structure CommonInfo { DnsInfo dns; RoutingInfo routing; PortForwardingInfo portForwarding; }
structure CommonSettings {
  DnsSettings dns; RoutingSettings routing; PortForwardingSettings portForwarding;
}
structure DnsInfo { vector<string> serverAddrs, searchSuffixes; boolean resolverPrefersIPv6; }
structure DnsSettings { vector<string> serverAddrs, searchSuffixes; boolean resolverPrefersIPv6; }
structure EapAuthSettings {
  string identity, password; boolean clearPassword; string clientCertChain, clientPrivKey;
  boolean clearClientPrivKey; string clientPrivKeyPassword; EapOuterAuthMethod outerMethod;
  EapInnerAuthMethod innerMethod; string caCertChain;
  boolean forceTrustedCert, allowOffTimeRangeCerts, allowNotYetValidCertsIfTimeBeforeBuild;
  string authServerName;
}
structure EthInfo {
  EapStatus eapStatus; EthLinkMode linkMode; boolean linkModeValid, autonegEnabled, linkDetected;
  vector<EthLinkMode> supportedLinkModes;
}
structure EthLinkMode { EthSpeed speed; EthDuplexMode duplexMode; }
structure EthSettings {
  EthLinkMode linkMode; int mtu; EthAuthType authType; EapAuthSettings eap; boolean lldpEnabled;
}
structure Info {
  CommonInfo common; map<string,InterfaceInfo> ifMap; map<string,EthInfo> ethMap;
  map<string,WlanInfo> wlanMap;
}
structure InterfaceIPv4Info {
  boolean enabled; IpConfigMethod configMethod; vector<IpAddrCidr> addrsCidr;
  string dhcpServerAddr, dhcpPreferredHostname;
}
structure InterfaceIPv6Info {
  boolean enabled; IpConfigMethod configMethod; vector<IpAddrCidr> addrsCidr;
  string dhcpServerId, dhcpPreferredHostname; boolean raManaged, raOtherConf;
}
structure InterfaceInfo {
  string name, label; InterfaceType type; boolean enabled; string controllingIfName=masterIfName;
  InterfaceOpState state; string macAddr; int mtu; InterfaceIPv4Info ipv4; InterfaceIPv6Info ipv6;
}
structure InterfaceIpSettings {
  boolean enabled; IpConfigMethod configMethod; IpAddrCidr staticAddrCidr;
  string staticDefaultGatewayAddr, dhcpPreferredHostname; boolean stablePrivacyEnabled;
}
structure InterfaceSettings { boolean enabled; InterfaceIpSettings ipv4, ipv6; }
structure IpAddrCidr { string addr; int prefixLen; }
structure IpRoute { IpAddrCidr destNetAddrCidr; string nextHopAddr, ifName; }
structure IpRoutingSettings { vector<IpRoute> staticRoutes; legacy string defaultGatewayAddr; }
structure PortForwardingInfo {
  boolean enabled, nodeIndexValid; int nodeIndex; boolean expansionUnitConnected=slaveConnected;
  string primaryUnitDownstreamIfName=masterDownstreamIfName;
  vector<PortForwardingPrimaryUnitAddrInfo> primaryUnitIPv4AddrInfos=masterIPv4AddrInfos,
      primaryUnitIPv6AddrInfos=masterIPv6AddrInfos;
  string linkLocalIPv6Address;
}
structure PortForwardingMasterAddrInfo { string ifName, addr; }
structure PortForwardingPrimaryUnitAddrInfo { string ifName, addr; }
structure PortForwardingProtocolMapping { int appProtoId; string appProtoName, transportProtoName; }
structure PortForwardingSettings {
  boolean enabled; PortForwardingRole role;
  string primaryUnitDownstreamIfName=masterDownstreamIfName;
}
structure RoutingInfo { vector<IpRoute> ipv4Routes, ipv6Routes; }
structure RoutingSettings { IpRoutingSettings ipv4, ipv6; }
structure Settings {
  CommonSettings common; map<string,InterfaceSettings> ifMap; map<string,EthSettings> ethMap;
  map<string,WlanSettings> wlanMap;
}
structure WlanInfo {
  boolean associated; string ssid, bssid; int channel; WlanChannelWidth channelWidth;
}
structure WlanSettings {
  boolean enableHT; string ssid, bssid; int mtu; WlanSecProtocol secProtocol; WlanAuthType authType;
  string psk; boolean clearPsk; EapAuthSettings eap;
}
valueobject CommonInfoChangedEvent 2.0.0 extends idl.Event { CommonInfo commonInfo; }
valueobject EthInfoChangedEvent 1.0.1 extends idl.Event { string ifName, ifLabel; EthInfo ethInfo; }
valueobject InterfaceInfoChangedEvent 2.0.0 extends idl.Event { InterfaceInfo ifInfo; }
valueobject LinkStateChangedEvent 1.0.0 extends idl.Event {
  string ifName, ifLabel; InterfaceType ifType; InterfaceOpState ifState;
}
valueobject PortForwardingExpansionUnitPresenceStateChangedEvent 1.0.0 extends idl.Event {
  boolean expansionUnitPresent;
}
valueobject PortForwardingSlavePresenceStateChangedEvent 1.0.0 extends idl.Event {
  boolean slavePresent;
}
valueobject WlanInfoChangedEvent 1.0.0 extends idl.Event { string ifName; WlanInfo wlanInfo; }
// Network settings, at `/net`.
//
// Firmware 3.3.0 has the methods `getNetworkConfig…`, newer firmware `getSettings`.
interface Net 8.0.0 {
  constant ERR_INVALID_PARAMS = 1, SUCCESS = 0, ERR_DNS_TOO_MANY_SERVERS = 100,
      ERR_DNS_INVALID_SERVER, ERR_DNS_TOO_MANY_SEARCH_SUFFIXES, ERR_DNS_INVALID_SEARCH_SUFFIX,
      ERR_ROUTING_IPV4_INVALID_DFLT_GATEWAY_ADDR = 200, ERR_ROUTING_IPV6_INVALID_DFLT_GATEWAY_ADDR,
      ERR_ROUTING_IPV4_INVALID_DEST_ADDR, ERR_ROUTING_IPV6_INVALID_DEST_ADDR,
      ERR_ROUTING_IPV4_INVALID_DEST_PREFIX_LEN, ERR_ROUTING_IPV6_INVALID_DEST_PREFIX_LEN,
      ERR_ROUTING_IPV4_INVALID_NEXTHOP_ADDR, ERR_ROUTING_IPV6_INVALID_NEXTHOP_ADDR,
      ERR_ROUTING_IPV4_INVALID_INTERFACE, ERR_ROUTING_IPV6_INVALID_INTERFACE,
      ERR_ROUTING_IPV4_DEST_IS_NO_NETWORK_ADDR, ERR_ROUTING_IPV6_DEST_IS_NO_NETWORK_ADDR,
      ERR_ROUTING_IPV4_DEST_IS_DUPLICATE, ERR_ROUTING_IPV6_DEST_IS_DUPLICATE,
      ERR_ROUTING_IPV4_NO_NEXTHOP_OR_INTERFACE, ERR_ROUTING_IPV6_NO_NEXTHOP_OR_INTERFACE,
      ERR_ROUTING_IPV4_NEXTHOP_AND_INTERFACE_SET, ERR_ROUTING_IPV6_NEXTHOP_AND_INTERFACE_SET,
      ERR_PF_INVALID_MASTER_DOWNSTREAM_INTERFACE = 300, ERR_PF_NO_WORKING_MASTER_UPSTREAM_INTERFACE,
      ERR_IF_IPV4_INVALID_CONFIG_METHOD = 400, ERR_IF_IPV6_INVALID_CONFIG_METHOD,
      ERR_IF_IPV4_INVALID_STATIC_ADDR, ERR_IF_IPV6_INVALID_STATIC_ADDR,
      ERR_IF_IPV4_INVALID_STATIC_PREFIX_LEN, ERR_IF_IPV6_INVALID_STATIC_PREFIX_LEN,
      ERR_IF_IPV4_INVALID_DHCP_PREF_HOSTNAME, ERR_IF_IPV6_INVALID_DHCP_PREF_HOSTNAME,
      ERR_ETH_IF_UNSUPPORTED_LINKMODE = 500, ERR_WLAN_IF_INVALID_SSID = 600,
      ERR_WLAN_IF_INVALID_BSSID, ERR_WLAN_IF_INVALID_PSK, ERR_WLAN_IF_INVALID_EAP_IDENTITY,
      ERR_WLAN_IF_INVALID_EAP_PASSWORD, ERR_WLAN_IF_INVALID_EAP_CERT,
      ERR_WLAN_IF_EAP_CERT_VERIFY_FAILED, ERR_IF_EAP_INVALID_IDENTITY = 408,
      ERR_IF_EAP_INVALID_PASSWORD, ERR_IF_EAP_INVALID_CLIENT_CERT,
      ERR_IF_EAP_INVALID_CLIENT_PRIV_KEY_OR_PWD, ERR_IF_EAP_CLIENT_CERT_PRIV_KEY_MISMATCH,
      ERR_IF_EAP_INVALID_CA_CERT, ERR_IF_EAP_CA_CERT_VERIFY_FAILED,
      ERR_IF_EAP_INVALID_AUTH_SERVER_NAME, ERR_ETH_IF_INVALID_MTU = 501,
      ERR_WLAN_IF_INVALID_MTU = 603, ERR_PF_INVALID_PRIMARY_UNIT_DOWNSTREAM_INTERFACE = 300,
      ERR_PF_NO_WORKING_PRIMARY_UNIT_UPSTREAM_INTERFACE, ERR_PF_NOT_SUPPORTED,
      ERR_WLAN_IF_NOT_SUPPORTED = 604, ERR_BRIDGE_IF_NOT_SUPPORTED = 700;
  Info getInfo();
  Settings getSettings();
  int setSettings(Settings settings);
  vector<PortForwardingProtocolMapping> getPortForwardingProtocolMappings();
  int setNetworkConfigIP(NetworkConfigIP cfg);
  void getNetworkConfigIP(out NetworkConfigIP cfg);
  int setNetworkConfigIPv4(NetworkConfigIPv4 cfg4);
  void getNetworkConfigIPv4(out NetworkConfigIPv4 cfg4, out NetworkConfigIPv4 cfg4current);
  void getNetworkConfigRoutesIPv4(out vector<IPv4RoutingEntry> static_routes,
      out vector<IPv4RoutingEntry> active_routes);
  int setNetworkConfigRoutesIPv4(vector<IPv4RoutingEntry> static_routes);
  void getNetworkConfigRoutesIPv6(out vector<IPv6RoutingEntry> static_routes,
      out vector<IPv6RoutingEntry> active_routes);
  int setNetworkConfigRoutesIPv6(vector<IPv6RoutingEntry> static_routes);
  int setNetworkConfigIPv6(NetworkConfigIPv6 cfg6);
  void getNetworkConfigIPv6(out NetworkConfigIPv6 cfg6, out NetworkActiveValuesIPv6 ipv6current);
  int setNetworkConfigServices(vector<ServiceConfig> services);
  void getNetworkConfigServices(out vector<ServiceConfig> services);
  void getNetworkConfigInterface(out InterfaceState state, out LanInterfaceSettings lan,
      out LanInterfaceParameters lancurrent, out WirelessInterfaceSettings wlan);
  void getMACs(out InterfaceState state, out string ethmac, out string wlanmac);
  int setNetworkConfigLan(LanInterfaceSettings lancfg);
  int setNetworkConfigWLan(WirelessInterfaceSettings wlancfg);
  int getBridgeSlaveCount();
}

// Services, diagnosis and port forwarding. Source: Services.idl, Diagnostics.idl,
// PortForwardingAutoSetup.idl.

enumeration PortForwardingAutoSetupExpansionUnitState { PF_AUTO_SETUP_UNIT_ALREADY_EXISTS,
    PF_AUTO_SETUP_UNIT_PENDING, PF_AUTO_SETUP_UNIT_ADDED, PF_AUTO_SETUP_UNIT_ERROR }
enumeration PortForwardingAutoSetupRunningState { PF_AUTO_SETUP_NONE, PF_AUTO_SETUP_RUNNING,
    PF_AUTO_SETUP_CANCELED, PF_AUTO_SETUP_FINISHED_WITH_ERROR, PF_AUTO_SETUP_FINISHED_SUCCESSFULLY }
structure PortForwardingAutoSetupExpansionUnit {
  PortForwardingAutoSetupExpansionUnitState state; string errMsg;
}
structure PortForwardingAutoSetupStatus {
  time startTime; int remainingExpansionUnits; PortForwardingAutoSetupRunningState runningState;
  map<int,PortForwardingAutoSetupExpansionUnit> expansionUnits;
}
structure ServiceSettings { string service; boolean enable; int port; }
valueobject PortForwardingAutoSetupStatusChangedEvent 1.0.0 extends idl.Event {
  PortForwardingAutoSetupStatus newStatus;
}
interface Services 1.0.0 {
  constant ERR_INVALID_PARAMS = 1;
  void getSettings(out vector<ServiceSettings> servicesSettings);
  int setSettings(vector<ServiceSettings> servicesSettings);
}
// Network diagnosis, at `/net/diag`.
interface Diagnostics 2.0.0 {
  constant NO_ERROR, ERR_INVALID_PARAM, ERR_EXEC_FAIL, ERR_TIMEOUT, ERR_RESOLVE_FAIL;
  int ping(string hostName, int count, int? size, out vector<string> results);
  int traceRoute(string hostName, int timeout, boolean useIcmp, out vector<string> results);
  int listTcpConnections(out vector<string> results);
  int listTcpUdpListenSockets(out vector<string> results);
  void resolveHostName(string hostName, out vector<string> results);
  void flushRouteCache(string ifName);
}
// Sets up a port-forwarding cascade from the primary unit.
interface PortForwardingAutoSetup 1.0.0 {
  constant SUCCESS, ERR_PF_AUTO_SETUP_NOT_A_PRIMARY_UNIT, ERR_PF_AUTO_SETUP_ALREADY_RUNNING,
      ERR_PF_AUTO_SETUP_INVALID_PARAM;
  int start(int numberOfExpansionUnits, string username, string password, string newPassword,
      boolean disableStrongPasswordReq);
  PortForwardingAutoSetupStatus getStatus();
  void cancel();
}
"""

__all__ = declare(globals(), _IDL)
