"""Digest login (RFC 7616) with MD5 and SHA-256, for requests without `auth-int`. Pure but for the
random `cnonce`.

A unit answers a request without login with a challenge; the next request answers the challenge with
a hash of user, password and method and path. The password itself is never sent. A nonce is a random
text in the challenge; after a while it is over, and the unit sends another one. Without `qop`, the
answer is that of RFC 2069.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Callable, NamedTuple, Optional

from .message import Request

# a host that forbids MD5 for security allows it so
_MD5 = partial(hashlib.md5, usedforsecurity=False)
# from the best to the worst, as a unit may offer several (RFC 7616, 3.7)
_HASHES: Mapping[str, Callable[[bytes], Any]] = {
    "SHA-256": hashlib.sha256,
    "SHA-256-SESS": hashlib.sha256,
    "MD5": _MD5,
    "MD5-SESS": _MD5,
}
_WORD = r"[A-Za-z0-9!#$%&'*+.^_`|~-]+"
# a scheme, or a parameter of the scheme before it (RFC 9110, 11.6.1)
_PART = re.compile(
    rf"(?P<name>{_WORD})\s*=\s*(?P<value>\"(?:[^\"\\]|\\.)*\"|{_WORD})|(?P<scheme>{_WORD})"
)


class Challenge(NamedTuple):
    """What a unit wants to be answered.

    >>> (challenge,) = _challenges('Digest realm="unit", nonce="7f", qop="auth", stale=true')
    >>> _best([challenge])
    Challenge(realm='unit', nonce='7f', algorithm='MD5', opaque=None, has_qop=True, is_stale=True)
    """

    realm: str
    nonce: str
    algorithm: str = "MD5"
    #: sent back as it came; None if it did not come
    opaque: Optional[str] = None
    has_qop: bool = True
    #: whether the unit says that only the nonce before was too old
    is_stale: bool = False


class Digest:
    """The digest login of one session: the unit's challenge (`_challenge`, None before the first),
    how often it was answered (`_count`), and whether such an answer was not refused
    (`_has_success`), so that a later refusal means that the nonce is over.

    >>> digest = Digest("admin", "x")
    >>> digest.authorization("GET", "/relay/0")
    ''
    >>> header = 'Digest realm="unit", nonce="7f", qop="auth"'
    >>> digest.note_challenge({"www-authenticate": header}, over_tls=False)
    True
    >>> digest.authorization("GET", "/relay/0")[:49]
    'Digest username="admin", realm="unit", nonce="7f"'
    """

    def __init__(
        self, user: Optional[str], password: Optional[str], *, basic_over_tls: bool = False
    ) -> None:
        """None: no challenge is answered. `basic_over_tls`: whether a unit that offers Basic alone
        gets the password, over TLS.
        """
        self._user = user
        self._password = password
        self._basic_over_tls = basic_over_tls
        self._challenge: Optional[Challenge] = None
        self._count = 0
        self._has_success = False
        #: whether basic login is answered
        self.is_basic = False
        #: the last read without its login, which asks for a challenge
        self.last_read: Optional[Request] = None

    def __repr__(self) -> str:
        return "Digest(...)"

    @property
    def has_answered(self) -> bool:
        """Whether a login was sent: what the unit refuses then is the login."""
        return self.is_basic or self._count > 0

    def note_success(self) -> None:
        """Take note that a request with the present answer was not refused."""
        self._has_success = True

    def forget_challenge(self) -> None:
        """Answer no further request with the present challenge."""
        self._challenge = None
        self._count = 0
        self._has_success = False

    def note_challenge(self, headers: Mapping[str, str], *, over_tls: bool) -> bool:
        """Keep the challenge in the headers of a 401, and return whether the request should be sent
        again. True if it had no login, or if the nonce was over. False if the fresh answer to a
        challenge was refused: user or password are wrong.

        >>> digest = Digest("admin", "x")
        >>> challenge = {"www-authenticate": 'Digest realm="unit", nonce="7f"'}
        >>> digest.note_challenge(challenge, over_tls=False)
        True
        >>> digest.note_challenge(challenge, over_tls=False)
        False
        """
        if self._user is None or self._password is None:
            return False
        challenges = list(_challenges(headers.get("www-authenticate", "")))
        challenge = _best(challenges)
        if challenge is None and self.has_answered:
            return False
        if challenge is None:
            offers_basic = any(scheme == "basic" for scheme, _ in challenges)
            self.is_basic = offers_basic and over_tls and self._basic_over_tls
            return self.is_basic
        is_over = self._has_success or challenge.is_stale
        if self._challenge is not None and not is_over:
            return False
        self._challenge = challenge
        self._count = 0
        self._has_success = False
        return True

    def authorization(self, method: str, target: str) -> str:
        """The header Authorization of the next request; "" before a challenge.

        before a challenge     ""
        after it               Digest username="admin", ..., uri="/relay/0", nc=00000001, ...
        """
        if self._challenge is None or self._user is None or self._password is None:
            return ""
        self._count += 1
        return answer(
            self._challenge,
            user=self._user,
            password=self._password,
            method=method,
            target=target,
            count=self._count,
            cnonce=secrets.token_hex(8),
        )


def answer(
    challenge: Challenge,
    *,
    user: str,
    password: str,
    method: str,
    target: str,
    count: int,
    cnonce: str,
) -> str:
    """The header Authorization that answers a challenge for the `count`th time. `cnonce`: random
    text of this side. The example is that of RFC 7616, 3.9.1.

    >>> nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"
    >>> challenge = Challenge("http-auth@example.org", nonce)
    >>> header = answer(
    ...     challenge,
    ...     user="Mufasa",
    ...     password="Circle of Life",
    ...     method="GET",
    ...     target="/dir/index.html",
    ...     count=1,
    ...     cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
    ... )
    >>> "8ca523f5e9506fed4657c9700eebdbec" in header
    True
    """

    def hashed(*parts: str) -> str:
        text = ":".join(parts).encode("utf-8", "surrogateescape")
        return str(_HASHES[challenge.algorithm](text).hexdigest())

    nonce_count = f"{count:08x}"
    login = hashed(user, challenge.realm, password)
    if challenge.algorithm.endswith("-SESS"):
        login = hashed(login, challenge.nonce, cnonce)
    request = hashed(method, target)
    if challenge.has_qop:
        response = hashed(login, challenge.nonce, nonce_count, cnonce, "auth", request)
    else:
        response = hashed(login, challenge.nonce, request)
    fields = [
        f"username={_quoted(user)}",
        f"realm={_quoted(challenge.realm)}",
        f"nonce={_quoted(challenge.nonce)}",
        f"uri={_quoted(target)}",
        f"algorithm={challenge.algorithm.replace('SESS', 'sess')}",
        f'response="{response}"',
    ]
    if challenge.has_qop:
        fields += ["qop=auth", f"nc={nonce_count}", f'cnonce="{cnonce}"']
    if challenge.opaque is not None:
        fields.append(f"opaque={_quoted(challenge.opaque)}")
    return "Digest " + ", ".join(fields)


def _quoted(text: str) -> str:
    """A parameter's value in quotes (RFC 9110, 5.6.4).

    >>> _quoted("admin")
    '"admin"'
    """
    # http.client writes headers in Latin-1
    octets = text.encode("utf-8", "surrogateescape").decode("latin-1")
    return '"' + re.sub(r'(["\\])', r"\\\1", octets) + '"'


def _challenges(header: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The schemes of a header WWW-Authenticate, in lower case, each with its parameters.

    >>> list(_challenges('Digest realm="unit", nonce="7f", Basic realm="unit"'))
    [('digest', {'realm': 'unit', 'nonce': '7f'}), ('basic', {'realm': 'unit'})]
    """
    # http.client reads headers as Latin-1, and keeps the line ends of a folded one
    octets = " ".join(header.split()).encode("latin-1", "replace")
    scheme = ""
    parameters: dict[str, str] = {}
    for part in _PART.finditer(octets.decode("utf-8", "surrogateescape")):
        if part["scheme"]:
            # it ends the parameters of the scheme before it
            if scheme:
                yield scheme, parameters
            scheme = part["scheme"].lower()
            parameters = {}
        else:
            parameters[part["name"].lower()] = _unquoted(part["value"])
    if scheme:
        yield scheme, parameters


