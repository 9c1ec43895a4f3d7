"""The lines and breakers of a PDU, which DCImanager's calls do not read. In no archive.

pdu/inspection/<name>/topology.py reads it for the handler of that name (`adapters`), in requests
of its own. What cannot be read is a part, too: without it, the others would look like all.
"""

from __future__ import annotations

from typing import NamedTuple, Optional

from handlers.shared.meter_figures import Figure, NotKnown

LINE, BREAKER = "line", "breaker"
_LETTERS = {LINE: "L", BREAKER: "B"}


class MeteredPart(NamedTuple):
    """A line of the inlet, or a breaker (bank, branch) inside the PDU: `MeteredPart(LINE, "L1",
    3.1, 16.0)`.
    """

    #: LINE or BREAKER
    kind: str
    #: as the device or its family's objects name it, such as L1 or B2; unique in the PDU
    label: str
    #: in A
    current_a: Figure = None
    #: in A; None if the device does not report it
    rating_a: Optional[float] = None


def numbered_label(kind: str, number: str, prefix: str = "") -> str:
    """The label of a line or breaker with a number. `prefix`: of the unit, with the dot.

    >>> numbered_label(LINE, "2"), numbered_label(BREAKER, "3", "1.")
    ('L2', '1.B3')
    """
    return f"{prefix}{_LETTERS[kind]}{number}"


def unread_part(kind: str, reason: str, prefix: str = "") -> MeteredPart:
    """A part with the label L? or B?, which stands for lines or breakers (`kind`) of which it is
    not known which there are, with the reason. `prefix`: of the unit, with the dot.

    >>> unread_part(LINE, "no answer")
    MeteredPart(kind='line', label='L?', current_a=NotKnown(reason='no answer'), rating_a=None)
    """
    return MeteredPart(kind, numbered_label(kind, "?", prefix), NotKnown(reason))
