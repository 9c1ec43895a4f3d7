"""Checks of a profile's parts. They raise ValueError with a sentence for the profile's author."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Union

# an arc is at most 2^32 - 1 (RFC 2578, 3.5)
_LONG_ARC = re.compile("[0-9]{10}")
_ARC = "(0|[1-9][0-9]{0,9})"
_OID = re.compile(rf"(~|1)(\.{_ARC})+")
_SUFFIX = re.compile(rf"{_ARC}(\.{_ARC})*")


def require_oid(value: str, what: str) -> None:
    """Requires a numeric OID that starts with 1, without a leading dot, or one that starts with `~`
    (the family's root).
    """
    if not _OID.fullmatch(value) or any(arc > "4294967295" for arc in _LONG_ARC.findall(value)):
        raise ValueError(
            f"{what} is {value!r}; give a numeric OID such as 1.3.6.1.4.1.318 (or ~.1.2 below the"
            " family's root)"
        )


def require_suffix(value: str, what: str) -> None:
    """Requires arcs such as 14 or 1.2, without leading zeros, or nothing.

    >>> require_suffix("1.02", "tail")
    Traceback (most recent call last):
    ValueError: tail is '1.02'; give arcs such as 14 or 1.2
    """
    if value and not _SUFFIX.fullmatch(value):
        raise ValueError(f"{what} is {value!r}; give arcs such as 14 or 1.2")


def require_text(value: str, what: str) -> None:
    """Requires text other than white space."""
    if not value.strip():
        raise ValueError(f"{what} is empty")


def require_values(values: Sequence[object], what: str) -> None:
    """Requires at least one value, and none twice.

    >>> require_values((), "good")
    Traceback (most recent call last):
    ValueError: good is empty; give at least one
    """
    if not values:
        raise ValueError(f"{what} is empty; give at least one")
    require_distinct(values, what)


def require_distinct_texts(values: Sequence[str], what: str) -> None:
    """Requires distinct values that `decoding.text` returns unchanged."""
    require_distinct(values, what)
    for value in values:
        if value != value.strip(" \t\r\n\0"):
            raise ValueError(
                f"{what} has {value!r}; give it without the white space and NULs around it"
            )


def require_writable_value(value: Union[int, str], what: str) -> None:
    """Requires text, or a number that fits into an INTEGER (RFC 2578, 7.1.1)."""
    if isinstance(value, int) and not -(2**31) <= value < 2**31:
        raise ValueError(
            f"{what} is {value}; give a number from -2147483648 to 2147483647, which an INTEGER can"
            " hold"
        )


def require_distinct(values: Sequence[object], what: str) -> None:
    """Requires that no value occurs twice."""
    if len(set(values)) != len(values):
        raise ValueError(f"{what} has a value twice")


def require_disjoint(sets: Sequence[tuple[str, Sequence[str]]]) -> None:
    """Requires that no value is in two of the named sets.

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
    """The regular expression, compiled."""
    try:
        return re.compile(value)
    except (re.error, OverflowError, RecursionError) as error:
        # OverflowError: many repetitions; RecursionError: deep nesting
        raise ValueError(f"{what} is not a valid regular expression ({error})") from None
