"""`pdu cycle`: switches an outlet off and, once that is proven, on again.

Made of a handler's `status`, `port_down` and `port_up`, so that every PDU that can be switched can
be cycled. Each command goes out once. The outlet is switched on only after the PDU has reported it
off: without that proof a command to switch on might come before the one to switch off, and prove
nothing about a restart.
"""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass
from typing import Any, Callable, Union

import click

from pdu_common.helper import EnumPowerStatus, PduPortView

from ..kit import asking
from ..kit.exits import DONE, NOT_SEEN
from ..kit.files import signals_as_ctrl_c
from ..kit.groups import Subcommand
from ..kit.options import (
    LOGIN,
    SNMP,
    TLS,
    SharedOptions,
    asking as asks,
    command_line,
    device,
    given,
    output,
)
from ..kit.output import Result, passing, shown, waiting
from ..kit.report import Interrupted, Usage
from ..kit.shared_options import PAUSE
from ..pdus import form
from ..pdus.loading import load
from ..pdus.states import AGAIN_S
from .calls import HANDLER, arguments_help, warned
from .switching import not_seen, outlet_is, outlets_of, shown_now, stopped

_PAUSE_S = 10.0  # power supplies bridge some seconds
_TICK_S = 1.0
_UP, _DOWN, _UNKNOWN = EnumPowerStatus.UP, EnumPowerStatus.DOWN, EnumPowerStatus.UNKNOWN


@dataclass
class _Cycle:
    """One outlet that is cycled."""

    make: Callable[[], Any]
    state: SharedOptions
    identity: str
    #: the PDU, for people
    where: str
    #: the argument HOST
    host: str
    #: the handler's name, for people
    handler: str
    #: the command that switches the outlet on
    switch_on: str
    #: how the outlet was left if the run is interrupted now, and why
    left: EnumPowerStatus = _UP
    why: str = "no command was sent"

    def answer(self, left: EnumPowerStatus, done: bool = False, note: str = "") -> dict[str, Any]:
        """What --json prints of an outlet that was left in this state."""
        outlet = {"identity": self.identity, "state": left.name, "done": done}
        about = {"call": "cycle", "handler": self.handler, "host": self.host, "outlets": [outlet]}
        return {**about, "note": note} if note else about

    def failed(self, error: BaseException, left: EnumPowerStatus, note: str) -> int:
        """Report an error after which the outlet was left in this state. Returns the exit code."""
        return stopped(self.state, self.answer(left, note=note), error, [note])

    def unproven(
        self, word: str, seen: EnumPowerStatus, left: EnumPowerStatus, note: str
    ) -> Result:
        """The result if a command was accepted, but the state `seen` after it is not the wanted
        one.
        """
        missed = f"not-seen: {not_seen(self.identity, self.where, word, seen)}"
        return Result(
            self.answer(left, note=note),
            [outlet_is(self.identity, self.where, self.handler, left)],
            NOT_SEEN,
            note=f"{missed}\n{note}",
        )

    def state_now(self) -> EnumPowerStatus:
        """The outlet's state, UNKNOWN if it cannot be read: 1 status."""
        with contextlib.suppress(Exception), waiting(f"waiting for {self.where}", self.state):
            for port in self.make().status().ports:
                if str(port.identity) == self.identity:
                    return EnumPowerStatus[port.power_status.name]
        return _UNKNOWN

    def note(self, now: EnumPowerStatus) -> str:
        """What to do about an outlet that is in this state after an error."""
        if now is _UP:
            return f"outlet {self.identity} is on now"
        if now is _DOWN:
            return f"outlet {self.identity} is off; switch it on: {self.switch_on}"
        return (
            f"the state of outlet {self.identity} is unknown: look at the PDU; if it is off, switch"
            f" it on: {self.switch_on}"
        )


