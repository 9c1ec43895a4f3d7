"""What DCImanager pays for a family: the calls of the platform, and their datagrams."""

from __future__ import annotations

import re

import pytest

from handlers import snmp
from handlers.dcimanager.snmp import LONGEST_SECONDS
from handlers.snmp.metering import read_statistic
from handlers.snmp.profile import oids
from handlers.snmp.read_scope import FIGURES, VIEW_FIGURES
from handlers.snmp.switching import PLAN_SECONDS
from pdu_common.connection import PduSnmpData
from tests import platform_calls
from tests.handlers.snmp import units
from tests.platform_calls import all_costs, first_units
from tests.simulators.snmp_agent import Device, Row
from tests.simulators.snmp_agent.device import INTEGER, OID, arcs
from tests.simulators.snmp_units import Fixture

_ROUND_TRIP_S = 0.1


def test_the_table_has_the_calls_of_each_family() -> None:
    head, *rows = platform_calls.table().splitlines()
    assert head.split() == ["family", "status", "statistic", "command", "GETBULK", "GETNEXT"]
    assert {row.split()[0] for row in rows} == set(units.FAMILIES)
    assert {len(row.split()) for row in rows} == {len(head.split())}


@pytest.mark.parametrize(
    "method, limit_s",
    [
        ("status", LONGEST_SECONDS),
        ("statistic", LONGEST_SECONDS),
        ("command", PLAN_SECONDS),
    ],
)
def test_no_family_of_48_outlets_walked_by_getnext_from_100_ms_away_ends_for_a_deadline(
    method: str, limit_s: float
) -> None:
    for family, cost_by_method in all_costs().items():
        if method in cost_by_method:
            assert cost_by_method[method].get_next_datagrams * _ROUND_TRIP_S < limit_s, family


@pytest.mark.parametrize("unit", first_units(), ids=units.unit_id)
def test_a_statistic_has_the_figures_of_tools_and_reads_no_current_for_nobody(
    unit: Fixture,
) -> None:
    device = units.memory(unit)
    for_tools = read_statistic(units.find(unit, device, FIGURES), with_power=False)
    requests_of_tools = list(device.asked)
    device.asked.clear()

    for_view = read_statistic(units.find(unit, device, VIEW_FIGURES), with_power=False)

    assert for_view.view() == for_tools.view()
    assert len(device.asked) <= len(requests_of_tools)
    profile = units.FAMILIES[unit.key]
    load = profile.load
    has_energies = any(outlets.energy for outlets in profile.outlets)
    if load is None or load.needs_outlets or has_energies:
        return
    currents = set(oids(tuple(outlets.current for outlets in profile.outlets)))
    currents_of_outlets_alone = currents - set(oids(load))
    oids_read = {request.partition(" ")[2] for request in device.asked}
    assert currents_of_outlets_alone.isdisjoint(oids_read)


def test_a_command_reads_no_table_where_the_identity_is_a_row() -> None:
    """Others: packed words, named rows, and families of which an empty table must be told."""
    costs = [cost["command"] for cost in all_costs().values() if "command" in cost]
    assert sum(cost.get_next_datagrams <= 15 for cost in costs) > 0.8 * len(costs)


def test_the_status_in_the_head_of_the_package_asks_in_that_order_and_ends_as_it_says() -> None:
    rpdu = "1.3.6.1.4.1.318.1.1.12.3"
    sys_object_id, state, pending = "1.3.6.1.2.1.1.2.0", f"{rpdu}.5.1.1.4", f"{rpdu}.5.1.1.5"
    rows = {
        sys_object_id: Row(OID, arcs("1.3.6.1.4.1.318.1.3.4.5")),
        f"{rpdu}.1.3.0": Row(INTEGER, 3),
    }
    for column, values in ((state, (1, 2, 1)), (pending, (2, 2, 1))):
        for outlet, value in enumerate(values, 1):
            rows[f"{column}.{outlet}"] = Row(INTEGER, value)
    data = PduSnmpData("127.0.0.1", {"version": "2", "community": "private"}, {})
    pdu = platform_calls.CountedPdu(data, Device(rows))
    text_of_head = snmp.__doc__ or ""

    ports = [(port.identity, port.power_status.name) for port in pdu.status().ports]

    assert pdu.requests == [
        f"get {sys_object_id}",
        f"walk {state}",
        f"walk {pending}",
        f"get {rpdu}.1.3.0",
    ]
    assert ports == [("1", "UP"), ("2", "DOWN"), ("3", "UNKNOWN")]
    shown_requests = re.findall(r"^    (get|walk) (?:sys|rPDU)\w+", text_of_head, re.M | re.I)
    assert [kind.lower() for kind in shown_requests] == [
        request.partition(" ")[0] for request in pdu.requests
    ]
    for identity, state_name in ports:
        assert f'("{identity}", {state_name})' in text_of_head
