"""`pdu cycle`: switches an outlet off and, once that is proven, on again.

Made of a handler's `status`, `port_down` and `port_up`, so that every PDU that can be switched can
be cycled. Each command goes out once. The outlet is switched on only after the PDU has reported it
off: without that proof a command to switch on might come before the one to switch off, and prove
nothing about a restart.
"""

from __future__ import annotations

import dataclasses
import time
from typing import Any, NamedTuple, Optional, Union

import click

from pdu_common.helper import EnumPowerStatus

from ..cli import prompts
from ..cli.error_output import Interrupted, Usage
from ..cli.exit_codes import NOT_SEEN
from ..cli.options import TEXT, Output, Run, Seconds, output_options, run_of, yes_option
from ..cli.output import Result, print_result, show_status_line, waiting
from ..cli.signals import ignored_hangup, signals_as_ctrl_c
from ..cli.states import DOWN, UNKNOWN, UP, word
from ..loading import open_handler
from ..loading.handler_loading import LoadedHandler, load
from ..loading.handler_module import FOREIGN_ERRORS
from ..loading.open_handler import OpenHandler
from ..pdu_list import names
from ..pdu_list.device_arguments import arguments_help, pdu_arguments
from ..pdu_list.login_options import login_options
from ..reading import outlet_power
from ..reading.outlet_power import OutletPower, RestartStage
from ..reading.parts import PolledOutlet
from . import outlet_words
from .read_commands import call_fields, show_warnings
from .switching import (
    outlets_of,
    outlets_text,
    own_outlet,
    refuse_unnamed_handler,
    report_stop,
    send_command,
    state_line,
    switch_question,
    unproven_text,
)

_PAUSE_S = 10.0  # power supplies bridge some seconds
_TICK_S = 1.0


@dataclasses.dataclass
class _CalledOutlet:
    """An outlet, by the calls of its handler. A `ProofOutlet` that says what it waits for."""

    session: OpenHandler
    identity: str
    #: the PDU, for people
    where: str
    output: Output
    #: why its state could not be read the last time
    failure: Optional[BaseException] = None

    def command(self, *, on: bool) -> EnumPowerStatus:
        """See `ProofOutlet`."""
        pdu = self.session.command_pdu()
        return send_command(pdu, self.identity, on=on, output=self.output, where=self.where)

    def state(self) -> EnumPowerStatus:
        """See `ProofOutlet`; `failure` has the error of a reading."""
        self.failure = None
        try:
            with waiting(f"waiting for {self.where}", self.output):
                self.session.forget()
                state = self.session.state(self.identity)
                return UNKNOWN if state is None else state
        except FOREIGN_ERRORS as error:
            self.failure = error
            return UNKNOWN


class _OutletCycle(NamedTuple):
    """One cycle, with what is needed to report its result."""

    run: Run
    pdu: names.ChosenPdu
    outlet: PolledOutlet
    #: that the user typed for it
    outlet_word: str
    handler: LoadedHandler

    @property
    def place(self) -> str:
        """Which outlet it is, for people."""
        return outlets_text([self.outlet])

    @property
    def switch_on(self) -> str:
        """The command that switches the outlet on."""
        return self.pdu.command_line("on", self.outlet_word)

    def answer(
        self, last_state: EnumPowerStatus, *, is_done: bool = False, note: str = ""
    ) -> dict[str, Any]:
        """What --json prints of an outlet that was left in this state."""
        answer = call_fields("cycle", self.handler, self.pdu)
        row = {
            "identity": self.outlet.identity,
            "number": self.outlet.number,
            "state": word(last_state),
            "done": is_done,
        }
        answer["outlets"] = [row]
        if note:
            answer["note"] = note
        return answer

    def report_failure(self, error: BaseException, last_state: EnumPowerStatus, note: str) -> int:
        """Report an error after which the outlet was left in this state. Returns the exit code."""
        return report_stop(self.run, self.answer(last_state, note=note), error, [note])

    def unproven(
        self, *, on: bool, state: EnumPowerStatus, last_state: EnumPowerStatus, why: str
    ) -> Result:
        """The result where the PDU reports another `state` after a command `on` or off. At the end
        it reports `last_state`.
        """
        sentence = unproven_text(self.outlet._replace(state=state), self.pdu, on=on)
        note = f"{why}; {self.remedy(last_state)}"
        return Result(
            data=self.answer(last_state, note=note),
            lines=[state_line(self.outlet._replace(state=last_state), self.pdu, self.handler)],
            exit_code=NOT_SEEN,
            note=f"not-seen: {sentence}\n{note}",
        )

    def remedy(self, last_state: EnumPowerStatus) -> str:
        """What to do about an outlet that is in this state after an error."""
        if last_state is UP:
            return f"{self.place} is on now"
        if last_state is DOWN:
            return f"{self.place} is off; switch it on: {self.switch_on}"
        return (
            f"the state of {self.place} is unknown: look at the PDU; if it is off, switch"
            f" it on: {self.switch_on}"
        )


