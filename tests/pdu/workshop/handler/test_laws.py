"""A call proves nothing that did not reach the PDU, had no answer in time, or met a failure of the
PDU itself; its own mistakes are told wherever they are seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Callable, Optional

import pytest

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
from pdu.workshop.handler.comparisons import named_sums
from pdu.workshop.handler.laws import Expected, Fault, JudgedCall, MadeHandler
from pdu.workshop.handler.rules import BROKEN, UNTRIED
from pdu_common.helper import EnumPowerStatus

_STATES = [("1", UP), ("2", DOWN)]
_LATE = Expected("late", needs_command=True, is_late=True)


class TwoOutlets(SimulatedPdu):
    """A PDU without a network."""

    contents = None
    port = 0

    def __init__(self) -> None:
        super().__init__(UnitFault.NONE)
        self.states: States = {"1": True, "2": False}

    def outlet_states(self) -> States:
        return dict(self.states)

    def turn_outlet(self, identity: str, *, on: Optional[bool]) -> bool:
        self.states[identity] = on
        return True

    def measured_sums(self) -> MeasuredSums:
        return MeasuredSums([1.5], [20.0])

    def command_words(self, identity: str, *, on: bool) -> str:
        return f"{'on' if on else 'off'} {identity}"

    def close(self) -> None:
        """Nothing runs."""


class Calls:
    """A handler whose every method is one function of the PDU."""

    def __init__(self, unit: TwoOutlets, function: Callable[[TwoOutlets], object]) -> None:
        self._unit = unit
        self._function = function

    def _answer(self) -> object:
        return self._function(self._unit)

    def states(self) -> Sequence[tuple[str, EnumPowerStatus]]:
        self._answer()
        return _STATES

    def figures(self) -> Figures:
        self._answer()
        return Figures(1.5, 20.0, {})

    def switch(self, identity: str, *, on: bool) -> EnumPowerStatus:
        self._answer()
        return UP if on else DOWN


def call(
    function: Callable[[TwoOutlets], object], method: str, expected: Expected
) -> Optional[Fault]:
    """What is wrong with a call of outlet 1, which is on."""
    unit = TwoOutlets()
    methods = Calls(unit, function)
    handler = MadeHandler(
        methods=lambda _: methods,
        one_object=lambda _: methods,
        anew=lambda _: methods,
        is_login=lambda _: False,
    )
    judged_call = JudgedCall(
        handler=handler,
        sums=named_sums(unit.measured_sums()),
        situation="a test",
        unit=unit,
        expected=expected,
        method=method,
        outlet="1",
        others_requests=lambda: 0,
    )
    return judged_call.fault(methods)


def _read(unit: TwoOutlets) -> None:
    unit.requests.append("GET")


def _switch_off(unit: TwoOutlets) -> None:
    unit.requests.append("off 1")
    unit.obey([UnitCommand("1", on=False, text="off 1")])


def _raising(error: Exception, *, is_sent: bool = True) -> Callable[[TwoOutlets], object]:
    def function(unit: TwoOutlets) -> object:
        if is_sent:
            _read(unit)
        raise error

    return function


def _failing(unit: TwoOutlets) -> None:
    _read(unit)
    unit.failures.append("KeyError: 7")


def test_a_call_that_is_right_has_no_fault() -> None:
    assert call(_read, "status", Expected("", is_well=True)) is None
    assert call(_read, "statistic", Expected("", is_well=True)) is None
    assert call(_switch_off, "port_down", Expected("", is_well=True)) is None
    assert call(_switch_off, "port_down", _LATE) is None
    assert call(_raising(Refused("no", code="1")), "port_down", Expected("refused")) is None


@pytest.mark.parametrize(
    ("function", "expected", "words"),
    [
        pytest.param(
            _raising(Refused("locked", code="1")),
            _LATE,
            "no command of port_down reached the PDU (locked)",
            id="no command",
        ),
        pytest.param(
            _raising(ValueError("x"), is_sent=False),
            Expected("meter"),
            "port_down sent no request to the PDU (ValueError: x)",
            id="no request",
        ),
        pytest.param(
            _raising(TimeoutError("timed out")),
            Expected("refused", must_raise=True),
            "port_down had no answer in time, of a PDU that answers",
            id="no answer in time",
        ),
        pytest.param(
            _raising(Unreachable("no answer from 127.0.0.1")),
            Expected("", is_well=True),
            "port_down had no answer in time, of a PDU that answers",
            id="no answer over SNMP",
        ),
        pytest.param(
            _failing,
            Expected("refused", must_raise=True),
            "the simulated PDU failed at port_down: KeyError: 7",
            id="a failure of the PDU",
        ),
    ],
)
def test_what_proves_nothing_is_not_tried(
    function: Callable[[TwoOutlets], object], expected: Expected, words: str
) -> None:
    fault = call(function, "port_down", expected)
    assert fault is not None
    assert fault.result == UNTRIED
    assert fault.sentence.startswith(words)


def test_where_silence_is_the_situation_no_answer_is_right() -> None:
    expected = Expected("silent", must_raise=True, is_silent=True)
    assert call(_raising(TimeoutError("timed out")), "port_down", expected) is None


def _write(text: str, *, is_similar: bool = False) -> Callable[[TwoOutlets], object]:
    def function(unit: TwoOutlets) -> None:
        _read(unit)
        unit.commands.append(UnitCommand.unknown(text, is_similar=is_similar))

    return function


@pytest.mark.parametrize(
    ("method", "hint"),
    [("port_down", "off 1"), ("port_up", "on 1")],
)
def test_a_hint_names_the_command_of_the_method_and_of_its_outlet(method: str, hint: str) -> None:
    fault = call(_write("on 7", is_similar=True), method, Expected("", is_well=True))
    assert fault is not None
    assert (fault.rule, fault.result) == ("others", BROKEN)
    words = f"{method} sent on 7; for {method} of outlet 1 such a PDU takes {hint} (a test)"
    assert fault.sentence == words


def test_a_request_that_is_like_no_command_is_not_called_wrong() -> None:
    """It may be one that was not recorded, such as a login before commands."""
    fault = call(_write("login"), "port_down", Expected("", is_well=True))
    assert fault is not None
    assert (fault.rule, fault.result) == ("port_down", UNTRIED)
    assert fault.sentence == (
        "port_down sent login, which is not known as a request of such a PDU; for port_down of"
        " outlet 1 such a PDU takes off 1"
    )


@pytest.mark.parametrize(
    ("error", "is_broken"),
    [
        (HandlerRaised("status: a sentence of its own"), False),
        (BrokenHandler("status returned 'x' in place of a PduView"), True),
    ],
)
def test_an_answer_of_another_type_is_no_error_of_a_handler(
    error: Exception, is_broken: bool
) -> None:
    fault = call(_raising(error), "status", Expected("silent", must_raise=True, is_silent=True))
    assert (fault is not None) is is_broken
