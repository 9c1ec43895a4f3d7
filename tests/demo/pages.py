"""The demo's table for a terminal, and the picture of its run, docs/demo.svg."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence

from pdu.core.cli.output import NOT_METERED, columns
from tests.needs import ROOT

from .steps import DemoPdu, Failed

METHODS = ("status", "statistic", "off", "on")
COLUMNS = ("PDU", "handler", "outlets", "on/off/unknown", "load A", "energy kWh", *METHODS)
_WIDTH = 140
PICTURE = ROOT / "docs" / "demo.svg"


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
        f"{unit.pdu.load_a:.2f}" if "load" in unit.pdu.metered else NOT_METERED,
        f"{unit.pdu.energy_kwh:.1f}" if "energy" in unit.pdu.metered else NOT_METERED,
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
        *columns(COLUMNS, rows(units)),
        "",
    ]


def write(said: Sequence[str]) -> None:
    """Writes the picture of the lines that the demo has said."""
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(picture(said), encoding="utf-8")


def picture(said: Sequence[str]) -> str:
    """An SVG that loads nothing from the web: rich's web font is removed, so a browser uses an
    installed monospaced font.
    """
    from rich.console import Console  # the environment of `make demo` does not have it

    console = Console(width=_WIDTH, highlight=False, record=True, file=io.StringIO())
    for line in said:
        console.print(line, markup=False)
    drawn = console.export_svg(title="make demo", unique_id="demo")
    return re.sub(r"@font-face \{.*?\}\s*|<!--.*?-->\s*", "", drawn, flags=re.DOTALL)
