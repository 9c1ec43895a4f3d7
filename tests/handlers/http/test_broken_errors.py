"""Errors whose body breaks off: the status is known, and says more than the body."""

from __future__ import annotations

import socket

import pytest

from handlers.http.connection import StandardTransport
from handlers.http.errors import HttpSyntax, HttpUnreachable
from handlers.http.message import Endpoint, Request
from handlers.shared.tls import Trust
from tests.servers.scripted import serving

LIMIT = 100
REQUEST = Request("GET", "/", {}, None, 60.0, 60.0, LIMIT)
CHUNKED = b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
BODIES = {
    "half a length": b"Content-Length: 50\r\n\r\n{",
    "half a chunk": CHUNKED + b"20\r\n{",
    "no last chunk": CHUNKED + b"1\r\n{\r\n",
    "no chunk at all": CHUNKED + b"what is this\r\n",
    "too long": b"Content-Length: %d\r\n\r\n" % (LIMIT + 1) + b" " * (LIMIT + 1),
}


def exchange(status: int, rest: bytes) -> int:
    """The status that the transport reads of an answer; `rest`: its octets after the first line."""

    def talk(connection: socket.socket) -> None:
        connection.recv(1000)
        connection.sendall(b"HTTP/1.1 %d Status\r\n" % status + rest)
        connection.shutdown(socket.SHUT_WR)

    transport = StandardTransport(Trust())
    with serving(talk) as port:
        try:
            reply = transport.exchange(Endpoint("http", "127.0.0.1", port), REQUEST)
        finally:
            transport.close()
    assert not reply.body or reply.status < 300
    return reply.status


@pytest.mark.sample(20)
@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 500, 503])
def test_a_status_without_a_result_is_the_answer(status: int, body: str) -> None:
    assert exchange(status, BODIES[body]) == status


@pytest.mark.parametrize("body", BODIES)
def test_half_a_result_is_none(body: str) -> None:
    with pytest.raises((HttpUnreachable, HttpSyntax), match="broke off|longer than"):
        exchange(200, BODIES[body])
