"""The login of a codec's unit (handlers/http/login_forms.py), seen from the unit that replays a
recording: it takes each login, and knows a request by what is left without the login.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple, Optional
from urllib.parse import parse_qsl, unquote_plus

from handlers.http.login_forms import (
    Cookie,
    FieldLogin,
    Header,
    LoginForm,
    SessionLogin,
)
from handlers.http.unit_requests import FORM

from .replay_server import Response

_KEY = "replayed"


class LoginlessRequest(NamedTuple):
    """A request without its login, so that two can be compared."""

    method: str
    target: str
    #: JSON in one spelling, or the text
    content: str


def without_login(
    login_form: LoginForm, method: str, target: str, content: Any
) -> LoginlessRequest:
    """A request without its login. `content`: the JSON of its body, or the text."""
    fields = _fields(login_form)
    path, _, query = target.partition("?")
    query = _without_fields(query, fields.query)
    new_target = f"{path}?{query}" if query else path
    if isinstance(content, str):
        return LoginlessRequest(method, new_target, _without_fields(content, fields.body))
    for place in fields.body:
        content = _with_member(content, place.split("."), "")
    return LoginlessRequest(method, new_target, json.dumps(content, sort_keys=True))


def session_answer(
    login_form: LoginForm, method: str, target: str, body: bytes
) -> Optional[Response]:
    """The answer to a request that begins a session; None for any other request."""
    if not isinstance(login_form, SessionLogin) or (method, target) != ("POST", login_form.path):
        return None
    try:
        is_form = login_form.content_type == FORM
        login: Any = dict(parse_qsl(body.decode())) if is_form else json.loads(body)
    except ValueError:
        return None
    return _session_keys(login_form) if _is_filled(login_form.body, login) else None


def _session_keys(login_form: SessionLogin) -> Response:
    """The answer with the keys of a session, each in the first of the places where it may be."""
    headers: dict[str, str] = {}
    document: Any = {}
    for places in login_form.keys.values():
        place = places[0]
        if isinstance(place, Cookie):
            headers["Set-Cookie"] = f"{place.name}={_KEY}; path=/"
        elif isinstance(place, Header):
            headers[place.name] = _KEY
        else:
            document = _with_member(document, place.path.split("."), _KEY)
    return 200, document, headers


def _fields(login_form: LoginForm) -> FieldLogin:
    """Where the requests of a unit hold its login."""
    if isinstance(login_form, SessionLogin):
        return login_form.requests
    return login_form if isinstance(login_form, FieldLogin) else FieldLogin()


def _without_fields(text: str, names: Mapping[str, str]) -> str:
    """A query or a form without the fields of these names."""
    parts: list[str] = []
    for part in text.split("&"):
        name, _, _ = part.partition("=")
        if unquote_plus(name) not in names:
            parts.append(part)
    return "&".join(parts)


def _with_member(document: Any, path: list[str], value: str) -> Any:
    """JSON with this value at the path, made where it is missing. A number in the path is the place
    in a list.
    """
    if not path:
        return value
    name, *rest = path
    if name.isdigit():
        place = int(name)
        elements = list(document) if isinstance(document, list) else []
        elements += [None] * (place + 1 - len(elements))
        elements[place] = _with_member(elements[place], rest, value)
        return elements
    members = dict(document) if isinstance(document, Mapping) else {}
    members[name] = _with_member(members.get(name), rest, value)
    return members


def _is_filled(template: Any, value: Any) -> bool:
    """Whether JSON is this template with any texts in its places, such as "{password}"."""
    if isinstance(template, str) and "{" in template:
        return isinstance(value, str)
    if isinstance(template, Mapping) and isinstance(value, Mapping):
        if template.keys() != value.keys():
            return False
        return all(_is_filled(part, value[name]) for name, part in template.items())
    if isinstance(template, (list, tuple)) and isinstance(value, list):
        return len(template) == len(value) and all(map(_is_filled, template, value))
    return bool(template == value)
