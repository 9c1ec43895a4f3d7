"""When outlets close after power is back: by what each is set to do, and by the state that it had.
Pure.

A time is an interval, in s from the return. An outlet of which nobody read what it does may close
at any time, or never.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Optional

from ...pdus.adapters.power_restore import LAST, OFF, ON, OutletRestorePolicy
from ...pdus.reading import PolledOutlet
from ...pdus.saved_readings import HallReadings
from ...pdus.states import DOWN, UP
from ...site.drawing.drawing import Cord, Drawing, HallNode, Input
from ..walk.arithmetic import NO, YES
from ..walk.graph import Graph
from ..walk.power import Power


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
        self._windows: dict[Input, Optional[Window]] = {}

    def of(self, source: Input) -> Optional[Window]:
        """When an outlet, or what is drawn above outlets, gets power; None: it stays without."""
        if source not in self._windows:
            if isinstance(source, Cord):
                self._windows[source] = self._outlet_window(source)
            else:
                self._windows[source] = self._node_window(source)
        return self._windows[source]

    def _outlet_window(self, cord: Cord) -> Optional[Window]:
        node, unit = self._graph.outlets[cord], self.of(HallNode("pdu", cord.pdu))
        if unit is None or self._after.alive(node) == NO:
            return None
        outlet = self._readings.outlet(*cord)
        relayless = outlet is not None and self._readings.pdus[cord.pdu].metered
        restart = unit if relayless else self._restart_window(outlet, unit)
        if self._before.alive(node) == YES and unit.kept:
            window = self._unchanged_window(outlet, relayless, Window(kept=True))
        elif self._before.alive(node) == NO and not unit.kept:
            window = restart
        else:
            # it may have kept its power: then it is as it was, else it starts
            cases = (self._unchanged_window(outlet, relayless, Window()), restart)
            sure = all(case is not None and case.sure for case in cases)
            window = None if cases == (None, None) else Window(0.0, None, sure)
        if window is not None and self._after.alive(node) != YES:
            window = window._replace(sure=False)
        return window

    @staticmethod
    def _unchanged_window(
        outlet: Optional[PolledOutlet], relayless: bool, window: Window
    ) -> Optional[Window]:
        if outlet is None:
            return _MAYBE
        if outlet.state is UP or (relayless and outlet.state is not DOWN):
            return window
        return None if outlet.state is DOWN else _MAYBE

    @staticmethod
    def _restart_window(outlet: Optional[PolledOutlet], unit: Window) -> Optional[Window]:
        policy = None if outlet is None else outlet.power_on
        state = "" if policy is None else policy.state
        if state == LAST and outlet is not None:
            state = {UP: ON, DOWN: OFF}.get(outlet.state, "")
        if state == OFF:
            return None
        window = unit.outlet_window(policy)
        return window if state == ON else window._replace(latest=None, sure=False)

    # ---- upwards ---------------------------------------------------------------------------------

    def _node_window(self, node: HallNode) -> Optional[Window]:
        number = self._graph.nodes[node]
        above: Optional[Window] = Window(kept=True)
        if node.kind != "feed":
            # a line has power when its panel has it
            board = self._drawing.panels[node.owner].node if node.owner else node
            above = self._first_window(self._inputs[board])
        if above is None or self._after.alive(number) == NO:
            return None
        is_kept = above.kept and self._before.alive(number) == YES
        return above._replace(sure=above.sure and self._after.alive(number) == YES, kept=is_kept)

    def _first_window(self, inputs: tuple[Input, ...]) -> Optional[Window]:
        """When one of these has power: with several, the first."""
        windows = [window for window in map(self.of, inputs) if window is not None]
        if not windows:
            return None
        ends = [window.latest for window in windows if window.sure and window.latest is not None]
        return Window(
            min(window.earliest for window in windows),
            min(ends) if ends else None,
            any(window.sure for window in windows),
            any(window.kept for window in windows),
        )
