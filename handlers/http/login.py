"""A device's login, and what keeps it out of errors and debug lines when a device sends it back.
Pure.

Errors quote a device's message field, address or type of content, at most 200 characters of it,
and nothing of it if it holds the login: in plain text, in hex or base64, as in the Authorization
header, or with the escapes of JSON, Python, a URL or HTML. These are the forms of a secret: the
password, the token, the keys of a session, and user:pa, the user with the password's beginning.
"""

from __future__ import annotations

import base64
import contextlib
import html
import json
import math
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Callable, NamedTuple, Optional, Union
from urllib.parse import quote, urlencode

from ..shared.errors import (
    EXAMINED,
    NamedSetting,
    PduHandlerError,
    Refused,
    SettingsError,
    printable,
)
from ..shared.printed_forms import printed_forms
from .digest import Digest
from .message import Request

# characters of the password in `user:pa`, which errors do not show either
_BEGINNING = 2
_HIDDEN = "(not shown: it holds the login)"
_ASCII_JSON = json.JSONEncoder()
_JSON = json.JSONEncoder(ensure_ascii=False)
_ESCAPES: Sequence[Callable[[str], str]] = (
    lambda text: _ASCII_JSON.encode(text)[1:-1],
    lambda text: _JSON.encode(text)[1:-1],
    html.escape,
    lambda text: quote(text, safe="", errors="replace"),
    lambda text: quote(text, errors="replace"),  # a path keeps its slashes
    lambda text: re.sub("[!-/:-@[-`{-~]", lambda sign: f"%{ord(sign[0]):02x}", text),
)
# characters of base64; fewer are in many words by chance
_LEAST_ENCODED = 4
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


class SecretForms(NamedTuple):
    """Secrets in each form in which a device may send them back: as they are, in hex, escaped, and
    in base64.

    >>> sorted(forms_of(["s3cret-word"]).in_base64)
    ['MzY3JldC13b3Jk', 'czNjcmV0LXdvcm', 'zM2NyZXQtd29yZ']
    """

    #: as they are, in hex and escaped; in lower case
    in_lower_case: frozenset[str]
    in_base64: frozenset[str]


class LoginFields(NamedTuple):
    """Where a login stands in each request, by name. The repr shows no value.

    >>> request = Request("GET", "/status", {}, None, timeout=1, total=2, limit=100)
    >>> LoginFields(headers={"Cookie": "TOKEN=4f2a"}).added_to(request).headers
    {'Cookie': 'TOKEN=4f2a'}
    """

    headers: Mapping[str, str] = {}
    #: after the path
    query: Mapping[str, str] = {}
    #: in a body, if the request has one: of JSON by its path, such as "params.0"
    body: Mapping[str, str] = {}

    def __repr__(self) -> str:
        return "LoginFields(...)"

    def added_to(self, request: Request) -> Request:
        """The request with these fields. Raises SettingsError if a header cannot hold one.

        >>> request = Request("GET", "/control?a=1", {}, None, timeout=1, total=2, limit=100)
        >>> LoginFields(query={"l": "p:admin:x"}).added_to(request).target
        '/control?a=1&l=p%3Aadmin%3Ax'
        """
        for value in self.headers.values():
            if not value.isascii() or not value.isprintable():
                raise SettingsError(
                    "the login is not one line of printable ASCII characters, which the header of"
                    " this unit's login cannot hold: use another account or token"
                )
        headers = {**request.headers, **self.headers}
        target = request.target
        if self.query:
            separator = "&" if "?" in target else "?"
            target += separator + urlencode(self.query, quote_via=quote)
        body = request.body
        if self.body and isinstance(body, bytes) and body:
            body = self._added_to_body(body)
        return request._replace(target=target, headers=headers, body=body)

    def _added_to_body(self, body: bytes) -> bytes:
        """A body of JSON with the members of `self.body`, or a body of a form with these fields.

        >>> LoginFields(body={"token": "k1"})._added_to_body(b'{"cmd": "get"}')
        b'{"cmd": "get", "token": "k1"}'
        >>> LoginFields(body={"pw": "k1"})._added_to_body(b"cte1=1")
        b'cte1=1&pw=k1'
        """
        try:
            document: Any = json.loads(body)
        except ValueError:
            return body + b"&" + urlencode(self.body).encode("ascii")
        for path, value in self.body.items():
            *parents, last = path.split(".")
            container = document
            for name in parents:
                container = container[_member_key(name)]
            container[_member_key(last)] = value
        return json.dumps(document).encode()


