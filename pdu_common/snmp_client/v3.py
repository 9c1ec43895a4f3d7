"""Messages of SNMPv3 (RFC 3412, 6) with the parameters of its user-based security model (RFC 3414,
2.4) in BER. Checks no digest and decrypts nothing.

An agent's *engine* has an ID, and a time: `boots`, how often it started, and `seconds` since then.
A *scoped PDU* is a PDU with the engine and the context that it is for. `at` and `end` are indexes
into `data`, a datagram.
"""

from __future__ import annotations

from typing import NamedTuple

from . import ber, pdus
from .ber import Malformed
from .pdus import Pdu

VERSION = 3
AUTH, PRIV, REPORTABLE = 1, 2, 4  # msgFlags

_HIGHEST = 2**31 - 1
_USM = 3  # msgSecurityModel
_SMALLEST_MESSAGE = 484  # RFC 3412, 6.3
_LARGEST_MESSAGE = 65_507  # a UDP datagram over IPv4
# octets (RFC 3411, 5; RFC 3414, 2.4 and 5; RFC 7860, 4.2.4)
_LONGEST_ENGINE_ID = 32
_LONGEST_USER = 32
_LONGEST_SALT = 8
_LONGEST_DIGEST = 48


class Message(NamedTuple):
    """A message of SNMPv3 that is not yet decrypted."""

    msg_id: int
    #: AUTH, AUTH and PRIV, or 0
    level: int
    #: of the agent
    engine_id: bytes
    #: how often the agent has started
    boots: int
    #: since the agent's start
    seconds: int
    user: bytes
    #: where its digest begins in the datagram
    digest_at: int
    #: octets of its digest
    digest_size: int
    salt: bytes
    #: a scoped PDU, with PRIV an encrypted one
    data: bytes


class Scoped(NamedTuple):
    """A PDU and its context."""

    engine_id: bytes
    name: bytes
    pdu: Pdu


def encode(message: Message) -> tuple[bytes, int]:
    """The datagram of a message with a digest of zeros, and the index where the digest begins: the
    caller computes it of this datagram and puts it there. `digest_at` of the message is not used.

    >>> data = scoped_pdu(b"", b"")
    >>> message = Message(7, 0, b"", 0, 0, b"reader", 0, 0, salt=b"", data=data)
    >>> datagram, _ = encode(message)
    >>> decode(datagram).msg_id, decode(datagram).user
    (7, b'reader')
    """
    parameters = (
        ber.tlv(ber.OCTETS, message.engine_id)
        + ber.encode_integer(message.boots)
        + ber.encode_integer(message.seconds)
        + ber.tlv(ber.OCTETS, message.user)
        + ber.tlv(ber.OCTETS, bytes(message.digest_size))
    )
    salt = ber.tlv(ber.OCTETS, message.salt)
    data = ber.tlv(ber.OCTETS, message.data) if message.level & PRIV else message.data
    header = (
        ber.encode_integer(message.msg_id)
        + ber.encode_integer(_LARGEST_MESSAGE)
        + ber.tlv(ber.OCTETS, bytes((message.level | REPORTABLE,)))
        + ber.encode_integer(_USM)
    )
    security_parameters = ber.tlv(ber.SEQUENCE, parameters + salt)
    datagram = ber.tlv(
        ber.SEQUENCE,
        ber.encode_integer(VERSION)
        + ber.tlv(ber.SEQUENCE, header)
        + ber.tlv(ber.OCTETS, security_parameters)
        + data,
    )
    # only the salt and the data follow the digest
    digest_end = len(datagram) - len(data) - len(salt)
    return datagram, digest_end - message.digest_size


