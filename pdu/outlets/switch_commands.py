"""`pdu on` and `pdu off`, also called `up` and `down`: they call a handler's `port_up` and
`port_down` as DCImanager does.
"""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any, Callable, NamedTuple, Optional

import click

from handlers.shared.errors import NoSuchOutlet, printable
from pdu_common.helper import EnumPowerStatus, PduPortView

from ..core.cli import prompts
from ..core.cli.error_output import Interrupted, describe, fail
from ..core.cli.exit_codes import DONE, NOT_SEEN
from ..core.cli.options import LOGIN, SNMP, TLS, RunOptions, device, output, prompting as asks
from ..core.cli.output import Result, figure, print_json, print_result, waiting
from ..core.files.whole_files import signals_as_ctrl_c
from ..core.inventory import connection_data, names, outlet_words, reading
from ..core.inventory.device_arguments import arguments, arguments_help
from ..core.inventory.handler_loading import LoadedHandler, load
from ..core.machines import outlet as one_outlet
from ..core.states import UNKNOWN, reported_state, state_of_word, word
from .read_commands import (
    OutletRows,
    name_field as name_of,
    show_warnings,
    status_of,
)

_MACHINE = "pdu machine switches a machine of the drawing by its name"


class CalledOutlet(NamedTuple):
    """An outlet, by the calls of its handler. An `Outlet`, which says what it waits for."""

    make: Callable[[], Any]
    identity: str
    #: the PDU, for people
    where: str
    run_options: RunOptions

    def command(self, on: bool) -> EnumPowerStatus:
        pdu = self.make()
        what = f"switching outlet {self.identity} {word(one_outlet.target_state(on))}"
        with waiting(what, self.run_options):
            call = pdu.port_up if on else pdu.port_down
            return reported_state(call(PduPortView(identity=self.identity)))

    def state(self) -> EnumPowerStatus:
        with contextlib.suppress(Exception), waiting(f"waiting for {self.where}", self.run_options):
            for port in self.make().status().ports:
                if str(port.identity) == self.identity:
                    return reported_state(port)
        return UNKNOWN


def _callable_outlet(pdu: Any, identity: str, where: str, run_options: RunOptions) -> CalledOutlet:
    return CalledOutlet(lambda: pdu, identity, where, run_options)


def _switch(pdu: names.ChosenPdu, on: bool, outlets: Sequence[str]) -> int:
    """Switch the outlets one after the other, until the first error.

    The report includes those that were switched before.
    """
    call, wanted_state = "up" if on else "down", one_outlet.target_state(on)
    goal = word(wanted_state)
    host, run_options = pdu.host, pdu.run_options
    identities = list(dict.fromkeys(outlets))
    handler, where = load(pdu.handler), connection_data.display_name(run_options, host)
    prompts.askable(run_options, f"switching {outlets_text(identities)} {goal}", host)
    data = connection_data.pdu_data(handler, host, run_options)
    # The handler looks up the only outlet itself. Of several, all are looked up before the first
    # command.
    is_only_identity = len(identities) == 1 and outlet_words.PLAIN.fullmatch(identities[0])
    if not run_options.yes or not is_only_identity:
        with waiting(f"waiting for {where}", run_options):
            listed_rows = outlets_of(handler, data, host, identities)
        identities = [str(row["identity"]) for row in listed_rows]
        prompts.confirm(
            run_options,
            f"switch {goal} {', '.join(map(present_state_text, listed_rows))} of {where}",
            host,
        )
    run_options.changing = True
    begin = time.monotonic()
    #: those to which a command was begun; their state is None until it was answered
    rows: OutletRows = []
    stop: Optional[BaseException] = None
    try:
        # the switched outlets are reported after SIGTERM as well
        with signals_as_ctrl_c(), show_warnings(run_options, where):
            for identity in identities:
                outlet = _callable_outlet(handler.make(data), identity, where, run_options)
                rows.append({"identity": identity, "state": None, "done": False})
                state = outlet.command(on)
                rows[-1].update(state=word(state), done=state is wanted_state)
            with waiting(f"reading {outlets_text(identities)} again", run_options):
                _read_again(handler, data, rows, wanted_state)
    except (Exception, KeyboardInterrupt) as error:
        stop = error
    answered = [row for row in rows if row["state"] is not None]
    _show(run_options, answered, where, handler.shown)
    notes = _unproven_notes(answered, where, goal)
    about = {"call": call, "handler": handler.shown, "host": host, **name_of(run_options)}
    if stop is None:
        seconds = round(time.monotonic() - begin, 3)
        result = {**about, "outlets": rows, "seconds": seconds}
        code = NOT_SEEN if notes else DONE
        return print_result(Result(result, (), code, note="\n".join(notes)), run_options.json)
    return _report_stop_at(run_options, stop, {**about, "outlets": rows}, identities, notes)


