"""`python -m tests.faults` runs the fault matrix and prints it as a table."""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Sequence
from typing import Optional

from handlers import registry
from pdu.core.cli import exit_handling
from pdu.core.cli.output import counted
from tests import measured
from tests.program import positive

from . import matrix
from .catalogue import FAULTS, METHODS
from .subjects import subject

_EPILOG = "\n".join(
    [
        "faults:",
        *(f"  {fault.key:19} {fault.about}" for fault in FAULTS),
        "",
        "exit codes: 0 every cell is right; 1 a cell is wrong; 2 wrong arguments",
    ]
)


def main(arguments: Optional[Sequence[str]] = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.faults",
        description=sys.modules["tests.faults"].__doc__,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "names",
        nargs="*",
        metavar="HANDLER",
        help=f"one or more of {', '.join(registry.names())} (default: all)",
    )
    parser.add_argument(
        "-m", "--method", action="append", choices=METHODS, help="only this call; may be repeated"
    )
    parser.add_argument(
        "--fault",
        action="append",
        choices=[fault.key for fault in FAULTS],
        metavar="FAULT",
        help="only this fault of the list below; may be repeated",
    )
    parser.add_argument(
        "--steps",
        type=positive,
        default=100,
        metavar="N",
        help="at most N steps of each call (default: %(default)s)",
    )
    parser.add_argument(
        "--processes",
        type=positive,
        default=matrix.PROCESSES,
        metavar="N",
        help="number of worker processes (default: %(default)s)",
    )
    parser.add_argument(
        "--all", action="store_true", help="print the result of each cell, right or wrong"
    )
    parser.add_argument(
        "--write", action="store_true", help="write the result into docs/dev/evidence.md"
    )
    options = parser.parse_args(arguments)
    names = list(dict.fromkeys(options.names)) or list(registry.names())
    for name in names:
        if name not in registry.names():
            parser.error(f"there is no handler {name!r}; choose from {', '.join(registry.names())}")
    faults = [fault for fault in FAULTS if not options.fault or fault.key in options.fault]
    reasons = {
        f"{name}, {fault.key}": subject(name).reason(fault) for name in names for fault in faults
    }
    if all(reasons.values()):
        parser.error(
            "there is nothing to run: "
            + "; ".join(f"{pair}: {reason}" for pair, reason in reasons.items())
        )
    begin = time.monotonic()
    wanted = matrix.cells(names, options.steps, faults, options.method or METHODS)
    verdicts = list(matrix.run(wanted, options.processes))
    for verdict in verdicts:
        if verdict.problems or options.all:
            print(
                f"{verdict.cell}: {verdict.outcome}, {verdict.seconds:.1f} s:"
                f" {'; '.join(verdict.problems) or verdict.message}"
            )
    print("\n".join(matrix.table(names, verdicts)))
    wrong = sum(bool(verdict.problems) for verdict in verdicts)
    ends = ", ".join(
        f"{kind} {count}"
        for kind, count in Counter(verdict.outcome for verdict in verdicts).most_common()
    )
    print(
        f"\n{counted(len(verdicts), 'cell')}{f' ({ends})' if ends else ''}, {wrong} wrong;"
        f" {time.monotonic() - begin:.0f} s"
    )
    if options.write:
        title = measured.run("tests.faults", arguments)
        row = (str(len(verdicts)), str(wrong))
        measured.write(measured.EVIDENCE, "faults", title, ("cells", "wrong"), [row])
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(exit_handling.run(main))
