"""PDUs by their names in the owner's list: `pdu status r1-left` for `pdu status netio 192.0.2.7`.

The first argument of a command is HANDLER, which HOST follows, or the name of a PDU, which stands
for both. Commands that read also take an address alone: IDENTIFY, the empty text, is then put in
the place of HANDLER, and the handler is found out by asking the device.
"""

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
    """A PDU of a command line. One that was called by its name in the list has `name` ("r1"), and
    `list_words`, the options that let another command use that list (["--list", "pdus.csv"]). One
    that was called by its address has neither; if the list has a PDU at this address, `listed_name`
    is the name of that, and `options_of_list` are such options.
    """

    #: "" is IDENTIFY: it is not known yet
    handler: str
    host: Address
    #: with the settings and the login that the list has for it
    login: Login
    name: str = ""
    list_words: Sequence[str] = ()
    listed_name: str = ""
    options_of_list: Sequence[str] = ()

    @property
    def where(self) -> str:
        """Its name and its address, for people.

        >>> ChosenPdu("netio", Address("192.0.2.7"), Login(source="the login 'hall'"), "r1").where
        'r1 (192.0.2.7)'
        """
        return form.display_name(self.login, self.place, self.name)

    @property
    def place(self) -> str:
        """HOST, with a port that is a setting and not the handler's usual one.

        >>> login = Login({"port": "8443"}, source="the login 'hall'")
        >>> ChosenPdu("netio", Address("192.0.2.7"), login).place
        '192.0.2.7:8443'
        """
        settings = self.login.all_settings(("port", "scheme"), self.host)
        return shown_place(self.handler, self.host, settings)

    def variables_text(self, handler: LoadedHandler) -> str:
        """The variables of the environment that set something of this PDU, as the end of a question
        before outlets are switched: ", with PDU_TIMEOUT of the environment"; "" if none does.
        """
        handler_keys = form.setting_keys(handler)
        environment_settings = self.login.environment_settings(handler_keys, self.host)
        variables = [f"PDU_{key.upper()}" for key in environment_settings]
        if not variables:
            return ""
        return f", with {', '.join(variables)} of the environment"

    def data(self, handler: LoadedHandler) -> Union[PduData, PduSnmpData]:
        """The address, SNMP fields and handler settings of the PDU, which the handler's
        make_handler takes; a secret that is missing is asked for. Raises SettingsError, and
        NoSecret for a secret that nobody gave, with the name under which the list has this address:

        pdu status netio 192.0.2.7    no password was given: set PDU_PASSWORD ...; the list has this
                                      PDU, and its login, under the name 'r1'
        """
        try:
            return form.pdu_data(handler, self.host, self.login, self.name)
        except NoSecret as error:
            if self.listed_name:
                name = repr(printable(self.listed_name, 60))
                note = f"; the list has this PDU, and its login, under the name {name}"
                error.set_reason((*error.parts, note))
            raise

    def command_line(self, command: str, *outlets: str, options: Sequence[str] = ()) -> str:
        """The line of a shell for another command of this program for this PDU, with its login.

        >>> from unittest import mock
        >>> host, login = Address("192.0.2.7"), Login({"timeout": "5"})
        >>> by_name = ChosenPdu("netio", host, Login(), "r1", ["--list", "pdus.csv"])
        >>> with mock.patch("pdu.cli.invocation.program", return_value="pdu"):
        ...     print(ChosenPdu("netio", host, login).command_line("off", "3", options=["--yes"]))
        ...     print(by_name.command_line("off", "3"))
        pdu off netio 192.0.2.7 3 --yes -s timeout=5
        pdu off r1 3 --list pdus.csv
        """
        pdu_words = (self.name,) if self.name else (self.handler, self.host)
        return self.login.command_line(
            command, *pdu_words, *outlets, options=(*self.list_words, *options)
        )


# ---- the options ---------------------------------------------------------------------------------


