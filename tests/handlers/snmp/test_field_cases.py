"""Units of other people's programs and notes, each read as these say: the values of every outlet,
the totals, and what DCImanager's statistic shows. They are in the folder `shared` next to the
project."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Optional

import pytest

from handlers.dcimanager.views import Figures
from handlers.shared.errors import PduHandlerError
from handlers.shared.meter_figures import Figure, NotKnown, NotMetered, measured
from handlers.snmp import detection, metering
from handlers.snmp.device import SnmpDevice, reasons_of_unknown
from handlers.snmp.profiles import PROFILES
from handlers.snmp.read_scope import ALL_STATES, FIGURES, VIEW_FIGURES, ReadScope
from tests.handlers.snmp.memory import of_rows
from tests.handlers.snmp.units import STATES
from tests.needs import ROOT
from tests.simulators.snmp_agent import Row, read_snmprec

FOLDER = ROOT.parent / "shared" / "field" / "reports9" / "snmp" / "open"
NAMES = sorted(path.stem for path in FOLDER.glob("*.snmprec"))
TOTALS = {"A": "load_a", "W": "power_w", "kWh": "energy_kwh"}
OF_OUTLETS = {"oA": "current_a", "oW": "power_w", "okWh": "energy_kwh"}
pytestmark = [
    pytest.mark.against("units of other people's programs, in memory"),
    pytest.mark.skipif(
        not NAMES,
        reason="units rebuilt from other people's programs are not part of the project: what these"
        " programs read is compared with the handler's figures",
    ),
]


def expected() -> Mapping[str, Mapping[str, Any]]:
    text = (FOLDER / "expected.json").read_text("utf-8")
    cases: Mapping[str, Mapping[str, Any]] = json.loads(text)
    return cases


def device(rows: Mapping[str, Row], scope: ReadScope, *, metered_only: bool = False) -> SnmpDevice:
    return detection.detect(of_rows(rows), PROFILES, scope, metered_only=metered_only)


def reasons(figures: Figures) -> list[str]:
    """Why totals have no value."""
    totals: list[Figure] = [figures.load_a, figures.power_w, figures.energy_kwh]
    return [total.reason for total in totals if isinstance(total, (NotKnown, NotMetered))]


def same(value: Optional[float], wanted: Optional[float]) -> bool:
    if value is None or wanted is None:
        return value is wanted
    return value == pytest.approx(wanted)


@pytest.mark.parametrize("name", NAMES or ["(none)"])
def test_a_unit_of_the_field_is_read_as_its_source_says(name: str) -> None:
    want = expected()[name]["want"]
    rows = read_snmprec((FOLDER / f"{name}.snmprec").read_text("utf-8"))
    if "error" in want:
        with pytest.raises(PduHandlerError, match=want["error"]):
            device(rows, ALL_STATES)
        return

    only_meters = want.get("n") == 0
    listed = device(rows, ALL_STATES, metered_only=only_meters)
    figures = metering.read_statistic(device(rows, FIGURES, metered_only=only_meters))
    viewed = device(rows, VIEW_FIGURES, metered_only=only_meters)
    view = metering.read_statistic(viewed, with_power=False)

    assert len(listed.states) == want.get("n", len(listed.states))
    for identity, word in want.get("states", {}).items():
        assert listed.states[identity] is STATES[{"UP": "on", "DOWN": "off"}.get(word, "unknown")]
    for key, field in TOTALS.items():
        if key in want:
            assert same(measured(getattr(figures, field)), want[key]), key
    for key, field in OF_OUTLETS.items():
        for identity, figure in want.get(key, {}).items():
            assert same(measured(getattr(figures.ports[identity], field)), figure), (key, identity)
    if "statistic" in want:
        assert view.not_known() == []
        shown = view.view()
        for field, figure in want["statistic"].items():
            assert same(getattr(shown, field), figure), field
    if "says_not" in want:
        told = [*reasons(figures), *(reason for _, reason in reasons_of_unknown(listed))]
        assert all(want["says_not"] not in reason for reason in told)


def test_a_permanent_reason_is_no_lost_answer() -> None:
    """Each unit that only estimates its power, or calculates it from volts of 0."""
    for name in (
        "avocent-pm3000-estimated",
        "avocent-acs6000-estimated",
        "apc-ap7853-volts-0",
    ):
        rows = read_snmprec((FOLDER / f"{name}.snmprec").read_text("utf-8"))
        assert isinstance(metering.read_statistic(device(rows, FIGURES)).power_w, NotMetered)
