"""What the stand-in knows: registered handlers and PDUs. No HTTP and no processes here."""
from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from typing import Dict, List, Optional, Sequence

from tests.archives import Archive, BadArchive

from .worker import Call

DEVICE_TYPES = ("switch", "pdu", "vpu")


class Refusal(Exception):
    """A request that is declined; `code`, `msg` and `value` go into the answer. The numbers but 3005 are our own."""

    def __init__(self, status: int, code: int, msg: str, value: object = "") -> None:
        super().__init__(msg)
        self.status, self.code, self.msg, self.value = status, code, msg, value


@dataclass
class Handler:
    """A registered handler; `uploads` counts its versions, 0 before the first archive."""

    id: int
    device_type: str
    handler: str
    name: str
    protocol: List[str]
    features: List[str]
    top: str = ""
    import_path: str = ""
    uploads: int = 0

    def shown(self) -> Dict[str, object]:
        return {"id": self.id, "device_type": self.device_type, "handler": self.handler, "name": self.name,
                "protocol": self.protocol, "features": self.features}


@dataclass
class Pdu:
    """One PDU as a user of DCImanager sees it: the last answers, which a failed call leaves standing."""

    id: int
    name: str
    handler: str
    address: str
    snmp: Dict[str, str] = field(default_factory=dict, repr=False)
    settings: Dict[str, str] = field(default_factory=dict, repr=False)
    ports: Dict[str, str] = field(default_factory=dict)                 # identity → UP, DOWN, UNKNOWN
    load_a: float = 0.0
    energy_kwh: float = 0.0
    port_energy_kwh: Dict[str, float] = field(default_factory=dict)
    calls: List[Call] = field(default_factory=list)
    call_seconds: Optional[float] = None                                # bounds each of its calls, if not the manager's

    def note(self, call: Call) -> None:
        """Keep a call and what it told."""
        self.calls.append(call)
        if not call.ok:
            return
        if call.method == "status":
            self.ports = dict(call.value["ports"])
        elif call.method == "statistic":
            self.load_a, self.energy_kwh = float(call.value["load"]), float(call.value["total_consumption"])
            self.port_energy_kwh = {identity: float(energy) for identity, energy in call.value["ports"].items()}
        else:
            self.ports[str(call.value["identity"])] = str(call.value["state"])


class Store:
    """Handlers and PDUs, for several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._handlers: Dict[int, Handler] = {}
        self._pdus: Dict[int, Pdu] = {}
        self._last_id = 0

    def handlers(self) -> List[Handler]:
        with self._lock:
            return list(self._handlers.values())

    def pdus(self) -> List[Pdu]:
        with self._lock:
            return list(self._pdus.values())

    def handler(self, name: str) -> Handler:
        """The handler with this internal name. Raises LookupError."""
        for handler in self.handlers():
            if handler.handler == name:
                return handler
        raise LookupError(f"no handler {name!r} is registered")

    def create(self, device_type: str, handler: str, name: str, protocol: Sequence[str], features: Sequence[str]) -> Handler:
        """A new handler. Raises Refusal."""
        if device_type not in DEVICE_TYPES:
            raise Refusal(400, 1001, f"device_type must be one of {', '.join(DEVICE_TYPES)}", device_type)
        if not re.fullmatch("[a-z][a-z0-9_]*", handler) or not name or not protocol:
            raise Refusal(400, 1001, "handler, name and protocol are needed; handler takes a-z, 0-9 and _", handler)
        with self._lock:
            if any(known.handler == handler for known in self._handlers.values()):
                raise Refusal(409, 1002, "a handler with this internal name exists already", handler)
            self._last_id += 1
            made = Handler(self._last_id, device_type, handler, name, list(protocol), list(features))
            self._handlers[made.id] = made
            return made

    def by_id(self, number: int) -> Handler:
        """Raises Refusal."""
        with self._lock:
            if number not in self._handlers:
                raise Refusal(404, 1003, "there is no handler with this id", number)
            return self._handlers[number]

    def delete(self, number: int) -> Handler:
        """Raises Refusal, also while a PDU uses it."""
        handler = self.by_id(number)
        with self._lock:
            if any(pdu.handler == handler.handler for pdu in self._pdus.values()):
                raise Refusal(409, 1004, "a PDU uses this handler", handler.handler)
            return self._handlers.pop(number)

    def accept(self, number: int, archive: Archive, import_path: str) -> Handler:
        """Take a new version of a handler. Raises Refusal or BadArchive, and then nothing has changed."""
        handler = self.by_id(number)
        with self._lock:
            if any(other.top == archive.top for other in self._handlers.values() if other.id != number):
                raise BadArchive(f"the directory {archive.top!r} is in use by another handler")
            if not archive.holds_module(import_path):
                raise BadArchive(f"{import_path!r} is no module of this archive")
            handler.top, handler.import_path, handler.uploads = archive.top, import_path, handler.uploads + 1
            return handler

    def add_pdu(self, name: str, handler: str, address: str, snmp: Dict[str, str], settings: Dict[str, str]) -> Pdu:
        """Raises LookupError."""
        self.handler(handler)
        with self._lock:
            self._last_id += 1
            pdu = Pdu(self._last_id, name, handler, address, dict(snmp), dict(settings))
            self._pdus[pdu.id] = pdu
            return pdu
