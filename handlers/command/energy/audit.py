"""The audit of a PDU in a period: each register's energy with bounds, events and a grade. Pure."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from typing import NamedTuple, Optional

from . import checks, fast
from .bounds import Register
from .clock import Clock
from .meters import Meter, Meters
from .owners import Place, Tenure, whole
from .readings import OWN, Pdu, Series, readings_of
from .registers import NOTHING, Event, Kilowatthours, Limits, Readings
from .segments import Segment, Story, told

FIRM, BOUNDED, NOT_BILLABLE = "firm", "bounded", "not billable"
#: grade -> exit code
LEVELS: Mapping[str, int] = {FIRM: 0, BOUNDED: 1, NOT_BILLABLE: 2}
#: the step of a register that never moved, in kWh: no common one is coarser
_COARSE = 1.0
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

    customer: str
    begin: float
    end: float
    energy: Kilowatthours
    read: float
    grade: str
    events: Sequence[Event]


class Answer(NamedTuple):
    """What the audit says of one register."""

    #: "" for the PDU's own register
    outlet: str
    energy: Kilowatthours
    #: the part of the period between readings that the register bridges, 0 to 1
    read: float
    grade: str
    events: Sequence[Event]
    #: in kWh
    step: float
    #: what is known of the meter
    meter: Meter
    shares: Sequence[Share] = ()
    drawn: Optional[Drawn] = None


class Audited(NamedTuple):
    """What the audit says of one PDU."""

    name: str
    outlets: Sequence[Answer]
    own: Optional[Answer]
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
        """The worst of its grades; 2 if nothing was read."""
        answers = [*self.outlets, *([] if self.own is None else [self.own])]
        if not answers:
            return LEVELS[NOT_BILLABLE]
        worst = max(LEVELS[one.grade] for one in answers)
        return max(worst, LEVELS[BOUNDED]) if self.exceeded else worst


def audited(pdu: Pdu, asked: Asked) -> Audited:
    """One PDU."""
    clock = (fast.calm_clock(pdu) if fast.IS_THERE else None) or pdu.clock()
    usual_gap = pdu.usual_gap()
    answers = {
        identity: _answer(pdu, identity, series, clock, usual_gap, asked)
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


def _answer(
    pdu: Pdu, identity: str, series: Series, clock: Clock, usual_gap: float, asked: Asked
) -> Answer:
    meter = asked.meters.of(pdu.name, identity, pdu.accuracy_percent)
    readings = readings_of(pdu, series, clock)
    step = meter.step_kwh or usual_step(readings.values)
    rows = checks.Rows(
        clock.begins, clock.ends, series.kwh, series.amperes, series.watts, series.states
    )
    begin, end = asked.begin, asked.end
    known = _Known(readings, rows, clock, meter, step, usual_gap, (begin, end))
    energy, read, grade, events = known.between(begin, end)
    shares = [
        Share(one.customer, one.begin, one.end, *known.between(one.begin, one.end))
        for one in (
            whole(asked.tenures.get((pdu.name, identity), ()), begin, end)
            if asked.tenures and identity != OWN
            else ()
        )
    ]
    drawn = known.drawn(begin, end) if asked.drawn else None
    return Answer(identity, energy, read, grade, events, step, meter, shares, drawn)


class _Known:
    """One register, which answers for any period."""

    def __init__(
        self,
        readings: Readings,
        rows: checks.Rows,
        clock: Clock,
        meter: Meter,
        step: float,
        usual_gap: float,
        period: tuple[float, float],
    ) -> None:
        self._readings, self._rows, self._clock = readings, rows, clock
        self._error = (meter.class_percent or 0.0) / 100.0
        # A meter that reads too much may show more than the supply delivers.
        kilowatts = (meter.limit_kw or 0.0) * (1.0 + self._error)
        self._limits = Limits(kilowatts, step, meter.wrap_kwh)
        self._supply = checks.Supply(step, meter.volts, usual_gap)
        is_plain = fast.IS_THERE and not (readings.changes or clock.jumps)
        self._is_calm = is_plain and fast.is_calm(rows, self._limits, self._supply, *period)
        self._story = (
            Story([Segment(range(len(readings.values)))], ())
            if self._is_calm
            else told(readings, self._limits)
        )
        self._register = Register(readings, self._story.segments, self._limits)

    def between(
        self, begin: float, end: float
    ) -> tuple[Kilowatthours, float, str, Sequence[Event]]:
        """Energy, share of the time that was read, grade and events of a period."""
        energy = self._energy(begin, end)
        slack = self._clock.slack
        happened: list[Event] = [
            one
            for one in (*self._story.events, *self._clock.jumps)
            if one.begin < end + slack and one.end > begin - slack
        ]
        if not self._is_calm:
            happened += checks.found(self._rows, self._supply, begin, end)
        happened.sort(key=lambda one: (one.begin, one.end))
        events = [*_few(happened)]
        width = 0.0 if self._idle(energy, begin, end) else energy.width
        grade = graded(energy.best, width, events)
        return energy, self._register.read_share(begin, end), grade, events

    def _energy(self, begin: float, end: float) -> Kilowatthours:
        energy = self._register.energy(begin, end)
        most = self._limits.most(end - begin)
        high = max(min(energy.high / (1.0 - self._error), most), energy.best)
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
        return Drawn([one for one in segments if one], left_out[:_POINTS], band)


_POINTS, _BAND = 200, 60


def _thinned(numbers: Sequence[int]) -> Iterator[int]:
    each = max(len(numbers) // _POINTS, 1)
    yield from numbers[::each]
    if (len(numbers) - 1) % each:
        yield numbers[-1]


def usual_step(values: Sequence[float]) -> float:
    """A step of a register that is not too small: the middle one of its rises.

    A rise is at least one step. A single one is not enough, because a false reading also rises.
    """
    if fast.IS_THERE:
        return fast.usual_step(values) or _COARSE
    rises = [new - old for old, new in zip(values, values[1:]) if new > old]
    return statistics.median_high(rises) if rises else _COARSE


def graded(best: float, width: float, events: Sequence[Event]) -> str:
    """The grade of an energy; `width` is the distance of its bounds that counts, in kWh."""
    doubted = any(one.kind == checks.UNIT for one in events)
    if doubted or width > _BILLABLE_WIDTH * best:
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
