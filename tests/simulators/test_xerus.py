"""The simulated Xerus PDU, without a handler.

Its figures: test_xerus_figures.py; its faults: test_xerus_faults.py.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .clockwork import ManualClock
from .xerus import GENERATIONS, Model, XerusPdu
from .xerus_client import Client, outlet_rid


@pytest.fixture
def pdu() -> Iterator[XerusPdu]:
    with XerusPdu(Model(outlets=4), http_port=0) as unit:
        yield unit


@pytest.fixture
def client(pdu: XerusPdu) -> Iterator[Client]:
    with Client(pdu) as connected:
        yield connected


def test_a_structure_that_lacks_a_field_is_refused_and_an_unknown_field_is_noted(
    pdu: XerusPdu, client: Client
) -> None:
    settings = client.result(outlet_rid(0), "getSettings")
    less = {name: value for name, value in settings.items() if name != "cycleDelay"}
    assert client.call(outlet_rid(0), "setSettings", settings=less)["error"]["code"] == -32602
    assert client.result(outlet_rid(0), "setSettings", settings={**settings, "colour": "red"}) == 0
    assert pdu.surplus == ["pdumodel.Outlet.Settings.colour"]


@pytest.mark.parametrize("generation", GENERATIONS)
def test_each_generation_has_its_own_fields_and_methods(generation: str) -> None:
    with XerusPdu(Model(outlets=1), generation) as pdu, Client(pdu) as client:
        state = client.result(outlet_rid(0), "getState")
        assert ("isLoadShed" in state) == (generation != "3.3")
        assert ("isSuspended" in state) == (generation in ("4.0", "4.4"))
        assert ("inServiceMode" in state) == (generation == "4.4")
        waveform = client.call(outlet_rid(0), "getWaveform")
        assert ("result" in waveform) == (generation in ("4.0", "4.4"))
        assert (client.post("/cascade", b'{"method": "getStatus"}').status == 404) == (
            generation == "3.3"
        )


def test_sleeping_sensors_wake_after_get_sensors(pdu: XerusPdu, client: Client) -> None:
    rid = client.result(outlet_rid(0), "getSensors")["current"]["rid"]
    pdu.fall_asleep()
    reading = client.result(rid, "getReading")
    assert (reading["available"], reading["valid"]) == (False, False)
    state = client.result(f"{outlet_rid(0)}/outletState", "getState")
    assert (state["available"], state["value"]) == (False, 0)
    client.result(outlet_rid(0), "getSensors")
    assert client.result(rid, "getReading")["value"] == 0.2


def test_outlets_switch_on_at_intervals_of_the_in_rush_guard_delay() -> None:
    clock = ManualClock()
    with XerusPdu(Model(outlets=3, off=(1, 2, 3)), clock=clock) as pdu, Client(pdu) as client:
        client.result("/model/pdu/0", "setAllOutletPowerStates", pstate=1)
        assert list(pdu.books().states.values()) == [True, False, False]
        assert client.result(outlet_rid(1), "getState")["switchOnInProgress"] is True
        clock.now = 0.25
        assert list(pdu.books().states.values()) == [True, True, False]
        clock.now = 0.5
        assert list(pdu.books().states.values()) == [True, True, True]


@pytest.mark.parametrize("on", [True, False])
def test_load_shedding_remembers_a_command_that_the_relay_has_not_carried_out(on: bool) -> None:
    clock = ManualClock()
    with (
        XerusPdu(Model(outlets=1, off=(1,) if on else (), relay_delay=2.0), clock=clock) as pdu,
        Client(pdu) as client,
    ):
        settings = client.result(outlet_rid(0), "getSettings")
        client.result(outlet_rid(0), "setSettings", settings={**settings, "nonCritical": True})
        client.result(outlet_rid(0), "setPowerState", pstate=int(on))
        clock.now = 1.0
        client.call("/model/pdu/0", "setLoadSheddingActive", active=True)
        clock.now = 10.0
        assert pdu.books().states == {"1": False}
        client.call("/model/pdu/0", "setLoadSheddingActive", active=False)
        clock.now = 20.0
        assert pdu.books().states == {"1": on}


def test_off_ends_a_cycle() -> None:
    clock = ManualClock()
    with XerusPdu(Model(outlets=1), clock=clock) as pdu, Client(pdu) as client:
        client.result(outlet_rid(0), "cyclePowerState")
        client.result(outlet_rid(0), "setPowerState", pstate=0)
        clock.now = 60.0
        state = client.result(outlet_rid(0), "getState")
        assert (state["powerState"], state["cycleInProgress"]) == (0, False)
        assert pdu.books().states == {"1": False}


def test_on_replaces_an_off_that_the_relay_has_not_carried_out() -> None:
    clock = ManualClock()
    with XerusPdu(Model(outlets=1, relay_delay=2.0), clock=clock) as pdu, Client(pdu) as client:
        client.result(outlet_rid(0), "setPowerState", pstate=0)
        clock.now = 1.0
        client.result(outlet_rid(0), "setPowerState", pstate=1)
        clock.now = 10.0
        assert pdu.books().states == {"1": True}
