"""The lines and breakers of an SNMP PDU, for tools; in no archive.

They are the rows of the figures that make up the load, which `statistic` only sums: each row is a
*part*, a line (L1) or breaker (B1) with its current in A. A row is called by its index in the
table: "2", or "1.2" if it names the unit of a chain of units first; an index that an answer lacks
is lost: "1." or ".". Few MIBs say which outlet is behind which part, so that stays unknown.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Optional

from handlers.snmp.cells import is_index_missing
from handlers.snmp.decoding import text
from handlers.snmp.device import SnmpDevice
from handlers.snmp.handler import Session
from handlers.snmp.measurements import Measurement
from handlers.snmp.tables import Tables, objects_of
from handlers.snmp.totals import Total

from ..topology import BREAKER, LINE, MeteredPart, numbered_label

_BREAKERS = re.compile(r"bank|branch|breaker|circuit|group|fuse", re.IGNORECASE)
_NUMBERED_LINE = r"(?:Ph|LC|L)[1-3N]"
_LINES = re.compile(rf"(?i:phase|line|pole|infeed)|{_NUMBERED_LINE}")
_TOTALS = re.compile(r"total$|^total|totalcurrent|inputtotal", re.IGNORECASE)
# what the first unit of a chain is called: its parts have no unit in their labels
_FIRST_UNITS = ("0", "1")


def read_topology(session: Session) -> list[MeteredPart]:
    """The current of each line and breaker of the device of a session. Reads each object that its
    load has not needed. Raises the errors of handlers/shared/errors.py.

        > WALK rPDU2PhaseStatusCurrent     < 1: 12, 2: 24 (tenths)
        [MeteredPart(LINE, "L1", 1.2), MeteredPart(LINE, "L2", 2.4)]
    """
    return parts_of_device(session.device)


def parts_of_device(device: SnmpDevice) -> list[MeteredPart]:
    """The lines and breakers of a device. Of two figures of lines, the second is another quantity,
    and only serves units of a chain that the first does not have:

        figure             rows of it             returned
        phase current      1.1, 1.2               1.L1, 1.L2
        phase in tenths    1.1, 2.1               2.L1
        bank current       1.1                    1.B1
        total current      1                      (a total is no part)
    """
    load = device.profile.load
    if load is None:
        return []
    tables = device.tables.of_known_family(load.sources())
    most_amperes = device.profile.ceilings.part_a
    parts: list[MeteredPart] = []
    # kind -> the units of a chain that have such parts already
    units: dict[str, set[str]] = {LINE: set(), BREAKER: set()}
    for figure in load.figures:
        kind = part_kind(figure)
        if kind is None:
            continue
        value_by_row = figure.rows(tables, most_amperes, device.valid_rows)
        rows = [row for row in value_by_row if not _is_of(load, row, units[kind])]
        units[kind].update(_unit(load, row) for row in rows)
        labels = _labels(kind, figure, rows, tables)
        for row in rows:
            value = value_by_row[row]
            current_a = float(value) if isinstance(value, Decimal) else value
            parts.append(MeteredPart(kind, labels[row], current_a))
    return parts


def _unit(load: Total, row: str) -> str:
    """The unit of the chain to which a row of the load belongs: "1" of the row "1.2"; "" if the PDU
    is no chain.
    """
    return load.unit.of(row) if load.unit is not None else ""


def _is_of(load: Total, row: str, units: Collection[str]) -> bool:
    """Whether a row of the load belongs to one of these units of a chain. The row ".", whose index
    is lost as a whole, may belong to any of them.
    """
    unit = _unit(load, row)
    return unit in units or (bool(units) and is_index_missing(row) and not unit.strip("."))


def part_kind(figure: Measurement) -> Optional[str]:
    """Whether the rows of a figure are lines or breakers, by the names of its objects in the MIB:
    LINE, BREAKER, or None for a total and for names that say neither.

    >>> from handlers.snmp.profiles import PROFILE_BY_KEY
    >>> part_kind(PROFILE_BY_KEY["apc-rpdu2"].load.figures[0])  # rPDU2PhaseStatusCurrent
    'line'
    >>> part_kind(PROFILE_BY_KEY["aten-pe2"].load.figures[2])  # bankReadingCur
    'breaker'
    >>> part_kind(PROFILE_BY_KEY["aten-pe"].load.figures[1])  # deviceCurrent
    """
    names = [part.object for part in objects_of([figure.source]) if part.object]
    if not names:
        return None
    measured_name = names[0]
    if _TOTALS.search(measured_name) and not re.search(_NUMBERED_LINE, measured_name):
        return None
    if _BREAKERS.search(measured_name):
        return BREAKER
    # The other objects count or select the rows. One that names lines says what the rows are, such
    # as upsOutputNumLines. One that names banks or a total does not: rPDULoadStatusBankNumber
    # leaves the banks out, and deviceInFeedTotal is a count.
    is_line = any(map(_LINES.search, names))
    return LINE if is_line else None


def _labels(
    kind: str, figure: Measurement, rows: Collection[str], tables: Tables
) -> dict[str, str]:
    """Row -> label of its part, made of its index, with `?` for one that is lost. If the table of
    the figure numbers the parts of a whole chain, made of the unit and the number on this unit:

        rows                    labels of lines
        1, 2                    L1, L2
        1.1, 1.2                1.L1, 1.L2
        1 to 6, unit 2 from 4   L1, L2, L3, 2.L1, 2.L2, 2.L3
        4, unit 2; 1 is lost    2.row 4
    """
    units = _units_of_rows(figure, rows, tables)
    numbers = _numbers_on_units(units)
    labels: dict[str, str] = {}
    for row in rows:
        if is_index_missing(row):
            unit = row.strip(".")
            labels[row] = numbered_label(kind, "?", _prefix(unit))
            continue
        if row not in units:
            labels[row] = label_of(kind, row)
            continue
        prefix = "" if units[row] in _FIRST_UNITS else _prefix(units[row])
        labels[row] = f"{prefix}row {row}"
        if row in numbers:
            labels[row] = numbered_label(kind, numbers[row], prefix)
    return labels


def _prefix(unit: str) -> str:
    """What the labels of a unit's parts begin with: "2." of unit 2, "" of no unit."""
    return f"{unit}." if unit else ""


