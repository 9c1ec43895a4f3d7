"""`python -m tests.fuzz`: feeds mutated inputs to each target for a given time, or until its first
failure.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import math
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple, Optional

from pdu.core.cli import exit_handling
from tests import measured

from .mutation import mutated
from .targets import BY_NAME, FOUND, TARGETS, found

_EXIT = (
    "exit codes: 0 no failure; 1 a parser failed, or its process ended early or hung; 2 wrong"
    " arguments"
)


class Run(NamedTuple):
    """The result for one target: the number of cases, and the failure ("": none)."""

    name: str
    cases: int
    finding: str


def guided(name: str, seconds: float) -> Run:
    """Runs a target under atheris, in a separate process."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        try:
            done = subprocess.run(
                [sys.executable, "-m", "tests.fuzz.guided", name, str(math.ceil(seconds)), folder],
                text=True,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=seconds + 300,
                errors="replace",
            )
        except subprocess.TimeoutExpired as error:
            return Run(name, 0, f"the process did not end within {error.timeout:g} s")
        cases = re.search(r"stat::number_of_executed_units: *(\d+)", done.stdout)
        for path in Path(folder).glob("*-*"):
            if path.is_file():
                return Run(
                    name, int(cases[1]) if cases else 0, _kept(name, path.read_bytes(), done.stdout)
                )
        if done.returncode or not cases:
            return Run(
                name,
                0,
                f"the process ended with code {done.returncode}:"
                f" {done.stdout[-1500:] or 'no output'}",
            )
        return Run(name, int(cases[1]), "")


def blind(name: str, seconds: float, seed: int) -> Run:
    """Runs a target with random changes to its seeds and earlier findings, in this process."""
    target, chance, end = BY_NAME[name], random.Random(f"{name} {seed}"), time.monotonic() + seconds
    seeds, cases = [*target.seeds(), *found(name)], 0
    while time.monotonic() < end:
        data = mutated(chance, seeds)
        cases += 1
        try:
            target.run(data)
        except Exception as error:
            # `run` suppresses the documented errors, so any other exception is a failure
            return Run(name, cases, _kept(name, data, f"{type(error).__name__}: {error}"))
    return Run(name, cases, "")


def _kept(name: str, data: bytes, failure: str) -> str:
    """Keeps a failing input for `make test`; returns the name of its file and the failure."""
    path = FOUND / f"{name}-{hashlib.sha256(data).hexdigest()[:8]}.bin"
    path.write_bytes(data)
    return f"{path.name}: {failure[-1500:]}"


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 1 <= value < math.inf:  # libFuzzer takes 0 s as no limit
        raise argparse.ArgumentTypeError(f"{text} is not a finite time of at least 1 s")
    return value


def main(arguments: Optional[Sequence[str]] = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.fuzz",
        description=sys.modules["tests.fuzz"].__doc__,
        epilog=_EXIT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "names",
        nargs="*",
        metavar="TARGET",
        help=f"one or more of {', '.join(BY_NAME)} (default: all)",
    )
    parser.add_argument(
        "--seconds",
        type=_seconds,
        default=30.0,
        help="seconds for each target, at least 1 (default: 30)",
    )
    parser.add_argument(
        "--seed",
        type=int,
        default=0,
        help="seed of the random changes without atheris (default: 0)",
    )
    parser.add_argument(
        "--blind", action="store_true", help="make random changes even if atheris is installed"
    )
    parser.add_argument(
        "--write", action="store_true", help="write the result into docs/dev/evidence.md"
    )
    options = parser.parse_args(arguments)
    for name in options.names:
        if name not in BY_NAME:
            parser.error(f"there is no target {name!r}; choose from {', '.join(BY_NAME)}")
    names = options.names or [target.name for target in TARGETS]
    if options.blind or importlib.util.find_spec("atheris") is None:
        how, runs = (
            "with random changes",
            [blind(name, options.seconds, options.seed) for name in names],
        )
    else:
        how = "guided by coverage"
        with ThreadPoolExecutor(2) as pool:
            runs = list(pool.map(lambda name: guided(name, options.seconds), names))
    print("| target | cases | found |\n|---|---|---|")
    for run in runs:
        print(f"| {run.name} | {run.cases:,} | {'one, below' if run.finding else 'nothing'} |")
    for run in runs:
        if run.finding:
            print(f"\n{run.name}: {run.finding}")
    print(
        f"\n{sum(run.cases for run in runs):,} cases {how},"
        f" {sum(bool(run.finding) for run in runs)} found"
    )
    if options.write:
        row = (
            str(len(runs)),
            how,
            f"{sum(run.cases for run in runs):,}",
            ", ".join(run.name for run in runs if run.finding) or "nothing",
        )
        columns = ("targets", "inputs", "cases", "failures")
        title = measured.run("tests.fuzz", arguments)
        measured.write(measured.EVIDENCE, "fuzz", title, columns, [row])
    return int(any(run.finding for run in runs))


if __name__ == "__main__":
    sys.exit(exit_handling.run(main))
