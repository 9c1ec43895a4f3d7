"""Whether a request that is sent once may go out on the persistent connection. Pure.

A unit may close a connection after an answer without announcing it. A request that meets this
closing is lost, and nothing shows whether the unit carried it out (RFC 9112, 9.3.1 and 9.5). A read
is then repeated; a write cannot be. So a write goes out on a connection that is known to be kept,
else on a new one.
"""

from __future__ import annotations

import math
import re
from typing import Optional

# a connection that ends within this time after an answer was not closed for being idle
_QUICK_S = 1.0
_SETTLED_S = 0.05  # units that close after each answer were seen to do so within 0.02 s
# of the header Keep-Alive (RFC 2068, 19.7.1.1)
_LIMITS = re.compile(r"\b(max|timeout)\s*=\s*([0-9]{1,9})\b", re.IGNORECASE)


class ConnectionHistory:
    """What a unit has shown of its connections.

    `now` is a time in seconds, always of the same clock.
    """

    def __init__(self) -> None:
        # whether a connection ended soon after an answer, without an announcement
        self._closes = False
        self.note_connection()

    def note_connection(self) -> None:
        """A new connection replaces the last one."""
        self._answers, self._last = 0, -math.inf
        # the announced limits: requests, and idle seconds
        self._most = self._longest = math.inf

    def note_answer(self, keep_alive: str, now: float) -> None:
        """The unit answered and keeps the connection.

        `keep_alive`: its header Keep-Alive, '' without one.
        """
        self._answers += 1
        self._last = now
        limits = {name.lower(): int(number) for name, number in _LIMITS.findall(keep_alive)}
        self._most, self._longest = limits.get("max", math.inf), limits.get("timeout", math.inf)

    def note_end(self, now: float) -> None:
        """The connection turned out to be closed, at `now` or before."""
        self._closes = self._closes or now - self._last < _QUICK_S

    def pause(self, now: float) -> Optional[float]:
        """Seconds for which the connection must stay open before a request that is sent once. None:
        it needs a new connection.

        0 after two answers: the second came after the unit could have closed the connection. After
        one answer, the rest of the time in which a unit that closes would have done so. None if the
        unit has closed a connection soon after an answer, or if an announced limit is reached. Some
        units announce the limit for the whole connection, others what is left of it.
        """
        idle = now - self._last
        if self._closes or self._answers >= self._most or idle >= self._longest:
            return None
        return 0.0 if self._answers > 1 else max(_SETTLED_S - idle, 0.0)
