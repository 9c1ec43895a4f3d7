"""The cells of a device's tables. A row's value is what the device says, empty text (it says that
there is nothing), or a `Missing`: the value should be there, and the answers do not tell it.

A row is named by its index, such as "7", or "2.7" for outlet 7 of unit 2. Arcs are the numbers
between its dots. Where a row is certainly there and its index is not known, its name is the unit
and a dot: "2." is some row of unit 2, "." is some row of the device. No index of SNMP ends with a
dot. Rows are {index: cell}:

    outlets 1 and 2 answered, and the device counts 3   {"1": "on", "2": "off", ".": NO_ANSWER}

A mark is a cell that says what another cell of its row is, such as the type of the row.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Optional, Union

from ..dcimanager.rows import Raw


@dataclass(frozen=True)
class Missing:
    """The value of a cell that should be there and is not known, with the reason. No sum is made
    over it, and no state is taken from it.

    Fields:
        reason: why, for people, such as "no answer".
        is_unanswered: True if the device did not answer this cell itself; False if it did, and
            another cell, which says what the row is, is not known.
    """

    reason: str
    is_unanswered: bool = False


Cell = Union[int, str, bytes, Missing]
Rows = dict[str, Cell]  # identity -> value
Walked = Mapping[str, Raw]  # index -> value, as the device answers

#: of a cell that the device should have and did not answer
NO_ANSWER = Missing("no answer", is_unanswered=True)
#: of an answered cell whose mark, the cell that says what the row is, reads no value of the MIB
MARK_UNKNOWN = Missing("its mark is none that the MIB names")


def is_unanswered(value: Cell) -> bool:
    """Whether the device did not answer this cell. False for an answered cell, and for one that was
    answered and is missing because its mark does not tell whether it counts:

    >>> is_unanswered(7), is_unanswered(NO_ANSWER), is_unanswered(MARK_UNKNOWN)
    (False, True, False)
    """
    return isinstance(value, Missing) and value.is_unanswered


def missing_because(mark: Optional[Cell]) -> Missing:
    """A Missing for a cell of which another cell of the row, its `mark`, does not tell whether it
    counts: with the mark's own reason if the mark is missing. A mark that was answered, and is no
    value of the MIB, or that the row does not have, is MARK_UNKNOWN:

    >>> missing_because(NO_ANSWER)
    Missing(reason='no answer', is_unanswered=False)
    >>> missing_because("17") == MARK_UNKNOWN, missing_because(None) == MARK_UNKNOWN
    (True, True)
    """
    return Missing(mark.reason) if isinstance(mark, Missing) else MARK_UNKNOWN


def row_without_index(unit: str = "") -> str:
    """The name of a row that is certainly there and whose index is not known: of a unit, or of the
    device.

    >>> row_without_index("2"), row_without_index()
    ('2.', '.')
    """
    return f"{unit}."


def is_index_missing(identity: str) -> bool:
    """Whether a row's name says that its index is not known, which a dot at the end does:

    >>> is_index_missing("2.7"), is_index_missing("2."), is_index_missing(".")
    (False, True, True)
    """
    return identity.endswith(".")


def value_of_row_without_index(rows: Rows) -> Optional[Cell]:
    """The value of the first row whose index is not known, such as "." or "2.". As no one knows
    which row it is, it may be the value of any row that has none. None if each index is known:

    >>> value_of_row_without_index({"1": "on", "2.": "off"})
    'off'
    >>> value_of_row_without_index({"1": "on"})
    """
    for row, value in rows.items():
        if is_index_missing(row):
            return value
    return None


def all_missing(rows: Collection[str], reason: Missing) -> Rows:
    """These rows, each with the same Missing as its value, and the row ".": there may be others
    that nobody saw, so that no sum of them is known either.

    >>> all_missing(["1", "2"], NO_ANSWER) == {"1": NO_ANSWER, "2": NO_ANSWER, ".": NO_ANSWER}
    True
    """
    return dict.fromkeys([*rows, row_without_index()], reason)


def first_missing(rows: Rows) -> Optional[Missing]:
    """The first Missing among the values of rows, None if each row has its value:

    >>> first_missing({"1": 230, "2": NO_ANSWER}).reason
    'no answer'
    >>> first_missing({"1": 230, "2": ""})
    """
    for value in rows.values():
        if isinstance(value, Missing):
            return value
    return None


def arcs(identity: str, start: int = 0, stop: Optional[int] = None) -> str:
    """Some of the numbers between the dots of a row's index, from `start` to before `stop`. In
    "2.7", outlet 7 of unit 2, the first names the unit:

    >>> arcs("2.7", stop=1), arcs("1.3.7", start=1)
    ('2', '3.7')
    >>> arcs("7", start=1)
    ''
    """
    return ".".join(identity.split(".")[start:stop])


def arc(identity: str, position: int) -> str:
    """One number between the dots of a row's index, by its position, from 0 or, from the end, -1;
    "" if the index is too short:

    >>> arc("2.7", 0), arc("2.7", -1)
    ('2', '7')
    >>> arc("7", 1)
    ''
    """
    words = identity.split(".")
    return words[position] if -len(words) <= position < len(words) else ""
