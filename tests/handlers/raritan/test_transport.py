"""Lost and late answers, those that are no HTTP, and redirects. Other answers: answers.txt."""

from __future__ import annotations

import io
import itertools
import pickle
import socket
import ssl
import sys
from typing import Optional

import pytest

from handlers.http import connection
from handlers.raritan.rpc import (
    Agent,
    Bulk,
    HttpException,
    JsonRpcSyntaxException,
    pdumodel,
)
from handlers.raritan.rpc._runtime.agent import reads_only
from handlers.shared.errors import (
    PduHandlerError,
    ProtocolError,
    SettingsError,
    Unreachable,
)
from handlers.shared.tls import Trust
from tests.ports import refusing
from tests.simulators.certificates import usual
from tests.waiting import PATIENCE_S

from .conftest import MakeAgent
from .peer import Drip, Peer, Seen, Step, get_state, http, result, set_state


def _outlet(agent: Agent) -> pdumodel.Outlet:
    return pdumodel.Outlet("/model/outlet/0", agent)


# ---- no answer -----------------------------------------------------------------------------------


class Clock:
    """Replaces the deadline's clock: time passes only when a test moves it."""

    now = 0.0

    def monotonic(self) -> float:
        return self.now

    def tick(self) -> None:
        self.now += 1.0


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    held = Clock()
    monkeypatch.setattr(connection, "time", held)
    return held


def test_an_answer_over_tls_that_arrives_byte_by_byte_is_given_up_at_the_deadline(
    agent: MakeAgent, clock: Clock
) -> None:
    endless_header = itertools.chain(b"HTTP/1.1 200 OK\r\nX-Drops: ", itertools.cycle(b"drop"))
    answer = Drip(endless_header, clock.tick)
    with Peer([[answer]], tls=usual().context) as slow:
        rpc_agent = agent("https", slow.address, trust=Trust(verify=False))
        with pytest.raises(Unreachable, match="in time"):
            get_state(rpc_agent)
        assert len(slow.seen) == 1


def test_each_request_of_a_connection_has_its_own_deadline(agent: MakeAgent, clock: Clock) -> None:
    def slowly(seen: Optional[Seen]) -> bytes:
        clock.now += 1.5 * PATIENCE_S  # an answer may take 2 * PATIENCE_S
        return result(0)(seen)

    with Peer([[slowly] * 6]) as slow:
        rpc_agent = agent("http", slow.address, timeout=PATIENCE_S)
        for _ in range(6):
            get_state(rpc_agent)
        assert slow.accepted == 1


# ---- a persistent connection that was closed -----------------------------------------------------


@pytest.mark.parametrize(
    "methods, tries",
    [
        (["getState", "getMetaData"], 2),
        (["cyclePowerState"], 1),
        (["getState", "cyclePowerState"], 1),
    ],
)
def test_a_bulk_is_repeated_only_if_all_its_calls_are_getters(
    agent: MakeAgent, methods: list[str], tries: int
) -> None:
    with Peer([[result(1), None], [None]]) as peer:
        rpc_agent = agent("http", peer.address)
        get_state(rpc_agent)
        bulk = Bulk(rpc_agent)
        for method in methods:
            bulk.add(getattr(_outlet(rpc_agent), method))
        with pytest.raises(Unreachable):
            bulk.perform()
        assert len(peer.seen) == 1 + tries


def test_only_getters_count_as_reading() -> None:
    assert all(map(reads_only, ("getState", "isEnabled", "listServers", "lookup")))
    others = "setState issue getaway listen cyclePowerState newSession pollEvents performBulk"
    others += " resetValue addServer startUpdate reboot getInformationWithPin"
    assert not any(map(reads_only, others.split()))


# ---- invalid answers -----------------------------------------------------------------------------


