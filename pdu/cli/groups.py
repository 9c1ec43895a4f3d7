"""Commands and groups of commands (click's) whose help ends with examples and the page of the
documentation, and the group of all commands, `pdu`, which imports each of them when it is called.

A page is named by its path below docs/: `command.md`, `../CHANGELOG.md`.
"""

from __future__ import annotations

import pkgutil
import posixpath
import shlex
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Optional

import click

from handlers.shared.errors import printable

from .exit_codes import WIDTH
from .options import SharedOption
from .spelling import meant

#: the page of the program, below docs/
INDEX = "README.md"
EPILOG = (
    "\b\nOptions of a command: COMMAND --help\nSettings, secrets: pdu help settings; exit codes:"
    " pdu help exit-codes"
)
_SHARED_OPTIONS = "List, login, settings (--list, --port, --username, -s, ...): pdu help settings"
_BOTH = "on switches outlets on, off switches outlets off"


def page_path(page: str) -> str:
    """The path of a page from the root of the project.

    >>> page_path("command.md"), page_path("../CHANGELOG.md")
    ('docs/command.md', 'CHANGELOG.md')
    """
    return posixpath.normpath(f"docs/{page}")


class Subcommand(click.Command):
    """A command whose help ends with examples, command lines of at most 76 characters each, and
    its page.

    >>> command = Subcommand("status", examples=["pdu status snmp 192.0.2.8"])
    >>> command.get_help(click.Context(command)).splitlines()[-4:]
    ['Examples:', '  pdu status snmp 192.0.2.8', '', 'Docs: docs/README.md']
    """

    def __init__(self, *arguments: Any, examples: Sequence[str], **attributes: Any) -> None:
        super().__init__(*arguments, **attributes)
        self.examples = examples

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options of this command, and one line for those of many commands."""
        parameters = self.get_params(ctx)
        own_parameters = [item for item in parameters if not isinstance(item, SharedOption)]
        with formatter.section("Options"):
            formatter.write_dl(help_records(own_parameters, ctx))
        if len(own_parameters) < len(parameters):
            formatter.write(f"\n{_SHARED_OPTIONS}\n")

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the end of the help: click's own, the examples, and the page."""
        super().format_epilog(ctx, formatter)
        with formatter.section("Examples"):
            indent = formatter.current_indent * " "
            for line in self.examples:
                formatter.write(f"{indent}{line}\n")
        formatter.write(f"\nDocs: {page_path(_page_of(ctx))}\n")


def help_records(
    parameters: Iterable[click.Parameter], context: click.Context
) -> list[tuple[str, str]]:
    """The lines of a help about these options and arguments, each as its names and its text; those
    that a help does not show are left out.

    >>> option = click.Option(["--csv"], is_flag=True, help="print CSV")
    >>> help_records([option], click.Context(click.Command("outlets")))
    [('--csv', 'print CSV')]
    """
    records = [parameter.get_help_record(context) for parameter in parameters]
    return [record for record in records if record is not None]


def _page_of(context: click.Context) -> str:
    """The page of the command of `pdu` that was called: "command.md" for most; INDEX if none was
    called, and for a program that is not `pdu`.
    """
    root = context.find_root()
    if not isinstance(root.command, LazyGroup):
        return INDEX
    command = root.command.lazy_commands.get(root.invoked_subcommand or "")
    return INDEX if command is None else command.page


