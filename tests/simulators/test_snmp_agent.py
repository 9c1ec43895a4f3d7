"""The project's SNMP agent; simulated devices on it and on a real snmpd; the codec; the program."""
from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Iterator, List, Tuple

import pytest
from hypothesis import given, strategies as st

from pdu_common.base_snmp_pdu import BaseSnmpPdu
from pdu_common.connection import PduSnmpData
from tests.handlers.snmp.calls import near
from tests.needs import ROOT, program
from tests.ports import reserved
from tests.servers.snmpd import Snmpd
from tests.simulators.snmp_agent import Agent, Device, Faults, Row, ber
from tests.simulators.snmp_agent.agent import ERRORS
from tests.simulators.snmp_agent.device import COUNTER64, GAUGE, INTEGER, IP, OCTETS, OID, TICKS, arcs
from tests.simulators.snmp_agent.devices import KINDS, Kind, apc
from tests.waiting import PATIENCE_S, bounded, until

STATES, COMMANDS = f"{apc.RPDU2_STATUS}.5", f"{apc.RPDU2_CONTROL}.5"
TOOLS = pytest.mark.against("Net-SNMP's tools, such as snmpget and snmpset")


@pytest.fixture
def agent() -> Iterator[Agent]:
    with Agent(apc.rpdu2(outlets=24)) as running:
        yield running


def _tool(name: str, agent: Agent, *arguments: str, version: str = "2c", community: str = "public",
          seconds: float = PATIENCE_S) -> Tuple[int, List[str]]:
    """The exit code of a tool, and the lines of its output. The tool waits `seconds` for an answer."""
    finished = subprocess.run(
        [program(name), "-m", "", f"-v{version}", "-c", community, "-On", "-t", f"{seconds:g}", "-r", "0",
         f"{agent.host}:{agent.port}", *arguments],
        capture_output=True, text=True, timeout=2 * PATIENCE_S, check=False,
        env={**os.environ, "SNMP_PERSISTENT_DIR": os.devnull})      # else its first run prints "Created directory"
    return finished.returncode, (finished.stdout + finished.stderr).strip().splitlines()


def test_an_agent_that_is_stopped_again_sends_nothing_to_its_former_port() -> None:
    agent = Agent(Device({}), port=reserved())
    agent.stop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind((agent.host, agent.port))
        other.setblocking(False)
        agent.stop()
        with pytest.raises(BlockingIOError):
            other.recv(1)


def test_an_answer_that_the_system_refuses_to_send_does_not_end_the_agent() -> None:
    with Agent(Device({})) as agent:
        agent._send(b"x", (agent.host, 0))
        assert agent._thread.is_alive()


@TOOLS
def test_net_snmp_reads_values_of_seven_types() -> None:
    root = "1.3.6.1.4.1.99999.1"
    rows = {f"{root}.1": Row(INTEGER, -129), f"{root}.2": Row(OCTETS, b"PDU 7"), f"{root}.3": Row(OID, (1, 3, 6, 1, 4, 1, 46235)),
            f"{root}.4": Row(IP, bytes((192, 0, 2, 1))), f"{root}.5": Row(GAUGE, 2**32 - 1), f"{root}.6": Row(TICKS, 100),
            f"{root}.7": Row(COUNTER64, 2**64 - 1), f"{root}.8": Row(OCTETS, b""), f"{root}.9": Row(OID, (0, 10, 43, 6, 1, 4, 1))}
    with Agent(Device(rows)) as agent:
        code, lines = _tool("snmpbulkwalk", agent, root)
    assert code == 0
    assert [line.partition(" = ")[2] for line in lines if "No more variables" not in line] == [
        "INTEGER: -129", 'STRING: "PDU 7"', "OID: .1.3.6.1.4.1.46235", "IpAddress: 192.0.2.1", "Gauge32: 4294967295",
        "Timeticks: (100) 0:00:01.00", "Counter64: 18446744073709551615", '""', "OID: .0.10.43.6.1.4.1"]


