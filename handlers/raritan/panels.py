"""Units without outlets: power meter controllers (BCM2, PMC) with their panels, and what else an empty list can mean.

The identity of a branch circuit is "p1.7", on link unit 2 "2.p1.7": the id of its power meter, and the position of its first pole
in the panel, from 1. Both are fixed when a circuit is created (Circuit.idl, Config); names do not enter.
"""
from __future__ import annotations

from typing import Dict, List, NamedTuple, Optional, Sequence, Tuple

from pdu_common.helper import EnumPowerStatus

from ..errors import Unsupported
from ..host import Label, PortFigures, label
from .lines import FeedMeter
from .readings import NOT_KNOWN, NOT_METERED, Amount, Reading, absent, amount, ask, whole
from .rpc import Bulk, Interface, JsonRpcSyntaxException, Pending
from .rpc.pdumodel import Circuit, Panel, Pdu, PowerMeter, PowerMeterController
from .units import OWN, Unit

_LINES = {PowerMeter.Type.ONE_PHASE: 1, PowerMeter.Type.SPLIT_PHASE: 2, PowerMeter.Type.THREE_PHASE: 3}
WATT_HOURS = 1000.0


class WithoutOutlets:
    """A unit that lists no outlets. Queues the calls that show its type; `meters` reads them once the bulk is performed."""

    def __init__(self, unit: Unit, bulk: Bulk) -> None:
        self.unit = unit
        prefix = f"/link/{unit.link}" if unit.link != OWN else ""
        # > getPowerMeters of /model/pmc
        # < {"_ret_": [{"key": 1, "value": {"rid": ..., "type": "pdumodel.Panel:2.0.4"}}]}     PowerMeterController.idl 1.0.1
        self._meters = bulk.add(PowerMeterController(f"{prefix}/model/pmc", unit.agent).getPowerMeters)
        pdu = unit.proxy(Pdu)
        self._metadata, self._inlets = bulk.add(pdu.getMetaData), bulk.add(pdu.getInlets)

    def meters(self) -> List[Tuple[int, PowerMeter]]:
        """Power meters and panels, by id; none on a PDU with inlets and without outlets, such as an in-line meter.

        Raises Unsupported where nothing shows that the type has no outlets.
        """
        meters = {} if absent(self._meters.error) else self._meters.get()
        if meters:
            return [(number, self._meter(meters[number])) for number in sorted(meters)]
        metadata, inlets = self._metadata.get(), self._inlets.get()
        if inlets and not metadata.hasSwitchableOutlets and not metadata.hasMeteredOutlets:
            return []
        quoted, plate = self.unit.agent.login.quoted, metadata.nameplate
        where = f"link unit {self.unit.link}" if self.unit.link != OWN else "the unit"
        raise Unsupported(
            f"{where} lists no outlets and is not known to be a type without outlets: model {quoted(plate.model)!r}, "
            f"firmware {quoted(metadata.fwRevision)!r}, inlets: {len(inlets)}, power meters and panels: 0, says that "
            f"outlets are switchable: {_yes(metadata.hasSwitchableOutlets)}, metered: {_yes(metadata.hasMeteredOutlets)}. "
            f"Try again once it has started; configure the panels of a power meter controller; else report these figures")

    def _meter(self, reference: Interface) -> PowerMeter:
        meter = self.unit.mine(reference)
        if not isinstance(meter, PowerMeter):
            raise self._wrong("a power meter")
        return meter

    def circuit(self, meter: int, position: int, reference: Interface) -> BranchCircuit:
        """The circuit at a position, from 0."""
        circuit = self.unit.mine(reference)
        if not isinstance(circuit, Circuit):
            raise self._wrong("a circuit")
        return BranchCircuit(self.unit, meter, position, circuit)

    def _wrong(self, what: str) -> JsonRpcSyntaxException:
        return JsonRpcSyntaxException(f"the unit lists {what} that is none").at(self.unit.agent.host)


class BranchCircuit:
    """A branch circuit: metered, without relay."""

    def __init__(self, unit: Unit, meter: int, position: int, circuit: Circuit) -> None:
        self._unit, self._circuit, self.position = unit, circuit, position
        self.identity = f"{unit.link}." * (unit.link != OWN) + f"p{meter}.{position + 1}"
        self._sensors: Optional[Pending[Circuit.Sensors]] = None
        self._current: Optional[Reading] = None
        self._energy: Optional[Reading] = None

    def ask_sensors(self, bulk: Bulk) -> None:
        """Which sensors are fitted; none where no channel of the meter board is assigned."""
        self._sensors = bulk.add(self._circuit.getSensors)

    def ask_settings(self, bulk: Bulk) -> Pending[Circuit.Settings]:
        """The owner's name."""
        return bulk.add(self._circuit.getSettings)

    def ask_readings(self, bulk: Bulk) -> None:
        """What the sensors show."""
        if self._sensors is not None and self._sensors.error is None:
            self._current = ask(bulk, self._unit, self._sensors.get().current)
            self._energy = ask(bulk, self._unit, self._sensors.get().activeEnergy)

    def figures(self) -> PortFigures:
        """Amperes and kWh, as far as metered; the current of a circuit with several poles is what the unit calls its current."""
        energy = amount(self._energy).value
        return PortFigures(self.identity, amount(self._current).value, None if energy is None else energy / WATT_HOURS)


