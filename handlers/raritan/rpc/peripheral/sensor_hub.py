"""The interface peripheral.SensorHub."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import List, Optional

from .. import portsmodel
from ..idl import declared, Enumeration, Interface, method, Structure
from .structures import PackageInfo, PosElement


class SensorHub(Interface):
    """A hub of sensor ports."""

    idlType = "peripheral.SensorHub:2.0.4"

    class UpstreamType(Enumeration):
        BUILTIN = 0
        ENV_HUB = 1
        REMOTE_HUB = 2

    @dataclass(eq=False, repr=False)
    class DeviceInfo(Structure):
        serial: str = ""
        model: str = ""
        upstreamType: SensorHub.UpstreamType = field(default_factory=lambda: SensorHub.UpstreamType(0))
        position: PosElement = field(default_factory=lambda: PosElement())
        protocolVersion: int = 0
        bootVersion: int = 0
        appVersion: int = 0
        hubPortInfos: List[SensorHub.HubPortInfo] = field(default_factory=list)

    @dataclass(eq=False, repr=False)
    class HubPortInfo(Structure):
        hubPort: str = ""
        fuse: Optional[portsmodel.PortFuse] = None

    @method()
    def getDeviceInfo(self) -> SensorHub.DeviceInfo: declared()

    @method()
    def getPackageInfo(self) -> PackageInfo: declared()
