"""What the commands that switch share: the outlets that are meant, one command, and the sentences
about what came of it.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Optional, Union

from handlers import registry
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
    outlets = present_outlets(session, words)
    outlet_by_identity = {outlet.identity: outlet for outlet in outlets}
    names_of_outlets = {outlet.identity: outlet.name for outlet in outlets}
    numbers = {outlet.identity: outlet.number for outlet in outlets}
    try:
        identities = outlet_words.resolve(words, names_of_outlets, numbers)
    except NoSuchOutlet as error:
        advice = _number_advice(words, outlets)
        raise NoSuchOutlet(f"{error.reason}{advice}", host) from None
    return [outlet_by_identity[identity] for identity in identities]


def numbers_are_identities(handler: LoadedHandler) -> bool:
    """Whether no number printed on a unit is the identity of another outlet. It may be one over
    SNMP, and nothing is known of somebody else's handler.
    """
    name = handler.display_name
    return registry.is_handler(name) and registry.about(name).numbers_are_identities


def own_outlet(
    session: OpenHandler, handler: LoadedHandler, typed_word: str
) -> Optional[PolledOutlet]:
    """The outlet with this identity, read by itself; None for a word that may mean another one."""
    identity = typed_word.removeprefix(outlet_words.IDENTITY)
    if not numbers_are_identities(handler) or not outlet_words.is_one_outlet(identity):
        return None
    state = session.state(identity)
    return None if state is None else PolledOutlet(identity, state)


def _number_advice(words: Sequence[str], outlets: Collection[PolledOutlet]) -> str:
    """Which outlets the words mean that are numbers printed on the unit and no identities; "" if
    there are none.
    """
    identities = {outlet.identity for outlet in outlets}
    advice = ""
    for typed_word in words:
        matches = [outlet.identity for outlet in outlets if outlet.number == typed_word]
        if typed_word not in identities and len(matches) == 1:
            advice += f"; number {printable(typed_word, 60)} on the unit is outlet {matches[0]}"
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
        outlets_of(session, host, [f"{outlet_words.IDENTITY}{identity}"])
    except NoSuchOutlet as shell_error:
        return shell_error
    except FOREIGN_ERRORS:
        return error
    return error


def present_outlets(session: OpenHandler, words: Sequence[str]) -> Sequence[PolledOutlet]:
    """All outlets with state and name, by the identities that the handler takes in a command. If
    the names cannot be read, the outlets have none, with a note; then each of `words`, which the
    user typed, must be `identity:` with an identity, else the error is raised: it might be a name
    or the number of another outlet.
    """
    state_by_identity = dict(session.states())
    label_by_identity: dict[str, Label] = {}
    try:
        for label in session.labels() or ():
            label_by_identity[label.identity] = label
    except Exception as error:
        if not reading.is_of_some_values(error):
            raise
        spelled_identities = [
            f"{outlet_words.IDENTITY}{identity}" for identity in state_by_identity
        ]
        if not all(word in spelled_identities for word in words):
            spelling = f"{outlet_words.IDENTITY}3"
            print_note(
                f"note: while names and numbers cannot be read, write {spelling} for outlet 3"
            )
            raise
        why = reading.error_of(error).reason
        print_note(f"note: the names and numbers of outlets cannot be read: {why}")
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
        details = [*_number_on_the_unit(outlet), f"now {word(outlet.state)}"]
        outlet_texts.append(f"outlet {outlet.identity}{name} ({', '.join(details)})")
    return f"switch {goal} {', '.join(outlet_texts)} of {pdu.where}{pdu.variables_text(handler)}"


def _number_on_the_unit(outlet: PolledOutlet) -> Sequence[str]:
    """The number printed on the unit as a text, where it is known and not the identity."""
    if outlet.number in ("", outlet.identity):
        return []
    return [f"number {outlet.number} on the unit"]


def shown_identity(outlet: PolledOutlet) -> str:
    """An outlet's identity, with the number printed on the unit where that is another."""
    number_texts = [f" ({text})" for text in _number_on_the_unit(outlet)]
    return "".join([outlet.identity, *number_texts])


def outlets_text(outlets: Sequence[PolledOutlet]) -> str:
    """`outlet 3`, `outlets 3, 4`."""
    return listed([shown_identity(outlet) for outlet in outlets])


def listed(shown_outlets: Sequence[str]) -> str:
    """As `outlets_text`, of texts for outlets."""
    noun = "outlet" if len(shown_outlets) == 1 else "outlets"
    return f"{noun} {', '.join(shown_outlets)}"


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


def state_line(outlet: PolledOutlet, pdu: names.ChosenPdu, handler: LoadedHandler) -> str:
    """The line that reports an outlet's state after a command."""
    place = f"outlet {shown_identity(outlet)} of {pdu.where}"
    return f"{place} is {word(outlet.state)} ({handler.display_name})"


def unproven_text(outlet: PolledOutlet, pdu: names.ChosenPdu, *, on: bool) -> str:
    """The sentence about an outlet whose state after a command `on` or off is another one."""
    return (
        f"outlet {shown_identity(outlet)} of {pdu.where} was to be switched"
        f" {word(target_state(on=on))}; the PDU accepted the command, but the outlet's state is"
        f" {word(outlet.state)}: look at the PDU before you try again"
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
