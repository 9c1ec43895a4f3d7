"""The client against servers and networks that fail, stall, lie or send the password back."""

from __future__ import annotations

import socket
import threading
from typing import Callable, Optional

import pytest

from handlers.nut import requests
from handlers.nut.client import NutClient
from handlers.nut.errors import DriverNotConnected
from handlers.nut.handler import make_handler
from handlers.shared.errors import PduHandlerError, ProtocolError, Unreachable
from pdu_common.connection import PduData
from tests.chains import kept
from tests.handlers import dead
from tests.handlers.dead import DEAD
from tests.handlers.nut.clients import client
from tests.servers.scripted import serving
from tests.simulators.nut_server import ADMIN, Driver, NutServer, StaticDevice, User
from tests.waiting import PATIENCE_S


# upsd sends only the first 512 characters of a line. If the line break is not among them, the next
# line follows directly.
@pytest.mark.parametrize("length, whole", [(501, True), (502, False), (503, False), (600, False)])
def test_a_line_that_the_server_cuts_is_an_error(length: int, whole: bool) -> None:
    static_device = StaticDevice("pdu", {"ups.status": "OL"}, description="d" * length)
    with NutServer([static_device, StaticDevice("other", {})]) as server, client(server) as nut:
        if whole:
            assert nut.answer(requests.list_ups()) == {
                "pdu": static_device.description,
                "other": "Unavailable",
            }
        else:
            with pytest.raises(ProtocolError, match="breaks the protocol|open quote"):
                nut.answer(requests.list_ups())


@pytest.mark.parametrize("host", ["", "no such host", "x" * 300, "a..b", "host\0"])
def test_an_invalid_host_is_unreachable(host: str) -> None:
    with (
        NutClient(host, 1, timeout=1) as nut,
        pytest.raises(Unreachable, match="not an address that can be resolved"),
    ):
        nut.answer(requests.list_ups())


@pytest.mark.parametrize("address, words", [("127.0.0.1:0", "port 0 "), ("[::1]:99999", "99999")])
def test_an_impossible_port_is_an_error_that_names_it(address: str, words: str) -> None:
    with pytest.raises(PduHandlerError, match=words):
        make_handler(PduData(address, {"device": "pdu"})).status()


def test_two_thousand_requests_at_once_are_all_answered() -> None:
    nut_requests = [requests.get_var("pdu", "outlet.1.status") for _ in range(2000)]
    device = StaticDevice("pdu", {"outlet.1.status": "on"})
    with NutServer([device]) as server, client(server) as nut:
        answers = nut.ask(*nut_requests)
    assert {answers[request] for request in nut_requests} == {"on"}


# takes the password as sent, returns the answer to INSTCMD
ECHOES: dict[str, Callable[[bytes], bytes]] = {
    "ERR code": lambda wire: b"ERR " + wire + b"\n",
    "after an ERR code": lambda wire: b"ERR REFUSED " + wire + b"\n",
    "after OK": lambda wire: b"OK " + wire + b"\n",
    "after a carriage return": lambda wire: b"OK\r" + wire + b"\n",
    "an unasked line": lambda wire: b"OK\n" + wire + b"\n",
    "at the end of the kept bytes": lambda wire: b"x" * 1995 + wire + b"x" * 20000,
}


@pytest.mark.parametrize("secret", ["tops3cret", 'tops3cret "two words" # \\', "tops3cret" * 30])
def test_a_password_that_a_server_sends_back_is_in_no_error(server: NutServer, secret: str) -> None:
    """The fault matrix has the plain forms; here it is escaped, long or cut."""
    wire = requests.password(secret).line[len(b"PASSWORD ") : -len(b"\n")]
    for echo_name, echo in ECHOES.items():
        server.faults.rewrite = lambda line, answer, echo=echo: (
            echo(wire) if line.startswith("INSTCMD") else b"OK\n"
        )
        with (
            client(server, User(ADMIN.name, secret)) as nut,
            pytest.raises(PduHandlerError) as info,
        ):
            nut.run("pdu", "outlet.1.load.off")
        assert "tops3" not in kept(info.value) + repr(nut), echo_name


