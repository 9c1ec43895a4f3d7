"""Sources that leave out rows of another source (padding, other units, neutral lines), or add empty
values for missing rows, so that no sum is formed without them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Optional

from ....dcimanager.rows import Raw
from ....shared.errors import ProtocolError
from ....shared.login_texts import CHECK_VIEW
from ... import validation
from ...decoding import Rows, text
from ..reader import LOST, UNIDENTIFIED, Lost, Reader
from .base import (
    Filter,
    ObjectSource,
    ReadOnly,
    RowFilter,
    Source,
    counted,
    counted_by,
    identity_prefixes,
    is_number,
    is_one_of,
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
        from_one: the position of the arc that numbers the rows of each unit from 1, such as lines;
            -1 is the last. Without the row 1, nor one 0, a unit lacks rows.
        padding: values of rows beyond the count of their unit, by their last arc, that are no rows.
    """

    WHY = "it has rows without an object"

    source: Source
    beside: Optional[Source] = None
    count: Optional[Source] = None
    least: int = 0
    next_row: bool = False
    gaps: bool = False
    arcs: int = 0
    from_one: Optional[int] = None
    padding: tuple[str, ...] = ()

    def check(self) -> None:
        validation.require_distinct_texts(self.padding, "padding")
        proofs = (self.beside, self.count, self.least, self.next_row)
        if not any(proofs) and self.from_one is None:
            raise ValueError(
                "beside, count, least, next_row and from_one are missing: give one, which tells"
                " that a row is missing"
            )

    def rows(self, reader: Reader) -> Rows:
        """The rows of `source`, and LOST for those that the answers lack: under their identities if
        `beside` has them, else unidentified, one for each unit that lacks some."""
        rows = self._without_padding(reader.rows(self.source), reader)
        rows_beside = reader.rows(self.beside) if self.beside else {}
        if not rows and self._is_table_absent(reader, rows_beside):
            return {UNIDENTIFIED: LOST} if self._counts_rows(reader) else {}
        all_rows = dict(rows)
        for identity, value in rows_beside.items():
            if identity not in rows:
                all_rows[identity] = lost_with(value) if isinstance(value, Lost) else LOST
        for unit in self._short_units(reader, all_rows):
            all_rows[f"{unit}{UNIDENTIFIED}"] = LOST
        if self.from_one is not None:
            for unit in _units_without_first_row(all_rows, self.from_one):
                all_rows[f"{unit}{UNIDENTIFIED}"] = LOST
        if len(all_rows) < self.least:
            all_rows[UNIDENTIFIED] = LOST
        if self.next_row and _has_row(self.source, reader, _next_rows(all_rows)):
            all_rows[UNIDENTIFIED] = LOST
        return all_rows

    def counts_one_unit(self, reader: Reader) -> bool:
        """Whether the device's own number of units is 1 or 0, or is no number."""
        return self.count is not None and counted(self.count, reader) <= 1

    def _is_table_absent(self, reader: Reader, rows_beside: Rows) -> bool:
        """Whether the device does not have `source`, of which the answers have no row: `beside` has
        none either, or `source` is optional and a GET of a row that `beside` has has no value."""
        if not is_optional(self.source):
            return not rows_beside
        column = object_read(self.source)
        if isinstance(column, ObjectSource) and not self.source.reads_single_rows():
            # `value_of` of the source would walk the same column again
            return not _has_row(column, reader, rows_beside)
        return not _has_row(self.source, reader, rows_beside)

    def _counts_rows(self, reader: Reader) -> bool:
        """Whether the device counts rows of a table that shows none, as an agent does that has not
        filled its tables yet (github.com/sonic-net/sonic-buildimage/issues/1132)."""
        if self.count is None or self.arcs or is_optional(self.source):
            return False
        return counted(self.count, reader) > 0

    def _without_padding(self, rows: Rows, reader: Reader) -> Rows:
        """The rows without those that are none."""
        if self.count is None or not self.padding:
            return rows
        count_by_unit = reader.rows(self.count)
        kept_rows: Rows = {}
        for identity, value in rows.items():
            unit = identity.rpartition(".")[0]
            count = counted_by(count_by_unit.get(unit))
            is_beyond = count is not None and not _is_in_count(identity, count)
            if not is_beyond or not is_one_of(value, self.padding):
                kept_rows[identity] = value
        return kept_rows

    def _short_units(self, reader: Reader, rows: Iterable[str]) -> list[str]:
        """The units that lack some of the rows that `count` counts."""
        counts = reader.rows(self.count) if self.count else {}
        parts = self._counted_parts(rows)
        parts_by_unit: dict[str, list[str]] = {}
        for part in parts:
            for prefix in identity_prefixes(part):
                parts_by_unit.setdefault(prefix, []).append(part)
        short_units: list[str] = []
        for unit, value in counts.items():
            count = counted_by(value)
            # a single count is of all rows
            parts_of_unit = parts if len(counts) == 1 else parts_by_unit.get(unit, [])
            if count is not None and self._is_short(parts_of_unit, count):
                short_units.append(unit)
        return short_units

    def _is_short(self, parts: Sequence[str], count: int) -> bool:
        """Whether these are fewer than the count, or not the first ones."""
        if len(parts) < count:
            return True
        return not self.gaps and lacks_first_row(parts, count)

    def reads_single_rows(self) -> bool:
        return self.source.reads_single_rows()

    def _counted_parts(self, rows: Iterable[str]) -> list[str]:
        """What `count` counts: the rows, or with `arcs` each of the parts that have rows."""
        if not self.arcs:
            return list(rows)
        parts = [".".join(row.split(".")[: self.arcs]) for row in rows]
        return list(dict.fromkeys(parts))

    def value_of(self, reader: Reader, identity: str) -> Optional[Raw]:
        """The value in `source`: what proves the rows complete is not read."""
        return self.source.value_of(reader, identity)


