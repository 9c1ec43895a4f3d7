"""What a machine's cords carry before a step, while one of them is off, and after it. Pure."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence

from ...site.drawing.drawing import Cord
from ...site.machines.meters import MeteredLoad
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
        """`loads_before`: what each cord showed before the first command, reading by reading; the
        same cords show a figure in each. `lost`: those that carried, and are switched off.
        """
        self._before, self._lost = loads_before, lost
        #: the least that the other cords have to carry while one is off, in A
        self.least_a = least_a
        #: from when on all meters show the command
        self.shown_at = math.inf
        self._after: list[tuple[float, Mapping[Cord, MeteredLoad]]] = []
        self._metered = [cord for cord, load in loads_before[0].items() if load.is_known]
        loads = [look[cord] for look in loads_before for cord in self._metered]
        self._is_watts = all(load.power_w is not None for load in loads)
        self._unit = "W" if self._is_watts else "A"

    def add(self, at: float, loads: Mapping[Cord, MeteredLoad]) -> None:
        """A reading after the first command."""
        self._after.append((at, loads))

    def not_taken_over(self) -> str:
        """Why the other cords are not seen to carry what these lost; "" if they are."""
        others = [cord for cord in self._before[0] if cord not in self._lost]
        mates = [cord for cord in others if cord in self._metered]
        # what they have to show: all of it or, if some are not metered, the least that the metered
        # ones of supplies that work take
        share = 1.0 if mates == others else LEAST_SHARE * len(mates) / len(others)
        fall, before = self._mean(self._lost, self._before), self._mean(mates, self._before)
        looks = self._loads_since(self.shown_at)
        why = "its other cords did not take over what it carried"
        if not fall or not looks:
            return f"{why}: they were not read before and after"
        now = self._mean(mates, looks)
        if _LEAST * share * fall <= now - before <= _MOST * fall:
            return ""
        return (
            f"{why}: {_names(self._lost)} carried {fall:.4g} {self._unit}, and {_names(mates)} went"
            f" from {before:.4g} to {now:.4g} {self._unit}: a cord is in another outlet, or a"
            " supply is not drawn"
        )

    def not_as_before(self, since: float) -> str:
        """Why the machine does not carry what it did before; "" if it does, within its swing.
        `since`: when a reading was added, or before that.
        """
        sums = [self._sum(self._metered, look) for look in self._before]
        now = self._mean(self._metered, self._loads_since(since))
        slack = max(sums) - min(sums) + _CHANGE * max(sums)
        if min(sums) - slack <= now <= max(sums) + slack:
            return ""
        return (
            f"it carried {min(sums):.4g} to {max(sums):.4g} {self._unit} before, and carries"
            f" {now:.4g} {self._unit}: it may have fallen"
        )

    def _loads_since(self, since: float) -> list[Mapping[Cord, MeteredLoad]]:
        return [loads for at, loads in self._after if at >= since]

    def _mean(self, cords: Collection[Cord], looks: Sequence[Mapping[Cord, MeteredLoad]]) -> float:
        return math.fsum(self._sum(cords, look) for look in looks) / len(looks)

    def _sum(self, cords: Collection[Cord], look: Mapping[Cord, MeteredLoad]) -> float:
        loads = [look[cord] for cord in cords]
        return math.fsum(
            (load.power_w if self._is_watts else load.current_a) or 0.0 for load in loads
        )


def _names(cords: Collection[Cord]) -> str:
    return ", ".join(map(str, cords))
