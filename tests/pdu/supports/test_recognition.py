"""A sysObjectID names each family once, whatever conditions the family has."""

from __future__ import annotations

from handlers.snmp.profiles import PROFILES
from pdu.supports.recognition import recognise


def test_a_number_names_each_family_once() -> None:
    for profile in PROFILES:
        for number in profile.sys_object_ids:
            keys = [family.key for family in recognise(number).likely]
            assert len(set(keys)) == len(keys), number
