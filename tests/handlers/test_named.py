"""NamedTuple of handlers/named.py does what that of typing does."""

from __future__ import annotations

import inspect
import pickle
import typing
from typing import Optional

import pytest

from handlers.named import NamedTuple


class Ours(NamedTuple):
    """A point."""

    x: int
    #: perhaps
    y: Optional[str] = None
    z: tuple[int, ...] = ()

    @property
    def double(self) -> int:
        """Twice x."""
        return 2 * self.x


class Pythons(typing.NamedTuple):
    """A point."""

    x: int
    y: Optional[str] = None
    z: tuple[int, ...] = ()

    @property
    def double(self) -> int:
        """Twice x."""
        return 2 * self.x


def test_the_class_is_like_that_of_typing() -> None:
    for name in ("_fields", "_field_defaults", "__doc__", "__module__", "__match_args__"):
        assert getattr(Ours, name, None) == getattr(Pythons, name, None), name
    assert Ours.__qualname__ == "Ours" and issubclass(Ours, tuple)
    assert typing.get_type_hints(Ours) == typing.get_type_hints(Pythons)
    assert Ours.__dict__["__slots__"] == ()
    assert list(inspect.signature(Ours).parameters) == list(inspect.signature(Pythons).parameters)


def test_a_value_is_like_that_of_typing() -> None:
    ours, pythons = Ours(1, z=(2,)), Pythons(1, z=(2,))
    assert tuple(ours) == tuple(pythons) == (1, None, (2,))
    assert repr(ours).replace("Ours", "Pythons") == repr(pythons)
    assert ours._replace(x=4).double == 8 and ours._asdict() == pythons._asdict()
    assert pickle.loads(pickle.dumps(ours)) == ours
    with pytest.raises(AttributeError):
        setattr(ours, "x", 2)
    with pytest.raises(TypeError):
        Ours._make([1])
