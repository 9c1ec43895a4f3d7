"""Reading name, state, current, power and energy of 48 outlets from a Xerus PDU over HTTPS: this client and the vendor's SDK.

    python -m tests.benchmarks.bench_raritan [--runs N]

All read the same simulated unit (firmware 4.4), near (0 ms) and through a relay that adds 20 ms of round trip; each client
runs in a process of its own. Requests and connections are counted at the unit. "First" is on a new connection, TLS
handshake included; "again" is once more on the same. Medians; read the ratios. Ends with 0 if the goals are met.
"""
from __future__ import annotations

import argparse
import contextlib
import os
import statistics
import sys
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Sequence, Tuple

from rich.console import Console
from rich.table import Table

from tests.servers import sdk
from tests.servers.delay import DelayRelay
from tests.simulators.xerus import Model, XerusPdu

OUTLETS, FAR_S = 48, 0.020
OURS, LOOP, BULK = "ours", "sdk_loop", "sdk_bulk"
SHOWN = {OURS: "this client", LOOP: "SDK, its loop", BULK: "SDK, leanest bulk"}
NOT_SLOWER = 0.9                        # of equal, within what the same measurement differs from run to run
READER = "tests.benchmarks.raritan_reader"


class Figures(NamedTuple):
    """Of one way at one distance: requests of one reading, connections of one agent, medians in seconds."""

    requests: float
    connections: float
    first: float
    again: float
    cpu: float                          # the client's own, for one reading


class Bench:
    """A unit near and far, and a process for each client."""

    def __init__(self, pdu: XerusPdu, relay: DelayRelay, workers: Dict[str, sdk.Worker]) -> None:
        self._pdu, self._workers = pdu, workers
        self._where = {"near": pdu.url, "far": f"https://{relay.host}:{relay.port}"}

    def measure(self, way: str, at: str, runs: int) -> Figures:
        """Reads `runs` times after a warm-up; raises AssertionError where what was read is not what the unit is."""
        before = self._pdu.books()
        *rounds, rows = self._workers[way].order(way, self._where[at], self._pdu.user, self._pdu.password, runs,
                                                 seconds=300.0)
        after = self._pdu.books()
        assert [bool(row[1]) for row in rows] == list(after.states.values()), f"{way}: wrong states"
        assert [row[4] / 1000 for row in rows] == list(after.port_energy_kwh.values()), f"{way}: wrong energy"
        first, again, cpu = ([taken[number] for taken in rounds] for number in range(3))
        agents = runs + 1
        return Figures((after.requests - before.requests) / agents / 2, (after.connections - before.connections) / agents,
                       statistics.median(first), statistics.median(again), statistics.median(cpu) / 2)


@contextlib.contextmanager
def bench() -> Iterator[Bench]:
    """The unit, the relay and the processes; all ended at the end. Raises sdk.SdkMissing."""
    folder = sdk.installed(sdk.RELEASES["4.4"])
    with contextlib.ExitStack() as stack:
        pdu = stack.enter_context(XerusPdu(Model(outlets=OUTLETS), "4.4"))
        relay = stack.enter_context(DelayRelay(pdu.host, pdu.port, FAR_S))
        yield Bench(pdu, relay, {way: stack.enter_context(sdk.Worker(folder, READER)) for way in SHOWN})


Key = Tuple[str, str]
Judged = Tuple[str, float, str, float]          # what, figure, "<=" or ">=", goal


def goals(found: Dict[Key, Figures]) -> List[Judged]:
    """Every goal with its figure."""
    near, far = found[OURS, "near"], found[OURS, "far"]
    return [
        ("requests of one reading", near.requests, "<=", 2), ("connections", near.connections, "<=", 1),
        ("20 ms: times quicker than the SDK's loop, TLS handshake included", found[LOOP, "far"].first / far.first, ">=", 50),
        ("20 ms: times quicker than the SDK's loop, on the kept connection", found[LOOP, "far"].again / far.again, ">=", 100),
        ("0 ms: the SDK's leanest bulk takes times as long", found[BULK, "near"].again / near.again, ">=", NOT_SLOWER),
        ("20 ms: the SDK's leanest bulk takes times as long", found[BULK, "far"].again / far.again, ">=", NOT_SLOWER),
        ("the SDK's leanest bulk takes times the CPU", found[BULK, "near"].cpu / near.cpu, ">=", NOT_SLOWER)]


def main(arguments: Optional[Sequence[str]] = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.bench_raritan", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=9, help="of each, besides one to warm up; of the slow loop one "
                                                             "(default: %(default)s)")
    runs: int = parser.parse_args(arguments).runs
    console = Console(width=110)
    try:
        with bench() as unit:
            found = {(way, at): unit.measure(way, at, 1 if way == LOOP else runs)
                     for at in ("near", "far") for way in SHOWN}
    except sdk.SdkMissing as error:
        console.print(f"the vendor's SDK is missing: {error}", highlight=False)
        return 2
    console.print(_table(found, runs))
    met = [_judge(console, *line) for line in goals(found)]
    busy = os.getloadavg()[0] / (os.cpu_count() or 1)
    if busy > 1:
        console.print(f"this machine was busy ({busy:.1f} processes wait for each processor): repeat it when it is idle")
    return 0 if all(met) else 1


def _table(found: Dict[Key, Figures], runs: int) -> Table:
    table = Table(title=f"{OUTLETS} outlets over HTTPS: name, state, current, power, energy; milliseconds, medians of {runs}")
    columns: List[Any] = ["delay", "client", "requests", "connections", "first", "again", "own CPU"]
    for column in columns:
        table.add_column(column, justify="left" if column == "client" else "right")
    for (way, at), one in found.items():
        table.add_row(f"{FAR_S * 1000:.0f} ms" if at == "far" else "0 ms", SHOWN[way], f"{one.requests:g}",
                      f"{one.connections:g}", *(f"{seconds * 1000:.1f}" for seconds in (one.first, one.again, one.cpu)))
    return table


def _judge(console: Console, what: str, figure: float, how: str, goal: float) -> bool:
    met = figure <= goal if how == "<=" else figure >= goal
    console.print(f"{what}: {figure:.2f} (goal {how} {goal:g}): {'met' if met else 'MISSED'}", highlight=False)
    return met


if __name__ == "__main__":
    sys.exit(main())
