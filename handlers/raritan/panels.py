"""Units without outlets: power meter controllers (BCM2, PMC) with their panels, and other units
that list no outlets.

A controller has power meters, each with mains (its lines); one that is a panel also has branch
circuits, which are the ports. A Pending is a queued call, which has the answer once its bulk was
sent: `error`, or `get()`, which raises that error.

The identity of a branch circuit is "p1.7", on link unit 2 "2.p1.7": the id of its power meter, and
the position of its first pole in the panel, from 1. Both are fixed when a circuit is created
(Config in PowerMeter.idl and Circuit.idl); names do not matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Optional, Union

from ..dcimanager import Label, MeterFigures, label
from ..shared.errors import Unsupported
from ..shared.meter_figures import NOT_ASKED, Figure, NotKnown, NotMetered, sum_if_complete
from .discovery import ListedUnit
from .meters import InputLine, InputMeter, PortMeter
from .readings import call_error
from .rpc import (
    Bulk,
    Interface,
    JsonRpcSyntaxException,
    Pending,
    answered_field,
    present,
)
from .rpc.pdumodel import Circuit, Panel, Pdu, PowerMeter, PowerMeterController
from .units import PRIMARY, AnInterface, XerusUnit

_LINE_COUNTS = {
    PowerMeter.Type.ONE_PHASE: 1,
    PowerMeter.Type.SPLIT_PHASE: 2,
    PowerMeter.Type.THREE_PHASE: 3,
}


class UnitWithoutOutlets:
    """A unit that lists no outlets. The constructor queues the calls that show its type: `_meters`
    (getPowerMeters), `_metadata` (getMetaData) and `_inlets` (getInlets); `meters` reads their
    answers after the bulk. `_missing_code` recognizes the error for an object that the unit lacks.

    > getPowerMeters of /model/pmc; getMetaData and getInlets of /model/pdu/0
    < {"_ret_": [{"key": 1, "value": {"rid": ..., "type": "pdumodel.Panel:2.0.4"}}]}
    """

    def __init__(self, listed_unit: ListedUnit, bulk: Bulk) -> None:
        """Adds the calls for its meters, metadata and inlets to `bulk`."""
        unit = listed_unit.unit
        self.unit = unit
        self._missing_code = listed_unit.missing_code
        # PowerMeterController.idl 1.2.12
        controller = PowerMeterController("/model/pmc", unit.agent)
        self._meters = bulk.add(unit.with_link_prefix(controller).getPowerMeters)
        pdu = unit.proxy(Pdu)
        self._metadata = bulk.add(pdu.getMetaData)
        self._inlets = bulk.add(pdu.getInlets)

    def meters(self) -> list[tuple[int, PowerMeter]]:
        """Power meters and panels with their ids; none on a PDU with inlets and without outlets,
        such as an in-line meter.

            getPowerMeters   [{"key": 1, "value": {"rid": "/tfwopaque/p", "type": ...}}]
            returned         [(1, Panel /tfwopaque/p)]

        Raises Unsupported if the answers do not show that units of this type have no outlets,
        JsonRpcSyntaxException for a meter that is listed twice or is of another type, and the
        errors of the answers.
        """
        is_controller = not self._missing_code.is_in(self._meters.error)
        meter_by_id = self._meters.get() if is_controller else {}
        if not meter_by_id:
            self._require_type_without_outlets()
            return []
        self.unit.each_once(list(meter_by_id.values()), "getPowerMeters")
        meters: list[tuple[int, PowerMeter]] = []
        for meter_id in sorted(meter_by_id):
            meter = self.typed_proxy(meter_by_id[meter_id], PowerMeter, "a power meter")
            meters.append((meter_id, meter))
        return meters

    def _require_type_without_outlets(self) -> None:
        """Raise Unsupported for a unit without power meters, unless it has inlets and says that it
        is of a type without outlets.

        getMetaData                                               getInlets
        {"hasSwitchableOutlets": false,
         "hasMeteredOutlets": false}                              [{...}]     returns
        {"hasSwitchableOutlets": true, ...}                       [{...}]     raises
        {"hasSwitchableOutlets": false, ...}                      []          raises
        """
        metadata = self._metadata.get()
        inlets = self._inlets.get()
        says_its_type = present(metadata, "hasSwitchableOutlets", "hasMeteredOutlets")
        if inlets and says_its_type:
            has_outlets = metadata.hasSwitchableOutlets or metadata.hasMeteredOutlets
            if not has_outlets:
                return
        quote = self.unit.agent.login.quoted
        plate = metadata.nameplate
        subject = "the unit" if self.unit.link_id == PRIMARY else f"link unit {self.unit.link_id}"
        raise Unsupported(
            f"{subject} lists no outlets and is not known to be of a type without outlets: model"
            f" '{quote(plate.model)}', firmware '{quote(metadata.fwRevision)}', inlets:"
            f" {len(inlets)}, power meters and panels: 0, reports switchable outlets:"
            f" {_yes_no_or_unknown(metadata, 'hasSwitchableOutlets')}, metered outlets:"
            f" {_yes_no_or_unknown(metadata, 'hasMeteredOutlets')}. If the unit has just started,"
            " try again. On a power meter controller, configure its panels. Else report this error"
        )

    def typed_proxy(self, reference: Interface, kind: type[AnInterface], noun: str) -> AnInterface:
        """The reference, which must be of the class `kind`; on link units with `/link/N` before its
        resource id. `noun`: what it should be, for the error, "a circuit".

            reference                      kind      returned
            /tfwopaque/c, pdumodel.Circuit Circuit   Circuit /tfwopaque/c
            /tfwopaque/c, pdumodel.Outlet  Circuit   JsonRpcSyntaxException

        Raises JsonRpcSyntaxException too if it is another unit's.
        """
        proxy = self.unit.with_link_prefix(reference)
        if not isinstance(proxy, kind):
            error = JsonRpcSyntaxException(f"the unit lists an object of another type as {noun}")
            raise error.at(self.unit.agent.netloc)
        return proxy


class BranchCircuit(PortMeter):
    """The meter of a branch circuit, which has no relay: of power meter 1, with its first pole at
    position 7, "p1.7"; on link unit 2 "2.p1.7".
    """

    def __init__(
        self, unit: XerusUnit, circuit: Circuit, *, panel_id: int, position: int, with_power: bool
    ) -> None:
        identity = unit.prefixed(f"p{panel_id}.{position + 1}")
        super().__init__(unit, identity, circuit.getSensors, with_power=with_power)
        #: of its first pole in the panel, from 0
        self.position = position
        self.circuit = circuit


class MainsMeter(InputMeter):
    """The meter of the mains of a power meter or panel. `ask_readings` sets `_type`, of which the
    number of lines follows: ONE_PHASE 1, SPLIT_PHASE 2, THREE_PHASE 3; NotKnown with the reason if
    getConfig could not be read. `_lines_or_reason` has the lines and the neutral, or why they are
    not known.
    """

    def __init__(self, unit: XerusUnit, meter: PowerMeter, *, with_power: bool) -> None:
        super().__init__(unit, with_power=with_power)
        self._meter = meter
        self._config: Optional[Pending[PowerMeter.Config]] = None
        self._type: Union[PowerMeter.Type, NotKnown] = NotKnown("the meter was not asked")

    def ask_sensors(self, bulk: Bulk) -> None:
        """Queue the lists of sensors and lines, and the type of the meter.

        > getSensors, getPoles, getConfig of /tfwopaque/p
        < {"_ret_": {"current": ...}}, {"_ret_": [{"line": 0, ...}]}, {"_ret_": {"type": 2, ...}}
        """
        self._sensors = bulk.add(self._meter.getSensors)
        self._pole_list = bulk.add(self._meter.getPoles)
        self._config = bulk.add(self._meter.getConfig)

    def ask_readings(self, bulk: Bulk) -> None:
        """Queue the readings of the meter and of its lines, and set its type, once `ask_sensors`
        was answered: > getReading of each. Raises Denied if the account may not read type or lists.
        """
        self._type = self._read_type()
        super().ask_readings(bulk)

    def _read_type(self) -> Union[PowerMeter.Type, NotKnown]:
        """The type in the answer to getConfig, or why it is not known.

        {"powerMeterId": 1, "type": 2}    Type.THREE_PHASE
        {"powerMeterId": 1}               NotKnown("the power meter does not say its type")
        error -32000                      NotKnown("the type ... cannot be read: ...")

        Raises Denied if the account may not read it.
        """
        if self._config is None:
            return NotKnown("the type of the power meter was not read")
        error = call_error(self._config)
        if error is not None:
            return NotKnown(f"the type of the power meter cannot be read: {error.reason}")
        config = self._config.get()
        if not present(config, "type"):
            return NotKnown("the power meter does not say its type")
        return config.type

    def _reason_without_lines(self) -> Union[NotKnown, NotMetered, None]:
        """Why the lines are not all those that its type has (PowerMeter.idl); None if they are.

        type           lines of getPoles    returned
        THREE_PHASE    L1, L2, L3           None
        THREE_PHASE    L1, L2               NotKnown: 2 of its 3 lines
        ONE_PHASE      none                 None
        not known      any                  NotKnown
        77             any                  NotMetered: none that the pack knows
        """
        if isinstance(self._type, NotKnown):
            return self._type
        type_count = _LINE_COUNTS.get(self._type)
        if type_count is None:
            return NotMetered("the type of the power meter is none that the pack knows")
        if not isinstance(self._lines_or_reason, list):
            return self._lines_or_reason
        count = len(self._lines())
        may_list_none = self._type == PowerMeter.Type.ONE_PHASE
        if count == type_count or (count == 0 and may_list_none):
            return None
        return NotKnown(f"the power meter lists {count} of its {type_count} lines")

    def _is_one_circuit(self, poles: list[InputLine]) -> bool:
        """Whether the mains are one circuit of two lines, so that one current flows through both:
        L1 and L2 without a neutral. Not for SPLIT_PHASE (120/240 V), where each has its own.
        """
        return self._type != PowerMeter.Type.SPLIT_PHASE and super()._is_one_circuit(poles)


class ControllerMeters:
    """The meters of one power meter controller: `mains` of each power meter or panel, and the
    circuits of its panels, which the caller adds to `circuits`. `_is_mixed`: whether it has both
    panels and other power meters. Without power meters, `mains` is empty.

        two panels with mains of 20.5 A and 10.0 A     load() is 30.5
        a panel and a power meter, 20.5 A and 10.0 A   load() is NotMetered
    """

    def __init__(self, unit: UnitWithoutOutlets, *, with_power: bool) -> None:
        """Reads the answers of `unit`; sends nothing."""
        meters = [meter for _, meter in unit.meters()]
        self.link_id = unit.unit.link_id
        self.mains = [MainsMeter(unit.unit, meter, with_power=with_power) for meter in meters]
        panels = [meter for meter in meters if isinstance(meter, Panel)]
        self._is_mixed = 0 < len(panels) < len(meters)
        self.circuits: list[BranchCircuit] = []

    def load(self) -> Figure:
        """Amperes: the mains of all panels, or of all power meters."""
        return self._sum_unless_mixed([main.load() for main in self.mains])

    def energy(self) -> Figure:
        """Watt-hours of the mains of all panels, or of all power meters."""
        return self._sum_unless_mixed([main.energy() for main in self.mains])

    def power(self) -> Figure:
        """Watts of the mains of all panels, or of all power meters; NOT_ASKED unless
        `with_power`."""
        powers = [main.active_power() for main in self.mains]
        if NOT_ASKED in powers:
            return NOT_ASKED
        return self._sum_unless_mixed(powers)

    def _sum_unless_mixed(self, parts: Sequence[Figure]) -> Figure:
        """The sum of the figures of all mains; NotMetered if some are of panels and some of other
        power meters: a meter may feed a panel, whose load would count twice.

            two panels, 20.5 and 10.0           30.5
            panel and power meter, any          NotMetered
            two panels, 20.5 and None           NotMetered: 1 of 2 parts of the sum have no meter
        """
        if self._is_mixed:
            return NotMetered("a power meter may feed a panel, whose load would count twice")
        return sum_if_complete(parts)

    def ports(self) -> dict[str, MeterFigures]:
        """The figures of each circuit by its identity: {"p1.7": 1.25 A, 280 W, 34.5 kWh}."""
        return {circuit.identity: circuit.figures() for circuit in self.circuits}


class _PanelCircuits(NamedTuple):
    """The queued list `circuits` of one panel's circuits, by their positions from 0.

    > getCircuits of panel 1
    < {"_ret_": [{"key": 6, "value": {"rid": "/tfwopaque/c", "type": "pdumodel.Circuit:2.0.4"}}]}
    branch_circuits()    [BranchCircuit "p1.7"]
    """

    unit: UnitWithoutOutlets
    panel_id: int
    panel: Panel
    circuits: Pending[dict[int, Interface]]

    @property
    def link_id(self) -> int:
        """The link id of the panel's unit."""
        return self.unit.unit.link_id

    def branch_circuits(self, *, with_power: bool = False) -> list[BranchCircuit]:
        """The circuits, in the order of their positions, once the bulk was sent.

        getCircuits of panel 1   [{"key": 6, "value": {"rid": "/tfwopaque/c", "type": ...}}]
        returned                 [BranchCircuit "p1.7"]
        getCircuits of panel 1   error -32000, Denied: raised

        Raises JsonRpcSyntaxException for one that is listed twice or of another type.
        """
        reference_by_position = self.circuits.get()
        unit = self.unit.unit
        unit.each_once(list(reference_by_position.values()), "getCircuits")
        circuits: list[BranchCircuit] = []
        for position in sorted(reference_by_position):
            reference = reference_by_position[position]
            circuit = BranchCircuit(
                unit,
                self.unit.typed_proxy(reference, Circuit, "a circuit"),
                panel_id=self.panel_id,
                position=position,
                with_power=with_power,
            )
            circuits.append(circuit)
        return circuits


