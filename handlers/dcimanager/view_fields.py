"""The fields of the platform's views, and which of them is the list of ports: for handlers, and for
`pdu`, which judges the views of anybody's handler by the same rule.

tests/processes/child.py runs this file by its path, so it imports the standard library alone.
"""

from __future__ import annotations

import inspect
from typing import Any, Optional


def ports_of(view: object) -> Optional[list[Any]]:
    """The list of ports of a view: `ports`, else its only list; None if it has none or several.

    >>> from types import SimpleNamespace as View
    >>> ports_of(View(ports=["1"])), ports_of(View(outlets=["1"])), ports_of(View())
    (['1'], ['1'], None)
    """
    ports = getattr(view, "ports", None)
    if isinstance(ports, list):
        return ports
    # one list may have two names
    list_by_id: dict[int, list[Any]] = {}
    for name in field_names(type(view), view):
        value = getattr(view, name, None)
        if isinstance(value, list):
            list_by_id[id(value)] = value
    lists = list(list_by_id.values())
    return lists[0] if len(lists) == 1 else None


def field_names(cls: type, view: object = None) -> list[str]:
    """The names of the fields of a view's class `cls`: the declared ones, and the attributes of the
    object `view`, if it is given. Without any of these, the attributes of a new object.

    >>> class PortView:
    ...     identity: str
    ...     power_status: str = "down"
    >>> field_names(PortView)
    ['identity', 'power_status']
    """
    names = _declared_names(cls)
    if view is None and not names:
        try:
            view = cls()
        except Exception:  # a class may check its arguments, and raise an error of its own
            view = None
    return list(dict.fromkeys([*names, *getattr(view, "__dict__", ())]))


def _declared_names(cls: type) -> tuple[str, ...]:
    """The keyword parameters of the constructor, annotations, slots, and public class attributes
    that hold data.

    >>> class PortView:
    ...     __slots__ = ("identity", "power_status")
    >>> _declared_names(PortView)
    ('identity', 'power_status')
    """
    try:
        parameters = list(inspect.signature(cls).parameters.values())
    except (TypeError, ValueError):
        parameters = []
    names: list[str] = []
    for parameter in parameters:
        if parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
            names.append(parameter.name)
    for base in cls.__mro__:
        names += getattr(base, "__annotations__", ())
        names += _slots(base)
        names += _data_attributes(base)
    return tuple(dict.fromkeys(names))


def _data_attributes(cls: type) -> list[str]:
    """The public class attributes that hold values.

    >>> class PortView:
    ...     power_status = "down"
    ...     _hidden = 7
    ...     def name(self): ...
    >>> _data_attributes(PortView)
    ['power_status']
    """
    names: list[str] = []
    for name, value in vars(cls).items():
        is_method = callable(value) or hasattr(type(value), "__get__")
        if not is_method and not name.startswith("_"):
            names.append(name)
    return names


def _slots(cls: type) -> tuple[str, ...]:
    slots = cls.__dict__.get("__slots__", ())
    return (slots,) if isinstance(slots, str) else tuple(slots)
