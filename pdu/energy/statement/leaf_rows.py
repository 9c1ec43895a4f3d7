"""The readings of an outlet on a day as texts: what leaves of a tree hold, and proofs show. Pure.

A head says which unit answered: a JSON list of day, PDU, outlet, a mark of handler and address,
serial number, firmware, family, run of the reader's machine, the error that the unit states, and
whether the reader's clock was synchronised (null: not known).
Below it are its polls, a text for each quarter hour in which polls began, as days of all zones do:
`begin,end,monotonic,uptime,...|kWh,A,W,...,states`, with four times and three figures of each poll.
Times are in s, begin and end since 1970 (UTC); an empty place was not read; a state is 1, 0 or -
for not known. `begin,end,monotonic,uptime,kWh` is the last register of a quarter hour: it can be
shown without the rest.
"""

from __future__ import annotations

import itertools
import json
import math
import operator
from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, Optional

from ..journal.readings import NO_STATE, OFF, ON, Block, UnitFacts
from ..registers.numpy_lazy import Column, np
from ..registers.poll import OWN
from .power import QUARTER_S

#: parts times from what was read
BAR = "|"
#: what a head begins with
HEAD = "["
#: begins the hash that stands in place of something hidden
HIDDEN = "#"
_SIGNS = {OFF: "0", ON: "1", NO_STATE: "-"}
_STATES = {sign: state for state, sign in _SIGNS.items()}
#: a table for bytes.translate: state -> its sign
_SIGN_BYTES = "".join(_SIGNS.get(state, "?") for state in range(256)).encode()
#: `repr` writes smaller and larger numbers with an exponent
_LEAST, _MOST = 1e-4, 1e16
_TIMES, _FIGURES, _FACTS = 4, 3, 10
_NAN = repr(math.nan)


class DayTexts(NamedTuple):
    """The texts of an outlet's day, heads and quarter hours, as bytes in parts."""

    #: of a quarter hour its times, with the bar; of a head nothing
    times: Sequence[bytes]
    #: of a quarter hour what was read; a whole head
    figures: Sequence[bytes]
    #: of a quarter hour its last register; None for a head
    registers: Sequence[Optional[bytes]]

    def as_json(self) -> bytes:
        """All texts as a JSON list without blanks, quarter hours without their times."""
        # no character of a quarter hour needs an escape, and a head is JSON of ASCII
        texts = [
            _escaped(text) if register is None else text
            for text, register in zip(self.figures, self.registers)
        ]
        return b'["' + b'","'.join(texts) + b'"]'


def _escaped(head: bytes) -> bytes:
    """A head within a text of JSON."""
    return json.dumps(head.decode())[1:-1].encode()


def last_register(text: str) -> str:
    """The last register of a quarter hour. Raises ValueError for a text that is none."""
    times, _, figures = text.partition(BAR)
    last_times, last_figures = times.split(",")[-_TIMES:], figures.split(",")[-_FIGURES - 1 :]
    if len(last_times) < _TIMES or len(last_figures) <= _FIGURES:
        raise ValueError("no quarter hour")
    return ",".join([*last_times, last_figures[0]])


def join_times(texts: Iterable[str], times: Iterable[str]) -> Sequence[str]:
    """Heads, and quarter hours with their times. Raises ValueError if there are more times or
    fewer.
    """
    joined, all_times = [*texts], [*times]
    places = [at for at, text in enumerate(joined) if not is_head(text)]
    if len(places) != len(all_times):
        raise ValueError("not as many times as quarter hours")
    for at, text in zip(places, all_times):
        joined[at] = f"{text}{BAR}{joined[at]}"
    return joined


def outlets_of(units: Iterable[UnitFacts]) -> Sequence[str]:
    """Those that were read, each once."""
    return [*dict.fromkeys(name for unit in units for name in unit.registers if name != OWN)]


