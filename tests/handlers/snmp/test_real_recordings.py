"""Recordings of real units: each has an expectation and fits only its own family (ALSO lists the
exceptions).

Padding rows have no labels, and the energies of a unit's inputs add up to the unit's energy.
"""

from __future__ import annotations

import pytest

from handlers.shared.errors import Unsupported
from handlers.snmp import detection, metering
from handlers.snmp.profiles import PROFILES
from tests.handlers.snmp import recorded
from tests.handlers.snmp.exact_figures import read_exactly
from tests.handlers.snmp.memory import of_rows

RECORDINGS = pytest.mark.parametrize("name", recorded.ALL)
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
    answering: list[str] = []
    for profile in PROFILES:
        try:
            detection.detect(device, [profile])
            answering.append(profile.key)
        except Unsupported:
            continue
    assert sorted(answering) == sorted([recorded.expected(name)["family"], *ALSO.get(name, [])])


@pytest.mark.against("recordings of real units, in memory")
def test_energies_of_inputs_add_up_to_the_energy_of_the_unit() -> None:
    inputs = {
        name: recorded.expected(name)["device"].get("input_energy_kwh") for name in recorded.NAMES
    }
    assert any(inputs.values())
    for name, energies in inputs.items():
        if energies:
            read = read_exactly(
                detection.detect(of_rows(recorded.rows(name)), PROFILES, for_figures=True)
            ).energy_kwh
            assert read is not None and float(read) == pytest.approx(
                sum(energies.values()), abs=1e-9
            ), name


@RECORDINGS
@pytest.mark.against("recordings of real units, in memory")
def test_a_padding_row_of_a_recorded_unit_has_no_label(name: str) -> None:
    device = detection.detect(of_rows(recorded.rows(name)), PROFILES)
    assert not set(recorded.expected(name)["phantom_rows"]) & {
        label.identity for label in metering.labels(device)
    }
