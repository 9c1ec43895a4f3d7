"""`pdu help` and `pdu version`: what click's --help and --version lack, topics and --json."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Sequence
from typing import Optional

import click
from click.shell_completion import CompletionItem

from handlers import VERSION, registry

from .cli import exit_codes
from .cli.groups import INDEX, CommandGroup, LazyGroup, Subcommand, help_records, page_path
from .cli.invocation import VERSION_LINE
from .cli.options import (
    Output,
    SharedOption,
    output_options,
    pass_output,
    run_of,
    word_completion,
)
from .cli.output import Result, print_result

COMMANDS = "commands"
_TOPICS = ("exit-codes", "settings", COMMANDS)
_SETTINGS_PAGE = "docs/settings.md"
_SETTINGS = f"""\
{{}},
          or PATH: a file (.py), folder or archive (.tar.gz) with one, whoever
          wrote it; PATH:IMPORT.PATH names one of several
settings  options, -s KEY=VALUE, or variables PDU_KEY (PDU_USERNAME, ...)
secrets   --secret-file KEY=FILE, or PDU_PASSWORD, PDU_COMMUNITY, ...;
          pdu asks for one that it needs and that is not given
Each setting of each handler: {_SETTINGS_PAGE}

The commands that read or switch a PDU have these options:
{{}}"""


def _words(
    context: click.Context, argument: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Completes the name of a command of `pdu`, a topic or a group."""
    root = context.find_root().command
    assert isinstance(root, LazyGroup)
    names = [*root.lazy_commands, *_TOPICS, *root.group_by_word]
    return word_completion(lambda: names)(context, argument, incomplete)


def _shared_options(root: LazyGroup) -> dict[str, str]:
    """The options for the list, the login and the settings -> what each means."""
    with click.Context(root) as context:
        status = root.get_command(context, "status")
        assert status is not None
        options = [option for option in status.params if isinstance(option, SharedOption)]
        return dict(help_records(options, context))


def _settings_topic(root: LazyGroup) -> Result:
    """What `pdu help settings` prints."""
    names = [*registry.names()]
    options = _shared_options(root)
    formatter = click.HelpFormatter(width=exit_codes.WIDTH)
    formatter.indent()
    formatter.write_dl(list(options.items()))
    handlers = textwrap.fill(
        ", ".join(names), exit_codes.WIDTH, initial_indent="HANDLER   ", subsequent_indent=10 * " "
    )
    text = _SETTINGS.format(handlers, formatter.getvalue())
    document = {"handlers": names, "page": _SETTINGS_PAGE, "options": options}
    return Result(document, text.rstrip().splitlines())


def _groups_topic(root: LazyGroup, groups: Sequence[CommandGroup], pages: Sequence[str]) -> Result:
    """A line for each command of these groups, and pages below docs/."""
    formatter = click.HelpFormatter(width=exit_codes.WIDTH)
    root.write_groups(groups, formatter)
    lines = formatter.getvalue().strip("\n").splitlines()
    lines += ["", f"Docs: {', '.join(map(page_path, pages))}"]
    names = [name for group in groups for name in group.names]
    return Result({"commands": {name: root.lazy_commands[name].help for name in names}}, lines)


def _topic(root: LazyGroup, word: str) -> Optional[Result]:
    """What `pdu help WORD` prints of a topic or a group, None for another word."""
    if word == "exit-codes":
        codes = [row._asdict() for row in exit_codes.EXITS]
        return Result({"exit_codes": codes}, exit_codes.table().splitlines())
    if word == "settings":
        return _settings_topic(root)
    if word == COMMANDS:
        return _groups_topic(root, root.groups, [INDEX])
    group = root.group_by_word.get(word)
    if group is None:
        return None
    pages = dict.fromkeys(root.lazy_commands[name].page for name in group.names)
    return _groups_topic(root, [group], list(pages))


@click.command(
    "help",
    cls=Subcommand,
    examples=("pdu help recordings", "pdu help exit-codes"),
    help=f"""Show the help of a command, as COMMAND --help does, or what one of these words means:
{", ".join(_TOPICS)}, or a group that pdu --help names.""",
)
@click.argument("command", nargs=-1, shell_complete=_words)
@output_options
@click.pass_context
def help_(context: click.Context, command: Sequence[str]) -> int:
    """Print a topic, or the help of a command."""
    root = context.find_root().command
    assert isinstance(root, LazyGroup)
    if command and command[0] not in root.lazy_commands:
        result = _topic(root, command[0])
        if result is not None:
            return print_result(result, as_json=run_of(context).output.json)
    with root.make_context("pdu", [*command, "--help"], obj=run_of(context)) as help_context:
        return int(root.invoke(help_context))  # ends in click's Exit, once the help is shown


@click.command("version", cls=Subcommand, examples=("pdu version", "pdu version --json"))
@output_options
@pass_output
def version(output: Output) -> int:
    """Show the versions of the pack and of Python, as pdu --version does."""
    python = sys.version.split()[0]
    result = Result({"version": VERSION, "python": python}, [VERSION_LINE])
    return print_result(result, as_json=output.json)