def _queue_circuits(bulk: Bulk, units: Sequence[UnitWithoutOutlets]) -> list[_PanelCircuits]:
    """Queue the list of circuits of each panel of these units (Panel.idl 2.0.4), and return the
    queued lists, one for each panel. Other power meters have no circuits.

    > getCircuits of /tfwopaque/p
    < {"_ret_": [{"key": 0, "value": {"rid": ..., "type": "pdumodel.Circuit:2.0.4"}}, ...]}
    """
    listings: list[_PanelCircuits] = []
    for unit in units:
        for meter_id, meter in unit.meters():
            if not isinstance(meter, Panel):
                continue
            circuits = bulk.add(meter.getCircuits)
            listing = _PanelCircuits(unit=unit, panel_id=meter_id, panel=meter, circuits=circuits)
            listings.append(listing)
    return listings


def units_without_outlets(bulk: Bulk, units: Sequence[ListedUnit]) -> list[UnitWithoutOutlets]:
    """The units that list no outlets. Queues the calls that show their type."""
    without_outlets = [listed_unit for listed_unit in units if not listed_unit.outlets]
    return [UnitWithoutOutlets(listed_unit, bulk) for listed_unit in without_outlets]


def read_panel_ports(bulk: Bulk, units: Sequence[UnitWithoutOutlets]) -> dict[int, list[str]]:
    """The identity of each branch circuit, by the link id of its unit: 1 round trip, none without
    panels. A unit without panels is not in the result. Raises the error of a panel that cannot be
    read: a list without its circuits would look whole.

    > POST /bulk: getCircuits of each panel
    < {"_ret_": [{"key": 0, "value": {"rid": ..., ...}}, {"key": 6, ...}]}
    returned   {0: ["p1.1", "p1.7"]}
    """
    listings = _queue_circuits(bulk, units)
    bulk.perform()
    identities_by_link_id: dict[int, list[str]] = {}
    for listing in listings:
        identities = identities_by_link_id.setdefault(listing.link_id, [])
        identities += [circuit.identity for circuit in listing.branch_circuits()]
    return identities_by_link_id


