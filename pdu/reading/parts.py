"""One reading of a PDU in the one form that all tools use, and what reads it from a handler.

A reading (`Reading`) is what was read of a PDU at once: outlets, figures, and for each part that
could not be read its failure. A part (`Part`) is what one call of a handler reads: `states`,
`figures`, `labels` (numbers and names). A figure is a number, None or NotMetered if the PDU does
not meter it, or NotKnown with a reason if it meters it and cannot say it now. A session
(`OpenHandler`) is the PDU while it is open for calls.
"""

from __future__ import annotations

import math
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Callable, NamedTuple, Optional

from handlers.dcimanager import Figures
from handlers.shared.errors import printable
from handlers.shared.meter_figures import (
    Figure,
    MeterFigures,
    NotKnown,
    NotMetered,
    first_metered,
)
from pdu_common.helper import EnumPowerStatus

from ..cli.error_facts import kind_of
from ..cli.known_secrets import error_text, reason_text
from ..cli.states import UNKNOWN
from ..inspection.nameplate import Nameplate
from ..inspection.topology import MeteredPart
from ..loading.handler_loading import LoadedHandler
from ..loading.handler_module import FOREIGN_ERRORS
from . import open_handler
from .kept_warnings import kept_warnings
from .open_handler import OpenHandler

#: the names of parts in `Reading.failures`; POWER: W alone
STATES, FIGURES, POWER, NAMES = "states", "figures", "power", "names"
#: the kind of error of a PDU that does not answer
UNREACHABLE = "unreachable"
_DEFECT = "defect"
#: after an error of these kinds, other parts can be read; others are of the device or the login
_KINDS_OF_ONE_PART = ("protocol", "refused", "unsupported")


class PolledOutlet(NamedTuple):
    """One outlet or branch circuit. "" for a text that is not known. Outlet 7, which is on, with
    the name web-7: `PolledOutlet("7", UP, number="7", name="web-7")`.
    """

    #: as `status` lists it
    identity: str
    state: EnumPowerStatus
    #: as printed on the unit
    number: str = ""
    #: set by a user, or by the device
    name: str = ""
    figures: MeterFigures = MeterFigures()


class CallError(NamedTuple):
    """Why a call failed: the error's kind and text, `CallError("unreachable", "no answer")`."""

    kind: str
    reason: str


