"""The simulated device of the current cell and the network relay in front of it, in a separate
process, controlled over a pipe.

A cell is one call, with one fault or none (cell.py).

    {"open": SUBJECT, "method": ..., "fault": ..., "step": ..., "keep": ...}
                        ->  the settings, SNMP fields and secrets, the outlet, and the answer to "books"
    {"books": true}     ->  the device's books now (tests/simulators/books.py), and the relay's
    `steps`
    {"close": true}     ->  {}
"""

from __future__ import annotations

import contextlib
import dataclasses
import gc
from multiprocessing.connection import Connection
from typing import Any, Callable, Optional

from tests.ports import reserved

from .catalogue import AT_START, BY_KEY, Fault
from .handshakes import Handshakes
from .subjects import Bend, Device, Relay, Subject, subject
from .wire import Exchange


class Stage:
    """The device and the relay of the current cell, and the devices that are kept
    for later cells.
    """

    def __init__(self) -> None:
        self._stack = contextlib.ExitStack()
        self._device: Optional[Device] = None
        self._kept: dict[str, Device] = {}
        self._ports: dict[str, int] = {}
        self._last = contextlib.ExitStack()
        self._relay: Optional[Relay] = None

    def open(self, name: str, method: str, key: str, step: int, keep: bool) -> dict[str, Any]:
        """Starts device and relay for a fault ("" for none).

        With `keep`, a subject's device is started only once.
        """
        played, fault = subject(name), BY_KEY.get(key)
        if keep and name not in self._kept:
            self._kept[name] = self._last.enter_context(played.opened(""))
        self._device = device = (
            self._kept[name] if keep else self._stack.enter_context(played.opened(key))
        )
        on = method == "port_up"
        outlets = (played.up, played.down) if on else (played.down, played.up)
        # earlier commands may have switched a kept device's outlets
        states = device.books().states if keep else {}
        identity = next((outlet for outlet in outlets if states.get(outlet) is not on), outlets[0])
        settings = dict(device.settings)
        if fault is not None and fault.place == "tls":
            handshakes = Handshakes(fault.key, played.tls)
            self._relay = handshakes
            settings = {
                **{k: text for k, text in settings.items() if k != "scheme"},
                **handshakes.settings,
            }
            if played.tls == "STARTTLS":
                settings["tls"] = "yes"
        else:
            # Over UDP all relays of a subject listen on one port, as a real device does. The double
            # of the platform's SNMP client keeps data about each port, so a new port costs time.
            if played.transport == "udp" and name not in self._ports:
                self._ports[name] = reserved()
            listen = {"listen": self._ports[name]} if name in self._ports else {}
            self._relay = _relay(played, device, fault, step, identity, on, **listen)
        self._stack.callback(self._relay.close)
        if key in AT_START:
            device.happen(key, identity, on)
        port = {"port": str(self._relay.port)}
        form: dict[str, Any] = {"settings": {**settings, **port}, "snmp": {}}
        if device.snmp:
            form = {"settings": settings, "snmp": {**device.snmp, **port}}
        return {**form, "secrets": device.secrets, "identity": identity, **self.books()}

    def books(self) -> dict[str, Any]:
        assert self._device is not None and self._relay is not None
        return {"books": dataclasses.asdict(self._device.books()), "steps": self._relay.steps}

    def close(self) -> dict[str, Any]:
        self._stack.close()
        return {}

    def end(self) -> None:
        self._stack.close()
        self._last.close()


def _relay(
    played: Subject,
    device: Device,
    fault: Optional[Fault],
    step: int,
    identity: str,
    on: bool,
    **more: int,
) -> Relay:
    bend: Optional[Bend] = None
    if fault is not None and fault.place == "answer":
        bend = played.bends["broken" if fault.key == "hiccup" else fault.key]
    elif fault is not None and fault.place == "device":
        if fault.key in AT_START:
            return played.relay(device.port, None, 0, None, **more)
        key = fault.key
        bend = _once(lambda: device.happen(key, identity, on))
        fault = fault._replace(place="answer")
    return played.relay(device.port, fault, step, bend, **more)


def _once(act: Callable[[], None]) -> Bend:
    """A bend that calls `act` at its first exchange, and changes no answer."""
    left = [act]

    def bend(exchange: Exchange) -> Optional[bytes]:
        if left:
            left.pop()()
        return None

    return bend


def serve(line: Connection, other: Connection) -> None:
    """Answers until the other end of `line` is closed.

    `other` is this process's copy of that end.
    """
    other.close()
    # no collection goes through the imported modules, whose memory is shared with other processes
    gc.freeze()
    stage = Stage()
    with contextlib.suppress(EOFError):
        while True:
            wanted = line.recv()
            if "open" in wanted:
                answer = stage.open(
                    wanted["open"],
                    wanted["method"],
                    wanted["fault"],
                    wanted["step"],
                    wanted["keep"],
                )
            else:
                answer = stage.books() if "books" in wanted else stage.close()
            line.send(answer)
    stage.end()
