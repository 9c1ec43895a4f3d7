"""The figures of a statement: of each outlet what the audit's walk says of its own readings, and
what it says of the others as an upper bound. Pure.
"""

from __future__ import annotations

import dataclasses
import datetime
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Optional
from zoneinfo import ZoneInfo

from ..audit.audit_result import kwh
from ..audit.checked_register import CheckedRegister, RegisterAdvance, RegisterEdge
from ..audit.checks import GAP_FACTOR
from ..audit.grades import NOT_BILLABLE, Grade, GradeBasis, grade_register, grade_unread
from ..audit.pdu_audit import AuditedRegister, PduWalk
from ..registers.customers import OutletTenancy
from ..registers.meter_facts import RegisterFacts
from ..registers.parts import bound_parts, narrowed
from ..registers.rounding import nearest_wh, round_to_wh, split
from ..registers.values import EnergyInterval, Event
from . import power
from .daily_energy import DayEnergy, daily, day_parts
from .held_register import HeldRegister, HeldUnit
from .tariffs import TariffRow, spans


class OutletReadings(NamedTuple):
    """An outlet in the hands of a customer, and what the provider states of its register."""

    pdu: str
    outlet: str
    #: what people call it, and the machine on it; "" if neither is known
    name: str
    machine: str
    #: in s since 1970
    begin: float
    end: float
    meter: RegisterFacts
    #: the most that it took by the PDU's own register and the other outlets, in kWh; None: unknown
    most_kwh: Optional[float]
    #: whether other readings of the device cast doubt on the register's unit
    is_doubted: bool
    #: whether they show that it is right
    is_confirmed: bool
    #: whether the customer had it right before the begin, and has it after the end, too
    is_held_before: bool
    is_held_after: bool


class Rules(NamedTuple):
    """What is the same for all lines."""

    zone: ZoneInfo
    tolerance_kwh: float
    tariff: tuple[TariffRow, ...]


class StatementFigures(NamedTuple):
    """A line of a statement, its quarter hours, and its energy by day."""

    line: dict[str, Any]
    power: power.QuarterHourPower
    days: Sequence[DayEnergy] = ()


def figures(inputs: OutletReadings, walk: Optional[PduWalk], rules: Rules) -> StatementFigures:
    """The line of one outlet. `walk`: over its PDU, after its audit; None if no reading names the
    outlet.
    """
    span = (inputs.begin, inputs.end)
    polls = (
        HeldRegister.never_read()
        if walk is None
        else HeldRegister.of(walk.pdu, inputs.outlet, *span, continues=inputs.is_held_after)
    )
    reads = polls.readings()
    registers = {
        "readings": reads.count_within(*span),
        "register_begin": _edge(reads.last_until(inputs.begin), rules.zone),
        "register_end": _edge(reads.last_until(inputs.end), rules.zone),
        "units": [_unit(unit, rules.zone) for unit in reads.units()],
    }
    flow = power.quarter_hours(polls.begins, polls.power_w, *span)
    pieces = spans(rules.tariff, *span, rules.zone) if rules.tariff else ()
    answer, bill, estimate, usual_gap = None, None, None, 0.0
    if walk is not None:
        tenures = [OutletTenancy(*piece) for piece in pieces]
        usual_gap = walk.times.usual_gap
        answer = walk.audit_alone(inputs.outlet, *span, tenures)
        if answer is None:
            estimate = walk.estimate(inputs.outlet, *span)
        else:
            bill = _bill(walk.registers[inputs.outlet].known, inputs, usual_gap)
    if bill is not None and bill.advance is not None:
        registers["register_begin"] = _edge(bill.advance.begin, rules.zone)
        registers["register_end"] = _edge(bill.advance.end, rules.zone)
    periods = [piece.period for piece in pieces]
    line = {
        "pdu": inputs.pdu,
        "outlet": inputs.outlet,
        "name": inputs.name,
        "machine": inputs.machine,
        "from": local(inputs.begin, rules.zone),
        "to": local(inputs.end, rules.zone),
        "meter": dataclasses.asdict(inputs.meter),
        "most_kwh": inputs.most_kwh,
        "doubted": inputs.is_doubted,
        "confirmed": inputs.is_confirmed,
        "held_before": inputs.is_held_before,
        **registers,
        **(
            _unread(estimate, periods, rules)
            if answer is None or bill is None
            else _energy(answer, bill.wh, inputs, periods, rules)
        ),
        **_power(flow.figures()),
    }
    parts = day_parts(rules.tariff, *span, rules.zone)
    days = daily(reads.begins, reads.ends, reads.energy_kwh, parts, inputs.meter, usual_gap)
    return StatementFigures(line, flow, days)


