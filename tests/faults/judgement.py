"""What is wrong with the result of a call, compared with its true state before and after."""

from __future__ import annotations

import base64
import math
import traceback
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Optional

from handlers.shared.errors import PduHandlerError
from pdu_common.helper import EnumPowerStatus, PduPortView
from tests.simulators.truth import Truth

from .catalogue import Fault

STATES = {True: EnumPowerStatus.UP, False: EnumPowerStatus.DOWN, None: EnumPowerStatus.UNKNOWN}


def error_problems(
    error: BaseException, fault: Optional[Fault], secrets: Sequence[str]
) -> Iterator[str]:
    """Problems unless the error is a PduHandlerError of a kind that fits the fault, with host,
    operation and one line of text, and neither it nor its causes show a secret.
    """
    if isinstance(error, PduHandlerError):
        yield from _text_problems(error)
        if fault is None or error.kind not in fault.kinds:
            yield f"ended with {error.kind!r}: {error}"
    else:
        yield f"raised {type(error).__name__}: {error}"
    trace = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    output = f"{trace}{error!r}{getattr(error, '__dict__', '')}"
    if any(text in output for text in _forms(secrets)):
        yield "shows a secret"


def _text_problems(error: PduHandlerError) -> Iterator[str]:
    """Problems unless the error is one printable line, with host and operation."""
    words = str(error)
    if not words.isprintable() or len(words) > 2500:
        yield f"not one printable line of at most 2500 characters: {words!r}"
    if error.host.partition(":")[0] != "127.0.0.1" or not error.operation:
        yield f"without host or operation: {words!r}"


def _forms(secrets: Iterable[str]) -> Iterator[str]:
    """What shows that a text holds a secret."""
    yield from ("Authorization", "Basic ")
    for secret in secrets:
        yield from (secret, base64.b64encode(secret.encode()).decode().rstrip("="))


def view_problems(view: Any, method: str, before: Truth, after: Truth) -> Iterator[str]:
    """Problems unless the view fits the true state before or after the call.

    A status has exactly the outlets of one of the two, in order; each is UNKNOWN or has its state
    in one of them. A statistic has only outlets of one of them, none twice; each figure is between
    its values in the two, 0 if it is in neither: an unset figure is a 0.
    """
    if method == "status":
        return _status_problems(view, before, after)
    return _statistic_problems(view, before, after)


def _status_problems(view: Any, before: Truth, after: Truth) -> Iterator[str]:
    """Problems unless a status has the true outlets, with their states or UNKNOWN."""
    outlets = [port.identity for port in view.ports]
    if outlets not in (list(before.states), list(after.states)):
        yield f"listed {outlets} instead of {list(before.states)}"
    for port in view.ports:
        true_states = {STATES[truth.states.get(port.identity)] for truth in (before, after)}
        if port.power_status not in {EnumPowerStatus.UNKNOWN, *true_states}:
            yield f"outlet {port.identity} is {port.power_status.name}"


def _statistic_problems(view: Any, before: Truth, after: Truth) -> Iterator[str]:
    """Problems unless a statistic has the true figures, and none of another outlet."""
    outlets = [port.identity for port in view.ports]
    is_twice = len(set(outlets)) < len(outlets)
    is_of_one_book = set(outlets) <= set(before.states) or set(outlets) <= set(after.states)
    if is_twice or not is_of_one_book:
        yield f"listed {outlets} instead of {list(before.states)}"
    yield from _figure_problems(view, "load", before.load_a, after.load_a)
    yield from _figure_problems(view, "total_consumption", before.energy_kwh, after.energy_kwh)
    for port in view.ports:
        energies = (truth.port_energy_kwh.get(port.identity) for truth in (before, after))
        yield from _figure_problems(port, "consumption", *energies)


def _figure_problems(view: Any, name: str, *true_figures: Optional[float]) -> Iterator[str]:
    """A problem unless the figure is between the true ones."""
    value = getattr(view, name) or 0.0
    bounds = [figure or 0.0 for figure in true_figures]
    if not min(bounds) - 1e-6 <= value <= max(bounds) + 1e-6:
        yield f"{name} is {value} instead of {true_figures[-1]}"


def form_problems(view: Any) -> Iterator[str]:
    """Problems unless identities are printable and differ, and states and figures are of their
    types.
    """
    outlets = [port.identity for port in view.ports]
    if len(set(outlets)) != len(outlets) or not all(map(str.isprintable, outlets)):
        yield f"listed {outlets}"
    for part in (view, *view.ports):
        for name in ("load", "total_consumption", "consumption"):
            if not math.isfinite(getattr(part, name, None) or 0.0):
                yield f"{name} is {getattr(part, name)}"
        if not isinstance(getattr(part, "power_status", STATES[None]), EnumPowerStatus):
            yield f"the state is {part.power_status!r}"


def switch_problems(
    view: Any, port: PduPortView, on: bool, after: Truth, fault: Optional[Fault]
) -> Iterator[str]:
    """Problems unless the result is the given object, UNKNOWN or with the wanted state, which the
    device has. With `two-writers`, another client switches the outlet back.
    """
    if view is not port:
        yield "returned another object"
    if port.power_status is STATES[not on]:
        yield f"reported {port.power_status.name}"
    has_two_writers = fault is not None and fault.key == "two-writers"
    is_false = port.power_status is STATES[on] and after.states.get(port.identity) is not on
    if is_false and not has_two_writers:
        yield f"reported {port.power_status.name}, which the outlet is not"


def write_problems(
    error: Optional[BaseException], port: PduPortView, writes: bool, commands: Sequence[object]
) -> Iterator[str]:
    """Problems if a read sent a command, a write sent more than one, or the error or the state does
    not fit the commands that were sent.
    """
    yield from command_count_problems(commands, writes)
    if error is not None and port.power_status is not EnumPowerStatus.UNKNOWN:
        yield f"raised an error and set {port.power_status.name}"
    if commands and error is not None and "may or may not" not in str(error):
        yield f"a command arrived, but the error does not say that it may have: {error}"
    is_unsent_write = writes and not commands and error is None
    if is_unsent_write and port.power_status is not EnumPowerStatus.UNKNOWN:
        yield "reported a state without a command"


def command_count_problems(commands: Sequence[object], writes: bool) -> Iterator[str]:
    """A problem if a read sent a command, or a write more than one."""
    if len(commands) > writes:
        yield f"{len(commands)} commands: {commands}"
