"""The evidence that profiles claim for each capability agrees with the synthetic units and with the
recordings of real ones.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest

from handlers.snmp.evidence import Evidence, EvidenceLevel
from handlers.snmp.profile import Profile
from handlers.snmp.profiles import PROFILES
from tests.handlers.snmp import recorded
from tests.handlers.snmp.test_recordings import load_of
from tests.recordings import Fixture, fixtures

EACH = pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: str(profile.key))
# A link to a driver or to a program's folder. A MIB compiled for pysnmp counts as a MIB.
PROGRAM = re.compile(r"^(?!.*/(?:(?:pysnmp_)?mibs|mibs\.pysnmp\.com)/).*(\.(py|c|cpp|php)$|/tree/)")
# keys of the families that have been tried on a real unit
TRIED: frozenset[str] = frozenset()
CAPABILITIES = ("state", "current", "power", "energy", "switching")
FIGURES: Mapping[str, str] = {"current": "current_a", "power": "power_w", "energy": "energy_kwh"}
TOTALS: Mapping[str, str] = {"current": "load_a", "power": "power_w", "energy": "energy_kwh"}


def shown_by_unit(unit: Fixture) -> set[str]:
    """Return the capabilities that a synthetic unit shows: by a value or, for switching, by the
    writes of its fixture.
    """
    outlets = unit.expected.outlets.values()
    shown = {
        name
        for name in FIGURES
        if getattr(unit.expected, TOTALS[name]) is not None
        or any(getattr(outlet, FIGURES[name]) is not None for outlet in outlets)
    }
    if any(outlet.state in ("on", "off") for outlet in outlets):
        shown.add("state")
    return shown | ({"switching"} if unit.switch else set())


def shown_by_recording(wanted: Mapping[str, Any]) -> set[str]:
    """Return the capabilities that a recording shows.

    Switching is not among them: the units were only read.
    """
    outlets: list[dict[str, Any]] = list(wanted["outlets"].values())
    device = {**wanted["device"], "current_a": load_of(wanted["device"])}
    shown = {
        name
        for name, key in FIGURES.items()
        if device.get(key) is not None or any(outlet[key] is not None for outlet in outlets)
    }
    return shown | (
        {"state"} if any(outlet["state"] in ("on", "off") for outlet in outlets) else set()
    )


def claimed(evidence: Evidence, *proofs: EvidenceLevel) -> set[str]:
    return {name for name in CAPABILITIES if getattr(evidence, name) in proofs}


@EACH
def test_the_units_of_a_family_show_exactly_its_capabilities(profile: Profile) -> None:
    units = [unit for unit in fixtures() if unit.key == profile.key]
    shown = set().union(*map(shown_by_unit, units))
    assert shown == set(CAPABILITIES) - claimed(profile.evidence, EvidenceLevel.NONE)


@EACH
def test_expected_readings_show_exactly_what_a_family_claims_from_recordings(
    profile: Profile,
) -> None:
    read = [
        recorded.expected(name)
        for name in recorded.ALL
        if recorded.expected(name)["family"] == profile.key
    ]
    assert claimed(profile.evidence, EvidenceLevel.RECORDING) == set().union(
        *map(shown_by_recording, read)
    )


@EACH
def test_every_family_fills_its_mib_field_and_links_its_source(profile: Profile) -> None:
    """The source is a MIB or a program in a public repository; for `rpcm`, the example in the
    platform's documentation.
    """
    assert profile.mib.strip() and re.fullmatch(r"https://[a-z.]+/\S+", profile.source)
    assert profile.source.startswith("https://github.com/") or profile.key == "rpcm"


@pytest.mark.parametrize(
    "profile",
    [profile for profile in PROFILES if PROGRAM.search(profile.source)],
    ids=lambda profile: str(profile.key),
)
def test_a_family_made_from_a_program_claims_no_stronger_evidence_than_driver(
    profile: Profile,
) -> None:
    assert claimed(profile.evidence, EvidenceLevel.NONE, EvidenceLevel.DRIVER) == set(CAPABILITIES)


@EACH
def test_no_family_claims_a_test_on_hardware_or_a_write_from_a_recording(profile: Profile) -> None:
    if profile.key not in TRIED:
        assert not claimed(profile.evidence, EvidenceLevel.UNIT), (
            "if the family has been tried on a real unit, add its key to TRIED"
        )
    assert profile.evidence.switching is not EvidenceLevel.RECORDING, "a recording proves no write"
