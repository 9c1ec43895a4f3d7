"""Which columns and marks a device may lack is said once: by the column."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from handlers.snmp import metering
from handlers.snmp.objects import Column, Scalar
from handlers.snmp.parts import parts_of
from handlers.snmp.profile import Profile
from handlers.snmp.profiles import PROFILES
from handlers.snmp.read_scope import ALL_STATES, FIGURES
from handlers.snmp.states import Condition
from handlers.snmp.tables import objects_of
from tests.handlers.snmp import units
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
