"""`make recordings` brings the foreign files that tests read into .cache/foreign_files.

Prints how large they are and under which licences, then fetches those that are missing or changed,
and keeps only those whose SHA-256 is in the list. Nothing of them enters the project.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple, Optional

from pdu.cli import exit_handling
from tests.foreign_files import GROUPS, PLACES, File, Group

_TARGET = PLACES[0]
_AT_ONCE = 8
_SECONDS = 30.0


class _Wrong(Exception):
    """Why a file could not be had."""


class _Job(NamedTuple):
    group: Group
    name: str
    file: File


def main(arguments: Optional[Sequence[str]] = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.foreign_files",
        description=__doc__,
        epilog="exit codes: 0 all files that can be had are in .cache/foreign_files; 1 not all",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--from",
        dest="source",
        type=Path,
        metavar="DIR",
        help="take them from this folder, or from a clone of a public repository in it, instead of"
        " their public addresses",
    )
    options = parser.parse_args(arguments)
    if options.source is not None and not options.source.is_dir():
        parser.error(f"{options.source} is not a folder")
    return bring(GROUPS.values(), _TARGET, options.source)


def bring(groups: Iterable[Group], target: Path, source: Optional[Path] = None) -> int:
    """Bring all files below `target`, from their addresses or from the folder `source`. Returns
    the exit code.
    """
    groups = list(groups)
    for group in groups:
        print(
            f"{group.folder}: {group.what}; {_counted(len(group.files))}, {_size(group.size())};"
            f" licence: {group.licence}; from {source or group.address or 'no public address'}"
        )
    all_jobs: list[_Job] = []
    for group in groups:
        all_jobs += [_Job(group, name, file) for name, file in group.files.items()]
    new_jobs: list[_Job] = []
    private_jobs: list[_Job] = []
    for job in all_jobs:
        if _is_right(target / job.group.folder / job.name, job):
            continue
        if source or job.group.address:
            new_jobs.append(job)
        else:
            private_jobs.append(job)
    if new_jobs:
        size = sum(job.file.size for job in new_jobs)
        print(f"fetching {_counted(len(new_jobs))}, {_size(size)} ...")
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        results = list(pool.map(lambda job: _fetch(job, target, source), new_jobs))
    faults = [result for result in results if result]
    for fault in faults[:5]:
        print(fault, file=sys.stderr)
    if len(faults) > 5:
        print(f"and {_counted(len(faults) - 5)} more", file=sys.stderr)
    for job in private_jobs:
        name = f"{job.group.folder}/{job.name}"
        print(f"{name} has no public address: only --from DIR brings it; its tests are skipped")
    present_count = len(all_jobs) - len(faults) - len(private_jobs)
    print(f"{present_count} of {_counted(len(all_jobs))} in {target}")
    return 1 if faults else 0


def _fetch(job: _Job, target: Path, source: Optional[Path]) -> str:
    """Why this file could not be brought, "" if it was."""
    path = target / job.group.folder / job.name
    try:
        content = _from_folder(job, source) if source else _from_address(job)
        if hashlib.sha256(content).hexdigest() != job.file.sha256:
            raise _Wrong("another content than the list says")
    except (_Wrong, OSError) as error:
        return f"{job.group.folder}/{job.name}: {error}"
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_bytes(content)
    part.replace(path)
    return ""


def _from_folder(job: _Job, source: Path) -> bytes:
    own = source / job.group.folder / job.name
    if own.is_file() or not job.group.address:
        return own.read_bytes()
    # a clone of the public repository: what follows /OWNER/REPOSITORY/COMMIT/ in the address
    above = urllib.parse.urlsplit(job.group.address).path.split("/", 4)[4:]
    return _without_comment(job, source.joinpath(*above, job.file.at).read_bytes())


def _from_address(job: _Job) -> bytes:
    url = f"{job.group.address}{urllib.parse.quote(job.file.at)}"
    most = job.file.size + 1000  # a comment line, of those that have one
    try:
        with urllib.request.urlopen(url, timeout=_SECONDS) as answer:  # noqa: S310  # of the list
            content: bytes = answer.read(most)
    except urllib.error.URLError as error:
        raise _Wrong(f"{url}: {getattr(error, 'code', None) or error.reason}") from None
    return _without_comment(job, content)


def _without_comment(job: _Job, content: bytes) -> bytes:
    return content.partition(b"\n")[2] if job.file.commented else content


def _is_right(path: Path, job: _Job) -> bool:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest() == job.file.sha256
    except OSError:
        return False


def _counted(number: int) -> str:
    return f"{number} file" + ("" if number == 1 else "s")


def _size(octets: int) -> str:
    return f"{octets / 1e6:.1f} MB"


if __name__ == "__main__":
    sys.exit(exit_handling.run(main))