def _unquoted(value: str) -> str:
    """The value of a parameter, without the quotes and backslashes that it may have (RFC 9110,
    5.6.4).

    >>> _unquoted('"unit"'), _unquoted("MD5")
    ('unit', 'MD5')
    """
    if not value.startswith('"'):
        return value
    return re.sub(r"\\(.)", r"\1", value[1:-1])


def _best(challenges: list[tuple[str, dict[str, str]]]) -> Optional[Challenge]:
    """The best of the challenges of a unit that can be answered, by its hash: SHA-256 before MD5.
    None if none can. `challenges`: each scheme, in lower case, with its parameters.

    >>> challenges = _challenges('Digest realm="unit", nonce="7f", algorithm=SHA-256, qop="auth"')
    >>> _best(list(challenges)).algorithm
    'SHA-256'
    """
    challenge_by_algorithm: dict[str, Challenge] = {}
    for scheme, fields in challenges:
        if scheme != "digest":
            continue
        challenge = _digest_challenge(fields)
        if challenge is not None:
            challenge_by_algorithm[challenge.algorithm] = challenge
    for algorithm in _HASHES:
        if algorithm in challenge_by_algorithm:
            return challenge_by_algorithm[algorithm]
    return None


def _digest_challenge(fields: Mapping[str, str]) -> Optional[Challenge]:
    """The challenge with these parameters of the scheme Digest; None for one that cannot be
    answered: with another hash than MD5 and SHA-256, without a nonce, or without `auth` in its
    `qop`.

    >>> _digest_challenge({"realm": "unit", "nonce": "7f", "qop": "auth,auth-int"}).has_qop
    True
    >>> _digest_challenge({"realm": "unit", "nonce": "7f", "qop": "auth-int"}) is None
    True
    """
    algorithm = fields.get("algorithm", "MD5").upper()
    words = [word.strip().lower() for word in fields.get("qop", "").split(",")]
    qops = [word for word in words if word]
    if algorithm not in _HASHES or not fields.get("nonce"):
        return None
    if qops and "auth" not in qops:
        return None
    return Challenge(
        realm=fields.get("realm", ""),
        nonce=fields["nonce"],
        algorithm=algorithm,
        opaque=fields.get("opaque"),
        has_qop=bool(qops),
        is_stale=fields.get("stale", "").lower() == "true",
    )
