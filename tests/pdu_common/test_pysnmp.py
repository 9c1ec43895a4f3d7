"""How the double of BaseSnmpPdu uses pysnmp's engines."""

from __future__ import annotations

import concurrent.futures
import contextlib

import pytest
from pysnmp.entity import config
from pysnmp.error import PySnmpError
from pysnmp.hlapi.v3arch import asyncio as hlapi
from pysnmp.smi import rfc1902

from pdu_common.base_snmp_pdu import SnmpError
from pdu_common.snmp_client import calls, pysnmp_client
from pdu_common.snmp_client.pysnmp_engine import new_engine
from tests.simulators.snmp_agent import Agent, Faults
from tests.simulators.snmp_agent.devices import apc
from tests.waiting import until

from .double import connect

STATES, COMMANDS = f"{apc.RPDU2_STATUS}.5", f"{apc.RPDU2_CONTROL}.5"
NAME = "1.3.6.1.2.1.1.5.0"


@pytest.fixture
def events(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collects "made" and "closed" for each of pysnmp's engines."""
    noted: list[str] = []
    engine, close = new_engine, hlapi.SnmpEngine.close_dispatcher

    def made() -> object:
        noted.append("made")
        return engine()

    def closed(one: hlapi.SnmpEngine) -> None:
        noted.append("closed")
        close(one)

    pysnmp_client.close_engines()
    monkeypatch.setattr(hlapi.SnmpEngine, "close_dispatcher", closed)
    monkeypatch.setattr(pysnmp_client, "new_engine", made)
    return noted


def test_an_engine_serves_a_limited_number_of_devices_and_keeps_them(
    events: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cost of a new address grows with the number of addresses that an engine has."""
    monkeypatch.setattr(pysnmp_client, "PEERS_OF_AN_ENGINE", 2)
    with contextlib.ExitStack() as running:
        agents = [running.enter_context(Agent(apc.rpdu2(outlets=1))) for _ in range(5)]
        for _ in range(3):
            assert [connect(agent.port).snmp_get(NAME).value for agent in agents] == ["rpdu2"] * 5
    assert events == ["made"] * 3
    pysnmp_client.close_engines()
    assert events == ["made"] * 3 + ["closed"] * 3


def test_reads_and_writes_of_a_device_share_one_address_of_its_engine(
    agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    """pysnmp sorts all addresses of an engine for each new one."""
    added: list[object] = []
    add = config.add_target_address

    def noted(*given: object) -> None:
        added.append(given)
        add(*given)

    monkeypatch.setattr(config, "add_target_address", noted)
    # an engine that was kept may already have an address with this port
    pysnmp_client.close_engines()
    pdu = connect(agent.port)
    assert pdu.snmp_get(NAME).value == "rpdu2" and len(pdu.snmp_walk(STATES)) == 48
    pdu.snmp_set(f"{COMMANDS}.1", 2)
    assert len(added) == 1


def test_the_oldest_engine_is_closed_when_there_are_too_many(
    events: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An engine for 100 devices needs 5 MB."""
    monkeypatch.setattr(pysnmp_client, "PEERS_OF_AN_ENGINE", 1)
    monkeypatch.setattr(pysnmp_client, "cached_engine_limit", lambda: 2)
    with contextlib.ExitStack() as running:
        agents = [running.enter_context(Agent(apc.rpdu2(outlets=1))) for _ in range(4)]
        assert [connect(agent.port).snmp_get(NAME).value for agent in agents] == ["rpdu2"] * 4
        assert events.count("made") == 4 and events.count("closed") == 2
        assert [connect(agent.port).snmp_get(NAME).value for agent in agents[2:]] == ["rpdu2"] * 2
        assert events.count("made") == 4  # the two newest engines were kept
    pysnmp_client.close_engines()
    assert events.count("closed") == 4


def test_no_call_makes_a_mib_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where pysmi is installed, pysnmp's high-level calls make a MIB compiler for each engine,
    which takes 0.1 s.
    """
    made: list[object] = []
    monkeypatch.setattr(rfc1902, "add_mib_compiler", lambda *given, **_: made.append(given))
    pysnmp_client.close_engines()
    with Agent(apc.rpdu2(outlets=1)) as agent:
        pdu = connect(agent.port)
        pdu.snmp_set(f"{COMMANDS}.1", 2)
        assert pdu.snmp_get(NAME).value == "rpdu2" and len(pdu.snmp_walk(STATES)) == 1
        assert len(connect(agent.port, version="1").snmp_walk(STATES)) == 1
    pysnmp_client.close_engines()
    assert made == []


def test_devices_share_an_engine_that_is_closed_when_a_call_overruns_its_deadline(
    events: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An exception inside pysnmp can stop an engine's timer for good.

    After an overrun, later calls do not use that engine.
    """
    with contextlib.ExitStack() as running:
        agents = [running.enter_context(Agent(apc.rpdu2(outlets=1))) for _ in range(4)]
        for _ in range(3):
            assert [connect(agent.port).snmp_get(NAME).value for agent in agents] == ["rpdu2"] * 4
        assert events == ["made"]
        agents[0].faults = Faults(silent=True)
        monkeypatch.setattr(calls, "WALK_DEADLINE_S", 0.1)
        with pytest.raises(SnmpError, match="timeout"):
            connect(agents[0].port, timeout="30").snmp_walk(STATES)
        assert until(lambda: events == ["made", "closed"])
        assert connect(agents[1].port).snmp_get(NAME).value == "rpdu2"
        assert events == ["made", "closed", "made"]
    pysnmp_client.close_engines()


@pytest.mark.parametrize(
    "error, words",
    [
        (OSError(24, "Too many open files"), "Too many open files"),
        (RuntimeError("can't start new thread"), "can't start new thread"),
        (PySnmpError("no transport"), "no transport"),
        (concurrent.futures.CancelledError(), "CancelledError"),
    ],
)
def test_a_call_for_which_the_host_lacks_means_is_an_error_of_its_own_class(
    agent: Agent, monkeypatch: pytest.MonkeyPatch, error: Exception, words: str
) -> None:
    def run(*_: object) -> None:
        raise error

    monkeypatch.setattr(pysnmp_client._KEPT, "run", run)
    with pytest.raises(SnmpError, match=words) as caught:
        connect(agent.port).snmp_get(NAME)
    assert f":{agent.port}" in str(caught.value) and caught.value.__cause__ is None
