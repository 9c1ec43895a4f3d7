from __future__ import annotations

import pytest

from handlers.snmp.frozen_value import FrozenValue, parts_of, replace


class Point(FrozenValue):
    x: int
    y: int = 0

    def __post_init__(self) -> None:
        if self.y < 0:
            raise ValueError("y is below zero")


class Named(Point):
    name: str = ""
    at: tuple[Point, ...] = ()


def test_fields_are_the_annotations_of_the_base_class_and_then_those_of_the_class() -> None:
    value = Named(1, name="a")
    assert (value.x, value.y, value.name) == (1, 0, "a") and list(Named.FIELDS) == [
        "x",
        "y",
        "name",
        "at",
    ]
    assert repr(value) == "Named(x=1, y=0, name='a', at=())"


def test_values_are_equal_by_class_and_fields_and_can_be_keys() -> None:
    assert Point(1) == Point(1, 0) != Point(2)
    assert Point(1) != Named(1)
    assert len({Point(1), Point(1, 0), Named(1)}) == 2


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


def test_the_parts_of_a_value_include_nested_values() -> None:
    inner = Point(3)
    assert inner in list(parts_of(Named(1, at=(inner, Point(4))))) and 4 in list(
        parts_of((Point(4),))
    )
