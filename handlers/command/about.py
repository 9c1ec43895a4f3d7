"""`pdu help` and `pdu version`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from .. import VERSION
from .groups import Subcommand
from .options import Word, completed, given, output
from .output import Result, shown
from .root import ROOT


@click.pass_context
def _help(context: click.Context, command: Sequence[str]) -> int:
    with ROOT.make_context("pdu", [*command, "--help"], obj=given(context)) as asked:
        return int(ROOT.invoke(asked))  # ends in click's Exit, once the help is shown


@click.pass_context
def _version(context: click.Context) -> int:
    python = sys.version.split()[0]
    return shown(
        Result({"version": VERSION, "python": python}, [f"pdu {VERSION}, Python {python}"]),
        given(context).json,
    )


help_ = Subcommand(
    "help",
    callback=_help,
    help="Show the help of a command, as COMMAND --help does.",
    examples=("pdu help status", "pdu help raritan cycle"),
    params=[Word("COMMAND*", shell_complete=completed(lambda: ROOT.by_name)), *output()],
)
version = Subcommand(
    "version",
    callback=_version,
    help="Show the versions of the pack and of Python, as pdu --version does.",
    examples=("pdu version", "pdu version --json"),
    params=output(),
)
