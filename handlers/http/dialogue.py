"""A PDU whose codec (host/unit_pdu.py) yields HTTP requests: its settings, session and handler."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import NamedTuple, Optional, TypeVar, Union

from .. import host
from ..host.unit_pdu import Outlet as Outlet, PduState as PduState, UnitPdu, UnitSession
from ..shared.errors import NamedSetting, PduHandlerError, SettingsError
from ..shared.settings import HOST, TIMEOUT, Setting, Settings, port
from ..shared.switching import CALL_SECONDS
from ..shared.tls import CA_PEM, FINGERPRINT, VERIFY, Trust
from .client import HttpClient, endpoint
from .connection import StandardTransport
from .errors import HttpException, HttpRefused, HttpUnreachable, may_have_executed
from .login import Login
from .settings import PASSWORD, SCHEME, USERNAME

T = TypeVar("T")
PORT: Setting[Optional[int]] = Setting("port", "1 to 65535", port, None, "if not 443 (http: 80)")
#: the settings of every such handler
SETTINGS: tuple[Setting[object], ...] = (
    HOST,
    PORT,
    SCHEME,
    USERNAME,
    PASSWORD,
    VERIFY,
    CA_PEM,
    FINGERPRINT,
    TIMEOUT,
)
_LIMIT = 1 << 20  # limit for an answer, in bytes
_JSON = {"Content-Type": "application/json", "Accept": "application/json"}


class ReadRequest(NamedTuple):
    """GET of a path. It changes nothing, and may be sent again."""

    path: str


class WriteRequest(NamedTuple):
    """A request that switches. With any method, it is sent once, and follows no redirect."""

    path: str
    body: bytes = b""
    method: str = "POST"
    #: the statuses that are an answer to it; any other is an error
    answers: tuple[int, ...] = (200,)


Request = Union[ReadRequest, WriteRequest]
#: yields requests, is sent the bodies of their answers, and returns T
Dialogue = Generator[Request, bytes, T]


class HttpSession:
    """One PDU, over one kept connection. `timeout` bounds each wait, in seconds."""

    def __init__(self, client: HttpClient, login: Login, timeout: float) -> None:
        self.login = login
        self.address = client.where.host
        self._client, self._timeout = client, timeout

    def exchange(self, request: Request) -> bytes:
        """Send one request, and return the body of its answer."""
        method, body = "GET", None
        answers: tuple[int, ...] = (200,)
        if isinstance(request, WriteRequest):
            method, body, answers = request.method, request.body or None, request.answers
        try:
            return self._client.send(
                method,
                request.path,
                _JSON,
                body,
                self.login,
                self._timeout,
                2 * self._timeout,
                once=isinstance(request, WriteRequest),
                limit=_LIMIT,
                answers=answers,
            ).body
        except HttpRefused as error:
            if isinstance(request, ReadRequest) or not may_have_executed(error):
                raise
            raise HttpUnreachable(error.parts, error.host, error.operation) from None

    def renew(self) -> None:
        self._client.renew(CALL_SECONDS)


class HttpPdu(UnitPdu[Request, bytes], host.BasePdu):
    """One PDU. `settings` may have more than SETTINGS, for the codec."""

    settings: tuple[Setting[object], ...] = SETTINGS

    @contextmanager
    def open_session(self, reads: bool) -> Iterator[HttpSession]:
        settings = Settings(host.settings(self.pdu_data), type(self).settings)
        where = endpoint(
            settings[SCHEME], settings[HOST] or host.address(self.pdu_data), settings[PORT]
        )
        trust = Trust.of(settings, settings[SCHEME] == "https", NamedSetting("scheme", "https"))
        login = read_login(settings)._replace(public_words=frozenset((self.handler_name,)))
        client = HttpClient(where, StandardTransport(trust, CALL_SECONDS))
        try:
            yield HttpSession(client, login, settings[TIMEOUT])
        finally:
            client.close()

    def mask_error(self, session: UnitSession[Request, bytes], error: PduHandlerError) -> None:
        # those of the client are masked already, and speak of passwords themselves
        if isinstance(session, HttpSession) and not isinstance(error, HttpException):
            session.login.mask(error)


def read_login(settings: Settings) -> Login:
    """The login; empty without a user. Raises SettingsError if half of it is set."""
    user, password = settings[USERNAME], settings[PASSWORD]
    if bool(user) != bool(password):
        raise SettingsError(
            (
                NamedSetting("username", noun="the handler settings "),
                " and ",
                NamedSetting("password"),
                " go together: set both or neither",
            )
        )
    return Login(user or None, password or None)
