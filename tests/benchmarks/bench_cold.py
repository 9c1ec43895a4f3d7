"""Measures the start of a handler in a fresh process: import of each archive, `make_handler` and the
first status, compared with `import requests`. Then the processor time of whole runs of `pdu`.

    python -m tests.benchmarks.bench_cold [--runs N]

It is unknown whether the platform keeps a process between calls. Each figure is from a new process
that has already imported the doubles of the platform's modules, because a real platform has loaded
its modules too. "With bytecode": the archive's folder has Python's cached bytecode; "without":
Python compiles the archive's files again. `requests` always has its bytecode. The new process of a
handler then also reads the status of a simulated PDU. This first status includes work that later
ones need not repeat. Figures are medians of the process's CPU in milliseconds. The rows are
measured in turn. Goal: with its first status, the archive of snmp takes at most 0.45 times the
import of requests, each other archive at most 1.2 times.

Whole runs of `pdu`: the processor time of the process, from its start to its end, compared with
that of Python alone and of an import of click, the library for command lines. Goals: `pdu
--version` takes at most 1.5 times Python's own start, and `pdu status snmp` at most 2.5 times
the import of click. Exit code 1 if a goal is missed.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Callable, NamedTuple, Optional

from rich.console import Console
from rich.table import Table

from pdu.core.cli import exit_handling
from pdu.pdus import handler_archives
from pdu_common.connection import PduData, PduSnmpData
from tests.needs import ROOT
from tests.packaging.building import archive
from tests.peers import PEERS
from tests.program import positive
from tests.simulators.snmp_agent import Agent
from tests.simulators.snmp_agent.devices import BUILT_IN
from tests.waiting import bounded

from .ratios import note, warn_if_busy

REQUESTS = "import requests"
PYTHON, CLICK = "`python -c pass`", "`import click`"
VERSION, STATUS = "`pdu --version`", "`pdu status snmp`"
#: whole processes: the arguments of Python
WHOLE: Mapping[str, Sequence[str]] = {
    PYTHON: ["-c", "pass"],
    CLICK: ["-c", "import click"],
    VERSION: [str(ROOT / "pdu" / "__main__.py"), "--version"],
    STATUS: [str(ROOT / "pdu" / "__main__.py"), "status", "snmp"],
}
GOALS = {VERSION: (PYTHON, 1.5), STATUS: (CLICK, 2.5)}
COLD_GOAL = 1.2
COLD_GOALS = {"pdu_snmp": 0.45}


@contextlib.contextmanager
def _snmp() -> Iterator[object]:
    with Agent(BUILT_IN["apc-rpdu2"]()) as agent:
        yield PduSnmpData(agent.host, {"port": str(agent.port), "community": "public"})


@contextlib.contextmanager
def _of_peer(name: str) -> Iterator[object]:
    with PEERS[name]() as peer:
        yield (
            PduSnmpData(peer.address, peer.snmp, peer.settings)
            if peer.snmp
            else PduData(peer.address, peer.settings)
        )


# a PDU of 24 outlets over SNMP; the PDUs of tests/peers, over TLS, for the other handlers
SIMULATED: dict[str, Callable[[], contextlib.AbstractContextManager[object]]] = {
    **{name: functools.partial(_of_peer, name) for name in PEERS},
    "snmp": _snmp,
}
_CHILD = """
import json, sys, time
job = json.loads(sys.stdin.readline())
sys.path[:0] = job["paths"]
import common.logger, pdu_common.base_pdu, pdu_common.base_snmp_pdu, pdu_common.connection, pdu_common.helper
kind = getattr(pdu_common.connection, job["kind"]) if job["kind"] else None
data = kind(*job["data"]) if kind else None
before, begin = len(sys.modules), time.process_time()
if kind is None:
    import requests
    made = None
else:
    import importlib
    made = importlib.import_module(job["module"]).make_handler(data)
ready, modules = time.process_time(), len(sys.modules) - before
if made is not None:
    assert made.status().ports
