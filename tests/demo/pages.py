"""The demo's table for a terminal and for README, and the picture of its run, docs/demo.svg."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence

from handlers.command.output import NOT_METERED, columns
from tests.needs import ROOT

from .steps import DemoPdu, Failed

METHODS = ("status", "statistic", "off", "on")
COLUMNS = ("PDU", "handler", "outlets", "on/off/unknown", "load A", "energy kWh", *METHODS)
_WIDTH = 140
PICTURE = ROOT / "docs" / "demo.svg"
_BEGIN, _END = "<!-- demo:begin -->", "<!-- demo:end -->"


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


def write(said: Sequence[str], units: Sequence[DemoPdu]) -> None:
    """Writes the picture of the lines that the demo has said, and README's table."""
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(picture(said), encoding="utf-8")
    readme = ROOT / "README.md"
    readme.write_text(filled(readme.read_text(encoding="utf-8"), rows(units)), encoding="utf-8")


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


def filled(text: str, table: Sequence[Sequence[str]]) -> str:
    """README's `text` with this table between its two markers.

    Raises ValueError if one is missing or they are swapped.
    """
    lines = [COLUMNS, ["---"] * len(COLUMNS), *table]
    before, begin, rest = text.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not begin or not end:
        raise ValueError(f"README needs two markers: {_BEGIN} and, after it, {_END}")
    return "\n".join(
        [before + begin, *("| " + " | ".join(line) + " |" for line in lines), end + after]
    )
