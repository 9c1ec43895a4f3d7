"""The service's answers to requests. Source: DSP0266."""

from __future__ import annotations

import hashlib
import json
from email.message import Message
from typing import Any, Callable, NamedTuple, Optional
from urllib.parse import unquote

from .access import SESSIONS, Access
from .errors import Refusal, error
from .model import Model
from .query import answer as queried, parse
from .server import Answer, Request
from .site import V1
from .tasks import Task, Tasks

Json = dict[str, Any]
Rewrite = Callable[[str, Json], Any]


class Action(NamedTuple):
    """`resource` is the path of the changed resource.

    `run` takes the body and returns the action's shortest duration in s.
    """

    resource: str
    run: Callable[[Json], float]


class Dispatcher:
    """Answers requests one after another; the caller holds the service's lock.

    `bodies`: path → a function that returns the resource's body. `actions`: the actions by their
    target. `rewrite` changes what a GET of a resource returns, except /redfish and tasks.
    """

    def __init__(self, model: Model, access: Access, tasks: Tasks) -> None:
        self._model = model
        self._access = access
        self._tasks = tasks
        self.bodies: dict[str, Callable[[], Json]] = {}
        self.actions: dict[str, Action] = {}
        self.rewrite: Optional[Rewrite] = None

    def answer(self, request: Request) -> Answer:
        path, _, query = request.target.partition("?")
        try:
            return self._answer(request, unquote(path).rstrip("/"), query)
        except Refusal as refusal:
            return Answer(refusal.status, error(refusal.key), refusal.headers)

    def _answer(self, request: Request, path: str, query: str) -> Answer:
        """The answer to a request. Raises Refusal."""
        method = request.method
        if method == "POST" and path == SESSIONS and path in self.bodies:
            return self._log_in(request)
        needs_no_login = path in (V1, "/redfish") and "$expand" not in query
        if method == "GET" and needs_no_login:
            return self._get(request, path, query)
        self._access.check(request.headers)
        if method == "GET":
            return self._get(request, path, query)
        session = self._access.find(path)
        if method == "DELETE" and session is not None:
            del self._access.sessions[session.id]
            return Answer(204)
        if method == "POST" and path in self.actions:
            return self._act(request, path)
        if path in self.bodies or path in self.actions:
            raise Refusal(405, "OperationNotAllowed")
        raise _missing()

    def _get(self, request: Request, path: str, query: str) -> Answer:
        if path == "/redfish":
            return Answer(200, {"v1": f"{V1}/"})
        task = self._tasks.find(path)
        if task is not None:
            return self._task(task, path)
        body = self._read(path)
        if body is None:
            raise _missing()
        content: Any = queried(body, parse(query, self._model), self._model, self._read)
        if self.rewrite is not None:
            content = self.rewrite(request.target, content)
        return Answer(200, content, (("ETag", etag(body)),))

    def _read(self, path: str) -> Optional[Json]:
        """The resource at a path, a session too; None if there is none."""
        path = path.rstrip("/")
        if path in self.bodies:
            body = self.bodies[path]()
            return body if "Members" in body else {**body, "@odata.etag": etag(body)}
        session = self._access.find(path)
        return session.body() if session is not None else None

    def _log_in(self, request: Request) -> Answer:
        login = _object(request)
        session = self._access.log_in(login.get("UserName"), login.get("Password"))
        body = session.body()
        headers = (("Location", body["@odata.id"]), ("X-Auth-Token", session.token))
        return Answer(201, body, headers)

    def _act(self, request: Request, target: str) -> Answer:
        action = self.actions[target]
        body = _object(request)
        self._check_etag(request.headers, action.resource)
        seconds = action.run(body)
        if self._model.task_seconds is None:
            return Answer(204)
        return self._running(self._tasks.start(max(seconds, self._model.task_seconds)))

    def _check_etag(self, headers: Message, resource: str) -> None:
        condition = headers.get("If-Match")
        if condition is None and self._model.demand_etag:
            raise Refusal(428, "PreconditionRequired")
        if condition not in (None, "*", etag(self._read(resource) or {})):
            raise Refusal(412, "PreconditionFailed")

    def _running(self, task: Task) -> Answer:
        headers = (("Location", task.monitor), ("Retry-After", "1"))
        return Answer(202, self._tasks.body(task), headers)

    def _task(self, task: Task, path: str) -> Answer:
        """The answer to a GET of a task or its monitor, which returns the result once."""
        if path == task.path:
            return Answer(200, self._tasks.body(task))
        if not self._tasks.ended(task):
            return self._running(task)
        if task.fetched:
            raise _missing()
        task.fetched = True
        return Answer(204)


def etag(body: Json) -> str:
    """The ETag of a body.

    It ignores objects except Links, so figures of outlets, circuits and metrics do not change
    it.
    """
    kept = {}
    for name, value in body.items():
        if name == "Links" or not isinstance(value, dict):
            kept[name] = value
    kept.pop("@odata.etag", None)
    text = json.dumps(kept, sort_keys=True)
    digest = hashlib.sha256(text.encode()).hexdigest()
    return f'"{digest[:16]}"'


def _missing() -> Refusal:
    return Refusal(404, "ResourceMissingAtURI")


def _object(request: Request) -> Json:
    try:
        body = json.loads(request.body or b"{}")
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise Refusal(400, "MalformedJSON")
    return body
