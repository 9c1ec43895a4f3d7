"""Files of rows: .snmprec (`OID|tag|value` in each line, the format of snmpsim), and what `snmpwalk` prints."""
from __future__ import annotations

import re
from typing import Callable, Iterator, List, Mapping, NamedTuple, Optional, Tuple

from ....errors import SettingsError
from ....host.rows import LONGEST_TEXT, oid_arcs
from .rows import ADDRESS, COUNTER, COUNTER64, GAUGE, INTEGER, NUMBERS, OCTETS, OID, OPAQUE, TICKS, Arcs, Row, Rows, arcs, dotted

_LINE = re.compile(r"\.?[0-9]+(\.[0-9]+)+\|[0-9]+[xe]?(:[^|]*)?\|")
# The beginning of a row of snmpwalk: an OID in numbers, below a name that net-snmp always knows, or of a MIB.
_WALKED = re.compile(r"(?P<oid>(?:\.?[0-9]+|iso|[A-Za-z][\w-]*::[A-Za-z][\w-]*)(?:\.[^ =]+)?) = (?P<rest>.*)", re.DOTALL)
_TYPED = re.compile(r"(?:Wrong Type \(should be [^)]*\): )?(?P<type>[A-Za-z][A-Za-z0-9 -]*?): ?(?P<value>.*)", re.DOTALL)
_RANGES = {INTEGER: (-2**31, 2**31 - 1), COUNTER64: (0, 2**64 - 1)}
_NOTHING = ("No Such ", "No more variables", "NULL")
# Objects of the system group and roots that Net-SNMP prints by name whatever MIBs it has; others need `snmpwalk -On`.
_NAMES = {"SNMPv2-MIB::sysDescr": "1.3.6.1.2.1.1.1", "SNMPv2-MIB::sysObjectID": "1.3.6.1.2.1.1.2",
          "SNMPv2-MIB::sysContact": "1.3.6.1.2.1.1.4", "SNMPv2-MIB::sysName": "1.3.6.1.2.1.1.5",
          "SNMPv2-MIB::sysLocation": "1.3.6.1.2.1.1.6", "SNMPv2-MIB::sysServices": "1.3.6.1.2.1.1.7",
          "DISMAN-EVENT-MIB::sysUpTimeInstance": "1.3.6.1.2.1.1.3.0", "SNMPv2-MIB::sysUpTime": "1.3.6.1.2.1.1.3",
          "SNMPv2-SMI::enterprises": "1.3.6.1.4.1", "SNMPv2-SMI::mib-2": "1.3.6.1.2.1", "SNMPv2-SMI::experimental": "1.3.6.1.3",
          "SNMPv2-SMI::private": "1.3.6.1.4", "SNMPv2-SMI::zeroDotZero": "0.0", "iso": "1"}


class Parsed(NamedTuple):
    """The rows of a file; `left_out` counts lines of a walk whose object is known by its name alone."""

    rows: Rows
    left_out: int = 0


def is_recording(text: str) -> bool:
    """Whether the first line of rows is one of a .snmprec, or of a walk."""
    first = _first_row(text)
    return bool(_LINE.match(first) or _WALKED.match(first))


def parse(text: str) -> Parsed:
    """The rows of either format. Raises SettingsError with the number of the line."""
    return Parsed(_snmprec(text)) if _LINE.match(_first_row(text)) else _walk(text)


def _first_row(text: str) -> str:
    return next((line for line in text.splitlines() if line.strip() and not line.startswith("#")), "")


def written(rows: Mapping[Arcs, Row]) -> List[str]:
    """The lines of a .snmprec, in the order of the objects."""
    return [f"{dotted(oid)}|{_written(rows[oid])}" for oid in sorted(rows)]


def _written(row: Row) -> str:
    if isinstance(row.value, int):
        return f"{row.tag}|{row.value}"
    if isinstance(row.value, tuple):
        return f"{row.tag}|{dotted(row.value)}"
    if row.tag == ADDRESS and len(row.value) == 4:
        return f"{row.tag}|{'.'.join(map(str, row.value))}"
    plain = row.tag == OCTETS and row.value.isascii() and row.value.decode("ascii").isprintable()
    return f"{row.tag}|{row.value.decode('ascii')}" if plain else f"{row.tag}x|{row.value.hex()}"


# ---- .snmprec ------------------------------------------------------------------------------------------------

def _snmprec(text: str) -> Rows:
    rows: Rows = {}
    for number, line in enumerate(text.split("\n"), 1):
        line = line.rstrip("\r")
        if not line or line.startswith("#"):
            continue
        try:
            oid, kind, value = line.split("|", 2)
            rows[_checked(arcs(oid))] = _sized(_row(kind.partition(":")[0], value))
        except (ValueError, OverflowError) as error:
            raise SettingsError(f"line {number} of the recording is no row 'OID|tag|value' ({str(error)[:80]})") from None
    return rows


def _row(kind: str, value: str) -> Row:
    tag = int(kind.rstrip("xe"))
    if kind.endswith("x"):
        return Row(tag, bytes.fromhex(value))
    if kind.endswith("e"):
        return Row(tag, value.encode("latin-1").decode("unicode_escape").encode("latin-1"))
    if tag in NUMBERS:
        return Row(tag, int(value))
    if tag == OID:
        return Row(tag, arcs(value) if value else ())
    if tag == ADDRESS:
        return Row(tag, bytes(int(part) for part in value.split(".")))
    return Row(tag, value.encode("utf-8", "surrogateescape"))


