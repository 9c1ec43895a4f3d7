"""Files of rows: .snmprec (`OID|tag|value` in each line, the format of snmpsim), and the output of
`snmpwalk`.
"""

from __future__ import annotations

import itertools
import re
import struct
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, Optional

from handlers.host.rows import LONGEST_TEXT, oid_arcs
from pdu_common.snmp_client.tool_api import (
    ADDRESS,
    COUNTER,
    COUNTER64,
    GAUGE,
    INTEGER,
    OCTETS,
    OID,
    OPAQUE,
    TICKS,
)

from ...core.cli.output import counted
from .recorded_rows import NUMBERS, Arcs, Rows, SnmpRow, arcs, dotted

_LINE = re.compile(r"\.?[0-9]+(\.[0-9]+)+\|[0-9]+[xe]?(:[^|]*)?\|")
# A row of snmpwalk begins with a numeric OID, or with a name (`iso`, `MIB::object`) and the index
# below it: arcs or quoted text.
_WALKED = re.compile(
    r"(?P<oid>(?:\.?[0-9]+|iso|[A-Za-z][\w-]*::[A-Za-z][\w-]*)"
    r'(?:\.(?:"(?:[^"\\]|\\.)*"|[^ ="])+)?) = (?P<rest>.*)',
    re.DOTALL,
)
_TYPED = re.compile(
    r"(?:Wrong Type \(should be [^)]*\): )?(?P<type>[A-Za-z][A-Za-z0-9 -]*?): ?(?P<value>.*)",
    re.DOTALL,
)
_RANGES = {INTEGER: (-(2**31), 2**31 - 1), COUNTER64: (0, 2**64 - 1)}
_TAGS = {
    "INTEGER": INTEGER,
    "Counter32": COUNTER,
    "Gauge32": GAUGE,
    "Unsigned32": GAUGE,
    "UInteger32": GAUGE,
    "Counter64": COUNTER64,
    "Timeticks": TICKS,
    "STRING": OCTETS,
    "Hex-STRING": OCTETS,
    "BITS": OCTETS,
    "OID": OID,
    "IpAddress": ADDRESS,
    "Network Address": ADDRESS,
    "Opaque": OPAQUE,
    "OPAQUE": OPAQUE,
}
# tag and length of a float in an Opaque, which Net-SNMP prints as `Opaque: Float: 1.5`
_FLOAT = bytes.fromhex("9f7804")
# A number with its units. A DISPLAY-HINT such as d-1 only inserts a point: Net-SNMP prints 235 as
# 23.5 (RFC 2579, 3.1).
_HINTED = re.compile(r"(-?[0-9]*\.?[0-9]+)(?:\s|$)")
_ENUMERATED = re.compile(r"INTEGER: ([A-Za-z][A-Za-z0-9-]*)\(-?[0-9]+\)\s*")
_OCTETS = re.compile(r"(?:[0-9A-Fa-f]{2}(?:\s+|$))+")
# lines before the first row, and how many of those that cannot be read are named
_MOST_BEFORE, _MOST_NAMED = 50, 5
_NOTHING = ("No Such ", "No more variables", "NULL")
# Names that Net-SNMP prints with its own MIBs; `oid_arcs` has more. Other names need `snmpwalk
# -On`.
_NAMES = {
    "SNMPv2-MIB::sysDescr": "1.3.6.1.2.1.1.1",
    "SNMPv2-MIB::sysObjectID": "1.3.6.1.2.1.1.2",
    "SNMPv2-MIB::sysContact": "1.3.6.1.2.1.1.4",
    "SNMPv2-MIB::sysName": "1.3.6.1.2.1.1.5",
    "SNMPv2-MIB::sysLocation": "1.3.6.1.2.1.1.6",
    "SNMPv2-MIB::sysServices": "1.3.6.1.2.1.1.7",
    "DISMAN-EVENT-MIB::sysUpTimeInstance": "1.3.6.1.2.1.1.3.0",
    "SNMPv2-MIB::sysUpTime": "1.3.6.1.2.1.1.3",
    "SNMPv2-SMI::experimental": "1.3.6.1.3",
    "SNMPv2-SMI::private": "1.3.6.1.4",
    "SNMPv2-SMI::zeroDotZero": "0.0",
}


