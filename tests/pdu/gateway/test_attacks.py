"""Attacks on a running gateway: each must change nothing, tell nothing, and leave it well."""

from __future__ import annotations

import base64
import contextlib
import random
import resource
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pdu.core.web.slow_clients import slow_clients
from tests.waiting import PATIENCE_S

from .running import TOKENS, Gateway, Site, gateway

BEARER = f"Authorization: Bearer {TOKENS['admin']}\r\n"
POWER = "/v1/machines/srv-2/power"


def raw(running: Gateway, data: bytes) -> bytes:
    """The answer to bytes on a connection of their own, up to its end."""
    with socket.create_connection(("127.0.0.1", running.port), PATIENCE_S) as connection:
        with contextlib.suppress(OSError):
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
        found = b""
        with contextlib.suppress(ConnectionResetError):
            while piece := connection.recv(65536):
                found += piece
        return found


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.") else 0


@pytest.fixture(autouse=True)
def unharmed(running: Gateway, here: Site) -> Iterator[None]:
    """Whatever a test sends: nothing was switched, the log is clean, and the gateway answers."""
    before = here.writes()
    yield
    assert here.writes() == before
    assert running.ask("GET", "/healthz", who="").text == "ok\n"
    log = (here.folder / "gateway.log").read_text()
    assert all(line.isprintable() for line in log.splitlines())
    assert "defect" not in log and "Traceback" not in log
    for secret in (*TOKENS.values(), "s3cret-in-the-query"):
        assert secret not in log


# ---- who is asked --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host",
    [
        None,
        "",
        "evil.example",
        "127.0.0.1.evil.example",
        "evil.example#127.0.0.1",
        "127.0.0.1@evil.example",
        "evil.example:80",
        "localhost.",
        "2130706433",
        "0x7f.1",
        "0.0.0.0",  # noqa: S104  # a header
        "[::ffff:127.0.0.1]",
        "[::1]x",
        "127.0.0.1:8o",
        "127.0.0.1:80:80",
        "127.0.0.1, evil.example",
        "127.0.0.1\r\nHost: evil.example",
    ],
)
def test_another_host_is_refused(running: Gateway, host: str | None) -> None:
    line = "" if host is None else f"Host: {host}\r\n"
    head = f"GET /v1/machines HTTP/1.1\r\n{line}{BEARER}\r\n"
    answer = raw(running, head.encode())
    assert status(answer) in (400, 421) and b"srv-1" not in answer


def test_the_gateways_own_names_are_answered(running: Gateway) -> None:
    for host in ("127.0.0.1", f"127.0.0.1:{running.port}", "LOCALHOST:1", "[::1]:9"):
        head = f"GET /v1/machines HTTP/1.1\r\nHost: {host}\r\n{BEARER}\r\n"
        assert status(raw(running, head.encode())) == 200


@pytest.mark.parametrize(
    "target",
    [
        "http://evil.example/v1/machines",
        "http://127.0.0.1/v1/machines",
        "//evil.example/v1/machines",
        "evil.example:80",
        "*",
        "/%2e%2e/v1/machines",
        "/v1/%2e%2e/v1/machines",
        "/v1/../v1/machines",
        "/v1/./machines",
        "//v1/machines",
        "/v1//machines",
        "/v1\\machines",
        "/v1/machines;x=1",
        "/v1/machines%00",
        "/v1/machines%2f",
        "/V1/machines",
        "/v1/machines/%ff",
        "/v1/machines/%c0%ae%c0%ae",
        "/v1/machines/%E0%80%AF",
        "/v1/machines/srv-1%00",
        "/v1/machines/srv-1%20",
        "/v1/machines/srv%252d1",
        "/v1/machines/SRV-1",
        "/v1/machines/*",
        "/v1/machines/srv-?",
        "/v1/machines/.",
        "/v1/machines/..%2f..%2fetc%2fpasswd",
        "/healthz/../v1/machines",
        "/healthz/x",
        "/redfish/v1/../../v1/machines",
        "/redfish/v1/Systems/..",
        "/redfish/v1/Systems/row 1",
        "/" + "a" * 3000,
    ],
)
def test_only_the_exact_path_is_a_path(running: Gateway, target: str) -> None:
    answer = raw(running, f"GET {target} HTTP/1.1\r\nHost: localhost\r\n{BEARER}\r\n".encode())
    assert status(answer) in (400, 404) and b'"outlets"' not in answer


