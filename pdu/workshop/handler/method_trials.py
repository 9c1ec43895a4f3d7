"""Calls a handler's four methods on a device whose states are known, and says what it keeps of the
rules: for handlers that anybody wrote, and for this pack's archives on a platform
(tests/conformance).
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Callable, NamedTuple, Optional, Protocol

from handlers.dcimanager import Figures
from handlers.shared.errors import PduHandlerError, printable
from handlers.shared.meter_figures import Figure, measured, reason_without
from pdu_common.helper import EnumPowerStatus

from ...cli.error_facts import attribute_text
from ...cli.known_secrets import error_text as own_text
from ...cli.states import DOWN, UNKNOWN, UP, word
from ...loading.four_methods import BrokenHandler, HandlerRaised, LackingDouble
from .rules import ADVISED, BROKEN, KEPT, RULES, UNTRIED, Finding, Rule, rules_of

#: an outlet that no device has
ABSENT = "99999"
# a figure may be rounded to a tenth; two outlets of a unit differ by more
_ROUNDING = 0.051
# a part of the figure: a load in whole amperes is wrong, an energy in whole kWh is not
_MOST_DEVIATION = {"A": 0.002, "kWh": 0.01}
OTHER_COMMUNITY = "it asks with another community than the form's, or with another SNMP version"
_NO_METERS = (
    "it is not known what this device measures: over SNMP, describe it by --profile FILE.json"
)
States = Mapping[str, EnumPowerStatus]


class Methods(Protocol):
    """A handler's methods, as FourMethods has them. A call ends."""

    def states(self) -> Sequence[tuple[str, EnumPowerStatus]]: ...

    def figures(self) -> Figures: ...

    def switch(self, identity: str, *, on: bool) -> EnumPowerStatus: ...


class RenamedMethods:
    """Methods of a handler that may name outlets otherwise than the device does."""

    def __init__(
        self,
        methods: Methods,
        own_names: dict[str, str],
        real_states: Optional[Callable[[], States]] = None,
    ) -> None:
        """`own_names`: the handler's, by the device's; {} if they are the same. With
        `real_states`, those of the device, they are found at the first status.
        """
        self._methods = methods
        self._own_names = own_names
        self._real_states = real_states

    def states(self) -> Sequence[tuple[str, EnumPowerStatus]]:
        states = self._methods.states()
        if self._real_states is not None:
            self._own_names.update(own_names(states, self._real_states()))
            self._real_states = None
        real_names = self._real_names()
        return [(real_names.get(name, name), state) for name, state in states]

    def figures(self) -> Figures:
        figures = self._methods.figures()
        real_names = self._real_names()
        ports = {}
        for name, port_figures in figures.ports.items():
            ports[real_names.get(name, name)] = port_figures
        return figures._replace(ports=ports)

    def switch(self, identity: str, *, on: bool) -> EnumPowerStatus:
        own_name = self._own_names.get(identity, identity)
        return self._methods.switch(own_name, on=on)

    def _real_names(self) -> dict[str, str]:
        return {own_name: name for name, own_name in self._own_names.items()}


def own_names(states: Sequence[tuple[str, EnumPowerStatus]], real_states: States) -> dict[str, str]:
    """The handler's name of each outlet by the device's, if it has others and its states are those
    of the device in this order; {} if it has the same names.
    """
    names = [name for name, _ in states]
    values = [state for _, state in states]
    has_other_states = values != list(real_states.values())
    has_same_names = names == list(real_states)
    is_double = len(set(names)) < len(names)
    if has_other_states or has_same_names or is_double:
        return {}
    name_by_real_name = dict(zip(real_states, names))
    for real_name, name in name_by_real_name.items():
        if name != real_name and name in real_states:
            return {}
    return name_by_real_name


def identity_finding(names: Mapping[str, str]) -> Finding:
    """Whether the handler's names of outlets, by the device's, are its numbers."""
    for real_name, name in names.items():
        if name == real_name or not (name.isdecimal() and real_name.isdecimal()):
            continue
        if int(name) == int(real_name):
            why = f"status names outlet {real_name} {name!r}"
            return Finding(RULES["identity"], ADVISED, why)
    return Finding(RULES["identity"], KEPT)


