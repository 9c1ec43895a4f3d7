"""The user-based security model of SNMPv3 (RFC 3414) for a manager: signs and encrypts requests;
accepts only answers whose digest, engine, time and user are right.

An agent's *engine* has an ID of 5 to 32 octets, and a time: `boots`, how often it started, and
`seconds` since then. A message is *authentic* if its digest and its time are right. The *local
time* is that of this machine's clock, in seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple, Optional

from . import ciphers, keys, v3
from .ber import Malformed
from .ciphers import Privacy
from .keys import AuthAlgorithm
from .v3 import Message, Scoped

_HIGHEST = 2**31 - 1
_WINDOW_S = 150  # RFC 3414, 2.2.3


@dataclass(frozen=True)
class User:
    """A user of SNMPv3 with protocols and passwords."""

    name: bytes
    #: None: it signs nothing
    auth: Optional[AuthAlgorithm] = None
    auth_password: bytes = field(default=b"", repr=False)
    #: None: it encrypts nothing
    privacy: Optional[Privacy] = None
    priv_password: bytes = field(default=b"", repr=False)

    @property
    def level(self) -> int:
        """The security level of its messages, flags: AUTH if they are signed, and PRIV if they are
        encrypted, 0 if neither.

        >>> User(b"reader").level, User(b"reader", keys.PROTOCOLS["sha"]).level
        (0, 1)
        """
        return (v3.AUTH if self.auth else 0) | (v3.PRIV if self.privacy else 0)


class EngineClock(NamedTuple):
    """An agent's boots and seconds, and the local time in s when they were right."""

    boots: int
    seconds: int
    at: float

    def now(self, at: float) -> int:
        """The agent's seconds at a local time.

        >>> EngineClock(boots=1, seconds=60, at=1000.0).now(1005.5)
        65
        """
        return min(_HIGHEST, self.seconds + int(at - self.at))

    def is_later_than(self, other: EngineClock) -> bool:
        """Whether this time of the agent is after the other: more boots, or else more seconds."""
        return (self.boots, self.seconds) > (other.boots, other.seconds)


class Engine(NamedTuple):
    """What is known of an agent's engine."""

    #: 5 to 32 octets
    id: bytes
    #: from the newest message, signed or not; for requests
    announced_clock: EngineClock
    #: from the newest authentic message, None before the first; for the time window of answers
    trusted_clock: Optional[EngineClock] = None


def discovery(msg_id: int, pdu: bytes) -> bytes:
    """The datagram that makes an agent report its engine ID (RFC 3414, 4), unsigned and for no
    engine. `pdu`: the octets of an empty request.

    >>> message = v3.decode(discovery(7, b""))
    >>> message.msg_id, message.level, message.engine_id
    (7, 0, b'')
    """
    message = Message(
        msg_id=msg_id,
        level=0,
        engine_id=b"",
        boots=0,
        seconds=0,
        user=b"",
        digest_at=0,
        digest_size=0,
        salt=b"",
        data=v3.scoped_pdu(b"", pdu),
    )
    datagram, _ = v3.encode(message)
    return datagram


def secure_request(user: User, engine: Engine, msg_id: int, pdu: bytes, at: float) -> bytes:
    """The datagram of a request, encrypted and signed as the user demands, with the engine's time.
    `pdu`: the octets of the request. `at`: the local time in s. Raises ValueError if this Python
    lacks a hash function, ImportError without the package cryptography.
    """
    data = v3.scoped_pdu(engine.id, pdu)
    salt = b""
    boots = engine.announced_clock.boots
    seconds = engine.announced_clock.now(at)
    if user.auth and user.privacy:
        key = _privacy_key(user.auth, user.privacy, user.priv_password, engine.id)
        data, salt = ciphers.encrypt(user.privacy, key, boots, seconds, data)
    message = Message(
        msg_id=msg_id,
        level=user.level,
        engine_id=engine.id,
        boots=boots,
        seconds=seconds,
        user=user.name,
        digest_at=0,
        digest_size=user.auth.size if user.auth else 0,
        salt=salt,
        data=data,
    )
    datagram, digest_at = v3.encode(message)
    if user.auth is None:
        return datagram
    key = keys.localized_key(user.auth_password, user.auth.hash, engine.id)
    digest = keys.digest(user.auth, key, datagram)
    return datagram[:digest_at] + digest + datagram[digest_at + len(digest) :]


def authentic(
    user: User, engine: Engine, message: Message, datagram: bytes, at: float
) -> Optional[Engine]:
    """The engine with the time of a signed message, to replace what was known of it. None, if the
    message is not authentic: not from this engine for this user, with a wrong digest, or outside
    the time window (RFC 3414, 3.2). `datagram`: with the message. `at`: the local time in s when it
    came.
    """
    if user.auth is None or message.digest_size != user.auth.size:
        return None
    if message.engine_id != engine.id or message.user != user.name:
        return None
    key = keys.localized_key(user.auth_password, user.auth.hash, engine.id)
    if not keys.is_authentic(user.auth, key, datagram, message.digest_at):
        return None
    clock = advance_clock(engine.trusted_clock, message.boots, message.seconds, at)
    if clock is None:
        return None
    return Engine(engine.id, announced_clock=clock, trusted_clock=clock)


def advance_clock(
    trusted_clock: Optional[EngineClock], boots: int, seconds: int, at: float
) -> Optional[EngineClock]:
    """The agent's clock after a message with a right digest that tells its `boots` and `seconds`,
    and came at the local time `at`, in s; None if they are outside the time window, as of a message
    that somebody sends again later (RFC 3414, 3.2.7b). `trusted_clock`: None before the first.

    >>> clock = EngineClock(boots=1, seconds=60, at=1000.0)
    >>> advance_clock(clock, 1, 70, at=1005.0)
    EngineClock(boots=1, seconds=70, at=1005.0)
    >>> advance_clock(clock, 1, 60, at=2000.0) is None  # 1000 s later
    True
    """
    message_clock = EngineClock(boots, seconds, at)
    if trusted_clock is None or message_clock.is_later_than(trusted_clock):
        trusted_clock = message_clock
    if trusted_clock.boots == _HIGHEST or boots < trusted_clock.boots:
        return None
    if seconds < trusted_clock.now(at) - _WINDOW_S:
        return None
    return trusted_clock


def unsecure(user: User, message: Message) -> Scoped:
    """The scoped PDU of a message, decrypted if it is encrypted. Raises Malformed for what is none,
    as after a decryption with a wrong key, and for an encrypted one if the user has no privacy.
    """
    if not message.level & v3.PRIV:
        return v3.decode_scoped(message.data)
    if user.auth is None or user.privacy is None:
        raise Malformed("encrypted for nobody")
    key = _privacy_key(user.auth, user.privacy, user.priv_password, message.engine_id)
    plain = ciphers.decrypt(
        user.privacy, key, message.boots, message.seconds, message.salt, message.data
    )
    return v3.decode_scoped(plain)


def _privacy_key(auth: AuthAlgorithm, privacy: Privacy, password: bytes, engine_id: bytes) -> bytes:
    """The key of a password for privacy at one agent, of the size that the protocol needs."""
    return keys.extended_key(password, auth.hash, engine_id, privacy.size, reeder=privacy.reeder)
