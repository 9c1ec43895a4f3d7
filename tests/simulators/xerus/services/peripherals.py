"""Peripheral slots and their devices, a feature port, the beeper."""

from __future__ import annotations

import math
from typing import Any, Optional

from ..objects import Served
from ..pdu import PduUnit
from ..sensors import KINDS, Awake, NumericSensor, Sensor, SwitchSensor

_DEV_PORT, _CHAIN = 1, 3
_INVALID = 1
_DRY_CONTACT = 39
# Index of 4.0 in GENERATIONS: a sensor without channels had channel 0 on a recorded unit of 3.x and
# -1 on one of 4.0.
_PLAIN_CHANNEL_FROM = 2
_SENSORS = (
    ("temperature", "SIM1JX0001", 17.93),
    ("temperature", "SIM1EQ0002", 16.5),
    ("humidity", "SIM1EQ0002", 54.5),
    ("temperature", "SIM1JX0003", 16.37),
    ("absoluteHumidity", "SIM1EQ0002", 7.63),
)
_TEMPERATURE = 8
Json = dict[str, Any]
ValueObject = tuple[str, Json]


class DeviceManager(Served):
    def __init__(self, unit: PduUnit) -> None:
        super().__init__(
            unit,
            "peripheral.DeviceManager",
            "peripheraldevicemanager",
            ["/model/peripheraldevicemanager"],
        )
        model = unit.model
        self.settings: Json = {
            "presenceDetectionTimeout": 15,
            "autoManageNewDevices": True,
            "maxActivePoweredDryContacts": 10,
        }
        self.devices = [
            _device(unit, number, number >= model.peripherals - model.actuators)
            for number in range(model.peripherals)
        ]
        empty: list[Optional[Json]] = [None] * (model.slots - len(self.devices))
        self.slots = [
            DeviceSlot(unit, number, device, self)
            for number, device in enumerate([*self.devices, *empty])
        ]

    def getDeviceSlots(self) -> list[Served]:
        return list(self.slots)

    def getDiscoveredDevices(self) -> list[ValueObject]:
        return [("peripheral.Device", device) for device in self.devices]

    def getSettings(self) -> Json:
        return self.settings

    def setSettings(self, settings: Json) -> int:
        if settings["presenceDetectionTimeout"] < 0:
            return _INVALID
        self.settings = settings
        return 0

    def getMetaData(self) -> Json:
        return {"oneWirePortCount": 1, "onboardDeviceCount": 0}

    def getStatistics(self) -> Json:
        return {"cSumErrCnt": 0, "fuseTripCnt": 0}


def _device(unit: PduUnit, number: int, actuator: bool) -> Json:
    rounds, place = divmod(number, len(_SENSORS))
    name, serial, value = _SENSORS[place]
    serial = f"{serial[:6]}{int(serial[6:]) + 3 * rounds:04}"
    paths = [f"/model/peripheraldeviceslot/{number}/device"]
    sensor: Sensor
    if actuator:
        sensor, serial = (
            SwitchSensor(unit, f"EXT{number:02}S", paths, _DRY_CONTACT, Awake()),
            f"SIMDX2{number:04}",
        )
    else:
        sensor = NumericSensor(unit, KINDS[name], f"EXT{number:02}N", paths, lambda: value, Awake())
    plain = -1 if unit.firmware.index >= _PLAIN_CHANNEL_FROM else 0
    return {
        "deviceID": {
            "serial": serial,
            "type": sensor.getTypeSpec(),
            "isActuator": actuator,
            "channel": plain,
        },
        "position": [
            {"portType": _DEV_PORT, "port": "1"},
            {"portType": _CHAIN, "port": str(number + 1)},
        ],
        "packageClass": "DX2" if actuator else serial[3:6],
        "device": sensor,
    }


class DeviceSlot(Served):
    def __init__(
        self, unit: PduUnit, number: int, device: Optional[Json], manager: DeviceManager
    ) -> None:
        super().__init__(
            unit,
            "peripheral.DeviceSlot",
            f"pDevSlot.{number}",
            [f"/model/peripheraldeviceslot/{number}"],
        )
        self.device = device
        self._manager = manager
        thermometer = device is not None and device["deviceID"]["type"]["type"] == _TEMPERATURE
        self.settings: Json = {
            "name": f"sensor {number + 1}" if device else "",
            "useDefaultThresholds": True,
            "properties": {"linearOffset": ""} if thermometer else {},
        }

    def getDevice(self) -> Optional[ValueObject]:
        return ("peripheral.Device", self.device) if self.device else None

    def assign(self, devid: Json) -> int:
        found = next(
            (device for device in self._manager.devices if device["deviceID"] == devid), None
        )
        if found is None:
            return _INVALID
        for slot in self._manager.slots:
            if slot.device is found:
                slot.device = None
        self.device = found
        return 0

    def unassign(self) -> int:
        self.device = None
        return 0

    def getSettings(self) -> Json:
        return self.settings

    def setSettings(self, settings: Json) -> int:
        self.settings = settings
        return 0


class Beeper(Served):
    _QUIET, _ACTIVE = 0, 2

    def __init__(self, unit: PduUnit) -> None:
        super().__init__(unit, "hmi.InternalBeeper", "internalbeeper")
        self._muted = self._muted_now = False
        self._until = 0.0
        self._reason = ""

    def mute(self, muted: bool) -> None:
        self._muted = muted

    def isMuted(self) -> bool:
        return self._muted

    def activate(self, on: bool, reason: str, timeout: int) -> None:
        """Starts or ends the beep.

        `timeout` is in milliseconds; 0 means without end (InternalBeeper.idl).
        """
        self._until = self.unit.clockwork.now() + (timeout / 1000 or math.inf) if on else 0.0
        self._reason, self._muted_now = reason, False

    def getState(self) -> Json:
        active = self.unit.clockwork.now() < self._until
        return {
            "_ret_": self._ACTIVE if active else self._QUIET,
            "reason": self._reason if active else "",
            "mutedTemporarily": active and self._muted_now,
        }
