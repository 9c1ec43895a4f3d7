"""Two public clients of JAWS and the handler agree on one simulated unit; where the clients see no
error, the handler does.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from handlers.jaws.handler import make_handler
from handlers.shared import errors
from pdu_common.helper import EnumPowerStatus
from tests.handlers.other_clients import run_client, switch, unit_data
from tests.servers.peers.unit_pdus import UnitPeers
from tests.simulators import certificates
from tests.simulators.unit_servers import HttpServer, Reply

UP, DOWN = EnumPowerStatus.UP, EnumPowerStatus.DOWN
# a driver takes the login from its settings
PDUDAEMON = """
from pdudaemon.drivers.servertechpro2 import ServerTechPro2
driver = ServerTechPro2(place, {"username": "operator", "password": password})
driver._port_interaction("off", "AA2")
driver._port_interaction("on", "AA3")
print("true")
"""
NAPALM = """
from napalm_servertech_pro2.pro2 import PRO2Driver
driver = PRO2Driver(place, "operator", password)
driver.open()
print(json.dumps(driver._req("/monitor/outlets")))
"""
NAPALM_SWITCHES = """
from napalm_servertech_pro2.pro2 import PRO2Driver
driver = PRO2Driver(place, "operator", password)
driver.open()
try:
    driver.set_outlet("AA2", "off")
except TypeError:
    print(json.dumps("TypeError"))
"""


@pytest.fixture(name="unit")
def _unit() -> Iterator[HttpServer]:
    peers = UnitPeers("jaws")
    with peers.serve(peers.device(off=(3,))) as unit:
        yield unit


@pytest.fixture(name="secure")
def _secure() -> Iterator[HttpServer]:
    device = UnitPeers("jaws").device(off=(3,))
    with HttpServer(device, identity=certificates.usual()) as unit:
        yield unit


@pytest.fixture(name="ca")
def _ca(tmp_path: Path) -> str:
    path = tmp_path / "ca.pem"
    path.write_text(certificates.usual().authority.ca_pem)
    return str(path)


def pdu(unit: HttpServer, **settings: str) -> Any:
    return make_handler(unit_data(unit, **settings))


def answers(unit: HttpServer, command: Reply, obeyed: bool) -> list[str]:
    """Make the unit answer commands so; the list grows by the path of each."""
    device: Any = unit.device
    usual_answer = device.answer
    requests = []

    def answer(method: str, path: str, body: bytes) -> Any:
        if method == "GET":
            return usual_answer(method, path, body)
        requests.append(path)
        if obeyed:
            usual_answer(method, path, body)
        return command

    device.answer = answer
    return requests


@pytest.mark.against("PyPI pdudaemon, its driver of PRO2")
def test_the_handler_sees_what_pdudaemon_has_switched(unit: HttpServer) -> None:
    assert run_client(PDUDAEMON, unit) is True
    assert unit.truth().writes == [("AA2", "off"), ("AA3", "on")]

    handler = pdu(unit)
    states = {port.identity: port.power_status for port in handler.status().ports}
    assert states["AA2"] == DOWN
    assert states["AA3"] == UP

    assert switch(handler, "AA2", True) is UP
    assert switch(handler, "AA3", False) is DOWN
    assert unit.truth().writes[2:] == [("AA2", "on"), ("AA3", "off")]


@pytest.mark.against("PyPI napalm-servertech-pro2")
def test_napalm_and_the_handler_read_the_same(secure: HttpServer, ca: str) -> None:
    entries = run_client(NAPALM, secure, ca)
    handler = pdu(secure, scheme="https", ca_pem=certificates.usual().authority.ca_pem)
    ports = handler.status().ports
    figures = handler.measured(with_power=True).ports
    labels = handler.labels()

    identities = [entry["id"] for entry in entries]
    assert [port.identity for port in ports] == identities
    assert list(figures) == identities
    assert len(labels) == len(entries)
    for entry, port, label in zip(entries, ports, labels):
        assert port.power_status is (UP if entry["state"] == "On" else DOWN)
        assert label.name == entry["name"]
        of_outlet = figures[entry["id"]]
        assert of_outlet.current_a == entry["current"]
        assert of_outlet.energy_kwh == entry["energy"] / 1000
        assert of_outlet.power_w == entry["active_power"]


@pytest.mark.against("PyPI napalm-servertech-pro2")
def test_napalm_stops_at_a_204_that_the_handler_takes_for_done(secure: HttpServer, ca: str) -> None:
    assert run_client(NAPALM_SWITCHES, secure, ca) == "TypeError"
    assert secure.truth().writes == [("AA2", "off")]


@pytest.mark.against("PyPI pdudaemon, its driver of PRO2")
def test_a_command_follows_no_redirect_though_pdudaemon_does(unit: HttpServer) -> None:
    place = f"http://{unit.host}:{unit.port}/jaws/monitor/system"
    requests = answers(unit, Reply(302, headers={"Location": place}), obeyed=False)

    # two redirects became GETs: success, it says
    assert run_client(PDUDAEMON, unit) is True
    assert unit.truth().writes == []
    assert len(requests) == 2

    handler = pdu(unit)
    with pytest.raises(errors.Unreachable, match="may or may not have switched"):
        switch(handler, "AA2", False)
    assert unit.truth().writes == []
    assert len(requests) == 3
