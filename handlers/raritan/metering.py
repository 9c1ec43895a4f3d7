"""Load and energy. Calls to several units share bulks, which saves round trips."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Optional, Union

from ..dcimanager import Figures, MeterFigures
from ..shared.errors import Denied
from ..shared.meter_figures import (
    NOT_ASKED,
    Figure,
    NotKnown,
    NotMetered,
    first_metered,
    largest,
    measured,
    sum_if_complete,
)
from . import panels
from .discovery import ListedUnit, UnitFinder
from .link_units_setting import LinkUnitSelection
from .meters import FeedMeter, Meter, PortMeter
from .outlet_numbering import queue_list_proofs
from .readings import (
    NOT_FITTED,
    SensorReading,
    all_invalid,
    ask_listed,
    ask_well_known,
    call_error,
    kilowatt_hours,
    listed_parts,
)
from .rpc import Agent, Bulk, JsonRpcSyntaxException, Pending, answered_field
from .rpc.pdumodel import Inlet, Outlet, Pdu
from .rpc.sensors import AccumulatingNumericSensor, NumericSensor
from .units import MissingObjectCode, XerusUnit, is_missing_object_error

# inlets that are read before their number is known; most units have 1 or 2
_GUESSED_INLETS = 4


class InletMeter(FeedMeter):
    """One inlet, and whether it is in use."""

    def __init__(self, unit: XerusUnit, inlet: Inlet, *, with_power: bool) -> None:
        super().__init__(unit, with_power=with_power)
        self._inlet = inlet
        self._enabled: Optional[Pending[bool]] = None

    def ask_sensors(self, bulk: Bulk) -> None:
        """Queue the lists of sensors and lines, and whether the inlet is in use."""
        self._sensors = bulk.add(self._inlet.getSensors)
        self._pole_list = bulk.add(self._inlet.getPoles)
        self._enabled = bulk.add(self._inlet.isEnabled)

    @property
    def has_sensor_list(self) -> bool:
        """Whether the list of sensors was read: False, for example, if no object has the resource
        id. Raises Denied.
        """
        return self._sensors is not None and call_error(self._sensors) is None

    @property
    def is_there(self) -> bool:
        """Whether the unit answered for the inlet."""
        return self._sensors is not None and self._sensors.error is None

    @property
    def use(self) -> Union[bool, NotKnown]:
        """Whether the inlet is enabled. True if firmware or account do not let it be read."""
        if self._enabled is None:
            return True
        error = self._enabled.error
        if error is None:
            return self._enabled.get()
        if isinstance(error, Denied) or is_missing_object_error(error):
            return True
        return NotKnown(f"it is not known whether an inlet is in use: {error.reason}")


class PowerFrom(Enum):
    """By what the power of an outlet is read."""

    #: its well-known id
    WELL_KNOWN = "well-known"
    #: its list of sensors: the firmware has no well-known id for it
    LIST = "list"
    #: it is not read
    NOTHING = "nothing"


class OutletMeter(PortMeter):
    """One outlet, which may also be read by its well-known ids."""

    def __init__(self, unit: XerusUnit, outlet: Outlet, index: int, *, with_power: bool) -> None:
        super().__init__(unit, unit.identity(index), outlet.getSensors, with_power=with_power)
        self._outlet = outlet
        self._index = index
        self._metadata: Optional[Pending[Outlet.MetaData]] = None

    def ask_well_known(self, bulk: Bulk, power_from: PowerFrom) -> None:
        """Queue the readings by well-known ids, and the label, which shows whose they are."""
        self._metadata = bulk.add(self._outlet.getMetaData)
        self.current = self._ask_well_known(bulk, NumericSensor, "current")
        self.counter = self._ask_well_known(bulk, AccumulatingNumericSensor, "activeEnergy")
        if power_from is PowerFrom.LIST:
            self._sensors = bulk.add(self._list_sensors)
        elif power_from is PowerFrom.WELL_KNOWN:
            self.power = self._ask_well_known(bulk, NumericSensor, "activePower")

    def _ask_well_known(self, bulk: Bulk, kind: type[NumericSensor], name: str) -> SensorReading:
        return ask_well_known(bulk, self._unit.proxy(kind, f"/outlet/{self._index}/{name}"))

    @property
    def is_in_place(self) -> bool:
        """Whether readings by well-known ids belong to this outlet, by its label: ids count from 0,
        labels from 1.

        True if it was not read by well-known ids; False if the label is missing or is not a number.
        """
        if self._metadata is None:
            return True
        label: object = answered_field(self._metadata, "label")
        return label == str(self._index + 1)


class UnitMeter:
    """The figures of one unit.

    Call `ask_model`, then, each after the bulk was performed, `queue_known_readings`,
    `queue_listed_readings` and `queue_relisted_readings`, then the methods that return figures.
    """

    def __init__(self, unit: XerusUnit, *, with_power: bool = False) -> None:
        self._unit = unit
        self._with_power = with_power
        self._inlets: list[InletMeter] = []
        for index in range(_GUESSED_INLETS):
            inlet = unit.proxy(Inlet, f"/inlet/{index}")
            self._inlets.append(InletMeter(unit, inlet, with_power=with_power))
        self._outlets: list[OutletMeter] = []
        self._banks: list[SensorReading] = []
        #: a bank behind the last one of the list; it shows that the list lacks one
        self._next_bank = NOT_FITTED
        self._missing: Optional[MissingObjectCode] = None
        self._energy = self._power = NOT_FITTED
        # What a `queue_...` call leaves for the next: the inlets of which only the list of sensors
        # is asked for yet, the outlets whose readings are wanted, and the parts whose sensors are
        # listed again.
        self._unread_inlets: Sequence[InletMeter] = ()
        self._metered_outlets: Sequence[OutletMeter] = ()
        self._relisted: Sequence[Union[InletMeter, OutletMeter]] = ()

    def ask_model(self, bulk: Bulk) -> None:
        """Queue the lists of the unit's parts.

        The inlets' sensors are queued before the number of inlets is known.
        """
        pdu = self._unit.proxy(Pdu)
        self._metadata = bulk.add(pdu.getMetaData)
        self._sensors = bulk.add(pdu.getSensors)
        self._inlet_list = bulk.add(pdu.getInlets)
        self._switches = bulk.add(pdu.getTransferSwitches)
        self._protectors = bulk.add(pdu.getOverCurrentProtectors)
        # they show whether this firmware has well-known ids, which save the lists of sensors
        self._probes = [self._probe(bulk, "activeEnergy"), self._probe(bulk, "current")]
        self._power_probe: Optional[Pending[NumericSensor.Reading]] = None
        if self._with_power:
            self._power_probe = self._probe(bulk, "activePower")
        for inlet in self._inlets:
            inlet.ask_sensors(bulk)

    def _probe(self, bulk: Bulk, sensor_name: str) -> Pending[NumericSensor.Reading]:
        """The queued reading of a sensor of the first outlet, by its well-known id."""
        sensor = self._unit.proxy(NumericSensor, f"/outlet/0/{sensor_name}")
        return bulk.add(sensor.getReading)

    def queue_known_readings(self, bulk: Bulk, listed_unit: ListedUnit) -> None:
        """Queue the readings of the sensors that `ask_model` found, and the lists of the others; of
        the banks if the inlets are known not to be metered.

        Raises the error of the answer to getInlets, and JsonRpcSyntaxException for an object that
        is listed twice, or for a list of inlets that lacks one.
        """
        # > getReading of each sensor
        # < {"_ret_": {"available": true, "valid": true, "value": 1.25, ...}}  NumericSensor.idl
        #       4.0.9
        self._missing = listed_unit.missing
        self._unread_inlets = self._queue_inlets(bulk)
        self._energy = ask_listed(bulk, self._unit, self._sensors, "activeEnergy")
        if self._with_power:
            self._power = ask_listed(bulk, self._unit, self._sensors, "activePower")
        self._metered_outlets = self._queue_outlets(bulk, listed_unit)
        # the load is then that of the banks; see `load`
        if not self._unread_inlets and not self._are_inlets_metered():
            self._ask_banks(bulk)

    def queue_listed_readings(self, bulk: Bulk) -> None:
        """Queue the readings of sensors that had to be listed first, those of the protectors if the
        inlets' load is not known, and the lists of sensors whose readings are invalid or whose
        label is wrong. Usually nothing.

        Raises Denied for a denied list or reading that is needed to queue the next calls.
        """
        for inlet in self._unread_inlets:
            inlet.ask_readings(bulk)
        for outlet in self._metered_outlets:
            if self._has_well_known_ids:
                outlet.ask_power(bulk)  # if its list of sensors was asked for
            else:
                outlet.ask_readings(bulk)
        # the readings of `_unread_inlets` are not there yet
        if self._next_bank == NOT_FITTED and (self._unread_inlets or self.inlet_load() is None):
            self._ask_banks(bulk)
        self._relisted = self._meters_to_relist(self._unread_inlets, self._metered_outlets)
        for meter in self._relisted:
            meter.ask_sensors(bulk)

    def queue_relisted_readings(self, bulk: Bulk) -> None:
        """Queue the readings of the sensors that were listed again. Usually nothing."""
        for meter in self._relisted:
            meter.ask_readings(bulk)

    @property
    def _has_well_known_ids(self) -> bool:
        return any(probe.error is None for probe in self._probes)

    def _queue_inlets(self, bulk: Bulk) -> list[InletMeter]:
        """Queue readings of the inlets whose sensors are known, and the lists of sensors of the
        others; `_inlets` is then all that the unit lists. Returns the others, whose readings
        `queue_listed_readings` queues.
        """
        guessed_inlets = self._inlets
        self._inlets = []
        unread_inlets: list[InletMeter] = []
        references = self._unit.each_once(self._inlet_list.get(), "getInlets")
        if any(inlet.is_there for inlet in guessed_inlets[len(references) :]):
            error = JsonRpcSyntaxException(
                f"the list of inlets lacks one: it has {len(references)}, and the unit has another"
                " one behind them; poll again"
            )
            raise error.at(self._unit.agent.place, f"getInlets{self._unit.link_unit_suffix}")
        for index, reference in enumerate(references):
            if index < _GUESSED_INLETS and guessed_inlets[index].has_sensor_list:
                inlet = guessed_inlets[index]
                inlet.ask_readings(bulk)
            else:
                inlet = InletMeter(self._unit, reference, with_power=self._with_power)
                inlet.ask_sensors(bulk)
                unread_inlets.append(inlet)
            self._inlets.append(inlet)
        return unread_inlets

    def _queue_outlets(self, bulk: Bulk, listed_unit: ListedUnit) -> list[OutletMeter]:
        """Queue readings of the metered outlets by well-known ids, or their lists of sensors
        without such ids; `_outlets` is then all outlets. Returns the metered ones.
        """
        self._outlets = []
        for index, outlet in enumerate(listed_unit.outlets):
            meter = OutletMeter(self._unit, outlet, index, with_power=self._with_power)
            self._outlets.append(meter)
        if answered_field(self._metadata, "hasMeteredOutlets") is False:
            return []
        power_from = self._power_of_outlets()
        for meter in self._outlets:
            if self._has_well_known_ids:
                meter.ask_well_known(bulk, power_from)
            else:
                meter.ask_sensors(bulk)
        return self._outlets

    def _meters_to_relist(
        self, unread_inlets: Sequence[InletMeter], metered_outlets: Sequence[OutletMeter]
    ) -> list[Union[InletMeter, OutletMeter]]:
        """The inlets and the outlets whose readings are all invalid, or not in their place: the
        ids by which they were read may be stale, or those of others.
        """
        meters: list[Union[InletMeter, OutletMeter]] = []
        inlets = [inlet for inlet in self._inlets if inlet not in unread_inlets]
        if _all_invalid(inlets):
            meters += inlets
        if self._has_well_known_ids:
            are_in_place = all(outlet.is_in_place for outlet in metered_outlets)
            if not are_in_place or _all_invalid(metered_outlets):
                meters += metered_outlets
        return meters

    def _are_inlets_metered(self) -> bool:
        return bool(self._inlets) and all(inlet.is_metered for inlet in self._inlets)

    def _power_of_outlets(self) -> PowerFrom:
        if not self._with_power:
            return PowerFrom.NOTHING
        if self._power_probe is not None and self._power_probe.error is not None:
            return PowerFrom.LIST
        return PowerFrom.WELL_KNOWN

    def _ask_banks(self, bulk: Bulk) -> None:
        """Queue the readings of the banks that the unit lists, and of one behind the last."""
        count = 0
        if self._protectors.error is None:
            count = len(self._protectors.get())
        if not count and not self._outlets:
            return
        self._banks = [self._ask_bank(bulk, index) for index in range(count)]
        self._next_bank = self._ask_bank(bulk, count)

    def _ask_bank(self, bulk: Bulk, index: int) -> SensorReading:
        sensor = self._unit.proxy(NumericSensor, f"/ocp/{index}/current")
        return ask_well_known(bulk, sensor)

    def load(self) -> Figure:
        """Amperes: the load of the inlets in use, else the sum over the protectors (banks), else
        over the outlets: the first that the unit meters.

        Raises Denied for a denied list or reading that a sum needs; if nothing is metered, also for
        a denied list of protectors.
        """
        load = first_metered(
            self.inlet_load(),
            self._bank_load(),
            sum_if_complete(outlet.current.figure() for outlet in self._outlets),
        )
        if load is None:
            call_error(self._protectors)  # raises Denied: the banks may have a figure
        return load

    def _bank_load(self) -> Figure:
        """Amperes over the protectors. Not metered if the account may not list them: then the
        outlets are the meter, at each poll."""
        if isinstance(self._protectors.error, Denied):
            return None
        protectors = listed_parts(self._protectors, "protectors")
        if isinstance(protectors, NotKnown):
            return protectors
        if not self._is_last_bank_listed():
            return NotKnown(f"the list of protectors may lack one: it has {len(protectors)}")
        return sum_if_complete(bank.figure() for bank in self._banks)

    def _is_last_bank_listed(self) -> bool:
        """Whether the unit has no bank behind the last one of the list. Raises Denied."""
        call = self._next_bank.call
        if call is None or self._missing is None:
            return True
        return self._missing.is_in(call_error(call))

    def inlet_load(self) -> Figure:
        """Amperes of the inlets in use, by their own sensors. A transfer switch feeds everything
        from one inlet; the others show standby current.

        The numbering of the selected inlet is undocumented (TransferSwitch.idl 6.0.3). With one
        switch and two inlets the larger current is used; with more of either, the inlets have no
        load if several may carry current.
        """
        loads = self._loads_in_use()
        total = sum_if_complete(loads)
        may_carry = [load for load in loads if measured(load) != 0.0]
        if total is None or len(may_carry) < 2:
            return total
        switches = listed_parts(self._switches, "transfer switches")
        if isinstance(switches, NotKnown):
            return switches
        if not switches:
            return total
        if len(switches) == 1 and len(loads) == 2:
            return largest(loads)
        return NotMetered("behind these transfer switches the load of an inlet may count twice")

    def _loads_in_use(self) -> list[Figure]:
        """The load of each inlet that is in use."""
        loads: list[Figure] = []
        for inlet in self._inlets:
            load = inlet.load()
            use = inlet.use
            if isinstance(use, NotKnown) and load is not None and measured(load) != 0.0:
                loads.append(use)
            elif use:
                loads.append(load)
        return loads

    def energy(self) -> Figure:
        """Watt-hours: the unit's counter, else the sum over all inlets, else over all outlets.

        A fitted counter that cannot be read now is not replaced by another one: the figure would
        jump.
        """
        return first_metered(
            self._energy.figure(),
            sum_if_complete(inlet.energy() for inlet in self._inlets),
            sum_if_complete(outlet.counter.figure() for outlet in self._outlets),
        )

    def power(self) -> Figure:
        """Watts: of the unit, else the sum over the inlets in use, else over all outlets; not
        metered unless `with_power`.

        An inlet on standby draws what it shows, so both inlets of a transfer switch count.
        """
        if not self._with_power:
            return NOT_ASKED
        return first_metered(
            self._power.figure(),
            self.inlet_power(),
            sum_if_complete(outlet.power.figure() for outlet in self._outlets),
        )

    def inlet_power(self) -> Figure:
        """Watts of the inlets in use, by their own sensors."""
        powers: list[Figure] = []
        for inlet in self._inlets:
            use = inlet.use
            if isinstance(use, NotKnown):
                powers.append(use)
            elif use:
                powers.append(inlet.active_power())
        return sum_if_complete(powers)

    def ports(self) -> dict[str, MeterFigures]:
        """The figures of each outlet."""
        return {outlet.identity: outlet.figures() for outlet in self._outlets}


def _all_invalid(meters: Sequence[Meter]) -> bool:
    return all_invalid(reading for meter in meters for reading in meter.readings())


def read_statistic(
    agent: Agent, link_units: LinkUnitSelection, *, with_power: bool = False
) -> Figures:
    """Load and energy over all units, `with_power` the power too, and the figures of each outlet or
    circuit.

    This costs 1 to 8 bulks, each with a round trip for every 300 calls. Power adds a call for each
    unit, inlet, line, outlet or circuit, and a bulk where no well-known id has that of outlets.
    """
    bulk = Bulk(agent)
    finder = UnitFinder(agent, link_units)
    finder.ask(bulk)
    meters = {unit.link_id: UnitMeter(unit, with_power=with_power) for unit in finder.asked}
    for meter in meters.values():
        meter.ask_model(bulk)
    bulk.perform()
    for unit in finder.ask_unusual(bulk):
        meters[unit.link_id] = UnitMeter(unit, with_power=with_power)
        meters[unit.link_id].ask_model(bulk)
    bulk.perform()
    units = finder.list_units(may_lack_pdu=True)
    without_outlets = panels.units_without_outlets(bulk, units)
    list_proofs = queue_list_proofs(bulk, units)
    # also sends what was queued above
    _read_meters(bulk, meters, units)
    for proof in list_proofs:
        proof.raise_unless_whole()
    panel_meters = panels.read_panel_meters(bulk, without_outlets, with_power=with_power)
    unit_meters: list[Union[UnitMeter, panels.UnitMeters]] = []
    for listed_unit in units:
        link_id = listed_unit.unit.link_id
        unit_meters.append(panel_meters.get(link_id) or meters[link_id])
    return _sum_figures(unit_meters)


def _read_meters(bulk: Bulk, meters: Mapping[int, UnitMeter], units: Sequence[ListedUnit]) -> None:
    """Read the sensors of each unit that has a PDU, by its meter in `meters`, in up to 3 bulks."""
    listed_meters: list[UnitMeter] = []
    for listed_unit in units:
        if listed_unit.has_pdu:
            meter = meters[listed_unit.unit.link_id]
            meter.queue_known_readings(bulk, listed_unit)
            listed_meters.append(meter)
    bulk.perform()
    for meter in listed_meters:
        meter.queue_listed_readings(bulk)
    bulk.perform()
    for meter in listed_meters:
        meter.queue_relisted_readings(bulk)
    bulk.perform()


def _sum_figures(meters: Sequence[Union[UnitMeter, panels.UnitMeters]]) -> Figures:
    """The figures of a PDU of these units. A panel's mains are no inlet."""
    load = sum_if_complete(meter.load() for meter in meters)
    energy = sum_if_complete(meter.energy() for meter in meters)
    power = sum_if_complete(meter.power() for meter in meters)
    ports: dict[str, MeterFigures] = {}
    for meter in meters:
        ports.update(meter.ports())
    inlet_a: Figure = None
    inlet_w: Figure = None
    unit_meters = [meter for meter in meters if isinstance(meter, UnitMeter)]
    if len(unit_meters) == len(meters):
        inlet_a = sum_if_complete(meter.inlet_load() for meter in unit_meters)
        inlet_w = sum_if_complete(meter.inlet_power() for meter in unit_meters)
    return Figures(
        load_a=load,
        energy_kwh=kilowatt_hours(energy),
        ports=ports,
        power_w=power,
        inlet_a=inlet_a,
        inlet_w=inlet_w,
    )
