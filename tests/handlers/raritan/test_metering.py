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
    "current, energy, lines, expected",
    [
        pytest.param(
            6.48,
            1234.0,
            {L1: 4.0, L2: 6.48, L3: 6.5, NEUTRAL: 2.2},
            (16.98, 1234.0),
            id="three lines: their sum without the neutral, and not the highest of them",
        ),
        pytest.param(
            6.0,
            1.0,
            {L1: 4.0, L2: None, L3: 6.0},
            (None, 1.0),
            id="a sum without one of its lines would be smaller",
        ),
        pytest.param(
            6.0, -1.0, {L1: 4.0, L2: -0.5, L3: 6.0}, (None, None), id="figures below zero"
        ),
        pytest.param(5.1, 7.0, {L1: 5.0, L2: 5.1}, (5.1, 7.0), id="two lines are one circuit"),
        pytest.param(
            5.1,
            7.0,
            {L1: 5.0, L2: 5.1, NEUTRAL: 0.1},
            (10.1, 7.0),
            id="two lines with a neutral are two circuits",
        ),
        pytest.param(6.5, 7.0, {9: 6.5}, (6.5, 7.0), id="a line of an unknown kind"),
        pytest.param(7.0, 7.0, {PLUS: 6.9}, (7.0, 7.0), id="direct current"),
        pytest.param(0.0, 0.0, {}, (0.0, 0.0), id="no lines"),
    ],
)
def test_the_figures_of_an_inlet_are_those_of_its_circuits(
    unit: Described,
    current: float,
    energy: float,
    lines: dict[int, Optional[float]],
    expected: tuple[Optional[float], Optional[float]],
) -> None:
    """`expected`: the load in amperes, and the energy in kWh."""
    unit.inlet({"current": current, "activeEnergy": energy}, lines)
    assert unit.measured() == pytest.approx(expected)
    assert unit.requests == 2


def test_a_line_that_is_listed_twice_is_an_error(unit: Described) -> None:
    unit.inlet({"current": 6.0}, {L1: 4.0, L2: 5.0, L3: 6.0})
    first, second, _third = unit.calls[f"{PDU}/inlet/0", "getPoles"]
    unit.calls[f"{PDU}/inlet/0", "getPoles"] = [first, second, first]
    sentence = "one of its lines' current sensors twice"
    with pytest.raises(PduHandlerError, match=sentence) as error_info:
        unit.measured()
    assert error_info.value.kind == "protocol"


def test_an_inlet_that_is_listed_twice_is_an_error(unit: Described) -> None:
    unit.inlet({"current": 6.0}, {L1: 4.0, L2: 5.0, L3: 6.0})
    (inlet,) = unit.calls[PDU, "getInlets"]
    unit.calls[PDU, "getInlets"] = [inlet, inlet]
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


def test_of_an_inlet_without_a_counter_the_energy_is_that_of_the_outlets(unit: Described) -> None:
    """A null reference says that there is no such sensor."""
    unit.inlet({"current": 3.0}, {L1: 3.0})
    unit.outlets([1.0, 2.0], [10_000.0, 20_000.0])
    assert unit.measured() == (3.0, 30_000.0)


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

    unit.banks([6.1, 4.5])
    figures = handler_of(unit).measured()
    # the banks do not take their place
    expected = NotMetered if line == 9 else NotKnown
    assert type(figures.load_a) is expected


