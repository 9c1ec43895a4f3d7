"""What `on`, `off` and `cycle` share: the outlets that are meant, the question, one command with
its line in the system's log, and the sentences about what came of it.

`on`, a parameter of many functions, is what a command is for: True switches on, False off. An
outlet's identity is what its handler calls it, such as "3". It may differ from the number printed
at the outlet on the unit, and an outlet may have a name; a word that the user types may be any of
these. UP, DOWN and UNKNOWN are the states of an outlet, shown as on, off and unknown.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Optional, Union

from handlers import registry
from handlers.dcimanager import OpenPdu
from handlers.shared.errors import NoSuchOutlet, printable
from handlers.shared.labels import Label
from handlers.shared.meter_figures import measured, reason_without
from pdu_common.helper import EnumPowerStatus

from ..cli.error_facts import kind_of
from ..cli.error_output import Usage, describe, fail
from ..cli.options import Run
from ..cli.output import figure, print_json, report as print_note, waiting
from ..cli.states import DOWN, UNKNOWN, UP, word
from ..loading.four_methods import FourMethods
from ..loading.handler_loading import LoadedHandler
from ..pdu_list.names import IDENTIFY, ChosenPdu
from ..reading import parts as reading
from ..reading.open_handler import OpenHandler
from ..reading.parts import PolledOutlet
from . import outlet_words
from .identify_advice import with_best_handler
from .outlet_words import IDENTITY

#: how long after its first report a state is read again, in s: a unit may report the wanted state
#: for 2 to 3 s before it shows that the relay did not follow (netBooter, by its owners)
AGAIN_S = 4.0


CommandPdu = Union[FourMethods, OpenPdu[Any]]


class SwitchSession(NamedTuple):
    """The PDU that a command line names, while its session is open: `pdu` has its name and login,
    `open_pdu` reads it and gives the object that switches it.
    """

    run: Run
    pdu: ChosenPdu
    handler: LoadedHandler
    open_pdu: OpenHandler


def target_state(*, on: bool) -> EnumPowerStatus:
    """The state that a command is for: UP for one to switch on, DOWN for one to switch off."""
    return UP if on else DOWN


def goal_word(*, on: bool) -> str:
    """`on` or `off`."""
    return word(target_state(on=on))


def refuse_unnamed_handler(run: Run, pdu: ChosenPdu, command: str, *words: str) -> None:
    """Raise Usage if the user gave no handler: an outlet's identity differs by handler, so none is
    chosen for him. The device is asked, and the error names the handler that reads it and the line
    to type. `command`, `words`: `off` and `3` of `pdu off 192.0.2.8 3`.

        $ pdu off 192.0.2.8 3
        usage: no handler was given, and an outlet's identity differs by handler: nothing was done.
        It is read by nut; compare the outlets of pdu status nut 192.0.2.8, then: pdu off nut ...
    """
    if pdu.handler != IDENTIFY:
        return
    readable_pdu = with_best_handler(pdu, run.output)
    status_line = readable_pdu.command_line("status")
    line = readable_pdu.command_line(command, *words)
    raise Usage(
        "no handler was given, and an outlet's identity differs by handler: nothing was done."
        f" It is read by {readable_pdu.handler}; compare the outlets of {status_line}, then: {line}"
    )


# ---- the outlets that are meant ------------------------------------------------------------------


def chosen_outlets(session: SwitchSession, words: Sequence[str]) -> Sequence[PolledOutlet]:
    """The outlets that these words mean, each with its state. They are looked up among all outlets
    of the PDU; with --yes, a word that can only be an identity is looked up by itself, so that no
    other outlet need be readable. Raises NoSuchOutlet, and Usage for words that together are a
    name.

        $ pdu off netio 192.0.2.8 db,3       (status: 1, 2, 3; outlet 2 has the name db)
        [PolledOutlet("2", UP, name="db"), PolledOutlet("3", UP)]
        $ pdu off netio 192.0.2.8 9
        no-such-outlet: 192.0.2.8: the PDU has no outlet '9'; it has 1-3; status lists them
    """
    with waiting(f"waiting for {session.pdu.where}", session.run.output):
        if session.run.output.yes and len(words) == 1:
            outlet = _outlet_by_itself(session, words[0])
            if outlet is not None:
                return [outlet]
        outlets = _all_outlets(session.open_pdu, words)
    outlet_by_identity = {outlet.identity: outlet for outlet in outlets}
    names = {outlet.identity: outlet.name for outlet in outlets}
    numbers = {outlet.identity: outlet.number for outlet in outlets}
    try:
        identities = outlet_words.resolve(words, names, numbers)
    except NoSuchOutlet as error:
        raise NoSuchOutlet(error.reason, session.pdu.host) from None
    return [outlet_by_identity[identity] for identity in identities]


def numbers_are_identities(handler: LoadedHandler) -> bool:
    """Whether a handler promises that the number printed at an outlet is its identity, or at least
    not that of another outlet. Over SNMP, outlet 0 may have the number 1 and outlet 1 the number 2;
    a handler that is not of this pack promises nothing.

        netio   True
        snmp    False
        x.py    False
    """
    name = handler.display_name
    return registry.is_handler(name) and registry.about(name).numbers_are_identities


def _outlet_by_itself(session: SwitchSession, typed_word: str) -> Optional[PolledOutlet]:
    """The outlet with this identity, the only one that is read; None if the PDU has none, or if the
    word may mean another outlet, so that all outlets must be read.

    netio   3            PolledOutlet("3", UP)
    netio   web, 1-4     None: a name, several
    snmp    3            None: it may be the number printed at another outlet
    snmp    identity:3   PolledOutlet("3", UP)
    x.py    identity:3   None: a handler from elsewhere reads all outlets for one
    """
    identity = typed_word.removeprefix(IDENTITY)
    has_prefix = typed_word.startswith(IDENTITY)
    is_identity = has_prefix or numbers_are_identities(session.handler)
    is_own_handler = registry.is_handler(session.handler.display_name)
    if not is_own_handler or not is_identity or not outlet_words.is_one_outlet(identity):
        return None
    state = session.open_pdu.state(identity)
    return None if state is None else PolledOutlet(identity, state)


def _all_outlets(open_pdu: OpenHandler, words: Sequence[str]) -> Sequence[PolledOutlet]:
    """All outlets of the PDU with state, number and name. `words`: what the user typed for outlets.
    If the PDU answers and names and numbers alone cannot be read, each word must have the form
    `identity:3`, and the outlets have no names and numbers; else the error is raised, because the
    word might be a name, or the number of another outlet. A note on standard error says which.

        $ pdu off nut 192.0.2.8 identity:1
        note: the names and numbers of outlets cannot be read: the names end early
        $ pdu off nut 192.0.2.8 1
        note: while names and numbers cannot be read, write identity:3 for outlet 3
        protocol: 192.0.2.8: labels: the names end early
    """
    state_by_identity = dict(open_pdu.states())
    label_by_identity: dict[str, Label] = {}
    try:
        for label in open_pdu.labels() or ():
            label_by_identity[label.identity] = label
    except Exception as error:
        if not reading.is_error_of_one_part(error):
            raise
        if not all(typed_word.startswith(IDENTITY) for typed_word in words):
            print_note(
                f"note: while names and numbers cannot be read, write {IDENTITY}3 for outlet 3"
            )
            raise
        why = reading.error_of(error).reason
        print_note(f"note: the names and numbers of outlets cannot be read: {why}")
    outlets: list[PolledOutlet] = []
    for identity, state in state_by_identity.items():
        label = label_by_identity.get(identity, Label(identity, "", ""))
        outlets.append(PolledOutlet(identity, state, number=label.number, name=label.name))
    return outlets


# ---- one command ---------------------------------------------------------------------------------


def send_command(
    session: SwitchSession, command_pdu: CommandPdu, identity: str, *, on: bool
) -> EnumPowerStatus:
    """Send one command to an outlet, once. Returns the state that the PDU reports afterwards. After
    an error the command may or may not have been carried out. `command_pdu`: the PDU's object that
    takes commands. The system's log gets one line of the command, also after an error and Ctrl-C:

        root (sudo by anna) commanded off, outlet 3 of 192.0.2.8: now off
        root (sudo by anna) commanded off, outlet 4 of 192.0.2.8: error unreachable
        root (sudo by anna) commanded off, outlet 5 of 192.0.2.8: interrupted
    """
    outcome = "interrupted"
    try:
        with waiting(f"switching outlet {identity} {goal_word(on=on)}", session.run.output):
            state = command_pdu.switch(identity, on=on)
        outcome = f"now {word(state)}"
    except Exception as error:
        # not its text: a handler of another pack might quote a secret
        kind = kind_of(error) or type(error).__name__
        outcome = f"error {printable(kind, 40)}"
        raise
    finally:
        shown_outlet = f"outlet {printable(identity, 60)} of {printable(session.pdu.where, 120)}"
        _log(f"{_user()} commanded {goal_word(on=on)}, {shown_outlet}: {outcome}")
    return state


def _user() -> str:
    """The user of this process, and who called sudo: `root (sudo by anna)`, `anna`, or `uid 1042`
    for one without a name; `somebody` where the system has no users.
    """
    try:
        import pwd  # imported late: Windows has none
    except ImportError:
        return "somebody"
    try:
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        name = f"uid {os.getuid()}"
    sudo_user = os.environ.get("SUDO_USER")
    return f"{name} (sudo by {printable(sudo_user, 60)})" if sudo_user else name


def _log(line: str) -> None:
    """Write a line to the system's log, if it has one: `Dec  1 13:40:22 noc pdu[812]: root
    commanded off, outlet 3 of 192.0.2.8: now off`.
    """
    try:
        import syslog  # imported late: Windows has none
    except ImportError:
        return
    syslog.openlog("pdu", syslog.LOG_PID, syslog.LOG_AUTHPRIV)
    syslog.syslog(syslog.LOG_NOTICE, line)
    syslog.closelog()


# ---- sentences -----------------------------------------------------------------------------------


def switch_question(session: SwitchSession, outlets: Sequence[PolledOutlet], *, on: bool) -> str:
    """What is asked before the first command, without the question mark: each outlet with its name
    and present state, the PDU, and the variables of the environment that give its settings.

        switch off outlet 1 'web-1' (now on), outlet 2 (number 3 on the unit, now off) of r1-left
        (192.0.2.8), with PDU_TIMEOUT of the environment
    """
    outlet_texts: list[str] = []
    for outlet in outlets:
        name = f" {outlet.name!r}" if outlet.name else ""
        details = [*_number_texts(outlet), f"now {word(outlet.state)}"]
        outlet_texts.append(f"outlet {outlet.identity}{name} ({', '.join(details)})")
    variables = session.pdu.variables_text(session.handler)
    return f"switch {goal_word(on=on)} {', '.join(outlet_texts)} of {session.pdu.where}{variables}"


def _number_texts(outlet: PolledOutlet) -> Sequence[str]:
    """The number printed on the unit as a text in a list; an empty list if the number is not known,
    or is the identity.

    >>> _number_texts(PolledOutlet("0.2", UP, number="2")), _number_texts(PolledOutlet("2", UP))
    (['number 2 on the unit'], [])
    """
    if outlet.number in ("", outlet.identity):
        return []
    return [f"number {outlet.number} on the unit"]


def shown_identity(outlet: PolledOutlet) -> str:
    """An outlet's identity, with the number printed on the unit where that is another.

    >>> shown_identity(PolledOutlet("0.2", UP, number="2"))
    '0.2 (number 2 on the unit)'
    >>> shown_identity(PolledOutlet("7", UP, number="7"))
    '7'
    """
    number_texts = [f" ({text})" for text in _number_texts(outlet)]
    return "".join([outlet.identity, *number_texts])


def outlets_text(outlets: Sequence[PolledOutlet]) -> str:
    """The outlets as a text.

    >>> outlets_text([PolledOutlet("3", UP), PolledOutlet("0.2", UP, number="2")])
    'outlets 3, 0.2 (number 2 on the unit)'
    """
    return listed([shown_identity(outlet) for outlet in outlets])


def listed(shown_outlets: Sequence[str]) -> str:
    """The texts of outlets behind their noun.

    >>> listed(["3"])
    'outlet 3'
    >>> listed(["3", "4 (number 1 on the unit)"])
    'outlets 3, 4 (number 1 on the unit)'
    """
    noun = "outlet" if len(shown_outlets) == 1 else "outlets"
    return f"{noun} {', '.join(shown_outlets)}"


def state_line(session: SwitchSession, outlet: PolledOutlet) -> str:
    """The line that reports an outlet's state after a command, and what its meter reads, if it has
    one. `outlet`: as it was read after the command.

    outlet 1 of 192.0.2.8 is off (netio); its meter reads 0 A
    outlet 2 of 192.0.2.8 is unknown (x)
    """
    shown_outlet = f"outlet {shown_identity(outlet)} of {session.pdu.where}"
    line = f"{shown_outlet} is {word(outlet.state)} ({session.handler.display_name})"
    if outlet.figures.current_a is None:
        return line
    return f"{line}; {_meter_text(outlet)}"


def _meter_text(outlet: PolledOutlet) -> str:
    """What an outlet's meter reads after a command, or why nothing is known of it.

    >>> from handlers.shared.meter_figures import MeterFigures, NotKnown
    >>> _meter_text(PolledOutlet("7", UP, figures=MeterFigures(current_a=0.5)))
    'its meter reads 0.5 A'
    >>> _meter_text(PolledOutlet("7", DOWN, figures=MeterFigures(current_a=0.5)))
    'its meter still reads 0.5 A, which may be late: read it again'
    >>> _meter_text(PolledOutlet("7", UNKNOWN, figures=MeterFigures(current_a=NotKnown("silent"))))
    'it cannot be read again: silent'
    """
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


def unproven_text(session: SwitchSession, outlet: PolledOutlet, *, on: bool) -> str:
    """The sentence about an outlet that is not in the target state after a command that the PDU
    accepted. `outlet`: as it was read after the command.

    outlet 3 of 192.0.2.8 was to be switched off; the PDU accepted the command, but the
    outlet's state is on: look at the PDU before you try again
    """
    return (
        f"outlet {shown_identity(outlet)} of {session.pdu.where} was to be switched"
        f" {goal_word(on=on)}; the PDU accepted the command, but the outlet's state is"
        f" {word(outlet.state)}: look at the PDU before you try again"
    )


def report_stop(
    run: Run, answer: Mapping[str, Any], error: BaseException, notes: Sequence[str]
) -> int:
    """Print the error that ended the switching, and what is known of the outlets: without --json
    the `notes`, a line each; with --json `answer`, the document whose `outlets` are those so far,
    if there are any. Returns the exit code.

        unreachable: 192.0.2.8: down: no answer
        the error is about outlet 2; no command was sent to outlet 3

        {"call": "off", ..., "outlets": [...], "error": {"kind": "unreachable", ...}}    (--json)
    """
    if run.output.json and answer["outlets"]:
        about = describe(error, run)
        print_json({**answer, "error": about})
        return int(about["exit_code"])
    code = fail(run, error)
    if not run.output.json:
        for note in notes:
            print(printable(note, 10 * len(note)), file=sys.stderr)
    return code
