from __future__ import annotations

import pytest

from handlers.snmp.objects import Scalar
from handlers.snmp.parts import parts_of
from handlers.snmp.single_family import WritePacked
from handlers.snmp.sources import Packed
from tests.handlers.snmp.memory import reader
from tests.handlers.snmp.units import FAMILIES, SWITCHED, port_of, switching
from tests.platform_calls import pdu_of
from tests.simulators.snmp_units import Fixture

PACKED = WritePacked(Scalar("1.3.13.0"), Packed(Scalar("1.3.13.0")), on="1", off="0")


def test_a_text_with_a_separator_at_the_end_sets_the_outlets_before_it() -> None:
    orders = PACKED.orders(reader({"1.3.13.0": "1,0,"}), "2", up=True)
    assert PACKED.covers(("1", "2"), "2", orders)
    assert not PACKED.covers(("3",), "2", orders)
    switched = reader({"1.3.13.0": "1,1,"})
    assert PACKED.is_carried_out(switched, "2", orders)


def test_a_packed_text_is_read_again_right_before_the_write() -> None:
    packed_units: list[Fixture] = []
    for unit in SWITCHED:
        if any(isinstance(part, WritePacked) for part in parts_of(FAMILIES[unit.key].outlets)):
            packed_units.append(unit)
    assert packed_units
    for unit in packed_units:
        pdu = pdu_of(unit)
        pdu.port_down(port_of(unit), deadline=0.0, pause=0.0)
        oid = switching(unit).off[-1].oid
        is_write = [request.startswith(f"set {oid} ") for request in pdu.requests]
        assert pdu.requests[is_write.index(True) - 1] == f"get {oid}", unit.name


@pytest.mark.parametrize("packed_text, is_covered", [("1,0,1,0", True), ("1,0,1", False)])
def test_a_text_that_sets_all_outlets_must_have_each_that_the_device_listed(
    packed_text: str, is_covered: bool
) -> None:
    """A unit whose text is shorter right before a command lists fewer outlets than it has."""
    (control,) = (outlets.control for outlets in FAMILIES["digipower"].outlets)
    assert isinstance(control, WritePacked)
    another_units = "2.5"
    outlets = ["1", "2", "3", "4", another_units]
    assert control.covers(outlets, "1", [("1.3", packed_text)]) is is_covered
