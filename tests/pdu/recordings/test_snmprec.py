"""Files of SNMP rows, dumps of NUT and SETs to a replay (rows.txt), and the output of snmpwalk."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import NamedTuple

import pytest
from pysnmp.proto import rfc1902

from pdu.recordings.snmp import snmprec
from pdu.recordings.snmp.recorded_rows import SnmpRow, arcs, wire_row
from pdu_common.snmp_client.tool_api import (
    GAUGE,
    INTEGER,
    NULL,
    OCTETS,
    TICKS,
)
from tests.handlers.snmp import recorded
from tests.needs import program
from tests.pdu.recordings import rows as file_rows
from tests.simulators.snmp_agent import Agent, Device, Row as AgentRow, read_snmprec
from tests.simulators.snmp_units import fixture
from tests.tables import Case
from tests.waiting import run_program


def _left_out(text: str) -> str:
    """What a recording says of lines that it leaves out."""
    return ", ".join(snmprec.parse(text).skip_reasons)


def _walk(agent: Agent, oid: str, *options: str, **variables: str) -> str:
    """What Net-SNMP's snmpwalk prints."""
    peer = f"{agent.host}:{agent.port}"
    return run_program(
        [program("snmpwalk"), "-v2c", "-cpublic", *options, peer, oid],
        env={"MIBS": "", **variables},
        check=True,
    ).stdout


@pytest.mark.parametrize("case", file_rows.TABLE.cases(), ids=str)
def test_a_file_is_read(case: Case) -> None:
    case.check(file_rows.shown(case))


def test_a_null_that_an_agent_returns_is_a_row() -> None:
    assert wire_row(rfc1902.Null("")) == SnmpRow(NULL, b"")


@pytest.mark.against("Net-SNMP snmpwalk")
@pytest.mark.parametrize(
    "family, options", [("apc-rpdu2", "-On"), ("sentry3", "-Oen"), ("raritan-px2_sensors", "-On")]
)
def test_all_rows_of_a_device_are_read_from_the_output_of_snmpwalk(
    family: str, options: str
) -> None:
    rows = fixture(family).rows
    with Agent(Device(rows)) as agent:
        walk = _walk(agent, "1.3.6.1", "-Cc", options)
    row_file = snmprec.parse(walk)
    assert row_file.nameless_count == 0
    parsed_rows = {".".join(map(str, oid)): tuple(row) for oid, row in row_file.rows.items()}
    assert parsed_rows == {oid: tuple(row) for oid, row in rows.items()}


def test_recordings_of_real_units_are_read_as_an_independent_reader_reads_them() -> None:
    for name in recorded.NAMES:
        text = recorded.text(name)
        assert snmprec.is_recording(text)
        rows = snmprec.parse(text).rows
        rows_by_text = {".".join(map(str, oid)): tuple(row) for oid, row in rows.items()}
        expected = {oid: tuple(row) for oid, row in read_snmprec(text).items()}
        assert rows_by_text == expected, name


@pytest.mark.against("Net-SNMP snmpwalk")
def test_values_without_types_are_left_out_and_the_error_names_the_option() -> None:
    with Agent(Device({"1.3.6.1.4.1.9.1.0": AgentRow(INTEGER, 5)})) as agent:
        walk = _walk(agent, "1.3.6.1.4.1", "-OnQ")
    assert re.search("line 1 .*the value has no type: run snmpwalk without -OQ", _left_out(walk))


MIB = """ACME-MIB DEFINITIONS ::= BEGIN
enterprises OBJECT IDENTIFIER ::= { iso org(3) dod(6) internet(1) private(4) 1 }
acme OBJECT IDENTIFIER ::= { enterprises 99999 }
"""


class MibObject(NamedTuple):
    """An object of the MIB, with the values that the agent holds."""

    syntax: str
    values: list[AgentRow]
    units: str = ""
    display_hint: str = ""


def _octets(*values: bytes) -> list[AgentRow]:
    return [AgentRow(OCTETS, value) for value in values]


