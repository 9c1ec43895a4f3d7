"""Reads a rack PDU of 48 outlets with this handler, DMTF's `redfish` library and the functions of
rf_power_equipment.py.

DMTF's clients read the state and current of each outlet, the mains' lines and the energy. The
handler's statistic reads the same resources; its status reads no mains or metrics. "near": clients
connect to the simulated service itself. "far": they connect through a relay that adds a round trip
of 20 ms to each exchange, but not to the opening of a connection. Every reading is on new
connections over TLS. The handler runs in one separate process and DMTF's clients in another; both
have already imported everything. `plain` is a service that does not expand links, so that 48
outlets take 48 requests (this handler sends them over 4 connections). The clients take turns; all
times are medians. `pdu` and the script are also measured as whole processes, with their start; the
script lists only the outlets. Exit code 0 if the goals are met, 1 if one is missed.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Callable, NamedTuple, Optional

from rich.console import Console
from rich.table import Table

from pdu.core.cli import exit_handling
from tests.needs import ROOT
from tests.program import positive
from tests.servers.delay import DelayRelay
from tests.servers.worker import Worker
from tests.simulators.redfish import Expand, Model, Pdu, RedfishService
from tests.waiting import PATIENCE_S

from .ratios import note, warn_if_busy

FAR_S = 0.020
OUTLETS = 48
GOAL = 3.0
STATISTIC, STATUS = "this handler, statistic", "this handler, status"
LIBRARY, TOOL = "redfish library", "functions of rf_power_equipment.py"
PROCESS, SCRIPT = "pdu statistic, as a process", "rf_power_equipment.py, as a process"
# The script's own command line, but with the account from the environment.
_SCRIPT = """
import os, runpy, sys
sys.argv = ["rf_power_equipment.py", "-r", os.environ["URL"], "-u", os.environ["ACCOUNT"], "-p", os.environ["SECRET"],
            "outlets", "-t", "RackPDU"]