class _UnknownName(Exception):
    """An unknown name in place of an OID."""


class _UnknownType(Exception):
    """An unknown type of value."""


class UnreadableLine(NamedTuple):
    """A line that is not a row, or whose value cannot be read."""

    number: int
    reason: str

    def __str__(self) -> str:
        return f"line {self.number} ({self.reason})"


class Parsed(NamedTuple):
    """A file that was read. A line that cannot be read is left out and named."""

    rows: Rows
    #: how many rows of a walk were left out because an unknown name is in place of an OID
    left_out: int = 0
    #: how many rows of a walk were left out because the type of their value is unknown
    untyped: int = 0
    #: names of values in a walk, from the MIB files of whoever walked: `on` in `INTEGER: on(1)`
    names: Mapping[Arcs, str] = {}
    #: the other lines that were left out
    unreadable: Sequence[UnreadableLine] = ()

    @property
    def skip_reasons(self) -> list[str]:
        """What was left out, a phrase for each reason."""
        reasons = {
            "with a name instead of a numeric OID": self.left_out,
            "with a value of an unknown type": self.untyped,
        }
        more = len(self.unreadable) - _MOST_NAMED
        return [
            *(f"{counted(count, 'row')} {reason}" for reason, count in reasons.items() if count),
            *map(str, self.unreadable[:_MOST_NAMED]),
            *([f"{counted(more, 'more line')}"] if more > 0 else []),
        ]


def is_recording(text: str) -> bool:
    """Whether one of the first lines is a row of a .snmprec or of a walk."""
    return bool(_first_row(text))


def parse(text: str) -> Parsed:
    """The rows of a file in either format."""
    return _snmprec(text) if _LINE.match(_first_row(text)) else _walk(text)


def _first_row(text: str) -> str:
    """The first line that is a row, "" for none near the beginning: a prompt, the command and its
    messages may stand before it.
    """
    lines = (line for line in text.split("\n") if line.strip() and not line.startswith("#"))
    first_lines = itertools.islice(lines, _MOST_BEFORE)
    return next((line for line in first_lines if _LINE.match(line) or _WALKED.match(line)), "")


def snmprec_lines(rows: Mapping[Arcs, SnmpRow]) -> list[str]:
    """The lines of a .snmprec, in the order of the objects."""
    return [f"{dotted(oid)}|{_snmprec_line(rows[oid])}" for oid in sorted(rows)]


def _snmprec_line(row: SnmpRow) -> str:
    is_dotted = row.tag == ADDRESS and isinstance(row.value, bytes) and len(row.value) == 4
    if is_dotted or not isinstance(row.value, bytes):
        return f"{row.tag}|{row.raw!s}"
    plain = row.tag == OCTETS and row.value.isascii() and row.value.decode("ascii").isprintable()
    return f"{row.tag}|{row.value.decode('ascii')}" if plain else f"{row.tag}x|{row.value.hex()}"


# ---- .snmprec ------------------------------------------------------------------------------------


def _snmprec(text: str) -> Parsed:
    rows: Rows = {}
    unreadable: list[UnreadableLine] = []
    for number, line in enumerate(text.split("\n"), 1):
        line = line.rstrip("\r")
        if not line.strip() or line.startswith("#"):
            continue
        try:
            oid, kind, value = line.split("|", 2)
            rows[_check_oid(arcs(oid))] = _check_size(_row(kind.partition(":")[0], value))
        except (ValueError, OverflowError) as error:
            reason = f"no valid row 'OID|tag|value': {str(error)[:80]}"
            unreadable.append(UnreadableLine(number, reason))
    return Parsed(rows, unreadable=tuple(unreadable))


