"""Simulated PDUs that a person started on the page, in this process. Their loads vary a little, so
that plots show a curve.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Sequence
from typing import NamedTuple

from tests.servers.peers import KINDS, Living, Peer, Tick, living

from .records import Pdu
from .store import Store

__all__ = ["KINDS", "Simulations"]
_HOST = "127.0.0.1"  # every simulated PDU listens on this address
_TICK_SECONDS = 1.0
_HIGHEST_PORT = 65535


class Simulation(NamedTuple):
    peer: Peer
    tick: Tick
    context: Living


class Simulations:
    """The running simulated PDUs, by the id of their PDU."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._running: dict[int, Simulation] = {}
        self._lock = threading.Lock()
        self._ended = threading.Event()
        threading.Thread(target=self._tick, name="simulations", daemon=True).start()

    def restore(self) -> None:
        """Start the simulated PDUs of the last run again. Outlets that were last known to be off
        start off.

        Leaves out PDUs whose address a person has changed: they may be other devices.
        """
        for pdu in self._store.pdus():
            if pdu.simulated not in KINDS or pdu.address != _HOST:
                continue
            simulation = self._begin_again(pdu)
            pdu.snmp = {**pdu.snmp, **simulation.peer.snmp}
            pdu.settings = {**pdu.settings, **simulation.peer.settings}
            self._store.save(pdu)
            self.keep(pdu, simulation)

    def _begin_again(self, pdu: Pdu) -> Simulation:
        """The simulated PDU of the last run, at its port if that is free."""
        off = []
        for identity, state in pdu.ports.items():
            if state == "DOWN" and identity.isdigit():
                off.append(int(identity))
        port = pdu.snmp.get("port") or pdu.settings.get("port") or "0"
        # a person may have typed what is no port
        if port.isdecimal() and int(port) <= _HIGHEST_PORT:
            with contextlib.suppress(OSError):  # another program may have taken it
                return self.begin(pdu.simulated, int(port), off)
        return self.begin(pdu.simulated, 0, off)

    def begin(self, kind: str, port: int = 0, off: Sequence[int] = ()) -> Simulation:
        """Starts a simulated PDU, for `keep`. Raises OSError."""
        context = living(kind, port, off)
        peer, tick = context.__enter__()
        tick(0.0)
        return Simulation(peer, tick, context)

    def keep(self, pdu: Pdu, simulation: Simulation) -> None:
        """The simulation ends when the PDU is removed or the stand-in stops."""
        with self._lock:
            self._running[pdu.id] = simulation

    def end(self, pdu: int) -> None:
        with self._lock:
            simulation = self._running.pop(pdu, None)
            if simulation is not None:
                simulation.context.__exit__(None, None, None)

    def close(self) -> None:
        self._ended.set()
        for pdu in list(self._running):
            self.end(pdu)

    def _tick(self) -> None:
        before = time.monotonic()
        while not self._ended.wait(_TICK_SECONDS):
            now = time.monotonic()
            with self._lock:
                for simulation in self._running.values():
                    simulation.tick(now - before)
            before = now
