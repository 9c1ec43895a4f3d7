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
from ..walk.arithmetic import NO, YES
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

    def has_begun(self, at_s: float) -> bool:
        """Whether what closes has closed at `at_s`, in each case."""
        return self.kept or (self.sure and self.latest is not None and self.latest <= at_s)

    def outlet_window(self, policy: Optional[OutletRestorePolicy]) -> Window:
        """The time of an outlet on a unit that has power then."""
        if policy is None:
            return Window(self.earliest, None, self.sure)
        latest = None
        if self.latest is not None and policy.latest_s is not None:
            latest = self.latest + policy.latest_s
        return Window(self.earliest + policy.earliest_s, latest, self.sure)


_MAYBE = Window(0.0, None, False)


class RestoreTimes:
    """The windows of all outlets of one return. `power_before`, `power_after`: the power before
    it, and when every outlet has closed.
    """

    def __init__(
        self,
        drawing: Drawing,
        readings: HallReadings,
        graph: Graph,
        power_before: Power,
        power_after: Power,
    ) -> None:
        self._drawing, self._readings, self._graph = drawing, readings, graph
        self._before, self._after = power_before, power_after
        self._inputs: Mapping[HallNode, tuple[Input, ...]] = drawing.inputs_by_node()
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
        window = self._any(self._inputs[node])
        if window is None or self._after.alive(number) == NO:
            return None
        is_kept = window.kept and self._before.alive(number) == YES
        return window._replace(sure=window.sure and self._after.alive(number) == YES, kept=is_kept)

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
            window = self._as_it_was(outlet, relayless, Window(kept=True))
        elif self._before.alive(node) == NO and not unit.kept:
            window = unit if relayless else self._restarted(outlet, unit)
        else:
            # it may have kept its power: then it is as it was, else it starts
            both = (
                self._as_it_was(outlet, relayless, Window()),
                unit if relayless else self._restarted(outlet, unit),
            )
            sure = all(case is not None and case.sure for case in both)
            window = None if both == (None, None) else Window(0.0, None, sure)
        if window is not None and self._after.alive(node) != YES:
            window = window._replace(sure=False)
        return window

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
        policy = None if outlet is None else outlet.power_on
        state = "" if policy is None else policy.state
        if state == LAST and outlet is not None:
            state = {UP: ON, DOWN: OFF}.get(outlet.state, "")
        if state == OFF:
            return None
        window = unit.outlet_window(policy)
        return window if state == ON else window._replace(latest=None, sure=False)

    # ---- upwards ---------------------------------------------------------------------------------

    def _any(self, inputs: tuple[Input, ...]) -> Optional[Window]:
        """When one of these has power: with several, the first."""
        windows = [
            self.of(source) if isinstance(source, Cord) else self._of_node(source)
            for source in inputs
        ]
        powered_windows = [window for window in windows if window is not None]
        if not powered_windows:
            return None
        ends = [
            window.latest for window in powered_windows if window.sure and window.latest is not None
        ]
        return Window(
            min(window.earliest for window in powered_windows),
            min(ends) if ends else None,
            any(window.sure for window in powered_windows),
            any(window.kept for window in powered_windows),
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
            window = self._any(board.inputs)
            if window is None:
                return None
            above = window
        elif node.kind == "feed":
            above = Window(kept=True)
        if number is None:
            return above._replace(sure=False, kept=False)
        is_kept = above.kept and self._before.alive(number) == YES
        return above._replace(sure=above.sure and self._after.alive(number) == YES, kept=is_kept)
