"""Load and energy of units that are described call by call (described.py)."""

from __future__ import annotations

from typing import Any, Optional

import pytest

from handlers.shared.errors import PduHandlerError
from handlers.shared.meter_figures import NOT_ASKED, NotKnown, NotMetered
from pdu_common.helper import PduPortView

from .described import (
    INTERNAL_ERROR,
    L1,
    L2,
    L3,
    NEUTRAL,
    NO_SENSORS,
    PDU,
    PLUS,
    Described,
    Failure,
    Status,
    handler_of,
    reading,
)


@pytest.fixture
def unit() -> Described:
    return Described()


@pytest.mark.parametrize(
    "sensors, lines, figures",
    [
        # three lines: their sum without the neutral, and not the highest of them
        ((6.48, 1234.0), {L1: 4.0, L2: 6.48, L3: 6.5, NEUTRAL: 2.2}, (16.98, 1234.0)),
        # a sum without one of its lines would be smaller
        ((6.0, 1.0), {L1: 4.0, L2: None, L3: 6.0}, (None, 1.0)),
        ((6.0, -1.0), {L1: 4.0, L2: -0.5, L3: 6.0}, (None, None)),
        # two lines are one circuit, and two with a neutral
        ((5.1, 7.0), {L1: 5.0, L2: 5.1}, (5.1, 7.0)),
        ((5.1, 7.0), {L1: 5.0, L2: 5.1, NEUTRAL: 0.1}, (10.1, 7.0)),
        ((6.5, 7.0), {9: 6.5}, (6.5, 7.0)),
        ((7.0, 7.0), {PLUS: 6.9}, (7.0, 7.0)),
        ((0.0, 0.0), {}, (0.0, 0.0)),
    ],
)
def test_the_figures_of_an_inlet_are_those_of_its_circuits(
    unit: Described,
    sensors: tuple[float, float],
    lines: dict[int, Optional[float]],
    figures: tuple[Optional[float], Optional[float]],
) -> None:
    unit.inlet({"current": sensors[0], "activeEnergy": sensors[1]}, lines)
    assert unit.measured() == pytest.approx(figures)
    assert unit.requests == 2


def test_an_inlet_or_a_line_that_is_listed_twice_is_an_error(unit: Described) -> None:
    unit.inlet({"current": 6.0}, {L1: 4.0, L2: 5.0, L3: 6.0})
    poles = unit.calls[f"{PDU}/inlet/0", "getPoles"]
    inlets = unit.calls[PDU, "getInlets"]
    unit.calls[f"{PDU}/inlet/0", "getPoles"] = [*poles[:2], poles[0]]
    with pytest.raises(
        PduHandlerError, match="one of its lines' current sensors twice"
    ) as error_info:
        unit.measured()
    unit.calls[f"{PDU}/inlet/0", "getPoles"], unit.calls[PDU, "getInlets"] = poles, 2 * inlets
    assert error_info.value.kind == "protocol"
    with pytest.raises(PduHandlerError, match="one of its inlets twice"):
        unit.measured()


def test_an_inlet_that_is_not_valid_leaves_the_load_unset_though_banks_and_outlets_have_currents(
    unit: Described,
) -> None:
    unit.inlet({"activeEnergy": 100.0}, {L1: 6.0})
    unit.inlet({"activeEnergy": 50.0}, {L1: None})
    assert unit.measured() == (None, 150.0)
    assert unit.requests == 2
    unit.outlets([6.0, 1.5], [1.0, 2.0])
    unit.banks([6.1, 1.5])
    unit.requests = 0
    assert unit.measured() == (None, 150.0)
    assert unit.requests == 2


def test_the_load_of_banks_of_which_one_is_not_valid_is_not_that_of_the_outlets(
    unit: Described,
) -> None:
    unit.inlet({"activeEnergy": 100.0}, {})
    unit.outlets([6.0, 1.5], [1.0, 2.0])
    assert unit.measured()[0] == 7.5
    unit.banks([6.1, 1.5])
    assert unit.measured()[0] == 7.6
    unit.banks([6.1, None])
    assert unit.measured()[0] is None


