"""Measures a status poll over SNMP: several clients get sysObjectID and walk the state column of 48
outlets. Then the processor time of a statistic.

    python -m tests.benchmarks.bench_snmp [--runs N] [--json]

All clients read the same Net-SNMP snmpd on this machine. "Our double" is this project's replacement for the platform's SNMP calls. The
figures are medians in milliseconds. They depend on the machine, so only the ratios matter.
Exit code 2 if a program of Net-SNMP is missing, 1 if the goal is missed: the walks of a statistic
cost at most half of the processor time that they cost with pysnmp.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any, Callable, Optional

from pysnmp.hlapi.v3arch import asyncio as hlapi
from rich.console import Console
from rich.table import Table

from handlers.snmp.handler import make_handler
from pdu.core.cli import exit_handling
from pdu_common.base_snmp_pdu import BaseSnmpPdu, Element
from pdu_common.connection import PduSnmpData
from tests.needs import reported
from tests.program import positive
from tests.servers.snmpd import AUTH_PASSWORD, PRIV_PASSWORD, USERS, Snmpd
from tests.simulators.snmp_agent.devices import apc

from .ratios import note

_OBJECT_ID, _STATES, _OUTLETS = "1.3.6.1.2.1.1.2.0", f"{apc.RPDU2_STATUS}.5", 48
_OURS = "our double, v2c"
_STATISTIC = "the handler's statistic"
_WALKS = "its walks alone"
_HALF = 0.5

Client = Callable[[int], int]  # port -> rows read


def statistic_columns(agent_port: int) -> list[tuple[str, bool]]:
    """What a statistic of the handler `snmp` walks, and whether its values are text."""
    double = make_handler(
        PduSnmpData("127.0.0.1", {"community": "public", "port": str(agent_port)})
    )
    assert isinstance(double, BaseSnmpPdu)
    is_text_by_column: dict[str, bool] = {}
    walk = double.snmp_walk

    def noted(oid: str) -> list[Element]:
        rows = walk(oid)
        if rows:
            is_text_by_column[str(oid)] = any(isinstance(row.value, str) for row in rows)
        return rows

    setattr(double, "snmp_walk", noted)
    double.statistic()
    return list(is_text_by_column.items())


def _double(**params: str) -> Client:
    def read(port: int) -> int:
        pdu = BaseSnmpPdu(
            PduSnmpData("127.0.0.1", {"community": "public", "port": str(port), **params})
        )
        pdu.snmp_get(_OBJECT_ID)
        return len(pdu.snmp_walk(_STATES))

    return read


def _tools(port: int) -> int:
    """Net-SNMP's own programs, started for each read, as in a script."""
    common = ["-m", "", "-v2c", "-c", "public", "-On", f"127.0.0.1:{port}"]
    subprocess.run(["snmpget", *common, _OBJECT_ID], check=True, capture_output=True, timeout=60)
    walked = subprocess.run(
        ["snmpbulkwalk", "-Cr25", *common, _STATES], check=True, capture_output=True, timeout=60
    )
    return len(walked.stdout.splitlines())


async def _pysnmp(engine: Any, port: int, columns: Sequence[str] = (_STATES,)) -> int:
    """pysnmp as its documentation shows it. MIB look-up is on by default."""
    target = await hlapi.UdpTransportTarget.create(("127.0.0.1", port))
    community, context = hlapi.CommunityData("public"), hlapi.ContextData()
    trouble, status, _, _ = await hlapi.get_cmd(
        engine, community, target, context, hlapi.ObjectType(hlapi.ObjectIdentity(_OBJECT_ID))
    )
    if trouble or status:
        raise RuntimeError(str(trouble or status))
    rows = 0
    for column in columns:
        async for trouble, status, _, pairs in hlapi.bulk_walk_cmd(
            engine,
            community,
            target,
            context,
            0,
            25,
            hlapi.ObjectType(hlapi.ObjectIdentity(column)),
            lexicographicMode=False,
        ):
            if trouble or status:
                raise RuntimeError(str(trouble or status))
            rows += len(pairs)
    return rows


def _new_engine(port: int) -> int:
    async def read() -> int:
        engine = hlapi.SnmpEngine()
        try:
            return await _pysnmp(engine, port)
        finally:
            engine.close_dispatcher()

    return asyncio.run(read())


@contextlib.contextmanager
def _kept_engine(columns: Sequence[str] = (_STATES,)) -> Iterator[Client]:
    loop = asyncio.new_event_loop()

    async def make() -> Any:
        return hlapi.SnmpEngine()

    engine = loop.run_until_complete(make())
    try:
        yield lambda port: loop.run_until_complete(_pysnmp(engine, port, columns))
    finally:
        loop.call_soon(engine.close_dispatcher)
        loop.run_until_complete(asyncio.sleep(0.01))
        loop.close()


