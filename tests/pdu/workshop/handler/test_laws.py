"""A call proves nothing that did not reach the PDU, had no answer in time, or met a failure of the
PDU itself; its own mistakes are told wherever they are seen.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from pdu.cli.states import DOWN, UP
from pdu.recordings.simulated_pdu import UnitCommand
from pdu.workshop.handler.rules import UNTRIED
from pdu.workshop.handler.situations import faults_of_methods
from pdu_common.helper import EnumPowerStatus
from tests.tables import Law, compared

from . import laws_table


@pytest.mark.parametrize("law", laws_table.TABLE.laws(), ids=str)
def test_a_call_is_judged(law: Law) -> None:
    law.check(compared(laws_table.shown))


class _OtherObject(laws_table.Calls):
    """Reads the outlets, and writes what no command does."""

    def states(self) -> Sequence[tuple[str, EnumPowerStatus]]:
        self._answer()
        return [(name, UP if on else DOWN) for name, on in self._unit.outlet_states().items()]

    def switch(self, identity: str, *, on: bool) -> EnumPowerStatus:
        self._unit.commands.append(UnitCommand.unknown("login = 1"))
        return super().switch(identity, on=on)


def test_commands_that_cannot_be_judged_are_no_commands_without_a_fault() -> None:
    unit = laws_table.TwoOutlets()
    (fault,) = faults_of_methods(unit, _OtherObject(unit, ["reads"]), "a test")
    assert (fault.rule, fault.result) == ("port_down", UNTRIED)
    assert fault.sentence.startswith("port_down sent login = 1, which is not known as a request")
