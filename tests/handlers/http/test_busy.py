"""A unit that answers 503 or 429: a reading is sent once more, a command never."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Union

import pytest

from handlers.http import dialogue
from handlers.jaws.handler import JawsPdu, make_handler
from handlers.shared.errors import Refused, Unreachable
from pdu_common.connection import PduData
from pdu_common.helper import EnumPowerStatus, PduPortView
from tests.simulators import jaws
from tests.simulators.unit_servers import PASSWORD, USER, HttpServer, Reply


class BusyPdu(jaws.SimulatedPdu):
    """The first `busy` requests with a method are answered with a status."""

    def __init__(self, method: str, busy: int, status: int = 503) -> None:
        super().__init__()
        self.method = method
        self.busy = busy
        self.status = status
        self.methods: list[str] = []

    def answer(self, method: str, path: str, body: bytes) -> Union[bytes, Reply, None]:
        self.methods.append(method)
        if method == self.method and self.busy:
            self.busy -= 1
            return Reply(self.status)
        return super().answer(method, path, body)


def handler(server: HttpServer) -> JawsPdu:
    settings = {"port": server.port, "scheme": "http", "username": USER, "password": PASSWORD}
    return make_handler(PduData(server.host, {key: str(value) for key, value in settings.items()}))


@pytest.mark.parametrize("status, pause_s", [(503, 1.0), (429, 2.5)])
def test_a_reading_is_sent_once_more(
    status: int, pause_s: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses_s: list[float] = []
    monkeypatch.setattr(dialogue, "time", SimpleNamespace(sleep=pauses_s.append))
    with HttpServer(BusyPdu("GET", 1, status)) as server:
        assert len(handler(server).status().ports) == 8
    assert pauses_s == [pause_s]


def test_a_unit_whose_table_of_nonces_stays_full_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialogue, "time", SimpleNamespace(sleep=lambda _: None))
    device = BusyPdu("GET", 9, 429)
    with HttpServer(device) as server, pytest.raises(Refused, match="nonces is full"):
        handler(server).status()
    assert device.methods == ["GET"] * 2


def test_a_unit_that_stays_busy_is_an_error() -> None:
    device = BusyPdu("GET", 9)
    with HttpServer(device) as server, pytest.raises(Unreachable, match="503"):
        handler(server).status()
    assert device.methods == ["GET"] * 2


@pytest.mark.parametrize(
    "status, error_class, words",
    [(503, Unreachable, "may or may not"), (429, Refused, "takes no request or login now")],
)
def test_a_command_is_sent_once(status: int, error_class: type[Exception], words: str) -> None:
    device = BusyPdu("PATCH", 9, status)
    with HttpServer(device) as server, pytest.raises(error_class, match=words):
        handler(server).port_down(PduPortView("AA1", EnumPowerStatus.UNKNOWN))
    assert device.methods.count("PATCH") == 1
