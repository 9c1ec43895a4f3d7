"""What the commands that switch share: the outlets that are meant, one command, and the sentences
about what came of it.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Optional, Union

from handlers.dcimanager import OpenPdu
from handlers.shared.errors import NoSuchOutlet, printable
from handlers.shared.labels import Label
from handlers.shared.meter_figures import measured, reason_without
from pdu_common.helper import EnumPowerStatus

from ..cli.error_facts import kind_of
from ..cli.error_output import Usage, describe, fail
from ..cli.options import Output, Run
from ..cli.output import figure, print_json, report as print_note, waiting
from ..cli.states import DOWN, UNKNOWN, word
from ..loading.four_methods import FourMethods
from ..loading.handler_loading import LoadedHandler
from ..loading.handler_module import FOREIGN_ERRORS
from ..loading.open_handler import OpenHandler
from ..pdu_list import names
from ..reading import parts as reading
from ..reading.command_log import logged_command
from ..reading.outlet_power import target_state
from ..reading.parts import PolledOutlet
from . import outlet_words
from .identify_advice import with_best_handler


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


def refuse_unnamed_handler(run: Run, pdu: names.ChosenPdu, command: str, *words: str) -> None:
    """Raise Usage if the line has no handler: an outlet's identity differs by handler, so none is
    chosen here. The sentence has the line with the handler that reads the PDU.
    """
    if pdu.handler != names.IDENTIFY:
        return
    readable_pdu = with_best_handler(pdu, run.output)
    status_line = readable_pdu.command_line("status")
    line = readable_pdu.command_line(command, *words)
    raise Usage(
        "no handler was given, and an outlet's identity differs by handler: nothing was done."
        f" It is read by {readable_pdu.handler}; compare the outlets of {status_line}, then: {line}"
    )


def outlets_of(session: OpenHandler, host: str, words: Sequence[str]) -> Sequence[PolledOutlet]:
    """The outlets that these words mean: 1 status. Raises NoSuchOutlet, and Usage for a word with
    two meanings.
    """
    outlet_by_identity: dict[str, PolledOutlet] = {}
    name_by_identity: dict[str, str] = {}
    for outlet in present_outlets(session, words):
        outlet_by_identity[outlet.identity] = outlet
        name_by_identity[outlet.identity] = outlet.name
    try:
        identities = outlet_words.resolve(words, name_by_identity)
    except NoSuchOutlet as error:
        advice = _number_advice(words, outlet_by_identity.values())
        raise NoSuchOutlet(f"{error.reason}{advice}", host) from None
    return [outlet_by_identity[identity] for identity in identities]


def own_outlet(session: OpenHandler, typed_word: str) -> Optional[PolledOutlet]:
    """The outlet with this identity, read by itself; None for a word that may mean another one."""
    if not outlet_words.is_one_outlet(typed_word):
        return None
    state = session.state(typed_word)
    return None if state is None else PolledOutlet(typed_word, state)


def _number_advice(words: Sequence[str], outlets: Collection[PolledOutlet]) -> str:
    """Which outlets the words mean that are numbers printed on the unit and no identities; "" if
    there are none.
    """
    identities = {outlet.identity for outlet in outlets}
    advice = ""
    for typed_word in words:
        numbered = [outlet.identity for outlet in outlets if outlet.number == typed_word]
        if typed_word not in identities and len(numbered) == 1:
            advice += f"; number {printable(typed_word, 60)} on the unit is outlet {numbered[0]}"
    return advice


def error_for_a_shell(
    error: BaseException, session: OpenHandler, host: str, identity: str
) -> BaseException:
    """The error of a command; that of `outlets_of` if it is that the PDU has no such outlet,
    because a handler speaks to the owner of a port in DCImanager: then 1 status more.
    """
    if kind_of(error) != NoSuchOutlet.kind:
        return error
    try:
        session.forget()
        outlets_of(session, host, [identity])
    except NoSuchOutlet as shell_error:
        return shell_error
    except FOREIGN_ERRORS:
        return error
    return error


def present_outlets(session: OpenHandler, words: Sequence[str]) -> Sequence[PolledOutlet]:
    """All outlets with state and name, by the identities that the handler takes in a command. If
    the names cannot be read, the outlets have none, with a note; then `words`, which the user
    typed, must be identities, else the error is raised: one of them might be a name.
    """
    state_by_identity = dict(session.states())
    label_by_identity: dict[str, Label] = {}
    try:
        for label in session.labels() or ():
            label_by_identity[label.identity] = label
    except Exception as error:
        are_identities = all(word in state_by_identity for word in words)
        if not are_identities or not reading.is_of_some_values(error):
            raise
        why = reading.error_of(error).reason
        print_note(f"note: the names of outlets cannot be read: {why}")
    outlets: list[PolledOutlet] = []
    for identity, state in state_by_identity.items():
        label = label_by_identity.get(identity, Label(identity, "", ""))
        outlets.append(PolledOutlet(identity, state, number=label.number, name=label.name))
    return outlets


def switch_question(
    pdu: names.ChosenPdu, handler: LoadedHandler, outlets: Sequence[PolledOutlet], *, on: bool
) -> str:
    """What `pdu on`, `off` and `cycle` ask before the first command, without the question mark:
    each outlet with its name and present state, the PDU, and the variables of the environment that
    give its settings.
    """
    goal = word(target_state(on=on))
    outlet_texts: list[str] = []
    for outlet in outlets:
        name = f" {outlet.name!r}" if outlet.name else ""
        outlet_texts.append(f"outlet {outlet.identity}{name} (now {word(outlet.state)})")
    return f"switch {goal} {', '.join(outlet_texts)} of {pdu.where}{pdu.variables_text(handler)}"


def outlets_text(identities: Sequence[str]) -> str:
    """`outlet 3`, `outlets 3, 4`."""
    noun = "outlet" if len(identities) == 1 else "outlets"
    return f"{noun} {', '.join(identities)}"


def meter_text(outlet: PolledOutlet) -> str:
    """What an outlet's meter reads after a command, or why nothing is known of it."""
    reason = reason_without(outlet.figures.current_a)
    if reason and outlet.state is UNKNOWN:
        return f"it cannot be read again: {reason}"
    if reason:
        return f"its meter cannot be read now: {reason}"
    current_a = measured(outlet.figures.current_a)
    current = figure(current_a, "A")
    carries_current = current_a is not None and current_a > 0
    if carries_current and outlet.state is DOWN:
        return f"its meter still reads {current}, which may be late: read it again"
    return f"its meter reads {current}"


def state_line(
    identity: str, pdu: names.ChosenPdu, handler: LoadedHandler, state: EnumPowerStatus
) -> str:
    """The line that reports an outlet's state after a command."""
    return f"outlet {identity} of {pdu.where} is {word(state)} ({handler.display_name})"


def unproven_text(identity: str, pdu: names.ChosenPdu, state: EnumPowerStatus, *, on: bool) -> str:
    """The sentence about an outlet whose state after a command `on` or off is another one."""
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
    if not run.output.json:
        code = fail(run, error)
        for note in notes:
            print(printable(note, 10 * len(note)), file=sys.stderr)
        return code
    if not answer["outlets"]:
        return fail(run, error)
    about = describe(error, run)
    print_json({**answer, "error": about})
    return int(about["exit_code"])
