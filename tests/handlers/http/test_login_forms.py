"""Logins by their forms. What units get is in units.txt and exchanges.txt."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Optional

import pytest
import requests

from handlers.http.digest import Challenge, answer
from handlers.http.login import Login
from handlers.http.login_forms import (
    Cookie,
    DigestLogin,
    FieldLogin,
    LoginForm,
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

from .login_units import DigestUnit

FORMS: dict[str, LoginForm] = {
    "digest of admin": DigestLogin(user="admin"),
    "digest": DigestLogin(),
    "session or token": SessionLogin(
        path="/login",
        body={"username": "{user}", "password": "{password}"},
        keys={},
        token=FieldLogin(headers={"Authorization": "Bearer {token}"}),
    ),
    "two keys": SessionLogin(
        path="/login",
        body={"password": "{password}"},
        keys={"key": (Cookie("TOKEN"),), "csrf": (Member("token"),)},
        requests=FieldLogin(headers={"Cookie": "TOKEN={key}", "X-CSRF-Token": "{csrf}"}),
    ),
}


_RFC7616_NONCE = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"
_RFC7616_CNONCE = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
_RFC7616_OPAQUE = "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"


def _header_of_mufasa(challenge: Challenge, password: str, cnonce: str) -> str:
    """The header of the user in the RFCs' examples, who asks for the same page in all of them."""
    return answer(
        challenge,
        user="Mufasa",
        password=password,
        method="GET",
        target="/dir/index.html",
        count=1,
        cnonce=cnonce,
    )


@pytest.mark.parametrize(
    "algorithm, response",
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_an_answer_of_digest_login_is_that_of_rfc_7616_3_9_1(algorithm: str, response: str) -> None:
    challenge = Challenge(
        realm="http-auth@example.org",
        nonce=_RFC7616_NONCE,
        algorithm=algorithm,
        opaque=_RFC7616_OPAQUE,
        has_qop=True,
    )
    assert _header_of_mufasa(challenge, "Circle of Life", _RFC7616_CNONCE) == (
        f'Digest username="Mufasa", realm="http-auth@example.org", nonce="{_RFC7616_NONCE}", '
        f'uri="/dir/index.html", algorithm={algorithm}, response="{response}", qop=auth, '
        f'nc=00000001, cnonce="{_RFC7616_CNONCE}", opaque="{_RFC7616_OPAQUE}"'
    )


def test_without_qop_it_is_that_of_rfc_2069_2_4_as_its_erratum_749_corrects_it() -> None:
    nonce = "dcd98b7102dd2f0e8b11d0f600bfb0c093"
    challenge = Challenge(
        realm="testrealm@host.com", nonce=nonce, algorithm="MD5", opaque=None, has_qop=False
    )
    assert _header_of_mufasa(challenge, "CircleOfLife", "0") == (
        f'Digest username="Mufasa", realm="testrealm@host.com", nonce="{nonce}", '
        'uri="/dir/index.html", algorithm=MD5, response="1949323746fe6a43ef61f9606e7febea"'
    )


def _session_login(key: str) -> Login:
    """The login of a session whose second key is this one."""
    reply = Response(200, {"set-cookie": "TOKEN=first-key"}, json.dumps({"token": key}).encode())
    return login_of(FORMS["two keys"], Login(USER, PASSWORD), lambda _: reply)


def test_each_key_of_a_session_is_sent_and_kept_out_of_errors() -> None:
    key = "k" * 2000
    login = _session_login(key)
    request = Request("GET", "/outlets", {}, None, PATIENCE_S, PATIENCE_S, 1000)
    assert login.added_to(request).headers == {"Cookie": "TOKEN=first-key", "X-CSRF-Token": key}
    # what is quoted is cut after some hundred characters
    for text in ("first-key", key):
        assert text[:50] not in login.quoted(text)


@pytest.mark.parametrize(
    "key", ["a key", "a,key", "a;key", "a\tkey", "k\xe9y", pytest.param("k" * 2001, id="long"), ""]
)
def test_what_no_header_of_a_session_can_carry_is_no_key(key: str) -> None:
    with pytest.raises(ProtocolError) as error_info:
        _session_login(key)
    assert str(error_info.value) == (
        "POST /login: the answer to the login has no session key (csrf): is this the unit's web "
        "service, and is its firmware current?"
    )


def _owner_login(form: str, values: Mapping[str, str]) -> Login:
    return owner_login(FORMS[form], Settings(values, login_settings(FORMS[form])))


@pytest.mark.parametrize(
    "form, values, login",
    [
        pytest.param(
            "digest of admin",
            {"password": "a"},
            ("admin", "a", None),
            id="the one user of a make need not be given",
        ),
        pytest.param(
            "digest of admin",
            {"username": "other", "password": "a"},
            ("other", "a", None),
            id="another user of it may be given",
        ),
        pytest.param("digest of admin", {}, (None, None, None), id="a unit without a login"),
        pytest.param(
            "session or token", {"token": "word"}, (None, None, "word"), id="a token instead"
        ),
    ],
)
def test_an_owner_gives_a_login(
    form: str, values: Mapping[str, str], login: Sequence[Optional[str]]
) -> None:
    owner = _owner_login(form, values)
    assert (owner.user, owner.password, owner.token) == login
    assert not owner.is_sent


_BOTH_OR_NEITHER = "the handler settings 'username' and 'password' go together: set both or neither"
_NOT_BOTH = "give the handler settings 'username' and 'password', or 'token', not both"


@pytest.mark.parametrize(
    "form, values, sentence",
    [
        pytest.param(
            "digest",
            {"password": "a"},
            _BOTH_OR_NEITHER,
            id="half of a login",
        ),
        pytest.param(
            "session or token",
            {"token": "word-1", "username": "word"},
            _NOT_BOTH,
            id="a token beside a user",
        ),
        pytest.param(
            "session or token",
            {"token": "word-1", "password": "word"},
            _NOT_BOTH,
            id="a token beside a password",
        ),
    ],
)
def test_a_login_that_is_half_or_doubled_is_refused(
    form: str, values: Mapping[str, str], sentence: str
) -> None:
    with pytest.raises(SettingsError) as error_info:
        _owner_login(form, values)
    assert str(error_info.value) == sentence


@pytest.mark.against("PyPI requests, HTTPDigestAuth")
@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
def test_the_unit_of_these_tests_takes_and_refuses_what_requests_answers(algorithm: str) -> None:
    with HttpServer(DigestUnit(algorithm)) as server, requests.Session() as session:
        url = f"http://{server.host}:{server.port}/outlets"
        session.auth = requests.auth.HTTPDigestAuth(USER, PASSWORD)
        assert [session.get(url, timeout=PATIENCE_S).status_code for _ in range(2)] == [200, 200]
        session.auth = requests.auth.HTTPDigestAuth(USER, "another-word")
        assert session.get(url, timeout=PATIENCE_S).status_code == 401
