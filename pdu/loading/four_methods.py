"""A handler's four methods as DCImanager calls them, and whether what they return is what the
vendor's page wants.

Anybody may have written the handler. What is wrong with an answer is one sentence that names the
method.
"""

from __future__ import annotations

import contextlib
import inspect
import os
import traceback
from collections.abc import Iterator, Mapping
from typing import Any, Callable, Optional, TypeVar

from handlers.dcimanager import Figures, MeterFigures, foreign_snmp
from handlers.dcimanager.snmp import known_endpoint
from handlers.dcimanager.snmp_errors import translate
from handlers.http import login
from handlers.shared.errors import PduHandlerError, ProtocolError, Unreachable, printable
from pdu_common.helper import (
    EnumPowerStatus,
    PduPortStatisticView,
    PduPortView,
    PduStatisticView,
    PduView,
)

from ..cli.known_secrets import HIDDEN, error_text, without_secrets
from ..cli.output import figure_or_none, printing_to_stderr
from . import answers
from .handler_module import FOREIGN_ERRORS, name_missing_in_double

T = TypeVar("T")
#: DCImanager may have what a handler uses of it
LACKING = "our double of the platform lacks this, which DCImanager may have"
_SHOWN = 300  # limit for a text of the handler in an error, in characters


class BrokenHandler(PduHandlerError):
    """A method of the handler does not do what the vendor's page wants."""

    kind = "defect"


class HandlerRaised(BrokenHandler):
    """The handler raised an exception of its own, of another kind than this pack's errors."""


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
        with _inspecting("status", self._data):
            ports = answers.checked_ports("status", view, PduView, PduPortView)
            return [
                (port.identity, answers.checked_state("status", port, EnumPowerStatus))
                for port in ports
            ]

    def figures(self, *, with_power: bool = False) -> Figures:
        """What `statistic` says. It has no power, and a current of an outlet only if this
        platform's view of an outlet has one.
        """
        view = self._call("statistic")
        with _inspecting("statistic", self._data):
            ports = answers.checked_ports("statistic", view, PduStatisticView, PduPortStatisticView)
            for checked_view in (view, *ports):
                answers.check_fields(checked_view)
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

    def switch(self, identity: str, *, on: bool) -> EnumPowerStatus:
        """Call `port_up` or `port_down`, once. Returns the state in its answer."""
        method = "port_up" if on else "port_down"
        answer = self._call(method, PduPortView(identity=identity))
        with _inspecting(method, self._data):
            state: EnumPowerStatus = answers.switched_state(
                method, answer, identity, PduPortView, EnumPowerStatus
            )
            return state

    def _call(self, method: str, *port: PduPortView) -> Any:
        """`port`: of a command."""
        error: Optional[BaseException] = None
        if isinstance(getattr(type(self._pdu), method, None), property):
            raise BrokenHandler(f"{method} is a property; the page wants a method")
        function = getattr(self._pdu, method, None)
        if not callable(function):
            raise BrokenHandler(
                f"make_handler returned {answers.shown(self._pdu)} of the type"
                f" {printable(type(self._pdu).__name__, 60)}, which"
                f" has no method {method}; the page wants four: status, port_up, port_down,"
                " statistic"
            )
        try:
            with printing_to_stderr():
                answer = function(*port)
            if inspect.iscoroutine(answer):
                answer.close()  # else Python warns that nobody awaited it
                raise BrokenHandler(f"{method} is a coroutine; DCImanager calls plain methods")
            return answer
        except FOREIGN_ERRORS as raised:
            # an archive of this pack has its own error classes
            if isinstance(getattr(raised, "kind", None), str):
                is_by_handler = not isinstance(raised, BrokenHandler)
                set_reason = getattr(raised, "set_reason", None) if is_by_handler else None
                # its text alone is shown, not the lines of source of a traceback
                text = f"{getattr(raised, 'reason', '')} {error_text(raised)}"
                if callable(set_reason) and HIDDEN in without_secrets(text):
                    set_reason(HIDDEN)
                raise
            error = raised
        # an HTTPError of urllib is an answer, whose connection is open
        close = getattr(error, "close", None)
        if callable(close):
            with contextlib.suppress(Exception):
                close()
        failure = self._translated(method, error, writing=bool(port))
        # the reason of a broken handler names the method
        operation = "" if isinstance(failure, BrokenHandler) else method
        raise failure.at(known_endpoint(self._data), operation) from _cause(error, self._data)

    def _translated(self, method: str, error: BaseException, *, writing: bool) -> PduHandlerError:
        """The error of ours for one that somebody's handler raised: an SnmpError of the platform
        and an OSError are the device's or the network's, any other is the handler's. A text that
        shows the login is hidden.
        """
        # searched whole: a cut may leave only a part of a secret
        is_hidden = _holds_login(error, self._data)
        text = printable(error_text(error), _SHOWN)
        name = type(error).__name__
        words = f"{name}: {HIDDEN if is_hidden else text}" if text else name
        if any(kind.__name__ == "SnmpError" for kind in type(error).__mro__):
            port = foreign_snmp.read_port(self._data) or "161"
            answer = translate(HIDDEN if is_hidden else text, words, writing=writing, port=port)
            return answer or ProtocolError(f"the device has no such object ({words})")
        doubt = "; the outlet may or may not have switched" if writing else ""
        missing = name_missing_in_double(error, type(self._pdu).__name__)
        if missing and not is_hidden:
            return LackingDouble(f"{method}: {LACKING} ({printable(missing, _SHOWN)}){doubt}")
        if isinstance(error, OSError):
            return Unreachable(f"{words}{_port_hint(self._data)}{doubt}")
        if isinstance(error, NotImplementedError):
            return BrokenHandler(
                f"{method} is not there: the page wants it to be overridden; return a view without"
                " figures where the device has none"
            )
        return HandlerRaised(f"{method} raised {words}{_place_of(error, self._pdu)}{doubt}")


