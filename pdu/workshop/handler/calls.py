"""One call of a handler's method, and what an error or an answer of it says of a rule."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Callable, Optional, Protocol

from handlers.dcimanager import Figures
from handlers.shared.errors import PduHandlerError, printable
from pdu_common.helper import EnumPowerStatus

from ...cli.error_facts import attribute_text
from ...cli.known_secrets import error_text as own_text
from ...loading.four_methods import (
    BrokenHandler,
    HandlerRaised,
    LackingDouble,
    SettingNotGiven,
)
from .rules import BROKEN, KEPT, RULES, UNTRIED, Finding, Rule, broken, kept, untried

#: in the reason of EndlessCall
ENDLESS = "did not end within"


class Methods(Protocol):
    """A handler's methods, as FourMethods has them. A call ends."""

    def states(self) -> Sequence[tuple[str, EnumPowerStatus]]: ...

    def figures(self) -> Figures: ...

    def switch(self, identity: str, *, on: bool) -> EnumPowerStatus: ...


class EndlessCall(PduHandlerError):
    """A call did not end in time."""


#: of an answer where an error was expected: a result and its detail; None if nothing excuses it
Judgement = Optional[tuple[str, str]]


def judge_call(
    rule: str,
    call: Callable[[], Any],
    method: str,
    judge: Callable[[Any], Judgement] = lambda _: None,
) -> Finding:
    """Kept if the call raises an error that is no mistake of the handler's; for an answer, what
    `judge` says of it.
    """
    try:
        answer = call()
    except EndlessCall as error:
        return broken(rule, error.reason)
    except (LackingDouble, SettingNotGiven) as error:
        return fault_finding(rule, error)
    except BrokenHandler as error:
        if isinstance(error.__cause__, SystemExit):
            return broken(rule, f"{error.reason}: it ends the program that calls it")
        # an exception of its own is as the page wants it: the user sees it as it is
        result = KEPT if isinstance(error, HandlerRaised) else BROKEN
        return Finding(RULES[rule], result, printable(error.reason, 200))
    except Exception as error:
        return kept(rule, printable(error_text(error), 120))
    judgement = judge(answer)
    if judgement is None:
        return broken(rule, f"{_answer_text(method, answer)} and raised nothing")
    result, detail = judgement
    return Finding(RULES[rule], result, printable(f"{method} {detail}", 300))


def _answer_text(method: str, answer: Any) -> str:
    """What a method returned, in words."""
    if isinstance(answer, list):
        return f"status returned {len(answer)} outlets"
    if isinstance(answer, Figures):
        return f"statistic returned {answer.load_a} A and {answer.energy_kwh} kWh"
    return f"{method} returned {getattr(answer, 'name', answer)}"


def fault_finding(rule: str, error: BaseException) -> Finding:
    """A rule that a call broke, or that was not tried because the platform's double lacks
    something, or because a setting was not given.
    """
    if isinstance(error, (LackingDouble, SettingNotGiven)):
        return untried(rule, error_text(error))
    return broken(rule, error_text(error))


def untried_after(broken_rules: Sequence[Rule], method: str, rule: str) -> Optional[Finding]:
    """That a rule was not tried because the method fails anyway; None if it does not."""
    if RULES[method] not in broken_rules:
        return None
    return untried(rule, f"{method} fails on a device that is well")


def kept_if_reached(finding: Finding, *, is_reached: bool) -> Finding:
    """The finding; not tried if the rule was kept only because no request reached the device."""
    if finding.result != KEPT or is_reached:
        return finding
    why = f"no request reached the simulated device ({finding.detail})"
    return finding._replace(result=UNTRIED, detail=printable(why, 300))


def error_text(error: BaseException) -> str:
    """The reason of an error of this pack; the type and the text of another."""
    return attribute_text(error, "reason") or f"{type(error).__name__}: {own_text(error)}"
