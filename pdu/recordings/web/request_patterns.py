"""Requests over HTTP as a person writes them, and as a recording keeps them. Pure.

    GET /status.json?components=1
    POST /relay/{outlet} turn=on
    POST /rpc {"method": "Switch.Set", "params": {"id": {outlet}, "on": true}} -> {"result": {}}

`{outlet}` is the identity of an outlet, `{outlet-1}` and `{outlet+1}` its last number and one
less or more, `{any}` any text, any body, or any value of JSON. What follows ` -> ` is the answer,
or its status, with the path of a redirect: `-> 202`, `-> 302 /outlets`. JSON may be spaced and
ordered in any way, fields of different names may have any order, and characters may be escaped or
not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import quote, unquote_plus

from handlers.shared.errors import SettingsError, printable

from ..scrub import longest_first
from .named_values import without_named_secrets

ANY = "{any}"
_ANY_NUMBER = "98765432109876"  # in place of {any}: it may stand inside JSON
_IN_ANY_TEXT = re.compile(r'[^&"\s]*')
_IN_ANY_JSON_TEXT = re.compile(r"[\s\S]*")
_PLACEHOLDER = re.compile(r"\{[A-Za-z]+(?:[+-][0-9]+)?\}")
_JSON_BEGIN = re.compile(r'[\[{]\s*["\[{]')
# {outlet}, or with an offset {outlet-1}, for a device that counts its outlets from 0
_OUTLET = re.compile(r"\{outlet(?P<offset>[+-][0-9]+)?\}")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
# the number of a call, and a time that keeps an answer from being cached
_CALL_NUMBER = re.compile(r'("id"\s*:\s*)[0-9]+')
_TIME = re.compile(r"(?<![0-9])1[0-9]{9,12}(?![0-9])")


class RequestPattern(NamedTuple):
    """A request in words, perhaps with placeholders such as {outlet} and {any}, and the answer to
    it, "" if that is not given.

    >>> RequestPattern.parse("post /relay/{outlet} turn=on -> 200")
    RequestPattern(method='POST', target='/relay/{outlet}', body='turn=on', answer='200')
    """

    method: str
    target: str
    body: str
    #: "" if it is not given
    answer: str = ""

    @classmethod
    def parse(cls, words: str) -> RequestPattern:
        """The request in a text METHOD /PATH BODY -> ANSWER, of which the path alone must be given:
        then the method is GET, whose path may have blanks. Raises SettingsError without a path.

        >>> RequestPattern.parse("/set?name=web 1").target
        '/set?name=web 1'
        >>> RequestPattern.parse("post http://192.0.2.8/relay/1 turn=on -> 302 /home")
        RequestPattern(method='POST', target='/relay/1', body='turn=on', answer='302 /home')
        """
        request, _, answer = words.strip().partition(" -> ")
        first_word, _, target_and_body = request.partition(" ")
        method = first_word.upper()
        if method not in METHODS:
            method, target_and_body = "GET", request
        target, _, body = target_and_body.strip().partition(" ")
        if method == "GET":  # which has no body
            target, body = target_and_body.strip(), ""
        target = re.sub(r"^https?://[^/]+", "", target)
        if not target.startswith("/"):
            raise SettingsError(
                f"{printable(words, 80)!r} is no request: give METHOD /PATH [BODY], such as"
                " POST /relay/{outlet} turn=on"
            )
        return cls(method, target, body.strip(), answer.strip())

    @property
    def text(self) -> str:
        """The request in words."""
        return f"{self.method} {self.target} {self.body}".strip()

    @property
    def words(self) -> str:
        """The text that `parse` reads."""
        return f"{self.text} -> {self.answer}" if self.answer else self.text

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]

    @property
    def canonical(self) -> str:
        """The request in one spelling: equal for requests that differ in the order of fields, in
        escapes or in the spacing of JSON alone.
        """
        return _canonical(self.method, self.target, self.body)

    def require_possible(self) -> None:
        """Raises SettingsError if no request of a client can match this pattern.

        >>> RequestPattern.parse("POST /{outlet} turn=on").require_possible()
        >>> RequestPattern.parse("POST /{outlet} on={state}").require_possible()
        Traceback (most recent call last):
        handlers.shared.errors.SettingsError: 'POST /{outlet} on={state}' matches no request: \
{state} is not {outlet} or {any}
        """
        reason = self._reason_to_match_nothing()
        if reason:
            raise SettingsError(f"{printable(self.text, 80)!r} matches no request: {reason}")

    def _reason_to_match_nothing(self) -> str:
        """Why no request of a client can match this pattern, as the end of a sentence; "" if one
        can.

        >>> RequestPattern("POST", "/rpc", '{"id": {outlet}}')._reason_to_match_nothing()
        ''
        >>> RequestPattern("POST", "/rpc", '{"id": lamp}')._reason_to_match_nothing()
        'its body is no JSON: texts of JSON stand in quotes'
        """
        if "#" in self.target:
            return "what stands behind # in an address is not sent"
        for placeholder in _PLACEHOLDER.findall(self.text):
            if placeholder != ANY and not _OUTLET.fullmatch(placeholder):
                return f"{placeholder} is not {{outlet}} or {ANY}"
        body = _OUTLET.sub("1", self.body)
        if _JSON_BEGIN.match(body) and _document(body) is None:
            return "its body is no JSON: texts of JSON stand in quotes"
        return ""

    @property
    def names_outlet(self) -> bool:
        return _OUTLET.search(self.text) is not None

    def of_outlet(self, identity: str) -> RequestPattern:
        """The request for this outlet. For "1.5", `{outlet}` becomes 1.5, `{outlet-1}` 4 and
        `{outlet+1}` 6. An identity without a number at its end stays whole.

        >>> RequestPattern.parse("GET /{outlet}?relay={outlet-1}").of_outlet("1.5").text
        'GET /1.5?relay=4'
        >>> RequestPattern.parse("GET /{outlet}?relay={outlet-1}").of_outlet("lamp").text
        'GET /lamp?relay=lamp'
        """
        last_number = re.search("[0-9]+$", identity)

        def identity_text(placeholder: re.Match[str]) -> str:
            """What stands in the place of {outlet}, or of {outlet-1} with its offset -1."""
            offset = placeholder["offset"]
            if not offset or last_number is None:
                return identity
            number = int(last_number[0]) + int(offset)
            return str(number)

        return self._replace(
            target=_OUTLET.sub(identity_text, self.target),
            body=_OUTLET.sub(identity_text, self.body),
        )

    def matches(self, method: str, target: str, body: str) -> bool:
        """Whether this pattern matches a request of a client: {any} matches any text, and fields
        and members may have any order.

        >>> pattern = RequestPattern("POST", "/rpc", '{"token": "{any}", "id": 3}')
        >>> pattern.matches("POST", "/rpc", '{"id":3,"token":"7f 3a"}')
        True
        >>> pattern.matches("POST", "/rpc", '{"id":4,"token":"7f 3a"}')
        False
        """
        expected = _canonical(self.method, self.target, "")
        if not _has_pattern(expected, _canonical(method, target, "")):
            return False
        return self.body == ANY or _has_body(self.body, body)

    def is_like(self, method: str, target: str) -> bool:
        """Whether a request has the method and path of this pattern, with any text in place of
        {outlet}; queries and bodies are not compared.

        >>> pattern = RequestPattern.parse("POST /relay/{outlet} turn=on")
        >>> pattern.is_like("POST", "/relay/7?turn=toggle"), pattern.is_like("POST", "/login")
        (True, False)
        """
        own_path, _, _ = self.target.partition("?")
        path, _, _ = target.partition("?")
        expected = _canonical(self.method, _OUTLET.sub(ANY, own_path), "")
        request = _canonical(method, path, "")
        return _has_pattern(expected, request)


def recorded_request(method: str, target: str, body: str, secrets: list[str]) -> str:
    """A request in words as a recording keeps it: {any} for these secrets, for values that are
    secrets by their names and for times; in JSON-RPC "id": 0.

    >>> recorded_request("GET", "/o?pw=7f3a&_=1700000000123", "", ["7f3a"])
    'GET /o?pw={any}&_={any}'
    >>> recorded_request("POST", "/rpc", '{"id": 7, "method": "get"}', [])
    'POST /rpc {"id": 0, "method": "get"}'
    """
    request = f"{method} {target} {body}".strip()
    any_secret = "|".join(re.escape(secret) for secret in longest_first(secrets) if secret)
    if any_secret:
        request = re.sub(any_secret, ANY, request)  # at once: a secret may be a part of {any}
    request = without_named_secrets(request, ANY)
    if '"method"' in body:
        request = _CALL_NUMBER.sub(r"\g<1>0", request)  # which matches any number
    return _TIME.sub(ANY, request)


def body_parts(body: str) -> Iterator[str]:
    """The body; then, for each element of a list in its JSON, the body with that element alone.

    >>> list(body_parts('{"outputs": [1, 2]}'))
    ['{"outputs": [1, 2]}', '{"outputs": [1]}', '{"outputs": [2]}']
    """
    yield body
    value = json_or_none(body)
    if not isinstance(value, dict):
        return
    for name, elements in value.items():
        if isinstance(elements, list) and len(elements) > 1:
            for element in elements:
                yield json.dumps({**value, name: [element]})


def _canonical(method: str, target: str, body: str) -> str:
    """A request in one spelling: with fields and members sorted, and with _ANY_NUMBER in place of
    {any}, because a number may stand in an address, a form and in JSON.

    >>> _canonical("GET", "/relay/?turn=on&n=1", "")
    'GET /relay?n=1&turn=on'
    >>> _canonical("POST", "/rpc", '{"on":true, "id":{any}}')
    'POST /rpc {"id": 98765432109876, "on": true}'
    """
    path, question_mark, query = target.replace(ANY, _ANY_NUMBER).partition("?")
    plain_path = _in_one_escape(path).rstrip("/") or "/"
    plain_query = _sorted_fields(query)
    plain_target = f"{plain_path}{question_mark}{plain_query}"
    document = _document(body)
    plain_body = _plain_body(body) if document is None else json.dumps(document, sort_keys=True)
    return f"{method} {plain_target} {plain_body}".strip()


def _document(body: str) -> Any:
    """The JSON of a body, with _ANY_NUMBER in place of {any}; None for a body that is no JSON. Of a
    JSON-RPC call without "id" and "jsonrpc", which tell no call from another.

    >>> _document('{"jsonrpc": "2.0", "id": 7, "method": "get"}')
    {'method': 'get', 'params': {}}
    >>> _document("turn=on") is None
    True
    """
    document = json_or_none(body.replace(ANY, _ANY_NUMBER))
    if isinstance(document, dict) and "method" in document:
        document = {**document, "params": document.get("params") or {}}
        document.pop("id", None)
        document.pop("jsonrpc", None)
    return document


def _plain_body(body: str) -> str:
    """A body that is no JSON, in one spelling: XML escaped, a form or another text with its fields
    sorted; _ANY_NUMBER in place of {any}.

    >>> _plain_body("turn=on&n=a%20b")
    'n=a%20b&turn=on'
    >>> _plain_body("<token>{any}</token>")  # of XML, & separates no fields
    '%3Ctoken%3E98765432109876%3C/token%3E'
    """
    text = body.strip().replace(ANY, _ANY_NUMBER)
    return _in_one_escape(text) if text.startswith("<") else _sorted_fields(text)


def _has_body(expected_body: str, body: str) -> bool:
    """Whether a body is the expected one, in which {any} stands for any text or any value of JSON.

    >>> _has_body("<t>{any}</t>", "<t>a&amp;b</t>")
    True
    >>> _has_body('{"t": {any}}', '{"t": "5"}'), _has_body('{"t": 5}', '{"t": "5"}')
    (True, False)
    """
    expected, document = _document(expected_body), _document(body)
    if expected is None or document is None:
        return _has_pattern(_plain_body(expected_body), _plain_body(body))
    return _has_document(expected, document)


def _has_document(expected: Any, document: Any) -> bool:
    """Whether the JSON of a body is the expected one, in which _ANY_NUMBER stands for any value, or
    in a text for any part of it.

    >>> _has_document({"auth": "Basic 98765432109876", "id": 3}, {"id": 3, "auth": "Basic YTpi"})
    True
    >>> _has_document([3, 98765432109876], [3, {"on": True}]), _has_document([3], [3, 4])
    (True, False)
    """
    if str(expected) == _ANY_NUMBER:
        return True
    if type(expected) is not type(document):
        return False
    if isinstance(expected, str):
        return _has_pattern(expected, document, _IN_ANY_JSON_TEXT)
    if isinstance(expected, dict):
        expected = [list(member) for member in sorted(expected.items())]
        document = [list(member) for member in sorted(document.items())]
    if isinstance(expected, list):
        is_as_long = len(expected) == len(document)
        return is_as_long and all(map(_has_document, expected, document))
    return bool(expected == document)


def _sorted_fields(text: str) -> str:
    """The text of a query or a form, with its fields in the order of their names.

    >>> _sorted_fields("turn=on&n=a+b")
    'n=a%20b&turn=on'
    """
    fields = [_in_one_escape(field) for field in text.split("&")]
    return "&".join(sorted(fields, key=lambda field: field.partition("=")[0]))


def _in_one_escape(text: str) -> str:
    """A text of an address or a form in one spelling: each character but letters, digits and
    "/=_.-~" is escaped once.

    >>> _in_one_escape("a+b"), _in_one_escape("a%20b"), _in_one_escape("a b")
    ('a%20b', 'a%20b', 'a%20b')
    """
    return quote(unquote_plus(text), safe="/=", errors="replace")


def _has_pattern(expected: str, text: str, any_text: re.Pattern[str] = _IN_ANY_TEXT) -> bool:
    """Whether a text is the expected one, in which _ANY_NUMBER stands for a text that `any_text`
    matches: by default one without &, quotes and blanks. Takes linear time, where a regular
    expression would try all lengths of all places.

    >>> _has_pattern("pw=98765432109876&n=1", "pw=abc&n=1")
    True
    >>> _has_pattern("pw=98765432109876&n=1", "pw=abc&x=2&n=1")
    False
    """
    begin, *parts = expected.split(_ANY_NUMBER)
    if not parts:
        return text == expected
    if not text.startswith(begin):
        return False
    position = len(begin)
    for part in parts[:-1]:  # the first place of a part leaves the most to those that follow
        found_at = text.find(part, position)
        if found_at < 0 or not any_text.fullmatch(text, position, found_at):
            return False
        position = found_at + len(part)
    end_begin = len(text) - len(parts[-1])
    is_end = end_begin >= position and text.endswith(parts[-1])
    return is_end and any_text.fullmatch(text, position, end_begin) is not None


def json_or_none(text: str) -> Any:
    """The JSON of a text; None for a text that is no JSON, and for null.

    >>> json_or_none('{"on": true}'), json_or_none("turn=on")
    ({'on': True}, None)
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
