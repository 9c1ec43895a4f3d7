"""Which columns and marks a device may lack is said once: by the column."""

from __future__ import annotations

from collections.abc import Iterator

from handlers.snmp import metering
from handlers.snmp.objects import Column, Scalar
from handlers.snmp.parts import parts_of
from handlers.snmp.profile import Profile
from handlers.snmp.profiles import PROFILES
from handlers.snmp.read_scope import FIGURES
from handlers.snmp.sources import IfMatches
from handlers.snmp.states import Condition
from handlers.snmp.tables import Source
from tests.handlers.snmp import units
from tests.handlers.snmp.memory import Memory
from tests.rows import each_row
from tests.simulators.snmp_units import Fixture

EVERY_PROFILE = each_row("profile", PROFILES, ids=lambda profile: profile.key)


def walked_columns(device: Memory) -> dict[str, list[str]]:
    """The rows of each column that was walked."""
    walks = [ask.removeprefix("walk ") for ask in device.asked if ask.startswith("walk ")]
    return {column: list(device.walk(column)) for column in dict.fromkeys(walks)}


def absent_columns(columns: dict[str, list[str]]) -> Iterator[str]:
    """The columns without a row in a table of which another column has some."""
    answered_tables = {column.rpartition(".")[0] for column, rows in columns.items() if rows}
    for column, rows in columns.items():
        if not rows and column.rpartition(".")[0] in answered_tables:
            yield column


@units.EVERY_ROW
def test_each_column_that_a_unit_lacks_is_said_to_be_optional(unit: Fixture) -> None:
    """In all that a status and a statistic read: of any other column the values would be lost."""
    memory = units.memory(unit)
    units.find(unit, memory)
    device = units.find(unit, memory, FIGURES)
    metering.read_statistic(device)
    required = {}
    for part in parts_of(device.profile):
        if isinstance(part, Column) and not part.optional:
            required[device.tables.resolve(part.oid)] = part.object

    for column in absent_columns(walked_columns(memory)):
        assert column not in required, required[column]


@EVERY_PROFILE
def test_a_column_is_optional_wherever_a_family_reads_it(profile: Profile) -> None:
    optional: dict[str, bool] = {}
    for part in parts_of(profile):
        if isinstance(part, Column):
            assert optional.setdefault(part.oid, part.optional) is part.optional, part


def is_optional(test: Source) -> bool:
    """Whether some devices of a family have no value of `test`: it has an optional column, is a
    scalar, or is read on some devices only."""
    parts = list(parts_of(test))
    has_optional_column = any(isinstance(part, Column) and part.optional for part in parts)
    return has_optional_column or isinstance(test, (Scalar, IfMatches))


@EVERY_PROFILE
def test_a_doubt_or_contact_is_optional_if_and_only_if_its_object_is(profile: Profile) -> None:
    for part in parts_of(profile):
        if isinstance(part, Condition):
            assert part.optional is is_optional(part.test), part
        elif isinstance(part, Condition) and not isinstance(part.mark, Scalar):
            assert part.optional is is_optional(part.mark), part