class MeasuredSums(NamedTuple):
    """The sums of each table of a unit's meters, such as lines, banks and outlets: a handler may
    read any of them.
    """

    load_a: Sequence[float] = ()
    energy_kwh: Sequence[float] = ()
    #: of each outlet that is metered
    outlet_kwh: Mapping[str, float] = {}


class SimulatedUnit(Protocol):
    """A device whose every answer is known, and which notes what it was sent."""

    requests: list[Any]
    commands: list[Any]
    #: the line of the handler's code that wrote last; "" if it is not known
    place: str

    def states(self) -> States: ...

    def measured_sums(self) -> MeasuredSums: ...

    def turn(self, identity: str, state: EnumPowerStatus) -> bool: ...

    def raise_meters(self) -> None: ...

    def switchable_outlet(self) -> str: ...

    def outlets_to_switch(self) -> list[str]: ...

    def commanded_outlets(self, start: int = 0) -> frozenset[str]: ...

    def orders(self, identity: str, state: EnumPowerStatus) -> Sequence[Any]: ...

    def foreign_commands(self, start: int = 0) -> list[str]: ...

    def misspelt_command(self, start: int = 0) -> str: ...


class TrialDevice(NamedTuple):
    """A device, and the handler that reads it."""

    methods: Methods
    #: for people
    about: str
    #: the states that the device has; None if only the handler says them: then it may be a
    #: recording that takes no commands
    states: Optional[Callable[[], States]] = None
    #: how many commands it was sent; None if it does not count them
    commands: Optional[Callable[[], int]] = None
    #: how many requests reached it; None if it does not count them
    requests: Optional[Callable[[], int]] = None
    #: the device, if everything about it is known
    unit: Optional[SimulatedUnit] = None
    #: the methods of one object that is kept between the calls
    kept_methods: Optional[Methods] = None
    #: how many commands for outlets that it does not have it was sent; None where it may refuse
    #: them, as an SNMP agent does
    absent_commands: Optional[Callable[[], int]] = None

    @classmethod
    def of_unit(
        cls,
        methods: Methods,
        about: str,
        unit: SimulatedUnit,
        requests: Callable[[], int],
        kept_methods: Optional[Methods] = None,
    ) -> TrialDevice:
        """A device of which everything is known."""
        return cls(
            methods=methods,
            about=about,
            states=unit.states,
            commands=lambda: len(unit.commands),
            requests=requests,
            unit=unit,
            kept_methods=kept_methods,
        )

    def states_now(self) -> States:
        """The states of the device, else those that the handler says."""
        return dict(self.methods.states()) if self.states is None else dict(self.states())

    def outlets_to_switch(self) -> list[str]:
        """Outlets that are on, and that can be switched as far as is known."""
        if self.unit is not None:
            return self.unit.outlets_to_switch()
        return [name for name, state in self.states_now().items() if state is UP][:1]

    def command_count(self) -> int:
        """How many commands it was sent; 0 if it does not count them."""
        return 0 if self.commands is None else self.commands()

    def request_count(self) -> int:
        """How many requests reached it; 0 if it does not count them."""
        return 0 if self.requests is None else self.requests()

    def is_unreached(self) -> bool:
        """Whether it is known that no request reached it."""
        return self.requests is not None and self.requests() == 0


def method_findings(device: TrialDevice) -> Iterator[Finding]:
    """What is kept where the device is well. Ends after a status that fails."""
    findings = []
    for finding in _method_findings(device):
        findings.append(finding)
        yield finding
    if RULES["status"] in rules_of(findings, KEPT):
        untried_finding = untried_after(rules_of(findings, BROKEN), "port_down", "no outlet")
        yield untried_finding or _absent_finding(device)


def is_unread(findings: Sequence[Finding]) -> bool:
    """Whether the status was not tried, so that nothing else can be."""
    return RULES["status"] in rules_of(findings, UNTRIED)


