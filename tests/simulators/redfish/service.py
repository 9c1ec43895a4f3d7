"""The simulated service as a whole: its server, its resources, its books."""

from __future__ import annotations

import threading
import time
from functools import partial
from typing import Callable, Optional

from ..books import Books
from ..certificates import fingerprint, usual
from ..clockwork import Clockwork
from ..web import Counters, Reboots
from .access import Access, Account, Session
from .actions import CONTROL, RESET, RESET_ALL, RESTART, Control, identity_of
from .answer import Answer
from .faults import Faults
from .model import Model
from .plant import Outlet, Plant
from .protocol import Action, Dispatcher, Json, Rewrite
from .resources import PduResources
from .server import RedfishServer, Request, Seen
from .site import MANAGER, Site
from .tasks import Tasks

USER, PASSWORD = "admin", "redfish-own-words"
VIEWER, VIEWER_PASSWORD = "viewer", "only-to-look"


class RedfishService:
    """A Redfish service listening on 127.0.0.1; usable as a context manager.

    model           the kind of service tls             HTTPS, with a certificate that `ca_pem`
    verifies and whose SHA-256 is `fingerprint`; else plain HTTP port            0: chosen by the
    system user, password  the administrator; a second account, viewer_user and viewer_password, may
    only read;
                    it is absent if `user` has the same name
    clock           seconds, monotonic; a test may pass a clock that it moves itself
    delay_s         delay before each answer
    reboot_seconds  duration of a reboot, in real time

    Attributes: host, port, url, ca_pem, fingerprint; faults (on demand); log (requests with the
    status of their answers); access (accounts and sessions); tasks; control (`writes`: accepted
    actions, except restarts; `ignores`: acknowledges switching without effect); plants (PDU's id →
    its outlets, loads and counters); rewrite (target, body → the body to send
    instead).
    """

    host = "127.0.0.1"
    viewer_user, viewer_password = VIEWER, VIEWER_PASSWORD

    def __init__(
        self,
        model: Model = Model(),
        *,
        tls: bool = True,
        port: int = 0,
        user: str = USER,
        password: str = PASSWORD,
        clock: Callable[[], float] = time.monotonic,
        delay_s: float = 0.0,
        reboot_seconds: float = 0.2,
    ) -> None:
        self.model, self.user, self.password, self.delay_s = model, user, password, delay_s
        self.lock = threading.RLock()
        self.clockwork = Clockwork(clock)
        self.access = Access(model, self.clockwork)
        self.access.accounts = {
            VIEWER: Account(VIEWER_PASSWORD, "ReadOnly"),
            user: Account(password, "Administrator"),
        }
        self.tasks, self.control, self.faults = Tasks(self.clockwork), Control(model), Faults()
        self.log: list[Seen] = []
        self.plants: dict[str, Plant] = {}
        self.outlets: dict[str, Outlet] = {}  # path -> outlet
        self._dispatcher = Dispatcher(model, self.access, self.tasks)
        self._serve_pdus()
        self._reboots = Reboots(reboot_seconds)
        self._counters = Counters()
        identity = usual() if tls else None
        self.ca_pem = identity.authority.ca_pem if identity else ""
        self.fingerprint = fingerprint(identity.certificate) if identity else ""
        self._server = RedfishServer(
            (self.host, port), self, self._counters, identity.context if identity else None
        )
        self.port = self._server.port
        self.url = self._dispatcher.front = (
            f"{'https' if tls else 'http'}://{self.host}:{self.port}"
        )

    def _serve_pdus(self) -> None:
        parts = []
        for pdu in self.model.pdus:
            plant = Plant(pdu, self.model, self.clockwork)
            self.plants[pdu.id] = plant
            part = PduResources(plant, self.model, f"PDU{pdu.id}")
            parts.append(part)
            for id, outlet in plant.outlets.items():
                path = part.outlet_path(id)
                self.outlets[path] = outlet
                if outlet.switchable:
                    identity = identity_of(path, self._several)
                    self._add_action(
                        part.target(path, CONTROL),
                        path,
                        partial(self.control.switch, identity, outlet),
                    )
                    self._add_action(
                        part.target(path, RESET),
                        path,
                        partial(self.control.reset, identity, outlet),
                    )
            if pdu.metrics:
                metrics = f"{part.path}/Metrics"
                self._add_action(
                    part.target(metrics, RESET_ALL),
                    metrics,
                    partial(self.control.reset, pdu.id, plant),
                )
        self._add_action(
            f"{MANAGER}/Actions/{RESTART}",
            MANAGER,
            partial(self.control.restart, self._reboot_soon),
        )
        self._dispatcher.made = Site(self.model, parts, self.access, self.tasks).made

    def _add_action(self, target: str, resource: str, run: Callable[[Json], float]) -> None:
        self._dispatcher.actions[target] = Action(resource, run)

    # -- for tests

    def books(self) -> Books:
        """The current true state of the rack PDUs, or of all of the model's `pdus` if none is a
        rack PDU.
        """
        with self.lock:
            self.clockwork.settle()
            books = Books(
                states={},
                requests=self._counters.requests,
                connections=self._counters.connections,
                writes=list(self.control.writes),
            )
            racks = [one for one in self.plants.values() if one.pdu.kind == "RackPDU"] or list(
                self.plants.values()
            )
            self._enter(books, racks)
            return books

    def _enter(self, books: Books, plants: list[Plant]) -> None:
        metered = [
            plant
            for plant in plants
            if plant.pdu.metering != "none" and plant.pdu.figures != "null"
        ]
        if metered:
            books.load_a = round(sum(plant.load() for plant in metered), 3)
            books.energy_kwh = round(sum(plant.counted_wh() for plant in metered) / 1000, 3)
        for plant in plants:
            front = f"{plant.pdu.id}." if self._several else ""
            for id, outlet in plant.outlets.items():
                books.states[front + id] = outlet.on
                if plant.pdu.metering == "outlet" and plant.pdu.figures != "null":
                    books.port_energy_kwh[front + id] = round(outlet.wh / 1000, 3)

    @property
    def rewrite(self) -> Optional[Rewrite]:
        """Changes what a GET of a resource returns, except /redfish and tasks."""
        return self._dispatcher.rewrite

    @rewrite.setter
    def rewrite(self, rewrite: Optional[Rewrite]) -> None:
        self._dispatcher.rewrite = rewrite

    @property
    def sessions(self) -> list[Session]:
        """The open sessions."""
        with self.lock:
            return self.access.open()

    @property
    def opened(self) -> int:
        """The number of sessions opened since the start."""
        return self.access.opened

    def outlet(self, identity: str) -> Outlet:
        """The outlet with this identity in the books."""
        with self.lock:
            self.clockwork.settle()
            return next(
                one
                for path, one in self.outlets.items()
                if identity_of(path, self._several) == identity
            )

    @property
    def _several(self) -> bool:
        """Whether the books cover more than one PDU, so that a PDU's id precedes an outlet's."""
        kinds = [pdu.kind for pdu in self.model.pdus]
        return (kinds.count("RackPDU") or len(kinds)) > 1

    def turn(self, identity: str, on: bool) -> None:
        """Switches an outlet as a person at the device would."""
        with self.lock:
            self.outlet(identity).turn(on)

    def close_connections(self) -> None:
        """Closes all connections, as a service does with idle ones."""
        self._server.hang_up_all()

    def reboot(self) -> None:
        """Closes all connections, and answers no request for reboot_seconds. Forgets sessions,
        tasks and planned switching.

        Relays keep their state.
        """
        self._reboot_soon(0.0)
        self.close_connections()

    def _reboot_soon(self, seconds: float = 0.05) -> None:
        """Forgets sessions, tasks and planned switching now.

        Reboots after `seconds`, to answer Manager.Reset first.
        """
        with self.lock:
            self.clockwork.settle()
            for outlet in self.outlets.values():
                outlet.forget()
            self.access.sessions.clear()
            self.tasks.all.clear()
            self._reboots.plan(seconds)

    def stop(self) -> None:
        self._server.stop()

    def __enter__(self) -> RedfishService:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    # -- for the server

    def down(self) -> bool:
        return self._reboots.down()

    def boots(self) -> int:
        return self._reboots.count()

    def note(self, seen: Seen) -> None:
        with self.lock:
            self.log.append(seen)

    def answer(self, request: Request) -> Answer:
        with self.lock:
            self.clockwork.settle()
            return self._dispatcher.answer(request)
