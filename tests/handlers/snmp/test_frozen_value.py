from __future__ import annotations

import pytest

from handlers.snmp.frozen_value import FrozenValue, replace


class Point(FrozenValue):
    x: int
    y: int = 0

    def __post_init__(self) -> None:
        if self.y < 0:
            raise ValueError("y is below zero")


def test_a_value_is_immutable_and_can_be_copied_with_other_fields() -> None:
    value = Point(1)
    with pytest.raises(AttributeError, match="cannot be changed"):
        setattr(value, "x", 2)
    with pytest.raises(AttributeError, match="cannot be changed"):
        del value.x
    assert replace(value, x=2) == Point(2) and value == Point(1)
    with pytest.raises(ValueError, match="below zero"):
        replace(value, y=-1)


@pytest.mark.parametrize(
    "positional, named, words",
    [
        ((), {}, "needs x"),
        ((1, 2, 3), {}, "once"),
        ((1,), {"x": 2}, "once"),
        ((1,), {"z": 2}, "has no z"),
    ],
)
def test_a_missing_or_repeated_or_unknown_field_is_a_type_error(
    positional: tuple[int, ...], named: dict[str, int], words: str
) -> None:
    with pytest.raises(TypeError, match=words):
        Point(*positional, **named)
