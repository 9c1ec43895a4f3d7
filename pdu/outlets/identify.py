"""`pdu identify`: which handlers can read the device at an address, why, and what to do if one
cannot.
"""

from __future__ import annotations

import contextlib
import dataclasses
import re
import socket
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Callable, NamedTuple, Optional

import click

from handlers import registry
from handlers.http.message import PORTS, Endpoint
from handlers.shared.address import Address
from handlers.shared.errors import (
    NamedSetting,
    Part,
    PduHandlerError,
    SettingsError,
    Unreachable,
    printable,
)
from handlers.shared.settings import port as port_number
from handlers.snmp.profiles import PROFILE_BY_KEY

from ..cli.error_facts import kind_of, parts_of
from ..cli.error_output import Usage, describe, fail, reason
from ..cli.exit_codes import DONE, code_of
from ..cli.groups import Subcommand
from ..cli.invocation import build_line, program
from ..cli.options import TEXT, Output, Run, output_options, run_of
from ..cli.output import counted, print_json, print_json_line, tabulate, waiting
from ..families.own_handlers import own_handlers, own_handlers_sentence
from ..loading.four_methods import BrokenHandler
from ..loading.handler_loading import LoadedHandler, load
from ..loading.handler_module import FOREIGN_ERRORS
from ..loading.handler_recordings import identify as identify_device, recording
from ..network import hosts
from ..pdu_list import addition, form, names
from ..pdu_list.listed_pdu import ListedPdu
from ..pdu_list.login_options import Login, NoSecret, login_of, login_options
from ..reading.parts import error_of
from ..recordings.recording_formats import HandlerFinding
from .first_look import FirstLook, first_look

_CONNECT_S = 3.0
_SNMP_PORT = 161
_LAST = 1000  # rank of a handler that states none
_OID = re.compile(r"[0-9]+(\.[0-9]+)+")
_DESCRIBED = "snmp"  # the handler that reads what a user's profile describes
_SNMP_ADVICE = (
    "For SNMP, check on the PDU's web page that it is enabled and which community or user it"
    " accepts: most PDUs do not answer a wrong community."
)
_MOST_SEEN = 12  # limit of objects in the text output; --json has all
# Kinds of errors. If no handler has an identity, the first in this order that occurred sets the
# exit code.
_ORDER = ("denied", "unsupported", "protocol")


_PLAIN = NamedSetting("scheme", "http", "the handler setting ")


class NotIdentified(PduHandlerError):
    """No handler reads the device."""

    def __init__(self, reason: str, host: str, kind: str) -> None:
        super().__init__(reason, host)
        self.kind = kind


class HeldBack(SettingsError):
    """A handler was not asked, because the device refused the login of another one."""


class HandlerAnswer(NamedTuple):
    """The answer of one handler: what it found, or the error."""

    handler: str
    finding: Optional[HandlerFinding] = None
    error: Optional[BaseException] = None
    #: not if its TCP port cannot be reached, a setting is missing or wrong, or no login may be sent
    was_asked: bool = True


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
@click.option(
    "-v",
    "--verbose",
    is_flag=True,
    help="also what was tried, what was seen, and what each figure rests on",
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
    *,
    verbose: bool,
) -> int:
    """Say what the device at HOST is, and whether its outlets are read, switched and metered. With
    --verbose, also the families tried, the one that fits and why, the objects seen, and what each
    figure rests on. Nothing is written to the device. Several HOSTs are asked one after the other,
    with one login.

    Every handler is tried unless its TCP port cannot be reached, or its settings are missing or
    wrong. SNMP needs a community or an SNMPv3 user. Raritan Xerus and Redfish need a login. If none
    reads the device, or with --verbose, each handler's line begins with one of five answers: yes;
    no, the device spoke and is something else; closed, or no answer; refused, the login; not asked,
    its certificate is not trusted, a login is missing, or one login was refused: a password goes to
    the handler of the make that the device names, and after a refusal to no other.

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
        return _identify(run, pdu, handler, new_pdu, verbose=verbose)
    pdus: list[names.ChosenPdu] = []
    for word in words:
        pdu = names.resolve_name(context, word)
        if not pdu.handler:
            _refuse_handler(word)
        pdus.append(pdu)
    if len(pdus) == 1:
        return _identify(run, pdus[0], handler, None, verbose=verbose)
    return _identify_each(run, pdus, handler, verbose=verbose)


def _refuse_handler(word: str) -> None:
    """Raise Usage for the name of a handler in the place of HOST."""
    if registry.is_handler(word):
        raise Usage(
            f"{word!r} is a handler: give the address of the PDU, as in pdu identify 192.0.2.8"
            f" --handler {word} (a host of this name: {word}.)"
        )


def _identify_each(
    run: Run, pdus: Sequence[names.ChosenPdu], handlers: Sequence[str], *, verbose: bool
) -> int:
    """Identify several devices; a secret is typed once, but for each PDU of the list, which has a
    login of its own. The exit code is that of the first one that no handler reads.
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
            code = _identify(run, asked_pdu, handlers, None, verbose=verbose, is_only_device=False)
        except PduHandlerError as error:
            code = _print_error(run, pdu, error)
        codes.append(code)
    failure_codes = [code for code in codes if code != DONE]
    return failure_codes[0] if failure_codes else DONE


