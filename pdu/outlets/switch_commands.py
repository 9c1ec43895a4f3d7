"""`pdu on` and `pdu off`, also called `up` and `down`: they switch outlets as DCImanager does, and
read before and after that, in one session if the handler can share it.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Callable, NamedTuple, Optional, Union

import click

from handlers.dcimanager import OpenPdu
from handlers.shared.errors import NoSuchOutlet, printable
from handlers.shared.meter_figures import MeterFigures, NotKnown, measured, reason_without
from pdu_common.helper import EnumPowerStatus

from ..cli import prompts
from ..cli.error_output import Interrupted, Usage, describe, fail
from ..cli.exit_codes import DONE, NOT_SEEN
from ..cli.options import TEXT, F, Output, Run, output_options, run_of, yes_option
from ..cli.output import Result, figure, print_json, print_result, report as print_note, waiting
from ..cli.states import DOWN, UNKNOWN, word
from ..cli.terminal_lines import print_text
from ..files.whole_files import signals_as_ctrl_c
from ..loading.four_methods import FourMethods
from ..loading.handler_loading import LoadedHandler, load
from ..loading.handler_module import FOREIGN_ERRORS
from ..loading.open_handler import HandlerTools, OpenHandler
from ..pdu_list import names
from ..pdu_list.device_arguments import arguments_help, pdu_arguments
from ..pdu_list.login_options import login_options
from ..reading import outlet_power, parts as reading
from ..reading.command_log import logged_command
from ..reading.outlet_power import target_state
from ..reading.parts import PolledOutlet
from . import outlet_words
from .identify import identified
from .read_commands import call_fields, show_warnings


def send_command(
    pdu: Union[FourMethods, OpenPdu[Any]],
    identity: str,
    *,
    on: bool,
    output: Output,
    where: str,
) -> EnumPowerStatus:
    """Call `port_up` or `port_down` of a handler. Returns what the PDU reports afterwards. The
    system's log gets a line. `where`: the PDU, for people.
    """
    goal = word(target_state(on=on))
    with waiting(f"switching outlet {identity} {goal}", output):
        with logged_command(where, identity, on=on) as result:
            result.state = pdu.switch(identity, on=on)
        return result.state


class _Switching(NamedTuple):
    """Outlets of a PDU that are switched one after the other, until the first error."""

    run: Run
    pdu: names.ChosenPdu
    handler: LoadedHandler
    unit: OpenHandler
    on: bool
    identities: Sequence[str]

    def results(self) -> Iterator[tuple[str, Optional[PolledOutlet]]]:
        """Switch the outlets. Yields the identity of each with None before its command, and with
        its state after it. Those that reported the wanted state are read once more, with what their
        meters see: 1 status and 1 statistic. A state that cannot be read again is not known.
        """
        proven: list[str] = []
        for identity in self.identities:
            pdu = self.unit.command_pdu()
            yield identity, None
            state = send_command(
                pdu, identity, on=self.on, output=self.run.output, where=self.pdu.where
            )
            yield identity, PolledOutlet(identity, state)
            if state is target_state(on=self.on):
                proven.append(identity)
        if not proven:
            return
        with waiting(f"reading {outlets_text(self.identities)} again", self.run.output):
            time.sleep(outlet_power.AGAIN_S)
            second_reading = self._read_again()
        for identity in proven:
            yield identity, _outlet_of_reading(second_reading, identity)

    def _read_again(self) -> reading.Reading:
        """States, and what meters see; why one of them was not read is in its `failures`."""
        parts = (reading.states, reading.figures)
        every = [part.name for part in parts]

        def read(keep: Callable[[reading.Reading], object]) -> None:
            self.unit.forget()
            reading.read_parts(self.unit, parts, keep, optional=every)

        return reading.read_until_error(parts, read)

    def report(
        self,
        results: Mapping[str, Optional[PolledOutlet]],
        stop: Optional[BaseException],
        seconds: float,
    ) -> int:
        """Print the results, and what stopped the switching. Returns the exit code."""
        outlets = [outlet for outlet in results.values() if outlet is not None]
        notes = self._unproven_notes(outlets)
        answer: dict[str, Any] = {
            **call_fields("up" if self.on else "down", self.handler, self.pdu),
            "outlets": [self._row(identity, results) for identity in self.identities],
        }
        lines = [*map(self._line, outlets)]
        if stop is None:
            answer["seconds"], code = seconds, NOT_SEEN if notes else DONE
            result = Result(answer, lines, code, note="\n".join(notes))
            return print_result(result, as_json=self.run.output.json)
        unanswered = [identity for identity, outlet in results.items() if outlet is None]
        unsent = self.identities[len(results) :]
        reasons = [f"no command was sent to {outlets_text(unsent)}"] if unsent else []
        if isinstance(stop, KeyboardInterrupt):
            for identity in unanswered:
                reasons.insert(0, f"outlet {identity} may or may not have switched")
            reason = "; ".join(reasons) or "every command had been answered"
            stop = Interrupted(reason, self.pdu.host)
        elif unanswered and len(self.identities) > 1:
            place = f"the error is about {outlets_text(unanswered)}"
            notes.insert(0, "; ".join([place, *reasons]))
        try:
            if lines and not self.run.output.json:
                print_text("\n".join(lines))
        finally:  # the error is told even if the states cannot be
            code = report_stop(self.run, answer, stop, notes)
        return code

    def _line(self, outlet: PolledOutlet) -> str:
        """As a person reads it."""
        line = state_line(outlet.identity, self.pdu, self.handler, outlet.state)
        if outlet.figures.current_a is None:
            return line
        return f"{line}; {meter_text(outlet)}"

    def _row(self, identity: str, results: Mapping[str, Optional[PolledOutlet]]) -> dict[str, Any]:
        """As --json prints an outlet. `sent`: whether its command may have been sent."""
        outlet = results.get(identity) or PolledOutlet(identity, UNKNOWN)
        row = {
            "identity": outlet.identity,
            "state": word(outlet.state),
            "done": outlet.state is target_state(on=self.on),
            "sent": identity in results,
        }
        current_a = measured(outlet.figures.current_a)
        if current_a is not None:
            row["current_a"] = current_a
        if reason := reason_without(outlet.figures.current_a):
            row["reason"] = reason
        return row

    def _unproven_notes(self, outlets: Sequence[PolledOutlet]) -> list[str]:
        """A sentence about the outlets that accepted the command but did not report the wanted
        state, if there are any.
        """
        note = "; ".join(
            unproven_text(outlet.identity, self.pdu, outlet.state, on=self.on)
            for outlet in outlets
            if outlet.state is not target_state(on=self.on)
        )
        return [f"not-seen: {note}"] if note else []


def _outlet_of_reading(second_reading: reading.Reading, identity: str) -> PolledOutlet:
    """An outlet as it was read again; a figure that could not be read is not known."""
    outlet = second_reading.outlet(identity) if second_reading.answered else None
    if outlet is None:
        outlet = PolledOutlet(identity, UNKNOWN)
    failures = second_reading.failures
    failure = failures.get(reading.STATES) or failures.get(reading.FIGURES)
    if failure is None:
        return outlet
    # of the figures, a command shows the current alone
    return outlet._replace(figures=MeterFigures(current_a=NotKnown(failure.reason)))


def refuse_unnamed_handler(run: Run, pdu: names.ChosenPdu, command: str, *words: str) -> None:
    """Raise Usage if the line has no handler: an outlet's identity differs by handler, so none is
    chosen here. The sentence has the line with the handler that reads the PDU.
    """
    if pdu.handler == names.IDENTIFY:
        pdu = identified(pdu, run.output)
        line = pdu.command_line(command, *words)
        raise Usage(
            "no handler was given, and an outlet's identity differs by handler: nothing was done."
            f" It is read by {pdu.handler}; compare the outlets of"
            f" {pdu.command_line('status')}, then: {line}"
        )


def _switch(run: Run, pdu: names.ChosenPdu, *, on: bool, outlets: Sequence[str]) -> int:
    """Switch the outlets, and report also those that were switched before an error."""
    refuse_unnamed_handler(run, pdu, "on" if on else "off", *outlets)
    host, output, goal = pdu.host, run.output, word(target_state(on=on))
    identities = list(dict.fromkeys(outlets))
    outlet_words.refuse_options(identities)
    handler, where = load(pdu.handler), pdu.where
    prompts.askable(output, f"switching {outlets_text(identities)} {goal}", host)
    data = pdu.data(handler)
    # The handler looks up the only outlet itself. Of several, all are looked up before the first
    # command.
    is_only_identity = (
        len(identities) == 1 and outlet_words.PLAIN.fullmatch(identities[0]) is not None
    )
    with HandlerTools(handler).opened(data) as unit:
        if not output.yes or not is_only_identity:
            with waiting(f"waiting for {where}", output):
                chosen_outlets = outlets_of(unit, host, identities)
            identities = [outlet.identity for outlet in chosen_outlets]
            states = ", ".join(map(present_state_text, chosen_outlets))
            question = f"switch {goal} {states} of {where}{pdu.variables_text(handler)}"
            prompts.confirm(output, question, host)
        run.changing = True
        begin = time.monotonic()
        switching = _Switching(run, pdu, handler, unit, on, identities)
        results: dict[str, Optional[PolledOutlet]] = {}
        stop: Optional[BaseException] = None
        try:
            # the switched outlets are reported after SIGTERM as well
            with signals_as_ctrl_c(), show_warnings(output, where):
                for identity, outlet in switching.results():
                    results[identity] = outlet
        except (*FOREIGN_ERRORS, KeyboardInterrupt) as error:
            stop = error
        return switching.report(results, stop, round(time.monotonic() - begin, 3))


def meter_text(outlet: PolledOutlet) -> str:
    """What an outlet's meter reads after a command."""
    current_a = measured(outlet.figures.current_a)
    current = figure(current_a, "A")
    reason = reason_without(outlet.figures.current_a)
    if reason and outlet.state is UNKNOWN:
        return f"it cannot be read again: {reason}"
    if reason:
        return f"its meter cannot be read now: {reason}"
    if outlet.state is DOWN and (current_a or 0) > 0:
        return f"its meter still reads {current}, which may be late: read it again"
    return f"its meter reads {current}"


