"""The options that commands share, and how messages spell them.

A handler has settings, such as `port`. `-s port=161` gives any of them; for the usual ones there is
an option, `--port 161`. A secret, such as `password`, is given by a variable, PDU_PASSWORD, or by a
file.
"""

from __future__ import annotations

import functools
import logging
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Callable, NamedTuple, Optional, TypeVar, cast

import click
from click.shell_completion import CompletionItem

from .exit_codes import DEFECT
from .known_secrets import hide_secrets

#: the function of a command
F = TypeVar("F", bound=Callable[..., Any])
# the variable with which a shell asks for completions
COMPLETION = "_PDU_COMPLETE"


@dataclass
class Output:
    """How a command answers and asks: whether --json, --debug and --yes were given. With `yes` it
    changes something without a question.
    """

    json: bool = False
    debug: bool = False
    yes: bool = False


@dataclass
class Run:
    """What is known of one run of the program, for its answers and for the report of its end. It is
    click's `obj`. Commands set `changing` before they change a device, and `pdu_name`, the name of
    the only PDU of the command line, "" if it was called by its address.
    """

    output: Output = field(default_factory=Output)
    changing: bool = False
    #: the exit code of a defect; WRONG for a command that ends with 1 for a finding
    defect_code: int = DEFECT
    pdu_name: str = ""
    #: key of a setting -> how it was given, if not by its option: `-s KEY=...`, or its variable
    spellings: dict[str, str] = field(default_factory=dict)


def run_of(context: click.Context) -> Run:
    """The `Run` of this command line."""
    return context.ensure_object(Run)


#: a decorator: the function's first argument is the `Run` of this command line
pass_run = click.make_pass_decorator(Run, ensure=True)


def pass_output(function: F) -> F:
    """A decorator: the function's first argument is the `Output` of this command line."""

    @pass_run
    @functools.wraps(function)
    def call(run: Run, *arguments: Any, **values: Any) -> Any:
        return function(run.output, *arguments, **values)

    return cast(F, call)


class SettingOption(NamedTuple):
    """One setting of a handler as an option: `SettingOption("--port", "port", "PORT", "the port")`.
    `key` is the setting, `metavar` the option's argument in the help; a shell completes `values`.
    """

    flag: str
    key: str
    metavar: str
    help: str
    values: Sequence[str] = ()


_AUTH_PROTOCOLS = ("MD5", "SHA", "SHA224", "SHA256", "SHA384", "SHA512")
_PRIV_PROTOCOLS = ("DES", "3DES", "AES", "AES192", "AES256", "AES192C", "AES256C")
PORT = SettingOption("--port", "port", "PORT", "the port, if it is not the usual one")
USERNAME = SettingOption("--username", "username", "NAME", "the user to log in as")
LOGIN = (PORT, USERNAME)
SNMP = (
    SettingOption(
        "--snmp-version",
        "snmp_version",
        "1|2c|3",
        "SNMP: the version  [default: 2c]",
        values=("1", "2c", "3"),
    ),
    SettingOption(
        "--auth-protocol",
        "auth_protocol",
        "NAME",
        f"SNMPv3: {', '.join(_AUTH_PROTOCOLS)}",
        values=_AUTH_PROTOCOLS,
    ),
    SettingOption(
        "--priv-protocol",
        "priv_protocol",
        "NAME",
        f"SNMPv3: {', '.join(_PRIV_PROTOCOLS)}",
        values=_PRIV_PROTOCOLS,
    ),
)
_OPTION_BY_SETTING: Mapping[str, SettingOption] = {row.key: row for row in (*LOGIN, *SNMP)}
SECRETS = frozenset(
    (
        "password",
        "token",
        "community",
        "auth_password",
        "priv_password",
    )
)


def spelled(key: str, value: str = "", quote: Callable[[str], str] = str) -> str:
    """The words that give the setting `key` on the command line, for messages: an option, or of a
    secret its variable. `value`: the one to give; "" if it is not said. `quote`: a function that
    puts quotes around a value where a shell needs them.

    >>> spelled("port", "8443"), spelled("verify", "no"), spelled("password")
    ('--port 8443', '-s verify=no', 'PDU_PASSWORD (or --secret-file password=FILE)')
    >>> spelled("port"), spelled("verify")
    ('--port', '-s verify=...')
    """
    if key in SECRETS:
        return spelled_secret(key)
    setting_option = _OPTION_BY_SETTING.get(key)
    if setting_option is None:
        shown_value = quote(value) if value else "..."
        return f"-s {quote(key)}={shown_value}"
    return f"{setting_option.flag} {quote(value)}" if value else setting_option.flag


def spelled_secret(key: str) -> str:
    """The words that give the secret `key`: a variable, or the option with a file. The key need not
    be in SECRETS: handlers of other packs have secrets of their own.

    >>> spelled_secret("auth_password")
    'PDU_AUTH_PASSWORD (or --secret-file auth_password=FILE)'
    """
    return f"PDU_{key.upper()} (or --secret-file {key}=FILE)"


