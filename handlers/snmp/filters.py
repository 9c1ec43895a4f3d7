"""Which rows of a table are taken: those of outlets, not those of lines or padding.

A mark is the cell that says what a row is: its type or status, in another column, under the same
index. A test takes a mark and answers True (take the row), False (drop it), or None if the mark
does not tell; then the row stays with a Missing in place of its value. All are plain functions,
and none reads from the device:

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
    """Makes a test whether a mark, such as a row's type, reads one of these words; a row without a
    mark is not meant:

    >>> is_outlet = one_of("1")
    >>> is_outlet(1), is_outlet(2), is_outlet(None)
    (True, False, False)

    None, "cannot tell", for -1, by which agents say "no value". Where the words are numbers, also
    for text and for a register that is filled up (65535):

    >>> is_outlet("-1"), is_outlet("outlet"), is_outlet(65535)
    (None, None, None)
    """

    def test(mark: Optional[Raw]) -> Optional[bool]:
        if mark is None:
            return False
        if text(mark) in words:
            return True
        return False if _is_reading(mark, words) else None

    return test


def none_of(*words: str) -> Test:
    """Makes a test whether a mark, such as a row's status, reads none of these words; a row without
    a mark is meant:

    >>> is_present = none_of("0", "4")
    >>> is_present("1"), is_present("4"), is_present(None)
    (True, False, True)

    None, "cannot tell", for -1, and, where the words are numbers, for text and for a register that
    is filled up (65535):

    >>> is_present("-1"), is_present("on")
    (None, None)
    """
    is_one = one_of(*words)

    def test(mark: Optional[Raw]) -> Optional[bool]:
        is_one_of_words = is_one(mark)
        if is_one_of_words is None:
            return None
        return not is_one_of_words

    return test


def yes_or_no(words: Sequence[str], others: Sequence[str]) -> Test:
    """Makes a test of marks by two lists of words: True for a word of the first, False for one of
    the second, and None, "cannot tell", for every other mark and for none:

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
    """Makes a test whether a regular expression matches the whole mark, such as a name of a bank;
    False for a row without a mark:

    >>> is_bank = matches("B[0-9]")
    >>> [is_bank(mark) for mark in ("B1", "B12", None)]
    [True, False, False]
    """

    def test(mark: Optional[Raw]) -> Optional[bool]:
        return mark is not None and re.fullmatch(pattern, text(mark)) is not None

    return test


def matches_yes_or_no(pattern: str, others: str) -> Test:
    """Makes a test of marks by two regular expressions: True if the first matches the whole mark,
    False if the second does, and None, "cannot tell", for every other mark and for none:

    >>> is_bank = matches_yes_or_no("B[0-9]", "L[0-9]")
    >>> [is_bank(mark) for mark in ("B1", "L1", "?", None)]
    [True, False, None, None]
    """

    def test(mark: Optional[Raw]) -> Optional[bool]:
        if matches(pattern)(mark):
            return True
        return False if matches(others)(mark) else None

    return test


def _is_reading(mark: Raw, words: Sequence[str]) -> bool:
    """Whether a mark that is none of `words` surely says something else. False for -1, by which
    agents say "no value"; where all words are numbers, also for text and a register that is filled
    up:

    >>> _is_reading(3, ["1", "2"]), _is_reading("fan", ["outlet"])
    (True, True)
    >>> _is_reading("-1", ["1"]), _is_reading("n/a", ["1", "2"]), _is_reading(65535, ["1"])
    (False, False, False)
    """
    if text(mark) == NO_VALUE:
        return False
    if not all(map(_WHOLE_NUMBER.fullmatch, words)):
        return True
    return _WHOLE_NUMBER.fullmatch(text(mark)) is not None and not is_filled_register(mark)


def tested(mark: Optional[Cell], test: Test) -> Optional[bool]:
    """What a test answers of a mark. None, "cannot tell", if the mark itself is missing:

    >>> tested("outlet", one_of("outlet")), tested(Missing("no answer"), one_of("outlet"))
    (True, None)
    """
    return None if isinstance(mark, Missing) else test(mark)


# ---- rows, each by its own mark ----


def where(rows: Rows, marks: Rows, test: Test) -> Rows:
    """The rows whose mark passes a test, as WHERE of SQL. A row without a mark is tested, too: here
    outlet 3, which `one_of` drops.

    >>> where({"1": 10, "2": 20, "3": 30}, {"1": "on", "2": "off"}, one_of("on"))
    {'1': 10}

    Where the test cannot tell, the row stays with a Missing in place of its value, so that no sum
    leaves it out:

    >>> where({"1": 10}, {"1": Missing("no answer")}, one_of("on"))["1"].reason
    'no answer'
    >>> where({"1": 10}, {"1": "-1"}, one_of("on"))["1"].reason
    'its mark is none that the MIB names'

    A mark whose index is not known (".") may be that of each row without one. A row whose index is
    not known stays:

    >>> where({"1": 10, ".": 20}, {"1": "on"}, one_of("on"))
    {'1': 10, '.': 20}
    >>> where({"1": 10}, {".": Missing("no answer")}, one_of("on"))["1"].reason
    'no answer'
    """
    mark_of_any_row = value_of_row_without_index(marks)  # None if the index of each is known
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


