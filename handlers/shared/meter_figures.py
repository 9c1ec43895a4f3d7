"""The figures of one meter."""

from __future__ import annotations

from typing import NamedTuple, Optional


class MeterFigures(NamedTuple):
    """What a meter shows of an outlet, a branch circuit or an inlet; None for a figure that it does
    not measure, that is not known, or that was not asked for.
    """

    #: in A
    current_a: Optional[float] = None
    #: active power in W
    power_w: Optional[float] = None
    #: in kWh, cumulative, as the device counts
    energy_kwh: Optional[float] = None

    @property
    def has_load(self) -> bool:
        """Whether it shows what flows now, if only 0 A."""
        return self.current_a is not None or self.power_w is not None
