"""Files of SNMP rows: .snmprec, and the output of Net-SNMP's snmpwalk."""

from __future__ import annotations

import re
import subprocess
import time
from pathlib import Path
from typing import NamedTuple, Union

import pytest
from pysnmp.proto import rfc1902

from handlers.shared.errors import SettingsError
from pdu.recordings.snmp import snmprec
from pdu.recordings.snmp.recorded_rows import SnmpRow, arcs, wire_row
from pdu_common.snmp_client.tool_api import (
    ADDRESS,
    COUNTER64,
    GAUGE,
    INTEGER,
    NULL,
    OCTETS,
    OID,
    TICKS,
)
from tests.handlers.snmp import recorded
from tests.needs import program
from tests.recordings import fixture
from tests.simulators.snmp_agent import Agent, Device, Row as AgentRow, read_snmprec
from tests.waiting import PATIENCE_S


def _left_out(text: str) -> str:
    """What a recording says of lines that it leaves out."""
    return ", ".join(snmprec.parse(text).skip_reasons)


def _walk(agent: Agent, oid: str, *options: str, **variables: str) -> str:
    """What Net-SNMP's snmpwalk prints."""
    peer = f"{agent.host}:{agent.port}"
    return subprocess.run(
        [program("snmpwalk"), "-v2c", "-cpublic", *options, peer, oid],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        env={"MIBS": "", **variables},
        check=True,
    ).stdout


LINES = (
    "1.3.6.1.4.1.9.1.0|2|-5",
    "1.3.6.1.4.1.9.2.0|4x|00ff0a",
    "1.3.6.1.4.1.9.3.0|4|a|b",
    "1.3.6.1.4.1.9.4.0|6|1.3.6.1.4.1.9",
    "1.3.6.1.4.1.9.5.0|65|4294967295",
    "1.3.6.1.4.1.9.6.0|66|7",
    "1.3.6.1.4.1.9.7.0|67|8",
    "1.3.6.1.4.1.9.8.0|70|18446744073709551615",
    "1.3.6.1.4.1.9.9.0|4|",
    "1.3.6.1.4.1.9.10.0|64|192.0.2.1",
    "1.3.6.1.4.1.9.11.0|5x|",
    "1.3.6.1.4.1.9.12.0|68x|9f780441c80000",
)


def test_every_type_is_written_back_unchanged() -> None:
    assert snmprec.snmprec_lines(snmprec.parse("\n".join(LINES)).rows) == list(LINES)


def test_a_null_that_an_agent_returns_is_a_row() -> None:
    assert wire_row(rfc1902.Null("")) == SnmpRow(NULL, b"")


@pytest.mark.parametrize(
    "line",
    [
        "1.3.6|2|x",
        "1.3.6.1.4.1.9.1|2",
        "9.9.9|2|1",
        "1.3.6.1.4.1.9.1|4x|zz",
        "1.3.6.1.4.1.9.1|2x|0a",
        "1.3.6.1.4.1.9.1|64|192.0.2",
        "1.40.5|2|1",
        "1.3. 6|2|1",
        "1.3.6.1|6|1.3.-6",
        "1.3.6.1|6|1.4294967296",
    ],
)
def test_the_error_gives_the_number_of_a_line_that_is_not_a_row(line: str) -> None:
    assert re.search("line 2", _left_out(f"1.3.6.1.2.1.1.3.0|67|1\n{line}\n"))


@pytest.mark.parametrize(
    "tag, least, most",
    [
        pytest.param(INTEGER, -(2**31), 2**31 - 1, id="INTEGER"),
        pytest.param(GAUGE, 0, 2**32 - 1, id="Gauge32"),
        pytest.param(COUNTER64, 0, 2**64 - 1, id="Counter64"),
    ],
)
def test_a_number_out_of_the_range_of_its_type_is_left_out(tag: int, least: int, most: int) -> None:
    for value in (least, most):
        row_file = snmprec.parse(f"1.3.6.1.4.1.9.1|{tag}|{value}\n")
        assert list(row_file.rows.values()) == [SnmpRow(tag, value)]
    for value in (least - 1, most + 1):
        assert "out of the range" in _left_out(f"1.3.6.1.4.1.9.1|{tag}|{value}\n")


