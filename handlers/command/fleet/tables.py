"""The result of a check as a table for people, as CSV for spreadsheets and as JSON for programs."""
from __future__ import annotations

import csv
import io
import os
import unicodedata
from typing import Any, Dict, List, Mapping, Sequence

from ...errors import printable
from ..output import columns
from .verdict import Row, Summary

_HEAD = ("", "name", "handler", "address", "result", "on", "off", "unknown", "A", "kWh", "s")
_CSV = ("name", "handler", "address", "result", "on", "off", "unknown", "load_a", "energy_kwh", "seconds", "requests", "kind",
        "reason", "remedy")
# A spreadsheet reads a cell that begins with one of these as a formula; some fold other forms of them first (NFKC): fullwidth,
# small, superscript. NFKC does not fold the minus sign.
_FORMULA = ("=", "+", "-", "@", "\u2212")
CHANGED = "*"


def table(rows: Sequence[Row], marks: Mapping[str, Sequence[str]]) -> List[str]:
    """A head line, and a line for each PDU. With `marks`, a first column marks the PDUs that changed."""
    cells = [[CHANGED if row.device.name in marks else "", row.device.name, os.path.basename(row.device.handler),
              row.device.address, row.result, row.on, row.off, row.unknown, *row.figures, f"{row.seconds:.2f}"] for row in rows]
    if not marks:
        return columns(_HEAD[1:], [line[1:] for line in cells])
    return columns(_HEAD, cells)


def problems(rows: Sequence[Row]) -> List[str]:
    """Two lines for each PDU with an error: the error, and what to do."""
    return [line for row in rows if row.kind for line in (f"{row.device.name}: {row.kind}: {row.reason}", f"    {row.remedy}")]


def as_csv(rows: Sequence[Row]) -> str:
    """The rows as CSV. Text that begins like a formula gets an apostrophe in front."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_CSV)
    for row in rows:
        flat = {**row._asdict(), "name": row.device.name, "handler": row.device.handler, "address": row.device.address,
                "remedy": row.remedy}
        writer.writerow([_safe(flat[name]) for name in _CSV])
    return out.getvalue()


def _safe(value: object) -> object:
    if not isinstance(value, str):
        return value
    shown = printable(value)
    return f"'{shown}" if begins_as_formula(shown) else shown


def begins_as_formula(text: str) -> bool:
    """Whether a spreadsheet may read the text as a formula."""
    return unicodedata.normalize("NFKC", text.lstrip(" ")[:1]).startswith(_FORMULA)


def as_json(rows: Sequence[Row], found: Summary, marks: Mapping[str, Sequence[str]]) -> Dict[str, Any]:
    """The summary, and each PDU with its counts, figures, outlets, error and changes."""
    return {"summary": found._asdict(), "pdus": [_json(row, marks) for row in rows]}


def _json(row: Row, marks: Mapping[str, Sequence[str]]) -> Dict[str, Any]:
    device = row.device
    made: Dict[str, Any] = {"name": device.name, "handler": device.handler, "address": device.address}
    made.update((key, value) for key, value in row._asdict().items() if key not in ("device", "kind", "reason"))
    made["outlets"] = [outlet._asdict() for outlet in row.outlets]
    if row.kind:
        made["error"] = {"kind": row.kind, "reason": row.reason, "remedy": row.remedy}
    if row.device.name in marks:
        made["changes"] = list(marks[row.device.name])
    return made
