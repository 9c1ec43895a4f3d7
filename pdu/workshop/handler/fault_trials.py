"""Calls of a handler's methods on devices with a fault each, and what is right there. A transport
says how such a device is made (snmp_trials.py, served_trials.py); what is tried is here, once.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Callable, NamedTuple, Optional, Protocol

from handlers.dcimanager import Figures
from handlers.shared.errors import printable
from handlers.shared.meter_figures import measured
from pdu_common.helper import EnumPowerStatus

from ...cli.states import UNKNOWN, word
from ...loading.four_methods import LackingDouble, SettingNotGiven
from ...recordings.simulated_pdu import SimulatedPdu, UnitFault
from .calls import (
    ENDLESS,
    EndlessCall,
    Judgement,
    Methods,
    error_text,
    fault_finding,
    judge_call,
    kept_if_reached,
    untried_after,
)
from .command_trials import COMMANDS
from .comparisons import has_no_figure
from .known_units import OTHER_STATE, KnownUnit
from .rules import (
    ADVISED,
    BROKEN,
    KEPT,
    RULES,
    UNTRIED,
    Finding,
    Rule,
    at,
    broken,
    kept,
    worst_finding,
)

# the trials of faults wait for the device most of the time
_AT_ONCE = 8
# a refused command must raise; after the others, the state must be told as it is
_FAULTS_OF_COMMANDS = (
    ("late", UnitFault.LATE),
    ("stuck", UnitFault.STUCK),
    ("pending", UnitFault.PENDING),
    ("answer lost", UnitFault.ANSWER_LOST),
    ("answer lost", UnitFault.UNANSWERED),
    ("unread", UnitFault.SILENT_AFTER),
    ("refused", UnitFault.REFUSES),
    ("refused", UnitFault.BUSY),
)


class FaultTrial(NamedTuple):
    """One call on a device with a fault."""

    rule: str
    method: str
    call: Callable[[], Finding]


class FaultyDevice(NamedTuple):
    """A device with a fault, and the handler that reads it."""

    methods: Methods
    #: None if nothing is known of it, as of one that is silent
    unit: Optional[KnownUnit]
    is_reached: Callable[[], bool]


class DeviceMaker(Protocol):
    """Makes the devices of one transport."""

    @property
    def faults(self) -> Collection[UnitFault]:
        """Those that its devices can have."""

    def faulty(self, fault: UnitFault) -> FaultyDevice: ...


class TrialMaker(NamedTuple):
    """Makes the trials of one handler."""

    devices: DeviceMaker
    #: the outlet that each command switches; without the commands that cannot be tried
    outlets: Mapping[str, str]
    #: what status and statistic return of a device that is well; without what raised
    answers: Mapping[str, Any]

    @classmethod
    def of(cls, devices: DeviceMaker) -> TrialMaker:
        """With what a device that is well says of itself."""
        device = devices.faulty(UnitFault.NONE)
        assert device.unit is not None
        outlets: dict[str, str] = {}
        for method, target_state in COMMANDS.items():
            outlet = device.unit.switchable_outlet(target_state)
            if outlet:
                outlets[method] = outlet
        answers: dict[str, Any] = {}
        with contextlib.suppress(Exception):
            answers["status"] = device.methods.states()
        with contextlib.suppress(Exception):
            answers["statistic"] = device.methods.figures()
        return cls(devices, outlets, answers)

    @property
    def methods(self) -> Sequence[str]:
        """Those that ask the device: of one without meters, statistic need not."""
        return [*self.readings, *self.outlets]

    @property
    def readings(self) -> Sequence[str]:
        """As `methods`, without the commands."""
        figures = self.answers.get("statistic")
        is_without = figures is not None and has_no_figure(figures)
        return ["status"] if is_without else ["status", "statistic"]

    def trials(self) -> Iterator[FaultTrial]:
        """Those of faults that each transport has."""
        faults_of_commands = [row for row in _FAULTS_OF_COMMANDS if row[1] in self.devices.faults]
        for rule, fault in faults_of_commands:
            for method in self.outlets:
                device = self.devices.faulty(fault)
                if rule == "refused":
                    yield self.raising(rule, method, [device])
                else:
                    yield FaultTrial(rule, method, partial(self._reported, rule, method, device))
        for method in self.readings:
            yield self.raising("short", method, [self.devices.faulty(UnitFault.HALF)])

    def raising(self, rule: str, method: str, devices: Iterable[FaultyDevice]) -> FaultTrial:
        """A call on each of the devices that must raise, unless the rule's judgement excuses its
        answer.
        """
        return FaultTrial(rule, method, partial(self._raised_on_all, rule, method, devices))

    def _raised_on_all(self, rule: str, method: str, devices: Iterable[FaultyDevice]) -> Finding:
        """The worst of the findings on these devices."""
        return worst_finding([self._raised(rule, method, device) for device in devices])

    def _raised(self, rule: str, method: str, device: FaultyDevice) -> Finding:
        """Kept if the call raises or its answer is excused, and if it writes no command twice."""
        judge = partial(judgement, rule, self.answers.get(method))
        finding = judge_call(rule, self.call_of(device.methods, method), method, judge)
        fault = _fault_of_writes(method, self.outlets.get(method, ""), device.unit)
        if fault:
            return broken(rule, fault)
        return kept_if_reached(finding, is_reached=device.is_reached())

    def call_of(self, methods: Methods, method: str) -> Callable[[], Any]:
        """The call of a method; a command changes the state of its outlet."""
        if method == "status":
            return methods.states
        if method == "statistic":
            return methods.figures
        return partial(methods.switch, self.outlets[method], on=method == "port_up")

    def _reported(self, rule: str, method: str, device: FaultyDevice) -> Finding:
        """The finding of a command to a unit that obeys late or never, or whose answer is lost: the
        command must not return the target state before the unit has it. It keeps the rule if it
        raises an error or returns no state.
        """
        outlet, unit = self.outlets[method], device.unit
        assert unit is not None
        detail = ""
        state: Optional[EnumPowerStatus] = None
        try:
            state = device.methods.switch(outlet, on=method == "port_up")
        except EndlessCall as error:
            return broken(rule, error.reason)
        except (LackingDouble, SettingNotGiven) as error:
            return fault_finding(rule, error)
        except Exception as error:
            detail = printable(error_text(error), 200)
        fault = _fault_of_writes(method, outlet, unit)
        if fault:
            return broken(rule, fault)
        if state is None:
            finding = kept(rule, detail)
            return kept_if_reached(finding, is_reached=device.is_reached())
        real_state = unit.states().get(outlet, UNKNOWN)
        fault = _fault_of_report(rule, method, outlet, state, real_state)
        if fault:
            return broken(rule, f"{fault}{at(unit.place)}")
        return kept(rule, f"it returned {state.name}")


def read_otherwise(device: FaultyDevice) -> None:
    """Let a kept object read the device while each state and figure is another: what it remembers
    of them is then seen where it cannot read the real ones.
    """
    if device.unit is None:
        return
    device.unit.turn_over()
    device.unit.raise_meters()
    for call in (device.methods.states, device.methods.figures):
        with contextlib.suppress(Exception):
            call()


def findings_of_trials(
    trials: Sequence[FaultTrial], broken_rules: Sequence[Rule]
) -> Iterator[Finding]:
    """A finding for each rule: the worst of its trials."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        futures = [pool.submit(_finding_of, trial, broken_rules) for trial in trials]
        findings = [future.result() for future in futures]
        findings = _repeated_alone(trials, findings)
    for name in dict.fromkeys(trial.rule for trial in trials):
        findings_of_rule = [finding for finding in findings if finding.rule is RULES[name]]
        yield worst_finding(findings_of_rule)


