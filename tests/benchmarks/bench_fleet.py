"""Reads 1,000 simulated PDUs of all handlers (24 outlets, 10 % dead, 20 ms before each answer) by
`pdu check` and in other ways.

    python -m tests.benchmarks.bench_fleet [--pdus N] [--sample STEP] [--json]

The other ways are a plain loop with the same handlers in one thread, `pdu exporter` on the living
SNMP PDUs and, if it is installed, Net-SNMP's snmpbulkwalk on these in a shell loop. The exporter is
asked for all PDUs once after its start, and then again and again, as Prometheus does. Each loop
reads a sample, and its time is scaled up. `pdu check` also reads the living PDUs of each handler
alone, for their CPU. CPU is that of the reading program; the simulated PDUs are another process, on
the same cores. Every run of `pdu check` counts the living PDUs that it did not find well, and each
figure of the loop is compared with the one of `pdu check`.

Goals: ten times the speed of the plain loop; no living PDU that is not well; the same figures; SNMP
for 12 ms of CPU for a PDU. Exit code 1 if one is missed.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Callable, NamedTuple, Optional

from rich.console import Console
from rich.table import Table

from pdu.core.cli import exit_handling
from tests.needs import ROOT, found
from tests.program import positive
from tests.simulators.snmp_agent.devices import apc

from .fleet_hall import OUTLETS
from .ratios import note

DELAY_MS, FASTER = 20, 10.0
SNMP_MS = 12.0  # CPU of an SNMP PDU
HANDLERS = ("snmp", "nut", "raritan", "redfish")
_FIGURES = ("on", "off", "unknown", "load_a", "energy_kwh")
_EACH_S = 0.2  # seconds between two measurements of the memory
_SIDE_BY_SIDE = 64  # parallel queries to an exporter
_LATER = 3  # rounds after the first one
_FIRST, _AGAIN = "first round", "later rounds"
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
    """The figures of one way to read `pdus` PDUs: seconds, requests, peak memory in MiB, seconds of
    CPU, and the living PDUs that were not well (None: not measured).
    """

    way: str
    pdus: int
    seconds: float
    requests: Optional[int] = None
    memory: Optional[float] = None
    cpu: Optional[float] = None
    wrong: Optional[int] = None


class Hall:
    """The simulated PDUs, in a separate process."""

    def __init__(self, folder: Path, process: subprocess.Popen[str]) -> None:
        self.list, self.logins, self._process = folder / "list.csv", folder / "logins.toml", process

    def requests(self) -> dict[str, int]:
        """The number of requests so far, by handler. Raises SystemExit if the process has ended."""
        return self._asked("")

    def bytes(self) -> dict[str, int]:
        """The bytes of requests and answers so far, by handler; raises as `requests`."""
        return self._asked("bytes")

    def _asked(self, what: str) -> dict[str, int]:
        assert self._process.stdin is not None and self._process.stdout is not None
        # else a BrokenPipeError would end the benchmark without a message
        if self._process.poll() is None:
            self._process.stdin.write(f"{what}\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
            if line:
                counts: dict[str, int] = json.loads(line)
                return counts
        raise SystemExit("the process of simulated PDUs has ended")

    def only(self, handler: str) -> tuple[Path, int]:
        """A list of the living PDUs of this handler and its length; "": the whole list."""
        rows = self.rows()
        if not handler:
            return self.list, len(rows)
        chosen = [row for row in rows if row["handler"] == handler and not _dead(row["name"])]
        path = self.list.with_name(f"{handler}.csv")
        with open(path, "w", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(chosen)
        return path, len(chosen)

    def rows(self) -> list[dict[str, str]]:
        """The lines of the list."""
        with open(self.list, newline="") as file:
            return list(csv.DictReader(file))

    def snmp(self) -> list[str]:
        """The addresses of the living SNMP PDUs."""
        return [
            row["address"]
            for row in self.rows()
            if row["handler"] == "snmp" and not _dead(row["name"])
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


def checked(
    running: Hall, way: str = "pdu check", handler: str = "", *options: str
) -> tuple[Taken, dict[str, list[str]]]:
    """Measures `pdu check`, with the memory and CPU of all its processes.

    With a `handler`, reads only its living PDUs. Also returns the figures of each PDU.
    """
    listed, pdus = running.only(handler)
    before, used = sum(running.requests().values()), _used()
    begin = time.perf_counter()
    program = [sys.executable, str(ROOT / "pdu"), "check", str(listed), "--csv", *options]
    with (
        subprocess.Popen(
            [*program, "--auth", str(running.logins)], stdout=subprocess.PIPE, text=True
        ) as process,
        _watched(process.pid) as peak,
    ):
        try:
            out, _ = process.communicate(timeout=_LONGEST_S)
            seconds = time.perf_counter() - begin
        finally:
            process.kill()  # does nothing if it has ended
    rows = {row["name"]: row for row in csv.DictReader(out.splitlines())}
    if len(rows) != pdus:
        raise RuntimeError(
            f"pdu check printed {len(rows)} PDUs and ended with exit code {process.returncode}"
        )
    wrong = [row for row in rows.values() if row["result"] != "well" and not _dead(row["name"])]
    for row in wrong[:5]:
        print(f"{row['name']}: {row['result']}: {row['reason']}", file=sys.stderr)
    requests = sum(running.requests().values()) - before
    return (
        Taken(way, pdus, seconds, requests, peak[0], _used() - used, len(wrong)),
        {name: [row[key] for key in _FIGURES] for name, row in rows.items()},
    )


def _dead(name: str) -> bool:
    return name.startswith("dead")


def _used() -> float:
    """CPU in seconds of the ended child processes and theirs."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def cpu(pid: int) -> float:
    """CPU in seconds of a running process and the descendants of its main thread."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    own = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return own + sum(cpu(int(child)) for child in children)


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


def looped(running: Hall, pdus: int, step: int) -> tuple[Taken, dict[str, list[str]]]:
    """Measures the plain loop over a sample, scaled up by the numbers of living and dead PDUs.

    Also returns the figures of each PDU of the sample.
    """
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
    dead = pdus // 10
    seconds = sum(
        result["seconds"][kind] / max(1, result["counts"][kind]) * count
        for kind, count in (("living", pdus - dead), ("dead", dead))
    )
    requests = (sum(running.requests().values()) - before) * pdus / sum(result["counts"].values())
    taken = Taken(f"plain loop (one PDU in {step}, scaled)", pdus, seconds, round(requests))
    return taken, result["figures"]


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


def probed(running: Hall) -> list[Taken]:
    """Measures `pdu exporter` on the living SNMP PDUs: states, figures, names and numbers."""
    listed, _ = running.only("snmp")
    program = [sys.executable, str(ROOT / "pdu"), "exporter", "--listen", "127.0.0.1:0"]
    with subprocess.Popen(
        [*program, "--list", str(listed), "--auth", str(running.logins)],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            return _rounds(
                "pdu exporter",
                process.pid,
                running.snmp(),
                lambda agent: _states(f"{url}probe?target={agent}", b"pdu_outlet_state{"),
            )
        finally:
            process.terminate()


def _rounds(
    name: str, pid: int, agents: Sequence[str], states: Callable[[str], int]
) -> list[Taken]:
    """Measures the first round of an exporter over all agents, and those after it together.

    `states` asks for one agent, and returns how many states were reported.
    """
    taken: list[Taken] = []
    with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
        for way, rounds in ((_FIRST, 1), (_AGAIN, _LATER)):
            before, begin = cpu(pid), time.perf_counter()
            with _watched(pid) as peak:
                found = list(pool.map(states, list(agents) * rounds))
                seconds = time.perf_counter() - begin
                used = cpu(pid) - before
            wrong = sum(number != OUTLETS for number in found)
            taken.append(Taken(f"{name}, {way}", len(found), seconds, None, peak[0], used, wrong))
    return taken


def _states(url: str, start: bytes) -> int:
    """How many lines of a page begin like this."""
    with urllib.request.urlopen(url, timeout=60) as answer:  # noqa: S310  # loopback
        return sum(line.startswith(start) for line in answer.read().splitlines())


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
    others: list[Taken] = []
    with hall(chosen.pdus) as running:
        first, figures = checked(running)
        loop, true = looped(running, chosen.pdus, chosen.sample)
        different = sum(figures[name] != values for name, values in true.items())
        taken += [first, loop]
        taken += [checked(running, f"pdu check, {name} only", name)[0] for name in HANDLERS]
        others += probed(running)
        if found("snmpbulkwalk"):
            others.append(shelled(running, max(1, chosen.sample // 2)))
    return _report([*taken, *others], different, chosen.json)


def _report(taken: Sequence[Taken], different: int, as_json: bool) -> int:
    ways = {one.way: one for one in taken}
    first, loop = taken[:2]
    faster = loop.seconds / first.seconds
    wrong = sum(one.wrong or 0 for one in taken)
    snmp = _each_ms(ways["pdu check, snmp only"])
    note(
        "fleet", f"{first.pdus:,} PDUs: time of a plain loop ÷ time of `pdu check`", faster, FASTER
    )
    goals = [
        (f"{faster:.1f} times as fast as the loop, not {FASTER:g}", faster < FASTER),
        (f"{wrong} living PDUs were not well", wrong > 0),
        (f"the figures of {different} PDUs differ from those of the loop", different > 0),
        (f"an SNMP PDU takes {snmp:.1f} ms of CPU, more than {SNMP_MS:g}", snmp > SNMP_MS),
    ]
    for one in taken[2:]:
        each = one.seconds / one.pdus / (first.seconds / first.pdus)
        note("fleet", f"{one.way}: time per PDU ÷ time per PDU of `pdu check`", each)
    missed = [name for name, bad in goals if bad]
    if as_json:
        print(
            json.dumps(
                {
                    "ways": [one._asdict() for one in taken],
                    "times_the_loop": faster,
                    "not_well": wrong,
                    "different": different,
                }
            )
        )
        return int(bool(missed))
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
    table = Table(
        title=(
            f"PDUs of {OUTLETS} outlets, 10 % dead, {DELAY_MS} ms before each answer,"
            f" {os.cpu_count()} cores"
        )
    )
    for column in ("way", "PDUs", "seconds", "PDUs/s", "requests/PDU", "CPU ms/PDU", "peak MiB"):
        table.add_column(column, justify="left" if column == "way" else "right")
    for one in taken:
        table.add_row(
            one.way,
            str(one.pdus),
            f"{one.seconds:.1f}",
            f"{one.pdus / one.seconds:.1f}",
            "" if one.requests is None else f"{one.requests / one.pdus:.1f}",
            "" if one.cpu is None else f"{_each_ms(one):.1f}",
            "" if one.memory is None else f"{one.memory:.0f}",
        )
    console.print(table)
    console.print(
        f"{faster:.1f} times as fast as the loop; living PDUs that were not well: {wrong}; PDUs"
        f" with other figures than the loop: {different}"
    )
    for goal in missed:
        console.print(f"goal missed: {goal}", style="bold red")
    return int(bool(missed))


def _each_ms(one: Taken) -> float:
    """CPU in ms of one PDU."""
    assert one.cpu is not None
    return one.cpu / one.pdus * 1000


if __name__ == "__main__":
    sys.exit(exit_handling.run(main))