# ---- declarations: decorators of a command's function --------------------------------------------


def _take_json(context: click.Context, _: click.Parameter, value: bool) -> None:  # noqa: FBT001
    """Set `Output.json` if --json is given; click calls it."""
    run_of(context).output.json |= value


def _take_yes(context: click.Context, _: click.Parameter, value: bool) -> None:  # noqa: FBT001
    """Set `Output.yes` if --yes is given; click calls it."""
    run_of(context).output.yes |= value


def _take_debug(context: click.Context, _: click.Parameter, value: bool) -> None:  # noqa: FBT001
    """If --debug is given, set `Output.debug`, and send log lines, without secrets, to standard
    error. click calls it.

    INFO handlers.snmp.handler: pdu handler snmp 5.0.0: status
    """
    if not value:
        return
    run_of(context).output.debug = True
    handler = logging.StreamHandler()
    handler.addFilter(hide_secrets)
    form = "%(levelname)s %(name)s: %(message)s"
    logging.basicConfig(level=logging.DEBUG, format=form, handlers=[handler])
    logging.getLogger("asyncio").setLevel(logging.WARNING)


def output_options(function: F) -> F:
    """A decorator: the command gets the options --json and --debug, which every command has."""
    json_option = click.option(
        "--json",
        is_flag=True,
        help="print JSON, errors too",
        expose_value=False,
        callback=_take_json,
    )
    debug_option = click.option(
        "--debug",
        is_flag=True,
        help="print log lines on standard error, never secrets",
        expose_value=False,
        callback=_take_debug,
    )
    return json_option(debug_option(function))


#: --yes, for commands that change something
yes_option = functools.partial(
    click.option, "--yes", is_flag=True, help="do not ask", expose_value=False, callback=_take_yes
)


def plain_option(setting_option: SettingOption, **attributes: Any) -> Callable[[F], F]:
    """A decorator: the command gets this option. Its value is an argument of the command's
    function, and is not put into the settings of a handler.
    """
    if setting_option.values:
        attributes["shell_complete"] = word_completion(lambda: setting_option.values)
    return click.option(
        setting_option.flag,
        metavar=setting_option.metavar,
        type=TEXT,
        help=setting_option.help,
        **attributes,
    )


class Option(click.Option):
    """An option that says beside which others it may be given, which click's own cannot.
    `requires`: the options that must be given, too; the help names them. `excludes`: those beside
    which it is refused.
    """

    def __init__(
        self,
        *arguments: Any,
        requires: Sequence[str] = (),
        excludes: Sequence[str] = (),
        **attributes: Any,
    ) -> None:
        super().__init__(*arguments, **attributes)
        self.requires = requires
        self.excludes = excludes

    def get_help_record(self, ctx: click.Context) -> Optional[tuple[str, str]]:
        """The line of the help about this option, as its names and its text. click makes it; what
        the option requires is added:

        --list FILE    the list that --add changes (with --add)
        """
        record = super().get_help_record(ctx)
        if record is None:
            return None
        names, text = record
        # click shows a default that is given as words in parentheses: they are taken away
        text = re.sub(r"\[default: \(([^()]*)\)", r"[default: \1", text)
        if self.requires:
            text += f" (with {self._requirement()})"
        return names, text

    def handle_parse_result(
        self, ctx: click.Context, opts: Mapping[str, Any], args: list[str]
    ) -> tuple[Any, list[str]]:
        """Take the value of this option from `opts`, all that is given, as click does. Raises
        UsageError if it may not stand beside the others, unless a shell completes words.
        """
        result = super().handle_parse_result(ctx, opts, args)
        if self.name in opts and not ctx.resilient_parsing:
            self._check_others(ctx, opts)
        return result

    def _check_others(self, context: click.Context, opts: Mapping[str, Any]) -> None:
        """Raise UsageError if an option that this one excludes is given, or one that it requires is
        not. `opts`: all that is given, by the names of the parameters.

        --json --csv     give only one of --json and --csv
        --list FILE      --list needs --add
        """
        flags: set[str] = set()
        for parameter in context.command.params:
            if isinstance(parameter, click.Option) and parameter.name in opts:
                flags.update(parameter.opts)
        own_flag = self.opts[-1]
        for excluded_flag in self.excludes:
            if excluded_flag in flags:
                raise click.UsageError(f"give only one of {excluded_flag} and {own_flag}", context)
        if not flags.issuperset(self.requires):
            raise click.UsageError(f"{own_flag} needs {self._requirement()}", context)

    def _requirement(self) -> str:
        """The options that this one requires, as text: `--add`, `--on and --off`."""
        return " and ".join(self.requires)


class SharedOption(Option):
    """An option of many commands, for the list of PDUs, their login or their settings. The help of
    a command has one line for all of these; `pdu help settings` explains them.
    """


# ---- values --------------------------------------------------------------------------------------

