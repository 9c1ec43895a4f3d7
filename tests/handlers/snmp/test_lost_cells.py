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
from handlers.snmp.cells import NO_ANSWER, Rows
from handlers.snmp.controls import Guard
from handlers.snmp.filters import except_where, one_of, without
from handlers.snmp.measurements import Measurement
from handlers.snmp.objects import Column
from handlers.snmp.profiles.wti import _NoneMarked
from handlers.snmp.states import UNKNOWN, Condition, State
from handlers.snmp.tables import computed_from
from tests.handlers.snmp.memory import table, tables

STATE = Column("1.3.1")
DEVICE = table("1.3.1", {"1": 1, "2": 1})
EMPTY = ("",)
ROWS: Rows = {"1": NO_ANSWER, "2": NO_ANSWER}
CELLS = computed_from(STATE)(lambda tables: ROWS)


def is_refused(guard: Guard) -> bool:
    try:
        guard.raise_if_forbidden(tables(DEVICE, "1"), "1")
    except Unsupported:
        return True
    return False


def is_unknown(state: State) -> bool:
    return state.decisions(tables(DEVICE))["1"].state is UNKNOWN


def is_not_known(measurement: Measurement) -> bool:
    figures = measurement.rows(tables(DEVICE)).values()
    return bool(figures) and all(isinstance(figure, NotKnown) for figure in figures)


OF_STATE = State(STATE, ("1",), ("2",), conditions=(Condition(CELLS, EMPTY),))
# each part that compares a cell: whether it takes a lost one for none of its values
PARTS: dict[str, Callable[[], bool]] = {
    "a condition": lambda: (
        len(Condition(CELLS, EMPTY).reasons_not_current(tables(DEVICE), ROWS)) == 2
    ),
    "a condition of a state": lambda: is_unknown(OF_STATE),
    "a state": lambda: is_unknown(State(CELLS, on=("1",), off=("2",), absent=EMPTY)),
    "a figure that is absent": lambda: is_not_known(Measurement(CELLS, absent=EMPTY)),
    "a figure that is padding": lambda: is_not_known(Measurement(CELLS, padding=EMPTY)),
    "a guard that refuses": lambda: is_refused(Guard(CELLS, "locked", refuse=("1",))),
    "a guard that allows": lambda: is_refused(Guard(CELLS, "locked", allow=EMPTY)),
    "a mark of another outlet": lambda: is_refused(_NoneMarked(CELLS, "marked", allow=EMPTY)),
    "a row without padding": lambda: without(ROWS, *EMPTY) == ROWS,
    "a checked value": lambda: except_where(ROWS, EMPTY, {"1": "1", "2": "1"}, one_of("1")) == ROWS,
}


@pytest.mark.parametrize("is_lost", PARTS.values(), ids=PARTS)
def test_a_lost_cell_reads_none_of_the_values_of_a_part(is_lost: Callable[[], bool]) -> None:
    assert is_lost()


# comparisons of a cell's text, and why a lost one, which reads "", may go there
COMPARED = {
    "is_one_of": "it looks at the cell first",
    **dict.fromkeys(
        ("one_of", "matches", "test", "_is_reading"), "filters.tested has looked at the mark"
    ),
    "is_absent": "likewise; words without regard to capitals",
    "_name_in_unknown_form": "a lost name is no name in a form that is not read",
    "signed": "Raritan: two readings that are not both known",
    "_is_modular": "a scalar, which has a value or none: no kind of device reads none",
    "unit_current": "likewise, no configuration",
    "_is_ms_pdu": "likewise",
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
