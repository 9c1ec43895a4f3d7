"""`pdu completion SHELL`: the script that lets a shell complete this command."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from .cli.groups import Subcommand
from .cli.options import COMPLETION, output_options, run_of
from .cli.output import Result, print_result

# Where each shell reads it.
_FILES = {
    "bash": "~/.bashrc",
    "zsh": "~/.zshrc, below its compinit",
    "fish": "~/.config/fish/completions/pdu.fish",
}
_HELP = "Print the script that completes pdu in a shell. Add it to this file:\n\n\b\n"


@click.command(
    "completion",
    cls=Subcommand,
    examples=(
        "pdu completion bash >> ~/.bashrc",
        "pdu completion fish > ~/.config/fish/completions/pdu.fish",
    ),
    help=_HELP + "\n".join(f"{shell}: {file}" for shell, file in _FILES.items()),
)
@click.argument("shell", type=click.Choice(list(_FILES)), metavar="SHELL")
@output_options
@click.pass_context
def completion(context: click.Context, shell: str) -> int:
    root = context.find_root().command
    shell_class = get_completion_class(shell)
    assert shell_class is not None  # click has these shells
    script = shell_class(root, {}, "pdu", COMPLETION).source()
    result = Result({"shell": shell, "script": script}, [script], is_file_text=True)
    return print_result(result, as_json=run_of(context).output.json)
