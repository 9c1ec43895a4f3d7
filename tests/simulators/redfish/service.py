"""The simulated service as a whole: its server, its resources, its books."""
from __future__ import annotations

import hashlib
import json
import threading
import time
from functools import partial
from typing import Any, Callable, Dict, List, Optional, Tuple
from urllib.parse import unquote

from ..books import Books
from ..certificates import Authority, fingerprint, server_context
from ..clockwork import Clockwork
from ..web import Counters
from .access import SESSIONS, Access, Account, Session
from .actions import CONTROL, RESET, Control, identity_of
from .answer import Answer, of
from .dmtf import Tree
from .errors import Refusal, error
from .faults import Faults
from .model import Model
from .plant import Outlet, Plant
from .query import answer as queried, parse
from .resources import PduResources
from .server import RedfishServer, Request, Seen
from .site import V1, Site
from .tasks import Task, Tasks

USER, PASSWORD = "admin", "redfish-password"
VIEWER, VIEWER_PASSWORD = "viewer", "only-to-look"
OPEN = (V1, "/redfish", f"{V1}/odata", f"{V1}/$metadata")
Json = Dict[str, Any]
Rewrite = Callable[[str, Json], Any]


class RedfishService:
    """A Redfish service listening on 127.0.0.1; usable as a context manager.

    model           what kind of service it is
    tls             HTTPS, with a certificate that `ca_pem` verifies and whose SHA-256 is `fingerprint`; else plain HTTP
    port            0: chosen by the system
    user, password  the administrator; a second account, viewer_user and viewer_password, may read only
    clock           seconds, monotonic; a test may bring one that it moves
    delay_s         before each answer

    Attributes: host, port, url, ca_pem, fingerprint; faults (what goes wrong on request); log (every request); access (accounts,
    sessions and how many were opened); tasks; control (accepted writes; `ignores`: says done and does nothing); plants (PDU's
    id → its outlets, loads and counters); rewrite (target, body → the body that is sent instead).
    """

    host = "127.0.0.1"
    viewer_user, viewer_password = VIEWER, VIEWER_PASSWORD

    def __init__(self, model: Model = Model(), *, tls: bool = True, port: int = 0, user: str = USER, password: str = PASSWORD,
                 clock: Callable[[], float] = time.monotonic, delay_s: float = 0.0, reboot_seconds: float = 0.2) -> None:
        self.model, self.user, self.password, self.delay_s = model, user, password, delay_s
        self.lock = threading.RLock()
        self.clockwork = Clockwork(clock)
        self.access = Access(model, self.clockwork)
        self.access.accounts = {user: Account(password, "Administrator"), VIEWER: Account(VIEWER_PASSWORD, "ReadOnly")}
        self.tasks, self.control, self.faults = Tasks(self.clockwork), Control(model), Faults()
        self.log: List[Seen] = []
        self.rewrite: Optional[Rewrite] = None
        self.plants: Dict[str, Plant] = {}
        self.tree: Optional[Tree] = None
        self.outlets: Dict[str, Outlet] = {}            # by their path
        self._actions: Dict[str, Callable[[Json], Tuple[str, float]]] = {}     # target → resource, seconds until it is done
        self._made: Dict[str, Callable[[], Json]] = {}
        self._build()
        self.reboot_seconds = reboot_seconds
        self._boots, self._up_at = 0, 0.0
        self._counters = Counters()
        self.ca_pem = self.fingerprint = ""
        context = None
        if tls:
            authority = Authority()
            key, certificate = authority.issue()
            self.ca_pem, self.fingerprint = authority.ca_pem, fingerprint(certificate)
            context = server_context(key, certificate)
        self._server = RedfishServer((self.host, port), self, self._counters, context)
        self.port = self._server.port
        self.url = f"{'https' if tls else 'http'}://{self.host}:{self.port}"

    def _build(self) -> None:
        if self.model.tree is not None:
            self.tree = Tree(self.model.tree, self.model, self.clockwork)
            self._made, self.outlets = dict(self.tree.made), self.tree.outlets
            several = len(self.tree.rack_pdus()) > 1
            for path, outlet in self.outlets.items():
                target = self.tree.target(path)
                if target:
                    self._actions[target] = partial(self._switch, path, identity_of(path, several), outlet)
            return
        several = len(self.model.pdus) > 1
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
                    self._actions[part.target(path, CONTROL)] = partial(self._switch, path, identity_of(path, several), outlet)
                    self._actions[part.target(path, RESET)] = partial(self._reset_outlet, path, outlet)
            metrics = f"{part.path}/Metrics"
            reset = part.target(metrics, "PowerDistributionMetrics.ResetMetrics")
            self._actions[reset] = partial(self._reset_pdu, metrics, plant)
        self._made = Site(self.model, parts, self.access, self.tasks).made

    # -- for tests

    def books(self) -> Books:
        """The truth at this moment, of the rack PDUs; of all where there is none."""
        with self.lock:
            self.clockwork.settle()
            books = Books(states={}, requests=self._counters.requests, connections=self._counters.connections,
                          writes=list(self.control.writes))
            if self.tree is not None:
                self._enter_tree(books, self.tree)
            else:
                racks = [one for one in self.plants.values() if one.pdu.kind == "RackPDU"] or list(self.plants.values())
                self._enter(books, racks)
            return books

    def _enter(self, books: Books, plants: List[Plant]) -> None:
        metered = [plant for plant in plants if plant.pdu.metering != "none" and plant.pdu.figures != "null"]
        if metered:
            books.load_a = round(sum(plant.load() for plant in metered), 3)
            books.energy_kwh = round(sum(plant.counted_wh() for plant in metered) / 1000, 3)
        for plant in plants:
            front = f"{plant.pdu.id}." if len(self.plants) > 1 else ""
            for id, outlet in plant.outlets.items():
                books.states[front + id] = outlet.on
                if plant.pdu.metering == "outlet" and plant.pdu.figures != "null":
                    books.port_energy_kwh[front + id] = round(outlet.wh / 1000, 3)

    @staticmethod
    def _enter_tree(books: Books, tree: Tree) -> None:
        racks = tree.rack_pdus()
        for pdu, outlets in racks.items():
            for id, outlet in outlets.items():
                identity = f"{pdu}.{id}" if len(racks) > 1 else id
                books.states[identity] = outlet.on
                if outlet.metered:
                    books.port_energy_kwh[identity] = outlet.wh / 1000
        loads, counted = [tree.load_a(pdu) for pdu in racks], [tree.energy_kwh(pdu) for pdu in racks]
        books.load_a = round(sum(one for one in loads if one is not None), 3)
        books.energy_kwh = sum(one for one in counted if one is not None)

    @property
    def sessions(self) -> List[Session]:
        """Those that are open: at the end of a handler's call there is none."""
        with self.lock:
            return self.access.open()

    @property
    def opened(self) -> int:
        """How many sessions were ever opened."""
        return self.access.opened

    def outlet(self, identity: str) -> Outlet:
        """By its identity in the books."""
        with self.lock:
            several = len(self.tree.rack_pdus() if self.tree is not None else self.plants) > 1
            return next(one for path, one in self.outlets.items() if identity_of(path, several) == identity)

    def turn(self, identity: str, on: bool) -> None:
        """Switches an outlet as somebody at the device would."""
        with self.lock:
            self.outlet(identity).turn(on)

    def close_connections(self) -> None:
        """What a service does with idle connections: the next request on one of them finds it closed."""
        self._server.hang_up_all()

    def close_after_each_answer(self, on: bool = True) -> None:
        self._server.close_after_each = on

    def reboot(self) -> None:
        """Connections break, sessions, tasks and plans are forgotten, relays stay; nothing answers for reboot_seconds."""
        with self.lock:
            self.clockwork.settle()
            for outlet in self.outlets.values():
                outlet.forget()
            self.access.sessions.clear()
            self.tasks.all.clear()
            self._boots, self._up_at = self._boots + 1, time.monotonic() + self.reboot_seconds
        self.close_connections()

    def stop(self) -> None:
        self._server.stop()

    def __enter__(self) -> RedfishService:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    # -- for the server

    def down(self) -> bool:
        return time.monotonic() < self._up_at

    def boots(self) -> int:
        return self._boots

    def note(self, seen: Seen) -> None:
        with self.lock:
            self.log.append(seen)

    def answer(self, request: Request) -> Answer:
        with self.lock:
            self.clockwork.settle()
            path, _, query = request.target.partition("?")
            path = unquote(path).rstrip("/")
            try:
                return self._answer(request, path, query)
            except Refusal as refusal:
                return of(refusal.status, refusal.body(), refusal.headers)

    # -- the protocol

    def _answer(self, request: Request, path: str, query: str) -> Answer:
        if request.method == "POST" and path == SESSIONS and path in self._made:
            return self._log_in(request)
        if request.method in ("GET", "HEAD") and path in OPEN:
            return self._get(request, path, query)
        account = self.access.account(request.headers)
        if request.method in ("GET", "HEAD"):
            return self._get(request, path, query)
        session = self.access.find(path) if SESSIONS in self._made else None
        if request.method == "DELETE" and session is not None:
            del self.access.sessions[session.id]
            return Answer(204)
        if request.method == "POST" and path in self._actions:
            if not account.may_write:
                raise Refusal(403, "InsufficientPrivilege")
            return self._act(request, path)
        if session is None and path not in self._actions and self._read(path) is None:
            raise Refusal(404, "ResourceMissingAtURI", path)
        raise Refusal(405, "OperationNotAllowed", headers=(("Allow", self._allow(path)),))

    def _get(self, request: Request, path: str, query: str) -> Answer:
        if path == "/redfish":
            return of(200, {"v1": f"{V1}/"})
        task = self.tasks.find(path)
        if task is not None:
            return self._task(task, path)
        body = self._read(path)
        if body is None:
            raise Refusal(404, "ResourceMissingAtURI", path)
        tag = etag(body)
        if request.headers.get("If-None-Match") == tag:
            return Answer(304, headers=(("ETag", tag),))
        shown: Any = queried(body, parse(query, self.model), self.model, self._read, query)
        if self.rewrite is not None:
            shown = self.rewrite(request.target, shown)
        return of(200, shown, (("ETag", tag), ("Allow", self._allow(path))))

    def _read(self, path: str) -> Optional[Json]:
        make = self._made.get(path.rstrip("/"))
        if make is not None:
            body = make()
            return {**body, "@odata.etag": etag(body)} if "Members" not in body else body
        session = self.access.find(path) if SESSIONS in self._made else None
        return session.body() if session is not None else None

    def _allow(self, path: str) -> str:
        if path in self._actions:
            return "POST"
        if path == SESSIONS:
            return "GET, HEAD, POST"
        return "GET, HEAD, DELETE" if path.startswith(SESSIONS) else "GET, HEAD"

    def _log_in(self, request: Request) -> Answer:
        given = _object(request)
        session = self.access.log_in(given.get("UserName"), given.get("Password"))
        body = session.body()
        return of(201, body, (("Location", self._location(body["@odata.id"])), ("X-Auth-Token", session.token)))

    def _location(self, path: str) -> str:
        return self.url + path if self.model.absolute else path

    def _act(self, request: Request, target: str) -> Answer:
        act = self._actions[target]
        given = _object(request)
        if self.model.demand_etag:
            self._precondition(request.headers.get("If-Match"), act)
        _, seconds = act(given)
        if self.model.task_seconds is not None:
            task = self.tasks.start(max(seconds, self.model.task_seconds))
            return of(202, self.tasks.body(task), (("Location", self._location(task.monitor)), ("Retry-After", "1")))
        if self.model.says_success:
            return of(200, error("Success"))
        return Answer(204)

    def _precondition(self, given: Optional[str], act: Callable[[Json], Tuple[str, float]]) -> None:
        resource = act.args[0] if isinstance(act, partial) else ""
        if given is None:
            raise Refusal(428, "PreconditionRequired")
        if given not in ("*", etag(self._made[resource]())):
            raise Refusal(412, "PreconditionFailed")

    def _task(self, task: Task, path: str) -> Answer:
        """A task can be read as long as the service runs, its monitor until it has handed out the result."""
        if path == task.path:
            return of(200, self.tasks.body(task))
        if not self.tasks.ended(task):
            return of(202, self.tasks.body(task), (("Location", self._location(task.monitor)), ("Retry-After", "1")))
        if task.fetched:
            raise Refusal(404, "ResourceMissingAtURI", path)
        task.fetched = True
        return Answer(204) if task.result == "Completed" else of(500, error("GeneralError"))

    # -- actions

    def _switch(self, path: str, identity: str, outlet: Outlet, body: Json) -> Tuple[str, float]:
        return path, self.control.switch(identity, outlet, body)

    def _reset_outlet(self, path: str, outlet: Outlet, body: Json) -> Tuple[str, float]:
        self.control.writes.append((path, RESET))
        outlet.wh = 0.0
        return path, 0.0

    def _reset_pdu(self, path: str, plant: Plant, body: Json) -> Tuple[str, float]:
        self.control.writes.append((path, "ResetMetrics"))
        plant.reset()
        return path, 0.0


def etag(body: Json) -> str:
    """Of what is set or switched; figures change without it."""
    kept = {name: value for name, value in body.items()
            if name != "@odata.etag" and (name == "Links" or not isinstance(value, dict))}
    return f'"{hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()[:16]}"'


def _object(request: Request) -> Json:
    try:
        body = json.loads(request.body or b"{}")
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise Refusal(400, "MalformedJSON")
    return body
