"""A NUT session with every request of the protocol, for the handler and scripts. Only
scripts use some, such as `ranges` and `forced_shutdown`.

Docstrings state the usual cost in round trips. Connecting, waiting for a driver, the error for an
unknown device and requests of more than 16 KiB cost more; so does a login, if the server demands
one for reading.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Callable, Optional, TypeVar

from ..shared.errors import Denied, PduHandlerError, SettingsError
from . import requests
from .errors import ERRORS, WriteUnconfirmed, driver_not_ready_error
from .model import SwitchCommand
from .reader import POLL, STATUS, WAIT, NutReader
from .responses import NutRequest, Responses

T = TypeVar("T")
# for a request whose name the server does not support
_UNKNOWN_NAME = ("UNKNOWN-COMMAND", "INVALID-ARGUMENT")
# also answered while the server waits for the driver
_UNKNOWN_WHILE_WAITING = ("VAR-NOT-SUPPORTED", "CMD-NOT-SUPPORTED")
# longest pause, in seconds, between two readings of a write's report
_POLL_LONGEST = 0.5


class NutClient(NutReader):
    """A session with a NUT server, on one connection that opens at the first request.

    Reads like `NutReader`. User and password are sent once per connection, with the first request
    that needs them. A write is sent once and never again. It may raise DriverNotConnected at once
    while the server still waits for the driver.
    """

    _tracked_on = 0  # the number of the connection on which tracking is on

    @property
    def is_open(self) -> bool:
        """Whether there is a connection. The server may have closed it since the last answer."""
        return self._connection.is_open

    def connect(self) -> None:
        """Open the connection now, with TLS if that is set. Does nothing if it is already open."""
        self._connection.connect()

    # ---- reading ---------------------------------------------------------------------------------

    def variables(self, ups: str) -> dict[str, str]:
        """All variables of a device: 1 round trip."""
        request = requests.list_var(ups)

        def look() -> tuple[dict[str, str], Optional[str]]:
            variables = self._ask_with_login(request)[request]
            return variables, ups if variables.get(STATUS) == WAIT else None

        return self._look_until_settled(look)

    def writable(self, ups: str) -> dict[str, str]:
        """The writable variables of a device: 1 round trip."""
        return self._ask_driver(ups, requests.list_rw(ups))

    def commands(self, ups: str, describe: bool = False) -> dict[str, str]:
        """The commands of a device: 1 round trip.

        `describe`: 1 more, for the server's descriptions instead of ''.
        """
        commands = self._ask_driver(ups, requests.list_cmd(ups))
        if not describe or not commands:
            return dict.fromkeys(commands, "")
        request_by_command = {command: requests.get_cmddesc(ups, command) for command in commands}
        answers = self._ask_with_login(*request_by_command.values())
        return {
            command: "" if answers.code(request) else answers[request]
            for command, request in request_by_command.items()
        }

    def variable(self, ups: str, variable: str) -> str:
        """One variable: 1 round trip."""
        return self._ask_driver(ups, requests.get_var(ups, variable))

    def values(self, ups: str, variables: Sequence[str]) -> dict[str, str]:
        """Some variables of a device, without waiting for its driver: 1 round trip."""
        queries = {variable: requests.get_var(ups, variable) for variable in variables}
        answers = self._ask_with_login(*queries.values())
        return {variable: answers[request] for variable, request in queries.items()}

    def type(self, ups: str, variable: str) -> requests.VariableType:
        """The type of a variable: 1 round trip."""
        return self._ask_driver(ups, requests.get_type(ups, variable))

    def description(self, ups: str, variable: str = "") -> str:
        """The server's description of a variable, or of the device itself: 1 round trip."""
        return self._value_of(
            requests.get_desc(ups, variable) if variable else requests.get_upsdesc(ups)
        )

    def enumeration(self, ups: str, variable: str) -> list[str]:
        """The values that a variable of type ENUM accepts: 1 round trip."""
        return self._ask_driver(ups, requests.list_enum(ups, variable))

    def ranges(self, ups: str, variable: str) -> list[tuple[str, str]]:
        """The ranges (least, greatest) that a variable of type RANGE accepts: 1 round trip."""
        return self._ask_driver(ups, requests.list_range(ups, variable))

    def clients(self, ups: str) -> list[str]:
        """Addresses of the clients that are logged in to a device: 1 round trip."""
        return self._value_of(requests.list_client(ups))

    def logins(self, ups: str) -> int:
        """The number of clients that are logged in to a device: 1 round trip."""
        old, new = requests.get_numlogins(ups), requests.get_numlogins(ups, "NUMATTACH")
        return _either_answer(self._ask_with_login(old, new), old, new)

    def version(self) -> str:
        """Name and version of the server: 1 round trip."""
        return self._value_of(requests.ver())

    def protocol_version(self) -> str:
        """Version of the protocol: 1 round trip."""
        new, old = requests.protver(), requests.protver("NETVER")
        return _either_answer(self._ask_with_login(new, old), new, old)

    def help(self) -> str:
        """The requests that the server lists: 1 round trip."""
        return self._value_of(requests.server_help())

    def _value_of(self, request: NutRequest[T]) -> T:
        return self._ask_with_login(request)[request]

    def _ask_driver(self, ups: str, request: NutRequest[T]) -> T:
        """The answer to a request for a driver's data.

        Reads `ups.status` too, because only that shows WAIT.
        """
        status = requests.get_var(ups, STATUS)

        def look() -> tuple[Responses, Optional[str]]:
            answers = self._ask_with_login(status, request)
            return answers, ups if _says_wait(answers, status) else None

        return self._look_until_settled(look)[request]

    # ---- rights ----------------------------------------------------------------------------------

    def login(self, ups: str) -> None:
        """Register this connection as a client that the device powers: 1 round trip, 2 if the
        server knows only ATTACH.
        """
        self._send_either(self._send_as_user, requests.login(ups), requests.login(ups, "ATTACH"))

    def logout(self) -> None:
        """Send LOGOUT and close: 1 round trip, 2 if the server knows only DETACH.

        Does nothing without a connection.
        """
        if self.is_open:
            try:
                self._send_either(self.ask, requests.logout(), requests.logout("DETACH"))
            finally:
                self.close()

    @staticmethod
    def _send_either(
        send: Callable[[NutRequest[str]], Responses],
        usual_request: NutRequest[str],
        other_request: NutRequest[str],
    ) -> None:
        """Send the request under its usual name; if the server does not support that name, under
        the other: 1 round trip more.
        """
        answers = send(usual_request)
        if answers.code(usual_request) in _UNKNOWN_NAME:
            answers, usual_request = send(other_request), other_request
        answers[usual_request]

    def primary(self, ups: str) -> None:
        """Raise Denied if the user may not act as the primary client: 1 round trip, with the
        request under both its names.
        """
        new, old = requests.primary(ups), requests.primary(ups, "MASTER")
        _either_answer(self._send_as_user(new, old), new, old)

    def forced_shutdown(self, ups: str) -> None:
        """Set the device's forced-shutdown flag: 1 round trip. No request clears it."""
        flag = requests.fsd(ups)
        self._send_as_user(flag)[flag]

    # ---- writes ----------------------------------------------------------------------------------

    def set(self, ups: str, variable: str, value: str) -> bool:
        """Write a variable and wait for the driver's report: 1 round trip, and 1 for each look at
        the report.

        True: the driver reports success. False: the server accepted the write but shows no report,
        so nothing is proven. Raises Refused, Denied or SettingsError if the server did not accept
        the write. After WriteUnconfirmed (an unknown error code, an error as the report, or no
        report in time), Unreachable and ProtocolError the write may or may not have been done.
        """
        return self._write_tracked(ups, requests.set_var(ups, variable, value)) is not None

    def run(self, ups: str, command: str, parameter: str = "") -> bool:
        """Run an instant command and wait for the driver's report.

        Result, costs and errors are those of `set`.
        """
        return self._write_tracked(ups, requests.instcmd(ups, command, parameter)) is not None

    def switch(
        self, ups: str, command: SwitchCommand, variables: Sequence[str]
    ) -> Optional[dict[str, str]]:
        """Send the outlet's command as `run` or `set` do, and ask for these variables with each
        look at the driver's report. Returns the variables that came with a report of success,
        without one that could not be read; None where `run` and `set` return False.
        """
        write = (
            requests.instcmd(ups, command.name)
            if command.value is None
            else requests.set_var(ups, command.name, command.value)
        )
        queries = {variable: requests.get_var(ups, variable) for variable in variables}
        answers = self._write_tracked(ups, write, tuple(queries.values()))
        if answers is None:
            return None
        return {
            variable: answers[query]
            for variable, query in queries.items()
            if answers.failure(query) is None
        }

    def _write_tracked(
        self, ups: str, write: NutRequest[str], queries: Sequence[NutRequest[str]] = ()
    ) -> Optional[Responses]:
        """The answers to the report of success and to `queries`, which are sent with it; None if
        the server shows no report.
        """
        # > SET TRACKING ON                             unless tracking is on already
        # < OK
        # > INSTCMD rack1 outlet.3.load.off
        # < OK TRACKING 1bd31808-cb49-4aec-9d75-d056e6f018d2
        self.connect()
        tracking = requests.set_tracking(True)
        if self._tracked_on == self._connection.opened:
            answers = self._send_as_user(write)
        else:
            answers = self._send_as_user(tracking, write)
            if not answers.code(tracking):
                self._tracked_on = self._connection.opened
        code = answers.code(write)
        if code in _UNKNOWN_WHILE_WAITING and self._waits(ups):
            raise driver_not_ready_error(self.redact(ups), self._connection.place)
        if code == "UNKNOWN-UPS" and isinstance(unknown := self._no_such_device(), SettingsError):
            raise unknown
        failure = answers.failure(write)
        # an unknown code, from another version or a proxy
        if failure is not None and code not in ERRORS:
            raise WriteUnconfirmed(
                f"{failure.error().reason}; the request may or may not have been carried out: check"
                " the device before trying again",
                self._connection.place,
                self.redact(write.label),
            )
        identifier = answers[write]
        if not identifier:
            return None
        return self._await_report(identifier, self.redact(write.label), queries)

    def _waits(self, ups: str) -> bool:
        """Whether the server waits for the driver; False if that cannot be read: then the write's
        own error is raised.
        """
        status = requests.get_var(ups, STATUS)
        try:
            return _says_wait(self.ask(status), status)
        except PduHandlerError:
            return False

    def _await_report(
        self, identifier: str, label: str, queries: Sequence[NutRequest[str]]
    ) -> Optional[Responses]:
        """Wait for the report on an accepted write: the answers that came with its success, None if
        this user may not see it.

        Raises WriteUnconfirmed, and Unreachable or ProtocolError if the report cannot be read.
        """
        # > GET TRACKING 1bd31808-cb49-4aec-9d75-d056e6f018d2
        # < PENDING
        # > GET TRACKING 1bd31808-cb49-4aec-9d75-d056e6f018d2
        # < SUCCESS
        end, pause = self._clock() + self._timeout, POLL
        while True:
            report = requests.get_tracking(identifier)
            answers = self.ask(report, *queries, end=end)
            failure = answers.failure(report)
            if failure is not None:
                error = failure.error()
                # only the report is denied: the write was accepted
                if isinstance(error, Denied):
                    return None
                raise WriteUnconfirmed(
                    "accepted, but the report is an error, so it may or may not have been done:"
                    f" check the device before trying again ({error.reason})",
                    self._connection.place,
                    label,
                )
            if answers[report] == "SUCCESS":
                return answers
            if self._clock() + pause >= end:
                raise WriteUnconfirmed(
                    f"accepted, but the driver has not reported within {self._timeout:g} s whether"
                    " it was done: check the device before trying again",
                    self._connection.place,
                    label,
                )
            self._sleep(pause)
            pause = min(2 * pause, _POLL_LONGEST)


def _either_answer(
    answers: Responses, usual_request: NutRequest[T], other_request: NutRequest[T]
) -> T:
    """The answer to the usual request; to the other if the server does not support its name."""
    is_unknown = answers.code(usual_request) in _UNKNOWN_NAME
    return answers[other_request if is_unknown else usual_request]


def _says_wait(answers: Responses, status: NutRequest[str]) -> bool:
    return not answers.code(status) and answers[status] == WAIT
