"""Reading name, state, current, power and energy of 48 outlets from a Xerus PDU over HTTPS: this client and the vendor's SDK.

    python -m tests.benchmarks.bench_raritan [--runs N]

All read the same simulated unit (firmware 4.4), near (0 ms) and through a relay that adds 20 ms of round trip; each client
runs in a process of its own. Requests and connections are counted at the unit. "First" is on a new connection, TLS
handshake included; "again" is once more on the same. The clients take turns. Medians; read the ratios. Ends with 0 if all goals
are met, with 1 if one is not: the goals are not softened for what a new connection costs (3 round trips of 20 ms against the
loop's 290 allow no more than about 100 times) nor for what the same measurement differs from run to run.
"""
from __future__ import annotations

import argparse
import contextlib
import os
import statistics
import sys
from typing import Any, Dict, Iterator, List, Mapping, NamedTuple, Optional, Sequence, Tuple

from rich.console import Console
from rich.table import Table

from tests.servers import sdk
from tests.servers.delay import DelayRelay
from tests.simulators.xerus import Model, XerusPdu

OUTLETS, FAR_S = 48, 0.020
OURS, LOOP, BULK = "ours", "sdk_loop", "sdk_bulk"
SHOWN = {OURS: "this client", LOOP: "SDK, its loop", BULK: "SDK, leanest bulk"}
ROUNDS = {"first": "first reading, TLS handshake included", "again": "on the kept connection"}
READER = "tests.benchmarks.raritan_reader"


class Figures(NamedTuple):
    """Of one way at one distance: requests of one reading, connections of one agent, seconds of each round."""

    requests: float
    connections: float
    first: List[float]
    again: List[float]
    cpu: List[float]                    # the client's own, for one reading


class Bench:
    """A unit near and far, and a process for each client."""

    def __init__(self, pdu: XerusPdu, relay: DelayRelay, workers: Dict[str, sdk.Worker]) -> None:
        self._pdu, self._workers = pdu, workers
        self._where = {"near": pdu.url, "far": f"https://{relay.host}:{relay.port}"}

    def measure(self, at: str, rounds: Mapping[str, int]) -> Dict[str, Figures]:
        """Each way in turn, after a round to warm up, so that what else this machine does falls on all alike.

        Raises AssertionError where what was read is not what the unit is.
        """
        found = {way: self._round(way, at)._replace(first=[], again=[], cpu=[]) for way in rounds}
        for number in range(max(rounds.values())):
            for way in rounds:
                if number < rounds[way]:
                    one, sums = self._round(way, at), found[way]
                    found[way] = Figures(max(sums.requests, one.requests), max(sums.connections, one.connections),
                                         sums.first + one.first, sums.again + one.again, sums.cpu + one.cpu)
        return found

    def _round(self, way: str, at: str) -> Figures:
        before = self._pdu.books()
        first, again, cpu, rows = self._workers[way].order(way, self._where[at], self._pdu.user, self._pdu.password,
                                                           seconds=300.0)
        after = self._pdu.books()
        assert [bool(row[1]) for row in rows] == list(after.states.values()), f"{way}: wrong states"
        assert [row[4] / 1000 for row in rows] == list(after.port_energy_kwh.values()), f"{way}: wrong energy"
        return Figures((after.requests - before.requests) / 2, after.connections - before.connections, [first], [again],
                       [cpu / 2])


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
    """Every goal with its figure; a ratio is the median of those of each round."""
    near, far = found[OURS, "near"], found[OURS, "far"]
    slow = {name: statistics.median(getattr(found[LOOP, "far"], name)) for name in ROUNDS}
    return [
        ("requests of one reading", near.requests, "<=", 2), ("connections", near.connections, "<=", 1),
        *((f"20 ms, {words}: times quicker than the SDK's loop", slow[name] / statistics.median(getattr(far, name)), ">=", 100)
          for name, words in ROUNDS.items()),
        *((f"{delay}, {words}: times as quick as the SDK's leanest bulk",
           _times(getattr(found[BULK, at], name), getattr(found[OURS, at], name)), ">=", 1)
          for at, delay in (("near", "0 ms"), ("far", "20 ms")) for name, words in ROUNDS.items())]


def _times(theirs: List[float], ours: List[float]) -> float:
    return statistics.median(one / other for one, other in zip(theirs, ours))


def main(arguments: Optional[Sequence[str]] = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.bench_raritan", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=9, help="of each, besides one to warm up; of the slow loop one "
                                                             "(default: %(default)s)")
    runs: int = parser.parse_args(arguments).runs
    console = Console(width=110)
    try:
        with bench() as unit:
            found = {(way, at): figures for at in ("near", "far")
                     for way, figures in unit.measure(at, {OURS: runs, BULK: runs, LOOP: 1}).items()}
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
                      f"{one.connections:g}",
                      *(f"{statistics.median(seconds) * 1000:.1f}" for seconds in (one.first, one.again, one.cpu)))
    return table


def _judge(console: Console, what: str, figure: float, how: str, goal: float) -> bool:
    met = figure <= goal if how == "<=" else figure >= goal
    console.print(f"{what}: {figure:.2f} (goal {how} {goal:g}): {'met' if met else 'MISSED'}", highlight=False)
    return met


if __name__ == "__main__":
    sys.exit(main())
