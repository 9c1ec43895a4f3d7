"""Dialogues over SNMPv3 with an agent that a line plays, without a socket: users.txt.

    engine unknown               nothing is known of the agent; else its engine (9 boots, 500 s) is,
                                 and with `trusted` its time, too, because it signed an answer
    command                      the request is a SET, not a GET
    at 200.0                     the clock of the client, 0 at first
    retry                        the request is started once more
    answer, report NUMBER        of the agent to the last request, or `to 1` to the first; `by` one
                                 of USERS, `of` one of ENGINES or BOOTS/SECONDS; `with` another
                                 `message` id, another `request` id, the PDU of a `get` or `null`
    clock 5/1000 at 0.0          asks for the clock after a message with BOOTS/SECONDS: `message`

On the right stand, for each answer and report, `taken`, `-` (passed over), the request that is
sent, or the error; then what is known of the engine: its time, and the trusted one.
`python -m tests.tables tests.pdu_common.test_user_exchange` writes right sides.
"""

from __future__ import annotations

from pathlib import Path
from typing import Optional

import pytest

from pdu_common.snmp_client import ber, ciphers, keys, pdus, usm, v3
from pdu_common.snmp_client.errors import SnmpError
from pdu_common.snmp_client.reads import (
    GET,
    INTEGER,
    OCTETS,
    SET,
    SnmpAnswer,
    SnmpRequest,
    TypedValue,
    WrittenValue,
)
from pdu_common.snmp_client.usm import Engine, EngineClock, User
from pdu_common.snmp_client.usm_exchange import UserExchange
from tests.tables import Case, Table

TABLE = Table(Path(__file__).with_name("users.txt"), separator="; ", operator=" by ")
ENGINE_ID = bytes.fromhex("000000000000000000000002")
PASSWORD, OTHER_PASSWORD = b"maplesyrup", b"another-one"
NAME = (1, 3, 6, 1, 2, 1, 1, 5, 0)
READ = SnmpRequest(GET, (NAME,))
COMMAND = SnmpRequest(SET, (NAME,), value=WrittenValue(INTEGER, 1))
STATS = (1, 3, 6, 1, 6, 3, 15, 1, 1)
HIGHEST = 2**31 - 1  # of snmpEngineBoots and snmpEngineTime

_AUTH, _PRIVACY = keys.PROTOCOLS["sha256"], ciphers.PROTOCOLS["aes"]
USERS = {
    "user": User(b"somebody", _AUTH, PASSWORD, _PRIVACY, PASSWORD),
    "signed": User(b"somebody", _AUTH, PASSWORD),
    "unsigned": User(b"somebody"),
    "nobody": User(b""),
    "other": User(b"other", _AUTH, PASSWORD, _PRIVACY, PASSWORD),
    "other-password": User(b"somebody", _AUTH, OTHER_PASSWORD, _PRIVACY, PASSWORD),
    "other-privacy": User(b"somebody", _AUTH, PASSWORD, _PRIVACY, OTHER_PASSWORD),
    "other-protocol": User(b"somebody", keys.PROTOCOLS["sha"], PASSWORD, _PRIVACY, PASSWORD),
}
AGENT_CLOCK = EngineClock(9, 500, 0.0)
ENGINES = {
    "other": Engine(b"another-engine", AGENT_CLOCK),
    "empty": Engine(b"", AGENT_CLOCK),
    "four": Engine(b"four", AGENT_CLOCK),
    "long": Engine(b"x" * 33, AGENT_CLOCK),
}


def _pdu(number: int, kind: int = pdus.RESPONSE, oid: tuple[int, ...] = NAME) -> bytes:
    binding = ber.tlv(ber.SEQUENCE, ber.encode_oid(oid) + b"\x04\x02ok")
    body = ber.encode_integer(number) + b"\x02\x01\x00\x02\x01\x00" + ber.tlv(ber.SEQUENCE, binding)
    return ber.tlv(kind, body)


def _request_id(message: v3.Message) -> int:
    """The request id, which only the owner of the keys can read."""
    data = message.data
    if message.level & v3.PRIV:
        key = keys.extended_key(PASSWORD, _AUTH.hash, message.engine_id, 16, reeder=False)
        data = ciphers.decrypt(_PRIVACY, key, message.boots, message.seconds, message.salt, data)
    at, end = ber.content_bounds(data, 0, len(data), ber.SEQUENCE)
    for _ in range(2):
        _, at = ber.octets(data, at, end)
    _, at, end = ber.head(data, at, end)
    return ber.integer(data, at, end, 0, HIGHEST)[0]