def _row(kind: str, value: str) -> SnmpRow:
    tag = int(kind.rstrip("xe"))
    if kind.endswith("x"):
        return SnmpRow(tag, bytes.fromhex(value))
    if kind.endswith("e"):
        return SnmpRow(tag, value.encode("latin-1").decode("unicode_escape").encode("latin-1"))
    if tag in NUMBERS:
        return SnmpRow(tag, int(value))
    if tag == OID:
        return SnmpRow(tag, _check_oid(arcs(value)) if value else ())
    if tag == ADDRESS:
        return SnmpRow(tag, bytes(int(part) for part in value.split(".")))
    return SnmpRow(tag, value.encode("utf-8", "surrogateescape"))


def _check_oid(oid: Arcs) -> Arcs:
    """An OID that BER can encode: X.690, 8.19.4, limits its first two arcs. Raises ValueError."""
    if not 2 <= len(oid) <= 128 or any(not 0 <= arc < 2**32 for arc in oid):
        raise ValueError("not a valid OID")
    most = 39 if oid[0] < 2 else 2**32 - 1
    if oid[0] > 2 or oid[1] > most:
        raise ValueError("not a valid OID")
    return oid


def _check_size(row: SnmpRow) -> SnmpRow:
    """Checks the range of a number, the length of octets and the form of an OID (RFC 2578, 7.1).
    Raises ValueError.
    """
    if isinstance(row.value, int):
        least, most = _RANGES.get(row.tag, (0, 2**32 - 1))
        if not least <= row.value <= most:
            raise ValueError(f"{row.value} is out of the range of its type")
    elif isinstance(row.value, bytes):
        if row.tag in (*NUMBERS, OID):
            raise ValueError("octets cannot be a number or an OID")
        least, most = (4, 4) if row.tag == ADDRESS else (0, LONGEST_TEXT)
        if not least <= len(row.value) <= most:
            raise ValueError(f"{len(row.value)} octets are too many or too few for its type")
    elif row.value:
        _check_oid(row.value)
    return row


# ---- snmpwalk ------------------------------------------------------------------------------------


def _walk(text: str) -> Parsed:
    """The rows of a walk, with types as Net-SNMP prints them.

    Examples: `STRING: "..."`, `Hex-STRING: 00 1A`, `Timeticks: (12) 0:00:00.12`, `INTEGER: on(1)`.
    """
    rows: Rows = {}
    names: dict[Arcs, str] = {}
    unreadable: list[UnreadableLine] = []
    left_out = untyped = 0
    statements = [(number, line, _WALKED.match(line)) for number, line in _statements(text)]
    has_types = any(match and _TYPED.match(match["rest"]) for _, _, match in statements)
    for number, _, match in statements:
        if match is None:
            # its text may be a command with a community
            unreadable.append(UnreadableLine(number, "no row of snmpwalk"))
            continue
        try:
            oid, row = _oid(match["oid"]), _parse_value(match["rest"], has_types)
            if row is not None:
                rows[_check_oid(oid)] = _check_size(row)
                enumeration = _ENUMERATED.fullmatch(match["rest"])
                names.pop(oid, None)  # the last row of an OID counts
                if enumeration is not None:
                    names[oid] = enumeration[1]
        except _UnknownName:
            left_out += 1
        except _UnknownType:
            untyped += 1
        except (ValueError, OverflowError) as error:
            unreadable.append(UnreadableLine(number, str(error)[:80]))
    return Parsed(rows, left_out, untyped, names, tuple(unreadable))


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """The line number and the text of each row. Texts and octets may continue on the next lines.

    A line that begins with # is a comment, except between quotes.
    """
    begun: list[tuple[int, list[str]]] = []
    is_open = False  # a text between quotes continues on the next line
    for number, line in enumerate(text.split("\n"), 1):
        line = line.rstrip("\r")
        is_comment = line.startswith("#") and not is_open
        is_row = _WALKED.match(line)
        if begun and not is_comment and not is_row and (is_open or _may_go_on(begun[-1][1], line)):
            begun[-1][1].append(line)
            is_open ^= _opens(line)
        elif line.strip() and not line.startswith("#"):
            begun.append((number, [line]))
            is_open = _opens(line)
    for number, lines in begun:
        yield number, "\n".join(lines).rstrip("\n")


