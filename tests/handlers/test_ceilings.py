"""A figure that no PDU can carry is not known, whatever the handler."""

from __future__ import annotations

import json

import pytest

from handlers.dcimanager import Figures
from handlers.http.dialogue import ReadRequest, run_dialogue
from handlers.http.strict_json import number
from handlers.netio import decoding as netio
from handlers.nut.numbers import parse_figure
from handlers.raritan.readings import metered_value
from handlers.raritan.rpc import Bulk
from handlers.raritan.rpc.sensors import NumericSensor
from handlers.shared.ceilings import FILLED, PART_A, PART_W, is_placeholder
from handlers.shared.meter_figures import MeterFigures, NotKnown, measured
from tests.handlers.raritan.described import Described

LARGEST = sorted(int(value) for value in FILLED if value > 0)


@pytest.mark.parametrize("value", LARGEST)
def test_the_largest_number_of_a_register_is_no_figure(value: int) -> None:
    assert is_placeholder(value) and not is_placeholder(value // 3)
    assert number(value) is None and parse_figure(str(value)) is None
    unit = Described()
    unit.sensor("a", float(value))
    agent = unit.agent()
    bulk = Bulk(agent)
    call = bulk.add(NumericSensor("/sensor/a", agent).getReading)
    bulk.perform()
    assert isinstance(metered_value(call), NotKnown)


@pytest.mark.parametrize("most_a, most_w", [(float(PART_A), float(PART_W))])
def test_what_no_pdu_can_carry_is_not_known(most_a: float, most_w: float) -> None:
    port = MeterFigures(2 * most_a, 2 * most_w, 1e30)
    figures = Figures(1e30, 1e30, {"1": port, "2": MeterFigures(most_a, most_w)}, 1e30, 1e30, 1e30)
    bounded = figures.bounded()
    assert measured(bounded.energy_kwh) == 1e30 and bounded.ports["2"] == figures.ports["2"]
    for figure in (bounded.load_a, bounded.power_w, bounded.inlet_a, bounded.inlet_w):
        assert isinstance(figure, NotKnown)
    of_port = bounded.ports["1"]
    assert isinstance(of_port.current_a, NotKnown) and isinstance(of_port.power_w, NotKnown)
    assert of_port.energy_kwh == 1e30


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
    assert measured(unit.load_a) is None and measured(unit.power_w) is None
    assert measured(unit.outlets[0].figures.current_a) is None
