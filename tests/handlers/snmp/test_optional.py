"""Which columns and marks a device may lack is said once: by the column."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import is_dataclass
from types import CellType

import pytest

from handlers.snmp import metering
from handlers.snmp.cells import NO_ANSWER
from handlers.snmp.computed import Complete
from handlers.snmp.objects import Column, Scalar
from handlers.snmp.parts import parts_of
from handlers.snmp.profile import Profile
from handlers.snmp.profiles import PROFILES
from handlers.snmp.read_scope import ALL_STATES, FIGURES
from handlers.snmp.states import Condition
from handlers.snmp.tables import object_of, objects_of
from tests.handlers.snmp import units
from tests.handlers.snmp.memory import table, tables
from tests.simulators.snmp_units import Fixture

EVERY_PROFILE = pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.key)


def absent_columns(columns: dict[str, list[str]]) -> Iterator[str]:
    """The columns without a row in a table of which another column has some."""
    answered_tables = {column.rpartition(".")[0] for column, rows in columns.items() if rows}
    for column, rows in columns.items():
        if not rows and column.rpartition(".")[0] in answered_tables:
            yield column


@units.EACH
def test_each_column_that_a_unit_lacks_is_said_to_be_optional(unit: Fixture) -> None:
    """Of those that a status and a statistic use: of any other column the values would be lost."""
    for scope in (ALL_STATES, FIGURES):
        memory = units.memory(unit)
        device = units.find(unit, memory, scope)
        if scope.figures:
            metering.read_statistic(device)
        optional: dict[str, bool] = {}
        for columns in device.tables.reading.answers.columns.values():
            optional.update(columns)
        for column in absent_columns(memory.walked_columns()):
            assert optional.get(column, True), column


@EVERY_PROFILE
def test_a_column_is_optional_wherever_a_family_reads_it(profile: Profile) -> None:
    optional: dict[str, bool] = {}
    for part in parts_of(profile):
        if isinstance(part, Column):
            assert optional.get(part.oid, part.optional) is part.optional, part
            optional[part.oid] = part.optional


@EVERY_PROFILE
def test_a_condition_is_optional_if_and_only_if_its_object_is(profile: Profile) -> None:
    """Whether a device may lack a scalar is said by the condition alone."""
    for part in parts_of(profile):
        if not isinstance(part, Condition):
            continue
        objects = list(objects_of([part.source]))
        is_any_optional = any(object_.optional for object_ in objects)
        if is_any_optional or not any(isinstance(object_, Scalar) for object_ in objects):
            assert part.optional is is_any_optional, part


#: families whose rows have no figure without the optional column, so that none is a part of a sum
NONE_WITHOUT = {"avocent-pm": "a current is read of a unit that shows how many phases it has"}


def parts_and_closures(value: object) -> Iterator[object]:
    """Each dataclass in a value, also in what its functions have been given."""
    stack, seen = [value], set[int]()
    while stack:
        part = stack.pop()
        if id(part) in seen:
            continue
        seen.add(id(part))
        if is_dataclass(part) and not isinstance(part, type):
            yield part
            stack += vars(part).values()
        elif isinstance(part, tuple):
            stack += part
        cells: tuple[CellType, ...] = getattr(part, "__closure__", None) or ()
        stack += [cell.cell_contents for cell in cells]


def sums_of_columns(profile: Profile) -> Iterator[Complete]:
    """The complete columns of the family's totals."""
    for total in profile.totals:
        yield from (part for part in parts_and_closures(total) if isinstance(part, Complete))


def rests_on_optional_objects(rows: Complete) -> bool:
    """Whether a device may lack all that tells of missing rows. A scalar may be absent, too."""
    proofs = list(objects_of([rows.same_rows_as, rows.count]))
    has_optional_column = any(proof.optional for proof in proofs)
    is_any_certain = any(not proof.optional and not isinstance(proof, Scalar) for proof in proofs)
    return has_optional_column and not is_any_certain and not (rows.least or rows.next_row)


@EVERY_PROFILE
def test_a_sum_whose_proofs_are_optional_takes_its_siblings_as_proof(profile: Profile) -> None:
    if profile.key in NONE_WITHOUT:
        return
    for rows in sums_of_columns(profile):
        assert rows.siblings or not rests_on_optional_objects(rows), rows


@EVERY_PROFILE
def test_a_row_that_siblings_alone_show_is_lost(profile: Profile) -> None:
    """On a device without the columns and numbers that else tell it."""
    for rows in sums_of_columns(profile):
        for sibling in rows.siblings:
            assert isinstance(rows.source, Column)
            objects = table(rows.source.oid, {"1.1": 5, "1.3": 7})
            objects |= table(sibling.oid, {"1.1": 1, "1.2": 1, "1.3": 1})
            assert rows.rows(tables(objects)) == {"1.1": 5, "1.2": NO_ANSWER, "1.3": 7}


@EVERY_PROFILE
def test_siblings_are_columns_of_the_same_table(profile: Profile) -> None:
    for rows in sums_of_columns(profile):
        column = object_of(rows.source)
        for sibling in rows.siblings:
            assert column is not None
            assert sibling.oid.rpartition(".")[0] == column.oid.rpartition(".")[0]
            assert sibling.oid != column.oid
