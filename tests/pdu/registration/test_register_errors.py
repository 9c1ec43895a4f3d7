"""`pdu register` when something fails: the connection, the login, an answer, a setting."""

from __future__ import annotations

import contextlib
import errno
import gzip
import http.client
import os
import re
import socket
import ssl
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Optional

import pytest

from handlers.http import errors as http_errors
from handlers.http.connection import StandardTransport
from handlers.http.errors import HttpUnreachable
from handlers.http.message import Endpoint
from handlers.shared.errors import PduHandlerError, SettingsError
from handlers.shared.tls import Trust
from handlers.shared.tls_handshake import ended_reason, handshake_error
from pdu.registration import server
from pdu.registration.server import Call, Server
from tests.dcimanager.api import Answer, answer_error, answer_json
from tests.dcimanager.manager import DciManager
from tests.handlers.raritan.peer import Peer, http as http_answer
from tests.packaging.registering import (
    CREATE,
    LIST,
    UPLOAD,
    Admin,
    answering,
    assert_failed,
    calls,
    without_list,
)
from tests.servers.scripted import serving
from tests.simulators.certificates import usual

# Settings for a server that does not exist. A run that tries to connect is unreachable.
NOWHERE: dict[str, Any] = {
    "DCI_URL": "https://127.0.0.1:1",
    "DCI_EMAIL": "me@example.com",
    "DCI_PASSWORD": "s3cret",
}

# ---- the connection ----


def test_a_server_that_is_not_ready_is_tried_again(admin: Admin) -> None:
    with DciManager(busy=2) as manager:
        run = admin.run(manager, "snmp")
        assert (run.code, run.err) == (0, "")
        assert run.out.count("(503)") == 2
        assert len(manager.handlers()) == 1


def test_a_registration_is_repeated_after_503(admin: Admin) -> None:
    """The vendor's guide asks for it: a service that slept has done nothing."""
    busy = answering(CREATE, answer_error(503, 503, "starting"), is_done=False)
    with DciManager(wrap=busy) as manager:
        assert admin.run(manager, "snmp").code == 0
        assert calls(manager, CREATE) == 2


def test_a_server_that_is_never_ready_is_tried_six_times(admin: Admin) -> None:
    with DciManager(busy=1000) as manager:
        assert_failed(admin.run(manager), "unreachable", "503", "try again later")
        assert len(manager.requests) == 6


