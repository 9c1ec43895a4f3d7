"""The simulated NUT server.

tests/handlers/nut/test_simulator.py compares its answers with those of a real upsd.
"""
from __future__ import annotations

import socket
import threading
import time

import pytest

from tests.waiting import PATIENCE_S, until

from . import late
from .nut_server import ADMIN, Driver, NutServer, StaticDevice, SwitchedPdu, User


def test_a_connection_that_is_just_accepted_is_closed_by_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    server = NutServer()
    late.delay(monkeypatch, server, "_serve", "drop_connections")
    with socket.create_connection((server.host, server.port), PATIENCE_S) as connection:
        assert until(lambda: server.books().connections == 1)
        server.stop()
        assert connection.recv(1) == b""
    assert not [thread for thread in server._threads if thread.is_alive()]


def test_stop_ends_a_connection_that_has_not_finished_its_tls_handshake() -> None:
    server = NutServer(tls=True)
    with socket.create_connection((server.host, server.port), PATIENCE_S) as connection:
        connection.sendall(b"STARTTLS\n")
        assert connection.recv(100) == b"OK STARTTLS\n"
        server.stop()
        assert not [thread for thread in server._threads if thread.is_alive()]


def test_stop_ends_a_connection_that_begins_its_tls_handshake_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    server, stopping, shut = NutServer(tls=True), threading.Event(), socket.socket.shutdown

    def send(connection: socket.socket, answer: bytes) -> None:
        connection.sendall(answer)
        stopping.wait(PATIENCE_S)

    def shutdown(connection: socket.socket, how: int) -> None:
        if connection is not server._listener:
            stopping.set()
            time.sleep(0.1)         # the connection's thread continues
        shut(connection, how)

    monkeypatch.setattr(server, "_send", send)
    monkeypatch.setattr(socket.socket, "shutdown", shutdown)
    with socket.create_connection((server.host, server.port), PATIENCE_S) as connection:
        connection.sendall(b"STARTTLS\n")
        assert connection.recv(100) == b"OK STARTTLS\n"
        server.stop()
        assert not [thread for thread in server._threads if thread.is_alive()]


def test_impossible_devices_are_refused() -> None:
    with pytest.raises(ValueError, match="`members` at least 1"):
        SwitchedPdu(members=0)
    with pytest.raises(ValueError, match="must differ"):
        NutServer([SwitchedPdu("pdu"), SwitchedPdu("PDU")])


def test_nothing_is_writable_while_the_server_waits_for_the_driver() -> None:
    with NutServer([StaticDevice("pdu", {"ups.status": "OL"}, writable=["ups.status"])]) as server:
        server.faults.drivers["pdu"] = Driver.WAITED_FOR
        with socket.create_connection((server.host, server.port), PATIENCE_S) as connection, connection.makefile("rb") as answers:
            connection.sendall(f"USERNAME {ADMIN.name}\nPASSWORD {ADMIN.password}\nSET VAR pdu ups.status OB\n"
                               "GET TYPE pdu ups.status\nLIST RW pdu\nLOGOUT\n".encode())
            assert answers.read().splitlines()[2:-1] == [b"ERR READONLY", b"TYPE pdu ups.status NUMBER", b"BEGIN LIST RW pdu",
                                                         b"END LIST RW pdu"]


def test_a_user_with_the_command_all_may_run_every_command() -> None:
    user = User("one", "word", commands=frozenset(("ALL", "load.off")))
    assert user.may_run("load.off") and user.may_run("outlet.1.load.on")
    assert not User("two", "word", commands=frozenset(("load.off",))).may_run("load.on")
