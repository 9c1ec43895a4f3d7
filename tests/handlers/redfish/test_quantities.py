"""The current of a resource, readings of sensors, and sums."""

from __future__ import annotations

from typing import Any, Callable, Optional

import pytest

from handlers.redfish.figures import sum_in_use
from handlers.redfish.quantities import AMPERES, Reader, Sensors, current, energy, power, sensor
from handlers.redfish.responses import Json
from handlers.shared.meter_figures import Figure, NotKnown, NotMetered, measured

READER = Reader(Sensors(), AMPERES)


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
    assert measured(current(resource, READER)) == amperes


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
    ],
)
def test_a_current_that_is_not_known_has_its_reason(resource: dict[str, Any], reason: str) -> None:
    assert current(resource, READER) == NotKnown(reason)


@pytest.mark.parametrize(
    "key, figures_of", [("PolyPhaseEnergykWh", energy), ("PolyPhasePowerWatts", power)]
)
def test_lines_that_are_null_are_not_known(
    key: str, figures_of: Callable[[Json, Reader], Figure]
) -> None:
    lines = {"Line1ToNeutral": None, "Line2ToNeutral": None, "Line3ToNeutral": None}
    resource = {"PhaseWiringType": "ThreePhase5Wire", key: lines}
    assert figures_of(resource, READER) == NotKnown(f"{key} shows 0 of 3 lines")
    assert figures_of({key: None}, READER) == NotKnown(f"{key} is null")


@pytest.mark.parametrize(
    "key, figures_of", [("PolyPhaseEnergykWh", energy), ("PolyPhasePowerWatts", power)]
)
def test_lines_of_both_kinds_make_no_whole(
    key: str, figures_of: Callable[[Json, Reader], Figure]
) -> None:
    """It is not certain what the whole is."""
    lines = {
        "Line1ToNeutral": None,
        "Line2ToNeutral": None,
        "Line3ToNeutral": None,
        "Line1ToLine2": {"Reading": 3.0},
    }
    resource = {"PhaseWiringType": "ThreePhase5Wire", key: lines}
    reason = f"{key} shows lines against the neutral and pairs of lines"
    assert figures_of(resource, READER) == NotMetered(reason)


@pytest.mark.parametrize("name", ["PolyPhaseEnergykWh", "EnergykWh"])
def test_an_energy_that_is_text_is_not_known(name: str) -> None:
    assert energy({name: "n/a"}, READER) == NotKnown(f"{name} is 'n/a'")


@pytest.mark.parametrize("name", ["PolyPhasePowerWatts", "PowerWatts"])
def test_a_power_that_is_text_is_not_known(name: str) -> None:
    assert power({name: "n/a"}, READER) == NotKnown(f"{name} is 'n/a'")


@pytest.mark.parametrize(
    "key, figures_of", [("PolyPhaseEnergykWh", energy), ("PolyPhasePowerWatts", power)]
)
def test_a_whole_that_is_null_is_not_replaced_by_a_line(
    key: str, figures_of: Callable[[Json, Reader], Figure]
) -> None:
    whole = key.replace("PolyPhase", "")
    line = {"PhaseWiringType": "OnePhase3Wire", key: {"Line1ToNeutral": {"Reading": 2.0}}}
    assert figures_of(line, READER) == 2.0
    assert figures_of({whole: None, **line}, READER) == NotKnown(f"{whole} is null")
    assert figures_of({whole: None}, READER) == NotKnown(f"{whole} is null")


def test_the_one_current_of_three_lines_is_not_metered_with_its_reason() -> None:
    resource = {"PhaseWiringType": "ThreePhase5Wire", "CurrentAmps": {"Reading": 6.48}}
    power_of_lines = {"PolyPhasePowerWatts": {"Line1ToNeutral": {"Reading": 1.0}}}
    for shown in (resource, {**resource, **power_of_lines}):
        figure = current(shown, READER)
        assert figure == NotMetered("CurrentAmps may be the current of only one of its lines")


@pytest.mark.parametrize("wiring", [None, "SinglePhase"])
def test_a_current_is_read_as_if_a_wiring_outside_the_schema_were_absent(wiring: object) -> None:
    whole_current = {"PhaseWiringType": wiring, "CurrentAmps": {"Reading": 3.0}}
    assert current(whole_current, READER) == 3.0
    three_lines = {"PhaseWiringType": wiring, **lines(1.0, 2.0, 3.0)}
    assert current(three_lines, READER) == 1.0 + 2.0 + 3.0


def test_a_current_that_is_left_out_is_not_metered_whatever_else_is_shown() -> None:
    resources: list[Json] = [{}, {"PolyPhaseCurrentAmps": {}}, {"PowerWatts": {"Reading": 230.0}}]
    for resource in resources:
        assert current(resource, READER) is None
    assert energy({"PolyPhaseEnergykWh": {}}, READER) is None
    assert isinstance(sum_in_use([1.0, None]), NotMetered)


@pytest.mark.parametrize("state", ["Absent", "Disabled", "UnavailableOffline"])
def test_a_reading_of_a_sensor_that_reports_nothing_is_none(state: str) -> None:
    """It may be the last one."""
    resource: Json = {"Reading": 3.5, "ReadingUnits": "A"}
    assert sensor({**resource, "Status": {"State": state}}, ["A"]) is None
    for other_status in ({}, {"Status": {"State": "Enabled"}}, {"Status": {"State": "Updating"}}):
        assert sensor({**resource, **other_status}, ["A"]) == 3.5