def _print_error(run: Run, pdu: names.ChosenPdu, error: PduHandlerError) -> int:
    """Print why one of several devices could not be asked, and return the exit code."""
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
    verbose: bool,
    is_only_device: bool = True,
) -> int:
    """Ask these handlers, all if there are none, and print what they answer. Add the PDU if one
    reads it. `is_only_device`: of the command. Returns the exit code.
    """
    candidates = _candidates(pdu, handlers)
    survey = _Survey(pdu, run.output, has_one_handler=len(candidates) == 1)

    def show(answer: HandlerAnswer) -> None:
        """Print at once what a handler has found, without `verbose` only if it reads the PDU."""
        finding = answer.finding
        if finding is not None and (verbose or finding.family):
            lines = _finding_lines(finding, verbose=verbose)
            print("\n".join(lines), flush=True)

    if run.output.json:
        survey.ask(candidates)
    else:
        survey.ask(candidates, show)
    best = survey.best()
    listed_pdu = None
    if best is not None and new_pdu is not None:
        login = _for_handler(survey.pdu, best.handler).login
        listed_pdu = addition.add(new_pdu, load(best.handler), pdu.host, login)
    exit_code = code_of(survey.kind()) if best is None else DONE
    if run.output.json:
        list_path = new_pdu.list_path if new_pdu is not None and listed_pdu else None
        _print_json(run, survey, list_path, is_only_device=is_only_device)
        return exit_code
    lines: list[str] = []
    if new_pdu is not None:
        lines.append(_addition_line(new_pdu, listed_pdu))
    lines += _last_lines(survey, new_pdu, verbose=verbose)
    if lines:
        print("\n".join(lines))
    return exit_code


def _print_json(
    run: Run, survey: _Survey, list_path: Optional[str], *, is_only_device: bool
) -> None:
    """Print what the handlers answered; of several devices, each in a line. `list_path`: the list
    to which the PDU was added.
    """
    best = survey.best()
    document = {
        "host": survey.pdu.host,
        "chosen": None if best is None else best.handler,
        "added": list_path,
        "handlers": [_data(answer, run) for answer in survey.answers],
    }
    if is_only_device:
        print_json(document)
    else:
        print_json_line(document)


def _last_lines(
    survey: _Survey, new_pdu: Optional[addition.NewPdu], *, verbose: bool
) -> Sequence[str]:
    """What follows the findings that were shown at once: what else the handlers answered, and the
    next step.
    """
    best = survey.best()
    if best is None:
        lines: list[str] = []
        for answer in survey.answers:
            # with `verbose`, all findings were shown at once
            if answer.finding is not None and not verbose:
                lines += _finding_lines(answer.finding, verbose=True)
        return [*lines, *_lines_without_handler(survey, verbose=verbose)]
    line_to_read = _command_to_read(survey.pdu, best, new_pdu)
    other_lines = (
        _error_lines(survey.answers, survey.pdu.login)
        if verbose
        else ["what it rests on: --verbose"]
    )
    own_line = _own_handler_line(best)
    return [own_line, *other_lines, *_step_lines(line_to_read, survey.answers, survey.pdu)]


