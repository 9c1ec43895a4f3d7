"""Commands that read: info, outlets, sensors."""

from __future__ import annotations

from itertools import chain
from typing import Any, Optional

from handlers.host import label
from handlers.raritan import panels, states
from handlers.raritan.metering import OutletMeter
from handlers.raritan.readings import MeteredValue, Reading, amount, kilowatt_hours, listed_amount
from handlers.raritan.rpc import Bulk, Pending, Structure, answered_field, field_names, pdumodel
from handlers.raritan.rpc.firmware import Firmware
from handlers.raritan.rpc.peripheral import DeviceManager, DeviceSlot
from handlers.raritan.rpc.sensors import NumericSensor, Sensor, StateSensor
from handlers.raritan.units import is_missing_object_error
from handlers.shared.errors import Denied, PduHandlerError

from ..core.cli.groups import Commands, HostCommand
from ..core.cli.output import Result
from .context import Context, facts_result, state_word, table

_UNITS = {
    Sensor.VOLT: "V",
    Sensor.AMPERE: "A",
    Sensor.WATT: "W",
    Sensor.VOLT_AMP: "VA",
    Sensor.WATT_HOUR: "Wh",
    Sensor.VOLT_AMP_HOUR: "VAh",
    Sensor.DEGREE_CELSIUS: "°C",
    Sensor.HZ: "Hz",
    Sensor.PERCENT: "%",
    Sensor.VOLT_AMP_REACTIVE: "var",
    Sensor.DEGREE: "°",
    Sensor.METER_PER_SEC: "m/s",
    Sensor.PASCAL: "Pa",
    Sensor.G_PER_CUBIC_METER: "g/m³",
}


def info(context: Context) -> Result:
    """Show metadata, name and firmware, and count inlets, outlets, breakers and transfer switches:
    1 round trip.
    """
    bulk, pdu = Bulk(context.agent), context.pdu
    metadata, settings = bulk.add(pdu.getMetaData), bulk.add(pdu.getSettings)
    version = bulk.add(context.proxy(Firmware, "/firmware").getVersion)
    lists: dict[str, Pending[Any]] = {
        "inlets": bulk.add(pdu.getInlets),
        "outlets": bulk.add(pdu.getOutlets),
        "breakers": bulk.add(pdu.getOverCurrentProtectors),
        "transfer switches": bulk.add(pdu.getTransferSwitches),
    }
    bulk.perform()
    about = metadata.get()
    plate = about.nameplate
    counts = {name: len(answer.get()) for name, answer in lists.items()}
    return facts_result(
        {
            "manufacturer": plate.manufacturer,
            "model": plate.model,
            "serial number": plate.serialNumber,
            "name": settings.get().name,
            "firmware": version.get(),
            "MAC address": about.macAddress,
            "rating": (
                f"{plate.rating.voltage} {plate.rating.current} {plate.rating.frequency}"
                f" {plate.rating.power}".strip()
            ),
            **counts,
            "outlets can be switched": about.hasSwitchableOutlets,
            "outlets are metered": about.hasMeteredOutlets,
            "latching relays": about.hasLatchingOutletRelays,
        },
        {"metadata": about, "settings": settings.get(), "firmware": version.get(), **counts},
    )


def outlets(context: Context) -> Result:
    """Show outlets with states and readings: at most 3 round trips for up to 74 of them.

    For a unit without outlets, show its branch circuits: at most 7 round trips for up to 150 of
    them.
    """
    bulk = Bulk(context.agent)
    all_outlets = context.outlets()
    if not all_outlets:
        return _circuits(context, bulk)
    requests = [
        (bulk.add(outlet.getMetaData), bulk.add(outlet.getSettings), bulk.add(outlet.getState))
        for outlet in all_outlets
    ]
    meters = [
        OutletMeter(context.unit, outlet, index, with_power=True)
        for index, outlet in enumerate(all_outlets)
    ]
    for meter in meters:
        meter.ask_sensors(bulk)
    failures = states.queue_hardware_failures(bulk, context.unit)
    bulk.perform()
    doubtful_positions = states.failed_relays(failures, len(all_outlets))
    for meter in meters:
        meter.ask_readings(bulk)
    bulk.perform()
    rows: list[list[object]] = []
    for index, ((about, settings, state), meter) in enumerate(zip(requests, meters)):
        rows.append(
            [
                index + 1,
                about.get().label,
                settings.get().name,
                state_word(state.get(), index, doubtful_positions),
                listed_amount(meter.current),
                MeteredValue(meter.power is not None, _value(meter.power)),
                _kwh(meter.counter),
                about.get().isSwitchable,
            ]
        )
    return table(
        "outlets", ("number", "label", "name", "state", "A", "W", "kWh", "switchable"), rows
    )