def head_parts(day: str, unit: UnitFacts, mark: str) -> tuple[bytes, bytes]:
    """A head before and after the name of the outlet. `mark`: hides handler and address."""
    facts = (
        day, unit.pdu, OWN, mark, unit.serial, unit.firmware, unit.family, unit.boot,
        unit.accuracy_percent, unit.synced,
    )  # fmt: skip
    parts = (json.dumps(some, separators=(",", ":")).encode() for some in (facts[:2], facts[3:]))
    before, after = parts
    return before[:-1] + b",", b"," + after[1:]


def time_texts(columns: Sequence[Column], edges: Column) -> tuple[Sequence[bytes], Sequence[bytes]]:
    """Of each quarter hour the times, with the bar, and those of its last poll, with a comma.

    `columns`: begin, end, monotonic clock and uptime of polls.
    """
    table = np.stack(columns, axis=1)
    bar = BAR.encode()
    times = [text + bar for text in _texts(table, edges)]
    return times, [text + b"," for text in _rows(table[edges[1:] - 1])]


def figure_texts(
    columns: Sequence[Column], states: bytes, edges: Column, last_times: Sequence[bytes]
) -> tuple[Sequence[bytes], Sequence[bytes]]:
    """Of each quarter hour what was read, and its last register. `columns`: kWh, A and W of polls;
    `last_times`: as of `time_texts`.
    """
    texts = _texts(np.stack(columns, axis=1), edges)
    signs, ends = states.translate(_SIGN_BYTES), edges.tolist()
    if len(texts) and ends == [*range(0, len(signs) + 1, ends[1])] and not signs.strip(signs[:1]):
        ending = b"," + signs[: ends[1]]
        figures = [text + ending for text in texts]
    else:
        endings = (b"," + signs[first:stop] for first, stop in zip(ends, ends[1:]))
        figures = [*map(operator.add, texts, endings)]
    return figures, [*map(operator.add, last_times, _rows(columns[0][edges[1:] - 1][:, None]))]