class Reading(NamedTuple):
    """What was read of one PDU, and what was not. `failures`: the name of a part → why it was not
    read.

    all                   Reading(outlets, load_a=3.6, energy_kwh=933.2, has_states=True)
    no answer             Reading(failures={"states": CallError("unreachable", "no answer")})
    states, no figures    Reading(outlets, has_states=True, failures={"figures": CallError(...)})
    """

    outlets: Sequence[PolledOutlet] = ()
    load_a: Figure = None
    energy_kwh: Figure = None
    #: how long the calls took
    seconds: float = 0.0
    #: how many requests they sent, None if they were not counted; over NUT, requests that are sent
    #: together count as one
    requests: Optional[int] = None
    #: an error that ends a reading is that of the part which was being read
    failures: Mapping[str, CallError] = MappingProxyType({})
    #: whether the states were read
    has_states: bool = False
    #: whether numbers and names were read
    has_labels: bool = False
    #: in W
    power_w: Figure = None
    #: what the inlet's own meter shows, in A and in W; None if there is none, or only a sum
    inlet_a: Figure = None
    inlet_w: Figure = None
    #: lines and breakers
    meters: Sequence[MeteredPart] = ()
    plate: Nameplate = Nameplate()
    #: when it began, in s of time.monotonic()
    start_s: float = 0.0
    #: what the handler logged meanwhile, such as why a state is not known
    warnings: Sequence[str] = ()

    @property
    def total_w(self) -> Figure:
        """Active power of the PDU, in W: its own figure; if it has none, that of its inlet's meter.
        One that is not known now is not replaced.

        >>> Reading(power_w=None, inlet_w=820.0).total_w
        820.0
        >>> Reading(power_w=NotKnown("silent"), inlet_w=820.0).total_w
        NotKnown(reason='silent')
        """
        return first_metered(self.power_w, self.inlet_w)

    @property
    def failure(self) -> Optional[CallError]:
        """The failure that matters most: that the PDU does not answer, whatever it answered before;
        else that of the states, else the first; None if all was read.

        >>> no_names = CallError("protocol", "the names end early")
        >>> silent = CallError("unreachable", "no answer")
        >>> Reading(failures={NAMES: no_names, FIGURES: silent}).failure
        CallError(kind='unreachable', reason='no answer')
        >>> Reading().failure
        """
        errors = list(self.failures.values())
        for error in errors:
            if error.kind == UNREACHABLE:
                return error
        if STATES in self.failures:
            return self.failures[STATES]
        return errors[0] if errors else None

    def with_failure(self, part: str, error: CallError) -> Reading:
        """A copy of the reading with `error` as the failure of a part, unless the part has one.

        >>> reading = Reading().with_failure(NAMES, CallError("protocol", "the names end early"))
        >>> reading.with_failure(NAMES, CallError("unreachable", "no answer")).failures
        {'names': CallError(kind='protocol', reason='the names end early')}
        """
        if part in self.failures:
            return self
        return self._replace(failures={**self.failures, part: error})

    def count(self, state: EnumPowerStatus) -> int:
        """How many outlets are in this state: `count(UP)` of those that are on."""
        return sum(outlet.state is state for outlet in self.outlets)

    @property
    def why_no_states(self) -> str:
        """Why the states were not read; "" if they were."""
        return self.failures[STATES].reason if STATES in self.failures else ""

    def outlet(self, identity: str) -> Optional[PolledOutlet]:
        """The outlet of this identity, None if the PDU does not list it.

        >>> Reading([PolledOutlet("7", UNKNOWN, name="web")]).outlet("7").name
        'web'
        >>> Reading().outlet("7")
        """
        return next((outlet for outlet in self.outlets if outlet.identity == identity), None)


def failed_reading(error: CallError, seconds: float = 0.0) -> Reading:
    """The reading of a PDU of which nothing was read; the error is that of the states. `seconds`:
    how long the attempt took.
    """
    return Reading(seconds=seconds, failures={STATES: error})


class Part(NamedTuple):
    """What one call reads of a PDU: `Part("states", read)`, where `read(reading, session)` calls
    the handler and returns a copy of the reading that has the states. `name` is the key in
    `Reading.failures`.
    """

    name: str
    read: Callable[[Reading, OpenHandler], Reading]


def read_pdu(
    handler: LoadedHandler,
    data: Any,
    parts: Sequence[Part],
    on_reading: Callable[[Reading], object] = lambda _: None,
    *,
    optional: Collection[str] = (),
) -> Reading:
    """The reading of these parts of one PDU, read in one session. `data`: what make_handler is
    given for this PDU. `on_reading` is called with the reading so far after each part.

    Raises what the handler raises. But an error of a part that `optional` names becomes the failure
    of this part, and the next part is read, if the device can still be read after it.

        parts                 > to the handler          returned
        states, figures       status, statistic         Reading(outlets, load_a=3.6, ...)
        states, labels        status, labels: refused   Reading(outlets, failures={"names": ...})
    """
    # for figures alone, a handler may open a cheaper session, which does not read the states
    reads_figures_alone = all(part in (figures, power) for part in parts)
    with_states = not reads_figures_alone
    with open_handler.opened(handler, data, with_states=with_states) as session:
        return read_parts(session, parts, on_reading, optional=optional)


