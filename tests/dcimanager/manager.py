"""The stand-in as a whole: HTTPS API, handlers, PDUs, and a worker process for each PDU."""
from __future__ import annotations

import shutil
import ssl
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Callable, Dict, Iterable, List, Mapping, Optional, Sequence, Type

from tests.archives import Archive

from .api import Answer, Api, Request, answer_error
from .server import HttpsServer
from .store import Handler, Pdu, Store
from .worker import Call, Job, Worker

_ROOT = Path(__file__).resolve().parents[2]
HOST_PACKAGES = ("common", "pdu_common")
Wrap = Callable[[Request, Callable[[Request], Answer]], Optional[Answer]]


class DciManager:
    """A local DCImanager for handlers: a context manager, ready when it is made.

    `busy` requests are answered 503 before the first one is served, and with `dozes_every` every so many-th one later.
    `wrap(request, serve)` may answer in place of the API, or None to cut the connection. `without` names packages that
    handlers must not find ("requests"). `call_seconds` bounds every call of a handler.
    `platform` holds the packages common and pdu_common.
    """

    def __init__(self, *, host: str = "127.0.0.1", port: int = 0, email: str = "admin@example.com",
                 password: str = "open sesame", busy: int = 0, dozes_every: int = 0,
                 token_seconds: float = 3600.0, call_seconds: float = 60.0,
                 without: Sequence[str] = (), wrap: Optional[Wrap] = None, platform: Path = _ROOT) -> None:
        self.email, self.password = email, password
        self.requests: List[Request] = []                   # in the order of arrival, also those answered 503
        self._busy, self._dozes_every = busy, dozes_every
        self._wrap, self._without, self._call_seconds = wrap, list(without), call_seconds
        self._store = Store()
        self._workers: Dict[int, Worker] = {}
        self._lock = threading.Lock()
        self._stopping = False
        self._folder = Path(tempfile.mkdtemp(prefix="dcimanager-"))
        try:
            for package in HOST_PACKAGES:
                shutil.copytree(platform / package, self._folder / "host" / package,
                                ignore=shutil.ignore_patterns("__pycache__"))
            for name in ("handlers", "empty"):
                (self._folder / name).mkdir()
            self._api = Api(self._store, email, password, token_seconds, self._install, self._remove)
            self._server = HttpsServer(self._respond, self._folder, host, port)
        except BaseException:
            shutil.rmtree(self._folder)
            raise
        self.url, self.ca_file = self._server.url, self._server.ca_file

    def __enter__(self) -> DciManager:
        return self

    def __exit__(self, kind: Optional[Type[BaseException]], error: Optional[BaseException],
                 trace: Optional[TracebackType]) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop server and workers and remove every file; may be called twice."""
        with self._lock:
            if self._stopping:
                return
            self._stopping = True
        try:
            self._server.stop()
        finally:
            self._stop_workers(self._store.pdus())
            shutil.rmtree(self._folder)

    # ---- what a person does in DCImanager's form ----

    def speak_only(self, version: ssl.TLSVersion) -> None:
        """From the next connection on, this version of TLS and no other."""
        self._server.speak_only(version)

    def handlers(self) -> List[Handler]:
        """The registered handlers, oldest first."""
        return self._store.handlers()

    def pdus(self) -> List[Pdu]:
        return self._store.pdus()

    def add_pdu(self, name: str, handler: str, address: str, *, snmp: Optional[Mapping[str, str]] = None,
                settings: Optional[Mapping[str, str]] = None) -> Pdu:
        """A PDU with a registered handler's internal name ("pdu_snmp"); not polled yet. Raises LookupError.

        `snmp` are the form's SNMP parameters (the keys of PduSnmpData), `settings` its handler settings.
        """
        return self._store.add_pdu(name, handler, address, dict(snmp or {}), dict(settings or {}))

    def poll(self, pdus: Optional[Iterable[Pdu]] = None) -> None:
        """`status` and `statistic` of the given PDUs (all), side by side; the answers and errors are in the PDUs."""
        chosen = list(self._store.pdus() if pdus is None else pdus)
        if chosen:
            with ThreadPoolExecutor(max_workers=min(32, len(chosen))) as pool:
                list(pool.map(self._poll, chosen))

    def call(self, pdu: Pdu, method: str, identity: str = "", state: str = "UNKNOWN") -> Call:
        """One call of the handler: "status", "statistic", or "port_up" and "port_down" with a port; never raises for it."""
        handler = self._store.handler(pdu.handler)
        if not handler.import_path:
            call = Call(method, identity, 0.0, {}, "import", f"no archive of {handler.handler} was uploaded yet")
        else:
            call = self._worker(pdu, handler).call(method, pdu.call_seconds or self._call_seconds, identity, state)
        pdu.note(call)
        return call

    def switch(self, pdu: Pdu, identity: str, on: bool) -> Call:
        """Switch one port and keep the state that the handler returned; a failure is in the answer."""
        return self.call(pdu, "port_up" if on else "port_down", identity, pdu.ports.get(identity, "UNKNOWN"))

    def log(self, pdu: Pdu) -> List[str]:
        """The last lines that the PDU's handler logged."""
        with self._lock:
            worker = self._workers.get(pdu.id)
        return list(worker.log) if worker else []

    def worker_pids(self) -> List[int]:
        """The living worker processes."""
        with self._lock:
            return [worker.pid for worker in self._workers.values() if worker.pid is not None]

    # ---- calls ----

    def _poll(self, pdu: Pdu) -> None:
        if self.call(pdu, "status").ok:
            self.call(pdu, "statistic")

    def _worker(self, pdu: Pdu, handler: Handler) -> Worker:
        data = {"protocol": "snmp" if "snmp" in handler.protocol else "custom", "address": pdu.address,
                "snmp": dict(pdu.snmp), "settings": dict(pdu.settings), "handler": handler.handler}
        job = Job([str(self._folder / "host"), str(self._folder / "handlers")], handler.import_path, data, self._without)
        with self._lock:
            worker = self._workers.get(pdu.id)
            if worker is None or worker.job != job:
                if worker is not None:
                    worker.close()
                worker = self._workers[pdu.id] = Worker(job, self._folder / "empty")
                if self._stopping:
                    worker.close()
            return worker

    # ---- what the API asks for ----

    def _respond(self, request: Request) -> Optional[Answer]:
        with self._lock:
            self.requests.append(request)
            self._busy -= 1
            busy = self._busy >= 0 or (self._dozes_every > 0 and len(self.requests) % self._dozes_every == 0)
        if busy:
            return answer_error(503, 503, "the service is starting")
        return self._wrap(request, self._api.answer) if self._wrap else self._api.answer(request)

    def _install(self, handler: Handler, archive: Archive) -> None:
        archive.unpack(self._folder / "handlers")
        self._stop_workers(pdu for pdu in self._store.pdus() if pdu.handler == handler.handler)

    def _remove(self, handler: Handler) -> None:
        if handler.top:
            shutil.rmtree(self._folder / "handlers" / handler.top)

    def _stop_workers(self, pdus: Iterable[Pdu]) -> None:
        for pdu in pdus:
            with self._lock:
                worker = self._workers.pop(pdu.id, None)
            if worker is not None:
                worker.close()
