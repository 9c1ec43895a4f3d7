"""What shows that the answers lack rows: another column, the device's own count, the numbering.

Each function here takes rows and returns all of them, with a Missing for each row that the answers
lack: under the row's index if it is known, else under "." ("2." of unit 2). One Missing is enough
for "the sum is not known". All are plain functions, and none reads from the device.
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

    position: of the arc that numbers the rows of a unit; -1 is the last.
    """
    lowest: dict[str, int] = {}
    for row in rows:
        if is_index_missing(row) or not is_number(arc(row, position)):
            continue
        words = row.split(".")
        n = int(words.pop(position))
        unit = ".".join(words)
        lowest[unit] = min(n, lowest.get(unit, n))
    return _with_missing_row_of(rows, [unit for unit, n in lowest.items() if n > 1])


def with_missing_if_below(rows: Rows, least: int) -> Rows:
    """The rows, with one Missing (".") if they are fewer than each device of the family has. Here
    each has three lines. No row at all stays none, which is another fact:

    >>> list(with_missing_if_below({"1": 37, "2": 12}, 3))
    ['1', '2', '.']
    >>> with_missing_if_below({}, 3)
    {}
    """
    return _with_missing_row_of(rows, [""] if rows and len(rows) < least else [])


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
    short_units: list[str] = []
    for unit, unit_rows in _by_unit(rows, counts).items():
        count = counted_by(counts[unit])
        if count is not None and (len(unit_rows) < count or _lacks_first_row(unit_rows, count)):
            short_units.append(unit)
    return _with_missing_row_of(rows, short_units) if rows else _one_missing_if_counted(counts)


def with_missing_if_fewer(rows: Rows, counts: Rows) -> Rows:
    """The rows, with one Missing for each unit that has fewer rows than the device counts. Their
    numbers may have gaps, as 1 and 7 here:

    >>> list(with_missing_if_fewer({"1": 37, "7": 12}, {"0": 2}))
    ['1', '7']
    >>> list(with_missing_if_fewer({"1": 37, "7": 12}, {"0": 3}))
    ['1', '7', '0.']

    counts: the count of each unit; a single one is of all units.
    """
    units = _short_units(_by_unit(rows, counts), counts)
    return _with_missing_row_of(rows, units) if rows else _one_missing_if_counted(counts)


def with_missing_if_fewer_parts(rows: Rows, counts: Rows, length: int) -> Rows:
    """The rows of parts such as banks, with one Missing for each unit that has rows of fewer parts
    than the device counts. Unit 1 counts 3 banks, and the rows are of banks 1 and 2:

    >>> list(with_missing_if_fewer_parts({"1.1.1": 37, "1.1.2": 12, "1.2.1": 5}, {"1": 3}, 2))
    ['1.1.1', '1.1.2', '1.2.1', '1.']

    length: how many arcs of a row's index name its part. No row at all stays none.
    """
    if not rows:
        return {}
    parts = dict.fromkeys(arcs(row, stop=length) for row in rows)
    return _with_missing_row_of(rows, _short_units(_by_unit(parts, counts), counts))


def without_padding(rows: Rows, counts: Rows, words: Sequence[str]) -> Rows:
    """The rows without padding: a row numbered beyond the count of its unit that reads one of
    `words`. Unit 1 counts 2 rows; a row beyond them that reads another value stays:

    >>> without_padding({"1.1": 37, "1.2": 0, "1.3": 0, "1.4": 5}, {"1": 2}, ["0"])
    {'1.1': 37, '1.2': 0, '1.4': 5}
    >>> without_padding({"1.3": 0}, {"1": Missing("no answer")}, ["0"])
    {'1.3': 0}
    """
    result: Rows = {}
    for row, value in rows.items():
        count = counted_by(counts.get(row.rpartition(".")[0]))
        if count is None or is_within(row, count) or not is_one_of(value, words):
            result[row] = value
    return result