@dataclass
class _CommandLine:
    """What is known of the command line that click parses, kept in the meta of its context."""

    #: --list and --auth, "" for what was not given; set when click parses these options
    list_file: str = ""
    auth_file: str = ""
    #: the list, None if there is none; set by `PduCommand.parse_args`
    known_list: Optional[KnownList] = None
    #: whether its arguments are names of PDUs; set by `PduCommand.parse_args`
    is_by_name: bool = False


def _line_of(context: click.Context) -> _CommandLine:
    """What is known of the command line of this context; the same object in each call."""
    line: _CommandLine = context.meta.setdefault(_LINE, _CommandLine())
    return line


def list_options(function: F) -> F:
    """A decorator: the command of one PDU gets the options --list and --auth, whose values
    `list_files` returns.
    """

    def take_list(context: click.Context, _: click.Parameter, value: Optional[str]) -> None:
        _line_of(context).list_file = value or ""

    def take_auth(context: click.Context, _: click.Parameter, value: Optional[str]) -> None:
        _line_of(context).auth_file = value or ""

    with_list = list_option(cls=SharedOption, expose_value=False, callback=take_list)
    with_auth = auth_option(cls=SharedOption, expose_value=False, callback=take_auth)
    return with_list(with_auth(function))


def list_files(context: click.Context) -> tuple[str, str]:
    """The values of --list and --auth: of `--list pdus.csv` ("pdus.csv", ""), as the second was not
    given.
    """
    line = _line_of(context)
    return line.list_file, line.auth_file


# ---- a name in place of HANDLER HOST -------------------------------------------------------------


