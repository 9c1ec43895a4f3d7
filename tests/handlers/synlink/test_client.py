"""The maker's client and the handler agree on one simulated unit; what the client does not see, the
handler says.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from typing import Any, Callable

import pytest

from handlers.shared import errors
from handlers.synlink.handler import make_handler
from pdu_common.helper import EnumPowerStatus
from tests.handlers.other_clients import run_client, switch, unit_data
from tests.pdu.running import run
from tests.servers.peers.unit_pdus import UnitPeers
from tests.simulators.synlink import TOKEN
from tests.simulators.unit_servers import PASSWORD, USER, HttpServer, Reply

UP, DOWN, UNKNOWN = EnumPowerStatus.UP, EnumPowerStatus.DOWN, EnumPowerStatus.UNKNOWN
OUTLET = "2-286331153"
WORDS = {"ON": UP, "OFF": DOWN}
READS = """
import synlinkpy
client = synlinkpy.SynLinkPy("http://" + place, {"username": "operator", "password": password})
print(json.dumps([client.device.info(), client.outlets.list(), client.inlets.list()]))
"""
SWITCHES = """
import synlinkpy
client = synlinkpy.SynLinkPy("http://" + place, {"token": "made-up-token-of-operator"})
client.outlets.set_state("2-286331153", "OFF")
client.outlets.set_state("3", "ON")
print(json.dumps([client.outlets.set_state("4", "OFF")["state"]]))
"""


@pytest.fixture(name="unit")
def _unit() -> Iterator[HttpServer]:
    peers = UnitPeers("synlink")
    with peers.serve(peers.device(off=(3,))) as unit:
        yield unit


def pdu(unit: HttpServer, **login: str) -> Any:
    return make_handler(unit_data(unit, **login))


def states(unit: HttpServer) -> list[EnumPowerStatus]:
    return [port.power_status for port in pdu(unit).status().ports]


def answer_logins(unit: HttpServer, answer: Callable[[Reply], Reply]) -> None:
    """Lets the unit answer each login by `answer`, which gets the unit's usual reply."""
    device: Any = unit.device
    usual_answer = device.answer

    def reply_to(method: str, path: str, *rest: Any) -> Reply:
        reply: Reply = usual_answer(method, path, *rest)
        return answer(reply) if path == "/login" else reply

    device.answer = reply_to


# ---- the maker's client --------------------------------------------------------------------------


@pytest.mark.against("PyPI synlinkpy, the maker's client")
def test_both_read_the_same_states_names_and_figures(unit: HttpServer) -> None:
    device, outlets, (inlet,) = run_client(READS, unit)
    handler = pdu(unit)
    ports = handler.status().ports
    labels = handler.labels()
    figures = handler.measured(with_power=True)

    assert len(outlets) == device["numOutlets"]
    identities = [outlet["id"] for outlet in outlets]
    assert [port.identity for port in ports] == identities
    assert list(figures.ports) == identities
    assert len(labels) == len(outlets)
    for outlet, port, label in zip(outlets, ports, labels):
        assert port.power_status == WORDS[outlet["state"]]
        assert figures.ports[outlet["id"]].current_a == outlet["currentRms"]
        assert label.number == str(outlet["outletIndex"])
        assert label.name == outlet["outletName"]
    assert figures.load_a == inlet["inletCurrentRms"]
    assert figures.energy_kwh == inlet["inletEnergyAccumulation"]
    assert figures.power_w == inlet["inletActivePower"]


@pytest.mark.against("PyPI synlinkpy, the maker's client")
def test_the_handler_sees_what_the_client_has_switched(unit: HttpServer) -> None:
    assert run_client(SWITCHES, unit) == ["OFF"]
    assert states(unit)[1:4] == [DOWN, UP, DOWN]
    handler = pdu(unit, token=TOKEN)
    assert switch(handler, OUTLET, True) is UP
    assert switch(handler, "3-286331153", False) is DOWN
    assert unit.truth().writes[3:] == [(OUTLET, "on"), ("3-286331153", "off")]


