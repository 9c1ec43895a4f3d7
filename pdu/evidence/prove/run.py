"""One proof of one unit: read it, record it, ask its owner, switch one outlet, judge."""

from __future__ import annotations

import dataclasses
import platform as python_platform
from datetime import datetime, timezone
from typing import Callable, NamedTuple, Optional

from handlers import VERSION
from handlers.shared.errors import NoSuchOutlet, PduHandlerError, printable

from ...core.cli.error_output import Usage
from ...pdus.reading import Reading
from ...pdus.states import UP, word
from . import contract, unit_reading
from .contract import is_idle
from .document import UNIT, OwnerAnswers, ProvenReading, UnitProof
from .meters import load_text
from .unit_reading import (
    FIGURES,
    NAMED,
    OutletReading,
    ProofClock,
    ProofTrace,
    UnitAccess,
    UnitUnderTest,
)
from .verdicts import CONTRACT, FIRST, RECORDED, SECOND, judge_proof, readings_agree
from .watchdog import WatchdogProcess

# between the two readings, in s
USUAL_WATCH_S = 300.0
NOT_ANSWERED = OwnerAnswers(None, None, None, None)


class Plan(NamedTuple):
    """What the owner asks for."""

    unit: UnitUnderTest
    #: the unit, for people
    where: str
    #: "" for none
    outlet: str = ""
    #: whether the owner typed the outlet's number twice
    is_sure: bool = False
    #: in s between the two readings
    watch_s: float = USUAL_WATCH_S
    basis: str = UNIT


class Tools(NamedTuple):
    """What a proof needs besides the unit; tests have others."""

    trace: ProofTrace
    guard: Optional[WatchdogProcess]
    clock: ProofClock = ProofClock()
    tell: Callable[[str], None] = lambda _: None
    #: asks for the owner's answers
    owner: Callable[[], OwnerAnswers] = lambda: NOT_ANSWERED
    #: asks whether the outlet is dark
    look: Callable[[], Optional[bool]] = lambda: None
    #: asks before the first command; raises if the owner does not agree
    agree: Callable[[OutletReading], None] = lambda _: None


def prove(wish: Plan, means: Tools) -> UnitProof:
    """Read, switch if an outlet is named, and judge.

    Raises the error of the first reading if the unit cannot be reached or refuses the login, and
    Usage for an outlet that must not be switched.
    """
    trace, clock = means.trace, means.clock
    means.tell("reading the unit")
    first = unit_reading.take(wish.unit, FIRST, trace, clock, NAMED)
    if first.failure is not None and first.failure.kind in ("unreachable", "denied", "settings"):
        raise _Unread(first.failure.kind, first.failure.reason)
    if wish.outlet:
        _require_switchable(wish, first)
    recording, notes = unit_reading.record_unit(wish.unit, means.tell)
    if recording:
        means.tell("reading the recording")
        trace.readings.append(_read_replay(wish, recording, trace, clock))
    owner = means.owner()
    _watch(wish, means)
    dark_answers: list[Optional[bool]] = []
    if wish.outlet and first.answered and readings_agree(trace.readings[0], trace.readings[-1]):
        _switch(wish, means, dark_answers)
    plate = first.plate
    proof = UnitProof(
        wish.basis,
        datetime.now(timezone.utc).strftime("%Y-%m-%d"),
        VERSION,
        python_platform.python_version(),
        wish.unit.handler.name,
        unit_reading.scrub_nameplate(plate.family, plate),
        unit_reading.scrub_nameplate(plate.manufacturer, plate),
        unit_reading.scrub_nameplate(plate.model, plate),
        unit_reading.scrub_nameplate(plate.firmware, plate),
        unit_reading.settings_of(wish.unit),
        trace.clean(wish.outlet),
        dataclasses.replace(owner, seen_dark=dark_answers[0]) if dark_answers else owner,
        tuple(trace.readings),
        tuple(trace.commands),
        (),
        recording,
        tuple(trace.clean(printable(note, 300)) for note in notes),
    )
    return dataclasses.replace(proof, verdicts=judge_proof(proof))


class _Unread(PduHandlerError):
    """The first reading failed."""

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(reason)
        self.kind = kind


def _read_replay(wish: Plan, recording: str, trace: ProofTrace, clock: ProofClock) -> ProvenReading:
    try:
        reading = unit_reading.read_recording(
            wish.unit.handler.name, recording, trace.clean, unit_reading.settings_of(wish.unit)
        ).reading
    except PduHandlerError as error:
        return unit_reading.failed_reading(RECORDED, error, clock.monotonic() - trace.begun, trace)
    return dataclasses.replace(reading, at_s=round(clock.monotonic() - trace.begun, 3))


def _watch(wish: Plan, means: Tools) -> None:
    """Wait for the second reading, and read."""
    end = means.trace.begun + wish.watch_s
    while (left := end - means.clock.monotonic()) > 0:
        means.tell(f"watching the meters for {left:.0f} s more")
        means.clock.sleep(min(1.0 if wish.watch_s < 600 else 5.0, left))
    means.tell("reading the unit again")
    unit_reading.take(wish.unit, SECOND, means.trace, means.clock, FIGURES)


def _require_switchable(wish: Plan, first: Reading) -> None:
    """Raise Usage unless the outlet is on and idle, or its owner is sure."""
    outlet = first.outlet(wish.outlet)
    if not first.answered:
        return
    if outlet is None:
        raise NoSuchOutlet(
            f"the PDU has no outlet {wish.outlet[:60]!r}; status lists its outlets", wish.where
        )
    if outlet.state is not UP:
        raise Usage(
            f"outlet {wish.outlet} is {word(outlet.state)}: nothing was switched, because a proof"
            " begins and ends with an outlet that is on"
        )
    now = OutletReading(outlet.state, outlet.figures)
    why = ""
    if not now.draw.has_load:
        why = "no meter shows that nothing is plugged in"
    elif not is_idle(now):
        why = f"it carries {load_text(now.draw)}"
    if why and not wish.is_sure:
        raise Usage(
            f"outlet {wish.outlet} was not switched: {why}. If it may lose its power, type it"
            f" twice: --outlet {wish.outlet} --outlet {wish.outlet}"
        )


def _switch(wish: Plan, means: Tools, dark_answers: list[Optional[bool]]) -> None:
    assert means.guard is not None
    unit_access = UnitAccess(wish.unit, means.trace, means.clock)
    outlet, begin = contract.begin(unit_access, wish.outlet)
    if outlet is None or outlet.state is not UP:
        return  # the readings say why
    if not is_idle(outlet) and outlet.draw.has_load and not wish.is_sure:
        raise Usage(
            f"outlet {wish.outlet} was not switched: it carries {load_text(outlet.draw)} now. If it"
            f" may lose its power, type it twice: --outlet {wish.outlet} --outlet {wish.outlet}"
        )
    means.agree(outlet)
    means.tell(f"switching outlet {wish.outlet}: off, on, off, on")
    means.guard.arm(begin)
    try:
        contract.run(
            unit_access, begin, lambda: dark_answers.append(means.look()), means.guard.is_there
        )
    finally:
        means.tell(f"making sure that outlet {wish.outlet} is on")
        commands = [command.on for command in means.trace.commands if command.phase == CONTRACT]
        restoration = means.guard.release(may_be_off=bool(commands) and not commands[-1])
        means.trace.readings.extend(restoration.readings)
        means.trace.commands.extend(restoration.commands)
