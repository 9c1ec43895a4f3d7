from __future__ import annotations

import pytest

from handlers.snmp.frozen_value import FrozenValue, check_parts, replace


class Point(FrozenValue):
    x: int
    y: int = 0

    def check(self) -> None:
        if self.y < 0:
            raise ValueError("y is below zero")


def test_a_value_is_immutable_and_can_be_copied_with_other_fields() -> None:
    value = Point(1)
    with pytest.raises(AttributeError, match="x"):
        setattr(value, "x", 2)
    with pytest.raises(AttributeError, match="x"):
        del value.x
    assert replace(value, x=2) == Point(2)
    assert value == Point(1)


def test_each_part_of_a_value_is_checked() -> None:
    check_parts((Point(1), Point(2)))
    with pytest.raises(ValueError, match="below zero"):
        check_parts((Point(1), replace(Point(1), y=-1)))
