"""The stand-in as a whole: HTTPS API, page, handlers, PDUs, polling, stored data."""

from __future__ import annotations

import logging
import shutil
import sqlite3
import ssl
import tempfile
import threading
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Callable, Optional

from tests.processes.handler_worker import Call

from . import readings
from .api import Answer, Api, Request, Tokens, answer_error
from .database import Database
from .journal import Journal
from .poller import Poller
from .records import Handler, Pdu, Refusal
from .runtime import Runtime
from .server import WebServer, certificate
from .simulations import Simulations
from .store import Store
from .web.app import application

LOCAL = ("127.0.0.1", "localhost")
_LOG = logging.getLogger(__name__)
Wrap = Callable[[Request, Callable[[Request], Answer]], Optional[Answer]]


class DciManager:
    """A local DCImanager for handlers: a context manager, ready when it is made.

    The API answers 503 to the first `busy` requests, and, of those that change nothing, to each
    one whose number is a multiple of `dozes_every`, which needs `keep_requests`. `wrap(request, serve)` may answer in place of the
    API, or return None to cut the connection. A call for a PDU may take `call_seconds`,
    unless the PDU has its own limit. Of more than `processes` idle worker processes some end.

    `data` is a folder that keeps handlers, PDUs, readings and log for the next run, even after a
    crash; None: all are deleted at the end. `poll_seconds` is the interval of the timer; 0: no
    timer until `begin_polling`. `page_port` serves the page without TLS too, on this machine only;
    0: a port that the system chooses; None: HTTPS only.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        email: str = "admin@example.com",
        password: str = "open sesame",
        busy: int = 0,
        dozes_every: int = 0,
        token_seconds: float = 3600.0,
        call_seconds: float = 60.0,
        wrap: Optional[Wrap] = None,
        data: Optional[Path] = None,
        poll_seconds: float = 0.0,
        processes: int = 32,
        page_port: Optional[int] = None,
        keep_requests: bool = True,
    ) -> None:
        self.email, self.password = email, password
        # to the API, oldest first, also those answered 503; [] unless `keep_requests`
        self.requests: list[Request] = []
        self._keep_requests = keep_requests
        self._busy, self._dozes_every, self._wrap = busy, dozes_every, wrap
        self._lock = threading.Lock()
        self._stopping = False
        self.poll_seconds, self._processes = 0.0, processes
        self._poller: Optional[Poller] = None
        self.environment_file = ""
        with ExitStack() as undo:
            # worker processes have another current directory
            data = data.resolve() if data else None
            self._db = Database(data / "dcimanager.sqlite" if data else None)
            undo.callback(self._db.close)
            folder = self._folder = _run_folder(data)
            undo.callback(shutil.rmtree, folder)
            self.store, self.journal = Store(self._db), Journal(self._db)
            self.tokens = Tokens(token_seconds)
            self.runtime = Runtime(
                self.store, folder, processes=processes, call_seconds=call_seconds
            )
            self.simulations = Simulations(self.store)
            happened = self.journal.happened
            self.api = Api(self.store, self.runtime, self.tokens, email, password, happened)
            tls = certificate(folder, host)
            app = application(self, [*LOCAL] if host in LOCAL else ["*"])
            self._servers = [WebServer(app, host, port, tls.chain)]
            undo.callback(self._servers[0].stop)
            if page_port is not None:
                self._servers.append(WebServer(app, "127.0.0.1", page_port, None))
            undo.pop_all()
        self.ca_file = tls.authority
        in_url = f"[{host}]" if ":" in host else host
        self.url = f"https://{in_url}:{self._servers[0].port}"
        is_plain = page_port is not None
        self.page_url = f"http://127.0.0.1:{self._servers[1].port}/" if is_plain else f"{self.url}/"
        if poll_seconds:
            self.begin_polling(poll_seconds)

    def __enter__(self) -> DciManager:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop server, workers and simulated PDUs, and remove all files but those kept in `data`;
        may be called twice.
        """
        with self._lock:
            if self._stopping:
                return
            self._stopping = True
        self.runtime.pool.close()  # ends each call, and so the requests and polls that wait for one
        for server in self._servers:
            server.stop()
        if self._poller is not None:
            self._poller.stop()
        self.simulations.close()
        self._db.close()
        shutil.rmtree(self._folder)

    def speak_only(self, version: ssl.TLSVersion) -> None:
        """Offer only this version of TLS, from the next HTTPS connection on."""
        self._servers[0].speak_only(version)

    # ---- handlers and PDUs ----

    def handlers(self) -> list[Handler]:
        """The registered handlers, oldest first."""
        return self.store.handlers()

    def pdus(self) -> list[Pdu]:
        return self.store.pdus()

    def add_pdu(
        self,
        name: str,
        handler: str,
        address: str,
        *,
        snmp: Optional[Mapping[str, str]] = None,
        settings: Optional[Mapping[str, str]] = None,
        notes: str = "",
    ) -> Pdu:
        """Adds a PDU; `handler` is the internal name of a registered handler ("pdu_snmp"). Raises
        LookupError.

        `snmp` are the form's SNMP parameters (the keys of `PduSnmpData.snmp_params`), `settings`
        the handler settings. With a timer, the PDU is polled soon.
        """
        pdu = self.store.add_pdu(name, handler, address, snmp or {}, settings or {}, notes)
        self.poll_soon(pdu)
        return pdu

    def remove_pdu(self, pdu: Pdu) -> None:
        """Removes a PDU with its readings and its log; ends its process and its simulation."""
        self.store.delete_pdu(pdu.id)
        self.runtime.pool.end(pdu.id)
        self.simulations.end(pdu.id)

    def begin_polling(self, seconds: float) -> None:
        """Start the simulated PDUs of the last run, and the timer.

        The timer leaves up to four processes for other calls.
        """
        self.simulations.restore()
        self.poll_seconds = seconds
        threads = max(2, self._processes - 4)
        self._poller = Poller(self.store.pdus, self._poll, self.journal.thin, seconds, threads)

    def poll_soon(self, pdu: Pdu) -> None:
        if self._poller is not None:
            self._poller.soon(pdu)

    def poll(self, pdus: Optional[Iterable[Pdu]] = None) -> None:
        """Call `status` and, if it succeeds, `statistic` of these PDUs (None: all), in parallel.
        The PDUs keep the answers.

        With a timer, also calls `labels` if the known labels do not match the ports, or if no call
        of `labels` is in memory.
        """
        chosen = list(self.store.pdus() if pdus is None else pdus)
        if chosen:
            with ThreadPoolExecutor(max_workers=min(32, len(chosen))) as pool:
                list(pool.map(self._poll, chosen))

    def call(self, pdu: Pdu, method: str, identity: str = "", state: str = "UNKNOWN") -> Call:
        """Calls the PDU's handler: "status", "statistic", "labels", or "port_up" and "port_down",
        which take a port.

        A failure of the handler is in the returned `Call`. Waits for the end of another call of
        this PDU. A switching call raises LookupError if the PDU was removed, and Refusal if its
        address, SNMP parameters or settings were changed while the call waited, or if the stand-in
        is stopping.
        """
        form = pdu.address, pdu.snmp, pdu.settings
        with pdu.busy:
            if method.startswith("port_"):
                self._check_switching(pdu, form)
            call = self.runtime.call(pdu, method, identity, state)
            pdu.note(call)
            try:
                self.journal.wrote(pdu, call)
            except sqlite3.Error as error:  # for example, the disk is full, or the PDU was removed
                if not self._stopping and pdu in self.store.pdus():
                    _LOG.error("%s of %s is not in the log: %s", method, pdu.name, error)
        return call

    def _check_switching(self, pdu: Pdu, form: tuple[object, ...]) -> None:
        """Raises as `call`. `form`: address, SNMP parameters and settings when it was called."""
        self.store.pdu(pdu.id)
        if form != (pdu.address, pdu.snmp, pdu.settings):
            words = "the PDU's address or settings were changed meanwhile"
            raise Refusal(409, 1004, words, pdu.name)
        if self._stopping:
            words = "nothing was switched, because the stand-in is stopping"
            raise Refusal(503, 503, words, pdu.name)

    def switch(self, pdu: Pdu, identity: str, on: bool) -> Call:
        """Switch one port and keep the state that the handler returned.

        Failures and exceptions: see `call`.
        """
        state = pdu.ports.get(identity, "UNKNOWN")
        return self.call(pdu, "port_up" if on else "port_down", identity, state)

    def readings(self, pdu: Pdu, since: float, outlet: str = "") -> list[readings.Reading]:
        """Load and energy of a PDU or of one outlet since a time, oldest first."""
        return readings.series(self._db, pdu.id, since, outlet)

    def log(self, pdu: Pdu) -> list[str]:
        """The lines that the PDU's handler logged in the calls that are in memory, oldest first."""
        return [line for call in pdu.calls for line in call.lines]

    def worker_pids(self) -> list[int]:
        """The ids of the living worker processes."""
        return self.runtime.pool.pids()

    def _poll(self, pdu: Pdu) -> None:
        if pdu not in self.store.pdus() or not self.call(pdu, "status").ok:
            return
        self.call(pdu, "statistic")
        lacks_labels = pdu.labels.keys() != pdu.ports.keys() or pdu.last("labels") is None
        if self._poller is not None and lacks_labels:
            self.call(pdu, "labels")

    # ---- requests to the API ----

    def respond(self, request: Request) -> Optional[Answer]:
        """The answer to a request to the API; None: the connection is cut."""
        with self._lock:
            if self._keep_requests:
                self.requests.append(request)
            self._busy -= 1
            busy = self._busy >= 0 or self._dozes(request)
        if busy:
            return answer_error(503, 503, "the service is starting")
        return self._wrap(request, self.api.answer) if self._wrap else self.api.answer(request)

    def _dozes(self, request: Request) -> bool:
        """Whether the service sleeps at this request: at some GETs, and at none that registers."""
        if not self._dozes_every or request.method != "GET":
            return False
        number = sum(earlier_request.method == "GET" for earlier_request in self.requests)
        return number % self._dozes_every == 0


def _run_folder(data: Optional[Path]) -> Path:
    """A new folder for this run; removes the one that a crash left behind."""
    if data is None:
        return Path(tempfile.mkdtemp(prefix="dcimanager-"))
    folder = data / "run"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    return folder
