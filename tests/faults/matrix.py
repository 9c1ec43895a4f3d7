"""Runs the cells of the fault matrix in several processes, because many cells wait
for a time-out.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Optional

from .catalogue import AT_START, FAULTS, METHODS, WRITES, Fault
from .cell import Cell, Played, Verdict
from .processes import fork, warm
from .subjects import subject

PROCESSES = 10  # more take more processor time to start than they save
_played: Optional[Played] = None


def steps(names: Sequence[str]) -> dict[tuple[str, str], int]:
    """The number of exchanges of each call without a fault.

    Raises AssertionError if a result is wrong.
    """
    found: dict[tuple[str, str], int] = {}
    with Played() as played:
        for name in names:
            # the first status fills a process's caches; it is not judged
            for method in ("status", *METHODS):
                verdict = played.run(Cell(name, method, ""))
                if (name, method) not in found and method == "status":
                    found[name, method] = verdict.steps
                    continue
                assert verdict.outcome == "answered" and not verdict.problems, verdict
                found[name, method] = verdict.steps
    return found


def cells(
    names: Sequence[str],
    most: int,
    faults: Iterable[Fault] = FAULTS,
    methods: Sequence[str] = METHODS,
    most_of_reads: Optional[int] = None,
) -> list[Cell]:
    """The cells of each fault that is played for a handler: every step of each call, or `most` of
    them (`_spread`); of a call that only reads, `most_of_reads` if it is given.

    TLS faults and those of AT_START have one cell for each call, at step 0.
    """
    counted, chosen = steps(names), list(faults)
    found = []
    for name in names:
        for fault in chosen:
            if subject(name).reason(fault):
                continue
            for method in methods:
                count = (
                    1 if fault.place == "tls" or fault.key in AT_START else counted[name, method]
                )
                limit = most if method in WRITES or most_of_reads is None else most_of_reads
                found += [Cell(name, method, fault.key, step) for step in _spread(count, limit)]
    return found


def _spread(count: int, most: int) -> list[int]:
    """At most `most` steps from 0 to `count` - 1, evenly spread, first and last included; only the
    last if `most` is 1.
    """
    if count <= most:
        return list(range(count))
    return (
        sorted({round(number * (count - 1) / (most - 1)) for number in range(most)})
        if most > 1
        else [count - 1]
    )


def run(wanted: Sequence[Cell], processes: int = PROCESSES) -> Iterator[Verdict]:
    """Runs the cells; yields their verdicts in the same order."""
    names = list(dict.fromkeys(cell.handler for cell in wanted))
    with ProcessPoolExecutor(
        processes,
        mp_context=warm(),
        initializer=_begin,
        initargs=(names,),
    ) as pool:
        yield from pool.map(_verdict, wanted, chunksize=1)


def _begin(names: Sequence[str]) -> None:
    """Starts the process with a worker's devices, and calls each handler once to import its modules
    and fill its caches.
    """
    global _played
    gc.freeze()  # each cell collects garbage; this excludes the imported modules
    _played = Played(fork).__enter__()
    for name in names:
        _played.run(Cell(name, "status", ""))
    gc.freeze()


def _verdict(cell: Cell) -> Verdict:
    assert _played is not None
    return _played.run(cell)


# ---- the table -----------------------------------------------------------------------------------


def table(names: Sequence[str], verdicts: Sequence[Verdict]) -> list[str]:
    """A Markdown table. For each fault and each call of each handler: the number of cells, or how
    many of them were wrong.

    "–": the fault is not played for this handler; empty: no such cell was run.
    """
    by: dict[tuple[str, str, str], list[Verdict]] = {}
    for verdict in verdicts:
        by.setdefault((verdict.cell.fault, verdict.cell.handler, verdict.cell.method), []).append(
            verdict
        )
    head = ["fault", *(f"{name} {method}" for name in names for method in METHODS)]
    rows = [
        [
            fault.key,
            *(
                _entry(name, fault, by.get((fault.key, name, method), []))
                for name in names
                for method in METHODS
            ),
        ]
        for fault in FAULTS
    ]
    return ["| " + " | ".join(row) + " |" for row in (head, ["---"] * len(head), *rows)]


def _entry(name: str, fault: Fault, verdicts: list[Verdict]) -> str:
    if subject(name).reason(fault):
        return "–"
    wrong = sum(bool(verdict.problems) for verdict in verdicts)
    return f"**{wrong} of {len(verdicts)} wrong**" if wrong else str(len(verdicts) or "")
