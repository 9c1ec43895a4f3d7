"""PDUs by their names in the owner's list: `pdu status r1-left` for `pdu status HANDLER HOST`.

The list is that of --list, else of the variable PDU_LIST (empty: none), else the first of the usual
files. Logins are in the file of --auth, else of PDU_AUTH, else in logins.toml beside the list.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Callable, NamedTuple, Optional, Union

import click

from handlers import registry
from handlers.shared.address import Address, host_fault
from handlers.shared.errors import SettingsError, printable
from pdu_common.connection import PduData, PduSnmpData

from ..cli.error_output import NoSuchHandler, Usage
from ..cli.groups import Subcommand
from ..cli.options import EMPTY, F, run_of, word_completion
from ..cli.shared_options import auth_option, list_option
from ..cli.spelling import look_alike
from ..cli.suggestions import only_similar_name
from ..cli.terminal_lines import print_text
from ..loading.handler_loading import LoadedHandler
from ..loading.handler_paths import is_path
from ..network import hosts
from . import device_list, form, logins as auth
from .listed_pdu import ListedPdu, shown_place
from .login_options import Login, login_of
from .logins import DeviceLogin

_LIST, _AUTH = "PDU_LIST", "PDU_AUTH"
LOGINS = "logins.toml"
#: the lists that are read if none is given
_USUAL = ("~/.config/pdu/pdus.csv", "/etc/pdu/pdus.csv")
#: how a list becomes known, for errors
HOW = f"--list FILE, {_LIST} or {_USUAL[0]}"
#: all places of a list, for helps
PLACES = ", ".join(["--list FILE", _LIST, *_USUAL])
# in the meta of a context: the files of its options, the list, and whether its arguments are names
_LIST_FILE, _AUTH_FILE, _KNOWN_LIST, _BY_NAME = (
    f"{__name__}.{word}" for word in ("list_file", "auth_file", "known_list", "by_name")
)


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
        if not pdu.auth:
            return None
        logins = {**self.logins, **(auth.read_logins(self.auth) if self.auth else {})}
        if pdu.auth not in logins:
            raise SettingsError(
                f"{pdu.name}: unknown login {printable(pdu.auth, 60)!r}; known:"
                f" {auth.names(logins)}; give their file as --auth, or as {LOGINS} beside"
                f" {self.path}"
            )
        return logins[pdu.auth]


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
        settings = self.login.given(("port", "scheme"), self.host)
        return shown_place(self.handler, self.host, settings)

    def variables_text(self, handler: LoadedHandler) -> str:
        """The variables of the environment that set something of this PDU, for a question; "" if
        none does.
        """
        of_environment = self.login.of_environment(form.setting_keys(handler), self.host)
        variables = [f"PDU_{key.upper()}" for key in of_environment]
        return f", with {', '.join(variables)} of the environment" if variables else ""

    def data(self, handler: LoadedHandler) -> Union[PduData, PduSnmpData]:
        """The object that make_handler takes. Raises SettingsError."""
        return form.pdu_data(handler, self.host, self.login, self.name)

    @property
    def words(self) -> Sequence[str]:
        """The words that call it in another command line."""
        return (self.name, *self.list_words) if self.name else (self.handler, self.host)

    def command_line(self, command: str, *words: str) -> str:
        """This program with a command for this PDU, to be pasted into a shell."""
        return self.login.command_line(command, *self.words, *words)


def list_options(function: F) -> F:
    """--list and --auth, for commands of one PDU."""

    def noted(key: str) -> Callable[..., None]:
        """A callback that puts the value into the context's meta."""
        return lambda context, _, value: context.meta.update({key: value or ""})

    auth = auth_option(expose_value=False, callback=noted(_AUTH_FILE))
    return list_option(expose_value=False, callback=noted(_LIST_FILE))(auth(function))


def list_files(context: click.Context) -> tuple[str, str]:
    """The values of `list_options`: a list and a file of logins, "" for what was not given."""
    return context.meta.get(_LIST_FILE, ""), context.meta.get(_AUTH_FILE, "")


def read_known_list(list_file: str = "", auth_file: str = "") -> Optional[KnownList]:
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
    logins = auth_file or usual_logins(path)
    words = list_words(list_file, auth_file)
    return KnownList(
        path, logins, words, {device.name: device for device in fleet.devices}, fleet.auths
    )