#: what is wrong with an empty value, wherever it was given
EMPTY = "is empty: a variable in its place may not be set"


def word_completion(
    names: Callable[[], Iterable[str]], *, or_file: bool = False
) -> Callable[..., list[CompletionItem]]:
    """The function with which a shell completes an argument (click's `shell_complete`): it offers
    the `names` that begin with what was typed; if there is none and `or_file`, the names of files.

    >>> complete = word_completion(lambda: ["snmp", "shelly", "nut"], or_file=True)
    >>> [item.value for item in complete(None, None, "s")]
    ['snmp', 'shelly']
    >>> [(item.value, item.type) for item in complete(None, None, "my-h")]
    [('my-h', 'file')]
    """

    def complete(
        _context: click.Context, _argument: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        items = [CompletionItem(word) for word in names() if word.startswith(incomplete)]
        if or_file and not items:
            return [CompletionItem(incomplete, type="file")]
        return items

    return complete


class Text(click.ParamType):
    """The type of an argument that is any text but an empty one, which would win over what a list
    or an address says.
    """

    name = "text"

    def convert(
        self, value: Any, param: Optional[click.Parameter], ctx: Optional[click.Context]
    ) -> str:
        """The text that was typed; fails for an empty one."""
        text = str(value)
        if not text.strip():
            self.fail(f"the value {EMPTY}", param, ctx)
        return text


class KeyValue(Text):
    """The type of an argument KEY=VALUE. `example`: shows its form in an error."""

    name = "key_value"

    def __init__(self, example: str) -> None:
        self.example = example

    def convert(
        self, value: Any, param: Optional[click.Parameter], ctx: Optional[click.Context]
    ) -> Any:
        """The key in small letters and the value. Fails for a text without `=`, key or value; the
        error does not show the text, which may be a secret.

        >>> KeyValue("-s KEY=VALUE").convert("Timeout=5", None, None)
        ('timeout', '5')
        >>> KeyValue("-s KEY=VALUE").convert("timeout", None, None)
        Traceback (most recent call last):
        click.exceptions.BadParameter: it takes the form -s KEY=VALUE
        """
        if isinstance(value, tuple):  # click converts a default of a type once more
            return value
        pair = super().convert(value, param, ctx)
        key, equals, text = pair.partition("=")
        key = key.strip()
        if not equals or not key:
            # without the text, which may be a secret
            self.fail(f"it takes the form {self.example}", param, ctx)
        if not text.strip():
            self.fail(f"{key[:60]}= {EMPTY}", param, ctx)
        return key.lower(), text


TEXT = Text()


class FilePath(click.Path):
    """The type of an argument that is the path of a file or a folder. An empty one is refused: it
    is most often a variable that is not set.
    """

    def convert(
        self, value: Any, param: Optional[click.Parameter], ctx: Optional[click.Context]
    ) -> Any:
        """The path, as click checks it; fails for an empty one.

        >>> FilePath().convert("pdus.csv", None, None)
        'pdus.csv'
        """
        if not value:
            self.fail(f"the file name {EMPTY}", param, ctx)
        return super().convert(value, param, ctx)


class PathOption(FilePath):
    """The type of an option's value that is a path. One that begins with -- is refused: it is most
    often the next option, and the path was forgotten.
    """

    def convert(
        self, value: Any, param: Optional[click.Parameter], ctx: Optional[click.Context]
    ) -> Any:
        """The path; fails for one that begins with --.

        >>> PathOption().convert("--json", None, None)
        Traceback (most recent call last):
        click.exceptions.BadParameter: '--json' looks like an option; a file is ./--json
        """
        text = str(value)[:60]
        if text.startswith("--"):
            self.fail(f"{text!r} looks like an option; a file is ./{text}", param, ctx)
        return super().convert(value, param, ctx)


#: the commands look at files themselves: their errors name what a file is for
FILE_ARGUMENT = FilePath(readable=False)
FILE = PathOption(readable=False)
FOLDER = PathOption(file_okay=False, readable=False)


class Seconds(click.ParamType):
    """The type of an option that is a time from `least` to `most` seconds."""

    name = "seconds"

    def __init__(self, least: float, most: float) -> None:
        self.least, self.most = least, most

    def convert(
        self, value: Any, param: Optional[click.Parameter], ctx: Optional[click.Context]
    ) -> float:
        """The number of seconds. Fails for another text, and for one outside of the limits.

        >>> Seconds(0, 60).convert("2.5", None, None)
        2.5
        >>> Seconds(0, 60).convert("5m", None, None)
        Traceback (most recent call last):
        click.exceptions.BadParameter: '5m': give 0 to 60 seconds
        """
        try:
            number = float(value)
        except ValueError:
            number = math.nan  # is within no limits
        if not self.least <= number <= self.most:
            shown_value = repr(str(value)[:20])
            limits = f"{self.least:.10g} to {self.most:.10g}"
            self.fail(f"{shown_value}: give {limits} seconds", param, ctx)
        return number