def _own_handler_line(best: HandlerAnswer) -> str:
    """Whether DCImanager has a handler of its own for what this handler reads."""
    assert best.finding is not None
    family = best.finding.family
    profile = PROFILE_BY_KEY.get(family)
    makers = profile.vendor.split(",") if profile is not None else []
    makers += best.finding.unit.split()
    return own_handlers_sentence(own_handlers(makers, [family]))


def _addition_line(new_pdu: addition.NewPdu, listed_pdu: Optional[ListedPdu]) -> str:
    """Whether --add put the PDU into the list, and where its login is. `listed_pdu`: as the list
    has it now; None if no handler reads it.
    """
    name = printable(new_pdu.name)
    if listed_pdu is None:
        return f"{name} was not added: no handler reads the device"
    line = f"{name} is in {new_pdu.list_path}"
    if listed_pdu.auth:
        line += f", its login {listed_pdu.auth!r} in {new_pdu.login_path}"
    return line


def _candidates(pdu: names.ChosenPdu, handlers: Sequence[str]) -> Sequence[str]:
    """The handlers that are tried: these, else that of the list, else all. Raises SettingsError for
    a setting of the command line that none of them has.
    """
    if handlers:
        candidates = list(dict.fromkeys(handlers))
    elif registry.is_handler(pdu.handler):
        candidates = [pdu.handler]
    else:
        candidates = order_handlers(registry.names(), pdu.host, pdu.login)
    keys: set[str] = set()
    for name in candidates:
        keys.update(form.setting_keys(load(name)))
    typed_keys = [key for key in pdu.login.settings if key not in pdu.login.of_list]
    for key in (*typed_keys, *pdu.login.secret_files):
        if key in keys:
            continue
        shown_key = repr(printable(key, 60))
        if len(candidates) == 1:
            known_keys = ", ".join(sorted(keys))
            raise SettingsError(
                f"{candidates[0]} has no setting {shown_key}; it takes {known_keys}"
            )
        shown_candidates = ", ".join(sorted(candidates))
        raise SettingsError(f"none of {shown_candidates} has a setting {shown_key}")
    return candidates


def with_best_handler(pdu: names.ChosenPdu, output: Output) -> names.ChosenPdu:
    """The PDU with the handler that reads it best, and the settings that this handler takes. Asks
    the device by all handlers.

    Raises NotIdentified with what the handlers answered if none does.
    """
    survey = _Survey(pdu, output, has_one_handler=False)
    candidates = order_handlers(registry.names(), pdu.host, pdu.login)
    survey.ask(candidates)
    best = survey.best()
    if best is None:
        lines = _lines_without_handler(survey, verbose=False)
        raise NotIdentified("; ".join(lines), pdu.host, survey.kind())
    return _for_handler(survey.pdu, best.handler)


def order_handlers(names: Sequence[str], host: Address, login: Login) -> list[str]:
    """The handlers in the order in which they are tried: their own, if no port is given; else first
    those whose usual port it is, and NUT, which waits for an answer, after those over HTTP.
    """
    port = login.settings.get("port", "").strip() or str(host.port or "")
    if not port:
        return list(names)

    def rank(name: str) -> tuple[bool, bool]:
        """The key by which they are sorted; False comes first."""
        usual_port = _usual_port(name)
        is_other_port = str(usual_port) != port
        is_no_web_port = usual_port not in PORTS.values()
        return is_other_port, is_no_web_port

    return sorted(names, key=rank)


def _usual_port(handler: str) -> Optional[int]:
    """The port of the handler's protocol; None if that is not known."""
    kind = recording(handler)
    if kind is None:
        return None
    return kind.tcp_port or _SNMP_PORT


def _has_family(answer: HandlerAnswer) -> bool:
    """Whether the handler reads the device."""
    return answer.finding is not None and bool(answer.finding.family)


def _rank(answer: HandlerAnswer) -> int:
    """Which is preferred if several handlers read a device: the lowest."""
    kind = recording(answer.handler)
    return _LAST if kind is None else kind.rank


class _TcpService(NamedTuple):
    """Where a handler over TCP asks a device."""

    host: str
    port: int
    #: "" if no setting has it, and for a handler without HTTP
    scheme: str
    #: the usual port of the handler's protocol
    usual_port: int

    @property
    def is_web(self) -> bool:
        """Whether the protocol is HTTP."""
        return self.usual_port in PORTS.values()


