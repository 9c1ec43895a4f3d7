"""SNMPv3 without a socket: keys and digests of the RFCs, ciphers beside
pysnmp's, the time window, reports, and signed answers that do not fit.
"""

from __future__ import annotations

import hashlib
from typing import Optional

import pytest
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.ciphers import Cipher
from pyasn1.type import univ
from pysnmp.hlapi.v3arch import asyncio as hlapi
from pysnmp.proto.secmod.eso.priv import aes192, aes256, des3
from pysnmp.proto.secmod.rfc3414.auth import hmacmd5, hmacsha
from pysnmp.proto.secmod.rfc3414.priv import des
from pysnmp.proto.secmod.rfc3826.priv import aes
from pysnmp.proto.secmod.rfc7860.auth import hmacsha2

from pdu_common.snmp_client import ber, ciphers, keys, pdus, usm, v3
from pdu_common.snmp_client.ber import Malformed
from pdu_common.snmp_client.errors import SnmpError
from pdu_common.snmp_client.exchanges import Taken
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
from tests.servers.snmpd import USERS

from .double import connect

ENGINE_ID = bytes.fromhex("000000000000000000000002")
PASSWORD, OTHER_PASSWORD = b"maplesyrup", b"another-one"
NAME = (1, 3, 6, 1, 2, 1, 1, 5, 0)
REQUEST = SnmpRequest(GET, (NAME,))
AUTHS = {
    "md5": hlapi.USM_AUTH_HMAC96_MD5,
    "sha": hlapi.USM_AUTH_HMAC96_SHA,
    "sha224": hlapi.USM_AUTH_HMAC128_SHA224,
    "sha256": hlapi.USM_AUTH_HMAC192_SHA256,
    "sha384": hlapi.USM_AUTH_HMAC256_SHA384,
    "sha512": hlapi.USM_AUTH_HMAC384_SHA512,
}
CIPHERS = {
    "des": des.Des,
    "3des": des3.Des3,
    "aes": aes.Aes,
    "aes192": aes192.AesBlumenthal192,
    "aes256": aes256.AesBlumenthal256,
    "aes192c": aes192.Aes192,
    "aes256c": aes256.Aes256,
}


@pytest.mark.parametrize(
    "name, master, localized",
    [
        # RFC 3414, A.3.1 and A.3.2
        ("md5", "9faf3283884e92834ebc9847d8edd963", "526f5eed9fcce26f8964c2930787d82b"),
        (
            "sha1",
            "9fb5cc0381497b3793528939ff788d5d79145211",
            "6695febc9288e36282235fc7151f128497b38f3f",
        ),
    ],
)
def test_keys_are_those_of_the_rfc(name: str, master: str, localized: str) -> None:
    key = bytes.fromhex(master)
    assert hashlib.new(name, key + ENGINE_ID + key).hexdigest() == localized
    assert keys.localized_key(PASSWORD, name, ENGINE_ID).hex() == localized


@pytest.mark.parametrize("name", AUTHS)
def test_a_digest_is_that_of_pysnmp_and_any_other_is_refused(name: str) -> None:
    auth = keys.PROTOCOLS[name]
    key = keys.localized_key(PASSWORD, auth.hash, ENGINE_ID)
    user = User(b"somebody", auth, PASSWORD)
    message = usm.secure_request(user, Engine(ENGINE_ID, EngineClock(1, 2, 0.0)), 7, _pdu(1), 0.0)
    place = v3.decode(message).digest_at
    stop = place + auth.size

    services = {"md5": hmacmd5.HmacMd5(), "sha": hmacsha.HmacSha()}
    theirs = services.get(name) or hmacsha2.HmacSha2(AUTHS[name])
    zeroed = message[:place] + bytes(auth.size) + message[stop:]
    signed = theirs.authenticate_outgoing_message(univ.OctetString(key), zeroed)

    assert bytes(signed) == message
    assert keys.is_authentic(auth, key, message, place)
    other_digest = message[: stop - 1] + bytes((message[stop - 1] ^ 1,)) + message[stop:]
    other_content = message[:-1] + bytes((message[-1] ^ 1,))
    assert not keys.is_authentic(auth, key, other_digest, place)
    assert not keys.is_authentic(auth, key, other_content, place)


