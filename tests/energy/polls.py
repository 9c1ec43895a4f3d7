"""Polls of a PDU one by one, as a generator or a table of a test has them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple, Optional

from pdu.energy.journal.readings import Block, PduReadings
from pdu.energy.registers.numpy_lazy import Column, np
from pdu.energy.registers.poll import UnitFacts


class OutletFigures(NamedTuple):
    """What a poll read of one outlet, or of the PDU itself with the identity OWN."""

    identity: str
    kwh: Optional[float] = None
    amperes: Optional[float] = None
    watts: Optional[float] = None


class Poll(NamedTuple):
    """One poll; what it did not read is None or ""."""

    pdu: str
    begin: float
    end: float
    outlets: Sequence[OutletFigures] = ()
    monotonic: Optional[float] = None
    boot: str = ""
    unit: str = ""
    label: str = ""
    serial: str = ""
    firmware: str = ""
    uptime: Optional[float] = None
    family: str = ""
    accuracy_percent: Optional[float] = None

    def facts(self) -> UnitFacts:
        """What it has in common with others."""
        return UnitFacts(
            self.pdu, self.unit, self.serial, self.firmware, self.family, self.boot,
            self.accuracy_percent, None, tuple(one.identity for one in self.outlets), self.label,
        )  # fmt: skip

    def has_figures(self) -> bool:
        return any(one[1:] != (None, None, None) for one in self.outlets)


def read(name: str, polls: Iterable[Poll]) -> PduReadings:
    """A PDU, its polls as a source yields them: one block while the unit is the same."""
    return PduReadings(name, _blocks(polls))


def _blocks(polls: Iterable[Poll]) -> Iterator[Block]:
    for facts, some in groupby(polls, Poll.facts):
        every = [*some]
        kept = [poll for poll in every if poll.has_figures()]
        kwh, amperes, watts = (
            np.array(
                [
                    _column(poll.outlets[at][place] for poll in kept)
                    for at in range(len(facts.registers))
                ]
            )
            for place in (1, 2, 3)
        )
        begins, ends, monotonic, uptimes = (
            _column(poll[place] for poll in kept)
            for place in map(Poll._fields.index, ("begin", "end", "monotonic", "uptime"))
        )
        yield Block(
            facts, begins, ends, monotonic, uptimes, kwh, amperes, watts,
            failures=len(every) - len(kept),
        )  # fmt: skip


def _column(values: Iterable[Any]) -> Column:
    return np.array([math.nan if value is None else value for value in values], float)
