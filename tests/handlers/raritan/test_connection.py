"""One agent and its connection: login, threads and forks, time-outs, addresses, certificates."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from handlers.http.client import endpoint
from handlers.http.message import Endpoint, Request, Response
from handlers.raritan.rpc import Agent, Bulk, HttpException, cascading, cert, event, pdumodel
from handlers.raritan.rpc._runtime.agent import MINIMUM_WAITS
from handlers.shared.errors import SettingsError
from tests.simulators.xerus import Model, XerusPdu
from tests.waiting import finished, until

from .conftest import MakeAgent, connected
from .peer import Peer, Step, get_state, http, result


def _outlet(agent: Agent) -> pdumodel.Outlet:
    return pdumodel.Outlet("/model/outlet/0", agent)


class _RecordingTransport:
    """A transport that records requests and answers 0 to every call."""

    def __init__(self) -> None:
        self.requests: list[Request] = []

    def exchange(self, where: Endpoint, request: Request) -> Response:
        self.requests.append(request)
        assert isinstance(request.body, bytes)
        document = json.loads(request.body)
        responses = [
            {"json": {"result": {"_ret_": 0}, "id": number}, "statcode": 200}
            for number in range(len(document["params"].get("requests", ())))
        ]
        result = {"responses": responses, "_ret_": 0}
        return Response(200, {}, json.dumps({"id": document["id"], "result": result}).encode())

    def close(self) -> None:
        """Does nothing, since no connection is open."""


# ---- the connection and the login ----------------------------------------------------------------


def test_threads_take_turns_while_another_thread_closes_the_connection(agent: MakeAgent) -> None:
    with Peer([[result(0)] * 400 for _ in range(200)]) as peer:
        rpc_agent = agent("http", peer.address)
        errors: list[BaseException] = []

        def work() -> None:
            for _ in range(50):
                try:
                    get_state(rpc_agent)
                except BaseException as error:  # a failure of any kind counts
                    errors.append(error)

        workers = [threading.Thread(target=work) for _ in range(3)]
        for worker in workers:
            worker.start()
        for _ in range(100):
            rpc_agent.close()
        finished(*workers)
        assert not errors
        assert len(peer.seen) == 150


# the simulator's threads run in this process
@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_after_a_fork_the_child_opens_its_own_connection(agent: MakeAgent) -> None:
    with XerusPdu(Model(outlets=1)) as pdu:
        rpc_agent = connected(agent, pdu)
        get_state(rpc_agent)
        child = os.fork()
        if not child:
            try:
                get_state(rpc_agent)
                os._exit(7)
            finally:
                os._exit(1)
        connections: list[tuple[int, int]] = []

        def child_ended() -> bool:
            connections.append(os.waitpid(child, os.WNOHANG))
            return connections[-1][0] == child

        if not until(child_ended):
            os.kill(child, signal.SIGKILL)
        assert os.WEXITSTATUS(connections[-1][1]) == 7
        get_state(rpc_agent)
        assert pdu.truth().connections == 2
        assert pdu.truth().requests == 3


@pytest.mark.parametrize(
    "path, sent",
    [
        ("/a b", "/a%20b"),
        ("ü?c=1%202,3&d=:", "/%C3%BC?c=1%202,3&d=:"),
        ("/a\r\nX-Evil: 1", "/a%0D%0AX-Evil:%201"),
    ],
)
def test_the_path_of_a_file_is_sent_as_one_line_of_ascii(
    agent: MakeAgent, path: str, sent: str
) -> None:
    with Peer([[http(b"x")]]) as peer:
        agent("http", peer.address).get(path)
        (request,) = peer.seen
    _method, target, _version = request.start.split()
    assert target == sent
    assert "x-evil" not in request.headers


def test_proxies_and_netrc_of_the_environment_and_cookies_are_not_used(
    agent: MakeAgent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login other password other\n", encoding="ascii")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    cookie: list[Step] = [http(b'{"result":null,"id":1}', "200 OK", "Set-Cookie: a=b"), result(0)]
    with Peer([cookie]) as peer:
        rpc_agent = agent("http", peer.address, token="0123456789abcdef")
        get_state(rpc_agent)
        get_state(rpc_agent)
        for request in peer.seen:
            assert request.headers["x-sessiontoken"] == "0123456789abcdef"
            assert "authorization" not in request.headers
            assert "cookie" not in request.headers


@pytest.mark.parametrize(
    "login, words",
    [
        ({"user": "admin", "passwd": "hush\udcff"}, "not UTF-8"),
        ({"user": "hush:half", "passwd": "hush"}, "the user name contains a colon"),
        ({"token": ""}, "one line"),
        ({"token": "hush\r\nX-Evil: 1"}, "one line"),
        ({"token": "hüsh"}, "one line"),
    ],
)
def test_an_invalid_login_is_a_settings_error_that_hides_it(
    login: dict[str, Any], words: str
) -> None:
    with pytest.raises(SettingsError, match=words) as error_info:
        Agent("https", "pdu.example", **login)
    text = repr(error_info.value) + str(error_info.value)
    assert not any(part in text for part in ("hush", "hüsh", "Evil"))


def test_debug_output_and_errors_hold_no_secret(
    agent: MakeAgent, capsys: pytest.CaptureFixture[str]
) -> None:
    token = result({"_ret_": 0, "token": "hush-token"})
    with Peer([[token, http(b"hush-file"), http(b"hush-page", "500 No")]]) as peer:
        rpc_agent = agent("http", peer.address, debug=True)
        rpc_agent.json_rpc("/auth/currentUser", "setAccountPassword", {"password": "hush-hush"})
        rpc_agent.get("/cgi-bin/server_ssl_cert_download.cgi")
        with pytest.raises(HttpException) as error_info:
            rpc_agent.get("/cgi-bin/bulk_config_save.cgi?bulk_config_password=hush-hush")
        error = error_info.value
        output = f"{capsys.readouterr().out} {error} {error!r} {rpc_agent!r} {vars(error)}"
    assert "setAccountPassword /auth/currentUser" in output
    assert "bytes received" in output
    assert "hush" not in output
    assert "secret-word" not in output
    assert "Basic" not in output


# ---- time-outs -----------------------------------------------------------------------------------


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), float("inf"), 1e12, "5"])
def test_an_invalid_time_out_is_a_settings_error(timeout: Any) -> None:
    with pytest.raises(SettingsError, match="give seconds above 0"):
        Agent("https", "pdu.example", timeout=timeout)
    agent = Agent("https", "pdu.example", timeout=7)
    with pytest.raises(SettingsError, match="give seconds above 0"):
        agent.timeout = timeout
    assert agent.timeout == 7


def test_the_default_time_out_is_10_seconds_and_a_large_bulk_gets_more() -> None:
    transport = _RecordingTransport()
    agent = Agent("https", "pdu.example", "a", "b", timeout=None, transport=transport)
    get_state(agent)
    bulk = Bulk(agent)
    for _ in range(700):
        bulk.add(_outlet(agent).unstick)
    bulk.perform()
    waits = [request.timeout for request in transport.requests]
    assert waits[0] == 10.0
    assert len(waits) == 4
    assert waits[1] == waits[2] > 20.0 > waits[3] > 10.0


def test_slow_methods_have_minimum_time_outs() -> None:
    transport = _RecordingTransport()
    agent = Agent("https", "pdu.example", "a", "b", timeout=5, transport=transport)
    for name in ("pollEvents", "generateSelfSignedKeyPair", "addLinkUnit", "getState"):
        agent.json_rpc("/x", name)
    poll, generate, add_link, usual = (request.timeout for request in transport.requests)
    assert poll > 30.0
    assert generate >= 60.0
    assert add_link >= 60.0
    assert usual == 5.0


def test_a_longer_time_out_than_the_minimum_of_a_slow_method_is_kept() -> None:
    transport = _RecordingTransport()
    agent = Agent("https", "pdu.example", "a", "b", timeout=300, transport=transport)
    agent.json_rpc("/x", "pollEvents")
    agent.json_rpc("/x", "pollEvents", least=400.0)
    assert [request.timeout for request in transport.requests] == [300.0, 400.0]


def test_each_method_that_generates_or_adds_a_link_has_a_minimum_time_out() -> None:
    methods: set[str] = set()
    for interface in (event.Channel, cert.ServerSSLCert, cascading.CascadeManager):
        methods.update(vars(interface))
    slow = {name for name in methods if name.startswith(("generate", "addLink"))}
    assert slow <= set(MINIMUM_WAITS)
    assert set(MINIMUM_WAITS) <= methods


# ---- addresses and certificates ------------------------------------------------------------------


@pytest.mark.parametrize(
    "proto, host, words",
    [
        ("https", "admin:hush@hush@pdu.example", "contains an @, is not an address"),
        ("ftp", "pdu.example", "https or http"),
    ],
)
def test_an_address_with_a_login_or_another_scheme_is_a_settings_error(
    proto: str, host: str, words: str
) -> None:
    with pytest.raises(SettingsError, match=words) as error_info:
        endpoint(proto, host)
    assert "hush" not in str(error_info.value)


@pytest.fixture(scope="module")
def pdu() -> Iterator[XerusPdu]:
    with XerusPdu(Model(outlets=2), http_port=0) as unit:
        yield unit


def test_the_error_of_an_untrusted_certificate_after_a_redirect_names_the_redirect(
    agent: MakeAgent, pdu: XerusPdu
) -> None:
    setting = f"set scheme=https and port={pdu.port}"
    words = f"redirects to {pdu.url} .{setting}., which failed: .*not trusted"
    with pytest.raises(HttpException, match=words):
        get_state(agent("http", f"{pdu.host}:{pdu.http_port}", pdu.user, pdu.password))


def test_a_certificate_is_verified_unless_the_documented_argument_turns_it_off(
    pdu: XerusPdu,
) -> None:
    login = (pdu.user, pdu.password)
    with (
        Agent("https", pdu.url[8:], *login) as agent,
        pytest.raises(HttpException, match="trusted") as caught,
    ):
        get_state(agent)
    assert "or trust=rpc.Trust(fingerprint=...), or disable_certificate_verification=True" in str(
        caught.value
    )
    assert "verify=no" not in str(caught.value)
    with Agent("https", pdu.url[8:], *login, disable_certificate_verification=True) as agent:
        get_state(agent)
