"""The paths of other programs' power drivers: MAAS' webhook, labgrid's REST driver, pdudaemon's
HTTP.

They read less than /v1 gives: UNKNOWN must not look like on or off to them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..core.web.messages import WebResponse
from ..pdus.states import DOWN, UNKNOWN, UP
from ..site.drawing.drawing import Cord
from .api_v1 import outcome_json, outcome_status
from .clients import READ, SWITCH
from .errors import ApiError, bad, not_found
from .power import OFF, ON, RESTART, PowerOutcome
from .power_service import PowerService
from .request import GatewayRequest, execute_once, machine, pause, segment
from .responses import json_response, text_response
from .routes import Route

# MAAS' usual patterns are status.*\:.*running and status.*\:.*stopped
# (provisioningserver/drivers/power/webhook.py of 3.x); UNKNOWN matches neither
_MAAS = {UP: "running", DOWN: "stopped", UNKNOWN: "unknown"}
# labgrid's driver takes every text but "1" for off (labgrid 26.0.1, driver/power/rest.py)
_LABGRID = {UP: "1", DOWN: "0"}
_PDUDAEMON = {"on": ON, "off": OFF, "reboot": RESTART}
_PDUDAEMON_KEYS = ("alias", "hostname", "port", "delay")
_RETRY_S = 5.0


class CompatibleRoutes:
    """The routes of other programs' drivers."""

    def __init__(self, service: PowerService, pause_s: float, may_switch_by_get: bool) -> None:
        """`may_switch_by_get`: whether pdudaemon's paths switch, which they do by GET."""
        self._service, self._pause_s, self._switch_by_get = service, pause_s, may_switch_by_get
        self._owners: Mapping[Cord, str] = {
            cord: machine.name for machine in service.machines.values() for cord in machine.cords
        }

    def routes(self) -> Sequence[Route]:
        """Each dialect has its own first part of the path, but for pdudaemon's, whose clients
        choose it."""
        return [
            Route("/maas/{machine}/query", self._maas_query),
            Route("/maas/{machine}/{action}", self._maas, ["POST"]),
            Route("/labgrid/{machine}", self._labgrid_get),
            Route("/labgrid/{machine}", self._labgrid_put, ["PUT"]),
            Route("/power/control/{action}", self._pdudaemon),
        ]

    async def _maas_query(self, request: GatewayRequest) -> WebResponse:
        name = machine(request, self._service, READ, segment(request))
        state = await self._service.state(name)
        return json_response({"status": _MAAS[state.state]})

    async def _maas(self, request: GatewayRequest) -> WebResponse:
        action = request.parts["action"]
        if action not in (ON, OFF):
            not_found()
        return _respond(await self._switch(request, segment(request), action))

    async def _labgrid_get(self, request: GatewayRequest) -> WebResponse:
        name = machine(request, self._service, READ, segment(request))
        state = await self._service.state(name)
        if state.state is UNKNOWN:
            raise ApiError(503, "unknown", f"the state is unknown: {state.reason}", _RETRY_S)
        return text_response(_LABGRID[state.state])

    async def _labgrid_put(self, request: GatewayRequest) -> WebResponse:
        actions = {b"1": ON, b"0": OFF}
        action = actions.get(request.body)
        if action is None:
            raise bad("the body must be 0 or 1")
        return _respond(await self._switch(request, segment(request), action))

    async def _pdudaemon(self, request: GatewayRequest) -> WebResponse:
        """Read no state: pdudaemon has no path for it."""
        if not self._switch_by_get:
            raise ApiError(
                403, "get", "switching by GET is off; the owner gives --switch-by-get to allow it"
            )
        if request.method != "GET":
            raise ApiError(405, "method", "pdudaemon's paths take GET only")
        action = _PDUDAEMON.get(request.parts["action"])
        if action is None:
            not_found()
        query = request.query
        parameters = dict(query)
        if len(parameters) < len(query) or set(parameters) - set(_PDUDAEMON_KEYS):
            raise bad(f"the parameters are {', '.join(_PDUDAEMON_KEYS)}, each at most once")
        pause_s = pause(parameters["delay"]) if "delay" in parameters else self._pause_s
        outcome = await self._switch(
            request, self._machine_name(request, parameters), action, pause_s
        )
        if outcome.is_done:
            return text_response("OK - accepted request\n")
        return text_response(f"not proven: {outcome.reason}\n", outcome_status(outcome))

    def _machine_name(self, request: GatewayRequest, parameters: Mapping[str, str]) -> str:
        """The machine of `alias`, or the one whose only outlet `hostname` and `port` name."""
        if "alias" in parameters:
            if len(set(parameters) & {"alias", "hostname", "port"}) > 1:
                raise bad("give alias, or hostname and port")
            return parameters["alias"]
        name = self._owners.get(
            Cord(parameters.get("hostname", ""), parameters.get("port", "")), ""
        )
        machine(request, self._service, SWITCH, name)
        if len(self._service.machines[name].cords) > 1:
            raise ApiError(
                409, "feeds", f"{name} has more outlets than this one: give alias={name} instead"
            )
        return name

    async def _switch(
        self, request: GatewayRequest, name: str, action: str, pause_s: float = 0.0
    ) -> PowerOutcome:
        return await execute_once(request, self._service, name, action, pause_s)


def _respond(outcome: PowerOutcome) -> WebResponse:
    return json_response(outcome_json(outcome), outcome_status(outcome))
