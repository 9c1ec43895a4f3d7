"""PDUs by their names in the owner's list: `pdu status r1-left` for `pdu status HANDLER HOST`.

The list is that of --list, else of the variable PDU_LIST (empty: none), else the first of the usual
files. Logins are in the file of --auth, else of PDU_AUTH, else in logins.toml beside the list.
"""

from __future__ import annotations

import contextlib
import os
import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
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
from ..cli.spelling import look_alike
from ..loading.handler_loading import LoadedHandler
from ..loading.handler_paths import is_path
from ..network import hosts
from . import device_list, form, logins as auth
from .listed_pdu import ListedPdu, shown_place
from .login_options import Login, login_of
from .logins import DeviceLogin

_LIST, _AUTH = "PDU_LIST", "PDU_AUTH"
LOGINS = "logins.toml"
# the lists that are read if none is given: the user's, else that of all users
_OWN_LIST = "~/.config/pdu/pdus.csv"
_LIST_OF_ALL = "/etc/pdu/pdus.csv"
#: how a list becomes known, for errors
HOW = f"--list FILE, {_LIST} or {_OWN_LIST}"
#: each place of a list, in the order in which they are looked at, for helps
PLACES = f"--list FILE, {_LIST}, {_OWN_LIST}, {_LIST_OF_ALL}"
_LINE = f"{__name__}.line"  # of the command line in the meta of its context


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

    @classmethod
    def of(cls, context: click.Context) -> _CommandLine:
        """The command line of this context."""
        line: _CommandLine = context.meta.setdefault(_LINE, cls())
        return line


class KnownList(NamedTuple):
    """A list of PDUs whose names stand for their handlers, addresses and logins."""

    path: str
    #: the file with logins, "" if none is known
    auth: str
    #: the options that let another command use the same files
    words: Sequence[str]
    pdus: Mapping[str, ListedPdu]
    #: the logins in the list itself
    logins: Mapping[str, DeviceLogin]

    def login(self, pdu: ListedPdu) -> Optional[DeviceLogin]:
        """The login of this PDU, None if the list names none. Raises SettingsError."""
        logins = dict(self.logins)
        if pdu.auth and self.auth:
            logins.update(auth.read_logins(self.auth))
        return pdu.login(logins)


class ChosenPdu(NamedTuple):
    """A PDU of a command line."""

    handler: str
    host: Address
    #: with the settings and the login that the list has for it
    login: Login
    #: its name in the list, "" if it was not called by it
    name: str = ""
    #: the options that let another command use the list, "" if it was not called by its name
    list_words: Sequence[str] = ()

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
        return form.pdu_data(handler, self.host, self.login, self.name)

    def command_line(self, command: str, *outlets: str, options: Sequence[str] = ()) -> str:
        """This program with a command for this PDU, to be pasted into a shell."""
        pdu_words = (self.name,) if self.name else (self.handler, self.host)
        return self.login.command_line(
            command, *pdu_words, *outlets, options=(*self.list_words, *options)
        )


def list_options(function: F) -> F:
    """--list and --auth, for commands of one PDU."""

    def take_list(context: click.Context, _: click.Parameter, value: Optional[str]) -> None:
        _CommandLine.of(context).list_file = value or ""

    def take_auth(context: click.Context, _: click.Parameter, value: Optional[str]) -> None:
        _CommandLine.of(context).auth_file = value or ""

    with_list = list_option(cls=SharedOption, expose_value=False, callback=take_list)
    with_auth = auth_option(cls=SharedOption, expose_value=False, callback=take_auth)
    return with_list(with_auth(function))


def list_files(context: click.Context) -> tuple[str, str]:
    """The values of `list_options`: a list and a file of logins, "" for what was not given."""
    line = _CommandLine.of(context)
    return line.list_file, line.auth_file


def read_known_list(list_file: str, auth_file: str) -> Optional[KnownList]:
    """The list by these options, by the environment or in its usual place; None if there is none,
    or if that of the usual place has no PDU yet.

    Raises SettingsError.
    """
    path = list_file or usual_list()
    if not path:
        return None
    try:
        fleet = device_list.read_device_list(path)
    except device_list.EmptyList:
        if list_file or _LIST in os.environ:
            raise
        return None
    return KnownList(
        path=path,
        auth=auth_file or usual_logins(path),
        words=list_words(list_file, auth_file),
        pdus={device.name: device for device in fleet.devices},
        logins=fleet.auths,
    )


