"""Which cords each line and breaker carries. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from .completing import meter_of
from .drawing import Breaker, Cord, Drawing, HallNode, Input, PduNode
from .loads import BETWEEN_LINES, IN_PHASE, Carried
from .measured import HallReadings
from .verdicts import bounds


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