def test_each_form_of_a_value_in_a_walk_is_read_and_unknown_names_are_counted() -> None:
    row_file = snmprec.parse(""".1.3.6.1.2.1.1.1.0 = STRING: "one
two"
SNMPv2-SMI::enterprises.9.1.4.1 = INTEGER: on(1)
iso.3.6.1.4.1.9.1 = Hex-STRING: 00 1A FF
00 01
.1.3.6.1.4.1.9.2 = ""
.1.3.6.1.4.1.9.3 = IpAddress: 192.0.2.9
.1.3.6.1.4.1.9.10 = Network Address: C0:00:02:09
.1.3.6.1.4.1.9.4 = Gauge32: 25 seconds
.1.3.6.1.4.1.9.5 = No Such Instance currently exists at this OID
.1.3.6.1.4.1.9.6 = STRING: "a \\"b\\""
.1.3.6.1.4.1.9.7 = OID: SNMPv2-SMI::enterprises.9.2
.1.3.6.1.4.1.9.8 = BITS: 80 00 first(0)
ACME-MIB::bar.1 = INTEGER: 5
.1.3.6.1.4.1.9.9 = No more variables left in this MIB View (It is past the end of the MIB tree)
""")
    assert row_file.nameless_count == 1
    assert row_file.rows == {
        (1, 3, 6, 1, 2, 1, 1, 1, 0): SnmpRow(OCTETS, b"one\ntwo"),
        arcs("1.3.6.1.4.1.9.1.4.1"): SnmpRow(INTEGER, 1),
        arcs("1.3.6.1.4.1.9.1"): SnmpRow(OCTETS, bytes.fromhex("001aff0001")),
        arcs("1.3.6.1.4.1.9.2"): SnmpRow(OCTETS, b""),
        arcs("1.3.6.1.4.1.9.3"): SnmpRow(ADDRESS, bytes((192, 0, 2, 9))),
        arcs("1.3.6.1.4.1.9.4"): SnmpRow(GAUGE, 25),
        arcs("1.3.6.1.4.1.9.10"): SnmpRow(ADDRESS, bytes((192, 0, 2, 9))),
        arcs("1.3.6.1.4.1.9.6"): SnmpRow(OCTETS, b'a "b"'),
        arcs("1.3.6.1.4.1.9.7"): SnmpRow(OID, arcs("1.3.6.1.4.1.9.2")),
        arcs("1.3.6.1.4.1.9.8"): SnmpRow(OCTETS, b"\x80\x00"),
    }


def test_a_comment_in_a_walk_is_no_part_of_a_value_except_between_quotes() -> None:
    row_file = snmprec.parse("""# the first table
.1.3.6.1.4.1.9.1 = STRING: "a \\"b"
# texts
.1.3.6.1.4.1.9.2 = STRING: "a \\"
# \\"b\\" \\\\
# c"
# octets
.1.3.6.1.4.1.9.3 = Hex-STRING: 00 1A
# the end
""")
    assert list(row_file.rows.values()) == [
        SnmpRow(OCTETS, b'a "b'),
        SnmpRow(OCTETS, b'a "\n# "b" \\\n# c'),
        SnmpRow(OCTETS, b"\x00\x1a"),
    ]


@pytest.mark.parametrize(
    "shown, value",
    [("23.5 degrees", 235), (".05", 5), ("-1.50", -150), ("5 A (1)", 5), ("low(2)", 2)],
)
def test_an_integer_is_read_without_its_decimal_point_unit_or_label(shown: str, value: int) -> None:
    """RFC 2579, 3.1: DISPLAY-HINT "d-1" or "d-2"."""
    row_file = snmprec.parse(f".1.3.6.1.4.1.9.1.0 = INTEGER: {shown}\n")
    assert list(row_file.rows.values()) == [SnmpRow(INTEGER, value)]


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


@pytest.mark.parametrize(
    "reason, shown",
    [
        ("the text .* does not end with a quote", 'STRING: "'),
        ("the text .* does not end with a quote", 'STRING: "abc'),
        ("is not a number", "INTEGER: x"),
        ("is not a number", "INTEGER: 0x10"),
        ("is not a number", "INTEGER: 1.2.3"),
        ("is not hex", "Hex-STRING: 00 1"),
        ("is not hex", "Hex-STRING: 0"),
        ("is not hex", "Hex-STRING: ZZ"),
        ("is not hex", "Hex-STRING: 00 1A x"),
        ("", "Opaque: Float: x"),
        ("", "Opaque: Float: 1e99"),
    ],
)
def test_a_value_that_cannot_be_read_is_left_out_with_the_reason(reason: str, shown: str) -> None:
    assert re.search(f"line 1 .*{reason}", _left_out(f".1.3.6.1.4.1.9.1.0 = {shown}\n"))


@pytest.mark.parametrize("shown", ["Opaque: Wide: 5", "NsapAddress: 5"])
def test_a_row_whose_value_has_an_unknown_type_is_left_out_and_counted(shown: str) -> None:
    row_file = snmprec.parse(f".1.3.6.1.4.1.9.1.0 = {shown}\n")
    assert row_file == snmprec.RowFile({}, nameless_count=0, typeless_count=1)


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


