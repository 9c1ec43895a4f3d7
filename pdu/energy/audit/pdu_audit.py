"""The audit of a PDU in a period: each register's energy with bounds, events and a grade. Pure."""

from __future__ import annotations

import dataclasses
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import groupby
from typing import Any, Callable, NamedTuple, Optional, TypeVar

from ..journal.readings import PduReadings, Series, readings_of
from ..registers import resolution
from ..registers.bounds import BoundedRegister
from ..registers.customers import OutletTenancy, Place, without_gaps
from ..registers.meter_facts import (
    MIB,
    OWNER,
    READINGS,
    UNIT,
    Meters,
    MibFacts,
    Origins,
    RegisterFacts,
    first_of,
    mib_facts,
)
from ..registers.numpy_lazy import Column, np
from ..registers.parts import Inlet, narrowed, within
from ..registers.poll import OWN
from ..registers.rounding import summed
from ..registers.segments import history_of
from ..registers.unit_aliases import Seen
from ..registers.values import EnergyInterval, Event, RegisterLimits, RegisterReadings
from . import checks, grades
from .grades import LEVELS, NOT_BILLABLE, USUAL_TOLERANCE_KWH, GradeBasis

#: of a PDU: a page with more pictures says no more
_MOST_DRAWN = 2
#: more events of one kind than this are told as one
_MANY = 20


Kept = TypeVar("Kept")


class Asked(NamedTuple):
    """The period, in s of UTC, and what is known of meters and customers."""

    begin: float
    end: float
    meters: Meters
    #: the customers of each outlet
    tenures: Mapping[Place, Sequence[OutletTenancy]] = {}
    #: whether pictures of registers that are not firm will be drawn
    drawn: bool = False
    #: how far the bounds of each register may be apart beside their share of it, in kWh
    tolerance_kwh: float = USUAL_TOLERANCE_KWH
    #: whether of a customer's share nothing but the energy is asked for
    energy_only: bool = False


class PlotData(NamedTuple):
    """What a picture of a register shows. Times in s, UTC; energies in kWh."""

    #: each segment as times and registers
    segments: Sequence[Sequence[tuple[float, float]]]
    #: readings that lie in no segment
    left_out: Sequence[tuple[float, float]]
    #: times, and the energy since the begin of the period
    band: Sequence[tuple[float, EnergyInterval]]


class OutletShare(NamedTuple):
    """An outlet in the hands of one customer."""

    #: "" for nobody
    customer: str
    #: since when and until when in the period, in s
    begin: float
    end: float
    energy: EnergyInterval
    #: the part of that time in which it was read, 0 to 1
    read: float
    #: as in `grades`, and why
    grade: str
    reason: str
    #: what happened in that time
    events: Sequence[Event]
    #: whether a reading says anything of that time
    is_read: bool = True


class AuditedRegister(NamedTuple):
    """What the audit says of one register."""

    #: "" for the PDU's own register
    outlet: str
    energy: EnergyInterval
    #: the part of the period in which it was read, and believed, without gaps: 0 to 1
    read: float
    grade: str
    reason: str
    events: Sequence[Event]
    #: in kWh
    step: float
    #: what is known of the meter
    meter: RegisterFacts
    origins: Origins
    shares: Sequence[OutletShare] = ()
    drawn: Optional[PlotData] = None

    @property
    def has_lowest(self) -> bool:
        """Whether the lowest energy can be defended."""
        return not checks.is_unit_in_doubt(self.events)


