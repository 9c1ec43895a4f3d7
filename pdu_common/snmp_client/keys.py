"""Authentication of SNMPv3 and its keys: from a password to the key of one agent (RFC 3414, A.2 and
2.6; RFC 7860, 9.3), longer keys for privacy, and digests of messages.

A password becomes a *master key*, and with the engine ID of an agent the *localized key*, which is
of use at that agent alone. A *digest* is an HMAC of a message, cut to the algorithm's size.
"""

from __future__ import annotations

import hashlib
import hmac
from functools import lru_cache
from typing import NamedTuple

_PASSWORD_OCTETS = 1_048_576  # RFC 3414, A.2
# A key is 100 octets, and its derivation takes some ms. One PDU has at most two.
_KEPT = 20_000


class AuthAlgorithm(NamedTuple):
    """An authentication protocol."""

    #: the hash function's name in hashlib
    hash: str
    #: octets of a message's digest
    size: int


# RFC 3414, 6.3.1 and 7.3.1; RFC 7860, 4.2
PROTOCOLS = {
    "md5": AuthAlgorithm("md5", 12),
    "sha": AuthAlgorithm("sha1", 12),
    "sha1": AuthAlgorithm("sha1", 12),
    "sha224": AuthAlgorithm("sha224", 16),
    "sha256": AuthAlgorithm("sha256", 24),
    "sha384": AuthAlgorithm("sha384", 32),
    "sha512": AuthAlgorithm("sha512", 48),
}


def digest(auth: AuthAlgorithm, key: bytes, message: bytes) -> bytes:
    """The digest of a message, the datagram with zeros in the place of its digest. `key`: the
    localized key. Raises ValueError if this Python lacks the hash function.

    >>> digest(PROTOCOLS["md5"], b"key", b"message").hex()
    '4e4748e62b463521f6775fbf'
    """
    return hmac.digest(key, message, auth.hash)[: auth.size]


def is_authentic(auth: AuthAlgorithm, key: bytes, message: bytes, at: int) -> bool:
    """Whether the digest that begins at index `at` of a message is the right one for this localized
    key. Takes the same time for any digest, so that nobody finds it by trying.

    >>> md5, message = PROTOCOLS["md5"], b"head" + bytes(12) + b"tail"
    >>> signed_message = b"head" + digest(md5, b"key", message) + b"tail"
    >>> is_authentic(md5, b"key", signed_message, at=4), is_authentic(md5, b"key", message, at=4)
    (True, False)
    """
    stop = at + auth.size
    message_without_digest = message[:at] + bytes(auth.size) + message[stop:]
    return hmac.compare_digest(message[at:stop], digest(auth, key, message_without_digest))


def _stretch(secret: bytes, name: str) -> bytes:
    """The master key of a password: the hash of 1 MB of its repetitions (RFC 3414, A.2). `name`: of
    the hash function. Raises ValueError for an empty password.
    """
    if not secret:
        raise ValueError("an empty password")
    password_copies = secret * (_PASSWORD_OCTETS // len(secret) + 1)
    return hashlib.new(name, password_copies[:_PASSWORD_OCTETS]).digest()


_master = lru_cache(maxsize=256)(_stretch)


def _bound(key: bytes, engine_id: bytes, name: str) -> bytes:
    """The localized key of a master key at the agent with this engine ID (RFC 3414, 2.6)."""
    return hashlib.new(name, key + engine_id + key).digest()


@lru_cache(maxsize=_KEPT)
def localized_key(password: bytes, name: str, engine_id: bytes) -> bytes:
    """The localized key of a password at one agent; `name` is that of the hash function.

    The keys of RFC 3414, A.3.1 and A.3.2:

    >>> engine_id = bytes.fromhex("000000000000000000000002")
    >>> localized_key(b"maplesyrup", "md5", engine_id).hex()
    '526f5eed9fcce26f8964c2930787d82b'
    >>> localized_key(b"maplesyrup", "sha1", engine_id).hex()
    '6695febc9288e36282235fc7151f128497b38f3f'
    """
    return _bound(_master(password, name), engine_id, name)


@lru_cache(maxsize=_KEPT)
def extended_key(password: bytes, name: str, engine_id: bytes, size: int, *, reeder: bool) -> bytes:
    """The localized key of a password for privacy, of `size` octets; `name` is that of the hash
    function. One that is too short is extended as draft-blumenthal-aes-usm-04, 3.1.2.1, says, or
    with `reeder` as draft-reeder-snmpv3-usm-3desede-00, 2.1, says.

    >>> engine_id = bytes.fromhex("000000000000000000000002")
    >>> key = extended_key(b"maplesyrup", "md5", engine_id, 32, reeder=False)
    >>> len(key), key[:16] == localized_key(b"maplesyrup", "md5", engine_id)
    (32, True)
    """
    key = localized_key(password, name, engine_id)
    while len(key) < size:  # at most once: the shortest hash has half of the longest key
        if reeder:
            key += _bound(_stretch(key, name), engine_id, name)
        else:
            key += hashlib.new(name, key).digest()
    return key[:size]
