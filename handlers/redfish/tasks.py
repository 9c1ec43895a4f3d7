"""Tasks: commands that a service accepts and carries out later. Pure.

Source: DSP0266, "Asynchronous operations"; Task_v1. A task monitor answers 202 until the operation has ended, and then as the
operation itself would have; some services answer with the task at once.
"""
from __future__ import annotations

from typing import Optional

from ..errors import PduHandlerError, Refused
from ..http.client import Login
from ..http.message import Reply
from .answers import Json, messages, resource, said
from .resources import text

_FAILED_STATES = ("Exception", "Killed", "Cancelled", "Interrupted")       # Task, TaskState
_ENDED_STATES = ("Completed", *_FAILED_STATES)
_GONE = (401, 403, 404, 405, 410)           # of the monitor, which a service may forget; not of the operation
_DECLINED = range(400, 500)


def is_task(found: Json) -> bool:
    """Whether a resource is a task."""
    return text(found, "@odata.type").startswith("#Task.") and bool(text(found, "TaskState"))


def under_way(reply: Reply, login: Login) -> bool:
    """Whether the operation goes on, by an answer of its monitor."""
    task = _task(reply, login)
    return reply.status == 202 if task is None else text(task, "TaskState") not in _ENDED_STATES


def failed(reply: Reply, login: Login) -> Optional[Refused]:
    """The error of an operation that has failed; None for any other."""
    task = _task(reply, login)
    if task is not None and text(task, "TaskState") in _FAILED_STATES:
        words = " ".join(login.quoted(one) for one in messages(task.get("Messages"))[:3] if isinstance(one, str))
        return _refused(text(task, "TaskState"), words)
    if reply.status in _DECLINED and reply.status not in _GONE:
        return _refused(str(reply.status), said(reply, login))
    return None


def _refused(code: str, words: str) -> Refused:
    return Refused(f"the device accepted the command and then did not do it ({code}){f': {words}' if words else ''}", code)


def _task(reply: Reply, login: Login) -> Optional[Json]:
    if reply.status not in (200, 202):
        return None
    try:
        found = resource(reply, login)
    except PduHandlerError:
        return None
    return found if is_task(found) else None
