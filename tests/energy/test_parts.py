"""What an inlet, a current of 0 and a change of the rate say of registers."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Optional

import pytest

from pdu.energy.audit import checks, grades, pdu_audit
from pdu.energy.journal.readings import PduReadings
from pdu.energy.registers.customers import OutletTenancy
from pdu.energy.registers.meter_facts import Meters, RegisterFacts
from pdu.energy.registers.parts import Inlet
from pdu.energy.registers.poll import OWN
from pdu.energy.registers.values import EnergyInterval

from .polls import OutletFigures, Poll, read

HOUR, DAY = 3600.0, 86400.0
DAYS = 4.0
FACTS = RegisterFacts(limit_kw=3.68, step_kwh=0.01)
#: figures of a register at an hour: kWh, A, W
Read = Callable[[float], tuple[Optional[float], Optional[float], Optional[float]]]


def cut(value: float) -> float:
    return math.floor(value * 100.0 + 1e-6) / 100.0


def steady(kilowatts: float, start: float = 1000.0) -> Read:
    return lambda hour: (cut(start + kilowatts * hour), kilowatts / 0.23, None)


def polled(
    registers: Mapping[str, Read], serial: Callable[[float], str] = lambda _: "A1"
) -> PduReadings:
    polls = list[Poll]()
    for number in range(int(DAYS * DAY / 300.0) + 13):
        time = 300.0 * number
        figures = [OutletFigures(name, *read(time / HOUR)) for name, read in registers.items()]
        polls.append(Poll("rack1", time, time + 1.0, figures, serial=serial(time / HOUR)))
    return read("rack1", polls)


def audited(
    pdu: PduReadings, facts: RegisterFacts = FACTS, tolerance_kwh: float = 0.1
) -> pdu_audit.PduAudit:
    meters = Meters(facts, pdu_limit_kw=11.0)
    asked = pdu_audit.AuditScope(0.0, DAYS * DAY, meters, tolerance_kwh=tolerance_kwh)
    return pdu_audit.audit_registers(pdu, asked)


def of(found: pdu_audit.PduAudit, identity: str) -> pdu_audit.AuditedRegister:
    return next(one for one in found.outlets if one.outlet == identity)


def unread_for_hours(kilowatts: float) -> Read:
    """A register that was reset in 30 hours that nobody read."""

    def read(hour: float) -> tuple[Optional[float], Optional[float], Optional[float]]:
        if 20.0 < hour < 50.0:
            return None, None, None
        return cut(kilowatts * hour if hour <= 20.0 else kilowatts * (hour - 45.0)), 1.0, None

    return read


def test_an_outlet_takes_no_more_than_its_inlet_less_the_others() -> None:
    registers = {OWN: steady(1.3), "1": steady(1.0), "2": unread_for_hours(0.3)}
    alone = of(audited(polled({name: registers[name] for name in ("1", "2")})), "2").energy
    bounded = of(audited(polled(registers)), "2").energy
    truth = 0.3 * 24.0 * DAYS
    assert alone.high > 110.0
    # 5 % of what the inlet counted meanwhile: nobody stated the errors of the meters
    assert truth <= bounded.high < truth + 30.0 * (0.05 * 1.3) + 1.0
    stated = of(
        audited(polled(registers), dataclasses.replace(FACTS, class_percent=0.5)), "2"
    ).energy
    assert truth <= stated.high < bounded.high


def test_an_inlet_whose_register_stands_bounds_no_outlet_meanwhile() -> None:
    def stuck(hour: float) -> tuple[Optional[float], Optional[float], Optional[float]]:
        return steady(1.3)(20.0 if 20.0 < hour < 50.0 else hour)

    registers = {OWN: stuck, "1": steady(1.0), "2": unread_for_hours(0.3)}
    found = of(audited(polled(registers)), "2")
    assert found.energy.low <= 0.3 * 24.0 * DAYS <= found.energy.high


def test_an_inlet_bounds_none_if_the_unit_of_one_register_is_in_doubt() -> None:
    """The whole PDU was exchanged, and its inlet shows no power: it counts a tenth, too."""
    registers = {OWN: changed_rate(0.1, None), "1": changed_rate(0.1, 1.5)}
    found = of(audited(polled(registers, exchanged_at(40.0))), "1")
    assert found.energy.low <= 0.3 * 24.0 * DAYS <= found.energy.high


def test_shares_of_customers_are_bounded_by_the_inlet_too() -> None:
    registers = {OWN: steady(1.3), "1": steady(1.0), "2": unread_for_hours(0.3)}
    middle = 40.0 * HOUR
    tenures = {
        ("rack1", "2"): [
            OutletTenancy("a", -math.inf, middle),
            OutletTenancy("b", middle, math.inf),
        ]
    }
    asked = pdu_audit.AuditScope(0.0, DAYS * DAY, Meters(FACTS, pdu_limit_kw=11.0), tenures)
    first, second = of(pdu_audit.audit_registers(polled(registers), asked), "2").shares
    for share, hours in ((first, 40.0), (second, 24.0 * DAYS - 40.0)):
        assert share.energy.low <= 0.3 * hours <= share.energy.high < 0.3 * hours + 10.0


class Fixed:
    """A register with the same energy in each period."""

    def __init__(self, low: float, high: float) -> None:
        self._energy = EnergyInterval(low, low, high)

    def bounds(self, begin: float, end: float) -> EnergyInterval:
        return self._energy

    def all_bounds(self, periods: Sequence[tuple[float, float]]) -> Sequence[EnergyInterval]:
        return [self._energy for _ in periods]

    def cuts(self, begin: float, end: float) -> Sequence[float]:
        return ()


def test_the_sum_of_outlets_and_the_inlet_bound_each_other() -> None:
    outlets = {"1": Fixed(40.0, 41.0), "2": Fixed(50.0, 100.0)}
    inlet = Inlet(Fixed(0.0, 95.0), outlets, are_stated=True)
    assert inlet.outlet("2", 0.0, 1.0) == 55.0 and inlet.outlet("1", 0.0, 1.0) == 41.0
    assert inlet.total(EnergyInterval(90.0, 90.0, 141.0), 0.0, 1.0).high == 95.0
    assert inlet.own_energy(0.0, 1.0).low == 90.0
    unsure = Inlet(Fixed(0.0, 95.0), outlets, are_stated=False)
    assert unsure.outlet("2", 0.0, 1.0) == pytest.approx(59.75)


def idle(exchanged: float, before: float = 5000.0, after: float = 0.0) -> Read:
    return lambda hour: (before if hour < exchanged else after, 0.0, None)


def exchanged_at(hours: float) -> Callable[[float], str]:
    return lambda hour: "A1" if hour < hours else "B7"


@pytest.mark.parametrize("after", [0.0, 731.5])
def test_an_idle_outlet_stays_idle_where_its_unit_is_exchanged(after: float) -> None:
    registers = {"1": idle(40.0, after=after), "2": steady(1.0)}
    found = of(audited(polled(registers, exchanged_at(40.0))), "1")
    # between the last reading of the old unit and the first of the new one
    assert found.energy.low == 0.0 and 0.3 < found.energy.high < 0.7
    assert found.grade == grades.BOUNDED and "0 A" in found.reason


def test_a_register_that_stands_without_a_current_is_idle_up_to_a_change_and_from_it() -> None:
    def used(hour: float) -> tuple[Optional[float], Optional[float], Optional[float]]:
        if hour < 40.0:
            return cut(1000.0 + min(hour, 10.0)), 4.3 if hour < 10.0 else 0.0, None
        return cut(max(hour - 80.0, 0.0)), 4.3 if hour > 80.0 else 0.0, None

    found = of(audited(polled({"1": used}, exchanged_at(40.0))), "1")
    assert found.energy.low <= 26.0 <= found.energy.high < 27.0


def test_a_standing_register_beside_a_change_may_be_wrong_while_current_flows() -> None:
    def wrong(hour: float) -> tuple[Optional[float], Optional[float], Optional[float]]:
        return (5000.0 if hour < 40.0 else 0.0), 0.5, None

    found = of(audited(polled({"1": wrong}, exchanged_at(40.0))), "1")
    assert found.energy.high > 100.0 and found.grade == grades.WIDE


def test_zeros_of_a_unit_that_starts_are_not_idle() -> None:
    """After a restart it reads 0 for its register and 0 A for two hours, and then the old line."""

    def starting(hour: float) -> tuple[Optional[float], Optional[float], Optional[float]]:
        return (0.0, 0.0, None) if 40.0 <= hour < 42.0 else steady(1.0)(hour)

    found = of(audited(polled({"1": starting}, exchanged_at(40.0))), "1")
    assert found.energy.low <= 24.0 * DAYS <= found.energy.high


# ---- units ---------------------------------------------------------------------------------------


def changed_rate(factor: float, amperes: Optional[float]) -> Read:
    def read(hour: float) -> tuple[Optional[float], Optional[float], Optional[float]]:
        if hour < 40.0:
            return cut(1000.0 + 0.3 * hour), amperes, None
        return cut(factor * 0.3 * (hour - 40.0)), amperes, None

    return read


@pytest.mark.parametrize("factor", [0.05, 10.0, 1000.0])
def test_ten_times_as_fast_after_a_change_is_a_unit_event(
    factor: float,
) -> None:
    facts = dataclasses.replace(FACTS, step_kwh=0.001)
    registers = {"1": changed_rate(factor, 1.3)}
    found = of(audited(polled(registers, exchanged_at(40.0)), facts), "1")
    assert checks.UNIT in {one.kind for one in found.events}
    assert not found.has_lowest and found.energy.high >= 0.3 * 24.0 * DAYS


@pytest.mark.parametrize("factor", [0.5, 1.0, 3.0])
def test_another_load_after_a_change_is_none(factor: float) -> None:
    found = of(audited(polled({"1": changed_rate(factor, None)}, exchanged_at(40.0))), "1")
    assert checks.UNIT not in {one.kind for one in found.events}


@pytest.mark.parametrize("factor", [0.1, 10.0])
def test_a_load_that_current_confirms_is_no_unit_event(factor: float) -> None:
    def read(hour: float) -> tuple[Optional[float], Optional[float], Optional[float]]:
        kilowatts = 0.3 if hour < 40.0 else 0.3 * factor
        kwh = 1000.0 + 0.3 * hour if hour < 40.0 else kilowatts * (hour - 40.0)
        return cut(kwh), kilowatts / 0.23, None

    found = of(audited(polled({"1": read}, exchanged_at(40.0))), "1")
    assert checks.UNIT not in {one.kind for one in found.events}


@pytest.mark.parametrize("watts", [None, 2000.0])
def test_a_kilowatthour_that_a_standing_register_lost_is_not_firm(watts: Optional[float]) -> None:
    def read(hour: float) -> tuple[Optional[float], Optional[float], Optional[float]]:
        lost = min(max(hour - 50.0, 0.0), 0.5)
        return math.floor((1000.0 + 2.0 * (hour - lost)) * 10.0) / 10.0, 8.7, watts

    found = of(audited(polled({"1": read}), dataclasses.replace(FACTS, step_kwh=0.1)), "1")
    assert checks.STANDING in {one.kind for one in found.events}
    assert found.grade != grades.FIRM and found.energy.high >= 2.0 * 24.0 * DAYS


# ---- grades --------------------------------------------------------------------------------------


def test_an_outlet_that_never_moved_has_the_finest_step_of_its_unit() -> None:
    registers = {"1": steady(1.0), "2": idle(1000.0), "3": steady(0.05)}
    found = audited(polled(registers), RegisterFacts(3.68))
    assert of(found, "2").step == of(found, "3").step < 0.02
    assert of(found, "2").energy.high < 0.02 and of(found, "2").grade == grades.FIRM
    alone = of(audited(polled({"2": idle(1000.0)}), RegisterFacts(3.68)), "2")
    assert alone.step == 1.0 and alone.energy.high < 1.01
    assert alone.grade == grades.BOUNDED and "step is 1 kWh" in alone.reason
