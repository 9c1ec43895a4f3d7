"""The event loop of the doubles: a state belongs to the loop for which it was made."""

from __future__ import annotations

import asyncio
import concurrent.futures
import subprocess
import sys
import threading

import pytest

from pdu_common.base_snmp_pdu import BaseSnmpPdu, SnmpError
from pdu_common.connection import PduSnmpData
from pdu_common.snmp_client import background_loop, pysnmp_client
from pdu_common.snmp_client.background_loop import BackgroundLoop, LoopBlocked
from tests.needs import ROOT
from tests.simulators.snmp_agent import Agent
from tests.simulators.snmp_agent.devices import apc
from tests.waiting import PATIENCE_S


def test_a_state_that_is_made_while_the_loop_stops_is_not_used_by_the_next_loop() -> None:
    made: list[asyncio.AbstractEventLoop] = []
    begun, go_on = threading.Event(), threading.Event()

    def make() -> asyncio.AbstractEventLoop:
        begun.set()
        assert go_on.wait(PATIENCE_S)
        made.append(asyncio.get_running_loop())
        return made[-1]

    async def work(state: asyncio.AbstractEventLoop) -> bool:
        return state is asyncio.get_running_loop()

    loop: BackgroundLoop[asyncio.AbstractEventLoop] = BackgroundLoop(make, lambda state: None)
    with concurrent.futures.ThreadPoolExecutor(2) as threads:
        first = threads.submit(loop.run, work, PATIENCE_S)
        assert begun.wait(PATIENCE_S)
        stopped = threads.submit(loop.stop)
        go_on.set()
        stopped.result(PATIENCE_S)
        try:
            assert first.result(PATIENCE_S)
        except (asyncio.CancelledError, concurrent.futures.CancelledError):
            pass  # `stop` came before the work
    assert loop.run(work, PATIENCE_S) and len(made) == 2
    loop.stop()


def test_a_call_that_the_stop_of_its_loop_overtakes_is_cancelled() -> None:
    loop: BackgroundLoop[object] = BackgroundLoop(object, lambda state: None)

    async def work(state: object) -> object:
        return state

    async def late() -> None:
        await loop._bounded(work, PATIENCE_S)

    # asyncio.run's loop stands for one that `stop` has ended
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(late())
    assert loop._state is None


def test_a_loop_that_does_not_run_is_told_from_a_device_that_does_not_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As in a process that gevent has patched, where the loop's thread is a greenlet of the thread
    that made it.
    """
    monkeypatch.setattr(background_loop, "_GRACE_S", 0.1)
    go_on = threading.Event()

    async def blocks(state: object) -> bool:
        return go_on.wait(PATIENCE_S)

    async def waits(state: object) -> None:
        await asyncio.sleep(PATIENCE_S)

    loop: BackgroundLoop[object] = BackgroundLoop(object, lambda state: None)
    with pytest.raises(asyncio.TimeoutError):
        loop.run(waits, 0.1)
    with pytest.raises(LoopBlocked):
        loop.run(blocks, 0.1)
    go_on.set()
    monkeypatch.setattr(background_loop, "_GRACE_S", PATIENCE_S)
    loop.stop()


def test_the_error_of_a_blocked_loop_names_gevent_and_is_no_time_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def blocked(*_: object) -> None:
        raise LoopBlocked

    monkeypatch.setattr(pysnmp_client._KEPT, "run", blocked)
    device = BaseSnmpPdu(PduSnmpData("127.0.0.1", {"version": "2", "community": "public"}, {}))
    with pytest.raises(SnmpError, match="gevent") as caught:
        device.snmp_get("1.3.6.1.2.1.1.2.0")
    assert "time" not in str(caught.value)


def test_a_device_is_read_although_bytes_warnings_are_errors() -> None:
    code = """if True:
        import sys
        from pdu_common.base_snmp_pdu import BaseSnmpPdu, SnmpError
        from pdu_common.connection import PduSnmpData
        params = {"version": "2", "community": "private", "port": sys.argv[1]}
        print(BaseSnmpPdu(PduSnmpData("127.0.0.1", params, {})).snmp_get("1.3.6.1.2.1.1.2.0").value)"""
    with Agent(apc.rpdu2(4)) as agent:
        done = subprocess.run(
            [sys.executable, "-bb", "-c", code, str(agent.port)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
        )
    assert done.stdout.startswith("1.3.6.1.4.1.318.") and done.stderr == ""
