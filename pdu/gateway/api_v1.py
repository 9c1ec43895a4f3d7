"""The gateway's own paths below /v1: machines, their outlets, switching, the journal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..core.web.messages import WebResponse
from ..pdus.states import word
from . import openapi
from .clients import READ
from .command_log import RECENT, CommandLog
from .errors import bad
from .power import ACTIONS, MachineState, PowerOutcome, cord_document
from .power_service import PowerService
from .request import (
    GatewayRequest,
    client_of,
    document,
    execute_once,
    machine,
    machines,
    pause,
    segment,
    wait_s,
)
from .responses import json_response
from .routes import Route

USUAL_LINES = 100
# A command was sent and not proven. Not 5xx: clients that repeat those would switch again.
UNPROVEN = 424


def outcome_status(outcome: PowerOutcome) -> int:
    """The HTTP status of a command's result."""
    return 200 if outcome.is_done else UNPROVEN


def outcome_json(outcome: PowerOutcome) -> Mapping[str, Any]:
    """A command's result as a document."""
    return {
        "id": outcome.id,
        "machine": outcome.request.machine,
        "action": outcome.request.action,
        "done": outcome.is_done,
        "state": word(outcome.state),
        "outlets": [cord_document(cord) for cord in outcome.cords],
        "reason": outcome.reason,
        "repeated": outcome.is_repeated,
    }


def _machine_json(name: str, state: MachineState, with_figures: bool = False) -> dict[str, Any]:
    return {
        "machine": name,
        "state": word(state.state),
        "reason": state.reason,
        "age_s": state.age_s,
        **({"current_a": state.current_a, "power_w": state.power_w} if with_figures else {}),
        "outlets": [cord_document(cord, with_figures) for cord in state.cords],
    }


class ApiV1:
    """The routes of /v1."""

    def __init__(self, service: PowerService, log: CommandLog, pause_s: float) -> None:
        self._service, self._log, self._pause_s = service, log, pause_s

    def routes(self) -> Sequence[Route]:
        """What openapi.py describes."""
        machine_path = "/v1/machines/{machine}"
        return [
            Route("/v1/openapi.json", self._openapi),
            Route("/v1/machines", self._machines),
            Route("/v1/status", self._status),
            Route(machine_path, self._machine),
            Route(f"{machine_path}/outlets", self._outlets),
            Route(f"{machine_path}/proof", self._proof),
            Route(f"{machine_path}/power", self._power, ["POST"]),
            Route("/v1/journal", self._journal),
        ]

    async def _openapi(self, _: GatewayRequest) -> WebResponse:
        return json_response(openapi.DOCUMENT)

    async def _machines(self, request: GatewayRequest) -> WebResponse:
        names = machines(request, self._service)
        return json_response(
            {
                "machines": [
                    {
                        "machine": name,
                        "outlets": [str(cord) for cord in self._service.machines[name].cords],
                        "protected": self._service.machines[name].protected,
                    }
                    for name in names
                ]
            }
        )

    async def _status(self, request: GatewayRequest) -> WebResponse:
        """What could be read in time, and which PDUs could not."""
        names = machines(request, self._service)
        reading = await self._service.read_for(names, wait_s(request))
        return json_response(
            {
                "machines": [_machine_json(name, state) for name, state in reading.states.items()],
                "unread": [
                    {"pdu": pdu, "reason": state.unread}
                    for pdu, state in reading.readings.items()
                    if state.unread
                ],
            }
        )

    async def _machine(self, request: GatewayRequest) -> WebResponse:
        name = machine(request, self._service, READ, segment(request))
        return json_response(_machine_json(name, await self._service.state(name)))

    async def _outlets(self, request: GatewayRequest) -> WebResponse:
        name = machine(request, self._service, READ, segment(request))
        state = await self._service.state(name, with_figures=True)
        return json_response(_machine_json(name, state, with_figures=True))

    async def _proof(self, request: GatewayRequest) -> WebResponse:
        """Whether its meters could prove it off: they are read for some seconds."""
        name = machine(request, self._service, READ, segment(request))
        provable = await self._service.provable(name)
        return json_response(
            {"machine": name, "provable": provable.can, "sentences": provable.sentences}
        )

    async def _power(self, request: GatewayRequest) -> WebResponse:
        body = document(request, ("action", "pause_s"))
        action = body.get("action")
        if action not in ACTIONS:
            raise bad(f"action must be one of {', '.join(ACTIONS)}")
        pause_s = self._pause_s
        if "pause_s" in body:
            if isinstance(body["pause_s"], str):
                raise bad("pause_s must be a number")
            pause_s = pause(body["pause_s"])
        outcome = await execute_once(request, self._service, segment(request), action, pause_s)
        return json_response(outcome_json(outcome), outcome_status(outcome))

    async def _journal(self, request: GatewayRequest) -> WebResponse:
        """The last lines about the client's machines. The hashes are those of the whole chain."""
        names = frozenset(machines(request, self._service))
        last = dict(request.query).get("last", str(USUAL_LINES))
        if not (last.isascii() and last.isdigit() and len(last) <= 4 and 0 < int(last) <= RECENT):
            raise bad(f"last must be a number from 1 to {RECENT}")
        ids = set()
        lines = []
        for line in self._log.recent():
            if line.record.get("machine") in names:
                ids.add(line.record["id"])
            if line.record.get("id") in ids:
                lines.append({"hash": line.hash, **self._redact(request, line.record)})
        return json_response({"lines": lines[-int(last) :]})

    def _redact(self, request: GatewayRequest, record: Mapping[str, Any]) -> Mapping[str, Any]:
        """A line without the keys of other clients: who has one may ask for its result."""
        if record.get("client") == client_of(request).name:
            return record
        return {key: value for key, value in record.items() if key != "key"}
