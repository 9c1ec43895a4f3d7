"""`pdu energy audit` of a month of many PDUs from a meter's journal: seconds, CPU, memory.

    python -m tests.benchmarks.bench_energy --pdus 100

Makes the journal of a month at 5 minutes first (12 MB and 2 s of a processor for each PDU), under
--folder. Audits it, and writes the page. Figures for 1,000 PDUs are these times 1,000 / PDUs.
With --keep DIR the journal stays in that folder, and a second run does not make it again.
"""

from __future__ import annotations

import argparse
import importlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Optional

from pdu.core.files.journal import START, Journal
from pdu.energy.journal.days import day_of
from tests.needs import ROOT

# not by a statement: a type check for Python 3.9 cannot read its types
np: Any = importlib.import_module("numpy")

FIRST = 1790812800.0  # 2026-10-01T00:00:00Z
DAY, EVERY = 86400.0, 300.0
HALL = 1000
_PERIOD = ("--from", "2026-10-01", "--to", "2026-11-01", "--json")
#: of PDUs and outlets: 63 A in three phases, 16 A
_LIMITS = "pdu,outlet,limit_kw\n*,,43.47\n*,*,3.68\n"
_AUDIT = ("energy", "audit")


class Run(NamedTuple):
    """What a command needed; memory is the most of all its processes together."""

    seconds: float
    cpu: float
    megabytes: float


def month(folder: Path, pdus: int, outlets: int, days: int = 31, every_s: float = EVERY) -> None:
    """The journal of `days` days, a day before and a day after: machines of 20 to 700 W. The newest
    file, which a meter would still write, has one round.
    """
    draw = np.random.default_rng(pdus)
    watts = draw.uniform(20.0, 700.0, (pdus, outlets))
    registers = draw.uniform(0.0, 20000.0, (pdus, outlets))
    after = START
    for day in range(-1, days + 2):
        begin = FIRST + day * DAY
        with Journal(str(folder / f"{day_of(begin)}.jsonl"), after) as journal:
            journal.append(_head(begin, pdus, outlets, every_s))
            for number in range(int(DAY / every_s) if day <= days else 1):
                now = watts * draw.uniform(0.9, 1.1, watts.shape)
                registers += now * every_s / 3.6e6
                journal.append(_round(begin + number * every_s, now, registers))
            after = journal.hash


def _made_whole(hall: Path, pdus: int, outlets: int, days: int) -> None:
    """The journal of a month in a new folder, which is there when it is whole."""
    part = hall.with_name(f"{hall.name}.part")
    part.mkdir(parents=True)
    month(part, pdus, outlets, days)
    part.rename(hall)


def _head(begin: float, pdus: int, outlets: int, every_s: float) -> Iterator[Mapping[str, Any]]:
    yield {"meter": 1, "version": "1", "boot": "b", "utc": begin, "mono": 5.0, "every": every_s}
    for number in range(pdus):
        yield {
            "unit": number,
            "name": f"rack{number}",
            "handler": "snmp",
            "address": f"192.0.2.{number}",
            "family": "apc-rpdu2",
            "serial": f"S{number}",
            "firmware": "1",
            "outlets": [str(outlet + 1) for outlet in range(outlets)],
            "names": [""] * outlets,
            "meters": [],
        }


def _round(time_: float, watts: Any, registers: Any) -> Iterator[Mapping[str, Any]]:
    amperes = np.round(watts / 230.0, 3).tolist()
    shown = (np.floor(registers * 1000.0) / 1000.0).tolist()
    powers = np.round(watts, 3).tolist()
    on = "1" * len(powers[0])
    for number, kwh in enumerate(shown):
        begin = time_ + 0.002 * number
        yield {
            "of": number,
            "utc": [round(begin, 3), round(begin + 1.5, 3)],
            "mono": [round(begin - FIRST + 9e5, 3), round(begin - FIRST + 9e5 + 1.5, 3)],
            "up": begin - FIRST + 9e6,
            "load": round(sum(amperes[number]), 3),
            "total": round(sum(kwh), 3),
            "kwh": kwh,
            "amps": amperes[number],
            "watts": powers[number],
            "on": on,
        }


def measured(arguments: Sequence[str]) -> Run:
    """Run the command, and look at its processes ten times a second."""
    start = [sys.executable, "-m", "pdu"]
    began, before, peak = time.monotonic(), os.times(), 0.0
    with subprocess.Popen([*start, *arguments], cwd=ROOT, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            peak = max(peak, _megabytes(process.pid))
            time.sleep(0.1)
    if process.returncode not in (0, 1, 2):
        raise SystemExit(f"{' '.join(arguments)}: exit code {process.returncode}")
    after = os.times()
    cpu = after.children_user + after.children_system
    cpu -= before.children_user + before.children_system
    return Run(time.monotonic() - began, cpu, peak)


def _megabytes(pid: int) -> float:
    """The memory of a process and its children; what they share counts once (PSS)."""
    total = 0.0
    for one in (pid, *_children(pid)):
        try:
            lines = Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()
        except OSError:  # it has just ended
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
    return total


def _children(pid: int) -> Sequence[int]:
    try:
        return [*map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]
    except OSError:
        return []


def _line(name: str, run: Run, pdus: int) -> None:
    times = HALL / pdus
    print(
        f"{name:<34} {run.seconds:>7.1f} s {run.cpu:>7.1f} CPU s {run.megabytes:>6.0f} MB"
        f" {run.cpu / pdus:>7.3f} CPU s/PDU; {HALL} PDUs: {run.seconds * times:>6.0f} s"
        f" {run.cpu * times:>6.0f} CPU s",
        flush=True,
    )


def main(arguments: Optional[Sequence[str]] = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--pdus", type=int, default=100)
    parser.add_argument("--outlets", type=int, default=48)
    parser.add_argument("--days", type=int, default=31)
    parser.add_argument("--folder", help="for the journals; they are removed")
    parser.add_argument("--keep", metavar="DIR", help="a folder for the journal, which stays there")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(dir=chosen.folder) as made:
        hall, page = Path(chosen.keep or Path(made, "hall")), Path(made, "page.html")
        if not hall.exists():
            _made_whole(hall, chosen.pdus, chosen.outlets, chosen.days)
        size = sum(path.stat().st_size for path in hall.iterdir()) / 1e6
        print(f"{chosen.pdus} PDUs of {chosen.outlets} outlets, {chosen.days} days: {size:.0f} MB")
        print(f"load of the machine {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores")
        limits = Path(made, "limits.csv")
        limits.write_text(_LIMITS)
        audit = (*_AUDIT, str(hall), *_PERIOD, "--meters", str(limits))
        _line("audit", measured(audit), chosen.pdus)
        _line("the same with the page", measured((*audit, "--html", str(page))), chosen.pdus)
        print(f"page: {page.stat().st_size / chosen.pdus / 1000:.1f} kB for each PDU")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