def _absent_finding(device: TrialDevice) -> Finding:
    """A command for an outlet that no device has."""

    def switch() -> EnumPowerStatus:
        return device.methods.switch(ABSENT, on=False)

    if device.absent_commands is None:
        return judge_call("no outlet", switch)
    count_before = device.absent_commands()
    finding = judge_call("no outlet", switch)
    is_sent = device.absent_commands() != count_before
    if is_sent and finding.result == KEPT:
        return broken("no outlet", f"a command for outlet {ABSENT} was sent; then it raised")
    return finding


def untried_after(broken_rules: Sequence[Rule], method: str, rule: str) -> Optional[Finding]:
    """That a rule was not tried because the method fails anyway; None if it does not."""
    if RULES[method] not in broken_rules:
        return None
    return Finding(RULES[rule], UNTRIED, f"{method} fails on a device that is well")


def _method_findings(device: TrialDevice) -> Iterator[Finding]:
    """Findings on the four methods: the figures, and the commands to outlets that are on, are
    tried if status() answers.
    """
    try:
        states = dict(device.methods.states())
    except Exception as error:
        yield _fault_on_device(device, "status", error)
        yield from _poll_findings(device, only_faults=True)
        return
    is_unasked = device.is_unreached()
    yield Finding(RULES["status"], KEPT, f"{len(states)} outlets of {device.about}")
    if device.states is not None:
        yield compare_states(states, device.states())
    if is_unasked:
        stale = "status asked the device nothing"
    else:
        stale = _fault_after_change(device, states)
    statistic = _try_statistic(device)
    yield from statistic.findings
    if not stale and statistic.is_unasked:
        stale = "statistic asked the device nothing"
    if device.unit is not None:
        yield broken("asked", stale) if stale else Finding(RULES["asked"], KEPT)
    yield from _poll_findings(device)
    outlets = device.outlets_to_switch()
    if outlets:
        yield from _command_findings(device, outlets)
    else:
        why = "no outlet of the device is on and can be switched"
        yield Finding(RULES["port_down"], UNTRIED, why)


class _StatisticTrial(NamedTuple):
    """What was seen of statistic()."""

    findings: Sequence[Finding]
    #: whether it returned figures without a request
    is_unasked: bool = False


def _try_statistic(device: TrialDevice) -> _StatisticTrial:
    """Call statistic(), and compare its figures where those of the device are known."""
    requests_before = device.request_count()
    try:
        figures = device.methods.figures()
    except Exception as error:
        return _StatisticTrial([fault_finding("statistic", error)])
    is_asked = device.requests is None or device.request_count() > requests_before
    figures_text = f"load {figures.load_a} A, energy {figures.energy_kwh} kWh"
    findings = [Finding(RULES["statistic"], KEPT, figures_text)]
    if device.unit is not None:
        findings.append(_compare_all_figures(device, device.unit, figures))
    return _StatisticTrial(findings, not is_asked and not has_no_figure(figures))


def _poll_findings(device: TrialDevice, *, only_faults: bool = False) -> Iterator[Finding]:
    """Whether a poll wrote to the device; it was not sent a command yet."""
    if device.commands is None:
        return
    number = device.commands()
    if number:
        place = _at(device.unit.place) if device.unit is not None else ""
        yield broken("poll", f"status and statistic wrote {number} times{place}")
    elif not only_faults:
        yield Finding(RULES["poll"], KEPT)


def _fault_after_change(device: TrialDevice, states: States) -> str:
    """What is wrong with a status after an outlet was switched off by hand, "" for nothing. The
    outlet is switched on again. `states`: those of the status before.
    """
    unit = device.unit
    outlet = unit.switchable_outlet() if unit is not None else ""
    if unit is None or not outlet:
        return ""
    fault = _fault_of_old_state(unit, device.methods, outlet, states)
    if fault or device.kept_methods is None:
        return fault
    try:
        kept_states = dict(device.kept_methods.states())
    except Exception as error:
        return f"status of a kept object: {error_text(error)}"
    fault = _fault_of_old_state(unit, device.kept_methods, outlet, kept_states)
    return f"in a kept object: {fault}" if fault else ""


