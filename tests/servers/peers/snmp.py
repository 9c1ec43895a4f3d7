"""A PDU over SNMP: an APC unit, unless `peer` gets a `build` that makes another one."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from typing import Callable

from tests.simulators.snmp_agent import Agent, Model
from tests.simulators.snmp_agent.devices import apc

from . import Kind, Peer, Tick
from .loads import Loads

KIND = Kind("apc", "APC AP8659 (SNMP v2c)", "snmp", 24)


@contextlib.contextmanager
def peer(
    build: Callable[[], Model] = lambda: apc.rpdu2(outlets=8),
    port: int = 0,
    host: str = "127.0.0.1",
) -> Iterator[Peer]:
    with Agent(build(), port, host=host) as agent:
        yield Peer(
            "snmp",
            "snmp",
            agent.host,
            agent.truth,
            snmp={"port": str(agent.port), "community": "private", "timeout": "20"},
        )


@contextlib.contextmanager
def shown() -> Iterator[Peer]:
    with Agent(apc.rpdu2(outlets=24, relay_s=0.2)) as agent:
        yield of(agent, "APC rPDU2 (SNMPv2c)")


def of(agent: Agent, title: str = "") -> Peer:
    """A running agent, over SNMPv2c."""
    return Peer(
        "snmp",
        "snmp",
        agent.host,
        agent.truth,
        snmp={"version": "2", "port": str(agent.port), "community": "private"},
        title=title,
    )


@contextlib.contextmanager
def named(names: Sequence[str]) -> Iterator[Peer]:
    model = apc.rpdu2(outlets=len(names))
    for number, name in enumerate(names, 1):
        model.device.put(f"{apc.RPDU2_STATUS}.3.{number}", name)
    with peer(lambda: model) as pdu:
        yield pdu


@contextlib.contextmanager
def living(port: int, off: Sequence[int]) -> Iterator[tuple[Peer, Tick]]:
    outlets = range(1, KIND.outlets + 1)
    model = apc.rpdu2(KIND.outlets, relay_s=0.3)
    device = model.device
    loads = Loads(KIND.outlets)
    apc.begin(device, outlets, off)
    for n in outlets:
        is_spare = n > KIND.outlets - 4
        device.put(f"{apc.RPDU2_STATUS}.3.{n}", f"Outlet {n}" if is_spare else f"db-{n:02d}")

    def tick(seconds: float) -> None:
        deciamps = {}
        for n in outlets:
            is_on = device.text(f"{apc.RPDU2_STATUS}.5.{n}") == "2"
            amperes = loads.amperes(n, time.time()) if is_on else 0.0
            loads.count(n, amperes, seconds)
            deciamps[n] = round(10 * amperes)
            watts = deciamps[n] * 23
            device.put(f"{apc.RPDU2_METERED}.6.{n}", str(deciamps[n]))
            device.put(f"{apc.RPDU2_METERED}.7.{n}", str(watts))
            device.put(f"{apc.RPDU2_METERED}.11.{n}", str(int(loads.wh[n] / 100)))
        # every third outlet is on the same phase
        for phase in (1, 2, 3):
            phase_load = sum(deciamps[n] for n in outlets if n % 3 == phase - 1)
            device.put(f"{apc.RPDU2_PHASE}.5.{phase}", str(phase_load))
        decawatts = sum(deciamps.values()) * 23 // 10
        device.put(f"{apc.RPDU2_DEVICE}.5.1", str(decawatts))
        hectowatt_hours = int(sum(loads.wh.values()) / 100)
        device.put(f"{apc.RPDU2_DEVICE}.9.1", str(hectowatt_hours))

    with Agent(model, port) as agent:
        yield of(agent), tick
