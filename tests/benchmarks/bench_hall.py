"""What `pdu rehearse` costs in a large hall, as a process: its processor time and memory for n, 2n
and 4n machines.

    python -m tests.benchmarks.bench_hall

Goals, for a failure in a hall whose PDUs name a panel and not its way: at most 6 s and 150 MB for
5,000 machines, 25 s for 20,000. Exit code 1 if one is missed.

The hall has two feeds, a board on each with a way for each row, a panel in each row with a way for
each PDU, racks with two PDUs of three lines, and 20 machines with two cords each in a rack. In a
hall in doubt every line of a PDU may trip when the other side fails, and so may its way; in one of
missing facts 2 % of the PDUs have no rating besides. When power
comes back, outlets close one second after another.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Optional

from tests.needs import ROOT

from .ratios import note

_RACK, _ROW = 20, 10  # machines in a rack, racks in a row
_OUTLETS = 24
_COMMAND = "import sys; from pdu.start import main; sys.exit(main())"
_READINGS = ("--readings", "readings.json")
_FAIL = ("--fail", "feed:A")
_RETURN = ("--return", "feed:A", "--return", "feed:B")


class Cost(NamedTuple):
    """What one run of the command took."""

    #: processor time
    seconds: float
    #: the most memory at one time, in MB
    megabytes: float
    exit_code: int


class Run(NamedTuple):
    """One line of the table."""

    what: str
    words: Sequence[str]
    machines: int
    in_doubt: bool
    #: the part of PDUs whose rating is not drawn
    unrated: float = 0.0
    #: whether PDUs name the way of their panel
    ways: bool = True


def hall(
    folder: Path,
    machines: int,
    in_doubt: bool = False,
    unrated: float = 0.0,
    ways: bool = True,
) -> None:
    """Write hall.power.toml and readings.json."""
    rng = random.Random(7)
    racks = -(-machines // _RACK)
    rows = -(-racks // _ROW)
    rating = 10 if in_doubt else 32
    lines: list[str] = ['standard = "IEC 60898-1"']
    for side in "AB":
        lines.append(f'[[feed]]\nname = "{side}"\n')
        lines.append(f'[[panel]]\nname = "M{side}"\ninputs = ["{side}"]')
        for row in range(rows):
            lines.append(f'[[panel.line]]\nname = "row{row}"\nbreaker_a = 4000\nphases = 3')
        for row in range(rows):
            lines.append(f'[[panel]]\nname = "P{side}{row}"\ninputs = ["M{side}/row{row}"]')
            for rack in range(row * _ROW, min(racks, (row + 1) * _ROW)):
                lines.append(f'[[panel.line]]\nname = "r{rack}"\nbreaker_a = {rating}\nphases = 3')
    pdus = []
    for rack in range(racks):
        for side in "AB":
            name = f"r{rack}-{side}"
            way = f"/r{rack}" if ways else ""
            lines.append(f'[[pdu]]\nname = "{name}"\ninputs = ["P{side}{rack // _ROW}{way}"]')
            lines.append(f'rack = "r{rack}"')
            lines += [f"breaker_a = {rating}"] if rng.random() >= unrated else []
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
            closing = {
                str(outlet): {"state": "on", "earliest_s": outlet, "latest_s": outlet}
                for outlet in range(1, _OUTLETS + 1)
            }
            pdus.append({"name": name, "outlets": outlets, "load_a": None, "power_on": closing})
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


_UNNAMED = "no way is named"
#: machines of a hall with unnamed ways -> limits of the seconds and of the memory in MB
_GOALS: Mapping[int, tuple[float, Optional[float]]] = {5000: (6.0, 150.0), 20000: (25.0, None)}


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--fail", type=int, default=5000, help="machines for one failure, n")
    parser.add_argument("--each", type=int, default=1000, help="machines for --each, n")
    given = parser.parse_args()
    kinds = (
        ("failure, none in doubt", _FAIL, given.fail, False),
        ("failure, all in doubt", _FAIL, given.fail, True),
        ("return", _RETURN, given.fail, False),
        ("--each", ("--each",), given.each, False),
        ("2 % of ratings missing", _FAIL, given.fail, True),
        (_UNNAMED, _FAIL, given.fail, False),
    )
    runs = [
        Run(
            what,
            words,
            n * first,
            in_doubt,
            0.02 if "missing" in what else 0.0,
            what != _UNNAMED,
        )
        for what, words, first, in_doubt in kinds
        for n in (1, 2, 4)
    ]
    met = True
    for run in runs:
        with tempfile.TemporaryDirectory() as folder:
            hall(Path(folder), run.machines, run.in_doubt, run.unrated, run.ways)
            spent = cost(Path(folder), run.words)
        print(
            f"{run.what:24} {run.machines:6} machines: {spent.seconds:5.1f} s of processor time,"
            f" {spent.megabytes:4.0f} MB, exit code {spent.exit_code}",
            flush=True,
        )
        if run.what == _UNNAMED and run.machines in _GOALS:
            most_s, most_mb = _GOALS[run.machines]
            what = f"`pdu rehearse`, {run.machines:,} machines, {_UNNAMED}"
            note("hall", f"{what}: s of CPU", spent.seconds, most_s, at_least=False)
            met = met and spent.seconds <= most_s
            if most_mb is not None:
                note("hall", f"{what}: MB", spent.megabytes, most_mb, at_least=False)
                met = met and spent.megabytes <= most_mb
    return int(not met)


if __name__ == "__main__":
    sys.exit(main())
