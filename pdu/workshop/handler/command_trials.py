"""Commands to each outlet of a device that is well: each is switched to its other state and back,
and all other outlets are looked at.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

from handlers.shared.errors import printable
from pdu_common.helper import EnumPowerStatus

from ...cli.states import DOWN, UNKNOWN, UP, word
from ...loading.four_methods import BrokenHandler
from .calls import Methods, error_text, fault_finding, judge_call
from .comparisons import States
from .known_units import KnownUnit
from .rules import BROKEN, KEPT, Finding, at, broken, kept, untried, worst_finding
from .trial_device import TrialDevice

#: an outlet that no device has
ABSENT = "99999"
COMMANDS = {"port_down": DOWN, "port_up": UP}


class _CommandCourse(NamedTuple):
    """What came of a command that did not raise."""

    returned_state: EnumPowerStatus
    #: of all outlets before it, after it, and after it was called again
    states_before: States
    states: States
    last_states: States
    #: how often it wrote
    writes: int


class _CommandTrial(NamedTuple):
    """What was seen of one command."""

    #: `port_down` or `port_up`
    rule: str
    outlet: str
    finding: Finding
    #: sentences about other outlets that it switched
    other_faults: Sequence[str] = ()
    #: how often it was written too often, in a sentence; "" for once
    count_fault: str = ""
    #: whether it returned
    is_answered: bool = False


def command_findings(device: TrialDevice) -> Iterator[Finding]:
    """Switch each outlet to its other state and back. Findings on the worst state of each method,
    on the states of all other outlets, and, if the device counts commands, on whether each is sent
    once.
    """
    outlets = device.outlets_to_switch()
    if not outlets:
        for rule in COMMANDS:
            yield untried(rule, "no outlet of the device can be switched")
        return
    trials = _trials_of_commands(device, outlets)
    noun = "outlets" if len(outlets) > 1 else "outlet"
    for rule in COMMANDS:
        worst = worst_finding(trial.finding for trial in trials if trial.rule == rule)
        if worst.result == KEPT:
            worst = worst._replace(detail=f"{noun} {', '.join(outlets)}")
        yield worst
    other_faults: list[str] = []
    for trial in trials:
        other_faults += trial.other_faults
    why_untried = _why_untried(trials)
    yield _finding_of_commands("others", other_faults, why_untried)
    if device.unit is not None:
        count_faults = [trial.count_fault for trial in trials if trial.count_fault]
        yield _finding_of_commands("once", count_faults, why_untried)


def _trials_of_commands(device: TrialDevice, outlets: Sequence[str]) -> list[_CommandTrial]:
    """Switch each outlet to its other state and back; none after one at which a command failed:
    each further one may take as long as the handler waits for a state.
    """
    trials: list[_CommandTrial] = []
    states = device.states_now()
    for outlet in outlets:
        rules = ["port_up", "port_down"] if states.get(outlet) is DOWN else ["port_down", "port_up"]
        # a handler that toggles is found at one outlet
        is_repeated = outlet == outlets[0]
        for rule in rules:
            trials.append(_try_command(device, outlet, rule, is_repeated=is_repeated))
        if _has_failed(trials):
            break
    return trials


def _has_failed(trials: Sequence[_CommandTrial]) -> bool:
    """Whether a command failed; then it is one of the last outlet."""
    return any(trial.finding.result == BROKEN for trial in trials)


def _why_untried(trials: Sequence[_CommandTrial]) -> str:
    """Why not all commands were seen to their end; "" if they were."""
    raising_rules = dict.fromkeys(trial.rule for trial in trials if not trial.is_answered)
    if raising_rules:
        return f"{' and '.join(raising_rules)} raised"
    return f"commands fail at outlet {trials[-1].outlet}" if _has_failed(trials) else ""


def _finding_of_commands(rule: str, faults: Sequence[str], why_untried: str) -> Finding:
    """The first of the faults; without one, kept if each outlet was commanded."""
    if faults:
        return broken(rule, faults[0])
    return untried(rule, why_untried) if why_untried else kept(rule)


def _try_command(
    device: TrialDevice, outlet: str, rule: str, *, is_repeated: bool
) -> _CommandTrial:
    """What was seen when an outlet was switched to a state, and again if it is in it and
    `is_repeated`. `rule`: the method's.
    """
    target_state = COMMANDS[rule]
    start = device.command_count()
    # the family may need several writes for one command, such as one that unlocks the outlet
    most_writes = 1 if device.unit is None else len(device.unit.orders(outlet, target_state))
    try:
        course = _course_of_command(device, outlet, target_state, is_repeated=is_repeated)
    except Exception as error:
        finding = _command_fault(device, rule, error, outlet, start)
        other_faults = _faults_of_others(device, outlet, start)
        return _CommandTrial(rule, outlet, finding, other_faults)
    place = at(device.unit.place) if device.unit is not None and course.writes else ""
    finding = kept(rule)
    fault = _fault_of_state(rule, outlet, target_state, course)
    if fault and device.unit is not None and not course.writes:
        fault += f"; {rule} wrote nothing"
    if fault:
        finding = broken(rule, f"{fault}{place}")
    changes = _changes_of_others(course, outlet)
    other_faults = [f"{rule} of outlet {outlet} also switched {text}{place}" for text in changes]
    other_faults += _faults_of_others(device, outlet, start)
    count_fault = ""
    if course.writes > most_writes:
        count_fault = f"{rule} of outlet {outlet} wrote {course.writes} times{place}"
    return _CommandTrial(rule, outlet, finding, other_faults, count_fault, is_answered=True)


def _course_of_command(
    device: TrialDevice, outlet: str, target_state: EnumPowerStatus, *, is_repeated: bool
) -> _CommandCourse:
    """Call the method, and see the device before and after it. With `is_repeated`, call it again if
    the outlet is in the target state, and see the device once more. Raises what the first call
    raises.
    """
    is_on = target_state is UP
    commands_before = device.command_count()
    states_before = device.states_now()
    returned_state = device.methods.switch(outlet, on=is_on)
    states = device.states_now()
    writes = device.command_count() - commands_before
    last_states = states
    # without a simulated unit the states may be those that the handler says, and prove nothing
    is_known = device.unit is not None
    if is_repeated and is_known and states.get(outlet) is target_state:
        with contextlib.suppress(Exception):  # a handler may refuse what is so already
            device.methods.switch(outlet, on=is_on)
        last_states = device.states_now()
    return _CommandCourse(
        returned_state=returned_state,
        states_before=states_before,
        states=states,
        last_states=last_states,
        writes=writes,
    )


def _changes_of_others(course: _CommandCourse, outlet: str) -> Iterator[str]:
    """The outlets but the commanded one whose states are others than before, with their states."""
    for name, state_before in course.states_before.items():
        state = course.states.get(name, state_before)
        if name != outlet and state is not state_before:
            yield f"outlet {name} {word(state)}"


def _fault_of_state(
    rule: str, outlet: str, target_state: EnumPowerStatus, course: _CommandCourse
) -> str:
    """What is wrong after a command: the device's state, the state that the command returned, or
    the device's state after the command was called again; "" for nothing.
    """
    real_state = course.states.get(outlet, UNKNOWN)
    last_state = course.last_states.get(outlet, UNKNOWN)
    real_word = word(real_state)
    if real_state is not target_state:
        return f"the device has outlet {outlet} {real_word}"
    if course.returned_state is not target_state:
        return f"{rule} returned {course.returned_state.name} while outlet {outlet} is {real_word}"
    if last_state is not target_state:
        return f"{rule}, called again, left outlet {outlet} {word(last_state)}"
    return ""


def _faults_of_others(device: TrialDevice, outlet: str, start: int) -> list[str]:
    """Sentences about commands to other outlets and objects, without the first `start`."""
    if device.unit is None:
        return []
    place = at(device.unit.place)
    wish = f"outlet {outlet} was to be switched"
    outlets = device.unit.commanded_outlets(start)
    faults = []
    for other_outlet in sorted(outlets - {outlet}):
        faults.append(f"{wish}, and {other_outlet} was commanded{place}")
    if outlet in outlets:
        for command in device.unit.foreign_commands(start):
            faults.append(f"{wish}, and it also wrote {command}{place}")
    return faults


def _command_fault(
    device: TrialDevice, rule: str, error: Exception, outlet: str, start: int
) -> Finding:
    """A command that raised on a device that is well: broken, unless the recording may not know the
    command. `start`: how many were sent before it.
    """
    if device.unit is not None:
        mistake = device.unit.misspelt_command(start)
        if mistake:
            return broken(rule, f"outlet {outlet}: {mistake}")
        foreign_commands = device.unit.foreign_commands(start)
        if foreign_commands:
            why = f"it sent {foreign_commands[0]}, which is not known as a command of such a unit"
            return untried(rule, why)
    is_sent = device.command_count() != start
    # without known states, the device may be a recording that takes no commands
    if device.states is not None or is_sent or isinstance(error, BrokenHandler):
        finding = fault_finding(rule, error)
        return finding._replace(detail=f"outlet {outlet}: {finding.detail}")
    why = f"the served recording takes no command ({error_text(error)})"
    return untried(rule, printable(why, 200))


def fault_of_memory(device: TrialDevice, unit: KnownUnit) -> str:
    """What is wrong after an outlet was commanded off and switched on by hand: that status tells
    the command, or that it is not sent again. "" for nothing.
    """
    outlet = unit.switchable_outlet()
    if not outlet:
        return ""
    fault = _memory_fault(device.methods, unit, outlet)
    if fault or device.kept_methods is None:
        return fault
    return _memory_fault(device.kept_methods, unit, outlet)


def _memory_fault(methods: Methods, unit: KnownUnit, outlet: str) -> str:
    """As `fault_of_memory`, of these methods."""
    try:
        methods.switch(outlet, on=False)
        unit.turn(outlet, UP)
        state_of_status = dict(methods.states()).get(outlet)
        methods.switch(outlet, on=False)
    except Exception as error:
        return f"outlet {outlet} was commanded again: {error_text(error)}"
    is_off = unit.states().get(outlet) is DOWN
    unit.turn(outlet, UP)
    course = f"outlet {outlet} was commanded off, then switched on by hand"
    if state_of_status is DOWN:
        return f"{course}, and status told DOWN"
    return "" if is_off else f"{course}, and port_down left it on"


def absent_outlet_finding(device: TrialDevice) -> Finding:
    """Commands for an outlet that no device has."""
    return worst_finding([_absent_outlet_finding(device, method) for method in COMMANDS])


def _absent_outlet_finding(device: TrialDevice, method: str) -> Finding:
    """Kept if the command raises, and is not sent to a device that might obey it."""
    unit = device.unit
    commands_before = device.command_count()
    switch = partial(device.methods.switch, ABSENT, on=method == "port_up")
    finding = judge_call("no outlet", switch, method)
    if unit is None or unit.refuses_unknown_outlets or finding.result != KEPT:
        return finding
    if unit.foreign_commands(commands_before):
        return broken("no outlet", f"{method} of outlet {ABSENT} was sent; then it raised")
    return finding
