"""The whole simulated unit: its servers, its link units and, in `truth`, its true state."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from typing import Any, Callable, Optional
from urllib.parse import urlsplit

from ..certificates import fingerprint, server_context, usual
from ..clockwork import Clockwork
from ..truth import Truth
from ..web import Counters, Reboots
from .access import Access
from .faults import Faults
from .files import Files
from .idl import GENERATIONS
from .jsonrpc import OWN_CHANNEL, READING, Caller, Dispatcher
from .model import Model
from .objects import Served, Site
from .panels import PowerMeterController
from .pdu import PduUnit
from .server import JSON, Answer, Request, XerusServer
from .services.cascade import CascadeManager
from .services.certificate import ServerCertificate
from .services.config import BulkConfiguration, RawConfiguration
from .services.events import EventService
from .services.firmware import Firmware
from .services.network import Net
from .services.peripherals import DeviceManager
from .services.servers import ServerMonitor
from .services.sessions import SessionManager
from .services.snmp import Snmp

USER, PASSWORD = "admin", "xerus-own-words"
_TEMPORARY_REDIRECT_FROM = 2  # generation 4.0


class XerusPdu:
    """A PDU listening on 127.0.0.1; usable as a context manager.

    model           the kind of unit
    firmware        "3.3", "3.6", "4.0" or "4.4": its methods, fields and type versions
    links           link units by id (from 2), reached as /link/<id>/… and /model/pdu/<id>/…
    prefix_links    whether references to a link unit's objects begin with /link/<id>
    paths           whether references are well-known resource ids, /model/pdu/0/outlet/0
    https_port, http_port   0: the system chooses; http_port None: no plain HTTP
    enforce_https   plain HTTP redirects to HTTPS
    clock           monotonic seconds; a test may pass its own
    reboot_seconds  duration of a reboot, in real time
    update_seconds  duration of a firmware update before its reboot, by `clock`

    Attributes: host, port (HTTPS), http_port, url, ca_pem, fingerprint (SHA-256 of the
    certificate), user, password, faults (on demand), access (logins), units (link id → PduUnit:
    outlets, relays, inlets …), events (link id → its event service), and the services of the
    primary unit.
    """

    host = "127.0.0.1"
    user = USER

    def __init__(
        self,
        model: Model = Model(),
        firmware: str = GENERATIONS[-1],
        links: Optional[Mapping[int, Model]] = None,
        prefix_links: bool = True,
        paths: bool = False,
        https_port: int = 0,
        http_port: Optional[int] = None,
        enforce_https: bool = True,
        password: str = PASSWORD,
        clock: Callable[[], float] = time.monotonic,
        reboot_seconds: float = 0.2,
        update_seconds: float = 0.5,
    ) -> None:
        self.enforce_https = enforce_https
        self.password = password
        self.update_seconds = update_seconds
        self.lock = threading.RLock()
        self.clockwork = Clockwork(clock)
        self.site = Site(firmware, self.clockwork, prefix_links, paths)
        self.access = Access(self.clockwork, {USER: password})
        self.faults = Faults()
        self._writes: list[tuple[str, str]] = []
        self._dispatcher = Dispatcher(self.site, self._note)
        self._firmware: dict[int, Firmware] = {}
        self.events: dict[int, EventService] = {}
        self.units: dict[int, PduUnit] = {}
        for link_id, kind in {0: model, **(links or {})}.items():
            self.link(link_id, kind)
        self._reboots = Reboots(reboot_seconds)
        self._counters = Counters()
        identity = usual()
        self.authority = identity.authority
        self.ca_pem = self.authority.ca_pem
        self.fingerprint = fingerprint(identity.certificate)
        self._serve(identity.key, identity.certificate)
        self._files = Files(self)
        address = (self.host, https_port)
        self._servers = [XerusServer(address, self, self._counters, identity.context)]
        self.port = self._servers[0].port
        self.url = f"https://{self.host}:{self.port}"
        self.http_port = 0
        if http_port is not None:
            self._servers.append(XerusServer((self.host, http_port), self, self._counters, None))
            self.http_port = self._servers[1].port

    def _serve(self, key: bytes, certificate: bytes) -> None:
        """Adds the services that only the primary unit has."""
        unit = self.units[0]
        Served(unit, "bulkrpc.BulkRequest", "bulk", ["/bulk"])
        SessionManager(unit, self)
        self.certificate = ServerCertificate(unit, self, key, certificate)
        self.raw_configuration = RawConfiguration(unit, self)
        self.bulk_configuration = BulkConfiguration(unit, self)
        CascadeManager(unit, self)
        ServerMonitor(unit)
        Net(unit)
        self.snmp = Snmp(unit)
        self.firmware = self._firmware[0]

    def _serve_unit(self, unit: PduUnit) -> None:
        """Adds the services that each unit has, link units too."""
        DeviceManager(unit)
        self._firmware[unit.link_id] = Firmware(unit, self)
        self.events[unit.link_id] = EventService(unit, self)

    # -- for tests

    def truth(self) -> Truth:
        """The true state of all units at this moment."""
        with self.lock:
            self.clockwork.settle()
            metered = [unit for unit in self.units.values() if unit.model.metering != "none"]
            truth = Truth(
                states={},
                requests=self._counters.requests,
                connections=self._counters.connections,
                writes=list(self._writes),
            )
            if metered:
                truth.load_a = sum(unit.load() for unit in metered)
                truth.energy_kwh = sum(unit.energy() for unit in metered) / 1000
            for link_id, unit in self.units.items():
                prefix = f"{link_id}." if link_id else ""
                if unit.meters is not None:
                    self._enter(truth, prefix, unit.meters)
                for outlet in unit.outlets:
                    identity = f"{prefix}{outlet.relay.number + 1}"
                    truth.states[identity] = outlet.state()
                    if unit.model.metering == "outlet":
                        truth.port_energy_kwh[identity] = outlet.energy.stored / 1000
            return truth

    @staticmethod
    def _enter(truth: Truth, prefix: str, meters: PowerMeterController) -> None:
        """Adds the meters' mains to load and energy, and each branch circuit as an outlet."""
        truth.load_a = (truth.load_a or 0.0) + meters.load()
        truth.energy_kwh = (truth.energy_kwh or 0.0) + meters.counted() / 1000
        for identity, circuit in meters.circuits():
            truth.states[prefix + identity] = None
            if circuit.energy is not None:
                truth.port_energy_kwh[prefix + identity] = circuit.energy.stored / 1000

    def fall_asleep(self, inlets: int = 1) -> None:
        """Makes the sensors of inlets, outlets and protectors "not available" until getSensors of
        the same part has been called.

        One call wakes the sensors of an outlet or protector; those of an inlet need `inlets` calls.
        """
        with self.lock:
            for unit in self.units.values():
                for device in (*unit.inlets, *unit.outlets, *unit.protectors):
                    device.awake.sleep = inlets if device in unit.inlets else 1

    def reboot_soon(self, seconds: float = 0.05) -> None:
        """Forgets planned switching, and reboots after `seconds`.

        The default leaves time to answer the request for the reboot.
        """
        with self.lock:
            for unit in self.units.values():
                unit.relays.forget_plans()
            self._reboots.plan(seconds)

    # -- for the services

    @property
    def caller(self) -> Caller:
        """See Dispatcher."""
        return self._dispatcher.caller

    def link(self, link_id: int, model: Model = Model()) -> None:
        """Adds a unit with this link id (0: the primary unit)."""
        unit = PduUnit(self.site, model, link_id)
        self.units[link_id] = self.site.units[link_id] = unit
        self._serve_unit(unit)

    def unlink(self, link_id: int) -> None:
        """Removes a link unit and ends its counters and events."""
        for served in self.units[link_id].objects():
            served.leave()
        del (
            self.units[link_id],
            self.site.units[link_id],
            self.events[link_id],
            self._firmware[link_id],
        )

    def install(self, key: bytes, certificate: bytes) -> None:
        """Uses this key and certificate for new connections."""
        self._servers[0].tls = server_context(key, certificate)
        self.fingerprint = fingerprint(certificate)

    def updated(self, version: str) -> None:
        """Ends a firmware update: changes to the version's generation if it is one of GENERATIONS,
        and reboots.
        """
        generation = ".".join(version.split(".")[:2])
        if generation in GENERATIONS:
            self.site.firmware = self.site.types(generation)
        self.reboot_soon(0.0)

    def note_upload(self, path: str, files: Mapping[str, bytes]) -> None:
        sizes = {name: len(data) for name, data in files.items()}
        self._writes.append((path, json.dumps(sizes)))

    def stop(self) -> None:
        for server in self._servers:
            server.stop()

    def __enter__(self) -> XerusPdu:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    # -- for the server

    def stopping(self) -> bool:
        """Whether the simulator is being stopped: polls that wait for events must then end."""
        return any(server.stopping.is_set() for server in self._servers)

    def down(self) -> bool:
        return self._reboots.down()

    def boots(self) -> int:
        return self._reboots.count()

    def moved(self, request: Request) -> Optional[Answer]:
        """The redirect to HTTPS, if the PDU enforces it and the request came over HTTP."""
        if request.secure or not self.enforce_https:
            return None
        status = 307 if self.site.firmware.index >= _TEMPORARY_REDIRECT_FROM else 302
        return Answer(status, headers=(("Location", self.url + request.target),))

    def authenticate(self, request: Request) -> Optional[Caller]:
        with self.lock:
            return self.access.caller(request.headers, request.address)

    def answer(self, request: Request, caller: Caller) -> Answer:
        path = urlsplit(request.target).path
        with self.lock:
            self.clockwork.settle()
            if self.firmware.is_updating:
                return Answer(503)
        page = self._files.answer(request)
        if page is not None:
            return page
        if request.method != "POST":
            return Answer(404)
        with self.lock:
            status, answer = self._dispatcher.post(path, request.body, caller)
        if answer is None:
            return Answer(status)
        return Answer(status, json.dumps(answer, separators=(",", ":")).encode(), JSON)

    def _note(self, served: Served, method: str, params: dict[str, Any]) -> None:
        if not method.startswith(READING) and method not in OWN_CHANNEL:
            prefix = f"{served.unit.link_id}/" if served.unit.link_id else ""
            self._writes.append((f"{prefix}{served.name}.{method}", json.dumps(params)))