def _cycle(run: Run, pdu: names.ChosenPdu, outlet_word: str, pause_s: float) -> int:
    """1 status, 1 more before each command and after the last, and the commands `port_down` and
    `port_up`, in one session if the handler can share it.
    """
    refuse_unnamed_handler(run, pdu, "cycle", outlet_word)
    outlet_words.refuse_options([outlet_word])
    handler = load(pdu.handler)
    prompts.check_can_ask(run.output, f"cycling outlet {outlet_word}", pdu.host)
    data = pdu.data(handler)
    warnings = show_warnings(run.output, pdu.where, ())
    with warnings as shown_warnings, open_handler.opened(handler, data) as session:
        with waiting(f"waiting for {pdu.where}", run.output):
            # without a question, its name is not asked for, nor the other outlets
            outlet = own_outlet(session, handler, outlet_word) if run.output.yes else None
            if outlet is None:
                outlet, *other_outlets = outlets_of(session, pdu.host, [outlet_word])
                if other_outlets:
                    count = 1 + len(other_outlets)
                    reason = f"{outlet_word[:60]!r} is {count} outlets"
                    raise Usage(f"{reason}: cycle takes one at a time")
        shown_warnings.show_of([outlet.identity])
        outcome = _OutletCycle(
            run=run, pdu=pdu, outlet=outlet, outlet_word=outlet_word, handler=handler
        )
        return _cycle_outlet(outcome, session, pause_s)


def _cycle_outlet(outcome: _OutletCycle, session: OpenHandler, pause_s: float) -> int:
    """Cycle one outlet of a PDU whose session is open. Returns the exit code."""
    run, pdu, outlet = outcome.run, outcome.pdu, outcome.outlet
    _refuse_unless_on(outcome, outlet.state)
    question = switch_question(pdu, outcome.handler, [outlet], on=False)
    prompts.confirm(run.output, f"{question}, and on again after {pause_s:g} s", pdu.host)
    run.changing = True
    called_outlet = _CalledOutlet(session, outlet.identity, pdu.where, run.output)
    power = OutletPower(called_outlet)
    begin = time.monotonic()
    try:
        # after other signals, too, the state in which the outlet was left is reported
        with signals_as_ctrl_c():
            # a person may have taken a while to answer
            if not power.read_is_on():
                _refuse_unless_on(outcome, power.last_state)
            # a lost terminal must not leave an outlet off
            with ignored_hangup():
                result = _run_cycle(outcome, power, called_outlet, pause_s)
    except KeyboardInterrupt:
        error = Interrupted(f"{outcome.place} {power.stage.value}", pdu.host)
        last_state = power.last_state
        return outcome.report_failure(error, last_state, outcome.remedy(last_state))
    if isinstance(result, int):
        return result
    assert isinstance(result.data, dict)
    seconds = round(time.monotonic() - begin, 3)
    result = result._replace(data={**result.data, "seconds": seconds})
    return print_result(result, as_json=run.output.json)


def _refuse_unless_on(outcome: _OutletCycle, state: EnumPowerStatus) -> None:
    """Raise Usage unless the outlet is on."""
    if state is DOWN:
        raise Usage(
            f"{outcome.place} is off already: nothing was done; switch it on: {outcome.switch_on}"
        )
    if state is not UP:
        raise Usage(
            f"the state of {outcome.place} is unknown: nothing was done, because a cycle"
            " would switch on an outlet that may be off on purpose; use off and on"
        )


