"""The options that commands share, and what a person gave by them.

An option that is a handler setting is another way to write `-s KEY=VALUE`, so every command has the same words for it.
"""
from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Callable, Collection, Dict, Iterable, List, Mapping, NamedTuple, Optional, Sequence, Tuple

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

Parameters = Sequence[click.Parameter]


@dataclass
class Given:
    """What was given by shared options.

    `settings` and `secret_files` are by key. `changing`: a command that changes the device is being sent, or was.
    `login` names what all settings and the `secrets` come from, for sentences: then nothing is taken from the environment
    beside it, and nobody is asked.
    """

    json: bool = False
    debug: bool = False
    yes: bool = False
    settings: Dict[str, str] = field(default_factory=dict)
    secret_files: Dict[str, str] = field(default_factory=dict)
    changing: bool = False
    login: str = ""
    words: Collection[str] = ()             # settings that are arguments of this command: DEVICE
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


def given(context: click.Context) -> Given:
    """The one object of this run."""
    return context.ensure_object(Given)


class Spelling(NamedTuple):
    """One setting as an option: `value` is what a flag without a value means."""

    flag: str
    key: str
    metavar: str
    help: str
    value: str = ""


LOGIN = (
    Spelling("--port", "port", "PORT", "if not the usual one; HOST:PORT means the same"),
    Spelling("--username", "username", "NAME", "who logs in; over SNMPv3 the user"),
    Spelling("--timeout", "timeout", "SECONDS", "for each answer"),
)
TLS = (
    Spelling("--tls", "tls", "", "NUT: STARTTLS before anything is sent", "yes"),
    Spelling("--ca-pem", "ca_pem", "FILE", "trust the authorities in this PEM file, and no others"),
    Spelling("--fingerprint", "fingerprint", "SHA256", "trust exactly this certificate"),
    Spelling("--no-verify", "verify", "", "accept any certificate (the connection can then be listened to)", "no"),
)
SNMP = (
    Spelling("--snmp-version", "snmp_version", "1|2c|3", "SNMP: the version (2c)"),
    Spelling("--auth-protocol", "auth_protocol", "NAME", "SNMPv3: MD5, SHA, SHA224, SHA256, SHA384, SHA512"),
    Spelling("--priv-protocol", "priv_protocol", "NAME", "SNMPv3: DES, AES, AES192, AES256"),
)
SPELLINGS: Mapping[Tuple[str, str], Spelling] = {(one.key, one.value): one for one in (*LOGIN, *TLS, *SNMP)}
SECRETS = frozenset(("password", "token", "community", "auth_password", "priv_password", "config_password", "link_password",
                     "new_password", "read_community", "write_community"))


def spelled(key: str, value: str = "") -> str:
    """How a person gives the setting `key` to this command, for sentences."""
    if key in SECRETS:
        return f"PDU_{key.upper()} (or --secret-file {key}=FILE)"
    found = SPELLINGS.get((key, value)) or SPELLINGS.get((key, ""))
    if found is not None:
        return f"{found.flag} {value}" if value and not found.value else found.flag
    return f"-s {key}={value or '...'}"


def output() -> Parameters:
    """--json and --debug, which every command has."""
    return [_stored("--json", "json", "print JSON, errors too"),
            _stored("--debug", "debug", "print log lines and requests on standard error; no secrets")]


def asking() -> Parameters:
    """--yes, for commands that change something."""
    return [_stored("--yes", "yes", "do not ask")]


def device(*spellings: Spelling) -> Parameters:
    """The ways to say how the device is reached."""
    return [
        *(_setting(one) for one in spellings),
        click.Option(["-s", "--setting"], multiple=True, metavar="KEY=VALUE", expose_value=False,
                     callback=_pairs("settings", "--setting"),
                     help="a handler setting, as on DCImanager's form; also the variable PDU_KEY"),
        *secret_files()]


