"""The answers of `status`, `statistic` and `labels`; the platform's views under whatever names they have."""
from __future__ import annotations

import inspect
import math
from typing import Any, Callable, Dict, Iterable, List, Mapping, NamedTuple, Optional, Tuple, TypeVar

from pdu_common.helper import EnumPowerStatus, PduPortStatisticView, PduPortView, PduStatisticView, PduView

from ..errors import ProtocolError, printable

T = TypeVar("T")


class PortFigures(NamedTuple):
    """What one outlet meters; None means that the device does not tell."""

    identity: str
    load_a: Optional[float]
    energy_kwh: Optional[float]


class Label(NamedTuple):
    """One outlet for people and tools; DCImanager itself shows the identity alone.

    `identity` is DCImanager's, `number` the one printed on the unit, `name` the one that the owner typed; '' where the
    device does not report it.
    """

    identity: str
    number: str
    name: str


def label(identity: str, number: str, name: str) -> Label:
    """A label from a device's texts, with control characters escaped."""
    return Label(identity, printable(number), printable(name))


_PORT_FIELDS: Mapping[str, Tuple[str, ...]] = {
    "identity": ("identity", "identify", "id", "port"),
    "energy": ("consumption", "total_consumption", "energy", "power_consumption"),
    "load": ("load", "amperage", "current"),
}


def pdu_view(ports: Iterable[Tuple[str, EnumPowerStatus]]) -> PduView:
    """The answer of `status`: one port per (identity, state), in that order."""
    view = PduView()
    target = _ports_of(view)
    if target is None:
        raise ProtocolError("this platform's PduView has no list of ports (looked for 'ports' and for any one list)")
    for identity, status in ports:
        port = _build(PduPortView, {"identity": identity, "power_status": status})
        if port is None:
            raise ProtocolError("this platform's PduPortView takes no 'identity' and 'power_status'")
        target.append(port)
    return view


def statistic_view(load_a: Optional[float], energy_kwh: Optional[float], ports: Iterable[PortFigures]) -> PduStatisticView:
    """The answer of `statistic`: amperes, kWh and figures by outlet; None leaves the view's own default."""
    view = PduStatisticView()
    if load_a is not None:
        view.load = _finite(load_a, "load")
    if energy_kwh is not None:
        view.total_consumption = _finite(energy_kwh, "energy")
    target = _ports_of(view)
    if target is not None:
        entries = (_port_statistic(figures) for figures in ports)
        target.extend(entry for entry in entries if entry is not None)
    return view


def _port_statistic(figures: PortFigures) -> Optional[PduPortStatisticView]:
    """One port's figures under whatever names this platform's view has; None where nothing fits."""
    known = _field_names(PduPortStatisticView)
    given: Dict[str, object] = {}
    for meaning, value in (("identity", figures.identity), ("energy", figures.energy_kwh), ("load", figures.load_a)):
        name = next((name for name in _PORT_FIELDS[meaning] if name in known), None)
        if name is not None and value is not None:
            given[name] = value if isinstance(value, str) else _finite(value, meaning)
        elif meaning == "identity":
            return None
    return _build(PduPortStatisticView, given)


def _finite(value: float, what: str) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise ProtocolError(f"the device's {what} is {number}, which is no figure")
    return number


def _ports_of(view: object) -> Optional[List[Any]]:
    ports = getattr(view, "ports", None)
    if isinstance(ports, list):
        return ports
    lists = [value for name in _field_names(type(view), view) for value in [getattr(view, name, None)]
             if isinstance(value, list)]
    return lists[0] if len(lists) == 1 else None


def _build(cls: Callable[..., T], values: Mapping[str, object]) -> Optional[T]:
    """An object of a view class: by keywords of its constructor, else by attributes that it has; None if neither."""
    try:
        return cls(**values)
    except TypeError:
        pass                                    # another constructor: the fields are set one by one below
    try:
        made = cls()
    except TypeError:
        return None
    known = _field_names(type(made), made)
    if any(name not in known for name in values):
        return None
    for name, value in values.items():
        setattr(made, name, value)
    return made


def _field_names(cls: type, made: object = None) -> List[str]:
    """The fields that a view has: the constructor's, then annotations, slots and what an instance holds."""
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
