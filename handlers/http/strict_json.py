"""Strict JSON from a device. Pure.

An answer is limited in bytes (`LIMIT`, by the transport), in structure, in the digits of an integer
and in the size of other numbers (1.8e308). Octets that are no UTF-8, such as those of a name in
Latin-1, become U+FFFD: one name costs no other value. There may be no lone surrogates, and no
object may have a key twice.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, Optional

from ..shared.ceilings import is_placeholder
from ..shared.meter_figures import Figure, NotKnown, divided

#: what `loads` and a codec raise for an answer of another form
FORM_ERRORS = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError)

# limit for an answer, in bytes; all sensors of 48 outlets take about 120 kB
LIMIT = 4 << 20
_CONTAINERS = 100_000  # limit of `[` and `{`: 4 MB of `[],` would take 90 MB of memory
_COMMAS = 400_000  # limit of `,`, for the same reason; both limits count strings too
# limit of an integer's digits: Python 3.9 converts them in quadratic time
_DIGITS = 100
# what an integer with more digits, or a number above the largest float, has
_LONG_OR_LARGE_NUMBER = re.compile(r"[0-9]{101}|[0-9][eE]\+?[0-9]{3}")


def loads(body: bytes) -> object:
    """The value of the JSON in an answer.

    Raises ValueError or RecursionError for what is no JSON, has a key twice, a lone surrogate, or
    more than the limits of brackets, commas and digits. It may hold the answer: catch it and raise
    another error.

    >>> loads(b'{"current": 4.2}')
    {'current': 4.2}
    >>> loads(b'{"current": 4.2, "current": 1}')
    Traceback (most recent call last):
    ValueError: a repeated key
    """
    text = body.decode("utf-8", "replace")
    if text.count("[") + text.count("{") > _CONTAINERS or text.count(",") > _COMMAS:
        raise ValueError("too many brackets or commas")
    may_exceed = _LONG_OR_LARGE_NUMBER.search(text) is not None
    # int refuses NaN and Infinity, which are not JSON (RFC 8259, 6)
    value: object = json.loads(
        text,
        object_pairs_hook=_object,
        parse_int=_integer if may_exceed else None,
        parse_float=_finite if may_exceed else None,
        parse_constant=int,
    )
    if "\\u" in text:
        # raises UnicodeEncodeError, a ValueError, for a lone surrogate
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    return value


def number(value: object) -> Optional[float]:
    """The number that a meter shows as a float; None for what is no number, for one below 0, and
    for one that devices write for "no value", such as 2**32 - 1.

    >>> number(4), number("4"), number(-1), number(True), number(4294967295)
    (4.0, None, None, None, None)
    >>> number(float("nan")) is None
    True
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    # a NaN is not at least 0
    if value >= 0 and not is_placeholder(value):
        return float(value)
    return None


def meter_figure(fields: object, *names: str, divisor: float = 1, prefix: str = "") -> Figure:
    """The value of the first of `names` that there is, divided: by 1000 for Wh as kWh. None if
    there is none of them. Not known if it is no number that a meter shows, or if `fields` is no
    object: no other counter replaces it. `prefix` is put before the reason.

    >>> meter_figure({"Energy": 6468}, "EnergyNR", "Energy", divisor=1000)
    6.468
    >>> meter_figure({"Energy": None}, "Energy", prefix="output 2: ").reason
    'output 2: its Energy is None'
    >>> meter_figure({}, "Energy") is None
    True
    """
    if not isinstance(fields, dict):
        return NotKnown(f"{prefix}in place of {names[0]} and others there is {fields!r}")
    for name in names:
        if name not in fields:
            continue
        value = number(fields[name])
        if value is None:
            return NotKnown(f"{prefix}its {name} is {fields[name]!r}")
        return divided(value, divisor)
    return None


def column(
    rows: Sequence[Mapping[str, Any]],
    *names: str,
    prefixes: Sequence[str] = (),
    divisor: float = 1,
    evidence: str = "",
) -> list[Figure]:
    """One figure of each of `rows`, JSON objects of one kind: outlets, lines or inlets. It is the
    number, divided by `divisor`, under the first of `names` that any row has. None, not metered, if
    no row has one of them. NotKnown if it is no number, or if only other rows have it.

    `evidence`: what says that the rows should have the field, such as "its outlets do"; then it is
    NotKnown also if no row has it. `prefixes`: what is put before the reason of each row.

    >>> column([{"current": 1.5}, {"current": 0.2}], "current")
    [1.5, 0.2]
    >>> column([{"current": 1.5}, {}], "current")[1].reason
    'there is no current, which others of its kind have'
    >>> column([{}, {}], "current")
    [None, None]
    >>> column([{}], "current", evidence="its outlets have one")[0].reason
    'there is no current, though its outlets have one'
    """
    row_prefixes = prefixes or [""] * len(rows)
    shown_names = [name for name in names if any(name in row for row in rows)]
    if not shown_names and not evidence:
        return [None for _ in rows]
    figures: list[Figure] = []
    for row, prefix in zip(rows, row_prefixes):
        if not shown_names:
            figure: Figure = NotKnown(f"{prefix}there is no {names[0]}, though {evidence}")
        elif shown_names[0] in row:
            figure = meter_figure(row, shown_names[0], divisor=divisor, prefix=prefix)
        else:
            reason = f"there is no {shown_names[0]}, which others of its kind have"
            figure = NotKnown(prefix + reason)
        figures.append(figure)
    return figures


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """A JSON object. Raises ValueError for a key that it has twice.

    >>> _object([("current", 4.2)])
    {'current': 4.2}
    >>> _object([("current", 4.2), ("current", 1)])
    Traceback (most recent call last):
    ValueError: a repeated key
    """
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a repeated key")  # RFC 8259, 4: the result would be undefined
    return value


def _integer(digits: str) -> int:
    """The integer of these digits. Raises ValueError for more than 100 digits.

    >>> _integer("-42")
    -42
    """
    if len(digits.lstrip("-")) > _DIGITS:
        raise ValueError("an integer with too many digits")
    return int(digits)


def _finite(digits: str) -> float:
    """The float of these digits. Raises ValueError for a number above the largest float.

    >>> _finite("4.2")
    4.2
    >>> _finite("1e400")
    Traceback (most recent call last):
    ValueError: a number that is too large
    """
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError("a number that is too large")
    return value
