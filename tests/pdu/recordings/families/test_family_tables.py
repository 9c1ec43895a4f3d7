from __future__ import annotations

import pytest

from handlers.snmp.detection import SYS_OBJECT_ID, candidates, detect
from handlers.snmp.outlets import Outlets
from handlers.snmp.profile import Profile
from handlers.snmp.profiles import PROFILES
from handlers.snmp.sources import (
    Column,
    Merged,
    Number,
    Only,
    Prefixed,
    Scalar,
    Span,
    Spread,
    Tables,
)
from pdu.recordings.families import family_tables
from tests.handlers.snmp.every_part import NAMED, SPREAD
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
    (profile,) = (profile for profile in PROFILES if profile.key == key)
    found = detect(device, PROFILES)
    assert found.outlets is profile.outlets[0]
    asked = set(device.asked[1:])
    tried = list(candidates(str(device.get(SYS_OBJECT_ID)), PROFILES))
    before = tried[: [candidate.profile for candidate in tried].index(profile)]
    probed = {
        read
        for candidate in before
        for outlets in candidate.profile.outlets
        for read in questions(outlets)
    }
    documented = {question.replace("~", found.reader.root) for question in questions(found.outlets)}
    assert device.asked[0] == f"get {SYS_OBJECT_ID}"
    assert documented <= asked
    assert asked - documented <= probed


def questions(outlets: Outlets) -> set[str]:
    """Return the reads that the table counts, as "get OID" or "walk OID"."""
    return {f"{read.verb.lower()} {read.oid}" for read in family_tables.status_reads(outlets)}


@pytest.mark.parametrize("call", ["devices", "identities", "costly"])
def test_each_table_has_a_row_for_every_family_in_its_scope(call: str) -> None:
    lines = getattr(family_tables, call)(PROFILES).splitlines()
    listed = {line.split("`")[1] for line in lines[2:]}
    with_outlets = {profile.key for profile in PROFILES if profile.outlets}
    costly = {
        p.key for p in PROFILES if p.outlets and len(family_tables.status_reads(p.outlets[0])) > 1
    }
    assert (
        listed
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


def test_both_columns_of_a_named_source_and_the_list_of_a_spread_are_counted() -> None:
    assert questions(Outlets(rows=NAMED)) == {
        "walk 1.3.6.1.4.1.99999.6.3",
        "walk 1.3.6.1.4.1.99999.6.10",
    }
    asked = questions(Outlets(rows=SPREAD))
    assert "get 1.3.6.1.4.1.99999.2.0" in asked and len(asked) == 1 + 42


def test_many_reads_of_one_object_are_counted_under_its_mib_name() -> None:
    one_by_one = Spread(
        "1.3.6.1.4.1.99999.3", (Span(1, 8, 2), Span(9, 42, 11)), "outletNStatus", by_get=True
    )
    by_unit = Tables("1.3.6.1.4.1.99999.5", 1, 8, "2.1.2", "outletPduX")
    states = Merged(
        (
            Only(one_by_one, Scalar("1.3.6.1.4.1.99999.9.0", "outletCount"), ("1",)),
            Prefixed("9", by_unit),
            Prefixed("8", Column("1.3.6.1.4.1.99999.7")),
        )
    )
    outlets = Outlets(rows=states, count=Scalar("1.3.6.1.4.1.99999.9.0", "outletCount"))
    assert (
        family_tables.costly(
            [Profile("acme", "Acme", ("A",), "ACME-MIB", outlets=(outlets,))]
        ).splitlines()[2]
        == "| `acme` | 52 | 42 GETs of outletNStatus, GET of outletCount, "
        "8 walks of outletPduX, walk of 1.3.6.1.4.1.99999.7 |"
    )
