"""The readings of a PDU's outlets: their hashes in the trees of the days, and what of them a
customer's proof shows. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from ..journal.readings import Block
from ..registers.numpy_lazy import Column, np
from . import disclosure, leaf_rows, merkle, proof
from .day_roots import DayLeaves, SaltKey
from .leaf_rows import DayRows

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


class _Rows(NamedTuple):
    """The rows of an outlet as columns. They are the same for all outlets of a PDU that have the
    same blocks.
    """

    #: when each was read
    begin: Column
    end: Column
    #: where each is among the texts of its day
    at: Column
    #: day -> its rows
    days: Mapping[str, range]


def _rows(days: Mapping[str, Sequence[Block]]) -> _Rows:
    at, spans, stop = list[Column](), dict[str, range](), 0
    for day, blocks in days.items():
        offset, first = 0, stop
        # each block has its head before it
        for place, block in enumerate(blocks, start=1):
            at.append(np.arange(len(block.begins)) + (offset + place))
            offset += len(block.begins)
        stop += offset
        spans[day] = range(first, stop)
    all_ = [block for blocks in days.values() for block in blocks]
    return _Rows(
        np.concatenate([block.begins for block in all_]),
        np.concatenate([block.ends for block in all_]),
        np.concatenate(at),
        spans,
    )


class _Span(NamedTuple):
    """The rows that a customer sees."""

    rows: range
    #: for each row of the outlet, whether it is in his time
    is_own: Column


class PduTexts:
    """A PDU's readings as texts of its outlets."""

    def __init__(self, pdu: str, days: Sequence[DayRows], key: SaltKey) -> None:
        self.name = pdu
        self._days, self._key = days, key
        self._rows: dict[Sequence[int], _Rows] = {}

    def outlets(self) -> Sequence[str]:
        """Those that were read, each once."""
        return [*dict.fromkeys(outlet for day in self._days for outlet in day.outlets())]

    def times(self) -> Iterator[tuple[str, bytes]]:
        """Of each day its name, and the times of all polls as a JSON list."""
        for day in self._days:
            yield day.day, day.times()

    def outlet(
        self, outlet: str, held_times: Sequence[HeldTime]
    ) -> tuple[Sequence[DayLeaves], Sequence[ShownReadings]]:
        """An outlet's hashes, and what is shown of it for each time in which somebody has it."""
        days = {day: day.polls(outlet) for day in self._days}
        days = {day: some for day, some in days.items() if some}
        blocks = [block for some in days.values() for block in some]
        rows = self._rows_of(days)
        is_read = _is_read(blocks, outlet)
        spans = [_span(rows, is_read, held_time) for held_time in held_times]
        sealed, shown_days = (
            list[DayLeaves](),
            [list[tuple[str, bytes, bytes]]() for _ in held_times],
        )
        # a day at a time, so that its texts are still in the processor's cache
        for day in days:
            texts, secret = day.texts(outlet), self._key.secret(day.day, self.name, outlet)
            leaves = disclosure.leaves(texts, secret)
            node = merkle.block(leaves)
            sealed.append(DayLeaves(day.day, outlet, node))
            for span, day_rows in zip(spans, shown_days):
                of_day = rows.days[day.day]
                here = range(max(of_day.start, span.rows.start), min(of_day.stop, span.rows.stop))
                if not here:
                    continue
                at = rows.at[here.start : here.stop]
                own_places = at[span.is_own[here.start : here.stop]].tolist()
                if len(own_places) == len(of_day) and day.is_whole(outlet):
                    text = disclosure.whole_day(texts, secret)
                else:
                    first, stop = int(at[0]), int(at[-1]) + 1
                    part = disclosure.part(texts, secret, leaves, first, stop, {*own_places})
                    text = proof.canonical(part.document()).strip()
                day_rows.append((day.day, node, text))
        return sealed, [
            ShownReadings(day_rows, [*_blocks(blocks, outlet, span.rows, held_time)])
            for day_rows, span, held_time in zip(shown_days, spans, held_times)
        ]

    def _rows_of(self, days: Mapping[DayRows, Sequence[Block]]) -> _Rows:
        key = tuple(id(block) for some in days.values() for block in some)
        if key not in self._rows:
            self._rows[key] = _rows({day.day: some for day, some in days.items()})
        return self._rows[key]


def _is_read(blocks: Sequence[Block], outlet: str) -> Column:
    """For each row, whether the register was read."""
    kwh = [block.kwh[block.unit.registers.index(outlet)] for block in blocks]
    return ~np.isnan(np.concatenate(kwh))


def _span(rows: _Rows, is_read: Column, held_time: HeldTime) -> _Span:
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
    return _Span(span_rows, is_own)


def _blocks(
    blocks: Sequence[Block], outlet: str, span: range, held_time: HeldTime
) -> Iterator[Block]:
    """The rows of a span, as `leaf_rows.blocks` reads them from their texts."""
    offset = 0
    for block in blocks:
        count = len(block.begins)
        here = slice(max(span.start - offset, 0), max(min(span.stop - offset, count), 0))
        offset += count
        if here.start < here.stop:
            yield leaf_rows.of_outlet(block, outlet, here, held_time.begin, held_time.end)