def list_words(list_file: str, auth_file: str) -> list[str]:
    """The options that let another command use the same files."""
    words: list[str] = []
    if list_file:
        words += ["--list", list_file]
    if auth_file:
        words += ["--auth", auth_file]
    return words


def usual_list() -> str:
    """The list that is known without an option, "" if none is."""
    if _LIST in os.environ:
        return os.environ[_LIST]
    for path in (own_list(), _LIST_OF_ALL):
        if os.path.exists(path):
            return path
    return ""


def own_list() -> str:
    """Where this user's list is looked for."""
    home = os.environ.get("XDG_CONFIG_HOME", "")
    if os.path.isabs(home):
        return os.path.expanduser(f"{home}/pdu/pdus.csv")
    return os.path.expanduser(_OWN_LIST)


def how_a_list_is_known() -> str:
    """How a list becomes known to this user, for errors: HOW, and the folders of the usual lists
    that this user may not look into.
    """
    folders = [os.path.dirname(os.path.expanduser(path)) for path in (_OWN_LIST, _LIST_OF_ALL)]
    closed_folders = [folder for folder in folders if _is_closed(folder)]
    if not closed_folders:
        return HOW
    return f"{HOW}; this user may not read {' or '.join(closed_folders)}"


def _is_closed(folder: str) -> bool:
    """Whether this user may not look into the folder."""
    return os.path.isdir(folder) and not os.access(folder, os.X_OK, effective_ids=True)


def usual_logins(list_file: str) -> str:
    """The file with the logins of this list that is known without an option, "" if none is."""
    variable = os.environ.get(_AUTH, "")
    if variable:
        return variable
    path = os.path.join(os.path.dirname(list_file), LOGINS)
    return path if os.path.exists(path) else ""


# ---- a name in place of HANDLER HOST -------------------------------------------------------------


#: in the place of HANDLER: it is to be found out
IDENTIFY = ""


class TypedLine(NamedTuple):
    """What is known of a command line before its arguments have their names."""

    #: the arguments without options; none if there are none or if click will refuse the line
    words: Sequence[str]
    #: of --list and --auth, "" for what was not given
    list_file: str
    auth_file: str


class PduCommand(Subcommand):
    """A command whose first arguments are HANDLER and HOST. The name of a PDU of the list stands
    for both; where the command takes several HOSTs, it takes several names.
    """

    #: whether it switches: then a handler is never chosen for it
    switches = False
    #: whether HOST alone means the handler that reads the device
    identifies = False

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the handler of a PDU before its name: `r1-left` becomes `HANDLER r1-left`; before the
        address of one that is to be identified, put IDENTIFY.
        """
        line = self._typed_line(ctx, args)
        if not line.words:
            return super().parse_args(ctx, args)
        if not line.words[0].strip():
            raise Usage(f"the first argument {EMPTY}")
        with _no_errors_for_a_shell(ctx):
            handler = self._handler_before(ctx, line)
            if handler is not None:
                args = [handler, *args]
        return super().parse_args(ctx, args)

    def _handler_before(self, context: click.Context, line: TypedLine) -> Optional[str]:
        """What belongs before the first word of a line: the handler of the PDU of this name, or
        IDENTIFY before an address; None if the word is a handler itself, or nothing that is known.
        Raises SettingsError, and Usage for a word that is both where a command switches.
        """
        words, first_word = line.words, line.words[0]
        known_list = self._list(line)
        command_line = _CommandLine.of(context)
        command_line.known_list = known_list
        is_handler = self._is_handler(first_word)
        pdu = None
        if known_list is not None:
            pdu = known_list.pdus.get(first_word)
            if pdu is not None and is_handler and self.switches:
                raise Usage(_both_text(context.info_name or "", words, pdu, known_list))
        if is_handler and (pdu is None or len(words) > 1):
            return None
        if pdu is not None:
            command_line.is_by_name = True
            return pdu.handler
        is_identified = self.switches or (self.identifies and len(words) == 1)
        if is_identified and _looks_like_a_host(first_word):
            return IDENTIFY
        if known_list is not None:
            fault = _unknown_name_text(words, known_list)
            outlet_advice = outlet_name_advice(first_word) if self.switches else ""
            raise NoSuchHandler(f"{fault}{outlet_advice}", first_word)
        return None

    def _list(self, line: TypedLine) -> Optional[KnownList]:
        """The list. Raises SettingsError, unless the first word is a handler: then the line needs
        no list.
        """
        try:
            return read_known_list(line.list_file, line.auth_file)
        except SettingsError:
            if self._is_handler(line.words[0]):
                return None
            raise

    @staticmethod
    def _is_handler(word: str) -> bool:
        """Whether the word is a handler's name or path."""
        return registry.is_handler(word) or is_path(word)

    def _typed_line(self, ctx: click.Context, args: Sequence[str]) -> TypedLine:
        """The line as click's parser divides it into options and arguments."""
        options: list[click.Parameter] = []
        for parameter in self.get_params(ctx):
            if isinstance(parameter, click.Option):
                options.append(parameter)
        command = click.Command("", params=options, add_help_option=False)
        parser = command.make_parser(ctx)
        values, words, _ = parser.parse_args(list(args))
        return TypedLine(
            words=words,
            list_file=values.get("list_file") or "",
            auth_file=values.get("auth_file") or "",
        )


