"""Reads the states, load and energy of one PDU once, as DCImanager would."""

from __future__ import annotations

import contextvars
import itertools
import math
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Optional

from pdu_common.helper import EnumPowerStatus
from pdu_common.tools import show_outlet_current

from ...errors import SettingsError, printable
from ...labels import Label
from ...topology import Topology
from .. import form
from ..loading import Handler, load
from ..options import SECRETS, SharedOptions
from ..output import metered
from . import topologies
from .auth import Auth, names
from .listing import ListedPdu

UP, DOWN, UNKNOWN = (
    state.name for state in (EnumPowerStatus.UP, EnumPowerStatus.DOWN, EnumPowerStatus.UNKNOWN)
)
_DEFECT = "defect"
# in seconds; pdu_common's SNMP and this pack's handlers refuse a longer one
_LONGEST_TIMEOUT = 60.0


class Outlet(NamedTuple):
    """One outlet: its state, its current in A and its energy in kWh; None for a figure that was not
    read.
    """

    identity: str
    state: str
    current_a: Optional[float] = None
    energy_kwh: Optional[float] = None


class Failure(NamedTuple):
    """Why a call failed: the error's kind and text."""

    kind: str
    reason: str


class Reading(NamedTuple):
    """The result for one PDU: what was read before the first failure."""

    outlets: Sequence[Outlet] = ()
    load_a: Optional[float] = None
    energy_kwh: Optional[float] = None
    #: how long the calls took
    seconds: float = 0.0
    #: how many requests they sent, None if they were not counted; over NUT, requests that are sent
    #: together count as one
    requests: Optional[int] = None
    #: the first failure
    failure: Optional[Failure] = None
    #: whether the states were read
    answered: bool = False
    labels: Sequence[Label] = ()
    topology: Topology = Topology()

    def count(self, state: str) -> int:
        """How many outlets are in this state."""
        return sum(outlet.state == state for outlet in self.outlets)


class Target(NamedTuple):
    """A PDU that can be polled, with its loaded handler and its login."""

    device: ListedPdu
    handler: Handler
    auth: Auth

    def data(self, timeout: Optional[float] = None) -> Any:
        """The object for make_handler.

        `timeout`, in s, may shorten the handler's own (see `_bounded`). Raises SettingsError.
        """
        settings = {**self.auth.settings, **dict(self.device.settings)}
        if timeout is not None:
            settings.update(_bounded(self.handler, settings, timeout))
        state = SharedOptions(settings=settings, login=self.auth.shown, secrets=self.auth.secrets)
        return form.pdu_data(self.handler, self.device.address, state)


def targets(
    devices: Sequence[ListedPdu], auths: Mapping[str, Auth], usual: Optional[Auth]
) -> list[Target]:
    """PDUs with handler and login.

    `usual` is the login of PDUs that name none. Raises SettingsError.
    """
    show_outlet_current()
    handlers: dict[str, Handler] = {}
    found: list[Target] = []
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
            except SettingsError as error:
                raise SettingsError(f"{device.name}: {error.reason}") from None
        found.append(Target(device, handlers[device.handler], auth))
    declared = itertools.chain.from_iterable(one.settings for one in handlers.values())
    known = SECRETS.union(setting.key for setting in declared if setting.secret)
    for key in usual.secrets if usual is not None else ():
        if key not in known:
            raise SettingsError(
                f"--secret-file: unknown secret {printable(key, 60)!r}; known:"
                f" {', '.join(sorted(known))}"
            )
    return found


def poll(target: Target, timeout: Optional[float] = None, with_labels: bool = False) -> Reading:
    """Calls `status`, `statistic` and, if wanted, `labels`, until one fails.

    An Exception or SystemExit becomes the `failure` of the result.
    """
    # confines the counter of `_count`
    return contextvars.copy_context().run(_polled, target, timeout, with_labels)


def poll_all(target: Target) -> Reading:
    """As `poll`, with labels and topology: for the hall."""
    reading = poll(target, with_labels=True)
    if not reading.answered:
        return reading
    try:
        pdu = target.handler.make(target.data())
        return reading._replace(topology=topologies.read(target.handler, pdu))
    except (Exception, SystemExit) as error:
        return reading._replace(failure=reading.failure or failure(error))


