"""PDUs by their names in the owner's list: `pdu status r1-left` for `pdu status HANDLER HOST`."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Callable, NamedTuple, Optional, Union

import click

from handlers import registry
from handlers.shared.address import Address, host_fault
from handlers.shared.errors import SettingsError, printable
from pdu_common.connection import PduData, PduSnmpData

from ..cli.error_output import NoSuchHandler, Usage
from ..cli.groups import Subcommand
from ..cli.options import EMPTY, F, SharedOption, run_of, word_completion
from ..cli.output import report
from ..cli.shared_options import auth_option, list_option
from ..cli.spelling import meant
from ..loading.handler_loading import LoadedHandler
from ..loading.handler_paths import is_path
from ..network import hosts
from . import form
from .known_list import KnownList, read_known_list
from .listed_pdu import ListedPdu, shown_place
from .login_options import Login, NoSecret, login_of

_LINE = f"{__name__}.line"  # of the command line in the meta of its context
#: in the place of HANDLER: it is to be found out
IDENTIFY = ""
_FILES = (".csv", ".toml", ".json", ".py", ".gz", ".txt")  # endings that no host name has


class ChosenPdu(NamedTuple):
    """A PDU of a command line."""

    handler: str
    host: Address
    #: with the settings and the login that the list has for it
    login: Login
    #: its name in the list, "" if it was not called by it
    name: str = ""
    #: the options that let another command use the list, if it was called by its name
    list_words: Sequence[str] = ()
    #: the name that the list has for it and the options that name the list, if it was called by its
    #: address
    listed_as: Sequence[str] = ()

    @property
    def where(self) -> str:
        """Which it is, for people."""
        return form.display_name(self.login, self.place, self.name)

    @property
    def place(self) -> str:
        """HOST, with a port that is a setting."""
        settings = self.login.all_settings(("port", "scheme"), self.host)
        return shown_place(self.handler, self.host, settings)

    def variables_text(self, handler: LoadedHandler) -> str:
        """The variables of the environment that set something of this PDU, for a question; "" if
        none does.
        """
        of_environment = self.login.environment_settings(form.setting_keys(handler), self.host)
        variables = [f"PDU_{key.upper()}" for key in of_environment]
        if not variables:
            return ""
        return f", with {', '.join(variables)} of the environment"

    def data(self, handler: LoadedHandler) -> Union[PduData, PduSnmpData]:
        """The object that make_handler takes. Raises SettingsError."""
        try:
            return form.pdu_data(handler, self.host, self.login, self.name)
        except NoSecret as error:
            if self.listed_as:
                name = repr(printable(self.listed_as[0], 60))
                note = f"; the list has this PDU, and its login, under the name {name}"
                error.set_reason((*error.parts, note))
            raise

    def command_line(self, command: str, *outlets: str, options: Sequence[str] = ()) -> str:
        """This program with a command for this PDU, to be pasted into a shell."""
        pdu_words = (self.name,) if self.name else (self.handler, self.host)
        return self.login.command_line(
            command, *pdu_words, *outlets, options=(*self.list_words, *options)
        )


# ---- the options ---------------------------------------------------------------------------------


@dataclass
class _CommandLine:
    """What is known of a command line and its list, for all that look at one."""

    #: --list and --auth, "" for what was not given
    list_file: str = ""
    auth_file: str = ""
    #: the list, None if there is none
    known_list: Optional[KnownList] = None
    #: whether its arguments are names of PDUs
    is_by_name: bool = False


def _line_of(context: click.Context) -> _CommandLine:
    """The command line of this context."""
    line: _CommandLine = context.meta.setdefault(_LINE, _CommandLine())
    return line


def list_options(function: F) -> F:
    """--list and --auth, for commands of one PDU."""

    def take_list(context: click.Context, _: click.Parameter, value: Optional[str]) -> None:
        _line_of(context).list_file = value or ""

    def take_auth(context: click.Context, _: click.Parameter, value: Optional[str]) -> None:
        _line_of(context).auth_file = value or ""

    with_list = list_option(cls=SharedOption, expose_value=False, callback=take_list)
    with_auth = auth_option(cls=SharedOption, expose_value=False, callback=take_auth)
    return with_list(with_auth(function))


def list_files(context: click.Context) -> tuple[str, str]:
    """The values of `list_options`: a list and a file of logins, "" for what was not given."""
    line = _line_of(context)
    return line.list_file, line.auth_file


# ---- a name in place of HANDLER HOST -------------------------------------------------------------


class PduCommand(Subcommand):
    """A command whose first arguments are HANDLER and HOST. The name of a PDU of the list stands
    for both; where the command takes several HOSTs, it takes several names.
    """

    #: whether it switches: then a handler is never chosen for it
    switches = False
    #: whether HOST alone means the handler that reads the device
    identifies = False

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the handler of a PDU before its name; before the address of one that is to be
        identified, put IDENTIFY.

        pdu status r1-left           snmp r1-left, as the list has it
        pdu status 192.0.2.8         "" 192.0.2.8
        pdu status netio 192.0.2.7   netio 192.0.2.7
        """
        if ctx.resilient_parsing:  # a shell completes a word
            return super().parse_args(ctx, args)
        values, words = self._options_and_words(ctx, args)
        if not words:
            return super().parse_args(ctx, args)
        if not words[0].strip():
            raise Usage(f"the first argument {EMPTY}")
        line = _line_of(ctx)
        try:
            line.known_list = read_known_list(
                values.get("list_file") or "", values.get("auth_file") or ""
            )
        except SettingsError:
            if not _is_handler(words[0]):  # else the line needs no list
                raise
        handler = self._handler_before(ctx.info_name or "", words, line)
        typed_args = args if handler is None else [handler, *args]
        return super().parse_args(ctx, typed_args)

    def _options_and_words(
        self, ctx: click.Context, args: Sequence[str]
    ) -> tuple[dict[str, Any], Sequence[str]]:
        """The line as click's parser divides it into options and arguments."""
        options: list[click.Parameter] = []
        for parameter in self.get_params(ctx):
            if isinstance(parameter, click.Option):
                options.append(parameter)
        command = click.Command("", params=options, add_help_option=False)
        values, words, _ = command.make_parser(ctx).parse_args(list(args))
        return values, words

    def _handler_before(
        self, command: str, words: Sequence[str], line: _CommandLine
    ) -> Optional[str]:
        """What belongs before the first word of a line: the handler of the PDU of this name, or
        IDENTIFY before an address; None if the word is a handler itself, or nothing that is known.
        Raises NoSuchHandler, and Usage for a word that is both where a command switches.
        """
        first_word, known_list = words[0], line.known_list
        pdu = None if known_list is None else known_list.pdu(first_word)
        if _is_handler(first_word):
            if pdu is not None and known_list is not None and self.switches:
                raise Usage(_both_text(command, words, pdu, known_list))
            if pdu is None or len(words) > 1:
                return None
        if pdu is not None:
            line.is_by_name = True
            return pdu.handler
        if len(words) > 1 and registry.is_handler(words[1]) and _looks_like_a_host(first_word):
            line_before = shlex.join([words[1], printable(first_word, 60)])
            raise Usage(f"the handler stands before the address: pdu {command} {line_before}")
        is_identified = self.switches or (self.identifies and len(words) == 1)
        if is_identified and _looks_like_a_host(first_word):
            return IDENTIFY
        if known_list is None:
            return None
        advice = outlet_name_advice(first_word) if self.switches else ""
        raise NoSuchHandler(f"{_unknown_name_text(first_word, known_list)}{advice}", first_word)