def _fault_of_old_state(unit: SimulatedUnit, methods: Methods, outlet: str, states: States) -> str:
    """That status tells the state that an outlet had before it was switched off by hand; "" if it
    does not. `states`: those that it told then.
    """
    if not unit.turn(outlet, DOWN):
        return ""
    try:
        state = dict(methods.states()).get(outlet)
    except Exception as error:
        return f"status, called again: {error_text(error)}"
    finally:
        unit.turn(outlet, UP)
    if state is None or state is not states.get(outlet):
        return ""
    return f"outlet {outlet} was switched off by hand, and status told {state.name} as before"


def _compare_all_figures(device: TrialDevice, unit: SimulatedUnit, figures: Figures) -> Finding:
    """Compares the figures, those of a second call, and those after each meter counted on; then
    those of an object that is kept.
    """
    finding = compare_figures(figures, unit.measured_sums())
    calls = [("called again, ", device.methods)]
    if device.kept_methods is not None:
        calls.append(("statistic of a kept object, call 1: ", device.kept_methods))
        calls.append(("statistic of a kept object, call 2: ", device.kept_methods))
    for words, methods in calls:
        if finding.result == KEPT:
            finding = _compare_again(finding, methods, unit, words)
        if finding.result == KEPT:
            unit.raise_meters()
            words = f"{words}after each meter counted on, "
            finding = _compare_again(finding, methods, unit, words)
    return finding


def _compare_again(finding: Finding, methods: Methods, unit: SimulatedUnit, words: str) -> Finding:
    """What breaks the rule in a further call, which `words` name; else the finding so far."""
    try:
        later_finding = compare_figures(methods.figures(), unit.measured_sums())
    except Exception as error:
        return broken("figures", f"{words}statistic: {error_text(error)}")
    if later_finding.result == BROKEN:
        return later_finding._replace(detail=f"{words}{later_finding.detail}")
    return finding


_BY_ORDER = "by their order: this pack has other identities"


def with_order(finding: Finding, names: Mapping[str, str]) -> Finding:
    """Of states that are right, that they were compared by their order; `names`: the handler's
    names of outlets, by the device's.
    """
    if names and finding.rule is RULES["states"] and finding.result == KEPT:
        return finding._replace(detail=_BY_ORDER)
    return finding


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

    #: of `port_down` or `port_up`
    finding: Finding
    #: sentences about other outlets that it switched
    other_faults: Sequence[str] = ()
    #: how often it was written too often, in a sentence; "" for once
    count_fault: str = ""
    #: whether it returned
    is_answered: bool = False


def _command_findings(device: TrialDevice, outlets: Sequence[str]) -> Iterator[Finding]:
    """Switch outlets off and on again. Findings on the worst state of each method, on the states of
    all other outlets, and, if the device counts commands, on whether each is sent once.
    """
    trials: list[_CommandTrial] = []
    for outlet in outlets:
        # a handler that toggles is found at one outlet
        is_repeated = outlet == outlets[0]
        trials.append(_try_command(device, outlet, "port_down", DOWN, is_repeated=is_repeated))
        trials.append(_try_command(device, outlet, "port_up", UP, is_repeated=is_repeated))
    order = (BROKEN, UNTRIED, KEPT)
    noun = "outlets" if len(outlets) > 1 else "outlet"
    for rule in ("port_down", "port_up"):
        findings = [trial.finding for trial in trials if trial.finding.rule is RULES[rule]]
        worst_finding = min(findings, key=lambda finding: order.index(finding.result))
        if worst_finding.result == KEPT:
            worst_finding = worst_finding._replace(detail=f"{noun} {', '.join(outlets)}")
        yield worst_finding
    other_faults: list[str] = []
    count_faults: list[str] = []
    for trial in trials:
        other_faults += trial.other_faults
        if trial.count_fault:
            count_faults.append(trial.count_fault)
    is_answered = any(trial.is_answered for trial in trials)
    yield _finding_of_commands("others", other_faults, is_answered=is_answered)
    if device.commands is not None:
        yield _finding_of_commands("once", count_faults, is_answered=is_answered)


