"""Which time names a meter's files. Pure.

A clock that is set ahead for a while would begin a file of a day to come, and all later lines would
be in it. So a clock that is more than a day ahead of the last line names no file, unless the kernel
calls it synchronised, or it has been so for a day.
"""

from __future__ import annotations

from typing import Optional

from .clocks import BORN, Instant

#: by how much a clock may be ahead, and for how long it is not believed, in s
DAY_S = 86_400.0


class FileClock:
    """The clock that names files."""

    def __init__(self, last: Optional[float]) -> None:
        """`last`: when the last line was written, in s of UTC; None if there is none."""
        self._last = last
        #: when the clock was believed last
        self._believed: Optional[Instant] = None
        #: since when it is not believed, in s of the monotonic clock
        self._since: Optional[float] = None
        #: by how much the clock is ahead of the files, in s; 0 while it is believed
        self.ahead = 0.0

    def time(self, now: Instant, is_synced: Optional[bool]) -> float:
        """The time that names a file now, in s of UTC."""
        if self._believed is None:
            self._believed = now if self._last is None else Instant(self._last, now.mono)
        expected_utc = self._believed.utc + max(now.mono - self._believed.mono, 0.0)
        self.ahead = now.utc - expected_utc
        if self.ahead > DAY_S and not is_synced and expected_utc >= BORN:
            self._since = now.mono if self._since is None else self._since
            if now.mono - self._since < DAY_S:
                return expected_utc
        self._believed, self._since, self.ahead = now, None, 0.0
        return now.utc
