"""The most that a supply delivers: of outlets and of PDUs, by the owner and by the drawing."""

from __future__ import annotations

from pathlib import Path
from typing import Optional

import pytest

from handlers.shared.errors import SettingsError
from pdu.energy.registers.meter_facts import Meters, RegisterFacts
from pdu.energy.registers.poll import OWN
from pdu.site.drawing import drawing_file

OUTLETS = ("1", "2", "3")
_OVER = 1.13 * 1.1


def meters(
    folder: Path, outlet: Optional[float], pdu: Optional[float], rows: str = "", drawn: str = ""
) -> Meters:
    path = hall = ""
    if rows:
        path = str(folder / "meters.csv")
        Path(path).write_text(rows)
    if drawn:
        hall = str(folder / "hall.power.toml")
        Path(hall).write_text(drawn)
    pdus = drawing_file.read_drawing(hall).pdus if hall else {}
    return Meters(RegisterFacts(limit_kw=outlet), path, pdu, pdus)


def limits(found: Meters, name: str = "rack1") -> list[Optional[float]]:
    return [found.of(name, one, None, OUTLETS).limit_kw for one in (OWN, *OUTLETS)]


def test_one_figure_is_never_both_an_outlets_and_a_pdus(tmp_path: Path) -> None:
    assert limits(meters(tmp_path, 2.0, None)) == [6.0, 2.0, 2.0, 2.0]
    assert limits(meters(tmp_path, 2.0, 3.0)) == [3.0, 2.0, 2.0, 2.0]
    assert limits(meters(tmp_path, 2.0, 1.0)) == [1.0, 1.0, 1.0, 1.0]
    assert limits(meters(tmp_path, None, 3.0)) == [3.0, 3.0, 3.0, 3.0]
    rows = "pdu,outlet,limit_kw\nrack*,,9\nrack1,*,2\nrack1,3,1\n"
    assert limits(meters(tmp_path, None, None, rows)) == [9.0, 2.0, 2.0, 1.0]
    for found in (meters(tmp_path, None, None), meters(tmp_path, None, None, rows)):
        with pytest.raises(SettingsError, match="--pdu-limit-kw"):
            found.of("other", OWN, None, OUTLETS)
    with pytest.raises(SettingsError, match="--limit-kw"):
        meters(tmp_path, None, None).of("other", "1", None, OUTLETS)


def test_other_figures_of_a_row_without_an_outlet_are_of_all_registers(tmp_path: Path) -> None:
    rows = "pdu,outlet,limit_kw,step_kwh\nrack1,,9,0.1\nrack1,2,,0.5\n"
    found = meters(tmp_path, 2.0, None, rows)
    steps = [found.of("rack1", one, None, OUTLETS).step_kwh for one in (OWN, *OUTLETS)]
    assert steps == [0.1, 0.1, 0.5, 0.1] and limits(found) == [9.0, 2.0, 2.0, 2.0]


HALL = """
feed = [
  { name = "A", breaker_a = 32, voltage_v = 230 },
  { name = "B", breaker_a = 32, voltage_v = 48 },
]
machine = []

[[pdu]]
name = "rack1"
inputs = ["A"]

[[pdu.breaker]]
name = "B1"
breaker_a = 10
outlets = ["2"]

[[pdu]]
name = "rack2"
inputs = ["A"]

[[pdu.line]]
name = "L1"
outlets = ["1", "3"]

[[pdu.line]]
name = "L2"
outlets = ["2", "3"]

[[pdu]]
name = "rack3"
inputs = ["B"]
"""


def test_the_drawings_breakers_and_voltages_are_limits(tmp_path: Path) -> None:
    found = meters(tmp_path, None, None, drawn=HALL)
    inlet, breaker = 32 * 0.23 * _OVER, 10 * 0.23 * _OVER
    assert limits(found) == pytest.approx([inlet, inlet, breaker, inlet])
    # outlet 3 is between two lines
    assert limits(found, "rack2") == pytest.approx([2 * inlet, inlet, inlet, 2 * inlet])
    assert limits(meters(tmp_path, 2.0, None, drawn=HALL)) == pytest.approx([inlet, 2, 2, 2])
    assert found.of("rack1", "1").volts == 230.0 and found.of("rack3", "1").volts == 48.0
