"""A unit that answers 503: a reading is sent once more, a command never."""

from __future__ import annotations

from typing import Union

import pytest

from handlers.jaws.handler import JawsPdu, make_handler
from handlers.shared.errors import Unreachable
from pdu_common.connection import PduData
from pdu_common.helper import EnumPowerStatus, PduPortView
from tests.simulators import jaws
from tests.simulators.unit_servers import PASSWORD, USER, HttpServer, Reply


class BusyPdu(jaws.SimulatedPdu):
    """The first `busy` requests with a method are answered with 503."""

    def __init__(self, method: str, busy: int) -> None:
        super().__init__()
        self.method = method
        self.busy = busy
        self.methods: list[str] = []

    def answer(self, method: str, path: str, body: bytes) -> Union[bytes, Reply, None]:
        self.methods.append(method)
        if method == self.method and self.busy:
            self.busy -= 1
            return Reply(503)
        return super().answer(method, path, body)


def handler(server: HttpServer) -> JawsPdu:
    settings = {"port": server.port, "scheme": "http", "username": USER, "password": PASSWORD}
    return make_handler(PduData(server.host, {key: str(value) for key, value in settings.items()}))


def test_a_reading_is_sent_once_more() -> None:
    with HttpServer(BusyPdu("GET", 1)) as server:
        assert len(handler(server).status().ports) == 8


def test_a_unit_that_stays_busy_is_an_error() -> None:
    device = BusyPdu("GET", 9)
    with HttpServer(device) as server, pytest.raises(Unreachable, match="503"):
        handler(server).status()
    assert device.methods == ["GET"] * 2


def test_a_command_is_sent_once() -> None:
    device = BusyPdu("PATCH", 9)
    with HttpServer(device) as server, pytest.raises(Unreachable, match="may or may not"):
        handler(server).port_down(PduPortView("AA1", EnumPowerStatus.UNKNOWN))
    assert device.methods.count("PATCH") == 1
