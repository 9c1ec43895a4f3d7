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
from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import Callable

from ..readings import NO_STATE, OFF, ON, OWN, Block, UnitFacts

#: parts a row into what the register says and what flowed
BAR = "|"
#: what a head begins with
HEAD = "["
#: begins the hash that stands in place of something hidden
HIDDEN = "#"
_SIGNS = {OFF: "0", ON: "1", NO_STATE: "-"}
_STATES = {sign: state for state, sign in _SIGNS.items()}
_TIMES, _FLOWS, _FACTS = 5, 3, 10


def outlets(blocks: Iterable[Block]) -> Sequence[str]:
    """The outlets of a PDU that blocks read, each once."""
    found = dict.fromkeys(one for block in blocks for one in block.unit.registers if one != OWN)
    return [*found]


def texts(
    day: str, blocks: Sequence[Block], outlet: str, mark: Callable[[str], str]
) -> Iterator[str]:
    """Heads and rows of an outlet. `mark`: hides handler and address of a unit."""
    for block in blocks:
        unit = block.unit
        if unit.registers.count(outlet) != 1:  # one that comes twice is not read
            continue
        facts = (
            day, unit.pdu, outlet, mark(unit.unit), unit.serial, unit.firmware, unit.family,
            unit.boot, unit.accuracy_percent, unit.synced,
        )  # fmt: skip
        yield json.dumps(facts, separators=(",", ":"))
        place = unit.registers.index(outlet)
        figures = zip(
            block.begins,
            block.ends,
            block.monotonic,
            block.uptimes,
            block.kwh[place],
            block.amperes[place],
            block.watts[place],
            block.states[place],
        )
        for begin, end, mono, up, kwh, amperes, watts, state in figures:
            times = f"{begin!r},{end!r},{_text(mono)},{_text(up)},{_text(kwh)}"
            yield f"{times}{BAR}{_text(amperes)},{_text(watts)},{_SIGNS[state]}"


def _text(value: float) -> str:
    return repr(value) if value == value else ""


def is_head(text: str) -> bool:
    """Whether a text is a head, and not a row."""
    return text.startswith(HEAD)


def span(row: str) -> tuple[float, float]:
    """When a row begins and ends, in s. Raises ValueError."""
    begin, end, _ = row.split(",", 2)
    return _number(begin), _number(end)


def is_read(row: str) -> bool:
    """Whether a row has an energy."""
    return not row.partition(BAR)[0].endswith(",")


def blocks(shown: Iterable[str]) -> Sequence[tuple[str, Block]]:
    """Heads and rows as blocks of one register, each with its day; a row whose flow is hidden has
    none.

    Raises ValueError for a text that is neither.
    """
    found: list[tuple[str, _Columns]] = []
    for text in shown:
        if is_head(text):
            day, unit = _unit(text)
            found.append((day, _Columns(unit)))
        elif found:
            found[-1][1].append(text)
        else:
            raise ValueError("a row without a head")
    return [(day, columns.block()) for day, columns in found]


def _unit(text: str) -> tuple[str, UnitFacts]:
    facts = json.loads(text)
    if len(facts) != _FACTS or not all(isinstance(one, str) for one in facts[:-2]):
        raise ValueError("no head")
    day, pdu, outlet, mark, serial, firmware, family, boot, accuracy, synced = facts
    if accuracy is not None and not (isinstance(accuracy, float) and 0.0 < accuracy <= 100.0):
        raise ValueError("no error in percent")
    if synced is not None and not isinstance(synced, bool):
        raise ValueError("no word on the clock")
    return day, UnitFacts(pdu, mark, serial, firmware, family, boot, accuracy, synced, (outlet,))


class _Columns:
    """The rows below a head."""

    def __init__(self, unit: UnitFacts) -> None:
        self._unit = unit
        self._figures = [array("d") for _ in range(_TIMES + _FLOWS - 1)]
        self._states = bytearray()

    def append(self, row: str) -> None:
        times, _, flows = row.partition(BAR)
        is_hidden = flows.startswith(HIDDEN)
        *said, state = [""] * 2 + ["-"] if is_hidden else flows.split(",")
        figures = [*times.split(","), *said]
        if len(figures) != len(self._figures):
            raise ValueError("no row")
        for place, (column, figure) in enumerate(zip(self._figures, figures)):
            # begin and end are always there
            column.append(_number(figure) if figure or place < 2 else math.nan)
        self._states.append(_STATES[state] if state in _STATES else _refused())

    def block(self) -> Block:
        begins, ends, mono, ups, kwh, amperes, watts = self._figures
        return Block(
            self._unit, begins, ends, mono, ups, [kwh], [amperes], [watts], [self._states], 0
        )


def _number(text: str) -> float:
    value = float(text)
    if repr(value) != text or not math.isfinite(value):
        raise ValueError("no number of a row")
    return value


def _refused() -> int:
    raise ValueError("no state")


def copied(block: Block) -> Block:
    """A block whose columns a PDU's readings may keep and extend."""
    kwh, amperes, watts = (
        [one[:] for one in columns] for columns in (block.kwh, block.amperes, block.watts)
    )
    return block._replace(
        kwh=kwh, amperes=amperes, watts=watts, states=[one[:] for one in block.states]
    )
