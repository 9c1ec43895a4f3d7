"""The exporter over HTTP: /probe, /metrics, /healthz, /targets and a page that lists them."""

from __future__ import annotations

import contextlib
import io
import json
import math
import socket
import sys
import threading
import time
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Callable, NamedTuple, Optional, Union
from urllib.parse import parse_qsl, urlsplit

from ...errors import printable
from ..output import counted
from .allowed import Allowed, NotAllowed, Query
from .metrics import Own, Page, packed
from .polling import Target
from .probing import (
    ENOUGH,
    NO_EXTRAS,
    InProcesses,
    InThreads,
    ProbeAnswer,
    ProbeExtras,
    answered,
    requested,
)
from .reading import CallFailure, Reading

SCRAPE_TIMEOUT = "X-Prometheus-Scrape-Timeout-Seconds"
# the scrape's time-out if the header is missing or not a finite number
USUAL_S = 30.0
_LEAST_S, _MOST_S = 0.2, 300.0
_ANSWERED_S = 30.0  # how long a client may take to read an answer
_LARGEST_HEAD = 16 << 10  # limit for the head of a request, in bytes
_PAUSE_S = 0.1
_FULL = (
    b"HTTP/1.0 503 Service Unavailable\r\nContent-Type: text/plain; charset=utf-8\r\nConnection:"
    b" close\r\n\r\ntoo many clients are waiting for an answer\n"
)
_TEXT = "text/plain; charset=utf-8"
_HTML = "text/html; charset=utf-8"
_JSON = "application/json"


class ServerLimits(NamedTuple):
    """What the server takes on at a time."""

    #: probes that may run at a time
    parallel: int = 64
    #: seconds that are taken off Prometheus' time-out
    offset: float = 0.5
    #: seconds that a request's head may take, from the connection on
    head: float = 10.0
    #: clients that may be connected: half of the usual limit of open files
    connections: int = 500


class HttpAnswer(NamedTuple):
    """A response of this server."""

    status: int
    page: Page


