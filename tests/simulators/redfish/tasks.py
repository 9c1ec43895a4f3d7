"""Actions that take time: 202, a Task and its monitor.

Source: DSP0266, "Asynchronous operations"; Task v1.7.4.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional

from ..clockwork import Clockwork
from .errors import message

TASKS = "/redfish/v1/TaskService/Tasks"
Json = dict[str, Any]


@dataclass
class Task:
    id: str
    due: float
    fetched: bool = False  # the monitor has returned the result

    @property
    def path(self) -> str:
        return f"{TASKS}/{self.id}"

    @property
    def monitor(self) -> str:
        return f"/redfish/v1/TaskService/TaskMonitors/{self.id}"


class Tasks:
    def __init__(self, clockwork: Clockwork) -> None:
        self._clockwork = clockwork
        self.all: list[Task] = []

    def start(self, seconds: float) -> Task:
        task = Task(str(len(self.all) + 1), self._clockwork.now() + seconds)
        self.all.append(task)
        return task

    def find(self, path: str) -> Optional[Task]:
        return next((task for task in self.all if path in (task.path, task.monitor)), None)

    def ended(self, task: Task) -> bool:
        return self._clockwork.now() >= task.due

    def body(self, task: Task) -> Json:
        ended = self.ended(task)
        return {
            "@odata.id": task.path,
            "@odata.type": "#Task.v1_7_4.Task",
            "Id": task.id,
            "Name": f"Task {task.id}",
            "TaskState": "Completed" if ended else "Running",
            "TaskStatus": "OK",
            "PercentComplete": 100 if ended else 50,
            "StartTime": "2026-11-20T12:00:00Z",
            "Messages": [message("Success")],
            **({"EndTime": "2026-11-20T12:00:01Z"} if ended else {"TaskMonitor": task.monitor}),
        }
