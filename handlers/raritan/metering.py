"""Load and energy, in as few round trips as the firmware allows.

The calls of all units travel in the same bulks: first the model with the inlets' sensors, then readings.
"""
from __future__ import annotations

from typing import TYPE_CHECKING, Iterator, List, Optional, Sequence, Tuple, TypeVar, Union

from ..host import PortFigures
from .lines import FeedMeter
from .link_units import LinkUnits
from .readings import NOT_KNOWN, Amount, Reading, absent, all_invalid, amount, ask, counted, largest, whole
from .rpc import Agent, Bulk, Interface, Pending, present
from .rpc.pdumodel import Inlet, Outlet, Pdu
from .rpc.sensors import AccumulatingNumericSensor, NumericSensor
from .units import Present, Unit, discovery, without_outlets

if TYPE_CHECKING:
    from .panels import PanelMeter

AnInterface = TypeVar("AnInterface", bound=Interface)
_GUESSED_INLETS = 4         # asked for before their number is known; real units have 1 or 2, seldom more
WATT_HOURS = 1000.0


class InletMeter(FeedMeter):
    """One inlet; whether it is in use."""

    def __init__(self, unit: Unit, inlet: Inlet) -> None:
        super().__init__(unit)
        self._inlet = inlet
        self._enabled: Optional[Pending[bool]] = None

    def ask_sensors(self, bulk: Bulk) -> None:
        """Which sensors are fitted, and whether the inlet is in use."""
        self._sensors, self._poles = bulk.add(self._inlet.getSensors), bulk.add(self._inlet.getPoles)
        self._enabled = bulk.add(self._inlet.isEnabled)

    def use(self, inlet: Inlet) -> None:
        """Ask this reference from now on: the guessed id did not exist."""
        self._inlet = inlet

    @property
    def in_use(self) -> bool:
        """Whether the inlet is enabled; an inlet that cannot be disabled is."""
        return self._enabled is None or self._enabled.error is not None or self._enabled.get()


class OutletMeter:
    """One outlet's current and energy."""

    def __init__(self, unit: Unit, outlet: Outlet, index: int) -> None:
        self._unit, self._outlet, self._index = unit, outlet, index
        self._sensors: Optional[Pending[Outlet.Sensors]] = None
        self._metadata: Optional[Pending[Outlet.MetaData]] = None
        self.current: Optional[Reading] = None
        self.energy: Optional[Reading] = None

    def ask_well_known(self, bulk: Bulk) -> None:
        """Readings by well-known ids, without getSensors before; and the label, which shows whose they are."""
        self._metadata = bulk.add(self._outlet.getMetaData)
        self.current = bulk.add(self._unit.proxy(NumericSensor, f"/outlet/{self._index}/current").getReading)
        self.energy = bulk.add(self._unit.proxy(AccumulatingNumericSensor, f"/outlet/{self._index}/activeEnergy").getReading)

    @property
    def in_place(self) -> bool:
        """Whether the readings by well-known ids are this outlet's: ids count from 0, labels from 1."""
        return self._metadata is None or self._metadata.error is None and self._metadata.get().label == str(self._index + 1)

    def ask_sensors(self, bulk: Bulk) -> None:
        """Which sensors are fitted; what was read before does not count."""
        self._sensors = bulk.add(self._outlet.getSensors)
        self.current = self.energy = None

    def ask_readings(self, bulk: Bulk) -> None:
        """What the sensors show that `ask_sensors` found."""
        if self._sensors is not None and self._sensors.error is None:
            sensors = self._sensors.get()
            self.current = ask(bulk, self._unit, sensors.current)
            self.energy = ask(bulk, self._unit, sensors.activeEnergy)

    def figures(self) -> PortFigures:
        """Amperes and kWh, as far as metered."""
        energy = amount(self.energy).value
        return PortFigures(self._unit.identity(self._index), amount(self.current).value,
                           energy / WATT_HOURS if energy is not None else None)


