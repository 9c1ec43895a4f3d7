"""Measures a poll (status and statistic) of an rPDU2 with 48 outlets over SNMP.

    python -m tests.benchmarks.bench_snmp [--runs N] [--json]

The processor time of a poll through the platform's three calls, which are pysnmp's here, beside a
plain handler as DCImanager's page shows it: three walks, without detection and proofs. The share of
polls that are whole while 5 % of the requests are lost. The datagrams of a poll where the platform
walks by GETNEXT, and the time until a dead unit is an error, beside the plain handler's. The
platform's calls of each family are in docs/dev/families.md. Both handlers read the same unit on this
machine; processor times are medians in ms. Exit code 2 if snmpd is missing, 1 if a goal is missed.
"""

from __future__ import annotations

import argparse
import json
import random
import socket
import statistics
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Callable, Optional, Union

from rich.console import Console
from rich.table import Table

from handlers.snmp.handler import SnmpPdu
from pdu.core.cli import exit_handling
from pdu_common.base_snmp_pdu import Element
from pdu_common.connection import PduSnmpData
from pdu_common.helper import (
    EnumPowerStatus,
    PduPortStatisticView,
    PduPortView,
    PduStatisticView,
    PduView,
)
from tests.conformance.pysnmp_calls import PysnmpCalls
from tests.needs import reported
from tests.pdu_common.relay import Relay
from tests.program import positive
from tests.servers.snmpd import Snmpd
from tests.simulators.snmp_agent import Agent
from tests.simulators.snmp_agent.devices import apc

from .ratios import note

_OUTLETS = 48
_MOST_CPU, _LOSS, _WHOLE = 3.0, 0.05, 0.99
_POLLS_UNDER_LOSS, _THREADS = 400, 20
_TIMEOUT_S = 0.25  # of the platform's library, for a dead unit; it tries four times


class PysnmpPdu(SnmpPdu):
    """The handler on a platform whose calls are pysnmp's."""

    def __init__(self, pdu_data: PduSnmpData) -> None:
        super().__init__(pdu_data)
        params = {key: str(value) for key, value in pdu_data.snmp_params.items()}
        self._calls = PysnmpCalls(pdu_data.ip, params)

    def snmp_get(self, oid: str) -> Element:
        return Element(oid, _plain(self._calls.get(oid)))

    def snmp_set(self, oid: str, value: Union[int, str, bytes]) -> None:
        self._calls.set(oid, value)

    def snmp_walk(self, oid: str) -> list[Element]:
        return [
            Element(name, _plain(value), name[len(oid) + 1 :])
            for name, value in self._calls.walk(oid)
        ]


def _plain(value: Any) -> Any:
    """pysnmp's value as a number or text, None for a missing object."""
    if hasattr(value, "__int__"):
        return int(value)
    return bytes(value).decode("latin-1") if hasattr(value, "__bytes__") else str(value) or None


class PlainPdu(PysnmpPdu):
    """A handler as DCImanager's page shows it, for the same unit."""

    def status(self) -> PduView:
        states = {2: EnumPowerStatus.UP, 1: EnumPowerStatus.DOWN}
        return PduView(
            [
                PduPortView(row.oid_index, states.get(row.value_int, EnumPowerStatus.UNKNOWN))
                for row in self.snmp_walk(f"{apc.RPDU2_STATUS}.5")
            ]
        )

    def statistic(self) -> PduStatisticView:
        currents = self.snmp_walk(f"{apc.RPDU2_METERED}.6")
        energies = self.snmp_walk(f"{apc.RPDU2_METERED}.11")
        return PduStatisticView(
            sum(row.value_float for row in currents) / 10,
            sum(row.value_float for row in energies) / 10,
            [PduPortStatisticView(row.oid_index, row.value_float / 10) for row in energies],
        )


def _data(port: int, **params: str) -> PduSnmpData:
    return PduSnmpData("127.0.0.1", {"community": "public", "port": str(port), **params})


def poll(pdu: SnmpPdu) -> bool:
    """Whether status and statistic of the unit are whole."""
    figures = pdu.statistic()
    return len(pdu.status().ports) == len(figures.ports) == _OUTLETS and figures.load > 0


