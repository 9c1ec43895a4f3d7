"""The keys of sessions, the settings of logins, and answers of digest login. What units get is in
units.txt and exchanges.txt.
"""

from __future__ import annotations

import contextlib
import json

import pytest
import requests

from handlers.http.digest import Challenge, answer
from handlers.http.login import Login
from handlers.http.login_forms import (
    Cookie,
    DigestLogin,
    FieldLogin,
    Member,
    SessionLogin,
    login_of,
    login_settings,
    owner_login,
)
from handlers.http.message import Request, Response
from handlers.shared.errors import ProtocolError, SettingsError
from handlers.shared.settings import Settings
from tests.simulators.unit_servers import PASSWORD, USER, HttpServer
from tests.waiting import PATIENCE_S

from .login_units import TOKEN, DigestUnit

REQUEST = Request("GET", "/outlets", {}, None, PATIENCE_S, PATIENCE_S, 1000)
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
    request = login.added_to(REQUEST)
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


@pytest.mark.against("PyPI requests, HTTPDigestAuth")
@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
def test_the_unit_of_these_tests_takes_and_refuses_what_requests_answers(algorithm: str) -> None:
    with HttpServer(DigestUnit(algorithm)) as server, requests.Session() as session:
        url = f"http://{server.host}:{server.port}/outlets"
        session.auth = requests.auth.HTTPDigestAuth(USER, PASSWORD)
        assert [session.get(url, timeout=PATIENCE_S).status_code for _ in range(2)] == [200, 200]
        session.auth = requests.auth.HTTPDigestAuth(USER, "another-word")
        assert session.get(url, timeout=PATIENCE_S).status_code == 401
