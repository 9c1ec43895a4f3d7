"""Sources that leave out rows of another source (padding, other units, neutral lines), or add empty
values for missing rows, so that no sum is formed without them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Optional

from ...dcimanager.rows import Raw
from ...shared.errors import ProtocolError
from .. import validation
from ..decoding import Rows, number, text
from ..reader import LOST, UNIDENTIFIED, Lost, Reader
from .base import (
    Filter,
    ObjectSource,
    ReadOnly,
    RowFilter,
    Source,
    counted,
    identity_prefixes,
    is_number,
    is_optional,
    is_unidentified,
    lost_with,
    object_read,
)


class Complete(ReadOnly):
    """All rows of `source`, and one with the value LOST for each row that the device's answer
    lacks, so that there is no sum.

    For what the columns of a table, as far as they are read anyway, do not show. If neither
    `source` nor `beside` has rows, the device does not have this table. If `beside` alone has some,
    the rows are lost, unless `source` is a column that some devices lack (`Column.optional`) and a
    GET of one of these rows has no value. Give at least one of the other fields; one that costs no
    request is the best.

    Fields:
        source: the rows of the sum.
        beside: another column of the same table, or another source with the same identities: each
            of its rows belongs to `source` too.
        count: the device's own number of rows, for each unit with which identities begin, or one
            number for all rows. A table of rows 1, 2, 3 ... may be longer, and the first of them
            are those that are counted, unless `gaps`.
        least: the number of rows that every device of the family has.
        next_row: the row with the number after the last one is read by GET: a table that one walk
            reads may end early without any other sign.
        gaps: the numbers of the rows may have gaps, as those of a chain's units whose owner or
            order of joining numbers them: only how many rows there are is compared with `count`.
        arcs: not rows are counted, but the parts that the first so many arcs name, such as inlets
            of which each line has a row.
    """

    WHY = "it has rows without an object"

    source: Source
    beside: Optional[Source] = None
    count: Optional[Source] = None
    least: int = 0
    next_row: bool = False
    gaps: bool = False
    arcs: int = 0

    def check(self) -> None:
        proofs = (self.beside, self.count, self.least, self.next_row)
        if not any(proofs):
            raise ValueError(
                "beside, count, least and next_row are missing: give one, which tells that a row is"
                " missing"
            )

    def rows(self, reader: Reader) -> Rows:
        rows = self.source.rows(reader)
        beside = self.beside.rows(reader) if self.beside else {}
        if not rows and self._is_table_absent(reader, beside):
            return {UNIDENTIFIED: LOST} if self._counts_rows(reader) else {}
        all_rows = dict(rows)
        for identity, value in beside.items():
            if identity not in rows:
                all_rows[identity] = lost_with(value) if isinstance(value, Lost) else LOST
        for unit in self._short_units(reader, all_rows):
            all_rows[f"{unit}."] = LOST  # the dot: no index ends with one
        if len(all_rows) < self.least:
            all_rows["."] = LOST
        if self.next_row and _has_row(self.source, reader, _next_rows(all_rows)):
            all_rows[UNIDENTIFIED] = LOST
        return all_rows

    def counts_one_unit(self, reader: Reader) -> bool:
        """Whether the device's own number, which is asked first, is 1 or none."""
        return self.count is not None and counted(self.count, reader) <= 1

    def _is_table_absent(self, reader: Reader, beside: Rows) -> bool:
        """Whether a device has no rows of `source`, of which its answers have none. A source that
        reads no row alone would have none again: its column is asked."""
        if not is_optional(self.source):
            return not beside
        column = object_read(self.source)
        if isinstance(column, ObjectSource) and not self.source.reads_single_rows():
            return not _has_row(column, reader, beside)
        return not _has_row(self.source, reader, beside)

    def _counts_rows(self, reader: Reader) -> bool:
        """Whether the device counts rows of a table that shows none, as an agent does that has not
        filled its tables yet (github.com/sonic-net/sonic-buildimage/issues/1132)."""
        if self.count is None or self.arcs or is_optional(self.source):
            return False
        return counted(self.count, reader) > 0

    def _short_units(self, reader: Reader, rows: Iterable[str]) -> list[str]:
        """The units that have fewer of these rows than they count, or other ones."""
        counts = self.count.rows(reader) if self.count else {}
        short_units: list[str] = []
        for unit, value in counts.items():
            count = number(value)
            if count is None:
                continue
            rows_of_unit = self._counted_parts(rows)
            if len(counts) > 1:  # a single count is of all rows
                rows_of_unit = [row for row in rows_of_unit if unit in identity_prefixes(row)]
            is_short = len(rows_of_unit) < count
            if is_short or (not self.gaps and lacks_first_row(rows_of_unit, count)):
                short_units.append(unit)
        return short_units

    def reads_single_rows(self) -> bool:
        return self.source.reads_single_rows()

    def _counted_parts(self, rows: Iterable[str]) -> list[str]:
        """What `count` counts: the rows, or the parts with rows."""
        if not self.arcs:
            return list(rows)
        parts: dict[str, None] = {}
        for row in rows:
            parts[".".join(row.split(".")[: self.arcs])] = None
        return list(parts)

    def value_of(self, reader: Reader, identity: str) -> Optional[Raw]:
        return self.source.value_of(reader, identity)