print(json.dumps([1000 * (ready - begin), 1000 * (time.process_time() - ready), modules]))
"""


class Figures(NamedTuple):
    """The figures of one row: milliseconds of each round, and the number of imported modules."""

    compiled: list[float]
    uncompiled: list[float]
    status: list[float]
    modules: int


@contextlib.contextmanager
def built(names: Sequence[str]) -> Iterator[Path]:
    """A folder with each of these handlers' archives, unpacked once below `kept` and once below
    `uncompiled`.
    """
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for name in names:
            read = handler_archives.read_archive(archive(ROOT / "handlers", name))
            for copy in ("kept", "uncompiled"):
                read.unpack(folder / copy)
        yield folder


def measure(runs: int, names: Sequence[str] = tuple(SIMULATED)) -> dict[str, Figures]:
    """Measures each row `runs` times, after a first round that writes the bytecode."""
    with built(names) as folder, contextlib.ExitStack() as stack:
        jobs: dict[str, dict[str, Any]] = {REQUESTS: {"kind": "", "data": [], "module": ""}}
        for name in names:
            data: Any = stack.enter_context(SIMULATED[name]())
            jobs[f"pdu_{name}"] = {
                "kind": type(data).__name__,
                "data": list(vars(data).values()),
                "module": f"pdu_{name}.handler",
            }
        found = {name: Figures([], [], [], 0) for name in jobs}
        for name in jobs:
            _run(jobs[name], folder, True)
        for number in range(runs):
            for name in sorted(jobs, reverse=number % 2 == 1):
                compiled, uncompiled = (
                    _run(jobs[name], folder, bytecode) for bytecode in (True, False)
                )
                found[name].compiled.append(compiled[0])
                found[name].uncompiled.append(uncompiled[0])
                found[name].status.append(compiled[1])
                found[name] = found[name]._replace(modules=int(compiled[2]))
        return found


def _run(job: Mapping[str, Any], folder: Path, bytecode: bool) -> list[float]:
    """Runs one process. Returns the ms until the handler is made, the ms of its status and the
    number of imported modules.

    Files below `uncompiled` never get bytecode.
    """
    place = folder / ("kept" if bytecode else "uncompiled")
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "" if bytecode else "1"}
    done = subprocess.run(
        [sys.executable, "-c", _CHILD],
        input=json.dumps({**job, "paths": [str(place), str(ROOT)]}) + "\n",
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        check=True,
        timeout=300,
    )
    found: list[float] = json.loads(done.stdout)
    return found


def runs_of_pdu(runs: int) -> dict[str, float]:
    """Median processor time in ms of each process in WHOLE, after a first round that writes the
    bytecode."""
    with Agent(BUILT_IN["apc-rpdu2"]()) as agent:
        words = {**WHOLE, STATUS: [*WHOLE[STATUS], f"{agent.host}:{agent.port}"]}
        found: dict[str, list[float]] = {name: [] for name in words}
        for number in range(runs + 1):
            for name, arguments in words.items():
                spent_ms = _processor_ms([sys.executable, *arguments])
                found[name] += [spent_ms] if number else []
    return {name: statistics.median(spent) for name, spent in found.items()}


def _processor_ms(command: Sequence[str]) -> float:
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "", "PDU_COMMUNITY": "public"}
    with (
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL) as process,
        bounded(process, 300),
    ):
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")
    return 1000 * (used.ru_utime + used.ru_stime)


def main(arguments: Optional[Sequence[str]] = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.bench_cold",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--runs",
        type=positive,
        default=15,
        help="runs of each row, after one to warm up (default: %(default)s)",
    )
    runs: int = parser.parse_args(arguments).runs
    console = Console(width=110)
    table = Table(
        title=f"CPU of import and make_handler in a fresh process, medians of {runs} in milliseconds"
    )
    for column in ("", "with bytecode", "without", "modules", "first status"):
        table.add_column(column, justify="right" if column else "left")
    found = measure(runs)
    requests = statistics.median(found[REQUESTS].compiled)
    met, verdicts = True, []
    for name, one in found.items():
        if name != REQUESTS:
            goal = COLD_GOALS.get(name, COLD_GOAL)
            ratio = statistics.median(map(sum, zip(one.compiled, one.status))) / requests
            met = met and ratio <= goal
            what = f"CPU of import and first status of {name} ÷ CPU of `import requests`"
            note("cold start", what, ratio, goal, at_least=False)
            verdicts.append(f"{what}: {ratio:.2f} (goal: at most {goal:g})")
        uncompiled, status = (
            f"{statistics.median(times):.1f}" if name != REQUESTS else ""
            for times in (one.uncompiled, one.status)
        )
        table.add_row(
            name, f"{statistics.median(one.compiled):.1f}", uncompiled, str(one.modules), status
        )
    console.print(table)
    console.print("\n".join(verdicts))
    spent = runs_of_pdu(runs)
    table = Table(title=f"processor time of whole processes, medians of {runs} in milliseconds")
    for column in ("", "CPU"):
        table.add_column(column, justify="right" if column else "left")
    for name, spent_ms in spent.items():
        table.add_row(name, f"{spent_ms:.1f}")
    console.print(table)
    for name, (base, goal) in GOALS.items():
        ratio = spent[name] / spent[base]
        met = met and ratio <= goal
        note("cold start", f"CPU of {name} ÷ CPU of {base}", ratio, goal, at_least=False)
        console.print(f"CPU of {name} ÷ CPU of {base}: {ratio:.2f} (goal: at most {goal:g})")
    warn_if_busy(console)
    return int(not met)


if __name__ == "__main__":
    sys.exit(exit_handling.run(main))
