"""The worked example of docs/dev/new-family.md: the family of that page is read, metered and
switched.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from handlers.snmp import settings
from handlers.snmp.detection import detect
from handlers.snmp.labels import outlet_labels
from handlers.snmp.profiles import PROFILES
from pdu_common.helper import EnumPowerStatus, PduPortView
from tests.handlers.snmp.calls import pdu
from tests.handlers.snmp.exact_figures import read_exactly
from tests.handlers.snmp.memory import of_rows
from tests.handlers.snmp.units import UNPROVEN
from tests.needs import ROOT
from tests.simulators import snmp_units
from tests.simulators.snmp_agent import Agent
from tests.simulators.snmp_units import Fixture, VarBind, written

STATES = {"on": EnumPowerStatus.UP, "off": EnumPowerStatus.DOWN}


@pytest.fixture(name="example", scope="module")
def _example() -> Mapping[str, str]:
    """Return the texts of the example: the entry of the page, and the files of its fixture."""
    page = (ROOT / "docs/dev/new-family.md").read_text("utf-8")
    (entry,) = re.findall(r"^ *```python\n(.*?)^ *```$", page, re.DOTALL | re.MULTILINE)
    fixture = ROOT / "packaging" / "new" / "family" / "acme-strip"
    return {
        "python": textwrap.dedent(entry),
        "snmprec": fixture.with_suffix(".snmprec.in").read_text("utf-8"),
        "json": fixture.with_suffix(".json.in").read_text("utf-8"),
    }


@pytest.fixture(name="families", scope="module")
def _families(example: Mapping[str, str]) -> Any:
    """The example's family, compiled like a file of profiles, and all others. The example comes
    first, because the others may include a family made by `pdu new` with the same sysObjectID."""
    names: dict[str, Any] = {
        "__name__": "handlers.snmp.profiles.acme",
        "__package__": "handlers.snmp.profiles",
    }
    exec(compile(example["python"], "docs/dev/new-family.md", "exec"), names)
    return (*names["PROFILES"], *PROFILES)


@pytest.fixture(name="unit", scope="module")
def _unit(example: Mapping[str, str]) -> Fixture:
    return written("acme-strip", example["json"], example["snmprec"])


def test_the_example_is_detected_and_read_as_its_fixture_says(families: Any, unit: Fixture) -> None:
    device = of_rows(unit.rows)
    snmp_device = detect(device, families)
    request_kinds = [question.partition(" ")[0] for question in device.asked]
    assert snmp_device.profile.key == unit.key
    assert request_kinds.count("get") == unit.expected.gets
    assert request_kinds.count("walk") == unit.expected.walks

    figures = read_exactly(snmp_device)
    labels = outlet_labels(snmp_device)
    expected_outlets = unit.expected.outlets
    assert list(snmp_device.states) == list(expected_outlets)
    assert [label.identity for label in labels] == list(expected_outlets)
    for label, (identity, outlet) in zip(labels, expected_outlets.items()):
        assert label.number == outlet.number
        assert label.name == outlet.name
        assert snmp_device.states[identity] == STATES[outlet.state]
        assert float(figures.currents[identity]) == outlet.current_a
        assert float(figures.energies[identity]) == outlet.energy_kwh
    assert float(figures.load_a or 0) == unit.expected.load_a
    assert figures.power_w == unit.expected.power_w
    assert float(figures.energy_kwh or 0) == unit.expected.energy_kwh


def test_a_mistake_in_a_fixture_is_reported_with_its_name(
    example: Mapping[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snmp_units, "_HERE", tmp_path)
    (tmp_path / "acme-strip.json").write_text(
        example["json"].replace('"load_a": 1.27, ', ""), "utf-8"
    )
    (tmp_path / "acme-strip.snmprec").write_text(example["snmprec"], "utf-8")
    with pytest.raises(
        ValueError, match="tests/simulators/snmp_units/acme-strip: KeyError.'load_a'"
    ):
        # past its cache, which has the family of that name that `pdu new` made
        snmp_units.fixture.__wrapped__("acme-strip")


@pytest.mark.against("synthetic units, served by the project's agent")
def test_the_example_is_switched_with_the_writes_of_its_fixture(
    families: Any, unit: Fixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "PROFILES", families)
    switch = unit.switch
    assert switch is not None
    with Agent(unit.device()) as agent:
        handler = pdu(agent, UNPROVEN)
        switched_on = handler.port_up(PduPortView(switch.identity), pause=0.01)
        assert switched_on.power_status is EnumPowerStatus.UP
        switched_off = handler.port_down(PduPortView(switch.identity), pause=0.01)
        assert switched_off.power_status is EnumPowerStatus.DOWN
        varbinds = [VarBind(write.oid, write.tag, write.value) for write in agent.writes()]
        assert varbinds == [*switch.on, *switch.off]
