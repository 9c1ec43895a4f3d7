"""Network settings and diagnosis: enumerations. Source: Net.idl, PortForwardingAutoSetup.idl."""
from __future__ import annotations

from .._runtime import Enumeration


class AuthenticationMode(Enumeration):
    AUTH_NONE, AUTH_PSK, AUTH_EAP = range(3)


class AutoConfigs(Enumeration):
    STATIC, DHCP, AUTO = range(3)


class EapInnerAuthMethod(Enumeration):
    INNER_EAP_MSCHAPv2, INNER_EAP_TLS = range(2)
    MSCHAPv2 = 0


class EapInnerMethod(Enumeration):
    EAP_MSCHAPv2 = 0


class EapOuterAuthMethod(Enumeration):
    EAP_PEAP, EAP_TLS = range(2)
    PEAP = 0


class EapOuterMethod(Enumeration):
    EAP_PEAP = 0


class EapStatus(Enumeration):
    EAP_STATUS_DISABLED, EAP_STATUS_PENDING, EAP_STATUS_FAILED, EAP_STATUS_SUCCESS = range(4)


class EthAuthType(Enumeration):
    ETH_AUTH_NONE, ETH_AUTH_EAP = range(2)


class EthDuplexMode(Enumeration):
    DUPLEX_MODE_AUTO, DUPLEX_MODE_HALF, DUPLEX_MODE_FULL = range(3)


class EthSpeed(Enumeration):
    SPEED_AUTO, SPEED_MBIT_10, SPEED_MBIT_100, SPEED_MBIT_1000 = range(4)


class InterfaceMode(Enumeration):
    IF_MODE_WIRED, IF_MODE_WIRELESS, IF_MODE_USB_DEVICE = range(3)


class InterfaceOpState(Enumeration):
    NOT_PRESENT, DOWN, NO_LINK, UP = range(4)


class InterfaceType(Enumeration):
    ETHERNET, WLAN, BRIDGE = range(3)


class IpConfigMethod(Enumeration):
    STATIC, DHCP, AUTO = range(3)


class LanDuplex(Enumeration):
    LAN_DUPLEX_AUTO, LAN_DUPLEX_HALF, LAN_DUPLEX_FULL, LAN_DUPLEX_UNKNOWN = range(4)


class LanSpeed(Enumeration):
    LAN_SPEED_AUTO, LAN_SPEED_10MBIT, LAN_SPEED_100MBIT, LAN_SPEED_1000MBIT, LAN_SPEED_UNKNOWN = range(5)


class PortForwardingAutoSetupExpansionUnitState(Enumeration):
    (PF_AUTO_SETUP_UNIT_ALREADY_EXISTS, PF_AUTO_SETUP_UNIT_PENDING, PF_AUTO_SETUP_UNIT_ADDED,
     PF_AUTO_SETUP_UNIT_ERROR) = range(4)


class PortForwardingAutoSetupRunningState(Enumeration):
    (PF_AUTO_SETUP_NONE, PF_AUTO_SETUP_RUNNING, PF_AUTO_SETUP_CANCELED, PF_AUTO_SETUP_FINISHED_WITH_ERROR,
     PF_AUTO_SETUP_FINISHED_SUCCESSFULLY) = range(5)


class PortForwardingRole(Enumeration):
    PRIMARY_UNIT, EXPANSION_UNIT = range(2)
    MASTER = 0
    SLAVE = 1


class WlanAuthType(Enumeration):
    WLAN_AUTH_NONE, WLAN_AUTH_PSK, WLAN_AUTH_EAP = range(3)
    NONE = 0
    PSK = 1
    EAP = 2


class WlanChannelWidth(Enumeration):
    (CHANNEL_WIDTH_UNKNOWN, CHANNEL_WIDTH_20_NO_HT, CHANNEL_WIDTH_20, CHANNEL_WIDTH_40, CHANNEL_WIDTH_80,
     CHANNEL_WIDTH_80P80, CHANNEL_WIDTH_160) = range(7)


class WlanSecProtocol(Enumeration):
    WPA2 = 0
