"""The readings of an outlet on a day as texts: what leaves of a tree hold, and proofs show. Pure.

A head says which unit answered: a JSON list of day, PDU, outlet, a mark of handler and address,
serial number, firmware, family, run of the reader's machine, the error that the unit states, and
whether the reader's clock was synchronised (null: not known).
The rows below it are its polls: `begin,end,monotonic,uptime,kWh|A,W,state`. Times are in s, begin
and end since 1970 (UTC); an empty place was not read; the state is 1, 0 or - for not known. What is
right of the bar is hashed with a salt of its own, so that a row can be shown without it.
"""

from __future__ import annotations

import json
import math
import operator
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Optional

from ..journal.readings import NO_STATE, OFF, ON, Block
from ..registers.numpy_lazy import Column, np
from ..registers.poll import OWN, UnitFacts

#: parts a row into what the register says and what flowed
BAR = "|"
#: what a head begins with
HEAD = "["
#: begins the hash that stands in place of something hidden
HIDDEN = "#"
_SIGNS = {OFF: b"0", ON: b"1", NO_STATE: b"-"}
_SIGN_TEXTS = {sign.decode() for sign in _SIGNS.values()}
#: `repr` writes smaller and larger numbers with an exponent
_LEAST, _MOST = 1e-4, 1e16
_REGISTERS, _FACTS = 5, 10
#: amperes, watts and state of a row that does not show them
_NO_FLOWS = ("", "", "-")
_NAN = repr(math.nan)


class DayTexts(NamedTuple):
    """The texts of an outlet's day, heads and rows, as bytes in parts."""

    #: of a row begin, end, monotonic and uptime, with a comma behind; of a head nothing
    times: Sequence[bytes]
    #: of a row the register, with the bar; a whole head
    registers: Sequence[bytes]
    #: of a row what flowed; None for a head
    flows: Sequence[Optional[bytes]]

    def as_json(self) -> bytes:
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


def join_times(texts: Iterable[str], times: Iterable[str]) -> Sequence[str]:
    """Heads, and rows with their times. Raises ValueError if there are more times or fewer."""
    all_texts, all_times = [*texts], [*times]
    places = [at for at, text in enumerate(all_texts) if not is_head(text)]
    if len(places) != len(all_times):
        raise ValueError("not as many times as rows")
    for at, text in zip(places, all_times):
        all_texts[at] = f"{text},{all_texts[at]}"
    return all_texts


def head_parts(day: str, unit: UnitFacts, mark: str) -> tuple[bytes, bytes]:
    """A head before and after the name of the outlet. `mark`: hides handler and address."""
    facts = (
        day, unit.pdu, OWN, mark, unit.serial, unit.firmware, unit.family, unit.boot,
        unit.accuracy_percent, unit.is_synced,
    )  # fmt: skip
    parts = (json.dumps(some, separators=(",", ":")).encode() for some in (facts[:2], facts[3:]))
    before, after = parts
    return before[:-1] + b",", b"," + after[1:]


def time_texts(columns: Sequence[Column]) -> Sequence[bytes]:
    """Of each row the times, with a comma behind. `columns`: begin, end, monotonic clock and uptime
    of polls.
    """
    return _rows(columns, ",")


def register_texts(kwh: Column) -> Sequence[bytes]:
    """Of each row the register, with the bar."""
    return _rows([kwh], BAR)


def flow_texts(amperes: Column, watts: Column, states: bytes) -> Sequence[bytes]:
    """Of each row what flowed."""
    if states.count(states[:1]) == len(states):
        return _rows([amperes, watts], f",{_SIGNS[states[0]].decode()}" if states else "")
    signs = map(_SIGNS.__getitem__, states)
    return [*map(operator.add, _rows([amperes, watts], ","), signs)]


def _rows(columns: Sequence[Column], ending: str) -> Sequence[bytes]:
    """The numbers of each row as `repr` writes them, nothing for NaN, with commas between them, and
    then `ending`.
    """
    if not len(columns[0]):
        return []
    end = ending.encode()
    text = _quick(np.stack(columns, axis=1))
    if text is not None:
        return (text.replace(b"],[", end + b"\n") + end).split(b"\n")
    numbers = ([*map(repr, column.tolist())] for column in columns)
    rows = (",".join(row).replace(_NAN, "") for row in zip(*numbers))
    return [row.encode() + end for row in rows]


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
    """Whether a text is a head, and not a row."""
    return text.startswith(HEAD)


def is_hidden(text: str) -> bool:
    """Whether a hash stands in place of a text."""
    return text.startswith(HIDDEN)


def is_register(text: str) -> bool:
    """Whether a row does not show what flowed."""
    return f"{BAR}{HIDDEN}" in text and not is_head(text)


def blocks(texts: Iterable[str]) -> Sequence[Block]:
    """Heads and rows as blocks of one register; a row whose flow is hidden has none.

    Raises ValueError for a text that is neither.
    """
    rows_by_head: list[tuple[UnitFacts, list[str]]] = []
    for text in texts:
        if is_head(text):
            rows_by_head.append((_unit(text), []))
        elif rows_by_head:
            rows_by_head[-1][1].append(text)
        else:
            raise ValueError("a row without a head")
    return [_block(unit, rows) for unit, rows in rows_by_head if rows]


def _unit(text: str) -> UnitFacts:
    facts = json.loads(text)
    if len(facts) != _FACTS or not all(isinstance(fact, str) for fact in facts[:-2]):
        raise ValueError("no head")
    _, pdu, outlet, mark, serial, firmware, family, boot, accuracy, is_synced = facts
    if accuracy is not None and not (isinstance(accuracy, float) and 0.0 < accuracy <= 100.0):
        raise ValueError("no error in percent")
    if is_synced is not None and not isinstance(is_synced, bool):
        raise ValueError("no word on the clock")
    return UnitFacts(pdu, mark, serial, firmware, family, boot, accuracy, is_synced, (outlet,))


def _block(unit: UnitFacts, rows: Sequence[str]) -> Block:
    """The rows below a head."""
    columns = [*zip(*map(_fields, rows))]
    # begin and end are always there
    numbers = [_numbers(column, place < 2) for place, column in enumerate(columns[:-1])]
    if not _SIGN_TEXTS >= {*columns[-1]}:
        raise ValueError("no state")
    begins, ends, mono, ups, *figures = numbers
    kwh, amperes, watts = (column[np.newaxis] for column in figures)
    return Block(unit, begins, ends, mono, ups, kwh, amperes, watts)


def _fields(row: str) -> Sequence[str]:
    register, _, flow = row.partition(BAR)
    registers = register.split(",")
    flows = _NO_FLOWS if flow.startswith(HIDDEN) else flow.split(",")
    if len(registers) != _REGISTERS or len(flows) != len(_NO_FLOWS):
        raise ValueError("no row")
    return [*registers, *flows]


def _numbers(texts: Sequence[str], are_needed: bool) -> Column:
    """The numbers of a column, each in the one form that `repr` gives it; NaN for an empty text."""
    number_texts = texts if are_needed else [text or _NAN for text in texts]
    numbers = [*map(float, number_texts)]
    is_finite = math.isfinite(sum(numbers)) or all(
        math.isfinite(number) for number, text in zip(numbers, texts) if text
    )
    if [*map(repr, numbers)] != [*number_texts] or not is_finite:
        raise ValueError("no number of a row")
    return np.array(numbers)
