"""Which figure is the load and which the energy, on units that the simulator does not have."""
from __future__ import annotations

import json
from typing import Any, Dict, List, Mapping, Optional, Tuple

import pytest

from handlers.raritan.access import LinkUnits
from handlers.raritan.metering import UnitMeter
from handlers.raritan.rpc import Agent, Bulk
from handlers.raritan.rpc.transport import Endpoint, Reply, Request
from handlers.raritan.units import Census

Calls = Dict[Tuple[str, str], Any]
PDU = "/model/pdu/0"
L1, L2, L3, NEUTRAL, PLUS = 0, 1, 2, 3, 5


def reading(value: Optional[float]) -> Dict[str, Any]:
    """A valid reading; None: one that is not valid."""
    return {"timestamp": 0, "available": True, "valid": value is not None, "value": value or 0.0, "status": {}}


class Unit:
    """A unit described by what its calls give, behind the transport seam; whatever is not described does not exist."""

    def __init__(self) -> None:
        self.calls: Calls = {(PDU, "getMetaData"): {"hasMeteredOutlets": False}, (PDU, "getSensors"): {},
                             (PDU, "getTransferSwitches"): [], (PDU, "getOverCurrentProtectors"): [],
                             (PDU, "getOutlets"): [], (PDU, "getInlets"): []}
        self.requests = 0

    def sensor(self, name: str, value: Optional[float]) -> Dict[str, str]:
        self.calls[f"/sensor/{name}", "getReading"] = reading(value)
        return {"rid": f"/sensor/{name}", "type": "sensors.NumericSensor:4.0.9"}

    def inlet(self, own: Mapping[str, float], lines: Mapping[int, Optional[float]], enabled: bool = True,
              lines_without_sensor: Tuple[int, ...] = ()) -> None:
        number = len(self.calls[PDU, "getInlets"])
        rid = f"{PDU}/inlet/{number}"
        self.calls[PDU, "getInlets"].append({"rid": rid, "type": "pdumodel.Inlet:3.0.4"})
        self.calls[rid, "getSensors"] = {name: self.sensor(f"I{number}{name}", value) for name, value in own.items()}
        self.calls[rid, "getPoles"] = [
            *({"line": line, "current": self.sensor(f"I{number}P{line}", value), "activeEnergy": None}
              for line, value in lines.items()),
            *({"line": line, "current": None, "activeEnergy": None} for line in lines_without_sensor)]
        self.calls[rid, "isEnabled"] = enabled

    def outlets(self, amperes: List[Optional[float]], energy: List[Optional[float]]) -> None:
        self.calls[PDU, "getMetaData"] = {"hasMeteredOutlets": True}
        for number, (current, counted) in enumerate(zip(amperes, energy)):
            self.calls[PDU, "getOutlets"].append({"rid": f"{PDU}/outlet/{number}", "type": "pdumodel.Outlet:3.0.4"})
            self.calls[f"{PDU}/outlet/{number}/current", "getReading"] = reading(current)
            self.calls[f"{PDU}/outlet/{number}/activeEnergy", "getReading"] = reading(counted)

    def banks(self, amperes: List[float]) -> None:
        for number, current in enumerate(amperes):
            self.calls[PDU, "getOverCurrentProtectors"].append({"rid": f"{PDU}/ocp/{number}", "type": "x.Y:1"})
            self.calls[f"{PDU}/ocp/{number}/current", "getReading"] = reading(current)

    def exchange(self, where: Endpoint, request: Request) -> Reply:
        assert isinstance(request.body, bytes)
        self.requests += 1
        asked = json.loads(request.body)
        responses = [self._answer(one["rid"], one["json"]) for one in asked["params"]["requests"]]
        return Reply(200, {}, json.dumps({"id": asked["id"], "result": {"responses": responses}}).encode())

    def _answer(self, rid: str, call: Dict[str, Any]) -> Dict[str, Any]:
        found = self.calls.get((rid, call["method"]))
        if found is None:
            return {"statcode": 404, "json": None}
        return {"statcode": 200, "json": {"result": {"_ret_": found}, "id": call["id"]}}

    def close(self) -> None:
        """Nothing is open."""

    def measured(self) -> Tuple[Optional[float], Optional[float]]:
        """Load in A and energy in Wh, None where not known or not metered."""
        agent = Agent("https", "pdu.example", "a", "b", transport=self)
        bulk, census = Bulk(agent), Census(agent, LinkUnits())
        census.ask(bulk)
        meter = UnitMeter(census.asked[0])
        meter.ask_model(bulk)
        bulk.perform()
        meter.ask_readings(bulk, census.units()[0])
        bulk.perform()
        meter.ask_rest(bulk)
        bulk.perform()
        meter.ask_last(bulk)
        bulk.perform()
        return meter.load().value, meter.energy().value