def _finding_of(trial: FaultTrial, broken_rules: Sequence[Rule]) -> Finding:
    untried_finding = untried_after(broken_rules, trial.method, trial.rule)
    return untried_finding or trial.call()


def _repeated_alone(trials: Sequence[FaultTrial], findings: Sequence[Finding]) -> list[Finding]:
    """The findings, with each endless call repeated alone: beside others it may only have waited
    for the handler's lock. After one that is endless alone, the rest keep their findings.
    """
    new_findings = list(findings)
    for index, finding in enumerate(findings):
        if ENDLESS in finding.detail:
            new_findings[index] = trials[index].call()
            if ENDLESS in new_findings[index].detail:
                break
    return new_findings


def _fault_of_writes(method: str, outlet: str, unit: Optional[KnownUnit]) -> str:
    """That a command was written more than once; "" if it was not."""
    if unit is None or not outlet:
        return ""
    writes = unit.writes_for(outlet)
    if writes < 2:
        return ""
    fault = f"{method} of outlet {outlet} wrote {writes} times: a command is written once"
    return f"{fault}{at(unit.place)}"


def _fault_of_report(
    rule: str, method: str, outlet: str, state: EnumPowerStatus, real_state: EnumPowerStatus
) -> str:
    """What is wrong with the state that a command returned; "" for nothing. `real_state`: of the
    device then.
    """
    target_state = COMMANDS[method]
    state_before = OTHER_STATE[target_state]
    returned = f"{method} returned {state.name}"
    if rule == "unread" and state is not UNKNOWN:
        return f"{returned}, and no state could be read after the command"
    if state is target_state and real_state is not target_state:
        return f"{returned} while the device has outlet {outlet} {word(real_state)}"
    if state is not state_before:
        return ""
    if rule == "late":
        delay = f"{SimulatedPdu.LATE_S:g} s after the command"
        return f"{returned}; outlet {outlet} was {word(target_state)} {delay}"
    if rule in ("answer lost", "pending"):
        return f"{returned} while outlet {outlet} is {word(real_state)}"
    return ""


# ---- what is seen in an answer where an error was expected ---------------------------------------

