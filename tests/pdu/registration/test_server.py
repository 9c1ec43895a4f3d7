"""One call to DCImanager: what is tried again, what each failure is called, proxies, and that no
error of the transport holds a secret.
"""

from __future__ import annotations

import contextlib
import errno
import itertools
import socket
import ssl
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Callable

import pytest
import urllib3

from handlers.shared.errors import PduHandlerError
from pdu.cli.known_secrets import forget_secrets, note_secret
from pdu.registration.server import Server
from tests.dcimanager.api import Answer
from tests.dcimanager.manager import DciManager
from tests.handlers.raritan.peer import Drip, Peer, Step, http as http_answer
from tests.packaging.registering import CREATE, LIST, Admin
from tests.servers.scripted import serving
from tests.simulators.certificates import usual

NOWHERE = "https://127.0.0.1:1"
PASSWORD = "s3cret-Passw0rd/ü"
TOKEN = "s3cret.T0ken"


def server(url: str, say: Callable[[str], None] = print, **options: Any) -> Server:
    return Server(url, verify=False, say=say, **options)


def shown_error(one: Server, *call: Any) -> str:
    """The kind of the error of a call, whether it may have been carried out, and its words."""
    with pytest.raises(PduHandlerError) as error_info:
        one.call(*(call or ("GET", LIST[1])))
    error = error_info.value
    may_be_done = "may be done" if error.may_have_executed else "not done"
    return f"{error.kind}, {may_be_done}: {error}"


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    yield
    forget_secrets()


