"""A check as CSV for spreadsheets and as JSON for programs.

A row (`PduRow`) is a PDU that was read, with the verdict: its `result`, `level`, error and reasons.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from handlers.shared.meter_figures import measured

from ..cli.states import DOWN, UNKNOWN, UP
from ..files.csv_out import csv_lines
from ..reading.outlet_record import outlet_record
from .check_result import PduRow, Summary


def _common_cells(row: PduRow) -> dict[str, Any]:
    """What both CSV and JSON have of a PDU: column or key → value, None for what is not known.

    {"name": "left", "handler": "snmp", "address": "192.0.2.8", "result": "well", "on": 7,
     "off": 1, "unknown": 0, "load_a": 3.6, "energy_kwh": 933.2, "seconds": 0.412, ...}
    """
    return {
        "name": row.device.name,
        "handler": row.device.handler,
        "address": row.device.where,
        "result": row.result,
        "on": row.state_count(UP),
        "off": row.state_count(DOWN),
        "unknown": row.state_count(UNKNOWN),
        "load_a": measured(row.reading.load_a),
        "energy_kwh": measured(row.reading.energy_kwh),
        "seconds": round(row.reading.seconds, 3),
        "requests": row.reading.requests,
    }


def csv_text(rows: Sequence[PduRow]) -> str:
    """The PDUs as the text of a CSV file with a head line; `rows` must not be empty.

    name,handler,address,result,on,off,unknown,load_a,energy_kwh,seconds,requests,...
    left,snmp,192.0.2.8,well,7,1,0,3.6,933.2,0.412,9,...
    """
    lines: list[Sequence[object]] = []
    for row in rows:
        cells = {
            **_common_cells(row),
            "kind": row.kind,
            "reason": "; ".join(row.sentences),
            "remedy": row.remedy,
        }
        if not lines:
            lines.append(list(cells))
        lines.append(list(cells.values()))
    return csv_lines(lines)


def check_document(rows: Sequence[PduRow], totals: Summary) -> Mapping[str, Any]:
    """What `pdu check --json` prints: the sums, and each PDU with its figures, outlets and error.

    {"summary": {"pdus": 2, "results": {"well": 1, "unreachable": 1}, ...},
     "pdus": [{"name": "left", ..., "level": 0, "outlets": [...], "reasons": []},
              {"name": "right", ..., "error": {"kind": "unreachable", ...}}]}
    """
    pdus: list[Mapping[str, Any]] = []
    for row in rows:
        cells: dict[str, Any] = {
            **_common_cells(row),
            "level": row.level,
            "outlets": [outlet_record("check", outlet) for outlet in row.reading.outlets],
            "reasons": list(row.reasons),
        }
        if row.kind:
            cells["error"] = {"kind": row.kind, "reason": row.reason, "remedy": row.remedy}
        pdus.append(cells)
    return {"summary": totals._asdict(), "pdus": pdus}
