"""What the readings add to the drawing: the lines, breakers, ratings and currents that PDUs report.
Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Optional

from ...pdus.adapters.topology import LINE, MeteredPart
from ...pdus.saved_readings import HallReadings, MeasuredPdu
from ...site.drawing.drawing import Breaker, Cord, Drawing, PduNode
from ..walk.arithmetic import OutletPool
from ..walk.load_limits import BETWEEN_LINES, IN_PHASE

# A sum of the outlets' readings and a reading of the line differ by the meters' errors.
_METERS = 1.05


def completed(drawing: Drawing, readings: HallReadings) -> Drawing:
    """The drawing with the lines, breakers and ratings that PDUs report and it leaves out.

    Where both say something, the drawing counts: `pdu plan check` shows the difference.
    """
    pdus = {
        name: _completed(pdu, readings.pdus[name]) if name in readings.pdus else pdu
        for name, pdu in drawing.pdus.items()
    }
    return drawing._replace(pdus=pdus)


def _completed(pdu: PduNode, reading: MeasuredPdu) -> PduNode:
    lines = [meter for meter in reading.meters if meter.kind == LINE]
    breakers = [meter for meter in reading.meters if meter.kind != LINE]
    drawn_lines: Sequence[Breaker] = pdu.lines
    if not pdu.lines_are_drawn and lines:
        usual = pdu.lines[0]
        drawn_lines = [usual._replace(name=meter.label, every=len(lines) == 1) for meter in lines]
    drawn_breakers: Sequence[Breaker] = pdu.breakers
    if not drawn_breakers:
        usual = pdu.lines[0]._replace(outlets=None, every=False, of=None, phases=None)
        drawn_breakers = [
            usual._replace(name=meter.label, rating_a=meter.rating_a)
            for meter in breakers
            if meter.rating_a
        ]
    return pdu._replace(
        lines=tuple(_fill_part(breaker, lines, reading) for breaker in drawn_lines),
        breakers=tuple(_fill_part(breaker, breakers, reading) for breaker in drawn_breakers),
    )


def _fill_part(breaker: Breaker, meters: Sequence[MeteredPart], reading: MeasuredPdu) -> Breaker:
    meter = _meter_named(breaker.name, meters)
    if breaker.rating_a is None and meter is not None:
        breaker = breaker._replace(rating_a=meter.rating_a)
    if breaker.outlets is not None or breaker.every or meter is None:
        return breaker
    labels_by_outlet = {
        identity: (*outlet.lines, outlet.breaker)
        for identity, outlet in reading.outlets.items()
        if (outlet.lines if meter.kind == LINE else outlet.breaker)
    }
    behind = tuple(
        identity for identity, labels in labels_by_outlet.items() if meter.label in labels
    )
    # outlets that the device does not place stay open: then no list can be complete
    if set(reading.outlets) - labels_by_outlet.keys():
        return breaker
    return breaker._replace(outlets=behind)


def meter_of(
    pdu: PduNode, breaker: Breaker, reading: Optional[MeasuredPdu]
) -> Optional[MeteredPart]:
    """The PDU's own meter of a drawn line or breaker; None if it has none of that name."""
    if reading is None:
        return None
    is_line = breaker in pdu.lines
    meters = [meter for meter in reading.meters if (meter.kind == LINE) == is_line]
    if is_line and breaker.every and len(meters) <= 1:
        return meters[0] if meters else MeteredPart(LINE, breaker.name, reading.load_a)
    return _meter_named(breaker.name, meters)


def _meter_named(name: str, meters: Sequence[MeteredPart]) -> Optional[MeteredPart]:
    plain_name = _plain(name)
    return next((meter for meter in meters if _plain(meter.label) == plain_name), None)


def _plain(name: str) -> str:
    return "".join(name.casefold().split())


class OutletPools(NamedTuple):
    """What bounds the currents of outlets without a meter of their own."""

    #: pool -> the most that its outlets carry together, in A; absent if nothing says
    most_a: Mapping[OutletPool, float]
    #: outlet -> the smallest pool that bounds its current: that of the line or breaker that it is
    #: surely behind and that has a meter of its own; absent: that of its PDU
    by_outlet: Mapping[Cord, OutletPool]


def outlet_pools(drawing: Drawing, readings: HallReadings) -> OutletPools:
    """Those of a hall."""
    most_a: dict[OutletPool, float] = {}
    outlets: dict[OutletPool, Sequence[str]] = {}
    for name, pdu in drawing.pdus.items():
        reading = readings.pdus.get(name)
        for part in (*pdu.lines, *pdu.breakers) if reading is not None else ():
            meter = meter_of(pdu, part, reading)
            if part.every or meter is None or meter.current_a is None or reading is None:
                continue
            behind = [outlet for outlet in reading.outlets if pdu.carries(part, outlet)]
            unmetered_outlets = [o for o in behind if reading.outlets[o].figures.current_a is None]
            if not unmetered_outlets:
                continue
            # the sum of numbers is more than that of phasors
            is_between = any(
                sum(pdu.carries(line, outlet) is not False for line in pdu.lines) > 1
                for outlet in behind
            )
            most = _METERS * (meter.current_a + reading.meter_step_a)
            most /= BETWEEN_LINES if is_between else IN_PHASE
            metered_a = sum(reading.outlets[outlet].figures.current_a or 0.0 for outlet in behind)
            pool = OutletPool(name, part.name)
            most_a[pool], outlets[pool] = max(0.0, most - metered_a), unmetered_outlets
    by_outlet: dict[Cord, OutletPool] = {}
    for pool in sorted(most_a, key=most_a.__getitem__):
        for outlet in outlets[pool]:
            by_outlet.setdefault(Cord(pool.pdu, outlet), pool)
    for name, pdu in drawing.pdus.items():
        residual_a = _residual_a(pdu, readings)
        if residual_a is not None:
            most_a[OutletPool(name)] = residual_a
    return OutletPools(most_a, by_outlet)


def _residual_a(pdu: PduNode, readings: HallReadings) -> Optional[float]:
    """The most that the unmetered outlets of a PDU carry together, in A; None if nothing says."""
    reading = readings.pdus.get(pdu.name)
    load = None if reading is None else reading.load_a
    only = pdu.inputs[0] if len(pdu.inputs) == 1 else None
    if load is None and isinstance(only, Cord):
        upper_outlet = readings.outlet(*only)
        load = None if upper_outlet is None else upper_outlet.figures.current_a
    if load is None:
        return None
    outlets = () if reading is None else reading.outlets.values()
    step = 0.1 if reading is None else reading.meter_step_a
    return max(
        0.0, _METERS * (load + step) - sum(outlet.figures.current_a or 0.0 for outlet in outlets)
    )
