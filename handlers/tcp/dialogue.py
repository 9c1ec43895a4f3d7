"""A PDU whose codec (host/unit_pdu.py) yields lines: its settings, session and handler.

The connection has no TLS: user and password are sent unencrypted.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Callable, Optional, Protocol, TypeVar

from .. import host
from ..host.unit_pdu import Codec, Outlet as Outlet, PduState as PduState, UnitPdu, run_dialogue
from ..http.login import Login
from ..shared.errors import NamedSetting, PduHandlerError, SettingsError
from ..shared.settings import HOST, TIMEOUT, Setting, Settings, one_line, port
from ..shared.switching import CALL_SECONDS
from .connection import LineConnection

T = TypeVar("T")
PORT: Setting[Optional[int]] = Setting(
    "port", "1 to 65535", port, None, "if not the one that the make uses"
)
USERNAME: Setting[str] = Setting(
    "username",
    "a user name, on one line without tabs",
    one_line,
    "",
    "an account that may read, and switch outlets if DCImanager is to switch",
)
PASSWORD: Setting[str] = Setting(
    "password",
    "the user's password, on one line without tabs",
    one_line,
    "",
    "needed together with username; it is sent unencrypted",
    secret=True,
)
#: the settings of every such handler
SETTINGS: tuple[Setting[object], ...] = (HOST, PORT, USERNAME, PASSWORD, TIMEOUT)
#: yields lines without their ends, is sent the lines of their answers, and returns T
Dialogue = Generator[str, list[str], T]


class LineCodec(Codec[str, list[str]], Protocol):
    """What a vendor's module `decoding` has besides."""

    #: the port that the device uses unless it is changed
    PORT: int

    def is_last(self, line: str) -> bool:
        """Whether this line is the last one of an answer."""

    def log_in(self, username: str, password: str) -> Dialogue[None]:
        """What is sent first on each connection. Raises Denied if the device refuses the login."""


class LineSession:
    """One PDU, over one kept connection."""

    def __init__(self, codec: LineCodec, connection: LineConnection, login: Login) -> None:
        self.login = login
        self.address = connection.address
        self._codec, self._connection = codec, connection

    def exchange(self, request: str) -> list[str]:
        """Send one line, after the login on a new connection, and return its answer."""
        if not self._connection.is_open:
            self.log_in()
        return self._connection.exchange(request, self._codec.is_last)

    def log_in(self, note: Callable[[str, list[str]], object] = lambda line, answer: None) -> None:
        """Log in. `note` is called with each line that was sent, and its answer."""

        def send(line: str) -> list[str]:
            answer = self._connection.exchange(line, self._codec.is_last)
            note(line, answer)
            return answer

        login = self._codec.log_in(self.login.user or "", self.login.password or "")
        try:
            run_dialogue(login, send)
        except PduHandlerError as error:
            self._connection.close()
            raise self.without_secrets(error) from None

    def renew(self) -> None:
        self._connection.renew(CALL_SECONDS)

    def without_secrets(self, error: PduHandlerError) -> PduHandlerError:
        self.login.mask(error)
        return error


class LinePdu(UnitPdu[str, list[str]], host.BasePdu):
    """One PDU. `settings` may have more than SETTINGS, for the codec."""

    codec: LineCodec
    settings: tuple[Setting[object], ...] = SETTINGS

    @contextmanager
    def open_session(self, reads: bool) -> Iterator[LineSession]:
        settings = Settings(host.settings(self.pdu_data), type(self).settings)
        device = settings[HOST] or host.address(self.pdu_data)
        usual_port = self.codec.PORT
        connection = LineConnection(
            device.host,
            settings[PORT] or device.port or usual_port,
            usual_port,
            settings[TIMEOUT],
            CALL_SECONDS,
        )
        login = _read_login(settings)
        try:
            yield LineSession(self.codec, connection, login)
        finally:
            connection.close()


def _read_login(settings: Settings) -> Login:
    """The login; empty without a user. Raises SettingsError for a password without a user."""
    user, password = settings[USERNAME], settings[PASSWORD]
    if password and not user:
        raise SettingsError(
            (
                "the handler setting ",
                NamedSetting("username"),
                " is missing, which goes with ",
                NamedSetting("password"),
            )
        )
    return Login(user or None, password or None)
