"""Reads 1,000 simulated PDUs of all handlers (24 outlets, 2 % dead, 20 ms before each answer) by
`pdu check` and in other ways.

    python -m tests.benchmarks.bench_fleet [--pdus N] [--more N] [--sample STEP] [--json]

The other ways are a plain loop with the same handlers in one thread and, if they are installed, two
programs that read only the living SNMP PDUs: Net-SNMP's snmpbulkwalk in a shell loop and Debian's
prometheus-snmp-exporter. Each loop reads a sample, and its time is scaled up. Then `pdu check`
reads a longer list (5,000 PDUs), to compare its memory. The simulated PDUs run on the same cores.
The goals of `pdu check` are ten times the speed of the plain loop, and at most a quarter more
memory for the longer list. Exit code 1 if one is missed.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple, Optional

from rich.console import Console
from rich.table import Table

from handlers.command import ending
from tests.needs import ROOT, found
from tests.ports import reserved
from tests.program import positive
from tests.simulators.snmp_agent.devices import apc

from .fleet_hall import OUTLETS
from .ratios import note

DELAY_MS, FASTER, FLAT = 20, 10.0, 1.25
_EACH_S = 0.2  # seconds between two measurements of the memory
_SIDE_BY_SIDE = 64  # parallel queries to prometheus-snmp-exporter
_LISTENS_S = 30.0
_LONGEST_S = 3600.0  # time limit of `pdu check` and of each loop, in seconds
# One GET of sysObjectID, then the states and figures of all outlets and the unit's own figures, as
# a script would read them.
_SHELL = """while read -r agent; do
snmpget -m '' -v2c -c public -On "$agent" 1.3.6.1.2.1.1.2.0 >/dev/null || exit 1
for table in "$@"; do snmpbulkwalk -m '' -Cr25 -v2c -c public -On "$agent" "$table" >/dev/null || exit 1; done
done"""
_TABLES = (
    f"{apc.RPDU2_STATUS}.5",
    "1.3.6.1.4.1.318.1.1.26.9.4.3.1",
    "1.3.6.1.4.1.318.1.1.26.4.3.1",
)


class Taken(NamedTuple):
    """The figures of one way to read `pdus` PDUs: seconds, requests and peak memory in MiB (None:
    not measured).
    """

    way: str
    pdus: int
    seconds: float
    requests: Optional[int] = None
    memory: Optional[float] = None


class Hall:
    """The simulated PDUs, in a separate process."""

    def __init__(self, folder: Path, process: subprocess.Popen[str]) -> None:
        self.list, self.logins, self._process = folder / "list.csv", folder / "logins.toml", process

    def requests(self) -> dict[str, int]:
        """The number of requests so far, by handler. Raises SystemExit if the process has ended."""
        assert self._process.stdin is not None and self._process.stdout is not None
        # else a BrokenPipeError would end the benchmark without a message
        if self._process.poll() is None:
            self._process.stdin.write("\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
            if line:
                counts: dict[str, int] = json.loads(line)
                return counts
        raise SystemExit("the process of simulated PDUs has ended")

    def snmp(self) -> list[str]:
        """The addresses of the living SNMP PDUs."""
        with open(self.list, newline="") as file:
            return [
                row["address"]
                for row in csv.DictReader(file)
                if row["handler"] == "snmp" and row["name"].startswith("rack")
            ]


@contextlib.contextmanager
def hall(pdus: int) -> Iterator[Hall]:
    with (
        tempfile.TemporaryDirectory(prefix="bench-fleet-") as folder,
        subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.fleet_hall", folder, str(pdus), str(DELAY_MS)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as process,
    ):
        try:
            assert process.stdout is not None
            if process.stdout.readline() != "ready\n":
                raise SystemExit("the process of simulated PDUs did not start")
            yield Hall(Path(folder), process)
        finally:
            process.kill()


def checked(running: Hall, pdus: int) -> Taken:
    """Measures `pdu check`, with the memory of all its processes."""
    before = sum(running.requests().values())
    begin = time.perf_counter()
    with (
        subprocess.Popen(
            [
                sys.executable,
                str(ROOT / "handlers"),
                "check",
                str(running.list),
                "--auth",
                str(running.logins),
            ],
            stdout=subprocess.PIPE,
            text=True,
        ) as process,
        _watched(process.pid) as peak,
    ):
        try:
            out, _ = process.communicate(timeout=_LONGEST_S)
            seconds = time.perf_counter() - begin
        finally:
            process.kill()  # does nothing if it has ended
    summary = "\n".join(out.splitlines()[-2:-1])
    if not summary:
        raise RuntimeError(
            f"pdu check printed no summary and ended with exit code {process.returncode}"
        )
    dead = pdus // 50
    if f"{pdus - dead} well" not in summary:
        print(summary, file=sys.stderr)
    return Taken("pdu check", pdus, seconds, sum(running.requests().values()) - before, peak[0])


@contextlib.contextmanager
def _watched(pid: int) -> Iterator[list[float]]:
    """A list with one item: the peak memory in MiB of a process and its descendants, measured until
    the block ends.
    """
    peak, ended = [0.0], threading.Event()

    def watch() -> None:
        while not ended.wait(_EACH_S):
            peak[0] = max(peak[0], memory(pid))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield peak
    finally:
        ended.set()
        thread.join(_LONGEST_S)


def memory(pid: int) -> float:
    """Memory in MiB of a process and the descendants of its main thread.

    A page that n processes share counts 1/n for each.
    """
    total = 0.0
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1]) / 1024
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            total += memory(int(child))
    return total


def looped(running: Hall, pdus: int, step: int) -> Taken:
    """Measures the plain loop over a sample, scaled up by the numbers of living and dead PDUs."""
    before = sum(running.requests().values())
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.benchmarks.fleet_loop",
            str(running.list),
            str(running.logins),
            str(step),
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=_LONGEST_S,
    )
    result = json.loads(done.stdout)
    dead = pdus // 50
    seconds = sum(
        result["seconds"][kind] / max(1, result["counts"][kind]) * count
        for kind, count in (("living", pdus - dead), ("dead", dead))
    )
    requests = (sum(running.requests().values()) - before) * pdus / sum(result["counts"].values())
    return Taken(f"plain loop (one PDU in {step}, scaled)", pdus, seconds, round(requests))


def shelled(running: Hall, step: int) -> Taken:
    """Measures snmpbulkwalk in a shell loop over a sample, scaled up."""
    agents = running.snmp()
    sample = agents[::step]
    begin = time.perf_counter()
    subprocess.run(
        ["sh", "-c", _SHELL, "sh", *_TABLES],
        input="\n".join([*sample, ""]),
        text=True,
        check=True,
        timeout=_LONGEST_S,
    )
    seconds = (time.perf_counter() - begin) * len(agents) / len(sample)
    return Taken(f"snmpbulkwalk in a shell loop (one in {step}, scaled)", len(agents), seconds)


def exported(running: Hall, folder: Path) -> Taken:
    """Measures prometheus-snmp-exporter, with a module for the tables of the shell loop, because
    Debian ships no modules.
    """
    metrics = [
        {
            "name": f"value{number}",
            "oid": f"{_TABLES[1]}.{number}",
            "type": "gauge",
            "indexes": [{"labelname": "outlet", "type": "gauge"}],
        }
        for number in range(5, 9)
    ]
    metrics.append(
        {
            "name": "state",
            "oid": _TABLES[0],
            "type": "gauge",
            "indexes": [{"labelname": "outlet", "type": "gauge"}],
        }
    )
    (folder / "snmp.yml").write_text(
        json.dumps(
            {
                "pdu": {
                    "walk": list(_TABLES),
                    "get": ["1.3.6.1.2.1.1.2.0"],
                    "metrics": metrics,
                    "version": 2,
                    "auth": {"community": "public"},
                }
            }
        )
    )
    port, agents = reserved(), running.snmp()
    program = found("prometheus-snmp-exporter")
    assert program is not None
    with subprocess.Popen(
        [program, f"--config.file={folder / 'snmp.yml'}", f"--web.listen-address=127.0.0.1:{port}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            _listens(f"http://127.0.0.1:{port}/")
            begin = time.perf_counter()
            with _watched(process.pid) as peak, ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
                states = list(pool.map(lambda agent: _scraped(port, agent), agents))
                seconds = time.perf_counter() - begin
        finally:
            process.kill()
    if set(states) != {OUTLETS}:
        raise SystemExit(
            f"prometheus-snmp-exporter reported {sorted(set(states))} states of a PDU, not"
            f" {OUTLETS}"
        )
    return Taken("prometheus-snmp-exporter", len(agents), seconds, None, peak[0])


def _listens(url: str) -> None:
    end = time.monotonic() + _LISTENS_S
    while True:
        try:
            urllib.request.urlopen(url, timeout=5).close()  # noqa: S310  # loopback
            return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def _scraped(port: int, agent: str) -> int:
    with urllib.request.urlopen(
        f"http://127.0.0.1:{port}/snmp?target={agent}&module=pdu", timeout=60
    ) as answer:
        return sum(line.startswith(b"state{") for line in answer.read().splitlines())


def main(arguments: Optional[Sequence[str]] = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.bench_fleet",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--pdus", type=positive, default=1000, help="number of PDUs (default: %(default)s)"
    )
    parser.add_argument(
        "--more",
        type=positive,
        default=5000,
        help="number of PDUs in the longer list (default: %(default)s)",
    )
    parser.add_argument(
        "--sample",
        type=positive,
        default=21,
        metavar="STEP",
        help=(
            "the plain loop reads every STEPth PDU, and a dead one if there is any; the step of the"
            " shell loop is about half (default: %(default)s)"
        ),
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    chosen = parser.parse_args(arguments)
    taken: list[Taken] = []
    with hall(chosen.pdus) as running, tempfile.TemporaryDirectory() as folder:
        taken.append(checked(running, chosen.pdus))
        taken.append(looped(running, chosen.pdus, chosen.sample))
        if found("snmpbulkwalk"):
            taken.append(shelled(running, max(1, chosen.sample // 2)))
        if found("prometheus-snmp-exporter"):
            taken.append(exported(running, Path(folder)))
    with hall(chosen.more) as running:
        taken.append(checked(running, chosen.more))
    return _report(taken, chosen.json)


def _report(taken: Sequence[Taken], as_json: bool) -> int:
    first, loop, last = taken[0], taken[1], taken[-1]
    assert first.memory is not None and last.memory is not None
    faster, grown = loop.seconds / first.seconds, last.memory / first.memory
    note(
        "fleet", f"{first.pdus:,} PDUs: time of a plain loop ÷ time of `pdu check`", faster, FASTER
    )
    note(
        "fleet",
        f"memory of `pdu check` for {last.pdus:,} PDUs ÷ for {first.pdus:,}",
        grown,
        FLAT,
        at_least=False,
    )
    for one in taken[2:-1]:
        each = one.seconds / one.pdus / (first.seconds / first.pdus)
        note("fleet", f"{one.way}: time per PDU ÷ time per PDU of `pdu check`", each)
    missed = [
        name
        for name, bad in (
            (f"{faster:.1f} times as fast as the loop, not {FASTER:g}", faster < FASTER),
            (f"memory grew by a factor of {grown:.2f}, more than {FLAT:g}", grown > FLAT),
        )
        if bad
    ]
    if as_json:
        print(
            json.dumps(
                {
                    "ways": [one._asdict() for one in taken],
                    "times_the_loop": faster,
                    "memory_grown": grown,
                }
            )
        )
        return int(bool(missed))
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
    table = Table(
        title=(
            f"PDUs of {OUTLETS} outlets, 2 % dead, {DELAY_MS} ms before each answer,"
            f" {os.cpu_count()} cores"
        )
    )
    for column in ("way", "PDUs", "seconds", "PDUs a second", "requests a PDU", "peak MiB"):
        table.add_column(column, justify="left" if column == "way" else "right")
    for one in taken:
        table.add_row(
            one.way,
            str(one.pdus),
            f"{one.seconds:.1f}",
            f"{one.pdus / one.seconds:.1f}",
            "" if one.requests is None else f"{one.requests / one.pdus:.1f}",
            "" if one.memory is None else f"{one.memory:.0f}",
        )
    console.print(table)
    console.print(
        f"{faster:.1f} times as fast as the loop; memory of {last.pdus} PDUs is {grown:.2f} times"
        f" that of {first.pdus}"
    )
    for goal in missed:
        console.print(f"goal missed: {goal}", style="bold red")
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(ending.run(main))
