"""A device's login, and what keeps it out of errors and debug lines when a device sends it back.
Pure.

A secret is found in plain text, escaped once or twice for JSON, JavaScript (`\\xXX`, `\\uXXXX`), a
URL or HTML, and in hex or base64, as in the Authorization header. Case does not matter, except in
base64. A secret is also found if its UTF-8 was decoded as Latin-1, as http.client decodes headers.
"""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple, Optional
from urllib.parse import unquote, unquote_plus

from ..shared.errors import (
    PduHandlerError,
    ProtocolError,
    Refused,
    SettingsError,
    printable,
)

# characters of the password in `user:pa` (see `secrets`)
_BEGINNING = 2
_HIDDEN = "(not shown: it holds the login)"
_ENCODED = re.compile(r"[A-Za-z0-9+/_-]{2,}")
# html.unescape() calls int(), whose limit of digits cannot be set below 640
_TOO_LONG = re.compile("(?<=&#)[0-9]{640,}")
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|(.))", re.DOTALL)
_CONTROLS = dict(zip("bfnrt", "\b\f\n\r\t"))
# Words of the paths that Redfish (DSP0268, "Resource map") and Xerus (its well-known ids) define,
# in lower case. A password that is one of them is no secret in a path, and to hide the path would
# tell that it is one.
_PATH_WORDS = frozenset(
    "redfish v1 powerequipment powerdistribution rackpdus floorpdus transferswitches outlets"
    " outletgroups mains branches feeders metrics sensors chassis managers systems"
    " sessionservice sessions outlet powercontrol actions actioninfo taskservice tasks"
    " bulk cascade model pdu unit inlet ocp pmc hwhealth eventservice link tfwopaque pdumodel"
    " numericsensor accumulatingnumericsensor statesensor current voltage activepower"
    " activeenergy outletstate session auth authmanager snmp net system".split()
)
_PATH_WORD = re.compile("(?<![A-Za-z0-9+=_-])[A-Za-z0-9]+(?![A-Za-z0-9+=_-])")
_NUMBER = re.compile("[0-9]{1,3}")
_QUOTED = 200  # limit for a device's text in an error, in characters
# searched for secrets, in characters or bytes; an error keeps at most 2000
_EXAMINED = 8000


class Login(NamedTuple):
    """User and password, or the token of a session. The repr shows none of them."""

    user: Optional[str] = None
    password: Optional[str] = None
    #: the token of a session; overrides user and password
    token: Optional[str] = None
    #: the header in which the token is sent, with what precedes the token in it
    sent_as: str = "X-SessionToken: "
    #: whether a person made the token, which then ends with no session
    is_personal: bool = False
    #: further words that each such unit has in its paths and pages, in lower case, as _PATH_WORDS
    public_words: frozenset[str] = frozenset()

    def __repr__(self) -> str:
        return "Login(...)"

    def headers(self) -> dict[str, str]:
        """The header that logs in (RFC 7617 for user and password).

        Raises SettingsError if a header cannot hold the login.
        """
        if self.token is not None:
            if self.token and self.token.isascii() and self.token.isprintable():
                name, _, prefix = self.sent_as.partition(": ")
                return {name: prefix + self.token}
            raise SettingsError(
                "the token is not one line of printable ASCII characters: give it as the device"
                " issued it"
            )
        if self.user is None or self.password is None:
            return {}
        if ":" in self.user:
            raise SettingsError(
                "the user name contains a colon, which basic login forbids (RFC 7617): use another"
                " account"
            )
        try:
            return {
                "Authorization": (
                    "Basic "
                    + base64.b64encode(f"{self.user}:{self.password}".encode()).decode("ascii")
                )
            }
        except UnicodeError:
            # raised below, outside `except`: the UnicodeError holds the password
            pass
        raise SettingsError(
            "the user name or the password holds bytes that are not UTF-8 text: type it again"
        )

    def quoted(self, text: str) -> str:
        """A device's text for an error, printable and of limited length, or a notice if it holds
        the password or the token.
        """
        if holds(text[:_EXAMINED], secrets(self)):
            return _HIDDEN
        return printable(text, _QUOTED)

    def quoted_path(self, target: str) -> str:
        """The path of a request for an error, without its query, or a notice if it holds the
        password or the token in other words than those that each such path has.
        """
        path = target.partition("?")[0]
        return _HIDDEN if self._is_in(path) else printable(path, _QUOTED)

    def _is_in(self, text: str) -> bool:
        """Whether the text holds the password or the token, in other words than public ones."""
        public = _PATH_WORDS | self.public_words
        own_words = _PATH_WORD.sub(
            lambda match: (
                "" if match[0].lower() in public or _NUMBER.fullmatch(match[0]) else match[0]
            ),
            text[:_EXAMINED],
        )
        return holds(own_words, secrets(self))

    def payload(self, body: bytes) -> bytes:
        """The beginning of a device's answer, for an error to keep; b"" if it holds the password or
        the token.
        """
        head = body[:_EXAMINED]
        if holds(head.decode("utf-8", "replace"), secrets(self)):
            return b""
        return head

    def mask(self, error: PduHandlerError) -> None:
        """Take the password and the token out of an error of any class, whose text may quote the
        device: each part of its reason that holds one is replaced by a notice, and its bytes are
        dropped.
        """
        parts = [
            _HIDDEN if isinstance(part, str) and self._is_in(part) else part for part in error.parts
        ]
        if self._is_in("".join(map(str, parts))):
            parts = [_HIDDEN]
        error.set_reason(parts)
        error.operation = _HIDDEN if self._is_in(error.operation) else error.operation
        if isinstance(error, ProtocolError):
            error.payload = self.payload(error.payload)
        elif isinstance(error, Refused) and self._is_in(error.code):
            error.code = ""