def test_an_interim_answer_is_skipped(agent: MakeAgent) -> None:
    def step(seen: Optional[Seen]) -> bytes:
        return b"HTTP/1.1 100 Continue\r\n\r\n" + result(4)(seen)

    with Peer([[step], [step]]) as peer:
        rpc_agent = agent("http", peer.address)
        assert get_state(rpc_agent) == set_state(rpc_agent) == {"_ret_": 4}
        assert peer.accepted == 2


def test_behind_another_interim_answer_a_connection_is_not_used_again(agent: MakeAgent) -> None:
    """The answer itself would come to the next request."""
    with Peer([[b"HTTP/1.1 103 Early Hints\r\n\r\n", result(4)], [result(5)]]) as peer:
        rpc_agent = agent("http", peer.address)
        with pytest.raises(HttpException, match="HTTP Error 103"):
            get_state(rpc_agent)
        assert get_state(rpc_agent) == {"_ret_": 5}


def test_with_an_invalid_content_length_an_answer_is_read_until_the_connection_ends(
    agent: MakeAgent,
) -> None:
    # A Python without a limit for digits takes the long one for a number, and the rest for lost.
    too_long = ["9" * 5000] if hasattr(sys, "get_int_max_str_digits") else []
    for length in (*too_long, "²", "-3", "0x10"):
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n".encode()
        with Peer(
            [[head + b'{"jsonrpc":"2.0","result":{"_ret_":4},"id":1}'], [head + b"{}"]]
        ) as peer:
            rpc_agent = agent("http", peer.address)
            assert get_state(rpc_agent) == {"_ret_": 4}
            with pytest.raises(JsonRpcSyntaxException):
                get_state(rpc_agent)


_OK = b"HTTP/1.1 200 OK\r\n"
_UNUSABLE: dict[str, tuple[Step, type, str]] = {
    "nothing": (None, Unreachable, "closed before an answer"),
    "half a header": (_OK + b"Content-Le", Unreachable, "closed before an answer"),
    "no end of the headers": (_OK + b"Server: x\r\n", Unreachable, "closed before an answer"),
    "half a status": (b"HTTP/1", ProtocolError, "not HTTP"),
    "another protocol": (b"SSH-2.0-x\r\n", ProtocolError, "not HTTP"),
    "too many headers": (_OK + b"X: y\r\n" * 500, ProtocolError, "not HTTP"),
    "a long line": (_OK + b"X: " + b"y" * 70_000, ProtocolError, "not HTTP"),
}


@pytest.mark.parametrize("name", _UNUSABLE)
def test_each_unusable_answer_is_an_error_of_the_right_kind_that_says_what_is_wrong(
    agent: MakeAgent, name: str
) -> None:
    step, kind, words = _UNUSABLE[name]
    with Peer([[step]]) as peer:
        with pytest.raises(PduHandlerError, match=words) as error_info:
            get_state(agent("http", peer.address))
    assert isinstance(error_info.value, kind)


@pytest.mark.parametrize("proto", ["http", "https"])
def test_an_answer_that_was_sent_twice_is_not_the_answer_to_the_next_request(
    agent: MakeAgent, proto: str
) -> None:
    # 8 KiB; larger in newer releases of Python
    buffer_size = io.DEFAULT_BUFFER_SIZE
    body_size = buffer_size - 180
    header_size = len(http(b"1" * body_size)) - body_size
    fills_the_buffer = http(b"1" * (buffer_size - header_size))
    first_connection = [2 * fills_the_buffer, http(b"3")]
    second_connection = [http(b"2")]
    context = usual().context if proto == "https" else None
    with Peer([first_connection, second_connection], tls=context) as peer:
        rpc_agent = agent(proto, peer.address, trust=Trust(verify=False))
        assert len(rpc_agent.get("/a")) > 8000
        assert rpc_agent.get("/b") == b"2"
        assert peer.accepted == 2


