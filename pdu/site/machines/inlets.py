"""What the meter of an inlet says when outlets are switched off. Pure."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple, Optional

from .meters import MeterResolution
from .pdu_access import PduReading

# It must have lost this part of what the outlets carried: between nothing and all of it lies what
# meters' gains and lateness falsify, and no law says how much that is.
_PART = 0.5
# unit -> the figure of a MeterFigures and of a MeterResolution; what shows watts is not judged by
# amperes
_FIGURES = {"W": "power_w", "A": "current_a"}


class InletFall(NamedTuple):
    """What an inlet lost, beyond what other outlets show, when `carried` was switched off."""

    unit: str
    carried: float
    inlet_fall: float
    #: by how much neighbours that swing, late meters and their steps may falsify it
    noise: float

    @property
    def is_sure(self) -> bool:
        """Whether it says anything."""
        return self.noise < _PART * self.carried

    @property
    def is_enough(self) -> bool:
        """Whether it lost what the outlets carried."""
        return self.inlet_fall >= _PART * self.carried


class _Row(NamedTuple):
    inlet: float
    outlets: Mapping[str, float]


def find_inlet_fall(
    reading_before: PduReading,
    after: Sequence[PduReading],
    late: int,
    machine_outlets: Collection[str],
) -> Optional[InletFall]:
    """By how much a PDU's inlet fell, from the reading before to the `late` last ones after a
    command; None if it has no meter of its own, nothing flowed, or that much may be hidden by what
    neighbours swing in all these readings.
    """
    for unit, figure in _FIGURES.items():
        all_rows = [_row(reading, figure) for reading in (reading_before, *after)]
        rows = [row for row in all_rows if row is not None]
        if len(rows) == 1 + len(after) and len({frozenset(row.outlets) for row in rows}) == 1:
            neighbours = [name for name in rows[0].outlets if name not in machine_outlets]
            fall = _fall(unit, rows, late, neighbours)
            noise = fall.noise + _rounding(reading_before, figure, len(neighbours))
            fall = fall._replace(noise=noise)
            return fall if fall.is_sure else None
    return None


def _fall(unit: str, rows: Sequence[_Row], late: int, neighbours: Sequence[str]) -> InletFall:
    """Without the steps' noise. The first row is from before."""
    load = math.fsum(value for name, value in rows[0].outlets.items() if name not in neighbours)
    rests = [row.inlet - math.fsum(row.outlets[name] for name in neighbours) for row in rows]
    first_rest, later_rests = rests[0], rests[-late:]
    figures = [[row.outlets[name] for row in rows] for name in neighbours]
    noise = math.fsum(max(values) - min(values) for values in (*figures, later_rests))
    # what an inlet that is late has not shown yet cannot fall
    noise += max(0.0, load - first_rest)
    return InletFall(unit, load, first_rest - math.fsum(later_rests) / len(later_rests), noise)


def _rounding(reading: PduReading, figure: str, neighbours: int) -> float:
    """What the steps of these meters may hide."""
    steps = MeterResolution().finer(outlet.draw for outlet in reading.outlets.values())
    inlet = MeterResolution().finer([reading.inlet])
    rounding: float = getattr(inlet, figure) + getattr(steps, figure) * neighbours / 2
    return rounding


def _row(reading: PduReading, figure: str) -> Optional[_Row]:
    """A PDU's figures in one unit; None unless its inlet and all outlets show one."""
    inlet = getattr(reading.inlet, figure)
    outlets = {name: getattr(outlet.draw, figure) for name, outlet in reading.outlets.items()}
    return None if inlet is None or None in outlets.values() else _Row(inlet, outlets)
