"""The paths of the Redfish façade (DSP0266): /redfish/v1 with Systems, Chassis and sessions."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from ..web.messages import WebAnswer
from . import redfish
from .answers import as_redfish, as_redfish_error, nothing
from .asked import GatewayRequest, client_of, commanded, document, machine, machines, segment
from .board import Board
from .clients import READ, SWITCH, Clients
from .refusals import Refusal, bad, not_found
from .routes import Route
from .sessions import Sessions
from .v1 import UNPROVEN


class Facade:
    """The routes of Redfish."""

    def __init__(
        self, board: Board, clients: Clients, sessions: Sessions, pause_s: float, uuid: str
    ) -> None:
        self._board, self._clients, self._sessions = board, clients, sessions
        self._pause_s, self._uuid = pause_s, uuid
        self._names = {redfish.id_of(name): name for name in board.machines}

    def routes(self) -> Sequence[Route]:
        """Everything that a resource links to."""
        system, chassis = f"{redfish.SYSTEMS}/{{machine}}", f"{redfish.CHASSIS}/{{machine}}"
        session = f"{redfish.SESSIONS}/{{session}}"
        return [
            Route("/redfish", _fixed(redfish.versions())),
            Route(redfish.ROOT, _fixed(redfish.root(self._uuid))),
            Route(f"{redfish.ROOT}/odata", _fixed(redfish.odata())),
            Route(redfish.SERVICE, _fixed(redfish.session_service())),
            Route(redfish.SYSTEMS, self._systems),
            Route(system, self._system),
            Route(f"{system}/Actions/ComputerSystem.Reset", self._reset, ["POST"]),
            Route(redfish.CHASSIS, self._all_chassis),
            Route(chassis, self._chassis),
            Route(f"{chassis}/EnvironmentMetrics", self._metrics),
            Route(redfish.SESSIONS, self._own_sessions),
            Route(redfish.SESSIONS, self._log_in, ["POST"]),
            Route(session, self._session),
            Route(session, self._log_out, ["DELETE"]),
        ]

    async def _systems(self, request: GatewayRequest) -> WebAnswer:
        return as_redfish(redfish.systems(machines(request, self._board)))

    async def _all_chassis(self, request: GatewayRequest) -> WebAnswer:
        return as_redfish(redfish.all_chassis(machines(request, self._board)))

    async def _system(self, request: GatewayRequest) -> WebAnswer:
        name = self._readable(request)
        may = SWITCH in client_of(request).may and not self._board.machines[name].protected
        found = await self._board.state(name)
        return as_redfish(redfish.system(name, found.state, may))

    async def _chassis(self, request: GatewayRequest) -> WebAnswer:
        return as_redfish(redfish.chassis(self._readable(request)))

    async def _metrics(self, request: GatewayRequest) -> WebAnswer:
        name = self._readable(request)
        found = await self._board.state(name, with_figures=True)
        return as_redfish(redfish.metrics(name, found))

    async def _reset(self, request: GatewayRequest) -> WebAnswer:
        wanted = document(request, ("ResetType",)).get("ResetType")
        action = redfish.RESETS.get(wanted) if isinstance(wanted, str) else None
        if action is None:
            raise bad(f"ResetType must be one of {', '.join(redfish.RESETS)}")
        name = self._name(request)
        found = await commanded(request, self._board, name, action, self._pause_s)
        if not found.done:
            return as_redfish_error(UNPROVEN, f"sent, but not proven: {found.reason}")
        return nothing({"OData-Version": "4.0"})

    async def _log_in(self, request: GatewayRequest) -> WebAnswer:
        asked = document(request, ("UserName", "Password"))
        name, token = asked.get("UserName"), asked.get("Password")
        if not isinstance(name, str) or not isinstance(token, str):
            raise bad("UserName and Password must be texts")
        client = self._clients.of_login(name, token)
        if client is None:
            raise Refusal(401, "login", "no client has this name and token")
        session, secret = self._sessions.start(client, time.monotonic())
        headers = {"Location": f"{redfish.SESSIONS}/{session.id}", "X-Auth-Token": secret}
        return as_redfish(redfish.session(session.id, client.name), 201, headers)

    async def _own_sessions(self, request: GatewayRequest) -> WebAnswer:
        own = self._sessions.of_client(client_of(request), time.monotonic())
        return as_redfish(redfish.sessions(one.id for one in own))

    async def _session(self, request: GatewayRequest) -> WebAnswer:
        asked, client = segment(request, "session"), client_of(request)
        if asked not in {one.id for one in self._sessions.of_client(client, time.monotonic())}:
            not_found()
        return as_redfish(redfish.session(asked, client.name))

    async def _log_out(self, request: GatewayRequest) -> WebAnswer:
        if not self._sessions.end(segment(request, "session"), client_of(request)):
            not_found()
        return nothing({"OData-Version": "4.0"})

    def _readable(self, request: GatewayRequest) -> str:
        return machine(request, self._board, READ, self._name(request))

    def _name(self, request: GatewayRequest) -> str:
        """The machine with the Id of the path; "" if there is none."""
        return self._names.get(segment(request), "")


def _fixed(found: Any) -> Any:
    """A route that always answers the same."""

    async def answer(_: GatewayRequest) -> WebAnswer:
        return as_redfish(found)

    return answer
