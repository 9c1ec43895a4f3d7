"""What proves that a device does not have an object: a GET, because a walk alone is no proof
(github.com/prometheus/snmp_exporter/issues/541, an HPE PDU)."""

from __future__ import annotations

from collections.abc import Iterable

from .cells import Missing
from .tables import Computed, ComputedRows, Object, Source, Tables, object_of, table_of

# the indexes of the first rows of nearly all tables; two arcs are of a chain, from unit 1 or 0 on
_FIRST_ROWS = ("1", "1.1", "0.0")


def lacks(tables: Tables, source: Source, rows_beside: Iterable[str] = ()) -> bool:
    """Whether the device does not have the object of these values: no walk answers it, nor a GET in
    the first and the last of the rows that its table has, or that others show beside. Of rows of
    other tables, a GET proves nothing."""
    column = object_of(source)
    if column is None or (isinstance(source, Computed) and not source.is_by_row()):
        return False
    if any(oid == column.oid and tables.walk(oid) for oid, _ in column.columns()):
        return False
    rows = column.rows(tables)
    if not all(isinstance(value, Missing) for value in rows.values()):
        return False
    indexes = list(rows) or list(rows_beside)
    return not any(tables.has_cell(column, row) for row in (*indexes[:1], *indexes[-1:]))


def is_absent(tables: Tables, source: Source, rows: Iterable[str]) -> bool:
    """Whether neither a walk of an object nor a GET of the first of these rows has a value. False
    without rows."""
    if is_known_absent(tables, source):
        return True
    first = next(iter(rows), None)
    if first is None or tables.whole[source] or tables.one_row(first)[source]:
        return False
    if not isinstance(source, ComputedRows):  # a function may have rows in the next reading
        tables.reading.learnt.absent.add(_oid_of(tables, source))
    return True


def is_known_absent(tables: Tables, source: Source) -> bool:
    """Whether this call has learnt that the device does not have an object."""
    return _oid_of(tables, source) in tables.reading.learnt.absent


def _oid_of(tables: Tables, source: Source) -> str:
    """The OID of the object of a source's values."""
    column = object_of(source)
    return tables.resolve(column.oid) if column else ""


def is_optional_and_absent(tables: Tables, source: Source, rows: Iterable[str]) -> bool:
    """Whether the device lacks a column of values that some devices lack, as a GET of the first of
    these rows shows, or as none of them does."""
    column = object_of(source)
    first = next(iter(rows), None)
    is_optional = column is not None and column.optional
    return is_optional and (first is None or not tables.has_cell(source, first))


def is_walk_lost(tables: Tables, source: Source) -> bool:
    """Whether a walk of the source's object had no row, though a GET of its first row has a value.
    Only the rows with which nearly all tables begin are tried, and no object whose table another
    column shows to be empty."""
    column = object_of(source)
    if column is None:
        return False
    oids = [oid for oid, _ in column.columns()] or [column.oid]
    if not all(_is_only_empty_walk(tables, tables.resolve(oid)) for oid in oids):
        return False
    return any(tables.has_cell(column, row) for row in _FIRST_ROWS)


def _is_only_empty_walk(tables: Tables, oid: str) -> bool:
    """Whether a walk of this column had no row, and that of no other column that its table must
    have."""
    walks = tables.reading.answers.walks
    if walks.get(oid) != {} or oid in tables.reading.learnt.absent:
        return False
    columns = tables.reading.answers.columns.get(table_of(oid), {})
    return not any(
        walks.get(column) == {}
        for column, is_optional in columns.items()
        if not is_optional and column != oid
    )


def is_of_other_depth(tables: Tables, column: Object) -> bool:
    """Whether a walk of the column has rows, and none of them is the column's: another device has
    its own objects there."""
    return bool(tables.walk(column.oid)) and not tables[column]
