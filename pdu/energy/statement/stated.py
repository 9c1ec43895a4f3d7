"""`statement.json`: its one form as bytes, and the range of what the provider states in it. Pure.

All else in it is computed again from readings and compared.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from handlers.shared.errors import printable

from ..registers.meter_facts import RANGES
from .wording import DRAFT

JSON = "statement.json"


class _Maybe(NamedTuple):
    """A kind, or null."""

    kind: Any


class _List(NamedTuple):
    """A list of one kind."""

    kind: Any
    most: int = 1_000_000


_TEXT, _SHORT, _LONG = (re.compile(f"(?s:.{{0,{longest}}})") for longest in (500, 100, 5_000))
_NUMBER = re.compile(rf"[0-9]{{4}}-[0-9]{{5,9}}|{DRAFT}")
_AMOUNT = re.compile(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,4})?")
_KWH = (0.0, 1e15)
_MINUTES = range(24 * 60 + 1)
#: name -> the kind of its value: a range of numbers, a range of whole ones, a pattern of a text,
#: a list, names
_LINE: Mapping[str, Any] = {
    **dict.fromkeys(("pdu", "outlet", "name", "machine"), _TEXT),
    **dict.fromkeys(("from", "to"), _SHORT),
    "meter": {name: _Maybe(span) for name, span in RANGES.items()},
    "most_kwh": _Maybe(_KWH),
    "doubted": bool,
    "confirmed": bool,
    "held_before": bool,
}
_STATED: Mapping[str, Any] = {
    "version": re.compile("(?s:.{0,40})"),
    "number": _NUMBER,
    "date": _SHORT,
    "corrects": _Maybe(_NUMBER),
    "before": _Maybe(
        {
            "number": _NUMBER,
            "kwh": _KWH,
            "net": _Maybe(_AMOUNT),
            "currency": _Maybe(re.compile("[A-Z]{3}")),
        }
    ),
    "issuer": _List(_SHORT, 2),
    "customer_id": _SHORT,
    "customer_address": _List(_SHORT, 2),
    "customer": _TEXT,
    **dict.fromkeys(("from", "to", "zone"), _SHORT),
    "tolerance_kwh": (0.0, 1_000.0),
    "tariff_rows": _List({0: _SHORT, 1: _List(range(7), 70), 2: _MINUTES, 3: _MINUTES}),
    "carbon_g_per_kwh": _Maybe((0.0, 5_000.0)),
    "pue": _Maybe((1.0, 10.0)),
    "left_out": _List(_LONG),
    "lines": _List(_LINE),
}


def content(document: Any) -> bytes:
    """A statement as its file. JSON of any other form is refused: also with a key twice."""
    return f"{json.dumps(document, indent=1, allow_nan=False)}\n".encode()


def parse(text: bytes) -> Any:
    """What `content` made. Raises ValueError for anything else."""
    document = json.loads(text)
    if content(document) != text:
        raise ValueError(f"{JSON} is not in its one form: a key twice, or other blanks or numbers")
    wrong = fault(document)
    if wrong:
        raise ValueError(f"{JSON}:{wrong}")
    return document


def fault(statement: Any) -> str:
    """What a provider may not state; "" if all is within its range."""
    return _fault(_STATED, statement)


def _fault(kind: Any, value: Any) -> str:
    """What is wrong with a value, as words that follow its name; "" if nothing is."""
    if isinstance(kind, _Maybe):
        return "" if value is None else _fault(kind.kind, value)
    if isinstance(kind, _List):
        if not isinstance(value, list) or len(value) > kind.most:
            return f" is no list of up to {kind.most}"
        pairs = [(kind.kind, f" {at}", item) for at, item in enumerate(value, start=1)]
    elif isinstance(kind, dict):
        # the fields of a row have numbers in place of names
        fields = dict(enumerate(value)) if 0 in kind and isinstance(value, list) else value
        if not isinstance(fields, dict) or not set(kind) <= set(fields):
            return " has other names"
        pairs = [(rule, f" {name}", fields[name]) for name, rule in kind.items()]
    else:
        return "" if _fits(kind, value) else f" is {printable(repr(value), 60)}"
    faults = (f"{where}{wrong}" for rule, where, item in pairs if (wrong := _fault(rule, item)))
    return next(faults, "")


def _fits(kind: Any, value: Any) -> bool:
    """Whether a single value is of its kind; true is no number."""
    if kind is bool:
        return isinstance(value, bool)
    if isinstance(kind, re.Pattern):
        return isinstance(value, str) and kind.fullmatch(value) is not None
    if isinstance(kind, range):
        return type(value) is int and value in kind
    least, most = kind
    return type(value) in (int, float) and bool(least <= value <= most)
