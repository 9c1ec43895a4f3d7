"""A NUT session: the requests of handlers/nut/requests.py, asked of one server.

    with NutClient("192.0.2.9", username="admin", password=...) as nut:
        nut.answer(requests.get_var("rack1", "outlet.3.status"))
        nut.run("rack1", "outlet.3.load.off")

Docstrings state the usual cost in round trips. Connecting, the error for an unknown device and
requests of more than 16 KiB cost more; so does a login, if the server demands one for reading.

A request is a NutRequest: its `label`, "LIST VAR rack1", is the line that is sent; NutRequest[str]
is answered by a text. Answers has what the server answered to each request of one write:
`answers[request]` is the value, or raises the error of its ERR; `answers.code(request)` is the code
of that ERR, "" for none. Tracking: the server gives each write an id, by which GET TRACKING asks
whether the driver has done it.
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
from ..shared.unknown_states import some
from . import requests as messages
from .answers import Answers
from .connection import DEFAULT_PORT, Connection
from .errors import ERRORS, DriverNotConnected, ErrAnswer, WriteUnconfirmed
from .requests import NutRequest

if TYPE_CHECKING:
    from ..shared.tls import Trust

T = TypeVar("T")
_QUOTED = 400  # limit for a server's text, in characters
# seconds between the first two GET TRACKING requests, and the longest pause between two
POLL, _POLL_LONGEST = 0.05, 0.5
# codes for a request that the server does not offer
_NOT_OFFERED = (
    "FEATURE-NOT-SUPPORTED",
    "FEATURE-NOT-CONFIGURED",
    "UNKNOWN-COMMAND",
    "INVALID-ARGUMENT",
    "VAR-NOT-SUPPORTED",
    "CMD-NOT-SUPPORTED",
)
_LOGIN_FIRST = ("USERNAME-REQUIRED", "PASSWORD-REQUIRED", "ACCESS-DENIED")


class Snapshot(NamedTuple):
    """The lists of one device.

    >>> rack1 = Snapshot({"outlet.1.status": "on"}, ["outlet.1.load.off"], {})
    >>> rack1.variables["outlet.1.status"], rack1.commands
    ('on', ['outlet.1.load.off'])
    """

    #: all variables and their values
    variables: dict[str, str]
    #: names of the instant commands
    commands: list[str]
    #: the writable variables and their values; {} unless the caller asked for them
    writable: dict[str, str]


class NutClient(Connection):
    """A session with a NUT server, on one connection that opens at the first request. Two
    attributes are of that connection: `_is_logged_in` once USERNAME and PASSWORD were sent,
    whatever the answer, `_has_tracking` once the server has accepted SET TRACKING ON.

    User and password are sent once per connection: with the first request that needs them, and for
    reading only to a server that demands a login (RFC 9271, 4.2.13).

    A request may raise Unreachable (network, TLS, deadline), ProtocolError, Denied, SettingsError
    (text that the protocol cannot carry, a device that the server does not have) or Refused with
    the server's code. DataStale and DriverNotConnected are kinds of Refused. `timeout`, in seconds,
    limits each exchange as a whole. All exchanges must end within `total` seconds after this object
    was created (None: no limit). A write is sent once and never again.

        > USERNAME admin, PASSWORD ..., SET TRACKING ON, INSTCMD rack1 outlet.3.load.off
        < OK, OK, OK, OK TRACKING 1bd31808-cb49-4aec-9d75-d056e6f018d2
        > GET TRACKING 1bd31808-cb49-4aec-9d75-d056e6f018d2
        < SUCCESS
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
        self._is_logged_in = False
        self._has_tracking = False

    def close(self) -> None:
        super().close()
        self._is_logged_in = False
        self._has_tracking = False

    def quoted(self, text: str) -> str:
        """A server's text for a log or the reason of a figure: printable, at most 400 characters,
        and *** if it holds the password.

            "the driver is starting"      "the driver is starting"
            "wrong password s3cret"       "***"
        """
        return printable(self.redact(text), _QUOTED)

    # ---- readings --------------------------------------------------------------------------------

    def answer(self, request: NutRequest[T]) -> T:
        """The value that the server answers to a request that reads: 1 round trip. A request that
        needs a user is sent after USERNAME and PASSWORD. A write is not sent by this method.

            > GET VAR rack1 outlet.3.status
            < VAR rack1 outlet.3.status "on"          returns "on"
        """
        if request.needs_user:
            return self._ask_as_user(request)[request]
        return self._ask_with_login(request)[request]

    def snapshots(self, devices: Sequence[str], *, writable: bool = False) -> dict[str, Snapshot]:
        """Variables and commands of each device, with `writable` also the writable variables: 1
        round trip.

        A server need not offer LIST CMD or LIST RW: `commands` is then [] or `writable` {}. An
        example is nut-base-server 0.0.1, without LIST CMD. Raises DriverNotConnected for a device
        whose driver has no values yet.

            > LIST VAR rack1, LIST CMD rack1, LIST RW rack1
            < VAR rack1 outlet.1.status "on", CMD rack1 outlet.1.load.off
            Snapshot({"outlet.1.status": "on"}, ["outlet.1.load.off"], {})
        """
        list_var = {name: messages.list_var(name) for name in devices}
        list_cmd = {name: messages.list_cmd(name) for name in devices}
        list_rw = {name: messages.list_rw(name) for name in devices if writable}
        requests: list[NutRequest[object]] = []
        for name in devices:
            requests += [list_var[name], list_cmd[name]]
            if writable:
                requests.append(list_rw[name])
        answers = self._ask_with_login(*requests)
        snapshots: dict[str, Snapshot] = {}
        for name in devices:
            variables = answers[list_var[name]]
            if variables.get("ups.status") == "WAIT":
                raise self._no_values_yet(name)
            snapshots[name] = Snapshot(
                variables=variables,
                commands=_unless_not_offered(answers, list_cmd[name]) or [],
                writable=(_unless_not_offered(answers, list_rw[name]) or {}) if writable else {},
            )
        return snapshots

    def _ask_with_login(self, *requests: NutRequest[object]) -> Answers:
        """The answers to requests that read, which are sent without a login; if the server demands
        one, again with a login. Raises SettingsError, with the names of the server's devices, for a
        device that it lacks; if they cannot be listed, that error.

            > LIST VAR rack1
            < ERR ACCESS-DENIED
            > USERNAME admin, PASSWORD ..., LIST VAR rack1
            < OK, OK, VAR rack1 outlet.3.status "on"
        """
        answers = self.ask(*requests)
        demands_login = any(answers.code(request) in _LOGIN_FIRST for request in requests)
        if demands_login and self._username and not self._is_logged_in:
            answers = self._ask_as_user(*requests)
        if any(answers.code(request) == "UNKNOWN-UPS" for request in requests):
            raise self._no_such_device()
        return answers

    def _ask_as_user(self, *requests: NutRequest[object]) -> Answers:
        """The answers to `requests`, which are sent after USERNAME and PASSWORD, unless these were
        sent on this connection before, or no user is set: 1 write.

        upsd answers OK to any password. Another server may refuse it: if the last request is denied
        for want of a login, raises the error of USERNAME or PASSWORD. An ERR to any other request
        is not raised here, but where its answer is taken.
        """
        # > USERNAME admin
        # > PASSWORD secret
        # > the requests
        logins: list[NutRequest[object]] = []
        if self._username and not self._is_logged_in:
            logins = [messages.username(self._username), messages.password(self._password)]
        answers = self.ask(*logins, *requests)
        self._is_logged_in = True
        # the last: SET TRACKING, which stands before a write, may be refused on its own
        if answers.code(requests[-1]) in _LOGIN_FIRST:
            for login in logins:
                answers.require(login)
        return answers

    def _no_such_device(self) -> PduHandlerError:
        """The error for a device that the server lacks, with the names of its devices; if these
        cannot be listed, the error of LIST UPS. 1 round trip.

            > LIST UPS
            < UPS rack1 "Rack 1"
            ... no device of this name: correct device; it has rack1 (ERR UNKNOWN-UPS)
        """
        request = messages.list_ups()
        try:
            devices = [self.redact(name) for name in self.ask(request)[request]]
        except PduHandlerError as error:
            return error
        return SettingsError(
            (
                "the NUT server has no device of this name: correct ",
                NamedSetting("device"),
                f"; it has {some(devices) or 'none'} (ERR UNKNOWN-UPS)",
            ),
            host=self.netloc,
            operation="LIST UPS",
        )

    def _no_values_yet(self, ups: str) -> DriverNotConnected:
        """The error for the device `ups`, whose driver has not read any values yet: its server
        shows that by the word WAIT.

        > LIST VAR rack1
        < VAR rack1 ups.status "WAIT"
        """
        return DriverNotConnected(
            f"the NUT server is still waiting for the driver of {self.redact(ups)}: poll again,"
            " and check that driver if it stays so",
            "WAIT",
            self.netloc,
            "LIST VAR",
        )

    # ---- writes ----------------------------------------------------------------------------------

    def set(self, ups: str, variable: str, value: str) -> bool:
        """Write a variable and await the driver's report: True if it says that it did it, False if
        this user may not see its report. Raises Refused, Denied, SettingsError or WriteUnconfirmed.
        """
        # > SET VAR rack1 outlet.3.switch "off"
        return self.write(messages.set_var(ups, variable, value))

    def run(self, ups: str, command: str, parameter: str = "") -> bool:
        """Run an instant command and await the driver's report: True if it says that it did it,
        False if this user may not see its report. Raises Refused, Denied, SettingsError or
        WriteUnconfirmed.
        """
        # > INSTCMD rack1 outlet.3.load.off
        return self.write(messages.instcmd(ups, command, parameter))

    def write(self, request: NutRequest[str]) -> bool:
        """Send a `set_var` or `instcmd`, and await the driver's report: 1 round trip, and 1 for
        each GET TRACKING.

        True: the driver reports success. False: the server accepted the write but shows no report
        (no id for it, or denied), so nothing is proven. Raises Refused, Denied or SettingsError if
        the server did not accept the write. After WriteUnconfirmed (an unknown error code, an error
        as the report, or no report in time), Unreachable and ProtocolError the write may or may not
        have been done.
        """
        # > SET TRACKING ON                             unless tracking is on already
        # < OK
        # > INSTCMD rack1 outlet.3.load.off
        # < OK TRACKING 1bd31808-cb49-4aec-9d75-d056e6f018d2
        if self._has_tracking:
            answers = self._ask_as_user(request)
        else:
            tracking = messages.track_writes()
            answers = self._ask_as_user(tracking, request)
            # a server without tracking answers an ERR, and then the write without an id
            self._has_tracking = answers.code(tracking) == ""
        failure = answers.failure(request)
        if failure is not None:
            raise self._write_error(request, failure)
        identifier = answers[request]
        return identifier != "" and self._is_reported_done(identifier, request)

    def _write_error(self, request: NutRequest[str], failure: ErrAnswer) -> PduHandlerError:
        """The error for a write that the server answered with an ERR. A code that NUT's protocol
        does not list comes from another version or a proxy: then the write may have been done.

            ERR CMD-NOT-SUPPORTED    Refused: the device has no such command ...
            ERR PROXY-FAILED         WriteUnconfirmed: ... may or may not have been carried out ...
        """
        if failure.code not in ERRORS:  # from another version or a proxy
            return self._unconfirmed(
                f"{failure.error().reason}; the request may or may not have been carried out: check"
                " the device before trying again",
                request,
            )
        return failure.error().at(self.netloc, self.redact(request.label))

    def _is_reported_done(self, identifier: str, request: NutRequest[str]) -> bool:
        """True if the driver reports, by GET TRACKING, that it did the write `request`, which the
        server accepted with the tracking id `identifier`; False if this user may not see reports.

        Asks until the report comes. Raises WriteUnconfirmed if it says that the write failed, or
        does not come within `timeout`; Unreachable or ProtocolError if it cannot be read.
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
                answers = self.ask(report, end=end)
            except PduHandlerError as ask_error:
                ask_error.may_have_executed = True  # also if this request was not sent
                raise
            failure = answers.failure(report)
            if failure is not None:
                error = failure.error()
                # only the report is denied: the write was accepted
                if isinstance(error, Denied):
                    return False
                raise self._unconfirmed(
                    "accepted, but the report is an error, so it may or may not have been done:"
                    f" check the device before trying again ({error.reason})",
                    request,
                )
            if answers[report] == "SUCCESS":
                return True
            if self._clock() + pause >= end:
                raise self._unconfirmed(
                    f"accepted, but the driver has not reported within {self.timeout:g} s whether"
                    " it was done: check the device before trying again",
                    request,
                )
            self._sleep(pause)
            pause = min(2 * pause, _POLL_LONGEST)

    def _unconfirmed(self, reason: str, request: NutRequest[str]) -> WriteUnconfirmed:
        """The error for a write that may or may not have been done."""
        return WriteUnconfirmed(reason, self.netloc, self.redact(request.label))


def _unless_not_offered(answers: Answers, request: NutRequest[T]) -> Optional[T]:
    """The answer to a request; None if the server does not offer such requests. Raises the error of
    any other ERR. For LIST CMD rack1:

        CMD rack1 outlet.1.load.off        ["outlet.1.load.off"]
        ERR UNKNOWN-COMMAND                None
        ERR DATA-STALE                     DataStale
    """
    return None if answers.code(request) in _NOT_OFFERED else answers[request]
