"""A handler's four methods as DCImanager calls them, and whether what they return is what the
vendor's page wants.

Anybody may have written the handler. What is wrong with an answer is one sentence that names the
method.
"""

from __future__ import annotations

import contextlib
import math
import os
import traceback
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from enum import Enum
from typing import Any, Callable, Optional, TypeVar

from handlers.dcimanager import Figures, MeterFigures, foreign_snmp
from handlers.dcimanager.snmp import known_endpoint
from handlers.dcimanager.snmp_errors import translate
from handlers.dcimanager.views import ports_of
from handlers.http import login
from handlers.shared.errors import PduHandlerError, ProtocolError, Unreachable, printable
from pdu_common.helper import (
    EnumPowerStatus,
    PduPortStatisticView,
    PduPortView,
    PduStatisticView,
    PduView,
)

from ..cli.options import SECRETS
from ..cli.output import figure_or_none, printing_to_stderr
from .handler_module import name_missing_in_double

T = TypeVar("T")
#: in the place of an error's text
HIDDEN = "its text holds the login and is not shown"
#: DCImanager may have what a handler uses of it
LACKING = "our double of the platform lacks this, which DCImanager may have"
_SHOWN = 300  # limit for a text of the handler in an error, in characters


class BrokenHandler(PduHandlerError):
    """A method of the handler does not do what the vendor's page wants."""

    kind = "defect"


class LackingDouble(BrokenHandler):
    """A method uses what the local double of the platform does not have, and DCImanager may."""


class FourMethods:
    """A handler's object that is called by its four methods alone. Raises BrokenHandler for an
    answer that the page does not allow, and else the errors of handlers/shared/errors.py.
    """

    def __init__(self, pdu: Any, data: Any = None) -> None:
        """`data`: what `pdu` was made from, for errors."""
        self._pdu, self._data = pdu, data

    def states(self) -> list[tuple[str, EnumPowerStatus]]:
        """Identity and state of every outlet: `status`."""
        view = self._call("status")
        ports = _ports("status", view, PduView, PduPortView)
        with _inspecting("status"):
            return [(port.identity, _state("status", port)) for port in ports]

    def figures(self, with_power: bool = False) -> Figures:
        """What `statistic` says. It has no power, and a current of an outlet only if this
        platform's view of an outlet has one.
        """
        view = self._call("statistic")
        ports = _ports("statistic", view, PduStatisticView, PduPortStatisticView)
        with _inspecting("statistic"):
            outlets = {
                port.identity: MeterFigures(
                    current_a=_figure(port, "load") if hasattr(port, "load") else None,
                    energy_kwh=_figure(port, "consumption"),
                )
                for port in ports
            }
            load_a, energy_kwh = _figure(view, "load"), _figure(view, "total_consumption")
            return Figures(load_a, energy_kwh, outlets, power_w=None, inlet_w=None)

    def labels(self) -> None:
        """The page has no names."""

    def switch(self, identity: str, on: bool) -> EnumPowerStatus:
        """Call `port_up` or `port_down`, once. Returns the state in its answer."""
        method = "port_up" if on else "port_down"
        answer = self._call(method, PduPortView(identity=identity))
        _check_class(method, answer, PduPortView)
        with _inspecting(method):
            if answer.identity != identity:
                raise BrokenHandler(
                    f"{method} returned the port {_shown(answer.identity)} instead of"
                    f" {identity!r}; the page wants the port with its state"
                )
            return _state(method, answer)

    def _call(self, method: str, *port: PduPortView) -> Any:
        """`port`: of a command."""
        error: Optional[BaseException] = None
        function = getattr(self._pdu, method, None)
        if not callable(function):
            raise BrokenHandler(
                f"make_handler returned {_shown(self._pdu)} of the type {_type(self._pdu)}, which"
                f" has no method {method}; the page wants four: status, port_up, port_down,"
                " statistic"
            )
        try:
            with printing_to_stderr():
                return function(*port)
        except PduHandlerError:
            raise
        except (Exception, SystemExit) as raised:
            # an archive of this pack has its own error classes
            if isinstance(getattr(raised, "kind", None), str):
                raise
            error = raised
        # an HTTPError of urllib is an answer, whose connection is open
        close = getattr(error, "close", None)
        if callable(close):
            with contextlib.suppress(Exception):
                close()
        failure = self._translated(method, error, bool(port))
        # the reason of a broken handler names the method
        operation = "" if isinstance(failure, BrokenHandler) else method
        raise failure.at(known_endpoint(self._data), operation) from self._cause(error)

    def _translated(self, method: str, error: BaseException, writing: bool) -> PduHandlerError:
        """The error of ours for one that somebody's handler raised: an SnmpError of the platform
        and an OSError are the device's or the network's, any other is the handler's. A text that
        shows the login is hidden.
        """
        # searched whole: a cut may leave only a part of a secret
        is_hidden = _holds_login(str(error), self._data)
        text = printable(str(error), _SHOWN)
        name = type(error).__name__
        words = f"{name}: {HIDDEN if is_hidden else text}" if text else name
        if any(kind.__name__ == "SnmpError" for kind in type(error).__mro__):
            port = foreign_snmp.read_port(self._data) or "161"
            answer = translate(HIDDEN if is_hidden else text, words, writing, port)
            return answer or ProtocolError(f"the device has no such object ({words})")
        doubt = "; the outlet may or may not have switched" if writing else ""
        missing = name_missing_in_double(error, type(self._pdu).__name__)
        if missing and not is_hidden:
            return LackingDouble(f"{method}: {LACKING} ({printable(missing, _SHOWN)}){doubt}")
        if isinstance(error, OSError):
            return Unreachable(f"{words}{doubt}")
        if isinstance(error, NotImplementedError):
            return BrokenHandler(
                f"{method} is not there: the page wants it to be overridden; return a view without"
                " figures where the device has none"
            )
        return BrokenHandler(f"{method} raised {words}{_place_of(error, self._pdu)}{doubt}")

    def _cause(self, error: BaseException) -> Optional[BaseException]:
        """For --debug; None if the text would show the login."""
        return None if _holds_login(str(error), self._data) else error


