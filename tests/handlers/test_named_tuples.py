"""Our `NamedTuple` is the standard one, but for what its classes cost."""

from __future__ import annotations

import copy
import pickle
import typing
from typing import Any, Callable

import pytest

from handlers.shared.named_tuples import NamedTuple


class Standard(typing.NamedTuple):
    host: str
    port: int = 161
    oids: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        return f"{self.host}:{self.port}"


class Ours(NamedTuple):
    host: str
    port: int = 161
    oids: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        return f"{self.host}:{self.port}"


class Below(Ours):
    """A class below one of ours has its fields."""


MAKE: list[Callable[[Any], Any]] = [
    lambda kind: kind("a"),
    lambda kind: kind("a", 5),
    lambda kind: kind("a", oids=("1.3",)),
    lambda kind: kind(oids=("1.3",), port=7, host="b"),
    lambda kind: kind("a")._replace(host="b", oids=("1",)),
    lambda kind: kind._make(["a", 1, ()]),
    lambda kind: copy.deepcopy(kind("a", 5, ("1", "2"))),
]


@pytest.mark.parametrize("make", MAKE)
@pytest.mark.parametrize("kind", [Ours, Below])
def test_a_value_is_that_of_the_standard_class(
    kind: type[Ours], make: Callable[[Any], Any]
) -> None:
    value, standard = make(kind), make(Standard)
    assert type(value) is kind and value == standard == tuple(standard)
    assert hash(value) == hash(standard) and not value < standard
    assert value._asdict() == standard._asdict()
    assert repr(value).partition("(")[2] == repr(standard).partition("(")[2]
    assert (value.host, value.port, value.oids) == tuple(value)
    assert value.shown == standard.shown
    assert pickle.loads(pickle.dumps(value)) == value


def test_the_class_says_of_itself_what_the_standard_one_says() -> None:
    assert Ours._fields == Standard._fields
    assert dict(Ours._field_defaults) == Standard._field_defaults
    assert typing.get_type_hints(Ours) == typing.get_type_hints(Standard)


@pytest.mark.parametrize(
    "make",
    [
        lambda kind: kind(),
        lambda kind: kind("a", 1, (), 2),
        lambda kind: kind("a", host="b"),
        lambda kind: kind("a", 1, (), port=2),
        lambda kind: kind("a", name="b"),
    ],
)
@pytest.mark.parametrize("kind", [Ours, Standard])
def test_wrong_arguments_are_refused(kind: type[Any], make: Callable[[Any], Any]) -> None:
    with pytest.raises(TypeError):
        make(kind)


@pytest.mark.parametrize("kind", [Ours, Standard])
def test_neither_a_field_nor_another_attribute_can_be_set(kind: type[Any]) -> None:
    value = kind("a")
    for name in ("host", "another"):
        with pytest.raises(AttributeError):
            setattr(value, name, "b")
    # typing's raises ValueError before Python 3.13, and TypeError from it on
    with pytest.raises((TypeError, ValueError)):
        value._replace(another="b")


def test_a_field_without_a_default_behind_one_with_it_is_refused() -> None:
    make: Any = type(Ours)
    with pytest.raises(TypeError, match="a field without a default"):
        make("Wrong", (NamedTuple,), {"__annotations__": {"a": "int", "b": "int"}, "a": 1})