def read_panel_meters(
    bulk: Bulk, units: Sequence[UnitWithoutOutlets], *, with_power: bool
) -> dict[int, ControllerMeters]:
    """The meters of each power meter controller, by link id, in up to 3 bulks. Raises the error of
    a panel that cannot be read.

    > POST /bulk: getCircuits of each panel; getSensors, getPoles, getConfig of each meter
    > POST /bulk: getReading of the meters' sensors and lines; getSensors of each circuit
    > POST /bulk: getReading of the circuits' sensors
    returned   {0: ControllerMeters}    without units that have no power meters
    """
    meters_by_link_id: dict[int, ControllerMeters] = {}
    mains: list[MainsMeter] = []
    for unit in units:
        meters = ControllerMeters(unit, with_power=with_power)
        if meters.mains:
            meters_by_link_id[meters.link_id] = meters
            mains += meters.mains
    listings = _queue_circuits(bulk, units)
    for main in mains:
        main.ask_sensors(bulk)
    bulk.perform()
    circuits: list[BranchCircuit] = []
    for listing in listings:
        circuits_of_panel = listing.branch_circuits(with_power=with_power)
        meters_by_link_id[listing.link_id].circuits += circuits_of_panel
        circuits += circuits_of_panel
    for main in mains:
        main.ask_readings(bulk)
    for circuit in circuits:
        circuit.ask_sensors(bulk)
    bulk.perform()
    for circuit in circuits:
        circuit.ask_readings(bulk)
    bulk.perform()
    return meters_by_link_id


