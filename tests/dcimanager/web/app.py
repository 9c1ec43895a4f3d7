"""The page as one ASGI application."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Optional

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Router
from starlette.staticfiles import StaticFiles

from ..simulations import Simulations
from .access import Access
from .pages import entry, handlers, log, pdu, pdus, servers, trust
from .site import Site, Wrong

if TYPE_CHECKING:
    from ..manager import DciManager

_PAGES = (entry, pdus, pdu, trust, handlers, servers, log)
_LONGEST_PATH = 1000  # in characters; int() refuses an id of more than 4300 digits


def application(
    manager: DciManager, simulations: Simulations, hosts: Optional[Sequence[str]]
) -> Any:
    """The pages, wrapped in `Access`, which checks `hosts`."""
    site = Site(manager, simulations)

    async def nothing(scope: Any, receive: Any, send: Any) -> None:
        await _missing(site, Request(scope))(scope, receive, send)

    routes = [route for page in _PAGES for route in page.routes(site)]
    router = Router(
        [*routes, Mount("/static", _Files(directory=Path(__file__).with_name("static")))],
        redirect_slashes=False,
        default=nothing,
    )

    async def bounded(scope: Any, receive: Any, send: Any) -> None:
        answer = router if len(scope["path"]) <= _LONGEST_PATH else nothing
        await answer(scope, receive, send)

    return Access(bounded, manager.tokens, hosts)


def _missing(site: Site, request: Request) -> Response:
    return site.wrong(request, Wrong("There is no such page.", 404))


class _Files(StaticFiles):
    """The browser may cache these files but must revalidate them each time.

    An error has no body.
    """

    async def get_response(self, path: str, scope: Any) -> Response:
        try:
            answer = await super().get_response(path, scope)
        except HTTPException as error:
            return Response(status_code=error.status_code)
        except ValueError:  # a NUL in the path
            return Response(status_code=404)
        answer.headers["cache-control"] = "no-cache"
        return answer
