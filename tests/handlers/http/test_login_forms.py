"""Each form in which units want their login: it reads and switches, a wrong one is one refusal, a
read is renewed once, a command is sent once, and no secret is shown.
"""

from __future__ import annotations

import contextlib
import json
import logging
from types import SimpleNamespace
from typing import Any, Union

import pytest
import requests

from handlers.http.client import HttpClient
from handlers.http.connection import StandardTransport
from handlers.http.dialogue import Dialogue, ReadRequest, WriteRequest
from handlers.http.digest import Challenge, Digest, answer
from handlers.http.errors import HttpUnreachable
from handlers.http.login import Login
from handlers.http.login_forms import (
    Cookie,
    DigestLogin,
    FieldLogin,
    Member,
    SessionLogin,
    form_of,
    login_of,
    login_settings,
    owner_login,
)
from handlers.http.message import Endpoint, Request, Response
from handlers.shared.errors import Denied, ProtocolError, Refused, SettingsError, Unsupported
from handlers.shared.settings import Settings
from handlers.shared.tls import Trust
from pdu_common.helper import EnumPowerStatus
from tests.handlers.other_clients import switch
from tests.simulators.unit_servers import PASSWORD, USER, HttpServer, Reply
from tests.waiting import PATIENCE_S

from .login_units import CASES, SESSIONS, TOKEN, BasicUnit, Case, DigestUnit

UP, DOWN = EnumPowerStatus.UP, EnumPowerStatus.DOWN


@pytest.mark.parametrize("name", CASES)
def test_a_unit_is_read_and_switched_with_its_login(name: str) -> None:
    unit = CASES[name].make()
    with HttpServer(unit) as server:
        pdu = CASES[name].pdu(server)
        assert [port.power_status for port in pdu.status().ports] == [UP, DOWN]
        assert switch(pdu, "2", True) is UP
        assert unit.writes == [("2", "on")]
        assert unit.refusals == 0


