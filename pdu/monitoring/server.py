"""The exporter over HTTP: /probe, /metrics, /healthz, /targets and a page that lists them."""

from __future__ import annotations

import asyncio
import collections
import json
import math
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Callable, NamedTuple, Optional
from urllib.parse import parse_qsl, urlsplit

from handlers.shared.errors import printable

from ..core.cli.output import counted
from ..core.files import html
from ..pdus.polling import Target
from ..pdus.reading import CallError, Reading
from .metrics import ExporterMetrics, Page, gzip_encoded
from .probes import (
    ENOUGH,
    NO_EXTRAS,
    ProbeAnswer,
    ProbeExtras,
    ProbeRequest,
    ThreadProber,
    answer_of,
)
from .target_policy import NotAllowed, ProbeQuery, TargetPolicy
from .web.connection_limits import WebLimits
from .web.messages import WebRequest, WebResponse

SCRAPE_TIMEOUT = "X-Prometheus-Scrape-Timeout-Seconds"
# the scrape's time-out if the header is missing or not a finite number
USUAL_S = 30.0
_LEAST_S, _MOST_S = 0.2, 300.0
_TEXT = "text/plain; charset=utf-8"
_HTML = "text/html; charset=utf-8"
_JSON = "application/json"
_PAGES = 4  # pages that are made at a time, besides probes


#: Prometheus asks for many PDUs over one connection; an idle one gives way to others
LIMITS = WebLimits(idle_s=120.0)


class ServerLimits(NamedTuple):
    """What the exporter takes on at a time."""

    #: probes that may run at a time
    parallel: int = 64
    #: seconds that are taken off Prometheus' time-out
    offset: float = 0.5


class HttpAnswer(NamedTuple):
    """A response of this server."""

    status: int
    page: Page


class Exporter:
    """The answers of the server. `allowed` may be replaced while the server runs. `readers` read
    the PDUs, by default in threads of this process."""

    def __init__(
        self,
        policy: TargetPolicy,
        limits: ServerLimits,
        readers: Optional[ThreadProber] = None,
        extras: ProbeExtras = NO_EXTRAS,
    ) -> None:
        self.allowed, self.own, self._extras = policy, ExporterMetrics(), extras
        self.limits, self._readers = limits, readers or ThreadProber()
        self._slots = _Slots(limits.parallel)

    async def probe(
        self, query: str, scrape_timeout: str, accept: str, encoding: str = ""
    ) -> HttpAnswer:
        """Reads one PDU. 200 even if the reading failed, 400 for a wrong query, 403 for one that is
        not allowed.

        503 if no slot becomes free in time, or if the PDU seems not to answer and this exporter
        may be the reason: it asked late, or was itself too busy.
        """
        begin = time.monotonic()
        try:
            target = self.allowed.target(_query(query))
        except NotAllowed as error:
            self.own.refuse(error.reason)
            status = 403 if error.reason in ("not-listed", "mismatch") else 400
            return HttpAnswer(status, Page(_TEXT, f"{printable(str(error))}\n".encode()))
        seconds = self._seconds(scrape_timeout)
        if not await self._slots.acquire(seconds - _LEAST_S):
            return self._busy()
        answer = await self._probe_until(target, seconds, begin + seconds, accept, encoding)
        if answer.doubted:
            return self._busy()
        self.own.note(target.handler.shown, answer.kind, answer.seconds)
        return HttpAnswer(200, answer.page)

    def _busy(self) -> HttpAnswer:
        self.own.refuse("busy")
        return HttpAnswer(
            503,
            Page(
                _TEXT,
                b"waited too long for other probes: raise --parallel, or start another exporter\n",
            ),
        )

    async def _probe_until(
        self, target: Target, seconds: float, end: float, accept: str, encoding: str
    ) -> ProbeAnswer:
        """The answer, or at `end` a failure.

        A handler cannot be interrupted and keeps its slot until it ends.
        """
        request = ProbeRequest(target, seconds, end, accept, encoding, self._extras)
        future: asyncio.Future[Optional[ProbeAnswer]] = asyncio.get_running_loop().create_future()

        def then(answer: Optional[ProbeAnswer]) -> None:
            self.own.running -= 1
            self._slots.release()
            if not future.done():
                future.set_result(answer)

        self.own.running += 1
        try:
            self._readers.start(request, then)
        except RuntimeError:  # the system allows no more threads
            self.own.running -= 1
            self._slots.release()
            raise
        left = end - time.monotonic()
        await asyncio.wait([future], timeout=max(0.0, left))
        ended_answer = future.result() if future.done() else None
        if ended_answer is not None:
            return ended_answer
        late = CallError("timeout", "not done within the scrape's time-out")
        return answer_of(
            request,
            Reading(seconds=seconds, failure=late),
            # asked late, or no answer will come: the process that read it has ended
            left < ENOUGH * seconds or future.done(),
        )

    def _seconds(self, scrape_timeout: str) -> float:
        try:
            timeout = float(scrape_timeout)
        except ValueError:
            timeout = USUAL_S
        usable = timeout if math.isfinite(timeout) else USUAL_S
        return max(_LEAST_S, min(_MOST_S, usable - self.limits.offset))

    def targets(self) -> Page:
        """The list for Prometheus' http_sd_configs."""
        devices = [device.device for device in self.allowed.listed]
        groups = [
            {
                "targets": [device.name],
                "labels": {
                    "__meta_pdu_handler": device.handler,
                    "__meta_pdu_address": device.where,
                },
            }
            for device in devices
        ]
        return Page(_JSON, json.dumps(groups).encode())

    def index(self) -> Page:
        """The start page for people."""
        rows = "".join(
            f"<li><code>{html.safe(target.device.name)}</code> {html.safe(target.device.where)}</li>"
            for target in self.allowed.listed
        )
        return Page(
            _HTML,
            f"""{html.begin("PDU exporter")}<ul><li>/probe?target=NAME</li><li>/probe?target=HOST[:PORT]&amp;handler=HANDLER&amp;auth=LOGIN</li>
<li><a href="metrics">/metrics</a> of the exporter itself</li><li><a href="targets">/targets</a> for http_sd_configs</li>
<li><a href="healthz">/healthz</a></li></ul><h2>{counted(len(self.allowed.listed), "PDU")}</h2><ul>{rows}</ul>{html.END}""".encode(),
        )


