"""A cell that is lost reads no value, "" neither, wherever a part compares it with its values."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Callable

import pytest

import handlers.snmp
from handlers.shared.errors import Unsupported
from handlers.shared.meter_figures import NotKnown
from handlers.snmp.controls import Control, Guard, Write
from handlers.snmp.decoding import Rows
from handlers.snmp.figures import Measurement
from handlers.snmp.objects import Column
from handlers.snmp.rows import LOST, Lost
from handlers.snmp.single_family import Unmarked
from handlers.snmp.sources import Bits, ExceptWhere
from handlers.snmp.sources.base import ReadOnly
from handlers.snmp.sources.single_family import ExceptEmptySlots
from handlers.snmp.states import Condition, State
from handlers.snmp.tables import Source, Tables
from pdu_common.helper import EnumPowerStatus
from tests.handlers.snmp.memory import reader, table

STATE = Column("1.3.1")
DEVICE = {**table("1.3.1", {"1": 1, "2": 1}), **table("1.3.2", {"1": "", "2": ""})}
EMPTY = ("",)


class LostCells(ReadOnly):
    """The rows of a source, each with a lost cell."""

    WHY = "it is of a test"

    source: Source

    def rows(self, reader: Tables) -> Rows:
        return {"1": LOST, "2": LOST}


CELLS = LostCells(STATE)


def is_refused(control: Control) -> bool:
    try:
        control.orders(reader(DEVICE), "1", up=False)
    except Unsupported:
        return True
    return False


def is_unknown(state: State) -> bool:
    return state.read_from(reader(DEVICE))["1"] is EnumPowerStatus.UNKNOWN


def is_not_known(measurement: Measurement) -> bool:
    figures = measurement.rows_from(reader(DEVICE)).values()
    return bool(figures) and all(isinstance(figure, NotKnown) for figure in figures)


WRITE = Write(STATE, on=1, off=2)
# each part that compares a cell: whether it takes a lost one for none of its values
PARTS: dict[str, Callable[[], bool]] = {
    "a mark of contact": lambda: not Condition(CELLS, good=EMPTY).is_good(LOST),
    "a doubt": lambda: is_unknown(State(STATE, ("1",), ("2",), doubts=(Condition(CELLS, EMPTY),))),
    "a state": lambda: is_unknown(State(CELLS, on=("1",), off=("2",), absent=EMPTY)),
    "a figure that is absent": lambda: is_not_known(Measurement(CELLS, absent=EMPTY)),
    "a figure that is padding": lambda: is_not_known(Measurement(CELLS, padding=EMPTY)),
    "a guard that refuses": lambda: is_refused(Guard(WRITE, CELLS, "locked", refuse=("1",))),
    "a guard that allows": lambda: is_refused(Guard(WRITE, CELLS, "locked", allow=EMPTY)),
    "a mark of another outlet": lambda: is_refused(Unmarked(WRITE, CELLS, EMPTY, "marked")),
    "a checked value": lambda: (
        len(ExceptWhere(CELLS, EMPTY, STATE, ("1",)).rows(reader(DEVICE))) == 2
    ),
    "a fitted place": lambda: (
        len(ExceptEmptySlots(CELLS, (CELLS,), EMPTY).rows(reader(DEVICE))) == 2
    ),
}


@pytest.mark.parametrize("is_lost", PARTS.values(), ids=PARTS)
def test_a_lost_cell_reads_none_of_the_values_of_a_part(is_lost: Callable[[], bool]) -> None:
    assert is_lost()


@pytest.mark.parametrize("octets", ["\ufffd\0", "\x80"], ids=["undecoded", "UTF-8 or Latin-1"])
def test_a_bit_whose_octets_were_lost_forbids_a_command(octets: str) -> None:
    """sentry3's outletCapabilities refuse a command by one bit."""
    device = {**DEVICE, **table("1.3.3", {"1": octets})}
    bit = Bits(Column("1.3.3"), 1)
    assert isinstance(bit.value_of(reader(device), "1"), Lost)
    with pytest.raises(Unsupported, match="octets were lost"):
        Guard(WRITE, bit, "it is locked", refuse=("1",)).orders(reader(device), "1", up=False)


# comparisons of a cell's text, and why a lost one, which reads "", may go there
COMPARED = {
    "is_one_of": "it looks at the cell first",
    "_is_absent": "likewise; words without regard to capitals",
    "unread_name": "a lost name is no name in a form that is not read",
    "_owner_of": "no outlet has an empty number",
    "rows": "Signed: two readings that are not both known",
}


def comparing_functions() -> Iterator[str]:
    """The functions of the handler that compare `text(...)` of a cell: "" for a lost one, so each
    must look for those first, or have a reason why it need not."""
    for path in Path(handlers.snmp.__file__).parent.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for function in ast.walk(tree):
            if not isinstance(function, ast.FunctionDef):
                continue
            for node in ast.walk(function):
                if isinstance(node, ast.Compare) and "text(" in ast.unparse(node.left):
                    yield function.name


def test_no_other_function_compares_the_text_of_a_cell() -> None:
    assert set(comparing_functions()) == COMPARED.keys()
