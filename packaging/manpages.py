"""Writes what a distribution installs beside the command `pdu`: its manual pages and its completion
for bash, zsh and fish, all made from the commands themselves.

    python packaging/manpages.py --pyz dist/pdu.pyz --out DIR

The files have the paths of Debian below DIR: usr/share/man/man1/pdu.1 and a page for each command,
usr/share/bash-completion/completions/pdu and so on. The same pdu.pyz gives the same files.
"""

from __future__ import annotations

import argparse
import importlib
import re
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Optional

_MAN = "usr/share/man/man1"
_COMPLETIONS = {
    "bash": "usr/share/bash-completion/completions/pdu",
    "zsh": "usr/share/zsh/vendor-completions/_pdu",
    "fish": "usr/share/fish/vendor_completions.d/pdu.fish",
}
_FILES = (
    ("~/.config/pdu/pdus.csv, /etc/pdu/pdus.csv, /etc/pdu/hall.csv", "the list of PDUs, the first"),
    ("logins.toml", "in the folder of the list: the logins that it names"),
)


_GLYPHS = {"\\": "\\e", "-": "\\-", "'": "\\(aq", "`": "\\(ga"}


def escaped(text: str) -> str:
    """Text of one line for roff (groff_man(7)): no backslash, hyphen or control line of its own."""
    plain = (
        text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("`", "\\(ga")
    )
    return f"\\&{plain}" if plain.startswith(".") else plain


def _bold(text: str) -> str:
    return f"\\fB{escaped(text)}\\fR"


def _paragraphs(text: str) -> Iterator[str]:
    """A help text of click: paragraphs, of which those after a \\b keep their lines."""
    for block in re.split(r"\n\s*\n", text.strip()):
        lines = block.strip("\n").split("\n")
        is_verbatim = lines[0].strip() == "\b"
        yield ".PP"
        if is_verbatim:
            yield ".nf"
            yield from map(escaped, lines[1:])
            yield ".fi"
        else:
            yield escaped(" ".join(line.strip() for line in lines if line.strip() != "\b"))


def _entries(rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    for name, about in rows:
        yield ".TP"
        yield _bold(name)
        yield escaped(about) or "\\&"


class Manual:
    """The pages of one program. `click`: the module, as the program imports it."""

    def __init__(self, click: Any, root: Any, version: str) -> None:
        self.click, self.root, self.version = click, root, version

    def pages(self, exits: Sequence[tuple[int, str]]) -> Iterator[tuple[str, str]]:
        """Each page's file name and its text. `exits`: exit codes with their meanings."""
        context = self.click.Context(self.root, info_name="pdu")
        yield (
            "pdu.1",
            self._page("pdu", "read, meter and switch rack PDUs", self._first(context, exits)),
        )
        for name, lazy_command in self.root.listed.items():
            command = self.root.get_command(context, name)
            inner = self.click.Context(command, info_name=name, parent=context)
            body = [*self._command(inner), ".SH SEE ALSO", ".BR pdu (1)"]
            yield f"pdu-{name}.1", self._page(f"pdu-{name}", lazy_command.help, body)

    def _page(self, name: str, about: str, body: Iterable[str]) -> str:
        head = [
            f'.TH {escaped(name.upper())} 1 "" "pdu {escaped(self.version)}" "Rack PDUs"',
            ".SH NAME",
            f"{escaped(name)} \\- {escaped(about)}",
        ]
        return "\n".join([*head, *body, ""])

    def _first(self, context: Any, exits: Sequence[tuple[int, str]]) -> Iterator[str]:
        yield from self._synopsis(context)
        yield ".SH DESCRIPTION"
        yield from _paragraphs(self.root.help)
        yield ".SH COMMANDS"
        for heading, names in self.root.groups.items():
            yield f".SS {escaped(heading)}"
            for name in names:
                yield ".TP"
                yield f".BR pdu\\-{escaped(name)} (1)"
                yield escaped(self.root.listed[name].help)
        yield ".SH OPTIONS"
        yield from self._options(context)
        yield ".SH ENVIRONMENT"
        yield from _paragraphs(self.root.epilog)
        yield ".SH FILES"
        yield from _entries(_FILES)
        yield ".SH EXIT STATUS"
        yield from _entries((str(code), about) for code, about in exits)
        yield from self._examples(self.root)

    def _synopsis(self, context: Any) -> Iterator[str]:
        yield ".SH SYNOPSIS"
        yield self._usage(context)

    def _usage(self, context: Any) -> str:
        pieces = " ".join(context.command.collect_usage_pieces(context))
        return f"{_bold(context.command_path)} {escaped(pieces)}"

    def _command(self, context: Any) -> Iterator[str]:
        command = context.command
        yield from self._synopsis(context)
        yield ".SH DESCRIPTION"
        yield from _paragraphs(command.help)
        yield ".SH OPTIONS"
        yield from self._options(context)
        if isinstance(command, self.click.Group):
            yield ".SH COMMANDS"
            for name in command.list_commands(context):
                inner = command.get_command(context, name)
                below = self.click.Context(inner, info_name=name, parent=context)
                yield f".SS {escaped(name)}"
                yield self._usage(below)
                yield from _paragraphs(inner.help)
                yield from self._options(below)
        yield from self._examples(command)

    def _options(self, context: Any) -> Iterator[str]:
        records = (
            parameter.get_help_record(context) for parameter in context.command.get_params(context)
        )
        yield from _entries(record for record in records if record is not None)

    def _examples(self, command: Any) -> Iterator[str]:
        yield ".SH EXAMPLES"
        yield ".nf"
        yield from map(escaped, command.examples)
        yield ".fi"


def files() -> dict[str, str]:
    """Path below / → text. The program's modules must be importable."""
    click, root = importlib.import_module("click"), importlib.import_module("pdu.root")
    exits = importlib.import_module("pdu.core.cli.exit_codes")
    shells = importlib.import_module("pdu.core.cli.completion_scripts")
    options = importlib.import_module("pdu.core.cli.options")
    version: str = importlib.import_module("handlers").VERSION
    manual = Manual(click, root.ROOT, version)
    codes = [(row.code, row.meaning) for row in exits.EXITS]
    text_by_path = {f"{_MAN}/{name}": text for name, text in manual.pages(codes)}
    for shell, path in _COMPLETIONS.items():
        script = shells.SHELLS[shell](root.ROOT, {}, "pdu", options.COMPLETION)
        text_by_path[path] = script.source().strip("\n") + "\n"
    return text_by_path


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """The command line. Returns 0."""
    parser = argparse.ArgumentParser(
        prog="manpages.py",
        allow_abbrev=False,
        description="Write the manual pages and completions of the command pdu.",
    )
    parser.add_argument("--pyz", type=Path, required=True, help="the pdu.pyz to read them from")
    parser.add_argument("--out", type=Path, required=True, help="the folder to write below")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="manpages.") as folder:
        with zipfile.ZipFile(chosen.pyz) as packed:  # the program looks into its folders
            packed.extractall(folder)
        sys.path.insert(0, folder)
        text_by_path = files()
    for name, text in text_by_path.items():
        path = chosen.out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
