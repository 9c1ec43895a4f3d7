"""Computed sources that many families need, as records: they have a form in JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

from . import validation
from .absence import is_optional_and_absent
from .cells import NO_ANSWER, Rows, is_unanswered, row_without_index
from .completeness import (
    with_missing_first_rows,
    with_missing_if_below,
    with_missing_if_fewer,
    with_missing_if_fewer_parts,
    with_missing_rows_of,
    with_missing_up_to_count,
    without_padding,
)
from .decoding import is_number
from .joins import numbered
from .objects import Column
from .tables import Computed, Object, Source, Tables, objects_of


@dataclass(frozen=True, eq=False)
class Complete(Computed):
    """All rows of `source`, and a missing one for each that the answers lack, so that there is no
    sum. For what the columns of a table do not show by themselves: a row that no column has.

    Fields:
        source: the rows of the sum.
        same_rows_as: another column of the same table, or another source with the same identities.
        count: the device's own number of rows, for each unit with which identities begin, or one
            number for all. A table of rows 1, 2, 3 ... may be longer, unless `gaps`.
        least: the number of rows that every device of the family has.
        next_row: the row with the number after the last one is read by GET.
        gaps: the numbers of the rows may have gaps: only how many there are is compared.
        parts: not rows are counted, but the parts that the first so many arcs name.
        from_one: the position of the arc that numbers the rows of each unit from 1; -1 is the last.
        padding: values of rows beyond the count of their unit that are no rows.
        siblings: other columns of the same table, for devices that have neither `same_rows_as` nor
            `count`, because either may be absent: the first of them with rows is `same_rows_as`.
            None is read on other devices.
    """

    source: Source
    same_rows_as: Optional[Source] = None
    count: Optional[Source] = None
    least: int = 0
    next_row: bool = False
    gaps: bool = False
    parts: int = 0
    from_one: Optional[int] = None
    padding: tuple[str, ...] = ()
    siblings: tuple[Column, ...] = ()

    def check(self) -> None:
        """Raises ValueError unless something tells that a row is missing."""
        validation.require_distinct_texts(self.padding, "padding")
        proofs = (self.same_rows_as, self.count, self.least, self.next_row)
        if not any(proofs) and self.from_one is None:
            raise ValueError(
                "same_rows_as, count, least, next_row and from_one are missing: give one, which"
                " tells that a row is missing"
            )

    def needs(self) -> tuple[Object, ...]:
        return tuple(objects_of((self.source, self.same_rows_as, self.count)))

    def not_prefetched(self) -> tuple[Object, ...]:
        return self.siblings

    def is_by_row(self) -> bool:
        return not isinstance(self.source, Computed) or self.source.is_by_row()

    def rows(self, tables: Tables) -> Rows:
        """The rows, and those that they lack. A device with rows 1 and 3 of a current, and rows 1
        to 3 of the power beside it:

            {"1": 210, "3": 150}  ->  {"1": 210, "3": 150, "2": NO_ANSWER}
        """
        rows = tables[self.source]
        if tables.outlet:
            return rows
        other_rows = tables[self.same_rows_as] if self.same_rows_as else {}
        if not rows and is_optional_and_absent(tables, self.source, other_rows):
            return {}
        counts = tables[self.count] if self.count else {}
        if rows and not other_rows and not counts:
            other_rows = self._rows_of_siblings(tables)
        rows = without_padding(rows, counts, self.padding)
        rows = self._with_counted(with_missing_rows_of(rows, other_rows), counts)
        if self.from_one is not None:
            rows = with_missing_first_rows(rows, self.from_one)
        rows = with_missing_if_below(rows, self.least)
        return self._with_next_row(tables, rows) if self.next_row else rows

    def _rows_of_siblings(self, tables: Tables) -> Rows:
        """The rows of the first sibling that answers some:

        watts {"1": no answer}, energy {"1": 5, "2": 7}  ->  {"1": 5, "2": 7}
        """
        for sibling in self.siblings:
            rows = tables[sibling]
            if not all(map(is_unanswered, rows.values())):
                return rows
        return {}

    def _with_counted(self, rows: Rows, counts: Rows) -> Rows:
        if self.parts:
            return with_missing_if_fewer_parts(rows, counts, self.parts)
        if self.gaps:
            return with_missing_if_fewer(rows, counts)
        return with_missing_up_to_count(rows, counts)

    def _with_next_row(self, tables: Tables, rows: Rows) -> Rows:
        numbers = [int(row) for row in rows if is_number(row)]
        if numbers and tables.has_cell(self.source, str(max(numbers) + 1)):
            return {**rows, row_without_index(): NO_ANSWER}
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