class ReadingCommand(PduCommand):
    """A command that reads PDUs."""

    identifies = True


class SwitchingCommand(PduCommand):
    """A command that switches outlets. Their identities differ by handler, so HANDLER or a name of
    the list is needed, and a word that is both is refused.
    """

    switches = True


def _is_handler(word: str) -> bool:
    """Whether the word is a handler's name or path."""
    return registry.is_handler(word) or is_path(word)


def _looks_like_a_host(word: str) -> bool:
    """Whether a word is an address, a name with a point or one with a port, rather than a mistyped
    handler or name of a PDU.

    >>> [_looks_like_a_host(word) for word in ("192.0.2.8", "pdu7.example", "pdu7:8443")]
    [True, True, True]
    >>> [_looks_like_a_host(word) for word in ("netoi", "r1-left", "hall.csv")]
    [False, False, False]
    """
    if host_fault(word) or os.path.exists(word):
        return False
    address = Address(word)
    if address.port is not None or hosts.is_ip(word):
        return True
    if address.host.endswith(_FILES):
        return False
    return re.fullmatch(r"[\w-]+(\.[\w-]+)*\.[A-Za-z]{2,}\.?", address.host) is not None


def choose_pdu(
    context: click.Context, handler: str, host: str, *, is_only_pdu: bool = True
) -> ChosenPdu:
    """What the arguments HANDLER and HOST mean. If it is the only PDU of the line, errors name it:
    its name becomes `Run.pdu_name`.

    netio 192.0.2.7     this handler and address, with the login of the command line
    netio r1-left       the PDU of this name, with the settings and the login of the list

    Raises SettingsError, and Usage for an address among names.
    """
    line = _line_of(context)
    known_list = line.known_list
    if known_list is None or not line.is_by_name:
        return _at_address(context, handler, host, known_list)
    listed_pdu = known_list.pdu(host)
    if listed_pdu is None:
        fault = _unknown_name_text(host, known_list)
        if _is_handler(host):
            fault = f"{printable(host, 60)!r} is a handler, and stands behind the name of a PDU"
        raise Usage(f"{fault}; give names alone, or HANDLER and addresses")
    pdu = _chosen(context, known_list, listed_pdu)
    if is_only_pdu:
        run_of(context).pdu_name = pdu.name
    return pdu


