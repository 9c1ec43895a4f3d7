"""`pdu cycle`: switches an outlet off and, once that is proven, on again.

An outlet is proven off when the PDU reports it off after the command and again after the pause.
UP, DOWN and UNKNOWN are the states that a PDU reports: on, off, neither.
Made of a handler's `status`, `port_down` and `port_up`, so that every PDU that can be switched can
be cycled. Each command goes out once. The outlet is switched on only after the PDU has reported it
off: without that proof a command to switch on might come before the one to switch off, and prove
nothing about a restart.
"""

from __future__ import annotations

import enum
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import click

from pdu_common.helper import EnumPowerStatus

from ..cli import prompts
from ..cli.error_output import Interrupted, Usage
from ..cli.exit_codes import NOT_SEEN
from ..cli.options import TEXT, Run, Seconds, output_options, run_of, yes_option
from ..cli.output import Result, print_result, show_status_line, waiting
from ..cli.signals import ignored_hangup, signals_as_ctrl_c
from ..cli.states import DOWN, UNKNOWN, UP
from ..loading.handler_loading import load
from ..loading.handler_module import FOREIGN_ERRORS
from ..pdu_list import names
from ..pdu_list.device_arguments import arguments_help, pdu_arguments
from ..pdu_list.login_options import login_options
from ..reading import open_handler
from ..reading.outlet_record import outlet_record
from ..reading.parts import PolledOutlet
from . import outlet_words, switching
from .read_commands import call_fields, show_warnings
from .switching import SwitchSession

_PAUSE_S = 10.0  # power supplies bridge some seconds
_TICK_S = 1.0


class Stage(enum.Enum):
    """How far a cycle came, in its order; the value says it for people. GOING_OFF: the command to
    switch off was sent; OFF: the PDU reported the outlet off; GOING_ON: that to switch on was sent.
    """

    UNTOUCHED = "was not touched: no command was sent"
    GOING_OFF = "may or may not have been switched off, and was not switched on"
    OFF = "was switched off, and not on again"
    GOING_ON = "was off, and may or may not have been switched on"


# stage -> what a command that was accepted, but not seen to work, led to
_UNPROVEN: Mapping[Stage, str] = {
    Stage.GOING_OFF: "it was not proven off, so it was not switched on",
    Stage.OFF: "it did not stay off, so no command to switch on was sent",
    Stage.GOING_ON: "it was off before",
}


@dataclass
class Cycle:
    """One outlet that is switched off and on again. `stage` says how far it came, and `last_state`
    how the PDU reported it last, also after an error and Ctrl-C: UNKNOWN while a command or a
    reading has no answer. `off_and_on` sets both. `session` is the open PDU, and `outlet_word` what
    the user typed for the outlet.

        command          PDU reports   stage       last_state
                         on            UNTOUCHED   UP
        port_down 3      off           GOING_OFF   DOWN
        (pause)          off           OFF         DOWN
        port_up 3        on            GOING_ON    UP
    """

    session: SwitchSession
    outlet: PolledOutlet
    outlet_word: str
    stage: Stage = Stage.UNTOUCHED
    last_state: EnumPowerStatus = UNKNOWN

    @property
    def shown_outlet(self) -> str:
        """Which outlet it is, for people: `outlet 1 (number 2 on the unit)`."""
        return switching.outlets_text([self.outlet])

    @property
    def switch_on_line(self) -> str:
        """The command that switches the outlet on: `pdu on snmp 192.0.2.8 3`."""
        return self.session.pdu.command_line("on", self.outlet_word)

    def read(self) -> EnumPowerStatus:
        """The state of the outlet, which is asked of the device now, whatever was read before;
        UNKNOWN if the PDU does not list it. It is `last_state` then, or UNKNOWN if an error is
        raised.
        """
        self.last_state = UNKNOWN
        with waiting(f"waiting for {self.session.pdu.where}", self.session.run.output):
            self.session.open_pdu.forget()
            self.last_state = self.session.open_pdu.state(self.outlet.identity) or UNKNOWN
        return self.last_state

    def command(self, *, on: bool) -> EnumPowerStatus:
        """Send one command. Returns what the PDU reports afterwards. `last_state` is this state,
        and UNKNOWN if an error is raised, because the command may have been carried out.
        """
        self.last_state = UNKNOWN
        command_pdu = self.session.open_pdu.command_pdu()
        self.last_state = switching.send_command(
            self.session, command_pdu, self.outlet.identity, on=on
        )
        return self.last_state

    def off_and_on(self, pause_s: float) -> bool:
        """Switch the outlet, which is on, off; after a pause of `pause_s` seconds, if it is still
        off, on again. Returns whether it was seen on again. If not, `stage` says after which step
        the PDU reported another state than it should.

            > port_down 3     < off, again after the pause
            > port_up 3       < on, again 4 s later       True
            > port_down 3     < on                        False, GOING_OFF: no port_up is sent
            > port_down 3     < off, after the pause on   False, OFF: no port_up is sent
            > port_up 3       < off                       False, GOING_ON
        """
        self.stage = Stage.GOING_OFF
        if self.command(on=False) is not DOWN:
            return False
        self.stage = Stage.OFF
        _pause(self, max(pause_s, switching.AGAIN_S))
        if self.read() is not DOWN:
            return False
        self.stage = Stage.GOING_ON
        if self.command(on=True) is not UP:
            return False
        time.sleep(switching.AGAIN_S)  # some relays fall back
        return self.read() is UP

    def remedy(self) -> str:
        """The sentence that says how the outlet was left, in `last_state`, and what to do about it.

        UP        outlet 3 is on now
        DOWN      outlet 3 is off; switch it on: pdu on snmp 192.0.2.8 3
        UNKNOWN   the state of outlet 3 is unknown: look at the PDU; if it is off, switch ...
        """
        if self.last_state is UP:
            return f"{self.shown_outlet} is on now"
        if self.last_state is DOWN:
            return f"{self.shown_outlet} is off; switch it on: {self.switch_on_line}"
        return (
            f"the state of {self.shown_outlet} is unknown: look at the PDU; if it is off, switch"
            f" it on: {self.switch_on_line}"
        )

    def answer(self, *, is_done: bool = False, note: str = "") -> dict[str, Any]:
        """What --json prints. `is_done`: whether the outlet was seen off and on again. `note`: how
        it was left if it was not; "" for none.

            {"call": "cycle", "handler": "snmp", "host": "192.0.2.8",
             "outlets": [{"identity": "3", "number": "", "state": "on", "done": true}]}
        """
        answer = call_fields("cycle", self.session.handler, self.session.pdu)
        last_outlet = self.outlet._replace(state=self.last_state)
        answer["outlets"] = [{**outlet_record("cycle", last_outlet), "done": is_done}]
        if note:
            answer["note"] = note
        return answer


