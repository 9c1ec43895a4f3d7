"""Finds the fields of the platform's views, and fills views that do not take keywords."""
from __future__ import annotations

import inspect
from typing import Any, Callable, List, Mapping, Optional, Tuple, TypeVar

T = TypeVar("T")


def only_list(view: object) -> Optional[List[Any]]:
    """The only list of a view; None if it has none or several."""
    lists = {id(value): value for name in field_names(type(view), view) for value in [getattr(view, name, None)]
             if isinstance(value, list)}                # by id: one list may have two names
    return lists.popitem()[1] if len(lists) == 1 else None


def filled(cls: Callable[..., T], values: Mapping[str, object]) -> Optional[T]:
    """A view whose fields are set from `values`; None if it lacks one of these fields or does not let it be set, or if its
    constructor needs arguments."""
    try:
        made = cls()
    except TypeError:
        return None
    known = field_names(type(made), made)
    if any(name not in known for name in values):
        return None
    try:
        for name, value in values.items():
            setattr(made, name, value)
    except (AttributeError, TypeError, ValueError):
        return None
    return made


def field_names(cls: type, made: object = None) -> List[str]:
    """The fields of a view: keyword parameters of the constructor, annotations, slots, public class attributes that hold data,
    and the instance attributes of `made`.

    Without any of these, the instance attributes of a new object.
    """
    try:
        parameters = list(inspect.signature(cls).parameters.values())
    except (TypeError, ValueError):
        parameters = []
    names = [p.name for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
    for base in cls.__mro__:
        names += [*getattr(base, "__annotations__", ()), *_slots(base), *_data(base)]
    if made is None and not names:
        try:
            made = cls()
        except TypeError:
            made = None
    return list(dict.fromkeys(names + list(getattr(made, "__dict__", ()))))


def _data(cls: type) -> List[str]:
    """The public class attributes, without callables and descriptors (methods, properties, slots and others)."""
    return [name for name, value in vars(cls).items()
            if not name.startswith("_") and not callable(value) and not hasattr(type(value), "__get__")]


def _slots(cls: type) -> Tuple[str, ...]:
    slots = cls.__dict__.get("__slots__", ())
    return (slots,) if isinstance(slots, str) else tuple(slots)
