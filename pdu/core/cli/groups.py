"""Groups of commands: each command is imported when it is called."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Callable, NamedTuple, Optional, TypeVar

import click

from ..network import hosts
from .exit_codes import WIDTH
from .options import Parameters, RunOptions, output, run_options_of
from .pages import page_of

T = TypeVar("T")
EPILOG = (
    "\b\nOptions of a command: COMMAND --help\nSettings, secrets: pdu help settings; exit codes:"
    " pdu help exit-codes"
)


class LazyCommand(NamedTuple):
    """A command that is made, or whose module is imported, when it is called."""

    load: Callable[[], click.Command]
    #: one line for the list
    help: str
    #: other names of the same command, which the list does not show
    also: Sequence[str] = ()


class Subcommand(click.Command):
    """A command whose help ends with examples, command lines of at most 76 characters each, and
    its page.
    """

    def __init__(
        self,
        *arguments: Any,
        examples: Sequence[str],
        options: Optional[type] = None,
        **attributes: Any,
    ) -> None:
        super().__init__(*arguments, **attributes)
        self.examples = examples
        #: the class whose fields declare the parameters, if one does
        self.options = options

    @classmethod
    def typed(
        cls,
        name: str,
        options: type[T],
        run: Callable[[T, RunOptions], int],
        *,
        examples: Sequence[str],
        help: str,
        unnamed: Parameters = (),
    ) -> Subcommand:
        """A command whose parameters are the fields of `options` (`option_classes`), those
        `unnamed`, whose values reach RunOptions alone, and those that all commands have.
        """
        # imported late: 1 ms, which commands with a list of parameters save
        from .option_classes import options_from, parameters_of

        @click.pass_context
        def call(context: click.Context, /, **values: Any) -> int:
            run_options = run_options_of(context)
            return run(options_from(options, values, run_options), run_options)

        return cls(
            name,
            callback=call,
            examples=examples,
            help=help,
            options=options,
            params=[*parameters_of(options), *unnamed, *output()],
        )

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_epilog(ctx, formatter)
        _write_examples(self.examples, ctx, formatter)


def _write_examples(
    examples: Sequence[str], context: click.Context, formatter: click.HelpFormatter
) -> None:
    with formatter.section("Examples"):
        for line in examples:
            formatter.write(f"{'':{formatter.current_indent}}{line}\n")
    formatter.write(f"\nDocs: {page_of(context.command_path.split())}\n")


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called, completed or asked for their help.

    `by_name`: the commands by each of their names. The help ends with the examples.
    """

    def __init__(
        self,
        name: str,
        commands: Mapping[str, LazyCommand],
        examples: Sequence[str],
        **attributes: Any,
    ) -> None:
        super().__init__(name, no_args_is_help=False, **attributes)
        self.examples = examples
        self.listed = commands
        self.by_name = {
            alias: command for name, command in commands.items() for alias in (name, *command.also)
        }

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_epilog(ctx, formatter)
        _write_examples(self.examples, ctx, formatter)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.by_name)

    def get_command(self, ctx: click.Context, cmd_name: str) -> Optional[click.Command]:
        return self.by_name[cmd_name].load() if cmd_name in self.by_name else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[Optional[str], Optional[click.Command], list[str]]:
        if (
            args
            and args[0] not in self.by_name
            and not args[0].startswith("-")
            and not ctx.resilient_parsing
        ):
            ctx.fail(f"there is no command {args[0][:40]!r}; {self._advice(ctx, args[0])}")
        return super().resolve_command(ctx, args)

    def _advice(self, ctx: click.Context, word: str) -> str:
        """What to use instead of a word that is not a command of this group."""
        from . import suggestions  # imported late: 1 ms, for an error alone

        above = ctx.parent.command if ctx.parent is not None else None
        outer = above.by_name if isinstance(above, LazyGroup) else {}
        path = ctx.parent.command_path if ctx.parent is not None else ""
        advice = suggestions.advice_for(word, self.by_name)
        if advice:
            return advice
        if word in outer:  # `pdu snmp record`: `pdu record snmp`
            near = suggestions.similar(word, self.by_name) or self.choice()
            return f"{near}, or see {path} {word} --help"
        advice = suggestions.advice_for(word, outer)
        if advice:
            return f"for {path}, {advice}"
        if hosts.is_ip(word):
            return f"{self.choice()}; pdu identify {word} says what a device is"
        return suggestions.similar(word, self.by_name) or self.choice()

    def choice(self) -> str:
        """The commands to choose from, for errors."""
        return f"choose from {', '.join(self.listed)}"

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            _write_commands(self.listed, formatter)


def _write_commands(
    commands: Mapping[str, LazyCommand], formatter: click.HelpFormatter, width: int = 0
) -> None:
    """A line for each command; names get a column of at least `width` characters."""
    formatter.write_dl([(name.ljust(width), command.help) for name, command in commands.items()])


class CommandGroup(NamedTuple):
    """Commands that are shown together."""

    heading: str
    names: Sequence[str]
    #: the word of `pdu help WORD`; "": `--help` has a line for each command of the group
    word: str = ""
    #: what they are for, in the line of a group with a word
    help: str = ""


class Grouped(LazyGroup):
    """A group whose help shows its commands by `groups`, in their order. Called without arguments,
    it shows an overview of the names alone.
    """

    def __init__(
        self,
        name: str,
        commands: Mapping[str, LazyCommand],
        examples: Sequence[str],
        groups: Sequence[CommandGroup],
        **attributes: Any,
    ) -> None:
        super().__init__(name, commands, examples, **attributes)
        self.groups = groups
        self.by_word = {group.word: group for group in groups if group.word}

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands alone: --help is known, and --version is a command too."""
        self.format_commands(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        self.write_groups([group for group in self.groups if not group.word], formatter)
        width = self._width()
        with formatter.section("More (pdu help GROUP lists the commands)"):
            formatter.write_dl(
                [(word.ljust(width), group.help) for word, group in self.by_word.items()]
            )

    def write_groups(self, groups: Sequence[CommandGroup], formatter: click.HelpFormatter) -> None:
        """A line for each command of these groups, below their headings."""
        for group in groups:
            with formatter.section(group.heading):
                listed = {name: self.listed[name] for name in group.names}
                _write_commands(listed, formatter, self._width())

    def _width(self) -> int:
        return max(map(len, self.listed))

    def overview(self) -> Iterator[str]:
        """Each heading with the names of its commands, in lines of at most WIDTH characters."""
        width = max(len(group.heading) for group in self.groups)
        for group in self.groups:
            yield from textwrap.wrap(
                " ".join(group.names),
                WIDTH,
                initial_indent=f"{group.heading:{width}}  ",
                subsequent_indent=(width + 2) * " ",
                break_on_hyphens=False,
            )
