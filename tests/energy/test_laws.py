"""The five laws of docs/energy.md, each at the fault that lists of cases did not see."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Optional

import pytest

from pdu.energy.audit import checks, grades, pdu_audit
from pdu.energy.audit.groups import sum_customers
from pdu.energy.journal.readings import PduReadings
from pdu.energy.registers.customers import OutletTenancy, Place
from pdu.energy.registers.meter_facts import Meters, RegisterFacts
from pdu.energy.registers.parts import Inlet, bound_parts
from pdu.energy.registers.poll import OWN
from pdu.energy.registers.values import EnergyInterval
from tests.energy.test_parts import Fixed

from .polls import OutletFigures, Poll, read

Tenures = Mapping[Place, Sequence[OutletTenancy]]
NOBODY: Tenures = {}
DAY, HOUR = 86400.0, 3600.0
FACTS = RegisterFacts(limit_kw=3.68, step_kwh=0.01)


def floored(kwh: float) -> float:
    return math.floor(kwh * 100.0 + 1e-6) / 100.0


def audited(pdu: PduReadings, days: float, tenures: Tenures = NOBODY) -> pdu_audit.PduAudit:
    meters = Meters(FACTS, pdu_limit_kw=11.0)
    return pdu_audit.audit_registers(pdu, pdu_audit.AuditScope(0.0, days * DAY, meters, tenures))


def constant(
    days: int, watts: float, factor: float, amperes: Optional[float] = None, outlet: str = "1"
) -> PduReadings:
    """A load that never changes; a register that counts so many times of it."""
    polls = list[Poll]()
    for number in range(int(days * DAY / 300.0) + 1):
        time = 300.0 * number
        kwh = floored(500.0 + factor * watts * time / 3.6e6)
        shown = None if amperes is not None else watts
        figures = [OutletFigures(outlet, kwh, amperes, shown)]
        polls.append(Poll("rack1", time, time + 1.0, figures, time + 1e6, serial="A1"))
    return read("rack1", polls)


@pytest.mark.parametrize("factor", [0.28, 0.49, 2.05, 10.0])
def test_a_register_that_counts_half_or_double_its_own_watts_is_not_billable(factor: float) -> None:
    (found,) = audited(constant(4, 400.0, factor), 4.0).outlets
    assert found.grade == grades.NOT_BILLABLE and not found.has_lowest
    assert found.energy.low <= 38.4 <= found.energy.high


def device(
    loads: Mapping[str, tuple[float, float]],
    days: int = 4,
    own: Optional[tuple[float, Optional[float], Optional[float]]] = None,
) -> PduReadings:
    """Outlets, each with the power that the polls see and the one that its register counts, in W.
    `own`: what the inlet counts in W, its current and its watts.
    """
    polls = list[Poll]()
    for number in range(-288, int((days + 1) * DAY / 300.0)):
        time = 300.0 * number
        figures = [
            OutletFigures(name, floored(500.0 + counted * time / 3.6e6), None, seen)
            for name, (seen, counted) in loads.items()
        ]
        if own is not None:
            figures.append(OutletFigures(OWN, floored(900.0 + own[0] * time / 3.6e6), *own[1:]))
        polls.append(Poll("rack1", time, time + 1.0, figures, time + 1e6, serial="A1"))
    return read("rack1", polls)


@pytest.mark.parametrize("factor", [0.55, 0.75, 1.35, 1.9])
def test_below_a_factor_of_two_one_outlet_alone_is_no_unit(factor: float) -> None:
    """A cron job at each poll: the polls see more than flows. The lowest stays billed, and nobody
    beside it loses anything: not a small load, not an empty outlet.
    """
    loads = {"1": (138.0, factor * 138.0), "2": (100.0, 100.0), "3": (4.0, 4.0), "4": (0.0, 0.0)}
    first, *others = audited(device(loads), 4.0).outlets
    assert first.has_lowest and first.grade == grades.BOUNDED
    assert [event.kind for event in first.events] == [checks.UNSEEN]
    assert "its power was not seen as it is" in first.reason
    true = factor * 138.0 * 96.0 / 1000.0
    assert first.energy.low <= true <= first.energy.high and first.energy.width < 0.07
    assert all(outlet.has_lowest and not outlet.events for outlet in others)
    assert others[0].grade == grades.FIRM
    # alone on its device, too
    (alone,) = audited(device({"1": loads["1"]}), 4.0).outlets
    assert alone.has_lowest and alone.grade == grades.BOUNDED


@pytest.mark.parametrize("factor", [0.6, 0.75, 1.35, 1.9])
def test_below_a_factor_of_two_all_that_carry_load_are_the_unit(factor: float) -> None:
    loads = {str(at): (90.0 * at, factor * 90.0 * at) for at in range(1, 5)}
    found = audited(device({**loads, "5": (0.0, 0.0)}), 4.0).outlets
    assert [outlet.has_lowest for outlet in found] == [False] * 4 + [True]
    # the inlet that counts their sum has their unit, by its own watts or by current and voltage
    for shown in ((factor * 905.0, None, 905.0), (factor * 905.0, 4.2, None)):
        own = audited(device(loads, own=shown), 4.0).own
        assert own is not None and not own.has_lowest
    # one that counts what flows does not
    own = audited(device(loads, own=(905.0, None, 905.0)), 4.0).own
    assert own is not None and own.grade == grades.FIRM
    # a fifth that counts what flows shows that the device counts right
    found = audited(device({**loads, "5": (200.0, 200.0)}), 4.0).outlets
    assert all(outlet.has_lowest for outlet in found)


def test_a_doubt_takes_no_outlet_with_it_that_counts_what_flows() -> None:
    loads = {"1": (400.0, 4000.0), "2": (100.0, 100.0), "3": (4.0, 4.0), "4": (0.0, 0.0)}
    found = audited(device(loads), 4.0).outlets
    assert [outlet.has_lowest for outlet in found] == [False, True, True, True]


def test_a_register_that_counts_nothing_for_days_takes_no_other_with_it() -> None:
    """Its load is on and off by turns, so that no two polls in a row see power while it stands."""
    polls = list[Poll]()
    for number in range(288 * 5):
        time = 300.0 * number
        counted = 0.2 * min(time, DAY) / HOUR
        figures = [
            OutletFigures("1", floored(500.0 + counted), None, 400.0 * (number % 2)),
            OutletFigures("2", floored(500.0 + 0.1 * time / HOUR), None, 100.0),
        ]
        polls.append(Poll("rack1", time, time + 1.0, figures, time + 1e6, serial="A1"))
    pdu = read("rack1", polls)
    first, second = audited(pdu, 4.0).outlets
    assert not first.has_lowest and first.energy.low <= 19.2 <= first.energy.high
    assert second.has_lowest and second.grade == grades.FIRM


def test_an_inlet_that_counts_tenfold_is_seen_without_a_voltage() -> None:
    found = audited(constant(4, 1945.0, 10.0, 8.9, OWN), 4.0).own
    assert found is not None and found.grade == grades.NOT_BILLABLE
    right = audited(constant(4, 1945.0, 1.0, 8.9, OWN), 4.0).own
    assert right is not None and right.grade == grades.BOUNDED and right.has_lowest


@pytest.mark.parametrize(("volts", "factor"), [(None, 0.14), (None, 2.0), (230.0, 0.3)])
def test_amperes_that_show_a_unit_many_times_wide_make_no_firm_inlet(
    volts: Optional[float], factor: float
) -> None:
    pdu = device({}, own=(factor * 1945.0, 8.9, None))
    meters = Meters(RegisterFacts(3.68, 0.01, volts=volts), pdu_limit_kw=11.0)
    found = pdu_audit.audit_registers(pdu, pdu_audit.AuditScope(0.0, 4.0 * DAY, meters)).own
    assert found is not None and found.grade == grades.BOUNDED
    assert "bounded by amperes" in found.reason


def test_outlets_that_are_known_show_the_unit_of_an_inlet_by_their_sum() -> None:
    loads = {"1": (400.0, 400.0), "2": (300.0, 300.0)}
    right = audited(device(loads, own=(705.0, 3.2, None)), 4.0).own
    assert right is not None and right.grade == grades.FIRM
    # an outlet that nobody meters: the sum says nothing
    more = audited(device(loads, own=(1200.0, 5.3, None)), 4.0).own
    assert more is not None and more.grade == grades.BOUNDED
    # all count ten times, and the inlet does, by a current that excludes nothing
    loads = {"1": (400.0, 4000.0), "2": (300.0, 3000.0)}
    found = audited(device(loads, own=(7000.0, None, None)), 4.0)
    assert found.own is not None and not found.own.has_lowest


@pytest.mark.parametrize("watts", [3.0, 9.0])
def test_a_register_that_stood_while_power_was_read_is_at_best_bounded(watts: float) -> None:
    """A meter that does not count small loads: what the power says is its highest."""
    first, second = audited(device({"1": (watts, 0.0), "2": (200.0, 200.0)}, 31), 31.0).outlets
    true = watts * 31.0 * 24.0 / 1000.0
    assert first.grade == grades.WIDE and first.energy.low == 0.0
    assert true <= first.energy.high <= 1.3 * true and second.grade == grades.FIRM


def test_a_doubt_is_of_all_outlets_of_the_device_that_do_not_exclude_it() -> None:
    """After a restart they count 1,000 times. Outlet 1 takes 300 W, 2 takes 0.8 W and shows no
    current, 3 counts what flows.
    """
    polls, restart = list[Poll](), 2.0 * DAY
    for number in range(4 * 288 + 1):
        time = 300.0 * number
        after = max(time - restart, 0.0)
        kwh = [(time + 999.0 * after) * watts / 3.6e6 for watts in (300.0, 0.8)]
        figures = [
            OutletFigures("1", floored(kwh[0]), None, 300.0),
            OutletFigures("2", floored(10.0 + kwh[1]), 0.0, None),
            OutletFigures("3", floored(500.0 * time / 3.6e6), None, 500.0),
        ]
        up = time + 1e6 if time < restart else time - restart + 20.0
        polls.append(Poll("rack1", time, time + 1.0, figures, time + 1e6, serial="A1", uptime=up))
    pdu = read("rack1", polls)
    first, second, third = audited(pdu, 4.0).outlets
    assert not first.has_lowest and not second.has_lowest
    assert any("outlet 1 of the same device" in event.reason for event in second.events) or any(
        event.kind == checks.UNIT for event in second.events
    )
    # one object has one unit; but what its own power shows counts more
    assert third.has_lowest and third.grade == grades.BOUNDED


def test_bounds_that_are_wide_are_billed_at_the_lowest() -> None:
    """A unit that was exchanged, in seven hours that nobody read."""
    polls = list[Poll]()
    for number in range(8 * 288 + 1):
        time = 300.0 * number
        if 4.0 * DAY < time < 4.0 * DAY + 7.0 * HOUR:
            continue
        is_old = time <= 4.0 * DAY
        kwh = floored((900.0 if is_old else 3.0) + 0.4 * time / HOUR)
        figures = [OutletFigures("1", kwh, None, 400.0)]
        serial = "A1" if is_old else "B7"
        polls.append(Poll("rack1", time, time + 1.0, figures, time + 1e6, serial=serial))
    pdu = read("rack1", polls)
    tenures = {("rack1", "1"): [OutletTenancy("zeta", 0.0, math.inf)]}
    found = audited(pdu, 8.0, tenures)
    (outlet,) = found.outlets
    assert outlet.grade == grades.WIDE and outlet.has_lowest
    assert 73.0 < outlet.energy.low <= 76.8 <= outlet.energy.high
    (customer,) = sum_customers(tenures, [found], 0.0, 8.0 * DAY)
    assert customer.has_lowest and customer.grade == grades.WIDE
    assert customer.energy is not None and customer.energy.low > 73.0


def test_parts_take_at_most_their_whole() -> None:
    whole = EnergyInterval(9.0, 10.0, 11.0)
    parts = [EnergyInterval(2.0, 3.0, 9.0), EnergyInterval(4.0, 6.0, 7.0)]
    bounded = bound_parts(whole, parts, is_complete=False)
    assert [part.high for part in bounded] == [7.0, 7.0]
    complete = bound_parts(whole, parts, is_complete=True)
    assert [part.low for part in complete] == [2.0, 4.0]
    tight = bound_parts(whole, [parts[0], EnergyInterval(4.0, 5.0, 5.0)], is_complete=True)
    assert [part.low for part in tight] == [4.0, 4.0]
    # a whole that is less than its parts says nothing of them
    assert bound_parts(EnergyInterval(1.0, 2.0, 5.0), parts, is_complete=True) == parts


def test_a_part_that_is_narrowed_keeps_its_best_within() -> None:
    part, other = EnergyInterval(2.0, 6.0, 9.0), EnergyInterval(4.0, 4.0, 4.0)
    (narrow, _) = bound_parts(EnergyInterval(0.0, 8.0, 8.0), [part, other], is_complete=False)
    assert narrow == EnergyInterval(2.0, 4.0, 4.0)
    (raised, _) = bound_parts(EnergyInterval(12.0, 12.0, 13.0), [part, other], is_complete=True)
    assert raised == EnergyInterval(8.0, 8.0, 9.0)
    # all of the whole is what the parts had at least
    exact = bound_parts(EnergyInterval(0.0, 6.0, 6.0), [part, other], is_complete=False)
    assert exact == [EnergyInterval(2.0, 2.0, 2.0), other]


@pytest.mark.parametrize(("are_stated", "most", "least"), [(True, 10.0, 9.0), (False, 10.5, 8.55)])
def test_meters_of_no_class_may_differ_by_a_twentieth(
    are_stated: bool, most: float, least: float
) -> None:
    outlets = {"1": Fixed(4.0, 20.0), "2": Fixed(5.0, 20.0)}
    inlet = Inlet(Fixed(1.0, 10.0), outlets, are_stated=are_stated)
    assert inlet.outlet("1", 0.0, 1.0) == pytest.approx(most - 5.0)
    assert inlet.own_energy(0.0, 1.0).low == pytest.approx(least)
    assert inlet.total(EnergyInterval(9.0, 9.0, 40.0), 0.0, 1.0).high == pytest.approx(most)
    assert not inlet.contradicts(0.0, 1.0)
    assert Inlet(Fixed(1.0, 8.9), outlets, are_stated=are_stated).contradicts(0.0, 1.0)
    assert not Inlet(Fixed(1.0, 9.0), outlets, are_stated=are_stated).contradicts(0.0, 1.0)
