"""Plain functions of rows: {identity: value}. None of them reads.

A value is a text or a number; empty, where there is no figure and no state; or LOST, where one
should be. A row whose identity is not known has a dot at its end (`UNIDENTIFIED`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from itertools import accumulate
from typing import Optional

from ..dcimanager.rows import Raw
from ..shared.ceilings import PLACEHOLDERS, PLACEHOLDERS_16
from ..shared.errors import ProtocolError
from ..shared.login_texts import CHECK_VIEW
from .decoding import LONGEST_NUMBER, Rows, bits, latin_1, number, text

_WHOLE_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)")
NO_VALUE = "-1"  # of many agents, in any column


class Lost(str):
    """The value of a row that should be there and is not known, with the reason. Empty as a text.

    It equals no other value: a device may send the same characters.
    """

    reason: str
    is_unanswered: bool  #: the answers lack the row itself, not another value that decides about it

    def __new__(cls, reason: str, *, is_unanswered: bool = False) -> Lost:
        lost = super().__new__(cls, "")
        lost.reason, lost.is_unanswered = reason, is_unanswered
        return lost

    __eq__ = object.__eq__
    __ne__ = object.__ne__
    __hash__ = object.__hash__


# the value of a row that the answers lack
LOST = Lost("no answer", is_unanswered=True)
# the value of a row that a mark chooses or drops, if the MIB does not name this value of the mark
UNDECIDED = Lost("its mark is none that the MIB names")
#: the identity of rows whose own identities are lost, or its end: no index ends with a dot
UNIDENTIFIED = "."


def is_one_of(value: Optional[Raw], texts: Collection[str]) -> bool:
    """Whether a cell reads one of these texts; one that is missing or lost reads none."""
    return value is not None and not isinstance(value, Lost) and text(value) in texts


def is_unanswered(value: Raw) -> bool:
    """Whether the answers lack the row itself."""
    return isinstance(value, Lost) and value.is_unanswered


def is_unidentified(identity: str) -> bool:
    return identity.endswith(UNIDENTIFIED)


def is_number(word: str) -> bool:
    """Whether a word is a number of at most nine digits, as outlets and units have."""
    return word.isascii() and word.isdigit() and len(word) <= LONGEST_NUMBER


def lost_with(cause: Lost) -> Lost:
    """The value of a row that is lost because another value is."""
    return Lost(cause.reason)


def undecided(mark: Optional[Raw]) -> Lost:
    """The value of a row of which its mark does not tell if it is one."""
    return lost_with(mark) if isinstance(mark, Lost) else UNDECIDED


def _unidentified_value(rows: Rows) -> Optional[Raw]:
    """The value of the first row whose identity is lost, which may be that of any identity."""
    return next((value for row, value in rows.items() if is_unidentified(row)), None)


def arcs(identity: str, start: int = 0, stop: Optional[int] = None) -> str:
    """Some arcs of an identity, such as those that name its unit."""
    return ".".join(identity.split(".")[start:stop])


# ---- which rows ----


def where(
    rows: Rows,
    marks: Rows,
    *values: str,
    others: Sequence[str] = (),
    keep: bool = True,
    demanded: bool = False,
) -> Rows:
    """The rows whose mark is one of `values`, as WHERE of SQL; with `keep` false all others.

    A mark that is neither one of `values` nor one of `others`, or that is lost, says nothing: the
    row is kept without a value. Without `others`, that is true of -1 alone, and where `values` are
    numbers, of a text, and of a register that is filled up in another column; a row without a mark
    is one of the others. `demanded`: it is an error.
    """
    default = _unidentified_value(marks)
    result: Rows = {}
    for row, value in rows.items():
        if is_unidentified(row) and row not in marks:
            result[row] = value
            continue
        mark = marks.get(row, default)
        if demanded and (mark is None or is_unanswered(mark)):
            raise ProtocolError(
                f"the device lists the row {row} without the value that tells outlets from"
                " padding; poll it again"
            )
        is_kept = _is_kept(mark, values, others, keep=keep)
        if marks is not rows and mark is not None and _is_filled_register(mark, values):
            is_kept = None
        if is_kept is None:
            result[row] = value if isinstance(value, Lost) else undecided(mark)
        elif is_kept:
            result[row] = value
    return result


def where_not(
    rows: Rows,
    *values: str,
    by: Optional[Rows] = None,
    others: Sequence[str] = (),
    demanded: bool = False,
) -> Rows:
    """The rows whose value, or that in `by`, is none of `values`: without padding, for example."""
    marks = rows if by is None else by
    return where(rows, marks, *values, others=others, keep=False, demanded=demanded)


def _is_kept(
    mark: Optional[Raw], values: Sequence[str], others: Sequence[str], *, keep: bool
) -> Optional[bool]:
    """Whether a row with this mark is kept, None if that is not known."""
    if isinstance(mark, Lost):
        return None
    word = None if mark is None else text(mark)
    if word in values:
        return keep
    if others:
        return not keep if word in others else None
    if word is None:
        return not keep
    are_numbers = all(map(_WHOLE_NUMBER.fullmatch, values))
    if word == NO_VALUE or (are_numbers and not _WHOLE_NUMBER.fullmatch(word)):
        return None
    return not keep


def _is_filled_register(mark: Raw, values: Sequence[str]) -> bool:
    """Whether a mark stands for "no value", where the values that mean something are numbers."""
    are_numbers = all(map(_WHOLE_NUMBER.fullmatch, values))
    return are_numbers and not is_one_of(mark, values) and _is_placeholder(mark)


def with_arc(rows: Rows, position: int, *values: str, keep: bool = True) -> Rows:
    """The rows whose identity has one of `values` as the arc at `position`; with `keep` false the
    others."""

    def has_arc(row: str) -> bool:
        words = row.split(".")
        return -len(words) <= position < len(words) and words[position] in values

    return {r: value for r, value in rows.items() if is_unidentified(r) or has_arc(r) is keep}


def matching(rows: Rows, marks: Rows, pattern: str, others: str = "") -> Rows:
    """The rows on a device of which `pattern` matches each mark; lost with a lost mark. `others`
    matches the marks of devices without these rows: any other mark leaves each row empty."""
    lost_marks = [mark for mark in marks.values() if isinstance(mark, Lost)]
    words = {text(mark) for mark in marks.values() if not isinstance(mark, Lost)}
    matches = [bool(re.fullmatch(pattern, word)) for word in words]
    are_known = all(m or re.fullmatch(others, w) for m, w in zip(matches, words)) and bool(marks)
    if others and not are_known:
        return dict.fromkeys(rows, UNDECIDED)
    if not marks or not all(matches) and not lost_marks and not others:
        return {}
    if lost_marks and are_known:
        return dict.fromkeys([*rows, UNIDENTIFIED], lost_with(lost_marks[0]))
    return rows if all(matches) else {}


def unless(rows: Rows, test: Rows) -> Rows:
    """The rows on a device without rows of `test`; lost if all of these are lost."""
    if not test:
        return rows
    lost_values = [value for value in test.values() if isinstance(value, Lost)]
    if len(lost_values) < len(test):
        return {}
    return dict.fromkeys([*rows, UNIDENTIFIED], lost_with(lost_values[0]))


def if_listed(rows: Rows, table: Rows) -> Rows:
    """The rows on a device that has rows of `table`."""
    return matching(rows, table, "(?s).*")


def up_to_count(
    rows: Rows, count: Optional[Raw], *, required: bool = False, are_all: bool = True
) -> Rows:
    """The rows whose last arc is at most the device's count, of a table with a fixed number of
    rows. Raises ProtocolError if fewer remain, and these `are_all`; without a count all rows,
    unless it is required."""
    most = counted_by(count)
    if most is None:
        if rows and required:
            raise ProtocolError(
                "the device does not say how many rows of a table are outlets, and the others look"
                f" like outlets, too; {CHECK_VIEW}"
            )
        return rows
    result = {row: value for row, value in rows.items() if _is_within(row, most)}
    if are_all and len(result) < most:
        raise ProtocolError(
            f"the device counts {most} rows in a table, but it listed {len(result)} with a number"
            f" up to {most}; poll it again"
        )
    return result


def _is_within(row: str, count: int) -> bool:
    arc = row.rpartition(".")[2]
    return arc.isascii() and arc.isdigit() and int(arc) <= count


def of_units(counts: Rows, outlets: Rows) -> Rows:
    """The counts of units that have rows in `outlets`: others only meter."""
    units = {unit for row in outlets for unit in accumulate(row.split("."), "{}.{}".format)}
    return {unit: value for unit, value in counts.items() if unit in units}


# ---- values of other rows ----


def left_join(rows: Rows, values: Rows) -> Rows:
    """Each row with its value in `values`, as LEFT JOIN of SQL; empty if either has none."""
    default = _unidentified_value(values)
    default = "" if default is None else default
    return {
        row: values.get(row, default) if text(value) else undecided(value)
        for row, value in rows.items()
    }


def part_of(values: Rows, rows: Iterable[str], start: int = 0, stop: Optional[int] = None) -> Rows:
    """For each row the value of its part of the device, whose index is some arcs of the row."""
    parts = {row: arcs(row, start, stop) for row in rows}
    return {row: values[part] for row, part in parts.items() if part in values}


def join(values: Rows, keys: Sequence[Rows], outlet_keys: Sequence[Rows]) -> Rows:
    """Values of another table, by columns of both tables; by the index, where both tables lack a
    column of the keys, or there is no table of outlets. A value whose key is lost, empty or not the
    only one may be that of each outlet that finds none: its value is lost."""
    if not values:
        return {}
    key_by_outlet, has_outlets = _keys(outlet_keys)
    value_keys, has_values = _keys(keys)
    if any(outlet_keys) and has_outlets != has_values:
        return {UNIDENTIFIED: Lost("only one of two tables has the columns that join them")}
    if not all(has_outlets) or not all(has_values):
        return values
    value_by_key = {key: values[row] for row, key in value_keys.items() if key and row in values}
    has_value_without_key = any(not value_keys.get(row) for row in values)
    has_value_without_outlet = not value_by_key.keys() <= set(key_by_outlet.values())
    result: Rows = {}
    for row, key in key_by_outlet.items():
        if key in value_by_key:
            result[row] = value_by_key[key]
        elif has_value_without_key or (not key and has_value_without_outlet):
            result[row] = Lost(
                "its key, or one that may be the same, is lost, empty or not the only one"
            )
    return result


def _keys(columns: Sequence[Rows]) -> tuple[dict[str, tuple[str, ...]], list[bool]]:
    """Row -> its key, () if that is not whole or not the only one; and which columns have texts."""
    has_text = [any(isinstance(v, Lost) or text(v) for v in column.values()) for column in columns]
    rows = dict.fromkeys(row for column in columns for row in column)
    keys = {row: tuple(text(column.get(row, "")) for column in columns) for row in rows}
    counts = Counter(keys.values())
    for row, key in keys.items():
        is_whole = any(key) and all(bool(word) == has for word, has in zip(key, has_text))
        if not is_whole or counts[key] > 1:
            keys[row] = ()
    return keys, has_text


def prefixed(prefix: str, rows: Rows) -> Rows:
    return {f"{prefix}.{row}": value for row, value in rows.items()}


def concat(*tables: Rows) -> Rows:
    """The rows of all tables. Raises ProtocolError if two have the same row."""
    rows: Rows = {}
    for table in tables:
        for row, value in table.items():
            if row in rows and not is_unidentified(row):
                raise ProtocolError(f"two tables of the device have the row {row}")
            rows[row] = value
    return rows


def bit(rows: Rows, position: int) -> Rows:
    """One bit of each BITS value, as "1" or "0"; bit 0 is the highest of the first octet. Of text,
    it is lost if octets were lost in decoding, or if UTF-8 and Latin-1 differ in it."""

    def of_octets(octets: bytes) -> str:
        octet, shift = position // 8, 7 - position % 8
        return str(octets[octet] >> shift & 1) if octet < len(octets) else "0"

    result: Rows = {}
    for row, value in rows.items():
        if isinstance(value, Lost):
            result[row] = value
            continue
        latin = latin_1(value)
        is_known = latin is None or of_octets(latin) == of_octets(bits(value))
        if isinstance(value, str) and "\ufffd" in value:
            is_known = False
        result[row] = (
            of_octets(bits(value))
            if is_known
            else Lost("its octets were lost where they became text")
        )
    return result


def field(rows: Rows, position: int, separator: str = ",", default: str = "") -> Rows:
    """One field of each text; a row without it is left out. `default`: the first field of a text
    that has only one."""
    result: Rows = {}
    for row, value in rows.items():
        if isinstance(value, Lost):
            result[row] = value
            continue
        fields = text(value).split(separator)
        if default and len(fields) == 1 and fields[0]:
            fields.insert(0, default)
        if len(fields) > position:
            result[row] = fields[position].strip()
    return result


def numbered(rows: Iterable[str], plus: int = 0, position: int = -1) -> Rows:
    """The number at `position` of each identity that has one there, increased by `plus`."""
    numbers: Rows = {}
    for row in rows:
        words = row.split(".")
        if -len(words) <= position < len(words) and number(words[position]) is not None:
            numbers[row] = str(int(words[position]) + plus)
    return numbers


def with_units(units: Rows, numbers: Rows, separator: str = ":") -> Rows:
    """Printed numbers: in a chain of several units with the unit before each."""
    names = {row: text(unit) for row, unit in units.items()}
    if len(set(names.values())) < 2:
        return numbers
    return {
        row: f"{names[row]}{separator}{text(value)}" if row in names else value
        for row, value in numbers.items()
    }


# ---- what shows that rows are missing ----


def counted_by(value: Optional[Raw]) -> Optional[int]:
    """How many parts a device counts by one value: a whole number from 0 on, else None."""
    count = number(value)
    if count is None or count < 0 or count != int(count):
        return None
    return None if _is_placeholder(value) else int(count)


def _is_placeholder(value: Optional[Raw]) -> bool:
    """Whether a number is a register that is filled up, of 16 bits or more."""
    return number(value) in PLACEHOLDERS | PLACEHOLDERS_16


def counted(counts: Rows) -> int:
    """What a device counts in all; rows without a count add nothing."""
    return sum(filter(None, map(counted_by, counts.values())))


def complete(
    rows: Rows,
    beside: Optional[Rows] = None,
    counts: Optional[Rows] = None,
    *,
    least: int = 0,
    from_one: Optional[int] = None,
    gaps: bool = False,
    parts: int = 0,
    padding: Sequence[str] = (),
    absent: bool = False,
) -> Rows:
    """All rows, and a lost one for each that the answer lacks, so that there is no sum.

    `beside`: rows that each have one here. `counts`: the number of rows of each unit, or of all;
    rows 1, 2, 3 ... unless `gaps`. `parts`: so many first arcs name what is counted. `least`: the
    rows that each device has. `from_one`: the arc that numbers the rows of each unit from 1.
    `padding`: values beyond a unit's count that are no rows. `absent`: the device does not have
    these rows, whatever else shows them.
    """
    counts = counts or {}
    if padding:
        rows = {row: v for row, v in rows.items() if not _is_padding(row, v, counts, padding)}
    if not rows and (absent or not beside):
        return {UNIDENTIFIED: LOST} if not absent and not parts and counted(counts) else {}
    result = dict(rows)
    for row, value in (beside or {}).items():
        if row not in rows:
            result[row] = lost_with(value) if isinstance(value, Lost) else LOST
    parts_by_unit = _counted_parts(result, parts, counts)
    units = [u for u, count in counts.items() if _is_short(parts_by_unit[u], count, gaps=gaps)]
    if from_one is not None:
        units += _units_without_first_row(result, from_one)
    if len(result) < least:
        units.append("")
    return {**result, **{f"{unit}{UNIDENTIFIED}": LOST for unit in units}}


def _is_padding(row: str, value: Raw, counts: Rows, padding: Sequence[str]) -> bool:
    count = counted_by(counts.get(row.rpartition(".")[0]))
    return count is not None and not _is_within(row, count) and is_one_of(value, padding)


def _counted_parts(rows: Iterable[str], parts: int, counts: Rows) -> dict[str, list[str]]:
    """What the count of each unit counts: its rows, or the parts that the first arcs name. A single
    count is of all."""
    names = list(dict.fromkeys(arcs(row, stop=parts) for row in rows)) if parts else list(rows)
    if len(counts) == 1:
        return dict.fromkeys(counts, names)
    names_by_unit: dict[str, list[str]] = {unit: [] for unit in counts}
    for name in names:
        for unit in accumulate(name.split("."), "{}.{}".format):
            if unit in names_by_unit:
                names_by_unit[unit].append(name)
    return names_by_unit


def _is_short(parts: Sequence[str], value: Raw, *, gaps: bool) -> bool:
    """Whether these are fewer than the count, or not the first ones."""
    count = counted_by(value)
    if count is None:
        return False
    return len(parts) < count or (not gaps and _lacks_first_row(parts, count))


def _lacks_first_row(rows: Sequence[str], count: int) -> bool:
    """Whether a table lacks one of the rows 1, 2, 3 ... up to the count; False if its rows are not
    numbered so."""
    last_arcs = [row.rpartition(".")[2] for row in rows]
    if not all(arc.isascii() and arc.isdigit() for arc in last_arcs):
        return False
    numbers = set(map(int, last_arcs))
    if not numbers or len(numbers) < len(rows) or min(numbers) == 0 or max(numbers) > len(rows) + 1:
        return False
    return not numbers.issuperset(range(1, count + 1))


def _units_without_first_row(rows: Iterable[str], position: int) -> list[str]:
    first: dict[str, int] = {}
    for row in rows:
        words = row.split(".")
        has_arc = not is_unidentified(row) and -len(words) <= position < len(words)
        arc = words.pop(position) if has_arc else ""
        if is_number(arc):
            unit = ".".join(words)
            first[unit] = min(int(arc), first.get(unit, int(arc)))
    return [unit for unit, number in first.items() if number > 1]


def if_complete(rows: Rows, count: Optional[Raw]) -> Rows:
    """The rows if they are at least as many as the count; {} if that is 0 or missing; else one lost
    row, because which are missing is not known."""
    most = counted_by(count)
    if count is None or most == 0:
        return {}
    certain = [v for v in rows.values() if not isinstance(v, Lost) or v.is_unanswered]
    if most is None:
        return {UNIDENTIFIED: LOST} if rows else {}
    return rows if len(certain) >= most else {UNIDENTIFIED: LOST}


def each_unit(rows: Rows, unit_of_row: Rows, *units: Rows) -> Rows:
    """The rows, and a lost one for each unit of the chain without a row. A source of units that
    lists one is ignored: it may have a different number in each table."""
    if not rows:
        return {}
    names: set[str] = set()
    for column in units:
        names_of_column = set(map(text, column.values())) - {""}
        if len(names_of_column) > 1:
            names |= names_of_column
    names -= {text(unit) for row, unit in unit_of_row.items() if row in rows}
    return {**rows, **{f"{name}{UNIDENTIFIED}": LOST for name in sorted(names)}}


def first_of_units(rows: Rows) -> Rows:
    """The units that the indexes begin with, each with the value of its first row."""
    units: Rows = {}
    for row, value in rows.items():
        units.setdefault(arcs(row, stop=1), value)
    return units


def except_where(rows: Rows, values: Sequence[str], test: Rows, *refuse: str) -> Rows:
    """All rows, except those with one of `values` whose test reads one of `refuse`: a value such as
    0 may also mean that there is no reading. Lost with its test."""
    result: Rows = {}
    for row, value in rows.items():
        test_value = test.get(row)
        if not is_one_of(value, values) or test_value is None:
            result[row] = value
        elif isinstance(test_value, Lost):
            result[row] = lost_with(test_value)
        elif not is_one_of(test_value, refuse):
            result[row] = value
    return result
