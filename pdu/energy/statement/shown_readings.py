"""The readings of a PDU's outlets: their hashes in the trees of the days, and what of them a
customer's proof shows. Pure.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, Optional

from ..journal.readings import Block, PduReadings
from ..registers.numpy_lazy import Column, np
from ..registers.poll import UnitFacts
from . import disclosure, leaf_rows, merkle, proof
from .day_roots import DayLeaves, SaltKey
from .leaf_rows import DayTexts

#: so many readings after a period show what the register was at its end
_MORE = 3


class HeldTime(NamedTuple):
    """A time in which a customer has an outlet, in s."""

    begin: float
    end: float
    #: whether he has it also after that: then a few readings more are his, too
    continues: bool


class ShownReadings(NamedTuple):
    """What a customer sees of an outlet: the rows in his time, and the last one before and the
    first one after it, of which he does not see what flowed. If he keeps the outlet, he sees some
    more after it, for a register may be as old as a poll or two.
    """

    #: of each day its name, its hash, and what of it is shown, as `proof.canonical` writes it
    days: Sequence[tuple[str, bytes, bytes]]
    #: the readings that are shown
    blocks: Sequence[Block]


class _BlockRows(NamedTuple):
    """The rows of a block, which are below one head."""

    #: the head before and after the name of the outlet
    head: tuple[bytes, bytes]
    #: which of all rows these are
    rows: slice


class _Rows(NamedTuple):
    """The rows of an outlet as columns. They are the same for all outlets of a PDU that have the
    same blocks.
    """

    #: when each was read, and the other clocks
    begin: Column
    end: Column
    monotonic: Column
    uptime: Column
    #: as `leaf_rows.time_texts`
    times: Sequence[bytes]
    #: where each is among the texts of its day
    at: Column
    #: day -> its blocks
    days: Mapping[str, Sequence[_BlockRows]]
    #: each unit that follows another, and where its rows end
    units: Sequence[tuple[UnitFacts, int]]


class _RowSpan(NamedTuple):
    """The rows that a customer sees."""

    rows: range
    #: for each row of the outlet, whether it is in his time
    is_own: Column


class PduTexts:
    """A PDU's readings as texts of its outlets."""

    def __init__(self, pdu: str, days: Iterable[tuple[str, Sequence[Block]]], key: SaltKey) -> None:
        self.name = pdu
        self._days, self._key = dict(days), key
        self._rows: dict[Sequence[int], _Rows] = {}
        self._outlets: dict[str, tuple[_Rows, _Columns]] = {}

    def outlets(self) -> Sequence[str]:
        """Those that were read, each once."""
        blocks = (block for some in self._days.values() for block in some)
        return [*dict.fromkeys(outlet for block in blocks for outlet in block.unit.registers)]

    def times(self) -> Iterator[tuple[str, bytes]]:
        """Of each day its name, and the times of all polls as a JSON list."""
        rows = self._rows_of(self._days)
        for day, blocks in rows.days.items():
            texts = rows.times[blocks[0].rows.start : blocks[-1].rows.stop]
            yield day, b"[" + b",".join([b'"' + text[:-1] + b'"' for text in texts]) + b"]"

    def _outlet(self, outlet: str) -> tuple[_Rows, _Columns]:
        """An outlet's rows, and what was read in them; both are kept."""
        if outlet not in self._outlets:
            # one that comes twice in a block is not read
            days = {
                day: [block for block in blocks if block.unit.registers.count(outlet) == 1]
                for day, blocks in self._days.items()
            }
            days = {day: some for day, some in days.items() if some}
            self._outlets[outlet] = self._rows_of(days), _Columns.of(outlet, days)
        return self._outlets[outlet]

    def readings_together(self, held_times: Mapping[str, HeldTime]) -> PduReadings:
        """The readings of the most outlets of which the same rows are shown, as those are shown who
        have them for a time: the same for all.
        """
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

    def outlet(
        self, outlet: str, held_times: Sequence[HeldTime]
    ) -> tuple[Sequence[DayLeaves], Sequence[ShownReadings]]:
        """An outlet's hashes, and what is shown of it for each time in which somebody has it."""
        rows, columns = self._outlet(outlet)
        spans = [_span(rows, columns, held_time) for held_time in held_times]
        day_leaves = list[DayLeaves]()
        shown_days = [list[tuple[str, bytes, bytes]]() for _ in held_times]
        for day, texts in _texts(outlet, rows, columns):
            seed, blocks = self._key.seed(day, self.name, outlet), rows.days[day]
            leaves = disclosure.leaves(texts, seed)
            node = merkle.block(leaves)
            day_leaves.append(DayLeaves(day, outlet, node))
            first, stop = blocks[0].rows.start, blocks[-1].rows.stop
            for span, day_texts in zip(spans, shown_days):
                here = slice(max(first, span.rows.start), min(stop, span.rows.stop))
                if here.start >= here.stop:
                    continue
                at, is_own = rows.at[here], span.is_own[here]
                is_whole = len(at) == stop - first and len(blocks) == len(self._days[day])
                if is_whole and is_own.all():
                    text = disclosure.whole_day(texts, seed)
                else:
                    places, own = range(int(at[0]), int(at[-1]) + 1), {*at[is_own].tolist()}
                    part = disclosure.part(texts, seed, leaves, places, own)
                    text = proof.canonical(part.document()).strip()
                day_texts.append((day, node, text))
        return day_leaves, [
            ShownReadings(day_texts, [*_blocks(rows, {outlet: columns}, span)])
            for day_texts, span in zip(shown_days, spans)
        ]

    def _rows_of(self, days: Mapping[str, Sequence[Block]]) -> _Rows:
        key = tuple(id(block) for some in days.values() for block in some)
        if key not in self._rows:
            self._rows[key] = _rows(days, self._key)
        return self._rows[key]


