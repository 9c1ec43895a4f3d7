"""The objects of the stand-in: registered handlers, PDUs, calls."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Optional

from tests.processes.handler_worker import Call

CALLS_KEPT = 100  # calls of each PDU in memory; the database keeps more
# After errors of these kinds, a switching call counts as not carried out.
NOT_SWITCHED = frozenset(
    ("settings", "denied", "refused", "no-such-outlet", "unsupported", "import")
)


class Refusal(Exception):
    """A request that is declined: an HTTP status, and the `code`, `msg` and `value` of the answer's
    body. Only code 3005 is from the vendor's documentation."""

    def __init__(self, status: int, code: int, msg: str, value: object = "") -> None:
        super().__init__(msg)
        self.status, self.code, self.msg, self.value = status, code, msg, value


@dataclass
class Handler:
    """A registered handler; `uploads` counts its versions, 0 before the first archive. Of the
    version that runs, `label` is the pack's version, or "", and `uploaded` in seconds since 1970.
    """

    id: int
    device_type: str
    handler: str
    name: str
    protocol: list[str]
    features: list[str]
    uploads: int = 0
    label: str = ""
    import_path: str = ""
    uploaded: float = 0.0

    @property
    def top(self) -> str:
        """The directory of its archive, "" before the first one."""
        return self.import_path.partition(".")[0]

    def shown(self) -> dict[str, object]:
        return {
            "id": self.id,
            "device_type": self.device_type,
            "handler": self.handler,
            "name": self.name,
            "protocol": self.protocol,
            "features": self.features,
        }

    @property
    def speaks_snmp(self) -> bool:
        return "snmp" in self.protocol


class Label(NamedTuple):
    """An outlet's number as printed on the unit, and its name, from the handler's `labels()`; "" if
    unknown.
    """

    number: str
    name: str


@dataclass
class Pdu:
    """One PDU: its form and the last good answers; a failed call does not change them.

    `load_a` and `energy_kwh` are the platform's figures, 0.0 where the handler set none. `doubts`
    are the ports whose last switching may or may not have happened. `changes` counts the changes of address, SNMP parameters or settings: after each, it
    may be another device. `switched` are the ports that a command may have switched, with the time
    of the last one: figures measured before it say nothing about its effect.
    """

    id: int
    name: str
    handler: str
    address: str
    snmp: dict[str, str] = field(default_factory=dict, repr=False)
    settings: dict[str, str] = field(default_factory=dict, repr=False)
    notes: str = ""
    simulated: str = ""
    # identity → UP, DOWN, UNKNOWN
    ports: dict[str, str] = field(default_factory=dict)
    load_a: float = 0.0
    energy_kwh: float = 0.0
    port_energy_kwh: dict[str, float] = field(default_factory=dict)
    port_load_a: dict[str, float] = field(default_factory=dict)
    # time of the last successful `statistic`
    measured_at: float = 0.0
    labels: dict[str, Label] = field(default_factory=dict)
    doubts: dict[str, str] = field(default_factory=dict)
    changes: int = 0
    # identity → seconds since 1970
    switched: dict[str, float] = field(default_factory=dict)
    # limit of a call; None: the stand-in's limit
    call_seconds: Optional[float] = None
    # time of the last successful `status`
    polled_at: float = 0.0
    calls: list[Call] = field(default_factory=list, repr=False)
    # held during a call
    busy: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    def note(self, call: Call) -> None:
        """Keep a call, and the states, figures or labels of its answer."""
        self.calls.append(call)
        del self.calls[:-CALLS_KEPT]
        may_have_switched = call.switches and call.kind not in NOT_SWITCHED
        if may_have_switched:
            self.switched = {**self.switched, call.identity: call.at}
        if may_have_switched and not call.ok:
            self.doubts[call.identity] = "may or may not have switched"
        if call.ok:
            self._note_answer(call)

    def _note_answer(self, call: Call) -> None:
        """Keep the states, figures or labels of a call that succeeded."""
        if call.method == "status":
            self.ports, self.polled_at = dict(call.value["ports"]), call.at
            self.doubts = {}
        elif call.method == "statistic":
            self._meter(call.value)
            self.measured_at = call.at
        elif call.method == "labels":
            self.labels = {
                identity: Label(*label) for identity, label in call.value["labels"].items()
            }
        elif call.switches:
            identity = str(call.value["identity"])
            # another thread may iterate over the old ones
            self.ports = {**self.ports, identity: str(call.value["state"])}
            self.doubts.pop(identity, None)

    def changed(self) -> None:
        """Forgets figures, labels, doubts and calls."""
        self.load_a, self.energy_kwh = 0.0, 0.0
        self.measured_at = 0.0
        self.port_energy_kwh, self.port_load_a = {}, {}
        self.labels, self.doubts, self.switched = {}, {}, {}
        self.calls.clear()
        self.changes += 1

    def measured_before_command(self, identity: str) -> bool:
        """Whether a port's figures are older than the last command that may have switched it. The
        page of a PDU (pdu.html) calls it."""
        return bool(self.measured_at) and self.switched.get(identity, 0.0) > self.measured_at

    def _meter(self, value: Mapping[str, Any]) -> None:
        """Keep the figures of a statistic."""
        self.load_a, self.energy_kwh = float(value["load"]), float(value["total_consumption"])
        self.port_energy_kwh = {
            identity: float(energy) for identity, energy in value["ports"].items()
        }
        self.port_load_a = {identity: float(load) for identity, load in value["port_load"].items()}

    @property
    def last_poll(self) -> Optional[Call]:
        """The last `status` in `calls`, successful or not; None if there is none."""
        return self.last("status")

    def last(self, method: str) -> Optional[Call]:
        """The last call of a method in `calls`, successful or not; None if there is none."""
        return next((call for call in reversed(self.calls) if call.method == method), None)
