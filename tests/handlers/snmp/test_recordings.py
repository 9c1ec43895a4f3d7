"""Recordings of real units: each has the family, the states and the figures that were written down
from its MIB, in memory and over the wire.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping
from typing import Any, Optional

import pytest

from handlers.shared.errors import Unsupported
from handlers.snmp import detection
from handlers.snmp.labels import outlet_labels
from handlers.snmp.profiles import PROFILES
from handlers.snmp.read_scope import FIGURES
from pdu_common.helper import EnumPowerStatus
from tests.handlers.snmp import recorded
from tests.handlers.snmp.calls import pdu
from tests.handlers.snmp.exact_figures import ExactFigures, read_exactly
from tests.handlers.snmp.memory import of_rows
from tests.servers.snmpd import Snmpd
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


def in_order(identity: str) -> list[tuple[str, int]]:
    """The letters and the number of each arc: 10 is after 2, and B1 after A2."""
    parts = re.findall(r"([A-Z]*)([0-9]+)", identity)
    return [(letters, int(number)) for letters, number in parts]


@RECORDINGS
@pytest.mark.against("recordings of real units, in memory")
def test_a_recorded_unit_has_the_family_the_states_and_the_names_that_were_written_down(
    name: str,
) -> None:
    expected = recorded.expected(name)
    device = detection.detect(of_rows(recorded.rows(name)), PROFILES)
    assert device.profile.key == expected["family"]
    assert device.states == states_of(name)
    assert list(device.states) == sorted(device.states, key=in_order)

    names = {label.identity: label.name for label in outlet_labels(device)}
    assert list(names) == list(device.states)
    assert names.keys().isdisjoint(expected["phantom_rows"])
    for identity, outlet in expected["outlets"].items():
        recorded_name = outlet["name"]
        if recorded_name is not None:
            printable = "".join(filter(str.isprintable, recorded_name))
            assert names[identity] == printable.strip()


# Later APC units keep the tables of earlier families. A family without outlets fits by the
# sysObjectID alone, if it is asked alone.
ALSO = {
    "apc_ap8959eu3": ["apc-rpdu", "apc-masterswitch"],
    "liebert_mph2rg": ["liebert-power"],
}


@RECORDINGS
@pytest.mark.against("recordings of real units, in memory")
def test_a_recorded_unit_fits_only_its_own_family_and_the_listed_exceptions(name: str) -> None:
    device = of_rows(recorded.rows(name))
    fitting: list[str] = []
    for profile in PROFILES:
        with contextlib.suppress(Unsupported):
            detection.detect(device, [profile])
            fitting.append(profile.key)
    assert sorted(fitting) == sorted([recorded.expected(name)["family"], *ALSO.get(name, [])])


@RECORDINGS
@pytest.mark.against("recordings of real units, in memory")
@pytest.mark.parametrize(
    "field, figures_of",
    [("current_a", "currents"), ("power_w", "powers"), ("energy_kwh", "energies")],
)
def test_the_outlets_of_a_recorded_unit_have_every_figure_that_was_written_down(
    name: str, field: str, figures_of: str
) -> None:
    expected = {}
    for identity, outlet in recorded.expected(name)["outlets"].items():
        if outlet[field] is not None:
            expected[identity] = outlet[field]
    device = detection.detect(of_rows(recorded.rows(name)), PROFILES)

    figures = getattr(read_exactly(device), figures_of)

    values = {identity: float(figure) for identity, figure in figures.items()}
    assert values == pytest.approx(expected, abs=ROUNDED)


@RECORDINGS
@pytest.mark.against("recordings of real units, in memory")
def test_a_recorded_unit_has_every_total_that_was_written_down(name: str) -> None:
    expected = recorded.expected(name)["device"]
    # those of the inputs add up to the unit's
    energy_of_inputs = sum((expected.get("input_energy_kwh") or {}).values()) or None
    device = detection.detect(of_rows(recorded.rows(name)), PROFILES)
    reading = read_exactly(device)
    for total, figure in (
        (load_of(expected), reading.load_a),
        (expected.get("power_w"), reading.power_w),
        (expected.get("energy_kwh"), reading.energy_kwh),
        (energy_of_inputs, reading.energy_kwh),
    ):
        if total is not None:
            assert figure is not None
            assert float(figure) == pytest.approx(total, abs=ROUNDED)


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
    return read_exactly(detection.detect(of_rows(rows), PROFILES, FIGURES))


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
