"""The exporter over HTTP: /probe, /metrics, /healthz and /targets."""

from __future__ import annotations

import json
import math
import socket
import threading
from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qsl

from handlers.shared.errors import printable

from .host_check import check_host_on_loopback
from .metrics import ExporterMetrics, Page, gzip_encoded, page
from .probes import LEAST_S, PARALLEL, WAITING, Prober
from .target_policy import NotAllowed, ProbeQuery, TargetPolicy
from .web_server import WebServer

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

# the header X-Prometheus-Scrape-Timeout-Seconds in WSGI
_SCRAPE_TIMEOUT = "HTTP_X_PROMETHEUS_SCRAPE_TIMEOUT_SECONDS"
# the scrape's time-out if the header is missing or not a finite number
USUAL_S = 30.0
_MOST_S = 300.0
_TEXT = "text/plain; charset=utf-8"
_JSON = "application/json"
_PAGES = 4  # threads for other pages than those of probes
_OFFSET_S = 0.5  # a probe ends this much before Prometheus gives up
_BUSY = b"waited too long for other probes: start another exporter\n"


class HttpAnswer(NamedTuple):
    """A response of this server."""

    status: int
    page: Page


class Exporter:
    """The answers of the server. `policy` may be replaced while the server runs."""

    def __init__(self, policy: TargetPolicy) -> None:
        self.policy = policy
        self._prober = Prober()
        self.own_metrics = ExporterMetrics(lambda: self._prober.running)

    @property
    def threads(self) -> int:
        """How many threads of a server can be busy with its answers."""
        return PARALLEL + WAITING + _PAGES

    def probe(self, query: str, scrape_timeout: str, accept: str, encoding: str = "") -> HttpAnswer:
        """Reads one PDU. 200 even if the reading failed, 400 for a wrong query, 403 for one that is
        not allowed, 503 if this exporter is too busy."""
        try:
            target = self.policy.target(_query(query))
        except NotAllowed as error:
            self.own_metrics.refuse(error.reason)
            status = 403 if error.reason in ("not-listed", "mismatch") else 400
            sentence = printable(str(error))
            return HttpAnswer(status, Page(_TEXT, f"{sentence}\n".encode()))
        reading = self._prober.probe(target, self._seconds(scrape_timeout))
        if reading is None:
            self.own_metrics.refuse("busy")
            return HttpAnswer(503, Page(_TEXT, _BUSY))
        kind = reading.failure.kind if reading.failure else ""
        self.own_metrics.note(target.handler.display_name, kind, reading.seconds)
        metrics_page = page(reading, accept, is_metered=target.device.metered)
        return HttpAnswer(200, gzip_encoded(metrics_page, encoding))

    def _seconds(self, scrape_timeout: str) -> float:
        """How long a probe may take, in s: less than Prometheus waits."""
        try:
            timeout_s = float(scrape_timeout)
        except ValueError:
            timeout_s = USUAL_S
        if not math.isfinite(timeout_s):
            timeout_s = USUAL_S
        probe_s = min(timeout_s - _OFFSET_S, _MOST_S)
        return max(probe_s, LEAST_S)

    def targets(self) -> Page:
        """The list for Prometheus' http_sd_configs."""
        groups: list[dict[str, object]] = []
        for target in self.policy.targets:
            labels = {
                "__meta_pdu_handler": target.device.handler,
                "__meta_pdu_address": target.device.where,
            }
            groups.append({"targets": [target.device.name], "labels": labels})
        return Page(_JSON, json.dumps(groups).encode())


def _query(text: str) -> ProbeQuery:
    """The query string of /probe. Raises NotAllowed."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=20)
    except ValueError:
        raise NotAllowed("query", "there are too many parameters") from None
    value_by_name = dict(pairs)
    unknown_names = sorted(set(value_by_name) - set(ProbeQuery._fields))
    if unknown_names:
        shown_name = repr(printable(unknown_names[0], 60))
        raise NotAllowed(
            "query", f"unknown parameter {shown_name}; known: target, handler and auth"
        )
    if len(value_by_name) < len(pairs):
        raise NotAllowed("query", "a parameter is given twice")
    if not value_by_name.get("target"):
        raise NotAllowed("query", "the parameter target is missing or empty")
    return ProbeQuery(**value_by_name)


class ExporterRoutes:
    """The exporter's paths, for a server of WSGI (PEP 3333)."""

    def __init__(self, exporter: Exporter) -> None:
        self._exporter = exporter

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """The answer: 404 for another path, 501 for another method than GET and HEAD."""
        status, answer_page = self._answer(environ)
        headers = [
            ("Content-Type", answer_page.kind),
            ("Content-Length", str(len(answer_page.body))),
            ("Vary", "Accept-Encoding"),
            ("X-Content-Type-Options", "nosniff"),
            ("Content-Security-Policy", "default-src 'none'"),
        ]
        if answer_page.encoding:
            headers.append(("Content-Encoding", answer_page.encoding))
        start(f"{status} {HTTPStatus(status).phrase}", headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [answer_page.body]

    def _answer(self, environ: WSGIEnvironment) -> HttpAnswer:
        """The page of the requested path."""
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return HttpAnswer(501, Page(_TEXT, b"the methods are GET and HEAD\n"))
        exporter, path = self._exporter, environ["PATH_INFO"]
        accept = environ.get("HTTP_ACCEPT", "")
        encoding = environ.get("HTTP_ACCEPT_ENCODING", "")
        if path == "/probe":
            timeout = environ.get(_SCRAPE_TIMEOUT, "")
            return exporter.probe(environ["QUERY_STRING"], timeout, accept, encoding)
        if path == "/metrics":
            plain_page = exporter.own_metrics.page(accept)
        elif path == "/healthz":
            plain_page = Page(_TEXT, b"ok\n")
        elif path == "/targets":
            plain_page = exporter.targets()
        else:
            paths = b"the paths are /probe, /metrics, /healthz, /targets\n"
            return HttpAnswer(404, Page(_TEXT, paths))
        return HttpAnswer(200, gzip_encoded(plain_page, encoding))


def serve(exporter: Exporter, listener: socket.socket, address: str, names: Sequence[str]) -> None:
    """Serve it from now on, in threads that end with the process. `address`: where it listens;
    `names`: as those of `HostCheck`.
    """
    # where it listens: `address` may spell it in another way, such as 127.1
    bound_address = str(listener.getsockname()[0])
    allowed_names = [address, *names] if address else names
    routes = ExporterRoutes(exporter)
    application = check_host_on_loopback(routes, bound_address, allowed_names)
    web_server = WebServer(application, listener, exporter.threads)
    threading.Thread(target=web_server.run, daemon=True).start()