def resolve_name(context: click.Context, host: str) -> ChosenPdu:
    """The PDU of this name for a command that takes HOST alone; HANDLER is "" if it is no name.

    Raises SettingsError. A list that was not given as an option and cannot be read is a note: HOST
    may be an address.
    """
    list_file, auth_file = list_files(context)
    known_list = None
    try:
        known_list = read_known_list(list_file, auth_file)
    except SettingsError as error:
        if list_file:
            raise
        report(f"note: names of PDUs are not known: {error.reason}")
    listed_pdu = None if known_list is None else known_list.pdu(host)
    if known_list is not None and listed_pdu is None:
        advice = "" if _looks_like_a_host(host) else meant(host, known_list.pdus)
        if advice:
            report(f"note: {printable(host, 60)!r} is no PDU of {known_list.path}; {advice}")
    if known_list is None or listed_pdu is None:
        return _at_address(context, "", host, known_list)
    pdu = _chosen(context, known_list, listed_pdu)
    run_of(context).pdu_name = pdu.name
    if hosts.one_spelling(listed_pdu.address) != hosts.one_spelling(host):
        shown_host = repr(printable(host, 60))
        report(f"note: {shown_host} is taken from {known_list.path}: {_pdu_text(listed_pdu)}")
    return pdu


def _at_address(
    context: click.Context, handler: str, host: str, known_list: Optional[KnownList]
) -> ChosenPdu:
    """The PDU at an address that was typed, with its name if the list has it."""
    address = hosts.parse_argument(host)
    listed_as: Sequence[str] = ()
    if known_list is not None:
        for pdu in known_list.pdus.values():
            if hosts.one_spelling(pdu.where) == hosts.one_spelling(address):
                listed_as = (pdu.name, *known_list.words)
    return ChosenPdu(handler, address, login_of(context), listed_as=listed_as)