def _cycle(
    state: SharedOptions, handler_name: str, host: str, identity: str, pause_s: float
) -> int:
    """1 status and the commands `port_down` and `port_up`; 1 status more after an error, or if
    `port_down` proves nothing.
    """
    handler, where = load(handler_name), form.place(state, host)
    asking.askable(state, f"cycling outlet {identity}", host)
    data = form.pdu_data(handler, host, state)
    with warned(state, where), waiting(f"waiting for {where}", state):
        outlet = outlets_of(handler, data, host, [identity])[0]
    again = command_line(state, "on", handler_name, host, identity)
    if outlet["state"] == _DOWN.name:
        raise Usage(f"outlet {identity} is off already: nothing was done; switch it on: {again}")
    if outlet["state"] != _UP.name:
        raise Usage(
            f"the state of outlet {identity} is unknown: nothing was done, because a cycle would"
            " switch on an outlet that may be off on purpose; use off and on"
        )
    asking.confirm(
        state,
        f"switch off {shown_now(outlet)} of {where}, and on again after {pause_s:g} s",
        host,
    )
    cycle = _Cycle(lambda: handler.make(data), state, identity, where, host, handler.shown, again)
    begin = time.monotonic()
    try:
        # after SIGTERM and SIGHUP, too, the state in which the outlet was left is reported
        with signals_as_ctrl_c(), warned(state, where):
            result = _switched(cycle, pause_s)
    except KeyboardInterrupt:
        return cycle.failed(Interrupted(cycle.why, host), cycle.left, cycle.note(cycle.left))
    if isinstance(result, int):
        return result
    assert isinstance(result.data, dict)
    seconds = round(time.monotonic() - begin, 3)
    return shown(result._replace(data={**result.data, "seconds": seconds}), state.json)


def _switched(cycle: _Cycle, pause_s: float) -> Union[Result, int]:
    """Off, pause, on. Returns the exit code if it reported an error."""
    identity = cycle.identity
    cycle.left = _UNKNOWN
    cycle.why = f"outlet {identity} may or may not have been switched off, and was not switched on"
    try:
        with waiting(f"switching outlet {identity} off", cycle.state):
            seen = cycle.make().port_down(PduPortView(identity=identity)).power_status
    except Exception as error:
        now = cycle.state_now()
        return cycle.failed(error, now, f"no command to switch on was sent; {cycle.note(now)}")
    if seen is not _DOWN:
        now = cycle.state_now()
        note = f"it was not proven off, so it was not switched on; {cycle.note(now)}"
        return cycle.unproven("off", seen, now, note)
    cycle.left, cycle.why = _DOWN, f"outlet {identity} was switched off, and not on again"
    _pause(cycle, max(pause_s, AGAIN_S))
    seen = cycle.state_now()
    if seen is not _DOWN:
        note = f"it did not stay off, so no command to switch on was sent; {cycle.note(seen)}"
        return cycle.unproven("off", seen, seen, note)
    cycle.left = _UNKNOWN
    cycle.why = f"outlet {identity} was off, and may or may not have been switched on"
    try:
        with waiting(f"switching outlet {identity} on", cycle.state):
            seen = cycle.make().port_up(PduPortView(identity=identity)).power_status
    except Exception as error:
        now = cycle.state_now()
        return cycle.failed(error, now, f"outlet {identity} was switched off; {cycle.note(now)}")
    if seen is _UP:
        time.sleep(AGAIN_S)
        seen = cycle.state_now()
    if seen is not _UP:
        return cycle.unproven("on", seen, seen, f"it was off before; {cycle.note(seen)}")
    line = f"outlet {identity} of {cycle.where} was off and is on again ({cycle.handler})"
    return Result(cycle.answer(seen, done=True), [line], DONE)


def _pause(cycle: _Cycle, pause_s: float) -> None:
    """Wait, and count down on a terminal."""
    end = time.monotonic() + pause_s
    try:
        while (left := end - time.monotonic()) > 0:
            passing(f"outlet {cycle.identity} is off; on again in {left:.0f} s", cycle.state.json)
            time.sleep(min(_TICK_S, left))
    finally:
        passing("", cycle.state.json)


@click.pass_context
def _run(context: click.Context, handler: str, host: str, outlet: str, pause: float) -> int:
    return _cycle(given(context), handler, host, outlet, pause)


cycle = Subcommand(
    "cycle",
    examples=(
        "pdu cycle snmp 192.0.2.8 3",
        "pdu cycle nut 192.0.2.9 3 -s device=rack1 --username admin --pause 30",
    ),
    callback=_run,
    help=f"""Switch an outlet off and on again. Shows its name and present state, and asks once.

{arguments_help("HANDLER", "HOST", "OUTLET")}

The outlet is switched on only after the PDU has reported it off, and a pause. Otherwise nothing
more is sent, and the output says in which state the outlet was left. An outlet that is not on is
left as it is. Ctrl-C during the pause leaves the outlet off, and says how to switch it on.""",
    params=[
        HANDLER,
        click.Argument(["host"], metavar="HOST"),
        click.Argument(["outlet"], metavar="OUTLET"),
        *PAUSE(default=_PAUSE_S, show_default=True),
        *device(*LOGIN, *TLS, *SNMP),
        *asks(),
        *output(),
    ],
)
