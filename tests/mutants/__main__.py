"""`python -m tests.mutants` puts small faults into the modules that decide, one at a time, and
lists those that no test notices.

A survivor that changes nothing that anybody can see is explained in explained.toml, beside this
file. Any other is a missing test.

What each module ended with is kept, by commit, in `.cache/mutants`. A later run of the same commit
takes only the others. A tree with changes begins anew, and so does a part of the mutants.
"""

from __future__ import annotations

import argparse
import fnmatch
import json
import os
import random
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Optional, Union

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

from tests import measured
from tests.mutants.mutations import Mutant
from tests.mutants.runner import Outcome, Runner, Survivor
from tests.mutants.targets import TARGETS
from tests.needs import ROOT

_RESULTS = ROOT / ".cache" / "mutants"
_EXPLAINED = Path(__file__).with_name("explained.toml")
_HEADS = ("module", "mutants", "killed", "endless", "explained", "no test", "survived", "seconds")


def explained() -> dict[str, dict[str, str]]:
    """module → key of a mutant → why nobody can see it."""
    found: dict[str, dict[str, str]] = tomllib.loads(_EXPLAINED.read_text("utf-8"))
    return found


def try_modules(
    tests: Sequence[str],
    modules: Sequence[str],
    processes: int,
    pick: Callable[[Mutant], bool],
    root: Path = ROOT,
    patience: float = 30.0,
) -> Iterator[Union[Survivor, Outcome]]:
    """Tries modules with the same tests, in a process of its own: pytest collects once in a
    process, and says nothing of value. Each survivor comes when it is found, before its module.
    """
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        nowhere = os.open(os.devnull, os.O_RDWR)
        for number in (0, 1, 2):
            os.dup2(nowhere, number)
        with os.fdopen(write, "w") as pipe:

            def report(found: Union[Survivor, Outcome]) -> None:
                print(json.dumps([isinstance(found, Outcome), found]), file=pipe, flush=True)

            runner = Runner(root, modules, processes, pick, report, patience)
            rooted = ["--rootdir", str(root), "-c", str(ROOT / "pyproject.toml")]
            # the runner has limits of its own
            usual = ["-q", "-p", "no:cacheprovider", "--no-summary", "--timeout=0"]
            arguments = [*usual, *rooted, *tests]
            code = pytest.main(arguments, plugins=[runner])
            os._exit(int(code))
    os.close(write)
    with os.fdopen(read) as lines:
        for line in lines:
            is_outcome, values = json.loads(line)
            yield Outcome(*values) if is_outcome else Survivor(*values)
    _, status = os.waitpid(child, 0)
    if status:
        raise SystemExit(f"pytest could not collect {' '.join(tests)}: run it to see why")


