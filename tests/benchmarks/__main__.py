"""Runs the benchmarks in turn and prints a table of their figures.

`make bench` also writes it into docs/dev/benchmarks.md.
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Optional

from pdu.core.cli import exit_handling
from tests.needs import ROOT

from .ratios import VARIABLE, Ratio, noted

ALL = (
    "raritan",
    "snmp",
    "nut",
    "redfish",
    "fleet",
)
PAGE = ROOT / "docs" / "dev" / "benchmarks.md"
_HEAD = """# Benchmarks

What has a goal, in one run on one machine: `make bench` prints all figures and writes this page.
Most are ratios to a peer of the same run, because times depend on the machine. 0 ms (near) and
20 ms (far) are added to a round trip. Over SNMP both handlers run on pysnmp. The SDK is
Raritan's: its loop reads object by object, its leanest bulk sends the same requests as this client.
"Expands" is a Redfish service that supports `$expand`.

"""


def main(arguments: Optional[Sequence[str]] = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks",
        description=__doc__,
        epilog=(
            "exit codes: 0 all goals are met; 1 a goal is missed or a benchmark failed; "
            "2 wrong arguments"
        ),
    )
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help=f"one or more of {', '.join(ALL)} (default: all of these, and the page is written)",
    )
    parser.add_argument(
        "--write", action="store_true", help="write the page with only the named benchmarks"
    )
    options = parser.parse_args(arguments)
    for name in options.names:
        if name not in ALL:
            parser.error(f"there is no benchmark {name!r}; choose from {', '.join(ALL)}")
    codes: list[int] = []
    without: list[str] = []
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        file = Path(folder) / "ratios"
        for name in options.names or ALL:
            print(f"== {name}", flush=True)
            noted_before = len(noted(file))
            codes.append(
                subprocess.run(
                    [sys.executable, "-m", f"tests.benchmarks.bench_{name}"],
                    cwd=ROOT,
                    env={**os.environ, VARIABLE: str(file)},
                ).returncode
            )
            if name in ALL and len(noted(file)) == noted_before:
                without.append(name)
        ratios = noted(file)
    lines = table(ratios)
    if ratios:
        print("\n".join(lines))
    writes_page = options.write or not options.names
    if without:
        unwritten = f", so {PAGE.relative_to(ROOT)} is not written" if writes_page else ""
        print(f"no figures of {', '.join(without)}{unwritten}", file=sys.stderr)
        return 1
    if writes_page:
        PAGE.write_text(
            _HEAD
            + f"{machine()}, {datetime.date.today().isoformat()}.\n\n"
            + "\n".join(table([ratio for ratio in ratios if ratio.verdict]))
            + "\n",
            "utf-8",
        )
    return int(any(codes))


def table(ratios: Sequence[Ratio]) -> list[str]:
    """The figures as a Markdown table."""
    rows = [f"| {one.area} | {one.what} | {one.figure:.2f} | {one.verdict} |" for one in ratios]
    return ["| area | what | figure | goal |", "|---|---|---|---|", *rows]


def machine() -> str:
    """Processor, cores, system and Python."""
    about = Path("/proc/cpuinfo")  # on Linux
    model = next(
        (
            line.partition(":")[2].strip()
            for line in (about.read_text("utf-8").splitlines() if about.exists() else ())
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    return (
        f"{model}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"
    )


if __name__ == "__main__":
    sys.exit(exit_handling.run(main))
