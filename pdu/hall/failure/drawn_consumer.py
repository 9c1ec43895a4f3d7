"""What hangs on some cords, as it is drawn and read, and as the walk takes it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ..walk.arithmetic import MAYBE, NO, YES, Interval, OutletPool
from ..walk.hall_state import Consumer
from ..walk.load_limits import HIGH, LEAST_POWER_FACTOR, LOW
from ..walk.power import Supply
from ..walk.verdicts import FILTER_A, CordNow, Now

_WORKS = {Now.CARRIES: YES, Now.WORKS: YES, Now.OFF: YES}
_CLOSED = {Now.OFF: NO, Now.UNKNOWN: MAYBE, Now.UNREAD: MAYBE, Now.CONTRADICTORY: MAYBE}
#: how much of a machine's current a supply takes: nobody knows
ANY_SHARE = Interval(1e-9, float("inf"), 1.0)
_NO_SHARE = ANY_SHARE._replace(likely=0.0)


class DrawnConsumer(NamedTuple):
    """What hangs on some cords: a machine, or all that nobody drew in one rack."""

    cords: tuple[CordNow, ...]
    #: their nodes in the graph
    nodes: tuple[int, ...]
    needs: int
    #: for each cord what bounds its current if it has no meter
    pools: tuple[OutletPool, ...]
    #: for each cord, by what its amperes count in the walk; () where all count alike
    volts: tuple[float, ...]
    #: False: several things of which it is not known which cords belong together
    is_drawn: bool = True
    #: of these, the nodes to which its current may go
    rack: tuple[int, ...] = ()

    def walk_cords(self) -> Sequence[CordNow]:
        """The cords with their currents as the walk counts them: in VA where voltages differ."""
        if not self.volts:
            return self.cords
        return [
            cord._replace(
                low_a=cord.low_a * volts,
                high_a=None if cord.high_a is None else cord.high_a * volts,
            )
            for cord, volts in zip(self.cords, self.volts)
        ]

    @property
    def spread(self) -> float:
        """How far a current may be another one, in VA, at another voltage of the same machine."""
        # what nobody drew may have a cord at any voltage of the hall
        is_mixed = len(set(self.volts)) > 1 or (self.volts and not self.is_drawn)
        return LEAST_POWER_FACTOR if is_mixed else 1.0

    def _volts_of(self, place: int) -> float:
        return self.volts[place] if self.volts else 1.0

    def _least(self, place: int) -> float:
        """What a cord surely adds to a sum, as the walk counts it: the current of an input filter
        is a quarter of a turn ahead of the others, so it adds hardly anything.
        """
        cord = self.cords[place]
        may_be_less = cord.now is Now.WORKS or not self.is_drawn
        is_filter = cord.now in (Now.IDLE, Now.WEAK) or (may_be_less and cord.low_a <= FILTER_A)
        return 0.0 if is_filter else cord.low_a * self._volts_of(place)

    def filter_high(self, place: int) -> float:
        """The most that a cord draws while its machine does not run, as the walk counts it."""
        cord = self.cords[place]
        is_read = cord.now in (Now.IDLE, Now.WEAK) and cord.high_a is not None
        most = HIGH * cord.known_a if is_read else FILTER_A
        return most * self._volts_of(place)

    def walk_consumer(self, likely_a: Mapping[OutletPool, float]) -> Consumer:
        """As the walk takes it. `likely_a`: pool -> what each of its outlets carries if they are
        alike.
        """
        cords = self.walk_cords()
        least = [self._least(place) for place in range(len(cords))]
        supplies: list[Supply] = []
        for place, (cord, node, pool) in enumerate(zip(cords, self.nodes, self.pools)):
            likely = (cord.low_a + cord.known_a) / 2
            likely += likely_a.get(pool, 0.0) if cord.high_a is None else 0.0
            unmetered_pools = (pool,) if cord.high_a is None else ()
            now = Interval(LOW * least[place], HIGH * cord.known_a, likely, unmetered_pools)
            share = ANY_SHARE if cord.now in (Now.CARRIES, Now.WORKS) else _NO_SHARE
            works, closed = _WORKS.get(cord.now, MAYBE), _CLOSED.get(cord.now, YES)
            supplies.append(Supply(node, now, works, share, closed, self.filter_high(place)))
        low = sum(least)
        high = sum(cord.known_a for cord in cords)
        pools = [pool for cord, pool in zip(cords, self.pools) if cord.high_a is None]
        likely = (low + high) / 2 + sum(likely_a.get(pool, 0.0) for pool in pools)
        total = Interval(
            LOW * low * self.spread,
            HIGH * high / self.spread,
            likely,
            tuple(dict.fromkeys(pools)),
            keeps=self.spread == 1.0,
        )
        return Consumer(supplies, self.needs, total, self.is_drawn, self.rack, spread=self.spread)
