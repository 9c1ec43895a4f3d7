"""A NUT session: the requests of handlers/nut/requests.py, asked of one server.

    with NutClient("192.0.2.9", username="admin", password=...) as nut:
        nut.answer(requests.get_var("rack1", "outlet.3.status"))
        nut.run("rack1", "outlet.3.load.off")

Docstrings state the usual cost in round trips. Connecting, waiting for a driver, the error for an
unknown device and requests of more than 16 KiB cost more; so does a login, if the server demands
one for reading.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Callable, NamedTuple, Optional, TypeVar

from ..shared.errors import (
    Denied,
    NamedSetting,
    PduHandlerError,
    SettingsError,
    printable,
)
from . import requests as messages
from .connection import DEFAULT_PORT, Connection
from .errors import ERRORS, DriverNotConnected, ErrAnswer, WriteUnconfirmed
from .responses import NutRequest, Responses

if TYPE_CHECKING:
    from ..shared.tls import Trust

T = TypeVar("T")
_QUOTED = 400  # limit for a server's text, in characters
_NAMED = 20  # most devices that an error names
STATUS, WAIT = "ups.status", "WAIT"
# seconds between two readings in WAIT, and between the first two GET TRACKING requests; and the
# longest pause between two of these
POLL, _POLL_LONGEST = 0.05, 0.5
# for a request whose name the server does not support
_UNKNOWN_NAME = ("UNKNOWN-COMMAND", "INVALID-ARGUMENT")
# also answered while the server waits for the driver
_UNKNOWN_WHILE_WAITING = ("VAR-NOT-SUPPORTED", "CMD-NOT-SUPPORTED")
# codes for a request that the server does not offer
_NOT_OFFERED = (
    "FEATURE-NOT-SUPPORTED",
    "FEATURE-NOT-CONFIGURED",
    *_UNKNOWN_NAME,
    *_UNKNOWN_WHILE_WAITING,
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


class _Lists(NamedTuple):
    """The requests for the lists of one device."""

    # > LIST VAR rack1
    variables: NutRequest[dict[str, str]]
    # > LIST CMD rack1
    commands: NutRequest[list[str]]
    # > LIST RW rack1             if the caller asks for them
    writable: Optional[NutRequest[dict[str, str]]]

    def snapshot(self, answers: Responses) -> Snapshot:
        """The lists that the server answered, [] and {} for one that it does not offer. Raises the
        error of an answer.
        """
        refusals: list[str] = []
        variables = answers[self.variables]
        commands: list[str] = []
        if answers.code(self.commands) in _NOT_OFFERED:
            refusals.append(_refusal(self.commands, answers))
        else:
            commands = answers[self.commands]
        writable: dict[str, str] = {}
        if self.writable is not None and answers.code(self.writable) in _NOT_OFFERED:
            refusals.append(_refusal(self.writable, answers))
        elif self.writable is not None:
            writable = answers[self.writable]
        return Snapshot(
            variables=variables,
            commands=commands,
            writable=writable,
            refusal=", ".join(refusals),
        )


def _refusal(request: NutRequest[object], answers: Responses) -> str:
    """A request that the server does not offer, and its code."""
    verb_and_noun = request.label.split()[:2]
    return f"{' '.join(verb_and_noun)} (ERR {answers.code(request)})"


class NutClient(Connection):
    """A session with a NUT server, on one connection that opens at the first request.

    User and password are sent once per connection: with the first request that needs them, and for
    reading only to a server that demands a login (RFC 9271, 4.2.13).

    A request may raise Unreachable (network, TLS, deadline), ProtocolError, Denied, SettingsError
    (text that the protocol cannot carry, a device that the server does not have) or Refused with
    the server's code. DataStale and DriverNotConnected are kinds of Refused. `timeout`, in seconds,
    limits each exchange as a whole. All exchanges must end within `total` seconds after this object
    was created (None: no limit).

    A server that has just connected to a driver reports the status WAIT until the driver has
    answered. Until then, readings of the driver's data are repeated; after `timeout` seconds they
    raise DriverNotConnected. A write is sent once and never again, and may raise it at once.
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
        super().__init__(
            host, port, secret=password, tls=tls, timeout=timeout, clock=clock, total=total
        )
        self._username = username
        self._password = password
        self._sleep = sleep
        # the number of the connection that the login was last sent on; 0: none
        self._login_sent_on = 0
        # the number of the connection that has tracking on; 0: none
        self._tracked_on = 0

    def quoted(self, text: str) -> str:
        """`redact`, then printable and of limited length: for a log or the reason of a figure."""
        return printable(self.redact(text), _QUOTED)

    # ---- requests --------------------------------------------------------------------------------

    def answer(self, request: NutRequest[T]) -> T:
        """The answer to a request that is no write of a variable and no command: 1 round trip, 1
        more if the server knows the request only under its other name.

        A request for a driver's data is repeated while the driver is in WAIT. One that needs a user
        is sent after the login.
        """
        if request.driver:
            return self._settled_answer(request)
        if request.needs_user:
            answers = self._send_as_user(request)
        else:
            answers = self._ask_with_login(request)
        if request.alias is not None and answers.code(request) in _UNKNOWN_NAME:
            return self.answer(request.alias)
        return answers[request]

    def values(self, ups: str, variables: Sequence[str]) -> dict[str, str]:
        """Some variables of a device, without waiting for its driver: 1 round trip."""
        request_by_variable = {name: messages.get_var(ups, name) for name in variables}
        answers = self._ask_with_login(*request_by_variable.values())
        return {name: answers[request] for name, request in request_by_variable.items()}

    def snapshots(self, devices: Sequence[str], *, writable: bool = False) -> dict[str, Snapshot]:
        """Variables and commands of each device, with `writable` also the writable variables: 1
        round trip.

        A server need not offer LIST CMD or LIST RW: `commands` is then [] or `writable` {}. An
        example is nut-base-server 0.0.1, without LIST CMD.
        """
        lists_by_device: dict[str, _Lists] = {}
        requests: list[NutRequest[object]] = []
        for device in devices:
            lists = _Lists(
                variables=messages.list_var(device),
                commands=messages.list_cmd(device),
                writable=messages.list_rw(device) if writable else None,
            )
            lists_by_device[device] = lists
            requests += filter(None, lists)

        def look() -> tuple[dict[str, Snapshot], Optional[str]]:
            """All devices read once, and the first whose driver has no data yet (status WAIT)."""
            answers = self._ask_with_login(*requests)
            snapshots: dict[str, Snapshot] = {}
            waiting_devices: list[str] = []
            for device, lists in lists_by_device.items():
                snapshots[device] = lists.snapshot(answers)
                if snapshots[device].variables.get(STATUS) == WAIT:
                    waiting_devices.append(device)
            return snapshots, waiting_devices[0] if waiting_devices else None

        return self._look_until_settled(look)

    def logout(self) -> None:
        """Send LOGOUT and close. Does nothing without a connection."""
        if self.is_open:
            try:
                self.answer(messages.logout())
            finally:
                self.close()

    def _ask_with_login(self, *requests: NutRequest[object]) -> Responses:
        """`ask` for readings: logs in if the server demands it. For a device that the server lacks,
        raises SettingsError, or the error of LIST UPS if that fails."""
        answers = self.ask(*requests)
        may_log_in = self._username != "" and self._login_sent_on != self.connection_number
        if may_log_in:
            demands_login = any(answers.code(request) in _LOGIN_FIRST for request in requests)
            if demands_login:
                answers = self._send_as_user(*requests)
        if any(answers.code(request) == "UNKNOWN-UPS" for request in requests):
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
        self.connect()
        logins: list[NutRequest[object]] = []
        if self._username and self._login_sent_on != self.connection_number:
            logins.append(messages.username(self._username))
            logins.append(messages.password(self._password))
        answers = self.ask(*logins, *requests)
        self._login_sent_on = self.connection_number
        # the last: SET TRACKING, which stands before a write, may be refused on its own
        if answers.code(requests[-1]) in _LOGIN_FIRST:
            for login in logins:
                is_refused = answers.code(login) != ""
                if is_refused:
                    answers.require_ok(login)
        return answers

    def _no_such_device(self) -> PduHandlerError:
        """The error for a device that the server lacks, with the names of its devices, or the error
        of LIST UPS: 1 round trip.
        """
        request = messages.list_ups()
        try:
            devices = [self.redact(name) for name in self.ask(request)[request]]
        except PduHandlerError as error:
            return error
        names = ", ".join(devices[:_NAMED]) or "none"
        remainder = f" and {len(devices) - _NAMED} more" if len(devices) > _NAMED else ""
        return SettingsError(
            (
                "the NUT server has no device of this name: correct ",
                NamedSetting("device"),
                f"; it has {names}{remainder} (ERR UNKNOWN-UPS)",
            ),
            host=self.place,
            operation="LIST UPS",
        )

    # ---- drivers that have not answered yet ------------------------------------------------------

    def _settled_answer(self, request: NutRequest[T]) -> T:
        """The answer to a request for a driver's data. Reads `ups.status` too, because only that
        shows WAIT.
        """
        status = messages.get_var(request.driver, STATUS)

        def look() -> tuple[Responses, Optional[str]]:
            answers = self._ask_with_login(status, request)
            waiting_driver = request.driver if _says_wait(answers, status) else None
            return answers, waiting_driver

        settled_answers = self._look_until_settled(look)
        return settled_answers[request]

    def _look_until_settled(self, look: Callable[[], tuple[T, Optional[str]]]) -> T:
        """Call `look`, which returns an answer and the device in WAIT, until there is none in WAIT.
        Raises DriverNotConnected after `timeout` seconds.
        """
        end = self._clock() + self.timeout
        while True:
            answer, waited_for = look()
            if waited_for is None:
                return answer
            if self._clock() + POLL >= end:
                raise self._not_ready(waited_for)
            self._sleep(POLL)

    def _not_ready(self, ups: str) -> DriverNotConnected:
        """The error for a device whose driver has not answered yet."""
        return DriverNotConnected(
            f"the NUT server is still waiting for the driver of {self.redact(ups)}: check that"
            " driver",
            WAIT,
            self.place,
            f"reading {STATUS}",
        )

    # ---- writes ----------------------------------------------------------------------------------

    def set(self, ups: str, variable: str, value: str) -> bool:
        """Write a variable and await the driver's report: 1 round trip, 1 for each GET TRACKING.

        True: the driver reports success. False: the server accepted the write but shows no report,
        so nothing is proven. Raises Refused, Denied or SettingsError if the server did not accept
        the write. After WriteUnconfirmed (an unknown error code, an error as the report, or no
        report in time), Unreachable and ProtocolError the write may or may not have been done.
        """
        answers = self.write(ups, messages.set_var(ups, variable, value))
        return answers is not None

    def run(self, ups: str, command: str, parameter: str = "") -> bool:
        """Run an instant command and wait for the driver's report.

        Result, costs and errors are those of `set`.
        """
        answers = self.write(ups, messages.instcmd(ups, command, parameter))
        return answers is not None

    def write(
        self, ups: str, request: NutRequest[str], *queries: NutRequest[object]
    ) -> Optional[Responses]:
        """Send a `set_var` or `instcmd` of the device `ups`, and repeat GET TRACKING until the
        driver reports: 1 round trip, and 1 for each GET TRACKING. `queries` are sent with each.

        Returns the last answers: SUCCESS, and those to `queries`. None if the server accepted the
        request but shows no report (no id for it, or denied). Errors are those of `set`.
        """
        # > SET TRACKING ON                             unless tracking is on already
        # < OK
        # > INSTCMD rack1 outlet.3.load.off
        # < OK TRACKING 1bd31808-cb49-4aec-9d75-d056e6f018d2
        self.connect()
        tracking = messages.track_writes()
        # tracking stays on for the whole connection: once it is accepted, it is not sent again
        if self._tracked_on == self.connection_number:
            answers = self._send_as_user(request)
        else:
            answers = self._send_as_user(tracking, request)
            # a server without tracking answers an ERR, and then the write without an id
            is_tracked = answers.code(tracking) == ""
            if is_tracked:
                self._tracked_on = self.connection_number
        failure = answers.failure(request)
        if failure is not None:
            raise self._write_error(ups, request, failure)
        identifier = answers[request]
        if not identifier:
            return None
        return self._await_report(identifier, request, queries)

    def _write_error(
        self, ups: str, request: NutRequest[str], failure: ErrAnswer
    ) -> PduHandlerError:
        """The error for a write that the server answered with an ERR."""
        if failure.code in _UNKNOWN_WHILE_WAITING and self._driver_is_awaited(ups):
            return self._not_ready(ups)
        if failure.code == "UNKNOWN-UPS":
            error = self._no_such_device()
            # any other error is one of LIST UPS, and not of the write
            if isinstance(error, SettingsError):
                return error
        if failure.code not in ERRORS:  # from another version or a proxy
            return self._unconfirmed(
                f"{failure.error().reason}; the request may or may not have been carried out: check"
                " the device before trying again",
                request,
            )
        return failure.error().at(self.place, self.redact(request.label))

    def _driver_is_awaited(self, ups: str) -> bool:
        """Whether the server waits for the driver; False if that cannot be read, so that the caller
        raises the error of its write.
        """
        status = messages.get_var(ups, STATUS)
        try:
            return _says_wait(self.ask(status), status)
        except PduHandlerError:
            return False

    def _await_report(
        self, identifier: str, request: NutRequest[str], queries: Sequence[NutRequest[object]]
    ) -> Optional[Responses]:
        """Wait for the report on an accepted write: the answers that came with its success, None if
        this user may not see it.

        Raises WriteUnconfirmed, and Unreachable or ProtocolError if the report cannot be read.
        """
        # > GET TRACKING 1bd31808-cb49-4aec-9d75-d056e6f018d2
        # < PENDING
        # > GET TRACKING 1bd31808-cb49-4aec-9d75-d056e6f018d2
        # < SUCCESS
        end = self._clock() + self.timeout
        pause = POLL
        while True:
            report = messages.get_tracking(identifier)
            try:
                answers = self.ask(report, *queries, end=end)
            except PduHandlerError as ask_error:
                ask_error.may_have_executed = True  # also if this request was not sent
                raise
            failure = answers.failure(report)
            if failure is not None:
                error = failure.error()
                # only the report is denied: the write was accepted
                if isinstance(error, Denied):
                    return None
                raise self._unconfirmed(
                    "accepted, but the report is an error, so it may or may not have been done:"
                    f" check the device before trying again ({error.reason})",
                    request,
                )
            if answers[report] == "SUCCESS":
                return answers
            if self._clock() + pause >= end:
                raise self._unconfirmed(
                    f"accepted, but the driver has not reported within {self.timeout:g} s whether"
                    " it was done: check the device before trying again",
                    request,
                )
            self._sleep(pause)
            pause = min(2 * pause, _POLL_LONGEST)

    def _unconfirmed(self, reason: str, request: NutRequest[str]) -> WriteUnconfirmed:
        return WriteUnconfirmed(reason, self.place, self.redact(request.label))


def _says_wait(answers: Responses, status: NutRequest[str]) -> bool:
    """Whether the answer to the request for `ups.status` is WAIT; False for an ERR."""
    is_answered = answers.code(status) == ""
    return is_answered and answers[status] == WAIT
