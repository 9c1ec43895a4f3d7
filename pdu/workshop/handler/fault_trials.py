"""Calls of a handler's methods on devices with a fault each, and what is right there: for SNMP
(device_trials.py) and for other protocols (served_trials.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Callable, NamedTuple, Optional, Protocol

from handlers.dcimanager import Figures, MeterFigures
from handlers.shared.errors import printable
from handlers.shared.meter_figures import measured
from pdu_common.helper import EnumPowerStatus

from ...cli.states import DOWN, UNKNOWN, UP, word
from ...loading.four_methods import LackingDouble
from .method_trials import (
    ENDLESS,
    EndlessCall,
    Methods,
    broken,
    error_text,
    fault_finding,
    has_no_figure,
    untried_after,
)
from .rules import ADVISED, BROKEN, KEPT, RULES, UNTRIED, Finding, Rule

#: how late a device reports a new state, in seconds
LATE_S = 2.0
# the trials of faults wait for the device most of the time
_AT_ONCE = 6


class FaultTrial(NamedTuple):
    """One call on a device with a fault."""

    rule: str
    method: str
    call: Callable[[], Finding]


def findings_of_trials(
    trials: Sequence[FaultTrial], broken_rules: Sequence[Rule]
) -> Iterator[Finding]:
    """A finding for each rule: of the first method that breaks it, else of the first that was
    tried.
    """
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


def worst_finding(findings: Sequence[Finding]) -> Finding:
    """The first of those with the worst result."""
    order = (BROKEN, ADVISED, KEPT, UNTRIED)
    return min(findings, key=lambda finding: order.index(finding.result))


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


class CommandedUnit(Protocol):
    """A device that was sent a command."""

    place: str

    def states(self) -> Mapping[str, EnumPowerStatus]: ...

    def writes_for(self, outlet: str) -> int: ...


def reported_state(
    rule: str,
    method: str,
    methods: Methods,
    outlet: str,
    unit: CommandedUnit,
    is_reached: Callable[[], bool],
) -> Finding:
    """The finding of a command to a unit that obeys late or never, or whose answer is lost: the
    command must not return the target state before the unit has it. It keeps the rule if it raises
    an error or returns no state.
    """
    state: Optional[EnumPowerStatus] = None
    detail = ""
    try:
        state = methods.switch(outlet, on=method == "port_up")
    except EndlessCall as error:
        return broken(rule, error.reason)
    except LackingDouble as error:
        return fault_finding(rule, error)
    except Exception as error:
        detail = printable(error_text(error), 200)
    writes = unit.writes_for(outlet)
    place = f" ({unit.place})" if unit.place else ""
    if writes > 1:
        why = f"{method} of outlet {outlet} wrote {writes} times: a command is written once"
        return broken(rule, f"{why}{place}")
    if state is None:
        return kept_if_reached(Finding(RULES[rule], KEPT, detail), is_reached=is_reached())
    real_state = unit.states().get(outlet, UNKNOWN)
    fault = _fault_of_report(rule, method, outlet, state, real_state)
    if fault:
        return broken(rule, f"{fault}{place}")
    return Finding(RULES[rule], KEPT, f"it returned {state.name}")


def _fault_of_report(
    rule: str, method: str, outlet: str, state: EnumPowerStatus, real_state: EnumPowerStatus
) -> str:
    """What is wrong with the state that a command returned; "" for nothing. `real_state`: of the
    device then.
    """
    target_state = UP if method == "port_up" else DOWN
    state_before = DOWN if method == "port_up" else UP
    returned = f"{method} returned {state.name}"
    if state is target_state and real_state is not target_state:
        return f"{returned} while the device has outlet {outlet} {word(real_state)}"
    if state is not state_before:
        return ""
    if rule == "late":
        late_word = word(target_state)
        return f"{returned}; outlet {outlet} was {late_word} {LATE_S:g} s after the command"
    if rule in ("answer lost", "pending"):
        return f"{returned} while outlet {outlet} is {word(real_state)}"
    return ""


# ---- what is seen in an answer where an error was expected ---------------------------------------

#: a result and its detail; None: nothing excuses the answer
Judgement = Optional[tuple[str, str]]
_NOT_NEEDED: Judgement = (KEPT, "does not need what failed")
#: of a method that also failed on a device without a fault
NO_COMPARISON: Judgement = (UNTRIED, "gave no answer on a device that is well, to compare with")


def judgement_of_equality(answer: Any, healthy_answer: Any) -> Judgement:
    """An answer in spite of the fault is right if a device that is well gives the same."""
    if healthy_answer is None:
        return NO_COMPARISON
    return _NOT_NEEDED if answer == healthy_answer else None


def judgement_of_states(answer: Any, healthy_answer: Any) -> Judgement:
    """The states of a device on which one cannot be read: this one must be UNKNOWN, the others as
    on a device that is well.
    """
    if healthy_answer is None:
        return NO_COMPARISON
    if answer == healthy_answer:
        return _NOT_NEEDED
    names = [name for name, _ in answer]
    healthy_names = [name for name, _ in healthy_answer]
    if names != healthy_names:
        counts = f"{len(names)} of {len(healthy_names)} outlets"
        return BROKEN, f"returned {counts} while the state of one cannot be read"
    for (name, state), (_, healthy_state) in zip(answer, healthy_answer):
        if state not in (healthy_state, UNKNOWN):
            return BROKEN, f"returned outlet {name} {state.name}, whose state cannot be read"
    return KEPT, "returned UNKNOWN for the outlet"


def judgement_of_figures(answer: Any, healthy_answer: Any) -> Judgement:
    """The figures of a device on which a meter cannot be read: each must be as on a device that is
    well, or be left out.
    """
    if healthy_answer is None:
        return NO_COMPARISON
    if answer == healthy_answer:
        return _NOT_NEEDED
    changes = list(changed_figures(answer, healthy_answer))
    if not changes:
        return KEPT, "left out what cannot be read"
    change = changes[0]
    return BROKEN, (
        f"returned {change.name} {change.figure}, not {change.healthy_figure}: a meter cannot be"
        " read"
    )


def judgement_of_silence(answer: Any, healthy_answer: Any) -> Judgement:
    """The answer without the device. A handler of a PDU without meters need not ask for figures."""
    if not isinstance(answer, Figures) or not has_no_figure(answer):
        return None
    if healthy_answer is None:
        return NO_COMPARISON
    return (KEPT, "gives no figure") if has_no_figure(healthy_answer) else None


class ChangedFigure(NamedTuple):
    """A figure that differs from that of a device that is well."""

    name: str
    figure: float
    #: None: it was not told
    healthy_figure: Optional[float]


def changed_figures(answer: Figures, healthy_answer: Figures) -> Iterator[ChangedFigure]:
    """The figures of an answer that differ; one that it left out does not."""
    pairs = [
        ("load", answer.load_a, healthy_answer.load_a),
        ("total_consumption", answer.energy_kwh, healthy_answer.energy_kwh),
    ]
    for identity, port in answer.ports.items():
        healthy_port = healthy_answer.ports.get(identity, MeterFigures())
        name = f"consumption of outlet {identity}"
        pairs.append((name, port.energy_kwh, healthy_port.energy_kwh))
    for name, figure, healthy_figure in pairs:
        value, healthy_value = measured(figure), measured(healthy_figure)
        if value is not None and value != healthy_value:
            yield ChangedFigure(name=name, figure=value, healthy_figure=healthy_value)


# ---- calls ---------------------------------------------------------------------------------------


def call_of(
    methods: Methods, method: str, outlets: Mapping[EnumPowerStatus, str]
) -> Callable[[], Any]:
    """The call of a method; a command changes the state of an outlet."""
    if method == "status":
        return methods.states
    if method == "statistic":
        return methods.figures
    if method == "port_down":
        return partial(methods.switch, outlets[UP], on=False)
    return partial(methods.switch, outlets[DOWN], on=True)


def kept_if_reached(finding: Finding, *, is_reached: bool) -> Finding:
    """The finding; UNTRIED if the rule was kept only because no request reached the device."""
    if finding.result != KEPT or is_reached:
        return finding
    why = f"no request reached the simulated device ({finding.detail})"
    return Finding(finding.rule, UNTRIED, printable(why, 300))
