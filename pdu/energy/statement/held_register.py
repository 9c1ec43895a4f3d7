"""A register in somebody's hands: the readings of his time, and the nearest around it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple, Optional

from ..audit.checked_register import RegisterEdge
from ..journal.readings import PduReadings
from ..registers.numpy_lazy import Column, np
from ..registers.poll import UnitFacts

#: so many readings after his time are the holder's, if he keeps the register
_MORE = 3


class HeldUnit(NamedTuple):
    """A unit that had the register, and its first and last reading."""

    serial: str
    firmware: str
    first: RegisterEdge
    last: RegisterEdge


class HeldRegister(NamedTuple):
    """Polls as columns, by the reader's own clock, in s. NaN: not read."""

    begins: Column
    ends: Column
    energy_kwh: Column
    power_w: Column
    #: the unit of polls that follow each other, and the number of the poll after the last one
    stretches: Sequence[tuple[UnitFacts, int]]

    @classmethod
    def of(
        cls, pdu: PduReadings, outlet: str, begin: float, end: float, *, continues: bool
    ) -> HeldRegister:
        """The polls from `begin` to `end`, the last one before them that read the register, and the
        first one after them; some more if it `continues` to be the holder's.
        """
        begins, ends, series = np.asarray(pdu.begins), np.asarray(pdu.ends), pdu.registers[outlet]
        is_read = ~np.isnan(series.energy_kwh)
        inside = np.flatnonzero((begins >= begin) & (begins < end))
        first, stop = (int(inside[0]), int(inside[-1]) + 1) if len(inside) else (len(begins), 0)
        earlier = np.flatnonzero(is_read[:first] & (ends[:first] <= begin))
        later = np.flatnonzero(is_read[stop:] & (begins[stop:] >= end))[: _MORE if continues else 1]
        first = int(earlier[-1]) if len(earlier) else first
        stop = stop + int(later[-1]) + 1 if len(later) else stop
        here = slice(min(first, stop), stop)
        stretches = [(unit, min(last, stop) - here.start) for unit, last in pdu.stretches]
        return cls(
            begins[here],
            ends[here],
            series.energy_kwh[here],
            series.power_w[here],
            [stretch for stretch in stretches if stretch[1] > 0],
        )

    @classmethod
    def never_read(cls) -> HeldRegister:
        """That of an outlet that no reading names."""
        nothing = np.zeros(0)
        return cls(nothing, nothing, nothing, nothing, ())

    def readings(self) -> HeldRegister:
        """The polls that read the register."""
        is_read = ~np.isnan(self.energy_kwh)
        if is_read.all():
            return self
        counts = np.concatenate(([0], np.cumsum(is_read))).tolist()
        stretches = [(unit, counts[stop]) for unit, stop in self.stretches]
        begins, ends, kwh, watts = (column[is_read] for column in self[:4])
        return HeldRegister(begins, ends, kwh, watts, stretches)

    def count_within(self, begin: float, end: float) -> int:
        """How many polls began within a time."""
        return int(((self.begins >= begin) & (self.begins < end)).sum())

    def edge(self, place: int) -> RegisterEdge:
        """What a poll read."""
        return RegisterEdge(float(self.begins[place]), float(self.energy_kwh[place]))

    def last_until(self, moment: float) -> Optional[RegisterEdge]:
        """What was read last before a moment; else what was read first after it."""
        places = np.flatnonzero(self.ends <= moment)
        return self.edge(int(places[-1]) if len(places) else 0) if len(self.begins) else None

    def units(self) -> Iterator[HeldUnit]:
        """The units that follow each other."""
        spans, stop = list[tuple[UnitFacts, int, int]](), 0
        for unit, last in self.stretches:
            if last > stop:
                spans.append((unit, stop, last))
            stop = max(stop, last)
        for (serial, firmware), some in groupby(spans, lambda span: span[0][2:4]):
            (_, first, stop), *others = some
            stop = others[-1][2] if others else stop
            yield HeldUnit(serial, firmware, self.edge(first), self.edge(stop - 1))
