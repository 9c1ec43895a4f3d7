"""Calls a handler's four methods on a device whose states are known, and says what it keeps of the
rules: for handlers that anybody wrote, and for this pack's archives on a platform
(tests/conformance).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Callable, NamedTuple, Optional, Protocol

from handlers.dcimanager import Figures, MeterFigures
from handlers.shared.errors import PduHandlerError, printable
from handlers.shared.meter_figures import measured
from pdu_common.helper import EnumPowerStatus

from ...cli.states import DOWN, UNKNOWN, UP, word
from ...loading.four_methods import BrokenHandler, LackingDouble
from .rules import BROKEN, KEPT, RULES, UNTRIED, Finding, Rule

#: an outlet that no device has
ABSENT = "99999"
# between the sums of tables that meter the same current lie the meters' errors, between units 10
_MOST_DEVIATION = 0.1


class Methods(Protocol):
    """A handler's methods, as FourMethods has them. A call ends."""

    def states(self) -> Sequence[tuple[str, EnumPowerStatus]]: ...

    def figures(self) -> Figures: ...

    def switch(self, identity: str, on: bool) -> EnumPowerStatus: ...


class MeasuredSums(NamedTuple):
    """The sums of each table of a unit's meters, such as lines, banks and outlets: a handler may
    read any of them.
    """

    load_a: Sequence[float] = ()
    energy_kwh: Sequence[float] = ()
    #: of each outlet that is metered
    outlet_kwh: Mapping[str, float] = {}


class TrialDevice(NamedTuple):
    """A device, and the handler that reads it."""

    methods: Methods
    #: for people
    about: str
    #: the states that the device has; None if only the handler says them: then it may be a
    #: recording that takes no commands
    states: Optional[Callable[[], Mapping[str, EnumPowerStatus]]] = None
    #: how many commands it was sent; None if it does not count them
    commands: Optional[Callable[[], int]] = None
    #: what it measures; None if only the handler says it
    measured_sums: Optional[MeasuredSums] = None

    def outlet_on(self) -> str:
        """An outlet that is on, "" if there is none."""
        states = dict(self.methods.states()) if self.states is None else self.states()
        return next((name for name, state in states.items() if state is UP), "")


def method_findings(
    device: TrialDevice, broken_rules: Optional[list[Rule]] = None
) -> Iterator[Finding]:
    """What is kept where the device is well; `broken_rules` gets what is not. Ends after a status
    that fails.
    """
    broken_rules = [] if broken_rules is None else broken_rules
    for finding in _method_findings(device):
        if finding.result == BROKEN:
            broken_rules.append(finding.rule)
        yield finding
    if RULES["status"] not in broken_rules:
        absent = untried_after(broken_rules, "port_down", "no outlet")
        yield absent or raises("no outlet", lambda: device.methods.switch(ABSENT, False))


def untried_after(broken_rules: Sequence[Rule], method: str, rule: str) -> Optional[Finding]:
    """That a rule was not tried because the method fails anyway; None if it does not."""
    if RULES[method] not in broken_rules:
        return None
    return Finding(RULES[rule], UNTRIED, f"{method} fails on a device that is well")


def _method_findings(device: TrialDevice) -> Iterator[Finding]:
    """Findings on the four methods: the figures, and the commands to an outlet that is on, are
    tried if status() answers.
    """
    try:
        states = dict(device.methods.states())
    except Exception as error:
        yield fault_finding("status", error)
        return
    yield Finding(RULES["status"], KEPT, f"{len(states)} outlets of {device.about}")
    if device.states is not None:
        yield _compare_states(states, device.states())
    try:
        figures = device.methods.figures()
    except Exception as error:
        yield fault_finding("statistic", error)
    else:
        figures_text = f"load {figures.load_a} A, energy {figures.energy_kwh} kWh"
        yield Finding(RULES["statistic"], KEPT, figures_text)
        if device.measured_sums is not None:
            yield _compare_figures(figures, device.measured_sums)
    outlet = device.outlet_on()
    if outlet:
        yield from _command_findings(device, outlet)
    else:
        yield Finding(RULES["port_down"], UNTRIED, "no outlet of the device is on")