def _checked(oid: Arcs) -> Arcs:
    if len(oid) < 2 or oid[0] > 2 or any(not 0 <= arc < 2**32 for arc in oid) or len(oid) > 128:
        raise ValueError("no OID")
    return oid


def _sized(row: Row) -> Row:
    """The row, if a message can hold it (RFC 2578, 7.1). Raises ValueError."""
    if isinstance(row.value, int):
        least, most = _RANGES.get(row.tag, (0, 2**32 - 1))
        if not least <= row.value <= most:
            raise ValueError(f"{row.value} is out of the range of its type")
    elif isinstance(row.value, bytes):
        if row.tag == ADDRESS and len(row.value) != 4 or len(row.value) > LONGEST_TEXT:
            raise ValueError("a value of a wrong length")
    elif row.value:
        _checked(row.value)
    return row


# ---- snmpwalk ------------------------------------------------------------------------------------------------

def _walk(text: str) -> Parsed:
    """Types as Net-SNMP prints them (`STRING: "..."`, `Hex-STRING: 00 1A`, `Timeticks: (12) 0:00:00.12`, `INTEGER: on(1)`)."""
    rows: Rows = {}
    left_out = 0
    for number, whole in _statements(text):
        found = _WALKED.match(whole)
        if found is None:
            raise SettingsError(f"line {number} of the recording is neither 'OID|tag|value' nor a row of snmpwalk")
        oid = _oid(found["oid"])
        if oid is None:
            left_out += 1
            continue
        try:
            row = _typed(found["rest"])
            if row is not None:
                rows[_checked(oid)] = _sized(row)
        except (ValueError, OverflowError) as error:
            raise SettingsError(f"line {number} of the recording: {str(error)[:80]}") from None
    return Parsed(rows, left_out)


def _statements(text: str) -> Iterator[Tuple[int, str]]:
    """Rows with the lines that follow them: texts and octets go on over several lines."""
    begun: List[str] = []
    start = 0
    for number, line in enumerate(text.split("\n"), 1):
        line = line.rstrip("\r")
        if _WALKED.match(line):
            if begun:
                yield start, "\n".join(begun).rstrip("\n")
            begun, start = [line], number
        elif begun:
            begun.append(line)
        elif line.strip() and not line.startswith("#"):
            yield number, line
    if begun:
        yield start, "\n".join(begun).rstrip("\n")


def _oid(said: str) -> Optional[Arcs]:
    name, _, index = said.partition(".") if "::" in said or said.startswith("iso") else ("", "", said)
    if name:
        root = _NAMES.get(name)
        said = f"{root}.{index}" if root and index else root or ""
    return oid_arcs(said) or None


def _typed(said: str) -> Optional[Row]:
    if said.startswith(_NOTHING):
        return None
    if said in ('""', ""):
        return Row(OCTETS, b"")
    found = _TYPED.match(said)
    if found is None:
        raise ValueError("no type: walk with the types, as snmpwalk prints them without -Oq")
    return _TYPES[found["type"]](found["value"]) if found["type"] in _TYPES else None


def _number(tag: int) -> Callable[[str], Row]:
    def read(said: str) -> Row:
        number = re.search(r"\((-?[0-9]+)\)", said) or re.match(r"\s*(-?[0-9]+)", said)
        if number is None:
            raise ValueError(f"{said[:30]!r} is no number")
        return Row(tag, int(number[1]))
    return read


def _octets(said: str) -> Row:
    if said.startswith('"') and said.rstrip().endswith('"') and len(said.rstrip()) > 1:
        said = re.sub(r"\\(.)", r"\1", said.rstrip()[1:-1], flags=re.DOTALL)
    return Row(OCTETS, said.encode("utf-8", "surrogateescape"))


def _hexed(tag: int) -> Callable[[str], Row]:
    def read(said: str) -> Row:
        digits = re.match(r"(?:[0-9A-Fa-f]{2}(?:\s+|$))*", said.strip())       # BITS have the names of the bits behind them
        return Row(tag, bytes.fromhex(digits[0] if digits else ""))
    return read


def _identifier(said: str) -> Row:
    return Row(OID, _oid(said.strip()) or ())


def _address(said: str) -> Row:
    separator, base = (":", 16) if ":" in said else (".", 10)
    return Row(ADDRESS, bytes(int(part, base) for part in said.strip().split(separator)))


_TYPES: Mapping[str, Callable[[str], Row]] = {
    "INTEGER": _number(INTEGER), "Counter32": _number(COUNTER), "Gauge32": _number(GAUGE), "Unsigned32": _number(GAUGE),
    "UInteger32": _number(GAUGE), "Counter64": _number(COUNTER64), "Timeticks": _number(TICKS), "STRING": _octets,
    "Hex-STRING": _hexed(OCTETS), "BITS": _hexed(OCTETS), "OID": _identifier, "IpAddress": _address, "Network Address": _address,
    "Opaque": _hexed(OPAQUE)}
