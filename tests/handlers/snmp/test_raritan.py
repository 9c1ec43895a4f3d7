"""The figures of Raritan PDUs over SNMP."""

from __future__ import annotations

from decimal import Decimal

import pytest

from handlers.snmp import detection, metering
from handlers.snmp.profiles import PROFILES
from tests.handlers.snmp.calls import pdu
from tests.handlers.snmp.memory import Memory, of_rows
from tests.recordings import fixture
from tests.simulators.snmp_agent import Agent
from tests.simulators.snmp_agent.devices import raritan

E = "1.3.6.1.4.1.13742.6."
VALUE, AVAILABLE, DIGITS, CAPABILITIES = (
    E + "5.4.3.1.4",
    E + "5.4.3.1.2",
    E + "3.5.4.1.7",
    E + "3.5.3.1.10",
)
WITHOUT_ENERGY = raritan.capabilities(1, 5, 14)


def px4() -> Memory:
    return of_rows(raritan.px(36, more=raritan.PX4_SENSORS).device.rows())


def meter(device: Memory) -> metering.DeviceFigures:
    return metering.meter(detection.detect(device, PROFILES), with_power=False)


@pytest.mark.against("synthetic units, served by the project's agent")
def test_statistics_of_36_outlets_with_17_sensors_cost_at_most_60_requests() -> None:
    model = raritan.px(36, more=raritan.PX4_SENSORS)
    with Agent(model) as agent:
        statistic, books = pdu(agent).statistic(), agent.books()
        assert agent.requests <= 60
    assert statistic.load == pytest.approx(
        books.load_a
    ) and statistic.total_consumption == pytest.approx(books.energy_kwh)
    assert {port.identity: port.consumption for port in statistic.ports} == pytest.approx(
        books.port_energy_kwh
    )


def test_an_outlet_without_the_energy_capability_has_no_energy() -> None:
    device = px4()
    device.put(f"{CAPABILITIES}.1.7", WITHOUT_ENERGY)
    read = meter(device)
    assert "1.7" not in read.energy_of and "1.7" in read.current_of and "1.8" in read.energy_of


@pytest.mark.parametrize("zeros", [1, 16, 17, 36])
def test_a_zero_of_an_unavailable_sensor_is_not_metered(zeros: int) -> None:
    device = px4()
    for n in range(1, zeros + 1):
        device.put(f"{VALUE}.1.{n}.1", 0)
    device.put(f"{AVAILABLE}.1.1.1", 2)
    current = meter(device).current_of
    assert "1.1" not in current and [current[f"1.{n}"] for n in range(2, zeros + 1)] == [0] * (
        zeros - 1
    )


@pytest.mark.parametrize("outlet", [1, 36])
def test_an_outlet_with_other_sensor_digits_is_scaled_by_its_own(outlet: int) -> None:
    device = px4()
    before = meter(device).current_of
    device.put(f"{DIGITS}.1.{outlet}.1", 1)
    after = meter(device).current_of
    assert after[f"1.{outlet}"] == before[f"1.{outlet}"] * 100
    assert {identity: after[identity] for identity in after if identity != f"1.{outlet}"} == {
        identity: before[identity] for identity in before if identity != f"1.{outlet}"
    }


def test_linked_units_and_kinds_of_outlets_may_have_different_digits() -> None:
    device = of_rows(raritan.px(6, units=2, more=raritan.PX4_SENSORS).device.rows())
    before = meter(device).current_of
    for n in range(1, 7):
        device.put(f"{DIGITS}.2.{n}.1", 2)  # unit 2 is of another model
    device.put(f"{CAPABILITIES}.1.3", WITHOUT_ENERGY)  # outlet 3 is of another kind
    device.put(f"{DIGITS}.1.3.1", 2)
    after = meter(device).current_of
    factor = {"2": 10, "1": 1}
    assert {identity: after[identity] for identity in after if identity != "1.3"} == {
        identity: before[identity] * factor[identity[0]] for identity in before if identity != "1.3"
    }
    assert after["1.3"] == before["1.3"] * 10


def test_the_load_is_the_sum_of_the_outlets_if_a_line_is_unavailable() -> None:
    device = of_rows(fixture("raritan-px2").rows)
    value, available = E + "5.2.4.1.4.1.1.2.1", E + "5.2.4.1.2.1.1.2.1"
    device.put(value, 0)
    device.put(available, 1)
    assert meter(device).load == Decimal("1.418")  # the other two lines: 1.310 + 0.108
    device.put(available, 2)
    # the line is unavailable, so the outlets are added
    assert meter(device).load == Decimal("1.554")


def test_the_load_is_the_sum_of_the_outlets_if_one_of_two_inlets_is_unavailable() -> None:
    device = of_rows(fixture("raritan-px2_sensors").rows)
    assert meter(device).load == Decimal("1.612")
    for oid, value in (
        (E + "5.2.3.1.4.1.2.1", 0),
        (E + "5.2.3.1.2.1.2.1", 2),
        (E + "3.3.4.1.7.1.2.1", 3),
    ):
        device.put(oid, value)
    assert meter(device).load == Decimal("1.59")