def test_a_call_that_may_have_been_executed_is_not_repeated_whatever_its_error_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A host may become unreachable after the request was sent (RFC 1122, 4.2.3.9)."""
    error_after_sending = HttpUnreachable("lost")
    error_before_sending = HttpUnreachable("lost")
    error_before_sending.may_have_executed = False
    for error, count in ((error_after_sending, 1), (error_before_sending, 6)):
        calls: list[object] = []
        error.caused_by(OSError(errno.EHOSTUNREACH, "No route to host"))

        def exchange(
            transport: object,
            *_: object,
            calls: list[object] = calls,
            error: HttpUnreachable = error,
        ) -> None:
            calls.append(transport)
            raise error

        monkeypatch.setattr(StandardTransport, "exchange", exchange)
        manager = Server(
            Endpoint("https", "127.0.0.1", 1), Trust(), say=print, sleep=lambda _: None
        )
        with pytest.raises(HttpUnreachable):
            manager.call(Call("POST", CREATE[1], 5.0, once=True))
        assert len(calls) == count


def test_each_error_of_the_server_speaks_of_dcimanager_and_of_no_device(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """All that the transport raises: its sentences are about PDUs."""
    certificate_error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    certificate_error.verify_message = "self-signed certificate"
    certificate_error.verify_code = 18
    causes = [
        socket.timeout("timed out"),
        ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused"),
        ConnectionResetError(errno.ECONNRESET, "Connection reset by peer"),
        ssl.SSLEOFError(8, "EOF occurred in violation of protocol"),
        ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number"),
        certificate_error,
        socket.gaierror(socket.EAI_NONAME, "Name or service not known"),
        OSError(errno.EHOSTUNREACH, "No route to host"),
        http.client.BadStatusLine("x"),
        UnicodeError("label too long"),
    ]
    tables = (http_errors.BEFORE_ANSWER, http_errors.AFTER_HANDSHAKE, http_errors.IN_ANSWER)
    raised: list[http_errors.HttpException] = [http_errors.too_long(1)]
    raised += [
        http_errors.error_of(cause, rows, "127.0.0.1:1").caused_by(cause)
        for rows in tables
        for cause in causes
    ]
    raised += [
        http_errors.no_connection(reason).caused_by(cause)
        for reason, cause in (
            (handshake_error(certificate_error), certificate_error),
            (ended_reason(), causes[3]),
        )
    ]
    for error in raised:

        def exchange(*_: object, error: Exception = error) -> None:
            raise error

        monkeypatch.setattr(StandardTransport, "exchange", exchange)
        manager = Server(
            Endpoint("https", "127.0.0.1", 1), Trust(), say=print, sleep=lambda _: None
        )
        with pytest.raises(PduHandlerError) as error_info:
            manager.call(Call("GET", "/", 5.0))
        sentence = str(error_info.value)
        assert not re.search(r"(?i)\bdevice\b|\bPDU\b|'timeout'", sentence), sentence
        assert not sentence.endswith((":", " or ", ": set ")), sentence


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_refused_connection_is_tried_again_with_growing_pauses(host: str) -> None:
    family = socket.AF_INET
    if host == "::1":
        family = socket.AF_INET6
        if not socket.has_dualstack_ipv6():
            pytest.skip("this machine has no IPv6")
    pauses: list[float] = []
    with socket.socket(family) as unused:
        unused.bind((host, 0))  # and does not listen
        endpoint = Endpoint("https", host, unused.getsockname()[1])
        dead = Server(
            endpoint, Trust(), say=lambda line: None, first_pause=3.0, sleep=pauses.append
        )
        with pytest.raises(PduHandlerError) as error_info:
            dead.call(Call("GET", "/", 5.0))

    assert pauses == [3, 6, 12, 24, 48]
    error = error_info.value
    assert error.kind == "unreachable"
    assert not error.may_have_executed
    assert endpoint.url in str(error)


def test_a_name_that_is_not_known_is_not_tried_again(
    admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    run = admin.run(None, "snmp", **{**NOWHERE, "DCI_URL": "https://dci.example.com"})
    assert_failed(run, "unreachable", "https://dci.example.com")
    assert "trying again" not in run.out


def test_an_untrusted_certificate_ends_the_run_before_the_password_is_sent(
    admin: Admin, manager: DciManager
) -> None:
    run = admin.run(manager, CURL_CA_BUNDLE="")
    assert_failed(run, "unreachable", "not trusted", "DCI_INSECURE=1", "CURL_CA_BUNDLE")
    assert manager.requests == []
    assert "trying again" not in run.out


def test_an_untrusted_certificate_is_accepted_with_dci_insecure(
    admin: Admin, manager: DciManager
) -> None:
    assert admin.run(manager, "snmp", CURL_CA_BUNDLE="", DCI_INSECURE="1").code == 0
    assert len(manager.handlers()) == 1


def test_a_server_without_tls_is_an_error(admin: Admin, manager: DciManager) -> None:
    def speak(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        connection.recv(1000)

    with serving(speak) as port:
        run = admin.run(manager, DCI_URL=f"https://127.0.0.1:{port}")
    assert_failed(run, "unreachable", "TLS handshake")


@pytest.mark.parametrize(
    "version, code",
    [
        pytest.param(ssl.TLSVersion.TLSv1_1, 3, id="TLS 1.1"),
        pytest.param(ssl.TLSVersion.TLSv1_2, 0, id="TLS 1.2"),
    ],
)
def test_tls_below_1_2_is_refused(
    admin: Admin, manager: DciManager, version: ssl.TLSVersion, code: int
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        manager.speak_only(version)
    assert admin.run(manager, "snmp").code == code
    has_asked = bool(manager.requests)
    assert has_asked is (code == 0)


@pytest.mark.parametrize(
    "call, kind, words",
    [
        ("create", "not-seen", "not known whether"),
        ("upload", "unreachable", "the upload failed"),
    ],
)
def test_an_answer_that_ends_within_its_headers_is_no_success(
    admin: Admin, call: str, kind: str, words: str
) -> None:
    answers = {
        "login": http_answer('{"token": "abc"}', "201 Created"),
        "list": http_answer('{"list": []}'),
        "create": http_answer('{"id": 1}'),
    }
    answers[call] = b"HTTP/1.1 200 OK\r\nServer: nginx\r\n"
    dialogues = [[answer] for answer in answers.values()]
    with Peer(dialogues, tls=usual().context) as peer:
        settings = {**NOWHERE, "DCI_URL": f"https://{peer.address}", "DCI_INSECURE": "1"}
        run = admin.run(None, "snmp", **settings)
    assert_failed(run, kind, words)


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
            thread.join()

    with serving(speak) as port:
        yield port, heads


_PROXY_VARIABLES = ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy")


@pytest.mark.parametrize("variable", ["https_proxy", "HTTPS_PROXY", "all_proxy"])
def test_calls_go_through_the_proxy_that_the_environment_names(
    manager: DciManager, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager_port = int(manager.url.rpartition(":")[2])
    endpoint = Endpoint("https", "127.0.0.1", manager_port)
    trust = Trust(ca_pem=manager.ca_file.read_text())
    for name in _PROXY_VARIABLES:
        monkeypatch.delenv(name, raising=False)

    with proxy(b"HTTP/1.1 200 Connection established\r\nX: y\r\n\r\n") as (port, heads):
        monkeypatch.setenv(variable, f"http://me:pa%3Ass@127.0.0.1:{port}")
        reply = Server(endpoint, trust, say=print).call(Call("GET", LIST[1], 30.0))

    assert reply.status == 403  # without a token
    assert len(manager.requests) == 1
    head = heads[0]
    assert head.startswith(f"CONNECT 127.0.0.1:{manager_port} HTTP/1.1\r\n".encode())
    # the base64 of me:pa:ss
    assert b"Proxy-Authorization: Basic bWU6cGE6c3M=\r\n" in head


def test_a_proxy_that_refuses_or_is_dead_is_named_without_its_login(
    admin: Admin, manager: DciManager
) -> None:
    with proxy(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n") as (port, _):
        place = f"127.0.0.1:{port}"
        run_at_refusal = admin.run(manager, https_proxy=f"http://me:s3cret@{place}", no_proxy="")
    run_at_dead_proxy = admin.run(manager, https_proxy=f"http://me:s3cret@{place}", no_proxy="")

    words = f"through the proxy {place} (variable https_proxy or all_proxy)"
    assert_failed(run_at_refusal, "unreachable", words, "the proxy answers 407")
    assert_failed(run_at_dead_proxy, "unreachable", words)
    for run in (run_at_refusal, run_at_dead_proxy):
        assert "s3cret" not in run.out + run.err
    assert manager.requests == []


def test_the_octets_of_a_proxys_answer_have_one_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of them came in time, and the answer never. The clock is this test's."""
    now = [0.0]
    near, far = socket.socketpair()
    with near, far:
        far.sendall(b"HTTP/1.1 200 OK\r\n" + b"A" * 100)
        monkeypatch.setattr(server, "time", SimpleNamespace(monotonic=lambda: now[0]))
        monkeypatch.setattr(server, "dial", lambda *_: _Slow(near, now))
        with pytest.raises(socket.timeout):
            server.Proxy(Endpoint("http", "p", 1)).connect(Endpoint("https", "d", 443), 10.0, 1.0)
    assert 1.0 <= now[0] <= 1.3