@TOOLS
def test_walks_by_getnext_and_by_getbulk_return_the_same_objects(agent: Agent) -> None:
    _, bulk = _tool("snmpbulkwalk", agent, "1.3.6.1.4.1")
    _, single = _tool("snmpwalk", agent, "1.3.6.1.4.1", version="1")
    bulk, single = bulk[:-1], single[:-1]           # drops the line about the end of the MIB
    assert bulk == single
    assert len(single) == sum(oid.startswith("1.3.6.1.4.1.") for oid in agent.device.rows())
    assert agent.counts["bulk"] > 0 and agent.counts["next"] > len(single)


@TOOLS
def test_v1_leaves_out_64_bit_counters() -> None:
    root = "1.3.6.1.4.1.99999.1"
    with Agent(Device({f"{root}.1": Row(INTEGER, 1), f"{root}.2": Row(COUNTER64, 2), f"{root}.3": Row(INTEGER, 3)})) as agent:
        _, lines = _tool("snmpwalk", agent, root, version="1")
        assert lines[:2] == [f".{root}.1 = INTEGER: 1", f".{root}.3 = INTEGER: 3"]
        assert _tool("snmpget", agent, f"{root}.2", version="1")[0] == 2


@TOOLS
def test_a_missing_object_is_an_exception_in_v2c_and_an_error_in_v1(agent: Agent) -> None:
    assert _tool("snmpget", agent, f"{STATES}.99")[1] == [f".{STATES}.99 = No Such Instance currently exists at this OID"]
    code, lines = _tool("snmpget", agent, f"{STATES}.1", f"{STATES}.99", version="1")
    assert code == 2 and any("noSuchName" in line for line in lines) and f".{STATES}.99" in lines[-1]


@TOOLS
def test_a_set_switches_the_relay_and_is_logged_with_its_type(agent: Agent) -> None:
    assert _tool("snmpset", agent, f"{COMMANDS}.3", "i", "2", community="private")[0] == 0
    assert _tool("snmpget", agent, f"{STATES}.3", f"{apc.SPDU_CONTROL}.3.3")[1] == [
        f".{STATES}.3 = INTEGER: 1", f".{apc.SPDU_CONTROL}.3.3 = INTEGER: 2"]
    assert agent.books().states["3"] is False
    assert [tuple(write) for write in agent.writes()] == [(f"{COMMANDS}.3", INTEGER, "2", "")]


@TOOLS
@pytest.mark.parametrize("version, community, oid, kind, value, reason", [
    ("2c", "public", f"{COMMANDS}.1", "i", "2", "noAccess"), ("1", "public", f"{COMMANDS}.1", "i", "2", "noSuchName"),
    ("2c", "private", f"{COMMANDS}.1", "i", "4", "wrongValue"), ("1", "private", f"{COMMANDS}.1", "i", "4", "badValue"),
    ("2c", "private", f"{COMMANDS}.1", "s", "2", "wrongType"), ("2c", "private", f"{STATES}.1", "i", "2", "notWritable"),
    ("2c", "private", f"{COMMANDS}.99", "i", "2", "notWritable"),
])
def test_a_refused_set_has_the_error_of_its_version(
        agent: Agent, version: str, community: str, oid: str, kind: str, value: str, reason: str) -> None:
    before = agent.books().states
    code, lines = _tool("snmpset", agent, oid, kind, value, version=version, community=community)
    assert code != 0 and any(reason in line for line in lines)
    assert agent.books().states == before


@pytest.mark.parametrize("error", ["resourceUnavailable", "commitFailed", "undoFailed"])
def test_an_unavailable_resource_and_a_failed_commit_or_undo_are_a_general_error_in_v1(error: str) -> None:
    with Agent(apc.masterswitch(), faults=Faults(set_error=error)) as agent:
        asked = ber.Pdu(ber.SET, 1, 0, 0, ((arcs(f"{apc.SPDU_CONTROL}.3.1"), Row(INTEGER, 2)),))
        answers = [agent.exchange(ber.encode(ber.Message(version, b"private", asked))) for version in (0, 1)]
    statuses = [ber.decode(answer or b"").pdu.status for answer in answers]
    assert statuses == [ERRORS.index("genErr"), ERRORS.index(error)]


@TOOLS
def test_a_set_of_two_objects_is_carried_out_whole_or_not_at_all(agent: Agent) -> None:
    assert _tool("snmpset", agent, f"{COMMANDS}.1", "i", "2", f"{COMMANDS}.2", "i", "77", community="private")[0] != 0
    assert agent.books().states["1"] is True
    assert _tool("snmpset", agent, f"{COMMANDS}.1", "i", "2", f"{COMMANDS}.2", "i", "2", community="private")[0] == 0
    assert (agent.books().states["1"], agent.books().states["2"]) == (False, False)