@pytest.mark.parametrize("name", ciphers.PROTOCOLS)
def test_encryption_does_not_repeat_a_salt(name: str) -> None:
    privacy = ciphers.PROTOCOLS[name]
    key = bytes(range(privacy.size))
    salts = set()
    for _ in range(50):
        _data, salt = ciphers.encrypt(privacy, key, 1, 1, b"x")
        salts.add(salt)
    assert len(salts) == 50


@pytest.mark.parametrize("name", ciphers.PROTOCOLS)
def test_a_salt_of_a_wrong_size_is_malformed(name: str) -> None:
    privacy = ciphers.PROTOCOLS[name]
    key = bytes(range(privacy.size))
    with pytest.raises(Malformed):
        ciphers.decrypt(privacy, key, 1, 1, b"short", bytes(8))


def test_data_of_des_that_is_no_whole_number_of_blocks_is_malformed() -> None:
    with pytest.raises(Malformed):
        ciphers.decrypt(ciphers.PROTOCOLS["des"], bytes(16), 1, 1, bytes(8), bytes(9))


# pysnmp 7.1.21 takes CFB from a module in which cryptography has deprecated it
@pytest.mark.filterwarnings("ignore:CFB has been moved")
@pytest.mark.parametrize("auth", AUTHS)
@pytest.mark.parametrize("name", CIPHERS)
def test_each_cipher_and_its_key_are_those_of_pysnmp(name: str, auth: str) -> None:
    privacy = ciphers.PROTOCOLS[name]
    theirs = CIPHERS[name]()
    hash_name = keys.PROTOCOLS[auth].hash
    key = keys.extended_key(PASSWORD, hash_name, ENGINE_ID, privacy.size, reeder=privacy.reeder)
    master = theirs.hash_passphrase(AUTHS[auth], univ.OctetString(PASSWORD))
    their_key = theirs.localize_key(AUTHS[auth], master, univ.OctetString(ENGINE_ID))
    assert bytes(their_key)[: privacy.size] == key
    if auth != "sha":
        return
    plain = b"outlet 7 is on, and this is longer than a block"
    data, salt = ciphers.encrypt(privacy, key, 3, 4, plain)
    opened = theirs.decrypt_data(their_key, (3, 4, univ.OctetString(salt)), univ.OctetString(data))
    assert bytes(opened)[: len(plain)] == plain
    data, salt = map(bytes, theirs.encrypt_data(their_key, (3, 4, None), plain))
    assert ciphers.decrypt(privacy, key, 3, 4, salt, data)[: len(plain)] == plain


def test_passwords_are_not_shown() -> None:
    assert "maplesyrup" not in repr(
        User(b"u", keys.PROTOCOLS["sha"], PASSWORD, ciphers.PROTOCOLS["aes"], PASSWORD)
    )


# ---- the time window (RFC 3414, 3.2.7b) ----------------------------------------------------------


@pytest.mark.parametrize(
    "boots, seconds, at, is_in",
    [
        pytest.param(5, 1000, 0.0, True, id="the clock's own time"),
        pytest.param(5, 850, 0.0, True, id="150 s earlier"),
        pytest.param(5, 849, 0.0, False, id="151 s earlier"),
        pytest.param(5, 1000, 151.0, False, id="replayed after 151 s"),
        pytest.param(5, 1001, 151.0, True, id="newer than all, after 151 s: a slow clock"),
        pytest.param(5, 99999, 0.0, True, id="much later"),
        pytest.param(4, 99999, 0.0, False, id="before the restart"),
        pytest.param(6, 0, 0.0, True, id="after a restart"),
        pytest.param(2**31 - 1, 0, 0.0, False, id="the highest number of boots"),
    ],
)
def test_a_message_is_in_the_window_or_not(
    boots: int, seconds: int, at: float, is_in: bool
) -> None:
    trusted_clock = EngineClock(boots=5, seconds=1000, at=0.0)
    clock = usm.advance_clock(trusted_clock, boots, seconds, at)
    assert (clock is not None) is is_in
    if clock is not None:
        assert clock >= trusted_clock  # it is never set back


