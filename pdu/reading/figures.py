"""The figures of a PDU and of an outlet, each in one row: where it is in a reading, and its name in
texts, JSON, CSV and metrics. What shows a reading takes its figures from here.

A figure is a number; None or NotMetered if the PDU does not meter it; NotKnown with a reason if the
PDU meters it and it cannot be read now (a lost figure); NOT_ASKED if it was not asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Callable, NamedTuple, Union

from handlers.shared.meter_figures import (
    NOT_ASKED,
    Figure,
    MeterFigures,
    NotKnown,
    measured,
    reason_without,
)
from handlers.shared.unknown_states import reason_sentences

from ..cli import output
from .parts import Reading

_NOT_METERED_CELL, _NOT_KNOWN_CELL = "-", "?"
#: the cell of a figure without a value -> what it says
ABSENT_CELLS = {_NOT_METERED_CELL: output.NOT_METERED, _NOT_KNOWN_CELL: output.NOT_KNOWN}


class FigureRow(NamedTuple):
    """One figure: `FigureRow("current_a", "current", "A")` is in the field `current_a` of an
    outlet's figures, in the key `current_a` of JSON, and in a column below `A`.
    """

    #: its field in `MeterFigures` or `Reading`; its key in JSON, and its column in CSV
    key: str
    #: its name in sentences
    word: str
    #: the head of its column
    unit: str
    #: whether a device answers further requests for it, so that it is read only where it is needed
    is_costly: bool = False
    #: its field, if that is not `key`
    field: str = ""

    def of(self, record: Union[Reading, MeterFigures]) -> Figure:
        """The figure of this row in a reading of a PDU, or among the figures of an outlet.

        >>> FigureRow("current_a", "current", "A").of(MeterFigures(current_a=0.5))
        0.5
        """
        figure: Figure = getattr(record, self.field or self.key)
        return figure


PDU_FIGURES: Sequence[FigureRow] = (
    FigureRow("load_a", "load", "A"),
    FigureRow("power_w", "power", "W", field="total_w"),
    FigureRow("energy_kwh", "energy", "kWh"),
)
OUTLET_FIGURES: Sequence[FigureRow] = (
    FigureRow("current_a", "current", "A"),
    FigureRow("power_w", "power", "W", is_costly=True),
    FigureRow("energy_kwh", "energy", "kWh"),
)


# ---- what is said of a figure without a value ----------------------------------------------------


def is_lost(figure: Figure) -> bool:
    """Whether the PDU has the figure, and it is not known now.

    >>> is_lost(NotKnown("silent")), is_lost(None), is_lost(NOT_ASKED), is_lost(0.5)
    (True, False, False, False)
    """
    return isinstance(figure, NotKnown) and figure != NOT_ASKED


def is_metered(figure: Figure) -> bool:
    """Whether the PDU has the figure, known now or not.

    >>> is_metered(0.5), is_metered(NotKnown("silent")), is_metered(None)
    (True, True, False)
    """
    return measured(figure) is not None or is_lost(figure)


def figure_cell(figure: Figure) -> str:
    """The text of a figure in a cell of a table, whose head has the unit: its value, `-` if it is
    not metered, `?` if it is not known now.

    >>> figure_cell(0.5), figure_cell(NotKnown("silent")), figure_cell(None)
    ('0.5', '?', '-')
    """
    if is_lost(figure):
        return _NOT_KNOWN_CELL
    value = measured(figure)
    return _NOT_METERED_CELL if value is None else output.figure(value)


def figure_text(figure: Figure, unit: str = "", *, is_hidden: bool = False) -> str:
    """The text of a figure in a sentence: its value with its unit, else `not known` or `not
    metered`. `is_hidden`: other parts could not be read, so that the PDU may meter a figure that is
    None.

    >>> figure_text(0.5, "A"), figure_text(None, "A"), figure_text(NotKnown("silent"), "A")
    ('0.5 A', 'not metered', 'not known')
    >>> figure_text(None, "A", is_hidden=True)
    'not known'
    """
    value = measured(figure)
    if value is None and (is_hidden or is_lost(figure)):
        return output.NOT_KNOWN
    return output.figure(value, unit)


def reason_missing(figure: Figure) -> str:
    """Why a figure is not known now; "" for one with a value, and for one that is not metered.

    >>> reason_missing(NotKnown("silent")), reason_missing(0.5), reason_missing(NotKnown(""))
    ('silent', '', 'it is not said why')
    """
    if not is_lost(figure):
        return ""
    return reason_without(figure) or "it is not said why"


def missing_sentences(
    reading: Reading,
    pdu_rows: Sequence[FigureRow],
    outlet_rows: Sequence[FigureRow],
    reason: Callable[[Figure], str] = reason_without,
) -> Iterator[str]:
    """Yields sentences that say why figures of the PDU, its outlets, lines and breakers have no
    value, for those with a reason. `pdu_rows`, `outlet_rows`: which figures. `reason`: returns the
    reason of a figure, "" for none; `reason_missing` leaves out those that are not metered.

    >>> reading = Reading(load_a=NotKnown("the sensor is not valid"))
    >>> list(missing_sentences(reading, PDU_FIGURES, OUTLET_FIGURES))
    ['no load: the sensor is not valid']
    """
    for row in pdu_rows:
        why = reason(row.of(reading))
        if why:
            yield f"no {row.word}: {why}"
    for row in outlet_rows:
        reasons: list[tuple[str, str]] = []
        for outlet in reading.outlets:
            why = reason(row.of(outlet.figures))
            reasons.append((outlet.identity, why))
        for sentence in reason_sentences(reasons):
            yield f"no {row.word}: {sentence}"
    for part in reading.meters:
        why = reason(part.current_a)
        if why:
            yield f"no current of {part.label}: {why}"
