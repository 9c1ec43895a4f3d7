"""How much a client may ask for. Pure: the time is an argument."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple, Optional

# for each of a client's machines in a minute: off, on and two more, and a reading every 3 s
_COMMANDS, _REQUESTS = 4, 24
_LEAST_COMMANDS, _LEAST_REQUESTS, _LEAST_AT_A_TIME = 30, 1200, 100


class ClientLimits(NamedTuple):
    """What the gateway takes on from one client."""

    #: commands in a minute
    commands: int
    #: requests in a minute
    requests: int
    #: requests at a time
    at_a_time: int


def limits_for(
    machines: int, commands: Optional[int] = None, requests: Optional[int] = None
) -> ClientLimits:
    """The limits of a client with so many machines. `commands`, `requests`: what its owner chose,
    in a minute."""
    most = commands or max(_LEAST_COMMANDS, _COMMANDS * machines)
    return ClientLimits(
        most,
        requests or max(_LEAST_REQUESTS, _REQUESTS * machines, most),
        # each machine a command and a reading
        max(_LEAST_AT_A_TIME, 2 * machines),
    )


@dataclass
class TokenBucket:
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