class Exporter:
    """The answers of the server. `allowed` may be replaced while the server runs. `readers` read
    the PDUs, by default in threads of this process."""

    def __init__(
        self,
        allowed: Allowed,
        limits: ServerLimits,
        readers: Union[InThreads, InProcesses, None] = None,
        extras: ProbeExtras = NO_EXTRAS,
    ) -> None:
        self.allowed, self.own, self._extras = allowed, Own(), extras
        self.own.loaded.set(1)
        self.limits, self._readers = limits, readers or InThreads()
        self._slots = threading.BoundedSemaphore(limits.parallel)

    def probe(self, query: str, scrape_timeout: str, accept: str, encoding: str = "") -> HttpAnswer:
        """Reads one PDU. 200 even if the reading failed, 400 for a wrong query, 403 for one that is
        not allowed.

        503 if no slot becomes free in time, or if the PDU seems not to answer and this exporter
        may be the reason: it asked late, or was itself too busy.
        """
        begin = time.monotonic()
        try:
            target = self.allowed.target(_query(query))
        except NotAllowed as error:
            self.own.refused.labels(error.reason).inc()
            status = 403 if error.reason in ("not-listed", "mismatch") else 400
            return HttpAnswer(status, Page(_TEXT, f"{printable(str(error))}\n".encode()))
        seconds = self._seconds(scrape_timeout)
        if not self._slots.acquire(timeout=seconds - _LEAST_S):
            return self._busy()
        found = self._bounded(target, seconds, begin + seconds, accept, encoding)
        if found.doubted:
            return self._busy()
        self.own.note(target.handler.shown, found.kind, found.seconds)
        return HttpAnswer(200, found.page)

    def _busy(self) -> HttpAnswer:
        self.own.refused.labels("busy").inc()
        return HttpAnswer(
            503,
            Page(
                _TEXT,
                b"waited too long for other probes: raise --parallel, or start another exporter\n",
            ),
        )

    def _bounded(
        self, target: Target, seconds: float, end: float, accept: str, encoding: str
    ) -> ProbeAnswer:
        """The answer, or at `end` a failure.

        A handler cannot be interrupted and keeps its slot until it ends.
        """
        request = requested(target, seconds, end, accept, encoding, self._extras)
        found: list[Optional[ProbeAnswer]] = [None]
        ended = threading.Event()

        def then(answer: Optional[ProbeAnswer]) -> None:
            self.own.running.dec()
            self._slots.release()
            found[0] = answer
            ended.set()

        self.own.running.inc()
        try:
            self._readers.start(request, then)
        except RuntimeError:  # the system allows no more threads
            self.own.running.dec()
            self._slots.release()
            raise
        left = end - time.monotonic()
        ended.wait(max(0.0, left))
        if found[0] is not None:
            return found[0]
        late = CallFailure("timeout", "not done within the scrape's time-out")
        return answered(
            request,
            Reading(seconds=seconds, failure=late),
            # asked late, or no answer will come: the process that read it has ended
            left < ENOUGH * seconds or ended.is_set(),
        )

    def _seconds(self, scrape_timeout: str) -> float:
        try:
            asked = float(scrape_timeout)
        except ValueError:
            asked = USUAL_S
        usable = asked if math.isfinite(asked) else USUAL_S
        return max(_LEAST_S, min(_MOST_S, usable - self.limits.offset))

    def targets(self) -> Page:
        """The list for Prometheus' http_sd_configs."""
        devices = [one.device for one in self.allowed.listed]
        groups = [
            {
                "targets": [one.name],
                "labels": {"__meta_pdu_handler": one.handler, "__meta_pdu_address": one.address},
            }
            for one in devices
        ]
        return Page(_JSON, json.dumps(groups).encode())

    def index(self) -> Page:
        """The start page for people."""
        rows = "".join(
            f"<li><code>{escape(one.device.name)}</code> {escape(one.device.address)}</li>"
            for one in self.allowed.listed
        )
        return Page(
            _HTML,
            f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>PDU exporter</title></head><body>
<h1>PDU exporter</h1><ul><li>/probe?target=NAME</li><li>/probe?target=HOST[:PORT]&amp;handler=HANDLER&amp;auth=LOGIN</li>
<li><a href="metrics">/metrics</a> of the exporter itself</li><li><a href="targets">/targets</a> for http_sd_configs</li>
<li><a href="healthz">/healthz</a></li></ul><h2>{counted(len(self.allowed.listed), "PDU")}</h2><ul>{rows}</ul></body></html>
""".encode(),
        )


def _query(text: str) -> Query:
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=20)
    except ValueError:
        raise NotAllowed("query", "there are too many parameters") from None
    given = dict(pairs)
    unknown = sorted(set(given) - set(Query._fields))
    if unknown:
        raise NotAllowed(
            "query",
            f"unknown parameter {printable(unknown[0], 60)!r}; known: target, handler and auth",
        )
    if len(given) < len(pairs):
        raise NotAllowed("query", "a parameter is given twice")
    if not given.get("target"):
        raise NotAllowed("query", "the parameter target is missing or empty")
    return Query(**given)


class _TooLarge(Exception):
    """The head of a request has more than _LARGEST_HEAD bytes."""


class _Head(io.RawIOBase):
    """Reads a request's head from a socket, until the deadline and within _LARGEST_HEAD bytes."""

    def __init__(self, connection: socket.socket, seconds: float) -> None:
        self._connection, self._end = connection, time.monotonic() + seconds
        self._left = _LARGEST_HEAD

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError("the request took too long")
        if self._left <= 0:
            raise _TooLarge
        self._connection.settimeout(left)
        size = self._connection.recv_into(memoryview(buffer)[: self._left])
        self._left -= size
        return size


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def setup(self) -> None:
        super().setup()
        self.rfile.close()
        self.rfile = io.BufferedReader(_Head(self.connection, self.server.exporter.limits.head))

    def handle(self) -> None:
        """Answers one request, or closes the connection if its head does not arrive in time.

        431 for a head that is too large.
        """
        try:
            super().handle()
        except _TooLarge:
            self.requestline = ""
            self.request_version = "HTTP/1.0"
            self.command = "GET"
            self.send_error(431)

    def do_GET(self) -> None:
        """Answers the exporter's paths; 404 for any other, 400 for one that cannot be parsed.

        A HEAD gets the same headers.
        """
        self.server.heard(self.connection)
        self.connection.settimeout(_ANSWERED_S)
        answer = self._answer()
        self.send_response(answer.status)
        for name, value in (
            ("Content-Type", answer.page.kind),
            ("Content-Length", str(len(answer.page.body))),
            ("Vary", "Accept-Encoding"),
            *((("Content-Encoding", answer.page.encoding),) if answer.page.encoding else ()),
            ("X-Content-Type-Options", "nosniff"),
            ("Content-Security-Policy", "default-src 'none'"),
        ):
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.page.body)

    do_HEAD = do_GET

    def _answer(self) -> HttpAnswer:
        exporter = self.server.exporter
        try:
            asked = urlsplit(self.path)
        except ValueError:
            return HttpAnswer(400, Page(_TEXT, b"the request's path is not a URL\n"))
        accept, encoding = self.headers.get("Accept", ""), self.headers.get("Accept-Encoding", "")
        if asked.path == "/probe":
            timeout = self.headers.get(SCRAPE_TIMEOUT, "")
            return exporter.probe(asked.query, timeout, accept, encoding)
        pages: dict[str, Callable[[], Page]] = {
            "/metrics": lambda: exporter.own.page(accept),
            "/healthz": lambda: Page(_TEXT, b"ok\n"),
            "/targets": exporter.targets,
            "/": exporter.index,
        }
        make = pages.get(asked.path)
        if make is None:
            return HttpAnswer(
                404, Page(_TEXT, b"the paths are /, /probe, /metrics, /healthz, /targets\n")
            )
        return HttpAnswer(200, packed(make(), encoding))

    def version_string(self) -> str:
        """The Server header, without Python's version."""
        return "pdu-exporter"

    def log_message(self, format: str, *args: Any) -> None:
        """Does nothing: requests are not logged, and /metrics counts the probes."""


