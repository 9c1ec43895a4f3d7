"""Writes CSV that a spreadsheet reads as text and numbers, never as a formula."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence
from decimal import Decimal

from handlers.shared.errors import printable

# A spreadsheet reads a cell that begins with one of these as a formula; some fold other forms of
# them first (NFKC): fullwidth, small, superscript. NFKC does not fold the minus sign.
_FORMULA = ("=", "+", "-", "@", "\u2212")


def csv_lines(rows: Iterable[Sequence[object]], *, for_excel: bool = False) -> str:
    """Rows of cells as CSV. Text that begins like a formula gets an apostrophe in front.

    `for_excel`: as Excel reads it where the comma is the decimal sign, such as in Germany and
    Russia: there it makes a date of 4.9. With a byte order mark, by which it knows UTF-8.
    """
    out = io.StringIO(newline="")
    delimiter = ","
    if for_excel:
        out.write("\ufeff")
        delimiter = ";"
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    for row in rows:
        cells = [_safe(cell) for cell in row]
        if for_excel:
            cells = [_with_comma(cell) for cell in cells]
        writer.writerow(cells)
    return out.getvalue()


def _with_comma(cell: object) -> object:
    return str(cell).replace(".", ",") if isinstance(cell, (float, Decimal)) else cell


def _safe(value: object) -> object:
    if not isinstance(value, str):
        return value
    text = printable(value)
    return f"'{text}" if begins_as_formula(text) else text


def begins_as_formula(text: str) -> bool:
    """Whether a spreadsheet may read the text as a formula."""
    return unicodedata.normalize("NFKC", text.lstrip(" ")[:1]).startswith(_FORMULA)
