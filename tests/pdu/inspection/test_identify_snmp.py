"""What `pdu identify` finds over SNMP: recordings of real units, families and their settings."""

from __future__ import annotations

import dataclasses
from typing import Any, Optional

import pytest

from handlers.shared.errors import PduHandlerError, ProtocolError, Refused, Unsupported
from handlers.snmp import metering
from handlers.snmp.arcs import Arcs
from handlers.snmp.measurements import Measurement
from handlers.snmp.objects import Column
from handlers.snmp.profile import Profile
from handlers.snmp.profiles import PROFILES
from handlers.snmp.settings import select_families
from handlers.snmp.tables import tables_of_device
from handlers.snmp.totals import Total
from pdu.cli.output import counted
from pdu.inspection.finding import HandlerFinding
from pdu.inspection.snmp.identification import device_finding, summed_figures
from pdu.supports.table import entries
from tests.handlers.snmp import recorded
from tests.handlers.snmp.memory import Memory, of_rows
from tests.pdu.recordings.planted_devices import (
    Printed,
    arguments,
    identified,
    replayed,
)
from tests.simulators.snmp_agent import BUILT_IN
from tests.simulators.snmp_units import fixture

# An old agent, and a unit that reports no states
OVER_SNMP = ("digipower", "raritan-pdu")
Patched = pytest.MonkeyPatch


def finding_of(rows: Any, **settings: str) -> HandlerFinding:
    """What the handler snmp says of a device with these rows."""
    return device_finding(tables_of_device(of_rows(rows)), select_families(settings, {}))


def of_recording(name: str) -> HandlerFinding:
    return finding_of(recorded.rows(name))


def of_fixture(name: str, **settings: str) -> HandlerFinding:
    return finding_of(fixture(name).device().rows(), **settings)


@pytest.mark.against("recordings of real units, in memory")
@pytest.mark.parametrize("name", recorded.NAMES)
def test_a_recorded_unit_is_identified_as_its_family(name: str) -> None:
    expected = recorded.expected(name)
    finding = of_recording(name)
    assert finding.family == expected["family"]
    assert finding.why
    tried_families = [row["family"].partition(" at ")[0] for row in finding.tried]
    assert expected["family"] in tried_families
    assert len(finding.seen) >= 2
    assert finding.evidence or not finding.can


@pytest.mark.against("recordings of real units, in memory")
@pytest.mark.parametrize("name", recorded.NAMES)
def test_a_recorded_unit_is_said_to_read_its_states_if_it_has_any(name: str) -> None:
    outlets = recorded.expected(name)["outlets"]
    states = [outlet.get("state") for outlet in outlets.values()]
    finding = of_recording(name)

    if states.count(None) == len(states):
        assert any("states" in line for line in finding.cannot)
        return
    lines = [line for line in finding.can if line.startswith("read the states of")]
    assert lines[0].startswith(f"read the states of {counted(len(outlets), 'outlet')} ")
    number_of_on = states.count("on")
    if number_of_on:
        assert f"({number_of_on} on" in lines[0]


@pytest.mark.against("recordings of real units, over SNMP")
@pytest.mark.parametrize("name", OVER_SNMP)
def test_a_replayed_recording_is_identified_over_snmp_as_in_memory(
    name: str, capsys: Printed, monkeypatch: Patched
) -> None:
    monkeypatch.setenv("PDU_COMMUNITY", "public")
    with replayed("snmp", recorded.text(name)) as unit:
        report = identified(capsys, 0, *arguments(unit), "--handler", "snmp")

    assert report["chosen"] == "snmp"
    (over_snmp,) = report["handlers"]
    # its nameplate is read by another call
    assert over_snmp.pop("unit")
    in_memory = dataclasses.asdict(of_recording(name))
    assert in_memory.pop("unit") == ""
    assert over_snmp == in_memory


