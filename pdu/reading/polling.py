"""Reads one PDU of a list once: the only way in which tools that keep running read it.

A target (`Target`) is a PDU of the list with its handler and its login, ready to be read. What
cannot be read is no error here: it is in the `failures` of the reading that is returned.
`read_until_error(parts, read)` calls `read`, which reads these parts, and makes a failure of its
error.
"""

from __future__ import annotations

import contextvars
import shlex
import threading
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Callable, NamedTuple, Union

from handlers.shared.errors import SettingsError, printable

from ..cli.error_output import NoSuchHandler
from ..cli.options import SECRETS, spelled_secret
from ..loading.handler_loading import LoadedHandler, load
from ..pdu_list import form as connection_data
from ..pdu_list.device_list import WrongRow
from ..pdu_list.listed_pdu import ListedPdu
from ..pdu_list.login_options import Login, NoSecret
from ..pdu_list.logins import ENVIRONMENT, DeviceLogin
from . import parts as pdu_parts
from .parts import Part, Reading, read_pdu, read_until_error


class Target(NamedTuple):
    """A PDU that is polled, with its handler and login: `Target(ListedPdu("r1-left", "snmp", ...),
    handler, login)`. If its row of the list is wrong, `handler_or_error` is the error that says so.
    """

    device: ListedPdu
    handler_or_error: Union[LoadedHandler, SettingsError]
    auth: DeviceLogin

    @property
    def handler(self) -> LoadedHandler:
        """The handler. Raises SettingsError if the row of the list is wrong, such as one whose
        handler does not exist.
        """
        if isinstance(self.handler_or_error, SettingsError):
            raise self.handler_or_error
        return self.handler_or_error

    def data(self) -> Any:
        """The object for make_handler: the PDU's address, its settings and the secrets of its
        login. The settings of the PDU win over those of its login. Raises SettingsError.

        >>> from handlers.shared.address import Address
        >>> login = DeviceLogin("hall", {"port": "8443"}, {})
        >>> row = ListedPdu("r1", "netio", Address("192.0.2.7"), settings=(("scheme", "http"),))
        >>> Target(row, load("netio"), login).data().custom_params
        {'port': '8443', 'scheme': 'http'}
        """
        handler = self.handler
        settings = {**self.auth.settings, **dict(self.device.settings)}  # the PDU's win
        login = Login().with_list(settings, self.auth)
        try:
            return connection_data.pdu_data(handler, self.device.address, login)
        except NoSecret as error:
            if self.auth.name != ENVIRONMENT:
                raise
            remedy = "name a login of the file --auth in the column auth, or set"
            reason = f"{error.reason}: {remedy} {spelled_secret(error.key)}"
            raise NoSecret(reason, error.key) from None


def targets(
    devices: Sequence[ListedPdu],
    auths: Mapping[str, DeviceLogin],
    usual_login: DeviceLogin,
    wrong_rows: Sequence[WrongRow] = (),
) -> list[Target]:
    """The targets of a list: the PDUs with their handlers, each loaded once, and their logins.
    `auths`: name of a login → login; `usual_login`: of PDUs that name none. A wrong row is a target
    with an error; others are read all the same. Raises SettingsError for a secret in `usual_login`
    that no handler takes.

        r1-left,snmp,192.0.2.8,hall    Target(r1-left, handler, the login hall)
        r1-right,snmp,192.0.2.9        Target(r1-right, handler, usual_login)
        r2,smnp,192.0.2.10             Target(r2, SettingsError("no handler 'smnp' ..."), ...)

    >>> from handlers.shared.address import Address
    >>> row = ListedPdu("r1", "netoi", Address("192.0.2.7"))
    >>> (target,) = targets([row], {}, DeviceLogin("none", {}, {}))
    >>> target.handler_or_error.reason.partition(" (")[0]
    "'netoi' is not a handler"
    """
    handlers: dict[str, Union[LoadedHandler, SettingsError]] = {}
    all_targets: list[Target] = []
    for device in devices:
        if device.handler not in handlers:
            handlers[device.handler] = _load(device.handler)
        handler = handlers[device.handler]
        try:
            login = device.login(auths) or usual_login
            all_targets.append(Target(device, handler, login))
        except SettingsError as error:
            all_targets.append(Target(device, error, usual_login))
    for row in wrong_rows:
        # a row without a name is called by its line, which the fault would repeat
        fault = row.reason if row.device.name == row.where else row.fault
        all_targets.append(Target(row.device, SettingsError(fault), usual_login))
    loaded_handlers = [item for item in handlers.values() if isinstance(item, LoadedHandler)]
    _check_secrets(usual_login, loaded_handlers)
    return all_targets


