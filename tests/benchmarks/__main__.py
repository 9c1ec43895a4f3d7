"""Runs the benchmarks in turn and prints a table of their figures.

Each figure of the product stands beside a peer's of the same run. `make bench` also writes those
that do not depend on the machine's speed into docs/dev/benchmarks.md.
"""

from __future__ import annotations

import argparse
import datetime
import functools
import os
import platform
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Callable, Optional

import pytest

from pdu.cli import exit_handling
from tests.needs import ROOT

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
    "exporter": fleet.exporter,
}
PAGE = ROOT / "docs" / "dev" / "benchmarks.md"
_HEAD = """# Benchmarks

`make bench` prints all figures and writes this page. Each figure stands beside that of a peer of
the same run. Seconds depend on the machine and are left out here: their ratio (product ÷ peer) is
not. The PDUs have 48 outlets, those of the knee, the check and the exporter 24. 20 ms is added to
each round trip, or nothing. "The page's handler" is a plain one as DCImanager's page shows it, with
three walks. The SDK is Raritan's: its loop reads object by object, its leanest bulk sends the same
requests as the bulk on this project's binding.
"""


def main(arguments: Optional[Sequence[str]] = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks",
        description=__doc__,
        epilog=(
            "exit codes: 0 all goals are met; 1 a goal is missed, a benchmark failed or the"
            " machine is busy; 2 wrong arguments"
        ),
    )
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help=f"of {', '.join(BENCHMARKS)} (default: all of these, and the page is written)",
    )
    names = parser.parse_args(arguments).names
    if not names and is_busy():
        print(
            "this machine is busy (its load average is above its cores), so the page is not"
            " written: repeat this when it is idle, or name benchmarks, which are only printed",
            file=sys.stderr,
        )
        return 1
    for name in names:
        if name not in BENCHMARKS:
            parser.error(f"there is no benchmark {name!r}; choose from {', '.join(BENCHMARKS)}")
    measured: list[Figure] = []
    skipped: list[str] = []
    for name in names or BENCHMARKS:
        print(f"== {name}", flush=True)
        try:
            measured += BENCHMARKS[name]()
        except (pytest.skip.Exception, pytest.fail.Exception) as reason:  # what it needs is missing
            skipped.append(f"{name}: {reason}")
            print(f"skipped: {reason}", flush=True)
    print("\n".join(figures.rows(measured, with_seconds=True)))
    if not names:
        _write(measured, skipped)
    return int(not all(figure.is_met for figure in measured))


def _write(measured: Sequence[Figure], skipped: Sequence[str]) -> None:
    lines = [
        _HEAD,
        f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()},"
        f" {datetime.date.today().isoformat()}.",
        "",
        *figures.rows(measured, with_seconds=False),
        *(f"\nNot measured: {reason}" for reason in skipped),
    ]
    PAGE.write_text("\n".join(lines) + "\n", "utf-8")


def is_busy() -> bool:
    """Whether the load average of the last minute is above the number of cores."""
    return os.getloadavg()[0] > (os.cpu_count() or 1)


if __name__ == "__main__":
    sys.exit(exit_handling.run(main))
