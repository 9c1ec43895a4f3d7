"""A report as a table, CSV and JSON."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Optional
from zoneinfo import ZoneInfo

from handlers.shared.errors import printable

from ..cli.output import counted, tabulate
from ..files.csv_out import csv_lines
from .demand import Bounds, Demand
from .law import FIRM, Energy, MeterReading
from .readings import INLET
from .report import NOBODY, PduSum, Report, Row

CSV_COLUMNS = (
    *("customer", "pdu", "outlet", "from", "to", "kwh", "low_kwh", "high_kwh", "grade", "reasons"),
    *("first_time", "first_kwh", "last_time", "last_kwh"),
)
_NO_FIGURE = "-"


def kwh(wh: Optional[float], missing: str = _NO_FIGURE) -> str:
    """An energy in kWh, to a Wh."""
    return missing if wh is None else f"{wh / 1000.0:.3f}"


def figure_cells(
    billable: Optional[float],
    low: Optional[float],
    high: Optional[float],
    missing: str = _NO_FIGURE,
) -> Sequence[str]:
    """What can be billed, low and high, in kWh.

    What lies between two bounds in Wh lies between them as shown.
    """
    # floating-point numbers may be a little beside a whole Wh
    least = None if low is None else math.floor(low + 1e-6)
    most = None if high is None else math.ceil(high - 1e-6)
    return [kwh(wh, missing) for wh in (billable, least, most)]


def local_time(at: float, zone: ZoneInfo) -> str:
    """A time to the minute, with its offset."""
    return datetime.datetime.fromtimestamp(at, zone).isoformat(" ", "minutes")


def figures_of(
    energy: Optional[Energy],
) -> tuple[Optional[float], Optional[float], Optional[float]]:
    """What can be billed, low and high, in Wh; None for what has no figure."""
    if energy is None or energy.billable is None:
        return None, None, None
    return energy.billable, energy.low, energy.high


def place(row: Row) -> str:
    """Which register it is."""
    return f"{row.pdu} {'(inlet)' if row.outlet == INLET else row.outlet}"


def pdu_sentence(pdu: PduSum) -> str:
    """What a PDU's inlet and outlets counted."""
    inlet, outlets = pdu.inlet and pdu.inlet.billable, pdu.outlets
    text = f"inlet {kwh(inlet)} kWh, {counted(outlets.rows, 'outlet')} {kwh(outlets.billable)} kWh"
    if outlets.missing:
        text += f" ({outlets.missing} without a figure, the others at least {kwh(outlets.low)} kWh)"
    if pdu.difference is not None:
        share = f" ({100.0 * pdu.difference / inlet:.1f} %)" if inlet else ""
        text += f", between them {kwh(pdu.difference)} kWh{share}"
    return text


def csv_of(report: Report, zone: ZoneInfo, *, for_excel: bool = False) -> str:
    """A row for each outlet and customer; a cell without a figure is empty."""
    lines: list[Sequence[object]] = [CSV_COLUMNS]
    for rows in report.rows_by_customer().values():
        for row in rows:
            lines.append(
                (
                    *(row.customer, row.pdu, row.outlet),
                    *(local_time(row.period.begin, zone), local_time(row.period.end, zone)),
                    *map(_number, figure_cells(*figures_of(row.energy), "")),
                    *(row.grade, "; ".join(row.reasons)),
                    *_reading_cells(row.energy, zone),
                )
            )
    return csv_lines(lines, for_excel=for_excel)


_DEMAND_COLUMNS = (
    *("customer", "kwh", "low_kwh", "high_kwh", "grade", "hours", "peak_low_kw", "peak_high_kw"),
    *("p95_low_kw", "p95_high_kw", "commitment_kw", "above_low_kwh", "above_high_kwh"),
)


def csv_of_demand(report: Report, *, for_excel: bool = False) -> str:
    """A row for each customer; a cell without a figure is empty."""
    lines: list[Sequence[object]] = [_DEMAND_COLUMNS]
    for customer, total in report.sums().items():
        energy_cells = figure_cells(total.billable, total.low, total.high, "")
        demand_cells = _demand_cells(report.demands.get(customer), "")
        lines.append(
            (customer, *map(_number, energy_cells), total.grade, *map(_number, demand_cells))
        )
    return csv_lines(lines, for_excel=for_excel)


def _demand_cells(demand: Optional[Demand], missing: str = _NO_FIGURE) -> Sequence[str]:
    """Its hours, then bounds in kW, the commitment in kW, and bounds in kWh."""
    if demand is None:
        return ["0", *[missing] * 7]
    return [
        str(demand.hours),
        *_bound_cells(demand.peak, missing),
        *_bound_cells(demand.percentile, missing),
        kwh(demand.commitment, missing),
        *_bound_cells(demand.above, missing),
    ]