def local(time: float, zone: ZoneInfo) -> str:
    """A time in a zone with its offset, from which it can be read back."""
    return datetime.datetime.fromtimestamp(time, zone).isoformat(" ")


def _second(time: float, zone: ZoneInfo) -> str:
    return local(math.floor(time), zone)


def _unit(unit: HeldUnit, zone: ZoneInfo) -> dict[str, Any]:
    edges = {"first": _edge(unit.first, zone), "last": _edge(unit.last, zone)}
    return {"serial": unit.serial, "firmware": unit.firmware, **edges}


class _Bill(NamedTuple):
    """What is billed of a register: in Wh, and both ends of one that goes on."""

    wh: int
    advance: Optional[RegisterAdvance]


def _bill(register: CheckedRegister, inputs: OutletReadings, usual_gap: float) -> _Bill:
    """A register that goes on is billed by its readings at both ends, any other by its lowest.

    Of an outlet that was somebody else's, a reading before the begin must be near: what flowed in a
    hole before is not the customer's.
    """
    most_s = math.inf if inputs.is_held_before else GAP_FACTOR * usual_gap
    advance = register.advance(inputs.begin, inputs.end, most_s)
    if advance is not None:
        return _Bill(nearest_wh(advance.kwh), advance)
    return _Bill(round_to_wh(register.billable(inputs.begin, inputs.end)).low, None)


def _edge(edge: Optional[RegisterEdge], zone: ZoneInfo) -> Optional[dict[str, Any]]:
    return None if edge is None else {"time": _second(edge.time, zone), "kwh": edge.kwh}


def _unread(
    estimate: Optional[EnergyInterval], periods: Sequence[str], rules: Rules
) -> dict[str, Any]:
    """Of a line of which no energy was read. `estimate`: what its power says."""
    return {
        "kwh": None,
        "billed": None,
        "grade": NOT_BILLABLE,
        "reason": grade_unread(estimate).reason,
        "read": 0.0,
        "events": [],
        "tariff": dict.fromkeys(sort_periods(periods, rules)),
    }


def _energy(
    answer: AuditedRegister,
    billed_wh: int,
    inputs: OutletReadings,
    periods: Sequence[str],
    rules: Rules,
) -> dict[str, Any]:
    energy = answer.energy if inputs.most_kwh is None else narrowed(answer.energy, inputs.most_kwh)
    has_lowest = answer.has_lowest and not inputs.is_doubted
    grade = _grade(answer, energy, inputs, rules)
    return {
        "kwh": rounded(energy, has_lowest),
        "billed": billed_wh / 1000.0 if has_lowest else None,
        "grade": grade.name,
        "reason": grade.reason,
        "read": round(answer.read, 4),
        "events": [_event(event, rules.zone) for event in answer.events],
        "tariff": _periods(answer, energy, billed_wh if has_lowest else None, rules)
        if periods
        else {},
    }


def sort_periods(periods: Iterable[str], rules: Rules) -> Sequence[str]:
    """Periods in the order of the tariff, each once; "" without a tariff."""
    here, order = {*periods}, dict.fromkeys(row.period for row in rules.tariff)
    return [period for period in order or [""] if period in here]


def _grade(
    answer: AuditedRegister, energy: EnergyInterval, inputs: OutletReadings, rules: Rules
) -> Grade:
    """The audit's grade; of an energy that was narrowed, the grade of its own bounds."""
    if inputs.is_doubted and answer.has_lowest:
        return Grade(NOT_BILLABLE, "its unit is in doubt by other readings of its device")
    if energy.high == answer.energy.high or not energy.best:
        return Grade(answer.grade, answer.reason)
    basis = GradeBasis(answer.step, answer.meter.class_percent, weakness=answer.weakness)
    return grade_register(energy, answer.events, basis, rules.tolerance_kwh)