class Audited(NamedTuple):
    """What the audit says of one PDU."""

    name: str
    outlets: Sequence[AuditedRegister]
    own: Optional[AuditedRegister]
    #: outlets of whose energy in the period no reading says anything
    unread: Sequence[str]
    #: the sum of the outlets; None if none was read
    total: Optional[EnergyInterval]
    #: s from the begin of the period to its end
    seconds: float
    #: polls that read nothing
    failed: int = 0
    #: which unit it was, and when it was read; None without readings
    seen: Optional[Seen] = None

    @property
    def covered(self) -> Optional[tuple[float, float]]:
        """When the first reading began and the last one ended, in s; None without readings."""
        return None if self.seen is None else (self.seen.begin, self.seen.end)

    def undrawn(self) -> Audited:
        """The same without pictures, which are large."""
        inlet = None if self.own is None else self.own._replace(drawn=None)
        return self._replace(
            outlets=[outlet._replace(drawn=None) for outlet in self.outlets], own=inlet
        )

    def compact(self) -> Audited:
        """The same with what registers have in common once, which most of them do."""
        values: dict[object, Any] = {}

        def once(value: Kept) -> Kept:
            same: Kept = values.setdefault(value, value)
            return same

        return self._replace(
            outlets=[
                outlet._replace(meter=once(outlet.meter), origins=once(outlet.origins))
                for outlet in self.outlets
            ]
        )

    @property
    def exceeded(self) -> bool:
        """Whether the outlets took more than the PDU, whatever their bounds allow."""
        return (
            self.total is not None
            and self.own is not None
            and self.total.low > self.own.energy.high
        )

    @property
    def level(self) -> int:
        """The worst grade of its outlets, or of its own register if it has none; 2 if nothing was
        read, or not an outlet though others were.
        """
        answers = self.outlets or ([] if self.own is None else [self.own])
        if not answers or (self.outlets and self.unread):
            return LEVELS[NOT_BILLABLE]
        return max(LEVELS[register.grade] for register in answers)


def audit_registers(pdu: PduReadings, asked: Asked) -> Audited:
    """One PDU."""
    times = _Times(pdu)
    outlets = tuple(register for register in pdu.registers if register != OWN)
    registers = {
        identity: _Register(pdu, identity, series, times, asked, outlets)
        for identity, series in pdu.registers.items()
        if not np.isnan(np.asarray(series.kwh)).all()
    }
    _refine(registers)
    _share_doubts(
        {identity: register.known for identity, register in registers.items() if identity != OWN}
    )
    begin, end = asked.begin, asked.end
    inlet = _inlet(registers, begin, end)
    answers = {
        identity: register.answer(asked, None if identity == OWN else inlet)
        for identity, register in registers.items()
        if register.known.is_read(begin, end)
    }
    if asked.drawn:
        for identity in _to_draw(answers):
            most = answers[identity].energy.high
            drawn = registers[identity].known.drawn(begin, end, most)
            answers[identity] = answers[identity]._replace(drawn=drawn)
    inlet_register = answers.pop(OWN, None)
    total = summed(register.energy for register in answers.values())
    if inlet is not None and inlet_register is not None:
        total = inlet.total(total, begin, end)
        if inlet_register.has_lowest:
            inlet_register = inlet_register._replace(energy=inlet.own_energy(begin, end))
    return Audited(
        pdu.name,
        [*answers.values()],
        inlet_register,
        [register for register in outlets if register not in answers],
        total if answers else None,
        end - begin,
        pdu.failed,
        _identify(pdu, times.usual_gap),
    )


def _identify(pdu: PduReadings, usual_gap: float) -> Optional[Seen]:
    if not pdu.begins:
        return None
    readings_by_outlet = {
        identity: kwh[~np.isnan(kwh)]
        for identity, kwh in (
            (name, np.asarray(series.kwh)) for name, series in pdu.registers.items()
        )
    }
    last = {identity: float(kwh[-1]) for identity, kwh in readings_by_outlet.items() if len(kwh)}
    units = frozenset(pdu.units)
    return Seen(pdu.name, units, pdu.begins[0], pdu.ends[-1], usual_gap, last)


def _to_draw(answers: Mapping[str, AuditedRegister]) -> Sequence[str]:
    """The registers with the widest bounds of those that are not firm."""
    doubtful = [register for register in answers.values() if register.grade != grades.FIRM]
    widest = sorted(doubtful, key=lambda register: -register.energy.width)
    return [register.outlet for register in widest[:_MOST_DRAWN]]


def _inlet(registers: Mapping[str, _Register], begin: float, end: float) -> Optional[Inlet]:
    """The inlet above the outlets; None if not both were read, if one contradicts the other, or if
    the unit of one is in doubt: then that of all may be, as they are of one PDU.
    """
    outlets = {
        identity: register.known for identity, register in registers.items() if identity != OWN
    }
    if OWN not in registers or not outlets:
        return None
    if any(register.known.is_in_doubt(begin, end) for register in registers.values()):
        return None
    are_stated = all(register.meter.class_percent is not None for register in registers.values())
    inlet = Inlet(registers[OWN].known, outlets, are_stated=are_stated)
    return None if inlet.contradicts(begin, end) else inlet


