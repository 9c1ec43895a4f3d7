"""The client where the host refuses datagrams to the port (ICMP port unreachable)."""

from __future__ import annotations

import errno
import os
import socket

import pytest

from handlers.shared.errors import Unreachable
from handlers.snmp.handler import make_handler
from pdu_common.connection import PduSnmpData
from pdu_common.snmp_client import reads, udp_client
from pdu_common.snmp_client.credentials import Credentials
from pdu_common.snmp_client.errors import SnmpPortClosed, SnmpTimeout
from pdu_common.snmp_client.process_options import SENT
from pdu_common.snmp_client.tool_api import TICKS
from tests.pdu.running import run
from tests.ports import reserved
from tests.simulators.snmp_agent import Agent, Device, Row

UPTIME = (1, 3, 6, 1, 2, 1, 1, 3, 0)


def agent_at(port: int) -> Credentials:
    # a wait for an answer would end this test by its limit
    params = {"community": "public", "port": str(port), "timeout": "60", "retries": "2"}
    return Credentials.from_params("127.0.0.1", params)


def test_a_closed_port_ends_a_read_at_once_with_its_own_error() -> None:
    agent = agent_at(reserved())
    requests: list[None] = []
    token = SENT.set(lambda: requests.append(None))
    try:
        with pytest.raises(SnmpPortClosed, match="refuses datagrams: nothing listens there"):
            udp_client.run(agent, lambda: reads.read_object(UPTIME, agent), 200.0)
    finally:
        SENT.reset(token)
    assert len(requests) == 3
    with pytest.raises(SnmpPortClosed):
        udp_client.run(agent, lambda: reads.subtree(UPTIME[:7], UPTIME[:7], 9, agent), 200.0)


def test_an_icmp_error_that_somebody_forged_does_not_hide_the_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Forged(socket.socket):
        """Its first look at the answer meets an ICMP error."""

        errors = 1

        def recv(self, *arguments: int) -> bytes:
            if self.errors:
                self.errors -= 1
                raise ConnectionRefusedError
            return super().recv(*arguments)

    with Agent(Device({"1.3.6.1.2.1.1.3.0": Row(TICKS, 7)})) as agent:
        monkeypatch.setattr("pdu_common.snmp_client.udp_client.socket.socket", Forged)
        address = agent_at(agent.port)
        element = udp_client.run(address, lambda: reads.read_object(UPTIME, address), 60.0)
    monkeypatch.undo()
    assert element.value_int == 7


def test_the_command_says_what_to_check(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PDU_COMMUNITY", "public")
    port = reserved()
    code, out, err = run(capsys, "status", "snmp", f"127.0.0.1:{port}", "-s", "timeout=60")
    assert code == 3
    assert out == ""
    assert f"nothing listens at UDP port {port} there: check the address and the port, and" in err
    assert "community" not in err
    assert issubclass(SnmpPortClosed, SnmpTimeout)


@pytest.mark.parametrize("number", [errno.ENETUNREACH, errno.EHOSTUNREACH])
def test_a_machine_without_a_route_is_told_so(
    number: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Unrouted(socket.socket):
        def connect(self, address: object) -> None:
            raise OSError(number, os.strerror(number))

    monkeypatch.setattr("pdu_common.snmp_client.udp_client.socket.socket", Unrouted)
    monkeypatch.setenv("PDU_COMMUNITY", "public")
    code, _, err = run(capsys, "status", "snmp", "192.0.2.1")
    assert code == 3
    assert "check the address, and this machine's routes, cable or VPN" in err
    assert os.strerror(number) in err
    assert "SNMP call failed" not in err


@pytest.mark.parametrize(("address", "has_port"), [("h.invalid:1161", True), ("h.invalid", False)])
def test_a_port_in_the_address_of_the_form_is_told_where_it_belongs(
    address: str, has_port: bool
) -> None:
    form = PduSnmpData(address, {"version": "2", "community": "public"}, {})
    with pytest.raises(Unreachable, match="the address cannot be resolved") as raised:
        make_handler(form).status()
    assert ("a port belongs into the SNMP field port" in str(raised.value)) is has_port
