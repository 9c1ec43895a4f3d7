"""The evidence that profiles claim for each capability agrees with the synthetic units and with the
recordings of real ones.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from handlers.snmp.evidence import Evidence, EvidenceLevel
from handlers.snmp.profiles import PROFILES
from tests.handlers.snmp import recorded
from tests.handlers.snmp.test_recordings import load_of
from tests.recordings import Fixture, fixtures
from tests.witnesses import readings

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
    names = {
        name
        for name in FIGURES
        if getattr(unit.expected, TOTALS[name]) is not None
        or any(getattr(outlet, FIGURES[name]) is not None for outlet in outlets)
    }
    if any(outlet.state in ("on", "off") for outlet in outlets):
        names.add("state")
    return names | ({"switching"} if unit.switch else set())


def shown_by_recording(wanted: Mapping[str, Any]) -> set[str]:
    """Return the capabilities that a recording shows.

    Switching is not among them: the units were only read.
    """
    outlets: list[dict[str, Any]] = list(wanted["outlets"].values())
    device = {**wanted["device"], "current_a": load_of(wanted["device"])}
    names = {
        name
        for name, key in FIGURES.items()
        if device.get(key) is not None or any(outlet[key] is not None for outlet in outlets)
    }
    return names | (
        {"state"} if any(outlet["state"] in ("on", "off") for outlet in outlets) else set()
    )


def claimed(evidence: Evidence, *proofs: EvidenceLevel) -> set[str]:
    return {name for name in CAPABILITIES if getattr(evidence, name) in proofs}


def test_the_units_of_a_family_show_exactly_its_capabilities() -> None:
    kinds_by_family: dict[str, set[str]] = {profile.key: set() for profile in PROFILES}
    for unit in fixtures():
        kinds_by_family[unit.key] |= shown_by_unit(unit)
    assert kinds_by_family == {
        profile.key: set(CAPABILITIES) - claimed(profile.evidence, EvidenceLevel.NONE)
        for profile in PROFILES
    }


def test_expected_readings_show_exactly_what_a_family_claims_from_recordings() -> None:
    kinds_by_family: dict[str, set[str]] = {profile.key: set() for profile in PROFILES}
    for expectation in map(recorded.expected, recorded.ALL):
        kinds_by_family[expectation["family"]] |= shown_by_recording(expectation)
    for reading in readings.expected().values():
        kinds_by_family[reading["family"]] |= readings.shown(reading)
    assert kinds_by_family == {
        profile.key: claimed(profile.evidence, EvidenceLevel.RECORDING) for profile in PROFILES
    }


def test_every_family_fills_its_mib_field_and_links_its_source() -> None:
    """The source is a MIB or a program in a public repository; for `rpcm`, the example in the
    platform's documentation.
    """
    for profile in PROFILES:
        assert profile.mib.strip(), profile.key
        assert re.fullmatch(r"https://[a-z.]+/\S+", profile.source), profile.key
        assert profile.source.startswith("https://github.com/") or profile.key == "rpcm"


def test_a_family_made_from_a_program_claims_more_than_driver_only_by_recordings() -> None:
    made_from_programs = [profile for profile in PROFILES if PROGRAM.search(profile.source)]
    assert made_from_programs
    for profile in made_from_programs:
        weak = claimed(
            profile.evidence, EvidenceLevel.NONE, EvidenceLevel.DRIVER, EvidenceLevel.RECORDING
        )
        assert weak == set(CAPABILITIES), profile.key


def test_no_family_claims_a_test_on_hardware_or_a_write_from_a_recording() -> None:
    on_units = {
        profile.key for profile in PROFILES if claimed(profile.evidence, EvidenceLevel.UNIT)
    }
    assert on_units <= TRIED, "if the family has been tried on a real unit, add its key to TRIED"
    for profile in PROFILES:
        # a recording proves no write
        assert profile.evidence.switching is not EvidenceLevel.RECORDING, profile.key


def test_a_family_without_a_public_mib_says_when_one_was_last_looked_for() -> None:
    keys = [
        profile.key
        for profile in PROFILES
        if "no MIB is public" in f"{profile.mib} {profile.note}".replace("No MIB", "no MIB")
        and not re.search(r"last looked up on 20\d\d-\d\d-\d\d", profile.note)
    ]
    assert keys == []
