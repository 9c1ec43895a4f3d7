"""Logins by their forms: login_forms.txt. What units get is in units.txt and exchanges.txt.

    answer ALGORITHM & NAME=TEXT    the header of digest login to a challenge with these fields;
                                    `no qop`: as RFC 2069 has it
    owner FORM & NAME=TEXT          what the owner of a unit gives, by one of FORMS
    key TEXT                        the second key of a session: the headers of what follows it, and
                                    whether errors show one of the keys; 7{100} for a hundred 7

`python -m tests.handlers.http.test_login_forms` writes right sides.
"""

from __future__ import annotations

import json
from pathlib import Path

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
from handlers.shared.errors import PduHandlerError
from handlers.shared.settings import Settings
from tests.simulators.unit_servers import PASSWORD, USER, HttpServer
from tests.tables import Case, Law, Table, compared, folded, unfolded
from tests.waiting import PATIENCE_S

from .login_units import DigestUnit

TABLE = Table(Path(__file__).with_name("login_forms.txt"), operator="=")
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


def shown(case: Case) -> str:
    """The right side of a case, as the code gives it now."""
    first, *changes = case.left.split(TABLE.separator)
    word, _, rest = first.partition(" ")
    fields: dict[str, str] = {}
    for change in changes:
        key, _, fields[key] = change.partition("=")
    try:
        if word == "answer":
            return _answer(rest, fields)
        if word == "key":
            return _session(unfolded(rest).replace("\\t", "\t"))
        login = owner_login(FORMS[rest], Settings(fields, login_settings(FORMS[rest])))
        sent = ", sent" if login.is_sent else ""
        return f"user {login.user}, password {login.password}, token {login.token}{sent}"
    except PduHandlerError as error:
        return f"{error.kind} {error}"


def _answer(algorithm: str, fields: dict[str, str]) -> str:
    challenge = Challenge(
        realm=fields["realm"],
        nonce=fields["nonce"],
        algorithm=algorithm,
        opaque=fields.get("opaque"),
        has_qop="no qop" not in fields,
    )
    return answer(
        challenge,
        user="Mufasa",
        password=fields["password"],
        method="GET",
        target="/dir/index.html",
        count=int(fields["count"]),
        cnonce=fields["cnonce"],
    )


def _session(key: str) -> str:
    reply = Response(200, {"set-cookie": "TOKEN=first-key"}, json.dumps({"token": key}).encode())
    login = login_of(FORMS["two keys"], Login(USER, PASSWORD), lambda _: reply)
    request = Request("GET", "/outlets", {}, None, PATIENCE_S, PATIENCE_S, 1000)
    # what is quoted is cut after some hundred characters
    shown_keys = [text for text in ("first-key", key) if text[:50] in login.quoted(text)]
    return folded(f"{login.added_to(request).headers} shows {shown_keys}")


@pytest.mark.parametrize("law", TABLE.laws(), ids=str)
def test_logins_are_those_of_the_lines(law: Law) -> None:
    law.check(compared(shown))


@pytest.mark.against("PyPI requests, HTTPDigestAuth")
@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
def test_the_unit_of_these_tests_takes_and_refuses_what_requests_answers(algorithm: str) -> None:
    with HttpServer(DigestUnit(algorithm)) as server, requests.Session() as session:
        url = f"http://{server.host}:{server.port}/outlets"
        session.auth = requests.auth.HTTPDigestAuth(USER, PASSWORD)
        assert [session.get(url, timeout=PATIENCE_S).status_code for _ in range(2)] == [200, 200]
        session.auth = requests.auth.HTTPDigestAuth(USER, "another-word")
        assert session.get(url, timeout=PATIENCE_S).status_code == 401


if __name__ == "__main__":
    TABLE.write(shown)