@pytest.mark.parametrize("cut", [_OK + b"Content-Ty", _OK + b"Content-Type: text/csv\r\n", _OK])
def test_a_file_of_which_only_some_headers_arrive_is_not_an_empty_file(
    agent: MakeAgent, cut: bytes
) -> None:
    with Peer([[cut]]) as peer:
        rpc_agent = agent("http", peer.address)
        with pytest.raises(Unreachable, match="closed before an answer"):
            rpc_agent.get("/x.csv")


@pytest.mark.parametrize("cut", [_OK + b"Content-Ty", _OK + b"Content-Type: text/csv\r\n", _OK])
def test_a_read_of_a_file_is_repeated_if_a_persistent_connection_ends(
    agent: MakeAgent, cut: bytes
) -> None:
    first_connection = [http(b"1"), cut]
    second_connection = [http(b"2")]
    with Peer([first_connection, second_connection]) as peer:
        rpc_agent = agent("http", peer.address)
        assert rpc_agent.get("/x.csv") == b"1"
        assert rpc_agent.get("/x.csv") == b"2"


# ---- redirects -----------------------------------------------------------------------------------


def _moved(location: str, status: str = "302 Found") -> bytes:
    return http(b"", status, f"Location: {location}", "Connection: close")


REDIRECTS = ["301 Moved", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"]


@pytest.mark.parametrize("status", REDIRECTS)
def test_a_redirect_to_https_sends_the_same_getter_with_body_and_login_and_is_remembered(
    agent: MakeAgent, status: str
) -> None:
    with Peer([[result(1)], [result(2)]], tls=usual().context) as target:
        moved = _moved(f"https://127.0.0.1:{target.port}/model/outlet/0", status)
        with Peer([[moved]]) as origin:
            rpc_agent = agent("http", origin.address, trust=Trust(verify=False))
            assert get_state(rpc_agent) == {"_ret_": 1}
            set_state(rpc_agent)
            assert rpc_agent.url == f"https://{target.address}"

            (getter,) = origin.seen
            redirected_getter, _setter = target.seen
            assert redirected_getter.start == getter.start
            assert redirected_getter.body == getter.body
            login = getter.headers["authorization"]
            assert redirected_getter.headers["authorization"] == login


def test_a_redirect_is_not_remembered_if_ca_pem_cannot_be_read(agent: MakeAgent) -> None:
    with Peer([[]], tls=usual().context) as target:
        moved = _moved(f"https://{target.address}/")
        with Peer([[moved]]) as origin:
            rpc_agent = agent("http", origin.address, trust=Trust(ca_pem="no certificate"))
            with pytest.raises(SettingsError):
                get_state(rpc_agent)
            assert len(origin.seen) == 1
            assert rpc_agent.url == f"http://{origin.address}"


def test_a_copy_of_the_network_error_is_the_second_argument(agent: MakeAgent) -> None:
    """The vendor's SDK 4.4 passes the error itself, but its traceback would hold the password.

    The copy can be pickled.
    """
    with refusing() as port:
        rpc_agent = agent("http", f"127.0.0.1:{port}")
        with pytest.raises(HttpException) as error_info:
            get_state(rpc_agent)
    error = error_info.value
    assert isinstance(error.args[1], ConnectionRefusedError)
    assert error.args[1].__traceback__ is None

    copy = pickle.loads(pickle.dumps(error))
    assert str(copy) == str(error)
    assert isinstance(copy.args[1], ConnectionRefusedError)


def test_a_time_out_is_the_second_argument(agent: MakeAgent) -> None:
    with Peer([], silent=True) as peer:
        rpc_agent = agent("http", peer.address, timeout=0.2)
        with pytest.raises(HttpException) as error_info:
            get_state(rpc_agent)
    assert isinstance(error_info.value.args[1], socket.timeout)


def test_the_error_of_a_certificate_is_the_second_argument(agent: MakeAgent) -> None:
    with Peer([], tls=usual().context) as peer:
        rpc_agent = agent("https", peer.address)
        with pytest.raises(HttpException) as error_info:
            get_state(rpc_agent)
    assert isinstance(error_info.value.args[1], ssl.SSLCertVerificationError)
