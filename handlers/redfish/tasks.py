"""Tasks: commands that a service accepts and carries out later. Pure.

Source: DSP0266, "Asynchronous operations"; Task_v1. A task monitor answers 202 while the operation
runs, and then with the operation's own answer. Some services answer the command with the task
itself.
"""

from __future__ import annotations

from typing import Optional

from ..http.login import Login
from ..http.message import Response
from ..shared.errors import PduHandlerError, Refused, Unreachable
from .resources import text
from .responses import Json, json_object, messages, quoted_messages

# values of TaskState (Task); Suspended and Interrupted may go on
_FAILED_STATES = ("Exception", "Killed", "Cancelled")
_ENDED_STATES = ("Completed", *_FAILED_STATES)
# These may concern only the request to the monitor: no access, no such resource or method, too
# slow, too many requests.
_NO_RESULT = (401, 403, 404, 405, 408, 410, 429, 451)
_DECLINED, _FAULTY = range(400, 500), range(500, 600)


def is_task(resource: Json) -> bool:
    """Whether a resource is a task with a state."""
    return text(resource, "@odata.type").startswith("#Task.") and bool(text(resource, "TaskState"))


def is_running(reply: Response) -> bool:
    """Whether an answer of the monitor says that the operation is still running.

    >>> is_running(Response(202, {}, b"")), is_running(Response(204, {}, b""))
    (True, False)
    >>> is_running(Response(200, {}, b'{"@odata.type": "#Task.v1_0_0.Task", "TaskState": "New"}'))
    True
    """
    task = _task(reply)
    if task is None:
        return reply.status == 202
    return text(task, "TaskState") not in _ENDED_STATES


def task_error(reply: Response, login: Login) -> Optional[PduHandlerError]:
    """The error if an answer of the monitor shows that the command failed, else None.

    a task in the state Exception, Killed or Cancelled    Refused
    400, 409, 422, ...                                    Refused
    404, 429, 401, ...: perhaps of the monitor alone      None
    503 with a reason: it may still have switched         Unreachable
    503 without a reason: perhaps of a proxy              None

    >>> running = b'{"@odata.type": "#Task.v1_0_0.Task", "Id": "1", "TaskState": "Running"}'
    >>> task_error(Response(200, {}, running), Login()) is None
    True
    >>> task_error(Response(200, {}, running.replace(b"Running", b"Exception")), Login()).reason
    'the device accepted the command but did not carry it out (Exception)'
    """
    task = _task(reply) or {}
    task_state = text(task, "TaskState")
    if task_state in _FAILED_STATES:
        return _refusal(task_state, messages(task.get("Messages"), login))
    if reply.status in _DECLINED and reply.status not in _NO_RESULT:
        return _refusal(str(reply.status), quoted_messages(reply, login))
    words = quoted_messages(reply, login) if reply.status in _FAULTY else ""
    if words:
        return Unreachable(
            "the device accepted the command and then reported a fault, so the outlet may or may"
            f" not have switched; poll the PDU before trying again ({reply.status}): {words}"
        )
    return None


def _refusal(code: str, words: str) -> Refused:
    """The error of a command that was accepted and then failed; `words` are the device's.

    >>> _refusal("Exception", "The outlet is locked.").reason
    'the device accepted the command but did not carry it out (Exception): The outlet is locked.'
    """
    reason = f"the device accepted the command but did not carry it out ({code})"
    if words:
        reason += f": {words}"
    return Refused(reason, code)


def _task(reply: Response) -> Optional[Json]:
    """The task in an answer of success; None if the answer is none.

    >>> _task(Response(200, {}, b'{"@odata.type": "#Task.v1_0_0.Task", "TaskState": "New"}'))
    {'@odata.type': '#Task.v1_0_0.Task', 'TaskState': 'New'}
    >>> _task(Response(404, {}, b"")) is None
    True
    """
    if reply.status not in (200, 202):
        return None
    content = json_object(reply)
    if content is None or not is_task(content):
        return None
    return content