OBJECTS = [
    MibObject(
        "INTEGER",
        [AgentRow(INTEGER, number) for number in (-16, 16, 31, 10)],
        units="V",
        display_hint="x",  # hexadecimal
    ),
    MibObject(
        "Gauge32",
        [AgentRow(GAUGE, 5), AgentRow(GAUGE, 2**32 - 1), AgentRow(INTEGER, -2)],
        display_hint="b",  # binary
    ),
    MibObject(
        "INTEGER",
        [AgentRow(INTEGER, number) for number in (-5, -250, 7)],
        units="0.01 A",
        display_hint="d-2",  # with a point
    ),
    MibObject(
        "OCTET STRING",
        _octets(
            bytes.fromhex("00900ba25c70"),
            bytes.fromhex("a49010a25c70"),
            bytes.fromhex("0011223344556677"),
            b"",
        ),
        display_hint="1x:",  # hardware addresses
    ),
    MibObject("OCTET STRING", _octets(b'a "b" 12.5', b"12\xe9", b"9\n\xe9" * 9), units="Amps"),
    MibObject(
        "BITS { four(4), nine(9) }",
        _octets(b"\xbf\x80\x02\x08", b"\x00\x40", b"\x00\x20", b"\x80\x00", b"on", b""),
    ),
    MibObject(
        "INTEGER { on(1), off(2) }",
        [AgentRow(INTEGER, 1), AgentRow(INTEGER, 3), AgentRow(GAUGE, 2), AgentRow(TICKS, 9)],
        units="position",
    ),
]


def _mib() -> str:
    """A MIB of OBJECTS."""
    text = MIB
    for number, mib_object in enumerate(OBJECTS, 1):
        syntax = mib_object.syntax
        if mib_object.display_hint:
            syntax = f"Kind{number}"
            text += (
                f'{syntax} ::= TEXTUAL-CONVENTION DISPLAY-HINT "{mib_object.display_hint}"'
                f' STATUS current DESCRIPTION "-" SYNTAX {mib_object.syntax}\n'
            )
        units = f' UNITS "{mib_object.units}"' if mib_object.units else ""
        text += (
            f"acme{number} OBJECT-TYPE SYNTAX {syntax}{units}"
            f' MAX-ACCESS read-only STATUS current DESCRIPTION "-" ::= {{ acme {number} }}\n'
        )
    return f"{text}END\n"


@pytest.mark.against("Net-SNMP snmpwalk")
@pytest.mark.parametrize("options", ["-On", "-OneU", "-Ont"])
def test_values_that_net_snmp_prints_by_a_mib_are_read_as_the_agent_holds_them(
    options: str, tmp_path: Path
) -> None:
    (tmp_path / "ACME-MIB.txt").write_text(_mib(), "utf-8")
    rows = {}
    for number, mib_object in enumerate(OBJECTS, 1):
        for index, row in enumerate(mib_object.values, 1):
            rows[f"1.3.6.1.4.1.99999.{number}.{index}"] = row

    with Agent(Device(rows)) as agent:
        walk = _walk(agent, "1.3.6.1.4.1", options, MIBDIRS=str(tmp_path), MIBS="ACME-MIB")
    row_file = snmprec.parse(walk)

    assert row_file.skip_reasons == []
    parsed_rows = {oid: tuple(row) for oid, row in row_file.rows.items()}
    assert parsed_rows == {arcs(oid): tuple(row) for oid, row in rows.items()}


def test_many_octets_of_bits_are_read_in_seconds() -> None:
    octet_count = 10_000
    octets = " ".join(["80"] * octet_count)
    bits = " ".join(str(8 * n) for n in range(octet_count))
    begin = time.monotonic()
    row_file = snmprec.parse(f".1.3.6.1.4.1.9.1.0 = BITS: {octets} {bits}\n")
    assert [row.value for row in row_file.rows.values()] == [b"\x80" * octet_count]
    assert time.monotonic() - begin < 20


@pytest.mark.against("Net-SNMP snmpwalk")
def test_a_walk_with_bare_time_ticks_a_prompt_and_a_message_is_read() -> None:
    """Centreon and Kentik ask for -ObentU. The prompt may hold a community, so it is not shown."""
    rows = {
        "1.3.6.1.2.1.1.3.0": AgentRow(TICKS, 161500),
        "1.3.6.1.4.1.9.1.0": AgentRow(INTEGER, 5),
        "1.3.6.1.4.1.9.2.0": AgentRow(OCTETS, b"abc"),
    }
    with Agent(Device(rows)) as agent:
        printed = _walk(agent, "1.3.6.1", "-ObentU")
    walk = f"root@rack:~# snmpwalk -c s3cret\n{printed}Timeout: No Response from x\nroot@rack:~#"

    assert snmprec.is_recording(walk)
    row_file = snmprec.parse(walk)
    parsed_rows = {oid: tuple(row) for oid, row in row_file.rows.items()}
    assert parsed_rows == {arcs(oid): tuple(row) for oid, row in rows.items()}
    # the agent's last answer says that nothing follows
    assert row_file.skip_reasons == [f"line {n} (no row of snmpwalk)" for n in (1, 6, 7)]