def list_words(list_file: str, auth_file: str) -> list[str]:
    """The options that let another command use the same files."""
    files = {"--list": list_file, "--auth": auth_file}
    return [word for flag, file in files.items() if file for word in (flag, file)]


def usual_list() -> str:
    """The list that is known without an option, "" if none is."""
    if _LIST in os.environ:
        return os.environ[_LIST]
    return next(filter(os.path.exists, (own_list(), *_USUAL[1:])), "")


def own_list() -> str:
    """Where this user's list is looked for."""
    home = os.environ.get("XDG_CONFIG_HOME", "")
    return os.path.expanduser(f"{home}/pdu/pdus.csv" if os.path.isabs(home) else _USUAL[0])


def how() -> str:
    """How a list becomes known to this user, for errors: HOW, and the folders of the usual lists
    that this user may not look into.
    """
    folders = dict.fromkeys(os.path.dirname(os.path.expanduser(path)) for path in _USUAL)
    closed_folders = [folder for folder in folders if _is_closed(folder)]
    return f"{HOW}; this user may not read {' or '.join(closed_folders)}" if closed_folders else HOW


def _is_closed(folder: str) -> bool:
    return os.path.isdir(folder) and not os.access(folder, os.X_OK, effective_ids=True)


def usual_logins(list_file: str) -> str:
    """The file with the logins of this list that is known without an option, "" if none is."""
    path = os.path.join(os.path.dirname(list_file), LOGINS)
    return os.environ.get(_AUTH, "") or (path if os.path.exists(path) else "")


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
        words, first_word = line.words, line.words[0]
        if not first_word.strip():
            raise Usage(f"the first argument {EMPTY}")
        with _no_errors_for_a_shell(ctx):
            known_list = self._list(line)
            ctx.meta[_KNOWN_LIST] = known_list
            pdu = known_list.pdus.get(first_word) if known_list is not None else None
            if self._is_handler(first_word):
                if pdu is None or known_list is None:
                    return super().parse_args(ctx, args)
                if self.switches:
                    raise Usage(_both_text(ctx.info_name or "", words, pdu, known_list))
                if len(words) > 1:
                    return super().parse_args(ctx, args)
            if pdu is not None:
                ctx.meta[_BY_NAME] = True
                return super().parse_args(ctx, [pdu.handler, *args])
            is_identified = self.switches or (self.identifies and len(words) == 1)
            if is_identified and _looks_like_a_host(first_word):
                return super().parse_args(ctx, [IDENTIFY, *args])
            if known_list is not None:
                raise NoSuchHandler(_unknown_name_text(words, known_list), first_word)
        return super().parse_args(ctx, args)

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
        return registry.is_handler(word) or is_path(word)

    def _typed_line(self, ctx: click.Context, args: Sequence[str]) -> TypedLine:
        """The line as click's parser divides it into options and arguments."""
        options: list[click.Parameter] = [
            parameter for parameter in self.get_params(ctx) if isinstance(parameter, click.Option)
        ]
        parser = click.Command("", params=options, add_help_option=False).make_parser(ctx)
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
    advice = "give that PDU another name in the list"
    if pdu.handler not in known_list.pdus:  # else the line would be refused like this one
        by_handler = f"pdu {command} {printable(pdu.handler, 60)} {pdu.where} OUTLET"
        advice += f", or write handler and address: {by_handler}"
    return (
        f"{word!r} is a handler (then the line means the host"
        f" {printable(words[1] if len(words) > 1 else 'HOST', 60)!r}) and a PDU of"
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
    advice = _name_advice(words, known_list)
    return (
        f"{printable(words[0], 60)!r} is neither a handler ({', '.join(registry.names())}) nor a"
        f" PDU of {known_list.path}{advice and f'; {advice}'}"
    )


def _name_advice(words: Sequence[str], known_list: KnownList) -> str:
    """What was probably meant by the first of these words; "" if nothing can be said."""
    word, names = words[0], known_list.pdus
    whole_name = " ".join(words[:2])
    if whole_name in names:
        return f"a name with blanks needs quotes, as in {printable(whole_name, 60)!r}"
    if "," in word and all(part.strip() in names for part in word.split(",")):
        return "give several names with spaces between them, or a command for each"
    known_names = [*registry.names(), *names]
    if advice := look_alike(word, known_names.__contains__, known_names):
        return advice
    if near := only_similar_name(word, known_names):
        return f"did you mean {near}?"
    return "pdu check shows its names" if names else ""


def choose_pdu(context: click.Context, handler: str, host: str, *, alone: bool = True) -> ChosenPdu:
    """What the arguments HANDLER and HOST mean. If it is `alone`, errors name it.

    Raises SettingsError, and Usage for an address among names.
    """
    typed_login = login_of(context)
    known_list: Optional[KnownList] = context.meta.get(_KNOWN_LIST)
    if known_list is None or _BY_NAME not in context.meta:
        if known_list is not None:
            _say_what_else(known_list, context.command_path, handler, host)
        return ChosenPdu(handler, hosts.parse_argument(host), typed_login)
    listed_pdu = known_list.pdus.get(host)
    if listed_pdu is None:
        raise Usage(
            f"{_unknown_name_text([host], known_list)}; give names alone, or HANDLER and addresses"
        )
    pdu = _chosen(typed_login, known_list, listed_pdu)
    if alone:
        run_of(context).pdu_name = pdu.name
    return pdu


def _chosen(typed_login: Login, known_list: KnownList, listed_pdu: ListedPdu) -> ChosenPdu:
    login = typed_login.with_list(dict(listed_pdu.settings), known_list.login(listed_pdu))
    return ChosenPdu(
        listed_pdu.handler, listed_pdu.address, login, listed_pdu.name, known_list.words
    )


def _say_what_else(known_list: KnownList, command: str, handler: str, host: str) -> None:
    """Say on standard error that a word of this line is also a name of the list."""
    if handler in known_list.pdus:
        shown_handler = repr(printable(handler, 60))
        _note(f"{shown_handler} is a handler here, and no PDU of {known_list.path}")
    pdu = known_list.pdus.get(host)
    if pdu is None or _is_at(pdu, host):
        return
    shown_host = printable(host, 60)
    _note(
        f"{shown_host!r} is a host name here; `{command} {shown_host}`"
        f" means the PDU of that name in {known_list.path}: {_pdu_text(pdu)}"
    )


def _note(words: str) -> None:
    print_text(f"note: {words}", sys.stderr)


def _is_at(pdu: ListedPdu, host: str) -> bool:
    return hosts.one_spelling(pdu.address) == hosts.one_spelling(host)


def _pdu_text(pdu: ListedPdu) -> str:
    return f"{printable(pdu.handler, 60)} {pdu.where}"


# ---- a name in place of HOST ---------------------------------------------------------------------


def resolve_name(context: click.Context, host: str) -> ChosenPdu:
    """The PDU of this name for a command that takes HOST alone; HANDLER is "" if it is no name.

    Raises SettingsError. A list that was not given as an option and cannot be read is said: HOST
    may be an address.
    """
    list_file, auth_file = list_files(context)
    known_list = None
    try:
        known_list = read_known_list(list_file, auth_file)
    except SettingsError as error:
        if list_file:
            raise
        _note(f"names of PDUs are not known: {error.reason}")
    listed_pdu = known_list.pdus.get(host) if known_list is not None else None
    if known_list is None or listed_pdu is None:
        return ChosenPdu("", hosts.parse_argument(host), login_of(context))
    pdu = _chosen(login_of(context), known_list, listed_pdu)
    run_of(context).pdu_name = pdu.name
    if not _is_at(listed_pdu, host):
        _note(f"{printable(host, 60)!r} is taken from {known_list.path}: {_pdu_text(listed_pdu)}")
    return pdu


# ---- completion ----------------------------------------------------------------------------------


def complete(
    other_words: Callable[[], Iterable[str]], *, or_file: bool = False
) -> Callable[..., Any]:
    """The `shell_complete` of an argument that may be a name: these other words, then the names of
    the list.
    """

    def complete(context: click.Context, argument: click.Parameter, incomplete: str) -> Any:
        """The words that may stand here, with the names of the owner's list."""
        names: list[str] = []
        with contextlib.suppress(Exception):
            known_list = read_known_list(*list_files(context))
            names = list(known_list.pdus) if known_list is not None else []
        words = [*other_words(), *names]
        return word_completion(lambda: words, or_file=or_file)(context, argument, incomplete)

    return complete


def complete_host(context: click.Context, argument: click.Parameter, incomplete: str) -> Any:
    """The `shell_complete` of HOST after HANDLER: after a name, more names."""
    if _BY_NAME not in context.meta:
        return []
    return complete(tuple)(context, argument, incomplete)
