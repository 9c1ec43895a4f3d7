"""The readings of an outlet on a day as texts: what leaves of a tree hold, and proofs show. Pure.

A head says which unit answered: a JSON list of day, PDU, outlet, a mark of handler and address,
serial number, firmware, family, run of the reader's machine, the error that the unit states, and
whether the reader's clock was synchronised (null: not known).
The rows below it are its polls: `begin,end,monotonic,uptime,kWh|A,W,state`. Times are in s, begin
and end since 1970 (UTC); an empty place was not read; the state is 1, 0 or - for not known. What is
right of the bar is hashed with a salt of its own, so that a row can be shown without it.
"""

from __future__ import annotations

import itertools
import json
import math
import operator
from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import Callable, NamedTuple, Optional

from ..journal.readings import NO_STATE, OFF, ON, Block, UnitFacts
from ..registers.numpy_lazy import np
from ..registers.poll import OWN

#: parts a row into what the register says and what flowed
BAR = "|"
#: what a head begins with
HEAD = "["
#: begins the hash that stands in place of something hidden
HIDDEN = "#"
_BAR = BAR.encode()
_SIGNS = {OFF: b"0", ON: b"1", NO_STATE: b"-"}
_STATES = {sign.decode(): state for state, sign in _SIGNS.items()}
#: `repr` writes smaller and larger numbers with an exponent
_LEAST, _MOST = 1e-4, 1e16
_FIELDS, _FACTS = 8, 10
#: amperes, watts and state of a row that does not show them
_NO_FLOWS = ("", "", "-")
_NAN = repr(math.nan)


class DayTexts(NamedTuple):
    """The texts of an outlet's day, heads and rows, as bytes in up to three parts."""

    #: of a row begin, end, monotonic and uptime, with a comma behind; of a head nothing
    times: Sequence[bytes]
    #: of a row the register, with the bar; a whole head
    registers: Sequence[bytes]
    #: of a row what flowed; None for a head
    flows: Sequence[Optional[bytes]]

    @classmethod
    def of(cls, texts: Iterable[str]) -> DayTexts:
        """Texts that hide nothing; their times stay with the register. Raises ValueError for one
        that is neither head nor row.
        """
        registers, flows = list[bytes](), list[Optional[bytes]]()
        for text in texts:
            if is_head(text):
                registers.append(text.encode())
                flows.append(None)
                continue
            register, bar, flow = text.encode().partition(_BAR)
            if not bar or flow.startswith(HIDDEN.encode()):
                raise ValueError("no row that is shown")
            registers.append(register + bar)
            flows.append(flow)
        return cls([b""] * len(flows), registers, flows)

    def rows(self) -> bytes:
        """All texts as a JSON list without blanks, rows without their times."""
        # no character of a row needs an escape, and a head is JSON of ASCII
        texts = [
            register + flow if flow is not None else _escaped(register)
            for register, flow in zip(self.registers, self.flows)
        ]
        return b'["' + b'","'.join(texts) + b'"]'


def _escaped(head: bytes) -> bytes:
    """A head within a text of JSON."""
    return json.dumps(head.decode())[1:-1].encode()


def join_times(rows: Iterable[str], times: Iterable[str]) -> Sequence[str]:
    """Heads, and rows with their times. Raises ValueError if there are more times or fewer."""
    texts, polls = [*rows], [*times]
    places = [at for at, text in enumerate(texts) if not is_head(text)]
    if len(places) != len(polls):
        raise ValueError("not as many times as rows")
    for at, time in zip(places, polls):
        texts[at] = f"{time},{texts[at]}"
    return texts