def _cause(error: BaseException, data: Any) -> Optional[BaseException]:
    """The error for --debug; None if what it prints would show the login."""
    return None if _holds_login(error, data) else error


def _port_hint(data: Any) -> str:
    """What helps if a handler takes the port as a setting, and got it in the address."""
    host, separator, port = str(getattr(data, "ip", "")).rpartition(":")
    has_port = bool(separator) and ":" not in host and port.isdecimal()
    if not has_port or "port" in (getattr(data, "custom_params", None) or {}):
        return ""
    return f"; if this handler takes the port as a setting, give {host} and -s port={port}"


def _holds_login(error: BaseException, data: Any) -> bool:
    """Whether an error, or one behind it, shows a value of the form that the handler was given: any
    may be secret but the public ones.
    """
    secrets = []
    for name in ("snmp_params", "custom_params"):
        form = getattr(data, name, None)
        for key, value in form.items() if isinstance(form, Mapping) else ():
            if not foreign_snmp.is_public(str(key)) and isinstance(value, str) and value:
                secrets.append(value)
    # with its causes, and with the lines of source that a traceback quotes
    text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    return login.holds(f"{error_text(error)} {text}", login.forms_of(secrets))


@contextlib.contextmanager
def _inspecting(method: str, data: Any) -> Iterator[None]:
    """Raises BrokenHandler for what the page does not allow. Properties of the handler's objects
    may raise anything. `data`: what the handler was made from.
    """
    try:
        yield
    except answers.WrongAnswer as error:
        text = HIDDEN if _holds_login(error, data) else printable(str(error), _SHOWN)
        if isinstance(error, answers.UnknownField):
            raise LackingDouble(f"{method}: {LACKING} ({text})") from _cause(error, data)
        raise BrokenHandler(text) from _cause(error, data)
    except FOREIGN_ERRORS as error:
        raise BrokenHandler(
            f"{method}: its answer cannot be read ({type(error).__name__})"
        ) from _cause(error, data)


def _figure(view: Any, name: str) -> Optional[float]:
    """A figure; None if the handler did not set it."""
    value = figure_or_none(view, name) if hasattr(view, name) else None
    return None if value is None else answers.finite_figure(name, value, view)


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
    except FOREIGN_ERRORS as error:
        if isinstance(getattr(error, "kind", None), str):
            raise
        is_hidden = _holds_login(error, data)
        missing = "" if is_hidden else name_missing_in_double(error)
        if missing:
            raise LackingDouble(f"make_handler: {LACKING} ({missing})") from error
        words = printable(f"{type(error).__name__}: {error_text(error)}", _SHOWN)
        shown_words = type(error).__name__ if is_hidden else words
        raise HandlerRaised(f"make_handler raised {shown_words}") from _cause(error, data)
    if pdu is None:
        raise BrokenHandler("make_handler returned None; the page wants the handler's object")
    return pdu
