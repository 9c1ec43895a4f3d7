"""What an outlet does when power comes back, as tools want to know it. In no archive.

`handlers/<name>/power_on.py` reads it for the handler of that name, in requests of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

#: it is switched on; it stays off; it takes the state that it had when the power went
ON, OFF, LAST = "on", "off", "last"
NOT_KNOWN = ""


@dataclass(frozen=True)
class OutletPowerOn:
    """One outlet. Times are in s from the moment at which its unit has power."""

    #: ON, OFF, LAST or NOT_KNOWN
    state: str = NOT_KNOWN
    #: it closes not before this, if it does
    earliest_s: float = 0.0
    #: and not after this; None if nothing bounds it
    latest_s: Optional[float] = None
    #: the unit's setting is a wait before the next outlet of a sequence, not a delay of this one
    is_sequence: bool = False


def delayed(state: str, delay_s: Optional[float]) -> OutletPowerOn:
    """An outlet with a delay of its own; None is a delay that was not read."""
    if delay_s is None:
        return OutletPowerOn(state)
    return OutletPowerOn(state, delay_s, delay_s)
