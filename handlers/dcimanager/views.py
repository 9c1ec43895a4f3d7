"""What a call gives to the platform: a line in its log, and the answers of `status` and
`statistic`. A view is a class of the platform for such an answer: PduStatisticView has a load, an
energy and a list of ports. A Figure is a number, NotKnown (not now, with the reason), NotMetered
(never, with the reason) or None (never).

Not all fields of the views are documented, nor how a view is made. Both are found by inspection.
"""

from __future__ import annotations

import contextlib
import logging
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Callable, NamedTuple, Optional, TypeVar

from pdu_common.helper import (
    EnumPowerStatus,
    PduPortStatisticView,
    PduPortView,
    PduStatisticView,
    PduView,
)

from .. import VERSION
from ..shared.ceilings import bounded_current, bounded_energy, bounded_port, bounded_power
from ..shared.errors import NamedSetting, ProtocolError
from ..shared.meter_figures import (
    NOT_ASKED,
    Figure,
    MeterFigures,
    NotKnown,
    NotMetered,
    measured,
    reason_without,
)
from ..shared.settings import UNKNOWN_FIGURES, UNSET
from ..shared.unknown_states import reason_sentences
from .view_fields import field_names, ports_of

T = TypeVar("T")


class Figures(NamedTuple):
    """The figures of one reading of a PDU, as tools get them; DCImanager gets `view()`.

    >>> figures = Figures(load_a=4.2, energy_kwh=NotKnown("energy reads 'n/a'"))
    >>> figures.load_a, figures.not_known()
    (4.2, ["the energy cannot be read now: energy reads 'n/a'"])
    """

    #: in A
    load_a: Figure
    #: in kWh
    energy_kwh: Figure
    #: by identity, as `status` lists it: the outlets that are metered, and others as the handler
    #: likes
    ports: Mapping[str, MeterFigures] = MappingProxyType({})
    #: in W, for tools; NOT_ASKED without `with_power`
    power_w: Figure = NOT_ASKED
    #: what a meter of its own shows at the inlet, over all lines, in A; None if there is none: the
    #: load may also be a sum over banks or outlets
    inlet_a: Figure = None
    #: the same in W; NOT_ASKED without `with_power`
    inlet_w: Figure = NOT_ASKED

    def quoted(self, quote: Callable[[str], str]) -> Figures:
        """These figures, each reason passed through `quote`: a reason may quote the device, and
        must not show the login.

        >>> figures = Figures(load_a=NotKnown("load reads 's3cret'"), energy_kwh=6468.0)
        >>> figures.quoted(lambda reason: reason.replace("s3cret", "***")).load_a
        NotKnown(reason="load reads '***'")
        """

        def shown(figure: Figure) -> Figure:
            if not isinstance(figure, (NotKnown, NotMetered)):
                return figure
            # its reason quotes no device; left out for speed, as each outlet may have it
            if figure == NOT_ASKED:
                return figure
            return replace(figure, reason=quote(figure.reason))

        return self._each(shown)

    def bounded(self) -> Figures:
        """These figures; not known in place of one that is more than any PDU can carry.

        >>> Figures(load_a=4e6, energy_kwh=6468.0).bounded().load_a
        NotKnown(reason='4e+06 A is more than a PDU can carry')
        """
        return self._replace(
            load_a=bounded_current(self.load_a),
            energy_kwh=bounded_energy(self.energy_kwh),
            ports={identity: bounded_port(port) for identity, port in self.ports.items()},
            power_w=bounded_power(self.power_w),
            inlet_a=bounded_current(self.inlet_a),
            inlet_w=bounded_power(self.inlet_w),
        )

    def unset_unknown(self) -> Figures:
        """These figures; not metered in place of not known, for a unit that never meters them.

        >>> Figures(load_a=NotKnown("no answer"), energy_kwh=6468.0).unset_unknown().load_a
        NotMetered(reason='no answer')
        """

        def unset(figure: Figure) -> Figure:
            if isinstance(figure, NotKnown) and figure != NOT_ASKED:
                return NotMetered(figure.reason)
            return figure

        return self._each(unset)

    def without_power(self) -> Figures:
        """These figures with NOT_ASKED in place of power, for a caller that did not ask for it.

        >>> Figures(load_a=4.2, energy_kwh=6468.0, power_w=900.0).without_power().power_w
        NotKnown(reason='it was not asked for')
        """
        ports = {key: port._replace(power_w=NOT_ASKED) for key, port in self.ports.items()}
        return self._replace(ports=ports, power_w=NOT_ASKED, inlet_w=NOT_ASKED)

    def _each(self, change: Callable[[Figure], Figure]) -> Figures:
        """These figures, each passed through `change`.

        >>> Figures(load_a=4.2, energy_kwh=1.0)._each(lambda figure: None).load_a is None
        True
        """
        ports = {key: MeterFigures(*map(change, port)) for key, port in self.ports.items()}
        return Figures(
            load_a=change(self.load_a),
            energy_kwh=change(self.energy_kwh),
            ports=ports,
            power_w=change(self.power_w),
            inlet_a=change(self.inlet_a),
            inlet_w=change(self.inlet_w),
        )

    def view(self) -> PduStatisticView:
        """The answer of `statistic`, with the outlets that have an energy, if the platform's view
        has a list.

        Raises ProtocolError for nan and inf, and for a load or an energy that is not known now:
        DCImanager may show what is unset as 0.

        >>> ports = {"1": MeterFigures(energy_kwh=120.5)}
        >>> view = Figures(load_a=4.2, energy_kwh=6468.0, ports=ports).view()
        >>> view.load, view.total_consumption, view.ports
        (4.2, 6468.0, [PduPortStatisticView(identity='1', consumption=120.5)])
        """
        sentences = self.not_known()
        if sentences:
            setting = NamedSetting(UNKNOWN_FIGURES.key, UNSET, "the handler setting ")
            raise ProtocolError(
                ("; ".join(sentences), "; poll again. For a unit that never shows it: ", setting)
            )
        view = PduStatisticView()
        load_a = measured(self.load_a)
        energy_kwh = measured(self.energy_kwh)
        if load_a is not None:
            view.load = _finite(load_a, "load")
        if energy_kwh is not None:
            view.total_consumption = _finite(energy_kwh, "energy")
        view_ports = ports_of(view)
        if view_ports is None:
            return view
        fields = _port_fields()
        for identity, figures in self.ports.items():
            entry = _port_statistic(identity, figures, fields)
            if entry is not None:
                view_ports.append(entry)
        return view

    def not_known(self) -> list[str]:
        """A sentence for each total that `statistic` shows and that is not known now.

        >>> Figures(load_a=NotKnown("outlet 3: no answer"), energy_kwh=None).not_known()
        ['the load cannot be read now: outlet 3: no answer']
        """
        sentences: list[str] = []
        for name, figure in (("load", self.load_a), ("energy", self.energy_kwh)):
            if isinstance(figure, NotKnown):
                sentences.append(f"the {name} cannot be read now: {figure.reason}")
        return sentences

    def not_metered(self) -> list[str]:
        """A sentence for each total that `statistic` leaves unset, though one may expect it.

        >>> Figures(load_a=NotMetered("outlet 3 does not meter it"), energy_kwh=None).not_metered()
        ['the load stays unset: outlet 3 does not meter it']
        """
        sentences: list[str] = []
        for name, figure in (("load", self.load_a), ("energy", self.energy_kwh)):
            if isinstance(figure, NotMetered):
                sentences.append(f"the {name} stays unset: {figure.reason}")
        return sentences

    def port_view_fault(self) -> str:
        """A sentence for the log if the platform's view of a port has no field for the energies
        that were measured; "" if it has one, or if none was measured.

            the platform's PduPortStatisticView has identity and consumption     ""
            it has identity and power_consumption     "the outlets' energies are left out: ..."
        """
        energies = [measured(port.energy_kwh) for port in self.ports.values()]
        if all(energy is None for energy in energies):
            return ""
        example = MeterFigures(current_a=0.0, energy_kwh=0.0)
        has_list = ports_of(PduStatisticView()) is not None
        if has_list and _port_statistic("1", example, _port_fields()):
            return ""
        known_fields: list[str] = []
        for view in (PduStatisticView, PduPortStatisticView):
            names = ", ".join(field_names(view)) or "none"
            known_fields.append(f"{view.__name__}: {names}")
        return (
            "the outlets' energies are left out: this platform's views have no field for an outlet"
            f" and its energy that the pack knows ({'; '.join(known_fields)}); report these names"
            " as a bug of the pack"
        )

    def outlets_not_known(self) -> list[str]:
        """Sentences for the log that name the outlets whose energy is not known now: they have no
        entry in `view()`; and those whose current is not, if this platform's view shows currents.

        >>> ports = {"3": MeterFigures(energy_kwh=NotKnown("no answer"))}
        >>> Figures(load_a=4.2, energy_kwh=6468.0, ports=ports).outlets_not_known()
        ['without an energy: outlet 3: no answer']
        """
        without_energy: list[tuple[str, str]] = []
        without_current: list[tuple[str, str]] = []
        for identity, port in self.ports.items():
            without_energy.append((identity, reason_without(port.energy_kwh)))
            without_current.append((identity, reason_without(port.current_a)))
        sentences: list[str] = []
        for reason in reason_sentences(without_energy):
            sentences.append(f"without an energy: {reason}")
        shows_current = _port_fields().load != ""
        if shows_current:
            for reason in reason_sentences(without_current):
                sentences.append(f"without a current: {reason}")
        return sentences


