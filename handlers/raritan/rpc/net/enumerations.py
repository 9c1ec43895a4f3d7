"""Network settings and diagnosis: enumerations. Source: Net.idl, PortForwardingAutoSetup.idl."""
from __future__ import annotations

from .._runtime import Enumeration


class AuthenticationMode(Enumeration):
    AUTH_NONE = 0
    AUTH_PSK = 1
    AUTH_EAP = 2


class AutoConfigs(Enumeration):
    STATIC = 0
    DHCP = 1
    AUTO = 2


class EapInnerAuthMethod(Enumeration):
    INNER_EAP_MSCHAPv2 = 0
    INNER_EAP_TLS = 1
    MSCHAPv2 = 0


class EapInnerMethod(Enumeration):
    EAP_MSCHAPv2 = 0


class EapOuterAuthMethod(Enumeration):
    EAP_PEAP = 0
    EAP_TLS = 1
    PEAP = 0


class EapOuterMethod(Enumeration):
    EAP_PEAP = 0


class EapStatus(Enumeration):
    EAP_STATUS_DISABLED = 0
    EAP_STATUS_PENDING = 1
    EAP_STATUS_FAILED = 2
    EAP_STATUS_SUCCESS = 3


class EthAuthType(Enumeration):
    ETH_AUTH_NONE = 0
    ETH_AUTH_EAP = 1


class EthDuplexMode(Enumeration):
    DUPLEX_MODE_AUTO = 0
    DUPLEX_MODE_HALF = 1
    DUPLEX_MODE_FULL = 2


class EthSpeed(Enumeration):
    SPEED_AUTO = 0
    SPEED_MBIT_10 = 1
    SPEED_MBIT_100 = 2
    SPEED_MBIT_1000 = 3


class InterfaceMode(Enumeration):
    IF_MODE_WIRED = 0
    IF_MODE_WIRELESS = 1
    IF_MODE_USB_DEVICE = 2


class InterfaceOpState(Enumeration):
    NOT_PRESENT = 0
    DOWN = 1
    NO_LINK = 2
    UP = 3


class InterfaceType(Enumeration):
    ETHERNET = 0
    WLAN = 1
    BRIDGE = 2


class IpConfigMethod(Enumeration):
    STATIC = 0
    DHCP = 1
    AUTO = 2


class LanDuplex(Enumeration):
    LAN_DUPLEX_AUTO = 0
    LAN_DUPLEX_HALF = 1
    LAN_DUPLEX_FULL = 2
    LAN_DUPLEX_UNKNOWN = 3


class LanSpeed(Enumeration):
    LAN_SPEED_AUTO = 0
    LAN_SPEED_10MBIT = 1
    LAN_SPEED_100MBIT = 2
    LAN_SPEED_1000MBIT = 3
    LAN_SPEED_UNKNOWN = 4


class PortForwardingAutoSetupExpansionUnitState(Enumeration):
    PF_AUTO_SETUP_UNIT_ALREADY_EXISTS = 0
    PF_AUTO_SETUP_UNIT_PENDING = 1
    PF_AUTO_SETUP_UNIT_ADDED = 2
    PF_AUTO_SETUP_UNIT_ERROR = 3


class PortForwardingAutoSetupRunningState(Enumeration):
    PF_AUTO_SETUP_NONE = 0
    PF_AUTO_SETUP_RUNNING = 1
    PF_AUTO_SETUP_CANCELED = 2
    PF_AUTO_SETUP_FINISHED_WITH_ERROR = 3
    PF_AUTO_SETUP_FINISHED_SUCCESSFULLY = 4


class PortForwardingRole(Enumeration):
    PRIMARY_UNIT = 0
    EXPANSION_UNIT = 1
    MASTER = 0
    SLAVE = 1


class WlanAuthType(Enumeration):
    WLAN_AUTH_NONE = 0
    WLAN_AUTH_PSK = 1
    WLAN_AUTH_EAP = 2
    NONE = 0
    PSK = 1
    EAP = 2


class WlanChannelWidth(Enumeration):
    CHANNEL_WIDTH_UNKNOWN = 0
    CHANNEL_WIDTH_20_NO_HT = 1
    CHANNEL_WIDTH_20 = 2
    CHANNEL_WIDTH_40 = 3
    CHANNEL_WIDTH_80 = 4
    CHANNEL_WIDTH_80P80 = 5
    CHANNEL_WIDTH_160 = 6


class WlanSecProtocol(Enumeration):
    WPA2 = 0
