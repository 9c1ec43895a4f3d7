"""Switches one outlet: finds it, checks that it may be switched, sends the command, and waits for
the wanted state.

A service may answer a command with a task (202), which runs on. Its monitor is the path that shows
whether it has ended, and how. An ETag names the version of a resource; a service may demand it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Optional

from common.logger import get_logger
from pdu_common.helper import EnumPowerStatus

from ..http.errors import HttpRefused
from ..http.message import Response
from ..shared.errors import PduHandlerError, ProtocolError, Refused, Unreachable, Unsupported
from ..shared.switching import switch
from ..shared.unknown_states import reason_sentences
from . import outlet_actions, resources, tasks
from .outlets import ListedOutlet, find_outlet
from .responses import error_of, json_object, quoted_messages
from .service import RedfishService
from .settings import PduChoice

LOGGER = get_logger(__name__)
# RFC 6585: after 428 nothing was done
_SUCCESS, _ACCEPTED, _DEMANDS_ETAG = range(200, 300), 202, 428


def switch_outlet(
    service: RedfishService,
    choice: PduChoice,
    identity: str,
    *,
    on: bool,
    switch_unproven: bool,
    deadline: float,
    pause: float,
) -> EnumPowerStatus:
    """Switch the outlet. Returns the wanted state, or UNKNOWN if it was not seen. `deadline` and
    `pause` are in seconds.

    Raises NoSuchOutlet, Unsupported, Denied or Refused if the outlet did not switch, Unreachable if
    it may or may not have switched. The readings before the command may raise any error.

        > GET .../RackPDUs/1/Outlets/A1                     after the lists that lead to it
        > POST .../Outlets/A1/Outlet.PowerControl {"PowerState": "Off"}
        < 204
        > GET .../RackPDUs/1/Outlets/A1                     until its PowerState is Off: DOWN
    """
    listed_outlet = find_outlet(service, choice, identity)
    outlet = listed_outlet.resource
    quote = service.login.quoted
    outlet_actions.raise_if_locked(identity, outlet)
    action = outlet_actions.action(identity, outlet)
    info = outlet_actions.info_link(action)
    action_info = {} if info is None else service.get(info)
    body = outlet_actions.body(
        listed_outlet.id,
        outlet,
        action,
        action_info,
        on=on,
        switch_unproven=switch_unproven,
        quote=quote,
    )
    target = service.path(action.get("target"))
    outlet_path = service.path(listed_outlet.link)
    outlet_actions.raise_if_elsewhere(
        identity, target, outlet_path, switch_unproven=switch_unproven, quote=quote
    )
    command = _Command(service, listed_outlet, target, body)
    target_state = EnumPowerStatus.UP if on else EnumPowerStatus.DOWN
    state = switch(command.write, command.read_state, target_state, deadline=deadline, pause=pause)
    if state is EnumPowerStatus.UNKNOWN and command.task_error is not None:
        raise command.task_error
    for sentence in reason_sentences([(identity, command.reason)]):
        LOGGER.warning(quote(sentence))
    return state


class _Command:
    """One switching command: `write` sends it (again only after 428), `read_state` reads the state,
    or whether the task that the command started still runs. `_monitor` is the path of that task's
    monitor, None without a task or once it has ended; `_outlet` the path of the outlet.

        > POST .../Outlets/A1/Outlet.PowerControl {"PowerState": "Off"}
        < 202, Location: /redfish/v1/TaskService/Tasks/7
        > GET /redfish/v1/TaskService/Tasks/7      read_state: UNKNOWN while it answers 202
        > GET .../Outlets/A1                       then the outlet's PowerState
    """

    def __init__(
        self,
        service: RedfishService,
        listed_outlet: ListedOutlet,
        target: str,
        body: Mapping[str, object],
    ) -> None:
        self._service = service
        self._target = target
        self._body = body
        self._outlet = service.path(listed_outlet.link)
        self._listed_resource = listed_outlet.resource
        self._pdu = listed_outlet.pdu
        self._monitor: Optional[str] = None
        #: with which the task of the command ended; None without one
        self.task_error: Optional[PduHandlerError] = None
        #: why the last reading shows no state, "" if it does
        self.reason = ""

    def write(self) -> None:
        """Send the command: 1 round trip, 3 where the service demands the outlet's ETag. If it is
        answered with a task, that is watched from now on. Raises the error of another status than
        success, and ProtocolError for an error in an answer of success.
        """
        # > POST /redfish/v1/PowerEquipment/RackPDUs/1/Outlets/A1/Outlet.PowerControl {"PowerState":
        #       "Off"}
        # < 204 No Content; 202 Accepted with the Location of a task monitor  Outlet_v1,
        #       PowerControl; DSP0266
        reply = self._service.post(self._target, self._body)
        if reply.status == _DEMANDS_ETAG:
            reply = self._service.post(self._target, self._body, self._read_etag())
        if reply.status not in _SUCCESS:  # 202 is among them
            raise error_of(reply, self._service.login, "POST", self._target)
        content = json_object(reply) or {}  # a 204 answer has no body
        error = content.get("error")
        if reply.status == _ACCEPTED or tasks.is_task(content):
            self._watch_task(reply)
        elif error is not None and not outlet_actions.reports_success(error):
            words = quoted_messages(reply, self._service.login) or "no reason is given"
            raise ProtocolError(
                "the device answered the command with a success status, but also with an error:"
                f" {words}"
            )

    def _watch_task(self, reply: Response) -> None:
        """Set `_monitor` to the path at which the task that `reply` started is watched, None if it
        has none, and `task_error` to the error with which it has ended already, None for none.

            < 202, Location: /redfish/v1/TaskService/Tasks/7       the monitor is that path
        """
        self.task_error = tasks.task_error(reply, self._service.login)
        self._monitor = self._service.created_path(reply)
        if self._monitor is None:
            LOGGER.info(
                "the command was accepted as a task that cannot be watched: the outlet's state"
                " decides"
            )

    def read_state(self) -> EnumPowerStatus:
        """The state: 1 round trip, 2 when a task has just ended.

        UNKNOWN while a task runs: its monitor is read instead.

            > GET .../Outlets/A1
            < {"Id": "A1", "PowerState": "Off"}        DOWN
            < {"Id": "A2", ...}                        ProtocolError
        """
        if self._monitor is not None:
            if self._task_runs(self._monitor):
                return EnumPowerStatus.UNKNOWN
            self._monitor = None
        outlet = self._service.get(self._outlet)
        for name in ("Id", "@odata.id"):
            if outlet.get(name) != self._listed_resource.get(name):
                raise ProtocolError(
                    "the device answered with a resource other than the outlet requested"
                )
        self.reason = resources.unknown_reason(outlet, self._pdu)
        return resources.state(outlet, self._pdu)

    def _task_runs(self, monitor: str) -> bool:
        """Whether a task still runs, by its monitor: 1 round trip. Sets `task_error` if the task
        ended with an error.

            > GET /redfish/v1/TaskService/Tasks/7
            < 202                                      True
            < 200 {"@odata.type": "#Task.v1_4_0.Task", "TaskState": "Completed"}       False
        """
        reply = self._service.reply(monitor)
        error = tasks.task_error(reply, self._service.login)
        self.task_error = error or self.task_error
        return self.task_error is None and tasks.is_running(reply)

    def _read_etag(self) -> str:
        """The outlet's ETag, with which the command is repeated: 1 round trip.

        Raises Refused, Denied or Unsupported if it is not usable: nothing was switched.

            < 428                                      to the command, without an ETag
            > GET .../Outlets/A1
            < 200, ETag: W/"4F2A"                      W/"4F2A"
        """
        try:
            reply = self._service.reply(self._outlet)
            if reply.status != 200:
                raise error_of(reply, self._service.login, "GET", self._outlet)
        except (Unreachable, ProtocolError, HttpRefused) as error:
            reason = (
                "not switched: the device takes commands only with an ETag, which cannot be read (",
                *error.parts,
                ")",
            )
            raise Refused(
                reason, code=str(_DEMANDS_ETAG), host=error.host, operation=error.operation
            ) from None
        etag = reply.headers.get("etag") or resources.text(json_object(reply) or {}, "@odata.etag")
        if not etag or not etag.isascii() or not etag.isprintable():
            raise Unsupported(
                "the device takes commands only with an ETag, but this outlet has no usable one"
            )
        return etag