def read_parts(
    session: OpenHandler,
    parts: Sequence[Part],
    on_reading: Callable[[Reading], object] = lambda _: None,
    *,
    optional: Collection[str] = (),
) -> Reading:
    """The reading of these parts of a PDU that is open, in their order. `on_reading` is called with
    the reading so far after each part. Raises the errors of the handler; but one of a part that
    `optional` names is its failure in the reading, if other parts can still be read.

    >>> from types import SimpleNamespace
    >>> session = SimpleNamespace(states=lambda: [("7", UNKNOWN)], labels=lambda: None)
    >>> reading = read_parts(session, [states, labels])
    >>> reading.has_states, reading.has_labels
    (True, False)
    """
    reading = Reading(start_s=time.monotonic())
    with kept_warnings() as warnings:
        for part in parts:
            try:
                reading = part.read(reading, session)
            except Exception as error:
                if part.name not in optional or not is_error_of_one_part(error):
                    raise
                reading = reading.with_failure(part.name, error_of(error))
            reading = reading._replace(warnings=tuple(warnings))
            on_reading(reading)
    return reading._replace(seconds=time.monotonic() - reading.start_s)


def read_until_error(
    parts: Sequence[Part], read: Callable[[Callable[[Reading], object]], object]
) -> Reading:
    """The reading that `read` came to. `read` reads these parts one after the other, and calls the
    function that it is given with the reading after each. If an error ends `read`, it is not
    raised: it is the failure of the part that was being read. `seconds` are those of all parts.

    >>> from unittest import mock
    >>> def read(on_reading: Callable[[Reading], object]) -> None:
    ...     on_reading(Reading(has_states=True))  # after the states
    ...     raise ValueError("the figures are no numbers")
    >>> with mock.patch("time.monotonic", side_effect=[10.0, 12.5]):
    ...     reading = read_until_error([states, figures], read)
    >>> reading.has_states, reading.failures["figures"].kind, reading.seconds
    (True, 'defect', 2.5)
    """
    start_s = time.monotonic()
    # an empty one, then one after each part: their number is that of the part being read, from 1
    readings = [Reading(start_s=start_s)]
    try:
        read(readings.append)
    except FOREIGN_ERRORS as error:
        # an error after the last part, as when the session is closed, is that of the last part
        number_of_part = min(len(readings), len(parts))
        part = parts[number_of_part - 1]
        readings.append(readings[-1].with_failure(part.name, error_of(error)))
    seconds = time.monotonic() - start_s
    return readings[-1]._replace(seconds=seconds)


# ---- the parts -----------------------------------------------------------------------------------


def _read_states(reading: Reading, session: OpenHandler) -> Reading:
    """A copy of the reading with the outlets and their states.

    >>> from types import SimpleNamespace
    >>> reading = _read_states(Reading(), SimpleNamespace(states=lambda: [("7", UNKNOWN)]))
    >>> reading.outlets[0].identity, reading.has_states
    ('7', True)
    """
    outlets = [PolledOutlet(_printable(identity), state) for identity, state in session.states()]
    return reading._replace(has_states=True, outlets=outlets)


def state_of(identity: str) -> Part:
    """A part that reads the state of one outlet and of no other: its reading has this outlet alone,
    or none if the PDU does not list it.

    >>> from types import SimpleNamespace
    >>> session = SimpleNamespace(state={"7": UNKNOWN}.get)
    >>> [outlet.identity for outlet in state_of("7").read(Reading(), session).outlets]
    ['7']
    >>> state_of("9").read(Reading(), session).outlets
    []
    """

    def read(reading: Reading, session: OpenHandler) -> Reading:
        state = session.state(identity)
        outlets = [] if state is None else [PolledOutlet(_printable(identity), state)]
        return reading._replace(has_states=True, outlets=outlets)

    return Part(STATES, read)


def _read_figures(reading: Reading, session: OpenHandler) -> Reading:
    """A copy of the reading with the figures in A and kWh, of the PDU and of its outlets."""
    return _add_figures(reading, session.figures(with_power=False))


