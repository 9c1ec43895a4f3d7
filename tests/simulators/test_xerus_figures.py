"""The figures of the simulated Xerus PDU: inlets, a transfer, panels, counters and sensors."""

from __future__ import annotations

import pytest

from .clockwork import ManualClock
from .xerus import Model, XerusPdu
from .xerus_client import Client, outlet_rid


def _selected(client: Client) -> str:
    """The id of the sensor for the selected inlet, found by references: no well-known id of a
    transfer switch is documented.
    """
    switches: list[dict[str, str]] = client.result("/model/pdu/0", "getTransferSwitches")
    rid: str = client.result(switches[0]["rid"], "getSensors")["selectedSource"]["rid"]
    return rid


def test_the_load_is_the_sum_of_the_lines_and_not_the_highest_line() -> None:
    with XerusPdu(Model(outlets=6, phases=3)) as pdu, Client(pdu) as client:
        lines = [
            client.result(f"/model/inlet/0/pole/{line}/current", "getReading")["value"]
            for line in range(3)
        ]
        highest = client.result("/model/inlet/0/current", "getReading")["value"]
        neutral = client.result("/model/inlet/0/pole/3/current", "getReading")["value"]
        assert pdu.books().load_a == pytest.approx(sum(lines))
        assert highest == max(lines) < sum(lines)
        assert neutral > 0
        assert client.result("/model/inlet/0", "getPoles")[3]["voltage"] is None


def test_a_transfer_moves_the_load_to_the_other_inlet_and_counts_it_once() -> None:
    with (
        XerusPdu(Model(outlets=4, inlets=2, transfer_switch=True, standby_current=0.3)) as pdu,
        Client(pdu) as client,
    ):
        before = pdu.books().load_a
        switch = pdu.units[0].transfer_switch
        assert switch is not None
        switch.lose(0)
        assert client.result(_selected(client), "getState")["value"] == 1
        assert client.result("/model/inlet/0/current", "getReading")["value"] == 0.3
        assert client.result("/model/inlet/1/current", "getReading")["value"] == pytest.approx(
            before
        )
        assert pdu.books().load_a == pytest.approx(before)
        parent = client.call(outlet_rid(0), "getIOP")["result"]["i"]["rid"]
        assert parent.endswith("inlet.0")  # a transfer does not change getIOP


def test_energy_counters_run_if_the_model_is_live() -> None:
    clock = ManualClock()
    with XerusPdu(Model(outlets=1, live=True), clock=clock) as pdu, Client(pdu) as client:
        watts = client.result(f"{outlet_rid(0)}/activePower", "getReading")["value"]
        before = client.result(f"{outlet_rid(0)}/activeEnergy", "getReading")["value"]
        clock.now = 3600.0
        after = client.result(f"{outlet_rid(0)}/activeEnergy", "getReading")["value"]
        assert after - before == pytest.approx(watts)
        assert pdu.books().port_energy_kwh["1"] == pytest.approx(after / 1000)