@TOOLS
def test_a_wrong_community_gets_no_answer_and_is_counted(agent: Agent) -> None:
    code, lines = _tool("snmpget", agent, f"{STATES}.1", community="guess", seconds=1.0)
    assert code == 1 and "Timeout" in lines[0]
    assert agent.requests == 1 and not agent.counts


@TOOLS
def test_an_agent_for_v1_only_does_not_answer_v2c() -> None:
    with Agent(apc.masterswitch(), versions=(1,)) as agent:
        assert _tool("snmpget", agent, f"{apc.SPDU_CONTROL}.3.1", seconds=1.0)[0] == 1
        assert _tool("snmpget", agent, f"{apc.SPDU_CONTROL}.3.1", version="1")[0] == 0


@TOOLS
def test_a_request_whose_answer_is_too_large_for_the_unit_gets_too_big(agent: Agent) -> None:
    agent.faults = Faults(max_octets=200)
    code, lines = _tool("snmpbulkget", agent, "-Cn0", "-Cr20", STATES)
    assert code == 2 and any("tooBig" in line for line in lines)


@TOOLS
def test_net_snmp_notices_a_walk_that_repeats_a_row(agent: Agent) -> None:
    agent.faults = Faults(same_oid_after=5)
    code, lines = _tool("snmpwalk", agent, STATES)
    assert code == 1 and any("OID not increasing" in line for line in lines)


def test_books_count_every_datagram_including_unanswered_ones(agent: Agent) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.sendto(b"hello", (agent.host, agent.port))
        stranger.sendto(b"\x30\x84\xff\xff\xff\xff", (agent.host, agent.port))
    connected = BaseSnmpPdu(PduSnmpData("127.0.0.1", {"community": "public", "port": str(agent.port), "timeout": "20"}))
    assert connected.snmp_get(f"{STATES}.1").value == 2
    assert agent.books().requests == 3


# ---- every kind of control, and a device on a real snmpd ---------------------------------------------------------
# tests/handlers/snmp/test_switching.py switches each kind on a real snmpd.

@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_each_kind_of_control_switches_one_outlet_and_no_other(kind: Kind) -> None:
    with Agent(kind.build()) as agent:
        pdu, relay, before = near(agent), kind.build().relays[kind.identity], agent.books().states
        assert before[kind.identity] is True
        for sets, wanted in ((kind.off, False), (kind.on, True)):
            for oid, value in sets:
                pdu.snmp_set(oid, value)
            assert until(lambda: agent.books().states[kind.identity] is wanted)
            assert relay.state(str(pdu.snmp_get(relay.oid).value)) is wanted
            assert agent.books().states == {**before, kind.identity: wanted}
        assert [(write.oid, write.value, write.answer) for write in agent.writes()] == [
            (oid, str(value), "") for oid, value in (*kind.off, *kind.on)]


@pytest.mark.against("Net-SNMP snmpd")
def test_snmpd_and_the_agent_serve_the_same_rows() -> None:
    model = apc.rpdu2(outlets=8)
    with Agent(model) as agent, Snmpd(model) as server:
        forms = [{"community": "public", "port": str(port), "timeout": "20"} for port in (agent.port, server.port)]
        seen = [[(element.oid, element.value) for element in BaseSnmpPdu(PduSnmpData("127.0.0.1", form)).snmp_walk("1.3")]
                for form in forms]
    assert len(seen[0]) == len(model.device.rows())
    assert seen[0] == seen[1]


@pytest.mark.against("Net-SNMP snmpd")
def test_a_value_changed_at_the_device_is_read_from_snmpd_at_once() -> None:
    with Snmpd(apc.rpdu2(outlets=4)) as server:
        server.set_value(f"{STATES}.2", "1")
        pdu = BaseSnmpPdu(PduSnmpData("127.0.0.1", {"community": "public", "port": str(server.port), "timeout": "20"}))
        assert pdu.snmp_get(f"{STATES}.2").value == 1


