"""The service's answers to requests. Source: DSP0266."""

from __future__ import annotations

import hashlib
import json
from email.message import Message
from typing import Any, Callable, NamedTuple, Optional
from urllib.parse import unquote

from . import writable
from .access import SESSIONS, Access, Session
from .answer import Answer, of
from .errors import Refusal, error
from .model import Model
from .query import answer as queried, parse
from .server import Request
from .site import V1
from .tasks import Task, Tasks

OPEN = (V1, "/redfish", f"{V1}/odata", f"{V1}/$metadata")
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

    `made`: path → a function that returns the resource's body. `actions`: the actions by their
    target. `rewrite` changes what a GET of a resource returns, except /redfish and tasks. `front`
    is the prefix of an absolute Location.
    """

    def __init__(self, model: Model, access: Access, tasks: Tasks) -> None:
        self._model, self._access, self._tasks = model, access, tasks
        self.made: dict[str, Callable[[], Json]] = {}
        self.actions: dict[str, Action] = {}
        self.rewrite: Optional[Rewrite] = None
        self.front = ""
        self._set: dict[str, Json] = {}  # properties set by PATCH, by resource

    def answer(self, request: Request) -> Answer:
        path, _, query = request.target.partition("?")
        path = unquote(path).rstrip("/")
        try:
            return self._answer(request, path, query)
        except Refusal as refusal:
            return of(refusal.status, refusal.body(), refusal.headers)

    def _answer(self, request: Request, path: str, query: str) -> Answer:
        if request.method == "POST" and path == SESSIONS and path in self.made:
            return self._log_in(request)
        if (
            request.method in ("GET", "HEAD")
            and path in OPEN
            and not parse(query, self._model).expand
        ):
            return self._get(request, path, query)
        account = self._access.account(request.headers)
        if request.method in ("GET", "HEAD"):
            return self._get(request, path, query)
        session = self._session(path)
        if request.method == "DELETE" and session is not None:
            if not account.may_write and account is not self._access.accounts[session.user]:
                raise Refusal(403, "InsufficientPrivilege")
            del self._access.sessions[session.id]
            return Answer(204)
        if request.method == "POST" and path in self.actions:
            if not account.may_write:
                raise Refusal(403, "InsufficientPrivilege")
            return self._act(request, path)
        if request.method == "PATCH" and path in self.made and writable.of(self.made[path]()):
            if not account.may_write:
                raise Refusal(403, "InsufficientPrivilege")
            return self._patch(request, path)
        body = self._read(path)
        if not self._exists(path, body):
            raise Refusal(404, "ResourceMissingAtURI", path)
        raise Refusal(
            405, "OperationNotAllowed", headers=(("Allow", self._allow(path, body or {})),)
        )

    def _get(self, request: Request, path: str, query: str) -> Answer:
        if path == "/redfish":
            return of(200, {"v1": f"{V1}/"})
        task = self._tasks.find(path)
        if task is not None:
            return self._task(task, path)
        body = self._read(path)
        if body is None:
            raise Refusal(404, "ResourceMissingAtURI", path)
        tag = str(body.get("@odata.etag") or etag(body))
        if request.headers.get("If-None-Match") == tag:
            return Answer(304, headers=(("ETag", tag),))
        shown: Any = queried(body, parse(query, self._model), self._model, self._read, query)
        if self.rewrite is not None:
            shown = self.rewrite(request.target, shown)
        return of(200, shown, (("ETag", tag), ("Allow", self._allow(path, body))))

    def _read(self, path: str) -> Optional[Json]:
        path = path.rstrip("/")
        make = self.made.get(path)
        if make is None:
            session = self._session(path)
            return session.body() if session is not None else None
        body = writable.merged(make(), self._set.get(path, {}))
        return body if "Members" in body else {**body, "@odata.etag": etag(body)}

    def _session(self, path: str) -> Optional[Session]:
        return self._access.find(path) if SESSIONS in self.made else None

    def _exists(self, path: str, body: Optional[Json]) -> bool:
        """Whether the path is a resource (`body` is set), an action, /redfish, a task, or a monitor
        that can still be read.
        """
        if body is not None or path in self.actions or path == "/redfish":
            return True
        task = self._tasks.find(path)
        if task is None:
            return False
        return path == task.path or not task.fetched

    def _allow(self, path: str, body: Json) -> str:
        if path in self.actions:
            return "POST"
        if path == SESSIONS:
            return "GET, HEAD, POST"
        if path.startswith(SESSIONS):
            return "GET, HEAD, DELETE"
        return "GET, HEAD, PATCH" if path in self.made and writable.of(body) else "GET, HEAD"

    def _patch(self, request: Request, path: str) -> Answer:
        given = _object(request)
        writable.check(given, writable.of(self.made[path]()))
        self._precondition(request.headers, path)
        self._set[path] = writable.merged(self._set.get(path, {}), given)
        return of(200, self._read(path) or {})

    def _log_in(self, request: Request) -> Answer:
        given = _object(request)
        session = self._access.log_in(given.get("UserName"), given.get("Password"))
        body = session.body()
        return of(
            201,
            body,
            (("Location", self._location(body["@odata.id"])), ("X-Auth-Token", session.token)),
        )

    def _location(self, path: str) -> str:
        return self.front + path if self._model.absolute else path

    def _act(self, request: Request, target: str) -> Answer:
        action = self.actions[target]
        given = _object(request)
        self._precondition(request.headers, action.resource)
        seconds = action.run(given)
        if self._model.task_seconds is not None:
            task = self._tasks.start(max(seconds, self._model.task_seconds))
            return of(
                202,
                self._tasks.body(task),
                (("Location", self._location(task.monitor)), ("Retry-After", "1")),
            )
        return of(200, error("Success")) if self._model.says_success else Answer(204)

    def _precondition(self, headers: Message, resource: str) -> None:
        given = headers.get("If-Match")
        if given is None and self._model.demand_etag:
            raise Refusal(428, "PreconditionRequired")
        if given not in (None, "*", etag(self._read(resource) or {})):
            raise Refusal(412, "PreconditionFailed")

    def _task(self, task: Task, path: str) -> Answer:
        """The answer to a GET of a task or its monitor.

        Raises Refusal for a monitor that has already returned the result.
        """
        if path == task.path:
            return of(200, self._tasks.body(task))
        if not self._tasks.ended(task):
            return of(
                202,
                self._tasks.body(task),
                (("Location", self._location(task.monitor)), ("Retry-After", "1")),
            )
        if task.fetched:
            raise Refusal(404, "ResourceMissingAtURI", path)
        task.fetched = True
        return Answer(204) if task.result == "Completed" else of(500, error("GeneralError"))


def etag(body: Json) -> str:
    """The ETag of a body.

    It ignores objects except Links, so figures of outlets, circuits and metrics do not change
    it.
    """
    kept = {
        name: value
        for name, value in body.items()
        if name == "Links" or not isinstance(value, dict)
    }
    kept.pop("@odata.etag", None)
    return f'"{hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()[:16]}"'


def _object(request: Request) -> Json:
    if request.body and request.headers.get_content_type() != "application/json":
        raise Refusal(415, "GeneralError")
    try:
        body = json.loads(request.body or b"{}")
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise Refusal(400, "MalformedJSON")
    return body
