"""/net: interfaces, bridging, port forwarding.

Firmware 3.3.0 has other methods; not all of them are served.
"""

from __future__ import annotations

from typing import Any

from ..objects import Served, Unit

_UNKNOWN_INTERFACE, _DNS_SERVERS, _DNS_SERVER, _DOWNSTREAM, _IPV4_PREFIX, _IPV6_PREFIX = (
    1,
    100,
    101,
    300,
    404,
    405,
)
_MOST_DNS = 3
_DHCP, _STATIC = 1, 0
_ETHERNET, _BRIDGE = 0, 2
_DOWN, _NO_LINK, _UP = 1, 2, 3
_CONNECTED = ("br0", "eth1")
_PRIMARY = 0
_PROTOCOLS = ("HTTPS", "HTTP", "SSH", "TELNET", "SNMP", "MODBUS")
Json = dict[str, Any]


def _ip(enabled: bool) -> Json:
    return {
        "enabled": enabled,
        "configMethod": _DHCP,
        "staticAddrCidr": {"addr": "", "prefixLen": 24},
    }


class Net(Served):
    INTERFACES = (
        ("br0", "BRIDGE", _BRIDGE, False),
        ("eth1", "ETH1", _ETHERNET, True),
        ("eth2", "ETH2", _ETHERNET, True),
    )

    def __init__(self, unit: Unit) -> None:
        super().__init__(unit, "net.Net", "net", ["/net"])
        self.settings: Json = {
            "common": {
                "dns": {"serverAddrs": []},
                "portForwarding": {"enabled": False, "role": _PRIMARY},
            },
            "ifMap": {
                name: {"enabled": enabled, "ipv4": _ip(True), "ipv6": _ip(False)}
                for name, _, _, enabled in self.INTERFACES
            },
            "ethMap": {name: {"mtu": 1500, "lldpEnabled": True} for name in ("eth1", "eth2")},
            "wlanMap": {},
        }
        self._old: Json = {
            "enabled": True,
            "autocfg": 1,
            "ipaddr": "192.0.2.10",
            "netmask": "255.255.255.0",
        }
        self._lan: Json = {}
        self._services: list[Json] = [
            {"service": "https", "enable": True, "port": 443},
            {"service": "http", "enable": True, "port": 80},
        ]

    # -- newer than 3.3.0

    def getSettings(self) -> Json:
        return self.settings

    def setSettings(self, settings: Json) -> int:
        code = self._check(settings)
        if not code:
            self.settings = settings
        return code

    def _check(self, settings: Json) -> int:
        dns = settings["common"]["dns"]["serverAddrs"]
        forwarding = settings["common"]["portForwarding"]
        downstream = forwarding.get(
            "primaryUnitDownstreamIfName", forwarding.get("masterDownstreamIfName", "")
        )
        primary = forwarding["enabled"] and forwarding["role"] == _PRIMARY

        def prefixes_fit(family: str, longest: int) -> bool:
            return all(
                0 <= one[family]["staticAddrCidr"]["prefixLen"] <= longest
                for one in settings["ifMap"].values()
            )

        faults = (
            (_UNKNOWN_INTERFACE, set(settings["ifMap"]) != set(self.settings["ifMap"])),
            (_DNS_SERVERS, len(dns) > _MOST_DNS),
            (_DNS_SERVER, any(not server for server in dns)),
            (_DOWNSTREAM, primary and downstream not in {*self.settings["ifMap"], "usb"}),
            (_IPV4_PREFIX, not prefixes_fit("ipv4", 32)),
            (_IPV6_PREFIX, not prefixes_fit("ipv6", 128)),
        )
        return next((code for code, wrong in faults if wrong), 0)

    def getInfo(self) -> Json:
        forwarding = self.settings["common"]["portForwarding"]
        return {
            "common": {
                "dns": self.settings["common"]["dns"],
                "portForwarding": {
                    "enabled": forwarding["enabled"],
                    "nodeIndexValid": forwarding["enabled"],
                },
            },
            "ifMap": {
                name: self._interface(name, label, kind) for name, label, kind, _ in self.INTERFACES
            },
            "ethMap": {
                name: {"linkDetected": name in _CONNECTED} for name in self.settings["ethMap"]
            },
        }

    def _interface(self, name: str, label: str, kind: int) -> Json:
        settings = self.settings["ifMap"][name]
        bridged = self.settings["ifMap"]["br0"]["enabled"] and kind != _BRIDGE
        link = _UP if name in _CONNECTED else _NO_LINK
        return {
            "name": name,
            "label": label,
            "type": kind,
            "enabled": settings["enabled"],
            "controllingIfName": "br0" if bridged else "",
            "masterIfName": "br0" if bridged else "",
            "state": link if settings["enabled"] else _DOWN,
            "macAddr": "00:0d:5d:00:00:00",
            "mtu": 1500,
            "ipv4": {
                "enabled": settings["ipv4"]["enabled"],
                "configMethod": settings["ipv4"]["configMethod"],
                "addrsCidr": [{"addr": "127.0.0.1", "prefixLen": 8}],
            },
        }

    def getPortForwardingProtocolMappings(self) -> list[Json]:
        return [
            {
                "appProtoId": number,
                "appProtoName": name,
                "transportProtoName": "UDP" if name == "SNMP" else "TCP",
            }
            for number, name in enumerate(_PROTOCOLS)
        ]

    # -- 3.3.0

    def getNetworkConfigIPv4(self) -> Json:
        return {
            "cfg4": self._old,
            "cfg4current": {**self._old, "ipaddr": "127.0.0.1", "netmask": "255.0.0.0"},
        }

    def setNetworkConfigIPv4(self, cfg4: Json) -> int:
        if cfg4["autocfg"] == _STATIC and not cfg4["ipaddr"]:
            return 1
        self._old = cfg4
        return 0
