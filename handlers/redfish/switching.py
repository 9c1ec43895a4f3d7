"""Switching one outlet: find it, make sure that it may be switched, send the command once, read until the state follows."""
from __future__ import annotations

import contextlib
from typing import Mapping, Optional

from common.logger import get_logger
from pdu_common.helper import EnumPowerStatus

from ..errors import PduHandlerError, ProtocolError, Refused, Unreachable, Unsupported
from ..http.failures import HttpRefused, leaves_open
from ..http.message import Reply
from ..switching import switch
from . import commands, resources, tasks, units
from .answers import Json, failure, resource
from .service import RedfishService

LOGGER = get_logger(__name__)
_DONE, _ACCEPTED, _DEMANDS_ETAG = (200, 204), 202, 428      # RFC 6585: 428 says that nothing was done


def switched(service: RedfishService, wanted_pdu: str, identity: str, on: bool, unproven: bool, deadline: float,
             pause: float) -> EnumPowerStatus:
    """Switch the outlet of that identity; the wanted state, or UNKNOWN where it was not seen within `deadline` seconds.

    Raises NoSuchOutlet, Unsupported, Refused where nothing was written or the device declined; Unreachable where the outlet may
    or may not have switched.
    """
    found = units.find(service, wanted_pdu, identity)
    outlet = found.resource
    commands.refuse_locked(identity, outlet)
    action = commands.action(identity, outlet)
    info = commands.info_link(action)
    body = commands.body(identity, outlet, action, service.get(info) if info is not None else {}, on, unproven)
    target = service.path(action.get("target"))
    commands.refuse_elsewhere(identity, target, service.path(found.link), unproven)
    command = _Command(service, found, target, body)
    state = switch(command.write, command.read, EnumPowerStatus.UP if on else EnumPowerStatus.DOWN, deadline=deadline,
                   pause=pause)
    if state is EnumPowerStatus.UNKNOWN and command.failed is not None:
        raise command.failed
    return state


class _Command:
    """One switching command for `switch`: `write` sends it once, `read` reads the state."""

    def __init__(self, service: RedfishService, found: units.Found, target: str, body: Mapping[str, object]) -> None:
        self._service, self._target, self._body = service, target, body
        self._outlet, self._id = service.path(found.link), resources.identity(found.resource)
        self._monitor: Optional[str] = None
        self.failed: Optional[Refused] = None       # what a task ended with

    def write(self) -> None:
        """The command: 1 round trip. Where the service wants to know which version of the outlet is meant, 2 more."""
        # > POST /redfish/v1/PowerEquipment/RackPDUs/1/Outlets/A1/Outlet.PowerControl {"PowerState": "Off"}
        # < 204 No Content; 202 Accepted with the Location of a task monitor          Outlet_v1, PowerControl; DSP0266
        try:
            reply = self._service.post(self._target, self._body)
            if reply.status == _DEMANDS_ETAG:
                reply = self._service.post(self._target, self._body, self._etag())
        except HttpRefused as error:                # a redirect, which is not followed
            raise Unreachable(error.parts, error.host, error.operation) if leaves_open(error) else error from None
        if reply.status == _ACCEPTED or reply.status in _DONE and tasks.is_task(self._said(reply)):
            self._monitor = self._watch(reply)
        elif reply.status not in _DONE:
            declined = failure(reply, self._service.login)
            raise Unreachable(declined.parts) if leaves_open(declined) else declined
        elif "error" in self._said(reply):
            raise ProtocolError(f"the device answered the command with success and an error: {self._words(reply)}")

    def read(self) -> EnumPowerStatus:
        """The state: 1 round trip. UNKNOWN while a task is under way, whose monitor is then read instead."""
        if self._monitor is not None:
            if not self._ended(self._monitor):
                return EnumPowerStatus.UNKNOWN
            self._monitor = None
        outlet = self._service.get(self._outlet)
        if outlet.get("Id") != self._id:
            raise ProtocolError("the device answered with another resource than the outlet that was asked for")
        return resources.state(outlet)

    def _ended(self, monitor: str) -> bool:
        reply = self._service.reply(monitor)
        self.failed = tasks.failed(reply, self._service.login)
        return self.failed is not None or not tasks.under_way(reply, self._service.login)

    def _etag(self) -> str:
        reply = self._service.reply(self._outlet)
        if reply.status != 200:
            raise failure(reply, self._service.login)
        found = reply.headers.get("etag") or resources.text(self._said(reply), "@odata.etag")
        if not found or not found.isascii() or not found.isprintable():
            raise Unsupported("the device takes commands with an ETag alone, and its outlet has none")
        return found

    def _watch(self, reply: Reply) -> Optional[str]:
        """Where the task is watched: its Location, else its own link; None where neither is on this service."""
        for found in (reply.headers.get("location"), self._said(reply).get("@odata.id")):
            with contextlib.suppress(ProtocolError):
                return self._service.path(found)
        LOGGER.info("the command was accepted as a task that cannot be watched: the outlet's state decides")
        return None

    def _said(self, reply: Reply) -> Json:
        try:
            return resource(reply, self._service.login)
        except PduHandlerError:
            return {}                               # 204, or a body that says nothing

    def _words(self, reply: Reply) -> str:
        from .answers import said
        return said(reply, self._service.login) or "no reason is given"
