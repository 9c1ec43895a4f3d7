from __future__ import annotations

import contextlib
import os
import resource
import selectors
import socket
from types import SimpleNamespace
from typing import Callable

import pytest

from handlers.http import connection
from handlers.http.connection import StandardTransport
from handlers.http.errors import BEFORE_ANSWER, HttpSyntax, HttpUnreachable, error_of
from handlers.http.message import Endpoint, Request, Response
from handlers.shared.tls import Trust
from tests.handlers import dead
from tests.handlers.dead import DEAD
from tests.servers.scripted import serving
from tests.simulators.certificates import Authority, server_context

TIMEOUT_S = 10.0
LIMIT = 1000
REQUEST = Request("GET", "/", {}, None, TIMEOUT_S, 2 * TIMEOUT_S, LIMIT)


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits, in seconds, for addresses in DEAD.

    Each ends at once, and advances the transport's clock by its length.
    """
    waited = dead.waits(monkeypatch)
    monkeypatch.setattr(connection, "time", SimpleNamespace(monotonic=lambda: sum(waited)))
    return waited


@pytest.fixture
def resolve_to(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """A function that makes every host name resolve to its arguments."""

    def resolve(*found: object) -> None:
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: list(found))

    return resolve


def at(address: str, port: int, family: int = socket.AF_INET) -> object:
    return family, socket.SOCK_STREAM, 0, "", (address, port)


def get(port: int, host: str = "pdu.example.com") -> Response:
    transport = StandardTransport(Trust())
    try:
        return transport.exchange(Endpoint("http", host, port), REQUEST)
    finally:
        transport.close()


def answer(client: socket.socket) -> None:
    client.recv(1000)
    client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK")


def test_a_dead_address_leaves_time_for_the_next_one(
    waits: list[float], resolve_to: Callable[..., None]
) -> None:
    with serving(answer) as port:
        resolve_to(at(DEAD[0], port), at(DEAD[1], port), at("127.0.0.1", port))
        assert get(port).body == b"OK"
    assert len(waits) == 2
    assert sum(waits) < TIMEOUT_S


def test_all_addresses_together_take_at_most_the_time_out(
    waits: list[float], resolve_to: Callable[..., None]
) -> None:
    resolve_to(*(at(address, 443) for address in DEAD))
    with pytest.raises(HttpUnreachable, match="in time"):
        get(443)
    assert len(waits) == len(DEAD)
    assert sum(waits) == pytest.approx(TIMEOUT_S)


def test_a_slow_name_server_leaves_the_whole_time_out_for_connecting(
    waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    def resolve(*_: object, **__: object) -> list[object]:
        waits.append(0.8 * TIMEOUT_S)
        return [at(DEAD[0], 443)]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(HttpUnreachable, match="in time"):
        get(443)
    assert waits == pytest.approx([0.8 * TIMEOUT_S, TIMEOUT_S])


def test_an_address_of_an_unusable_family_is_skipped(resolve_to: Callable[..., None]) -> None:
    with serving(answer) as port:
        resolve_to(at("::1", port, family=255), at("127.0.0.1", port))
        assert get(port).body == b"OK"
        resolve_to(at("::1", port, family=255))
        with pytest.raises(HttpUnreachable, match="cannot be reached"):
            get(port)


def test_the_zone_of_an_ipv6_address_is_neither_sent_nor_sought_in_the_certificate(
    resolve_to: Callable[..., None],
) -> None:
    """RFC 6874, 4. The standard library of older Pythons sends the zone in the Host header."""
    authority = Authority()
    requests = []
    tls = server_context(*authority.issue("fe80::1"))

    def note(client: socket.socket) -> None:
        with tls.wrap_socket(client, server_side=True) as wrap_with_tls:
            requests.append(wrap_with_tls.recv(1000))
            wrap_with_tls.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    with serving(note) as port:
        resolve_to(at("127.0.0.1", port))
        transport = StandardTransport(Trust(ca_pem=authority.ca_pem))
        try:
            assert (
                transport.exchange(Endpoint("https", "fe80::1%eth0", port), REQUEST).status == 204
            )
        finally:
            transport.close()
    assert f"\r\nHost: [fe80::1]:{port}\r\n".encode() in requests[0]


def test_an_ended_connection_with_a_high_descriptor_is_opened_anew() -> None:
    """`select.select` refuses descriptors above 1023."""
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    if limits[1] < 2048:
        pytest.skip("a process may open fewer than 2048 files: ulimit -n 4096")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(2048, limits[0]), limits[1]))
    try:
        with contextlib.ExitStack() as stack:
            while stack.enter_context(open(os.devnull, "rb")).fileno() < 1024:
                pass
            transport = StandardTransport(Trust())
            stack.callback(transport.close)
            with serving(answer) as port:
                where = Endpoint("http", "127.0.0.1", port)
                assert transport.exchange(where, REQUEST).body == b"OK"
            # The server has ended, so the refusal shows that a second connection was tried.
            with pytest.raises(HttpUnreachable, match="refuses the connection"):
                transport.exchange(where, REQUEST)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)


def test_a_connection_is_kept_where_there_is_no_poll(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows has no poll."""

    def answer_twice(client: socket.socket) -> None:
        answer(client)
        answer(client)

    monkeypatch.delattr(selectors, "PollSelector")
    with serving(answer_twice) as port, contextlib.closing(StandardTransport(Trust())) as transport:
        endpoint = Endpoint("http", "127.0.0.1", port)
        assert transport.exchange(endpoint, REQUEST).body == b"OK"
        assert transport.exchange(endpoint, REQUEST).body == b"OK"


def test_an_error_of_the_system_without_a_text_is_shown_by_its_name() -> None:
    error = error_of(OSError("no words"), BEFORE_ANSWER, "pdu1:443")
    assert "pdu1:443 cannot be reached (OSError)" in str(error)


def test_the_error_for_a_name_that_is_not_resolved_does_not_blame_the_address_alone() -> None:
    silent = socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
    assert "cannot be resolved: check the address, and that the name server answers" in str(
        error_of(silent, BEFORE_ANSWER, "pdu1:443")
    )


# ---- bodies that break off -----------------------------------------------------------------------

CHUNKED = b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
BODIES = {
    "half a length": b"Content-Length: 50\r\n\r\n{",
    "half a chunk": CHUNKED + b"20\r\n{",
    "no last chunk": CHUNKED + b"1\r\n{\r\n",
    "no chunk at all": CHUNKED + b"what is this\r\n",
    "too long": b"Content-Length: %d\r\n\r\n" % (LIMIT + 1) + b" " * (LIMIT + 1),
}


def broken(status: int, rest: bytes) -> Response:
    """What the transport reads of an answer; `rest`: its octets after the first line."""

    def talk(client: socket.socket) -> None:
        client.recv(1000)
        client.sendall(b"HTTP/1.1 %d Status\r\n" % status + rest)
        client.shutdown(socket.SHUT_WR)

    with serving(talk) as port:
        return get(port, "127.0.0.1")


@pytest.mark.sample(20)
@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 500, 503])
def test_the_status_of_an_error_is_known_and_says_more_than_a_body_that_breaks_off(
    status: int, body: str
) -> None:
    reply = broken(status, BODIES[body])
    assert reply.status == status
    assert not reply.body


@pytest.mark.parametrize("body", BODIES)
def test_half_a_result_is_none(body: str) -> None:
    with pytest.raises((HttpUnreachable, HttpSyntax), match="broke off|longer than"):
        broken(200, BODIES[body])