HIGHEST = 2**31 - 1  # of snmpEngineBoots and snmpEngineTime


def test_the_first_authentic_message_sets_the_clock() -> None:
    clock = usm.advance_clock(None, boots=3, seconds=7, at=9.0)
    assert clock == EngineClock(boots=3, seconds=7, at=9.0)


def test_the_highest_number_of_boots_is_never_in_the_window() -> None:
    """RFC 3414, 2.2.3: such an engine must get a new configuration."""
    assert usm.advance_clock(None, boots=HIGHEST, seconds=7, at=9.0) is None


def test_the_seconds_of_a_clock_advance_with_the_local_time_up_to_their_highest() -> None:
    assert EngineClock(boots=3, seconds=7, at=9.0).now(12.5) == 7 + 3
    assert EngineClock(boots=3, seconds=HIGHEST - 1, at=0.0).now(99.0) == HIGHEST


# ---- a dialogue with an agent that this test plays -----------------------------------------------

USER = User(b"somebody", keys.PROTOCOLS["sha256"], PASSWORD, ciphers.PROTOCOLS["aes"], PASSWORD)
AGENT = Engine(ENGINE_ID, EngineClock(9, 500, 0.0))
STATS = (1, 3, 6, 1, 6, 3, 15, 1, 1)


def _pdu(number: int, kind: int = pdus.RESPONSE, oid: tuple[int, ...] = NAME) -> bytes:
    binding = ber.tlv(ber.SEQUENCE, ber.encode_oid(oid) + b"\x04\x02ok")
    body = ber.encode_integer(number) + b"\x02\x01\x00\x02\x01\x00" + ber.tlv(ber.SEQUENCE, binding)
    return ber.tlv(kind, body)


class Talk:
    """A dialogue, its clock, and what it learned."""

    def __init__(
        self,
        user: User = USER,
        engine: Optional[Engine] = AGENT,
        request: SnmpRequest = REQUEST,
    ) -> None:
        self.now = 0.0
        self.user = user
        self.engine = engine
        self.dialogue = UserExchange("pdu:161", user, engine, self._learn, lambda: self.now)
        self.note_request(self.dialogue.start(request))

    def _learn(self, engine: Engine) -> None:
        self.engine = engine

    def note_request(self, datagram: Taken) -> v3.Message:
        assert isinstance(datagram, bytes)
        self.request = v3.decode(datagram)
        return self.request

    def number(self) -> int:
        """The request id, which only the owner of the keys can read."""
        message = self.request
        data = message.data
        if message.level & v3.PRIV:
            assert USER.auth is not None
            assert USER.privacy is not None
            key = keys.extended_key(PASSWORD, USER.auth.hash, message.engine_id, 16, reeder=False)
            data = ciphers.decrypt(
                USER.privacy, key, message.boots, message.seconds, message.salt, data
            )
        at, end = ber.content_bounds(data, 0, len(data), ber.SEQUENCE)
        for _ in range(2):
            _, at = ber.octets(data, at, end)
        _, at, end = ber.head(data, at, end)
        return ber.integer(data, at, end, 0, 2**31 - 1)[0]

    def reply(
        self,
        pdu: Optional[bytes] = None,
        user: User = USER,
        engine: Engine = AGENT,
        message_id: Optional[int] = None,
    ) -> Taken:
        if pdu is None:
            pdu = _pdu(self.number())
        if message_id is None:
            message_id = self.request.msg_id
        answer = usm.secure_request(user, engine, message_id, pdu, engine.announced_clock.at)
        return self.dialogue.take(answer)

    def report(self, number: int, user: User, engine: Engine = AGENT) -> Taken:
        return self.reply(_pdu(0, pdus.REPORT, (*STATS, number, 0)), user, engine)


NOBODY = User(b"")
UNSIGNED = User(USER.name)
SIGNED = User(USER.name, USER.auth, PASSWORD)


