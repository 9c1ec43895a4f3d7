"""What page and table of a statement say alike: its name, periods, bounds, events. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Optional

from ..registers.period import minute

Document = Mapping[str, Any]
#: in place of a number, of a statement that was made for a look
DRAFT = "draft"


def title(statement: Document) -> str:
    """A statement by its number."""
    number = statement["number"]
    return "a draft, no bill" if number == DRAFT else f"statement {number}"


def bounds(energy: Optional[Document]) -> Sequence[str]:
    """Lowest, best and highest; empty for what is not known or cannot be defended."""
    if energy is None:
        return ["", "", ""]
    return [kwh_text(energy[bound]) for bound in ("low", "best", "high")]


def kwh_text(kwh: Optional[float]) -> str:
    """An energy; empty for none."""
    return "" if kwh is None else f"{kwh:.3f}"


def event_sentences(lines: Sequence[Document]) -> Sequence[str]:
    """What happened to outlets; what happened to several of a PDU at a time is said once."""
    outlets: dict[tuple[str, str], list[str]] = {}
    for line in lines:
        for event in line["events"]:
            time = f"{minute(event['from'])} to {minute(event['to'])}"
            text = f"{time}: {event['kind']}: {event['reason']}"
            outlets.setdefault((line["pdu"], text), []).append(line["outlet"])
    return [f"{_outlets(pdu, names)}: {text}" for (pdu, text), names in outlets.items()]


def _outlets(pdu: str, names: Sequence[str]) -> str:
    if len(names) == 1:
        return place_text({"pdu": pdu, "outlet": names[0]})
    return f"{pdu}, outlets {', '.join(name or 'inlet' for name in names)}"


def surcharges(statement: Document) -> Iterator[tuple[str, Document]]:
    """What the provider adds, each with its unit and factor."""
    additions = statement["added"]
    if "pue" in additions:
        factor = additions["pue"]["factor"]
        yield f"share of the building in kWh, PUE {factor:g}", additions["pue"]["share_kwh"]
        yield f"kWh with that share, PUE {factor:g}", additions["pue"]["with_share_kwh"]
    if "carbon" in additions:
        yield f"kg CO2, {additions['carbon']['g_per_kwh']:g} g/kWh", additions["carbon"]["kg"]


def names(line: Document) -> str:
    """The machine, the outlet's name, and its place."""
    return ", ".join(filter(None, (line["machine"], line["name"], place_text(line))))


def place_text(line: Document) -> str:
    """Where a register is: an outlet, or the inlet of a PDU."""
    return f"{line['pdu']}, outlet {line['outlet']}" if line["outlet"] else f"{line['pdu']}, inlet"