def _refine(registers: Mapping[str, _Register]) -> None:
    """Give outlets that never moved the finest step of the others: they are of one unit."""
    outlets = [register for identity, register in registers.items() if identity != OWN]
    steps = [register.known.step for register in outlets if register.known.moved]
    if steps:
        for register in outlets:
            if register.origins.step == READINGS and not register.known.moved:
                register.take_step(min(steps))


def _share_doubts(outlets: Mapping[str, _Known]) -> None:
    """What casts doubt on one outlet does so on all of its device: one MIB object has one unit.

    Not on an outlet whose own power or current excludes it.
    """
    doubts = [
        (identity, doubt) for identity, register in outlets.items() for doubt in register.doubts
    ]
    for identity, doubt in doubts:
        for name, register in outlets.items():
            if name != identity:
                register.take_doubt(identity, doubt)


class _Times:
    """When a PDU was read, as all of its registers need it."""

    def __init__(self, pdu: PduReadings) -> None:
        self.clock = pdu.clock()
        self.begins, self.ends = np.asarray(self.clock.begins), np.asarray(self.clock.ends)
        #: the usual time between two polls, in s
        self.usual_gap = pdu.usual_gap()
        #: numbers of polls before which the unit changed
        self.changes = frozenset(pdu.changes)


class _Register:
    """One register of a PDU, and what is known of its meter."""

    def __init__(
        self,
        pdu: PduReadings,
        identity: str,
        series: Series,
        times: _Times,
        asked: Asked,
        outlets: Sequence[str],
    ) -> None:
        self._identity = identity
        self._tenures = () if identity == OWN else asked.tenures.get((pdu.name, identity), ())
        meter = asked.meters.of(pdu.name, identity, pdu.accuracy_percent, outlets)
        stated = mib_facts(pdu.family, identity)
        wrap_kwh, wrap_from = first_of({OWNER: meter.wrap_kwh, MIB: stated.wrap_kwh})
        _, class_from = first_of({UNIT: pdu.accuracy_percent, OWNER: meter.class_percent})
        readings = readings_of(pdu, series, times.clock)
        rows = checks.Rows(
            times.begins,
            times.ends,
            np.asarray(series.kwh),
            np.asarray(series.amperes),
            np.asarray(series.watts),
        )
        limit = RegisterLimits(meter.limit_kw or 0.0, modulus=wrap_kwh)

        def with_step(step: float) -> _Known:
            age = resolution.max_age(readings.values, readings.begins, step, times.usual_gap)
            parameters = checks.CheckParameters(
                step, meter.volts, times.usual_gap, age, is_outlet=identity != OWN
            )
            limits = limit._replace(step=step)
            sure = times.usual_gap
            if age > sure and resolution.refreshes_slowly(
                readings.values, limits.most(2.0 * sure) + step
            ):
                sure = age
            dated = readings._replace(max_age=age, proven_age=sure)
            return _Known(dated, rows, times, meter.class_percent, limits, parameters)

        self._with_step = with_step
        self.known, step_from = _stepped(with_step, readings, meter.step_kwh, stated)
        step_kwh = None if step_from == READINGS else self.known.step
        self.meter = dataclasses.replace(meter, step_kwh=step_kwh, wrap_kwh=wrap_kwh)
        self.origins = Origins(step_from, wrap_from, class_from)

    def take_step(self, step: float) -> None:
        """Take a step, in kWh, that others of the same unit show."""
        self.known = self._with_step(step)

    def answer(self, asked: Asked, inlet: Optional[Inlet]) -> AuditedRegister:
        """What is known of the period. `inlet`: of an outlet, what bounds it too."""
        begin, end = asked.begin, asked.end
        energy = self._energy(begin, end, inlet)
        shares = []
        if asked.tenures and self._identity != OWN:
            owned = without_gaps(self._tenures, begin, end)
            parts = [self._energy(tenancy.begin, tenancy.end, inlet) for tenancy in owned]
            for tenancy, part in zip(owned, within(energy, parts, is_complete=False)):
                judgement = _NOT_ASKED
                if not asked.energy_only:
                    judgement = self._judge(part, tenancy.begin, tenancy.end, asked.tolerance_kwh)
                is_read = self.known.is_read(tenancy.begin, tenancy.end)
                shares.append(
                    OutletShare(
                        tenancy.customer, tenancy.begin, tenancy.end, part, *judgement, is_read
                    )
                )
        share_read, grade, reason, events = self._judge(energy, begin, end, asked.tolerance_kwh)
        return AuditedRegister(
            self._identity,
            energy,
            share_read,
            grade,
            reason,
            events,
            self.known.step,
            self.meter,
            self.origins,
            shares,
        )

    def _energy(self, begin: float, end: float, inlet: Optional[Inlet]) -> EnergyInterval:
        energy = self.known.bounds(begin, end)
        if inlet is None or energy.width <= _STEPS * self.known.step:
            return energy
        return narrowed(energy, inlet.outlet(self._identity, begin, end))

    def _judge(
        self, energy: EnergyInterval, begin: float, end: float, tolerance_kwh: float
    ) -> tuple[float, str, str, Sequence[Event]]:
        """The share of a period that was read, the grade of its energy, why, and what happened."""
        events = self.known.events(begin, end)
        is_idle = self.known.is_idle(energy, begin, end)
        basis = GradeBasis(self.known.step, self.meter.class_percent, is_idle)
        grade = grades.of_register(energy, events, basis, tolerance_kwh)
        return self.known.read_share(begin, end), *grade, [*_few(events)]


