"""/net: bridging and port forwarding, from firmware 3.4 on.

Source: Net.idl 4.0.1 and the vendor's page "Cascading and Linking".
"""

from __future__ import annotations

from typing import Any

from ..objects import Served, Unit

_DOWNSTREAM = 300
_PRIMARY = 0
Json = dict[str, Any]


class Net(Served):
    def __init__(self, unit: Unit) -> None:
        super().__init__(unit, "net.Net", "net", ["/net"])
        self.settings: Json = {
            "common": {"portForwarding": {"enabled": False, "role": _PRIMARY}},
            "ifMap": {
                name: {"enabled": name != "br0", "ipv4": {"enabled": True}}
                for name in ("br0", "eth1", "eth2")
            },
            "ethMap": {name: {"mtu": 1500, "lldpEnabled": True} for name in ("eth1", "eth2")},
        }

    def getSettings(self) -> Json:
        return self.settings

    def setSettings(self, settings: Json) -> int:
        """Refuses the port forwarding of a primary unit without a downstream interface."""
        forwarding = settings["common"]["portForwarding"]
        downstream = forwarding.get(
            "primaryUnitDownstreamIfName", forwarding.get("masterDownstreamIfName")
        )
        if forwarding["enabled"] and forwarding["role"] == _PRIMARY and not downstream:
            return _DOWNSTREAM
        self.settings = settings
        return 0