def where_value(rows: Rows, test: Test) -> Rows:
    """The rows whose own value passes a test: the column is its own mark, such as the product type
    of a unit, of which 0 means "no unit".

    >>> where_value({"1": "2", "2": "0"}, one_of("2"))
    {'1': '2'}

    A row that is missing stays so. One whose value does not tell has a Missing in its place:

    >>> where_value({"1": "2", "2": "-1"}, one_of("2"))["2"].reason
    'its mark is none that the MIB names'
    """
    return where(rows, rows, test)


def without(rows: Rows, *words: str) -> Rows:
    """The rows that read none of these words, such as padding. The words compare as text; a
    register that is filled up (65535) is no word here, and stays for whoever decodes it:

    >>> without({"1": 37, "2": "none", "3": 65535}, "none")
    {'1': 37, '3': 65535}

    A row whose value does not tell whether it is padding stays with a Missing: -1, which agents say
    for "no value", unless it is one of the words.

    >>> without({"1": 37, "2": -1}, "0")["2"].reason
    'its mark is none that the MIB names'
    >>> without({"1": 37, "2": -1}, "-1")
    {'1': 37}
    """

    is_other = none_of(*words)

    def test(value: Optional[Raw]) -> Optional[bool]:
        if is_filled_register(value) and not is_one_of(value, words):
            return True
        return is_other(value)

    return where_value(rows, test)


def strict_where(rows: Rows, marks: Rows, test: Test) -> Rows:
    r"""The rows whose mark passes a test. Raises ProtocolError if the device did not answer the
    mark of a row: nothing then tells whether the row is an outlet or padding.

    >>> states = {"1": "on", "2": "off"}
    >>> strict_where(states, {"1": "outlet", "2": "padding"}, one_of("outlet"))
    {'1': 'on'}
    >>> strict_where(states, {"1": "outlet"}, one_of("outlet"))
    Traceback (most recent call last):
    handlers.shared.errors.ProtocolError: the device lists the row 2 without the value ...
    """
    mark_of_any_row = value_of_row_without_index(marks)
    for row in rows:
        mark = marks.get(row, mark_of_any_row)
        is_row_missing = is_index_missing(row) and row not in marks
        if not is_row_missing and (mark is None or is_unanswered(mark)):
            raise ProtocolError(
                f"the device lists the row {row} without the value that tells outlets from"
                " padding; poll it again"
            )
    return where(rows, marks, test)


