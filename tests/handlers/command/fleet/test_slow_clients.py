"""Clients that keep the exporter waiting, over real sockets."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from handlers.command.fleet import server
from handlers.command.fleet.allowed import Allowed
from handlers.command.fleet.metrics import Page
from tests.waiting import PATIENCE_S, finished, until

from .exporting import fetched


@contextlib.contextmanager
def listening(limits: server.ServerLimits) -> Iterator[server.Server]:
    made = server.Exporter(Allowed([], [], {}, {}), limits)
    with server.Server(("127.0.0.1", 0), made, lambda: None) as one:
        thread = threading.Thread(target=one.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield one
        finally:
            one.shutdown()
            finished(thread)


def connected(one: server.Server) -> socket.socket:
    return socket.create_connection(("127.0.0.1", one.server_address[1]), timeout=PATIENCE_S)


def is_healthy(one: server.Server) -> bool:
    return fetched(f"http://127.0.0.1:{one.server_address[1]}/healthz")[0] == 200


def test_a_request_that_comes_byte_by_byte_is_ended() -> None:
    """Each byte comes well before the limit, which is one for the whole head."""
    with listening(server.ServerLimits(head=0.5)) as one, connected(one) as slow:
        begin = time.monotonic()
        with contextlib.suppress(OSError):
            for byte in b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * 1000:
                slow.sendall(bytes((byte,)))
                slow.settimeout(0.05)
                with contextlib.suppress(TimeoutError, socket.timeout):
                    if slow.recv(1) == b"":
                        break
                assert time.monotonic() - begin < PATIENCE_S
        assert time.monotonic() - begin >= 0.4 and is_healthy(one)


@pytest.mark.parametrize(
    "head",
    [
        b"GET /healthz HTTP/1.1\r\n" + b"X-Long: " + b"a" * 20_000 + b"\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\n" + 90 * (b"X: " + b"a" * 250 + b"\r\n") + b"\r\n",
        b"GET /" + b"a" * 20_000,
    ],
    ids=["a header", "all headers", "the path"],
)
def test_a_head_that_is_too_large_is_refused(head: bytes) -> None:
    with listening(server.ServerLimits()) as one, connected(one) as client:
        with contextlib.suppress(OSError):
            client.sendall(head)
        answer = b""
        with contextlib.suppress(ConnectionResetError):
            answer = client.recv(100)
        assert answer == b"" or b" 431 " in answer
        assert is_healthy(one)


def test_the_oldest_client_without_a_request_gives_way() -> None:
    with listening(server.ServerLimits(connections=4)) as one, contextlib.ExitStack() as stack:
        idle = [stack.enter_context(connected(one)) for _ in range(4)]
        assert until(lambda: len(one._connected) == 4)
        idle[1].sendall(b"GET ")
        assert is_healthy(one)
        assert idle[0].recv(1) == b""
        idle[1].sendall(b"/healthz HTTP/1.0\r\n\r\n")
        assert b" 200 " in idle[1].recv(100)


def test_a_client_that_waits_for_its_answer_does_not_give_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked, answered = threading.Event(), threading.Event()

    def targets(self: server.Exporter) -> Page:
        asked.set()
        assert answered.wait(PATIENCE_S)
        return Page("text/plain", b"done\n")

    monkeypatch.setattr(server.Exporter, "targets", targets)
    with listening(server.ServerLimits(connections=1)) as one, connected(one) as waiting:
        waiting.sendall(b"GET /targets HTTP/1.0\r\n\r\n")
        assert asked.wait(PATIENCE_S)
        with connected(one) as other:
            assert b" 503 " in other.recv(100)
        answered.set()
        assert b" 200 " in waiting.recv(200)
        assert until(lambda: not one._connected) and is_healthy(one)


def test_slow_clients_beyond_the_limit_do_not_hold_the_exporter_out() -> None:
    """Three times as many as may be connected, of which each sends a byte now and then."""
    with (
        listening(server.ServerLimits(connections=20, head=5.0)) as one,
        contextlib.ExitStack() as stack,
    ):
        slow: list[socket.socket] = []
        for _ in range(60):
            slow.append(stack.enter_context(connected(one)))
            with contextlib.suppress(OSError):
                slow[-1].sendall(b"G")
        begin = time.monotonic()
        assert all(is_healthy(one) for _ in range(5)) and len(one._connected) <= 20
        assert time.monotonic() - begin < PATIENCE_S
