"""Shared by all pages: the stand-in, templates, checked forms, and messages for the next page."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Callable, NamedTuple, Optional
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.formparsers import MultiPartException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from ..asgi import LARGEST_BODY
from ..records import Refusal
from ..simulations import Simulations
from ..store import storable
from ..tokens import proof
from .access import LOGIN, own_form, session
from .fleet import Round
from .outcomes import Outcomes
from .refusals import Refusals, Refused
from .shown import environment

if TYPE_CHECKING:
    from ..manager import DciManager

REFUSED = "/refused"
LARGEST_ID = 2**63 - 1  # SQLite's largest integer
_SESSIONS_KEPT = 20  # limit for sessions with unread messages; the oldest is dropped


class Message(NamedTuple):
    """A sentence that is shown once, on the session's next page; `good`: a success."""

    good: bool
    text: str


class Wrong(Exception):
    """A request that cannot be carried out: a sentence for the person, and the answer's HTTP
    status.
    """

    def __init__(self, text: str, status: int = 400) -> None:
        super().__init__(text)
        self.status = status


class Site:
    def __init__(self, manager: DciManager, simulations: Simulations) -> None:
        self.manager, self.simulations = manager, simulations
        self.outcomes = Outcomes()
        self._refusals = Refusals()
        # the last "Poll all now"
        self.round: Optional[Round] = None
        self._env = environment()
        self._messages: dict[str, list[Message]] = {}
        self._lock = threading.Lock()

    def say(self, request: Request, text: str, good: bool = True) -> None:
        with self._lock:
            self._messages.setdefault(session(request), []).append(Message(good, text))
            while len(self._messages) > _SESSIONS_KEPT:
                self._messages.pop(next(iter(self._messages)))

    def show(self, request: Request, template: str, status: int = 200, **values: Any) -> Response:
        """A whole page.

        For the page's own script (X-Part), only the template's block `live`, with an ETag; 304
        if unchanged.
        """
        part = is_part(request)
        with self._lock:
            messages = [] if part else self._messages.pop(session(request), [])
        text = storable(
            self._env.get_template(template).render(
                request=request,
                path=request.url.path,
                csrf=proof(session(request)),
                logged_in=bool(session(request)),
                part=part,
                layout="part.html" if part else "base.html",
                messages=messages,
                quote=quote_all,
                **values,
            )
        )
        if not part:
            return HTMLResponse(text, status)
        tag = f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers={"etag": tag})
        return HTMLResponse(text, status, {"etag": tag})

    def wrong(self, request: Request, error: Exception) -> Response:
        """The page of a request that cannot be carried out."""
        refused = _refused(error)
        return self.show(request, "error.html", refused.status, text=refused.text)

    def refuse(self, request: Request, error: Exception) -> Response:
        """The end of a form that cannot be carried out: the page `REFUSED` says why. The page's
        script gets the sentence at once.
        """
        if is_part(request):
            return self.wrong(request, error)
        return self.again(request, LOGIN if request.url.path == LOGIN else REFUSED, _refused(error))

    def again(self, request: Request, path: str, refused: Refused) -> Response:
        """Sends the browser to the page `path`, which shows `refused` by `refused_form`."""
        key = self._refusals.keep(session(request), refused)
        return go(f"{path}{'&' if '?' in path else '?'}refused={key}")

    def refused_form(self, request: Request) -> Optional[Refused]:
        """The refusal that this page has to show, None without one."""
        return self._refusals.of(session(request), request.query_params.get("refused", ""))


def _refused(error: Exception) -> Refused:
    text = error.msg if isinstance(error, Refusal) else str(error)
    return Refused(text, error.status if isinstance(error, (Wrong, Refusal)) else 404)


Work = Callable[[Site, Request], Response]
Act = Callable[[Site, Request, FormData], Response]


def page(site: Site, work: Work) -> Callable[[Request], Any]:
    """An endpoint for a page or a download."""

    async def endpoint(request: Request) -> Response:
        try:
            return await run_in_threadpool(work, site, request)
        except (Wrong, Refusal, LookupError) as error:
            return await run_in_threadpool(site.wrong, request, error)

    return endpoint


def action(site: Site, act: Act) -> Callable[[Request], Any]:
    """An endpoint that takes a POST of a form; except for the login, the form must have been served
    to this session.
    """

    async def endpoint(request: Request) -> Response:
        length = request.headers.get("content-length", "")
        if not length.isdigit() or int(length) > LARGEST_BODY:
            return await run_in_threadpool(
                site.refuse,
                request,
                Wrong(
                    f"A form may not be larger than {LARGEST_BODY // 1_000_000} MB, and its length"
                    " must be known.",
                    413,
                ),
            )
        try:
            form = await request.form(max_files=50, max_fields=500)
        except (MultiPartException, ValueError) as error:
            # ValueError: python-multipart's own errors
            return await run_in_threadpool(
                site.refuse, request, Wrong(f"This form cannot be read: {error}")
            )
        except ClientDisconnect:
            return Response(status_code=400)  # the client has gone
        try:
            if request.url.path != LOGIN and not own_form(request, form):
                raise Wrong(
                    "This form is out of date or was sent by another site. Nothing was changed;"
                    " load the page again.",
                    403,
                )
            return await run_in_threadpool(act, site, request, form)
        except (Wrong, Refusal, LookupError) as error:
            return await run_in_threadpool(site.refuse, request, error)
        finally:
            await form.close()

    return endpoint


def go(path: str) -> Response:
    """A redirect after a form was processed, so that a reload does not send it again."""
    return RedirectResponse(path, 303)


def is_part(request: Request) -> bool:
    """Whether the page's own script asks, which takes parts of pages and the results of commands."""
    return bool(request.headers.get("x-part"))


def ended(request: Request, path: str, good: bool, text: str) -> Response:
    """The end of a command: the page `path` shows the result in a row of its own. The page's script
    gets the sentence too, to announce it.
    """
    if is_part(request):
        return JSONResponse({"good": good, "text": text, "to": path})
    return go(path)


def quote_all(text: str) -> str:
    """`text` with percent-escapes, for a part of a URL; lone surrogates are escaped too."""
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


def text(form: Mapping[str, Any], name: str, longest: int = 200, strip: bool = True) -> str:
    """A field of a form, by default without surrounding blanks.

    Raises Wrong for a file or more than `longest` characters.
    """
    value = form.get(name, "")
    if not isinstance(value, str):
        raise Wrong(f"{name}: text is expected")
    if len(value) > longest:
        raise Wrong(f"{name}: {longest} characters at most")
    return value.strip() if strip else value


def number(request: Request) -> int:
    """The id in the path. Raises LookupError if it is above LARGEST_ID."""
    given = int(request.path_params["id"])
    if given > LARGEST_ID:
        raise LookupError("there is nothing with this id")
    return given


def hours(request: Request, choices: tuple[int, ...], default: int) -> int:
    given = request.query_params.get("hours", "")
    return next((choice for choice in choices if str(choice) == given), default)


def optional(request: Request, name: str) -> Optional[str]:
    return request.query_params.get(name)