@pytest.mark.against("PyPI synlinkpy, the maker's client")
def test_a_relay_that_is_welded_shut_is_switched_for_the_client_and_unknown_here(
    unit: HttpServer, caplog: pytest.LogCaptureFixture
) -> None:
    device: Any = unit.device
    device.welded = {4}
    assert run_client(SWITCHES, unit) == ["OFF"]
    with caplog.at_level(logging.WARNING):
        assert states(unit)[3] is UNKNOWN
    reason = "outlet 4-286331153: its state is OFF, voltageDetection True"
    assert caplog.messages == [reason]
    caplog.clear()
    with caplog.at_level(logging.WARNING):
        handler = pdu(unit, token=TOKEN)
        assert switch(handler, "4-286331153", False, deadline=0.2, pause=0.05) is UNKNOWN
    assert caplog.messages == [reason]


# ---- logins; the laws of every session are in tests/handlers/http/units.txt ----------------------


def test_a_token_leaves_no_session_on_the_unit(unit: HttpServer) -> None:
    device: Any = unit.device
    pdu(unit, token=TOKEN).status()
    assert unit.truth().requests == 2
    assert device.sessions == {}
    pdu(unit).status()
    assert unit.truth().requests == 5
    assert len(device.sessions) == 1


def test_a_wrong_token_is_told_and_not_shown(unit: HttpServer) -> None:
    with pytest.raises(errors.Denied, match="refused the token") as error_info:
        pdu(unit, token="another-token").status()  # noqa: S106  # made up
    assert "another-token" not in str(error_info.value)


def sessions_end_after(unit: HttpServer, requests: int) -> None:
    """Let each session of the unit end after so many requests."""
    device: Any = unit.device
    usual_user = device.user
    count_by_cookie: dict[str, int] = {}

    def user(method: str, path: str, headers: Any) -> Any:
        cookie = headers.get("Cookie", "")
        count_by_cookie[cookie] = count_by_cookie.get(cookie, 0) + 1
        is_over = path != "/login" and count_by_cookie[cookie] > requests
        return "" if is_over else usual_user(method, path, headers)

    device.user = user


def refuse(unit: HttpServer, refused_path: str, headers: Mapping[str, str] = {}) -> None:
    """Let the unit answer 401 for a path."""
    device: Any = unit.device
    usual_answer = device.answer

    def answer(method: str, path: str, body: bytes) -> Any:
        is_refused = path == refused_path
        return Reply(401, headers=headers) if is_refused else usual_answer(method, path, body)

    device.answer = answer


def test_a_path_that_the_account_may_not_read_begins_no_second_session(unit: HttpServer) -> None:
    refuse(unit, "/api/inlets")
    for _ in range(10):
        with pytest.raises(errors.Denied, match="what the account may do"):
            pdu(unit).statistic()
    device: Any = unit.device
    assert len(device.sessions) == 10


@pytest.mark.parametrize("path", ["/api/device", "/api/inlets"])
@pytest.mark.parametrize("login", [{}, {"token": TOKEN}])
def test_a_401_that_wants_digest_tells_of_no_session_and_begins_none(
    unit: HttpServer, path: str, login: dict[str, str]
) -> None:
    refuse(unit, path, {"WWW-Authenticate": 'Digest realm="unit", nonce="1", qop="auth"'})
    with pytest.raises(errors.Unsupported, match="another way to log in .*: Digest") as error_info:
        pdu(unit, **login).statistic()
    assert "session" not in str(error_info.value)
    assert "token" not in str(error_info.value)
    device: Any = unit.device
    assert len(device.sessions) == (0 if login else 1)


def test_a_login_that_fails_once_after_a_command_is_tried_again_for_the_next_reading(
    unit: HttpServer,
) -> None:
    sessions_end_after(unit, 2)  # the outlets and the command
    device: Any = unit.device
    usual_answer = device.answer
    logins: list[int] = []

    def answer(method: str, path: str, body: bytes) -> Any:
        if path != "/login":
            return usual_answer(method, path, body)
        logins.append(len(logins))
        return Reply(503) if len(logins) == 2 else usual_answer(method, path, body)

    device.answer = answer
    assert switch(pdu(unit), OUTLET, False) is DOWN
    assert len(logins) == 3
    assert unit.truth().writes == [(OUTLET, "off")]