def cpu_ms(runs: int) -> dict[str, float]:
    """Medians of the processor time of a poll."""
    with Snmpd(apc.rpdu2(outlets=_OUTLETS)) as server:
        return {
            "the handler": _median_cpu_ms(lambda: poll(PysnmpPdu(_data(server.port))), runs),
            "a plain handler": _median_cpu_ms(lambda: poll(PlainPdu(_data(server.port))), runs),
        }


def _median_cpu_ms(work: Callable[[], object], runs: int) -> float:
    work()  # makes the engine
    taken: list[float] = []
    for _ in range(runs):
        start = time.process_time()
        work()
        taken.append((time.process_time() - start) * 1000)
    return statistics.median(taken)


def whole_share() -> float:
    """The share of polls that are whole while _LOSS of the requests are lost."""
    chance = random.Random(7)

    def lose(request: bytes, answer: bytes) -> Sequence[bytes]:
        return () if chance.random() < _LOSS else (answer,)

    with Agent(apc.rpdu2(outlets=_OUTLETS)) as agent, Relay(agent.port, lose) as relay:

        def is_whole(_: int) -> bool:
            try:
                return poll(SnmpPdu(_data(relay.port)))
            except Exception:  # a poll that fails is what is counted
                return False

        with ThreadPoolExecutor(_THREADS) as pool:
            return statistics.mean(pool.map(is_whole, range(_POLLS_UNDER_LOSS)))


def datagrams_by_getnext(kind: type[PysnmpPdu]) -> int:
    """The requests of a poll over SNMP v1, which has no GETBULK."""
    with Agent(apc.rpdu2(outlets=_OUTLETS)) as agent, Relay(agent.port) as relay:
        if not poll(kind(_data(relay.port, version="1"))):
            raise RuntimeError("the poll is not whole")
        return len(relay.requests)


def seconds_of_a_dead_unit(kind: type[PysnmpPdu]) -> float:
    """How long the status of a unit without an answer takes."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        pdu = kind(_data(silent.getsockname()[1], timeout=str(_TIMEOUT_S)))
        start = time.monotonic()
        try:
            pdu.status()
        except Exception:  # the error is what is timed
            return time.monotonic() - start
    raise RuntimeError("a dead unit was read")


def _ratio(figures: Sequence[float]) -> float:
    """Of the handler's figure to the plain handler's."""
    return figures[0] / figures[1]


def main(arguments: Optional[Sequence[str]] = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.bench_snmp",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--runs",
        type=positive,
        default=15,
        help="timed polls for each figure (default: %(default)s)",
    )
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    chosen = parser.parse_args(arguments)
    with reported():
        times, whole = cpu_ms(chosen.runs), whole_share()
        by_getnext = [datagrams_by_getnext(kind) for kind in (PysnmpPdu, PlainPdu)]
        until_dead = [seconds_of_a_dead_unit(kind) for kind in (PysnmpPdu, PlainPdu)]
    ratio = times["the handler"] / times["a plain handler"]
    what = "CPU of a poll over pysnmp ÷ of a plain handler by DCImanager's page"
    note("SNMP", what, ratio, _MOST_CPU, at_least=False)
    note("SNMP", f"share of polls that are whole at {_LOSS:.0%} loss", whole, _WHOLE)
    note("SNMP", "datagrams of a poll by GETNEXT ÷ of a plain handler", _ratio(by_getnext))
    note("SNMP", "time until a dead unit is an error ÷ of a plain handler", _ratio(until_dead))
    is_missed = ratio > _MOST_CPU or whole < _WHOLE
    if chosen.json:
        figures = {"cpu_ms": times, "ratio": ratio, "whole": whole}
        print(json.dumps({**figures, "getnext": by_getnext, "dead_s": until_dead}, indent=2))
        return int(is_missed)
    table = Table(title=f"A poll of {_OUTLETS} outlets over pysnmp")
    table.add_column("handler")
    for column in ("CPU in ms", "datagrams by GETNEXT", "dead unit in s"):
        table.add_column(column, justify="right")
    for (name, cpu), datagrams, seconds in zip(times.items(), by_getnext, until_dead):
        table.add_row(name, f"{cpu:.1f}", str(datagrams), f"{seconds:.1f}")
    Console().print(table, f"ratio {ratio:.2f}; whole at {_LOSS:.0%} loss: {whole:.2%}")
    return int(is_missed)


if __name__ == "__main__":
    sys.exit(exit_handling.run(main))