def _has_row(source: Source, reader: Reader, identities: Iterable[str]) -> bool:
    """Whether the first of these identities has a value in `source`; False without identities."""
    first = next(iter(identities), None)
    return first is not None and source.value_of(reader, first) is not None


def _next_rows(rows: Iterable[str]) -> list[str]:
    """The row after the last one of a table that is numbered by one arc; [] if it is not."""
    numbers = [int(row) for row in rows if is_number(row)]
    return [str(max(numbers) + 1)] if numbers else []


def _units_without_first_row(rows: Iterable[str], position: int) -> list[str]:
    """The units of which all rows with a number in the arc at `position` have one above 1. A unit
    is named by the other arcs."""
    first_number_by_unit: dict[str, int] = {}
    for row in rows:
        arcs = row.split(".")
        has_arc = not is_unidentified(row) and -len(arcs) <= position < len(arcs)
        arc = arcs.pop(position) if has_arc else ""
        if not is_number(arc):
            continue
        unit = ".".join(arcs)
        first_number_by_unit[unit] = min(int(arc), first_number_by_unit.get(unit, int(arc)))
    return [unit for unit, number in first_number_by_unit.items() if number > 1]


def lacks_first_row(rows: Sequence[str], count: int) -> bool:
    """Whether a table lacks one of the rows 1, 2, 3 ... up to the count, by the last arcs of its
    rows. False if these do not number the rows from 1: then nothing tells which are counted.
    """
    last_arcs = [row.rpartition(".")[2] for row in rows]
    if not all(arc.isascii() and arc.isdigit() for arc in last_arcs):
        return False
    numbers = set(map(int, last_arcs))
    if not numbers or len(numbers) < len(rows):
        return False
    is_numbered_from_zero = min(numbers) == 0
    lacks_several = max(numbers) > len(rows) + 1
    if is_numbered_from_zero or lacks_several:
        return False
    counted_numbers = range(1, count + 1)
    return not numbers.issuperset(counted_numbers)


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
            validation.require_suffix(value, "values")

    def rows(self, reader: Reader) -> Rows:
        """The rows with one of the arcs, and those whose identity is lost."""
        kept_rows: Rows = {}
        for identity, value in reader.rows(self.source).items():
            if is_unidentified(identity) or self._has_arc(identity) is self.keep:
                kept_rows[identity] = value
        return kept_rows

    def value_of(self, reader: Reader, identity: str) -> Optional[Raw]:
        """The row's value if its identity keeps it, else None."""
        return self.source.value_of(reader, identity) if self.keeps(reader, identity) else None

    def keeps(self, reader: Reader, identity: str) -> bool:
        """Whether the identity has one of the arcs; with `keep` false, whether it has none."""
        return self._has_arc(identity) is self.keep

    def identity_starts(self) -> Optional[frozenset[str]]:
        """`values` if the first arc is one of them, else as `source`."""
        if self.position == 0 and self.keep:
            return frozenset(self.values)
        return super().identity_starts()

    def _has_arc(self, identity: str) -> bool:
        """Whether the arc at `position` is one of `values`."""
        arcs = identity.split(".")
        is_long_enough = -len(arcs) <= self.position < len(arcs)
        return is_long_enough and arcs[self.position] in self.values


class OfUnits(Filter):
    """The rows of `source` (one for each unit) whose unit has rows in `listed`.

    The identity of a row in `listed` begins with the unit's. For counts in a chain: a unit that
    only meters has no rows in `listed`, so its count is left out.
    """

    listed: Source

    def rows(self, reader: Reader) -> Rows:
        """The rows of units with which an identity of `listed` begins."""
        outlets = reader.rows(self.listed)
        if not outlets:
            return {}
        units_with_outlets: set[str] = set()
        for identity in outlets:
            units_with_outlets.update(identity_prefixes(identity))
        value_by_unit = reader.rows(self.source)
        return {unit: value for unit, value in value_by_unit.items() if unit in units_with_outlets}


