"""Whether the gateway can do its work: /healthz for all, /v1/health and /metrics for clients."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from ..core.web.exposition import TEXT, gauge, render
from ..core.web.messages import WebResponse
from .command_log import CommandLog
from .metrics import GatewayCounts, metric_families
from .power_service import PowerService
from .request import GatewayRequest, machines, wait_s
from .responses import json_response, text_response
from .routes import Route


class Health:
    """What the gateway says of itself."""

    def __init__(self, service: PowerService, log: CommandLog, counts: GatewayCounts) -> None:
        self._service, self._log, self._counts = service, log, counts
        #: why the files were not read again after SIGHUP; "" if they were
        self.not_reloaded = ""

    def routes(self) -> Sequence[Route]:
        """/healthz needs no token, so it reads no PDU and names nothing."""
        return [
            Route("/healthz", self._healthy),
            Route("/v1/health", self._health),
            Route("/metrics", self._metrics),
        ]

    async def _healthy(self, _: GatewayRequest) -> WebResponse:
        """503 if no command can be written down, because then none is sent."""
        lines = []
        if self._log.trouble():
            lines.append("the journal cannot be written: no command is sent")
        if self.not_reloaded:
            lines.append("the files were not read again: the old ones are in use")
        readings = [self._service.newest(pdu) for pdu in self._service.pdus()]
        count = sum(1 for reading in readings if reading is not None and reading.unread)
        if count:
            lines.append(f"PDUs that did not answer when they were last read: {count}")
        is_well = not self._log.trouble()
        words = [*(["ok"] if is_well else []), *lines]
        return text_response("".join(f"{line}\n" for line in words), 200 if is_well else 503)

    async def _health(self, request: GatewayRequest) -> WebResponse:
        """The journal, the files, and the client's PDUs, each read now."""
        pdus = self._service.pdus_of(machines(request, self._service))
        readings = await self._service.readings(pdus, wait_s=wait_s(request))
        now, journal = time.monotonic(), self._log.trouble()
        document: dict[str, Any] = {
            "ok": not (
                journal or self.not_reloaded or any(reading.unread for reading in readings.values())
            ),
            "journal": {"ok": not journal, "reason": journal},
            "files": {"ok": not self.not_reloaded, "reason": self.not_reloaded},
            "pdus": [
                {
                    "pdu": pdu,
                    "ok": not reading.unread,
                    "reason": reading.unread,
                    "age_s": round(now - reading.begun, 3),
                }
                for pdu, reading in readings.items()
            ],
        }
        return json_response(document)

    async def _metrics(self, request: GatewayRequest) -> WebResponse:
        """Reads no PDU: what is said of them is what the last reading found."""
        reading_by_pdu = {
            pdu: newest
            for pdu in self._service.pdus_of(machines(request, self._service))
            for newest in (self._service.newest(pdu),)
            if newest is not None
        }
        now = time.monotonic()
        families = [
            *metric_families(self._counts),
            gauge(
                "pdu_gateway_commands_running",
                "Commands that run or wait for their PDU.",
                ((), self._service.running),
            ),
            gauge(
                "pdu_gateway_journal_ok",
                "Whether commands can be written down; if not, none is sent.",
                ((), not self._log.trouble()),
            ),
            gauge(
                "pdu_gateway_files_ok",
                "Whether the list, the drawing, the clients and the certificate were read when they"
                " were last to be.",
                ((), not self.not_reloaded),
            ),
            gauge(
                "pdu_gateway_pdu_ok",
                "Whether the PDU answered when it was last read.",
                *(((pdu,), not reading.unread) for pdu, reading in reading_by_pdu.items()),
                labels=("pdu",),
            ),
            gauge(
                "pdu_gateway_pdu_age_seconds",
                "How long ago the PDU was last read.",
                *(
                    ((pdu,), round(now - reading.begun, 3))
                    for pdu, reading in reading_by_pdu.items()
                ),
                labels=("pdu",),
            ),
        ]
        return text_response(render(families).decode(), kind=TEXT)
