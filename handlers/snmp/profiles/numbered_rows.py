"""Tables of numbered parts, such as the ports of a controller, of which a function chooses rows:
Delta, Powertek and Rittal have them.

In an example `tables_of` makes the tables of a device that has these rows and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ..cells import Rows
from ..joins import concat
from ..tables import ComputedRows, Tables
from .sources import numbered_parts


def numbered_rows(
    rows_of_part: Callable[[int], ComputedRows], numbers: Iterable[int]
) -> ComputedRows:
    """The rows of numbered parts, each chosen by a function of the part. Row 7 of part 2 has the
    identity "2.7":

    >>> from handlers.snmp.profiles.language import column
    >>> from handlers.snmp.profiles.sources import rows_without
    >>> STATES = {port: column(f"99999.{port}.1.2", "portState") for port in (1, 2)}
    >>> states = numbered_rows(lambda port: rows_without(STATES[port], "0"), (1, 2))
    >>> states.rows(tables_of({STATES[1]: {"1": 5, "2": 0}, STATES[2]: {"1": 4, "7": 5}}))
    {'1.1': 5, '2.1': 4, '2.7': 5}

    The first object of each function is that of its values.
    """
    functions = {n: rows_of_part(n) for n in numbers}

    def rows(tables: Tables) -> Rows:
        rows_of_parts = (tables.prefixed(str(n), part) for n, part in functions.items())
        return concat(*rows_of_parts)

    values = numbered_parts(lambda n: functions[n].objects[0], functions)
    tests = [test for function in functions.values() for test in function.objects[1:]]
    by_row = all(function.by_row for function in functions.values())
    return ComputedRows(rows, (values, *tests), by_row)
