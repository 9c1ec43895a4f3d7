"""The current of a resource, readings of sensors, and sums."""

from __future__ import annotations

from typing import Any, Callable, Optional

import pytest

from handlers.redfish.figures import (
    Figures,
    RedfishFigure,
    current,
    energy,
    power,
    sum_if_complete,
    total,
)
from handlers.redfish.responses import Json
from handlers.shared.meter_figures import NotKnown, NotMetered, measured


def lines(
    *readings: Optional[float], neutral: Optional[float] = None, **more: Any
) -> dict[str, Any]:
    phases: dict[str, Any] = {
        f"Line{number}": {"Reading": reading} for number, reading in enumerate(readings, 1)
    }
    return {
        "PolyPhaseCurrentAmps": {
            **phases,
            **({} if neutral is None else {"Neutral": {"Reading": neutral}}),
        },
        **more,
    }


@pytest.mark.parametrize(
    "resource, amperes",
    [
        ({"CurrentAmps": {"Reading": 1.5}}, 1.5),
        ({"CurrentAmps": {"Reading": 0}}, 0.0),
        (lines(1.0, 2.0, 4.0, neutral=2.5, PhaseWiringType="ThreePhase5Wire"), 7.0),
        (
            lines(1.0, 2.0, 4.0, PhaseWiringType="ThreePhase4Wire", CurrentAmps={"Reading": 4.0}),
            7.0,
        ),
        (lines(1.0, 2.0, neutral=1.0, PhaseWiringType="TwoPhase4Wire"), 3.0),
        # one circuit: the same current in both lines
        (lines(3.0, 3.0, PhaseWiringType="TwoPhase3Wire"), 3.0),
        (lines(3.0, 3.0), 3.0),
        (lines(3.0, 2.0, neutral=1.0), 5.0),
        (lines(3.0, 2.0, PolyPhaseVoltage={"Line1ToNeutral": {}, "Line2ToNeutral": {}}), 5.0),
        (lines(3.0, 3.0, PolyPhaseVoltage={"Line1ToLine2": {}}), 3.0),
        (lines(1.0, 2.0, 4.0), 7.0),
        (lines(1.0, 2.0, 4.0, PolyPhaseVoltage={"Line1ToLine2": {}, "Line2ToLine3": {}}), 7.0),
        (lines(5.19, PhaseWiringType="TwoPhase3Wire", CurrentAmps={"Reading": 5.19}), 5.19),
        # it is not known which two lines are used
        (lines(0.0, 5.0, 5.0, PhaseWiringType="TwoPhase3Wire"), None),
        (lines(0.0, 5.0, 0.0, PhaseWiringType="OnePhase3Wire", CurrentAmps={"Reading": 5.0}), 5.0),
        # two of three lines are not a total
        (lines(1.0, 2.0, PhaseWiringType="ThreePhase5Wire"), None),
        # perhaps the current of only one line
        ({"PhaseWiringType": "ThreePhase5Wire", "CurrentAmps": {"Reading": 6.48}}, None),
        (
            {
                "CurrentAmps": {"Reading": 6.48},
                "PolyPhaseVoltage": {"Line1ToLine2": {}, "Line2ToLine3": {}},
            },
            None,
        ),
        ({"CurrentAmps": {"Reading": 6.48}, "PolyPhaseVoltage": {"Line1ToLine2": {}}}, 6.48),
        ({"CurrentAmps": {"Reading": None}}, None),
        ({"CurrentAmps": {}}, None),
        ({"CurrentAmps": None}, None),
        ({"CurrentAmps": {"Reading": True}}, None),
        ({"CurrentAmps": {"Reading": "1.5"}}, None),
        ({"CurrentAmps": {"Reading": -1}}, None),
        ({"CurrentAmps": {"Reading": float("inf")}}, None),
        ({"CurrentAmps": {"Reading": 10**90}}, None),
        (lines(1.0, None, 4.0, PhaseWiringType="ThreePhase5Wire"), None),
        (
            {
                "PolyPhaseCurrentAmps": {
                    "Line1": {"Reading": 3.0},
                    "Line2": None,
                    "Line3": {"Reading": 4.0},
                }
            },
            None,
        ),
        (
            {
                "PolyPhaseCurrentAmps": {
                    "Line1": {"Reading": 3.0},
                    "Line2": None,
                    "Neutral": {"Reading": 1.0},
                }
            },
            None,
        ),
        (
            {
                "PolyPhaseCurrentAmps": {"Line1": {"Reading": 3.0}, "Line2": None, "Line3": None},
                "CurrentAmps": {"Reading": 3.0},
            },
            None,
        ),
        ({"PolyPhaseCurrentAmps": {"Line1": {"Reading": 3.0}, "Line2": None}}, 3.0),
        ({}, None),
    ],
)
def test_the_current_is_the_sum_of_the_separate_line_currents_or_unknown_if_one_is_missing(
    resource: dict[str, Any], amperes: Optional[float]
) -> None:
    assert measured(total(current(resource), {})) == amperes


