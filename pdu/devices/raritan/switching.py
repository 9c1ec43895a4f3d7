"""Commands that switch outlets: switch, cycle, sequence."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Callable, Optional

from handlers.raritan import states
from handlers.raritan.rpc import Bulk, Pending, answered_field
from handlers.raritan.rpc.pdumodel import Outlet, Pdu
from handlers.raritan.switch_checks import raise_if_numbering_differs, why_refused
from handlers.shared.errors import Denied, NoSuchOutlet, PduHandlerError, SettingsError, Unsupported
from pdu_common.helper import EnumPowerStatus

from ...core.cli.exit_codes import DONE, NOT_SEEN
from ...core.cli.groups import Commands, HostCommand
from ...core.cli.options import Argument, option
from ...core.cli.output import Result, counted, facts, text
from ...core.inventory import outlet_words
from .context import (
    Context,
    NotSeen,
    facts_result,
    number,
    raise_for_code,
    read_again,
    send_once,
    state_word,
)

_PAUSE_S = 0.3
_NAMED = 12  # the most outlets that a question names; it counts the others
# position -> when the outlet was last switched; None: not known
Changes = Mapping[int, Optional[datetime.datetime]]


def _numbers(context: Context, count: int) -> list[int]:
    """The positions, from 0, of the named outlets, each once.

    Raises SettingsError, NoSuchOutlet, Unsupported.
    """
    if not count:
        raise Unsupported("the unit lists no outlets")
    words: list[str] = list(context.options.outlet)
    if words == ["all"]:
        return list(range(count))
    try:
        chosen = outlet_words.resolve(words, {str(number): "" for number in range(1, count + 1)})
    except NoSuchOutlet as error:
        why = f"{error.reason.partition(';')[0]}; give numbers from 1 to {count}"
        if all(number(word) >= 0 for word in words):
            raise NoSuchOutlet(f"{why}, or all") from None
        raise SettingsError(f"{why}, or only the word all") from None
    return [int(number) - 1 for number in chosen]


def _agreed(context: Context, outlets: list[Outlet], chosen: list[int]) -> None:
    """Raise Unsupported if the labels show that the unit's list and its commands number an outlet
    differently: 1 round trip.

    The command for one outlet takes its reference, and the command for several takes their numbers.
    People give positions in the list.
    """
    bulk = Bulk(context.agent)
    labels = [
        (
            index,
            bulk.add(context.unit.proxy(Outlet, f"/outlet/{index}").getMetaData),
            bulk.add(outlets[index].getMetaData),
        )
        for index in chosen
    ]
    bulk.perform()
    for index, label, handed_out in labels:
        raise_if_numbering_differs(str(index + 1), label, handed_out, context.agent.login.quoted)


def _last_changes(context: Context, outlets: list[Outlet], chosen: list[int]) -> Changes:
    """When each outlet was last switched: 1 round trip. Leaves out outlets that are off: if they
    are on later, they have been switched."""
    bulk = Bulk(context.agent)
    requests = {index: bulk.add(outlets[index].getState) for index in chosen}
    bulk.perform()
    return {
        index: answered_field(state, "lastPowerStateChange")
        for index, state in requests.items()
        if not _off(state)
    }


def switch(context: Context) -> Result:
    """Switch outlets.

    Round trips: 2 to check them, 1 for the question (none with --yes), 1 for the command, 1 for
    each look.
    """
    wanted_state = context.options.state
    if wanted_state not in ("on", "off"):
        raise SettingsError(f"{wanted_state[:20]!r}: give on or off")
    state = Outlet.PowerState.PS_ON if wanted_state == "on" else Outlet.PowerState.PS_OFF
    return _send_command(
        context,
        f"switch {wanted_state}",
        wanted_state,
        lambda pdu: pdu.setAllOutletPowerStates(state),
        lambda outlet: outlet.setPowerState(state),
        lambda pdu, chosen, in_sequence: pdu.setMultipleOutletPowerStates(
            chosen, state, in_sequence
        ),
    )


def cycle(context: Context) -> Result:
    """Cycle outlets.

    Round trips: as `switch`, and 1 before the command for the times at which they were last
    switched.
    """
    return _send_command(
        context,
        "power-cycle",
        "on",
        lambda pdu: pdu.cycleAllOutletPowerStates(),
        lambda outlet: outlet.cyclePowerState(),
        lambda pdu, chosen, in_sequence: pdu.cycleMultipleOutletPowerStates(chosen, in_sequence),
        cycle=True,
    )


def _send_command(
    context: Context,
    what: str,
    state: str,
    every: Callable[[Pdu], int],
    switch_outlet: Callable[[Outlet], int],
    several: Callable[[Pdu, list[int], bool], int],
    cycle: bool = False,
) -> Result:
    """Ask, send the command once, and watch the outlets. `state`: their state after it.

    `every`, `switch_outlet`, `several`: the command for all outlets, one, or several. Raises
    Unreachable if the command may or may not have taken effect.
    """
    pdu, all_outlets = context.pdu, context.outlets()
    chosen = _numbers(context, len(all_outlets))
    _agreed(context, all_outlets, chosen)
    _confirm(context, what, all_outlets, chosen)
    # after the question: others may switch in the meantime
    last_changes = _last_changes(context, all_outlets, chosen) if cycle else {}
    everything = list(context.options.outlet) == ["all"]
    plural = everything or len(chosen) > 1
    outlets_text = "the outlets"
    if not everything:
        numbers = ", ".join(str(index + 1) for index in chosen)
        outlets_text = f"outlets {numbers}" if plural else f"outlet {numbers}"

    def send() -> int:
        if everything:
            return every(pdu)
        return (
            switch_outlet(all_outlets[chosen[0]])
            if len(chosen) == 1
            else several(pdu, chosen, context.options.in_sequence)
        )

    code = send_once(f"{outlets_text} may or may not have switched", "outlets", send)
    if code != 0:
        raise why_refused(f"{outlets_text} {'were' if plural else 'was'}", code)
    return _watched(context, all_outlets, chosen, state, last_changes)


def _confirm(context: Context, what: str, outlets: list[Outlet], chosen: list[int]) -> None:
    """Ask, with the names and present states of the first `_NAMED` outlets: 1 round trip, none with
    --yes.
    """
    context.askable(f"{what} {' '.join(context.options.outlet)}")
    if context.shared.yes:
        return context.confirm(what)
    bulk = Bulk(context.agent)
    requests = [
        (index, bulk.add(outlets[index].getSettings), bulk.add(outlets[index].getState))
        for index in chosen[:_NAMED]
    ]
    failures = states.queue_hardware_failures(bulk, context.unit)
    bulk.perform()
    doubted = states.failed_relays(failures, len(outlets))
    names = []
    for index, settings, state in requests:
        name = text(settings.get().name) if settings.error is None else ""
        now = state_word(state.get(), index, doubted) if state.error is None else "unknown"
        names.append(f"outlet {index + 1}{f' {name!r}' if name else ''} (now {now})")
    remainder = len(chosen) - len(names)
    context.confirm(
        f"{what} {', '.join(names)}"
        + (f" and {counted(remainder, 'more outlet')}" if remainder else "")
    )


def _watched(
    context: Context, outlets: list[Outlet], numbers: list[int], state_wanted: str, cycled: Changes
) -> Result:
    """Look until every state is `wanted` or the time is over. The result shows the states seen
    last. Raises Denied.

    Each outlet in `cycled` must also show a sign of its cycle: one that is on may not have been
    cycled yet, or at all.
    """
    now: list[str] = []
    still = set(cycled)  # no sign of a cycle was seen yet
    for _ in context.looks(_PAUSE_S):
        try:
            now = _read_states(context, outlets, numbers, cycled, still)
        except Denied as error:  # trying again could block the account
            raise Denied(
                (
                    "the unit accepted the command, but the states of its outlets cannot be read: ",
                    *error.parts,
                ),
                error.host,
                error.operation,
            ) from error
        except PduHandlerError:
            now = ["unknown"] * len(numbers)
        if not still and all(state == state_wanted for state in now):
            break
    state_by_number = {str(position + 1): state for position, state in zip(numbers, now)}
    missed = "; ".join(
        f"outlet {position + 1} is {state},"
        f" {'and no cycle was seen' if state == state_wanted else f'not {state_wanted}'}"
        for position, state in zip(numbers, now)
        if state != state_wanted or position in still
    )
    note = (
        f"not-seen: {context.host}: the unit accepted the command, but {missed}: look again before"
        " you repeat it"
    )
    return Result(
        {"outlets": state_by_number, "done": not missed},
        facts({f"outlet {number}": state for number, state in state_by_number.items()}),
        NOT_SEEN if missed else DONE,
        note=note if missed else "",
    )


def _read_states(
    context: Context, outlets: list[Outlet], numbers: list[int], cycled: Changes, still: set[int]
) -> list[str]:
    """The present states of these outlets: 1 round trip. Raises Denied.

    Removes from `still` the outlets that show a sign of a cycle.
    """
    bulk = Bulk(context.agent)
    requests, failures = (
        [bulk.add(outlets[position].getState) for position in numbers],
        states.queue_hardware_failures(bulk, context.unit),
    )
    bulk.perform()
    doubted = states.failed_relays(failures, len(outlets))
    for state in requests:
        if isinstance(state.error, Denied):
            raise state.error
    still -= {
        position
        for position, state in zip(numbers, requests)
        if position in still and _cycled(state, cycled[position])
    }
    return [
        "unknown" if state.error is not None else state_word(state.get(), position, doubted)
        for position, state in zip(numbers, requests)
    ]


def _cycled(state: Pending[Outlet.State], last_change: Optional[datetime.datetime]) -> bool:
    """Whether an outlet is off, in a cycle, or was last switched at another time than `before`."""
    changed = answered_field(state, "lastPowerStateChange")
    was_switched = None not in (last_change, changed) and changed != last_change
    return _off(state) or bool(answered_field(state, "cycleInProgress")) or was_switched


def _off(state: Pending[Outlet.State]) -> bool:
    return state.error is None and states.read_status(state.get()) is EnumPowerStatus.DOWN


def sequence(context: Context) -> Result:
    """The power-on sequence of outlets: 1 round trip to show, 5 to set an order, 4 for `none`, 1 to
    cancel a running sequence.

    --delay costs 2 round trips more for each outlet.
    """
    action: str = context.options.action or "show"
    pdu = context.pdu
    if context.options.delay is not None and action in ("show", "cancel"):
        raise SettingsError("--delay needs an order, such as 3,1,2, or the word none")
    if action == "cancel":
        context.confirm("cancel the running sequence")
        send_once(
            "the sequence may or may not have been cancelled", "sequence", pdu.cancelOutletSequence
        )
        return Result({"cancelled": True}, ["cancelled"])
    if action != "show":
        _set_order(context, pdu, action)
    settings, state = read_again(action != "show", lambda: _order(context, pdu))
    order = [index + 1 for index in settings.outletPowerStateSequence]
    return facts_result(
        {
            "order": " ".join(map(str, order)) or "as numbered",
            "guard delay (ms)": settings.inRushGuardDelay,
            "running": state.sequenceRunning,
            "outlets remaining": state.outletsRemaining,
        },
        {"order": order, "inRushGuardDelay": settings.inRushGuardDelay, "state": state},
    )


def _order(context: Context, pdu: Pdu) -> tuple[Pdu.Settings, Pdu.OutletSequenceState]:
    """The settings with the order of the sequence, and its present state: 1 round trip."""
    bulk = Bulk(context.agent)
    settings, running = bulk.add(pdu.getSettings), bulk.add(pdu.getOutletSequenceState)
    bulk.perform()
    return settings.get(), running.get()


def _set_order(context: Context, pdu: Pdu, order: str) -> None:
    delay = 0 if context.options.delay is None else number(context.options.delay)
    if delay < 0:
        raise SettingsError("--delay needs a whole number of milliseconds, of at most 9 digits")
    outlets = context.outlets()
    if not outlets:
        raise Unsupported("the unit lists no outlets")
    numbers = [] if order == "none" else [number(word) - 1 for word in order.split(",")]
    if numbers and sorted(numbers) != list(range(len(outlets))):
        raise SettingsError(
            f"the order is {text(order, 40)}: give each outlet from 1 to {len(outlets)} once,"
            " separated by commas, or none for the order of the numbers"
        )
    _agreed(context, outlets, numbers)
    context.confirm("change the order in which outlets are switched on")
    # after the question, so that a change by others in the meantime is not undone
    settings = pdu.getSettings()
    settings.outletPowerStateSequence = numbers
    code = send_once(
        "the order may or may not have changed", "sequence", lambda: pdu.setSettings(settings)
    )
    raise_for_code(code, "the order", {1: "a value is not allowed"})
    if context.options.delay is not None:
        for position, outlet in enumerate(outlets, 1):
            sentence = (
                "the new order"
                if position == 1
                else f"the new order and the delays up to outlet {position - 1}"
            )
            try:
                outlet_settings = outlet.getSettings()
                outlet_settings.sequenceDelay = delay
                code = outlet.setSettings(outlet_settings)
            except PduHandlerError as error:
                advice = "repeat the command"
                if isinstance(error, Denied):
                    advice = f"with an account that may set it, {advice}"
                raise NotSeen(
                    (
                        (
                            f"the unit accepted {sentence}, but not certainly the delay of outlet"
                            f" {position}: {advice} ("
                        ),
                        *error.parts,
                        ")",
                    ),
                    error.host,
                ) from error
            raise_for_code(
                code,
                f"the delay of outlet {position}"
                f" ({sentence} {'is' if position == 1 else 'are'} set)",
                {1: "a value is not allowed"},
            )


_OUTLETS = Argument("OUTLET+", "numbers from 1, or all")
_IN_SEQUENCE = option("--in-sequence", "switch several outlets in the order of the unit's sequence")
COMMANDS: Commands = {
    "switch": HostCommand(
        switch,
        [_OUTLETS, Argument("STATE", "on or off"), *_IN_SEQUENCE],
        examples=("switch 3 off", "switch 1 2 3 on --in-sequence --yes"),
    ),
    "cycle": HostCommand(
        cycle,
        [_OUTLETS, *_IN_SEQUENCE],
        examples=("cycle 3", "cycle 1 2 --wait 120 --yes"),
    ),
    "sequence": HostCommand(
        sequence,
        [
            Argument("ACTION?", "show, cancel, none, or an order such as 3,1,2"),
            *option(
                "--delay", "with an order or the word none: milliseconds after each outlet", "MS"
            ),
        ],
        examples=("sequence", "sequence 3,1,2 --delay 500"),
    ),
}
