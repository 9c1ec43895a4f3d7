"""How a codec says that its units want their login, and the one place that makes requests of it.

A codec's `LOGIN` is one of:

- BasicLogin: user and password in the header Authorization; what a codec without `LOGIN` has
- DigestLogin: an answer to the unit's challenge; or a token
- FieldLogin: user and password, or a token, in fields of each request
- SessionLogin: a request begins a session, whose keys stand in fields of those that follow

Fields are templates: "{user}", "{password}" and "{token}" stand for the settings of these names,
and each key of a session for what its first answer gave.

    # NETIO-230: the login stands in one field of the query
    LOGIN = FieldLogin(query={"l": "p:{user}:{password}"}, refusal="501 INVALID")

    # UniFi's controllers: a cookie, and a second header against forged requests
    LOGIN = SessionLogin(
        path="/api/auth/login",
        body={"username": "{user}", "password": "{password}"},
        keys={"key": (Cookie("TOKEN"),), "csrf": (Header("X-CSRF-Token"),)},
        requests=FieldLogin(headers={"Cookie": "TOKEN={key}", "X-CSRF-Token": "{csrf}"}),
    )

    # Geist: the key stands in the JSON of commands, and is refused with status 200
    LOGIN = SessionLogin(
        path="/api/auth/admin",
        body={"cmd": "login", "data": {"password": "{password}"}},
        keys={"key": (Member("data.token"),)},
        requests=FieldLogin(body={"token": "{key}"}, refusal='"retCode": *100[23]'),
    )

    # Energenie: a login page; the unit knows the session by the client's address
    LOGIN = SessionLogin(
        path="/login.html",
        body={"pw": "{password}"},
        keys={},
        requests=FieldLogin(refusal="EnerGenie Web:</h1>"),
        content_type=FORM,
    )
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Callable, NamedTuple, Optional, Union

from ..shared.errors import NamedSetting, ProtocolError, SettingsError
from ..shared.login_texts import NO_SESSION
from ..shared.settings import Setting, Settings, one_line
from .digest import Digest
from .errors import HttpDenied, HttpLoginRefused
from .login import Login, LoginFields
from .message import Response
from .settings import PASSWORD, USERNAME, both_logins
from .strict_json import FORM_ERRORS, loads
from .unit_requests import FORM, JSON, WriteRequest, form

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
TOKEN: Setting[str] = Setting(
    "token",
    "a personal access token, on one line without tabs",
    one_line,
    "",
    "in place of username and password; no session is begun on the unit",
    secret=True,
)
_KEY = re.compile(r"[!-+\--:<-~]{1,2000}")  # printable, without blank, comma and semicolon


class BasicLogin(NamedTuple):
    """User and password with each request (RFC 7617)."""


class DigestLogin(NamedTuple):
    """The answer to the unit's challenge, MD5 or SHA-256 (RFC 7616).

    > GET /relay/0
    < 401, WWW-Authenticate: Digest realm="unit", nonce="7f", qop="auth"
    > GET /relay/0, Authorization: Digest username="admin", ...
    """

    #: the one user that the units have, "" if the owner names one
    user: str = ""
    #: whether a unit that offers Basic alone gets the password, over TLS
    basic_over_tls: bool = False
    #: as of SessionLogin
    token: Optional[FieldLogin] = None


class FieldLogin(NamedTuple):
    """Fields of each request, by name.

    >>> login_form = FieldLogin(query={"l": "p:{user}:{password}"}, refusal="501 INVALID")
    >>> login_form.filled({"user": "admin", "password": "x"}).query
    {'l': 'p:admin:x'}
    """

    headers: Mapping[str, str] = {}
    #: after the path
    query: Mapping[str, str] = {}
    #: in a body, if the request has one: of JSON by its path, such as "params.0"
    body: Mapping[str, str] = {}
    #: a pattern of a body with which the unit refuses a login, in place of status 401
    refusal: str = ""

    def filled(self, values: Mapping[str, str]) -> LoginFields:
        """The fields with `values` in place of "{user}" and others. Its repr shows no value.

        >>> FieldLogin(headers={"Cookie": "TOKEN={key}"}).filled({"key": "4f2a"}).headers
        {'Cookie': 'TOKEN=4f2a'}
        """
        return LoginFields(
            headers=_filled(self.headers, values),
            query=_filled(self.query, values),
            body=_filled(self.body, values),
        )

    def templates(self) -> Iterator[str]:
        for fields in (self.headers, self.query, self.body):
            yield from fields.values()


class Cookie(NamedTuple):
    """Where a session's key is: in a cookie of this name. An answer may delete the one of an
    earlier session before it sets another.

        < 200, Set-Cookie: SPID=4f2a; path=/           Cookie("SPID"): "4f2a"
    """

    name: str

    def read(self, response: Response) -> str:
        """The value of the last such cookie of the response; "" without one.

        >>> Cookie("SPID").read(Response(200, {"set-cookie": "SPID=4f2a; path=/"}, b""))
        '4f2a'
        """
        cookies = response.headers.get("set-cookie", "")
        values = re.findall(rf"(?:^|[,;]\s*){re.escape(self.name)}=([^;,\s]+)", cookies)
        return values[-1] if values else ""


class Header(NamedTuple):
    """Where a session's key is: in a header of this name.

    >>> Header("X-CSRF-Token").read(Response(200, {"x-csrf-token": "4f2a"}, b""))
    '4f2a'
    """

    name: str

    def read(self, response: Response) -> str:
        """The value of the header; "" without it."""
        return response.headers.get(self.name.lower(), "")


class Member(NamedTuple):
    """Where a session's key is: in JSON, by its path, such as "data.token".

    < 200 {"data": {"token": "4f2a"}}              Member("data.token"): "4f2a"
    """

    path: str

    def read(self, response: Response) -> str:
        """The text of the member; "" if the body has none.

        >>> Member("data.token").read(Response(200, {}, b'{"data": {"token": "4f2a"}}'))
        '4f2a'
        """
        try:
            value: Any = loads(response.body)
            for name in self.path.split("."):
                value = value[int(name) if name.isdigit() else name]
        except FORM_ERRORS:
            return ""
        return value if isinstance(value, str) else ""


class SessionLogin(NamedTuple):
    """A request that begins a session, and the fields of those that follow. Nothing ends the
    session but the unit.

        > POST /api/auth/login {"username": "admin", "password": ...}
        < 200, Set-Cookie: TOKEN=4f2a
        > GET /status, Cookie: TOKEN=4f2a
    """

    #: where the session begins: a POST
    path: str
    #: its body, JSON or a form of the same fields
    body: Mapping[str, Any]
    #: by name, where an answer may have it: the first that does is read; none for a unit that
    #: knows a session by its client's address
    keys: Mapping[str, Sequence[Union[Cookie, Header, Member]]]
    #: what the requests that follow have
    requests: FieldLogin = FieldLogin()
    content_type: str = JSON
    #: what each request has with a token of the owner, in place of user and password; None: the
    #: units have no such tokens
    token: Optional[FieldLogin] = None
    #: what the error of a refused session says besides
    advice: tuple[Union[str, NamedSetting], ...] = ()


LoginForm = Union[BasicLogin, DigestLogin, FieldLogin, SessionLogin]


def form_of(codec: object) -> LoginForm:
    """How a codec says that its units want their login: its LOGIN, else a BasicLogin."""
    login_form: LoginForm = getattr(codec, "LOGIN", BasicLogin())
    return login_form


def refusal_of(login_form: LoginForm) -> str:
    """The pattern of a body that refuses a login, "" for none.

    >>> refusal_of(FieldLogin(refusal="501 INVALID")), refusal_of(BasicLogin())
    ('501 INVALID', '')
    """
    if isinstance(login_form, SessionLogin):
        return login_form.requests.refusal
    if isinstance(login_form, FieldLogin):
        return login_form.refusal
    return ""


def token_login_of(login_form: LoginForm) -> Optional[FieldLogin]:
    """The fields that each request has if the owner gave a token of his own; None for units that
    take no such token."""
    return login_form.token if isinstance(login_form, (DigestLogin, SessionLogin)) else None


def login_settings(login_form: LoginForm) -> tuple[Setting[str], ...]:
    """The handler settings that this form of login uses: of username, password and token.

    >>> [setting.key for setting in login_settings(BasicLogin())]
    ['username', 'password']
    >>> [setting.key for setting in login_settings(FieldLogin(query={"pw": "{password}"}))]
    ['password']
    """
    names = _names(login_form)
    settings = []
    if "user" in names:
        settings.append(USERNAME)
    if "password" in names:
        settings.append(PASSWORD)
    if "token" in names:
        settings.append(TOKEN)
    return tuple(settings)


def owner_login(
    login_form: LoginForm, settings: Settings, public_words: frozenset[str] = frozenset()
) -> Login:
    """The user and password, or the token, that the owner gave in the settings; an empty login if
    he gave none. It has `is_sent` False: it only hides these words in errors, until `login_of`
    makes of it the login that is sent. `public_words`: words of all such units' paths, which are no
    secret even if the password is one of them.

    Raises SettingsError for a user or a password alone where the form of login has both (but for a
    DigestLogin's own user), and for a token beside them.

    >>> settings = Settings({"username": "admin", "password": "x"}, [USERNAME, PASSWORD])
    >>> login = owner_login(BasicLogin(), settings)
    >>> login.user, login.password, login.is_sent
    ('admin', 'x', False)
    """
    used_settings = login_settings(login_form)
    user = settings[USERNAME] if USERNAME in used_settings else ""
    password = settings[PASSWORD] if PASSWORD in used_settings else ""
    token = settings[TOKEN] if TOKEN in used_settings else ""
    if token and (user or password):
        raise both_logins()
    if token:
        return Login(token=token, is_personal=True, public_words=public_words, is_sent=False)
    if isinstance(login_form, DigestLogin):
        if password:
            user = user or login_form.user
        _require_printable_user(user)
    is_half = bool(user) != bool(password)
    if is_half and USERNAME in used_settings:
        raise SettingsError(
            (
                NamedSetting("username", noun="the handler settings "),
                " and ",
                NamedSetting("password"),
                " go together: set both or neither",
            )
        )
    return Login(
        user=user or None, password=password or None, public_words=public_words, is_sent=False
    )


def _require_printable_user(user: str) -> None:
    r"""Raises SettingsError for a user name that no header can hold.

    >>> _require_printable_user("admin")
    >>> _require_printable_user("admin\r")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    handlers.shared.errors.SettingsError: the handler setting 'username' has a line break ...
    """
    if _CONTROL.search(user):
        raise SettingsError(
            (
                NamedSetting("username", noun="the handler setting "),
                " has a line break or another control character, which no request can carry",
            )
        )


def login_of(
    login_form: LoginForm, owner: Login, send: Callable[[WriteRequest], Response]
) -> Login:
    """The login of the requests that follow, from what the owner gave:

    owner's token, and units that take one    the token in its fields
    DigestLogin                               the answers to challenges
    nothing, or BasicLogin                    the header Authorization; empty for nothing
    FieldLogin                                user and password in its fields
    SessionLogin                              the keys of a session, which a request begins

    That request is sent with `send`, which raises for a refusal. Raises ProtocolError for an answer
    without the session's keys.

    >>> owner = Login("admin", "x", is_sent=False)
    >>> login_form = FieldLogin(query={"l": "p:{user}:{password}"})
    >>> login_of(login_form, owner, send=lambda request: None).fields.query
    {'l': 'p:admin:x'}
    """
    values = {"user": owner.user or "", "password": owner.password or ""}
    if owner.token:
        values = {"token": owner.token}
    token_login = token_login_of(login_form)
    if token_login is not None and owner.token:
        return replace(
            owner,
            fields=token_login.filled(values),
            is_beside_digest=isinstance(login_form, DigestLogin),
            is_sent=True,
        )
    if isinstance(login_form, DigestLogin):
        basic_over_tls = login_form.basic_over_tls
        digest = Digest(owner.user, owner.password, basic_over_tls=basic_over_tls)
        return replace(owner, digest=digest, is_sent=True)
    if not owner.token and owner.password is None:
        return replace(owner, is_sent=True)  # empty: the device may want no login
    if isinstance(login_form, FieldLogin):
        return replace(owner, fields=login_form.filled(values), is_sent=True)
    if isinstance(login_form, SessionLogin):
        return _session_login(login_form, owner, values, send)
    return replace(owner, is_sent=True)  # basic, or the token's header


def _session_login(
    login_form: SessionLogin,
    owner: Login,
    values: Mapping[str, str],
    send: Callable[[WriteRequest], Response],
) -> Login:
    """The login by a session on the unit, which this function begins by a request, sent with
    `send`. `owner`: the login that the owner gave; `values`: its user and password, by the names
    "user" and "password".

        > POST /api/auth/login {"username": "admin", "password": ...}
        < 200, Set-Cookie: TOKEN=4f2a              token "4f2a", fields with Cookie: TOKEN=4f2a
    """
    keys = _session_keys(login_form, values, send)
    # a session that the unit knows by the client's address has no key, but may end as others; of
    # several keys any may be the token: errors show none of them (`Login._secrets`)
    token, *other_keys = keys.values() or [""]
    return replace(
        owner,
        token=token,
        keys=tuple(other_keys),
        fields=login_form.requests.filled({**values, **keys}),
        is_sent=True,
    )


def _session_keys(
    login_form: SessionLogin,
    values: Mapping[str, str],
    send: Callable[[WriteRequest], Response],
) -> dict[str, str]:
    """The keys of a session that the unit begins, by name: 1 round trip.

    keys {"key": (Member("data.token"),)}
    > POST /api/auth/admin {"cmd": "login", "data": {"password": ...}}
    < 200 {"data": {"token": "4f2a"}}          {"key": "4f2a"}
    """
    fields = _filled(login_form.body, values)
    is_form = login_form.content_type == FORM
    body = form(fields) if is_form else json.dumps(fields).encode()
    request = WriteRequest(login_form.path, body, content_type=login_form.content_type)
    try:
        response = send(request)
    except HttpLoginRefused as error:
        error.set_reason((*error.parts, *_advice(login_form)))
        raise
    except HttpDenied as error:
        # no privilege is needed to log in
        error.set_reason((NO_SESSION, *_advice(login_form)))
        raise
    keys: dict[str, str] = {}
    for name, sources in login_form.keys.items():
        shown_keys = [source.read(response) for source in sources]
        usable_keys = [key for key in shown_keys if _KEY.fullmatch(key)]
        if not usable_keys:
            raise ProtocolError(
                f"the answer to the login has no session key ({name}): is this the unit's web"
                " service, and is its firmware current?",
                operation=f"POST {login_form.path}",
            )
        keys[name] = usable_keys[0]
    return keys


def _advice(login_form: SessionLogin) -> Sequence[Union[str, NamedSetting]]:
    """What an error of a refused login ends with, by the maker's `advice`: "; if they are right,
    ..."; () without it."""
    if not login_form.advice:
        return ()
    return ("; if they are right, ", *login_form.advice)


def _names(login_form: LoginForm) -> frozenset[str]:
    """Which of user, password and token the form of login uses.

    >>> sorted(_names(FieldLogin(query={"l": "p:{user}:{password}"})))
    ['password', 'user']
    """
    templates: Iterable[str] = ("{user}", "{password}")
    if isinstance(login_form, FieldLogin):
        templates = login_form.templates()
    elif isinstance(login_form, SessionLogin):
        templates = _texts(login_form.body)
    token_login = token_login_of(login_form)
    if token_login is not None:
        templates = [*templates, *token_login.templates()]
    names = re.findall(r"\{(user|password|token)\}", " ".join(templates))
    return frozenset(names)


def _texts(template: Any) -> Iterator[str]:
    """All texts in a value of JSON.

    >>> list(_texts({"cmd": "login", "data": ["{user}", 7]}))
    ['login', '{user}']
    """
    if isinstance(template, Mapping):
        template = list(template.values())
    if isinstance(template, (list, tuple)):
        for part in template:
            yield from _texts(part)
    elif isinstance(template, str):
        yield template


def _filled(template: Any, values: Mapping[str, str]) -> Any:
    """A copy of the JSON `template`, in whose texts `values` replace "{user}", "{password}" and
    others.

    >>> _filled({"data": {"password": "{password}"}}, {"password": "x"})
    {'data': {'password': 'x'}}
    """
    if isinstance(template, Mapping):
        return {name: _filled(part, values) for name, part in template.items()}
    if isinstance(template, (list, tuple)):
        return [_filled(part, values) for part in template]
    if isinstance(template, str):
        return template.format_map(values)
    return template
