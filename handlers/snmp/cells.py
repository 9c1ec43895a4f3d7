"""What a device says of one row of a table: a value, nothing (an empty text), or that the value is
missing.

A row is named by its identity. One that is certainly there and whose own identity is missing is
named by its unit and a dot at the end: no index ends with a dot.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Optional, Union

from ..dcimanager.rows import Raw


@dataclass(frozen=True)
class Missing:
    """A value that should be there and is not known.

    Fields:
        reason: why, for people.
        is_unanswered: the answers lack the row itself, not another value that decides about it.
    """

    reason: str
    is_unanswered: bool = False


Cell = Union[int, str, bytes, Missing]
Rows = dict[str, Cell]  # identity -> value
Walked = Mapping[str, Raw]  # index -> value, as the device answers

#: the value of a row that the answers lack
NO_ANSWER = Missing("no answer", is_unanswered=True)
#: the value of a row that another value chooses or drops, if the MIB does not name that value
MARK_UNKNOWN = Missing("its mark is none that the MIB names")


def is_unanswered(value: Cell) -> bool:
    """Whether the answers lack the row itself:

    >>> is_unanswered(NO_ANSWER), is_unanswered(MARK_UNKNOWN), is_unanswered(7)
    (True, False, False)
    """
    return isinstance(value, Missing) and value.is_unanswered


def missing_because(cause: Optional[Cell]) -> Missing:
    """The value of a row that another value decides, if that one is missing or says nothing:

    >>> missing_because(NO_ANSWER)
    Missing(reason='no answer', is_unanswered=False)
    >>> missing_because("17").reason
    'its mark is none that the MIB names'
    """
    return Missing(cause.reason) if isinstance(cause, Missing) else MARK_UNKNOWN


def row_without_index(unit: str = "") -> str:
    """The name of rows whose own identities are missing: of a unit, or of the device.

    >>> row_without_index("2"), row_without_index()
    ('2.', '.')
    """
    return f"{unit}."


def is_index_missing(identity: str) -> bool:
    """Whether the identity of a row is missing."""
    return identity.endswith(".")


def value_of_row_without_index(rows: Rows) -> Optional[Cell]:
    """The value of the first row whose identity is missing, which may be that of any identity;
    None without such a row:

    >>> value_of_row_without_index({"1": "on", "2.": "off"}), value_of_row_without_index({"1": "on"})
    ('off', None)
    """
    for row, value in rows.items():
        if is_index_missing(row):
            return value
    return None


def all_missing(rows: Collection[str], reason: Missing) -> Rows:
    """These rows, and one without an identity, each missing for the same reason:

    >>> list(all_missing(["1", "2"], NO_ANSWER))
    ['1', '2', '.']
    """
    return dict.fromkeys([*rows, row_without_index()], reason)


def first_missing(rows: Rows) -> Optional[Missing]:
    """The first value that is missing."""
    for value in rows.values():
        if isinstance(value, Missing):
            return value
    return None


def arcs(identity: str, start: int = 0, stop: Optional[int] = None) -> str:
    """Some arcs of an identity: the numbers between its dots. The first names the unit of a chain:

    >>> arcs("2.7", stop=1), arcs("1.3.7", start=1), arcs("7", start=1)
    ('2', '3.7', '')
    """
    return ".".join(identity.split(".")[start:stop])


def arc(identity: str, position: int) -> str:
    """One arc of an identity, which is a number between its dots; "" if it has none there.

    >>> arc("2.7", 0), arc("2.7", -1), arc("7", 1)
    ('2', '7', '')
    """
    words = identity.split(".")
    return words[position] if -len(words) <= position < len(words) else ""
