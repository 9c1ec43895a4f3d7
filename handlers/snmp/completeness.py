"""What shows that rows are missing: plain functions. None of them reads.

Each returns all rows, and a missing one for each that the answers lack, so that there is no sum.
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
    """The rows, and each row of `others` that they lack: another column of the same table.

    >>> with_missing_rows_of({"1": 37}, {"1": "L1", "2": "L2"})
    {'1': 37, '2': Missing(reason='no answer', is_unanswered=True)}
    """
    result = dict(rows)
    for row, value in others.items():
        if row not in rows:
            result[row] = missing_because(value) if isinstance(value, Missing) else NO_ANSWER
    return result


def with_missing_first_rows(rows: Rows, position: int) -> Rows:
    """The rows, and one of each unit that has no row 1. `position`: the arc that numbers the rows
    of a unit, here the last:

    >>> list(with_missing_first_rows({"1.1": 37, "1.2": 12, "2.2": 20}, -1))
    ['1.1', '1.2', '2.2', '2.']
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
    """The rows, and one if they are fewer than each device has; no row if none is answered:

    >>> list(with_missing_if_below({"1": 37, "2": 12}, 3)), with_missing_if_below({}, 3)
    (['1', '2', '.'], {})
    """
    return _with_missing_row_of(rows, [""] if rows and len(rows) < least else [])


def with_missing_up_to_count(rows: Rows, counts: Rows) -> Rows:
    """The rows, and one of each unit that counts more of them, or of which they are not the first
    ones. A single count is of all units.

    >>> list(with_missing_up_to_count({"1": 37, "2": 12}, {"0": 3}))
    ['1', '2', '0.']
    >>> list(with_missing_up_to_count({"1.1": 37, "2.1": 12, "2.3": 5}, {"1": 1, "2": 2}))
    ['1.1', '2.1', '2.3', '2.']
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
    """The rows, and one of each unit that counts more of them; their numbers may have gaps:

    >>> list(with_missing_if_fewer({"1": 37, "7": 12}, {"0": 2}))
    ['1', '7']
    """
    units = _short_units(_by_unit(rows, counts), counts)
    return _with_missing_row_of(rows, units) if rows else _one_missing_if_counted(counts)


def with_missing_if_fewer_parts(rows: Rows, counts: Rows, length: int) -> Rows:
    """The rows, and one of each unit that counts more parts. The first `length` arcs of a row name
    its part, here bank 1 or 2 of unit 1; no row if none is answered:

    >>> list(with_missing_if_fewer_parts({"1.1.1": 37, "1.1.2": 12, "1.2.1": 5}, {"1": 3}, 2))
    ['1.1.1', '1.1.2', '1.2.1', '1.']
    """
    if not rows:
        return {}
    parts = dict.fromkeys(arcs(row, stop=length) for row in rows)
    return _with_missing_row_of(rows, _short_units(_by_unit(parts, counts), counts))


def without_padding(rows: Rows, counts: Rows, words: Sequence[str]) -> Rows:
    """The rows, without those beyond the count of their unit that read one of these words:

    >>> without_padding({"1.1": 37, "1.2": 0, "1.3": 0}, {"1": 2}, ["0"])
    {'1.1': 37, '1.2': 0}
    """
    result: Rows = {}
    for row, value in rows.items():
        count = counted_by(counts.get(row.rpartition(".")[0]))
        if count is None or is_within(row, count) or not is_one_of(value, words):
            result[row] = value
    return result


def _with_missing_row_of(rows: Rows, units: Iterable[str]) -> Rows:
    """The rows, and one that is missing of each of these units."""
    return {**rows, **{row_without_index(unit): NO_ANSWER for unit in units}}


def _one_missing_if_counted(counts: Rows) -> Rows:
    """One row that is missing if the device counts any, none else."""
    return {row_without_index(): NO_ANSWER} if counted(counts) else {}


def _by_unit(rows: Iterable[str], counts: Rows) -> dict[str, list[str]]:
    """The rows of each unit with a count; a single count is of all:

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
    """The units that count more rows than they have."""
    return [
        unit for unit, rows in rows_by_unit.items() if len(rows) < (counted_by(counts[unit]) or 0)
    ]


def _lacks_first_row(rows: Sequence[str], count: int) -> bool:
    """Whether a table lacks one of the rows 1, 2, 3 ... up to the count; False if its rows are not
    numbered so:

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
    """The rows if they are at least as many as the count; {} if that is 0 or missing; else one row,
    because which are missing is not known:

    >>> if_complete({"1": "on", "2": "off"}, 2), if_complete({"1": "on"}, None)
    ({'1': 'on', '2': 'off'}, {})
    >>> list(if_complete({"1": "on"}, 2))
    ['.']
    """
    most = counted_by(count)
    if count is None or most == 0 or not (rows or most):
        return {}
    answered = [v for v in rows.values() if not isinstance(v, Missing) or is_unanswered(v)]
    return rows if most is not None and len(answered) >= most else {row_without_index(): NO_ANSWER}


def with_missing_units(rows: Rows, unit_of_row: Rows, *units: Rows) -> Rows:
    """The rows, and one of each unit of the chain without a row. A source of units that lists one
    is ignored: it may have a different number in each table.

    >>> list(with_missing_units({"1": 37}, {"1": "1"}, {"1": "1", "2": "2"}))
    ['1', '2.']
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