def _bound_cells(bounds: Optional[Bounds], missing: str) -> Sequence[str]:
    if bounds is None:
        return [missing, missing]
    high = None if math.isinf(bounds.high) else bounds.high
    return figure_cells(None, bounds.low, high, missing)[1:]


def _number(cell: str) -> object:
    """A cell as a number with its decimals."""
    return Decimal(cell) if cell else ""


def _reading_cells(energy: Optional[Energy], zone: ZoneInfo) -> Iterator[object]:
    for reading in _edges_of(energy):
        yield local_time(reading.time, zone) if reading else ""
        yield _number(kwh(reading.wh)) if reading else ""


def document_of(report: Report) -> dict[str, Any]:
    """For --json: times in s since 1970, energies in Wh, None for what has no figure."""
    return {
        "begin": report.period.begin,
        "end": report.period.end,
        "customers": [
            {
                **{"customer": customer, **total._asdict()},
                "demand": _demand_document(report.demands.get(customer)),
            }
            for customer, total in report.sums().items()
        ],
        "rows": [
            {
                "customer": None if row.customer == NOBODY else row.customer,
                **{"pdu": row.pdu, "outlet": row.outlet, **row.period._asdict()},
                **_energy_document(row.energy),
                **{"grade": row.grade, "reasons": [*row.reasons]},
            }
            for row in report.rows
        ],
        "pdus": [
            {
                "pdu": pdu.pdu,
                "inlet": _energy_document(pdu.inlet),
                "outlets": pdu.outlets._asdict(),
                "difference": pdu.difference,
            }
            for pdu in report.pdus
        ],
        "failed": [
            {"pdu": pdu, "reason": reason, "polls": count} for pdu, reason, count in report.failed
        ],
    }


def _demand_document(demand: Optional[Demand]) -> Optional[Mapping[str, object]]:
    """A demand in JSON: means of an hour in W, what is above a commitment in Wh."""
    if demand is None:
        return None
    return {
        "hours": demand.hours,
        "peak": _bounds_document(demand.peak),
        "percentile_95": _bounds_document(demand.percentile),
        "commitment": demand.commitment,
        "above": _bounds_document(demand.above),
    }


def _bounds_document(bounds: Optional[Bounds]) -> Optional[Mapping[str, object]]:
    if bounds is None:
        return None
    return {"low": bounds.low, "high": None if math.isinf(bounds.high) else bounds.high}


def _energy_document(energy: Optional[Energy]) -> Mapping[str, object]:
    """An energy in JSON, in Wh, with the first and last reading."""
    first, last = _edges_of(energy)
    return {
        **dict(zip(("billable", "low", "high"), figures_of(energy))),
        "first": first and first._asdict(),
        "last": last and last._asdict(),
    }


_HEAD = ("customer", "outlet", "first", "last", "kWh", "low", "high", "grade", "reasons")
_DEMAND_HEAD = (
    *("customer", "hours", "peak kW low", "high", "95 % kW low", "high", "commitment kW"),
    *("kWh above low", "high"),
)
_SUM_HEAD = ("customer", "outlets", "kWh", "low", "high", "grade", "")


def table_of(report: Report) -> Iterator[str]:
    """For people: a row for each outlet and customer, the customers' sums, a line a PDU, and what
    was not read.
    """
    lines = []
    for rows in report.rows_by_customer().values():
        for row in rows:
            edges = [kwh(reading and reading.wh) for reading in _edges_of(row.energy)]
            figures = figure_cells(*figures_of(row.energy))
            reasons = "; ".join(row.reasons)
            lines.append((row.customer, place(row), *edges, *figures, row.grade, reasons))
    yield from tabulate(_HEAD, lines, range(2, 7))
    yield ""
    sums = []
    for customer, total in report.sums().items():
        figures = figure_cells(total.billable, total.low, total.high)
        note = f"{total.missing} without a figure" if total.missing else ""
        if total.high is not None and total.grade != FIRM:
            note = f"certain to {kwh(math.ceil(total.high - total.low))} kWh"
        sums.append((customer, str(total.rows), *figures, total.grade, note))
    yield from tabulate(_SUM_HEAD, sums, range(1, 5))
    yield ""
    if report.demands:
        demands = sorted(report.demands.items())
        cells = [(customer, *_demand_cells(demand)) for customer, demand in demands]
        yield from tabulate(_DEMAND_HEAD, cells, range(1, 9))
        yield ""
    for pdu in report.pdus:
        yield f"{printable(pdu.pdu)}: {pdu_sentence(pdu)}"
    for name, reason, count in report.failed:
        yield f"{printable(name)}: not read {counted(count, 'time')}: {reason}"


def _edges_of(energy: Optional[Energy]) -> Sequence[Optional[MeterReading]]:
    edges = energy and energy.edges
    return (edges.first, edges.last) if edges else (None, None)
