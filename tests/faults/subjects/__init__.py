"""The handlers of the matrix. Each has a module of its name here, with SUBJECT."""
from __future__ import annotations

import importlib
from dataclasses import dataclass, field
from typing import Any, Callable, ContextManager, Dict, Mapping, Optional, Protocol, Tuple

from handlers import registry
from tests.simulators.books import Books

from ..catalogue import FAULTS, Fault
from ..wire import Exchange

Bend = Callable[[Exchange], Optional[bytes]]        # the answer in place of the device's; None: not in this exchange


class Relay(Protocol):
    """Between handler and device."""

    port: int
    steps: int

    def close(self) -> None: ...


@dataclass
class Device:
    """A simulated device that listens on `port`, and what its owner types.

    `settings` and `snmp` lack the port. `secrets` must appear nowhere. `happen` lets a fault of the place "device" happen to the
    outlet `identity`, which is `on` or is to be.
    """

    port: int
    books: Callable[[], Books]
    happen: Callable[[str, str, bool], None]
    settings: Dict[str, str] = field(default_factory=dict)
    snmp: Dict[str, str] = field(default_factory=dict)
    secrets: Tuple[str, ...] = ()


@dataclass(frozen=True)
class Subject:
    """One handler in the matrix.

    `opened` starts the device for a fault; `relay` lies in front of its port. `bends` has the answers of the faults whose place
    is "answer", by key. `none` says, by key, why this protocol has no such fault. `up` and `down` are outlets that are off
    and on. `tls` says how TLS begins: "at once", "STARTTLS", or "" for not at all.
    """

    name: str
    opened: Callable[[str], ContextManager[Device]]
    relay: Callable[..., Relay]           # (port of the device, fault, step, bend); over UDP also the port to listen on
    bends: Mapping[str, Bend]
    none: Mapping[str, str]
    up: str
    down: str
    tls: str = ""

    @property
    def transport(self) -> str:
        return "udp" if registry.about(self.name).protocol == "snmp" else "tcp"

    def faults(self) -> Tuple[Fault, ...]:
        """Those that this protocol can have."""
        return tuple(fault for fault in FAULTS if not self.reason(fault))

    def reason(self, fault: Fault) -> str:
        """Why there is no such fault; "" where there is."""
        if fault.place in ("tcp", "udp") and fault.place != self.transport:
            return f"not over {self.transport.upper()}"
        if fault.place == "tls" and not self.tls:
            return "no TLS"
        return self.none.get(fault.key, "")


def subject(name: str) -> Subject:
    found: Any = importlib.import_module(f"{__name__}.{name}").SUBJECT
    assert isinstance(found, Subject)
    return found