def _has_row(source: Source, reader: Reader, identities: Iterable[str]) -> bool:
    """Whether the first of these identities has a value in `source`, read alone."""
    first = next(iter(identities), None)
    return first is not None and source.value_of(reader, first) is not None


def _next_rows(rows: Iterable[str]) -> list[str]:
    """The row that would be next in a table that is numbered by one arc."""
    numbers = [int(row) for row in rows if is_number(row)]
    return [str(max(numbers) + 1)] if numbers else []


def lacks_first_row(rows: Sequence[str], count: Decimal) -> bool:
    """Whether a table that is numbered from 1, and may be longer than the count, lacks a row of
    those up to the count.
    """
    numbers: set[int] = set()
    for row in rows:
        arc = row.rpartition(".")[2]
        if not (arc.isascii() and arc.isdigit()):
            return False
        numbers.add(int(arc))
    if len(numbers) < len(rows) or not numbers:
        return False
    # if rows are numbered from 0, or several are missing, nothing tells which are the first
    if min(numbers) == 0 or max(numbers) > len(rows) + 1:
        return False
    counted = range(1, int(count) + 1)
    return not numbers.issuperset(counted)


class Arc(RowFilter):
    """Rows of `source` whose identity has one of `values` as an arc. A row with a shorter identity
    has none of them.

    Fields:
        source: the rows to choose from.
        position: the arc's; 0 is the first, -1 the last.
        values: the arcs.
        keep: false for all other rows instead.
    """

    position: int
    values: tuple[str, ...]
    keep: bool = True

    def check(self) -> None:
        validation.require_values(self.values, "values")
        for value in self.values:
            validation.suffix(value, "values")

    def rows(self, reader: Reader) -> Rows:
        kept_rows: Rows = {}
        for identity, value in self.source.rows(reader).items():
            if self._fits(identity) or is_unidentified(identity):
                kept_rows[identity] = value
        return kept_rows

    def value_of(self, reader: Reader, identity: str) -> Optional[Raw]:
        return self.source.value_of(reader, identity) if self._fits(identity) else None

    def keeps(self, reader: Reader, identity: str) -> bool:
        return self._fits(identity)

    def identity_starts(self) -> Optional[frozenset[str]]:
        if self.position == 0 and self.keep:
            return frozenset(self.values)
        return super().identity_starts()

    def _fits(self, identity: str) -> bool:
        arcs = identity.split(".")
        has_arc = -len(arcs) <= self.position < len(arcs)
        is_value = has_arc and arcs[self.position] in self.values
        return is_value is self.keep


class OfUnits(Filter):
    """The rows of `source` (one for each unit) whose unit has rows in `listed`.

    The identity of a row in `listed` begins with the unit's. For counts in a chain: a unit that
    only meters has no rows in `listed`, so its count is left out.
    """

    listed: Source

    def rows(self, reader: Reader) -> Rows:
        outlets = self.listed.rows(reader)
        units = self.source.rows(reader) if outlets else {}
        units_with_outlets: set[str] = set()
        for identity in outlets:
            units_with_outlets.update(identity_prefixes(identity))
        return {unit: value for unit, value in units.items() if unit in units_with_outlets}

    def keeps(self, reader: Reader, identity: str) -> bool:
        return identity in self.rows(reader)


class Units(ReadOnly):
    """The units of the rows of `source`, whose index begins with the unit's arc, each with the
    value of its first row."""

    WHY = "a unit has several rows"

    source: Source

    def rows(self, reader: Reader) -> Rows:
        value_by_unit: Rows = {}
        for identity, value in self.source.rows(reader).items():
            value_by_unit.setdefault(identity.partition(".")[0], value)
        return value_by_unit


