"""How much a client may ask for. Pure: the time is an argument."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple


class GatewayLimits(NamedTuple):
    """What the gateway takes on from one client."""

    #: commands of a client in a minute
    commands: int = 30
    #: requests of a client in a minute
    requests: int = 1200
    #: requests of a client at a time
    at_a_time: int = 100


@dataclass
class Bucket:
    """Takes `size` at once, and `size` in each `seconds` in the long run."""

    size: float
    seconds: float = 60.0
    _left: float = field(default=-1.0, repr=False)
    _at: float = field(default=0.0, repr=False)

    def wait(self, now: float) -> float:
        """Take one. 0.0 if it was left, else how many seconds until one is, and take none."""
        if self._left < 0:
            self._left, self._at = self.size, now
        rate = self.size / self.seconds
        self._left = min(self.size, self._left + max(0.0, now - self._at) * rate)
        self._at = now
        if self._left < 1:
            return (1 - self._left) / rate
        self._left -= 1
        return 0.0
