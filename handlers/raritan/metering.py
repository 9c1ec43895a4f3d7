"""The answer of `statistic` of a Xerus PDU: which sensors are read, and in which bulks.

A bulk is one POST with many calls, one round trip, which several units share. A sensor is read by
its reference, which a list of sensors has (getSensors), or by a well-known id of the vendor, such
as /model/pdu/0/outlet/6/current, which needs no list. A link unit is cascaded behind the PDU.
"""

from __future__ import annotations

import itertools
from collections.abc import Generator, Mapping, Sequence
from typing import NamedTuple, Optional, Union

from ..dcimanager import Figures
from . import panels
from .discovery import ListedUnit, UnitFinder
from .figures import BankMeters, UnitMeters, sum_units
from .link_units_setting import LinkUnitSelection
from .meters import InletMeter, Meter, OutletMeter, PowerFrom
from .outlet_numbering import queue_list_proofs
from .readings import NOT_FITTED, SensorReading, all_invalid, ask_listed, ask_well_known
from .rpc import Agent, Bulk, JsonRpcSyntaxException, Pending, answered_field
from .rpc.pdumodel import Inlet, OverCurrentProtector, Pdu, TransferSwitch
from .rpc.sensors import NumericSensor
from .units import XerusUnit

# inlets that are asked for by well-known ids (/inlet/0 ...) before their number is known; most
# units have 1 or 2
_WELL_KNOWN_INLETS = 4


class UnitModel(NamedTuple):
    """What a unit is asked in the first bulk, each a Pending with its answer once that is performed
    (`error`, or `get()`): the lists of the unit's parts, and first readings by well-known ids, the
    ids that the vendor documents, which show whether this firmware has such ids.

    > getReading of /model/pdu/0/outlet/0/current
    < {"_ret_": {...}}    has_well_known_ids: the other outlets are read by such ids at once
    < HTTP 404            not: each outlet is asked for its list of sensors first
    """

    unit: XerusUnit
    metadata: Pending[Pdu.MetaData]
    sensors: Pending[Pdu.Sensors]
    inlets: Pending[list[Inlet]]
    switches: Pending[list[TransferSwitch]]
    protectors: Pending[list[OverCurrentProtector]]
    #: energy and current of the first outlet by well-known ids (/outlet/0/current): they show
    #: whether this firmware has such ids, which save the lists of sensors
    first_outlet_readings: Sequence[Pending[NumericSensor.Reading]]
    #: the same for its power; None where that is not wanted
    first_outlet_power: Optional[Pending[NumericSensor.Reading]]
    #: /inlet/0 to /inlet/3, asked before the number of inlets is known; some may not exist
    well_known_inlets: Sequence[InletMeter]

    @property
    def with_power(self) -> bool:
        """Whether the power is wanted too."""
        return self.first_outlet_power is not None

    @property
    def has_well_known_ids(self) -> bool:
        """Whether this firmware answers for a sensor of the first outlet by its well-known id."""
        return any(reading.error is None for reading in self.first_outlet_readings)

    @property
    def power_of_outlets(self) -> PowerFrom:
        """How the power of outlets is read.

        > getReading of /model/pdu/0/outlet/0/activePower
        < {"_ret_": {...}}     PowerFrom.WELL_KNOWN
        < HTTP 404             PowerFrom.LIST, by each outlet's getSensors
        not asked              PowerFrom.NOTHING
        """
        if self.first_outlet_power is None:
            return PowerFrom.NOTHING
        return PowerFrom.WELL_KNOWN if self.first_outlet_power.error is None else PowerFrom.LIST


