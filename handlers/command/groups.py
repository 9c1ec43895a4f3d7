"""Groups of commands: each command is imported when it is called, and a HOST may come before the command."""
from __future__ import annotations

import difflib
import importlib
from typing import Any, Callable, List, Mapping, NamedTuple, Optional, Sequence, Tuple

import click

from . import form
from .options import Given, Parameters, Word, given

EPILOG = "\b\nOptions of a command: COMMAND --help. Settings, secrets and exit codes: pdu --help."


class Place(NamedTuple):
    """The module of a command below handlers/command, the command's name in it, and one line for the list."""

    module: str
    name: str
    help: str


class Lazy(click.Group):
    """The commands in `places`. `make` turns the object that a module has under a place's name into a click command."""

    def __init__(self, name: str, places: Mapping[str, Place], make: Optional[Callable[[str, Any, str], click.Command]] = None,
                 **more: Any) -> None:
        super().__init__(name, no_args_is_help=False, **more)
        self.places, self.make = places, make

    def list_commands(self, ctx: click.Context) -> List[str]:
        return list(self.places)

    def get_command(self, ctx: click.Context, cmd_name: str) -> Optional[click.Command]:
        place = self.places.get(cmd_name)
        if place is None:
            return None
        found: Any = getattr(importlib.import_module(f".{place.module}", __package__), place.name)
        if self.make is not None:
            found = self.make(cmd_name, found, place.help)
        assert isinstance(found, click.Command)
        return found

    def resolve_command(self, ctx: click.Context, args: List[str]) -> Tuple[Optional[str], Optional[click.Command], List[str]]:
        if args and args[0] not in self.places and not args[0].startswith("-"):
            near = difflib.get_close_matches(args[0], self.places, 1)
            advice = f"do you mean {near[0]}?" if near else f"choose from {', '.join(self.places)}"
            ctx.fail(f"there is no command {args[0][:40]!r}; {advice}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, place.help) for name, place in self.places.items()])


class OnHost(Lazy):
    """`HOST COMMAND ...`. The group's options may come before and behind HOST. Commands in `without` take no HOST."""

    def __init__(self, name: str, places: Mapping[str, Place], make: Callable[[str, Any, str], click.Command],
                 without: Sequence[str] = (), **more: Any) -> None:
        super().__init__(name, places, make, **more)
        self.without = without

    def parse_args(self, ctx: click.Context, args: List[str]) -> List[str]:
        before, rest = self._options_first(ctx, args)
        if rest and rest[0] in self.without:
            return super().parse_args(ctx, [*before, "", *rest])
        behind, rest_behind = self._options_first(ctx, rest[1:])
        return super().parse_args(ctx, [*before, *behind, *rest[:1], *rest_behind])

    def _options_first(self, ctx: click.Context, args: List[str]) -> Tuple[List[str], List[str]]:
        """The options at the beginning of `args`, and the rest."""
        options: List[click.Parameter] = [one for one in self.get_params(ctx) if isinstance(one, click.Option)]
        parser = click.Command("", params=options, add_help_option=False).make_parser(ctx)
        parser.allow_interspersed_args = False
        rest = parser.parse_args(list(args))[1]
        return args[:len(args) - len(rest)], rest


def on_host(name: str, help_: str, arguments: Parameters, options: Parameters,
            run: Callable[[Given, str, Mapping[str, Any]], int]) -> click.Command:
    """A command of an OnHost group. `run` takes the shared options' values, the host, and the command's own arguments."""
    @click.pass_context
    def call(__context: click.Context, **words: Any) -> int:
        assert __context.parent is not None
        return run(given(__context), form.address(str(__context.parent.params["host"])), words)
    return click.Command(name, callback=call, help=explained(help_, arguments), params=[*arguments, *options])


def explained(help_: str, parameters: Parameters) -> str:
    """The help of a command with a line for each of its arguments."""
    lines = [f"{word.plain}  {word.about}" for word in parameters if isinstance(word, Word) and word.about]
    return help_ + ("\n\n\b\n" + "\n".join(lines) if lines else "")
