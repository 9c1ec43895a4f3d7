"""The readings of outlets in somebody's hands: those in his time, and the nearest ones. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from ..journal.readings import Block, PduReadings
from ..registers.numpy_lazy import Column, np
from ..registers.poll import UnitFacts

#: so many readings after a period show what the register was at its end
_MORE = 3


class HeldTime(NamedTuple):
    """A time in which a customer has an outlet, in s."""

    begin: float
    end: float
    #: whether he has it also after that: then a few readings more are his, too
    continues: bool


class _Rows(NamedTuple):
    """The rows of an outlet as columns. They are the same for all outlets of a PDU that have the
    same blocks.
    """

    #: when each was read, and the other clocks
    begin: Column
    end: Column
    monotonic: Column
    uptime: Column
    #: each unit that follows another, and where its rows end
    units: Sequence[tuple[UnitFacts, int]]

    @classmethod
    def of(cls, blocks: Sequence[Block]) -> _Rows:
        """The rows of blocks that follow each other."""
        stops = itertools.accumulate(len(block.begins) for block in blocks)
        units = zip((block.unit for block in blocks), stops)
        begin, end, monotonic, uptime = (
            _column(some) for some in zip(*(block[1:5] for block in blocks))
        )
        return cls(
            begin,
            end,
            monotonic,
            uptime,
            [
                (unit, [*some][-1][1])
                for unit, some in itertools.groupby(units, lambda unit: unit[0])
            ],
        )


class _RowSpan(NamedTuple):
    """The rows of a time, and the nearest around it."""

    rows: range
    #: for each row of the outlet, whether it is in his time
    is_own: Column


class HeldReadings:
    """A PDU's readings, outlet by outlet."""

    def __init__(self, pdu: str, blocks: Sequence[Block]) -> None:
        self.name, self._blocks = pdu, blocks
        self._rows: dict[Sequence[int], _Rows] = {}
        self._outlets: dict[str, tuple[_Rows, _Columns]] = {}

    def outlets(self) -> Sequence[str]:
        """Those that were read, each once."""
        return [*dict.fromkeys(outlet for block in self._blocks for outlet in block.unit.registers)]

    def _outlet(self, outlet: str) -> tuple[_Rows, _Columns]:
        """An outlet's rows, and what was read in them; both are kept."""
        if outlet not in self._outlets:
            # one that comes twice in a block is not read
            blocks = [block for block in self._blocks if block.unit.registers.count(outlet) == 1]
            self._outlets[outlet] = self._rows_of(blocks), _Columns.of(outlet, blocks)
        return self._outlets[outlet]

    def readings_together(self, held_times: Mapping[str, HeldTime]) -> PduReadings:
        """The readings of the most outlets that have the same rows in their times."""
        outlets_by_rows = dict[tuple[int, range], dict[str, _Columns]]()
        for outlet, held_time in held_times.items():
            rows, columns = self._outlet(outlet)
            key = (id(rows), _span(rows, columns, held_time).rows)
            outlets_by_rows.setdefault(key, {})[outlet] = columns
        outlets = max(outlets_by_rows.values(), key=len, default={})
        blocks: Iterable[Block] = ()
        for outlet in [*outlets][:1]:
            rows, columns = self._outlet(outlet)
            blocks = _blocks(rows, outlets, _span(rows, columns, held_times[outlet]))
        return PduReadings(self.name, blocks)

    def outlet(self, outlet: str, held_times: Sequence[HeldTime]) -> Iterator[Sequence[Block]]:
        """The readings of an outlet, for each time in which somebody has it."""
        rows, columns = self._outlet(outlet)
        for held_time in held_times:
            yield [*_blocks(rows, {outlet: columns}, _span(rows, columns, held_time))]

    def _rows_of(self, blocks: Sequence[Block]) -> _Rows:
        key = tuple(map(id, blocks))
        if key not in self._rows:
            self._rows[key] = _Rows.of(blocks)
        return self._rows[key]


class _Columns(NamedTuple):
    """What was read of an outlet in each of its polls."""

    kwh: Column
    amperes: Column
    watts: Column

    @classmethod
    def of(cls, outlet: str, blocks: Sequence[Block]) -> _Columns:
        """From the blocks that have it."""
        places = [(block, block.unit.registers.index(outlet)) for block in blocks]
        return cls(
            _column([block.kwh[place] for block, place in places]),
            _column([block.amperes[place] for block, place in places]),
            _column([block.watts[place] for block, place in places]),
        )


def _column(columns: Iterable[Column]) -> Column:
    return np.concatenate([np.zeros(0), *columns])


def _span(rows: _Rows, columns: _Columns, held_time: HeldTime) -> _RowSpan:
    is_read = ~np.isnan(columns.kwh)
    is_own = (rows.begin >= held_time.begin) & (rows.begin < held_time.end)
    inside = np.flatnonzero(is_own)
    start, stop = (int(inside[0]), int(inside[-1])) if len(inside) else (len(is_own), -1)
    earlier = np.flatnonzero((is_read & (rows.end <= held_time.begin))[:start])
    later = np.flatnonzero((is_read & (rows.begin >= held_time.end))[stop + 1 :]) + stop + 1
    first = int(earlier[-1]) if len(earlier) else None
    shown_after = later[: _MORE if held_time.continues else 1].tolist()
    first_shown = start if first is None else first
    last = shown_after[-1] if shown_after else max(stop, -1 if first is None else first)
    span_rows = range(min(first_shown, last), last + 1) if last >= 0 else range(0)
    return _RowSpan(span_rows, is_own)


def _blocks(rows: _Rows, read: Mapping[str, _Columns], span: _RowSpan) -> Iterator[Block]:
    """The rows of a span; what flowed only in the time of who has it. `read`: of each outlet that
    has these rows.
    """
    stop = 0
    for unit, unit_stop in rows.units:
        here = slice(max(stop, span.rows.start), min(unit_stop, span.rows.stop))
        stop = unit_stop
        if here.start < here.stop:
            hidden = np.where(span.is_own[here], 0.0, np.nan)
            yield Block(
                unit._replace(registers=(*read,)),
                rows.begin[here],
                rows.end[here],
                rows.monotonic[here],
                rows.uptime[here],
                np.stack([columns.kwh[here] for columns in read.values()]),
                np.stack([columns.amperes[here] + hidden for columns in read.values()]),
                np.stack([columns.watts[here] + hidden for columns in read.values()]),
            )
