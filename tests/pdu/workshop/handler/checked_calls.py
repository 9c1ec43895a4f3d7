"""A call of a handler's method, and what is wrong with it: the lines of checked_calls.txt.

    METHOD RULE FLAGS       the call, of outlet 1, which is on, and what is right in its case:
                            fields of Expected; `-` for no rule; in capitals, the PDU's problem
    unmetered               of a PDU without meters: statistic has no figure, or
    invents                 1.5 A and 20 kWh;
    empty                   status lists no outlet;
    reads                   then it asks the PDU,
    switches WORD           switches outlet 1 `on` or `off`,
    words TEXT              switches outlet 1 off by what switches outlet 2 on, too,
    sends TEXT              sends a request that is not known, or one
    mistakes TEXT           that is like a command,
    failure TEXT            meets this failure of the simulated PDU itself, and
    raises ERROR WORDS      ends with this error, or one that is
    circular ERROR WORDS    its own cause

`python -m tests.tables tests.pdu.workshop.handler.checked_calls` writes right sides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Callable, Optional

from handlers.dcimanager import Figures
from handlers.shared.errors import Refused, Unreachable
from pdu.cli.states import DOWN, UP
from pdu.loading.four_methods import BrokenHandler, HandlerRaised
from pdu.recordings.simulated_pdu import (
    MeasuredSums,
    SimulatedPdu,
    States,
    UnitCommand,
    UnitFault,
)
from pdu.workshop.handler.calls import Methods
from pdu.workshop.handler.checked_call import CheckedCall, Expected, MadeHandler
from pdu.workshop.handler.comparisons import true_figures_of
from pdu_common.helper import EnumPowerStatus
from tests.tables import Case, Table

TABLE = Table(Path(__file__).with_name("checked_calls.txt"))
_ERRORS: Mapping[str, Callable[[str], Exception]] = {
    "Refused": lambda words: Refused(words, code="1"),
    "Unreachable": Unreachable,
    "ValueError": ValueError,
    "TimeoutError": TimeoutError,
    "HandlerRaised": HandlerRaised,
    "BrokenHandler": BrokenHandler,
}
_STATES = [("1", UP), ("2", DOWN)]


class TwoOutlets(SimulatedPdu):
    """A PDU without a network: outlet 1 is on, outlet 2 is off; 1.5 A and 20 kWh, if it
    `is_metered`.
    """

    contents = None
    port = 0

    def __init__(self) -> None:
        super().__init__(UnitFault.NONE)
        self.states: States = {"1": True, "2": False}
        self.is_metered = True

    def outlet_states(self) -> States:
        return dict(self.states)

    def turn_outlet(self, identity: str, *, on: Optional[bool]) -> bool:
        self.states[identity] = on
        return True

    def measured_sums(self) -> MeasuredSums:
        return MeasuredSums([1.5], [20.0]) if self.is_metered else MeasuredSums()

    def command_words(self, identity: str, *, on: bool) -> str:
        return f"{'on' if on else 'off'} {identity}"

    def close(self) -> None:
        """Nothing runs."""


class Calls:
    """The methods of a handler, each of which does on `unit` what `actions` say, such as "reads" or
    "switches off", before it returns the right answer.
    """

    def __init__(self, unit: TwoOutlets, actions: Sequence[str]) -> None:
        self._unit = unit
        self._actions = actions

    def _answer(self) -> None:
        """Do what the actions say, one after another. Raises what an action "raises"."""
        unit = self._unit
        for action in self._actions:
            word, _, rest = action.partition(" ")
            if word == "reads":
                unit.requests.append("GET")
            elif word == "switches":
                unit.requests.append(f"{rest} 1")
                unit.obey([UnitCommand("1", on=rest == "on", text=f"{rest} 1")])
            elif word == "words":
                unit.requests.append(rest)
                unit.commands.append(UnitCommand("2", on=True, text=rest))
                unit.states["1"] = False
            elif word == "sends":
                unit.commands.append(UnitCommand.unknown(rest))
            elif word == "mistakes":
                unit.commands.append(UnitCommand.unknown(rest, is_similar=True))
            elif word == "failure":
                unit.failures.append(rest)
            elif word not in ("unmetered", "invents", "empty"):
                name, _, words = rest.partition(" ")
                error = _ERRORS[name](words)
                raise error from {"raises": None, "circular": error}[word]

    def states(self) -> Sequence[tuple[str, EnumPowerStatus]]:
        self._answer()
        return [] if "empty" in self._actions else _STATES

    def figures(self) -> Figures:
        self._answer()
        has_figures = self._unit.is_metered or "invents" in self._actions
        return Figures(1.5, 20.0, {}) if has_figures else Figures(None, None, {})

    def switch(self, identity: str, *, on: bool) -> EnumPowerStatus:
        self._answer()
        return UP if on else DOWN


def handler_of(methods: Methods) -> MadeHandler:
    """A handler as the judge calls it, of which each object, new or not, has these methods."""
    return MadeHandler(
        methods=lambda _: methods,
        object_at=lambda _: methods,
        loaded_again=lambda: lambda _: methods,
        is_login=lambda _: False,
    )


def shown(case: Case) -> str:
    """The right side of a line of the table: the problem of the call of outlet 1, which is on.

    "port_down - is_well & switches off & switches off"    "once broken: port_down wrote 2 times"
    "port_down - is_well & switches off"                   "right"
    """
    method, *actions = case.left.split(TABLE.separator)
    method, rule, *words = method.split(" ")
    flags: dict[str, Any] = {word: True for word in words if word.islower()}
    expected = Expected(rule.strip("-"))._replace(**flags)
    unit = TwoOutlets()
    for word in words:
        if word.isupper():
            unit.begin(UnitFault[word])
    unit.is_metered = not {"unmetered", "invents"}.intersection(actions)
    methods = Calls(unit, actions)
    checked_call = CheckedCall(
        handler=handler_of(methods),
        true_figures=true_figures_of(unit.measured_sums()),
        case_name="a test",
        unit=unit,
        expected=expected,
        method=method,
        outlet="1",
        count_requests_of_others=lambda: 0,
    )
    problem = checked_call.problem(methods)
    return f"{problem.rule} {problem.result}: {problem.sentence}" if problem else "right"
