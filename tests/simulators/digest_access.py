"""Digest login as a unit checks it (RFC 7616): it makes nonces, and counts wrong answers.

Written from the RFC, and from nothing of the handlers.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any, Callable

from tests.simulators.unit_servers import PASSWORD, READER, USER

_HASHES: Mapping[str, Callable[[bytes], Any]] = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}
_FIELD = re.compile(r'(\w+)=(?:"([^"]*)"|([^,\s]+))')


class DigestAccess:
    """The login of one unit. `uses`: how often a nonce is taken."""

    def __init__(
        self, realm: str, algorithm: str = "SHA-256", *, uses: int = 1000, says_stale: bool = True
    ) -> None:
        self.realm = realm
        self.algorithm = algorithm
        self.uses = uses
        self.says_stale = says_stale
        #: how often an answer with a wrong user or password came
        self.refusals = 0
        self._nonces: dict[str, int] = {}
        self._is_stale = False

    def challenge(self) -> Mapping[str, str]:
        """The headers of a 401."""
        nonce = f"made-up-nonce-{len(self._nonces) + 1}"
        self._nonces[nonce] = 0
        stale = ", stale=true" if self._is_stale and self.says_stale else ""
        value = (
            f'Digest realm="{self.realm}", qop="auth", nonce="{nonce}",'
            f' algorithm={self.algorithm}, opaque="made-up"{stale}'
        )
        return {"WWW-Authenticate": value}

    def user(self, method: str, path: str, headers: Mapping[str, str]) -> str:
        """The account of a request; "" for none."""
        self._is_stale = False
        scheme, _, text = headers.get("Authorization", "").partition(" ")
        fields: dict[str, str] = {}
        for name, quoted, bare in _FIELD.findall(text):
            fields[name] = quoted or bare
        if scheme != "Digest":
            return ""
        is_whole = fields.get("uri") == path and fields.get("opaque") == "made-up"
        account = fields.get("username", "")
        nonce = fields.get("nonce", "")
        is_right = fields.get("response") == self._response(fields, method)
        is_known = account in (USER, READER) and nonce in self._nonces
        if not (is_whole and is_known and is_right):
            self.refusals += 1
            return ""
        count = int(fields["nc"], 16)
        if count != self._nonces[nonce] + 1 or count > self.uses:
            self._is_stale = True
            return ""
        self._nonces[nonce] = count
        return account

    def _response(self, fields: Mapping[str, str], method: str) -> str:
        def hashed(*parts: str) -> str:
            return str(_HASHES[self.algorithm](":".join(parts).encode()).hexdigest())

        login = hashed(fields.get("username", ""), self.realm, PASSWORD)
        request = hashed(method, fields.get("uri", ""))
        names = ("nonce", "nc", "cnonce", "qop")
        return hashed(login, *(fields.get(name, "") for name in names), request)