@pytest.mark.parametrize("failed", [Status(500), INTERNAL_ERROR, reading(None)])
def test_the_larger_line_of_one_circuit_needs_both_readings(unit: Described, failed: Any) -> None:
    unit.inlet({"current": 4.1}, {L1: 4.1, L2: 4.0})
    unit.calls["/sensor/I0P0", "getReading"] = failed
    assert unit.measured()[0] is None
    unit.banks([4.1])
    assert unit.measured()[0] is None


def test_two_lines_of_one_circuit_may_share_a_sensor(unit: Described) -> None:
    unit.inlet({}, {L1: 5.0, L2: 5.1})
    lines = unit.calls[f"{PDU}/inlet/0", "getPoles"]
    lines[0]["current"] = lines[1]["current"]
    assert unit.measured()[0] == 5.1


def test_one_unmetered_line_of_three_makes_the_sum_of_the_lines_unknown(unit: Described) -> None:
    unit.inlet({"current": 6.0}, {L1: 4.0, L2: 6.0}, lines_without_sensor=(L3,))
    assert unit.measured()[0] is None
    unit.banks([4.0, 6.0, 5.0])
    assert unit.measured()[0] is None


@pytest.mark.parametrize(
    "lines", [{L1: 4.0, L2: 6.0, L3: 6.5}, {L1: 4.0, L2: 6.0, NEUTRAL: 1.0}, {L1: 4.0, L2: 6.0}]
)
@pytest.mark.parametrize("line", [None, 9])
def test_a_pole_whose_line_is_unknown_makes_load_and_energy_unknown(
    unit: Described, lines: dict[int, Optional[float]], line: Optional[int]
) -> None:
    unit.inlet({"current": 6.5}, lines)
    poles = unit.calls[f"{PDU}/inlet/0", "getPoles"]
    for number, pole in enumerate(poles):
        pole["activeEnergy"] = unit.sensor(f"E{number}", 100.0)
    poles[1]["line"] = line
    assert unit.measured() == (None, None)
    unit.banks([6.1, 4.5])  # which do not take their place
    load_a = handler_of(unit).measured().load_a
    assert type(load_a) is (NotMetered if line == 9 else NotKnown)


@pytest.mark.parametrize(
    "first, second, load",
    [
        (5.0, 0.0, 5.0),
        (5.0, 0.3, 5.0),
        (0.3, 5.0, 5.0),
        (0.0, 5.0, 5.0),
        (0.0, 0.0, 0.0),
        (5.0, 5.2, 5.2),
        (5.0, None, None),
        (0.0, None, None),
    ],
)
def test_behind_a_transfer_switch_one_feed_counts_or_the_load_is_unknown(
    unit: Described, first: float, second: Optional[float], load: Optional[float]
) -> None:
    unit.inlet({}, {L1: first})
    unit.inlet({}, {L1: second})
    unit.calls[PDU, "getTransferSwitches"] = [
        {"rid": f"{PDU}/transferswitch/0", "type": "pdumodel.TransferSwitch:4.0.9"}
    ]
    assert unit.measured()[0] == load
    assert unit.requests <= (2 if second is not None else 4)


@pytest.mark.parametrize("switches, inlets", [(2, 2), (1, 3)])
def test_behind_more_than_one_switch_of_two_inlets_the_load_is_not_metered(
    unit: Described, switches: int, inlets: int
) -> None:
    for _ in range(inlets):
        unit.inlet({}, {L1: 5.0})
    unit.calls[PDU, "getTransferSwitches"] = [
        {"rid": f"{PDU}/transferswitch/{number}", "type": "pdumodel.TransferSwitch:4.0.9"}
        for number in range(switches)
    ]
    assert unit.measured()[0] is None