def _command_findings(device: TrialDevice, outlet: str) -> Iterator[Finding]:
    """Switch an outlet off and on again: the state, and that the command is sent once."""
    count = device.commands or (lambda: 0)
    for rule, target_state in (("port_down", DOWN), ("port_up", UP)):
        before = count()
        try:
            state = device.methods.switch(outlet, target_state is UP)
            states = dict(device.methods.states()) if device.states is None else device.states()
        except Exception as error:
            is_taken = device.states is not None or count() != before
            if is_taken or isinstance(error, BrokenHandler):
                yield fault_finding(rule, error)
            else:
                why = f"the served recording takes no command ({error_text(error)})"
                yield Finding(RULES[rule], UNTRIED, printable(why, 200))
            continue
        real = states.get(outlet, UNKNOWN)
        fault = f"the device has outlet {outlet} {word(real)}" if real is not target_state else ""
        if state is not target_state:
            fault = fault or f"{rule} returned {state.name}"
        yield broken(rule, fault) if fault else Finding(RULES[rule], KEPT)
        if device.commands is not None and rule == "port_down":
            number = count() - before
            fault = f"port_down wrote {number} times" if number != 1 else ""
            yield broken("once", fault) if fault else Finding(RULES["once"], KEPT)


def _compare_states(
    states: Mapping[str, EnumPowerStatus], real: Mapping[str, EnumPowerStatus]
) -> Finding:
    """Compares what status() returned with the real states, also their order. A handler that has
    other identities than this pack cannot be compared.
    """
    if list(states.items()) == list(real.items()):
        return Finding(RULES["states"], KEPT)
    absent_names = [name for name in real if name not in states]
    if absent_names and len(states) < len(real):
        return broken("states", f"status: outlets are missing: {', '.join(absent_names[:5])}")
    wrong = [
        f"{name} is {states[name].name} instead of {real[name].name}"
        for name in states
        if name in real and states[name] is not real[name]
    ]
    if wrong:
        return broken("states", f"status: {'; '.join(wrong[:3])}")
    if absent_names:
        why = "its identities are not those of this pack's family, so states cannot be compared"
        return Finding(RULES["states"], UNTRIED, why)
    return Finding(RULES["states"], KEPT)


def _compare_figures(figures: Figures, sums: MeasuredSums) -> Finding:
    """Compares what statistic() returned with what the device measures. Where it has several meters
    of one quantity, a figure is right if it is that of any.
    """
    if not sums.load_a and not sums.energy_kwh:
        return Finding(RULES["figures"], UNTRIED, "its family reads no meter of this device")
    if figures.load_a is None and figures.energy_kwh is None:
        return broken("figures", "statistic returned no figure, and the device has meters")
    comparisons = [
        ("load", "A", measured(figures.load_a), sums.load_a),
        ("total_consumption", "kWh", measured(figures.energy_kwh), sums.energy_kwh),
    ]
    for identity, real_kwh in sums.outlet_kwh.items():
        outlet_kwh = measured(figures.ports.get(identity, MeterFigures()).energy_kwh)
        comparisons.append((f"consumption of outlet {identity}", "kWh", outlet_kwh, [real_kwh]))
    faults = []
    for name, unit, figure, real_figures in comparisons:
        if figure is None or not real_figures:
            continue
        if all(abs(figure - real) > _MOST_DEVIATION * real for real in real_figures):
            reals = " or ".join(f"{real:g}" for real in dict.fromkeys(real_figures))
            faults.append(f"{name} is {figure:g} {unit}; the device measures {reals} {unit}")
    return broken("figures", "; ".join(faults)) if faults else Finding(RULES["figures"], KEPT)


def raises(rule: str, call: Callable[[], Any]) -> Finding:
    """Kept if the call raises an error that is no mistake of the handler's."""
    try:
        answer = call()
    except EndlessCall as error:
        return broken(rule, error.reason)
    except LackingDouble as error:
        return fault_finding(rule, error)
    except BrokenHandler as error:
        # an exception of its own is what is wanted; it is shown to the user as it is
        kind = KEPT if " raised " in error.reason else BROKEN
        return Finding(RULES[rule], kind, printable(error.reason, 200))
    except Exception as error:
        return Finding(RULES[rule], KEPT, printable(error_text(error), 120))
    answer_text = (
        f"status returned {len(answer)} outlets"
        if isinstance(answer, list)
        else f"port_down returned {getattr(answer, 'name', answer)}"
    )
    return broken(rule, f"{answer_text} and raised nothing")


class EndlessCall(PduHandlerError):
    """A call did not end in time."""


def fault_finding(rule: str, error: BaseException) -> Finding:
    """A rule that a call broke, or that was not tried because the platform's double lacks
    something.
    """
    result = UNTRIED if isinstance(error, LackingDouble) else BROKEN
    return Finding(RULES[rule], result, printable(error_text(error), 300))


def broken(rule: str, detail: str) -> Finding:
    """A rule that is not kept."""
    return Finding(RULES[rule], BROKEN, printable(detail, 300))


def error_text(error: BaseException) -> str:
    """The reason of an error of this pack; the type and the text of another."""
    return str(getattr(error, "reason", None) or f"{type(error).__name__}: {error}")
