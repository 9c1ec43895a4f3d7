"""The web server of the simulated Xerus and Redfish units, tested in the Redfish service."""
from __future__ import annotations

import io
import socket
import sys
from typing import Callable, Dict

import pytest

from tests.waiting import PATIENCE_S, until

from .redfish import RedfishService
from .redfish_client import OUTLETS, Client


def test_hanging_up_ends_a_connection_in_its_handshake(unit: RedfishService) -> None:
    with socket.create_connection((unit.host, unit.port), PATIENCE_S) as silent:
        assert until(lambda: len(unit._server._open) == 2)          # the socket, and its TLS layer
        unit._server.hang_up_all()
        assert silent.recv(1) == b""


@pytest.mark.parametrize("fail", [int, open])
def test_an_error_of_the_unit_is_printed(unit: RedfishService, client: Client, monkeypatch: pytest.MonkeyPatch,
                                         fail: Callable[[str], object]) -> None:
    printed = io.StringIO()
    monkeypatch.setattr(sys, "stderr", printed)         # reading pytest's capture would lose what a thread writes meanwhile
    monkeypatch.setattr(unit, "answer", lambda _: fail("no number"))
    with pytest.raises(ConnectionError):
        client.get(OUTLETS)
    assert until(lambda: "no number" in printed.getvalue())


@pytest.mark.parametrize("headers, status", [
    ({"Content-Length": "-5"}, 400), ({"Content-Length": "+5"}, 400), ({"Content-Length": "9" * 30}, 400),
    ({"Content-Length": "99999999999"}, 413), ({"Transfer-Encoding": "chunked"}, 411)])
def test_a_body_of_an_unusable_length_is_refused(unit: RedfishService, client: Client, headers: Dict[str, str],
                                                 status: int) -> None:
    client.http.request("GET", OUTLETS, headers=headers)
    assert client.http.getresponse().status == status


def test_a_stopped_server_has_ended_its_thread_and_accepts_no_connection(unit: RedfishService) -> None:
    unit.stop()
    assert not unit._server._thread.is_alive()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((unit.host, unit.port), PATIENCE_S)
