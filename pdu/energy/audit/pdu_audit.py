"""The audit of a PDU in a period: each register's energy with bounds, events and a grade. Pure."""

from __future__ import annotations

import copy
import dataclasses
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Callable, NamedTuple, Optional, TypeVar

from ..journal.readings import PduReadings, readings_of
from ..registers import resolution, segments
from ..registers.bounds import Period
from ..registers.customers import OutletTenancy, Place, fill_gaps
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
from ..registers.parts import Inlet, bound_parts, narrowed
from ..registers.poll import OWN
from ..registers.rounding import summed
from ..registers.unit_aliases import UnitEvidence
from ..registers.values import EnergyInterval, Event, RegisterLimits
from . import checks, grades, unit_check
from .checked_register import CheckedRegister, bound_together
from .grades import LEVELS, NOT_BILLABLE, USUAL_TOLERANCE_KWH, GradeBasis
from .unit_check import ReadTimes

#: more events of one kind than this are told as one
_MANY = 20


Value = TypeVar("Value")


class AuditScope(NamedTuple):
    """The period, in s of UTC, and what is known of meters and customers."""

    begin: float
    end: float
    meters: Meters
    #: the customers of each outlet
    tenures: Mapping[Place, Sequence[OutletTenancy]] = {}
    #: how far the bounds of each register may be apart beside their share of it, in kWh
    tolerance_kwh: float = USUAL_TOLERANCE_KWH
    #: whether of a customer's share nothing but the energy is asked for
    energy_only: bool = False


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
    #: whether something that was read of the device shows that its unit is right
    is_confirmed: bool
    #: why what was read supports no firm energy; "" if it does
    weakness: str
    shares: Sequence[OutletShare] = ()

    @property
    def has_lowest(self) -> bool:
        """Whether the lowest energy can be defended (law 5)."""
        return not checks.is_unit_in_doubt(self.events)


class PduAudit(NamedTuple):
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
    failures: int = 0
    #: which unit it was, and when it was read; None without readings
    unit: Optional[UnitEvidence] = None
    #: registers of which power was read, and no energy -> what that power says
    estimates: Mapping[str, EnergyInterval] = {}

    @property
    def registers(self) -> Sequence[AuditedRegister]:
        """Outlets and inlet."""
        return [*self.outlets, *filter(None, [self.own])]

    @property
    def billed(self) -> Sequence[AuditedRegister]:
        """The outlets; the inlet if no outlet was read."""
        return self.outlets or self.registers

    @property
    def coverage(self) -> Optional[tuple[float, float]]:
        """When the first reading began and the last one ended, in s; None without readings."""
        return None if self.unit is None else (self.unit.begin, self.unit.end)

    def compact(self) -> PduAudit:
        """The same with what registers have in common once, which most of them do."""
        values: dict[object, Any] = {}

        def once(value: Value) -> Value:
            same: Value = values.setdefault(value, value)
            return same

        return self._replace(
            outlets=[
                outlet._replace(meter=once(outlet.meter), origins=once(outlet.origins))
                for outlet in self.outlets
            ]
        )

    @property
    def outlets_exceed_pdu(self) -> bool:
        """Whether the outlets took more than the PDU, whatever their bounds allow (law 3)."""
        return (
            self.total is not None
            and self.own is not None
            and self.total.low > self.own.energy.high
        )

    @property
    def level(self) -> int:
        """The worst grade of its outlets, or of its own register if it has none; 2 if nothing was
        read, or not an outlet though others were (law 5).
        """
        if not self.billed or (self.outlets and self.unread):
            return LEVELS[NOT_BILLABLE]
        return max(LEVELS[register.grade] for register in self.billed)


