"""The tables of figures, from which texts, JSON, CSV and metrics are made."""

from __future__ import annotations

import pytest

from handlers.shared.meter_figures import MeterFigures
from pdu.reading.figures import OUTLET_FIGURES, PDU_FIGURES


def test_the_table_has_each_figure_of_a_meter_once() -> None:
    assert sorted(figure.key for figure in OUTLET_FIGURES) == sorted(MeterFigures._fields)


@pytest.mark.parametrize("name", ["key", "metric"])
def test_no_two_figures_have_one_place(name: str) -> None:
    for rows in (PDU_FIGURES, OUTLET_FIGURES):
        assert len({getattr(row, name) for row in rows}) == len(rows)
