"""Kill a meter that reads simulated PDUs, again and again, and look whether a line that it had
accepted is missing.

    python -m tests.pdu.energy.meter.kills --times 1000

The meter is `pdu meter` itself, in a process that also says on its standard output the hash of each
accepted write. It is killed at a random moment, with kill -9, and started again on the same folder.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from handlers.shared.errors import SettingsError
from pdu.core.files.journal import HashMismatch
from pdu.energy.journal.verify import verify_files
from tests.needs import ROOT
from tests.pdu.monitoring.halls import environment
from tests.simulators.nut_server import NutServer, SwitchedPdu
from tests.waiting import PATIENCE_S

# `pdu` with shorter periods than it allows, and a day of 3 s, so that files change while it is
# killed. It writes slowly, a few bytes at a time: a kill hardly ever falls into one write.
_PROGRAM = """
import os, random, sys, time
from pdu import root
from pdu.energy.journal import days
from pdu.energy.meter import service
from pdu.core.cli import shared_options

shared_options.SHORTEST_S = 0.01
service.TOGETHER_S = 0.01
append, write = days.Days.append, os.write

def slowly(file, content):
    time.sleep(0.001)
    return write(file, content[: random.randrange(1, 200)])

os.write = slowly
days.day_of = lambda utc: time.strftime("%Y-%m-%d", time.gmtime(utc // 3 * 86400 % 3e9))

def said(self, records, utc):
    append(self, records, utc)
    sys.stdout.write(self.hash + "\\n")
    sys.stdout.flush()

days.Days.append = said
sys.exit(root.run(sys.argv[1:]))
"""
_REMOVED = re.compile(r"removed a line .*\(([0-9]+) bytes\)")


class Killed(NamedTuple):
    """What happened in a trial."""

    kills: int
    #: writes that were accepted before a kill, all of them found again
    accepted: int
    lines: int
    files: int
    #: starts that removed the end of a torn line
    repaired: int
    #: kills after which the disk had a torn line
    torn: int


def killed(folder: Path, times: int, seed: int = 1) -> Killed:
    """Kill a meter so many times. Raises Changed if an accepted line is missing or changed."""
    chance = random.Random(seed)
    accepted = repaired = torn = 0
    hashes: list[str] = []
    kept = str(folder / "kept")
    with _listed(folder) as listed:
        for _ in range(times):
            found, said = _one(listed, kept, chance)
            accepted += len(found)
            hashes += found
            repaired += bool(_REMOVED.search(said))
            if not os.path.exists(kept):
                continue  # killed before it did anything
            try:
                verify_files(kept, found)
            except HashMismatch as error:
                if "no whole line" not in str(error):
                    raise
                torn += 1
            except SettingsError as error:
                if found or "has no file" not in error.reason:
                    raise
        # the end of the last one is repaired by a start
        hashes += _ended(listed, kept)
        whole = verify_files(kept, hashes)
    return Killed(times, accepted, whole.lines, whole.files, repaired, torn)


@contextlib.contextmanager
def _listed(folder: Path) -> Iterator[Path]:
    """A list of two simulated PDUs."""
    with NutServer([SwitchedPdu("a", 8), SwitchedPdu("b", 24)]) as server:
        where = f"{server.host}:{server.port}"
        path = folder / "list.csv"
        path.write_text(
            "name,handler,address,settings\n"
            + "".join(f"{name},nut,{where},device={name}\n" for name in "ab")
        )
        yield path


def _started(listed: Path, kept: str, *more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _PROGRAM, "meter", str(listed), "--into", kept, *more],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _one(listed: Path, kept: str, chance: random.Random) -> tuple[list[str], str]:
    """One meter and its kill: the hashes that it said, and its standard error."""
    meter = _started(listed, kept, "--every", "0.02s")
    assert meter.stdout is not None and meter.stderr is not None
    found = []
    # some are killed while they start
    if chance.random() < 0.9:
        for _ in range(chance.randrange(1, 12)):
            line = meter.stdout.readline()
            if not line.endswith("\n"):
                break
            found.append(line.strip())
    time.sleep(chance.uniform(0.0, 0.03))
    is_ended = meter.poll() is not None
    meter.kill()
    rest, said = meter.communicate(timeout=PATIENCE_S)
    assert not is_ended, said
    found += [line.strip() for line in rest.splitlines(keepends=True) if line.endswith("\n")]
    return found, said


def _ended(listed: Path, kept: str) -> list[str]:
    """A meter that ends by itself: the hashes that it said."""
    meter = _started(listed, kept, "--every", "0.02s", "--rounds", "2")
    out, said = meter.communicate(timeout=PATIENCE_S)
    assert meter.returncode == 0, said
    return [line for line in out.splitlines() if re.fullmatch("[0-9a-f]{64}", line)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = killed(Path(folder), asked.times, asked.seed)
    print(
        f"{found.kills} kills: {found.accepted} writes accepted, none lost; {found.lines} lines in"
        f" {found.files} files, all as written; {found.torn} kills left a torn line,"
        f" {found.repaired} starts said that they removed one"
    )


if __name__ == "__main__":
    main()
