"""Values that several rows share: those of a unit, and those of its sensors of one kind."""

from __future__ import annotations

from ..arcs import Arcs
from ..cells import Cell, Rows, arcs
from ..objects import Column
from ..tables import ComputedRows, Object, Source, Tables, computed_from
from .language import THE_UNIT


def of_unit(values: Column, outlets: Source, unit: Arcs = THE_UNIT) -> ComputedRows:
    """For each outlet the value of its unit."""

    @computed_from(values, by_row=True)
    def rows(tables: Tables) -> Rows:
        return tables.part(values, () if tables.outlet else tables[outlets], unit.start, unit.stop)

    return rows


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
