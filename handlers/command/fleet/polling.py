"""Reads the states, load and energy of one PDU once, as DCImanager would."""

from __future__ import annotations

import contextvars
import itertools
import math
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from typing import Any, Callable, NamedTuple, Optional

from pdu_common.helper import EnumPowerStatus
from pdu_common.tools import show_outlet_current

from ...errors import SettingsError, printable
from ...labels import Label
from ...nameplate import Nameplate
from ...topology import Topology
from .. import form
from ..asking import NoSecret
from ..loading import LoadedHandler, load
from ..options import SECRETS, SharedOptions, spelled_secret
from ..output import metered
from . import topologies
from .auth import ENVIRONMENT, FleetLogin, names
from .lag import Lag
from .listing import ListedPdu

UP, DOWN, UNKNOWN = (
    state.name for state in (EnumPowerStatus.UP, EnumPowerStatus.DOWN, EnumPowerStatus.UNKNOWN)
)
_DEFECT = "defect"
BUSY = "busy"  # the kind of error if this machine, and not the PDU, was late
# in seconds; pdu_common's SNMP and this pack's handlers refuse a longer one
_LONGEST_TIMEOUT = 60.0
# how late this process may be while a PDU is silent, so that the silence is still the PDU's: this
# share of one wait for an answer, or this many seconds if they are more
_LATE, _LATE_S = 0.25, 0.05
# the same for a whole call, which ends after 30 s or more (handlers/switching.py, host/snmp.py)
_LONG_S, _LATE_IN_ALL = 25.0, 0.25


class PolledOutlet(NamedTuple):
    """One outlet: its state, its current in A and its energy in kWh; None for a figure that was not
    read.
    """

    identity: str
    state: str
    current_a: Optional[float] = None
    energy_kwh: Optional[float] = None


class CallFailure(NamedTuple):
    """Why a call failed: the error's kind and text."""

    kind: str
    reason: str


class Reading(NamedTuple):
    """The result for one PDU: what was read before the first failure."""

    outlets: Sequence[PolledOutlet] = ()
    load_a: Optional[float] = None
    energy_kwh: Optional[float] = None
    #: how long the calls took
    seconds: float = 0.0
    #: how many requests they sent, None if they were not counted; over NUT, requests that are sent
    #: together count as one
    requests: Optional[int] = None
    #: the first failure
    failure: Optional[CallFailure] = None
    #: whether the states were read
    answered: bool = False
    labels: Sequence[Label] = ()
    topology: Topology = Topology()
    plate: Nameplate = Nameplate()

    def count(self, state: str) -> int:
        """How many outlets are in this state."""
        return sum(outlet.state == state for outlet in self.outlets)


#: reads one thing of a PDU into its reading
Part = Callable[[Reading, Any], Reading]


class Target(NamedTuple):
    """A PDU that can be polled, with its loaded handler and its login."""

    device: ListedPdu
    handler: LoadedHandler
    auth: FleetLogin

    def data(self, timeout: Optional[float] = None) -> Any:
        """The object for make_handler.

        `timeout`, in s, may shorten the handler's own (see `_bounded`). Raises SettingsError.
        """
        settings = {**self.auth.settings, **dict(self.device.settings)}
        if timeout is not None:
            settings.update(_bounded(self.handler, settings, timeout))
        state = SharedOptions(settings=settings, login=self.auth.shown, secrets=self.auth.secrets)
        try:
            return form.pdu_data(self.handler, self.device.address, state)
        except NoSecret as error:
            if self.auth.name != ENVIRONMENT:
                raise
            raise NoSecret(
                f"{error.reason}: name a login of the file --auth in the column auth, or set"
                f" {spelled_secret(error.key)}",
                error.key,
            ) from None


def targets(
    devices: Sequence[ListedPdu], auths: Mapping[str, FleetLogin], usual: Optional[FleetLogin]
) -> list[Target]:
    """PDUs with handler and login.

    `usual` is the login of PDUs that name none. Raises SettingsError.
    """
    show_outlet_current()
    handlers: dict[str, LoadedHandler] = {}
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


def poll(
    target: Target,
    timeout: Optional[float] = None,
    with_labels: bool = False,
    parts: Sequence[Part] = (),
) -> Reading:
    """Calls `status`, `statistic` and, if wanted, `labels`, then the `parts` in the same session,
    until one fails.

    An Exception or SystemExit becomes the `failure` of the result.
    """
    own = (_states, _metered, *((_labelled,) if with_labels else ()))
    # the context confines the counter of `_count`
    return contextvars.copy_context().run(_polled, target, timeout, (*own, *parts))


def poll_all(target: Target) -> Reading:
    """As `poll`, with labels and topology: for the hall."""
    return poll(target, with_labels=True, parts=(placed(target),))


def placed(target: Target) -> Part:
    """Reads the topology."""

    def part(reading: Reading, pdu: Any) -> Reading:
        return reading._replace(topology=topologies.read(target.handler, pdu))

    return part


