"""Figures from the answers of a bulk: measured, not known at the moment, or not metered."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Callable, NamedTuple, Optional

from ..shared.errors import Denied, PduHandlerError
from .rpc import Bulk, Pending, present
from .rpc.sensors import NumericSensor
from .units import XerusUnit

Reading = Pending[NumericSensor.Reading]


class MeteredValue(NamedTuple):
    """A figure."""

    #: whether the device meters it
    is_metered: bool
    #: None if it is not metered, or not known at the moment
    value: Optional[float] = None


NOT_METERED = MeteredValue(False)
NOT_KNOWN = MeteredValue(True)
_WH_IN_KWH = 1000.0


def ask(bulk: Bulk, unit: XerusUnit, sensor: Optional[NumericSensor]) -> Optional[Reading]:
    """Queue one reading of a sensor of this unit; None if no sensor is fitted."""
    return bulk.add(unit.mine(sensor).getReading) if sensor is not None else None


def metered_value(reading: Optional[Reading]) -> MeteredValue:
    """The value that was read. NOT_METERED without a sensor or if the call failed. NOT_KNOWN if the
    reading is not valid now, or below zero: an RMS current or a counter cannot be negative.

    Raises Denied if the account may not read the sensor.
    """
    if reading is None:
        return NOT_METERED
    if call_error(reading) is not None:  # raises Denied
        return NOT_METERED
    value = reading.get()
    if not present(value, "available", "valid", "value"):
        return NOT_KNOWN
    if value.available and value.valid and value.value >= 0:
        return MeteredValue(True, value.value + 0.0)  # + 0.0 makes -0.0 a plain zero
    return NOT_KNOWN


def listed_value(reading: Optional[Reading]) -> MeteredValue:
    """As `metered_value`, but NOT_KNOWN if the call failed: the device lists the sensor."""
    if reading is None:
        return NOT_METERED
    value = metered_value(reading)
    return value if value.is_metered else NOT_KNOWN


def largest(parts: Iterable[MeteredValue]) -> MeteredValue:
    """The largest of the metered parts; not known if one of them is not known, not metered if there
    are none.
    """
    return _together(parts, max)


def first_metered(*sources: MeteredValue) -> MeteredValue:
    """The first that the device meters, also if its value is not known: no later one replaces it,
    because that would be another quantity.
    """
    return next((source for source in sources if source.is_metered), NOT_METERED)


def _together(parts: Iterable[MeteredValue], how: Callable[[list[float]], float]) -> MeteredValue:
    """`how` of the values of the metered parts, as `largest` says."""
    metered_values = [part.value for part in parts if part.is_metered]
    values = [value for value in metered_values if value is not None]
    if not metered_values:
        return NOT_METERED
    return MeteredValue(True, how(values)) if len(values) == len(metered_values) else NOT_KNOWN


def sum_if_complete(parts: Iterable[MeteredValue]) -> MeteredValue:
    """The sum. Not metered if no part is; not known if one is not known, or if only some are
    metered: the others' sum is no total.
    """
    every = list(parts)
    if len({part.is_metered for part in every}) > 1:
        return NOT_KNOWN
    return _together(every, sum)


def kilowatt_hours(watt_hours: MeteredValue) -> Optional[float]:
    """An energy in kWh; None if it is not known or not metered."""
    return None if watt_hours.value is None else watt_hours.value / _WH_IN_KWH


def all_invalid(readings: Iterable[Optional[Reading]]) -> bool:
    """Whether some sensors answered but no value is known: their references may be stale."""
    values = [metered_value(reading) for reading in readings]
    return any(value.is_metered for value in values) and all(
        value.value is None for value in values
    )


def call_error(answer: Pending[Any]) -> Optional[PduHandlerError]:
    """The error of a call that figures depend on, or None.

    Raises Denied: figures would otherwise be missing without a reason.
    """
    if isinstance(answer.error, Denied):
        raise answer.error
    return answer.error