class EachUnit(ReadOnly):
    """All rows of `source`. For a unit of the chain without a row, a row with the value LOST is
    added, so that there is no sum.

    No row is added if `source` has no rows.

    Fields:
        source: the rows, each of one unit.
        unit: the unit of each row of `source`.
        units: each reads units of the chain, such as a column with the unit of each outlet. One
            that reads a single unit is ignored, because a unit without a chain may have a different
            number in each table.
    """

    WHY = "it has rows without an object"

    source: Source
    unit: Source
    units: tuple[Source, ...]

    def check(self) -> None:
        validation.require_values(self.units, "units")

    def rows(self, reader: Reader) -> Rows:
        """The source's rows, and LOST for each unit of the chain that has none."""
        rows = self.source.rows(reader)
        units = self._read_units(reader) if rows else set()
        if not units:
            return rows
        unit_by_row = self.unit.rows(reader)
        for identity, unit in unit_by_row.items():
            if identity in rows:
                units.discard(text(unit))
        all_rows = dict(rows)
        for unit_name in sorted(units):
            all_rows[f"{unit_name}."] = LOST  # the dot: no index ends with one
        return all_rows

    def _read_units(self, reader: Reader) -> set[str]:
        """The units of the chain; none if every source of `units` lists at most one."""
        unit_names: set[str] = set()
        for units in self.units:
            values = set(units.rows(reader).values())
            names = set(map(text, values))
            names.discard("")
            if len(names) > 1:
                unit_names |= names
        return unit_names


class Counted(RowFilter):
    """The rows of `source` whose last arc is at most the device's own `count` (a scalar).

    For tables with a fixed number of rows. If the count is missing, not a number or below 0, all
    rows are kept. Raises ProtocolError if fewer rows than the count remain; `value_of` does not
    check this.

    Fields:
        source: the rows to choose from.
        count: the number of rows that are no padding.
        count_is_required: padding has states, too. Without a count, `rows` raises ProtocolError if
            there is a row, and `value_of` has no value.
    """

    count: Source
    count_is_required: bool = False

    def rows(self, reader: Reader) -> Rows:
        count = self._read_count(reader)
        if count is None:
            return self._rows_without_count(reader)
        if count == 0:
            return {}
        rows_in_count: Rows = {}
        for identity, value in self.source.rows(reader).items():
            if _is_in_count(identity, count):
                rows_in_count[identity] = value
        if len(rows_in_count) < count:
            raise ProtocolError(
                f"the device counts {count:f} rows in a table, but it listed {len(rows_in_count)}"
                f" with a number up to {count:f}; poll it again"
            )
        return rows_in_count

    def _rows_without_count(self, reader: Reader) -> Rows:
        rows = self.source.rows(reader)
        if rows and self.count_is_required:
            raise ProtocolError(
                "the device does not say how many rows of a table are outlets, and the others look"
                " like outlets, too; check which objects this community or user may read"
            )
        return rows

    def value_of(self, reader: Reader, identity: str) -> Optional[Raw]:
        return self.source.value_of(reader, identity) if self.keeps(reader, identity) else None

    def keeps(self, reader: Reader, identity: str) -> bool:
        count = self._read_count(reader)
        if count is None:
            return not self.count_is_required
        return _is_in_count(identity, count)

    def _read_count(self, reader: Reader) -> Optional[Decimal]:
        count = number(self.count.value_of(reader, "0"))
        return None if count is None or count < 0 else count


def _is_in_count(identity: str, count: Decimal) -> bool:
    """Whether the last arc of a row's identity is at most the count."""
    arc = identity.rpartition(".")[2]
    return arc.isascii() and arc.isdigit() and int(arc) <= count


class Checked(Filter):
    """All rows of `source`, except those whose value is in `values` and whose value in `test` is in
    `refuse`.

    For a value such as 0, which may also mean that there is no reading.

    Fields:
        source: the rows to choose from.
        values: the doubtful values.
        test: read by GET for each row with a doubtful value, or by a walk if there are many of
            these rows.
        refuse: the values of `test` that say that there is no reading.
        most: the number of doubtful rows that are checked by GET.
    """

    values: tuple[str, ...]
    test: ObjectSource
    refuse: tuple[str, ...]
    most: int = 16

    def check(self) -> None:
        validation.require_values(self.values, "values")
        validation.require_values(self.refuse, "refuse")
        validation.require_distinct_texts(self.values, "values")
        validation.require_distinct_texts(self.refuse, "refuse")

    def rows(self, reader: Reader) -> Rows:
        rows = dict(self.source.rows(reader))
        doubtful_rows: list[str] = []
        for identity, value in rows.items():
            if text(value) in self.values:
                doubtful_rows.append(identity)
        marks = self._marks(reader, doubtful_rows)
        for identity, mark in marks.items():
            if isinstance(mark, Lost):
                rows[identity] = lost_with(mark)
            elif mark is not None and text(mark) in self.refuse:
                del rows[identity]
        return rows

    def keeps(self, reader: Reader, identity: str) -> bool:
        return identity in self.rows(reader)

    def _marks(self, reader: Reader, doubtful_rows: Sequence[str]) -> dict[str, Optional[Raw]]:
        """The value of `test` for each of these rows, None where it has none."""
        if len(doubtful_rows) > self.most:
            value_by_row = self.test.rows(reader)
            return {identity: value_by_row.get(identity) for identity in doubtful_rows}
        return {identity: self.test.value_of(reader, identity) for identity in doubtful_rows}
