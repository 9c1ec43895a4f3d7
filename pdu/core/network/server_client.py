"""Asks a server that is no PDU, such as Prometheus or NetBox, over HTTP: reads only."""

from __future__ import annotations

from collections.abc import Container
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from handlers.http.client import HttpClient, endpoint
from handlers.http.connection import StandardTransport
from handlers.http.login import Login
from handlers.http.message import Response
from handlers.shared.errors import SettingsError
from handlers.shared.tls import Trust

from . import hosts
from .http_errors import describe_as_server


class ReadLimits(NamedTuple):
    """Of one request."""

    #: for one wait, and for the exchange, in s
    timeout_s: float
    total_s: float
    #: of the answer
    most_bytes: int


class ServerClient:
    """One server, below a URL. Close it after use.

    The login goes to the host of the URL alone, and only over TLS or to this machine.
    """

    def __init__(
        self, url: str, login: Login, trust: Trust, limits: ReadLimits, login_options: str
    ) -> None:
        """`login_options`: those that give the login, for the error about one in the URL.

        Raises SettingsError for a URL that cannot be asked, or not with a login.
        """
        parts = _parts(url, login_options)
        if login != Login():
            _require_tls(parts)
        where = endpoint(parts.scheme, parts.netloc)
        #: of the URL, without a slash at its end
        self.path = parts.path.rstrip("/")
        #: for errors
        self.name = f"{parts.scheme}://{where.netloc}{self.path}"
        self._login, self._limits = login, limits
        self._client = HttpClient(where, StandardTransport(trust))

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def get(self, target: str, answers: Container[int] = (200,)) -> Response:
        """The answer, whose status is one of `answers`. Raises the errors of handlers/http, which
        speak of a server here.
        """
        with describe_as_server():
            return self._client.send(
                "GET",
                target,
                {"Accept": "application/json"},
                None,
                self._login,
                self._limits.timeout_s,
                self._limits.total_s,
                once=False,
                limit=self._limits.most_bytes,
                answers=answers,
            )


def _parts(url: str, login_options: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        is_plain = bool(parts.hostname) and not (parts.query or parts.fragment)
    except ValueError:
        is_plain = False
    if not is_plain or parts.scheme not in ("https", "http"):
        raise SettingsError("the URL must be https://HOST, with a path if the server has one")
    if "@" in parts.netloc:
        raise SettingsError(
            "the URL holds a login, which others can read in the list of processes: give"
            f" {login_options}"
        )
    return parts


def _require_tls(parts: SplitResult) -> None:
    if parts.scheme != "https" and not hosts.is_this_machine(parts.hostname or ""):
        raise SettingsError(
            "the URL is http://, and a login would be readable on the way: give https://, or ask"
            " without a login"
        )
