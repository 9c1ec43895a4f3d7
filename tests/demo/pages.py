"""The demo's table for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from pdu.cli.output import tabulate

from .steps import DemoPdu, Failed

METHODS = ("status", "statistic", "off", "on")
COLUMNS = ("PDU", "handler", "outlets", "on/off/unknown", "load A", "energy kWh", *METHODS)


def rows(units: Sequence[DemoPdu]) -> list[list[str]]:
    """One row for each PDU. Raises Failed if a PDU was not added."""
    return [_row(unit) for unit in units]


def _row(unit: DemoPdu) -> list[str]:
    if unit.pdu is None:
        raise Failed(f"{unit.title} was not added")
    states = list(unit.pdu.ports.values())
    return [
        unit.title,
        unit.handler,
        str(len(states)),
        "/".join(str(states.count(s)) for s in ("UP", "DOWN", "UNKNOWN")),
        f"{unit.pdu.load_a:.2f}",
        f"{unit.pdu.energy_kwh:.1f}",
        *(
            f"{unit.measured[m].call.seconds:.2f} s / {unit.measured[m].round_trips}"
            for m in METHODS
        ),
    ]


def table(units: Sequence[DemoPdu]) -> list[str]:
    """The lines of the table for a terminal."""
    return [
        "",
        "what DCImanager shows; seconds and device round trips for each call:",
        *tabulate(COLUMNS, rows(units)),
        "",
    ]
