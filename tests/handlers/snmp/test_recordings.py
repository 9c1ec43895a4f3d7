"""Recordings of real units: each is detected as its family, and has the expected states and
figures.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Optional

import pytest

from handlers.snmp import detection, metering
from handlers.snmp.profiles import PROFILES
from pdu_common.helper import EnumPowerStatus
from tests.handlers.snmp import recorded
from tests.handlers.snmp.calls import near, pdu
from tests.handlers.snmp.exact_figures import ExactFigures, read_exactly
from tests.handlers.snmp.memory import of_rows
from tests.servers.snmpd import Snmpd
from tests.simulators.snmp_agent import Agent, Device
from tests.simulators.snmp_agent.device import COUNTER64

RECORDINGS = pytest.mark.parametrize("name", recorded.ALL)
STATES = {"on": EnumPowerStatus.UP, "off": EnumPowerStatus.DOWN, "unknown": EnumPowerStatus.UNKNOWN}
ROUNDED = 5e-7  # the expectations are rounded to six decimals
# The expectations' keys for lines. The load is the sum over the first key that a unit has.
LINES = ("phase_current_a", "infeed_current_a", "input_current_a", "branch_current_a")


def load_of(device: Mapping[str, Any]) -> Optional[float]:
    """Return the load in A of an expectation: the sum of its lines, else the current of its inlet,
    else None.
    """
    lines = next((device[key] for key in LINES if device.get(key)), None)
    return sum(lines.values()) if lines else device.get("current_a")


@RECORDINGS
@pytest.mark.against("recordings of real units, in memory")
def test_a_recorded_unit_is_detected_as_its_family_and_has_the_expected_states(name: str) -> None:
    expectation = recorded.expected(name)
    device = of_rows(recorded.rows(name))
    snmp_device = detection.detect(device, PROFILES)
    assert snmp_device.profile.key == expectation["family"]
    assert list(snmp_device.states) == sorted(
        expectation["outlets"], key=lambda i: [int(arc) for arc in i.split(".")]
    )
    assert not set(snmp_device.states) & set(expectation["phantom_rows"])
    for identity, outlet in expectation["outlets"].items():
        state = EnumPowerStatus.UNKNOWN if outlet["state"] is None else STATES[outlet["state"]]
        assert (identity, snmp_device.states[identity]) == (identity, state)


@RECORDINGS
@pytest.mark.against("recordings of real units, in memory")
def test_a_recorded_unit_has_every_expected_figure(name: str) -> None:
    expectation = recorded.expected(name)
    snmp_device = detection.detect(of_rows(recorded.rows(name)), PROFILES)
    read = read_exactly(snmp_device)
    for identity, outlet in expectation["outlets"].items():
        for key, figures in (
            ("current_a", read.currents),
            ("power_w", read.powers),
            ("energy_kwh", read.energies),
        ):
            if outlet[key] is None:
                assert identity not in figures, f"{key} of {identity}"
            else:
                assert float(figures[identity]) == pytest.approx(outlet[key], abs=ROUNDED), (
                    f"{key} of {identity}"
                )
    device = expectation["device"]
    for total, figure in (
        (load_of(device), read.load_a),
        (device.get("power_w"), read.power_w),
        (device.get("energy_kwh"), read.energy_kwh),
    ):
        if total is not None:
            assert figure is not None and float(figure) == pytest.approx(total, abs=ROUNDED)


@RECORDINGS
@pytest.mark.against("recordings of real units, in memory")
def test_a_recorded_unit_shows_its_owners_outlet_names(name: str) -> None:
    expectation = recorded.expected(name)
    device = detection.detect(of_rows(recorded.rows(name)), PROFILES)
    labels = {label.identity: label for label in metering.labels(device)}
    assert list(labels) == list(device.states)
    for identity, outlet in expectation["outlets"].items():
        if outlet["name"] is not None:
            assert (
                labels[identity].name
                == "".join(c for c in outlet["name"] if c.isprintable()).strip()
            )


@RECORDINGS
@pytest.mark.parametrize("version", ["1", "2"])
@pytest.mark.against("recordings of real units, served by the project's agent")
@pytest.mark.sample(24)
def test_a_recorded_unit_reads_the_same_from_an_agent_as_in_memory(name: str, version: str) -> None:
    """Version 1 has no Counter64: an agent leaves such objects out, and their
    figures are missing.
    """
    in_memory = figures_in_memory(name, version)
    with Agent(Device(recorded.rows(name), rules=None)) as agent:
        view, statistic = (
            near(agent, version=version).status(),
            near(agent, version=version).statistic(),
        )
        assert agent.writes() == []
    assert {port.identity: port.power_status for port in view.ports} == states_of(name)
    assert statistic.load == pytest.approx(float(in_memory.load_a or 0))
    assert statistic.total_consumption == pytest.approx(float(in_memory.energy_kwh or 0))
    assert {port.identity: port.consumption for port in statistic.ports} == pytest.approx(
        {
            identity: float(in_memory.energies.get(identity, 0))
            for identity in metered_outlets(in_memory)
        }
    )


def metered_outlets(read: ExactFigures) -> set[str]:
    """Return the outlets that have an entry in the statistics."""
    return set(read.currents) | set(read.energies)


def states_of(name: str) -> dict[str, EnumPowerStatus]:
    return {
        identity: EnumPowerStatus.UNKNOWN if outlet["state"] is None else STATES[outlet["state"]]
        for identity, outlet in recorded.expected(name)["outlets"].items()
    }


def figures_in_memory(name: str, version: str) -> ExactFigures:
    """Return the figures read in memory from the recorded objects that this SNMP
    version supports.
    """
    rows = {
        oid: row
        for oid, row in recorded.rows(name).items()
        if version == "2" or row.tag != COUNTER64
    }
    return read_exactly(detection.detect(of_rows(rows), PROFILES, for_figures=True))


@pytest.fixture(scope="module")
def served(request: pytest.FixtureRequest) -> Iterator[tuple[str, Snmpd]]:
    with Snmpd(recorded.rows(request.param)) as server:
        yield request.param, server


# The energies of the unit that is also read over version 1 are Counter64 objects, which that
# version does not have.
@pytest.mark.parametrize(
    "served, version",
    [*((name, "2") for name in recorded.NAMES), ("chatsworth-pdu", "1")],
    indirect=["served"],
)
@pytest.mark.against("Net-SNMP snmpd with recordings of real units")
@pytest.mark.sample(3)
def test_a_recorded_unit_reads_the_same_over_the_wire_as_in_memory(
    served: tuple[str, Snmpd], version: str
) -> None:
    name, server = served
    with pdu(server, version=version).session("figures") as session:
        assert session.device.states == states_of(name)
        assert read_exactly(session.device) == figures_in_memory(name, version)
