"""A call proves nothing that did not reach the PDU, had no answer in time, or met a failure of the
PDU itself; its own mistakes are told wherever they are seen.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from pdu.cli.states import DOWN, UP
from pdu.recordings.simulated_pdu import UnitCommand
from pdu.workshop.handler.rules import BROKEN, UNTRIED
from pdu_common.helper import EnumPowerStatus
from tests.conformance.trial import faults_of_methods
from tests.tables import Case

from . import laws_table


@pytest.mark.parametrize("case", laws_table.TABLE.cases(), ids=str)
def test_a_call_is_judged(case: Case) -> None:
    case.check(laws_table.shown(case))


class _OneUnit(laws_table.Calls):
    """Reads the outlets, and switches them."""

    def states(self) -> Sequence[tuple[str, EnumPowerStatus]]:
        self._answer()
        return [(name, UP if on else DOWN) for name, on in self._unit.outlet_states().items()]

    def switch(self, identity: str, *, on: bool) -> EnumPowerStatus:
        if identity in self._unit.outlet_states():
            self._unit.obey([UnitCommand(identity, on=on, text="")])
        return super().switch(identity, on=on)


class _OtherObject(_OneUnit):
    def switch(self, identity: str, *, on: bool) -> EnumPowerStatus:
        self._unit.commands.append(UnitCommand.unknown("login = 1"))
        return laws_table.Calls.switch(self, identity, on=on)


@pytest.mark.parametrize(
    ("methods", "rule", "result", "words"),
    [
        (_OtherObject, "port_down", UNTRIED, "port_down sent login = 1, which is not known as a"),
        (_OneUnit, "no outlet", BROKEN, "port_down returned off, and raised nothing"),
    ],
)
def test_on_one_pdu_commands_are_tried_or_told_and_one_for_no_outlet_raises(
    methods: type[_OneUnit], rule: str, result: str, words: str
) -> None:
    unit = laws_table.TwoOutlets()
    fault, *_ = faults_of_methods(unit, methods(unit, ["reads"]), "a test")
    assert (fault.rule, fault.result) == (rule, result)
    assert fault.sentence.startswith(words)
