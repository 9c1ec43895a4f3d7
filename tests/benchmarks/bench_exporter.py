"""Measures the processor time of a probe of `pdu exporter` and of Debian's prometheus-snmp-exporter,
as whole processes over HTTP.

    python -m tests.benchmarks.bench_exporter [--rounds N] [--probes N]

Both read the same 48 outlets of a real snmpd: states, figures and names. Prometheus-snmp-exporter
reads the columns of the handler's statistic, without a handler. It runs twice: as it comes, with Go's
own settings, and with GOMAXPROCS=1, which spares the work of its threads for each other. `pdu
exporter` runs as it comes. Each is asked as Prometheus asks, over one connection and with gzip. The
processes take turns of N probes. A figure is the processor time of all turns, user and system, of a
process and its children, divided by the probes; warming up is left out. Exit code 1 if a goal is
missed, 2 if a program is missing.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import http.client
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, Optional

from rich.console import Console

from pdu.core.cli import exit_handling
from tests.needs import ROOT, found, reported
from tests.program import positive
from tests.servers.snmpd import READ, Snmpd
from tests.simulators.snmp_agent.devices import apc

from .bench_fleet import cpu
from .ratios import note, warn_if_busy
from .snmp_exporter import PROGRAM, exporter, statistic_columns

_OUTLETS = 48
_OURS, _AS_IT_COMES, _SINGLE = "pdu exporter", PROGRAM, f"{PROGRAM} with GOMAXPROCS=1"
#: limits of the CPU of a probe of ours, as a part of the other's
GOALS = {_AS_IT_COMES: 0.5, _SINGLE: 0.7}
_WARM_UP = 30
_HEADERS = {
    "Accept": "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5",
    "Accept-Encoding": "gzip",
}


class Peer(NamedTuple):
    """A running exporter."""

    pid: int
    connection: http.client.HTTPConnection
    path: str

    def probe(self) -> None:
        """Ask as Prometheus does. Raises RuntimeError unless all outlets are in the answer."""
        self.connection.request("GET", self.path, headers=_HEADERS)
        answer = self.connection.getresponse()
        body = answer.read()
        if answer.getheader("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        samples = [line for line in body.splitlines() if not line.startswith(b"#")]
        if answer.status != 200 or len(samples) < _OUTLETS:
            raise RuntimeError(
                f"{self.path}: {answer.status}, {len(samples)} samples instead of at least"
                f" {_OUTLETS}: {body[:300]!r}"
            )


@contextlib.contextmanager
def ours(agent_port: int, folder: Path) -> Iterator[Peer]:
    """`pdu exporter` with its default options."""
    listed = folder / "list.csv"
    listed.write_text(f"name,handler,address\nrack,snmp,127.0.0.1:{agent_port}\n", "utf-8")
    with subprocess.Popen(
        [sys.executable, str(ROOT / "pdu"), "exporter", str(listed), "--listen", "127.0.0.1:0"],
        env={**os.environ, "PDU_COMMUNITY": READ},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            address = process.stdout.readline().strip().partition("://")[2].strip("/")
            connection = http.client.HTTPConnection(address, timeout=60)
            with contextlib.closing(connection):
                yield Peer(process.pid, connection, "/probe?target=rack")
        finally:
            process.terminate()


@contextlib.contextmanager
def theirs(agent_port: int, folder: Path, environment: dict[str, str]) -> Iterator[Peer]:
    """prometheus-snmp-exporter with these variables."""
    with exporter(folder, statistic_columns(agent_port), environment) as running:
        connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=60)
        with contextlib.closing(connection):
            path = f"/snmp?target=127.0.0.1:{agent_port}&module=pdu"
            yield Peer(running.pid, connection, path)


def measure(rounds: int, probes: int) -> dict[str, float]:
    """Mean CPU of a probe in ms, by process."""
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(Snmpd(apc.rpdu2(outlets=_OUTLETS)))
        folders = [Path(stack.enter_context(tempfile.TemporaryDirectory())) for _ in range(3)]
        peers = {
            _OURS: stack.enter_context(ours(server.port, folders[0])),
            _AS_IT_COMES: stack.enter_context(theirs(server.port, folders[1], {})),
            _SINGLE: stack.enter_context(theirs(server.port, folders[2], {"GOMAXPROCS": "1"})),
        }
        spent_s = dict.fromkeys(peers, 0.0)
        for peer in peers.values():
            for _ in range(_WARM_UP):
                peer.probe()
        for number in range(rounds):
            for name in sorted(peers, reverse=number % 2 == 1):
                before_s = cpu(peers[name].pid)
                for _ in range(probes):
                    peers[name].probe()
                spent_s[name] += cpu(peers[name].pid) - before_s
    return {name: 1000 * seconds / (rounds * probes) for name, seconds in spent_s.items()}


def main(arguments: Optional[Sequence[str]] = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.bench_exporter",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--rounds", type=positive, default=10, help="turns of each (default: %(default)s)"
    )
    parser.add_argument(
        "--probes", type=positive, default=100, help="probes of a turn (default: %(default)s)"
    )
    options = parser.parse_args(arguments)
    if not found(PROGRAM):
        print(f"missing: {PROGRAM} (apt-get install {PROGRAM})", file=sys.stderr)
        return 2
    with reported():
        spent_ms = measure(options.rounds, options.probes)
    console, met = Console(), True
    for name, figure_ms in spent_ms.items():
        console.print(f"CPU of a probe of {name}: {figure_ms:.2f} ms")
    for name, goal in GOALS.items():
        ratio = spent_ms[_OURS] / spent_ms[name]
        met = met and ratio <= goal
        what = f"CPU of a probe of `{_OURS}` ÷ of {name}, whole processes over HTTP"
        note("exporter", what, ratio, goal, at_least=False)
        console.print(f"{what}: {ratio:.2f} (goal: at most {goal:g})")
    warn_if_busy(console)
    return int(not met)


if __name__ == "__main__":
    sys.exit(exit_handling.run(main))
