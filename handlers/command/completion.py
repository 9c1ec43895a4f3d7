"""`pdu completion SHELL`: the script that lets a shell complete this command."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import click
from click.shell_completion import get_completion_class

from .groups import Subcommand
from .options import given, output
from .output import Result, shown
from .root import COMPLETION, ROOT

# For each shell, changes of click's script: a word for which pdu offers nothing is completed by the
# names of files, as without pdu.
_OTHERWISE_FILES: Mapping[str, Sequence[tuple[str, str]]] = {
    "bash": (("complete -o nosort", "complete -o nosort -o bashdefault -o default"),),
    "zsh": (
        (
            '    if [ -n "$completions" ]',
            '    [[ -n "$response" ]] || _files\n\n    if [ -n "$completions" ]',
        ),
    ),
    "fish": (
        (
            "    for completion in $response",
            '    test -n "$response"; or __fish_complete_path (commandline -ct);\n\n'
            "    for completion in $response",
        ),
    ),
}
_SHELLS = {"bash": "~/.bashrc", "zsh": "~/.zshrc", "fish": "~/.config/fish/completions/pdu.fish"}


@click.pass_context
def _print(context: click.Context, shell: str) -> int:
    kind = get_completion_class(shell)
    assert kind is not None
    script = kind(ROOT, {}, "pdu", COMPLETION).source()
    for before, after in _OTHERWISE_FILES[shell]:
        script = script.replace(before, after)
    return shown(Result({"shell": shell, "script": script}, [script]), given(context).json)


_HELP = "Print the script that completes pdu in a shell. Add it to this file:\n\n\b\n"
completion = Subcommand(
    "completion",
    callback=_print,
    examples=(
        "pdu completion bash >> ~/.bashrc",
        "pdu completion fish > ~/.config/fish/completions/pdu.fish",
    ),
    help=_HELP + "\n".join(f"{shell}: {file}" for shell, file in _SHELLS.items()),
    params=[
        click.Argument(["shell"], type=click.Choice(list(_SHELLS)), metavar="SHELL"),
        *output(),
    ],
)
