"""Paths and what answers them. Pure.

A path is compared as it was sent: an escaped slash in a name stays one.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Sequence
from typing import Callable, NamedTuple

from ..core.web.messages import WebResponse
from .errors import ApiError, not_found
from .request import GatewayRequest

GET = ("GET", "HEAD")


class Route(NamedTuple):
    """A path, in which {name} stands for one part of it."""

    path: str
    answer: Callable[[GatewayRequest], Awaitable[WebResponse]]
    methods: Sequence[str] = GET


class Router:
    """All routes of an application."""

    def __init__(self, routes: Sequence[Route]) -> None:
        self._routes = [(_pattern(route.path), route) for route in routes]

    async def answer(self, request: GatewayRequest, path: str) -> WebResponse:
        """The answer of the path's route. Raises ApiError if there is none."""
        matches = [
            (match.groupdict(), route)
            for pattern, route in self._routes
            if (match := pattern.fullmatch(path)) is not None
        ]
        methods = [method for _, route in matches for method in route.methods]
        for parts, route in matches:
            if request.method in route.methods:
                answer = await route.answer(request._replace(parts=parts))
                if request.method not in GET:
                    return answer
                # DSP0266, 8.1: on GET and HEAD
                return answer._replace(headers={**answer.headers, "Allow": ", ".join(methods)})
        if methods:
            raise ApiError(405, "method", "this path takes another method", allow=methods)
        not_found()


def _pattern(path: str) -> re.Pattern[str]:
    pieces = re.split(r"\{([a-z]+)\}", path)
    return re.compile(
        "".join(
            f"(?P<{piece}>[^/]+)" if number % 2 else re.escape(piece)
            for number, piece in enumerate(pieces)
        )
    )