def _read_power(reading: Reading, session: OpenHandler) -> Reading:
    """A copy of the reading with the figures in A, kWh and W. If the device refuses W, the others
    are read without it, W is NotKnown, and the error is the failure of POWER. Raises an error of
    the device or the login.

    >>> from handlers.shared.errors import Refused, Unreachable
    >>> class Session:
    ...     def __init__(self, error: Exception) -> None:
    ...         self.error = error
    ...     def figures(self, *, with_power: bool) -> Figures:
    ...         if with_power:
    ...             raise self.error
    ...         return Figures(load_a=3.6, energy_kwh=933.2)
    >>> reading = _read_power(Reading(), Session(Refused("no right to W")))
    >>> reading.load_a, reading.power_w, list(reading.failures)
    (3.6, NotKnown(reason='no right to W'), ['power'])
    >>> _read_power(Reading(), Session(Unreachable("no answer")))
    Traceback (most recent call last):
    handlers.shared.errors.Unreachable: no answer
    """
    try:
        return _add_figures(reading, session.figures(with_power=True))
    except Exception as error:
        if not is_error_of_one_part(error):
            raise
        failure = error_of(error)
    reading = _add_figures(reading, session.figures(with_power=False))
    unknown_power = NotKnown(failure.reason)
    reading = reading._replace(power_w=unknown_power, inlet_w=unknown_power)
    return reading.with_failure(POWER, failure)


def read_labels(reading: Reading, session: OpenHandler) -> Reading:
    """A copy of the reading with the numbers and names of outlets; the reading itself if the
    handler has no method for them.

    >>> from types import SimpleNamespace
    >>> from handlers.shared.labels import Label
    >>> session = SimpleNamespace(labels=lambda: [Label("0", "1", "web")])
    >>> reading = Reading([PolledOutlet("0", UNKNOWN), PolledOutlet("1", UNKNOWN)], has_states=True)
    >>> [(outlet.number, outlet.name) for outlet in read_labels(reading, session).outlets]
    [('1', 'web'), ('', '')]
    """
    port_labels = session.labels()
    if port_labels is None:
        return reading
    label_by_identity = {_printable(label.identity): label for label in port_labels}
    outlets = []
    for outlet in _outlets_to_complete(reading, label_by_identity):
        label = label_by_identity.get(outlet.identity)
        number = outlet.number if label is None else _printable(label.number)
        name = outlet.name if label is None else _printable(label.name)
        outlets.append(outlet._replace(number=number, name=name))
    return reading._replace(outlets=outlets, has_labels=True)


def _read_topology(reading: Reading, session: OpenHandler) -> Reading:
    """A copy of the reading with the currents of lines and breakers as `meters`.

    >>> from types import SimpleNamespace
    >>> session = SimpleNamespace(meters=lambda: [MeteredPart("line", "L1", 3)])
    >>> _read_topology(Reading(), session).meters[0].current_a
    3.0
    """
    meters: list[MeteredPart] = []
    for part in session.meters():
        current_a = converted_figure(part.current_a)
        meters.append(part._replace(label=_printable(part.label), current_a=current_a))
    return reading._replace(meters=meters)


states = Part(STATES, _read_states)
figures = Part(FIGURES, _read_figures)
power = Part(FIGURES, _read_power)
labels = Part(NAMES, read_labels)
read_topology = Part("lines and breakers", _read_topology)


def is_error_of_one_part(error: BaseException) -> bool:
    """Whether an error concerns one part of a reading, so that others can still be read: the device
    refuses it, or answers it wrongly. Other errors are of the whole device or of the login.

    >>> from handlers.shared.errors import Refused, Unreachable
    >>> is_error_of_one_part(Refused("no right")), is_error_of_one_part(Unreachable("no answer"))
    (True, False)
    """
    return kind_of(error) in _KINDS_OF_ONE_PART


