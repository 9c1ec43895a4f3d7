"""Runs the benchmarks in turn and prints a table of the figures of each when it ends.

Each figure of the product stands beside a peer's of the same run: seconds depend on the machine,
their ratio (product ÷ peer) depends on it less. The PDUs have 48 outlets, those of knee, held,
check 24. 20 ms is added to each round trip, or what the row says. "The page's handler"
is a plain one as DCImanager's page shows it, with three walks. The SDK is Raritan's: its loop reads
object by object, its leanest bulk sends the same requests as the bulk on this project's binding.
Goals are about what a user or the platform notices: requests, polls that are not whole, and how
long a poll or a check takes.
"""

from __future__ import annotations

import argparse
import functools
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Callable, Optional

import pytest

from pdu.cli import exit_handling

from . import figures, fleet, polls, programs, switching
from .figures import Figure

BENCHMARKS: Mapping[str, Callable[[], Iterator[Figure]]] = {
    **{
        handler: functools.partial(polls.measure, handler)
        for handler in dict.fromkeys(poll.handler for poll in polls.POLLS)
    },
    "instructions": programs.instructions,
    "status": programs.status,
    "switching": switching.measure,
    "knee": fleet.knee,
    "held": fleet.held,
    "check": fleet.check,
}


def main(arguments: Optional[Sequence[str]] = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks",
        description=__doc__,
        epilog=(
            "exit codes: 0 all goals are met; 1 a goal is missed or a benchmark failed; 2 wrong"
            " arguments"
        ),
    )
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help=f"of {', '.join(BENCHMARKS)} (default: all of these)",
    )
    names = parser.parse_args(arguments).names
    for name in names:
        if name not in BENCHMARKS:
            parser.error(f"there is no benchmark {name!r}; choose from {', '.join(BENCHMARKS)}")
    measured: list[Figure] = []
    was_busy = is_busy()
    for name in names or BENCHMARKS:
        print(f"== {name}", flush=True)
        try:
            of_benchmark = [*BENCHMARKS[name]()]
        except (pytest.skip.Exception, pytest.fail.Exception) as reason:  # what it needs is missing
            print(f"skipped: {reason}", flush=True)
            continue
        print("\n".join(figures.rows(of_benchmark)), flush=True)
        measured += of_benchmark
    if was_busy:
        print(
            "this machine was busy at the start (its load average was above its cores): seconds and"
            " their ratios say little; repeat this when it is idle",
            file=sys.stderr,
        )
    return int(not all(figure.is_met for figure in measured))


def is_busy() -> bool:
    """Whether the load average of the last minute is above the number of cores."""
    return os.getloadavg()[0] > (os.cpu_count() or 1)


if __name__ == "__main__":
    sys.exit(exit_handling.run(main))
