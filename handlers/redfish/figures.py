"""The figures of a service: which of what was read is used, and how it is summed. Pure.

A PDU's figure is that of its metrics, else the sum over its mains, else its branches, else its
outlets: the first that it meters. Mains and branches are circuits.

A Figure is a number, NotKnown (not now, with the reason), NotMetered (never, with the reason) or
None (never). A Quantity is current (A), power (W) or energy (kWh), with the functions that read it.
A Member is a resource (JSON object) of the device, or the error of reading it. Flow, by a
resource's Status: what it shows is true now (AS_SHOWN), nothing flows (NONE), or NOT_KNOWN.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Callable, NamedTuple

from .. import dcimanager
from ..shared.errors import PduHandlerError
from ..shared.meter_figures import (
    NOT_ASKED,
    Figure,
    MeterFigures,
    NotKnown,
    NotMetered,
    first_metered,
    measured,
    sum_of_parts,
)
from . import quantities
from .members import Member
from .outlets import ListedOutlet
from .pdus import ServicePdu
from .quantities import AMPERES, KILOWATT_HOURS, WATTS, Reader, Sensors
from .resources import Flow, status_meaning, status_word, text
from .responses import Json

#: the figure of an outlet, circuit or PDU that carries nothing now: sums leave it out
NOTHING = NotMetered("nothing flows through it")
_ADVICE = "; the handler setting pdu reads one PDU alone"


class Quantity(NamedTuple):
    """Current, power or energy: how it is read from a resource, and what is particular to it.

    >>> power = power_of(Sensors())
    >>> power.of({"PowerWatts": {"Reading": 900}}, power.reader), power.is_counter
    (900.0, False)
    """

    #: what a resource shows of it
    of: Callable[[Json, Reader], Figure]
    reader: Reader
    #: whether PowerDistributionMetrics_v1 has it
    is_in_metrics: bool = True
    #: a counter keeps its last value while nothing flows, or while the part is unusable
    is_counter: bool = False


def current_of(sensors: Sensors) -> Quantity:
    """The current in A. `sensors`: those that excerpts name."""
    return Quantity(quantities.current, Reader(sensors, AMPERES), is_in_metrics=False)


def power_of(sensors: Sensors) -> Quantity:
    """The active power in W."""
    return Quantity(quantities.power, Reader(sensors, WATTS))


def energy_of(sensors: Sensors) -> Quantity:
    """The energy in kWh."""
    return Quantity(quantities.energy, Reader(sensors, KILOWATT_HOURS), is_counter=True)


class PduResources(NamedTuple):
    """The resources that were read of one PDU; an error in place of one that cannot be read.

    >>> resources = PduResources(ServicePdu("1.", {"Id": "1"}), is_absent=False)
    >>> resources.has_figures, resources._replace(is_absent=True).has_figures
    (True, False)
    """

    pdu: ServicePdu
    #: whether it is one of several, and absent by its status
    is_absent: bool
    outlets: Sequence[ListedOutlet] = ()
    #: {} if it has none
    metrics: Member = {}
    mains: Sequence[Member] = ()
    branches: Sequence[Member] = ()

    @property
    def has_figures(self) -> bool:
        """Whether its figures are read: an absent one has some if it lists its mains."""
        return not self.is_absent or "Mains" in self.pdu.resource


class _QuantityFigures(NamedTuple):
    """The figures of one quantity, of one PDU or of all.

    the current of a PDU with the mains AC1, and the outlets A1 and A2
    total 4.2, inlet 4.2, by_outlet {"A1": 1.5, "A2": 2.7}
    """

    total: Figure
    #: of the mains
    inlet: Figure
    #: by the identity of the outlet
    by_outlet: Mapping[str, Figure]


def service_figures(
    pdus: Sequence[PduResources], sensors: Sensors, *, with_power: bool
) -> dcimanager.Figures:
    """The figures of all PDUs together and of each outlet; the power only `with_power`. `sensors`:
    those that were read because excerpts name them.

    >>> circuit = {"Id": "AC1", "CurrentAmps": {"Reading": 4.2}}
    >>> pdu = PduResources(ServicePdu("", {}), is_absent=False, mains=[circuit])
    >>> figures = service_figures([pdu], Sensors(), with_power=False)
    >>> figures.load_a, figures.inlet_a, figures.energy_kwh
    (4.2, 4.2, None)
    """
    current = _figures_of_pdus(pdus, current_of(sensors))
    energy = _figures_of_pdus(pdus, energy_of(sensors))
    power = _QuantityFigures(total=NOT_ASKED, inlet=NOT_ASKED, by_outlet={})
    if with_power:
        power = _figures_of_pdus(pdus, power_of(sensors))
    ports: dict[str, MeterFigures] = {}
    for identity, outlet_current in current.by_outlet.items():
        ports[identity] = MeterFigures(
            current_a=outlet_current,
            power_w=power.by_outlet.get(identity, NOT_ASKED),
            energy_kwh=energy.by_outlet[identity],
        )
    return dcimanager.Figures(
        load_a=current.total,
        energy_kwh=energy.total,
        ports=ports,
        power_w=power.total,
        inlet_a=current.inlet,
        inlet_w=power.inlet,
    )


def are_branches_needed(metrics: Member, mains: Sequence[Member], quantity: Quantity) -> bool:
    """Whether neither the metrics nor the mains of a PDU have a meter of this quantity, so that its
    branches have to be read.

    >>> circuit = {"Id": "AC1", "CurrentAmps": {"Reading": 4.2}}
    >>> are_branches_needed({}, [circuit], current_of(Sensors()))
    False
    >>> are_branches_needed({}, [], current_of(Sensors()))
    True
    """
    mains_sum = _circuits_sum("Mains", mains, quantity)
    figure = first_metered(_metrics_figure(metrics, quantity), mains_sum)
    return figure is None


def _figures_of_pdus(pdus: Sequence[PduResources], quantity: Quantity) -> _QuantityFigures:
    """The sums of a quantity over all PDUs, and the figures of all outlets.

    >>> circuit = {"Id": "AC1", "CurrentAmps": {"Reading": 4.2}}
    >>> first = PduResources(ServicePdu("1.", {}), is_absent=False, mains=[circuit])
    >>> second = PduResources(ServicePdu("2.", {}), is_absent=False, mains=[circuit])
    >>> _figures_of_pdus([first, second], current_of(Sensors())).total
    8.4
    """
    totals: dict[str, Figure] = {}
    inlets: dict[str, Figure] = {}
    by_outlet: dict[str, Figure] = {}
    for pdu in pdus:
        figures = _figures_of_pdu(pdu, quantity)
        totals[pdu.pdu.id] = figures.total
        inlets[pdu.pdu.id] = figures.inlet
        by_outlet.update(figures.by_outlet)
    return _QuantityFigures(
        total=sum_in_use("PDU", totals, _ADVICE),
        inlet=sum_in_use("PDU", inlets, _ADVICE),
        by_outlet=by_outlet,
    )


def _figures_of_pdu(resources: PduResources, quantity: Quantity) -> _QuantityFigures:
    """The figures of one PDU. Of a PDU that is absent by its Status, and lists no mains, nothing is
    read: no current and power flow (NOTHING), and its energy counter is not known.

    >>> circuit = {"Id": "AC1", "CurrentAmps": {"Reading": 4.2}}
    >>> pdu = PduResources(ServicePdu("1.", {}), is_absent=False, mains=[circuit])
    >>> _figures_of_pdu(pdu, current_of(Sensors())).total
    4.2
    >>> offline = ServicePdu("1.", {"Status": {"State": "UnavailableOffline"}})
    >>> _figures_of_pdu(pdu._replace(pdu=offline), current_of(Sensors())).total
    NotKnown(reason='the Status of the PDU is UnavailableOffline')
    >>> absent = PduResources(ServicePdu("1.", {}), is_absent=True)
    >>> _figures_of_pdu(absent, current_of(Sensors())).total
    NotMetered(reason='nothing flows through it')
    """
    pdu = resources.pdu
    if not resources.has_figures and quantity.is_counter:
        absent_counter = NotKnown(f"the PDU {pdu.id} is Absent")
        return _QuantityFigures(total=absent_counter, inlet=absent_counter, by_outlet={})
    if not resources.has_figures:
        return _QuantityFigures(total=NOTHING, inlet=NOTHING, by_outlet={})
    # a counter keeps its last value, whatever the Status is
    if quantity.is_counter or status_meaning(pdu.resource).outlet_flow is Flow.AS_SHOWN:
        return _shown_figures(resources, quantity)
    # a current or a power that it shows may be old
    not_known = NotKnown(f"the Status of the PDU is {status_word(pdu.resource)}")
    total = NOTHING if resources.is_absent else not_known
    by_outlet = {outlet.identity: not_known for outlet in resources.outlets}
    return _QuantityFigures(total=total, inlet=total, by_outlet=by_outlet)


def _shown_figures(resources: PduResources, quantity: Quantity) -> _QuantityFigures:
    """The figures of a quantity that a PDU shows: in total that of its metrics, else of its mains,
    else of its branches, else of its outlets.

    >>> circuit = {"Id": "AC1", "PowerWatts": {"Reading": 900}}
    >>> metrics = {"PowerWatts": {"Reading": 910}}
    >>> pdu = PduResources(ServicePdu("", {}), is_absent=False, metrics=metrics, mains=[circuit])
    >>> figures = _shown_figures(pdu, power_of(Sensors()))
    >>> figures.total, figures.inlet
    (910.0, 900.0)
    """
    outlets: dict[str, Figure] = {}
    by_outlet: dict[str, Figure] = {}
    for outlet in resources.outlets:
        figure = _outlet_figure(outlet, quantity)
        outlets[outlet.identity] = figure
        if figure == NOTHING:
            # an outlet that carries nothing may show its last current
            figure = NotKnown(f"its Status is {status_word(outlet.resource)}")
        by_outlet[outlet.identity] = figure
    inlet = _circuits_sum("Mains", resources.mains, quantity)
    total = first_metered(
        _metrics_figure(resources.metrics, quantity),
        inlet,
        _circuits_sum("Branches", resources.branches, quantity),
        sum_in_use("outlet", outlets),
    )
    return _QuantityFigures(total, inlet, by_outlet)


def _metrics_figure(metrics: Member, quantity: Quantity) -> Figure:
    """The figure in the metrics of a PDU; None, not metered, for the current, which they never
    have.

    >>> _metrics_figure({"PowerWatts": {"Reading": 910}}, power_of(Sensors()))
    910.0
    """
    if not quantity.is_in_metrics:
        return None
    return _figure_by_flow("Metrics", metrics, Flow.AS_SHOWN, quantity)


def _circuits_sum(list_name: str, circuits: Sequence[Member], quantity: Quantity) -> Figure:
    """The sum over the circuits that a PDU lists under this name, such as Mains; an error in place
    of a circuit makes it not known.

    >>> circuits = [{"Id": "AC1", "PowerWatts": {"Reading": 900}}, {"Id": "AC2"}]
    >>> _circuits_sum("Mains", circuits[:1], power_of(Sensors()))
    900.0
    >>> _circuits_sum("Mains", circuits, power_of(Sensors())).reason
    'Mains: circuit AC2 does not meter it'
    """
    figures: dict[str, Figure] = {}
    for number, circuit in enumerate(circuits, 1):
        part = f"number {number}"
        if isinstance(circuit, PduHandlerError):
            figures[part] = NotKnown(circuit.reason)
        else:
            circuit_id = text(circuit, "Id")
            flow = status_meaning(circuit).circuit_flow
            figures[circuit_id or part] = _figure_by_flow(circuit_id, circuit, flow, quantity)
    return of_part(list_name, sum_in_use("circuit", figures))


def _outlet_figure(outlet: ListedOutlet, quantity: Quantity) -> Figure:
    """The figure of an outlet; not known if the outlet cannot be read.

    >>> outlet = ListedOutlet("A1", "A1", "/Outlets/A1", {"PowerWatts": {"Reading": 85.2}}, {})
    >>> _outlet_figure(outlet, power_of(Sensors()))
    85.2
    """
    member = outlet.error or outlet.resource
    flow = status_meaning(outlet.resource).outlet_flow
    return _figure_by_flow(f"outlet {outlet.identity}", member, flow, quantity)


def _figure_by_flow(part: str, member: Member, flow: Flow, quantity: Quantity) -> Figure:
    """The figure of metrics, a circuit or an outlet, by what it shows and by its `flow`. `part`:
    its name, with which a reason begins. `member`: its resource, or the error of reading it.

    flow        current or power           energy, a counter that stays
    AS_SHOWN    what it shows              what it shows
    NONE        NOTHING                    what it shows; NOTHING if that is no number
    NOT_KNOWN   NotKnown, or None          what it shows

    >>> circuit = {"PowerWatts": {"Reading": 900}}
    >>> _figure_by_flow("AC1", circuit, Flow.AS_SHOWN, power_of(Sensors()))
    900.0
    >>> _figure_by_flow("AC1", circuit, Flow.NONE, power_of(Sensors()))
    NotMetered(reason='nothing flows through it')
    >>> _figure_by_flow("AC1", {"PowerWatts": None}, Flow.AS_SHOWN, power_of(Sensors()))
    NotKnown(reason='AC1: PowerWatts is null')
    """
    if isinstance(member, PduHandlerError):
        return of_part(part, NotKnown(member.reason))
    figure = of_part(part, quantity.of(member, quantity.reader))
    if flow is Flow.AS_SHOWN:
        return figure
    if flow is Flow.NONE:
        # without the counter that it shows, the sum would fall, and jump when it is back
        has_counter = quantity.is_counter and measured(figure) is not None
        return figure if has_counter else NOTHING
    if figure is None or quantity.is_counter:
        return figure
    return of_part(part, NotKnown(f"its Status is {status_word(member)}"))


def of_part(part: str, figure: Figure) -> Figure:
    """The figure; if it is NotKnown or NotMetered, its reason begins with `part`, "Mains AC1".

    >>> of_part("Mains AC1", NotKnown("CurrentAmps is null")).reason
    'Mains AC1: CurrentAmps is null'
    """
    if not part or not isinstance(figure, (NotKnown, NotMetered)):
        return figure
    return replace(figure, reason=f"{part}: {figure.reason}")


def sum_in_use(noun: str, figures: Mapping[str, Figure], advice: str = "") -> Figure:
    """The sum over the circuits, outlets or PDUs of `figures` (by name), without those that carry
    nothing. `noun`: what they are called in a reason, to whose end `advice` is put.

    >>> sum_in_use("circuit", {"AC1": 1.5, "AC2": NOTHING})
    1.5
    >>> sum_in_use("circuit", {"AC1": 1.5, "AC2": None}).reason
    'circuit AC2 does not meter it'
    >>> sum_in_use("circuit", {"AC1": NOTHING, "AC2": NOTHING}).reason
    'none of its parts is in use'
    """
    figures_in_use = {name: figure for name, figure in figures.items() if figure != NOTHING}
    if figures and not figures_in_use:
        return NotKnown("none of its parts is in use")
    return sum_of_parts(noun, figures_in_use, advice)
