"""The current of a resource, readings of sensors, and sums."""

from __future__ import annotations

from typing import Any, Optional

import pytest

from handlers.redfish.figures import (
    AMPERES,
    RedfishFigure,
    current,
    excerpt,
    sensor,
    sum_if_complete,
    total,
)

SENSOR = "/redfish/v1/Chassis/1/Sensors/Amps"


def lines(
    *readings: Optional[float], neutral: Optional[float] = None, **more: Any
) -> dict[str, Any]:
    phases: dict[str, Any] = {
        f"Line{number}": {"Reading": one} for number, one in enumerate(readings, 1)
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
        ({"CurrentAmps": {"Reading": 10**90}}, 1e90),
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
    assert total(current(resource), {}) == amperes


def test_unmetered_and_unknown_figures_differ() -> None:
    assert current({}) is None and current({"CurrentAmps": None}) is None
    assert current({"CurrentAmps": {"Reading": None}}) == [RedfishFigure()]
    assert sum_if_complete([]) is None and sum_if_complete([[RedfishFigure(1.0)], None]) is None
    assert total(sum_if_complete([[RedfishFigure(1.0)], [RedfishFigure()]]), {}) is None


def test_a_sensor_is_read_only_where_the_value_is_missing() -> None:
    assert excerpt({"A": {"Reading": 2, "DataSourceUri": SENSOR}}, "A") == RedfishFigure(2.0, "")
    assert excerpt({"A": {"Reading": None, "DataSourceUri": SENSOR}}, "A") == RedfishFigure(
        None, SENSOR
    )
    assert (
        excerpt({"A": {"DataSourceUri": SENSOR}}, "A")
        == excerpt({"A": {"@odata.id": SENSOR}}, "A")
        == RedfishFigure(None, SENSOR)
    )
    assert total([RedfishFigure(None, SENSOR), RedfishFigure(1.0)], {SENSOR: 2.0}) == 3.0
    assert total([RedfishFigure(None, SENSOR), RedfishFigure(1.0)], {SENSOR: None}) is None
    assert (
        total([RedfishFigure(1e308), RedfishFigure(1e308)], {}) is None
    )  # more than a float can hold


@pytest.mark.parametrize(
    "resource, value",
    [
        ({"Reading": 2, "ReadingUnits": "A"}, 2.0),
        ({"Reading": 2, "ReadingUnits": "mA"}, None),
        ({"Reading": 2}, None),
        ({"Reading": None, "ReadingUnits": "A"}, None),
        ({"Reading": 2, "ReadingUnits": "A", "Status": {"State": "Enabled"}}, 2.0),
        ({"Reading": 2, "ReadingUnits": "A", "Status": {"State": "Disabled"}}, None),
    ],
)
def test_a_sensor_counts_only_in_the_requested_unit_and_if_not_disabled(
    resource: dict[str, Any], value: Optional[float]
) -> None:
    assert sensor(resource, AMPERES) == value


@pytest.mark.parametrize(
    "values, exact", [([0.1] * 10, 1.0), ([2.55, 2.6, 2.55], 7.7), ([56438.123, 0.001], 56438.124)]
)
def test_a_sum_adds_the_decimals_as_written(values: list[float], exact: float) -> None:
    parts: list[list[RedfishFigure]] = [[RedfishFigure(value)] for value in values]
    assert total(sum_if_complete(parts), {}) == exact
