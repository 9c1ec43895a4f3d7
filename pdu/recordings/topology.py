"""The lines and breakers of a PDU, which DCImanager's calls do not read. In no archive.

pdu/recordings/<name>/topology.py reads it for the handler of that name (`adapters`), in requests
of its own.
"""

from __future__ import annotations

from typing import NamedTuple, Optional

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
