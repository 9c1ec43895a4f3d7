from __future__ import annotations

import pytest

from handlers.snmp.objects import Column, PerUnit, Scalar, Spread
from handlers.snmp.parts import check_parts, parts_of
from handlers.snmp.profile import ENTERPRISES, Profile, oids
from handlers.snmp.profiles import PROFILES
from handlers.snmp.profiles.rittal import NamedRows


def test_all_parts_of_all_families_are_valid() -> None:
    check_parts(tuple(PROFILES))


# Columns of two layouts, whose names say which one is known: family, names of one column.
NAMED_BY_LAYOUT = {
    (
        "ibm-dpi",
        "state in older firmware, else ibmPduOutletCurrentThresholdWarning",
        "state in older firmware",
    ),
    ("ibm-dpi", "ibmPduOutletState (older firmware: power)", "ibmPduOutletState"),
}


def test_an_object_has_one_name_everywhere_in_a_family() -> None:
    names: dict[tuple[str, str], str] = {}
    layouts = {(family, known): name for family, name, known in NAMED_BY_LAYOUT}
    for profile in PROFILES:
        for part in parts_of(profile):
            if isinstance(part, (Spread, PerUnit, NamedRows)):
                assert part.object.strip(), profile.key
            if isinstance(part, (Column, Scalar)):
                object_name = layouts.get((profile.key, part.object), part.object)
                name = names.get((profile.key, part.oid), object_name)
                assert name == object_name, profile.key
                assert name.strip(), profile.key
                names[profile.key, part.oid] = name


SYS_DESCR = "1.3.6.1.2.1.1.1.0"
# Easy PDU firmware that does not use APC's enterprise number has its figures below 1.3.6.1.4.1.1.
ALSO_BELOW: dict[str, set[str]] = {"apc-easy-epdu": {"1"}}


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.key)
def test_a_family_neither_reads_nor_writes_outside_the_tree_of_its_maker(
    profile: Profile,
) -> None:
    """Whole OIDs have nine arcs or more, and are in a standard MIB or below one enterprise
    number (but see ALSO_BELOW). If the family has roots, that number is one of theirs. OIDs
    below `~` and sysDescr are not checked.
    """
    energy_object_mib = "1.3.6.1.2.1.229."
    ups_mib = "1.3.6.1.2.1.33."  # RFC 1628
    whole = [oid for oid in oids(profile) if not oid.startswith("~") and oid != SYS_DESCR]
    for oid in whole:
        assert oid.startswith((ENTERPRISES, energy_object_mib, ups_mib))
        assert oid.count(".") > 7

    numbers = {oid.split(".")[6] for oid in whole if oid.startswith(ENTERPRISES)}
    makers = numbers - ALSO_BELOW.get(profile.key, set())
    assert len(makers) <= 1
    roots = {root.oid.split(".")[6] for root in profile.roots}
    if roots:
        assert makers <= roots