@pytest.mark.parametrize(
    "resource, reason",
    [
        ({"CurrentAmps": {"Reading": None}}, "the Reading of CurrentAmps is None"),
        ({"CurrentAmps": {}}, "the Reading of CurrentAmps is missing"),
        ({"CurrentAmps": None}, "CurrentAmps is null"),
        ({"CurrentAmps": "n/a"}, "CurrentAmps is 'n/a'"),
        ({"CurrentAmps": True}, "CurrentAmps is True"),
        (
            {"PhaseWiringType": "ThreePhase5Wire", "PolyPhaseCurrentAmps": {"Line1": 1.0}},
            "1 of 3 line currents are shown",
        ),
        (
            {"PolyPhaseCurrentAmps": {"Line1": None, "Line2": None, "Line3": None}},
            "0 of 3 line currents are shown",
        ),
        ({"PolyPhaseCurrentAmps": None}, "PolyPhaseCurrentAmps is null"),
        ({"PolyPhaseCurrentAmps": []}, "PolyPhaseCurrentAmps is []"),
        # how many lines there are is not known
        (
            {"PhaseWiringType": None, "CurrentAmps": {"Reading": 6.48}},
            "its PhaseWiringType is None",
        ),
        (
            {"PhaseWiringType": "SixPhase", **lines(1.0, 2.0)},
            "its PhaseWiringType is 'SixPhase'",
        ),
        # its lines have a meter, whose currents are gone
        (
            {
                "PhaseWiringType": "ThreePhase5Wire",
                "CurrentAmps": {"Reading": 6.48},
                "PolyPhasePowerWatts": {"Line1ToNeutral": {"Reading": 1.0}},
            },
            "there is no current of its lines, though other values of them are shown",
        ),
        (
            {"PolyPhaseCurrentAmps": {}},
            "there is no current of its lines, though other values of them are shown",
        ),
        ({"PowerWatts": {"Reading": 230.0}}, "there is no current, though a power is shown"),
    ],
)
def test_a_current_that_is_not_known_has_its_reason(resource: dict[str, Any], reason: str) -> None:
    assert total(current(resource), {}) == NotKnown(reason)


@pytest.mark.parametrize(
    "key, figures_of", [("PolyPhaseEnergykWh", energy), ("PolyPhasePowerWatts", power)]
)
def test_lines_that_are_null_are_not_known(key: str, figures_of: Callable[[Json], Figures]) -> None:
    lines = {"Line1ToNeutral": None, "Line2ToNeutral": None, "Line3ToNeutral": None}
    resource = {"PhaseWiringType": "ThreePhase5Wire", key: lines}
    assert total(figures_of(resource), {}) == NotKnown(f"{key} shows 0 of 3 lines")
    assert total(figures_of({key: None}), {}) == NotKnown(f"{key} is null")


@pytest.mark.parametrize(
    "key, figures_of", [("PolyPhaseEnergykWh", energy), ("PolyPhasePowerWatts", power)]
)
def test_lines_of_both_kinds_make_no_whole(key: str, figures_of: Callable[[Json], Figures]) -> None:
    """It is not certain what the whole is."""
    lines = {
        "Line1ToNeutral": None,
        "Line2ToNeutral": None,
        "Line3ToNeutral": None,
        "Line1ToLine2": {"Reading": 3.0},
    }
    resource = {"PhaseWiringType": "ThreePhase5Wire", key: lines}
    reason = f"{key} shows lines against the neutral and pairs of lines"
    assert total(figures_of(resource), {}) == NotMetered(reason)


@pytest.mark.parametrize("name", ["PolyPhaseEnergykWh", "EnergykWh"])
def test_an_energy_that_is_text_is_not_known(name: str) -> None:
    assert total(energy({name: "n/a"}), {}) == NotKnown(f"{name} is 'n/a'")


@pytest.mark.parametrize("name", ["PolyPhasePowerWatts", "PowerWatts"])
def test_a_power_that_is_text_is_not_known(name: str) -> None:
    assert total(power({name: "n/a"}), {}) == NotKnown(f"{name} is 'n/a'")


@pytest.mark.parametrize(
    "key, figures_of", [("PolyPhaseEnergykWh", energy), ("PolyPhasePowerWatts", power)]
)
def test_a_whole_that_is_null_is_not_replaced_by_a_line(
    key: str, figures_of: Callable[[Json], Figures]
) -> None:
    whole = key.replace("PolyPhase", "")
    line = {"PhaseWiringType": "OnePhase3Wire", key: {"Line1ToNeutral": {"Reading": 2.0}}}
    assert total(figures_of(line), {}) == 2.0
    assert total(figures_of({whole: None, **line}), {}) == NotKnown(f"{whole} is null")
    assert total(figures_of({whole: None}), {}) == NotKnown(f"{whole} is null")


def test_the_one_current_of_three_lines_is_not_metered_with_its_reason() -> None:
    resource = {"PhaseWiringType": "ThreePhase5Wire", "CurrentAmps": {"Reading": 6.48}}
    figure = total(current(resource), {})
    assert figure == NotMetered("CurrentAmps may be the current of only one of its lines")


def test_a_current_that_the_schema_leaves_out_is_not_metered() -> None:
    assert total(current({}), {}) is None
    assert isinstance(total(sum_if_complete([[RedfishFigure(1.0)], None]), {}), NotMetered)