def _finding_of_commands(rule: str, faults: Sequence[str], *, is_answered: bool) -> Finding:
    """The first of the faults; without one, kept if a command returned, else untried."""
    if faults:
        return broken(rule, faults[0])
    if is_answered:
        return Finding(RULES[rule], KEPT)
    return Finding(RULES[rule], UNTRIED, "port_down and port_up raised")


def _try_command(
    device: TrialDevice,
    outlet: str,
    rule: str,
    target_state: EnumPowerStatus,
    *,
    is_repeated: bool,
) -> _CommandTrial:
    """What was seen when an outlet was switched to a state, and again if it is in it and
    `is_repeated`. `rule`: the method's.
    """
    unit = device.unit
    # the family may need several writes for one command, such as one that unlocks the outlet
    order_count = 1 if unit is None else len(unit.orders(outlet, target_state))
    start = device.command_count()
    try:
        course = _course_of_command(device, outlet, target_state, is_repeated=is_repeated)
    except Exception as error:
        finding = _command_fault(device, rule, error, outlet, start)
        return _CommandTrial(finding, _other_faults(device, outlet, start))
    place = _at(unit.place) if unit is not None and course.writes else ""
    fault = _fault_of_state(rule, outlet, target_state, course)
    if fault and unit is not None and not course.writes:
        fault += f"; {rule} wrote nothing"
    other_faults = []
    for change in _changes_of_others(course, outlet):
        other_faults.append(f"{rule} of outlet {outlet} also switched {change}{place}")
    other_faults += _other_faults(device, outlet, start)
    count_fault = ""
    if course.writes > order_count:
        count_fault = f"{rule} of outlet {outlet} wrote {course.writes} times{place}"
    finding = broken(rule, f"{fault}{place}") if fault else Finding(RULES[rule], KEPT)
    return _CommandTrial(finding, other_faults, count_fault, is_answered=True)


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


def _other_faults(device: TrialDevice, outlet: str, start: int) -> list[str]:
    """Sentences about commands to other outlets and objects, without the first `start`."""
    if device.unit is None:
        return []
    place = _at(device.unit.place)
    wish = f"outlet {outlet} was to be switched"
    outlets = device.unit.commanded_outlets(start)
    faults = []
    for other_outlet in sorted(outlets - {outlet}):
        faults.append(f"{wish}, and {other_outlet} was commanded{place}")
    if outlet in outlets:
        for command in device.unit.foreign_commands(start):
            faults.append(f"{wish}, and it also wrote {command}{place}")
    return faults


def _at(place: str) -> str:
    return f" ({place})" if place else ""


def _command_fault(
    device: TrialDevice, rule: str, error: Exception, outlet: str, start: int
) -> Finding:
    """A command that raised on a device that is well. `start`: how many were sent before it."""
    if device.unit is not None:
        mistake = device.unit.misspelt_command(start)
        if mistake:
            return broken(rule, f"outlet {outlet}: {mistake}")
        foreign_commands = device.unit.foreign_commands(start)
        if foreign_commands:
            why = f"it sent {foreign_commands[0]}, which is not known as a command of such a unit"
            return Finding(RULES[rule], UNTRIED, printable(why, 300))
    is_sent = device.commands is not None and device.commands() != start
    # without known states, the device may be a recording that takes no commands
    if device.states is not None or is_sent or isinstance(error, BrokenHandler):
        finding = fault_finding(rule, error)
        return finding._replace(detail=f"outlet {outlet}: {finding.detail}")
    why = f"the served recording takes no command ({error_text(error)})"
    return Finding(RULES[rule], UNTRIED, printable(why, 200))


