from __future__ import annotations

import socket

import pytest

from tests.servers.snmpd import Snmpd
from tests.simulators.snmp_agent.devices import apc


@pytest.mark.against("Net-SNMP snmpd")
def test_the_log_is_shown_if_snmpd_cannot_restart_because_its_port_is_taken() -> None:
    with Snmpd(apc.rpdu2(outlets=1)) as server, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        server._end_process()
        other.bind((server.host, server.port))
        with pytest.raises(RuntimeError, match=f"(?s)did not start again: .*:{server.port}"):
            server.restart()