class _Survey:
    """Asks handlers about a device, one after the other, and keeps what one of them learned for the
    next: which ports are open, whether the certificate is trusted, and whether a login was refused.
    """

    def __init__(self, pdu: names.ChosenPdu, output: Output, *, has_one_handler: bool) -> None:
        """`has_one_handler`: one was chosen, so that a missing or wrong setting is an error."""
        self._host = pdu.host
        self._output = output
        self._has_one_handler = has_one_handler
        self.pdu = pdu
        if pdu.login.typed_secrets is None:
            # a password is typed once, whatever handlers it goes to
            self.pdu = pdu._replace(login=replace(pdu.login, typed_secrets={}))
        #: why a TCP port of a host cannot be reached, "" if it can be
        self._ports: dict[tuple[str, int], str] = {}
        self._looks: dict[Endpoint, FirstLook] = {}
        #: web services that refused a login, with the handler
        self._refused: dict[Endpoint, str] = {}
        self.answers: list[HandlerAnswer] = []

    def ask(
        self,
        candidates: Sequence[str],
        show: Callable[[HandlerAnswer], object] = lambda _: None,
    ) -> None:
        """Ask these handlers; those over HTTP in the order of what the device tells of its make.
        `show` gets each answer at once. Raises SettingsError for a bad setting `host` and, if one
        handler was chosen, for any missing or wrong setting.
        """
        waiting_names = list(candidates)
        while waiting_names:
            name = self._likeliest(waiting_names)
            waiting_names.remove(name)
            answer = self._answer(name)
            self.answers.append(answer)
            finding = answer.finding
            if name == _DESCRIBED and finding is not None and not finding.family:
                sys_object_id = finding.about.get("sysObjectID", "")
                finding.next_steps = _description_steps(self.pdu, sys_object_id)
            show(answer)

    def best(self) -> Optional[HandlerAnswer]:
        """Of the handlers that read the device, the one that is preferred."""
        return min(filter(_has_family, self.answers), key=_rank, default=None)

    def _likeliest(self, candidates: Sequence[str]) -> str:
        """The first of these handlers, or that one of them whose make the web service names that
        the first would log in to.
        """
        first_name = candidates[0]
        endpoint, error = self._reach(first_name)
        if error is not None or endpoint is None or endpoint in self._refused:
            return first_name
        for name in self._look(first_name, endpoint).likely:
            if name in candidates:
                return name
        return first_name

    def _answer(self, name: str) -> HandlerAnswer:
        """The answer of one handler, which is asked unless something speaks against it."""
        endpoint, error = self._reach(name)
        if error is None and endpoint is not None:
            error = self._objection(name, endpoint)
        if error is not None:
            return HandlerAnswer(name, error=error, was_asked=False)
        handler = load(name)
        try:
            data = form.pdu_data(handler, self._host, self._login(handler), self.pdu.name)
            with waiting(f"{self._host}: asking it by {name}", self._output):
                return HandlerAnswer(name, identify_device(handler, data))
        except SettingsError as settings_error:
            if self._has_one_handler:
                raise
            return HandlerAnswer(name, error=settings_error, was_asked=False)
        except PduHandlerError as device_error:
            if device_error.kind == "denied" and endpoint is not None:
                self._refused[endpoint] = name
            return HandlerAnswer(name, error=device_error)
        except FOREIGN_ERRORS as defect:
            if self._has_one_handler:
                raise
            advice = f"run again with --handler {name} --debug and report what it prints"
            return HandlerAnswer(name, error=BrokenHandler(f"{error_of(defect).reason}; {advice}"))

    def _objection(self, name: str, endpoint: Endpoint) -> Optional[PduHandlerError]:
        """Why no login may go to this web service by this handler; None if one may: its certificate
        is trusted, and it has refused no login.
        """
        untrusted = self._look(name, endpoint).untrusted
        if untrusted is not None:
            return untrusted
        if endpoint in self._refused:
            return HeldBack(f"one login was refused, that of {self._refused[endpoint]}")
        return None

    def _login(self, handler: LoadedHandler) -> Login:
        """One of several handlers gets only the settings that it takes. If another handler reads
        the device, SNMP does not repeat a request without an answer, because most of these devices
        have no SNMP.
        """
        login = self.pdu.login
        if not self._has_one_handler:
            login = _login_for_handler(handler, login)
        is_read_already = any(map(_has_family, self.answers))
        if not handler.snmp or not is_read_already:
            return login
        given_settings = login.all_settings(form.SNMP_KEYS, self._host)
        if "retries" in given_settings:
            return login
        return replace(login, settings={**login.settings, "retries": "0"})

    def _settings(self, name: str) -> dict[str, str]:
        """The settings of a handler that were given, without blanks around them."""
        handler = load(name)
        keys = form.setting_keys(handler)
        settings = self._login(handler).all_settings(keys, self._host)
        return {key: text.strip() for key, text in settings.items() if key in keys}

    def _reach(self, name: str) -> tuple[Optional[Endpoint], Optional[PduHandlerError]]:
        """Where the handler's web service is, if it has one; and why its TCP port cannot be
        reached, None if it can, and for SNMP. Raises SettingsError for a bad setting `host`.
        """
        service = self._tcp_service(name)
        if service is None:
            return None, None
        host, port = service.host, service.port
        why_closed = self._why_closed(host, port, name)
        if why_closed:
            return None, Unreachable([why_closed, *self._http_advice(name, service)])
        if service.is_web:
            return Endpoint(service.scheme or "https", host, port), None
        if self._speaks_tls(host, port):
            return None, Unreachable(f"TCP port {port} speaks TLS, as a web service does")
        return None, None

    def _tcp_service(self, name: str) -> Optional[_TcpService]:
        """Where a handler asks the device over TCP; None for SNMP, and for a scheme or port that
        the handler itself will refuse. Raises SettingsError for a bad setting `host`.
        """
        kind = recording(name)
        if kind is None or kind.tcp_port is None:
            return None
        settings = self._settings(name)
        scheme = settings.get("scheme", "").lower()
        if scheme and scheme not in PORTS:
            return None
        where = hosts.address(settings["host"]) if settings.get("host") else self._host
        port = where.port or PORTS.get(scheme, kind.tcp_port)
        if settings.get("port"):
            try:
                port = port_number(settings["port"])
            except ValueError:
                return None
        return _TcpService(where.host, port, scheme, kind.tcp_port)

    def _http_advice(self, name: str, service: _TcpService) -> Sequence[Part]:
        """What to try where port 443 is closed and 80 is open; nothing for another port, or for a
        handler whose scheme was given or is not a setting.
        """
        has_scheme = "scheme" in form.setting_keys(load(name))
        if service.port != PORTS["https"] or not has_scheme or service.scheme:
            return []
        if self._why_closed(service.host, PORTS["http"], name):
            return []
        return ["; port 80 is open: for a unit without HTTPS, give ", _PLAIN]

    def _why_closed(self, host: str, port: int, handler: str) -> str:
        """Why the TCP port cannot be reached, "" if it can be; each is tried once."""
        place = (host, port)
        if place not in self._ports:
            # a firewall that drops packets makes this the longest silence of the command
            message = f"{self._host}: trying TCP port {port} for {handler}"
            with waiting(message, self._output):
                self._ports[place] = _port_error(host, port)
        return self._ports[place]

    def _speaks_tls(self, host: str, port: int) -> bool:
        """Whether a handler over HTTPS has met TLS there. NUT begins in plain text."""
        look = self._looks.get(Endpoint("https", host, port))
        return look is not None and look.has_answered

    def handlers_of_other_makes(self) -> list[str]:
        """The handlers that answered "no" where the device has a web service that names no make of
        any handler; none if it refused a login.
        """
        looks = [look for look in self._looks.values() if look.has_answered]
        may_be_known = any(look.likely or look.untrusted for look in looks)
        if not looks or may_be_known or any(map(_is_refused, self.answers)):
            return []
        handlers: list[str] = []
        for answer in self.answers:
            if _word(answer) == "no" and not _is_snmp(answer.handler):
                handlers.append(answer.handler)
        return handlers

    def kind(self) -> str:
        """The kind of the error if no handler reads the device."""
        return "unsupported" if self.handlers_of_other_makes() else _kind(self.answers)

    def _look(self, name: str, endpoint: Endpoint) -> FirstLook:
        """What the web service tells before a login."""
        if endpoint not in self._looks:
            look = FirstLook()
            with contextlib.suppress(SettingsError):  # the handler itself reports it
                with waiting(f"{self._host}: what it is", self._output):
                    look = first_look(endpoint, self._settings(name))
            self._looks[endpoint] = look
        return self._looks[endpoint]


