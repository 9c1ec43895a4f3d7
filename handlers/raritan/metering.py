"""The answer of `statistic`: which sensors are read.

Calls to several units share bulks, which saves round trips.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Optional, Union

from ..dcimanager import Figures
from . import panels
from .discovery import ListedUnit, UnitFinder
from .figures import BankMeters, UnitMeters, sum_units
from .link_units_setting import LinkUnitSelection
from .meters import InletMeter, Meter, OutletMeter, PowerFrom
from .outlet_numbering import queue_list_proofs
from .readings import NOT_FITTED, SensorReading, all_invalid, ask_listed, ask_well_known
from .rpc import Agent, Bulk, JsonRpcSyntaxException, Pending, answered_field
from .rpc.pdumodel import Inlet, Pdu
from .rpc.sensors import NumericSensor
from .units import MissingObjectCode, XerusUnit

# inlets that are read before their number is known; most units have 1 or 2
_GUESSED_INLETS = 4


class UnitQueue:
    """Queues the calls that show the figures of one unit.

    Call `ask_model`, then, each after the bulk was performed, `queue_known_readings`,
    `queue_listed_readings` and `queue_relisted_readings`; then `meters` has their answers.
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
        self._missing_code: Optional[MissingObjectCode] = None
        self._counter = self._power = NOT_FITTED
        # What a `queue_...` call leaves for the next: the inlets of which only the list of sensors
        # is asked for yet, the metered outlets, and the parts whose sensors are listed again.
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
        self._missing_code = listed_unit.missing_code
        self._unread_inlets = self._queue_inlets(bulk)
        self._counter = ask_listed(bulk, self._unit, self._sensors, "activeEnergy")
        if self._with_power:
            self._power = ask_listed(bulk, self._unit, self._sensors, "activePower")
        self._metered_outlets = self._queue_outlets(bulk, listed_unit)
        # the load is then that of the banks; see `UnitMeters.load`
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
        if self._next_bank == NOT_FITTED and (
            self._unread_inlets or self.meters().inlet_load() is None
        ):
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
        """Whether this firmware answers for a sensor of the first outlet by its well-known id."""
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
        """Whether each inlet is metered; not without any."""
        return bool(self._inlets) and all(inlet.is_metered for inlet in self._inlets)

    def _power_of_outlets(self) -> PowerFrom:
        """By what the power of outlets is read: by the list if no well-known id has it."""
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
        """Queue the reading of one bank, by its well-known id."""
        sensor = self._unit.proxy(NumericSensor, f"/ocp/{index}/current")
        return ask_well_known(bulk, sensor)

    def meters(self) -> UnitMeters:
        """The meters that were read, with their answers so far."""
        banks = BankMeters(
            protectors=self._protectors,
            readings=self._banks,
            next_reading=self._next_bank,
            missing_code=self._missing_code,
        )
        return UnitMeters(
            inlets=self._inlets,
            switches=self._switches,
            banks=banks,
            outlets=self._outlets,
            counter=self._counter,
            active_power=self._power,
            with_power=self._with_power,
        )


def _all_invalid(meters: Sequence[Meter]) -> bool:
    """As `all_invalid`, of the current and the energy of these meters."""
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
    queues: dict[int, UnitQueue] = {}  # by link id
    for unit in finder.candidates:
        queues[unit.link_id] = UnitQueue(unit, with_power=with_power)
        queues[unit.link_id].ask_model(bulk)
    bulk.perform()
    for unit in finder.ask_unusual(bulk):
        queues[unit.link_id] = UnitQueue(unit, with_power=with_power)
        queues[unit.link_id].ask_model(bulk)
    bulk.perform()
    units = finder.list_units(may_lack_pdu=True)
    without_outlets = panels.units_without_outlets(bulk, units)
    list_proofs = queue_list_proofs(bulk, units)
    # also sends what was queued above
    _read_units(bulk, queues, units)
    for proof in list_proofs:
        proof.raise_unless_whole()
    panel_meters = panels.read_panel_meters(bulk, without_outlets, with_power=with_power)
    meters: list[Union[UnitMeters, panels.ControllerMeters]] = []
    for listed_unit in units:
        link_id = listed_unit.unit.link_id
        if link_id in panel_meters:
            meters.append(panel_meters[link_id])
        else:
            meters.append(queues[link_id].meters())
    return sum_units(meters)


def _read_units(bulk: Bulk, queues: Mapping[int, UnitQueue], units: Sequence[ListedUnit]) -> None:
    """Read the sensors of each unit that has a PDU, by its queue, in up to 3 bulks."""
    pdu_queues: list[UnitQueue] = []
    for listed_unit in units:
        if listed_unit.has_pdu:
            queue = queues[listed_unit.unit.link_id]
            queue.queue_known_readings(bulk, listed_unit)
            pdu_queues.append(queue)
    bulk.perform()
    for queue in pdu_queues:
        queue.queue_listed_readings(bulk)
    bulk.perform()
    for queue in pdu_queues:
        queue.queue_relisted_readings(bulk)
    bulk.perform()
