"""Calls a handler's four methods on a device whose states are known, and says what it keeps of the
rules: for handlers that anybody wrote, and for this pack's archives on a platform
(tests/conformance).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from handlers.dcimanager import Figures

from ...cli.states import DOWN
from ...loading.four_methods import BrokenHandler, LackingDouble, SettingNotGiven
from .calls import Methods, error_text, fault_finding, untried_after
from .command_trials import absent_outlet_finding, command_findings, fault_of_memory
from .comparisons import States, compare_figures, compare_states, has_no_figure
from .known_units import KnownUnit
from .rules import (
    BROKEN,
    KEPT,
    RULES,
    UNTRIED,
    Finding,
    at,
    broken,
    kept,
    rules_of,
    untried,
    worst_finding,
)
from .trial_device import TrialDevice

OTHER_COMMUNITY = "it asks with another community than the form's, or with another SNMP version"


def method_findings(device: TrialDevice) -> Iterator[Finding]:
    """Findings on the four methods where the device is well. Ends after a status that fails."""
    try:
        states = dict(device.methods.states())
    except Exception as error:
        yield _fault_on_device(device, "status", error)
        yield from _poll_findings(device, only_faults=True)
        return
    is_unasked = device.is_unreached()
    yield kept("status", f"{len(states)} outlets of {device.about}")
    status = _compare_all_states(device, states)
    yield from status.findings
    statistic = _try_statistic(device)
    yield from statistic.findings
    yield from _poll_findings(device)
    findings_of_commands = list(command_findings(device))
    yield from findings_of_commands
    if device.unit is not None:
        fault = "status asked the device nothing" if is_unasked else status.asked_fault
        fault = fault or statistic.asked_fault
        if not fault and RULES["port_down"] in rules_of(findings_of_commands, KEPT):
            fault = fault_of_memory(device, device.unit)
        yield broken("asked", fault) if fault else kept("asked")
    broken_rules = rules_of(findings_of_commands, BROKEN)
    yield untried_after(broken_rules, "port_down", "no outlet") or absent_outlet_finding(device)


def is_unread(findings: Sequence[Finding]) -> bool:
    """Whether the status was not tried, so that nothing else can be."""
    return RULES["status"] in rules_of(findings, UNTRIED)


class _ReadingTrial(NamedTuple):
    """What was seen of status() or statistic()."""

    findings: Sequence[Finding]
    #: that it answered without asking the device, in a sentence; "" if it asked
    asked_fault: str = ""


def _try_statistic(device: TrialDevice) -> _ReadingTrial:
    """Call statistic(), and compare its figures where those of the device are known."""
    requests_before = device.request_count()
    try:
        figures = device.methods.figures()
    except Exception as error:
        return _ReadingTrial([fault_finding("statistic", error)])
    is_asked = device.requests is None or device.request_count() > requests_before
    is_unasked = not is_asked and not has_no_figure(figures)
    figures_text = f"load {figures.load_a} A, energy {figures.energy_kwh} kWh"
    findings = [kept("statistic", figures_text)]
    if device.unit is not None:
        findings.append(_compare_all_figures(device, device.unit, figures))
    return _ReadingTrial(findings, "statistic asked the device nothing" if is_unasked else "")


def _poll_findings(device: TrialDevice, *, only_faults: bool = False) -> Iterator[Finding]:
    """Whether a poll wrote to the device; it was not sent a command yet."""
    if device.unit is None:
        return
    number = device.command_count()
    if number:
        place = at(device.unit.place)
        yield broken("poll", f"status and statistic wrote {number} times{place}")
    elif not only_faults:
        yield kept("poll")


def _compare_all_states(device: TrialDevice, states: States) -> _ReadingTrial:
    """Compare the states of a status with those of the device, if they are known, and those of
    others after each outlet was switched by hand: by new objects, then by one that is kept.
    """
    if device.states is None:
        return _ReadingTrial([])
    finding = compare_states(states, device.states())
    if device.unit is None:
        return _ReadingTrial([finding])
    trial = _after_switch(device.unit, device.methods, states)
    worst = worst_finding([finding, *trial.findings])
    fault = trial.asked_fault
    if not fault and device.kept_methods is not None:
        fault = _asked_fault_of_kept(device.unit, device.kept_methods)
    return _ReadingTrial([worst], fault)


def _asked_fault_of_kept(unit: KnownUnit, methods: Methods) -> str:
    """That a kept object's status did not ask the device; "" if it did."""
    try:
        states = dict(methods.states())
    except Exception as error:
        return f"status of a kept object: {error_text(error)}"
    fault = _after_switch(unit, methods, states).asked_fault
    return f"in a kept object: {fault}" if fault else ""