class UnitMeter:
    """All figures of one unit: `ask_model`, then `read`, then the figures."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self._inlets = [InletMeter(unit, unit.proxy(Inlet, f"/inlet/{index}")) for index in range(_GUESSED_INLETS)]
        self._outlets: List[OutletMeter] = []
        self._banks: List[Optional[Reading]] = []
        self._energy: Optional[Reading] = None

    def ask_model(self, bulk: Bulk) -> None:
        """What the unit has. The inlets' sensors are asked for before it is known how many there are."""
        pdu = self._unit.proxy(Pdu)
        self._metadata, self._sensors = bulk.add(pdu.getMetaData), bulk.add(pdu.getSensors)
        self._inlet_list, self._switches = bulk.add(pdu.getInlets), bulk.add(pdu.getTransferSwitches)
        self._protectors = bulk.add(pdu.getOverCurrentProtectors)
        self._probes = [bulk.add(self._unit.proxy(NumericSensor, f"/outlet/0/{name}").getReading)
                        for name in ("activeEnergy", "current")]
        for inlet in self._inlets:
            inlet.ask_sensors(bulk)

    def read(self, bulk: Bulk, there: Present) -> Iterator[None]:
        """Queue calls; the caller performs the bulk at each of the three `yield`. Most often nothing is queued after the first.

        A second is needed where the device refuses well-known sensor ids or has more than four inlets. Where all readings are
        invalid, or well-known ids count outlets in another order, sensors and readings are fetched by reference.
        """
        # > getReading of each sensor
        # < {"_ret_": {"available": true, "valid": true, "value": 1.25, ...}}        NumericSensor.idl 4.0.9
        unread = self._use_inlets(bulk)
        if self._sensors.error is None:
            self._energy = ask(bulk, self._unit, self._sensors.get().activeEnergy)
        if not unread and not self._fitted():
            self._ask_banks(bulk)
        self._outlets = [OutletMeter(self._unit, outlet, index) for index, outlet in enumerate(there.outlets)]
        metered = self._outlets if self._meters_outlets() else []
        well_known = any(probe.error is None for probe in self._probes)
        for outlet in metered:
            (outlet.ask_well_known if well_known else outlet.ask_sensors)(bulk)
        yield
        for inlet in unread:
            inlet.ask_readings(bulk)
        if not self._fitted() if unread else self._fed().value is None and not self._banks:
            self._ask_banks(bulk)
        inlets = [inlet for inlet in self._inlets if inlet not in unread]
        again = inlets if all_invalid(reading for inlet in inlets for reading in inlet.readings()) else []
        for inlet in again:
            inlet.ask_sensors(bulk)
        by_reference = metered if well_known and _to_be_fetched_anew(metered) else []
        for outlet in by_reference:
            outlet.ask_sensors(bulk)
        for outlet in () if well_known else metered:
            outlet.ask_readings(bulk)
        yield
        for inlet in again:
            inlet.ask_readings(bulk)
        for outlet in by_reference:
            outlet.ask_readings(bulk)
        yield

    def _use_inlets(self, bulk: Bulk) -> List[InletMeter]:
        """Ask readings of the inlets whose sensors are known; the others, whose sensors are asked for now."""
        references = [self._unit.mine(inlet) for inlet in self._inlet_list.get()]
        self._inlets = [self._inlets[index] if index < _GUESSED_INLETS else InletMeter(self._unit, reference)
                        for index, reference in enumerate(references)]
        unread = []
        for inlet, reference in zip(self._inlets, references):
            if inlet.found:
                inlet.ask_readings(bulk)
            else:
                inlet.use(reference)
                inlet.ask_sensors(bulk)
                unread.append(inlet)
        return unread

    def _fitted(self) -> bool:
        return bool(self._inlets) and all(inlet.fitted for inlet in self._inlets)

    def _ask_banks(self, bulk: Bulk) -> None:
        self._banks = [ask(bulk, self._unit, self._unit.proxy(NumericSensor, f"/ocp/{index}/current"))
                       for index in range(_count(self._protectors))]

    def _meters_outlets(self) -> bool:
        if self._metadata.error is not None:
            return True
        metadata = self._metadata.get()
        return metadata.hasMeteredOutlets or not present(metadata, "hasMeteredOutlets")

    def load(self) -> Amount:
        """Amperes: inlets in use, else protectors (banks), else outlets; the first of these that is wholly known."""
        sums = (self._fed(), whole(amount(bank) for bank in self._banks),
                whole(amount(outlet.current) for outlet in self._outlets))
        known = [one for one in sums if one.value is not None]
        return next((one for one in known or sums if one.metered), sums[0])

    def _fed(self) -> Amount:
        """The inlets in use. Behind a transfer switch one inlet feeds everything; the others show their standby current.

        The numbering of the selected inlet is undocumented (TransferSwitch.idl 6.0.3, selectedSource); take the larger current.
        """
        inlets = [inlet.load() for inlet in self._inlets if inlet.in_use]
        every = whole(inlets)
        if not every.metered or sum(inlet.value != 0.0 for inlet in inlets) < 2 or not self._may_be_switched_over():
            return every
        return largest(inlets) if _count(self._switches) == 1 and len(inlets) == 2 else NOT_KNOWN

    def _may_be_switched_over(self) -> bool:
        error = self._switches.error
        return bool(_count(self._switches)) if error is None else not absent(error)

    def energy(self) -> Amount:
        """Watt-hours: the unit's counter, else all inlets', else all outlets'.

        A counter that is fitted but not read now is not replaced by another: the figure would jump.
        """
        if self._energy is not None:
            return counted(self._energy)
        if self._sensors.error is not None and not absent(self._sensors.error):
            return NOT_KNOWN
        inlets = whole(inlet.energy() for inlet in self._inlets)
        return inlets if inlets.metered else whole(amount(outlet.energy) for outlet in self._outlets)

    def ports(self) -> List[PortFigures]:
        """One entry for each outlet."""
        return [outlet.figures() for outlet in self._outlets]


