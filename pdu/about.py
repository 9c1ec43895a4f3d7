"""`pdu help` and `pdu version`."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Sequence
from typing import Optional

import click
from click.shell_completion import CompletionItem

from handlers import VERSION, registry
from handlers.shared.similar_names import similar_names

from .cli import exit_codes
from .cli.error_output import Usage
from .cli.groups import INDEX, LazyGroup, Subcommand, help_records, page_path
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

EXIT_CODES = "exit-codes"
ERRORS = "errors"
SETTINGS = "settings"
COMMANDS = "commands"
_TOPICS = (EXIT_CODES, ERRORS, SETTINGS, COMMANDS)

_ERRORS_PAGE, _SETTINGS_PAGE = "docs/troubleshooting.md", "docs/settings.md"
_ERRORS = f"""\
An error is a sentence: the PDU's address, what was asked, and what to do.
UNKNOWN, certificates and SNMP's silence: {_ERRORS_PAGE}
The exit code says who must act: pdu help exit-codes
What a device is and which handler reads it: pdu identify HOST"""
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


def _topic_words(root: LazyGroup) -> list[str]:
    """What `pdu help` explains beside commands."""
    return [*_TOPICS, *root.group_by_word]


def _words(
    context: click.Context, argument: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Completes the name of a command of `pdu`, a topic or a group."""
    root = context.find_root().command
    names = [*root.lazy_commands, *_topic_words(root)] if isinstance(root, LazyGroup) else []
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


def _topic(root: LazyGroup, word: str) -> Optional[Result]:
    """What `pdu help WORD` prints of a topic or a group, None for another word."""
    if word == EXIT_CODES:
        codes = [row._asdict() for row in exit_codes.EXITS]
        return Result({"exit_codes": codes}, exit_codes.table().splitlines())
    if word == ERRORS:
        return Result({"page": _ERRORS_PAGE}, _ERRORS.splitlines())
    if word == SETTINGS:
        return _settings_topic(root)
    if word != COMMANDS and word not in root.group_by_word:
        return None
    groups = root.groups if word == COMMANDS else [root.group_by_word[word]]
    formatter = click.HelpFormatter(width=exit_codes.WIDTH)
    root.write_groups(groups, formatter)
    names = [name for group in groups for name in group.names]
    lines = formatter.getvalue().strip("\n").splitlines()
    pages = dict.fromkeys(root.lazy_commands[name].page for name in names)
    shown_pages = [INDEX] if word == COMMANDS else pages
    lines += ["", f"Docs: {', '.join(map(page_path, shown_pages))}"]
    return Result({"commands": {name: root.lazy_commands[name].help for name in names}}, lines)


def _check_words(context: click.Context, root: LazyGroup, words: Sequence[str]) -> None:
    """Raises Usage if a word follows a heading such as `recordings`, or a command that has no
    commands of its own: click would not read it.
    """
    if len(words) > 1:
        heading = words[0]
        if heading in root.group_by_word and heading not in root.lazy_commands:
            raise Usage(f"{heading!r} is a group of commands: give pdu help {heading} alone")
    command: Optional[click.Command] = root
    for index, word in enumerate(words):
        if not isinstance(command, click.Group):
            path = " ".join(words[:index])
            raise Usage(f"pdu {path} has no command {word[:40]!r}: give pdu help {path}")
        if word not in command.list_commands(context):
            return  # the group says so when it is called, with advice
        command = command.get_command(context, word)


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
    """Print a topic's page, or the help of a command."""
    root = context.find_root().command
    assert isinstance(root, LazyGroup)
    if len(command) == 1 and command[0] not in root.lazy_commands:
        result = _topic(root, command[0])
        if result is not None:
            return print_result(result, as_json=run_of(context).output.json)
        similar = similar_names(command[0], [*_topic_words(root), *root.lazy_commands])
        if similar and similar[0] not in root.lazy_commands:
            raise Usage(f"there is no command {command[0]!r}; did you mean pdu help {similar[0]}?")
    if len(command) > 1 and command[0] in _topic_words(root):
        topic, word, *_ = command
        page = "; docs/settings.md has those of each handler" if topic == "settings" else ""
        raise Usage(f"pdu help {topic} takes no further word, such as {word[:40]!r}{page}")
    _check_words(context, root, command)
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