def compare_states(states: States, real: States) -> Finding:
    """Compares what status() returned with the real states. DCImanager shows identities, so another
    order is right; an outlet that the device is not known to have is not.
    """
    if states == real:
        is_ordered = list(states) == list(real)
        return Finding(RULES["states"], KEPT, "" if is_ordered else "in another order")
    absent_names = [name for name in real if name not in states]
    if absent_names and len(states) < len(real):
        names = ", ".join(absent_names[:5])
        return broken("states", f"status: outlets are missing: {names}")
    differences = []
    unknown_names = []
    for name, state in states.items():
        real_state = real.get(name)
        if real_state is None:
            unknown_names.append(name)
        elif state is not real_state:
            differences.append(f"{name} is {state.name} instead of {real_state.name}")
    if differences:
        return broken("states", f"status: {'; '.join(differences[:3])}")
    if absent_names:
        return _compare_by_order(list(states.values()), list(real.values()))
    names = ", ".join(unknown_names[:5])
    why = f"status lists outlets that this pack does not know: {names}"
    return Finding(RULES["states"], UNTRIED, why)


def _compare_by_order(states: list[EnumPowerStatus], real: list[EnumPowerStatus]) -> Finding:
    """Compares states of identities that are not this pack's: right in the same order, and wrong if
    their numbers are wrong in any order.
    """
    if states == real:
        return Finding(RULES["states"], KEPT, _BY_ORDER)
    numbers, real_numbers = Counter(states), Counter(real)
    differences = []
    for state in (UP, DOWN, UNKNOWN):
        number, real_number = numbers[state], real_numbers[state]
        if number != real_number:
            differences.append(f"{number} outlets are {state.name} instead of {real_number}")
    if differences:
        return broken("states", f"status: {'; '.join(differences)}")
    why = "its identities are not those of this pack's family, so states cannot be compared"
    return Finding(RULES["states"], UNTRIED, why)


def has_no_figure(figures: Figures) -> bool:
    """Whether nothing was told as measured."""
    return figures.load_a is None and figures.energy_kwh is None and not figures.ports


def compare_figures(figures: Figures, sums: MeasuredSums) -> Finding:
    """Compares what statistic() returned with what the device measures. Where it has several meters
    of one quantity, a figure is right if it is that of any.
    """
    if not sums.load_a and not sums.energy_kwh:
        if has_no_figure(figures):
            return Finding(RULES["figures"], KEPT, "the device has no meter")
        return Finding(RULES["figures"], UNTRIED, _NO_METERS)
    if figures.load_a is None and figures.energy_kwh is None:
        return broken("figures", "statistic returned no figure, and the device has meters")
    energies = _energies_as_measured(figures, sums)
    comparisons = [
        _Comparison("load", "A", figures.load_a, sums.load_a),
        _Comparison("total_consumption", "kWh", figures.energy_kwh, sums.energy_kwh),
    ]
    for identity, outlet_kwh in energies.items():
        real_figures = []
        if identity in sums.outlet_kwh:
            real_figures.append(sums.outlet_kwh[identity])
        name = f"consumption of outlet {identity}"
        comparisons.append(_Comparison(name, "kWh", outlet_kwh, real_figures))
    faults = [comparison.fault() for comparison in comparisons]
    if any(faults):
        return broken("figures", "; ".join(filter(None, faults)))
    if energies and sums.outlet_kwh and energies.keys() != sums.outlet_kwh.keys():
        names = sorted(energies.keys() ^ sums.outlet_kwh.keys())
        why = f"consumption that the handler or this pack does not show: {', '.join(names[:5])}"
        return Finding(RULES["figures"], UNTRIED, why)
    unshown = [row.name for row in comparisons if row.figure is None and row.real_figures]
    if sums.outlet_kwh and not energies:
        unshown.append("consumption of outlets")
    if unshown:
        return Finding(RULES["figures"], KEPT, f"without {' and '.join(unshown)}")
    return Finding(RULES["figures"], KEPT)


def _energies_as_measured(figures: Figures, sums: MeasuredSums) -> Mapping[str, Figure]:
    """The energies of outlets, under the names of the device's, in their order, if the handler has
    other names for as many.
    """
    energies = {}
    for name, port in figures.ports.items():
        if port.energy_kwh is not None:
            energies[name] = port.energy_kwh
    has_other_names = energies.keys().isdisjoint(sums.outlet_kwh)
    if has_other_names and len(energies) == len(sums.outlet_kwh):
        return dict(zip(sums.outlet_kwh, energies.values()))
    return energies


