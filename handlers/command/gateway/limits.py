"""How much a client may ask for. Pure: the time is an argument."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple


class GatewayLimits(NamedTuple):
    """What the gateway takes on."""

    #: commands of a client in a minute
    commands: int = 30
    #: requests of a client in a minute
    requests: int = 1200
    #: requests of a client at a time
    at_a_time: int = 100
    #: connections of all clients
    connections: int = 500
    #: a request's head and body may take this long together, in seconds
    request_s: float = 10.0
    #: a client may take this long to read an answer, in seconds
    answer_s: float = 30.0
    #: an idle connection is kept for this long, in seconds
    idle_s: float = 15.0
    #: the head of a request, in bytes
    head: int = 16 << 10
    #: the body of a request, in bytes
    body: int = 16 << 10


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