def test_a_command_may_have_been_executed_if_the_server_closes_before_its_report() -> None:
    """The server closes after PENDING, so the next request for the report is not sent at all."""
    has_closed = threading.Event()
    answer_by_word = {"SET": b"OK\n", "INSTCMD": b"OK TRACKING 1-2\n", "GET": b"PENDING\n"}

    def talk(connection: socket.socket) -> None:
        for line in connection.makefile("rb"):
            word = line.decode("ascii").split()[0]
            connection.sendall(answer_by_word[word])
            if word == "GET":
                connection.shutdown(socket.SHUT_WR)
                has_closed.set()

    def sleep(_: float) -> None:
        assert has_closed.wait(PATIENCE_S)

    with (
        serving(talk) as port,
        NutClient("127.0.0.1", port, timeout=PATIENCE_S, sleep=sleep) as nut,
        pytest.raises(Unreachable, match="closed the connection") as error_info,
    ):
        nut.run("pdu", "outlet.1.load.off")
    assert error_info.value.may_have_executed


def test_a_late_line_is_not_the_answer_to_the_next_request() -> None:
    event = threading.Event()
    late_line_sent = threading.Event()

    def talk(connection: socket.socket) -> None:
        connection.recv(100)
        connection.sendall(b"one\n")
        assert event.wait(PATIENCE_S)
        connection.sendall(b"two\n")
        late_line_sent.set()
        connection.recv(100)

    with serving(talk) as port, NutClient("127.0.0.1", port, timeout=PATIENCE_S) as nut:
        assert nut.answer(requests.ver()) == "one"
        event.set()
        assert late_line_sent.wait(PATIENCE_S)
        with pytest.raises(ProtocolError, match="not asked"):
            nut.answer(requests.ver())


@pytest.mark.parametrize("total", [None, 300.0, 200.0])
def test_the_time_of_a_name_lookup_counts_only_towards_the_limit_of_the_call(
    total: Optional[float], server: NutServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    usable = socket.getaddrinfo(server.host, server.port, type=socket.SOCK_STREAM)

    def slow(*_: object, **__: object) -> object:
        now[0] += 250.0
        return usable

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    with NutClient(
        server.host, server.port, timeout=PATIENCE_S, total=total, clock=lambda: now[0]
    ) as nut:
        if total == 200.0:
            with pytest.raises(Unreachable, match="the time for this call is over"):
                nut.answer(requests.ver())
        else:
            assert nut.answer(requests.ver())


def test_an_address_of_an_unusable_family_is_skipped(
    server: NutServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that has no other one is unreachable."""
    usable = socket.getaddrinfo(server.host, server.port, type=socket.SOCK_STREAM)
    addresses = [(255, socket.SOCK_STREAM, 0, "", ("::1", server.port)), *usable]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: addresses)
    with client(server) as nut:
        assert "pdu" in nut.answer(requests.list_ups())
    del addresses[1:]
    with client(server) as nut, pytest.raises(Unreachable):
        nut.answer(requests.list_ups())


@pytest.mark.parametrize("alive", [True, False])
def test_the_addresses_of_a_host_share_the_time_to_connect(
    server: NutServer, monkeypatch: pytest.MonkeyPatch, alive: bool
) -> None:
    waits = dead.waits(monkeypatch)
    errors = [
        (socket.AF_INET, socket.SOCK_STREAM, 0, "", (address, server.port))
        for address in (*DEAD, server.host)
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: errors if alive else errors[:-1])
    with NutClient("pdu.example.com", server.port, timeout=10.0, clock=lambda: sum(waits)) as nut:
        if alive:
            assert "pdu" in nut.answer(requests.list_ups())
            assert sum(waits) < 10.0
        else:
            with pytest.raises(Unreachable, match="no answer in time"):
                nut.answer(requests.list_ups())
            assert sum(waits) == pytest.approx(10.0)
    assert len(waits) == len(DEAD)


@pytest.mark.parametrize("reads", [True, False])
def test_a_command_to_a_server_that_has_gone_was_surely_not_sent(reads: bool) -> None:
    with NutServer([StaticDevice("pdu", {"ups.status": "OL"})]) as server:
        nut = client(server)
        if reads:
            nut.answer(requests.list_ups())
    with nut, pytest.raises(Unreachable) as error_info:
        nut.run("pdu", "outlet.1.load.off")
    assert not error_info.value.may_have_executed


def test_a_device_whose_driver_has_no_values_yet_is_an_error(server: NutServer) -> None:
    with client(server) as nut:
        expected = nut.snapshots(["pdu"])
        server.faults.drivers["pdu"] = Driver.WAITED_FOR
        with pytest.raises(DriverNotConnected, match="still waiting for the driver of pdu"):
            nut.snapshots(["pdu"])
        server.faults.drivers.clear()
        assert nut.snapshots(["pdu"]) == expected
