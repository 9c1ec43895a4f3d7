"""The fault matrix at the first and the last step of each call, and at a middle step of a command;
`python -m tests.faults` runs up to 100 steps of each.
"""

from __future__ import annotations

import re
from collections import Counter

import pytest

from handlers import registry
from handlers.shared.errors import PduHandlerError, Refused, Unreachable
from pdu_common.base_pdu import BasePdu
from pdu_common.helper import (
    EnumPowerStatus,
    PduPortStatisticView,
    PduPortView,
    PduStatisticView,
    PduView,
)

from . import cell, matrix
from .catalogue import BY_KEY, FAULTS, METHODS
from .cell import Cell
from .subjects import subject
from .wire import Relay

STEPS_OF_READS, STEPS_OF_COMMANDS = 2, 3


@pytest.mark.timeout(900)  # hundreds of calls; many wait for a time-out
@pytest.mark.parametrize("name", registry.names())
def test_every_call_is_right_with_every_fault(name: str) -> None:
    cells = matrix.cells([name], STEPS_OF_COMMANDS, most_of_reads=STEPS_OF_READS)
    verdicts = list(matrix.run(cells))
    wrong = [
        f"{one.cell}: {one.outcome}: {'; '.join(one.problems)}" for one in verdicts if one.problems
    ]
    assert not wrong, "\n".join(wrong[:20])
    rows = matrix.table([name], verdicts)
    empty = [row for row in rows[2:] if re.search(r"\|  \|", row)]
    assert len(rows) == len(FAULTS) + 2 and not empty, empty
    ends = Counter(one.outcome for one in verdicts)
    assert len(ends) >= 4 and ends["answered"] and ends["unreachable"], ends


@pytest.mark.parametrize("name", registry.names())
def test_tcp_faults_and_wrong_answers_are_played_or_excluded_with_a_reason(name: str) -> None:
    played = subject(name)
    assert set(played.excluded) <= set(BY_KEY) and all(played.excluded.values())
    for fault in FAULTS:
        answered = "broken" if fault.key == "hiccup" else fault.key
        if fault.place == "tcp":
            assert hasattr(Relay, f"_{fault.key}"), fault.key
        if fault.place == "answer":
            assert (answered in played.bends) == (not played.reason(fault)), fault.key


# ---- the judgement of a call ---------------------------------------------------------------------


def view(**states: str) -> PduView:
    return PduView(
        [PduPortView(identity, EnumPowerStatus[state]) for identity, state in states.items()]
    )


BOOKS = {
    "states": {"a": True, "b": False},
    "load_a": 1.5,
    "energy_kwh": 2.0,
    "port_energy_kwh": {"a": 1.0, "b": 1.0},
    "writes": [],
}


@pytest.mark.parametrize(
    "found, problem",
    [
        (view(a="UP", b="DOWN"), ""),
        (view(a="UNKNOWN", b="UNKNOWN"), ""),
        (view(a="DOWN", b="DOWN"), "outlet a is DOWN"),
        (view(a="UP"), "listed"),
        (view(b="DOWN", a="UP"), "listed"),
        (view(), "listed"),
    ],
)
def test_a_wrong_state_or_list_of_outlets_is_a_problem(found: PduView, problem: str) -> None:
    problems = list(cell.view_problems(found, "status", BOOKS, BOOKS))
    assert bool(problems) == bool(problem) and problem in "".join(problems)


@pytest.mark.parametrize(
    "listed, problem", [("ab", False), ("b", False), ("", False), ("abb", True), ("c", True)]
)
def test_an_outlet_that_a_statistic_lists_twice_or_that_does_not_exist_is_a_problem(
    listed: str, problem: bool
) -> None:
    found = PduStatisticView(ports=[PduPortStatisticView(identity) for identity in listed])
    assert bool(list(cell.view_problems(found, "statistic", BOOKS, BOOKS))) == problem


@pytest.mark.parametrize(
    "error, fault, problem",
    [
        (Unreachable("no answer", "127.0.0.1", "status"), "silent", ""),
        (Refused("no", "1", "127.0.0.1", "status"), "silent", "ended with"),
        (ValueError("x"), "silent", "raised ValueError"),
        (Unreachable("no answer"), "silent", "not one printable line"),
    ],
)
def test_an_error_of_the_wrong_kind_or_form_is_a_problem(
    error: BaseException, fault: str, problem: str
) -> None:
    problems = list(cell.ending_problems(error, BY_KEY[fault]))
    assert bool(problems) == bool(problem) and problem in "".join(problems)


@pytest.mark.parametrize(
    "writes, error, state, problem",
    [
        ([], None, "UNKNOWN", ""),
        (["x"], None, "UP", ""),
        (["x", "x"], None, "UP", "2 commands"),
        ([], None, "UP", "without a command"),
        (["x"], Refused("no"), "UNKNOWN", "does not say"),
        (["x"], Unreachable("may or may not"), "UNKNOWN", ""),
        ([], Refused("no"), "UP", "raised an error and set"),
    ],
)
def test_a_second_command_or_an_error_or_state_that_does_not_fit_is_a_problem(
    writes: list[str], error: PduHandlerError, state: str, problem: str
) -> None:
    port = PduPortView("a", EnumPowerStatus[state])
    problems = list(cell.write_problems(Cell("nut", "port_up", "half"), error, port, writes))
    assert bool(problems) == bool(problem) and problem in "".join(problems)


def test_a_command_that_a_read_sends_is_a_problem() -> None:
    port = PduPortView("a", EnumPowerStatus.UNKNOWN)
    assert list(cell.write_problems(Cell("nut", "status", "half"), None, port, ["x"])) == [
        "1 command: ['x']"
    ]


def test_a_secret_and_its_base64_are_found() -> None:
    assert list(cell.leak_problems("the password is s3cret", ["s3cret"])) and list(
        cell.leak_problems("czNjcmV0", ["s3cret"])
    )
    assert not list(cell.leak_problems("nothing", ["s3cret"]))


def test_the_matrix_has_all_calls_of_the_platform() -> None:
    assert set(METHODS) == {name for name in vars(BasePdu) if not name.startswith("_")}