def _with_missing_row_of(rows: Rows, units: Iterable[str]) -> Rows:
    """The rows, with a Missing for each of these units, under the name of a row whose index is not
    known:

    >>> _with_missing_row_of({"2.1": 37}, ["2"]) == {"2.1": 37, "2.": NO_ANSWER}
    True
    """
    return {**rows, **{row_without_index(unit): NO_ANSWER for unit in units}}


def _one_missing_if_counted(counts: Rows) -> Rows:
    """One Missing (".") if the device counts any row though it answered none; {} if it counts none:

    >>> list(_one_missing_if_counted({"0": 3})), list(_one_missing_if_counted({"0": 0}))
    (['.'], [])
    """
    return {row_without_index(): NO_ANSWER} if counted(counts) else {}


def _by_unit(rows: Iterable[str], counts: Rows) -> dict[str, list[str]]:
    """The rows of each unit that has a count, by the unit, with which their indexes begin. A single
    count is of all rows:

    >>> _by_unit(["1.7", "1.8", "2.7"], {"1": 2, "2": 2})
    {'1': ['1.7', '1.8'], '2': ['2.7']}
    >>> _by_unit(["1.7", "2.7"], {"0": 2})
    {'0': ['1.7', '2.7']}
    """
    if len(counts) == 1:
        return dict.fromkeys(counts, list(rows))
    rows_by_unit: dict[str, list[str]] = {unit: [] for unit in counts}
    for row in rows:
        for unit in accumulate(row.split("."), "{}.{}".format):
            if unit in rows_by_unit:
                rows_by_unit[unit].append(row)
    return rows_by_unit


def _short_units(rows_by_unit: dict[str, list[str]], counts: Rows) -> list[str]:
    """The units that have fewer rows than they count. One without a count that is known is not:

    >>> _short_units({"1": ["1.7"], "2": ["2.7"]}, {"1": 2, "2": -1})
    ['1']
    """
    return [
        unit for unit, rows in rows_by_unit.items() if len(rows) < (counted_by(counts[unit]) or 0)
    ]


def _lacks_first_row(rows: Sequence[str], count: int) -> bool:
    """Whether one of the rows 1, 2, 3 ... up to the count is not in a table, though it has as many
    rows. False if its rows are not numbered so, as 11 and 12:

    >>> _lacks_first_row(["2", "3"], 2), _lacks_first_row(["1", "2"], 2)
    (True, False)
    >>> _lacks_first_row(["11", "12"], 2)
    False
    """
    last_arcs = [arc(row, -1) for row in rows]
    if not all(word.isascii() and word.isdigit() for word in last_arcs):
        return False
    numbers = set(map(int, last_arcs))
    if not numbers or len(numbers) < len(rows) or min(numbers) == 0 or max(numbers) > len(rows) + 1:
        return False
    return not numbers.issuperset(range(1, count + 1))


def if_complete(rows: Rows, count: Optional[Cell]) -> Rows:
    """The rows if they are at least as many as the device's count. If they are fewer, or the count
    does not tell (-1), one Missing (".") in place of all, because which are missing is not known:

    >>> if_complete({"1": "on", "2": "off"}, 2)
    {'1': 'on', '2': 'off'}
    >>> if_complete({"1": "on"}, 2) == if_complete({"1": "on"}, -1) == {".": NO_ANSWER}
    True

    {} if the device has no count, or counts 0:

    >>> if_complete({"1": "on"}, None), if_complete({"1": "on"}, 0)
    ({}, {})
    """
    most = counted_by(count)
    if count is None or most == 0 or not (rows or most):
        return {}
    answered = [v for v in rows.values() if not isinstance(v, Missing) or is_unanswered(v)]
    is_complete = most is not None and len(answered) >= most
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
    names: set[str] = set()
    for column in units:
        names_of_column = set(map(text, column.values())) - {""}
        if len(names_of_column) > 1:
            names |= names_of_column
    names -= {text(unit) for row, unit in unit_of_row.items() if row in rows}
    return _with_missing_row_of(rows, sorted(names))
