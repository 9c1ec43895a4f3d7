"""What is said of answers that lack a part, have one too many, or another one."""

from __future__ import annotations

import pytest

from handlers.dcimanager import Figures, MeterFigures
from handlers.shared.meter_figures import NotKnown
from pdu.cli.states import DOWN, UNKNOWN, UP
from pdu.recordings.simulated_pdu import MeasuredSums, States
from pdu.workshop.handler.comparisons import (
    name_of_energy,
    problem_of_figures,
    problem_of_states,
    true_figures_of,
    unknown_figures,
)
from pdu_common.helper import EnumPowerStatus

REAL: States = {"1": True, "2": False, "3": None}
RIGHT = [("1", UP), ("2", DOWN), ("3", UNKNOWN)]


@pytest.mark.parametrize(
    ("states", "problem"),
    [
        (RIGHT, ""),
        (RIGHT[::-1], ""),
        ([*RIGHT, ("9", UP)], "returned outlets that the PDU does not have: 9"),
        ([("1", UNKNOWN), ("2", DOWN), ("3", UNKNOWN)], "returned outlet 1 unknown, and it is on"),
        ([("1", UP), ("2", DOWN), ("3", DOWN)], "returned outlet 3 off, and it is unknown"),
    ],
)
def test_states_are_right_only_for_the_outlets_of_the_device(
    states: list[tuple[str, EnumPowerStatus]], problem: str
) -> None:
    assert problem_of_states(states, REAL, is_well=True) == problem


def test_beside_a_fault_an_outlet_may_be_unknown_absent_or_have_another_number() -> None:
    unknown = [(name, UNKNOWN) for name in REAL]
    assert problem_of_states(unknown, REAL, is_well=False) == ""
    assert problem_of_states(RIGHT[:2], REAL, is_well=False, absent_outlets=["3"]) == ""
    renamed = [("1", UP), ("2", DOWN), ("?", UNKNOWN)]
    assert problem_of_states(renamed, REAL, is_well=False, has_changed_number=True) == ""
    turned = [("1", DOWN), ("2", UP), ("3", UNKNOWN)]  # by the bits of one number
    assert problem_of_states(turned, REAL, is_well=False, has_changed_number=True) == ""
    assert problem_of_states(renamed, REAL, is_well=False) == "returned 3 outlets, without 3"


def energies(**outlets: float) -> dict[str, MeterFigures]:
    """The kWh of outlets: `o1` is that of outlet 1."""
    return {name[1:]: MeterFigures(energy_kwh=kwh) for name, kwh in outlets.items()}


SUMS = true_figures_of(MeasuredSums([6.7, 13.4], [2844.4], {"1": 41.1, "2": 503.1}))
BOTH = energies(o1=41.1, o2=503.1)
_LOAD = "returned load 6 A; the PDU measures 6.7 or 13.4 A"
_ENERGY = "returned consumption of outlet 1 503.1 kWh; the PDU measures 41.1 kWh"


@pytest.mark.parametrize(
    ("figures", "problem"),
    [
        (Figures(6.7, 2844.4, BOTH), ""),
        (Figures(13.4, 2844, energies(o1=41, o2=503)), ""),
        (Figures(None, None, {}), ""),
        (Figures(NotKnown("lost"), 2844.4, BOTH), ""),
        (Figures(6, 2844.4, BOTH), _LOAD),
        (Figures(6.7, 2844.4, energies(o1=503.1, o2=503.1)), _ENERGY),
    ],
)
def test_a_figure_is_right_if_it_is_one_of_those_that_may_be_meant(
    figures: Figures, problem: str
) -> None:
    assert problem_of_figures(figures, SUMS) == problem


@pytest.mark.parametrize(
    ("sums", "unknown"),
    [
        (MeasuredSums([6.7], [2844.4], {"1": 41.1, "9": 1.0}), []),
        (MeasuredSums([6.7], [2844.4], {"1": 41.1}), ["consumption of outlet 9"]),
        (MeasuredSums([6.7]), ["total_consumption", *map(name_of_energy, ("1", "9"))]),
        (MeasuredSums([], [2844.4], {"1": 41.1, "9": 1.0}), ["load"]),
    ],
)
def test_a_figure_that_the_pdu_is_not_known_to_measure_is_named(
    sums: MeasuredSums, unknown: list[str]
) -> None:
    figures = Figures(6.7, 2844.4, energies(o1=41.1, o9=1.0))
    assert unknown_figures(figures, true_figures_of(sums)) == unknown
