"""Computed sources that many families need, as records: they have a form in JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

from . import validation
from .decoding import Rows
from .rows import LOST, UNIDENTIFIED, complete, is_number, numbered
from .tables import Computed, Object, Source, Tables, objects_of


@dataclass(frozen=True, eq=False)
class Complete(Computed):
    """All rows of `source`, and a lost one for each that the answers lack, so that there is no sum.
    For what the columns of a table do not show by themselves; see `rows.complete`.

    Fields:
        source: the rows of the sum.
        beside: another column of the same table, or another source with the same identities.
        count: the device's own number of rows, for each unit with which identities begin, or one
            number for all. A table of rows 1, 2, 3 ... may be longer, unless `gaps`.
        least: the number of rows that every device of the family has.
        next_row: the row with the number after the last one is read by GET.
        gaps: the numbers of the rows may have gaps: only how many there are is compared.
        parts: not rows are counted, but the parts that the first so many arcs name.
        from_one: the position of the arc that numbers the rows of each unit from 1; -1 is the last.
        padding: values of rows beyond the count of their unit that are no rows.
    """

    source: Source
    beside: Optional[Source] = None
    count: Optional[Source] = None
    least: int = 0
    next_row: bool = False
    gaps: bool = False
    parts: int = 0
    from_one: Optional[int] = None
    padding: tuple[str, ...] = ()

    def check(self) -> None:
        """Raises ValueError unless something tells that a row is missing."""
        validation.require_distinct_texts(self.padding, "padding")
        proofs = (self.beside, self.count, self.least, self.next_row)
        if not any(proofs) and self.from_one is None:
            raise ValueError(
                "beside, count, least, next_row and from_one are missing: give one, which tells"
                " that a row is missing"
            )

    def needs(self) -> tuple[Object, ...]:
        return tuple(objects_of((self.source, self.beside, self.count)))

    def is_by_row(self) -> bool:
        return not isinstance(self.source, Computed) or self.source.is_by_row()

    def rows(self, tables: Tables) -> Rows:
        rows = tables[self.source]
        if tables.outlet:
            return rows
        rows_beside = tables[self.beside] if self.beside else {}
        absent = not rows and tables.is_optional_and_absent(self.source, rows_beside)
        counts = tables[self.count] if self.count and not absent else {}
        rows = complete(
            rows,
            rows_beside,
            counts,
            least=self.least,
            from_one=self.from_one,
            gaps=self.gaps,
            parts=self.parts,
            padding=self.padding,
            absent=absent,
        )
        numbers = [int(row) for row in rows if is_number(row)]
        if self.next_row and numbers and tables.has_cell(self.source, str(max(numbers) + 1)):
            rows[UNIDENTIFIED] = LOST
        return rows


@dataclass(frozen=True, eq=False)
class Number(Computed):
    """The number at a place of each identity, increased by `plus`: what is printed on the unit.

    Fields:
        source: the rows.
        plus: what is added.
        position: the arc; -1 is the last.
    """

    source: Source
    plus: int = 0
    position: int = -1

    def needs(self) -> tuple[Object, ...]:
        return tuple(objects_of((self.source,)))

    def is_by_row(self) -> bool:
        return not isinstance(self.source, Computed) or self.source.is_by_row()

    def rows(self, tables: Tables) -> Rows:
        return numbered(tables[self.source], self.plus, self.position)