def test_a_signed_and_encrypted_answer_is_taken_and_its_time_trusted() -> None:
    talk = Talk()
    assert talk.request.level == v3.AUTH | v3.PRIV
    assert talk.request.boots == 9
    assert talk.request.seconds == 500
    assert talk.reply() == SnmpAnswer("", [(NAME, TypedValue(OCTETS, b"ok"))])
    assert talk.engine == Engine(ENGINE_ID, AGENT.announced_clock, AGENT.announced_clock)


@pytest.mark.parametrize(
    "user",
    [
        NOBODY,
        UNSIGNED,
        SIGNED,  # not encrypted
        User(b"other", USER.auth, PASSWORD, USER.privacy, PASSWORD),
        User(USER.name, USER.auth, OTHER_PASSWORD, USER.privacy, PASSWORD),
        User(USER.name, USER.auth, PASSWORD, USER.privacy, OTHER_PASSWORD),
        User(USER.name, keys.PROTOCOLS["sha"], PASSWORD, USER.privacy, PASSWORD),
    ],
    ids=["nobody", "unsigned", "plain", "user", "password", "privacy password", "protocol"],
)
def test_an_answer_of_another_user_level_or_key_is_not_taken(user: User) -> None:
    talk = Talk()
    assert talk.reply(user=user) is None
    assert talk.reply() is not None  # and the right one still is


def test_a_signed_answer_of_another_engine_message_or_request_is_not_taken() -> None:
    talk = Talk()
    other = Engine(b"another-engine", AGENT.announced_clock)
    assert talk.reply(engine=other) is None
    assert talk.reply(message_id=talk.request.msg_id ^ 1) is None
    assert talk.reply(_pdu(talk.number() ^ 1)) is None
    assert talk.reply(_pdu(talk.number(), GET)) is None
    assert talk.reply(b"\x05\x00") is None
    assert talk.engine is not None
    assert talk.engine.id == ENGINE_ID
    assert isinstance(talk.reply(), SnmpAnswer)


def test_a_signed_answer_from_before_the_window_is_not_taken() -> None:
    trusted_clock = EngineClock(9, 500, 0.0)
    talk = Talk(engine=Engine(ENGINE_ID, trusted_clock, trusted_clock))
    talk.now = 200.0
    assert talk.reply() is None
    assert talk.reply(engine=Engine(ENGINE_ID, EngineClock(8, 700, 0.0))) is None
    assert isinstance(talk.reply(engine=Engine(ENGINE_ID, EngineClock(9, 690, 0.0))), SnmpAnswer)


def test_an_unknown_engine_is_discovered_and_its_time_not_trusted() -> None:
    talk = Talk(engine=None)
    assert talk.request[1:6] == (0, b"", 0, 0, b"")
    talk.note_request(talk.report(4, NOBODY))
    assert talk.request.engine_id == ENGINE_ID
    assert talk.request.boots == 9
    assert talk.request.seconds == 500
    assert talk.engine == AGENT
    assert talk.engine.trusted_clock is None
    assert isinstance(talk.reply(), SnmpAnswer)
    assert talk.engine.trusted_clock == AGENT.announced_clock


@pytest.mark.parametrize("engine_id", [b"", b"four", b"x" * 33])
def test_a_report_without_a_usable_engine_id_is_not_taken(engine_id: bytes) -> None:
    talk = Talk(engine=None)
    assert talk.report(4, NOBODY, Engine(engine_id, AGENT.announced_clock)) is None
    assert talk.report(4, SIGNED) is None  # nobody can sign before the engine is known


@pytest.mark.parametrize("user", [SIGNED, UNSIGNED], ids=["signed", "unsigned"])
def test_a_report_of_the_time_leads_to_one_more_request(user: User) -> None:
    talk = Talk()
    later = Engine(ENGINE_ID, EngineClock(10, 3, 0.0))
    before = talk.request.msg_id
    talk.note_request(talk.report(2, user, later))
    assert talk.request.boots == 10
    assert talk.request.seconds == 3
    assert talk.request.msg_id != before
    # only a signed time counts for the window of answers
    assert talk.engine is not None
    assert talk.engine.trusted_clock == (later.announced_clock if user is SIGNED else None)
    with pytest.raises(SnmpError, match=r"pdu:161: .*not in windows of trust \(NotInTimeWindow\)"):
        talk.report(2, user, later)


