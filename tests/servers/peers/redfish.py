"""A rack PDU with a Redfish service over HTTPS."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence

from tests.simulators.redfish import Model, Pdu, RedfishService

from . import Kind, Peer, Tick, of_https
from .loads import Loads

KIND = Kind("redfish", "Rack PDU with a Redfish service (HTTPS)", "redfish", 24)


def _outlets(count: int) -> tuple[str, ...]:
    return tuple(map(str, range(1, count + 1)))


@contextlib.contextmanager
def peer() -> Iterator[Peer]:
    with RedfishService(Model((Pdu(outlets=_outlets(8)),))) as unit:
        yield of_https("redfish", unit)


@contextlib.contextmanager
def shown() -> Iterator[Peer]:
    with RedfishService(
        Model((Pdu(outlets=_outlets(24), off=("3", "11"), no_state=("24",)),))
    ) as unit:
        yield of_https("redfish", unit, "Redfish rack PDU (HTTPS)")


@contextlib.contextmanager
def named(names: Sequence[str]) -> Iterator[Peer]:
    with RedfishService(Model((Pdu(outlets=_outlets(len(names))),))) as unit:
        for number, name in enumerate(names, 1):
            unit.outlet(str(number)).name = name
        yield of_https("redfish", unit)


@contextlib.contextmanager
def living(port: int, off: Sequence[int]) -> Iterator[tuple[Peer, Tick]]:
    loads, numbers = Loads(KIND.outlets), range(1, KIND.outlets + 1)
    model = Model(
        (Pdu(outlets=_outlets(KIND.outlets), off=tuple(map(str, off))),), relay_delay=0.3, live=True
    )
    with RedfishService(model, port=port) as unit:
        with unit.lock:
            for n in numbers:
                outlet = unit.outlet(str(n))
                outlet.wh, outlet.amperes = loads.wh[n], round(loads.base[n], 3)

        def tick(seconds: float) -> None:
            with unit.lock:
                for n in numbers:
                    unit.outlet(str(n)).amperes = round(loads.amperes(n, time.time()), 3)

        yield of_https("redfish", unit), tick
