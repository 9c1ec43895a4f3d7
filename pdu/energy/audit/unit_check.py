"""What casts doubt on the unit of a register: its rises beside what flowed, and what others of its
device say (laws 2 and 4). Pure.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple, Optional

from ..journal.readings import PduReadings
from ..registers.numpy_lazy import Column, np
from ..registers.segments import Segment
from ..registers.values import Event, RegisterReadings
from . import checks


class ReadTimes:
    """When a PDU was read, as all of its registers need it."""

    def __init__(self, pdu: PduReadings) -> None:
        self.clock = pdu.clock()
        self.begins, self.ends = np.asarray(self.clock.begins), np.asarray(self.clock.ends)
        #: the longest time from the begin of a poll to the end of the next, in s
        self.longest_s = float((self.ends[1:] - self.begins[:-1]).max(initial=0.0))
        #: the usual time between two polls, in s
        self.usual_gap = pdu.usual_gap()
        #: numbers of polls before which the unit changed
        self.changes = frozenset(pdu.changes)
        self._gaps = dict[tuple[float, float], Sequence[Event]]()

    def gaps(self, begin: float, end: float, is_read: Optional[Column] = None) -> Sequence[Event]:
        """Times of a period without a poll, or without one that `is_read` (law 5)."""
        if is_read is not None and not is_read.all():
            columns = self.begins[is_read], self.ends[is_read]
            return [*checks.gaps(*columns, self.usual_gap, begin, end)]
        if (begin, end) not in self._gaps:
            gaps = checks.gaps(self.begins, self.ends, self.usual_gap, begin, end)
            self._gaps[begin, end] = [*gaps]
        return self._gaps[begin, end]


class UnitDoubt(NamedTuple):
    """An event that shows another unit, and the time between two changes of the device, in s."""

    event: Event
    #: what the register counts by what flowed
    ratio: float
    since: float
    until: float


class _Findings(NamedTuple):
    """What a register counted beside what flowed (law 2)."""

    #: of each stretch, as a whole
    comparisons: list[checks.Comparison]
    #: by its own power or current
    doubts: list[UnitDoubt]
    #: the same, by less than what one outlet alone can show
    suspicions: list[UnitDoubt]
    standstills: list[checks.Standstill]


class UnitCheck:
    """The doubts of one register, and what excludes them."""

    def __init__(
        self,
        readings: RegisterReadings,
        rows: checks.Rows,
        times: ReadTimes,
        parameters: checks.CheckParameters,
        segments: Sequence[Segment],
    ) -> None:
        self._readings, self._rows, self._times = readings, rows, times
        self._parameters, self._segments = parameters, segments
        #: doubts that are of the device
        self._shared: list[UnitDoubt] = []
        #: whether something of the device shows that its unit is right
        self.is_confirmed = False

    def alone(self) -> UnitCheck:
        """The same without doubts of others of its device."""
        unit = copy.copy(self)
        unit._shared = []
        return unit

    @cached_property
    def _flow(self) -> Optional[checks.Flow]:
        return checks.Flow.of(self._rows, self._parameters)

    @cached_property
    def _findings(self) -> _Findings:
        findings = _Findings([], [], [], [])
        if self._flow is None:
            return findings
        for stretch, is_believed in self._stretches():
            arguments = self._rows, self._flow, self._parameters, stretch
            still_times = checks.standstills(*arguments) if is_believed else ()
            comparison = checks.compare(*arguments, still_times, is_believed=is_believed)
            if comparison is None and still_times and np.ptp(self._rows.energy_kwh[stretch]):
                comparison = checks.compare(*arguments)
            self._take(findings, comparison, still_times, is_believed=is_believed)
        return findings

    def _take(
        self,
        findings: _Findings,
        comparison: Optional[checks.Comparison],
        still_times: Sequence[checks.Standstill],
        *,
        is_believed: bool,
    ) -> None:
        """Take what was found in a stretch."""
        if comparison is None:
            findings.standstills.extend(still_times)
            return
        findings.comparisons.append(comparison)
        event = comparison.event
        # what nobody believes may stand, and is a hole then
        if event is None or not (is_believed or comparison.ratio > 1.0):
            findings.standstills.extend(still_times)
            return
        doubt = UnitDoubt(event, comparison.ratio, *self._span_between_changes(event))
        factor = max(doubt.ratio, 1.0 / doubt.ratio) if doubt.ratio else float("inf")
        is_alone_enough = factor >= checks.DEVICE_FACTOR
        same_kind = findings.doubts if is_alone_enough else findings.suspicions
        # once for a unit is enough
        if doubt[2:] not in [other_doubt[2:] for other_doubt in same_kind]:
            same_kind.append(doubt)
        if not is_alone_enough:
            findings.standstills.extend(still_times)

    def plain(self) -> Optional[checks.ComparedRegister]:
        """What can be compared together with other registers: one that all polls read, and power
        beside it, and that never fell, nor stood while power flowed; else None.
        """
        if self._flow is None or not self._is_whole or np.isnan(self._flow.least).any():
            return None
        register = checks.ComparedRegister(self._rows, self._flow, self._parameters)
        has_fallen = bool((np.diff(self._rows.energy_kwh) < 0.0).any())
        return None if has_fallen or checks.standstills(*register, slice(None)) else register

    def take_comparison(self, comparison: Optional[checks.Comparison]) -> None:
        """Take what was compared together with other registers, in place of comparing alone."""
        self._findings = _Findings([], [], [], [])
        self._take(self._findings, comparison, (), is_believed=True)

    @property
    def _is_whole(self) -> bool:
        """Whether the register is continuous between all polls, and each of them read it."""
        lengths = [len(segment.readings) for segment in self._segments]
        return lengths == [len(self._rows.energy_kwh)]

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
        comparisons = self._comparisons(doubt.since, doubt.until)
        return any(comparison.is_loaded for comparison in comparisons)

    def excludes(self, doubt: UnitDoubt) -> bool:
        """Whether its own power or current excludes a doubt (law 4)."""
        comparisons = self._comparisons(doubt.since, doubt.until)
        return any(comparison.excludes(doubt.ratio) for comparison in comparisons)

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
        if not is_known and not self.is_empty(doubt.since, doubt.until):
            event = doubt.event
            reason = f"{source} of the same device {event.reason}"
            self._shared.append(
                doubt._replace(event=Event(event.kind, event.begin, event.end, reason))
            )

    def is_empty(self, since: float, until: float) -> bool:
        """Whether nothing flowed in a time: any number of times nothing is nothing (law 4)."""
        first, stop = np.searchsorted(self._rows.begins, (since, until))
        kwh, amperes, watts = (
            column[first:stop][~np.isnan(column[first:stop])]
            for column in (self._rows.energy_kwh, self._rows.current_a, self._rows.power_w)
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
        if self._is_whole:
            yield slice(None), True
            return
        rows_read = np.flatnonzero(~np.isnan(self._rows.energy_kwh))
        edges = [0, *sorted(self._readings.changes), len(rows_read)]
        for first, stop in zip(edges, edges[1:]):
            believed_readings = [
                segment.readings for segment in self._segments if first <= segment.first < stop
            ]
            if 2 * sum(map(len, believed_readings)) < stop - first:
                yield rows_read[first:stop], False
                continue
            for numbers in believed_readings:
                if isinstance(numbers, range) and len(rows_read) == len(self._rows.energy_kwh):
                    yield slice(numbers.start, numbers.stop), True  # copies nothing
                else:
                    yield rows_read[np.asarray(numbers)], True

    @property
    def standstills(self) -> Sequence[checks.Standstill]:
        """Where the register stood while power flowed (law 2)."""
        return self._findings.standstills

    def is_clear(self) -> bool:
        """Whether what was read widens no bound of its energy in any period."""
        has_doubt = bool(self.doubts or self._shared)
        return not has_doubt and all(standstill.caught_up for standstill in self.standstills)

    def is_in_doubt(self, begin: float, end: float) -> bool:
        """Whether something that was read shows a wrong unit in a part of a period (law 2)."""
        return any(self._doubt_events(begin, end))

    def events(self, begin: float, end: float) -> Iterator[Event]:
        """What the power says of a period (law 5)."""
        yield from self._doubt_events(begin, end)
        yield from self._unseen_events(begin, end)
        for standstill in self.standstills:
            if standstill.begin < end and standstill.end > begin:
                yield standstill.event
        yield from checks.unknown_unit(self._rows)

    def _doubt_events(self, begin: float, end: float) -> Iterator[Event]:
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

    def _unseen_events(self, begin: float, end: float) -> Iterator[Event]:
        """Suspicions that are not of the device (law 4)."""
        for doubt in self.suspicions:
            is_here = doubt.event.begin < end and doubt.event.end > begin
            if is_here and not self._is_of_device(doubt):
                reason = f"{doubt.event.reason}: perhaps it follows the clock of the polls"
                yield Event(checks.UNSEEN, doubt.event.begin, doubt.event.end, reason)

    def is_unseen(self, begin: float, end: float) -> bool:
        """Whether its power was not seen as it is in a part of a period (law 2)."""
        return any(self._unseen_events(begin, end))


def compare_together(units: Iterable[UnitCheck]) -> None:
    """Compare registers of one PDU with what flowed, in one go where that is possible (law 2)."""
    plain_units = [(unit, register) for unit in units if (register := unit.plain()) is not None]
    if plain_units:
        registers = [register for _, register in plain_units]
        comparisons = checks.compare_together(registers, slice(None))
        for (unit, _), comparison in zip(plain_units, comparisons):
            unit.take_comparison(comparison)


def share_doubts(outlets: Mapping[str, UnitCheck], period: tuple[float, float]) -> None:
    """What casts doubt on one outlet does so on all of its device (law 4): one MIB object has one
    unit. Not if an outlet shows by its own power or current that the unit is right.
    """
    names = {identity: f"outlet {identity}" for identity in outlets}
    for identity, register in outlets.items():
        for doubt in register.suspicions:
            loaded_outlets = [outlet for outlet in outlets.values() if outlet.is_loaded(doubt)]
            if len(loaded_outlets) > 1 and not any(
                outlet.excludes(doubt) for outlet in loaded_outlets
            ):
                for outlet in outlets.values():
                    outlet.take_doubt(names[identity], doubt)
        for doubt in register.doubts:
            other_outlets = [outlet for outlet in outlets.values() if outlet is not register]
            if not any(
                outlet.is_loaded(doubt) and outlet.excludes(doubt) for outlet in other_outlets
            ):
                for outlet in other_outlets:
                    if not outlet.excludes(doubt):
                        outlet.take_doubt(names[identity], doubt)
    if any(register.confirms(*period) for register in outlets.values()):
        for register in outlets.values():
            register.confirm()


def share_with_inlet(
    inlet: UnitCheck, outlets: Mapping[str, UnitCheck], period: tuple[float, float]
) -> None:
    """Inlet and outlets count in one unit if the inlet counts the sum of the outlets (law 4).
    `outlets`: those whose sum it counts.
    """
    if inlet.confirms(*period):
        inlet.confirm()
    for identity, register in outlets.items():
        for doubt in register.device_doubts():
            if not inlet.excludes(doubt):
                inlet.take_doubt(f"outlet {identity}", doubt)
    for doubt in inlet.doubts:
        for register in outlets.values():
            if not register.excludes(doubt):
                register.take_doubt("the inlet", doubt)
    if any(register.confirms(*period) for register in outlets.values()):
        inlet.confirm()
    elif inlet.is_confirmed:
        for register in outlets.values():
            register.confirm()
