"""From the polls of a PDU to what is known of its registers. Pure.

Watts are limits of supplies, volts the voltage at outlets, times s.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from operator import sub
from typing import Callable, NamedTuple, Optional, cast

from .law import Energy, Missed, Register
from .readings import INLET, PduReadings, RegisterReadings
from .segments import Column, Era, Event, RegisterLimits, Segment, eras, segments_of, step_of
from .units import Flow, doubts_of, flow_of, judge, missed_energy

#: longer pauses between polls say nothing of the power in them
_PAUSE_TURNS = 3.0
#: by how much outlets may count more than their inlet: both are meters
_BESIDE_INLET = 1.05
#: a table of registers of which none has shown so many values says little of its step
_VALUES_OF_STEP = 10

UNKNOWN_UNIT = (
    "its unit is not known: no power was read beside it; give --volts where currents are read, or"
    " compare the register with the unit's display and give --units-checked"
)


class CounterFacts(NamedTuple):
    """What the MIB of a family says of a register, in Wh; 0 for what it does not say."""

    step: int = 0
    wrap: int = 0


#: by the SNMP family of a unit, and whether it is the register of the inlet
FactsOfFamily = Callable[[str, bool], CounterFacts]


def no_facts(_: str, __: bool) -> CounterFacts:  # noqa: FBT001  # a Callable
    """For units whose MIB is not known."""
    return CounterFacts()


class Supply(NamedTuple):
    """What an owner knows of a PDU."""

    #: the most that the supply of an outlet delivers: breaker times voltage
    outlet_watts: float
    #: the same of the PDU
    pdu_watts: float
    #: the voltage at outlets; None: currents show no power
    volts: Optional[float] = None
    #: whether the owner has compared the registers with the display of the unit
    is_unit_checked: bool = False

    def watts(self, name: str) -> float:
        """The limit of a register."""
        return self.pdu_watts if name == INLET else self.outlet_watts


class _Rows(NamedTuple):
    """The polls of one era that read a register."""

    column: Column
    #: the power beside them
    flow: Optional[Flow]
    #: how long each speaks for
    seconds: Sequence[float]


class _Count(NamedTuple):
    """How a register counted in one era."""

    segments: Sequence[Segment]
    events: Sequence[Event]


class _History:
    """What is known of one register, while its eras are read."""

    def __init__(self) -> None:
        self.segments: list[Segment] = []
        self.events: list[Event] = []
        self.missed: list[Missed] = []

    def add(self, reason: str, row: _Rows, count: _Count, step: int, doubt: str) -> None:
        """Add an era. `reason`: how it began; `doubt`: why it is not believed, "" if it is."""
        times = row.column.latest
        self.events += count.events
        if reason and times:
            self.events.append(Event(times[0], times[0], reason))
        if doubt and times:
            self.events.append(Event(times[0], times[-1], doubt))
            return
        for segment in count.segments:
            self.segments.append(segment._replace(step=step))
            if row.flow is not None:
                flow = _flow_of_segment(row, row.flow, segment)
                self.missed += missed_energy(segment.wh, segment.latest, flow, step)


def registers_of(
    readings: PduReadings, supply: Supply, facts_of: FactsOfFamily = no_facts
) -> dict[str, Register]:
    """What is known of each register of a PDU."""
    flows = _flows(readings, supply)
    seconds, longest_s = _seconds(readings.latest)
    histories = {name: _History() for name in readings.registers}
    open_eras = eras(readings)[::-1]
    while open_eras:
        era = open_eras.pop()
        rows = {
            name: _rows(readings, register, era, flows[name], seconds)
            for name, register in readings.registers.items()
        }
        family = _family(readings, era)
        facts = {name: facts_of(family, name == INLET) for name in rows}
        limits = {name: RegisterLimits(supply.watts(name), facts[name].wrap) for name in rows}
        has_identity = _has_identity(readings, era)
        counts = {
            name: _Count(*segments_of(row.column, limits[name], has_identity=has_identity))
            for name, row in rows.items()
        }
        parts = _split(readings, era, [count.segments for count in counts.values()])
        if len(parts) > 1:
            open_eras += parts[::-1]
            continue
        steps = _steps(counts, facts)
        doubts = _doubts(rows, counts, steps, longest_s)
        for name, row in rows.items():
            histories[name].add(era.reason, row, counts[name], steps[name], doubts.get(name, ""))
    is_shown = supply.is_unit_checked or any(flow is not None for flow in flows.values())
    doubt = "" if is_shown else UNKNOWN_UNIT
    return {
        name: Register(
            history.segments, sorted(history.events), supply.watts(name), history.missed, doubt
        )
        for name, history in histories.items()
    }


def _doubts(
    rows: Mapping[str, _Rows],
    counts: Mapping[str, _Count],
    steps: Mapping[str, int],
    longest_s: float,
) -> Mapping[str, str]:
    """Which registers of an era are not believed by the power beside them, and why."""
    judgements = {}
    for name, row in rows.items():
        rise = _rise(row.column, counts[name].segments, longest_s)
        judgements[name] = judge(rise, steps[name], row.flow, row.seconds)
    return doubts_of(judgements)


def _family(readings: PduReadings, era: Era) -> str:
    """The SNMP family of the unit in an era; "" where the polls name none or several."""
    families = {*readings.families[era.first : era.stop]} - {""}
    return families.pop() if len(families) == 1 else ""


def _split(readings: PduReadings, era: Era, columns: Sequence[Sequence[Segment]]) -> Sequence[Era]:
    """An era in parts, cut where most of its registers jumped at once: then something happened to
    the unit that its serial number and uptime do not show.
    """
    jumps = Counter(segment.latest[0] for segments in columns for segment in segments[1:])
    if not jumps:
        return [era]
    least_jumps = max(2.0, sum(len(segments) > 1 for segments in columns) / 2.0)
    cuts = [
        place
        for place in range(era.first + 1, era.stop)
        if jumps[readings.latest[place]] >= least_jumps
    ]
    edges = [era.first, *cuts, era.stop]
    reasons = [era.reason, *["several registers jumped at once"] * len(cuts)]
    return [Era(*part) for part in zip(edges, edges[1:], reasons)]


def narrow_by_inlet(energies: Mapping[str, Optional[Energy]]) -> dict[str, Optional[Energy]]:
    """The energies of a PDU's registers in one period, with those of outlets bounded by the inlet:
    each took at most what the inlet counted less what the others surely took.
    """
    narrowed = {**energies}
    inlet = energies.get(INLET)
    outlets = {
        name: value for name, value in energies.items() if name != INLET and value is not None
    }
    least = sum(outlet.low for outlet in outlets.values())
    if inlet is None or _BESIDE_INLET * inlet.high < least:
        return narrowed
    for name, outlet in outlets.items():
        most = _BESIDE_INLET * inlet.high - (least - outlet.low)
        if most < outlet.high:
            narrowed[name] = outlet.lower_high(most)
    return narrowed


def _flows(readings: PduReadings, supply: Supply) -> Mapping[str, Optional[Flow]]:
    """The power beside each register; that of an inlet is the sum of its outlets', if it is not
    read itself.
    """
    flows = {
        name: flow_of(register, supply.volts, is_inlet=name == INLET)
        for name, register in readings.registers.items()
    }
    outlets = [flow for name, flow in flows.items() if name != INLET]
    inlet = readings.registers.get(INLET)
    if inlet is not None and outlets and not any(watts is not None for watts in inlet.watts):
        outlet_flows = [flow for flow in outlets if flow is not None]
        if len(outlet_flows) == len(outlets):
            flows[INLET] = Flow(
                [*map(sum, zip(*(flow.least for flow in outlet_flows)))],
                [*map(sum, zip(*(flow.most for flow in outlet_flows)))],
            )
    return flows


def _seconds(times: Sequence[float]) -> tuple[Sequence[float], float]:
    """How long each poll speaks for: until the next one, but for pauses; and the longest time that
    is no pause.
    """
    gaps = [*map(sub, times[1:], times)]
    longest_s = _PAUSE_TURNS * sorted(gaps)[len(gaps) // 2] if gaps else 0.0
    return [*(gap if gap <= longest_s else 0.0 for gap in gaps), 0.0], longest_s


def _rows(
    readings: PduReadings,
    register: RegisterReadings,
    era: Era,
    flow: Optional[Flow],
    seconds: Sequence[float],
) -> _Rows:
    """The readings of a register in an era, with the power and the time beside each; polls that did
    not read the register are left out.
    """
    part = slice(era.first, era.stop)
    earliest, latest = readings.earliest[part], readings.latest[part]
    column = Column(earliest, latest, cast("Sequence[int]", register.wh[part]))
    flow_of_era = None if flow is None else Flow(flow.least[part], flow.most[part])
    if None not in column.wh:
        return _Rows(column, flow_of_era, seconds[part])
    places = [place for place, value in enumerate(register.wh[part]) if value is not None]
    column = column.select(places)
    if flow_of_era is not None:
        flow_of_era = Flow(
            [flow_of_era.least[place] for place in places],
            [flow_of_era.most[place] for place in places],
        )
    spoken_s = seconds[part]
    return _Rows(column, flow_of_era, [spoken_s[place] for place in places])


def _flow_of_segment(row: _Rows, flow: Flow, segment: Segment) -> Flow:
    """The power beside the readings of a segment."""
    if len(segment.wh) == len(row.column.wh):
        return flow
    times = {*segment.latest}
    places = [place for place, time in enumerate(row.column.latest) if time in times]
    return Flow(*([side[place] for place in places] for side in flow))


def _steps(counts: Mapping[str, _Count], facts: Mapping[str, CounterFacts]) -> dict[str, int]:
    """The step of each of an era's registers, in Wh: outlets are one table, with one step; the
    inlet is another.
    """
    outlets = [name for name in counts if name != INLET]
    inlets = [name for name in counts if name == INLET]
    step_by_name: dict[str, int] = {}
    for table in filter(None, (outlets, inlets)):
        columns = [segment.wh for name in table for segment in counts[name].segments]
        step = _step(columns, facts[table[0]].step)
        step_by_name.update(dict.fromkeys(table, step))
    return step_by_name


def _step(columns: Sequence[Sequence[int]], step_of_mib: int) -> int:
    """The step of a table: as its values say, and where they hardly changed, at most as its MIB
    says.
    """
    step = step_of(columns)
    if step_of_mib and all(len({*values}) < _VALUES_OF_STEP for values in columns):
        return math.gcd(step, step_of_mib)
    return step


def _rise(column: Column, segments: Sequence[Segment], longest_s: float) -> float:
    """By how much a register rose, but for pauses; of one mostly too fast, from first to last."""
    reading_count = sum(len(segment.wh) for segment in segments)
    if 2 * reading_count < len(column.wh):
        return float(max(column.wh[-1] - column.wh[0], 0))
    rise = float(sum(segment.wh[-1] - segment.wh[0] for segment in segments))
    for segment in segments:
        gaps = [*map(sub, segment.latest[1:], segment.latest)]
        if max(gaps, default=0.0) > longest_s:
            rises = map(sub, segment.wh[1:], segment.wh)
            rise -= sum(part for part, gap in zip(rises, gaps) if gap > longest_s)
    return rise


def _has_identity(readings: PduReadings, era: Era) -> bool:
    """Whether the unit of an era says which it is, or since when it runs."""
    part = slice(era.first, era.stop)
    return any(readings.units[part]) or any(uptime is not None for uptime in readings.uptimes[part])
