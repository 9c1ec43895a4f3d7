"""Which unit polls read: whether it was exchanged or began again between them. Pure.

Nothing is carried over to a poll that did not read it. An exchange that a poll shows may have
happened before any poll since the last one that read the same thing of the unit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Optional

from ..registers.poll import Poll

#: what a poll itself read of its unit, as bits. Two polls that have one of them in common, with no
#: change between them, are of one unit
SERIAL, UPTIME = 1, 2
#: what a poll may say of its unit -> how an exchange is seen by it
_EXCHANGES: Mapping[str, str] = {
    "unit": "another address, handler or series",
    "serial": "another serial number",
    "label": "another serial number or firmware, by a label",
    "firmware": "another firmware",
    "family": "another family",
}
#: SNMP's sysUpTime begins again after 2^32 hundredths of a second (RFC 3418)
_UPTIME_WRAP_S = 2**32 / 100.0
#: by how much an uptime may be wrong: this, and a share of the time between two polls
UPTIME_S, _UPTIME_SHARE = 60.0, 0.01


class UnitIdentity:
    """The unit behind the polls of one PDU."""

    def __init__(self) -> None:
        #: number of a poll before which the unit may have changed or begun again -> how that was
        #: seen
        self.changes: dict[int, str] = {}
        #: what was said -> by the last poll that said it, and its number
        self._said: dict[str, tuple[str, int]] = {}
        #: the last poll that read an uptime, and its number
        self._up: Optional[tuple[Poll, int]] = None
        #: polls with a start of the reader's machine between them, as if the unit had begun again:
        #: the last one before with its number, and the one after. Perhaps a clock was wrong
        self._doubted: list[tuple[Poll, int, Poll, int]] = []

    def follow(self, poll: Poll, number: int) -> None:
        """Compare a poll with those before it. `number`: its own."""
        for name, how in _EXCHANGES.items():
            value = getattr(poll.unit, name)
            last_value, at = self._said.get(name, (value, number))
            if value and value != last_value:
                self._mark(at, number, how)
        if self._up is not None:
            before_it, at = self._up
            how = restart_evidence(before_it, poll)
            if how and poll.unit.boot != before_it.unit.boot:
                self._doubted.append((before_it, at, poll, number))
            else:
                self._mark(at, number, how)
        self.keep(poll, number)

    def is_doubted(self, number: int) -> bool:
        """Whether the unit may have begun again before a poll; `decide` says it."""
        return any(number == doubt[3] for doubt in self._doubted)

    def decide(self, begins: Sequence[float], ends: Sequence[float], slack: float) -> None:
        """Decide what was in doubt by the true times of all polls, as far as they are known."""
        doubts, self._doubted = self._doubted, []
        for old, at, new, number in doubts:
            old = old._replace(begin=begins[at], end=ends[at])
            new = new._replace(begin=begins[number], end=ends[number] + slack)
            self._mark(at, number, restart_evidence(old, new))

    def keep(self, poll: Poll, number: int) -> None:
        """Keep what a poll says that is known to be of the same unit as the one before it."""
        for name in _EXCHANGES:
            value = getattr(poll.unit, name)
            if value:
                self._said[name] = (value, number)
        if poll.uptime is not None:
            self._up = (poll, number)

    def _mark(self, last: int, number: int, how: str) -> None:
        """`last`: the last poll that was still of the unit before, or of its run."""
        for place in range(last + 1, number + 1) if how else ():
            self.changes.setdefault(place, how)


def restart_evidence(old: Poll, new: Poll) -> str:
    """How it is seen that the uptime of a poll does not go on from an earlier one's; "" if it does,
    or is not known.
    """
    if old.uptime is None or new.uptime is None:
        return ""
    # the clock may go back while a poll is taken
    length_s = max(new.end - new.begin, 0.0) + max(old.end - old.begin, 0.0)
    times = [new.begin - old.begin]
    if old.monotonic is not None and new.monotonic is not None and old.unit.boot == new.unit.boot:
        # it stands while the reader's machine sleeps
        times.append(new.monotonic - old.monotonic)
    jumps = []
    for moment in times:
        jump = new.uptime - old.uptime - moment
        tolerance = UPTIME_S + _UPTIME_SHARE * max(moment, 0.0) + length_s
        if min(abs(jump), abs(jump + _UPTIME_WRAP_S)) <= tolerance:
            return ""
        jumps.append(jump)
    return "the unit restarted" if jumps[-1] < 0.0 else "an uptime that is not of this unit"
