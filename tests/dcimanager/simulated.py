"""One simulated PDU for the page, in a process of its own: `python -m tests.dcimanager.simulated KIND`.

Prints one line of JSON, the address and what goes into the form; ends when its standard input does. Its loads swing a
little, so that plots have something to show, and its energy counters go on where they were when it is started again.
"""
from __future__ import annotations

import argparse
import json
import math
import sys
import threading
import time
from contextlib import ExitStack
from typing import Callable, Dict, List, NamedTuple, Sequence, Tuple

from tests.program import port, starting
from tests.simulators.nut_server import ADMIN, NutServer, SwitchedPdu
from tests.simulators.snmp_agent import Agent
from tests.simulators.snmp_agent.devices import apc
from tests.simulators.xerus import Model, XerusPdu

_TICK_SECONDS = 1.0
_COUNTING_SINCE = 1_750_000_000.0       # 15 June 2025; counters are those of units that run since then
VOLTS = 230.0
Form = Dict[str, object]


class Kind(NamedTuple):
    """`title` for the page; `handler` drives it; `outlets` it has."""

    title: str
    handler: str
    outlets: int


KINDS = {
    "raritan": Kind("Raritan PX3 (JSON-RPC over HTTPS)", "pdu_raritan", 24),
    "apc": Kind("APC AP8959 (SNMP v2c)", "pdu_snmp", 24),
    "nut": Kind("PDU behind a NUT server", "pdu_nut", 16),
}


class Loads:
    """What the outlets of one PDU draw and have drawn: a level for each, with a slow and a quick swing."""

    def __init__(self, outlets: int) -> None:
        self.base = {number: 0.3 + 0.17 * (number * 7 % 9) for number in range(1, outlets + 1)}
        # Counted at a fifth above the level: whatever the swing, a restart never lets a counter fall.
        self.wh = {number: 1.2 * level * VOLTS * (time.time() - _COUNTING_SINCE) / 3600 for number, level in self.base.items()}

    def amperes(self, number: int, now: float) -> float:
        slow = math.sin(2 * math.pi * (now / 1800 + number / 7))
        quick = math.sin(2 * math.pi * (now / (61 + 13 * number) + number / 3))
        return self.base[number] * (1 + 0.10 * slow + 0.06 * quick)

    def ran(self, number: int, amperes: float, seconds: float) -> None:
        self.wh[number] += amperes * VOLTS * seconds / 3600


def _raritan(stack: ExitStack, number: int, off: Sequence[int]) -> Tuple[Form, Callable[[float], None]]:
    outlets = KINDS["raritan"].outlets
    loads, names = Loads(outlets), {n: f"web-{n:02d}" for n in range(1, outlets - 3)}
    pdu = stack.enter_context(XerusPdu(Model(outlets=outlets, phases=3, off=tuple(off), live=True, names=names, relay_delay=0.3),
                                       https_port=number))
    unit = pdu.units[0]
    with pdu.lock:
        unit.count_from(loads.wh)

    def tick(seconds: float) -> None:
        with pdu.lock:
            for n, outlet in enumerate(unit.outlets, 1):
                outlet.current = round(loads.amperes(n, time.time()), 3)
    settings = {"port": str(pdu.port), "username": pdu.user, "password": pdu.password, "ca_pem": pdu.ca_pem}
    return {"address": pdu.host, "snmp": {}, "settings": settings}, tick


def _apc(stack: ExitStack, number: int, off: Sequence[int]) -> Tuple[Form, Callable[[float], None]]:
    outlets = KINDS["apc"].outlets
    model, loads = apc.rpdu2(outlets, relay_s=0.3), Loads(outlets)
    device, state = model.device, f"{apc.RPDU2_STATUS}.5"
    for n in range(1, outlets + 1):
        device.put(f"{state}.{n}", "1" if n in off else "2")
        device.put(f"{apc.RPDU2_STATUS}.3.{n}", f"db-{n:02d}" if n <= outlets - 4 else f"Outlet {n}")
    agent = stack.enter_context(Agent(model, number))

    def tick(seconds: float) -> None:
        deciamps = {}
        for n in range(1, outlets + 1):
            amperes = loads.amperes(n, time.time()) if device.text(f"{state}.{n}") == "2" else 0.0
            loads.ran(n, amperes, seconds)
            deciamps[n] = round(10 * amperes)
            device.put(f"{apc.RPDU2_METERED}.6.{n}", str(deciamps[n]))
            device.put(f"{apc.RPDU2_METERED}.11.{n}", str(int(loads.wh[n] / 100)))
        for phase in (1, 2, 3):
            device.put(f"{apc.RPDU2_PHASE}.5.{phase}", str(sum(a for n, a in deciamps.items() if n % 3 == phase - 1)))
        device.put(f"{apc.RPDU2_DEVICE}.9.1", str(int(sum(loads.wh.values()) / 100)))
    params = {"version": "2", "port": str(agent.port), "community": "private"}
    return {"address": agent.host, "snmp": params, "settings": {}}, tick


def _nut(stack: ExitStack, number: int, off: Sequence[int]) -> Tuple[Form, Callable[[float], None]]:
    outlets = KINDS["nut"].outlets
    device, loads = SwitchedPdu("pdu", outlets), Loads(outlets)
    for n in range(1, outlets + 1):
        device.turn(str(n), True)
        device.draw(str(n), loads.base[n])
    device.run_for(1.2 * (time.time() - _COUNTING_SINCE) / 3600)
    for n in range(1, outlets + 1):
        device.turn(str(n), n not in off)
    server = stack.enter_context(NutServer([device], port=number))

    def tick(seconds: float) -> None:
        for n in range(1, outlets + 1):
            device.draw(str(n), round(loads.amperes(n, time.time()), 2))
        device.run_for(seconds / 3600)
    settings = {"port": str(server.port), "device": "pdu", "username": ADMIN.name, "password": ADMIN.password}
    return {"address": server.host, "snmp": {}, "settings": settings}, tick


_MAKERS = {"raritan": _raritan, "apc": _apc, "nut": _nut}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.dcimanager.simulated", description=__doc__)
    parser.add_argument("kind", choices=sorted(KINDS))
    parser.add_argument("--port", type=port, default=0, help="default: the system chooses one")
    parser.add_argument("--off", default="", metavar="NUMBERS", help="outlets that are off at first, with commas")
    options = parser.parse_args(arguments)
    off: List[int] = [int(number) for number in options.off.split(",") if number]
    ended = threading.Event()
    threading.Thread(target=_until_input_ends, args=(ended,), daemon=True).start()
    with ExitStack() as stack:
        with starting():
            form, tick = _MAKERS[options.kind](stack, options.port, off)
        tick(0.0)
        print(json.dumps(form), flush=True)
        before = time.monotonic()
        while not ended.wait(_TICK_SECONDS):
            now = time.monotonic()
            tick(now - before)
            before = now
    return 0


def _until_input_ends(ended: threading.Event) -> None:
    sys.stdin.read()
    ended.set()


if __name__ == "__main__":
    sys.exit(main())
