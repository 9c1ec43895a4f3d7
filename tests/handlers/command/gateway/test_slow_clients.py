"""Clients that keep the gateway waiting, and clients that ask for too much, over real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Optional

import pytest
import trustme

from handlers.command.gateway import serving
from handlers.command.gateway.clients import Clients, GatewayClient
from handlers.command.gateway.guard import Guard
from handlers.command.gateway.limits import Bucket, GatewayLimits
from handlers.command.gateway.sessions import MOST, TIMEOUT_S, Sessions
from tests.handlers.command.fleet.halls import private
from tests.waiting import PATIENCE_S, finished, until

LONG = 8 << 20  # more than the system's buffers of a socket on loopback take
Served = tuple[int, serving.Crowd]


async def plain(scope: Any, receive: Any, send: Any) -> None:
    """Answers with the length of the body; /long with a long answer."""
    length, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        length += len(message.get("body", b""))
        more = message.get("more_body", False)
    body = b"x" * LONG if scope["path"] == "/long" else str(length).encode()
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@contextlib.contextmanager
def served(limits: GatewayLimits, pem: Optional[str] = None) -> Iterator[Served]:
    """The gateway's server with another application, on a port of 127.0.0.1."""
    made = serving.server(plain, limits, pem, None)
    listener = serving.listening("127.0.0.1", 0)
    port = listener.getsockname()[1]
    thread = threading.Thread(target=lambda: asyncio.run(made.serve([listener])), daemon=True)
    thread.start()
    protocol: Any = made.config.http
    try:
        yield port, protocol.crowd
    finally:
        made.should_exit = True
        finished(thread)
        listener.close()


def connected(one: Served) -> socket.socket:
    return socket.create_connection(("127.0.0.1", one[0]), timeout=PATIENCE_S)


def answered(connection: socket.socket, path: str = "/") -> bytes:
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    return connection.recv(1000)


def ended(connection: socket.socket) -> bool:
    """Whether the server ends the connection, at the latest after PATIENCE_S."""
    try:
        while connection.recv(65536):
            pass
    except ConnectionResetError:
        pass
    return True


@pytest.mark.parametrize(
    "start",
    [
        b"",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: ",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9999\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n",
    ],
    ids=["nothing", "a head", "a body", "chunks"],
)
def test_a_request_that_does_not_end_is_ended(start: bytes) -> None:
    """A byte comes now and then: the limit is for the whole request, not for a byte of it."""
    with served(GatewayLimits(request_s=0.3)) as one, connected(one) as slow:
        stop = threading.Event()

        def drip() -> None:
            with contextlib.suppress(OSError):
                slow.sendall(start)
                while not stop.wait(0.05):
                    slow.sendall(b"a")

        thread = threading.Thread(target=drip)
        if start:
            thread.start()
        assert ended(slow)
        stop.set()
        if start:
            finished(thread)
        with connected(one) as other:
            assert b" 200 " in answered(other)


def test_the_second_request_of_a_connection_is_bounded_too() -> None:
    with served(GatewayLimits(request_s=0.3)) as one, connected(one) as slow:
        assert b" 200 " in answered(slow)
        slow.sendall(b"GET / HT")
        assert ended(slow)


def test_a_client_that_reads_no_answer_is_ended() -> None:
    with served(GatewayLimits(answer_s=0.3)) as one, connected(one) as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.sendall(b"GET /long HTTP/1.1\r\nHost: x\r\n\r\n")
        assert until(lambda: len(one[1].connected) == 1) and until(lambda: not one[1].connected)


def test_the_oldest_connection_without_a_request_gives_way() -> None:
    with served(GatewayLimits(connections=4)) as one, contextlib.ExitStack() as stack:
        idle = []
        for number in range(4):
            idle.append(stack.enter_context(connected(one)))
            assert until(lambda: len(one[1].connected) == number + 1)
        idle[1].sendall(b"GET ")
        with connected(one) as other:
            assert b" 200 " in answered(other)
        assert ended(idle[0])
        idle[1].sendall(b"/ HTTP/1.0\r\nHost: x\r\n\r\n")
        assert b" 200 " in idle[1].recv(1000)


def test_a_tls_handshake_that_does_not_end_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = trustme.CA()
    chain = authority.issue_cert("localhost").private_key_and_cert_chain_pem.bytes().decode()
    monkeypatch.setattr(serving, "_HANDSHAKE_S", 0.3)
    with served(GatewayLimits(), str(private(tmp_path / "pem", chain))) as one:
        with connected(one) as slow:
            slow.sendall(b"\x16\x03\x01")
            assert ended(slow)
        context = ssl.create_default_context()
        authority.configure_trust(context)
        with connected(one) as other:
            with context.wrap_socket(other, server_hostname="localhost") as secure:
                assert secure.version() in ("TLSv1.2", "TLSv1.3") and b" 200 " in answered(secure)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        with connected(one) as plain_text:
            assert b" 200 " not in answered(plain_text)


# ---- rates, without sockets ----------------------------------------------------------------------


def test_a_bucket_gives_its_size_at_once_and_then_its_rate() -> None:
    bucket = Bucket(3, 60.0)
    assert [bucket.wait(100.0) for _ in range(3)] == [0.0] * 3
    assert bucket.wait(100.0) == pytest.approx(20.0) and bucket.wait(110.0) == pytest.approx(10.0)
    assert bucket.wait(120.0) == 0.0 and bucket.wait(120.0) > 0
    assert bucket.wait(50.0) > 0  # a clock that goes back gives nothing
    assert [bucket.wait(1e6) for _ in range(4)][:3] == [0.0] * 3


CLIENT = GatewayClient("me", b"\0" * 32, ["*"], frozenset(("read", "switch")))


def test_a_client_has_a_rate_of_commands_and_of_requests_of_its_own() -> None:
    other = CLIENT._replace(name="you", digest=b"\1" * 32)
    limits = GatewayLimits(commands=2)
    guard = Guard(None, Clients([CLIENT, other]), Sessions(), ["x"], limits, lambda _: None)
    for _ in range(2):
        guard._count_command(CLIENT)
    with pytest.raises(Exception, match="too many commands") as refused:
        guard._count_command(CLIENT)
    assert getattr(refused.value, "status") == 429 and getattr(refused.value, "retry_after_s") > 0
    guard._count_command(other)


def test_sessions_end_when_idle_and_are_few() -> None:
    sessions = Sessions()
    first, token = sessions.start(CLIENT, 0.0)
    assert sessions.used(token, TIMEOUT_S - 1) == CLIENT
    assert sessions.used(token, 2 * TIMEOUT_S - 2) == CLIENT
    assert sessions.used(token, 4 * TIMEOUT_S) is None and sessions.used("", 0.0) is None
    tokens = [sessions.start(CLIENT, 4 * TIMEOUT_S + n)[1] for n in range(MOST + 1)]
    assert sessions.used(tokens[0], 4 * TIMEOUT_S + MOST) is None
    assert sessions.used(tokens[1], 4 * TIMEOUT_S + MOST) == CLIENT
    assert len(sessions.of_client(CLIENT, 4 * TIMEOUT_S + MOST)) == MOST
    assert first.id not in {one.id for one in sessions.of_client(CLIENT, 4 * TIMEOUT_S + MOST)}
