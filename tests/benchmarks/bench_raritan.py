"""Reads name, state, current, power and energy of 48 outlets from a Xerus PDU over HTTPS, with this
client and the vendor's SDK.

    python -m tests.benchmarks.bench_raritan [--runs N]

The SDK is used in two ways: its loop reads object by object, and its leanest bulk sends the same
requests as this client. Each client runs in a separate process. All read the same simulated unit
(firmware 4.4), near (0 ms) and through a relay that adds 20 ms to each round trip. In the last row,
this client reads another unit, which refuses well-known sensor ids. Requests and connections are
counted at the unit. "First" is a reading on a new connection, TLS handshake included; "again" is a
second one on the same connection. The clients take turns, in alternating order. All times are
medians; only the ratios matter. Exit code 0 if all goals are met, 1 if one is missed, 2 without the
SDK.

The goal against the SDK's loop is a ratio of 100 on the persistent connection. On a new connection,
both need one more round trip for the handshake: the loop takes 290 round trips and this client 3, a
ratio of about 97, so the goal does not apply there. The SDK's leanest bulk makes the same round
trips as this client; its figure is the median of the rounds' ratios with a 95 % interval. This
client counts as slower only if the whole interval is below 1.
"""

from __future__ import annotations

import argparse
import contextlib
import math
import statistics
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, Optional

from rich.console import Console
from rich.table import Table

from pdu.core.cli import exit_handling
from tests.program import positive
from tests.servers import sdk
from tests.servers.delay import DelayRelay
from tests.servers.worker import Worker
from tests.simulators.xerus import Model, XerusPdu

from .ratios import note, warn_if_busy

OUTLETS, FAR_S = 48, 0.020
OURS, LOOP, BULK, FITTED = "ours", "sdk_loop", "sdk_bulk", "ours_fitted"
SHOWN = {
    OURS: "this client",
    LOOP: "SDK, its loop",
    BULK: "SDK, leanest bulk",
    FITTED: "this client, no known ids",
}
DELAYS = {"near": "0 ms", "far": f"{FAR_S * 1000:.0f} ms", "refusing": "0 ms"}
ROUNDS = {"first": "first reading, TLS handshake included", "again": "on the persistent connection"}
READER = "tests.benchmarks.raritan_reader"


class Figures(NamedTuple):
    """The figures of one client at one distance: requests of a reading, connections of an agent,
    seconds of each round.
    """

    requests: float
    connections: float
    first: list[float]
    again: list[float]
    cpu: list[float]  # CPU seconds of the client for one reading


class Bench:
    """A unit near and far, a near unit that refuses well-known sensor ids, and a process for each
    client.
    """

    def __init__(
        self, pdu: XerusPdu, relay: DelayRelay, refusing: XerusPdu, workers: dict[str, Worker]
    ) -> None:
        self._workers = workers
        self._where = {
            "near": (pdu, pdu.url),
            "far": (pdu, f"https://{relay.host}:{relay.port}"),
            "refusing": (refusing, refusing.url),
        }

    def measure(self, at: str, rounds: Mapping[str, int]) -> dict[str, Figures]:
        """Measures the clients in turn, because other load on the machine varies. Leaves out the
        times of the first round, which warms up.

        Raises AssertionError if states or energies differ from the unit's books.
        """
        found = {way: self._round(way, at)._replace(first=[], again=[], cpu=[]) for way in rounds}
        for number in range(max(rounds.values())):
            for way in sorted(rounds, reverse=number % 2 == 1):
                if number < rounds[way]:
                    one, sums = self._round(way, at), found[way]
                    found[way] = Figures(
                        max(sums.requests, one.requests),
                        max(sums.connections, one.connections),
                        sums.first + one.first,
                        sums.again + one.again,
                        sums.cpu + one.cpu,
                    )
        return found

    def _round(self, way: str, at: str) -> Figures:
        pdu, address = self._where[at]
        before = pdu.books()
        first, again, cpu, rows = self._workers[way].order(
            way, address, pdu.user, pdu.password, seconds=300.0
        )
        after = pdu.books()
        assert [bool(row[1]) for row in rows] == list(after.states.values()), f"{way}: wrong states"
        assert [row[4] / 1000 for row in rows] == list(after.port_energy_kwh.values()), (
            f"{way}: wrong energy"
        )
        return Figures(
            (after.requests - before.requests) / 2,
            after.connections - before.connections,
            [first],
            [again],
            [cpu / 2],
        )


@contextlib.contextmanager
def bench() -> Iterator[Bench]:
    """The units, the relay and the processes, which end with the block. Raises sdk.SdkMissing."""
    folder = sdk.installed(sdk.RELEASES["4.4"])
    with contextlib.ExitStack() as stack:
        pdu = stack.enter_context(XerusPdu(Model(outlets=OUTLETS), "4.4"))
        relay = stack.enter_context(DelayRelay(pdu.host, pdu.port, FAR_S))
        refusing = stack.enter_context(
            XerusPdu(Model(outlets=OUTLETS, well_known_sensors=False), "4.4")
        )
        yield Bench(
            pdu,
            relay,
            refusing,
            {way: stack.enter_context(Worker(folder, READER)) for way in SHOWN},
        )


