"""`pdu energy verify DIR`: whether the lines of a meter are as they were written."""

from __future__ import annotations

import dataclasses
import json
import math
import os
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Optional

import click

from handlers.shared.errors import SettingsError, printable

from ...core.cli.error_output import Usage
from ...core.cli.exit_codes import DONE
from ...core.cli.groups import Subcommand
from ...core.cli.options import Argument, option, output, run_options_of
from ...core.cli.output import Result, counted, print_result
from ...core.files import journal
from ...core.files.journal import PACKED, START, HashMismatch
from .days import files, is_used
from .journal_format import time_of
from .timestamps import Stamp, TimestampCheck, stamps

_HASH = re.compile("[0-9a-f]{64}")
_AFTER = re.compile(rb'"journal":1,"after":"([0-9a-f]{64})"}')
#: the exit code where the meter had to begin a chain anew, or a stamp is late
_DOUBT_CODE = 1
_ANEW = re.compile(rb'"anew":("(?:[^"\\]|\\.)*")}')
_LIMITS = (
    "A chain alone does not show lines cut off its end, nor a chain that was written anew: give a"
    " hash that was kept at another place as --kept, or --stamps."
)
#: a stamp that was made so long before or after the time in its line is named, in s
_LATE_S = 86_400.0


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


@click.pass_context
def _verify(context: click.Context, /, **options: Any) -> int:
    folder, hashes = options["dir"], options["kept"]
    for stamp in hashes:
        if not _HASH.fullmatch(stamp):
            raise Usage(f"--kept {printable(stamp, 80)!r}: give 64 hexadecimal digits")
    timestamp_check = TimestampCheck(options["tsa_ca"], options["signers"])
    day_stamps = [] if options["stamps"] is None else stamps(options["stamps"], timestamp_check)
    outcome = verify_files(folder, [*hashes, *(stamp.hash for stamp in day_stamps)])
    lines = [
        f"{counted(outcome.lines, 'line')} in {counted(outcome.files, 'file')}, {outcome.first} to"
        f" {outcome.last}: each as it was written",
    ]
    for stamp in outcome.anew:
        lines.append(f"a new chain begins, so lines may be missing before it: {stamp}")
    if outcome.after != START:
        lines.append(f"begins after the hash {outcome.after} of an earlier file, which is not here")
    lines += _stamp_sentences(day_stamps, outcome)
    lines.append(f"last hash, to be kept at another place: {outcome.hash}")
    if not outcome.kept:
        lines.append(_LIMITS)
    is_late = any(_lateness(stamp, outcome.kept[stamp.hash]) for stamp in day_stamps)
    document = {
        **dataclasses.asdict(outcome),
        "kept": {digest: dataclasses.asdict(line) for digest, line in outcome.kept.items()},
        "stamps": [dataclasses.asdict(stamp) for stamp in day_stamps],
    }
    code = _DOUBT_CODE if outcome.anew or is_late else DONE
    return print_result(Result(document, lines, code), run_options_of(context).json)


def _stamp_sentences(day_stamps: Sequence[Stamp], outcome: Verified) -> Iterator[str]:
    """What hashes that were kept at another place show."""
    for stamp in sorted(day_stamps, key=lambda stamp: outcome.kept[stamp.hash].lines):
        line = outcome.kept[stamp.hash]
        place = f"up to {line.file}, line {line.line}: "
        if stamp.made is None:
            yield f"{place}signed by {stamp.by}"
            continue
        stamp_time = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(stamp.made))
        yield f"{place}there at {stamp_time}, says {stamp.by}{_lateness(stamp, line)}"
    lines_after = outcome.lines - max(
        (line.lines for line in outcome.kept.values()), default=outcome.lines
    )
    if lines_after:
        lines = counted(lines_after, "line")
        yield f"{lines} after the last of these hashes: nobody else vouches for them"


def _lateness(stamp: Stamp, line: KeptLine) -> str:
    """How far a stamp is from the time in its line, where that is long; else ""."""
    if stamp.made is None or line.utc is None:
        return ""
    late_s = stamp.made - line.utc
    if math.fabs(late_s) <= _LATE_S:
        return ""
    days = math.fabs(late_s) / _LATE_S
    if late_s < 0.0:
        return f"; THAT IS {days:.1f} DAYS BEFORE the time in this line"
    return (
        f"; THAT IS {days:.1f} DAYS AFTER the time in this line: until then all could be written"
        " anew"
    )


_HELP = """Check that the files of `pdu meter` are as they were written.

DIR is the folder of `pdu meter LIST --into DIR`. A changed line is named with its
file. Prints the last hash; keep it at another place, and give it later as --kept:
then nothing that was written until then can be missing unseen. --stamps is a folder
of HASH.tsr (time stamps, RFC 3161) and HASH.sig (signatures by ssh-keygen), which
openssl and ssh-keygen check.

Exit code: 0 if all is as it was written, 1 if the meter had to begin a chain anew
(it says why) or a stamp is of another day than its line, 2 if a line was changed or
is missing, or a stamp is wrong."""
verify = Subcommand(
    "verify",
    callback=_verify,
    help=_HELP,
    examples=(
        "pdu energy verify /var/lib/pdu-meter",
        "pdu energy verify readings --stamps stamps --tsa-ca tsa.pem",
    ),
    params=[
        Argument("DIR"),
        *option("--kept", "a hash that an earlier run printed; repeatable", "HASH", multiple=True),
        *option("--stamps", "a folder of stamps of hashes", "FOLDER"),
        *option("--tsa-ca", "who may stamp times: PEM certificates", "FILE", requires=["--stamps"]),
        *option(
            "--signers",
            "who may sign: allowed signers of ssh-keygen",
            "FILE",
            requires=["--stamps"],
        ),
        *output(),
    ],
)
