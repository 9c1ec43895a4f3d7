from __future__ import annotations

from collections.abc import Mapping

import pytest

from handlers.shared.errors import PduHandlerError
from handlers.snmp.read_scope import ALL_STATES, FIGURES
from pdu_common.connection import PduSnmpData
from tests.handlers.snmp import units
from tests.handlers.snmp.calls import MemoryPdu
from tests.handlers.snmp.exact_figures import read_exactly
from tests.handlers.snmp.memory import of_rows
from tests.simulators.snmp_agent import Row
from tests.simulators.snmp_agent.device import OCTETS
from tests.simulators.snmp_units import Fixture, fixture


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


def test_a_unit_that_is_named_by_the_community_is_not_named_in_an_error() -> None:
    unit, community = fixture("apc-easy-epdu"), "k7-community"
    device = units.memory(unit)
    device.put("1.3.6.1.4.1.318.1.1.30.2.1.1.2.1", community)  # ePDUDeviceStatusModule
    data = PduSnmpData(
        "192.0.2.1", {"version": "2", "community": community}, units.settings_of(unit)
    )
    with pytest.raises(PduHandlerError) as error_info:
        MemoryPdu(data, device).statistic()
    assert "ePDUPhaseStatusCurrent" in error_info.value.reason
    assert community not in str(error_info.value)