def _holds_login(text: str, data: Any) -> bool:
    """Whether the text shows a secret of the settings that the handler was given."""
    secrets = []
    for name in ("snmp_params", "custom_params"):
        form = getattr(data, name, None)
        for key, value in form.items() if isinstance(form, Mapping) else ():
            if key in SECRETS and isinstance(value, str) and value:
                secrets.append(value)
    return login.holds(text, login.forms_of(secrets))


# ---- what an answer must be ----------------------------------------------------------------------


def _ports(method: str, view: Any, kind: type, port_kind: type) -> list[Any]:
    """The ports of a view, each of its class, with identities that are distinct texts."""
    _check_class(method, view, kind)
    ports = ports_of(view)
    if ports is None:
        raise BrokenHandler(f"{method} returned a {kind.__name__} without its list 'ports'")
    with _inspecting(method):
        for place, port in enumerate(ports, 1):
            if not isinstance(port, port_kind):
                raise BrokenHandler(
                    f"{method}: port {place} is a {_type(port)}; the page wants a"
                    f" {port_kind.__name__}"
                )
            identity: Any = getattr(port, "identity", None)
            if not isinstance(identity, str) or not identity:
                raise BrokenHandler(
                    f"{method}: port {place} has the identity {_shown(identity)} of the type"
                    f" {_type(identity)}; the page wants text, the outlet's number on the device"
                )
        _check_distinct(method, [port.identity for port in ports])
    return ports


def _check_class(method: str, value: Any, kind: type) -> None:
    if not isinstance(value, kind):
        raise BrokenHandler(
            f"{method} returned {_shown(value)} of the type {_type(value)}; the page wants a"
            f" {kind.__name__}"
        )


def _check_distinct(method: str, identities: Sequence[str]) -> None:
    for identity, number in Counter(identities).most_common(1):
        if number > 1:
            raise BrokenHandler(
                f"{method}: the identity {_shown(identity)} stands twice; DCImanager connects a"
                " server by it, so each outlet needs its own"
            )


def _state(method: str, port: Any) -> EnumPowerStatus:
    state: Any = getattr(port, "power_status", None)
    if not isinstance(state, EnumPowerStatus):
        members = ", ".join(member.name for member in EnumPowerStatus)
        raise BrokenHandler(
            f"{method}: the power_status of outlet {_shown(port.identity)} is {_shown(state)} of"
            f" the type {_type(state)}; the page wants an EnumPowerStatus: {members}"
        )
    return state


def _figure(view: Any, name: str) -> Optional[float]:
    """A figure; None if the handler did not set it."""
    if not hasattr(view, name):
        return None
    value: Any = figure_or_none(view, name)
    if value is None:
        return None
    if not _is_finite_number(value):
        where = getattr(view, "identity", None)
        of = "" if where is None else f" of outlet {_shown(where)}"
        raise BrokenHandler(
            f"statistic: {name}{of} is {_shown(value)} of the type {_type(value)}; the page wants a"
            " finite number"
        )
    return float(value)


def _is_finite_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # an integer that is no float
        return False


@contextlib.contextmanager
def _inspecting(method: str) -> Iterator[None]:
    """Properties of the handler's objects may raise anything."""
    try:
        yield
    except PduHandlerError:
        raise
    except Exception as error:
        raise BrokenHandler(
            f"{method}: its answer cannot be read ({type(error).__name__})"
        ) from error


def _type(value: object) -> str:
    return printable(type(value).__name__, 60)


def _shown(value: object) -> str:
    """A value in an error. An object's own text could be anything."""
    if isinstance(value, Enum):
        return printable(value.name, 60)
    plain = value is None or isinstance(value, (str, int, float, Decimal))
    return printable(repr(value), 60) if plain else "an object"


def _place_of(error: BaseException, pdu: object) -> str:
    """The file and line of the handler that the error passed last, such as
    ` (my_handler.py line 7)`, else how its place is seen.
    """
    package = type(pdu).__module__.partition(".")[0]
    places = [
        f" ({os.path.basename(frame.f_code.co_filename)} line {number})"
        for frame, number in traceback.walk_tb(error.__traceback__)
        if str(frame.f_globals.get("__name__", "")).partition(".")[0] == package
    ]
    return places[-1] if places else "; --debug shows where"


def make_pdu(make: Callable[[Any], T], data: Any) -> T:
    """The handler's object. Raises BrokenHandler if make_handler raises or returns None."""
    try:
        with printing_to_stderr():
            pdu = make(data)
    except PduHandlerError:
        raise
    except (Exception, SystemExit) as error:
        if isinstance(getattr(error, "kind", None), str):
            raise
        missing = name_missing_in_double(error)
        if missing:
            raise LackingDouble(f"make_handler: {LACKING} ({missing})") from error
        words = f"{type(error).__name__}: {error}"
        is_hidden = _holds_login(words, data)
        shown_words = type(error).__name__ if is_hidden else printable(words, _SHOWN)
        raise BrokenHandler(f"make_handler raised {shown_words}") from error
    if pdu is None:
        raise BrokenHandler("make_handler returned None; the page wants the handler's object")
    return pdu
