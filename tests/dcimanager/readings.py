"""Load and energy over time, of a PDU and of its outlets, kept for a week."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Optional

from tests.processes.handler_worker import Call

from .database import Database, storable
from .records import Pdu

OLDEST_S = 7 * 86400.0


class Reading(NamedTuple):
    """`at` in seconds since 1970, `load` in amperes, `energy` in kWh; None: an outlet has none."""

    at: float
    load: Optional[float]
    energy: Optional[float]


def statements(pdu: Pdu, call: Call) -> Iterator[tuple[str, Sequence[object]]]:
    """Write the figures of one successful `statistic` that `pdu` has noted."""
    figures: dict[str, tuple[Optional[float], Optional[float]]] = {"": (pdu.load_a, pdu.energy_kwh)}
    for identity in {*pdu.port_load_a, *pdu.port_energy_kwh}:
        figures[storable(identity)] = (
            pdu.port_load_a.get(identity),
            pdu.port_energy_kwh.get(identity),
        )
    for outlet, row in figures.items():
        values = (pdu.id, outlet, call.at, *row)
        yield "INSERT OR REPLACE INTO reading VALUES (?, ?, ?, ?, ?)", values


def series(db: Database, pdu: int, since: float, outlet: str = "") -> list[Reading]:
    """The readings of a PDU ("") or of one of its outlets, oldest first."""
    sql = (
        "SELECT at, load, energy FROM reading WHERE pdu = ? AND outlet = ? AND at >= ? ORDER BY at"
    )
    return [Reading(*row) for row in db.rows(sql, (pdu, storable(outlet), since))]
