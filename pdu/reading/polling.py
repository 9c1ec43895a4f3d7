"""Reads one PDU of a list once: the only way in which tools that keep running read it."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Mapping, Sequence
from typing import Any, Callable, NamedTuple, Optional

from handlers.shared.errors import SettingsError, printable

from ..cli.error_output import NoSuchHandler
from ..cli.options import SECRETS, spelled_secret
from ..loading.handler_loading import LoadedHandler, load
from ..pdu_list import form as connection_data
from ..pdu_list.listed_pdu import ListedPdu
from ..pdu_list.login_options import Login, NoSecret
from ..pdu_list.logins import ENVIRONMENT, DeviceLogin, names
from . import parts as reading
from .parts import Part, Reading

# in seconds; pdu_common's SNMP and this pack's handlers refuse a longer one
_LONGEST_TIMEOUT = 60.0


class Target(NamedTuple):
    """A PDU that can be polled, with its loaded handler and its login."""

    device: ListedPdu
    handler: LoadedHandler
    auth: DeviceLogin

    def data(self, timeout: Optional[float] = None) -> Any:
        """The object for make_handler.

        `timeout`, in s, may shorten the handler's own (see `_shortened_timeout`). Raises
        SettingsError.
        """
        settings = {**self.auth.settings, **dict(self.device.settings)}
        if timeout is not None:
            settings.update(_shortened_timeout(self.handler, settings, timeout))
        login = Login.listed(settings, self.auth)
        try:
            return connection_data.pdu_data(self.handler, self.device.address, login)
        except NoSecret as error:
            if self.auth.name != ENVIRONMENT:
                raise
            raise NoSecret(
                f"{error.reason}: name a login of the file --auth in the column auth, or set"
                f" {spelled_secret(error.key)}",
                error.key,
            ) from None


def targets(
    devices: Sequence[ListedPdu], auths: Mapping[str, DeviceLogin], usual: Optional[DeviceLogin]
) -> list[Target]:
    """PDUs with handler and login.

    `usual` is the login of PDUs that name none. Raises SettingsError.
    """
    handlers: dict[str, LoadedHandler] = {}
    rows: list[Target] = []
    for device in devices:
        auth = auths.get(device.auth) if device.auth else usual
        if auth is None:
            raise SettingsError(
                f"{device.name}: unknown login {printable(device.auth, 60)!r}; known:"
                f" {names(auths)}" + ("" if auths else "; give their file as --auth")
            )
        if device.handler not in handlers:
            try:
                handlers[device.handler] = load(device.handler)
            except NoSuchHandler as error:
                raise NoSuchHandler(f"{device.name}: {error.reason}", error.word) from None
            except SettingsError as error:
                raise SettingsError(f"{device.name}: {error.reason}") from None
        rows.append(Target(device, handlers[device.handler], auth))
    secrets = SECRETS.union(
        setting.key
        for handler in handlers.values()
        for setting in handler.settings
        if setting.secret
    )
    for key in usual.secrets if usual is not None else ():
        if key not in secrets:
            raise SettingsError(
                f"--secret-file: unknown secret {printable(key, 60)!r}; known:"
                f" {', '.join(sorted(secrets))}"
            )
    return rows


def poll(
    target: Target,
    timeout: Optional[float] = None,
    *,
    with_labels: bool = False,
    with_power: bool = False,
    parts: Sequence[Part] = (),
) -> Reading:
    """Reads states and figures as DCImanager does, W `with_power`, numbers and names `with_labels`,
    then the `parts`, in one session. What fails costs itself alone, unless the device is silent.

    One of FOREIGN_ERRORS becomes one of the `failures` of the result.
    """
    figures_part = reading.power if with_power else reading.figures
    label_parts = (reading.labels,) if with_labels else ()
    all_parts = (reading.states, figures_part, *label_parts, *parts)
    # the context confines the counter of `_count`
    return contextvars.copy_context().run(_read_parts, target, timeout, all_parts)


def poll_lines(target: Target) -> Reading:
    """As `poll`, with numbers, names, W, and the lines and breakers."""
    return poll(target, with_labels=True, with_power=True, parts=(reading.read_topology,))


def poll_names(target: Target) -> Reading:
    """The states, and numbers and names, as `poll`."""
    parts = (reading.states, reading.labels)
    return contextvars.copy_context().run(_read_parts, target, None, parts)


def _read_parts(target: Target, timeout: Optional[float], parts: Sequence[Part]) -> Reading:
    """The parts of a reading, and the errors as its `failures`, with the seconds and the requests
    that they took. An error of the device or of the login ends it.
    """
    requests = [0]

    def read(keep: Callable[[Reading], object]) -> None:
        data = target.data(timeout)
        _count(target.handler, requests)
        names_of_parts = [part.name for part in parts]
        reading.read_pdu(target.handler, data, parts, keep, optional=names_of_parts)

    pdu_reading = reading.read_until_error(parts, read)
    return pdu_reading._replace(requests=None if target.handler.sent is None else requests[0])


def is_silence(full_reading: Reading) -> bool:
    """Whether the reading failed because the PDU did not answer in time, or cannot be reached."""
    # an archive of another pack may raise Python's own errors
    return any(
        kind in ("unreachable", "timeout") or reason.startswith(("TimeoutError", "timeout"))
        for kind, reason in full_reading.failures.values()
    )


def _count(handler: LoadedHandler, requests: list[int]) -> None:
    """Counts the requests of the following calls in `requests[0]`, if the handler says when it
    sends one.
    """
    if handler.sent is None:
        return
    lock = threading.Lock()  # a handler may send from several threads

    def count_request() -> None:
        with lock:
            requests[0] += 1

    handler.sent.set(count_request)


def _shortened_timeout(
    handler: LoadedHandler, settings: Mapping[str, str], longest_s: float
) -> dict[str, str]:
    """A shorter `timeout`, with which all tries of a request take about `longest_s`; {} if it
    is not needed or possible.

    A `timeout` over _LONGEST_TIMEOUT is not shortened, so that the handler still refuses it.
    """
    tries = 1
    try:
        if handler.snmp:
            tries = 1 + max(0, int(settings.get("retries") or 2))
        elif not any(setting.key == "timeout" for setting in handler.settings):
            return {}
        timeout_s = float(settings.get("timeout") or (2.0 if handler.snmp else 10.0))
        must_shorten = timeout_s <= _LONGEST_TIMEOUT and timeout_s * tries > longest_s
    except (ValueError, OverflowError):
        return {}  # not a number, or too large: the handler raises SettingsError
    shortened_s = max(0.1, longest_s / tries)
    if not must_shorten or shortened_s >= timeout_s:
        return {}
    return {"timeout": f"{shortened_s:g}"}
