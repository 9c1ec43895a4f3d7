"""An outlet as --json and --csv print it. What its keys are called, and which command prints which,
is written here alone; docs/json.md promises them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Callable

from handlers.shared.meter_figures import measured

from ..cli import states
from .figures import OUTLET_FIGURES
from .parts import PolledOutlet

#: what is known of an outlet beside its figures, by its key
TEXTS: Mapping[str, Callable[[PolledOutlet], str]] = {
    "identity": lambda outlet: outlet.identity,
    "number": lambda outlet: outlet.number,
    "name": lambda outlet: outlet.name,
    "state": lambda outlet: states.word(outlet.state),
}
_FIGURES = {row.key: row for row in OUTLET_FIGURES}
#: command -> the keys of an outlet, in their order
KEYS: Mapping[str, Sequence[str]] = {
    "status": ("identity", "state", "number", "name"),
    "statistic": ("identity", *_FIGURES),
    "outlets": ("identity", "number", "name", "state", *_FIGURES),
    "on": ("identity", "number", "state"),
    "off": ("identity", "number", "state"),
    "cycle": ("identity", "number", "state"),
    "where": ("identity", "number", "name", "state"),
    # it asks for no figure that is costly
    "check": ("identity", "state", *[key for key, row in _FIGURES.items() if not row.is_costly]),
}


def outlet_record(command: str, outlet: PolledOutlet) -> dict[str, object]:
    """The outlet as a command, such as "status", prints it: key → text or figure; None for a figure
    that has no value.

    >>> from handlers.shared.meter_figures import MeterFigures
    >>> web = PolledOutlet("7", states.UP, name="web-7", figures=MeterFigures(current_a=0.5))
    >>> outlet_record("status", web)
    {'identity': '7', 'state': 'on', 'number': '', 'name': 'web-7'}
    >>> outlet_record("check", web)
    {'identity': '7', 'state': 'on', 'current_a': 0.5, 'energy_kwh': None}
    """
    record: dict[str, object] = {}
    for key in KEYS[command]:
        if key in TEXTS:
            record[key] = TEXTS[key](outlet)
        else:
            record[key] = measured(_FIGURES[key].of(outlet.figures))
    return record
