"""The simulated unit as a whole: its servers, its link units, its books."""
from __future__ import annotations

import json
import threading
import time
from types import TracebackType
from typing import Any, Callable, Dict, List, Mapping, Optional, Tuple, Type
from urllib.parse import urlsplit

from ..books import Books
from .access import Access, Account
from .certificates import Authority, fingerprint, server_context
from .clockwork import Clockwork
from .faults import Faults
from .idl import GENERATIONS
from .jsonrpc import READING, Caller, Dispatcher
from .model import Model
from .objects import Served, Site
from .pdu import PduUnit
from .server import JSON, Answer, Counters, Request, WebServer

USER, PASSWORD = "admin", "legrand"
VIEWER, VIEWER_PASSWORD = "viewer", "only-look"
_TEMPORARY_REDIRECT_FROM = 2


class XerusPdu:
    """A PDU listening on 127.0.0.1; usable as a context manager.

    model           what kind of unit it is
    firmware        "3.3", "3.6", "4.0" or "4.4": decides every method, field and type version
    links           link units by id (from 2), reached as /link/<id>/… and /model/pdu/<id>/…
    prefix_links    whether references to a link unit's objects carry /link/<id>
    https_port, http_port       0: chosen by the system; http_port None: no plain HTTP
    enforce_https   plain HTTP answers a redirect
    user, password  the administrator; a second account, viewer_user and viewer_password, may read only
    clock           seconds, monotonic; a test may bring a faster one
    reboot_seconds  how long a reboot takes

    Attributes: host, port (HTTPS), http_port, url, ca_pem, fingerprint (SHA-256 of the certificate), user, password,
    faults (what goes wrong on request), access (logins), units (link id -> PduUnit: outlets, relays, inlets …).
    """

    host = "127.0.0.1"
    viewer_user, viewer_password = VIEWER, VIEWER_PASSWORD

    def __init__(self, model: Model = Model(), firmware: str = GENERATIONS[-1], links: Optional[Mapping[int, Model]] = None,
                 prefix_links: bool = True, https_port: int = 0, http_port: Optional[int] = None,
                 enforce_https: bool = True, user: str = USER, password: str = PASSWORD,
                 clock: Callable[[], float] = time.monotonic, reboot_seconds: float = 0.2) -> None:
        self.user, self.password = user, password
        self.enforce_https = enforce_https
        self.reboot_seconds = reboot_seconds
        self.lock = threading.RLock()
        self.clockwork = Clockwork(clock)
        self.site = Site(firmware, self.clockwork, prefix_links)
        self.access = Access(self.clockwork)
        self.access.accounts = {user: Account(password), VIEWER: Account(VIEWER_PASSWORD, may_write=False)}
        self.faults = Faults()
        self._writes: List[Tuple[str, str]] = []
        self._dispatcher = Dispatcher(self.site, self._note)
        self.units: Dict[int, PduUnit] = {}
        for link_id, kind in {0: model, **(links or {})}.items():
            self.units[link_id] = self.site.units[link_id] = PduUnit(self.site, kind, link_id)
        Served(self.units[0], "bulkrpc.BulkRequest", "bulk", ["/bulk"])
        self._down_until: Optional[float] = None
        self._counters = Counters()
        self._authority = Authority()
        self.ca_pem = self._authority.ca_pem
        self._start(https_port, http_port)

    def _start(self, https_port: int, http_port: Optional[int]) -> None:
        key, certificate = self._authority.issue()
        self.fingerprint = fingerprint(certificate)
        self._servers = [WebServer((self.host, https_port), self, self._counters, server_context(key, certificate))]
        self.port = self._servers[0].port
        self.url = f"https://{self.host}:{self.port}"
        self.http_port = 0
        if http_port is not None:
            self._servers.append(WebServer((self.host, http_port), self, self._counters, None))
            self.http_port = self._servers[1].port

    # -- for tests

    def books(self, link_units: bool = True) -> Books:
        """The truth at this moment; without `link_units` only of the unit itself."""
        with self.lock:
            self.clockwork.settle()
            units = list(self.units.items()) if link_units else [(0, self.units[0])]
            metered = [unit for _, unit in units if unit.model.metering != "none"]
            books = Books(states={}, requests=self._counters.requests, connections=self._counters.connections,
                          writes=list(self._writes))
            if metered:
                books.load_a = sum(unit.load() for unit in metered)
                books.energy_kwh = sum(unit.energy() for unit in metered) / 1000
            for link_id, unit in units:
                for outlet in unit.outlets:
                    identity = f"{link_id}." * bool(link_id) + str(outlet.relay.number + 1)
                    books.states[identity] = outlet.state()
                    if unit.model.metering == "outlet":
                        books.port_energy_kwh[identity] = outlet.energy.stored / 1000
            return books

    @property
    def surplus(self) -> List[str]:
        """Fields and parameters that clients sent and this firmware does not have."""
        return sorted(self.site.firmware.surplus)

    def fall_asleep(self) -> None:
        """Sensors answer "not valid" until getSensors of their owner is called."""
        with self.lock:
            for unit in self.units.values():
                for device in (*unit.inlets, *unit.outlets, *unit.protectors):
                    device.awake.awake = False

    def close_connections(self) -> None:
        """What a unit does with idle connections: the next request on one of them finds it closed."""
        for server in self._servers:
            server.hang_up_all()

    def close_after_each_answer(self, on: bool = True) -> None:
        for server in self._servers:
            server.close_after_each = on

    def reboot(self) -> None:
        """Connections break, plans are forgotten, relays stay; nothing answers for reboot_seconds."""
        with self.lock:
            for unit in self.units.values():
                unit.relays.forget_plans()
            self._down_until = time.monotonic() + self.reboot_seconds
        self.close_connections()

    def stop(self) -> None:
        for server in self._servers:
            server.stop()

    def __enter__(self) -> "XerusPdu":
        return self

    def __exit__(self, kind: Optional[Type[BaseException]], error: Optional[BaseException],
                 trace: Optional[TracebackType]) -> None:
        self.stop()

    # -- for the server

    def down(self) -> bool:
        return self._down_until is not None and time.monotonic() < self._down_until

    def moved(self, request: Request) -> Optional[Answer]:
        if request.secure or not self.enforce_https:
            return None
        status = 307 if self.site.firmware.index >= _TEMPORARY_REDIRECT_FROM else 302
        return Answer(status, headers=(("Location", self.url + request.target),))

    def authenticate(self, request: Request) -> Optional[Caller]:
        with self.lock:
            return self.access.caller(request.headers, request.address)

    def answer(self, request: Request, caller: Caller) -> Answer:
        path = urlsplit(request.target).path
        if request.method != "POST":
            return Answer(404)
        body = request.body.all()
        with self.lock:
            status, answer = self._dispatcher.post(path, body, caller)
        if answer is None:
            return Answer(status)
        return Answer(status, json.dumps(answer, separators=(",", ":")).encode(), JSON)

    def _note(self, served: Served, method: str, params: Dict[str, Any]) -> None:
        if not method.startswith(READING):
            prefix = f"{served.unit.link_id}/" if served.unit.link_id else ""
            self._writes.append((f"{prefix}{served.name}.{method}", json.dumps(params)))
