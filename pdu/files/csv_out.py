"""Writes CSV that a spreadsheet reads as text and numbers, never as a formula."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence

from handlers.shared.errors import printable

# A spreadsheet reads a cell that begins with one of these as a formula; some fold other forms of
# them first (NFKC): fullwidth, small, superscript. NFKC does not fold the minus sign.
_FORMULA = ("=", "+", "-", "@", "\u2212")


def csv_lines(rows: Iterable[Sequence[object]]) -> str:
    """Rows of cells as the text of a CSV file. A text that a spreadsheet would read as a formula
    gets an apostrophe in front.

    >>> print(csv_lines([("rack1", 2.5), ("=1+1", "")]), end="")
    rack1,2.5
    '=1+1,
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    for row in rows:
        writer.writerow([_safe(cell) for cell in row])
    return out.getvalue()


def _safe(value: object) -> object:
    """The value of a cell in a form that no spreadsheet reads as a formula; a number stays.

    >>> _safe("=1+1"), _safe(-2.5)
    ("'=1+1", -2.5)
    """
    if not isinstance(value, str):
        return value
    text = printable(value)
    return f"'{text}" if _begins_as_formula(text) else text


def _begins_as_formula(text: str) -> bool:
    """Whether a spreadsheet may read the text as a formula: it begins with `=`, `+`, `-`, `@` or
    another form of these.
    """
    return unicodedata.normalize("NFKC", text.lstrip(" ")[:1]).startswith(_FORMULA)
