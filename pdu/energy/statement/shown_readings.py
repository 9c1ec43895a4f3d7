"""The readings of a PDU's outlets: their hashes in the trees of the days, and what of them a
customer's proof shows. Pure.
"""

from __future__ import annotations

import itertools
import json
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, Optional

from ..journal.readings import NO_STATE, Block, UnitFacts
from ..registers.numpy_lazy import Column, np
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
    """What a customer sees of an outlet: the quarter hours of which all readings are in his time,
    and the last register of the nearest one before and after it, also of a quarter hour that he
    shares with another. If he keeps the outlet, he sees some readings more after it, for a register
    may be as old as a poll or two.
    """

    #: of each day its name, its hash, and what of it is shown, as `proof.canonical` writes it
    days: Sequence[tuple[str, bytes, bytes]]
    #: the readings that are shown
    blocks: Sequence[Block]


class _BlockQuarters(NamedTuple):
    """The quarter hours of a block, which are below one head."""

    unit: UnitFacts
    #: the head before and after the name of the outlet
    head: tuple[bytes, bytes]
    #: which of all quarter hours these are
    quarters: slice


class _Polls(NamedTuple):
    """The polls of an outlet as columns. They are the same for all outlets of a PDU that have the
    same blocks.
    """

    #: when each was read, and the other clocks
    begin: Column
    end: Column
    monotonic: Column
    uptime: Column
    #: where each quarter hour begins among them, and where the last one ends
    edges: Column
    #: of each quarter hour the times, and those of its last poll, as `leaf_rows.time_texts`
    times: Sequence[bytes]
    last_times: Sequence[bytes]
    #: where each quarter hour is among the texts of its day
    at: Column
    #: day -> its blocks
    days: Mapping[str, Sequence[_BlockQuarters]]
    #: each unit that follows another, and where its polls end
    units: Sequence[tuple[UnitFacts, int]]


class _RowSpan(NamedTuple):
    """The quarter hours that a customer sees."""

    quarters: range
    #: for each quarter hour of the outlet, whether all of it is shown; else its last register
    is_whole: Column


class PduTexts:
    """A PDU's readings as texts of its outlets."""

    def __init__(self, pdu: str, days: Iterable[tuple[str, Sequence[Block]]], key: SaltKey) -> None:
        self.name = pdu
        self._days, self._key = dict(days), key
        self._polls: dict[Sequence[int], _Polls] = {}

    def outlets(self) -> Sequence[str]:
        """Those that were read, each once."""
        return leaf_rows.outlets_of(block.unit for some in self._days.values() for block in some)

    def times(self) -> Iterator[tuple[str, bytes]]:
        """Of each day its name, and the times of all polls as a JSON list."""
        polls = self._polls_of(self._days)
        for day, blocks in polls.days.items():
            texts = polls.times[blocks[0].quarters.start : blocks[-1].quarters.stop]
            yield day, b"[" + b",".join([b'"' + text[:-1] + b'"' for text in texts]) + b"]"

    def outlet(
        self, outlet: str, held_times: Sequence[HeldTime]
    ) -> tuple[Sequence[DayLeaves], Sequence[ShownReadings]]:
        """An outlet's hashes, and what is shown of it for each time in which somebody has it."""
        # one that comes twice in a block is not read
        days = {
            day: [block for block in blocks if block.unit.registers.count(outlet) == 1]
            for day, blocks in self._days.items()
        }
        days = {day: some for day, some in days.items() if some}
        polls, columns = self._polls_of(days), _Columns.of(outlet, days)
        spans = [_span(polls, ~np.isnan(columns.kwh), held_time) for held_time in held_times]
        sealed = list[DayLeaves]()
        shown_days = [list[tuple[str, bytes, bytes]]() for _ in held_times]
        for day, texts in _texts(outlet, polls, columns):
            secret, blocks = self._key.secret(day, self.name, outlet), polls.days[day]
            leaves = disclosure.leaves(texts, secret)
            node = merkle.block(leaves)
            sealed.append(DayLeaves(day, outlet, node))
            first, stop = blocks[0].quarters.start, blocks[-1].quarters.stop
            for span, day_texts in zip(spans, shown_days):
                here = slice(max(first, span.quarters.start), min(stop, span.quarters.stop))
                if here.start >= here.stop:
                    continue
                is_complete = (here.start, here.stop) == (first, stop)
                is_complete = is_complete and len(blocks) == len(self._days[day])
                at, is_whole = polls.at[here], span.is_whole[here]
                if is_complete and is_whole.all():
                    text = disclosure.whole_day(texts, secret)
                else:
                    shown, registers = ({*at[some].tolist()} for some in (is_whole, ~is_whole))
                    part = disclosure.part(texts, secret, leaves, shown, registers)
                    text = proof.canonical(part.document()).strip()
                day_texts.append((day, node, text))
        return sealed, [
            ShownReadings(day_texts, [*_blocks(outlet, polls, columns, span)])
            for day_texts, span in zip(shown_days, spans)
        ]

    def _polls_of(self, days: Mapping[str, Sequence[Block]]) -> _Polls:
        key = tuple(id(block) for some in days.values() for block in some)
        if key not in self._polls:
            self._polls[key] = _polls(days, self._key)
        return self._polls[key]


