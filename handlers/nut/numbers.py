"""The number in the text of a NUT variable. Pure."""

from __future__ import annotations

import re
from typing import Optional

from ..shared.ceilings import is_placeholder

# Around a value. Other white space is not NUT's.
BLANKS = " \t"
_NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?")


def parse_number(text: Optional[str]) -> Optional[float]:
    """`text` as a number; None if it is missing, below 0 or no number. Blanks around it are
    ignored.

    >>> parse_number(" 4.20 "), parse_number("n/a"), parse_number("-1"), parse_number(None)
    (4.2, None, None, None)
    """
    digits = (text or "").strip(BLANKS)
    if not is_number(digits):
        return None
    figure = float(digits)
    if figure < 0:
        return None
    return figure + 0.0  # + 0.0 makes -0.0 a plain zero


def parse_figure(text: Optional[str]) -> Optional[float]:
    """The number in a text; None if it is missing, below 0 or no number, or if devices write it for
    "no value", as 2**32 - 1.

    >>> parse_figure("4.20"), parse_figure("4294967295")
    (4.2, None)
    """
    figure = parse_number(text)
    if figure is not None and is_placeholder(figure):
        return None
    return figure


def is_number(text: str) -> bool:
    """Whether `text` is an optional minus and 1 to 15 digits, optionally with a point and 1 to 15
    digits behind them.
    """
    return _NUMBER.fullmatch(text) is not None


def tidy(text: str) -> str:
    """`1.00` -> `1`: snmp-ups writes whole numbers with decimals.

    >>> tidy("1.00"), tidy("1.50"), tidy("A1")
    ('1', '1.50', 'A1')
    """
    if not is_number(text):
        return text
    return re.sub(r"\.0+$", "", text)
