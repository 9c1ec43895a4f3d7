"""What the readings add to the drawing: the lines, breakers, ratings and currents that PDUs report.
Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Optional

from ...core.adapters.topology import LINE, MeteredPart
from ...core.drawing.drawing import Breaker, Cord, Drawing, PduNode
from ...core.inventory.saved_readings import HallReadings, MeasuredPdu
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


def _completed(pdu: PduNode, read: MeasuredPdu) -> PduNode:
    lines = [meter for meter in read.meters if meter.kind == LINE]
    breakers = [meter for meter in read.meters if meter.kind != LINE]
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
        lines=tuple(_with_facts(one, lines, read) for one in drawn_lines),
        breakers=tuple(_with_facts(one, breakers, read) for one in drawn_breakers),
    )


def _with_facts(breaker: Breaker, meters: Sequence[MeteredPart], read: MeasuredPdu) -> Breaker:
    meter = _named(breaker.name, meters)
    if breaker.rating_a is None and meter is not None:
        breaker = breaker._replace(rating_a=meter.rating_a)
    if breaker.outlets is not None or breaker.every or meter is None:
        return breaker
    known = {
        identity: (*outlet.lines, outlet.breaker)
        for identity, outlet in read.outlets.items()
        if (outlet.lines if meter.kind == LINE else outlet.breaker)
    }
    behind = tuple(identity for identity, labels in known.items() if meter.label in labels)
    # outlets that the device does not place stay open: then no list can be complete
    if set(read.outlets) - known.keys():
        return breaker
    return breaker._replace(outlets=behind)


def meter_of(pdu: PduNode, breaker: Breaker, read: Optional[MeasuredPdu]) -> Optional[MeteredPart]:
    """The PDU's own meter of a drawn line or breaker; None if it has none of that name."""
    if read is None:
        return None
    is_line = breaker in pdu.lines
    meters = [meter for meter in read.meters if (meter.kind == LINE) == is_line]
    if is_line and breaker.every and len(meters) <= 1:
        return meters[0] if meters else MeteredPart(LINE, breaker.name, read.load_a)
    return _named(breaker.name, meters)


def _named(name: str, meters: Sequence[MeteredPart]) -> Optional[MeteredPart]:
    wanted = _plain(name)
    return next((meter for meter in meters if _plain(meter.label) == wanted), None)


def _plain(name: str) -> str:
    return "".join(name.casefold().split())


def pool(pdu: str, line: str) -> str:
    """The key of what the unmetered outlets of a line or breaker carry together."""
    # names of PDUs are printable: none is like that
    return f"{pdu}\n{line}"


def pools_of(drawing: Drawing, readings: HallReadings) -> dict[Cord, str]:
    """Unmetered outlet -> the key of the smallest that bounds its current: the line or breaker
    that it is surely behind and that has a meter of its own, else its PDU.
    """
    parts = part_residuals(drawing, readings)
    found: dict[Cord, str] = {}
    for (name, part), (_, outlets) in sorted(parts.items(), key=lambda item: item[1][0]):
        for outlet in outlets:
            found.setdefault(Cord(name, outlet), pool(name, part))
    return found


def part_residuals(
    drawing: Drawing, readings: HallReadings
) -> dict[tuple[str, str], tuple[float, Sequence[str]]]:
    """PDU and its line or breaker with a meter -> the most that the unmetered outlets behind it
    carry together, in A, and these.
    """
    found: dict[tuple[str, str], tuple[float, Sequence[str]]] = {}
    for name, pdu in drawing.pdus.items():
        read = readings.pdus.get(name)
        for part in (*pdu.lines, *pdu.breakers) if read is not None else ():
            meter = meter_of(pdu, part, read)
            if part.every or meter is None or meter.current_a is None or read is None:
                continue
            behind = [one for one in read.outlets if pdu.carries(part, one)]
            unmetered = [one for one in behind if read.outlets[one].current_a is None]
            if not unmetered:
                continue
            # the sum of numbers is more than that of phasors
            is_between = any(
                sum(pdu.carries(line, one) is not False for line in pdu.lines) > 1 for one in behind
            )
            most = _METERS * (meter.current_a + read.meter_step_a)
            most /= BETWEEN_LINES if is_between else IN_PHASE
            metered = sum(read.outlets[one].current_a or 0.0 for one in behind)
            found[name, part.name] = max(0.0, most - metered), unmetered
    return found


def residuals(drawing: Drawing, readings: HallReadings) -> dict[str, float]:
    """PDU, or line or breaker (`pool`) -> the most that its unmetered outlets carry together, in A;
    absent if nothing says.
    """
    parts = part_residuals(drawing, readings)
    found = {pool(*names): most for names, (most, _) in parts.items()}
    found.update(_residuals_of_pdus(drawing, readings))
    return found


def _residuals_of_pdus(drawing: Drawing, readings: HallReadings) -> dict[str, float]:
    found: dict[str, float] = {}
    for name, pdu in drawing.pdus.items():
        read = readings.pdus.get(name)
        load = None if read is None else read.load_a
        only = pdu.inputs[0] if len(pdu.inputs) == 1 else None
        if load is None and isinstance(only, Cord):
            outlet = readings.outlet(*only)
            load = None if outlet is None else outlet.current_a
        if load is not None:
            metered = [one.current_a or 0.0 for one in read.outlets.values()] if read else []
            step = read.meter_step_a if read is not None else 0.1
            found[name] = max(0.0, _METERS * (load + step) - sum(metered))
    return found
