"""Sources of rows that many families compute from others: with the rows that the answers lack, and
with the printed numbers. They are records, so that a profile in JSON can have them.

`tables[source]` are the rows of an object of the device, {index: value}; an index is "7", or "2.7"
of unit 2. `tables.outlet` is the outlet whose row alone a command reads, by GET; else "". A
`Missing` (NO_ANSWER) is the value of a row that the answers lack; if its index is not known, its
name is its unit and a dot: "2.", or "." alone.
"""

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
    """All rows of `source`, with a Missing for each row that the device has and did not answer, so
    that no sum leaves it out. The fields say what shows that a row was not answered: another column
    (`same_rows_as`, else the first of `siblings` with rows), the device's `count` of rows or of
    `parts` such as banks, the numbers of the rows (`from_one`, `next_row`), or how many each device
    has (`least`). `gaps`: the numbers may have gaps. `padding`: values of rows that are none.

        Complete(AMPERES, count=LINES), LINES reads 3  ->  {"1": 15, "2": 9, "0.": NO_ANSWER}

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
        """Raises ValueError unless a field says what shows that a row was not answered.

        >>> Complete(Column("1.3.6.1.4.1.99999.1.3")).check()
        Traceback (most recent call last):
        ValueError: same_rows_as, count, least, next_row and from_one are missing: give one, ...
        """
        validation.require_distinct_texts(self.padding, "padding")
        proofs = (self.same_rows_as, self.count, self.least, self.next_row)
        if not any(proofs) and self.from_one is None:
            raise ValueError(
                "same_rows_as, count, least, next_row and from_one are missing: give one, which"
                " tells that a row is missing"
            )

    def needs(self) -> tuple[Object, ...]:
        """The objects that are read with their tables: those of the values, of `same_rows_as` and
        of the count.
        """
        return tuple(objects_of((self.source, self.same_rows_as, self.count)))

    def not_prefetched(self) -> tuple[Object, ...]:
        """The sibling columns, which few devices need: read when they are asked for."""
        return self.siblings

    def is_by_row(self) -> bool:
        """Whether a command to one outlet may read its row alone, which only `source` decides."""
        return not isinstance(self.source, Computed) or self.source.is_by_row()

    def rows(self, tables: Tables) -> Rows:
        """The rows, with a Missing for each that was not answered. For a current with the power as
        `same_rows_as`:

            current {"1": 210, "3": 150}, power of rows 1 to 3    as walked, and "2": NO_ANSWER
            current {}, an optional column; the GETs of it too    {}: the device lacks the column
            a command to outlet 1, get current.1 -> 210           {"1": 210}
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
        rows = with_missing_rows_of(rows, other_rows)
        rows = self._with_rows_up_to_count(rows, counts)
        if self.from_one is not None:
            rows = with_missing_first_rows(rows, self.from_one)
        rows = with_missing_if_below(rows, self.least)
        return self._with_next_row(tables, rows) if self.next_row else rows

    def _rows_of_siblings(self, tables: Tables) -> Rows:
        """The rows of the first of `siblings`, other columns of the table, of which the device
        answers any; {} without one. For the siblings watts and energy:

            watts {"1": NO_ANSWER}, energy {"1": 5, "2": 7}  ->  {"1": 5, "2": 7}
        """
        for sibling in self.siblings:
            rows = tables[sibling]
            if not all(map(is_unanswered, rows.values())):
                return rows
        return {}

    def _with_rows_up_to_count(self, rows: Rows, counts: Rows) -> Rows:
        """The rows, with a Missing for each unit that counts more of them, or with `parts` more
        parts, such as banks. `counts`: the device's number of rows, by unit.

        >>> amperes = Complete(None)
        >>> rows = amperes._with_rows_up_to_count({"1.1": 5, "2.1": 7}, {"1": 1, "2": 2})
        >>> rows == {"1.1": 5, "2.1": 7, "2.": NO_ANSWER}
        True
        """
        if self.parts:
            return with_missing_if_fewer_parts(rows, counts, self.parts)
        if self.gaps:
            return with_missing_if_fewer(rows, counts)
        return with_missing_up_to_count(rows, counts)

    def _with_next_row(self, tables: Tables, rows: Rows) -> Rows:
        """The rows, with a Missing (".") if a GET of the number after the last has a value: the
        walk ended early.

            rows 1 to 8, get current.9 -> 3          rows 1 to 8 and ".": NO_ANSWER
            rows 1 to 8, get current.9 -> nothing    rows 1 to 8
        """
        numbers = [int(row) for row in rows if is_number(row)]
        if numbers and tables.has_cell(self.source, str(max(numbers) + 1)):
            return {**rows, row_without_index(): NO_ANSWER}
        return rows


@dataclass(frozen=True, eq=False)
class Number(Computed):
    """The number printed on the unit beside each outlet, where it is a part of the row's index:
    with `plus=1`, of the index "0.7" it is 8.

    Fields:
        source: the rows.
        plus: what is added to the number in the index.
        position: of the arc that has the number; -1 is the last.
    """

    source: Source
    plus: int = 0
    position: int = -1

    def needs(self) -> tuple[Object, ...]:
        """The objects of the rows whose indexes are printed."""
        return tuple(objects_of((self.source,)))

    def is_by_row(self) -> bool:
        """Whether a command to one outlet may read its row alone."""
        return not isinstance(self.source, Computed) or self.source.is_by_row()

    def rows(self, tables: Tables) -> Rows:
        """The number of each row, as text. With `plus=1`:

        {"0.6": "on", "0.7": "off"}  ->  {"0.6": "7", "0.7": "8"}
        """
        return numbered(tables[self.source], self.plus, self.position)