class MainsMeter(FeedMeter):
    """The mains of a power meter or panel."""

    def __init__(self, unit: Unit, meter: PowerMeter) -> None:
        super().__init__(unit)
        self._meter = meter
        self._config: Optional[Pending[PowerMeter.Config]] = None

    def ask_sensors(self, bulk: Bulk) -> None:
        """Which sensors are fitted, and how many lines there are."""
        self._sensors, self._poles = bulk.add(self._meter.getSensors), bulk.add(self._meter.getPoles)
        self._config = bulk.add(self._meter.getConfig)

    @property
    def _type(self) -> Optional[PowerMeter.Type]:
        return self._config.get().type if self._config is not None else None

    def load(self) -> Amount:
        """Amperes, where all lines are listed that a meter of its type has (PowerMeter.idl, Type)."""
        lines = _LINES.get(self._type) if self._type is not None else None
        listed = len(self._line_currents())
        return super().load() if lines == listed or lines == 1 and not listed else NOT_METERED

    def _one_circuit(self) -> bool:
        return self._type != PowerMeter.Type.SPLIT_PHASE and super()._one_circuit()


class PanelMeter:
    """The figures of one power meter controller."""

    def __init__(self, unit: WithoutOutlets) -> None:
        meters = unit.meters()
        self.link = unit.unit.link
        self.mains = [MainsMeter(unit.unit, meter) for _, meter in meters]
        self._mixed = len({isinstance(meter, Panel) for _, meter in meters}) > 1
        self.circuits: List[BranchCircuit] = []

    def load(self) -> Amount:
        """Amperes: the mains of all panels, or of all power meters."""
        return self._whole([one.load() for one in self.mains])

    def energy(self) -> Amount:
        """Watt-hours, of the same meters."""
        return self._whole([one.energy() for one in self.mains])

    def _whole(self, parts: Sequence[Amount]) -> Amount:
        """A power meter beside panels may meter what feeds them, and the unit does not say so: no sum."""
        return NOT_KNOWN if self._mixed else whole(parts)

    def ports(self) -> List[PortFigures]:
        """One entry for each circuit."""
        return [circuit.figures() for circuit in self.circuits]


class _Listing(NamedTuple):
    """The circuits of one panel, asked for."""

    unit: WithoutOutlets
    number: int
    panel: Panel
    circuits: Pending[Dict[int, Interface]]

    @property
    def link(self) -> int:
        return self.unit.unit.link

    def read(self) -> List[BranchCircuit]:
        """In the order of positions."""
        found = self.circuits.get()
        return [self.unit.circuit(self.number, position, found[position]) for position in sorted(found)]


def _listings(bulk: Bulk, units: Sequence[WithoutOutlets]) -> List[_Listing]:
    # > getCircuits of each panel
    # < {"_ret_": [{"key": 0, "value": {"rid": ..., "type": "pdumodel.Circuit:2.0.4"}}, ...]}         Panel.idl 1.0.1
    return [_Listing(unit, number, meter, bulk.add(meter.getCircuits))
            for unit in units for number, meter in unit.meters() if isinstance(meter, Panel)]


def ports(bulk: Bulk, units: Sequence[WithoutOutlets]) -> Dict[int, List[Tuple[str, EnumPowerStatus]]]:
    """Identity and state of each branch circuit, by link id; a circuit has no state. 1 round trip, none without panels."""
    listings = _listings(bulk, units)
    bulk.perform()
    found: Dict[int, List[Tuple[str, EnumPowerStatus]]] = {}
    for listing in listings:
        found.setdefault(listing.link, []).extend((one.identity, EnumPowerStatus.UNKNOWN) for one in listing.read())
    return found


def measured(bulk: Bulk, units: Sequence[WithoutOutlets]) -> Dict[int, PanelMeter]:
    """The figures of each power meter controller, by its link id: 3 round trips, none where there is none."""
    meters = {one.link: one for one in map(PanelMeter, units) if one.mains}
    mains = [main for one in meters.values() for main in one.mains]
    listings = _listings(bulk, units)
    for main in mains:
        main.ask_sensors(bulk)
    bulk.perform()
    for listing in listings:
        meters[listing.link].circuits += listing.read()
    circuits = [circuit for one in meters.values() for circuit in one.circuits]
    for main in mains:
        main.ask_readings(bulk)
    for circuit in circuits:
        circuit.ask_sensors(bulk)
    bulk.perform()
    for circuit in circuits:
        circuit.ask_readings(bulk)
    bulk.perform()
    return meters


def labels(bulk: Bulk, units: Sequence[WithoutOutlets]) -> Dict[int, List[Label]]:
    """The label of each branch circuit in its panel and its name, by link id: 2 round trips."""
    listings = [(listing, bulk.add(listing.panel.getPanelSettings)) for listing in _listings(bulk, units)]
    bulk.perform()
    asked = [(listing.link, circuit, panel, circuit.ask_settings(bulk))
             for listing, panel in listings for circuit in listing.read()]
    bulk.perform()
    found: Dict[int, List[Label]] = {}
    for link, circuit, panel, named in asked:
        number = "" if panel.error else _printed(circuit.position, panel.get())
        found.setdefault(link, []).append(label(circuit.identity, number, "" if named.error else named.get().name))
    return found


def _printed(position: int, panel: Panel.PanelSettings) -> str:
    """The label of a position: in its order, or odd numbers from the top and then even ones (Panel.idl 1.0.1, LabelingScheme)."""
    if panel.labelingScheme == Panel.LabelingScheme.SEQUENTIAL:
        return str(position + 1)
    if panel.labelingScheme != Panel.LabelingScheme.ODD_EVEN or not 0 <= position < panel.panelSize:
        return ""
    odd = (panel.panelSize + 1) // 2
    return str(2 * position + 1 if position < odd else 2 * (position - odd) + 2)


def _yes(flag: bool) -> str:
    return "yes" if flag else "no"
