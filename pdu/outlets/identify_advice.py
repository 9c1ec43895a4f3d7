"""What to do where handlers do not read a device, or read it: sentences and command lines.

An answer (`HandlerAnswer`) says of one handler whether it reads the device: its `verdict` is such
as YES, NO, CLOSED or NOT_ASKED, and `error` says why it is not YES. An error `HeldBack` says that
the handler was not asked because the device refused the login of another. A line that begins with
`next:` is a command to type next. A PDU (`ChosenPdu`) is the device, with the settings that the
user gave (`login`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Optional

from handlers import registry
from handlers.shared.errors import PduHandlerError, Unreachable

from ..cli.error_output import reason
from ..cli.invocation import build_line, program
from ..cli.options import Output, spelled
from ..pdu_list import addition, names
from ..pdu_list.login_options import Login, NoSecret
from .survey import (
    CLOSED,
    NO,
    NOT_ASKED,
    REFUSED,
    SILENT,
    HandlerAnswer,
    HeldBack,
    ask_handlers,
    best_answer,
    failure_kind,
    for_handler,
    order_handlers,
    web_handlers_of_other_makes,
    with_kept_secrets,
)

#: the handler that reads what a user's profile describes
DESCRIBED = "snmp"
_OID = re.compile(r"[0-9]+(\.[0-9]+)+")
_SNMP_ADVICE = (
    "For SNMP, check on the PDU's web page that it is enabled and which community or user it"
    " accepts: most PDUs do not answer a wrong community."
)


class NotIdentified(PduHandlerError):
    """No handler reads the device. `kind`: of the error that sets the exit code, such as
    "unreachable".
    """

    def __init__(self, reason: str, host: str, kind: str) -> None:
        super().__init__(reason, host)
        self.kind = kind


def with_best_handler(pdu: names.ChosenPdu, output: Output) -> names.ChosenPdu:
    """The PDU with the handler that reads it best, and the settings that this handler takes. Asks
    the device by all handlers; a secret that several of them need is asked for once.

    Raises NotIdentified with what the handlers answered if none does.

        $ pdu status 192.0.2.8 -s device=rack1
        > snmp        < no family fits
        > nut         < rack1, 8 outlets
        pdu: handler="nut", settings={"device": "rack1"}
    """
    pdu = with_kept_secrets(pdu)
    candidates = order_handlers(registry.names(), pdu.host, pdu.login)
    answers = list(ask_handlers(pdu, candidates, output))
    best = best_answer(answers)
    if best is None:
        lines = lines_without_handler(answers, pdu)
        raise NotIdentified("; ".join(lines), pdu.host, failure_kind(answers))
    return for_handler(pdu, best.handler)


def command_to_read(
    pdu: names.ChosenPdu, best: HandlerAnswer, new_pdu: Optional[addition.NewPdu]
) -> str:
    """The command that reads the PDU by its best handler: by the name under which it was added to
    the list (`new_pdu`), else, where that is None, with the settings that were given.

        pdu status r1-left --list pdus.csv
        pdu status nut 192.0.2.9 -s device=rack1
    """
    if new_pdu is None:
        return for_handler(pdu, best.handler).command_line("status")
    no_settings = Login()
    return no_settings.command_line("status", new_pdu.name, options=new_pdu.words)


def description_steps(pdu: names.ChosenPdu, sys_object_id: str) -> list[str]:
    """The commands that lead to a handler of one's own for an SNMP device that no family fits.
    `sys_object_id`: what the device answers for it; the second command is left out if that is no
    OID.

        pdu record snmp 192.0.2.8 -o unit.snmprec    # its answers in a file
        pdu supports 1.3.6.1.4.1.9999.1    # the nearest family; docs/own-pdu.md makes mine.json ...
        python3 packaging/build.py --profile mine.json
    """
    record = for_handler(pdu, DESCRIBED).command_line("record", options=("-o", "unit.snmprec"))
    steps = [f"{record}    # its answers in a file"]
    if _OID.fullmatch(sys_object_id):
        supports = f"{program()} supports {sys_object_id}"
        steps.append(f"{supports}    # the nearest family; docs/own-pdu.md makes mine.json of it")
    steps.append(build_line("mine.json"))
    return steps


def lines_without_handler(answers: Sequence[HandlerAnswer], pdu: names.ChosenPdu) -> list[str]:
    """The lines that say why no handler reads the device, and what to do. If its web service is of
    a make that no handler reads, one line stands for all handlers over HTTP.

        netio, raritan, redfish: no: its web service is of none of these makes
        nut: closed: no connection to TCP port 3493 (Connection refused)
        next: docs/own-handler.md, a handler of your own from what its web pages ask
    """
    web_handlers = web_handlers_of_other_makes(answers)
    if not web_handlers:
        return [*error_lines(answers, pdu.login), *step_lines("", answers, pdu)]
    other_answers = [answer for answer in answers if answer.handler not in web_handlers]
    lines = [f"{', '.join(web_handlers)}: no: its web service is of none of these makes"]
    lines += error_lines(other_answers, pdu.login)
    lines += _community_steps(answers, pdu)
    # a PDU that SNMP reads has a web service of its own, too
    if any(answer.verdict == SILENT for answer in answers):
        lines.append(_SNMP_ADVICE)
    lines.append("next: docs/own-handler.md, a handler of your own from what its web pages ask")
    return lines


def step_lines(
    line_to_read: str, answers: Sequence[HandlerAnswer], pdu: names.ChosenPdu
) -> list[str]:
    """The lines with the next steps, for below the answers. `line_to_read`: the command that reads
    the PDU, "" if no handler does.

    >>> from handlers.shared.address import Address
    >>> pdu = names.ChosenPdu("", Address("192.0.2.8"), Login())
    >>> step_lines("pdu status snmp 192.0.2.8", [], pdu)[0]
    'next: pdu status snmp 192.0.2.8'
    >>> no_answer = HandlerAnswer("nut", CLOSED, error=Unreachable("connection refused"))
    >>> step_lines("", [no_answer], pdu)  # doctest: +ELLIPSIS
    ['No handler found a PDU at this address. Check the address and the port, ...']
    """
    if line_to_read:
        return [
            f"next: {line_to_read}",
            "then: docs/first-run.md, the first run on your DCImanager",
        ]
    community_steps = _community_steps(answers, pdu)
    verdicts_of_others = {answer.verdict for answer in answers if not answer.speaks_snmp}
    if community_steps and verdicts_of_others <= {CLOSED, NO}:
        return community_steps
    step = _next_step(answers, pdu)
    if step:
        return [step]
    if any(answer.has_answered for answer in answers):
        return []
    advice = (
        "No handler found a PDU at this address. Check the address and the port, and give the"
        " settings that the lines above ask for."
    )
    if any(answer.verdict == SILENT for answer in answers):
        advice += f" {_SNMP_ADVICE}"
    return [advice]


def _community_steps(answers: Sequence[HandlerAnswer], pdu: names.ChosenPdu) -> list[str]:
    """The line that says how to give SNMP the community, in a list; an empty list if SNMP does not
    lack it.

    next: read -rs PDU_COMMUNITY; export PDU_COMMUNITY; pdu identify 192.0.2.8
    next: pdu identify r1-left    # the list has it, and its login
    """
    for answer in answers:
        if isinstance(answer.error, NoSecret) and answer.error.key == "community":
            if pdu.listed_name:
                options = pdu.options_of_list
                line = Login().command_line("identify", pdu.listed_name, options=options)
                return [f"next: {line}    # the list has it, and its login"]
            line = _identify_line(pdu)
            return [f"next: read -rs PDU_COMMUNITY; export PDU_COMMUNITY; {line}"]
    return []


def error_lines(answers: Sequence[HandlerAnswer], login: Login) -> list[str]:
    """The errors of the answers, a line each; handlers with the same verdict and reason share a
    line. `login`: says how its settings were given, so that the reasons call them so.

    >>> def closed(handler: str) -> HandlerAnswer:
    ...     return HandlerAnswer(handler, CLOSED, error=Unreachable("connection refused"))
    >>> error_lines([closed("netio"), HandlerAnswer("snmp", "yes"), closed("jaws")], Login())
    ['netio, jaws: closed: connection refused']
    """
    names_by_text: dict[str, list[str]] = {}
    for answer in answers:
        if answer.error is None:
            continue
        text = f"{answer.verdict}: {reason(answer.error, login.spellings)}"
        names_by_text.setdefault(text, []).append(answer.handler)
    return [f"{', '.join(handlers)}: {text}" for text, handlers in names_by_text.items()]


def _next_step(answers: Sequence[HandlerAnswer], pdu: names.ChosenPdu) -> str:
    """The line with the step that lets a handler be asked that was not asked; "" if there is none.
    The first of these that fits:

    not trusted    next: compare the certificate's SHA-256 with the one on the device itself, ...
    refused        next: check the password; if the unit is of another make: pdu identify ...
    no TLS         next: pdu identify 192.0.2.8 -s scheme=http    # the login is then sent ...
    no login       next: give the login that the line of raritan asks for
    """
    untrusted_answers = [answer for answer in answers if answer.names_setting("fingerprint")]
    if untrusted_answers:
        return _trust_step(untrusted_answers, pdu)
    waiting_handlers = [answer.handler for answer in answers if isinstance(answer.error, HeldBack)]
    is_refused = any(answer.verdict == REFUSED for answer in answers)
    lacks_login = any(answer.lacks_login for answer in answers)
    if waiting_handlers and is_refused and not lacks_login:
        handler = waiting_handlers[0]
        line = _identify_line(for_handler(pdu, handler), "--handler", handler)
        return f"next: check the password; if the unit is of another make: {line}"
    http_handlers = [answer.handler for answer in answers if answer.names_setting("scheme")]
    if http_handlers:
        settings = {**pdu.login.settings, "scheme": "http"}
        http_pdu = pdu._replace(login=replace(pdu.login, settings=settings))
        words = ["--handler", http_handlers[0]] if len(answers) == 1 else []
        line = _identify_line(http_pdu, *words)
        return f"next: {line}    # the login is then sent unencrypted"
    unasked_answers = [answer for answer in answers if answer.verdict == NOT_ASKED]
    if all(answer.speaks_snmp for answer in unasked_answers):
        return ""
    return f"next: give the login that the line of {unasked_answers[0].handler} asks for"


def _trust_step(untrusted_answers: Sequence[HandlerAnswer], pdu: names.ChosenPdu) -> str:
    """The line that says what to do next where the device's certificate is not trusted: to give its
    fingerprint. `untrusted_answers`: of the handlers that met it; of a single one the line has its
    --handler, too.

        next: compare the certificate's SHA-256 with the one on the device itself, then: pdu
        identify 192.0.2.8 -s fingerprint=9F86D081...
        next: pdu identify 192.0.2.8, with one of the settings that the line of raritan names
    """
    answer = untrusted_answers[0]
    if len(untrusted_answers) == 1:
        line = _identify_line(for_handler(pdu, answer.handler), "--handler", answer.handler)
    else:
        line = _identify_line(pdu)
    fingerprint = ""
    if isinstance(answer.error, Unreachable):
        fingerprint = answer.error.fingerprint
    if not fingerprint:
        return f"next: {line}, with one of the settings that the line of {answer.handler} names"
    return (
        "next: compare the certificate's SHA-256 with the one on the device itself, then:"
        f" {line} {spelled('fingerprint', fingerprint)}"
    )


def _identify_line(pdu: names.ChosenPdu, *options: str) -> str:
    """The line of `pdu identify` for this PDU, with the settings that were given and with these
    options: `pdu identify 192.0.2.8 -s timeout=5 --handler raritan`.
    """
    all_options = (*pdu.list_words, *options)
    return pdu.login.command_line("identify", pdu.name or pdu.host, options=all_options)
