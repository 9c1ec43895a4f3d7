from __future__ import annotations

from collections.abc import Mapping

import pytest

from handlers.shared.errors import PduHandlerError
from handlers.snmp.read_scope import ALL_STATES, FIGURES
from tests.handlers.snmp import units
from tests.handlers.snmp.exact_figures import read_exactly
from tests.handlers.snmp.memory import of_rows
from tests.simulators.snmp_agent import Row
from tests.simulators.snmp_agent.device import OCTETS
from tests.simulators.snmp_units import Fixture


@pytest.mark.sample(8)
@units.EACH_MECHANISM
def test_a_text_of_a_nul_is_read_as_an_empty_one(unit: Fixture) -> None:
    """The first text of each column."""
    columns: set[str] = set()
    for oid, row in unit.rows.items():
        column = oid.rpartition(".")[0]
        if row.tag == OCTETS and column not in columns:
            columns.add(column)
            empty, nul = (
                _answers(unit, {**unit.rows, oid: Row(OCTETS, octets)}) for octets in (b"", b"\0")
            )
            assert nul == empty, oid


def _answers(unit: Fixture, rows: Mapping[str, Row]) -> list[str]:
    """The states and the figures, or the errors."""
    answers: list[str] = []
    for scope in (ALL_STATES, FIGURES):
        try:
            device = units.find(unit, of_rows(rows), scope)
            answers.append(repr(read_exactly(device) if scope.figures else device.states))
        except PduHandlerError as error:
            answers.append(str(error))
    return answers
