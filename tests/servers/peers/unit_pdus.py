"""Simulated PDUs of the handlers that are a codec: what a module of this package has, from the
device in tests/simulators/NAME.py.
"""

from __future__ import annotations

import contextlib
import importlib
import time
from collections.abc import Iterator, Sequence
from typing import Any

from handlers import registry
from tests.servers.peers import Kind, Peer, Tick
from tests.servers.peers.loads import Loads
from tests.simulators.unit_pdu import UnitPdu
from tests.simulators.unit_servers import PASSWORD, USER, HttpServer


def outlet_meters(name: str) -> Sequence[str]:
    """What the peer (the simulated unit) of any handler measures at each outlet, as
    handlers/http/dialogue.py names it. Units of codecs differ in that; the others measure all.
    """
    if not registry.about(name).is_codec:
        return UnitPdu.OUTLET_METERS
    device = UnitPeers(name).device()
    meters: Sequence[str] = device.OUTLET_METERS
    return meters


class UnitPeers:
    """The peers of one handler."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.KIND = Kind(name, registry.about(name).shown.removesuffix("s"), name, 8)

    def device(self, *arguments: Any, **keywords: Any) -> Any:
        """The handler's simulated device."""
        module: Any = importlib.import_module(f"tests.simulators.{self._name}")
        return module.SimulatedPdu(*arguments, **keywords)

    def serve(self, device: Any, port: int = 0) -> HttpServer:
        """A server of the device on a port."""
        return HttpServer(device, port)

    def settings(self) -> dict[str, str]:
        """The handler settings without the port."""
        return {"username": USER, "password": PASSWORD, "scheme": "http"}

    @contextlib.contextmanager
    def peer(self) -> Iterator[Peer]:
        with self.serve(self.device(off=(3,))) as server:
            yield self._peer(server)

    @contextlib.contextmanager
    def shown(self) -> Iterator[Peer]:
        with self.serve(self.device(16, off=(2, 5))) as server:
            yield self._peer(server, f"{self.KIND.title} (HTTP)")

    @contextlib.contextmanager
    def named(self, names: Sequence[str]) -> Iterator[Peer]:
        device = self.device(len(names))
        device.names = dict(enumerate(names, 1))
        with self.serve(device) as server:
            yield self._peer(server)

    @contextlib.contextmanager
    def living(self, port: int, off: Sequence[int]) -> Iterator[tuple[Peer, Tick]]:
        device, loads = self.device(self.KIND.outlets, off), Loads(self.KIND.outlets)
        device.wh = dict(loads.wh)
        with self.serve(device, port) as server:

            def tick(seconds: float) -> None:
                with server.lock:
                    for number in device.on:
                        device.draws_ma[number] = round(1000 * loads.amperes(number, time.time()))
                    device.run_for(seconds / 3600)

            yield self._peer(server), tick

    def _peer(self, server: HttpServer, title: str = "") -> Peer:
        settings = {"port": str(server.port), **self.settings()}
        return Peer(self._name, "custom", server.host, server.truth, settings=settings, title=title)
