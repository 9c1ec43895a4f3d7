"""`pdu energy pack DIR`: keeps packs of a meter's past days, so that audits need not make them."""

from __future__ import annotations

import contextlib
import dataclasses
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import click

from ...errors import SettingsError, printable
from ..kit.groups import Subcommand
from ..kit.options import Word, given, output
from ..kit.output import Result, counted, shown
from . import packs
from .meter import days
from .spread import are_large, spread


@dataclass(frozen=True)
class PackingResult:
    """What a run did, in files."""

    made: int
    kept: int
    #: in bytes, of all packs
    size: int


def packed(folder: str) -> PackingResult:
    """Make the packs of all files but the newest, which a meter may still write.

    Raises SettingsError, and Changed for a line that is not as it was written; packs that were
    finished before stay.
    """
    paths = days.files(folder)
    if not paths:
        raise SettingsError(f"{printable(folder)} has no file of a meter, such as 2026-11-23.jsonl")
    done = [*spread(_kept, paths[:-1], large=are_large(paths))]
    size = sum(os.path.getsize(packs.path_of(path)) for path in paths[:-1])
    return PackingResult(done.count(False), done.count(True), size)


def _kept(source: str) -> bool:
    """Whether there is a pack of this file; if not, it is made."""
    path, before = packs.path_of(source), packs.state(source)
    if packs.index_of(path, before) is not None:
        return True
    packs.write(source, path, before)
    if packs.state(source) != before:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
        raise SettingsError(f"{printable(source)} was changed while it was packed")
    return False


def _lines(folder: str, done: PackingResult) -> Iterator[str]:
    yield (
        f"{printable(folder)}: {counted(done.made, 'file')} packed, {done.kept} were;"
        f" {done.size / 1e6:.1f} MB of packs"
    )


@click.pass_context
def _pack(context: click.Context, /, **options: Any) -> int:
    done = packed(options["dir"])
    said: Sequence[str] = [*_lines(options["dir"], done)]
    return shown(Result(dataclasses.asdict(done), said), given(context).json)


_HELP = """Make audits of many PDUs fast: keep the readings of past days as columns.

DIR is the folder of `pdu meter LIST --into DIR`. Each file but the newest gets a
pack beside it, after all of its lines were checked. An audit uses a pack only
while its file has the same size and time. Packs are copies: remove them when you
like, and run this again after you packed files with gzip."""
pack = Subcommand(
    "pack",
    callback=_pack,
    help=_HELP,
    examples=("pdu energy pack /var/lib/pdu-meter", "pdu energy pack readings --json"),
    params=[Word("DIR"), *output()],
)
