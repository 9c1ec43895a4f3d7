"""`pdu completion SHELL`: the script that lets a shell complete this command."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from .options import given, output
from .output import Result, shown
from .root import COMPLETION, ROOT

_SHELLS = {"bash": "~/.bashrc", "zsh": "~/.zshrc", "fish": "~/.config/fish/completions/pdu.fish"}


@click.pass_context
def _print(context: click.Context, shell: str) -> int:
    kind = get_completion_class(shell)
    assert kind is not None
    script = kind(ROOT, {}, "pdu", COMPLETION).source()
    return shown(Result({"shell": shell, "script": script}, [script]), given(context).json)


_HELP = "Print the script that completes pdu in a shell. Add it to this file:\n\n\b\n"
completion = click.Command(
    "completion",
    callback=_print,
    help=_HELP + "\n".join(f"{shell}: {file}" for shell, file in _SHELLS.items()),
    params=[
        click.Argument(["shell"], type=click.Choice(list(_SHELLS)), metavar="SHELL"),
        *output(),
    ],
)
