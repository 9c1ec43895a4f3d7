"""One reading of a PDU in the one form that all tools use, and what reads it from a handler."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Sequence
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

from ..cli.states import UNKNOWN
from ..loading.handler_loading import LoadedHandler
from ..loading.open_handler import HandlerTools, OpenHandler
from ..recordings.nameplate import Nameplate
from ..recordings.topology import MeteredPart

_DEFECT = "defect"
#: an error of these kinds concerns some of the values; others are of the device or the login
_OF_SOME_VALUES = ("protocol", "refused", "unsupported")


class PolledOutlet(NamedTuple):
    """One outlet or branch circuit. "" for a text that is not known."""

    #: as `status` lists it
    identity: str
    state: EnumPowerStatus
    #: as printed on the unit
    number: str = ""
    #: set by a user, or by the device
    name: str = ""
    figures: MeterFigures = MeterFigures()


class CallError(NamedTuple):
    """Why a call failed: the error's kind and text."""

    kind: str
    reason: str


class Reading(NamedTuple):
    """The result for one PDU: what was read, and the first failure."""

    outlets: Sequence[PolledOutlet] = ()
    load_a: Figure = None
    energy_kwh: Figure = None
    #: how long the calls took
    seconds: float = 0.0
    #: how many requests they sent, None if they were not counted; over NUT, requests that are sent
    #: together count as one
    requests: Optional[int] = None
    #: the first failure
    failure: Optional[CallError] = None
    #: whether the states were read
    answered: bool = False
    #: whether numbers and names were read
    labelled: bool = False
    #: in W
    power_w: Figure = None
    #: what the inlet's own meter shows, in A and in W; None if there is none, or only a sum
    inlet_a: Figure = None
    inlet_w: Figure = None
    #: lines and breakers
    meters: Sequence[MeteredPart] = ()
    plate: Nameplate = Nameplate()
    #: when it began, of time.monotonic()
    begun: float = 0.0

    @property
    def total_w(self) -> Figure:
        """Active power of the PDU, in W: its own figure; if it has none, that of its inlet's
        meter. One that is not known now is not replaced.
        """
        return first_metered(self.power_w, self.inlet_w)

    def count(self, state: EnumPowerStatus) -> int:
        """How many outlets are in this state."""
        return sum(outlet.state is state for outlet in self.outlets)

    @property
    def unread(self) -> str:
        """Why the states were not read; "" if they were."""
        return "" if self.answered or self.failure is None else self.failure.reason

    def outlet(self, identity: str) -> Optional[PolledOutlet]:
        """The outlet of this identity, None if the PDU does not list it."""
        return next((outlet for outlet in self.outlets if outlet.identity == identity), None)


#: reads one thing of a PDU into its reading
Part = Callable[[Reading, OpenHandler], Reading]


def read_pdu(
    handler: LoadedHandler,
    data: Any,
    parts: Sequence[Part],
    keep: Callable[[Reading], object] = lambda _: None,
    *,
    keeps_failures: bool = False,
) -> Reading:
    """Reads these parts of the PDU that `data`, an argument of make_handler, names, in one session.

    `keep` gets the reading after each part. Raises what the handler raises; with `keeps_failures`,
    the first error of some of the values becomes the reading's `failure`, and the next part is
    read.
    """
    with_states = not {figures, power}.issuperset(parts)
    with HandlerTools(handler).opened(data, with_states=with_states) as unit:
        return read_parts(unit, parts, keep, keeps_failures=keeps_failures)


def read_parts(
    unit: OpenHandler,
    parts: Sequence[Part],
    keep: Callable[[Reading], object] = lambda _: None,
    *,
    keeps_failures: bool = False,
) -> Reading:
    """As `read_pdu`, of a PDU that is open."""
    reading = Reading(begun=time.monotonic())
    for part in parts:
        failure = reading.failure
        try:
            reading = part(reading, unit)
        except Exception as error:
            if not keeps_failures or getattr(error, "kind", None) not in _OF_SOME_VALUES:
                raise
            failure = failure or error_of(error)
        reading = reading._replace(failure=failure or reading.failure)
        keep(reading)
    return reading._replace(seconds=time.monotonic() - reading.begun)


# ---- the parts -----------------------------------------------------------------------------------


