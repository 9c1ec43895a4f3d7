"""/model/peripheraldevicemanager: slots for sensors.

Source: DeviceManager.idl, DeviceSlot.idl and Sensor.idl; the sensors are like those of two recorded
units.
"""

from __future__ import annotations

from typing import Any, Optional

from ..objects import Served
from ..pdu import PduUnit
from ..sensors import Awake, NumericSensor

_MANAGER = "peripheraldevicemanager"
_DEV_PORT, _CHAIN = 1, 3
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
Json = dict[str, Any]


class DeviceManager(Served):
    def __init__(self, unit: PduUnit) -> None:
        super().__init__(unit, "peripheral.DeviceManager", _MANAGER, [f"/model/{_MANAGER}"])
        self._slots = [DeviceSlot(unit, number) for number in range(unit.model.slots)]

    def getDeviceSlots(self) -> list[DeviceSlot]:
        return self._slots


class DeviceSlot(Served):
    def __init__(self, unit: PduUnit, number: int) -> None:
        path = f"/model/peripheraldeviceslot/{number}"
        super().__init__(unit, "peripheral.DeviceSlot", f"pDevSlot.{number}", [path])
        self._device = _device(unit, number, path) if number < unit.model.peripherals else None
        is_thermometer = self._device is not None and _SENSORS[number][0] == "temperature"
        self._settings: Json = {
            "name": f"sensor {number + 1}" if self._device else "",
            "useDefaultThresholds": True,
            "properties": {"linearOffset": ""} if is_thermometer else {},
        }

    def getDevice(self) -> Optional[tuple[str, Json]]:
        return ("peripheral.Device", self._device) if self._device else None

    def getSettings(self) -> Json:
        return self._settings


def _device(unit: PduUnit, number: int, path: str) -> Json:
    _, serial, value = _SENSORS[number]
    package_class = serial[3:6]  # within the serial number
    always_awake = Awake()
    sensor = NumericSensor(
        unit, f"EXT{number:02}N", [f"{path}/device"], lambda: value, always_awake
    )
    has_plain_channel = unit.firmware.index >= _PLAIN_CHANNEL_FROM
    return {
        "deviceID": {
            "serial": serial,
            "isActuator": False,
            "channel": -1 if has_plain_channel else 0,
        },
        "position": [
            {"portType": _DEV_PORT, "port": "1"},
            {"portType": _CHAIN, "port": str(number + 1)},
        ],
        "packageClass": package_class,
        "device": sensor,
    }
