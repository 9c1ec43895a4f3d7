"""Clients that keep a server waiting, over real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, Optional

import pytest
import trustme

from pdu.monitoring.web.connection import WebConnection
from pdu.monitoring.web.connection_limits import ConnectionLimiter, WebLimits
from pdu.monitoring.web.messages import WebRequest, WebResponse
from pdu.monitoring.web.server import WebServer, listening, tls_context
from tests.pdu.monitoring.halls import private
from tests.waiting import PATIENCE_S, finished, until

LONG = 8 << 20  # more than the system's buffers of a socket on loopback take


class Served(NamedTuple):
    """A running server."""

    port: int
    connections: ConnectionLimiter[WebConnection]
    #: the requests that arrived whole
    asked: list[WebRequest]
    #: what was reported
    log: list[str]
    #: /held waits for it
    answered: threading.Event


@contextlib.contextmanager
def served(limits: WebLimits, pem: Optional[str] = None) -> Iterator[Served]:
    """A server on a port of 127.0.0.1. It answers with the length of the body; /long with a long
    answer, /held after a while, /defect not at all."""
    web_requests: list[WebRequest] = []
    log: list[str] = []
    event = threading.Event()

    async def application(request: WebRequest) -> WebResponse:
        web_requests.append(request)
        if request.target == b"/held":
            loop = asyncio.get_running_loop()
            assert await loop.run_in_executor(None, event.wait, PATIENCE_S)
        if request.target == b"/defect":
            raise RuntimeError("a defect")
        if request.target == b"/nothing":
            return WebResponse(204)
        body = b"x" * LONG if request.target == b"/long" else str(len(request.body)).encode()
        return WebResponse(200, body, {"X-Own": "yes"})

    listener = listening("127.0.0.1", 0)
    tls = tls_context(pem, None) if pem is not None else None
    web_server = WebServer(application, limits, tls, log.append)
    one = Served(listener.getsockname()[1], web_server.connections, web_requests, log, event)
    thread = threading.Thread(target=lambda: asyncio.run(web_server.serve(listener)), daemon=True)
    thread.start()
    try:
        yield one
    finally:
        event.set()
        while thread.is_alive():  # it may not listen yet
            web_server.stop()
            thread.join(0.05)
        assert not web_server.connections.connected


def connected(one: Served) -> socket.socket:
    return socket.create_connection(("127.0.0.1", one.port), timeout=PATIENCE_S)


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
    with served(WebLimits(request_s=0.3)) as one, connected(one) as slow:
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
    with served(WebLimits(request_s=0.3)) as one, connected(one) as slow:
        assert b" 200 " in answered(slow)
        slow.sendall(b"GET / HT")
        assert ended(slow)


def test_a_client_that_reads_no_answer_is_ended() -> None:
    with served(WebLimits(answer_s=0.3)) as one, connected(one) as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.sendall(b"GET /long HTTP/1.1\r\nHost: x\r\n\r\n")
        assert until(lambda: len(one.connections.connected) == 1) and until(
            lambda: not one.connections.connected
        )


def test_the_oldest_connection_without_a_request_gives_way() -> None:
    with served(WebLimits(connections=4)) as one, contextlib.ExitStack() as stack:
        idle = []
        for number in range(4):
            idle.append(stack.enter_context(connected(one)))
            assert until(lambda: len(one.connections.connected) == number + 1)
        idle[1].sendall(b"GET ")
        with connected(one) as other:
            assert b" 200 " in answered(other)
        assert ended(idle[0])
        idle[1].sendall(b"/ HTTP/1.0\r\nHost: x\r\n\r\n")
        assert b" 200 " in idle[1].recv(1000)


def test_a_tls_handshake_that_does_not_end_is_ended(
    tmp_path: Path,
) -> None:
    authority = trustme.CA()
    chain = authority.issue_cert("localhost").private_key_and_cert_chain_pem.bytes().decode()
    with served(WebLimits(handshake_s=1.0), str(private(tmp_path / "pem", chain))) as one:
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


def test_a_client_that_waits_for_its_answer_does_not_give_way() -> None:
    with served(WebLimits(connections=1)) as one, connected(one) as waiting:
        waiting.sendall(b"GET /held HTTP/1.0\r\nHost: x\r\n\r\n")
        assert until(lambda: len(one.asked) == 1)
        with connected(one) as other:
            assert b" 503 " in other.recv(100)
        one.answered.set()
        assert b" 200 " in waiting.recv(200)
        with connected(one) as other:
            assert b" 200 " in answered(other)


def test_handshakes_that_do_not_end_give_way_too(tmp_path: Path) -> None:
    """They count as connections, so they cannot take all file descriptors."""
    authority = trustme.CA()
    chain = authority.issue_cert("localhost").private_key_and_cert_chain_pem.bytes().decode()
    limits = WebLimits(connections=4, handshake_s=PATIENCE_S)
    with (
        served(limits, str(private(tmp_path / "pem", chain))) as one,
        contextlib.ExitStack() as stack,
    ):
        slow = [stack.enter_context(connected(one)) for _ in range(12)]
        assert ended(slow[0])
        context = ssl.create_default_context()
        authority.configure_trust(context)
        with connected(one) as other:
            with context.wrap_socket(other, server_hostname="localhost") as secure:
                assert b" 200 " in answered(secure)
        assert len(one.connections.connected) <= 4


def test_a_client_that_reads_slowly_gets_all_of_it_and_its_next_answer() -> None:
    with served(WebLimits(idle_s=0.2)) as one, connected(one) as slow:
        slow.sendall(2 * b"GET /long HTTP/1.1\r\nHost: x\r\n\r\n")
        assert until(lambda: len(one.asked) == 1)
        threading.Event().wait(0.5)  # longer than an idle connection is kept
        found = bytearray()
        while piece := slow.recv(65536):
            found += piece
        assert found.count(b"HTTP/1.1 200 OK") == 2 and len(found) > 2 * LONG


# ---- whole requests ------------------------------------------------------------------------------


def exchanged(one: Served, data: bytes) -> bytes:
    """The answers to bytes, after which the client sends no more."""
    with connected(one) as client:
        client.sendall(data)
        client.shutdown(socket.SHUT_WR)
        found = b""
        while piece := client.recv(65536):
            found += piece
        return found


def test_requests_sent_ahead_are_answered_in_turn_and_a_half_closed_client_reads_them() -> None:
    data = b"GET /1 HTTP/1.1\r\nHost: x\r\n\r\n"
    data += b"POST /2 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
    with served(WebLimits()) as one:
        found = exchanged(one, data + b"HEAD /long HTTP/1.1\r\nHost: x\r\n\r\n")
        assert [request.target for request in one.asked] == [b"/1", b"/2", b"/long"]
        assert one.asked[1].body == b"abc" and one.asked[1].method == "POST"
        assert found.count(b"HTTP/1.1 200 OK\r\n") == 3 and found.count(b"X-Own: yes") == 3
        assert found.endswith(b"\r\n\r\n") and f"Content-Length: {LONG}".encode() in found


def test_chunks_are_one_body_and_no_content_has_no_length() -> None:
    chunks = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunks += b"2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"
    with served(WebLimits()) as one:
        found = exchanged(one, chunks + b"GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n")
        assert one.asked[0].body == b"abc" and b" 204 No Content\r\n" in found
        assert found.lower().count(b"content-length") == 1 and found.count(b"\r\nDate: ") == 2


def test_a_client_that_waits_to_send_its_body_is_told_to() -> None:
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n"
    with served(WebLimits()) as one, connected(one) as client:
        client.sendall(head)
        assert b" 100 " in client.recv(1000)
        client.sendall(b"abc")
        assert b" 200 " in client.recv(1000)


@pytest.mark.parametrize(
    "data, status",
    [
        (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 20_000 + b"\r\n\r\n", b" 431 "),
        (
            b"GET / HTTP/1.1\r\nHost: x\r\n" + 90 * (b"X: " + b"a" * 250 + b"\r\n") + b"\r\n",
            b" 431 ",
        ),
        (b"GET /" + b"a" * 20_000, b" 431 "),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 20000\r\n\r\n" + b"a" * 20_000, b" 413 "),
        (
            b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
            + 5 * (b"1000\r\n" + b"a" * 4096 + b"\r\n"),
            b" 413 ",
        ),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX : y\r\n\r\n" + b"a" * 20_000, b" 400 "),
    ],
    ids=["a header", "all headers", "the path", "a body", "chunks", "nonsense"],
)
def test_a_refused_client_can_read_why(data: bytes, status: bytes) -> None:
    """What it still sends is read: a reset would take the answer from it."""
    with served(WebLimits()) as one, connected(one) as client:
        client.sendall(data)
        answer = client.recv(1000)
        assert status in answer and b"Connection: close" in answer and one.asked == []
        with contextlib.suppress(OSError):
            client.sendall(b"a" * 1000)
        assert ended(client)


def test_a_defect_is_an_answer_and_a_line_of_the_log() -> None:
    with served(WebLimits()) as one, connected(one) as client:
        assert b" 500 " in answered(client, "/defect") and b" 200 " in answered(client)
        assert one.log == ["defect: RuntimeError: a defect"]


def test_the_end_carries_through_what_was_asked() -> None:
    with contextlib.ExitStack() as stack:
        with served(WebLimits()) as one:
            waiting, idle = (stack.enter_context(connected(one)) for _ in range(2))
            waiting.sendall(b"GET /held HTTP/1.1\r\nHost: x\r\n\r\n")
            assert until(lambda: len(one.asked) == 1)
        assert b" 200 " in waiting.recv(1000) and ended(waiting) and ended(idle)
