"""The double of BaseSnmpPdu against a real snmpd: signed writes, threads and processes. Its calls
are in snmpd.txt.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from pdu_common.base_snmp_pdu import SnmpError
from pdu_common.snmp_client import ber as codec, pdus, reads, v3
from tests.needs import ROOT
from tests.servers.snmpd import USERS, Snmpd
from tests.simulators.snmp_agent import Device, Row, Rule
from tests.simulators.snmp_agent.device import INTEGER
from tests.simulators.snmp_agent.devices import apc
from tests.waiting import PATIENCE_S, run_program

from .double import connect
from .relay import Relay

pytestmark = pytest.mark.against("Net-SNMP snmpd")

NAME = "1.3.6.1.2.1.1.5.0"
STATES = f"{apc.RPDU2_STATUS}.5"
SHA_AES = next(user for user in USERS if user.name == "shaaes")
LEVELS: dict[str, dict[str, str]] = {
    "v1": {"version": "1"},
    "v2c": {"version": "2c"},
    "v3": SHA_AES.params(),
}
OBJECT = "1.3.6.1.4.1.99999.1.1.0"


@pytest.fixture
def relayed() -> Iterator[tuple[Snmpd, Relay]]:
    """An snmpd with an object that can be written, and a relay over which its engine was
    discovered, so that a write with a short timeout need not do so.
    """
    device = Device({OBJECT: Row(INTEGER, 0)}, (Rule(OBJECT),))
    with Snmpd(device, users=[SHA_AES]) as server, Relay(server.port) as relay:
        assert connect(relay.port, **SHA_AES.params(), timeout="20").snmp_get(OBJECT).value == 0
        yield server, relay


def test_a_signed_write_goes_out_once_even_if_the_answer_comes_too_late(
    relayed: tuple[Snmpd, Relay],
) -> None:
    server, relay = relayed
    has_failed = threading.Event()

    def held(request: bytes, answer: bytes) -> Sequence[bytes]:
        assert has_failed.wait(PATIENCE_S)
        return [answer]

    relay.change_answer = held
    impatient = connect(relay.port, **SHA_AES.params(), timeout="0.3", retries="3")
    with pytest.raises(SnmpError, match="timeout"):
        impatient.snmp_set(OBJECT, 1)
    has_failed.set()

    # the relay asks in order, so a repeated write would have arrived before this answer
    assert connect(relay.port, timeout="30").snmp_get(OBJECT).value == 1
    assert len(server.writes()) == 1


def test_a_signed_write_whose_answer_is_lost_is_not_sent_again_to_an_agent_discovered_anew(
    relayed: tuple[Snmpd, Relay],
) -> None:
    server, relay = relayed
    lost: list[bytes] = []
    first_answer: Iterator[list[bytes]] = iter([lost])
    relay.change_answer = lambda request, answer: next(first_answer, [answer])
    writer = connect(relay.port, **SHA_AES.params(), timeout="1", retries="3")
    with pytest.raises(SnmpError, match="timeout"):
        writer.snmp_set(OBJECT, 1)

    assert connect(server.port, timeout="30").snmp_get(OBJECT).value == 1
    assert len(server.writes()) == 1


def test_concurrent_threads_get_the_rows_of_their_own_device() -> None:
    with (
        Snmpd(apc.rpdu2(outlets=5), users=[SHA_AES]) as small,
        Snmpd(apc.rpdu2(outlets=30), users=[SHA_AES]) as large,
    ):
        pdus = []
        for level in ("v1", "v2c", "v3", "v1", "v2c", "v3"):
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
    result = run_program([sys.executable, *warnings, "-c", program], cwd=ROOT)
    assert result.returncode == 0
    assert result.stderr == ""