@pytest.mark.parametrize("engine", [None, AGENT], ids=["discovery", "time"])
def test_only_the_first_report_for_a_message_counts(engine: Optional[Engine]) -> None:
    """A network may deliver it twice, and an agent may answer each try."""
    number, user = (4, NOBODY) if engine is None else (2, UNSIGNED)
    talk = Talk(engine=engine)
    first = talk.request
    retry = v3.decode(talk.dialogue.start(REQUEST))
    talk.request = retry
    talk.note_request(talk.report(number, user))
    second = talk.request
    for earlier in (first, retry):
        talk.request = earlier
        assert talk.report(number, user) is None
    talk.request = second
    assert isinstance(talk.reply(), SnmpAnswer)


SIGNED_BEFORE = Engine(ENGINE_ID, AGENT.announced_clock, AGENT.announced_clock)
COMMAND = SnmpRequest(SET, (NAME,), value=WrittenValue(INTEGER, 1))


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5, 6])
def test_a_set_to_an_engine_that_has_signed_passes_over_reports_without_a_signature(
    number: int,
) -> None:
    """The command may have been carried out: it is neither denied nor sent again, nor sent to
    another engine."""
    for engine in (SIGNED_BEFORE, Engine(b"another-engine", AGENT.announced_clock)):
        talk = Talk(engine=SIGNED_BEFORE, request=COMMAND)
        assert talk.report(number, UNSIGNED, engine) is None
        assert isinstance(talk.reply(), SnmpAnswer)


def test_a_set_is_sent_again_after_a_signed_report_of_the_time() -> None:
    """The agent did not carry it out (RFC 3414, 3.2, 7)."""
    talk = Talk(engine=SIGNED_BEFORE, request=COMMAND)
    talk.note_request(talk.report(2, SIGNED, Engine(ENGINE_ID, EngineClock(10, 3, 0.0))))
    assert talk.request.boots == 10


@pytest.mark.parametrize("method", ["__init__", "encryptor"])
def test_a_cipher_that_the_machine_does_not_allow_is_an_error_of_the_call(
    method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as DES on a machine with the algorithms of FIPS alone."""

    def refused(_cipher: object, *_arguments: object) -> None:
        raise UnsupportedAlgorithm("DES is not supported")

    monkeypatch.setattr(Cipher, method, refused)
    shaaes = next(user for user in USERS if user.name == "shaaes").params()
    with pytest.raises(SnmpError, match="this machine does not allow des"):
        connect(9, **{**shaaes, "priv_protocol": "DES"}).snmp_get("1.3.6.1.2.1.1.5.0")


def test_a_report_of_another_engine_starts_anew_once() -> None:
    talk = Talk()
    other = Engine(b"another-engine", EngineClock(1, 1, 0.0))
    talk.note_request(talk.report(4, NOBODY, other))
    assert talk.request.engine_id == other.id
    assert talk.engine == other
    with pytest.raises(SnmpError, match="UnknownEngineID"):
        talk.report(4, NOBODY, AGENT)


@pytest.mark.parametrize(
    "number, words",
    [
        (1, "Unsupported SNMP security level (UnsupportedSecurityLevel)"),
        (3, "Unknown USM user (UnknownUserName)"),
        (5, "Wrong SNMP PDU digest (WrongDigest)"),
        (6, "Ciphering services not available or ciphertext is broken (DecryptionError)"),
        (7, "1.3.6.1.6.3.15.1.1.7.0 (ReportPduReceived)"),
    ],
)
def test_other_reports_are_errors_in_the_words_of_pysnmp(number: int, words: str) -> None:
    talk = Talk()
    with pytest.raises(SnmpError) as error_info:
        talk.report(number, UNSIGNED)
    assert str(error_info.value) == f"pdu:161: {words}"
    # of another engine it says nothing about this one
    assert Talk().report(number, UNSIGNED, Engine(b"another-engine", AGENT.announced_clock)) is None