def _after_switch(unit: KnownUnit, methods: Methods, states: States) -> _ReadingTrial:
    """A status after each outlet was switched by hand. `states`: those of the status before. Each
    outlet is switched back.
    """
    outlet = unit.switchable_outlet()
    states_before = dict(unit.states())
    unit.turn_over()
    try:
        new_states = dict(methods.states())
        finding = compare_states(new_states, unit.states())
    except Exception as error:
        return _ReadingTrial([], f"status, called again: {error_text(error)}")
    finally:
        is_switched = unit.states().get(outlet) is DOWN
        for identity, state in states_before.items():
            unit.turn(identity, state)
    new_state = new_states.get(outlet)
    if is_switched and new_state is not None and new_state is states.get(outlet):
        fault = f"outlet {outlet} was switched off by hand, and status told {new_state.name}"
        return _ReadingTrial([], f"{fault} as before")
    if finding.result == BROKEN:
        finding = finding._replace(detail=f"after each outlet was switched, {finding.detail}")
    return _ReadingTrial([finding])


def _compare_all_figures(device: TrialDevice, unit: KnownUnit, figures: Figures) -> Finding:
    """Compares the figures, those of a second call, and those after each meter counted on; then
    those of an object that is kept.
    """
    finding = compare_figures(figures, unit.measured_sums())
    calls = [("called again, ", device.methods)]
    if device.kept_methods is not None:
        calls.append(("statistic of a kept object, call 1: ", device.kept_methods))
        calls.append(("statistic of a kept object, call 2: ", device.kept_methods))
    for call, methods in calls:
        if finding.result == KEPT:
            finding = _compare_again(finding, methods, unit, call)
        if finding.result == KEPT:
            unit.raise_meters()
            later_call = f"{call}after each meter counted on, "
            finding = _compare_again(finding, methods, unit, later_call)
    return finding


def _compare_again(finding: Finding, methods: Methods, unit: KnownUnit, call: str) -> Finding:
    """What breaks the rule in a further call, which `call` names; else the finding so far."""
    try:
        later_finding = compare_figures(methods.figures(), unit.measured_sums())
    except Exception as error:
        return broken("figures", f"{call}statistic: {error_text(error)}")
    if later_finding.result == BROKEN:
        return later_finding._replace(detail=f"{call}{later_finding.detail}")
    return finding


def _fault_on_device(device: TrialDevice, rule: str, error: Exception) -> Finding:
    """A status that raised on a device that is well. If no request reached the device, the reason
    may be this machine's, but for a mistake that no machine changes.
    """
    if isinstance(error, (LackingDouble, SettingNotGiven)):
        return fault_finding(rule, error)
    if device.is_unreached():
        if _is_own_mistake(error):
            return fault_finding(rule, error)
        why = (
            f"no request reached {device.about} ({error_text(error)}): give what it needs as"
            " -s KEY=VALUE; it may ask another port than the simulated device has"
        )
        return untried(rule, why)
    if device.unit is not None and not device.unit.requests:
        return broken(rule, f"{OTHER_COMMUNITY}: {error_text(error)}")
    return fault_finding(rule, error)


def _is_own_mistake(error: Exception) -> bool:
    """Whether no machine changes why a handler is broken: it breaks a rule, or Python's."""
    if not isinstance(error, BrokenHandler):
        return False
    cause = error.__cause__
    if cause is None:
        return True
    mistakes = (NameError, TypeError, AttributeError, NotImplementedError)
    return isinstance(cause, mistakes) and not str(cause).startswith("module ")
