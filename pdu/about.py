"""`pdu help` and `pdu version`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from handlers import VERSION
from handlers.shared.similar_names import similar_names

from .core.cli import exit_codes, pages
from .core.cli.error_output import Usage
from .core.cli.groups import LazyGroup, Subcommand
from .core.cli.options import Argument, output, run_options_of, word_completion
from .core.cli.output import Result, print_result

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


EXIT_CODES = "exit-codes"
ERRORS = "errors"


_ERRORS = """\
An error is one line: the PDU's address, what was asked, and a sentence that says what to do.
Each sentence, and UNKNOWN: {}
The exit code says who must act: pdu help exit-codes
What a device is and which handler reads it: pdu identify HOST"""


def _commands(
    context: click.Context, argument: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Completes the name of a command of `pdu`."""
    root = context.find_root().command
    names = [*root.by_name, EXIT_CODES, ERRORS] if isinstance(root, LazyGroup) else []
    return word_completion(lambda: names)(context, argument, incomplete)


@click.pass_context
def _help(context: click.Context, command: Sequence[str]) -> int:
    if list(command) == [EXIT_CODES]:
        codes = [row._asdict() for row in exit_codes.EXITS]
        return print_result(
            Result({"exit_codes": codes}, exit_codes.table().splitlines()),
            run_options_of(context).json,
        )
    if list(command) == [ERRORS]:
        page = pages.localized(pages.ERRORS)
        return print_result(
            Result({"page": page}, [*_ERRORS.format(page).splitlines()]),
            run_options_of(context).json,
        )
    root = context.find_root().command
    known = root.by_name if isinstance(root, LazyGroup) else {}
    near = similar_names(command[0], (ERRORS, EXIT_CODES)) if len(command) == 1 else []
    if near and command[0] not in known:
        raise Usage(f"there is no command {command[0]!r}; did you mean pdu help {near[0]}?")
    with root.make_context(
        "pdu", [*command, "--help"], obj=run_options_of(context)
    ) as help_context:
        return int(root.invoke(help_context))  # ends in click's Exit, once the help is shown


@click.pass_context
def _version(context: click.Context) -> int:
    python = sys.version.split()[0]
    return print_result(
        Result({"version": VERSION, "python": python}, [f"pdu {VERSION}, Python {python}"]),
        run_options_of(context).json,
    )


help_ = Subcommand(
    "help",
    callback=_help,
    help="Show the help of a command, as COMMAND --help does, what the exit codes mean, or where"
    " each error is explained.",
    examples=("pdu help exit-codes", "pdu help errors"),
    params=[Argument("COMMAND*", shell_complete=_commands), *output()],
)
version = Subcommand(
    "version",
    callback=_version,
    help="Show the versions of the pack and of Python, as pdu --version does.",
    examples=("pdu version", "pdu version --json"),
    params=output(),
)
