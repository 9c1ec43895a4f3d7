"""What an outlet does when power comes back, as tools want to know it. In no archive.

pdu/pdus/adapters/<name>/power_restore.py reads it for the handler of that name, in requests of its
own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Optional

#: it is switched on; it stays off; it takes the state that it had when the power went
ON, OFF, LAST = "on", "off", "last"
NOT_KNOWN = ""


@dataclass(frozen=True)
class OutletRestorePolicy:
    """One outlet. Times are in s from the moment at which its unit has power."""

    #: ON, OFF, LAST or NOT_KNOWN
    state: str = NOT_KNOWN
    #: it closes not before this, if it does
    earliest_s: float = 0.0
    #: and not after this; None if nothing bounds it
    latest_s: Optional[float] = None
    #: the unit's setting is a wait before the next outlet of a sequence, not a delay of this one
    is_sequence: bool = False
    #: whether its unit has a setting for its delay; None: nobody said it, as in older files
    has_delay: Optional[bool] = field(default=None, compare=False)

    @property
    def can_be_delayed(self) -> bool:
        """Whether an owner can set when it closes. Where nobody said it: a relay that keeps its
        position has no delay, nor has an outlet of which no time was read.
        """
        if self.has_delay is not None:
            return self.has_delay
        if self.is_sequence:
            return True
        return self.state in (ON, OFF) and self.latest_s is not None


def delayed_policy(state: str, delay_s: Optional[float]) -> OutletRestorePolicy:
    """An outlet with a delay of its own, which can be set; None is a delay that was not read."""
    if delay_s is None:
        return OutletRestorePolicy(state)
    return OutletRestorePolicy(state, delay_s, delay_s, has_delay=True)
