"""What the trials count."""

from __future__ import annotations

from typing import NamedTuple


class Outcome(NamedTuple):
    """The cells of one unit: how many were tried, and those that ended wrong.

    Fields:
        rows: objects that a sum reads, each taken out of the answer once.
        shown: those whose row another column shows that was read too.
        shrunk: those without which a sum became another one.
        whole: rows of a table, each taken out of the answer in all its columns once.
        whole_shrunk: those without which a sum became another one.
        counters: energy objects, each made unmeasured once.
        jumped: those without which the energy became another one.
    """

    rows: int = 0
    shown: int = 0
    shrunk: tuple[str, ...] = ()
    whole: int = 0
    whole_shrunk: tuple[str, ...] = ()
    counters: int = 0
    jumped: tuple[str, ...] = ()

    def plus(self, other: Outcome) -> Outcome:
        """The cells of both."""
        return Outcome(
            self.rows + other.rows,
            self.shown + other.shown,
            self.shrunk + other.shrunk,
            self.whole + other.whole,
            self.whole_shrunk + other.whole_shrunk,
            self.counters + other.counters,
            self.jumped + other.jumped,
        )