def test_a_measured_zero_has_no_minus_sign(unit: Described) -> None:
    unit.outlets([0.0], [0.0])
    unit.calls[f"{PDU}/outlet/0/activeEnergy", "getReading"]["value"] = -0.0
    (port,) = handler_of(unit).statistic().ports
    assert str(port.consumption) == "0.0"


def test_a_disabled_inlet_counts_for_the_energy_but_not_for_the_load(unit: Described) -> None:
    unit.inlet({"current": 3.0, "activeEnergy": 100.0}, {})
    unit.inlet({"current": 0.5, "activeEnergy": 50.0}, {}, enabled=False)
    assert unit.measured() == (3.0, 150.0)
    unit.calls[f"{PDU}/inlet/1", "isEnabled"] = Status(404)  # it is in use
    assert unit.measured() == (3.5, 150.0)


@pytest.mark.parametrize("current, load", [(3.0, None), (0.0, 5.0)])
def test_an_inlet_that_may_be_in_use_leaves_the_load_unset_unless_it_carries_nothing(
    unit: Described, current: float, load: Optional[float]
) -> None:
    unit.inlet({"current": 5.0}, {L1: 5.0})
    unit.inlet({"current": current}, {L1: current})
    unit.calls[f"{PDU}/inlet/1", "isEnabled"] = INTERNAL_ERROR
    assert unit.measured()[0] == load


def test_a_breaker_behind_the_list_leaves_the_load_unset(unit: Described) -> None:
    unit.banks([6.1, 4.5])
    assert unit.measured()[0] == pytest.approx(10.6)
    unit.calls[f"{PDU}/ocp/2/current", "getReading"] = reading(1.0)
    assert unit.measured()[0] is None


def test_the_units_own_counter_comes_before_the_inlets(unit: Described) -> None:
    unit.inlet({"current": 3.0, "activeEnergy": 100.0}, {})
    unit.calls[PDU, "getSensors"] = {**NO_SENSORS, "activeEnergy": unit.sensor("PDU", 777.0)}
    assert unit.measured()[1] == 777.0


def test_an_inlet_without_a_counter_has_the_energy_of_its_lines_without_neutral(
    unit: Described,
) -> None:
    unit.inlet({}, {L1: 4.0, L2: 5.0, L3: 6.0, NEUTRAL: 1.0})
    for number, pole in enumerate(unit.calls[f"{PDU}/inlet/0", "getPoles"], 1):
        pole["activeEnergy"] = unit.sensor(f"E{number}", 100.0 * number)
    assert unit.measured() == (15.0, 600.0)


def test_without_inlets_the_load_is_of_banks_or_else_outlets_and_the_energy_of_all_outlets(
    unit: Described,
) -> None:
    unit.outlets([1.0, 2.0], [10.0, 20.0])
    assert unit.measured() == (3.0, 30.0)
    unit.banks([1.5, 2.0])
    assert unit.measured() == (3.5, 30.0)
    del unit.calls[f"{PDU}/outlet/1/activeEnergy", "getReading"]
    assert unit.measured() == (3.5, None)


@pytest.mark.parametrize("answer", [Status(403), Failure(-32001)])
@pytest.mark.parametrize(
    "rid, method",
    [
        ("/sensor/I0current", "getReading"),
        (PDU, "getSensors"),
        (f"{PDU}/inlet/0", "getSensors"),
        (f"{PDU}/inlet/0", "getPoles"),
        (f"{PDU}/outlet/1", "getSensors"),
        (PDU, "getTransferSwitches"),
    ],
)
def test_a_sensor_or_list_that_the_account_may_not_read_is_denied_and_it_may_still_switch(
    unit: Described, rid: str, method: str, answer: Any
) -> None:
    unit.inlet({"current": 3.0, "activeEnergy": 100.0}, {})
    unit.inlet({"current": 3.0, "activeEnergy": 100.0}, {})
    unit.outlets([1.0, 2.0], [10.0, 20.0])
    for number in (0, 1):  # without these readings, the handler has to call getSensors
        del unit.calls[f"{PDU}/outlet/{number}/current", "getReading"]
        del unit.calls[f"{PDU}/outlet/{number}/activeEnergy", "getReading"]
        unit.calls[f"{PDU}/outlet/{number}", "getSensors"] = NO_SENSORS
        unit.calls[f"{PDU}/outlet/{number}", "setPowerState"] = 0
        unit.calls[f"{PDU}/outlet/{number}", "getState"] = {"available": True, "powerState": 0}
    assert unit.measured() == (6.0, 200.0)
    unit.calls[rid, method] = answer
    with pytest.raises(PduHandlerError) as error_info:
        handler_of(unit).statistic()
    assert error_info.value.kind == "denied"
    assert [port.power_status.name for port in handler_of(unit).status().ports] == ["DOWN", "DOWN"]
    assert handler_of(unit).port_down(PduPortView("2")).power_status.name == "DOWN"


