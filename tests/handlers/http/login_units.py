"""Small units that want their login in each of the forms of handlers/http/login_forms.py, and a
codec that reads and switches them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, NamedTuple, Optional, Union
from urllib.parse import parse_qs, urlsplit

from handlers.http.dialogue import (
    Dialogue,
    HttpPdu,
    Outlet,
    PduState,
    ReadRequest,
    WriteRequest,
    settings_of,
)
from handlers.http.login_forms import (
    BasicLogin,
    Cookie,
    DigestLogin,
    FieldLogin,
    Header,
    LoginForm,
    Member,
    SessionLogin,
)
from handlers.http.unit_requests import FORM, form
from pdu.loading.handler_loading import LoadedHandler
from pdu_common.connection import PduData
from tests.simulators.digest_access import DigestAccess
from tests.simulators.unit_pdu import UnitPdu
from tests.simulators.unit_servers import PASSWORD, USER, HttpServer, Reply, basic_user

TOKEN = "made-up-token"


class Unit(UnitPdu):
    """GET /outlets, PUT /outlets/N. A subclass says who may."""

    def __init__(self) -> None:
        super().__init__(outlets=2, off=(2,))
        #: how often it refused a login that somebody sent
        self.refusals = 0

    def user(self, method: str, path: str, headers: Mapping[str, str]) -> str:
        name = self.user_of(method, path, headers)
        if not name and ("Authorization" in headers or "Cookie" in headers):
            self.refusals += 1
        return name

    def user_of(self, method: str, path: str, headers: Mapping[str, str]) -> str:
        return USER

    def answer(self, method: str, path: str, body: bytes) -> Union[bytes, Reply, None]:
        """Switches an outlet, else lists all."""
        outlet = re.fullmatch(r"/outlets/(\d)", urlsplit(path).path)
        if method == "PUT" and outlet:
            self.turn(int(outlet[1]), self.wanted(body))
            return Reply(204)
        return json.dumps({str(number): on for number, on in self.on.items()}).encode()

    def wanted(self, body: bytes) -> bool:
        return bool(json.loads(body)["on"])


class BasicUnit(Unit):
    def user_of(self, method: str, path: str, headers: Mapping[str, str]) -> str:
        return basic_user(method, path, headers)


class DigestUnit(Unit):
    """With the algorithm, and the uses of a nonce."""

    def __init__(self, algorithm: str = "SHA-256", uses: int = 1000) -> None:
        super().__init__()
        self.access = DigestAccess("unit", algorithm, uses=uses)
        self.challenge = self.access.challenge

    def user(self, method: str, path: str, headers: Mapping[str, str]) -> str:
        name = self.access.user(method, path, headers)
        self.refusals = self.access.refusals
        return name


class QueryUnit(Unit):
    """It refuses with status 200 and a word, as Tasmota does."""

    def answer(self, method: str, path: str, body: bytes) -> Union[bytes, Reply, None]:
        query = parse_qs(urlsplit(path).query)
        if query.get("user") != [USER] or query.get("password") != [PASSWORD]:
            self.refusals += 1
            return b'{"WARNING": "Need user=<username>&password=<password>"}'
        return super().answer(method, path, body)


class TokenUnit(Unit):
    def user_of(self, method: str, path: str, headers: Mapping[str, str]) -> str:
        return USER if headers.get("Authorization") == f"Bearer {TOKEN}" else ""


class SessionUnit(Unit):
    """A cookie, and a second header against forged requests, as UniFi's controllers have them.
    A session ends after `uses` requests.
    """

    def __init__(self, uses: int = 1000) -> None:
        super().__init__()
        self.uses = uses
        self.left = 0
        self.sessions = 0

    def user_of(self, method: str, path: str, headers: Mapping[str, str]) -> str:
        if path == "/login":
            return USER
        names = (f"TOKEN=key-{self.sessions}", f"csrf-{self.sessions}")
        is_right = (headers.get("Cookie"), headers.get("X-CSRF-Token")) == names
        self.left -= 1
        return USER if is_right and self.left >= 0 else ""

    def answer(self, method: str, path: str, body: bytes) -> Union[bytes, Reply, None]:
        if path != "/login":
            return super().answer(method, path, body)
        if json.loads(body) != {"username": USER, "password": PASSWORD}:
            self.refusals += 1
            return Reply(401)
        self.sessions += 1
        self.left = self.uses
        cookie = f"TOKEN=key-{self.sessions}; path=/; HttpOnly"
        headers = {"Set-Cookie": cookie, "X-CSRF-Token": f"csrf-{self.sessions}"}
        return Reply(200, b"{}", headers)


class BodyUnit(SessionUnit):
    """The key of the session stands in the JSON of each request, as with OpenWrt's ubus; without it
    the unit answers 200 and an error.
    """

    def user_of(self, method: str, path: str, headers: Mapping[str, str]) -> str:
        return USER

    def answer(self, method: str, path: str, body: bytes) -> Union[bytes, Reply, None]:
        message = json.loads(body)
        key, name, values = message["params"]
        if name == "login":
            if values != {"username": USER, "password": PASSWORD}:
                self.refusals += 1
                return b'{"result": [6]}'
            self.sessions += 1
            self.left = self.uses
            return json.dumps({"result": [0, {"session": f"key-{self.sessions}"}]}).encode()
        self.left -= 1
        if key != f"key-{self.sessions}" or self.left < 0:
            return b'{"result": [6]}'
        if name == "turn":
            self.turn(int(values["outlet"]), values["on"])
        return super().answer("GET", path, body)


class AddressUnit(SessionUnit):
    """It knows a session by the client's address, and answers its login page without one, as
    Energenie's do; forms in place of JSON.
    """

    def user_of(self, method: str, path: str, headers: Mapping[str, str]) -> str:
        return USER

    def answer(self, method: str, path: str, body: bytes) -> Union[bytes, Reply, None]:
        if path == "/login":
            if parse_qs(body.decode()) != {"pw": [PASSWORD]}:
                self.refusals += 1
                return b"<form name=login>"
            self.sessions += 1
            self.left = self.uses
            return b"<a>Log Out</a>"
        self.left -= 1
        if self.left < 0:
            return b"<form name=login>"
        return Unit.answer(self, method, path, body)

    def wanted(self, body: bytes) -> bool:
        return parse_qs(body.decode()) == {"on": ["1"]}


# ---- the codec -----------------------------------------------------------------------------------


def codec(login: LoginForm, *, is_form: bool = False, is_rpc: bool = False) -> Any:
    """A codec of these units, with this form of login."""

    def read_outlets() -> Dialogue[tuple[Outlet, ...]]:
        message = json.dumps({"params": ["0", "list", {}]}).encode()
        body = yield ReadRequest("/outlets", message if is_rpc else b"")
        return tuple(Outlet(number, "", on) for number, on in json.loads(body).items())

    def read_unit(*, with_figures: bool) -> Dialogue[PduState]:
        return PduState((yield from read_outlets()))

    def command(identity: str, *, on: bool) -> Dialogue[None]:
        path = f"/outlets/{identity}"
        if is_rpc:
            values = {"outlet": identity, "on": on}
            yield WriteRequest("/outlets", json.dumps({"params": ["0", "turn", values]}).encode())
        elif is_form:
            yield WriteRequest(path, form({"on": str(int(on))}), "PUT", FORM)
        else:
            yield WriteRequest(path, json.dumps({"on": on}).encode(), "PUT")

    return SimpleNamespace(
        read_unit=read_unit, read_outlets=read_outlets, command=command, LOGIN=login
    )


class Case(NamedTuple):
    #: the class of the unit
    unit: Any
    codec: Any
    settings: Mapping[str, str] = {"username": USER, "password": PASSWORD}
    arguments: tuple[Any, ...] = ()

    def pdu(self, server: HttpServer, **settings: str) -> HttpPdu:
        kind = type("TestPdu", (HttpPdu,), {"handler_name": "test", "codec": self.codec})
        fields = {"scheme": "http", "port": str(server.port), **self.settings, **settings}
        pdu: HttpPdu = kind(PduData(server.host, fields))
        return pdu

    @property
    def loaded(self) -> LoadedHandler:
        """The handler of this codec, as the command loads one."""
        kind = type("TestPdu", (HttpPdu,), {"handler_name": "test", "codec": self.codec})
        return LoadedHandler("test", "test", kind, settings_of(self.codec), snmp=False)

    def make(self, uses: Optional[int] = None) -> Unit:
        unit: Unit = self.unit(*self.arguments) if uses is None else self.unit(uses=uses)
        return unit


_USER_AND_PASSWORD = {"username": "{user}", "password": "{password}"}
CASES = {
    "basic": Case(BasicUnit, codec(BasicLogin())),
    "digest SHA-256": Case(DigestUnit, codec(DigestLogin())),
    "digest MD5": Case(DigestUnit, codec(DigestLogin()), arguments=("MD5",)),
    "query": Case(
        QueryUnit,
        codec(FieldLogin(query={"user": "{user}", "password": "{password}"}, refusal='"WARNING"')),
    ),
    "token": Case(
        TokenUnit,
        codec(FieldLogin(headers={"Authorization": "Bearer {token}"})),
        {"token": TOKEN},
    ),
    "session": Case(
        SessionUnit,
        codec(
            SessionLogin(
                path="/login",
                body=_USER_AND_PASSWORD,
                keys={"key": (Cookie("TOKEN"),), "csrf": (Header("X-CSRF-Token"),)},
                requests=FieldLogin(headers={"Cookie": "TOKEN={key}", "X-CSRF-Token": "{csrf}"}),
            )
        ),
    ),
    "body": Case(
        BodyUnit,
        codec(
            SessionLogin(
                path="/rpc",
                body={"params": ["0", "login", _USER_AND_PASSWORD]},
                keys={"key": (Member("result.1.session"),)},
                requests=FieldLogin(body={"params.0": "{key}"}, refusal=r'"result": \[6\]'),
            ),
            is_rpc=True,
        ),
    ),
    "address": Case(
        AddressUnit,
        codec(
            SessionLogin(
                path="/login",
                body={"pw": "{password}"},
                keys={},
                requests=FieldLogin(refusal="<form name=login>"),
                content_type=FORM,
            ),
            is_form=True,
        ),
        {"password": PASSWORD},
    ),
}
SESSIONS = ("session", "body", "address")