class ReadingCommand(PduCommand):
    """A command that reads PDUs."""

    identifies = True


class SwitchingCommand(PduCommand):
    """A command that switches outlets. Their identities differ by handler, so HANDLER or a name of
    the list is needed, and a word that is both is refused.
    """

    switches = True


def _looks_like_a_host(word: str) -> bool:
    """Whether a word is an address, a name with a point or one with a port, rather than a mistyped
    handler or name of a PDU.
    """
    if host_fault(word) or os.path.exists(word):
        return False
    address = Address(word)
    if address.port is not None or hosts.is_ip(word):
        return True
    if address.host.endswith((".csv", ".toml", ".json", ".py", ".gz", ".txt")):
        return False
    return re.fullmatch(r"[\w-]+(\.[\w-]+)*\.[A-Za-z]{2,}\.?", address.host) is not None


def _both_text(command: str, words: Sequence[str], pdu: ListedPdu, known_list: KnownList) -> str:
    """The sentence for a word that is both a handler and a PDU of the list."""
    word = printable(words[0], 60)
    host = printable(words[1], 60) if len(words) > 1 else "HOST"
    advice = "give that PDU another name in the list"
    if pdu.handler not in known_list.pdus:  # else the line would be refused like this one
        advice += f", or write handler and address: pdu {command} {_pdu_text(pdu)} OUTLET"
    return (
        f"{word!r} is a handler (then the line means the host {host!r}) and a PDU of"
        f" {known_list.path} ({_pdu_text(pdu)}): nothing was done; {advice}"
    )


@contextlib.contextmanager
def _no_errors_for_a_shell(context: click.Context) -> Any:
    """Drop the block's errors while a shell completes words."""
    try:
        yield
    except Exception:
        if not context.resilient_parsing:
            raise


def _unknown_name_text(words: Sequence[str], known_list: KnownList) -> str:
    """The sentence of the error for the first of these words, which is neither a handler nor a
    listed PDU.
    """
    handlers = ", ".join(registry.names())
    fault = (
        f"{printable(words[0], 60)!r} is neither a handler ({handlers}) nor a PDU of"
        f" {known_list.path}"
    )
    advice = _name_advice(words, known_list)
    return f"{fault}; {advice}" if advice else fault


def outlet_name_advice(word: str) -> str:
    """The end of the sentence about a word in the place of HANDLER, where a command switches: how
    to find an outlet by its name.
    """
    return f"; an outlet of this name: pdu where {shlex.quote(printable(word, 60))}"


def _name_advice(words: Sequence[str], known_list: KnownList) -> str:
    """What was probably meant by the first of these words; "" if nothing can be said."""
    word = words[0]
    names = list(known_list.pdus)
    for count in range(len(words), 1, -1):
        whole_name = " ".join(words[:count])
        if whole_name in names:
            return f"a name with blanks needs quotes, as in {printable(whole_name, 60)!r}"
    parts = [part.strip() for part in word.split(",")]
    if len(parts) > 1 and all(part in names for part in parts):
        return "give several names with spaces between them, or a command for each"
    known_names = [*registry.names(), *names]
    advice = look_alike(word, known_names.__contains__, known_names)
    if advice:
        return advice
    return "pdu check shows its names" if names else ""


