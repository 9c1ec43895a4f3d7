"""A Xerus unit over HTTPS."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence

from tests.simulators.xerus import Model, XerusPdu

from . import Kind, Peer, Tick, of_https
from .loads import Loads

KIND = Kind("raritan", "Raritan PX3 (JSON-RPC over HTTPS)", "raritan", 24)


@contextlib.contextmanager
def peer() -> Iterator[Peer]:
    with XerusPdu() as pdu:
        yield of_https("raritan", pdu)


@contextlib.contextmanager
def shown() -> Iterator[Peer]:
    with XerusPdu(Model(outlets=24, phases=3, off=(3, 11), no_relay_board=(24,))) as pdu:
        yield of_https("raritan", pdu, "Raritan PX (HTTPS)")


@contextlib.contextmanager
def named(names: Sequence[str]) -> Iterator[Peer]:
    with XerusPdu(Model(outlets=len(names), names=dict(enumerate(names, 1)))) as pdu:
        yield of_https("raritan", pdu)


@contextlib.contextmanager
def living(port: int, off: Sequence[int]) -> Iterator[tuple[Peer, Tick]]:
    loads, names = Loads(KIND.outlets), {n: f"web-{n:02d}" for n in range(1, KIND.outlets - 3)}
    model = Model(
        outlets=KIND.outlets, phases=3, off=tuple(off), live=True, names=names, relay_delay=0.3
    )
    with XerusPdu(model, https_port=port) as pdu:
        unit = pdu.units[0]
        with pdu.lock:
            unit.count_from(loads.wh)

        def tick(seconds: float) -> None:
            with pdu.lock:
                for n, outlet in enumerate(unit.outlets, 1):
                    outlet.current = round(loads.amperes(n, time.time()), 3)

        yield of_https("raritan", pdu), tick