class _PortFields(NamedTuple):
    """The names of a port's fields in this platform's view; "" for one that it does not have.

    >>> _port_fields()
    _PortFields(identity='identity', energy='consumption', load='')
    """

    identity: str
    energy: str
    load: str


# likely names of each
_IDENTITIES = ("identity", "identify", "id", "port")
# never `power_consumption`: what it holds is not known
_ENERGIES = ("consumption", "total_consumption", "energy")
_LOADS = ("load", "amperage", "current")


# an archive's folder of code is named by the hash of its content; here there is none
_FOLDER = re.search(r"[._](c[0-9a-f]{12})\.", f"{__name__}.")
RUNNING = f"{VERSION}+{_FOLDER[1]}" if _FOLDER else VERSION


def log_call(logger: logging.Logger, handler: str, method: str, profile: str) -> None:
    """Write one line into the platform's log, once for each call: the version of the pack, in an
    archive with the hash of its content, `handler`, `method` (port_up) and `profile`, "" for none.

        INFO pdu handler snmp 5.0.0+c4f2a90b1c2d (apc-rpdu2): status
    """
    shown_profile = f" ({profile})" if profile else ""
    logger.info(f"pdu handler {handler} {RUNNING}{shown_profile}: {method}")


# ---- the answers ---------------------------------------------------------------------------------


