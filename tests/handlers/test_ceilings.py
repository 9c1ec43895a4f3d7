"""A figure that no PDU can carry is not known, whatever the handler."""

from __future__ import annotations

import json

import pytest

from handlers.dcimanager import Figures
from handlers.http.dialogue import ReadRequest, run_dialogue
from handlers.http.strict_json import number
from handlers.netio import decoding as netio
from handlers.nut.numbers import parse_figure
from handlers.raritan.readings import ask_well_known
from handlers.raritan.rpc import Bulk
from handlers.raritan.rpc.sensors import NumericSensor
from handlers.shared.ceilings import LARGEST, PART_A, PART_W, PLACEHOLDERS, is_placeholder
from handlers.shared.meter_figures import MeterFigures, NotKnown, measured
from tests.handlers.raritan.unit_table import changed_unit

REGISTERS = sorted(int(value) for value in PLACEHOLDERS if value > 0)


@pytest.mark.parametrize("value", [*REGISTERS, int(LARGEST), 10**30])
def test_the_largest_number_of_a_register_is_no_figure_nor_one_beyond_all_quantities(
    value: int,
) -> None:
    assert is_placeholder(value)
    assert is_placeholder(value // 3) == (value // 3 >= LARGEST)
    assert number(value) is None
    assert parse_figure(str(value)) is None
    with changed_unit(f"I0Current = {value}") as unit:
        agent = unit.agent()
        bulk = Bulk(agent)
        reading = ask_well_known(bulk, NumericSensor("/model/pdu/0/inlet/0/current", agent))
        bulk.perform()
        assert isinstance(reading.figure(), NotKnown)


def test_what_no_pdu_can_carry_is_not_known() -> None:
    most_a = float(PART_A)
    most_w = float(PART_W)
    impossible = 1e30
    figures = Figures(
        load_a=impossible,
        energy_kwh=impossible,
        ports={
            "1": MeterFigures(current_a=2 * most_a, power_w=2 * most_w, energy_kwh=impossible),
            "2": MeterFigures(current_a=most_a, power_w=most_w),
        },
        power_w=impossible,
        inlet_a=impossible,
        inlet_w=impossible,
    )
    bounded = figures.bounded()
    assert bounded.ports["2"] == figures.ports["2"]
    totals = (bounded.load_a, bounded.energy_kwh, bounded.power_w, bounded.inlet_a, bounded.inlet_w)
    for figure in totals:
        assert isinstance(figure, NotKnown)
    of_port = bounded.ports["1"]
    assert isinstance(of_port.current_a, NotKnown)
    assert isinstance(of_port.power_w, NotKnown)
    assert isinstance(of_port.energy_kwh, NotKnown)


def test_a_netio_that_shows_an_impossible_power_has_none() -> None:
    body = json.dumps(
        {
            "Agent": {"NumOutputs": 1},
            "GlobalMeasure": {"TotalCurrent": 2**31 - 1, "TotalPower": 1e30},
            "Outputs": [{"ID": 1, "State": 1, "Current": 2**31 - 1, "Load": 1e30}],
        }
    ).encode()
    unit = run_dialogue(
        netio.read_unit(with_figures=True),
        lambda request: body if isinstance(request, ReadRequest) else b"",
    )
    assert measured(unit.load_a) is None
    assert measured(unit.power_w) is None
    assert measured(unit.outlets[0].figures.current_a) is None