def _add_figures(reading: Reading, pdu_figures: Figures) -> Reading:
    """A copy of the reading with these figures: those of the PDU in the reading itself, those of
    `ports`, by identity, in its outlets.

    >>> ports = {"7": MeterFigures(current_a=0.5)}
    >>> reading = Reading([PolledOutlet("7", UNKNOWN)], has_states=True)
    >>> reading = _add_figures(reading, Figures(load_a=3.6, energy_kwh=None, ports=ports))
    >>> reading.load_a, reading.outlets[0].figures.current_a
    (3.6, 0.5)
    """
    ports = {_printable(identity): port for identity, port in pdu_figures.ports.items()}
    outlets: list[PolledOutlet] = []
    for outlet in _outlets_to_complete(reading, ports):
        port = ports.get(outlet.identity)
        port_figures = outlet.figures if port is None else _meter_figures(port)
        outlets.append(outlet._replace(figures=port_figures))
    return reading._replace(
        outlets=outlets,
        load_a=converted_figure(pdu_figures.load_a),
        power_w=converted_figure(pdu_figures.power_w),
        energy_kwh=converted_figure(pdu_figures.energy_kwh),
        inlet_a=converted_figure(pdu_figures.inlet_a),
        inlet_w=converted_figure(pdu_figures.inlet_w),
    )


def _outlets_to_complete(reading: Reading, identities: Iterable[str]) -> Sequence[PolledOutlet]:
    """The outlets into which figures or names are put: those of the reading; if its states were not
    read, also new ones with these identities and the state UNKNOWN.

    >>> [outlet.identity for outlet in _outlets_to_complete(Reading(), ["7"])]
    ['7']
    >>> _outlets_to_complete(Reading(has_states=True), ["7"])
    ()
    """
    if reading.has_states:
        return reading.outlets
    known_identities = {outlet.identity for outlet in reading.outlets}
    outlets = [*reading.outlets]
    for identity in identities:
        if identity not in known_identities:
            outlets.append(PolledOutlet(identity, UNKNOWN))
    return outlets


def _meter_figures(handler_figures: MeterFigures) -> MeterFigures:
    """The figures of an outlet in this program's own class. What a handler of another version lacks
    is None.

    >>> from types import SimpleNamespace
    >>> _meter_figures(SimpleNamespace(current_a=1))
    MeterFigures(current_a=1.0, power_w=None, energy_kwh=None)
    """
    figure_by_field: dict[str, Figure] = {}
    for field in MeterFigures._fields:
        value = getattr(handler_figures, field, None)
        figure_by_field[field] = converted_figure(value)
    return MeterFigures(**figure_by_field)


def error_of(error: BaseException) -> CallError:
    """The kind and the text of an error that was raised. An error without a kind counts as a defect
    of this program or of the handler.

    >>> from handlers.shared.errors import Unreachable
    >>> error_of(Unreachable("no answer"))
    CallError(kind='unreachable', reason='no answer')
    >>> error_of(ZeroDivisionError("division by zero"))
    CallError(kind='defect', reason='ZeroDivisionError: division by zero')
    """
    kind = kind_of(error)
    if kind:
        reason = printable(reason_text(error))
        return CallError(printable(kind, 40), reason)
    words = f"{type(error).__name__}: {error_text(error)}"
    return CallError(_DEFECT, printable(words))


#: by the name of the class
_WITHOUT_VALUE = {kind.__name__: kind for kind in (NotKnown, NotMetered)}


def converted_figure(value: Any) -> Figure:
    """A figure that a handler returned, as a float, or as NotKnown, NotMetered or None if it has no
    value. A handler in an archive has its own classes of these names, and one from elsewhere may
    return a number of another type.

    Raises ValueError, TypeError or OverflowError if a value cannot be converted to a finite float.

    >>> converted_figure(3), converted_figure(None), converted_figure(NotKnown("silent"))
    (3.0, None, NotKnown(reason='silent'))
    >>> converted_figure(float("nan"))
    Traceback (most recent call last):
    ValueError: a figure is nan
    """
    if value is None:
        return None
    kind = _WITHOUT_VALUE.get(type(value).__name__)
    if kind is not None:
        return kind(printable(str(value.reason)))
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"a figure is {number}")
    return number


def _printable(value: object) -> str:
    """The value as printable text. A handler of another pack might return control characters."""
    return printable(str(value))