def _periods(
    answer: AuditedRegister, total: EnergyInterval, billed_wh: Optional[int], rules: Rules
) -> dict[str, Any]:
    """Each period with its own bounds, its part of the best, and `billed_wh`, its part of what is
    billed (in Wh; None: there is no lowest).

    Both parts are in the proportion of the periods' best, and add up to the whole's.
    """
    energy_by_period = dict(_tariff(answer, total))
    likely = [energy.best for energy in energy_by_period.values()]
    parts = {
        name: {
            **rounded(energy, billed_wh is not None),
            "best": wh / 1000.0,
            "billed": None if billed_wh is None else part / 1000.0,
        }
        for (name, energy), wh, part in zip(
            energy_by_period.items(),
            split(round_to_wh(total).best, likely),
            split(billed_wh or 0, likely),
        )
    }
    return {name: parts[name] for name in sort_periods(parts, rules)}


def _tariff(answer: AuditedRegister, total: EnergyInterval) -> Iterator[tuple[str, EnergyInterval]]:
    """The energy of each period, which together are the whole."""
    sums: dict[str, EnergyInterval] = {}
    for share in answer.shares:
        energy_before = sums.get(share.customer)
        sums[share.customer] = (
            share.energy if energy_before is None else energy_before.plus(share.energy)
        )
    return zip(sums, bound_parts(total, [*sums.values()], is_complete=True))


def _event(event: Event, zone: ZoneInfo) -> dict[str, str]:
    begin, end = _second(event.begin, zone), _second(event.end, zone)
    return {"kind": event.kind, "from": begin, "to": end, "reason": event.reason}


def rounded(energy: EnergyInterval, has_lowest: bool = True) -> dict[str, Optional[float]]:
    """To three places, the bounds away from each other, so that sums of lines add up on paper."""
    low, best, high = kwh(energy, has_lowest)
    return {"low": float(low) if low else None, "best": float(best), "high": float(high)}


def totals(lines: Sequence[Mapping[str, Any]], flow: power.PowerFigures) -> dict[str, Any]:
    """The sums of all lines that were read. `flow`: the power of all outlets together."""
    read_lines = [line for line in lines if line["kwh"] is not None]
    names = dict.fromkeys(name for line in lines for name in line["tariff"])
    return {
        "kwh": _sum([line["kwh"] for line in read_lines]),
        "billed": sum(nearest_wh(line["billed"] or 0.0) for line in read_lines) / 1000.0,
        "unread": len(lines) - len(read_lines),
        "without_lowest": sum(line["kwh"]["low"] is None for line in read_lines),
        "tariff": {
            name: _sum(
                [line["tariff"][name] for line in read_lines if name in line["tariff"]], "billed"
            )
            for name in names
        },
        **_power(flow),
    }


def _sum(energies: Sequence[Mapping[str, Optional[float]]], *more_bounds: str) -> dict[str, float]:
    """The sum of rounded energies, exactly; what cannot be defended counts nothing."""
    return {
        bound: sum(nearest_wh(energy[bound] or 0.0) for energy in energies) / 1000.0
        for bound in ("low", "best", "high", *more_bounds)
    }


@dataclass(frozen=True)
class SurchargeFactors:
    """What the provider adds if it is given; None: it is not."""

    #: of the energy that the outlets took
    carbon_g_per_kwh: Optional[float] = None
    #: the energy of the building by that of its outlets
    pue: Optional[float] = None


def surcharges(energy: Mapping[str, float], factors: SurchargeFactors) -> dict[str, Any]:
    """The share of the building by its PUE, and carbon dioxide, of the energy of all lines."""
    surcharge_by_kind: dict[str, Any] = {}
    times = 1.0
    if factors.pue is not None:
        times = factors.pue
        surcharge_by_kind["pue"] = {
            "factor": factors.pue,
            "share_kwh": _times(energy, factors.pue - 1.0),
            "with_share_kwh": _times(energy, factors.pue),
        }
    if factors.carbon_g_per_kwh is not None:
        surcharge_by_kind["carbon"] = {
            "g_per_kwh": factors.carbon_g_per_kwh,
            "kg": _times(energy, times * factors.carbon_g_per_kwh / 1000.0),
        }
    return surcharge_by_kind


def _times(energy: Mapping[str, float], factor: float) -> dict[str, float]:
    return {bound: round(value * factor, 3) for bound, value in energy.items()}


def _power(power_figures: power.PowerFigures) -> dict[str, Optional[float]]:
    return {"peak_kw": power_figures.peak, "p95_kw": power_figures.p95}
