"""The audit of a PDU in a period: each register's energy with bounds, events and a grade. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from itertools import groupby
from typing import Callable, NamedTuple, Optional

from . import checks, fast, steps
from .bounds import BoundedRegister
from .clock import PollClock
from .meters import (
    MIB,
    OWNER,
    READINGS,
    UNIT,
    Meters,
    Origins,
    RegisterFacts,
    Stated,
    first_of,
    stated_by,
)
from .owners import Place, Tenure, without_gaps
from .readings import OWN, PduReadings, Series, readings_of
from .registers import NOTHING, Event, Kilowatthours, RegisterLimits, RegisterReadings
from .segments import Segment, Story, story_of

FIRM, BOUNDED, NOT_BILLABLE = "firm", "bounded", "not billable"
#: grade -> exit code
LEVELS: Mapping[str, int] = {FIRM: 0, BOUNDED: 1, NOT_BILLABLE: 2}
_FIRM_WIDTH, _BILLABLE_WIDTH = 0.01, 0.1
#: more events of one kind than this are told as one
_MANY = 20


class Asked(NamedTuple):
    """The period, in s of UTC, and what is known of meters and customers."""

    begin: float
    end: float
    meters: Meters
    #: the customers of each outlet
    tenures: Mapping[Place, Sequence[Tenure]] = {}
    #: whether a picture of each register will be drawn
    drawn: bool = False


class Drawn(NamedTuple):
    """What a picture of a register shows. Times in s, UTC; energies in kWh."""

    #: each segment as times and registers
    segments: Sequence[Sequence[tuple[float, float]]]
    #: readings that lie in no segment
    left_out: Sequence[tuple[float, float]]
    #: times, and the energy since the begin of the period
    band: Sequence[tuple[float, Kilowatthours]]


class Share(NamedTuple):
    """An outlet in the hands of one customer."""

    #: "" for nobody
    customer: str
    #: since when and until when in the period, in s
    begin: float
    end: float
    energy: Kilowatthours
    #: the part of that time in which it was read, 0 to 1
    read: float
    #: FIRM, BOUNDED or NOT_BILLABLE
    grade: str
    #: what happened in that time
    events: Sequence[Event]


class AuditedRegister(NamedTuple):
    """What the audit says of one register."""

    #: "" for the PDU's own register
    outlet: str
    energy: Kilowatthours
    #: the part of the period in which it was read, and believed, without gaps: 0 to 1
    read: float
    grade: str
    events: Sequence[Event]
    #: in kWh
    step: float
    #: what is known of the meter
    meter: RegisterFacts
    origins: Origins
    shares: Sequence[Share] = ()
    drawn: Optional[Drawn] = None

    @property
    def has_lowest(self) -> bool:
        """Whether the lowest energy can be defended."""
        return not checks.is_unit_in_doubt(self.events)


class Audited(NamedTuple):
    """What the audit says of one PDU."""

    name: str
    outlets: Sequence[AuditedRegister]
    own: Optional[AuditedRegister]
    #: outlets whose energy was never read
    unread: Sequence[str]
    #: the sum of the outlets; None if none was read
    total: Optional[Kilowatthours]
    #: s from the begin of the period to its end
    seconds: float
    #: polls that read nothing
    failed: int = 0

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
        """The worst of its grades; 2 if nothing was read, or not an outlet though others were."""
        answers = [*self.outlets, *([] if self.own is None else [self.own])]
        if not answers or (self.outlets and self.unread):
            return LEVELS[NOT_BILLABLE]
        worst = max(LEVELS[one.grade] for one in answers)
        return max(worst, LEVELS[BOUNDED]) if self.exceeded else worst


def audited(pdu: PduReadings, asked: Asked) -> Audited:
    """One PDU."""
    clock = (fast.calm_clock(pdu) if fast.IS_THERE else None) or pdu.clock()
    times = _Times(pdu, clock, asked)
    answers = {
        identity: _answer(pdu, identity, series, times, asked)
        for identity, series in pdu.registers.items()
        if any(kwh == kwh for kwh in series.kwh)
    }
    outlets = [one for identity, one in answers.items() if identity != OWN]
    unread = [one for one in pdu.registers if one != OWN and one not in answers]
    total = reduce(Kilowatthours.plus, (one.energy for one in outlets), NOTHING)
    return Audited(
        pdu.name,
        outlets,
        answers.get(OWN),
        unread,
        total if outlets else None,
        asked.end - asked.begin,
        pdu.failed,
    )


class _Times:
    """When a PDU was read, as all of its registers need it."""

    def __init__(self, pdu: PduReadings, clock: PollClock, asked: Asked) -> None:
        self.clock = clock
        #: the usual time between two polls, in s
        self.usual_gap = fast.usual_gap(pdu.begins) if fast.IS_THERE else pdu.usual_gap()
        #: None without numpy, and where the unit or the clock changed
        self.polls: Optional[fast.Polls] = None
        is_steady = not (pdu.changes or clock.jumps)
        if fast.IS_THERE and is_steady:
            self.polls = fast.Polls(clock, self.usual_gap, asked.begin, asked.end)


def _answer(
    pdu: PduReadings, identity: str, series: Series, times: _Times, asked: Asked
) -> AuditedRegister:
    meter = asked.meters.of(pdu.name, identity, pdu.accuracy_percent)
    stated = stated_by(pdu.family, identity)
    wrap_kwh, wrap_from = first_of({OWNER: meter.wrap_kwh, MIB: stated.wrap_kwh})
    _, class_from = first_of({UNIT: pdu.accuracy_percent, OWNER: meter.class_percent})
    clock = times.clock
    is_whole = fast.is_whole(series.kwh) if fast.IS_THERE else None
    readings = readings_of(pdu, series, clock, is_whole)
    rows = checks.Rows(
        clock.begins, clock.ends, series.kwh, series.amperes, series.watts, series.states
    )
    begin, end = asked.begin, asked.end
    limit = RegisterLimits(meter.limit_kw or 0.0, modulus=wrap_kwh, unit=stated.unit_kwh)

    def with_step(step: float) -> _Known:
        age = steps.age(readings.values, readings.begins, step, times.usual_gap)
        supply = checks.Supply(step, meter.volts, times.usual_gap, age)
        limits = limit._replace(step=step)
        sure = times.usual_gap
        if age > sure and steps.is_stale(readings.values, limits.most(2.0 * sure) + step):
            sure = age
        shown = readings._replace(age=age, sure_age=sure)
        return _Known(shown, rows, times, meter.class_percent, limits, supply)

    known, step_from = _stepped(with_step, readings, meter.step_kwh, stated)
    step_kwh = None if step_from == READINGS else known.step
    meter = meter._replace(step_kwh=step_kwh, wrap_kwh=wrap_kwh)
    origins = Origins(step_from, wrap_from, class_from)
    energy, read, grade, events = known.between(begin, end)
    shares = [
        Share(one.customer, one.begin, one.end, *known.between(one.begin, one.end))
        for one in (
            without_gaps(asked.tenures.get((pdu.name, identity), ()), begin, end)
            if asked.tenures and identity != OWN
            else ()
        )
    ]
    drawn = known.drawn(begin, end) if asked.drawn else None
    return AuditedRegister(
        identity, energy, read, grade, events, known.step, meter, origins, shares, drawn
    )


def _stepped(
    with_step: Callable[[float], _Known],
    readings: RegisterReadings,
    owned: Optional[float],
    stated: Stated,
) -> tuple[_Known, str]:
    """A register with its step, and where that comes from. `owned`: the step that the owner says.

    A step from the unit of the MIB needs rises between readings that are right. In most registers
    all are. For the others, the middle rise shows first which.
    """
    if owned:
        return with_step(owned), OWNER
    values, unit = readings.values, stated.unit_kwh
    step = None if unit is None else steps.counted([values], unit)
    if step is not None:
        found = with_step(step)
        if found.is_whole:
            return found, MIB
    found = with_step(steps.usual(values))
    needs_none = step is None and found.is_whole
    if unit is None or needs_none:
        return found, READINGS
    # Each unit that was in place counts in steps of its own: the greatest is right for all.
    of_units = [steps.counted(runs, unit) for runs in found.believed()]
    known = [one for one in of_units if one is not None]
    if not known or len(known) < len(of_units):
        return found, READINGS
    return with_step(max(known)), MIB


class _Known:
    """One register, which answers for any period."""

    def __init__(
        self,
        readings: RegisterReadings,
        rows: checks.Rows,
        times: _Times,
        class_percent: Optional[float],
        limits: RegisterLimits,
        supply: checks.Supply,
    ) -> None:
        self._readings, self._rows, self._clock = readings, rows, times.clock
        self._supply = supply
        self._error = (class_percent or 0.0) / 100.0
        # A meter that reads too much may show more than the supply delivers.
        self._limits = limits._replace(kilowatts=limits.kilowatts * (1.0 + self._error))
        self._is_calm = (
            times.polls is not None
            and readings.age == times.usual_gap
            and fast.is_calm(rows, self._limits, self._supply, times.polls)
        )
        self._story = (
            Story([Segment(range(len(readings.values)))], ())
            if self._is_calm
            else story_of(readings, self._limits)
        )
        self._register = BoundedRegister(readings, self._story.segments, self._limits)

    @property
    def step(self) -> float:
        """The register's step, in kWh."""
        return self._limits.step

    @property
    def is_whole(self) -> bool:
        """Whether the register is continuous between all of its readings."""
        story = self._story
        counts = [len(one.readings) for one in story.segments]
        return not story.events and counts == [len(self._readings.values)]

    def believed(self) -> Iterator[Sequence[Sequence[float]]]:
        """The readings of each segment in kWh, segments of one unit together."""
        values, changes = self._readings.values, sorted(self._readings.changes)
        for _, segments in groupby(
            self._story.segments, key=lambda one: bisect_right(changes, one.first)
        ):
            yield [[values[number] for number in one.readings] for one in segments]

    def between(
        self, begin: float, end: float
    ) -> tuple[Kilowatthours, float, str, Sequence[Event]]:
        """Energy, share of the time that was read, grade and events of a period."""
        energy = self._energy(begin, end)
        if not self._is_calm:
            stood = checks.uncounted_s(self._rows, self._supply, begin, end)
            most = self._limits.most(end - begin)
            energy = energy._replace(high=min(energy.high + self._limits.most(stood), most))
        slack = self._clock.slack
        happened: list[Event] = [
            one
            for one in (*self._story.events, *self._clock.jumps)
            if one.begin < end + slack and one.end > begin - slack
        ]
        if not self._is_calm:
            happened += checks.findings(self._rows, self._supply, self._runs(), begin, end)
        happened.sort(key=lambda one: (one.begin, one.end))
        if checks.is_unit_in_doubt(happened):
            energy = Kilowatthours(0.0, energy.best, self._limits.most(end - begin))
        gaps = [one for one in happened if one.kind == checks.GAP]
        read = self._register.read_share(begin, end, gaps)
        events = [*_few(happened)]
        width = 0.0 if self._idle(energy, begin, end) else energy.width
        grade = graded(energy.best, width, events)
        return energy, read, grade, events

    def _runs(self) -> Sequence[Sequence[int]]:
        """The rows of each segment: numbers of polls, of which some did not read the register.

        All rows, if most are in no segment: a register in a wrong unit may be too fast everywhere.
        """
        segments = [one.readings for one in self._story.segments]
        read = [row for row, kwh in enumerate(self._rows.kwh) if kwh == kwh]
        if 2 * sum(map(len, segments)) < len(read):
            return [read]
        return [[read[number] for number in one] for one in segments]

    def _energy(self, begin: float, end: float) -> Kilowatthours:
        energy = self._register.energy(begin, end)
        most = self._limits.most(end - begin)
        high = energy.high / (1.0 - self._error) if self._error < 1.0 else most
        high = max(min(high, most), energy.best)
        return energy._replace(low=energy.low / (1.0 + self._error), high=high)

    def _idle(self, energy: Kilowatthours, begin: float, end: float) -> bool:
        """Whether an outlet was not used: its register stood, and no reading found a current.

        Its width is the register's step, of which no share can be told.
        """
        if energy.best or energy.high > 2.0 * self._limits.step:
            return False
        currents = [
            current
            for time, current in zip(self._rows.begins, self._rows.amperes)
            if begin <= time <= end and current == current
        ]
        return bool(currents) and not any(currents)

    def drawn(self, begin: float, end: float) -> Drawn:
        """What a picture shows: a few hundred points."""
        values, begins = self._readings.values, self._readings.begins
        used = {number for one in self._story.segments for number in one.readings}
        segments = [
            [
                (begins[number], values[number])
                for number in _thinned(one.readings)
                if begin <= begins[number] <= end
            ]
            for one in self._story.segments
        ]
        left_out = [
            (begins[number], values[number])
            for number in range(len(values))
            if number not in used and begin <= begins[number] <= end
        ]
        times = [begin + (end - begin) * part / _BAND for part in range(1, _BAND + 1)]
        band = [(time, self._energy(begin, time)) for time in times]
        dots = [left_out[place] for place in _thinned(range(len(left_out)))]
        return Drawn([one for one in segments if one], dots, band)


_POINTS, _BAND = 200, 60


def _thinned(numbers: Sequence[int]) -> Iterator[int]:
    each = max(len(numbers) // _POINTS, 1)
    yield from numbers[::each]
    if (len(numbers) - 1) % each:
        yield numbers[-1]


def graded(best: float, width: float, events: Sequence[Event]) -> str:
    """The grade of an energy; `width` is the distance of its bounds that counts, in kWh."""
    if checks.is_unit_in_doubt(events) or width > _BILLABLE_WIDTH * best:
        return NOT_BILLABLE
    return BOUNDED if events or width > _FIRM_WIDTH * best else FIRM


def _few(events: Sequence[Event]) -> Iterator[Event]:
    """Events, of which very many of one kind are told as one: such as of a wrong unit."""
    counts = Counter(one.kind for one in events)
    told_: set[str] = set()
    for one in events:
        if counts[one.kind] <= _MANY:
            yield one
        elif one.kind not in told_:
            told_.add(one.kind)
            end = max(other.end for other in events if other.kind == one.kind)
            reason = f"{counts[one.kind]} times, first: {one.reason}"
            yield Event(one.kind, one.begin, end, reason)
