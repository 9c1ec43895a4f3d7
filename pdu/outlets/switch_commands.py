"""`pdu on` and `pdu off`: they switch outlets as DCImanager does, and read before and after that,
in one session if the handler can share it.

`on`, a parameter of most functions, is what the command is for: True for `pdu on`, False for `pdu
off`. A result (`_Result`) is what came of one outlet: whether its command was sent (`is_sent`), and
how it was read after the PDU accepted the command (`outlet_after`, None if it did not). A session
(`SwitchSession`) has the options of the command line (`run`), the PDU that it names (`pdu`), its
handler, and the connection that reads and switches (`open_pdu`).
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Callable, Optional

import click

from handlers.shared.meter_figures import MeterFigures, NotKnown, measured, reason_without

from ..cli import prompts
from ..cli.error_output import Interrupted
from ..cli.exit_codes import DONE, NOT_SEEN
from ..cli.options import TEXT, F, Run, output_options, run_of, yes_option
from ..cli.output import Result, print_result, waiting
from ..cli.signals import signals_as_ctrl_c
from ..cli.states import UNKNOWN
from ..loading.handler_loading import load
from ..loading.handler_module import FOREIGN_ERRORS
from ..pdu_list import names
from ..pdu_list.device_arguments import arguments_help, pdu_arguments
from ..pdu_list.login_options import login_options
from ..reading import open_handler, parts as reading
from ..reading.outlet_record import outlet_record
from ..reading.parts import PolledOutlet
from . import outlet_words, switching
from .read_commands import call_fields, show_warnings
from .switching import SwitchSession, goal_word, outlets_text, target_state


@dataclass
class _Result:
    """What came of one outlet. `is_sent`: the command may have been sent. `outlet_after`: the
    outlet as it was read after the PDU accepted the command, None if the PDU did not accept it.

        before the command                 _Result(outlet)
        the command failed                 _Result(outlet, is_sent=True)
        `pdu off`, and all went well       _Result(outlet, is_sent=True, outlet_after=(..., DOWN))
    """

    #: as it was before the command
    outlet: PolledOutlet
    is_sent: bool = False
    outlet_after: Optional[PolledOutlet] = None


def _switch(run: Run, pdu: names.ChosenPdu, *, on: bool, words: Sequence[str]) -> int:
    """Switch the outlets that these words mean, one after the other until the first error, and
    report them. Returns the exit code.

        $ pdu off snmp 192.0.2.8 1 2
        > status            < 1 on, 2 on, 3 on
        switch off outlet 1 'web-1' (now on), outlet 2 (now on) of 192.0.2.8? [y/N] y
        > port_down 1       < off
        > port_down 2       < off
        > status            < 1 off, 2 off, 3 on          (4 s later)
        > statistic         < 1 0 A, 2 0 A, 3 0.4 A
        outlet 1 of 192.0.2.8 is off (snmp); its meter reads 0 A
        outlet 2 of 192.0.2.8 is off (snmp); its meter reads 0 A
    """
    switching.refuse_unnamed_handler(run, pdu, goal_word(on=on), *words)
    outlet_words.refuse_options(words)
    words = list(dict.fromkeys(words))
    handler = load(pdu.handler)
    about = f"switching {switching.listed(words)} {goal_word(on=on)}"
    prompts.check_can_ask(run.output, about, pdu.host)
    data = pdu.data(handler)
    with show_warnings(run.output, pdu.where), open_handler.opened(handler, data) as open_pdu:
        session = SwitchSession(run=run, pdu=pdu, handler=handler, open_pdu=open_pdu)
        outlets = switching.chosen_outlets(session, words)
        prompts.confirm(run.output, switching.switch_question(session, outlets, on=on), pdu.host)
        run.changing = True
        results = [_Result(outlet) for outlet in outlets]
        begin = time.monotonic()
        try:
            # the switched outlets are reported after SIGTERM as well
            with signals_as_ctrl_c():
                _switch_each(session, results, on=on)
        except (KeyboardInterrupt, *FOREIGN_ERRORS) as error:
            return _report_error(session, results, error, on=on)
        seconds = round(time.monotonic() - begin, 3)
        return _report(session, results, seconds, on=on)


def _switch_each(session: SwitchSession, results: Sequence[_Result], *, on: bool) -> None:
    """Switch each outlet, and set `is_sent` and `outlet_after` of its result. If an outlet reported
    the target state, all are read once more some seconds later, because a relay may fall back; of
    those that reported it this second state counts, and what their meters read. An error ends it:
    the results behind it are as they were, and nothing is read once more.

        command       PDU reports         result
        port_down 1   off                 _Result(1, is_sent=True, outlet_after=(1, DOWN, 0 A))
        port_down 2   unknown             _Result(2, is_sent=True, outlet_after=(2, UNKNOWN))
        port_down 3   raises Unreachable  _Result(3, is_sent=True)
        none          -                   _Result(4)
    """
    for result in results:
        command_pdu = session.open_pdu.command_pdu()
        result.is_sent = True
        state = switching.send_command(session, command_pdu, result.outlet.identity, on=on)
        result.outlet_after = result.outlet._replace(state=state)
    done_results = [result for result in results if _is_done(result, on=on)]
    if not done_results:
        return
    outlets = [result.outlet for result in results]
    with waiting(f"reading {outlets_text(outlets)} again", session.run.output):
        time.sleep(switching.AGAIN_S)
        second_reading = _read_again(session, outlets)
    for result in done_results:
        result.outlet_after = _outlet_again(result.outlet, second_reading)


def _is_done(result: _Result, *, on: bool) -> bool:
    """Whether the outlet was seen in the state that the command is for.

    >>> from pdu.cli.states import DOWN, UP
    >>> seen_off = _Result(PolledOutlet("3", UP), outlet_after=PolledOutlet("3", DOWN))
    >>> _is_done(seen_off, on=False), _is_done(seen_off, on=True)
    (True, False)
    >>> _is_done(_Result(PolledOutlet("3", DOWN), is_sent=True), on=False)
    False
    """
    return result.outlet_after is not None and result.outlet_after.state is target_state(on=on)


def _read_again(session: SwitchSession, outlets: Sequence[PolledOutlet]) -> reading.Reading:
    """A second reading of the PDU after commands: the states and figures of outlets. What cannot be
    read is in its `failures`; nothing is raised. `outlets`: those that the command line names; of a
    single one its own state alone is read, and its number if none is known so far.

        outlets      is read
        3            state of 3, figures; labels, if `3` may be the number of another outlet
        1 and 2      states, figures
    """
    states = reading.state_of(outlets[0].identity) if len(outlets) == 1 else reading.states
    parts = [states, reading.figures]
    if not switching.numbers_are_identities(session.handler) and not outlets[0].number:
        parts.append(reading.labels)

    def read(on_reading: Callable[[reading.Reading], object]) -> None:
        session.open_pdu.forget()
        names_of_parts = [part.name for part in parts]
        reading.read_parts(session.open_pdu, parts, on_reading, optional=names_of_parts)

    return reading.read_until_error(parts, read)


def _outlet_again(outlet: PolledOutlet, second_reading: reading.Reading) -> PolledOutlet:
    """The outlet, read before the command, with the state and figures of the second reading, and
    with its own name. A state that could not be read is UNKNOWN, and the figures then NotKnown.

    >>> from pdu.cli.states import DOWN, UP
    >>> web = PolledOutlet("3", UP, name="web")
    >>> _outlet_again(web, reading.Reading([PolledOutlet("3", DOWN)], has_states=True)).state.name
    'DOWN'
    >>> silent = reading.failed_reading(reading.CallError("unreachable", "no answer"))
    >>> _outlet_again(web, silent).figures.current_a
    NotKnown(reason='no answer')
    """
    outlet_again = None
    if second_reading.has_states:
        outlet_again = second_reading.outlet(outlet.identity)
    if outlet_again is None:
        outlet_again = PolledOutlet(outlet.identity, UNKNOWN)
    outlet_again = outlet_again._replace(
        number=outlet.number or outlet_again.number, name=outlet.name
    )
    failures = second_reading.failures
    failure = failures.get(reading.STATES) or failures.get(reading.FIGURES)
    if failure is None:
        return outlet_again
    # of the figures, a command shows the current alone
    return outlet_again._replace(figures=MeterFigures(current_a=NotKnown(failure.reason)))


# ---- the report ----------------------------------------------------------------------------------


def _report(session: SwitchSession, results: Sequence[_Result], seconds: float, *, on: bool) -> int:
    """Print the results of outlets whose commands the PDU accepted. Returns the exit code, NOT_SEEN
    if one of them is not in the target state. `seconds`: how long the commands took.

        outlet 1 of 192.0.2.8 is off (snmp)
        outlet 2 of 192.0.2.8 is on (snmp)
        not-seen: outlet 2 of 192.0.2.8 was to be switched off; the PDU accepted the command, ...
    """
    answer = {**_answer(session, results, on=on), "seconds": seconds}
    notes = _unproven_notes(session, results, on=on)
    result = Result(
        data=answer,
        lines=_lines(session, results),
        exit_code=NOT_SEEN if notes else DONE,
        note="\n".join(notes),
    )
    return print_result(result, as_json=session.run.output.json)


def _report_error(
    session: SwitchSession, results: Sequence[_Result], error: BaseException, *, on: bool
) -> int:
    """Print the results so far, and the error or Ctrl-C that ended the switching. Returns the exit
    code.

        $ pdu off snmp 192.0.2.8 1 2 3
        outlet 1 of 192.0.2.8 is off (snmp)
        unreachable: 192.0.2.8: down: no answer
        the error is about outlet 2; no command was sent to outlet 3

        outlet 1 of 192.0.2.8 is off (snmp)
        interrupted: 192.0.2.8: outlet 2 may or may not have switched; no command was sent ...
    """
    sent_results = [result for result in results if result.is_sent]
    unanswered = [result.outlet for result in sent_results if result.outlet_after is None]
    unsent = [result.outlet for result in results if not result.is_sent]
    notes = _unproven_notes(session, results, on=on)
    not_sent = [f"no command was sent to {outlets_text(unsent)}"] if unsent else []
    if isinstance(error, KeyboardInterrupt):
        doubt = [f"{outlets_text(unanswered)} may or may not have switched"] if unanswered else []
        reason = "; ".join([*doubt, *not_sent]) or "every command had been answered"
        error = Interrupted(reason, session.pdu.host)
    elif unanswered and len(results) > 1:
        note = f"the error is about {outlets_text(unanswered)}"
        notes = ["; ".join([note, *not_sent]), *notes]
    lines = _lines(session, results)
    try:
        if lines and not session.run.output.json:
            print("\n".join(lines))
    finally:  # the error is told even if the states cannot be
        code = switching.report_stop(session.run, _answer(session, results, on=on), error, notes)
    return code


def _lines(session: SwitchSession, results: Sequence[_Result]) -> Sequence[str]:
    """A line for each outlet whose command the PDU accepted: `outlet 1 of 192.0.2.8 is off (snmp);
    its meter reads 0 A`.
    """
    outlets = [result.outlet_after for result in results]
    return [switching.state_line(session, outlet) for outlet in outlets if outlet is not None]


def _unproven_notes(session: SwitchSession, results: Sequence[_Result], *, on: bool) -> list[str]:
    """One sentence about all outlets whose command the PDU accepted and that were not seen in the
    target state; an empty list if there are none.

        outlet 3, still on   ["not-seen: outlet 3 of 192.0.2.8 was to be switched off; the PDU
                             accepted the command, but the outlet's state is on: look at the PDU
                             before you try again"]
        command failed       []
    """
    sentences: list[str] = []
    for result in results:
        if result.outlet_after is not None and not _is_done(result, on=on):
            sentences.append(switching.unproven_text(session, result.outlet_after, on=on))
    return [f"not-seen: {'; '.join(sentences)}"] if sentences else []


def _answer(session: SwitchSession, results: Sequence[_Result], *, on: bool) -> Mapping[str, Any]:
    """What --json prints of all outlets: `{"call": "off", "handler": "snmp", "host": "192.0.2.8",
    "outlets": [{"identity": "3", "number": "", "state": "off", "done": true, "sent": true}]}`.
    """
    answer = call_fields(goal_word(on=on), session.handler, session.pdu)
    answer["outlets"] = [_row(result, on=on) for result in results]
    return answer


def _row(result: _Result, *, on: bool) -> Mapping[str, Any]:
    """What --json prints of an outlet; `done`: it was seen in the target state.

    >>> from pdu.cli.states import DOWN, UP
    >>> web = PolledOutlet("3", UP)
    >>> off = web._replace(state=DOWN)
    >>> _row(_Result(web, is_sent=True, outlet_after=off), on=False)
    {'identity': '3', 'number': '', 'state': 'off', 'done': True, 'sent': True}
    >>> _row(_Result(web, is_sent=True), on=False)
    {'identity': '3', 'number': '', 'state': 'unknown', 'done': False, 'sent': True}
    """
    outlet = result.outlet_after or result.outlet._replace(state=UNKNOWN)
    row = outlet_record(goal_word(on=on), outlet)
    row["done"] = _is_done(result, on=on)
    row["sent"] = result.is_sent
    current_a = measured(outlet.figures.current_a)
    if current_a is not None:
        row["current_a"] = current_a
    reason = reason_without(outlet.figures.current_a)
    if reason:
        row["reason"] = reason
    return row


# ---- the commands --------------------------------------------------------------------------------


def _help(name: str) -> str:
    """The help of `pdu on` or `pdu off`; `name` is `on` or `off`."""
    return f"""Switch outlets {name}. Shows the name and the present state of each; asks first.

{arguments_help("HANDLER", "HOST", "NAME", "OUTLET")}

Outlets are switched one after another, until the first error. No command that may have been carried
out is sent twice. The state in the output is the one that the PDU reported afterwards and once more
some seconds later, or unknown if it did not report the wanted state in time. What the outlet's
meter reads then is told, too: a relay that is welded shut is reported as off, and carries current.
Some meters are late."""


def _examples(name: str) -> Sequence[str]:
    """The lines that the help of `pdu on` or `pdu off` shows."""
    return (
        f"pdu {name} snmp 192.0.2.8 3",
        f"pdu {name} raritan 192.0.2.9 1 2 --username admin --yes",
    )


def _switching_options(function: F) -> F:
    """The command with the arguments and options that `on` and `off` share: `[HANDLER] HOST
    OUTLET...`, those of the list and of the login, --yes, --json.
    """
    with_options = names.list_options(login_options(yes_option()(output_options(function))))
    outlet_argument = click.argument("outlet", nargs=-1, required=True, type=TEXT)
    arguments = pdu_arguments()
    return arguments(outlet_argument(with_options))


@click.command("on", cls=names.SwitchingCommand, examples=_examples("on"), help=_help("on"))
@_switching_options
@click.pass_context
def on(context: click.Context, handler: str, host: str, outlet: Sequence[str]) -> int:
    pdu = names.choose_pdu(context, handler, host)
    return _switch(run_of(context), pdu, on=True, words=outlet)


@click.command("off", cls=names.SwitchingCommand, examples=_examples("off"), help=_help("off"))
@_switching_options
@click.pass_context
def off(context: click.Context, handler: str, host: str, outlet: Sequence[str]) -> int:
    pdu = names.choose_pdu(context, handler, host)
    return _switch(run_of(context), pdu, on=False, words=outlet)