def identified(target: Target) -> Part:
    """Reads the whole nameplate."""

    def part(reading: Reading, pdu: Any) -> Reading:
        plate = topologies.plate(target.handler, pdu, lambda uptime_s: False)
        return reading._replace(plate=plate)

    return part


def _polled(target: Target, timeout: Optional[float], parts: Sequence[Part]) -> Reading:
    begin = time.monotonic()
    count: list[int] = [0]
    reading = Reading()
    try:
        pdu = target.handler.make(target.data(timeout))
        _count(target.handler, count)
        with (target.handler.one_session or nullcontext)():
            for part in parts:
                reading = part(reading, pdu)
    except (Exception, SystemExit) as error:  # anybody may have written the archive
        reading = reading._replace(failure=failure(error))
    return reading._replace(
        seconds=time.monotonic() - begin, requests=None if target.handler.sent is None else count[0]
    )


def is_silence(reading: Reading) -> bool:
    """Whether the reading failed because the PDU did not answer in time, or cannot be reached."""
    if reading.failure is None:
        return False
    kind, reason = reading.failure
    # an archive of another pack may raise Python's own errors
    return kind in ("unreachable", "timeout") or reason.startswith(("TimeoutError", "timeout"))


def doubted(target: Target, reading: Reading, lag: Lag) -> bool:
    """Whether the PDU may have answered in time, but this process was too late to see it."""
    if not is_silence(reading):
        return False
    settings = {**target.auth.settings, **dict(target.device.settings)}
    late_for_an_answer = lag.longest > max(_LATE * _wait(target.handler, settings), _LATE_S)
    is_long = reading.seconds > _LONG_S
    late_in_all = is_long and lag.together > _LATE_IN_ALL * reading.seconds
    return late_for_an_answer or late_in_all


def busy(lag: Lag) -> CallFailure:
    """The failure of a PDU whose silence remains doubted."""
    return CallFailure(
        BUSY,
        f"this machine was too busy to tell whether the PDU answers: it was {lag.longest:.1f} s"
        " late",
    )


def _states(reading: Reading, pdu: Any) -> Reading:
    outlets = [
        PolledOutlet(_shown(port.identity), EnumPowerStatus[port.power_status.name].name)
        for port in pdu.status().ports
    ]
    return reading._replace(answered=True, outlets=outlets)


def _labelled(reading: Reading, pdu: Any) -> Reading:
    if not hasattr(pdu, "labels"):
        return reading
    return reading._replace(labels=[Label(*map(_shown, one)) for one in pdu.labels()])


def failure(error: BaseException) -> CallFailure:
    """The error's kind and text.

    An error without a kind counts as a defect of this program or of the archive.
    """
    kind = getattr(error, "kind", None)
    if isinstance(kind, str):
        return CallFailure(printable(kind, 40), printable(str(getattr(error, "reason", error))))
    return CallFailure(_DEFECT, printable(f"{type(error).__name__}: {error}"))


def _shown(value: object) -> str:
    """The value as printable text. A handler of another pack might return control characters."""
    return printable(str(value))


def _metered(reading: Reading, pdu: Any) -> Reading:
    view = pdu.statistic()
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


def _count(handler: LoadedHandler, count: list[int]) -> None:
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


def _bounded(handler: LoadedHandler, settings: Mapping[str, str], longest: float) -> dict[str, str]:
    """A shorter `timeout`, with which all tries of a request take about `longest` seconds; {} if it
    is not needed or possible.

    A `timeout` over _LONGEST_TIMEOUT is not shortened, so that the handler still refuses it.
    """
    tries = 1
    try:
        if handler.snmp:
            tries = 1 + max(0, int(settings.get("retries") or 2))
        elif not any(setting.key == "timeout" for setting in handler.settings):
            return {}
        chosen = float(settings.get("timeout") or _usual(handler))
        is_longer = chosen <= _LONGEST_TIMEOUT and chosen * tries > longest
    except (ValueError, OverflowError):
        return {}  # not a number, or too large: the handler raises SettingsError
    bound = max(0.1, longest / tries)
    if not is_longer or bound >= chosen:
        return {}
    return {"timeout": f"{_stepped(bound) if handler.snmp else bound:g}"}


def _usual(handler: LoadedHandler) -> float:
    """The handler's own `timeout`, in seconds."""
    return 2.0 if handler.snmp else 10.0


def _wait(handler: LoadedHandler, settings: Mapping[str, str]) -> float:
    """How long one request waits for its answer, in seconds."""
    try:
        chosen = float(settings.get("timeout") or _usual(handler))
    except ValueError:
        return _usual(handler)
    return chosen if 0 < chosen <= _LONGEST_TIMEOUT else _usual(handler)


def _stepped(seconds: float) -> float:
    """`seconds` rounded down to 2^n or 1.5 * 2^n, which limits the number of different time-outs.
    pysnmp keeps data for each time-out of a device, and gets slower with each."""
    power = 2.0 ** math.floor(math.log2(seconds))
    return 1.5 * power if seconds >= 1.5 * power else power