def choose_pdu(
    context: click.Context, handler: str, host: str, *, is_only_pdu: bool = True
) -> ChosenPdu:
    """What the arguments HANDLER and HOST mean. If it is the only PDU of the line, errors name it.

    Raises SettingsError, and Usage for an address among names.
    """
    typed_login = login_of(context)
    line = _CommandLine.of(context)
    known_list = line.known_list
    if known_list is None or not line.is_by_name:
        if known_list is not None:
            _note_namesakes(known_list, context.command_path, handler, host)
        return ChosenPdu(handler, hosts.parse_argument(host), typed_login)
    listed_pdu = known_list.pdus.get(host)
    if listed_pdu is None:
        if re.fullmatch(r"[0-9]+([.,/:-][0-9]+)*", host) and not hosts.is_ip(host):
            fault = f"{printable(host, 60)!r} is no PDU of {known_list.path}"
            raise Usage(f"{fault}; the whole PDU is read: leave the number of an outlet out")
        fault = _unknown_name_text([host], known_list)
        raise Usage(f"{fault}; give names alone, or HANDLER and addresses")
    pdu = _chosen(typed_login, known_list, listed_pdu)
    if is_only_pdu:
        run_of(context).pdu_name = pdu.name
    return pdu


def _chosen(typed_login: Login, known_list: KnownList, listed_pdu: ListedPdu) -> ChosenPdu:
    """A PDU of the list, with what the command line and the list say of its login."""
    device_login = known_list.login(listed_pdu)
    return ChosenPdu(
        handler=listed_pdu.handler,
        host=listed_pdu.address,
        login=typed_login.with_list(dict(listed_pdu.settings), device_login),
        name=listed_pdu.name,
        list_words=known_list.words,
    )


def _note_namesakes(known_list: KnownList, command: str, handler: str, host: str) -> None:
    """Print on standard error which words of this line are also names of the list."""
    if handler in known_list.pdus:
        shown_handler = repr(printable(handler, 60))
        report(f"note: {shown_handler} is a handler here, and no PDU of {known_list.path}")
    pdu = known_list.pdus.get(host)
    if pdu is None or _is_at(pdu, host):
        return
    shown_host = printable(host, 60)
    report(
        f"note: {shown_host!r} is a host name here; `{command} {shown_host}`"
        f" means the PDU of that name in {known_list.path}: {_pdu_text(pdu)}"
    )


def _is_at(pdu: ListedPdu, host: str) -> bool:
    """Whether a PDU of the list is at this address."""
    return hosts.one_spelling(pdu.address) == hosts.one_spelling(host)


def _pdu_text(pdu: ListedPdu) -> str:
    """A PDU of the list as `HANDLER HOST`."""
    return f"{printable(pdu.handler, 60)} {pdu.where}"


# ---- a name in place of HOST ---------------------------------------------------------------------


def resolve_name(context: click.Context, host: str) -> ChosenPdu:
    """The PDU of this name for a command that takes HOST alone; HANDLER is "" if it is no name.

    Raises SettingsError. A list that was not given as an option and cannot be read is a note: HOST
    may be an address.
    """
    list_file, auth_file = list_files(context)
    typed_login = login_of(context)
    known_list = None
    try:
        known_list = read_known_list(list_file, auth_file)
    except SettingsError as error:
        if list_file:
            raise
        report(f"note: names of PDUs are not known: {error.reason}")
    if known_list is None or host not in known_list.pdus:
        return ChosenPdu("", hosts.parse_argument(host), typed_login)
    listed_pdu = known_list.pdus[host]
    pdu = _chosen(typed_login, known_list, listed_pdu)
    run_of(context).pdu_name = pdu.name
    if not _is_at(listed_pdu, host):
        shown_host = repr(printable(host, 60))
        report(f"note: {shown_host} is taken from {known_list.path}: {_pdu_text(listed_pdu)}")
    return pdu


# ---- completion ----------------------------------------------------------------------------------


def complete(
    other_words: Callable[[], Iterable[str]], *, or_file: bool = False
) -> Callable[..., Any]:
    """The `shell_complete` of an argument that may be a name: these other words, then the names of
    the list.
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
    """The `shell_complete` of HOST after HANDLER: after a name, more names."""
    if not _CommandLine.of(context).is_by_name:
        return []
    complete_name = complete(lambda: ())
    return complete_name(context, argument, incomplete)