def _member_key(name: str) -> Union[int, str]:
    """A part of the path of a member: the index in a list, else the name in an object.

    >>> _member_key("token"), _member_key("0")
    ('token', 0)
    """
    return int(name) if name.isdigit() else name


@dataclass(frozen=True)
class Login:
    """User and password, or the token of a session. The repr shows none of them.

    >>> login = Login("admin", "s3cret-word")
    >>> login
    Login(...)
    >>> login.headers()
    {'Authorization': 'Basic YWRtaW46czNjcmV0LXdvcmQ='}
    >>> login.quoted("no account admin:s3cret-word")
    '(not shown: it holds the login)'
    """

    user: Optional[str] = None
    password: Optional[str] = None
    #: the token of a session; overrides user and password
    token: Optional[str] = None
    #: the header in which the token is sent, with what precedes the token in it
    sent_as: str = "X-SessionToken: "
    #: whether a person made the token, which then ends with no session
    is_personal: bool = False
    #: whether the units have digest login, too, so that they offer it where the token is refused
    is_beside_digest: bool = False
    #: further words that each such unit has in its paths and pages, in lower case, as _PATH_WORDS
    public_words: frozenset[str] = frozenset()
    #: digest login: user and password answer the unit's challenge, and are not sent
    digest: Optional[Digest] = None
    #: where the login stands, if not in the header above
    fields: Optional[LoginFields] = None
    #: further secrets that must not be shown: of the session, and of earlier logins
    keys: tuple[str, ...] = ()
    #: whether requests have it; else it is only kept out of errors
    is_sent: bool = True
    #: of the password, the token and the keys
    secret_forms: SecretForms = field(init=False, compare=False)

    def __post_init__(self) -> None:
        # each error of a device searches its text for them
        object.__setattr__(self, "secret_forms", forms_of(self._secrets()))

    def __repr__(self) -> str:
        return "Login(...)"

    def hiding(self, earlier: Login) -> Login:
        """This login, with the earlier one's secrets added to `keys`, the further secrets that are
        hidden in errors: its token and its `keys`.

        >>> Login(token="new").hiding(Login(token="old")).keys
        ('old',)
        """
        keys = dict.fromkeys((*self.keys, earlier.token, *earlier.keys))
        return replace(self, keys=tuple(key for key in keys if key and key != self.token))

    def _secrets(self) -> list[str]:
        """Strings that must not be shown: password, token, `keys`, and `user:pa`, since a device
        may cut the header that it sends back.

        >>> Login("admin", "s3cret-word")._secrets()
        ['s3cret-word', 'admin:s3']
        """
        secrets = (self.password, self.token, *self.keys)
        # scripts for the vendors' libraries give a password of digits as a number, too
        texts = [str(secret) for secret in secrets if secret]
        if self.user is not None and self.password:
            password = str(self.password)
            texts.append(f"{self.user}:{password[:_BEGINNING]}")
        return texts

    def added_to(self, request: Request) -> Request:
        """The request with this login. Raises SettingsError if it cannot hold the login.

        >>> request = Request("GET", "/status", {}, None, timeout=1, total=2, limit=100)
        >>> Login("admin", "x").added_to(request).headers
        {'Authorization': 'Basic YWRtaW46eA=='}
        >>> Login("admin", "x", is_sent=False).added_to(request).headers
        {}
        """
        if not self.is_sent:
            return request
        if self.fields is not None:
            return self.fields.added_to(request)
        headers = self.headers()
        if self.digest is not None and not self.digest.is_basic:
            answer = self.digest.authorization(request.method, request.target)
            headers = {"Authorization": answer} if answer else {}
        return request._replace(headers={**request.headers, **headers})

    def headers(self) -> dict[str, str]:
        """The header that logs in, by its name (RFC 7617 for user and password); {} if requests do
        not have the login.

        Raises SettingsError if a header cannot hold the login.

        >>> Login("admin", "x").headers()
        {'Authorization': 'Basic YWRtaW46eA=='}
        >>> Login(token="4f2a").headers()
        {'X-SessionToken': '4f2a'}
        """
        if not self.is_sent:
            return {}
        if self.token is not None:
            return self._token_header(self.token)
        if self.user is None or self.password is None:
            return {}
        if ":" in self.user:
            raise SettingsError(
                "the user name contains a colon, which basic login forbids (RFC 7617): use another"
                " account"
            )
        with contextlib.suppress(UnicodeError):
            user_and_password = f"{self.user}:{self.password}".encode()
            in_base64 = base64.b64encode(user_and_password).decode("ascii")
            return {"Authorization": f"Basic {in_base64}"}
        # outside `except`: the UnicodeError holds the password
        raise SettingsError(
            "the user name or the password holds bytes that are not UTF-8 text: type it again"
        )

    def _token_header(self, token: str) -> dict[str, str]:
        """The header with the token. Raises SettingsError if it is not printable ASCII.

        >>> Login(sent_as="Authorization: Bearer ")._token_header("4f2a")
        {'Authorization': 'Bearer 4f2a'}
        """
        if not token or not token.isascii() or not token.isprintable():
            raise SettingsError(
                "the token is not one line of printable ASCII characters: give it as the device"
                " issued it"
            )
        name, _, prefix = self.sent_as.partition(": ")
        return {name: prefix + token}

    def quoted(self, text: str) -> str:
        """A device's text for an error, printable and of limited length, or a notice if it holds
        the password or the token.

        >>> Login("admin", "s3cret-word").quoted("outlet 7 is locked")
        'outlet 7 is locked'
        >>> Login("admin", "s3cret-word").quoted("no password s3cret-word")
        '(not shown: it holds the login)'
        """
        if holds(text[:EXAMINED], self.secret_forms):
            return _HIDDEN
        return printable(text, _QUOTED)

    def quoted_path(self, target: str) -> str:
        """The path of a request for an error, without its query, or a notice if it holds the
        password or the token outside the words that each such path has.

        >>> Login("admin", "outlets").quoted_path("/redfish/v1/Outlets/A1?x=1")
        '/redfish/v1/Outlets/A1'
        >>> Login("admin", "s3cret-word").quoted_path("/redfish/v1/s3cret-word")
        '(not shown: it holds the login)'
        """
        path = target.partition("?")[0]
        return _HIDDEN if self._is_shown_in(path) else printable(path, _QUOTED)

    def _is_shown_in(self, text: str) -> bool:
        """Whether the text holds the password or the token. Words and numbers that the path of each
        such unit has do not count: a password "outlets" is no secret in /redfish/v1/Outlets.

        >>> Login("admin", "outlets")._is_shown_in("/redfish/v1/Outlets/7")
        False
        >>> Login("admin", "outlets-7")._is_shown_in("no account outlets-7")
        True
        """
        public = _PATH_WORDS | self.public_words

        def own_word(match: re.Match[str]) -> str:
            """A word of the text; "" in the place of one that does not count."""
            word = match[0]
            if word.lower() in public or _NUMBER.fullmatch(word):
                return ""
            return word

        own_words = _PATH_WORD.sub(own_word, text[:EXAMINED])
        return holds(own_words, self.secret_forms)

    def mask(self, error: PduHandlerError) -> None:
        """Take the password and the token out of an error of any class, whose text may quote the
        device: each part of its reason that holds one is replaced by a notice.

        >>> error = Refused("the unit says: no password s3cret-word", code="7")
        >>> Login("admin", "s3cret-word").mask(error)
        >>> error.reason
        '(not shown: it holds the login)'
        """
        parts: list[Union[str, NamedSetting]] = []
        for part in error.parts:
            is_hidden = isinstance(part, str) and self._is_shown_in(part)
            parts.append(_HIDDEN if is_hidden else part)
        whole_text = "".join(map(str, parts))
        if self._is_shown_in(whole_text):
            parts = [_HIDDEN]
        error.set_reason(parts)
        if self._is_shown_in(error.operation):
            error.operation = _HIDDEN
        if isinstance(error, Refused) and self._is_shown_in(error.code):
            error.code = ""