class DayRows:
    """A PDU's polls on a day, as texts of each of its outlets."""

    def __init__(self, day: str, blocks: Sequence[Block], mark: Callable[[str], str]) -> None:
        """`mark`: hides handler and address of a unit."""
        self.day = day
        #: with the times of its polls, which all outlets have in common
        self._blocks = [(block, mark(block.unit.unit), _times(block)) for block in blocks]

    def outlets(self) -> Sequence[str]:
        """Those that were read, each once."""
        registers = (register for block, *_ in self._blocks for register in block.unit.registers)
        return [*dict.fromkeys(register for register in registers if register != OWN)]

    def times(self) -> bytes:
        """The times of all polls as a JSON list."""
        texts = [b'"' + time[:-1] + b'"' for *_, times in self._blocks for time in times]
        return b"[" + b",".join(texts) + b"]"

    def is_whole(self, outlet: str) -> bool:
        """Whether an outlet has a row for each poll."""
        return len(self.polls(outlet)) == len(self._blocks)

    def texts(self, outlet: str) -> DayTexts:
        """Heads and rows of an outlet."""
        times, registers = list[bytes](), list[bytes]()
        flows = list[Optional[bytes]]()
        for block, mark, some in self._blocks:
            unit = block.unit
            if unit.registers.count(outlet) != 1:  # one that comes twice is not read
                continue
            facts = (
                self.day, unit.pdu, outlet, mark, unit.serial, unit.firmware, unit.family,
                unit.boot, unit.accuracy_percent, unit.synced,
            )  # fmt: skip
            registers.append(json.dumps(facts, separators=(",", ":")).encode())
            times.append(b"")
            flows.append(None)
            place = unit.registers.index(outlet)
            times += some
            registers += _rows([block.kwh[place]], BAR)
            flows += _flows(block, place)
        return DayTexts(times, registers, flows)

    def polls(self, outlet: str) -> Sequence[Block]:
        """The blocks whose rows `texts` has, each after its head."""
        return [block for block, *_ in self._blocks if block.unit.registers.count(outlet) == 1]


def _times(block: Block) -> Sequence[bytes]:
    return _rows((block.begins, block.ends, block.monotonic, block.uptimes), ",")


def _rows(columns: Sequence[array[float]], ending: str) -> Sequence[bytes]:
    """The numbers of each row as `repr` writes them, nothing for NaN, with commas between them, and
    then `ending`.
    """
    if not columns[0]:
        return []
    end = ending.encode()
    text = _quick(columns)
    if text is not None:
        return (text.replace(b"],[", end + b"\n") + end).split(b"\n")
    texts = (["" if number != number else repr(number) for number in column] for column in columns)
    return [",".join(row).encode() + end for row in zip(*texts)]


def _quick(columns: Sequence[array[float]]) -> Optional[bytes]:
    """Rows of numbers with `],[` between them by orjson, in a sixth of the time; None if it is not
    there, or writes one of them otherwise than `repr`: in an exponent.
    """
    try:
        import orjson  # it may be missing
    except ImportError:
        return None
    table = np.array([np.asarray(column) for column in columns])
    sizes = np.abs(table)
    if ((sizes > 0.0) & ((sizes < _LEAST) | (sizes >= _MOST))).any():
        return None
    rows = np.ascontiguousarray(table.T)
    text: bytes = orjson.dumps(rows, option=orjson.OPT_SERIALIZE_NUMPY)
    return text[2:-2].replace(b"null", b"")


def _flows(block: Block, place: int) -> Sequence[bytes]:
    """What flowed in each row of an outlet."""
    figures, states = (block.amperes[place], block.watts[place]), block.states[place]
    if states.count(states[:1]) == len(states):
        return _rows(figures, f",{_SIGNS[states[0]].decode()}" if states else "")
    signs = map(_SIGNS.__getitem__, states)
    return [*map(operator.add, _rows(figures, ","), signs)]


def is_head(text: str) -> bool:
    """Whether a text is a head, and not a row."""
    return text.startswith(HEAD)


def blocks(texts: Iterable[str]) -> Sequence[tuple[str, Block]]:
    """Heads and rows as blocks of one register, each with its day; a row whose flow is hidden has
    none.

    Raises ValueError for a text that is neither.
    """
    day_rows: list[tuple[str, UnitFacts, list[str]]] = []
    for text in texts:
        if is_head(text):
            day_rows.append((*_unit(text), []))
        elif day_rows:
            day_rows[-1][-1].append(text)
        else:
            raise ValueError("a row without a head")
    return [(day, _block(unit, rows)) for day, unit, rows in day_rows]


