"""Which cords each line and breaker carries, and what the readings add to the drawing. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Optional

from ...topology import LINE, MeteredPart
from .drawing import Breaker, Cord, Drawing, HallNode, Input, PduNode
from .loads import BETWEEN_LINES, IN_PHASE, Carried
from .measured import HallReadings, MeasuredPdu
from .verdicts import bounds

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


def is_drawn(pdu: PduNode) -> bool:
    """Whether somebody drew its lines: without, it has one line of unknown outlets."""
    one = pdu.lines[0] if len(pdu.lines) == 1 else None
    return one is None or one.every or one.outlets is not None


def _completed(pdu: PduNode, read: MeasuredPdu) -> PduNode:
    lines = [meter for meter in read.topology.meters if meter.kind == LINE]
    breakers = [meter for meter in read.topology.meters if meter.kind != LINE]
    drawn_lines: Sequence[Breaker] = pdu.lines
    if not is_drawn(pdu) and lines:
        usual = pdu.lines[0]
        drawn_lines = [
            Breaker(meter.label, usual.rating_a, usual.limit_percent, every=len(lines) == 1)
            for meter in lines
        ]
    drawn_breakers: Sequence[Breaker] = pdu.breakers
    if not drawn_breakers:
        limit = pdu.lines[0].limit_percent
        drawn_breakers = [
            Breaker(meter.label, meter.rating_a, limit) for meter in breakers if meter.rating_a
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
        identity: (*facts.lines, facts.breaker)
        for identity, facts in read.topology.outlets.items()
        if (facts.lines if meter.kind == LINE else facts.breaker)
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
    meters = [meter for meter in read.topology.meters if (meter.kind == LINE) == is_line]
    if is_line and breaker.every and len(meters) <= 1:
        return meters[0] if meters else MeteredPart(LINE, breaker.name, read.load_a)
    return _named(breaker.name, meters)


def _named(name: str, meters: Sequence[MeteredPart]) -> Optional[MeteredPart]:
    wanted = _plain(name)
    return next((meter for meter in meters if _plain(meter.label) == wanted), None)


def _plain(name: str) -> str:
    return "".join(name.casefold().split())


def residuals(drawing: Drawing, readings: HallReadings) -> dict[str, float]:
    """PDU -> the most that its unmetered outlets carry together, in A; absent if nothing says."""
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


class Paths:
    """The way from each load up to the breakers above it. `loads`: the cords with a consumer."""

    def __init__(self, drawing: Drawing, readings: HallReadings, loads: Iterable[Cord]) -> None:
        self._drawing, self._readings = drawing, readings
        self._loads: dict[str, list[Cord]] = {}
        for cord in loads:
            self._loads.setdefault(cord.pdu, []).append(cord)
        self._inputs = drawing.fed()
        self._fed: dict[Input, list[HallNode]] = {}
        for node, inputs in self._inputs.items():
            for source in inputs:
                self._fed.setdefault(source, []).append(node)
        self._feeding: dict[str, list[Cord]] = {}
        for source in self._fed:
            if isinstance(source, Cord):
                self._feeding.setdefault(source.pdu, []).append(source)
        self._below: dict[HallNode, list[Cord]] = {}

    def carried(self) -> dict[HallNode, Carried]:
        """Every line and breaker with its cords."""
        found: dict[HallNode, Carried] = {}
        for pdu in self._drawing.pdus.values():
            read = self._readings.pdus.get(pdu.name)
            double = self._on_two_lines(pdu)
            for breaker in (*pdu.lines, *pdu.breakers):
                cords = self._of_breaker(pdu, breaker)
                meter = meter_of(pdu, breaker, read)
                now = meter.current_a if meter is not None else None
                most = now if now is not None or read is None else read.load_a
                step = read.meter_step_a if read is not None else 0.0
                found[HallNode.breaker(pdu.name, breaker.name)] = Carried(
                    breaker,
                    cords,
                    self._in_phase(pdu, breaker, double, cords),
                    None if now is None else bounds(now, step)[0],
                    None if most is None else bounds(most, step)[1],
                )
        for node, carried in found.items():
            transfers = self._transfers_of_pdu(node.owner, carried.breaker)
            found[node] = carried._replace(transfers=transfers)
        for panel in self._drawing.panels.values():
            own = HallNode("panel", panel.name)
            transfers = frozenset(self._transfers(own))
            for line in panel.lines:
                node = HallNode.breaker(panel.name, line.name)
                cords = self._of_panel(own, node, found)
                double = {
                    cord
                    for pdu in {cord.pdu for cord in cords}
                    for cord in self._on_two_lines(self._drawing.pdus[pdu])
                }
                found[node] = Carried(line, cords, _two_lines(double, cords), transfers=transfers)
        return found

    def _in_phase(
        self, pdu: PduNode, breaker: Breaker, double: set[Cord], cords: Mapping[Cord, bool]
    ) -> float:
        if breaker in pdu.lines:
            return _two_lines(double, cords)
        lines = {
            tuple(pdu.carries(line, cord.outlet) for line in pdu.lines)
            for cord, sure in cords.items()
            if sure and cord.pdu == pdu.name
        }
        return IN_PHASE if len(lines) < 2 else 0.0

    def _transfers_of_pdu(self, name: str, breaker: Breaker) -> frozenset[HallNode]:
        """Those below the outlets that are, or may be, behind a line or breaker of a PDU."""
        pdu = self._drawing.pdus[name]
        found: set[HallNode] = set()
        for source in self._feeding.get(name, ()):
            if pdu.carries(breaker, source.outlet) is not False:
                found.update(self._transfers(source))
        return frozenset(found)

    def _transfers(self, source: Input) -> Iterator[HallNode]:
        """The other inputs of all transfer switches below a panel or an outlet."""
        for node in self._fed.get(source, ()):
            for other in self._inputs[node]:
                if other == source:
                    continue
                if isinstance(other, Cord):
                    yield HallNode("pdu", other.pdu)
                    continue
                yield other
                if other.kind == "panel":
                    # a switch also transfers when its input loses one line
                    for line in self._drawing.panels[other.name].lines:
                        yield HallNode.breaker(other.name, line.name)
            if node.kind == "panel":
                yield from self._transfers(node)
            else:
                for outlet in self._feeding.get(node.name, ()):
                    yield from self._transfers(outlet)

    def _of_breaker(self, pdu: PduNode, breaker: Breaker) -> dict[Cord, bool]:
        found: dict[Cord, bool] = {}
        for cord in (*self._loads.get(pdu.name, ()), *self._feeding.get(pdu.name, ())):
            carries = pdu.carries(breaker, cord.outlet)
            if carries is False:
                continue
            if cord not in self._fed:
                found[cord] = carries is True
                continue
            for node in self._fed[cord]:
                sure = carries is True and self._is_one_circuit(node)
                found.update((one, sure) for one in self._all_below(node))
        return found

    def _of_panel(
        self, panel: HallNode, line: HallNode, known: Mapping[HallNode, Carried]
    ) -> dict[Cord, bool]:
        found: dict[Cord, bool] = {}
        for node in self._fed.get(panel, ()):
            if node.kind == "panel":
                found.update((cord, False) for cord in self._all_below(node))
                continue
            pdu = self._drawing.pdus[node.name]
            for own in pdu.lines:
                if own.of is not None and own.of != line:
                    continue
                sure = own.of is not None and len(pdu.inputs) == 1
                lower = known[HallNode.breaker(pdu.name, own.name)]
                for cord, is_behind in lower.cords.items():
                    found[cord] = found.get(cord, False) or (sure and is_behind)
        return found

    def _is_one_circuit(self, node: HallNode) -> bool:
        """Whether everything below hangs on one line of one input."""
        if node.kind != "pdu":
            return False
        pdu = self._drawing.pdus[node.name]
        return len(pdu.inputs) == 1 and len(pdu.lines) == 1 and pdu.lines[0].every

    def _all_below(self, node: HallNode) -> list[Cord]:
        if node not in self._below:
            found: list[Cord] = []
            sources: Sequence[Input] = (node,)
            if node.kind == "pdu":
                sources = self._feeding.get(node.name, ())
                loads = self._loads.get(node.name, ())
                found += [cord for cord in loads if cord not in self._fed]
            for source in sources:
                for lower in self._fed.get(source, ()):
                    found += self._all_below(lower)
            self._below[node] = found
        return self._below[node]

    def _on_two_lines(self, pdu: PduNode) -> set[Cord]:
        if len(pdu.lines) < 2:
            return set()
        return {
            cord
            for cord in self._loads.get(pdu.name, ())
            if sum(pdu.carries(line, cord.outlet) is True for line in pdu.lines) > 1
        }


def _two_lines(double: set[Cord], cords: Mapping[Cord, bool]) -> float:
    return IN_PHASE if double.isdisjoint(cords) else BETWEEN_LINES
