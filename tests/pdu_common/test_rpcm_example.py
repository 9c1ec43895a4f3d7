"""The example handler of DCImanager's public page runs on the local `pdu_common`, with the
simulated agent and with snmpd.
"""

from __future__ import annotations

import pytest

from pdu_common.base_pdu import BasePdu
from pdu_common.base_snmp_pdu import BaseSnmpPdu, SnmpError
from pdu_common.connection import PduSnmpData
from pdu_common.helper import EnumPowerStatus, PduPortView
from tests.servers.snmpd import Snmpd
from tests.simulators.snmp_agent import Agent
from tests.simulators.snmp_agent.devices import rpcm

from . import rpcm_example


def _handler(port: int) -> BaseSnmpPdu:
    return rpcm_example.make_handler(
        PduSnmpData(
            "127.0.0.1", {"community": "private", "port": str(port), "timeout": "5", "retries": "3"}
        )
    )


def test_status_lists_every_output_with_its_state() -> None:
    with Agent(rpcm.rpcm()) as agent:
        view = _handler(agent.port).status()
        truth = {
            identity: EnumPowerStatus.UP if on else EnumPowerStatus.DOWN
            for identity, on in agent.books().states.items()
        }
    assert {port.identity: port.power_status for port in view.ports} == truth


def test_statistic_equals_the_devices_books() -> None:
    with Agent(rpcm.rpcm()) as agent:
        view, books = _handler(agent.port).statistic(), agent.books()
    assert (view.load, view.total_consumption) == (books.load_a, books.energy_kwh)
    assert {port.identity: port.consumption for port in view.ports} == books.port_energy_kwh


def test_switching_writes_the_state_column_and_waits_for_the_relay() -> None:
    with Agent(rpcm.rpcm(relay_s=0.3)) as agent:
        port = PduPortView(identity="3", power_status=EnumPowerStatus.UP)
        assert _handler(agent.port).port_down(port) is port
        assert port.power_status is EnumPowerStatus.DOWN
        assert agent.books().states["3"] is False
        assert agent.books().writes == [(f"{rpcm.STATE}.3", "0")]


@pytest.mark.against("Net-SNMP snmpd")
def test_the_example_switches_a_device_behind_snmpd() -> None:
    with Snmpd(rpcm.rpcm(relay_s=0.3)) as server:
        port = _handler(server.port).port_up(PduPortView(identity="4"))
        assert port.power_status is EnumPowerStatus.UP
        assert [write.oid for write in server.writes()] == [f"{rpcm.STATE}.4"]


def test_switching_an_output_that_does_not_exist_raises() -> None:
    with Agent(rpcm.rpcm()) as agent, pytest.raises(SnmpError, match="notWritable"):
        _handler(agent.port).port_up(PduPortView(identity="77"))


def test_all_four_methods_of_a_base_pdu_raise_not_implemented_error() -> None:
    bare = BasePdu(None)
    port = PduPortView(identity="1")
    for call in (
        bare.status,
        bare.statistic,
        lambda: bare.port_up(port),
        lambda: bare.port_down(port),
    ):
        with pytest.raises(NotImplementedError):
            call()
