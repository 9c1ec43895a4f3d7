"""A property that the sensors of one unit and one kind share: Raritan and Rittal have such columns
with thousands of rows.
"""

from __future__ import annotations

from ..cells import Cell, Rows, arcs
from ..tables import Object, Tables


def shared_by_kind(tables: Tables, source: Object, kinds: Rows) -> Rows:
    """A property that rows of one unit and one kind share, by GET of the first and the last of
    them; by a walk where the two differ or have none."""
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
