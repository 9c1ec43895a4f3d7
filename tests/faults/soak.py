"""A day of polls and switching commands in minutes: `python -m tests.faults.soak`.

Each handler polls one simulated device all day, reads its figures, and switches two outlets on and
off. First, one call is made with each fault that the matrix plays for this handler. Then about
every third call has one of these faults. `stuck`, `cycling` and `renumbered` are left out. Each
call is judged as in the fault matrix (`python -m tests.faults`). After the first round of faults, memory may
grow by 8 MiB, threads and descriptors by 6 each.
"""

from __future__ import annotations

import argparse
import gc
import random
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple, Optional

from handlers import registry
from pdu.core.cli import exit_handling
from tests import measured
from tests.program import positive

from . import matrix
from .catalogue import WRITES
from .cell import Cell, Played, Verdict
from .processes import warm
from .subjects import subject

HOURS = 24
# the calls of one hour, made in random order
_HOUR = ("status",) * 12 + ("statistic",) * 4 + WRITES
# "stuck" needs a device of its own; effects of the others may last
_NOT_KEPT = ("stuck", "cycling", "renumbered")
_GROWTH_KB = 8192  # the allocator returns freed memory late


class Day(NamedTuple):
    """The result of one handler's day.

    `memory` (kB), `open` (descriptors), `threads`: after the first faults, and at the end.
    """

    handler: str
    calls: int
    faults: int
    ends: dict[str, int]
    wrong: list[str]
    memory: tuple[int, int]
    open: tuple[int, int]
    threads: tuple[int, int]

    @property
    def flat(self) -> bool:
        return (
            self.memory[1] - self.memory[0] <= _GROWTH_KB
            and self.open[1] <= self.open[0] + 6
            and self.threads[1] <= self.threads[0] + 6
        )


def live(handler: str, hours: int, seed: int) -> Day:
    """Makes the calls of `hours` hours with one handler, and measures this process."""
    gc.freeze()  # each call collects garbage; this excludes the imported modules
    chance = random.Random(f"{handler} {seed}")
    steps, possible = (
        matrix.steps([handler]),
        [fault for fault in subject(handler).faults() if fault.key not in _NOT_KEPT],
    )
    verdicts: list[Verdict] = []
    with Played() as played:

        def call(method: str, fault: str) -> None:
            verdicts.append(
                played.run(
                    Cell(handler, method, fault, chance.randrange(steps[handler, method])),
                    keep=True,
                )
            )

        # before sizes are first measured, because the largest answers make memory grow
        for fault in possible:
            call(chance.choice(_HOUR), fault.key)
        first = _sizes()
        for _ in range(hours):
            for method in chance.sample(_HOUR, len(_HOUR)):
                call(method, chance.choice(possible).key if chance.random() < 1 / 3 else "")
    last = _sizes()
    return Day(
        handler,
        len(verdicts),
        sum(bool(verdict.cell.fault) for verdict in verdicts),
        Counter(verdict.outcome for verdict in verdicts),
        [f"{verdict.cell}: {problem}" for verdict in verdicts for problem in verdict.problems],
        (first[0], last[0]),
        (first[1], last[1]),
        (first[2], last[2]),
    )


def _sizes() -> tuple[int, int, int]:
    """Resident memory in kB, open descriptors, threads."""
    lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    found = {
        name: value.split()[0]
        for name, _, value in (line.partition(":") for line in lines)
        if value.split()
    }
    return int(found["VmRSS"]), len(list(Path("/proc/self/fd").iterdir())), int(found["Threads"])


def main(arguments: Optional[Sequence[str]] = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.faults.soak",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--hours",
        type=positive,
        default=HOURS,
        help=f"hours of polling, 18 calls each (default: {HOURS})",
    )
    parser.add_argument(
        "--seed", type=int, default=1, help="seed of the random choices (default: 1)"
    )
    parser.add_argument(
        "--write", action="store_true", help="write the result into docs/dev/evidence.md"
    )
    options = parser.parse_args(arguments)
    begin = time.monotonic()
    names = registry.names()
    with ProcessPoolExecutor(len(names), mp_context=warm()) as pool:
        days = list(
            pool.map(live, names, [options.hours] * len(names), [options.seed] * len(names))
        )
    print(
        "| handler | calls | with a fault | answered | errors | wrong | memory kB | descriptors |"
        " threads |"
    )
    print("|---" * 9 + "|")
    for day in days:
        errors = sum(count for end, count in day.ends.items() if end != "answered")
        spans = " | ".join(
            f"{first} → {last}" for first, last in (day.memory, day.open, day.threads)
        )
        print(
            f"| {day.handler} | {day.calls} | {day.faults} | {day.ends.get('answered', 0)} |"
            f" {errors} | {len(day.wrong)} | {spans} |"
        )
        print("\n".join(day.wrong), end="\n" if day.wrong else "")
    bad = [day.handler for day in days if day.wrong or not day.flat]
    print(
        f"\n{sum(day.calls for day in days)} calls, {sum(day.faults for day in days)} with a fault,"
        f" {sum(len(day.wrong) for day in days)} wrong; {time.monotonic() - begin:.0f} s; "
        + (f"failed: {', '.join(bad)}" if bad else "memory, descriptors and threads are flat")
    )
    if options.write:
        row = (
            str(sum(day.calls for day in days)),
            str(sum(day.faults for day in days)),
            str(sum(len(day.wrong) for day in days)),
            ", ".join(bad) or "flat",
        )
        columns = ("calls", "with a fault", "wrong", "memory, descriptors and threads")
        title = measured.run("tests.faults.soak", arguments)
        measured.write(measured.EVIDENCE, "soak", title, columns, [row])
    return int(bool(bad))


if __name__ == "__main__":
    sys.exit(exit_handling.run(main))
