"""What feeds a unit: the lines of an inlet, or of a power meter's mains."""
from __future__ import annotations

from typing import List, Optional, Tuple, Union

from .readings import NOT_METERED, Amount, Reading, amount, ask, counted, largest, whole
from .rpc import Bulk, Pending
from .rpc.pdumodel import Inlet, Pole, PowerLine, PowerMeter
from .units import Unit

_LINES = (PowerLine.L1, PowerLine.L2, PowerLine.L3)


class FeedMeter:
    """One feed: its own sensors, and those of its lines. A subclass fills in `_sensors` and `_poles`."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self._sensors: Union[Pending[Inlet.Sensors], Pending[PowerMeter.Sensors], None] = None
        self._poles: Optional[Pending[List[Pole]]] = None
        self._current: Optional[Reading] = None
        self._energy: Optional[Reading] = None
        self._lines: List[Tuple[Pole, Optional[Reading], Optional[Reading]]] = []

    @property
    def found(self) -> bool:
        """Whether the resource id that was asked exists."""
        return self._sensors is not None and self._sensors.error is None

    def ask_readings(self, bulk: Bulk) -> None:
        """What the sensors show."""
        if self._sensors is None or self._poles is None:
            return
        sensors = self._sensors.get()
        poles = self._poles.get() if self._poles.error is None else []
        self._current = ask(bulk, self._unit, sensors.current)
        self._energy = ask(bulk, self._unit, sensors.activeEnergy)
        self._lines = [(pole, ask(bulk, self._unit, pole.current), ask(bulk, self._unit, pole.activeEnergy)) for pole in poles]

    @property
    def _lines_told(self) -> bool:
        return self._poles is not None and self._poles.error is None

    @property
    def fitted(self) -> bool:
        """Whether the load can be measured here; the highest of several lines is not their sum."""
        lines = self._line_currents()
        return self._lines_told and (bool(lines) and None not in lines or len(lines) < 2 and self._current is not None)

    def readings(self) -> List[Optional[Reading]]:
        """All readings of the feed."""
        return [self._current, self._energy, *(one for _, *pair in self._lines for one in pair)]

    def _line_currents(self) -> List[Optional[Reading]]:
        return [current for pole, current, _ in self._lines if pole.line in _LINES]

    def load(self) -> Amount:
        """Amperes: the sum over the lines, or the one current of a single-phase feed.

        With several lines the feed's own current is the highest of them. It is never used for their sum, nor where the lines
        cannot be read.
        """
        if not self._lines_told:
            return NOT_METERED
        lines = [amount(current) for current in self._line_currents()]
        if len(lines) < 2:
            return lines[0] if lines and lines[0].metered else amount(self._current)
        return largest(lines) if len(lines) == 2 and self._one_circuit() else whole(lines)

    def _one_circuit(self) -> bool:
        """Whether two lines are one circuit: the same current flows through both where there is no neutral."""
        return all(pole.line != PowerLine.NEUTRAL for pole, *_ in self._lines)

    def energy(self) -> Amount:
        """Watt-hours: the feed's counter, else its lines' counters."""
        if self._energy is not None:
            return counted(self._energy)
        return whole(amount(energy) for pole, _, energy in self._lines if pole.line in _LINES)
