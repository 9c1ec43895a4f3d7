"""A return as text for people, and as JSON for programs. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, Optional

from ...core.cli.output import columns, counted
from ..failure.text import (
    amperes,
    few,
    finite,
    fits_in_words,
    interval,
    load_as_json,
    named,
    of_worlds,
    rank,
    shortened,
)
from .delays import Delays, Finding
from .model import BreakerBack, MachineBack, ReturnOutcome, ReturnVerdict, Step

_STEPS = 30  # limit for lines of a timeline
_FITTING = 10


def lines(
    outcomes: Sequence[ReturnOutcome],
    after_s: Optional[float],
    found: Sequence[Finding],
    delays: Optional[Delays],
    not_known: Sequence[str],
) -> list[str]:
    """All returns, what is wrong, and delays that mend it."""
    made: list[str] = []
    for outcome in outcomes:
        made += [*_return(outcome, after_s), ""]
    made += [f"findings: {len(found)}"]
    if found:
        made += columns(("where", "what"), [(one.where, one.what) for one in found])
    made += ["", *proposed(delays)]
    return [*made, "", "not known:", *(f"  {one}" for one in not_known)]


# the verdicts, of several machines
_OF_SEVERAL = {
    ReturnVerdict.COMES: "come back by themselves",
    ReturnVerdict.EARLY: "come up before what they need",
    ReturnVerdict.DARK: "stay dark",
    ReturnVerdict.CANNOT_SAY: "cannot say",
}


def sentence(outcome: ReturnOutcome) -> str:
    """The counts. That of `comes back` never stands without that of `cannot say`."""
    counts = ", ".join(f"{outcome.count(one)} {words}" for one, words in _OF_SEVERAL.items())
    kept = outcome.drawn - len(outcome.machines)
    open_ = outcome.count(ReturnVerdict.CANNOT_SAY)
    return (
        f"{counted(outcome.drawn, 'machine')}: {counts}; {kept} that this does not touch"
        + of_worlds(outcome.sampled, open_, "come back", outcome.seed)
    )


def heading(outcome: ReturnOutcome, after_s: Optional[float]) -> str:
    """`power comes back to feed:A, after 2 h, feed:B stays without`."""
    gone = f", {named(outcome.gone)} stays without" if outcome.gone else ""
    since = "" if after_s is None else f", after {_span(after_s)}"
    return f"power comes back to {named(outcome.returned)}{since}{gone}"


def sentence_of_breakers(outcome: ReturnOutcome) -> str:
    """How many lines and breakers fit."""
    return (
        f"lines and breakers: {len(outcome.breakers)},"
        f" {sum(one.trips for one in outcome.breakers)} trip,"
        f" {fits_in_words(outcome.breakers)}"
    )


def _return(outcome: ReturnOutcome, after_s: Optional[float]) -> list[str]:
    made = [heading(outcome, after_s), sentence(outcome), sentence_of_breakers(outcome)]
    if outcome.steps:
        rows = [(when(one), one.pdu, outlets(one)) for one in outcome.steps[:_STEPS]]
        made += ["", *columns(("s", "PDU", "outlets that close"), rows)]
        left = len(outcome.steps) - _STEPS
        made += [f"and {left} more"] if left > 0 else []
    worse = [one for one in outcome.machines if one.verdict is not ReturnVerdict.COMES]
    if worse:
        rows = [(one.machine, one.verdict.value, one.why) for one in worse]
        made += ["", *columns(("machine", "verdict", "why"), rows)]
    if outcome.breakers:
        ranked = [(one, breaker(one)) for one in sorted(outcome.breakers, key=rank)]
        made += ["", *shortened(BREAKER, ranked, _FITTING)]
    return made


#: the heads of `breaker`
BREAKER = ("line or breaker", "A in the end", "limit", "inrush A", "verdict", "why")


def breaker(one: BreakerBack) -> tuple[str, str, str, str, str, str]:
    """One line or breaker in words."""
    inrush = "?" if one.inrush_a is None else f"{one.inrush_a:.0f}"
    return one.name, interval(one), amperes(one.limit_a), inrush, one.fit.word, why(one)


def why(one: BreakerBack) -> str:
    """Why a line or breaker is as it is."""
    if one.trips:
        return "it trips, within the hour"
    if one.trips_from_s is not None and one.trips_from_s > 0:
        return f"{one.fit.reason}, from {one.trips_from_s:g} s on"
    return one.fit.reason


def when(one: Step) -> str:
    """`4`, `0 - 12`, `0 or later`."""
    if one.latest_s is None:
        return f"{one.earliest_s:g} or later"
    if one.latest_s == one.earliest_s:
        return f"{one.earliest_s:g}"
    return f"{one.earliest_s:g} - {one.latest_s:g}"


def outlets(one: Step) -> str:
    """`1, 2 (1 of them perhaps)`."""
    maybe = len(one.outlets) - one.sure
    return few(one.outlets, 12) + (f" ({maybe} of them perhaps)" if maybe else "")


def _span(seconds: float) -> str:
    return f"{seconds / 3600:g} h" if seconds >= 3600 else f"{seconds / 60:g} min"


def proposed(delays: Optional[Delays]) -> list[str]:
    """The proposal of delays."""
    if delays is None:
        return ["delays: every line and breaker fits as it is"]
    made: list[str] = []
    if delays.mended:
        made += [f"with these delays {few(delays.mended)} fit; set them on each PDU's page:"]
        rows = [
            (pdu, outlet, str(seconds))
            for pdu, found in delays.pdus.items()
            for outlet, seconds in found
        ]
        made += columns(("PDU", "outlet", "delay s"), rows)
        if delays.sequences:
            made += [
                f"{few(delays.sequences)}: the page has the wait after an outlet; put them in this"
                " order, and set the difference to the next"
            ]
    if delays.unchanged:
        made += [f"{few(delays.unchanged)}: no delay can be set there, as far as was read"]
    if delays.left:
        made += [f"no delay decides {few(delays.left)}: see why above"]
    return made


# ---- JSON ----------------------------------------------------------------------------------------


def as_json(
    outcomes: Sequence[ReturnOutcome],
    after_s: Optional[float],
    found: Sequence[Finding],
    delays: Optional[Delays],
    not_known: Sequence[str],
) -> dict[str, Any]:
    """The whole answer."""
    return {
        "returns": [_outcome(one) for one in outcomes],
        "after_s": after_s,
        "level": max(one.level for one in outcomes),
        "findings": [dataclasses.asdict(one) for one in found],
        "delays": None
        if delays is None
        else {
            "pdus": {pdu: dict(one) for pdu, one in delays.pdus.items()},
            "sequences": list(delays.sequences),
            "mended": list(delays.mended),
            "left": list(delays.left),
            "unchanged": list(delays.unchanged),
        },
        "not_known": list(not_known),
    }


def _outcome(one: ReturnOutcome) -> dict[str, Any]:
    return {
        "returned": list(map(str, one.returned)),
        "gone": list(map(str, one.gone)),
        "level": one.level,
        "counts": {verdict.value: one.count(verdict) for verdict in ReturnVerdict},
        "sampled": {**one.sampled._asdict(), "seed": one.seed},
        "steps": [
            {**dataclasses.asdict(step), "outlets": list(step.outlets)} for step in one.steps
        ],
        "machines": [_machine(machine) for machine in one.machines],
        "breakers": [_breaker_json(breaker) for breaker in one.breakers],
    }


def _machine(one: MachineBack) -> dict[str, Any]:
    return {**dataclasses.asdict(one), "verdict": one.verdict.value}


def _breaker_json(one: BreakerBack) -> dict[str, Any]:
    return {
        **load_as_json(one),
        "inrush_a": one.inrush_a,
        "together": one.together,
        "trips": one.trips,
        "trips_from_s": one.trips_from_s,
        "growth": [
            {"at_s": at.at_s, "low_a": round(at.low, 3), "high_a": finite(at.high)}
            for at in one.growth
        ],
    }