def _polled(target: Target, timeout: Optional[float], with_labels: bool) -> Reading:
    begin = time.monotonic()
    count: list[int] = [0]
    reading = Reading()
    try:
        pdu = target.handler.make(target.data(timeout))
        _count(target.handler, count)
        outlets = [
            Outlet(_shown(port.identity), EnumPowerStatus[port.power_status.name].name)
            for port in pdu.status().ports
        ]
        reading = reading._replace(answered=True, outlets=outlets)
        reading = _metered(reading, pdu.statistic())
        if with_labels and hasattr(pdu, "labels"):
            reading = reading._replace(labels=[Label(*map(_shown, one)) for one in pdu.labels()])
    except (Exception, SystemExit) as error:  # anybody may have written the archive
        reading = reading._replace(failure=failure(error))
    return reading._replace(
        seconds=time.monotonic() - begin, requests=None if target.handler.sent is None else count[0]
    )


def failure(error: BaseException) -> Failure:
    """The error's kind and text.

    An error without a kind counts as a defect of this program or of the archive.
    """
    kind = getattr(error, "kind", None)
    if isinstance(kind, str):
        return Failure(printable(kind, 40), printable(str(getattr(error, "reason", error))))
    return Failure(_DEFECT, printable(f"{type(error).__name__}: {error}"))


def _shown(value: object) -> str:
    """The value as printable text. A handler of another pack might return control characters."""
    return printable(str(value))


def _metered(reading: Reading, view: Any) -> Reading:
    figures = {_shown(port.identity): port for port in view.ports}
    outlets = [
        (
            outlet._replace(
                current_a=_figure(getattr(figures[outlet.identity], "load", None)),
                energy_kwh=_figure(metered(figures[outlet.identity], "consumption")),
            )
            if outlet.identity in figures
            else outlet
        )
        for outlet in reading.outlets
    ]
    return reading._replace(
        outlets=outlets,
        load_a=_figure(metered(view, "load")),
        energy_kwh=_figure(metered(view, "total_consumption")),
    )


def _figure(value: Any) -> Optional[float]:
    """A figure as a float, or None. An archive from elsewhere may return another type.

    Raises ValueError, TypeError or OverflowError if a value other than None cannot be converted to
    a finite float.
    """
    number = None if value is None else float(value)
    if number is not None and not math.isfinite(number):
        raise ValueError(f"a figure is {number}")
    return number


def _count(handler: Handler, count: list[int]) -> None:
    """Counts the requests of the following calls in `count[0]`, if the handler says when it sends
    one.
    """
    if handler.sent is None:
        return
    lock = threading.Lock()  # a handler may send from several threads

    def sent() -> None:
        with lock:
            count[0] += 1

    handler.sent.set(sent)


def _bounded(handler: Handler, settings: Mapping[str, str], longest: float) -> dict[str, str]:
    """A shorter `timeout`, with which all tries of a request take about `longest` seconds; {} if it
    is not needed or possible.

    A `timeout` over _LONGEST_TIMEOUT is not shortened, so that the handler still refuses it.
    """
    usual, tries = 10.0, 1
    try:
        if handler.snmp:
            usual, tries = 2.0, 1 + max(0, int(settings.get("retries") or 2))
        elif not any(setting.key == "timeout" for setting in handler.settings):
            return {}
        chosen = float(settings.get("timeout") or usual)
        is_longer = chosen <= _LONGEST_TIMEOUT and chosen * tries > longest
    except (ValueError, OverflowError):
        return {}  # not a number, or too large: the handler raises SettingsError
    bound = max(0.1, longest / tries)
    if not is_longer or bound >= chosen:
        return {}
    return {"timeout": f"{_stepped(bound) if handler.snmp else bound:g}"}


def _stepped(seconds: float) -> float:
    """`seconds` rounded down to 2^n or 1.5 * 2^n, which limits the number of different time-outs.
    pysnmp keeps data for each time-out of a device, and gets slower with each."""
    power = 2.0 ** math.floor(math.log2(seconds))
    return 1.5 * power if seconds >= 1.5 * power else power
