"""What a run reads of its hall."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable

from ...core.cli.output import NOT_METERED, figure
from ...pdus.saved_readings import HallReadings
from ...site.drawing.drawing import Cord, Drawing, Machine
from ...site.machines.meters import MeteredLoad
from ..failure.rehearsal import Hall
from ..walk.verdicts import CordNow, cords_now
from .environment import RunEnvironment
from .steps import outlet_load

# readings of PDUs that the present step does not touch are at most this old, in s: other machines'
# currents count on panels' lines
_REFRESH_S = 900.0


class HallWatch:
    """The last readings of a hall."""

    def __init__(self, drawing: Drawing, environment: RunEnvironment) -> None:
        self._drawing, self._environment = drawing, environment
        self.readings = HallReadings({})
        # when all were read last
        self._read_at = -math.inf

    def read(self, pdus: Collection[str]) -> HallReadings:
        """Read these PDUs now and, once in a while, all."""
        readable = set(self._drawing.read_pdus)
        now = self._environment.monotonic()
        is_due = now - self._read_at > _REFRESH_S
        readings = self._environment.read_pdus(readable if is_due else readable & set(pdus))
        if is_due:
            self._read_at = now
        self.readings = HallReadings({**self.readings.pdus, **readings.pdus}, readings.taken)
        return self.readings

    def hall(self) -> Hall:
        """The hall by the last readings."""
        return Hall(self._drawing, self.readings)

    def cords(self, machine: Machine) -> tuple[CordNow, ...]:
        """A machine's cords by the last readings."""
        resolution_by_pdu = {
            cord.pdu: self.readings.pdus[cord.pdu].outlet_step_a
            for cord in machine.cords
            if cord.pdu in self.readings.pdus
        }
        return cords_now(machine, self.readings, resolution_by_pdu, self._drawing.idle_a)

    def loads(self, cords: Iterable[Cord]) -> dict[Cord, MeteredLoad]:
        """What these outlets show; no figure for one that was not read."""
        return {cord: outlet_load(self.readings, cord) for cord in cords}

    def amperes(self, cords: Iterable[Cord]) -> str:
        """What these outlets carry together, for people."""
        currents = [load.current_a for load in self.loads(cords).values()]
        known_currents = [current for current in currents if current is not None]
        return figure(sum(known_currents), "A") if known_currents else NOT_METERED
