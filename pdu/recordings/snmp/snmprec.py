"""Files of rows: .snmprec (`OID|tag|value` in each line, the format of snmpsim), and the output of
`snmpwalk` (`OID = TYPE: value`).

A row is the type and value of one object, SnmpRow(INTEGER, 5), by its OID as a tuple. A tag is the
number of a type in BER, 2 for INTEGER.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from handlers.dcimanager.rows import LONGEST_TEXT, oid_arcs
from handlers.shared.errors import SettingsError
from pdu_common.snmp_client.tool_api import (
    ADDRESS,
    COUNTER64,
    INTEGER,
    OCTETS,
    OID,
)

from ...cli.output import counted
from . import walk_values
from .recorded_rows import NUMBERS, Arcs, Rows, SnmpRow, arcs, dotted
from .variation_modules import first_value

_LINE = re.compile(r"\.?[0-9]+(\.[0-9]+)+\|[0-9]+[xe]?(:[^|]*)?\|")
_RANGES = {INTEGER: (-(2**31), 2**31 - 1), COUNTER64: (0, 2**64 - 1)}
# lines before the first row, and how many of those that cannot be read are named
_MOST_BEFORE, _MOST_NAMED = 50, 5
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
# A row of snmpwalk begins with a numeric OID, or with a name (`iso`, `MIB::object`) and the index
# below it: arcs or quoted text.
_WALKED = re.compile(
    r"(?P<oid>(?:\.?[0-9]+|iso|[A-Za-z][\w-]*::[A-Za-z][\w-]*)"
    r'(?:\.(?:"(?:[^"\\]|\\.)*"|[^ ="])+)?) = (?P<rest>.*)',
    re.DOTALL,
)


class _UnknownName(Exception):
    """An unknown name where an OID should stand."""


@dataclass
class RowFile:
    r"""The rows of a file. A line that cannot be read is left out, and counted or named.

    >>> row_file = parse("1.3.6.1.2.1.1.5.0|4|web\n1.3.6.1|2|x\n")
    >>> len(row_file.rows), len(row_file.unreadable_lines)
    (1, 1)
    """

    rows: Rows = field(default_factory=dict)
    #: how many rows of a walk were left out because an unknown name is in place of an OID
    nameless_count: int = 0
    #: how many rows of a walk were left out because the type of their value is unknown
    typeless_count: int = 0
    #: the other lines that were left out, each with its number and the reason
    unreadable_lines: list[str] = field(default_factory=list)
    _number_by_oid: dict[Arcs, int] = field(default_factory=dict, repr=False, compare=False)

    @property
    def skip_reasons(self) -> list[str]:
        """What was left out of the file, a phrase for each reason; [] if nothing was.

        >>> RowFile(nameless_count=2, unreadable_lines=["line 7 (no row of snmpwalk)"]).skip_reasons
        ['2 rows with a name instead of a numeric OID', 'line 7 (no row of snmpwalk)']
        """
        reasons: list[str] = []
        if self.nameless_count:
            rows = counted(self.nameless_count, "row")
            reasons.append(f"{rows} with a name instead of a numeric OID")
        if self.typeless_count:
            rows = counted(self.typeless_count, "row")
            reasons.append(f"{rows} with a value of an unknown type")
        reasons += self.unreadable_lines[:_MOST_NAMED]
        further_count = len(self.unreadable_lines) - _MOST_NAMED
        if further_count > 0:
            reasons.append(counted(further_count, "more line"))
        return reasons

    def add(self, oid: Arcs, row: SnmpRow, number: int) -> None:
        """Add the row of the line with this number. Raises ValueError for an OID or a value that
        SNMP does not allow, and SettingsError if an earlier line has another value of the object:
        which of them the device has is not known.

        >>> row_file = RowFile()
        >>> row_file.add((1, 3, 6, 1), SnmpRow(INTEGER, 5), 1)
        >>> row_file.rows
        {(1, 3, 6, 1): SnmpRow(tag=2, value=5)}
        """
        _check_oid(oid)
        _check_size(row)
        if self.rows.get(oid, row) != row:
            raise SettingsError(
                f"lines {self._number_by_oid[oid]} and {number} have two values of the object"
                f" {dotted(oid)}: keep the one that the device has"
            )
        if oid not in self.rows:
            self.rows[oid] = row
            self._number_by_oid[oid] = number

    def leave_out(self, number: int, reason: str) -> None:
        """Add a line that is malformed or whose value cannot be read to `unreadable_lines`."""
        self.unreadable_lines.append(f"line {number} ({reason})")


def is_recording(text: str) -> bool:
    """Whether a text is one of these files: one of its first 50 lines is a row of a .snmprec or of
    snmpwalk.
    """
    return bool(_first_row(text))


def parse(text: str) -> RowFile:
    """The rows of a file in either format; no rows for another text. Raises SettingsError if one
    object has two values.
    """
    is_snmprec = _LINE.match(_first_row(text)) is not None
    return _snmprec(text) if is_snmprec else _walk(text)


def _first_row(text: str) -> str:
    r"""The first line that is a row, among the first 50 lines that are not blank or comments: a
    prompt, the command and its messages may stand before it. "" if there is none.

    >>> _first_row("$ snmpwalk -On 192.0.2.8\n.1.3.6.1 = INTEGER: 5\n")
    '.1.3.6.1 = INTEGER: 5'
    """
    lines = (line for line in text.split("\n") if line.strip() and not line.startswith("#"))
    for line in itertools.islice(lines, _MOST_BEFORE):
        if _LINE.match(line) or _WALKED.match(line):
            return line
    return ""


def snmprec_lines(rows: Mapping[Arcs, SnmpRow]) -> list[str]:
    """The lines of a .snmprec, in the order of the objects."""
    return [f"{dotted(oid)}|{_snmprec_line(rows[oid])}" for oid in sorted(rows)]


def _snmprec_line(row: SnmpRow) -> str:
    r"""Tag and value as in a line of a .snmprec; octets that are no printable ASCII in hex, behind
    a tag with an x.

    >>> _snmprec_line(SnmpRow(INTEGER, 5)), _snmprec_line(SnmpRow(OCTETS, b"\xff"))
    ('2|5', '4x|ff')
    """
    value = row.value
    if not isinstance(value, bytes):
        return f"{row.tag}|{row.raw!s}"
    if row.tag == ADDRESS and len(value) == 4:
        return f"{row.tag}|{row.raw!s}"
    if row.tag == OCTETS and value.isascii():
        text = value.decode("ascii")
        if text.isprintable():
            return f"{row.tag}|{text}"
    return f"{row.tag}x|{value.hex()}"


# ---- .snmprec ------------------------------------------------------------------------------------


def _snmprec(text: str) -> RowFile:
    r"""The rows of the text of a .snmprec file; malformed lines are in `unreadable_lines`.

    >>> row_file = _snmprec("1.3.6.1|2|5\n1.3.6.2|2|x\n")
    >>> row_file.rows, len(row_file.unreadable_lines)
    ({(1, 3, 6, 1): SnmpRow(tag=2, value=5)}, 1)
    """
    row_file = RowFile()
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            written_oid, written_kind, written_value = line.rstrip("\r").split("|", 2)
            oid = arcs(written_oid)  # first: what is no row has no first value of a module
            kind, value = first_value(written_kind, written_value)
            row_file.add(oid, _row(kind, value), number)
        except (ValueError, OverflowError) as error:
            row_file.leave_out(number, f"no valid row 'OID|tag|value': {str(error)[:80]}")
    return row_file


def _row(kind: str, value: str) -> SnmpRow:
    r"""The row in a line OID|kind|value of a .snmprec. `kind` is the tag of the type, behind which
    an x means a value in hex, and an e one with escapes. Raises ValueError.

    >>> _row("2", "5").value, _row("4x", "ff0a").value, _row("64", "192.0.2.8").value
    (5, b'\xff\n', b'\xc0\x00\x02\x08')
    """
    tag = int(kind.rstrip("xe"))
    if kind.endswith("x"):
        return SnmpRow(tag, bytes.fromhex(value))
    if kind.endswith("e"):
        return SnmpRow(tag, value.encode("latin-1").decode("unicode_escape").encode("latin-1"))
    if tag in NUMBERS:
        return SnmpRow(tag, int(value))
    if tag == OID:
        return SnmpRow(tag, arcs(value) if value else ())
    if tag == ADDRESS:
        return SnmpRow(tag, bytes(int(part) for part in value.split(".")))
    return SnmpRow(tag, value.encode("utf-8", "surrogateescape"))


def _check_oid(oid: Arcs) -> None:
    """Raises ValueError for an OID that BER cannot encode: it has 2 to 128 numbers, the first one
    up to 2, and the second one up to 39 if the first is less than 2 (X.690, 8.19.4).

    >>> _check_oid((1, 3, 6, 1))
    >>> _check_oid((1, 40, 6, 1))
    Traceback (most recent call last):
    ValueError: not a valid OID
    """
    largest_arc = 2**32 - 1
    if not 2 <= len(oid) <= 128 or min(oid) < 0 or max(oid) > largest_arc:
        raise ValueError("not a valid OID")
    first, second = oid[:2]
    largest_second = 39 if first < 2 else largest_arc
    if first > 2 or second > largest_second:
        raise ValueError("not a valid OID")


def _check_size(row: SnmpRow) -> None:
    """Raises ValueError for a number out of its range, for octets of another length than the type
    has, and for an OID that cannot be sent (RFC 2578, 7.1).

    >>> _check_size(SnmpRow(INTEGER, 2**31))
    Traceback (most recent call last):
    ValueError: 2147483648 is out of the range of its type
    """
    value = row.value
    if isinstance(value, int):
        least, most = _RANGES.get(row.tag, (0, 2**32 - 1))
        if not least <= value <= most:
            raise ValueError(f"{value} is out of the range of its type")
        return
    if isinstance(value, tuple):
        if value:
            _check_oid(value)
        return
    if row.tag in (*NUMBERS, OID):
        raise ValueError("octets cannot be a number or an OID")
    size = len(value)
    is_allowed = size == 4 if row.tag == ADDRESS else size <= LONGEST_TEXT
    if not is_allowed:
        raise ValueError(f"{size} octets are too many or too few for its type")


# ---- snmpwalk ------------------------------------------------------------------------------------


def _walk(text: str) -> RowFile:
    r"""The rows of the output of snmpwalk. Lines that are no row, and rows with an unknown name or
    type, are left out and counted or named in the result.

    >>> row_file = _walk(".1.3.6.1 = INTEGER: on(1)\nTimeout\n")
    >>> row_file.rows, row_file.unreadable_lines
    ({(1, 3, 6, 1): SnmpRow(tag=2, value=1)}, ['line 2 (no row of snmpwalk)'])
    """
    row_file = RowFile()
    numbered_matches = [(number, _WALKED.match(row)) for number, row in _rows_of_walk(text)]
    matches = [match for _, match in numbered_matches if match is not None]
    has_types = any(walk_values.is_typed(match["rest"]) for match in matches)
    # a DISPLAY-HINT is one of the column, whose other numbers may have no letter
    hexadecimal_columns = {
        _column(match) for match in matches if walk_values.is_hexadecimal(match["rest"])
    }
    for number, match in numbered_matches:
        if match is None:
            # its text may be a command with a community
            row_file.leave_out(number, "no row of snmpwalk")
            continue
        is_hex = _column(match) in hexadecimal_columns
        try:
            oid = _oid(match["oid"])
            row = walk_values.parse_value(match["rest"], _oid, has_types=has_types, is_hex=is_hex)
            if row is not None:
                row_file.add(oid, row, number)
        except _UnknownName:
            row_file.nameless_count += 1
        except walk_values.UnknownType:
            row_file.typeless_count += 1
        except (ValueError, OverflowError) as error:
            row_file.leave_out(number, str(error)[:80])
    return row_file


def _column(match: re.Match[str]) -> str:
    """The OID of a row without its last number: ".1.3.6.9.2" is in the column ".1.3.6.9"."""
    column, _, _ = match["oid"].rpartition(".")
    return column


def _rows_of_walk(text: str) -> Iterator[tuple[int, str]]:
    r"""The number of the first line and the text of each row in the output of snmpwalk, whose texts
    and octets may continue on the next lines. A line that is no part of a row is one by itself; one
    that begins with # is a comment, except between quotes.

    >>> list(_rows_of_walk('.1.3.6.1 = STRING: "a\nb"\n# comment\n.1.3.6.2 = INTEGER: 5'))
    [(1, '.1.3.6.1 = STRING: "a\nb"'), (4, '.1.3.6.2 = INTEGER: 5')]
    """
    rows: list[tuple[int, list[str]]] = []
    lines: list[str] = []  # of the last row
    in_quotes = False  # a text between quotes continues on the next line
    for number, ended_line in enumerate(text.split("\n"), 1):
        line = ended_line.rstrip("\r")
        is_comment = line.startswith("#") and not in_quotes
        if is_comment:
            continue
        match = _WALKED.match(line)
        if match is None and (in_quotes or _may_go_on(lines, line)):
            lines.append(line)
            if walk_values.has_odd_quotes(line):
                in_quotes = not in_quotes
        elif line.strip():
            lines = [line]
            rows.append((number, lines))
            in_quotes = match is not None and walk_values.opens_quotes(match["rest"])
    for number, lines in rows:
        row = "\n".join(lines)
        yield number, row.rstrip("\n")


def _may_go_on(lines: Sequence[str], line: str) -> bool:
    """Whether a line may belong to the row in `lines`, those before it; False for no lines. A text
    without quotes goes on over any line, octets in hexadecimal over lines of octets, and any other
    value at most over an empty line.

    >>> _may_go_on([".1.3.6.1 = Hex-STRING: 00 1A"], "FF 02"), _may_go_on([], "FF 02")
    (True, False)
    """
    match = _WALKED.match("\n".join(lines))
    return match is not None and walk_values.may_go_on(match["rest"], line)


def _oid(text: str) -> Arcs:
    """The OID of a row: numbers, or a name that Net-SNMP prints (snmpwalk without -On) with the
    numbers below it. Raises _UnknownName for another name.

    >>> _oid("SNMPv2-MIB::sysName.0")
    (1, 3, 6, 1, 2, 1, 1, 5, 0)
    """
    name, dot, arcs_below = text.partition(".")
    begin = _NAMES.get(name, name)
    oid = oid_arcs(f"{begin}{dot}{arcs_below}")
    if oid is None:
        raise _UnknownName
    return oid