class Server(ThreadingHTTPServer):
    """Listens as soon as it is made. `serve_forever` calls `turn` after each new connection, and
    every 0.5 s without one.

    Requests run in threads, so some may be running during `turn`. If as many clients are connected
    as the exporter's limits allow, the one that has waited longest without a complete request is
    disconnected; if each has sent its request, the new client gets a 503.
    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(
        self, where: tuple[str, int], exporter: Exporter, turn: Callable[[], None]
    ) -> None:
        self.exporter, self._turn = exporter, turn
        self._connected: set[socket.socket] = set()
        # without a complete request, the oldest first
        self._silent: dict[socket.socket, None] = {}
        self._lock = threading.Lock()
        self.address_family = socket.AF_INET6 if ":" in where[0] else socket.AF_INET
        super().__init__(where, _Handler)

    def get_request(self) -> tuple[socket.socket, Any]:
        """Accepts a connection; pauses if that fails, because without free descriptors the next
        attempt would follow at once.
        """
        try:
            return super().get_request()
        except OSError:
            self._give_way()
            time.sleep(_PAUSE_S)
            raise

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serves a connection in its own thread, if there is room or another one gives way."""
        with self._lock:
            is_full = len(self._connected) >= self.exporter.limits.connections
        if is_full and not self._give_way():
            with contextlib.suppress(OSError):
                request.setblocking(False)
                request.sendall(_FULL)
            self.shutdown_request(request)
            return
        with self._lock:
            self._connected.add(request)
            self._silent[request] = None
        super().process_request(request, client_address)

    def _give_way(self) -> bool:
        """Disconnects the client that has waited longest without a complete request.

        Returns whether there was one.
        """
        with self._lock:
            oldest = next(iter(self._silent), None)
            if oldest is None:
                return False
            del self._silent[oldest]
            self._connected.discard(oldest)
            with contextlib.suppress(OSError):
                oldest.shutdown(socket.SHUT_RDWR)  # wakes its thread, which closes it
            return True

    def heard(self, request: socket.socket) -> None:
        """Notes that a request is complete: its connection no longer gives way to others."""
        with self._lock:
            self._silent.pop(request, None)

    def shutdown_request(self, request: Any) -> None:
        """Closes a connection."""
        with self._lock:
            self._connected.discard(request)
            self._silent.pop(request, None)
        super().shutdown_request(request)

    def service_actions(self) -> None:
        """Called by serve_forever after each wait for a connection."""
        self._turn()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Reports errors except OSError: clients may disconnect at any time."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)
