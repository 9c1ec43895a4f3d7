"""One register of a PDU: its energy in any period with bounds, what casts doubt on its unit, and
where it stood. Pure.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import groupby
from typing import NamedTuple, Optional

from ..journal.readings import PduReadings
from ..registers.bounds import BoundedRegister, Period, count_until
from ..registers.numpy_lazy import Column, np
from ..registers.parts import narrowed
from ..registers.segments import Segment, history_of
from ..registers.values import EnergyInterval, Event, RegisterLimits, RegisterReadings
from . import checks


class PlotData(NamedTuple):
    """What a picture of a register shows. Times in s, UTC; energies in kWh."""

    #: each segment as times and registers
    segments: Sequence[Sequence[tuple[float, float]]]
    #: readings that lie in no segment
    left_out: Sequence[tuple[float, float]]
    #: times, and the energy since the begin of the period
    band: Sequence[tuple[float, EnergyInterval]]


class ReadTimes:
    """When a PDU was read, as all of its registers need it."""

    def __init__(self, pdu: PduReadings) -> None:
        self.clock = pdu.clock()
        self.begins, self.ends = np.asarray(self.clock.begins), np.asarray(self.clock.ends)
        #: the usual time between two polls, in s
        self.usual_gap = pdu.usual_gap()
        #: numbers of polls before which the unit changed
        self.changes = frozenset(pdu.changes)


class UnitDoubt(NamedTuple):
    """An event that shows another unit, and the time between two changes of the device, in s."""

    event: Event
    #: what the register counts by what flowed
    ratio: float
    since: float
    until: float


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


class _Findings(NamedTuple):
    """What a register counted beside what flowed (law 2)."""

    #: of each stretch, as a whole
    comparisons: list[checks.Comparison]
    #: by its own power or current
    doubts: list[UnitDoubt]
    #: the same, by less than what one outlet alone can show
    suspicions: list[UnitDoubt]
    standstills: list[checks.Standstill]


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
    ) -> None:
        self._readings, self._rows, self._times = readings, rows, times
        self._parameters = parameters
        self._error = (class_percent or 0.0) / 100.0
        # A meter that reads too much may show more than the supply delivers.
        self._limits = limits._replace(kilowatts=limits.kilowatts * (1.0 + self._error))
        self._story = history_of(readings, self._limits)
        self._register = BoundedRegister(readings, self._story.segments, self._limits)
        self._bounds: dict[Period, EnergyInterval] = {}
        #: the most that flowed while the register did not move, in kWh
        self._unmoved_kwh: dict[Period, float] = {}
        #: doubts that are of the device
        self._shared: list[UnitDoubt] = []
        #: whether something of the device shows that its unit is right
        self.is_confirmed = False

    @cached_property
    def _findings(self) -> _Findings:
        findings = _Findings([], [], [], [])
        flow = checks.Flow.of(self._rows, self._parameters)
        if flow is None:
            return findings
        for stretch, is_believed in self._stretches():
            arguments = self._rows, flow, self._parameters, stretch
            still = checks.standstills(*arguments) if is_believed else ()
            comparison = checks.compare(*arguments, still, is_believed=is_believed)
            if comparison is None and still and np.ptp(self._rows.kwh[stretch]):
                comparison = checks.compare(*arguments)
            if comparison is None:
                findings.standstills.extend(still)
                continue
            findings.comparisons.append(comparison)
            event = comparison.event
            # what nobody believes may stand, and is a hole then
            if event is None or not (is_believed or comparison.ratio > 1.0):
                findings.standstills.extend(still)
                continue
            doubt = UnitDoubt(event, comparison.ratio, *self._span_between_changes(event))
            factor = max(doubt.ratio, 1.0 / doubt.ratio) if doubt.ratio else float("inf")
            is_alone_enough = factor >= checks.DEVICE_FACTOR
            same_kind = findings.doubts if is_alone_enough else findings.suspicions
            # once for a unit is enough
            if doubt[2:] not in [other_doubt[2:] for other_doubt in same_kind]:
                same_kind.append(doubt)
            if not is_alone_enough:
                findings.standstills.extend(still)
        return findings

    @property
    def doubts(self) -> Sequence[UnitDoubt]:
        """What its own power or current says of its unit (law 2)."""
        return self._findings.doubts

    @property
    def suspicions(self) -> Sequence[UnitDoubt]:
        """What its own power says, and all others of the device must say, too (law 4)."""
        return self._findings.suspicions

    def is_loaded(self, doubt: UnitDoubt) -> bool:
        """Whether its power shows what it counts by what flows, in the time of a doubt (law 2)."""
        here = self._comparisons(doubt.since, doubt.until)
        return any(comparison.is_loaded for comparison in here)

    def excludes(self, doubt: UnitDoubt) -> bool:
        """Whether its own power or current excludes a doubt (law 4)."""
        here = self._comparisons(doubt.since, doubt.until)
        return any(comparison.excludes(doubt.ratio) for comparison in here)

    def confirms(self, begin: float, end: float) -> bool:
        """Whether its own power or current shows in a period that its unit is right (law 2)."""
        return any(comparison.confirms for comparison in self._comparisons(begin, end))

    def confirm(self) -> None:
        """Other registers of the device show that its unit is right (law 4)."""
        self.is_confirmed = True

    def _comparisons(self, begin: float, end: float) -> Sequence[checks.Comparison]:
        return [
            comparison
            for comparison in self._findings.comparisons
            if comparison.begin < end and comparison.end > begin
        ]

    def take_doubt(self, source: str, doubt: UnitDoubt) -> None:
        """Take over a doubt of the device. `source`: whose it is, such as outlet 3 (law 4)."""
        is_known = any(
            finding.since < doubt.until and finding.until > doubt.since
            for finding in (*self.doubts, *self._shared)
        )
        if not is_known and not self._is_empty(doubt.since, doubt.until):
            event = doubt.event
            reason = f"{source} of the same device {event.reason}"
            self._shared.append(
                doubt._replace(event=Event(event.kind, event.begin, event.end, reason))
            )
            self._bounds.clear()

    def _is_empty(self, since: float, until: float) -> bool:
        """Whether nothing flowed in a time: any number of times nothing is nothing (law 4)."""
        first, stop = np.searchsorted(self._rows.begins, (since, until))
        kwh, amperes, watts = (
            column[first:stop][~np.isnan(column[first:stop])]
            for column in (self._rows.kwh, self._rows.amperes, self._rows.watts)
        )
        flows = np.concatenate((amperes, watts))
        return bool(len(kwh) and len(flows) and not np.ptp(kwh) and not flows.any())

    def _span_between_changes(self, event: Event) -> tuple[float, float]:
        """When the device changed before and after an event: meanwhile it had one unit (law 4)."""
        edges = [float(self._rows.begins[number]) for number in self._times.changes]
        since = max((edge for edge in edges if edge <= event.begin), default=float("-inf"))
        return since, min((edge for edge in edges if edge >= event.end), default=float("inf"))

    def _stretches(self) -> Iterator[tuple[Column, bool]]:
        """The rows that are compared with power (law 2): of each segment; and, of the time between
        two changes of the device of which most readings are in none, all: a register in a wrong
        unit may be too fast everywhere.
        """
        rows_read = np.flatnonzero(~np.isnan(self._rows.kwh))
        edges = [0, *sorted(self._readings.changes), len(rows_read)]
        for first, stop in zip(edges, edges[1:]):
            believed_readings = [
                segment.readings
                for segment in self._story.segments
                if first <= segment.first < stop
            ]
            if 2 * sum(map(len, believed_readings)) < stop - first:
                yield rows_read[first:stop], False
                continue
            for numbers in believed_readings:
                if isinstance(numbers, range) and len(rows_read) == len(self._rows.kwh):
                    yield slice(numbers.start, numbers.stop), True  # copies nothing
                else:
                    yield rows_read[np.asarray(numbers)], True

    @property
    def step(self) -> float:
        """The register's step, in kWh."""
        return self._limits.step

    @property
    def has_moved(self) -> bool:
        """Whether the register ever showed another value."""
        return bool(np.ptp(np.asarray(self._readings.values)))

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
        missing = [period for period in dict.fromkeys(periods) if period not in self._bounds]
        if missing:
            energies = self._energies(missing)
            flows = checks.unmoved_kwh(self._rows, self._parameters, missing)
            for period, energy, kwh in zip(missing, energies, flows):
                self._unmoved_kwh[period] = kwh
                self._bounds[period] = self._bounded(energy, kwh, *period)
        return [self._bounds[period] for period in periods]

    def _bounded(
        self, energy: EnergyInterval, unmoved_kwh: float, begin: float, end: float
    ) -> EnergyInterval:
        """The energy of a period with what the power says of it (laws 2 and 5)."""
        most = self._limits.most(end - begin)
        if self.is_in_doubt(begin, end):
            return EnergyInterval(0.0, energy.best, most)
        stood = checks.uncounted_s(self._findings.standstills, begin, end)
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
        events += self._doubts(begin, end)
        events += self._unseen(begin, end)
        events += (
            stood.event
            for stood in self._findings.standstills
            if stood.begin < end and stood.end > begin
        )
        events += checks.unknown_unit(self._rows)
        events += checks.gaps(self._rows, self._parameters, begin, end)
        return sorted(events, key=lambda event: (event.begin, event.end))

    def is_in_doubt(self, begin: float, end: float) -> bool:
        """Whether something that was read shows a wrong unit in a part of a period (law 2)."""
        return any(self._doubts(begin, end))

    def _doubts(self, begin: float, end: float) -> Iterator[Event]:
        return (
            doubt.event
            for doubt in (*self.doubts, *self._shared)
            if doubt.since < end and doubt.until > begin
        )

    def device_doubts(self) -> Sequence[UnitDoubt]:
        """Its own doubts, and its suspicions that are of the device (law 4)."""
        return [*self.doubts, *filter(self._is_of_device, self.suspicions)]

    def _is_of_device(self, suspicion: UnitDoubt) -> bool:
        return any(suspicion[2:] == doubt[2:] for doubt in self._shared)

    def _unseen(self, begin: float, end: float) -> Iterator[Event]:
        """Suspicions that are not of the device (law 4)."""
        for doubt in self.suspicions:
            is_here = doubt.event.begin < end and doubt.event.end > begin
            if is_here and not self._is_of_device(doubt):
                reason = f"{doubt.event.reason}: perhaps it follows the clock of the polls"
                yield Event(checks.UNSEEN, doubt.event.begin, doubt.event.end, reason)

    def is_unseen(self, begin: float, end: float) -> bool:
        """Whether its power was not seen as it is in a part of a period (law 2)."""
        return any(self._unseen(begin, end))

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
        if self.is_unseen(begin, end):
            return "its power was not seen as it is"
        if (begin, end) not in self._unmoved_kwh:
            self.bounds(begin, end)
        if self._unmoved_kwh[begin, end]:
            return "it stood while power was read"
        if self.is_confirmed or self.confirms(begin, end) or self._is_empty(begin, end):
            return ""
        if np.isnan(self._rows.watts).all():
            return "bounded by amperes, which show its unit within many times only"
        return "what flowed is too little to show its unit"

    def is_read(self, begin: float, end: float) -> bool:
        """Whether a reading is of a period, or one is before it and one after it."""
        begins, ends = self._readings.begins, self._readings.ends
        margin_s = self._readings.slack + self._readings.max_age
        return begins[0] - margin_s < end and ends[-1] + margin_s > begin

    def covered_share(self, begin: float, end: float) -> float:
        """The part of a period in which it was read, and believed, without gaps: 0 to 1 (law 5)."""
        gaps = [*checks.gaps(self._rows, self._parameters, begin, end)]
        return self._register.covered_share(begin, end, gaps)

    def cuts(self, begin: float, end: float) -> Sequence[float]:
        """Where its holes in a period begin and end, in s (law 3)."""
        edges = [edge for span in self._register.spans() for edge in span]
        return sorted(edge for edge in edges if begin < edge < end)

    def _energies(self, periods: Sequence[Period]) -> Iterator[EnergyInterval]:
        """The energy of each period, with the error of the meter (law 1)."""
        for period, energy in zip(periods, self._register.energies(periods)):
            most = self._limits.most(period[1] - period[0])
            high = energy.high / (1.0 - self._error) if self._error < 1.0 else most
            high = max(min(high, most), energy.best)
            yield EnergyInterval(energy.low / (1.0 + self._error), energy.best, high)

    def is_idle(self, energy: EnergyInterval, begin: float, end: float) -> bool:
        """Whether the register stood in a period, and each current that was read was 0 (law 5)."""
        first, stop = np.searchsorted(self._rows.begins, (begin, end))
        currents = self._rows.amperes[first:stop]
        few = self._limits.most(checks.GAP_FACTOR * self._parameters.usual_gap)
        stood = not energy.best and energy.high <= 2.0 * self._limits.step + few
        return stood and bool((currents == 0.0).any()) and not (currents > 0.0).any()

    def plot_data(self, begin: float, end: float, most: float) -> PlotData:
        """What a picture shows: a few points, and an energy of at most `most` kWh."""
        values, begins = self._readings.values, self._readings.begins
        believed_numbers = {
            number for segment in self._story.segments for number in segment.readings
        }
        segments = [
            [
                (begins[number], values[number])
                for number in _thinned(segment.readings)
                if begin <= begins[number] <= end
            ]
            for segment in self._story.segments
        ]
        left_out = [
            (begins[number], values[number])
            for number in range(len(values))
            if number not in believed_numbers and begin <= begins[number] <= end
        ]
        times = [begin + (end - begin) * part / _BAND for part in range(1, _BAND + 1)]
        energies = self._energies([(begin, time) for time in times])
        band = [(time, narrowed(energy, most)) for time, energy in zip(times, energies)]
        dots = [left_out[place] for place in _thinned(range(len(left_out)))]
        return PlotData([segment for segment in segments if segment], dots, band)


_POINTS, _BAND = 48, 24


def _thinned(numbers: Sequence[int]) -> Iterator[int]:
    stride = max(len(numbers) // _POINTS, 1)
    yield from numbers[::stride]
    if (len(numbers) - 1) % stride:
        yield numbers[-1]