def main(arguments: Optional[Sequence[str]] = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.mutants",
        description=__doc__,
        epilog="exit codes: 0 every mutant is noticed or explained; 1 one is not, or a test fails"
        " without a mutant; 2 wrong arguments; 3 some modules are left for a next run",
    )
    parser.add_argument(
        "modules",
        nargs="*",
        metavar="MODULE",
        help="paths or patterns (default: all of targets.py)",
    )
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, metavar="N")
    parser.add_argument(
        "--share", type=float, default=1.0, metavar="PART", help="only this part of the mutants"
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="with the tests of make test alone, without those of make trials",
    )
    parser.add_argument(
        "--minutes",
        type=float,
        default=float("inf"),
        help="begin no group of modules with the same tests after so many minutes",
    )
    parser.add_argument("--anew", action="store_true", help="also modules that were tried before")
    parser.add_argument(
        "--write", action="store_true", help="write the table into docs/dev/evidence.md"
    )
    parser.add_argument("--lines", metavar="FROM-TO", help="only mutants in these lines")
    parser.add_argument(
        "--tests",
        action="append",
        metavar="PATH",
        help="only these tests, to try a new one quickly: others may notice what they do not",
    )
    options = parser.parse_args(arguments)
    patterns = options.modules or ["*"]
    paths = [path for path in TARGETS if any(fnmatch.fnmatch(path, one) for one in patterns)]
    if not paths:
        parser.error(f"no module of targets.py fits {' '.join(patterns)}")
    lines = range(sys.maxsize)
    if options.lines:
        first, _, last = options.lines.partition("-")
        lines = range(int(first), int(last or first) + 1)
    chosen = random.Random(0)

    def pick(mutant: Mutant) -> bool:
        return chosen.random() < options.share and mutant.line in lines

    is_part = bool(options.lines or options.tests or options.share < 1)
    commit = measured.commit()
    file = _RESULTS / f"{commit}{'-quick' if options.quick else ''}.jsonl"
    is_kept = not (is_part or commit.endswith(measured.CHANGED))
    results = _results_of(file) if is_kept and not options.anew else {}
    groups: dict[tuple[str, ...], list[str]] = {}
    for path in paths:
        tests = tuple(options.tests or TARGETS[path])
        if options.quick:
            tests += ("-m", "not trial")
        if path not in results:
            groups.setdefault(tests, []).append(path)
    reasons = explained()
    end = time.monotonic() + 60 * options.minutes
    left = list(groups)
    while left and time.monotonic() < end:
        tests = left.pop(0)
        survivors: list[Survivor] = []
        for message in try_modules(tests, groups[tests], options.processes, pick):
            if isinstance(message, Survivor):
                survivors.append(message)
                _print_survivor(message, reasons)
                continue
            for test in message.failed:
                print(f"{message.module}: fails without a mutant: {test}", flush=True)
            results[message.module] = (message, survivors)
            if is_kept:
                _keep(file, message, survivors)
            survivors = []
    rows = [_row(*results[path], reasons) for path in paths if path in results]
    widths = [max(len(row[n]) for row in (_HEADS, *rows)) for n in range(len(_HEADS))]
    for row in (_HEADS, *rows):
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())
    if left:
        print(f"{sum(len(groups[tests]) for tests in left)} modules are left: the same command")
        print("goes on with them")
    elif options.write:
        title = measured.run("tests.mutants", arguments)
        heads = ("modules of", *_HEADS[1:])
        measured.write(measured.EVIDENCE, "mutants", title, heads, _by_folder(rows))
    if any(_is_missed(*result, reasons) for result in results.values()):
        return 1
    return 3 if left else 0


def _print_survivor(survivor: Survivor, reasons: Mapping[str, Mapping[str, str]]) -> None:
    if survivor.key not in reasons.get(survivor.module, {}):
        word = "survived" if survivor.reached else "no test"
        print(f"{survivor.module}:{survivor.line}: {word}: {survivor.key}", flush=True)


def _row(
    outcome: Outcome, survivors: Sequence[Survivor], reasons: Mapping[str, Mapping[str, str]]
) -> tuple[str, ...]:
    """The cells of one module, in the order of _HEADS."""
    known = reasons.get(outcome.module, {})
    reached = [survivor.reached for survivor in survivors if survivor.key not in known]
    figures = (
        outcome.killed + outcome.endless + outcome.survived,
        outcome.killed,
        outcome.endless,
        outcome.survived - len(reached),
        reached.count(False),
        reached.count(True),
        round(outcome.seconds),
    )
    return (outcome.module, *map(str, figures))


def _by_folder(rows: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Rows of modules as one row for each folder, with the sums."""
    sums: dict[str, list[int]] = {}
    for module, *figures in rows:
        folder = module.rpartition("/")[0]
        so_far = sums.get(folder, [0] * len(figures))
        sums[folder] = [total + int(figure) for total, figure in zip(so_far, figures)]
    return [(folder, *map(str, figures)) for folder, figures in sums.items()]


def _is_missed(
    outcome: Outcome, survivors: Sequence[Survivor], reasons: Mapping[str, Mapping[str, str]]
) -> bool:
    known = reasons.get(outcome.module, {})
    return bool(outcome.failed) or any(survivor.key not in known for survivor in survivors)


def _keep(file: Path, outcome: Outcome, survivors: Sequence[Survivor]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8") as stream:
        print(json.dumps([outcome, survivors]), file=stream)


def _results_of(file: Path) -> dict[str, tuple[Outcome, list[Survivor]]]:
    """What earlier runs of this commit kept: module → what it ended with, and its survivors."""
    results: dict[str, tuple[Outcome, list[Survivor]]] = {}
    for line in file.read_text("utf-8").splitlines() if file.exists() else ():
        outcome, survivors = json.loads(line)
        results[outcome[0]] = Outcome(*outcome), [Survivor(*values) for values in survivors]
    return results


if __name__ == "__main__":
    sys.exit(main())
