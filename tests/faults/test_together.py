"""Calls in many threads: reads of one device and of several, and commands to one device."""

from __future__ import annotations

import contextlib
import importlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Callable

import pytest

from handlers import registry
from handlers.snmp import switching
from pdu_common.connection import PduData, PduSnmpData
from pdu_common.helper import EnumPowerStatus, PduPortView
from pdu_common.snmp_client import credentials
from tests.servers.peers import PEERS, Peer

THREADS, CALLS, DEVICES = 16, 16, 4
Answer = tuple[Any, ...]


@pytest.fixture(autouse=True)
def _patient(budget: Callable[[float], None], monkeypatch: pytest.MonkeyPatch) -> None:
    """Raises the time limits of calls and of SNMP requests: with so many threads, a busy machine
    can exceed the usual ones.
    """
    budget(600.0)
    monkeypatch.setattr(switching, "PLAN_SECONDS", 600.0)
    monkeypatch.setattr(credentials, "LONGEST_S", 600.0)


def handler(peer: Peer) -> Any:
    make = importlib.import_module(f"handlers.{peer.handler}.handler").make_handler
    if peer.protocol == "snmp":
        return make(PduSnmpData(peer.address, {**peer.snmp, "timeout": "60"}, peer.settings))
    return make(PduData(peer.address, {**peer.settings, "timeout": "60"}))


def answer(pdu: Any, method: str) -> Answer:
    """What a call returns, as values that can be compared."""
    view = getattr(pdu, method)()
    if method == "status":
        return tuple((port.identity, port.power_status) for port in view.ports)
    energies = tuple((port.identity, port.consumption) for port in view.ports)
    return view.load, view.total_consumption, energies


@pytest.mark.sample(9)
@pytest.mark.parametrize("devices", [1, DEVICES])
@pytest.mark.parametrize("name", registry.names())
def test_calls_in_many_threads_return_what_single_calls_return(name: str, devices: int) -> None:
    with contextlib.ExitStack() as opened:
        peers = [opened.enter_context(PEERS[name]()) for _ in range(devices)]
        # one object for each device, shared by the threads
        pdus = [handler(peer) for peer in peers]
        # a different outlet of each device is switched off, so that their states differ
        for number, (peer, pdu) in enumerate(zip(peers, pdus)):
            outlets_on = [identity for identity, on in peer.truth().states.items() if on]
            port = PduPortView(outlets_on[number], EnumPowerStatus.UP)
            pdu.port_down(port, deadline=60.0)
        statuses = [answer(pdu, "status") for pdu in pdus]
        statistics = [answer(pdu, "statistic") for pdu in pdus]
        assert len(set(statuses)) == devices

        # the devices in turn, and of each of them three statuses and then a statistic
        calls = []
        expected = []
        for call in range(CALLS):
            number = call % devices
            is_statistic = call // devices % 4 == 3
            calls.append((pdus[number], "statistic" if is_statistic else "status"))
            expected.append(statistics[number] if is_statistic else statuses[number])
        with ThreadPoolExecutor(THREADS) as pool:
            answers = list(pool.map(lambda call: answer(*call), calls))

        assert answers == expected
        for peer in peers:
            assert len(peer.truth().writes) == 1


@pytest.mark.parametrize("name", registry.names())
def test_switching_in_many_threads_leaves_each_outlet_in_its_commanded_state(name: str) -> None:
    with PEERS[name]() as peer:
        before: dict[str, Any] = dict(peer.truth().states)
        chosen = [identity for identity, on in before.items() if on is not None][:6]

        def turn(identity: str) -> EnumPowerStatus:
            pdu, port = handler(peer), PduPortView(identity, EnumPowerStatus.UNKNOWN)
            switch = pdu.port_down if before[identity] else pdu.port_up
            state: EnumPowerStatus = switch(port, deadline=60.0).power_status
            return state

        with ThreadPoolExecutor(len(chosen)) as pool:
            states: list[EnumPowerStatus] = list(pool.map(turn, chosen))
        assert [state.name for state in states] == [
            "DOWN" if before[identity] else "UP" for identity in chosen
        ]
        assert peer.truth().states == {
            **before,
            **{identity: not before[identity] for identity in chosen},
        }
        assert len(peer.truth().writes) == len(chosen)
