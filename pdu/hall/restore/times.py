"""When outlets close after power is back: by what each is set to do, and by the state that it had.
Pure.

A time is an interval, in s from the return. An outlet of which nobody read what it does may close
at any time, or never.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Optional

from ...core.adapters.power_restore import LAST, OFF, ON, OutletRestorePolicy
from ...core.drawing.drawing import Cord, Drawing, HallNode, Input
from ...core.inventory.reading import PolledOutlet
from ...core.inventory.saved_readings import HallReadings
from ...core.states import DOWN, UP
from ..walk.arithmetic import NO, YES, Interval
from ..walk.graph import Graph
from ..walk.power_flow import Power


class Window(NamedTuple):
    """When something gets power."""

    #: not before this, in s
    earliest: float = 0.0
    #: and not after this; None if nothing bounds it
    latest: Optional[float] = 0.0
    #: whether it does in every case
    sure: bool = True
    #: it had power all the time
    kept: bool = False

    def after(self, one: Optional[OutletRestorePolicy]) -> Window:
        """The time of an outlet on a unit that has power then."""
        if one is None:
            return Window(self.earliest, None, self.sure)
        latest = None
        if self.latest is not None and one.latest_s is not None:
            latest = self.latest + one.latest_s
        return Window(self.earliest + one.earliest_s, latest, self.sure)


_MAYBE = Window(0.0, None, False)


class RestoreTimes:
    """The windows of all outlets of one return. `before`, `after`: the power before it, and when
    every outlet has closed.
    """

    def __init__(
        self,
        drawing: Drawing,
        readings: HallReadings,
        graph: Graph,
        before: Power[Interval],
        after: Power[Interval],
    ) -> None:
        self._drawing, self._readings, self._graph = drawing, readings, graph
        self._before, self._after = before, after
        self._inputs: Mapping[HallNode, tuple[Input, ...]] = drawing.fed()
        self._nodes: dict[HallNode, Optional[Window]] = {}
        self._cords: dict[Cord, Optional[Window]] = {}
        self._pdus: dict[str, Optional[Window]] = {}

    def of(self, cord: Cord) -> Optional[Window]:
        """When an outlet gets power; None: it stays without."""
        if cord not in self._cords:
            self._cords[cord] = self._of_cord(cord)
        return self._cords[cord]

    def unit(self, pdu: str) -> Optional[Window]:
        """When a PDU gets power; None: it stays without."""
        if pdu not in self._pdus:
            self._pdus[pdu] = self._unit(HallNode("pdu", pdu))
        return self._pdus[pdu]

    def _unit(self, node: HallNode) -> Optional[Window]:
        number = self._graph.number[node]
        found = self._any(self._inputs[node])
        if found is None or self._after.alive(number) == NO:
            return None
        kept = found.kept and self._before.alive(number) == YES
        return found._replace(sure=found.sure and self._after.alive(number) == YES, kept=kept)

    def _of_cord(self, cord: Cord) -> Optional[Window]:
        node = self._graph.outlets.get(cord)
        if node is None:
            return _MAYBE
        if self._after.alive(node) == NO:
            return None
        unit = self.unit(cord.pdu)
        if unit is None:
            return None
        outlet = self._readings.outlet(*cord)
        relayless = outlet is not None and self._readings.pdus[cord.pdu].metered
        if self._before.alive(node) == YES and unit.kept:
            found = self._as_it_was(outlet, relayless, Window(kept=True))
        elif self._before.alive(node) == NO and not unit.kept:
            found = unit if relayless else self._restarted(outlet, unit)
        else:
            # it may have kept its power: then it is as it was, else it starts
            both = (
                self._as_it_was(outlet, relayless, Window()),
                unit if relayless else self._restarted(outlet, unit),
            )
            sure = all(one is not None and one.sure for one in both)
            found = None if both == (None, None) else Window(0.0, None, sure)
        if found is not None and self._after.alive(node) != YES:
            found = found._replace(sure=False)
        return found

    @staticmethod
    def _as_it_was(
        outlet: Optional[PolledOutlet], relayless: bool, window: Window
    ) -> Optional[Window]:
        if outlet is None:
            return _MAYBE
        if outlet.state is UP or (relayless and outlet.state is not DOWN):
            return window
        return None if outlet.state is DOWN else _MAYBE

    @staticmethod
    def _restarted(outlet: Optional[PolledOutlet], unit: Window) -> Optional[Window]:
        one = None if outlet is None else outlet.power_on
        state = "" if one is None else one.state
        if state == LAST and outlet is not None:
            state = {UP: ON, DOWN: OFF}.get(outlet.state, "")
        if state == OFF:
            return None
        found = unit.after(one)
        return found if state == ON else found._replace(latest=None, sure=False)

    # ---- upwards ---------------------------------------------------------------------------------

    def _any(self, inputs: tuple[Input, ...]) -> Optional[Window]:
        """When one of these has power: with several, the first."""
        windows = [self.of(one) if isinstance(one, Cord) else self._of_node(one) for one in inputs]
        known = [one for one in windows if one is not None]
        if not known:
            return None
        ends = [one.latest for one in known if one.sure and one.latest is not None]
        return Window(
            min(one.earliest for one in known),
            min(ends) if ends else None,
            any(one.sure for one in known),
            any(one.kept for one in known),
        )

    def _of_node(self, node: HallNode) -> Optional[Window]:
        if node not in self._nodes:
            self._nodes[node] = self._powered(node)
        return self._nodes[node]

    def _powered(self, node: HallNode) -> Optional[Window]:
        number = self._graph.number.get(node)
        if number is not None and self._after.alive(number) == NO:
            return None
        above = Window()
        board = self._drawing.panels.get(node.owner or node.name)
        if board is not None:
            found = self._any(board.inputs)
            if found is None:
                return None
            above = found
        elif node.kind == "feed":
            above = Window(kept=True)
        if number is None:
            return above._replace(sure=False, kept=False)
        kept = above.kept and self._before.alive(number) == YES
        return above._replace(sure=above.sure and self._after.alive(number) == YES, kept=kept)