Key = tuple[str, str]  # client, distance


class Judged(NamedTuple):
    """A figure with its interval from `low` to `high`, and its goal: `at_least`, `at_most` or
    neither.
    """

    what: str
    figure: float
    low: float
    high: float
    at_least: Optional[float] = None
    at_most: Optional[float] = None

    @property
    def met(self) -> bool:
        """Whether the interval reaches the goal; True without a goal."""
        return (self.at_least is None or self.high >= self.at_least) and (
            self.at_most is None or self.low <= self.at_most
        )

    def __str__(self) -> str:
        between = f" ({self.low:.2f} to {self.high:.2f})" if self.low < self.high else ""
        goal = next(
            (
                f": goal {how} {wanted:g}, {'met' if self.met else 'MISSED'}"
                for how, wanted in ((">=", self.at_least), ("<=", self.at_most))
                if wanted is not None
            ),
            "",
        )
        return f"{self.what}: {self.figure:.2f}{between}{goal}"


def goals(found: dict[Key, Figures]) -> list[Judged]:
    """The figures below the table.

    The first reading's ratio to the SDK's loop and the ratios of CPU time have no goal.
    """
    near, far, loop = found[OURS, "near"], found[OURS, "far"], found[LOOP, "far"]
    lines = [
        _exactly("requests of one reading", near.requests)._replace(at_most=2),
        _exactly(
            "requests where well-known sensor ids are refused", found[FITTED, "refusing"].requests
        )._replace(at_most=3),
        _exactly("connections", near.connections)._replace(at_most=1),
        _exactly(
            f"20 ms, {ROUNDS['again']}: time of the SDK's loop ÷ time of this client",
            statistics.median(loop.again) / statistics.median(far.again),
        )._replace(at_least=100),
        _exactly(
            f"20 ms, {ROUNDS['first']}: time of the SDK's loop ÷ time of this client",
            statistics.median(loop.first) / statistics.median(far.first),
        ),
    ]
    for at in ("near", "far"):
        delay, ours, bulk = DELAYS[at], found[OURS, at], found[BULK, at]
        lines += [
            _between(
                f"{delay}, {words}: time of the SDK's leanest bulk ÷ time of this client",
                getattr(bulk, name),
                getattr(ours, name),
            )._replace(at_least=1)
            for name, words in ROUNDS.items()
        ]
        lines.append(
            _between(
                f"{delay}: CPU time of the SDK's leanest bulk ÷ CPU time of this client",
                bulk.cpu,
                ours.cpu,
            )
        )
    return lines


def _exactly(what: str, figure: float) -> Judged:
    return Judged(what, figure, figure, figure)


def _between(what: str, theirs: list[float], ours: list[float]) -> Judged:
    """The median of the rounds' ratios with its interval from order statistics: at least 95 % from
    6 rounds on.
    """
    ratios = sorted(one / other for one, other in zip(theirs, ours))
    middle, spread = (len(ratios) - 1) / 2, 0.98 * math.sqrt(len(ratios))
    return Judged(
        what,
        statistics.median(ratios),
        ratios[max(0, math.floor(middle - spread))],
        ratios[min(len(ratios) - 1, math.ceil(middle + spread))],
    )


def main(arguments: Optional[Sequence[str]] = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.bench_raritan",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--runs",
        type=positive,
        default=40,
        help=(
            "runs of each client, after one to warm up; the SDK's slow loop runs once (default:"
            " %(default)s)"
        ),
    )
    runs: int = parser.parse_args(arguments).runs
    console = Console(width=110)
    try:
        with bench() as unit:
            asked = {OURS: runs, BULK: runs, LOOP: 1}
            found = {
                (way, at): figures
                for at, ways in (("near", asked), ("far", asked), ("refusing", {FITTED: runs}))
                for way, figures in unit.measure(at, ways).items()
            }
    except sdk.SdkMissing as error:
        console.print(f"the vendor's SDK is missing: {error}", highlight=False)
        return 2
    console.print(_table(found, runs))
    judged = goals(found)
    for line in judged:
        console.print(str(line), highlight=False, soft_wrap=True)
        note(
            "Raritan",
            line.what,
            line.figure,
            line.at_least if line.at_most is None else line.at_most,
            line.at_most is None,
        )
    warn_if_busy(console)
    return 0 if all(line.met for line in judged) else 1


def _table(found: dict[Key, Figures], runs: int) -> Table:
    table = Table(
        title=(
            f"{OUTLETS} outlets over HTTPS: name, state, current, power, energy; milliseconds, "
            f"medians of {runs} runs (the SDK's loop: 1 run)"
        )
    )
    columns = ["delay", "client", "requests", "connections", "first", "again", "own CPU"]
    for column in columns:
        table.add_column(column, justify="left" if column == "client" else "right")
    for (way, at), one in found.items():
        table.add_row(
            DELAYS[at],
            SHOWN[way],
            f"{one.requests:g}",
            f"{one.connections:g}",
            *(
                f"{statistics.median(seconds) * 1000:.1f}"
                for seconds in (one.first, one.again, one.cpu)
            ),
        )
    return table


if __name__ == "__main__":
    sys.exit(exit_handling.run(main))
