"""`RequestsTransport` on a script's own `requests.Session`: its proxies, certificates and retries
are used.
"""

from __future__ import annotations

import base64
import itertools
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import requests
import requests.adapters
import trustme

from handlers.http import requests_transport
from handlers.http.message import Endpoint, Request, Response
from handlers.http.requests_transport import RequestsTransport
from handlers.raritan.rpc import Agent, HttpException, pdumodel
from handlers.shared.errors import PduHandlerError, SettingsError, Unreachable
from tests.handlers.raritan.peer import Peer, Step, get_state, http, result, set_state
from tests.servers.proxy import ConnectProxy
from tests.servers.scripted import serving
from tests.simulators.xerus import Model, XerusPdu
from tests.waiting import PATIENCE_S


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as requests_session:
        yield requests_session


def _agent(
    session: requests.Session,
    proto: str,
    host: str,
    user: str = "admin",
    password: str = "secret-word",
) -> Agent:
    return Agent(
        proto, host, user, password, timeout=PATIENCE_S, transport=RequestsTransport(session)
    )


def test_a_unit_is_read_with_the_sessions_connection_and_trust(
    session: requests.Session, tmp_path: Path
) -> None:
    ca_file = tmp_path / "ca.pem"
    with XerusPdu(Model(outlets=3)) as pdu:
        ca_file.write_text(pdu.ca_pem, encoding="ascii")
        agent = _agent(session, "https", f"{pdu.host}:{pdu.port}", pdu.user, pdu.password)
        unit = pdumodel.Pdu("/model/pdu/0", agent)
        with pytest.raises(Unreachable, match="`verify` and `cert`"):
            unit.getOutlets()

        session.verify = str(ca_file)
        before = pdu.books().connections
        assert len(unit.getOutlets()) == 3
        assert len(unit.getOutlets()) == 3
        assert pdu.books().connections == before + 1


def test_the_sessions_client_certificate_is_sent_to_a_server_that_requires_one(
    session: requests.Session, tmp_path: Path
) -> None:
    authority = trustme.CA()
    server = authority.issue_cert("127.0.0.1")
    client = authority.issue_cert("script@example.org")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    server.configure_cert(context)
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    ca_file = tmp_path / "ca.pem"
    pem = tmp_path / "client.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    client.private_key_and_cert_chain_pem.write_to_path(str(pem))
    session.verify = str(ca_file)
    with Peer([[result(7)], [result(7)]], tls=context) as peer:
        with pytest.raises(Unreachable):
            get_state(_agent(session, "https", peer.address))
        session.cert = str(pem)
        assert get_state(_agent(session, "https", peer.address)) == {"_ret_": 7}
        assert len(peer.seen) == 1


def test_the_sessions_proxy_is_used_and_its_password_stays_out_of_errors(
    session: requests.Session, tmp_path: Path
) -> None:
    ca_file = tmp_path / "ca.pem"
    with XerusPdu(Model(outlets=2)) as pdu, ConnectProxy() as proxy:
        ca_file.write_text(pdu.ca_pem, encoding="ascii")
        session.verify = str(ca_file)
        session.proxies = {"https": proxy.url.replace("//", "//someone:hush-hush@")}
        agent = _agent(session, "https", f"{pdu.host}:{pdu.port}", pdu.user, pdu.password)
        unit = pdumodel.Pdu("/model/pdu/0", agent)
        outlets = unit.getOutlets()
    session.close()

    assert len(outlets) == 2
    assert proxy.targets == [f"{pdu.host}:{pdu.port}"]
    login = base64.b64encode(b"someone:hush-hush").decode()
    assert proxy.logins == [f"Basic {login}"]
    # the proxy is gone
    with pytest.raises(Unreachable) as error_info:
        unit.getOutlets()
    assert "hush" not in str(error_info.value)
    assert error_info.value.__context__ is None


@pytest.mark.parametrize(
    "files",
    [{"verify": "absent.pem"}, {"cert": "absent.pem"}, {"cert": ("absent.pem", "absent.key")}],
)
def test_a_missing_file_of_the_session_is_an_error_that_names_it(
    session: requests.Session, files: dict[str, Any]
) -> None:
    vars(session).update(files)
    with Peer([]) as peer:
        with pytest.raises(
            SettingsError,
            match="the session's `verify`, `cert`, `auth` or hook cannot be used: .*absent.pem",
        ):
            get_state(_agent(session, "https", peer.address))
        assert peer.accepted == 0