def _login_for_handler(handler: LoadedHandler, login: Login) -> Login:
    """The login with only those settings and secrets that the handler has."""
    keys = form.setting_keys(handler)
    secret_files = {key: path for key, path in login.secret_files.items() if key in keys}
    settings = form.settings_for_handler(handler, login)
    return replace(login, settings=settings, secret_files=secret_files)


def _for_handler(pdu: names.ChosenPdu, handler: str) -> names.ChosenPdu:
    """The PDU as this handler reads it."""
    return pdu._replace(handler=handler, login=_login_for_handler(load(handler), pdu.login))


def _port_error(host: str, port: int) -> str:
    """Why the TCP port cannot be reached, "" if it can be."""
    try:
        socket.create_connection((host, port), _CONNECT_S).close()
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or error
        return f"no connection to TCP port {port} ({why})"
    return ""


def _kind(answers: Sequence[HandlerAnswer]) -> str:
    """The kind of the error if no handler reads the device, by what they answered."""
    if any(answer.finding is not None for answer in answers):
        return "unsupported"
    if all(isinstance(answer.error, SettingsError) for answer in answers):
        return "settings"  # every handler lacks a setting or has a wrong one
    kinds_of_asked = [kind_of(answer.error) for answer in answers if answer.was_asked]
    device_kinds = [kind for kind in kinds_of_asked if kind != "unreachable"]
    if not device_kinds:
        return "unreachable"
    for kind in _ORDER:
        if kind in device_kinds:
            return kind
    return device_kinds[0]


