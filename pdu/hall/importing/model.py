"""What an import brings, before its outlets are joined with those of the living PDUs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Optional


class ImportedCord(NamedTuple):
    """One cord. `outlet` is the other system's name of the outlet."""

    machine: str
    pdu: str
    outlet: str
    #: where it stands: `cords.csv: line 7`; "" if it does not come from a file of lines
    where: str = ""


class ImportedOutlet(NamedTuple):
    """One outlet as the other system knows it."""

    name: str
    #: what is printed on the unit; "" if nobody wrote it down
    label: str = ""
    #: the conductor of a three-phase inlet that feeds it: A, B or C; "" if not known
    leg: str = ""


class ImportedLine(NamedTuple):
    """One line or breaker; `line` is "" for a PDU of which only its feed is known."""

    pdu: str
    line: str
    breaker_a: Optional[float]
    feed: str
    limit_percent: Optional[float]
    #: it is one of this many conductors, each with this rating: 1 or 3
    phases: int = 1
    #: in V, between the conductors or from one to neutral; None if not known
    voltage_v: Optional[float] = None
    #: the identities of the outlets behind it; None if not known
    outlets: Optional[Sequence[str]] = None


class Imported(NamedTuple):
    """Everything. A panel is a pair of its name and its input, "" if that is not known."""

    cords: Sequence[ImportedCord]
    lines: Sequence[ImportedLine]
    panels: Sequence[tuple[str, str]]
    racks: Mapping[str, str]
    #: PDUs that hang on an outlet of another PDU: `machine` is the lower PDU's name
    pdu_cords: Sequence[ImportedCord] = ()
    #: PDU -> all its outlets, as far as the other system lists them
    outlets: Mapping[str, Sequence[ImportedOutlet]] = {}
    #: whether a PDU that the fleet list lacks is no mistake: a DCIM also has strips, UPSes and
    #: other sites
    is_dcim: bool = False
    #: PDUs that are drawn though nothing reads them: strips, UPSes with outlets, hard-wired feeds
    unread: Sequence[str] = ()
    #: what was left out or is drawn otherwise, one sentence each
    notes: Sequence[str] = ()
