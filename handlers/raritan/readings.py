"""Sensors of a unit and lists of its parts (inlets, lines, protectors): here alone an answer
becomes a figure, which is a number (measured), None (not metered) or NotKnown with a reason.

A Bulk is one POST with many calls: `bulk.add` queues a call and returns its Pending, which has the
answer once the bulk was sent (`error`, or `get()` if that is None). A sensor is read by the
reference that a list of the unit has for it, or by a well-known id, which the vendor documents:
/model/pdu/0/outlet/6/current.

Proof that a sensor does not exist is a null where a list would have it, or an error that says that
the unit has no such object, as HTTP 404. After any other error it is not known.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple, Optional, TypeVar, Union

from ..shared.ceilings import is_placeholder
from ..shared.errors import Denied, PduHandlerError
from ..shared.meter_figures import Figure, NotKnown, divided, measured
from .rpc import Bulk, JsonRpcSyntaxException, Pending, Structure, present, shown_fields
from .rpc.sensors import NumericSensor
from .units import XerusUnit, is_missing_object_error

Part = TypeVar("Part")
_Reading = NumericSensor.Reading

_WH_IN_KWH = 1000.0


class SensorReading(NamedTuple):
    """The reading of one sensor that an object may have. Made by the functions below, which queue
    its call; once that is answered, `figure` returns what it shows.

        answer to getReading                               figure
        {"available": true, "valid": true, "value": 1.25}  1.25
        {"available": false, ...}                          NotKnown: is not available now
        HTTP 404, of a well-known id                       None: not metered
        HTTP 404, of a sensor that the unit lists          NotKnown: cannot be read
        not asked: the list of sensors has null for it     None: not metered
    """

    #: the queued call; None if there is nothing to ask
    call: Optional[Pending[_Reading]] = None
    #: whether the unit lists the sensor, so that it has it; else it was asked by a well-known id
    is_listed: bool = False
    #: for one without a call: why it is not known whether it is fitted; None: it is not fitted
    not_known: Optional[NotKnown] = None

    @property
    def target(self) -> str:
        """The resource id of the sensor, by which two readings of one sensor are recognized; ""
        without a call.
        """
        if self.call is None:
            return ""
        return self.call.method.parent.target

    def figure(self) -> Figure:
        """The value in the sensor's own unit (A, W, Wh): not metered if the sensor is not fitted,
        or if it is not listed and the device does not have it. Not known if anything else failed,
        if it is not valid now, or if it is below zero: an RMS current or a counter cannot be
        negative.

        >>> NOT_FITTED.figure() is None
        True
        >>> SensorReading(not_known=NotKnown("the sensors cannot be listed")).figure().reason
        'the sensors cannot be listed'

        Raises Denied if the account may not read the sensor.
        """
        if self.call is None:
            return self.not_known  # None: not fitted, so not metered
        error = call_error(self.call)
        if error is None:
            return _value(self.call.get(), self.target)
        if is_missing_object_error(error) and not self.is_listed:
            return None
        return NotKnown(f"the sensor {self.target} cannot be read: {error.reason}")


NOT_FITTED = SensorReading()


def ask_well_known(bulk: Bulk, sensor: NumericSensor) -> SensorReading:
    """Queue the reading of a sensor that may exist, by its well-known id.

    > getReading of /model/pdu/0/outlet/6/current
    < {"_ret_": {"available": true, "valid": true, "value": 1.25, ...}}    or HTTP 404
    """
    return SensorReading(bulk.add(sensor.getReading))


def ask_listed(bulk: Bulk, unit: XerusUnit, sensors: Pending[Any], field: str) -> SensorReading:
    """Queue the reading of a sensor in the answer to getSensors. `field`: its name there.

        sensors: {"current": {"rid": "/tfwopaque/i", ...}, "activeEnergy": null, ...}
        field "current"        > getReading of /tfwopaque/i
        field "activeEnergy"   nothing is queued; returned is NOT_FITTED

        getSensors: HTTP 404   NOT_FITTED: the device has no such list
        error -32000           a reading without a call, whose figure is NotKnown

    Raises Denied if the account may not list the sensors.
    """
    error = call_error(sensors)
    if error is None:
        return ask_field(bulk, unit, sensors.get(), field)
    if is_missing_object_error(error):
        return NOT_FITTED
    return SensorReading(not_known=NotKnown(f"the sensors cannot be listed: {error.reason}"))


def ask_field(bulk: Bulk, unit: XerusUnit, listing: Structure, field: str) -> SensorReading:
    """Queue the reading of a sensor in a structure that lists sensors (Outlet.Sensors, Pole): each
    firmware sends all fields, null for a sensor that is not fitted.

    >>> from .rpc import Agent
    >>> from .rpc.pdumodel import Pole
    >>> agent = Agent("https", "192.0.2.7")
    >>> bulk, unit = Bulk(agent), XerusUnit(2, agent)
    >>> pole = Pole(current=NumericSensor("/tfwopaque/i", agent), activeEnergy=None)
    >>> ask_field(bulk, unit, pole, "current").target  # of its queued call
    '/link/2/tfwopaque/i'
    >>> ask_field(bulk, unit, pole, "activeEnergy") == NOT_FITTED
    True

    One that the device did not send, or that is another unit's, is not known.
    """
    if field not in shown_fields(listing):
        return SensorReading(not_known=NotKnown(f"the list of sensors has no field {field}"))
    sensor = getattr(listing, field)
    if sensor is None:
        return NOT_FITTED
    try:
        own_sensor = unit.with_link_prefix(sensor)
    except JsonRpcSyntaxException as error:
        return SensorReading(not_known=NotKnown(f"the sensor {sensor.target}: {error.reason}"))
    call = bulk.add(own_sensor.getReading)
    return SensorReading(call, is_listed=True)


def listed_parts(answer: Pending[list[Part]], noun: str) -> Union[list[Part], NotKnown]:
    """The parts in a list that was asked for, not known if it cannot be read. `noun`: what they are
    called in the reason.

        answer to getPoles        returned
        {"_ret_": [{...}, ...]}   [Pole, ...]
        HTTP 404                  []    the device has no such list
        error -32000              NotKnown("the lines cannot be listed: ...")

    Raises Denied if the account may not read it.
    """
    error = call_error(answer)
    if error is None:
        return answer.get()
    if is_missing_object_error(error):
        return []
    return NotKnown(f"the {noun} cannot be listed: {error.reason}")


def _value(reading: _Reading, target: str) -> Figure:
    """The value of a reading that was answered (NumericSensor.idl 4.0.9). `target`: the resource id
    of its sensor, for the reason.

    >>> _value(_Reading(available=True, valid=True, value=1.25), "/tfwopaque/i")
    1.25
    >>> _value(_Reading(available=True, valid=False, value=0.0), "/tfwopaque/i").reason
    'the sensor /tfwopaque/i is not valid now'
    """
    problem = ""
    if not present(reading, "available", "valid", "value"):
        problem = "has no reading"
    elif not reading.available:
        problem = "is not available now"
    elif not reading.valid:
        problem = "is not valid now"
    elif reading.value < 0 or is_placeholder(reading.value):
        problem = f"reads {reading.value:g}"
    if problem:
        return NotKnown(f"the sensor {target} {problem}")
    return float(reading.value) + 0.0  # + 0.0 makes -0.0 a plain zero


def kilowatt_hours(watt_hours: Figure) -> Figure:
    """An energy in kWh.

    >>> kilowatt_hours(1250.0), kilowatt_hours(None)
    (1.25, None)
    """
    return divided(watt_hours, _WH_IN_KWH)


def all_invalid(readings: Iterable[SensorReading]) -> bool:
    """Whether there are fitted sensors, and none of them has a value now. Then their references
    may be stale, and the caller lists the sensors anew.

    >>> invalid = SensorReading(not_known=NotKnown("is not valid now"))
    >>> all_invalid([invalid, NOT_FITTED]), all_invalid([NOT_FITTED])
    (True, False)
    """
    figures = [reading.figure() for reading in readings]
    has_meters = any(figure is not None for figure in figures)
    has_values = any(measured(figure) is not None for figure in figures)
    return has_meters and not has_values


def call_error(answer: Pending[Any]) -> Optional[PduHandlerError]:
    """The error of a call that figures depend on; None if the call succeeded.

    {"_ret_": ...}          None
    error -32000            that error
    Denied                  raises it: figures would be missing without a reason
    """
    if isinstance(answer.error, Denied):
        raise answer.error
    return answer.error