class _Slow:
    """A socket of which each octet takes 0.2 s of a clock."""

    def __init__(self, real: socket.socket, now: list[float]) -> None:
        self._real = real
        self._now = now

    def recv(self, count: int) -> bytes:
        self._now[0] += 0.2
        return self._real.recv(count)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


def test_a_proxy_without_a_port_has_that_of_curl(monkeypatch: pytest.MonkeyPatch) -> None:
    """curl(1), --proxy: "If the port number is not specified in the proxy string, it is assumed to
    be 1080."
    """
    monkeypatch.delenv("no_proxy", raising=False)
    for text, port in (("http://p.example", 1080), ("p.example", 1080), ("http://p:3128", 3128)):
        monkeypatch.setenv("https_proxy", text)
        proxy_of_server = server.proxy_of(Endpoint("https", "dci.example.com", 443))
        assert proxy_of_server is not None
        assert proxy_of_server.endpoint.port == port, text


@pytest.mark.parametrize(
    "text", ["socks5://127.0.0.1:1080", "https://p:1", "http://p:x", "http://p:0", "http://"]
)
def test_a_proxy_of_another_kind_is_refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", text)
    monkeypatch.delenv("no_proxy", raising=False)
    endpoint = Endpoint("https", "dci.example.com", 443)
    with pytest.raises(SettingsError, match="https_proxy"):
        server.proxy_of(endpoint)
    # where it is not used it is not refused
    monkeypatch.setenv("no_proxy", "example.com")
    assert server.proxy_of(endpoint) is None


