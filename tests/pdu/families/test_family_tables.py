from __future__ import annotations

import itertools

import pytest

from handlers.snmp.detection import SYS_OBJECT_ID, candidates, detect
from handlers.snmp.frozen_value import parts_of
from handlers.snmp.outlets import Outlets
from handlers.snmp.profile import Profile
from handlers.snmp.profiles import PROFILES
from handlers.snmp.sources import Column, Number, Only
from pdu.families import family_tables
from tests.handlers.snmp.memory import of_rows
from tests.recordings import fixture

KEYS = (
    "apc-masterswitch apc-rpdu apc-rpdu2 aten-pe avocent-pm digipower eaton-epdu eaton-pulizzi"
    " liebert-mph raritan-px2 rpcm sentry3 vertiv-dcs-mpdu wti-power"
).split()


@pytest.mark.parametrize("key", KEYS)
def test_a_status_makes_the_requests_of_the_cost_table(key: str) -> None:
    """The only requests outside the table are the GET of sysObjectID and the probes of families
    that are tried earlier.
    """
    device = of_rows(fixture(key).rows)
    (profile,) = (profile.in_contact() for profile in PROFILES if profile.key == key)
    snmp_device = detect(device, PROFILES)
    assert snmp_device.outlets == profile.outlets[0]
    requests = set(device.asked[1:])
    candidate_list = list(candidates(str(device.get(SYS_OBJECT_ID)), PROFILES))
    assert profile in [candidate.profile for candidate in candidate_list]
    probes: set[str] = set()
    for candidate in itertools.takewhile(lambda tried: tried.profile != profile, candidate_list):
        for outlets in candidate.profile.outlets:
            probes |= questions(candidate.profile, outlets)
    documented_requests: set[str] = set()
    for question in questions(profile, snmp_device.outlets):
        documented_requests.add(question.replace("~", snmp_device.reader.root))
    assert device.asked[0] == f"get {SYS_OBJECT_ID}"
    assert documented_requests <= requests
    # a row of a column that is walked tells that a chain is none, or that a mark is not there
    row_prefixes: list[str] = []
    for request in documented_requests:
        verb, oid = request.split()
        if verb == "walk":
            row_prefixes.append(f"get {oid}.")
    rows = {request for request in requests if request.startswith(tuple(row_prefixes))}
    unit_columns = [part for part in parts_of(profile.units) if isinstance(part, Column)]
    list_of_units = {f"walk {column.oid}" for column in unit_columns}
    assert requests - documented_requests - rows <= probes | list_of_units


def questions(profile: Profile, outlets: Outlets) -> set[str]:
    """Return the requests that the table counts, as "get OID" or "walk OID"."""
    status_reads = family_tables.status_reads(profile, outlets)
    return {f"{status_read.verb.lower()} {status_read.oid}" for status_read in status_reads}


@pytest.mark.parametrize("call", ["devices", "identities", "costly"])
def test_each_table_has_a_row_for_every_family_in_its_scope(call: str) -> None:
    lines = getattr(family_tables, call)(PROFILES).splitlines()
    keys = {line.split("`")[1] for line in lines[2:]}
    with_outlets = {profile.key for profile in PROFILES if profile.outlets}
    costly = {
        p.key
        for p in PROFILES
        if p.outlets and len(family_tables.status_reads(p, p.outlets[0])) > 1
    }
    assert (
        keys
        == {"devices": {p.key for p in PROFILES}, "identities": with_outlets, "costly": costly}[
            call
        ]
    )
    assert len({line.count("|") for line in lines}) == 1


def test_a_number_from_an_index_is_not_shown_as_the_value_of_the_object() -> None:
    table = [line.split(" | ") for line in family_tables.identities(PROFILES).splitlines()]
    numbers = {row[0]: row[2] for row in table[2:]}
    assert [numbers[f"| `{key}`"] for key in ("netio", "apnl-modular")] == [
        "index of netioOutputState",
        "nodeOutlet",
    ]
    nameless = Number(Only(Column("~.1"), Column("~.2"), ("1",)))
    assert list(family_tables.object_names(nameless)) == []
