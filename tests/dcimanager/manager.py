"""The stand-in as a whole: HTTPS API, page, handlers, PDUs, polling, stored data."""

from __future__ import annotations

import logging
import shutil
import socket
import sqlite3
import ssl
import tempfile
import threading
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Callable, Optional

from . import readings
from .api import Answer, Api, Request, answer_error
from .asgi import Front
from .database import Closed, Database
from .journal import Journal
from .poller import Poller
from .records import Call, Handler, Pdu, Refusal
from .runtime import HOST_PACKAGES, Runtime
from .sealed import Sealer
from .server import WebServer, certificate, listening
from .servers import Servers
from .simulations import Simulations
from .store import Store
from .tokens import Tokens
from .web.app import application
from .worker import Start

LOOPBACK = ("127.0.0.1", "::1", "localhost")
_LOG = logging.getLogger(__name__)
_SECOND_LOOK_S = 3.0  # after a reading that a meter may have given too late
Wrap = Callable[[Request, Callable[[Request], Answer]], Optional[Answer]]
__all__ = ["HOST_PACKAGES", "DciManager"]


class DciManager:
    """A local DCImanager for handlers: a context manager, ready when it is made.

    The API answers 503 to the first `busy` requests, and to each one whose number is a multiple of
    `dozes_every`, which needs `keep_requests`. `wrap(request, serve)` may answer in place of the
    API, or return None to cut the connection. A call for a PDU may take `call_seconds`,
    unless the PDU has its own limit. `processes` limits the worker processes.
    `start` replaces the start of a worker process.

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
        start: Optional[Start] = None,
    ) -> None:
        self.email, self.password = email, password
        # to the API, oldest first, also those answered 503; [] unless `keep_requests`
        self.requests: list[Request] = []
        self._keep_requests = keep_requests
        self._busy, self._dozes_every, self._wrap = busy, dozes_every, wrap
        self._lock = threading.Lock()
        self._stopping = False
        # worker processes have another current directory
        data = data.resolve() if data else None
        self._db = Database(data / "dcimanager.sqlite" if data else None)
        sockets: list[socket.socket] = []
        try:
            sockets.append(listening(host, port))
            if page_port is not None:
                sockets.append(listening("127.0.0.1", page_port))
            self._folder = _run_folder(data)
            self.store = Store(self._db, Sealer(data / "key" if data else None))
            self.journal = Journal(self._db)
            self.tokens = Tokens(self._db, token_seconds)
            self.runtime = Runtime(
                self.store,
                self._folder,
                processes=processes,
                call_seconds=call_seconds,
                start=start,
            )
            for sentence in self.journal.interrupted(self.store):
                self.journal.happened(sentence)
            self.servers = Servers(self._db)
            self.simulations = Simulations(self.store)
            self.api = Api(
                self.store, self.runtime, self.tokens, email, password, self.journal.happened
            )
            tls = certificate(self._folder, host, data)
            self.environment_file = ""
            hosts = None if host not in LOOPBACK else (host,)
            page = application(self, self.simulations, hosts)
            self._server = WebServer(Front(self._respond, page, hosts), sockets, tls)
        except BaseException:
            self._db.close()
            for listener in sockets:
                listener.close()
            shutil.rmtree(getattr(self, "_folder", "/nonexistent"), ignore_errors=True)
            raise
        self.ca_file = tls.authority
        self.url = f"https://{_in_url(host)}:{sockets[0].getsockname()[1]}"
        self.page_url = (
            f"http://127.0.0.1:{sockets[1].getsockname()[1]}/"
            if page_port is not None
            else f"{self.url}/"
        )
        self.poll_seconds, self._processes = 0.0, processes
        self._poller: Optional[Poller] = None
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
        try:
            self._server.stop()
        finally:
            self.runtime.pool.close()
            self.simulations.close()
            if self._poller is not None:
                self._poller.stop()
            self._db.close()
            shutil.rmtree(self._folder)

    def speak_only(self, version: ssl.TLSVersion) -> None:
        """From the next HTTPS connection on, offer only this version of TLS."""
        self._server.speak_only(version)

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
        simulated: str = "",
    ) -> Pdu:
        """Adds a PDU; `handler` is the internal name of a registered handler ("pdu_snmp"). Raises
        LookupError.

        `snmp` are the form's SNMP parameters (the keys of `PduSnmpData.snmp_params`), `settings`
        the handler settings. With a timer, the PDU is polled soon.
        """
        pdu = self.store.add_pdu(
            name, handler, address, snmp or {}, settings or {}, notes, simulated
        )
        self.poll_soon(pdu)
        return pdu

    def remove_pdu(self, pdu: Pdu) -> None:
        """Removes a PDU with its readings and its log; ends the process of a simulated PDU."""
        self.store.delete_pdu(pdu.id)
        self.simulations.end(pdu.id)
        if self._poller is not None:
            self._poller.forget(pdu.id)

    def begin_polling(self, seconds: float) -> None:
        """Start the timer, and the simulated PDUs of the last run.

        The timer leaves up to four processes for other calls.
        """
        threading.Thread(target=self.simulations.restore, name="simulated", daemon=True).start()
        self.poll_seconds = seconds
        self._poller = Poller(
            self.simulations.pdus, self._poll, self.thin, seconds, max(2, self._processes - 4)
        )

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

    def call(
        self,
        pdu: Pdu,
        method: str,
        identity: str = "",
        state: str = "UNKNOWN",
        check: Callable[[], None] = lambda: None,
    ) -> Call:
        """Calls the PDU's handler: "status", "statistic", "labels", or "port_up" and "port_down",
        which take a port.

        A failure of the handler is in the returned `Call`. Waits for the end of another call of
        this PDU, then calls `check`, whose exception prevents the call. A switching call raises
        LookupError if the PDU was removed, and Refusal if its address, SNMP parameters or settings
        were changed while the call waited, if the stand-in is stopping, or if the call cannot be
        recorded before it is sent. A finished call that cannot be recorded is returned and kept in
        memory.
        """
        form = pdu.address, pdu.snmp, pdu.settings
        with pdu.busy:
            check()
            if method.startswith("port_") and form != (pdu.address, pdu.snmp, pdu.settings):
                raise Refusal(
                    409, 1004, "the PDU's address or settings were changed meanwhile", pdu.name
                )
            if method.startswith("port_") and self._stopping:
                raise Refusal(
                    503, 503, "nothing was switched, because the stand-in is stopping", pdu.name
                )
            try:
                switching = (
                    self.journal.begins(pdu, identity, method)
                    if method.startswith("port_")
                    else None
                )
            except sqlite3.Error as error:
                raise Refusal(
                    500,
                    1004,
                    f"nothing was switched, because the database cannot be written: {error}",
                ) from None
            call = self.runtime.call(pdu, method, identity, state)
            if self._stopping and call.kind == "died":
                # `stop` ended this call; the journal keeps a switching call as begun, for the next
                # start
                return call
            pdu.note(call)
            try:
                self.journal.wrote(pdu, call, switching)
            except Closed:
                pass
            except sqlite3.Error as error:  # for example, the disk is full
                _LOG.error(
                    "%s of %s is not in the log, because the database cannot be written: %s",
                    method,
                    pdu.name,
                    error,
                )
        return call

    def switch(
        self, pdu: Pdu, identity: str, on: bool, check: Callable[[], None] = lambda: None
    ) -> Call:
        """Switch one port and keep the state that the handler returned.

        Failures, exceptions and `check`: see `call`.
        """
        return self.call(
            pdu,
            "port_up" if on else "port_down",
            identity,
            pdu.ports.get(identity, "UNKNOWN"),
            check,
        )

    def readings(
        self, pdu: Pdu, since: float, outlet: Optional[str] = None
    ) -> list[readings.Reading]:
        """Load and energy of a PDU or of one outlet since a time, oldest first."""
        return readings.series(self._db, pdu.id, since, outlet)

    def log(self, pdu: Pdu) -> list[str]:
        """The lines that the PDU's handler logged in the calls that are in memory, oldest first."""
        return [line for call in pdu.calls for line in call.lines]

    def worker_pids(self) -> list[int]:
        """The ids of the living worker processes."""
        return self.runtime.pool.pids()

    def thin(self) -> None:
        """Remove old readings and log entries by the rules of `readings` and `journal`."""
        readings.thin(self._db, time.time())
        self.journal.thin()

    def _poll(self, pdu: Pdu) -> None:
        if pdu not in self.store.pdus() or not self.call(pdu, "status").ok:
            return
        self.call(pdu, "statistic")
        if self._poller is not None and pdu.may_be_late(time.time()):
            self._poller.soon(pdu, _SECOND_LOOK_S)
        lacks_labels = pdu.labels.keys() != pdu.ports.keys() or pdu.last("labels") is None
        if self._poller is not None and lacks_labels:
            self.call(pdu, "labels")

    # ---- requests to the API ----

    def _respond(self, request: Request) -> Optional[Answer]:
        with self._lock:
            if self._keep_requests:
                self.requests.append(request)
            self._busy -= 1
            dozes = self._dozes_every > 0 and len(self.requests) % self._dozes_every == 0
            busy = dozes or self._busy >= 0
        if busy:
            return answer_error(503, 503, "the service is starting")
        return self._wrap(request, self.api.answer) if self._wrap else self.api.answer(request)


def _run_folder(data: Optional[Path]) -> Path:
    """A new folder for this run; removes the one that a crash left behind."""
    if data is None:
        return Path(tempfile.mkdtemp(prefix="dcimanager-"))
    folder = data / "run"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    return folder


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host
