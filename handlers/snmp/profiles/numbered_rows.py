"""Tables of numbered parts, such as the ports of a controller, of which a function chooses rows:
Delta, Powertek and Rittal have them.
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

        rows_of_part(1) {"1": "on"}, rows_of_part(2) {"1": "off", "7": "on"}
        result {"1.1": "on", "2.1": "off", "2.7": "on"}

    The first object of each function is that of its values.
    """
    functions = {n: rows_of_part(n) for n in numbers}

    def rows(tables: Tables) -> Rows:
        return concat(*(tables.prefixed(str(n), function) for n, function in functions.items()))

    values = numbered_parts(lambda n: functions[n].objects[0], functions)
    tests = [test for function in functions.values() for test in function.objects[1:]]
    by_row = all(function.by_row for function in functions.values())
    return ComputedRows(rows, (values, *tests), by_row)
