"""The answer of `status`, and building the platform's views, whose fields are uncertain."""
from __future__ import annotations

import inspect
from typing import Any, Callable, Iterable, List, Mapping, Optional, Tuple, TypeVar

from pdu_common.helper import EnumPowerStatus, PduPortView, PduView

from ..errors import ProtocolError

T = TypeVar("T")


def pdu_view(ports: Iterable[Tuple[str, EnumPowerStatus]]) -> PduView:
    """The answer of `status`: one port per (identity, state), in that order."""
    view = PduView()
    target = ports_of(view)
    if target is None:
        raise ProtocolError("this platform's PduView has no list of ports (looked for 'ports' and for any one list)")
    for identity, status in ports:
        port = build(PduPortView, {"identity": identity, "power_status": status})
        if port is None:
            raise ProtocolError("this platform's PduPortView takes no 'identity' and 'power_status'")
        target.append(port)
    return view


def ports_of(view: object) -> Optional[List[Any]]:
    """The list of ports of a view: `ports`, else the only list that it has; None if there is neither."""
    ports = getattr(view, "ports", None)
    if isinstance(ports, list):
        return ports
    lists = [value for name in field_names(type(view), view) for value in [getattr(view, name, None)]
             if isinstance(value, list)]
    return lists[0] if len(lists) == 1 else None


def build(cls: Callable[..., T], values: Mapping[str, object]) -> Optional[T]:
    """An object of a view class, by keywords of its constructor or else by its attributes; None if neither fits."""
    try:
        return cls(**values)
    except TypeError:
        pass                                    # another constructor: the fields are set one by one below
    try:
        made = cls()
    except TypeError:
        return None
    known = field_names(type(made), made)
    if any(name not in known for name in values):
        return None
    for name, value in values.items():
        setattr(made, name, value)
    return made


def field_names(cls: type, made: object = None) -> List[str]:
    """The fields of a view: parameters of the constructor, annotations, slots and attributes of an instance."""
    try:
        parameters = list(inspect.signature(cls).parameters.values())
    except (TypeError, ValueError):
        parameters = []
    names = [p.name for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
    for base in cls.__mro__:
        names += [*getattr(base, "__annotations__", ()), *_slots(base)]
    if made is None and not names:
        try:
            made = cls()
        except TypeError:
            made = None
    return list(dict.fromkeys(names + list(getattr(made, "__dict__", ()))))


def _slots(cls: type) -> Tuple[str, ...]:
    slots = cls.__dict__.get("__slots__", ())
    return (slots,) if isinstance(slots, str) else tuple(slots)
