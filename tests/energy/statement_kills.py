"""`pdu energy statement` ended by SIGKILL at each of its steps on the disk, and the run after it.

    python -m tests.energy.statement_kills [--every 5]

No number may be given twice, no folder that looks whole may be a part, and the run after it names
what is left.
"""

from __future__ import annotations

import argparse
import json
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.hall.twin.month import LIMIT_KW, Month, customers, written
from tests.needs import ROOT
from tests.waiting import PATIENCE_S

#: counts what changes the disk, and ends the process before the one that is asked for
_KILLED = """
import os, signal, sys
asked, steps = int(sys.argv.pop(1)), 0
def step():
    global steps
    steps += 1
    if steps == asked:
        os.kill(os.getpid(), signal.SIGKILL)
def hook(event, arguments):
    is_written = event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR)
    if is_written or event in ("os.mkdir", "os.rename", "os.remove", "os.rmdir"):
        step()
def counted(call):
    def with_step(*arguments):
        step()
        return call(*arguments)
    return with_step
for name in ("write", "fsync", "sync"):
    setattr(os, name, counted(getattr(os, name)))
sys.addaudithook(hook)
from pdu.start import main
code = main(sys.argv[1:])
print("steps", steps, file=sys.stderr)
sys.exit(code)
"""


class Kill(NamedTuple):
    """What came of a run that was killed, and of the one after it."""

    step: int
    #: words that the next run says of it; () if it left nothing
    named: Sequence[str]
    #: what is wrong
    faults: Sequence[str]


def _run(folder: Path, into: str, step: int = 0) -> subprocess.CompletedProcess[str]:
    words = [
        "energy", "statement", folder / "readings", "--from", "2026-10-11", "--to", "2026-10-15",
        "--zone", "Europe/Berlin", "--limit-kw", LIMIT_KW, "--customers", folder / "customers.csv",
        "--into", folder / into,
    ]  # fmt: skip
    return subprocess.run(
        [sys.executable, "-c", _KILLED, str(step), *map(str, words)],
        cwd=ROOT,
        env={
            "TMPDIR": str(folder / "tmp"),
            "PATH": "/usr/bin:/bin",
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )


def prepared(folder: Path) -> Path:
    """Readings of a month without any statement."""
    kept = folder / "kept"
    kept.mkdir()
    written(kept, Month(2026, 10), 3600.0)
    customers(kept, Month(2026, 10))
    return kept


def steps_of(kept: Path, folder: Path) -> int:
    """How many steps a whole run has."""
    done = _run(_copied(kept, folder), "first")
    assert done.returncode == 0, done.stderr
    return int(done.stderr.split()[-1])


def _copied(kept: Path, folder: Path) -> Path:
    shutil.copytree(kept, folder)
    (folder / "tmp").mkdir()
    return folder


def killed(kept: Path, folder: Path, step: int) -> Kill:
    """One kill, and the run after it into another folder."""
    ended = _run(_copied(kept, folder), "first", step)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    was_whole = (folder / "first").exists()
    numbers = Counter[str]()
    numbers.update(_numbers(folder))
    after = _run(folder, "second")
    faults = [f"the run after it: {after.stderr.strip()}"] if after.returncode else []
    is_issued = (folder / "second").exists()
    if not is_issued and "nothing changed" not in after.stdout:
        faults.append("nothing was issued")
    every = Counter(_numbers(folder))
    faults += [f"{number} twice" for number, count in every.items() if count > 1]
    left = [one for one in numbers if not was_whole and one not in after.stdout + after.stderr]
    has_part = (folder / "first.part").exists()
    if has_part and "first.part" not in after.stdout:
        faults.append("first.part is not named")
    if left and not has_part:
        faults.append(f"not named: {left}")
    rooms = [
        one
        for one in (folder / "tmp").iterdir()
        if one.is_dir() and any(one.iterdir()) and one.name not in after.stdout
    ]
    faults += [f"{one.name} is not named" for one in rooms]
    for name in ("first", "second"):
        if (folder / name).exists():
            faults += _parts(folder / name)
    lines = [one for one in after.stdout.splitlines() if "did not end" in one or "rename" in one]
    return Kill(step, lines, faults)


def _numbers(folder: Path) -> Iterator[str]:
    for path in folder.glob("*/0*/statement.json"):
        text = path.read_text("utf-8")
        if text.endswith("}\n"):
            yield json.loads(text)["number"]


def _parts(folder: Path) -> Iterator[str]:
    """Files that are not there, or not whole, in a folder that looks whole."""
    if not (folder / "billing.csv").read_text("utf-8").endswith("\n"):
        yield "billing.csv is not whole"
    for customer in sorted(folder.glob("0*")):
        for name, end in (("json", "}\n"), ("csv", "\n"), ("html", "</html>\n")):
            path = customer / f"statement.{name}"
            if not path.exists() or not path.read_text("utf-8").endswith(end):
                yield f"{customer.name}: statement.{name} is not whole"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="only each step of so many")
    chosen = parser.parse_args()
    wrong = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        kept = prepared(folder)
        steps = steps_of(kept, folder / "whole")
        numbers = range(1, steps + 1, chosen.every)
        for step in numbers:
            kill = killed(kept, folder / str(step), step)
            shutil.rmtree(folder / str(step))
            wrong += bool(kill.faults)
            print(
                f"{step:4} {'; '.join(kill.faults) or 'right':10} {'; '.join(kill.named)[:150]}",
                flush=True,
            )
    print(f"{len(numbers)} kills at {steps} steps, {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