# ---- the login ----


def test_a_wrong_password_is_an_error_and_registers_nothing(
    admin: Admin, manager: DciManager
) -> None:
    run = admin.run(manager, DCI_PASSWORD="not-the-s3cret")
    assert_failed(run, "denied", "login", "wrong e-mail or password", "DCI_EMAIL", "DCI_PASSWORD")
    assert len(manager.requests) == 1
    assert "s3cret" not in run.out + run.err


def test_a_password_that_the_server_repeats_is_not_shown(admin: Admin) -> None:
    echo = answer_error(400, 1001, "the value is too long", "s3cret-Passw0rd")
    with DciManager(wrap=lambda request, serve: echo) as manager:
        run = admin.run(manager, DCI_PASSWORD="s3cret-Passw0rd")
    assert_failed(run, "denied", "not shown")
    assert "s3cret" not in run.out + run.err


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(answer_error(400, 1001, "A" * 493 + "s3cret-Passw0rd"), id="a cut message"),
        pytest.param(answer_json(400, {"x": "A" * 480 + "s3cret-Passw0rd"}), id="a cut answer"),
        pytest.param(answer_json(200, [{"token": "s3cret-token"}]), id="a token in a list"),
        pytest.param(
            answer_json(200, {"token": "s3cret-token", "success": False}), id="a failed login"
        ),
    ],
)
def test_a_part_of_the_password_at_a_cut_and_a_token_of_a_failed_login_are_not_shown(
    admin: Admin, answer: Answer
) -> None:
    with DciManager(wrap=lambda request, serve: answer) as manager:
        run = admin.run(manager, DCI_PASSWORD="s3cret-Passw0rd")
    assert run.code in (4, 5), run
    assert "not shown" in run.err
    assert "s3c" not in run.out + run.err


def test_an_expired_token_is_an_error_that_says_to_run_again(admin: Admin) -> None:
    with DciManager(token_seconds=0) as manager:
        assert_failed(admin.run(manager), "denied", "3005", "run again", "administrator")
        assert manager.handlers() == []


def test_a_login_without_a_valid_token_ends_the_run(admin: Admin) -> None:
    answer = Answer(200, b'{"token": "$(id)"}')
    with DciManager(wrap=lambda request, serve: answer) as manager:
        assert_failed(admin.run(manager), "protocol", "without a usable token")
        assert len(manager.requests) == 1


