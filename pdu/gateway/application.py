"""The gateway's application: all routes, behind the middleware."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import Callable, NamedTuple

from .api_v1 import ApiV1
from .clients import Clients
from .command_log import CommandLog
from .compatible_routes import CompatibleRoutes
from .health import Health
from .middleware import Middleware
from .power_service import PowerService
from .rate_limit import limits_for
from .redfish_routes import RedfishRoutes
from .routes import Router
from .sessions import Sessions


class Choices(NamedTuple):
    """What the owner chose."""

    #: the names by which clients may call the gateway, in lower case
    hosts: Collection[str]
    #: the usual pause between off and on, in seconds
    pause_s: float
    #: whether pdudaemon's paths switch
    may_switch_by_get: bool


class Application:
    """What is kept while clients, machines and PDUs are renewed."""

    def __init__(
        self,
        service: PowerService,
        log: CommandLog,
        choices: Choices,
        report: Callable[[str], None],
    ) -> None:
        """`report` prints a line."""
        self._service, self._log, self._choices, self._report = service, log, choices, report
        self._sessions = Sessions()
        # a new one for each start: sessions and readings do not outlive it either
        self._uuid = str(uuid.uuid4())
        self.health = Health(service, log, service.counts)

    def guard(self, clients: Clients) -> Middleware:
        """All routes for these clients and the board's machines. Sessions of other clients end."""
        self._sessions.renew(clients)
        choices = self._choices
        redfish = RedfishRoutes(self._service, clients, self._sessions, choices.pause_s, self._uuid)
        routes = [
            *self.health.routes(),
            *ApiV1(self._service, self._log, choices.pause_s).routes(),
            *CompatibleRoutes(self._service, choices.pause_s, choices.may_switch_by_get).routes(),
            *redfish.routes(),
        ]
        limits = {
            client.name: limits_for(
                sum(map(client.sees, self._service.machines)),
                client.commands,
                client.requests,
            )
            for client in clients
        }
        return Middleware(
            Router(routes),
            clients,
            self._sessions,
            choices.hosts,
            limits,
            self._service.counts,
            self._report,
        )
