"""Commands that switch: switch, cycle, sequence."""
from __future__ import annotations

import time
from typing import Callable, List, Optional

from ...errors import Denied, NoSuchOutlet, PduHandlerError
from ...raritan import states
from ...raritan.preconditions import refuse_mixed_up, refused
from ...raritan.rpc import Bulk
from ...raritan.rpc.pdumodel import Outlet, Pdu
from ..exits import DONE, NOT_SEEN
from ..options import option, words
from ..output import Result, facts, text
from .context import Command, Commands, Context, check, once, plain, seen, wrong

_PAUSE_S = 0.3
_NAMED = 12             # outlets that a question names; the rest are counted


def _numbers(context: Context, count: int) -> List[int]:
    """The outlets that were named, each once, from 0; all of them for `all`. Raises SettingsError, NoSuchOutlet."""
    named: List[str] = list(context.options.outlet)
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


def _agreed(context: Context, outlets: List[Outlet], chosen: List[int]) -> None:
    """Raise Unsupported where a number means one outlet in the list and another to the unit: 1 round trip.

    One outlet is switched by its reference, several by their numbers, and the table of outlets shows positions in the list.
    """
    bulk = Bulk(context.agent)
    labels = [(index, bulk.add(context.unit.proxy(Outlet, f"/outlet/{index}").getMetaData), bulk.add(outlets[index].getMetaData))
              for index in chosen]
    bulk.perform()
    for index, known, listed in labels:
        refuse_mixed_up(str(index + 1), known, listed, context.agent.login.quoted)


def switch(context: Context) -> Result:
    """2 round trips for the outlets, 1 for the command, then 1 for each look until all are as wanted."""
    if context.options.state not in ("on", "off"):
        wrong(f"{context.options.state[:20]!r}: give on or off")
    on = context.options.state == "on"
    pdu, pstate = context.pdu, Outlet.PowerState.PS_ON if on else Outlet.PowerState.PS_OFF
    found = context.outlets()
    chosen = _numbers(context, len(found))
    _agreed(context, found, chosen)
    _confirm(context, f"switch {context.options.state}", found, chosen)
    if list(context.options.outlet) == ["all"]:
        _command("all", lambda: pdu.setAllOutletPowerStates(pstate))
    elif len(chosen) == 1:
        _command(str(chosen[0] + 1), lambda: found[chosen[0]].setPowerState(pstate))
    else:
        in_sequence: bool = context.options.in_sequence
        _command(" ".join(context.options.outlet), lambda: pdu.setMultipleOutletPowerStates(chosen, pstate, in_sequence))
    return _watched(context, found, chosen, "up" if on else "down")


def cycle(context: Context) -> Result:
    """2 round trips for the outlets, 1 for the command, then 1 for each look until all are on again."""
    pdu = context.pdu
    found = context.outlets()
    chosen = _numbers(context, len(found))
    _agreed(context, found, chosen)
    _confirm(context, "power-cycle", found, chosen)
    if list(context.options.outlet) == ["all"]:
        _command("all", pdu.cycleAllOutletPowerStates)
    elif len(chosen) == 1:
        _command(str(chosen[0] + 1), found[chosen[0]].cyclePowerState)
    else:
        in_sequence: bool = context.options.in_sequence
        _command(" ".join(context.options.outlet), lambda: pdu.cycleMultipleOutletPowerStates(chosen, in_sequence))
    return _watched(context, found, chosen, "up")


def _confirm(context: Context, what: str, outlets: List[Outlet], chosen: List[int]) -> None:
    """Ask with each outlet's name and present state: 1 round trip more; none with --yes."""
    context.askable(f"{what} {' '.join(context.options.outlet)}")
    if context.state.yes:
        return context.confirm(what)
    bulk = Bulk(context.agent)
    asked = [(index, bulk.add(outlets[index].getSettings), bulk.add(outlets[index].getState)) for index in chosen[:_NAMED]]
    failures = states.ask_failures(bulk, context.unit)
    bulk.perform()
    doubted = states.contradicted(failures, len(outlets))
    named = []
    for index, settings, state in asked:
        name = text(settings.get().name) if settings.error is None else ""
        now = seen(state.get(), index, doubted) if state.error is None else "unknown"
        named.append(f"outlet {index + 1}{f' {name!r}' if name else ''} (now {now})")
    more = len(chosen) - len(named)
    context.confirm(f"{what} {', '.join(named)}" + (f" and {more} more outlets" if more else ""))


