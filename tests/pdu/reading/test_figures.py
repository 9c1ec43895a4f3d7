"""The tables of figures, from which texts, JSON and CSV are made."""

from __future__ import annotations

from handlers.shared.meter_figures import MeterFigures
from pdu.reading.figures import OUTLET_FIGURES, PDU_FIGURES


def test_the_table_has_each_figure_of_a_meter_once() -> None:
    assert sorted(figure.key for figure in OUTLET_FIGURES) == sorted(MeterFigures._fields)


def test_no_two_figures_have_one_place() -> None:
    for rows in (PDU_FIGURES, OUTLET_FIGURES):
        assert len({row.key for row in rows}) == len(rows)
