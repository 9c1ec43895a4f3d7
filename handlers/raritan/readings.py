"""Figures from the answers of a bulk: measured, not known at the moment, or not metered."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Optional

from ..shared.ceilings import is_placeholder
from ..shared.errors import Denied, PduHandlerError
from ..shared.meter_figures import Figure, NotKnown, divided, measured
from .rpc import Bulk, Pending, present
from .rpc.sensors import NumericSensor
from .units import XerusUnit, is_missing_object_error

Reading = Pending[NumericSensor.Reading]


_WH_IN_KWH = 1000.0


def ask(bulk: Bulk, unit: XerusUnit, sensor: Optional[NumericSensor]) -> Optional[Reading]:
    """Queue one reading of a sensor of this unit; None if no sensor is fitted."""
    return bulk.add(unit.with_link_prefix(sensor).getReading) if sensor is not None else None


def metered_value(reading: Optional[Reading]) -> Figure:
    """The value that was read. Not metered without a sensor, or if the device does not have it. Not
    known if the call failed otherwise, or if the reading is not valid now, or below zero: an RMS
    current or a counter cannot be negative.

    Raises Denied if the account may not read the sensor.
    """
    if reading is None:
        return None
    error = call_error(reading)  # raises Denied
    if error is not None:
        return None if is_missing_object_error(error) else NotKnown(error.reason)
    value = reading.get()
    if not present(value, "available", "valid", "value"):
        return NotKnown(f"{_sensor(reading)} has no reading")
    if value.available and value.valid and value.value >= 0 and not is_placeholder(value.value):
        return float(value.value) + 0.0  # + 0.0 makes -0.0 a plain zero
    state = f"reads {value.value:g}"
    if not value.available or not value.valid:
        state = "is not valid now" if value.available else "is not available now"
    return NotKnown(f"{_sensor(reading)} {state}")


def listed_value(reading: Optional[Reading]) -> Figure:
    """As `metered_value`, but not known if the call failed: the device lists the sensor."""
    value = metered_value(reading)
    if value is None and reading is not None and reading.error is not None:
        return NotKnown(f"{_sensor(reading)} cannot be read: {reading.error.reason}")
    return value


def _sensor(reading: Reading) -> str:
    return f"the sensor {reading.method.parent.target}"


def kilowatt_hours(watt_hours: Figure) -> Figure:
    """An energy in kWh."""
    return divided(watt_hours, _WH_IN_KWH)


def all_invalid(readings: Iterable[Optional[Reading]]) -> bool:
    """Whether some sensors answered but no value is known: their references may be stale."""
    values = [metered_value(reading) for reading in readings]
    return any(value is not None for value in values) and all(
        measured(value) is None for value in values
    )


def call_error(answer: Pending[Any]) -> Optional[PduHandlerError]:
    """The error of a call that figures depend on, or None.

    Raises Denied: figures would otherwise be missing without a reason.
    """
    if isinstance(answer.error, Denied):
        raise answer.error
    return answer.error