@pytest.mark.parametrize("name", CASES)
def test_a_wrong_login_is_one_refusal_and_shows_no_secret(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    unit = CASES[name].make()
    key = "token" if name == "token" else "password"
    with HttpServer(unit) as server, caplog.at_level(logging.DEBUG):
        pdu = CASES[name].pdu(server, **{key: "another-word"})
        with pytest.raises(Denied) as error_info:
            pdu.status()
        assert unit.refusals == 1
        with pytest.raises(Denied):
            switch(pdu, "2", True)
        assert unit.refusals == 2
        assert unit.writes == []
    texts = f"{error_info.value!r} {error_info.value} {caplog.text}"
    assert "another-word" not in texts
    assert TOKEN not in texts


@pytest.mark.parametrize("name", CASES)
def test_half_of_a_login_is_a_settings_error_before_anything_is_sent(name: str) -> None:
    keys = [setting.key for setting in login_settings(form_of(CASES[name].codec))]
    if keys != ["username", "password"]:
        return
    with HttpServer(CASES[name].make()) as server, pytest.raises(SettingsError, match="together"):
        CASES[name].pdu(server, username="").status()
    assert server.requests == 0


@pytest.mark.parametrize("name", SESSIONS)
def test_a_read_is_renewed_once_when_the_session_ended(name: str) -> None:
    unit: Any = CASES[name].make(uses=2)  # the reading before the command, and the command
    with HttpServer(unit) as server:
        assert switch(CASES[name].pdu(server), "2", True) is UP
    assert unit.sessions == 2
    assert unit.writes == [("2", "on")]


@pytest.mark.parametrize("name", SESSIONS)
def test_a_command_is_not_sent_again_when_the_session_ended(name: str) -> None:
    unit: Any = CASES[name].make(uses=1)
    with HttpServer(unit) as server, pytest.raises(Denied):
        switch(CASES[name].pdu(server), "2", True)
    assert unit.sessions == 1
    assert unit.writes == []


@pytest.mark.parametrize("name", SESSIONS)
def test_a_fresh_session_that_is_refused_is_not_renewed(name: str) -> None:
    unit: Any = CASES[name].make(uses=0)
    with HttpServer(unit) as server, pytest.raises(Denied):
        CASES[name].pdu(server).status()
    assert unit.sessions == 1


# printable, without what separates cookies, and no longer than any key
_WRONG_KEYS = ("a key", "a,key", "a;key", "a\tkey", "k\u00e9y", "k" * 2001, "")


def _session_login(key: str) -> Login:
    """The login of a session with two keys, of which the second is this one."""
    login_form = SessionLogin(
        path="/login",
        body={"password": "{password}"},
        keys={"key": (Cookie("TOKEN"),), "csrf": (Member("token"),)},
        requests=FieldLogin(headers={"Cookie": "TOKEN={key}", "X-CSRF-Token": "{csrf}"}),
    )
    answer = Response(200, {"set-cookie": "TOKEN=first-key"}, json.dumps({"token": key}).encode())
    return login_of(login_form, Login(USER, PASSWORD), lambda _: answer)


def test_each_key_of_a_session_is_sent_and_kept_out_of_errors() -> None:
    login = _session_login("k" * 2000)
    request = login.added_to(_request("GET"))
    assert request.headers == {"Cookie": "TOKEN=first-key", "X-CSRF-Token": "k" * 2000}
    for text in ("first-key", "k" * 2000):
        assert "it holds the login" in login.quoted(f"the unit says {text}")


def test_what_no_header_of_a_session_can_carry_is_no_key() -> None:
    accepted_keys: list[str] = []
    for key in _WRONG_KEYS:
        with contextlib.suppress(ProtocolError):
            _session_login(key)
            accepted_keys.append(key)
    assert accepted_keys == []


@pytest.mark.parametrize("half", ["username", "password"])
def test_a_token_beside_half_of_a_login_is_refused(half: str) -> None:
    login_form = SessionLogin(
        path="/login",
        body={"username": "{user}", "password": "{password}"},
        keys={},
        token=FieldLogin(headers={"Authorization": "Bearer {token}"}),
    )
    settings = Settings({"token": TOKEN, half: "word"}, login_settings(login_form))
    with pytest.raises(SettingsError, match="not both"):
        owner_login(login_form, settings)


@pytest.mark.parametrize("name", ["basic", "session"])
def test_after_a_command_what_was_read_before_it_is_not_shown(name: str) -> None:
    with HttpServer(CASES[name].make()) as server, CASES[name].pdu(server).opened() as opened:
        assert dict(opened.states())["2"] is DOWN
        assert opened.switch("2", on=True) is UP
        assert dict(opened.states())["2"] is UP


# ---- digest --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "algorithm, response",
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_the_answer_is_that_of_rfc_7616_3_9_1(algorithm: str, response: str) -> None:
    challenge = Challenge(
        realm="http-auth@example.org",
        nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
        algorithm=algorithm,
        opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS",
    )
    header = answer(
        challenge,
        user="Mufasa",
        password="Circle of Life",
        method="GET",
        target="/dir/index.html",
        count=1,
        cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
    )
    assert f'response="{response}"' in header
    assert "nc=00000001" in header
    assert f'opaque="{challenge.opaque}"' in header


def test_without_qop_the_answer_is_that_of_rfc_2069() -> None:
    challenge = Challenge("testrealm@host.com", "dcd98b7102dd2f0e8b11d0f600bfb0c093", has_qop=False)
    header = answer(
        challenge,
        user="Mufasa",
        password="CircleOfLife",
        method="GET",
        target="/dir/index.html",
        count=1,
        cnonce="0",
    )
    # RFC 2069, 2.4, as its erratum 749 corrects it
    assert 'response="1949323746fe6a43ef61f9606e7febea"' in header
    assert "cnonce" not in header


@pytest.mark.parametrize("uses", [1, 2, 3])
@pytest.mark.parametrize("says_stale", [True, False])
def test_a_nonce_that_is_over_is_renewed_for_a_read_and_never_costs_a_command(
    uses: int, says_stale: bool
) -> None:
    unit = DigestUnit(uses=uses)
    unit.access.says_stale = says_stale
    with HttpServer(unit) as server:
        pdu = CASES["digest SHA-256"].pdu(server)
        assert switch(pdu, "2", True) is UP
        assert switch(pdu, "1", False) is DOWN
    assert unit.writes == [("2", "on"), ("1", "off")]
    assert unit.requests.count("PUT /outlets/2") == 1
    assert unit.refusals == 0


def test_a_command_whose_fresh_nonce_is_refused_is_not_sent_again() -> None:
    unit: Any = DigestUnit()
    usual_user = unit.access.user
    commands: list[str] = []

    def user(method: str, path: str, headers: Any) -> str:
        commands.extend([path] if method == "PUT" else [])
        return "" if method == "PUT" else usual_user(method, path, headers)

    unit.access.user = user
    with HttpServer(unit) as server, pytest.raises(Denied):
        switch(CASES["digest SHA-256"].pdu(server), "2", True)
    assert commands == ["/outlets/2"]
    assert unit.writes == []


def test_the_better_of_two_challenges_is_answered() -> None:
    digest = Digest("operator", "a")
    headers = {
        "www-authenticate": (
            'Basic realm="a, b=\\"c", Digest realm="x", nonce="1", qop="auth, auth-int",'
            ' algorithm=MD5, Digest realm="y", nonce="2", qop="auth", algorithm=SHA-256'
        )
    }
    assert digest.take_challenge(headers, over_tls=False)
    header = digest.authorization("GET", "/")
    assert 'realm="y"' in header
    assert "algorithm=SHA-256" in header


@pytest.mark.parametrize(
    "challenge",
    [
        "",
        "Negotiate",
        'Basic realm="a"',
        'Digest realm="a", qop="auth"',
        'Digest realm="a", nonce="1", qop="auth-int"',
        'Digest realm="a", nonce="1", algorithm=SHA-512-256',
    ],
)
def test_a_challenge_that_cannot_be_answered_gets_no_password(challenge: str) -> None:
    digest = Digest("operator", "a")
    assert not digest.take_challenge({"www-authenticate": challenge}, over_tls=True)
    assert digest.authorization("GET", "/") == ""
    assert not digest.has_answered


def test_basic_is_answered_over_tls_alone_and_once() -> None:
    basic = {"www-authenticate": 'Basic realm="a"'}
    digest = Digest("operator", "a", basic_over_tls=True)
    assert not digest.take_challenge(basic, over_tls=False)
    assert not digest.has_answered
    assert digest.take_challenge(basic, over_tls=True)
    # the login went out, and was refused
    assert not digest.take_challenge(basic, over_tls=True)


def test_a_unit_without_a_login_is_read_and_switched_though_one_is_set() -> None:
    unit: Any = DigestUnit()
    unit.user = lambda method, path, headers: USER
    with HttpServer(unit) as server:
        assert switch(CASES["digest SHA-256"].pdu(server), "2", True) is UP


class Scripted:
    """A transport with these answers, of which an error is raised; it keeps the requests."""

    def __init__(self, *answers: Union[Response, HttpUnreachable]) -> None:
        self.answers = list(answers)
        self.requests = list[Request]()

    def exchange(self, where: Endpoint, request: Request) -> Response:
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, HttpUnreachable):
            raise answer
        return answer

    def close(self) -> None:
        """Nothing is open."""