@pytest.mark.parametrize(
    "status, body",
    [
        (404, b'{"error": {"code": 1, "msg": "no such function"}}'),
        (404, b'{"detail": "Not Found"}'),
        (401, b'{"error": {"code": "Base.1.18.GeneralError", "message": "no valid session"}}'),
        (401, b"<html>who?</html>"),
        (403, b"forbidden"),
        (400, b"{}"),
    ],
)
def test_the_error_for_another_servers_answer_does_not_blame_the_password(
    admin: Admin, status: int, body: bytes
) -> None:
    answer = Answer(status, body)
    with DciManager(wrap=lambda request, serve: answer) as other:
        run = admin.run(other)
    assert_failed(run, "protocol", "DCI_URL", "without a path")
    assert "password" not in run.err


def test_a_redirect_of_the_login_is_not_followed(admin: Admin, manager: DciManager) -> None:
    def redirect(request: Any, serve: Any) -> Answer:
        return Answer(302, b"", location=manager.url + request.path)

    with DciManager(wrap=redirect) as elsewhere:
        run = admin.run(elsewhere)
        assert_failed(run, "protocol", "302", "give where it leads")
        assert len(elsewhere.requests) == 1
        assert manager.requests == []


# ---- the registration and the upload ----


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(None, id="cut"),
        pytest.param(answer_error(500, 0, "database"), id="500"),
        pytest.param(answer_error(502, 0, "bad gateway"), id="proxy error"),
        pytest.param(answer_error(504, 0, "gateway timeout"), id="504"),
        pytest.param(Answer(201, b'{"id": '), id="half an answer"),
        pytest.param(answer_json(201, {"id": "../1"}), id="an id that is no number"),
    ],
)
def test_a_registration_with_an_unclear_answer_is_never_repeated(
    admin: Admin, answer: Optional[Answer]
) -> None:
    with DciManager(wrap=answering(CREATE, answer)) as manager:
        run = admin.run(manager, "snmp")
        assert_failed(run, "not-seen", "not known whether pdu_snmp was registered", "--id")
        assert calls(manager, CREATE) == 1
        assert admin.ids.read_text() == f"{manager.url} pdu_snmp ?\n"
        again = admin.run(manager, "snmp")  # this run finds the id in the list
        assert (again.code, again.err) == (0, "")
        assert calls(manager, CREATE) == 1


def test_a_registration_that_was_refused_is_forgotten(admin: Admin) -> None:
    refusal = answer_error(400, 1002, "no such protocol")
    with DciManager(wrap=answering(CREATE, refusal, is_done=False)) as manager:
        run = admin.run(manager, "small")
    assert_failed(run, "refused", "pdu_small was not registered", "no such protocol")
    assert admin.ids.read_text().endswith(" pdu_small ?\n" + f"{manager.url} pdu_small -\n")


def test_after_an_unclear_answer_the_administrator_must_give_the_id_if_no_list_can_be_read(
    admin: Admin,
) -> None:
    with DciManager(wrap=without_list()) as manager:
        manager.store.create("pdu", "pdu_snmp", "Small snmp", ["snmp"], [])
        admin.ids.write_text(f"{manager.url} pdu_snmp ?\n")
        assert_failed(admin.run(manager, "snmp"), "not-seen", "with --id ID, else with --id new")
        assert admin.run(manager, "--id", "1", "snmp").code == 0
        assert admin.ids.read_text().endswith(f"{manager.url} pdu_snmp 1\n")
        assert calls(manager, CREATE) == 0


@pytest.mark.parametrize(
    "answer, kind",
    [
        pytest.param(None, "unreachable", id="cut"),
        pytest.param(answer_error(500, 1, "database"), "refused", id="500"),
        pytest.param(answer_error(403, 1, "no right"), "denied", id="403"),
        pytest.param(Answer(200, b"<html>log in</html>"), "protocol", id="HTML"),
        pytest.param(Answer(200, b'{"list": [' + b" " * 1_000_001), "protocol", id="over 1 MB"),
        pytest.param(answer_json(200, {"error": {"msg": "busy"}}), "refused", id="an error"),
        pytest.param(answer_json(200, {"list": [], "size": 40}), "protocol", id="a first page"),
    ],
)
def test_nothing_is_registered_if_the_list_of_handlers_cannot_be_read_whole(
    admin: Admin, answer: Optional[Answer], kind: str
) -> None:
    """The handler is there, and the answer does not show it: a second one would be created."""
    answers = [answer] * 9  # more than a run asks
    with DciManager(wrap=answering(LIST, *answers)) as manager:
        manager.store.create("pdu", "pdu_snmp", "Small snmp", ["snmp"], [])
        run = admin.run(manager, "snmp")
        assert run.err.startswith(f"{kind}: "), run
        assert calls(manager, CREATE) == 0
        assert calls(manager, UPLOAD) == 0