def _command(outlet: str, send: Callable[[], int]) -> None:
    """Send it once. Raises Refused; Unreachable where no answer says what it did."""
    code = once(f"outlet {outlet} may or may not have switched", "outlets", send)
    if code != 0:
        raise refused(outlet, code)


def _watched(context: Context, outlets: List[Outlet], numbers: List[int], wanted: str) -> Result:
    """Look until every outlet is as wanted, or the time is over; says what was seen last."""
    end = time.monotonic() + context.wait()
    while True:
        now = _seen(context, outlets, numbers)
        done = now is not None and all(state == wanted for state in now)
        if done or time.monotonic() + _PAUSE_S > end:
            shown = {str(number + 1): state for number, state in zip(numbers, now or ["unknown"] * len(numbers))}
            lines = facts({f"outlet {number}": state for number, state in shown.items()})
            missed = ", ".join(f"outlet {number} is {state}" for number, state in shown.items() if state != wanted)
            note = (f"not-seen: {context.agent.host}: the unit accepted the command, but {missed} and not {wanted}: look again "
                    f"before you repeat it")
            return Result({"outlets": shown, "done": done}, lines, DONE if done else NOT_SEEN, note="" if done else note)
        time.sleep(_PAUSE_S)


def _seen(context: Context, outlets: List[Outlet], numbers: List[int]) -> Optional[List[str]]:
    """Their states now; None while the unit does not answer. Raises Denied, since knocking again would block the account."""
    bulk = Bulk(context.agent)
    asked, failures = [bulk.add(outlets[number].getState) for number in numbers], states.ask_failures(bulk, context.unit)
    try:
        bulk.perform()
        doubted = states.contradicted(failures, len(outlets))
        return [seen(state.get(), number, doubted) for number, state in zip(numbers, asked)]
    except Denied:
        raise
    except PduHandlerError:
        return None


def sequence(context: Context) -> Result:
    """1 round trip to show, 4 to change the order, 1 to cancel."""
    action: str = context.options.action or "show"
    pdu = context.pdu
    if context.options.delay is not None and action in ("show", "cancel"):
        wrong("--delay goes with an order")
    if action == "cancel":
        context.confirm("cancel the running sequence")
        pdu.cancelOutletSequence()
        return Result({"cancelled": True}, ["cancelled"])
    if action != "show":
        _set_order(context, pdu, action)
    bulk = Bulk(context.agent)
    settings, running = bulk.add(pdu.getSettings), bulk.add(pdu.getOutletSequenceState)
    bulk.perform()
    order = [index + 1 for index in settings.get().outletPowerStateSequence]
    state = running.get()
    shown = {"order": " ".join(map(str, order)) or "as numbered", "guard delay (ms)": settings.get().inRushGuardDelay,
             "running": state.sequenceRunning, "outlets remaining": state.outletsRemaining}
    return Result({"order": order, "inRushGuardDelay": settings.get().inRushGuardDelay, "state": plain(state)}, facts(shown))


def _set_order(context: Context, pdu: Pdu, order: str) -> None:
    given: str = context.options.delay or "0"
    delay = int(given) if given.isascii() and given.isdigit() else wrong("--delay takes milliseconds")
    outlets = context.outlets()
    settings = pdu.getSettings()
    numbers = [] if order == "none" else [int(word) - 1 if word.isascii() and word.isdigit() else -1 for word in order.split(",")]
    if numbers and sorted(numbers) != list(range(len(outlets))):
        wrong(f"an order names each outlet from 1 to {len(outlets)} once, with commas between; none means as numbered; "
              f"{text(order, 40)} does not")
    _agreed(context, outlets, numbers)
    context.confirm("change the order in which outlets are switched on")
    settings.outletPowerStateSequence = numbers
    check(pdu.setSettings(settings), "the order", {1: "the device does not take it"})
    if context.options.delay is not None:
        for outlet in outlets:
            own = outlet.getSettings()
            own.sequenceDelay = delay
            check(outlet.setSettings(own), "the delay", {1: "the device does not take it"})


_OUTLETS = ("OUTLET+", "numbers from 1, or all")
_IN_SEQUENCE = option("--in-sequence", "several outlets in the unit's own order")
COMMANDS: Commands = {
    "switch": Command(switch, [*words(_OUTLETS, ("STATE", "on or off")), *_IN_SEQUENCE]),
    "cycle": Command(cycle, [*words(_OUTLETS), *_IN_SEQUENCE]),
    "sequence": Command(sequence, [*words(("ACTION?", "show, cancel, none, or an order such as 3,1,2")),
                                   *option("--delay", "with an order: milliseconds after each outlet", "MS")]),
}
