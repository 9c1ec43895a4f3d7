"""A request without an answer is the error of the reading, whatever it was sent for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Optional

import pytest

from handlers.shared.errors import Unreachable
from handlers.snmp.labels import outlet_labels
from tests.handlers.snmp.memory import Memory, Value, plain
from tests.handlers.snmp.units import FIXTURES, find, unit_id
from tests.simulators.snmp_units import Fixture

# their columns of states lack rows, which are sought in other columns
LACKING_ROWS = ("cyberpower-epdu2_phase", "ibm-dpi_doubtful")


class Failing(Memory):
    """A device that leaves one of its requests without an answer."""

    def __init__(self, objects: Mapping[str, Value], number: int) -> None:
        super().__init__(objects)
        self._number = number  #: of that request, from 1

    def get(self, oid: str) -> Optional[Value]:
        value = super().get(oid)
        self._fail()
        return value

    def walk(self, oid: str) -> Mapping[str, Value]:
        rows = super().walk(oid)
        self._fail()
        return rows

    def _fail(self) -> None:
        if len(self.asked) == self._number:
            raise Unreachable("no answer")


def read(unit: Fixture, number: int) -> int:
    """Read states and labels of the unit, which leaves this request without an answer. Returns how
    many it got.
    """
    device = Failing({oid: plain(row) for oid, row in unit.rows.items()}, number)
    outlet_labels(find(unit, device))
    return len(device.asked)


@pytest.mark.parametrize(
    "unit", [unit for unit in FIXTURES if unit.name in LACKING_ROWS], ids=unit_id
)
def test_a_request_without_an_answer_is_the_error_of_the_reading(unit: Fixture) -> None:
    for number in range(1, read(unit, 0) + 1):
        with pytest.raises(Unreachable):
            read(unit, number)
