"""Keeps password and token out of errors and debug lines when a device sends them back. Pure.

A secret is found in plain text, escaped once or twice for JSON, JavaScript (`\\xXX`, `\\uXXXX`), a URL or HTML, and in hex or
base64, as in the Authorization header. Case does not matter, except in base64. A secret is also found if its UTF-8 was decoded
as Latin-1, as http.client decodes headers.
"""
from __future__ import annotations

import base64
import html
import re
from typing import Iterator, List, Sequence
from urllib.parse import unquote, unquote_plus

from ..errors import printable
from .client import Login

_BEGINNING = 2                              # characters of the password in `user:pa` (see `secrets`)
_HIDDEN = "(not shown: it holds the login)"
_ENCODED = re.compile(r"[A-Za-z0-9+/_-]{2,}")
_TOO_LONG = re.compile("(?<=&#)[0-9]{640,}")        # html.unescape() calls int(), whose limit of digits cannot be set below 640
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|(.))", re.DOTALL)
_CONTROLS = dict(zip("bfnrt", "\b\f\n\r\t"))
_QUOTED = 300                               # limit for a device's text in an error, in characters
_EXAMINED = 8000                            # searched for secrets, in characters or bytes; an error keeps at most 2000


def quoted(text: str, login: Login) -> str:
    """The device's text for an error, or a notice if it holds a secret (`Login.quoted`)."""
    return _HIDDEN if holds(text[:_EXAMINED], secrets(login)) else printable(text, _QUOTED)


def payload(body: bytes, login: Login) -> bytes:
    """The first bytes of an answer, or b"" if they hold a secret (`Login.payload`)."""
    examined = body[:_EXAMINED]
    return b"" if holds(examined.decode("utf-8", "replace"), secrets(login)) else examined


def secrets(login: Login) -> List[str]:
    """Strings that must not be shown: password, token, and `user:pa`, since a device may cut the header that it sends back."""
    found = [secret for secret in (login.password, login.token) if secret]
    return [*found, f"{login.user}:{login.password[:_BEGINNING]}"] if login.user and login.password else found


def holds(text: str, secrets: Sequence[str]) -> bool:
    """Whether `text` holds one of the secrets in a form that the module's docstring lists."""
    in_utf8 = [secret.encode("utf-8", "replace") for secret in secrets]
    sought = {secret.casefold() for secret in (*secrets, *(one.decode("latin-1") for one in in_utf8))}
    return (any(one.hex() in text.lower() for one in in_utf8)
            or any(secret in view.casefold() for view in _views(text) for secret in sought))


def _views(text: str) -> Iterator[str]:
    """The text, and the variants that result when one or two escapes and an encoding are undone."""
    plain = [text]
    for _ in range(2):                                  # text in HTML in JSON, a URL in a URL
        plain = list(dict.fromkeys(view for one in plain for view in (
            one, _unescaped(one), unquote(one), unquote_plus(one), html.unescape(_TOO_LONG.sub("", one)))))
    yield from plain
    for one in dict.fromkeys((*plain, re.sub(r"\s", "", text))):
        for encoded in _ENCODED.findall(one):
            yield from _decoded(encoded)


def _character(escape: re.Match[str]) -> str:
    digits = escape[1] or escape[2]
    return chr(int(digits, 16)) if digits else _CONTROLS.get(escape[3], escape[3])


def _unescaped(text: str) -> str:
    """Escapes of JSON and JavaScript undone, surrogate pairs joined."""
    return _ESCAPE.sub(_character, text).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _decoded(encoded: str) -> Iterator[str]:
    standard = encoded.replace("-", "+").replace("_", "/")
    for start in range(min(4, len(standard))):          # other letters may directly precede the encoded text
        part = standard[start:-1] if len(standard[start:]) % 4 == 1 else standard[start:]       # a lone last letter is not a byte
        yield base64.b64decode(part + "=" * (-len(part) % 4)).decode("utf-8", "replace")
