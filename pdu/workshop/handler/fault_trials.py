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
        futures = [
            pool.submit(_finding_of, trial, untried_after(broken_rules, trial.method, trial.rule))
            for trial in trials
        ]
        findings = _repeated_alone(trials, [future.result() for future in futures])
    order = (BROKEN, ADVISED, KEPT, UNTRIED)
    for rule in dict.fromkeys(trial.rule for trial in trials):
        results = [finding for finding in findings if finding.rule is RULES[rule]]
        yield min(results, key=lambda result: order.index(result.result))


def _finding_of(trial: FaultTrial, untried: Optional[Finding]) -> Finding:
    return untried or trial.call()


def _repeated_alone(trials: Sequence[FaultTrial], findings: Sequence[Finding]) -> list[Finding]:
    """The findings; of calls that did not end beside others, those of calls alone: a handler may
    have a lock. If the first does not end alone, the others are not repeated.
    """
    new_findings = list(findings)
    for place, finding in enumerate(findings):
        if ENDLESS in finding.detail:
            new_findings[place] = trials[place].call()
            if ENDLESS in new_findings[place].detail:
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
    """A command to a unit that obeys late or never, or whose answer is lost: it must not return the
    target state early. An error, or an answer that is no state, reports none.
    """
    state_before, target_state = (UP, DOWN) if method == "port_down" else (DOWN, UP)
    state: Optional[EnumPowerStatus] = None
    detail = ""
    try:
        state = methods.switch(outlet, on=target_state is UP)
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
    real = unit.states().get(outlet, UNKNOWN)
    if state is target_state and real is not target_state:
        why = f"{method} returned {state.name} while the device has outlet {outlet} {word(real)}"
        return broken(rule, f"{why}{place}")
    if rule == "late" and state is state_before:
        what = f"{method} returned {state.name}; outlet {outlet} was {word(target_state)}"
        return broken(rule, f"{what} {LATE_S:g} s after the command{place}")
    if rule in ("answer lost", "pending") and state is state_before:
        what = f"{method} returned {state.name} while outlet {outlet} is {word(real)}"
        return broken(rule, f"{what}{place}")
    return Finding(RULES[rule], KEPT, f"it returned {state.name}")


def judged_states(answer: Any, before: Any) -> Optional[tuple[str, str]]:
    """The states where one cannot be read: it is UNKNOWN, and the others are as before."""
    if before is None or answer == before:
        return KEPT, "does not need what failed"
    if [name for name, _ in answer] != [name for name, _ in before]:
        return BROKEN, (
            f"returned {len(answer)} of {len(before)} outlets while the state of one cannot be read"
        )
    for (name, state), (_, earlier) in zip(answer, before):
        if state is not earlier and state is not UNKNOWN:
            return BROKEN, f"returned outlet {name} {state.name}, whose state cannot be read"
    return KEPT, "returned UNKNOWN for the outlet"


def judged_figures(answer: Any, before: Any) -> Optional[tuple[str, str]]:
    """The figures where a meter cannot be read: each is as before, or left out."""
    if before is None or answer == before:
        return KEPT, "does not need what failed"
    for name, figure, earlier in pairs_of_figures(answer, before):
        if figure is not None and figure != earlier:
            return BROKEN, f"returned {name} {figure}, not {earlier}: a meter cannot be read"
    return KEPT, "left out what cannot be read"


def pairs_of_figures(
    answer: Figures, before: Figures
) -> Iterator[tuple[str, Optional[float], Optional[float]]]:
    """The name of each figure of an answer, its value now, and before."""
    yield "load", measured(answer.load_a), measured(before.load_a)
    yield "total_consumption", measured(answer.energy_kwh), measured(before.energy_kwh)
    for identity, figures in answer.ports.items():
        earlier = before.ports.get(identity, MeterFigures())
        name = f"consumption of outlet {identity}"
        yield name, measured(figures.energy_kwh), measured(earlier.energy_kwh)


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
    """A rule that is kept by an error was not tried if no request reached the device."""
    if finding.result != KEPT or is_reached:
        return finding
    why = f"no request reached the simulated device ({finding.detail})"
    return Finding(finding.rule, UNTRIED, printable(why, 300))
