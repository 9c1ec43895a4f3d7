"""`pdu energy verify DIR`: whether the lines of a meter are as they were written, and whether packs
are what these lines say.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

import click

from ...errors import SettingsError, printable
from ..kit import journal
from ..kit.exits import DONE
from ..kit.groups import Subcommand
from ..kit.journal import PACKED, START, Changed
from ..kit.options import Word, given, option, output
from ..kit.output import Result, counted, shown
from ..kit.report import Usage
from . import packs
from .journals import roomy
from .meter.days import files, is_used
from .spread import are_large, spread

_HASH = re.compile("[0-9a-f]{64}")
_AFTER = re.compile(rb'"journal":1,"after":"([0-9a-f]{64})"}')
#: the exit code where the meter had to begin a chain anew
_ANEW_CODE = 1
_ANEW = re.compile(rb'"anew":("(?:[^"\\]|\\.)*")}')
_LIMITS = (
    "A chain alone does not show lines cut off its end, nor a chain that was written anew: give a"
    " hash that was kept at another place as --kept."
)


class Verified(NamedTuple):
    """What a whole chain is."""

    files: int
    lines: int
    #: names of the first and the last file
    first: str
    last: str
    #: the hash before the first line; START if no file is missing there
    after: str
    #: the hash up to the last line
    hash: str
    #: files that begin a chain anew, with the meter's reason
    anew: Sequence[str] = ()


def verified(folder: str, kept: Sequence[str] = ()) -> Verified:
    """Check all files of a meter.

    `kept`: hashes that must be among those of the lines. Raises Changed, which names the file and
    the line, and SettingsError for a folder without files, or one that cannot be read.
    """
    paths = files(folder)
    if not paths:
        raise SettingsError(f"{printable(folder)} has no file of a meter, such as 2026-11-23.jsonl")
    missing = set(kept)
    lines, begin, before = 0, "", ""
    anew: list[str] = []
    for path in paths:
        is_broken = False
        for line in journal.lines(path):
            lines += 1
            missing.discard(line.hash)
            if line.number == 1:
                found = _AFTER.fullmatch(line.body)
                if found is None:
                    raise Changed(f"{path}: line 1 is not the first line of a meter's file")
                after = found[1].decode()
                is_broken = bool(before) and after != before
                begin = begin or after
            elif line.number == 2:
                why = _ANEW.fullmatch(line.body)
                if why is not None:
                    reason = printable(json.loads(why[1]), 300)
                    anew.append(f"{os.path.basename(path)}: {reason}")
                elif is_broken:
                    raise journal.discontinued(path)
                is_broken = False
            before = line.hash
        if is_broken:
            raise journal.discontinued(path)
        is_last = path == paths[-1]
        # the file after a packed one shows whether its end is whole
        rest = journal.torn(path) if is_last or not path.endswith(PACKED) else 0
        is_closed = not is_last or path.endswith(PACKED)
        if rest and is_closed:
            raise Changed(f"{path}: its last line has no end ({rest} bytes): it was changed")
        if rest and not is_used(folder):
            raise Changed(
                f"{path}: the last {rest} bytes are no whole line: a write that was broken off,"
                " which the next start of the meter repairs, or a changed end of the last line"
            )
    if missing:
        raise Changed(
            f"{printable(folder)} has no line with the hash {sorted(missing)[0]}: lines were"
            " removed after it was kept, or the files were written anew"
        )
    names = [os.path.basename(path) for path in (paths[0], paths[-1])]
    after, last = begin or START, before or START
    return Verified(len(paths), lines, names[0], names[1], after, last, anew)


def packed(folder: str) -> int:
    """Check that packs are what `pdu energy pack` makes of their files; how many are.

    Packs of files that have since changed are not used by an audit, and not counted. Raises
    Changed, and SettingsError as `verified` does.
    """
    paths = [path for path in files(folder) if os.path.exists(packs.path_of(path))]
    with tempfile.TemporaryDirectory(prefix="pdu-energy-", dir=roomy()) as room:
        found = [*spread(partial(_is_its_pack, room), paths, large=are_large(paths))]
    return sum(found)


def _is_its_pack(room: str, source: str) -> bool:
    """False for a pack that no audit uses. Raises Changed for one that says something else."""
    pack = packs.path_of(source)
    index = packs.index_of(pack, packs.digest(source))
    if index is None:
        return False
    if not packs.is_of(pack, source, room):
        raise Changed(
            f"{printable(pack)} does not say what its file says: remove it, and run"
            " `pdu energy pack`"
        )
    return True


@click.pass_context
def _verify(context: click.Context, /, **options: Any) -> int:
    folder, kept = options["dir"], options["kept"]
    for one in kept:
        if not _HASH.fullmatch(one):
            raise Usage(f"--kept {printable(one, 80)!r}: give 64 hexadecimal digits")
    found = verified(folder, kept)
    same = packed(folder)
    said = [
        f"{counted(found.lines, 'line')} in {counted(found.files, 'file')}, {found.first} to"
        f" {found.last}: each as it was written",
    ]
    if same:
        said.append(f"{counted(same, 'pack')}: as `pdu energy pack` makes them of these files")
    for one in found.anew:
        said.append(f"a new chain begins, so lines may be missing before it: {one}")
    if found.after != START:
        said.append(f"begins after the hash {found.after} of an earlier file, which is not here")
    said.append(f"last hash, to be kept at another place: {found.hash}")
    if not kept:
        said.append(_LIMITS)
    code = _ANEW_CODE if found.anew else DONE
    return shown(Result({**found._asdict(), "packs": same}, said, code), given(context).json)


_HELP = """Check that the files of `pdu meter` are as they were written.

DIR is the folder of `pdu meter LIST --into DIR`. A changed line is named with its
file. Prints the last hash; keep it at another place, and give it later as --kept:
then nothing that was written until then can be missing unseen. Packs, which audits
read in place of these files, are made anew and compared.

Exit code: 0 if all is as it was written, 1 if the meter had to begin a chain anew
(it says why), 2 if a line was changed or is missing."""
verify = Subcommand(
    "verify",
    callback=_verify,
    help=_HELP,
    examples=(
        "pdu energy verify /var/lib/pdu-meter",
        "pdu energy verify readings --kept HASH",
    ),
    params=[
        Word("DIR"),
        *option("--kept", "a hash that an earlier run printed; repeatable", "HASH", multiple=True),
        *output(),
    ],
)