class Talk:
    """A dialogue, its clock, its requests, and what it learned."""

    def __init__(self, engine: Optional[Engine], request: SnmpRequest) -> None:
        self.now = 0.0
        self.engine = engine
        self._request = request
        self._dialogue = UserExchange(
            "pdu:161", USERS["user"], engine, self._learn, lambda: self.now
        )
        self.requests: list[v3.Message] = []
        self.start()

    def _learn(self, engine: Engine) -> None:
        self.engine = engine

    def start(self) -> None:
        self.requests.append(v3.decode(self._dialogue.start(self._request)))

    def take(self, words: str) -> str:
        """What the dialogue makes of `report 4 by nobody of other`."""
        what, *others = words.split(" ")
        number = int(others.pop(0)) if what == "report" else 0
        fields = dict(zip(others[::2], others[1::2]))
        request = self.requests[int(fields.get("to", 0)) - 1]
        message_id = request.msg_id ^ (fields.get("with") == "message")
        pdu = _answer_pdu(request, fields.get("with", ""))
        if number:
            pdu = _pdu(0, pdus.REPORT, (*STATS, number, 0))
        engine = _engine(fields.get("of", "9/500"))
        user = USERS[fields.get("by", "user")]
        datagram = usm.secure_request(user, engine, message_id, pdu, engine.announced_clock.at)
        try:
            taken = self._dialogue.take(datagram)
        except SnmpError as error:
            return f"error {error}"
        if isinstance(taken, SnmpAnswer):
            assert taken == SnmpAnswer("", [(NAME, TypedValue(OCTETS, b"ok"))])
            return "taken"
        if taken is None:
            return "-"
        self.requests.append(v3.decode(taken))
        return f"sends {_sent(self.requests[-1])}"


def _answer_pdu(request: v3.Message, difference: str) -> bytes:
    """The PDU of an answer to a request, or one that is not."""
    if difference == "null":
        return b"\x05\x00"
    number = _request_id(request) ^ (difference == "request")
    return _pdu(number, GET if difference == "get" else pdus.RESPONSE)


def _engine(text: str) -> Engine:
    """One of ENGINES by its name, or the agent's with this clock at 0.0: BOOTS/SECONDS."""
    if text in ENGINES:
        return ENGINES[text]
    boots, _, seconds = text.partition("/")
    return Engine(ENGINE_ID, EngineClock(int(boots), int(seconds), at=0.0))


def _sent(message: v3.Message) -> str:
    """Engine, time, user and level of a request."""
    level = {0: "unsigned", v3.AUTH: "signed", v3.AUTH | v3.PRIV: "encrypted"}[message.level]
    user = message.user.decode() or "nobody"
    return f"{_shown_id(message.engine_id)} {message.boots}/{message.seconds} {user} {level}"


def _shown_id(engine_id: bytes) -> str:
    return {ENGINE_ID: "agent", b"": "no engine"}.get(engine_id, engine_id.decode("latin-1"))


def _clock(clock: Optional[EngineClock]) -> str:
    return f"{clock.boots}/{clock.seconds} at {clock.at}" if clock is not None else "-"


def shown(case: Case) -> str:
    """The right side of a case, as the code gives it now."""
    first, *changes = case.left.split(TABLE.separator)
    if first.startswith("clock "):
        return _window(first, changes)
    engine: Optional[Engine] = Engine(ENGINE_ID, AGENT_CLOCK)
    if "engine unknown" in (first, *changes):
        engine = None
    if "trusted" in (first, *changes):
        engine = Engine(ENGINE_ID, AGENT_CLOCK, AGENT_CLOCK)
    talk = Talk(engine, COMMAND if "command" in (first, *changes) else READ)
    ends = [_sent(talk.requests[0])]
    for change in (first, *changes):
        if change == "retry":
            talk.start()
        elif change.startswith("at "):
            talk.now = float(change[3:])
        elif change.startswith(("answer", "report")):
            ends.append(talk.take(change))
        else:
            assert change in ("engine unknown", "trusted", "command"), change
    known = "nothing"
    if talk.engine is not None:
        clocks = f"{_clock(talk.engine.announced_clock)}, {_clock(talk.engine.trusted_clock)}"
        known = f"{_shown_id(talk.engine.id)} {clocks}"
    return f"{'; '.join(ends)} / {known}"


def _window(first: str, changes: list[str]) -> str:
    """The clock after a message (RFC 3414, 3.2.7b)."""
    trusted_clock: Optional[EngineClock] = None
    if first != "clock none":
        trusted_clock = _clock_of(first)
    message = _clock_of(changes[0])
    clock = usm.advance_clock(trusted_clock, message.boots, message.seconds, message.at)
    now = "" if clock is None else f", {clock.now(message.at + 100.5)} s 100.5 s later"
    return f"{_clock(clock)}{now}"


def _clock_of(text: str) -> EngineClock:
    """The clock of `message 5/1000 at 0.0`."""
    _, time, _, at = text.split(" ")
    boots, _, seconds = time.partition("/")
    return EngineClock(int(boots), int(seconds), float(at))


@pytest.mark.parametrize("case", TABLE.cases(), ids=str)
def test_messages_are_taken_as_the_lines_say(case: Case) -> None:
    case.check(shown(case))
