"""Actions that take time: 202, a Task and its monitor.

Source: DSP0266, "Asynchronous operations"; Task v1.7.4.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional

from ..clockwork import Clockwork
from .errors import message

TASKS = "/redfish/v1/TaskService/Tasks"
MONITORS = "/redfish/v1/TaskService/TaskMonitors"
Json = dict[str, Any]


@dataclass
class Task:
    """`result` is the state at the task's end: "Completed", "Exception", "Cancelled"
    or "Killed".
    """

    id: str
    due: float
    result: str
    fetched: bool = False  # the monitor has returned the result

    @property
    def path(self) -> str:
        return f"{TASKS}/{self.id}"

    @property
    def monitor(self) -> str:
        return f"{MONITORS}/{self.id}"


class Tasks:
    """`result` is the state in which new tasks end."""

    def __init__(self, clockwork: Clockwork) -> None:
        self._clockwork = clockwork
        self.all: list[Task] = []
        self.result = "Completed"

    def start(self, seconds: float) -> Task:
        task = Task(str(len(self.all) + 1), self._clockwork.now() + seconds, self.result)
        self.all.append(task)
        return task

    def find(self, path: str) -> Optional[Task]:
        return next((one for one in self.all if path in (one.path, one.monitor)), None)

    def ended(self, task: Task) -> bool:
        return self._clockwork.now() >= task.due

    def body(self, task: Task) -> Json:
        ended = self.ended(task)
        state = task.result if ended else "Running"
        good = state in ("Running", "Completed")
        body: Json = {
            "@odata.id": task.path,
            "@odata.type": "#Task.v1_7_4.Task",
            "Id": task.id,
            "Name": f"Task {task.id}",
            "TaskState": state,
            "TaskStatus": "OK" if good else "Critical",
            "PercentComplete": 100 if ended else 50,
            "StartTime": "2026-11-20T12:00:00Z",
            "Messages": [message("Success" if good else "GeneralError")],
        }
        if ended:
            body["EndTime"] = "2026-11-20T12:00:01Z"
        else:
            body["TaskMonitor"] = task.monitor
        return body