class Group(Subcommand, click.Group):
    """A group of commands, such as `pdu handler`. Its help ends as that of a command, and the error
    for a word that is no command says which one may be meant.
    """

    command_class = Subcommand

    def __init__(self, *arguments: Any, **attributes: Any) -> None:
        super().__init__(*arguments, no_args_is_help=False, **attributes)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, and the commands."""
        super().format_options(ctx, formatter)
        self.format_commands(ctx, formatter)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.names())

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[Optional[str], Optional[click.Command], list[str]]:
        """The command of the first word, as click finds it. Fails with advice for a word that is no
        command, but not while a shell completes words.

        pdu stats                  there is no command 'stats'; did you mean status?
        pdu 192.0.2.8 status       ...; the command stands first: pdu status 192.0.2.8
        """
        names = self.list_commands(ctx)
        is_unknown = bool(args) and args[0] not in names and not args[0].startswith("-")
        if is_unknown and not ctx.resilient_parsing:
            advice = self._advice(args[0], names)
            if advice == self.choice():  # no similar command was found
                advice = _order_advice(ctx, args) or advice
            ctx.fail(f"there is no command {args[0][:40]!r}; {advice}")
        return super().resolve_command(ctx, args)

    def _advice(self, word: str, names: Sequence[str]) -> str:
        """The end of the error for a word that is none of `names`, the group's commands: the
        command that looks alike (`оff` with a Cyrillic о), else one with similar letters, else all
        commands to choose from. A word near `on` may mean `off`, so both are named then.

        >>> commands = [click.Command("on"), click.Command("off"), click.Command("status")]
        >>> group = Group("outlet", commands=commands, examples=())
        >>> group._advice("stats", group.commands), group._advice("reboot", group.commands)
        ('did you mean status?', 'choose from on, off, status')
        >>> group._advice("onn", group.commands)
        'on switches outlets on, off switches outlets off'
        """
        advice = meant(word, names)
        if advice in ("did you mean on?", "did you mean off?"):
            return _BOTH
        return advice or self.choice()

    def choice(self) -> str:
        """The commands to choose from, for errors."""
        return f"choose from {', '.join(self.names())}"

    def names(self) -> Iterable[str]:
        """The names of the commands."""
        return self.commands


def _order_advice(context: click.Context, words: Sequence[str]) -> str:
    """The end of the error for a line whose command does not stand first. `words`: the line behind
    the group; for `pdu 192.0.2.8 status` it is `the command stands first: pdu status 192.0.2.8`. ""
    if no word is a command of `pdu`.
    """
    root = context.find_root()
    commands = root.command.list_commands(root) if isinstance(root.command, Group) else []
    for index, word in enumerate(words):
        if index > 0 and word in commands:
            group_words = context.command_path.split()[1:]
            line = shlex.join([word, *group_words, *words[:index]])
            return f"the command stands first: pdu {printable(line, 100)}"
    return ""


class LazyCommand(NamedTuple):
    """A command that is imported when it is called, by its `entry_point`:
    `LazyCommand("pdu.outlets.where:where", "find outlets by name")`. `help`: its line in the list
    of commands; `page`: in the documentation.
    """

    entry_point: str
    help: str
    page: str = "command.md"


class CommandGroup(NamedTuple):
    """Commands that `pdu --help` shows together: `CommandGroup("Switch", ["on", "off", "cycle"])`.
    A group with a `word` is one line there, with `help`; `pdu help WORD` lists its commands.
    """

    heading: str
    names: Sequence[str]
    word: str = ""
    help: str = ""


class LazyGroup(Group):
    """The group `pdu`, which imports a command only when this command is called, completed or asked
    for its help. `lazy_commands` has the commands by name; `groups` says how `--help` shows them;
    `group_by_word` has those with a word of `pdu help WORD`, by this word.
    """

    def __init__(
        self,
        *arguments: Any,
        lazy_commands: Mapping[str, LazyCommand],
        groups: Sequence[CommandGroup],
        advice: Mapping[str, str],
        **attributes: Any,
    ) -> None:
        """`advice`: a word that is no command → what to do instead: "reboot" → "use pdu cycle"."""
        super().__init__(*arguments, **attributes)
        self.advice = advice
        self.lazy_commands = lazy_commands
        self.groups = groups
        self.group_by_word = {group.word: group for group in groups if group.word}

    def _advice(self, word: str, names: Sequence[str]) -> str:
        """The end of the error for a word that is no command:

        reboot      use pdu cycle (of `advice`)
        recordings  choose from record, replay; pdu help recordings shows them
        stats       did you mean status?
        """
        if word in self.group_by_word:
            commands = ", ".join(self.group_by_word[word].names)
            return f"choose from {commands}; pdu help {word} shows them"
        if word in self.advice:
            return self.advice[word]
        return super()._advice(word, names)

    def get_command(self, ctx: click.Context, cmd_name: str) -> Optional[click.Command]:
        """Import and return the command of this name; None if there is none."""
        if cmd_name not in self.lazy_commands:
            return None
        command: click.Command = pkgutil.resolve_name(self.lazy_commands[cmd_name].entry_point)
        return command

    def names(self) -> Iterable[str]:
        return self.lazy_commands

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands, and no options: --help is known, and --version is a command too."""
        self.format_commands(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write a line for each command of the groups without a word, then one for each group with
        a word.
        """
        self.write_groups([group for group in self.groups if not group.word], formatter)
        width = self._width()
        lines = [(word.ljust(width), group.help) for word, group in self.group_by_word.items()]
        with formatter.section("More (pdu help GROUP lists the commands)"):
            formatter.write_dl(lines)

    def write_groups(self, groups: Sequence[CommandGroup], formatter: click.HelpFormatter) -> None:
        """Write a line for each command of these groups, below their headings."""
        width = self._width()
        for group in groups:
            lines = [(name.ljust(width), self.lazy_commands[name].help) for name in group.names]
            with formatter.section(group.heading):
                formatter.write_dl(lines)

    def _width(self) -> int:
        """The width of the column with the names of commands."""
        return max(map(len, self.lazy_commands))

    def overview(self) -> Iterator[str]:
        """Yields the heading of each group with the names of its commands, in lines of at most
        WIDTH characters:

        Read     status statistic outlets
        Switch   on off cycle
        """
        width = max(len(group.heading) for group in self.groups)
        for group in self.groups:
            yield from textwrap.wrap(
                " ".join(group.names),
                WIDTH,
                initial_indent=f"{group.heading:{width}}  ",
                subsequent_indent=(width + 2) * " ",
                break_on_hyphens=False,
            )