def test_a_handler_of_the_same_name_for_other_devices_is_not_replaced(
    admin: Admin, manager: DciManager
) -> None:
    manager.store.create("switch", "pdu_snmp", "Ours", ["snmp"], [])
    run = admin.run(manager, "snmp")
    assert_failed(run, "refused", "a handler named pdu_snmp (id 1) for devices of the type switch")
    assert "remove" not in run.err
    assert calls(manager, CREATE) == 0
    assert [h.uploads for h in manager.handlers()] == [0]


@pytest.mark.parametrize(
    "answer, kind, words",
    [
        pytest.param(
            Answer(200, b"<html>portal</html>"), "protocol", "not from DCImanager", id="HTML"
        ),
        pytest.param(
            answer_json(200, {"success": False, "msg": "bad archive"}),
            "refused",
            "bad archive",
            id="no success",
        ),
        pytest.param(
            answer_json(200, {"error": {"msg": "bad import path"}}),
            "refused",
            "bad import path",
            id="an error",
        ),
        pytest.param(answer_error(500, 7, "disk full"), "refused", "disk full", id="500"),
    ],
)
def test_a_failed_upload_keeps_the_id_for_the_next_run(
    admin: Admin, answer: Answer, kind: str, words: str
) -> None:
    with DciManager(wrap=answering(UPLOAD, answer)) as manager:
        run = admin.run(manager, "snmp")
        assert run.err.startswith(f"{kind}: ")
        assert words in run.err
        assert "(id 1)" in run.err
        assert "archive uploaded" not in run.out
        assert admin.ids.read_text().endswith(f"{manager.url} pdu_snmp 1\n")


@pytest.mark.parametrize("options", [[], ["--id", "new"]])
def test_after_the_failed_upload_of_a_new_handler_the_next_run_registers_no_second_one(
    admin: Admin, options: list[str]
) -> None:
    full = answer_error(500, 7, "disk full")
    with DciManager(wrap=answering(UPLOAD, full, is_done=False)) as manager:
        run = admin.run(manager, "snmp", *options)
        words = "(id 1): the upload failed (it is registered: run again without --id)"
        assert_failed(run, "refused", words)
        assert admin.run(manager, "snmp").code == 0
        assert [handler.uploads for handler in manager.handlers()] == [1]


def test_the_error_for_a_stale_id_says_what_to_do_next(admin: Admin) -> None:
    with DciManager(wrap=without_list()) as manager:
        admin.ids.write_text(f"{manager.url} pdu_snmp 77\n")
        words = "(id 77): the upload failed (if it was removed in DCImanager, register it alone,"
        assert_failed(admin.run(manager, "snmp"), "refused", f"{words} with --id new)")
        assert manager.handlers() == []
        assert admin.run(manager, "snmp", "--id", "new").code == 0
        assert admin.run(manager, "snmp").code == 0
        assert [handler.uploads for handler in manager.handlers()] == [2]


def test_the_error_for_a_wrong_given_id_does_not_blame_the_file_of_ids(
    admin: Admin, manager: DciManager
) -> None:
    run = admin.run(manager, "--id", "77", "snmp")
    assert_failed(run, "refused", "(id 77): the upload failed (is this its id in DCImanager?)")
    assert "--id new" not in run.err


# ---- arguments, settings and archives, before anything is sent ----


