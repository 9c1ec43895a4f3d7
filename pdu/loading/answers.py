"""What a handler's four methods (status, statistic, port_up, port_down) may return by the vendor's
page. They return views: objects such as PduView, with a list of ports, one for each outlet.
`ports_of(view)` is this list; None for a class of views that has none.

This program and a local DCImanager check answers by this file. tests/processes/child.py runs it by
its path, so it imports the standard library alone.
"""

from __future__ import annotations

import math
import runpy
from collections import Counter
from dataclasses import fields, is_dataclass
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any, Callable, Optional

_ROOT = Path(__file__).resolve().parents[2]
# as handlers themselves find the list in a view: in a clone, and as setup.py lays them in the wheel
_FOLDERS = (_ROOT / "handlers", _ROOT.parent)
_FILES = [folder / "dcimanager" / "view_fields.py" for folder in _FOLDERS]
_view_fields = runpy.run_path(str(next(filter(Path.is_file, _FILES))))
ports_of: Callable[[object], Optional[list[Any]]] = _view_fields["ports_of"]
_LONGEST_TEXT = 60  # limit for a value in a sentence, in characters


class WrongAnswer(Exception):
    """An answer that the vendor's page does not allow. The text is one sentence with the method:
    `status returned None of the type NoneType; the page wants a PduView`.
    """


class UnknownField(WrongAnswer):
    """A figure has a name that this platform's view does not have."""


def checked_ports(method: str, view: object, kind: type, port_kind: type) -> list[Any]:
    """The ports of the view that `method` returned, after checks: `view` is of the class `kind`,
    each port of `port_kind`, and their identities are distinct texts. [] if the class `kind` has no
    list of ports. Raises WrongAnswer.

        PduView(ports=[PduPortView("1"), PduPortView("2")])    the two ports
        PduView(ports=[PduPortView("1"), PduPortView("1")])    WrongAnswer: status: the identity '1'
                                                               stands twice; ...
    """
    check_class(method, view, kind)
    ports = ports_of(view)
    if ports is None:
        if ports_of(kind()) is None:
            return []
        raise WrongAnswer(f"{method} returned a {kind.__name__} without its list 'ports'")
    for number, port in enumerate(ports, 1):
        _check_port(method, number, port, port_kind)
    counts = Counter(port.identity for port in ports)
    for identity, count in counts.most_common(1):
        if count > 1:
            raise WrongAnswer(
                f"{method}: the identity {shown(identity)} stands twice; DCImanager connects a"
                " server by it, so each outlet needs its own"
            )
    return ports


def _check_port(method: str, number: int, port: object, port_kind: type) -> None:
    """Raises WrongAnswer unless the port is of the class `port_kind` and has a text as its
    identity. `method` returned it; `number`: its place in the list, from 1.

    >>> from types import SimpleNamespace
    >>> _check_port("status", 1, SimpleNamespace(identity="7"), SimpleNamespace)
    >>> _check_port("status", 1, SimpleNamespace(identity=7), SimpleNamespace)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    pdu.loading.answers.WrongAnswer: status: port 1 has the identity 7 of the type int; ...
    """
    if not isinstance(port, port_kind):
        raise WrongAnswer(
            f"{method}: port {number} is a {_type(port)}; the page wants a {port_kind.__name__}"
        )
    identity = getattr(port, "identity", None)
    if not isinstance(identity, str) or not identity:
        raise WrongAnswer(
            f"{method}: port {number} has the identity {shown(identity)} of the type"
            f" {_type(identity)}; the page wants text, the outlet's number on the device"
        )


def check_class(method: str, value: object, kind: type) -> None:
    """Raises WrongAnswer if the value that `method` returned is not of the class `kind`.

    >>> check_class("status", "on", str)
    >>> check_class("status", None, str)
    Traceback (most recent call last):
    pdu.loading.answers.WrongAnswer: status returned None of the type NoneType; the page wants a str
    """
    if not isinstance(value, kind):
        raise WrongAnswer(
            f"{method} returned {shown(value)} of the type {_type(value)}; the page wants a"
            f" {kind.__name__}"
        )


