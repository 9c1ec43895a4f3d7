"""`python -m tests.mutants` puts small faults into the modules that decide, one at a time, and
lists those that no test notices.

A survivor that changes nothing that anybody can see is explained in explained.toml, beside this
file. Any other is a missing test.
"""

from __future__ import annotations

import argparse
import fnmatch
import json
import os
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Optional, Union

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

from tests.mutants.mutations import Mutant
from tests.mutants.runner import Outcome, Runner, Survivor
from tests.mutants.targets import TARGETS
from tests.needs import ROOT

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
        " without a mutant; 2 wrong arguments",
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

    groups: dict[tuple[str, ...], list[str]] = {}
    for path in paths:
        tests = tuple(options.tests or TARGETS[path])
        if options.quick:
            tests += ("-m", "not trial")
        groups.setdefault(tests, []).append(path)
    reasons = explained()
    rows: list[Sequence[object]] = [_HEADS]
    missed = 0
    for tests, modules in groups.items():
        unexplained: list[Survivor] = []
        for found in try_modules(tests, modules, options.processes, pick):
            if isinstance(found, Survivor):
                if found.key not in reasons.get(found.module, {}):
                    unexplained.append(found)
                    word = "survived" if found.reached else "no test"
                    print(f"{found.module}:{found.line}: {word}: {found.key}", flush=True)
                continue
            for test in found.failed:
                print(f"{found.module}: fails without a mutant: {test}", flush=True)
            reached = [one.reached for one in unexplained]
            rows.append(
                (
                    found.module,
                    found.killed + found.endless + found.survived,
                    found.killed,
                    found.endless,
                    found.survived - len(unexplained),
                    reached.count(False),
                    reached.count(True),
                    round(found.seconds),
                )
            )
            missed += len(unexplained) + len(found.failed)
            unexplained = []
    widths = [max(len(str(row[n])) for row in rows) for n in range(len(_HEADS))]
    for row in rows:
        print("  ".join(str(cell).ljust(width) for cell, width in zip(row, widths)).rstrip())
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
