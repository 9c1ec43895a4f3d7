"""Rows made of other rows, in the words of SQL: plain functions. None of them reads."""

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

_KEY_MISSING = Missing(
    "its key, or one that may be the same, is missing, empty or not the only one"
)
_OTHER_KEYS = Missing("only one of two tables has the columns that join them")
_OCTETS_LOST = Missing("its octets were lost where they became text")


# ---- rows of several tables ----


def left_join(rows: Rows, values: Rows) -> Rows:
    """Each of `rows` with its value in `values`, as LEFT JOIN of SQL; "" if it has none:

    >>> left_join({"1": "Phase L1", "2": "Phase L2"}, {"1": 37})
    {'1': 37, '2': ''}

    A value whose index is missing (".") may be that of each row that has none. A row that is empty
    or Missing itself has no value that is known:

    >>> left_join({"1": "Phase L1", "2": ""}, {".": Missing("no answer")})["1"].reason
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


def part_of(values: Rows, rows: Iterable[str], start: int = 0, stop: Optional[int] = None) -> Rows:
    """For each row the value of the part of the device that it is of, such as its unit. The arcs of
    the row from `start` to `stop` are the index of the part:

    >>> part_of({"1": "star", "2": "delta"}, ["1.1", "1.2", "2.1"], stop=1)
    {'1.1': 'star', '1.2': 'star', '2.1': 'delta'}
    """
    result: Rows = {}
    for row in rows:
        part = arcs(row, start, stop)
        if part in values:
            result[row] = values[part]
    return result


def prefixed(prefix: str, rows: Rows) -> Rows:
    """The rows of a part of the device, under identities that begin with the part:

    >>> prefixed("2", {"7": "on"})
    {'2.7': 'on'}
    """
    return {f"{prefix}.{row}": value for row, value in rows.items()}


def concat(*tables: Rows) -> Rows:
    """The rows of all tables. Raises ProtocolError if two have the same row.

    >>> concat({"1": "on"}, {"1.1": "off"})
    {'1': 'on', '1.1': 'off'}
    """
    rows: Rows = {}
    for table in tables:
        for row, value in table.items():
            if row in rows and not is_index_missing(row):
                raise ProtocolError(f"two tables of the device have the row {row}")
            rows[row] = value
    return rows


class _Keys(NamedTuple):
    """The keys of a table that is joined."""

    by_row: Mapping[str, tuple[str, ...]]  #: () if a key is not whole, or not the only one
    has_column: Sequence[bool]  #: whether each column of the keys has a text


def join(values: Rows, keys: Sequence[Rows], outlet_keys: Sequence[Rows]) -> Rows:
    """Values of another table, by columns of both tables; by the index, where both tables lack a
    column of the keys, or there is no table of outlets. A value whose key is missing, empty or not
    the only one may be that of each outlet that finds none: its value is missing.

    The meters of a device are sockets 11 and 12, and each outlet names its socket:

    >>> meters, sockets = {"1": 12, "2": 31}, {"1": "11", "2": "12"}
    >>> join(meters, [sockets], [{"1.1": "12", "1.2": "11"}])
    {'1.1': 31, '1.2': 12}
    >>> join(meters, [{"1": "11", "2": ""}], [{"1.1": "12", "1.2": "11"}])["1.1"].reason
    'its key, or one that may be the same, is missing, empty or not the only one'
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
    """The keys of a table, from the columns that hold them. A key that two rows have, or that lacks
    a part which others have, is no key:

    >>> _keys([{"1": "A", "2": "B", "3": "B"}]).by_row
    {'1': ('A',), '2': (), '3': ()}
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
    """Each number times a factor, as text, for a column whose values another column has in a finer
    unit. Tenths of A in hundredths:

    >>> times({"1": 79, "2": "6.6"}, 10)
    {'1': '790', '2': '66.0'}

    What is no figure stays as it is: text, a negative number, a register that is filled up, and
    what is lost.

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
    r"""One bit of each BITS value, as "1" or "0"; bit 0 is the highest of the first octet. Of text,
    it is missing if octets were lost in decoding, or if UTF-8 and Latin-1 differ in it.

    >>> bit({"1": bytes([0b10000001])}, 0), bit({"1": bytes([0b10000001])}, 1)
    ({'1': '1'}, {'1': '0'})
    >>> bit({"1": "\ufffd"}, 0)["1"].reason
    'its octets were lost where they became text'
    """
    result: Rows = {}
    for row, value in rows.items():
        if isinstance(value, Missing):
            result[row] = value
            continue
        bit_text = _bit_of(bits(value), position)
        latin = octets_if_latin_1(value)
        is_clear = latin is None or _bit_of(latin, position) == bit_text
        is_decoded = not isinstance(value, str) or "\ufffd" not in value
        result[row] = bit_text if is_clear and is_decoded else _OCTETS_LOST
    return result


def _bit_of(octets: bytes, position: int) -> str:
    """One bit of octets, "0" beyond their end:

    >>> _bit_of(bytes([0, 0b01000000]), 9), _bit_of(bytes([255]), 8)
    ('1', '0')
    """
    index = position // 8
    if index >= len(octets):
        return "0"
    return str(octets[index] >> (7 - position % 8) & 1)


def field(rows: Rows, position: int, separator: str = ",") -> Rows:
    """One field of each text; a row without it is left out:

    >>> field({"1": "LOCAL - B4", "2": "B5"}, 1, "-")
    {'1': 'B4'}
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
    """The number at `position` of each identity that has one there, increased by `plus`:

    >>> numbered(["1.0", "1.1"], plus=1), numbered(["AUX1.7", "."], position=0)
    ({'1.0': '1', '1.1': '2'}, {})
    """
    numbers: Rows = {}
    for row in rows:
        word = arc(row, position)
        if number(word) is not None:
            numbers[row] = str(int(word) + plus)
    return numbers


def with_units(units: Rows, numbers: Rows, separator: str = ":") -> Rows:
    """Printed numbers: in a chain of several units with the unit before each:

    >>> with_units({"7": "1", "2.7": "2"}, {"7": "7", "2.7": "7"})
    {'7': '1:7', '2.7': '2:7'}
    >>> with_units({"7": "1", "8": "1"}, {"7": "7", "8": "8"})
    {'7': '7', '8': '8'}
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
    """The units that the indexes begin with, each with the value of its first row:

    >>> first_of_units({"1.1": "ok", "1.2": "alarm", "2.1": "ok"})
    {'1': 'ok', '2': 'ok'}
    """
    units: Rows = {}
    for row, value in rows.items():
        units.setdefault(arcs(row, stop=1), value)
    return units