@pytest.mark.parametrize(
    "first, second, load",
    [
        pytest.param(5.0, 0.0, 5.0, id="the first feed"),
        pytest.param(5.0, 0.3, 5.0, id="the first, and noise in the second"),
        pytest.param(0.3, 5.0, 5.0, id="noise in the first, and the second"),
        pytest.param(0.0, 5.0, 5.0, id="the second feed"),
        pytest.param(0.0, 0.0, 0.0, id="neither carries a load"),
        pytest.param(5.0, 5.2, 5.2, id="both carry one: the larger"),
        pytest.param(5.0, None, None, id="the second is not known"),
        pytest.param(0.0, None, None, id="the second is not known, the first carries nothing"),
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
    for number in (0, 1):
        outlet = f"{PDU}/outlet/{number}"
        # without these readings, the handler has to call getSensors
        del unit.calls[f"{outlet}/current", "getReading"]
        del unit.calls[f"{outlet}/activeEnergy", "getReading"]
        unit.calls[outlet, "getSensors"] = NO_SENSORS
        unit.calls[outlet, "setPowerState"] = 0
        unit.calls[outlet, "getState"] = {"available": True, "powerState": 0}
    assert unit.measured() == (6.0, 200.0)

    unit.calls[rid, method] = answer
    handler = handler_of(unit)
    with pytest.raises(PduHandlerError) as error_info:
        handler.statistic()
    assert error_info.value.kind == "denied"

    names = [port.power_status.name for port in handler.status().ports]
    assert names == ["DOWN", "DOWN"]
    port = handler.port_down(PduPortView("2"))
    assert port.power_status.name == "DOWN"


def test_a_list_that_no_figure_needs_may_be_denied(unit: Described) -> None:
    unit.inlet({"current": 3.0, "activeEnergy": 100.0}, {})
    unit.calls[f"{PDU}/inlet/1", "getSensors"] = Status(403)
    unit.calls[PDU, "getOverCurrentProtectors"] = Status(403)
    unit.calls[PDU, "getTransferSwitches"] = Status(403)
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
    (line,) = unit.calls[f"{PDU}/inlet/0", "getPoles"]
    line["activeEnergy"] = unit.sensor("E1", 100.0)
    unit.outlets([1.0, 2.0], [10.0, 20.0])
    assert unit.measured() == (3.0, 100.0)

    unit.calls[asked, failed] = answer
    load_a, energy_kwh = unit.measured()
    # the lines have the current too
    assert load_a == (None if failed == "getPoles" else 3.0)
    assert energy_kwh is None


def _measured_alike(unit: Described, part: str, value: float) -> None:
    """Gives a part A, W and kWh with one number, which tells the source of a sum."""
    watt_hours = value * 1000
    half = value / 2
    if part == "the unit":  # which has no current
        unit.calls[PDU, "getSensors"] = {
            **NO_SENSORS,
            "activePower": unit.sensor("unit W", value),
            "activeEnergy": unit.sensor("unit Wh", watt_hours),
        }
    if part == "an inlet":
        sensors = {"current": value, "activePower": value, "activeEnergy": watt_hours}
        unit.inlet(sensors, {L1: value})
    if part == "lines":
        unit.inlet({}, {L1: half, L2: half, L3: 0.0})
        poles = unit.calls[f"{PDU}/inlet/0", "getPoles"]
        for pole, amperes in zip(poles, (half, half, 0.0)):
            pole["activePower"] = unit.sensor(f"W{pole['line']}", amperes)
            pole["activeEnergy"] = unit.sensor(f"Wh{pole['line']}", amperes * 1000)
    if part == "outlets":
        unit.outlets([half, half], [half * 1000, half * 1000])
        for number in (0, 1):
            unit.calls[f"{PDU}/outlet/{number}/activePower", "getReading"] = reading(half)


EACH_SOURCE = pytest.mark.parametrize(
    "parts",
    [
        ("the unit", "an inlet", "outlets"),
        ("an inlet", "outlets"),
        ("lines", "outlets"),
        ("outlets",),
    ],
    ids=lambda parts: parts[0],
)


@EACH_SOURCE
def test_current_power_and_energy_of_a_unit_come_from_one_order_of_sources(
    unit: Described, parts: tuple[str, ...]
) -> None:
    """The first of the parts has 8.0 A, W and kWh, the second one 7.0, the third one 6.0."""
    for number, part in enumerate(parts):
        _measured_alike(unit, part, 8.0 - number)

    figures = handler_of(unit).measured(with_power=True)

    assert figures.power_w == 8.0
    assert figures.energy_kwh == 8.0
    # the unit itself has no current
    assert figures.load_a == (7.0 if parts[0] == "the unit" else 8.0)
    has_inlet = "an inlet" in parts or "lines" in parts
    inlet = figures.load_a if has_inlet else None
    assert figures.inlet_w == inlet
    assert figures.inlet_a == inlet


@EACH_SOURCE
def test_watts_of_each_source_cost_no_round_trip(unit: Described, parts: tuple[str, ...]) -> None:
    for number, part in enumerate(parts):
        _measured_alike(unit, part, 8.0 - number)
    handler_of(unit).measured(with_power=True)
    requests_with_power = unit.requests
    figures = handler_of(unit).measured(with_power=False)
    assert figures.power_w == NOT_ASKED
    assert unit.requests == 2 * requests_with_power


def test_a_power_that_a_unit_lists_and_does_not_know_is_not_replaced(unit: Described) -> None:
    _measured_alike(unit, "the unit", 9.0)
    _measured_alike(unit, "an inlet", 7.0)
    unit.calls["/sensor/unit W", "getReading"] = reading(None)
    unknown = NotKnown("the sensor /sensor/unit W is not valid now")
    assert handler_of(unit).measured(with_power=True).power_w == unknown