class UnsentLogin(Login):
    """A login that is not sent, but whose password and token are kept out of errors."""

    def headers(self) -> dict[str, str]:
        return {}


def secrets(login: Login) -> list[str]:
    """Strings that must not be shown: password, token, and `user:pa`, since a device may cut the
    header that it sends back.
    """
    texts = [secret for secret in (login.password, login.token) if secret]
    if login.user and login.password:
        texts.append(f"{login.user}:{login.password[:_BEGINNING]}")
    return texts


def holds(text: str, secrets: Sequence[str]) -> bool:
    """Whether `text` holds one of the secrets in a form that the module's docstring lists."""
    in_utf8 = [secret.encode("utf-8", "replace") for secret in secrets]
    if any(secret.hex() in text.lower() for secret in in_utf8):
        return True
    in_latin = [secret.decode("latin-1") for secret in in_utf8]
    sought = {secret.casefold() for secret in (*secrets, *in_latin)}
    for view in _views(text):
        lower_text = view.casefold()
        if any(secret in lower_text for secret in sought):
            return True
    return False


def _views(text: str) -> Iterator[str]:
    """The text, and the variants that result when one or two escapes and an encoding are undone."""
    plain = [text]
    for _ in range(2):  # text in HTML in JSON, a URL in a URL
        undone = [view for view_text in plain for view in _once_unescaped(view_text)]
        plain = list(dict.fromkeys(undone))
    yield from plain
    for view_text in dict.fromkeys((*plain, re.sub(r"\s", "", text))):
        for token in _ENCODED.findall(view_text):
            yield from _decoded(token)


def _once_unescaped(text: str) -> Sequence[str]:
    """The text as it is, and without one escape of each kind."""
    in_html = html.unescape(_TOO_LONG.sub("", text))
    return text, _unescaped(text), unquote(text), unquote_plus(text), in_html


def _character(escape: re.Match[str]) -> str:
    digits = escape[1] or escape[2]
    if digits:
        return chr(int(digits, 16))
    return _CONTROLS.get(escape[3], escape[3])


def _unescaped(text: str) -> str:
    """Escapes of JSON and JavaScript undone, surrogate pairs joined."""
    return (
        _ESCAPE.sub(_character, text).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    )


def _decoded(token: str) -> Iterator[str]:
    """The text in a token of base64, read from each of its first four letters."""
    standard = token.replace("-", "+").replace("_", "/")
    # other letters may directly precede the encoded text
    for start in range(min(4, len(standard))):
        part = standard[start:]
        if len(part) % 4 == 1:
            part = part[:-1]  # a lone last letter is not a byte
        padding = -len(part) % 4
        yield base64.b64decode(part + "=" * padding).decode("utf-8", "replace")