def test_the_key_of_a_session_that_ended_is_not_logged(
    unit: HttpServer, caplog: pytest.LogCaptureFixture
) -> None:
    device: Any = unit.device
    usual_answer = device.answer
    with pdu(unit).opened() as opened:
        opened.states()
        (first_key,) = device.sessions
        device.sessions[first_key] = ""

        def answer(method: str, path: str, body: bytes) -> Any:
            reply = usual_answer(method, path, body)
            if path != "/api/outlets":
                return reply
            return re.sub(rb'"state": "\w+"', f'"state": "{first_key}"'.encode(), reply)

        device.answer = answer
        opened.forget()
        assert {state for _, state in opened.states()} == {UNKNOWN}
    assert len(device.sessions) == 2
    assert "it holds the login" in caplog.text
    assert first_key not in caplog.text


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_login_speaks_of_sessions_and_of_no_privilege(
    unit: HttpServer, status: int
) -> None:
    answer_logins(unit, lambda _: Reply(status))
    with pytest.raises(errors.Denied, match="as many sessions as it allows") as error_info:
        pdu(unit).status()
    assert "privilege" not in str(error_info.value)
    assert error_info.value.keys == ("token",)


def test_a_unit_that_wants_digest_login_is_told_as_that(unit: HttpServer) -> None:
    device: Any = unit.device
    challenge = {"WWW-Authenticate": 'Digest realm="unit", nonce="1", qop="auth"'}
    device.answer = lambda *_: Reply(401, headers=challenge)
    with pytest.raises(errors.Unsupported, match="another way to log in .*: Digest") as error_info:
        pdu(unit).status()
    assert "webMaxUsers" not in str(error_info.value)


@pytest.mark.parametrize("value", ["", "deleted"])
def test_a_cookie_that_is_deleted_and_set_in_one_answer_is_set(
    unit: HttpServer, value: str
) -> None:
    def with_deletion(reply: Reply) -> Reply:
        deletion = f"SPID={value}; path=/; expires=Thu, 01 Jan 1970 00:00:00 GMT"
        return reply._replace(headers={"Set-Cookie": f"{deletion}, {reply.headers['Set-Cookie']}"})

    answer_logins(unit, with_deletion)
    assert states(unit)[2] is DOWN


def test_an_older_firmware_has_the_session_key_in_a_field(unit: HttpServer) -> None:
    device: Any = unit.device
    device.sessions = {"key-of-test": USER}
    fields = b'{"username": "operator", "sessionToken": "key-of-test"}'
    answer_logins(unit, lambda _: Reply(200, fields))
    assert states(unit)[2] is DOWN


@pytest.mark.parametrize("cookie", ["", "SPID=; path=/", "OTHER=key", "NSPID=key", "SPID"])
def test_a_login_without_a_session_key_is_an_error(unit: HttpServer, cookie: str) -> None:
    device: Any = unit.device
    device.answer = lambda *_: Reply(200, b"{}", {"Set-Cookie": cookie})
    with pytest.raises(errors.ProtocolError, match="no session key"):
        pdu(unit).status()


def test_a_session_key_is_found_among_other_cookies_and_shown_nowhere(unit: HttpServer) -> None:
    device: Any = unit.device
    usual_answer = device.answer

    def answer(method: str, path: str, body: bytes) -> Any:
        if path != "/login":
            return Reply(500)
        reply = usual_answer(method, path, body)
        return reply._replace(headers={"Set-Cookie": "a=b; path=/, SPID=key-of-test; path=/"})

    device.answer = answer
    device.sessions = {"key-of-test": USER}
    with pytest.raises(errors.Refused, match="500") as error_info:
        pdu(unit).status()
    assert "key-of-test" not in str(error_info.value)


def test_pdu_off_with_what_it_reads_before_and_after_is_one_session(
    unit: HttpServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PDU_PASSWORD", PASSWORD)
    words = ("off", "synlink", f"{unit.host}:{unit.port}", OUTLET, "--yes")
    login = ("-s", "scheme=http", "--username", USER)
    code, out, err = run(capsys, *words, *login)
    device: Any = unit.device
    assert code == 0
    assert err == ""
    assert len(device.sessions) == 1
    assert "is off (synlink)" in out
    # what was read before the command is not shown after it
    assert "its meter reads 0 A" in out
