"""A NUT session in words of the protocol: what a server can be asked and told, each with its price in round trips."""
from __future__ import annotations

import time
from types import TracebackType
from typing import TYPE_CHECKING, Callable, Dict, List, NamedTuple, Optional, Sequence, Tuple, Type, TypeVar

from ..errors import Denied
from . import messages
from .connection import Connection
from .protocol import PORT, Answers, DriverNotConnected, Failure, NotProven, Request

if TYPE_CHECKING:
    from .starttls import Tls

T = TypeVar("T")
_STATUS, _WAIT = "ups.status", "WAIT"
_UNKNOWN_WHILE_WAITING = (Failure("VAR-NOT-SUPPORTED"), Failure("CMD-NOT-SUPPORTED"))
_POLL = 0.05
_POLL_LONGEST = 0.5


class Snapshot(NamedTuple):
    """One device at one moment; `writable` is {} where it was not asked for."""

    variables: Dict[str, str]
    commands: List[str]
    writable: Dict[str, str]


class NutClient:
    """A session with a NUT server, on one connection that opens at the first request.

    Every method raises Unreachable (network, TLS, deadline), ProtocolError, Denied, SettingsError (what the protocol
    cannot carry, a device that the server does not know) or Refused with the server's code; DataStale and
    DriverNotConnected are Refused of their own kind. A reading sends neither user nor password. A write is sent once
    and never again. `timeout` (seconds) is for each exchange as a whole.

    For half a second after its own start a server has not heard its drivers: it reports the status WAIT and knows nothing
    else of a device. A reading is then asked again for `timeout` seconds, and is DriverNotConnected if that does not end;
    a write is DriverNotConnected at once.
    """

    def __init__(self, host: str, port: int = PORT, *, username: str = "", password: str = "", tls: Optional[Tls] = None,
                 timeout: float = 10.0, clock: Callable[[], float] = time.monotonic,
                 sleep: Callable[[float], None] = time.sleep) -> None:
        self._connection = Connection(host, port, tls, timeout, password, clock)
        self._username, self._password, self._timeout = username, password, timeout
        self._clock, self._sleep = clock, sleep
        self._known_on = self._tracked_on = 0       # the connection, by its number, that has heard who we are

    def __repr__(self) -> str:
        return f"<NutClient {self._connection.host}:{self._connection.port}>"

    def __enter__(self) -> "NutClient":
        return self

    def __exit__(self, kind: Optional[Type[BaseException]], error: Optional[BaseException],
                 trace: Optional[TracebackType]) -> None:
        self.close()

    @property
    def is_open(self) -> bool:
        """Whether the connection of the last request still stands."""
        return self._connection.is_open

    def connect(self) -> None:
        """Open the connection now, and TLS where it is set; nothing if it is open."""
        self._connection.connect()

    def close(self) -> None:
        """Close the connection; a later request opens a new one."""
        self._connection.close()

    def ask(self, *requests: Request[object], end: Optional[float] = None) -> Answers:
        """Any requests of `messages` in one write: 1 round trip. `end` is a moment of the clock."""
        return self._connection.ask(*requests, end=end)

    # ---- reading ---------------------------------------------------------------------------------------------

    def snapshots(self, devices: Sequence[str], writable: bool = False) -> Dict[str, Snapshot]:
        """Variables and commands of each device, with `writable` also the writable variables: 1 round trip.

        Waits for drivers that the server has not heard yet, as every reading of a device does.
        """
        asked = [(device, messages.list_var(device), messages.list_cmd(device),
                  messages.list_rw(device) if writable else None) for device in devices]
        requests = [request for row in asked for request in row[1:] if request is not None]

        def look() -> Tuple[Dict[str, Snapshot], Optional[str]]:
            answers = self.ask(*requests)
            found = {device: Snapshot(answers[variables], answers[commands], answers[rw] if rw is not None else {})
                     for device, variables, commands, rw in asked}
            return found, next((device for device, seen in found.items() if seen.variables.get(_STATUS) == _WAIT), None)
        return self._heard(look)

    def devices(self) -> Dict[str, str]:
        """The server's devices and their descriptions: 1 round trip."""
        return self._one(messages.list_ups())

    def variables(self, ups: str) -> Dict[str, str]:
        """All variables of a device: 1 round trip."""
        listed = messages.list_var(ups)

        def look() -> Tuple[Dict[str, str], Optional[str]]:
            found = self.ask(listed)[listed]
            return found, ups if found.get(_STATUS) == _WAIT else None
        return self._heard(look)

    def writable(self, ups: str) -> Dict[str, str]:
        """The writable variables of a device: 1 round trip."""
        return self._of_driver(ups, messages.list_rw(ups))

    def commands(self, ups: str, describe: bool = False) -> Dict[str, str]:
        """The commands of a device, with the server's words if asked, else '': 1 round trip, or 2."""
        names = self._of_driver(ups, messages.list_cmd(ups))
        if not describe or not names:
            return dict.fromkeys(names, "")
        asked = {command: messages.get_cmddesc(ups, command) for command in names}
        answers = self.ask(*asked.values())
        return {command: "" if answers.failure(request) else answers[request] for command, request in asked.items()}

    def variable(self, ups: str, variable: str) -> str:
        """One variable: 1 round trip."""
        return self._of_driver(ups, messages.get_var(ups, variable))

    def type(self, ups: str, variable: str) -> messages.Type:
        """What a variable takes: 1 round trip."""
        return self._of_driver(ups, messages.get_type(ups, variable))

    def description(self, ups: str, variable: str = "") -> str:
        """The server's words on a variable, or on the device itself: 1 round trip."""
        return self._one(messages.get_desc(ups, variable) if variable else messages.get_upsdesc(ups))

    def enumeration(self, ups: str, variable: str) -> List[str]:
        """The values that a variable of type ENUM takes: 1 round trip."""
        return self._of_driver(ups, messages.list_enum(ups, variable))

    def ranges(self, ups: str, variable: str) -> List[Tuple[str, str]]:
        """Least and greatest values that a variable of type RANGE takes: 1 round trip."""
        return self._of_driver(ups, messages.list_range(ups, variable))

    def clients(self, ups: str) -> List[str]:
        """Addresses of the clients that are logged in to a device: 1 round trip."""
        return self._one(messages.list_client(ups))

    def logins(self, ups: str) -> int:
        """How many clients are logged in to a device: 1 round trip."""
        return self._one(messages.get_numlogins(ups))

    def version(self) -> str:
        """The server's name and version: 1 round trip."""
        return self._one(messages.ver())

    def protocol_version(self) -> str:
        """The protocol's version, by RFC 9271's name of the request or NUT's own: 1 round trip."""
        new, old = messages.protver(), messages.netver()
        answers = self.ask(new, old)
        return answers[old if answers.failure(new) else new]

    def help(self) -> str:
        """The requests that the server knows: 1 round trip."""
        return self._one(messages.help_())

    def _one(self, request: Request[T]) -> T:
        return self.ask(request)[request]

    def _of_driver(self, ups: str, request: Request[T]) -> T:
        """What a driver tells, with the status asked in front: it would else be missed in what WAIT leaves out."""
        status = messages.get_var(ups, _STATUS)

        def look() -> Tuple[Answers, Optional[str]]:
            answers = self.ask(status, request)
            return answers, ups if _says_wait(answers, status) else None
        return self._heard(look)[request]

    def _heard(self, look: Callable[[], Tuple[T, Optional[str]]]) -> T:
        """What `look` finds once it names no device that the server still waits for. Raises DriverNotConnected."""
        end = self._clock() + self._timeout
        while True:
            found, waited_for = look()
            if waited_for is None:
                return found
            if self._clock() + _POLL >= end:
                raise self._not_heard(waited_for)
            self._sleep(_POLL)

    def _not_heard(self, ups: str) -> DriverNotConnected:
        return DriverNotConnected(f"the NUT server still waits for the driver of {ups}: check that driver", _WAIT,
                                  self._connection.host, "GET VAR")

    # ---- rights and writes -----------------------------------------------------------------------------------

    def login(self, ups: str) -> None:
        """Count this connection as a client that the device feeds, until it is closed: 1 round trip."""
        self._as_user(messages.login(ups))

    def logout(self) -> None:
        """Say goodbye and close: 1 round trip; nothing if there is no connection."""
        if self._connection.is_open:
            try:
                self._one(messages.logout())
            finally:
                self.close()

    def primary(self, ups: str) -> None:
        """Ask for the rights of the primary client, under both names of the request: 1 round trip."""
        new, old = messages.primary(ups), messages.master(ups)
        answers = self._with_user(new, old)
        answers[old if answers.failure(new) == Failure("UNKNOWN-COMMAND") else new]

    def forced_shutdown(self, ups: str) -> None:
        """Set the device's forced-shutdown flag: 1 round trip. It stays until the server is restarted."""
        self._as_user(messages.fsd(ups))

    def set(self, ups: str, variable: str, value: str) -> bool:
        """Write a variable, and wait until the driver reports: 1 round trip, and one per look at the report.

        True: the driver reports success. False: accepted, but the server shows no report, so nothing is proven.
        Raises Refused where the server did not accept it. Once it is accepted, every other end is NotProven, or Unreachable
        where the connection failed: it may or may not have been done, also where the driver reports an error.
        """
        return self._tracked(ups, messages.set_var(ups, variable, value))

    def run(self, ups: str, command: str, parameter: str = "") -> bool:
        """Run an instant command; as `set`."""
        return self._tracked(ups, messages.instcmd(ups, command, parameter))

    def _as_user(self, request: Request[T]) -> T:
        return self._with_user(request)[request]

    def _with_user(self, *requests: Request[object]) -> Answers:
        """USERNAME and PASSWORD (once per connection) in front of `requests`, all in one write.

        A server answers OK to any password, so the two answers are not looked at: the requests' own answers tell.
        """
        self.connect()
        before: List[Request[object]] = []
        if self._username and self._known_on != self._connection.opened:
            before = [messages.username(self._username), messages.password(self._password)]
        answers = self.ask(*before, *requests)
        self._known_on = self._connection.opened
        return answers

    def _tracked(self, ups: str, write: Request[str]) -> bool:
        self.connect()
        tracking = messages.set_tracking(True)
        if self._tracked_on == self._connection.opened:
            answers = self._with_user(write)
        else:
            answers = self._with_user(tracking, write)
            if answers.failure(tracking) is None:
                self._tracked_on = self._connection.opened
        if answers.failure(write) in _UNKNOWN_WHILE_WAITING:
            status = messages.get_var(ups, _STATUS)
            if _says_wait(self.ask(status), status):
                raise self._not_heard(ups)
        identifier = answers[write]
        if not identifier:
            return False
        end, pause = self._clock() + self._timeout, _POLL
        while True:
            report = messages.get_tracking(identifier)
            answers = self.ask(report, end=end)
            failure = answers.failure(report)
            if failure is not None:
                error = failure.error()
                if isinstance(error, Denied):       # of the report, not of the command: that one was accepted
                    return False
                raise NotProven(f"accepted, but the report is an error, so it may or may not have been done: look at the "
                                f"device before trying again ({error.reason})", self._connection.host, write.label)
            if answers[report] == "SUCCESS":
                return True
            if self._clock() + pause >= end:
                raise NotProven(f"accepted, but the driver has not reported within {self._timeout:g} s whether it was done: look "
                                f"at the device before trying again", self._connection.host, write.label)
            self._sleep(pause)
            pause = min(2 * pause, _POLL_LONGEST)


def _says_wait(answers: Answers, status: Request[str]) -> bool:
    return answers.failure(status) is None and answers[status] == _WAIT