@pytest.mark.parametrize(
    "fields",
    [
        {"headers": {"X-Site": "hush\nhush"}},
        {"headers": {"X-Site": "hush \u20ac"}},
        {"auth": ("hush", "\u20ac")},
        {"proxies": {"http": "http://"}},
        {"proxies": {"http": "http://hush:99999"}},
        {"adapters": {}},
    ],
    ids=[
        "line break",
        "header not Latin-1",
        "login not Latin-1",
        "proxy without host",
        "proxy at no valid port",
        "no adapter",
    ],
)
def test_a_session_that_cannot_send_is_a_settings_error_that_shows_no_secret(
    session: requests.Session, fields: dict[str, Any]
) -> None:
    vars(session).update(fields)
    with Peer([]) as peer:
        with pytest.raises(
            SettingsError, match="the session cannot send this request .*check its headers"
        ) as error_info:
            get_state(_agent(session, "http", peer.address))
        assert peer.accepted == 0
        assert "hush" not in str(error_info.value)
        assert error_info.value.__context__ is None


def test_an_impossible_host_name_is_a_settings_error(session: requests.Session) -> None:
    with pytest.raises(SettingsError, match="is not an address"):
        get_state(_agent(session, "http", f"{'a' * 70}.example"))


def test_a_device_that_is_busy_at_each_retry_is_not_called_out_of_reach(
    session: requests.Session,
) -> None:
    retries = requests.adapters.Retry(total=1, status_forcelist=(503,), allowed_methods=None)
    session.mount("http://", requests.adapters.HTTPAdapter(max_retries=retries))
    with Peer([[http(b"", "503 Busy"), http(b"", "503 Busy")]]) as peer:
        with pytest.raises(
            Unreachable, match="answered each of the session's retries with an error"
        ):
            get_state(_agent(session, "http", peer.address))
        assert len(peer.seen) == 2


def test_a_request_that_is_sent_once_is_sent_without_the_sessions_retries(
    session: requests.Session,
) -> None:
    retries = requests.adapters.Retry(total=2, status_forcelist=(503,), allowed_methods=None)
    adapter = requests.adapters.HTTPAdapter(max_retries=retries)
    session.mount("http://", adapter)
    busy = http(b"", "503 Busy")
    with Peer([[result(1), busy, busy, result(2)]]) as peer:
        agent = _agent(session, "http", peer.address)
        get_state(agent)
        with pytest.raises(Unreachable):
            set_state(agent)
        # a getter is still repeated, on the session's own connection
        assert get_state(agent) == {"_ret_": 2}
        assert len(peer.seen) == 4
        assert peer.accepted == 1
    assert adapter.max_retries is retries
    assert session.get_adapter("http://x") is adapter


