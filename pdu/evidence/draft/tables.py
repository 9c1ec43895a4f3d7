"""Finds the tables of a recording, with or without a MIB: columns whose rows have the same indexes.
Pure.

The OID of a column is `<table>.1.<column>`; a row adds its index (SMIv2, RFC 2578, 7.7 to 7.10). A
recording does not show where the column ends and the index begins, so several ways to split an OID
are compared, with indexes of up to _DEEPEST arcs. A split is more likely if the entry's last arc is
1, and if other columns have the same indexes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from ...recordings.snmp.recorded_rows import Arcs, Rows, SnmpRow, arcs

# ENERGY-OBJECT-MIB (RFC 7460)
VENDORS, ENERGY = arcs("1.3.6.1.4.1"), arcs("1.3.6.1.2.1.229")
# longest index that is tried, in arcs; some indexes spell a serial number
_DEEPEST = 16
_LEAST, _MOST = 2, 400  # fewest rows of a column that no MIB defines, most rows of any column
# without a MIB, the entry of a one-column table has at least this many arcs below the vendor's
# number
_SHALLOW = 3
_ENTRY = 1  # the arc of an entry below its table
# Objects of the agent, which are not part of the PDU.
# UCD-SNMP-MIB, NET-SNMP-MIB
AGENTS = tuple(map(arcs, ("1.3.6.1.4.1.2021", "1.3.6.1.4.1.8072")))

Index = tuple[int, ...]
_Columns = dict[Arcs, dict[Index, "SnmpRow"]]  # OID of a column -> its rows


class WalkedColumn(NamedTuple):
    """One column: its OID, and its rows, sorted by index."""

    oid: Arcs
    rows: dict[Index, SnmpRow]

    @property
    def indexes(self) -> frozenset[Index]:
        return frozenset(self.rows)

    @property
    def row_oids(self) -> list[Arcs]:
        return [self.oid + index for index in self.rows]


class WalkedTable(NamedTuple):
    """Columns with the same indexes below one entry."""

    entry: Arcs
    columns: list[WalkedColumn]

    @property
    def size(self) -> int:
        """The number of rows."""
        return len(self.columns[0].rows)


def tables(rows: Rows, columns: Collection[Arcs] = ()) -> list[WalkedTable]:
    """The tables, in the order of their OIDs.

    A row is in at most one table. `columns`: OIDs of a MIB's objects.
    """
    device_rows = {oid: row for oid, row in rows.items() if _is_of_device(oid)}
    likeliest_first = _tables_of_columns(device_rows, columns)
    likeliest_first += sorted(_candidates(device_rows), key=_weight, reverse=True)
    taken_oids: set[Arcs] = set()
    table_list: list[WalkedTable] = []
    for table in likeliest_first:
        free_columns = []
        for column in table.columns:
            if taken_oids.isdisjoint(column.row_oids):
                free_columns.append(column)
        if not free_columns:
            continue
        for column in free_columns:
            taken_oids.update(column.row_oids)
        table_list.append(WalkedTable(table.entry, free_columns))
    return sorted(table_list, key=lambda table: (table.entry, table.columns[0].oid))


def _is_of_device(oid: Arcs) -> bool:
    return _is_below(oid, (VENDORS, ENERGY)) and not _is_below(oid, AGENTS)


def _is_below(oid: Arcs, roots: Iterable[Arcs]) -> bool:
    return any(oid[: len(root)] == root for root in roots)


def _candidates(rows: Mapping[Arcs, SnmpRow]) -> Iterator[WalkedTable]:
    """The tables that the rows make if the last arc of each is its index, then the last two, and so
    on: a row may be in several of them.
    """
    for depth in range(1, _DEEPEST + 1):
        columns = _columns_of_depth(rows, depth)
        for table in _tables_of(columns, _LEAST):
            is_deep = len(table.entry) > len(VENDORS) + _SHALLOW
            is_entry = is_deep and table.entry[-1] == _ENTRY
            if is_entry or len(table.columns) > 1:
                yield table


def _columns_of_depth(rows: Mapping[Arcs, SnmpRow], depth: int) -> _Columns:
    """The columns if the last `depth` arcs of each row are its index, without rows whose OID is too
    short, or ends with the 0 of a scalar.
    """
    columns: _Columns = defaultdict(dict)
    for oid, row in rows.items():
        column_oid, index = oid[:-depth], oid[-depth:]
        is_long = len(column_oid) > len(VENDORS) + 2
        is_zero = not any(index) and column_oid[-1:] == (0,)
        if is_long and not is_zero:
            columns[column_oid][index] = row
    return columns


def _tables_of_columns(rows: Mapping[Arcs, SnmpRow], oids: Collection[Arcs]) -> list[WalkedTable]:
    """The tables that the columns with these OIDs make."""
    columns: _Columns = defaultdict(dict)
    for oid, row in rows.items():
        # the longest that fits
        for end in range(len(oid) - 1, len(VENDORS), -1):
            column_oid, index = oid[:end], oid[end:]
            if column_oid in oids:
                columns[column_oid][index] = row
                break
    columns_without_scalars = {}
    for column_oid, row_by_index in columns.items():
        if list(row_by_index) != [(0,)]:
            columns_without_scalars[column_oid] = row_by_index
    return _tables_of(columns_without_scalars, 1)


def _tables_of(columns: _Columns, least: int) -> list[WalkedTable]:
    """Make tables of the columns with `least` to _MOST rows.

    Columns below one entry with the same indexes form a table.
    """
    groups: dict[tuple[Arcs, frozenset[Index]], list[WalkedColumn]] = defaultdict(list)
    for oid, row_by_index in columns.items():
        if least <= len(row_by_index) <= _MOST:
            rows = dict(sorted(row_by_index.items()))
            column = WalkedColumn(oid, rows)
            entry = oid[:-1]
            groups[entry, column.indexes].append(column)
    table_list = []
    for (entry, _), members in groups.items():
        members.sort(key=lambda column: column.oid)
        table_list.append(WalkedTable(entry, members))
    return table_list


def _weight(table: WalkedTable) -> tuple[int, int, int, int]:
    """How likely it is that the OIDs of a table were split at the right place."""
    is_entry = table.entry[-1] == _ENTRY
    depth = len(table.entry)
    if len(table.columns) == 1:
        # behind those of several columns; of these, the shortest index is the likeliest
        return False, is_entry, 0, depth
    is_likely = is_entry or not _is_one_column(table)
    cell_count = len(table.columns) * table.size
    return is_entry, is_likely, cell_count, -depth


def _is_one_column(table: WalkedTable) -> bool:
    """Whether `table` looks like one column that was split inside an index such as unit.outlet.

    Its entry is then the OID of a column, `<table>.1.<column>`, and all its values have one type.
    False for column 1: its OID ends with 1, as the OID of an entry does (RFC 2578, 7.10).
    """
    *entry, column_arc = table.entry
    is_deep = len(entry) > len(VENDORS) + _SHALLOW
    if column_arc == _ENTRY or entry[-1] != _ENTRY or not is_deep:
        return False
    tags = set()
    for column in table.columns:
        for row in column.rows.values():
            tags.add(row.tag)
    return len(tags) == 1