@pytest.mark.against("Net-SNMP snmpd")
def test_a_stopped_snmpd_leaves_no_files_and_no_open_port() -> None:
    server = Snmpd(apc.rpdu2(outlets=4))
    with pytest.raises(ZeroDivisionError), server:
        assert server.folder.exists()
        raise ZeroDivisionError
    assert not server.folder.exists()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((server.host, server.port))


# ---- the codec ---------------------------------------------------------------------------------------------------

OIDS = st.tuples(st.integers(0, 2), st.integers(0, 39)).flatmap(
    lambda first: st.lists(st.integers(0, 2**32 - 1), max_size=8).map(lambda rest: (*first, *rest)))
VALUES = st.one_of(
    st.none(), st.sampled_from((ber.NO_SUCH_OBJECT, ber.NO_SUCH_INSTANCE, ber.END_OF_MIB_VIEW)),
    st.integers(-2**31, 2**31 - 1).map(lambda number: Row(INTEGER, number)),
    st.integers(0, 2**64 - 1).map(lambda number: Row(COUNTER64, number)),
    st.binary(max_size=300).map(lambda octets: Row(OCTETS, octets)), OIDS.map(lambda oid: Row(OID, oid)))
MESSAGES = st.builds(
    ber.Message, st.integers(0, 1), st.binary(max_size=20),
    st.builds(ber.Pdu, st.sampled_from((ber.GET, ber.GET_NEXT, ber.RESPONSE, ber.SET, ber.GET_BULK)),
              st.integers(-2**31, 2**31 - 1), st.integers(0, 18), st.integers(0, 1000),
              st.lists(st.tuples(OIDS, VALUES), max_size=3).map(tuple)))


@given(MESSAGES)
def test_a_decoded_message_equals_the_encoded_one(message: ber.Message) -> None:
    assert ber.decode(ber.encode(message)) == message


@pytest.mark.parametrize("number, octets", [(0, 1), (127, 1), (128, 2), (-1, 1), (-128, 1), (-129, 2), (-2**31, 4)])
def test_an_integer_is_encoded_in_the_fewest_octets(number: int, octets: int) -> None:
    """X.690, 8.3.2."""
    assert len(ber._integer(number)) == 2 + octets


@given(st.one_of(st.binary(max_size=200), st.tuples(MESSAGES, st.integers(0, 400), st.integers(0, 255)).map(
    lambda parts: _spoilt(ber.encode(parts[0]), parts[1], parts[2]))))
def test_decoding_arbitrary_bytes_raises_nothing_but_ber_error(data: bytes) -> None:
    try:
        ber.decode(data)
    except ber.BerError:
        pass


def _spoilt(data: bytes, place: int, octet: int) -> bytes:
    place %= len(data)
    return data[:place] + bytes((octet,)) + data[place + 1:]


# ---- the command line --------------------------------------------------------------------------------------------

def test_the_program_serves_a_recording_until_a_signal_ends_it(tmp_path: Path) -> None:
    recording = tmp_path / "unit.snmprec"
    recording.write_text("1.3.6.1.2.1.1.5.0|4|unit 7\n", "utf-8")
    process = subprocess.Popen([sys.executable, "-m", "tests.simulators.snmp_agent", "--recording", str(recording)], cwd=ROOT,
                               stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"})
    assert process.stdout is not None
    with process, bounded(process):
        host, _, port = process.stdout.readline().strip().partition(":")
        pdu = BaseSnmpPdu(PduSnmpData(host, {"community": "private", "port": port, "timeout": "20"}))
        pdu.snmp_set("1.3.6.1.2.1.1.5.0", "unit 8")
        assert pdu.snmp_get("1.3.6.1.2.1.1.5.0").value == "unit 8"
        pdu.snmp_set("1.3.6.1.2.1.1.5.0", "\x1b[2J")
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=PATIENCE_S)[0].splitlines() == [
            "SET 1.3.6.1.2.1.1.5.0 = unit 8 done", r"SET 1.3.6.1.2.1.1.5.0 = '\x1b[2J' done"]
        assert process.returncode == 0


def test_the_program_names_a_recording_that_it_cannot_read(tmp_path: Path) -> None:
    finished = subprocess.run([sys.executable, "-m", "tests.simulators.snmp_agent", "--recording", str(tmp_path / "none")],
                              cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert finished.returncode == 2 and f"cannot serve {tmp_path / 'none'}: " in finished.stderr
