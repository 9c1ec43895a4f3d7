"""Measures SNMP in the double of BaseSnmpPdu with many devices, read one after the other, by
threads and by coroutines.

    python -m tests.benchmarks.bench_engines [--pdus N]

A separate process measures each line of the table: it reads the states of N PDUs twice. A PDU is
read by a GET of sysObjectID and a walk of 24 rows, and sends each answer after 20 ms. "CPU" is the
processor time of that process. In the second reading, pysnmp's engines already know the devices.
The layouts are of pysnmp, but for the last, which is the client of the command `pdu`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Callable, Optional

from rich.console import Console
from rich.table import Table

from pdu.core.cli import exit_handling
from pdu_common.snmp_client import calls, process_options, pysnmp_client, reads
from pdu_common.snmp_client.credentials import Credentials
from tests.needs import ROOT
from tests.program import positive
from tests.simulators.snmp_agent.devices import apc

from .bench_fleet import hall
from .fleet_hall import OUTLETS

_OBJECT_ID, _STATES = "1.3.6.1.2.1.1.2.0", f"{apc.RPDU2_STATUS}.5"
_QUICK = "threads, without pysnmp"
_SIDE_BY_SIDE, _MEGA = 64, 1_000_000
_CASES = (
    ("one after the other", 100),
    ("threads", 25),
    ("threads", 100),
    ("threads", _MEGA),
    ("coroutines", 100),
    (_QUICK, 0),
)


def _one(credentials: Credentials) -> int:
    calls.get(credentials, _OBJECT_ID)
    return len(calls.walk(credentials, _STATES))


def _in_turn(agents: Sequence[Credentials]) -> list[int]:
    return [_one(agent) for agent in agents]


def _threads(agents: Sequence[Credentials]) -> list[int]:
    with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
        return list(pool.map(_one, agents))


def _coroutines(agents: Sequence[Credentials]) -> list[int]:
    """Reads all PDUs as coroutines on the double's own loop, to show the cost of threads."""

    async def every(engines: Any) -> list[int]:
        slots = asyncio.Semaphore(_SIDE_BY_SIDE)
        root, oid = reads.parse_oid(_STATES), reads.parse_oid(_OBJECT_ID)

        async def one(agent: Credentials) -> int:
            async def work(client: Any) -> int:
                await client.run(reads.read_object(oid, agent.name, 2))
                walk = reads.subtree(root, root, OUTLETS, 2, agent.name, 2, agent.learned)
                rows = await client.run(walk)
                return len(rows)

            async with slots:
                return int(await engines.call(agent, work))

        return list(await asyncio.gather(*map(one, agents)))

    return pysnmp_client._KEPT.run(every, 600.0)


_LAYOUTS: Mapping[str, Callable[[Sequence[Credentials]], list[int]]] = {
    "one after the other": _in_turn,
    "threads": _threads,
    "coroutines": _coroutines,
    _QUICK: _threads,
}


def measured(layout: str, share: int, addresses: Sequence[str]) -> list[float]:
    """CPU of each reading and time of the second one, per PDU in ms; and the
    resident memory in MB.
    """
    pysnmp_client.PEERS_OF_AN_ENGINE = share
    process_options.use_fast_reads(layout == _QUICK)
    process_options.limit_cached_engines(_MEGA)
    agents = [
        Credentials.of(host, {"community": "public", "port": port, "timeout": "20"})
        for host, _, port in (address.partition(":") for address in addresses)
    ]
    found: list[float] = []
    for _ in range(2):
        begin, cpu = time.perf_counter(), time.process_time()
        if set(_LAYOUTS[layout](agents)) != {OUTLETS}:
            raise SystemExit(f"a PDU did not return all {OUTLETS} states")
        found += [
            1000 * (time.process_time() - cpu) / len(agents),
            1000 * (time.perf_counter() - begin) / len(agents),
        ]
    resident = int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 1e6
    return [found[0], found[2], found[3], resident]


def main(arguments: Optional[Sequence[str]] = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.bench_engines",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--pdus", type=positive, default=400, help="number of PDUs (default: %(default)s)"
    )
    parser.add_argument("--one", nargs=2, metavar=("LAYOUT", "SHARE"), help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.one:
        print(json.dumps(measured(chosen.one[0], int(chosen.one[1]), sys.stdin.read().split())))
        return 0
    table = Table(title=f"The states of {chosen.pdus} PDUs, read twice by one process; ms per PDU")
    for column in ("layout", "PDUs per engine", "CPU, first", "CPU, second", "time, second", "MB"):
        table.add_column(column, justify="left" if column == "layout" else "right")
    with hall(21 * chosen.pdus // 10 + 50) as running:  # half speak SNMP, and 2 % are dead
        addresses = "\n".join(running.snmp()[: chosen.pdus])
        for layout, share in _CASES:
            done = subprocess.run(
                [
                    sys.executable,
                    "-m",
                    "tests.benchmarks.bench_engines",
                    "--one",
                    layout,
                    str(share),
                ],
                cwd=ROOT,
                input=addresses,
                stdout=subprocess.PIPE,
                text=True,
                check=True,
                timeout=3600,
            )
            table.add_row(
                layout,
                {0: "–", _MEGA: "all"}.get(share, str(share)),
                *(f"{value:.1f}" for value in json.loads(done.stdout)),
            )
    Console(highlight=False, width=None if sys.stdout.isatty() else 120).print(table)
    return 0


if __name__ == "__main__":
    sys.exit(exit_handling.run(main))
