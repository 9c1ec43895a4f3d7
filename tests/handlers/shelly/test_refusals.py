"""A Shelly that refuses a command: its own reason is shown, or else the status."""

from __future__ import annotations

from typing import Any

import pytest

from handlers.shared import errors
from handlers.shelly.handler import make_handler
from pdu_common.helper import EnumPowerStatus, PduPortView
from tests.handlers.other_clients import unit_data
from tests.servers.peers.unit_pdus import UnitPeers
from tests.simulators.unit_servers import Reply


@pytest.mark.parametrize(
    "status, body, error_class, words",
    [
        # windkh/node-red-contrib-shelly 195
        (400, b'{"error": {"code": -103, "message": "x is missing"}}', errors.Refused, "x is miss"),
        (500, b'{"code": -109, "message": "overtemp"}', errors.Refused, r"overtemp \(-109\)"),
        (500, b'{"code": -114, "message": "no relay"}', errors.Refused, r"no relay \(-114\)"),
        (500, b'{"code": -104, "message": "Deadline"}', errors.Unreachable, "Deadline"),
        (400, b"", errors.Refused, "HTTP Error 400"),
        (400, b"Bad Request", errors.Refused, "HTTP Error 400"),
        (400, b'{"error": "Bad request"}', errors.Refused, "HTTP Error 400"),
        (500, b"<html>", errors.Unreachable, "HTTP Error 500"),
        (404, b'{"code": 404, "message": "No handler"}', errors.Refused, "HTTP Error 404"),
    ],
)
def test_a_refused_command_names_the_units_reason_or_the_status(
    status: int, body: bytes, error_class: type[Exception], words: str
) -> None:
    peers = UnitPeers("shelly")
    device = peers.device()
    answer = device.answer
    commands: list[str] = []

    def refusing(method: str, path: str, content: bytes) -> Any:
        if not path.endswith("Switch.Set"):
            return answer(method, path, content)
        commands.append(path)
        return Reply(status, body)

    device.answer = refusing
    with peers.serve(device) as unit:
        handler = make_handler(unit_data(unit))
        on_ports = [
            port for port in handler.status().ports if port.power_status is EnumPowerStatus.UP
        ]
        with pytest.raises(error_class, match=words):
            handler.port_down(PduPortView(on_ports[0].identity, EnumPowerStatus.UNKNOWN))
    assert len(commands) == 1