def _cycle(run: Run, pdu: names.ChosenPdu, outlet_word: str, pause_s: float) -> int:
    """Cycle the outlet that a word means, after a question. Returns the exit code. `pause_s`: how
    many seconds it stays off. Readings and commands are in one session if the handler can share it:

        $ pdu cycle snmp 192.0.2.8 3
        > status            < 1 on, 2 on, 3 on
        switch off outlet 3 (now on) of 192.0.2.8, and on again after 10 s? [y/N] y
        > status            < 3 on
        > port_down 3       < off
        > status            < 3 off                       (after the pause)
        > port_up 3         < on
        > status            < 3 on
        outlet 3 of 192.0.2.8 was off and is on again (snmp)
    """
    switching.refuse_unnamed_handler(run, pdu, "cycle", outlet_word)
    outlet_words.refuse_options([outlet_word])
    handler = load(pdu.handler)
    prompts.check_can_ask(run.output, f"cycling outlet {outlet_word}", pdu.host)
    data = pdu.data(handler)
    with show_warnings(run.output, pdu.where), open_handler.opened(handler, data) as open_pdu:
        session = SwitchSession(run=run, pdu=pdu, handler=handler, open_pdu=open_pdu)
        outlets = switching.chosen_outlets(session, [outlet_word])
        if len(outlets) > 1:
            raise Usage(
                f"{outlet_word[:60]!r} is {len(outlets)} outlets: cycle takes one at a time"
            )
        cycle = Cycle(session, outlets[0], outlet_word)
        _refuse_unless_on(cycle, outlets[0].state)
        question = switching.switch_question(session, outlets, on=False)
        prompts.confirm(run.output, f"{question}, and on again after {pause_s:g} s", pdu.host)
        run.changing = True
        return _run(cycle, pause_s)


def _refuse_unless_on(cycle: Cycle, state: EnumPowerStatus) -> None:
    """Raise Usage unless the outlet is on; `state` is as it was read just now. One that is off may
    be off on purpose, and a cycle would switch it on.

    UP        nothing is raised
    DOWN      usage: outlet 3 is off already: nothing was done; switch it on: pdu on snmp ...
    UNKNOWN   usage: the state of outlet 3 is unknown: nothing was done, because a cycle would
              switch on an outlet that may be off on purpose; use off and on
    """
    if state is DOWN:
        raise Usage(
            f"{cycle.shown_outlet} is off already: nothing was done; switch it on:"
            f" {cycle.switch_on_line}"
        )
    if state is not UP:
        raise Usage(
            f"the state of {cycle.shown_outlet} is unknown: nothing was done, because a cycle"
            " would switch on an outlet that may be off on purpose; use off and on"
        )