def _data(answer: HandlerAnswer, run: Run) -> dict[str, Any]:
    """What --json shows of the answer of one handler."""
    if answer.finding is not None:
        return dataclasses.asdict(answer.finding)
    assert answer.error is not None
    return {
        "handler": answer.handler,
        "answers": not _is_silent(answer),
        "family": "",
        "why": reason(answer.error, run.spellings),
        "asked": answer.was_asked,
        "error": describe(answer.error, run) if answer.was_asked else None,
    }


def _is_silent(answer: HandlerAnswer) -> bool:
    """Whether this handler was not asked, or had no answer from the device."""
    if answer.finding is not None:
        return False
    if not answer.was_asked:
        return True
    # a device whose answer cannot be decrypted has answered
    is_undecrypted = _names_setting(answer, "priv_protocol")
    return kind_of(answer.error) == "unreachable" and not is_undecrypted


# ---- for a person --------------------------------------------------------------------------------


def _command_to_read(
    pdu: names.ChosenPdu, best: HandlerAnswer, new_pdu: Optional[addition.NewPdu]
) -> str:
    """The command that reads the PDU, by its name if it was added, else with the settings that were
    given.
    """
    if new_pdu is None:
        return _for_handler(pdu, best.handler).command_line("status")
    no_settings = Login()
    return no_settings.command_line("status", new_pdu.name, options=new_pdu.words)


def _description_steps(pdu: names.ChosenPdu, sys_object_id: str) -> list[str]:
    """The commands that lead to an archive for a device that no family fits. `sys_object_id`:
    its answer, which may be any text.
    """
    record = _for_handler(pdu, _DESCRIBED).command_line("record", options=("-o", "unit.snmprec"))
    steps = [f"{record}    # its answers in a file"]
    if _OID.fullmatch(sys_object_id):
        supports = f"{program()} supports {sys_object_id}"
        steps.append(f"{supports}    # the nearest family; docs/own-pdu.md makes mine.json of it")
    steps.append(build_line("mine.json"))
    return steps


def _lines_without_handler(survey: _Survey, *, verbose: bool) -> list[str]:
    """Why no handler reads the device, and what to do. Where its web service is of a make that none
    reads, what each handler over HTTP says of it is left out, unless `verbose`.
    """
    answers = survey.answers
    web_handlers = survey.handlers_of_other_makes()
    if not web_handlers:
        return [*_error_lines(answers, survey.pdu.login), *_step_lines("", answers, survey.pdu)]
    lines: list[str] = []
    if verbose:
        lines += _error_lines(answers, survey.pdu.login)
    else:
        other_answers = [answer for answer in answers if answer.handler not in web_handlers]
        lines.append(f"{', '.join(web_handlers)}: no: its web service is of none of these makes")
        lines += _error_lines(other_answers, survey.pdu.login)
    lines += _community_steps(answers, survey.pdu)
    # a PDU that SNMP reads has a web service of its own, too
    if any(_word(answer) == "no answer" for answer in answers):
        lines.append(_SNMP_ADVICE)
    lines.append("next: docs/own-handler.md, a handler of your own from what its web pages ask")
    return lines


