"""An outlet whose state has no row in the answers stays in the labels, where its number or its name
is in the same table."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from handlers.shared.errors import PduHandlerError
from handlers.snmp.labels import missing_labels, outlet_labels
from handlers.snmp.tables import objects_of
from tests.handlers.snmp import units
from tests.handlers.snmp.memory import Memory
from tests.simulators.snmp_units import Fixture, fixture


def identities(unit: Fixture, device: Memory) -> list[str]:
    return [label.identity for label in outlet_labels(units.find(unit, device))]


def columns_beside_labels(unit: Fixture, device: Memory) -> Iterator[str]:
    """The columns that list the outlets, of which a column of labels of the same table is on the
    unit."""
    found = units.find(unit, device)
    outlets = found.outlets
    if outlets is None:
        return
    source = outlets.states.source if outlets.states else outlets.rows
    label_oids = [
        found.tables.resolve(oid)
        for column in objects_of([outlets.number, outlets.name])
        for oid, _ in column.columns()
    ]
    for column in objects_of([source]):
        for oid, _ in column.columns():
            listing = found.tables.resolve(oid)
            table = listing.rpartition(".")[0]
            beside = [o for o in label_oids if o.rpartition(".")[0] == table and o != listing]
            rows = device.walk(listing)
            if rows and any(device.walk(o).keys() >= rows.keys() for o in beside):
                yield listing


@units.EACH
def test_an_outlet_without_a_row_of_its_state_keeps_its_label(unit: Fixture) -> None:
    """The first, the last and one between: not in the walk, and in no answer."""
    device = units.memory(unit)
    whole = identities(unit, device)
    for column in columns_beside_labels(unit, device):
        rows = list(device.walk(column))
        for row in {rows[0], rows[len(rows) // 2], rows[-1]}:
            device.unwalked = {column: [row]}
            assert set(identities_or_error(unit, device, whole)) >= set(whole), (column, row)
            device.unwalked = {}
            with device.without([f"{column}.{row}"]):
                assert set(identities_or_error(unit, device, whole)) >= set(whole), (column, row)


def identities_or_error(unit: Fixture, device: Memory, whole: list[str]) -> list[str]:
    """An error is no list without the outlet."""
    try:
        return identities(unit, device)
    except PduHandlerError:
        return whole


@pytest.mark.parametrize("name", ["aten-pe_slots", "tripplite-products", "raritan-px2", "rpcm"])
def test_a_unit_that_answers_all_has_the_same_labels_as_its_status(name: str) -> None:
    unit = fixture(name)
    device = units.memory(unit)
    found = units.find(unit, device)
    assert [label.identity for label in outlet_labels(found)] == list(found.states)
    assert missing_labels(found) == []
