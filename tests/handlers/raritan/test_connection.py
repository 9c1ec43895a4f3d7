"""One agent and its connection: login, threads and forks, time-outs, addresses."""

from __future__ import annotations

import gc
import json
import os
import signal
import threading
from pathlib import Path
from typing import Any

import pytest

from handlers.http.client import endpoint
from handlers.http.message import Endpoint, Request, Response
from handlers.raritan.rpc import Agent, Bulk, HttpException, cascading, cert, event, pdumodel
from handlers.raritan.rpc._runtime.agent import MINIMUM_WAITS
from handlers.shared.errors import PduHandlerError, SettingsError
from tests.simulators.xerus import Model, XerusPdu
from tests.waiting import PATIENCE_S, finished, until

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
        count = len(document["params"].get("requests", ()))
        responses = [
            {"json": {"result": {"_ret_": 0}, "id": number}, "statcode": 200}
            for number in range(count)
        ]
        return Response(
            200,
            {},
            json.dumps(
                {"id": document["id"], "result": {"responses": responses, "_ret_": 0}}
            ).encode(),
        )

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
        assert not errors and len(peer.seen) == 150


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
        assert (pdu.books().connections, pdu.books().requests) == (2, 3)


def test_the_path_of_a_file_is_sent_as_one_line_of_ascii(agent: MakeAgent) -> None:
    with Peer([[http(b"x")] * 3]) as peer:
        rpc_agent = agent("http", peer.address)
        for path in ("/a b", "ü?c=1%202,3&d=:", "/a\r\nX-Evil: 1"):
            rpc_agent.get(path)
        assert [request.start.split()[1] for request in peer.seen] == [
            "/a%20b",
            "/%C3%BC?c=1%202,3&d=:",
            "/a%0D%0AX-Evil:%201",
        ]
        assert all("x-evil" not in request.headers for request in peer.seen)


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
            assert "authorization" not in request.headers and "cookie" not in request.headers


def test_a_password_that_is_not_utf_8_is_a_settings_error_that_hides_it() -> None:
    with pytest.raises(SettingsError, match="not UTF-8") as error_info:
        Agent("https", "pdu.example", "admin", "hush\udcff")
    assert "hush" not in repr(error_info.value) + str(error_info.value)


@pytest.mark.parametrize("token", ["", "a\r\nX-Evil: 1", "ü"])
def test_an_invalid_token_is_a_settings_error_that_hides_it(token: str) -> None:
    with pytest.raises(SettingsError, match="one line") as error_info:
        Agent("https", "pdu.example", token=token)
    assert "Evil" not in str(error_info.value) and "ü" not in str(error_info.value)


def test_debug_output_and_errors_hold_no_secret(
    agent: MakeAgent, capsys: pytest.CaptureFixture[str]
) -> None:
    with Peer(
        [
            [
                result({"_ret_": 0, "token": "hush-token"}),
                http(b"hush-file"),
                http(b"hush-page", "500 No"),
            ]
        ]
    ) as peer:
        rpc_agent = agent("http", peer.address, debug=True)
        rpc_agent.json_rpc("/auth/currentUser", "setAccountPassword", {"password": "hush-hush"})
        rpc_agent.get("/cgi-bin/server_ssl_cert_download.cgi")
        with pytest.raises(HttpException) as error_info:
            rpc_agent.get("/cgi-bin/bulk_config_save.cgi?bulk_config_password=hush-hush")
        output = (
            capsys.readouterr().out
            + str(error_info.value)
            + repr(error_info.value)
            + repr(rpc_agent)
            + str(vars(error_info.value))
        )
    assert "setAccountPassword /auth/currentUser" in output and "bytes received" in output
    assert "hush" not in output and "secret-word" not in output and "Basic" not in output


def test_errors_leave_no_socket_open() -> None:
    for plan in ([[None]], [[http(b"x", length=5)]], [[b"garbage\r\n\r\n"]], [[http(b"no")]]):
        with Peer(plan) as peer:
            agent = Agent("http", peer.address, "a", "b", timeout=PATIENCE_S)
            with pytest.raises(PduHandlerError):
                get_state(agent)
            del agent  # not closed
        gc.collect()  # warns about an open socket, and pytest turns warnings into errors


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
    assert waits[0] == 10.0 and len(waits) == 4
    assert waits[1] == waits[2] > 20.0 > waits[3] > 10.0


def test_slow_methods_have_minimum_time_outs() -> None:
    transport = _RecordingTransport()
    agent = Agent("https", "pdu.example", "a", "b", timeout=5, transport=transport)
    for name in ("pollEvents", "generateSelfSignedKeyPair", "addLinkUnit", "getState"):
        agent.json_rpc("/x", name)
    agent.timeout = 300
    agent.json_rpc("/x", "pollEvents")
    agent.json_rpc("/x", "pollEvents", least=400.0)
    waits = [request.timeout for request in transport.requests]
    assert waits[0] > 30.0 and min(waits[1:3]) >= 60.0 and waits[3:] == [5.0, 300.0, 400.0]
    methods = [
        name
        for interface in (event.Channel, cert.ServerSSLCert, cascading.CascadeManager)
        for name in vars(interface)
    ]
    assert set(MINIMUM_WAITS) <= set(methods)
    assert {
        name
        for name in methods
        if name.startswith("generate") or "LinkUnit" in name and name.startswith("add")
    } <= set(MINIMUM_WAITS)


# ---- addresses -----------------------------------------------------------------------------------


def test_a_password_in_the_address_is_not_shown() -> None:
    with pytest.raises(SettingsError, match="contains an @, is not an address") as error_info:
        endpoint("https", "admin:hush@hush@pdu.example")
    assert "hush" not in str(error_info.value)


def test_a_scheme_other_than_http_and_https_is_a_settings_error() -> None:
    with pytest.raises(SettingsError, match="https or http"):
        endpoint("ftp", "pdu.example")