def ask_model(bulk: Bulk, unit: XerusUnit, *, with_power: bool) -> UnitModel:
    """Queue the calls of the first bulk to a unit.

    > getMetaData, getSensors, getInlets, getTransferSwitches, getOverCurrentProtectors of
          /model/pdu/0
    > getReading of /model/pdu/0/outlet/0/activeEnergy and /current, with power also /activePower
    > getSensors, getPoles, isEnabled of /model/pdu/0/inlet/0 ... /inlet/3
    """
    pdu = unit.proxy(Pdu)
    names = ("activeEnergy", "current")
    model = UnitModel(
        unit=unit,
        metadata=bulk.add(pdu.getMetaData),
        sensors=bulk.add(pdu.getSensors),
        inlets=bulk.add(pdu.getInlets),
        switches=bulk.add(pdu.getTransferSwitches),
        protectors=bulk.add(pdu.getOverCurrentProtectors),
        first_outlet_readings=[_queue_first_outlet(bulk, unit, name) for name in names],
        first_outlet_power=_queue_first_outlet(bulk, unit, "activePower") if with_power else None,
        well_known_inlets=[
            InletMeter(unit, unit.proxy(Inlet, f"/inlet/{index}"), with_power=with_power)
            for index in range(_WELL_KNOWN_INLETS)
        ],
    )
    for inlet in model.well_known_inlets:
        inlet.ask_sensors(bulk)
    return model


def _queue_first_outlet(bulk: Bulk, unit: XerusUnit, name: str) -> Pending[NumericSensor.Reading]:
    """The queued reading of a sensor of the first outlet, by its well-known id: for "current"
    > getReading of /model/pdu/0/outlet/0/current.
    """
    sensor = unit.proxy(NumericSensor, f"/outlet/0/{name}")
    return bulk.add(sensor.getReading)


def unit_meters(
    bulk: Bulk, model: UnitModel, listed_unit: ListedUnit
) -> Generator[None, None, UnitMeters]:
    """The meters of one unit. A generator: it queues calls, and yields before it needs their
    answers, so that the caller sends one bulk for several units. It returns the meters.

        1  > getReading of each sensor of inlets, lines and outlets, by references or well-known ids
           < {"_ret_": {"available": true, "valid": true, "value": 1.25, ...}}
           > getSensors of outlets, without well-known ids
        2  > getReading of what those lists have; of the banks, if the inlets have no load
           > getSensors where all readings are invalid, or the label is another outlet's
        3  > getReading of what these lists have
        returned   UnitMeters

    Raises the error of the answer to getInlets, JsonRpcSyntaxException for an object that is listed
    twice or for a list of inlets that lacks one, and Denied for a denied list or reading that is
    needed to queue the next calls.
    """
    banks_without_readings = BankMeters(model.protectors, listed_unit.missing_code)
    meters = UnitMeters(
        inlets=model.well_known_inlets,
        switches=model.switches,
        banks=banks_without_readings,
        with_power=model.with_power,
    )
    if not listed_unit.has_pdu:
        return meters

    # The readings of the sensors that the model shows, and the lists of the others
    # (NumericSensor.idl 4.0.9).
    inlets = _ask_inlets(bulk, model)
    inlets_without_readings = [inlet for inlet in inlets if inlet not in model.well_known_inlets]
    counter = ask_listed(bulk, model.unit, model.sensors, "activeEnergy")
    power = NOT_FITTED
    if model.with_power:
        power = ask_listed(bulk, model.unit, model.sensors, "activePower")
    outlets = [
        OutletMeter(model.unit, outlet, index, with_power=model.with_power)
        for index, outlet in enumerate(listed_unit.outlets)
    ]
    metered_outlets = _ask_metered_outlets(bulk, model, outlets)
    meters = meters._replace(inlets=inlets, outlets=outlets, counter=counter, active_power=power)
    # the load is that of the banks if an inlet does not meter its own
    are_metered = bool(inlets) and all(inlet.is_metered for inlet in inlets)
    are_banks_asked = not inlets_without_readings and not are_metered
    if are_banks_asked:
        meters = _with_banks(bulk, model.unit, meters)
    yield

    # The readings of sensors that had to be listed first, and those of the banks if the inlets'
    # load is not known. Then the lists of sensors whose readings are invalid or whose label is
    # wrong. Usually nothing.
    for inlet in inlets_without_readings:
        inlet.ask_readings(bulk)
    for outlet in metered_outlets:
        if model.has_well_known_ids:
            outlet.ask_power(bulk)  # if its list of sensors was asked for
        else:
            outlet.ask_readings(bulk)
    # the readings of `inlets_without_readings` are not there yet
    if not are_banks_asked and (inlets_without_readings or meters.inlet_load() is None):
        meters = _with_banks(bulk, model.unit, meters)
    inlets_with_readings = [inlet for inlet in inlets if inlet in model.well_known_inlets]
    relisted_meters = _meters_to_relist(model, inlets_with_readings, metered_outlets)
    for meter in relisted_meters:
        meter.ask_sensors(bulk)
    yield

    for meter in relisted_meters:
        meter.ask_readings(bulk)
    yield
    return meters