def state_line(
    identity: str, pdu: names.ChosenPdu, handler: LoadedHandler, state: EnumPowerStatus
) -> str:
    """The line that reports an outlet's state after a command."""
    return f"outlet {identity} of {pdu.where} is {word(state)} ({handler.shown})"


def unproven_text(identity: str, pdu: names.ChosenPdu, state: EnumPowerStatus, *, on: bool) -> str:
    """What is known of an outlet whose state after a command `on` or off is not the wanted one."""
    return (
        f"outlet {identity} of {pdu.where} was to be switched {word(target_state(on=on))}; the PDU"
        f" accepted the command, but the outlet's state is {word(state)}: look at the PDU before"
        " you try again"
    )


def report_stop(
    run: Run, answer: Mapping[str, Any], error: BaseException, notes: Sequence[str]
) -> int:
    """Report why switching stopped: with --json also the outlets in `answer`, else also the notes.
    Return the exit code.
    """
    if not answer["outlets"] or not run.output.json:
        code = fail(run, error)
        for note in () if run.output.json else notes:
            print_text(printable(note, 10 * len(note)), sys.stderr)
        return code
    about = describe(error, run)
    print_json({**answer, "error": about})
    return int(about["exit_code"])


def outlets_text(identities: Sequence[str]) -> str:
    """`outlet 3`, `outlets 3, 4`."""
    return f"outlet{'' if len(identities) == 1 else 's'} {', '.join(identities)}"