def _report_stop_at(
    run_options: RunOptions,
    stop: BaseException,
    answer: Mapping[str, Any],
    identities: Sequence[str],
    notes: Sequence[str],
) -> int:
    """Say what stopped the switching of these outlets, at which of them, and which got no command:
    after Ctrl-C in the error, after an error in a note. `answer`: with the outlets to which a
    command was begun; one without a state got no answer. Return the exit code.
    """
    rows: OutletRows = answer["outlets"]
    unanswered = [row["identity"] for row in rows if row["state"] is None]
    unsent = _unsent_sentences(identities[len(rows) :])
    if isinstance(stop, KeyboardInterrupt):
        shown_rows = [{**row, "state": row["state"] or word(UNKNOWN)} for row in rows]
        unsure = [f"outlet {identity} may or may not have switched" for identity in unanswered]
        reason = "; ".join([*unsure, *unsent]) or "every command had been answered"
        stop = Interrupted(reason, answer["host"])
    else:
        shown_rows = [row for row in rows if row["state"] is not None]
        if len(identities) > 1 and unanswered:
            place = f"the error is about {outlets_text(unanswered)}"
            notes = ["; ".join([place, *unsent]), *notes]
    return report_stop(run_options, {**answer, "outlets": shown_rows}, stop, notes)


def _read_again(
    handler: LoadedHandler, data: Any, rows: OutletRows, wanted_state: EnumPowerStatus
) -> None:
    """Read those that reported the wanted state once more, and what their meters see: 1 status and
    1 statistic. A state that cannot be read again is not known.
    """
    proven = [outlet for outlet in rows if outlet["done"]]
    if not proven:
        return
    time.sleep(one_outlet.AGAIN_S)
    last_reading = [reading.Reading()]
    with contextlib.suppress(Exception):
        reading.read_pdu(handler, data, (reading.states, reading.figures), last_reading.append)
    for outlet in proven:
        again = last_reading[-1].outlet(outlet["identity"])
        state = UNKNOWN if again is None else again.state
        outlet.update(state=word(state), done=state is wanted_state)
        if again is not None and again.current_a is not None:
            outlet["current_a"] = again.current_a


def _show(run_options: RunOptions, outlets: OutletRows, where: str, handler: str) -> None:
    for outlet in () if run_options.json else outlets:
        line = state_line(outlet["identity"], where, handler, state_of_word(outlet["state"]))
        current_a = outlet.get("current_a")
        print(line if current_a is None else f"{line}; {meter_text(outlet, current_a)}")


def meter_text(outlet: Mapping[str, Any], current_a: float) -> str:
    """What an outlet's meter reads after a command."""
    current = figure(current_a, "A")
    if outlet["state"] == word(EnumPowerStatus.DOWN) and current_a > 0:
        return f"its meter still reads {current}, which may be late: read it again"
    return f"its meter reads {current}"


def state_line(identity: str, where: str, handler: str, state: EnumPowerStatus) -> str:
    """The line that reports an outlet's state after a command."""
    return f"outlet {identity} of {where} is {word(state)} ({handler})"