def _community_steps(answers: Sequence[HandlerAnswer], pdu: names.ChosenPdu) -> list[str]:
    """How to give the community, if SNMP lacks it; else nothing."""
    for answer in answers:
        if isinstance(answer.error, NoSecret) and answer.error.key == "community":
            line = _identify_line(pdu)
            return [f"next: read -rs PDU_COMMUNITY; export PDU_COMMUNITY; {line}"]
    return []


def _error_lines(answers: Sequence[HandlerAnswer], login: Login) -> list[str]:
    """The errors of handlers, a line each; handlers with the same one share it."""
    names_by_text: dict[str, list[str]] = {}
    for answer in answers:
        if answer.error is None:
            continue
        text = f"{_word(answer)}: {reason(answer.error, login.spellings)}"
        names_by_text.setdefault(text, []).append(answer.handler)
    lines: list[str] = []
    for text, handlers in names_by_text.items():
        lines.append(f"{', '.join(handlers)}: {text}")
    return lines


def _word(answer: HandlerAnswer) -> str:
    """The word for a handler's answer: `yes`; `no`, the device spoke and is something else;
    `closed`, or over UDP `no answer`; `refused`, the login; `not asked`, its certificate is not
    trusted, a login is missing or not understood, or another handler's login was refused.
    """
    if answer.finding is not None:
        return "yes" if answer.finding.family else "no"
    kind = kind_of(answer.error)
    if _names_setting(answer, "priv_protocol"):
        return "not asked"  # the device answered what could not be decrypted
    if kind == "denied":
        return "refused: wrong password, or another make"
    if kind == "settings":
        return "not asked"
    if _names_setting(answer, "fingerprint") or _names_setting(answer, "scheme"):
        return "not asked"
    if kind == "unreachable":
        return "no answer" if _is_snmp(answer.handler) else "closed"
    return "no"


def _names_setting(answer: HandlerAnswer, key: str) -> bool:
    """Whether the error names this setting: `fingerprint` would trust the device's certificate,
    `scheme` do without TLS, `priv_protocol` is one that the device may understand.
    """
    parts = parts_of(answer.error) or ()
    return any(isinstance(part, NamedSetting) and part.key == key for part in parts)


def _next_step(answers: Sequence[HandlerAnswer], pdu: names.ChosenPdu) -> str:
    """The first step that lets a handler be asked that was not; "" if all were."""
    untrusted_answers = [answer for answer in answers if _names_setting(answer, "fingerprint")]
    if untrusted_answers:
        return _trust_step(untrusted_answers, pdu)
    waiting_handlers = [answer.handler for answer in answers if isinstance(answer.error, HeldBack)]
    is_refused = any(map(_is_refused, answers))
    lacks_login = any(map(_lacks_login, answers))
    if waiting_handlers and is_refused and not lacks_login:
        handler = waiting_handlers[0]
        line = _identify_line(_for_handler(pdu, handler), "--handler", handler)
        return f"next: check the password; if the unit is of another make: {line}"
    http_handlers = [answer.handler for answer in answers if _names_setting(answer, "scheme")]
    if http_handlers:
        settings = {**pdu.login.settings, "scheme": "http"}
        http_pdu = pdu._replace(login=replace(pdu.login, settings=settings))
        words = ["--handler", http_handlers[0]] if len(answers) == 1 else []
        line = _identify_line(http_pdu, *words)
        return f"next: {line}    # the login is then sent unencrypted"
    unasked_handlers = [answer.handler for answer in answers if _word(answer) == "not asked"]
    if all(map(_is_snmp, unasked_handlers)):
        return ""
    return f"next: give the login that the line of {unasked_handlers[0]} asks for"