def test_the_sessions_login_overrides_the_agents_and_netrc_is_ignored(
    session: requests.Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login other password other\n", encoding="ascii")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    with Peer([[result(0), result(0)]]) as peer:
        agent = _agent(session, "http", peer.address)
        get_state(agent)
        session.auth = ("session", "hush")
        get_state(agent)
        logins = [
            base64.b64decode(request.headers["authorization"].split()[1]).decode()
            for request in peer.seen
        ]
    assert logins == ["admin:secret-word", "session:hush"]


def test_a_request_waits_no_longer_than_the_agents_time_out(
    session: requests.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    options: dict[str, Any] = {}
    send = session.send

    def note(request: Any, **kwargs: Any) -> Any:
        options.update(kwargs)
        return send(request, **kwargs)

    monkeypatch.setattr(session, "send", note)
    with Peer([[result(0)]]) as peer:
        get_state(_agent(session, "http", peer.address))
    assert options["timeout"] == PATIENCE_S


def test_the_session_follows_no_redirect(session: requests.Session) -> None:
    with (
        Peer([[result(1)]]) as target,
        Peer([[http(b"", "307 Moved", f"Location: http://{target.address}/")]] * 2) as origin,
    ):
        for call in (get_state, set_state):
            with pytest.raises(HttpException, match="redirect"):
                call(_agent(session, "http", origin.address))
            session.close()
        assert target.accepted == 0
        assert len(origin.seen) == 2


def test_a_redirect_to_no_address_is_a_refusal_and_no_error_of_the_session(
    session: requests.Session,
) -> None:
    """requests parses Location even with allow_redirects=False.

    A SettingsError would mean that the write was not sent.
    """
    requests_seen = []
    session.hooks["response"] = lambda response, **_: requests_seen.append(response.status_code)
    with Peer([[http(b"", "302 Found", "Location: http://[::1")]]) as peer:
        with pytest.raises(HttpException, match="redirect") as error_info:
            set_state(_agent(session, "http", peer.address))
    assert error_info.value.kind == "refused"
    assert requests_seen == [302]
    assert len(peer.seen) == 1
    reply = exchanged(session, b"HTTP/1.1 302 Found\r\nLocation: https://\xe4\xff/\r\n\r\n")
    assert reply.headers["location"] == "https://\xe4\xff/"


def exchanged(session: requests.Session, answer: bytes) -> Response:
    """The session's reply to a GET that is answered with these bytes and the end of
    the connection.
    """

    def talk(client: socket.socket) -> None:
        client.recv(1000)
        client.sendall(answer)

    with serving(talk) as port:
        return RequestsTransport(session).exchange(
            Endpoint("http", "127.0.0.1", port),
            Request("GET", "/", {}, None, PATIENCE_S, PATIENCE_S, 1000),
        )


def test_a_body_that_breaks_off_is_an_error_also_where_urllib3_does_not_notice_it(
    session: requests.Session,
) -> None:
    class Lenient(requests.adapters.HTTPAdapter):
        """Like urllib3 1.26."""

        def build_response(self, req: Any, resp: Any) -> requests.Response:
            resp.enforce_content_length = False
            return super().build_response(req, resp)

    session.mount("http://", Lenient())
    with pytest.raises(Unreachable, match="broke off or is malformed"):
        exchanged(session, b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nOK")
    assert exchanged(session, b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK").body == b"OK"


def test_a_body_that_is_too_long_or_too_late_is_refused(
    session: requests.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Peer([[http(b" " * 5_000_000)], [result(1)]]) as peer:
        with pytest.raises(HttpException, match="longer than 4194304 bytes"):
            get_state(_agent(session, "http", peer.address))
        session.close()
        hours = itertools.count(0, 3600)
        monkeypatch.setattr(
            requests_transport, "time", SimpleNamespace(monotonic=lambda: next(hours))
        )
        with pytest.raises(Unreachable, match="not complete in time"):
            get_state(_agent(session, "http", peer.address))


def test_the_time_is_checked_before_a_slow_body_is_complete(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def part_of_it(client: socket.socket) -> None:
        client.recv(1000)
        client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n" + b" " * 2048)

    hours = itertools.count(0, 3600)
    monkeypatch.setattr(requests_transport, "time", SimpleNamespace(monotonic=lambda: next(hours)))
    with (
        serving(part_of_it) as port,
        requests.Session() as session,
        pytest.raises(Unreachable, match="not complete in time"),
    ):
        RequestsTransport(session).exchange(
            Endpoint("http", "127.0.0.1", port),
            Request("GET", "/", {}, None, PATIENCE_S, 5.0, 100_000),
        )


@pytest.mark.parametrize(
    "step, kind",
    [
        (None, "unreachable"),
        (http(b'{"json', length=500), "unreachable"),
        (http(b"x"), "protocol"),
        (http(b"{}" * 9, "200 OK", "Content-Encoding: gzip"), "protocol"),
        (http(b"", "401 No"), "denied"),
        (http(b"", "404 No"), "refused"),
        (http(b" " * 5_000_000), "protocol"),
    ],
    ids=["closed", "half a body", "no JSON", "not gzip", "401", "404", "too long"],
)
def test_a_failed_write_is_a_pdu_handler_error_and_is_not_sent_again(
    session: requests.Session, step: Step, kind: str
) -> None:
    with Peer([[step], [step]]) as peer:
        with pytest.raises(PduHandlerError) as error_info:
            set_state(_agent(session, "http", peer.address))
        assert error_info.value.kind == kind
        assert len(peer.seen) == 1