def test_a_list_that_no_figure_needs_may_be_denied(unit: Described) -> None:
    unit.inlet({"current": 3.0, "activeEnergy": 100.0}, {})
    for rid, method in (
        (f"{PDU}/inlet/1", "getSensors"),
        (PDU, "getOverCurrentProtectors"),
        (PDU, "getTransferSwitches"),
    ):
        unit.calls[rid, method] = Status(403)
    assert unit.measured() == (3.0, 100.0)


def test_a_list_of_breakers_may_be_denied_only_if_the_load_has_another_source(
    unit: Described,
) -> None:
    unit.inlet({"activeEnergy": 100.0}, {})
    unit.calls[PDU, "getOverCurrentProtectors"] = Status(403)
    with pytest.raises(PduHandlerError) as error_info:
        unit.measured()
    assert error_info.value.kind == "denied"
    unit.outlets([1.0, 2.0], [10.0, 20.0])
    assert unit.measured() == (3.0, 100.0)


def test_one_inlet_of_two_without_a_counter_leaves_the_energy_unknown(unit: Described) -> None:
    unit.inlet({"current": 3.0, "activeEnergy": 100.0}, {})
    unit.inlet({"current": 1.0}, {})
    assert unit.measured() == (4.0, None)


@pytest.mark.parametrize(
    "wrong", [{"available": False}, {"valid": False}, {"value": None}, {"available": None}]
)
def test_an_invalid_reading_is_not_used(unit: Described, wrong: dict[str, Any]) -> None:
    unit.inlet({"current": 3.0, "activeEnergy": 100.0}, {})
    unit.calls["/sensor/I0activeEnergy", "getReading"].update(wrong)
    assert unit.measured() == (3.0, None)


def test_an_inlet_whose_lines_cannot_be_read_is_not_taken_for_single_phase(unit: Described) -> None:
    unit.inlet({"current": 6.5, "activeEnergy": 9.0}, {L1: 4.0, L2: 6.5, L3: 6.0})
    unit.calls[f"{PDU}/inlet/0", "getPoles"] = Status(500)
    assert unit.measured() == (None, 9.0)
    unit.banks([8.0, 8.5])
    assert unit.measured() == (None, 9.0)


@pytest.mark.parametrize("answer, load", [(Status(404), 5.3), (Status(500), None)])
def test_two_feeds_are_added_only_if_the_unit_is_known_to_have_no_transfer_switch(
    unit: Described, answer: Status, load: Optional[float]
) -> None:
    unit.inlet({}, {L1: 5.0})
    unit.inlet({}, {L1: 0.3})
    unit.calls[PDU, "getTransferSwitches"] = answer
    assert unit.measured()[0] == load


@pytest.mark.parametrize("asked, failed", [("/sensor/PDU", "getReading"), (PDU, "getSensors")])
def test_a_counter_that_cannot_be_read_now_is_not_replaced_by_another(
    unit: Described, asked: str, failed: str
) -> None:
    unit.inlet({"current": 3.0, "activeEnergy": 100.0}, {})
    unit.calls[PDU, "getSensors"] = {**NO_SENSORS, "activeEnergy": unit.sensor("PDU", 777.0)}
    unit.calls[asked, failed] = Status(500)
    assert unit.measured() == (3.0, None)