def _unproven_notes(outlets: OutletRows, where: str, wanted_word: str) -> list[str]:
    """A sentence about the outlets that accepted the command but did not report the wanted state,
    if there are any.
    """
    note = "; ".join(
        unproven_text(str(outlet["identity"]), where, wanted_word, state_of_word(outlet["state"]))
        for outlet in outlets
        if not outlet["done"]
    )
    return [f"not-seen: {note}"] if note else []


def unproven_text(identity: str, where: str, wanted_word: str, state: EnumPowerStatus) -> str:
    """What is known of an outlet that did not report the wanted state."""
    return (
        f"outlet {identity} of {where} was to be switched {wanted_word}; the PDU accepted the"
        f" command, but the outlet's state is {word(state)}: look at the PDU before you try again"
    )


def _unsent_sentences(identities: Sequence[str]) -> list[str]:
    return [f"no command was sent to {outlets_text(identities)}"] if identities else []


def report_stop(
    run_options: RunOptions, answer: Mapping[str, Any], error: BaseException, notes: Sequence[str]
) -> int:
    """Report why switching stopped: with --json also the outlets in `answer`, else also the notes.
    Return the exit code.
    """
    if not answer["outlets"] or not run_options.json:
        code = fail(run_options, error)
        for note in () if run_options.json else notes:
            print(printable(note, 10 * len(note)), file=sys.stderr)
        return code
    about = describe(error, run_options)
    print_json({**answer, "error": about})
    return int(about["exit_code"])


def outlets_text(identities: Sequence[str]) -> str:
    """`outlet 3`, `outlets 3, 4`."""
    return f"outlet{'' if len(identities) == 1 else 's'} {', '.join(identities)}"


def outlets_of(handler: LoadedHandler, data: Any, host: str, words: Sequence[str]) -> OutletRows:
    """The outlets that these words mean, as `pdu status --json` prints them: 1 status. Raises
    NoSuchOutlet, and Usage for a word with two meanings.
    """
    outlet_by_identity = {
        str(outlet["identity"]): outlet for outlet in status_of(handler, data)["outlets"]
    }
    try:
        identities = outlet_words.resolve(
            words, {key: str(outlet["name"]) for key, outlet in outlet_by_identity.items()}
        )
    except NoSuchOutlet as error:
        hint = f", and {_MACHINE}" if any(map(_is_name, words)) else ""
        raise NoSuchOutlet(f"{error.reason}{hint}", host) from None
    return [outlet_by_identity[identity] for identity in identities]


def _is_name(identity: str) -> bool:
    """Whether a text that is no identity of the PDU may be a machine's name."""
    return not identity.isascii() or any(map(str.isalpha, identity))


def present_state_text(outlet: Mapping[str, Any]) -> str:
    """An outlet with name and present state, as the question shows it."""
    name = f" {outlet['name']!r}" if outlet["name"] else ""
    return f"outlet {outlet['identity']}{name} (now {outlet['state']})"


def _switch_command(name: str, on: bool) -> click.Command:
    @click.pass_context
    def run(context: click.Context, handler: str, host: str, outlet: Sequence[str]) -> int:
        return _switch(names.choose_pdu(context, handler, host), on, outlet)

    opposite = "up" if on else "down"
    return names.PduCommand(
        name,
        examples=(
            f"pdu {name} snmp 192.0.2.8 3",
            f"pdu {name} raritan 192.0.2.9 1 2 --username admin --yes",
        ),
        callback=run,
        help=f"""Switch outlets {name}. Shows the name and the present state of each; asks first.
`pdu {opposite}` is the same command.

{arguments_help("HANDLER", "HOST", "NAME", "OUTLET")}

Outlets are switched one after another, until the first error. No command is sent twice. The state
in the output is the one that the PDU reported afterwards and once more a second later, or unknown
if it did not report the wanted state in time. What the outlet's meter reads then is told, too: a
relay that is welded shut is reported as off, and carries current. Some meters are late.""",
        params=[
            *arguments(),
            click.Argument(["outlet"], nargs=-1, required=True, metavar="OUTLET..."),
            *names.options(),
            *device(*LOGIN, *TLS, *SNMP),
            *asks(),
            *output(),
        ],
    )


on = _switch_command("on", True)
off = _switch_command("off", False)