def _polls(days: Mapping[str, Sequence[Block]], key: SaltKey) -> _Polls:
    edges, at, day_blocks = list[Column](), list[Column](), dict[str, list[_BlockQuarters]]()
    units, polls, quarters = list[tuple[UnitFacts, int]](), 0, 0
    for day, blocks in days.items():
        first = quarters
        # each block has its head before it
        for place, block in enumerate(blocks, start=1):
            block_edges = leaf_rows.quarter_edges(np.asarray(block.begins))
            stop = quarters + len(block_edges) - 1
            edges.append(block_edges[:-1] + polls)
            at.append(np.arange(quarters, stop) + (place - first))
            head = leaf_rows.head_parts(day, block.unit, key.mark(block.unit.unit))
            here = _BlockQuarters(block.unit, head, slice(quarters, stop))
            day_blocks.setdefault(day, []).append(here)
            quarters, polls = stop, polls + len(block.begins)
            units.append((block.unit, polls))
    all_rows = [block for blocks in days.values() for block in blocks]
    begin, end, monotonic, uptime = columns = [
        _column(some)
        for some in zip(*((b.begins, b.ends, b.monotonic, b.uptimes) for b in all_rows))
    ]
    all_edges = np.concatenate([*edges, [polls]])
    times, last_times = leaf_rows.time_texts(columns, all_edges)
    groups = itertools.groupby(units, key=lambda unit: unit[0])
    return _Polls(
        begin,
        end,
        monotonic,
        uptime,
        all_edges,
        times,
        last_times,
        np.concatenate(at),
        day_blocks,
        [(unit, [*some][-1][1]) for unit, some in groups],
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
            b"".join(block.states[place] for block, place in blocks),
        )


def _texts(outlet: str, polls: _Polls, columns: _Columns) -> Iterator[tuple[str, DayTexts]]:
    """Each day with its heads and quarter hours."""
    all_figures, all_registers = leaf_rows.figure_texts(
        columns[:3], columns.states, polls.edges, polls.last_times
    )
    name = json.dumps(outlet).encode()
    for day, blocks in polls.days.items():
        times, figures = list[bytes](), list[bytes]()
        registers = list[Optional[bytes]]()
        for _, (before, after), quarters in blocks:
            times += [b"", *polls.times[quarters]]
            figures += [before + name + after, *all_figures[quarters]]
            registers += [None, *all_registers[quarters]]
        yield day, DayTexts(times, figures, registers)


def _column(columns: Iterable[array[float]]) -> Column:
    return np.concatenate([np.zeros(0), *columns])


def _span(polls: _Polls, is_read: Column, held_time: HeldTime) -> _RowSpan:
    firsts, lasts = polls.edges[:-1], polls.edges[1:] - 1
    is_own = (polls.begin >= held_time.begin) & (polls.begin < held_time.end)
    own = np.add.reduceat(is_own, firsts, dtype="i8") if len(firsts) else firsts
    is_whole = own == lasts + 1 - firsts
    touched = np.flatnonzero(own)
    start, stop = (int(touched[0]), int(touched[-1]) + 1) if len(touched) else (len(own), 0)
    is_before = (is_read & (polls.end <= held_time.begin))[lasts]
    is_after = (is_read & (polls.begin >= held_time.end))[lasts]
    before = np.flatnonzero(is_before[:start])
    after = np.flatnonzero(is_after[stop:]) + stop
    first = int(before[-1]) if len(before) else None
    if held_time.continues and stop < len(own):
        reads = np.cumsum(np.add.reduceat(is_read, firsts, dtype="i8")[stop:])
        last = min(stop + int(np.searchsorted(reads, _MORE)), len(own) - 1)
        # the one in which the period ends is his, too
        is_whole[max(start + 1, stop - 1) : last + 1] = True
    else:
        last = int(after[0]) if len(after) else max(stop - 1, -1 if first is None else first)
    begin = start if first is None else first
    return _RowSpan(range(min(begin, last), last + 1) if last >= 0 else range(0), is_whole)


def _blocks(outlet: str, polls: _Polls, columns: _Columns, span: _RowSpan) -> Iterator[Block]:
    """The readings of a span, as `leaf_rows.blocks` reads them from their texts."""
    here = np.zeros(len(span.is_whole), bool)
    here[span.quarters.start : span.quarters.stop] = True
    is_shown = np.repeat(here & span.is_whole, np.diff(polls.edges))
    registers = polls.edges[1:][here & ~span.is_whole] - 1
    is_shown[registers] = True
    kwh, amperes, watts = columns.kwh, columns.amperes.copy(), columns.watts.copy()
    states = np.frombuffer(columns.states, "u1").copy()
    amperes[registers] = watts[registers] = np.nan
    states[registers] = NO_STATE
    first = 0
    for unit, stop in polls.units:
        shown = np.flatnonzero(is_shown[first:stop]) + first
        first = stop
        if not len(shown):
            continue
        all_rows = (polls.begin, polls.end, polls.monotonic, polls.uptime, kwh, amperes, watts)
        begins, ends, mono, ups, *figures = (array("d", one[shown].tobytes()) for one in all_rows)
        yield Block(
            unit._replace(registers=(outlet,)), begins, ends, mono, ups,
            figures[:1], figures[1:2], figures[2:], [bytearray(states[shown].tobytes())], 0,
        )  # fmt: skip
