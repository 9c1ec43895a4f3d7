"""What proves that a device does not have an object, so that its figure is "not metered" and not
"not known": a GET in a row where it would be. A walk without rows alone is no proof, as agents lose
walks (github.com/prometheus/snmp_exporter/issues/541, an HPE PDU).
"""

from __future__ import annotations

from collections.abc import Iterable

from .cells import Missing
from .tables import Computed, ComputedRows, Object, Source, Tables, object_of, table_of

# the indexes of the first rows of nearly all tables; two arcs are of a chain, from unit 1 or 0 on
_FIRST_ROWS = ("1", "1.1", "0.0")


def lacks(tables: Tables, source: Source, rows_beside: Iterable[str] = ()) -> bool:
    """Whether the device does not have the object of these values: no walk has a row of it, nor a
    GET in the first and the last of its table's rows.

        walk of amperes: none; outlets 1 to 8; GET amperes.1 and amperes.8: none  ->  True
        the same, and GET amperes.8 reads 15                                      ->  False

    rows_beside: the rows to try where the table itself shows none, such as those of the outlets.
    False for values computed over several rows: a GET in rows of other tables proves nothing.
    """
    column = object_of(source)
    if column is None or (isinstance(source, Computed) and not source.is_by_row()):
        return False
    if any(oid == column.oid and tables.walk(oid) for oid, _ in column.columns()):
        return False
    rows = column.rows(tables)
    if not all(isinstance(value, Missing) for value in rows.values()):
        return False
    indexes = list(rows) or list(rows_beside)
    first_and_last = (*indexes[:1], *indexes[-1:])
    return not any(tables.has_cell(column, row) for row in first_and_last)


def is_absent(tables: Tables, source: Source, rows: Iterable[str]) -> bool:
    """Whether the device does not have an object, as its walk has no row and a GET of the first of
    `rows` has no value. False if `rows` is empty, as nothing can be asked. This call remembers a
    True, and asks no second time.

        walk of pending: none; outlets 1 to 8; GET pending.1: none  ->  True
    """
    if is_known_absent(tables, source):
        return True
    first = next(iter(rows), None)
    if first is None:
        return False
    has_value = tables.with_all_rows[source] or tables.one_row(first)[source]
    if has_value:
        return False
    if not isinstance(source, ComputedRows):  # a function may have rows in the next reading
        tables.reading.learnt.absent.add(_oid_of(tables, source))
    return True


def is_known_absent(tables: Tables, source: Source) -> bool:
    """Whether an earlier question of this call showed that the device does not have the object."""
    return _oid_of(tables, source) in tables.reading.learnt.absent


def _oid_of(tables: Tables, source: Source) -> str:
    """The whole OID of the object of a source's values, below the root that the device has; "" for
    values that are of no one object.
    """
    column = object_of(source)
    return tables.resolve(column.oid) if column else ""


def is_optional_and_absent(tables: Tables, source: Source, rows: Iterable[str]) -> bool:
    """Whether the device does not have a column that some devices of the family lack (`optional`):
    a GET of the first of `rows` has no value, or `rows` is empty.

        optional amperes, outlets 1 to 8, GET amperes.1: none  ->  True
        the same, and GET amperes.1 reads 15                   ->  False
        a column that each device has                          ->  False
    """
    column = object_of(source)
    first = next(iter(rows), None)
    is_optional = column is not None and column.optional
    return is_optional and (first is None or not tables.has_cell(source, first))


def is_walk_lost(tables: Tables, source: Source) -> bool:
    """Whether an agent has lost a walk: it had no row, though a GET of a first row has a value.

        walk of amperes: none; GET amperes.1 reads 15  ->  True

    The rows tried are 1, 1.1 and 0.0, with which nearly all tables begin. False, without a GET,
    where another column of the same table had no row either: then the table is empty.
    """
    column = object_of(source)
    if column is None:
        return False
    oids = [oid for oid, _ in column.columns()] or [column.oid]
    if not all(_is_only_empty_walk(tables, tables.resolve(oid)) for oid in oids):
        return False
    return any(tables.has_cell(column, row) for row in _FIRST_ROWS)


def _is_only_empty_walk(tables: Tables, oid: str) -> bool:
    """Whether a walk of this column had no row, and no other column that each device with the table
    has was walked without a row.

        amperes: none, states: 8 rows  ->  True
        amperes: none, states: none    ->  False, the table is empty
    """
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
    """Whether a walk of the column has rows and none is the column's, as their indexes have another
    number of arcs: a device of another kind has its own objects at this OID.

        a column with the suffix "1"; walk {"1.0.3": 7}  ->  True
    """
    return bool(tables.walk(column.oid)) and not tables[column]
