"""An energy register as a tool saw it: readings, limits, and what happened to them. Pure values.

Times are seconds since 1970 in UTC, energies are kWh, powers are kW.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple, Optional

_NO_CHANGES: Mapping[int, str] = MappingProxyType({})


class RegisterLimits(NamedTuple):
    """What is known of a register and of the supply in front of it."""

    #: the most that the supply can deliver, such as the breaker's rating times the voltage
    kilowatts: float
    #: the smallest change that the register shows
    step: float = 0.0
    #: where the register begins again at 0; None if that is not known
    modulus: Optional[float] = None

    def most(self, seconds: float) -> float:
        """The energy that the supply can deliver in a time."""
        return self.kilowatts * max(seconds, 0.0) / 3600.0


class RegisterReadings(NamedTuple):
    """The readings of one register, in the order in which they were taken.

    A reading was taken at some moment between its begin and its end. Failed polls are left out.
    """

    begins: Sequence[float]
    ends: Sequence[float]
    values: Sequence[float]
    #: numbers of readings before which the unit changed or began again -> how that was seen, such
    #: as by another serial number. What the register did there is not known
    changes: Mapping[int, str] = _NO_CHANGES
    #: seconds by which all times may be wrong, where the clock of the reader jumped
    slack: float = 0.0
    #: seconds by which a register may be older than its reading: units refresh what they show at
    #: times of their own
    max_age: float = 0.0
    #: the same as far as it is proven: an age that is only likely explains no fast rise
    proven_age: float = 0.0
    #: of each reading: what its poll says of the unit, as bits of `identity`; () if none says it
    identities: Sequence[int] = ()
    #: of each reading: 1 if the current beside it was 0; () if nobody asks for it
    idle: Sequence[int] = ()


@dataclass(frozen=True)
class Event:
    """Something that happened to a register, and when."""

    kind: str
    #: the last reading before it, and the first one after it
    begin: float
    end: float
    reason: str


class EnergyInterval(NamedTuple):
    """An energy between two bounds, and the most likely one."""

    low: float
    best: float
    high: float

    @property
    def width(self) -> float:
        """The distance of the bounds."""
        return self.high - self.low

    def plus(self, other: EnergyInterval) -> EnergyInterval:
        """The sum of two energies that have nothing in common."""
        return EnergyInterval(self.low + other.low, self.best + other.best, self.high + other.high)


NOTHING = EnergyInterval(0.0, 0.0, 0.0)
