"""What a machine's cords carry before a step, while one of them is off, and after it. Pure."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Optional

from ...core.drawing.drawing import Cord
from ...core.machines.meters import MeteredLoad
from ..walk.verdicts import LEAST_SHARE

# the other cords take over this part of what a cord carried, at least and at most
_LEAST, _MOST = 0.5, 1.5
# a machine's load may change by this part while a step is taken, beyond the swing that was seen
_CHANGE = 0.1


class StepLoads:
    """The readings of one step. Times are in s, of one clock."""

    def __init__(
        self,
        loads_before: Sequence[Mapping[Cord, MeteredLoad]],
        lost: Collection[Cord],
        least_a: float,
    ) -> None:
        """`loads_before`: what each cord showed before the first command, reading by reading."""
        self._before = loads_before
        #: the least that the other cords have to carry while one is off, in A
        self.least_a = least_a
        #: the cords that carried before the command, and are switched off
        self.lost = lost
        #: from when on all meters show the command
        self.shown_at = math.inf
        self._after: list[tuple[float, Mapping[Cord, MeteredLoad]]] = []
        known_loads = [load for look in loads_before for load in look.values() if load.is_known]
        self._is_watts = all(load.power_w is not None for load in known_loads)
        self._unit = "W" if self._is_watts else "A"

    def add(self, at: float, loads: Mapping[Cord, MeteredLoad]) -> None:
        """A reading after the first command."""
        self._after.append((at, loads))

    @property
    def metered_cords(self) -> set[Cord]:
        """The cords that showed a figure in all readings before."""
        cords = set(self._before[0]) if self._before else set()
        return {cord for cord in cords if all(look[cord].is_known for look in self._before)}

    def not_taken_over(self) -> str:
        """Why the other cords are not seen to carry what these lost; "" if they are."""
        if not self.lost:
            return ""
        others = [cord for cord in self._before[0] if cord not in self.lost]
        mates = [cord for cord in others if cord in self.metered_cords]
        # what they have to show: all of it or, if some are not metered, the least that the metered
        # ones of supplies that work take
        share = 1.0 if mates == others else LEAST_SHARE * len(mates) / len(others)
        fall, before = self._mean(self.lost, self._before), self._mean(mates, self._before)
        now = self._mean(mates, self._loads_since(self.shown_at))
        why = "its other cords did not take over what it carried"
        if not fall or before is None or now is None:
            return f"{why}: they were not read before and after"
        rise = now - before
        if _LEAST * share * fall <= rise <= _MOST * fall:
            return ""
        return (
            f"{why}: {_names(self.lost)} carried {fall:.4g} {self._unit}, and {_names(mates)} went"
            f" from {before:.4g} to {now:.4g} {self._unit}: a cord is in another outlet, or a"
            " supply is not drawn"
        )

    def not_as_before(self, since: float) -> str:
        """Why the machine does not carry what it did before; "" if it does, within its swing, or is
        not metered.
        """
        cords = self.metered_cords
        sums = [self._sum(cords, look) for look in self._before] if cords else []
        now = self._mean(cords, self._loads_since(since)) if cords else None
        if not sums or now is None:
            return ""
        slack = max(sums) - min(sums) + _CHANGE * max(sums)
        if min(sums) - slack <= now <= max(sums) + slack:
            return ""
        return (
            f"it carried {min(sums):.4g} to {max(sums):.4g} {self._unit} before, and carries"
            f" {now:.4g} {self._unit}: it may have fallen"
        )

    def _loads_since(self, since: float) -> list[Mapping[Cord, MeteredLoad]]:
        return [loads for at, loads in self._after if at >= since]

    def _mean(
        self, cords: Collection[Cord], looks: Sequence[Mapping[Cord, MeteredLoad]]
    ) -> Optional[float]:
        sums = [self._sum(cords, look) for look in looks]
        return math.fsum(sums) / len(sums) if sums else None

    def _sum(self, cords: Collection[Cord], look: Mapping[Cord, MeteredLoad]) -> float:
        loads = [look.get(cord, MeteredLoad()) for cord in cords]
        return math.fsum(
            (load.power_w if self._is_watts else load.current_a) or 0.0 for load in loads
        )


def _names(cords: Collection[Cord]) -> str:
    return ", ".join(map(str, cords))
