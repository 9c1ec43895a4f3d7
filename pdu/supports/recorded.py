"""What recordings of real units show of each SNMP family, and the evidence of a family with it.

A *capability* is state, current, power, energy or switching. A family is *unproven* if neither a
recording nor a public program shows that its commands are right: then they are used only with the
owner's word, switch_unproven=yes.

`make devices` computes `recorded.csv` from the recordings that tests read
(tests/foreign_files/recorded_objects.py), where they are there: they are no part of the project. A
row says that a recording answers the object of a capability through the family's profile, and who
else says what its value is: LibreNMS, or a reading that was written down from the MIB.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import NamedTuple

from handlers.snmp.evidence import Evidence, EvidenceLevel, repository
from handlers.snmp.profile import Profile
from handlers.snmp.profiles import PROFILE_BY_KEY, PROFILES

#: the word for a family whose commands are not used without the owner's word
UNPROVEN = "unproven"
TABLE = Path(__file__).with_name("recorded.csv")


class RecordedObject(NamedTuple):
    """A row of the table: `RecordedObject("apc-cpdu", "state", "apc-cpdu", "LibreNMS")`."""

    family: str
    #: state, current, power or energy
    capability: str
    #: the name of a recording
    recording: str
    #: who else says what its value is
    source: str


class FamilyCounts(NamedTuple):
    """How many families there are, of how many the recordings show outlet states, or one of A, W
    and kWh, and what their commands rest on.
    """

    families: int
    states: int
    figures: int
    #: of those that are switched: how many are proven by a recording, and by public programs alone,
    #: and how many are unproven
    switched_by_recording: int
    switched_by_programs: int
    unproven: int


@cache
def recorded_objects() -> Sequence[RecordedObject]:
    """The rows of `recorded.csv`, in its order."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return [RecordedObject(*row) for row in list(csv.reader(file))[1:]]


@cache
def _capabilities() -> Mapping[str, Sequence[str]]:
    """The capabilities that recordings show of each family, by its key:

    {"apc-rpdu2": ["current", "power", "energy"], ...}
    """
    capabilities: dict[str, list[str]] = {}
    for row in recorded_objects():
        capabilities.setdefault(row.family, []).append(row.capability)
    return capabilities


def evidence_of(profile: Profile) -> Evidence:
    """What each capability of the family rests on: RECORDING for one that a recording shows, else
    what the profile itself says. For an owner's own profile, it alone.

    >>> rpdu2 = evidence_of(PROFILE_BY_KEY["apc-rpdu2"])
    >>> rpdu2.state.name, rpdu2.current.name, rpdu2.power.name, rpdu2.energy.name
    ('SIMULATED', 'RECORDING', 'RECORDING', 'RECORDING')
    >>> evidence_of(replace(PROFILE_BY_KEY["apc-rpdu2"], key="mine")).energy.name
    'SIMULATED'
    """
    if PROFILE_BY_KEY.get(profile.key) is not profile:  # an owner's own
        return profile.evidence
    names = _capabilities().get(profile.key, ())
    return replace(profile.evidence, **dict.fromkeys(names, EvidenceLevel.RECORDING))


def family_counts() -> FamilyCounts:
    """How many families there are, and what is proven of them, for the first lines of README.

    >>> counts = family_counts()
    >>> switched = counts.switched_by_recording + counts.switched_by_programs + counts.unproven
    >>> counts.states <= counts.families, switched <= counts.families
    (True, True)
    """
    capability_sets = [set(capabilities) for capabilities in _capabilities().values()]
    switched_families = [profile for profile in PROFILES if profile.is_switched]
    proven_families = [profile for profile in switched_families if profile.is_proven]
    recording_count = sum(bool(profile.recording) for profile in proven_families)
    return FamilyCounts(
        families=len(PROFILES),
        states=sum("state" in capabilities for capabilities in capability_sets),
        figures=sum(capabilities != {"state"} for capabilities in capability_sets),
        switched_by_recording=recording_count,
        switched_by_programs=len(proven_families) - recording_count,
        unproven=len(switched_families) - len(proven_families),
    )


def switching_basis(profile: Profile) -> str:
    """What the commands of a family rest on: a recording, the programs' repositories, or the word
    UNPROVEN; "" for a family that is not switched.

    >>> switching_basis(PROFILE_BY_KEY["apc-rpdu2"])
    'public programs: chaos/powerman, dana-i2cat/opennaas'
    >>> switching_basis(PROFILE_BY_KEY["apc-ats"])
    ''
    """
    if not profile.is_switched:
        return ""
    if profile.recording:
        return "states in the recording of a real unit"
    if profile.is_proven:
        return f"public programs: {', '.join(map(repository, profile.programs))}"
    return UNPROVEN