def _ask_inlets(bulk: Bulk, model: UnitModel) -> list[InletMeter]:
    """A meter of each inlet in the answer to getInlets. If /inlet/0, which was asked at once, has
    answered with its sensors, queues their readings; else queues the list of the sensors of the
    reference in getInlets. /inlet/1 and so on likewise.

    getInlets   getSensors of /inlet/0, /inlet/1 ...   queued
    2 inlets    lists, lists, 404, 404                 getReading of the sensors of both
    2 inlets    404 for all                            getSensors of the references of getInlets
    1 inlet     lists, lists, 404, 404                 raises JsonRpcSyntaxException: lacks one
    """
    unit = model.unit
    well_known_inlets = model.well_known_inlets
    references = unit.each_once(model.inlets.get(), "getInlets")
    if any(inlet.is_there for inlet in well_known_inlets[len(references) :]):
        error = JsonRpcSyntaxException(
            f"the list of inlets lacks one: it has {len(references)}, and the unit has another"
            " one behind them; poll again"
        )
        raise error.at(unit.agent.netloc, f"getInlets{unit.link_unit_suffix}")
    inlets: list[InletMeter] = []
    for index, reference in enumerate(references):
        if index < _WELL_KNOWN_INLETS and well_known_inlets[index].has_sensor_list:
            inlet = well_known_inlets[index]
            inlet.ask_readings(bulk)
        else:
            inlet = InletMeter(unit, reference, with_power=model.with_power)
            inlet.ask_sensors(bulk)
        inlets.append(inlet)
    return inlets


def _ask_metered_outlets(
    bulk: Bulk, model: UnitModel, outlets: Sequence[OutletMeter]
) -> Sequence[OutletMeter]:
    """The outlets that are metered: all, or () if the unit says that none is. Queues their readings
    by well-known ids, or the lists of their sensors.

    > getReading of /model/pdu/0/outlet/6/current ...    firmware with well-known ids
    > getSensors of /tfwopaque/x                         other firmware
    """
    if answered_field(model.metadata, "hasMeteredOutlets") is False:
        return ()
    for outlet in outlets:
        if model.has_well_known_ids:
            outlet.ask_well_known(bulk, model.power_of_outlets)
        else:
            outlet.ask_sensors(bulk)
    return outlets


def _meters_to_relist(
    model: UnitModel, inlets: Sequence[InletMeter], metered_outlets: Sequence[OutletMeter]
) -> list[Union[InletMeter, OutletMeter]]:
    """The inlets and the outlets whose sensors must be listed (again), because the ids by which
    they were read may be out of date, or those of another outlet.

    inlets    all readings invalid                                   all inlets
    outlets   all readings by well-known ids invalid                 all outlets
    outlets   label "8" behind the well-known ids of outlet 7        all outlets
    else                                                             none
    """
    meters: list[Union[InletMeter, OutletMeter]] = []
    if _all_invalid(inlets):
        meters += inlets
    if model.has_well_known_ids:
        have_expected_labels = all(outlet.has_expected_label for outlet in metered_outlets)
        if not have_expected_labels or _all_invalid(metered_outlets):
            meters += metered_outlets
    return meters