def read_panel_labels(bulk: Bulk, units: Sequence[UnitWithoutOutlets]) -> dict[int, list[Label]]:
    """The name of each branch circuit and the number printed in its panel, by link id, in up to 2
    bulks. Raises the error of a panel whose circuits cannot be read.

    > POST /bulk: getCircuits and getPanelSettings of each panel
    < ..., {"_ret_": {"panelSize": 42, "labelingScheme": 1, ...}}
    > POST /bulk: getSettings of each circuit
    < {"_ret_": {"name": "Rack 7", ...}}
    returned   {0: [label("p1.2", "3", "Rack 7")]}
    """
    listings = _queue_circuits(bulk, units)
    panel_settings = [bulk.add(listing.panel.getPanelSettings) for listing in listings]
    bulk.perform()
    circuits: list[_LabelledCircuit] = []
    for listing, panel in zip(listings, panel_settings):
        for circuit in listing.branch_circuits():
            labelled_circuit = _LabelledCircuit(
                link_id=listing.link_id,
                circuit=circuit,
                panel=panel,
                settings=bulk.add(circuit.circuit.getSettings),
            )
            circuits.append(labelled_circuit)
    bulk.perform()
    labels_by_link_id: dict[int, list[Label]] = {}
    for labelled_circuit in circuits:
        labels = labels_by_link_id.setdefault(labelled_circuit.link_id, [])
        labels.append(labelled_circuit.label())
    return labels_by_link_id


