"""What figures of a meter say about power: that something flows, that nothing does. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Optional

from handlers.shared.meter_figures import MeterFigures

#: the lowest mains voltage: a threshold in A is so many times as many W
VOLTS = 100.0
# steps that devices' figures have; one that is taken for coarser than it is proves less, never more
_STEPS_A = (1.0, 0.1, 0.01, 0.001)
_STEPS_W = (100.0, 10.0, 1.0, 0.1, 0.01)


class MeterResolution(NamedTuple):
    """The resolution of a PDU's outlet meters, by the finest figures that it has shown."""

    current_a: float = _STEPS_A[0]
    power_w: float = _STEPS_W[0]

    def finer(self, draws: Iterable[MeterFigures]) -> MeterResolution:
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


def load_text(draw: MeterFigures) -> str:
    """The current and the power for people."""
    figures = [] if draw.current_a is None else [f"{draw.current_a:g} A"]
    figures += [] if draw.power_w is None else [f"{draw.power_w:g} W"]
    return ", ".join(figures) or "no figure"


def is_nothing(draw: MeterFigures, threshold_a: float) -> bool:
    """Whether every figure is below the threshold, in watts below what it is at the lowest mains
    voltage, and there is one.
    """
    current = draw.current_a is None or abs(draw.current_a) < threshold_a
    power = draw.power_w is None or abs(draw.power_w) < VOLTS * threshold_a
    return draw.has_load and current and power