def _trust_step(untrusted_answers: Sequence[HandlerAnswer], pdu: names.ChosenPdu) -> str:
    """What to do next where the device's certificate is not trusted: the same command with its
    fingerprint, for the one handler that met it, or for all.
    """
    answer = untrusted_answers[0]
    if len(untrusted_answers) == 1:
        line = _identify_line(_for_handler(pdu, answer.handler), "--handler", answer.handler)
    else:
        line = _identify_line(pdu)
    fingerprint = ""
    if isinstance(answer.error, Unreachable):
        fingerprint = answer.error.fingerprint
    if not fingerprint:
        return f"next: {line}, with one of the settings that the line of {answer.handler} names"
    return (
        "next: compare the certificate's SHA-256 with the one on the device itself, then:"
        f" {line} --fingerprint {fingerprint}"
    )


def _lacks_login(answer: HandlerAnswer) -> bool:
    """Whether a handler over HTTP or NUT was not asked for want of a setting of its own."""
    if isinstance(answer.error, HeldBack) or _is_snmp(answer.handler):
        return False
    return kind_of(answer.error) == "settings"


def _is_refused(answer: HandlerAnswer) -> bool:
    """Whether the device refused the handler's login."""
    return _word(answer).startswith("refused")


def _identify_line(pdu: names.ChosenPdu, *options: str) -> str:
    """This command again, with the settings of the PDU and these options."""
    all_options = (*pdu.list_words, *options)
    return pdu.login.command_line("identify", pdu.name or pdu.host, options=all_options)


def _is_snmp(name: str) -> bool:
    """Whether the handler speaks SNMP: no port shows whether the device does."""
    return load(name).snmp


def _step_lines(
    line_to_read: str, answers: Sequence[HandlerAnswer], pdu: names.ChosenPdu
) -> list[str]:
    """The next steps after the answers. `line_to_read`: the command that reads the PDU, "" if no
    handler does.
    """
    if line_to_read:
        return [
            f"next: {line_to_read}",
            "then: docs/first-run.md, the first run on your DCImanager",
        ]
    community_steps = _community_steps(answers, pdu)
    words_of_others = {_word(answer) for answer in answers if not _is_snmp(answer.handler)}
    if community_steps and words_of_others <= {"closed", "no"}:
        return community_steps
    step = _next_step(answers, pdu)
    if step:
        return [step]
    if not all(map(_is_silent, answers)):
        return []
    advice = (
        "No handler found a PDU at this address. Check the address and the port, and give the"
        " settings that the lines above ask for."
    )
    if any(answer.handler == "snmp" for answer in answers):
        advice += f" {_SNMP_ADVICE}"
    return [advice]


def _verdict(finding: HandlerFinding) -> str:
    """What the device is, and what the handler does with it, in one line."""
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
    """What the handler does with so many of the outlets: `reads`, `reads 3 of 8 outlets`; "" for
    none.
    """
    if not number:
        return ""
    if number < outlets:
        return f"{verb} {number} of {counted(outlets, 'outlet')}"
    return f"{verb} each outlet" if verb == "meters" else verb


def _finding_lines(finding: HandlerFinding, *, verbose: bool) -> list[str]:
    """What one handler can do with the device, for people: a verdict, then lines under headings;
    without `verbose`, what it cannot do and the next steps alone.
    """
    if finding.family:
        verdict = f"yes: {_verdict(finding)}"
    else:
        what_it_is = finding.other_device or "no family reads it"
        verdict = f"no: {what_it_is}"
    blocks: dict[str, Sequence[str]] = {"cannot": finding.cannot, "next": finding.next_steps}
    if verbose:
        blocks = _verbose_blocks(finding)
    lines = [f"{finding.handler}: {verdict}"]
    for name, block in blocks.items():
        for number, line in enumerate(block):
            heading = "" if number else name
            lines.append(f"  {heading:<8}  {line}")
    return lines


def _verbose_blocks(finding: HandlerFinding) -> dict[str, Sequence[str]]:
    """All that a handler found, by its heading."""
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
    """The first objects that a handler saw, with their values; the others are counted."""
    rows: list[tuple[str, str, str]] = []
    for row in finding.seen[:_MOST_SEEN]:
        rows.append((row["object"], row.get("oid", ""), row["holds"]))
    lines = tabulate((), rows)
    further_count = len(finding.seen) - _MOST_SEEN
    if further_count > 0:
        lines.append(f"and {further_count} more: --json shows them")
    return lines