def forms_of(secrets: Iterable[str]) -> SecretForms:
    """The forms in which these secrets are searched for in a device's text.

    >>> forms = forms_of(["s3cret"])
    >>> "s3cret" in forms.in_lower_case, "733363726574" in forms.in_lower_case
    (True, True)
    """
    in_lower_case: set[str] = set()
    in_base64: set[str] = set()
    for secret in secrets:
        in_lower_case.update(form.casefold() for form in _escaped(secret))
        in_base64.update(_base64_forms(secret))
    return SecretForms(
        in_lower_case=frozenset(in_lower_case),
        in_base64=frozenset(in_base64),
    )


def holds(text: str, forms: SecretForms) -> bool:
    """Whether `text` holds a secret in one of its forms.

    Case does not matter, except in base64, nor do line breaks in base64.

    >>> forms = forms_of(["s3cret-word"])
    >>> holds("the answer was S3CRET-WORD", forms), holds("the answer was 42", forms)
    (True, False)
    """
    lower_text = text.casefold()
    if any(form in lower_text for form in forms.in_lower_case):
        return True
    in_one_line = re.sub(r"\s", "", text)
    # the alphabet of URLs has two other signs (RFC 4648, 5)
    in_base64 = in_one_line.replace("-", "+").replace("_", "/")
    return any(form in in_base64 for form in forms.in_base64)


