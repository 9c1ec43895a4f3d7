from __future__ import annotations

from typing import Any

import pytest

from handlers.snmp.controls import Write
from handlers.snmp.evidence import Evidence, EvidenceLevel
from handlers.snmp.figures import Total
from handlers.snmp.frozen_value import check_parts, parts_of
from handlers.snmp.outlets import Outlets
from handlers.snmp.profile import ENTERPRISES, Profile, Root, oids
from handlers.snmp.profiles import PROFILES
from handlers.snmp.sources import Column, NamedRows, Scalar, Spread, Tables
from handlers.snmp.states import State
from tests.rows import each_row

STATES = State(Column("1.3.6.1.4.1.99999.1.3", "acmeState"), on=("1",), off=("2",))
OUTLETS = Outlets(
    states=STATES, control=Write(Column("1.3.6.1.4.1.99999.1.4", "acmeControl"), on=1, off=2)
)
ACME: dict[str, Any] = dict(
    key="acme-strip",
    vendor="Acme",
    models=("Strip 8",),
    mib="ACME-MIB",
    sys_object_ids=("1.3.6.1.4.1.99999.1",),
    outlets=(OUTLETS,),
    evidence=Evidence(state=EvidenceLevel.MIB, switching=EvidenceLevel.MIB),
)


def acme(**fields: Any) -> Profile:
    return Profile(**{**ACME, **fields})


@pytest.mark.parametrize(
    "fields, sentence",
    [
        (dict(key="Acme Strip"), "key"),
        (dict(models=()), "models"),
        (dict(sys_object_ids=(".1.3.6",)), "sys_object_ids is '.1.3.6'"),
        (dict(sys_object_ids=("1.3.6.1.4.1.9", "1.3.6.1.4.1.9.x")), "sys_object_ids is"),
        (dict(described="("), "described is not a valid regular expression"),
        (dict(inlet=Total(else_outlets=True)), "no figure of the inlet"),
        (dict(inlet_power=Total(else_outlets=True)), "no figure of the inlet"),
        (dict(sys_object_ids=("1.3.6.1.4.1.9", "1.3.6.1.4.1.9")), "twice"),
        (dict(outlets=(), evidence=Evidence()), "nothing to read"),
        (
            dict(
                outlets=(Outlets(states=STATES),),
                evidence=Evidence(state=EvidenceLevel.MIB),
                programs=("https://example.com/program.py",),
            ),
            "programs are given",
        ),
        (dict(evidence=Evidence(state=EvidenceLevel.MIB)), "evidence.switching is none"),
        (
            dict(
                evidence=Evidence(
                    state=EvidenceLevel.MIB, switching=EvidenceLevel.MIB, energy=EvidenceLevel.UNIT
                )
            ),
            "evidence.energy is given",
        ),
        (dict(roots=(Root("1.3.6.1.4.1.5", "1.3.6.1.4.1.5.1"),)), "roots"),
        (
            dict(
                outlets=(
                    Outlets(states=State(Column("~.3"), ("1",), ("2",)), control=OUTLETS.control),
                )
            ),
            "roots",
        ),
    ],
)
def test_an_invalid_profile_is_refused(fields: dict[str, Any], sentence: str) -> None:
    check_parts(acme())
    with pytest.raises(ValueError, match=sentence):
        check_parts(acme(**fields))


@pytest.mark.parametrize(
    "device, arcs",
    [
        ("1.3.6.1.4.1.99999.1", 8),
        ("1.3.6.1.4.1.99999.1.7", 8),
        ("1.3.6.1.4.1.99999.10", 0),
        ("1.3.6.1.4.1.99999", 0),
        ("", 0),
    ],
)
def test_a_prefix_fits_whole_arcs_and_not_characters(device: str, arcs: int) -> None:
    assert acme().match(device) == arcs


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
            if isinstance(part, (Spread, Tables, NamedRows)):
                assert part.object.strip(), profile.key
            if isinstance(part, (Column, Scalar)):
                object_name = layouts.get((profile.key, part.object), part.object)
                name = names.setdefault((profile.key, part.oid), object_name)
                assert name == object_name, profile.key
                assert name.strip(), profile.key


SYS_DESCR = "1.3.6.1.2.1.1.1.0"
# Easy PDU firmware that does not use APC's enterprise number has its figures below 1.3.6.1.4.1.1.
ALSO_BELOW: dict[str, set[str]] = {"apc-easy-epdu": {"1"}}


@each_row("profile", PROFILES, ids=lambda profile: profile.key)
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