class PduWalk:
    """One walk over the readings of a PDU: the segments of each register, and what its power says
    of them.
    """

    def __init__(self, pdu: PduReadings, scope: AuditScope) -> None:
        self.pdu, self.scope = pdu, scope
        self.times = ReadTimes(pdu)
        self.outlets = tuple(register for register in pdu.registers if register != OWN)
        meters = {
            identity: scope.meters.of(pdu.name, identity, pdu.accuracy_percent, self.outlets)
            for identity in pdu.registers
        }
        is_read, rises = ~np.isnan(pdu.tables[0]), np.diff(pdu.tables[0])
        kilowatts = np.array([meter.limit_kw or 0.0 for meter in meters.values()])
        is_steady = segments.are_steady(rises, self.times.begins, self.times.ends, kilowatts)
        is_steady &= not pdu.changes
        rows = zip(meters.items(), is_read, rises, is_steady.tolist())
        self.registers = {
            identity: _Register(pdu, identity, meter, self.times, *columns)
            for (identity, meter), *columns in rows
            if columns[0].any()
        }

    def estimate(self, identity: str, begin: float, end: float) -> Optional[EnergyInterval]:
        """What the power says of a register of which no energy was read (law 2); None if no power
        was, or an energy.
        """
        pdu, times = self.pdu, self.times
        series = pdu.registers[identity]
        if identity in self.registers or np.isnan(series.power_w).all():
            return None
        facts = self.scope.meters.of(pdu.name, identity, pdu.accuracy_percent, self.outlets)
        rows = checks.Rows(times.begins, times.ends, *series)
        return checks.estimate(rows, times.usual_gap, facts.limit_kw or 0.0, begin, end)

    def estimates(self) -> Mapping[str, EnergyInterval]:
        """Of each register of which power was read, and no energy, what that power says."""
        begin, end = self.scope[:2]
        energies = {name: self.estimate(name, begin, end) for name in self.pdu.registers}
        return {name: energy for name, energy in energies.items() if energy is not None}

    def audit_alone(
        self, identity: str, begin: float, end: float, parts: Sequence[OutletTenancy]
    ) -> Optional[AuditedRegister]:
        """What the readings of one register say of a time without those of any other; None if none
        says anything. `parts`: of the time, of which nothing but the energy is asked for.
        """
        register = self.registers.get(identity)
        if register is None or not register.known.is_read(begin, end):
            return None
        scope = self.scope._replace(begin=begin, end=end, energy_only=True)
        return register.alone().answer(scope, None, parts)

    def audit(self) -> PduAudit:
        """What all registers together say of the period."""
        registers, outlets, scope = self.registers, self.outlets, self.scope
        _refine(registers)
        bound_together(register.known for register in registers.values())
        unit_check.compare_together(register.known.unit for register in registers.values())
        begin, end = scope.begin, scope.end
        outlet_registers = {
            name: register.known for name, register in registers.items() if name != OWN
        }
        units = {name: register.unit for name, register in outlet_registers.items()}
        unit_check.share_doubts(units, (begin, end))
        own = registers[OWN].known if OWN in registers else None
        if own is not None:
            is_sum = bool(units) and _is_sum(own, outlet_registers, begin, end)
            unit_check.share_with_inlet(own.unit, units if is_sum else {}, (begin, end))
        inlet = _inlet(registers, begin, end)
        answers = {
            identity: register.answer(
                scope,
                None if identity == OWN else inlet,
                scope.tenures.get((self.pdu.name, identity), ()),
                has_shares=bool(scope.tenures) and identity != OWN,
            )
            for identity, register in registers.items()
            if register.known.is_read(begin, end)
        }
        inlet_register = answers.pop(OWN, None)
        total = summed(register.energy for register in answers.values())
        if inlet is not None and inlet_register is not None:
            total = inlet.total(total, begin, end)
            if inlet_register.has_lowest:
                inlet_register = inlet_register._replace(energy=inlet.own_energy(begin, end))
        return PduAudit(
            self.pdu.name,
            [*answers.values()],
            inlet_register,
            [register for register in outlets if register not in answers],
            total if answers else None,
            end - begin,
            self.pdu.failures,
            self._identify(),
            self.estimates(),
        )

    def _identify(self) -> Optional[UnitEvidence]:
        pdu, units = self.pdu, frozenset(self.pdu.units)
        if not pdu.begins:
            return None
        last = {identity: register.known.last_kwh for identity, register in self.registers.items()}
        usual_gap = self.times.usual_gap
        return UnitEvidence(pdu.name, units, pdu.begins[0], pdu.ends[-1], usual_gap, last)


def audit_registers(pdu: PduReadings, scope: AuditScope) -> PduAudit:
    """One PDU."""
    return PduWalk(pdu, scope).audit()