class _LabelledCircuit(NamedTuple):
    """A circuit, and the queued calls whose answers hold its label: getPanelSettings of its panel
    ({"panelSize": 42, "labelingScheme": 1}) and its own getSettings ({"name": "Rack 7"}).
    """

    link_id: int
    circuit: BranchCircuit
    #: the settings of its panel
    panel: Pending[Panel.PanelSettings]
    settings: Pending[Circuit.Settings]

    def label(self) -> Label:
        """The identity, the number printed in the panel and the configured name; number and name
        are "" where they cannot be read.

        {"panelSize": 42, "labelingScheme": 1}, {"name": "Rack 7"}    label("p1.2", "3", "Rack 7")
        error -32000, {"name": "Rack 7"}                              label("p1.2", "", "Rack 7")
        """
        number = ""
        if self.panel.error is None:
            number = _printed_number(self.circuit.position, self.panel.get())
        name = answered_field(self.settings, "name") or ""
        return label(self.circuit.identity, number, name)


def _printed_number(position: int, panel: Panel.PanelSettings) -> str:
    """The number printed at a position, from 0, of a panel: in order, or odd numbers before even
    ones (Panel.idl 2.0.4, for positions 0 to 2).

    >>> scheme = Panel.LabelingScheme
    >>> odd_even = Panel.PanelSettings(panelSize=42, labelingScheme=scheme.ODD_EVEN)
    >>> _printed_number(1, odd_even), _printed_number(21, odd_even)
    ('3', '2')
    >>> sequential = Panel.PanelSettings(panelSize=42, labelingScheme=scheme.SEQUENTIAL)
    >>> _printed_number(1, sequential)
    '2'

    "" if the device reports another scheme, or with ODD_EVEN a position outside of the panel, or no
    size.
    """
    scheme = panel.labelingScheme
    if scheme == Panel.LabelingScheme.SEQUENTIAL:
        return str(position + 1)
    if scheme != Panel.LabelingScheme.ODD_EVEN:
        return ""
    size = panel.panelSize if present(panel, "panelSize") else 0
    if not 0 <= position < size:
        return ""
    odd_count = (size + 1) // 2
    if position < odd_count:
        return str(2 * position + 1)
    return str(2 * (position - odd_count) + 2)


def _yes_no_or_unknown(metadata: Pdu.MetaData, field: str) -> str:
    """A truth value in words, for an error; "unknown" if the device did not send the field.

    >>> _yes_no_or_unknown(Pdu.MetaData(hasMeteredOutlets=True), "hasMeteredOutlets")
    'yes'
    """
    if not present(metadata, field):
        return "unknown"
    return "yes" if getattr(metadata, field) else "no"