def _with_banks(bulk: Bulk, unit: XerusUnit, meters: UnitMeters) -> UnitMeters:
    """The meters, with readings in `banks`. Queues them: one of each bank (overcurrent protector)
    that the unit lists, and one of a bank more, which must not exist if the list is whole.

    2 banks are listed    > getReading of /model/pdu/0/ocp/0/current, /ocp/1/current, /ocp/2/current
    before                banks.readings: ()
    after                 banks.readings: of /ocp/0 and /ocp/1; banks.next_reading: of /ocp/2
    """
    count = 0
    if meters.banks.protectors.error is None:
        count = len(meters.banks.protectors.get())
    if not count and not meters.outlets:
        return meters
    readings = [_ask_bank(bulk, unit, index) for index in range(count)]
    next_reading = _ask_bank(bulk, unit, count)
    banks = meters.banks._replace(readings=readings, next_reading=next_reading)
    return meters._replace(banks=banks)


def _ask_bank(bulk: Bulk, unit: XerusUnit, index: int) -> SensorReading:
    """Queue the reading of one bank, by its well-known id."""
    sensor = unit.proxy(NumericSensor, f"/ocp/{index}/current")
    return ask_well_known(bulk, sensor)


def _all_invalid(meters: Sequence[Meter]) -> bool:
    """Whether these meters have sensors of current or energy, and no value of any is known."""
    return all_invalid(itertools.chain.from_iterable(meter.readings() for meter in meters))


def read_statistic(
    agent: Agent, link_units: LinkUnitSelection, *, with_power: bool = False
) -> Figures:
    """Load and energy over all units, `with_power` the power too, and the figures of each outlet or
    circuit.

    > POST /bulk: getOutlets, getInlets ... of each unit
    > POST /bulk: getReading of each sensor
    < {"_ret_": {"available": true, "valid": true, "value": 1.25, ...}}
    returned   Figures(load_a=1.25, energy_kwh=34.5, ports={"1": ...})

    This costs 1 to 8 bulks, each with a round trip for every 300 calls. Power adds a call for each
    unit, inlet, line, outlet or circuit, and a bulk where no well-known id has that of outlets.
    """
    bulk = Bulk(agent)
    finder = UnitFinder(agent, link_units)
    finder.ask(bulk)
    models: dict[int, UnitModel] = {}  # by link id
    for unit in finder.candidates:
        models[unit.link_id] = ask_model(bulk, unit, with_power=with_power)
    bulk.perform()
    for unit in finder.ask_unusual(bulk):
        models[unit.link_id] = ask_model(bulk, unit, with_power=with_power)
    bulk.perform()
    units = finder.list_units(may_lack_pdu=True)
    without_outlets = panels.units_without_outlets(bulk, units)
    list_proofs = queue_list_proofs(bulk, units)
    # also sends what was queued above
    meters_by_link_id = read_units(bulk, models, units)
    for proof in list_proofs:
        proof.raise_unless_complete()
    panel_meters = panels.read_panel_meters(bulk, without_outlets, with_power=with_power)
    meters: dict[int, Union[UnitMeters, panels.ControllerMeters]] = {}
    for listed_unit in units:
        link_id = listed_unit.unit.link_id
        meters[link_id] = panel_meters.get(link_id) or meters_by_link_id[link_id]
    return sum_units(meters)


def read_units(
    bulk: Bulk, models: Mapping[int, UnitModel], units: Sequence[ListedUnit]
) -> dict[int, UnitMeters]:
    """The meters of each unit by link id, in up to 3 bulks, which all units share. Each unit has a
    generator, `unit_meters`, that queues its calls for one bulk, yields, and goes on once the bulk
    was sent.

    models     {0: the answers of the primary unit, 2: of link unit 2}
    > POST /bulk: getReading of the sensors of both ...
    returned   {0: UnitMeters, 2: UnitMeters}
    """
    readers: dict[int, Generator[None, None, UnitMeters]] = {}
    for listed_unit in units:
        link_id = listed_unit.unit.link_id
        readers[link_id] = unit_meters(bulk, models[link_id], listed_unit)
    meters: dict[int, UnitMeters] = {}
    while len(meters) < len(readers):
        for link_id, reader in readers.items():
            if link_id not in meters:
                try:
                    next(reader)  # queues the calls of its next bulk
                except StopIteration as end:
                    meters[link_id] = end.value
        bulk.perform()
    return meters