@pytest.fixture
def unit() -> Unit:
    return Unit()


def test_neutral_is_left_out_and_the_highest_line_is_not_the_load(unit: Unit) -> None:
    unit.inlet({"current": 6.48, "activeEnergy": 1234.0}, {L1: 4.0, L2: 6.48, L3: 6.5, NEUTRAL: 2.2})
    load, energy = unit.measured()
    assert load == pytest.approx(16.98) and energy == 1234.0
    assert unit.requests == 2


def test_a_line_that_is_not_valid_now_makes_the_sum_unknown_and_not_smaller(unit: Unit) -> None:
    unit.inlet({"current": 6.0, "activeEnergy": 1.0}, {L1: 4.0, L2: None, L3: 6.0})
    assert unit.measured()[0] is None


def test_two_lines_without_neutral_are_one_circuit(unit: Unit) -> None:
    unit.inlet({"current": 5.1}, {L1: 5.0, L2: 5.1})
    assert unit.measured()[0] == 5.1


def test_two_lines_with_neutral_are_two_circuits(unit: Unit) -> None:
    unit.inlet({"current": 5.1}, {L1: 5.0, L2: 5.1, NEUTRAL: 0.1})
    assert unit.measured()[0] == pytest.approx(10.1)


def test_a_dc_inlet_tells_its_current_itself(unit: Unit) -> None:
    unit.inlet({"current": 7.0}, {PLUS: 7.0})
    assert unit.measured()[0] == 7.0


def test_three_lines_without_sensors_fall_back_on_banks_then_on_outlets(unit: Unit) -> None:
    unit.inlet({"current": 9.0}, {}, lines_without_sensor=(L1, L2, L3))
    unit.outlets([1.0, 2.0], [10.0, 20.0])
    assert unit.measured() == (3.0, 30.0)
    unit.banks([4.0, 5.5])
    assert unit.measured() == (9.5, 30.0)


def test_a_measured_zero_is_a_zero(unit: Unit) -> None:
    unit.inlet({"current": 0.0, "activeEnergy": 0.0}, {})
    assert unit.measured() == (0.0, 0.0)


def test_a_disabled_inlet_does_not_count_for_the_load_but_its_energy_was_used(unit: Unit) -> None:
    unit.inlet({"current": 3.0, "activeEnergy": 100.0}, {})
    unit.inlet({"current": 0.5, "activeEnergy": 50.0}, {}, enabled=False)
    assert unit.measured() == (3.0, 150.0)


def test_the_unit_s_own_counter_comes_before_the_inlets(unit: Unit) -> None:
    unit.inlet({"current": 3.0, "activeEnergy": 100.0}, {})
    unit.calls[PDU, "getSensors"] = {"activeEnergy": unit.sensor("PDU", 777.0)}
    assert unit.measured()[1] == 777.0


def test_energy_of_some_outlets_only_is_no_total(unit: Unit) -> None:
    unit.outlets([1.0, 2.0], [10.0, 20.0])
    del unit.calls[f"{PDU}/outlet/1/activeEnergy", "getReading"]
    assert unit.measured() == (3.0, None)


def test_one_inlet_of_two_without_a_counter_leaves_the_energy_unknown(unit: Unit) -> None:
    unit.inlet({"current": 3.0, "activeEnergy": 100.0}, {})
    unit.inlet({"current": 1.0}, {})
    assert unit.measured() == (4.0, None)


@pytest.mark.parametrize("wrong", [{"available": False}, {"valid": False}, {"value": None}, {"available": None}])
def test_a_reading_that_says_it_is_none_is_not_used(unit: Unit, wrong: Dict[str, Any]) -> None:
    unit.inlet({"current": 3.0, "activeEnergy": 100.0}, {})
    unit.calls["/sensor/I0activeEnergy", "getReading"].update(wrong)
    assert unit.measured() == (3.0, None)


@pytest.mark.parametrize("gone", ["available", "valid", "value"])
def test_a_reading_without_one_of_its_fields_is_not_used(unit: Unit, gone: str) -> None:
    unit.inlet({"current": 3.0, "activeEnergy": 100.0}, {})
    del unit.calls["/sensor/I0activeEnergy", "getReading"][gone]
    assert unit.measured() == (3.0, None)