@pytest.mark.parametrize(
    "asked, failed, answer",
    [
        ("/sensor/E1", "getReading", Status(500)),
        (f"{PDU}/inlet/0", "getPoles", Status(503)),
        (f"{PDU}/inlet/0", "getPoles", INTERNAL_ERROR),
        (f"{PDU}/inlet/0", "getSensors", INTERNAL_ERROR),
    ],
)
def test_line_counters_that_cannot_be_read_now_are_not_replaced_by_the_outlets(
    unit: Described, asked: str, failed: str, answer: Any
) -> None:
    unit.inlet({}, {L1: 3.0})
    unit.calls[f"{PDU}/inlet/0", "getPoles"][0]["activeEnergy"] = unit.sensor("E1", 100.0)
    unit.outlets([1.0, 2.0], [10.0, 20.0])
    assert unit.measured() == (3.0, 100.0)
    unit.calls[asked, failed] = answer
    # the lines have the current too
    assert unit.measured() == (None if failed == "getPoles" else 3.0, None)


def _measured_alike(unit: Described, part: str, value: float) -> None:
    """Gives a part A, W and kWh with one number, which tells the source of a sum."""
    if part == "the unit":  # which has no current
        unit.calls[PDU, "getSensors"] = {
            **NO_SENSORS,
            "activePower": unit.sensor("unit W", value),
            "activeEnergy": unit.sensor("unit Wh", value * 1000),
        }
    if part == "an inlet":
        own = {"current": value, "activePower": value, "activeEnergy": value * 1000}
        unit.inlet(own, {L1: value})
    if part == "lines":
        unit.inlet({}, {L1: value / 2, L2: value / 2, L3: 0.0})
        for pole in unit.calls[f"{PDU}/inlet/0", "getPoles"]:
            amperes = unit.calls[pole["current"]["rid"], "getReading"]["value"]
            pole["activePower"] = unit.sensor(f"W{pole['line']}", amperes)
            pole["activeEnergy"] = unit.sensor(f"Wh{pole['line']}", amperes * 1000)
    if part == "outlets":
        unit.outlets([value / 2, value / 2], [value * 500, value * 500])
        for number in range(2):
            unit.calls[f"{PDU}/outlet/{number}/activePower", "getReading"] = reading(value / 2)


# the better source first
@pytest.mark.parametrize(
    "parts",
    [
        ("the unit", "an inlet", "outlets"),
        ("an inlet", "outlets"),
        ("lines", "outlets"),
        ("outlets",),
    ],
    ids=lambda parts: parts[0],
)
def test_current_power_and_energy_of_a_unit_come_from_one_order_of_sources(
    unit: Described, parts: tuple[str, ...]
) -> None:
    for number, part in enumerate(parts):
        _measured_alike(unit, part, 8.0 - number)
    figures = handler_of(unit).measured(with_power=True)
    requests = unit.requests
    assert figures.power_w == 8.0
    assert figures.energy_kwh == 8.0
    assert figures.load_a == (7.0 if parts[0] == "the unit" else 8.0)
    is_metered = parts[-2:-1] in (("an inlet",), ("lines",))
    assert figures.inlet_w == figures.inlet_a == (figures.load_a if is_metered else None)
    assert handler_of(unit).measured(with_power=False).power_w == NOT_ASKED
    assert unit.requests == 2 * requests  # watts cost no round trip


def test_a_power_that_a_unit_lists_and_does_not_know_is_not_replaced(unit: Described) -> None:
    _measured_alike(unit, "the unit", 9.0)
    _measured_alike(unit, "an inlet", 7.0)
    unit.calls["/sensor/unit W", "getReading"] = reading(None)
    unknown = NotKnown("the sensor /sensor/unit W is not valid now")
    assert handler_of(unit).measured(with_power=True).power_w == unknown