def _units_of_rows(figure: Measurement, rows: Collection[str], tables: Tables) -> Mapping[str, str]:
    """Row -> unit of the chain, if the figure's table numbers the parts of a whole chain, so that
    row 4 may be the first one of unit 2. {} for one unit, and if the indexes name the units.

        rows 1 to 6, units 1 1 1 2 2 2    {"1": "1", ..., "4": "2", "5": "2", "6": "2"}
        rows 1 to 3, units 1 1 1          {}
        rows 1.1, 2.1                     {}
    """
    if figure.unit_of_row is None:
        return {}
    if not all(is_index_missing(row) or row.isdigit() for row in rows):
        return {}
    unit_by_row = tables[figure.unit_of_row]
    units = {row: text(unit_by_row[row]) for row in rows if row in unit_by_row}
    has_several = len(set(units.values())) > 1
    return units if has_several else {}


def _numbers_on_units(units: Mapping[str, str]) -> Mapping[str, str]:
    """Row -> its number among the rows of its unit, counted from 1. `units`: row -> unit. {} if a
    row, or the unit of a row, is missing: it would shift the numbers of those behind it.

    >>> _numbers_on_units({"1": "a", "2": "a", "3": "b"})
    {'1': '1', '2': '2', '3': '1'}
    >>> _numbers_on_units({"1": "a", "3": "b"})
    {}
    """
    if "" in units.values():
        return {}
    rows = sorted(units, key=int)
    counts: Counter[str] = Counter()
    numbers: dict[str, str] = {}
    for expected_number, row in enumerate(rows, 1):
        if int(row) != expected_number:
            return {}
        unit = units[row]
        counts[unit] += 1
        numbers[row] = str(counts[unit])
    return numbers


def label_of(kind: str, row: str) -> str:
    """The label of the part in a row, whose index may name the unit before the number.

    >>> label_of(LINE, "2"), label_of(BREAKER, "1.3")
    ('L2', '1.B3')
    """
    unit, _, last = row.rpartition(".")
    if last.isdigit():
        return numbered_label(kind, last, _prefix(unit))
    return f"{_prefix(unit)}{last}"
