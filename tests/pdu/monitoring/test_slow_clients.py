"""Clients that keep the exporter waiting, over real sockets."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.waiting import PATIENCE_S, finished, until

from .exporter_process import exporter, web_server
from .halls import Hall
from .slow_clients import slow_clients

LONG = 8 << 20  # more than the system's buffers of a socket on loopback take


def test_silent_and_slow_clients_cost_a_scrape_nothing(small: Hall) -> None:
    """More than the exporter lets in: 600 that say nothing, and one that sends a byte now and then.
    No client gets a thread of its own.
    """
    with exporter("--list", small.one("nut"), "--auth", small.logins) as running:
        port = int(urlsplit(running.url).port or 0)
        threads = Path(f"/proc/{running.process.pid}/task")
        threads_before = len(list(threads.iterdir()))
        with slow_clients(port, b"", 600), dripping(port):
            for _ in range(3):
                status, body, *_ = running.get("healthz")
                assert (status, body) == (200, "ok\n")
                assert running.probe(target="nut")["pdu_up"] == {(): 1.0}
            threads_now = len(list(threads.iterdir()))
    # one may be that of a reading that just ends
    assert threads_now <= threads_before + 1


@contextlib.contextmanager
def dripping(
    port: int, begin: bytes = b"GET / HTTP/1.1\r\nHost: x\r\nX: "
) -> Iterator[socket.socket]:
    """A client that sends `begin` and then a byte now and then."""
    end = threading.Event()
    with connected(port) as client:

        def drip() -> None:
            with contextlib.suppress(OSError):
                client.sendall(begin)
                while not end.wait(0.05):
                    client.sendall(b"a")

        thread = threading.Thread(target=drip)
        thread.start()
        try:
            yield client
        finally:
            end.set()
            finished(thread)


def connected(port: int) -> socket.socket:
    """A connection to the server."""
    return socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)


def answered(connection: socket.socket, path: str = "/") -> bytes:
    """The beginning of the answer to a request."""
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    return connection.recv(1000)


def ended(connection: socket.socket) -> bool:
    """Whether the server ends the connection, at the latest after PATIENCE_S."""
    with contextlib.suppress(ConnectionResetError):
        while connection.recv(65536):
            pass
    return True


class Application:
    """Answers; /long with a long answer, /held after `release`."""

    def __init__(self) -> None:
        self.release, self.held = threading.Event(), threading.Event()

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/held":
            self.held.set()
            assert self.release.wait(PATIENCE_S)
        body = b"x" * LONG if environ["PATH_INFO"] == "/long" else b"ok"
        start("200 OK", [("Content-Length", str(len(body)))])
        return [body]


@pytest.mark.parametrize(
    "begin",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\nX: ",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9999\r\n\r\n",
    ],
    ids=["a head", "a body"],
)
def test_a_request_that_does_not_end_is_ended(begin: bytes) -> None:
    """A byte comes now and then: the limit is for the whole request, not for a byte of it."""
    with web_server(Application(), idle_s=1) as server:
        with dripping(int(server.effective_port), begin) as client:
            assert ended(client)


def test_a_client_that_reads_no_answer_is_ended() -> None:
    with web_server(Application(), idle_s=1) as server, socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.settimeout(PATIENCE_S)
        client.connect(("127.0.0.1", int(server.effective_port)))
        client.sendall(b"GET /long HTTP/1.1\r\nHost: x\r\n\r\n")
        assert until(lambda: len(server.channels) == 1)
        assert until(lambda: len(server.channels) == 0)


def test_the_oldest_connection_without_a_request_gives_way() -> None:
    with web_server(Application(), connections=3) as server, contextlib.ExitStack() as stack:
        port = int(server.effective_port)
        first = stack.enter_context(connected(port))
        second = stack.enter_context(connected(port))
        assert until(lambda: len(server.channels) == 2)
        second.sendall(b"GET ")
        third = stack.enter_context(connected(port))
        assert b" 200 " in answered(third)

        with connected(port) as other:
            assert b" 200 " in answered(other)
            assert ended(first)

        second.sendall(b"/ HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b" 200 " in second.recv(1000)


def test_a_client_that_waits_for_its_answer_does_not_give_way() -> None:
    """A full server closes the connection that is idle longest for a new client; one that waits for
    its answer is not idle.
    """
    application = Application()
    with web_server(application, connections=1) as server:
        with connected(int(server.effective_port)) as waiting:
            waiting.sendall(b"GET /held HTTP/1.1\r\nHost: x\r\n\r\n")
            assert application.held.wait(PATIENCE_S)
            with connected(int(server.effective_port)) as other:
                assert b" 200 " in answered(other)
            application.release.set()
            assert b" 200 " in waiting.recv(1000)


@pytest.mark.parametrize(
    "request_bytes, status",
    [
        pytest.param(
            b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 20_000 + b"\r\n\r\n", b" 431 ", id="a head"
        ),
        pytest.param(
            b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 20000\r\n\r\n" + b"a" * 20_000,
            b" 413 ",
            id="a body",
        ),
        pytest.param(b"GET / HTTP/1.1\r\nHost: x\r\nX : y\r\n\r\n", b" 400 ", id="nonsense"),
    ],
)
def test_a_request_that_is_too_long_or_malformed_is_refused(
    request_bytes: bytes, status: bytes
) -> None:
    with web_server(Application()) as server, connected(int(server.effective_port)) as client:
        client.sendall(request_bytes)
        assert status in client.recv(1000)
