"""The figures of the simulated Xerus PDU: inlets, a transfer, panels, counters and sensors."""
from __future__ import annotations

from typing import Dict, List

import pytest

from .clockwork import ManualClock
from .xerus import CircuitModel, MeterModel, Model, XerusPdu
from .xerus.panels import Panel
from .xerus_client import Client, outlet_rid


def _selected(client: Client) -> str:
    """The id of the sensor for the selected inlet, found by references: no well-known id of a transfer switch is documented."""
    switches: List[Dict[str, str]] = client.result("/model/pdu/0", "getTransferSwitches")
    rid: str = client.result(switches[0]["rid"], "getSensors")["selectedSource"]["rid"]
    return rid


def test_the_load_is_the_sum_of_the_lines_and_not_the_highest_line() -> None:
    with XerusPdu(Model(outlets=6, phases=3)) as pdu, Client(pdu) as client:
        lines = [client.result(f"/model/inlet/0/pole/{line}/current", "getReading")["value"] for line in range(3)]
        highest = client.result("/model/inlet/0/current", "getReading")["value"]
        neutral = client.result("/model/inlet/0/pole/3/current", "getReading")["value"]
        assert pdu.books().load_a == pytest.approx(sum(lines))
        assert highest == max(lines) < sum(lines)
        assert neutral > 0
        assert client.result("/model/inlet/0", "getPoles")[3]["voltage"] is None


def test_two_inlets_share_the_outlets() -> None:
    with XerusPdu(Model(outlets=4, inlets=2)) as pdu, Client(pdu) as client:
        currents = [client.result(f"/model/inlet/{inlet}/current", "getReading")["value"] for inlet in range(2)]
        assert all(currents)
        assert pdu.books().load_a == pytest.approx(sum(currents))


def test_a_transfer_moves_the_load_to_the_other_inlet_and_counts_it_once() -> None:
    with XerusPdu(Model(outlets=4, inlets=2, transfer_switch=True, standby_current=0.3)) as pdu, Client(pdu) as client:
        before = pdu.books().load_a
        switch = pdu.units[0].transfer_switch
        assert switch is not None
        switch.lose(0)
        assert client.result(_selected(client), "getState")["value"] == 1
        assert client.result("/model/inlet/0/current", "getReading")["value"] == 0.3
        assert client.result("/model/inlet/1/current", "getReading")["value"] == pytest.approx(before)
        assert pdu.books().load_a == pytest.approx(before)
        parent = client.call(outlet_rid(0), "getIOP")["result"]["i"]["rid"]
        assert parent.endswith("inlet.0")           # a transfer does not change getIOP


def test_a_transfer_switch_reports_how_many_of_its_inlets_have_power() -> None:
    with XerusPdu(Model(outlets=4, inlets=2, transfer_switch=True)) as pdu, Client(pdu) as client:
        switch = pdu.units[0].transfer_switch
        assert switch is not None
        states = [client.result(pdu.site.rid(switch.sensors.fitted["operationalState"]), "getState")["value"]]
        for source in (1, 0):
            switch.lose(source)
            states.append(client.result(pdu.site.rid(switch.sensors.fitted["operationalState"]), "getState")["value"])
        assert states == [1, 3, 0]


def test_the_labels_of_a_circuits_poles_follow_the_scheme_and_the_size_of_the_panel() -> None:
    for scheme, printed in ((False, ["21", "22", "23"]), (True, ["41", "2", "4"])):
        meter = MeterModel(1, circuits=(CircuitModel(20, (0, 1, 2)),), odd_even=scheme)
        with XerusPdu(Model(outlets=0, meters=(meter,))) as pdu, Client(pdu) as client:
            panel = client.result("/model/pmc", "getPowerMeters")[0]["value"]["rid"]
            circuit = client.result(panel, "getCircuits")[0]["value"]["rid"]
            assert [pole["label"] for pole in client.result(circuit, "getPoles")] == printed
            settings = client.result(panel, "getPanelSettings")
            client.result(panel, "setPanelSettings", settings={**settings, "panelSize": 22})
            assert client.result(circuit, "getPoles")[2]["label"] == ""
            found = pdu.site.find(panel)
            assert isinstance(found, Panel)
            found.setPanelSettings({**settings, "panelSize": 2 ** 62})         # a list of all labels would not fit into memory
            assert found.label(20) == printed[0]


def test_a_unit_without_metering_has_relay_states_only() -> None:
    with XerusPdu(Model(outlets=2, phases=3, metering="none")) as pdu, Client(pdu) as client:
        fitted = {name for name, value in client.result(outlet_rid(0), "getSensors").items() if value is not None}
        assert fitted == {"outletState"}
        assert all(value is None for value in client.result("/model/inlet/0", "getSensors").values())
        assert (pdu.books().load_a, pdu.books().energy_kwh, pdu.books().port_energy_kwh) == (None, None, {})


def test_energy_counters_run_if_the_model_is_live() -> None:
    clock = ManualClock()
    with XerusPdu(Model(outlets=1, live=True), clock=clock) as pdu, Client(pdu) as client:
        watts = client.result(f"{outlet_rid(0)}/activePower", "getReading")["value"]
        before = client.result(f"{outlet_rid(0)}/activeEnergy", "getReading")["value"]
        clock.now = 3600.0
        after = client.result(f"{outlet_rid(0)}/activeEnergy", "getReading")["value"]
        assert after - before == pytest.approx(watts)
        assert pdu.books().port_energy_kwh["1"] == pytest.approx(after / 1000)


def test_well_known_sensor_ids_can_be_refused() -> None:
    with XerusPdu(Model(outlets=1, well_known_sensors=False)) as pdu, Client(pdu) as client:
        answer = client.bulk([{"rid": f"{outlet_rid(0)}/current", "json": {"method": "getReading", "id": 1}}])
        assert answer == [{"json": None, "statcode": 404}]
        rid = client.result(outlet_rid(0), "getSensors")["current"]["rid"]
        assert client.result(rid, "getReading")["valid"] is True