#: of a share of which nothing but the energy is asked for
_NOT_ASKED: tuple[float, str, str, Sequence[Event]] = (0.0, "", "", ())
#: bounds of two steps at each end leave nothing that an inlet could say
_STEPS = 4.0


def _stepped(
    with_step: Callable[[float], _Known],
    readings: RegisterReadings,
    owned: Optional[float],
    stated: MibFacts,
) -> tuple[_Known, str]:
    """A register with its step, and where that comes from. `owned`: the step that the owner says.

    A step from the unit of the MIB needs rises between readings that are right. In most registers
    all are. For the others, the middle rise shows first which.
    """
    if owned:
        return with_step(owned), OWNER
    values, unit = readings.values, stated.unit_kwh
    step = None if unit is None else resolution.step_of_readings([values], unit)
    if step is not None:
        register = with_step(step)
        if register.is_whole:
            return register, MIB
    register = with_step(resolution.typical_step(values))
    needs_none = step is None and register.is_whole
    if unit is None or needs_none:
        return register, READINGS
    # Each unit that was in place counts in steps of its own: the greatest is right for all.
    of_units = [resolution.step_of_readings(runs, unit) for runs in register.believed()]
    steps = [step_of_unit for step_of_unit in of_units if step_of_unit is not None]
    if not steps or len(steps) < len(of_units):
        return register, READINGS
    return with_step(max(steps)), MIB


class _Doubt(NamedTuple):
    """An event that shows another unit, and the time between two changes of the device, in s."""

    event: Event
    #: what the register counts by what flowed
    ratio: float
    since: float
    until: float