def pdu_view(ports: Iterable[tuple[str, EnumPowerStatus]]) -> PduView:
    """The answer of `status`: a port for each (identity, state), in order.

    Raises ProtocolError if a view lacks the fields.

    >>> pdu_view([("1", EnumPowerStatus.UP)]).ports[0].identity
    '1'
    """
    view = PduView()
    view_ports = ports_of(view)
    if view_ports is None:
        raise ProtocolError(
            "this platform's PduView has no list of ports (looked for 'ports' and for a single"
            " list)"
        )
    for identity, status in ports:
        port = _construct(PduPortView, {"identity": identity, "power_status": status})
        if port is None:
            raise ProtocolError(
                "this platform's PduPortView cannot be made from 'identity' and 'power_status'"
            )
        view_ports.append(port)
    return view


def port_answer(port: PduPortView, state: EnumPowerStatus) -> PduPortView:
    """The answer of `port_up` and `port_down`: `port` itself, with the state.

    Raises ProtocolError, which has the state, if `port` does not let it be set.

    >>> port_answer(PduPortView("2"), EnumPowerStatus.UP).power_status.name
    'UP'
    """
    try:
        port.power_status = state
        return port
    except Exception as error:  # a class may check its fields, and raise an error of its own
        kind = type(error).__name__
    raise ProtocolError(
        f"the command was sent, and the outlet's state is {state.name}; but the platform's"
        f" object of the port does not take a power_status ({kind})"
    )


