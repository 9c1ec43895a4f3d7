"""Pairs requests with answers, without a socket: which datagram to send, and whether one that came
is the answer. What does not fit is ignored, whoever sent it.
"""

from __future__ import annotations

import random
import time
from typing import Callable, Optional, Protocol, Union

from .._errors import SnmpError
from .._reads import GET, Answer, Request, dotted, status_name
from . import pdus, usm, v3
from .ber import Malformed
from .pdus import REPORT, RESPONSE, Pdu
from .usm import Clock, Engine, User

_ID_BITS = 31
_ENGINE_ID_OCTETS = range(5, 33)  # RFC 3411, 5, SnmpEngineID
# unpredictable, so that answers are hard to forge
_CHANCE = random.SystemRandom()

_USM_STATS = (1, 3, 6, 1, 6, 3, 15, 1, 1)
_TIME, _ENGINE = 2, 4
# Reports of the user-based security model (RFC 3414, 5), in the words of pysnmp.proto.errind
_REPORTS = {
    1: "Unsupported SNMP security level (UnsupportedSecurityLevel)",
    _TIME: "SNMP message timing parameters not in windows of trust (NotInTimeWindow)",
    3: "Unknown USM user (UnknownUserName)",
    _ENGINE: "Unknown SNMP engine ID encountered (UnknownEngineID)",
    5: "Wrong SNMP PDU digest (WrongDigest)",
    6: "Ciphering services not available or ciphertext is broken (DecryptionError)",
}

# What a datagram is: the answer, a reason to send another datagram, or None for none of them.
Taken = Union[Answer, bytes, None]


class Dialogue(Protocol):
    """The requests to one agent, one at a time."""

    def start(self, request: Request) -> bytes:
        """The datagram to send. Each try has an identifier of its own."""

    def take(self, datagram: bytes) -> Taken:
        """What a datagram from the agent is. Raises SnmpError if it is a valid report of an
        error."""


class CommunityDialogue:
    """A dialogue over v1 or v2c; `version` is that of SNMP, 1 or 2."""

    def __init__(self, version: int, community: bytes) -> None:
        self._version, self._community = version - 1, community
        self._number = 0

    def start(self, request: Request) -> bytes:
        self._number = _CHANCE.getrandbits(_ID_BITS)
        return pdus.message(self._version, self._community, pdus.encode(request, self._number))

    def take(self, datagram: bytes) -> Taken:
        try:
            message = pdus.decode_message(datagram)
        except Malformed:
            return None
        if message.version != self._version or message.community != self._community:
            return None
        return _answer(message.pdu, self._number)


class UserDialogue:
    """A dialogue over v3 with the agent `name`.

    `engine` is what is known of its engine, None for nothing; `learned` is called with what an
    answer adds to that.
    """

    def __init__(
        self,
        name: str,
        user: User,
        engine: Optional[Engine],
        learned: Callable[[Engine], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._name, self._user, self._engine = name, user, engine
        self._learned, self._clock = learned, clock
        self._request = Request(GET, ())
        self._message_id = self._number = 0
        self._reported: set[int] = set()

    def start(self, request: Request) -> bytes:
        self._request = request
        self._reported.clear()
        return self._datagram()

    def _datagram(self) -> bytes:
        self._message_id, self._number = (_CHANCE.getrandbits(_ID_BITS) for _ in range(2))
        if self._engine is None:
            nothing = pdus.encode(Request(GET, ()), self._number)
            return usm.discovery(self._message_id, nothing)
        pdu = pdus.encode(self._request, self._number)
        return usm.sealed(self._user, self._engine, self._message_id, pdu, self._clock())

    def take(self, datagram: bytes) -> Taken:
        try:
            message = v3.decode(datagram)
            if message.msg_id != self._message_id:
                return None
            engine = self._engine
            if message.level:
                if engine is None:
                    return None
                engine = usm.authentic(self._user, engine, message, datagram, self._clock())
                if engine is None:
                    return None
            scoped = usm.opened(self._user, message)
        except Malformed:
            return None
        if engine is not None and message.level:
            self._learn(engine)
        if scoped.pdu.kind == REPORT:
            return self._report(message, scoped.pdu)
        if (
            engine is None
            or message.level != self._user.level
            or message.user != self._user.name
            or message.engine_id != engine.id
            or scoped.engine_id != engine.id
            or scoped.name
        ):
            return None
        return _answer(scoped.pdu, self._number)

    def _report(self, message: v3.Message, pdu: Pdu) -> Taken:
        """What to send after a report. Raises SnmpError if a new datagram does not help.

        Most reports are not signed: the sender has no key, or not the time. Nothing but the next
        request follows from them, so whoever can forge one can only prevent an answer.
        """
        if not pdu.rows or len(message.engine_id) not in _ENGINE_ID_OCTETS:
            return None
        arcs = pdu.rows[0][0]
        is_usm = arcs[:-2] == _USM_STATS and arcs[-1] == 0
        number = arcs[-2] if is_usm and arcs[-2] in _REPORTS else 0
        known = self._engine
        if known is not None and message.engine_id != known.id:
            if number != _ENGINE:
                return None
            known = None
        if number in (_TIME, _ENGINE) and number not in self._reported:
            self._reported.add(number)
            said = Clock(message.boots, message.seconds, self._clock())
            if known is None:
                self._learn(Engine(message.engine_id, said))
            elif not message.level:
                self._learn(known._replace(said=said))
            return self._datagram()
        raise SnmpError(f"{self._name}: {_REPORTS.get(number) or _other(arcs)}")

    def _learn(self, engine: Engine) -> None:
        self._engine = engine
        self._learned(engine)


def _other(arcs: tuple[int, ...]) -> str:
    return f"{dotted(arcs)} (ReportPduReceived)"


def _answer(pdu: Pdu, number: int) -> Optional[Answer]:
    if pdu.kind != RESPONSE or pdu.request_id != number:
        return None
    return Answer(status_name(pdu.status), pdu.rows)