def _circuits(context: Context, bulk: Bulk) -> Result:
    """The branch circuits of a unit without outlets.

    Raises Unsupported if the unit may have outlets; see `panels`.
    """
    without_outlets = [panels.UnitWithoutOutlets(context.unit, bulk)]
    bulk.perform()
    statistic = panels.read_panel_meters(bulk, without_outlets)
    circuits = list(chain.from_iterable(meter.circuits for meter in statistic.values()))
    if not circuits:
        why = (
            "the controller has no branch circuits"
            if statistic
            else "the unit meters its inlets and has no outlets"
        )
        return Result({"outlets": []}, [f"{why}; 'sensors' lists what it meters"])
    label_by_circuit = {
        circuit.identity: circuit
        for circuit in chain.from_iterable(panels.read_panel_labels(bulk, without_outlets).values())
    }
    rows: list[list[object]] = [
        [
            *label_by_circuit.get(circuit.identity, label(circuit.identity, "", "")),
            listed_amount(circuit.current),
            _kwh(circuit.counter),
        ]
        for circuit in circuits
    ]  # a circuit may be deleted before its label is read
    return table("circuits", ("identity", "label", "name", "A", "kWh"), rows)


def _kwh(energy: Optional[Reading]) -> MeteredValue:
    amount = listed_amount(energy)
    return MeteredValue(amount.is_metered, kilowatt_hours(amount))


def sensors(context: Context) -> Result:
    """Show the sensors of inlets, lines, breakers, outlets, meters, circuits and slots.

    Finding them usually takes 4 round trips, 5 with circuits. Reading them takes 1 more for every
    300 calls: 2 calls for each numeric sensor, 1 for each state sensor.
    """
    places = sensors_of_the_pdu(context) + _sensors_in_slots(context)
    bulk = Bulk(context.agent)
    # by place: names may occur twice
    numeric = {
        place: (bulk.add(sensor.getReading), bulk.add(sensor.getTypeSpec))
        for place, (_, sensor) in enumerate(places)
        if isinstance(sensor, NumericSensor)
    }
    discrete = {
        place: bulk.add(sensor.getState)
        for place, (_, sensor) in enumerate(places)
        if isinstance(sensor, StateSensor)
    }
    bulk.perform()
    rows: list[list[object]] = []
    for place, (where, sensor) in enumerate(places):
        if place in numeric:
            reading, kind = numeric[place]
            unit = _UNITS.get(kind.get().unit, "") if kind.error is None else ""
            rows.append([where, _value(reading), unit, _alarm(reading), sensor.target])
        elif place in discrete:
            state = discrete[place]
            if isinstance(state.error, Denied):
                raise state.error
            is_available = state.error is None and state.get().available
            why = "" if is_available else _unread(state.error)
            rows.append(
                [where, state.get().value if is_available else None, "state", why, sensor.target]
            )
        else:
            rows.append([where, None, "", "unknown kind of sensor", sensor.target])
    return table("sensors", ("sensor", "value", "unit", "alarm", "id"), rows)


def _unread(error: Optional[PduHandlerError]) -> str:
    """Why a sensor has no value. `error`: that of its call, None if the call was answered."""
    if error is None:
        return "not valid"
    return "not there" if is_missing_object_error(error) else "cannot be read"


def _value(reading: Optional[Pending[NumericSensor.Reading]]) -> Optional[float]:
    """A sensor's reading, which may be negative, such as a temperature.

    None if it is not known. Raises Denied.
    """
    if reading is None or not amount(reading).is_metered:
        return None
    sensor_reading = reading.get()
    return (
        sensor_reading.value + 0.0
        if answered_field(reading, "value") is not None
        and sensor_reading.available
        and sensor_reading.valid
        else None
    )


