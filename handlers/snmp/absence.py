"""What proves that a device does not have an object, so that its figure is "not metered" and not
"not known": a GET in a row where it would be. A walk without rows alone is no proof, as agents lose
walks (github.com/prometheus/snmp_exporter/issues/541, an HPE PDU).

A source is an object of the MIB, or a function that makes rows of several (`Computed`);
`object_of(source)` is the object of its values. `tables.walk(oid)` is {index: value}, {} without
any row; `tables.has_cell(column, "7")` is whether a GET of row 7 has a value. `column.columns()`
are the OIDs of the columns that an object reads, each with whether some devices lack it; none for
a scalar. Each request is sent once in a reading of the device, and its answer kept:

    tables.reading.answers.walks      {oid: rows} of what was walked so far
    tables.reading.answers.columns    {table: {oid: whether it is optional}} of what was asked for
    tables.reading.learnt.absent      the OIDs of columns that the device lacks
"""

from __future__ import annotations

from collections.abc import Iterable

from .cells import Missing
from .tables import Computed, ComputedRows, Object, Source, Tables, object_of, table_of

# the indexes of the first rows of nearly all tables; two arcs are of a chain, from unit 1 or 0 on
_FIRST_ROWS = ("1", "1.1", "0.0")


def lacks(tables: Tables, source: Source, other_rows: Iterable[str] = ()) -> bool:
    """Whether the device does not have the object of these values: no walk has a value of it, nor a
    GET in the first and the last of its table's rows.

        walk amperes -> nothing; outlets 1 to 8; get amperes.1, amperes.8 -> nothing    True
        the same, but get amperes.8 -> 15                                               False
        walk amperes {"1": 15}                                                          False
        amperes computed over several rows, as a sum                                    False

    other_rows: the rows to try where the table itself shows none, such as those of the outlets. Of
    values computed over several rows, a GET in these proves nothing.
    """
    column = object_of(source)
    is_of_several_rows = isinstance(source, Computed) and not source.is_by_row()
    if column is None or is_of_several_rows:
        return False
    is_in_table = column.oid in [oid for oid, _ in column.columns()]
    if is_in_table and tables.walk(column.oid):
        return False
    rows = column.rows(tables)
    if not all(isinstance(value, Missing) for value in rows.values()):
        return False
    indexes = list(rows) or list(other_rows)
    first_and_last = (*indexes[:1], *indexes[-1:])
    return not any(tables.has_cell(column, row) for row in first_and_last)


def is_absent(tables: Tables, source: Source, rows: Iterable[str]) -> bool:
    """Whether the device does not have an object, as its walk has no row and a GET of the first of
    `rows` has no value. A True is kept in `learnt.absent`, so that this call asks no second time.

        walk pending -> nothing; rows "1" to "8", get pending.1 -> nothing    True
        the same, but get pending.1 -> 2                                      False
        walk pending -> nothing; no rows, so that nothing can be asked        False
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
    """The whole OID of the object of a source's values, with the device's root in place of "~":
    "1.3.6.1.4.1.99999.1.4" of "~.1.4". "" for values that no object has.
    """
    column = object_of(source)
    return tables.resolve(column.oid) if column else ""


def is_optional_and_absent(tables: Tables, source: Source, rows: Iterable[str]) -> bool:
    """Whether the device does not have a column that some devices of the family lack (`optional`):
    a GET of the first of `rows` has no value, or `rows` is empty.

        optional amperes, rows "1" to "8", get amperes.1 -> nothing    True
        optional amperes, rows "1" to "8", get amperes.1 -> 15         False
        optional amperes, no rows                                      True
        a column that each device has                                  False
    """
    column = object_of(source)
    if column is None or not column.optional:
        return False
    first = next(iter(rows), None)
    return first is None or not tables.has_cell(source, first)


def is_walk_lost(tables: Tables, source: Source) -> bool:
    """Whether an agent has lost a walk: it had no row, though a GET of a first row has a value. The
    rows tried are 1, 1.1 and 0.0, with which nearly all tables begin.

        walk amperes -> nothing, get amperes.1 -> 15                  True
        walk amperes -> nothing, get amperes.1, .1.1, .0.0 -> nothing False
        walk amperes -> nothing, walk state -> nothing                False without a GET: the table
                                                                      is empty
    """
    column = object_of(source)
    if column is None:
        return False
    oids = [oid for oid, _ in column.columns()] or [column.oid]
    if not all(_is_only_empty_column(tables, tables.resolve(oid)) for oid in oids):
        return False
    return any(tables.has_cell(column, row) for row in _FIRST_ROWS)


def _is_only_empty_column(tables: Tables, oid: str) -> bool:
    """Whether a walk of this column had no row, and each other column of its table had one, of
    those that were walked so far and that each device with the table has.

        amperes {}, state {"1": 1, "2": 2}          True
        amperes {}, state {}                        False: the table is empty
        amperes {}, state {}, which is optional     True
        amperes not walked, or known as absent      False
    """
    answers = tables.reading.answers
    empty_columns = {column for column, rows in answers.walks.items() if not rows}
    if oid not in empty_columns or oid in tables.reading.learnt.absent:
        return False
    columns_of_table = answers.columns.get(table_of(oid), {})
    required_columns = {name for name, is_optional in columns_of_table.items() if not is_optional}
    return empty_columns.isdisjoint(required_columns - {oid})


def is_of_other_depth(tables: Tables, column: Object) -> bool:
    """Whether a walk of the column has rows and none is the column's, as their indexes have another
    number of arcs: a device of another kind has its own objects at this OID.

        a column whose indexes end with the arc 1; walk {"1.0.3": 7}    True
        the same; walk {"7.1": 230}                                     False
        the same; walk {}                                               False
    """
    return bool(tables.walk(column.oid)) and not tables[column]
