"""The user-based security model of SNMPv3 (RFC 3414) for a manager: signs and encrypts requests;
accepts only answers whose digest, engine, time and user are right.
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
    """A user with protocols and passwords."""

    name: bytes
    #: None: it signs nothing
    auth: Optional[AuthAlgorithm] = None
    auth_password: bytes = field(default=b"", repr=False)
    #: None: it encrypts nothing
    privacy: Optional[Privacy] = None
    priv_password: bytes = field(default=b"", repr=False)

    @property
    def level(self) -> int:
        """The level of its messages, as in `Message.level`."""
        return (v3.AUTH if self.auth else 0) | (v3.PRIV if self.privacy else 0)


class EngineClock(NamedTuple):
    """An agent's boots and seconds, and the local time in s when they were right."""

    boots: int
    seconds: int
    at: float

    def now(self, at: float) -> int:
        """The agent's seconds at a local time."""
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
    """The request that makes an agent report its engine ID (RFC 3414, 4)."""
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
    """A request as a datagram. `at`: the local time in s.

    Raises ValueError if this Python lacks a hash function, ImportError without cryptography.
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
    """The engine with the time of a signed message; None if the message is not from this engine for
    this user, its digest is wrong, or it is outside the time window (RFC 3414, 3.2)."""
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
    """The agent's clock after an authentic message that tells its `boots` and `seconds`, and came
    at the local time `at`, in s; None if they are outside the time window (RFC 3414, 3.2.7b).
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
    """The scoped PDU of a message, decrypted if it is encrypted. Raises Malformed."""
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
    return keys.extended_key(password, auth.hash, engine_id, privacy.size, reeder=privacy.reeder)