@pytest.mark.parametrize("value, is_set", [("no", False), ("yes", True)])
def test_the_setting_metered_only_decides_what_is_found(value: str, is_set: bool) -> None:
    finding = of_fixture("geist-v5_inlet", metered_only=value)
    assert bool(finding.family) is is_set


@pytest.mark.parametrize("value, is_set", [("no", False), ("yes", True)])
def test_the_setting_switch_unproven_decides_whether_outlets_can_be_switched(
    value: str, is_set: bool
) -> None:
    finding = of_fixture("teltronix", switch_unproven=value)
    can_switch = any(line.startswith("switch") for line in finding.can)
    assert can_switch is is_set


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.key)
def test_identify_and_supports_say_of_a_ups_alone_which_handler_reads_the_rest(
    profile: Profile,
) -> None:
    settings = {"metered_only": "yes"}
    if not profile.sys_object_ids and not profile.roots:
        settings["profile"] = profile.key

    finding = of_fixture(profile.key, **settings)
    (entry,) = [entry for entry in entries() if entry.family == profile.key]

    names_the_ups = any("the UPS itself" in line for line in finding.cannot)
    assert names_the_ups is profile.ups
    names_nut = entry.note.endswith("The UPS itself is read by the handler nut.")
    assert names_nut is profile.ups


def test_a_family_with_states_but_without_commands_is_not_called_metered_only() -> None:
    finding = of_fixture("opengear-rpc")
    assert any(line.startswith("read the states") for line in finding.can)
    switch_lines = [line for line in finding.cannot if line.startswith("switch")]
    assert switch_lines == ["switch: the family 'opengear-rpc' has no commands"]


def test_outlets_without_states_cannot_be_switched() -> None:
    finding = of_fixture("schleifenbauer_channels")
    assert "read states: it reports none (4 outlets)" in finding.cannot
    reason = "switch: a command could not be confirmed, because no state is reported"
    assert reason in finding.cannot
    assert not [line for line in finding.can if line.startswith("switch")]


_OBJECTS = [f"1.3.6.1.4.1.99999.{number}" for number in range(3)]
_FIGURES = tuple(Measurement(Column(oid)) for oid in _OBJECTS)
# A chain of two units (the arc after the object); unit 1 does not have the first object.
_CHAIN = {
    f"{_OBJECTS[0]}.2.1": 3,
    f"{_OBJECTS[1]}.1.1": 6,
    f"{_OBJECTS[1]}.2.1": 4,
    f"{_OBJECTS[2]}.1.1": 7,
}


@pytest.mark.parametrize(
    "unit, figures, amount",
    [
        pytest.param(None, [_FIGURES[0]], 3, id="one unit"),
        # the first object of unit 2, the second of unit 1
        pytest.param(Arcs(stop=1), [_FIGURES[0], _FIGURES[1]], 3 + 6, id="a chain"),
    ],
)
def test_a_total_rests_on_the_first_object_that_a_unit_has(
    unit: Optional[Arcs], figures: list[Measurement], amount: int
) -> None:
    tables = tables_of_device(Memory(_CHAIN))
    total = Total(_FIGURES, unit=unit)
    assert total.read(tables, None) == amount
    assert summed_figures(total, tables) == figures


@pytest.mark.parametrize("error", [ProtocolError("odd"), Refused("odd"), Unsupported("odd")])
def test_a_unit_whose_figures_cannot_be_read_is_identified_by_its_states(
    error: PduHandlerError, monkeypatch: Patched
) -> None:
    def fails(*_: Any, **__: Any) -> Any:
        raise error

    rows = BUILT_IN["apc-rpdu2"]().device.rows()
    monkeypatch.setattr(metering, "read_statistic", fails)
    snmp = finding_of(rows)
    assert snmp.family == "apc-rpdu2"
    assert snmp.can[0].startswith("read the states of 24")
    assert "report figures: odd" in snmp.cannot
    redfish = HandlerFinding("redfish")
    redfish.note_figures(fails, "", "")
    assert redfish.cannot == ["report load and energy: odd"]