def _alarm(reading: Pending[NumericSensor.Reading]) -> str:
    if reading.error is not None:
        return _unread(reading.error)
    value = reading.get()
    if not (value.available and value.valid):
        return _unread(None)
    status = value.status
    flags = {
        "above critical": status.aboveUpperCritical,
        "above warning": status.aboveUpperWarning,
        "below critical": status.belowLowerCritical,
        "below warning": status.belowLowerWarning,
    }
    return next((name for name, is_set in flags.items() if is_set), "")


def sensors_of_the_pdu(context: Context) -> list[tuple[str, Sensor]]:
    """Name and reference of the sensors of inlets, lines, outlets, breakers, power meters and
    circuits: usually 2 round trips, 3 with circuits."""
    bulk, pdu = Bulk(context.agent), context.pdu
    lists: dict[str, Pending[Any]] = {
        "inlet": bulk.add(pdu.getInlets),
        "outlet": bulk.add(pdu.getOutlets),
        "ocp": bulk.add(pdu.getOverCurrentProtectors),
    }
    controller = bulk.add(context.proxy(pdumodel.PowerMeterController, "/model/pmc").getPowerMeters)
    bulk.perform()
    devices: list[tuple[str, Any]] = []
    for word, answer in lists.items():
        listed_here = map(context.unit.mine, answer.get())
        devices += [
            (f"{word}/{position}", device) for position, device in enumerate(listed_here, 1)
        ]
    meters = {} if is_missing_object_error(controller.error) else controller.get()
    devices += [
        (f"meter/{number}", context.unit.mine(meter)) for number, meter in sorted(meters.items())
    ]
    sensor_requests: list[tuple[str, Pending[Structure]]] = [
        (where, bulk.add(device.getSensors)) for where, device in devices
    ]
    with_lines = (pdumodel.Inlet, pdumodel.PowerMeter)
    poles: list[tuple[str, Pending[list[pdumodel.Pole]]]] = [
        (where, bulk.add(device.getPoles))
        for where, device in devices
        if isinstance(device, with_lines)
    ]
    of_panels: list[tuple[str, Pending[Any]]] = [
        (where, bulk.add(device.getCircuits))
        for where, device in devices
        if isinstance(device, pdumodel.Panel)
    ]
    bulk.perform()
    for where, circuits in of_panels:
        panel = where.partition("/")[2]
        sensor_requests += [
            (f"circuit/p{panel}.{position + 1}", bulk.add(context.unit.mine(circuit).getSensors))
            for position, circuit in sorted(circuits.get().items())
        ]
    bulk.perform()
    out: list[tuple[str, Sensor]] = []
    for where, answer in sensor_requests:
        out += [(f"{where}/{name}", sensor) for name, sensor in _members(context, answer.get())]
    for where, answers in poles:
        for pole in answers.get():
            out += [
                (f"{where}/{pole.line.name}/{name}", sensor)
                for name, sensor in _members(context, pole)
            ]
    return out


def _members(context: Context, structure: Structure) -> list[tuple[str, Sensor]]:
    values = [(name, getattr(structure, name)) for name in field_names(type(structure))]
    return [
        (name, context.unit.mine(sensor)) for name, sensor in values if isinstance(sensor, Sensor)
    ]


def _sensors_in_slots(context: Context) -> list[tuple[str, Sensor]]:
    manager = context.proxy(DeviceManager, "/model/peripheraldevicemanager")
    slots: list[DeviceSlot] = list(map(context.unit.mine, manager.getDeviceSlots()))
    bulk = Bulk(context.agent)
    requests = [(bulk.add(slot.getDevice), bulk.add(slot.getSettings)) for slot in slots]
    bulk.perform()
    out: list[tuple[str, Sensor]] = []
    for position, (device, settings) in enumerate(requests, 1):
        device_answer = device.get() if device.error is None else None
        if device_answer is not None and device_answer.device is not None:
            name = settings.get().name if settings.error is None else ""
            out.append(
                (
                    f"slot/{position}{f' {name}' if name else ''}",
                    context.unit.mine(device_answer.device),
                )
            )
    return out


COMMANDS: Commands = {
    "info": HostCommand(
        info,
        examples=("info", "info --link 2 --json"),
    ),
    "outlets": HostCommand(
        outlets,
        examples=("outlets", "outlets --link 2 --json"),
    ),
    "sensors": HostCommand(
        sensors,
        examples=("sensors", "sensors --username reader --json"),
    ),
}
