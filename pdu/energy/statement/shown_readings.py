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
    at, spans, after = list[Column](), dict[str, range](), 0
    for day, blocks in days.items():
        before, first = 0, after
        # each block has its head before it
        for place, one in enumerate(blocks, start=1):
            at.append(np.arange(len(one.begins)) + (before + place))
            before += len(one.begins)
        after += before
        spans[day] = range(first, after)
    all_ = [one for blocks in days.values() for one in blocks]
    return _Rows(
        np.concatenate([one.begins for one in all_]),
        np.concatenate([one.ends for one in all_]),
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
        return [*dict.fromkeys(outlet for one in self._days for outlet in one.outlets())]

    def times(self) -> Iterator[tuple[str, bytes]]:
        """Of each day its name, and the times of all polls as a JSON list."""
        for one in self._days:
            yield one.day, one.times()

    def outlet(
        self, outlet: str, held: Sequence[HeldTime]
    ) -> tuple[Sequence[DayLeaves], Sequence[ShownReadings]]:
        """An outlet's hashes, and what is shown of it for each time in which somebody has it."""
        days = {one: one.polls(outlet) for one in self._days}
        days = {one: some for one, some in days.items() if some}
        blocks = [one for some in days.values() for one in some]
        rows = self._rows_of(days)
        is_read = _is_read(blocks, outlet)
        spans = [_span(rows, is_read, one) for one in held]
        sealed, shown = list[DayLeaves](), [list[tuple[str, bytes, bytes]]() for _ in held]
        # a day at a time, so that its texts are still in the processor's cache
        for day in days:
            texts, secret = day.texts(outlet), self._key.secret(day.day, self.name, outlet)
            leaves = disclosure.leaves(texts, secret)
            node = merkle.block(leaves)
            sealed.append(DayLeaves(day.day, outlet, node))
            for span, found in zip(spans, shown):
                of_day = rows.days[day.day]
                here = range(max(of_day.start, span.rows.start), min(of_day.stop, span.rows.stop))
                if not here:
                    continue
                at = rows.at[here.start : here.stop]
                own = at[span.is_own[here.start : here.stop]].tolist()
                if len(own) == len(of_day) and day.is_whole(outlet):
                    said = disclosure.whole(texts, secret)
                else:
                    first, after = int(at[0]), int(at[-1]) + 1
                    part = disclosure.part(texts, secret, leaves, first, after, {*own})
                    said = proof.canonical(part.document()).strip()
                found.append((day.day, node, said))
        return sealed, [
            ShownReadings(found, [*_blocks(blocks, outlet, span.rows, one)])
            for found, span, one in zip(shown, spans, held)
        ]

    def _rows_of(self, days: Mapping[DayRows, Sequence[Block]]) -> _Rows:
        known = tuple(id(one) for some in days.values() for one in some)
        if known not in self._rows:
            self._rows[known] = _rows({day.day: some for day, some in days.items()})
        return self._rows[known]


def _is_read(blocks: Sequence[Block], outlet: str) -> Column:
    """For each row, whether the register was read."""
    kwh = [one.kwh[one.unit.registers.index(outlet)] for one in blocks]
    return ~np.isnan(np.concatenate(kwh))


def _span(rows: _Rows, is_read: Column, held: HeldTime) -> _Span:
    is_own = (rows.begin >= held.begin) & (rows.begin < held.end)
    inside = np.flatnonzero(is_own)
    start, stop = (int(inside[0]), int(inside[-1])) if len(inside) else (len(is_own), -1)
    before = np.flatnonzero((is_read & (rows.end <= held.begin))[:start])
    after = np.flatnonzero((is_read & (rows.begin >= held.end))[stop + 1 :]) + stop + 1
    first = int(before[-1]) if len(before) else None
    shown_after = after[: _MORE if held.continues else 1].tolist()
    first_shown = start if first is None else first
    last = shown_after[-1] if shown_after else max(stop, -1 if first is None else first)
    shown = range(min(first_shown, last), last + 1) if last >= 0 else range(0)
    return _Span(shown, is_own)


def _blocks(blocks: Sequence[Block], outlet: str, span: range, held: HeldTime) -> Iterator[Block]:
    """The rows of a span, as `leaf_rows.blocks` reads them from their texts."""
    offset = 0
    for block in blocks:
        count = len(block.begins)
        here = slice(max(span.start - offset, 0), max(min(span.stop - offset, count), 0))
        offset += count
        if here.start < here.stop:
            yield leaf_rows.of_outlet(block, outlet, here, held.begin, held.end)