def _run_cycle(
    outcome: _OutletCycle, power: OutletPower, outlet: _CalledOutlet, pause_s: float
) -> Union[Result, int]:
    """Off, pause, on. Returns the result, or the exit code if it reported an error: a call or a
    reading that failed. Each end says in which state the outlet was left.
    """
    place = outcome.place
    try:
        if not power.switch_off():
            reported_state = power.last_state
            return outcome.unproven(
                on=False,
                state=reported_state,
                last_state=power.outlet.state(),
                why="it was not proven off, so it was not switched on",
            )
        _pause(outcome, max(pause_s, outlet_power.AGAIN_S))
        if not power.switch_on():
            return _not_switched_on(outcome, power, outlet)
    except FOREIGN_ERRORS as error:
        progress = f"{place} was switched off"
        if power.stage is RestartStage.GOING_OFF:
            progress = "no command to switch on was sent"
        last_state = power.outlet.state()
        note = f"{progress}; {outcome.remedy(last_state)}"
        return outcome.report_failure(error, last_state, note)
    line = f"{place} of {outcome.pdu.where} was off and is on again"
    return Result(
        data=outcome.answer(power.last_state, is_done=True),
        lines=[f"{line} ({outcome.handler.display_name})"],
    )


def _not_switched_on(
    outcome: _OutletCycle, power: OutletPower, outlet: _CalledOutlet
) -> Union[Result, int]:
    """The result for an outlet that was proven off before the pause, and not on after it."""
    last_state = power.last_state
    if power.stage is RestartStage.GOING_ON:
        # it stayed off during the pause; the command to switch on was sent, and is not proven
        return outcome.unproven(
            on=True, state=last_state, last_state=last_state, why="it was off before"
        )
    # no command to switch on was sent: after the pause, the outlet was not proven off
    if outlet.failure is not None:
        note = (
            f"{outcome.place} was switched off, and could not be read after the pause, so"
            f" no command to switch on was sent; {outcome.remedy(last_state)}"
        )
        return outcome.report_failure(outlet.failure, last_state, note)
    why = "it did not stay off, so no command to switch on was sent"
    return outcome.unproven(on=False, state=last_state, last_state=last_state, why=why)


def _pause(outcome: _OutletCycle, pause_s: float) -> None:
    """Wait, and count down on a terminal."""
    is_quiet = outcome.run.output.json
    end = time.monotonic() + pause_s
    try:
        remaining_s = pause_s
        while remaining_s > 0:
            line = f"{outcome.place} is off; on again in {remaining_s:.0f} s"
            show_status_line(line, is_quiet=is_quiet)
            time.sleep(min(_TICK_S, remaining_s))
            remaining_s = end - time.monotonic()
    finally:
        show_status_line("", is_quiet=is_quiet)


@click.command(
    "cycle",
    cls=names.SwitchingCommand,
    examples=(
        "pdu cycle snmp 192.0.2.8 3",
        "pdu cycle nut 192.0.2.9 3 -s device=rack1 --username admin --pause 30",
    ),
    help=f"""Switch an outlet off and on again. Shows its name and present state, and asks once.

{arguments_help("HANDLER", "HOST", "NAME", "OUTLET", one_outlet=True)}

The outlet is switched on only after the PDU has reported it off, and a pause. Otherwise nothing
more is sent, and the output says in which state the outlet was left. An outlet that is not on is
left as it is. Ctrl-C during the pause leaves the outlet off, and says how to switch it on; where
the terminal is lost, the cycle goes on to its end.""",
)
@pdu_arguments()
@click.argument("outlet", type=TEXT)
@names.list_options
@click.option(
    "--pause",
    metavar="SECONDS",
    type=Seconds(0.0, 3600.0),
    default=_PAUSE_S,
    show_default=True,
    help="how long outlets stay off before they are switched on again",
)
@login_options
@yes_option()
@output_options
@click.pass_context
def cycle(context: click.Context, handler: str, host: str, outlet: str, pause: float) -> int:
    return _cycle(run_of(context), names.choose_pdu(context, handler, host), outlet, pause)
