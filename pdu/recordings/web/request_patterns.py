"""Requests over HTTP as a person writes them, and as a recording keeps them. Pure.

    GET /status.json?components=1
    POST /relay/{outlet} turn=on
    POST /rpc {"method": "Switch.Set", "params": {"id": {outlet}, "on": true}} -> {"result": {}}

`{outlet}` is the identity of an outlet, `{outlet-1}` and `{outlet+1}` its last number and one
less or more, `{any}` any text, or any body. What follows ` -> ` is the answer, or its status with
the path of a redirect, such as `-> 302 /outlets`. JSON may be spaced
and ordered in any way, fields may have any order, and characters may be escaped or not.
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
# {outlet}, or with an offset {outlet-1}, for a device that counts its outlets from 0
_OUTLET = re.compile(r"\{outlet(?P<offset>[+-][0-9]+)?\}")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
# the number of a call, and a time that keeps an answer from being cached
_CALL_NUMBER = re.compile(r'("id"\s*:\s*)[0-9]+')
_TIME = re.compile(r"(?<![0-9])1[0-9]{9,12}(?![0-9])")


class RequestPattern(NamedTuple):
    """A request, with places for any text and perhaps for an outlet."""

    method: str
    target: str
    body: str
    #: "" if it is not given
    answer: str = ""

    @classmethod
    def parse(cls, words: str) -> RequestPattern:
        """A request in words. Raises SettingsError."""
        request, _, answer = words.strip().partition(" -> ")
        first_word, _, target_and_body = request.partition(" ")
        method = first_word.upper()
        if method not in METHODS:
            method, target_and_body = "GET", request
        target, _, body = target_and_body.strip().partition(" ")
        if method == "GET":  # without a body: a blank is one of the address
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
        """The request in one spelling."""
        return _canonical(self.method, self.target, self.body)

    @property
    def names_outlet(self) -> bool:
        return _OUTLET.search(self.text) is not None

    def of_outlet(self, identity: str) -> RequestPattern:
        """The request for this outlet. For "1.5", `{outlet}` becomes 1.5, `{outlet-1}` 4 and
        `{outlet+1}` 6. An identity without a number at its end stays whole."""
        last_number = re.search("[0-9]+$", identity)

        def identity_text(place: re.Match[str]) -> str:
            offset = place["offset"]
            if not offset or last_number is None:
                return identity
            number = int(last_number[0]) + int(offset)
            return str(number)

        return self._replace(
            target=_OUTLET.sub(identity_text, self.target),
            body=_OUTLET.sub(identity_text, self.body),
        )

    def matches(self, method: str, target: str, body: str) -> bool:
        """Whether this pattern matches a request."""
        if self.body == ANY:  # any body
            body = ANY
        expected = _canonical(self.method, self.target, self.body)
        request = _canonical(method, target, body)
        return _has_pattern(expected, request)

    def is_like(self, method: str, target: str) -> bool:
        """Whether a request has this one's method and path, whatever the outlet."""
        own_path, _, _ = self.target.partition("?")
        path, _, _ = target.partition("?")
        expected = _canonical(self.method, _OUTLET.sub(ANY, own_path), "")
        request = _canonical(method, path, "")
        return _has_pattern(expected, request)


def recorded_request(method: str, target: str, body: str, secrets: list[str]) -> str:
    """A request as a recording keeps it: {any} in place of logins, of the numbers of calls, and of
    times.
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
    """The body; then, for each element of a list in its JSON, the body with that element alone."""
    yield body
    value = json_or_none(body)
    if not isinstance(value, dict):
        return
    for name, elements in value.items():
        if isinstance(elements, list) and len(elements) > 1:
            for element in elements:
                yield json.dumps({**value, name: [element]})


def _canonical(method: str, target: str, body: str) -> str:
    """The one spelling of equal requests."""
    target = target.replace(ANY, _ANY_NUMBER)
    body = body.replace(ANY, _ANY_NUMBER)
    path, mark, query = target.partition("?")
    plain_path = _in_one_escape(path).rstrip("/") or "/"
    plain_query = _sorted_fields(query)
    plain_target = f"{plain_path}{mark}{plain_query}"
    document = json_or_none(body)
    if document is None:
        plain_body = _sorted_fields(body.strip())
    else:
        if isinstance(document, dict) and "method" in document:
            # of JSON-RPC: the number of the call
            document = {**document, "params": document.get("params") or {}}
            document.pop("id", None)
            document.pop("jsonrpc", None)
        plain_body = json.dumps(document, sort_keys=True)
    return f"{method} {plain_target} {plain_body}".strip()


def _sorted_fields(text: str) -> str:
    """The fields of a query or a form, in one order."""
    return "&".join(sorted(map(_in_one_escape, text.split("&"))))


def _in_one_escape(text: str) -> str:
    """A text of an address or a form, with everything escaped that could end it. {any} then matches
    a text with blanks, too.
    """
    return quote(unquote_plus(text), safe="/=", errors="replace")


def _has_pattern(expected: str, text: str) -> bool:
    """Whether a text is the expected one, with any text in each place of {any}. Linear, where a
    regular expression would try all lengths of all places.
    """
    begin, *parts = expected.split(_ANY_NUMBER)
    if not parts:
        return text == expected
    if not text.startswith(begin):
        return False
    position = len(begin)
    for part in parts[:-1]:  # the first place of a part leaves the most to those that follow
        found_at = text.find(part, position)
        if found_at < 0 or not _IN_ANY_TEXT.fullmatch(text, position, found_at):
            return False
        position = found_at + len(part)
    end_begin = len(text) - len(parts[-1])
    is_end = end_begin >= position and text.endswith(parts[-1])
    return is_end and _IN_ANY_TEXT.fullmatch(text, position, end_begin) is not None


def json_or_none(text: str) -> Any:
    """The JSON of a text; None for a text that is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
