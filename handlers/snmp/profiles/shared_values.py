"""Values that several rows share: those of a unit, and those of its sensors of one kind.

In a function `tables[COLUMN]` is {row: value}; in an example `tables_of` makes them for a device
that has these rows and nothing else. `Missing` is a value that the device has and did not answer:
it makes a sum unknown. "" is a row that is not metered.
"""

from __future__ import annotations

from ..arcs import Arcs
from ..cells import Cell, Rows, arcs
from ..objects import Column
from ..tables import ComputedRows, Object, Source, Tables, computed_from
from .language import THE_UNIT


def of_unit(values: Column, outlets: Source, unit: Arcs = THE_UNIT) -> ComputedRows:
    """For each outlet the value of its unit:

    >>> CONTROLLABLE, STATES = Column("~.1.1.2", "controllable"), Column("~.2.1.2", "state")
    >>> chain = {CONTROLLABLE: {"1": "yes", "2": "no"}, STATES: {"1.1": 1, "1.2": 2, "2.1": 1}}
    >>> of_unit(CONTROLLABLE, STATES).rows(tables_of(chain))
    {'1.1': 'yes', '1.2': 'yes', '2.1': 'no'}

    A command to one outlet reads the value of its unit alone, by GET:

    >>> of_unit(CONTROLLABLE, STATES).rows(tables_of(chain).one_row("2.1"))
    {'2.1': 'no'}

    unit: the arcs of an outlet's index that name the unit.
    """

    @computed_from(values, by_row=True)
    def rows(tables: Tables) -> Rows:
        return tables.part(values, () if tables.outlet else tables[outlets], unit.start, unit.stop)

    return rows


def shared_by_kind(tables: Tables, source: Object, kinds: Rows) -> Rows:
    """A property that rows of one unit and one kind share, such as the decimal digits of its
    readings, by GET of the first and the last of them: a column may have thousands of rows. Here
    1.1, 1.3 and 1.4 are read, and 1.2 is not:

    >>> DIGITS = Column("~.1.1.7", "decimalDigits")
    >>> digits = {DIGITS: {"1.1": 2, "1.2": 2, "1.3": 2, "1.4": 0}}
    >>> kinds = {"1.1": "A", "1.2": "A", "1.3": "A", "1.4": "W"}
    >>> shared_by_kind(tables_of(digits), DIGITS, kinds)
    {'1.1': 2, '1.2': 2, '1.3': 2, '1.4': 0}

    The column is walked where the first and the last differ or have no value.

    kinds: of each row the kind.
    """
    groups: dict[tuple[str, Cell], list[str]] = {}
    for row, kind in kinds.items():
        unit = arcs(row, stop=-1) or row
        groups.setdefault((unit, kind), []).append(row)
    result: Rows = {}
    for rows in groups.values():
        ends = tables.cells(source, (rows[0], rows[-1]))
        if rows[0] not in ends or ends[rows[0]] != ends.get(rows[-1]):
            return tables[source]
        result.update(dict.fromkeys(rows, ends[rows[0]]))
    return result or tables[source]