def test_no_form_of_an_address_makes_the_gateway_connect(running: Gateway, here: Site) -> None:
    """A machine is a name of the drawing: an address is none, in whatever form."""
    with socket.create_server(("127.0.0.1", 0)) as canary:
        canary.settimeout(0.2)
        port = canary.getsockname()[1]
        before = here.left.books().requests, here.right.books().requests
        hosts: tuple[str, ...]
        hosts = ("127.0.0.1", "localhost", "2130706433", "0177.0.0.1", "0x7f000001", "[::1]", "0")
        hosts += ("[::ffff:127.0.0.1]", "127.1", "169.254.169.254", "left@127.0.0.1")
        for host in hosts:
            for name in (f"{host}:{port}", f"http:%2F%2F{host}:{port}%2F", f"{host}:{port}%2F1"):
                for path in ("v1/machines/", "maas/", "labgrid/", "redfish/v1/Systems/"):
                    assert running.ask("GET", f"/{path}{name}").status == 404
            query = f"hostname={host}:{port}&port=1"
            assert running.ask("GET", f"/power/control/off?{query}").status == 404
        with pytest.raises(socket.timeout):
            canary.accept()
        assert (here.left.books().requests, here.right.books().requests) == before


# ---- who asks ------------------------------------------------------------------------------------


def _basic(text: bytes) -> str:
    return "Basic " + base64.b64encode(text).decode()


@pytest.mark.parametrize(
    "value",
    [
        "",
        "Bearer",
        "Bearer ",
        f"Bearer {TOKENS['admin'][:-1]}",
        f"Bearer {TOKENS['admin']}x",
        f"Bearer {TOKENS['admin'].upper()}",
        f"Token {TOKENS['admin']}",
        TOKENS["admin"],
        "Bearer " + "x" * 10_000,
        "Bearer \xff\xfe",
        "Basic",
        "Basic ????",
        _basic(b""),
        _basic(b":" + TOKENS["admin"].encode()),
        _basic(b"reader:" + TOKENS["admin"].encode()),
        _basic(b"admin" + TOKENS["admin"].encode()),
        _basic(b"ADMIN:" + TOKENS["admin"].encode()),
        _basic(b"\xff:\xff"),
        "Digest username=admin",
    ],
)
def test_a_wrong_login_is_refused_on_every_path(running: Gateway, value: str) -> None:
    for path in ("/v1/machines", "/maas/srv-1/query", "/redfish/v1/Systems", "/nope"):
        head = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: {value}\r\n\r\n"
        assert status(raw(running, head.encode("latin-1"))) == 401


def test_a_token_in_the_url_or_twice_is_no_login(running: Gateway) -> None:
    token = TOKENS["admin"]
    for query in (f"token={token}", f"access_token={token}", f"X-Auth-Token={token}"):
        assert running.ask("GET", f"/v1/machines?{query}", who="").status == 401
    running.ask("GET", "/v1/machines?token=s3cret-in-the-query")
    head = f"GET /v1/machines HTTP/1.1\r\nHost: localhost\r\n{BEARER}"
    for more in (BEARER, "Authorization: Bearer x\r\n"):
        assert status(raw(running, f"{head}{more}\r\n".encode())) == 400
    assert running.ask("GET", "/v1/machines", X_Auth_Token=token).status == 401
    for path in ("/redfish/v1/Systems", "/v1/machines"):
        assert running.ask("GET", path, who="", X_Auth_Token=token).status == 401
        assert running.ask("GET", path, who="", Cookie=f"token={token}").status == 401


def test_without_a_login_nothing_is_told(running: Gateway) -> None:
    for path in ("/redfish", "/redfish/v1", "/redfish/v1/odata", "/healthz"):
        answer = running.ask("GET", path, who="")
        assert answer.status == 200
        assert not any(word in answer.text for word in ("srv", "left", "core", "admin", "ünï"))
    # an unknown name and a known one look the same
    known, unknown = (
        running.ask("POST", "/redfish/v1/SessionService/Sessions", body, who="")
        for body in ({"UserName": n, "Password": "x"} for n in ("admin", "nobody"))
    )
    assert (known.status, known.text) == (unknown.status, unknown.text) == (401, known.text)


def test_a_page_of_another_site_can_do_nothing(running: Gateway) -> None:
    """CSRF: a browser that remembers the login sends it along, with headers that say so."""
    for name, value in (
        ("Origin", "http://evil.example"),
        ("Origin", "null"),
        ("Origin", running.url.rstrip("/")),
        ("Sec_Fetch_Site", "cross-site"),
        ("Referer", "http://evil.example/"),
    ):
        for method, path in (
            ("POST", "/maas/srv-2/off"),
            ("GET", "/power/control/off?alias=srv-2"),
            ("GET", "/v1/machines"),
            ("POST", POWER),
        ):
            assert running.ask(method, path, {"action": "off"}, **{name: value}).status == 403
    for path in (POWER, "/redfish/v1/Systems", "/maas/srv-2/off"):
        preflight = running.ask("OPTIONS", path, Access_Control_Request_Method="POST")
        assert preflight.status == 405
        assert not [name for name in preflight.headers if name.startswith("access-control")]


# ---- what is sent --------------------------------------------------------------------------------

HEAD = f"POST {POWER} HTTP/1.1\r\nHost: localhost\r\n{BEARER}Content-Type: application/json\r\n"


