"""What tools want to know of a PDU beyond DCImanager's calls. In no archive.

pdu/pdus/adapters/<name>/topology.py reads it for the handler of that name, in requests of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Optional

from handlers.shared.named_tuples import NamedTuple

LINE, BREAKER = "line", "breaker"


class MeteredPart(NamedTuple):
    """A line of the inlet, or a breaker (bank, branch) inside the PDU."""

    #: LINE or BREAKER
    kind: str
    #: as the device or its family's objects name it, such as L1 or B2; unique in the PDU
    label: str
    #: in A; None if not metered or not known
    current_a: Optional[float] = None
    #: in A; None if the device does not report it
    rating_a: Optional[float] = None


class OutletFacts(NamedTuple):
    """How one outlet is fed, as far as the device reports it."""

    rating_a: Optional[float] = None
    #: labels of the lines that feed it; () if not known
    lines: tuple[str, ...] = ()
    #: label of its breaker; "" if not known
    breaker: str = ""


class Topology(NamedTuple):
    """Everything of one PDU; empty if its handler reports nothing."""

    meters: Sequence[MeteredPart] = ()
    #: by identity
    outlets: Mapping[str, OutletFacts] = {}
