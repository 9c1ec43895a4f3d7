"""Small devices made from public reports, each read as its report shows.

`reported/reports.json` has the thread of each, and what it shows in A, W and kWh; null: no figure.
Values are those of the report. Objects that a report does not show are from the MIB.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Optional

import pytest

from handlers.shared.errors import Unsupported
from handlers.snmp import detection
from handlers.snmp.profiles import PROFILES
from tests.handlers.snmp.exact_figures import read_exactly
from tests.handlers.snmp.memory import of_rows
from tests.handlers.snmp.units import STATES
from tests.simulators.snmp_agent import read_snmprec

FOLDER = Path(__file__).with_name("reported")
REPORTS = json.loads((FOLDER / "reports.json").read_text("utf-8"))


@pytest.mark.against("devices made from public reports, in memory")
@pytest.mark.parametrize("report", REPORTS, ids=lambda report: str(report["name"]))
def test_a_reported_unit_is_read_as_its_report_shows(report: Mapping[str, Any]) -> None:
    snmprec = (FOLDER / f"{report['name']}.snmprec").read_text("utf-8")
    memory = of_rows(read_snmprec(snmprec))
    if not report["family"]:
        with pytest.raises(Unsupported):
            detection.detect(memory, PROFILES)
        return

    device = detection.detect(memory, PROFILES)
    reading = read_exactly(device)

    assert device.profile.key == report["family"]
    totals = {
        "load_a": reading.load_a,
        "power_w": reading.power_w,
        "energy_kwh": reading.energy_kwh,
    }
    for name, total in totals.items():
        if name in report:
            assert total == exact(report[name]), name
    if "states" in report:
        expected = [STATES[word] for word in report["states"].split()]
        assert list(device.states.values()) == expected
    if "outlets_a" in report:
        assert reading.currents == exact_figures(report["outlets_a"])
    if "outlets_w" in report:
        assert reading.powers == exact_figures(report["outlets_w"])


def exact(figure: Optional[float]) -> Optional[Decimal]:
    """A figure of a report, which JSON reads as a float."""
    return None if figure is None else Decimal(str(figure))


def exact_figures(figures: Mapping[str, float]) -> dict[str, Optional[Decimal]]:
    return {identity: exact(figure) for identity, figure in figures.items()}


def test_every_reported_unit_is_read_by_a_test() -> None:
    names = {path.stem for path in FOLDER.glob("*.snmprec")}
    assert names == {report["name"] for report in REPORTS}
