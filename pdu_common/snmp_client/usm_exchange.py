"""Dialogues over SNMPv3: discovers an agent's engine, keeps its time, understands its reports.

A request needs the ID and the time of the agent's *engine*. Without it, a *discovery* is sent; the
agent answers with a *report*, which has both, and the request follows. A report of another kind
says why the agent did not carry the request out. Each try of a request is a new message with a
message id of its own; the request id in its PDU stays.
"""

from __future__ import annotations

import time
from typing import Callable, Optional

from . import ciphers, keys, pdus, usm, v3
from .ber import Malformed
from .credentials import Credentials, missing_cipher_error
from .errors import SnmpError, SnmpReport
from .exchanges import Taken, identifier, match_answer
from .pdus import REPORT, Pdu
from .reads import GET, SET, UNDECODABLE, SnmpRequest, dotted
from .usm import Engine, EngineClock, User

_ENGINE_ID_OCTETS = range(5, 33)  # RFC 3411, 5, SnmpEngineID
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
# agents whose engines are kept; an entry is 500 octets
_MOST_KEPT = 50_000

_Key = tuple[object, ...]
# Engines of agents by their addresses and logins. Entries are only replaced, so that threads and
# forked processes need no lock.
_engines: dict[_Key, Engine] = {}


def open_exchange(credentials: Credentials) -> UserExchange:
    """A dialogue with an agent, with what is known of its engine from earlier ones; what it learns
    is kept for later ones. Raises SnmpError for a protocol that this machine lacks or forbids.
    """
    key = _key(credentials)

    def note_engine(engine: Engine) -> None:
        if len(_engines) >= _MOST_KEPT:
            _engines.clear()
        _engines[key] = engine

    return UserExchange(
        credentials.name, _user(credentials), engine=_engines.get(key), note_engine=note_engine
    )


def is_known(credentials: Credentials) -> bool:
    """Whether the agent's engine is known from an earlier dialogue."""
    return _key(credentials) in _engines


def drop(credentials: Credentials) -> None:
    """Forgets the agent's engine, so that the next dialogue discovers it."""
    _engines.pop(_key(credentials), None)


def _key(credentials: Credentials) -> _Key:
    """The key in `_engines`: address, port and login of the agent."""
    return (*credentials.peer, *credentials.engine_key())


def _user(credentials: Credentials) -> User:
    """The user of these credentials with its protocols. Raises SnmpError for a protocol that this
    machine lacks or forbids.
    """
    auth = keys.PROTOCOLS.get(credentials.auth_protocol)
    privacy = ciphers.PROTOCOLS.get(credentials.priv_protocol)
    if auth is not None:
        try:
            keys.digest(auth, b"", b"")
        except ValueError:  # such as MD5 where only the algorithms of FIPS are allowed
            raise SnmpError(
                f"{credentials.name}: this machine does not allow {credentials.auth_protocol}"
            ) from None
    if privacy is not None:
        try:
            ciphers.check(privacy)
        except ImportError:
            raise missing_cipher_error(credentials.priv_protocol) from None
        except ValueError:
            raise SnmpError(
                f"{credentials.name}: this machine does not allow {credentials.priv_protocol}"
            ) from None
    return User(
        name=credentials.user.encode("latin-1"),
        auth=auth,
        auth_password=credentials.auth_password.encode("latin-1"),
        privacy=privacy,
        priv_password=credentials.priv_password.encode("latin-1"),
    )


