"""What figures of a meter say about power: that a cord carries it, that it no longer does. Pure.

Watts are preferred to amperes, because the filter of an idle supply draws reactive current.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Optional

# a figure must have fallen to less than this part, in the meter's worst rounding
_FALL = 0.5
# The threshold is in A; watts are compared with what it is at the lowest mains voltage.
_VOLTS = 100.0
# steps that devices' figures have; one that is taken for coarser than it is proves less, never more
_STEPS_A = (1.0, 0.1, 0.01, 0.001)
_STEPS_W = (100.0, 10.0, 1.0, 0.1, 0.01)


class MeteredLoad(NamedTuple):
    """What a meter shows of one outlet; None for what it does not measure, or not now."""

    current_a: Optional[float] = None
    power_w: Optional[float] = None

    @property
    def is_known(self) -> bool:
        """Whether it was measured at all."""
        return self.current_a is not None or self.power_w is not None

    def __str__(self) -> str:
        figures = [] if self.current_a is None else [f"{self.current_a:g} A"]
        figures += [] if self.power_w is None else [f"{self.power_w:g} W"]
        return ", ".join(figures) or "no figure"


class MeterResolution(NamedTuple):
    """The resolution of a PDU's outlet meters, by the finest figures that it has shown."""

    current_a: float = _STEPS_A[0]
    power_w: float = _STEPS_W[0]

    def finer(self, draws: Iterable[MeteredLoad]) -> MeterResolution:
        """With these figures as well."""
        loads = list(draws)
        return MeterResolution(
            min(self.current_a, _step((load.current_a for load in loads), _STEPS_A)),
            min(self.power_w, _step((load.power_w for load in loads), _STEPS_W)),
        )


def _step(figures: Iterable[Optional[float]], steps: Sequence[float]) -> float:
    values = [value for value in figures if value]
    fits = (
        step
        for step in steps
        if all(abs(value / step - round(value / step)) < 1e-6 for value in values)
    )
    return next(fits, steps[-1])


class MeterThreshold(NamedTuple):
    """How a figure is read: below `threshold_a` it counts as none."""

    threshold_a: float
    steps: MeterResolution = MeterResolution()

    @property
    def threshold_w(self) -> float:
        """The same for watts."""
        return _VOLTS * self.threshold_a


class _Figures(NamedTuple):
    """Two readings in one quantity, with its step and threshold."""

    figure_before: float
    figure_after: float
    step: float
    threshold: float


def _comparable(
    load_before: MeteredLoad, load_after: MeteredLoad, meter: MeterThreshold
) -> Optional[_Figures]:
    """In watts where both have them, else in amperes, else None."""
    if load_before.power_w is not None and load_after.power_w is not None:
        return _Figures(
            load_before.power_w, load_after.power_w, meter.steps.power_w, meter.threshold_w
        )
    if load_before.current_a is not None and load_after.current_a is not None:
        return _Figures(
            load_before.current_a, load_after.current_a, meter.steps.current_a, meter.threshold_a
        )
    return None


def is_nothing(draw: MeteredLoad, meter: MeterThreshold) -> bool:
    """Whether every figure is below the threshold, and there is one."""
    current = draw.current_a is None or abs(draw.current_a) < meter.threshold_a
    power = draw.power_w is None or abs(draw.power_w) < meter.threshold_w
    return draw.is_known and current and power


def shows(draw: MeteredLoad, meter: MeterThreshold) -> bool:
    """Whether a figure is not below the threshold; it may be a rounding."""
    return draw.is_known and not is_nothing(draw, meter)


def carries(draw: MeteredLoad, meter: MeterThreshold) -> bool:
    """Whether power surely flows: the figure is no rounding of nothing."""
    figures = _comparable(draw, draw, meter)
    return figures is not None and figures.figure_before >= max(figures.threshold, 2 * figures.step)


def fell(load_before: MeteredLoad, load_after: MeteredLoad, meter: MeterThreshold) -> bool:
    """Whether the outlet carried power that it does not carry any more."""
    figures = _comparable(load_before, load_after, meter)
    if figures is None or not carries(load_before, meter) or not is_nothing(load_after, meter):
        return False
    return abs(figures.figure_after) + figures.step <= _FALL * figures.figure_before
