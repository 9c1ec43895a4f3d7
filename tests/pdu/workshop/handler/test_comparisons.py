"""What handler check says of answers that lack a part, or have one too many or one not known."""

from __future__ import annotations

import pytest

from handlers.dcimanager import Figures, MeterFigures
from handlers.shared.meter_figures import NotKnown
from pdu.cli.states import DOWN, UP
from pdu.loading.four_methods import BrokenHandler, HandlerRaised
from pdu.workshop.handler.calls import judge_call
from pdu.workshop.handler.comparisons import (
    MeasuredSums,
    States,
    compare_figures,
    compare_states,
)
from pdu.workshop.handler.rules import BROKEN, KEPT, UNTRIED

REAL: States = {"1": UP, "2": DOWN, "3": UP}


@pytest.mark.parametrize(
    "states, result",
    [
        pytest.param(REAL, KEPT, id="the device's"),
        pytest.param({"3": UP, "2": DOWN, "1": UP}, KEPT, id="the device's in another order"),
        pytest.param({**REAL, "9": UP}, UNTRIED, id="an outlet more"),
        pytest.param({"1": UP, "2": DOWN}, BROKEN, id="an outlet less"),
        pytest.param({**REAL, "2": UP}, BROKEN, id="another state"),
        pytest.param(
            {"a": UP, "b": DOWN, "c": UP}, KEPT, id="other identities, the states in their order"
        ),
        pytest.param(
            {"a": UP, "b": UP, "c": DOWN}, UNTRIED, id="other identities, as many of each state"
        ),
        pytest.param({"a": UP, "b": UP, "c": UP}, BROKEN, id="other identities, other states"),
    ],
)
def test_states_are_kept_only_for_the_outlets_of_the_device(states: States, result: str) -> None:
    assert compare_states(states, REAL).result == result


def energies(**outlets: float) -> dict[str, MeterFigures]:
    """The kWh of outlets: `o1` is that of outlet 1."""
    return {name[1:]: MeterFigures(energy_kwh=kwh) for name, kwh in outlets.items()}


SUMS = MeasuredSums([6.7], [2844.4], {"1": 41.1, "2": 503.1})
BOTH = energies(o1=41.1, o2=503.1)


@pytest.mark.parametrize(
    "figures, result, detail",
    [
        pytest.param(Figures(6.7, 2844.4, BOTH), KEPT, "", id="all figures are the device's"),
        pytest.param(
            Figures(6.7, 2844.4, energies(oA=41.1, oB=503.1)),
            KEPT,
            "",
            id="outlets with other identities",
        ),
        pytest.param(
            Figures(6.7, 2844.4, energies(oA=503.1, oB=41.1)),
            BROKEN,
            "the device measures 41.1",
            id="outlets whose energies are exchanged",
        ),
        pytest.param(
            Figures(6.7, None, BOTH), KEPT, "without total_consumption", id="no kWh of the PDU"
        ),
        pytest.param(
            Figures(6.7, 2844.4, {}), KEPT, "without consumption of outlets", id="no kWh of outlets"
        ),
        pytest.param(
            Figures(6.7, 2844.4, energies(o1=41.1)),
            UNTRIED,
            "does not show: 2",
            id="an outlet of two is left out",
        ),
        pytest.param(
            Figures(6.7, 2844.4, {**BOTH, **energies(o77=9.0)}),
            UNTRIED,
            "does not show: 77",
            id="an outlet that the device does not have",
        ),
        pytest.param(
            Figures(NotKnown("x"), 2844.4, BOTH),
            BROKEN,
            "load is not known (x)",
            id="the load is not known",
        ),
        pytest.param(
            Figures(6.7, NotKnown("y"), BOTH),
            BROKEN,
            "total_consumption is not known (y)",
            id="the kWh are not known",
        ),
        pytest.param(Figures(None, None, BOTH), BROKEN, "no figure", id="no figure of the PDU"),
    ],
)
def test_figures_that_were_not_compared_are_named(
    figures: Figures, result: str, detail: str
) -> None:
    finding = compare_figures(figures, SUMS)
    assert finding.result == result
    assert detail in finding.detail


def test_an_error_counts_by_what_happened_and_not_by_its_words() -> None:
    words = "status returned 'relay raised' in place of a PduView"

    def raise_broken_with_misleading_words() -> None:
        raise BrokenHandler(words)

    def raise_error_of_the_handler() -> None:
        raise HandlerRaised("status: a sentence of its own")

    assert judge_call("silent", raise_broken_with_misleading_words, "status").result == BROKEN
    assert judge_call("silent", raise_error_of_the_handler, "status").result == KEPT