class _Comparison(NamedTuple):
    """A figure that statistic() returned, and those that the device measures."""

    name: str
    unit: str
    figure: Figure
    real_figures: Sequence[float]

    def fault(self) -> str:
        """What is wrong with the figure; "" if it is right, or was not returned."""
        if self.figure is None or not self.real_figures:
            return ""
        distinct_figures = dict.fromkeys(self.real_figures)
        alternatives = " or ".join(f"{real_figure:g}" for real_figure in distinct_figures)
        measures = f"the device measures {alternatives} {self.unit}"
        value = measured(self.figure)
        if value is None:
            reason = reason_without(self.figure)
            return f"{self.name} is not known ({reason}); {measures}"
        for real_figure in self.real_figures:
            tolerance = max(_ROUNDING, _MOST_DEVIATION[self.unit] * real_figure)
            if abs(value - real_figure) <= tolerance:
                return ""
        return f"{self.name} is {value:g} {self.unit}; {measures}"


#: what is seen in the answer of a call that should have raised: result and detail; None if nothing
#: excuses it
JudgedAnswer = Callable[[Any], Optional[tuple[str, str]]]


def judge_call(
    rule: str,
    call: Callable[[], Any],
    method: str = "",
    judged: JudgedAnswer = lambda _: None,
) -> Finding:
    """Kept if the call raises an error that is no mistake of the handler's, or if its answer is
    judged so.
    """
    try:
        answer = call()
    except EndlessCall as error:
        return broken(rule, error.reason)
    except LackingDouble as error:
        return fault_finding(rule, error)
    except BrokenHandler as error:
        if isinstance(error.__cause__, SystemExit):
            return broken(rule, f"{error.reason}: it ends the program that calls it")
        # an exception of its own is what is wanted; it is shown to the user as it is
        kind = KEPT if isinstance(error, HandlerRaised) else BROKEN
        return Finding(RULES[rule], kind, printable(error.reason, 200))
    except Exception as error:
        return Finding(RULES[rule], KEPT, printable(error_text(error), 120))
    judgement = judged(answer)
    if judgement is not None:
        result, detail = judgement
        return Finding(RULES[rule], result, printable(f"{method} {detail}", 300))
    return broken(rule, f"{_answer_text(method, answer)} and raised nothing")


def _answer_text(method: str, answer: Any) -> str:
    if isinstance(answer, list):
        return f"status returned {len(answer)} outlets"
    if isinstance(answer, Figures):
        return f"statistic returned {answer.load_a} A and {answer.energy_kwh} kWh"
    return f"{method or 'port_down'} returned {getattr(answer, 'name', answer)}"


#: in the reason of EndlessCall
ENDLESS = "did not end within"


class EndlessCall(PduHandlerError):
    """A call did not end in time."""


def _fault_on_device(device: TrialDevice, rule: str, error: Exception) -> Finding:
    """A status that raised on a device that is well. If no request reached the device, the reason
    may be this machine's, but for a mistake that no machine changes.
    """
    if isinstance(error, LackingDouble):
        return fault_finding(rule, error)
    if device.is_unreached():
        is_own_mistake = isinstance(error, BrokenHandler) and _is_own_mistake(error.__cause__)
        if not is_own_mistake:
            why = (
                f"no request reached {device.about} ({error_text(error)}): give what it needs as"
                " -s KEY=VALUE; it may ask another port than the simulated device has"
            )
            return Finding(RULES[rule], UNTRIED, printable(why, 400))
    elif device.unit is not None and not device.unit.requests:
        return broken(rule, f"{OTHER_COMMUNITY}: {error_text(error)}")
    return fault_finding(rule, error)


def _is_own_mistake(cause: Optional[BaseException]) -> bool:
    """Whether no machine changes why a handler is broken: it breaks a rule, or Python's."""
    if cause is None:
        return True
    mistakes = (NameError, TypeError, AttributeError, NotImplementedError)
    return isinstance(cause, mistakes) and not str(cause).startswith("module ")


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
    return attribute_text(error, "reason") or f"{type(error).__name__}: {own_text(error)}"
