"""The double of BaseSnmpPdu against a real snmpd: every version and level, types, rights, threads
and processes.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from common.misc import Oid
from pdu_common.base_snmp_pdu import SnmpError
from pdu_common.snmp_client import ber as codec, pdus, reads, v3
from tests.handlers.snmp.memory import plain
from tests.needs import ROOT
from tests.servers.snmpd import AUTH_PASSWORD, USERS, Snmpd, User
from tests.simulators.snmp_agent import Device, Row, Rule
from tests.simulators.snmp_agent.device import COUNTER64, GAUGE, INTEGER, IP, OCTETS, OID, TICKS
from tests.simulators.snmp_agent.devices import apc
from tests.waiting import PATIENCE_S

from .double import connect
from .relay import Relay

pytestmark = pytest.mark.against("Net-SNMP snmpd")

NAME = "1.3.6.1.2.1.1.5.0"
STATES, COMMANDS = f"{apc.RPDU2_STATUS}.5", f"{apc.RPDU2_CONTROL}.5"
LEVELS: dict[str, dict[str, str]] = {
    "v1": {"version": "1"},
    "v2c": {"version": "2c"},
    **{f"v3 {user.auth or 'no'} {user.priv or 'no'}": user.params() for user in USERS},
}
SHA_AES = next(user for user in USERS if user.name == "shaaes")
TYPES = "1.3.6.1.4.1.99999.1"
MIXED = {
    f"{TYPES}.1.0": Row(INTEGER, -7),
    f"{TYPES}.2.0": Row(OCTETS, "naïve\n".encode()),
    f"{TYPES}.3.0": Row(OCTETS, b"\xfe\x00\xff"),
    f"{TYPES}.4.0": Row(OID, (1, 3, 6, 1, 4, 1, 318)),
    f"{TYPES}.5.0": Row(IP, bytes((192, 0, 2, 7))),
    f"{TYPES}.6.0": Row(GAUGE, 2**32 - 1),
    f"{TYPES}.7.0": Row(TICKS, 100),
    f"{TYPES}.8.0": Row(COUNTER64, 2**64 - 1),
    f"{TYPES}.9.0": Row(OCTETS, b""),
    f"{TYPES}.10.0": Row(OCTETS, b"12.5"),
}
WRITTEN = "1.3.6.1.4.1.99999.2"  # objects that tests write


@pytest.fixture(scope="module")
def mixed() -> Iterator[Snmpd]:
    """An snmpd with the objects of MIXED, and with two objects below WRITTEN."""
    rows = {**MIXED, f"{WRITTEN}.1.0": Row(INTEGER, 0), f"{WRITTEN}.2.0": Row(OCTETS, b"")}
    rules = (Rule(f"{WRITTEN}.1.0"), Rule(f"{WRITTEN}.2.0"))
    with Snmpd(Device(rows, rules), users=[User("plain")]) as server:
        yield server


@pytest.fixture(scope="module")
def switched() -> Iterator[Snmpd]:
    """An snmpd whose outlets are on, except every fourth."""
    with Snmpd(apc.rpdu2(outlets=48), users=USERS) as server:
        yield server


@pytest.mark.parametrize("outlet, level", enumerate(sorted(LEVELS), 1))
def test_every_version_and_security_level_reads_walks_and_writes_one_integer(
    switched: Snmpd, outlet: int, level: str
) -> None:
    pdu = connect(switched.port, **LEVELS[level])
    before = len(switched.writes())
    assert pdu.snmp_get(NAME).value == "rpdu2"

    states = {element.oid_index: element.value_int for element in pdu.snmp_walk(STATES)}
    assert list(states) == [str(number) for number in range(1, 49)]
    assert set(states.values()) == {1, 2}

    # of commands, 1 is on and 2 is off; of states, 2 is on and 1 is off
    command = 1 if states[str(outlet)] == 1 else 2
    pdu.snmp_set(f"{COMMANDS}.{outlet}", command)
    assert pdu.snmp_get(f"{STATES}.{outlet}").value_int == 3 - command
    (write,) = switched.writes()[before:]
    assert tuple(write) == (f"{COMMANDS}.{outlet}", INTEGER, str(command), "")


@pytest.mark.parametrize("version", ("1", "2", "3"))
def test_a_missing_object_has_no_value_and_a_missing_table_no_rows(
    mixed: Snmpd, version: str
) -> None:
    pdu = connect(mixed.port, version=version, user="plain")
    missing = pdu.snmp_get(f"{TYPES}.99.0")
    assert missing.value is None
    with pytest.raises(ValueError, match="is not a number"):
        _ = missing.value_int
    assert pdu.snmp_walk("1.3.6.1.4.1.5") == []
    assert pdu.snmp_walk("1.3.6.1.6") == []  # the end of the MIB
    elements = pdu.snmp_walk("1.3")
    # SNMPv1 has no Counter64: an agent leaves such an object out (RFC 2576).
    assert len(elements) == (11 if version == "1" else 12)
    assert elements[-1].oid == f"{WRITTEN}.2.0"


def test_values_of_seven_types_arrive_as_python_values(mixed: Snmpd) -> None:
    values = {element.oid_index: element.value for element in connect(mixed.port).snmp_walk(TYPES)}
    assert values == {
        "1.0": -7,
        "2.0": "naïve\n",
        "3.0": b"\xfe\x00\xff",
        "4.0": "1.3.6.1.4.1.318",
        "5.0": "192.0.2.7",
        "6.0": 2**32 - 1,
        "7.0": 100,
        "8.0": 2**64 - 1,
        "9.0": "",
        "10.0": "12.5",
    }
    # `plain` makes the same values for tests without an agent.
    assert values == {oid[len(TYPES) + 1 :]: plain(row) for oid, row in MIXED.items()}


def test_a_number_is_read_from_an_integer_or_numeric_text_and_from_nothing_else(
    mixed: Snmpd,
) -> None:
    pdu = connect(mixed.port)
    numeric_text = pdu.snmp_get(f"{TYPES}.10.0")
    integer = pdu.snmp_get(f"{TYPES}.1.0")
    no_whole_number = pdu.snmp_get(f"{TYPES}.9.0")
    no_number = pdu.snmp_get(f"{TYPES}.3.0")

    assert numeric_text.value_float == 12.5
    assert integer.value_int == -7
    with pytest.raises(ValueError):
        _ = no_whole_number.value_int
    with pytest.raises(ValueError):
        _ = no_number.value_float


def test_an_int_is_written_as_integer_and_text_as_octet_string(mixed: Snmpd) -> None:
    number = f"{WRITTEN}.1.0"
    text = f"{WRITTEN}.2.0"
    pdu = connect(mixed.port)
    before = len(mixed.writes())

    pdu.snmp_set(number, 3)
    pdu.snmp_set(text, "grün")
    with pytest.raises(SnmpError, match="wrongType"):
        pdu.snmp_set(number, "3")

    assert pdu.snmp_get(number).value == 3
    assert pdu.snmp_get(text).value == "grün"
    tags = [write.tag for write in mixed.writes()[before:]]
    assert tags == [INTEGER, OCTETS, OCTETS]


@pytest.mark.parametrize("oid", [f".{NAME}", Oid("1.3.6.1.2.1.1") + "5.0"])
def test_an_oid_may_be_text_with_a_leading_dot_or_the_platforms_oid(snmpd: Snmpd, oid: str) -> None:
    assert connect(snmpd.port).snmp_get(oid).value == "rpdu2"


@pytest.mark.parametrize(
    "level, oid, words",
    [
        ({"community": "public"}, f"{COMMANDS}.1", "noAccess"),
        ({"community": "public", "version": "1"}, f"{COMMANDS}.1", "noSuchName"),
        ({}, f"{STATES}.1", "notWritable"),
        ({}, f"{STATES}.99", "notWritable"),
    ],
)
def test_a_refused_write_raises_with_the_devices_error_status(
    snmpd: Snmpd, level: dict[str, str], oid: str, words: str
) -> None:
    with pytest.raises(SnmpError, match=words):
        connect(snmpd.port, **level).snmp_set(oid, 2)


SIGNED = {"auth_protocol": "SHA", "auth_password": AUTH_PASSWORD}
MISREAD = {**SIGNED, "priv_protocol": "AES", "priv_password": "wrong-password"}


@pytest.mark.parametrize(
    "user, params, words",
    [
        ("shaaes", {"auth_protocol": "SHA", "auth_password": "wrong-password"}, "WrongDigest"),
        ("shaaes", {"auth_protocol": "MD5", "auth_password": AUTH_PASSWORD}, "WrongDigest"),
        ("shaaes", SIGNED, "authorizationError"),
        ("shaaes", MISREAD, "timeout"),
        ("nobody-here", SIGNED, "UnknownUserName"),
        ("plain", SIGNED, "UnsupportedSecurityLevel"),
    ],
)
def test_wrong_or_missing_credentials_raise_an_error_that_names_the_reason_and_hides_the_password(
    snmpd: Snmpd, user: str, params: dict[str, str], words: str
) -> None:
    hurry = {"timeout": "0.3", "retries": "0"} if words == "timeout" else {}
    pdu = connect(snmpd.port, version="3", user=user, **params, **hurry)
    with pytest.raises(SnmpError, match=words) as error_info:
        pdu.snmp_get(NAME)
    assert "password" not in str(error_info.value)
    assert AUTH_PASSWORD not in str(error_info.value)


def test_a_signed_write_goes_out_once_even_if_the_answer_comes_too_late() -> None:
    oid = f"{TYPES}.1.0"
    device = Device({oid: Row(INTEGER, 0)}, (Rule(oid),))
    params = LEVELS["v3 SHA AES"]
    has_failed = threading.Event()

    def held(request: bytes, answer: bytes) -> Sequence[bytes]:
        assert has_failed.wait(PATIENCE_S)
        return [answer]

    with Snmpd(device, users=[SHA_AES]) as server, Relay(server.port) as relay:
        # this read discovers the engine, so the write with its short timeout need not do so
        assert connect(relay.port, **params, timeout="20").snmp_get(oid).value == 0

        relay.bend = held
        impatient = connect(relay.port, **params, timeout="0.3", retries="3")
        with pytest.raises(SnmpError, match="timeout"):
            impatient.snmp_set(oid, 1)
        has_failed.set()

        # the relay asks in order, so a repeated write would have arrived before this answer
        assert connect(relay.port, timeout="30").snmp_get(oid).value == 1
        assert len(server.writes()) == 1


def test_a_signed_write_whose_answer_is_lost_is_not_sent_again_to_an_agent_discovered_anew() -> (
    None
):
    oid = f"{TYPES}.1.0"
    device = Device({oid: Row(INTEGER, 0)}, (Rule(oid),))
    params = LEVELS["v3 SHA AES"]
    with Snmpd(device, users=[SHA_AES]) as server, Relay(server.port) as relay:
        # this read discovers the engine
        assert connect(relay.port, **params, timeout="20").snmp_get(oid).value == 0

        lost: list[bytes] = []
        first_answer: Iterator[list[bytes]] = iter([lost])
        relay.bend = lambda request, answer: next(first_answer, [answer])
        writer = connect(relay.port, **params, timeout="1", retries="3")
        with pytest.raises(SnmpError, match="timeout"):
            writer.snmp_set(oid, 1)

        assert connect(server.port, timeout="30").snmp_get(oid).value == 1
        assert len(server.writes()) == 1


def test_concurrent_threads_get_the_rows_of_their_own_device() -> None:
    with (
        Snmpd(apc.rpdu2(outlets=5), users=[SHA_AES]) as small,
        Snmpd(apc.rpdu2(outlets=30), users=[SHA_AES]) as large,
    ):
        pdus = []
        for level in ("v1", "v2c", "v3 SHA AES", "v1", "v2c", "v3 SHA AES"):
            pdus.append(connect(small.port, **LEVELS[level]))
            pdus.append(connect(large.port, **LEVELS[level]))
        with ThreadPoolExecutor(max_workers=12) as pool:
            walks = list(pool.map(lambda pdu: pdu.snmp_walk(STATES), pdus))
    assert [len(rows) for rows in walks] == [5, 30] * 6


def test_one_user_name_may_have_different_passwords_on_two_devices() -> None:
    def twin(password: str) -> tuple[str, str]:
        return f'createUser twin SHA "{password}"', "rwuser twin auth"

    with (
        Snmpd(apc.rpdu2(outlets=2), settings=twin("first-password")) as small,
        Snmpd(apc.rpdu2(outlets=3), settings=twin("second-password")) as large,
    ):

        def number_of_rows(server: Snmpd, password: str) -> int:
            user = {"user": "twin", "auth_protocol": "SHA", "auth_password": password}
            return len(connect(server.port, version="3", **user).snmp_walk(STATES))

        with ThreadPoolExecutor(max_workers=4) as pool:
            calls = []
            for _ in range(6):
                calls.append(pool.submit(number_of_rows, large, "second-password"))
                calls.append(pool.submit(number_of_rows, small, "first-password"))
            counts = [call.result() for call in calls]
    assert counts == [3, 2] * 6


def _reporting(request: bytes, answer: bytes) -> Sequence[bytes]:
    """A Report in place of the answer to a GETBULK (RFC 3412, 7.2.10: snmpUnknownPDUHandlers)."""
    message = v3.decode(request)
    at, end = codec.content_bounds(message.data, 0, len(message.data), codec.SEQUENCE)
    _engine_id, at = codec.octets(message.data, at, end)
    _context_name, at = codec.octets(message.data, at, end)
    if message.data[at] != reads.GET_BULK:
        return [answer]
    unknown_pdu_handlers = codec.encode_oid((1, 3, 6, 1, 6, 3, 11, 2, 1, 3, 0))
    counter_of_one = b"\x41\x01\x01"
    binding = codec.tlv(codec.SEQUENCE, unknown_pdu_handlers + counter_of_one)
    bindings = codec.tlv(codec.SEQUENCE, binding)
    id_status_and_index = 3 * codec.encode_integer(0)
    report = codec.tlv(pdus.REPORT, id_status_and_index + bindings)
    data = v3.scoped_pdu(message.engine_id, report)
    encoded, *_ = v3.encode(message._replace(data=data))
    return [encoded]


def test_a_report_about_getbulk_leads_to_getnext_for_the_session(snmpd: Snmpd) -> None:
    with Relay(snmpd.port, _reporting) as relay:
        pdu = connect(relay.port, version="3", user="plain", timeout="20")
        for _ in range(2):
            assert len(pdu.snmp_walk(STATES)) == 48
        bulks = [request for request in relay.requests if _reporting(request, b"") != [b""]]
        assert len(bulks) == 1


def test_a_forked_child_and_then_its_parent_can_read(snmpd: Snmpd) -> None:
    """Runs in a separate process: pytest's process has threads, so it must not fork."""
    program = f"""if True:
        import os, sys
        from tests.pdu_common.double import connect
        pdu = connect({snmpd.port})
        assert pdu.snmp_get('{NAME}').value == 'rpdu2'
        child = os.fork()
        if not child:
            is_read = pdu.snmp_get('{NAME}').value == 'rpdu2'
            os._exit(0 if is_read and len(pdu.snmp_walk('{STATES}')) == 48 else 1)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        assert len(pdu.snmp_walk('{STATES}')) == 48
        sys.exit(status)
    """
    warnings = ["-W", "error::ResourceWarning", "-W", "ignore::DeprecationWarning"]
    result = subprocess.run(
        [sys.executable, *warnings, "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert result.returncode == 0
    assert result.stderr == ""