def _port_statistic(
    identity: str, figures: MeterFigures, fields: _PortFields
) -> Optional[PduPortStatisticView]:
    """One port's figures as the platform's object, whose field names are `fields`. None if it
    should not be shown, because DCImanager may show what is unset as 0:

    energy 120.5                                                  the object
    energy None or NotKnown                                       None
    energy 120.5, current NotKnown, and the view's default is 0   None
    the view has no field for the energy, or cannot be made       None

    >>> fields = _PortFields(identity="identity", energy="consumption", load="")
    >>> _port_statistic("1", MeterFigures(energy_kwh=120.5), fields)
    PduPortStatisticView(identity='1', consumption=120.5)
    >>> _port_statistic("1", MeterFigures(current_a=1.5), fields) is None
    True
    """
    energy_kwh = measured(figures.energy_kwh)
    current_a = measured(figures.current_a)
    if energy_kwh is None or not fields.identity or not fields.energy:
        return None
    value_by_field: dict[str, object] = {
        fields.identity: identity,
        fields.energy: _finite(energy_kwh, "energy"),
    }
    if fields.load and current_a is not None:
        value_by_field[fields.load] = _finite(current_a, "load")
    entry = _construct(PduPortStatisticView, value_by_field)
    if fields.load and isinstance(figures.current_a, NotKnown):
        # the view's own default would be a current that was not measured
        has_default = getattr(entry, fields.load, None) is not None
        return None if has_default else entry
    return entry


def _port_fields() -> _PortFields:
    """The names of the fields in the view of this platform.

    >>> _port_fields().energy
    'consumption'
    """
    names = field_names(PduPortStatisticView)
    return _PortFields(
        identity=_first_in(names, _IDENTITIES),
        energy=_first_in(names, _ENERGIES),
        load=_first_in(names, _LOADS),
    )


def _first_in(names: Sequence[str], likely_names: Sequence[str]) -> str:
    """The first of the likely names that is among `names`; "" if none is.

    >>> _first_in(["identity", "energy"], ("consumption", "energy")), _first_in([], ("energy",))
    ('energy', '')
    """
    for name in likely_names:
        if name in names:
            return name
    return ""


def _finite(value: float, what: str) -> float:
    """The figure as a float. Raises ProtocolError if it is infinite or NaN.

    >>> _finite(4.2, "load")
    4.2
    >>> _finite(float("nan"), "load")
    Traceback (most recent call last):
    handlers.shared.errors.ProtocolError: a figure for load is not a finite number: nan
    """
    number = float(value)
    if not math.isfinite(number):
        raise ProtocolError(f"a figure for {what} is not a finite number: {number}")
    return number


# ---- objects of the platform's classes -----------------------------------------------------------


def _construct(cls: Callable[..., T], values: Mapping[str, object]) -> Optional[T]:
    """A view made with keywords, else by setting attributes; None if neither works.

    >>> _construct(PduPortView, {"identity": "1", "power_status": EnumPowerStatus.UP}).identity
    '1'
    >>> _construct(PduPortView, {"outlet": "1"}) is None
    True
    """
    # a class may check its arguments, and raise an error of its own
    with contextlib.suppress(Exception):
        return cls(**values)
    return _construct_by_attributes(cls, values)


def _construct_by_attributes(cls: Callable[..., T], values: Mapping[str, object]) -> Optional[T]:
    """A view whose fields are set from `values`; None if it lacks one of these fields or does not
    let it be set, or if its constructor needs arguments.

    >>> class PortView:
    ...     identity = ""
    >>> _construct_by_attributes(PortView, {"identity": "1"}).identity
    '1'
    >>> _construct_by_attributes(PortView, {"outlet": "1"}) is None
    True
    """
    try:
        view = cls()
    except Exception:  # as in `_construct`
        return None
    names = field_names(type(view), view)
    if any(name not in names for name in values):
        return None
    try:
        for name, value in values.items():
            setattr(view, name, value)
    except Exception:  # as in `_construct`
        return None
    return view
