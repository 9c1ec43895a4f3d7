"""Compares a drawing with itself and with the readings of its PDUs. Pure."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Optional

from ...pdus.reading import PolledOutlet
from ...pdus.saved_readings import HallReadings, MeasuredPdu
from ...pdus.states import DOWN
from ...site.drawing.drawing import Cord, Drawing, HallNode, Input, Machine, PduNode
from .enrichment import completed, meter_of

# a rating that the PDU reports may be rounded
_SAME_A = 0.5


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, or that somebody should look at."""

    #: a word for programs
    kind: str
    #: the machine, PDU or outlet
    where: str
    what: str
    #: the line in the drawing, 0 if not known
    line: int = 0


def check(drawing: Drawing, readings: HallReadings) -> list[Finding]:
    """All findings, first those of the drawing alone."""
    return [
        *_single_paths(drawing),
        *_panels(completed(drawing, readings), readings),
        *_differences(drawing, readings),
    ]


def _single_paths(drawing: Drawing) -> Iterator[Finding]:
    common_feeds = _common_feeds(drawing)
    for machine in drawing.machines.values():
        line = drawing.line_numbers.get(HallNode("machine", machine.name), 0)
        if len(machine.cords) < 2 or machine.needs == len(machine.cords):
            continue
        kind, what = _common_point(drawing, machine, common_feeds)
        if kind:
            yield Finding(kind, machine.name, what, line)
    for pdu in drawing.pdus.values():
        common = set.intersection(*map(common_feeds, pdu.inputs))
        if len(pdu.inputs) > 1 and common:
            line = drawing.line_numbers.get(HallNode("pdu", pdu.name), 0)
            what = f"its inputs share {', '.join(sorted(common))}"
            yield Finding("inputs-on-one-feed", pdu.name, what, line)


def _common_point(
    drawing: Drawing, machine: Machine, common_feeds: Callable[[Input], set[str]]
) -> tuple[str, str]:
    """What all cords of a machine share, as a finding: the nearest of PDU, breaker and feed."""
    pdus = {cord.pdu for cord in machine.cords}
    if len(pdus) == 1:
        name = pdus.pop()
        pdu = drawing.pdus[name]
        for breaker in (*pdu.breakers, *(line for line in pdu.lines if not line.every)):
            if all(pdu.carries(breaker, cord.outlet) for cord in machine.cords):
                return "cords-on-one-breaker", f"all its cords are on {name}/{breaker.name}"
        return "cords-on-one-pdu", f"all its cords are on {name}"
    common = sorted(set.intersection(*map(common_feeds, machine.cords)))
    return "cords-on-one-feed" if common else "", f"all its cords are on {', '.join(common)}"


def _common_feeds(drawing: Drawing) -> Callable[[Input], set[str]]:
    """Input -> the names of the feeds without which it cannot live: those that all inputs of a
    panel or PDU share.
    """
    inputs_by_node = drawing.inputs_by_node()
    boards = {board.name: board.node for board in drawing.panels.values()}

    @functools.cache
    def common_feeds(source: Input) -> set[str]:
        if isinstance(source, Cord):
            source = HallNode("pdu", source.pdu)
        elif source.kind == "breaker":
            source = boards[source.owner]
        if source.kind == "feed":
            return {source.name}
        return set.intersection(*map(common_feeds, inputs_by_node[source]))

    return common_feeds


def _panels(drawing: Drawing, readings: HallReadings) -> Iterator[Finding]:
    """Lines of panels that carry more than their limit by the meters of the lines that they feed:
    each conductor by itself.
    """
    amps_by_line: dict[HallNode, dict[int, float]] = {}
    for pdu in drawing.pdus.values():
        reading = readings.pdus.get(pdu.name)
        only = pdu.inputs[0] if len(pdu.inputs) == 1 else None
        for place, line in enumerate(pdu.lines):
            above = line.of
            if above is None and isinstance(only, HallNode) and only.kind == "breaker":
                above = only
            meter = meter_of(pdu, line, reading)
            if above is not None and meter is not None and meter.current_a is not None:
                # lines that name the same one share its conductor; those of one PDU have one each
                conductor = 0 if line.of is not None else place
                amps = amps_by_line.setdefault(above, {})
                amps[conductor] = amps.get(conductor, 0.0) + meter.current_a
    for panel in drawing.panels.values():
        for line in panel.lines:
            node = HallNode.breaker(panel.name, line.name)
            users = sum(
                node in pdu.inputs or node in [pdu_line.of for pdu_line in pdu.lines]
                for pdu in drawing.pdus.values()
            )
            # with three conductors nobody knows which lines of several PDUs share one
            is_one = line.phases == 1 or users == 1 or line.name.casefold() in ("l1", "l2", "l3")
            most = max(amps_by_line.get(node, {}).values(), default=0.0)
            if is_one and line.limit_a is not None and most > line.limit_a:
                what = f"carries {most:.3g} A now, above its limit of {line.limit_a:g} A"
                where = drawing.line_numbers.get(panel.node, 0)
                yield Finding("above-limit", node.full_name, what, where)