def outlets_of(unit: OpenHandler, host: str, words: Sequence[str]) -> Sequence[PolledOutlet]:
    """The outlets that these words mean: 1 status. Raises NoSuchOutlet, and Usage for a word with
    two meanings.
    """
    outlet_by_identity = {outlet.identity: outlet for outlet in present_outlets(unit, words)}
    try:
        identities = outlet_words.resolve(
            words, {identity: outlet.name for identity, outlet in outlet_by_identity.items()}
        )
    except NoSuchOutlet as error:
        raise NoSuchOutlet(error.reason, host) from None
    return [outlet_by_identity[identity] for identity in identities]


def present_outlets(unit: OpenHandler, words: Sequence[str]) -> Sequence[PolledOutlet]:
    """All outlets with state and name. Their identities are those of the handler, with which it
    switches: in a `Reading` they are printable. If no name can be read, `words` must be identities:
    another one might be a name, too.
    """
    state_by_identity = dict(unit.states())
    try:
        labels = unit.labels() or ()
    except Exception as error:
        if not (reading.is_of_some_values(error) and state_by_identity.keys() >= {*words}):
            raise
        print_note(f"note: the names of outlets cannot be read: {reading.error_of(error).reason}")
        labels = ()
    name_by_identity = {label.identity: label.name for label in labels}
    return [
        PolledOutlet(identity, state, name=name_by_identity.get(identity, ""))
        for identity, state in state_by_identity.items()
    ]


def present_state_text(outlet: PolledOutlet) -> str:
    """An outlet with name and present state, as the question shows it."""
    name = f" {outlet.name!r}" if outlet.name else ""
    return f"outlet {outlet.identity}{name} (now {word(outlet.state)})"


def _help(name: str, other_name: str) -> str:
    """The help of `pdu on` or `pdu off`; `other_name` is the second name of the command."""
    return f"""Switch outlets {name}. Shows the name and the present state of each; asks first.
`pdu {other_name}` is the same command.

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
    """What `on` and `off` have."""
    options = names.list_options(login_options(yes_option()(output_options(function))))
    return pdu_arguments()(click.argument("outlet", nargs=-1, required=True, type=TEXT)(options))


@click.command("on", cls=names.SwitchingCommand, examples=_examples("on"), help=_help("on", "up"))
@_switching_options
@click.pass_context
def on(context: click.Context, handler: str, host: str, outlet: Sequence[str]) -> int:
    return _switch(
        run_of(context), names.choose_pdu(context, handler, host), on=True, outlets=outlet
    )


@click.command(
    "off", cls=names.SwitchingCommand, examples=_examples("off"), help=_help("off", "down")
)
@_switching_options
@click.pass_context
def off(context: click.Context, handler: str, host: str, outlet: Sequence[str]) -> int:
    return _switch(
        run_of(context), names.choose_pdu(context, handler, host), on=False, outlets=outlet
    )
