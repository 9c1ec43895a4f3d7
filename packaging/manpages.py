"""Writes what a distribution installs beside the command `pdu`: its manual pages, by click-man, and
its completion for bash, zsh and fish, all made from the commands themselves.

    PYTHONPATH=FOLDER python packaging/manpages.py --pyz dist/pdu.pyz --out DIR

FOLDER has click-man (manpages.lock). The files have the paths of Debian below DIR:
usr/share/man/man1/pdu.1 and a page for each command, usr/share/bash-completion/completions/pdu and
so on. The same pdu.pyz gives the same files.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Optional

_MAN = "usr/share/man/man1"
#: in the head of each page, so that the same files give the same pages
_DAY = "1970-01-01"
_COMPLETIONS = {
    "bash": "usr/share/bash-completion/completions/pdu",
    "zsh": "usr/share/zsh/vendor-completions/_pdu",
    "fish": "usr/share/fish/vendor_completions.d/pdu.fish",
}


def load_commands(group: Any, context: Any, click: Any) -> None:
    """Give a group and those in it the `commands` that click-man reads, with their short helps."""
    group.commands = {
        name: group.get_command(context, name) for name in group.list_commands(context)
    }
    for name, command in group.commands.items():
        if name in group.by_name:
            command.short_help = group.by_name[name].help
        if isinstance(command, click.Group):
            load_commands(command, click.Context(command, info_name=name, parent=context), click)


def write_files(out: Path) -> None:
    """Write the pages and completions below `out`. The program's modules and click-man must be
    importable.
    """
    click, root = importlib.import_module("click"), importlib.import_module("pdu.root")
    click_man = importlib.import_module("click_man.core")
    shells = importlib.import_module("pdu.core.cli.completion_scripts")
    options = importlib.import_module("pdu.core.cli.options")
    version: str = importlib.import_module("handlers").VERSION
    (out / _MAN).mkdir(parents=True, exist_ok=True)
    load_commands(root.ROOT, click.Context(root.ROOT, info_name="pdu"), click)
    click_man.write_man_pages(
        "pdu", root.ROOT, version=version, target_dir=str(out / _MAN), date=_DAY
    )
    for shell, path in _COMPLETIONS.items():
        script = shells.SHELLS[shell](root.ROOT, {}, "pdu", options.COMPLETION)
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        (out / path).write_text(script.source().strip("\n") + "\n", "utf-8")


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """The command line. Returns 0."""
    parser = argparse.ArgumentParser(
        prog="manpages.py",
        allow_abbrev=False,
        description="Write the manual pages and completions of the command pdu.",
    )
    parser.add_argument("--pyz", type=Path, required=True, help="the pdu.pyz to read them from")
    parser.add_argument("--out", type=Path, required=True, help="the folder to write below")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="manpages.") as folder:
        with zipfile.ZipFile(options.pyz) as archive:  # the program looks into its folders
            archive.extractall(folder)
        sys.path.insert(0, folder)
        write_files(options.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
