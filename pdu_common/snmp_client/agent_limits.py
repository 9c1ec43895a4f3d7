"""What the reads of one session have shown of an agent, so that a silence is paid for once.

A *silence* is a request without an answer in time. Some agents leave a GETBULK without an answer,
or each request whose answer would be large (Schleifenbauer's databus, agents behind links that lose
fragments). SNMP has no answer for that, so only waiting shows it.
"""

from __future__ import annotations

# rows of one GETBULK, about 1 kB of numbers; small agents cut or drop larger answers
BULK_ROWS = 25
# OIDs of one GETNEXT: 16 OIDs of 20 octets fit into the 484 octets that v1 agents accept (RFC 1157,
# 4)
NEXT_ROWS = 16
# A longer timeout is for slow agents. One that answered soon before is not slow.
_LONGEST_SILENCE_S = 5.0
# one silence in a session may have been a lost datagram
_SILENCES = 2
_SLOWER = 3.0


def fewer(rows: int) -> int:
    """How many rows to ask for after a request for so many had no answer: a fifth, at least 1.

    >>> fewer(25), fewer(5), fewer(1)
    (5, 1, 1)
    """
    return max(1, rows // 5)


class RowLimit:
    """How many rows to ask for with one request of a kind, GETBULK or GETNEXT, at the beginning of
    a walk: `rows`. It falls with silences, and rises to `usual` again after one that was perhaps a
    lost datagram.

    >>> limit = RowLimit(25)
    >>> limit.silent(25)
    >>> limit.rows
    5
    >>> limit.note_answer()  # the silence was perhaps a lost datagram
    >>> limit.rows
    25
    """

    def __init__(self, rows: int) -> None:
        self.rows = rows
        self.usual = rows
        self._silences = 0

    def silent(self, rows: int) -> None:
        """Notes that a request for so many rows had no answer, unlike one for fewer."""
        self._silences += 1
        self.rows = min(self.rows, fewer(rows))

    def note_answer(self) -> None:
        """Notes an answer: after a single silence, as many rows as usual are asked for again."""
        if self._silences < _SILENCES:
            self.rows = self.usual

    def refuse(self) -> None:
        """Notes an answer to something else than what was asked: from now on, `rows` is 1."""
        self.rows, self._silences = 1, _SILENCES


class AgentLimits:
    """What one session has shown of an agent: the limits of a GETBULK and of a GETNEXT, whether it
    answers at all, and in `_slowest_s` the longest time that it took.
    """

    def __init__(self) -> None:
        self.bulk = RowLimit(BULK_ROWS)
        self.next = RowLimit(NEXT_ROWS)
        self._slowest_s = 0.0
        #: whether an answer came: then a silence is the request's, not the agent's
        self.is_alive = False

    def note_answer(self, seconds: float) -> None:
        """Notes an answer to any request, and how long it took."""
        self.is_alive = True
        self._slowest_s = max(self._slowest_s, seconds)

    def patience_s(self, timeout_s: float) -> float:
        """How long to wait for an answer with several rows, in seconds. At most the timeout; less
        for an agent that answered soon before, as it may drop such requests.

        >>> limits = AgentLimits()
        >>> limits.patience_s(60.0)
        60.0
        >>> limits.note_answer(seconds=0.1)
        >>> limits.patience_s(60.0)
        5.0
        """
        if not self.is_alive:
            return timeout_s
        return min(timeout_s, max(_LONGEST_SILENCE_S, _SLOWER * self._slowest_s))