def _rows(days: Mapping[str, Sequence[Block]], key: SaltKey) -> _Rows:
    at, day_blocks = list[Column](), dict[str, list[_BlockRows]]()
    units, stop = list[tuple[UnitFacts, int]](), 0
    for day, blocks in days.items():
        first_of_day = stop
        # each block has its head before it
        for place, block in enumerate(blocks, start=1):
            first, stop = stop, stop + len(block.begins)
            at.append(np.arange(first, stop) + (place - first_of_day))
            head = leaf_rows.head_parts(day, block.unit, key.mark(block.unit.unit))
            day_blocks.setdefault(day, []).append(_BlockRows(head, slice(first, stop)))
            units.append((block.unit, stop))
    all_blocks = [block for blocks in days.values() for block in blocks]
    columns = [_column(some) for some in zip(*(block[1:5] for block in all_blocks))]
    begin, end, monotonic, uptime = columns
    return _Rows(
        begin,
        end,
        monotonic,
        uptime,
        leaf_rows.time_texts(columns),
        np.concatenate(at),
        day_blocks,
        [(unit, [*some][-1][1]) for unit, some in itertools.groupby(units, lambda unit: unit[0])],
    )


class _Columns(NamedTuple):
    """What was read of an outlet in each of its polls."""

    kwh: Column
    amperes: Column
    watts: Column
    states: bytes

    @classmethod
    def of(cls, outlet: str, days: Mapping[str, Sequence[Block]]) -> _Columns:
        """From the blocks of its days."""
        blocks = [
            (block, block.unit.registers.index(outlet)) for some in days.values() for block in some
        ]
        return cls(
            _column([block.kwh[place] for block, place in blocks]),
            _column([block.amperes[place] for block, place in blocks]),
            _column([block.watts[place] for block, place in blocks]),
            b"".join(
                block.states[place].tobytes() for block, place in blocks if block.states is not None
            ),
        )


def _texts(outlet: str, rows: _Rows, columns: _Columns) -> Iterator[tuple[str, DayTexts]]:
    """Each day with its heads and rows."""
    kwh, amperes, watts, states = columns
    all_registers = leaf_rows.register_texts(kwh)
    all_flows = leaf_rows.flow_texts(amperes, watts, states)
    name = json.dumps(outlet).encode()
    for day, blocks in rows.days.items():
        times, registers = list[bytes](), list[bytes]()
        flows = list[Optional[bytes]]()
        for (before, after), here in blocks:
            times += [b"", *rows.times[here]]
            registers += [before + name + after, *all_registers[here]]
            flows += [None, *all_flows[here]]
        yield day, DayTexts(times, registers, flows)


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
    """The rows of a span, as `leaf_rows.blocks` reads them from their texts. `read`: of each outlet
    that has these rows.
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
