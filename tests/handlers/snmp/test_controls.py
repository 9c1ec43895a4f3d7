from __future__ import annotations

import pytest

from handlers.shared.errors import NoSuchOutlet, Unsupported
from handlers.snmp.controls import Guarded, Verbs, Write
from handlers.snmp.frozen_value import check_parts, parts_of, replace
from handlers.snmp.reader import Reader
from handlers.snmp.single_family import Unmarked, WritePacked
from handlers.snmp.sources import Column, Packed, Scalar
from tests.handlers.snmp.memory import Memory, reader, table
from tests.handlers.snmp.units import FAMILIES, SWITCHED, port_of, switching
from tests.platform_calls import pdu_of
from tests.recordings import Fixture

COMMAND = Column("1.3.5")
WRITE = Write(COMMAND, on=1, off=2)


def test_each_verb_has_its_column_and_writes_a_delay_of_zero() -> None:
    verbs = Verbs(on=Column("1.3.4"), off=Column("1.3.3"))
    assert verbs.orders(reader({}), "0.7", up=True) == [("1.3.4.0.7", 0)]
    assert verbs.orders(reader({}), "0.7", up=False) == [("1.3.3.0.7", 0)]
    with pytest.raises(ValueError):
        check_parts(Verbs(on=Column("1.3.3"), off=Column("1.3.3")))


PACKED = WritePacked(Scalar("1.3.13.0"), Packed(Scalar("1.3.13.0")), on="1", off="0")


def test_a_packed_text_is_written_back_with_one_position_changed() -> None:
    assert PACKED.orders(reader({"1.3.13.0": "1,0,1"}), "2", up=True) == [("1.3.13.0", "1,1,1")]
    assert PACKED.orders(reader({"1.3.13.0": "1, 0 ,1\0"}), "3", up=False) == [
        ("1.3.13.0", "1,0,0")
    ]


def test_a_separator_at_the_end_begins_no_outlet_and_is_written_back() -> None:
    device = {"1.3.13.0": "1,0,"}
    assert PACKED.packed.rows(reader(device)) == {"1": "1", "2": "0"}

    orders = PACKED.orders(reader(device), "2", up=True)

    assert orders == [("1.3.13.0", "1,1,")]
    assert PACKED.covers(("1", "2"), "2", orders)
    assert not PACKED.covers(("3",), "2", orders)
    switched = reader({"1.3.13.0": "1,1,"})
    assert PACKED.is_carried_out(switched, "2", orders)


def test_a_set_lock_forbids_the_write() -> None:
    """1 is unlocked, 2 is locked."""
    locks = reader(table("1.3.6", {"1": 1, "2": 2}))
    assert LOCKED.orders(locks, "1", up=True) == [("1.3.5.1", 1)]
    with pytest.raises(Unsupported, match="it is locked .*2"):
        LOCKED.orders(locks, "2", up=True)


def test_a_device_without_the_locks_of_its_mib_forbids_the_write_if_they_are_demanded() -> None:
    without_locks = reader({})
    demanded = replace(LOCKED, demanded=True)
    assert LOCKED.orders(without_locks, "1", up=True) == [("1.3.5.1", 1)]
    with pytest.raises(Unsupported, match="it is locked .no value"):
        demanded.orders(without_locks, "1", up=True)


def test_an_empty_lock_forbids_the_write_where_one_value_allows_it() -> None:
    only_1_allows = replace(LOCKED, allow=("1",), refuse=())
    empty_lock = reader({"1.3.6.2": ""})
    with pytest.raises(Unsupported, match="it is locked .value is empty"):
        only_1_allows.orders(empty_lock, "2", up=True)


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


def test_a_position_without_an_outlet_is_written_back_as_it_was_read() -> None:
    control = WritePacked(
        Scalar("1.3.13.0"), Packed(Scalar("1.3.13.0")), on="1", off="0", empty=("-1",)
    )
    packed_reader = reader({"1.3.13.0": "1,1,-1,-1"})
    assert control.orders(packed_reader, "1", up=False) == [("1.3.13.0", "0,1,-1,-1")]
    with pytest.raises(NoSuchOutlet):
        control.orders(packed_reader, "3", up=False)
    for other_states in ("1,-2,-1,-1", "1,-3,-1,-1", "1,,-1,-1"):
        with pytest.raises(Unsupported, match="outlet 2"):
            control.orders(reader({"1.3.13.0": other_states}), "1", up=False)


@pytest.mark.parametrize("identity", ["4", "0", "-1", "x", "", "\u0663"])
def test_an_identity_that_is_not_a_position_in_the_text_is_not_an_outlet(identity: str) -> None:
    with pytest.raises(NoSuchOutlet):
        PACKED.orders(reader({"1.3.13.0": "1,0,1"}), identity, up=True)


LOCKED = Guarded(WRITE, Column("1.3.6"), refuse=("2",), why="it is locked", demanded=False)


def test_a_lock_that_is_missing_beside_others_forbids_write_and_only_then_costs_a_walk() -> None:
    device = Memory(table("1.3.6", {"1": 1, "2": 2}))
    with pytest.raises(Unsupported, match="it is locked .no value"):
        LOCKED.orders(Reader(device), "3", up=True)
    assert device.asked == ["get 1.3.6.3", "walk 1.3.6"]
    device.asked.clear()
    LOCKED.orders(Reader(device), "1", up=True)
    assert device.asked == ["get 1.3.6.1"]


@pytest.mark.parametrize("marks", [{}, {"1": 0}], ids=["none", "only another's"])
def test_a_mark_that_cannot_be_read_forbids_the_write(marks: dict[str, int]) -> None:
    """A table of marks that ends early may lack the mark of another outlet too."""
    control = Unmarked(WRITE, Column("1.3.4"), ("0",), "a command executes all marks")
    with pytest.raises(Unsupported, match="does not list which outlets are marked"):
        control.orders(reader(table("1.3.4", marks)), "2", up=True)


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
