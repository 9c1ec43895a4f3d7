"""Rows made of the rows of other tables, in the words of SQL: joined, put together, renamed.

Rows are {index: value}, such as {"1": "web", "2": "db"}. The row "." is one whose index is not
known. All are plain functions, and none reads from the device.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Optional

from ..shared.ceilings import PLACEHOLDERS
from ..shared.errors import ProtocolError
from .cells import (
    Missing,
    Rows,
    arc,
    arcs,
    is_index_missing,
    missing_because,
    row_without_index,
    value_of_row_without_index,
)
from .decoding import bits, number, octets_if_latin_1, text
from .filters import Test, where

_KEY_MISSING = Missing(
    "its key, or one that may be the same, is missing, empty or not the only one"
)
_OTHER_KEYS = Missing("only one of two tables has the columns that join them")
_OCTETS_LOST = Missing("its octets were lost where they became text")


# ---- rows of several tables ----


def left_join(rows: Rows, values: Rows) -> Rows:
    """Each of `rows` with its value of another column, as LEFT JOIN of SQL; "", which is no figure
    and no state, for a row that the other column does not have:

    >>> left_join({"1": "Phase L1", "2": "Phase L2"}, {"1": 37})
    {'1': 37, '2': ''}

    A value whose index is not known (".") may be that of each row without one:

    >>> left_join({"1": "Phase L1"}, {".": Missing("no answer")})["1"].reason
    'no answer'

    Whether a row that reads "" or is missing is there is not known, and so is its value:

    >>> left_join({"1": Missing("no answer"), "2": ""}, {"1": 37, "2": 12})["1"].reason
    'no answer'
    """
    value_if_none = value_of_row_without_index(values)
    if value_if_none is None:
        value_if_none = ""
    result: Rows = {}
    for row, cell in rows.items():
        is_row_known = bool(text(cell))
        result[row] = values.get(row, value_if_none) if is_row_known else missing_because(cell)
    return result


def without_values(rows: Rows) -> Rows:
    """Each of `rows` with an empty value, so that it is there and not metered; a row that is
    missing or reads "" is not known.

    >>> without_values({"1": 37, "2": 0})
    {'1': '', '2': ''}
    >>> without_values({"1": Missing("no answer")})["1"].reason
    'no answer'
    """
    return left_join(rows, {})


def empty_as_missing(rows: Rows) -> Rows:
    """The rows, with a Missing where one reads "": a column that always has figures.

    >>> empty_as_missing({"1": 37, "2": ""})["2"].reason
    'its mark is none that the MIB names'
    """
    return left_join(rows, rows)


def with_empty_if_none(values: Rows, rows: Rows) -> Rows:
    """The values; if the device answers none of them, each of `rows` with an empty value: there are
    lines, and nothing is metered.

    >>> with_empty_if_none({"1": 37}, {"1": "Phase L1", "2": "Phase L2"})
    {'1': 37}
    >>> with_empty_if_none({}, {"1": "Phase L1", "2": "Phase L2"})
    {'1': '', '2': ''}
    """
    return left_join(values or rows, values)


def empty_unless(rows: Rows, marks: Rows, test: Test) -> Rows:
    """The rows, with an empty value where the mark of one does not pass a test: the device shows a
    figure there that it has not measured.

    >>> from handlers.snmp.filters import one_of
    >>> empty_unless({"1": 500, "2": 400}, {"1": "measured", "2": "estimated"}, one_of("measured"))
    {'1': 500, '2': ''}
    """
    return left_join(rows, where(rows, marks, test))


def part_of(values: Rows, rows: Iterable[str], start: int = 0, stop: Optional[int] = None) -> Rows:
    """For each row the value of the unit, or other part of the device, that it belongs to. The
    numbers of the row's index from `start` to `stop` are the part's index, here the first:

    >>> part_of({"1": "star", "2": "delta"}, ["1.1", "1.2", "2.1"], stop=1)
    {'1.1': 'star', '1.2': 'star', '2.1': 'delta'}

    A row whose part has no value is left out:

    >>> part_of({"1": "star"}, ["1.1", "3.1"], stop=1)
    {'1.1': 'star'}
    """
    result: Rows = {}
    for row in rows:
        part = arcs(row, start, stop)
        if part in values:
            result[row] = values[part]
    return result


def prefixed(prefix: str, rows: Rows) -> Rows:
    """The rows of one part of the device, such as unit 2, with the part before each index:

    >>> prefixed("2", {"7": "on"})
    {'2.7': 'on'}
    """
    return {f"{prefix}.{row}": value for row, value in rows.items()}


def concat(*tables: Rows) -> Rows:
    """The rows of several tables as one table, in their order. Raises ProtocolError if two have the
    same row.

    >>> concat({"1": "on"}, {"1.1": "off"})
    {'1': 'on', '1.1': 'off'}
    >>> concat({"1": "on"}, {"1": "off"})
    Traceback (most recent call last):
    handlers.shared.errors.ProtocolError: two tables of the device have the row 1
    """
    rows: Rows = {}
    for table in tables:
        for row, value in table.items():
            if row in rows and not is_index_missing(row):
                raise ProtocolError(f"two tables of the device have the row {row}")
            rows[row] = value
    return rows


class _Keys(NamedTuple):
    """The keys of a table that is joined: of each row, the texts of the columns that name it."""

    by_row: Mapping[str, tuple[str, ...]]  #: () if a key is not whole, or not the only one
    has_column: Sequence[bool]  #: whether each column of the keys has a text


def join(values: Rows, keys: Sequence[Rows], outlet_keys: Sequence[Rows]) -> Rows:
    """The values of a table of meters for each outlet, where both tables have a column that joins
    them. Meters 1 and 2 name their sockets, 11 and 12, and so do the outlets:

    >>> meters, sockets = {"1": 12, "2": 31}, {"1": "11", "2": "12"}
    >>> join(meters, [sockets], [{"1.1": "12", "1.2": "11"}])
    {'1.1': 31, '1.2': 12}

    A meter whose key is missing, empty or not the only one may be that of each outlet that finds no
    meter, whose value is then missing:

    >>> join(meters, [{"1": "11", "2": ""}], [{"1.1": "12", "1.2": "11"}])["1.1"].reason
    'its key, or one that may be the same, is missing, empty or not the only one'

    The values are returned as they are, to be joined by index, where both tables lack a column of
    the keys or there is no table of outlets. If only one table lacks a column, none can be joined:

    >>> join(meters, [{}], [{}])
    {'1': 12, '2': 31}
    >>> join(meters, [{}], [{"1.1": "12"}])["."].reason
    'only one of two tables has the columns that join them'

    keys: the columns of the meters' keys.
    outlet_keys: those of the outlets' keys, in the same order.
    """
    if not values:
        return {}
    of_values, of_outlets = _keys(keys), _keys(outlet_keys)
    if any(outlet_keys) and of_outlets.has_column != of_values.has_column:
        return {row_without_index(): _OTHER_KEYS}
    if not all(of_outlets.has_column) or not all(of_values.has_column):
        return values
    value_by_key = {
        key: values[row] for row, key in of_values.by_row.items() if key and row in values
    }
    is_any_without_key = any(not of_values.by_row.get(row) for row in values)
    is_any_without_outlet = not value_by_key.keys() <= set(of_outlets.by_row.values())
    result: Rows = {}
    for row, key in of_outlets.by_row.items():
        if key in value_by_key:
            result[row] = value_by_key[key]
        elif is_any_without_key or (not key and is_any_without_outlet):
            result[row] = _KEY_MISSING
    return result


def _keys(columns: Sequence[Rows]) -> _Keys:
    """The keys of a table's rows, from the columns that hold them: () for a key that two rows have,
    or that lacks a part which others have.

    >>> _keys([{"1": "A", "2": "B", "3": "B"}]).by_row
    {'1': ('A',), '2': (), '3': ()}
    >>> _keys([{"1": "A", "2": "B"}, {"1": "7"}]).by_row
    {'1': ('A', '7'), '2': ()}
    """
    has_column = [any(isinstance(v, Missing) or text(v) for v in rows.values()) for rows in columns]
    rows = dict.fromkeys(row for column in columns for row in column)
    keys = {row: tuple(text(column.get(row, "")) for column in columns) for row in rows}
    counts = Counter(keys.values())
    by_row: dict[str, tuple[str, ...]] = {}
    for row, key in keys.items():
        is_whole = any(key) and [bool(word) for word in key] == has_column
        by_row[row] = key if is_whole and counts[key] == 1 else ()
    return _Keys(by_row, has_column)


# ---- a part of each value, or of each identity ----


def times(rows: Rows, factor: int) -> Rows:
    """Each number times a factor, as text: a column whose unit is coarser than that of the column
    beside it, in the finer one. Tenths of A in hundredths:

    >>> times({"1": 79, "2": "6.6"}, 10)
    {'1': '790', '2': '66.0'}

    What is no figure stays as it is: text, a negative number, a register that is filled up, a
    Missing.

    >>> times({"1": "not-support", "2": -1, "3": 2147483647}, 10)
    {'1': 'not-support', '2': -1, '3': 2147483647}
    """
    result: Rows = {}
    for row, value in rows.items():
        count = number(value)
        is_figure = count is not None and count >= 0 and count not in PLACEHOLDERS
        result[row] = format(count * factor, "f") if count is not None and is_figure else value
    return result


def bit(rows: Rows, position: int) -> Rows:
    r"""One bit of the BITS value of each row, as "1" or "0"; bit 0 is the highest of the first
    octet (RFC 2578, 8). Bits 0 and 7 are set here:

    >>> bit({"1": bytes([0b10000001])}, 0), bit({"1": bytes([0b10000001])}, 1)
    ({'1': '1'}, {'1': '0'})

    A platform may return octets as text, decoded as UTF-8 or as Latin-1. The octets of "\xff" were
    11000011 10111111, or else 11111111. Bit 0 is the same in both; bit 2 is not, and is missing:

    >>> bit({"1": "\xff"}, 0)
    {'1': '1'}
    >>> bit({"1": "\xff"}, 2)["1"].reason, bit({"1": "\ufffd"}, 0)["1"].reason
    ('its octets were lost where they became text', 'its octets were lost where they became text')
    """
    result: Rows = {}
    for row, value in rows.items():
        if isinstance(value, Missing):
            result[row] = value
            continue
        bit_if_utf_8 = _bit_of(bits(value), position)
        latin_1_octets = octets_if_latin_1(value)
        is_same_bit = latin_1_octets is None or _bit_of(latin_1_octets, position) == bit_if_utf_8
        has_lost_octets = isinstance(value, str) and "\ufffd" in value
        result[row] = bit_if_utf_8 if is_same_bit and not has_lost_octets else _OCTETS_LOST
    return result


def _bit_of(octets: bytes, position: int) -> str:
    """One bit of octets, as "1" or "0"; bit 0 is the highest of the first octet. "0" beyond their
    end:

    >>> _bit_of(bytes([0, 0b01000000]), 9), _bit_of(bytes([255]), 8)
    ('1', '0')
    """
    index = position // 8
    if index >= len(octets):
        return "0"
    return str(octets[index] >> (7 - position % 8) & 1)


def field(rows: Rows, position: int, separator: str = ",") -> Rows:
    """One field of the text of each row, by its position between separators; a row without it is
    left out, and one that is missing stays so:

    >>> field({"1": "LOCAL - B4", "2": "B5", "3": Missing("no answer")}, 1, "-")
    {'1': 'B4', '3': Missing(reason='no answer', is_unanswered=False)}
    """
    result: Rows = {}
    for row, value in rows.items():
        fields = text(value).split(separator)
        if isinstance(value, Missing):
            result[row] = value
        elif len(fields) > position:
            result[row] = fields[position].strip()
    return result


def numbered(rows: Iterable[str], plus: int = 0, position: int = -1) -> Rows:
    """For each row a number of its own index, increased by `plus`: the number printed on the unit,
    where the index counts from 0.

    >>> numbered(["1.0", "1.1"], plus=1)
    {'1.0': '1', '1.1': '2'}

    position: of the number in the index; -1 is the last. A row without a number there is left out,
    as is one whose index is not known ("."):

    >>> numbered(["2.7", "AUX1.7", "."], position=0)
    {'2.7': '2'}
    """
    numbers: Rows = {}
    for row in rows:
        word = arc(row, position)
        if number(word) is not None:
            numbers[row] = str(int(word) + plus)
    return numbers


def with_units(units: Rows, numbers: Rows, separator: str = ":") -> Rows:
    """The printed number of each outlet, with the unit before it if there are several units:

    >>> with_units({"7": "1", "2.7": "2"}, {"7": "7", "2.7": "7"})
    {'7': '1:7', '2.7': '2:7'}
    >>> with_units({"7": "1", "8": "1"}, {"7": "7", "8": "8"})
    {'7': '7', '8': '8'}

    units: the unit of each row.
    numbers: the number of each row.
    """
    names = {row: text(unit) for row, unit in units.items()}
    if len(set(names.values())) < 2:
        return numbers
    result = dict(numbers)
    for row, name in names.items():
        if row in numbers:
            result[row] = f"{name}{separator}{text(numbers[row])}"
    return result


def first_of_units(rows: Rows) -> Rows:
    """One row for each unit of a chain, which is the first number of an index, with the value of
    the unit's first row. The value 5 of row "2.1" is that of unit 2:

    >>> first_of_units({"1.1": 7, "1.2": 8, "2.1": 5, "2.2": 6})
    {'1': 7, '2': 5}
    """
    units: Rows = {}
    for row, value in rows.items():
        units.setdefault(arcs(row, stop=1), value)
    return units
