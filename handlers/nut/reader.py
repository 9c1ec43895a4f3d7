"""A NUT session for reading: the server's devices, and the variables and commands of several of
them in one round trip.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Callable, NamedTuple, Optional, TypeVar

from ..shared.errors import PduHandlerError, printable
from . import requests as messages
from .connection import DEFAULT_PORT, Connection
from .errors import driver_not_ready_error, no_such_device
from .responses import NutRequest, Responses, Secret

if TYPE_CHECKING:
    from ..shared.tls import Trust

T = TypeVar("T")
_Self = TypeVar("_Self", bound="NutReader")
_QUOTED = 400  # limit for a server's text, in characters
STATUS, WAIT = "ups.status", "WAIT"
# seconds between two readings in WAIT, and between the first two GET TRACKING requests
POLL = 0.05
# codes for a request that the server does not offer
_NOT_OFFERED = (
    "FEATURE-NOT-SUPPORTED",
    "FEATURE-NOT-CONFIGURED",
    "UNKNOWN-COMMAND",
    "INVALID-ARGUMENT",
    "CMD-NOT-SUPPORTED",
    "VAR-NOT-SUPPORTED",
)
_LOGIN_FIRST = ("USERNAME-REQUIRED", "PASSWORD-REQUIRED", "ACCESS-DENIED")


class Snapshot(NamedTuple):
    """The lists of one device."""

    #: all variables and their values
    variables: dict[str, str]
    #: names of the instant commands
    commands: list[str]
    #: the writable variables and their values; {} unless the caller asked for them
    writable: dict[str, str]
    #: why `commands` or `writable` is empty: the requests that the server does not offer, with its
    #: codes; "" if it offers both
    refusal: str = ""


def _snapshot(
    answers: Responses,
    variables: NutRequest[dict[str, str]],
    commands: NutRequest[list[str]],
    writable: Optional[NutRequest[dict[str, str]]],
) -> Snapshot:
    """What these requests were answered. Raises the error of an answer."""
    requests = [request for request in (commands, writable) if request is not None]
    refusals = [request for request in requests if answers.code(request) in _NOT_OFFERED]
    return Snapshot(
        answers[variables],
        [] if commands in refusals else answers[commands],
        {} if writable is None or writable in refusals else answers[writable],
        ", ".join(
            f"{' '.join(request.label.split()[:2])} (ERR {answers.code(request)})"
            for request in refusals
        ),
    )


class NutReader:
    """Reads from a NUT server, on one connection that opens at the first request.

    User and password are sent once per connection, and only to a server that demands a login for
    reading (RFC 9271, 4.2.13).

    A request may raise Unreachable (network, TLS, deadline), ProtocolError, Denied, SettingsError
    (text that the protocol cannot carry, a device that the server does not have) or Refused with
    the server's code. DataStale and DriverNotConnected are kinds of Refused. `timeout`, in seconds,
    limits each exchange as a whole. All exchanges must end within `total` seconds after this object
    was created (None: no limit).

    A server that has just connected to a driver reports the status WAIT until the driver has
    answered. Until then, readings of the driver's data are repeated; after `timeout` seconds they
    raise DriverNotConnected.
    """

    def __init__(
        self,
        host: str,
        port: int = DEFAULT_PORT,
        *,
        username: str = "",
        password: str = "",
        tls: Optional[Trust] = None,
        timeout: float = 10.0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        total: Optional[float] = None,
    ) -> None:
        self._connection = Connection(host, port, tls, timeout, password, clock, total)
        self._username, self._password = username, password
        self._timeout = timeout
        self._clock, self._sleep = clock, sleep
        # the number of the connection on which the login was sent
        self._known_on = 0

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._connection.host}:{self._connection.port}>"

    def __enter__(self: _Self) -> _Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def host(self) -> str:
        """The server's, as it is addressed."""
        return self._connection.host

    def renew(self, total: float) -> None:
        """Allow `total` seconds from now on for all exchanges."""
        self._connection.renew(total)

    def close(self) -> None:
        """Close the connection. A later request opens a new one."""
        self._connection.close()

    def ask(self, *requests: NutRequest[object], end: Optional[float] = None) -> Responses:
        """Send any requests of `messages` in one write: 1 round trip.

        `end` is a deadline by the clock.
        """
        return self._connection.ask(*requests, end=end)

    def snapshots(self, devices: Sequence[str], writable: bool = False) -> dict[str, Snapshot]:
        """Variables and commands of each device, with `writable` also the writable variables: 1
        round trip.

        A reading needs only the variables: of a server that does not offer LIST CMD or LIST RW, the
        commands or the writable variables are none (nut-base-server 0.0.1 has no LIST CMD).
        """
        # > LIST VAR rack1
        # > LIST CMD rack1
        # > LIST RW rack1             with `writable`
        variables = {device: messages.list_var(device) for device in devices}
        commands = {device: messages.list_cmd(device) for device in devices}
        writables = {device: messages.list_rw(device) for device in devices if writable}
        requests: list[NutRequest[object]] = []
        for device in devices:
            requests += [variables[device], commands[device]]
            if writable:
                requests.append(writables[device])

        def look() -> tuple[dict[str, Snapshot], Optional[str]]:
            """All devices read once, and the first whose driver has no data yet (status WAIT)."""
            answers = self._ask_with_login(*requests)
            snapshot_by_device = {
                device: _snapshot(
                    answers, variables[device], commands[device], writables.get(device)
                )
                for device in devices
            }
            waiting = (
                device
                for device in devices
                if snapshot_by_device[device].variables.get(STATUS) == WAIT
            )
            return snapshot_by_device, next(waiting, None)

        return self._look_until_settled(look)

    def devices(self) -> dict[str, str]:
        """The server's devices and their descriptions: 1 round trip."""
        request = messages.list_ups()
        return self._ask_with_login(request)[request]

    def _ask_with_login(self, *requests: NutRequest[object]) -> Responses:
        """`ask` for readings: logs in if the server demands it. For a device that the server lacks,
        raises SettingsError, or the error of LIST UPS if that fails."""
        answers = self.ask(*requests)
        if (
            self._username
            and self._known_on != self._connection.opened
            and any(answers.code(request) in _LOGIN_FIRST for request in requests)
        ):
            answers = self._send_as_user(*requests)
        if "UNKNOWN-UPS" in map(answers.code, requests):
            raise self._no_such_device()
        return answers

    def _send_as_user(self, *requests: NutRequest[object]) -> Responses:
        """Send `requests`, with USERNAME and PASSWORD in front if there is a user and this
        connection has no login: 1 write.

        upsd answers OK to any password. Other servers may refuse the login itself: its error is
        raised if the last request then fails with a code in `_LOGIN_FIRST`.
        """
        # > USERNAME admin
        # > PASSWORD secret
        # > the requests
        self._connection.connect()
        logins: list[NutRequest[object]] = []
        if self._username and self._known_on != self._connection.opened:
            logins = [messages.username(self._username), messages.password(self._password)]
        answers = self.ask(*logins, *requests)
        self._known_on = self._connection.opened
        for login in logins:
            if answers.code(login) and answers.code(requests[-1]) in _LOGIN_FIRST:
                answers[login]  # raises the error of its ERR
        return answers

    def redact(self, text: str) -> str:
        """A server's text for an error; *** for one that holds the password, which the server may
        repeat.
        """
        return Secret(self._password).redact(text)

    def quoted(self, text: str) -> str:
        """`redact`, then printable and of limited length: for a log or the reason of a figure."""
        return printable(self.redact(text), _QUOTED)

    def _no_such_device(self) -> PduHandlerError:
        """The error for a device that the server lacks, with the names of its devices, or the error
        of LIST UPS: 1 round trip.
        """
        request = messages.list_ups()
        try:
            names = list(self.ask(request)[request])
        except PduHandlerError as error:
            return error
        return no_such_device([self.redact(name) for name in names], self._connection.place)

    def _look_until_settled(self, look: Callable[[], tuple[T, Optional[str]]]) -> T:
        """Repeat `look` until it returns no device in WAIT.

        Raises DriverNotConnected after `timeout` seconds.
        """
        end = self._clock() + self._timeout
        while True:
            answer, waited_for = look()
            if waited_for is None:
                return answer
            if self._clock() + POLL >= end:
                raise driver_not_ready_error(self.redact(waited_for), self._connection.place)
            self._sleep(POLL)
