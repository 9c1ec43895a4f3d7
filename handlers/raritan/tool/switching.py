"""Commands that switch: switch, cycle, sequence."""
from __future__ import annotations

import time
from typing import Callable, List, Optional

from ...errors import Denied, NoSuchOutlet, PduHandlerError
from .. import states
from ..refusals import refused
from ..rpc import Bulk
from ..rpc.pdumodel import Outlet, Pdu
from .commands import Command, Commands, all_of, option, words
from .job import NOT_SEEN, SEEN, Job, Result, check, facts, once, plain, text, wrong

_PAUSE_S = 0.3


def _numbers(job: Job, count: int) -> List[int]:
    """The outlets that were named, each once, from 0; all of them for `all`. Raises SettingsError, NoSuchOutlet."""
    named: List[str] = job.options.outlet
    if named == ["all"]:
        return list(range(count))
    out: List[int] = []
    for word in named:
        if not (word.isascii() and word.isdigit()):
            wrong(f"{word[:20]!r} is no outlet; give numbers from 1 to {count}, or all")
        if not 1 <= int(word) <= count:
            raise NoSuchOutlet(f"there is no outlet {word[:20]}; give numbers from 1 to {count}, or all")
        out.append(int(word) - 1)
    return list(dict.fromkeys(out))


def switch(job: Job) -> Result:
    """1 round trip for the outlets, 1 for the command, then 1 for each look until all are as wanted."""
    if job.options.state not in ("on", "off"):
        wrong(f"{job.options.state[:20]!r}: give on or off")
    on = job.options.state == "on"
    pdu, pstate = job.pdu, Outlet.PowerState.PS_ON if on else Outlet.PowerState.PS_OFF
    found = job.outlets()
    chosen = _numbers(job, len(found))
    job.confirm(f"switch {' '.join(job.options.outlet)} {job.options.state}")
    if job.options.outlet == ["all"]:
        _command("all", lambda: pdu.setAllOutletPowerStates(pstate))
    elif len(chosen) == 1:
        _command(str(chosen[0] + 1), lambda: found[chosen[0]].setPowerState(pstate))
    else:
        _command(" ".join(job.options.outlet), lambda: pdu.setMultipleOutletPowerStates(chosen, pstate, job.options.in_sequence))
    return _watched(job, [found[index] for index in chosen], chosen, "up" if on else "down")


def cycle(job: Job) -> Result:
    """1 round trip for the outlets, 1 for the command, then 1 for each look until all are on again."""
    pdu = job.pdu
    found = job.outlets()
    chosen = _numbers(job, len(found))
    job.confirm(f"power-cycle {' '.join(job.options.outlet)}")
    if job.options.outlet == ["all"]:
        _command("all", pdu.cycleAllOutletPowerStates)
    elif len(chosen) == 1:
        _command(str(chosen[0] + 1), found[chosen[0]].cyclePowerState)
    else:
        _command(" ".join(job.options.outlet), lambda: pdu.cycleMultipleOutletPowerStates(chosen, job.options.in_sequence))
    return _watched(job, [found[index] for index in chosen], chosen, "up")


def _command(outlet: str, send: Callable[[], int]) -> None:
    """Send it once. Raises Refused, and Unreachable where nothing was heard of what it did."""
    code = once(f"outlet {outlet} may or may not have switched", "outlets", send)
    if code != 0:
        raise refused(outlet, code)


def _watched(job: Job, outlets: List[Outlet], numbers: List[int], wanted: str) -> Result:
    """Look until every outlet is as wanted, or the time is over; says what was seen last."""
    end = time.monotonic() + job.wait()
    while True:
        seen = _seen(job, outlets)
        done = seen is not None and all(state == wanted for state in seen)
        if done or time.monotonic() + _PAUSE_S > end:
            shown = {str(number + 1): state for number, state in zip(numbers, seen or ["unknown"] * len(numbers))}
            lines = facts({f"outlet {number}": state for number, state in shown.items()})
            return Result({"outlets": shown, "done": done}, lines, SEEN if done else NOT_SEEN)
        time.sleep(_PAUSE_S)


def _seen(job: Job, outlets: List[Outlet]) -> Optional[List[str]]:
    """The states now; None while the unit does not answer. Raises Denied, since knocking again would block the account."""
    bulk = Bulk(job.agent)
    asked = [bulk.add(outlet.getState) for outlet in outlets]
    try:
        bulk.perform()
        return [states.status(state.get()).value for state in asked]
    except Denied:
        raise
    except PduHandlerError:
        return None


def sequence(job: Job) -> Result:
    """1 round trip to show, 3 to change the order, 1 to cancel."""
    action: str = job.options.action or "show"
    pdu = job.pdu
    if job.options.delay is not None and action in ("show", "cancel"):
        wrong("--delay goes with an order")
    if action == "cancel":
        job.confirm("cancel the running sequence")
        pdu.cancelOutletSequence()
        return Result({"cancelled": True}, ["cancelled"])
    if action != "show":
        _set_order(job, pdu, action)
    bulk = Bulk(job.agent)
    settings, running = bulk.add(pdu.getSettings), bulk.add(pdu.getOutletSequenceState)
    bulk.perform()
    order = [index + 1 for index in settings.get().outletPowerStateSequence]
    state = running.get()
    shown = {"order": " ".join(map(str, order)) or "as numbered", "guard delay (ms)": settings.get().inRushGuardDelay,
             "running": state.sequenceRunning, "outlets remaining": state.outletsRemaining}
    return Result({"order": order, "inRushGuardDelay": settings.get().inRushGuardDelay, "state": plain(state)}, facts(shown))


def _set_order(job: Job, pdu: Pdu, order: str) -> None:
    given: str = job.options.delay or "0"
    delay = int(given) if given.isascii() and given.isdigit() else wrong("--delay takes milliseconds")
    outlets = job.outlets()
    settings = pdu.getSettings()
    numbers = [] if order == "none" else [int(word) - 1 if word.isascii() and word.isdigit() else -1 for word in order.split(",")]
    if numbers and sorted(numbers) != list(range(len(outlets))):
        wrong(f"an order names each outlet from 1 to {len(outlets)} once, with commas between; none means as numbered; "
              f"{text(order, 40)} does not")
    job.confirm("change the order in which outlets are switched on")
    settings.outletPowerStateSequence = numbers
    check(pdu.setSettings(settings), "the order", {1: "the device does not take it"})
    if job.options.delay is not None:
        for outlet in outlets:
            own = outlet.getSettings()
            own.sequenceDelay = delay
            check(outlet.setSettings(own), "the delay", {1: "the device does not take it"})


_OUTLETS = ("OUTLET+", "numbers from 1, or all")
_IN_SEQUENCE = option("--in-sequence", "several outlets in the unit's own order")
COMMANDS: Commands = {
    "switch": Command("switch outlets on or off and wait until they are; asks", switch,
                      all_of(words(_OUTLETS, ("STATE", "on or off")), _IN_SEQUENCE)),
    "cycle": Command("power-cycle outlets and wait until they are on again; asks", cycle, all_of(words(_OUTLETS), _IN_SEQUENCE)),
    "sequence": Command("the order in which outlets are switched on: show, set (asks), cancel", sequence,
                        all_of(words(("ACTION?", "show, cancel, none, or an order such as 3,1,2")),
                               option("--delay", "with an order: milliseconds after each outlet", "MS"))),
}