def _request(method: str, *, once: bool = False) -> Request:
    return Request(method, "/outlets", {}, None, PATIENCE_S, PATIENCE_S, 1000, once)


CHALLENGE = Response(401, {"www-authenticate": 'Digest realm="a", nonce="1", qop="auth"'}, b"")
BASIC = Response(401, {"www-authenticate": 'Basic realm="a"'}, b"")
DONE = Response(200, {}, b"")


def test_a_command_without_its_fresh_nonce_was_not_sent() -> None:
    transport = Scripted(CHALLENGE, DONE, HttpUnreachable("gone"))
    client = HttpClient(Endpoint("http", "unit", 80), transport)
    login = Login(USER, PASSWORD, digest=Digest(USER, PASSWORD))
    client.send(_request("GET"), login)
    with pytest.raises(HttpUnreachable) as error_info:
        client.send(_request("PUT", once=True), login)
    assert not error_info.value.may_have_executed
    assert [request.method for request in transport.requests] == ["GET"] * 3


@pytest.mark.parametrize("stale_count", range(4))
def test_a_nonce_that_is_over_when_it_is_first_used_is_renewed_once(stale_count: int) -> None:
    """As one that another client has pushed out of the table of a unit of Shelly."""
    challenge = CHALLENGE.headers["www-authenticate"]
    stale = CHALLENGE._replace(headers={"www-authenticate": f"{challenge}, stale=true"})
    transport = Scripted(CHALLENGE, *[stale] * stale_count, DONE)
    client = HttpClient(Endpoint("http", "unit", 80), transport)
    login = Login(USER, PASSWORD, digest=Digest(USER, PASSWORD))
    is_renewed = stale_count < 2
    with contextlib.nullcontext() if is_renewed else pytest.raises(Denied):
        client.send(_request("GET"), login)
    assert len(transport.requests) == (2 + stale_count if is_renewed else 3)


def test_a_nonce_that_gets_429_is_answered_no_more() -> None:
    """As one that others pushed out of a Shelly's table: each further answer gets 429, too."""
    transport = Scripted(CHALLENGE, Response(429, {}, b""), CHALLENGE, DONE)
    client = HttpClient(Endpoint("http", "unit", 80), transport)
    login = Login(USER, PASSWORD, digest=Digest(USER, PASSWORD))
    with pytest.raises(Refused):
        client.send(_request("GET"), login)
    client.send(_request("GET"), login)
    have_logins = ["Authorization" in request.headers for request in transport.requests]
    assert have_logins == [False, True, False, True]


