"""With numpy and without it, the audit has the same answers."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from hypothesis import given, settings

from handlers.command.energy import audit, fast
from handlers.command.energy.meters import RegisterFacts
from handlers.command.energy.readings import OutletFigures, PduReadings, Poll

from . import plans, trial
from .test_findings import KNOWN, answered, polled, rising
from .twin import month


def both(
    asked: Callable[[], audit.AuditedRegister], patch: pytest.MonkeyPatch
) -> audit.AuditedRegister:
    """The answer, which is the same with and without numpy."""
    answers = []
    for is_there in (True, False):
        patch.setattr(fast, "IS_THERE", is_there)
        answers.append(asked())
    with_it, without = answers
    assert with_it == without
    return with_it


@settings(max_examples=12, derandomize=True)
@given(plans.drawn(plans.DAYS))
def test_of_days_with_faults(drawn: plans.Drawn) -> None:
    plan = drawn.plan._replace(step=0.01)
    one = month(plan)
    with pytest.MonkeyPatch.context() as patch:
        both(lambda: trial.audited(plan, one), patch)


VOLTS = KNOWN._replace(volts=230.0)
GUESSED = RegisterFacts(limit_kw=3.68)
CASES: dict[str, tuple[Callable[[], PduReadings], RegisterFacts]] = {
    "firm": (lambda: polled(rising()), VOLTS),
    "power": (lambda: polled(rising(), watts=1000.0), KNOWN),
    "step": (lambda: polled(rising()), GUESSED),
    "unit by power": (lambda: polled(rising(0.1), watts=1000.0), KNOWN),
    "unit by current": (lambda: polled(rising(0.1)), VOLTS),
    "stands": (lambda: polled(lambda hour: rising()(min(hour, 20))), KNOWN),
    "stands by power": (
        lambda: polled(lambda hour: rising()(min(hour, 20)), watts=1000.0, current=0.0),
        KNOWN,
    ),
    "unused": (lambda: polled(lambda _: 7.0, current=0.0), KNOWN),
    "off": (lambda: polled(rising(), state="DOWN"), KNOWN),
    "coarse": (lambda: polled(lambda hour: math.floor(1000.0 + hour)), GUESSED),
    "ends early": (lambda: polled(rising(), days=1.5), KNOWN),
    "wraps": (lambda: polled(lambda hour: hour % 30.0), KNOWN._replace(wrap_kwh=30.0)),
    "wraps unseen": (lambda: polled(rising()), KNOWN._replace(wrap_kwh=0.3)),
}


@pytest.mark.parametrize("case", CASES)
def test_of_findings(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made, meter = CASES[case]
    both(lambda: answered(made(), meter), monkeypatch)


@pytest.mark.parametrize("jump", [0.0, 3600.0, -90.0])
def test_of_the_clock(jump: float, monkeypatch: pytest.MonkeyPatch) -> None:
    def made() -> PduReadings:
        pdu = PduReadings("rack1")
        for number in range(577):
            time = 300.0 * number
            figures = [OutletFigures("1", rising()(time / 3600.0))]
            begin = time + (jump if number > 300 else 0.0)
            pdu.append(Poll("rack1", begin, begin, figures, monotonic=time))
        return pdu

    answer = both(lambda: answered(made()), monkeypatch)
    assert bool(answer.events) is bool(jump)


def test_a_calm_register_takes_the_short_way(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise AssertionError("the long way")

    monkeypatch.setattr(audit, "story_of", refused)
    assert answered(polled(rising()), VOLTS).grade == audit.FIRM
