"""`pdu on` and `pdu off`: they switch outlets as DCImanager does, and read before and after that,
in one session if the handler can share it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Callable, NamedTuple, Optional

import click

from handlers import registry
from handlers.shared.meter_figures import MeterFigures, NotKnown, measured, reason_without

from ..cli import prompts
from ..cli.error_output import Interrupted
from ..cli.exit_codes import DONE, NOT_SEEN
from ..cli.options import TEXT, F, Output, Run, output_options, run_of, yes_option
from ..cli.output import Result, print_result, waiting
from ..cli.signals import signals_as_ctrl_c
from ..cli.states import UNKNOWN, word
from ..loading import open_handler
from ..loading.handler_loading import LoadedHandler, load
from ..loading.handler_module import FOREIGN_ERRORS
from ..loading.open_handler import OpenHandler
from ..pdu_list import names
from ..pdu_list.device_arguments import arguments_help, pdu_arguments
from ..pdu_list.login_options import login_options
from ..reading import outlet_power, parts as reading
from ..reading.outlet_power import target_state
from ..reading.parts import PolledOutlet
from . import outlet_words
from .read_commands import call_fields, show_warnings
from .switching import (
    error_for_a_shell,
    listed,
    meter_text,
    numbers_are_identities,
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

#: the outlets to which a command was sent or was about to be, by their identities; None: without an
#: answer
_Results = Mapping[str, Optional[PolledOutlet]]


class _Switching(NamedTuple):
    """Outlets of a PDU that are switched one after the other, until the first error."""

    run: Run
    pdu: names.ChosenPdu
    handler: LoadedHandler
    session: OpenHandler
    on: bool
    outlets: Sequence[PolledOutlet]

    def switch_outlets(self) -> Iterator[tuple[str, Optional[PolledOutlet]]]:
        """Switch the outlets. Yields the identity of each with None before its command, and with
        its state after it. Those that reported the target state are read once more, with what their
        meters see: 1 status and 1 statistic. A state that cannot be read again is not known.
        """
        output, where = self.run.output, self.pdu.where
        outlets_to_confirm: list[PolledOutlet] = []
        for outlet in self.outlets:
            pdu = self.session.command_pdu()
            yield outlet.identity, None
            state = send_command(pdu, outlet.identity, on=self.on, output=output, where=where)
            yield outlet.identity, outlet._replace(state=state)
            if state is target_state(on=self.on):
                outlets_to_confirm.append(outlet)
        if not outlets_to_confirm:
            return
        with waiting(f"reading {outlets_text(self.outlets)} again", output):
            time.sleep(outlet_power.AGAIN_S)
            second_reading = self._read_again()
        for outlet in outlets_to_confirm:
            yield outlet.identity, _read_again_as(outlet, second_reading)

    def _read_again(self) -> reading.Reading:
        """States, what meters see, and the number of an outlet that was not looked up; why one of
        them was not read is in its `failures`.
        """
        states = reading.states
        if len(self.outlets) == 1:
            states = reading.state_of(self.outlets[0].identity)
        parts = [states, reading.figures]
        if not numbers_are_identities(self.handler) and not self.outlets[0].number:
            parts.append(reading.labels)

        def read(keep: Callable[[reading.Reading], object]) -> None:
            self.session.forget()
            names_of_parts = [part.name for part in parts]
            reading.read_parts(self.session, parts, keep, optional=names_of_parts)

        return reading.read_until_error(parts, read)

    def report_results(self, results: _Results, seconds: float) -> int:
        """Print the results of outlets that were all switched. Returns the exit code."""
        answer = self._answer(results)
        answer["seconds"] = seconds
        outlets = _answered_outlets(results)
        notes = self._unproven_notes(outlets)
        result = Result(
            data=answer,
            lines=[self._line(outlet) for outlet in outlets],
            exit_code=NOT_SEEN if notes else DONE,
            note="\n".join(notes),
        )
        return print_result(result, as_json=self.run.output.json)

    def report_error(self, results: _Results, error: BaseException) -> int:
        """Print the results so far, and the error or Ctrl-C that ended the switching. Returns the
        exit code.
        """
        outlets = _answered_outlets(results)
        notes = self._unproven_notes(outlets)
        if isinstance(error, KeyboardInterrupt):
            error = self._interruption(results)
        else:
            notes = [*self._error_notes(results), *notes]
        lines = [self._line(outlet) for outlet in outlets]
        try:
            if lines and not self.run.output.json:
                print("\n".join(lines))
        finally:  # the error is told even if the states cannot be
            code = report_stop(self.run, self._answer(results), error, notes)
        return code

    def _answer(self, results: _Results) -> dict[str, Any]:
        """What --json prints of all outlets."""
        answer = call_fields("on" if self.on else "off", self.handler, self.pdu)
        answer["outlets"] = [self._row(outlet, results) for outlet in self.outlets]
        return answer

    def _interruption(self, results: _Results) -> Interrupted:
        """The error for Ctrl-C: which commands were not answered, and which not sent."""
        reasons: list[str] = []
        for outlet in self.unanswered(results):
            reasons.append(f"{outlets_text([outlet])} may or may not have switched")
        unsent = self.outlets[len(results) :]
        if unsent:
            reasons.append(f"no command was sent to {outlets_text(unsent)}")
        reason = "; ".join(reasons) or "every command had been answered"
        return Interrupted(reason, self.pdu.host)

    def _error_notes(self, results: _Results) -> Sequence[str]:
        """A sentence that says to which of several outlets an error belongs, if to one."""
        unanswered_outlets = self.unanswered(results)
        if not unanswered_outlets or len(self.outlets) == 1:
            return []
        note = f"the error is about {outlets_text(unanswered_outlets)}"
        unsent = self.outlets[len(results) :]
        if unsent:
            note += f"; no command was sent to {outlets_text(unsent)}"
        return [note]

    def unanswered(self, results: _Results) -> Sequence[PolledOutlet]:
        """The outlet whose command may or may not have been carried out, if there is one."""
        return [outlet for outlet in self.outlets if results.get(outlet.identity, outlet) is None]

    def _line(self, outlet: PolledOutlet) -> str:
        """The line of an outlet for people: its state, and what its meter reads if it has one."""
        line = state_line(outlet, self.pdu, self.handler)
        if outlet.figures.current_a is None:
            return line
        return f"{line}; {meter_text(outlet)}"

    def _row(self, chosen_outlet: PolledOutlet, results: _Results) -> dict[str, Any]:
        """What --json prints of an outlet. `sent`: whether its command may have been sent."""
        identity = chosen_outlet.identity
        outlet = results.get(identity) or chosen_outlet._replace(state=UNKNOWN)
        row = {
            "identity": identity,
            "number": outlet.number,
            "state": word(outlet.state),
            "done": outlet.state is target_state(on=self.on),
            "sent": identity in results,
        }
        current_a = measured(outlet.figures.current_a)
        if current_a is not None:
            row["current_a"] = current_a
        reason = reason_without(outlet.figures.current_a)
        if reason:
            row["reason"] = reason
        return row

    def _unproven_notes(self, outlets: Sequence[PolledOutlet]) -> list[str]:
        """A sentence about the outlets that accepted the command but did not report the target
        state, if there are any.
        """
        sentences: list[str] = []
        for outlet in outlets:
            if outlet.state is not target_state(on=self.on):
                sentences.append(unproven_text(outlet, self.pdu, on=self.on))
        return [f"not-seen: {'; '.join(sentences)}"] if sentences else []


def _answered_outlets(results: _Results) -> Sequence[PolledOutlet]:
    """The outlets whose command was answered, with the state that they then had."""
    return [outlet for outlet in results.values() if outlet is not None]


def _read_again_as(outlet: PolledOutlet, second_reading: reading.Reading) -> PolledOutlet:
    """An outlet with what was read again; a figure that could not be read is not known."""
    outlet_again = None
    if second_reading.answered:
        outlet_again = second_reading.outlet(outlet.identity)
    if outlet_again is None:
        outlet_again = PolledOutlet(outlet.identity, UNKNOWN)
    number = outlet.number or outlet_again.number
    outlet = outlet_again._replace(number=number, name=outlet.name)
    failures = second_reading.failures
    failure = failures.get(reading.STATES) or failures.get(reading.FIGURES)
    if failure is None:
        return outlet
    # of the figures, a command shows the current alone
    unknown_current = NotKnown(failure.reason)
    return outlet._replace(figures=MeterFigures(current_a=unknown_current))


def _switch(run: Run, pdu: names.ChosenPdu, *, on: bool, outlets: Sequence[str]) -> int:
    """Switch the outlets, and report also those that were switched before an error."""
    refuse_unnamed_handler(run, pdu, "on" if on else "off", *outlets)
    words = list(dict.fromkeys(outlets))
    outlet_words.refuse_options(words)
    handler = load(pdu.handler)
    goal = word(target_state(on=on))
    prompts.check_can_ask(run.output, f"switching {listed(words)} {goal}", pdu.host)
    data = pdu.data(handler)
    warnings = show_warnings(run.output, pdu.where, ())
    with warnings as shown_warnings, open_handler.opened(handler, data) as session:
        chosen_outlets = _choose_outlets(run.output, pdu, handler, session, words)
        shown_warnings.show_of([outlet.identity for outlet in chosen_outlets])
        question = switch_question(pdu, handler, chosen_outlets, on=on)
        prompts.confirm(run.output, question, pdu.host)
        switching = _Switching(
            run=run, pdu=pdu, handler=handler, session=session, on=on, outlets=chosen_outlets
        )
        run.changing = True
        begin = time.monotonic()
        results: dict[str, Optional[PolledOutlet]] = {}
        try:
            # the switched outlets are reported after SIGTERM as well
            with signals_as_ctrl_c():
                for identity, switched_outlet in switching.switch_outlets():
                    results[identity] = switched_outlet
        except KeyboardInterrupt as interruption:
            return switching.report_error(results, interruption)
        except FOREIGN_ERRORS as handler_error:
            outlet, *_ = switching.unanswered(results) or switching.outlets
            error = error_for_a_shell(handler_error, session, pdu.host, outlet.identity)
            return switching.report_error(results, error)
        return switching.report_results(results, round(time.monotonic() - begin, 3))


def _choose_outlets(
    output: Output,
    pdu: names.ChosenPdu,
    handler: LoadedHandler,
    session: OpenHandler,
    words: Sequence[str],
) -> Sequence[PolledOutlet]:
    """The outlets that these words mean. All are looked up before the first command. But with
    --yes, a handler of this pack looks up a single identity itself; another single outlet is read
    by itself, so that no other need be readable. Where a number printed on the unit may be another
    outlet's identity, only `identity:3` is one.
    """
    if output.yes and len(words) == 1:
        is_safe = numbers_are_identities(handler)
        identity = outlet_words.plain_identity(words[0], numbers_are_identities=is_safe)
        if identity and registry.is_handler(handler.display_name):
            return [PolledOutlet(identity, UNKNOWN)]
        outlet = own_outlet(session, handler, words[0])
        if outlet is not None:
            return [outlet]
    with waiting(f"waiting for {pdu.where}", output):
        return outlets_of(session, pdu.host, words)


def _help(name: str) -> str:
    """The help of `pdu on` or `pdu off`."""
    return f"""Switch outlets {name}. Shows the name and the present state of each; asks first.

