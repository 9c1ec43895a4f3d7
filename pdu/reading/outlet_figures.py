"""The figures of an outlet: where each stands in a handler's answer, JSON, CSV, tables and
metrics. Tools take theirs from this table.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

JOULES = 3_600_000.0  # joules in one kWh


class OutletFigure(NamedTuple):
    """One figure. Names are "" where it is not shown."""

    #: its field in `MeterFigures`; its key in JSON, and its column in CSV
    key: str
    #: the head of its column
    unit: str
    #: its name in Prometheus, what that says, and how many of its units one of `unit` is
    metric: str
    about: str
    metric_units: float = 1.0
    #: whether it only rises
    is_counter: bool = False
    #: whether a device answers further requests for it, so that it is read only where it is needed
    is_costly: bool = False


OUTLET_FIGURES: Sequence[OutletFigure] = (
    OutletFigure(
        "current_a",
        "A",
        "pdu_outlet_current_amperes",
        "Current of the outlet.",
    ),
    OutletFigure(
        "power_w",
        "W",
        "pdu_outlet_power_watts",
        "Active power of the outlet.",
        is_costly=True,
    ),
    OutletFigure(
        "energy_kwh",
        "kWh",
        "pdu_outlet_energy_joules",
        "Energy that the outlet has counted.",
        metric_units=JOULES,
        is_counter=True,
    ),
)
