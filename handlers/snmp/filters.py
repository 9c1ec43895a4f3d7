"""Which rows are taken: plain functions of rows. None of them reads.

A mark is what another row, or another column of the row, says about it: a type, a status. The marks
are rows of the same identities, and a test of a mark is true, false, or None if the mark does not
tell:

    amperes {"1": 15, "2": 40, "3": 9}
    marks   {"1": "outlet", "2": "line", "3": Missing}
    where(amperes, marks, one_of("outlet"))   {"1": 15, "3": Missing}
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Optional

from ..dcimanager.rows import Raw
from ..shared.errors import ProtocolError
from ..shared.login_texts import CHECK_VIEW
from .cells import (
    MARK_UNKNOWN,
    Cell,
    Missing,
    Rows,
    all_missing,
    arc,
    first_missing,
    is_index_missing,
    is_unanswered,
    missing_because,
    value_of_row_without_index,
)
from .decoding import counted_by, is_filled_register, is_one_of, text

#: a mark, None if a row has none -> whether its row is meant; None if the mark does not tell
Test = Callable[[Optional[Raw]], Optional[bool]]

_WHOLE_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)")
NO_VALUE = "-1"  # of many agents, in any column


# ---- tests of a mark ----


def one_of(*words: str) -> Test:
    """Makes a test whether a mark is one of these words; false without a mark. -1 tells nothing
    unless it is a word; where the words are numbers, nor does a text or a register that is filled
    up:

    >>> is_outlet = one_of("1")
    >>> [is_outlet(mark) for mark in (1, 2, None, "-1", "outlet", 65535)]
    [True, False, False, None, None, None]
    """

    def test(mark: Optional[Raw]) -> Optional[bool]:
        if mark is None:
            return False
        if text(mark) in words:
            return True
        return False if _is_reading(mark, words) else None

    return test


def none_of(*words: str) -> Test:
    """Makes a test whether a mark is none of these words. It is the contrary of `one_of`, and
    None, for "cannot tell", where that is None:

    >>> is_present = none_of("0", "4")
    >>> [is_present(mark) for mark in ("1", "4", None, "-1", "text among numbers")]
    [True, False, True, None, None]
    """
    is_one = one_of(*words)

    def test(mark: Optional[Raw]) -> Optional[bool]:
        is_one_of_words = is_one(mark)
        if is_one_of_words is None:
            return None
        return not is_one_of_words

    return test


def yes_or_no(words: Sequence[str], others: Sequence[str]) -> Test:
    """Makes a test whether a mark is one of `words`; false for one of `others`. Any other mark
    tells nothing:

    >>> is_outlet = yes_or_no(["outlet"], ["fan"])
    >>> [is_outlet(mark) for mark in ("outlet", "fan", "", None)]
    [True, False, None, None]
    """

    def test(mark: Optional[Raw]) -> Optional[bool]:
        if is_one_of(mark, words):
            return True
        return False if is_one_of(mark, others) else None

    return test


def matches(pattern: str) -> Test:
    """Makes a test whether a regular expression matches the whole mark; false without a mark:

    >>> is_bank = matches("B[0-9]")
    >>> [is_bank(mark) for mark in ("B1", "B12", None)]
    [True, False, False]
    """

    def test(mark: Optional[Raw]) -> Optional[bool]:
        return mark is not None and re.fullmatch(pattern, text(mark)) is not None

    return test


def matches_yes_or_no(pattern: str, others: str) -> Test:
    """Makes a test whether `pattern` matches a mark; false if `others` does. Any other mark tells
    nothing:

    >>> is_bank = matches_yes_or_no("B[0-9]", "L[0-9]")
    >>> [is_bank(mark) for mark in ("B1", "L1", "?")]
    [True, False, None]
    """

    def test(mark: Optional[Raw]) -> Optional[bool]:
        if matches(pattern)(mark):
            return True
        return False if matches(others)(mark) else None

    return test


def _is_reading(mark: Raw, words: Sequence[str]) -> bool:
    """Whether a mark that is none of the words is another one, and not a sign for "no value":

    >>> _is_reading(3, ["1", "2"]), _is_reading("n/a", ["1", "2"]), _is_reading("-1", ["1"])
    (True, False, False)
    """
    if text(mark) == NO_VALUE:
        return False
    if not all(map(_WHOLE_NUMBER.fullmatch, words)):
        return True
    return _WHOLE_NUMBER.fullmatch(text(mark)) is not None and not is_filled_register(mark)


def tested(mark: Optional[Cell], test: Test) -> Optional[bool]:
    """The answer of a test; None if the mark is missing."""
    return None if isinstance(mark, Missing) else test(mark)


# ---- rows, each by its own mark ----


def where(rows: Rows, marks: Rows, test: Test) -> Rows:
    """The rows whose mark passes a test, as WHERE of SQL:

    >>> where({"1": 10, "2": 20, "3": 30}, {"1": "on", "2": "off"}, one_of("on"))
    {'1': 10}

    Where the test cannot tell (None), the row stays with a Missing in place of its value:

    >>> where({"1": 10}, {"1": Missing("no answer")}, one_of("on"))["1"].reason
    'no answer'

    A row whose index is missing ("1.": one of unit 1) stays if no mark has the same name.
    """
    mark_of_any_row = value_of_row_without_index(marks)  # None: no index of a mark is missing
    result: Rows = {}
    for row, value in rows.items():
        if is_index_missing(row) and row not in marks:
            result[row] = value
            continue
        mark = marks.get(row, mark_of_any_row)
        is_passed = tested(mark, test)
        if is_passed is None:
            result[row] = value if isinstance(value, Missing) else missing_because(mark)
        elif is_passed:
            result[row] = value
    return result


def without(rows: Rows, *words: str) -> Rows:
    """The rows that read none of these words: without padding, for example. A register that is
    filled up is another value, which means what it means there.

    >>> without({"1": 37, "2": "none", "3": 65535}, "none")
    {'1': 37, '3': 65535}
    """

    is_other = none_of(*words)

    def test(value: Optional[Raw]) -> Optional[bool]:
        if is_filled_register(value) and not is_one_of(value, words):
            return True
        return is_other(value)

    return where(rows, rows, test)


def require_marks(rows: Rows, marks: Rows) -> Rows:
    """The marks. Raises ProtocolError if one that tells outlets from padding is not answered."""
    default = value_of_row_without_index(marks)
    for row in rows:
        mark = marks.get(row, default)
        is_row_missing = is_index_missing(row) and row not in marks
        if not is_row_missing and (mark is None or is_unanswered(mark)):
            raise ProtocolError(
                f"the device lists the row {row} without the value that tells outlets from"
                " padding; poll it again"
            )
    return marks


def except_where(rows: Rows, words: Sequence[str], marks: Rows, test: Test) -> Rows:
    """The rows, without those that read one of `words` while their mark passes a test: a 0 may also
    mean that there is no reading. Without a value if the mark is missing. The volts of row 2 are 0,
    too:

    >>> except_where({"1": 0, "2": 0, "3": 5}, ("0",), {"1": 230, "2": 0, "3": 0}, one_of("0"))
    {'1': 0, '3': 5}
    """
    result: Rows = {}
    for row, value in rows.items():
        mark = marks.get(row) if is_one_of(value, words) else None
        if isinstance(mark, Missing):
            result[row] = missing_because(mark)
        elif mark is None or not test(mark):
            result[row] = value
    return result


# ---- rows by their identities ----


def with_arc(rows: Rows, position: int, *arcs: str) -> Rows:
    """The rows whose identity has one of these arcs at a position, or none that is known:

    >>> with_arc({"1.4": 230, "1.5": 2, "1.": 7}, -1, "4")
    {'1.4': 230, '1.': 7}
    """
    return {
        row: value
        for row, value in rows.items()
        if is_index_missing(row) or arc(row, position) in arcs
    }


def without_arc(rows: Rows, position: int, *arcs: str) -> Rows:
    """The rows whose identity has none of these arcs at a position, or none that is known:

    >>> without_arc({"1.4": 230, "1.5": 2, "1.": 7}, -1, "4")
    {'1.5': 2, '1.': 7}
    """
    return {
        row: value
        for row, value in rows.items()
        if is_index_missing(row) or arc(row, position) not in arcs
    }


def of_units(rows: Rows, outlets: Rows) -> Rows:
    """The rows of units that have outlets: others only meter.

    >>> of_units({"1": 24, "2": 8}, {"1.1": "on", "1.2": "off"})
    {'1': 24}
    """
    units = {unit for row in outlets for unit in accumulate(row.split("."), "{}.{}".format)}
    return {unit: value for unit, value in rows.items() if unit in units}


def is_within(row: str, count: int) -> bool:
    """Whether the last arc of an identity is a number up to a count:

    >>> is_within("2.8", 8), is_within("2.9", 8), is_within("2.", 8)
    (True, False, False)
    """
    last = arc(row, -1)
    return last.isascii() and last.isdigit() and int(last) <= count


def within_count(rows: Rows, count: Optional[Cell]) -> Rows:
    """The rows whose last arc is at most the device's count, of a table with a fixed number of
    rows; all rows without a count:

    >>> within_count({"1": "on", "2": "off", "3": 0}, 2), within_count({"1": "on"}, None)
    ({'1': 'on', '2': 'off'}, {'1': 'on'})
    """
    most = counted_by(count)
    if most is None:
        return rows
    return {row: value for row, value in rows.items() if is_within(row, most)}


def up_to_count(rows: Rows, count: Optional[Cell]) -> Rows:
    """The rows whose last arc is at most the device's count; all rows without a count. Raises
    ProtocolError if fewer rows than the count remain.

    >>> up_to_count({"1": "on", "2": "off", "3": 0}, 2)
    {'1': 'on', '2': 'off'}
    """
    result = within_count(rows, count)
    most = counted_by(count)
    if most is not None and len(result) < most:
        raise ProtocolError(
            f"the device counts {most} rows in a table, but it listed {len(result)} with a number"
            f" up to {most}; poll it again"
        )
    return result


def require_count(rows: Rows, count: Optional[Cell]) -> None:
    """Raises ProtocolError if there are rows and no count says which of them are outlets."""
    if rows and counted_by(count) is None:
        raise ProtocolError(
            "the device does not say how many rows of a table are outlets, and the others look"
            f" like outlets, too; {CHECK_VIEW}"
        )


# ---- all rows or none, by the marks of the device ----


def rows_if_every_mark(rows: Rows, marks: Rows, test: Test) -> Rows:
    """The rows on a device of which each mark passes a test; without values if one does not tell
    and no other one fails:

    >>> rows_if_every_mark({"1": 37}, {"0": "metered"}, one_of("metered"))
    {'1': 37}
    >>> rows_if_every_mark({"1": 37}, {"0": "switched"}, one_of("metered"))
    {}
    >>> rows_if_every_mark({"1": 37}, {"0": Missing("no answer")}, one_of("metered"))["1"].reason
    'no answer'
    """
    answers = [tested(mark, test) for mark in marks.values()] or [test(None)]
    if False in answers:
        return {}
    if None not in answers:
        return rows
    cause = first_missing(marks)
    if cause is None:
        return dict.fromkeys(rows, MARK_UNKNOWN)
    return all_missing(rows, missing_because(cause))


def rows_if_any_in(rows: Rows, table: Rows) -> Rows:
    """The rows on a device that has rows of `table`:

    >>> rows_if_any_in({"1": 37}, {"1": "L1"}), rows_if_any_in({"1": 37}, {})
    ({'1': 37}, {})
    """
    return rows_if_every_mark(rows, table, lambda mark: mark is not None)


def rows_if_none_in(rows: Rows, table: Rows) -> Rows:
    """The rows on a device without rows of `table`; without values if all of these are missing:

    >>> rows_if_none_in({"1": 37}, {}), rows_if_none_in({"1": 37}, {"1": "L1"})
    ({'1': 37}, {})
    >>> rows_if_none_in({"1": 37}, {"1": Missing("no answer")})["1"].reason
    'no answer'
    """
    if not table:
        return rows
    cause = first_missing(table)
    if cause is None or not all(isinstance(value, Missing) for value in table.values()):
        return {}
    return all_missing(rows, missing_because(cause))