def test_a_unit_with_basic_alone_gets_reads_and_commands_over_tls() -> None:
    transport = Scripted(BASIC, DONE, DONE, DONE)
    client = HttpClient(Endpoint("https", "unit", 443), transport)
    login = Login(USER, PASSWORD, digest=Digest(USER, PASSWORD, basic_over_tls=True))

    client.send(_request("GET"), login)
    client.send(_request("PUT", once=True), login)
    client.send(_request("GET"), login)

    # the first request is sent twice: the unit asks for a login
    sent = [request.headers.get("Authorization", "")[:5] for request in transport.requests]
    assert sent == ["", "Basic", "Basic", "Basic"]


def test_a_unit_with_basic_alone_gets_no_password_without_tls() -> None:
    transport = Scripted(BASIC)
    client = HttpClient(Endpoint("http", "unit", 80), transport)
    login = Login(USER, PASSWORD, digest=Digest(USER, PASSWORD, basic_over_tls=True))
    with pytest.raises(Unsupported, match="the password was not sent"):
        client.send(_request("GET"), login)
    assert "Authorization" not in transport.requests[0].headers


@pytest.mark.parametrize(
    "texts, login",
    [
        ({"password": "a"}, Login("admin", "a", is_sent=False)),
        ({"username": "other", "password": "a"}, Login("other", "a", is_sent=False)),
        ({}, Login(is_sent=False)),
    ],
)
def test_the_one_user_of_a_make_need_not_be_given(texts: dict[str, str], login: Login) -> None:
    login_form = DigestLogin(user="admin")
    settings = Settings(texts, login_settings(login_form))
    assert owner_login(login_form, settings) == login


def test_a_challenge_is_answered() -> None:
    unit = DigestUnit()
    login = Login(USER, PASSWORD, digest=Digest(USER, PASSWORD))
    with HttpServer(unit) as server:
        client = HttpClient(Endpoint("http", server.host, server.port), StandardTransport(Trust()))
        statuses = [client.send(_request("GET"), login).status for _ in range(2)]
        client.close()
    assert statuses == [200, 200]
    assert server.requests == 3


# ---- commands that read before they write --------------------------------------------------------


class WholeUnit(BasicUnit):
    """A command writes the states of all outlets; the first `failures` reads of them get 500."""

    failures = 0

    def answer(self, method: str, path: str, body: bytes) -> Union[bytes, Reply, None]:
        if path != "/all":
            return super().answer(method, path, body)
        if method == "PUT":
            for number, on in json.loads(body).items():
                if self.on[int(number)] is not on:
                    self.turn(int(number), on)
            return Reply(204)
        self.failures -= 1
        if self.failures >= 0:
            return Reply(500)
        return json.dumps({str(number): on for number, on in self.on.items()}).encode()


def _command_of_all(identity: str, *, on: bool) -> Dialogue[None]:
    body = yield ReadRequest("/all")
    states = {**json.loads(body), identity: on}
    yield WriteRequest("/all", json.dumps(states).encode(), "PUT")


WHOLE = Case(
    WholeUnit, SimpleNamespace(**{**vars(CASES["basic"].codec), "command": _command_of_all})
)


def test_a_command_may_read_what_it_writes_back() -> None:
    unit = WholeUnit()
    with HttpServer(unit) as server:
        assert switch(WHOLE.pdu(server), "2", True) is UP
    assert unit.writes == [("2", "on")]


def test_a_command_whose_reading_failed_was_not_sent_and_its_error_says_no_other() -> None:
    unit = WholeUnit()
    unit.failures = 9
    with HttpServer(unit) as server, pytest.raises(Refused) as error_info:
        switch(WHOLE.pdu(server), "2", True)
    assert "may or may not" not in str(error_info.value)
    assert unit.writes == []


@pytest.mark.against("PyPI requests, HTTPDigestAuth")
@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
def test_the_unit_of_these_tests_takes_and_refuses_what_requests_answers(algorithm: str) -> None:
    with HttpServer(DigestUnit(algorithm)) as server, requests.Session() as session:
        url = f"http://{server.host}:{server.port}/outlets"
        session.auth = requests.auth.HTTPDigestAuth(USER, PASSWORD)
        assert [session.get(url, timeout=PATIENCE_S).status_code for _ in range(2)] == [200, 200]
        session.auth = requests.auth.HTTPDigestAuth(USER, "another-word")
        assert session.get(url, timeout=PATIENCE_S).status_code == 401
