"""The handlers of the fault matrix (`tests.faults`).

The module named after a handler defines its SUBJECT; `unit_pdus` makes it for a handler that is a
codec.
"""

from __future__ import annotations

import importlib
import random
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Callable, Optional, Protocol

from handlers import registry
from tests.simulators.truth import Truth

from .. import mutation
from ..catalogue import FAULTS, Fault
from ..wire import Exchange

# replaces the device's answer; None: leaves it unchanged
Corruption = Callable[[Exchange], Optional[bytes]]


class Relay(Protocol):
    """A relay in front of the device, or a server in its place.

    It listens on `port`; `steps` counts a relay's exchanges.
    """

    port: int
    steps: int

    def close(self) -> None: ...


@dataclass
class Device:
    """A simulated device that listens on `port`.

    A handler reads it with `settings` (handler settings) and `snmp` (SNMP fields of DCImanager's
    form); neither has the port. `secrets` must appear in no error. `happen(key, identity, on)`
    plays a fault whose place is "device", except "stuck", which `opened` plays. `identity` and `on`
    are the outlet and the state that port_up or port_down commands; during status and statistic,
    those of port_down.
    """

    port: int
    truth: Callable[[], Truth]
    happen: Callable[[str, str, bool], None]
    settings: dict[str, str] = field(default_factory=dict)
    snmp: dict[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()


@dataclass(frozen=True)
class Subject:
    """One handler in the matrix.

    `opened` starts the device for a fault; `relay` makes a relay to its port. `corruptions`: by the
    key of each fault whose place is "answer", except the excluded ones, its function; "hiccup" uses
    "broken". `excluded`: the reason why a fault is not played for this handler, by the fault's key.
    Faults of another transport, and TLS faults if `tls` is "", need no entry. `up` is an outlet for
    port_up: it is off when the device starts. `down`, for port_down, is on. `tls`: a TLS handshake
    begins "at once" or after "STARTTLS"; "": the handler has no TLS. `relay` takes the device's port,
    the fault, its step and its corruption. `mutated` changes an answer at random.
    """

    name: str
    opened: Callable[[str], AbstractContextManager[Device]]
    relay: Callable[[int, Optional[Fault], int, Optional[Corruption]], Relay]
    corruptions: Mapping[str, Corruption]
    excluded: Mapping[str, str]
    up: str
    down: str
    tls: str = ""
    mutated: Callable[[random.Random, bytes], bytes] = mutation.mutated

    @property
    def transport(self) -> str:
        return "udp" if registry.about(self.name).protocol == "snmp" else "tcp"

    def faults(self) -> tuple[Fault, ...]:
        """The faults that are played for this handler."""
        return tuple(fault for fault in FAULTS if not self.reason(fault))

    def reason(self, fault: Fault) -> str:
        """Why this fault is not played for this handler; "" if it is."""
        if fault.place in ("tcp", "udp") and fault.place != self.transport:
            return f"not over {self.transport.upper()}"
        if fault.place == "tls" and not self.tls:
            return "no TLS"
        return self.excluded.get(fault.key, "")


def subject(name: str) -> Subject:
    if registry.about(name).is_codec:
        # imported late: it imports this package
        from .unit_pdus import unit_subject

        return unit_subject(name)
    module_subject: Any = importlib.import_module(f"{__name__}.{name}").SUBJECT
    assert isinstance(module_subject, Subject)
    return module_subject