def _inlet(registers: Mapping[str, _Register], begin: float, end: float) -> Optional[Inlet]:
    """The inlet above the outlets; None if not both were read, if one contradicts the other, or if
    the unit of one is in doubt: then that of all may be, as they are of one PDU (law 3). Not with a
    register whose power was not seen as it is: that may be what is wrong.
    """
    registers = {
        identity: register
        for identity, register in registers.items()
        if not register.known.unit.is_unseen(begin, end)
    }
    outlets = {
        identity: register.known for identity, register in registers.items() if identity != OWN
    }
    if OWN not in registers or not outlets:
        return None
    if any(register.known.unit.is_in_doubt(begin, end) for register in registers.values()):
        return None
    are_stated = all(register.meter.class_percent is not None for register in registers.values())
    inlet = Inlet(registers[OWN].known, outlets, are_stated=are_stated)
    return None if inlet.contradicts(begin, end) else inlet


def _refine(registers: Mapping[str, _Register]) -> None:
    """Give outlets that never moved the finest step of the others: they are of one unit (law 1)."""
    outlets = [register for identity, register in registers.items() if identity != OWN]
    steps = [register.known.step for register in outlets if register.has_moved]
    if steps:
        for register in outlets:
            if register.origins.step == READINGS and not register.has_moved:
                register.take_step(min(steps))


def _is_sum(
    own: CheckedRegister, outlets: Mapping[str, CheckedRegister], begin: float, end: float
) -> bool:
    """Whether the inlet's register rose by what those of all outlets did (law 4)."""
    inlet = own.rise(begin, end)
    rises = [register.rise(begin, end) for register in outlets.values()]
    low, high = (sum(getattr(rise, bound) for rise in rises) for bound in ("low", "high"))
    least, most = checks.TOLERANCE
    return bool(least * high <= inlet.low and inlet.high <= most * low)


class _Register:
    """One register of a PDU, and what is known of its meter."""

    def __init__(
        self,
        pdu: PduReadings,
        identity: str,
        meter: RegisterFacts,
        times: ReadTimes,
        is_read: Column,
        rises: Column,
        is_steady: bool,
    ) -> None:
        """`is_read`, `rises`: of its polls. `is_steady`: as of `segments.are_steady`."""
        self._identity, series = identity, pdu.registers[identity]
        mib = mib_facts(pdu.family, identity)
        wrap_kwh, wrap_from = first_of({OWNER: meter.wrap_kwh, MIB: mib.wrap_kwh})
        _, class_from = first_of({UNIT: pdu.accuracy_percent, OWNER: meter.class_percent})
        readings = readings_of(pdu, series, is_read, times.clock)
        if len(readings.values) < len(is_read):
            rises = np.diff(np.asarray(readings.values))
        #: whether it ever showed another value
        self.has_moved = bool(rises.any())
        rows = checks.Rows(times.begins, times.ends, *series)
        limit = RegisterLimits(meter.limit_kw or 0.0, modulus=wrap_kwh)
        longest_s = times.longest_s if is_steady else None

        def make_register(step: float) -> CheckedRegister:
            max_age = resolution.max_age(rises, readings.begins, step, times.usual_gap)
            parameters = checks.CheckParameters(
                step, meter.volts, times.usual_gap, max_age, is_outlet=identity != OWN
            )
            limits = limit._replace(step=step)
            proven_age = times.usual_gap
            if max_age > proven_age and resolution.refreshes_slowly(
                rises, limits.most(2.0 * proven_age) + step
            ):
                proven_age = max_age
            aged_readings = readings._replace(max_age=max_age, proven_age=proven_age)
            return CheckedRegister(
                aged_readings, rows, times, meter.class_percent, limits, parameters, longest_s
            )

        self._make_register = make_register
        self.known, step_from = _choose_step(
            make_register, readings.values, rises, meter.step_kwh, mib
        )
        step_kwh = None if step_from == READINGS else self.known.step
        self.meter = dataclasses.replace(meter, step_kwh=step_kwh, wrap_kwh=wrap_kwh)
        self.origins = Origins(step_from, wrap_from, class_from)

    def alone(self) -> _Register:
        """The same without doubts of others of its device."""
        register = copy.copy(self)
        register.known = self.known.alone()
        return register

    def take_step(self, step: float) -> None:
        """Take a step, in kWh, that others of the same unit show (law 1)."""
        self.known = self._make_register(step)

    def answer(
        self,
        scope: AuditScope,
        inlet: Optional[Inlet],
        tenures: Sequence[OutletTenancy],
        *,
        has_shares: bool = False,
    ) -> AuditedRegister:
        """What is known of the period. `inlet`: of an outlet, what bounds it too.

        `tenures`: who has it in parts of the period. `has_shares`: whether a part that nobody has
        is a share, too, if nobody has any.
        """
        begin, end = scope.begin, scope.end
        (energy,) = self._energies([(begin, end)], inlet)
        shares = []
        if tenures or has_shares:
            tenancies = fill_gaps(tenures, begin, end)
            parts = self._energies([(tenancy.begin, tenancy.end) for tenancy in tenancies], inlet)
            for tenancy, part in zip(tenancies, bound_parts(energy, parts, is_complete=False)):
                judgement = _NOT_ASKED
                if not scope.energy_only:
                    judgement = self._judge(part, tenancy.begin, tenancy.end, scope.tolerance_kwh)
                is_read = self.known.is_read(tenancy.begin, tenancy.end)
                shares.append(
                    OutletShare(
                        tenancy.customer, tenancy.begin, tenancy.end, part, *judgement, is_read
                    )
                )
        share_read, grade, reason, events = self._judge(energy, begin, end, scope.tolerance_kwh)
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
            self.known.unit.is_confirmed,
            self.known.weak_evidence(begin, end),
            shares,
        )

    def _energies(
        self, periods: Sequence[Period], inlet: Optional[Inlet]
    ) -> Sequence[EnergyInterval]:
        """The energy of each period, which the inlet bounds, too (law 3)."""
        energies = self.known.all_bounds(periods)
        if inlet is None or not inlet.is_above(self._identity):
            return energies
        return [
            energy
            if energy.width <= _STEPS * self.known.step
            else narrowed(energy, inlet.outlet(self._identity, *period))
            for energy, period in zip(energies, periods)
        ]

    def _judge(
        self, energy: EnergyInterval, begin: float, end: float, tolerance_kwh: float
    ) -> tuple[float, str, str, Sequence[Event]]:
        """The share of a period that was read, grade and reason, and what happened (law 5)."""
        events = self.known.events(begin, end)
        is_idle = self.known.is_idle(energy, begin, end)
        weakness = self.known.weak_evidence(begin, end)
        basis = GradeBasis(self.known.step, self.meter.class_percent, is_idle, weakness)
        grade = grades.grade_register(energy, events, basis, tolerance_kwh)
        return self.known.covered_share(begin, end), *grade, [*_few(events)]


