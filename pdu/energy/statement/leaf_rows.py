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

from ..poll import OWN
from ..readings import NO_STATE, OFF, ON, Block, UnitFacts

#: parts a row into what the register says and what flowed
BAR = "|"
#: what a head begins with
HEAD = "["
#: begins the hash that stands in place of something hidden
HIDDEN = "#"
_SIGNS = {OFF: "0", ON: "1", NO_STATE: "-"}
_STATES = {sign: state for state, sign in _SIGNS.items()}
_FIELDS, _FACTS = 8, 10
#: amperes, watts and state of a row that does not show them
_NO_FLOWS = ("", "", "-")
_NAN = repr(math.nan)


class DayRows:
    """A PDU's polls on a day, as texts of each of its outlets."""

    def __init__(self, day: str, blocks: Sequence[Block], mark: Callable[[str], str]) -> None:
        """`mark`: hides handler and address of a unit."""
        self.day = day
        #: with the times of its polls, which all outlets have in common
        self._blocks = [(block, mark(block.unit.unit), [*_times(block)]) for block in blocks]

    def outlets(self) -> Sequence[str]:
        """Those that were read, each once."""
        named = (one for block, *_ in self._blocks for one in block.unit.registers)
        return [*dict.fromkeys(one for one in named if one != OWN)]

    def texts(self, outlet: str) -> list[str]:
        """Heads and rows of an outlet."""
        found: list[str] = []
        for block, mark, times in self._blocks:
            unit = block.unit
            if unit.registers.count(outlet) != 1:  # one that comes twice is not read
                continue
            facts = (
                self.day, unit.pdu, outlet, mark, unit.serial, unit.firmware, unit.family,
                unit.boot, unit.accuracy_percent, unit.synced,
            )  # fmt: skip
            found.append(json.dumps(facts, separators=(",", ":")))
            place = unit.registers.index(outlet)
            columns = (block.kwh[place], block.amperes[place], block.watts[place])
            signs = map(_SIGNS.__getitem__, block.states[place])
            found += [
                f"{time},{kwh}{BAR}{amperes},{watts},{state}"
                for time, kwh, amperes, watts, state in zip(times, *map(_column, columns), signs)
            ]
        return found

    def polls(self, outlet: str) -> Sequence[Block]:
        """The blocks whose rows `texts` has, each after its head."""
        return [one for one, *_ in self._blocks if one.unit.registers.count(outlet) == 1]


def _times(block: Block) -> Iterator[str]:
    columns = (block.begins, block.ends, block.monotonic, block.uptimes)
    return map(",".join, zip(*map(_column, columns)))


def _column(values: array[float]) -> Sequence[str]:
    texts = [*map(repr, values)]
    return [("" if one == _NAN else one) for one in texts] if _NAN in texts else texts


def is_head(text: str) -> bool:
    """Whether a text is a head, and not a row."""
    return text.startswith(HEAD)


def blocks(shown: Iterable[str]) -> Sequence[tuple[str, Block]]:
    """Heads and rows as blocks of one register, each with its day; a row whose flow is hidden has
    none.

    Raises ValueError for a text that is neither.
    """
    found: list[tuple[str, UnitFacts, list[str]]] = []
    for text in shown:
        if is_head(text):
            found.append((*_unit(text), []))
        elif found:
            found[-1][-1].append(text)
        else:
            raise ValueError("a row without a head")
    return [(day, _block(unit, rows)) for day, unit, rows in found]


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


def _block(unit: UnitFacts, rows: Sequence[str]) -> Block:
    """The rows below a head."""
    fields = [_fields(row) for row in rows]
    if any(len(one) != _FIELDS for one in fields):
        raise ValueError("no row")
    columns = [*zip(*fields)] or [()] * _FIELDS
    # begin and end are always there
    numbers = [_numbers(one, place < 2) for place, one in enumerate(columns[:-1])]
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
    said = texts if are_needed else [one or _NAN for one in texts]
    found = array("d", map(float, said))
    is_finite = math.isfinite(sum(found)) or all(
        math.isfinite(one) for one, text in zip(found, texts) if text
    )
    if [*map(repr, found)] != [*said] or not is_finite:
        raise ValueError("no number of a row")
    return found


def of_outlet(block: Block, outlet: str, here: slice, begin: float, end: float) -> Block:
    """Rows of an outlet as `blocks` reads them from texts that show what flowed from `begin` to
    `end` only.
    """
    place, begins = block.unit.registers.index(outlet), block.begins[here]
    amperes, watts = block.amperes[place][here], block.watts[place][here]
    states = block.states[place][here]
    for at, time in enumerate(begins):
        if not begin <= time < end:
            amperes[at] = watts[at] = math.nan
            states[at] = NO_STATE
    unit = block.unit._replace(registers=(outlet,))
    times = (begins, block.ends[here], block.monotonic[here], block.uptimes[here])
    return Block(unit, *times, [block.kwh[place][here]], [amperes], [watts], [states], 0)


def copy_block(block: Block) -> Block:
    """A block whose columns a PDU's readings may keep and extend."""
    kwh, amperes, watts = (
        [one[:] for one in columns] for columns in (block.kwh, block.amperes, block.watts)
    )
    return block._replace(
        kwh=kwh, amperes=amperes, watts=watts, states=[one[:] for one in block.states]
    )