class Units(ReadOnly):
    """The units of the rows of `source`, whose index begins with the unit's arc, each with the
    value of its first row."""

    WHY = "a unit has several rows"

    source: Source

    def rows(self, reader: Reader) -> Rows:
        """Unit -> value of its first row."""
        value_by_unit: Rows = {}
        for identity, value in reader.rows(self.source).items():
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
        rows = reader.rows(self.source)
        units_without_row = self._read_units(reader) if rows else set()
        if not units_without_row:
            return rows
        for identity, unit in reader.rows(self.unit).items():
            if identity in rows:
                units_without_row.discard(text(unit))
        all_rows = dict(rows)
        for unit_name in sorted(units_without_row):
            all_rows[f"{unit_name}{UNIDENTIFIED}"] = LOST
        return all_rows

    def _read_units(self, reader: Reader) -> set[str]:
        """The units of the chain; none if every source of `units` lists at most one."""
        unit_names: set[str] = set()
        for units in self.units:
            names = set(map(text, reader.rows(units).values()))
            names.discard("")
            if len(names) > 1:
                unit_names |= names
        return unit_names


class UpToCount(RowFilter):
    """The rows of `source` whose last arc is at most the device's own `count` (a scalar).

    For tables with a fixed number of rows. If there is none (`counted_by`), all rows are
    kept. Raises ProtocolError if fewer rows than the count remain; `value_of` does not
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
        """The rows up to the count. Raises ProtocolError if these are fewer."""
        count = self._read_count(reader)
        if count is None:
            return self._rows_without_count(reader)
        if count == 0:
            return {}
        rows_in_count: Rows = {}
        for identity, value in reader.rows(self.source).items():
            if _is_in_count(identity, count):
                rows_in_count[identity] = value
        if len(rows_in_count) < count:
            raise ProtocolError(
                f"the device counts {count} rows in a table, but it listed {len(rows_in_count)}"
                f" with a number up to {count}; poll it again"
            )
        return rows_in_count

    def _rows_without_count(self, reader: Reader) -> Rows:
        """All rows. Raises ProtocolError if there are some and a count is required."""
        rows = reader.rows(self.source)
        if rows and self.count_is_required:
            raise ProtocolError(
                "the device does not say how many rows of a table are outlets, and the others look"
                f" like outlets, too; {CHECK_VIEW}"
            )
        return rows

    def value_of(self, reader: Reader, identity: str) -> Optional[Raw]:
        """The row's value if it is in the count, else None."""
        return self.source.value_of(reader, identity) if self.keeps(reader, identity) else None

    def keeps(self, reader: Reader, identity: str) -> bool:
        """Whether the row is in the count; without a count, each is unless one is required."""
        count = self._read_count(reader)
        if count is None:
            return not self.count_is_required
        return _is_in_count(identity, count)

    def _read_count(self, reader: Reader) -> Optional[int]:
        """The device's count, None if it is none."""
        return counted_by(self.count.value_of(reader, "0"))


def _is_in_count(identity: str, count: int) -> bool:
    """Whether the last arc of a row's identity is at most the count."""
    arc = identity.rpartition(".")[2]
    return arc.isascii() and arc.isdigit() and int(arc) <= count


class ExceptWhere(Filter):
    """All rows of `source`, except those whose value is in `values` and whose value in `test` is in
    `refuse`.

    For a value such as 0, which may also mean that there is no reading.

    Fields:
        source: the rows to choose from.
        values: the values that are checked.
        test: read by GET for each row with such a value, or by a walk if there are many of them.
        refuse: the values of `test` that say that there is no reading.
        most: the most rows that are checked by GET.
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
        """The rows that are not refused. One whose value in `test` is lost is lost, too."""
        rows = dict(reader.rows(self.source))
        rows_to_check = [row for row, value in rows.items() if is_one_of(value, self.values)]
        test_values = self._test_values(reader, rows_to_check)
        for row, test_value in test_values.items():
            if isinstance(test_value, Lost):
                rows[row] = lost_with(test_value)
            elif is_one_of(test_value, self.refuse):
                del rows[row]
        return rows

    def _test_values(self, reader: Reader, rows: Sequence[str]) -> dict[str, Optional[Raw]]:
        """The value of `test` for each of these rows, None where it has none."""
        if len(rows) > self.most:
            value_by_row = reader.rows(self.test)
            return {row: value_by_row.get(row) for row in rows}
        return {row: self.test.value_of(reader, row) for row in rows}