{arguments_help("HANDLER", "HOST", "NAME", "OUTLET")}

Outlets are switched one after another, until the first error. No command that may have been carried
out is sent twice. The state in the output is the one that the PDU reported afterwards and once more
some seconds later, or unknown if it did not report the wanted state in time. What the outlet's
meter reads then is told, too: a relay that is welded shut is reported as off, and carries current.
Some meters are late."""


def _examples(name: str) -> Sequence[str]:
    return (
        f"pdu {name} snmp 192.0.2.8 3",
        f"pdu {name} raritan 192.0.2.9 1 2 --username admin --yes",
    )


def _switching_options(function: F) -> F:
    """The command with the arguments and options that `on` and `off` share."""
    with_options = names.list_options(login_options(yes_option()(output_options(function))))
    outlet_argument = click.argument("outlet", nargs=-1, required=True, type=TEXT)
    arguments = pdu_arguments()
    return arguments(outlet_argument(with_options))


@click.command("on", cls=names.SwitchingCommand, examples=_examples("on"), help=_help("on"))
@_switching_options
@click.pass_context
def on(context: click.Context, handler: str, host: str, outlet: Sequence[str]) -> int:
    pdu = names.choose_pdu(context, handler, host)
    return _switch(run_of(context), pdu, on=True, outlets=outlet)


@click.command("off", cls=names.SwitchingCommand, examples=_examples("off"), help=_help("off"))
@_switching_options
@click.pass_context
def off(context: click.Context, handler: str, host: str, outlet: Sequence[str]) -> int:
    pdu = names.choose_pdu(context, handler, host)
    return _switch(run_of(context), pdu, on=False, outlets=outlet)
