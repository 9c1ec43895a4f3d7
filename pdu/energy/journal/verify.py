"""`pdu energy verify DIR`: whether the lines of a meter are as they were written."""

from __future__ import annotations

import dataclasses
import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, NamedTuple, Optional

from handlers.shared.errors import SettingsError, printable

from ...core.cli.error_output import Usage
from ...core.cli.exit_codes import DONE
from ...core.cli.groups import Subcommand
from ...core.cli.options import Argument, RunOptions, option
from ...core.cli.output import Result, counted, print_result
from ...core.files import journal
from ...core.files.journal import PACKED, START, HashMismatch
from .days import files, is_used
from .journal_format import time_of

_HASH = re.compile("[0-9a-f]{64}")
_AFTER = re.compile(rb'"journal":1,"after":"([0-9a-f]{64})"}')
#: the exit code where the meter had to begin a chain anew
_DOUBT_CODE = 1
_ANEW = re.compile(rb'"anew":("(?:[^"\\]|\\.)*")}')
_LIMITS = (
    "A chain alone does not show lines cut off its end, nor a chain that was written anew: give a"
    " hash that was kept at another place as --kept."
)


@dataclass(frozen=True)
class KeptLine:
    """The line of a hash that was kept."""

    #: the file's name, and the line's number in it
    file: str
    line: int
    #: lines up to this one, of all files
    lines: int
    #: when it was written, as it says, in s of UTC; None if it does not
    utc: Optional[float]


@dataclass(frozen=True)
class Verified:
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
    #: hash that was kept -> its line
    kept: Mapping[str, KeptLine] = field(default_factory=dict)


def verify_files(folder: str, hashes: Sequence[str] = ()) -> Verified:
    """Check all files of a meter.

    `hashes`: those that must be among those of the lines. Raises HashMismatch, which names the
    file and the line, and SettingsError for a folder without files, or one that cannot be read.
    """
    paths = files(folder)
    if not paths:
        raise SettingsError(f"{printable(folder)} has no file of a meter, such as 2026-11-23.jsonl")
    hashes_left = set(hashes)
    line_by_hash: dict[str, KeptLine] = {}
    lines, begin, last_hash = 0, "", ""
    anew: list[str] = []
    for path in paths:
        is_broken = False
        for line in journal.lines(path):
            lines += 1
            if line.hash in hashes_left:
                utc = time_of(json.loads(b"{" + line.body))
                line_by_hash[line.hash] = KeptLine(os.path.basename(path), line.number, lines, utc)
            if line.number == 1:
                match = _AFTER.fullmatch(line.body)
                if match is None:
                    raise HashMismatch(f"{path}: line 1 is not the first line of a meter's file")
                previous_hash = match[1].decode()
                is_broken = bool(last_hash) and previous_hash != last_hash
                begin = begin or previous_hash
            elif line.number == 2:
                why = _ANEW.fullmatch(line.body)
                if why is not None:
                    reason = printable(json.loads(why[1]), 300)
                    anew.append(f"{os.path.basename(path)}: {reason}")
                elif is_broken:
                    raise journal.discontinuity_error(path)
                is_broken = False
            last_hash = line.hash
        if is_broken:
            raise journal.discontinuity_error(path)
        is_last = path == paths[-1]
        # the file after a packed one shows whether its end is whole
        torn_bytes = journal.torn(path) if is_last or not path.endswith(PACKED) else 0
        is_closed = not is_last or path.endswith(PACKED)
        if torn_bytes and is_closed:
            raise HashMismatch(
                f"{path}: its last line has no end ({torn_bytes} bytes): it was changed"
            )
        if torn_bytes and not is_used(folder):
            raise HashMismatch(
                f"{path}: the last {torn_bytes} bytes are no whole line: a write that was broken"
                " off, which the next start of the meter repairs, or a changed end of the last line"
            )
    missing = hashes_left.difference(line_by_hash)
    if missing:
        raise HashMismatch(
            f"{printable(folder)} has no line with the hash {sorted(missing)[0]}: lines were"
            " removed after it was kept, or the files were written anew"
        )
    names = [os.path.basename(path) for path in (paths[0], paths[-1])]
    previous_hash, last = begin or START, last_hash or START
    return Verified(len(paths), lines, names[0], names[1], previous_hash, last, anew, line_by_hash)


class VerifyOptions(NamedTuple):
    """The arguments of one run."""

    dir: Annotated[str, Argument("DIR")]
    #: hashes
    kept: Annotated[
        Sequence[str],
        option("--kept", "a hash that an earlier run printed; repeatable", "HASH", multiple=True),
    ]


def _verify(options: VerifyOptions, run_options: RunOptions) -> int:
    for text in options.kept:
        if not _HASH.fullmatch(text):
            raise Usage(f"--kept {printable(text, 80)!r}: give 64 hexadecimal digits")
    outcome = verify_files(options.dir, options.kept)
    lines = [
        f"{counted(outcome.lines, 'line')} in {counted(outcome.files, 'file')}, {outcome.first} to"
        f" {outcome.last}: each as it was written",
    ]
    for why in outcome.anew:
        lines.append(f"a new chain begins, so lines may be missing before it: {why}")
    if outcome.after != START:
        lines.append(f"begins after the hash {outcome.after} of an earlier file, which is not here")
    if outcome.kept:
        lines_after = outcome.lines - max(line.lines for line in outcome.kept.values())
        if lines_after:
            lines.append(f"{counted(lines_after, 'line')} after the last hash of --kept")
    lines.append(f"last hash, to be kept at another place: {outcome.hash}")
    if not outcome.kept:
        lines.append(_LIMITS)
    document = {
        **dataclasses.asdict(outcome),
        "kept": {digest: dataclasses.asdict(line) for digest, line in outcome.kept.items()},
    }
    code = _DOUBT_CODE if outcome.anew else DONE
    return print_result(Result(document, lines, code), run_options.json)


_HELP = """Check that the files of `pdu meter` are as they were written.

DIR is the folder of `pdu meter LIST --into DIR`. A changed line is named with its
file. Prints the last hash; keep it at another place, and give it later as --kept:
then nothing that was written until then can be missing unseen.

Exit code: 0 if all is as it was written, 1 if the meter had to begin a chain anew
(it says why), 2 if a line was changed or is missing."""
verify = Subcommand.typed(
    "verify",
    VerifyOptions,
    _verify,
    help=_HELP,
    examples=(
        "pdu energy verify /var/lib/pdu-meter",
        "pdu energy verify readings --kept HASH",
    ),
)