def _unit(text: str) -> tuple[str, UnitFacts]:
    facts = json.loads(text)
    if len(facts) != _FACTS or not all(isinstance(fact, str) for fact in facts[:-2]):
        raise ValueError("no head")
    day, pdu, outlet, mark, serial, firmware, family, boot, accuracy, synced = facts
    if accuracy is not None and not (isinstance(accuracy, float) and 0.0 < accuracy <= 100.0):
        raise ValueError("no error in percent")
    if synced is not None and not isinstance(synced, bool):
        raise ValueError("no word on the clock")
    return day, UnitFacts(pdu, mark, serial, firmware, family, boot, accuracy, synced, (outlet,))


def _block(unit: UnitFacts, rows: Sequence[str]) -> Block:
    """The rows below a head."""
    fields = [_fields(row) for row in rows]
    if any(len(field) != _FIELDS for field in fields):
        raise ValueError("no row")
    columns = [*zip(*fields)] or [()] * _FIELDS
    # begin and end are always there
    numbers = [_numbers(column, place < 2) for place, column in enumerate(columns[:-1])]
    begins, ends, mono, ups, kwh, amperes, watts = numbers
    if not _STATES.keys() >= {*columns[-1]}:
        raise ValueError("no state")
    states = bytearray(map(_STATES.__getitem__, columns[-1]))
    return Block(unit, begins, ends, mono, ups, [kwh], [amperes], [watts], [states], 0)


def _fields(row: str) -> Sequence[str]:
    times, _, flows = row.partition(BAR)
    return [*times.split(","), *(_NO_FLOWS if flows.startswith(HIDDEN) else flows.split(","))]


def _numbers(texts: Sequence[str], are_needed: bool) -> array[float]:
    """The numbers of a column, each in the one form that `repr` gives it; NaN for an empty text."""
    number_texts = texts if are_needed else [text or _NAN for text in texts]
    numbers = array("d", map(float, number_texts))
    is_finite = math.isfinite(sum(numbers)) or all(
        math.isfinite(number) for number, text in zip(numbers, texts) if text
    )
    if [*map(repr, numbers)] != [*number_texts] or not is_finite:
        raise ValueError("no number of a row")
    return numbers


def of_outlet(block: Block, outlet: str, here: slice, begin: float, end: float) -> Block:
    """Rows of an outlet as `blocks` reads them from texts that show what flowed from `begin` to
    `end` only.
    """
    place, begins = block.unit.registers.index(outlet), block.begins[here]
    amperes, watts = block.amperes[place][here], block.watts[place][here]
    states, times = block.states[place][here], np.asarray(begins)
    for at in np.flatnonzero(~((times >= begin) & (times < end))).tolist():
        amperes[at] = watts[at] = math.nan
        states[at] = NO_STATE
    return Block(
        block.unit._replace(registers=(outlet,)),
        begins, block.ends[here], block.monotonic[here], block.uptimes[here],
        [block.kwh[place][here]], [amperes], [watts], [states], 0,
    )  # fmt: skip


def merge_blocks(blocks: Iterable[Block]) -> Iterator[Block]:
    """Blocks whose columns a PDU's readings may keep and extend: one while the unit is the same."""
    for unit, some in itertools.groupby(blocks, key=lambda block: block.unit):
        all_ = [*some]
        yield Block(
            unit,
            _together(block.begins for block in all_),
            _together(block.ends for block in all_),
            _together(block.monotonic for block in all_),
            _together(block.uptimes for block in all_),
            [*map(_together, zip(*(block.kwh for block in all_)))],
            [*map(_together, zip(*(block.amperes for block in all_)))],
            [*map(_together, zip(*(block.watts for block in all_)))],
            [bytearray(b"".join(columns)) for columns in zip(*(block.states for block in all_))],
            sum(block.failed for block in all_),
        )


def _together(columns: Iterable[array[float]]) -> array[float]:
    return array("d", b"".join(columns))
