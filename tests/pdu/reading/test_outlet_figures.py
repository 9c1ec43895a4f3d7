"""The table of an outlet's figures, from which JSON, CSV and metrics are made."""

from __future__ import annotations

import pytest

from handlers.shared.meter_figures import MeterFigures
from pdu.reading.outlet_figures import OUTLET_FIGURES


def test_the_table_has_each_figure_of_a_meter_once() -> None:
    assert sorted(figure.key for figure in OUTLET_FIGURES) == sorted(MeterFigures._fields)


@pytest.mark.parametrize("name", ["key", "metric"])
def test_no_two_figures_have_one_place(name: str) -> None:
    places = [getattr(figure, name) for figure in OUTLET_FIGURES if getattr(figure, name)]
    assert len(set(places)) == len(places)
