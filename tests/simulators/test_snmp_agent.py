"""The project's SNMP agent, read by Net-SNMP's tools and compared with a real snmpd."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Iterator

import pytest

from pdu_common.base_snmp_pdu import BaseSnmpPdu
from pdu_common.connection import PduSnmpData
from tests.needs import program
from tests.servers.snmpd import Snmpd
from tests.simulators.snmp_agent import Agent, Device, Faults, Row
from tests.simulators.snmp_agent.device import COUNTER64, GAUGE, INTEGER, IP, OCTETS, OID, TICKS
from tests.simulators.snmp_agent.devices import apc
from tests.waiting import PATIENCE_S

STATES, COMMANDS = f"{apc.RPDU2_STATUS}.5", f"{apc.RPDU2_CONTROL}.5"
TOOLS = pytest.mark.against("Net-SNMP's tools, such as snmpget and snmpset")


@pytest.fixture
def agent() -> Iterator[Agent]:
    with Agent(apc.rpdu2(outlets=24)) as running:
        yield running


def _tool(
    name: str,
    agent: Agent,
    *arguments: str,
    version: str = "2c",
    community: str = "public",
    seconds: float = PATIENCE_S,
) -> tuple[int, list[str]]:
    """The exit code of a tool, and the lines of its output.

    The tool waits `seconds` for an answer.
    """
    finished = subprocess.run(
        [
            program(name),
            "-m",
            "",
            f"-v{version}",
            "-c",
            community,
            "-On",
            "-t",
            f"{seconds:g}",
            "-r",
            "0",
            f"{agent.host}:{agent.port}",
            *arguments,
        ],
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE_S,
        check=False,
        # else its first run prints "Created directory"
        env={**os.environ, "SNMP_PERSISTENT_DIR": os.devnull},
    )
    return finished.returncode, (finished.stdout + finished.stderr).strip().splitlines()


@TOOLS
def test_net_snmp_reads_values_of_seven_types() -> None:
    root = "1.3.6.1.4.1.99999.1"
    rows = {
        f"{root}.1": Row(INTEGER, -129),
        f"{root}.2": Row(OCTETS, b"PDU 7"),
        f"{root}.3": Row(OID, (1, 3, 6, 1, 4, 1, 46235)),
        f"{root}.4": Row(IP, bytes((192, 0, 2, 1))),
        f"{root}.5": Row(GAUGE, 2**32 - 1),
        f"{root}.6": Row(TICKS, 100),
        f"{root}.7": Row(COUNTER64, 2**64 - 1),
        f"{root}.8": Row(OCTETS, b""),
        f"{root}.9": Row(OID, (0, 10, 43, 6, 1, 4, 1)),
    }
    with Agent(Device(rows)) as agent:
        code, lines = _tool("snmpbulkwalk", agent, root)
    assert code == 0
    assert [line.partition(" = ")[2] for line in lines if "No more variables" not in line] == [
        "INTEGER: -129",
        'STRING: "PDU 7"',
        "OID: .1.3.6.1.4.1.46235",
        "IpAddress: 192.0.2.1",
        "Gauge32: 4294967295",
        "Timeticks: (100) 0:00:01.00",
        "Counter64: 18446744073709551615",
        '""',
        "OID: .0.10.43.6.1.4.1",
    ]


@TOOLS
def test_walks_by_getnext_and_by_getbulk_return_the_same_objects(agent: Agent) -> None:
    _, by_getbulk = _tool("snmpbulkwalk", agent, "1.3.6.1.4.1")
    _, by_getnext = _tool("snmpwalk", agent, "1.3.6.1.4.1", version="1")
    # drops the line about the end of the MIB
    del by_getbulk[-1], by_getnext[-1]

    assert by_getbulk == by_getnext
    oids = [oid for oid in agent.device.rows() if oid.startswith("1.3.6.1.4.1.")]
    assert len(by_getnext) == len(oids)
    assert agent.counts["bulk"] > 0
    assert agent.counts["next"] > len(oids)


@TOOLS
def test_a_missing_object_is_an_exception_in_v2c(agent: Agent) -> None:
    _, lines = _tool("snmpget", agent, f"{STATES}.99")
    assert lines == [f".{STATES}.99 = No Such Instance currently exists at this OID"]


@TOOLS
def test_a_missing_object_is_an_error_in_v1(agent: Agent) -> None:
    code, lines = _tool("snmpget", agent, f"{STATES}.1", f"{STATES}.99", version="1")
    assert code == 2
    assert any("noSuchName" in line for line in lines)
    assert f".{STATES}.99" in lines[-1]


@TOOLS
def test_v1_leaves_out_64_bit_counters() -> None:
    root = "1.3.6.1.4.1.99999.1"
    with Agent(
        Device(
            {
                f"{root}.1": Row(INTEGER, 1),
                f"{root}.2": Row(COUNTER64, 2),
                f"{root}.3": Row(INTEGER, 3),
            }
        )
    ) as agent:
        _, lines = _tool("snmpwalk", agent, root, version="1")
        assert lines[:2] == [f".{root}.1 = INTEGER: 1", f".{root}.3 = INTEGER: 3"]
        assert _tool("snmpget", agent, f"{root}.2", version="1")[0] == 2


@TOOLS
def test_a_set_switches_the_relay_and_is_logged_with_its_type(agent: Agent) -> None:
    code, _ = _tool("snmpset", agent, f"{COMMANDS}.3", "i", "2", community="private")
    assert code == 0
    _, lines = _tool("snmpget", agent, f"{STATES}.3", f"{apc.SPDU_CONTROL}.3.3")
    assert lines == [
        f".{STATES}.3 = INTEGER: 1",
        f".{apc.SPDU_CONTROL}.3.3 = INTEGER: 2",
    ]
    assert agent.books().states["3"] is False
    (write,) = agent.writes()
    assert tuple(write) == (f"{COMMANDS}.3", INTEGER, "2", "")


@TOOLS
@pytest.mark.parametrize(
    "version, community, oid, kind, value, reason",
    [
        pytest.param(
            "2c",
            "public",
            f"{COMMANDS}.1",
            "i",
            "2",
            "noAccess",
            id="v2c, a community that may only read",
        ),
        pytest.param(
            "1",
            "public",
            f"{COMMANDS}.1",
            "i",
            "2",
            "noSuchName",
            id="v1, a community that may only read",
        ),
        pytest.param(
            "2c",
            "private",
            f"{COMMANDS}.1",
            "i",
            "4",
            "wrongValue",
            id="v2c, a value that is no command",
        ),
        pytest.param(
            "1",
            "private",
            f"{COMMANDS}.1",
            "i",
            "4",
            "badValue",
            id="v1, a value that is no command",
        ),
        pytest.param(
            "2c", "private", f"{COMMANDS}.1", "s", "2", "wrongType", id="a text for a number"
        ),
        pytest.param(
            "2c",
            "private",
            f"{STATES}.1",
            "i",
            "2",
            "notWritable",
            id="an object that is read-only",
        ),
        pytest.param(
            "2c",
            "private",
            f"{COMMANDS}.99",
            "i",
            "2",
            "notWritable",
            id="an outlet that is not there",
        ),
    ],
)
def test_a_refused_set_has_the_error_of_its_version(
    agent: Agent, version: str, community: str, oid: str, kind: str, value: str, reason: str
) -> None:
    before = agent.books().states
    code, lines = _tool("snmpset", agent, oid, kind, value, version=version, community=community)
    assert code != 0
    assert any(reason in line for line in lines)
    assert agent.books().states == before


@TOOLS
def test_a_set_of_two_objects_is_carried_out_whole_or_not_at_all(agent: Agent) -> None:
    assert (
        _tool(
            "snmpset",
            agent,
            f"{COMMANDS}.1",
            "i",
            "2",
            f"{COMMANDS}.2",
            "i",
            "77",
            community="private",
        )[0]
        != 0
    )
    assert agent.books().states["1"] is True
    assert (
        _tool(
            "snmpset",
            agent,
            f"{COMMANDS}.1",
            "i",
            "2",
            f"{COMMANDS}.2",
            "i",
            "2",
            community="private",
        )[0]
        == 0
    )
    assert agent.books().states["1"] is False
    assert agent.books().states["2"] is False


@TOOLS
def test_a_request_whose_answer_is_too_large_for_the_unit_gets_too_big(agent: Agent) -> None:
    agent.faults = Faults(max_octets=200)
    code, lines = _tool("snmpbulkget", agent, "-Cn0", "-Cr20", STATES)
    assert code == 2
    assert any("tooBig" in line for line in lines)


def test_books_count_every_datagram_including_unanswered_ones(agent: Agent) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.sendto(b"hello", (agent.host, agent.port))
        stranger.sendto(b"\x30\x84\xff\xff\xff\xff", (agent.host, agent.port))
    params = {"community": "public", "port": str(agent.port), "timeout": "20"}
    pdu = BaseSnmpPdu(PduSnmpData("127.0.0.1", params))
    assert pdu.snmp_get(f"{STATES}.1").value == 2
    assert agent.books().requests == 3


@pytest.mark.against("Net-SNMP snmpd")
def test_snmpd_and_the_agent_serve_the_same_rows() -> None:
    def walk(port: int) -> list[tuple[str, object]]:
        params = {"community": "public", "port": str(port), "timeout": "20"}
        pdu = BaseSnmpPdu(PduSnmpData("127.0.0.1", params))
        return [(element.oid, element.value) for element in pdu.snmp_walk("1.3")]

    model = apc.rpdu2(outlets=8)
    with Agent(model) as agent, Snmpd(model) as server:
        rows_of_agent = walk(agent.port)
        rows_of_snmpd = walk(server.port)
    assert len(rows_of_agent) == len(model.device.rows())
    assert rows_of_agent == rows_of_snmpd
