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
from tests.conformance.trial import problems_of_methods
from tests.tables import Case

from . import checked_calls


@pytest.mark.parametrize("case", checked_calls.TABLE.cases(), ids=str)
def test_a_call_is_checked(case: Case) -> None:
    case.check(checked_calls.shown(case))


class _OneUnit(checked_calls.Calls):
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
        return checked_calls.Calls.switch(self, identity, on=on)


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
    unit = checked_calls.TwoOutlets()
    problem, *_ = problems_of_methods(unit, methods(unit, ["reads"]), "a test")
    assert (problem.rule, problem.result) == (rule, result)
    assert problem.sentence.startswith(words)