def _median_ms(client: Client, port: int, runs: int) -> float:
    # warms up: makes engines, discovers the agent's engine ID
    client(port)
    taken: list[float] = []
    for _ in range(runs):
        start = time.perf_counter()
        rows = client(port)
        if rows != _OUTLETS:
            raise RuntimeError(f"{rows} states were read, not {_OUTLETS}")
        taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken)


def measure(runs: int) -> dict[str, float]:
    """Medians in ms, by client."""
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(Snmpd(apc.rpdu2(outlets=_OUTLETS), users=USERS))
        authentic = {
            "version": "3",
            "user": "shaaes",
            "auth_protocol": "SHA",
            "auth_password": AUTH_PASSWORD,
            "priv_protocol": "AES",
            "priv_password": PRIV_PASSWORD,
        }
        clients: dict[str, Client] = {
            _OURS: _double(),
            "our double, v3 SHA/AES": _double(**authentic),
            "our double, v1": _double(version="1"),
            "snmpget and snmpbulkwalk": _tools,
            "pysnmp, default options, one engine": stack.enter_context(_kept_engine()),
            "pysnmp, default options, an engine for each read": _new_engine,
        }
        return {name: _median_ms(client, server.port, runs) for name, client in clients.items()}


def _handler(port: int) -> BaseSnmpPdu:
    params = {"version": "2", "community": "public", "port": str(port)}
    double = make_handler(PduSnmpData("127.0.0.1", params))
    assert isinstance(double, BaseSnmpPdu)
    return double


def processor(runs: int) -> dict[str, float]:
    """Medians in ms of the processor time of a statistic of 48 outlets."""
    taken: dict[str, float] = {}
    with Snmpd(apc.rpdu2(outlets=_OUTLETS)) as server:
        columns = statistic_columns(server.port)
        double = _handler(server.port)

        def walk_columns() -> None:
            for oid, _ in columns:
                double.snmp_walk(oid)

        taken[_STATISTIC] = _cpu_ms(double.statistic, runs)
        taken[_WALKS] = _cpu_ms(walk_columns, runs)
        with _kept_engine([oid for oid, _ in columns]) as by_pysnmp:
            taken[f"{_WALKS}, with pysnmp"] = _cpu_ms(lambda: by_pysnmp(server.port), runs)
    return taken


def _cpu_ms(work: Callable[[], object], runs: int) -> float:
    work()
    taken: list[float] = []
    for _ in range(runs):
        start = time.process_time()
        work()
        taken.append((time.process_time() - start) * 1000)
    return statistics.median(taken)


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
        help="timed reads for each figure (default: %(default)s)",
    )
    parser.add_argument("--json", action="store_true", help="print the medians as JSON")
    chosen = parser.parse_args(arguments)
    missing = [name for name in ("snmpget", "snmpbulkwalk") if shutil.which(name) is None]
    if missing:
        print(f"missing: {', '.join(missing)} (apt-get install snmp)", file=sys.stderr)
        return 2
    with reported():
        figures, spent = measure(chosen.runs), processor(chosen.runs)
    share = spent[_WALKS] / spent[f"{_WALKS}, with pysnmp"]
    note("SNMP", f"CPU of the walks of {_STATISTIC} ÷ with pysnmp", share, _HALF, at_least=False)
    if chosen.json:
        print(json.dumps({"status": figures, "statistic": spent}, indent=2))
        return int(share > _HALF)
    table = Table(
        title=f"A status read of {_OUTLETS} outlets over SNMP",
        caption="medians in ms, and their ratios to the first line",
    )
    table.add_column("client")
    table.add_column("time", justify="right")
    table.add_column("ratio", justify="right")
    for name, median_ms in figures.items():
        ratio = median_ms / figures[_OURS]
        table.add_row(name, f"{median_ms:.1f}", f"{ratio:.1f}")
        if name != _OURS:
            note("SNMP", f"time of {name} ÷ time of {_OURS}", ratio)
    Console().print(table)
    table = Table(
        title=f"Processor time of a statistic of {_OUTLETS} outlets",
        caption="ms, without that of the agent",
    )
    table.add_column("client")
    table.add_column("CPU", justify="right")
    for name, cpu_ms in spent.items():
        table.add_row(name, f"{cpu_ms:.1f}")
    Console().print(table)
    return int(share > _HALF)


if __name__ == "__main__":
    sys.exit(exit_handling.run(main))
