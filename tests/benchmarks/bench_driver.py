"""`pdu nut-driver` with 200 simulated PDUs of all handlers (24 outlets, 2 % dead, 20 ms before each
answer), each with one client on its socket, as upsd would be.

    python -m tests.benchmarks.bench_driver [--pdus N] [--every SECONDS] [--rounds N] [--json]
    python -m tests.benchmarks.bench_driver --growth [--pdus N]

Measures the time until all living PDUs have data; then, for some rounds of readings, the driver's
CPU and memory, and how long PING takes on each socket in turn. Then every PDU gets a command at the
same moment. Most simulated PDUs here repeat old states, so that the driver looks for the new one
for ten seconds; PING is measured meanwhile. The simulated PDUs are another process on the same
cores.

With --growth, only the commands are measured, with N, 2 N and 4 N PDUs; what grows more than in
proportion shows as a ratio above 2.

Goals: every living PDU is read; no PONG takes longer than a second, nor, while all PDUs have a
command, longer than 200 ms: upsd asks after 5 s of silence and gives up after 15 s (MAXAGE). A
reading takes at most 40 ms of CPU; 1 MiB of memory for a PDU. Exit code 1 if one is missed.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import json
import os
import selectors
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, Optional

from pdu.core.cli import exit_handling
from pdu.nut_driver import names
from tests.needs import ROOT
from tests.pdu.monitoring.halls import children
from tests.program import positive

from .bench_fleet import Hall, hall
from .ratios import note

PONG_S, PONG_IN_COMMANDS_S, CPU_MS, MIB = 1.0, 0.2, 40.0, 1.0
_LONGEST_S = 600.0


class Figures(NamedTuple):
    """Of one run. Memory in MiB, CPU in seconds and shares of one core."""

    pdus: int
    living: int
    first_s: float
    read: int
    rounds_s: float
    cpu_s: float
    share: float
    reading_ms: float
    requests: int
    memory: float
    pongs: int
    slowest_pong_ms: float
    commands: int
    commands_s: float
    slowest_pong_in_commands_ms: float


class Sockets:
    """A client of each driver. Counts the PDUs whose data are usable."""

    def __init__(self, folder: str, ups: Sequence[str]) -> None:
        self._selector = selectors.DefaultSelector()
        self._rests = {name: b"" for name in ups}
        self.usable: set[str] = set()
        self.on: set[str] = set()
        self.results: set[str] = set()
        self._ponged: set[str] = set()
        self._sockets: dict[str, socket.socket] = {}
        for name in ups:
            made = self._sockets[name] = socket.socket(socket.AF_UNIX)
            made.connect(names.socket_path(folder, name))
            made.sendall(b"DUMPALL\n")
            self._selector.register(made, selectors.EVENT_READ, name)

    def read(self, seconds: float) -> None:
        """Take what arrives within this time, at least one piece."""
        for key, _ in self._selector.select(seconds):
            name = str(key.data)
            data = self._sockets[name].recv(1 << 16)
            if not data:
                raise SystemExit("the driver has closed a socket")
            *lines, self._rests[name] = (self._rests[name] + data).split(b"\n")
            for line in lines:
                self._take(name, line.decode("ascii"))

    def _take(self, name: str, line: str) -> None:
        if line == "DATAOK":
            self.usable.add(name)
        elif line == "DATASTALE":
            self.usable.discard(name)
        elif line == 'SETINFO outlet.1.status "on"':
            self.on.add(name)
        elif line == "PONG":
            self._ponged.add(name)
        elif line.startswith("TRACKING "):
            self.results.add(name)

    def ping(self, name: str) -> float:
        """How long one PONG takes, in seconds."""
        begin = time.perf_counter()
        self._ponged.discard(name)
        self._sockets[name].sendall(b"PING\n")
        while name not in self._ponged:
            self.read(_LONGEST_S)
        return time.perf_counter() - begin

    def switch(self, asked: Sequence[str], command: str) -> list[float]:
        """Send a command to these PDUs, and wait for all results. Returns the times of PONGs."""
        for name in asked:
            self._sockets[name].sendall(f"INSTCMD {command} TRACKING 1\n".encode())
        pongs: list[float] = []
        while len(self.results) < len(asked):
            pongs.append(self.ping(asked[len(pongs) % len(asked)]))
            self.read(0.05)
        return pongs

    def close(self) -> None:
        for one in self._sockets.values():
            one.close()


def _cpu(pid: int) -> float:
    """Of both its processes."""
    ticks = 0
    for one in (pid, *children(pid)):
        words = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        ticks += int(words[11]) + int(words[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _memory(pid: int) -> float:
    """Of both its processes; what they share counts twice."""
    peaks = (
        int(line.split()[1])
        for one in (pid, *children(pid))
        for line in Path(f"/proc/{one}/status").read_text().splitlines()
        if line.startswith("VmHWM")
    )
    return sum(peaks) / 1024


@contextlib.contextmanager
def _driver(running: Hall, folder: str, every: float) -> Iterator[subprocess.Popen[str]]:
    program = [sys.executable, str(ROOT / "pdu"), "nut-driver", str(running.list)]
    options = ["--auth", str(running.logins), "--state-path", folder, "--every", str(every)]
    with subprocess.Popen(
        [*program, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "STATE_DIRECTORY": f"{folder}/numbers"},
    ) as process:
        try:
            assert process.stdout is not None
            if folder not in process.stdout.readline():
                raise SystemExit("the driver did not start")
            yield process
        finally:
            process.kill()


def measured(pdus: int, every: float, rounds: int) -> Figures:
    """Run the driver on a hall of so many PDUs."""
    with hall(pdus) as running, tempfile.TemporaryDirectory(prefix="bench-driver-") as folder:
        with open(running.list, newline="") as file:
            listed = [row["name"] for row in csv.DictReader(file)]
        ups = names.ups_names(listed)
        living = {made for made, name in zip(ups, listed) if not name.startswith("dead")}
        begin = time.perf_counter()
        with _driver(running, folder, every) as process:
            sockets = Sockets(folder, ups)
            while sockets.usable < living and time.perf_counter() - begin < _LONGEST_S:
                sockets.read(1.0)
            first = time.perf_counter() - begin
            requests, cpu = sum(running.requests().values()), _cpu(process.pid)
            start = time.perf_counter()
            pongs: list[float] = []
            while time.perf_counter() - start < rounds * every:
                pongs.append(sockets.ping(ups[len(pongs) % len(ups)]))
                sockets.read(0.05)
            spent, used = time.perf_counter() - start, _cpu(process.pid) - cpu
            asked = sorted(sockets.on & living)
            requests = sum(running.requests().values()) - requests
            switching = time.perf_counter()
            during = sockets.switch(asked, "outlet.1.load.off")
            switched = time.perf_counter() - switching
            figures = Figures(
                len(ups),
                len(living),
                first,
                len(sockets.usable & living),
                spent,
                used,
                used / spent,
                1000 * used / (max(rounds, 1) * len(ups)),
                requests,
                _memory(process.pid),
                len(pongs),
                1000 * max(pongs, default=0.0),
                len(asked),
                switched,
                1000 * max(during, default=0.0),
            )
            sockets.close()
    return figures


def main(arguments: Optional[Sequence[str]] = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.bench_driver",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--pdus", type=positive, default=200)
    parser.add_argument("--every", type=positive, default=30, help="seconds between readings (30)")
    parser.add_argument("--rounds", type=positive, default=3, help="rounds to measure (3)")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--growth", action="store_true", help="commands with N, 2 N and 4 N PDUs")
    options = parser.parse_args(arguments)
    if options.growth:
        return _growth(options.pdus, options.every, options.json)
    found = measured(options.pdus, options.every, options.rounds)
    print(json.dumps(found._asdict()) if options.json else _text(found))
    met = (
        found.read == found.living
        and found.slowest_pong_ms <= 1000 * PONG_S
        and found.slowest_pong_in_commands_ms <= 1000 * PONG_IN_COMMANDS_S
        and found.reading_ms <= CPU_MS
        and found.memory <= MIB * found.pdus
    )
    note("nut-driver", "CPU of one core for a reading, ms", found.reading_ms, CPU_MS, False)
    note("nut-driver", "slowest PONG, ms", found.slowest_pong_ms, 1000 * PONG_S, False)
    note(
        "nut-driver",
        "slowest PONG while all PDUs are commanded, ms",
        found.slowest_pong_in_commands_ms,
        1000 * PONG_IN_COMMANDS_S,
        False,
    )
    return int(not met)


def _growth(pdus: int, every: float, as_json: bool) -> int:
    slowest = {
        number: measured(number, every, 0).slowest_pong_in_commands_ms
        for number in (pdus, 2 * pdus, 4 * pdus)
    }
    if as_json:
        print(json.dumps(slowest))
    else:
        before = 0.0
        for number, figure in slowest.items():
            ratio = f"  {figure / before:.2f} ×" if before else ""
            print(f"slowest PONG while {number} PDUs are commanded: {figure:.1f} ms{ratio}")
            before = figure
    return int(max(slowest.values()) > 1000 * PONG_IN_COMMANDS_S)


def _text(found: Figures) -> str:
    return "\n".join(
        f"{what:<44} {figure}"
        for what, figure in (
            ("PDUs, living", f"{found.pdus}, {found.living}"),
            ("all living PDUs have data after", f"{found.first_s:.1f} s"),
            ("usable at the end", found.read),
            ("measured for", f"{found.rounds_s:.0f} s"),
            ("CPU, of one core", f"{found.cpu_s:.1f} s, {100 * found.share:.1f} %"),
            ("CPU for a reading", f"{found.reading_ms:.1f} ms"),
            ("requests", found.requests),
            ("peak memory", f"{found.memory:.0f} MiB"),
            ("slowest of so many PONGs", f"{found.slowest_pong_ms:.1f} ms of {found.pongs}"),
            ("commands at the same moment", found.commands),
            ("until the last result", f"{found.commands_s:.1f} s"),
            ("slowest PONG meanwhile", f"{found.slowest_pong_in_commands_ms:.1f} ms"),
        )
    )


if __name__ == "__main__":
    sys.exit(exit_handling.run(main))