def _differences(drawing: Drawing, readings: HallReadings) -> Iterator[Finding]:
    owners = drawing.owners()
    by_pdu: dict[str, list[Cord]] = {}
    for cord in owners:
        by_pdu.setdefault(cord.pdu, []).append(cord)
    for name, pdu in drawing.pdus.items():
        line = drawing.line_numbers.get(HallNode("pdu", name), 0)
        reading = readings.pdus.get(name)
        if pdu.unread:
            continue
        if reading is None:
            yield Finding("pdu-not-read", name, "is not among the readings", line)
            continue
        if reading.error:
            yield Finding("pdu-failed", name, reading.error, line)
        if not reading.outlets and reading.error:
            continue
        for cord in by_pdu.get(name, ()):
            if cord.outlet not in reading.outlets:
                what = f"belongs to {owners[cord].label}, and the PDU has no such outlet"
                owner_line = drawing.line_numbers.get(owners[cord], 0)
                yield Finding("no-such-outlet", str(cord), what, owner_line)
        for identity, outlet in reading.outlets.items():
            cord = Cord(name, identity)
            for kind, what in _outlet_findings(drawing, cord, outlet, owners.get(cord)):
                yield Finding(kind, str(cord), what, line)
        yield from _limits(pdu, reading, line)


def _outlet_findings(
    drawing: Drawing, cord: Cord, outlet: PolledOutlet, owner: Optional[HallNode]
) -> Iterator[tuple[str, str]]:
    """What is wrong with one outlet: a word for programs, and a sentence's end."""
    pdu, amps = drawing.pdus[cord.pdu], ""
    if (outlet.figures.current_a or 0.0) > drawing.idle_a:
        amps = f"carries {outlet.figures.current_a:.3g} A"
    if amps and owner is None:
        complete = ", and the drawing is said to be complete" if pdu.complete else ""
        yield "current-of-nobody", f"{amps} and belongs to nobody{complete}"
    if amps and pdu.is_on_no_line(cord.outlet):
        yield "outlet-on-no-line", f"{amps} and no line lists it"
    behind = [breaker.name for breaker in pdu.breakers if cord.outlet in (breaker.outlets or ())]
    if len(behind) > 1:
        names = " and ".join(behind)
        yield "outlet-on-two-breakers", f"is behind {names}: an outlet is behind one breaker"
    machine = None if owner is None else drawing.machines.get(owner.name)
    if outlet.state is DOWN and machine is not None and machine.works:
        yield "works-and-off", f"is off, and machine {machine.name} is said to work"
    if outlet.state is DOWN and amps:
        yield "off-with-current", f"is reported off and {amps}"


def _limits(pdu: PduNode, reading: MeasuredPdu, line: int) -> Iterator[Finding]:
    for breaker in (*pdu.lines, *pdu.breakers):
        where = f"{pdu.name}/{breaker.name}"
        for outlet in breaker.outlets or ():
            if outlet not in reading.outlets:
                what = f"lists outlet {outlet!r}, which is not there"
                yield Finding("no-such-outlet", where, what, line)
        meter = meter_of(pdu, breaker, reading)
        rating, limit = breaker.rating_a, breaker.limit_a
        if meter is None:
            continue
        if meter.rating_a and rating is not None and abs(meter.rating_a - rating) > _SAME_A:
            what = f"is drawn with {rating:g} A, and the PDU reports {meter.rating_a:g} A"
            yield Finding("other-limit", where, what, line)
        if limit is not None and meter.current_a is not None and meter.current_a > limit:
            what = f"carries {meter.current_a:.3g} A now, above its limit of {limit:g} A"
            yield Finding("above-limit", where, what, line)
    if not pdu.breakers and not any(part.outlets for part in pdu.lines):
        return
    labels = {part.name.casefold() for part in (*pdu.lines, *pdu.breakers)}
    for meter in reading.meters:
        if meter.rating_a and meter.label.casefold() not in labels:
            what = f"has {meter.kind} {meter.label} ({meter.rating_a:g} A), which is not drawn"
            yield Finding("not-drawn", pdu.name, what, line)