def _may_go_on(lines: Sequence[str], line: str) -> bool:
    """Whether a line may belong to the value before it: one of octets, or a text without quotes."""
    match = _WALKED.match(lines[0])
    type_match = _TYPED.match(match["rest"]) if match else None
    if not line.strip() or type_match is None:
        return type_match is not None
    if _TAGS.get(type_match["type"]) not in (OCTETS, OPAQUE):
        return False
    is_text = type_match["type"] == "STRING"
    return not type_match["value"].startswith('"') if is_text else bool(_OCTETS.match(line))


def _opens(line: str) -> bool:
    """Whether the number of quotes in a line is odd.

    Quotes that belong to a text follow a backslash and are not counted.
    """
    return re.sub(r"\\.", "", line).count('"') % 2 == 1


def _oid(text: str) -> Arcs:
    name, dot, index = text.partition(".")
    oid = oid_arcs(_NAMES.get(name, name) + dot + index)
    if oid is None:
        raise _UnknownName
    return oid


def _parse_value(text: str, has_types: bool) -> Optional[SnmpRow]:
    """The type and value after `=`, None if there is no value. `has_types`: other rows have one;
    then a bare number is one of TimeTicks, as snmpwalk -Ot prints it.

    Raises ValueError, OverflowError, _UnknownName, _UnknownType.
    """
    if text.startswith(_NOTHING):
        return None
    if text in ('""', ""):
        return SnmpRow(OCTETS, b"")
    match = _TYPED.match(text)
    if match is None and has_types and text.strip().isascii() and text.strip().isdigit():
        return SnmpRow(TICKS, int(text))
    if match is None:
        raise ValueError("the value has no type: run snmpwalk without -OQ")
    name, value = match["type"], match["value"]
    tag = _TAGS.get(name)
    bare = value.strip()
    if tag is None:
        raise _UnknownType
    if tag in NUMBERS:
        number = _HINTED.match(bare) or re.search(r"\((-?[0-9]+)\)", value)
        if number is None:
            raise ValueError(f"{value[:30]!r} is not a number")
        return SnmpRow(tag, int(number[1].replace(".", "")))
    if tag == OID:
        return SnmpRow(tag, _oid(bare))
    if tag == ADDRESS:
        separator, base = (":", 16) if ":" in bare else (".", 10)
        return SnmpRow(tag, bytes(int(part, base) for part in bare.split(separator)))
    # with a number; other octets are printed after "OPAQUE:"
    if name == "Opaque":
        kind, _, written_value = bare.partition(": ")
        if kind != "Float":
            raise _UnknownType
        return SnmpRow(tag, _FLOAT + struct.pack(">f", float(written_value.partition(" ")[0])))
    if name == "STRING":
        quotation = re.fullmatch(r'"(.*)"\s*', value, re.DOTALL)
        if quotation:
            value = re.sub(r"\\(.)", r"\1", quotation[1], flags=re.DOTALL)
        elif value.startswith('"'):
            raise ValueError(f"the text {value[:30]!r} does not end with a quote")
        return SnmpRow(tag, value.encode("utf-8", "surrogateescape"))
    # the octets of BITS are followed by names of bits
    digits = re.match(r"(?:[0-9A-Fa-f]{2}(?:\s+|$))*", bare)
    octets = digits[0] if digits else ""
    if name != "BITS" and octets != bare:
        raise ValueError(f"{bare[len(octets) :][:30]!r} is not hex: run snmpwalk without -OT")
    return SnmpRow(tag, bytes.fromhex(octets))