class PduCommand(Subcommand):
    """A command whose first arguments are HANDLER and HOST. The name of a PDU of the list stands
    for both; where the command takes several HOSTs, it takes several names.
    """

    #: whether it switches outlets: then the handler must be known, by HANDLER or a name of the list
    switches = False
    #: whether HOST alone is enough: the handler is found out by asking the device
    identifies = False

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parses the arguments of a command as click does, after the handler of a PDU was put
        before its name, and IDENTIFY before the address of one whose handler is to be found out. A
        list that is needed and cannot be read is a SettingsError. For later steps of the command,
        the _CommandLine of `ctx` keeps the list that was read, and (noted by `_handler_before`)
        whether the arguments are names of it.

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
        full_args = args if handler is None else [handler, *args]
        return super().parse_args(ctx, full_args)

    def _options_and_words(
        self, ctx: click.Context, args: Sequence[str]
    ) -> tuple[dict[str, Any], Sequence[str]]:
        """The options of a line, by the name of their parameter, and its arguments, as click
        divides them; no option is carried out:

        ["r1-left", "--list", "pdus.csv", "3"]    {"list_file": "pdus.csv"}, ["r1-left", "3"]
        """
        options: list[click.Parameter] = [
            parameter for parameter in self.get_params(ctx) if isinstance(parameter, click.Option)
        ]
        command = click.Command("", params=options, add_help_option=False)
        values, words, _ = command.make_parser(ctx).parse_args(list(args))
        return values, words

    def _handler_before(
        self, command: str, words: Sequence[str], line: _CommandLine
    ) -> Optional[str]:
        """What belongs before the first word of a line: the handler of the PDU of this name, or
        IDENTIFY (the empty text) before an address; None if the word is a handler itself, or if
        there is no list. Sets `line.is_by_name` if it is a name. `command`: such as "status".

        >>> pdu = ListedPdu("r1", "netio", Address("192.0.2.7"))
        >>> known_list = KnownList("pdus.csv", "", (), {"r1": pdu}, {}, {})
        >>> line = _CommandLine(known_list=known_list)
        >>> status = ReadingCommand("status", examples=[])
        >>> status._handler_before("status", ["r1"], line), line.is_by_name
        ('netio', True)
        >>> status._handler_before("status", ["192.0.2.8"], line)
        ''
        >>> status._handler_before("status", ["netio", "192.0.2.7"], line) is None
        True
        >>> status._handler_before("status", ["192.0.2.7", "netio"], line)
        Traceback (most recent call last):
        pdu.cli.error_output.Usage: the handler stands before the address: pdu status netio \
192.0.2.7

        Raises NoSuchHandler for a word that is none of these, and Usage for one that is a handler
        and a name, if the command switches.
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
    """A command that reads PDUs: it takes the address of one whose handler is not known."""

    identifies = True


class SwitchingCommand(PduCommand):
    """A command that switches outlets. Their identities differ by handler, so HANDLER or a name of
    the list is needed, and a word that is both is refused.
    """

    switches = True


def _is_handler(word: str) -> bool:
    """Whether the word is a handler's name, such as snmp, or the path of a file, folder or archive
    that exists, such as hall/own.py.

    >>> _is_handler("snmp"), _is_handler("r1-left")
    (True, False)
    """
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
    """The PDU that the arguments HANDLER and HOST mean, after `PduCommand` has put the handler of a
    PDU before its name:

    netio 192.0.2.7     this handler and address, with the login of the command line
    netio r1-left       the PDU of this name, with the settings and the login of the list

    If it is the only PDU of the line, errors name it: `Run.pdu_name` becomes its name. Raises
    SettingsError, and Usage for an address among names.
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
    """The PDU that HOST means in a command that takes no HANDLER, as pdu identify:

    r1-left         the PDU of this name, with its handler; a note says that it is of the list
    192.0.2.7       this address, with the handler ""
    r1-lft          the same, with a note: 'r1-lft' is no PDU of pdus.csv; did you mean r1-left?

    Raises SettingsError for an address that is none, and a list that cannot be read; one that was
    not given as an option is a note.
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
    """The PDU at an address that was typed, with the login of the command line; `listed_name` is
    its name in the list, if that has this address. Raises SettingsError for what is no address.
    """
    address = hosts.parse_argument(host)
    pdu = ChosenPdu(handler, address, login_of(context))
    if known_list is not None:
        for listed_pdu in known_list.pdus.values():
            if hosts.one_spelling(listed_pdu.where) == hosts.one_spelling(address):
                pdu = pdu._replace(listed_name=listed_pdu.name, options_of_list=known_list.words)
    return pdu


def _chosen(context: click.Context, known_list: KnownList, listed_pdu: ListedPdu) -> ChosenPdu:
    """A PDU of the list, for a command. Its login has the settings of the command line, then those
    of the list, then those of the login that the list names. Raises SettingsError if there is no
    such login.
    """
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
    """The sentence for a line whose first word is both a handler and a `pdu` of the list. `words`:
    the arguments of the line, here `pdu off nut 3`:

    'nut' is a handler (then the line means the host '3') and a PDU of pdus.csv (netio 192.0.2.7):
    nothing was done; give that PDU another name in the list, or write handler and address: pdu off
    netio 192.0.2.7 OUTLET
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
    """The sentence for a word that is neither a handler nor a listed PDU, with what was meant.

    >>> pdu = ListedPdu("r1-left", "netio", Address("192.0.2.7"))
    >>> known_list = KnownList("pdus.csv", "", (), {"r1-left": pdu}, {}, {})
    >>> _unknown_name_text("r1-lft", known_list)  # doctest: +ELLIPSIS
    "'r1-lft' is neither a handler (digital...) nor a PDU of pdus.csv; did you mean r1-left?"
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
    """A PDU of the list as arguments of a command: "netio 192.0.2.7"."""
    return f"{printable(pdu.handler, 60)} {pdu.where}"


# ---- completion ----------------------------------------------------------------------------------


def complete(
    other_words: Callable[[], Iterable[str]], *, or_file: bool = False
) -> Callable[..., Any]:
    """The `shell_complete` of an argument that may be the name of a PDU, a function that click
    calls at <TAB>. It offers `other_words`, such as names of handlers, then the names of the list;
    names of files if none fits and `or_file` is set.

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