runpy.run_path(os.environ["TOOL"], run_name="__main__")
"""
SERVICES: Mapping[str, Optional[Expand]] = {"expands": Expand(), "plain": None}


class Place(NamedTuple):
    """A service, which counts its requests, and the port and the CA file with which a client
    reaches it.
    """

    service: RedfishService
    port: int
    ca_file: Path

    @property
    def url(self) -> str:
        return f"https://{self.service.host}:{self.port}"


class Figure(NamedTuple):
    """Seconds, requests and connections of one reading."""

    seconds: float
    requests: int
    connections: int


Work = Callable[[Place], float]


def theirs(worker: Worker, way: str) -> Work:
    """A reading by one of DMTF's clients, which log in with user and password, as
    the handler does.
    """

    def read(place: Place) -> float:
        service = place.service
        seconds, _, reading = worker.order(
            way, place.url, str(place.ca_file), service.user, service.password, "basic", "1"
        )
        assert len(reading["states"]) == OUTLETS and reading["load"] == service.books().load_a
        return float(seconds)

    return read


def ours(worker: Worker, method: str) -> Work:
    """A reading by a call of the handler."""

    def read(place: Place) -> float:
        service = place.service
        seconds, outlets, load = worker.order(
            method, service.host, place.port, service.user, service.password, service.ca_pem
        )
        assert outlets == OUTLETS and (
            load is None or abs(load - (service.books().load_a or 0)) < 1e-6
        )
        return float(seconds)

    return read


def process(place: Place) -> float:
    where = f"{place.service.host}:{place.port}"
    return _timed(
        [
            "-m",
            "pdu",
            "statistic",
            "redfish",
            where,
            "--username",
            place.service.user,
            "--ca-pem",
            str(place.ca_file),
        ],
        {"PDU_PASSWORD": place.service.password},
    )


def script(place: Place) -> float:
    return _timed(
        ["-c", _SCRIPT],
        {
            "URL": place.url,
            "ACCOUNT": place.service.user,
            "SECRET": place.service.password,
            "TOOL": str(Path(sys.executable).with_name("rf_power_equipment.py")),
        },
    )


def _timed(arguments: Sequence[str], more: Mapping[str, str]) -> float:
    begin = time.perf_counter()
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, **more},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    taken = time.perf_counter() - begin
    assert done.returncode == 0 and done.stdout.count("\n") >= OUTLETS, done.stderr[-500:]
    return taken


@contextlib.contextmanager
def clients() -> Iterator[dict[str, Work]]:
    with (
        Worker(Path(), "tests.benchmarks.redfish_reader") as handler,
        Worker(Path(), "tests.simulators.dmtf.reader") as dmtf,
    ):
        yield {
            STATISTIC: ours(handler, "statistic"),
            STATUS: ours(handler, "status"),
            LIBRARY: theirs(dmtf, "library"),
            TOOL: theirs(dmtf, "tool"),
            PROCESS: process,
            SCRIPT: script,
        }


Row = tuple[str, str]  # service, place


def measure(
    places_: Mapping[Row, Place], works: Mapping[str, Work], runs: int
) -> dict[Row, dict[str, Figure]]:
    """Median seconds by place and client, with the requests and connections of the last reading."""
    taken: dict[Row, dict[str, list[Figure]]] = {
        row: {name: [] for name in works} for row in places_
    }
    for _ in range(runs + 1):
        for name, read in works.items():
            for row, place in places_.items():
                before = place.service.books()
                seconds = read(place)
                after = place.service.books()
                taken[row][name].append(
                    Figure(
                        seconds,
                        after.requests - before.requests,
                        after.connections - before.connections,
                    )
                )
    # The first turn only warms up caches.
    return {
        row: {
            name: (
                figures[-1]._replace(seconds=statistics.median(one.seconds for one in figures[1:]))
            )
            for name, figures in found.items()
        }
        for row, found in taken.items()
    }


@contextlib.contextmanager
def places() -> Iterator[dict[Row, Place]]:
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        found: dict[Row, Place] = {}
        for name, expand in SERVICES.items():
            pdu = Pdu(outlets=tuple(map(str, range(1, OUTLETS + 1))))
            service = stack.enter_context(RedfishService(Model((pdu,), expand=expand)))
            relay = stack.enter_context(DelayRelay(service.host, service.port, FAR_S))
            ca_file = folder / f"{name}.pem"
            ca_file.write_text(service.ca_pem)
            found[name, "near"] = Place(service, service.port, ca_file)
            found[name, "far"] = Place(service, relay.port, ca_file)
        yield found


def goals(figures: Mapping[Row, Mapping[str, Figure]]) -> list[tuple[str, float]]:
    """The figures with a goal: time of each of DMTF's clients ÷ time of the statistic, on the
    service that expands links.
    """
    return [
        (
            f"{service}, {at}: time of the {other} ÷ time of the statistic",
            found[other].seconds / found[STATISTIC].seconds,
        )
        for (service, at), found in figures.items()
        if service == "expands"
        for other in (LIBRARY, TOOL)
    ]


def main(arguments: Optional[Sequence[str]] = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.bench_redfish", description=__doc__
    )
    parser.add_argument(
        "--runs",
        type=positive,
        default=9,
        help="runs of each client, after one to warm up (default: %(default)s)",
    )
    runs = parser.parse_args(arguments).runs
    with places() as where, clients() as works:
        figures = measure(where, works, runs)
    table = Table(title=f"a rack PDU of {OUTLETS} outlets over Redfish and TLS, medians of {runs}")
    for column in (
        "service",
        "with",
        "requests",
        "connections",
        "0 ms away",
        f"{FAR_S * 1000:.0f} ms away",
    ):
        table.add_column(column, justify="left" if column in ("service", "with") else "right")
    for service in SERVICES:
        for name in figures[service, "near"]:
            near, far = figures[service, "near"][name], figures[service, "far"][name]
            table.add_row(
                service,
                name,
                str(near.requests),
                str(near.connections),
                f"{near.seconds * 1000:.1f} ms",
                f"{far.seconds * 1000:.1f} ms",
            )
    console = Console(width=120)
    console.print(table)
    met = [_judge(console, what, ratio) for what, ratio in goals(figures)]
    warn_if_busy(console)
    return 0 if all(met) else 1


def _judge(console: Console, what: str, ratio: float) -> bool:
    met = ratio >= GOAL
    note("Redfish", what, ratio, GOAL)
    console.print(
        f"{what}: {ratio:.1f} (goal {GOAL:g}): {'met' if met else 'MISSED'}", highlight=False
    )
    return met


if __name__ == "__main__":
    sys.exit(exit_handling.run(main))
