"""Single figures out of bulk answers: what counts as measured, what as not known, what as not there."""
from __future__ import annotations

from typing import Callable, Iterable, List, NamedTuple, Optional

from ..errors import Denied, PduHandlerError, Refused
from .rpc import Bulk, Pending, present
from .rpc._runtime.errors import leaves_open
from .rpc.sensors import NumericSensor
from .units import Unit

Reading = Pending[NumericSensor.Reading]


class Amount(NamedTuple):
    """A figure: `metered` is whether the device has it at all, `value` is None while it is not known."""

    metered: bool
    value: Optional[float] = None


NOT_METERED = Amount(False)
NOT_KNOWN = Amount(True)


def ask(bulk: Bulk, unit: Unit, sensor: Optional[NumericSensor]) -> Optional[Reading]:
    """Queue one reading of a sensor of this unit; None where no sensor is fitted."""
    return bulk.add(unit.mine(sensor).getReading) if sensor is not None else None


def amount(reading: Optional[Reading]) -> Amount:
    """What was read. A sensor that the device refuses is not there; one that is not valid now is not known."""
    if reading is None:
        return NOT_METERED
    if isinstance(reading.error, Denied):
        raise reading.error
    if reading.error is not None:
        return NOT_METERED
    value = reading.get()
    if not present(value, "available", "valid", "value") or not (value.available and value.valid):
        return NOT_KNOWN
    return Amount(True, value.value)


def counted(reading: Reading) -> Amount:
    """What a counter that the device named shows: not known where it cannot be read, for whatever reason."""
    found = amount(reading)
    return found if found.metered else NOT_KNOWN


def total(parts: Iterable[Amount]) -> Amount:
    """The sum of what is metered; not known as soon as one metered part is not."""
    return _together(parts, sum)


def largest(parts: Iterable[Amount]) -> Amount:
    """The largest of what is metered; not known as soon as one metered part is not."""
    return _together(parts, max)


def _together(parts: Iterable[Amount], how: Callable[[List[float]], float]) -> Amount:
    metered = [part.value for part in parts if part.metered]
    known = [value for value in metered if value is not None]
    if not metered:
        return NOT_METERED
    return Amount(True, how(known)) if len(known) == len(metered) else NOT_KNOWN


def whole(parts: Iterable[Amount]) -> Amount:
    """As `total`, but only where every part is metered: a sum that leaves something out is no total."""
    every = list(parts)
    return total(every) if every and all(part.metered for part in every) else NOT_METERED


def all_invalid(readings: Iterable[Optional[Reading]]) -> bool:
    """Whether there are readings, and not one of them is valid: references may have gone stale."""
    amounts = [amount(reading) for reading in readings]
    return any(one.metered for one in amounts) and all(one.value is None for one in amounts)


def absent(error: Optional[PduHandlerError]) -> bool:
    """Whether the device answered that it has no such object or method. A failure does not prove that."""
    return isinstance(error, Refused) and not isinstance(error, Denied) and not leaves_open(error)