def quarter_edges(begins: Column) -> Column:
    """Where polls of another quarter hour begin, and how many there are: polls that follow each
    other within one are together.
    """
    if not len(begins):
        return np.zeros(1, "i8")
    cuts = np.flatnonzero(np.diff(begins // QUARTER_S)) + 1
    return np.concatenate([[0], cuts, [len(begins)]])


def _texts(table: Column, edges: Column) -> Sequence[bytes]:
    """The numbers of each quarter hour, poll by poll."""
    counts = np.diff(edges)
    if len(counts) and (counts == counts[0]).all():
        return _rows(table.reshape(len(counts), -1))
    rows, ends = _rows(table), edges.tolist()
    return [b",".join(rows[first:stop]) for first, stop in zip(ends, ends[1:])]


def _rows(table: Column) -> Sequence[bytes]:
    """The numbers of each row as `repr` writes them, nothing for NaN, with commas between them."""
    if not len(table):
        return []
    text = _quick(table)
    if text is not None:
        return text.split(b"],[")
    rows = table.tolist()
    return [
        ",".join("" if number != number else repr(number) for number in row).encode()
        for row in rows
    ]


def _quick(table: Column) -> Optional[bytes]:
    """Rows of numbers with `],[` between them by orjson, in a sixth of the time; None if it is not
    there, or writes one of them otherwise than `repr`: in an exponent.
    """
    try:
        import orjson  # it may be missing
    except ImportError:
        return None
    sizes = np.abs(table)
    if ((sizes > 0.0) & ((sizes < _LEAST) | (sizes >= _MOST))).any():
        return None
    text: bytes = orjson.dumps(np.ascontiguousarray(table), option=orjson.OPT_SERIALIZE_NUMPY)
    return text[2:-2].replace(b"null", b"")


def is_head(text: str) -> bool:
    """Whether a text is a head."""
    return text.startswith(HEAD)


def is_hidden(text: str) -> bool:
    """Whether a hash stands in place of a text."""
    return text.startswith(HIDDEN)


def is_register(text: str) -> bool:
    """Whether nothing but the last register of a quarter hour is shown."""
    return f"{BAR}{HIDDEN}" in text and not is_head(text)


def blocks(texts: Iterable[str]) -> Sequence[Block]:
    """Heads and quarter hours as blocks of one register; one of which only the last register is
    shown is that poll alone, without what flowed.

    Raises ValueError for a text that is neither.
    """
    quarters_by_head: list[tuple[UnitFacts, list[str]]] = []
    for text in texts:
        if is_head(text):
            quarters_by_head.append((_unit(text), []))
        elif quarters_by_head:
            quarters_by_head[-1][1].append(text)
        else:
            raise ValueError("a quarter hour without a head")
    return [_block(unit, quarters) for unit, quarters in quarters_by_head if quarters]


def _unit(text: str) -> UnitFacts:
    facts = json.loads(text)
    if len(facts) != _FACTS or not all(isinstance(fact, str) for fact in facts[:-2]):
        raise ValueError("no head")
    _, pdu, outlet, mark, serial, firmware, family, boot, accuracy, synced = facts
    if accuracy is not None and not (isinstance(accuracy, float) and 0.0 < accuracy <= 100.0):
        raise ValueError("no error in percent")
    if synced is not None and not isinstance(synced, bool):
        raise ValueError("no word on the clock")
    return UnitFacts(pdu, mark, serial, firmware, family, boot, accuracy, synced, (outlet,))


def _block(unit: UnitFacts, quarters: Sequence[str]) -> Block:
    """The quarter hours below a head."""
    times, figures, all_signs, counts = list[str](), list[str](), "", list[int]()
    for text in quarters:
        quarter_times, bar, rest = text.partition(BAR)
        if is_register(text):
            *some_times, register = quarter_times.split(",")
            some_figures, signs = [register, "", ""], "-"
        else:
            some_times = quarter_times.split(",")
            *some_figures, signs = rest.split(",")
        count = len(signs)
        if not (bar and count) or [len(some_times), len(some_figures)] != [
            _TIMES * count,
            _FIGURES * count,
        ]:
            raise ValueError("no quarter hour")
        times += some_times
        figures += some_figures
        all_signs += signs
        counts.append(count)
    # begin and end are always there
    begins, ends, mono, ups = (_numbers(times[at::_TIMES], at < 2) for at in range(_TIMES))
    kwh, amperes, watts = (_numbers(figures[at::_FIGURES], False) for at in range(_FIGURES))
    if not _STATES.keys() >= {*all_signs}:
        raise ValueError("no state")
    states = bytearray(map(_STATES.__getitem__, all_signs))
    if np.diff(quarter_edges(np.asarray(begins))).tolist() != counts:
        raise ValueError("readings of another quarter hour")
    return Block(unit, begins, ends, mono, ups, [kwh], [amperes], [watts], [states], 0)


def _numbers(texts: Sequence[str], are_needed: bool) -> array[float]:
    """The numbers of a column, each in the one form that `repr` gives it; NaN for an empty text."""
    number_texts = texts if are_needed else [text or _NAN for text in texts]
    numbers = array("d", map(float, number_texts))
    is_finite = math.isfinite(sum(numbers)) or all(
        math.isfinite(number) for number, text in zip(numbers, texts) if text
    )
    if [*map(repr, numbers)] != [*number_texts] or not is_finite:
        raise ValueError("no number of a quarter hour")
    return numbers


def merge_blocks(blocks: Iterable[Block]) -> Iterator[Block]:
    """Blocks whose columns a PDU's readings may keep and extend: one while the unit is the same."""
    for unit, some in itertools.groupby(blocks, key=lambda block: block.unit):
        all_rows = [*some]
        yield Block(
            unit,
            _together(block.begins for block in all_rows),
            _together(block.ends for block in all_rows),
            _together(block.monotonic for block in all_rows),
            _together(block.uptimes for block in all_rows),
            [*map(_together, zip(*(block.kwh for block in all_rows)))],
            [*map(_together, zip(*(block.amperes for block in all_rows)))],
            [*map(_together, zip(*(block.watts for block in all_rows)))],
            [
                bytearray(b"".join(columns))
                for columns in zip(*(block.states for block in all_rows))
            ],
            sum(block.failed for block in all_rows),
        )


def _together(columns: Iterable[array[float]]) -> array[float]:
    return array("d", b"".join(columns))
