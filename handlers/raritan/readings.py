"""Sensors of a unit and lists of its parts: the one place where an answer becomes measured, not
metered or not known.

Proof that something does not exist is a null where its sensor would be, or the unit's word that it
has no such object (`is_missing_object_error`). Whatever else fails leaves it open.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple, Optional, TypeVar, Union

from ..shared.ceilings import is_placeholder
from ..shared.errors import Denied, PduHandlerError
from ..shared.meter_figures import Figure, NotKnown, divided, measured
from .rpc import Bulk, JsonRpcSyntaxException, Pending, Structure, present, shown_fields
from .rpc.sensors import NumericSensor
from .units import XerusUnit, is_missing_object_error

Part = TypeVar("Part")
_Reading = NumericSensor.Reading

_WH_IN_KWH = 1000.0


class SensorReading(NamedTuple):
    """The reading of one sensor that an object may have. Made by the functions below; only `figure`
    tells what it shows.
    """

    #: the queued call; None if there is nothing to ask
    call: Optional[Pending[_Reading]] = None
    #: whether the unit lists the sensor, so that it has it; else it was asked by a well-known id
    is_listed: bool = False
    #: for one without a call: why it is open whether it is fitted; None: it is not
    fault: Optional[NotKnown] = None

    @property
    def target(self) -> str:
        """The resource id of the sensor, the same in all its readings; "" without a call."""
        if self.call is None:
            return ""
        return self.call.method.parent.target

    def figure(self) -> Figure:
        """The value: not metered if the sensor is not fitted, or if it is not listed and the device
        does not have it. Not known if anything else failed, if it is not valid now, or if it is
        below zero: an RMS current or a counter cannot be negative.

        Raises Denied if the account may not read the sensor.
        """
        if self.call is None:
            return self.fault  # None: not fitted, so not metered
        error = call_error(self.call)
        if error is None:
            return _value(self.call.get(), self.target)
        if is_missing_object_error(error) and not self.is_listed:
            return None
        return NotKnown(f"the sensor {self.target} cannot be read: {error.reason}")


NOT_FITTED = SensorReading()


def ask_well_known(bulk: Bulk, sensor: NumericSensor) -> SensorReading:
    """Queue the reading of a sensor that may exist, by its well-known id."""
    return SensorReading(bulk.add(sensor.getReading))


def ask_listed(bulk: Bulk, unit: XerusUnit, sensors: Pending[Any], field: str) -> SensorReading:
    """Queue the reading of a sensor in the answer to getSensors.

    Raises Denied if the account may not list the sensors.
    """
    error = call_error(sensors)
    if error is None:
        return ask_field(bulk, unit, sensors.get(), field)
    if is_missing_object_error(error):
        return NOT_FITTED
    return SensorReading(fault=NotKnown(f"the sensors cannot be listed: {error.reason}"))


def ask_field(bulk: Bulk, unit: XerusUnit, listing: Structure, field: str) -> SensorReading:
    """Queue the reading of a sensor in a structure of sensors: each firmware sends all fields, null
    for a sensor that is not fitted."""
    if field not in shown_fields(listing):
        return SensorReading(fault=NotKnown(f"the list of sensors has no field {field}"))
    sensor = getattr(listing, field)
    if sensor is None:
        return NOT_FITTED
    try:
        own_sensor = unit.with_link_prefix(sensor)
    except JsonRpcSyntaxException as error:
        return SensorReading(fault=NotKnown(f"the sensor {sensor.target}: {error.reason}"))
    call = bulk.add(own_sensor.getReading)
    return SensorReading(call, is_listed=True)


def listed_parts(answer: Pending[list[Part]], noun: str) -> Union[list[Part], NotKnown]:
    """The parts in a list, none if the device has no such list; not known if it cannot be read.

    Raises Denied if the account may not read it.
    """
    error = call_error(answer)
    if error is None:
        return answer.get()
    if is_missing_object_error(error):
        return []
    return NotKnown(f"the {noun} cannot be listed: {error.reason}")


def _value(reading: _Reading, target: str) -> Figure:
    """The value of a reading that was answered."""
    fault = ""
    if not present(reading, "available", "valid", "value"):
        fault = "has no reading"
    elif not reading.available:
        fault = "is not available now"
    elif not reading.valid:
        fault = "is not valid now"
    elif reading.value < 0 or is_placeholder(reading.value):
        fault = f"reads {reading.value:g}"
    if fault:
        return NotKnown(f"the sensor {target} {fault}")
    return float(reading.value) + 0.0  # + 0.0 makes -0.0 a plain zero


def kilowatt_hours(watt_hours: Figure) -> Figure:
    """An energy in kWh."""
    return divided(watt_hours, _WH_IN_KWH)


def all_invalid(readings: Iterable[SensorReading]) -> bool:
    """Whether some sensors answered but no value is known: their references may be stale."""
    figures = [reading.figure() for reading in readings]
    has_meters = any(figure is not None for figure in figures)
    has_values = any(measured(figure) is not None for figure in figures)
    return has_meters and not has_values


def call_error(answer: Pending[Any]) -> Optional[PduHandlerError]:
    """The error of a call that figures depend on, or None.

    Raises Denied: figures would otherwise be missing without a reason.
    """
    if isinstance(answer.error, Denied):
        raise answer.error
    return answer.error