class _Known:
    """One register, which answers for any period."""

    def __init__(
        self,
        readings: RegisterReadings,
        rows: checks.Rows,
        times: _Times,
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
        self._bounds: dict[tuple[float, float], EnergyInterval] = {}
        #: doubts of other outlets of the same device
        self._shared: list[_Doubt] = []

    @cached_property
    def _checked(self) -> tuple[list[checks.Comparison], list[_Doubt], list[checks.Standstill]]:
        """What the register counted beside what flowed, its own doubts, and where it stood."""
        compared: list[checks.Comparison] = []
        doubts: list[_Doubt] = []
        stood: list[checks.Standstill] = []
        flow = checks.Flow.of(self._rows, self._parameters)
        if flow is None:
            return compared, doubts, stood
        for stretch, is_believed in self._stretches():
            arguments = self._rows, flow, self._parameters, stretch
            still = checks.standstills(*arguments) if is_believed else ()
            comparison = checks.compare(*arguments, still, is_believed=is_believed)
            if comparison is None and still and np.ptp(self._rows.kwh[stretch]):
                comparison = checks.compare(*arguments)
            if comparison is not None:
                compared.append(comparison)
            # what nobody believes may stand, and is a hole then
            if (
                comparison is None
                or not comparison.event
                or not (is_believed or comparison.ratio > 1.0)
            ):
                stood += still
                continue
            doubt = _Doubt(
                comparison.event, comparison.ratio, *self._between_changes(comparison.event)
            )
            # once for a unit is enough
            if doubt[2:] not in [other_doubt[2:] for other_doubt in doubts]:
                doubts.append(doubt)
        return compared, doubts, stood

    @property
    def doubts(self) -> Sequence[_Doubt]:
        """What its own power or current says of its unit."""
        return self._checked[1]

    def take_doubt(self, identity: str, doubt: _Doubt) -> None:
        """Take over the doubt of another outlet, unless its own power or current excludes it."""
        here = [
            finding
            for finding in self._checked[0]
            if finding.begin < doubt.until and finding.end > doubt.since
        ]
        is_excluded = any(
            finding.explains() and not finding.explains(doubt.ratio) for finding in here
        )
        is_known = any(
            finding.since < doubt.until and finding.until > doubt.since
            for finding in (*self.doubts, *self._shared)
        )
        if not is_excluded and not is_known:
            event = doubt.event
            reason = f"outlet {identity} of the same device {event.reason}"
            self._shared.append(
                doubt._replace(event=Event(event.kind, event.begin, event.end, reason))
            )
            self._bounds.clear()

    def _between_changes(self, event: Event) -> tuple[float, float]:
        """When the device changed before and after an event: its unit was the same meanwhile."""
        edges = [float(self._rows.begins[number]) for number in self._times.changes]
        since = max((edge for edge in edges if edge <= event.begin), default=float("-inf"))
        return since, min((edge for edge in edges if edge >= event.end), default=float("inf"))

    def _stretches(self) -> Iterator[tuple[Column, bool]]:
        """The rows of each segment; and, of the time between two changes of the device of which
        most readings are in none, all rows: a register in a wrong unit may be too fast everywhere.
        """
        rows_read = np.flatnonzero(~np.isnan(self._rows.kwh))
        edges = [0, *sorted(self._readings.changes), len(rows_read)]
        for first, stop in zip(edges, edges[1:]):
            believed = [
                segment.readings
                for segment in self._story.segments
                if first <= segment.first < stop
            ]
            if 2 * sum(map(len, believed)) < stop - first:
                yield rows_read[first:stop], False
                continue
            for numbers in believed:
                if isinstance(numbers, range) and len(rows_read) == len(self._rows.kwh):
                    yield slice(numbers.start, numbers.stop), True  # copies nothing
                else:
                    yield rows_read[np.asarray(numbers)], True

    @property
    def step(self) -> float:
        """The register's step, in kWh."""
        return self._limits.step

    @property
    def moved(self) -> bool:
        """Whether the register ever showed another value."""
        return bool(np.ptp(np.asarray(self._readings.values)))

    @property
    def is_whole(self) -> bool:
        """Whether the register is continuous between all of its readings."""
        story = self._story
        counts = [len(segment.readings) for segment in story.segments]
        return not story.events and counts == [len(self._readings.values)]

    def believed(self) -> Iterator[Sequence[Sequence[float]]]:
        """The readings of each segment in kWh, segments of one unit together."""
        values, changes = self._readings.values, sorted(self._readings.changes)
        for _, segments in groupby(
            self._story.segments, key=lambda segment: bisect_right(changes, segment.first)
        ):
            yield [[values[number] for number in segment.readings] for segment in segments]

    def bounds(self, begin: float, end: float) -> EnergyInterval:
        """The energy of a period by this register alone."""
        energy = self._bounds.get((begin, end))
        if energy is None:
            energy = self._bounds[begin, end] = self._bounded(begin, end)
        return energy

    def _bounded(self, begin: float, end: float) -> EnergyInterval:
        energy = self._energy(begin, end)
        most = self._limits.most(end - begin)
        if self.is_in_doubt(begin, end):
            return EnergyInterval(0.0, energy.best, most)
        stood = checks.uncounted_s(self._checked[2], begin, end)
        return energy._replace(high=min(energy.high + self._limits.most(stood), most))

    def events(self, begin: float, end: float) -> Sequence[Event]:
        """What happened in a period."""
        slack = self._times.clock.slack
        happened = [
            event
            for event in (*self._story.events, *self._times.clock.jumps)
            if event.begin < end + slack and event.end > begin - slack
        ]
        happened += self._doubts(begin, end)
        happened += (
            stood.event for stood in self._checked[2] if stood.begin < end and stood.end > begin
        )
        happened += checks.unknown_unit(self._rows)
        happened += checks.gaps(self._rows, self._parameters, begin, end)
        return sorted(happened, key=lambda event: (event.begin, event.end))

    def is_in_doubt(self, begin: float, end: float) -> bool:
        """Whether its unit is wrong in a part of a period, as something that was read says."""
        return any(self._doubts(begin, end))

    def _doubts(self, begin: float, end: float) -> Iterator[Event]:
        return (
            doubt.event
            for doubt in (*self.doubts, *self._shared)
            if doubt.since < end and doubt.until > begin
        )

    def is_read(self, begin: float, end: float) -> bool:
        """Whether a reading is of a period, or one is before it and one after it."""
        begins, ends = self._readings.begins, self._readings.ends
        margin_s = self._readings.slack + self._readings.max_age
        return begins[0] - margin_s < end and ends[-1] + margin_s > begin

    def read_share(self, begin: float, end: float) -> float:
        """The part of a period in which it was read, and believed, without gaps: 0 to 1."""
        gaps = [*checks.gaps(self._rows, self._parameters, begin, end)]
        return self._register.read_share(begin, end, gaps)

    def cuts(self, begin: float, end: float) -> Sequence[float]:
        """Where its holes in a period begin and end, in s."""
        edges = [edge for span in self._register.spans() for edge in span]
        return sorted(edge for edge in edges if begin < edge < end)

    def _energy(self, begin: float, end: float) -> EnergyInterval:
        energy = self._register.energy(begin, end)
        most = self._limits.most(end - begin)
        high = energy.high / (1.0 - self._error) if self._error < 1.0 else most
        high = max(min(high, most), energy.best)
        return energy._replace(low=energy.low / (1.0 + self._error), high=high)

    def is_idle(self, energy: EnergyInterval, begin: float, end: float) -> bool:
        """Whether the register stood in a period, and each current that was read was 0."""
        first, stop = np.searchsorted(self._rows.begins, (begin, end))
        currents = self._rows.amperes[first:stop]
        few = self._limits.most(checks.GAP_FACTOR * self._parameters.usual_gap)
        stood = not energy.best and energy.high <= 2.0 * self._limits.step + few
        return stood and bool((currents == 0.0).any()) and not (currents > 0.0).any()

    def drawn(self, begin: float, end: float, most: float) -> PlotData:
        """What a picture shows: a few points, and an energy of at most `most` kWh."""
        values, begins = self._readings.values, self._readings.begins
        believed = {number for segment in self._story.segments for number in segment.readings}
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
            if number not in believed and begin <= begins[number] <= end
        ]
        times = [begin + (end - begin) * part / _BAND for part in range(1, _BAND + 1)]
        band = [(time, narrowed(self._energy(begin, time), most)) for time in times]
        dots = [left_out[place] for place in _thinned(range(len(left_out)))]
        return PlotData([segment for segment in segments if segment], dots, band)


_POINTS, _BAND = 48, 24


def _thinned(numbers: Sequence[int]) -> Iterator[int]:
    stride = max(len(numbers) // _POINTS, 1)
    yield from numbers[::stride]
    if (len(numbers) - 1) % stride:
        yield numbers[-1]


def _few(events: Sequence[Event]) -> Iterator[Event]:
    """Events, of which very many of one kind are told as one: such as of a wrong unit."""
    counts = Counter(event.kind for event in events)
    told_: set[str] = set()
    for event in events:
        if counts[event.kind] <= _MANY:
            yield event
        elif event.kind not in told_:
            told_.add(event.kind)
            end = max(same_event.end for same_event in events if same_event.kind == event.kind)
            reason = f"{counts[event.kind]} times, first: {event.reason}"
            yield Event(event.kind, event.begin, end, reason)
