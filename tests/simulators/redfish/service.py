"""The simulated service as a whole: its server, its resources, its true state."""

from __future__ import annotations

import threading
import time
from functools import partial
from typing import Callable, Optional

from ..certificates import fingerprint, usual
from ..clockwork import Clockwork
from ..truth import Truth
from ..web import Counters
from .access import Access
from .actions import Control, identity_of
from .model import Model
from .plant import Outlet, Plant
from .protocol import Action, Dispatcher, Rewrite
from .resources import PduResources
from .server import Answer, AnsweredRequest, RedfishServer, Request
from .site import Site
from .tasks import Tasks

USER, PASSWORD = "admin", "redfish-own-words"


class RedfishService:
    """A Redfish service listening on 127.0.0.1; usable as a context manager.

    `tls`: HTTPS, with a certificate that `ca_pem` verifies and whose SHA-256 is `fingerprint`; else
    plain HTTP. `port`: 0 for a free one. `clock`: seconds, monotonic; a test may move it itself.

    `log`: the requests with the status of their answers; `plants`: a PDU's id → its outlets, loads
    and counters; `access`: the sessions; `rewrite`: (target, body) → the body to send instead.
    """

    host = "127.0.0.1"

    def __init__(
        self,
        model: Model = Model(),
        *,
        tls: bool = True,
        port: int = 0,
        user: str = USER,
        password: str = PASSWORD,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.model = model
        self.user = user
        self.password = password
        self.lock = threading.RLock()
        self.clockwork = Clockwork(clock)
        self.access = Access(model, user, password)
        self._tasks = Tasks(self.clockwork)
        self._control = Control(model)
        self.log: list[AnsweredRequest] = []
        self.plants: dict[str, Plant] = {}
        self._outlets: dict[str, Outlet] = {}  # path -> outlet
        self._dispatcher = Dispatcher(model, self.access, self._tasks)
        self._serve_pdus()
        self._counters = Counters()
        identity = usual() if tls else None
        self.ca_pem = identity.authority.ca_pem if identity else ""
        self.fingerprint = fingerprint(identity.certificate) if identity else ""
        self._server = RedfishServer(
            (self.host, port), self, self._counters, identity.context if identity else None
        )
        self.port = self._server.port
        self.url = f"{'https' if tls else 'http'}://{self.host}:{self.port}"

    def _serve_pdus(self) -> None:
        parts = []
        for pdu in self.model.pdus:
            plant = Plant(pdu, self.model, self.clockwork)
            self.plants[pdu.id] = plant
            part = PduResources(plant, self.model, f"PDU{pdu.id}")
            parts.append(part)
            for id, outlet in plant.outlets.items():
                path = part.outlet_path(id)
                self._outlets[path] = outlet
                if outlet.switchable:
                    run = partial(self._control.switch, identity_of(path, self._several), outlet)
                    self._dispatcher.actions[part.target(path)] = Action(path, run)
        self._dispatcher.bodies = Site(self.model, parts, self.access, self._tasks).bodies

    # -- for tests

    def truth(self) -> Truth:
        """The current true state of the rack PDUs, or of all of the model's `pdus` if none is a
        rack PDU.
        """
        with self.lock:
            self.clockwork.settle()
            truth = Truth(
                states={},
                requests=self._counters.requests,
                connections=self._counters.connections,
                writes=list(self._control.writes),
            )
            plants = list(self.plants.values())
            racks = [plant for plant in plants if plant.pdu.kind == "RackPDU"]
            self._enter(truth, racks or plants)
            return truth

    def _enter(self, truth: Truth, plants: list[Plant]) -> None:
        truth.load_a = round(sum(plant.load() for plant in plants), 3)
        truth.energy_kwh = round(sum(plant.counted_wh() for plant in plants) / 1000, 3)
        for plant in plants:
            front = f"{plant.pdu.id}." if self._several else ""
            for id, outlet in plant.outlets.items():
                truth.states[front + id] = outlet.on
                if plant.pdu.outlets_metered:
                    truth.port_energy_kwh[front + id] = round(outlet.wh / 1000, 3)

    @property
    def rewrite(self) -> Optional[Rewrite]:
        """Changes what a GET of a resource returns, except /redfish and tasks."""
        return self._dispatcher.rewrite

    @rewrite.setter
    def rewrite(self, rewrite: Optional[Rewrite]) -> None:
        self._dispatcher.rewrite = rewrite

    @property
    def has_sessions(self) -> bool:
        """Whether a session is open."""
        return bool(self.access.sessions)

    def outlet(self, identity: str) -> Outlet:
        """The outlet with this identity, in its true state."""
        with self.lock:
            self.clockwork.settle()
            return next(
                outlet
                for path, outlet in self._outlets.items()
                if identity_of(path, self._several) == identity
            )

    @property
    def _several(self) -> bool:
        """Whether the service has more than one PDU, so that a PDU's id precedes an outlet's."""
        kinds = [pdu.kind for pdu in self.model.pdus]
        return (kinds.count("RackPDU") or len(kinds)) > 1

    def turn(self, identity: str, on: bool) -> None:
        """Switches an outlet as a person at the device would."""
        with self.lock:
            self.outlet(identity).turn(on)

    def stop(self) -> None:
        self._server.stop()

    def __enter__(self) -> RedfishService:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    # -- for the server

    def down(self) -> bool:
        return False

    def boots(self) -> int:
        return 0

    def note(self, request: AnsweredRequest) -> None:
        with self.lock:
            self.log.append(request)

    def answer(self, request: Request) -> Answer:
        with self.lock:
            self.clockwork.settle()
            return self._dispatcher.answer(request)
