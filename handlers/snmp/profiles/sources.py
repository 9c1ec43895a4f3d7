"""Sources of values that most families need: which rows of which objects are taken.

In a function `tables[COLUMN]` is {row: value}; in an example `tables_of` makes them for a device
that has these rows and nothing else. `Missing` is a value that the device has and did not answer:
it makes a sum unknown. "" is a row that is not metered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ..absence import is_of_other_depth
from ..cells import Rows
from ..decoding import counted_by
from ..filters import Test, none_of, require_count, up_to_count, where, within_count
from ..joins import empty_as_missing, numbered, with_units, without_values
from ..objects import Column, Parts, Scalar
from ..tables import Computed, ComputedRows, Object, Source, Tables, computed_from, objects_of

#: of an index, for the fields that name an arc by its position
LAST_ARC = -1


def numbered_parts(object_of: Callable[[int], Object], numbers: Iterable[int]) -> Parts:
    """The objects of numbered parts such as ports or lines. Row 7 of part 2 has the identity "2.7",
    and a scalar of part 2 has "2.0".

    >>> lines = numbered_parts(lambda line: Scalar(f"99999.{line}.0", f"currentL{line}"), (1, 2))
    >>> [(line, amperes.oid) for line, amperes in lines.parts]
    [('1', '99999.1.0'), ('2', '99999.2.0')]
    """
    return Parts(tuple((str(n), object_of(n)) for n in numbers))


def counted_rows(values: Object, count: Scalar, *, required: bool = False) -> ComputedRows:
    """The rows of a table with a fixed number of rows, such as 48, up to the device's own count:
    the others are padding.

    >>> STATES, COUNT = Column("~.1.1.2", "state"), Scalar("~.2.0", "outletCount")
    >>> states, rows = counted_rows(STATES, COUNT), {STATES: {"1": 1, "2": 2, "3": 0}}
    >>> states.rows(tables_of({**rows, COUNT: {"0": 2}}))
    {'1': 1, '2': 2}

    With a count of 0 the table is not read. Without a count each row is taken; with `required`,
    that raises ProtocolError.

    >>> states.rows(tables_of({**rows, COUNT: {"0": 0}})), states.rows(tables_of(rows))
    ({}, {'1': 1, '2': 2, '3': 0})

    Fewer rows than the count are an error; of a command, which reads one row, they are not:

    >>> states.rows(tables_of({**rows, COUNT: {"0": 8}}))
    Traceback (most recent call last):
    handlers.shared.errors.ProtocolError: the device counts 8 rows in a table, but it listed 3 ...
    >>> states.rows(tables_of({**rows, COUNT: {"0": 8}}).one_row("2"))
    {'2': 2}
    """

    @computed_from(values, count, by_row=True)
    def rows(tables: Tables) -> Rows:
        most = tables.scalar(count)
        if counted_by(most) == 0 or (not tables.outlet and is_of_other_depth(tables, values)):
            return {}
        every_row = tables[values]
        if required:
            require_count(every_row, most)
        if tables.outlet:
            return within_count(every_row, most)
        return up_to_count(every_row, most)

    return rows


def on_demand(values: Column) -> ComputedRows:
    """A column that is not read with the others of its table, but when it is asked for: few devices
    need it, after other columns were missing.

    >>> AMPERES = Column("99999.1.1.2", "current")
    >>> on_demand(AMPERES).rows({AMPERES: {"1": 15}})
    {'1': 15}
    """
    return ComputedRows(lambda tables: tables[values], (values,), by_row=True, on_demand=(values,))


def first(*sources: Source) -> ComputedRows:
    """The rows of the first of these sources that the device has. A row that this one lacks is not
    taken from the next:

    >>> WATTS, ROUNDED = Column("~.1.1.3", "power"), Column("~.2.1.3", "roundedPower")
    >>> power = first(WATTS, ROUNDED)
    >>> power.rows(tables_of({WATTS: {"1": 15}, ROUNDED: {"1": 20, "2": 10}}))
    {'1': 15}
    >>> power.rows(tables_of({ROUNDED: {"1": 20, "2": 10}}))
    {'1': 20, '2': 10}
    """
    by_row = all(not isinstance(source, Computed) or source.is_by_row() for source in sources)
    return ComputedRows(lambda tables: tables.first(*sources), tuple(objects_of(sources)), by_row)


def rows_where(values: Source, marks: Source, test: Test, *, by_row: bool = False) -> ComputedRows:
    """The rows of `values` that a test takes by their `marks`: what another column says of each
    row.

    >>> AMPERES, KINDS = Column("99999.1.1.2", "current"), Column("99999.1.1.3", "kind")
    >>> of_outlets = rows_where(AMPERES, KINDS, none_of("line"))
    >>> of_outlets.rows({AMPERES: {"1": 15, "2": 40}, KINDS: {"1": "outlet", "2": "line"}})
    {'1': 15}

    by_row: each row needs its own mark alone, so that a command to one outlet reads no other row.
    """
    not_prefetched = values.not_prefetched() if isinstance(values, Computed) else ()

    @computed_from(values, marks, by_row=by_row, on_demand=not_prefetched)
    def rows(tables: Tables) -> Rows:
        return where(tables[values], tables[marks], test)

    return rows


def rows_without(values: Source, *words: str) -> ComputedRows:
    """The rows of `values` that read none of `words`.

    >>> NAMES = Column("99999.1.1.1", "name")
    >>> rows_without(NAMES, "", "unused").rows({NAMES: {"1": "web", "2": "unused", "3": ""}})
    {'1': 'web'}
    """
    return rows_where(values, values, none_of(*words))


def value_or_empty(values: Source, others: Source) -> ComputedRows:
    """The values of a figure. Where the device answers none of them, each row of another column
    stands for one, empty: else the next figure of the family, which measures something else, would
    take the place of this one.

    >>> WATTS, AMPERES = Column("99999.1.1.3", "power"), Column("99999.1.1.2", "current")
    >>> power = value_or_empty(WATTS, AMPERES)
    >>> power.rows({WATTS: {"1": 230}, AMPERES: {"1": 1, "2": 0}})
    {'1': 230}
    >>> power.rows({WATTS: {}, AMPERES: {"1": 1, "2": 0}})
    {'1': '', '2': ''}

    others: a column that each device with these values has, and no other device.
    """

    def rows(tables: Tables) -> Rows:
        every_value = tables[values]
        if every_value:
            return empty_as_missing(every_value)
        return without_values(tables[others])

    of_values = tuple(objects_of((values,)))
    of_others = tuple(column for column in objects_of((others,)) if column not in of_values)
    return ComputedRows(rows, (*of_values, *of_others), on_demand=of_others)


def unit_and_outlet(*sources: Source, first_unit: int = 1) -> ComputedRows:
    """The printed number of each outlet whose index starts with the unit and ends with the outlet:
    the unit's number stands before it if there are several units.

    >>> STATES = Column("~.1.1.2", "state")
    >>> unit_and_outlet(STATES).rows(tables_of({STATES: {"1.1": 1, "1.2": 2}}))
    {'1.1': '1', '1.2': '2'}
    >>> unit_and_outlet(STATES).rows(tables_of({STATES: {"1.1": 1, "2.1": 2}}))
    {'1.1': '1:1', '2.1': '2:1'}

    first_unit: the arc of the unit that is printed as 1; with 0, index 0.7 is printed 1:7.
    """

    def rows(tables: Tables) -> Rows:
        outlets = tables.first(*sources)
        unit_numbers = numbered(outlets, plus=1 - first_unit, position=0)
        return with_units(unit_numbers, numbered(outlets))

    return ComputedRows(rows, tuple(objects_of(sources)))
