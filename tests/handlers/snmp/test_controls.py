"""Controls of a single family: DigiPower writes the states of all outlets of a unit at once."""

from __future__ import annotations

import pytest

from handlers.shared.errors import NoSuchOutlet, Unsupported
from handlers.snmp.profiles.digipower import STATUS, WriteAll
from handlers.snmp.tables import Tables
from tests.handlers.snmp.memory import tables
from tests.handlers.snmp.units import FAMILIES, SWITCHED, port_of, switching
from tests.platform_calls import pdu_of

CONTROL = WriteAll()


def unit(packed_text: str, number: int = 1) -> Tables:
    return tables({f"{STATUS.oid}.{number}.13.0": packed_text})


@pytest.mark.parametrize(
    "packed_text, identity, up, written",
    [
        ("1,0,1", "2", True, "1,1,1"),
        ("1,0,1", "3", True, "1,0,1"),
        ("1,0,1", "1", False, "0,0,1"),
        ("1, 0 ,1\0", "3", False, "1,0,0"),
        ("1,0,", "2", True, "1,1,"),
        ("1,1,-1,-1", "1", False, "0,1,-1,-1"),
    ],
)
def test_a_text_is_written_back_with_one_position_changed(
    packed_text: str, identity: str, up: bool, written: str
) -> None:
    varbinds = CONTROL.varbinds(unit(packed_text), identity, up=up)
    assert varbinds == [(f"{STATUS.oid}.1.13.0", written)]


@pytest.mark.parametrize("identity", ["4", "0", "-1", "x", "\u0663", "2.1", "3.1", "."])
def test_an_outlet_that_the_text_does_not_have_is_not_written(identity: str) -> None:
    with pytest.raises(NoSuchOutlet):
        CONTROL.varbinds(unit("1,0,-1"), identity, up=True)
    with pytest.raises(NoSuchOutlet):
        CONTROL.varbinds(unit("1,0,-1"), "3", up=True)


@pytest.mark.parametrize("word", ["-2", "", "2"])
def test_a_text_with_an_outlet_that_is_neither_on_nor_off_is_not_written(word: str) -> None:
    with pytest.raises(Unsupported, match=f"outlet 2 reports '{word}', neither on nor off"):
        CONTROL.varbinds(unit(f"1,{word},-1"), "1", up=False)


def test_a_text_with_a_separator_at_the_end_sets_the_outlets_before_it() -> None:
    varbinds = CONTROL.varbinds(unit("1,0,"), "2", up=True)
    assert CONTROL.covers(("1", "2"), "2", varbinds)
    assert not CONTROL.covers(("3",), "2", varbinds)
    assert CONTROL.is_carried_out(unit("1,1,"), "2", varbinds)
    assert not CONTROL.is_carried_out(unit("0,1,"), "2", varbinds)


def test_a_packed_text_is_read_again_right_before_the_write() -> None:
    controls = {
        unit.name: outlets.control
        for unit in SWITCHED
        for outlets in FAMILIES[unit.key].outlets
        if outlets.control
    }
    packed_units = [u for u in SWITCHED if controls[u.name].writes_neighbours]
    assert packed_units
    for packed_unit in packed_units:
        pdu = pdu_of(packed_unit)
        pdu.port_down(port_of(packed_unit), deadline=0.0, pause=0.0)
        oid = switching(packed_unit).off[-1].oid
        is_write = [request.startswith(f"set {oid} ") for request in pdu.requests]
        assert pdu.requests[is_write.index(True) - 1] == f"get {oid}", packed_unit.name


@pytest.mark.parametrize("packed_text, is_covered", [("1,0,1,0", True), ("1,0,1", False)])
def test_a_text_that_sets_all_outlets_must_have_each_that_the_device_listed(
    packed_text: str, is_covered: bool
) -> None:
    """A unit whose text is shorter right before a command lists fewer outlets than it has."""
    another_units = "2.5"
    outlets = ["1", "2", "3", "4", another_units]
    assert CONTROL.covers(outlets, "1", [("1.3", packed_text)]) is is_covered