def _run(cycle: Cycle, pause_s: float) -> int:
    """Cycle the outlet, once the user has agreed, and report in which state it was left. Returns
    the exit code.

    well               outlet 3 of 192.0.2.8 was off and is on again (snmp)
    it stayed on       not-seen: outlet 3 of 192.0.2.8 was to be switched off; the PDU ...
    an error           unreachable: 192.0.2.8: down: no answer
                       no command to switch on was sent; the state of outlet 3 is unknown: ...
    Ctrl-C             interrupted: 192.0.2.8: outlet 3 was switched off, and not on again
                       outlet 3 is off; switch it on: pdu on snmp 192.0.2.8 3
    """
    begin = time.monotonic()
    try:
        # after other signals, too, the state in which the outlet was left is reported
        with signals_as_ctrl_c():
            # a person may have taken a while to answer
            state = cycle.read()
            _refuse_unless_on(cycle, state)
            # a lost terminal must not leave an outlet off
            with ignored_hangup():
                is_done = cycle.off_and_on(pause_s)
                reported_state = cycle.last_state
                if cycle.stage is Stage.GOING_OFF:
                    cycle.read()  # it may have followed late
    except KeyboardInterrupt:
        error = Interrupted(f"{cycle.shown_outlet} {cycle.stage.value}", cycle.session.pdu.host)
        return _report_failure(cycle, error, cycle.remedy())
    except FOREIGN_ERRORS as handler_error:
        if cycle.stage is Stage.UNTOUCHED:
            raise
        return _report_error(cycle, handler_error)
    seconds = round(time.monotonic() - begin, 3)
    if is_done:
        result = _done_result(cycle, seconds)
    else:
        result = _unproven_result(cycle, reported_state, seconds)
    return print_result(result, as_json=cycle.session.run.output.json)


def _report_error(cycle: Cycle, error: BaseException) -> int:
    """Report the error of a command or a reading of a cycle that had begun, and how the outlet was
    left, which is read once more for this. Returns the exit code. The note depends on the stage:

        stage       note
        GOING_OFF   no command to switch on was sent; outlet 3 is on now
        OFF         outlet 3 was switched off, and no command to switch on was sent; outlet 3 is
                    off; switch it on: pdu on snmp 192.0.2.8 3
        GOING_ON    outlet 3 was switched off; the state of outlet 3 is unknown: look at the ...
    """
    try:
        cycle.read()
    except FOREIGN_ERRORS:
        cycle.last_state = UNKNOWN
    progress = f"{cycle.shown_outlet} was switched off"
    if cycle.stage is Stage.GOING_OFF:
        progress = "no command to switch on was sent"
    elif cycle.stage is Stage.OFF:
        progress += ", and no command to switch on was sent"
    return _report_failure(cycle, error, f"{progress}; {cycle.remedy()}")


def _report_failure(cycle: Cycle, error: BaseException, note: str) -> int:
    """Print an error, and in a note how the outlet was left. Returns the exit code.

    unreachable: 192.0.2.8: down: no answer
    no command to switch on was sent; outlet 3 is on now
    """
    return switching.report_stop(cycle.session.run, cycle.answer(note=note), error, [note])


def _done_result(cycle: Cycle, seconds: float) -> Result:
    """The result of a cycle that was seen off and on again: `outlet 3 of 192.0.2.8 was off and is
    on again (snmp)`.
    """
    line = f"{cycle.shown_outlet} of {cycle.session.pdu.where} was off and is on again"
    return Result(
        data={**cycle.answer(is_done=True), "seconds": seconds},
        lines=[f"{line} ({cycle.session.handler.display_name})"],
    )


def _unproven_result(cycle: Cycle, reported_state: EnumPowerStatus, seconds: float) -> Result:
    """The result of a cycle that ended because the PDU accepted a command and then reported another
    state, `reported_state`, than the command was for. The exit code is NOT_SEEN.

        outlet 3 of 192.0.2.8 is on (snmp)
        not-seen: outlet 3 of 192.0.2.8 was to be switched off; the PDU accepted the command, ...
        it was not proven off, so it was not switched on; outlet 3 is on now
    """
    is_going_on = cycle.stage is Stage.GOING_ON
    reported_outlet = cycle.outlet._replace(state=reported_state)
    sentence = switching.unproven_text(cycle.session, reported_outlet, on=is_going_on)
    note = f"{_UNPROVEN[cycle.stage]}; {cycle.remedy()}"
    last_outlet = cycle.outlet._replace(state=cycle.last_state)
    return Result(
        data={**cycle.answer(note=note), "seconds": seconds},
        lines=[switching.state_line(cycle.session, last_outlet)],
        exit_code=NOT_SEEN,
        note=f"not-seen: {sentence}\n{note}",
    )


def _pause(cycle: Cycle, pause_s: float) -> None:
    """Wait, and count down on a terminal: `outlet 3 is off; on again in 9 s`."""
    is_quiet = cycle.session.run.output.json
    end = time.monotonic() + pause_s
    try:
        remaining_s = pause_s
        while remaining_s > 0:
            line = f"{cycle.shown_outlet} is off; on again in {remaining_s:.0f} s"
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
    """One command line: `pdu cycle snmp 192.0.2.8 3 --pause 30`."""
    return _cycle(run_of(context), names.choose_pdu(context, handler, host), outlet, pause)
