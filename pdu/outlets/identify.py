"""`pdu identify`: which handlers can read the device at an address, why, and what to do if one
cannot.

An answer (`HandlerAnswer`) is what came of one handler: its verdict, and a finding or an error. A
finding (`HandlerFinding`) is what a handler that spoke with the device found: the family, a group
of devices that are read alike, and how many outlets are read, switched and metered. It has no
family if the handler does not read the device. `run` has the options of the command, such as
--json; `pdu` is the device, with the address, the handler and the login that were given.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Optional

import click

from handlers import registry
from handlers.shared.errors import PduHandlerError, printable
from handlers.snmp.profiles import PROFILE_BY_KEY

from ..cli.error_output import Usage, describe, fail, reason
from ..cli.exit_codes import DONE, code_of
from ..cli.groups import Subcommand
from ..cli.options import TEXT, Run, output_options, run_of
from ..cli.output import counted, print_json, print_json_line, tabulate
from ..inspection.finding import HandlerFinding
from ..loading.handler_loading import load
from ..network import hosts
from ..pdu_list import addition, names
from ..pdu_list.listed_pdu import ListedPdu
from ..pdu_list.login_options import login_of, login_options
from ..supports.own_handlers import own_handlers, own_handlers_sentence
from .identify_advice import (
    DESCRIBED,
    command_to_read,
    description_steps,
    error_lines,
    lines_without_handler,
    step_lines,
)
from .survey import (
    CLOSED,
    NOT_ASKED,
    HandlerAnswer,
    ask_handlers,
    best_answer,
    candidates_of,
    failure_kind,
    for_handler,
    with_kept_secrets,
)

_MOST_SEEN = 12  # limit of objects in the text output; --json has all


@click.command(
    "identify",
    cls=Subcommand,
    examples=(
        "pdu identify 192.0.2.8 192.0.2.9",
        "pdu identify 192.0.2.8 --handler snmp --add r1-left",
    ),
)
@click.argument("host", nargs=-1, required=True, type=TEXT, shell_complete=names.complete(tuple))
@click.option(
    "--handler",
    metavar="NAME",
    type=click.Choice(registry.names()),
    multiple=True,
    help=f"try only this one: {', '.join(registry.names())}; repeatable",
)
@click.option(
    "--add",
    "new_name",
    metavar="NAME",
    type=TEXT,
    help="put the PDU into the list under this name, and its login into the file of logins",
)
@names.list_options
@login_options
@output_options
@click.pass_context
def identify(
    context: click.Context,
    host: Sequence[str],
    handler: Sequence[str],
    new_name: Optional[str],
) -> int:
    """Say what the device at HOST is, and whether its outlets are read, switched and metered; the
    families tried, the one that fits and why, the objects seen, and what each figure rests on.
    Nothing is written to the device. Several HOSTs are asked one after the other, with one login.

    Every handler is tried unless its TCP port cannot be reached, or its settings are missing or
    wrong. SNMP needs a community or an SNMPv3 user. Raritan Xerus and Redfish need a login. Each
    handler's line begins with one of five answers: yes; no, the device spoke and is something else;
    closed, or no answer; refused, the login; not asked, its certificate is not trusted, a login is
    missing, or one login was refused: a password goes to the handler of the make that the device
    names, and after a refusal to no other.

    --add writes the PDU into the list (--list, PDU_LIST, or the usual one), and what it was read
    with: settings beside it, the login into the file of logins, which only its owner may read.
    """
    run = run_of(context)
    words = list(dict.fromkeys(host))
    if new_name is not None and len(words) > 1:
        raise Usage("--add NAME takes one HOST; pdu find NETWORK --add adds all of a network")
    if new_name is not None:
        new_pdu = addition.new_pdu(new_name, *names.list_files(context))
        addition.check_addition(new_pdu, words[0])
        pdu = names.ChosenPdu("", hosts.parse_argument(words[0]), login_of(context))
        _refuse_handler(words[0])
        return _identify(run, pdu, handler, new_pdu)
    pdus: list[names.ChosenPdu] = []
    for word in words:
        pdu = names.resolve_name(context, word)
        if not pdu.handler:
            _refuse_handler(word)
        pdus.append(pdu)
    if len(pdus) == 1:
        return _identify(run, pdus[0], handler, None)
    return _identify_each(run, pdus, handler)


def _refuse_handler(word: str) -> None:
    """Raise Usage for the name of a handler where HOST is expected.

    >>> _refuse_handler("192.0.2.8")
    >>> _refuse_handler("snmp")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    pdu.cli.error_output.Usage: 'snmp' is a handler: give the address of the PDU, as in ...
    """
    if registry.is_handler(word):
        raise Usage(
            f"{word!r} is a handler: give the address of the PDU, as in pdu identify 192.0.2.8"
            f" --handler {word} (a host of this name: {word}.)"
        )


def _identify_each(run: Run, pdus: Sequence[names.ChosenPdu], handlers: Sequence[str]) -> int:
    """Identify several devices, one after the other. A secret that is typed goes to all of them,
    but to no PDU of the list, which has a login of its own. Returns the exit code, that of the
    first device that no handler reads.

        $ pdu identify 192.0.2.8 192.0.2.9 --handler snmp
        192.0.2.8:
        snmp: yes: APC AP8659, 8 outlets: reads, switches, meters each outlet
        192.0.2.9:
        snmp: no answer: ...                                     (exit code 3)
    """
    typed_secrets: dict[str, str] = {}
    codes: list[int] = []
    for pdu in pdus:
        # the error of one device names it, whatever another was called by
        run.pdu_name = pdu.name
        own_secrets: dict[str, str] = {} if pdu.login.is_listed else typed_secrets
        asked_pdu = pdu._replace(login=replace(pdu.login, typed_secrets=own_secrets))
        if not run.output.json:
            print(f"{pdu.where}:")
        try:
            code = _identify(run, asked_pdu, handlers, None, is_only_device=False)
        except PduHandlerError as error:
            code = _print_error(run, pdu, error)
        codes.append(code)
    return next((code for code in codes if code != DONE), DONE)


def _print_error(run: Run, pdu: names.ChosenPdu, error: PduHandlerError) -> int:
    """Print why one of several devices could not be asked, and return the exit code: `settings:
    192.0.2.9: ...` on standard error; with --json `{"host": "192.0.2.9", "error": {"kind":
    "settings", ...}}`.
    """
    if not run.output.json:
        return fail(run, error)
    description = describe(error, run)
    print_json_line({"host": pdu.host, "error": description})
    return int(description["exit_code"])


def _identify(
    run: Run,
    pdu: names.ChosenPdu,
    handlers: Sequence[str],
    new_pdu: Optional[addition.NewPdu],
    *,
    is_only_device: bool = True,
) -> int:
    """Ask these handlers, all if `handlers` is empty, and print what they answer. `new_pdu`: how
    the PDU is added to the list if a handler reads it; None without --add. `is_only_device`:
    whether the command has one HOST; of several, the JSON of each is a line. Returns the exit code.

        $ pdu identify 192.0.2.8 --handler snmp --add r1-left
        snmp: yes: APC AP8659, 8 outlets: reads, switches, meters each outlet
          ...
        r1-left is in pdus.csv, its login 'r1-left' in logins.toml
        ...
    """
    pdu = with_kept_secrets(pdu)
    answers: list[HandlerAnswer] = []
    for answer in ask_handlers(pdu, candidates_of(pdu, handlers), run.output):
        answers.append(answer)
        if answer.finding is not None:
            _add_description_steps(answer.finding, pdu)
            if not run.output.json:
                print("\n".join(_finding_lines(answer.finding)), flush=True)
    best = best_answer(answers)
    listed_pdu = None
    if best is not None and new_pdu is not None:
        login = for_handler(pdu, best.handler).login
        listed_pdu = addition.add(new_pdu, load(best.handler), pdu.host, login)
    exit_code = code_of(failure_kind(answers)) if best is None else DONE
    if run.output.json:
        document = {
            "host": pdu.host,
            "chosen": None if best is None else best.handler,
            "added": new_pdu.list_path if new_pdu is not None and listed_pdu else None,
            "handlers": [_data(answer, run) for answer in answers],
        }
        print_document = print_json if is_only_device else print_json_line
        print_document(document)
        return exit_code
    lines: list[str] = []
    if new_pdu is not None:
        lines.append(_addition_line(new_pdu, listed_pdu))
    if best is None:
        lines += lines_without_handler(answers, pdu)
    else:
        lines.append(_own_handler_line(best))
        lines += error_lines(answers, pdu.login)
        lines += step_lines(command_to_read(pdu, best, new_pdu), answers, pdu)
    if lines:
        print("\n".join(lines))
    return exit_code


def _add_description_steps(finding: HandlerFinding, pdu: names.ChosenPdu) -> None:
    """Set `next_steps` of a finding of SNMP without a family: the commands that lead to a family of
    one's own. Another finding stays as it is.
    """
    if finding.handler == DESCRIBED and not finding.family:
        sys_object_id = finding.about.get("sysObjectID", "")
        finding.next_steps = description_steps(pdu, sys_object_id)


def _data(answer: HandlerAnswer, run: Run) -> dict[str, Any]:
    """What --json prints of the answer of one handler: the fields of its finding; without one:

    {"handler": "nut", "answers": false, "family": "", "asked": false, "error": null,
     "why": "no connection to TCP port 3493 (Connection refused)"}
    """
    if answer.finding is not None:
        return dataclasses.asdict(answer.finding)
    assert answer.error is not None
    was_asked = answer.verdict not in (NOT_ASKED, CLOSED)
    return {
        "handler": answer.handler,
        "answers": answer.has_answered,
        "family": "",
        "why": reason(answer.error, run.spellings),
        "asked": was_asked,
        "error": describe(answer.error, run) if was_asked else None,
    }


def _own_handler_line(best: HandlerAnswer) -> str:
    """The sentence that says whether DCImanager has a handler of its own for the device that `best`
    reads: `DCImanager has a handler of its own for APC: keep it where it switches your unit ...`.
    """
    assert best.finding is not None
    family = best.finding.family
    profile = PROFILE_BY_KEY.get(family)
    makers = profile.vendor.split(",") if profile is not None else []
    makers += best.finding.unit.split()
    handlers_of_dcimanager = own_handlers(makers, [family])
    return own_handlers_sentence(handlers_of_dcimanager, is_read_here=True)


def _addition_line(new_pdu: addition.NewPdu, listed_pdu: Optional[ListedPdu]) -> str:
    """The line that says whether --add put the PDU into the list, and where its login is.
    `listed_pdu`: the row of the list; None if no handler reads the device.

        r1-left is in pdus.csv, its login 'r1-left' in logins.toml
        r1-left was not added: no handler reads the device
    """
    name = printable(new_pdu.name)
    if listed_pdu is None:
        return f"{name} was not added: no handler reads the device"
    line = f"{name} is in {new_pdu.list_path}"
    if listed_pdu.auth:
        line += f", its login {listed_pdu.auth!r} in {new_pdu.login_path}"
    return line


def _finding_lines(finding: HandlerFinding) -> list[str]:
    """The lines that say what one handler can do with the device: first the verdict, then what it
    found, under headings such as `why` and `seen`.

    >>> _finding_lines(HandlerFinding("nut", why="no variable of an outlet"))
    ['nut: no: no family reads it', '  why       no variable of an outlet']
    >>> _finding_lines(HandlerFinding("snmp", family="apc-rpdu2", outlets=8, known_outlets=8))
    ['snmp: yes: apc-rpdu2, 8 outlets: reads']
    """
    if finding.family:
        verdict = f"yes: {_verdict(finding)}"
    else:
        what_it_is = finding.other_device or "no family reads it"
        verdict = f"no: {what_it_is}"
    lines = [f"{finding.handler}: {verdict}"]
    for name, block in _blocks(finding).items():
        for number, line in enumerate(block):
            heading = "" if number else name
            lines.append(f"  {heading:<8}  {line}")
    return lines


def _verdict(finding: HandlerFinding) -> str:
    """What the device is, and what the handler does with it, in one line. Its figures are numbers
    of outlets: `known_outlets` those with a state, `metered_outlets` those with a meter.

    >>> finding = HandlerFinding("snmp", unit="APC AP8659", outlets=8, known_outlets=8)
    >>> _verdict(finding)
    'APC AP8659, 8 outlets: reads'
    >>> _verdict(HandlerFinding("snmp", family="apc-rpdu2"))
    'apc-rpdu2: reads nothing'
    """
    what_it_is = finding.unit or finding.family
    if finding.outlets:
        what_it_is += f", {counted(finding.outlets, 'outlet')}"
    capabilities = [
        _capability("reads", finding.known_outlets, finding.outlets),
        _capability("switches", finding.switchable_outlets, finding.outlets),
        _capability("meters", finding.metered_outlets, finding.outlets),
    ]
    if finding.metered and not finding.metered_outlets:
        capabilities.append("meters the unit")
    return f"{what_it_is}: {', '.join(filter(None, capabilities)) or 'reads nothing'}"


def _capability(verb: str, number: int, outlets: int) -> str:
    """What the handler does with `number` of the `outlets`; "" for none.

    >>> _capability("reads", 8, 8), _capability("meters", 8, 8), _capability("switches", 0, 8)
    ('reads', 'meters each outlet', '')
    >>> _capability("reads", 3, 8)
    'reads 3 of 8 outlets'
    """
    if not number:
        return ""
    if number < outlets:
        return f"{verb} {number} of {counted(outlets, 'outlet')}"
    return f"{verb} each outlet" if verb == "meters" else verb


def _blocks(finding: HandlerFinding) -> dict[str, Sequence[str]]:
    """All that a handler found: heading → its lines, in the order in which they are printed. A
    heading without lines is not printed.

    >>> blocks = _blocks(HandlerFinding("snmp", about={"sysName": "r1"}, can=["switch 8 outlets"]))
    >>> blocks["it is"], blocks["can"], blocks["cannot"]
    (['sysName: r1'], ['switch 8 outlets'], [])
    """
    about_lines = [f"{name}: {value}" for name, value in finding.about.items()]
    tried_lines = [f"{row['family']}: {row['result']}" for row in finding.tried]
    evidence_lines = [f"{name}: {basis}" for name, basis in finding.evidence.items()]
    return {
        "family": [finding.family] if finding.unit else [],
        "why": [finding.why] if finding.why else [],
        "it is": about_lines,
        "tried": tried_lines,
        "seen": _seen_lines(finding),
        "can": finding.can,
        "cannot": finding.cannot,
        "rests on": evidence_lines,
        "next": finding.next_steps,
    }


def _seen_lines(finding: HandlerFinding) -> list[str]:
    """The lines with the first objects that a handler read of the device, each with its value; a
    last line counts the others.

    >>> _seen_lines(HandlerFinding("nut", seen=[{"object": "outlet.1.status", "holds": "on"}]))
    ['outlet.1.status    on']
    >>> objects = [{"object": f"outlet.{number}.status", "holds": "on"} for number in range(14)]
    >>> _seen_lines(HandlerFinding("nut", seen=objects))[-1]
    'and 2 more: --json shows them'
    """
    rows: list[tuple[str, str, str]] = []
    for row in finding.seen[:_MOST_SEEN]:
        rows.append((row["object"], row.get("oid", ""), row["holds"]))
    lines = tabulate((), rows)
    further_count = len(finding.seen) - _MOST_SEEN
    if further_count > 0:
        lines.append(f"and {further_count} more: --json shows them")
    return lines