def _chosen(context: click.Context, known_list: KnownList, listed_pdu: ListedPdu) -> ChosenPdu:
    """A PDU of the list, with what the command line and the list say of its login."""
    device_login = known_list.login(listed_pdu)
    return ChosenPdu(
        handler=listed_pdu.handler,
        host=listed_pdu.address,
        login=login_of(context).with_list(dict(listed_pdu.settings), device_login),
        name=listed_pdu.name,
        list_words=known_list.words,
    )


# ---- sentences -----------------------------------------------------------------------------------


def _both_text(command: str, words: Sequence[str], pdu: ListedPdu, known_list: KnownList) -> str:
    """The sentence for a word that is both a handler and a PDU of the list:

    pdu off nut 3   'nut' is a handler (then the line means the host '3') and a PDU of pdus.csv
                    (netio 192.0.2.7): nothing was done; give that PDU another name in the list, or
                    write handler and address: pdu off netio 192.0.2.7 OUTLET
    """
    word = printable(words[0], 60)
    host = printable(words[1], 60) if len(words) > 1 else "HOST"
    advice = "give that PDU another name in the list"
    if pdu.handler not in known_list.pdus:  # else the line would be refused like this one
        advice += f", or write handler and address: pdu {command} {_pdu_text(pdu)} OUTLET"
    return (
        f"{word!r} is a handler (then the line means the host {host!r}) and a PDU of"
        f" {known_list.path} ({_pdu_text(pdu)}): nothing was done; {advice}"
    )


def _unknown_name_text(word: str, known_list: KnownList) -> str:
    """The sentence for a word that is neither a handler nor a listed PDU, with what was meant:

    'r1-lft' is neither a handler (digitalloggers, ...) nor a PDU of pdus.csv; did you mean r1-left?
    """
    handlers = registry.names()
    fault = (
        f"{printable(word, 60)!r} is neither a handler ({', '.join(handlers)}) nor a PDU of"
        f" {known_list.path}"
    )
    known_names = [*handlers, *known_list.pdus]
    advice = meant(word, known_names)
    return f"{fault}; {advice or 'pdu check shows its names'}"


def outlet_name_advice(word: str) -> str:
    """The end of the sentence about a word in the place of HANDLER, where a command switches: how
    to find an outlet by its name.

    >>> outlet_name_advice("web 7")
    "; an outlet of this name: pdu where 'web 7'"
    """
    return f"; an outlet of this name: pdu where {shlex.quote(printable(word, 60))}"


def _pdu_text(pdu: ListedPdu) -> str:
    """A PDU of the list as `HANDLER HOST`."""
    return f"{printable(pdu.handler, 60)} {pdu.where}"


# ---- completion ----------------------------------------------------------------------------------


def complete(
    other_words: Callable[[], Iterable[str]], *, or_file: bool = False
) -> Callable[..., Any]:
    """The `shell_complete` of an argument that may be a name: these other words, then the names of
    the list; names of files if none fits and `or_file` is set.

    pdu status r<TAB>      raritan redfish, then r1-left r1-right
    """

    def complete_word(context: click.Context, argument: click.Parameter, incomplete: str) -> Any:
        """The words that may stand here, with the names of the owner's list."""
        words = list(other_words())
        with contextlib.suppress(Exception):
            list_file, auth_file = list_files(context)
            known_list = read_known_list(list_file, auth_file)
            if known_list is not None:
                words += known_list.pdus
        complete_as = word_completion(lambda: words, or_file=or_file)
        return complete_as(context, argument, incomplete)

    return complete_word


def complete_host(context: click.Context, argument: click.Parameter, incomplete: str) -> Any:
    """The `shell_complete` of HOST after HANDLER: after a name, more names.

    pdu status r1-left r<TAB>    r1-right
    pdu status netio r<TAB>      nothing
    """
    if _is_handler(context.params.get("handler") or ""):
        return []
    complete_name = complete(lambda: ())
    return complete_name(context, argument, incomplete)