# ---- what is tried again ----


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_refused_connection_is_tried_again_with_growing_pauses(
    host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    family = socket.AF_INET
    if host == "::1":
        family = socket.AF_INET6
        if not socket.has_dualstack_ipv6():
            pytest.skip("this machine has no IPv6")
    pauses: list[float] = []
    lines: list[str] = []
    monkeypatch.setattr("urllib3.util.retry.time.sleep", pauses.append)
    with socket.socket(family) as unused:
        unused.bind((host, 0))  # and does not listen
        in_url = f"[{host}]" if ":" in host else host
        url = f"https://{in_url}:{unused.getsockname()[1]}"
        error = shown_error(server(url, lines.append, pause=30.0), *CREATE)

    assert pauses == [60, 120, 240, 480]
    assert lines[1:] == [
        f"  the server refuses the connection; trying again in {pause} s"
        for pause in (0, 60, 120, 240, 480)
    ]
    assert error == (
        f"unreachable, not done: {url}: there is no whole answer (Connection refused): check that"
        " DCImanager is at this address and port, and the network"
    )


#: what a peer sends for one call
_BROKEN: dict[str, list[Step]] = {
    "nothing": [None],
    "a part of the status": [b"HTTP/1.1 2"],
    "a part of the headers": [b"HTTP/1.1 200 OK\r\nServer: nginx\r\n"],
    "the headers": [http_answer("", length=9)],
    "a part of the body": [http_answer('{"id"', length=9)],
    "a part of a chunk": [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{"],
    "two lengths": [http_answer("{}", "200 OK", "Content-Length: 3")],
    "another protocol": [b"220 smtp.example ESMTP\r\n"],
    "1 MB and more": [http_answer(b" " * 1_000_001)],
    "a line without an end": [b"HTTP/1.1 200 OK\r\nX: " + b"a" * 70_000],
}


@pytest.mark.parametrize("part", _BROKEN)
def test_a_call_that_may_have_arrived_is_sent_once(part: str) -> None:
    """A second connection would be answered as it should be."""
    with Peer([_BROKEN[part], [http_answer("{}")]], tls=usual().context) as peer:
        error = shown_error(server(f"https://{peer.address}"), *CREATE)
        assert peer.accepted == 1
    url = f"https://{peer.address}"
    if part == "1 MB and more":
        assert error == f"protocol, may be done: {url}: the answer is longer than 1 MB"
    else:
        assert error.startswith(f"unreachable, may be done: {url}: there is no whole answer (")


def test_an_answer_that_drips_ends_with_the_seconds_of_its_call() -> None:
    head = http_answer("", length=500)
    waits = itertools.chain(itertools.repeat(0.0, len(head)), itertools.repeat(0.05))
    is_over = threading.Event()

    def between() -> None:
        is_over.wait(next(waits))

    drip = Drip(head + b" " * 500, between)
    with Peer([[drip]], tls=usual().context) as peer:
        error = shown_error(server(f"https://{peer.address}"), *CREATE, 0.3)
        is_over.set()
    assert "the answer was not complete in time" in error


def test_the_rest_of_an_answer_that_is_not_ready_is_not_waited_for() -> None:
    """A body that drips would hold up the next try for ever."""
    is_over = threading.Event()
    complete_bodies = []

    def body() -> Iterator[int]:
        yield from http_answer("", "503 Service Unavailable", length=100)
        for byte in b" " * 100:
            is_over.wait(0.1)
            yield byte
        complete_bodies.append("")

    drip = Drip(body(), lambda: None)
    with Peer([[drip], [http_answer("{}")]], tls=usual().context) as peer:
        reply = server(f"https://{peer.address}", pause=0.0).call(*CREATE)
        assert (reply.status, peer.accepted, complete_bodies) == (200, 2, [])
        is_over.set()


@pytest.mark.parametrize("status, count", [("429 Too Many Requests", 1), ("503 X", 2)])
def test_no_answer_says_how_long_to_wait(
    status: str, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("urllib3.util.retry.time.sleep", pauses.append)
    answers = [[http_answer("", status, "Retry-After: 86400")], [http_answer("{}")]]
    with Peer(answers, tls=usual().context) as peer:
        server(f"https://{peer.address}").call(*CREATE)
        assert (peer.accepted, pauses) == (count, [])


def test_a_peer_that_is_silent_is_not_asked_again() -> None:
    with Peer([], silent=True, tls=usual().context) as peer:
        error = shown_error(server(f"https://{peer.address}"), *CREATE, 0.2)
        assert peer.accepted == 1
    assert error.startswith("unreachable, may be done: ")
    assert "timed out" in error


#: what the system says when a connection is made, and the error: a name stays unknown
_CAUSES: list[tuple[Exception, int, str]] = [
    (
        socket.gaierror(socket.EAI_NONAME, "Name or service not known"),
        1,
        "not done: .. (Name or service not known)",
    ),
    (OSError(errno.EHOSTUNREACH, "No route to host"), 6, "not done: .. (No route to host)"),
    (ConnectionRefusedError(errno.ECONNREFUSED, "refused"), 6, "not done: .. (refused)"),
    (socket.timeout("timed out"), 1, "not done: .. (timed out)"),
    (UnicodeError("label too long"), 1, "not done: .. no call can be made (label too long)"),
]


@pytest.mark.parametrize("cause, count, words", _CAUSES, ids=lambda value: type(value).__name__)
def test_a_connection_that_does_not_come_about_is_tried_again_where_that_helps(
    cause: Exception, count: int, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = []

    def fail(*_: object, **__: object) -> None:
        tries.append(1)
        raise cause

    monkeypatch.setattr("socket.getaddrinfo", fail)
    error = shown_error(server("https://dci.example.com", pause=0.0), *CREATE)
    first, _, second = words.partition(" .. ")
    assert first in error
    assert second in error
    assert len(tries) == count


# ---- TLS ----


def test_a_server_without_tls_is_an_error() -> None:
    def speak(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        connection.recv(1000)

    with serving(speak) as port:
        error = shown_error(server(f"https://127.0.0.1:{port}"))
    assert "the TLS handshake failed" in error


def test_nothing_is_sent_to_a_server_whose_certificate_is_not_trusted(manager: DciManager) -> None:
    error = shown_error(Server(manager.url, verify=True, say=print), *CREATE)
    assert error.startswith("unreachable, not done: ")
    assert manager.requests == []


@pytest.mark.parametrize("version, code", [("TLSv1_1", 3), ("TLSv1_2", 0)])
def test_tls_below_1_2_is_refused(
    admin: Admin, manager: DciManager, version: str, code: int
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        manager.speak_only(ssl.TLSVersion[version])
    assert admin.run(manager, "snmp").code == code
    has_asked = bool(manager.requests)
    assert has_asked is (code == 0)


def test_authorities_are_those_of_a_file_or_of_the_system_or_any(
    admin: Admin, manager: DciManager, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my ca.pem").write_bytes(manager.ca_file.read_bytes())
    for variable, value, code in (
        ("CURL_CA_BUNDLE", "my ca.pem", 0),
        ("REQUESTS_CA_BUNDLE", "my ca.pem", 0),
        ("SSL_CERT_FILE", "my ca.pem", 0),
        ("DCI_INSECURE", "1", 0),
        ("DCI_INSECURE", "0", 3),
    ):
        run = admin.run(manager, "snmp", **{"CURL_CA_BUNDLE": "", variable: value})
        assert run.code == code, (variable, run)
    assert "not trusted" in run.err
    folder = admin.run(manager, "snmp", CURL_CA_BUNDLE="", REQUESTS_CA_BUNDLE=str(tmp_path))
    assert "not trusted" in folder.err  # OpenSSL takes files that are named by hashes
    assert admin.run(manager, "snmp", REQUESTS_CA_BUNDLE="/etc/hostname").code == 0
    others = admin.run(manager, "snmp", CURL_CA_BUNDLE="/etc/hostname", DCI_INSECURE="1")
    assert others.out.startswith(f"The certificate of {manager.url} is not checked: others can")
    assert (others.code, others.err) == (0, "")
    assert "trying again" not in run.out


# ---- what is sent ----


def test_neither_a_cookie_nor_a_login_of_netrc_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password other\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    answers = [[http_answer("{}", "200 OK", "Set-Cookie: a=b; Path=/")], [http_answer("{}")]]
    with Peer(answers, tls=usual().context) as peer:
        api_server = server(f"https://{peer.address}")
        api_server.use_token(TOKEN)
        for _ in range(2):
            assert api_server.call("GET", LIST[1]).status == 200
    for request in peer.seen:
        names = {name.lower() for name in request.headers}
        assert names.isdisjoint({"cookie", "authorization"})
        assert {"x-xsrf-token", "isp-box-instance"} <= names


# ---- a proxy ----


@contextlib.contextmanager
def proxy(answer: bytes) -> Iterator[tuple[int, list[bytes]]]:
    """A proxy for one connection, which opens a tunnel if it answers 200. Yields its port and what
    it was asked.
    """
    heads: list[bytes] = []

    def pump(source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 16):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)

    def speak(connection: socket.socket) -> None:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += connection.recv(1)
        heads.append(head)
        connection.sendall(answer)
        if b" 200 " not in answer:
            return
        host, _, port = head.split()[1].decode().rpartition(":")
        with socket.create_connection((host, int(port))) as far:
            thread = threading.Thread(target=pump, args=(far, connection), daemon=True)
            thread.start()
            pump(connection, far)
            # the client is gone: the server would wait for its end of TLS
            far.shutdown(socket.SHUT_RDWR)
            thread.join()

    with serving(speak) as port:
        yield port, heads


@pytest.mark.parametrize("variable", ["https_proxy", "HTTPS_PROXY", "all_proxy"])
def test_calls_go_through_the_proxy_that_the_environment_names(
    manager: DciManager, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with proxy(b"HTTP/1.1 200 Connection established\r\nX: y\r\n\r\n") as (port, heads):
        monkeypatch.setenv(variable, f"http://me:pa%3Ass@127.0.0.1:{port}")
        server = Server(manager.url, verify=str(manager.ca_file), say=print)
        reply = server.call("GET", LIST[1])

    assert reply.status == 403  # without a token
    assert len(manager.requests) == 1
    place = manager.url.removeprefix("https://")
    assert heads[0].startswith(f"CONNECT {place} HTTP/1.".encode())
    # the base64 of me:pa:ss
    assert b"Proxy-Authorization: Basic bWU6cGE6c3M=\r\n" in heads[0]


def test_a_call_that_is_cut_behind_a_proxy_may_have_arrived(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with proxy(b"HTTP/1.1 200 Connection established\r\n\r\n") as (port, _):
        with Peer([[None], [http_answer("{}")]], tls=usual().context) as peer:
            monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{port}")
            error = shown_error(server(f"https://{peer.address}"), *CREATE)
            assert (len(peer.seen), peer.accepted) == (1, 1)
    assert error.startswith("unreachable, may be done: ")


@pytest.mark.parametrize("place", ["127.0.0.1:1", "proxy.invalid:3128"])
def test_a_call_whose_proxy_is_not_reached_was_not_sent(
    place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", f"http://{place}")
    error = shown_error(server("https://dci.example.com"), *CREATE)
    assert error.startswith("unreachable, not done: https://dci.example.com: ")


def test_a_proxy_that_refuses_or_is_dead_is_named_at_once_and_without_its_login(
    admin: Admin, manager: DciManager
) -> None:
    with proxy(b"HTTP/1.1 407 no s3cret/1\r\n\r\n") as (port, _):
        place = f"127.0.0.1:{port}"
        variables = {"https_proxy": f"http://me:s3cret%2F1@{place}", "no_proxy": ""}
        refused = admin.run(manager, **variables)
    dead = admin.run(manager, **variables)
    # of requests with or without PySocks
    socks = admin.run(manager, https_proxy="socks5://me:s3cret@127.0.0.1:1", no_proxy="")

    hint = (
        "; it is reached through the proxy {} (variable https_proxy or all_proxy): check that too,"
    )
    for run, codes, name in (
        (refused, (3,), place),
        (dead, (3,), place),
        (socks, (2, 3), "127.0.0.1:1"),
    ):
        assert run.code in codes, run
        assert hint.format(name) in run.err
        assert "s3cret" not in run.out + run.err
    assert "trying again" not in refused.out + dead.out
    assert manager.requests == []
    assert admin.run(manager, https_proxy="http://127.0.0.1:1", no_proxy="127.0.0.1").code == 0


@pytest.mark.parametrize(
    "proxy_url, words",
    [
        *(
            (f"http://{text}", "https_proxy or all_proxy is no address such as")
            for text in (
                "me:s3cret@[x",
                "me:s3cret@p:x",
                "me:s3cret@",
                "me:s3cret@\u2100",  # "a/c" to a browser
                "me:s3cret/x@p:1",
                "me:s3cret#x@p:1",
                "me:80?s3cret@p:1",
            )
        ),
        ("gopher://me:s3cret@p", "it is reached through the proxy p (variable"),
    ],
)
def test_a_proxy_that_is_none_is_a_setting_and_is_not_asked(
    admin: Admin, manager: DciManager, proxy_url: str, words: str
) -> None:
    run = admin.run(manager, https_proxy=proxy_url, no_proxy="")
    assert (run.code, run.err.count("\n")) == (2, 1), run
    assert words in run.err
    assert "s3cret" not in run.err
    assert manager.requests == []


def test_the_user_of_a_proxy_is_no_secret(admin: Admin, manager: DciManager) -> None:
    run = admin.run(manager, https_proxy="http://a@127.0.0.1:1", no_proxy="")
    assert "(Connection refused)" in run.err


# ---- secrets in what the transport quotes ----


def _answer(secret: str) -> str:
    """What an error of an answer says."""
    body = f'{{"error": {{"code": 1, "msg": "not {secret}"}}}}'.encode()
    with DciManager(wrap=lambda request, serve: Answer(400, body)) as manager:
        return server(manager.url).call("GET", LIST[1]).words()


def _redirect(secret: str) -> str:
    location = f"https://elsewhere.example/?{urllib3.util.parse_url(f'http://x/?{secret}').query}"
    with DciManager(wrap=lambda request, serve: Answer(302, b"", location=location)) as manager:
        return server(manager.url).call("GET", LIST[1]).words()


def _refusal_of_proxy(secret: str) -> str:
    with proxy(f"HTTP/1.1 407 no {secret}\r\n\r\n".encode()) as (port, _):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("https_proxy", f"http://127.0.0.1:{port}")
            return shown_error(server(NOWHERE))


def _exception_of_socket(secret: str) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("socket.getaddrinfo", _raising(OSError(errno.EIO, f"no {secret}")))
        return shown_error(server(NOWHERE, pause=0.0))


def _exception_of_http(secret: str) -> str:
    with Peer([[f"{secret} is no status\r\n\r\n".encode()]], tls=usual().context) as peer:
        return shown_error(server(f"https://{peer.address}"))


def _exception_of_requests(secret: str) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("requests.Session.request", _raising(ValueError(f"bad {secret}")))
        return shown_error(server(NOWHERE))


def _raising(error: Exception) -> Callable[..., Any]:
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


@pytest.mark.parametrize("secret", [PASSWORD, TOKEN], ids=["password", "token"])
@pytest.mark.parametrize(
    "quoted",
    [
        _answer,
        _redirect,
        _refusal_of_proxy,
        _exception_of_socket,
        _exception_of_http,
        _exception_of_requests,
    ],
)
def test_no_error_of_the_transport_holds_a_secret(
    quoted: Callable[[str], str], secret: str
) -> None:
    """Each is shown where nobody knows that it is a secret: so the search finds it."""
    forget_secrets()
    assert "s3cret" in quoted(secret)
    note_secret(secret)
    text = quoted(secret)
    assert "s3cret" not in text
    assert "its text holds the login and is not shown" in text