def _escaped(secret: str) -> set[str]:
    r"""The secret as it is and in hex, and with what must be escaped, or all, escaped; also twice,
    as in HTML in JSON.

    >>> forms = _escaped('a"b')
    >>> 'a"b' in forms, 'a\\"b' in forms, "a&quot;b" in forms, "612262" in forms
    (True, True, True, True)
    """
    in_utf8 = secret.encode("utf-8", "replace")
    # http.client decodes headers as Latin-1
    forms = {secret, in_utf8.decode("latin-1")}
    new_forms = forms
    for _ in range(2):
        new_forms = _escaped_once(new_forms) - forms
        forms = forms | new_forms
    return forms | {
        in_utf8.hex(),
        "".join(f"%{octet:02x}" for octet in in_utf8),
        "".join(f"\\u{ord(character):04x}" for character in secret),
        "".join(f"&#{ord(character)};" for character in secret),
    }


def _escaped_once(texts: Collection[str]) -> set[str]:
    """The texts, and each of them with the escapes of JSON, HTML or a URL; and all of these as
    Python prints them.

    >>> sorted(_escaped_once(["a&b"]))
    ['a%26b', 'a&amp;b', 'a&b']
    """
    escaped_texts = set(texts)
    for text in texts:
        escaped_texts.update(escape(text) for escape in _ESCAPES)
    printed_texts: set[str] = set()
    for text in escaped_texts:
        printed_texts |= printed_forms(text)
    return escaped_texts | printed_texts


def _base64_forms(secret: str) -> Iterator[str]:
    """The secret in base64 after any other text: without the first and last characters, which
    depend on what is beside it.

    >>> list(_base64_forms("s3cret-word"))
    ['czNjcmV0LXdvcm', 'MzY3JldC13b3Jk', 'zM2NyZXQtd29yZ']
    """
    in_utf8 = secret.encode("utf-8", "replace")
    # base64 writes 3 octets as 4 characters: the secret may begin at any of the three
    for octets_before in range(3):
        octets = bytes(octets_before) + in_utf8
        base64_text = base64.b64encode(octets).decode("ascii")
        # a character has 6 bits of the octets
        begin = math.ceil(octets_before * 8 / 6)
        end = len(octets) * 8 // 6
        own_characters = base64_text[begin:end]
        if len(own_characters) >= _LEAST_ENCODED:
            yield own_characters