class UserExchange:
    """A dialogue over v3 with the agent `name`, one request at a time. `_request` is the present
    one; `_message_ids` has the message ids of all its tries, `_unreported` of those that no report
    has answered, `_reported` the kinds of reports that answered the present try. `_engine` is what
    is known of the agent's engine, None for nothing; `note_engine` gets what an answer adds to it.
    """

    def __init__(
        self,
        name: str,
        user: User,
        engine: Optional[Engine],
        note_engine: Callable[[Engine], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._name = name
        self._user = user
        self._engine = engine
        self._note_engine = note_engine
        self._clock = clock
        self._request = SnmpRequest(GET, ())
        #: of the request, in its PDU
        self._request_id = 0
        self._message_ids: set[int] = set()
        self._unreported: set[int] = set()
        self._reported: set[int] = set()
        #: whether the agent reported its engine in this dialogue
        self._is_discovered = False
        #: whether a signed message came at the user's security level
        self._is_answered = False
        #: whether something came that is no SNMPv3 message
        self.has_invalid = False

    @property
    def is_undecrypted(self) -> bool:
        """Whether the agent announced its engine in this dialogue, and answered nothing encrypted
        that it was sent."""
        return self._is_discovered and not self._is_answered and self._user.privacy is not None

    def start(self, request: SnmpRequest) -> bytes:
        """The datagram of a request, which becomes the present one: a new message in each try, with
        the same request id. The discovery, while the engine is not known."""
        if request != self._request:
            self._request = request
            self._request_id = identifier()
            self._message_ids.clear()
            self._unreported.clear()
        self._reported.clear()
        return self._datagram()

    def _datagram(self) -> bytes:
        """The present request as a new message, whose id is noted; the discovery in its place while
        the engine is not known."""
        message_id = identifier()
        self._message_ids.add(message_id)
        self._unreported.add(message_id)
        if self._engine is None:
            empty_pdu = pdus.encode(SnmpRequest(GET, ()), self._request_id)
            return usm.discovery(message_id, empty_pdu)
        pdu = pdus.encode(self._request, self._request_id)
        return usm.secure_request(self._user, self._engine, message_id, pdu, self._clock())

    def take(self, datagram: bytes) -> Taken:
        """The answer to the present request in a datagram, or the datagram to send after a report;
        None for another datagram, which is ignored, and one that is not authentic. What an
        authentic one shows of the engine is kept.

        > discovery    < report: engine ID, time     the request, encrypted and signed
        > request      < response                    SnmpAnswer
        > request      < report: not in time window  the request with the agent's time
        > request      < report: unknown user        SnmpReport is raised
        """
        try:
            message = v3.decode(datagram)
        except Malformed:
            self.has_invalid = True
            return None
        if message.msg_id not in self._message_ids:
            return None
        is_signed = message.level != 0
        signing_engine = self._signing_engine(message, datagram) if is_signed else None
        if is_signed and signing_engine is None:
            return None
        try:
            scoped_pdu = usm.unsecure(self._user, message)
        except Malformed:
            return None
        if signing_engine is not None:
            self._is_answered = self._is_answered or message.level == self._user.level
            self._learn(signing_engine)
        if scoped_pdu.pdu.kind == REPORT:
            return self._report(message, scoped_pdu.pdu)
        if not self._is_from_agent(message, scoped_pdu):
            return None
        return match_answer(scoped_pdu.pdu, self._request_id)

    def _signing_engine(self, message: v3.Message, datagram: bytes) -> Optional[Engine]:
        """The agent's engine with the time of a signed message, which is in `datagram`; None if the
        engine is not known, or the message is not authentic."""
        if self._engine is None:
            return None
        return usm.authentic(self._user, self._engine, message, datagram, self._clock())

    def _is_from_agent(self, message: v3.Message, scoped_pdu: v3.Scoped) -> bool:
        """Whether a message is for this user at its security level, and from the default context of
        the agent's engine, to which the requests go; `scoped_pdu`: what it contains."""
        if message.level != self._user.level or message.user != self._user.name:
            return False
        engine = self._engine
        if engine is None or message.engine_id != engine.id:
            return False
        return scoped_pdu.engine_id == engine.id and not scoped_pdu.name

    def is_reply(self, datagram: bytes) -> bool:
        """Whether a datagram has the message id of one of the tries."""
        try:
            message = v3.decode(datagram)
        except Malformed:
            return False
        return message.msg_id in self._message_ids

    def _report(self, message: v3.Message, pdu: Pdu) -> Taken:
        """The datagram to send after a report, None for a report that is ignored. `pdu`: of the
        report, whose first row says its kind. Raises SnmpReport if a new datagram does not help.

        unknown engine          the request with the reported engine, once
        not in time window      the request with the reported time, once
        one of them again       SnmpReport
        any other kind          SnmpReport

        Most reports are not signed: the sender has no key, or not the time. Nothing but the next
        request follows from them, so whoever can forge one can only prevent an answer.
        """
        if self._is_ignored(message, pdu):
            return None
        arcs, _ = pdu.rows[0]
        number = _report_number(arcs)
        engine = self._engine
        if engine is not None and message.engine_id != engine.id:
            if number != _ENGINE:
                return None
            engine = None
        if number not in (_TIME, _ENGINE) or number in self._reported:
            words = _REPORTS.get(number, f"{dotted(arcs)} (ReportPduReceived)")
            raise SnmpReport(f"{self._name}: {words}")
        self._reported.add(number)
        self._unreported.clear()
        clock_of_report = EngineClock(message.boots, message.seconds, self._clock())
        if engine is None:
            self._is_discovered = True
            self._learn(Engine(message.engine_id, clock_of_report))
        elif not message.level:
            self._learn(engine._replace(announced_clock=clock_of_report))
        return self._datagram()

    def _is_ignored(self, message: v3.Message, pdu: Pdu) -> bool:
        """Whether nothing follows from a report: it is no valid one, answers a message that another
        report has answered, or is unsigned and about a SET that may have been carried out."""
        if not pdu.rows or len(message.engine_id) not in _ENGINE_ID_OCTETS:
            return True
        # a network delivered a report twice, or an agent answers each try of a discovery
        if message.msg_id not in self._unreported:
            return True
        # A SET may have been carried out, whatever a report without a signature says, and is not
        # sent again for it; nor is it meant for another engine than that of the reads before it.
        is_proven = self._engine is not None and self._engine.trusted_clock is not None
        if self._request.kind == SET and is_proven and not message.level:
            return True
        _, value = pdu.rows[0]
        return value.tag == UNDECODABLE

    def _learn(self, engine: Engine) -> None:
        """Keeps an engine as a message showed it, here and for later dialogues."""
        self._engine = engine
        self._note_engine(engine)


def _report_number(arcs: tuple[int, ...]) -> int:
    """The kind of a report, its number in `_REPORTS`, by the OID in its first row; 0 for another.

    >>> _report_number((1, 3, 6, 1, 6, 3, 15, 1, 1, 4, 0)), _report_number((1, 3, 6))
    (4, 0)
    """
    is_of_model = arcs[:-2] == _USM_STATS and arcs[-1] == 0
    return arcs[-2] if is_of_model and arcs[-2] in _REPORTS else 0
