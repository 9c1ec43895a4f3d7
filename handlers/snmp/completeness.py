"""What shows that the answers lack rows: another column, the device's own count, the numbering.

Each function here takes rows, {index: value}, and returns all of them, with a Missing for each row
that the answers lack: under the row's index if it is known, else under "." ("2." of unit 2). One
Missing is enough for "the sum is not known". All are plain functions, and none reads from the
device.

The first numbers of an index name the unit: "2.7" is row 7 of unit 2. `counts` are the device's own
numbers of rows, {unit: number}, such as {"1": 8, "2": 4}; a single one, {"0": 12}, is of all rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Optional

from .cells import (
    NO_ANSWER,
    Cell,
    Missing,
    Rows,
    arc,
    arcs,
    is_index_missing,
    is_unanswered,
    missing_because,
    row_without_index,
)
from .decoding import counted, counted_by, is_number, is_one_of, text
from .filters import is_within


def with_missing_rows_of(rows: Rows, others: Rows) -> Rows:
    """The rows, with a Missing for each row that another column of the same table has and this one
    lacks. The watts of outlet 2 were not answered, its name was:

    >>> with_missing_rows_of({"1": 37}, {"1": "web", "2": "db"})
    {'1': 37, '2': Missing(reason='no answer', is_unanswered=True)}
    >>> with_missing_rows_of({"1": 37}, {"1": "web"})
    {'1': 37}

    Where the other cell is missing itself, with its reason:

    >>> with_missing_rows_of({}, {"2": Missing("its type reads 9")})
    {'2': Missing(reason='its type reads 9', is_unanswered=False)}
    """
    result = dict(rows)
    for row, value in others.items():
        if row not in rows:
            result[row] = missing_because(value) if isinstance(value, Missing) else NO_ANSWER
    return result


def with_missing_first_rows(rows: Rows, position: int) -> Rows:
    """The rows of a table that numbers the rows of each unit 1, 2, 3 ..., with a Missing for each
    unit whose lowest number is not 1: row 1 was not answered. Unit 2 lacks 2.1:

    >>> list(with_missing_first_rows({"1.1": 37, "1.2": 12, "2.2": 20}, -1))
    ['1.1', '1.2', '2.2', '2.']

    position: where the index has the number of the row in its unit; -1 is the last. A row without a
        number there shows nothing.
    """
    lowest_numbers: dict[str, int] = {}
    for row in rows:
        if is_index_missing(row) or not is_number(arc(row, position)):
            continue
        words_of_unit = row.split(".")
        n = int(words_of_unit.pop(position))
        unit = ".".join(words_of_unit)
        lowest_numbers[unit] = min(n, lowest_numbers.get(unit, n))
    units = [unit for unit, n in lowest_numbers.items() if n > 1]
    return _with_missing_row_of_units(rows, units)


def with_missing_if_below(rows: Rows, least: int) -> Rows:
    """The rows, with one Missing (".") if they are fewer than each device of the family has. Here
    each has three lines. No row at all stays none, which is another fact:

    >>> list(with_missing_if_below({"1": 37, "2": 12}, 3))
    ['1', '2', '.']
    >>> with_missing_if_below({}, 3)
    {}
    """
    is_any_missing = rows and len(rows) < least
    return {**rows, row_without_index(): NO_ANSWER} if is_any_missing else rows


def with_missing_up_to_count(rows: Rows, counts: Rows) -> Rows:
    """The rows of a table, with one Missing for each unit of which the device counts more rows than
    it answered. The unit counts 3 lines, and 2 were answered. Which one was not is not said, so
    that its index is not known ("0.", as "0" is the row of the count):

    >>> list(with_missing_up_to_count({"1": 37, "2": 12}, {"0": 3}))
    ['1', '2', '0.']

    Each unit has its own count, or a single count is of all. As many rows as counted are too few if
    they are numbered 1, 2, 3 ... and one up to the count is not there, as 2.2 here:

    >>> list(with_missing_up_to_count({"1.1": 37, "2.1": 12, "2.3": 5}, {"1": 1, "2": 2}))
    ['1.1', '2.1', '2.3', '2.']

    No row was answered, beside a count of 3 and of 0:

    >>> list(with_missing_up_to_count({}, {"0": 3})), list(with_missing_up_to_count({}, {"0": 0}))
    (['.'], [])
    """
    if not rows:
        return _one_missing_if_counted(counts)
    units: list[str] = []
    for unit, rows_of_unit in _rows_by_unit(rows, counts).items():
        count = counted_by(counts[unit]) or 0
        if len(rows_of_unit) < count or _lacks_a_number(rows_of_unit, count):
            units.append(unit)
    return _with_missing_row_of_units(rows, units)


def with_missing_if_fewer(rows: Rows, counts: Rows) -> Rows:
    """The rows, with one Missing for each unit that has fewer rows than the device counts. Their
    numbers may have gaps, as 1 and 7 here:

    >>> list(with_missing_if_fewer({"1": 37, "7": 12}, {"0": 2}))
    ['1', '7']
    >>> list(with_missing_if_fewer({"1": 37, "7": 12}, {"0": 3}))
    ['1', '7', '0.']
    >>> list(with_missing_if_fewer({}, {"0": 3}))
    ['.']
    """
    if not rows:
        return _one_missing_if_counted(counts)
    return _with_missing_row_of_units(rows, _units_below_count(rows, counts))


def with_missing_if_fewer_parts(rows: Rows, counts: Rows, length: int) -> Rows:
    """The rows of parts such as banks, with one Missing for each unit that has rows of fewer parts
    than the device counts. Unit 1 counts 3 banks, and the rows are of its banks 1.1 and 1.2:

    >>> list(with_missing_if_fewer_parts({"1.1.1": 37, "1.1.2": 12, "1.2.1": 5}, {"1": 3}, 2))
    ['1.1.1', '1.1.2', '1.2.1', '1.']
    >>> with_missing_if_fewer_parts({}, {"1": 3}, 2)
    {}

    length: how many numbers of a row's index name its part, from the first on.
    """
    if not rows:
        return {}
    parts = dict.fromkeys(arcs(row, stop=length) for row in rows)
    return _with_missing_row_of_units(rows, _units_below_count(parts, counts))


def without_padding(rows: Rows, counts: Rows, words: Sequence[str]) -> Rows:
    """The rows without padding: a row numbered beyond the count of its unit that reads one of
    `words`. Unit 1 counts 2 rows; a row beyond them that reads another value stays, and so do all
    rows of a unit whose count is not known:

    >>> without_padding({"1.1": 37, "1.2": 0, "1.3": 0, "1.4": 5}, {"1": 2}, ["0"])
    {'1.1': 37, '1.2': 0, '1.4': 5}
    >>> without_padding({"1.3": 0}, {"1": Missing("no answer")}, ["0"])
    {'1.3': 0}
    """
    result: Rows = {}
    for row, value in rows.items():
        unit = row.rpartition(".")[0]
        count = counted_by(counts.get(unit))
        is_beyond_count = count is not None and not is_within(row, count)
        if not (is_beyond_count and is_one_of(value, words)):
            result[row] = value
    return result


def _with_missing_row_of_units(rows: Rows, units: Iterable[str]) -> Rows:
    """The rows, with a Missing for each of these units, under the name of a row whose index is not
    known:

    >>> _with_missing_row_of_units({"2.1": 37}, ["2"]) == {"2.1": 37, "2.": NO_ANSWER}
    True
    """
    return {**rows, **{row_without_index(unit): NO_ANSWER for unit in units}}


def _one_missing_if_counted(counts: Rows) -> Rows:
    """One Missing (".") if the device counts any row though it answered none; {} if it counts none:

    >>> list(_one_missing_if_counted({"0": 3})), list(_one_missing_if_counted({"0": 0}))
    (['.'], [])
    """
    return {row_without_index(): NO_ANSWER} if counted(counts) else {}


def _rows_by_unit(rows: Iterable[str], counts: Rows) -> dict[str, list[str]]:
    """The rows of each unit that has a count: those whose indexes begin with the unit. A single
    count is of all rows:

    >>> _rows_by_unit(["1.7", "1.8", "2.7"], {"1": 2, "2": 2})
    {'1': ['1.7', '1.8'], '2': ['2.7']}
    >>> _rows_by_unit(["1.7", "2.7"], {"0": 2})
    {'0': ['1.7', '2.7']}
    """
    if len(counts) == 1:
        return dict.fromkeys(counts, list(rows))
    rows_by_unit: dict[str, list[str]] = {unit: [] for unit in counts}
    for row in rows:
        for beginning in accumulate(row.split("."), "{}.{}".format):  # of 1.2.7: 1, 1.2, 1.2.7
            if beginning in rows_by_unit:
                rows_by_unit[beginning].append(row)
    return rows_by_unit


def _units_below_count(rows: Iterable[str], counts: Rows) -> list[str]:
    """The units that have fewer rows than they count. A unit whose count is not known is none:

    >>> _units_below_count(["1.7", "2.7"], {"1": 2, "2": -1})
    ['1']
    """
    count_by_unit = {unit: counted_by(count) or 0 for unit, count in counts.items()}
    rows_by_unit = _rows_by_unit(rows, counts)
    return [unit for unit in rows_by_unit if len(rows_by_unit[unit]) < count_by_unit[unit]]


def _lacks_a_number(rows: Sequence[str], count: int) -> bool:
    """Whether a table that numbers its rows 1, 2, 3 ... lacks one of them up to the count, though
    it has as many rows as counted:

    >>> _lacks_a_number(["2", "3"], 2), _lacks_a_number(["1", "2"], 2)
    (True, False)

    False if its rows are not numbered so: from 0 on, with a gap of two, or twice:

    >>> _lacks_a_number(["0", "1"], 2), _lacks_a_number(["11", "12"], 2)
    (False, False)
    >>> _lacks_a_number(["1.1", "2.1"], 2)
    False
    """
    last_arcs = [arc(row, -1) for row in rows]
    if not all(word.isascii() and word.isdigit() for word in last_arcs):
        return False
    numbers = set(map(int, last_arcs))
    is_numbered_from_1 = numbers <= set(range(1, len(rows) + 2)) and len(numbers) == len(rows)
    return is_numbered_from_1 and not numbers.issuperset(range(1, count + 1))


def if_complete(rows: Rows, count: Optional[Cell]) -> Rows:
    """The rows if they are at least as many as the device's count. If they are fewer, or the count
    does not tell (-1), one Missing (".") in place of all, because which are missing is not known:

    >>> if_complete({"1": "on", "2": "off"}, 2)
    {'1': 'on', '2': 'off'}
    >>> if_complete({"1": "on"}, 2) == if_complete({"1": "on"}, -1) == {".": NO_ANSWER}
    True

    {} if the device has no count, or counts 0; also without any row, if the count does not tell:

    >>> if_complete({"1": "on"}, None), if_complete({"1": "on"}, 0), if_complete({}, -1)
    ({}, {}, {})
    """
    expected_count = counted_by(count)  # None if the count does not tell
    is_any_expected = bool(rows or expected_count) and expected_count != 0
    if count is None or not is_any_expected:
        return {}
    outlets = [v for v in rows.values() if not isinstance(v, Missing) or is_unanswered(v)]
    is_complete = expected_count is not None and len(outlets) >= expected_count
    return rows if is_complete else {row_without_index(): NO_ANSWER}


def with_missing_units(rows: Rows, unit_of_row: Rows, *units: Rows) -> Rows:
    """The rows of a chain, with one Missing for each unit of the chain that has no row, so that the
    sum of the chain is not known. Unit 2 is in the chain's list, and has no row:

    >>> list(with_missing_units({"1": 37}, {"1": "1"}, {"1": "1", "2": "2"}))
    ['1', '2.']

    unit_of_row: the number of the unit of each row.
    units: lists of the units' numbers. A list of one unit is ignored, because a device that stands
        alone may have a different number in each table:

    >>> list(with_missing_units({"1": 37}, {"1": "1"}, {"1": "5"}))
    ['1']
    """
    if not rows:
        return {}
    units_of_chain: set[str] = set()
    for column in units:
        units_of_list = set(map(text, column.values())) - {""}
        if len(units_of_list) > 1:
            units_of_chain |= units_of_list
    units_with_row = {text(unit) for row, unit in unit_of_row.items() if row in rows}
    return _with_missing_row_of_units(rows, sorted(units_of_chain - units_with_row))