def _count(references: Pending[List[AnInterface]]) -> int:
    """How many there are; none on units that have no such list."""
    return len(references.get()) if references.error is None else 0


def _to_be_fetched_anew(outlets: Sequence[OutletMeter]) -> bool:
    """Whether what was read by well-known ids is another outlet's, or all invalid: a unit may forget references after a while."""
    return not all(outlet.in_place for outlet in outlets) or all_invalid(
        reading for outlet in outlets for reading in (outlet.current, outlet.energy))


def measured(agent: Agent, link_units: LinkUnits) -> Tuple[Optional[float], Optional[float], List[PortFigures]]:
    """Load in A, energy in kWh (None: not known), and the figures of each outlet or circuit, over all units: 2 to 6
    round trips.
    """
    bulk, found = Bulk(agent), discovery(agent, link_units)
    found.ask(bulk)
    meters = {unit.link: UnitMeter(unit) for unit in found.asked}
    for meter in meters.values():
        meter.ask_model(bulk)
    bulk.perform()
    for unit in found.ask_unusual(bulk):
        meters[unit.link] = UnitMeter(unit)
        meters[unit.link].ask_model(bulk)
    bulk.perform()
    units = found.present()
    bare = without_outlets(bulk, units)
    for _ in zip(*(meters[there.unit.link].read(bulk, there) for there in units)):
        bulk.perform()
    used: List[Union[UnitMeter, PanelMeter]] = [meters[there.unit.link] for there in units]
    if bare:
        from . import panels
        metered = panels.measured(bulk, bare)
        used = [metered.get(there.unit.link, meters[there.unit.link]) for there in units]
    energy = whole(meter.energy() for meter in used).value
    return (whole(meter.load() for meter in used).value, None if energy is None else energy / WATT_HOURS,
            [figures for meter in used for figures in meter.ports()])