@pytest.mark.parametrize(
    "data",
    [
        f"GET / HTTP/1.1\r\nHost: localhost\r\nX: {'a' * 20_000}\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: localhost\r\n" + "X: y\r\n" * 5_000 + "\r\n",
        f"GET /{'a' * 20_000} HTTP/1.1\r\n\r\n",
        f"GET / HTTP/1.1\r\nHost: localhost\r\n{'a' * 20_000}",
        "GET / HTTP/1.1\r\nHost: localhost\r\nX : y\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: localhost\r\n X: y\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: localhost\r\nX: \0\r\n\r\n",
        "GET / HTTP/3.0\r\nHost: localhost\r\n\r\n",
        "GET /\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + "\0" * 500,
        "G\x1b[31m / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        f"{HEAD}Content-Length: -1\r\n\r\n",
        f"{HEAD}Content-Length: 1e9\r\n\r\n",
        f"{HEAD}Content-Length: 16\r\nContent-Length: 17\r\n\r\n" + '{"action":"off"}',
        f"{HEAD}Transfer-Encoding: gzip\r\n\r\n" + '{"action":"off"}',
        f"{HEAD}Transfer-Encoding: chunked\r\nContent-Length: 16\r\n\r\n"
        '10\r\n{"action":"off"}\r\n0\r\n\r\n',
        f"{HEAD}Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        f"{HEAD}Transfer-Encoding: chunked\r\n\r\n10;{'x' * 30_000}\r\n",
        f"{HEAD}Content-Length: 999999999\r\n\r\n{'x' * 100_000}",
        f"{HEAD}Content-Length: 100\r\n\r\n" + '{"action":"off"}',
        f"{HEAD}Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
        f"TRACE {POWER} HTTP/1.1\r\nHost: localhost\r\n{BEARER}\r\n",
        f"CONNECT 127.0.0.1:80 HTTP/1.1\r\nHost: localhost\r\n{BEARER}\r\n",
    ],
    ids=lambda data: repr(data[:12] + data[-30:]),
)
def test_a_malformed_or_huge_request_is_refused(running: Gateway, data: str) -> None:
    refused = (0, 400, 405, 413, 415, 421, 431, 501, 505)
    assert status(raw(running, data.encode("latin-1"))) in refused


def test_a_second_request_in_a_body_is_part_of_that_body(running: Gateway) -> None:
    """Request smuggling."""
    inner = f"POST /maas/srv-2/off HTTP/1.1\r\nHost: localhost\r\n{BEARER}\r\n"
    outer = f"PUT /labgrid/srv-2 HTTP/1.1\r\nHost: localhost\r\n{BEARER}"
    answer = raw(running, f"{outer}Content-Length: {len(inner)}\r\n\r\n{inner}".encode())
    assert status(answer) == 400 and answer.count(b"HTTP/1.1 ") == 1


def test_random_bytes_do_no_harm(running: Gateway) -> None:
    chance = random.Random(7)
    good = f"GET /v1/machines HTTP/1.1\r\nHost: localhost\r\n{BEARER}\r\n".encode()
    for _ in range(60):
        data = bytearray(good)
        for _ in range(chance.randint(1, 6)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        raw(running, bytes(data))


def test_nothing_a_client_sends_becomes_a_line_of_the_log(running: Gateway, here: Site) -> None:
    before = len((here.folder / "gateway.log").read_text().splitlines())
    for path in ("/%0a%0drefused: forged", "/\x1b[2J", "/%1b%5b31m", "/\u202e"):
        quoted = path.encode("utf-8").replace(b" ", b"%20")
        raw(running, b"GET " + quoted + f" HTTP/1.1\r\nHost: localhost\r\n{BEARER}\r\n".encode())
    running.ask("GET", "/nope", User_Agent="\x1b[2J", Idempotency_Key="\x1b")
    log = (here.folder / "gateway.log").read_text().splitlines()[before:]
    assert not any(line.startswith("refused: forged") for line in log)


# ---- how much ------------------------------------------------------------------------------------


def test_more_connections_than_there_is_room_for_do_not_shut_anybody_out(
    running: Gateway,
) -> None:
    with slow_clients(running.port):
        for _ in range(3):
            assert running.ask("GET", "/v1/machines").status == 200


def test_handshakes_that_do_not_end_do_not_shut_anybody_out(here: Site) -> None:
    words = ("--journal", "handshakes.jsonl")
    with gateway(here.folder, *words, tls=True) as secure:
        resource.prlimit(secure.process.pid, resource.RLIMIT_NOFILE, (1024, 1024))
        with slow_clients(secure.port, b"\x16\x03\x01"):
            for _ in range(3):
                assert secure.ask("GET", "/v1/machines").status == 200


def test_a_journal_is_no_place_for_refusals(running: Gateway, here: Site) -> None:
    size = (here.folder / "gateway.jsonl").stat().st_size
    for path in (POWER, "/v1/machines/nobody/power", "/v1/machines/core/power"):
        running.ask("POST", path, {"action": "x" * 5000}, who="reader")
        running.ask("POST", path, {"action": "off"}, who="reader")
    assert (here.folder / "gateway.jsonl").stat().st_size == size
    assert Path(here.folder / "gateway.jsonl").stat().st_mode & 0o777 == 0o600