def states(reading: Reading, unit: OpenHandler) -> Reading:
    """The outlets with their states."""
    outlets = [PolledOutlet(_printable(identity), state) for identity, state in unit.states()]
    return reading._replace(answered=True, outlets=outlets)


def figures(reading: Reading, unit: OpenHandler) -> Reading:
    """A and kWh."""
    return _add_figures(reading, unit.figures(with_power=False))


def power(reading: Reading, unit: OpenHandler) -> Reading:
    """A, kWh and W. If only W cannot be read, that is the reading's failure."""
    pdu_figures, without_power = read_figures(unit)
    return _add_figures(reading, pdu_figures)._replace(failure=without_power)


def labels(reading: Reading, unit: OpenHandler) -> Reading:
    """Numbers and names."""
    port_labels = unit.labels()
    if port_labels is None:
        return reading
    label_by_identity = {_printable(label.identity): label for label in port_labels}
    outlets = []
    for outlet in _outlets(reading, label_by_identity):
        label = label_by_identity.get(outlet.identity)
        if label is not None:
            outlet = outlet._replace(number=_printable(label.number), name=_printable(label.name))
        outlets.append(outlet)
    return reading._replace(outlets=outlets, labelled=True)


def read_topology(reading: Reading, unit: OpenHandler) -> Reading:
    """Lines and breakers."""
    return reading._replace(meters=unit.meters())


def add_nameplate(reading: Reading, unit: OpenHandler) -> Reading:
    """The whole nameplate."""
    return reading._replace(plate=unit.nameplate())


def read_figures(unit: OpenHandler) -> tuple[Figures, Optional[CallError]]:
    """A, kWh and W, and why W is missing if only W cannot be read."""
    try:
        return unit.figures(with_power=True), None
    except Exception as error:
        if getattr(error, "kind", None) not in _OF_SOME_VALUES:
            raise
        return unit.figures(with_power=False), error_of(error)


def _add_figures(reading: Reading, pdu_figures: Figures) -> Reading:
    """The reading with the figures of the PDU, and of its outlets by their identities."""
    ports = {_printable(identity): port for identity, port in pdu_figures.ports.items()}
    outlets = [
        outlet._replace(figures=_meter_figures(ports[outlet.identity]))
        if outlet.identity in ports
        else outlet
        for outlet in _outlets(reading, ports)
    ]
    return reading._replace(
        outlets=outlets,
        load_a=figure(pdu_figures.load_a),
        power_w=figure(pdu_figures.power_w),
        energy_kwh=figure(pdu_figures.energy_kwh),
        inlet_a=figure(pdu_figures.inlet_a),
        inlet_w=figure(pdu_figures.inlet_w),
    )


def _outlets(reading: Reading, identities: Iterable[str]) -> Sequence[PolledOutlet]:
    """Those of the reading; without states, those of these identities, whose states are UNKNOWN."""
    if reading.answered:
        return reading.outlets
    return [PolledOutlet(identity, UNKNOWN) for identity in identities]


def _meter_figures(handler_figures: MeterFigures) -> MeterFigures:
    """The figures of an outlet. An archive of another version may lack one."""
    return MeterFigures(
        *[figure(getattr(handler_figures, key, None)) for key in MeterFigures._fields]
    )


def error_of(error: BaseException) -> CallError:
    """The error's kind and text.

    An error without a kind counts as a defect of this program or of the archive.
    """
    kind = getattr(error, "kind", None)
    if isinstance(kind, str):
        return CallError(printable(kind, 40), printable(str(getattr(error, "reason", error))))
    return CallError(_DEFECT, printable(f"{type(error).__name__}: {error}"))


def figure(value: Any) -> Figure:
    """A figure as a float, or why there is none. An archive has its own classes, and one from
    elsewhere may return another type.

    Raises ValueError, TypeError or OverflowError if a value cannot be converted to a finite float.
    """
    if isinstance(value, tuple) and hasattr(value, "reason"):
        kind = NotMetered if type(value).__name__ == NotMetered.__name__ else NotKnown
        return kind(printable(str(value.reason)))
    number = None if value is None else float(value)
    if number is not None and not math.isfinite(number):
        raise ValueError(f"a figure is {number}")
    return number


def _printable(value: object) -> str:
    """The value as printable text. A handler of another pack might return control characters."""
    return printable(str(value))
