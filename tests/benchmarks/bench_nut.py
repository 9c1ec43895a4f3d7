"""Reads a PDU of 48 outlets from a real upsd with this client and PyNUTClient. Round trips take 0 ms
(near) or 20 ms (far).

The figures are medians over runs. Each run of a client opens a new connection. `far` goes through a
relay that delays bytes, but not the opening of the connection. Without TCP_QUICKACK, a client that
requests upsd's lists one by one waits 40 ms for each list after the first
(handlers/nut/connection.py). This client sets it; PyNUTClient and the relay do not. Lists that are
requested in one write are not delayed. PyNUTClient requests the descriptions of commands one by
one. upsd's dummy driver has few commands, so this cost is measured on the project's server, whose
PDU has three commands for each outlet.

Exit code 0 if all goals are met, 1 if one is missed, 2 if a program of NUT is missing.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import statistics
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Callable, NamedTuple, Optional

from rich.console import Console
from rich.table import Table

from handlers.nut import pynut
from handlers.nut.client import NutClient
from handlers.nut.handler import make_handler
from pdu.core.cli import exit_handling
from pdu_common.connection import PduData
from tests.handlers.nut.given import pdu_variables
from tests.needs import reported
from tests.program import positive
from tests.servers import upsd
from tests.servers.delay import DelayRelay
from tests.servers.upsd import Upsd
from tests.simulators.nut_server import NutServer, SwitchedPdu

from .ratios import note, warn_if_busy

FAR_S = 0.020
GOALS = (("near", 20.0), ("far", 4.0))
DESCRIBED_GOAL = 3.0
# The waits of PyNUTClient make the ratio of times large, and change it with the load of the machine.
CPU_GOAL = 1.0
# The near goal is measured on upsd, where PyNUTClient waits 40 ms for each list after the first,
# but the facade does not. The far goal is measured on the project's server, because through the
# relay both clients would wait 40 ms for upsd's lists.
_DESCRIBED = (
    ("near", "descriptions", "this client as PyNUT facade, with descriptions", "PyNUTClient"),
    ("far", "144 descriptions", "the facade, 144 descriptions", "PyNUTClient, 144 descriptions"),
)
theirs: Any = importlib.import_module("PyNUTClient.PyNUT")


class Place(NamedTuple):
    """The address of the real upsd, and the port of the project's server with a switched PDU.

    For `far`, those of relays.
    """

    host: str
    port: int
    switched: int


def ours_in_one_write(place: Place) -> None:
    with NutClient(place.host, place.port) as nut:
        seen = nut.snapshots(["pdu"], writable=True)["pdu"]
    assert len(seen.variables) > 300 and seen.commands and seen.writable


def ours_with_descriptions(place: Place) -> None:
    with pynut.PyNUTClient(place.host, place.port) as nut:
        assert (
            len(nut.GetUPSVars("pdu")) > 300 and nut.GetRWVars("pdu") and nut.GetUPSCommands("pdu")
        )


def ours_described(place: Place) -> None:
    ours_with_descriptions(place._replace(port=place.switched))


def handler_status(place: Place) -> None:
    assert (
        len(
            make_handler(PduData(place.host, {"port": str(place.port), "device": "pdu"}))
            .status()
            .ports
        )
        == 48
    )


def pynutclient(place: Place) -> None:
    nut = theirs.PyNUTClient(place.host, place.port)
    try:
        assert (
            len(nut.GetUPSVars("pdu")) > 300 and nut.GetRWVars("pdu") and nut.GetUPSCommands("pdu")
        )
    finally:
        nut._PyNUTClient__srv_handler.close()


def pynutclient_described(place: Place) -> None:
    pynutclient(place._replace(port=place.switched))


def pynutclient_variables(place: Place) -> None:
    nut = theirs.PyNUTClient(place.host, place.port)
    try:
        assert len(nut.GetUPSVars("pdu")) > 300
    finally:
        nut._PyNUTClient__srv_handler.close()


WORK: Sequence[tuple[str, str, Callable[[Place], None]]] = (
    ("variables, writable variables, commands", "this client, one write", ours_in_one_write),
    ("", "this client as PyNUT facade, with descriptions", ours_with_descriptions),
    ("", "PyNUTClient", pynutclient),
    ("the same for a PDU with 144 commands", "the facade, 144 descriptions", ours_described),
    ("", "PyNUTClient, 144 descriptions", pynutclient_described),
    ("status of 48 outlets", "this handler", handler_status),
    ("", "PyNUTClient, variables only", pynutclient_variables),
)


def measure(
    where: Mapping[str, Place], runs: int
) -> tuple[dict[str, dict[str, float]], dict[str, float]]:
    """Medians in seconds, by work and place; and of the processor time at 0 ms, by work, which is 0
    for work in other processes.

    The clients take turns, because other load on the machine varies.
    """
    taken: dict[str, dict[str, list[float]]] = {
        name: {at: [] for at in where} for _, name, _ in WORK
    }
    spent = {name: {at: list[float]() for at in where} for _, name, _ in WORK}
    for _ in range(runs + 1):
        for _, name, work in WORK:
            for at, place in where.items():
                begin, used = time.perf_counter(), time.process_time()
                work(place)
                taken[name][at].append(time.perf_counter() - begin)
                spent[name][at].append(time.process_time() - used)
    # The first turn only warms up caches.
    return {
        name: {at: statistics.median(times[1:]) for at, times in places_.items()}
        for name, places_ in taken.items()
    }, {name: statistics.median(by_place["near"][1:]) for name, by_place in spent.items()}


@contextlib.contextmanager
def places() -> Iterator[dict[str, Place]]:
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(Upsd([upsd.dummy("pdu", pdu_variables(48))]))
        switched = stack.enter_context(NutServer([SwitchedPdu("pdu", 48)]))
        far, far_switched = (
            stack.enter_context(DelayRelay(one.host, one.port, FAR_S)) for one in (server, switched)
        )
        yield {
            "near": Place(server.host, server.port, switched.port),
            "far": Place(far.host, far.port, far_switched.port),
        }


def main(arguments: Optional[Sequence[str]] = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.bench_nut", description=__doc__
    )
    parser.add_argument(
        "--runs",
        type=positive,
        default=15,
        help="runs of each row, after one to warm up (default: %(default)s)",
    )
    runs = parser.parse_args(arguments).runs
    with reported(), places() as where:
        figures, spent = measure(where, runs)
    table = Table(
        title=(
            "a PDU of 48 outlets on a real upsd (144 commands: on the project's server),"
            f" milliseconds, medians of {runs}"
        )
    )
    for column in ("what", "with", "0 ms", f"{FAR_S * 1000:.0f} ms"):
        table.add_column(column, justify="right" if column.endswith("ms") else "left")
    for what, name, _ in WORK:
        table.add_row(what, name, *(f"{figures[name][at] * 1000:.1f}" for at in ("near", "far")))
    console = Console(width=110)
    console.print(table)
    met = [_judge(console, *line) for line in _goals(figures, spent)]
    warn_if_busy(console)
    return 0 if all(met) else 1


def _goals(
    figures: dict[str, dict[str, float]], spent: dict[str, float]
) -> list[tuple[str, float, float]]:
    ours, others = figures["this client, one write"], figures["PyNUTClient"]
    found = [
        (f"{at}: time of PyNUTClient ÷ time of this client", others[at] / ours[at], goal)
        for at, goal in GOALS
    ]
    found.append(
        (
            "near: CPU of PyNUTClient ÷ CPU of this client",
            spent["PyNUTClient"] / spent["this client, one write"],
            CPU_GOAL,
        )
    )
    for at, what, facade, peer in _DESCRIBED:
        found.append(
            (
                f"{at}, with {what}: time of PyNUTClient ÷ time of the PyNUT facade",
                figures[peer][at] / figures[facade][at],
                DESCRIBED_GOAL,
            )
        )
    return found


def _judge(console: Console, what: str, ratio: float, goal: float) -> bool:
    met = ratio >= goal
    note("NUT", what, ratio, goal)
    console.print(
        f"{what}: {ratio:.1f} (goal {goal:g}): {'met' if met else 'MISSED'}", highlight=False
    )
    return met


if __name__ == "__main__":
    sys.exit(exit_handling.run(main))