def checked_state(method: str, port: Any, kind: type[Enum]) -> Any:
    """The power_status of a port that `method` returned. Raises WrongAnswer if it is no member of
    the enumeration `kind`.

    >>> from types import SimpleNamespace
    >>> states = Enum("States", "UP DOWN")
    >>> checked_state("status", SimpleNamespace(identity="7", power_status=states.UP), states).name
    'UP'
    >>> late = SimpleNamespace(identity="7", power_status="up")
    >>> checked_state("status", late, states)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    pdu.loading.answers.WrongAnswer: status: the power_status of outlet '7' is 'up' of the type ...
    """
    state: object = getattr(port, "power_status", None)
    if not isinstance(state, kind):
        member_names = ", ".join(member.name for member in kind)
        raise WrongAnswer(
            f"{method}: the power_status of outlet {shown(port.identity)} is {shown(state)} of"
            f" the type {_type(state)}; the page wants an {kind.__name__}: {member_names}"
        )
    return state


def switched_state(method: str, port: Any, identity: str, kind: type, states: type[Enum]) -> Any:
    """The state in the port that a command, `method`, returned for the outlet `identity`. `kind`:
    the class of a port; `states`: the enumeration of states. Raises WrongAnswer, also for another
    port.

    >>> from types import SimpleNamespace
    >>> states = Enum("States", "UP DOWN")
    >>> port = SimpleNamespace(identity="7", power_status=states.DOWN)
    >>> switched_state("port_down", port, "7", SimpleNamespace, states).name
    'DOWN'
    >>> switched_state("port_down", port, "8", SimpleNamespace, states)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    pdu.loading.answers.WrongAnswer: port_down returned the port '7' instead of '8'; ...
    """
    check_class(method, port, kind)
    if port.identity != identity:
        raise WrongAnswer(
            f"{method} returned the port {shown(port.identity)} instead of {identity!r}; the page"
            " wants the port with its state"
        )
    return checked_state(method, port, states)


def check_fields(view: object) -> None:
    """Raises UnknownField if a view of `statistic`, or a port of it, has a number as an attribute
    that is no field of its class, if this is a dataclass: nobody would read the number.

    >>> from pdu_common.helper import PduPortStatisticView
    >>> view = PduPortStatisticView("1")
    >>> check_fields(view)
    >>> view.loud = 0.5
    >>> check_fields(view)
    Traceback (most recent call last):
    pdu.loading.answers.UnknownField: PduPortStatisticView has no field 'loud'
    """
    if not is_dataclass(view):
        return
    field_names = [field.name for field in fields(view)]
    attributes = getattr(view, "__dict__", {})
    for name, value in attributes.items():
        if name not in field_names and _finite_number(value) is not None:
            raise UnknownField(f"{_type(view)} has no field {shown(name)}")


def finite_figure(name: str, value: object, view: object) -> float:
    """The figure `value` that a handler put into the field `name` of `view`, as a float. `view`:
    for the error, which names its outlet. Raises WrongAnswer if it is no finite number.

    >>> finite_figure("load", 3, None)
    3.0
    >>> finite_figure("load", "3", None)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    pdu.loading.answers.WrongAnswer: statistic: load is '3' of the type str; the page wants ...
    """
    number = _finite_number(value)
    if number is None:
        identity = getattr(view, "identity", None)
        of = "" if identity is None else f" of outlet {shown(identity)}"
        raise WrongAnswer(
            f"statistic: {name}{of} is {shown(value)} of the type {_type(value)}; the page wants a"
            " finite number"
        )
    return number


def _finite_number(value: object) -> Optional[float]:
    """The value as a float; None if it is no number, and for infinity and NaN.

    >>> _finite_number(3), _finite_number(True), _finite_number("3"), _finite_number(math.inf)
    (3.0, None, None, None)
    """
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:  # an integer that is no float
        return None


def _type(value: object) -> str:
    """The name of a value's class, cut if it is long, for a sentence."""
    return type(value).__name__[:_LONGEST_TEXT]


def shown(value: object) -> str:
    """A value as text for a sentence. Of an object it is not the object's own text, which could be
    anything.

    >>> shown("web"), shown(None), shown(object())
    ("'web'", 'None', 'an object')
    """
    if isinstance(value, Enum):
        return value.name[:_LONGEST_TEXT]
    if value is not None and not isinstance(value, (str, int, float, Decimal)):
        return "an object"
    text = repr(value)
    if len(text) > _LONGEST_TEXT:
        text = f"{text[:_LONGEST_TEXT]}..."
    return text