@pytest.mark.parametrize("shown", ["BITS: 80 00 first(1)", "BITS: 80 12 30", "BITS: 00 20 x(10) 9"])
def test_bits_that_contradict_their_octets_are_left_out(shown: str) -> None:
    assert "cannot be told apart" in _left_out(f".1.3.6.1.4.1.9.1.0 = {shown}\n")


def test_a_list_of_bits_may_lack_some() -> None:
    row_file = snmprec.parse(".1.3.6.1.4.1.9.1.0 = BITS: BF 80 02 08 power(4) 22 28\n")
    assert [row.value for row in row_file.rows.values()] == [bytes.fromhex("bf800208")]


def test_many_octets_of_bits_are_read_in_seconds() -> None:
    octet_count = 10_000
    octets = " ".join(["80"] * octet_count)
    bits = " ".join(str(8 * n) for n in range(octet_count))
    begin = time.monotonic()
    row_file = snmprec.parse(f".1.3.6.1.4.1.9.1.0 = BITS: {octets} {bits}\n")
    assert [row.value for row in row_file.rows.values()] == [b"\x80" * octet_count]
    assert time.monotonic() - begin < 20


# ---- rows with a variation module of snmpsim -----------------------------------------------------


@pytest.mark.parametrize(
    "row, tag, value",
    [
        pytest.param("2:writecache|value=1", 2, 1, id="writecache"),
        pytest.param("4:writecache|value=a=b", 4, b"a=b", id="writecache, a value with ="),
        pytest.param("4x:delay|hexvalue=00ff,wait=5", 4, b"\x00\xff", id="delay, in hex"),
        pytest.param("2:delay|wait=1,value=1", 2, 1, id="delay"),
        pytest.param("2:error|op=set,status=notwritable,value=2", 2, 2, id="error"),
        pytest.param("4:notification|op=set,value=on,host=192.0.2.9", 4, b"on", id="notification"),
        pytest.param("2:numeric|min=3,max=9", 2, 3, id="numeric, the least"),
        pytest.param(
            "65:numeric|initial=5,offset=2,cumulative=1", 65, 5, id="numeric, the initial value"
        ),
    ],
)
def test_a_row_with_a_variation_module_has_its_first_value(
    row: str, tag: int, value: Union[int, bytes]
) -> None:
    row_file = snmprec.parse(f"1.3.6.1.2.1.1.1.0|4|acme\n1.3.6.1.4.1.9.1|{row}\n")
    assert row_file.rows[arcs("1.3.6.1.4.1.9.1")] == SnmpRow(tag, value)
    assert not row_file.unreadable_lines


@pytest.mark.parametrize(
    "row",
    [
        "2:numeric|min=0,max=9,function=sin",
        "2:error|op=get,status=generror,value=1",
        ":multiplex|dir=apc",
    ],
)
def test_a_file_with_a_row_whose_module_gives_no_first_value_is_refused(row: str) -> None:
    with pytest.raises(SettingsError, match="has no first value of snmpsim's module"):
        snmprec.parse(f"1.3.6.1.2.1.1.1.0|4|acme\n1.3.6.1.4.1.9.1|{row}\n")


def test_a_line_without_an_oid_is_left_out_whatever_module_it_names() -> None:
    row_file = snmprec.parse("1.3.6.1.2.1.1.1.0|4|acme\nnone|:multiplex|dir=apc\n")
    assert row_file.skip_reasons == ["line 2 (no valid row 'OID|tag|value': 'none' is not an OID)"]


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


def test_the_first_of_many_lines_that_cannot_be_read_are_named() -> None:
    text = ".1.3.6.1.4.1.9.1.0 = INTEGER: 1\n" + "x\n" * 8
    assert snmprec.parse(text).skip_reasons[4:] == ["line 6 (no row of snmpwalk)", "3 more lines"]


@pytest.mark.parametrize(
    "lines",
    [
        ("1.3.6.1.4.1.5.1|2|1", "1.3.6.1.4.1.5.1|2|2"),
        (".1.3.6.1.4.1.5.1 = INTEGER: on(1)", '.1.3.6.1.4.1.5.1 = STRING: "abc"'),
    ],
)
def test_two_values_of_an_object_are_an_error_that_names_both(
    lines: tuple[str, str],
) -> None:
    first, second = lines
    with pytest.raises(SettingsError, match="lines 2 and 4 have two values of the object"):
        snmprec.parse(f"# a\n{first}\n{first}\n{second}\n")
    assert len(snmprec.parse(f"{first}\n{first}\n").rows) == 1