def _load(word: str) -> Union[LoadedHandler, SettingsError]:
    """The handler of this name or path; if there is none, the error that says why.

    >>> _load("snmp").display_name
    'snmp'
    >>> type(_load("smnp")).__name__
    'SettingsError'
    """
    try:
        return load(word)
    except NoSuchHandler as error:
        advice = f"pdu supports {shlex.quote(printable(word, 60))} says what reads such a PDU"
        return SettingsError(f"{error.reason}; {advice}")
    except SettingsError as error:
        return error


def _check_secrets(login: DeviceLogin, handlers: Iterable[LoadedHandler]) -> None:
    """Raises SettingsError for a secret of the login that no handler takes: neither one of the
    usual names, such as `community`, nor a secret setting of these handlers.

    >>> _check_secrets(DeviceLogin("", {}, {"community": "x"}), [])
    >>> _check_secrets(DeviceLogin("", {}, {"comunity": "x"}), [])  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    handlers.shared.errors.SettingsError: --secret-file: unknown secret 'comunity'; known: ...
    """
    known_secrets = set(SECRETS)
    for handler in handlers:
        known_secrets.update(setting.key for setting in handler.settings if setting.secret)
    for key in login.secrets:
        if key not in known_secrets:
            raise SettingsError(
                f"--secret-file: unknown secret {printable(key, 60)!r}; known:"
                f" {', '.join(sorted(known_secrets))}"
            )


def poll(
    target: Target,
    *,
    with_labels: bool = False,
    with_power: bool = False,
    parts: Sequence[Part] = (),
) -> Reading:
    """A reading of states and figures, read as DCImanager does; W `with_power`, numbers and names
    `with_labels`, then further `parts`, all in one session. Raises nothing: an error is one of the
    `failures` of the reading, and the next part is read, unless the device is silent.

        > status       < 1 on, 2 off
        > statistic    < an error: refused
        Reading([1 UP, 2 DOWN], has_states=True, failures={"figures": CallError("refused", ...)})
    """
    all_parts = [pdu_parts.states, pdu_parts.power if with_power else pdu_parts.figures]
    if with_labels:
        all_parts.append(pdu_parts.labels)
    all_parts += parts
    return _read_parts(target, all_parts)


def poll_lines(target: Target) -> Reading:
    """A reading of states, A, kWh, W, numbers, names, and the lines and breakers; errors are its
    `failures`.
    """
    return poll(target, with_labels=True, with_power=True, parts=(pdu_parts.read_topology,))


def poll_names(target: Target) -> Reading:
    """A reading of the states, and of numbers and names; errors are its `failures`."""
    return _read_parts(target, (pdu_parts.states, pdu_parts.labels))


def _read_parts(target: Target, parts: Sequence[Part]) -> Reading:
    """A reading of these parts, with its seconds, and its `requests` if the handler counts them. An
    error is one of its `failures`; after one of the device or the login no further part is read.

        > status       < no answer                     (statistic is not asked)
        Reading(failures={"states": CallError("unreachable", "no answer")}, seconds=2.0, requests=3)
    """
    counter = _RequestCounter()

    def read_parts(on_reading: Callable[[Reading], object]) -> None:
        handler = target.handler
        if handler.request_hook is not None:
            handler.request_hook.set(counter.count)
            counter.is_used = True
        names_of_parts = [part.name for part in parts]
        read_pdu(handler, target.data(), parts, on_reading, optional=names_of_parts)

    # in a context of its own, the hook counts the requests of this reading alone
    context = contextvars.copy_context()
    reading = context.run(read_until_error, parts, read_parts)
    return reading._replace(requests=counter.requests) if counter.is_used else reading


class _RequestCounter:
    """Counts the requests of one reading in `requests`. A handler may send from several threads.
    `is_used`: whether the handler reports its requests.
    """

    def __init__(self) -> None:
        self.requests = 0
        self.is_used = False
        self._lock = threading.Lock()

    def count(self) -> None:
        """Count one request."""
        with self._lock:
            self.requests += 1
