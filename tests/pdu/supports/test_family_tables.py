from __future__ import annotations

from handlers.snmp.cells import Rows
from handlers.snmp.filters import one_of, where
from handlers.snmp.objects import Column
from handlers.snmp.profiles import PROFILES
from handlers.snmp.states import State
from handlers.snmp.tables import Tables, computed_from
from pdu.supports import family_tables


def test_the_table_of_devices_has_a_row_for_every_family() -> None:
    lines = family_tables.devices(PROFILES).splitlines()
    assert [line.split("`")[1] for line in lines[2:]] == sorted_keys()
    assert len({line.count("|") for line in lines}) == 1


def sorted_keys() -> list[str]:
    """The keys of all families in the order of the table."""
    profiles = sorted(PROFILES, key=lambda profile: (profile.vendor.lower(), profile.key))
    return [profile.key for profile in profiles]


def test_the_table_of_commands_names_what_is_written_and_not_what_finds_its_row() -> None:
    on_by_family: dict[str, str] = {}
    for line in family_tables.command_table(PROFILES).splitlines()[2:]:
        _, _, key, on, off, _, _ = line.split("|")
        on_by_family[key.strip(" `")] = on.strip()
        assert "=" in on and "=" in off, line
    assert on_by_family["apc-rpdu2"] == (
        "rPDU2OutletSwitchedControlCommand = 1 or rPDUOutletControlOutletCommand = 1"
        " or sPDUOutletCtl = 1"
    )
    assert on_by_family["tripplite-products"].count(" = 2") == 3
    assert on_by_family["wti-power"] == "plugAction = 5"


def test_a_source_has_the_name_of_the_object_of_its_values() -> None:
    state, kind = Column("~.1", "state"), Column("~.2", "kind")

    @computed_from(state, kind)
    def of_kind(tables: Tables) -> Rows:
        return where(tables[state], tables[kind], one_of("1"))

    assert list(family_tables.object_names(of_kind)) == ["state"]
    states = State(of_kind, on=("1",), off=("2",), crosscheck=kind)
    assert list(family_tables.object_names(states)) == ["state", "kind"]
    assert list(family_tables.object_names(Column("~.1"))) == ["~.1"]
