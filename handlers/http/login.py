"""Who logs in, and how no form of the password or token gets into an error."""
from __future__ import annotations

import base64
import html
import re
from typing import Dict, Iterator, NamedTuple, Optional
from urllib.parse import unquote, unquote_plus

from ..errors import SettingsError, printable

_HIDDEN = "(not shown: it holds the login)"
_ENCODED = re.compile(r"[A-Za-z0-9+/_-]{2,}")
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\(.)", re.DOTALL)
_QUOTED = 300                               # characters of a device's text in an error
_EXAMINED = 8000                            # more than errors keep, so that no beginning of a secret is left at the cut


class Login(NamedTuple):
    """User and password, or the token of a session, which wins and is sent in `token_header`. All None: no login."""

    user: Optional[str] = None
    password: Optional[str] = None
    token: Optional[str] = None
    token_header: str = "X-SessionToken"        # noqa: S105 (a header's name)

    def __repr__(self) -> str:
        return "Login(...)"

    def headers(self) -> Dict[str, str]:
        """The header that logs in. SettingsError for what no header can hold."""
        if self.token is not None:
            return {self.token_header: sendable(self.token)}
        if self.user is not None and self.password is not None:
            return {"Authorization": basic(self.user, self.password)}
        return {}

    def quoted(self, text: str) -> str:
        """A device's text as an error may show it: printable, cut, and not at all where it holds password or token."""
        return _HIDDEN if self.within(text[:_EXAMINED]) else printable(text, _QUOTED)

    def payload(self, body: bytes) -> bytes:
        """The beginning of a device's answer as an error may keep it: nothing of it where it holds password or token."""
        examined = body[:_EXAMINED]
        return b"" if self.within(examined.decode("utf-8", "replace")) else examined

    def within(self, text: str) -> bool:
        """Whether `text` holds password or token: plain, escaped for JSON, a URL or HTML, or in base64 or hex.

        A device may send back what it was sent: the Authorization header, for example.
        """
        wanted = [secret for secret in (self.password, self.token) if secret]
        in_hex = [secret.encode("utf-8", "replace").hex() for secret in wanted]
        return any(one in text.lower() for one in in_hex) or any(secret in view for view in _views(text) for secret in wanted)


def basic(user: str, password: str) -> str:
    """The value of an Authorization header (RFC 7617). SettingsError for what is no text, without showing it."""
    try:
        return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode("ascii")
    except UnicodeError:
        pass                                # raised below, outside: Python's own error would hold the password
    raise SettingsError("user name or password holds bytes that are no UTF-8 text: type them anew")


def sendable(token: str) -> str:
    """The token. SettingsError where it is not one line of ASCII."""
    if not token or not token.isascii() or not token.isprintable():
        raise SettingsError("a token is one line of letters and digits, as the device handed it out")
    return token


def _views(text: str) -> Iterator[str]:
    """The text, and what it says once an escape or encoding is undone."""
    plain = (text, _unescaped(text), unquote(text), unquote_plus(text), html.unescape(text))
    yield from plain
    for one in dict.fromkeys((*plain, re.sub(r"\s", "", text))):
        for encoded in _ENCODED.findall(one):
            yield from _decoded(encoded)


def _character(escape: "re.Match[str]") -> str:
    return chr(int(escape[1], 16)) if escape[1] else escape[2]


def _unescaped(text: str) -> str:
    """JSON's escapes undone, surrogate pairs joined."""
    return _ESCAPE.sub(_character, text).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _decoded(encoded: str) -> Iterator[str]:
    standard = encoded.replace("-", "+").replace("_", "/")
    for start in range(min(4, len(standard))):          # letters may stand in front of it without a gap
        part = standard[start:]
        yield base64.b64decode(part[:len(part) // 4 * 4] + _padded(part)).decode("utf-8", "replace")


def _padded(part: str) -> str:
    """The last letters of base64 that are no whole group of four, filled up."""
    rest = part[len(part) // 4 * 4:]
    return rest + "=" * (4 - len(rest)) if len(rest) > 1 else ""
