"""What an import brings, before its outlets are joined with those of the living PDUs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Optional


class ImportedCord(NamedTuple):
    """One cord. `outlet` is the other system's name of the outlet."""

    machine: str
    psu: str
    pdu: str
    outlet: str
    #: where it stands: `cords.csv: line 7`; "" if it does not come from a file of lines
    where: str = ""


class ImportedLine(NamedTuple):
    """One line or breaker; `line` is "" for a PDU of which only its feed is known."""

    pdu: str
    line: str
    breaker_a: Optional[float]
    feed: str
    limit_percent: Optional[float]


class Imported(NamedTuple):
    """Everything. A panel is a pair of its name and its input, "" if that is not known."""

    cords: list[ImportedCord]
    lines: list[ImportedLine]
    panels: list[tuple[str, str]]
    racks: dict[str, str]
    #: PDUs that hang on an outlet of another PDU: `machine` is the lower PDU's name
    fed: Sequence[ImportedCord] = ()
