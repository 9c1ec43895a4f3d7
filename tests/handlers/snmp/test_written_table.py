"""The table of what a command writes: complete for every family that is switched."""

from __future__ import annotations

from handlers.snmp.profiles import PROFILES
from pdu.families import family_tables


def test_each_family_that_is_switched_has_its_objects_and_values() -> None:
    lines = family_tables.command_table(list(PROFILES)).splitlines()[2:]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    keys = {profile.key for profile in PROFILES if profile.is_switched}
    assert {row[1].strip("`") for row in rows} == keys
    for _, family, on, off, _ in rows:
        assert " = " in on and " = " in off and on != off, family


def test_a_write_before_the_command_is_told() -> None:
    firsts = [
        line
        for line in family_tables.command_table(list(PROFILES)).splitlines()[2:]
        if " | – |" not in line
    ]
    assert firsts and all(" = " in line.rsplit("|", 2)[1] for line in firsts)