def except_where(rows: Rows, words: Sequence[str], marks: Rows, test: Test) -> Rows:
    """The rows without those that read one of `words` while their mark passes a test: where a 0 of
    a meter may mean "no reading", another column tells. Outlet 2 reads 0 A at 0 V, which is no
    reading; outlet 1 reads 0 A at 230 V, which is a measurement:

    >>> except_where({"1": 0, "2": 0, "3": 5}, ("0",), {"1": 230, "2": 0, "3": 0}, one_of("0"))
    {'1': 0, '3': 5}

    The mark is missing: so is the value.

    >>> except_where({"1": 0}, ("0",), {"1": Missing("no answer")}, one_of("0"))["1"].reason
    'no answer'
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
    """The rows whose index has one of `arcs` at a position: here the type of a sensor, of which 4
    is volts, at the end. A row whose index is not known ("1.") may be of them, and stays:

    >>> with_arc({"1.4": 230, "1.5": 2, "1.": 7}, -1, "4")
    {'1.4': 230, '1.': 7}
    """
    return {
        row: value
        for row, value in rows.items()
        if is_index_missing(row) or arc(row, position) in arcs
    }


def without_arc(rows: Rows, position: int, *arcs: str) -> Rows:
    """The rows whose index has none of `arcs` at a position: here no line 4, the neutral, at the
    end. A row whose index is not known ("1.") may be another, and stays:

    >>> without_arc({"1.4": 230, "1.5": 2, "1.": 7}, -1, "4")
    {'1.5': 2, '1.': 7}
    """
    return {
        row: value
        for row, value in rows.items()
        if is_index_missing(row) or arc(row, position) not in arcs
    }


def of_units(rows: Rows, outlets: Rows) -> Rows:
    """The rows of units that have outlets, from a table with a row for each unit; other units only
    meter. Unit 1 has the outlets 1.1 and 1.2:

    >>> of_units({"1": 24, "2": 8}, {"1.1": "on", "1.2": "off"})
    {'1': 24}
    """
    units = {unit for row in outlets for unit in accumulate(row.split("."), "{}.{}".format)}
    return {unit: value for unit, value in rows.items() if unit in units}


def is_within(row: str, count: int) -> bool:
    """Whether the number of a row, the last arc of its index, is at most a count. False without a
    number:

    >>> is_within("2.8", 8), is_within("2.9", 8), is_within("2.", 8)
    (True, False, False)
    """
    last = arc(row, -1)
    return last.isascii() and last.isdigit() and int(last) <= count


def within_count(rows: Rows, count: Optional[Cell]) -> Rows:
    """The rows with a number up to the device's count, of a table with a fixed number of rows; all
    rows if the count is not known. Fewer rows than the count are no error here:

    >>> within_count({"1": "on", "2": "off", "3": 0}, 2)
    {'1': 'on', '2': 'off'}
    >>> within_count({"1": "on"}, None), within_count({"1": "on"}, 2)
    ({'1': 'on'}, {'1': 'on'})
    """
    most = counted_by(count)
    if most is None:
        return rows
    return {row: value for row, value in rows.items() if is_within(row, most)}


def up_to_count(rows: Rows, count: Optional[Cell]) -> Rows:
    r"""The rows with a number up to the device's count, of a table with a fixed number of rows; all
    rows if the count is not known. Raises ProtocolError if they are fewer than the count:

    >>> up_to_count({"1": "on", "2": "off", "3": 0}, 2), up_to_count({"1": "on"}, None)
    ({'1': 'on', '2': 'off'}, {'1': 'on'})
    >>> up_to_count({"1": "on"}, 2)
    Traceback (most recent call last):
    handlers.shared.errors.ProtocolError: the device counts 2 rows in a table, ...
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
    """Raises ProtocolError if a table has rows and the device's count of outlets is not known: the
    padding of the table looks like outlets.

    >>> require_count({"1": "on", "2": "off"}, 2)
    >>> require_count({}, None)
    """
    if rows and counted_by(count) is None:
        raise ProtocolError(
            "the device does not say how many rows of a table are outlets, and the others look"
            f" like outlets, too; {CHECK_VIEW}"
        )


# ---- all rows or none, by the marks of the device ----


def rows_if_every_mark(rows: Rows, marks: Rows, test: Test) -> Rows:
    """All rows if each mark of the device passes a test, none if one fails. The marks are not of
    the rows: here one object says what the whole device is.

    >>> rows_if_every_mark({"1": 37}, {"0": "metered"}, one_of("metered"))
    {'1': 37}
    >>> rows_if_every_mark({"1": 37}, {"0": "switched"}, one_of("metered"))
    {}

    If a mark does not tell and none fails, each row has a Missing in place of its value:

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


def rows_if_each(rows: Rows, test: Test) -> Rows:
    """All rows if the value of each passes a test, none if one fails: here the powers of PDUs, of
    which -1 means "not supported".

    >>> rows_if_each({"1": 800, "2": 300}, none_of("-1")), rows_if_each({"1": 800}, one_of("-1"))
    ({'1': 800, '2': 300}, {})

    If a row is missing and none fails, each row has a Missing in place of its value:

    >>> rows = rows_if_each({"1": 800, "2": Missing("no answer")}, none_of("-1"))
    >>> rows["1"].reason, rows["2"].reason
    ('no answer', 'no answer')
    """
    return rows_if_every_mark(rows, rows, test)


def rows_if_any_in(rows: Rows, table: Rows) -> Rows:
    """All rows if `table` has any row, none if it is empty: a column may mean one thing on devices
    that list lines, and another on the others, for example.

    >>> rows_if_any_in({"1": 37}, {"1": "L1"}), rows_if_any_in({"1": 37}, {})
    ({'1': 37}, {})

    If a row of the table is missing, each row has a Missing in place of its value:

    >>> rows_if_any_in({"1": 37}, {"1": Missing("no answer")})["1"].reason
    'no answer'
    """
    return rows_if_every_mark(rows, table, lambda mark: mark is not None)


def rows_if_none_in(rows: Rows, table: Rows) -> Rows:
    """All rows if `table` is empty, none if it has any: a device that lists lines needs no figure
    of the whole, for example.

    >>> rows_if_none_in({"1": 37}, {}), rows_if_none_in({"1": 37}, {"1": "L1"})
    ({'1': 37}, {})

    If each row of the table is missing, whether it has any is not known, and each row has a Missing
    as its value:

    >>> rows_if_none_in({"1": 37}, {"1": Missing("no answer")})["1"].reason
    'no answer'
    """
    if not table:
        return rows
    cause = first_missing(table)
    if cause is None or not all(isinstance(value, Missing) for value in table.values()):
        return {}
    return all_missing(rows, missing_because(cause))
