"""What `pdu rehearse` costs in a large hall, as a process: its processor time and memory for n, 2n
and 4n machines.

    python -m tests.benchmarks.bench_hall

The hall has two feeds, a board on each with a way for each row, a panel in each row with a way for
each PDU, racks with two PDUs of three lines, and 20 machines with two cords each in a rack.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tests.needs import ROOT

_RACK, _ROW = 20, 10  # machines in a rack, racks in a row
_OUTLETS = 24
_COMMAND = "import sys; from handlers.command.start import main; sys.exit(main())"
_READINGS = ("--readings", "readings.json")


class Cost(NamedTuple):
    """What one run of the command took."""

    #: processor time
    seconds: float
    #: the most memory at one time, in MB
    megabytes: float
    exit_code: int


def hall(folder: Path, machines: int) -> None:
    """Write hall.power.toml and readings.json."""
    rng = random.Random(7)
    racks = -(-machines // _RACK)
    rows = -(-racks // _ROW)
    lines: list[str] = []
    for side in "AB":
        lines.append(f'[[feed]]\nname = "{side}"\n[[panel]]\nname = "M{side}"\ninputs = ["{side}"]')
        for row in range(rows):
            lines.append(f'[[panel.line]]\nname = "row{row}"\nbreaker_a = 4000\nphases = 3')
        for row in range(rows):
            lines.append(f'[[panel]]\nname = "P{side}{row}"\ninputs = ["M{side}/row{row}"]')
            for rack in range(row * _ROW, min(racks, (row + 1) * _ROW)):
                lines.append(f'[[panel.line]]\nname = "r{rack}"\nbreaker_a = 32\nphases = 3')
    pdus = []
    for rack in range(racks):
        for side in "AB":
            name = f"r{rack}-{side}"
            lines.append(f'[[pdu]]\nname = "{name}"\ninputs = ["P{side}{rack // _ROW}/r{rack}"]')
            lines.append(f'rack = "r{rack}"\nbreaker_a = 32')
            for line in range(3):
                behind = [str(outlet) for outlet in range(line + 1, _OUTLETS + 1, 3)]
                lines.append(f'[[pdu.line]]\nname = "L{line + 1}"\noutlets = {json.dumps(behind)}')
            outlets = [
                {
                    "identity": str(outlet),
                    "state": "on",
                    "current_a": round(rng.uniform(0.3, 1.4), 2) if outlet <= _RACK else 0.0,
                }
                for outlet in range(1, _OUTLETS + 1)
            ]
            pdus.append({"name": name, "outlets": outlets, "load_a": None})
    for number in range(machines):
        rack, outlet = divmod(number, _RACK)
        cords = [f"r{rack}-{side}/{outlet + 1}" for side in "AB"]
        lines.append(f'[[machine]]\nname = "m{number}"\ncords = {json.dumps(cords)}')
    (folder / "hall.power.toml").write_text("\n".join(lines) + "\n")
    (folder / "readings.json").write_text(json.dumps({"taken": 0, "pdus": pdus}))


def cost(folder: Path, words: Sequence[str]) -> Cost:
    """Run `pdu rehearse` once in this folder."""
    process = subprocess.Popen(
        [sys.executable, "-c", _COMMAND, "rehearse", "hall.power.toml", *_READINGS, *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return Cost(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, process.returncode)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fail", type=int, default=5000, help="machines for one failure, n")
    parser.add_argument("--each", type=int, default=1000, help="machines for --each, n")
    given = parser.parse_args()
    for words, first in ((("--fail", "feed:A"), given.fail), (("--each",), given.each)):
        for machines in (first, 2 * first, 4 * first):
            with tempfile.TemporaryDirectory() as folder:
                hall(Path(folder), machines)
                found = cost(Path(folder), words)
            print(
                f"{' '.join(words):16} {machines:6} machines: {found.seconds:5.1f} s of processor"
                f" time, {found.megabytes:4.0f} MB, exit code {found.exit_code}",
                flush=True,
            )


if __name__ == "__main__":
    main()