def decode(data: bytes) -> Message:
    """The message of SNMPv3 in a datagram; its `data` is a scoped PDU, with PRIV an encrypted one.
    Raises Malformed for another datagram.
    """
    at, end = ber.exact_content_bounds(data, 0, len(data), ber.SEQUENCE)
    _version, at = ber.integer(data, at, end, VERSION, VERSION)
    msg_id, level, at = _header(data, at, end)
    begin, at = ber.content_bounds(data, at, end, ber.OCTETS)
    begin, stop = ber.exact_content_bounds(data, begin, at, ber.SEQUENCE)
    engine_id, begin = _octets(data, begin, stop, _LONGEST_ENGINE_ID)
    boots, begin = ber.integer(data, begin, stop, 0, _HIGHEST)
    seconds, begin = ber.integer(data, begin, stop, 0, _HIGHEST)
    user, begin = _octets(data, begin, stop, _LONGEST_USER)
    digest_at, begin = ber.content_bounds(data, begin, stop, ber.OCTETS)
    digest_size = begin - digest_at
    salt, begin = _octets(data, begin, stop, _LONGEST_SALT)
    if begin != stop or digest_size > _LONGEST_DIGEST:
        raise Malformed("security parameters of a wrong size")
    if level & PRIV:
        at, end = ber.exact_content_bounds(data, at, end, ber.OCTETS)
    else:
        # only checked: a scoped PDU is the whole SEQUENCE, with its head
        ber.exact_content_bounds(data, at, end, ber.SEQUENCE)
    return Message(
        msg_id=msg_id,
        level=level,
        engine_id=engine_id,
        boots=boots,
        seconds=seconds,
        user=user,
        digest_at=digest_at,
        digest_size=digest_size,
        salt=salt,
        data=data[at:end],
    )


def _header(data: bytes, at: int, end: int) -> tuple[int, int, int]:
    """The number of a message (msgID), its security level (AUTH and PRIV), and the index where the
    next element begins. Raises Malformed for another header than RFC 3412, 6 has.
    """
    begin, stop = ber.content_bounds(data, at, end, ber.SEQUENCE)
    msg_id, begin = ber.integer(data, begin, stop, 0, _HIGHEST)
    _longest_message, begin = ber.integer(data, begin, stop, _SMALLEST_MESSAGE, _HIGHEST)
    flags, begin = ber.octets(data, begin, stop)
    _security_model, begin = ber.integer(data, begin, stop, _USM, _USM)
    if len(flags) != 1 or begin != stop:
        raise Malformed("a header of a wrong size")
    level = flags[0] & (AUTH | PRIV)
    if level == PRIV:
        raise Malformed("privacy without authentication")
    return msg_id, level, stop


def _octets(data: bytes, at: int, end: int, longest: int) -> tuple[bytes, int]:
    """The security parameter at `at`, such as the user's name, and the index where the next one
    begins. Raises Malformed if it has more than `longest` octets.

    >>> _octets(bytes.fromhex("04026f6e"), 0, 4, longest=32)
    (b'on', 4)
    """
    parameter, at = ber.octets(data, at, end)
    if len(parameter) > longest:
        raise Malformed("a security parameter that is too long")
    return parameter, at


def scoped_pdu(engine_id: bytes, pdu: bytes) -> bytes:
    """The octets of a scoped PDU in the default context, "", of an engine. `pdu`: its octets.

    >>> scoped_pdu(bytes.fromhex("8000000001"), b"").hex()
    '3009040580000000010400'
    """
    context = ber.tlv(ber.OCTETS, engine_id) + ber.tlv(ber.OCTETS, b"")
    return ber.tlv(ber.SEQUENCE, context + pdu)


def decode_scoped(data: bytes) -> Scoped:
    """The scoped PDU at the begin of `data`, after which padding may follow (RFC 3414, 8.1.1.2).
    Raises Malformed if there is none.
    """
    at, end = ber.content_bounds(data, 0, len(data), ber.SEQUENCE)
    engine_id, at = ber.octets(data, at, end)
    name, at = ber.octets(data, at, end)
    pdu = pdus.decode(data, at, end)
    return Scoped(engine_id, name, pdu)
