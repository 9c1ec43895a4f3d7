"""One register of a PDU: its energy in any period with bounds, and what happened to it. Pure."""

from __future__ import annotations

import copy
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import groupby
from typing import NamedTuple, Optional

from ..registers.bounds import BoundedRegister, BoundedRegisters, Period, count_until
from ..registers.numpy_lazy import np
from ..registers.segments import Segment, history_of
from ..registers.values import EnergyInterval, Event, RegisterLimits, RegisterReadings
from . import checks
from .unit_check import ReadTimes, UnitCheck


class RegisterEdge(NamedTuple):
    """A reading of a register: when it began, in s, and what it showed, in kWh."""

    time: float
    kwh: float


class RegisterAdvance(NamedTuple):
    """What a register that goes on showed at both ends of a period."""

    begin: RegisterEdge
    end: RegisterEdge

    @property
    def kwh(self) -> float:
        """What a utility bills: months of it add up to the register."""
        return self.end.kwh - self.begin.kwh


class _PeriodEnergy(NamedTuple):
    """What a register and its power say of a period, whatever its unit."""

    energy: EnergyInterval
    #: the most that flowed while the register did not move, in kWh
    unmoved_kwh: float


class CheckedRegister:
    """One register, which answers for any period."""

    def __init__(
        self,
        readings: RegisterReadings,
        rows: checks.Rows,
        times: ReadTimes,
        class_percent: Optional[float],
        limits: RegisterLimits,
        parameters: checks.CheckParameters,
        longest_s: Optional[float] = None,
    ) -> None:
        """`longest_s`: as of `history_of`."""
        self._readings, self._rows, self._times = readings, rows, times
        self._parameters = parameters
        self._error = (class_percent or 0.0) / 100.0
        # A meter that reads too much may show more than the supply delivers.
        self._limits = limits._replace(kilowatts=limits.kilowatts * (1.0 + self._error))
        self._story = history_of(readings, self._limits, longest_s)
        self._period_energies = dict[Period, _PeriodEnergy]()
        #: what the power says of its unit
        self.unit = UnitCheck(readings, rows, times, parameters, self._story.segments)

    @cached_property
    def _register(self) -> BoundedRegister:
        return BoundedRegister.alone(self._readings, self._story.segments, self._limits)

    def alone(self) -> CheckedRegister:
        """The same without doubts of others of its device."""
        register = copy.copy(self)
        register.unit = self.unit.alone()
        return register

    @property
    def step(self) -> float:
        """The register's step, in kWh."""
        return self._limits.step

    @property
    def last_kwh(self) -> float:
        """What was read last."""
        return self._readings.values[-1]

    @property
    def is_whole(self) -> bool:
        """Whether the register is continuous between all of its readings (law 1)."""
        story = self._story
        counts = [len(segment.readings) for segment in story.segments]
        return not story.events and counts == [len(self._readings.values)]

    def values_by_unit(self) -> Iterator[Sequence[Sequence[float]]]:
        """The readings of each segment in kWh, segments of one unit together (law 1)."""
        values, changes = self._readings.values, sorted(self._readings.changes)
        for _, segments in groupby(
            self._story.segments, key=lambda segment: bisect_right(changes, segment.first)
        ):
            yield [[values[number] for number in segment.readings] for segment in segments]

    def bounds(self, begin: float, end: float) -> EnergyInterval:
        """The energy of a period by this register alone."""
        return self.all_bounds([(begin, end)])[0]

    def all_bounds(self, periods: Sequence[Period]) -> Sequence[EnergyInterval]:
        """The energy of each period by this register alone."""
        measured = self._measure(periods)
        if self.unit.is_clear() and not any(unmoved_kwh for _, unmoved_kwh in measured):
            return [energy for energy, _ in measured]
        return [
            self._bounded(energy, unmoved_kwh, *period)
            for (energy, unmoved_kwh), period in zip(measured, periods)
        ]

    def _measure(self, periods: Sequence[Period]) -> Sequence[_PeriodEnergy]:
        missing = [
            period for period in dict.fromkeys(periods) if period not in self._period_energies
        ]
        if missing:
            flows = checks.unmoved_kwh(self._rows, self._parameters, missing)
            self._period_energies.update(
                zip(missing, map(_PeriodEnergy, self._energies(missing), flows))
            )
        return [self._period_energies[period] for period in periods]

    def _bounded(
        self, energy: EnergyInterval, unmoved_kwh: float, begin: float, end: float
    ) -> EnergyInterval:
        """The energy of a period with what the power says of it (laws 2 and 5)."""
        most = self._limits.most(end - begin)
        if self.unit.is_in_doubt(begin, end):
            return EnergyInterval(0.0, energy.best, most)
        stood = checks.uncounted_s(self.unit.standstills, begin, end)
        high = energy.high + self._limits.most(stood)
        return EnergyInterval(energy.low, energy.best, min(max(high, unmoved_kwh), most))

    def events(self, begin: float, end: float) -> Sequence[Event]:
        """What happened in a period (law 5)."""
        slack = self._times.clock.slack
        events = [
            event
            for event in (*self._story.events, *self._times.clock.jumps)
            if event.begin < end + slack and event.end > begin - slack
        ]
        events += self.unit.events(begin, end)
        events += self._gaps(begin, end)
        return sorted(events, key=lambda event: (event.begin, event.end))

    def rise(self, begin: float, end: float) -> EnergyInterval:
        """What the register alone counted in a period, whatever its unit (law 1)."""
        return self._register.energy(begin, end)

    def advance(self, begin: float, end: float, most_s: float) -> Optional[RegisterAdvance]:
        """The readings between which a register that goes on is billed: the last one until the end
        of a period, and the last one until its begin; the first one after that if none is at most
        `most_s` before it. None if the register does not go on between them (law 1).
        """
        readings = self._readings
        for place, segment in enumerate(self._story.segments):
            numbers = segment.readings
            first, last = (count_until(readings.ends, numbers, at) - 1 for at in (begin, end))
            is_begun = first >= 0 or (place == numbers[0] == 0 and last >= 0)
            if is_begun and (last < len(numbers) - 1 or self._is_last(segment, end)):
                if first < 0 or begin - readings.begins[numbers[first]] > most_s:
                    first = min(first + 1, last)
                edges = (numbers[first], numbers[last])
                return RegisterAdvance(
                    *(RegisterEdge(readings.begins[at], readings.values[at]) for at in edges)
                )
        return None

    def billable(self, begin: float, end: float) -> EnergyInterval:
        """The energy of a period of which the lowest is billed: until its last reading, where the
        next bill begins (law 1).
        """
        ends = self._readings.ends
        last = bisect_right(ends, end) - 1
        until = max(ends[last], begin) if last >= 0 else begin
        periods = [(begin, end), (begin, until)]
        return min(self._energies(periods), key=lambda energy: energy.low)

    def _is_last(self, segment: Segment, end: float) -> bool:
        """Whether no other segment of a register has a reading until `end`."""
        later = [other for other in self._story.segments if other.first > segment.last]
        return not later or self._readings.ends[later[0].first] > end

    def weak_evidence(self, begin: float, end: float) -> str:
        """Why what was read supports no firm energy (law 5); "" if it does."""
        if self.unit.is_unseen(begin, end):
            return "its power was not seen as it is"
        if self._measure([(begin, end)])[0].unmoved_kwh:
            return "it stood while power was read"
        unit = self.unit
        if unit.is_confirmed or unit.confirms(begin, end) or unit.is_empty(begin, end):
            return ""
        if np.isnan(self._rows.power_w).all():
            return "bounded by amperes, which show its unit within many times only"
        return "what flowed is too little to show its unit"

    def is_read(self, begin: float, end: float) -> bool:
        """Whether a reading is of a period, or one is before it and one after it."""
        begins, ends = self._readings.begins, self._readings.ends
        margin_s = self._readings.slack + self._readings.max_age
        return begins[0] - margin_s < end and ends[-1] + margin_s > begin

    def covered_share(self, begin: float, end: float) -> float:
        """The part of a period in which it was read, and believed, without gaps: 0 to 1 (law 5)."""
        return self._register.covered_share(begin, end, self._gaps(begin, end))

    def _gaps(self, begin: float, end: float) -> Sequence[Event]:
        is_read = None if self.reads_all else ~np.isnan(self._rows.energy_kwh)
        return self._times.gaps(begin, end, is_read)

    @property
    def reads_all(self) -> bool:
        """Whether each poll read it."""
        return len(self._readings.values) == len(self._rows.begins)

    def cuts(self, begin: float, end: float) -> Sequence[float]:
        """Where its holes in a period begin and end, in s (law 3)."""
        edges = [edge for span in self._register.spans() for edge in span]
        return sorted(edge for edge in edges if begin < edge < end)

    def _energies(self, periods: Sequence[Period]) -> Sequence[EnergyInterval]:
        """The energy of each period, with the error of the meter (law 1)."""
        energies = self._register.energies(periods)
        if not self._error:
            return energies
        return [self._add_error(*pair) for pair in zip(energies, periods)]

    def _add_error(self, energy: EnergyInterval, period: Period) -> EnergyInterval:
        most = self._limits.most(period[1] - period[0])
        high = energy.high / (1.0 - self._error) if self._error < 1.0 else most
        high = max(min(high, most), energy.best)
        return EnergyInterval(energy.low / (1.0 + self._error), energy.best, high)

    def is_idle(self, energy: EnergyInterval, begin: float, end: float) -> bool:
        """Whether the register stood in a period, and each current that was read was 0 (law 5)."""
        few = self._limits.most(checks.GAP_FACTOR * self._parameters.usual_gap)
        if energy.best or energy.high > 2.0 * self._limits.step + few:
            return False
        first, stop = np.searchsorted(self._rows.begins, (begin, end))
        currents = self._rows.current_a[first:stop]
        return bool((currents == 0.0).any()) and not (currents > 0.0).any()


def bound_together(registers: Iterable[CheckedRegister]) -> None:
    """Let the energies of registers of one PDU be computed in one go where that is possible: of
    those that all polls read, that are continuous, and whose readings are equally old.
    """
    registers_by_age: dict[float, list[CheckedRegister]] = {}
    for register in registers:
        if register.reads_all and register.is_whole:
            registers_by_age.setdefault(register._readings.max_age, []).append(register)
    for some in registers_by_age.values():
        together = BoundedRegisters(
            [register._readings for register in some],
            some[0]._story.segments,
            [register._limits for register in some],
        )
        for row, register in enumerate(some):
            register._register = BoundedRegister(together, row)
