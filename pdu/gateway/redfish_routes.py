"""The paths of the Redfish façade (DSP0266): /redfish/v1 with Systems, Chassis and sessions."""

from __future__ import annotations

import asyncio
import functools
import time
from collections.abc import Sequence
from typing import Any

from ..core.web.messages import WebResponse
from . import redfish_resources
from .api_v1 import UNPROVEN
from .clients import READ, SWITCH, Clients
from .errors import ApiError, bad, not_found
from .power import RESTART, PowerRequest
from .power_service import PowerService
from .request import (
    KEY,
    GatewayRequest,
    client_of,
    document,
    execute_once,
    machine,
    machines,
    segment,
)
from .responses import nothing, redfish_error_response, redfish_response, xml_response
from .routes import Route
from .sessions import Sessions


class RedfishRoutes:
    """The routes of Redfish."""

    def __init__(
        self, service: PowerService, clients: Clients, sessions: Sessions, pause_s: float, uuid: str
    ) -> None:
        self._service, self._clients, self._sessions = service, clients, sessions
        self._pause_s, self._uuid = pause_s, uuid
        self._names = {redfish_resources.id_of(name): name for name in service.machines}

    def routes(self) -> Sequence[Route]:
        """Everything that a resource links to."""
        system, chassis = (
            f"{redfish_resources.SYSTEMS}/{{machine}}",
            f"{redfish_resources.CHASSIS}/{{machine}}",
        )
        session = f"{redfish_resources.SESSIONS}/{{session}}"
        return [
            Route("/redfish", _fixed_route(redfish_resources.versions())),
            Route(redfish_resources.ROOT, _fixed_route(redfish_resources.root(self._uuid))),
            Route(f"{redfish_resources.ROOT}/odata", _fixed_route(redfish_resources.odata())),
            Route(f"{redfish_resources.ROOT}/$metadata", _metadata),
            Route(redfish_resources.SERVICE, _fixed_route(redfish_resources.session_service())),
            Route(redfish_resources.SYSTEMS, self._systems),
            Route(system, self._system),
            Route(f"{system}/Actions/ComputerSystem.Reset", self._reset, ["POST"]),
            Route(redfish_resources.CHASSIS, self._all_chassis),
            Route(chassis, self._chassis),
            Route(f"{chassis}/EnvironmentMetrics", self._metrics),
            Route(redfish_resources.SESSIONS, self._own_sessions),
            *(Route(path, self._log_in, ["POST"]) for path in redfish_resources.LOGINS),
            Route(session, self._session),
            Route(session, self._log_out, ["DELETE"]),
        ]

    async def _systems(self, request: GatewayRequest) -> WebResponse:
        return redfish_response(redfish_resources.systems(machines(request, self._service)))

    async def _all_chassis(self, request: GatewayRequest) -> WebResponse:
        return redfish_response(redfish_resources.all_chassis(machines(request, self._service)))

    async def _system(self, request: GatewayRequest) -> WebResponse:
        name = self._readable(request)
        may = SWITCH in client_of(request).may and not self._service.machines[name].protected
        state = await self._service.state(name)
        return redfish_response(redfish_resources.system(name, state.state, may))

    async def _chassis(self, request: GatewayRequest) -> WebResponse:
        return redfish_response(redfish_resources.chassis(self._readable(request)))

    async def _metrics(self, request: GatewayRequest) -> WebResponse:
        name = self._readable(request)
        state = await self._service.state(name, with_figures=True)
        return redfish_response(redfish_resources.metrics(name, state))

    async def _reset(self, request: GatewayRequest) -> WebResponse:
        reset_type = document(request, ("ResetType",)).get("ResetType")
        action = redfish_resources.RESETS.get(reset_type) if isinstance(reset_type, str) else None
        if action is None:
            raise bad(f"ResetType must be one of {', '.join(redfish_resources.RESETS)}")
        name = self._name(request)
        machine(request, self._service, SWITCH, name)
        repeated = self._service.repeated(
            client_of(request).name,
            PowerRequest(name, action, self._pause_s if action == RESTART else 0.0),
        )
        if repeated is None or KEY in request.headers:
            outcome = await execute_once(request, self._service, name, action, self._pause_s)
        else:
            outcome = await asyncio.shield(repeated.task)
        if outcome.is_done:
            answer = nothing({"OData-Version": "4.0"})
        else:
            reason = f"sent, but not proven: {outcome.reason}"
            answer = redfish_error_response(UNPROVEN, reason)
        return answer._replace(
            report_delivery=functools.partial(self._service.report_delivery, outcome)
        )

    async def _log_in(self, request: GatewayRequest) -> WebResponse:
        body = document(request, ("UserName", "Password"))
        name, token = body.get("UserName"), body.get("Password")
        if not isinstance(name, str) or not isinstance(token, str):
            raise bad("UserName and Password must be texts")
        client = self._clients.find_by_login(name, token)
        if client is None:
            raise ApiError(401, "login", "no client has this name and token")
        session, secret = self._sessions.start(client, time.monotonic())
        headers = {"Location": f"{redfish_resources.SESSIONS}/{session.id}", "X-Auth-Token": secret}
        return redfish_response(redfish_resources.session(session.id, client.name), 201, headers)

    async def _own_sessions(self, request: GatewayRequest) -> WebResponse:
        sessions = self._sessions.list_of_client(client_of(request), time.monotonic())
        return redfish_response(redfish_resources.sessions(session.id for session in sessions))

    async def _session(self, request: GatewayRequest) -> WebResponse:
        session_id, client = segment(request, "session"), client_of(request)
        if session_id not in {
            session.id for session in self._sessions.list_of_client(client, time.monotonic())
        }:
            not_found()
        return redfish_response(redfish_resources.session(session_id, client.name))

    async def _log_out(self, request: GatewayRequest) -> WebResponse:
        if not self._sessions.end(segment(request, "session"), client_of(request)):
            not_found()
        return nothing({"OData-Version": "4.0"})

    def _readable(self, request: GatewayRequest) -> str:
        return machine(request, self._service, READ, self._name(request))

    def _name(self, request: GatewayRequest) -> str:
        """The machine with the Id of the path; "" if there is none."""
        return self._names.get(segment(request), "")


async def _metadata(_: GatewayRequest) -> WebResponse:
    return xml_response(redfish_resources.metadata())


def _fixed_route(resource: Any) -> Any:
    """A route that always answers the same."""

    async def answer(_: GatewayRequest) -> WebResponse:
        return redfish_response(resource)

    return answer