#: of a share of which nothing but the energy is asked for
_NOT_ASKED: tuple[float, str, str, Sequence[Event]] = (0.0, "", "", ())
#: bounds of two steps at each end leave nothing that an inlet could say
_STEPS = 4.0


def _choose_step(
    make_register: Callable[[float], CheckedRegister],
    values: Sequence[float],
    rises: Column,
    owner_kwh: Optional[float],
    mib: MibFacts,
) -> tuple[CheckedRegister, str]:
    """A register with its step, and where that is from (law 1). `owner_kwh`: the owner's.

    A step from the unit of the MIB needs rises between readings that are right. In most registers
    all are. For the others, the middle rise shows first which.
    """
    if owner_kwh:
        return make_register(owner_kwh), OWNER
    unit = mib.unit_kwh
    step = None if unit is None else resolution.step_of_readings([values], unit)
    if step is not None:
        register = make_register(step)
        if register.is_whole:
            return register, MIB
    register = make_register(resolution.typical_step(rises))
    needs_none = step is None and register.is_whole
    if unit is None or needs_none:
        return register, READINGS
    # Each unit that was in place counts in steps of its own: the greatest is right for all.
    of_units = [resolution.step_of_readings(runs, unit) for runs in register.values_by_unit()]
    steps = [step_of_unit for step_of_unit in of_units if step_of_unit is not None]
    if not steps or len(steps) < len(of_units):
        return register, READINGS
    return make_register(max(steps)), MIB


def _few(events: Sequence[Event]) -> Iterator[Event]:
    """Events, of which very many of one kind are told as one: such as of a wrong unit (law 5)."""
    counts = Counter(event.kind for event in events)
    told_kinds: set[str] = set()
    for event in events:
        if counts[event.kind] <= _MANY:
            yield event
        elif event.kind not in told_kinds:
            told_kinds.add(event.kind)
            end = max(same_event.end for same_event in events if same_event.kind == event.kind)
            reason = f"{counts[event.kind]} times, first: {event.reason}"
            yield Event(event.kind, event.begin, end, reason)