def test_of_two_archives_of_one_name_none_is_uploaded(
    admin: Admin, manager: DciManager, tmp_path: Path
) -> None:
    data = gzip.decompress(admin.archive("snmp").read_bytes())
    other = tmp_path / "other.tar.gz"
    other.write_bytes(gzip.compress(data, mtime=5))
    run = admin.run(manager, "snmp", str(other))
    assert_failed(run, "settings", "are both pdu_snmp: give one")
    assert manager.requests == []


def test_an_empty_archive_is_refused_before_anything_is_sent(admin: Admin) -> None:
    admin.archive("snmp").write_bytes(b"")
    run = admin.run(None, **NOWHERE)
    assert_failed(run, "settings", "pdu_snmp-", "is empty")


def test_a_missing_archive_is_named_before_anything_is_sent(admin: Admin) -> None:
    admin.archive("snmp").unlink()
    run = admin.run(None, "snmp", **NOWHERE)
    assert_failed(run, "settings", "there is no archive", "in a clone, by make packages or")


def test_an_archive_that_make_packages_does_not_build_is_asked_of_the_builder(
    admin: Admin,
) -> None:
    run = admin.run(None, "snmp_read_only", **NOWHERE)
    assert_failed(run, "settings", "there is no archive", "packaging/build.py")


@pytest.mark.parametrize(
    "arguments, changes, words",
    [
        (["--id"], {}, "--id"),
        (["--id", "x"], {}, "give a number"),
        (["--id", "1"], {}, "one handler"),
        (["--name", "x"], {}, "one handler"),
        (["snmp", "--protocol", "a b"], {}, "the protocol 'a b' is none"),
        (["--nonsense"], {}, "--nonsense"),
        (["nosuch"], {}, "there is no archive"),
        (["../x"], {}, "no archive"),
        (["--dist", "/nowhere"], {}, "/nowhere"),
        ([], {"DCI_URL": "http://127.0.0.1"}, "https://"),
        ([], {"DCI_URL": 'https://x"\nurl = "y'}, "DCI_URL"),
        ([], {"DCI_URL": "https://me:secret@host"}, "DCI_URL"),
        ([], {"DCI_URL": "https://host/path"}, "without a path"),
        ([], {"DCI_URL": "https://host:99999"}, "DCI_URL"),
        ([], {"DCI_URL": ""}, "DCI_URL"),
        ([], {"DCI_EMAIL": ""}, "DCI_EMAIL"),
        ([], {"DCI_PASSWORD": ""}, "DCI_PASSWORD"),
        ([], {"DCI_PASSWORD": "", "DCI_PASSWORD_FILE": "/"}, "cannot be read"),
        ([], {"DCI_PASSWORD": "", "DCI_PASSWORD_FILE": "/dev/null"}, "empty"),
        ([], {"DCI_PAUSE": "08x"}, "DCI_PAUSE"),
        ([], {"DCI_PAUSE": "1000"}, "0 to 999"),
        ([], {"DCI_INSECURE": "perhaps"}, "DCI_INSECURE"),
        ([], {"CURL_CA_BUNDLE": "/no/such/file"}, "CURL_CA_BUNDLE"),
    ],
)
def test_wrong_arguments_and_settings_are_refused_and_nothing_is_sent(
    admin: Admin, arguments: list[str], changes: dict[str, str], words: str
) -> None:
    run = admin.run(None, *arguments, **{**NOWHERE, **changes})
    assert run.code == 2, run
    assert words in run.err, run
    assert run.err.count("\n") == 1, run
    assert "secret" not in run.err


def test_a_folder_for_the_ids_is_refused_and_stays_as_it_is(admin: Admin) -> None:
    admin.ids.mkdir()
    assert_failed(admin.run(None, **NOWHERE), "settings", "register.ids", "--dist")
    assert list(admin.ids.iterdir()) == []


def test_a_pipe_for_the_ids_is_refused_and_stays_as_it_is(admin: Admin) -> None:
    os.mkfifo(admin.ids)
    assert_failed(admin.run(None, **NOWHERE), "settings", "register.ids", "--dist")
    assert admin.ids.is_fifo()


