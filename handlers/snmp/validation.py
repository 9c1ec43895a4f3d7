"""Checks of a profile's parts. They raise ValueError with a sentence for the profile's author."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Union

# shorter numbers are less than 2^32 in any case
_LONG_ARC = re.compile("[0-9]{10}")
_ARC = "(0|[1-9][0-9]{0,9})"
_OID = re.compile(rf"(~|1)(\.{_ARC})+")
_SUFFIX = re.compile(rf"{_ARC}(\.{_ARC})*")


def require_oid(value: str, what: str) -> None:
    """Raises ValueError unless a field of a profile is an OID: numbers from 1 on with dots between
    them, each less than 2^32 (RFC 2578, 3.5). `~` at its start stands for the family's root.

    >>> require_oid("1.3.6.1.4.1.318", "oid")
    >>> require_oid("~.1.2", "oid")
    >>> require_oid(".1.3.6", "oid")
    Traceback (most recent call last):
    ValueError: oid is '.1.3.6'; give a numeric OID such as 1.3.6.1.4.1.318 (or ~.1.2 below ...
    """
    is_any_arc_too_large = any(int(arc) >= 2**32 for arc in _LONG_ARC.findall(value))
    if not _OID.fullmatch(value) or is_any_arc_too_large:
        raise ValueError(
            f"{what} is {value!r}; give a numeric OID such as 1.3.6.1.4.1.318 (or ~.1.2 below the"
            " family's root)"
        )


def require_suffix(value: str, what: str) -> None:
    """Raises ValueError unless a field of a profile is the end of an index: arcs such as 14 or 1.2,
    without leading zeros, or nothing.

    >>> require_suffix("1.2", "tail")
    >>> require_suffix("1.02", "tail")
    Traceback (most recent call last):
    ValueError: tail is '1.02'; give arcs such as 14 or 1.2
    """
    if value and not _SUFFIX.fullmatch(value):
        raise ValueError(f"{what} is {value!r}; give arcs such as 14 or 1.2")


def require_text(value: str, what: str) -> None:
    """Raises ValueError if a field of a profile is empty, or white space alone.

    >>> require_text(" ", "object")
    Traceback (most recent call last):
    ValueError: object is empty
    """
    if not value.strip():
        raise ValueError(f"{what} is empty")


def require_values(values: Sequence[object], what: str) -> None:
    """Raises ValueError unless a field of a profile has at least one value, and none twice.

    >>> require_values(("1", "2"), "good")
    >>> require_values((), "good")
    Traceback (most recent call last):
    ValueError: good is empty; give at least one
    """
    if not values:
        raise ValueError(f"{what} is empty; give at least one")
    require_distinct(values, what)


def require_distinct_texts(values: Sequence[str], what: str) -> None:
    """Raises ValueError if a field of a profile has a value twice, or one with white space or NULs
    around it: a device's text is compared without them, and would never be the same.

    >>> require_distinct_texts(("on", "off"), "good")
    >>> require_distinct_texts(("on ",), "good")
    Traceback (most recent call last):
    ValueError: good has 'on '; give it without the white space and NULs around it
    """
    require_distinct(values, what)
    for value in values:
        if value != value.strip(" \t\r\n\0"):
            raise ValueError(
                f"{what} has {value!r}; give it without the white space and NULs around it"
            )


def require_writable_value(value: Union[int, str], what: str) -> None:
    """Raises ValueError if a number that a profile writes does not fit into an INTEGER of 32 bits
    (RFC 2578, 7.1.1). Text may be written.

    >>> require_writable_value(2, "on")
    >>> require_writable_value(2**31, "on")
    Traceback (most recent call last):
    ValueError: on is 2147483648; give a number from -2147483648 to 2147483647, which an INTEGER ...
    """
    if isinstance(value, int) and not -(2**31) <= value < 2**31:
        raise ValueError(
            f"{what} is {value}; give a number from -2147483648 to 2147483647, which an INTEGER can"
            " hold"
        )


def require_distinct(values: Sequence[object], what: str) -> None:
    """Raises ValueError if a field of a profile has a value twice.

    >>> require_distinct(("1", "1"), "good")
    Traceback (most recent call last):
    ValueError: good has a value twice
    """
    if len(set(values)) != len(values):
        raise ValueError(f"{what} has a value twice")


def require_disjoint(sets: Sequence[tuple[str, Sequence[str]]]) -> None:
    """Raises ValueError if two fields of a profile have the same value, such as the words for "on"
    and for "off".

    >>> require_disjoint([("on", ("1",)), ("off", ("2",))])
    >>> require_disjoint([("on", ("1", "2")), ("off", ("2",))])
    Traceback (most recent call last):
    ValueError: '2' is both in 'on' and in 'off'
    """
    set_of_value: dict[str, str] = {}
    for name, values in sets:
        for value in values:
            if value in set_of_value:
                raise ValueError(f"{value!r} is both in {set_of_value[value]!r} and in {name!r}")
            set_of_value[value] = name


def compiled_pattern(value: str, what: str) -> re.Pattern[str]:
    """A field of a profile as a regular expression. Raises ValueError if it is none.

    >>> compiled_pattern("B[0-9]", "model").pattern
    'B[0-9]'
    >>> compiled_pattern("B[0-9", "model")
    Traceback (most recent call last):
    ValueError: model is not a valid regular expression (...
    """
    try:
        return re.compile(value)
    except (re.error, OverflowError, RecursionError) as error:
        # OverflowError: many repetitions; RecursionError: deep nesting
        raise ValueError(f"{what} is not a valid regular expression ({error})") from None
