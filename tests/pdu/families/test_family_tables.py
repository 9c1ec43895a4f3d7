from __future__ import annotations

from handlers.snmp.objects import Column
from handlers.snmp.profiles import PROFILES
from handlers.snmp.sources import Number, Where
from pdu.families import family_tables


def test_the_table_of_devices_has_a_row_for_every_family() -> None:
    lines = family_tables.devices(PROFILES).splitlines()
    assert [line.split("`")[1] for line in lines[2:]] == sorted_keys()
    assert len({line.count("|") for line in lines}) == 1


def sorted_keys() -> list[str]:
    """The keys of all families in the order of the table."""
    profiles = sorted(PROFILES, key=lambda profile: (profile.vendor.lower(), profile.key))
    return [profile.key for profile in profiles]


def test_a_number_from_an_index_is_not_shown_as_the_value_of_the_object() -> None:
    named = Number(Where(Column("~.1", object="state"), Column("~.2", object="kind"), ("1",)))
    assert list(family_tables.object_names(named)) == ["index of state", "kind"]
    nameless = Number(Where(Column("~.1"), Column("~.2"), ("1",)))
    assert list(family_tables.object_names(nameless)) == []