def test_a_line_of_the_ids_that_is_none_is_named_and_nothing_is_sent(admin: Admin) -> None:
    good = "https://dci.example.com pdu_nut 7"
    for text, words in (
        (good, f"line 1, '{good}', has no line break at its end"),
        (f"{good}\n{good}", f"line 2, '{good}', has no line break at its end"),
        (f"\n{good}{good}\n", "line 2, "),
        ("https://dci.example.com pdu_nut 7/../../x\n", "line 1, "),
        ("https://dci.example.com pdu_nut\n", "line 1, "),
        ("https://dci.example.com pdu_nut 7\x00\n", "line 1, "),
    ):
        admin.ids.write_text(text)
        for arguments in (["snmp"], ["--dry-run", "snmp"]):
            run = admin.run(None, *arguments, **NOWHERE)
            assert_failed(run, "settings", "register.ids", words, "correct or delete it")
        assert admin.ids.read_text() == text


def test_all_handlers_go_on_after_one_is_refused_and_the_end_says_which(admin: Admin) -> None:
    refusal = answer_error(400, 1002, "no such protocol")
    with DciManager(wrap=answering(CREATE, refusal, is_done=False)) as manager:
        run = admin.run(manager)
        words = "1 of 2 handlers were refused, the others are uploaded: pdu_small: pdu_small was"
        assert_failed(run, "refused", words, "no such protocol")
        assert [handler.handler for handler in manager.handlers()] == ["pdu_snmp"]
        assert admin.run(manager).code == 0
        assert len(manager.handlers()) == 2


def test_a_refusal_is_said_also_if_another_error_ends_the_run(admin: Admin) -> None:
    answers = [answer_error(400, 1002, "no such protocol"), answer_error(502, 0, "gateway")]
    with DciManager(wrap=answering(CREATE, *answers, is_done=False)) as manager:
        run = admin.run(manager)
    assert_failed(run, "not-seen", "pdu_snmp")
    assert "refused: pdu_small: pdu_small was not registered" in run.out
    assert "no such protocol" in run.out


def test_nothing_is_said_to_be_uploaded_if_all_handlers_are_refused(admin: Admin) -> None:
    refusals = [answer_error(400, 1002, "no such protocol")] * 2
    with DciManager(wrap=answering(CREATE, *refusals, is_done=False)) as manager:
        run = admin.run(manager)
    assert_failed(run, "refused", "2 of 2 handlers were refused, none is uploaded: pdu_small: ")


def test_all_handlers_go_on_after_one_that_is_registered_twice(admin: Admin) -> None:
    names = ("pdu_small", "pdu_snmp", "pdu_small")
    rows = [{"id": number, "handler": name} for number, name in enumerate(names, 1)]
    twice = answer_json(200, {"list": rows})
    with DciManager(wrap=answering(LIST, twice, twice, is_done=False)) as manager:
        for name in names[:2]:
            manager.store.create("pdu", name, name, ["custom"], [])
        run = admin.run(manager)
        assert_failed(run, "refused", "1 of 2 handlers", "several handlers named pdu_small")
        assert [handler.uploads for handler in manager.handlers()] == [0, 1]


@pytest.mark.parametrize("arguments", [["snmp"], ["--dry-run", "snmp"]])
def test_a_file_of_ids_that_cannot_be_read_ends_the_run(
    admin: Admin, manager: DciManager, arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> str:
        raise PermissionError(errno.EACCES, "Permission denied")

    admin.ids.write_text("")
    monkeypatch.setattr("pdu.registration.known_ids.open", refused, raising=False)
    run = admin.run(manager, *arguments)
    assert_failed(run, "settings", "register.ids", "Permission denied", "--dist")
    assert manager.handlers() == []


def test_a_file_of_ids_that_cannot_be_written_ends_the_run_before_registering(
    admin: Admin, manager: DciManager
) -> None:
    admin.ids.symlink_to("/proc/no/such/file")
    run = admin.run(manager, "snmp")
    assert_failed(run, "settings", "register.ids", "cannot be written", "--dist")
    assert manager.handlers() == []
