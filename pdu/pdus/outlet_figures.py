"""The figures of an outlet: where each stands in a handler's answer, JSON, CSV, tables, metrics,
the journal and NUT's variables. Tools take theirs from this table.
"""

from __future__ import annotations

from collections.abc import Sequence

from handlers.shared.named_tuples import NamedTuple

JOULES = 3_600_000.0  # joules in one kWh
_WH = 1000.0  # Wh in one kWh


class OutletFigure(NamedTuple):
    """One figure. Names are "" where it is not shown."""

    #: its field in `MeterFigures`; its key in JSON, and its column in CSV
    key: str
    #: the head of its column
    unit: str
    #: its key in `pdu statistic --json`, which has DCImanager's word for energy
    statistic_key: str
    #: its name in Prometheus, what that says, and how many of its units one of `unit` is
    metric: str
    about: str
    metric_units: float = 1.0
    #: whether it only rises; then the journal has it as it was read, as evidence, and first
    is_counter: bool = False
    #: whether a device answers further requests for it, so that it is read only where it is needed
    is_costly: bool = False
    #: its key in a poll of the journal
    journal_key: str = ""
    #: its NUT variable below `outlet.N.`, and how many of its units one of `unit` is
    nut_variable: str = ""
    nut_units: float = 1.0


OUTLET_FIGURES: Sequence[OutletFigure] = (
    OutletFigure(
        "current_a",
        "A",
        "current_a",
        "pdu_outlet_current_amperes",
        "Current of the outlet.",
        journal_key="amps",
        nut_variable="current",
    ),
    OutletFigure(
        "power_w",
        "W",
        "power_w",
        "pdu_outlet_power_watts",
        "Active power of the outlet.",
        is_costly=True,
        journal_key="watts",
        nut_variable="realpower",
    ),
    OutletFigure(
        "energy_kwh",
        "kWh",
        "consumption_kwh",
        "pdu_outlet_energy_joules",
        "Energy that the outlet has counted.",
        metric_units=JOULES,
        is_counter=True,
        journal_key="kwh",
        nut_variable="energy",
        nut_units=_WH,
    ),
)
#: those in the journal, in its order: counters, then the others
JOURNAL_FIGURES: Sequence[OutletFigure] = sorted(
    (figure for figure in OUTLET_FIGURES if figure.journal_key),
    key=lambda figure: not figure.is_counter,
)