_NOT_NEEDED: Judgement = (KEPT, "does not need what failed")
_FIGURES_ALONE: Judgement = (KEPT, "reads no state from a figure")
#: of a method that also failed on a device without a fault
NO_COMPARISON: Judgement = (UNTRIED, "gave no answer on a device that is well, to compare with")


def judgement(rule: str, healthy_answer: Any, answer: Any) -> Judgement:
    """An answer in spite of the fault: where the rule allows one at all, it is right if a device
    that is well gives the same, and `_JUDGEMENTS` says what another one is.
    """
    if rule not in _JUDGEMENTS:
        return None
    if healthy_answer is None:
        return NO_COMPARISON
    if answer == healthy_answer:
        return _NOT_NEEDED
    return _JUDGEMENTS[rule](answer, healthy_answer)


def _judgement_of_change(_: Any, __: Any) -> Judgement:
    """Nothing excuses another answer."""
    return None


def _judgement_of_states(answer: Any, healthy_answer: Any) -> Judgement:
    """The states of a device on which one cannot be read: this one must be UNKNOWN, the others as
    on a device that is well.
    """
    names = [name for name, _ in answer]
    healthy_names = [name for name, _ in healthy_answer]
    if names != healthy_names:
        counts = f"{len(names)} of {len(healthy_names)} outlets"
        return BROKEN, f"returned {counts} while the state of one cannot be read"
    for (name, state), (_, healthy_state) in zip(answer, healthy_answer):
        if state not in (healthy_state, UNKNOWN):
            return BROKEN, f"returned outlet {name} {state.name}, whose state cannot be read"
    return KEPT, "returned UNKNOWN for the outlet"


def _judgement_of_figures(answer: Any, healthy_answer: Any) -> Judgement:
    """The figures of a device on which a meter cannot be read: each must be as on a device that is
    well, or be left out.
    """
    changes = list(changed_figures(answer, healthy_answer))
    if not changes:
        return KEPT, "left out what cannot be read"
    change = changes[0]
    return BROKEN, (
        f"returned {change.name} {change.figure}, not {change.healthy_figure}, while a meter does"
        " not answer"
    )


def _judgement_of_zero(answer: Any, healthy_answer: Any) -> Judgement:
    """The states of a device on which a figure is 0. If the names of outlets are others, the figure
    was a number of an outlet.
    """
    healthy_states = dict(healthy_answer)
    if dict(answer).keys() != healthy_states.keys():
        return _FIGURES_ALONE
    for name, state in answer:
        healthy_state = healthy_states[name]
        if state not in (healthy_state, UNKNOWN):
            fault = f"returned outlet {name} {state.name} where a figure is 0"
            return BROKEN, f"{fault}, and {healthy_state.name} where it is not"
    return _FIGURES_ALONE


def _judgement_of_emptiness(answer: Any, healthy_answer: Any) -> Judgement:
    """The states or figures where a table is empty. DCImanager's own example takes the sum of
    nothing.
    """
    if isinstance(answer, Figures):
        changes = changed_figures(answer, healthy_answer)
        figures = [f"{change.name} {change.figure}" for change in changes]
        if figures:
            return ADVISED, f"returned {', '.join(figures)} for an empty table, and raised nothing"
        return KEPT, "left out what the device does not have"
    if not answer:
        return ADVISED, "returned no outlet for an empty table, and raised nothing"
    is_unknown = all(state is UNKNOWN for _, state in answer)
    return (KEPT, "returned UNKNOWN") if is_unknown else None


#: by rule, what an answer is that differs from that of a device that is well; the other rules want
#: an error
_JUDGEMENTS: Mapping[str, Callable[[Any, Any], Judgement]] = {
    "short": _judgement_of_change,
    "lost state": _judgement_of_states,
    "meter": _judgement_of_figures,
    "part": _judgement_of_figures,
    "zero": _judgement_of_zero,
    "empty": _judgement_of_emptiness,
}


class ChangedFigure(NamedTuple):
    """A figure that differs from that of a device that is well."""

    name: str
    figure: float
    #: None: it was not told
    healthy_figure: Optional[float]


def changed_figures(answer: Figures, healthy_answer: Figures) -> Iterator[ChangedFigure]:
    """The figures of an answer that differ; one that it left out does not, nor does that of an
    outlet that the device does not have: then the number of an outlet was changed, and no figure.
    """
    pairs = [
        ("load", answer.load_a, healthy_answer.load_a),
        ("total_consumption", answer.energy_kwh, healthy_answer.energy_kwh),
    ]
    for identity, port in answer.ports.items():
        healthy_port = healthy_answer.ports.get(identity)
        if healthy_port is not None:
            name = f"consumption of outlet {identity}"
            pairs.append((name, port.energy_kwh, healthy_port.energy_kwh))
    for name, figure, healthy_figure in pairs:
        value, healthy_value = measured(figure), measured(healthy_figure)
        if value is not None and value != healthy_value:
            yield ChangedFigure(name=name, figure=value, healthy_figure=healthy_value)
