"""The vendor's own client and the handler agree on one simulated unit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from handlers.netio.handler import make_handler
from handlers.shared import errors
from pdu_common.helper import EnumPowerStatus
from tests.handlers.other_clients import switch, unit_data
from tests.servers.peers.unit_pdus import UnitPeers
from tests.simulators.unit_servers import PASSWORD, READER, USER, HttpServer

netio = pytest.importorskip("Netio", reason="Netio is missing: pyenv install 3.11")
pytestmark = pytest.mark.against("PyPI Netio, the vendor's client")
UP, DOWN = EnumPowerStatus.UP, EnumPowerStatus.DOWN


@pytest.fixture(name="unit")
def _unit() -> Iterator[HttpServer]:
    peers = UnitPeers("netio")
    with peers.serve(peers.device(off=(3,))) as unit:
        yield unit


def client(unit: HttpServer, **logins: tuple[str, str]) -> Any:
    """The vendor's client."""
    url = f"http://{unit.host}:{unit.port}/netio.json"
    return netio.JsonDevice(url, **(logins or {"auth_rw": (USER, PASSWORD)}), timeout=300)


def pdu(unit: HttpServer, username: str = USER) -> Any:
    return make_handler(unit_data(unit, username=username, password=PASSWORD))


def test_both_read_the_same_states_names_and_figures(unit: HttpServer) -> None:
    vendor = client(unit)
    handler = pdu(unit)
    outputs = vendor.get_outputs()
    total = vendor.get_info()["GlobalMeasure"]
    ports = handler.status().ports
    labels = handler.labels()
    figures = handler.measured(with_power=True)

    identities = [str(output.ID) for output in outputs]
    assert [port.identity for port in ports] == identities
    assert list(figures.ports) == identities
    assert len(labels) == len(outputs)
    for output, port, label in zip(outputs, ports, labels):
        assert port.power_status is (UP if output.State == 1 else DOWN)
        assert label.name == output.Name
        of_outlet = figures.ports[str(output.ID)]
        assert of_outlet.current_a == output.Current / 1000
        assert of_outlet.energy_kwh == output.EnergyNR / 1000
        assert of_outlet.power_w == output.Load
    assert figures.load_a == total["TotalCurrent"] / 1000
    assert figures.energy_kwh == total["TotalEnergyNR"] / 1000
    assert figures.power_w == total["TotalLoad"]


def test_the_inputs_that_the_client_reads_are_no_outlets(unit: HttpServer) -> None:
    assert len(client(unit).get_inputs()) == 2
    assert len(pdu(unit).status().ports) == len(client(unit).get_outputs()) == 8


def test_each_sees_what_the_other_has_switched(unit: HttpServer) -> None:
    vendor = client(unit)
    handler = pdu(unit)

    vendor.set_output(3, vendor.ACTION.ON)
    assert handler.status().ports[2].power_status is UP

    assert switch(handler, "2", False) is DOWN
    assert vendor.get_output(2).State == 0
    assert switch(handler, "2", True) is UP
    assert vendor.get_output(2).State == 1
    assert unit.truth().writes == [("3", "on"), ("2", "off"), ("2", "on")]


def test_an_account_that_may_only_read_is_denied_a_command_by_both(unit: HttpServer) -> None:
    vendors_reader = client(unit, auth_r=(READER, PASSWORD))
    vendors_writer = client(unit, auth_rw=(READER, PASSWORD))
    handler = pdu(unit, READER)
    assert len(vendors_reader.get_outputs()) == 8
    assert len(handler.status().ports) == 8

    with pytest.raises(netio.exceptions.AuthError, match="permissions"):
        vendors_writer.set_output(2, vendors_writer.ACTION.OFF)
    with pytest.raises(errors.Denied):
        switch(handler, "2", False)
    assert unit.truth().writes == []