def secret_files() -> Parameters:
    """--secret-file, for commands that need a secret."""
    return [
        click.Option(["--secret-file"], multiple=True, metavar="KEY=FILE", expose_value=False,
                     callback=_pairs("secret_files", "--secret-file"),
                     help="read a secret (password, community, ...) from a file; else the variable PDU_KEY, else you are asked")]


def _stored(flag: str, name: str, help_: str) -> click.Option:
    def keep(context: click.Context, _: click.Parameter, value: bool) -> None:
        if value:
            setattr(given(context), name, True)
            if name == "debug":
                _log()
    return click.Option([flag], is_flag=True, expose_value=False, callback=keep, help=help_)


def _log() -> None:
    import logging
    logging.basicConfig(level=logging.DEBUG, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("asyncio").setLevel(logging.WARNING)


def _setting(one: Spelling) -> click.Option:
    def keep(context: click.Context, _: click.Parameter, value: Any) -> None:
        if value not in (None, False):
            given(context).settings[one.key] = one.value or str(value)
    if one.value:
        return click.Option([one.flag], is_flag=True, expose_value=False, callback=keep, help=one.help)
    return click.Option([one.flag], metavar=one.metavar, expose_value=False, callback=keep, help=one.help)


def _pairs(name: str, option: str) -> Callable[[click.Context, click.Parameter, Sequence[str]], None]:
    def keep(context: click.Context, _: click.Parameter, texts: Sequence[str]) -> None:
        pairs: Dict[str, str] = getattr(given(context), name)
        for text in texts:
            key, equals, value = text.partition("=")
            if not equals or not key.strip():
                raise click.UsageError(f"{option} takes KEY=VALUE" if name == "settings" else f"{option} takes KEY=FILE", context)
            pairs[key.strip().lower()] = value
    return keep


# A mark behind an argument's name: how it is shown, how many there may be (-1: any number), whether it is needed.
_MARKS = {"": ("{}", 1, True), "?": ("[{}]", 1, False), "*": ("[{}]...", -1, False), "+": ("{}...", -1, True)}


class Word(click.Argument):
    """An argument with a line of help. A name with `?` may be left out, with `*` or `+` there may be several."""

    def __init__(self, name: str, about: str = "", **more: Any) -> None:
        plain = name.rstrip("?*+")
        mark = name[len(plain):]
        shown, count, required = _MARKS[mark]
        super().__init__([plain.lower()], metavar=shown.format(plain), nargs=count, required=required, **more)
        self.plain, self.about = plain, about


class Completed(click.ParamType):
    """An argument that a shell completes from `known`; with `or_file`, from names of files where none of these fits."""

    def __init__(self, name: str, known: Callable[[], Iterable[str]], or_file: bool = False) -> None:
        self.name, self._known, self._or_file = name, known, or_file

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> List[CompletionItem]:
        from click.shell_completion import CompletionItem
        found = [CompletionItem(word) for word in self._known() if word.startswith(incomplete)]
        return found or [CompletionItem(incomplete, type="file")] if self._or_file else found


def words(*names: Tuple[str, str]) -> Parameters:
    """Arguments with their helps."""
    return [Word(name, about) for name, about in names]


def option(flag: str, help_: str, metavar: str = "", kind: Optional[click.ParamType] = None) -> Parameters:
    """An option of one command: with a value, or a switch where there is no metavar."""
    if metavar:
        return [click.Option([flag], metavar=metavar, type=kind, help=help_)]
    return [click.Option([flag], is_flag=True, help=help_)]


class Seconds(click.ParamType):
    """A time from `least` to `most` seconds."""

    name = "seconds"

    def __init__(self, least: float, most: float) -> None:
        self.least, self.most = least, most

    def convert(self, value: Any, param: Optional[click.Parameter], ctx: Optional[click.Context]) -> float:
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if not self.least <= number <= self.most:
            self.fail(f"{str(value)[:20]!r}: give {self.least:g} to {self.most:g} seconds", param, ctx)
        return number
