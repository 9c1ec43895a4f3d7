"""The example handler of DCImanager's public page runs on the local `pdu_common`, over snmpd."""

from __future__ import annotations

import pytest

from pdu_common.base_pdu import BasePdu
from pdu_common.base_snmp_pdu import SnmpError
from pdu_common.connection import PduSnmpData
from pdu_common.helper import EnumPowerStatus, PduPortView
from tests.servers.snmpd import Snmpd
from tests.simulators.snmp_agent.devices import rpcm

from . import rpcm_example

STATES = {True: EnumPowerStatus.UP, False: EnumPowerStatus.DOWN}


@pytest.mark.against("Net-SNMP snmpd")
def test_the_example_reads_a_device_behind_snmpd() -> None:
    model = rpcm.rpcm()
    truth = model.truth()
    with Snmpd(model) as server:
        params = {"community": "private", "port": str(server.port), "timeout": "20"}
        handler = rpcm_example.make_handler(PduSnmpData("127.0.0.1", params))
        status = handler.status()
        statistic = handler.statistic()
    states = {port.identity: port.power_status for port in status.ports}
    assert states == {identity: STATES[bool(on)] for identity, on in truth.states.items()}
    assert statistic.load == truth.load_a
    assert statistic.total_consumption == truth.energy_kwh
    energies = {port.identity: port.consumption for port in statistic.ports}
    assert energies == truth.port_energy_kwh


@pytest.mark.against("Net-SNMP snmpd")
def test_the_example_switches_a_device_behind_snmpd() -> None:
    with Snmpd(rpcm.rpcm()) as server:
        params = {"community": "private", "port": str(server.port), "timeout": "20"}
        handler = rpcm_example.make_handler(PduSnmpData("127.0.0.1", params))
        port = PduPortView(identity="4")
        answer = handler.port_up(port)
        assert answer is port
        assert port.power_status is EnumPowerStatus.UP
        assert [write.oid for write in server.writes()] == [f"{rpcm.STATE}.4"]
        with pytest.raises(SnmpError, match="notWritable"):
            handler.port_up(PduPortView(identity="77"))


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