class _Slots:
    """How many probes may run at a time. Those that wait get one in the order in which they
    asked."""

    def __init__(self, number: int) -> None:
        self._free = number
        self._waiting: collections.deque[asyncio.Future[None]] = collections.deque()

    async def acquire(self, timeout: float) -> bool:
        """Take a slot, which may take `timeout` seconds. Returns whether there was one."""
        if self._free:
            self._free -= 1
            return True
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await asyncio.wait([turn], timeout=timeout)
            return turn.done()
        finally:
            turn.cancel()  # does nothing if it has come

    def release(self) -> None:
        """Give a slot back, to the next one that still waits for it."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1


def _query(text: str) -> ProbeQuery:
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=20)
    except ValueError:
        raise NotAllowed("query", "there are too many parameters") from None
    value_by_name = dict(pairs)
    unknown = sorted(set(value_by_name) - set(ProbeQuery._fields))
    if unknown:
        raise NotAllowed(
            "query",
            f"unknown parameter {printable(unknown[0], 60)!r}; known: target, handler and auth",
        )
    if len(value_by_name) < len(pairs):
        raise NotAllowed("query", "a parameter is given twice")
    if not value_by_name.get("target"):
        raise NotAllowed("query", "the parameter target is missing or empty")
    return ProbeQuery(**value_by_name)


class ExporterRoutes:
    """The exporter's paths for the web server."""

    def __init__(self, exporter: Exporter) -> None:
        self.exporter = exporter
        # for long pages, which would hold up probes
        self._threads = ThreadPoolExecutor(_PAGES, "page")

    async def __call__(self, request: WebRequest) -> WebResponse:
        """The answer: 404 for another path, 400 for one that cannot be parsed, 501 for another
        method than GET and HEAD."""
        answer = await self._answer(request)
        page = answer.page
        headers = {
            "Server": "pdu-exporter",
            "Content-Type": page.kind,
            "Vary": "Accept-Encoding",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'",
        }
        if page.encoding:
            headers["Content-Encoding"] = page.encoding
        return WebResponse(answer.status, page.body, headers)

    def close(self) -> None:
        """Let go of the threads; probes that run are not waited for."""
        self._threads.shutdown(wait=False)

    async def _answer(self, request: WebRequest) -> HttpAnswer:
        if request.method not in ("GET", "HEAD"):
            return HttpAnswer(501, Page(_TEXT, b"the methods are GET and HEAD\n"))
        exporter = self.exporter
        try:
            url = urlsplit(request.target.decode("latin-1"))
        except ValueError:
            return HttpAnswer(400, Page(_TEXT, b"the request's path is not a URL\n"))
        headers = {name: value.decode("latin-1") for name, value in request.headers}
        accept, encoding = headers.get(b"accept", ""), headers.get(b"accept-encoding", "")
        if url.path == "/probe":
            timeout = headers.get(SCRAPE_TIMEOUT.lower().encode(), "")
            return await exporter.probe(url.query, timeout, accept, encoding)
        pages: dict[str, Callable[[], Page]] = {
            "/metrics": lambda: exporter.own.page(accept),
            "/healthz": lambda: Page(_TEXT, b"ok\n"),
            "/targets": exporter.targets,
            "/": exporter.index,
        }
        make = pages.get(url.path)
        if make is None:
            return HttpAnswer(
                404, Page(_TEXT, b"the paths are /, /probe, /metrics, /healthz, /targets\n")
            )
        page = await asyncio.get_running_loop().run_in_executor(
            self._threads, lambda: gzip_encoded(make(), encoding)
        )
        return HttpAnswer(200, page)
