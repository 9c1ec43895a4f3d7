"""What was seen of an outlet is kept under its unit, also where several units share an address."""

from __future__ import annotations

from typing import Any

from handlers.shared.address import Address
from pdu.pdus.listed_pdu import ListedPdu
from pdu.pdus.polling import Target
from pdu.site.machines.pdu_access import PolledPdus


def _keys(*devices: ListedPdu) -> list[str]:
    unused: Any = None
    world = PolledPdus({one.name: Target(one, unused, unused) for one in devices})
    return [world.key(one.name) for one in devices]


def test_units_behind_one_address_have_keys_of_their_own() -> None:
    left = ListedPdu("left", "snmp", Address("192.0.2.7"), settings=(("port", "1161"),))
    right = left._replace(name="right", settings=(("port", "1162"),))
    first = ListedPdu("first", "nut", Address("192.0.2.8"), settings=(("device", "a"),))
    second = first._replace(name="second", settings=(("device", "b"),))

    assert len(set(_keys(left, right, first, second))) == 4


def test_one_unit_under_two_names_has_one_key() -> None:
    left = ListedPdu("left", "snmp", Address("192.0.2.7:161"))
    again = left._replace(name="again", address=Address("192.0.2.7"))

    assert len(set(_keys(left, again))) == 1
