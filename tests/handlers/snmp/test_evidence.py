"""The evidence that profiles claim for each capability agrees with the synthetic units and with the
recordings of real ones.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from handlers.snmp.evidence import DCIMANAGER_EXAMPLE, Evidence, EvidenceLevel, repository
from handlers.snmp.profile import Profile
from handlers.snmp.profiles import PROFILE_BY_KEY, PROFILES
from pdu.supports import family_tables, table
from pdu.supports.recorded import evidence_of, family_counts, recorded_objects
from tests.foreign_files import recorded_objects as recorded_objects_of_walks
from tests.needs import ROOT
from tests.simulators.snmp_units import Fixture, fixtures

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
    capabilities: set[str] = set()
    for name in FIGURES:
        figures = [getattr(outlet, FIGURES[name]) for outlet in outlets]
        figures.append(getattr(unit.expected, TOTALS[name]))
        if figures != [None] * len(figures):
            capabilities.add(name)
    if any(outlet.state in ("on", "off") for outlet in outlets):
        capabilities.add("state")
    if unit.switch:
        capabilities.add("switching")
    return capabilities


def claimed(evidence: Evidence, *proofs: EvidenceLevel) -> set[str]:
    """The capabilities with evidence of one of these levels."""
    return {name for name in CAPABILITIES if getattr(evidence, name) in proofs}


def test_the_units_of_a_family_show_exactly_its_capabilities() -> None:
    shown: dict[str, set[str]] = {profile.key: set() for profile in PROFILES}
    for unit in fixtures():
        shown[unit.key] |= shown_by_unit(unit)
    for profile in PROFILES:
        expected = set(CAPABILITIES) - claimed(profile.evidence, EvidenceLevel.NONE)
        assert shown[profile.key] == expected, profile.key


@pytest.mark.against("recordings of real units, in memory")
def test_what_is_said_to_be_recorded_is_what_recordings_show() -> None:
    assert recorded_objects() == recorded_objects_of_walks.computed(), "run: make devices"


def test_the_numbers_of_readme_are_those_of_the_table() -> None:
    levels = [evidence_of(profile) for profile in PROFILES]
    with_states = 0
    with_figures = 0
    for level in levels:
        if level.state is EvidenceLevel.RECORDING:
            with_states += 1
        if EvidenceLevel.RECORDING in (level.current, level.power, level.energy):
            with_figures += 1

    counts = family_counts()

    assert counts.families == len(levels)
    assert counts.states == with_states
    assert counts.figures == with_figures
    assert 0 < counts.states < counts.figures < counts.families


def test_pages_supports_and_identify_say_the_same_of_what_is_recorded() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    counts = family_counts()
    sentence = " ".join(text.split())
    assert f"states of {counts.states} families and the figures of {counts.figures}." in sentence
    assert f"{counts.unproven} are *unproven*" in sentence
    page = family_tables.devices(PROFILES)
    for entry in table.entries():
        profile = PROFILE_BY_KEY.get(entry.family) if entry.handler == "snmp" else None
        if profile is not None:
            level = evidence_of(profile)
            assert ("recording" in entry.evidence.get("state", "")) is (
                level.state is EvidenceLevel.RECORDING
            )
            assert f"| `{profile.key}` |" in page
            assert family_tables.figures_text(level) in page


def test_every_family_fills_its_mib_field_and_links_its_source() -> None:
    """The source is a MIB or a program in a public repository; for `rpcm`, the example in the
    platform's documentation.
    """
    for profile in PROFILES:
        assert profile.mib.strip(), profile.key
        assert re.fullmatch(r"https://[a-z.]+/\S+", profile.source), profile.key
        assert profile.source.startswith("https://github.com/") or profile.key == "rpcm"


def test_a_family_made_from_a_program_claims_no_more_than_driver() -> None:
    made_from_programs = [profile for profile in PROFILES if PROGRAM.search(profile.source)]
    assert made_from_programs
    for profile in made_from_programs:
        weak = claimed(profile.evidence, EvidenceLevel.NONE, EvidenceLevel.DRIVER)
        assert weak == set(CAPABILITIES), profile.key


def test_no_family_itself_claims_a_recording_or_a_test_on_hardware() -> None:
    claim_a_unit = set()
    claim_a_recording = set()
    for profile in PROFILES:
        if claimed(profile.evidence, EvidenceLevel.UNIT):
            claim_a_unit.add(profile.key)
        if claimed(profile.evidence, EvidenceLevel.RECORDING):
            claim_a_recording.add(profile.key)
    assert claim_a_unit <= TRIED, (
        "if the family has been tried on a real unit, add its key to TRIED"
    )
    assert not claim_a_recording, "make devices computes what is recorded"


def test_no_recording_is_evidence_of_switching() -> None:
    for row in recorded_objects():
        assert row.capability != "switching"


def test_a_family_without_a_public_mib_says_when_one_was_last_looked_for() -> None:
    keys = [
        profile.key
        for profile in PROFILES
        if "no MIB is public" in f"{profile.mib} {profile.note}".replace("No MIB", "no MIB")
        and not re.search(r"last looked up on 20\d\d-\d\d-\d\d", profile.note)
    ]
    assert keys == []


#: families that are switched because public programs switch them alike: read in these repositories
PROGRAMS_BY_FAMILY = {
    "apc-masterswitch-plus": {"ClusterLabs/fence-agents", "openstack/ironic"},
    "apc-rpdu2": {"chaos/powerman", "dana-i2cat/opennaas"},
    "apc-rpdu": {"ClusterLabs/fence-agents", "maas/maas"},
    "aten-pe": {"stb-tester/stb-tester", "openstack/ironic"},
    "ip9258": {
        "pdudaemon/pdudaemon",
        "HP.ScalableTest.PluginSupport.Connectivity.PowerSwitch.AvioSysPowerSwitch (C#)",
    },
    "baytech": {"networkupstools/nut", "chaos/powerman"},
    "cyberpower-epdu": {"pdudaemon/pdudaemon", "gportay/cyberpower-pdu"},
    "cyberpower-ats": {
        "andrewrothstein/valve-infra",
        "remiphilippe/companion-module-cyberpower-pdu",
    },
    "dataprobe-ibootbar": {"mrdvt92/perl-Power-Outlet", "simonsobs/socs"},
    "denkovi-daenetip2": {"drystone/dkrfs", "webpau/denkovi_daenetip2"},
    "eaton-revelation": {"ClusterLabs/fence-agents", "chaos/powerman"},
    "eaton-pulizzi": {"ClusterLabs/fence-agents", "networkupstools/nut"},
    "eaton-nlogic": {"networkupstools/nut", "chuckcranor/emulab-devel"},
    "enlogic-edge": {"chuckcranor/emulab-devel", "networkupstools/nut"},
    "ibm-dpi": {"ClusterLabs/fence-agents", "xcat2/xcat-core"},
    "netping-pwr": {"afanasevrev/snmpV2", "alex-netping/DKSF-70"},
    "pdumib-v07": {"pengxiaoli2/relay", "39976148/pdu"},
    "raritan-px1": {"networkupstools/nut", "chaos/powerman"},
    "rpcm": {"www.ispsystem.com"},
    "sentry3": {"labgrid-project/labgrid", "sonic-net/sonic-mgmt"},
    "sentry4": {"sonic-net/sonic-mgmt", "openstack/ironic"},
    "synaccess-netbooter": {
        "johnstile/pythonscripts",
        "rdkcentral/cats-power-ms",
        "DragonMinded/smartoutlet",
    },
    "tripplite-12x-ups": {"Ender117/pfsensescripts", "carlos-silva/tripplite-ups"},
    "geist-v5": {"sonic-net/sonic-mgmt", "openstack/ironic"},
    "avocent-pm": {"networkupstools/nut", "zelbanna/rims"},
    "clever-ms-pdu": {"ChinaClever/CleverManagerV1", "brucepei/flasky"},
}
#: recorded states that do not prove the commands: of a relay's values, the recording of a PSM strip
#: shows on alone, and the MIB defines none
NOT_PROVEN_BY_RECORDING = {"rittal-cmc3"}


def test_a_family_names_the_recording_that_shows_its_states() -> None:
    """The first one of them."""
    recording_by_family: dict[str, str] = {}
    for row in recorded_objects():
        if row.capability == "state":
            recording_by_family.setdefault(row.family, row.recording)
    assert NOT_PROVEN_BY_RECORDING <= set(recording_by_family)
    for family in NOT_PROVEN_BY_RECORDING:
        del recording_by_family[family]

    named = {profile.key: profile.recording for profile in PROFILES if profile.recording}
    assert named == recording_by_family


def test_a_family_is_switched_only_by_a_recording_of_its_states_or_by_public_programs() -> None:
    """Commands count as proven by a recording of the states, or by two programs of others that send
    them. Unproven ones, which need a setting, have less."""
    programs_by_family: dict[str, set[str]] = {}
    for profile in PROFILES:
        if profile.is_proven and not profile.recording:
            programs_by_family[profile.key] = set(map(repository, profile.programs))
    assert programs_by_family == PROGRAMS_BY_FAMILY

    unproven = [profile for profile in PROFILES if profile.is_switched and not profile.is_proven]
    for profile in unproven:
        assert len(profile.programs) < 2
        assert not profile.recording


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.key)
def test_the_programs_of_a_family_are_files_or_names_of_different_repositories(
    profile: Profile,
) -> None:
    repositories = [repository(link) for link in profile.programs]
    assert len(set(repositories)) == len(repositories), "they are independent"
    for link in profile.programs:
        is_file = re.fullmatch(r"https://github\.com/[^/]+/[^/]+/blob/[^/]+/\S+", link)
        is_named = re.fullmatch(r"[^/:].*\([^()]+\)", link)  # its repository is not known
        assert is_file or is_named or link == DCIMANAGER_EXAMPLE, link
