"""The simulated Xerus PDU, without a handler.

Its figures: test_xerus_figures.py; its faults: test_xerus_faults.py.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

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


# -- protocol


@pytest.mark.parametrize(
    "body, code",
    [
        (b"{", -32700),
        (b"[" * 100_000, -32700),
        (b"[]", -32600),
        (b'{"params": {}}', -32600),
        (b'{"method": "explode"}', -32601),
        (b'{"method": "setPowerState"}', -32602),
        (b'{"method": "setPowerState", "params": {"pstate": 2}}', -32602),
        (b'{"method": "setPowerState", "params": {"pstate": true}}', -32602),
        (b'{"method": "setPowerState", "params": [1]}', -32602),
    ],
)
def test_each_error_of_a_call_has_its_code(
    pdu: XerusPdu, client: Client, body: bytes, code: int
) -> None:
    answer = json.loads(client.post(outlet_rid(0), body).read())
    assert answer["error"]["code"] == code
    assert pdu.books().writes == []


def test_an_unknown_resource_is_404_even_within_a_bulk(client: Client) -> None:
    assert client.post("/model/pdu/0/outlet/99", b'{"method": "getState"}').status == 404
    client.http.close()
    answers = client.bulk(
        [
            {"rid": outlet_rid(99), "json": {"method": "getState", "id": 1}},
            {"rid": outlet_rid(0), "json": {"method": "getState", "id": 2}},
        ]
    )
    assert answers[0] == {"json": None, "statcode": 404}
    assert answers[1]["statcode"] == 200


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


def test_the_books_count_requests_and_connections(pdu: XerusPdu, client: Client) -> None:
    answers: list[Any] = [client.call(outlet_rid(0), "getState") for _ in range(5)]
    assert len(answers) == pdu.books().requests == 5
    assert pdu.books().connections == 1


# -- sensors


def test_an_outlet_that_is_off_draws_no_current(pdu: XerusPdu, client: Client) -> None:
    before = pdu.books().load_a
    assert before is not None
    client.result(outlet_rid(0), "setPowerState", pstate=0)
    assert client.result(f"{outlet_rid(0)}/current", "getReading")["value"] == 0
    assert pdu.books().load_a == pytest.approx(before - 0.2)


def test_sleeping_sensors_wake_after_get_sensors(pdu: XerusPdu, client: Client) -> None:
    rid = client.result(outlet_rid(0), "getSensors")["current"]["rid"]
    pdu.fall_asleep()
    reading = client.result(rid, "getReading")
    assert (reading["available"], reading["valid"]) == (False, False)
    state = client.result(f"{outlet_rid(0)}/outletState", "getState")
    assert (state["available"], state["value"]) == (False, 0)
    client.result(outlet_rid(0), "getSensors")
    assert client.result(rid, "getReading")["value"] == 0.2


# -- switching and time


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


def test_a_slow_relay_shows_the_old_state_until_it_moves() -> None:
    clock = ManualClock()
    with XerusPdu(Model(outlets=1, relay_delay=2.0), clock=clock) as pdu, Client(pdu) as client:
        assert client.result(outlet_rid(0), "setPowerState", pstate=0) == 0
        assert client.result(outlet_rid(0), "getState")["powerState"] == 1
        clock.now = 2.5
        assert client.result(outlet_rid(0), "getState")["powerState"] == 0


def test_a_cycling_outlet_is_off_until_its_delay_is_over() -> None:
    clock = ManualClock()
    with XerusPdu(Model(outlets=1, cycle_delay_s=10), clock=clock) as pdu, Client(pdu) as client:
        client.result(outlet_rid(0), "cyclePowerState")
        clock.now = 9.0
        state = client.result(outlet_rid(0), "getState")
        assert (state["powerState"], state["cycleInProgress"]) == (0, True)
        clock.now = 10.5
        state = client.result(outlet_rid(0), "getState")
        assert (state["powerState"], state["cycleInProgress"]) == (1, False)


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


def test_link_units_are_reached_through_the_primary_unit() -> None:
    with XerusPdu(Model(outlets=2), links={2: Model(outlets=3)}) as pdu, Client(pdu) as client:
        outlets = client.result("/model/pdu/2", "getOutlets")
        assert len(outlets) == 3 and outlets[0]["rid"].startswith("/link/2/tfwopaque/")
        client.result(outlets[2]["rid"], "setPowerState", pstate=0)
        assert pdu.books().states == {"1": True, "2": True, "2.1": True, "2.2": True, "2.3": False}
        assert list(pdu.books(link_units=False).states) == ["1", "2"]
        assert client.post("/model/pdu/3", b'{"method":"getOutlets"}').status == 404
        client.http.close()
        pdu.units[2].reachable = False
        assert client.post("/model/pdu/2", b'{"method":"getOutlets"}').status == 503
